// RFC 1951: the page's style and scripts, as zlib has compressed them. Canonical Huffman codes by length, as in zlib's puff.c.
// No stored blocks: text is always compressed.
// Four bytes are five digits of base 85: ! to u, but for those that HTML or JSON would escape.
const instead = {v: "<", w: '"', x: "&", y: "'", "|": ">", "~": "\\"};
const digits = document.getElementById("packed").textContent, packed = [];
for (let k = 0; k < digits.length; k += 5) {
  let x = 0;
  for (let j = k; j < k + 5; j++) x = x * 85 + (instead[digits[j]] ?? digits[j]).charCodeAt() - 33;
  packed.push(x >>> 24, x >>> 16 & 255, x >>> 8 & 255, x & 255);
}
const out = [];
let place = 0, held = 0, count = 0;
const bits = n => {
  for (; count < n; count += 8) held |= packed[place++] << count;
  const x = held & ((1 << n) - 1);
  held >>= n;
  count -= n;
  return x;
};
const table = lengths => {
  const counts = new Array(16).fill(0), symbols = [];
  lengths.forEach(n => { counts[n]++; });
  for (let n = 1; n < 16; n++) lengths.forEach((m, k) => { if (m === n) symbols.push(k); });
  return [counts, symbols];
};
const symbol = ([counts, symbols]) => {
  let code = 0, first = 0, index = 0;
  for (let n = 1; ; n++) {
    code |= bits(1);
    if (code - counts[n] < first) return symbols[index + code - first];
    index += counts[n];
    first = (first + counts[n]) << 1;
    code <<= 1;
  }
};
const from = (start, extra) => extra.reduce((all, n) => [...all, all[all.length - 1] + (1 << n)], [start]);
const runs = n => [...Array(n).keys()];
const more = runs(28).map(k => k < 4 ? 0 : (k - 4) >> 2), far = runs(30).map(k => k < 2 ? 0 : (k - 2) >> 1);
const sizes = from(3, more), gaps = from(1, far);
more.push(0);
sizes[28] = 258;
const block = (literals, distances) => {
  for (;;) {
    const s = symbol(literals);
    if (s === 256) return;
    if (s < 256) { out.push(s); continue; }
    const n = sizes[s - 257] + bits(more[s - 257]), d = symbol(distances), gap = gaps[d] + bits(far[d]);
    for (let k = 0; k < n; k++) out.push(out[out.length - gap]);
  }
};
let last;
do {
  last = bits(1);
  const kind = bits(2);
  if (kind === 1) {
    block(table(runs(288).map(k => k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : 8)), table(runs(30).map(() => 5)));
  } else {
    const literals = bits(5) + 257, distances = bits(5) + 1, n = bits(4) + 4, order = new Array(19).fill(0), lengths = [];
    for (let k = 0; k < n; k++) order[[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15][k]] = bits(3);
    const codes = table(order);
    while (lengths.length < literals + distances) {
      const s = symbol(codes), again = [bits.bind(null, 2), bits.bind(null, 3), bits.bind(null, 7)][s - 16];
      if (s < 16) lengths.push(s);
      else {
        const x = s === 16 ? lengths[lengths.length - 1] : 0;
        for (let k = again() + (s === 18 ? 11 : 3); k > 0; k--) lengths.push(x);
      }
    }
    block(table(lengths.slice(0, literals)), table(lengths.slice(literals)));
  }
} while (!last);
const [style, code] = new TextDecoder().decode(Uint8Array.from(out)).split("\0");
const add = (tag, text) => {
  const e = document.createElement(tag);
  e.textContent = text;
  document.head.append(e);
};
add("style", style);
document.addEventListener("DOMContentLoaded", () => add("script", code));
