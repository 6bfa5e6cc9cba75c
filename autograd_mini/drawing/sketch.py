"""What a picture shows, before any format: items, links between them, and their groups."""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import Any, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.graph import topological
from autograd_mini.language import whole
from autograd_mini.notation import labels as notation
from autograd_mini.notation.mathematics import formula
from autograd_mini.notation.shapes import uses_of
from autograd_mini.numbers.arguments import items
from autograd_mini.numbers.numberlike import data_of, magnitude
from autograd_mini.rules.higher import is_stale, recomputed
from autograd_mini.value import Value

from .groups import Fold, contracted, folded_to_fit, folds, grouped, path_of, reached
from .scopes import GroupPath, Paths
from .themes import Options

_SHORT = 12  # characters of a name on an edge
_ACROSS = 6  # folded groups beside each other that a page has room for


class Row(NamedTuple):
    """A line of an item: a word, a number as text, the theme's colour for it, and what it is."""

    word: str
    text: str
    colour: str
    kind: str  # "data", "grad", "stale", "counts" or "range"; the class of the text in SVG


class Item(NamedTuple):
    """A node, or a group folded into one."""

    id: str
    kind: str  # "leaf", "operation", "root" or "folded"
    name: str
    formula: str  # what it computes, as plain text; empty for a leaf
    rows: tuple[Row, ...]
    path: GroupPath
    magnitude: float | None  # the size of the gradient, None where no backward pass has been
    faded: bool
    node: Value | None  # the Value; None for a folded group
    fold: GroupPath = ()  # the path of a folded group


class Link(NamedTuple):
    """An edge, or all the edges from one group to another."""

    tail: str
    head: str
    partial: str  # the local derivative, with its name
    share: str  # gradient times local derivative, which flows back
    magnitude: float | None
    faded: bool
    edges: int

    def lines(self, detail: str) -> dict[str, str]:
        """The texts at the edge, by what they are: "edges", or "partial" and "share"."""
        lines = {"edges" if self.edges > 1 else "partial": self.partial} if self.partial else {}
        if self.share and detail == "chain rule":
            lines["share"] = self.share
        return lines if detail != "values" else {}


class Sketch(NamedTuple):
    """All that is drawn, how, and how many nodes there are behind it."""

    options: Options
    items: list[Item]
    links: list[Link]
    nodes: int
    folded: bool
    names: dict[Value, str]  # names for formulas: of a parameter the last part, w[0]
    rankdir: str

    def note(self) -> str:
        """How much is folded, in words; empty where nothing is."""
        if not self.folded:
            return ""
        return self.options.word("drawing.folded", n=self.nodes, shown=len(self.items))


def sketch(roots: Iterable[Any], options: Options) -> Sketch:
    """Decide what is drawn; TypeError or ValueError for a wrong root or `collapse`."""
    return _Sketcher(values_of(roots), options).sketch()


def framed(items: Iterable[Item], depth: int) -> tuple[list[Item], dict[str, list[Item]]]:
    """Of the items in a frame, or in none (depth 0), its own, and those of each frame inside it."""
    own: list[Item] = []
    inside: dict[str, list[Item]] = {}
    for item in items:
        (own if len(item.path) == depth else inside.setdefault(item.path[depth], [])).append(item)
    return own, inside


def ranks(items: Iterable[Item], links: Iterable[Link]) -> dict[str, int]:
    """For each item, how many edges the longest way to it has; of groups in a circle, its place."""
    below: dict[str, list[str]] = {item.id: [] for item in items}
    for link in links:
        below[link.head].append(link.tail)
    rank = {id: k for k, id in enumerate(below)}
    with suppress(CycleError):
        for id in TopologicalSorter(below).static_order():
            rank[id] = max((rank[tail] + 1 for tail in below[id]), default=0)
    return rank


