// Expressions read from text as autograd_mini/expressions.py reads them: the same grammar, and the same words for what is wrong.
const LONGEST = 10000, DEEPEST = 200;
// Without what every object has: a name may be `constructor`.
const plain = x => Object.assign(Object.create(null), x);
const {keywords, instead} = DATA.grammar, sheet = plain(DATA.grammar.sheet), meant = plain(DATA.grammar.meant), CONSTANTS = plain({pi: Math.PI, e: Math.E});
const BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "//": "floordiv", "**": "pow"};
const RELATIONS = {"<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b};
const NUMBER = /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const NAME = /[\p{XID_Start}_]\p{XID_Continue}*/uy, SIGN = /\*\*=?|\/\/=?|<<=?|>>=?|[<>=]=|->|<>|[+\-*/%]=?|[().,<>=]/y;

// A sentence for the reader: the key of a text, the columns of what is wrong, what fills it in.
class Wrong {
  constructor(key, start, end = 0, slots = {}) {
    Object.assign(this, {key, placed: start !== undefined, start: start ?? 0, end: Math.max(end, (start ?? 0) + 1), slots});
  }
}

function tokensOf(source) {
  const tokens = [];
  for (let at = 0; at < source.length;) {
    if (source[at] === " ") { at++; continue; }
    const [kind, match] = [["number", NUMBER], ["name", NAME], ["sign", SIGN]].map(([kind, pattern]) => {
      pattern.lastIndex = at;
      return [kind, pattern.exec(source)];
    }).find(([, match]) => match) || ["other", [source[at]]];
    let text = match[0], end = at + text.length, type = kind;
    const rest = source.slice(end);
    if (kind === "number" && /^[jJ](?!\p{XID_Continue})/u.test(rest)) [type, end] = ["imaginary", end + 1];
    else if (kind === "number" && /^\p{XID_Continue}/u.test(rest)) throw new Wrong("literal", /^[eE][-+]/.test(rest) ? end + 1 : /^[\d_]/.test(rest) || /^0$/.test(text) && /^[xob]/i.test(rest) ? end : end - 1);
    if (kind === "number" && /^0[\d_]*[1-9]/.test(text) && !/[.eE]/.test(text)) throw new Wrong("literal", at);
    tokens.push({type, text: kind === "name" ? text.normalize("NFKC") : text, start: at, end});
    at = end;
  }
  return [...tokens, {type: "end", text: "", start: source.length, end: source.length}];
}

// Where a text can be read no further, what is said of it; `start` to `end` cannot be read.
function unreadable(source, tokens, start, end) {
  const open = [], keyword = tokens.find(token => token.type === "name" && keywords.includes(token.text));
  if (keyword) return new Wrong("reserved", keyword.start, keyword.end, {name: keyword.text});
  for (const {text, start} of tokens) {
    if (text === "(") open.push(start);
    if (text === ")" && open.pop() === undefined) return new Wrong("parenthesis", start, 0, {c: ")"});
  }
  if (open.length) return new Wrong("parenthesis", open.pop(), 0, {c: "("});
  if (start >= source.length || /[-+*/%.(,<>=]$/.test(source)) return new Wrong("unfinished", source.length);
  if (source[start] === "=" && !source.includes("==")) return new Wrong("equals", source.indexOf("="));
  return new Wrong("syntax", start, end);
}

// The tree of an expression. Nodes have their columns; those with a key are refused, with that sentence.
function treeOf(source) {
  const tokens = tokensOf(source);
  let at = 0, depth = 0;
  const next = () => tokens[at], isNext = (...texts) => texts.includes(next().text) && ["sign", "name"].includes(next().type);
  const fail = (start = next().start, end = next().end) => { throw unreadable(source, tokens, start, end); };
  const take = text => isNext(text) ? tokens[at++] : fail();
  const from = (begin, node) => ({start: tokens[begin].start, end: tokens[at - 1].end, ...node});
  const refused = (begin, key, slots) => from(begin, {key, slots, args: []});
  function chain(below, texts, made) {
    return () => {
      const begin = at;
      let left = below();
      while (isNext(...texts)) {
        const {text} = tokens[at++], right = below();
        left = from(begin, made(text, left, right));
      }
      return left;
    };
  }
  const binary = (text, a, b) => ({op: BINARY[text], args: [a, b]});
  const term = chain(factor, ["*", "/", "//", "%"], binary), sum = chain(term, ["+", "-"], binary);
  const shift = chain(sum, ["<<", ">>"], () => ({key: "operator", args: []}));
  function factor() {
    const begin = at;
    if (isNext("-", "+")) {
      const {text} = tokens[at++], args = [factor()];
      return from(begin, {op: text === "-" ? "neg" : "pos", args});
    }
    const base = primary();
    return isNext("**") ? (at++, from(begin, binary("**", base, factor()))) : base;
  }
  function primary() {
    const begin = at;
    let node = atom();
    while (isNext("(", ".")) {
      if (tokens[at++].text === ".") {
        if (next().type !== "name") fail();
        at++;
        node = refused(begin, "attribute");
      } else {
        const {args, named} = listed();
        node = from(begin, {called: node, args, named});
      }
    }
    return node;
  }
  function listed() {
    const args = [], named = [];
    while (!isNext(")")) {
      const begin = at;
      if (isNext("*", "**")) {
        at++;
        test();
        args.push({...refused(begin, "syntax"), starred: true});
      } else if (next().type === "name" && tokens[at + 1].text === "=") {
        at += 2;
        named.push([tokens[begin].text, test()]);
      } else args.push(test());
      if (!isNext(")")) isNext(",") ? at++ : apart(begin);
    }
    at++;
    return {args, named};
  }
  // In parentheses two expressions side by side are marked together.
  function apart(begin) {
    const here = next();
    if (here.type === "number" || here.type === "name" && !keywords.includes(here.text) || here.text === "(") {
      try { shift(); } catch { fail(here.start, here.end); }
      fail(tokens[begin].start, tokens[at - 1].end);
    }
    fail();
  }
  function atom() {
    const begin = at, {type, text} = next();
    if (type === "number") { at++; return from(begin, {value: Number(text.replace(/_/g, ""))}); }
    if (type === "imaginary") { at++; return refused(begin, "syntax"); }
    if (type === "name" && ["True", "False", "None"].includes(text)) { at++; return refused(begin, "name", {name: text}); }
    if (type === "name" && !keywords.includes(text)) { at++; return from(begin, {name: text}); }
    if (!isNext("(")) fail();
    at++;
    if (++depth > DEEPEST) throw new Wrong("deep", undefined, 0, {deepest: DEEPEST});
    const inner = isNext(")") ? {key: "comma"} : tuple();
    if (!isNext(")")) apart(begin + 1);
    at++;
    depth--;
    return inner.key === "comma" ? refused(begin, "comma") : inner;
  }
  function comparison() {
    const begin = at, left = shift(), relations = [], args = [left];
    while (isNext("<", "<=", ">", ">=", "==", "in", "is") || isNext("not") && tokens[at + 1].text === "in") {
      const {text} = tokens[at++];
      relations.push(text);
      if (text === "not" || text === "is" && isNext("not")) at++;
      args.push(shift());
    }
    return relations.length ? from(begin, {relations, args}) : left;
  }
  function negation() {
    const begin = at;
    if (!isNext("not")) return comparison();
    at++;
    negation();
    return refused(begin, "syntax");
  }
  const either = chain(negation, ["and", "or"], () => ({key: "condition", args: []}));
  function test() {
    const begin = at, node = either();
    if (!isNext("if")) return node;
    at++;
    either();
    take("else");
    test();
    return refused(begin, "condition");
  }
  function tuple() {
    const begin = at, first = test();
    if (!isNext(",")) return first;
    while (isNext(",")) { at++; if (!isNext(")") && next().type !== "end") test(); }
    return refused(begin, "comma");
  }
  const tree = tuple();
  if (next().type !== "end") fail();
  return tree;
}

// The operation that is called, and its arguments in order.
function callOf(node) {
  const {called, args, named, start, end} = node, {name} = called, op = sheet[name], columns = [start, end];
  if (!name) throw new Wrong("call", ...columns);
  if (!op) {
    const closest = closestTo(name);
    throw new Wrong(closest ? "unknown.near" : "unknown", called.start, called.end, {name, closest});
  }
  const {params} = ops[name], {signature, vectors, defaults} = op, starred = args.find(arg => arg.starred);
  if (starred) throw new Wrong("syntax", starred.start, starred.end);
  if (vectors > 1 || vectors && params.length > 1) throw new Wrong("vectors", ...columns, {signature});
  if (vectors) {
    if (!args.length || named.length) throw new Wrong("vector", ...columns, {name});
    return {op: name, parts: args};
  }
  const rest = new Map(named), parts = [...args];
  for (const param of params.slice(args.length)) {
    if (rest.has(param)) parts.push(rest.get(param));
    else if (param in defaults) parts.push({start, end, value: defaults[param]});
    rest.delete(param);
  }
  if (rest.size || parts.length !== params.length) throw new Wrong("arguments", ...columns, {signature, given: args.length + named.length});
  return {op: name, parts};
}
// Functions that may have been meant, as Python's difflib finds them (Ratcliff and Obershelp, 1988).
function closestTo(name) {
  const low = name.toLowerCase();
  if (meant[low] || sheet[low]) return meant[low] || low;
  const same = (a, b) => {
    let [best, i, j] = [0, 0, 0];
    for (let p = 0; p < a.length; p++) for (let q = 0; q < b.length; q++) {
      let n = 0;
      while (p + n < a.length && a[p + n] === b[q + n]) n++;
      if (n > best) [best, i, j] = [n, p, q];
    }
    return best && best + same(a.slice(0, i), b.slice(0, j)) + same(a.slice(i + best), b.slice(j + best));
  };
  const scored = Object.keys(sheet).map(key => [2 * same(key, low) / (key.length + low.length), key]).filter(([score]) => score >= 0.55);
  return scored.sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1)).slice(0, 3).map(([, key]) => key).join(", ");
}
// The parts of a node, if it is one of those allowed; the names met go into `names`.
function partsOf(node, names) {
  const {key, slots, value, name, op, called, relations, args, start, end} = node;
  if (key) throw new Wrong(key, start, end, slots);
  if (value !== undefined) {
    if (value === Infinity) throw new Wrong("large", start, end);
    return [];
  }
  if (name) {
    if (sheet[name]) throw new Wrong("function", start, end, {name, signature: sheet[name].signature});
    if (!(name in CONSTANTS)) names.set(name, Math.min(start, names.get(name) ?? start));
    return [];
  }
  if (op) return args;
  if (relations) throw new Wrong("comparison", start, end);
  Object.assign(node, callOf(node));
  delete node.called;
  node.args = node.parts;
  const [first] = node.parts;
  if (node.op !== "where" || !first.relations) return node.parts;
  if (first.relations.length > 1 || !(first.relations[0] in RELATIONS)) throw new Wrong("comparison", first.start, first.end);
  return [...first.args, ...node.parts.slice(1)];
}

// {tree, names, source}: what can be computed, and the names in the order in which they stand.
function parsed(text) {
  const source = text.trim().replace(/[\t\n\r]/g, " "), names = new Map();
  if (!source) throw new Wrong("empty");
  if (source.length > LONGEST) throw new Wrong("long", undefined, 0, {length: source.length, longest: LONGEST});
  for (let i = 0; i < source.length; i++) {
    const c = String.fromCodePoint(source.codePointAt(i));
    if (instead[c]) throw new Wrong("instead", i, 0, {c, instead: instead[c]});
    if (!/[-+*/%().,<>= ]|\p{XID_Continue}/u.test(c)) throw new Wrong("character", i, i + c.length, {c});
    i += c.length - 1;
  }
  let tree;
  try { tree = treeOf(source); } catch (error) {
    throw error instanceof RangeError ? new Wrong("deep", undefined, 0, {deepest: DEEPEST}) : error;
  }
  let level = [tree];
  for (let k = 0; level.length; k++) {
    if (k === DEEPEST) throw new Wrong("deep", undefined, 0, {deepest: DEEPEST});
    level = level.flatMap(node => partsOf(node, names));
  }
  return {tree, source, names: [...names.keys()].sort((a, b) => names.get(a) - names.get(b))};
}
