"""Engines with a broken backward pass or graph; partials.py has those with a wrong derivative."""
# ruff: noqa: D102  # a method here is broken in the way that the docstring of its class says

from __future__ import annotations

from typing import Any, ClassVar

from .engine import Engine

Texts = tuple[str, str]  # English, Spanish
ENGINES: dict[str, type[Exhibit]] = {}


class Exhibit(Engine):
    """A broken engine, with ONE mistake that people make, and what belongs on its label.

    seen     where the mistake was made; what it is, its docstring and `mistake_es` say
    kind     the culprit that `check_grad` must name
    reveals  a function that brings it to light, at the point `at`
    """

    mistake_es: ClassVar[str]
    seen: ClassVar[Texts]
    kind: ClassVar[str] = "partial"
    at: ClassVar[tuple[float, ...]]
    in_training: ClassVar[bool] = False  # it shows from one step to the next, not in one gradient

    def __init_subclass__(cls) -> None:
        ENGINES[cls.__name__] = cls

    @staticmethod
    def reveals(*inputs: Any) -> Any:
        """The function; every exhibit has its own."""
        raise NotImplementedError


LEARNERS: Texts = ("exercises of learners", "ejercicios de quienes empiezan")


# --- accumulation --------------------------------------------------------------------------------
class Overwrites(Exhibit):
    """`=` where `+=` belongs: of a number that is used twice only one use counts."""

    mistake_es = "`=` donde va `+=`: de un número que se usa dos veces solo cuenta un uso."
    seen = (
        "the first version in Karpathy's lecture, on purpose; nn-zero-to-hero issue 52",
        "la primera versión de la clase de Karpathy, a propósito; nn-zero-to-hero, incidencia 52",
    )
    kind = "accumulation"
    at = (3.0,)

    def receive(self, share: float) -> None:
        self.grad = share

    @staticmethod
    def reveals(x: Any) -> Any:
        return x + x


class ParentsInASet(Exhibit):
    """The parents are kept in a set (a dict, with the partials): x * x has one edge, not two."""

    mistake_es = (
        "Los padres se guardan en un conjunto (un dict, con las derivadas): x * x tiene una "
        "arista, no dos."
    )
    seen = (
        "`_prev` of micrograd and six more; a closure saves the gradient, not the picture",
        "`_prev` de micrograd y seis más; una clausura salva el gradiente, no el dibujo",
    )
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

    mistake_es = (
        "Los nodos entre hoja y raíz conservan el gradiente de la pasada anterior: un segundo "
        "backward() da de más."
    )
    seen = (
        "all seven scalar engines that were tried: x**3 at 3 gives 27, then 45",
        "los siete motores escalares probados: x**3 en 3 da 27 y luego 45",
    )
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

    mistake_es = (
        "Recursión por cada camino, entregando el total acumulado: los nodos compartidos "
        "cuentan una y otra vez, en tiempo exponencial."
    )
    seen = LEARNERS
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

    mistake_es = (
        "Una simple pila por orden: un nodo entrega su gradiente antes de haberlo recibido entero."
    )
    seen = (
        "the question in micrograd's issues 21, 23, 64, 67, 91 and 96",
        "la pregunta de las incidencias 21, 23, 64, 67, 91 y 96 de micrograd",
    )
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

    mistake_es = (
        "A lo ancho, capa por capa desde la raíz: falla en cuanto un camino es más largo que otro."
    )
    seen = LEARNERS
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

    mistake_es = (
        "Los nodos se distinguen por su valor: de dos nodos distintos con el mismo dato, uno se "
        "queda fuera."
    )
    seen = (
        "classes with an __eq__ on data, or a dataclass, and `node not in visited`",
        "clases con __eq__ sobre el dato, o una dataclass, y `node not in visited`",
    )
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

    mistake_es = "backward() llega a los padres de la raíz y ahí se detiene."
    seen = LEARNERS
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

    mistake_es = "__rsub__ está escrito como __sub__: 5 - x calcula x - 5."
    seen = (
        "the question in micrograd's issues 57 and 58",
        "la pregunta de las incidencias 57 y 58 de micrograd",
    )
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

    mistake_es = (
        "La división reflejada opera con .data: el resultado es correcto y una hoja nueva que "
        "no conoce a sus padres."
    )
    seen = (
        "float(x), x.data, x.item() or x.detach() in the middle of a formula",
        "float(x), x.data, x.item() o x.detach() en medio de una fórmula",
    )
    kind = "gradient"
    at = (2.0,)

    def __rtruediv__(self, other: Any) -> Engine:
        return type(self)(other / self.data)

    @staticmethod
    def reveals(x: Any) -> Any:
        return x + 1.0 / x


class ForgetsZeroGrad(Exhibit):
    """The training loop does not clear the gradients: every step adds to those before."""

    mistake_es = (
        "El bucle de entrenamiento no borra los gradientes: cada paso se suma a los anteriores."
    )
    seen = (
        "Karpathy's lecture, by accident; micrograd's issues 25, 32, 53, 54, 63, 102",
        "la clase de Karpathy, sin querer; incidencias 25, 32, 53, 54, 63 y 102 de micrograd",
    )
    kind = "accumulation"
    at = (3.0, 2.0)
    in_training = True

    def zero_grad(self) -> None:
        pass

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x * y
