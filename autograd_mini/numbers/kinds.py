"""What the formulas' functions mean for each kind of number.

A kind is a namespace: `exp` is `math.exp` for floats, `cmath.exp` for complex numbers,
`mpmath.exp` at 50 digits, and for Values the operation that records a node. Fractions stay exact
under arithmetic and comparisons; under `exp` and the like they become floats, as in `math`.
"""

from __future__ import annotations

import math
import operator
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from autograd_mini.errors import NumberTypeError

from . import special

TYPE_CHECKING = False  # typing itself is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fractions import Fraction
    from typing import Any

    Number = Any  # float, Fraction, complex, mpmath.mpf, mpmath.mpc
else:
    Number = object


class Kind:
    """One kind of number: its name, its functions, and how Python is written for it.

    `number` gives the text of a constant, `templates` that of operators with a meaning of their own
    (so that 1/0 can have one), as in formulas/printer.py.
    """

    __slots__ = ("name", "namespace", "convert", "number", "templates")

    def __init__(
        self,
        name: str,
        namespace: dict[str, Any],
        convert: Callable[[Any], Any],
        number: Callable[[int | float], str] = repr,
        templates: dict[str, str] | None = None,
    ) -> None:
        self.name, self.namespace, self.convert = name, namespace, convert
        self.number, self.templates = number, templates or {}

    def __repr__(self) -> str:
        return f"<kind {self.name}>"


# --- functions that hold for every kind of number ----------------------------------------------
def others(a: Sequence[Number]) -> tuple[Number, ...]:
    """For each element the product of the others, from products of the left and of the right.

    >>> others((2, 3, 5))
    (15, 10, 6)
    """
    left, right = [1], [1]
    for x in a[:-1]:
        left.append(left[-1] * x)
    for x in a[:0:-1]:
        right.append(right[-1] * x)
    return tuple(x * y for x, y in zip(left, reversed(right), strict=True))[: len(a)]


def gap(a: Sequence[Number], extreme: Number) -> Number:
    """The distance from the extreme to the next element: 0 at a tie, where max has a kink."""
    rest = list(a)
    rest.remove(extreme)
    return min((abs(x - extreme) for x in rest), default=math.inf)


def _extreme(pick: Callable[[Any], Any]) -> Callable[[Sequence[Number]], Number]:
    def extreme(a: Sequence[Number]) -> Number:
        return next((x for x in a if x != x), None) or pick(a)  # a nan wins

    return extreme


_COMMON: dict[str, Any] = {
    "abs": abs,
    "below": operator.lt,
    "unsigned": abs,
    "count": lambda a, x: a.count(x),
    "max": _extreme(max),
    "min": _extreme(min),
    "others": others,
    "gap": gap,
    "sum": sum,
    "prod": math.prod,
    "dot": lambda a, b: sum(map(operator.mul, a, b)),
}


