"""A number that remembers how it was computed: forward pass, then backward pass.

Forward: every operation on Values makes a new Value, a node of the computation graph. It records
its parents and, for each of them, the partial derivative d(node)/d(parent).
Backward: from the last node to the first, in reverse topological order, each node hands its
parents their share of the gradient. That is the chain rule, one edge at a time:

    parent.grad += node.grad * d(node)/d(parent)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .graph import zeroed
from .numbers.arrays import is_array, mapped
from .numbers.kind import Number
from .numbers.kinds import number, numpy
from .numbers.numberlike import NumberLike, data_of, worded
from .ops import Op
from .rules import evaluation, higher, spare

BIAS = (1,)  # stands for the arguments (*w, b), (*x, 1) of a neuron's dot


class Value(NumberLike):
    """A node: a number, its gradient, and where it came from.

    Most nodes have one or two parents; these have slots of their own, `first` and `second`, with
    the partial derivatives in `dfirst` and `dsecond`. Where an operation takes vectors, or more
    than two numbers, the slots hold tuples. Read them as `parents` and `partials`. `made` holds
    the operation; of a node with a label or constants, all three: read `op`, `label`, `constants`.

    >>> x = Value(3.0)
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad            # y = x**2 + 2x, dy/dx = 2x + 2
    (15.0, 8.0)
    """

    __slots__ = ("data", "grad", "made", "first", "dfirst", "second", "dsecond")

    def __init__(
        self,
        data: object,
        parents: Sequence[Value] = (),
        partials: Sequence[object] = (),
        label: str | None = None,
    ) -> None:
        """A leaf; or, with parents and one partial for each, a node made by hand.

        Raises NumberTypeError (a TypeError) if `data` or a partial is not a number.
        """
        self.data: Number = number(data)
        self.grad: Number = 0.0 if self.data.__class__ is float else 0
        self.made: Any = None if label is None else (None, worded(label), None)
        self.first: Any = None
        self.dfirst: Any = None
        self.second: Any = None
        self.dsecond: Any = None
        if parents or partials:
            self.first, self.dfirst, self.constants = evaluation.by_hand(parents, partials)

    # The operators (+ - * / **) and the functions (exp, tanh, relu, ...) are bound to this class in
    # functions.py: each does what `apply` does with its line of the formula sheet.

    def backward(self, seed: object = 1, *, create_graph: bool = False) -> None:
        """Add d(self)/d(leaf), times `seed`, to the `grad` of every leaf that self depends on.

        Interior nodes get a fresh gradient on each call; leaves accumulate, so a second call
        doubles theirs (`leaf.grad = 0` starts anew). With `create_graph` the gradients are Values
        themselves and can be differentiated again.

        Raises GradientError for a nan, or stale data with `create_graph`; leaves keep their own.
        """
        zero, one = higher.start(self, seed, create_graph)
        order, before = zeroed(self)
        plain = {*map(type, order)} == {Value}
        if not plain:  # the gradient of another class may hide that a node was seen
            order = [*dict.fromkeys(order)]
        if zero.__class__ is not float:
            for node in (*order, *before):
                node.grad = zero
        self.grad = one
        if create_graph:
            higher.sweep_with_graph(order, before)
        else:
            self._sweep(order)
        higher.add_to_leaves(order, before)
        if plain and zero.__class__ is float:
            spare.leave(order, Value)

    @staticmethod
    def _sweep(order: list[Value]) -> None:
        """The chain rule from the last node to the first: parent.grad += node.grad * partial."""
        for node in reversed(order):
            adjoint = node.grad
            if not adjoint:
                continue  # exactly 0: nothing to hand on, whatever the partials are
            first, second = node.first, node.second
            if first.__class__ is not tuple:
                first.grad += adjoint * node.dfirst
                if second is not None:
                    second.grad += adjoint * node.dsecond
            else:
                for parent, partial in zip(first, node.dfirst):  # noqa: B905  # strict= costs 5 %
                    parent.grad += adjoint * partial
                if second is not None:
                    for parent, partial in zip(second, node.dsecond):  # noqa: B905
                        parent.grad += adjoint * partial

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in the order of the arguments."""
        return (*_tuple(self.first), *_tuple(self.second))

    @property
    def partials(self) -> tuple[Number, ...]:
        """d(self)/d(parent) for each parent: numbers, recorded in the forward pass."""
        return (*_tuple(self.dfirst), *_tuple(self.dsecond))

    def edges(self) -> Iterator[tuple[Value, Number]]:
        """(parent, partial) pairs; `x * x` has two."""
        return zip(self.parents, self.partials, strict=True)

    @property
    def args(self) -> tuple[Any, ...]:
        """The arguments of the operation as given: Values, plain numbers, tuples of them."""
        if self.constants is None or self.op is None:
            return tuple(arg for arg in (self.first, self.second) if arg is not None)
        if len(self.constants) == 1 and self.constants[0].__class__ is int:  # BIAS
            x = self.dfirst[:-1] if self.second is None else self.second
            return (self.first, (*x, 1))
        return self.constants


def apply(op: Op, *args: object) -> Value:
    """Compute op(*args) and, if a Value is among the arguments, record the node: a forward step.

    Plain numbers are constants: they get no node and no partial; without any Value the result is a
    plain number. NumPy arrays are taken element by element.
    """
    if not op.vectors and any(is_array(x, 0) for x in args):
        element = numpy().frompyfunc(lambda *numbers: apply(op, *numbers), len(args), 1)
        return mapped(element, args)  # type: ignore[no-any-return]
    args = evaluation.bind(op, args)
    kind = evaluation.kind_for(args)
    numbers = evaluation.each(lambda x: kind.convert(data_of(x)), args)
    out = evaluation.value(op, kind, numbers, args)
    active = tuple([any(isinstance(x, Value) for x in _tuple(arg)) for arg in args])
    if not any(active):
        return out  # type: ignore[no-any-return]
    partials = evaluation.partials(op, kind, active, numbers, out)
    node = Value.__new__(Value)
    node.data, node.grad, node.made = out, 0.0 if out.__class__ is float else 0, op
    _record(node, args, [arg for arg, on in zip(args, active, strict=True) if on], list(partials))
    return node


def _record(node: Value, args: tuple[Any, ...], parents: list[Any], partials: list[Any]) -> None:
    """Store the arguments that are Values, and their partials, in the slots of the node."""
    for k, vector in enumerate(parents):
        if vector.__class__ is tuple and not all(isinstance(x, Value) for x in vector):
            pairs = zip(vector, partials[k], strict=True)
            kept = [(x, partial) for x, partial in pairs if isinstance(x, Value)]
            parents[k], partials[k] = map(tuple, zip(*kept, strict=True))
    if len(parents) > 2 or len({x.__class__ is tuple for x in parents}) > 1:
        parents, partials = ([tuple(evaluation.flat(x))] for x in (parents, partials))
    node.first, node.second = (*parents, None)[:2]
    node.dfirst, node.dsecond = (*partials, None)[:2]
    if [*map(id, node.args)] != [*map(id, args)]:
        node.constants = args


def _tuple(parents: Any) -> tuple[Any, ...]:
    """The content of a slot as a tuple."""
    if parents.__class__ is tuple:
        return parents
    return () if parents is None else (parents,)
