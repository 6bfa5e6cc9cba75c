// Makes editors of a lesson's cells, and runs them in the worker. One kernel serves the page; it starts
// when a cell is first pointed at or entered, so that who only reads loads nothing.
const WORDS = {
  en: {
    all: "Run all cells", restart: "Restart Python", run: "Run", stop: "Stop", reset: "Original",
    hint: "The cells can be changed and run, here in the browser: ▶, or Shift+Enter.",
    starting: "Python starts …", running: "Running cell {n} …", ready: "Python is ready.",
    raised: "Cell {n} has an error; the cells after it were not run.",
    stopped: "Stopped. Python begins anew: what the cells had computed is gone.",
    failed: "Python could not be loaded: {why}",
    broke: "Python broke off, and begins anew with the next cell: {why}",
    file: "Python runs where the page comes from a server: in the folder of the site, "
      + "python -m http.server, then http://localhost:8000.",
    missing: "This copy of the site was built without Python for the browser: the cells can be read, not run.",
    code: "Code of cell {n}", output: "Output of cell {n}", picture: "Picture",
    runHint: "Run this cell, after those before it that have not run (Shift+Enter)",
    resetHint: "Put back the code as the lesson has it",
  },
  es: {
    all: "Ejecutar todas las celdas", restart: "Reiniciar Python", run: "Ejecutar", stop: "Detener",
    reset: "Original",
    hint: "Las celdas se pueden cambiar y ejecutar, aquí mismo, en el navegador: ▶ o Mayús+Intro.",
    starting: "Python se está iniciando…", running: "Se ejecuta la celda {n}…", ready: "Python está listo.",
    raised: "La celda {n} tiene un error; las siguientes no se han ejecutado.",
    stopped: "Detenido. Python empieza de nuevo: lo que habían calculado las celdas se ha perdido.",
    failed: "No se ha podido cargar Python: {why}",
    broke: "Python se ha interrumpido y empezará de nuevo con la próxima celda: {why}",
    file: "Python funciona si la página viene de un servidor: en la carpeta del sitio, "
      + "python -m http.server, y después http://localhost:8000.",
    missing: "Esta copia del sitio se construyó sin Python para el navegador: las celdas se pueden leer, no ejecutar.",
    code: "Código de la celda {n}", output: "Salida de la celda {n}", picture: "Dibujo",
    runHint: "Ejecuta esta celda, después de las anteriores que aún no se hayan ejecutado (Mayús+Intro)",
    resetHint: "Recupera el código de la lección",
  },
}[document.documentElement.lang === "es" ? "es" : "en"];
const say = (name, values = {}) => WORDS[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

function make(tag, settings = {}, ...children) {
  const element = Object.assign(document.createElement(tag), settings);
  element.append(...children);
  return element;
}

// ---- Python's words in colour: the classes are those of Pygments, whose colours the page has.
const TOKEN = new RegExp([
  /(?<c1>#.*)/,
  /(?<s2>[rbfu]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
  /(?<mf>(?<![\w.])(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?j?)/,
  /\b(?<kc>True|False|None)\b/,
  /\b(?<kn>import|from)\b/,
  /\b(?<ow>and|in|is|not|or)\b/,
  new RegExp("\\b(?<k>as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for"
    + "|global|if|lambda|nonlocal|pass|raise|return|try|while|with|yield)\\b"),
  /\b(?<nb>abs|dict|enumerate|float|int|len|list|map|max|min|print|range|reversed|round|set|sorted|str|sum|tuple|zip)\b(?=\()/,
  /(?<n>[A-Za-z_]\w*)/,
].map((part) => part.source).join("|"), "gi");

function coloured(code) {
  const parts = [];
  let end = 0;
  for (const match of code.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind === "n") continue;
    parts.push(code.slice(end, match.index), make("span", { className: kind, textContent: match[0] }));
    end = match.index + match[0].length;
  }
  return [...parts, code.slice(end)];
}

// ---- A cell: a text area over the same text in colour, so that typing is the browser's own.
class Cell {
  constructor(element, number) {
    this.element = element;
    this.number = number;
    this.original = element.querySelector("pre").textContent.replace(/\n$/, "");
    this.key = `lesson ${location.pathname} ${number}`;
    this.outputs = element.querySelector(".outputs");
    this.outputs.setAttribute("aria-label", say("output", { n: number }));
    this.outputs.setAttribute("role", "group");
    this.back = make("pre", { ariaHidden: "true" });
    this.area = make("textarea", {
      value: this.remembered() ?? this.original, spellcheck: false, autocapitalize: "off",
      autocomplete: "off", ariaLabel: say("code", { n: number }),
    });
    this.area.setAttribute("wrap", "off");
    this.button = make("button", { type: "button", className: "run" });
    this.reset = make("button", {
      type: "button", className: "reset", textContent: say("reset"), title: say("resetHint"),
    });
    this.mark = make("span", { className: "mark" });
    const highlight = element.querySelector(".highlight");
    highlight.replaceChildren(make("div", { className: "editor" }, this.back, this.area));
    element.prepend(make("div", { className: "bar" }, this.mark, this.button, this.reset));
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.key_down(event));
    this.button.addEventListener("click", () => (this.busy ? stop() : run([this])));
    this.reset.addEventListener("click", () => {
      this.area.value = this.original;
      this.changed();
      this.area.focus();
    });
    this.show_state("");
    this.changed();
    this.settle();
  }

  get code() {
    return this.area.value;
  }

  remembered() {
    const [original, code] = JSON.parse(localStorage.getItem(this.key) ?? "[]");
    return original === this.original ? code : null;  // else the lesson has changed since
  }

  changed() {
    const differs = this.code !== this.original;
    this.back.replaceChildren(...coloured(this.code), "\n");
    this.reset.hidden = !differs;
    if (differs) localStorage.setItem(this.key, JSON.stringify([this.original, this.code]));
    else localStorage.removeItem(this.key);
  }

  insert(text) {
    document.execCommand("insertText", false, text);  // what alone keeps the undo history
  }

  key_down(event) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run([this]);
      if (event.shiftKey) cells[this.number]?.area.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
      this.insert("\n" + line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : ""));
    } else if (event.key === "Tab" && !event.shiftKey && !this.leaving) {
      event.preventDefault();
      this.insert("    ");
    } else if (event.key === "Backspace" && start === end && /(^|\n) *( {4})$/.test(value.slice(0, start))) {
      event.preventDefault();
      this.area.setSelectionRange(start - 4, end);
      document.execCommand("delete");
    }
    this.leaving = event.key === "Escape";  // after Escape, Tab leads on, as in the rest of the page
  }

  show_state(state, count = "") {
    this.busy = state === "waiting" || state === "running";
    this.element.dataset.state = state;
    this.mark.textContent = `[${this.busy ? "*" : count}]`;
    this.button.textContent = this.busy ? `■ ${say("stop")}` : `▶ ${say("run")}`;
    this.button.title = this.busy ? "" : say("runHint");
  }

  clear() {
    this.outputs.replaceChildren();
  }

  show(kind, text) {
    this.append(kind, text);
    this.settle();
  }

  settle() {  // what scrolls can be reached by keys
    for (const part of this.outputs.children)
      if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight) part.tabIndex = 0;
  }

  append(kind, text) {
    const last = this.outputs.lastElementChild;
    if (kind === "stdout" || kind === "stderr" || kind === "error") {
      if (last?.className === kind) last.append(text);
      else this.outputs.append(make("pre", { className: kind, textContent: text }));
    } else if (kind === "image/svg+xml") {
      const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
      const svg = document.importNode(parsed, true);
      const width = parseFloat(svg.getAttribute("width"));
      if (width) svg.style.minWidth = `${Math.min(0.75 * width, 480)}pt`;
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", say("picture"));
      this.outputs.append(make("div", { className: "picture" }, svg));
    } else if (kind === "text/html") {
      // So that scripts run, as they do in a notebook.
      const content = document.createRange().createContextualFragment(text);
      this.outputs.append(make("div", { className: "html" }, content));
    } else this.outputs.append(make("pre", { className: "plain", textContent: text }));
  }
}

