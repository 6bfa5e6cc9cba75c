"""Which kind a number is of, and how a Value keeps it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from autograd_mini.errors import NumberTypeError

from .floats import FLOAT, IEEE
from .kind import Kind, Number

OWN: dict[type, Kind] = {}
"""Further classes of numbers, each with its kind: symbols, once something is compiled."""
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


in_ieee = _ieee.get
"""Whether `with ieee():` is in force."""


def number(x: Any) -> Number:
    """The number as a Value keeps it: int, bool and NumPy scalars become floats."""
    if x.__class__ is float:
        return x
    x = constant(x)
    return FLOAT.convert(x) if x.__class__ is int else x


def constant(x: Any) -> Number:
    """As `number`, but an int stays one, exact beside Fractions; NumberTypeError if it is none."""
    cls = x.__class__
    if cls in (float, int, complex) or cls in OWN or _module(cls) in ("fractions", "mpmath"):
        return x
    for plain in (int, float):
        if isinstance(x, plain):
            return plain(x)
    if _module(cls) == "numpy" and getattr(x, "shape", None) == ():
        item = x.item()
        return float(item) if item.__class__ is cls else constant(item)
    several = hasattr(x, "__iter__") and not isinstance(x, str | bytes)
    raise NumberTypeError(
        f"{shown(x)} is not a number; a Value holds a float, int, Fraction, complex, mpmath.mpf"
        " or NumPy scalar" + "; use one Value for each element" * several
    )


def _module(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def shown(x: object) -> str:
    """What was given, for an error message: its repr, if that is not too long, and its type."""
    return f"{brief(x, repr, 40)} ({type(x).__name__})"


def brief(x: object, text: Callable[[object], str] = str, longest: int = 80) -> str:
    """The text of a number, for an error message: its beginning, if it is too long."""
    try:
        found = text(x)
    except ValueError:  # of an int of more than 4300 digits
        found = "..."
    return found if len(found) <= longest else found[: longest - 3] + "..."


def kind_of(values: Sequence[Number], constants: Sequence[Number] = ()) -> Kind:
    """The kind in which an operation on these numbers is computed.

    Float beside Fraction gives float; mpmath takes in any number; complex Values mix with constants
    only, NumberTypeError otherwise.
    """
    classes = {x.__class__ for x in values}
    every = classes | {x.__class__ for x in constants}
    for cls in OWN:
        if cls in every:
            return OWN[cls]
    modules = {*map(_module, every)}
    if "mpmath" in modules:
        from .multiprecision import MPMATH

        return MPMATH
    if complex in every:
        if classes - {complex}:
            raise NumberTypeError(
                "complex and real Values do not mix: make every Value complex, as in"
                " Value(complex(x))"
            )
        from .complexes import COMPLEX

        return COMPLEX
    if "fractions" in modules and float not in every:
        from .exact import FRACTION

        return FRACTION
    return IEEE if _ieee.get() else FLOAT


def is_traced(x: Any) -> bool:
    """Whether a number is a symbol: it is not known while the function that uses it is compiled."""
    return x.__class__ in OWN


def numpy() -> Any:
    """NumPy if the program has loaded it, else None: the engine itself never imports it."""
    found = sys.modules.get("numpy")
    loading = getattr(getattr(found, "__spec__", None), "_initializing", False)  # in a thread
    return None if loading else found
