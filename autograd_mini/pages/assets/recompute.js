// What if the inputs were others? The recorded graph again, by the sheet's formulas (`ops`).

// Data and partials from other leaves; `moved` gives any node another value. Where an operation has
// no value, {failed: node, numbers: its operands}.
function recomputed(run, leaves, moved = new Map()) {
  const exact = run.recorded.data.every(Number.isFinite);
  const data = [...run.recorded.data], partials = run.recorded.partials.map(() => []);
  for (let k = 0; k < data.length; k++) {
    const args = run.args[k];
    if (!args) data[k] = leaves.get(k) ?? data[k];
    else {
      const number = x => typeof x === "number" ? data[x] : Array.isArray(x) ? x.map(number) : revived(x.c);
      const numbers = args.map(number), op = ops[run.ops[k]], out = op.value(...numbers);
      if (exact && !Number.isFinite(out)) return {failed: k, numbers};
      data[k] = out;
      args.forEach((arg, j) => {
        const nodes = [arg].flat().map(x => typeof x === "number");
        if (nodes.includes(true)) partials[k].push(...[op.partials[j](...numbers, out)].flat().filter((_, i) => nodes[i]));
      });
    }
    data[k] = moved.get(k) ?? data[k];
  }
  return {data, partials};
}

// The gradient of node k (times the seed) by central differences, and the bar of its error:
// Ridders' extrapolation (Adv. Eng. Softw. 4, 1982), ended where rounding takes over. At a kink the
// bar reaches to the slopes of both sides, and true comes third.
function differentiate(run, leaves, k) {
  const {data} = recomputed(run, leaves), root = run.root, x = data[k], rows = [], bends = [];
  const seed = seedOf(run);
  let best = [NaN, Infinity];
  // Twelve steps that have a value: next to where a function ends they are short.
  for (let h = 2 ** Math.round(Math.log2(Math.max(Math.abs(x), 1)) - 2); rows.length < 12 && h > 1e-18; h /= 2) {
    const [up, down] = [x + h, x - h].map(at => (recomputed(run, leaves, new Map([[k, at]])).data || [])[root]);
    const row = [(up - down) / (2 * h)];
    if (!Number.isFinite(row[0])) { rows.length = bends.length = 0; continue; }
    const noise = 2 ** -51 * (Math.max(Math.abs(up), Math.abs(down)) + Math.abs(x * row[0])) / h;
    (rows.at(-1) || []).forEach((above, j) => row.push(row[j] + (row[j] - above) / (4 ** (j + 1) - 1)));
    let here = [NaN, Infinity];
    for (let j = 1; j < row.length; j++) {
      const bar = 2 * Math.max(Math.abs(row[j] - row[j - 1]), Math.abs(row[j] - rows.at(-1)[j - 1])) + noise;
      if (bar < here[1]) here = [row[j], bar];
    }
    // Steps over a jump may agree with each other; shorter ones then tell otherwise.
    if (here[1] < best[1] || Math.abs(here[0] - best[0]) > here[1] + best[1]) best = here;
    rows.push(row);
    // The difference of the slopes to both sides, less its rounding: shrinks with h but at a kink.
    bends.push(Math.abs((up - data[root]) / h - (data[root] - down) / h) - 8 * noise);
  }
  const jump = bends.at(-1);
  const kink = jump > 0 && jump > bends.at(-6) / 2;
  const [value, bar] = kink ? [rows.at(-1)[0], jump / 2 + best[1]] : best;
  return [value * seed, bar * Math.abs(seed), ...(kink ? [true] : [])];
}

// Why a page cannot compute with other numbers: the key of a text, or null.
function unalterable(run) {
  const texts = x => Array.isArray(x) ? x.some(texts) : typeof (x?.c ?? x) === "string" && !((x?.c ?? x) in TEXTS);
  if (runs.length > 1) return "beside";
  if (run.ops.includes("")) return "hand";
  if (texts(run.data) || texts(run.args)) return "kind";
  return run.plain ? null : run.optimiser ? "optimiser" : "engine";
}

// Whether an operation that has a value everywhere has one that is too large.
function overflows(op, numbers) { return !DATA.needs[op] && Math.abs(ops[op].value(...numbers)) === Infinity; }

// --- the panel --------------------------------------------------------------------------------------
const FEW = 24;
// Steps of a tenth of the size: 0.5 and 2 change by 0.1, 40 by 1.
const stepOf = x => 10 ** (Math.round(Math.log10(Math.abs(x) || 1)) - 1);

