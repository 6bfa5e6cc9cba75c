// The groups of a graph, one inside another: what each holds, and the edges between what it holds.
// A thing is a group or a node: {group or node, inside, first}: `inside` is the group around it, `first` its first node.
class Tree {
  constructor(recording) {
    const r = this.recording = recording, n = r.names.length;
    this.groups = r.groups.map(([name], id) => ({group: id, name, inside: null, things: null, open: id === 0, own: [], inner: [], size: 0}));
    r.groups.forEach(([, around], id) => { if (around >= 0) { this.groups[id].inside = this.groups[around]; this.groups[around].inner.push(this.groups[id]); } });
    for (let k = 0; k < n; k++) this.groups[r.group[k]].own.push(k);
    // A group that stands around another has the smaller number.
    for (const g of [...this.groups].reverse()) {
      g.size += g.own.length;
      if (g.inside) g.inside.size += g.size;
    }
    this.whole = this.groups[0];
    this.nodes = new Map();
  }
  name(g) { const m = /^stage ([\d.]+)$/.exec(g.name); return g.inside ? m ? t("groups.stage", {k: m[1]}) : g.name : t("groups.whole"); }
  // All nodes of a group, ascending.
  members(g) { return g.members ??= Int32Array.from([...g.own, ...g.inner.flatMap(inner => Array.from(this.members(inner)))]).sort(); }
  node(k) {
    if (!this.nodes.has(k)) this.nodes.set(k, {node: k, inside: this.groups[this.recording.group[k]], first: k});
    return this.nodes.get(k);
  }
  // What stands in a group: groups, and nodes where they are not hidden.
  things(g, hidden) {
    if (!g.things || g.hidden !== hidden) {
      g.hidden = hidden;
      for (const inner of g.inner) inner.first = this.members(inner)[0];
      g.things = [...g.inner, ...g.own.filter(k => !hidden || !this.constant(k)).map(k => this.node(k))].sort((a, b) => a.first - b.first);
      if (hidden) g.things = g.things.filter(x => x.group === undefined || !this.members(x).every(k => this.constant(k)));
    }
    return g.things;
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
    const r = this.recording, found = new Map(), things = [...g.inner, ...g.own.map(k => this.node(k))], count = things.length;
    const slot = this.slot ??= new Int32Array(r.names.length).fill(-1);
    things.forEach((x, i) => { for (const k of x.node === undefined ? this.members(x) : [x.node]) slot[k] = i; });
    const add = (p, head) => {
      if (slot[p] < 0 || slot[p] === head) return;
      const key = head * count + slot[p];
      found.set(key, (found.get(key) || 0) + 1);
    };
    for (const k of this.members(g)) {
      if (r.large) for (let e = r.edgeStart[k]; e < r.edgeStart[k + 1]; e++) add(r.parent[e], slot[k]);
      else for (const p of r.parents[k]) add(p, slot[k]);
    }
    for (const k of this.members(g)) slot[k] = -1;
    return g.edges = [...found].map(([key, n]) => [things[key % count], things[Math.floor(key / count)], n]);
  }
  // Of a group: when its numbers come, and between which sizes its gradients are.
  counts(g) {
    if (g.forward && g.run === this.recording.steps) return g;
    const r = this.recording, members = this.members(g), of = list => Int32Array.from(members, k => list[k] ?? -1).sort();
    const computed = members.filter(k => r.forwardStep[k] !== 0), final = r.finals();
    let low = Infinity, high = 0;
    for (const k of computed.length ? computed : members) { const x = Math.abs(approximately(final[k])); low = Math.min(low, x); high = Math.max(high, x); }
    return Object.assign(g, {run: r.steps, forward: of(r.forwardStep), visits: of(r.visitStep), low, high});
  }
}
// The last place of an ascending column that is not above x.
function placeOf(column, x, length = column.length) {
  let low = 0, high = length;
  while (low < high) { const middle = (low + high) >> 1; if (column[middle] <= x) low = middle + 1; else high = middle; }
  return low - 1;
}