// ---- The kernel, and the cells that wait for it.
let worker = null, ready = false, running = null, count = 0;
let queue = [];
const done = new Set();  // the cells that this kernel has run
const status = make("span", { className: "status", role: "status" });

function run(wanted) {
  for (const cell of wanted) {
    const before = cells.slice(0, cell.number - 1).filter((other) => !done.has(other));
    for (const next of [...before, cell])
      if (!next.busy) {
        queue.push(next);
        next.show_state("waiting");
      }
  }
  begin();
}

function begin() {
  if (running || !queue.length) return;
  if (!worker) start();
  if (!worker) return;
  running = queue.shift();
  running.show_state("running");
  running.clear();
  if (ready) status.textContent = say("running", { n: running.number });
  worker.postMessage({ id: running.number, code: running.code, name: `cell ${running.number}` });
}

function start() {
  if (location.protocol === "file:") {
    fail(say("file"));
    return;
  }
  status.textContent = say("starting");
  const url = new URL(`worker.js?lang=${document.documentElement.lang}`, import.meta.url);
  worker = new Worker(url, { type: "module" });
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => fail(say("failed", { why: event.message ?? "?" }));
}

function heard({ kind, text }) {
  if (kind === "ready") {
    ready = true;
    status.textContent = running ? say("running", { n: running.number }) : say("ready");
  } else if (kind === "failed") fail(say(ready ? "broke" : "failed", { why: text }));
  else if (kind === "done" || kind === "raised") {
    const cell = running;
    running = null;
    done.add(cell);
    cell.show_state(kind, ++count);
    status.textContent = say("ready");
    if (kind === "raised") {
      if (queue.length) status.textContent = say("raised", { n: cell.number });
      done.delete(cell);
      drop();
    } else begin();
  } else running.show(kind, text);
}

function drop() {
  for (const cell of queue) cell.show_state("");
  queue = [];
}

function end() {
  worker?.terminate();
  worker = null;
  running?.show_state("stopped");
  running = null;
  count = 0;
  done.clear();
  ready = false;
  drop();
}

function stop() {
  end();
  for (const cell of cells) cell.show_state("");
  status.textContent = say("stopped");
}

function fail(why) {
  end();
  status.textContent = why;
}

const found = [...document.querySelectorAll("div.cell")];
const there = document.querySelector("script[data-python]").dataset.python === "true";
const bar = make("div", { className: "lesson-bar" });
document.querySelector("article h1")?.after(bar);
let cells = [];
if (there) {
  cells = found.map((element, k) => new Cell(element, k + 1));
  const all = make("button", { type: "button", textContent: `▶ ${say("all")}`, className: "all" });
  const restart = make("button", { type: "button", textContent: `↻ ${say("restart")}`, className: "restart" });
  all.addEventListener("click", () => run(cells));
  restart.addEventListener("click", stop);
  status.textContent = say("hint");
  const early = (event) => {  // once: whoever stops Python may not want it back
    if (event.pointerType === "touch" || !event.target.closest(".cell")) return;
    document.removeEventListener("pointerover", early);
    document.removeEventListener("focusin", early);
    if (!worker) start();
  };
  document.addEventListener("pointerover", early);
  document.addEventListener("focusin", early);
  bar.append(all, restart, status);
} else bar.append(say("missing"));
