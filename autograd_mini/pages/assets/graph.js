// The picture: numbers as they become known, the current node and edge lit.
class Graph extends Camera {
  constructor(box, recording) {
    super(box, recording);
    Object.assign(this, {picture: box.firstElementChild, lit: []});
    const [x, y, w, h] = this.picture.getAttribute("viewBox").split(" ").map(Number);
    this.whole = {x, y, w, h};
    const found = new Map();
    for (const e of box.querySelectorAll("[data-id]")) found.set(e.dataset.id, e);
    this.nodes = recording.names.map((_, k) => this.node(found.get("n" + k)));
    for (const [id, e] of found) {
      const copy = /^n(\d+)r\d+$/.exec(id);
      if (copy) this.nodes[copy[1]].copies.push(e);
    }
    let j = 0;  // edges are drawn in the order of their nodes
    this.edges = recording.parents.map(parents => parents.map(() => this.edge(found.get("e" + j++))));
    box.tabIndex = -1;
    this.picture.setAttribute("role", "img");
    // The head of an arrow that runs backwards.
    this.picture.prepend(svg("defs", {}, svg("marker", {id: "tip", viewBox: "0 0 8 8", refX: 12, refY: 4, markerWidth: 14, markerHeight: 14, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse"}, svg("path", {class: "tip", d: "M0 0L8 4L0 8z"}))));
    box.addEventListener("click", event => this.click(event));
    this.translate();
    this.repaint();
  }
  node(e) {
    const text = name => e.querySelector("text." + name);
    return {e, copies: [], data: text("data"), grad: text("grad")};
  }
  edge(e) {
    const partial = e.querySelector("text.partial"), share = e.querySelector("text.share");
    return {e, partial, share, prefix: partial && partial.textContent.replace(/=.*$/, "= ")};
  }
  // Numbers of a node that another recording has otherwise; nodes that can be picked.
  differs(k, grads, data) {
    const {classList} = this.nodes[k]?.e ?? {};
    classList?.toggle("differs", grads || data);
    classList?.toggle("same-data", !data);
    classList?.toggle("same-grad", !grads);
  }
  offer(nodes) { this.nodes.forEach(({e}, k) => e.classList.toggle("choice", nodes.includes(k))); }

  // --- numbers ---
  translate() {
    const r = this.recording;
    for (const node of this.nodes) {
      const words = [...node.e.querySelectorAll("text.word")];
      words.forEach((word, k) => { word.textContent = k && k < words.length - 1 ? t("stale") : t(k ? "grad" : "data"); });
      const stale = node.e.querySelector("text.stale");
      if (stale) {
        node.now ??= stale.textContent.replace(/^ahora /, "");
        stale.textContent = node.now === "sin valor" ? t("stale.none") : t("stale.now", {x: node.now});
      }
    }
    this.picture.setAttribute("aria-label", t("picture", {n: whole(r.data.length), root: r.names[r.root]}));
  }
  repaint() {
    const r = this.recording;
    for (let k = 0; k < r.data.length; k++) this.paintNode(k);
    for (const step of r.steps) if (step.kind === "accumulate") this.paintEdge(step);
  }
  paint(touched) {
    for (const k of touched.nodes) this.paintNode(k);
    for (const step of touched.edges) this.paintEdge(step);
  }
  paintNode(k) {
    const r = this.recording, node = this.nodes[k];
    for (const e of [node.e, ...node.copies]) {
      e.classList.toggle("pending", !r.known[k]);
      e.classList.toggle("complete", r.complete[k]);
    }
    write(node.data, r.known[k] ? formatNumber(r.now[k]) : "—");
    write(node.grad, r.grad[k] === null ? "—" : formatNumber(r.grad[k]));
  }
  paintEdge(step) {
    const r = this.recording, edge = this.edges[step.node][step.edge];
    const flown = r.flown[step.node][step.edge];
    edge.e.classList.toggle("flown", flown);
    if (!flown || !edge.partial) return;
    write(edge.partial, edge.prefix + formatNumber(step.partial));
    if (edge.share) write(edge.share, `${formatFactor(step.adjoint, true)} × ${formatFactor(step.partial)} = ${formatNumber(step.share)}`);
  }

  // --- the current step ---
  light(step, main = this.recording.focus()) {
    for (const [e, name] of this.lit) e.classList.remove(name);
    this.lit = [];
    const r = this.recording, mark = (e, name) => {
      if (!e) return;
      e.classList.add(name);
      this.lit.push([e, name]);
    };
    for (const k of step.nodes || [main]) {
      for (const e of [this.nodes[k].e, ...this.nodes[k].copies]) mark(e, "lit");
    }
    if (step.kind === "accumulate") {
      mark(this.edges[step.node][step.edge].e, "lit");
      if (step.node !== main) mark(this.nodes[step.node].e, "giving");
    }
    if (step.kind === "forward") {
      r.parents[step.node].forEach((parent, edge) => {
        mark(this.edges[step.node][edge].e, "lit");
        if (parent !== main) mark(this.nodes[parent].e, "giving");
      });
    }
    this.follow(main, false, step.kind === "accumulate" ? step.node : main);
  }
  click(event) {
    if (this.dragged) return;
    const group = event.target.closest("g.node");
    const match = group && /^n(\d+)/.exec(group.dataset.id);
    if (match) this.chosen(Number(match[1]));
  }

  // On paper, all of it.
  unroll() {
    const {x, y, w, h} = this.whole;
    this.picture.setAttribute("viewBox", [x, y, w, h].join(" "));
  }
  see(...part) { this.picture.setAttribute("viewBox", part.map(x => x.toFixed(2)).join(" ")); }
  boxOf(k) {
    const node = this.nodes[k], shift = node.e.parentNode.transform.baseVal[0].matrix;
    const b = node.frame ||= node.e.getBBox();
    return [b.x + shift.e, b.y + shift.f, b.x + shift.e + b.width, b.y + shift.f + b.height];
  }
  // Bring a node into view, where not all is, and another one if both have room.
  follow(k, at_once, other = k) {
    this.near();
    if (!this.box.classList.contains("zoomed") || !this.scale) return;
    const one = this.boxOf(k), also = this.boxOf(other), both = one.map((x, j) => Math[j < 2 ? "min" : "max"](x, also[j]));
    const room = (both[2] - both[0]) * this.scale < this.width && (both[3] - both[1]) * this.scale < this.height;
    const [left, top, right, bottom] = room ? both : one;
    this.bring({x: (left + right) / 2, y: (top + bottom) / 2, w: right - left, h: bottom - top}, at_once);
  }
}
function write(e, text) {
  if (e && e.textContent !== text) e.textContent = text;
}
let graphs = [];

function startGraphs() {
  graphs = [...document.querySelectorAll("#figure .graph")].map((box, r) => {
    if (runs[r].label) box.before(el("h2", {class: "label", text: runs[r].label}));
    return runs[r].groups ? new Groups(box, runs[r]) : new Graph(box, runs[r]);
  });
  $("main").className = graphs.length > 1 ? "two" : !recording.groups && graphs[0].whole.w > 2.2 * graphs[0].whole.h ? "wide" : "";
  const all = f => () => graphs.forEach(f);
  const acts = {closer: g => g.zoom(1.3), farther: g => g.zoom(1 / 1.3), fit: g => g.fit()};
  for (const [id, act] of Object.entries(acts)) $(id).addEventListener("click", all(act));
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), select, textarea")) return;
    const act = {"+": "closer", "=": "closer", "-": "farther", "0": "fit"}[event.key];
    if (act) { event.preventDefault(); all(acts[act])(); }
  });
}
