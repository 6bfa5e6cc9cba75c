// The groups of a graph, one inside another: what each holds, and the edges between what it holds.
// A thing is a group or a node: {group or node, inside, first}: `inside` is the group around it, `first` its first node.
class Tree {
  constructor(recording) {
    const r = this.recording = recording, count = new Int32Array(r.groups.length), sorted = new Int32Array(r.names.length);
    for (const g of r.group) count[g]++;
    // A group comes before what is inside it, and that before all else, so its nodes are a stretch of them all.
    const first = starts(count), next = first.slice();
    for (let k = 0; k < sorted.length; k++) sorted[next[r.group[k]]++] = k;
    this.groups = r.groups.map(([name], id) => ({group: id, name, open: id === 0, own: sorted.subarray(first[id], first[id + 1]), inner: [], end: first[id + 1]}));
    for (const g of [...this.groups].reverse()) {
      g.members = sorted.subarray(first[g.group], g.end);
      g.size = g.members.length;
      g.first = Math.min(g.own[0] ?? Infinity, ...g.inner.map(inner => inner.first));
      const around = g.inside = this.groups[r.groups[g.group][1]] ?? null;
      if (around) { around.inner.unshift(g); around.end = Math.max(around.end, g.end); }
    }
    this.whole = this.groups[0];
    this.nodes = new Map();
  }
  name(g) { const m = /^stage ([\d.]+)$/.exec(g.name); return g.inside ? m ? t("groups.stage", {k: m[1]}) : g.name : t("groups.whole"); }
  node(k) {
    if (!this.nodes.has(k)) this.nodes.set(k, {node: k, inside: this.groups[this.recording.group[k]], first: k});
    return this.nodes.get(k);
  }
  // What stands in a group: groups, and nodes where they are not hidden.
  things(g, hidden) {
    g.things ??= [...g.inner, ...Array.from(g.own, k => this.node(k))].sort((a, b) => a.first - b.first);
    return hidden ? g.things.filter(x => !(x.members ?? [x.node]).every(k => this.constant(k))) : g.things;
  }
  // A given number that nobody trains: one without an update, or where none is known, without a name.
  constant(k) {
    const r = this.recording;
    this.trained ??= new Set(r.large ? r.updates : r.steps.filter(step => step.kind === "update").map(step => step.node));
    return r.forwardStep[k] === 0 && (this.trained.size ? !this.trained.has(k) : /^[vuts][₀-₉]+$/.test(r.names[k]));
  }
  // What is seen of node k: itself, or the outermost closed group around it.
  seen(k) {
    let found = this.node(k);
    for (let g = found.inside; g; g = g.inside) if (!g.open) found = g;
    return found;
  }
  // The edges between the things of a group: [tail, head, how many].
  edges(g) {
    if (g.edges) return g.edges;
    const r = this.recording, things = this.things(g), count = things.length, found = new Int32Array(count * count);
    const slot = this.slot ??= new Int32Array(r.names.length).fill(-1);
    things.forEach((x, i) => { for (const k of x.members ?? [x.node]) slot[k] = i; });
    const add = (p, head) => { if (slot[p] >= 0 && slot[p] !== head) found[head * count + slot[p]]++; };
    for (const k of g.members) {
      if (r.large) for (let e = r.edgeStart[k]; e < r.edgeStart[k + 1]; e++) add(r.parent[e], slot[k]);
      else for (const p of r.parents[k]) add(p, slot[k]);
    }
    for (const k of g.members) slot[k] = -1;
    const links = [];
    found.forEach((n, key) => { if (n) links.push([things[key % count], things[Math.floor(key / count)], n]); });
    return g.edges = links;
  }
  // How many nodes of a group a step has passed: `steps` says at which each has its number, or its gradient.
  passed(g, steps) {
    let count = 0;
    for (const k of g.members) if (steps[k] <= this.recording.index) count++;
    return count;
  }
  // The smallest and the largest gradient of what a group computes, in size.
  range(g) {
    const r = this.recording, final = r.finals(), computed = g.members.filter(k => r.forwardStep[k] !== 0);
    let low = Infinity, high = 0;
    for (const k of computed.length ? computed : g.members) { const x = sizeOf(final[k]); low = Math.min(low, x); high = Math.max(high, x); }
    return [low, high];
  }
}
// Where each of some lists begins, all of them behind one another; and where the last ends.
function starts(counts) {
  const all = new Int32Array(counts.length + 1);
  counts.forEach((n, k) => { all[k + 1] = all[k] + n; });
  return all;
}
// The last place of an ascending column that is not above x.
function placeOf(column, x) {
  let low = 0, high = column.length;
  while (low < high) { const middle = (low + high) >> 1; if (column[middle] <= x) low = middle + 1; else high = middle; }
  return low - 1;
}
