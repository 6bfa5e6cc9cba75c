// The page that needs nothing: an exercise from the address, and the form that writes it there.
const EXAMPLE = "tanh(w*x + b)", EXAMPLES = [0.5, 2, -0.5, 1.5, 3, -1, 1, 2.5];
const NETWORK = {inputs: "2", hidden: "2", activation: "tanh", loss: "mse", points: "1", rate: "0.1", seed: "1"};
const MODES = ["predict", "whatif", "perform"];

// --- the address: #expression=x*y&at=x=2,y=3, or #network=2,3&activation=...&at=w11=0.5 ---
const fromAddress = hash => {
  const found = new URLSearchParams(hash.slice(1)), at = new Map();
  // A comma before digits alone is meant as a decimal one: 0,5 is told, and not read as 0.
  for (const pair of (found.get("at") || "").split(/ |,(?!\d+(?:[ ,]|$))/).filter(Boolean)) {
    const [, name, text] = /^([^=]*)=?(.*)$/.exec(pair);
    at.set(name.normalize("NFKC"), text);
  }
  const kind = found.has("network") ? "network" : "expression", [inputs, ...hidden] = (found.get("network") || "").split(",");
  const net = Object.fromEntries(Object.entries(NETWORK).map(([key, usual]) => [key, found.get(key) ?? usual]));
  if (kind === "network") Object.assign(net, {inputs, hidden: hidden.join(",")});
  return {kind, net, at, expression: found.get("expression") ?? (kind === "network" ? "" : EXAMPLE), lang: found.get("lang"), mode: found.get("mode")};
};
function addressOf({kind, net, at, expression}) {
  const found = new URLSearchParams(), {inputs, hidden, ...rest} = net;
  if (kind === "network") {
    found.set("network", [inputs, hidden].filter(Boolean).join(","));
    for (const [key, x] of Object.entries(rest)) found.set(key, x);
  } else found.set("expression", expression);
  if (at.size) found.set("at", [...at].map(pair => pair.join("=")).join(" "));
  if (language() !== DATA.lang) found.set("lang", language());
  return "#" + found;
}

// --- from what was filled in to lines and numbers ---
function sizesOf(net) {
  const whole = (key, low, high) => {
    const x = Number(net[key]);
    if (!Number.isInteger(x) || x < low || x > high) throw new Wrong("play.whole", undefined, 0, {name: t("play." + key), low, high});
    return x;
  };
  const hidden = net.hidden.trim() ? net.hidden.split(/[ ,]+/).map(Number) : [], rate = Number(net.rate);
  if (hidden.length > 2 || hidden.some(n => !Number.isInteger(n) || n < 1 || n > 4)) throw new Wrong("play.sizes", undefined, 0, {text: net.hidden});
  if (!net.rate.trim() || !(rate >= 0 && rate < Infinity)) throw new Wrong("play.positive", undefined, 0, {name: t("play.rate")});
  const {activation, loss} = net;
  if (!ACTIVATIONS.includes(activation) || !LOSSES[loss]) throw new Wrong("play.unknown", undefined, 0, {text: ACTIVATIONS.includes(activation) ? loss : activation});
  return {inputs: whole("inputs", 1, 4), hidden, activation, loss, points: whole("points", 1, 2), rate, seed: whole("seed", 0, 99999)};
}
function numberOf(name, text) {
  const x = Number(text);
  if (!text.trim() || Number.isNaN(x)) {
    if (/^[-+]?\d+,\d+$/.test(text.trim())) throw new Wrong("decimal", undefined, 0, {name, text, instead: text.replace(",", ".")});
    throw new Wrong("number", undefined, 0, {name, text});
  }
  if (!Number.isFinite(x)) throw new Wrong("finite", undefined, 0, {name, text});
  return x;
}
// {lines, numbers, given, weights, rate}: what can be computed; the numbers of `at` in place of the usual ones.
function prepared({kind, net, at, expression}) {
  let made;
  if (kind === "network") {
    const what = sizesOf(net);
    made = {...networkOf(what), rate: what.rate};
  } else {
    const {names, source} = parsed(expression), root = ["y", "L", "out"].find(name => !names.includes(name));
    if (!names.length) throw new Wrong("play.constant");
    made = {lines: [[root, source]], numbers: new Map(names.map((name, k) => [name, EXAMPLES[k % EXAMPLES.length]])), given: names, weights: [], rate: null, source: [source]};
  }
  made.usual = new Map(made.numbers);
  for (const [name, text] of at) if (made.numbers.has(name)) made.numbers.set(name, numberOf(name, text));
  const missing = kind === "expression" && at.size && made.given.find(name => !at.has(name));
  if (missing) throw new Wrong("play.missing", undefined, 0, {name: missing});
  return made;
}

