// What is told of an epoch, the loss curve, the network, a weight's update, gradients by layer.
const part = (id, selector) => $(id).querySelector(selector);

// --- the story ---
function story() {
  const run = chosen, frame = frameNow(run), epoch = run.epochs[frame];
  const sentences = [t(frame ? "training.epoch" : run.goesOn ? "own.now" : "training.start", {epoch, loss: formatNumber(run.loss[frame])})];
  if (run.accuracy) {
    sentences.push(t("training.right", {percent: formatNumber(Number((100 * run.accuracy[frame]).toPrecision(3))), n: DATA.points.n}));
  }
  const broken = run.broken;
  if (broken && player.index > 0 && (isOver(run) || player.index === player.length - 1)) {
    sentences.push(t("training.broken", {epoch: broken.epoch, place: broken.place && t("training.place", {name: broken.place})}));
    if (broken.rate) sentences.push(t("training.rate.too.high", {rate: formatNumber(run.rate)}));
  }
  const rate = DATA.several ? t("training.rate", {rate: formatNumber(run.rate)}) + ": " : "";
  return rate + sentences.join(" ");
}
function showStory() {
  const text = story(), {verdict, loss} = chosen;
  const [first, last] = [loss[0], loss[loss.length - 1]], ends = {first: formatNumber(first), last: formatNumber(last)};
  const about = verdict === "converges" && !DATA.descent && last > 0.9 * first ? "training.hardly" : `training.${verdict}.about`;
  part("story", ".sentence").textContent = text;
  const told = own.on && chosen.last < EPOCHS[EPOCHS.length - 1] && !chosen.broken ? loss.length > SOON ? "own.so.far" : "own.ready" : "training.whole";
  part("story", ".quiet").textContent = t(told, {verdict: t("training." + verdict), about: t(about, ends)});
  say(text);
}

// --- the loss curve ---
const curve = {log: null};
function curveRange(log) {
  const all = RUNS.flatMap(run => run.curve), first = RUNS[0].curve[0];
  // What blows up is cut off, and leaves the picture at its top.
  const cap = log ? Math.abs(first) * 1e4 : Math.max(...RUNS.map(run => run.curve[0])) * 2.5;
  const high = RUNS.some(run => run.verdict === "diverges" || run.verdict === "oscillates") ? Math.min(cap, Math.max(...all)) : Math.max(...all);
  if (!log) {
    const low = Math.min(0, ...all.filter(x => x > -Math.abs(first) * 2.5));
    return [low, high > low ? high + 0.04 * (high - low) : low + 1];
  }
  const low = Math.max(Math.min(...all.filter(x => x > 0)), high * 1e-12);
  const [a, b] = [Math.log10(low), Math.log10(high)];
  return b - a < 0.3 ? [a - 0.2, b + 0.2] : [a - 0.03 * (b - a), b + 0.03 * (b - a)];
}
function drawCurve() {
  const positive = RUNS.every(run => run.curve.every(x => x > 0));
  if (curve.log === null) {
    const all = RUNS.flatMap(run => run.curve);
    curve.log = positive && Math.max(...all) > 30 * Math.min(...all);
  }
  const possible = RUNS.some(run => run.curve.every(x => x >= 0) && run.curve.some(x => x > 0));
  $("log").checked = curve.log;
  $("log").parentNode.hidden = !possible;
  const host = part("curve", ".plot"), w = host.clientWidth, h = Math.max(170, Math.min(320, w * 0.64));
  const picture = svg("svg", {viewBox: `0 0 ${w} ${h}`, height: h, role: "img"});
  host.replaceChildren(picture);
  const last = Math.max(1, EPOCHS[EPOCHS.length - 1]), log = curve.log && possible;
  const y = curveRange(log);
  const at = axes(picture, {w, h, x: [0, last], y, log, left: 58});
  Object.assign(curve, at, {of: x => log ? Math.log10(Math.max(x, 1e-300)) : x, most: last});
  picture.append(svg("text", {x: at.box.left - 8, y: h - 7, "text-anchor": "end", text: t("training.axis")}));
  for (const run of RUNS) {
    const points = run.curve.map((x, i) => [at.X(run.curveEpochs[i]), Math.max(-2e3, Math.min(4e3, at.Y(curve.of(x))))]);
    at.inside.append(svg("path", {class: "series", d: line(points), ...series(run.k)}));
    if (last < 40) {
      for (const [cx, cy] of points) at.inside.append(svg("circle", {cx, cy, r: 2, fill: series(run.k).stroke}));
    }
  }
  curve.now = svg("line", {class: "now", y1: at.box.top, y2: at.box.bottom});
  curve.balls = RUNS.map(run => svg("circle", {class: "ball", r: 6, fill: series(run.k).stroke}));
  at.inside.append(curve.now);
  picture.append(...curve.balls);
  const run = chosen;
  picture.setAttribute("aria-label", t("training.curve", {first: formatNumber(run.loss[0]), last: formatNumber(run.loss[run.loss.length - 1]), n: run.last}));
  showCurve();
}
function showCurve() {
  const x = curve.X(epochNow());
  curve.now.setAttribute("x1", x);
  curve.now.setAttribute("x2", x);
  RUNS.forEach((run, k) => {
    const frame = frameNow(run), y = curve.Y(curve.of(run.loss[frame]));
    setBall(curve.balls[k], curve.X(run.epochs[frame]), y, curve.box);
  });
}
// On the rim of a picture a ball is whole; beyond it there is none.
function setBall(ball, x, y, {top, bottom}) {
  ball.setAttribute("cx", x);
  ball.setAttribute("cy", Math.max(-2e3, Math.min(4e3, y)));
  ball.setAttribute("visibility", top - 1 <= y && y <= bottom + 1 ? "visible" : "hidden");
}
function startCurve() {
  $("log").addEventListener("change", () => { curve.log = $("log").checked; drawCurve(); });
  part("curve", ".plot").addEventListener("click", event => {
    const {left, width} = event.currentTarget.getBoundingClientRect(), {box} = curve;
    const x = (event.clientX - left) * event.currentTarget.clientWidth / width;
    player.pause();
    player.go(player.place(Math.max(0, Math.round((x - box.left) / (box.right - box.left) * curve.most))));
  });
}

