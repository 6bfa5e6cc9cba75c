"""The laboratory of cost: operations of a value, of its gradient, and of finite differences."""

import timeit
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import starmap
from typing import ClassVar, NamedTuple

from autograd_mini import language
from autograd_mini.data import moons
from autograd_mini.drawing.curves import Curves
from autograd_mini.graph import topological
from autograd_mini.losses import mse
from autograd_mini.nn import MLP
from autograd_mini.numbers.arguments import whole
from autograd_mini.value import Value

from .laboratory import Laboratory, panel, shown, word

WIDTHS, SAMPLES = (2, 4, 8, 16), (5, 10, 20, 40)
_GIVEN = {"add", "sub", "neg", "mul", "dot", "sum", "mean"}  # a partial is an operand or a constant
_TIMES = 3
_TICKS = 0.002  # seconds that a measurement takes at least


class Operations(NamedTuple):
    """Of one computation: the nodes of its graph, and the operations of each pass."""

    nodes: int
    forward: int
    backward: int


def operations(root: Value) -> Operations:
    """Count the operations of the value and of its backward pass, node by node.

    Forward, an operation is a sum, a product or another function of one or two numbers: the dot
    product of k pairs is k products and k - 1 sums (a factor that is the constant 1, as that of a
    bias, is none), the sum of k numbers k - 1, their mean one more. Backward, each edge takes a
    product (gradient times local derivative) and a sum (+=), and one more for its local derivative,
    unless that is an operand or a constant.

    >>> from autograd_mini import Value
    >>> x = Value(3.0)
    >>> operations((x * x + 1).tanh())
    Operations(nodes=4, forward=3, backward=9)
    """
    nodes = topological(root)
    made = [(node.op.name, node) for node in nodes if node.op is not None]
    backward = sum((2 + (name not in _GIVEN)) * len(node.parents) for name, node in made)
    return Operations(len(nodes), sum(starmap(_forward, made)), backward)


def _forward(name: str, node: Value) -> int:
    many = [arg for arg in node.args if isinstance(arg, tuple | list)]
    if name == "dot":
        return 2 * len(many[0]) - 1 - (many[1][-1] in (1,))  # that of a bias
    return len(many[0]) - (name != "mean") if many else 1


class Spent(NamedTuple):
    """What the loss of a network on some samples takes.

    value         operations of the forward pass
    gradient      of both passes: all derivatives at once
    differences   of central differences, (L(w + h) - L(w - h)) / 2h: 2 values per parameter
    times         how long one gradient takes, in units of one value
    times_all     how long the differences take, in units of one gradient: 2 parameters / times
    """

    parameters: int
    samples: int
    nodes: int
    value: int
    gradient: int
    differences: int
    times: float
    times_all: float


@dataclass(frozen=True, repr=False)
class Cost(Laboratory):
    """Rows of Spent; first networks that grow, then samples that do."""

    name: ClassVar[str] = "cost"

    def said(self, lang: str) -> str:
        """What is to be seen, with the numbers of the last row."""
        row = self.rows[-1]
        n, often = (shown(n, lang) for n in (row.parameters, round(row.differences / row.gradient)))
        told = {"n": n, "differences": often, "gradient": f"{row.gradient / row.value:.1f}"}
        return language.text("lab.seen.cost", lang, **told)

    def panels(self, lang: str = "en") -> list[Curves]:
        """The operations against the parameters, and against the samples."""
        found = []
        few, wide = self.rows[0].samples, self.rows[-1].parameters
        for x, other, fixed in (("parameters", "samples", few), ("samples", "parameters", wide)):
            rows = sorted({row for row in self.rows if getattr(row, other) == fixed})
            ways = ("differences", "gradient", "value")
            lines = {word(y, lang): [(getattr(r, x), getattr(r, y)) for r in rows] for y in ways}
            title = word(f"fixed.{other}", lang, n=fixed)
            found.append(panel(lang, x, "operations", lines, title, "xy"))
        return found


def cost(widths: Iterable[int] = WIDTHS, samples: Iterable[int] = SAMPLES) -> Cost:
    """Count and time the loss of MLP(2, [n, n, 1]) on moons, for every width and number of samples.

    The widths go with the first number of samples, the samples with the last width. Counts are
    exact, see `operations`; times are those of this machine now, the best of three.

    Raises ValueError for numbers below 1, or none.

    >>> row = cost([2], [5]).rows[0]
    >>> row.parameters, row.differences == 2 * row.parameters * row.value
    (15, True)
    """
    wide, many = [whole("widths", n) for n in widths], [whole("samples", n) for n in samples]
    if not wide or not many:
        raise ValueError("widths and samples must have at least one number each")
    pairs = dict.fromkeys([(n, many[0]) for n in wide] + [(wide[-1], n) for n in many])
    return Cost(tuple(_spent(*pair) for pair in pairs))


def _spent(width: int, samples: int) -> Spent:
    data, model = moons(samples, seed=0), MLP(2, [width, width, 1], activation="tanh", seed=0)

    def loss() -> Value:
        return mse([model(x) for x in data.inputs], data.targets)

    (nodes, forward, backward), n = operations(loss()), len(model.parameters())
    times = _seconds(lambda: loss().backward()) / _seconds(loss)
    counts = n, samples, nodes, forward, forward + backward, 2 * n * forward
    return Spent(*counts, times, 2 * n / times)


def _seconds(f: Callable[[], object]) -> float:
    timer, often = timeit.Timer(f), 1
    while timer.timeit(often) < _TICKS:  # a browser's clock goes by tenths of a millisecond
        often *= 2
    return min(timer.repeat(repeat=_TIMES, number=often)) / often
