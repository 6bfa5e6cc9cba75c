// A number as drawing.notation.number writes it in pictures and texts: four digits, powers of ten.
const raised = (k) => [...String(k)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

// Four digits as Python rounds them: JavaScript rounds a tie up, Python to the even digit.
const fourDigits = (x) => {
  const [exact, power] = x.toExponential(40).split("e");
  return /^.\...[02468]50*$/.test(exact) ? `${exact.slice(0, 5)}e${power}` : x.toExponential(3);
};

// A string is a number that is no float, ready for display.
const formatNumber = (x) => {
  if (typeof x === "string") return x;
  if (x !== x) return "nan";
  const sign = x < 0 || Object.is(x, -0) ? "−" : "";
  if (Math.abs(x) === Infinity) return `${sign}∞`;
  const text = fourDigits(Math.abs(x));
  const [digits, power] = text.split("e").map(Number);
  if (power >= -4 && power < 4) return sign + Number(text);
  return `${sign}${digits === 1 ? "" : `${digits}·`}10${raised(power)}`;
};
