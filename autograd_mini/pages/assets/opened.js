// The picture of a large graph: its groups, opened and closed in place, by pointer and by keyboard.
class Groups extends Camera {
  constructor(box, recording) {
    super(box, recording);
    const canvas = box.firstElementChild, tree = new Tree(recording);
    Object.assign(this, {canvas, tree, rolls: true, touchedZoom: true, hidden: false, chosenThing: tree.whole, painter: new Painter(canvas, tree),
      lit: {things: new Set(), edges: []}, giving: new Set(), offered: new Set(), differing: new Map(), path: null});
    Object.assign(canvas, {tabIndex: 0, things: () => this.things()});
    canvas.setAttribute("role", "application");
    this.crumbs = el("nav", {class: "crumbs", "data-t-label": "groups.where"});
    this.constants = el("button", {type: "button", "aria-pressed": "false", onclick: () => this.hide(!this.hidden)});
    this.shut = el("button", {type: "button", onclick: () => this.closeAll()});
    this.here = el("button", {type: "button", onclick: () => this.reveal(recording.focus())});
    box.before(el("div", {class: "groups"}, this.crumbs, el("div", {class: "row"}, this.here, this.shut, this.constants)));
    box.addEventListener("click", event => this.click(event));
    canvas.addEventListener("keydown", event => this.key(event));
    onTheme(() => this.repaint());
    this.laid();
    this.translate();
  }
  // --- what is open ---
  laid() {
    Object.assign(this, spread(this.tree, this.hidden));
    const {w, h} = this.tree.whole;
    this.whole = {x: -12, y: -12 + PLACE.title, w: w + 24, h: h + 24 - PLACE.title};
    if (this.lastStep) this.marks(...this.lastStep);
    if (this.path) this.traced = this.routed(this.path);
    if (this.width) this.least = Math.min(LARGEST, this.width / this.whole.w, this.height / this.whole.h);
    this.request();
  }
  open(g) { g.open = true; this.laid(); }
  close(g) {
    for (const inner of g.inner) if (inner.open) this.close(inner);
    g.open = false;
  }
  toggle(g) {
    if (g.open) { this.close(g); this.laid(); } else this.open(g);
    this.choose(g);
    // Near enough that what has been opened can be read, where that is possible.
    const near = Math.max(0.62, Math.min(1, this.width / (g.w + 40), this.height / (g.h + 40)));
    if (g.open && this.scale < near) this.scale = near;
    this.show(g);
    say(t(g.open ? "groups.opened" : "groups.closed", {x: this.tree.name(g), n: whole(g.size), things: this.tree.things(g, this.hidden).length}));
  }
  closeAll() {
    for (const g of this.tree.whole.inner) if (g.open) this.close(g);
    this.laid();
    this.choose(this.tree.whole);
    this.home();
  }
  // All of it; where that is too small, its beginning, so near that one reads what the boxes are.
  home() {
    this.fit();
    if (this.scale >= 0.2) return;
    this.scale = 0.36;
    this.look(this.whole.x, this.cy);
  }
  hide(hidden) {
    this.hidden = hidden;
    if (this.scale) this.laid();
    this.constants.setAttribute("aria-pressed", hidden);
    this.look(this.cx, this.cy);
  }
  // Open all groups around a thing, and show it.
  reveal(k) {
    if (this.hidden && this.tree.constant(k)) this.hide(false);
    const thing = this.tree.node(k);
    for (let g = thing.inside; g; g = g.inside) g.open = true;
    this.laid();
    this.choose(thing);
    if (this.scale < 0.75) this.scale = 0.9;
    this.look(thing.x + thing.w / 2, thing.y + thing.h / 2);
  }
  // A thing comes into view: all of it where it fits, else its upper left corner.
  show(thing) {
    if (!this.scale) return;
    const w = this.width / this.scale, h = this.height / this.scale, x = thing.w < w ? thing.x + thing.w / 2 : thing.x + w / 2 - 20, y = thing.h < h ? thing.y + thing.h / 2 : thing.y + h / 2 - 40;
    const inside = thing.x >= this.cx - w / 2 && thing.y >= this.cy - h / 2 && thing.x + thing.w <= this.cx + w / 2 && thing.y + thing.h <= this.cy + h / 2;
    cancelAnimationFrame(this.frame);
    if (inside || still()) this.look(inside ? this.cx : x, inside ? this.cy : y); else this.glide(x, y);
  }
  choose(thing) {
    this.chosenThing = thing;
    const way = [];
    for (let x = thing; x; x = x.inside) way.unshift(x);
    const name = x => x.node === undefined ? this.tree.name(x) : this.recording.names[x.node];
    this.crumbs.replaceChildren(el("ol", {}, ...way.map(x => el("li", {}, el("button", {type: "button", "aria-current": x === thing && "true", text: name(x),
      onclick: () => { this.choose(x); this.show(x); this.canvas.focus({preventScroll: true}); }})))));
    this.crumbs.scrollLeft = this.crumbs.scrollWidth;
    showNumbers();
    this.request();
  }
  // The nodes that the table has: those of the group that is chosen.
  get group() { return this.chosenThing.node === undefined ? this.chosenThing : this.chosenThing.inside; }
  listed() { return Array.from(this.group.members).sort((a, b) => a - b).slice(0, ROWS); }
  around() { return this.tree.name(this.group); }

  // What is seen, for who asks the canvas: the boxes, their places and their texts.
  things() {
    return this.seen.filter(thing => thing.inside).map(thing => {
      const {x, y, w, h, group = null, open = false} = thing, {name, rows} = open ? {name: this.tree.name(thing), rows: []} : this.painter.state(thing);
      return {id: thing.node ?? thing.name, group, around: thing.inside.group, open, x, y, w, h, name, rows};
    });
  }

