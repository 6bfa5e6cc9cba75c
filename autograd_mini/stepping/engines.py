"""Recording another engine, such as a broken one of the museum: what it does, not what it should.

Its graph is read from its nodes, and its backward pass is watched: each call of `receive` is an
addition to a gradient, whatever it does there, by the node whose turn it is.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from autograd_mini.drawing.scopes import ScopedLabel, scope_of
from autograd_mini.graph import topological
from autograd_mini.value import Value

from .sequence import Accumulate, Recorded, Seed, Step, Visit

if TYPE_CHECKING:
    from autograd_mini.museum import Engine


MOST = 100_000  # steps of an engine that visits every path


def mirrored(root: Engine) -> dict[Any, Value]:
    """For each node of the engine a Value with the same op, parents and partials, in order."""
    made: dict[Any, Value] = {}
    stack: list[Any] = [root]
    while stack:
        node = stack[-1]
        used = [x for x in (*node.args, *node.parents) if isinstance(x, type(root))]
        waiting = [x for x in used if x not in made]
        stack += waiting[::-1]
        if waiting or stack.pop() in made:
            continue
        value = made[node] = Value(node.data, label=getattr(node, "label", None))
        if node.parents:
            value.op = node.op
            value.first = tuple(made[parent] for parent in node.parents)
            value.dfirst = tuple(node.partials)
            value.constants = tuple(made.get(x, x) if x in used else x for x in node.args)
    return made


def backward(root: Engine, values: dict[Any, Value]) -> list[Step]:
    """The steps of `root.backward()`; the Values get the gradients that it leaves.

    Raises RecursionError where the engine recurses without end or visits a great many paths.
    """
    order = topological(values[root])
    ids = {node: order.index(value) for node, value in values.items() if value in order}
    watch = _Watch(ids)
    before = sys.getprofile()
    sys.setprofile(watch.look)
    try:
        root.backward()
    finally:
        sys.setprofile(before)
    recorded: list[Step] = [Seed(ids[root], 1.0), *watch.recorded]
    visited = {step.node for step in recorded if isinstance(step, Visit)}
    for node, k in sorted(ids.items(), key=lambda item: -item[1]):
        if k not in visited:
            recorded.append(Visit(k, node.grad, tuple(watch.users.get(k, ()))))
    for node, value in values.items():
        value.grad = node.grad
    return recorded


class _Watch:
    """A profile function that notes every call of `receive`."""

    def __init__(self, ids: dict[Any, int]) -> None:
        self.ids = ids
        self.recorded: list[Step] = []
        self.users: dict[int, dict[int, None]] = {}
        self.calls: list[tuple[Any, Any, float, float]] = []
        self.edges: dict[int, int] = {}  # the last one that each node has gone along

    def look(self, frame: FrameType, event: str, result: Any) -> None:
        """Take note of what a call of `receive` finds and leaves."""
        if frame.f_code.co_name != "receive":
            return
        local = frame.f_locals
        parent = local["self"]
        if event == "call" and frame.f_back:
            outer = frame.f_back.f_locals  # of the loop over the nodes, or of a node's own visit
            giver = outer.get("node", outer.get("self"))
            self.calls.append((giver, parent, local["share"], parent.grad))
        elif event == "return" and self.calls:
            self._note(*self.calls.pop(), parent.grad)

    def _note(self, giver: Any, parent: Any, share: float, before: float, after: float) -> None:
        if len(self.recorded) >= MOST:
            raise RecursionError(f"the engine's backward pass takes more than {MOST:,} steps")
        node, p = self.ids[giver], self.ids[parent]
        uses = [k for k, x in enumerate(giver.parents) if x is parent]
        last = self.edges.get(node, len(giver.parents))
        edge = next((k for k in uses if k > last), uses[0])
        if edge <= last:  # its turn begins, for the first time or again
            self.recorded.append(Visit(node, giver.grad, tuple(self.users.get(node, ()))))
        self.edges[node] = edge
        self.users.setdefault(p, {})[node] = None
        partial = giver.partials[edge]
        self.recorded.append(Accumulate(node, p, edge, giver.grad, partial, share, before, after))


def frozen(values: dict[Any, Value], names: dict[Any, str]) -> None:
    """Name the Values as the nodes are named, and let nobody change them."""
    for node, value in values.items():
        if not value.label and node in names:
            scope = scope_of(value)
            value.label = ScopedLabel(names[node], scope) if scope else names[node]
        value.__class__ = Recorded
