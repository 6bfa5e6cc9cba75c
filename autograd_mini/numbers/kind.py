"""A kind of number is a namespace: what the functions of the formulas mean for it.

`exp` is `math.exp` for floats, `cmath.exp` for complex numbers, `mpmath.exp` at 50 digits, and for
Values the operation that records a node. Each kind has a file of its own beside this one.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

Number = Any  # float, Fraction, complex, mpmath.mpf, mpmath.mpc


class Kind:
    """One kind of number: its name, its functions, and how Python is written for it.

    `number` gives the text of a constant, `templates` that of operators with a meaning of their own
    (so that 1/0 can have one), as in formulas/printer.py; `met` is told each operation's arguments.
    """

    def __init__(
        self,
        name: str,
        namespace: dict[str, Any],
        convert: Callable[[Any], Any],
        number: Callable[[int | float], str] = repr,
        templates: dict[str, str] | None = None,
        met: Callable[[Sequence[Any]], None] | None = None,
    ) -> None:
        self.name, self.namespace, self.convert = name, namespace, convert
        self.number, self.templates, self.met = number, templates or {}, met

    def __repr__(self) -> str:
        return f"<kind {self.name}>"


# --- functions that hold for every kind of number ----------------------------------------------
def others(a: Sequence[Number]) -> tuple[Number, ...]:
    """For each element the product of the others, from products of the left and of the right."""
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


def _nan(a: Sequence[Number]) -> Number | None:
    """A nan among the numbers: it is the largest and the smallest."""
    return next((x for x in a if x != x), None)


COMMON: dict[str, Any] = {
    "abs": abs,
    "below": operator.lt,
    "unsigned": abs,
    "count": lambda a, x: a.count(x),
    "max": lambda a: _nan(a) or max(a),
    "min": lambda a: _nan(a) or min(a),
    "others": others,
    "gap": gap,
    "sum": sum,
    "prod": math.prod,
    "dot": lambda a, b: sum(map(operator.mul, a, b)),
}