// --- the network ---
const MOST = 16;
const net = {of: "weights"};
function drawNetwork() {
  const {layers} = chosen, host = part("network", ".plot"), w = host.clientWidth;
  const columns = [layers[0].inputs, ...layers.map(layer => layer.units)];
  const shown = columns.map(n => n <= MOST ? n : MOST - 1);
  const rows = Math.max(...columns.map((n, k) => shown[k] + (n > shown[k]))), gap = Math.max(17, Math.min(38, 260 / rows));
  const r = Math.min(11, gap * 0.4), h = rows * gap + 44, {size} = chosen;
  const X = k => 30 + k * (w - 60) / (columns.length - 1), Y = (k, j) => 40 + gap * (rows - shown[k] - (columns[k] > shown[k])) / 2 + gap * (j + 0.5);
  const picture = svg("svg", {viewBox: `0 0 ${w} ${h}`, height: h, role: "img"});
  const marks = svg("g"), lines = svg("g"), hits = svg("g"), nodes = svg("g");
  picture.append(marks, lines, hits, nodes);
  net.lines = [];
  layers.forEach((layer, l) => {
    for (let j = 0; j < shown[l + 1]; j++) {
      for (let i = 0; i < shown[l]; i++) {
        const k = index(layer, j, i), ends = {x1: X(l), y1: Y(l, i), x2: X(l + 1), y2: Y(l + 1, j)};
        const e = svg("line", {class: "weight", ...ends}), title = svg("title");
        lines.append(e);
        hits.append(svg("line", {class: "hit", ...ends, onclick: () => chooseWeight(k)}, title));
        net.lines.push({k, e, title, ends});
      }
    }
  });
  columns.forEach((n, l) => {
    for (let j = 0; j < shown[l]; j++) {
      const bias = l ? index(layers[l - 1], j, layers[l - 1].inputs) : null, at = {cx: X(l), cy: Y(l, j), r};
      nodes.append(svg("circle", l ? {class: "neuron bias", ...at, onclick: () => chooseWeight(bias)} : {class: "neuron input", ...at}));
      if (l) net.lines.push({k: bias, ring: at});
    }
    const end = l === 0 ? "start" : l === columns.length - 1 ? "end" : "middle", x = X(l) + (l === 0 ? -r : l === columns.length - 1 ? r : 0);
    const wide = (w - 60) / (columns.length - 1) > 75;
    nodes.append(svg("text", {class: "strong", x, y: 13, "text-anchor": end, text: wide ? (l ? t("training.layer", {k: l}) : t("training.inputs")) : l || "x"}));
    if (l && wide) nodes.append(svg("text", {x, y: 28, "text-anchor": end, text: layers[l - 1].activation}));
    if (n > shown[l]) nodes.append(svg("text", {x: X(l), y: Y(l, shown[l]) + 4, "text-anchor": "middle", text: "⋮ " + t("training.more", {n: n - shown[l]})}));
  });
  net.mark = marks;
  net.picture = picture;
  let most = 0;
  for (const {k, e} of net.lines) if (e) for (let f = 0; f < chosen.epochs.length; f++) most = Math.max(most, Math.abs(chosen.w[f * size + k]));
  net.largest = most;
  host.replaceChildren(picture);
  const word = text => el("b", {text});
  const what = t(net.of === "weights" ? "training.weight" : "training.gradient");
  const slots = {what, positive: "\u0001", negative: "\u0002"};
  const [before, between, after] = t("training.width", slots).split(/[\u0001\u0002]/);
  const sample = (sign, dashes) => svg("svg", {viewBox: "0 0 30 10", width: 30, height: 10, "aria-hidden": "true"},
    svg("line", {x1: 0, x2: 30, y1: 5, y2: 5, stroke: `var(--${sign})`, "stroke-width": 4, "stroke-dasharray": dashes}));
  part("network", ".quiet").replaceChildren(before, sample("plus", ""), " ", word(t("training.positive")), between,
    sample("minus", "6 4"), " ", word(t("training.negative")), after);
  for (const id of ["weights", "gradients"]) $(id).setAttribute("aria-pressed", net.of === id);
  showNetwork();
}
function showNetwork() {
  const frame = frameNow(chosen), gradients = net.of === "gradients";
  const of = k => !gradients ? chosen.weight(frame, k) : frame ? chosen.gradient(frame, k) : 0;
  let most = net.largest;
  if (gradients) most = net.lines.reduce((m, {k, e}) => e ? Math.max(m, Math.abs(of(k))) : m, 0);
  for (const {k, e, title} of net.lines) {
    if (!e) continue;
    const x = of(k), share = most > 0 && most < Infinity ? Math.abs(x) / most : 0;
    e.setAttribute("stroke", `var(--${x < 0 ? "minus" : "plus"})`);
    e.setAttribute("stroke-width", (0.4 + 5.6 * share).toFixed(2));
    e.setAttribute("stroke-opacity", (0.3 + 0.7 * share).toFixed(2));
    e.setAttribute("stroke-dasharray", x < 0 ? "6 4" : "none");
    title.textContent = `${chosen.names[k]} = ${formatNumber(x)}`;
  }
  const {ends, ring} = net.lines.find(({k}) => k === which) || {};
  net.mark.replaceChildren(...(ends ? [svg("line", {class: "mark", ...ends})] : ring ? [svg("circle", {class: "mark", ...ring})] : []));
  const layers = chosen.layers.map(layer => layer.units).join(" → ");
  net.picture.setAttribute("aria-label", t("training.net", {layers: `${chosen.layers[0].inputs} → ${layers}`, i: chosen.epochs[frame]}));
}