def values_of(roots: Iterable[Any]) -> list[Value]:
    """The roots as one list, each once; TypeError if there is none, or one that is no Value."""
    values: dict[Value, None] = {}
    for thing in roots:
        if isinstance(thing, Value):
            values[thing] = None
        elif (inside := items(thing)) is not None:
            values |= dict.fromkeys(values_of(inside))
        else:
            kind = f"{type(thing).__module__}.{type(thing).__name__}".removeprefix("builtins.")
            raise TypeError(f"only Values can be drawn, got {thing!r:.60} ({kind})")
    if not values:
        raise TypeError("at least one Value is needed, got none")
    return list(values)


def names_of(order: Iterable[Value], inside: Any = ()) -> dict[Value, str]:
    """The labels, and v₁, v₂, ... for nodes without one; of those `inside` groups, the last part.

    (Griewank and Walther, Evaluating Derivatives, 2008, section 2, call intermediate variables so.)
    Where a label is v, v₁, v1 or v[1] itself, the letter is another.
    """
    labels = {
        node: path_of(node.label)[1] if node in inside else node.label or "" for node in order
    }
    taken = {label.strip("₀₁₂₃₄₅₆₇₈₉0123456789[], ") for label in {*labels.values()}}
    letter = next((letter for letter in "vuts" if letter not in taken), "v")
    free = (f"{letter}{notation.subscript(k)}" for k in count(1))
    return {n: notation.name(label if label.strip() else next(free)) for n, label in labels.items()}


def rows_of(node: Value, reached: Collection[Value], options: Options) -> list[Row]:
    """The lines below a node's name: data, what it would be now if that is stale, and grad."""

    def row(kind: str, number: str, colour: str) -> Row:
        return Row(options.word(f"common.{kind}"), number, colour, kind)

    rows = [row("data", options.number(node.data), "text")]
    if node.first is not None and is_stale(node):
        try:
            stale = options.word("common.now", x=options.number(recomputed(node)))
        except AutogradError:
            stale = options.word("common.no value")
        rows.append(row("stale", stale, "warning"))
    if options.detail != "values":
        grad = options.number(node.grad) if node in reached else "—"
        rows.append(row("grad", grad, "gradient"))
    return rows


