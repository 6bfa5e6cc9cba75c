"""What a node is made of, as far as its formulas go: its operation and its operands."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from itertools import dropwhile
from typing import Any, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import Op
from autograd_mini.rules import evaluation
from autograd_mini.value import BIAS, Value, apply

_MANY = 1024  # parents at once: the bits of one number


class Shape(NamedTuple):
    """An operation with the numbers of its operands: what a template depends on."""

    op: Op | None
    lengths: tuple[int, ...]  # for each argument the number of its elements; a scalar has 1
    bias: bool = False  # A neuron's dot product, the bias in the place of the last weight
    exponent: Any = None  # of a power with a constant exponent, this
    name: str = ""  # of a node made by hand, what its maker calls the operation

    @property
    def key(self) -> str:
        """A name for it: "tanh", "dot/3", ..."""
        if self.op is None:
            return f"by hand/{self.lengths[0]}{self.name}"
        ends = "+" if self.bias else "" if self.exponent is None else f"^{self.exponent}"
        vector = f"/{max(self.lengths)}" if self.op.vectors else ""
        return f"{self.op.name}{vector}{ends}"


def operands_of(node: Value) -> tuple[Any, ...]:
    """The operands, one after another: Values and plain numbers; empty for a leaf."""
    return tuple(evaluation.flat(node.args))


def shape_of(node: Value) -> Shape:
    """The shape of a node that has been computed."""
    if node.op is None:
        return Shape(None, (len(node.parents),), name=node._op)
    args = node.args
    lengths = tuple(len(arg) if arg.__class__ is tuple else 1 for arg in args)
    bias = node.op.name == "dot" and args[1][-1].__class__ is int and args[1][-1:] == BIAS
    exponent = None
    if node.op.name == "pow" and args[1].__class__ in (int, float):
        exponent = int(args[1]) if args[1] == args[1] // 1 else args[1]
    return Shape(node.op, lengths, bias, exponent)


class Uses:
    """Which use of its parent each edge of a graph in order is; found for many parents at once."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.order, self.ids = order, {node: k for k, node in enumerate(order)}
        self.found: dict[int, dict[tuple[Value, int], int]] = {}

    def __call__(self, node: Value, edge: int) -> int:
        """Which use of its parent the edge is, from 1; 0 where it is the only way to it.

        Else ∂node/∂parent is the sum over several paths, and this edge only its part of it.
        """
        start = self.ids[node.parents[edge]] // _MANY * _MANY
        if start not in self.found:
            self.found[start] = uses_of(self.order, self.order[start : start + _MANY])
        return self.found[start].get((node, edge), 0)


def uses_of(order: Iterable[Value], among: Collection[Value]) -> dict[tuple[Value, int], int]:
    """The uses, as `Uses` tells them, on the edges to these nodes of a graph in order."""
    bits = {node: 1 << k for k, node in enumerate(among)}
    above: dict[Value, int] = {}  # which of these nodes it follows from, itself included
    found: dict[tuple[Value, int], int] = {}
    for node in dropwhile(lambda node: node not in bits, order):
        once = twice = 0
        parents = node.parents
        for mask in (above.get(parent, 0) for parent in parents):
            once, twice = once | mask, twice | once & mask
        above[node] = once | bits.get(node, 0)
        times: dict[Value, int] = {}
        for edge, parent in enumerate(parents if twice else ()):
            if twice & bits.get(parent, 0):
                found[node, edge] = times[parent] = times.get(parent, 0) + 1
    return found


def at_kink(node: Value) -> bool:
    """Whether the node's derivative jumps where it has been computed, as |a| at 0 does."""
    if node.op is None or not node.op.kinks:
        return False
    return evaluation.at_kink(node.op, evaluation.each(data_of, node.args))


def amiss(node: Value) -> list[int]:
    """The edges whose partial is not what the sheet gives there, as in an engine that is broken."""
    with suppress(AutogradError, ValueError):  # no value
        right = apply(node.op, *node.args).partials if node.op else node.partials
        pairs = enumerate(zip(node.partials, right, strict=False))  # x - x may have one edge
        return [k for k, (x, y) in pairs if 10**9 * abs(x - y) > max(1, abs(y))]
    return []
