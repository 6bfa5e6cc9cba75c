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
  for (const picture of pictures) picture.draw();
  drawCurve();
  if (hasNetwork) { drawNetwork(); drawLayers(); }
  drawUpdate();
  showStory();
}
function showAll() {
  for (const picture of pictures) picture.show();
  showCurve();
  if (hasNetwork) { showNetwork(); showLayers(); }
  showUpdate();
  showStory();
}

startShell();
$("pictures").classList.add(DATA.several ? "several" : "single");
$("pictures").append(...pictures.map(picture => picture.element));
$("pictures").hidden = pictures.length === 0;
$("main").classList.toggle("network", hasNetwork);
for (const id of ["network", "layers"]) $(id).hidden = !hasNetwork;
for (const id of ["weights", "gradients"]) $(id).addEventListener("click", () => { net.of = id; drawNetwork(); });
startUpdate();
startCurve();
drawAll();
player.on(showAll);
controls(player, i => t("where.epoch", {i: EPOCHS[i], n: EPOCHS[EPOCHS.length - 1]}));
if (player.length > 12) $("speed").value = player.speed = 5;
onLanguage(drawAll);
onTheme(drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let width = innerWidth + innerHeight / 1e5;
new ResizeObserver(() => {
  const size = innerWidth + innerHeight / 1e5;
  if (size !== width) { width = size; drawAll(); }
}).observe($("main"));
