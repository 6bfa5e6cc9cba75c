// Predict mode: the page asks for a step's number before it shows the step.

// "-0,5", "1/3", "2·10⁻³": the value, and the unit of its last decimal (0 without decimals); else null.
// A comma or point that may part decimals or thousands does what comes nearer to what is wanted.
function readAnswer(text, wanted = 0) {
  if (/\d\s+\d+\s*\//.test(text)) return null;  // 1 1/2 is not 11/2
  const power = raised => `10^${[...raised.slice(2)].map(c => "0123456789-"["⁰¹²³⁴⁵⁶⁷⁸⁹⁻".indexOf(c)]).join("")}`;
  let s = text.replace(/\s/g, "").replace(/[−–]/g, "-").replace(/10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, power).replace(/(?<![\d)])\(|\)(?![\d(])/g, "");
  const whole = s.replaceAll(s.includes(",") ? "," : ".", ""), grouped = /^[+-]?[1-9]\d{0,2}((,\d{3})+(\.\d*)?|(\.\d{3})+)$/.test(s);
  if (grouped && (/[,.].*[,.]/.test(s) || Math.abs(whole - wanted) < Math.abs(whole / 1000 - wanted))) s = whole;
  const parts = s.split("/").map(part => {
    const dotted = part.includes(".") ? part : part.replace(",", ".");
    const m = /^([+-]?(?:\d+\.?(\d*)|\.(\d+)))(?:(?:e|[·*×x]10(?:\^|(?=-)))([+-]?\d+))?$/i.exec(dotted.replace(/^([+-]?)(?=10(\^|-))/, "$11x"));
    const power = m && Number(m[4] || 0);
    return m && {value: Number(`${m[1]}e${power}`), unit: m[2] || m[3] ? 10 ** (power - (m[2] || m[3]).length) : 0};
  });
  if (parts.length > 2 || parts.includes(null)) return null;
  const answer = parts.length > 1 ? {value: parts[0].value / parts[1].value, unit: 0} : parts[0];
  return Number.isFinite(answer.value) ? answer : null;
}
// Within 1 %, or rounded rightly to the decimals that are given; of a number that was `old` before,
// within 1 % of the change, and not nearer to the old one.
function isNear({value, unit}, x, noise = 0, old) {
  const off = Math.abs(value - x), size = Math.abs(x - (old ?? 0));
  return (off <= Math.max(0.01 * size, noise) || value !== 0 && off <= 0.500001 * unit) && (old === undefined || off <= Math.abs(value - old));
}
const isRight = ({expected, noise, old}, answer) => isNear(answer, expected, noise, old);
// The right number, with the digits that it takes: of a weight that hardly changes, those that show it.
function rightNumber(asked) {
  let digits = 4;
  while (digits < 17 && !isRight(asked, readAnswer(formatNumber(asked.expected, digits)))) digits++;
  return formatNumber(asked.expected, digits);
}

// Derivatives that are written with the value of the node; some put the operand in its place.
const BY_VALUE = {tanh: y => 1 - y * y, sigmoid: y => y * (1 - y), exp: y => y};

// What to ask before step i: {key, slots, expected, noise, mistakes}; null where there is nothing to compute.
function questionFor(r, i, wish, step = r.steps[i], earlier = j => j < i) {
  const {kind, node} = step, name = k => r.names[k], data = r.data.map(approximately), L = name(r.root);
  const mistakes = [], ask = (key, slots, expected, terms) => {
    expected = approximately(expected);
    const noise = 1e-9 * Math.max(...terms.map(Math.abs));
    return Number.isFinite(expected) && Number.isFinite(noise) ? {kind, key, slots, expected, noise, mistakes, old: kind === "update" ? step.before : undefined} : null;
  };
  const local = edge => writers[0].derivative({node, edge, parent: r.parents[node][edge]}).text;
  const may = (key, x, slots = {}) => mistakes.push([key, x, slots]);
  if (kind === "seed") {
    may("seed.value", data[node], {L});
    may("seed.zero", 0, {L});
    return ask("seed", {L}, step.value, [1]);
  }
  if (kind === "update") {
    const {before: w, gradient: g, rate, after} = step;
    if (Math.abs(w - rate * g - after) > 1e-9 * Math.abs(w)) return null;
    may("update.old", w, {x: name(node)});
    may("update.sign", w + rate * g);
    may("update.rate", w - g);
    for (const x of [rate * g, -rate * g]) may("update.change", x, {x: name(node)});
    may("update.gradient", g, {x: name(node)});
    return ask("update", {x: name(node), rate: formatNumber(rate)}, after, [w]);
  }
  if (kind === "forward") {
    const args = r.args[node], op = ops[r.ops[node]], written = writers[0].value(node);
    if (!op || !written) return null;
    const operands = args.flat(), flat = operands.map(x => typeof x === "number" ? data[x] : approximately(revived(x.c)));
    const other = (at, x) => {
      let j = 0;
      const one = a => Array.isArray(a) ? a.map(one) : j++ === at ? x : flat[j - 1];
      return op.value(...args.map(one));
    };
    const called = x => typeof x === "number" ? name(x) : formatNumber(revived(x.c)), few = flat.length <= 40;
    const neutral = {add: 0, sub: 0, sum: 0, dot: 0, mul: 1, prod: 1, div: 1}[r.ops[node]];
    if (args.length === 2 && flat.length === 2) may("order", op.value(...flat.map((_, p) => flat[1 - p])));
    if (flat.length > 1 && neutral !== undefined && few) operands.forEach((x, p) => may("left", other(p, neutral), {x: called(x)}));
    operands.forEach((x, p) => may("operand", flat[p], {x: called(x)}));
    r.partials[node].forEach((d, edge) => may("partial", approximately(d), {y: name(node), d: local(edge)}));
    const known = data.length > 60 ? r.parents[node] : data.keys();
    mistakes.later = () => few && [...known].forEach(j => operands.forEach((x, p) => {
      if (typeof x === "number" && x !== j && r.forwardStep[j] < i) may("other", other(p, data[j]), {x: name(x), y: name(j)});
    }));
    return ask("forward", {y: name(node), formula: written.text}, data[node], [data[node], ...flat]);
  }
  if (kind !== "accumulate") return null;
  const {parent, edge} = step, [g, p, b, s, t] = [step.adjoint, step.partial, step.before, step.share, step.after].map(approximately);
  const slots = {L, y: name(node), x: name(parent), d: local(edge), before: formatNumber(step.before)};
  const others = r.partials[node].map((q, e) => [approximately(q), {...slots, d: local(e), x: name(r.parents[node][e])}]).filter((_, e) => e !== edge);
  const mixed = (BY_VALUE[r.ops[node]] ?? (() => NaN))(data[parent]);
  const asked = wish === "fits" ? step.fresh ? g === 1 ? "partial" : "share" : "gradient" : wish === "gradient" && step.fresh ? "share" : wish;
  if (asked === "partial") {
    for (const [q, other] of others) may("partial.other", q, other);
    if (!step.fresh) may("partial.gradient", t, slots);
    may("partial.share", s, slots);
    may("partial.adjoint", g, slots);
    may("partial.value", data[node], slots);
    may("partial.operand", data[parent], slots);
    may("output", mixed, slots);
    return ask(asked, slots, p, [p]);
  }
  if (asked === "share") {
    may("share.adjoint", p, slots);
    may("share.partial", g, slots);
    for (const [q, other] of others) may("share.other", g * q, other);
    if (!step.fresh) may("share.gradient", t, slots);
    may("output", g * mixed, slots);
    may("partial.value", data[node], slots);
    may("partial.operand", data[parent], slots);
    may("share.sum", g + p);
    may("share.divided", g / p);
    for (const k of r.names.keys()) if (k !== node && r.visitStep[k] < i) may("share.node", approximately(r.steps[r.visitStep[k]].adjoint) * p, {...slots, x: name(k)});
    return ask(asked, slots, s, [s]);
  }
  may("sum.share", s, slots);
  may("sum.before", b, slots);
  may("sum.adjoint", b + p, slots);
  may("sum.sign", b - s, slots);
  for (const [q, other] of others) may("sum.other", b + g * q, other);
  for (const j of r.shares[parent]) if (earlier(j)) may("sum.path", t - approximately(r.steps[j].share), {...slots, y: name(r.steps[j].node)});
  may("sum.product", b * s);
  may("sum.partial", p, slots);
  return ask("gradient", slots, t, [s, b]);
}

// What kind of mistake an answer looks like: [key, slots]; null if like none that is known.
function mistakeOf(asked, answer) {
  const x = asked.expected, like = list => list.find(([, y]) => Number.isFinite(y) && isNear(answer, y) && isNear(answer, y, 0, asked.old) && !isRight(asked, {value: y, unit: 0}));
  const general = [["sign", -x], ["inverse", 1 / x], ["half", x / 2], ["double", 2 * x]];
  for (let k = 1; k < 7; k++) general.push(["ten", x * 10 ** k], ["ten", x * 10 ** -k]);
  let found = like(asked.mistakes) || like(general);
  if (!found && asked.mistakes.later) {
    asked.mistakes.later();
    found = like(asked.mistakes);
  }
  if (!found && Math.abs(answer.value - x) < 0.05 * Math.abs(x - (asked.old ?? 0))) found = ["close"];
  return found ? [found[0], found[2] || {}] : null;
}

// Formulas that help, one after the other: none of them tells the number.
function hintsFor(step, {key, kind}) {
  const maths = writers[0], {node} = step, said = maths[kind](step, recording.steps.indexOf(step));
  if (kind === "forward") return [said.symbolic, maths.formula("forward", {y: maths.name(node), value: maths.value(node, k => maths.number(k))})];
  if (kind !== "accumulate") return [said.symbolic];
  const op = maths.op(node), p = op ? maths.position(step) : -1, template = p < 0 ? null : op.partials[p];
  const local = template == null ? said.local : maths.formula("forward", {y: maths.derivative(step), value: maths.operation(template, node, k => maths.name(k), p)});
  return key === "partial" ? [local] : [said.symbolic, said.local];
}

// --- the panel ------------------------------------------------------------------------------------
function startPredict(player) {
  const section = $("predict"), r = recording, off = runs.length > 1;
  const done = new Set(), log = [], open = new Map();  // open: by step and key, questions that were left too
  let asked = null, wish = "fits", told = null, hinted = false;
  const action = (key, f) => el("button", {type: "button", "data-t": key, onclick: f});
  const button = el("button", {type: "button", class: "mode", "aria-pressed": "false", "aria-controls": "predict", "data-t": "predict", onclick: toggle});
  const verdict = el("p", {id: "verdict"}), question = el("p", {id: "question"}), hint = el("div", {id: "hint", hidden: true, tabindex: 0}), score = el("p", {class: "quiet num", id: "score"});
  const input = el("input", {id: "answer", type: "text", autocomplete: "off", "aria-describedby": "question verdict"});
  const submit = el("button", {class: "primary"});
  const choose = el("select", {id: "wish", onchange: () => { wish = choose.value; pose(); }}, ...["fits", "partial", "share", "gradient"].map(value => el("option", {value})));
  const helps = el("div", {class: "row"}, action("predict.hint", giveHint), action("predict.show", () => settle("shown")), action("predict.skip", () => settle("skipped")));
  const learner = el("input", {id: "learner", type: "text", autocomplete: "name"});
  const label = el("label", {for: "answer", "data-t": "predict.answer"});
  button.hidden = off;
  $("modes").append(button);
  section.append(el("h2", {"data-t": "predict"}), verdict, question,
    el("form", {class: "row", onsubmit: event => { event.preventDefault(); asked ? check() : onward(); }}, label, input, submit), hint, helps, score,
    el("details", {}, el("summary", {"data-t": "predict.more"}),
      el("p", {class: "field"}, el("label", {for: "wish", "data-t": "predict.wish"}), choose),
      el("p", {class: "field"}, el("label", {for: "learner", "data-t": "predict.learner"}), learner),
      el("div", {class: "row"}, action("predict.json", saveJson), action("predict.csv", saveCsv), action("predict.again", again))));

  function toggle() {
    section.hidden = !section.hidden;
    button.setAttribute("aria-pressed", !section.hidden);
    told = null;
    pose();
    if (!section.hidden) focus();
  }
  const focus = () => (asked ? input : submit).focus();
  // To the next question, over steps with nothing to compute.
  function onward() {
    let i = player.index;
    while (i + 1 < r.steps.length && (done.has(i + 1) || !questionFor(r, i + 1, wish))) i++;
    told = null;
    player.pause();
    player.go(i);
    focus();
    say(question.textContent);
  }
  const text = what => what ? t("predict." + what[0], what[1]) : "";
  // The question before the next step, if that has not been answered.
  function pose(index = player.index) {
    const i = index + 1, before = asked;
    const next = section.hidden || i >= r.steps.length || done.has(i) ? null : questionFor(r, i, wish), id = next && `${i} ${next.key}`;
    asked = next && {...open.get(id) ?? {step: i, answers: [], hints: 0, since: performance.now(), inputs: inputs()}, ...next};
    if (next) open.set(id, asked);
    if (asked !== before && !(asked && before && asked.step === before.step)) { input.value = ""; hinted = false; }
    words();
  }
  function words() {
    const end = player.index + 1 >= r.steps.length;
    question.textContent = asked ? text(["ask." + asked.key, asked.slots]) : text([end ? "end" : done.has(player.index + 1) ? "done" : "none", {}]);
    verdict.textContent = told ? [text(told.what), told.detail && text(told.detail)].filter(Boolean).join(" ") : "";
    verdict.className = told ? told.mark : "";
    submit.textContent = t(asked ? "predict.check" : "predict.next");
    submit.setAttribute("aria-disabled", !asked && end);
    for (const e of [input, label, helps]) e.hidden = !asked;
    hint.hidden = !asked || !hinted;
    if (hinted && asked) hint.replaceChildren(...hintsFor(r.steps[asked.step], asked).slice(0, asked.hints).map(piece => el("div", {}, formula(piece))));
    [...choose.options].forEach(option => { option.textContent = t("predict.wish." + option.value); });
    choose.value = wish;
    score.textContent = t("predict.score", tally());
    score.hidden = !rows().length;
  }
  function giveHint() {
    asked.hints++;
    hinted = true;
    words();
    say(hint.textContent);
  }
  function check() {
    const answer = readAnswer(input.value, asked.expected), seconds = elapsed();
    if (!answer) {
      told = {mark: "wrong", what: ["unreadable", {}]};
    } else if (isRight(asked, answer)) {
      asked.answers.push({text: input.value, value: answer.value, verdict: "right", seconds});
      return settle(asked.answers.length === 1 && !asked.hints ? "first" : "right");
    } else {
      const mistake = mistakeOf(asked, answer);
      asked.answers.push({text: input.value, value: answer.value, verdict: mistake ? mistake[0] : "wrong", seconds});
      told = {mark: "wrong", what: ["wrong", {}], detail: mistake && ["mistake." + mistake[0], mistake[1]]};
    }
    words();
    input.select();
    say(verdict.textContent);
  }
  const elapsed = ({since} = asked) => Math.round((performance.now() - since) / 100) / 10;
  function settle(result) {
    const {step, key} = asked, within = section.contains(document.activeElement);
    done.add(step);
    open.delete(`${step} ${key}`);
    log.push({...asked, verdict: result, seconds: elapsed()});
    told = {mark: result === "first" || result === "right" ? "right" : "quiet", what: ["verdict.say." + result, {x: rightNumber(asked)}]};
    asked = null;
    player.pause();
    player.go(step);
    words();
    say(`${verdict.textContent} ${question.textContent}`);
    if (within) focus();
  }
  function tally() {
    const all = log, count = verdict => all.filter(q => q.verdict === verdict).length;
    return {asked: all.length, first: count("first"), right: count("right"), shown: count("shown"), skipped: count("skipped"), tries: rows().reduce((n, q) => n + q.answers.length, 0)};
  }
  function again() {
    done.clear();
    open.clear();
    log.length = 0;
    asked = told = null;
    player.go(0);
    pose();
  }

  // --- the file for the teacher ---
  const rows = () => [...log, ...[...open.values()].filter(q => q.answers.length).map(q => ({...q, verdict: "open", seconds: elapsed(q)}))];
  // The inputs that what-if has changed.
  const inputs = () => r.changed ? Object.fromEntries([...r.leaves].map(([k, x]) => [r.names[k], x])) : {};
  function save(suffix, type, content) {
    const link = el("a", {href: URL.createObjectURL(new Blob([content], {type})), download: [t("predict.file"), learner.value.trim()].filter(Boolean).join("-") + suffix});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  function saveJson() {
    const questions = rows().map(({step, kind, key, slots, inputs, expected, answers, hints, verdict, seconds}) =>
      ({step, kind, asked: key, question: text(["ask." + key, slots]), inputs, expected, verdict, hints, seconds, answers}));
    save(".json", "application/json", JSON.stringify({format: "autograd_mini answers", version: 1, title: document.title, learner: learner.value, language: language(),
      saved: new Date().toISOString(), score: tally(), questions}, null, 1));
  }
  function saveCsv() {
    // The columns are parted as their titles are. Between semicolons 2.5, which would be the second of May, is 2,5.
    const titles = t("predict.columns"), by = titles.includes(";") ? ";" : ",", number = x => by === ";" ? String(x).replace(".", ",") : x;
    // A text that a spreadsheet would take for a formula gets an apostrophe.
    const cell = x => typeof x === "number" ? number(x) : `"${(/^[=+@\t\r-]/.test(x) && !x.split(" | ").every(readAnswer) ? "'" : "") + x.replace(/"/g, '""')}"`;
    const lines = rows().map(q => [learner.value, document.title, q.step, t("predict.kind." + q.key), text(["ask." + q.key, q.slots]), q.expected,
      q.answers.map(answer => answer.text).join(" | "), t("predict.verdict." + q.verdict), q.hints, q.seconds]);
    save(".csv", "text/csv", "\ufeff" + [titles.split(by), ...lines].map(line => line.map(cell).join(by) + "\r\n").join(""));
  }

  player.guard = (from, to) => {
    if (section.hidden || done.has(to) || !asked) return true;
    focus();
    say(question.textContent);
    return false;
  };
  player.on(() => { if (!section.hidden) pose(); });
  onNumbers(() => {
    log.push(...rows().slice(log.length));
    done.clear();
    open.clear();
    asked = told = null;
    pose(r.index);
  });
  onLanguage(words);
  translate();
  pose();
}
