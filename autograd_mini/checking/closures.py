"""Who is to blame in an engine whose operations are not known: closures, or recorded partials.

got     one node's step of the backward pass alone, its gradient 1 and its parents' 0: what they
        then hold are its partials
wanted  f is run again, and the data of one parent is moved just before the child is computed: the
        child moves as their partial says, and no other parent does
"""

import contextlib
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from copy import copy
from itertools import count, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from autograd_mini.functions import OPERATORS
from autograd_mini.ops import SHEET

from .adapters import Graph, Node, arguments, like, op_name, plain
from .differences import EPS, quiet
from .engines import Run, Stop
from .findings import Culprit
from .inputs import Function
from .nodes import Write, adjoints, check_sums

_TRIES = 8
_START, _SEED = 0.731, 2.0  # of a second drive: the gradients before, to what it adds; its own
_WORK = 2_000_000  # nodes that may be created to look for the culprit; of large graphs a sample
_STEP = 2.0**-8
_TIMES, _PLUS = ("*", "mul", "rmul", "times"), ("+", "add", "radd", "plus")
_MINUS = ("-", "sub", "minus", "/", "div", "truediv", "divide")  # of x and x they are the same
_OPERATIONS = {*SHEET, *OPERATORS.values(), *_TIMES, *_PLUS, *_MINUS, "power"}


def blamed(run: Run, wanted: Sequence[float], told: bool = False) -> Culprit | None:
    """The culprit of a wrong gradient; None where it cannot be told.

    `wanted` is the true gradient, by references that do not know the engine; `told`, that the
    partials are known to be right.
    """
    classes = {type(node.node) for node in run.graph().order}
    for _ in range(_TRIES):  # a set of parents has another order each time, maybe a right one
        with _created(classes, lambda made: None) as made:
            run = run.again()
        with _writes(run, classes) as written:
            found = run.backward()
            if any(abs(g - x) > 1e-9 * abs(x) for g, x in zip(found, wanted, strict=False)):
                break
    else:
        return None
    graph = run.graph()
    inner = {id(node.node): type(node.node) for node in graph.order if node.parents}
    for original, maker in made:
        node = graph.seen.get(id(original))
        if node is not None and node.parents and not op_name(node):
            by_class = len({*inner.values()}) > 1 or not maker.isidentifier()
            node.op = type(original).__name__ if by_class else maker
    with _writes(run, classes) as log:
        try:
            driver = _Driver(run, graph, classes, log)
        except Exception:  # its step cannot be called alone
            return None
    if not told:
        nudged = _Nudged(run, graph, classes, [original for original, _ in made])
        if culprit := driver.broken_step() or nudged.lost_parent():
            return culprit
        if off := nudged.wrong_partials():
            return nudged.named(off, driver)
    unseeded = driver.reads and not any(write.after for write in written)
    written = written if unseeded else _seeded(written)
    seen = {write.node for write in written}
    if not (graph.root.grad or unseeded) and seen.isdisjoint(inner):
        return None  # it keeps no gradients of inner nodes
    culprit = check_sums(graph, written, driver.expected)
    unseen = any(node.grad and id(node.node) not in seen for node in graph.order)
    return None if unseen and culprit and culprit.kind != "seed" else culprit


def _seeded(log: list[Write]) -> list[Write]:
    """What was written from the seed on: not the zeros before."""
    return log[next((k for k, write in enumerate(log) if write.after), len(log)) :]


@contextlib.contextmanager
def _methods(classes: set[type], name: str, new: Function) -> Iterator[None]:
    """With another method of this name in the classes; `new` gets the class and the old one."""
    olds = [(cls, getattr(cls, name), vars(cls).get(name)) for cls in classes]
    for cls, old, _ in olds:
        setattr(cls, name, new(cls, old))
    try:
        yield
    finally:
        for cls, _, own in olds:
            setattr(cls, name, own) if own else delattr(cls, name)


