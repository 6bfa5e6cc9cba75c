"""A number that remembers how it was computed: forward pass, then backward pass.

Forward: every operation on Values makes a new Value, a node of the computation graph, that records
its parents and, for each of them, the partial derivative d(node)/d(parent).
Backward: from the last node, in reverse topological order, each node hands its parents their share
of the gradient. That is the chain rule, one edge at a time:

    parent.grad += node.grad * d(node)/d(parent)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import evaluation
from .graph import topological
from .kinds import Number, constant, in_ieee, kind_of, number
from .numberlike import NumberLike, data_of
from .ops import SHEET, Op

if TYPE_CHECKING:  # the operations of the sheet as methods: exp(), tanh(), relu(), ...
    from .functions import Methods
else:

    class Methods:
        __slots__ = ()


ADD, SUB, MUL, DIV, POW, NEG = map(SHEET.get, "add sub mul div pow neg".split())


class Value(NumberLike, Methods):
    """A node: a number, its gradient, and where it came from.

    Most nodes have one or two parents, so these have slots of their own: `first` and `second`, with
    the partial derivatives `dfirst` and `dsecond`. A node with more parents keeps tuples there.
    Read them as `parents` and `partials`.

    >>> x = Value(3.0)
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad            # y = x**2 + 2x, dy/dx = 2x + 2
    (15.0, 8.0)
    """

    __slots__ = (
        *("data", "grad", "op", "args_", "label"),
        *("first", "dfirst", "second", "dsecond"),
    )

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
        self.op: Op | None = None
        self.label = label
        self.args_: tuple[object, ...] | None = None  # set where a constant is among the arguments
        self.first: Value | tuple[Value, ...] | None = None
        self.second: Value | tuple[Value, ...] | None = None
        self.dfirst: Number = None
        self.dsecond: Number = None
        if parents or partials:
            self.first, self.dfirst = evaluation.by_hand(parents, partials)

    # --- forward pass: the operators; every other operation is in functions.py -----------------
    def __add__(self, other: object) -> Value:
        return apply(ADD, self, other)

    def __sub__(self, other: object) -> Value:
        return apply(SUB, self, other)

    def __mul__(self, other: object) -> Value:
        return apply(MUL, self, other)

    def __truediv__(self, other: object) -> Value:
        return apply(DIV, self, other)

    def __pow__(self, other: object) -> Value:
        return apply(POW, self, other)

    def __neg__(self) -> Value:
        return apply(NEG, self)

    def __radd__(self, other: object) -> Value:
        return apply(ADD, other, self)

    def __rsub__(self, other: object) -> Value:
        return apply(SUB, other, self)

    def __rmul__(self, other: object) -> Value:
        return apply(MUL, other, self)

    def __rtruediv__(self, other: object) -> Value:
        return apply(DIV, other, self)

    def __rpow__(self, other: object) -> Value:
        return apply(POW, other, self)

    # --- backward pass -------------------------------------------------------------------------
    def backward(self, seed: object = 1, *, create_graph: bool = False) -> None:
        """Add d(self)/d(leaf), times `seed`, to the `grad` of every leaf that self depends on.

        Interior nodes get a fresh gradient on each call; leaves accumulate, so a second call
        doubles them (`leaf.grad = 0` starts anew). With `create_graph` the gradients are Values
        themselves and can be differentiated again.

        Raises GradientError if a gradient comes out as nan; the leaves then keep what they had.
        """
        order = topological(self)
        leaves = [node for node in order if node.first is None]
        before = [leaf.grad for leaf in leaves]
        zero, one = evaluation.start(self, seed, create_graph)
        for node in order:
            if node.first is not None:
                node.grad = zero
        self.grad = one if self.first is not None else self.grad + one
        if create_graph:
            evaluation.sweep_with_graph(order)
        else:
            _sweep(order)
        if any([leaf.grad != leaf.grad for leaf in leaves]) and not in_ieee():
            error = evaluation.nan_gradient(order)
            for leaf, grad in zip(leaves, before, strict=True):
                leaf.grad = grad
            raise error

    # --- the graph -----------------------------------------------------------------------------
    def edges(self) -> Iterator[tuple[Value, Number]]:
        """(parent, partial) pairs; `x * x` has two."""
        return zip(self.parents, self.partials)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in the order of the arguments."""
        return (*_many(self.first), *_many(self.second))

    @property
    def partials(self) -> tuple[Number, ...]:
        """d(self)/d(parent) for each parent, as numbers."""
        if self.first is None:
            return ()
        tuples = self.first.__class__ is tuple
        first = self.dfirst if tuples else (self.dfirst,)
        if self.second is None:
            return first
        return (*first, *(self.dsecond if tuples else (self.dsecond,)))

    @property
    def args(self) -> tuple[object, ...]:
        """The arguments of the operation as given: Values, constants, tuples of them."""
        if self.args_ is not None:
            return self.args_
        return tuple(arg for arg in (self.first, self.second) if arg is not None)

    @property
    def _prev(self) -> tuple[Value, ...]:  # micrograd's names
        return self.parents

    @property
    def _op(self) -> str:
        return self.op.name if self.op else ""


