"""Where an operation has a kink, and how exact the sheet says that it is: formulas of its line."""

from collections.abc import Sequence
from typing import Any

from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.kind import Kind, Number
from autograd_mini.numbers.kinds import kind_of
from autograd_mini.ops import Op

from .evaluation import each, flat
from .rule import beside, value_only

_UNDEFINED = (ValueError, ArithmeticError, TypeError, NotImplementedError)


def at_kink(op: Op, numbers: Sequence[Any]) -> bool:
    """Whether the derivative jumps exactly there, as |a| does at 0: a formula of `kinks` is 0.

    False where the operation has no value.
    """
    if not op.kinks:
        return False
    try:
        kind = kind_of([*flat(numbers)])
        numbers = each(kind.convert, numbers)
        out = value_only(op, kind)(*numbers)
        return any(x == 0 for x in _kinks(op, kind, numbers, out))
    except _UNDEFINED:
        return False


def distance_to_kink(op: Op, numbers: Sequence[Any], out: float) -> float:
    """How near floats are to a kink: the least |kink formula|; inf without one."""
    return min(map(abs, _kinks(op, FLOAT, numbers, out)), default=float("inf"))


def _kinks(op: Op, kind: Kind, numbers: Sequence[Any], out: Number) -> list[Number]:
    keys = [f"kink {k}" for k in range(len(op.kinks))]
    return [*flat(beside(op, kind, *keys)(*numbers, out))] if keys else []


def scale(op: Op, key: str, numbers: Sequence[Any], out: Number, i: int | None = None) -> Number:
    """The magnitude that the error of "value", or of an argument's partial, is measured against.

    `i` is the element, where the argument is a vector; 0 if the line of the sheet has no `scale`.
    """
    if key not in op.scale:
        return 0
    (found,) = beside(op, kind_of([*flat(numbers)]), f"scale {key}")(*numbers, out)
    return found[i or 0] if found.__class__ is tuple else found
