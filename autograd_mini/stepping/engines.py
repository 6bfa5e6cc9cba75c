"""Recording another engine, such as a broken one of the museum: what it does, not what it should.

Its graph is read from its nodes, and in its backward pass each call of a node's `receive` is an
addition to a gradient, whatever it does there, by the node whose turn it is.
"""

from __future__ import annotations

import sys
from functools import partial
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
    recorded: list[Step] = [Seed(ids[root], 1.0)]
    users: dict[Any, dict[int, None]] = {node: {} for node in ids}
    edges = {node: len(node.parents) for node in ids}  # the last one that each has gone along

    def receive(parent: Any, share: float) -> None:
        outer = sys._getframe(1).f_locals  # of the loop over the nodes, or of a node's own visit
        node: Any = outer.get("node", outer.get("self"))
        before = parent.grad
        type(root).receive(parent, share)
        if len(recorded) > MOST:
            raise RecursionError(f"the engine's backward pass takes more than {MOST:,} steps")
        uses = [k for k, x in enumerate(node.parents) if x is parent]
        edge = next((k for k in uses if k > edges[node]), uses[0])
        if edge <= edges[node]:  # its turn begins, for the first time or again
            recorded.append(Visit(ids[node], node.grad, tuple(users[node])))
        edges[node] = edge
        users[parent][ids[node]] = None
        numbers = node.grad, node.partials[edge], share, before, parent.grad
        recorded.append(Accumulate(ids[node], ids[parent], edge, *numbers))

    for node in ids:
        vars(node)["receive"] = partial(receive, node)  # hides the method
    try:
        root.backward()
    finally:
        for node in ids:
            del vars(node)["receive"]
    visited = {step.node for step in recorded if isinstance(step, Visit)}
    for node, k in sorted(ids.items(), key=lambda item: -item[1]):
        if k not in visited:
            recorded.append(Visit(k, node.grad, tuple(users[node])))
    for node, value in values.items():
        value.grad = node.grad
    return recorded


def frozen(values: dict[Any, Value], names: dict[Any, str]) -> None:
    """Name the Values as the nodes are named, and let nobody change them."""
    for node, value in values.items():
        if not value.label and node in names:
            scope = scope_of(value)
            value.label = ScopedLabel(names[node], scope) if scope else names[node]
        value.__class__ = Recorded
