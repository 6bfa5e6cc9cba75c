// The mode in which the learner moves the points, chooses how the network starts and learns, and trains it in the page.
const SOON = 4;  // epochs before a verdict is given of a run that goes on
const LEAST = 100;  // epochs of a run of one's own, if the recorded one is shorter
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 3, 10];
const PATIENCE = 100;  // milliseconds of computing between two pictures
const own = {on: false, run: null, grown: false, sample: 0, adds: 0, seed: 0};
const recorded = {run: RUNS[0], epochs: [...EPOCHS], frames: FRAMES[0], points: {...DATA.points}};
const {learn} = DATA;

// --- what is chosen: name -> its values, and what they are called ---
const CHOICES = learn ? {
  activation: [...(hiddenActivation() ? [] : [""]), ...Object.keys(learn.activations), "linear"],
  start: ["", ...Object.keys(INITIALISERS)],
  optimiser: Object.keys(OPTIMISERS),
  rate: [...new Set([...RATES, learn.rate])].sort((a, b) => a - b),
  batch: [...new Set([1, 5, 10, 20, 50, recorded.run.batch])].filter(n => n < DATA.points.n).sort((a, b) => a - b).concat(0),
} : {};
const select = name => $("own-" + name);
// The one activation of all hidden layers (of the output, if there are none); "" if they differ.
function hiddenActivation() {
  const {layers} = recorded.run, names = new Set(layers.slice(0, Math.max(1, layers.length - 1)).map(({activation}) => activation));
  return names.size === 1 ? [...names][0] : "";
}
function nameOwn() {
  if (!$("own-mode")) return;
  for (const [name, values] of Object.entries(CHOICES)) {
    [...select(name).options].forEach((option, k) => {
      const x = values[k];
      option.textContent = x === "" ? t("own.recorded") : name === "batch" ? x || t("own.all") : name === "rate" ? formatNumber(x) : x === "SGD" ? t("own.sgd") : x;
    });
  }
  own.toggles?.forEach((toggle, k) => { toggle.lastChild.textContent = recorded.run.accuracy ? t("training.class", {name: className(own.kinds[k])}) : className(own.kinds[k]); });
}

// --- the run ---
function begin(weights, goesOn = false) {
  clearTimeout(own.rest);
  const {run} = own, {inputs, targets} = DATA.points, activation = select("activation").value, size = Number(select("batch").value);
  const hidden = Math.max(1, recorded.run.layers.length - 1), batch = Math.min(size || Infinity, inputs.length);
  run.begin({
    layers: recorded.run.layers.map((layer, l) => activation && l < hidden ? {...layer, activation} : layer),
    objective: learn.loss, optimiser: select("optimiser").value, rate: Number(select("rate").value), batch, seed: learn.seed, learn,
    weights, goesOn, points: inputs.map((x, i) => [x, targets[i]]),
  });
  going(Math.max(LEAST, recorded.run.last), 0);
}
function going(end, at) {
  EPOCHS.splice(0, Infinity, ...Array(end + 1).keys());
  FRAMES[0] = [...EPOCHS];
  player.resize(EPOCHS.length, [], at);
}
function startingWeights() {
  const start = select("start").value, {layers} = recorded.run;
  return start ? initial(layers, start, own.seed) : [...floats(learn.weights, "d")];
}
function reset() {
  $("own-draw").hidden = ["", "zeros"].includes(select("start").value);
  begin(startingWeights());
  redraw();
}
// What the slider asks for is computed now; a long way in pieces, so that the page goes on to answer.
player.on(i => {
  own.grown = false;
  clearTimeout(own.rest);
  if (!own.on) return;
  const {run} = own, end = performance.now() + PATIENCE;
  while (run.last < i && performance.now() < end && run.grow()) own.grown = true;
  if (run.last >= i) return;
  own.grown = true;
  if (run.broken) return going(run.last, run.last);
  player.index = run.last;
  own.rest = setTimeout(() => player.go(i));
});