// --- the update of one weight ---
let which = 0;
function chooseWeight(k) {
  which = k;
  $("which").value = k;
  drawUpdate();
  if (chosen.layers.length) showNetwork();
}
function startUpdate() {
  // The weight that changes most has the most to tell.
  const run = chosen, end = run.epochs.length - 1;
  let far = -1;
  const all = Array.from({length: run.size}, (_, k) => k), weights = run.layers.flatMap(weightsOf);
  for (const k of weights.length ? weights : all) {
    const way = Math.abs(run.weight(end, k) - run.weight(0, k));
    if (way > far) [far, which] = [way, k];
  }
  const options = chosen.names.map((name, k) => el("option", {value: k, text: name}));
  $("which").append(...options);
  $("which").value = which;
  $("which").addEventListener("change", () => chooseWeight(Number($("which").value)));
}
function drawUpdate() {
  const host = part("update", ".plot"), w = host.clientWidth, h = 120;
  const picture = svg("svg", {viewBox: `0 0 ${w} ${h}`, height: h, role: "img"});
  picture.setAttribute("aria-label", t("training.over", {name: chosen.names[which]}));
  host.replaceChildren(picture);
  const values = chosen.epochs.map((_, f) => chosen.weight(f, which));
  let sorted = [...values].sort((a, b) => a - b);
  const near = sorted.filter(x => Math.abs(x - values[0]) <= 40 * (Math.abs(values[0]) + 1));
  if (chosen.verdict === "diverges" && near.length) sorted = near;
  let [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  const room = 0.08 * (high - low), last = Math.max(1, EPOCHS[EPOCHS.length - 1]);
  const at = axes(picture, {w, h, x: [0, last], y: [low - room, high + room], left: 58});
  const points = values.map((x, f) => [at.X(chosen.epochs[f]), Math.max(-2e3, Math.min(4e3, at.Y(x)))]);
  const ball = svg("circle", {class: "ball", r: 6, fill: series(chosen.k).stroke});
  at.inside.append(svg("path", {class: "series", d: line(points), ...series(chosen.k), "stroke-dasharray": ""}));
  picture.append(ball);
  drawUpdate.move = () => {
    const [x, y] = points[frameNow(chosen)];
    setBall(ball, x, y, at.box);
  };
  showUpdate();
}
function showUpdate() {
  const run = chosen, frame = frameNow(run), name = run.names[which];
  drawUpdate.move();
  const formulas = part("update", ".formulas"), note = part("update", ".quiet");
  if (!frame) {
    formulas.replaceChildren();
    note.textContent = t("training.none");
    return;
  }
  const short = name.length <= 3 ? name : name.endsWith("b") ? "b" : "w", rate = real(run.rates[frame - 1]);
  const numbers = {old: run.old(frame, which), g: run.gradient(frame, which), now: run.weight(frame, which)};
  const mi = text => math("mi", {text}), mo = text => math("mo", {text}), mn = x => math("mn", {text: formatNumber(x)});
  const fence = text => math("mo", {text, lspace: "0", rspace: "0", stretchy: "false"});
  const fenced = x => x < 0 ? math("mrow", {}, fence("("), mn(x), fence(")")) : mn(x);
  const sub = word => math("msub", {}, mi(short), math("mtext", {text: t("training." + word)}));
  const slope = () => math("mfrac", {}, math("mrow", {}, mo("∂"), mi(DATA.descent ? "f" : "L")), math("mrow", {}, mo("∂"), mi(short)));
  const show = (cls, ...parts) => el("div", {class: cls}, math("math", {display: "block"}, math("mrow", {}, ...parts)));
  const gradient = show("", slope(), mo("="), math("mn", {class: "grad", text: formatNumber(numbers.g)}));
  if (run.plain) {
    formulas.replaceChildren(gradient,
      show("", sub("new"), mo("="), sub("old"), mo("−"), mi("η"), mo("·"), slope()),
      show("numeric", mn(numbers.old), mo("−"), mn(rate), mo("·"), fenced(numbers.g), mo("="), mn(numbers.now)));
  } else {
    formulas.replaceChildren(gradient,
      show("", sub("new"), mo("="), sub("old"), mo("+"), mi("Δ")),
      show("numeric", mn(numbers.old), mo("+"), fenced(numbers.now - numbers.old), mo("="), mn(numbers.now)));
  }
  const notes = run.plain ? [] : [t("training.by", {optimiser: run.optimiser})];
  if (!DATA.descent) notes.push(run.updates > 1 ? t("training.last.batch", {n: run.updates, b: (DATA.points.n - 1) % run.batch + 1}) : t(run.batch > 1 ? "training.only.batch" : "training.only.point", {b: run.batch}));
  note.textContent = notes.join(" ");
}

// --- gradients by layer ---
const flow = {};
function drawLayers() {
  const {layers} = chosen, scroll = part("layers", ".scroll"), end = chosen.epochs.length;
  let low = Infinity, high = 0;
  for (const layer of layers) {
    for (let f = 1; f < end; f++) {
      const norm = chosen.norm(f, layer);
      if (norm > 0 && norm < Infinity) [low, high] = [Math.min(low, norm), Math.max(high, norm)];
    }
  }
  flow.range = [Math.log10(Math.max(low, high * 1e-12) / 1.5), Math.log10(high * 1.2)];
  const heads = ["training.layer.name", null, "training.norm", "training.ratio", ...(chosen.flow ? ["training.flow"] : [])];
  const head = el("tr", {}, ...heads.map((key, i) => key ? el("th", {class: i > 1 && i < 4 ? "n" : "", scope: "col", text: t(key)}) : el("td", {class: "bar"})));
  flow.rows = layers.map((layer, l) => {
    const rect = svg("rect", {x: 0, y: 1, width: 0, height: 12}), norm = el("td", {class: "n"}), ratio = el("td", {class: "n"}), verdict = el("td");
    const bar = svg("svg", {viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true"}, rect);
    const row = el("tr", {}, el("th", {scope: "row", text: l + 1}), el("td", {class: "bar"}, bar), norm, ratio, ...(chosen.flow ? [verdict] : []));
    return {row, rect, norm, ratio, verdict};
  });
  scroll.replaceChildren(el("table", {}, el("thead", {}, head), el("tbody", {}, ...flow.rows.map(({row}) => row))));
  showLayers();
}
function showLayers() {
  const frame = frameNow(chosen), [low, high] = flow.range;
  flow.rows.forEach(({rect, norm, ratio, verdict}, l) => {
    const layer = chosen.layers[l], size = frame ? chosen.norm(frame, layer) : null;
    const long = size > 0 ? Math.max(0.5, Math.min(100, 100 * (Math.log10(size) - low) / (high - low))) : 0;
    rect.setAttribute("width", long || 0);
    norm.textContent = frame ? formatNumber(rounded(Number(size.toPrecision(3)))) : "—";
    ratio.textContent = frame ? formatNumber(rounded(Number(chosen.ratio(frame, layer).toPrecision(3)))) : "—";
    const word = chosen.flow?.[frame][l + 1];
    verdict.textContent = word ? t("training." + word) : "";
    verdict.className = word && word !== "healthy" ? "wrong" : "";
  });
}
