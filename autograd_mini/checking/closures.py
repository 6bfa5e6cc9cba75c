"""Who is to blame in an engine whose operations are not known: closures, or recorded partials.

got     one node's step of the backward pass alone, its gradient 1 and its parents' 0: what they
        then hold are its partials
wanted  f is run again with one node's data moved as the node is created. That moves a child
        directly and by way of its other parents,

            total[p][c] = sum over the parents q of c of partial[c][q] * total[p][q],

        a system that is triangular in order of creation; nothing is known of the operations
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .adapters import arguments
from .differences import EPS, quiet
from .graphs import op_name
from .nodes import adjoints, check_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .engines import Run
    from .graphs import Graph, Node
    from .report import Culprit

_WORK = 2_000_000  # nodes that may be created to look for the culprit; of large graphs a sample
_STEP = 2.0**-8
_START, _SEED = 0.731, 2.0  # of a second drive: the gradient of a node's parents before, its own
_TRIES = 8
_BINARY = ("*", "+", "mul", "add", "rmul", "radd", "times", "plus")


class Estimate(NamedTuple):
    """A derivative by differences, and how far off it may be."""

    value: float
    bar: float


def blamed(run: Run, wanted: Sequence[float]) -> Culprit | None:
    """The culprit of a wrong gradient; None where it cannot be told.

    `wanted` is the true gradient, by references that do not know the engine.
    """
    classes = {type(node) for node in _originals(run.graph())}
    for _ in range(
        _TRIES
    ):  # a set of parents has another order each time, which may be a right one
        with _created(run, classes) as made:
            run = run.again()
        with _writes(run, classes) as log:
            found = run.backward()
            written = list(log)
            if any(abs(g - x) > 1e-9 * abs(x) for g, x in zip(found, wanted, strict=False)):
                break
    else:
        return None
    graph = run.graph()
    for original, maker in made:
        node = graph.seen.get(id(original))
        if node is not None and node.parents and not op_name(node):
            node.op = maker.strip("_")
    with _writes(run, classes) as log:
        try:
            driver = _Driver(run, graph, classes, log)
            driver.drive()
        except Exception:  # its step cannot be called alone
            return None
    truth = _Truth(run, graph, classes, [original for original, _ in made])
    return (
        driver.broken_step()
        or truth.lost_parent()
        or truth.wrong_partial(found)
        or check_sums(graph, written, driver.expected, driver.replaces)
    )


def _originals(graph: Graph) -> list[Any]:
    return [node.node for node in graph.order]


# --- watching an engine's class ------------------------------------------------------------------
@contextlib.contextmanager
def _methods(classes: set[type], name: str, new: Callable[[type, Any], Any]) -> Iterator[None]:
    """With another method of this name in the classes; `new` gets the class and the old one."""
    before = {cls: vars(cls).get(name) for cls in classes}
    olds = {cls: getattr(cls, name) for cls in classes}
    for cls in classes:
        setattr(cls, name, new(cls, olds[cls]))
    try:
        yield
    finally:
        for cls, old in before.items():
            if old is None:
                delattr(cls, name)
            else:
                setattr(cls, name, old)


@contextlib.contextmanager
def _created(run: Run, classes: set[type], moved: int = -1, by: float = 0.0) -> Iterator[list[Any]]:
    """The nodes in order of creation; the data of number `moved` is moved by so much."""
    made: list[Any] = []
    begun: set[int] = set()

    def new(_: type, old: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if id(self) in begun:  # by way of super()
                old(self, *args, **kwargs)
                return
            begun.add(id(self))
            old(self, *args, **kwargs)
            begun.discard(id(self))
            if len(made) == moved:
                run.adapter.set(self, "data", run.adapter.get(self, "data") + by)
            made.append((self, sys._getframe(1).f_code.co_name))

        return init

    with _methods(classes, "__init__", new):
        yield made


@contextlib.contextmanager
def _writes(run: Run, classes: set[type]) -> Iterator[list[int]]:
    """The ids of the nodes whose gradient is set, one for each time from the seed on."""
    log: list[int] = []

    def new(_: type, old: Any) -> Any:
        def setattr_(self: Any, name: str, x: Any) -> None:
            if name == run.adapter.grad and (log or (x is not None and x != 0)):
                log.append(id(self))
            old(self, name, x)

        return setattr_

    with _methods(classes, "__setattr__", new):
        yield log


# --- got -----------------------------------------------------------------------------------------
class _Driver:
    """Each node's step of the backward pass, alone; gives the graph its partials.

    expected   how often each step writes into a parent: (node, parent) -> times
    replaces   whether a node replaces its own gradient when it is handed a share
    """

    def __init__(self, run: Run, graph: Graph, classes: set[type], log: list[int]) -> None:
        self.run, self.adapter, self.graph = run, run.adapter, graph
        self.classes, self.log = classes, log
        self.calls: list[tuple[Any, float]] = []
        self.expected: Counter[tuple[int, int]] = Counter()
        self.kept: list[tuple[Node, Node]] = []  # (node, a parent whose gradient it replaces)
        self.unchained: list[tuple[Node, Node]] = []  # whose share is the same for any gradient
        self.replaces = False

    def drive(self) -> None:
        """Drive all nodes, unless the engine has recorded its partials."""
        if self.graph.has_partials:
            for node in self.graph.order:
                self.expected.update((id(node), id(parent)) for parent in node.parents)
            return
        self.olds: dict[type, Any] = {}
        patched: Any = contextlib.nullcontext()
        if isinstance(self.adapter.backward, str) and self.adapter.local is not None:
            patched = _methods(self.classes, self.adapter.backward, self._stub)
        grads = [(node.node, self.adapter.get(node.node, "grad")) for node in self.graph.order]
        with patched:
            for node in self.graph.order:
                if node.parents:
                    self._one(node)
        for original, grad in grads:
            self.adapter.set(original, "grad", grad)

    def _stub(self, cls: type, old: Any) -> Any:
        """In place of a backward pass that a step calls on its parents, with their shares."""
        self.olds[cls] = old

        def backward(node: Any, *given: Any) -> None:
            self.calls += [(node, share) for share in given[:1]]

        return backward

    def _one(self, node: Node) -> None:
        parents = list(dict.fromkeys(node.parents))
        again = self._step(node, parents, _START, _SEED)
        got = self._step(node, parents, 0.0, 1.0)
        for parent in parents:
            uses = self.log.count(id(parent.node)) + sum(x is parent.node for x, _ in self.calls)
            self.expected[id(node), id(parent)] = uses
            total, twice = got[parent], again[parent] - _START
            near = 1e-6 * (1 + abs(total))
            if abs(twice + _START - _SEED * total) <= near and not self.calls:
                self.kept.append((node, parent))
            elif abs(twice - total) <= near < abs(total):
                self.unchained.append((node, parent))
        count = Counter(node.parents)
        node.partials = tuple(got[parent] / count[parent] for parent in node.parents)

    def _step(
        self, node: Node, parents: list[Node], start: float, seed: float
    ) -> dict[Node, float]:
        """The parents' gradients after the step of a node, which are `start` before."""
        adapter, original = self.adapter, node.node
        number = float if self.run.zero[0] is None else type(self.run.zero[0])
        for other in (*parents, node):
            adapter.set(other.node, "grad", number(start))
        self.calls.clear()
        returned = None
        if adapter.local is None:
            self._cut(node, parents)
        elif adapter.takes_gradient:
            self.olds[type(original)](original, seed)
            self.replaces |= start != 0 and adapter.number(original, "grad") == seed
        else:
            local: Any = adapter.get(original, "local")
            adapter.set(original, "grad", number(seed))
            self.log[:] = [id(original)]
            returned = local(seed) if arguments(local)[0] else local()
        total = {parent: float(adapter.number(parent.node, "grad")) for parent in parents}
        seen = {id(parent.node): parent for parent in parents}
        for x, share in (*self.calls, *self._returned(node, returned)):
            if id(x) in seen:
                total[seen[id(x)]] += float(share)
        return total

    def _returned(self, node: Node, shares: Any) -> list[tuple[Any, Any]]:
        """(parent, share) for each share that a step gives back in place of handing it on."""
        if shares is None or isinstance(shares, bool):
            return []
        given: list[Any] = list(shares) if hasattr(shares, "__iter__") else [shares]
        if all(isinstance(x, tuple) for x in given):
            return given
        raw = [parent for parent, _ in self.adapter.edges(node.node)]
        return list(zip(raw, given, strict=False))

    def _cut(self, node: Node, parents: list[Node]) -> None:
        """The whole pass from a node, with its parents made leaves for the time."""
        adapter, leaf = self.adapter, self.run.value(1.0)
        fields = [way for way in (adapter.parents, adapter.op) if isinstance(way, str)]
        kept = [(x.node, way, getattr(x.node, way)) for x in parents for way in fields]
        for x, way, _ in kept:
            setattr(x, way, getattr(leaf, way))
        try:
            adapter.run(node.node)
        finally:
            for x, way, old in kept:
                setattr(x, way, old)

    def broken_step(self) -> Culprit | None:
        """The first step that replaces a gradient where it must add, or forgets its node's own."""
        used = Counter(parent for node in self.graph.order for parent in node.parents)
        for kind, message, found in (
            ("accumulation", "replaced", sorted(self.kept, key=lambda pair: used[pair[1]] < 2)),
            ("partial", "unchained", self.unchained),
        ):
            for node, parent in found[:1]:
                return self.graph.culprit(kind, message, node, operand=self.graph.name(parent))
        return None


