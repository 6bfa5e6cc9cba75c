// The recording of an expression, as autograd_mini.steps makes it: nodes, numbers, steps and their formulas.
const SUB = "₀₁₂₃₄₅₆₇₈₉", asIndex = k => [...String(k)].map(c => SUB[c]).join("");

// Lines [name, text], each of names known before it; `numbers` for the others. The last line is the root.
function nodesOf(lines, numbers) {
  const known = new Map();
  let root;
  lines.forEach(([label, text], line) => {
    const {tree, source} = parsed(text);
    const number = x => x.node ? x.node.data : x.c, place = ({start, end}) => ({source, line, start, end});
    function applied(op, args, node) {
      const at = args.map(arg => Array.isArray(arg) ? arg.map(number) : number(arg)), data = ops[op].value(...at), all = args.flat();
      if (!Number.isFinite(data)) throw Object.assign(new Wrong("value", node.start, node.end), {op, at, source});
      return all.some(x => x.node) ? {node: {op, args, at, data, place: place(node), parents: all.flatMap(x => x.node || [])}} : {c: data};
    }
    function operand(node) {
      const {op, args, name, value, relations} = node;
      if (value !== undefined) return {c: value};
      if (name) {
        if (name in CONSTANTS) return {c: CONSTANTS[name]};
        if (!known.has(name)) known.set(name, {node: {label: name, data: numbers.get(name), parents: []}});
        return known.get(name);
      }
      const parts = args.map(operand);
      if (relations) return {c: Number(RELATIONS[relations[0]](...parts.map(number)))};
      if (op === "pos") return parts[0];
      return applied(op, sheet[op].vectors ? [parts] : parts, node);
    }
    root = operand(tree);
    if (!root.node) throw new Wrong("constant");
    if (root.node.op) root.node.label = label;
    known.set(label, root);
  });
  const order = new Set(), visit = node => {
    if (order.has(node)) return;
    node.parents.forEach(visit);
    order.add(node);
  };
  visit(root.node);
  return [...order];
}

// v₁, v₂, ... for those without a name, as drawing/sketch.py names them.
function namesOf(nodes) {
  const taken = new Set(nodes.map(({label}) => (label || "").replace(/^[₀-₉ ]+|[₀-₉ ]+$/g, "")));
  const letter = [..."vuts"].find(c => !taken.has(c)) || "v";
  let unnamed = 0;
  return nodes.map(({label}) => label || letter + asIndex(++unnamed));
}

function shapeOf({op, args, at}) {
  const exponent = op === "pow" && !args[1].node ? at[1] : null;
  return op + (sheet[op].vectors ? "/" + args[0].length : "") + (exponent === null ? "" : "^" + exponent);
}
// The notation of a shape. Of a^c, and of a vector of more than four, that of one like it, with the numbers replaced.
function notationOf(key) {
  const {ops, templates} = DATA.notation, [name, exponent] = key.split("^"), [base, length] = name.split("/");
  if (ops[key]) return [ops[key], templates];
  const c = Number(exponent), n = Number(length), like = c > 0 && c < 1 ? 0.1234 : Math.sign(c) * (c % 1 ? 77.5 : 77);
  const shown = x => formatNumber(Math.abs(x)), pairs = [[like, c], [like - 1, c - 1]].map(pair => pair.map(shown));
  const swaps = new Map(length ? [["12", length], ["11", String(n - 1)]] : [...pairs, ...like % 1 ? [] : pairs.map(pair => pair.map(superscript))]);
  const pattern = new RegExp([...swaps.keys()].join("|"), "g");
  const swapped = x => Array.isArray(x) ? x.map(swapped) : x.replace(pattern, found => swaps.get(found));
  const found = ops[length ? `${base}/12` : `${base}^${like}`], own = templates.map(({text, mathml}) => ({text: swapped(text), mathml: swapped(mathml)}));
  return [length ? {...found, partials: new Array(n).fill(found.partials[0])} : found, own];
}
function mathsOf(nodes, ids, numerator) {
  const made = {numerator, templates: [], ops: {}, nodes: []}, indices = new Map();
  for (const node of nodes) {
    if (!node.op) { made.nodes.push(null); continue; }
    const key = shapeOf(node), [notation, templates] = notationOf(key);
    const note = k => {
      if (k == null) return null;
      const text = JSON.stringify(templates[k]);
      if (!indices.has(text)) indices.set(text, made.templates.push(templates[k]) - 1);
      return indices.get(text);
    };
    made.ops[key] ??= {...notation, value: note(notation.value), definition: note(notation.definition), partials: notation.partials.map(note)};
    made.nodes.push([key, node.args.flat().map(x => x.node ? ids.get(x.node) : formatNumber(x.c))]);
  }
  return made;
}

// What a page knows of a recording (pages/page.py, run_data): with a rate the update of the weights.
function runOf(lines, numbers, rate = null, weights = [], source = lines.map(([name, text]) => `${name} = ${text}`)) {
  const nodes = nodesOf(lines, numbers), ids = new Map(nodes.map((node, k) => [node, k])), names = namesOf(nodes), root = nodes.length - 1;
  const coded = x => Array.isArray(x) ? x.map(coded) : x.node ? ids.get(x.node) : x;
  const parents = nodes.map(node => node.parents.map(parent => ids.get(parent))), data = nodes.map(node => node.data);
  const args = nodes.map(node => node.op ? node.args.map(coded) : null), codes = nodes.map(node => node.op || null);
  const {partials} = recomputed({args, ops: codes, recorded: {data, partials: nodes.map(() => [])}}, new Map());
  const grads = new Array(nodes.length).fill(0), inner = [...nodes.keys()].filter(k => codes[k]);
  const given = new Set(inner.flatMap(k => parents[k].filter(parent => !codes[parent])));  // in the order in which they are needed
  const steps = [[0, ...inner.length ? given : [root]], ...inner.map(k => [1, k]), [2, root, grads[root] = 1]];
  for (let k = root; k >= 0; k--) {
    steps.push([3, k]);
    if (grads[k] !== 0) parents[k].forEach((parent, edge) => {
      grads[parent] += grads[k] * partials[k][edge];
      steps.push([4, k, edge]);
    });
  }
  if (rate !== null) nodes.forEach((node, k) => {
    if (weights.includes(names[k]) && !node.op) steps.push([5, k, data[k], grads[k], rate, data[k] - rate * grads[k]]);
  });
  const shift = lines.map(([name], k) => source[k].length - lines[k][1].length);
  const column = (line, k) => [...source[line].slice(0, k + shift[line])].length;  // in characters, as Python counts
  return {
    names, ops: codes, args, parents, data, partials, steps, maths: mathsOf(nodes, ids, names[root]), plain: true,
    kinks: nodes.flatMap(({op, at, data}, k) => op && (ops[op].kinks || []).some(f => [f(...at, data)].flat().includes(0)) ? [k] : []),
    places: nodes.map(({place}) => place ? [0, place.line, column(place.line, place.start), place.line, column(place.line, place.end)] : null),
    sources: [{name: names[root], file: "<expression>", first: 1, lines: source}],
    stale: [], optimiser: rate === null ? null : "SGD", differences: null, items: null, links: null, texts: {}, label: null, grads,
  };
}
