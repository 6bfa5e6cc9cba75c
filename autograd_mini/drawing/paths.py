"""`draw_paths`: the chain rule as a sum over all paths from an input to a result."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import whole
from autograd_mini.numbers.numberlike import data_of, magnitude
from autograd_mini.value import Value

from .digraph import Drawing
from .sketch import names_of, values_of
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

    def _write(self, root: Value, leaf: Value, options: Options) -> None:
        shown, word, number = len(self.paths), options.word, options.number
        caption = word(f"common.{'one path' if self.count == 1 else 'paths'}", n=self.count)
        if self.count == 0:
            caption = word("drawing.no path")
        elif self.count > shown:
            caption = word("drawing.largest", n=self.count, shown=shown)
        self.dress(
            options,
            "rankdir=LR nodesep=0.2 ranksep=0.45 pad=0.15 labelloc=b labeljust=l",
            "shape=box style=filled color={line} fillcolor={operation}"
            " height=0.3 width=0.4 margin=0.1,0.04",
            "arrowsize=0.7",
            notation.escaped(caption),
        )
        names = {leaf: notation.name(leaf.label or "") or "v"} | names_of(topological(root))
        for k, path in enumerate(self.paths):
            self._row(k, path, names, number)
        starts, ends = ([f"p{k}{end}" for k in range(shown)] for end in ("n0", ""))
        if self.count > shown:
            rest = self.total - sum(path.product for path in self.paths)
            others = word("common.other paths", n=self.count - shown)
            self._plain("rest", f"{others}: {number(rest)}")
            ends.append("rest")
        for first, second in pairwise(starts):
            self.edge(first, second, style="invis", weight="0")
        for column in (starts, ends):
            with self.subgraph() as same:
                same.attr(rank="same")
                for id in column:
                    same.node(id)
        words = map(notation.escaped, (names[root], names[leaf], number(self.total)))
        label = "<b>&#160;∂{}/∂{} = {}&#160;</b>".format(*words)
        self.item("total", label, "total", "fillcolor={root}")
        for end in ends:
            self.edge(end, "total")

    def _row(
        self, k: int, path: Path, names: dict[Value, str], number: Callable[[Any], str]
    ) -> None:
        """A path, its nodes from the leaf to the root, and its product."""
        places = [*range(len(path.nodes))]
        fills = {0: "leaf", places[-1]: "root"}
        if len(places) > LONGEST:
            places[LONGEST // 2 : -LONGEST // 2] = []
        for before, place in pairwise([-1, *places]):
            id, name = f"p{k}n{place}", notation.escaped(names[path.nodes[place]])
            self.item(id, name, "step", f"fillcolor={{{fills.get(place, 'operation')}}}")
            if place:
                style = "solid" if place - before == 1 else "dashed"
                text = number(path.partials[before]) if style == "solid" else "…"
                look = {"id": f"p{k}e{before}", "class": "step", "weight": "20", "style": style}
                self.edge(f"p{k}n{before}", id, label=f"<{notation.escaped(text)}>", **look)
        factors = [notation.factor(number(x), first=not i) for i, x in enumerate(path.partials)]
        if len(factors) > 5:
            factors[2:-1] = ["…"]
        product = number(path.product)
        self._plain(f"p{k}", f"{' × '.join(factors)} = {product}" if len(factors) > 1 else product)
        self.edge(id, f"p{k}", style="dotted", arrowhead="none", weight="20")

    def _plain(self, id: str, text: str) -> None:
        look = "style= color={background} fontcolor={gradient}"
        self.item(id, notation.escaped(text), "product", look)


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
    values_of([root, leaf])
    whole("limit", limit)
    options = Options(number_format=number_format, theme=theme, lang=lang)
    drawing = PathDrawing("paths", format=format, rendering=engine)
    drawing.count, drawing.total, drawing.paths = largest_paths(topological(root), leaf, limit)
    drawing._write(root, leaf, options)
    return drawing


class _Found(NamedTuple):
    """A path to a node, as its last edge and the path before that."""

    product: Any
    before: "_Found | None"
    node: Value
    partial: Any


def largest_paths(order: Sequence[Value], leaf: Value, limit: int) -> tuple[int, Any, list[Path]]:
    """Their number, the sum of their products, and the largest, by dynamic programming."""
    root = order[-1]
    count: dict[Value, int] = {leaf: 1}
    total: dict[Value, Any] = {leaf: 1}
    best: dict[Value, list[_Found]] = {leaf: [_Found(1, None, leaf, None)]}
    for node in order:
        if node is leaf:
            continue
        found: list[_Found] = []
        for parent, given in node.edges():
            if parent not in count:
                continue
            partial = data_of(given)
            count[node] = count.get(node, 0) + count[parent]
            total[node] = total.get(node, 0) + total[parent] * partial
            found += [_Found(p.product * partial, p, node, partial) for p in best[parent]]
        if found:
            best[node] = sorted(found, key=lambda path: -magnitude(path.product))[:limit]
    return count.get(root, 0), total.get(root, 0), [_unrolled(p) for p in best.get(root, [])]


def _unrolled(found: _Found) -> Path:
    steps = [found]
    while before := steps[-1].before:
        steps.append(before)
    steps.reverse()
    return Path(tuple(s.node for s in steps), tuple(s.partial for s in steps[1:]), found.product)
