// The numbers of recorded runs, and which of their frames show at a place of the slider.
const unpacked = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const floats = (text, code) => new (code === "d" ? Float64Array : Float32Array)(unpacked(text).buffer);
const real = x => typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x;

class Run {
  constructor(data, k) {
    Object.assign(this, data, {k, size: data.names.length});
    this.w = floats(data.weights, data.code);
    this.b = data.before && floats(data.before, data.code);
    this.g = floats(data.gradients, data.code);
    this.curve = data.curve.map(real);
    this.curveEpochs = data.curveEpochs || data.curve.map((_, i) => i);
    this.pictures = data.pictures && unpacked(data.pictures);
    this.last = this.epochs[this.epochs.length - 1];
  }
  // Of parameter j in a frame: itself; before its update, and the gradient in it (from frame 1).
  weight(frame, j) { return this.w[frame * this.size + j]; }
  old(frame, j) { return this.b ? this.b[(frame - 1) * this.size + j] : this.weight(frame - 1, j); }
  gradient(frame, j) { return this.g[(frame - 1) * this.size + j]; }
  norm(frame, layer) {
    const last = layer.first + layer.units * (layer.inputs + 1);
    let norm = 0;
    for (let j = layer.first; j < last; j++) norm = Math.hypot(norm, this.gradient(frame, j));
    return norm;
  }
  ratio(frame, layer) {
    let change = 0, size = 0;
    for (const j of weightsOf(layer)) {
      const old = this.old(frame, j);
      change = Math.hypot(change, this.weight(frame, j) - old);
      size = Math.hypot(size, old);
    }
    return size ? change / size : change ? Infinity : 0;
  }
  // The codes of a frame's picture, and the field that says what they mean.
  codes(frame) {
    const {n, y} = this.field;
    return coded(this.pictures, this.field, frame * (y ? n * n : n));
  }
}
function coded(picture, field, first = 0) {
  const places = field.y ? field.n * field.n : field.n;
  if (field.top === 255) return picture.subarray(first, first + places);
  return Array.from({length: places}, (_, i) => 256 * picture[2 * (first + i)] + picture[2 * (first + i) + 1]);
}
const decoded = (field, code) => field.low + (field.high - field.low) * code / field.top;
// The number of the weight from input i to neuron j of a layer; of its bias with i = inputs.
const index = (layer, j, i) => layer.first + j * (layer.inputs + 1) + i;
function weightsOf(layer) {
  const found = [];
  for (let j = 0; j < layer.units; j++) for (let i = 0; i < layer.inputs; i++) found.push(index(layer, j, i));
  return found;
}

const RUNS = DATA.runs.map((data, k) => new Run(data, k));
const EPOCHS = [...new Set(RUNS.flatMap(run => run.epochs))].sort((a, b) => a - b);
const player = new Player(EPOCHS.length, {name: "epoch", numbers: EPOCHS});
const FRAMES = RUNS.map(run => EPOCHS.map(epoch => run.epochs.findLastIndex(x => x <= epoch)));
const frameNow = run => FRAMES[run.k][player.index];
const epochNow = () => EPOCHS[player.index];
const isOver = run => epochNow() > run.last;
let chosen = RUNS.find(({verdict}) => verdict === "converges") || RUNS[0];
