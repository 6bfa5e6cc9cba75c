// The picture: numbers as they become known, the current node and edge lit, zoom and pan.
const LARGEST = 2.4;  // pixels per unit; text has 12 units

class Graph {
  constructor(box, recording) {
    Object.assign(this, {box, recording, picture: box.firstElementChild, lit: []});
    const found = new Map();
    for (const e of box.querySelectorAll("[data-id]")) found.set(e.dataset.id, e);
    const n = recording.data.length, items = recording.items;
    this.item = k => items ? items[k] : k;
    this.nodes = [];
    for (let k = 0; k < n; k++) {
      const item = this.item(k);
      if (this.nodes[item]) this.nodes[item].members.push(k);
      else this.nodes[item] = this.node(found.get("n" + item), item, k);
    }
    for (const [id, e] of found) {
      const copy = /^n(\d+)r\d+$/.exec(id);
      if (copy) this.nodes[copy[1]].copies.push(e);
    }
    // Edges are drawn in the order of their nodes; in a folded picture first those between nodes.
    const links = new Map(), drawn = k => !this.nodes[this.item(k)].folded;
    let j = 0;
    this.edges = recording.parents.map((parents, k) => parents.map(parent =>
      drawn(k) && drawn(parent) ? this.edge(found.get("e" + j++), k, parent) : null));
    if (items) recording.links.slice(j).forEach(([a, b], i) => links.set(a + " " + b, found.get("e" + (i + j))));
    this.edges.forEach((list, k) => list.forEach((edge, i) => {
      if (!edge) list[i] = {e: links.get(this.item(recording.parents[k][i]) + " " + this.item(k))};
    }));
    box.tabIndex = -1;
    this.picture.setAttribute("role", "img");
    // The head of an arrow that runs backwards.
    this.picture.prepend(svg("defs", {}, svg("marker", {id: "tip", viewBox: "0 0 8 8", refX: 12, refY: 4, markerWidth: 14, markerHeight: 14, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse"}, svg("path", {class: "tip", d: "M0 0L8 4L0 8z"}))));
    this.moving();
    box.addEventListener("click", event => this.click(event));
    new ResizeObserver(() => this.resized()).observe(box);
    this.translate();
    this.repaint();
  }
  node(e, item, k) {
    const folded = e.classList.contains("folded"), text = name => e.querySelector("text." + name);
    if (this.recording.items && !folded) text("name").textContent = this.recording.names[k];
    return {e, item, folded, members: [k], copies: [], known: 0, complete: 0,
      data: text("data"), grad: text("grad"), range: text("range"), name: text("name")};
  }
  edge(e, k, parent) {
    const partial = e.querySelector("text.partial"), share = e.querySelector("text.share"), {items, names} = this.recording;
    const prefix = items ? `∂${names[k]}/∂${names[parent]} = ` : partial && partial.textContent.replace(/=.*$/, "= ");
    return {e, partial, share, prefix};
  }
  nodeElement(k) { return this.nodes[this.item(k)].e; }
  edgeElement(k, edge) { return this.edges[k][edge].e; }

  // --- numbers ---
  translate() {
    const r = this.recording;
    for (const node of this.nodes) {
      const texts = r.texts["n" + node.item];
      const words = [...node.e.querySelectorAll("text.word")];
      if (texts) {
        const [name, ...rows] = texts[language() === "es" ? 1 : 0];
        node.name.textContent = name;
        rows.forEach((row, k) => { if (words[k]) words[k].textContent = row; });
      } else words.forEach((word, k) => { word.textContent = k && k < words.length - 1 ? t("stale") : t(k ? "grad" : "data"); });
      const stale = node.e.querySelector("text.stale");
      if (stale) {
        node.now ??= stale.textContent.replace(/^ahora /, "");
        stale.textContent = node.now === "sin valor" ? t("stale.none") : t("stale.now", {x: node.now});
      }
    }
    for (const e of this.picture.querySelectorAll("text.edges")) e.textContent = t("edges", {n: parseInt(e.textContent)});
    this.picture.setAttribute("aria-label", t("picture", {n: r.data.length, root: r.names[r.root]}));
  }
  repaint() {
    const r = this.recording;
    for (const node of this.nodes) Object.assign(node, {known: 0, complete: 0});
    this.seen = r.data.map(() => [false, false]);
    for (let k = 0; k < r.data.length; k++) this.paintNode(k);
    for (const step of r.steps) if (step.kind === "accumulate") this.paintEdge(step);
  }
  paint(touched) {
    for (const k of touched.nodes) this.paintNode(k);
    for (const step of touched.edges) this.paintEdge(step);
  }
  paintNode(k) {
    const r = this.recording, node = this.nodes[this.item(k)], before = this.seen[k];
    node.known += r.known[k] - before[0];
    node.complete += r.complete[k] - before[1];
    this.seen[k] = [r.known[k], r.complete[k]];
    const all = node.members.length;
    for (const e of [node.e, ...node.copies]) {
      e.classList.toggle("pending", node.known < all);
      e.classList.toggle("complete", node.complete === all);
    }
    if (!node.folded) {
      write(node.data, r.known[k] ? formatNumber(r.now[k]) : "—");
      write(node.grad, r.grad[k] === null ? "—" : formatNumber(r.grad[k]));
    } else if (node.range) {
      write(node.range, node.complete === all ? this.range(node)
        : node.complete ? `${node.complete} / ${all}` : node.known < all ? `${node.known} / ${all}` : "—");
    }
  }
  range(node) {
    const r = this.recording, own = node.members.filter(k => r.parents[k].length);
    const sizes = (own.length ? own : node.members).map(k => Math.abs(approximately(r.grad[k])));
    const [low, high] = [Math.min(...sizes), Math.max(...sizes)].map(x => formatNumber(x, 3));
    return low === high ? low : t("range", {low, high});
  }
  paintEdge(step) {
    const r = this.recording, edge = this.edges[step.node][step.edge];
    if (!edge.prefix && r.items || !edge.e) return;
    const flown = r.flown[step.node][step.edge];
    edge.e.classList.toggle("flown", flown);
    if (!flown || !edge.partial) return;
    const partial = formatNumber(step.partial);
    write(edge.partial, edge.prefix + partial);
    if (edge.share) write(edge.share, `${formatNumber(step.adjoint)} × ${partial[0] === "−" ? `(${partial})` : partial} = ${formatNumber(step.share)}`);
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
      mark(this.nodeElement(k), "lit");
      for (const e of this.nodes[this.item(k)].copies) mark(e, "lit");
    }
    if (step.kind === "accumulate") {
      mark(this.edges[step.node][step.edge].e, "lit");
      if (this.item(step.node) !== this.item(main)) mark(this.nodeElement(step.node), "giving");
    }
    if (step.kind === "forward") {
      r.parents[step.node].forEach((parent, edge) => {
        mark(this.edges[step.node][edge].e, "lit");
        if (this.item(parent) !== this.item(main)) mark(this.nodeElement(parent), "giving");
      });
    }
    this.follow(main);
  }
  click(event) {
    if (this.dragged) return;
    const group = event.target.closest("g.node");
    const match = group && /^n(\d+)/.exec(group.dataset.id);
    if (match) this.chosen(this.nodes[match[1]].members);
  }
  chosen(members) {
    const r = this.recording, k = members[members.length - 1];
    if (this.performing) return this.performing(k);
    const steps = {forward: r.forwardStep[k], backward: r.visitStep[k]};
    const first = members.reduce((a, b) => Math.min(a, r.visitStep[b]), Infinity);
    if (members.length > 1) Object.assign(steps, {forward: r.forwardStep[members[0]], backward: first});
    const here = phaseOf(r.steps[r.index]) === "forward" ? "forward" : "backward";
    const to = r.index === steps[here] ? steps[here === "forward" ? "backward" : "forward"] : steps[here];
    player.pause();
    player.go(position(to, runs.indexOf(r)));
  }

  // --- zoom and pan: the part of the picture that is shown ---
  moving() {
    const [x, y, w, h] = this.picture.getAttribute("viewBox").split(" ").map(Number);
    this.whole = {x, y, w, h};
    this.scale = null;
    const held = new Map();
    let before = null;
    const spread = () => {
      const [a, b] = [...held.values()];
      return {x: b ? (a.x + b.x) / 2 : a.x, y: b ? (a.y + b.y) / 2 : a.y, d: b ? Math.hypot(a.x - b.x, a.y - b.y) : 0};
    };
    const at = event => { const r = this.box.getBoundingClientRect(); return {x: event.clientX - r.left, y: event.clientY - r.top}; };
    this.box.addEventListener("pointerdown", event => {
      held.set(event.pointerId, at(event));
      before = spread();
      if (held.size === 1) this.dragged = false;
    });
    this.box.addEventListener("pointermove", event => {
      if (!held.has(event.pointerId) || !this.scale) return;
      held.set(event.pointerId, at(event));
      const now = spread();
      if (!this.dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4 && held.size === 1) return;
      if (!this.dragged) this.box.setPointerCapture(event.pointerId);
      this.dragged = true;
      if (before.d && now.d) this.zoom(now.d / before.d, now.x, now.y);
      this.look(this.cx - (now.x - before.x) / this.scale, this.cy - (now.y - before.y) / this.scale);
      before = now;
    });
    const free = event => { held.delete(event.pointerId); if (held.size) before = spread(); };
    this.box.addEventListener("pointerup", free);
    this.box.addEventListener("pointercancel", free);
    this.box.addEventListener("wheel", event => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const {x, y} = at(event);
      this.zoom(Math.exp(-event.deltaY / 300), x, y);
    }, {passive: false});
  }
  resized() {
    const {clientWidth: w, clientHeight: h} = this.box;
    if (!w || !h) return;
    const fitted = this.scale === null || this.scale <= this.least * 1.001;
    this.width = w;
    this.height = h;
    this.least = Math.min(LARGEST, w / this.whole.w, h / this.whole.h);
    // Where all of it would be too small, a part that can be read, which follows the steps.
    const legible = parseFloat(getComputedStyle(ROOT).fontSize) / 15;
    if (fitted) this.scale = this.touchedZoom || this.least >= 0.8 * legible ? this.least : legible;
    this.look(this.cx ?? this.whole.x + this.whole.w / 2, this.cy ?? this.whole.y + this.whole.h / 2);
    if (this.recording.index >= 0) this.follow(this.recording.focus(), true);
  }
  // The centre, kept where no more emptiness than needed is shown.
  look(cx, cy) {
    const {whole, width, height, scale} = this, w = width / scale, h = height / scale;
    const within = (c, start, size, seen) => seen >= size ? start + size / 2 : Math.max(start + seen / 2, Math.min(start + size - seen / 2, c));
    this.cx = within(cx, whole.x, whole.w, w);
    this.cy = within(cy, whole.y, whole.h, h);
    this.picture.setAttribute("viewBox", [this.cx - w / 2, this.cy - h / 2, w, h].map(x => x.toFixed(2)).join(" "));
    this.box.classList.toggle("zoomed", w < whole.w - 1 || h < whole.h - 1);
  }
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.scale;
    if (!before) return; // not laid out yet, so there is no size to start from
    this.touchedZoom = true;
    this.scale = Math.max(this.least, Math.min(6, before * factor));
    const shift = 1 / before - 1 / this.scale;
    this.look(this.cx + (x - this.width / 2) * shift, this.cy + (y - this.height / 2) * shift);
  }
  fit() {
    this.touchedZoom = true;
    if (!this.scale) return;
    this.scale = this.least;
    this.look(this.whole.x + this.whole.w / 2, this.whole.y + this.whole.h / 2);
  }
  // On paper, all of it.
  unroll() {
    const {x, y, w, h} = this.whole;
    this.picture.setAttribute("viewBox", [x, y, w, h].join(" "));
  }
  // Bring a node into view, where not all is.
  follow(k, at_once = false) {
    if (!this.box.classList.contains("zoomed") || !this.scale) return;
    const node = this.nodes[this.item(k)], shift = node.e.parentNode.transform.baseVal[0].matrix;
    const b = node.frame || (node.frame = node.e.getBBox());
    const x = b.x + b.width / 2 + shift.e, y = b.y + b.height / 2 + shift.f;
    const w = this.width / this.scale / 2, h = this.height / this.scale / 2;
    const inside = Math.abs(x - this.cx) < w - b.width / 2 - w / 5 && Math.abs(y - this.cy) < h - b.height / 2;
    cancelAnimationFrame(this.frame);
    if (inside) return;
    if (at_once || still() || player.speed > 5 && player.playing) { this.look(x, y); return; }
    const from = {x: this.cx, y: this.cy}, start = performance.now();
    const glide = now => {
      const part = Math.min(1, (now - start) / 250), eased = part * (2 - part);
      this.look(from.x + (x - from.x) * eased, from.y + (y - from.y) * eased);
      if (part < 1) this.frame = requestAnimationFrame(glide);
    };
    this.frame = requestAnimationFrame(glide);
  }
}
function write(e, text) {
  if (e && e.textContent !== text) e.textContent = text;
}
let graphs = [];

function startGraphs() {
  graphs = [...document.querySelectorAll("#figure .graph")].map((box, r) => {
    if (runs[r].label) box.before(el("h2", {class: "label", text: runs[r].label}));
    return new Graph(box, runs[r]);
  });
  $("main").className = graphs.length > 1 ? "two" : graphs[0].whole.w > 2.2 * graphs[0].whole.h ? "wide" : "";
  const all = f => () => graphs.forEach(f);
  const acts = {closer: g => g.zoom(1.3), farther: g => g.zoom(1 / 1.3), fit: g => g.fit()};
  for (const [id, act] of Object.entries(acts)) $(id).addEventListener("click", all(act));
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), select, textarea")) return;
    const act = {"+": "closer", "=": "closer", "-": "farther", "0": "fit"}[event.key];
    if (act) { event.preventDefault(); all(acts[act])(); }
  });
}
