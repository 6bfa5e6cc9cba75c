// A small network as text: one line for each unit, with names for its weights.
const ACTIVATIONS = ["tanh", "sigmoid", "relu", "softplus", "identity"];
const LOSSES = {
  mse: (y, t) => `(${y} - ${t})**2`,
  mae: (y, t) => `abs(${y} - ${t})`,
  bce: (y, t) => `softplus(${y}) - ${t}*${y}`,
};
// Signed halves, the same for a seed; inputs and targets in turn.
function niceNumbers(names, seed) {
  const draw = drawing(seed + 1);
  return new Map(names.map(name => [name, (1 + Math.floor(draw() * 4)) / 2 * (draw() < 0.4 ? -1 : 1)]));
}

// {lines: [[name, text]], numbers: name -> number, weights: names} of {inputs, hidden, activation, loss, points, seed}.
function networkOf({inputs, hidden, activation, loss, points, seed}) {
  const lines = [], weights = [], given = [], losses = [], sizes = [inputs, ...hidden, 1], last = sizes.length - 2;
  const index = (i, n) => n > 1 ? i + 1 : "", weight = name => (weights.includes(name) || weights.push(name), name);
  for (let p = 0; p < points; p++) {
    const end = points > 1 ? "ab"[p] : "", target = "t" + end;
    let below = Array.from({length: inputs}, (_, i) => "x" + index(i, inputs) + end);
    given.push(...below, target);
    for (let k = 0; k <= last; k++) {
      const n = sizes[k], m = sizes[k + 1];
      below = Array.from({length: m}, (_, j) => {
        const name = k === last ? "y" + end : "hg"[k] + index(j, m) + end;
        const terms = below.map((x, i) => `${weight("wur"[k] + index(j, m) + index(i, n))}*${x}`).concat(weight("bcd"[k] + index(j, m)));
        const text = terms.length > 4 ? `sum(${terms.join(", ")})` : terms.join(" + ");
        const bent = activation !== "identity" && (k < last || !hidden.length && loss !== "bce");
        lines.push([name, bent ? `${activation}(${text})` : text]);
        return name;
      });
    }
    losses.push(LOSSES[loss](below[0], target));
  }
  lines.push(["L", points > 1 ? `(${losses.join(" + ")})/${points}` : losses[0]]);
  const numbers = niceNumbers([...given, ...weights], seed);
  if (loss === "bce") given.filter(name => name[0] === "t").forEach((name, p) => numbers.set(name, (p + 1) % 2));
  return {lines, numbers, given, weights};
}
