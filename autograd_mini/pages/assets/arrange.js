// Where the things of a group stand: in columns, once for each group and all of them closed. What is opened needs more room; then
// what is right of it moves to the right, what is below it in its column moves down, and all else stays. Closed again, so does it.
const PLACE = {node: 73, head: 26, edge: 16, title: 30, aside: 34, most: 90, passes: 800, far: 6, many: 24};

// The size of a thing that is closed, with room for all numbers that it will show.
function closedSize(tree, thing) {
  if (thing.full) return thing.full;
  const r = tree.recording, words = (...keys) => Math.max(...keys.flatMap(key => DATA.words[key]).map(text => widthOf(text))), {node: k} = thing;
  const [low, high] = k === undefined ? tree.range(thing).map(size => formatNumber(size, 3)) : [];
  const lines = k === undefined
    ? [widthOf(tree.name(thing)) * 1.1, words("groups.nodes", "groups.range") + 8 + Math.max(widthOf(`,${thing.size} / ,${thing.size}`), ...DATA.words.range.map(text => widthOf(text.replace("{low}", low).replace("{high}", high))))]
    : [widthOf(nameOf(r, k)) * 1.06, words("data", "grad") + Math.max(widthOf("−0.8888"), widthOf(formatNumber(r.data[k])), widthOf(formatNumber(r.finals()[k]))) + 8];
  return thing.full = {w: Math.max(78, Math.max(...lines) + 14), h: PLACE.node};
}
// What stands in a node's head: its name, and what it computes where that is short.
function nameOf(r, k) {
  const text = r.ops[k] && writers[runs.indexOf(r)].value(k)?.text;
  return text && !/[{;]/.test(text) && text.length < 26 ? `${r.names[k]} = ${text}` : r.names[k];
}

// Each thing after those that it uses (Kahn, 1962); where groups use each other, the one that gives most beyond what it takes
// (after Eades, Lin and Smyth, 1993).
function sequence(things, links) {
  const waits = new Map(things.map(x => [x, 0])), out = new Map(things.map(x => [x, []])), lead = new Map(things.map(x => [x, 0])), order = [];
  for (const [tail, head, n] of links) {
    waits.set(head, waits.get(head) + 1);
    out.get(tail).push(head);
    lead.set(tail, lead.get(tail) + n);
    lead.set(head, lead.get(head) - n);
  }
  const rest = new Set(things), ready = things.filter(x => !waits.get(x));
  while (rest.size) {
    const x = ready.shift() ?? [...rest].reduce((a, b) => (lead.get(b) - lead.get(a) || a.first - b.first) > 0 ? b : a);
    if (!rest.delete(x)) continue;
    x.rank = order.push(x);
    for (const head of out.get(x)) {
      waits.set(head, waits.get(head) - 1);
      if (!waits.get(head)) ready.push(head);
    }
  }
  return order;
}
// Columns by the longest way from an input; inputs stand just before their first user.
function ranked(all, links) {
  const things = sequence(all, links), column = new Map(things.map(x => [x, 0])), into = new Map(things.map(x => [x, []])), out = new Map(things.map(x => [x, []]));
  for (const [tail, head] of links) if (tail.rank < head.rank) { into.get(head).push(tail); out.get(tail).push(head); }
  for (const x of things) for (const tail of into.get(x)) column.set(x, Math.max(column.get(x), column.get(tail) + 1));
  for (const x of things) if (!into.get(x).length && out.get(x).length) column.set(x, Math.min(...out.get(x).map(head => column.get(head))) - 1);
  const least = Math.min(...column.values()), layers = [];
  for (const x of things) (layers[column.get(x) - least] ??= []).push(x);
  // A column that is too high becomes several, and what comes from the same things stays together.
  const most = Math.max(10, Math.ceil(Math.sqrt(1.7 * things.length))), columns = [], order = new Map();
  for (const layer of layers.filter(Boolean)) {
    layer.forEach((x, i) => { x.wish = into.get(x).length ? mean(into.get(x).map(tail => order.get(tail) ?? 0)) : layer.length > most ? mean([i]) : 0; });
    layer.sort((a, b) => a.wish - b.wish || a.rank - b.rank).forEach((x, i) => order.set(x, i));
    const parts = Math.ceil(layer.length / most), size = Math.ceil(layer.length / parts);
    for (let i = 0; i < layer.length; i += size) columns.push(layer.slice(i, i + size));
  }
  columns.forEach((list, c) => { for (const x of list) x.column = c; });
  return columns;
}
function arranged(tree, g, hidden) {
  if (g.arranged?.hidden === hidden) return g.arranged;
  const things = tree.things(g, hidden), here = new Set(things), links = tree.edges(g).filter(([tail, head]) => here.has(tail) && here.has(head));
  const columns = things.length ? ranked(things, links) : [];
  for (const x of things) Object.assign(x, {before: [], after: [], y: 0, up: PLACE.node / 2, down: PLACE.node / 2, base: closedSize(tree, x)});
  // An edge keeps clear of what stands between, but those of a thing that has very many, or that go far, run straight below.
  const ends = new Map();
  for (const x of links.flatMap(link => link.slice(0, 2))) ends.set(x, (ends.get(x) || 0) + 1);
  let room = PLACE.passes;
  const ways = links.map(([tail, head, count]) => {
    const faint = ends.get(tail) > PLACE.many || ends.get(head) > PLACE.many;
    const way = [tail], apart = head.column - tail.column, passes = !faint && apart > 1 && apart <= PLACE.far && (room -= apart - 1) > 0;
    for (let c = tail.column + 1; passes && c < head.column; c++) {
      const pass = {column: c, before: [], after: [], y: 0, up: -2, down: -2, base: {w: 0, h: 0}};
      columns[c].push(pass);
      way.push(pass);
    }
    way.push(head);
    if (apart === 1 || passes) way.slice(1).forEach((x, i) => { x.before.push(way[i]); way[i].after.push(x); });
    return {way, count, faint};
  });
  const many = things.length > 150, order = ordered(columns, many ? 4 : 24);
  if (order.length) levelled(order, many ? 10 : 30);
  const top = Math.min(...order.flat().map(x => x.y - x.up));
  for (const x of order.flat()) x.top = x.y - x.up - top;
  const gaps = order.map(column => Math.min(PLACE.most, Math.max(PLACE.aside, ...column.flatMap(x => x.before.map(b => Math.abs(x.y - b.y) / 4)))));
  return g.arranged = {hidden, columns: order, ways, gaps, widths: order.map(column => Math.max(...column.map(x => x.base.w)))};
}

// The size of an open group, and where its things stand in it.
function placed(tree, g, hidden) {
  const {columns, gaps, widths} = arranged(tree, g, hidden);
  let x = PLACE.edge, bottom = 0;
  columns.forEach((column, c) => {
    if (c) x += gaps[c];
    let width = widths[c], lower = 0;
    for (const thing of column) {
      const real = thing.open ? placed(tree, thing, hidden) : thing.base, inset = thing.node === undefined && thing.group === undefined ? 0 : (widths[c] - thing.base.w) / 2;
      Object.assign(thing, {w: real.w, h: real.h, dx: x + inset, dy: PLACE.title + thing.top + lower});
      lower += real.h - thing.base.h;
      width = Math.max(width, inset + real.w);
      bottom = Math.max(bottom, thing.dy + real.h);
    }
    for (const thing of column) Object.assign(thing, {from: x, to: x + width});
    x += width;
  });
  return {w: Math.max(x + PLACE.edge, widthOf(tree.name(g)) + 150), h: Math.max(bottom, PLACE.title) + PLACE.edge};
}
// All that is seen, from the outside in, with its place in the picture.
function spread(tree, hidden) {
  const seen = [], routes = [], {whole} = tree;
  Object.assign(whole, placed(tree, whole, hidden), {x: 0, y: 0});
  const put = g => {
    seen.push(g);
    const {columns, ways} = g.arranged;
    for (const thing of columns.flat()) Object.assign(thing, {x: g.x + thing.dx, y: g.y + thing.dy, left: g.x + thing.from, right: g.x + thing.to});
    for (const {way, ...kind} of ways) routes.push({...lineOf(way), ...kind});
    for (const thing of columns.flat()) if (thing.open) put(thing); else if (thing.node !== undefined || thing.group !== undefined) seen.push(thing);
  };
  put(whole);
  return {seen, routes};
}
