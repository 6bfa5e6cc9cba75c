"""What lets a Value stand where Python expects a number: order, float(), format, NumPy, copies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from math import inf
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from autograd_mini.errors import NumberTypeError
from autograd_mini.graph import added, contents, deepcopy, pickled, restored

from .arrays import elementwise, is_array
from .kinds import OWN, constant, is_traced

if TYPE_CHECKING:
    from autograd_mini.functions import (
        Methods,  # exp(), tanh(), relu(), ...: the operations of the sheet
    )
    from autograd_mini.ops import Op
    from autograd_mini.value import Value
else:
    Methods = object

T = TypeVar("T")


def held(x: Any) -> Any:
    """What a Value holds; anything else as it is."""
    return x.data if isinstance(x, NumberLike) else x


def data_of(x: Any) -> Any:
    """The number behind a Value, or the plain number itself; NumberTypeError if it is none."""
    return constant(held(x))


def magnitude(x: Any) -> float:
    """The size of a number as a float; inf where it is none."""
    try:
        size = abs(x) if x.__class__ is float else float(abs(data_of(x)))
    except OverflowError:
        return inf
    return inf if size != size else size


def _ordered(comes: Callable[[Any, Any], bool]) -> Callable[[NumberLike, object], bool]:
    def ordered(self: NumberLike, other: object) -> Any:
        if is_array(other):  # which compares its elements
            return NotImplemented
        found = comes(self.data, data_of(other))
        if is_traced(found) and (met := OWN[found.__class__].met):
            met((self, other))
        return found

    return ordered


inside: ContextVar[list[Any] | None] = ContextVar("inside", default=None)
"""While a function is differentiated or compiled, here: what it made a float last, and where."""


def _converted(to: Callable[[Any], T], noted: bool = False) -> Callable[[NumberLike], T]:
    def converted(self: NumberLike) -> T:
        if noted and (taken := inside.get()) is not None:
            frame = sys._getframe(1)
            taken[:] = [self, frame.f_code.co_filename, frame.f_lineno]
        return to(self.data)

    return converted


class _Part(Generic[T]):
    """The part k of `made`, which is (op, label, constants), or the op alone if that is all."""

    def __init__(self, k: int, kept: Callable[[Any], Any] = lambda content: content) -> None:
        self.k, self.kept = k, kept

    def __get__(self, node: Any, owner: object = None) -> T | None:
        if node is None:  # of the class
            return self  # type: ignore[return-value]
        made = node.made
        return made[self.k] if made.__class__ is tuple else None if self.k else made

    def __set__(self, node: Value, content: T | None) -> None:
        made = node.made
        parts = [*made] if made.__class__ is tuple else [made, None, None]
        parts[self.k] = None if content is None else self.kept(content)
        node.made = parts[0] if parts[1] is parts[2] is None else tuple(parts)


def worded(label: Any) -> str:
    """A label as text, a ScopedLabel as it is: loops call nodes by their numbers."""
    return label if isinstance(label, str) else str(label)


class NumberLike(Methods):
    """Order compares `data`; == and hash stay those of the object, for sets and dicts."""

    __slots__ = ()

    data: Any
    grad: Any
    op: _Part[Op] = _Part(0)
    label: _Part[str] = _Part(1, worded)
    constants: _Part[tuple[Any, ...]] = _Part(2)
    """All arguments, if some are plain; made by hand, its partials given as Values, or its name."""

    __lt__, __le__, __gt__, __ge__ = map(_ordered, (lt, le, gt, ge))
    __bool__, __int__ = _converted(bool), _converted(int)
    __float__, __complex__ = _converted(float, True), _converted(complex, True)
    __array_ufunc__ = elementwise

    def __pos__(self: Value) -> Value:  # type: ignore[misc]
        return self

    def __round__(self: Value, digits: int | None = None) -> Value:  # type: ignore[misc]
        if digits is not None:
            raise NumberTypeError(
                "round(value) rounds to the nearest integer; round(value.data, digits) to that many"
                " digits"
            )
        return self.round()

    def item(self) -> Any:
        """The number alone, without its graph: `data`, as torch calls it."""
        return self.data

    def conjugate(self: Value) -> Value:  # type: ignore[misc]
        """Itself: NumPy's `var` and `std` ask for it. NumberTypeError where it is complex."""
        if self.data.__class__ is complex:
            raise NumberTypeError("the conjugate of a complex Value has no derivative")
        return self

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __repr__(self) -> str:
        label = f"{self.label}: " if self.label else ""
        return f"Value({label}data={self.data}, grad={held(self.grad)})"

    _prev = _children = property(attrgetter("parents"))  # as micrograd and microgpt call them
    _local_grads = property(attrgetter("partials"))

    @property
    def _op(self) -> str:
        made = (self.constants or ("",))[0]  # the name of a node made by hand
        return self.op.name if self.op else made if isinstance(made, str) else ""

    def __copy__(self: Value) -> Value:  # type: ignore[misc]
        made = restored(self.__class__, *contents(self))
        added(made).update(added(self))
        return made

    def __deepcopy__(self: Value, memo: dict[int, Any]) -> Value:  # type: ignore[misc]
        return deepcopy(self, memo, held)

    def __reduce_ex__(self: Value, protocol: object) -> tuple[Any, ...]:  # type: ignore[misc]
        return pickled(self, held)
