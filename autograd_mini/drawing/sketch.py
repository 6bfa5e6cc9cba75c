"""What a picture shows, before any format: items, links between them, and their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.graph import topological
from autograd_mini.language import checked, text, whole
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.kinds import ieee
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.rules.higher import is_stale, recomputed
from autograd_mini.value import Value

from .folding import Fold, contracted, magnitude, reached
from .groups import GROUPS, Path, folded_to_fit, folds, grouped, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .folding import Joined

DETAILS = ("values", "gradients", "chain rule")
_SHORT = 12  # characters of a name on an edge


class Row(NamedTuple):
    """A line of an item: a word, a number as text, the theme's colour for it, and what it is."""

    word: str
    text: str
    colour: str
    kind: str
    """"data", "grad", "stale", "counts" or "range"; the class of the text in SVG."""


class Item(NamedTuple):
    """A node, or a group folded into one."""

    id: str
    kind: str
    """"leaf", "operation", "root" or "folded"."""
    name: str
    formula: str
    """What it computes, as text of an HTML-like label; empty for a leaf."""
    rows: tuple[Row, ...]
    path: Path
    magnitude: float | None
    """The size of the gradient, None where no backward pass has been."""
    faded: bool
    node: Value | None
    """The Value; None for a folded group."""
    fold: Path = ()
    """The path of a folded group."""


class Link(NamedTuple):
    """An edge, or all the edges from one group to another."""

    tail: str
    head: str
    partial: str
    """The local derivative, with its name."""
    share: str
    """Gradient times local derivative, which flows back."""
    magnitude: float | None
    faded: bool
    edges: int


class Sketch(NamedTuple):
    """All that is drawn, and how many nodes there are behind it."""

    items: list[Item]
    links: list[Link]
    nodes: int
    folded: bool
    names: dict[Value, str]
    """Names for formulas: of a parameter the last part, w[0]."""


class Options(NamedTuple):
    """What `draw` and its relatives have in common; `draw` describes them."""

    detail: str = "gradients"
    number_format: str = ".4g"
    group: str | None = None
    collapse: Any = None
    off_path: str = "faded"
    max_nodes: int = 200
    lang: str = "en"


def sketch(roots: Iterable[Any], options: Options) -> Sketch:
    """Decide what is drawn of the graph of these roots.

    Raises TypeError or ValueError for a root that is no Value or an unknown option.
    """
    check(options)
    values = values_of(roots)
    order = topological(*values)
    fold: dict[Value, Path] = {}
    paths: dict[Value, Path]
    if options.collapse is None and len(order) > options.max_nodes:
        fold, paths = folded_to_fit(order, values), {}
    else:
        paths = grouped(order, options.group)
        if options.collapse is not None and options.collapse is not False:
            fold = folds(order, values, grouped(order, "neuron"), options.collapse)
    return _Sketcher(order, values, paths, fold, options).sketch()


def check(options: Options) -> None:
    """Raise ValueError or TypeError for an option that is unknown."""
    one_of("detail", options.detail, DETAILS)
    one_of("off_path", options.off_path, ("faded", "hidden", "normal"))
    checked(options.lang)
    if options.group is not None:
        one_of("group", options.group, GROUPS)
    from_one_on("max_nodes", options.max_nodes)
    check_format(options.number_format)


def check_format(number_format: Any) -> None:
    """Raise ValueError unless floats can be written so."""
    try:
        fits = isinstance(number_format, str) and bool(format(1.5, number_format))
    except ValueError:
        fits = False
    if not fits:
        what = "a format for floats, such as '.4g'"
        raise ValueError(f"number_format must be {what}; got {number_format!r}")


def from_one_on(name: str, number: Any) -> None:
    """Raise ValueError unless the number is an int of at least 1."""
    if not isinstance(number, int) or number is True or number < 1:
        raise ValueError(f"{name} must be a whole number from 1 on; got {number!r}")


