"""A layer of neurons at once, two nodes for each: where training spends its time.

`layer("tanh")` is the function (rows, x) -> [tanh(w . x + b) for each row]. The nodes are those
that `dot` and `tanh` would make; what is saved is reading and checking x once for each neuron, and
a copy of the weights in each node while they do not change.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from math import fsum
from operator import mul
from typing import Any

from autograd_mini.functions import function
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET
from autograd_mini.rules import spare
from autograd_mini.rules.fast import FINITE, recorded
from autograd_mini.rules.rule import namespace_of, run
from autograd_mini.value import BIAS, Value


class Row:
    """The weights of a neuron with its bias behind them."""

    __slots__ = ("values", "numbers", "weights")

    def __init__(self, values: Iterable[Value]) -> None:
        self.values = tuple(values)
        self.numbers: list[float] = []  # their data when the neuron was last evaluated
        self.weights: tuple[float, ...] = ()  # the same without the bias: the partials of x


@cache
def layer(activation: str = "linear") -> Callable[..., list[Any]]:
    """The function (rows, x) -> [act(dot(row, (*x, 1))) for row in rows].

    `activation` names an operation of one argument; "linear" leaves the weighted sums. x is a tuple
    of numbers or of Values, one fewer than there are in a row.
    """
    dot = function(SHEET["dot"])
    op = None if activation == "linear" else SHEET[activation]

    def one_by_one(rows: Iterable[Row], x: tuple[Any, ...]) -> list[Any]:
        sums = [dot(row.values, (*x, 1)) for row in rows]
        return sums if op is None else [function(op)(z) for z in sums]

    namespace = namespace_of(op or SHEET["dot"], FLOAT)
    namespace |= {"one_by_one": one_by_one, "_sum": sum, **spare.namespace(Value)}
    namespace |= {"fsum": fsum, "multiply": mul, "MADE": (SHEET["dot"], None, BIAS), "op": op}
    lines = ["add(z)"]
    if op is not None:
        for param, default in op.defaults.items():
            namespace[param] = namespace[f"_{param}"] = default
        if _WORDS & {*op.params, *op.given}:  # a formula would change the code's own variables
            return one_by_one
        a = op.params[0]
        lines = [f"{a}, _{a} = z, out", *recorded(op, (a,)), "else:", "    break"]
    end = "".join(f"{' ' * 16}{line}\n" for line in lines).replace("return node", "add(node)")
    start = _START.replace("FINITE", FINITE).replace("NODE", f"\n{' ' * 16}".join(spare.made("z")))
    run(start + end + _END, namespace)
    return namespace["layer"]  # type: ignore[no-any-return]


# A sum is a float, in C speed, only if there is no Fraction, mpf, ... among the numbers; weights
# that are what they were need not be looked at again.
_START = """
def layer(rows, inputs):
    try:
        of_values = inputs[0].__class__ is Value
        numbers = (*[node.data for node in inputs], 1.0) if of_values else (*inputs, 1.0)
        if _sum(numbers[:-1]).__class__ is float:
            nodes = []
            add = nodes.append
            for row in rows:
                values = row.values
                weights = [node.data for node in values]
                if weights != row.numbers or weights[0] is not row.numbers[0]:
                    if _sum(weights).__class__ is not float:
                        break
                    row.weights = (*weights[:-1],)
                    row.numbers = weights  # last: another thread goes by these
                out = fsum(map(multiply, weights, numbers))
                if not FINITE:
                    break
                NODE
                z.data = out
                z.grad = 0.0
                z.made = MADE
                z.first = values
                z.dfirst = numbers
                if of_values:
                    z.second = inputs
                    z.dsecond = row.weights
                else:
                    z.second = z.dsecond = None
"""
_END = """            else:
                return nodes
    except (AttributeError, ArithmeticError, IndexError, TypeError, ValueError):
        pass
    return one_by_one(rows, inputs)
"""
_WORDS = {*re.findall(r"\w+", _START + _END)}
