// The local derivative as a picture: the operation against one operand, with the tangent there.
const CURVE = {w: 260, h: 170, points: 360, most: 2};

// The operation of a node as a function of the operand of one edge: the point, its slope, the curve.
function curveOf(r, node, edge) {
  const op = ops[r.ops[node]], args = r.args[node];
  if (!op || !args) return null;
  const number = x => typeof x === "number" ? r.data[x] : revived(x.c), flat = args.flat();
  const at = flat.flatMap((x, p) => typeof x === "number" ? [p] : [])[edge], x0 = number(flat[at]), slope = r.partials[node][edge];
  if (!flat.map(number).every(x => typeof x === "number") || !Number.isFinite(x0)) return null;
  const f = x => {
    let p = 0;
    const one = arg => Array.isArray(arg) ? arg.map(one) : p++ === at ? x : number(flat[p - 1]);
    return op.value(...args.map(one));
  };
  const sampled = half => Array.from({length: CURVE.points + 1}, (_, k) => half * (2 * k / CURVE.points - 1)).concat(x0).sort((a, b) => a - b).map(x => [x, f(x)]);
  let half = Math.max(4, 1.6 * Math.abs(x0)), points = sampled(half);
  // A domain such as [-1, 1] fills the picture.
  while (half > 1.6 * Math.abs(x0) && half > 1 && points.filter(([, y]) => Number.isFinite(y)).length < 0.45 * points.length) points = sampled(half /= 2);
  return {f, x0, y0: f(x0), slope, half, points};
}
// Whether a function jumps between two points: the gap stays as they come together.
function jumps(f, [a, ya], [b, yb]) {
  const gap = Math.abs(yb - ya);
  for (let k = 0; k < 12; k++) {
    const x = (a + b) / 2, y = f(x);
    if (Math.abs(y - ya) > Math.abs(yb - y)) [b, yb] = [x, y]; else [a, ya] = [x, y];
  }
  return !(Math.abs(yb - ya) < gap / 2);
}

// What of the curve is shown: most of it, the point, and some of the tangent.
function windowOf({y0, slope, half, points}) {
  const seen = points.map(([, y]) => y).filter(Number.isFinite).sort((a, b) => a - b);
  const part = share => seen[Math.round(share * (seen.length - 1))];
  let low = Math.min(part(0.1), y0), high = Math.max(part(0.9), y0);
  if (high - low > 40 * (Math.abs(y0) + half)) {
    const far = 8 * (Math.abs(y0) + half);
    [low, high] = [Math.max(low, y0 - far), Math.min(high, y0 + far)];
  }
  const rise = Math.min(Math.abs(slope) * half / 4, 2 * (high - low || 1)), margin = 0.12 * (Math.max(high - low, 1e-9 * Math.abs(y0)) || 2);
  return [Math.min(low, y0 - rise) - margin, Math.max(high, y0 + rise) + margin];
}

function curvePicture(r, node, edge) {
  const curve = curveOf(r, node, edge);
  if (!curve || ![curve.y0, curve.slope, 2 * curve.half].every(Number.isFinite)) return null;
  const {f, x0, y0, slope, half, points} = curve, [low, high] = windowOf(curve), {w, h} = CURVE;
  if (!Number.isFinite(2 * (high - low))) return null;
  const X = x => (w * (x + half) / (2 * half)).toFixed(1), Y = y => (h * (high - y) / (high - low)).toFixed(1);
  let path = "", before = null;
  for (const point of points) {
    const [x, y] = point, inside = Number.isFinite(y) && y > low - (high - low) && y < high + (high - low);
    const apart = before === null || Math.abs(y - before[1]) > 0.02 * (high - low) && jumps(f, before, point);
    if (inside) path += (apart ? "M" : "L") + X(x) + " " + Y(y);
    before = inside ? point : null;
  }
  const reach = Math.min(half / 2.5, (high - low) / 2.5 / (Math.abs(slope) || 1e-300)), line = (name, ...at) => {
    const [x1, y1, x2, y2] = at;
    return svg("line", {class: name, x1, y1, x2, y2});
  };
  const parts = [line("axis", 0, Y(Math.min(Math.max(0, low), high)), w, Y(Math.min(Math.max(0, low), high))), line("axis", X(0), 0, X(0), h),
    line("guide", X(x0), Y(y0), X(x0), h), svg("path", {d: path}),
    line("tangent", X(x0 - reach), Y(y0 - slope * reach), X(x0 + reach), Y(y0 + slope * reach)),
    svg("circle", {cx: X(x0), cy: Y(y0), r: 4})];
  const parent = r.parents[node][edge], names = {y: r.names[node], x: r.names[parent], x0: formatNumber(x0), d: formatNumber(slope)};
  const picture = svg("svg", {viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": t("curve.label", names)}, ...parts);
  const maths = writers[runs.indexOf(r)], partial = maths.derivative({node, edge, parent});
  return el("figure", {class: "curve"}, picture, el("figcaption", {}, t("curve.caption", names), " ", formula(maths.formula("local.one", {partial, value: asNumber(slope)}))));
}

// The pictures for a step: one for the edge that is gone along, one for each operand of a node.
function curvesOf(r, step) {
  if (step.kind !== "forward" && step.kind !== "accumulate" || r.stale.has(step.node)) return [];
  const edges = step.kind === "accumulate" ? [step.edge] : r.parents[step.node].map((_, edge) => edge).slice(0, CURVE.most);
  return edges.map(edge => curvePicture(r, step.node, edge)).filter(Boolean);
}
