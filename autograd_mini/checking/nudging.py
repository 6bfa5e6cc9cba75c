"""The true partials of an engine of which nothing is known, by moving one node at a time.

f is run again, and the data of one parent is moved just before the child is computed: the child
moves as their partial says, and no other parent does.
"""

import contextlib
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import count, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from .adapters import Graph, Node, op_name
from .differences import EPS, quiet
from .engines import Run
from .findings import Culprit
from .nodes import adjoints

_WORK = 2_000_000  # nodes that may be created to look for the culprit; of large graphs a sample
_STEP = 2.0**-8
_TIMES, _PLUS = ("*", "mul", "rmul", "times"), ("+", "add", "radd", "plus")


class Estimate(NamedTuple):
    """A derivative by differences, and how far off it may be."""

    value: float
    bar: float


class _Done(BaseException):
    """What was asked for is known; not an Exception, so that no engine's own `except` stops it."""


@contextlib.contextmanager
def methods(classes: set[type], name: str, new: Callable[[type, Any], Any]) -> Iterator[None]:
    """With another method of this name in the classes; `new` gets the class and the old one."""
    olds = [(cls, getattr(cls, name), vars(cls).get(name)) for cls in classes]
    for cls, old, _ in olds:
        setattr(cls, name, new(cls, old))
    try:
        yield
    finally:
        for cls, _, own in olds:
            setattr(cls, name, own) if own else delattr(cls, name)


