"""Derivatives from function values alone: the independent witness of the gradients in the demo."""

from __future__ import annotations

from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from .graph import topological
from .kinds import FLOAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ops import Op
    from .value import Value

    Sides = tuple[object, ...]

LEVELS = 7  # steps that agree on every side of every kink
HALVINGS = 18  # of the first step, in search of such steps


class Derivative(NamedTuple):
    """A derivative and its error bar; infinite where there is a kink too near to tell."""

    value: float
    bar: float


def derivative(f: Callable[[float], tuple[float, Sides]], h: float = 0.1) -> Derivative:
    """f'(0), from central differences and Richardson extrapolation.

    (f(h) - f(-h)) / 2h has an error in h**2, h**4, ...; halving h again and again, each column of
    the table removes one of these terms. The entry is taken whose neighbours agree best; the error
    bar is their distance plus the rounding error of the differences (Ridders, Accurate computation
    of F'(x) and F'(x) F''(x), Advances in Engineering Software 4, 1982). f also returns on which
    side of each kink it was evaluated (see `sides`): steps across a kink do not count.

    >>> from math import cos, sin
    >>> estimate, bar = derivative(lambda h: (sin(1 + h), ()))
    >>> abs(estimate - cos(1)) < bar < 1e-11
    True
    """
    here = f(0.0)[1]
    best = Derivative(0.0, inf)
    above: list[float] = []
    for _ in range(HALVINGS):
        (plus, right), (minus, left) = f(h), f(-h)
        if right == here == left:
            rounding = 2.0**-52 * max(abs(plus), abs(minus)) / h
            row = [(plus - minus) / (2 * h)]
            for k, coarser in enumerate(above):
                row.append(row[k] + (row[k] - coarser) / (4 ** (k + 1) - 1))
                bar = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - coarser)) + rounding
                if bar < best.bar:
                    best = Derivative(row[k + 1], bar)
            above = row
        if len(above) == LEVELS:
            break
        h /= 2
    return best


def sides(root: Value) -> Sides:
    """For each operation with a kink below root, on which side of the kink it is.

    >>> from autograd_mini import Value
    >>> sides(Value(2.0).relu()), sides(Value(-2.0).relu()), sides(Value(2.0).exp())
    ((1,), (-1,), ())
    """
    found: list[object] = []
    for node in topological(root):
        op = node.op
        if op is None or not op.kinks or op.vectors:
            continue
        if set(op.partials) == {"0"}:  # a step: its value tells the side
            found.append(node.data)
            continue
        found += [(at > 0) - (at < 0) for at in _kinks(op)(*map(_data, node.args), node.data)]
    return tuple(found)


@cache
def _kinks(op: Op) -> Callable[..., tuple[float, ...]]:
    """The kinks of an operation as one function of its arguments and its value.

    The formulas are those that the sheet has checked when the operation was defined.
    """
    source = f"lambda {', '.join((*op.params, 'out'))}: ({', '.join(op.kinks)},)"
    compiled: Callable[..., tuple[float, ...]] = eval(source, dict(FLOAT.namespace))
    return compiled


def _data(x: Any) -> Any:
    return getattr(x, "data", x)
