// Axes, curves and contours, drawn in pixels of the page.
const colour = name => getComputedStyle(ROOT).getPropertyValue(name).trim();

// Round numbers between two ends, about `most` of them; on a log scale powers of ten.
function ticks(low, high, most, log) {
  if (log && high - low < 2.1) {
    const found = [];
    for (let k = Math.floor(low); k <= high; k++) for (const x of [1, 2, 5]) found.push(k + Math.log10(x));
    return found.filter(x => low <= x && x <= high);
  }
  if (log) {
    const first = Math.ceil(low - 1e-9), count = Math.floor(high + 1e-9) - first + 1;
    const every = Math.max(1, Math.ceil(count / most));
    const found = [];
    for (let k = first; k <= high + 1e-9; k++) if (k % every === 0) found.push(k);
    return found;
  }
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(x => x * power).find(x => x >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}
const rounded = x => Number(x.toPrecision(12));

// A frame with ticks; X and Y turn numbers into pixels (a log scale takes logarithms).
function axes(host, {w, h, x, y, log = false, bare = false, left = 46, grid = true}) {
  [w, h] = [Math.max(w, 80), Math.max(h, 40)];  // before the page has its size
  const heights = bare ? [] : ticks(...y, Math.max(3, h / 55), log).map(k => [k, formatNumber(rounded(log ? Number((10 ** k).toPrecision(3)) : k))]);
  left = Math.max(left, 10 + 6.8 * Math.max(...heights.map(([, text]) => text.length)));
  const box = bare ? {left: 1, top: 1, right: w - 1, bottom: h - 1} : {left, top: 8, right: w - 8, bottom: h - 24};
  const X = value => box.left + (value - x[0]) / (x[1] - x[0]) * (box.right - box.left);
  const Y = value => box.bottom - (value - y[0]) / (y[1] - y[0]) * (box.bottom - box.top);
  if (!bare) {
    for (const k of ticks(...x, Math.max(4, w / 75))) {
      host.append(svg("line", {class: "axis", x1: X(k), x2: X(k), y1: box.bottom, y2: box.bottom + 4}),
        svg("text", {x: X(k), y: h - 7, "text-anchor": "middle", text: formatNumber(rounded(k))}));
    }
    for (const [k, text] of heights) {
      host.append(svg("line", {class: grid ? "grid" : "axis", x1: grid ? box.left : box.left - 4, x2: grid ? box.right : box.left, y1: Y(k), y2: Y(k)}),
        svg("text", {x: box.left - 6, y: Y(k) + 4, "text-anchor": "end", text}));
    }
  }
  host.append(svg("rect", {class: "axis", x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top}));
  const inside = svg("svg", {x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top,
    viewBox: `${box.left} ${box.top} ${box.right - box.left} ${box.bottom - box.top}`});
  host.append(inside);
  return {X, Y, box, inside};
}
const line = points => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

// Where a grid of numbers crosses a level, by marching squares: the `d` of a path.
function contour(value, n, level, X, Y) {
  const parts = [];
  const cut = (a, b) => (level - a) / (b - a);
  for (let r = 0; r + 1 < n; r++) {
    for (let c = 0; c + 1 < n; c++) {
      const k = r * n + c, a = value(k), b = value(k + 1), d = value(k + n), e = value(k + n + 1);
      const kind = (a > level) + 2 * (b > level) + 4 * (e > level) + 8 * (d > level);
      if (kind === 0 || kind === 15) continue;
      const south = () => [c + cut(a, b), r], north = () => [c + cut(d, e), r + 1];
      const west = () => [c, r + cut(a, d)], east = () => [c + 1, r + cut(b, e)];
      const sides = {1: [west, south], 2: [south, east], 3: [west, east], 4: [east, north], 6: [south, north], 7: [west, north],
        5: (a + b + d + e) / 4 > level ? [west, north, south, east] : [west, south, east, north],
        10: (a + b + d + e) / 4 > level ? [west, south, east, north] : [west, north, south, east]}[kind > 7 && kind !== 10 ? 15 - kind : kind];
      for (let i = 0; i < sides.length; i += 2) {
        const [p, q] = [sides[i](), sides[i + 1]()];
        parts.push(`M${X(p[0])} ${Y(p[1])}L${X(q[0])} ${Y(q[1])}`);
      }
    }
  }
  return parts.join("");
}

// --- colours of a grid ---
const rgb = text => [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
const mix = (a, b, part) => a.map((x, i) => x + (b[i] - x) * part);
function palette(field) {
  const card = rgb(colour("--card")), each = Array.from({length: 8}, (_, k) => rgb(colour("--c" + k)));
  return Array.from({length: 256}, (_, code) => {
    if (field.kind === "classes") {
      const levels = Math.floor(256 / field.classes), k = Math.min(field.classes - 1, Math.floor(code / levels));
      const lead = ((code - k * levels) / (levels - 1)) ** 2;
      return mix(card, each[k % 8], 0.06 + 0.4 * lead);
    }
    if (field.kind === "log") return mix(card, each[0], 0.04 + 0.66 * (1 - code / 255));
    const side = code / 127.5 - 1, sure = field.kind === "two" ? side * side : Math.abs(side);
    return mix(card, each[side < 0 ? 0 : 1], 0.05 + 0.43 * sure);
  });
}
// The grid as a small image, the highest y on top, painted smoothly over the box.
function paint(canvas, codes, {n, top}, colours, box) {
  const scale = 255 / top;
  const small = document.createElement("canvas");
  small.width = small.height = n;
  const image = new ImageData(n, n);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) image.data.set([...colours[codes[(n - 1 - r) * n + c] * scale | 0], 255], 4 * (r * n + c));
  }
  small.getContext("2d").putImageData(image, 0, 0);
  const w = box.right - box.left, h = box.bottom - box.top, dpr = devicePixelRatio || 1;
  Object.assign(canvas.style, {left: box.left + "px", top: box.top + "px", width: w + "px", height: h + "px"});
  canvas.width = Math.max(1, Math.round(w * dpr));
  canvas.height = Math.max(1, Math.round(h * dpr));
  const to = canvas.getContext("2d"), dx = canvas.width / (n - 1), dy = canvas.height / (n - 1);
  to.imageSmoothingQuality = "high";
  // A place of the grid is the middle of its pixel, and the first and last lie on the edges.
  to.drawImage(small, -dx / 2, -dy / 2, canvas.width + dx, canvas.height + dy);
}
