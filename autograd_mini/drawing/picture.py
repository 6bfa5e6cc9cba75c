"""`draw`: the nodes and edges of a computation graph, as a graphviz.Digraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.errors import AutogradError
from autograd_mini.evaluation import recomputed
from autograd_mini.graph import is_stale, topological
from autograd_mini.numberlike import data_of
from autograd_mini.value import Value

from . import notation
from .digraph import Drawing
from .groups import GROUPS, grouped, path_of
from .rendering import engines
from .themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .groups import Path
    from .themes import Theme

DETAILS = ("values", "gradients", "chain rule")
DIRECTIONS = ("LR", "TB", "RL", "BT")
_FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree
_SHORT = 12  # characters of a name on an edge


def draw(
    *roots: Value | Iterable[Value],
    detail: str = "gradients",
    rankdir: str = "LR",
    number_format: str = ".4g",
    group: str | None = None,
    theme: str = "light",
    max_nodes: int = 1000,
    format: str = "svg",
    engine: str | None = None,
) -> Drawing:
    """The computation graph of one root or several, as a graphviz.Digraph that shows itself.

    A node shows its name, what it computes, its data, and its grad (— where no backward pass has
    been yet); nodes without a label are called v₁, v₂, ... in the order of computation, as
    intermediate variables are in Griewank and Walther (Evaluating Derivatives, 2008, section 2).
    An edge shows the local derivative; `x * x` has two edges. Constants have no node: they stand in
    the formula of the node that uses them. A node whose operands have changed since it was computed
    is marked as stale.

    Args:
        roots: Values, or lists of them.
        detail: "values" (no gradients), "gradients", or "chain rule" (on each edge also what flows
            back along it: gradient of the node times local derivative).
        rankdir: "LR", left to right, or "TB", top down; also "RL" and "BT".
        number_format: how floats are written, as in `format(x, ".4g")`.
        group: "neuron" or "layer" frames the nodes of each neuron or layer of a network, which are
            told by parameter names such as `layer1.neuron3.w[2]`.
        theme: the name of one of THEMES.
        max_nodes: more than that makes no readable picture, and is refused.
        format: what `.pipe()` and `.render()` make unless told: "svg", "png", "pdf", ...
        engine: "packaged" or "system" Graphviz; by default the first that works.

    Raises:
        TypeError: a root is not a Value, or there is none.
        ValueError: an unknown detail, rankdir, group, theme, format, ..., or a graph too large.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> picture = draw(y)
    >>> picture.source.count("n0 -> n1")                         # one edge for each factor
    2
    >>> picture.pipe(encoding="utf-8").count("∂v₁/∂x = 3")
    2
    """
    _one_of("detail", detail, DETAILS)
    _one_of("rankdir", rankdir, DIRECTIONS)
    _one_of("theme", theme, THEMES)
    if group is not None:
        _one_of("group", group, GROUPS)
    engines(engine)  # refuses an unknown one now, not at the first rendering
    if not _is_float_format(number_format):
        what = "a format for floats, such as '.4g'"
        raise ValueError(f"number_format must be {what}; got {number_format!r}")
    order = topological(*_values(roots))
    if len(order) > max_nodes:
        raise ValueError(
            f"the graph has {len(order):,} nodes; draw a part of it, or raise max_nodes"
            f" ({max_nodes:,}), beyond which a picture is hard to read and slow to make"
        )
    return _Picture(order, detail, rankdir, number_format, group, THEMES[theme]).drawing(
        format, engine
    )


draw_dot = draw  # micrograd's name for it


class _Picture:
    """What the parts of a picture have in common."""

    def __init__(
        self,
        order: Sequence[Value],
        detail: str,
        rankdir: str,
        number_format: str,
        group: str | None,
        theme: Theme,
    ) -> None:
        self.order, self.detail, self.rankdir = order, detail, rankdir
        self.number_format, self.theme = number_format, theme
        self.paths = grouped(order, group) if group else {}
        self.clusters = 0
        self.used = {parent for node in order for parent in node.parents}
        self.reached = self._reached()
        self.names = self._names()

    def drawing(self, format: str, engine: str | None) -> Drawing:
        """The whole as DOT."""
        colours = self.theme
        drawing = Drawing("gradients", format=format)
        drawing.rendering = engine
        drawing.attr(
            "graph",
            rankdir=self.rankdir,
            bgcolor=colours.background,
            fontname=_FONT,
            fontsize="12",
            ordering="in",  # operands in the order of the formula
            nodesep="0.3",
            ranksep="0.55" if self.rankdir in ("LR", "RL") else "0.4",
            pad="0.15",
        )
        drawing.attr("node", shape="plain", fontname=_FONT, fontsize="12", fontcolor=colours.text)
        drawing.attr(
            "edge",
            fontname=_FONT,
            fontsize="11",
            color=colours.line,
            fontcolor=colours.partial,
            arrowsize="0.7",
        )
        ids = {node: f"n{k}" for k, node in enumerate(self.order)}
        self._clusters(drawing, (), ids)
        edges = 0
        for node in self.order:
            for parent, partial in node.edges():
                attributes = {"id": f"e{edges}", "class": self._edge_class(node)}
                if label := self._edge_label(parent, node, partial):
                    attributes["label"] = f"<{label}>"
                drawing.edge(ids[parent], ids[node], **attributes)
                edges += 1
        return drawing

    # --- nodes -----------------------------------------------------------------------------------
    def _clusters(self, drawing: Any, path: Path, ids: dict[Value, str]) -> None:
        """The nodes of one group, and the groups inside it, in the order of the nodes."""
        inside: dict[Path, None] = {}
        upwards = path and self.rankdir in ("LR", "RL")  # dot stacks a group's nodes so
        for node in reversed(self.order) if upwards else self.order:
            own = self.paths.get(node, ())
            if own == path:
                kind = self._kind(node)
                drawing.node(
                    ids[node], f"<{self._node_label(node)}>", id=ids[node], **{"class": kind}
                )
            elif own[: len(path)] == path:
                inside[own[: len(path) + 1]] = None
        for inner in reversed(inside) if upwards else inside:
            self.clusters += 1
            with drawing.subgraph(name=f"cluster{self.clusters}") as cluster:
                cluster.attr(
                    label=f"<{notation.escaped(notation.name(inner[-1]))}>",
                    bgcolor=self.theme.subgroup if path else self.theme.group,
                    color=self.theme.line,
                    style="rounded",
                    fontcolor=self.theme.faint,
                    labeljust="l",
                    margin="12",
                )
                self._clusters(cluster, inner, ids)

    def _kind(self, node: Value) -> str:
        if node not in self.used:
            return "root"
        return "leaf" if node.first is None else "operation"

    def _node_label(self, node: Value) -> str:
        colours = self.theme
        fill = {"root": colours.root, "leaf": colours.leaf, "operation": colours.operation}
        heading = notation.escaped(self.names[node])
        if formula := notation.formula(node, self.names.__getitem__, self.number_format):
            heading += f" = {formula}"
        rows = [("data", notation.number(node.data, self.number_format), colours.text)]
        if stale := self._stale(node):
            rows.append(("stale", stale, colours.warning))
        if self.detail != "values":
            rows.append(("grad", self._grad(node), colours.gradient))
        cells = "".join(
            f'<tr><td align="left"><font color="{colours.faint}">{word}</font></td>'
            f'<td align="right"><font color="{colour}">{notation.escaped(text)}</font></td></tr>'
            for word, text, colour in rows
        )
        return (
            f'<table border="1" cellborder="0" cellspacing="0" cellpadding="4"'
            f' color="{colours.line}" bgcolor="{colours.node}">'
            f'<tr><td colspan="2" cellpadding="6" bgcolor="{fill[self._kind(node)]}">'
            f"&#160;{heading}&#160;</td></tr>"
            f"<hr/>{cells}</table>"
        )

    def _grad(self, node: Value) -> str:
        return notation.number(node.grad, self.number_format) if node in self.reached else "—"

    def _stale(self, node: Value) -> str:
        """What the node would be now, if its operands have changed; else the empty text."""
        try:
            if not is_stale(node):
                return ""
            return f"{notation.number(recomputed(node), self.number_format)} now"
        except AutogradError:
            return "no value now"

    def _reached(self) -> set[Value]:
        """The nodes whose gradient a backward pass has computed, be it 0.

        A pass leaves a gradient other than 0 at its root, and reaches every node below.
        """
        reached: set[Value] = set()
        for node in reversed(self.order):
            if node in reached or not _is_zero(node.grad):
                reached.add(node)
                reached.update(node.parents)
        return reached

    def _names(self) -> dict[Value, str]:
        names: dict[Value, str] = {}
        unnamed = 0
        for node in self.order:
            label = path_of(node.label)[1] if self.paths.get(node) else node.label
            if not label or not label.strip():
                unnamed += 1
                label = f"v{notation.subscript(unnamed)}"
            names[node] = notation.name(label)
        return names

    # --- edges -----------------------------------------------------------------------------------
    def _edge_class(self, node: Value) -> str:
        return "backward" if node in self.reached else "forward"

    def _edge_label(self, parent: Value, node: Value, partial: Any) -> str:
        if self.detail == "values":
            return ""
        above, below = (notation.name(self.names[v], _SHORT) for v in (node, parent))
        value = notation.number(partial, self.number_format)
        lines = [(f"∂{above}/∂{below} = {value}", self.theme.partial)]
        if self.detail == "chain rule":
            lines.append((self._passed_on(node, partial), self.theme.gradient))
        rows = "".join(
            f'<tr><td><font color="{colour}">{notation.escaped(text)}</font></td></tr>'
            for text, colour in lines
        )
        return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{rows}</table>'

    def _passed_on(self, node: Value, partial: Any) -> str:
        """Gradient of the node times local derivative = its share in the parent's gradient."""
        if node not in self.reached:
            return "—"
        adjoint, local = data_of(node.grad), data_of(partial)
        a, d, share = (
            notation.number(x, self.number_format) for x in (adjoint, local, adjoint * local)
        )
        return f"{a} × ({d}) = {share}" if d[:1] == "−" else f"{a} × {d} = {share}"


def _values(roots: Iterable[Any]) -> list[Value]:
    values: list[Value] = []
    for root in roots:
        if isinstance(root, Value):
            values.append(root)
        elif isinstance(root, list | tuple):
            values += _values(root)
        else:
            raise TypeError(f"draw takes Values, got {root!r:.60} ({type(root).__name__})")
    if not values:
        raise TypeError("draw takes at least one Value, got none")
    return values


def _is_float_format(number_format: Any) -> bool:
    try:
        return isinstance(number_format, str) and bool(format(1.5, number_format))
    except ValueError:
        return False


def _one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    allowed = tuple(allowed)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}")


def _is_zero(grad: Any) -> bool:
    return bool(data_of(grad) == 0)
