"""The functions of mathematics on vectors of doubles, as LLVM functions: `exp` of 8 at once.

Each is a Python function on a `Vector`, whose arithmetic writes LLVM instead of computing. It
brings its argument near 0, where a textbook's series needs few terms, and stays within 4 ulp of
`math`. What is rarer goes number by number to the C library, which `math` calls too, or back to
Python.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .ir import Calls, Vector, Writer

_INF, _NAN = math.inf, math.nan
# Constants to twice the digits: a double, and the double nearest to the rest.
_LN2, _LN2_REST = 0.6931471805599453, 2.3190468138462996e-17
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
# Series, their coefficients from the lowest order on; 1 / n! ...
_EXP = [1 / math.factorial(k) for k in range(2, 14)]  # exp(x) = 1 + x + x**2 EXP(x)
_SIN = [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]  # x + x**3 SIN(x**2)
_COS = [(-1) ** k / math.factorial(2 * k) for k in range(2, 9)]  # 1 - x**2 / 2 + x**4 COS(x**2)
_LOG = [2 / (2 * k + 1) for k in range(1, 11)]  # log((1 + s) / (1 - s)) = 2 s + s**3 LOG(s**2)


def _fma(a: Any, b: Any, c: Any) -> Any:
    return a("fma", a, b, c)  # a b + c, rounded once


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return condition("select", condition, yes, no)


def _series(x: Any, coefficients: Sequence[float]) -> Any:
    """A polynomial, by halves (Estrin): its chains are shorter than Horner's."""
    powers, half = {1: x}, 1
    while 2 * half < len(coefficients):
        powers[2 * half] = powers[half] * powers[half]
        half *= 2

    def part(low: int, high: int) -> Any:
        if high - low == 1:
            return coefficients[low]
        half = max(power for power in powers if power < high - low)
        return _fma(powers[half], part(low + half, high), part(low, low + half))

    return part(0, len(coefficients))


# --- exponentials --------------------------------------------------------------------------------
def _power_of_2(n: Any) -> Any:
    """2**n for whole n in -1022 ... 1023: n + 1023, added to 1.5 * 2**52, is in its last bits."""
    return n("of bits", n("bits <<", n("to bits", n + (1.5 * 2.0**52 + 1023)), 52))


def _scaled(x: Any, n: Any) -> Any:
    """x * 2**n, in two steps that neither overflow nor underflow on the way."""
    half = n("floor", n * 0.5)
    return x * _power_of_2(half) * _power_of_2(n - half)


def _reduced(x: Any, low: float, high: float) -> Any:
    """n and r with x = n log(2) + r, for x limited to low ... high."""
    x = _where(x < low, low, _where(x > high, high, x))
    n = x("rint", x * (1 / _LN2))
    return n, _fma(n, -_LN2_REST, _fma(n, -_LN2, x))


def _exp(x: Any, rest: Any = 0.0) -> Any:
    n, r = _reduced(x, -800.0, 800.0)
    r = r + rest if rest else r
    return _scaled(1.0 + _fma(r * r, _series(r, _EXP), r), n)


def _expm1(x: Any) -> Any:
    n, r = _reduced(x, -100.0, 710.0)
    half = _power_of_2(n - 1.0)
    out = 2.0 * _fma(half, _fma(r * r, _series(r, _EXP), r), half - 0.5)
    return _where(abs(x) < 2.0**-54, x, out)


def _tanh(x: Any) -> Any:
    a = abs(x)
    e = x("expm1", 2.0 * _where(a > 22.0, 22.0, a))
    return x("copysign", e / (e + 2.0), x)


# --- logarithms and powers -----------------------------------------------------------------------
def _binary(x: Any) -> Any:
    """n and m with x = 2**n m, m from sqrt(1/2) to sqrt(2), for x > 0."""
    small = x < 2.0**-1000
    x = _where(small, x * 2.0**100, x)
    n = x("bits >>", x("bits +", x("to bits", x), -0x3FE6A09E667F3BCD), 52)  # those of sqrt(1/2)
    n = x("of bits", x("bits +", n, 0x4338000000000000)) - 1.5 * 2.0**52
    return n - _where(small, 100.0, 0.0), _scaled(x, -n)


def _log(x: Any) -> Any:
    n, m = _binary(x)
    f = m - 1.0
    s, half = f / (f + 2.0), f * f * 0.5
    square = s * s
    less = half - s * (half + square * _series(square, _LOG))  # log(m) = f - less, as in fdlibm
    out = _fma(n, _LN2, f - (less - n * _LN2_REST))
    return _where((x > 0.0) & (x < _INF), out, _where(x == 0.0, -_INF, _where(x > 0.0, x, _NAN)))


def _log1p(x: Any) -> Any:
    u = 1.0 + x
    v = u - 1.0
    rest = _where(abs(x) < 2.0**60, (1.0 - (u - v)) + (x - v), 0.0)  # of u (Knuth's two-sum)
    out = x("log", u) + _where(u > 0.0, rest / u, 0.0)
    return _where(abs(x) < 2.0**-54, x, out)


