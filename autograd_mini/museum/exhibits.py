"""The broken engines: their graph, their backward pass, or one of their derivatives."""
# ruff: noqa: D102  # a method here is broken in the way that the docstring of its class says

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from autograd_mini.functions import sigmoid
from autograd_mini.language import catalogue

from .engine import Engine

ENGINES: dict[str, type[Exhibit]] = {}


class Exhibit(Engine):
    """A broken engine, with ONE mistake that people make, and what belongs on its label.

    seen     where the mistake was made, in both languages; what it is, its docstring says, and
             `mistake_es`; the words stand in language/museum.txt
    kind     the culprit that `check_grad` must name
    reveals  a function that brings it to light, at the point `at`
    """

    mistake_es: ClassVar[str] = ""
    seen: ClassVar[tuple[str, str]] = catalogue("museum")["learners"]
    kind: ClassVar[str] = "partial"
    at: ClassVar[tuple[float, ...]]
    reveals: ClassVar[Callable[..., Any]]
    in_training: ClassVar[bool] = False  # it shows from one step to the next, not in one gradient

    def __init_subclass__(cls, **label: Any) -> None:
        for name, x in label.items():
            setattr(cls, name, staticmethod(x) if callable(x) else x)
        ENGINES[cls.__name__], texts = cls, catalogue("museum")
        mistake = " ".join((cls.__doc__ or "").split())
        cls.mistake_es = texts.get(mistake, ("", cls.mistake_es))[1]
        cls.seen = texts.get(f"{cls.__name__}.seen", cls.seen)


# --- accumulation --------------------------------------------------------------------------------
class Overwrites(Exhibit, kind="accumulation", at=(3.0,), reveals=lambda x: x + x):
    """`=` where `+=` belongs: if a number is used twice, only one use counts."""

    def receive(self, share: float) -> None:
        self.grad = share


class ParentsInASet(Exhibit, kind="accumulation", at=(3.0,), reveals=lambda x: x * x):
    """The parents are kept in a set (a dict, with the partials): x * x has one edge, not two."""

    def record(self, edges: list[tuple[Engine, float]]) -> None:
        super().record(list(dict(edges).items()))


def looked_at(x: Any) -> Any:
    """A gradient that someone has looked at, and cleared."""
    y = (x * x) * x
    if hasattr(y, "backward"):
        y.backward()
        x.grad = 0.0
    return y


class StaleInterior(Exhibit, kind="accumulation", at=(3.0,), reveals=looked_at):
    """The nodes between leaf and root keep the gradient of the previous pass.

    A second backward() gives too much.
    """

    def fresh(self, order: list[Engine]) -> None:
        pass


class EveryPath(
    Exhibit, kind="order", at=(2.0,), reveals=lambda x: (shared := x * x) + shared * 3.0
):
    """Recursion into every path, handing on the total so far.

    Shared nodes count again and again, in exponential time.
    """

    def backward(self) -> None:
        self.grad = 1.0
        self.visit()

    def visit(self) -> None:
        for parent, partial in zip(self.parents, self.partials, strict=True):
            parent.receive(self.grad * partial)
            parent.visit()  # type: ignore[attr-defined]


# --- order ---------------------------------------------------------------------------------------
class NoTopologicalOrder(
    Exhibit, kind="order", at=(2.0,), reveals=lambda x: (shared := x * x).sin() + shared
):
    """A plain stack, not an order: a node hands its gradient on before all of it has arrived."""

    def order(self) -> list[Engine]:
        found: list[Engine] = []
        stack: list[Engine] = [self]
        while stack:
            node = stack.pop()
            if node not in found:
                found.append(node)
                stack += node.parents
        return found[::-1]


class BreadthFirst(
    Exhibit, kind="order", at=(2.0,), reveals=lambda x: (shared := x * x) + shared.sin().exp()
):
    """Breadth first, layer by layer from the root.

    Wrong as soon as one path is longer than another.
    """

    def order(self) -> list[Engine]:
        found: list[Engine] = [self]
        for node in found:
            found += [parent for parent in dict.fromkeys(node.parents) if parent not in found]
        return found[::-1]


class EqualNodes(
    Exhibit, kind="accumulation", at=(2.0, 2.0), reveals=lambda x, y: (x * 3).sin() + (y * 3).cos()
):
    """Nodes are told apart by their value.

    Of two different nodes with equal data one is left out.
    """

    def order(self) -> list[Engine]:
        kept: dict[float, Engine] = {}
        for node in super().order():
            kept.setdefault(node.data, node)
        return list(kept.values())


class OneLevel(Exhibit, kind="accumulation", at=(2.0,), reveals=lambda x: (x * x) * 5.0):
    """backward() reaches the parents of the root and stops there."""

    def order(self) -> list[Engine]:
        return [self]


