"""References for the whole gradient: along one input, or along a direction in all of them.

Differences of float32 values show a derivative to three digits or so, those of the same function
on float64 numbers to nine: where it allows that, it is run on them.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Self

from autograd_mini.errors import PoleError
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.rules.evaluation import each
from autograd_mini.rules.rule import rule
from autograd_mini.value import Value

from . import references
from .adapters import Graph, data_of
from .casts import doubles
from .differences import EPS, Probe, quiet
from .engines import UndefinedError
from .inputs import Direction, Function, Inputs, Options, as_real, unit_of
from .nodes import Operation, rounding_of_value
from .references import KINK, NUMBER, Reference, by_fraction, by_ladder, by_mpmath, exact, mpmath

RATIONAL = frozenset(
    "add sub mul div neg abs square reciprocal pow sum prod mean dot relu maximum minimum max min"
    " where clamp hardtanh leaky_relu sign".split()
)
CLEAR = frozenset(  # operations that every engine means in the same way
    "add sub mul div neg abs square reciprocal pow exp log sqrt sin cos tan sinh cosh tanh sigmoid"
    " relu maximum minimum".split()
)
_LARGEST_EXACT = 100  # nodes: fractions grow with every product
_PRECISE = 100_000  # nodes, of all precise runs of a function on floats: a few seconds
_RUNS = 5  # of those for a derivative


class Truth:
    """True derivatives of f at a point, by the best means that f allows.

    f takes floats, or Values of an engine (`value`), of which `number` is what one holds. `graph`
    is that of f on our Values if it has one, `kinked` whether a node of it is on a kink.
    """

    def __init__(
        self, f: Function, inputs: Inputs, graph: Graph | None, options: Options,
        value: Function = float, number: Function = data_of,
    ) -> None:  # fmt: skip
        self.f, self.inputs, self.options = f, inputs, options
        self.value, self.number = value, number
        self.coarse: Truth | None = None  # of float32 values, where this one is of float64 ones
        self.other: Truth | None = None  # of float64 values, where this one keeps to float32
        self.kinked, self.noise = False, 0.0
        self.left = _PRECISE // len(graph.order) if graph and value is float else math.inf  # runs
        self.sources: list[Callable[[Direction, int], Reference | None]] = []
        if graph is None:
            return
        inner = [at for at in map(Operation.of, graph.order) if at]
        self.kinked = any(references.at_kink(at.op, at.numbers) for at in inner)
        self.noise = rounding_of_value(graph, inputs.eps)
        names = {at.op.name for at in inner}
        if len(graph.order) <= _LARGEST_EXACT and not self.kinked and names <= RATIONAL:
            self.sources.append(self._by_fraction)
        if mpmath() is not None and self.left >= _RUNS:
            self.sources.append(self._by_mpmath)
        smooth = self.sources and not self.kinked
        if smooth and not self._confirmed(inputs.direction(options.draw), graph):
            self.sources = []  # f leaves the graph: only its floats tell the truth

    def floats(self, numbers: Sequence[float]) -> float:
        """f as a function of a list of floats."""
        with doubles() if self.inputs.double else nullcontext():
            y = self.inputs.call(self.f, [self.value(x) for x in numbers])
            return float(as_real(self.number(y), "the value of f"))

    def _confirmed(self, along: Direction, graph: Graph) -> bool:
        """Whether the precise derivative along a direction is one that floats show too."""
        sharp = self.along(along)
        rough = self._by_ladder(along, 1)
        if sharp.source == rough.source:
            return False
        if rough.kind == KINK:  # floats see one at x, or too near for them to tell
            sides = self._by_mpmath(along, 1, kink=True) if mpmath() else None
            known = sides is not None and sides.kind == NUMBER
            return known and follows_graph(graph, self)
        if rough.kind == NUMBER:
            off, size = abs(sharp.value - rough.value) - 8 * rough.bar, abs(sharp.value)
            if sharp.kind != NUMBER or off > Fraction(self.options.slack) * size:
                return False
            if rough.bar <= size:
                return True
        return follows_graph(graph, self)  # floats cannot tell

    def along(self, along: Direction, order: int = 1) -> Reference:
        """The derivative along a direction (input -> weight), first or second."""
        tried = (by(along, order) for by in (*self.sources, self._by_ladder))
        return next(found for found in tried if found)

    def _moved(self, along: Direction, t: Any, number: Callable[[Any], Any]) -> Any:
        """What f gives for Values of such numbers, moved by t along the direction."""
        numbers = self.inputs.moved(along, t, number)
        root = self.inputs.call(self.f, [Value(x) for x in numbers])
        return root.data if isinstance(root, Value) else root

    def _scale(self, along: Direction) -> Any:
        return max(abs(self.inputs.numbers[k]) for k in along) if len(along) == 1 else 1

    def _by_fraction(self, along: Direction, order: int) -> Reference | None:
        return by_fraction(lambda t: self._moved(along, t, exact), self._scale(along), order)

    def _by_mpmath(self, along: Direction, order: int, kink: bool = False) -> Reference | None:
        if self.left <= 0:
            return None
        scale = self._scale(along)

        def f(t: Any) -> Any:
            self.left -= 1
            with suppress(PoleError):  # mpmath has no infinite slope, be it that of another input
                if isinstance(y := self._moved(along, t, references.precise), mpmath().mpf):
                    return y
            raise UndefinedError("f gives a float for mpmath's numbers")

        try:
            found = by_mpmath(f, scale, kink or self.kinked, order)
            if found.kind == KINK and references.jumps(f, scale):
                return found._replace(kind=references.DOMAIN)
        except UndefinedError:
            return None
        if found.kind == KINK and found.high - found.low <= abs(found.high) / 10**30 + found.bar:
            return found._replace(kind=NUMBER)  # the kinks lie elsewhere
        if found.kind == NUMBER:
            y = abs(exact(self.floats(self.inputs.floats)))
            size = abs(found.value) / 10**20 + Fraction(1, 10**50) * (1 + y)
            return found if found.bar <= size else None
        return found

    def _by_ladder(self, along: Direction, order: int) -> Reference:
        if self.coarse and not self._is_smooth(along):
            return self.coarse._by_ladder(along, order)
        options: dict[str, Any] = {"eps": self.inputs.eps, "noise": self.noise, "order": order}
        return by_ladder(*self._line(along), **options)

    def _line(self, along: Direction) -> tuple[Function, float]:
        """f as a function of how far it is moved along a direction; at what size its steps suit."""
        domain = self.options.domain

        def moved(t: float) -> float:
            parts = self.inputs.moved(along, t)
            if not all(domain[k][0] <= parts[k] <= domain[k][1] for k in along):
                raise ValueError
            return self.floats(parts)

        (k, weight), *others = along.items()
        return moved, 1.0 if others else self.inputs.floats[k] / weight

    def jump(self, along: Direction) -> float:
        """How high the jumps are that f has along a direction; 0 if it has none."""
        f, around = self._line(along)
        return largest_jump(lambda t: f(t * max(abs(around), 1.0)))

    # --- second derivatives ----------------------------------------------------------------------
    def second(self, i: int, j: int) -> Reference:
        """d2f/dx_i dx_j, by polarisation of the second derivatives along x_i, x_j and both."""
        if i == j:
            return self.along({i: 1.0}, 2)
        a, b = (2.0 ** math.floor(math.log2(self.inputs.reach[k])) for k in (i, j))
        parts = [self.along(along, 2) for along in ({i: a, j: b}, {i: a}, {j: b})]
        if none := next((part for part in parts if part.kind != NUMBER), None):
            return none
        both, first, other = parts
        times = 2 * exact(a) * exact(b)
        mixed = (both.value - first.value - other.value) / times
        bar = sum((part.bar for part in parts), Fraction(0)) / abs(times)
        return Reference(NUMBER, mixed, mixed, bar, both.source)

    # --- float32 ---------------------------------------------------------------------------------
    def doubled(self, f: Function, along: Direction) -> Self:
        """That of f on float64 numbers, if it is the same function; else this.

        It must move along this direction as one of such numbers does. In another, where a cast
        inside f leaves float32's steps, the float32 values count.
        """
        fine = type(self)(f, self.inputs.in_double(), None, self.options)
        fine.coarse = self
        y = in_double(f, self.inputs, lambda y: float(as_real(y, "the value of f")))
        if y is None:
            return self
        self.other = Truth(f, fine.inputs, None, self.options)
        if not fine._is_smooth(along):
            return self
        here = self.floats(self.inputs.floats)
        size = abs(here) + 1024 * abs(fine.floats(self.inputs.moved(along, 1 / 1024)) - y)
        return fine if abs(y - here) <= self.inputs.eps**0.5 * size else self

    def _is_smooth(self, along: Direction) -> bool:
        """Whether f, at steps of a float32's last bits, moves as one of float64 numbers does.

        There a smooth f hardly bends, and one with a cast in it as much as it moves.
        """
        f, around = self._line(along)
        reach = max(abs(around), 1.0)
        center, slope = f(0.0), 0.0
        with quiet(), suppress(ValueError, ArithmeticError):  # beside an edge of the domain
            for power, share in product(range(21, 26), (1.0, 0.73, 0.41)):
                h = share * reach * 2.0**-power
                up, down = f(h), f(-h)
                slope = max(slope, abs(up - down) / (2 * h)) if power == 21 else slope
                floor = 2.0**-46 * (abs(center) + reach * slope)
                if not abs((up - center) + (down - center)) <= 2.0**-13 * h * slope + floor:
                    return False
            return True
        return False


def in_double(f: Function, inputs: Inputs, read: Function) -> Any:
    """What `read` makes of f on float64 numbers; None if f refuses them or answers in less."""
    with suppress(Exception), doubles():  # float32 and float64 do not mix everywhere
        y = inputs.in_double().call(f, inputs.floats)
        return read(y) if unit_of(y) == EPS else None
    return None


# --- the jumps of a noisy function ---------------------------------------------------------------
# Such as a solver's result where its count of steps changes. Between two jumps it is smooth and has
# a slope of its own, off by what the solver left undone: short steps see that slope alone. How high
# the jumps are says what longer steps can tell.
_POINTS = 192  # of the first look
_ZOOM = 24  # points of each closer one
_ORDER = 6  # of the difference in which a jump stands out of what is smooth
_TRIED = 12  # places
_SMALL = 1e-3  # of the range of f: a higher jump is one of the function itself


def largest_jump(f: Callable[[float], float]) -> float:
    """The first small jump found of f in [-1, 1] that is no rounding; 0 if none, as of a smooth f.

    Where the sixth differences are large, they are taken anew at shorter and shorter steps: those
    of a smooth f fall by 4,096 each time, those at a jump stay.
    """
    with quiet():
        at = Probe(f, 0.0)
        h = 2 / _POINTS
        ys = [at(k * h - 1 + h / 3) for k in range(_POINTS)]
        known = [y for y in ys if math.isfinite(y)] or [0.0]
        limit, floor = _SMALL * (max(known) - min(known)), 1e-13 * max(map(abs, known))
        leaps, found = _leaps(ys), 0.0
        for _ in range(_TRIED):
            i = leaps.index(max(leaps))
            jump = _zoomed(at, i * h - 1 + h / 3, h / 4, floor)
            found = max(found, jump if jump <= limit else 0.0)
            if found > 1e3 * floor:
                break
            leaps = [0.0 if abs(k - i) <= _ORDER else leap for k, leap in enumerate(leaps)]
    return found


def _zoomed(f: Callable[[float], float], left: float, h: float, least: float) -> float:
    """The jump beyond `left`, seen in steps of h and ever shorter; 0 if below `least`."""
    while True:
        ys = [f(left + k * h) for k in range(_ZOOM + 1)]
        leaps = _leaps(ys)
        if not max(leaps) > least:
            return 0.0
        i = leaps.index(max(leaps))
        if h < 1e-14:
            return max(abs(b - a) for a, b in pairwise(ys[i : i + _ORDER + 1]))
        left, h = left + i * h, h * _ORDER / _ZOOM


def _leaps(ys: list[float]) -> list[float]:
    """The sizes of the sixth differences; 0 where f has no value."""
    for _ in range(_ORDER):
        ys = [b - a for a, b in pairwise(ys)]
    return [abs(y) if math.isfinite(y) else 0.0 for y in ys]


def follows_graph(graph: Graph, truth: Truth) -> bool:
    """Whether f moves as the operations that it recorded do: else a value has left the graph."""
    operations = [Operation.of(node) for node in graph.order if node.parents]
    if not all(operations):
        return False
    for step in (-1e-3, 1e-3, -1e-7, 1e-7):  # the short ones in a narrow domain
        along = {k: (1 + k % 3 / 4) * reach for k, reach in enumerate(truth.inputs.reach)}
        moved = truth.inputs.moved(along, step)
        values = {id(node): float(node.data) for node in graph.order}
        values |= {id(leaf): x for leaf, x in zip(graph.inputs, moved, strict=True)}
        with suppress(ValueError, ArithmeticError, TypeError):
            for node, op, args, _ in filter(None, operations):
                numbers = each(lambda x: float(values.get(id(x), x)), args)  # noqa: B023
                values[id(node)] = float(rule(op, FLOAT).value(*numbers))
            wanted, found = truth.floats(moved), values[id(graph.root)]
            if abs(found - wanted) > 1e-9 * max(abs(wanted), abs(float(graph.root.data))):
                return False
    return True


def on_values(f: Function, inputs: Inputs, y: float, unit: float) -> tuple[Graph | None, bool]:
    """The graph of f on our Values, if it takes them; whether its value is y, but for rounding."""
    with suppress(Exception):  # whatever f does with numbers it was not made for
        leaves = [Value(x) for x in inputs.floats]
        root = inputs.call(f, leaves)
        if isinstance(root, Value) and math.isfinite(root.data):
            graph, value = Graph(root), float(root.data)
            graph.inputs = leaves
            lost = (1e-9 + 64 * unit) * abs(value) + 8 * rounding_of_value(graph, unit)
            return graph, abs(value - y) <= lost
    return None, False