# --- floats ------------------------------------------------------------------------------------
def _whole(f: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(f(x)) if math.isfinite(x) else x


def _exact(products: Iterable[tuple[float, float]]) -> Fraction:
    """The sum of the products of finite numbers, where floats overflow on the way."""
    from fractions import Fraction

    return sum((Fraction(x) * Fraction(y) for x, y in products), Fraction(0))


def _sum(a: Sequence[float], start: float = 0.0) -> float:
    try:
        return math.fsum((*a, start))
    except OverflowError:
        return float(_exact((x, 1.0) for x in (*a, start)))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    try:
        total = math.fsum(map(operator.mul, a, b))
    except (OverflowError, ValueError):
        total = math.nan
    if total - total != 0.0 and all(map(math.isfinite, (*a, *b))):
        return float(_exact(zip(a, b, strict=True)))
    return total


def _prod(a: Sequence[float]) -> float:
    return special.prod(a) if all(map(math.isfinite, a)) else math.prod(a)


def _others(a: Sequence[float]) -> tuple[float, ...]:
    return special.others(a) if all(map(math.isfinite, a)) else others(a)


_MATH = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh"
_MATH += " tanh asinh acosh atanh hypot erf erfc gamma"
_SPECIAL = "lgamma digamma polygamma gauss normal_cdf expdiff"
_FLOAT: dict[str, Any] = {
    **_COMMON,
    **{name: getattr(math, name) for name in _MATH.split()},
    **{name: getattr(special, name) for name in _SPECIAL.split()},
    "pi": math.pi,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "sum": _sum,
    "prod": _prod,
    "others": _others,
    "dot": _dot,
    "norm": lambda a: math.hypot(*a),
}


def _float_number(value: int | float) -> str:
    return repr(float(value))


FLOAT = Kind("float", _FLOAT, float, _float_number)


# --- floats as IEEE 754 and torch have them: inf and nan in place of errors ---------------------
_AT_POLES: dict[tuple[str, float], float] = {
    ("log", 0.0): -math.inf,
    ("log2", 0.0): -math.inf,
    ("log10", 0.0): -math.inf,
    ("log1p", -1.0): -math.inf,
    ("atanh", 1.0): math.inf,
    ("atanh", -1.0): -math.inf,
    ("gamma", 0.0): math.inf,
}


def _never_raises(name: str, f: Callable[..., float]) -> Callable[..., float]:
    def quiet(*args: Any) -> float:
        try:
            return f(*args)
        except OverflowError:
            odd = name == "sinh" or name == "expm1"
            return -math.inf if odd and args[0] < 0 else math.inf
        except ValueError:
            pole = math.inf if name == "lgamma" else math.nan
            return _AT_POLES.get((name, args[0]), pole) if len(args) == 1 else math.nan

    return quiet


def _signed(careful: Callable[..., float], sign: Callable[..., Any]) -> Callable[..., float]:
    """An infinity of the right sign where `careful` overflows, nan for inf - inf."""

    def quiet(*args: Any) -> float:
        try:
            return careful(*args)
        except OverflowError:
            return math.inf if sign(*args) > 0 else -math.inf
        except ValueError:
            return math.nan

    return quiet


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    try:
        power = math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ValueError:
        if a != 0:
            return math.nan
        return math.copysign(math.inf, a) if b % 2 == 1 else math.inf
    return power


IEEE = Kind(
    "ieee",
    {
        **_FLOAT,
        **{n: _never_raises(n, _FLOAT[n]) for n in f"{_MATH} {_SPECIAL} norm".split()},
        "sum": _signed(_sum, lambda a, start=0.0: _exact((x, 1.0) for x in (*a, start))),
        "dot": _signed(_dot, lambda a, b: _exact(zip(a, b, strict=True))),
        "prod": _signed(_prod, lambda a: math.prod(math.copysign(1.0, x) for x in a)),
        "_divide": _divide,
        "_power": _power,
    },
    float,
    _float_number,
    {"/": "_divide({0}, {1})", "**": "_power({0}, {1})"},
)

_ieee: ContextVar[bool] = ContextVar("ieee", default=False)


@contextmanager
def ieee() -> Iterator[None]:
    """Inside, floats follow IEEE 754 and torch: inf and nan in place of errors.

    >>> from autograd_mini import Value, ieee
    >>> with ieee():
    ...     y = Value(0.0).log()
    >>> y.data
    -inf
    """
    token = _ieee.set(True)
    try:
        yield
    finally:
        _ieee.reset(token)


def in_ieee() -> bool:
    """Whether `with ieee():` is in force."""
    return _ieee.get()


# --- exact fractions, complex numbers, mpmath: made when first met ------------------------------
@cache
def fraction() -> Kind:
    """Fractions: exact under arithmetic, comparisons, sums and products."""
    from fractions import Fraction

    def inexact(f: Callable[..., float]) -> Callable[..., float]:
        return lambda *args: f(
            *(tuple(map(float, a)) if a.__class__ is tuple else float(a) for a in args)
        )

    exact = {**_COMMON, "floor": lambda x: Fraction(math.floor(x))}
    exact["ceil"] = lambda x: Fraction(math.ceil(x))
    exact["polygamma"] = lambda n, x: special.polygamma(float(n), float(x))
    inexacts = {k: inexact(f) if callable(f) else f for k, f in _FLOAT.items()}
    namespace = {**inexacts, **exact, "Fraction": Fraction}
    return Kind("fraction", namespace, Fraction, lambda v: f"Fraction({v!r})")


@cache
def complex_() -> Kind:
    """Complex numbers: the holomorphic operations."""
    import cmath

    def expm1(z: complex) -> complex:
        half = math.sin(z.imag / 2)
        real = math.expm1(z.real) * math.cos(z.imag) - 2 * half * half
        return complex(real, math.exp(z.real) * math.sin(z.imag))

    def log1p(z: complex) -> complex:
        x, y = z.real, z.imag
        if abs(z) > 0.5:
            return cmath.log(1 + z)
        return complex(0.5 * math.log1p(x * (2 + x) + y * y), math.atan2(y, 1 + x))

    def not_holomorphic(*_: Any) -> complex:
        raise TypeError

    names = "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh"
    namespace = {k: _COMMON[k] for k in ("sum", "prod", "dot", "others", "count")} | {
        **{name: getattr(cmath, name) for name in names.split()},
        "pi": cmath.pi,
        "exp2": lambda z: cmath.exp(z * math.log(2)),
        "log2": lambda z: cmath.log(z) / math.log(2),
        "expm1": expm1,
        "log1p": log1p,
        "cbrt": lambda z: z ** (1 / 3),
        "hypot": lambda a, b: cmath.sqrt(a * a + b * b),
        "norm": lambda a: cmath.sqrt(sum(z * z for z in a)),
        "below": lambda a, b: a.real < b.real if a.imag == 0 == b.imag else False,
        "unsigned": lambda z: z if z.real >= 0 else -z,
        "gauss": lambda z: cmath.exp(-z * z),
        **dict.fromkeys(("abs", "max", "min"), not_holomorphic),  # else Python's own would serve
        "expdiff": lambda a, b: cmath.exp(a - b),
    }
    return Kind("complex", namespace, complex)


@cache
def mpmath_() -> Kind:
    """mpmath's numbers, at its working precision."""
    import mpmath as mp

    names = "exp expm1 log log10 log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh"
    names += " acosh atanh hypot erf gamma floor ceil"

    def erfc(x: Number) -> Number:
        far = abs(x) > 1e9 and not isinstance(x, mp.mpc)  # mpmath's overflows on the way
        return mp.mpf(0 if x > 0 else 2) if far else mp.erfc(x)

    namespace = _COMMON | {
        **{name: getattr(mp, name) for name in names.split()},
        "pi": mp.pi,
        "mpf": mp.mpf,
        "exp2": lambda x: mp.mpf(2) ** x,
        "log2": lambda x: mp.log(x) / mp.log(2),
        "cbrt": lambda x: -mp.cbrt(-x) if x < 0 else mp.cbrt(x),
        "lgamma": lambda x: mp.re(mp.loggamma(x)),
        "digamma": lambda x: mp.psi(0, x),
        "polygamma": mp.psi,
        "sum": lambda a, start=0: mp.fsum((*a, start)),
        "dot": mp.fdot,
        "prod": mp.fprod,
        "norm": lambda a: mp.sqrt(mp.fdot(a, a)),
        "unsigned": lambda x: -x if mp.re(x) < 0 else x,
        "below": lambda a, b: a < b if not isinstance(a, mp.mpc) else False,
        "gauss": lambda x: mp.exp(-x * x),
        "erfc": erfc,
        "normal_cdf": lambda x: erfc(-x / mp.sqrt(2)) / 2,
        "expdiff": lambda a, b: mp.exp(a - b),
    }
    return Kind("mpmath", namespace, mp.mpmathify, lambda v: f"mpf({v!r})")


# --- which kind a number is of -----------------------------------------------------------------
def number(x: Any) -> Number:
    """The number as a Value keeps it: int, bool and NumPy scalars become floats.

    Raises NumberTypeError for anything that is not a number the engine knows.

    >>> number(3), number(True)
    (3.0, 1.0)
    """
    if x.__class__ is float:
        return x
    x = constant(x)
    if x.__class__ is int:
        try:
            return float(x)
        except OverflowError:
            raise NumberTypeError(
                f"an int of {x.bit_length()} bits is too large for a float; use Fraction"
            ) from None
    return x


def constant(x: Any) -> Number:
    """As `number`, but an int stays an int, so that it is exact beside Fractions."""
    cls = x.__class__
    if cls in (float, int, complex) or _module(cls) in ("fractions", "mpmath"):
        return x
    if isinstance(x, int):
        return int(x)
    if isinstance(x, float):
        return float(x)
    if _module(cls) == "numpy" and getattr(x, "shape", None) == ():
        plain = x.item()
        return float(plain) if plain.__class__ is cls else constant(plain)
    several = hasattr(x, "__iter__") and not isinstance(x, str | bytes)
    raise NumberTypeError(
        f"{shown(x)} is not a number; a Value holds a float, int, Fraction, complex, mpmath.mpf"
        " or NumPy scalar" + "; use one Value for each element" * several
    )


def _module(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def shown(x: object) -> str:
    """What was given, for an error message: its repr, if that is not too long, and its type."""
    text = repr(x)
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(x).__name__})"


def kind_of(values: Sequence[Number], constants: Sequence[Number] = ()) -> Kind:
    """The kind in which an operation on these numbers is computed.

    Float beside Fraction gives float; mpmath takes in any number; complex Values mix with constants
    only, NumberTypeError otherwise.
    """
    classes = {x.__class__ for x in values}
    others_ = {x.__class__ for x in constants}
    modules = {_module(cls) for cls in classes | others_}
    if "mpmath" in modules:
        return mpmath_()
    if complex in classes | others_:
        if classes - {complex}:
            raise NumberTypeError(_MIXED)
        return complex_()
    if "fractions" in modules and float not in classes | others_:
        return fraction()
    return IEEE if _ieee.get() else FLOAT


_MIXED = "complex and real Values do not mix: make every Value complex, as in Value(complex(x))"


def numpy() -> Any:
    """NumPy if the program has loaded it, else None: the engine itself never imports it."""
    return sys.modules.get("numpy")
