// What the formulas of the sheet call and JavaScript lacks, each as numbers/floats.py and numbers/special.py have it.
// javascript.py puts those into a page that its operations need: a definition starts a line with
// `const name =`, and needs the others that it names.

// --- sums and products ---------------------------------------------------------------------------
// The exact sum, rounded once, as math.fsum (Shewchuk, Discrete & Computational Geometry 18, 1997).
const fsum = (numbers) => {
  const parts = [];
  for (let x of numbers) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.splice(kept, parts.length, x);
  }
  let total = parts.pop() ?? 0;
  let rest = 0;
  while (parts.length && !rest) {
    const high = total;
    const low = parts.pop();
    total = high + low;
    rest = low - (total - high);
  }
  const twice = total + 2 * rest;
  const halfway = twice - total === 2 * rest;
  return rest && parts.length && halfway && rest < 0 === parts.at(-1) < 0 ? twice : total;
};

// The sum where it is no larger than a float on the way, else with all numbers made smaller.
const settled = (scale, numbers) => {
  const total = fsum(numbers(1));
  return total - total === 0 ? total : fsum(numbers(scale)) / scale;
};

const sum = (a, start = 0) => settled(2 ** -100, (scale) => [...a, start].map((x) => x * scale));

const dot = (a, b) => {
  if (a.length !== b.length) return NaN;
  return settled(2 ** -1000, (scale) => a.map((x, i) => x * Math.sqrt(scale) * (b[i] * Math.sqrt(scale))));
};

const norm = (a) => {
  const scale = 2 ** -exponent(max(a.map(Math.abs)));
  return Math.sqrt(fsum(a.map((x) => (x * scale) ** 2))) / scale;
};

// The largest power of two up to |x|, within what 2 ** -exponent can be.
const exponent = (x) => (x && x - x === 0 ? Math.min(1023, Math.max(-1021, Math.floor(Math.log2(Math.abs(x))))) : 0);

