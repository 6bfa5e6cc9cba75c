// A recording and its state at a step.
const KINDS = ["given", "forward", "seed", "visit", "accumulate", "update"];
// What the backward pass starts from; 1 where the forward pass has failed, and there is none.
const seedOf = run => (run.steps.find(step => step.kind === "seed") ?? {value: 1}).value;
const PHASES = {given: "forward", forward: "forward", update: "update"};
// A number that is no float, as one: "−1/3"; NaN for others.
function approximately(x) {
  if (typeof x !== "string") return x;
  const match = /^(−?)(\d+)(?:\/(\d+))?$/.exec(x);
  return match ? (match[1] ? -1 : 1) * match[2] / (match[3] || 1) : NaN;
}
// How large a number is; of one that is no float as near as its text says: "1+2j", "−2.5·10⁻⁷".
function sizeOf(x) {
  if (typeof x !== "string") return Math.abs(x);
  return Math.hypot(...(x.match(/[^+−j]+/g) ?? []).map(part => {
    const [, over = 1, under = 1, power = ""] = /^([\d.]+(?=$|[/·]))?(?:\/(\d+))?·?(?:10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$/.exec(part) ?? [0, NaN];
    return over / under * 10 ** [...power].map(c => c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)).join("");
  }));
}
const phaseOf = step => PHASES[step.kind] || "backward";
// The nodes that get their numbers in a step of the forward pass.
const computed = ({kind, nodes, node}) => nodes || (kind === "forward" ? [node] : []);

class Recording {
  constructor(run) {
    Object.assign(this, run);
    this.data = run.data.map(revived);
    this.partials = run.partials.map(list => list.map(revived));
    this.stale = new Set(run.stale);
    this.kinks = new Set(run.kinks);
    this.amiss = new Set((run.amiss ?? []).map(String));
    const n = this.data.length;
    this.root = n - 1;
    const users = this.parents.map(() => new Set());
    for (let k = n - 1; k >= 0; k--) for (const parent of this.parents[k]) users[parent].add(k);
    this.users = users.map(set => [...set]);
    this.read(run.steps);
    this.recorded = {data: this.data, partials: this.partials, steps: this.steps};
    this.changed = false;
    this.index = -1;
    this.known = new Array(n).fill(false);
    this.complete = new Array(n).fill(false);
    this.grad = new Array(n).fill(null);
    this.now = [...this.data];
    this.flown = this.parents.map(list => list.map(() => false));
  }

  // [kind, node, ...] -> {kind, node, ...}. Numbers that are not in the file follow by the engine's rule.
  read(rows) {
    const grad = new Array(this.data.length).fill(0);
    this.steps = rows.map(([k, node, ...rest]) => {
      const kind = KINDS[k], own = rest.map(revived), step = {kind, node};
      if (kind === "given") step.nodes = [node, ...rest];
      if (kind === "seed") [step.value] = [grad[node]] = own;
      if (kind === "visit") return {...step, adjoint: own.length ? own[0] : grad[node], users: own[1] || this.users[node]};
      if (kind === "update") [step.before, step.gradient, step.rate, step.after] = own;
      if (kind !== "accumulate") return step;
      let [edge, parent, adjoint, partial, share, before, after] = own;
      if (own.length === 1) {
        [parent, adjoint, partial] = [this.parents[node][edge], grad[node], this.partials[node][edge]];
        [share, before] = [adjoint * partial, grad[parent]];
        after = before + share;
      }
      grad[parent] = after;
      return {...step, edge, parent, adjoint, partial, share, before, after};
    });
    this.indexed();
  }
  // Where a node gets its number, where its gradient is complete, and its shares.
  indexed() {
    this.forwardStep = [];
    this.visitStep = [];
    this.shares = this.parents.map(() => []);
    this.steps.forEach((step, i) => {
      const {kind, node, parent} = step;
      for (const k of computed(step)) this.forwardStep[k] = i;
      if (kind === "visit") this.visitStep[node] ??= i;
      if (kind !== "accumulate") return;
      step.fresh = !this.shares[parent].length && parent !== this.root;
      this.shares[parent].push(i);
    });
  }

  // How many steps follow the first, by their phase.
  counts() {
    const counts = {forward: 0, backward: 0, update: 0};
    for (const step of this.steps.slice(1)) counts[phaseOf(step)]++;
    return counts;
  }
  // The templates of what a node computes.
  operation(k) { return this.maths.nodes[k] && this.maths.ops[this.maths.nodes[k][0]]; }
  // The gradients in the end.
  finals() {
    if (this.ended?.steps === this.steps) return this.ended.grads;
    const grads = new Array(this.data.length).fill(0);
    for (const {kind, node, adjoint} of this.steps) if (kind === "visit") grads[node] = adjoint;
    this.ended = {steps: this.steps, grads};
    return grads;
  }

