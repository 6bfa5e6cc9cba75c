"""`draw_paths`: the chain rule as a sum over all paths from an input to a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.graph import topological
from autograd_mini.language import checked, text, whole
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .digraph import Drawing
from .folding import magnitude
from .picture import FONT
from .rendering import engines
from .sketch import check_format, from_one_on, names_of, one_of
from .themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .themes import Theme

LONGEST = 14  # nodes of a path that are drawn; of a longer one the first and the last


class Path(NamedTuple):
    """A path: its nodes, the partial of each edge, and the product of these."""

    nodes: tuple[Value, ...]
    partials: tuple[Any, ...]
    product: Any


class PathDrawing(Drawing):
    """A drawing that knows the paths it shows.

    count    how many paths there are
    paths    those that are drawn, the largest product first
    total    the sum over all paths, which is d(root)/d(leaf)
    """

    count: int = 0
    total: Any = 0
    paths: Sequence[Path] = ()


def draw_paths(
    root: Value,
    leaf: Value,
    *,
    limit: int = 12,
    number_format: str = ".4g",
    theme: str = "light",
    format: str = "svg",
    engine: str | None = None,
    lang: str = "en",
) -> PathDrawing:
    """Each path from `leaf` to `root` with the product of its partials, and their sum.

    The sum over all paths is the derivative d(root)/d(leaf) (Bauer, Computational graphs and
    rounding error, SIAM J. Numer. Anal. 11, 1974). Paths are counted before any is listed, since
    their number can grow exponentially; beyond `limit` the largest products are drawn, found
    without listing the others. `leaf` may be any node.

    Raises:
        TypeError: root or leaf is not a Value.
        ValueError: an unknown theme, engine or language, or a limit below 1.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> picture = draw_paths(y, x)
    >>> picture.count, [path.product for path in picture.paths], picture.total
    (3, [3.0, 3.0, 2.0], 8.0)
    """
    for name, value in (("root", root), ("leaf", leaf)):
        if not isinstance(value, Value):
            raise TypeError(f"{name} must be a Value, got {value!r:.60} ({type(value).__name__})")
    from_one_on("limit", limit)
    one_of("theme", theme, THEMES)
    checked(lang)
    check_format(number_format)
    engines(engine)
    order = topological(root)
    count, total, paths = largest_paths(order, leaf, limit)
    drawing = PathDrawing("paths", format=format)
    drawing.rendering = engine
    drawing.count, drawing.total, drawing.paths = count, total, paths
    _Writer(drawing, names_of(order), number_format, THEMES[theme], lang).write(root, leaf)
    return drawing


class _Found(NamedTuple):
    """A path to a node, as its last edge and the path before that."""

    size: float
    product: Any
    before: _Found | None
    node: Value
    partial: Any


def largest_paths(order: Sequence[Value], leaf: Value, limit: int) -> tuple[int, Any, list[Path]]:
    """Their number, the sum of their products, and the largest, by dynamic programming."""
    root = order[-1]
    count: dict[Value, int] = {leaf: 1}
    total: dict[Value, Any] = {leaf: 1}
    best: dict[Value, list[_Found]] = {leaf: [_Found(1.0, 1, None, leaf, None)]}
    for node in order:
        if node is leaf:
            continue
        found: list[_Found] = []
        for parent, given in node.edges():
            if parent not in count:
                continue
            partial = data_of(given)
            count[node] = count.get(node, 0) + count[parent]
            share = total[parent] * partial
            total[node] = total[node] + share if node in total else share
            for path in best[parent]:
                product = path.product * partial
                found.append(_Found(magnitude(product), product, path, node, partial))
        if found:
            found.sort(key=lambda path: -path.size)
            best[node] = found[:limit]
    return count.get(root, 0), total.get(root, 0), [_unrolled(p) for p in best.get(root, [])]


def _unrolled(found: _Found) -> Path:
    nodes, partials, product = [], [], found.product
    step: _Found | None = found
    while step is not None:
        nodes.append(step.node)
        partials.append(step.partial)
        step = step.before
    return Path(tuple(nodes[::-1]), tuple(partials[-2::-1]), product)


class _Writer:
    """Writes paths as DOT: a row for each, with its product, and the sum of these."""

    def __init__(
        self,
        drawing: PathDrawing,
        names: dict[Value, str],
        number_format: str,
        theme: Theme,
        lang: str,
    ) -> None:
        self.drawing, self.names, self.theme, self.lang = drawing, names, theme, lang
        self.number_format = number_format

    def write(self, root: Value, leaf: Value) -> None:
        """The whole."""
        drawing, colours = self.drawing, self.theme
        shown = len(drawing.paths)
        drawing.attr(
            "graph",
            rankdir="LR",
            bgcolor=colours.background,
            fontname=FONT,
            fontsize="12",
            fontcolor=colours.faint,
            nodesep="0.2",
            ranksep="0.45",
            pad="0.15",
            margin="0",  # of a page, in PDF
            label=f"<{notation.escaped(self._caption(shown))}>",
            labelloc="b",
            labeljust="l",
        )
        drawing.attr(
            "node",
            shape="box",
            style="filled",
            fontname=FONT,
            fontsize="12",
            fontcolor=colours.text,
            color=colours.line,
            fillcolor=colours.operation,
            height="0.3",
            width="0.4",
            margin="0.1,0.04",
        )
        drawing.attr(
            "edge",
            fontname=FONT,
            fontsize="11",
            color=colours.line,
            fontcolor=colours.partial,
            arrowsize="0.7",
        )
        ends: list[str] = []
        for k, path in enumerate(drawing.paths):
            self._row(k, path, ends)
        listed = sum((path.product for path in drawing.paths), start=0)
        if drawing.count > shown:
            rest = text("common.other paths", self.lang, n=whole(drawing.count - shown, self.lang))
            rest += f": {self._number(drawing.total - listed)}"
            self._plain("rest", rest, colours.gradient)
            ends.append("rest")
        for first, second in zip(range(shown), range(1, shown), strict=False):
            drawing.edge(f"p{first}n0", f"p{second}n0", style="invis", weight="0")
        with drawing.subgraph() as same:
            same.attr(rank="same")
            for k in range(shown):
                same.node(f"p{k}n0")
        with drawing.subgraph() as same:
            same.attr(rank="same")
            for end in ends:
                same.node(end)
        above, below = (notation.escaped(self.names.get(v) or _name(v)) for v in (root, leaf))
        total = notation.escaped(self._number(drawing.total))
        drawing.node(
            "total",
            f"<<b>&#160;∂{above}/∂{below} = {total}&#160;</b>>",
            id="total",
            fillcolor=colours.root,
            **{"class": "total"},
        )
        for end in ends:
            drawing.edge(end, "total")

    def _caption(self, shown: int) -> str:
        count = self.drawing.count
        if count == 0:
            return text("drawing.no path", self.lang)
        if count > shown:
            return text("drawing.largest", self.lang, n=whole(count, self.lang), shown=shown)
        return text(
            f"common.{'one path' if count == 1 else 'paths'}", self.lang, n=whole(count, self.lang)
        )

    def _row(self, k: int, path: Path, ends: list[str]) -> None:
        colours = self.theme
        places = list(range(len(path.nodes)))
        if len(places) > LONGEST:
            places = [*places[: LONGEST // 2], *places[-LONGEST // 2 :]]
        before = None
        for place in places:
            id = f"p{k}n{place}"
            node = path.nodes[place]
            fill = colours.leaf if place == 0 else colours.operation
            if place == len(path.nodes) - 1:
                fill = colours.root
            label = f"<{notation.escaped(self.names.get(node) or _name(node))}>"
            self.drawing.node(id, label, id=id, fillcolor=fill, **{"class": "step"})
            if before is not None:
                if place - before > 1:
                    label, style = "…", "dashed"
                else:
                    label, style = self._number(path.partials[before]), "solid"
                self.drawing.edge(
                    f"p{k}n{before}",
                    id,
                    id=f"p{k}e{before}",
                    label=f"<{notation.escaped(label)}>",
                    style=style,
                    weight="20",
                    **{"class": "step"},
                )
            before = place
        factors = [self._number(partial) for partial in path.partials]
        factors = [f"({text})" if i and text[:1] == "−" else text for i, text in enumerate(factors)]
        if len(factors) > 5:
            factors = [*factors[:2], "…", factors[-1]]
        product = self._number(path.product)
        text = f"{' × '.join(factors)} = {product}" if len(factors) > 1 else product
        self._plain(f"p{k}", text, colours.gradient)
        self.drawing.edge(f"p{k}n{before}", f"p{k}", style="dotted", arrowhead="none", weight="20")
        ends.append(f"p{k}")

    def _plain(self, id: str, text: str, colour: str) -> None:
        self.drawing.node(
            id,
            f"<{notation.escaped(text)}>",
            id=id,
            style="",
            color=self.theme.background,
            fontcolor=colour,
            **{"class": "product"},
        )

    def _number(self, x: Any) -> str:
        return notation.number(x, self.number_format)


def _name(node: Value) -> str:
    return notation.name(node.label or "") or "v"
