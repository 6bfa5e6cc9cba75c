"""`draw_paths`: the chain rule as a sum over all paths from an input to a result."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import whole
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .digraph import Drawing
from .folding import magnitude
from .sketch import names_of
from .themes import Options

LONGEST = 14  # nodes of a path that are drawn; of a longer one the first and the last


class Path(NamedTuple):
    """A path: its nodes, the partial of each edge, and the product of these."""

    nodes: tuple[Value, ...]
    partials: tuple[Any, ...]
    product: Any


class PathDrawing(Drawing):
    """A drawing that knows the paths it shows."""

    count: int = 0  #: how many paths there are
    total: Any = 0  #: the sum over all paths, which is d(root)/d(leaf)
    paths: Sequence[Path] = ()  #: those that are drawn, the largest product first


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
    whole("limit", limit)
    options = Options(number_format=number_format, theme=theme, lang=lang).checked()
    drawing = PathDrawing("paths", format=format, rendering=engine)
    order = topological(root)
    drawing.count, drawing.total, drawing.paths = largest_paths(order, leaf, limit)
    names = {leaf: notation.name(leaf.label or "") or "v"} | names_of(order)
    _Writer(drawing, names, options).write(root, leaf)
    return drawing


class _Found(NamedTuple):
    """A path to a node, as its last edge and the path before that."""

    size: float
    product: Any
    before: "_Found | None"
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
            best[node] = sorted(found, key=lambda path: -path.size)[:limit]
    return count.get(root, 0), total.get(root, 0), [_unrolled(p) for p in best.get(root, [])]


def _unrolled(found: _Found) -> Path:
    steps: list[_Found] = []
    step: _Found | None = found
    while step is not None:
        steps.append(step)
        step = step.before
    steps.reverse()
    return Path(tuple(s.node for s in steps), tuple(s.partial for s in steps[1:]), found.product)


class _Writer:
    def __init__(self, drawing: PathDrawing, names: dict[Value, str], options: Options) -> None:
        self.drawing, self.names, self.options = drawing, names, options
        self.theme, self.number = options.colours, options.number

    def write(self, root: Value, leaf: Value) -> None:
        drawing, shown, word = self.drawing, len(self.drawing.paths), self.options.word
        caption = word(f"common.{'one path' if drawing.count == 1 else 'paths'}", n=drawing.count)
        if drawing.count == 0:
            caption = word("drawing.no path")
        elif drawing.count > shown:
            caption = word("drawing.largest", n=drawing.count, shown=shown)
        drawing.dress(
            self.theme,
            "rankdir=LR nodesep=0.2 ranksep=0.45 pad=0.15 labelloc=b labeljust=l",
            "shape=box style=filled color={line} fillcolor={operation}"
            " height=0.3 width=0.4 margin=0.1,0.04",
            "arrowsize=0.7",
            notation.escaped(caption),
        )
        for k, path in enumerate(drawing.paths):
            self._row(k, path)
        starts, ends = ([f"p{k}{end}" for k in range(shown)] for end in ("n0", ""))
        if drawing.count > shown:
            rest = drawing.total - sum(path.product for path in drawing.paths)
            others = word("common.other paths", n=drawing.count - shown)
            self._plain("rest", f"{others}: {self.number(rest)}")
            ends.append("rest")
        for first, second in pairwise(starts):
            drawing.edge(first, second, style="invis", weight="0")
        for column in (starts, ends):
            with drawing.subgraph() as same:
                same.attr(rank="same")
                for id in column:
                    same.node(id)
        words = (self.names[root], self.names[leaf], self.number(drawing.total))
        label = "<b>&#160;∂{}/∂{} = {}&#160;</b>".format(*map(notation.escaped, words))
        drawing.item("total", label, "total", fillcolor=self.theme.root)
        for end in ends:
            drawing.edge(end, "total")

    def _row(self, k: int, path: Path) -> None:
        """A path, its nodes from the leaf to the root, and its product."""
        places = [*range(len(path.nodes))]
        fills = {0: self.theme.leaf, places[-1]: self.theme.root}
        if len(places) > LONGEST:
            places[LONGEST // 2 : -LONGEST // 2] = []
        for before, place in pairwise([-1, *places]):
            id, name = f"p{k}n{place}", notation.escaped(self.names[path.nodes[place]])
            fill = fills.get(place, self.theme.operation)
            self.drawing.item(id, name, "step", fillcolor=fill)
            if place:
                direct = place - before == 1
                label = notation.escaped(self.number(path.partials[before]) if direct else "…")
                look = f"id=p{k}e{before} class=step weight=20"
                look += f" style={'solid' if direct else 'dashed'}"
                given = self.theme.attributes(look)
                self.drawing.edge(f"p{k}n{before}", id, label=f"<{label}>", **given)
        numbers = map(self.number, path.partials)
        factors = [notation.factor(text, first=not i) for i, text in enumerate(numbers)]
        if len(factors) > 5:
            factors[2:-1] = ["…"]
        product = self.number(path.product)
        self._plain(f"p{k}", f"{' × '.join(factors)} = {product}" if len(factors) > 1 else product)
        self.drawing.edge(id, f"p{k}", style="dotted", arrowhead="none", weight="20")

    def _plain(self, id: str, text: str) -> None:
        look = self.theme.attributes("style= color={background} fontcolor={gradient}")
        self.drawing.item(id, notation.escaped(text), "product", **look)
