"""`Value` as micrograd and the courses that follow it have it, on this engine's nodes.

Its graph is theirs: `x + 1` has two parents, `a - b` is `a + b * -1`, `a / b` is `a * b**-1`, `_op`
has the signs of the lecture. A node hands its gradient on by `node._backward()`, one at a time if
one likes, and an operation that a learner writes as `out = Value(t, (self,), "tanh");
out._backward = _backward` runs by that closure. All the same these are nodes of this engine: what
draws, steps through or checks its graphs does so with them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from typing import Any

from autograd_mini import value as engine
from autograd_mini.functions import ALIASES, METHODS, OPERATORS
from autograd_mini.graph import contents, restored
from autograd_mini.numbers.arrays import is_array
from autograd_mini.numbers.kinds import constant
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules import fast

SIGNS = {"add": "+", "mul": "*", "sub": "-", "div": "/", "relu": "ReLU"}
_label, _partials = engine.Value.label, engine.Value.dfirst  # type: ignore[misc]


def _operator(compute: Callable[[Any, Any], Any], taken: Callable[[Any], Any]) -> Any:
    """An operator of a Value and another, or what `taken` makes of a plain number."""

    def operator(self: Value, other: Any) -> Any:
        if other.__class__ is not Value and not isinstance(other, engine.Value):
            if is_array(other, 0):
                return NotImplemented  # NumPy comes back with its elements
            other = taken(other)
        return compute(self, other)

    return operator


class Value(engine.Value):
    """A node of micrograd's: Value(data, _children=(), _op='', label=''); `name` is its label too.

    >>> x = Value(0.5, label="x")
    >>> y = (x + 1).tanh()
    >>> y.grad = 1.0
    >>> y._backward()                                # one node after the other, by hand
    >>> [(p.data, round(p.grad, 4)) for p in y._prev], y._op
    ([(1.5, 0.1807)], 'tanh')

    Raises NumberTypeError (a TypeError) if `data` is not a number.
    """

    __slots__ = ("_closure", "__dict__", "__weakref__")  # copies have the partials in its place

    def __init__(
        self,
        data: object,
        _children: Iterable[engine.Value] = (),
        _op: str = "",
        label: str = "",
        *,
        name: str = "",
    ) -> None:
        super().__init__(data, label=label or name)
        if _children:
            self._prev = _children
        if _op:
            self._op = _op

    # --- micrograd's names ------------------------------------------------------------------------
    label = name = property(
        lambda node: _label.__get__(node) or "",  # type: ignore[union-attr]
        _label.__set__,  # type: ignore[union-attr]
    )

    @property
    def _prev(self) -> set[engine.Value]:
        return set(self.parents)

    @_prev.setter
    def _prev(self, children: Iterable[engine.Value]) -> None:
        self.first, self.second, self.op = tuple(dict.fromkeys(children)) or None, None, None

    @property
    def _op(self) -> str:
        if self.op is SHEET["pow"]:
            return f"**{data_of(self.args[1])}"
        return SIGNS.get(super()._op, super()._op) if self.op else super()._op

    @_op.setter
    def _op(self, sign: str) -> None:
        if self.op is not None:  # renamed, it is no longer a line of the sheet
            self.first, self.dfirst, self.op = self.parents, self.partials, None
            self.second = self.dsecond = None
        self.constants = (sign,)

    # --- backward ---------------------------------------------------------------------------------
    @property
    def _backward(self) -> Callable[[], None]:
        return getattr(self, "_closure", self._hand_on)

    @_backward.setter
    def _backward(self, closure: Callable[[], None]) -> None:
        """From now on the closure is the rule of this node, whatever it was computed by."""
        if self.op is not None:
            self._prev, self._op = self.parents, self._op
        self._closure, self.dfirst, self.dsecond = closure, None, None

    def _hand_on(self) -> None:
        """The chain rule for this node alone: each parent's grad += grad * partial."""
        if self.grad and (self.op is not None or _partials.__get__(self)):
            for parent, partial in self.edges():
                parent.grad = (parent.grad or 0) + self.grad * partial

    def _driven(self) -> Any:
        """The partials; a closure's from a call of it alone, with gradient 1 and its parents' 0."""
        found = _partials.__get__(self)
        if found is None and self.first is not None:
            nodes = (self, *self.parents)
            before = [node.grad for node in nodes]
            for node in nodes:
                node.grad = 0.0 if node is not self else 1.0
            try:
                with redirect_stdout(io.StringIO()):
                    self._backward()
                found = self.dfirst = tuple([node.grad for node in nodes[1:]])
            finally:
                for node, grad in zip(nodes, before, strict=True):
                    node.grad = grad
        return found

    dfirst = property(_driven, _partials.__set__)

    @staticmethod
    def _sweep(order: list[engine.Value]) -> None:
        """The sweep of this engine; where a learner's closures are among the nodes, they run."""
        if not any(node.op is None and node.first is not None for node in order):
            return engine.Value._sweep(order)
        for node in reversed(order):
            if isinstance(node, Value):
                node._backward()
            else:
                Value._hand_on(node)  # type: ignore[arg-type]
        return None

    # --- arithmetic, composed as micrograd composes it --------------------------------------------
    def __neg__(self) -> Any:
        return self * -1

    __sub__ = _operator(lambda self, other: self + (-other), constant)
    __truediv__ = _operator(lambda self, other: self * FUNCTIONS["pow"](other, -1), constant)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __rtruediv__(self, other: Any) -> Any:
        return self**-1 * other

    def __getitem__(self, k: int) -> Value:
        """A network with one output gives a Value; courses that take its first output get it."""
        return (self,)[k]

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad or 0})"


def _apply(op: Op, *args: object) -> Any:
    """What this engine computes, as a node of this class."""
    made = engine.apply(op, *args)
    return restored(Value, *contents(made)) if made.__class__ is engine.Value else made


FUNCTIONS: dict[str, Any] = {name: fast.function(op, _apply, Value) for name, op in SHEET.items()}
FUNCTIONS |= {alias: FUNCTIONS[name] for alias, name in ALIASES.items()}
for _name in (*METHODS, *ALIASES):
    setattr(Value, _name, FUNCTIONS[_name])
for _name, _method in OPERATORS.items():
    if _name in ("add", "mul"):
        setattr(Value, f"__{_method}__", _operator(FUNCTIONS[_name], Value))
        setattr(Value, f"__r{_method}__", getattr(Value, f"__{_method}__"))
    elif _name not in ("sub", "div", "neg"):
        setattr(Value, f"__{_method}__", FUNCTIONS[_name])
        if len(SHEET[_name].params) == 2:
            swapped = fast.function(SHEET[_name], _apply, Value, swapped=True)
            setattr(Value, f"__r{_method}__", swapped)