// --- the points ---
const plane = () => pictures.find(({loss}) => !loss);
const classes = () => {
  const {field, accuracy} = recorded.run, {targets, classes: names} = DATA.points;
  const [low, high] = [Math.min, Math.max].map(end => end(...recorded.points.targets));
  if (!accuracy) return targets.length ? [...new Set([low, (low + high) / 2, high])] : [];
  return learn.loss === "hinge" ? [-1, 1] : [...Array(Math.max(2, names.length, field?.classes || 0)).keys()];
};
const className = target => recorded.run.accuracy ? DATA.points.classes[target > 0 ? target : 0] ?? formatNumber(target) : formatNumber(target);
const placed = x => DATA.points.features.map((name, k) => `${name} = ${formatNumber(x[k])}`).join(", ");
const nameOf = i => t("own.point", {i: i + 1, target: className(DATA.points.targets[i]), place: placed(DATA.points.inputs[i])});

// Within the picture, to about a five-hundredth of its width.
function tidy(x, [low, high]) {
  return Number(Math.max(low, Math.min(high, x)).toFixed(Math.max(0, Math.ceil(-Math.log10((high - low) / 500)))));
}
// The point at a place of the picture: on a line its height is the target.
function pointAt(a, b, target) {
  const {field} = plane(), x = tidy(a, field.x);
  if (field.y) return [[x, tidy(b, field.y)], target];
  const height = tidy(b, [field.low, field.high]);
  return [[x], recorded.run.accuracy ? classes().reduce((best, c) => Math.abs(c - height) < Math.abs(best - height) ? c : best) : height];
}
function pointUnder(event, target) {
  const {svg, box, field} = plane(), room = svg.getBoundingClientRect(), [low, high] = field.y || [field.low, field.high];
  const across = (event.clientX - room.left - box.left) / (box.right - box.left), up = (room.top + box.bottom - event.clientY) / (box.bottom - box.top);
  return pointAt(field.x[0] + across * (field.x[1] - field.x[0]), low + up * (high - low), target);
}
// The network goes on from the weights that it has, with the points as they are now.
function changed() {
  const {run} = own, frame = frameNow(run), {size} = run;
  DATA.points.n = DATA.points.inputs.length;
  $("own-remove").setAttribute("aria-disabled", DATA.points.n === 1);
  $("own-original").hidden = false;
  begin(run.w.slice(frame * size, (frame + 1) * size), true);
  redraw();
}
function rearranged(focus) {
  listSamples();
  changed();
  plane()?.draw();
  if (focus) handleOf(own.sample).focus();
}
function add([x, target]) {
  own.sample = DATA.points.inputs.push(x) - 1;
  DATA.points.targets.push(target);
  rearranged(true);
  say(nameOf(own.sample));
}
function remove() {
  const {inputs, targets} = DATA.points;
  if (inputs.length === 1) return;
  inputs.splice(own.sample, 1);
  targets.splice(own.sample, 1);
  own.sample = Math.max(0, own.sample - 1);
  rearranged(document.activeElement?.closest(".handle"));
  say(t("own.removed", {n: inputs.length}));
}
function move(i, [x, target]) {
  DATA.points.inputs[i] = x;
  DATA.points.targets[i] = target;
  place(plane(), i);
  changed();
}

