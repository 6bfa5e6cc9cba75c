"""Pictures by the names that courses call them: trace(root), draw_dot(root), show_graph(root)."""

from autograd_mini.drawing import Drawing, draw
from autograd_mini.graph import topological
from autograd_mini.value import Value


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """The nodes of a graph and its (parent, node) edges, as sets.

    >>> from autograd_mini.compat import Value
    >>> nodes, edges = trace(Value(2.0) + 1)
    >>> len(nodes), len(edges)
    (3, 2)
    """
    nodes = topological(root)
    return set(nodes), {(parent, node) for node in nodes for parent in node.parents}


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """The graph as a graphviz.Digraph with name, data and grad of each node: `.render("graph")`.

    `format` is "svg", "png", "pdf", ...; `rankdir` "LR", left to right, or "TB", top down.

    Raises ValueError for others.
    """
    return draw(root, format=format, rankdir=rankdir, collapse=False)


show_graph = draw_dot
