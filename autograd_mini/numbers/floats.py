"""Floats, with errors as in Python's `math`; and as IEEE 754 and torch have them."""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_mini.errors import NumberTypeError

from . import special
from .kind import COMMON, Kind, others


def _whole(f: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(f(x)) if math.isfinite(x) else x


def _exact(products: Iterable[tuple[float, float]]) -> Any:
    """The sum of the products of finite numbers, where floats overflow on the way."""
    from fractions import Fraction

    return sum((Fraction(x) * Fraction(y) for x, y in products), Fraction(0))


def _sum(a: Sequence[float], start: float = 0.0) -> float:
    try:
        return math.fsum((*a, start))
    except OverflowError:
        infinite = [x for x in (*a, start) if not math.isfinite(x)]
        return math.fsum(infinite) if infinite else float(_exact((x, 1.0) for x in (*a, start)))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    try:
        total = math.fsum(map(operator.mul, a, b))
    except (OverflowError, ValueError):
        total = math.nan
    if total - total != 0.0 and all(map(math.isfinite, (*a, *b))):
        return float(_exact(zip(a, b, strict=True)))
    return total


_MATH = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh"
_MATH += " tanh asinh acosh atanh hypot erf erfc gamma"
_SPECIAL = "lgamma digamma polygamma gauss normal_cdf expdiff dsinc"
_FLOAT: dict[str, Any] = {
    **COMMON,
    **{name: getattr(math, name) for name in _MATH.split()},
    **{name: getattr(special, name) for name in _SPECIAL.split()},
    "pi": math.pi,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "sum": _sum,
    "prod": lambda a: (special.prod if all(map(math.isfinite, a)) else math.prod)(a),
    "others": lambda a: (special.others if all(map(math.isfinite, a)) else others)(a),
    "dot": _dot,
    "norm": lambda a: math.hypot(*a),
}


def _float(x: Any) -> float:
    """The number as a float; NumberTypeError for an int or a Fraction beyond the floats."""
    try:
        return float(x)
    except OverflowError:
        raise NumberTypeError(
            f"{'an int' if isinstance(x, int) else 'a Fraction'} of {int(x).bit_length()} bits"
            " is too large for a float; use Fraction for all numbers"
        ) from None


FLOAT = Kind("float", _FLOAT, _float, lambda value: repr(float(value)))


# --- floats as IEEE 754 and torch have them: inf and nan in place of errors ---------------------
_AT_POLES = {name: {0.0: -math.inf} for name in ("log", "log2", "log10")}
_AT_POLES |= {"log1p": {-1.0: -math.inf}, "gamma": {0.0: math.inf}}
_AT_POLES["atanh"] = {-1.0: -math.inf, 1.0: math.inf}


def _quiet(name: str, sign: Callable[..., Any] = lambda *_: 1) -> Callable[..., float]:
    """An infinity of the right sign where the function overflows, or has a pole; else nan."""
    f, poles = _FLOAT[name], _AT_POLES.get(name)
    elsewhere = math.inf if name == "lgamma" else math.nan

    def quiet(*args: Any) -> float:
        try:
            return f(*args)  # type: ignore[no-any-return]
        except OverflowError:
            return math.inf if sign(*args) > 0 else -math.inf
        except ValueError:
            return poles.get(args[0], elsewhere) if poles else elsewhere

    return quiet


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError) as error:
        if isinstance(error, ValueError) and a != 0:
            return math.nan
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf


IEEE = Kind(
    "ieee",
    {
        **_FLOAT,
        **{name: _quiet(name) for name in f"{_MATH} {_SPECIAL} norm".split()},
        **{name: _quiet(name, lambda x: x) for name in ("sinh", "expm1", "gamma")},
        "sum": _quiet("sum", lambda a, start=0.0: _exact((x, 1.0) for x in (*a, start))),
        "dot": _quiet("dot", lambda a, b: _exact(zip(a, b, strict=True))),
        "_divide": _divide,
        "_power": _power,
        "_modulo": lambda a, b: a % b if b else math.nan,
        "_floored": lambda a, b: a // b if b else _divide(a, b),
    },
    _float,
    FLOAT.number,
    {"/": "_divide({0}, {1})", "**": "_power({0}, {1})"}
    | {"%": "_modulo({0}, {1})", "//": "_floored({0}, {1})"},
)