// --- a point that can be dragged, and moved by keys ---
const handleOf = i => plane().handles[i];
function place(picture, i) {
  const g = picture.handles[i], mark = picture.spot(i), {X, Y, radius, field} = picture, [a, b] = DATA.points.inputs[i];
  const at = {cx: X(a), cy: Y(field.y ? b : DATA.points.targets[i])}, wide = matchMedia("(pointer: coarse)").matches ? 9 : 3;
  g.replaceChildren(svg("circle", {class: "grip", ...at, r: radius + wide}), mark);
  if (i === own.sample) for (const [key, x] of Object.entries({...at, r: radius + 4})) picture.ring.setAttribute(key, x);
  g.setAttribute("tabindex", i === own.sample ? 0 : -1);
  g.setAttribute("aria-label", nameOf(i));
  g.setAttribute("aria-pressed", i === own.sample);
}
function handle(picture, i) {
  if (!i) Object.assign(picture, {handles: [], ring: svg("circle", {class: "ring"})});
  picture.handles[i] = svg("g", {class: "handle", role: "button", "aria-describedby": "own-hint"});
  place(picture, i);
  return picture.handles[i];
}
// The picture listens, not the point: it stays when all is drawn anew, as where its size changes under a drag.
function startPoints(drawing) {
  const under = event => plane().handles.indexOf(event.target.closest(".handle"));
  let held = -1, pressed = false;
  const on = (type, act) => drawing.addEventListener(type, event => { if (own.on) act(event); });
  on("pointerdown", event => {
    pressed = under(event) >= 0;
    if (!pressed || event.button) return;
    event.preventDefault();
    held = under(event);
    chooseSample(held);
    handleOf(held).focus({preventScroll: true});
    drawing.setPointerCapture(event.pointerId);
  });
  on("pointermove", event => { if (held >= 0) move(held, pointUnder(event, DATA.points.targets[held])); });
  for (const type of ["pointerup", "pointercancel"]) on(type, () => { held = -1; });
  on("keydown", event => { if (under(event) >= 0) moveByKey(under(event), event); });
  on("click", event => {
    const {left, top} = drawing.getBoundingClientRect(), {box} = plane(), x = event.clientX - left, y = event.clientY - top;
    if (!pressed && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) add(pointUnder(event, own.adds));
  });
}
function moveByKey(i, event) {
  const {key, shiftKey} = event, step = shiftKey ? 0.005 : 0.025, {field} = plane(), [a, b] = DATA.points.inputs[i];
  const [across, up] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[key] || [0, 0];
  const turn = {PageUp: -1, PageDown: 1}[key], {n} = DATA.points, [low, high] = field.y || [field.low, field.high];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (across || up) {
    const height = field.y ? b : DATA.points.targets[i], far = field.y || !recorded.run.accuracy ? step * (high - low) : 1;
    move(i, pointAt(a + across * step * (field.x[1] - field.x[0]), height + up * far, DATA.points.targets[i]));
    say(nameOf(i));
  } else if (turn) {
    chooseSample((i + turn + n) % n);
    handleOf(own.sample).focus();
  } else if (key === "Delete" || key === "Backspace") remove();
  else return;
  event.preventDefault();
}

// --- the point that is looked at ---
function listSamples() {
  $("sampled").replaceChildren(...DATA.points.inputs.map((_, i) => el("option", {value: i, text: i + 1})));
  $("sampled").value = own.sample;
}
function chooseSample(i) {
  const before = own.sample;
  own.sample = i;
  $("sampled").value = i;
  if (plane()) for (const k of [before, i]) place(plane(), k);
  showSample();
}
function showSample() {
  const {run, sample} = own, {inputs, targets} = DATA.points, {passed, loss} = run.sample(frameNow(run), [inputs[sample], targets[sample]]);
  const cell = x => el("td", {class: "n", text: formatNumber(x, 3)}), outputs = outputsOf(passed).map(x => formatNumber(x)).join(", ");
  part("sample", "p").textContent = t("own.answer", {place: placed(inputs[sample]), outputs, target: className(targets[sample]), loss: formatNumber(loss)});
  const heads = ["z", "h", "∂L/∂h", "∂L/∂z"].map(text => el("th", {class: "n", scope: "col", text}));
  const bodies = passed.map(({z, h, dh, dz}, l) => el("tbody", {},
    el("tr", {}, el("th", {scope: "rowgroup", colspan: 5, text: `${t("training.layer", {k: l + 1})}, ${run.layers[l].activation}`})),
    ...z.map((s, j) => el("tr", {}, el("th", {scope: "row", text: j + 1}), cell(s), cell(h[j]), cell(dh[j]), cell(dz[j])))));
  part("sample", ".scroll").replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, el("th", {scope: "col", text: t("own.neuron")}), ...heads)), ...bodies));
}