// --- the form ---
const exercise = fromAddress(location.hash), form = $("ask");
if (["en", "es"].includes(exercise.lang)) spoken = exercise.lang;
let problem = null;
function field(name, value, more = {}) {
  return el("label", {}, el("span", {text: name}), el("input", {type: "text", "data-name": name, value, ...more}));
}
// A field for each name that there is now; null where what is typed cannot be read, which is told.
function showFields() {
  const made = tried(() => prepared({...exercise, at: new Map()}));
  if (!made) return null;
  const filledIn = name => field(name, exercise.at.get(name) ?? made.usual.get(name));
  $("given").replaceChildren(...made.given.map(filledIn));
  $("weights").lastChild.replaceChildren(...made.weights.map(filledIn));
  $("weights").hidden = !made.weights.length;
  return made;
}
function showNetwork() {
  const select = (key, options) => el("select", {"data-net": key}, ...options.map(x => el("option", {value: x, selected: x === exercise.net[key], "data-t": key === "loss" ? "play.loss." + x : null, text: x})));
  const input = (key, mode = "numeric") => el("input", {type: "text", inputmode: mode, "data-net": key, value: exercise.net[key]});
  const controls = {inputs: input("inputs"), hidden: input("hidden", "text"), activation: select("activation", ACTIVATIONS), loss: select("loss", Object.keys(LOSSES)),
    points: select("points", ["1", "2"]), rate: input("rate", "decimal"), seed: input("seed")};
  $("network").replaceChildren(...Object.entries(controls).map(([key, control]) => el("label", {}, el("span", {"data-t": "play." + key}), control)));
}
function showKind() {
  for (const b of form.querySelectorAll("[data-kind]")) b.setAttribute("aria-pressed", b.dataset.kind === exercise.kind);
  $("typed").hidden = exercise.kind === "network";
  $("network").hidden = exercise.kind !== "network";
}
// What stands in the form, into the exercise.
function read() {
  for (const e of form.querySelectorAll("[data-net]")) exercise.net[e.dataset.net] = e.value;
  exercise.expression = $("expression").value;
  for (const e of form.querySelectorAll("[data-name]")) exercise.at.set(e.dataset.name, e.value);
}
function sentence(wrong) {
  const {key, slots, op, at} = wrong, known = DATA.words["expression." + key] ? "expression." + key : key;
  if (key !== "value") return t(known, slots);
  const flat = ops[op].params.map((p, j) => `${p} = ${[at[j]].flat().map(x => formatNumber(x)).join(", ")}`).join("; ");
  const needs = DATA.needs[op] ? t("whatif.needs", {needs: DATA.needs[op][language() === "es" ? 1 : 0]}) : "";
  return `${t(overflows(op, at) ? "play.large" : "play.value", {op, at: flat})} ${needs}`.trim();
}
function tell(wrong) {
  const box = $("problem"), typed = exercise.kind === "expression" && exercise.expression.trim();
  problem = wrong;
  box.hidden = !wrong;
  const fields = [...form.querySelectorAll("[data-name]")], own = wrong && !wrong.placed && fields.find(e => e.dataset.name === wrong.slots.name);
  for (const e of fields) e.setAttribute("aria-invalid", e === own);
  $("expression").setAttribute("aria-invalid", !!wrong && typed !== false && !own);
  if (!wrong) return;
  const source = wrong.source ?? typed;
  box.replaceChildren(sentence(wrong));
  if (wrong.placed && source) box.append(el("code", {}, source.slice(0, wrong.start), el("mark", {text: source.slice(wrong.start, wrong.end) || " "}), source.slice(wrong.end)));
}
// What f gives; null where it meets what is wrong, which is told.
function tried(f) {
  try {
    const found = f();
    tell(null);
    return found;
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    tell(wrong);
    return null;
  }
}
// The numbers are in the address; of a network those that are not the usual ones of its seed.
const addressWith = (what, {numbers, usual}) => addressOf({...what, at: new Map([...numbers].filter(([name, x]) => what.kind === "expression" || x !== usual.get(name)))});
function draw() {
  read();
  const made = tried(() => {
    const made = prepared(exercise);
    nodesOf(made.lines, made.numbers);
    return made;
  });
  if (!made) return form.querySelector("[aria-invalid=true]")?.focus();
  const address = addressWith(exercise, made);
  if (address === addressOf(fromAddress(location.hash))) location.reload();
  location.hash = address;
}
form.addEventListener("submit", event => { event.preventDefault(); draw(); });
form.addEventListener("input", event => {
  if (event.target.dataset.name) return;
  read();
  if (event.target.dataset.net) exercise.at.clear();
  showFields();
});
for (const b of form.querySelectorAll("[data-kind]")) b.addEventListener("click", () => {
  read();
  exercise.kind = b.dataset.kind;
  exercise.at.clear();
  if (exercise.kind === "expression" && !$("expression").value) $("expression").value = exercise.expression = EXAMPLE;
  showKind();
  showFields();
});
$("change").addEventListener("click", () => { form.classList.remove("folded"); (exercise.kind === "network" ? $("network") : form).querySelector("input").focus(); });
$("link").addEventListener("click", () => {
  const mode = MODES.find(name => document.querySelector(`[aria-controls=${name}]`)?.getAttribute("aria-pressed") === "true");
  recording.names.forEach((name, k) => { if (!recording.ops[k]) ready.numbers.set(name, recording.data[k]); });
  $("address").value = location.href.split("#")[0] + addressWith(fromAddress(shownAddress), ready) + (mode ? "&mode=" + mode : "");
  $("copied").hidden = false;
  $("address").select();
  document.execCommand("copy");  // as the newer way may not do in a frame
});

