// The picture of a run: the model's answers, or the loss and the path on it.
const SHAPES = [
  (x, y, r) => svg("circle", {cx: x, cy: y, r}),
  (x, y, r) => svg("rect", {x: x - r * 0.9, y: y - r * 0.9, width: 1.8 * r, height: 1.8 * r}),
  (x, y, r) => svg("path", {d: `M${x} ${y - 1.15 * r}L${x + 1.1 * r} ${y + 0.85 * r}H${x - 1.1 * r}Z`}),
  (x, y, r) => svg("path", {d: `M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z`}),
];
function marker(k, x, y, r) {
  const e = SHAPES[k % SHAPES.length](x, y, r);
  e.setAttribute("class", "point");
  e.setAttribute("fill", `var(--c${k % 8})`);
  return e;
}

const squared = code => { const side = code / 127.5 - 1; return side * Math.abs(side); };

class Picture {
  constructor(run, loss) {
    Object.assign(this, {run, loss, field: loss ? run.landscape : run.field});
    this.codes = loss ? coded(unpacked(this.field.picture), this.field) : null;
    this.canvas = el("canvas", {"aria-hidden": "true"});
    this.svg = svg("svg", {role: "img"});
    this.stage = el("div", {class: "stage"}, this.canvas, this.svg);
    this.canvas.hidden = !this.field.y;
    this.caption = el("p", {class: "quiet caption"});
    this.legend = el("div", {class: "legend"});
    this.element = el("figure", {class: "picture"});
    if (DATA.several) this.element.append(this.heading());
    this.element.append(this.stage);
    if (!DATA.several) this.element.append(this.legend, this.caption);
    const [x, y] = [this.field.x, this.field.y];
    this.ratio = y && !loss ? Math.max(1, Math.min(1.7, (x[1] - x[0]) / (y[1] - y[0]))) : 1.4;
    this.stage.style.aspectRatio = this.ratio;
  }
  heading() {
    const k = this.run.k;
    this.button = el("button", {type: "button", class: "choose", onclick: () => choose(this.run)},
      svg("svg", {viewBox: "0 0 32 16", "aria-hidden": "true"}, svg("line", {x1: 0, x2: 32, y1: 8, y2: 8, ...series(k)})), el("span"));
    this.chip = el("span", {class: "chip"});
    this.number = el("span", {class: "quiet num"});
    return el("div", {class: "row"}, this.button, this.chip, this.number);
  }
  // What does not change from epoch to epoch.
  draw() {
    const {field, run} = this;
    this.texts(run, field);
    const room = [this.stage.clientWidth, this.stage.clientHeight];
    // The whole room, but not too far from the picture's own proportions.
    const w = Math.min(room[0], room[1] * this.ratio * 1.4), h = Math.min(room[1], w / this.ratio * 1.45);
    for (const [key, x] of [["width", w], ["height", h], ["viewBox", `0 0 ${w} ${h}`]]) this.svg.setAttribute(key, x);
    this.stage.style.setProperty("--drawn", h + "px");
    const focused = own.on && this.svg.contains(document.activeElement);
    this.svg.replaceChildren();
    const y = field.y || (this.loss ? this.range() : [field.low, field.high]);
    const at = axes(this.svg, {w, h, x: field.x, y, bare: w < 230, left: 38, grid: !field.y});
    Object.assign(this, at, {radius: Math.max(3.5, Math.min(6, w / 75))});
    this.colours = field.y && palette(field);
    this.place = [c => (at.box.left + c / (field.n - 1) * (at.box.right - at.box.left)).toFixed(1),
      r => (at.box.bottom - r / (field.n - 1) * (at.box.bottom - at.box.top)).toFixed(1)];
    this.moving = svg("g");
    if (this.loss) this.drawLoss();
    else at.inside.append(this.moving, ...DATA.points.inputs.map((_, i) => own.on ? handle(this, i) : this.spot(i)), ...(own.on ? [this.ring] : []));
    if (focused) handleOf(own.sample).focus({preventScroll: true});
    this.show();
  }
  spot(i) {
    const [a, b] = DATA.points.inputs[i], target = DATA.points.targets[i], {X, Y} = this;
    return this.field.y ? this.dot(target, X(a), Y(b)) : marker(0, X(a), Y(target), this.radius);
  }
  dot(target, x, y) {
    if (this.field.kind !== "values") return marker(Number(target > 0 ? target : 0), x, y, this.radius);
    const e = marker(0, x, y, this.radius), part = (target - this.field.low) / (this.field.high - this.field.low);
    e.setAttribute("fill", `rgb(${mix(rgb(colour("--c0")), rgb(colour("--c1")), part).map(Math.round)})`);
    return e;
  }
  texts(run, field) {
    if (DATA.several) {
      this.button.lastChild.textContent = t("training.rate", {rate: formatNumber(run.rate)});
      this.button.title = t("training.choose", {rate: formatNumber(run.rate)});
      this.chip.textContent = t("training." + run.verdict);
      this.chip.className = "chip " + (run.verdict === "converges" ? "right" : run.verdict === "diverges" ? "wrong" : "");
    }
    const kind = this.loss ? (field.y ? "surface" : "parabola") : field.y ? (field.kind === "values" ? "values" : "plane") : "line";
    const [x, y] = run.names;
    this.caption.textContent = t("training." + kind, {x, y});
    const classes = DATA.points.classes.length && kind === "plane" ? DATA.points.classes : [];
    this.legend.replaceChildren(...classes.map((name, k) =>
      el("span", {}, svg("svg", {viewBox: "-6 -6 12 12", "aria-hidden": "true"}, marker(k, 0, 0, 5)), t("training.class", {name}))));
  }
  show() {
    const frame = frameNow(this.run), {run, field} = this;
    const slots = {i: run.epochs[frame], rate: formatNumber(run.rate)};
    this.svg.setAttribute("aria-label", t("training.picture" + (DATA.several ? ".rate" : ""), slots));
    if (DATA.several) {
      this.number.textContent = isOver(run) ? t("training.ended", {epoch: run.last}) : `${DATA.descent ? "f" : "L"} = ${formatNumber(run.loss[frame], 3)}`;
      this.element.classList.toggle("chosen", run === chosen);
      this.button.setAttribute("aria-pressed", run === chosen);
    }
    if (this.loss) this.showPath(frame);
    else if (field.y) this.showPlane(run.codes(frame));
    else {
      const codes = run.codes(frame), {X, Y} = this;
      const points = codes.map((code, i) => [X(field.x[0] + (field.x[1] - field.x[0]) * i / (field.n - 1)), Y(decoded(field, code))]);
      this.moving.replaceChildren(svg("path", {class: "curve", d: line(points)}));
    }
  }
  showPlane(codes) {
    const {field, place} = this, n = field.n, lines = [];
    paint(this.canvas, codes, field, this.colours, this.box);
    if (field.kind === "two") lines.push(contour(k => squared(codes[k]), n, 0, ...place));
    if (field.kind === "classes") {
      const levels = Math.floor(256 / field.classes);
      for (let c = 0; c < field.classes; c++) {
        lines.push(contour(k => (Math.floor(codes[k] / levels) === c ? 1 : -1) * ((codes[k] % levels) ** 2 + 1), n, 0, ...place));
      }
    }
    this.moving.replaceChildren(...lines.map(d => svg("path", {class: "contour", d})));
  }
  // --- the loss over one or two weights ---
  range() {
    const {low, high} = this.field, room = 0.06 * (high - low);
    return [low - room, high + room];
  }
  drawLoss() {
    const {field, codes, inside, X, Y} = this;
    if (field.y) {
      paint(this.canvas, codes, field, this.colours, this.box);
      const levels = [...Array(10).keys()].map(k => (20 + 23 * k) * 257);
      inside.append(svg("path", {class: "level", d: levels.map(level => contour(k => codes[k], field.n, level + 0.5, ...this.place)).join("")}));
    } else {
      const points = codes.map((code, i) => [X(field.x[0] + (field.x[1] - field.x[0]) * i / (field.n - 1)), Y(decoded(field, code))]);
      inside.append(svg("path", {class: "curve", d: line(points)}));
    }
    inside.append(this.moving);
  }
  showPath(frame) {
    const {run, field, X, Y, box} = this;
    const far = x => Math.max(-9e4, Math.min(9e4, x));
    const at = f => field.y ? [far(X(run.weight(f, 0))), far(Y(run.weight(f, 1)))] : [far(X(run.weight(f, 0))), far(Y(run.loss[f]))];
    const path = Array.from({length: frame + 1}, (_, f) => at(f)), [x, y] = path[frame];
    const inside = [Math.max(box.left + 8, Math.min(box.right - 8, x)), Math.max(box.top + 8, Math.min(box.bottom - 8, y))];
    const away = Math.hypot(x - inside[0], y - inside[1]) > 9, out = away || isOver(run);
    const recent = path.slice(-400);
    const parts = [svg("path", {class: "trace under", d: line(path)}), svg("path", {class: "trace", d: line(path)}),
      ...recent.slice(0, -1).map(([cx, cy]) => svg("circle", {class: "visited", cx, cy, r: 3.2}))];
    if (field.y) parts.push(svg("circle", {class: "start", cx: path[0][0], cy: path[0][1], r: 7}));
    else if (!out) parts.push(...this.tangent(frame, x, y));
    parts.push(svg("circle", {class: "here" + (out ? " outside" : ""), cx: inside[0], cy: inside[1], r: 7}));
    if (away) {
      const right = inside[0] > (box.left + box.right) / 2;
      parts.push(svg("text", {class: "strong", x: inside[0] + (right ? -12 : 12), y: Math.max(box.top + 14, inside[1] + 4), "text-anchor": right ? "end" : "start", text: t("training.outside")}));
    }
    this.moving.replaceChildren(...parts);
  }
  // The straight line whose slope is the gradient here, which the next update uses.
  tangent(frame, x, y) {
    const {run, X, Y, field, codes} = this, next = frame + 1;
    const known = next < run.epochs.length && run.old(next, 0) === run.weight(frame, 0);
    // After the last update the slope is that of the picture.
    const wide = (field.x[1] - field.x[0]) / (field.n - 1), i = Math.round((run.weight(frame, 0) - field.x[0]) / wide);
    if (!known && !(i > 0 && i + 1 < field.n)) return [];
    const gradient = known ? run.gradient(next, 0) : (decoded(field, codes[i + 1]) - decoded(field, codes[i - 1])) / (2 * wide);
    const [left, right] = field.x, [low, high] = this.range();  // one more or less may be lost in rounding
    const slope = gradient * ((Y(high) - Y(low)) / (high - low)) / ((X(right) - X(left)) / (right - left));
    const long = 70 / Math.hypot(1, slope);
    return [svg("line", {class: "tangent", x1: x - long, y1: y - long * slope, x2: x + long, y2: y + long * slope})];
  }
}
const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
const series = k => ({stroke: `var(--s${k % 4})`, "stroke-dasharray": DASHES[(k + Math.floor(k / 4)) % 4]});