  // Move the state to a step; gives the nodes and the accumulations that changed.
  at(i) {
    const touched = {nodes: new Set(), edges: new Set()};
    while (this.index < i) this.apply(this.steps[++this.index], touched);
    while (this.index > i) this.undo(this.steps[this.index--], touched);
    return touched;
  }
  apply(step, touched) {
    const {kind, node} = step, at = kind === "accumulate" ? step.parent : node;
    touched.nodes.add(at);
    // A broken engine may visit a node twice: a step knows what was there before it.
    step.was = {grad: this.grad[at], complete: this.complete[at], flown: kind === "accumulate" && this.flown[node][step.edge]};
    for (const k of computed(step)) { this.known[k] = true; touched.nodes.add(k); }
    if (kind === "seed") this.grad[node] = step.value;
    if (kind === "update") this.now[node] = step.after;
    if (kind === "visit") { this.grad[node] = step.adjoint; this.complete[node] = true; }
    if (kind === "accumulate") {
      this.grad[at] = step.after;
      this.flown[node][step.edge] = true;
      touched.edges.add(step);
    }
  }
  undo(step, touched) {
    const {kind, node} = step, at = kind === "accumulate" ? step.parent : node;
    touched.nodes.add(at);
    for (const k of computed(step)) { this.known[k] = false; touched.nodes.add(k); }
    if (kind === "update") this.now[node] = step.before;
    this.grad[at] = step.was.grad;
    this.complete[at] = step.was.complete;
    if (kind === "accumulate") {
      this.flown[node][step.edge] = step.was.flown;
      touched.edges.add(step);
    }
  }

  // --- other numbers for the same graph: the engine's own sweep, which may take other steps ---
  replace({data, partials}) {
    const kept = this.recorded.steps.filter(step => phaseOf(step) === "forward" || step.kind === "seed");
    const steps = kept.map(step => ({...step})), grad = new Array(data.length).fill(0);
    const value = grad[this.root] = seedOf(this.recorded);
    if (steps.at(-1).kind !== "seed") {  // where the forward pass had failed, it goes on
      const done = new Set(kept.flatMap(computed)), left = [...data.keys()].filter(k => !done.has(k));
      steps.push(...left.map(node => ({kind: "forward", node})), {kind: "seed", node: this.root, value});
    }
    for (let node = this.root; node >= 0; node--) {
      const adjoint = grad[node];
      steps.push({kind: "visit", node, adjoint, users: this.users[node]});
      if (adjoint === 0) continue;  // nothing to hand on, whatever the partials are
      this.parents[node].forEach((parent, edge) => {
        const partial = partials[node][edge], share = adjoint * partial, before = grad[parent];
        grad[parent] = before + share;
        steps.push({kind: "accumulate", node, parent, edge, adjoint, partial, share, before, after: grad[parent]});
      });
    }
    for (const step of this.recorded.steps) {
      if (step.kind !== "update") continue;
      const {node, rate} = step, before = data[node], gradient = grad[node];
      steps.push({...step, before, gradient, after: before - rate * gradient});
    }
    this.swap({data, partials, steps}, true);
  }
  restore() { this.swap(this.recorded, false); }
  swap(numbers, changed) {
    const here = this.steps[this.index], i = this.index;
    this.at(-1);
    Object.assign(this, numbers, {changed, now: [...numbers.data]});
    this.indexed();
    const same = step => ["kind", "node", "edge"].every(key => step[key] === here[key]);
    const found = this.steps.findIndex(same);
    this.at(found < 0 ? Math.min(i, this.steps.length - 1) : found);
    for (const f of numberHearers) f();
  }

  // What a step is about: the node that changes; where all inputs do, the one that comes next.
  focus(i = this.index) {
    const step = this.steps[i];
    if (step.nodes) return (this.steps[i + 1] || step).node;
    return step.kind === "accumulate" ? step.parent : step.node;
  }

  // All paths from a node to the root: how many, the sum of their products, the largest products.
  paths(leaf, limit) {
    const count = new Map([[leaf, 1]]), total = new Map([[leaf, 1]]), best = new Map([[leaf, [{product: 1, size: 1, node: leaf}]]]);
    for (let k = leaf + 1; k <= this.root; k++) {
      const found = [];
      this.parents[k].forEach((parent, edge) => {
        if (!count.has(parent)) return;
        const partial = approximately(this.partials[k][edge]), size = sizeOf(this.partials[k][edge]);
        count.set(k, (count.get(k) || 0) + count.get(parent));
        total.set(k, (total.get(k) ?? 0) + total.get(parent) * partial);
        for (const before of best.get(parent)) found.push({product: before.product * partial, size: before.size * size, before, node: k, edge});
      });
      found.sort((a, b) => b.size - a.size);
      if (found.length) best.set(k, found.slice(0, limit));
    }
    const unrolled = path => {
      const parts = [];
      for (let part = path; part; part = part.before) parts.push(part);
      return parts.reverse();
    };
    return {
      count: count.get(this.root) || 0, total: total.get(this.root) ?? 0,
      paths: (best.get(this.root) || []).map(path => ({product: path.product, parts: unrolled(path)})),
    };
  }
}