  // --- pointer and keyboard ---
  hit(event) {
    const box = this.box.getBoundingClientRect(), x = this.cx + (event.clientX - box.left - this.width / 2) / this.scale, y = this.cy + (event.clientY - box.top - this.height / 2) / this.scale;
    const on = thing => x >= thing.x && x <= thing.x + thing.w && y >= thing.y && y <= thing.y + (thing.open ? PLACE.head : thing.h);
    return this.seen.findLast(thing => thing.inside && on(thing));
  }
  click(event) {
    if (this.dragged || event.target !== this.canvas) return;
    const thing = this.hit(event);
    if (thing) this.act(thing);
  }
  act(thing) {
    if (thing.node === undefined) return this.toggle(thing);
    this.choose(thing);
    this.chosen(thing.node);
  }
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const x = this.chosenThing, aside = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[event.key];
    if (aside) this.step(x, ...aside);
    else if (event.key === "Enter" || event.key === " ") { if (x.inside) this.act(x); else this.step(x, 1, 0); }
    else if (event.key === "Escape" || event.key === "Backspace") { if (x.inside) this.told(x.inside); }
    else return;
    event.preventDefault();
  }
  // To the nearest neighbour in a direction; from an open group into it.
  step(x, dx, dy) {
    const inside = x.open ? x : x.inside, all = inside.arranged.columns.flat().filter(y => y !== x && (y.node !== undefined || y.group !== undefined));
    const far = y => { const along = (y.x - x.x) * dx + (y.y - x.y) * dy, across = Math.abs((y.x - x.x) * dy) + Math.abs((y.y - x.y) * dx); return along > 1 ? along + 2.5 * across : Infinity; };
    const next = x.open ? all.reduce((a, b) => b.x + b.y < a.x + a.y ? b : a, all[0]) : all.reduce((a, b) => far(b) < far(a) ? b : a, x);
    if (next) this.told(next);
  }
  told(x) {
    this.choose(x);
    this.show(x);
    const {name, rows} = x.open ? {name: this.tree.name(x), rows: []} : this.painter.state(x);
    say([name.replace(/^\+ /, ""), ...rows.map(row => row.slice(0, 2).join(" "))].join(", "));
  }

  // --- what the other parts of the page ask a picture ---
  translate() {
    this.canvas.setAttribute("aria-label", t("picture", {n: whole(this.recording.names.length), root: this.recording.names[this.recording.root]}) + ". " + t("groups.keys"));
    this.constants.textContent = t("groups.constants");
    this.shut.textContent = t("groups.shut");
    this.here.textContent = t("groups.here");
    this.choose(this.chosenThing);
  }
  repaint() { requestAnimationFrame(() => { this.painter.shades(); this.request(); }); }
  paint() { this.request(); }
  offer(nodes) { this.offered = new Set(nodes); this.request(); }
  differs(k, grad, data) { if (grad || data) this.differing.set(k, {grad, data}); else this.differing.delete(k); }
  unroll() { this.painter.shades(); this.draw(); }  // on paper no frame is waited for
  marks(step, main) {
    const r = this.recording, lit = {things: new Set(), edges: []}, giving = new Set(), m = writers[runs.indexOf(r)];
    for (const k of step.nodes ? [] : [main]) lit.things.add(this.tree.seen(k));
    const edge = (parent, node, words, back) => {
      const [tail, head] = [this.tree.seen(parent), this.tree.seen(node)];
      giving.add(this.tree.seen(back ? node : parent));
      if (tail !== head && tail.x !== undefined && head.x !== undefined) lit.edges.push({...direct(tail, head), words, back});
    };
    if (step.kind === "accumulate" && step.partial !== undefined) {
      const product = `${formatFactor(step.adjoint, true)} × ${formatFactor(step.partial)} = ${formatNumber(step.share)}`;
      edge(step.parent, step.node, [`${m.derivative(step).text} = ${formatNumber(step.partial)}`, product], true);
    } else if (step.kind === "accumulate") edge(r.parents[step.node][step.edge], step.node, [], true);
    if (step.kind === "forward") for (const parent of new Set(r.parents[step.node])) edge(parent, step.node, []);
    Object.assign(this, {lit, giving, lastStep: [step, main]});
  }
  light(step, main = this.recording.focus()) {
    this.painter.shades();
    this.marks(step, main);
    this.follow(main);
    this.request();
  }
  follow(k, at_once) {
    if (!this.box.classList.contains("zoomed") || !this.scale || this.recording.index === 0) return;
    const thing = this.tree.seen(k);
    if (thing.x !== undefined) this.bring({x: thing.x + thing.w / 2, y: thing.y + thing.h / 2, w: thing.w, h: thing.h}, at_once);
  }
  // The path from a node to the root: a list of nodes, or null.
  trace(path) {
    this.path = path;
    this.traced = path && this.routed(path);
    this.request();
  }
  routed(path) {
    const stops = path.map(k => this.tree.seen(k));
    return stops.slice(1).flatMap((head, i) => head !== stops[i] && head.x !== undefined && stops[i].x !== undefined ? [direct(stops[i], head)] : []);
  }
  resized() {
    const {clientWidth: w, clientHeight: h} = this.box;
    if (!w || !h) return;
    this.painter.size(w, h);
    const first = this.scale === null;
    super.resized();
    if (!first) return;
    this.home();
    this.follow(this.recording.focus(), true);
  }
  see(x, y, w, h) {
    this.view = {x, y, w, h};
    this.request();
  }
  request() {
    if (!this.asked && this.view) this.asked = requestAnimationFrame(() => this.draw());
  }
  draw() {
    this.asked = 0;
    this.painter.paint({...this, chosen: this.chosenThing}, this.view, this.scale);
  }
}