def _maker(frame: Any) -> str:
    """The function that makes a node: what calls it, if that and not it is a known operation."""
    names: list[str] = [x.f_code.co_name.strip("_") for x in (frame, frame.f_back)]
    return next((name for name in names if name in _OPERATIONS), names[0])


@contextlib.contextmanager
def _created(classes: set[type], then: Function) -> Iterator[list[Any]]:
    """The nodes in order of creation, each with the name of its maker; after each comes `then`."""
    made: list[Any] = []

    def new(cls: type, old: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if old is not object.__init__:  # a class that has __new__ alone
                old(self, *args, **kwargs)
            if type(self) is cls:  # not by way of super()
                made.append((self, _maker(sys._getframe(1))))
                then(made)

        return init

    with _methods(classes, "__init__", new):
        yield made


@contextlib.contextmanager
def _writes(run: Run, classes: set[type]) -> Iterator[list[Write]]:
    """What is written into the gradients of nodes."""
    log: list[Write] = []

    def new(_: type, old: Any) -> Any:
        def setattr_(self: Any, name: str, x: Any) -> None:
            if name == run.adapter.grad:
                before = float(run.adapter.number(self, "grad"))
                log.append(Write(id(self), before, float(plain(x) or 0)))
            old(self, name, x)

        return setattr_

    with _methods(classes, "__setattr__", new):
        yield log


# --- got -----------------------------------------------------------------------------------------
class _Driver:
    """Each node's step of the backward pass, alone; gives the graph its partials.

    expected   how often each step writes into a parent: (node, parent) -> times
    set        the sum of the gradients that a pass from a node gave it one after the other
    own        the gradient from which a pass has started
    hands      whether a backward pass hands shares on to the parents' own
    reads      whether a step reads the gradient that it hands on from its node
    """

    def __init__(self, run: Run, graph: Graph, classes: set[type], log: list[Write]) -> None:
        self.run, self.adapter, self.graph, self.log = run, run.adapter, graph, log
        self.given: list[tuple[Any, Any]] = []  # the shares that a step called with or gave back
        self.recorded = graph.has_partials
        self.expected: Counter[tuple[int, int]] = Counter()
        self.set: dict[tuple[Node, Node], float] = {}
        self.kept: list[tuple[Node, Node]] = []  # (node, a parent whose gradient it replaces)
        self.unchained: list[tuple[Node, Node]] = []  # whose share does not grow with the gradient
        self.hands, self.reads = False, False
        whole: Any = self.adapter.backward
        patched = classes if isinstance(whole, str) and self.adapter.local else set[type]()
        with _methods(patched, whole, self._stub):
            for node in graph.order:
                if self.recorded:
                    self.expected.update((id(node), id(parent)) for parent in node.parents)
                elif node.parents:
                    self._one(node)

    def _stub(self, _: type, old: Any) -> Any:
        """In place of a backward pass that a step calls on its parents, with their shares."""

        def backward(node: Any, *given: Any) -> Any:
            if node is self.driven:
                return old(node, *given)
            self.given += [(node, share) for share in given[:1]]
            self.hands = True
            return None

        return backward

    def _one(self, node: Node) -> None:
        parents = list(dict.fromkeys(node.parents))
        got = self._step(node, parents, {}, 1.0)
        log, given, own = [*self.log], self.given, self.own
        starts = {x: _START * (1 + abs(got.get(x, 0.0))) for x in parents}
        # a whole pass may reset what was there before, and sets its own seed
        alone = self.hands or self.adapter.local not in (None, self.adapter.backward)
        again = self._step(node, parents, starts if alone else {}, _SEED)
        for parent in parents:
            writes = [write for write in log if write.node == id(parent.node)]
            uses = len(writes) + sum(x is parent.node for x, _ in given)
            self.expected[id(node), id(parent)] = uses
            if not alone:
                self.set[node, parent] = sum(write.after for write in writes) / own
            total, start = got[parent], starts[parent] if alone else 0.0
            near, twice = 1e-6 * (1 + abs(total)), again[parent] * (1.0 if alone else _SEED) - start
            if abs(twice + start - _SEED * total) <= near and alone and not given:
                self.kept.append((node, parent))
            elif abs(twice - total) <= near < abs(total):
                self.unchained.append((node, parent))
            elif abs(twice - _SEED * total) > near and not self.hands:
                if self._step(node, parents, {}, 1.0) != got:
                    raise ArithmeticError  # a step that cannot be taken twice
                self.unchained.append((node, parent))  # a part of what it hands x of x * x
        count = Counter(node.parents)
        node.partials = tuple(got[parent] / count[parent] for parent in node.parents)

    def _step(
        self, node: Node, parents: list[Node], starts: Mapping[Node, float], seed: float
    ) -> dict[Node, float]:
        """The parents' gradients after the step of a node, which start from these, or 0."""
        adapter, original = self.adapter, node.node
        number, local = like(self.run.zero), adapter.get(original, "local")
        for other in (*parents, node):
            start = starts.get(other)
            adapter.set(other.node, "grad", number(start) if start else copy(self.run.zero))
        self.given, self.driven, self.own, returned = [], original, 1.0, None
        if local is None and seed != 1:
            adapter.set(original, "grad", number(seed))  # some start from what they find
        if adapter.local in (None, adapter.backward):
            with self._cut(parents):
                self.log.clear()
                adapter.run(original) if local is None else local(seed)
                self.log[:] = _seeded(self.log)
            if not self.hands:
                self.own = adapter.number(original, "grad") or 1.0
        else:
            adapter.set(original, "grad", number(seed))
            self.log.clear()
            self.reads = not arguments(local)[0]
            returned = local() if self.reads else local(seed)
        total = {parent: float(adapter.number(parent.node, "grad")) for parent in parents}
        seen = {id(parent.node): parent for parent in parents}
        self.given += self._returned(node, returned)
        for x, share in self.given:
            if id(x) in seen:
                total[seen[id(x)]] += float(share)
        return {parent: x / self.own for parent, x in total.items()}

    def _returned(self, node: Node, shares: Any) -> list[tuple[Any, Any]]:
        """(parent, share) for each share that a step gives back in place of handing it on."""
        if shares is None or isinstance(shares, bool):
            return []
        given = list(shares) if hasattr(shares, "__iter__") else [shares]
        if all(isinstance(x, tuple) for x in given):
            return given
        raw = [parent for parent, _ in self.adapter.edges(node.node)]
        return list(zip(raw, given, strict=False))

    @contextlib.contextmanager
    def _cut(self, parents: list[Node]) -> Iterator[None]:
        """With the parents made leaves."""
        adapter, leaf = self.adapter, self.run.value(1.0)
        ways = [way for way in (adapter.parents, adapter.op) if isinstance(way, str)]
        fields = {"__class__", *(way.partition(".")[0] for way in ways)}
        grown = [parent.node for parent in parents if parent.parents]
        kept = [(x, way, getattr(x, way)) for x in grown for way in fields]
        if grown and not isinstance(adapter.parents, str):
            raise AttributeError("parents")  # they are read by a function
        try:
            for x, way, _ in kept:
                setattr(x, way, getattr(leaf, way, ()))
            yield
        finally:
            for x, way, old in kept:
                setattr(x, way, old)

    def broken_step(self) -> Culprit | None:
        """The first step that replaces a gradient where it must add, or forgets its node's own."""
        used = Counter(parent for node in self.graph.order for parent in node.parents)
        self.kept.sort(key=lambda pair: used[pair[1]] < 2)
        if found := self.kept or self.unchained:
            kind, message = ("accumulation", "replaced") if self.kept else ("partial", "unchained")
            node, parent = found[0]
            return self.graph.culprit(kind, message, node, operand=self.graph.name(parent))
        return None


# --- wanted --------------------------------------------------------------------------------------
class Rate(NamedTuple):
    """How the data of a node moves with another number, and how far off that may be."""

    value: float
    bar: float


_Wrong = tuple[float, Node, Node, float, float]


class _Nudged:
    """The true partials, by running f again with one node's data moved."""

    def __init__(self, run: Run, graph: Graph, classes: set[type], made: list[Any]) -> None:
        self.run, self.graph, self.classes, self.live = run, graph, classes, graph.live()
        self.data = [float(run.adapter.number(node)) for node in made]
        place = {id(node): k for k, node in enumerate(made)}
        known = all(id(node.node) in place for node in graph.order)
        self.place = {node: place[id(node.node)] for node in graph.order} if known else {}
        self.partials: dict[tuple[Node, Node], Rate] = {}
        self.work = 0
        turns: dict[str, Iterator[int]] = defaultdict(count)  # of each operation one after another
        children = [(next(turns[op_name(x)]), x) for x in self.place if x.parents]
        with quiet():
            for _, node in sorted(children, key=itemgetter(0)):
                last_first = sorted({*node.parents}, key=self.place.__getitem__, reverse=True)
                for parent in last_first:
                    if id(parent) in self.live and self.work <= _WORK:
                        self.partials[node, parent] = self._partial(node, parent)

    def _partial(self, node: Node, parent: Node) -> Rate:
        p, size = self.place[parent], abs(float(parent.data))
        scales = {max(1.0, size), size or 1.0} if size < 0.1 else {max(1.0, size)}
        now = [self.data[self.place[node]]]
        found = [derivatives(lambda h: [self._beside(node, {p: h})], now, x)[0] for x in scales]
        best = min(found, key=lambda x: x.bar)
        if not best.value and self._beside(node, {p: _STEP * max(1.0, size)}, p) != now[0]:
            return Rate(0.0, math.inf)  # it is read before a node is made in the midst of it
        return best

    def _beside(self, node: Node, moves: Mapping[int, float], begin: int | None = None) -> float:
        """The data of a node when other numbers are moved before it is computed; nan if none.

        They are moved when number `begin` has been made, by default as late as can be.
        """
        adapter, child = self.run.adapter, self.place[node]
        # Numbers that it wraps may be made in the midst of it: they are leaves, and its parents.
        parents = {self.place[parent] for parent in node.parents}
        leaves = {self.place[parent] for parent in node.parents if not parent.parents}
        if begin is None:
            begin = max(k for k in range(-1, child) if k not in leaves or k in moves)

        def then(made: list[Any]) -> None:
            self.work += 1
            if len(made) == begin + 1:
                for k, h in moves.items():
                    x = adapter.get(made[k][0], "data")
                    adapter.set(made[k][0], "data", x + like(x)(h))
            if len(made) == child + 2:
                raise Stop

        try:
            with _created(self.classes, then) as made, contextlib.suppress(Stop):
                inputs = self.run.inputs
                inputs.call(self.run.f, [self.run.value(x) for x in inputs.numbers])
            moved = float(adapter.number(made[child][0]))
            lazy = (float(adapter.number(made[p][0])) != self.data[p] for p in parents - {*moves})
            return math.nan if any(lazy) else moved  # computed when asked for: others moved too
        except Exception:  # whatever the engine does with such numbers
            return math.nan

    def lost_parent(self) -> Culprit | None:
        """A node that depends on another otherwise than by way of its parents."""
        names = {k: self.graph.name(node) for node, k in self.place.items()}
        constant = {k for node, k in self.place.items() if id(node) not in self.live}
        for node, child in sorted(self.place.items(), key=itemgetter(1)):
            others = {*range(child)} - constant - {self.place[x] for x in node.parents}
            moves = {k: _STEP * max(1.0, abs(self.data[k])) for k in others}
            now = self.data[child]
            if self.work > _WORK or not abs(self._beside(node, moves) - now) > 0:
                continue
            for k, h in moves.items():
                if abs(self._beside(node, {k: h}) - now) > 0:
                    name = names.get(k, f"{self.data[k]:.6g}")
                    return self.graph.culprit("accumulation", "parent", node, operand=name)
        return None

    def wrong_partials(self) -> list[_Wrong]:
        """(how far it is off, node, parent, partial, the true one) of each that is wrong."""
        off = []
        for (node, parent), true in self.partials.items():
            edges = self.graph.edges(node)
            got = math.fsum(float(partial) for x, partial in edges if x is parent)
            error = abs(got - true.value)
            if not error <= 4 * true.bar + 1e-9 * max(abs(got), abs(true.value)):
                off.append((error / max(abs(true.value), error), node, parent, got, true.value))
        return off

    def named(self, off: list[_Wrong], driver: _Driver) -> Culprit | None:
        """The culprit: the partial that is off by most; None if that explains no gradients.

        Or a pass that keeps the last of two shares of the same node: they are right together.
        """
        for _, node, parent, _, true in off:
            both = driver.set.get((node, parent), math.nan)
            if node.parents.count(parent) > 1 and math.isclose(both, true, abs_tol=1e-6):
                name = self.graph.name(parent)
                return self.graph.culprit("accumulation", "replaced", node, operand=name)
        if not self._explains():
            return None
        _, node, parent, got, true = max(off, key=itemgetter(0))
        if self._lost_itself(node, parent, got, true, driver.recorded):
            lost = {"operand": self.graph.name(parent), "uses": 2, "edges": 1}
            return self.graph.culprit("accumulation", "edges", node, **lost)
        return off_by(self.graph, node, parent, got, true)

    def _lost_itself(self, node: Node, parent: Node, got: float, true: float, kept: bool) -> bool:
        """Whether it is x * x or x + x with one edge, where the engine keeps one for each use."""
        op, x = op_name(node), float(parent.data)
        kept = kept or not isinstance(self.run.adapter.get(node.node, "parents"), Set)
        several = any(len(y.parents) > 1 for y in self.graph.order if op_name(y) == op)
        product = op in _TIMES and math.isclose(float(node.data), x * x, rel_tol=1e-6)
        twice = math.isclose(2 * got, true, rel_tol=1e-6) and op not in _MINUS
        if not kept or len(node.parents) > 1 or not (twice or (op in _MINUS and not true)):
            return False
        return product if op in _TIMES else op in (*_PLUS, *_MINUS) or several

    def _explains(self) -> bool:
        """Whether the chain rule on the partials as they are gives the gradients as they are.

        Some engines keep none of inner nodes.
        """
        right, size = adjoints(self.graph)
        floor = 16 * EPS * max(size.values())
        return all(
            abs(float(x.grad) - right[k]) <= 1e-9 * size[k] + floor or (x.parents and not x.grad)
            for x in self.graph.order
            if (k := id(x)) in self.live
        )


def off_by(graph: Graph, node: Any, parent: Any, got: float, true: float) -> Culprit:
    """A partial that is not how the data of its node moves."""
    wanted = float(f"{true:.10g}")  # no more digits than the differences have
    operand = f"{graph.name(parent)} = {parent.data:.6g}"
    return graph.culprit("partial", "moved", node, got=got, wanted=wanted, operand=operand)


def derivatives(data: Function, numbers: list[float], scale: float) -> list[Rate]:
    """How each of these numbers moves with h: two Richardson steps; nothing at a kink."""
    steps = [scale * _STEP / part for part in (1, 2, 4)]
    rows = [zip(data(h), numbers, data(-h), strict=True) for h in steps]
    return [_derivative(steps, values) for values in zip(*rows, strict=True)]


def _derivative(steps: list[float], values: tuple[tuple[float, float, float], ...]) -> Rate:
    slopes = [(up - down) / (2 * h) for h, (up, _, down) in zip(steps, values, strict=True)]
    one, two = ((4 * fine - coarse) / 3 for coarse, fine in pairwise(slopes))
    bends = [abs(up - 2 * y + down) / h for h, (up, y, down) in zip(steps, values, strict=True)]
    size = max(abs(x) for row in values for x in row)
    rounding = 4 * EPS * size / steps[-1]
    if not math.isfinite(two) or (bends[2] > bends[0] / 2 and bends[2] > 1e3 * rounding):
        return Rate(0.0, math.inf)
    return Rate(two, abs(two - one) + rounding)
