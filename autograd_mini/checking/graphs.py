"""The graph below a node: of our Values as they are, of another engine's nodes as `Node`s."""

from __future__ import annotations

from typing import Any

from autograd_mini.graph import topological
from autograd_mini.rules.evaluation import each
from autograd_mini.value import Value

from .adapters import Adapter, adapter_of, is_node
from .findings import Culprit


class Node:
    """A node of another engine as its adapter shows it now.

    `partials` is None where the engine records none; `args` too, and `op` is then only a name.
    """

    __slots__ = ("args", "data", "grad", "label", "node", "op", "parents", "partials")

    def __init__(self, node: Any, adapter: Adapter, edges: list[tuple[Node, Any]]) -> None:
        self.node = node
        self.data, self.grad = adapter.number(node), adapter.number(node, "grad")
        self.op, self.label = adapter.get(node, "op"), adapter.get(node, "label")
        self.parents = tuple(parent for parent, _ in edges)
        known = all(partial is not None for _, partial in edges)
        self.partials = tuple(partial for _, partial in edges) if known else None
        self.args: Any = getattr(node, "args", None) if adapter.parents != "args" else None
        if isinstance(self.args, tuple):
            seen = {id(parent.node): parent for parent in self.parents}
            self.args = each(lambda x: seen.get(id(x), x), self.args)


class Graph:
    """The nodes below a root, parents before children, and the edges between them."""

    def __init__(self, root: Any, adapter: Adapter | None = None) -> None:
        self.adapter = adapter
        self.inputs: list[Any] = []  # what stands for the inputs of f; None for one f does not use
        self.seen: dict[int, Any] = {}  # id of a node of the engine -> what stands for it here
        if isinstance(root, Value):
            self.order: list[Any] = [*topological(root)]
            self.seen = {id(node): node for node in self.order}
        else:
            self.order = self._mirrored(root, adapter or adapter_of(root))
        self.root = self.order[-1]
        self.number = {id(node): k for k, node in enumerate(self.order)}
        self.has_partials = len(self.order) > 1 and all(
            node.partials is not None for node in self.order
        )

    def _mirrored(self, root: Any, adapter: Adapter) -> list[Any]:
        kept: dict[int, list[tuple[Any, Any]]] = {}
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                edges = [(self.seen[id(parent)], partial) for parent, partial in kept[id(node)]]
                self.seen[id(node)] = Node(node, adapter, edges)
            elif id(node) not in kept:
                kept[id(node)] = [
                    pair for pair in adapter.edges(node)
                    if is_node(pair[0]) or isinstance(pair[0], type(root))
                ]  # fmt: skip
                stack += [(node, True), *((x, False) for x, _ in reversed(kept[id(node)]))]
        return list(self.seen.values())

    def leaves(self) -> list[Any]:
        """The engine's own nodes that have no parents."""
        leaves = (node for node in self.order if not node.parents)
        return [node.node if isinstance(node, Node) else node for node in leaves]

    def edges(self, node: Any) -> list[tuple[Any, Any]]:
        """(parent, partial) of each edge of a node."""
        return list(zip(node.parents, node.partials or (), strict=False))

    def name(self, node: Any) -> str:
        """The label of a node, or its operation and number in topological order."""
        if isinstance(node.label, str) and node.label:
            return node.label
        op = op_name(node)
        number = self.number.get(id(node), 0)
        return f"{op} #{number}" if op else f"#{number}"

    def culprit(self, kind: str, message: str, node: Any, **details: Any) -> Culprit:
        """The culprit at this node."""
        where = node.node if isinstance(node, Node) else node
        return Culprit(kind, message, self.name(node), op_name(node), details, where)


def in_graph(x: Any) -> bool:
    """Whether x is a node of a graph, and no plain number."""
    return isinstance(x, Value | Node)


def op_name(node: Any) -> str:
    """The name of the operation that made a node; "" for a leaf."""
    op = node.op
    return op if isinstance(op, str) else str(getattr(op, "name", getattr(op, "__name__", "")))