// a * b as the rounded product and its rounding error (Dekker, Numerische Mathematik 18, 1971).
const twoProduct = (a, b) => {
  const product = a * b;
  const [c, d] = [134217729 * a, 134217729 * b];
  const [aHigh, bHigh] = [c - (c - a), d - (d - b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
};

// A product in progress: mantissa, what rounding has cost it, and the power of two.
const one = [1, 0, 0];
const times = ([a, aRest, m], [b, bRest, n]) => {
  const [product, rest] = twoProduct(a, b);
  const k = exponent(product);
  return [product * 2 ** -k, (rest + a * bRest + aRest * b) * 2 ** -k, m + n + k];
};
const factor = (x) => {
  const k = exponent(x);
  return [x * 2 ** -k, 0, k];
};
const rounded = ([mantissa, rest, k]) => {
  const side = k < -1000 ? 100 : k > 1000 ? -100 : 0;
  return (mantissa + rest) * 2 ** (k + side) * 2 ** -side;
};
const running = (numbers) => {
  const products = [one];
  for (const x of numbers) products.push(times(products.at(-1), factor(x)));
  return products;
};
const prod = (numbers) => rounded(running(numbers).at(-1));
const others = (numbers) => {
  const left = running(numbers);
  const right = running([...numbers].reverse()).reverse();
  return numbers.map((_, i) => rounded(times(left[i], right[i + 1])));
};

// --- choices -------------------------------------------------------------------------------------
const max = (a) => (a.length ? a.reduce((x, y) => (y > x || y !== y ? y : x)) : NaN);
const min = (a) => (a.length ? a.reduce((x, y) => (y < x || y !== y ? y : x)) : NaN);
const count = (a, wanted) => a.filter((x) => x === wanted).length;
const gap = (a, extreme) => {
  const rest = [...a];
  rest.splice(a.indexOf(extreme), 1);
  return Math.min(...rest.map((x) => Math.abs(x - extreme)));
};

// --- exponentials and the error function -----------------------------------------------------------
// exp(-x*x) without the rounding error of x*x: x is split into a part whose square is exact, and a rest.
const gauss = (x) => {
  if (!(Math.abs(x) < 30)) return Math.exp(-x * x);
  const high = Math.floor(x * 1048576) / 1048576;
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
};

// exp(a - b) with the rounding error of a - b put back (two-sum: Knuth, TAOCP 2, 4.2.2).
const expdiff = (a, b) => {
  const d = a - b;
  if (!(Math.abs(d) < 1000)) return a === b ? 1 : Math.exp(d);
  const c = d - a;
  return Math.exp(d) * (1 + (a - (d - c) - (b + c)));
};

// The error function by rational approximations, after fdlibm's s_erf.c.
const erfTables = (() => {
  /* Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify,
  and distribute this software is freely granted, provided that this notice is preserved. */
  return {
    pp: [
      0.128379167095512558561, -0.325042107247001499370, -0.0284817495755985104766,
      -0.00577027029648944159157, -0.0000237630166566501626084,
    ],
    qq: [
      1, 0.397917223959155352819, 0.0650222499887672944485, 0.00508130628187576562776,
      0.000132494738004321644526, -0.00000396022827877536812320,
    ],
    pa: [
      -0.00236211856075265944077, 0.414856118683748331666, -0.372207876035701323847,
      0.318346619901161753674, -0.110894694282396677476, 0.0354783043256182359371,
      -0.00216637559486879084300,
    ],
    qa: [
      1, 0.106420880400844228286, 0.540397917702171048937, 0.0718286544141962662868,
      0.126171219808761642112, 0.0136370839120290507362, 0.0119844998467991074170,
    ],
    ra: [
      -0.00986494403484714822705, -0.693858572707181764372, -10.5586262253232909814,
      -62.3753324503260060396, -162.396669462573470355, -184.605092906711035994,
      -81.2874355063065934246, -9.81432934416914548592,
    ],
    sa: [
      1, 19.6512716674392571292, 137.657754143519042600, 434.565877475229228821,
      645.387271733267880336, 429.008140027567833386, 108.635005541779435134,
      6.57024977031928170135, -0.0604244152148580987438,
    ],
    rb: [
      -0.00986494292470009928597, -0.799283237680523006574, -17.7579549177547519889,
      -160.636384855821916062, -637.566443368389627722, -1025.09513161107724954,
      -483.519191608651397019,
    ],
    sb: [
      1, 30.3380607434824582924, 325.792512996573918826, 1536.72958608443695994,
      3199.85821950859553908, 2553.05040643316442583, 474.528541206955367215,
      -22.4409524465858183362,
    ],
  };
})();
const ratio = (p, q, x) => {
  const [above, below] = [p, q].map((name) => erfTables[name].reduceRight((total, c) => total * x + c, 0));
  return above / below;
};
const erfOne = 0.845062911510467529297;
const erf = (x) => {
  const size = Math.abs(x);
  if (size < 0.84375) return x + x * ratio("pp", "qq", x * x);
  if (size < 1.25) return Math.sign(x) * (erfOne + ratio("pa", "qa", size - 1));
  return Math.sign(x) * (1 - erfTail(size));
};
const erfc = (x) => {
  const size = Math.abs(x);
  if (size < 0.84375) {
    const rest = x * ratio("pp", "qq", x * x);
    return x < 0.25 ? 1 - (x + rest) : 0.5 - (rest + (x - 0.5));
  }
  if (size < 1.25) {
    const rest = ratio("pa", "qa", size - 1);
    return x < 0 ? 1 + (erfOne + rest) : 1 - erfOne - rest;
  }
  return x < 0 ? 2 - erfTail(size) : erfTail(size);
};
// erfc from 1.25 on
const erfTail = (x) => {
  if (!(x < 28)) return x === x ? 0 : x;
  const high = Math.fround(x);
  const tables = x < 1 / 0.35 ? ["ra", "sa"] : ["rb", "sb"];
  const power = (high - x) * (high + x) + ratio(...tables, 1 / (x * x));
  return (Math.exp(-high * high - 0.5625) * Math.exp(power)) / x;
};

// The normal distribution function; the rounding error of x * sqrt(1/2) is put back.
const normal_cdf = (x) => {
  if (!(Math.abs(x) < 40)) return erfc(-x) / 2;
  const [high, low] = twoProduct(-x, 0.7071067811865476);
  const rest = low + x * 4.833646656726457e-17;
  return 0.5 * (erfc(high) - 1.1283791670955126 * gauss(high) * rest);
};

// --- gamma and its derivatives (Abramowitz & Stegun 6) ---------------------------------------------
const bernoulli = [
  1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
  854513 / 138, -236364091 / 2730,
];
const factorial = (n) => {
  let product = 1n;
  for (let k = BigInt(n); k > 1n; k--) product *= k;
  return Number(product);
};
// The Taylor series of the derivative `order` of lgamma about one of its zeros.
const taylor = (order, zero, d) => {
  const key = `${order} ${zero}`;
  taylorSeries[key] ??= Array.from({length: 40}, (_, k) => polygamma(39 - k + order, zero) / factorial(40 - k));
  return d * taylorSeries[key].reduce((total, c) => total * d + c, 0);
};
const taylorSeries = {};

// Stirling's series for lgamma(x) - (x - 1/2) * log(x) + x - log(2 * pi) / 2, x >= 8.
const stirling = (x) => fsum(bernoulli.map((b, k) => b / ((2 * k + 2) * (2 * k + 1)) * x ** -(2 * k + 1)));

const lgamma = (x) => {
  if (x <= 0 && x === Math.floor(x)) return Infinity;
  if (x >= 8) return (x - 0.5) * (Math.log(x) - 1) + (0.4189385332046727 + stirling(x));
  if (x < 0) {
    if (x > -1e-100) return -Math.log(-x);
    return Math.log(Math.PI / (-x * Math.abs(sinpi(x)))) - lgamma(-x);
  }
  if (x < 0.5) return taylor(0, 2, x) - Math.log1p(x) - Math.log(x);
  if (x < 0.7) return taylor(0, 2, x - 1) - Math.log1p(x - 1);
  if (x < 1.35) return taylor(0, 1, x - 1);
  let product = 1;
  while (x >= 2.5) product *= --x;
  return taylor(0, 2, x - 2) + Math.log(product);
};

// sin(pi * x)
const sinpi = (x) => {
  const whole = Math.round(x);
  return (whole % 2 ? -1 : 1) * Math.sin(Math.PI * (x - whole));
};

const gamma = (x) => {
  if (x === 0 || (x < 0 && x === Math.floor(x))) return NaN;
  if (x > 172 || x !== x) return x + Infinity;
  if (x < -190) return 0;
  if (x < -150) return gamma(x + 30) / prod(shifts(x, 15)) / prod(shifts(x + 15, 15));
  if (x < -0.5) return -Math.PI / (x * sinpi(x) * gamma(-x));
  if (x < 0.5) return Math.exp(taylor(0, 2, x)) / (1 + x) / x;
  if (x < 1.5) return Math.exp(taylor(0, 2, x - 1)) / x;
  if (x < 24) {
    const below = Math.floor(x - 1.5);
    return prod(shifts(x - below, below)) * Math.exp(taylor(0, 2, x - below - 2));
  }
  const half = x ** (x / 2 - 0.25);
  return 2.5066282746310002 * Math.exp(stirling(x)) * half * (half / Math.exp(x));
};
const shifts = (x, length) => Array.from({length}, (_, k) => x + k);

const digamma = (x) => polygamma(0, x);

const polygamma = (n, x) => {
  if (!(n >= 0 && n <= 100 && n % 1 === 0) || (x <= 0 && x === Math.floor(x))) return NaN;
  if (x === Infinity) return n ? 0 : x;
  if (n === 0 && Math.abs(x - 1.4616321449683622) < 0.6)
    return taylor(1, 1.4616321449683622, x - 1.4616321449683622 - 9.549995429965697e-17);
  const sign = n % 2 ? 1 : -1;
  if (x > -1) return sign * series(n, x);
  const fromPole = x - Math.round(x);
  return sign * (series(n, fromPole) - sign * (series(n, 1 - x) - series(n, 1 - fromPole)));
};

// number / x**k, where x**k may leave the floats
const divided = (number, x, k) => number * x ** -(k >> 1) * x ** -(k - (k >> 1));

// (-1)^(n+1) psi_n(x) for x > -1: recurrence up to a large x, then the asymptotic series.
const series = (n, x) => {
  const whole = factorial(n);
  const terms = [];
  const start = x;
  let [shift, lost] = [0, 0];
  while (x < 16 + n) {
    const term = divided(whole, x, n + 1);
    if (term - term !== 0) return term;
    terms.push(term, ((-(n + 1) * lost) / x) * term);
    shift++;
    x = start + shift;
    const added = x - start;
    lost = start - (x - added) + (shift - added);
  }
  if (n === 0)
    terms.push(-2.772588722239781, -9.276187255385198e-17, -Math.log1p((x - 16) / 16), 0.5 / x, -lost / x);
  else {
    const term = divided(factorial(n - 1), x, n);
    terms.push(term, ((-n * lost) / x) * term, divided(whole * 0.5, x, n + 1));
  }
  bernoulli.forEach((b, i) => {
    const k = 2 * i + 2;
    terms.push(divided((factorial(k + n - 1) / factorial(k)) * b, x, k + n));
  });
  return fsum(terms);
};

// --- remainders and sinc -------------------------------------------------------------------------
// The remainder has the sign of b, as in Python.
const mod = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

const floordiv = (a, b) => Math.round((a - mod(a, b)) / b);

// The derivative of sin(x) / x, x = pi * a: near 0 by the continued fraction of x * cot(x).
const dsinc = (a) => {
  const x = Math.PI * (a % 2);
  const sinc = a === 0 ? 1 : Math.sin(x) / Math.PI / a;
  if (Math.abs(a) >= 0.5) return (-Math.cos(Math.PI * (1 - (Math.abs(a) % 2))) - sinc) / a;
  let rest = 41;
  for (let k = 39; k > 1; k -= 2) rest = k - (x * x) / rest;
  return (-sinc * Math.PI * x) / rest;
};