# --- wanted --------------------------------------------------------------------------------------
class _Truth:
    """The true partials, by running f again with one node's data moved."""

    def __init__(self, run: Run, graph: Graph, classes: set[type], made: list[Any]) -> None:
        self.run, self.graph, self.classes = run, graph, classes
        self.made = made
        self.data = [float(run.adapter.number(node)) for node in made]
        place = {id(node): k for k, node in enumerate(made)}
        known = all(id(node) in place for node in _originals(graph))
        self.place = {node: place[id(node.node)] for node in graph.order} if known else {}
        self.node = {k: node for node, k in self.place.items()}
        self.total: dict[int, list[Estimate]] = {}
        self.partials: dict[tuple[Node, Node], Estimate] = {}
        if known:
            with quiet():
                self._measure()

    def _measure(self) -> None:
        """The totals of all nodes, or of large graphs those of a sample; then the partials."""
        left = _WORK // (6 * len(self.made))
        turn: Counter[str] = Counter()
        children: list[tuple[int, Node]] = []
        for node in self.graph.order:
            if node.parents:
                turn[op_name(node)] += 1
                children.append((turn[op_name(node)], node))
        self.whole = left >= len(self.made)
        for _, node in sorted(children, key=lambda pair: pair[0]):
            for parent in dict.fromkeys(node.parents):
                k = self.place[parent]
                if k not in self.total and left > 0:
                    self.total[k], left = self._moved(k), left - 1
            if all(self.place[parent] in self.total for parent in node.parents):
                self._partials_of(node)
        if self.whole:
            for k in range(len(self.made)):
                self.total.setdefault(k, self._moved(k))

    def _moved(self, k: int) -> list[Estimate]:
        """The derivatives of the data of all nodes by that of number k."""
        size = abs(self.data[k])
        best = [Estimate(0.0, math.inf)] * len(self.data)
        for scale in {max(1.0, size), size or 1.0} if size < 0.1 else {max(1.0, size)}:
            steps = [scale * _STEP / part for part in (1, 2, 4)]
            rows = [(self._run(k, h), self._run(k, -h)) for h in steps]
            if any(len(side) != len(self.data) for row in rows for side in row):
                continue
            found = [
                _derivative(steps, [(up[c], y, down[c]) for up, down in rows])
                for c, y in enumerate(self.data)
            ]
            best = [min(a, b, key=lambda x: x.bar) for a, b in zip(best, found, strict=True)]
        return best

    def _run(self, k: int, h: float) -> list[float]:
        """The data of all nodes when that of number k is moved; [] if f has no value there."""
        try:
            with _created(self.run, self.classes, k, h) as made:
                leaves = [self.run.value(x) for x in self.run.inputs.numbers]
                self.run.inputs.call(self.run.f, leaves)
            return [float(self.run.adapter.number(node)) for node, _ in made]
        except Exception:  # whatever the engine does with such numbers
            return []

    def _partials_of(self, node: Node) -> None:
        child = self.place[node]
        parents = sorted({self.place[parent] for parent in node.parents}, reverse=True)
        for p in parents:  # the last created moves no other parent
            value, bar = self.total[p][child]
            for q in parents:
                if q > p:
                    known, by_way = self.partials[node, self.node[q]], self.total[p][q]
                    value -= known.value * by_way.value
                    bar += known.bar * abs(by_way.value) + abs(known.value) * by_way.bar
            self.partials[node, self.node[p]] = Estimate(value, bar)

    def lost_parent(self) -> Culprit | None:
        """A node that depends on another otherwise than by way of its parents."""
        if not self.place or not self.whole:
            return None
        for node, child in sorted(self.place.items(), key=lambda item: item[1]):
            parents = {self.place[parent] for parent in node.parents}
            for p in range(child):
                left = 0.0 if p in parents else self._unexplained(node, child, p)
                if left:
                    source = self.node.get(p)
                    name = self.graph.name(source) if source else f"{self.data[p]:.6g}"
                    return self.graph.culprit("accumulation", "parent", node, operand=name)
        return None

    def _unexplained(self, node: Node, child: int, p: int) -> float:
        """What node p adds to a child beside what comes by way of the child's parents."""
        value, bar = self.total[p][child]
        for parent in dict.fromkeys(node.parents):
            known, by_way = self.partials[node, parent], self.total[p][self.place[parent]]
            value -= known.value * by_way.value
            bar += known.bar * abs(by_way.value) + abs(known.value) * by_way.bar
        return value if abs(value) > 4 * bar + 1e-9 * abs(self.total[p][child].value) else 0.0

    def wrong_partial(self, found: Sequence[Any]) -> Culprit | None:
        """The partial that is off by most, if the partials as they are explain the gradient."""
        off = []
        for (node, parent), true in self.partials.items():
            edges = self.graph.edges(node)
            got = math.fsum(float(partial) for x, partial in edges if x is parent)
            error = abs(got - true.value)
            if not error <= 4 * true.bar + 1e-9 * max(abs(got), abs(true.value)):
                off.append((error / max(abs(true.value), error), node, parent, got, true.value))
        if not off or not self._explains(found):
            return None
        _, node, parent, got, true_value = max(off, key=lambda x: x[0])
        op, twice = op_name(node), abs(2 * got - true_value) <= 1e-6 * abs(true_value)
        uses = max(len(x.parents) for x in self.graph.order if op_name(x) == op)
        if twice and len(node.parents) == 1 and (uses > 1 or op in _BINARY):
            return self.graph.culprit(
                "accumulation", "edges", node, operand=self.graph.name(parent), uses=2, edges=1
            )
        operand = f"{self.graph.name(parent)} = {parent.data:.6g}"
        details = {"got": got, "wanted": true_value, "operand": operand}
        return self.graph.culprit("partial", "moved", node, **details)

    def _explains(self, found: Sequence[Any]) -> bool:
        """Whether the chain rule on the partials as they are gives the gradient as it is."""
        right, size = adjoints(self.graph)
        return all(
            abs(float(g) - right[id(leaf)]) <= 1e-9 * size[id(leaf)] + 1e-300
            for leaf, g in zip(self.graph.inputs, found, strict=True)
            if leaf is not None
        )


def _derivative(steps: list[float], values: list[tuple[float, float, float]]) -> Estimate:
    """Two Richardson steps on central differences (up, center, down); nothing at a kink."""
    slopes = [(up - down) / (2 * h) for h, (up, _, down) in zip(steps, values, strict=True)]
    one, two = ((4 * fine - coarse) / 3 for coarse, fine in pairwise(slopes))
    bends = [abs(up - 2 * y + down) / h for h, (up, y, down) in zip(steps, values, strict=True)]
    size = max(abs(x) for row in values for x in row)
    rounding = 4 * EPS * size / steps[-1]
    if not math.isfinite(two) or (bends[2] > bends[0] / 2 and bends[2] > 1e3 * rounding):
        return Estimate(0.0, math.inf)
    return Estimate(two, abs(two - one) + rounding)
