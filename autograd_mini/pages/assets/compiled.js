// The current step in what the recording is compiled to: its lines are lit in every stage.
const STAGES = DATA.compiled.stages.map(stage => ({...stage, pre: null, rows: [], lit: []}));

function drawStages() {
  const card = $("compiled") || $("panel").insertBefore(el("section", {class: "card", id: "compiled"}), $("ledger"));
  const counts = DATA.compiled.effects.map(([, n]) => n), kept = DATA.compiled.kept;
  for (const stage of STAGES) {
    stage.rows = stage.lines.map((line, k) => el("div", {class: stage.name === "traced" && stage.of[k] >= 0 && !(stage.of[k] in kept) ? "line gone" : "line", text: line || " "}));
    stage.pre = el("pre", {tabindex: 0, role: "group", "aria-label": t(`stage.${stage.name}`)}, ...stage.rows);
    stage.lit = [];
  }
  const pieces = STAGES.map(stage => el("div", {class: "stage"}, el("h3", {text: t(`stage.${stage.name}`)}), stage.pre));
  card.replaceChildren(el("h2", {text: t("compiled")}), el("p", {class: "quiet", text: t("compiled.effects", {n: counts[0], m: counts[counts.length - 1]})}), el("div", {class: "stages"}, ...pieces));
}
function lightStages() {
  const of = DATA.compiled.lit[at(player.index)[0]], kept = DATA.compiled.kept;
  const after = new Set(of.map(i => kept[i]));
  for (const stage of STAGES) {
    const wanted = stage.name === "traced" ? new Set(of) : after;
    for (const row of stage.lit) row.classList.remove("lit");
    stage.lit = stage.rows.filter((_, k) => stage.of[k] >= 0 && wanted.has(stage.of[k]));
    for (const row of stage.lit) row.classList.add("lit");
    if (!stage.lit.length) continue;
    const top = stage.lit[0].offsetTop - stage.pre.offsetTop, last = stage.lit[stage.lit.length - 1].offsetTop - stage.pre.offsetTop;
    if (top < stage.pre.scrollTop || last > stage.pre.scrollTop + stage.pre.clientHeight - 20) stage.pre.scrollTop = top - 20;
  }
}
function everyStage() { drawStages(); lightStages(); }
everyStage();
player.on(lightStages);
onLanguage(everyStage);
