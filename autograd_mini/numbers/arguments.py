"""Checks of what users pass: each returns the argument, or says what is wrong with it."""

from __future__ import annotations

from math import isfinite

from autograd_mini.value import Value

TYPE_CHECKING = False  # typing itself is slow to import; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .kinds import Number


def real(name: str, x: Number) -> Number:
    """A finite real number (not a Value, not a bool).

    >>> real("eps", float("nan"))
    Traceback (most recent call last):
    ValueError: eps must be finite, got nan
    """
    try:
        finite = None if isinstance(x, (bool, str, Value)) else isfinite(x)
    except (TypeError, ValueError):
        finite = None
    except OverflowError:  # an int beyond the floats
        finite = False
    if finite is None:
        raise TypeError(f"{name} must be a real number, got {x!r}")
    if not finite:
        raise ValueError(f"{name} must be finite, got {x!r}")
    return x


def positive(name: str, x: Number) -> Number:
    """A finite number above 0."""
    if real(name, x) <= 0:
        raise ValueError(f"{name} must be above 0, got {x!r}")
    return x


def not_negative(name: str, x: Number) -> Number:
    """A finite number from 0 on."""
    if real(name, x) < 0:
        raise ValueError(f"{name} must be 0 or more, got {x!r}")
    return x


def share(name: str, x: Number) -> Number:
    """A number from 0 on and below 1, as the share that a running mean keeps."""
    if not 0 <= real(name, x) < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, got {x!r}")
    return x


def whole(name: str, n: int, least: int = 1) -> int:
    """An int of at least `least`; NumPy's ints become Python's."""
    if not hasattr(n, "__index__") or isinstance(n, bool):
        raise TypeError(f"{name} must be an int, got {n!r}")
    n = n.__index__()
    if n < least:
        raise ValueError(f"{name} must be at least {least}, got {n}")
    return n


def parameters(params: Iterable[Value], who: str) -> list[Value]:
    """Distinct Values, at least one."""
    try:
        values = list(params)
    except TypeError:
        raise TypeError(
            f"{who} takes a list of Values, such as model.parameters(), got {params!r}"
        ) from None
    for i, p in enumerate(values):
        if not isinstance(p, Value):
            raise TypeError(f"{who}: parameter {i} is not a Value but {p!r}")
    if not values:
        raise ValueError(f"{who} was given no parameters")
    seen: set[Value] = set()
    for i, p in enumerate(values):
        if p in seen:
            raise ValueError(f"{who}: parameter {i} ({name_of(p)}) is there twice")
        seen.add(p)
    return values


def name_of(p: Value) -> str:
    """How errors call a parameter: by its label, or by its number where it has none."""
    return p.label or f"the parameter {p.data}"


def gradient(p: Value, who: str) -> Number:
    """The parameter's gradient as a finite number."""
    g = p.grad.data if isinstance(p.grad, Value) else p.grad  # a Value after create_graph=True
    try:
        finite = isfinite(g)
    except TypeError:
        raise TypeError(
            f"{who}: the gradient of {name_of(p)} is {g!r}, not a real number"
        ) from None
    if not finite:
        raise ValueError(
            f"{who}: the gradient of {name_of(p)} is {g}; lower the learning rate, or look for"
            " the operation that overflowed"
        )
    return g
