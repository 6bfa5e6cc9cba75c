// What is told about the current step: sentence, formulas, ledger, source, paths, all numbers.
const MOST = 12;
// Text with names in backticks, as nodes.
function named(text) {
  return text.split(/`([^`]*)`/).map((part, k) => k % 2 ? el("b", {text: part}) : part);
}
const bare = text => text.replace(/`/g, "");
const cell = (content, name) => el("td", {class: name}, content);
const close = (a, b) => a === b || Math.abs(approximately(a) - approximately(b)) <= 1e-9 * Math.max(Math.abs(approximately(a)), Math.abs(approximately(b)));
// The step that a run shows at the current position.
const current = r => r.steps[r.index];

// What an engine wrote although the sum is another.
const amiss = step => step.kind === "accumulate" && isAmiss(step)
  ? el("p", {class: "wrong", text: t("step.amiss", {sum: formatNumber(sumOf(step)), after: formatNumber(step.after)})}) : "";
// On the first screen: what starts it.
const invitation = () => el("p", {class: "start"}, el("span", {text: t("start.key")}),
  el("button", {type: "button", class: "primary", text: t("start"), onclick: () => { player.next(); $("next").focus(); }}));
function showStep(place = r => r.index) {
  $("step").replaceChildren(...runs.map(r => {
    const said = explainStep(r, place(r));
    const formulas = [said.symbolic, said.local, said.numeric].map((piece, k) =>
      piece && el("div", {class: ["symbolic", "local", "numeric"][k]}, formula(piece)));
    return el("div", {class: "telling"},
      el("h2", {}, r.label ? el("span", {text: r.label + " · "}) : "", bare(said.title)),
      el("p", {class: "sentence"}, ...named(said.sentence)),
      r === recording && r.steps[place(r)].nodes ? invitation() : "",
      el("div", {class: "formulas"}, ...formulas.filter(Boolean)),
      amiss(current(r)),
      said.why ? el("p", {class: "quiet"}, ...named(said.why)) : "",
      runs.length > 1 ? "" : el("div", {class: "curves"}, ...curvesOf(r, r.steps[place(r)])));
  }));
  say(runs.map(r => bare([explainStep(r, r.index).sentence, (explainStep(r, r.index).numeric || {}).text || ""].join(" "))).join(" "));
}
// A formula that is far too wide gets the room of the picture beside it, and where that is not enough smaller letters.
function fitFormulas() {
  const boxes = [...document.querySelectorAll(".formulas > div")];
  const parts = () => boxes.map(box => box.clientWidth / box.scrollWidth), telling = box => box.closest(".telling")?.classList;
  for (const box of boxes) { box.style.fontSize = ""; telling(box)?.remove("long"); }
  parts().forEach((part, k) => { if (part < 0.7) telling(boxes[k])?.add("long"); });
  parts().forEach((part, k) => {
    if (part < 1) boxes[k].style.fontSize = `${Math.max(0.7, part * 0.98)}em`;
    if (part < 0.7) boxes[k].tabIndex = 0;
  });
}

