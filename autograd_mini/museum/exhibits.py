"""Engines with a broken backward pass or graph; partials.py has those with a wrong derivative."""
# ruff: noqa: D102  # a method here is broken in the way that the docstring of its class says

from __future__ import annotations

from typing import Any, ClassVar

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
    in_training: ClassVar[bool] = False  # it shows from one step to the next, not in one gradient

    def __init_subclass__(cls) -> None:
        ENGINES[cls.__name__], texts = cls, catalogue("museum")
        mistake = " ".join((cls.__doc__ or "").split())
        cls.mistake_es = texts.get(mistake, ("", cls.mistake_es))[1]
        cls.seen = texts.get(f"{cls.__name__}.seen", cls.seen)

    @staticmethod
    def reveals(*inputs: Any) -> Any:
        """The function; every exhibit has its own."""
        raise NotImplementedError


# --- accumulation --------------------------------------------------------------------------------
class Overwrites(Exhibit):
    """`=` where `+=` belongs: of a number that is used twice only one use counts."""

    kind = "accumulation"
    at = (3.0,)

    def receive(self, share: float) -> None:
        self.grad = share

    @staticmethod
    def reveals(x: Any) -> Any:
        return x + x


class ParentsInASet(Exhibit):
    """The parents are kept in a set (a dict, with the partials): x * x has one edge, not two."""

    kind = "accumulation"
    at = (3.0,)

    def record(self, edges: list[tuple[Engine, float]]) -> None:
        super().record(list(dict(edges).items()))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x * x


class StaleInterior(Exhibit):
    """The nodes between leaf and root keep the gradient of the pass before.

    A second backward() gives too much.
    """

    kind = "accumulation"
    at = (3.0,)

    def fresh(self, order: list[Engine]) -> None:
        pass

    @staticmethod
    def reveals(x: Any) -> Any:
        y = (x * x) * x
        if hasattr(y, "backward"):  # someone has looked at the gradient, and cleared it
            y.backward()
            x.grad = 0.0
        return y


class EveryPath(Exhibit):
    """Recursion into every path, handing on the total so far.

    Shared nodes count again and again, in exponential time.
    """

    kind = "order"
    at = (2.0,)

    def backward(self) -> None:
        self.grad = 1.0
        self.visit()

    def visit(self) -> None:
        for parent, partial in zip(self.parents, self.partials, strict=True):
            parent.receive(self.grad * partial)
            parent.visit()  # type: ignore[attr-defined]

    @staticmethod
    def reveals(x: Any) -> Any:
        shared = x * x
        return shared + shared * 3.0


# --- order ---------------------------------------------------------------------------------------
class NoTopologicalOrder(Exhibit):
    """A plain stack for an order: a node hands its gradient on before all of it has arrived."""

    kind = "order"
    at = (2.0,)

    def order(self) -> list[Engine]:
        found: list[Engine] = []
        stack: list[Engine] = [self]
        while stack:
            node = stack.pop()
            if node not in found:
                found.append(node)
                stack += node.parents
        return found[::-1]

    @staticmethod
    def reveals(x: Any) -> Any:
        shared = x * x
        return shared.sin() + shared


class BreadthFirst(Exhibit):
    """Breadth first, layer by layer from the root.

    Wrong as soon as one path is longer than another.
    """

    kind = "order"
    at = (2.0,)

    def order(self) -> list[Engine]:
        found: list[Engine] = [self]
        for node in found:
            found += [parent for parent in dict.fromkeys(node.parents) if parent not in found]
        return found[::-1]

    @staticmethod
    def reveals(x: Any) -> Any:
        shared = x * x
        return shared + shared.sin().exp()


class EqualNodes(Exhibit):
    """Nodes are told apart by their value.

    Of two different nodes with equal data one is left out.
    """

    kind = "accumulation"
    at = (2.0, 2.0)

    def order(self) -> list[Engine]:
        kept: dict[float, Engine] = {}
        for node in super().order():
            kept.setdefault(node.data, node)
        return list(kept.values())

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return (x * 3.0).sin() + (y * 3.0).cos()


class OneLevel(Exhibit):
    """backward() reaches the parents of the root and stops there."""

    kind = "accumulation"
    at = (2.0,)

    def order(self) -> list[Engine]:
        return [self]

    @staticmethod
    def reveals(x: Any) -> Any:
        return (x * x) * 5.0


# --- not in the graph ----------------------------------------------------------------------------
class ReversedSubtraction(Exhibit):
    """__rsub__ is written like __sub__: 5 - x computes x - 5."""

    kind = "value"
    at = (2.0,)

    def __rsub__(self, other: Any) -> Engine:
        return self.apply("sub", self, other)

    @staticmethod
    def reveals(x: Any) -> Any:
        return (5.0 - x) * 2.0


class CutGraph(Exhibit):
    """The reflected division works on .data.

    The result is right, and a new leaf that knows no parents.
    """

    kind = "gradient"
    at = (2.0,)

    def __rtruediv__(self, other: Any) -> Engine:
        return type(self)(other / self.data)

    @staticmethod
    def reveals(x: Any) -> Any:
        return x + 1.0 / x


class ForgetsZeroGrad(Exhibit):
    """The training loop does not clear the gradients: every step adds to those before."""

    kind = "accumulation"
    at = (3.0, 2.0)
    in_training = True

    def zero_grad(self) -> None:
        pass

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x * y
