// Training in the page itself, by the formulas of the sheet: as nn/, losses.py, optim/ and training/ do it, with the same numbers.

// Python's random.Random(seed): Matsumoto and Nishimura, "Mersenne twister", 1998, seeded by an array.
class Random {
  constructor(seed) {
    const s = this.state = new Uint32Array(624), key = seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
    const mixed = i => s[i - 1] ^ s[i - 1] >>> 30;
    s[0] = 19650218;
    for (let i = 1; i < 624; i++) s[i] = Math.imul(mixed(i), 1812433253) + i;
    let i = 1;
    const next = () => { if (++i === 624) [s[0], i] = [s[623], 1]; };
    for (let k = 0; k < 624; k++, next()) s[i] = (s[i] ^ Math.imul(mixed(i), 1664525)) + key[k % key.length] + k % key.length;
    for (let k = 0; k < 623; k++, next()) s[i] = (s[i] ^ Math.imul(mixed(i), 1566083941)) - i;
    s[0] = 2 ** 31;
    this.at = 624;
  }
  bits() {
    const s = this.state;
    if (this.at === 624) {
      for (let i = 0; i < 624; i++) {
        const y = s[i] & 2 ** 31 | s[(i + 1) % 624] & 0x7fffffff;
        s[i] = s[(i + 397) % 624] ^ y >>> 1 ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.at = 0;
    }
    let y = s[this.at++];
    y ^= y >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return (y ^ y >>> 18) >>> 0;
  }
  random() {
    const high = this.bits() >>> 5, low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
}

// --- the start: nn/initialisers.py ---
const uniform = (rng, limit) => limit * (2 * rng.random() - 1);
function normal(rng, std) {
  for (;;) {
    const u = rng.random(), v = 1 - rng.random(), z = 1.7155277699214135 * (u - 0.5) / v;
    if (z * z / 4 <= -Math.log(v)) return z * std;
  }
}
const INITIALISERS = {
  zeros: () => 0,
  uniform: rng => uniform(rng, 1),
  normal: rng => normal(rng, 1),
  xavier_uniform: (rng, n, m) => uniform(rng, Math.sqrt(6 / (n + m))),
  xavier_normal: (rng, n, m) => normal(rng, Math.sqrt(2 / (n + m))),
  he_uniform: (rng, n) => uniform(rng, Math.sqrt(6 / n)),
  he_normal: (rng, n) => normal(rng, Math.sqrt(2 / n)),
  lecun_uniform: (rng, n) => uniform(rng, Math.sqrt(3 / n)),
  lecun_normal: (rng, n) => normal(rng, Math.sqrt(1 / n)),
};
function initial(layers, name, seed) {
  const rng = new Random(seed);
  return layers.flatMap(({inputs, units}) => Array.from({length: units * (inputs + 1)}, (_, k) =>
    k % (inputs + 1) < inputs ? INITIALISERS[name](rng, inputs, units) : 0));
}

// --- the losses of one point: the value, and its derivative by each output ---
const of = (name, x, inner = 1) => {
  const value = ops[name].value(x);
  return [value, [ops[name].partials[0](x, value) * inner]];
};
const scaled = ([value, slopes], by) => [value * by, slopes.map(x => x * by)];
function mixed(y, one, zero) {
  if (y === 1 || y === 0) return y ? one() : zero();
  const [[a, [da]], [b, [db]]] = [one(), zero()];
  return [y * a + (1 - y) * b, [y * da + (1 - y) * db]];
}
const LOSSES = {
  mse: ([p], y) => of("square", p - y),
  mae: ([p], y) => of("abs", p - y),
  huber([p], y) {
    const c = ops.clamp.value(p - y, -1, 1);
    return [c * (p - y - c / 2), [c]];
  },
  hinge: ([s], y) => of("relu", 1 - y * s, -y),
  binary_cross_entropy: ([p], y) => scaled(mixed(y, () => of("log", p), () => of("log1p", -p, -1)), -1),
  binary_cross_entropy_with_logits: ([z], y) => mixed(y, () => of("softplus", -z, -1), () => of("softplus", z)),
  cross_entropy(scores, k) {
    const others = scores.filter((_, i) => i !== k), m = ops.logsumexp.value(others);
    const [value, [slope]] = of("softplus", m - scores[k]), shares = ops.logsumexp.partials[0](others, m);
    return [value, scores.map((_, i) => i === k ? -slope : slope * shares[i - (i > k)])];
  },
};
// Whether an answer is right: training/metrics.py.
const SIDES = {hinge: [0, 0], binary_cross_entropy_with_logits: [0, 0.5]};
function isRight(loss, outputs, y) {
  if (loss === "cross_entropy") return outputs.indexOf(Math.max(...outputs)) === y;
  const [threshold, positive] = SIDES[loss] || [0.5, 0.5];
  return outputs[0] > threshold === y > positive;
}

// --- a network: layers of {inputs, units, activation}, and all its weights in a row ---
class Net {
  constructor(layers, weights, rest) {
    Object.assign(this, {layers, rest});
    this.rows = layers.map(({first, units, inputs}) => Array.from({length: units}, (_, j) =>
      weights.slice(first + j * (inputs + 1), first + (j + 1) * (inputs + 1))));
  }
  // Of each layer what came in (and a 1 for the bias), the weighted sums z and the outputs h.
  forward(x, dot = ops.dot.value) {
    let h = x;
    return this.layers.map(({activation}, l) => {
      const below = [...h, 1], z = this.rows[l].map(row => dot(row, below)), rest = this.rest[activation];
      h = activation === "linear" ? z : z.map(s => ops[activation].value(s, ...rest));
      return {below, z, h};
    });
  }
  // The chain rule, from the last layer to the first: each gets dL/dh and dL/dz, and `add` dL/dw of parameter k.
  backward(passed, outward, add) {
    let dh = outward;
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const {first, inputs, activation} = this.layers[l], rows = this.rows[l], part = passed[l], {below, z, h} = part;
      const dz = activation === "linear" ? dh : z.map((s, j) => dh[j] * ops[activation].partials[0](s, ...this.rest[activation], h[j]));
      Object.assign(part, {dh, dz});
      dz.forEach((d, j) => below.forEach((x, i) => add(first + j * (inputs + 1) + i, d * x)));
      dh = Array.from({length: inputs}, (_, i) => rows.reduce((sum, row, j) => sum + dz[j] * row[i], 0));
    }
  }
}
const quick = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);  // for pictures
const outputsOf = passed => passed[passed.length - 1].h;

