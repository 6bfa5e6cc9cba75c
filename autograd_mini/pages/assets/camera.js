// Zoom and pan: the part of a picture that is shown. A picture has `whole`, the box around all of it, and `see`, which shows a part.
const LARGEST = 2.4;  // pixels per unit; text has 12 units

class Camera {
  constructor(box, recording) {
    Object.assign(this, {box, recording, scale: null});
    this.moving();
    new ResizeObserver(() => this.resized()).observe(box);
  }
  moving() {
    const held = new Map();
    let before = null;
    const spread = () => {
      const [a, b] = [...held.values()];
      return {x: b ? (a.x + b.x) / 2 : a.x, y: b ? (a.y + b.y) / 2 : a.y, d: b ? Math.hypot(a.x - b.x, a.y - b.y) : 0};
    };
    const at = event => { const r = this.box.getBoundingClientRect(); return {x: event.clientX - r.left, y: event.clientY - r.top}; };
    this.box.addEventListener("pointerdown", event => {
      held.set(event.pointerId, at(event));
      before = spread();
      if (held.size === 1) this.dragged = false;
    });
    this.box.addEventListener("pointermove", event => {
      if (!held.has(event.pointerId) || !this.scale) return;
      held.set(event.pointerId, at(event));
      const now = spread();
      if (!this.dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4 && held.size === 1) return;
      if (!this.dragged) this.box.setPointerCapture(event.pointerId);
      this.dragged = true;
      if (before.d && now.d) this.zoom(now.d / before.d, now.x, now.y);
      this.look(this.cx - (now.x - before.x) / this.scale, this.cy - (now.y - before.y) / this.scale);
      before = now;
    });
    const free = event => { held.delete(event.pointerId); if (held.size) before = spread(); };
    this.box.addEventListener("pointerup", free);
    this.box.addEventListener("pointercancel", free);
    this.box.addEventListener("wheel", event => {
      if (!event.ctrlKey && !this.rolls) return;
      event.preventDefault();
      if (!event.ctrlKey) return this.look(this.cx + event.deltaX / this.scale, this.cy + event.deltaY / this.scale);
      const {x, y} = at(event);
      this.zoom(Math.exp(-event.deltaY / 300), x, y);
    }, {passive: false});
  }
  resized() {
    const {clientWidth: w, clientHeight: h} = this.box;
    if (!w || !h) return;
    const fitted = this.scale === null || this.scale <= this.least * 1.001;
    this.width = w;
    this.height = h;
    this.least = Math.min(LARGEST, w / this.whole.w, h / this.whole.h);
    this.legible = parseFloat(getComputedStyle(ROOT).fontSize) / 15;
    if (fitted) this.scale = this.least;
    this.look(this.cx ?? this.whole.x + this.whole.w / 2, this.cy ?? this.whole.y + this.whole.h / 2);
    if (this.recording.index >= 0) this.follow(this.recording.focus(), true);
  }
  // After the start, where all of it is too small: a part that can be read, which follows the steps.
  near() {
    if (this.touchedZoom || !this.scale || this.recording.index < 1 || this.scale >= 0.8 * this.legible) return;
    this.scale = this.legible;
    this.look(this.cx, this.cy);
  }
  // The centre, kept where no more emptiness than needed is shown.
  look(cx, cy) {
    const {whole, width, height, scale} = this, w = width / scale, h = height / scale;
    const within = (c, start, size, seen) => seen >= size ? start + size / 2 : Math.max(start + seen / 2, Math.min(start + size - seen / 2, c));
    this.cx = within(cx, whole.x, whole.w, w);
    this.cy = within(cy, whole.y, whole.h, h);
    this.see(this.cx - w / 2, this.cy - h / 2, w, h);
    this.box.classList.toggle("zoomed", w < whole.w - 1 || h < whole.h - 1);
  }
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.scale;
    if (!before) return;  // not laid out yet, so there is no size to start from
    this.touchedZoom = true;
    this.scale = Math.max(this.least, Math.min(6, before * factor));
    const shift = 1 / before - 1 / this.scale;
    this.look(this.cx + (x - this.width / 2) * shift, this.cy + (y - this.height / 2) * shift);
  }
  fit() {
    this.touchedZoom = true;
    if (!this.scale) return;
    this.scale = this.least;
    this.look(this.whole.x + this.whole.w / 2, this.whole.y + this.whole.h / 2);
  }
  // Bring a box into view, where not all is.
  bring({x, y, w: width, h: height}, at_once = false) {
    const w = this.width / this.scale / 2, h = this.height / this.scale / 2;
    const inside = Math.abs(x - this.cx) < w - width / 2 - w / 5 && Math.abs(y - this.cy) < h - height / 2;
    cancelAnimationFrame(this.frame);
    if (inside) return;
    if (at_once || still() || player.speed > 5 && player.playing) { this.look(x, y); return; }
    this.glide(x, y);
  }
  glide(x, y) {
    const from = {x: this.cx, y: this.cy}, start = performance.now();
    const glide = now => {
      const part = Math.min(1, (now - start) / 250), eased = part * (2 - part);
      this.look(from.x + (x - from.x) * eased, from.y + (y - from.y) * eased);
      if (part < 1) this.frame = requestAnimationFrame(glide);
    };
    this.frame = requestAnimationFrame(glide);
  }
  // To the step of a node: where it gets its number, or where its gradient is complete.
  chosen(k) {
    const r = this.recording;
    if (this.performing) return this.performing(k);
    const steps = {forward: r.forwardStep[k], backward: r.visitStep[k]};
    const here = phaseOf(r.steps[r.index]) === "forward" ? "forward" : "backward";
    const to = r.index === steps[here] ? steps[here === "forward" ? "backward" : "forward"] : steps[here];
    player.pause();
    player.go(position(to, runs.indexOf(r)));
  }
}