// --- the mode ---
function enter(on) {
  clearTimeout(own.rest);
  const fresh = on && !own.run;
  player.pause();
  if (fresh) Object.assign(own, {run: new Training(DATA.runs[0]), points: original()});
  if (!on) own.points = {...DATA.points};
  own.on = on;
  Object.assign(DATA.points, on ? own.points : recorded.points);
  RUNS[0] = chosen = on ? own.run : recorded.run;
  for (const picture of pictures) {
    picture.run = chosen;
    picture.element.hidden = on && picture.loss;
  }
  for (const id of ["own", "sample"]) $(id).hidden = !on;
  $("main").classList.toggle("own", on);
  $("own-mode").setAttribute("aria-pressed", on);
  for (const e of document.querySelectorAll(".own-tools")) e.hidden = !on;
  plane()?.svg.setAttribute("role", on ? "group" : "img");
  if (fresh) begin(startingWeights());
  else if (on) going(own.run.broken ? own.run.last : Math.max(LEAST, recorded.run.last), own.run.last);
  else {
    EPOCHS.splice(0, Infinity, ...recorded.epochs);
    FRAMES[0] = recorded.frames;
    player.resize(EPOCHS.length, [], EPOCHS.length - 1);
  }
  if (on) $("speed").value = player.speed = Math.max(player.speed, 20);
  drawAll();
  const place = new URLSearchParams(location.hash.slice(1));
  if (on) place.set("mode", "own");
  else place.delete("mode");
  try { history.replaceState(null, "", `#${place}`); } catch { /* a sandboxed frame */ }
}
function original() {
  const {points} = recorded;
  return {...points, inputs: points.inputs.map(x => [...x]), targets: [...points.targets]};
}
// Of a model that the page does not know (an activation of one's own with a known name) there is another loss.
function isKnown() {
  const {layers, loss} = recorded.run, {inputs, targets} = DATA.points, first = real(loss[0]);
  const net = new Net(layers, [...floats(learn.weights, "d")], learn.activations);
  return Math.abs(measured(net, learn.loss, inputs.map((x, i) => [x, targets[i]])).loss - first) <= 1e-9 * Math.abs(first);
}
function startOwn() {
  if (!learn || !isKnown()) return;
  const button = (id, act, more = {}) => el("button", {type: "button", id: "own-" + id, "data-t": "own." + id, onclick: act, ...more});
  const usual = {activation: hiddenActivation(), start: "", optimiser: learn.optimiser, rate: learn.rate, batch: recorded.run.updates > 1 ? recorded.run.batch : 0};
  for (const [name, values] of Object.entries(CHOICES)) {
    const chooser = el("select", {id: "own-" + name, onchange: reset}, ...values.map(value => el("option", {value})));
    $("own").append(el("label", {class: "field"}, el("span", {"data-t": "own." + name}), chooser));
    chooser.value = usual[name];
    if (name === "start") $("own").append(button("draw", () => { own.seed++; reset(); }, {hidden: true}));
  }
  $("own").append(button("again", () => { player.pause(); reset(); player.play(); }, {class: "primary"}));
  $("modes").append(button("mode", () => enter(!own.on), {"aria-pressed": false}));
  $("sampled").addEventListener("change", () => chooseSample(Number($("sampled").value)));
  listSamples();
  if (plane()) startTools(button);
  translate();
  nameOwn();
  if (new URLSearchParams(location.hash.slice(1)).get("mode") === "own") enter(true);
}
function startTools(button) {
  const {element, svg: drawing, field, stage} = plane(), [first] = own.kinds = field.y ? classes() : [];
  own.adds = first;
  own.toggles = own.kinds.map(target => el("button", {type: "button", "aria-pressed": target === first, onclick: () => {
    own.adds = target;
    own.toggles.forEach((toggle, k) => toggle.setAttribute("aria-pressed", own.kinds[k] === target));
  }}, ...(recorded.run.accuracy ? [svg("svg", {viewBox: "-7 -7 14 14", "aria-hidden": "true"}, marker(target > 0 ? target : 0, 0, 0, 5))] : []), el("span")));
  const middle = () => pointAt((field.x[0] + field.x[1]) / 2, field.y ? (field.y[0] + field.y[1]) / 2 : (field.low + field.high) / 2, own.adds);
  stage.before(el("div", {class: "row own-tools", hidden: true}, el("div", {class: "pair", role: "group", "data-t-label": "own.adds", hidden: !own.kinds.length}, ...own.toggles),
    button("add", () => add(middle()), {"data-t-label": "own.add.point"}), button("remove", remove, {"data-t-label": "own.remove.point"}),
    button("original", () => {
      Object.assign(DATA.points, original());
      own.sample = 0;
      rearranged(true);
      $("own-original").hidden = true;
    }, {hidden: true, "data-t-label": "own.original.points"})));
  element.append(el("p", {class: "quiet caption own-tools", id: "own-hint", hidden: true, "data-t": "own.hint"}));
  startPoints(drawing);
}