// --- the ledger: every share of a node's gradient, with the way that it has come ---
function route(r, k) {
  const names = [r.names[k]];
  for (let at = k; at !== r.root;) {
    const into = r.shares[at];
    if (into.length !== 1) { names.unshift(into.length ? `(${t("ledger.paths", {n: into.length})})` : "…"); break; }
    at = r.steps[into[0]].node;
    names.unshift(r.names[at]);
  }
  return names.length > 6 ? [...names.slice(0, 3), "…", ...names.slice(-2)] : names;
}
function ledger(r) {
  const k = r.focus(), i = r.index, gradient = r.grad[k];
  const title = el("h2", {}, ...named(t("ledger", {x: "`" + r.names[k] + "`"})), r.label ? ` (${r.label})` : "");
  if (phaseOf(current(r)) === "forward" && current(r).kind !== "update") return [title, el("p", {class: "quiet", text: t("ledger.none")})];
  const all = r.shares[k], now = all.indexOf(i);
  const start = Math.max(0, Math.min(all.length - MOST, (now < 0 ? all.filter(j => j < i).length : now) - MOST / 2));
  const rows = all.slice(start, start + MOST).map(j => {
    const s = r.steps[j], done = j <= i;
    const product = `${formatFactor(s.adjoint, true)} · ${formatFactor(s.partial)}`;
    return el("tr", {class: j === i ? "lit" : done ? "" : "waiting"},
      el("td", {class: "path"}, route(r, s.node).concat(r.names[k]).join(" → "), el("div", {class: "partial", text: done ? product : ""})),
      cell(done ? formatNumber(s.share) : "—", "n grad"));
  });
  if (k === r.root) rows.unshift(el("tr", {class: current(r).kind === "seed" ? "lit" : ""}, cell(t("ledger.seed"), "path"), cell(gradient === null ? "—" : formatNumber(gradient), "n grad")));
  const left = all.length - start - rows.length;
  if (left > 0) rows.push(el("tr", {class: "waiting"}, el("td", {colspan: 2, text: t("ledger.more", {n: whole(left)})})));
  rows.push(el("tr", {class: "total"}, cell(t(r.complete[k] ? "ledger.complete" : "ledger.sum"), ""), cell(gradient === null ? "—" : formatNumber(gradient), "n grad")));
  const parts = [title, el("table", {}, el("tbody", {}, ...rows))];
  const other = runs[1 - runs.indexOf(r)];
  if (other && gradient !== null && other.grad[k] != null && !close(gradient, other.grad[k])) {
    parts.push(el("p", {class: "quiet wrong", text: t("ledger.differs", {x: formatNumber(other.grad[k])})}));
  }
  if (r.complete[k]) parts.push(measured(r, k));
  return parts;
}
function estimate([value, error]) {
  const digits = Math.max(3, Math.min(10, Math.ceil(Math.log10(Math.abs(value) / error)) || 10));
  return `${formatNumber(value, digits)} ± ${formatNumber(error, 1)}`;
}
// By finite differences: of the recorded inputs in Python, of others here, where that is quick.
const QUICK = 1500;
function differencesOf(r, k) {
  if (!r.changed && r.differences) return r.differences[k];
  const found = r.names.length > QUICK ? null : differentiate(r, r.leaves ?? new Map(), k);
  return found && Number.isFinite(found[1]) ? found : null;
}
function verdict(r, k, [value, error, kink]) {
  const off = Math.abs(approximately(r.grad[k]) - value);
  return off <= error + 1e-13 * Math.abs(value) ? kink ? "kink" : "agrees" : "off";
}
function measured(r, k) {
  const found = differencesOf(r, k);
  const line = el("p", {class: "measured"}, t("measured") + ": ");
  if (!found) {
    line.append(el("span", {class: "quiet", text: t(r.changed && r.names.length > QUICK ? "measured.changed" : "measured.none")}));
    return line;
  }
  const judged = verdict(r, k, found), good = judged !== "off";
  line.append(el("span", {class: "num", text: estimate(found)}), " ",
    el("span", {class: "chip " + (good ? "right" : "wrong"), text: `${good ? "✓" : "✗"} ${t("measured." + judged)}`}));
  return line;
}
function showLedger() {
  $("ledger").replaceChildren(...runs.map(r => el("div", {class: "part"}, ...ledger(r))));
}

// --- the learner's source ---
let lines = [], shownSource = null, litLines = [];
function showSource() {
  const step = current(recording), place = recording.places[step.node];
  for (const k of litLines) {
    lines[k].classList.remove("lit");
    lines[k].lastChild.replaceChildren(shownSource.lines[k]);
  }
  litLines = [];
  if (!recording.sources.length) return;
  $("source").hidden = false;
  const source = recording.sources[place ? place[0] : 0];
  if (source !== shownSource && (place || !shownSource)) {
    shownSource = source;
    lines = source.lines.map((line, k) => el("div", {class: "line"}, el("i", {text: source.first + k}), el("span", {text: line})));
    $("source").replaceChildren(el("h2", {}, t("source"), " ", el("span", {class: "quiet", text: /^(<|$)/.test(source.file) ? "" : t("source.line", {file: source.file, n: source.first})})),
      el("pre", {tabindex: 0}, ...lines));
  }
  if (!place) return;
  const [, from, column, to, end] = place;
  for (let k = from; k <= to && k < lines.length; k++) {
    const line = source.lines[k], text = [...line];  // columns count characters
    const a = k === from ? column : line.length - line.trimStart().length, b = k === to ? end : text.length;
    lines[k].classList.add("lit");
    lines[k].lastChild.replaceChildren(text.slice(0, a).join(""), el("mark", {text: text.slice(a, b).join("")}), text.slice(b).join(""));
    litLines.push(k);
  }
  const pre = $("source").lastChild, top = lines[from].offsetTop - pre.offsetTop;
  if (top < pre.scrollTop || top > pre.scrollTop + pre.clientHeight - 40) pre.scrollTop = top - pre.clientHeight / 2;
}

