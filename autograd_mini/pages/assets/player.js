// A position among things in order, and the bar that moves it.
const SPEEDS = [0.5, 1, 2, 5, 20, 60];

class Player {
  constructor(length, {phases = [], name = "step", numbers = null} = {}) {
    Object.assign(this, {length, phases, name, numbers, index: 0, speed: 1, playing: false, guard: null});
    this.hearers = [];
    this.stateHearers = [];
  }
  on(f) { this.hearers.push(f); }
  // What a place is called: its index, or the number given for it (epochs that are not all there).
  number(i) { return this.numbers ? this.numbers[i] : i; }
  place(number) { return this.numbers ? this.numbers.findLastIndex(x => x <= number) : number; }
  go(i) {
    const to = Math.max(0, Math.min(this.length - 1, i)), from = this.index;
    if (to === from || Number.isNaN(to) || this.held) return;
    this.index = to;
    for (const f of this.hearers) f(to, from);
  }
  forth() {
    if (this.guard && this.index < this.length - 1 && this.guard(this.index, this.index + 1) === false) return false;
    this.go(this.index + 1);
    return true;
  }
  next() { this.pause(); this.forth(); }
  previous() { this.pause(); this.go(this.index - 1); }
  first() { this.pause(); this.go(0); }
  last() { this.pause(); this.go(this.length - 1); }
  toggle() { this.playing ? this.pause() : this.play(); }
  play() {
    if (this.playing) return;
    if (this.index === this.length - 1) this.go(0);
    this.setPlaying(true);
    let due = performance.now() + 1000 / this.speed;
    const frame = now => {
      if (!this.playing) return;
      if (now >= due) {
        // Not more than one a frame: nothing is skipped where the browser is slow.
        if (!this.forth() || this.index === this.length - 1) { this.pause(); return; }
        due = Math.max(due + 1000 / this.speed, now - 20);
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }
  // Another number of places; the index is what `at` says, and nobody is told of a move.
  resize(length, phases, at) {
    Object.assign(this, {length, phases, index: at});
    this.resized();
  }
  pause() { if (this.playing) this.setPlaying(false); }
  setPlaying(playing) {
    this.playing = playing;
    for (const f of this.stateHearers) f();
  }
  phase(i = this.index) {
    const found = this.phases.find(([, first, last]) => first <= i && i <= last);
    return found ? found[0] : "";
  }
}

function controls(player, describe = () => "") {
  const slider = $("slider");
  let most;
  const speeds = SPEEDS.map(x => el("option", {value: x}));
  $("speed").append(...speeds);
  $("speed").value = player.speed = player.length > 300 ? 20 : 1;
  $("speed").addEventListener("change", () => { player.speed = Number($("speed").value); });
  slider.addEventListener("input", () => { player.pause(); player.go(Number(slider.value)); });
  for (const name of ["first", "previous", "next", "last"]) {
    $(name).addEventListener("click", () => player[name]());
  }
  $("play").addEventListener("click", () => player.toggle());
  let marks = [];
  const measured = () => {
    most = player.length - 1;
    slider.max = most;
    marks = player.phases.map(([name, first, last]) => {
      const mark = el("button", {type: "button", class: `phase ${name}`, tabindex: -1, onclick: () => { player.pause(); player.go(first); }});
      mark.style.flexGrow = last - first + 1;
      return mark;
    });
    $("phases").replaceChildren(...marks);
    texts();
  };

  // --- the link to a step ---
  let due = null;
  const link = () => {
    clearTimeout(due);
    due = setTimeout(() => {
      const place = new URLSearchParams(location.hash.slice(1));
      place.set(player.name, player.number(player.index));
      try { history.replaceState(null, "", `#${place}`); } catch { /* a sandboxed frame */ }
    }, 300);
  };
  const follow = () => {
    const place = new URLSearchParams(location.hash.slice(1)).get(player.name);
    if (/^\d+$/.test(place)) player.go(player.place(Number(place)));
  };

  const texts = () => {
    speeds.forEach((option, k) => { option.textContent = t("per.second", {n: SPEEDS[k]}); });
    marks.forEach((mark, k) => { mark.title = mark.textContent = t("phase." + player.phases[k][0]); });
    playing();
    shown();
  };
  const shown = () => {
    const i = player.index;
    slider.value = i;
    slider.setAttribute("aria-valuetext", describe(i));
    $("where").textContent = t("where." + player.name, {i: whole(player.number(i)), n: whole(player.number(most))});
    for (const id of ["first", "previous"]) $(id).setAttribute("aria-disabled", i === 0);
    for (const id of ["next", "last"]) $(id).setAttribute("aria-disabled", i === most);
  };
  const playing = () => {
    ROOT.classList.toggle("playing", player.playing);
    $("play").dataset.tLabel = player.playing ? "pause" : "play";
    $("play").setAttribute("aria-label", $("play").title = t($("play").dataset.tLabel));
  };
  player.on(shown);
  player.on(link);
  player.stateHearers.push(playing);
  onLanguage(texts);
  player.resized = measured;
  measured();

  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target, on = kind => at.closest && at.closest(kind);
    if (on("input:not([type=range]), select, textarea")) return;
    if (event.key === " " && on("button, summary, a")) return;
    if (/^Arrow/.test(event.key) && on("[tabindex='0']") === at && at.scrollWidth > at.clientWidth) return;  // it scrolls
    const act = {ArrowRight: "next", ArrowLeft: "previous", Home: "first", End: "last", " ": "toggle"}[event.key];
    if (!act) return;
    event.preventDefault();
    player[act]();
  });

  addEventListener("hashchange", follow);
  follow();
}
