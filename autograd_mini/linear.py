"""The weighted sums of a layer, one node for each neuron: where training spends its time."""

from __future__ import annotations

import sys
from math import fsum
from operator import mul

from . import functions
from .ops import SHEET
from .value import Value

TYPE_CHECKING = False  # typing itself is slow to import; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_DOT, _LARGEST = SHEET["dot"], sys.float_info.max
_new = Value.__new__


def weighted_sums(rows: Iterable[tuple[Value, ...]], x: tuple[Any, ...]) -> list[Value]:
    """The weighted sum w . x + b, as `dot(row, (*x, 1))`, for each row (w[0], ..., w[n-1], b).

    These are the nodes that `dot` would make, bit by bit (tests/test_linear.py), but of a whole
    layer at once: the inputs are read and checked once instead of once for each neuron, and the
    nodes share the tuples of x and of its numbers. All but floats is left to `dot`.

    >>> w, b, x = Value(2.0), Value(1.0), Value(3.0)
    >>> (z,) = weighted_sums([(w, b)], (x,))
    >>> z.backward()
    >>> z.data, w.grad, b.grad, x.grad
    (7.0, 3.0, 1.0, 2.0)
    """
    extended = (*x, 1)
    constants = (None, extended)  # the arguments, the None standing for the row
    of_values = {*map(type, x)} == {Value}
    numbers = (*[v.data for v in x], 1.0) if of_values else (*x, 1.0)
    if {*map(type, numbers)} != {float}:
        return [functions.dot(row, extended) for row in rows]
    sums: list[Value] = []
    for row in rows:
        weights = tuple([p.data for p in row])
        try:
            # A sum is a float in C speed, and only if there is no Fraction, mpf, ... among them.
            out = fsum(map(mul, weights, numbers)) if sum(weights).__class__ is float else None
        except (ArithmeticError, ValueError, TypeError):
            out = None
        if out is None or not -_LARGEST <= out <= _LARGEST:
            sums.append(functions.dot(row, extended))  # it says what is wrong, if anything
            continue
        node = _new(Value)
        node.data, node.grad, node.op, node.label = out, 0.0, _DOT, None
        node.constants = constants
        node.first, node.dfirst = row, numbers
        node.second, node.dsecond = (x, weights[:-1]) if of_values else (None, None)
        sums.append(node)
    return sums
