// To any node: by its name, its operation or its value.
const LISTED = 8;

function startFind() {
  const r = recording, button = $("seek"), box = $("search");
  const input = el("input", {id: "wanted", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-controls": "found", "aria-expanded": "false", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "data-t-label": "find.what"});
  const list = el("ul", {id: "found", role: "listbox", "data-t-label": "find"}), none = el("p", {class: "quiet"});
  let found = [], chosen = 0, stop = 0;
  box.append(input, list, none);

  // Names as they are typed: v1 for v₁, -2 for −2.
  const typed = text => text.normalize("NFKC").replace(/−/g, "-").toLowerCase().trim();
  const doing = k => { const op = writers[0].op(k); return op ? op.about[language() === "es" ? 1 : 0] : t("find.given"); };
  // What is asked for in predict mode is not told here.
  const value = k => r.known[k] || $("predict").hidden ? formatNumber(r.now[k]) : "—";
  // How well a node fits, 0 best; -1 if it does not.
  function fit(k, wanted) {
    const name = typed(r.names[k]), op = writers[0].op(k), x = typed(value(k)), words = typed(doing(k));
    return [name === wanted, name.startsWith(wanted), op && op.name === wanted, x === wanted, x.startsWith(wanted), name.includes(wanted),
      op && op.name.startsWith(wanted) || words.includes(wanted)].indexOf(true);
  }
  function look() {
    const wanted = typed(input.value), fits = wanted ? r.names.map((_, k) => [fit(k, wanted), k]).filter(([rank]) => rank >= 0) : [];
    found = fits.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, k]) => k);
    chosen = stop = 0;
    list.replaceChildren(...found.slice(0, LISTED).map((k, j) => el("li", {role: "option", id: "found" + j, onclick: () => { mark(j); go(); close(); }},
      el("b", {text: r.names[k]}), el("span", {class: "quiet", text: doing(k)}), el("span", {class: "num", text: value(k)}))));
    const left = found.length - LISTED;
    none.textContent = !wanted ? t("find.what") : !found.length ? t("find.none") : left > 0 ? t("ledger.more", {n: left}) : "";
    none.hidden = !none.textContent;
    mark(0);
    if (wanted) say(found.length ? t("find.some", {n: found.length, x: r.names[found[0]]}) : t("find.none"));
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