def _sweep(order: list[Value]) -> None:
    """The chain rule from the last node to the first: parent.grad += node.grad * partial."""
    for node in reversed(order):
        adjoint = node.grad
        if not adjoint:
            continue  # exactly 0: nothing to hand on, whatever the partials are
        first, second = node.first, node.second
        if first.__class__ is not tuple:  # one or two parents, or none
            if first is not None:
                first.grad += adjoint * node.dfirst
                if second is not None:
                    second.grad += adjoint * node.dsecond
        else:  # vectors of parents
            for parent, partial in zip(first, node.dfirst):
                parent.grad += adjoint * partial
            if second is not None:
                for parent, partial in zip(second, node.dsecond):
                    parent.grad += adjoint * partial


def apply(op: Op, *args: object) -> Any:
    """Compute op(*args) and, if a Value is among the arguments, record the node: a forward step.

    Plain numbers are constants: they have no node, and no partial is computed for them.
    """
    bound = evaluation.bind(op, args)
    values: list[Number] = []
    constants: list[Number] = []
    for arg in bound:
        for x in arg if arg.__class__ is tuple else (arg,):
            if isinstance(x, Value):
                values.append(x.data)
            else:
                constants.append(constant(x))
    kind = kind_of(values, constants)
    numbers = [
        tuple([kind.convert(data_of(x)) for x in arg])
        if arg.__class__ is tuple
        else kind.convert(data_of(arg))
        for arg in bound
    ]
    out = evaluation.value(op, kind, numbers, bound)
    if not values:
        return out
    active = tuple([_holds_value(arg) for arg in bound])
    node = Value.__new__(Value)
    node.data, node.grad = out, 0.0 if out.__class__ is float else 0
    node.op, node.label = op, None
    _record(node, bound, active, evaluation.partials(op, kind, active, numbers, out))
    return node


def _record(node: Value, args: tuple[Any, ...], active: tuple[bool, ...], partials: Any) -> None:
    """Store the parents among the arguments, and their partials, in the slots of the node."""
    parents = [arg for arg, is_active in zip(args, active) if is_active]
    if node.op.vectors:  # one tuple of parents for each vector
        pairs = [_only_values(arg, partial) for arg, partial in zip(parents, partials)]
        parents, partials = [p for p, _ in pairs], [d for _, d in pairs]
    elif len(parents) > 2:
        parents, partials = [tuple(parents)], [partials]
    node.first, node.second = (*parents, None)[:2]
    node.dfirst, node.dsecond = (*partials, None)[:2]
    as_given = [arg for arg in (node.first, node.second) if arg is not None]
    same = len(args) == len(as_given) and all(a is b for a, b in zip(args, as_given))
    node.args_ = None if same else args


def _only_values(arg: Any, partials: Any) -> tuple[Any, Any]:
    """The Values in a vector argument, without the constants, and their partials."""
    if all([isinstance(x, Value) for x in arg]):
        return arg, partials
    kept = [(x, d) for x, d in zip(arg, partials) if isinstance(x, Value)]
    return tuple([x for x, _ in kept]), tuple([d for _, d in kept])


def _many(parents: Any) -> tuple[Value, ...]:
    if parents.__class__ is tuple:
        return parents  # type: ignore[no-any-return]
    return () if parents is None else (parents,)


def _holds_value(arg: Any) -> bool:
    return any(isinstance(x, Value) for x in (arg if arg.__class__ is tuple else (arg,)))