function startWhatIf() {
  const section = $("whatif"), why = unalterable(recording), fields = new Map();
  const leaves = recording.args.flatMap((args, k) => args ? [] : [k]);
  const button = el("button", {type: "button", class: "mode", "aria-pressed": "false", "aria-controls": "whatif", onclick: toggle});
  const heading = el("h2"), note = el("p", {class: "quiet"}), rows = el("div", {class: "fields"});
  const message = el("p", {class: "wrong", id: "whatif-message", hidden: true}), result = el("p", {class: "num"});
  const reset = el("button", {type: "button", onclick: () => { changed = new Map(); compute(); say(t("whatif.restored")); }});
  const others = el("select", {onchange: () => {
    const k = Number(others.value);
    others.selectedOptions[0].remove();
    others.value = "";
    show(k).focus();
  }});
  const more = el("label", {class: "field"}, el("span"), others);
  let problem = null, changed = new Map();
  $("modes").append(button);
  section.append(heading, note);

  function toggle() {
    section.hidden = !section.hidden;
    button.setAttribute("aria-pressed", !section.hidden);
    if (!why && !fields.size) fillIn();
    words();
    if (!section.hidden) section.scrollIntoView({block: "nearest"});
  }
  // Made when it is first opened: a page of many inputs opens without waiting for it.
  function fillIn() {
    section.append(rows, more, message, result, el("div", {class: "row"}, reset));
    more.hidden = leaves.length <= FEW;
    const first = more.hidden ? FEW : FEW / 2;
    leaves.slice(0, first).forEach(show);
    others.append(...leaves.slice(first).map(k => el("option", {value: k, text: recording.names[k]})));
    others.value = "";
  }
  function show(k) {
    const x = recording.recorded.data[k], was = el("span", {class: "quiet", id: "was" + k});
    const input = el("input", {type: "number", id: "leaf" + k, value: recording.data[k], step: stepOf(x), "aria-describedby": "whatif-message was" + k});
    input.addEventListener("input", () => {
      if (input.value !== "" && Number.isFinite(input.valueAsNumber)) change(k, input.valueAsNumber);
      else refuse({key: "whatif.number", slots: {x: recording.names[k]}}, k);
    });
    fields.set(k, {input, was});
    rows.append(el("div", {class: "field"}, el("label", {for: "leaf" + k, text: recording.names[k]}), input, was));
    return input;
  }
  function change(k, x) {
    changed = new Map(changed).set(k, x);
    if (x === recording.recorded.data[k] && !Object.is(x, -0)) changed.delete(k);
    compute(k);
  }
  function compute(at) {
    const found = recomputed(recording, changed);
    if (found.failed !== undefined) return refuse(failure(found), at);
    problem = null;
    recording.leaves = changed;
    if (changed.size) recording.replace(found); else recording.restore();
    const nan = recording.steps.find(step => step.kind === "visit" && step.adjoint !== step.adjoint);
    if (nan && recording.changed) problem = {key: "whatif.nan", slots: {x: recording.names[nan.node]}};
    if (at === undefined) refill();
    words();
    if (at !== undefined) say(problem ? t(problem.key, problem.slots) : result.textContent);
  }
  function refill() { for (const [k, {input}] of fields) input.value = recording.data[k]; }
  function refuse(what, k) {
    problem = {...what, k};
    words();
    say(message.textContent);
  }
  // Which operation failed, with its operands, and what it needs.
  function failure({failed, numbers}) {
    const run = recording, {params} = ops[run.ops[failed]];
    const operand = (x, arg) => Array.isArray(arg) ? `(${arg.map((part, i) => operand(x[i], part)).slice(0, 4).join(", ")}${arg.length > 4 ? ", …" : ""})`
      : formatNumber(x) + (typeof arg === "number" ? ` (${run.names[arg]})` : "");
    const at = params.map((p, j) => `${p} = ${operand(numbers[j], run.args[failed][j])}`).join(", ");
    const key = overflows(run.ops[failed], numbers) ? "whatif.large" : "whatif.failed";
    return {key, slots: {x: run.names[failed], op: run.ops[failed], at}, needs: DATA.needs[run.ops[failed]]};
  }
  function words() {
    button.textContent = heading.textContent = t("whatif");
    note.textContent = t(why ? "whatif.not." + why : "whatif.note");
    more.firstChild.textContent = t("whatif.others");
    reset.textContent = t("whatif.reset");
    if (!fields.size) return;
    for (const [k, {input, was}] of fields) {
      const x = recording.recorded.data[k];
      was.textContent = Object.is(changed.get(k) ?? x, x) ? "" : t("whatif.was", {x: formatNumber(x)});
      input.setAttribute("aria-invalid", !!problem && problem.k === k);
    }
    const old = !!problem && problem.key !== "whatif.nan", root = recording.root;
    message.hidden = !problem;
    if (problem) {
      const needs = problem.needs ? t("whatif.needs", {needs: problem.needs[language() === "es" ? 1 : 0]}) : "";
      message.textContent = [t(problem.key, problem.slots), needs, old ? t("whatif.old") : ""].filter(Boolean).join(" ");
    }
    ROOT.classList.toggle("outdated", old);
    ROOT.classList.toggle("altered", recording.changed);
    reset.setAttribute("aria-disabled", !recording.changed && !problem);
    const numbers = {x: recording.names[root], new: formatNumber(recording.data[root]), old: formatNumber(recording.recorded.data[root])};
    result.textContent = t(recording.changed ? "whatif.result" : "whatif.recorded", numbers);
  }
  onLanguage(words);
  onNumbers(() => {  // those of perform mode
    if (!recording.changed || recording.leaves === changed) return;
    [changed, problem] = [recording.leaves, null];
    refill();
    words();
  });
  words();
}
