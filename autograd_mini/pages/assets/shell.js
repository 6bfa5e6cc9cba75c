// What every page has: its data, elements, texts in two languages, themes.
const $ = id => document.getElementById(id);
const DATA = {...PACKED, ...JSON.parse($("data").textContent)};
const ROOT = document.documentElement;

function made(space, tag, attributes, children) {
  const e = document.createElementNS("http://www.w3.org/" + space, tag);
  for (const [key, x] of Object.entries(attributes || {})) {
    if (key === "text") e.textContent = x;
    else if (key.startsWith("on")) e.addEventListener(key.slice(2), x);
    else if (x === true) e.setAttribute(key, "");
    else if (x !== false && x != null) e.setAttribute(key, x);
  }
  e.append(...children);
  return e;
}
const el = (tag, attributes, ...children) => made("1999/xhtml", tag, attributes, children);
const svg = (tag, attributes, ...children) => made("2000/svg", tag, attributes, children);
const math = (tag, attributes, ...children) => made("1998/Math/MathML", tag, attributes, children);

// --- memory, where the browser allows it ---
function recall(key) {
  try { return localStorage.getItem("autograd-mini." + key); } catch { return null; }
}
function remember(key, value) {
  try { localStorage.setItem("autograd-mini." + key, value); } catch { /* a sandboxed frame */ }
}

// --- language ---
let spoken = DATA.lang;
const languageHearers = [];
const language = () => spoken;
const onLanguage = f => languageHearers.push(f);
const filled = (text, slots) => text.replace(/\{(\w+)\}/g, (whole, key) => key in slots ? slots[key] : whole);
const whole = n => {  // in groups of three digits, as catalogues.whole has it
  const english = spoken !== "es";
  return english || n > 9999 ? String(n).replace(/\B(?=(\d{3})+$)/g, english ? "," : "\u202f") : String(n);
};
const t = (key, slots = {}) => filled(DATA.words[key][spoken === "es" ? 1 : 0], slots);

function translate() {
  ROOT.lang = spoken;
  $("title").textContent = document.title = DATA.title ?? t("title");
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-t-label]")) {
    e.setAttribute("aria-label", t(e.dataset.tLabel));
    if (e.tagName === "BUTTON") e.title = t(e.dataset.tLabel);
  }
  for (const b of document.querySelectorAll("[data-lang]")) {
    b.setAttribute("aria-pressed", b.dataset.lang === spoken);
  }
}
function setLanguage(l) {
  spoken = l;
  translate();
  for (const f of languageHearers) f();
}

// --- theme ---
const themeHearers = [];
const onTheme = f => themeHearers.push(f);
const isDark = () => ROOT.dataset.theme ? ROOT.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
function setTheme(theme) {
  if (theme) ROOT.dataset.theme = theme;
  else delete ROOT.dataset.theme;
  for (const f of themeHearers) f();
}

function startShell() {
  const theme = recall("theme");
  if (theme === "dark" || theme === "light") ROOT.dataset.theme = theme;
  for (const b of document.querySelectorAll("[data-lang]")) {
    b.addEventListener("click", () => setLanguage(b.dataset.lang));
  }
  $("theme").addEventListener("click", () => {
    setTheme(isDark() ? "light" : "dark");
    remember("theme", ROOT.dataset.theme);
  });
  addEventListener("beforeprint", () => {  // paper is light, for what scripts paint too
    const theme = ROOT.dataset.theme;
    addEventListener("afterprint", () => setTheme(theme), {once: true});
    setTheme("light");
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themeHearers.forEach(f => f()));
  translate();
}

// --- for screen readers: the newest sentence, not more than one in 0.7 s ---
let waiting = null, spokenLast = 0;
function say(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    spokenLast = performance.now();
    $("live").textContent = text;
  }, Math.max(60, spokenLast + 700 - performance.now()));
}
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