# --- not in the graph ----------------------------------------------------------------------------
class ReversedSubtraction(Exhibit, kind="value", at=(2.0,), reveals=lambda x: (5.0 - x) * 2.0):
    """__rsub__ is written like __sub__: 5 - x computes x - 5."""

    def __rsub__(self, other: Any) -> Engine:
        return self.apply("sub", self, other)


class CutGraph(Exhibit, kind="gradient", at=(2.0,), reveals=lambda x: x + 1.0 / x):
    """The reflected division works on .data.

    The result is right, but it is a new leaf that knows no parents.
    """

    def __rtruediv__(self, other: Any) -> Engine:
        return type(self)(other / self.data)


class ForgetsZeroGrad(
    Exhibit, kind="accumulation", at=(3.0, 2.0), reveals=lambda x, y: x * y, in_training=True
):
    """The training loop does not clear the gradients: every step adds to those before."""

    def zero_grad(self) -> None:
        pass


# --- wrong derivatives: each changes one rule of the healthy engine ------------------------------
def _changed(name: str, partials: Callable[..., tuple[float, ...]]) -> dict[str, Any]:
    """The healthy rules with other partials for one operation."""
    return Engine.rules | {name: (Engine.rules[name][0], partials)}


class WrongArgument(Exhibit, at=(2.0, 3.0), reveals=lambda x, y: x * y):
    """Each factor gets its own value: d(ab)/da = a in place of b."""

    rules = _changed("mul", lambda a, b, out: (a, b))


class SignOfSubtraction(Exhibit, at=(2.0,), reveals=lambda x: 5.0 - x):
    """The subtrahend gets +1 in place of -1."""

    rules = _changed("sub", lambda a, b, out: (1.0, 1.0))


class SignOfQuotient(Exhibit, at=(3.0, 2.0), reveals=lambda x, y: x / y):
    """The derivative with respect to the divisor has lost its sign."""

    rules = _changed("div", lambda a, b, out: (1 / b, out / b))


class ForgetsTheExponent(Exhibit, at=(2.0,), reveals=lambda x: x**3):
    """x**n forgets to multiply by n."""

    rules = _changed("pow", lambda a, b, out: (a ** (b - 1), out * math.log(a) if a > 0 else 0.0))


class DeafExponent(Exhibit, at=(3.0, 2.0), reveals=lambda x, y: x**y):
    """The exponent may be a node, but its gradient is always 0."""

    rules = _changed("pow", lambda a, b, out: (b * a ** (b - 1), 0.0))


class PowerRuleForExp(Exhibit, at=(2.5,), reveals=lambda x: x.exp()):
    """The power rule on an exponential: x * exp(x - 1)."""

    rules = _changed("exp", lambda a, out: (a * math.exp(a - 1),))


class LogForItsDerivative(Exhibit, at=(2.0,), reveals=lambda x: x.log()):
    """The derivative of log is the value of log."""

    rules = _changed("log", lambda a, out: (out,))


class SignOfCosine(Exhibit, at=(1.0,), reveals=lambda x: x.cos()):
    """cos' = sin: the sign is missing."""

    rules = _changed("cos", lambda a, out: (math.sin(a),))


class TanhOfItsInput(Exhibit, at=(0.5,), reveals=lambda x: x.tanh()):
    """tanh' = 1 - x**2: the square is of the output, tanh(x), not of the input."""

    rules = _changed("tanh", lambda a, out: (1 - a * a,))


class TanhCancels(Exhibit, at=(18.0,), reveals=lambda x: x.tanh()):
    """tanh' = 1 - out * out.

    Right on paper; in the tails the difference of two numbers near 1 has no correct digit.
    """

    rules = _changed("tanh", lambda a, out: (1 - out * out,))


class SigmoidForItsDerivative(Exhibit, at=(0.5,), reveals=lambda x: x.sigmoid()):
    """sigmoid' = s, and the factor 1 - s is forgotten."""

    rules = _changed("sigmoid", lambda a, out: (out,))


class SigmoidOfTheOutput(Exhibit, at=(2.0,), reveals=lambda x: x.sigmoid()):
    """The activation is applied again.

    Sigmoid' = s(out) (1 - s(out)), with the output in place of the input.
    """

    rules = _changed("sigmoid", lambda a, out: (sigmoid(out) * (1 - sigmoid(out)),))


class ReluLetsThrough(Exhibit, at=(-2.0,), reveals=lambda x: x.relu() + x * 0.5):
    """relu' = 1 on the negative side too: neurons that are off keep learning."""

    rules = _changed("relu", lambda a, out: (1.0,))


class TiesForAll(Exhibit, at=(2.0,), reveals=lambda x: x.maximum(x)):
    """At a tie max gives 1 to both: together they get twice what there is."""

    rules = _changed("maximum", lambda a, b, out: (float(a == out), float(b == out)))