// The gradient of the mean loss of some points.
function gradientOf(net, loss, points, size) {
  const gradient = new Array(size).fill(0);
  for (const [x, y] of points) {
    const passed = net.forward(x);
    net.backward(passed, LOSSES[loss](outputsOf(passed), y)[1].map(d => d / points.length), (k, d) => { gradient[k] += d; });
  }
  return gradient;
}
function measured(net, loss, points) {
  const answers = points.map(([x]) => outputsOf(net.forward(x)));
  return {
    loss: ops.mean.value(answers.map((outputs, i) => LOSSES[loss](outputs, points[i][1])[0])),
    accuracy: answers.filter((outputs, i) => isRight(loss, outputs, points[i][1])).length / points.length,
  };
}

// --- the update: optim/optimisers.py ---
const OPTIMISERS = {
  SGD: rate => (w, g) => w.map((x, k) => x - rate * g[k]),
  Adam(rate, beta = 0.9, beta2 = 0.999, eps = 1e-8) {
    let t = 0, m = null, v = null;
    return (w, g) => {
      t++;
      m = g.map((x, k) => beta * (m ? m[k] : 0) + (1 - beta) * x);
      v = g.map((x, k) => beta2 * (v ? v[k] : 0) + (1 - beta2) * x * x);
      return w.map((x, k) => x - rate * (m[k] / (1 - beta ** t)) / (Math.sqrt(v[k] / (1 - beta2 ** t)) + eps));
    };
  },
};
// The batches of one epoch after another: training/fitting.py, `orders`.
function* orders(n, size, seed) {
  const rng = new Random(seed);
  let order = [...Array(n).keys()];
  for (;;) {
    if (size < n) order = order.map(i => [rng.random(), i]).sort(([a], [b]) => a - b).map(([, i]) => i);
    yield Array.from({length: Math.ceil(n / size)}, (_, k) => order.slice(k * size, (k + 1) * size));
  }
}

// --- how it went: stepping/training/verdicts.py, whose thresholds these are ---
class Turning {
  dots = 0;
  lengths = 0;
  weigh(a, b) {
    const length = Math.hypot(...a) * Math.hypot(...b), dot = quick(a, b);
    if (Number.isFinite(length + this.lengths) && Number.isFinite(dot)) [this.dots, this.lengths] = [this.dots + dot, this.lengths + length];
  }
  get value() { return this.lengths ? Math.max(-1, Math.min(1, this.dots / this.lengths)) : 0; }
}
function verdictOf(losses, turning, broken, batches, {far, back}) {
  const first = losses[0], last = losses[losses.length - 1], noise = batches && turning >= 0;
  const high = batches ? 10 * first : Math.min(Math.max(...losses), 10 * first);
  if (broken || !Number.isFinite(last) || last > first && last >= high) return "diverges";
  let lowest = Infinity, climb = 0;
  for (const loss of losses) {
    lowest = Math.min(lowest, loss);
    climb = Math.max(climb, loss - lowest);
  }
  if (turning < 0 || last > first || climb > back * (first - lowest)) return noise ? "trembles" : "oscillates";
  const floor = Math.min(0, last), middle = losses[(losses.length - 1) >> 1];
  const slow = middle - last > (first - middle) / 2 || first === last;
  return slow && last - floor > far * (first - floor) ? "crawls" : "converges";
}

