// The picture of a recording that the page itself has made: layers from left to right (Sugiyama, Tagawa and Toda, 1981), with the
// structure of Graphviz's SVG. An edge's label stands in a column of its own, and so does whatever passes: nothing lies on anything.
const ROOM = {node: 73, head: 26, label: 34, aside: 30};
// The columns of things in order: nodes in even ones, labels and what passes in all that an edge crosses.
function layered(r) {
  const n = r.data.length, layer = new Array(n).fill(0), columns = [];
  for (let k = 0; k < n; k++) layer[k] = Math.max(-2, ...r.parents[k].map(p => layer[p])) + 2;
  for (let k = n - 1; k >= 0; k--) if (!r.parents[k].length && r.users[k].length) layer[k] = Math.min(...r.users[k].map(u => layer[u])) - 2;
  const least = Math.min(...layer);
  const put = (column, thing) => {
    (columns[column - least] ??= []).push(thing);
    return Object.assign(thing, {column: column - least, y: 0, before: [], after: []});
  };
  const nodes = layer.map((column, k) => put(column, {k, kind: "node", up: ROOM.node / 2, down: ROOM.node / 2}));
  const ways = r.parents.map((parents, k) => parents.map(parent => {
    const way = [nodes[parent]];
    for (let column = layer[parent] + 1; column < layer[k]; column++) {
      const label = column === layer[k] - 1;
      way.push(put(column, {kind: label ? "label" : "pass", up: label ? ROOM.label : 5, down: 5}));
    }
    way.push(nodes[k]);
    way.slice(1).forEach((thing, i) => { thing.before.push(way[i]); way[i].after.push(thing); });
    return way;
  }));
  return {columns, nodes, ways};
}
function drawn(r, writer) {
  const {columns, nodes, ways} = layered(r), ordering = ordered(columns), num = x => Math.round(x * 10) / 10;
  const longest = texts => Math.max(...texts.map(text => widthOf(text)));
  // What a node shows on the way, and what stands at an edge in the end.
  const shown = r.data.map((x, k) => [x, r.grads[k]]), words = ["data", "grad"].map(key => longest(DATA.words[key]));
  for (const step of r.steps) {
    if (step.kind === "accumulate") shown[step.parent].push(step.after);
    if (step.kind === "update") shown[step.node].push(step.after);
  }
  const names = r.names.map((name, k) => {
    const text = r.ops[k] && writer.value(k)?.text;
    return text && !/[{;]/.test(text) && text.length < 32 ? `${name} = ${text}` : name;
  });
  nodes.forEach((node, k) => {
    node.w = Math.max(78, widthOf(names[k]) * 1.06 + 14, Math.max(...words) + longest([...shown[k].map(x => formatNumber(x)), "−0.8888"]) + 22);
  });
  const labels = ways.map((list, k) => list.map((way, edge) => {
    const parent = r.parents[k][edge], partial = r.partials[k][edge], step = {node: k, parent, edge};
    const texts = [`${writer.derivative(step).text} = ${formatNumber(partial)}`,
      `${formatFactor(r.grads[k], true)} × ${formatFactor(partial)} = ${formatNumber(r.grads[k] * partial)}`];
    way.at(-2).w = Math.max(...texts.map(text => widthOf(text, 11))) + 12;
    return texts;
  }));
  levelled(ordering);
  let x = 0;
  const all = ordering.flat(), top = Math.min(...all.map(t => t.y - t.up)), bottom = Math.max(...all.map(t => t.y + t.down));
  ordering.forEach((column, i) => {
    const rise = Math.max(0, ...column.flatMap(t => t.before.map(b => Math.abs(t.y - b.y))));
    if (i) x += Math.min(90, Math.max(ROOM.aside, rise / 4));
    const width = Math.max(0, ...column.map(t => t.w || 0));
    for (const t of column) Object.assign(t, {left: x, right: x + width, x: x + width / 2});
    x += width;
  });
  // Where an edge comes in: one below the other, in the order from which they come.
  const edges = ways.flatMap((list, k) => {
    const apart = Math.min(14, (ROOM.node - 14) / list.length), rank = list.map((_, e) => e).sort((a, b) => list[a].at(-2).y - list[b].at(-2).y || a - b);
    return list.map((way, e) => {
      const port = nodes[k].y + (rank.indexOf(e) - (list.length - 1) / 2) * apart, start = way[0], label = way.at(-2);
      let d = `M${num(start.x + start.w / 2)},${num(start.y)}`, from = [start.right, start.y];
      if (start.right > start.x + start.w / 2 + 1) d += `L${num(start.right)},${num(start.y)}`;
      const stops = way.slice(1, -1).flatMap(t => [[t.left, t.y], [t.right, t.y]]), tip = nodes[k].x - nodes[k].w / 2;
      [...stops, [nodes[k].left - 7, port]].forEach(([X, Y], j) => {
        if (j % 2) d += `L${num(X)},${num(Y)}`;
        else d += `C${num((from[0] + X) / 2)},${num(from[1])} ${num((from[0] + X) / 2)},${num(Y)} ${num(X)},${num(Y)}`;
        from = [X, Y];
      });
      if (tip - 7 > nodes[k].left - 6) d += `L${num(tip - 7)},${num(port)}`;
      const text = (name, up, content) => svg("text", {class: name, x: num(label.x - widthOf(content, 11) / 2), y: num(label.y - up), text: content});
      return {d, head: `${num(tip - 7)},${num(port - 2.5)} ${num(tip)},${num(port)} ${num(tip - 7)},${num(port + 2.5)}`,
        texts: [text("partial", 21, labels[k][e][0]), text("share", 6, labels[k][e][1])]};
    });
  });
  const box = (name, node, inset, h) => svg("rect", {class: name, x: num(node.x - node.w / 2 + inset), y: num(node.y - ROOM.node / 2 + inset), width: num(node.w - 2 * inset), height: num(h)});
  const shift = `translate(10 ${num(10 - top)})`, text = (name, x, y, content) => svg("text", {class: name, x: num(x), y: num(y), text: content});
  return svg("svg", {viewBox: `0 0 ${num(x + 20)} ${num(bottom - top + 20)}`}, svg("g", {transform: shift}),
    svg("g", {transform: shift}, ...edges.map(({d, head, texts}, j) => svg("g", {class: "edge backward", "data-id": "e" + j}, svg("path", {d}), svg("polygon", {points: head}), ...texts))),
    svg("g", {transform: shift}, ...nodes.map((node, k) => {
      const left = node.x - node.w / 2 + 5, right = node.x + node.w / 2 - 5, y = node.y - ROOM.node / 2;
      return svg("g", {class: "node " + (k === r.root ? "root" : r.parents[k].length ? "operation" : "leaf"), "data-id": "n" + k},
        box("box", node, 0, ROOM.node), box("head", node, 1, ROOM.head), text("name", node.x, y + 18, names[k]),
        text("word", left, y + 43, t("data")), text("data", right, y + 43, formatNumber(r.data[k])),
        text("word", left, y + 65, t("grad")), text("grad", right, y + 65, formatNumber(r.grads[k])), box("frame", node, 0, ROOM.node));
    })));
}
document.querySelector("#figure .graph").append(drawn(recording, writers[0]));
