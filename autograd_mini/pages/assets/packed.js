// A recording of very many nodes: columns of numbers, and steps that are made when they are asked for.
async function unpacked({packed, lengths}) {
  const text = atob(packed), bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer()), columns = {};
  let at = lengths.told;
  const told = JSON.parse(new TextDecoder().decode(raw.subarray(0, at)));
  for (const [name, n] of Object.entries(lengths).slice(1)) {
    const size = ["data", "partials", "updated"].includes(name) ? 8 : 4, whole = new Uint8Array(size * n);
    for (let byte = 0; byte < size; byte++) for (let k = 0; k < n; k++) whole[size * k + byte] = raw[at++];
    columns[name] = size === 8 ? new Float64Array(whole.buffer) : new Int32Array(whole.buffer);
  }
  return {...told, columns};
}
// As an array, but each element is computed when it is asked for.
function virtual(length, get) {
  const index = key => typeof key === "string" && key >= "0" && key < ":";
  return new Proxy([], {
    get: (list, key) => index(key) ? +key < length ? get(+key) : undefined : key === "length" ? length : list[key],
    has: (list, key) => index(key) || key in list,
  });
}
const summed = deltas => { for (let k = 1; k < deltas.length; k++) deltas[k] += deltas[k - 1]; return deltas; };
class Packed extends Recording {
  constructor({n, label, ...told}) {
    super({label, data: [], partials: [], parents: [], steps: [], kinks: told.kinks, stale: [], sources: told.sources, optimiser: told.optimiser});
    const {columns} = told;
    Object.assign(this, columns, {n, large: true, told, kinds: Object.values(told.maths.ops), root: n - 1, differences: {}, groups: told.groups, index: -1});
    for (const name of ["group", "order", "given", "updates"]) summed(columns[name]);
    const [named, labels] = told.labels, subscript = k => k < 10 ? SUBSCRIPTS[k] : subscript(Math.floor(k / 10)) + SUBSCRIPTS[k % 10];
    this.names = virtual(n, k => { const j = placeOf(named, k); return named[j] === k ? labels[j] : told.letter + subscript(k - j); });
    this.wired();
    this.derived();
    this.swept();
    this.offered();
  }
  // Operands: a node counts from its user, a constant and a vector are odd (columns.py).
  wired() {
    const {n, kind, told, slots} = this, ends = starts(this.lengths), arity = told.arity;
    this.vectors = Array.from(this.lengths, (_, v) => summed(this.elements.subarray(ends[v], ends[v + 1])));
    const sizes = this.vectors.map(list => list.reduce((count, x) => count + !(x & 1), 0));
    this.slotStart = starts(kind.map(key => key < 0 ? 0 : arity[key]));
    const count = new Int32Array(n);
    for (let k = 0; k < n; k++) for (let s = this.slotStart[k]; s < this.slotStart[k + 1]; s++) {
      count[k] += slots[s] & 1 ? (slots[s] & 3) === 3 ? sizes[slots[s] >> 2] : 0 : 1;
    }
    this.edgeStart = starts(count);
    const parent = this.parent = new Int32Array(this.edgeStart[n]);
    for (let k = 0, e = 0; k < n; k++) for (let s = this.slotStart[k]; s < this.slotStart[k + 1]; s++) {
      if (!(slots[s] & 1)) parent[e++] = k - slots[s] / 2;
      else if ((slots[s] & 3) === 3) for (const x of this.vectors[slots[s] >> 2]) if (!(x & 1)) parent[e++] = x / 2;
    }
    this.constants = told.constants.map(revived);
  }
  // The edges by which a node is used, last user first, as the backward pass meets them: of all nodes when one is asked for.
  uses(k) {
    if (!this.use) {
      const {n, parent, edgeStart} = this, count = new Int32Array(n);
      for (const p of parent) count[p]++;
      const next = (this.useStart = starts(count)).slice(), use = this.use = new Int32Array(parent.length);
      for (let user = n - 1; user >= 0; user--) for (let e = edgeStart[user]; e < edgeStart[user + 1]; e++) use[next[parent[e]]++] = e;
    }
    return this.use.subarray(this.useStart[k], this.useStart[k + 1]);
  }
  user(e) { return placeOf(this.edgeStart, e); }
  // The arguments of a node's operation: `node` and `constant` say what stands for either.
  operands(k, node, constant) {
    return Array.from(this.slots.subarray(this.slotStart[k], this.slotStart[k + 1]), slot => !(slot & 1) ? node(k - slot / 2)
      : (slot & 3) === 1 ? constant(slot >> 2) : Array.from(this.vectors[slot >> 2], x => x & 1 ? constant(x >> 1) : node(x / 2)));
  }
  // The partials, of those operations whose partials are products and quotients of data.
  derived() {
    const {n, told, kinds, data, constants, slots, slotStart, edgeStart, vectors, partials: given} = this, slopes = this.slopes = new Float64Array(this.parent.length);
    const rules = kinds.map(({name}, kind) => told.stored.includes(kind) ? null : ops[name].partials), lists = [];
    const list = v => lists[v] ??= Array.from(vectors[v], x => x & 1 ? constants[x >> 1] : data[x / 2]);
    for (let k = 0, e = 0, j = 0; k < n; k++) {
      const end = edgeStart[k + 1], first = slotStart[k], last = slotStart[k + 1], partials = rules[this.kind[k]], numbers = [];
      if (e === end) continue;
      if (!partials) { while (e < end) slopes[e++] = given[j++]; continue; }
      for (let s = first; s < last; s++) numbers.push(slots[s] & 1 ? (slots[s] & 2 ? list : c => constants[c])(slots[s] >> 2) : data[k - slots[s] / 2]);
      numbers.push(data[k]);
      for (let s = first; s < last; s++) {
        if ((slots[s] & 3) === 1) continue;
        const slope = partials[s - first](...numbers), vector = slots[s] & 1 && vectors[slots[s] >> 2];
        if (!vector) slopes[e++] = slope;
        else for (let i = 0; i < vector.length; i++) if (!(vector[i] & 1)) slopes[e++] = slope[i];
      }
    }
  }
  // The backward pass: gradients, and the step at which each node is visited.
  swept() {
    const {n, parent, slopes, edgeStart, root} = this, final = this.final = new Float64Array(n);
    this.visitStep = new Int32Array(n);
    this.forwardStep = new Int32Array(n);
    this.order.forEach((k, i) => { this.forwardStep[k] = i + 1; });
    this.seedStep = this.order.length + 1;
    final[root] = this.told.seed;
    let i = this.seedStep + 1;
    for (let k = root; k >= 0; k--) {
      const adjoint = final[k];
      this.visitStep[k] = i++;
      if (adjoint === 0) continue;  // nothing to hand on, whatever the partials are
      for (let e = edgeStart[k]; e < edgeStart[k + 1]; e++) final[parent[e]] += adjoint * slopes[e];
      i += edgeStart[k + 1] - edgeStart[k];
    }
    this.updateStart = i;
    this.updateAt = new Map(Array.from(this.updates, (k, j) => [k, j]));
  }
  // What the other scripts ask a recording for.
  offered() {
    const {n, told} = this, of = get => virtual(n, get), names = Object.keys(told.maths.ops), cache = new Map();
    const kept = get => of(k => { if (cache.size > 2000) cache.clear(); if (!cache.has(k)) cache.set(k, get(k)); return cache.get(k); });
    const from = (list, start) => of(k => Array.from(list.subarray(start[k], start[k + 1])));
    this.parents = from(this.parent, this.edgeStart);
    this.partials = from(this.slopes, this.edgeStart);
    this.users = of(k => [...new Set(Array.from(this.uses(k), e => this.user(e)))]);
    this.shares = kept(k => Array.from(this.uses(k)).filter(e => this.final[this.user(e)] !== 0).map(e => this.stepOf(e)));
    this.steps = virtual(this.updateStart + this.updates.length, i => this.step(i));
    this.known = of(k => this.forwardStep[k] <= this.index);
    this.complete = of(k => this.visitStep[k] <= this.index);
    this.now = of(k => this.updateStart + (this.updateAt.get(k) ?? Infinity) <= this.index ? this.updated[this.updateAt.get(k)] : this.data[k]);
    this.grad = of(k => this.gradient(k, this.index));
    this.flown = of(k => Array.from(this.parents[k], (_, edge) => this.final[k] !== 0 && this.visitStep[k] + 1 + edge <= this.index));
    this.ops = of(k => this.operation(k)?.name ?? null);
    this.args = of(k => this.kind[k] < 0 ? null : this.operands(k, j => j, c => ({c: told.constants[c]})));
    this.places = of(k => told.table[told.columns.places[k]] ?? null);
    const written = c => formatNumber(this.constants[c]);
    this.maths = {...told.maths, nodes: of(k => this.kind[k] < 0 ? null : [names[this.kind[k]], this.operands(k, j => j, written).flat()])};
    this.recorded = {data: this.data, partials: this.partials, steps: this.steps};
  }
  finals() { return this.final; }
  operation(k) { return this.kinds[this.kind[k]]; }
  counts() { return {forward: this.order.length, backward: this.updateStart - this.seedStep, update: this.updates.length}; }
  stepOf(e, user = this.user(e)) { return this.visitStep[user] + 1 + e - this.edgeStart[user]; }
  // The gradient of a node after step i, by the additions of the backward pass; null before the first.
  gradient(k, i) {
    if (i >= this.visitStep[k]) return this.final[k];
    if (k === this.root) return i >= this.seedStep ? this.final[k] : null;
    let sum = null;
    if (i > this.seedStep) for (const e of this.uses(k)) {
      const user = this.user(e), adjoint = this.final[user];
      if (adjoint === 0) continue;
      if (this.stepOf(e, user) > i) break;
      sum = (sum ?? 0) + adjoint * this.slopes[e];
    }
    return sum;
  }
  step(i) {
    if (i === 0) return {kind: "given", node: this.given[0], nodes: Array.from(this.given)};
    if (i < this.seedStep) return {kind: "forward", node: this.order[i - 1]};
    if (i === this.seedStep) return {kind: "seed", node: this.root, value: this.final[this.root]};
    if (i >= this.updateStart) {
      const j = i - this.updateStart, node = this.updates[j];
      return {kind: "update", node, before: this.data[node], gradient: this.final[node], rate: revived(this.told.rate), after: this.updated[j]};
    }
    let low = 0, high = this.root;  // visits run from the last node to the first
    while (low < high) { const middle = (low + high) >> 1; if (this.visitStep[middle] <= i) high = middle; else low = middle + 1; }
    const node = low, adjoint = this.final[node], edge = i - this.visitStep[node] - 1;
    if (edge < 0) return {kind: "visit", node, adjoint, users: this.users[node]};
    const e = this.edgeStart[node] + edge, parent = this.parent[e], partial = this.slopes[e], share = adjoint * partial, earlier = () => this.gradient(parent, i - 1);
    return {kind: "accumulate", node, edge, parent, adjoint, partial, share, get before() { return earlier() ?? 0; }, get after() { return this.before + share; }, get fresh() { return earlier() === null; }};
  }
  at(i) {
    this.index = i;
    return {nodes: new Set(), edges: new Set()};
  }
  // From a node to the root: how many paths, the sum of their products, the one with the largest.
  paths(leaf) {
    const {n, parent, slopes, edgeStart, root} = this, count = new Float64Array(n), total = new Float64Array(n), best = new Float64Array(n), via = new Int32Array(n).fill(-1);
    count[leaf] = total[leaf] = best[leaf] = 1;
    for (let k = leaf + 1; k < n; k++) for (let e = edgeStart[k]; e < edgeStart[k + 1]; e++) {
      const p = parent[e];
      if (!count[p]) continue;
      count[k] += count[p];
      total[k] += total[p] * slopes[e];
      if (via[k] < 0 || Math.abs(best[p] * slopes[e]) > Math.abs(best[k])) { best[k] = best[p] * slopes[e]; via[k] = e; }
    }
    if (!count[root]) return {count: 0, total: 0, paths: []};
    const parts = [];
    for (let k = root; k !== leaf; k = parent[via[k]]) parts.unshift({node: k, edge: via[k] - edgeStart[k], partial: slopes[via[k]]});
    return {count: count[root], total: total[root], paths: [{product: best[root], parts: [{node: leaf, product: 1}, ...parts]}]};
  }
}
for (const run of DATA.runs) Object.assign(run, await unpacked(run));
