// The page of a recording: one position, all parts follow it.
const pairs = DATA.pairs;
const position = (i, r) => pairs ? pairs.findIndex(pair => pair[r] === i) : i;
const at = i => pairs ? pairs[i] : runs.map(() => i);
const length = () => pairs ? pairs.length : recording.steps.length;
function spans() {
  const found = [];
  if (recording.large) {
    let i = 0;
    for (const [name, n] of Object.entries(recording.counts())) if (n) found.push([name, i, (i += n + (name === "forward")) - 1]);
    return found;
  }
  for (let i = 0; i < length(); i++) {
    const {kind} = recording.steps[at(i)[0]], name = kind === "update" ? kind : PHASES[kind] || "backward";
    const last = found[found.length - 1];
    if (last && last[0] === name) last[2] = i;
    else found.push([name, i, i]);
  }
  return found;
}
const player = new Player(length(), {phases: spans()});

function show(touched) {
  if (ROOT.dataset.phase !== player.phase()) ROOT.dataset.phase = player.phase();
  graphs.forEach((graph, k) => {
    graph.paint(touched[k]);
    graph.light(current(runs[k]));
  });
  showStep();
  showLedger();
  showSource();
  followLeaf();
  if (recording.complete[leaf] !== told && (pathsAsked || !recording.large)) tellPaths();
  for (const k of recording.large ? cells?.keys() ?? [] : touched[0].nodes) showRow(k);
  differ(touched);
  fitFormulas();  // last, for it asks for the layout
}
// Numbers in which two recordings differ.
function differ(touched) {
  if (runs.length < 2) return;
  const [a, b] = runs;
  for (const {nodes} of touched) {
    for (const k of nodes) {
      const grads = a.grad[k] != null && b.grad[k] != null && !close(a.grad[k], b.grad[k]);
      const data = a.known[k] && b.known[k] && !close(a.now[k], b.now[k]);
      for (const graph of graphs) graph.differs(k, grads, data);
    }
  }
}
function move() {
  const there = at(player.index);
  show(runs.map((r, k) => r.at(there[k])));
}
function everything() {
  graphs.forEach(graph => { graph.translate(); graph.repaint(); });
  shownSource = null;
  litLines = [];
  showPaths();
  showNumbers();
  show(runs.map(() => ({nodes: new Set(), edges: new Set()})));
}

// In a notebook's frame: tell where it is, and whether it was asked to go there; hear where to go.
function embedded() {
  if (window.parent === window) return;
  const step = () => at(player.index)[0];
  let asked = true;
  const tell = () => window.parent.postMessage({autograd_mini: {step: step(), steps: recording.steps.length, asked}}, "*");
  player.on(tell);
  tell();
  asked = false;
  addEventListener("message", event => {
    const go = event.source === window.parent && event.data && event.data.autograd_mini?.go;
    if (!Number.isInteger(go) || go === step()) return;
    asked = true;
    player.go(position(go, 0));
    asked = false;
  });
}

if (recording.large) $("modes").append(el("p", {class: "quiet", "data-t": "groups.modes"}));
startShell();
player.go(position(DATA.start, 0));
controls(player, i => bare(explainStep(recording, at(i)[0]).title));
runs.forEach((r, k) => r.at(at(player.index)[k]));
startGraphs();
onLanguage(everything);
if (!recording.large) {
  startWhatIf();
  startPredict(player);
  startPerform(player);
}
startFind();
everything();
player.on(move);
onNumbers(() => {
  player.resize(length(), spans(), recording.index);
  everything();
});
$("numbers").addEventListener("toggle", showNumbers);
addEventListener("resize", fitFormulas);
addEventListener("beforeprint", showPrinted);
// On paper stand all numbers; in a mode, and where not all steps are told, those of now.
const wholeStory = () => fitsPaper() && !$("modes").querySelector("[aria-pressed=true]");
addEventListener("beforeprint", () => {
  const kept = graphs.map(({cx, cy}) => [cx, cy]);
  if (wholeStory()) show(runs.map((r, k) => r.at(at(length() - 1)[k])));
  graphs.forEach(graph => graph.unroll());
  addEventListener("afterprint", () => {
    if (wholeStory()) move();
    graphs.forEach((graph, k) => graph.look(...kept[k]));
  }, {once: true});
});
embedded();
