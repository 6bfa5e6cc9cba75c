// Layers from left to right (Sugiyama, Tagawa and Toda, 1981): the order in each column, and the heights.
// A thing has `before` and `after`, its neighbours in the columns beside it, and `up` and `down`, the room that it needs.
const BETWEEN = 12;
const pen = document.createElement("canvas").getContext("2d");
const widthOf = (text, size = 12) => {
  pen.font = `${size}px Helvetica, Arial, sans-serif`;
  return pen.measureText(text).width;
};
const mean = list => list.reduce((sum, x) => sum + x, 0) / list.length;
// Pairs of edges that cross, between each two columns: counted by the sums of a Fenwick tree.
function crossings(columns) {
  let count = 0;
  columns.forEach(column => column.forEach((thing, i) => { thing.at = i; }));
  columns.forEach((column, c) => {
    const size = columns[c + 1]?.length ?? 0, sums = new Int32Array(size + 1);
    let all = 0;
    for (const thing of column) {
      const ends = thing.after.map(next => next.at);
      for (const end of ends) {
        count += all;
        for (let k = end + 1; k > 0; k -= k & -k) count -= sums[k];
      }
      for (const end of ends) for (let k = end + 1; k <= size; k += k & -k) sums[k]++;
      all += ends.length;
    }
  });
  return count;
}
// Each column in the order of the means of its neighbours, to and fro; the best of all sweeps stays.
function ordered(columns, most = 24) {
  let best = columns.map(column => [...column]), least = crossings(columns);
  for (let sweep = 0; sweep < most && least; sweep++) {
    const side = sweep % 2 ? "after" : "before";
    for (const column of sweep % 2 ? [...columns].reverse() : columns) {
      column.forEach((thing, i) => { thing.at = thing.wish = i; });
      for (const thing of column) if (thing[side].length) thing.wish = mean(thing[side].map(other => other.at));
      column.sort((a, b) => a.wish - b.wish || a.at - b.at).forEach((thing, i) => { thing.at = i; });
    }
    const count = crossings(columns);
    if (count < least) [best, least] = [columns.map(column => [...column]), count];
  }
  return best;
}
// Heights as near as can be to what is wished, in order and with room between (pool adjacent violators).
function settled(column, wishes) {
  const blocks = [];
  let offset = 0;
  column.forEach((thing, i) => {
    if (i) offset += column[i - 1].down + BETWEEN + thing.up;
    thing.offset = offset;
    blocks.push({sum: wishes[i] - offset, n: 1});
    while (blocks.length > 1 && blocks.at(-2).sum / blocks.at(-2).n > blocks.at(-1).sum / blocks.at(-1).n) {
      const {sum, n} = blocks.pop();
      blocks.at(-1).sum += sum;
      blocks.at(-1).n += n;
    }
  });
  let i = 0;
  for (const {sum, n} of blocks) for (let j = 0; j < n; j++, i++) column[i].y = column[i].offset + sum / n;
}
function levelled(columns, most = 30) {
  const sides = [t => t.before, t => t.after, t => [...t.before, ...t.after]];
  for (const column of columns) settled(column, column.map(() => 0));
  for (let k = 0; k < most; k++) {
    const side = sides[k < most - 6 ? k % 2 : 2];
    for (const column of k % 2 ? [...columns].reverse() : columns) {
      settled(column, column.map(t => side(t).length ? mean(side(t).map(other => other.y)) : t.y));
    }
  }
}

