"""One small engine that is right, for the broken ones to differ from in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from autograd_mini.functions import OPERATORS
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules.evaluation import partials
from autograd_mini.rules.rule import rule

Rule = tuple[Callable[..., float], Callable[..., tuple[float, ...]]]  # value, partials
_OPERATIONS = "add sub mul div pow neg exp log sqrt sin cos tanh sigmoid relu abs maximum".split()


def _rule(op: Op) -> Rule:
    """The calculus of an operation, as its line of the sheet has it."""
    active = (True,) * len(op.params)
    return rule(op, FLOAT).value, lambda *args: partials(op, FLOAT, active, args[:-1], args[-1])


class Engine:
    """A number that remembers its parents and one partial derivative for each.

    `rules` has the calculus, the sheet's; `order` the order of the backward pass, `fresh` what it
    forgets of the pass before, and `receive` how a share of the gradient is added.

    >>> x = Engine(3.0)
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)
    """

    rules: ClassVar[dict[str, Rule]] = {name: _rule(SHEET[name]) for name in _OPERATIONS}

    def __init__(self, data: Any) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.op: Op | None = None
        self.args: tuple[Any, ...] = ()
        self.parents: tuple[Engine, ...] = ()
        self.partials: tuple[float, ...] = ()

    @classmethod
    def apply(cls, name: str, *args: Any) -> Engine:
        """Forward: the value of an operation, and its partial for each argument that is a node."""
        value, partials = cls.rules[name]
        numbers = [float(x) for x in args]
        node = cls(value(*numbers))
        node.op, node.args = SHEET[name], args
        slopes = zip(args, partials(*numbers, node.data), strict=True)
        node.record([(x, slope) for x, slope in slopes if isinstance(x, Engine)])
        return node

    def record(self, edges: list[tuple[Engine, float]]) -> None:
        """Keep the edges of this node: (parent, partial) pairs."""
        self.parents = tuple(parent for parent, _ in edges)
        self.partials = tuple(partial for _, partial in edges)

    def backward(self) -> None:
        """Add d(self)/d(leaf) to the `grad` of every leaf."""
        order = self.order()
        self.fresh(order)
        self.grad += 1.0
        for node in reversed(order):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                parent.receive(node.grad * partial)

    def order(self) -> list[Engine]:
        """Every node that this one depends on, parents before children."""
        done: list[Engine] = []
        seen: set[Engine] = set()
        stack = [(self, False)]
        while stack:
            node, parents_are_done = stack.pop()
            if parents_are_done:
                done.append(node)
            elif node not in seen:
                seen.add(node)
                stack += [(node, True), *((parent, False) for parent in node.parents)]
        return done

    def fresh(self, order: list[Engine]) -> None:
        """The nodes between the leaves and the root start from 0 in every backward pass."""
        for node in order:
            if node.parents:
                node.grad = 0.0

    def receive(self, share: float) -> None:
        """A share of the gradient, from one of the nodes computed from this one."""
        self.grad += share

    @classmethod
    def trainer(cls, f: Callable[..., Engine], size: int) -> Callable[..., list[float]]:
        """The gradient of f as a training loop gets it: the same leaves, step after step."""
        leaves = [cls(0.0) for _ in range(size)]

        def gradient(*point: float) -> list[float]:
            for leaf, x in zip(leaves, point, strict=True):
                leaf.data = float(x)
                cls.zero_grad(leaf)
            f(*leaves).backward()
            return [leaf.grad for leaf in leaves]

        return gradient

    def zero_grad(self) -> None:
        """Forget the gradient of the step before."""
        self.grad = 0.0

    def __float__(self) -> float:
        return self.data

    def __repr__(self) -> str:
        return f"{type(self).__name__}(data={self.data}, grad={self.grad})"


def _method(name: str, *, swapped: bool = False) -> Callable[..., Engine]:
    """The method for an operation; of a number that stands on the right, if it is `swapped`."""
    return lambda *args: args[0].apply(name, *(args[::-1] if swapped else args))


for _name in _OPERATIONS:
    _operator = OPERATORS.get(_name)
    setattr(Engine, f"__{_operator}__" if _operator else _name, _method(_name))
    if _operator and len(SHEET[_name].params) == 2:
        setattr(Engine, f"__r{_operator}__", _method(_name, swapped=True))
