"""Checks of what users pass: each returns the argument, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, isfinite
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

from .kind import Number
from .kinds import brief, constant, in_ieee, is_traced, number
from .numberlike import NumberLike, held

if TYPE_CHECKING:
    from autograd_mini.value import Value

T = TypeVar("T")


# --- numbers -------------------------------------------------------------------------------------
def real(
    name: str, x: Number, allowed: str = "finite", fits: Callable[[Any], bool] = isfinite
) -> Number:
    """A finite real number that fits (not a Value, not a bool); `allowed` tells which ones do.

    NumPy's numbers become Python's: a float32 would make all that it is added to one.
    """
    if is_traced(x):
        return x
    try:
        known, finite = not isinstance(x, (bool, str, NumberLike)), isfinite(x)
        plain = constant(x)
    except (TypeError, ValueError):
        known = finite = False
    except OverflowError:
        who = "an int" if isinstance(x, int) else "a number"
        raise ValueError(f"{name} must be {allowed}, got {who} too large for a float") from None
    if not known:
        raise TypeError(f"{name} must be a real number, got {brief(x, repr)}")
    if not (finite and fits(x)):
        raise ValueError(f"{name} must be {allowed}, got {x!r}")
    return plain


def is_finite(x: Any) -> bool:
    """Whether a number, or that of a Value, is finite."""
    try:
        return isfinite(held(x))
    except OverflowError:  # an int or Fraction beyond the floats
        return True


def _finite(allowed: str, fits: Callable[[Any], bool]) -> Callable[[str, Number], Number]:
    def checked(name: str, x: Number) -> Number:
        """A finite real number that fits."""
        return real(name, real(name, x), allowed, fits)

    return checked


positive = _finite("above 0", lambda x: x > 0)
not_negative = _finite("0 or more", lambda x: x >= 0)
share = _finite("at least 0 and below 1", lambda x: 0 <= x < 1)  # that a running mean keeps


def whole(
    name: str, n: Any, least: float = 1, most: float = inf, error: type[Exception] = ValueError
) -> int:
    """An int from `least` to `most`, else `error`; NumPy's ints become Python's."""
    try:
        number = index("" if isinstance(n, bool) else n)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an int, got {brief(n, repr)}") from None
    if not least <= number <= most:
        allowed = f"at least {least}" if most == inf else f"from {least} to {most}"
        raise error(f"{name} must be {allowed}, got {number}")
    return number


def operand(name: str, x: Any, only_real: bool = False) -> Any:
    """A Value as it is, anything else as a plain number; both finite, but for ieee()."""
    try:
        data = x.data if isinstance(x, NumberLike) else constant(x)
    except TypeError:
        data = None
    if data is None or (only_real and isinstance(data, complex)):
        given = brief(x, repr)
        raise TypeError(f"{name} is {given}, not a {'real ' if only_real else ''}number or Value")
    if isinstance(data, int):
        number(data)  # an error beyond the floats
    if not in_ieee() and data - data != 0:  # inf - inf is nan
        raise ValueError(f"{name} is {data}")
    return x if isinstance(x, NumberLike) else data


# --- choices, functions, lists -------------------------------------------------------------------
def one_of(name: str, choice: T, allowed: Iterable[T]) -> T:
    """One of the allowed ones."""
    allowed = tuple(allowed)
    if choice not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}, got {choice!r}")
    return choice


def entry(table: dict[str, T], kind: str, name: Any) -> T:
    """What the table has under that name."""
    if not isinstance(name, str) or name not in table:
        raise ValueError(f"{kind} {name!r} is unknown; known are {', '.join(table)}")
    return table[name]


def function(name: str, f: T, what: str = "a function") -> T:
    """Something that can be called; `what` tells what it is to be."""
    if not callable(f):
        raise TypeError(f"{name} must be {what}, got {f!r:.60}")
    return f


def items(x: Any) -> list[Any] | None:
    """The items of a sequence or array; None if x is not one."""
    if isinstance(x, (NumberLike, str, bytes, dict, set, frozenset)):
        return None
    if hasattr(x, "tolist"):  # an array, or a scalar, of NumPy and the like
        x = x.tolist()
    return list(x) if hasattr(x, "__iter__") else None


def listed(name: str, x: Any) -> list[Any]:
    """The items of a sequence or array, which x must be."""
    if (given := items(x)) is None:
        raise TypeError(f"{name} must be a list, got {brief(x, repr)}")
    return given


# --- parameters ----------------------------------------------------------------------------------
def parameters(params: Iterable[Value], who: str) -> list[Value]:
    """Distinct Values, at least one."""
    try:
        values = list(params)
    except TypeError:
        raise TypeError(
            f"{who} takes a list of Values, such as model.parameters(), got {brief(params, repr)}"
        ) from None
    if not values:
        raise ValueError(f"{who} was given no parameters")
    seen: set[Value] = set()
    for i, p in enumerate(values):
        if not isinstance(p, NumberLike):
            raise TypeError(f"{who}: parameter {i} is not a Value but {p!r}")
        if p in seen:
            raise ValueError(f"{who}: parameter {i} ({name_of(p)}) appears twice")
        seen.add(p)
    return values


def name_of(p: Value) -> str:
    """How errors call a parameter: by its label, or by its number where it has none."""
    return p.label or f"the parameter {p.data}"


def gradient(p: Value, who: str) -> Number:
    """The parameter's gradient as a finite number."""
    g = held(p.grad)  # a Value after create_graph=True
    try:
        finite = (g.__class__ is float and g - g == 0) or is_traced(g) or is_finite(g)
    except TypeError:
        raise TypeError(
            f"{who}: the gradient of {name_of(p)} is {g!r}, not a real number"
        ) from None
    if not finite:
        raise ValueError(
            f"{who}: the gradient of {name_of(p)} is {g}; lower the learning rate, or look for"
            " the operation that overflowed"
        )
    return constant(g)