def _log_twice(a: Any) -> Any:
    """log(a) as a sum of two numbers, to some 65 bits, by the series in s = (m - 1) / (m + 1)."""
    n, m = _binary(a)
    f = m - 1.0
    d = f + 2.0
    s = f / d
    s_rest = (_fma(-s, d, f) - s * (f - (d - 2.0))) / d
    square = s * s
    square_rest = _fma(s, s, -square) + 2.0 * s * s_rest
    # log(m) = 2 s (1 + square (1/3 + square / 5 + ...)), the first terms to twice the digits
    tail = square * _series(square, [c / 2 for c in _LOG[1:]])
    c = 1 / 3 + tail
    c_rest = (1 / 3 - c) + tail + 1.850371707708594e-17
    t = square * c
    t_rest = _fma(square, c, -t) + (square * c_rest + square_rest * c)
    third = s * t
    rest = 2.0 * (s_rest + (s * t_rest + s_rest * t) + _fma(s, t, -third))
    top, first, third = n * _LN2, 2.0 * s, 2.0 * third
    rest = rest + (_fma(n, _LN2, -top) + n * _LN2_REST)
    one = top + first
    rest = rest + _where(n == 0.0, 0.0, first - (one - top))
    high = one + third
    return high, (third - (high - one)) + rest


def _power(x: Any, y: Any) -> Any:
    """exp(y log(|x|)), and what C99 says of signs, infinities and nan."""
    a = abs(x)
    high, rest = _log_twice(a)
    high = _where(a == 0.0, -_INF, _where(a < _INF, high, a))
    product = y * high
    out = _exp(product, _where(abs(product) < 1e4, _fma(y, high, -product) + y * rest, 0.0))
    whole = y("floor", y) == y
    odd = whole & (y("floor", y * 0.5) * 2.0 != y)
    out = _where(odd, x("copysign", out, x), out)
    out = _where((x < 0.0) & (x > -_INF) & (y("floor", y) != y), _NAN, out)
    one = (x == 1.0) | ((x == -1.0) & (abs(y) == _INF)) | (y == 0.0)
    return _where(one, 1.0, out)


# --- trigonometry --------------------------------------------------------------------------------
def _quadrant(x: Any, swap: bool) -> Any:
    """sin(x), cos(x) if `swap`: x = n pi / 2 + r, in three steps (Cody & Waite)."""
    n = x("rint", x * (1 / _HALF_PI[0]))
    r = x
    for part in _HALF_PI:
        r = _fma(n, -part, r)
    square = r * r
    sine = _fma(r * square, _series(square, _SIN), r)
    cosine = _fma(square * square, _series(square, _COS), 1.0 - 0.5 * square)
    n = n + 1.0 if swap else n
    half = n("floor", n * 0.5)
    out = _where(2.0 * half != n, cosine, sine)
    out = _where(2.0 * half("floor", half * 0.5) != half, -out, out)
    out = out if swap else _where(abs(x) < 1e-8, x, out)
    return _unless(abs(x) >= 1e6, out, "cos" if swap else "sin", x)


# --- written as LLVM functions -------------------------------------------------------------------
_VECTORS: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "expm1": _expm1,
    "tanh": _tanh,
    "log": _log,
    "log1p": _log1p,
    "**": _power,
    "sin": lambda x: _quadrant(x, False),
    "cos": lambda x: _quadrant(x, True),
}
_LIBRARY = "exp2 log2 log10 cbrt sin cos tan asin acos atan sinh cosh asinh acosh atanh".split()
_LIBRARY += ["erf", "erfc", "atan2"]
CALLED = "gamma lgamma digamma polygamma prod others % //".split()
"""Called back in Python: machine code needs a symbol for each."""
SYMBOL = '"autograd_mini {}"'


def _unless(rare: Any, out: Any, opcode: str, x: Any) -> Any:
    """`out`, but where `rare` holds the function's own value, number by number."""
    w: Writer = out.writer
    some = w.across("or", rare.text)
    w.lines += [f"br i1 {some}, label %rare, label %end", "rare:"]
    found = _where(rare, _one_by_one(opcode, x), out)
    w.lines += ["br label %end", "end:"]
    return Vector(w, w.line(f"phi {w.v} [{out.text}, %entry], [{found.text}, %rare]"))


def _one_by_one(opcode: str, *given: Any) -> Any:
    """A function of vectors, number by number."""
    w: Writer = given[0].writer
    out, place = "poison", w.line(f"alloca [{len(given)} x double]")
    for lane in range(w.width):
        parts = [x.text for x in given]
        if w.width > 1:
            parts = [w.line(f"extractelement {w.v} {x}, i32 {lane}") for x in parts]
        if opcode in _LIBRARY:
            listed = ", ".join([f"double {x}" for x in parts])
            found = w.line(f"call double @{opcode}({listed})")
        else:
            for k, x in enumerate(parts):
                w.lines.append(f"store double {x}, ptr {w.at(place, k)}")
            listed = f"ptr {place}, i64 {len(parts)}"
            found = w.line(f"call double @{SYMBOL.format(opcode)}({listed})")
        if w.width > 1:
            found = w.line(f"insertelement {w.v} {out}, double {found}, i32 {lane}")
        out = found
    return Vector(w, out)


def function(opcode: str, width: int, arity: int, calls: Calls) -> str:
    """The LLVM function of an opcode of so many operands; what it calls is added to `calls`."""
    w = Writer(width, calls)
    given = [Vector(w, f"%a{k}") for k in range(arity)]
    made = _VECTORS.get(opcode) or partial(_one_by_one, opcode)
    out = made(*given).text
    listed = ", ".join(f"{w.v} {x.text}" for x in given)
    head = f'define internal {w.v} @"{opcode}.{width}.{arity}"({listed}) {{'
    return "\n".join([head, "entry:", *w.lines, f"ret {w.v} {out}", "}"])


def outside() -> list[str]:
    """The declarations of what machine code calls outside."""
    two = {"atan2": ", double"}
    found = [f"declare double @{name}(double{two.get(name, '')})" for name in _LIBRARY]
    return found + [f"declare double @{SYMBOL.format(name)}(ptr, i64)" for name in CALLED]
