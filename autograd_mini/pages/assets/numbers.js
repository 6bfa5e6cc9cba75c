// A number as notation.labels.number writes it in pictures and texts: four digits, powers of ten.
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const superscript = k => [...String(k)].map(c => "-−".includes(c) ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("");

// So many digits as Python rounds them: JavaScript rounds a tie up, Python to the even digit.
function roundedTo(digits, x) {
  if (!x.toExponential(digits).includes("5e")) return x.toExponential(digits - 1);  // no tie
  const [exact, power] = x.toExponential(40).split("e");
  const kept = exact.slice(0, digits > 1 ? digits + 1 : 1), rest = exact.slice(kept.length).replace(".", "");
  return /[02468]$/.test(kept) && /^50*$/.test(rest) ? `${kept}e${power}` : x.toExponential(digits - 1);
}

// A string is a number that is no float, ready for display.
function formatNumber(x, digits = 4) {
  if (typeof x === "string") return x;
  if (x !== x) return "nan";
  const sign = x < 0 ? "−" : "";
  if (Math.abs(x) === Infinity) return `${sign}∞`;
  const text = roundedTo(digits, Math.abs(x)), [mantissa, power] = text.split("e").map(Number);
  if (power >= -4 && power < digits) return sign + Number(text);
  return `${sign}${mantissa === 1 ? "" : `${mantissa}·`}10${superscript(power)}`;
}
// A number in a product: (−2), (1+2j); the first one may begin with its sign.
function formatFactor(x, first = false) {
  const text = formatNumber(x);
  return /[+−]/.test(text.slice(first)) ? `(${text})` : text;
}
// A float that JSON has no number for.
const TEXTS = {inf: Infinity, "-inf": -Infinity, nan: NaN};
const revived = x => typeof x === "string" && x in TEXTS ? TEXTS[x] : x;
