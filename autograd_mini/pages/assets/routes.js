// The line of an edge: from the right of one thing to the left of another, through the columns between them.
const portOf = thing => thing.y + Math.min(thing.h, PLACE.node) / 2;
function lineOf(way) {
  const tail = way[0], head = way.at(-1), line = [tail.x + tail.w, portOf(tail)];
  const to = (x, y) => {
    const [a, b] = line.slice(-2), middle = x > a ? (a + x) / 2 : a + 40;
    if (b === y && x > a) line.push(a, b, x, y, x, y);
    else line.push(middle, b, x > a ? middle : x - 40, y, x, y);
  };
  if (tail.right > line[0] && head.left > tail.right) to(tail.right, line[1]);
  for (const pass of way.slice(1, -1)) { to(pass.left, pass.y); to(pass.right, pass.y); }
  if (head.left < head.x && head.left > line.at(-2)) to(head.left, portOf(head));
  to(head.x, portOf(head));
  return bounded(line);
}
const direct = (tail, head) => lineOf([{...tail, right: 0}, {...head, left: Infinity}]);
function bounded(line) {
  const box = {line, x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity};
  for (let k = 0; k < line.length; k += 2) {
    box.x0 = Math.min(box.x0, line[k]);
    box.x1 = Math.max(box.x1, line[k]);
    box.y0 = Math.min(box.y0, line[k + 1]);
    box.y1 = Math.max(box.y1, line[k + 1]);
  }
  return box;
}
const apartFrom = (box, view) => box.x1 < view.x || box.x0 > view.x + view.w || box.y1 < view.y || box.y0 > view.y + view.h;
function follow(pen, line) {
  pen.moveTo(line[0], line[1]);
  for (let k = 2; k < line.length; k += 6) pen.bezierCurveTo(line[k], line[k + 1], line[k + 2], line[k + 3], line[k + 4], line[k + 5]);
}
function tip(pen, x, y) {
  pen.moveTo(x, y);
  pen.lineTo(x - 8, y - 3);
  pen.lineTo(x - 8, y + 3);
  pen.closePath();
}