class _Sketcher:
    def __init__(self, roots: Collection[Value], options: Options) -> None:
        self.order, self.roots, self.options = topological(*roots), {*roots}, options
        order, paths, self.reached = self.order, Paths(), reached(self.order)
        if options.collapse is None and len(order) > options.max_nodes:
            fold = folded_to_fit(order, self.roots)
        else:
            paths = grouped(order, options.group)
            fold = folds(order, self.roots, options.collapse)
        self.paths, self.fold = paths, fold
        kept = [node for node in order if node not in fold]
        spoken = {*kept, *(p for node in kept for p in node.parents)}  # some are folded away
        named = [node for node in order if node in spoken]
        self.names = names_of(named, {node for node in named if paths.get(node)})
        self.short = names_of(named, {*named})
        """In formulas and on edges, where the parameter itself is near: w[0]."""
        hides = options.off_path == "hidden"
        self.kept = [node for node in kept if not (hides and self._off_path(node))]
        self.uses = uses_of(order, self.kept)

    def sketch(self) -> Sketch:
        """The items in topological order, a folded group where its first node is."""
        seen = {*self.kept, *self.fold}
        keys: Any = (self.fold.get(node, node) for node in self.order if node in seen)
        ids = {key: f"n{k}" for k, key in enumerate(dict.fromkeys(keys))}
        links = [
            self._link(node, edge, parent, partial, ids)
            for node in self.kept
            for edge, (parent, partial) in enumerate(node.edges())
            if parent in ids
        ]
        groups, joined = contracted(self.order, self.roots, self.fold, self.reached)
        for (tail, head), flows in joined.items():
            if tail in ids and head in ids:  # else hidden
                n, known = len(flows), [flow for flow in flows if flow is not None]
                flow = max(0.0, *known) if known else None
                label = self.options.word("common.edges", n=n) if n > 1 else ""
                faded = self._faded(not flow)
                links.append(Link(ids[tail], ids[head], label, "", flow, faded, n))
        items = [
            self._group(key, groups[key], id) if key in groups else self._item(key, id)
            for key, id in ids.items()
        ]
        columns = Counter(ranks(items, links).values() if self.fold else ())
        long = len(columns) > max([_ACROSS, *columns.values()])
        rankdir = self.options.rankdir or ("TB" if long else "LR")
        nodes = len(self.order)
        return Sketch(self.options, items, links, nodes, bool(self.fold), self.short, rankdir)

    # --- nodes -----------------------------------------------------------------------------------
    def _off_path(self, node: Value) -> bool:
        return bool(self.reached) and (node not in self.reached or magnitude(node.grad) == 0)

    def _faded(self, off_path: bool) -> bool:
        """Whether what is off the path of the gradient is drawn faded, after a backward pass."""
        return off_path and self.options.off_path == "faded" and bool(self.reached)

    def _item(self, node: Value, id: str) -> Item:
        kind = "root" if node in self.roots else "leaf" if node.first is None else "operation"
        made = formula(node, self.short.__getitem__, self.options.number_format).text
        rows = tuple(rows_of(node, self.reached, self.options))
        size = magnitude(node.grad) if node in self.reached else None
        path, faded = self.paths.get(node, ()), self._faded(self._off_path(node))
        return Item(id, kind, self.names[node], made, rows, path, size, faded, node)

    # --- edges -----------------------------------------------------------------------------------
    def _link(self, node: Value, edge: int, parent: Value, partial: Any, ids: Any) -> Link:
        number = self.options.number
        above, below = (notation.name(self.short[v], _SHORT) for v in (node, parent))
        local = number(partial)
        flow, share = None, "—"
        if node in self.reached:
            adjoint, d = data_of(node.grad), data_of(partial)
            passed = adjoint * d if adjoint != 0 else adjoint  # 0 stops the sweep, whatever d is
            flow = magnitude(passed)
            arrived = notation.factor(number(adjoint), first=True)
            share = f"{arrived} × {notation.factor(local)} = {number(passed)}"
        words = f"∂{above}/∂{notation.marked(below, self.uses.get((node, edge), 0))} = {local}"
        return Link(ids[parent], ids[node], words, share, flow, self._faded(not flow), 1)

    # --- folded groups ---------------------------------------------------------------------------
    def _group(self, key: GroupPath, fold: Fold, id: str) -> Item:
        """The item of a folded group: nodes, inputs, outputs, range of the gradients."""
        word, form = self.options.word, self.options.number_format
        nodes = len(fold.members)
        count = word(f"drawing.{'nodes' if nodes > 1 else 'node'}", n=nodes)
        ends = (whole(len(side), self.options.lang) for side in (fold.inputs, fold.outputs))
        rows = [Row(count, " → ".join(ends), "text", "counts")]
        # Of what is handed on, not of the weights, whose gradients tell less about the depth.
        shown = [node for node in fold.outputs if node.first is not None] or fold.outputs
        sizes = [magnitude(node.grad) for node in shown if node in self.reached]
        largest = max(sizes, default=None)
        if self.options.detail != "values":
            form = ".3g" if form == ".4g" else form
            low, high = (notation.number(end(sizes), form) if sizes else "—" for end in (min, max))
            between = low if low == high else word("common.range", low=low, high=high)
            rows.append(Row(word("drawing.range"), between, "gradient", "range"))
        frame = self.paths.get(fold.members[0], ())[: len(key) - 1]
        name = ".".join(key[len(frame) :])
        if name in ("inputs", "other operations"):
            name = word(f"drawing.{name}")
        elif name.startswith("stage "):
            name = word("drawing.stage", k=name[6:])
        name, faded = notation.name(name), self._faded(not largest)
        if all(node.first is None for node in fold.members):
            largest = None
        return Item(id, "folded", name, "", tuple(rows), frame, largest, faded, None, key)