def one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Raise ValueError unless the value is one of the allowed ones."""
    allowed = tuple(allowed)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}")


def values_of(roots: Iterable[Any]) -> list[Value]:
    """The roots as one list, each once; TypeError if there is none, or one that is no Value."""
    values: dict[Value, None] = {}

    def add(things: Iterable[Any]) -> None:
        for thing in things:
            if isinstance(thing, Value):
                values[thing] = None
            elif isinstance(thing, list | tuple):
                add(thing)
            else:
                what = f"{thing!r:.60} ({type(thing).__name__})"
                raise TypeError(f"only Values can be drawn, got {what}")

    add(roots)
    if not values:
        raise TypeError("at least one Value is needed, got none")
    return list(values)


def names_of(order: Iterable[Value], inside: Any = ()) -> dict[Value, str]:
    """The labels, and v₁, v₂, ... for nodes without one; of those `inside` groups, the last part.

    (Griewank and Walther, Evaluating Derivatives, 2008, section 2, call intermediate variables so.)
    Where a label is v or v₁ itself, the letter is another.
    """
    labels = {
        node: path_of(node.label)[1] if node in inside else node.label or "" for node in order
    }
    taken = {label.strip("₀₁₂₃₄₅₆₇₈₉ ") for label in {*labels.values()}}
    letter = next((letter for letter in "vuts" if letter not in taken), "v")
    names: dict[Value, str] = {}
    unnamed = 0
    for node, label in labels.items():
        if not label.strip():
            unnamed += 1
            label = f"{letter}{notation.subscript(unnamed)}"
        names[node] = notation.name(label)
    return names


def stale_text(node: Value, number_format: str, lang: str) -> str:
    """What the node would be now, if its operands have changed; else the empty text."""
    if node.first is None:
        return ""
    try:
        if not is_stale(node):
            return ""
        return text("common.now", lang, x=notation.number(recomputed(node), number_format))
    except AutogradError:
        with ieee():  # where it may have been computed
            return text("common.no value", lang) if is_stale(node) else ""


class _Sketcher:
    """What the parts of a sketch have in common."""

    def __init__(
        self,
        order: Sequence[Value],
        roots: Sequence[Value],
        paths: dict[Value, Path],
        fold: dict[Value, Path],
        options: Options,
    ) -> None:
        self.order, self.roots = order, set(roots)
        self.paths, self.fold, self.options = paths, fold, options
        self.reached = reached(order)
        kept = [node for node in order if node not in fold] if fold else order
        named = kept
        if fold:  # a formula may speak of nodes that are folded away
            named = [*dict.fromkeys([p for node in kept for p in node.parents] + [*kept])]
            ranks = {node: k for k, node in enumerate(order)}
            named.sort(key=ranks.__getitem__)
        framed = {node for node in named if paths.get(node) and path_of(node.label)[0]}
        self.names = names_of(named, framed)
        self.short = self.names if len(framed) == len(named) else names_of(named, set(named))
        """In formulas and on edges, where the parameter itself is near: w[0]."""
        self.kept = [node for node in kept if not self._hidden(node)]

    def sketch(self) -> Sketch:
        """The items in topological order, a folded group where its first node is."""
        ids: dict[Any, str] = {}
        fold = self.fold
        kept = set(self.kept)
        keys: list[Any] = []
        for node in self.order:
            key: Any = fold.get(node) if fold else None
            if key is None:
                if node not in kept:
                    continue
                key = node
            if key not in ids:
                ids[key] = f"n{len(ids)}"
                keys.append(key)
        links = self._links(ids)
        groups: dict[Path, Fold] = {}
        if fold:
            groups, joined = contracted(self.order, self.roots, fold, self.reached)
            links += self._joined(joined, ids)
        items = [
            self._group(key, groups[key], ids[key])
            if key.__class__ is tuple
            else self._item(key, ids[key])
            for key in keys
        ]
        return Sketch(items, links, len(self.order), bool(fold), self.short)

    # --- nodes -----------------------------------------------------------------------------------
    def _off_path(self, node: Value) -> bool:
        return bool(self.reached) and (node not in self.reached or magnitude(node.grad) == 0)

    def _hidden(self, node: Value) -> bool:
        return self.options.off_path == "hidden" and self._off_path(node)

    def _item(self, node: Value, id: str) -> Item:
        lang, form = self.options.lang, self.options.number_format
        rows = [Row(text("common.data", lang), notation.number(node.data, form), "text", "data")]
        if stale := stale_text(node, form, lang):
            rows.append(Row(text("common.stale", lang), stale, "warning", "stale"))
        seen = node in self.reached
        if self.options.detail != "values":
            grad = notation.number(node.grad, form) if seen else "—"
            rows.append(Row(text("common.grad", lang), grad, "gradient", "grad"))
        kind = "root" if node in self.roots else "leaf" if node.first is None else "operation"
        return Item(
            id,
            kind,
            self.names[node],
            notation.formula(node, self.short.__getitem__, form),
            tuple(rows),
            self.paths.get(node, ()),
            magnitude(node.grad) if seen else None,
            self.options.off_path == "faded" and self._off_path(node),
            node,
        )

    # --- edges -----------------------------------------------------------------------------------
    def _links(self, ids: dict[Any, str]) -> list[Link]:
        links = []
        for node in self.kept:
            for parent, partial in node.edges():
                if parent in ids:
                    links.append(self._link(parent, node, partial, ids[parent], ids[node]))
        return links

    def _link(self, parent: Value, node: Value, partial: Any, tail: str, head: str) -> Link:
        options = self.options
        above, below = (notation.name(self.short[v], _SHORT) for v in (node, parent))
        local = notation.number(partial, options.number_format)
        seen = node in self.reached
        flow, share = None, "—"
        if seen:
            adjoint, d = data_of(node.grad), data_of(partial)
            passed = adjoint * d if adjoint != 0 else adjoint  # 0 stops the sweep, whatever d is
            flow = magnitude(passed)
            a, product = (notation.number(x, options.number_format) for x in (adjoint, passed))
            share = f"{a} × {f'({local})' if local[:1] == '−' else local} = {product}"
        faded = options.off_path == "faded" and bool(self.reached) and not flow
        return Link(tail, head, f"∂{above}/∂{below} = {local}", share, flow, faded, 1)

    # --- folded groups ---------------------------------------------------------------------------
    def _group(self, key: Path, fold: Fold, id: str) -> Item:
        """The item of a folded group: nodes, inputs, outputs, range of the gradients."""
        lang, form = self.options.lang, self.options.number_format
        count = text(
            f"drawing.{'nodes' if len(fold.members) > 1 else 'node'}",
            lang,
            n=whole(len(fold.members), lang),
        )
        rows = [
            Row(
                count,
                f"{whole(len(fold.inputs), lang)} → {whole(len(fold.outputs), lang)}",
                "text",
                "counts",
            )
        ]
        # Of what is handed on, not of the weights, whose gradients tell less about the depth.
        shown = [node for node in fold.outputs if node.first is not None] or fold.outputs
        sizes = [magnitude(node.grad) for node in shown if node in self.reached]
        largest = max(sizes, default=None)
        if self.options.detail != "values":
            between = "—"
            if largest is not None:
                short = ".3g" if form == ".4g" else form
                low, high = (notation.number(x, short) for x in (min(sizes), largest))
                between = low if low == high else text("common.range", lang, low=low, high=high)
            rows.append(Row(text("drawing.range", lang), between, "gradient", "range"))
        frame = self.paths.get(fold.members[0], ())[: len(key) - 1]
        name = ".".join(key[len(frame) :])
        if name in ("inputs", "other operations"):
            name = text(f"drawing.{name}", lang)
        elif name.startswith("stage "):
            name = text("drawing.stage", lang, k=name[6:])
        faded = self.options.off_path == "faded" and bool(self.reached) and not largest
        name = notation.name(name)
        size = largest if any(node.first is not None for node in fold.members) else None
        return Item(id, "folded", name, "", tuple(rows), frame, size, faded, None, key)

    def _joined(self, joined: Joined, ids: dict[Any, str]) -> list[Link]:
        lang, fading = self.options.lang, self.options.off_path == "faded" and bool(self.reached)
        links = []
        for (tail, head), bundle in joined.items():
            if tail not in ids or head not in ids:  # hidden
                continue
            several = text("common.edges", lang, n=whole(bundle.count, lang))
            label = several if bundle.count > 1 else ""
            faded = fading and not bundle.flow
            links.append(Link(ids[tail], ids[head], label, "", bundle.flow, faded, bundle.count))
        return links
