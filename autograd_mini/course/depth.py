"""The laboratory of depth: what becomes of the gradient on its way back through many layers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from math import sqrt
from statistics import median, mode
from typing import Any, ClassVar, NamedTuple

from autograd_mini.drawing.curves import Curves, Points
from autograd_mini.nn import MLP
from autograd_mini.nn.initialisers import Initialiser, generator, initialiser, normal
from autograd_mini.numbers.arguments import positive, whole
from autograd_mini.training.diagnosis import Diagnosis, diagnose

from .laboratory import Laboratory, panel, shown, word

CASES: tuple[tuple[str, str | float], ...] = (
    ("sigmoid", "xavier_normal"), ("tanh", "xavier_normal"), ("tanh", 4.0),
    ("relu", "xavier_normal"), ("relu", "he_normal"), ("relu", 4.0),
)  # fmt: skip
DEPTHS = (1, 10, 20, 40)


class Flow(NamedTuple):
    """Networks of one kind: the median of RMS(dL/dx) over the seeds, and the usual verdict."""

    activation: str
    init: str
    layers: int
    gradient: float
    verdict: str


@dataclass(frozen=True, repr=False)
class Depth(Laboratory):
    """Rows of Flow; `paths` has, of the deepest networks of each kind, RMS(dL/dh) by layer."""

    paths: tuple[tuple[float, ...], ...]
    name: ClassVar[str] = "depth"

    def table(self, lang: str = "en") -> list[list[str]]:
        """A line for each kind of network, its depths side by side."""
        depths = sorted({row.layers for row in self.rows})
        heading = [word(name, lang) for name in ("activation", "init")]
        heading += [word("depth", lang, n=n) for n in depths]
        lines: dict[Any, list[str]] = {}
        for row in self.rows:
            cell = f"{shown(row.gradient, lang)} {shown(row.verdict, lang)}"
            lines.setdefault(row[:2], [*row[:2]]).append(cell)
        return [heading, *lines.values()]

    def panels(self, lang: str = "en") -> list[Curves]:
        """For each activation the gradient of every layer, the inputs' first."""
        kinds = dict.fromkeys(row[:2] for row in self.rows)
        lines: dict[str, dict[str, Points]] = {}
        for (activation, init), path in zip(kinds, self.paths, strict=True):
            lines.setdefault(activation, {})[init] = enumerate(path)
        return [panel(lang, "layer", "rms", each, name) for name, each in lines.items()]


def depth(
    activations: Iterable[str] | None = None,
    inits: Iterable[str | float] | None = None,
    depths: Iterable[int] = DEPTHS,
    *,
    width: int = 8,
    seeds: int = 31,
    seed: int = 18,
) -> Depth:
    """Send a gradient back through networks of every activation, initialiser and depth.

    L is the sum of the last layer's outputs, the input has numbers from N(0, 1), the biases are 0.
    A number s among `inits` draws weights from N(0, s**2 / inputs). Without activations and
    initialisers the kinds are CASES. Of each kind and depth there are `seeds` networks, whose seeds
    are `seed` and the numbers that follow. Medians of so few heavy-tailed numbers vary, in the
    deepest networks by a factor of 10 from one `seed` to the next; with the default they are the
    table of a public measurement (tests/benchmarks/depth_table.py says how likely).

    Raises ValueError or TypeError for arguments that are out of range or unknown.

    >>> print(depth(["relu"], [4], [1, 10], seeds=3).text().splitlines()[1])
    relu        s = 4    2.4 healthy  6091 exploding
    """
    given = product(activations or ("relu",), inits or ("he_normal",))
    kinds = dict.fromkeys(CASES if activations is None and inits is None else given)
    depths, seeds = sorted({whole("depths", n) for n in depths}), whole("seeds", seeds)
    if not depths:
        raise ValueError("depths must have at least one number of layers")
    rows, paths = [], []
    for activation, init in kinds:
        named, draw = (init, initialiser(init)) if isinstance(init, str) else _scaled(init)
        for layers in depths:
            found = [_one(activation, draw, layers, width, seed + k) for k in range(seeds)]
            ways = ([d.input_gradient_rms, *(x.gradient_rms for x in d.layers)] for d in found)
            flows = [median(way) for way in zip(*ways, strict=True)]
            verdict = mode(each.verdict for each in found)
            rows.append(Flow(activation, named, layers, flows[0], verdict))
        paths.append(tuple(flows))
    return Depth(tuple(rows), tuple(paths))


def _scaled(s: float) -> tuple[str, Initialiser]:
    positive("inits", s)
    return f"s = {s:g}", lambda rng, nin, _: normal(rng, nin, nin, s / sqrt(nin))


def _one(activation: str, init: Initialiser, layers: int, width: int, seed: int) -> Diagnosis:
    rng = generator(seed)
    x = [normal(rng, 1, 1) for _ in range(width)]
    kind: Any = {"activation": activation, "output": activation, "init": init}
    return diagnose(MLP(width, [width] * layers, seed=rng, **kind), [x])
