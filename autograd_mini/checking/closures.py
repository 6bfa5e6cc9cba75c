"""Who is to blame in an engine whose operations are not known: closures, or recorded partials.

got     one node's step of the backward pass alone, its gradient 1 and its parents' 0: what they
        then hold are its partials
wanted  by moving one node's data at a time (nudging.py)
"""

import contextlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .adapters import Graph, Node, arguments, like, op_name
from .engines import Run
from .findings import Culprit
from .nodes import Write, check_sums
from .nudging import Truth, created, methods

_START, _SEED = 0.731, 2.0  # of a second drive: the gradient of a node's parents before, its own
_TRIES = 8


def blamed(run: Run, wanted: Sequence[float]) -> Culprit | None:
    """The culprit of a wrong gradient; None where it cannot be told.

    `wanted` is the true gradient, by references that do not know the engine.
    """
    classes = {type(node.node) for node in run.graph().order}
    for _ in range(_TRIES):  # a set of parents has another order each time, maybe a right one
        with created(classes, lambda made: None) as made:
            run = run.again()
        with _writes(run, classes) as written:
            found = run.backward()
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
        except Exception:  # its step cannot be called alone
            return None
    truth = Truth(run, graph, classes, [original for original, _ in made])
    return (
        driver.broken_step()
        or truth.lost_parent()
        or truth.wrong_partial(driver.recorded)
        or check_sums(graph, written, driver.expected, driver.replaces)
    )


@contextlib.contextmanager
def _writes(run: Run, classes: set[type]) -> Iterator[list[Write]]:
    """What is written into the gradients of nodes, from the seed on."""
    log: list[Write] = []

    def new(_: type, old: Any) -> Any:
        def setattr_(self: Any, name: str, x: Any) -> None:
            if name == run.adapter.grad and (log or (x is not None and x != 0)):
                log.append(Write(id(self), float(run.adapter.number(self, "grad")), float(x or 0)))
            old(self, name, x)

        return setattr_

    with methods(classes, "__setattr__", new):
        yield log


# --- got -----------------------------------------------------------------------------------------
class _Driver:
    """Each node's step of the backward pass, alone; gives the graph its partials.

    expected   how often each step writes into a parent: (node, parent) -> times
    replaces   whether a node replaces its own gradient when it is handed a share
    """

    def __init__(self, run: Run, graph: Graph, classes: set[type], log: list[Write]) -> None:
        self.run, self.adapter, self.graph = run, run.adapter, graph
        self.classes, self.log = classes, log
        self.driven: Any = None
        self.given: list[tuple[Any, Any]] = []  # the shares that a step called with or gave back
        self.recorded = graph.has_partials
        self.expected: Counter[tuple[int, int]] = Counter()
        self.kept: list[tuple[Node, Node]] = []  # (node, a parent whose gradient it replaces)
        self.unchained: list[tuple[Node, Node]] = []  # whose share is the same for any gradient
        self.replaces = False
        if self.recorded:
            for node in graph.order:
                self.expected.update((id(node), id(parent)) for parent in node.parents)
        else:
            self._drive()

    def _drive(self) -> None:
        whole: Any = self.adapter.backward
        patched = self.classes if isinstance(whole, str) and self.adapter.local else set[type]()
        with methods(patched, whole, self._stub):
            for node in self.graph.order:
                if node.parents:
                    self._one(node)

    def _stub(self, _: type, old: Any) -> Any:
        """In place of a backward pass that a step calls on its parents, with their shares."""

        def backward(node: Any, *given: Any) -> Any:
            if node is self.driven:
                return old(node, *given)
            self.given += [(node, share) for share in given[:1]]
            return None

        return backward

    def _one(self, node: Node) -> None:
        parents = list(dict.fromkeys(node.parents))
        alone = self.adapter.local is not None  # the whole pass may reset, and sets its own seed
        again = self._step(node, parents, _START, _SEED) if alone else {}
        got = self._step(node, parents, 0.0, 1.0)
        for parent in parents:
            writes = [write for write in self.log if write.node == id(parent.node)]
            uses = len(writes) + sum(x is parent.node for x, _ in self.given)
            self.expected[id(node), id(parent)] = uses
            total, twice = got[parent], again.get(parent, math.nan) - _START
            near = 1e-6 * (1 + abs(total))
            replaced = not alone and any(write.after == write.before != 0 for write in writes)
            if replaced or (abs(twice + _START - _SEED * total) <= near and not self.given):
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
        number, local = like(self.run.zero[0]), adapter.get(original, "local")
        for other in (*parents, node):
            adapter.set(other.node, "grad", number(start))
        self.given, self.driven, returned = [], original, None
        if adapter.local is None:
            self.log.clear()
            self._cut(node, parents)
        else:
            adds = adapter.local == adapter.backward  # what it is given, to its gradient
            if not adds:
                adapter.set(original, "grad", number(seed))
            self.log[:] = [Write(0, 0.0, 0.0)]  # a log that is not empty takes zeros too
            returned = local(seed) if adds or arguments(local)[0] else local()
            self.replaces |= adds and start != 0 and adapter.number(original, "grad") == seed
        total = {parent: float(adapter.number(parent.node, "grad")) for parent in parents}
        seen = {id(parent.node): parent for parent in parents}
        self.given += self._returned(node, returned)
        for x, share in self.given:
            if id(x) in seen:
                total[seen[id(x)]] += float(share)
        return total

    def _returned(self, node: Node, shares: Any) -> list[tuple[Any, Any]]:
        """(parent, share) for each share that a step gives back in place of handing it on."""
        if shares is None or isinstance(shares, bool):
            return []
        given = list(shares) if hasattr(shares, "__iter__") else [shares]
        if all(isinstance(x, tuple) for x in given):
            return given
        raw = [parent for parent, _ in self.adapter.edges(node.node)]
        return list(zip(raw, given, strict=False))

    def _cut(self, node: Node, parents: list[Node]) -> None:
        """The whole pass from a node, with its parents made leaves for the time."""
        adapter, leaf = self.adapter, self.run.value(1.0)
        ways = [way for way in (adapter.parents, adapter.op) if isinstance(way, str)]
        fields = {way.partition(".")[0] for way in ways}
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
        self.kept.sort(key=lambda pair: used[pair[1]] < 2)
        if found := self.kept or self.unchained:
            kind, message = ("accumulation", "replaced") if self.kept else ("partial", "unchained")
            node, parent = found[0]
            return self.graph.culprit(kind, message, node, operand=self.graph.name(parent))
        return None
