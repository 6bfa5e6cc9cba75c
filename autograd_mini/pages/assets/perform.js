// Perform mode: the learner does the backward pass, in an order of their own, and is graded.
const MOST_PERFORMED = 60;  // nodes

// A generator of numbers from 0 to 1 that is the same for a seed (mulberry32, T. Ettinger, 2017).
function drawing(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6D2B79F5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
// Small numbers for the leaves of which the graph has a value and a gradient, short ones if it can be.
function otherNumbers(r, seed) {
  const draw = drawing(seed), leaves = r.args.flatMap((args, k) => args ? [] : [k]);
  let best = null;
  for (let k = 0; k < 200; k++) {
    const numbers = new Map(leaves.map(leaf => [leaf, (1 + Math.floor(draw() * 6)) / 2 * (draw() < 0.5 ? -1 : 1)]));
    const found = recomputed(r, numbers);
    if (found.failed !== undefined || !found.data.every(Number.isFinite) || !found.partials.flat().every(Number.isFinite)) continue;
    const long = [...found.data, ...found.partials.flat()].map(x => formatNumber(x).length);
    // At 0 a product gives nothing on, and the slope of tanh is 1: there is little to be done.
    const flat = r.args.some((args, k) => args && found.data[k] === 0);
    const cost = Math.max(...long) + 9 * flat + 9 * (found.partials[r.root].every(x => x === 0));
    if (!best || cost < best.cost) best = {cost, numbers, found};
    if (cost <= 5) break;
  }
  return best;
}

function startPerform(player) {
  const r = recording, section = $("perform"), graph = graphs[0], steps = new Map();
  const large = r.data.length > MOST_PERFORMED || r.items || runs.length > 1 || !r.plain;
  let mine, done, given, asked = null, log, told, all, kept = null, seed = 0;
  const action = (key, f) => el("button", {type: "button", "data-t": key, onclick: f});
  const button = el("button", {type: "button", class: "mode", "aria-pressed": "false", "aria-controls": "perform", "data-t": "perform", onclick: () => section.hidden ? enter() : leave()});
  const verdict = el("p", {id: "performed"}), question = el("p", {class: "question", id: "task", tabindex: -1}), intro = el("p", {class: "quiet"}), hint = el("div", {class: "formulas"}), score = el("p", {class: "quiet num"});
  const input = el("input", {id: "share", type: "text", autocomplete: "off", "aria-describedby": "task performed"});
  const label = el("label", {for: "share", "data-t": "predict.answer"}), form = el("form", {class: "row", onsubmit: event => { event.preventDefault(); answer(input.value); }}, label, input, el("button", {class: "primary", "data-t": "predict.check"}));
  const choices = el("div", {class: "row choices", role: "group", "aria-describedby": "task"}), show = action("predict.show", shown);
  const learner = el("input", {id: "performer", type: "text", autocomplete: "name"}), slips = el("ul", {class: "slips"});
  const saved = el("p", {class: "right", role: "status"}), keep = el("form", {class: "row", onsubmit: event => { event.preventDefault(); save(); }},
    el("label", {for: "performer", "data-t": "perform.name"}), learner, el("button", {class: "primary", "data-t": "perform.save"}));
  const end = el("div", {hidden: true}, keep, saved, slips,
    el("div", {class: "row"}, action("perform.new", () => { seed++; leave(); anew(); asked = null; enter(); }), action("perform.same", begin), action("perform.model", model)));
  // Of a forward pass that has failed, and of a number that is given, there is no backward pass.
  const offer = () => { button.hidden = large || !inner(r.root) || !r.steps.some(step => step.kind === "seed"); };
  $("modes").append(button);
  section.append(el("h2", {"data-t": "perform"}), intro, verdict, question, choices, form, hint, el("div", {class: "row"}, show), score, end);

  // --- in and out ---
  function enter() {
    for (const other of document.querySelectorAll(".mode[aria-pressed=true]")) other.click();
    steps.clear();
    r.steps.forEach((step, i) => { if (step.kind === "accumulate") steps.set(step.node + " " + step.edge, i); });
    player.pause();
    player.go(r.steps.findIndex(step => step.kind === "seed") - 1);
    kept = {grad: [...r.grad], complete: [...r.complete], flown: r.flown.map(list => [...list])};
    section.hidden = false;
    button.setAttribute("aria-pressed", true);
    ROOT.classList.add("performing");
    player.held = true;
    graph.performing = k => { if (asked.act === "pick") pick(k); };
    $("figure").scrollIntoView();  // on a phone
    if (asked) return pose();  // an attempt that was left goes on
    const before = remembered();
    begin();
    for (const {act, node, tries, shown} of before) {
      Object.assign(asked, {tries, shown});
      if (act !== "pick") settle();
      else {
        tries.pop();
        pick(node);
      }
    }
  }
  function leave() {
    if (section.hidden) return;
    section.hidden = true;
    button.setAttribute("aria-pressed", false);
    Object.assign(r, kept);
    graph.performing = kept = null;
    player.held = false;
    ROOT.classList.remove("performing", "tried", "twice");
    everything();
  }
  function begin() {
    mine = r.data.map(() => null);
    done = new Set();
    given = new Set();
    log = [];
    told = asked = null;
    const shares = r.steps.filter(step => step.kind === "accumulate"), inside = r.names.filter((_, k) => inner(k));
    all = 1 + inside.length + shares.length + shares.filter(step => !step.fresh).length + updates().length;
    onward();
  }
  // What is to be done; and the decisions so far, for a page that is loaded again.
  const number = x => Number.isFinite(x) ? x : String(x);
  const exercise = () => ({names: r.names, ops: r.ops, args: r.args, data: r.data.map((x, k) => inner(k) ? null : number(x)), seed: number(seedOf(r)),
    rates: r.steps.filter(step => step.kind === "update").map(step => [step.node, step.rate])});
  const memory = () => "perform " + JSON.stringify(exercise());
  function remember() {
    try { sessionStorage.setItem(memory(), JSON.stringify(log.map(({act, node, tries, shown}) => ({act, node, tries, shown})))); } catch { /* a sandboxed frame */ }
  }
  function remembered() {
    try { return JSON.parse(sessionStorage.getItem(memory())) ?? []; } catch { return []; }
  }
  function anew() {
    const made = unalterable(r) === null && otherNumbers(r, seed);
    if (!made) return;
    r.leaves = made.numbers;
    r.replace(made.found);
  }
  function model() {
    leave();
    player.go(0);
    player.play();
  }

  // --- what comes next ---
  const inner = k => r.parents[k].length > 0;
  const waiting = () => r.names.map((_, k) => k).filter(k => inner(k) && !done.has(k));
  const updates = () => r.steps.flatMap((step, i) => step.kind === "update" && !given.has(i) ? [i] : []);
  function next() {
    if (mine[r.root] === null) return {act: "seed", i: r.steps.findIndex(step => step.kind === "seed")};
    const k = asked && asked.node, open = k != null && !done.has(k) ? r.parents[k].findIndex((_, edge) => !given.has(k + " " + edge)) : -1;
    if (open >= 0) return {act: "share", node: k, edge: open, i: steps.get(k + " " + open)};
    if (waiting().length) return {act: "pick", candidates: waiting()};
    const [i] = updates();
    return i === undefined ? {act: "end"} : {act: "update", i};
  }
  function onward(task = next()) {
    remember();
    asked = {...task, tries: [], shown: false};
    if (task.act === "share" || task.act === "sum") {
      const step = r.steps[task.i], before = mine[step.parent] ?? 0;
      const own = {...step, before, after: before + step.share, fresh: mine[step.parent] === null};
      const wanted = task.act === "share" ? "share" : "gradient";
      asked.question = questionFor(r, task.i, wanted, own, j => given.has(r.steps[j].node + " " + r.steps[j].edge));
      asked.step = own;
    } else if (task.act === "seed" || task.act === "update") {
      asked.question = questionFor(r, task.i, "fits");
    }
    if (asked.question === null) {  // nothing that can be computed
      asked.shown = true;
      return settle();
    }
    pose();
  }
  function pose() {
    paint();
    words();
    say([verdict.textContent, question.textContent].join(" "));
    (asked.act === "pick" ? question : asked.act === "end" ? learner : input).focus({preventScroll: true});
  }
  // The node whose gradient is not complete, and the one that it still waits for.
  const early = k => r.users[k].find(user => !done.has(user));
  function pick(k) {
    const user = early(k);
    if (done.has(k) || !inner(k)) {
      told = {mark: "wrong", key: inner(k) ? "perform.done" : "perform.given", slots: {x: r.names[k]}};
      return pose();
    }
    asked.tries.push({text: r.names[k], node: k, slip: user === undefined ? null : "early"});
    if (user !== undefined) {
      told = {mark: "wrong", key: "perform.early", slots: {x: r.names[k], y: r.names[user]}};
      return pose();
    }
    log.push({...asked, node: k});
    asked.node = k;
    told = {mark: "right", key: "perform.ready", slots: {x: r.names[k]}};
    if (mine[k] === 0 || mine[k] === null) {  // hands nothing on
      mine[k] = 0;
      done.add(k);
      told = {mark: "right", key: "perform.nothing", slots: {x: r.names[k]}};
    }
    onward();
  }
  function answer(text) {
    const read = readAnswer(text, asked.question.expected);
    if (!read) {
      told = {mark: "wrong", key: "predict.unreadable"};
    } else if (isRight(asked.question, read)) {
      asked.tries.push({text, slip: null});
      told = {mark: "right", key: "predict.verdict.say.first", slots: {x: rightNumber(asked.question)}};
      return settle();
    } else {
      const mistake = mistakeOf(asked.question, read);
      asked.tries.push({text, slip: mistake ? mistake[0] : "wrong", slots: mistake && mistake[1]});
      told = {mark: "wrong", key: "predict.wrong", more: mistake && ["predict.mistake." + mistake[0], mistake[1]]};
    }
    words();
    input.select();
    say(verdict.textContent);
  }
  function shown() {
    asked.shown = true;
    if (asked.act === "pick") return pick(asked.candidates.find(k => early(k) === undefined));
    told = {mark: "quiet", key: "predict.verdict.say.shown", slots: {x: rightNumber(asked.question)}};
    settle();
  }
  function settle() {
    const {act, node, edge, i, step} = asked;
    log.push(asked);
    input.value = "";
    if (act === "seed") mine[r.root] = r.steps[i].value;
    if (act === "update") given.add(i);
    if (act === "share" && mine[step.parent] !== null) return onward({act: "sum", node, edge, i});
    if (act === "share" || act === "sum") {
      mine[step.parent] = step.after;
      given.add(node + " " + edge);
      if (r.parents[node].every((_, e) => given.has(node + " " + e))) done.add(node);
    }
    onward();
  }

  // --- what is seen ---
  function paint() {
    r.grad = mine.map(x => x);
    r.complete = mine.map((x, k) => x !== null && early(k) === undefined);
    const {act, node, edge, i} = asked;
    r.flown = r.parents.map((list, k) => list.map((_, e) => given.has(k + " " + e) || act === "sum" && k === node && e === edge));
    graph.repaint();
    showStep(() => r.forwardStep[node ?? r.root]);
    fitFormulas();
    const at = act === "pick" || act === "end" ? r.root : act === "seed" || act === "update" ? r.steps[i].node : r.parents[node][edge];
    graph.light(act === "share" || act === "sum" ? {kind: "accumulate", node, edge} : {kind: act}, at);
    graph.offer(act === "pick" ? asked.candidates : []);
  }
  const rightAtOnce = task => !task.shown && !task.tries[0].slip;
  const tally = () => ({right: log.filter(rightAtOnce).length, n: log.length});
  function words() {
    const {act, node, edge, i} = asked, L = r.names[r.root], name = k => r.names[k];
    const slots = {L, x: act === "share" || act === "sum" ? name(r.parents[node][edge]) : act === "update" ? name(r.steps[i].node) : "", y: node != null ? name(node) : ""};
    if (act === "update") slots.rate = formatNumber(r.steps[i].rate);
    if (act === "share") Object.assign(slots, {d: asked.question.slots.d, g: formatNumber(mine[node])});
    if (act === "sum") slots.before = formatNumber(asked.step.before);
    question.textContent = act === "end" ? t("perform.end", tally()) : t("perform.ask." + act, slots);
    verdict.textContent = told ? [t(told.key, told.slots), told.more ? t(told.more[0], told.more[1]) : ""].filter(Boolean).join(" ") : "";
    verdict.className = told ? told.mark : "";
    intro.textContent = log.length ? "" : t("perform.intro", {L, n: all});
    const wrong = asked.tries.length, aid = act === "share" && wrong ? hintsFor(r.steps[i], {...asked.question, key: "partial"}) : [];
    hint.replaceChildren(...aid.map(piece => el("div", {}, formula(piece))));
    ROOT.classList.toggle("tried", wrong > 1);  // then the picture of the slope is shown too
    form.hidden = act === "pick" || act === "end";
    choices.hidden = act !== "pick";
    show.parentNode.hidden = act === "end";
    end.hidden = act !== "end";
    if (act === "pick") choices.replaceChildren(...asked.candidates.toSorted((j, k) => name(j).localeCompare(name(k))).map(k => el("button", {type: "button", text: name(k), onclick: () => pick(k)})));
    score.textContent = t("perform.score", {k: log.length + 1, all, right: tally().right});
    score.hidden = act === "end";
    if (act !== "end") return saved.replaceChildren();
    const lost = log.filter(task => !rightAtOnce(task)), plain = lost.filter(task => !slipIn(task)).map(place);
    slips.replaceChildren(...[...lost.filter(slipIn).map(slipOf), ...plain.length ? [`${t("perform.shown")}: ${plain.join("; ")}`] : []].map(text => el("li", {text})));
  }
  const slipIn = task => task.tries.find(x => x.slip);
  function place({act, node, edge, i}) {
    const name = k => r.names[k];
    return `${t("perform.act." + act)} ${act === "share" || act === "sum" ? `${name(node)} → ${name(r.parents[node][edge])}` : name(act === "pick" ? node : r.steps[i].node)}`;
  }
  function slipOf(task) {
    const {slip, slots, text} = slipIn(task);
    if (slip === "early") return `${place(task)}: ${t("perform.slip.early", {x: text})}`;
    const what = t("perform.slip", {wrong: text, right: rightNumber(task.question)});
    return `${place(task)}: ${what}${slip === "wrong" ? "" : ". " + t("predict.mistake." + slip, slots || {})}`;
  }

  // --- the file for the teacher: what was done, from which the marks follow ---
  function save() {
    const decisions = log.map(({act, node, edge, i, tries, shown}) => ({act, shown, answers: tries.map(x => x.text), slips: tries.map(x => x.slip),
      ...(act === "update" || act === "seed" ? {node: r.steps[i].node} : {node}), ...(edge === undefined ? {} : {edge})}));
    const content = {format: "autograd_mini performance", version: 1, title: document.title, address: location.hash, again: seed, learner: learner.value, language: language(), saved: new Date().toISOString(),
      graph: exercise(), decisions, ...tally()};
    const link = el("a", {href: URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], {type: "application/json"})), download: [t("perform.file"), learner.value.trim()].filter(Boolean).join("-") + ".json"});
    link.click();
    saved.textContent = t("perform.saved", {file: link.download});
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const guard = player.guard;
  player.guard = (from, to) => section.hidden ? guard(from, to) : (say(question.textContent), false);
  onNumbers(() => { leave(); asked = null; offer(); });
  $("modes").addEventListener("click", event => { if (event.target !== button) leave(); }, true);
  onLanguage(() => {
    if (section.hidden) return;
    paint();
    words();
  });
  offer();
  translate();
}