@contextlib.contextmanager
def created(classes: set[type], then: Callable[[list[Any]], object]) -> Iterator[list[Any]]:
    """The nodes in order of creation, each with the name of its maker; after each comes `then`."""
    made: list[Any] = []

    def new(cls: type, old: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if old is not object.__init__:  # a class that has __new__ alone
                old(self, *args, **kwargs)
            if type(self) is cls:  # not by way of super()
                made.append((self, sys._getframe(1).f_code.co_name))
                then(made)

        return init

    with methods(classes, "__init__", new):
        yield made


class Truth:
    """The true partials, by running f again with one node's data moved."""

    def __init__(self, run: Run, graph: Graph, classes: set[type], made: list[Any]) -> None:
        self.run, self.graph, self.classes = run, graph, classes
        self.data = [float(run.adapter.number(node)) for node in made]
        place = {id(node): k for k, node in enumerate(made)}
        known = all(id(node.node) in place for node in graph.order)
        self.place = {node: place[id(node.node)] for node in graph.order} if known else {}
        self.partials: dict[tuple[Node, Node], Estimate] = {}
        self.work = 0
        turns: dict[str, Iterator[int]] = defaultdict(count)  # of each operation one after another
        children = [(next(turns[op_name(x)]), x) for x in self.place if x.parents]
        with quiet():
            for _, node in sorted(children, key=itemgetter(0)):
                last_first = sorted({*node.parents}, key=self.place.__getitem__, reverse=True)
                for parent in last_first if self.work < _WORK else ():
                    self.partials[node, parent] = self._partial(node, parent)

    def _partial(self, node: Node, parent: Node) -> Estimate:
        p, size = self.place[parent], abs(float(parent.data))
        scales = {max(1.0, size), size or 1.0} if size < 0.1 else {max(1.0, size)}
        now = [self.data[self.place[node]]]
        found = [_derivatives(lambda h: [self._beside(node, {p: h})], now, x)[0] for x in scales]
        return min(found, key=lambda x: x.bar)

    def _beside(self, node: Node, moves: Mapping[int, float]) -> float:
        """The data of a node when other numbers are moved before it is computed; nan if none."""
        adapter, child = self.run.adapter, self.place[node]
        # Numbers that it wraps may be made in the midst of it: they are leaves, and its parents.
        leaves = {self.place[parent] for parent in node.parents if not parent.parents}
        begin = max(k for k in range(-1, child) if k not in leaves or k in moves)

        def then(made: list[Any]) -> None:
            self.work += 1
            if len(made) == begin + 1:
                for k, h in moves.items():
                    adapter.set(made[k][0], "data", adapter.get(made[k][0], "data") + h)
            if len(made) == child + 2:
                raise _Done

        try:
            with created(self.classes, then) as made, contextlib.suppress(_Done):
                inputs = self.run.inputs
                inputs.call(self.run.f, [self.run.value(x) for x in inputs.numbers])
            return float(adapter.number(made[child][0]))
        except Exception:  # whatever the engine does with such numbers
            return math.nan

    def lost_parent(self) -> Culprit | None:
        """A node that depends on another otherwise than by way of its parents."""
        names = {k: self.graph.name(node) for node, k in self.place.items()}
        for node, child in sorted(self.place.items(), key=itemgetter(1)):
            others = {*range(child)} - {self.place[parent] for parent in node.parents}
            moves = {k: _STEP * max(1.0, abs(self.data[k])) for k in others}
            now = self.data[child]
            if self.work > _WORK or not abs(self._beside(node, moves) - now) > 0:
                continue
            for k, h in moves.items():
                if abs(self._beside(node, {k: h}) - now) > 0:
                    name = names.get(k, f"{self.data[k]:.6g}")
                    return self.graph.culprit("accumulation", "parent", node, operand=name)
        return None

    def wrong_partial(self, recorded: bool) -> Culprit | None:
        """The partial that is off by most, if the partials as they are explain the gradient."""
        off = []
        for (node, parent), true in self.partials.items():
            edges = self.graph.edges(node)
            got = math.fsum(float(partial) for x, partial in edges if x is parent)
            error = abs(got - true.value)
            if not error <= 4 * true.bar + 1e-9 * max(abs(got), abs(true.value)):
                off.append((error / max(abs(true.value), error), node, parent, got, true.value))
        if not off or not self._explains():
            return None
        _, node, parent, got, true_value = max(off, key=itemgetter(0))
        if self._lost_itself(node, parent, got, true_value, recorded):
            lost = {"operand": self.graph.name(parent), "uses": 2, "edges": 1}
            return self.graph.culprit("accumulation", "edges", node, **lost)
        return _off(self.graph, node, parent, got, true_value)

    def _lost_itself(self, node: Node, parent: Node, got: float, true: float, kept: bool) -> bool:
        """Whether it is x * x or x + x with one edge, where the engine keeps one for each use."""
        op, x = op_name(node), float(parent.data)
        kept = kept or not isinstance(self.run.adapter.get(node.node, "parents"), Set)
        several = any(len(y.parents) > 1 for y in self.graph.order if op_name(y) == op)
        product = op in _TIMES and math.isclose(float(node.data), x * x, rel_tol=1e-6)
        once = len(node.parents) == 1 and math.isclose(2 * got, true, rel_tol=1e-6)
        return kept and once and (product if op in _TIMES else op in _PLUS or several)

    def _explains(self) -> bool:
        """Whether the chain rule on the partials as they are gives the gradient as it is."""
        right, size = adjoints(self.graph)
        floor = 16 * EPS * max(size.values())
        leaves = [(float(leaf.grad), id(leaf)) for leaf in self.graph.inputs if leaf is not None]
        return all(abs(g - right[k]) <= 1e-9 * size[k] + floor for g, k in leaves)


def wrong_closure(run: Run, graph: Graph) -> Culprit | None:
    """The rule of a learner's own on one of our nodes that is not how the node moves.

    Each input is moved: a node moves as its partials say of its parents' moves, or they are wrong.
    """
    closures = [node for node in graph.order if node.parents and node.op is None]
    moves = [_moves(run, graph, k) for k in range(len(run.leaves))] if closures else []
    for node in closures:
        rule: dict[Any, float] = {}
        for parent, partial in graph.edges(node):
            rule[parent] = rule.get(parent, 0.0) + partial
        gaps = [(m[node].value - sum(d * m[p].value for p, d in rule.items()), m) for m in moves]
        off = {}  # what each parent's partial would have to be if it alone were wrong
        for parent, got in rule.items():
            gap, most = max(gaps, key=lambda pair: abs(pair[1][parent].value))
            error = gap / (most[parent].value or math.inf)
            left = (abs(g - error * m[parent].value) - 8 * m[node].bar for g, m in gaps)
            if abs(error) > 1e-6 * (1 + abs(got)) and max(left) <= 1e-6 * abs(gap):
                off[parent] = got + error
        if off:
            (parent, true), *others = off.items()
            found = _off(graph, node, parent, rule[parent], true)
            return None if others else replace(found, op=node._op)
    return None


def _off(graph: Graph, node: Any, parent: Any, got: float, true: float) -> Culprit:
    wanted = float(f"{true:.10g}")  # no more digits than the differences have
    operand = f"{graph.name(parent)} = {parent.data:.6g}"
    return graph.culprit("partial", "moved", node, got=got, wanted=wanted, operand=operand)


def _moves(run: Run, graph: Graph, k: int) -> dict[Any, Estimate]:
    def data(h: float) -> list[float]:
        numbers = [x + h * (i == k) for i, x in enumerate(run.inputs.floats)]
        root = run.inputs.call(run.f, [run.value(x) for x in numbers])
        return [float(node.data) for node in type(graph)(root).order]

    numbers = [float(node.data) for node in graph.order]
    found = _derivatives(data, numbers, run.inputs.reach[k])
    return dict(zip(graph.order, found, strict=True))


def _derivatives(
    data: Callable[[float], list[float]], numbers: list[float], scale: float
) -> list[Estimate]:
    """How each of these numbers moves with h: two Richardson steps; nothing at a kink."""
    steps = [scale * _STEP / part for part in (1, 2, 4)]
    rows = [zip(data(h), numbers, data(-h), strict=True) for h in steps]
    return [_derivative(steps, values) for values in zip(*rows, strict=True)]


def _derivative(steps: list[float], values: tuple[tuple[float, float, float], ...]) -> Estimate:
    slopes = [(up - down) / (2 * h) for h, (up, _, down) in zip(steps, values, strict=True)]
    one, two = ((4 * fine - coarse) / 3 for coarse, fine in pairwise(slopes))
    bends = [abs(up - 2 * y + down) / h for h, (up, y, down) in zip(steps, values, strict=True)]
    size = max(abs(x) for row in values for x in row)
    rounding = 4 * EPS * size / steps[-1]
    if not math.isfinite(two) or (bends[2] > bends[0] / 2 and bends[2] > 1e3 * rounding):
        return Estimate(0.0, math.inf)
    return Estimate(two, abs(two - one) + rounding)
