// Words and formulas of a step: the sentences and templates of DATA, filled in.
const SLOT = /\{(\(?)([\w+-]+)\)?\}/g, WORD = /^(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹])[\p{L}\p{N}_.…∞\[\]'′]|, (?=\d+[\],]))+$/u;
const WHOLE = /\^(\d+|\(−\d+\))(?![\p{L}\p{N}_.·(])/gu;  // an exponent that can be raised
const row = (...parts) => ["mrow", ...parts];
const put = (x, fenced) => fenced && !WORD.test(x.text)
  ? {text: `(${x.text})`, mathml: row(["mo stretchy=false", "("], x.mathml, ["mo stretchy=false", ")"])} : x;
function fill(template, slot) {
  const walk = x => {
    if (typeof x !== "string") return x.map((y, k) => k ? walk(y) : y);
    const m = /^\{(\(?)([\w+-]+)\)?\}$/.exec(x);
    return m ? put(slot(m[2]), m[1]).mathml : x;
  };
  const text = template.text.replace(SLOT, (_, open, s) => put(slot(s), open).text);
  return {text: text.replace(WHOLE, (_, k) => superscript(k.replace(/[()]/g, ""))), mathml: walk(template.mathml)};
}
function dom(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, ...attributes] = tree[0].split(" ");
  return math(tag, Object.fromEntries(attributes.map(a => a.split("="))), ...tree.slice(1).map(dom));
}
const formula = piece => math("math", {displaystyle: "true"}, dom(piece.mathml));
const asText = text => ({text, mathml: ["mtext", text]});
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const numbered = k => "⁽" + [...String(k)].map(c => SUPERSCRIPTS[c]).join("") + "⁾";
function asNumber(x, digits = 4) {
  const text = formatNumber(x, digits), m = /^(.*?)(·?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(text);
  if (!m) return {text, mathml: ["mn", text]};
  const before = m[2] ? [["mn", m[1]], ["mo", "·"]] : [["mo", m[1]]];
  const power = ["msup", ["mn", "10"], ["mn", [...m[3]].map(c => "0123456789−"[SUPERSCRIPTS.indexOf(c)]).join("")]];
  return {text, mathml: m[1] ? row(...before, power) : power};
}
function asName(s) {
  const m = /^(.+?)([₀-₉]+)$/.exec(s);
  const index = m && [...m[2]].map(c => SUBSCRIPTS.indexOf(c)).join("");
  return {text: s, mathml: m ? ["msub", ["mi", m[1]], ["mn", index]] : ["mi", s]};
}
// The formula of an addition; where an engine wrote another number, with ≠ before it.
const sumOf = ({before, share}) => approximately(before) + approximately(share);
const isAmiss = step => !Number.isNaN(sumOf(step)) && !close(sumOf(step), step.after);
const holds = (step, formula) => isAmiss(step) ? unequal(formula) : formula;
const unequal = ({text, mathml}) => ({text: text.replace(/=(?=[^=]*$)/, "≠"),
  mathml: JSON.parse(JSON.stringify(mathml).replace(/"="(?!.*"=")/, '"≠"'))});
const saying = (name, slots = {}) => filled(DATA.sentences[language()][name], slots);

// The writer of one recording's formulas.
class Maths {
  constructor(recording) {
    this.r = recording;
    this.m = recording.maths;
  }
  formula(name, slots) { return fill(DATA.formulas[name], s => slots[s]); }
  name(k) { return asName(this.r.names[k]); }
  number(k) { return asNumber(this.r.data[k]); }
  // ∂L/∂x; L is the output, or what lies further on if the seed is not 1.
  to(k) { return this.formula("gradient", {L: asName(this.m.numerator), x: this.name(k)}); }
  gradient(above, below) { return this.formula("gradient", {L: this.name(above), x: this.name(below)}); }
  // A template of node k with its operands as names or numbers; p is the operand of a partial.
  operation(index, k, show, p = 0) {
    const operands = this.m.nodes[k][1];
    return fill(this.m.templates[index], s => {
      if (s === "out") return show(k);
      if (s === "if" || s === "else") return asText(saying(s));
      const x = operands[/^[+-]/.test(s) ? p + Number(s) : Number(s)];
      return typeof x === "number" ? show(x) : asNumber(x);
    });
  }
  op(k) { return this.r.operation(k); }
  // ∂y/∂x; where x reaches y on several paths and one edge is meant, ∂y/∂x⁽ᵏ⁾ (Uses in shapes.py).
  use({node, parent, edge}) {
    const {parents} = this.r, same = parents[node].flatMap((k, j) => k === parent ? [j] : []);
    const above = new Set(parents[node].filter((_, j) => same.length > 1 || j !== edge));
    for (const k of above) for (const j of parents[k]) if (j >= parent) above.add(j);  // parents come first
    return above.has(parent) ? same.indexOf(edge) + 1 : 0;
  }
  derivative(step) {
    const k = this.use(step);
    if (!k) return this.gradient(step.node, step.parent);
    const mark = {text: numbered(k), mathml: ["mn", `(${k})`]};
    return this.formula("use", {y: this.name(step.node), x: this.name(step.parent), k: mark});
  }
  // What node k computes: "w · x".
  value(k, show = j => this.name(j)) {
    const op = this.op(k);
    return op && op.value !== null ? this.operation(op.value, k, show) : null;
  }
  position(step) {
    const places = this.m.nodes[step.node][1].flatMap((x, p) => typeof x === "number" ? [p] : []);
    const own = places[step.edge], operands = this.m.nodes[step.node][1];
    return operands[own] === step.parent ? own : operands.indexOf(step.parent);
  }
  partial(step) {
    const name = this.derivative(step), value = asNumber(step.partial), slots = {partial: name, value};
    const op = this.op(step.node), p = op ? this.position(step) : -1;
    const template = p < 0 ? null : op.partials[p];
    if (template == null) return this.formula("local.one", slots);
    const written = this.operation(template, step.node, k => this.name(k), p);
    if (written.text === value.text) return this.formula("local.one", slots);
    const numbers = this.operation(template, step.node, k => this.number(k), p);
    const same = numbers.text === value.text || numbers.text === written.text || this.r.stale.has(step.node);
    const more = !same && !/\{if\}/.test(this.m.templates[template].text);
    return this.formula(more ? "local.numbers" : "local", {...slots, formula: written, numbers});
  }
  // Terms with + between them; of many the first two, dots, and the last.
  sum(shares, term) {
    const shown = shares.length > 4 ? [shares[0], shares[1], null, shares.at(-1)] : shares;
    return shown.map(s => s ? term(s) : asText("…")).reduce((a, b) => {
      const next = b.text[0] === "−" ? put(b, true) : b;
      return {text: `${a.text} + ${next.text}`, mathml: row(a.mathml, ["mo", "+"], next.mathml)};
    });
  }
  share(step) {
    return this.formula("share", {gradient: this.to(step.node), partial: this.derivative(step)});
  }
  list(nodes) {
    const names = nodes.map(k => "`" + this.r.names[k] + "`");
    return (names.length > 4 ? [...names.slice(0, 2), "…", names[names.length - 1]] : names).join(", ");
  }

  explain(i) {
    const r = this.r, step = r.steps[i], {kind, node} = step, said = this[kind](step, i);
    const why = (said.why || []).filter(Boolean);
    if (r.stale.has(node) && (kind === "forward" || kind === "accumulate")) why.push(saying("stale", {y: r.names[node]}));
    return {local: null, numeric: null, ...said, why: why.join(" ")};
  }
  given({nodes}) {
    const parts = Object.entries(this.r.counts()).map(([part, n]) => n || part === "forward" ? saying(`given.${part}${n === 1 ? ".one" : ""}`, {n: whole(n)}) : "");
    const leaves = nodes.slice(0, nodes.length > 4 ? 3 : 4).map(k => this.formula("leaf", {x: this.name(k), value: this.number(k)}));
    const symbolic = [...leaves, ...nodes.length > 4 ? [asText("…")] : []].reduce((x, y) => this.formula("beside", {x, y}));
    return {title: saying("title.given"), sentence: saying("given", {ahead: parts.join("")}), why: [saying("given.why")], symbolic};
  }
  forward({node}) {
    const r = this.r, y = r.names[node], op = this.op(node), operands = this.list([...new Set(r.parents[node])]);
    const about = op.about[language() === "es" ? 1 : 0];
    const said = {title: saying("title.forward", {y}), sentence: saying(op.name ? "forward" : "forward.hand", {y, operands, about})};
    const names = k => this.name(k), numbers = k => this.number(k), result = this.number(node);
    if (op.value === null) return {...said, symbolic: this.formula("leaf", {x: this.name(node), value: result})};
    const value = this.operation(op.value, node, names);
    const symbolic = op.definition === null ? this.formula("forward", {y: this.name(node), value})
      : this.formula("defined", {y: this.name(node), value, definition: this.operation(op.definition, node, names)});
    const plain = op.definition !== null && !/\{if\}/.test(this.m.templates[op.definition].text) ? op.definition : op.value;
    const counted = this.operation(plain, node, numbers);
    const numeric = counted.text === result.text || r.stale.has(node) || !op.name ? this.formula("forward", {y: this.name(node), value: result})
      : this.formula("forward.numbers", {y: this.name(node), value: counted, result});
    return {...said, symbolic, numeric};
  }
  seed({node, value}) {
    const L = this.r.names[node], other = value !== 1;
    return {title: saying("title.seed", {L}), sentence: saying(other ? "seed.other" : "seed", {L, value: formatNumber(value), gradient: this.to(node).text}),
      symbolic: this.formula("visit.one", {gradient: this.to(node), value: asNumber(value)})};
  }
  visit(step, i) {
    const r = this.r, {node, users} = step, x = r.names[node], n = users.length;
    const sentence = saying(n === 0 ? "visit.output" : n === 1 ? "visit.one" : "visit", {x, n, users: this.list(users)});
    const next = /^[−+0.j]*$/.test(step.adjoint) ? "visit.zero" : r.parents[node].length ? "visit.next" : "visit.leaf";
    const gradient = this.to(node), value = asNumber(step.adjoint);
    const shares = r.shares[node].filter(j => j < i).map(j => r.steps[j]);
    const said = {title: saying("title.visit", {x}), sentence, why: [saying(next, {x})]};
    if (!shares.length) return {...said, symbolic: this.formula("visit.one", {gradient, value})};
    return {...said, symbolic: this.formula("visit", {gradient, sum: this.sum(shares, s => this.share(s))}),
      numeric: shares.length === 1 ? this.formula("visit.one", {gradient, value})
        : this.total(shares, step, this.formula("visit.numbers", {gradient, sum: this.sum(shares, s => asNumber(s.share)), value}))};
  }
  total(shares, step, formula) {
    const sum = shares.reduce((sum, s) => sum + approximately(s.share), 0);
    return Number.isNaN(sum) || close(sum, approximately(step.adjoint)) ? formula : unequal(formula);
  }
  accumulate(step, i) {
    const r = this.r, {node, parent} = step, x = r.names[parent], y = r.names[node];
    const again = r.parents[node].filter(k => k === parent).length;
    const before = r.shares[parent].filter(j => j < i).length;
    const partial = this.derivative(step), use = this.use(step), gradient = this.to(parent), local = this.partial(step);
    const why = [
      again > 1 && saying("accumulate.repeated", {x, y, n: again, k: r.parents[node].slice(0, step.edge + 1).filter(k => k === parent).length}),
      use && saying("accumulate.use", {x, use: x + numbered(use), gradient: gradient.text}),
      saying(before ? "accumulate.more" : "accumulate.first", {x, before: formatNumber(step.before)}),
      r.kinks.has(node) && saying("accumulate.kink", {partial: formatNumber(step.partial)}),
    ];
    return {title: saying("title.accumulate", {x, y}), sentence: saying("accumulate", {x, y}), why,
      symbolic: this.formula("accumulate", {target: gradient, gradient: this.to(node), partial}),
      local: !r.changed && r.amiss.has(String([node, step.edge])) ? unequal(local) : local,
      numeric: holds(step, this.formula("accumulate.numbers", {before: asNumber(step.before), adjoint: asNumber(step.adjoint), partial: asNumber(step.partial), after: asNumber(step.after)}))};
  }
  update(step) {
    const r = this.r, {node, before, after, rate, gradient} = step, x = r.names[node];
    const plain = [null, "SGD"].includes(r.optimiser) && Math.abs(before - rate * gradient - after) <= 1e-9 * Math.max(Math.abs(before), Math.abs(after));
    // As many digits as it takes to see the change.
    const digits = Array.from({length: 13}, (_, k) => k + 4).find(k => formatNumber(before, k) !== formatNumber(after, k)) ?? 4, number = x => asNumber(x, digits);
    const slots = {x: this.name(node), new: asText(saying("new")), old: asText(saying("old")),
      gradient: plain ? this.to(node) : null,
      before: number(before), after: number(after), rate: number(rate), change: number(after - before)};
    const kind = gradient === 0 && after === before ? "update.none" : plain ? "update" : "update.other";
    const form = plain ? "update" : "update.other";
    return {title: saying("title.update", {x}),
      sentence: saying(kind, {x, rate: formatNumber(rate, digits), gradient: formatNumber(gradient, digits), optimiser: r.optimiser || ""}),
      symbolic: this.formula(form, slots),
      numeric: this.formula(form + ".numbers", plain ? {...slots, gradient: number(gradient)} : slots)};
  }
}
const writers = runs.map(r => new Maths(r));
const explainStep = (r, i) => writers[runs.indexOf(r)].explain(i);
