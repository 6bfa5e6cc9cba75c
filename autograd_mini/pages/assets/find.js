// To any node: by its name, its operation or its value.
const LISTED = 8, RANKED = 20;  // of what fits, and of what is ranked
const NUMERIC = /^[-\d.∞n(]/;  // as the text of a number begins, and of nan

function startFind() {
  const r = recording, button = $("seek"), box = $("search");
  const input = el("input", {id: "wanted", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-controls": "found", "aria-expanded": "false", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "data-t-label": "find.what"});
  const list = el("ul", {id: "found", role: "listbox", "data-t-label": "find"}), none = el("p", {class: "quiet"});
  let found = [], chosen = 0, stop = 0, ranked = null, names = null;
  box.append(input, list, none);

  // Names as they are typed: v1 for v₁, -2 for −2.
  const typed = text => text.normalize("NFKC").replace(/−/g, "-").toLowerCase().trim();
  const known = new Map(), typedOnce = text => known.get(text) ?? known.set(text, typed(text)).get(text);
  const doing = k => { const op = writers[0].op(k); return op ? op.about[language() === "es" ? 1 : 0] : t("find.given"); };
  // What is asked for in predict mode is not told here.
  const value = k => r.known[k] || $("predict").hidden ? formatNumber(r.now[k]) : "—";
  // How well a node fits, 0 best; -1 if it does not.
  function fit(k, wanted) {
    const name = names[k], op = writers[0].op(k), x = NUMERIC.test(wanted) ? typed(value(k)) : "", words = typedOnce(doing(k));
    return [name === wanted, name.startsWith(wanted), op && op.name === wanted, x === wanted, x.startsWith(wanted), name.includes(wanted),
      op && op.name.startsWith(wanted) || words.includes(wanted)].indexOf(true);
  }
  // Names are made ready once, and what an operation is called is.
  function fitting(wanted) {
    names ??= typed(r.names.join("\n")).split("\n");
    const fits = [];
    for (let k = 0; k < names.length; k++) {
      const rank = fit(k, wanted);
      if (rank >= 0) fits.push([rank, k]);
    }
    return fits;
  }
  // What is ranked by its gradient: the largest, or those that are 0; and the largest path to the root.
  const rankings = {
    largest: () => sizes().map((x, k) => [x, k]).filter(([x, k]) => x > 0 && k !== r.root).sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, k]) => k),
    zeros: () => sizes().flatMap((x, k) => x === 0 ? [k] : []),
    path: () => {
      const [way] = r.paths(found[chosen] ?? (graphs[0].chosenThing.node ?? r.focus()), 1).paths, nodes = way ? way.parts.map(part => part.node) : [];
      if (nodes.length) { graphs[0].trace(nodes); leaf = nodes[0]; showPaths(true); }
      return nodes;
    },
  };
  const sizes = () => Array.from(r.finals(), sizeOf);
  const wishes = el("div", {class: "wanted"}, ...Object.keys(rankings).map(name => el("button", {type: "button", "data-ranking": name, onclick: () => {
    const all = rankings[name]();
    ranked = {name, found: all};
    input.value = "";
    look();
    input.focus();
  }})));
  if (r.groups) list.before(wishes);
  function look() {
    const wanted = typed(input.value), most = ranked ? RANKED : LISTED;
    if (wanted) ranked = null;
    for (const e of wishes.children) {
      e.textContent = t("groups." + e.dataset.ranking, {root: r.names[r.root]});
      e.setAttribute("aria-pressed", e.dataset.ranking === ranked?.name);
    }
    found = ranked ? ranked.found : wanted ? fitting(wanted).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, k]) => k) : [];
    list.classList.toggle("many", !!ranked);
    chosen = stop = 0;
    list.replaceChildren(...found.slice(0, most).map((k, j) => el("li", {role: "option", id: "found" + j, onclick: () => { mark(j); go(); close(); }},
      el("b", {text: r.names[k]}), el("span", {class: "quiet", text: doing(k)}), el("span", {class: ranked ? "num grad" : "num", text: ranked ? formatNumber(r.finals()[k]) : value(k)}))));
    const left = found.length - most;
    none.textContent = !wanted && !ranked ? t("find.what") : !found.length ? t(ranked ? "groups.zeros.none" : "find.none") : left > 0 ? t("ledger.more", {n: whole(left)}) : "";
    none.hidden = !none.textContent;
    mark(0);
    if (wanted || ranked) say(found.length ? t("find.some", {n: whole(found.length), x: r.names[found[0]]}) : t("find.none"));
  }
  function mark(j) {
    chosen = j;
    stop = 0;
    [...list.children].forEach((e, i) => e.setAttribute("aria-selected", i === j));
    input.setAttribute("aria-expanded", found.length > 0);
    if (found.length) input.setAttribute("aria-activedescendant", "found" + j);
    else input.removeAttribute("aria-activedescendant");
  }
  // Where the node gets its number; then each of its shares; then where its gradient is complete.
  function go() {
    const k = found[chosen];
    if (k === undefined) return;
    if (graphs[0].performing) return graphs[0].performing(k);
    const stops = [r.forwardStep[k], ...r.shares[k], r.visitStep[k]].filter(i => i !== undefined);
    const next = () => position(stops[stop++ % stops.length], 0), i = next();
    player.pause();
    player.go(i === player.index ? next() : i);
    graphs[0].reveal?.(k);
  }
  function open() {
    box.hidden = false;
    button.setAttribute("aria-expanded", true);
    look();
    input.focus();
    input.select();
  }
  function close() {
    const within = box.contains(document.activeElement);
    box.hidden = true;
    button.setAttribute("aria-expanded", false);
    if (within) button.focus();
  }
  button.addEventListener("click", () => box.hidden ? open() : close());
  input.addEventListener("input", look);
  input.addEventListener("keydown", event => {
    const shown = list.children.length, by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (by && shown) mark((chosen + by + shown) % shown);
    else if (event.key === "Enter") go();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // A click on what was found leaves the field as it is; one elsewhere closes it.
  list.addEventListener("mousedown", event => event.preventDefault());
  $("find").addEventListener("focusout", event => { if (!$("find").contains(event.relatedTarget)) close(); });
  document.addEventListener("keydown", event => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), select, textarea")) return;
    event.preventDefault();
    open();
  });
  onLanguage(() => { if (!box.hidden) look(); });
  translate();
}
