"""Independent truths for the formula sheet: mpmath at as many digits as it takes.

Each operation has here its plain meaning (gelu is x * ncdf(x)), not the sheet's careful formula.
Derivatives are central differences of that meaning at a high precision. Precision is doubled until
two results agree to 30 digits, so that cancellation in the plain meaning does no harm.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath as mp

from autograd_mini.formulas.grammar import PRIMITIVES, parse
from autograd_mini.numbers.multiprecision import MPMATH
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS = (50, 100, 200, 400, 800, 1600, 3200)
LARGEST = mp.mpf(math.nextafter(math.inf, 0))
TINY = mp.mpf(10) ** -330  # rounds to 0 as a float


@cache
def _selu_constants(digits: int) -> tuple[Any, Any]:
    """Scale and alpha in closed form: Klambauer et al., Self-Normalizing Neural Networks, 2017."""
    e1, e2 = mp.erfc(1 / mp.sqrt(2)) * mp.sqrt(mp.e), mp.erfc(mp.sqrt(2)) * mp.e**2
    alpha = mp.sqrt(2 / mp.pi) / (1 - e1)
    scale = (1 - e1) * mp.sqrt(2 * mp.pi)
    scale /= mp.sqrt(2 * e2 + mp.pi * e1**2 - 2 * (2 + mp.pi) * e1 + mp.pi + 2)
    return scale, alpha


def _selu(x: Any) -> Any:
    scale, alpha = _selu_constants(mp.mp.dps)
    return scale * (x if x > 0 else alpha * (mp.exp(x) - 1))


def _logsumexp(a: Any) -> Any:
    return mp.log(mp.fsum(map(mp.exp, a)))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _clamp(a: Any, low: Any, high: Any) -> Any:
    if low > high:
        raise ValueError("low > high")
    return max(low, min(high, a))


def _erfc(x: Any) -> Any:
    return mp.erfc(x) if abs(x) < 1e6 else mp.mpf(0 if x > 0 else 2)  # mpmath's fails far out


def _psi(n: Any, x: Any) -> Any:
    if x > 0:
        return mp.psi(int(n), x)
    if x == mp.floor(x):
        raise ValueError("a pole")
    cot = mp.cot(mp.pi * (x - mp.nint(x)))  # reflection; mpmath's own takes |x| steps
    powers = [0, 1]  # of cot, in the derivatives of pi * cot(pi * x)
    for _ in range(int(n)):
        slope = [k * p for k, p in enumerate(powers)][1:]
        powers = [-a - b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    slope = mp.pi ** (int(n) + 1) * mp.fsum(p * cot**k for k, p in enumerate(powers))
    return (-1) ** int(n) * mp.psi(int(n), 1 - x) - slope


def _floordiv(a: Any, b: Any) -> Any:
    with mp.workdps(1400):  # enough to tell the quotient of two floats from a whole number
        return mp.floor(a / b)


def _mod_slope(a: Any, b: Any) -> Any:
    if a == b * _floordiv(a, b):
        raise ValueError("a jump")
    return -_floordiv(a, b)


# What each operation means; most have mpmath's name.
_MPMATHS = (
    "sqrt exp log sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf gamma"
    " sign floor ceil"
)
MEANING: dict[str, Callable[..., Any]] = {name: getattr(mp, name) for name in _MPMATHS.split()} | {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "pow": mp.power, "neg": lambda a: -a, "abs": abs,
    "square": lambda a: a**2, "reciprocal": lambda a: 1 / a, "rsqrt": lambda a: 1 / mp.sqrt(a),
    "cbrt": lambda a: mp.sign(a) * mp.cbrt(abs(a)), "hypot": lambda a, b: mp.sqrt(a**2 + b**2),
    "exp2": lambda a: mp.power(2, a), "expm1": lambda a: mp.exp(a) - 1,
    "log2": lambda a: mp.log(a, 2), "log10": lambda a: mp.log(a, 10),
    "log1p": lambda a: mp.log(1 + a), "logaddexp": lambda a, b: _logsumexp((a, b)),
    "relu": lambda a: max(a, mp.mpf(0)), "leaky_relu": lambda a, slope: a if a > 0 else slope * a,
    "elu": lambda a, alpha: a if a > 0 else alpha * (mp.exp(a) - 1), "selu": _selu,
    "sigmoid": _sigmoid, "logsigmoid": lambda a: -mp.log(1 + mp.exp(-a)),
    "softplus": lambda a: mp.log(1 + mp.exp(a)), "silu": lambda a: a * _sigmoid(a),
    "gelu": lambda a: a * _erfc(-a / mp.sqrt(2)) / 2,
    "mish": lambda a: a * mp.tanh(mp.log(1 + mp.exp(a))), "softsign": lambda a: a / (1 + abs(a)),
    "hardtanh": _clamp, "clamp": _clamp, "erfc": _erfc,
    "lgamma": lambda a: mp.re(mp.loggamma(a)), "digamma": lambda a: _psi(0, a), "polygamma": _psi,
    "maximum": max, "minimum": min, "max": max, "min": min, "where": lambda c, a, b: a if c else b,
    "sum": mp.fsum, "prod": mp.fprod, "mean": lambda a: mp.fsum(a) / len(a), "dot": mp.fdot,
    "logsumexp": _logsumexp, "norm": lambda a: mp.sqrt(mp.fsum(x**2 for x in a)),
    "round": mp.nint, "mod": lambda a, b: a - b * _floordiv(a, b), "floordiv": _floordiv,
    "radians": lambda a: a * mp.pi / 180, "degrees": lambda a: a * 180 / mp.pi,
    "sinc": lambda a: mp.sin(mp.pi * a) / (mp.pi * a) if a else mp.mpf(1), "detach": lambda a: a,
}  # fmt: skip

# Derivatives by a closed form where a difference would be slow: (operation, argument) -> formula.
CLOSED: dict[tuple[str, int], Callable[..., Any]] = {
    ("erf", 0): lambda a: 2 / mp.sqrt(mp.pi) * mp.exp(-(a**2)),
    ("erfc", 0): lambda a: -2 / mp.sqrt(mp.pi) * mp.exp(-(a**2)),
    ("logaddexp", 0): lambda a, b: 1 / (1 + mp.exp(b - a)),
    ("logaddexp", 1): lambda a, b: 1 / (1 + mp.exp(a - b)),
    ("logsumexp", 0): lambda a, i: 1 / mp.fsum(mp.exp(x - a[i]) for x in a),
    ("gamma", 0): lambda a: mp.gamma(a) * _psi(0, a),
    ("lgamma", 0): lambda a: _psi(0, a),
    ("digamma", 0): lambda a: _psi(1, a),
    ("polygamma", 0): lambda n, a: mp.mpf(0),  # by an integer: the convention of the sheet
    ("mod", 0): lambda a, b: mp.mpf(1) + 0 * _mod_slope(a, b),
    ("mod", 1): _mod_slope,
    ("detach", 0): lambda a: mp.mpf(0),  # by definition
    ("polygamma", 1): lambda n, a: _psi(n + 1, a),
}


def meaning(op: Op) -> Callable[..., Any]:
    """The plain meaning; of an operation that is not in the table, the formula of its line."""
    return MEANING.get(op.name) or rule(op, MPMATH).value


def settled(f: Callable[[int], Any]) -> Any:
    """f(digits) at a rising precision until it settles; None where it is no real number."""
    before = last = None
    for digits in DIGITS:
        with mp.workdps(digits):
            try:
                now = f(digits)
            except (ValueError, ZeroDivisionError):
                return None
            if isinstance(now, mp.mpc):
                if now.imag != 0:
                    return None
                now = now.real
            now = mp.mpf(now)
            if not mp.isfinite(now):
                return None
            if last is not None and now != 0 and abs(now - last) <= abs(now) * mp.mpf("1e-30"):
                return now
            before, last = last, now
    if abs(now) < TINY:
        return mp.mpf(0)
    if abs(now) > abs(before) * 10**100:  # a difference across a jump grows without bound
        return None
    raise ArithmeticError(f"did not settle: {mp.nstr(now, 20)}")


def exact(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(tuple(map(mp.mpf, x)) if isinstance(x, tuple) else mp.mpf(x) for x in args)


def true_value(op: Op, args: tuple[Any, ...]) -> Any:
    f, given = meaning(op), exact(args)
    return settled(lambda _: f(*given))


def _moved(args: tuple[Any, ...], k: int, i: int | None, h: Any) -> tuple[Any, ...]:
    """The arguments with h added to argument k, or to its element i."""
    arg = args[k]
    new = arg + h if i is None else (*arg[:i], arg[i] + h, *arg[i + 1 :])
    return (*args[:k], new, *args[k + 1 :])


def true_partial(op: Op, args: tuple[Any, ...], k: int, i: int | None = None) -> Any:
    """The derivative by argument k (its element i); None where it has none."""
    f, given = meaning(op), exact(args)
    if closed := CLOSED.get((op.name, k)):
        return settled(lambda _: closed(*given) if i is None else closed(*given, i))
    at = abs(given[k] if i is None else given[k][i]) or mp.mpf(1)

    def difference(digits: int) -> Any:
        h = at * mp.mpf(10) ** (-digits // 3)
        up, down = (f(*_moved(given, k, i, step)) for step in (h, -h))
        return (up - down) / (2 * h)

    slope = settled(difference)
    if slope is not None and op.kinks and _is_kink(f, given, k, i, slope):
        return None
    return slope


def _is_kink(
    f: Callable[..., Any], given: tuple[Any, ...], k: int, i: int | None, slope: Any
) -> bool:
    """Whether the slope to the right is another than the one on both sides."""
    with mp.workdps(1200):
        at = abs(given[k] if i is None else given[k][i]) or mp.mpf(1)
        h = min(at, 1) * mp.mpf(10) ** -400
        right = (f(*_moved(given, k, i, h)) - f(*given)) / h
    return abs(right - slope) > mp.mpf("1e-10") * abs(slope)


def slopes(op: Op, args: tuple[Any, ...], k: int, i: int | None = None) -> tuple[Any, Any]:
    """The slopes to the left and to the right; at a jump at least one is huge."""
    f, given = meaning(op), exact(args)
    with mp.workdps(200):
        h = mp.mpf(10) ** -60
        here = f(*given)
        left, right = here - f(*_moved(given, k, i, -h)), f(*_moved(given, k, i, h)) - here
        return mp.re(left) / h, mp.re(right) / h


def true_second(op: Op, args: tuple[Any, ...], one: tuple[int, Any], two: tuple[int, Any]) -> Any:
    """The second derivative by two arguments (or elements), each as (k, i)."""
    f, given = meaning(op), exact(args)
    closed = CLOSED.get((op.name, one[0]))

    def size(place: tuple[int, Any]) -> Any:
        k, i = place
        return abs(given[k] if i is None else given[k][i]) or mp.mpf(1)

    def first(digits: int, *x: Any) -> Any:
        if closed:
            return closed(*x) if one[1] is None else closed(*x, one[1])
        h = size(one) * mp.mpf(10) ** (-digits // 5)
        return (f(*_moved(x, *one, h)) - f(*_moved(x, *one, -h))) / (2 * h)

    def difference(digits: int) -> Any:
        h = size(two) * mp.mpf(10) ** (-digits // 5) * mp.mpf("1.37")  # another step than first's
        up, down = (first(digits, *_moved(given, *two, step)) for step in (h, -h))
        return (up - down) / (2 * h)

    return settled(difference)


# --- errors in ulp -------------------------------------------------------------------------------
def ulp(x: Any) -> Any:
    """The unit in the last place of a float of this size."""
    return mp.mpf(math.ulp(float(min(abs(x), LARGEST))))


def error_in_ulp(got: float, truth: Any, scale: Any = 0) -> float:
    """|got - truth| in ulp of the truth, or of `scale` where that is larger."""
    if abs(truth) > LARGEST + 2 * ulp(LARGEST):
        return 0.0 if got == (math.inf if truth > 0 else -math.inf) else math.inf
    if not math.isfinite(got):
        return 0.0 if abs(truth) > LARGEST - 4 * ulp(LARGEST) else math.inf
    with mp.workdps(60):
        return float(abs(mp.mpf(got) - truth) / ulp(max(abs(truth), abs(scale))))


def formula(op: Op, text: str, args: tuple[Any, ...]) -> Any:
    """A formula of the sheet beside the rules, such as a scale or a kink, at 60 digits.

    A formula on elements (`a_i`) gives a tuple.
    """
    with mp.workdps(60):
        given = exact(args)
        return _compiled(op, text)(*given, meaning(op)(*given))


@cache
def _compiled(op: Op, text: str) -> Callable[..., Any]:
    names = {*op.params, *op.given, "out", "pi", "n", *(f"{v}_i" for v in (*op.params, *op.given))}
    op.trees[text] = parse(text, names, PRIMITIVES | SHEET.keys())
    partials = rule(op, MPMATH, beside=(text,)).partials
    del op.trees[text]
    return lambda *args: partials(*args)[0]


def scale_of(op: Op, key: str, args: tuple[Any, ...], i: int | None = None) -> Any:
    """The `scale` of the sheet's line for "value" or an argument; 0 without one."""
    if key not in op.scale:
        return 0
    try:
        scale = formula(op, op.scale[key], args)
    except ZeroDivisionError:
        return 0
    return scale[i] if isinstance(scale, tuple) else scale