// --- paths ---
// The leaf follows the steps until one is chosen.
let leaf = null, chosen = false, pathsAsked = false;
function followLeaf() {
  const k = recording.focus();
  if (chosen || k === leaf || recording.parents[k].length || recording.names.length > 300 || recording.large) return;
  leaf = k;
  $("leaf").value = k;
  tellPaths();
}
function showPaths(asked = false) {
  const r = recording, leaves = r.large ? [leaf ?? 0] : r.names.flatMap((name, k) => r.parents[k].length ? [] : [k]);
  if (leaf === null) leaf = leaves[0];
  const options = leaves.map(k => el("option", {value: k, text: r.names[k]}));
  const select = el("select", {id: "leaf", onchange: () => { leaf = Number(select.value); chosen = true; tellPaths(); }}, ...options);
  select.value = leaf;
  $("paths").replaceChildren(el("h2", {text: t("paths")}), el("label", {class: "row"}, el("span", {text: t("paths.from")}), select), el("div", {id: "sums"}));
  pathsAsked ||= asked;
  if (r.large && !pathsAsked) $("paths").replaceChildren(el("h2", {text: t("paths")}), el("p", {class: "quiet", text: t("groups.paths", {path: t("groups.path", {root: r.names[r.root]})})}));
  else tellPaths();
}
let told = null;
function tellPaths() {
  const r = recording, known = r.complete[leaf], {count, total, paths} = r.paths(leaf, MOST);
  told = known;
  const given = approximately(seedOf(r)), seed = Number.isNaN(given) ? 1 : given, exact = r.finals()[leaf];
  // The browser multiplies floats and fractions; of others it knows the gradient, which is the sum.
  const other = typeof exact === "string", worth = (x, all = count === 1) => other && all ? exact : other && Number.isNaN(x) ? "" : formatNumber(x * seed);
  const shortened = (list, gap) => list.length > 8 ? [...list.slice(0, 4), gap, ...list.slice(-3)] : list;
  const rows = paths.map(path => {
    const factors = path.parts.slice(1).map(part => formatFactor(r.partials[part.node][part.edge]));
    if (seed !== 1) factors.push(formatFactor(seed));
    return el("tr", {}, el("td", {class: "path"}, shortened(path.parts.map(part => r.names[part.node]), "…").join(" → "),
      known && factors.length > 1 ? el("div", {class: "partial", text: shortened(factors, "…").join(" · ")}) : ""),
      cell(known ? worth(path.product) : "—", "n grad"));
  });
  if (count > paths.length) {
    const rest = total - paths.reduce((sum, path) => sum + path.product, 0);
    rows.push(el("tr", {}, cell(t("paths.others", {n: many(count - paths.length)}), ""), cell(known ? worth(rest) : "—", "n grad")));
  }
  rows.push(el("tr", {class: "total"}, cell(t("paths.sum"), ""), cell(known ? worth(total, true) : "—", "n grad")));
  const head = count === 0 ? t("paths.none") : count === 1 ? t("paths.one")
    : count > paths.length ? t("paths.largest", {n: many(count), k: paths.length}) : t("paths.all", {n: many(count)});
  $("sums").replaceChildren(el("p", {class: "quiet", text: head}), count ? el("table", {}, el("tbody", {}, ...rows)) : "");
}
const many = n => n < 1e6 ? whole(n) : formatNumber(n);

// --- all numbers, in a table that is made when it is opened; of a large graph those of a group ---
const ROWS = 300;
let cells = null;
function showNumbers() {
  const box = $("numbers"), r = recording;
  cells = null;
  for (const old of box.querySelectorAll(".scroll, p")) old.remove();
  if (!box.open) return;
  const some = graphs[0].listed ? graphs[0].listed() : [...r.names.keys()];
  cells = new Map(some.map(k => {
    const computed = writers[0].value(k);
    return [k, el("tr", {}, el("td", {}, el("button", {type: "button", text: r.names[k], onclick: () => graphs[0].chosen(k)})),
      cell(computed ? computed.text : "", ""), cell("", "n"), cell("", "n grad"), cell("", "n"))];
  }));
  const heads = ["node", "computes", "data", "grad", "measured"].map((key, j) => el("th", {scope: "col", class: j > 1 && "n", text: t("numbers." + key)}));
  box.append(el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...cells.values()))));
  const missing = r.names.length - Object.keys(r.differences).length;
  if (graphs[0].listed) box.append(el("p", {class: "quiet", text: t("groups.table", {n: some.length, group: graphs[0].around()})}));
  else if (missing) box.append(el("p", {class: "quiet", text: t("measured.left", {n: whole(missing), all: whole(r.names.length)})}));
  some.forEach(showRow);
}
function showRow(k) {
  if (!cells?.has(k)) return;
  const r = recording, [, , data, grad, found] = cells.get(k).children;
  write(data, r.known[k] ? formatNumber(r.now[k]) : "—");
  write(grad, r.grad[k] === null ? "—" : formatNumber(r.grad[k]));
  write(found, r.complete[k] && r.differences[k] && !r.changed ? estimate(r.differences[k]) : "—");
}

// --- on paper ---
const fitsPaper = () => !recording.groups || recording.steps.length <= 500;  // thirty pages
function showPrinted() {
  const all = fitsPaper(), shown = all ? [...recording.steps.keys()] : [recording.index], rows = shown.map(i => {
    const said = explainStep(recording, i), parts = [said.symbolic, said.local, said.numeric].filter(Boolean);
    return el("tr", {}, cell(String(i), "n"), el("td", {}, ...named(said.sentence)), el("td", {}, ...parts.map(piece => el("div", {text: piece.text}))));
  });
  $("printed").replaceChildren(all ? el("h2", {text: t("printed")}) : el("p", {text: t("groups.print", {n: recording.steps.length})}), el("table", {}, el("tbody", {}, ...rows)));
}
