// Puts the page together, and redraws what the slider, the window or a switch changes.
// Of each run the loss around its path (true), the model's answers (false), or both; side by side one of them.
function kinds(run) {
  if (DATA.several && run.landscape) return [true];
  return [...(run.landscape ? [true] : []), ...(run.field ? [false] : [])];
}
const pictures = RUNS.flatMap(run => kinds(run).map(loss => new Picture(run, loss)));
const hasNetwork = RUNS[0].layers.length > 0;

function choose(run) {
  chosen = run;
  drawAll();
}
function drawAll() {
  showStory();
  for (const picture of pictures) picture.draw();
  drawCurve();
  if (hasNetwork) { drawNetwork(); drawLayers(); }
  drawUpdate();
  if (own.on) showSample();
}
function showAll() {
  for (const picture of pictures) picture.show();
  showCurve();
  if (hasNetwork) { showNetwork(); showLayers(); }
  showUpdate();
  showStory();
  if (own.on) showSample();
}
// All that grows with a run; the points stay where they are, one of them may be under a finger.
function redraw() {
  for (const picture of pictures) picture.show();
  drawCurve();
  drawNetwork();
  drawLayers();
  drawUpdate();
  showStory();
  showSample();
}

startShell();
$("pictures").classList.add(DATA.several ? "several" : "single");
$("pictures").append(...pictures.map(picture => picture.element));
if (DATA.several && pictures.length) {
  const both = el("div", {class: "common"}, pictures[0].legend, pictures[0].caption);
  $("pictures").append(both);
  const columns = RUNS.length > 2 ? 2 : 1;
  $("pictures").style.gridTemplate = `repeat(${Math.ceil(RUNS.length / columns)}, minmax(11.5rem, 1fr)) auto / repeat(${columns}, minmax(0, 1fr))`;
}
$("pictures").hidden = pictures.length === 0;
$("main").classList.toggle("network", hasNetwork);
$("main").classList.toggle("many", DATA.several);
$("main").classList.toggle("blank", pictures.length === 0);
for (const id of ["network", "layers"]) $(id).hidden = !hasNetwork;
for (const id of ["weights", "gradients"]) $(id).addEventListener("click", () => { net.of = id; drawNetwork(); });
startUpdate();
startCurve();
drawAll();
player.on(() => own.grown ? redraw() : showAll());
controls(player, i => t("where.epoch", {i: EPOCHS[i], n: EPOCHS[EPOCHS.length - 1]}));
if (player.length > 12) $("speed").value = player.speed = 5;
onLanguage(() => { nameOwn(); drawAll(); });
onTheme(drawAll);
// What is drawn never changes the size of what it is drawn in, so this ends.
const drawn = new Map([...pictures.map(picture => [picture.stage, () => picture.draw()]),
  [part("curve", ".plot"), drawCurve], [part("update", ".plot"), drawUpdate],
  ...(hasNetwork ? [[part("network", ".plot"), drawNetwork]] : [])]);
const sizes = new Map();
const observer = new ResizeObserver(entries => {
  for (const {target} of entries) {
    const size = `${target.clientWidth} ${pictures.some(({stage}) => stage === target) && target.clientHeight}`;
    if (sizes.get(target) !== size) drawn.get(target)();
    sizes.set(target, size);
  }
});
for (const e of drawn.keys()) observer.observe(e);
startOwn();
