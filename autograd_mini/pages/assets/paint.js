// What is seen of the groups, on a canvas: as SVG, 500 nodes came at 18 frames a second, so they at 59.
const READABLE = 5;  // pixels of a letter's size, below which no text is written
const FAR = 1.6;  // units of a pixel from which a group shows only its name, and what is pending has no dashes
const SHADES = "card paper ink soft line stroke leaf operation root partial grad lit lit-paper warn".split(" ");

class Painter {
  constructor(canvas, tree) {
    Object.assign(this, {canvas, tree, g: canvas.getContext("2d")});
    this.shades();
  }
  shades() {
    const style = getComputedStyle(ROOT);
    this.c = Object.fromEntries(SHADES.map(name => [name, style.getPropertyValue("--" + name).trim()]));
    const lit = /^var\((.*)\)$/;
    for (const [name, x] of Object.entries(this.c)) if (lit.test(x)) this.c[name] = style.getPropertyValue(lit.exec(x)[1]).trim();
  }
  size(w, h) {
    const dots = Math.min(2, devicePixelRatio || 1);
    Object.assign(this, {dots});
    Object.assign(this.canvas, {width: Math.round(w * dots), height: Math.round(h * dots)});
  }
  // `scene`: what is seen, the routes, what is lit and how.
  paint({seen, routes, lit, giving, offered, differing, traced, chosen}, view, scale) {
    const {g, c, dots} = this, zoom = scale * dots;
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.fillStyle = c.card;
    g.fillRect(0, 0, this.canvas.width, this.canvas.height);
    g.setTransform(zoom, 0, 0, zoom, -view.x * zoom, -view.y * zoom);
    Object.assign(this, {text: 12 * scale > READABLE, one: 1 / scale});
    const within = x => x.x < view.x + view.w && x.x + x.w > view.x && x.y < view.y + view.h && x.y + x.h > view.y;
    const shown = this.drawn = seen.filter(within);
    for (const x of shown) if (x.open && x.inside) this.frame(x, view);
    this.edges(routes.filter(route => !apartFrom(route, view)), scale);
    if (traced) this.strong(traced, c.partial, 3);
    for (const x of shown) if (!x.open) this.box(x, {lit: lit.things.has(x), giving: giving.has(x), offered: offered.has(x.node), differing: differing.get(x.node), chosen: x === chosen});
    this.strong(lit.edges, c.lit, 3.5);
    if (chosen?.open && chosen.inside) this.ring(chosen, c.lit, 2, [6, 4]);
  }
  edges(routes, scale) {
    const {g, c} = this, bundles = [[], [], []];
    for (const route of routes) bundles[route.faint ? 2 : Number(route.count > 1)].push(route);
    bundles.forEach((list, kind) => {
      g.beginPath();
      for (const {line} of list) follow(g, line);
      g.strokeStyle = c.stroke;
      g.lineWidth = [1.1, 1.8, 0.8][kind];
      g.globalAlpha = [0.8, 0.55, list.length > 400 ? 0.13 : 0.3][kind];
      g.stroke();
      g.globalAlpha = 1;
    });
    if (scale < 0.3) return;
    g.beginPath();
    for (const {line} of routes) tip(g, line.at(-2), line.at(-1));
    g.fillStyle = c.stroke;
    g.fill();
  }
  // Edges of the step that is shown, with their local derivative and what flows back.
  strong(list, colour, width) {
    const {g} = this;
    g.strokeStyle = g.fillStyle = colour;
    g.lineWidth = Math.max(width, 1.5 * this.one);
    for (const {line, back} of list) {
      g.beginPath();
      follow(g, line);
      g.stroke();
      g.beginPath();
      if (back) this.backwards(line[0], line[1]); else tip(g, line.at(-2), line.at(-1));
      g.fill();
    }
    if (!this.text) return;
    for (const {line, words} of list) (words || []).forEach((word, i) => {
      const x = (line[0] + line.at(-2)) / 2, y = (line[1] + line.at(-1)) / 2 - 8 - 14 * (words.length - 1 - i), w = widthOf(word, 11);
      g.fillStyle = this.c.card;
      g.fillRect(x - w / 2 - 3, y - 11, w + 6, 15);
      this.write(word, x, y, i ? this.c.grad : this.c.partial, {align: "center", size: 11, bold: true});
    });
  }
  backwards(x, y) {
    const {g} = this;
    g.moveTo(x - 1, y);
    g.lineTo(x + 10, y - 5);
    g.lineTo(x + 10, y + 5);
    g.closePath();
  }
  write(text, x, y, colour, {align = "left", bold = false, size = 12, most} = {}) {
    const {g} = this;
    g.font = `${bold ? "bold " : ""}${size}px Helvetica, Arial, sans-serif`;
    g.textAlign = align;
    g.fillStyle = colour;
    g.fillText(text, x, y, most);
  }
  frame(x, view) {
    const {g, c} = this;
    g.fillStyle = c.paper;
    g.fillRect(x.x, x.y, x.w, x.h);
    g.strokeStyle = c.line;
    g.lineWidth = Math.max(1, this.one);
    g.strokeRect(x.x, x.y, x.w, x.h);
    g.fillStyle = c.operation;
    g.fillRect(x.x, x.y, x.w, PLACE.head);
    // The title stays in sight as long as the group does.
    const left = Math.min(Math.max(x.x, view.x), x.x + x.w - 120);
    if (this.text) this.write("− " + this.tree.name(x) + " · " + t("groups.count", {n: whole(x.size)}), left + 10, x.y + 18, c.ink, {bold: true, most: x.w - 20});
  }
  // Rectangles that are filled: stroked, those of 500 boxes take 8 ms, and 45 where they are dashed.
  ring({x, y, w, h}, colour, width, dash = []) {
    const {g} = this, line = Math.max(width, width * this.one * 0.8), half = line / 2;
    if (dash.length && this.one < FAR) {
      Object.assign(g, {strokeStyle: colour, lineWidth: line});
      g.setLineDash(dash);
      g.strokeRect(x, y, w, h);
      return g.setLineDash([]);
    }
    g.fillStyle = colour;
    for (const edge of [y, y + h]) g.fillRect(x - half, edge - half, w + line, line);
    for (const edge of [x, x + w]) g.fillRect(edge - half, y + half, line, h - line);
  }
  box(x, {lit, giving, offered, differing, chosen}) {
    const {g, c} = this, state = this.state(x), group = x.node === undefined;
    g.fillStyle = lit ? c["lit-paper"] : c.card;
    if (lit) g.fillRect(x.x - 7, x.y - 7, x.w + 14, x.h + 14);
    g.fillStyle = c.card;
    g.fillRect(x.x, x.y, x.w, x.h);
    if (!state.pending) {
      g.fillStyle = lit ? c["lit-paper"] : c[state.shade];
      g.fillRect(x.x, x.y, x.w, PLACE.head);
    }
    this.ring(x, lit || giving ? c.lit : c.stroke, lit ? 3 : giving || group ? 2 : 1, state.pending && !lit || offered ? [4, 3] : []);
    if (chosen) this.ring({x: x.x - 5, y: x.y - 5, w: x.w + 10, h: x.h + 10}, c.lit, 2, [6, 4]);
    if (group ? this.one >= FAR : !this.text) {  // whole sizes are few fonts, which are quick
      const name = group ? state.name.slice(2) : this.tree.recording.names[x.node], size = Math.floor(Math.min(44, 11 * this.one, 13 * (x.w - 12) / widthOf(name, 13)));
      if (group || size > 7 * this.one) this.write(name, x.x + x.w / 2, x.y + x.h / 2 + size * 0.36, c.ink, {align: "center", bold: group, size});
      return;
    }
    const right = x.x + x.w - 6, left = x.x + 6;
    this.write(state.name, x.x + x.w / 2, x.y + 18, c.ink, {align: "center", bold: group || x.node === this.tree.recording.root, most: x.w - 8});
    state.rows.forEach(([word, number, shade, key], i) => {
      const y = x.y + 43 + 22 * i, off = differing?.[key];
      this.write(word, left, y, c.soft);
      this.write(number, right, y, off ? c.warn : c[shade], {align: "right", bold: !!off});
    });
  }
  // What stands in a box after the current step.
  state(x) {
    const r = this.tree.recording, at = r.index, {node: k} = x;
    if (x.state?.at === at && x.state.steps === r.steps && x.state.spoken === spoken) return x.state;
    const kept = {at, steps: r.steps, spoken};
    if (k !== undefined) {
      const grad = r.grad[k];
      return x.state = {...kept, name: nameOf(r, k), pending: !r.known[k], shade: k === r.root ? "root" : r.forwardStep[k] === 0 ? "leaf" : "operation",
        rows: [[t("data"), r.known[k] ? formatNumber(r.now[k]) : "—", "ink", "data"], [t("grad"), grad === null ? "—" : formatNumber(grad), "grad", "grad"]]};
    }
    const known = this.tree.passed(x, r.forwardStep), complete = this.tree.passed(x, r.visitStep), all = x.size;
    const [low, high] = complete === all ? this.tree.range(x).map(size => formatNumber(size, 3)) : [];
    const range = complete === all ? low === high ? low : t("range", {low, high}) : complete ? `${whole(complete)} / ${whole(all)}` : "—";
    return x.state = {...kept, name: "+ " + this.tree.name(x), pending: known < all, shade: "operation",
      rows: [[t("groups.nodes"), known < all ? `${whole(known)} / ${whole(all)}` : whole(all), "ink"], [t("groups.range"), range, "grad"]]};
  }
}