// --- the exercise of this address ---
let shownAddress = location.hash;
addEventListener("hashchange", () => {
  if (addressOf(fromAddress(location.hash)) !== addressOf(fromAddress(shownAddress))) location.reload();
});
$("expression").value = exercise.expression;
showNetwork();
showKind();
const ready = showFields() && tried(() => prepared(exercise)), run = ready && tried(() => runOf(ready.lines, ready.numbers, ready.rate, ready.weights, ready.source));
onLanguage(() => tell(problem));
if (!run) {
  ROOT.classList.add("empty");
  startShell();
  tell(problem);
  return;
}
DATA.runs = [run];
DATA.start = 0;
// After all other parts have started.
queueMicrotask(() => {
  const named = () => { document.title = `${exercise.kind === "network" ? t("play.network") : exercise.expression} · ${t("title")}`; };
  onLanguage(() => {
    named();
    const address = new URLSearchParams(location.hash.slice(1));
    address.set("lang", language());
    try { history.replaceState(null, "", "#" + address); } catch { /* a sandboxed frame */ }
  });
  named();
  const nan = recording.steps.find(step => step.kind === "visit" && step.adjoint !== step.adjoint);
  if (nan) tell(new Wrong("whatif.nan", undefined, 0, {x: recording.names[nan.node]}));
  const {mode, kind} = fromAddress(shownAddress), asked = MODES.includes(mode);
  form.classList.toggle("folded", asked || kind === "network" && matchMedia("(max-width: 40rem)").matches);
  if (asked) document.querySelector(`[aria-controls=${mode}]`).click();
});