// --- a run that grows as it is asked for, in the form of a recorded one ---
class Training extends Run {
  constructor({verdict, ...recorded}) { super(recorded, 0); }
  // settings: {layers, objective (the loss's name), optimiser, rate, batch, seed, weights, points: [[x, y], ...], learn: what Python hands over}
  begin(settings) {
    const {optimiser, rate, batch, points, seed, weights, layers} = settings;
    Object.assign(this, settings, {
      epochs: [0], loss: [], w: [], b: [], g: [], rates: [], curve: [], curveEpochs: [], flow: null, broken: null, landscape: null,
      plain: optimiser === "SGD", updates: Math.ceil(points.length / batch), last: 0, turning: new Turning(), change: null, seen: null,
    });
    this.accuracy &&= [];
    this.step = OPTIMISERS[optimiser](rate);
    this.orders = orders(points.length, batch, seed);
    this.net = new Net(layers, weights, this.learn.activations);
    this.take(0);
  }
  get verdict() {
    return verdictOf(this.loss, this.turning.value, this.broken, this.updates > 1, this.learn);
  }
  take(epoch) {
    const {loss, accuracy} = measured(this.net, this.objective, this.points);
    if (!Number.isFinite(loss)) {
      this.broken = {epoch, place: "", rate: epoch > 0};
      if (epoch) return false;
    }
    this.w.push(...this.weights);
    this.loss.push(loss);
    this.curve.push(loss);
    this.curveEpochs.push(epoch);
    if (this.accuracy) this.accuracy.push(accuracy);
    if (epoch) this.epochs.push(epoch);
    this.last = epoch;
    return true;
  }
  // One more epoch; false if it has no finite result.
  grow() {
    const epoch = this.last + 1, {size, points, rate} = this;
    let before, gradient, batch;
    if (this.broken) return false;
    for (const chosen of this.orders.next().value) {
      before = this.weights;
      batch = chosen.map(i => points[i]);
      gradient = gradientOf(this.net, this.objective, batch, size);
      const after = this.step(before, gradient), k = gradient.findLastIndex((g, i) => !Number.isFinite(g) || !Number.isFinite(after[i]));
      if (k >= 0) {
        this.broken = {epoch, place: this.names[k], rate: true};
        return false;
      }
      this.weights = after;
      this.net = new Net(this.layers, after, this.learn.activations);
    }
    const start = this.weights;
    if (!this.take(epoch)) return false;
    this.b.push(...before);
    this.g.push(...gradient);
    this.rates.push(rate);
    const change = start.map((x, k) => x - before[k]);
    if (this.updates > 1) this.turning.weigh(change, gradientOf(this.net, this.objective, batch, size).map(g => -g));
    else if (this.change) this.turning.weigh(this.change, change);
    this.change = change;
    return true;
  }
  netAt(frame) {
    return new Net(this.layers, this.w.slice(frame * this.size, (frame + 1) * this.size), this.learn.activations);
  }
  // What the chosen point makes of a frame: the numbers of each layer, forward and backward.
  sample(frame, [x, y]) {
    const net = this.netAt(frame), passed = net.forward(x), [loss, slopes] = LOSSES[this.objective](outputsOf(passed), y);
    net.backward(passed, slopes, () => {});
    return {passed, loss};
  }
  // The picture of a frame, as stepping/training/fields.py codes it.
  codes(frame) {
    if (this.seen?.frame === frame) return this.seen.codes;
    const {n, x, y, kind, low, high, top, classes} = this.field, net = this.netAt(frame), codes = [];
    const place = ([a, b], k) => a + (b - a) * k / (n - 1), levels = Math.floor((top + 1) / classes);
    const squash = this.objective === "binary_cross_entropy_with_logits" ? ops.sigmoid.value : z => z;
    for (let r = 0; r < (y ? n : 1); r++) {
      for (let c = 0; c < n; c++) {
        const scores = outputsOf(net.forward(y ? [place(x, c), place(y, r)] : [place(x, c)], quick));
        if (kind === "classes") {
          const [best, second] = [...scores].sort((a, b) => b - a), total = scores.reduce((sum, s) => sum + Math.exp(s - best), 0);
          codes.push(scores.indexOf(best) * levels + Math.round((levels - 1) * Math.sqrt((1 - Math.exp(second - best)) / total)));
        } else {
          let part = Math.max(0, Math.min(1, (squash(scores[0]) - low) / (high - low)));
          const side = 2 * part - 1;
          if (kind === "two") part = (1 + Math.sign(side) * Math.sqrt(Math.abs(side))) / 2;
          codes.push(Math.round(top * part));
        }
      }
    }
    this.seen = {frame, codes};
    return codes;
  }
}
