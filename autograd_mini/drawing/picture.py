"""`draw`: the nodes and edges of a computation graph, as a graphviz.Digraph."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd_mini.language import text, whole
from autograd_mini.notation import labels as notation

from .digraph import Drawing
from .layout import MANY, far, later
from .marks import Marks
from .rendering import engines
from .sketch import Options, Sketch, one_of, sketch
from .themes import THEMES, Scale, scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd_mini.value import Value

    from .groups import Path
    from .sketch import Item, Link, Row

DIRECTIONS = ("LR", "TB", "RL", "BT")
_SIDES = {"LR": ("e", "w"), "RL": ("w", "e"), "TB": ("s", "n"), "BT": ("n", "s")}
TALL = 8  # folded groups one below another, which have room for labels and a row for the counts
FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree


def draw(
    *roots: Value | Iterable[Value],
    detail: str = "gradients",
    rankdir: str = "LR",
    number_format: str = ".4g",
    group: str | None = None,
    collapse: Any = None,
    theme: str = "light",
    color_by: str | None = None,
    off_path: str = "faded",
    max_nodes: int = 200,
    format: str = "svg",
    engine: str | None = None,
    time_limit: float = 60.0,
    lang: str = "en",
) -> Drawing:
    """The computation graph of one root or several, as a graphviz.Digraph that shows itself.

    A node shows its name, what it computes, its data, and its grad (— where no backward pass has
    been yet); nodes without a label are called v₁, v₂, ... in the order of computation, as
    intermediate variables are in Griewank and Walther (Evaluating Derivatives, 2008, section 2).
    An edge shows the local derivative; `x * x` has two edges. Constants have no node: they stand in
    the formula of the node that uses them. A node whose operands have changed since it was computed
    is marked as stale.

    A large graph is folded: each neuron, layer, scope or stage into one node that shows how many
    nodes, inputs and outputs it has, and the range of its outputs' gradients. Where edges would run
    far across a long graph, they start from a dashed copy of the node's name instead, and where
    there are very many edges, their labels show under the pointer (`title` in the SVG).

    Args:
        roots: Values, or lists of them.
        detail: "values" (no gradients), "gradients", or "chain rule" (on each edge also what flows
            back along it: gradient of the node times local derivative).
        rankdir: "LR", left to right, or "TB", top down; also "RL" and "BT".
        number_format: how floats are written, as in `format(x, ".4g")`.
        group: "neuron" or "layer" frames the nodes of each neuron or layer of a network, which are
            told by parameter names such as `layer1.neuron3.w[2]`. Scopes are framed always.
        collapse: what to fold into one node each: a depth (1 folds the outermost groups, 2 those
            inside them, ...), "layer", "neuron", a group's name or a pattern such as "layer*", a
            list of names, or a function from a Value to the name of its group (or None). None folds
            a graph of more than `max_nodes` so that it fits a page; False folds nothing.
        theme: "light", "dark" or "print" (grey).
        color_by: "kind" (leaf, operation, root), or "gradient": colour and width by the size of the
            gradient on a logarithmic scale, with a legend. None takes "gradient" where something is
            folded, else "kind".
        off_path: nodes and edges with no gradient, after a backward pass: "faded", "hidden", or
            "normal".
        max_nodes: the number of nodes beyond which None for `collapse` folds.
        format: what `.pipe()` and `.render()` make unless told: "svg", "png", "pdf", ...
        engine: "packaged" or "system" Graphviz; by default the first that works.
        time_limit: seconds that the layout of more than 1,000 nodes may take.
        lang: the language of the words in it, "en" or "es".

    Raises:
        TypeError: a root is not a Value, or there is none; or `collapse` is of another type.
        ValueError: an unknown detail, rankdir, group, collapse, theme, format, ...

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.backward()
    >>> picture = draw(y)
    >>> picture.source.count("n0 -> n1")                         # one edge for each factor
    2
    >>> picture.pipe(encoding="utf-8").count("∂v₁/∂x = 3")
    2
    """
    one_of("rankdir", rankdir, DIRECTIONS)
    one_of("theme", theme, THEMES)
    if color_by is not None:
        one_of("color_by", color_by, ("kind", "gradient"))
    engines(engine)  # refuses an unknown one now, not at the first rendering
    options = Options(detail, number_format, group, collapse, off_path, max_nodes, lang)
    drawing = Drawing("gradients", format=format)
    drawing.rendering, drawing.time_limit = engine, time_limit
    write(drawing, sketch(roots, options), detail, rankdir, theme, color_by, lang)
    return drawing


draw_dot = draw  # micrograd's name for it


def write(
    drawing: Drawing,
    seen: Sketch,
    detail: str,
    rankdir: str,
    theme: str,
    color_by: str | None,
    lang: str,
) -> None:
    """Write a sketch as DOT into a drawing."""
    by_size = (color_by or ("gradient" if seen.folded else "kind")) == "gradient"
    _Writer(drawing, seen, detail, rankdir, theme, by_size, lang).write()


class _Writer:
    """Writes a sketch as DOT."""

    def __init__(
        self,
        drawing: Drawing,
        seen: Sketch,
        detail: str,
        rankdir: str,
        theme: str,
        by_size: bool,
        lang: str,
    ) -> None:
        self.drawing, self.seen, self.detail = drawing, seen, detail
        self.rankdir, self.theme, self.lang = rankdir, THEMES[theme], lang
        both = [item.magnitude for item in seen.items] + [link.magnitude for link in seen.links]
        sizes = [size for size in both if size is not None]
        self.scale: Scale | None = scale(self.theme, sizes) if by_size and sizes else None
        self.far = [] if seen.folded else far(seen)
        labelled = len(seen.links) <= MANY and detail != "values"
        # Many folded groups one below another: each is low, so that they fit a page.
        self.tall = seen.folded and rankdir in ("TB", "BT") and len(seen.items) > TALL
        self.labelled = not self.tall if seen.folded else labelled
        self.groups = 0
        # Columns of neurons, each joined to each: straight lines are told apart best.
        self.crowded = seen.folded and len(seen.links) > 2 * len(seen.items)
        self.marks: dict[str, Marks] = {}

    def write(self) -> None:
        """The whole."""
        colours, sideways = self.theme, self.rankdir in ("LR", "RL")
        settings = {
            "rankdir": self.rankdir,
            "bgcolor": colours.background,
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": colours.faint,
            "ordering": "in",  # operands in the order of the formula
            "nodesep": "0.3",
            "ranksep": "0.55" if sideways else "0.4",
            "pad": "0.15",
            "margin": "0",  # of a page, in PDF
        }
        if len(self.seen.items) > MANY:  # a good layout soon, rather than the best one late
            settings |= {"nslimit": "0.2", "nslimit1": "0.2", "mclimit": "0.1"}
        if self.seen.folded:
            settings.pop("ordering")
            settings["ranksep"] = "0.25" if self.tall else "0.35"
            if self.crowded:
                settings |= {"ranksep": "1.6" if sideways else "1.2", "splines": "line"}
        if note := self._note():
            settings |= {"label": f"<{note}>", "labelloc": "b", "labeljust": "l"}
        self.drawing.attr("graph", **settings)
        self.drawing.attr(
            "node", shape="plain", fontname=FONT, fontsize="12", fontcolor=colours.text
        )
        self.drawing.attr(
            "edge",
            fontname=FONT,
            fontsize="11",
            color=colours.line,
            fontcolor=colours.partial,
            arrowsize="0.7",
        )
        after = later(self.seen)
        if sideways:  # so early, or dot turns the order of the parameters around
            self._invisible(after)
        self._cluster(self.drawing, (), self.seen.items)
        repeated = self._repeats()
        for k, link in enumerate(self.seen.links):
            self._edge(k, link, repeated.get((link.tail, link.head), link.tail))
        if not sideways:
            self._invisible(after)
        self.drawing.marks = self.marks

    def _invisible(self, pairs: Iterable[tuple[str, str]]) -> None:
        for tail, head in pairs:
            self.drawing.edge(tail, head, style="invis")

    # --- nodes -----------------------------------------------------------------------------------
    def _cluster(self, drawing: Any, path: Path, items: Sequence[Item]) -> None:
        """The items of one group, and the groups inside it, in the order of the nodes."""
        inside: dict[str, list[Item]] = {}
        depth = len(path)
        upwards = path and self.rankdir in ("LR", "RL")  # dot stacks a group's nodes so
        for item in reversed(items) if upwards else items:
            if len(item.path) == depth:
                drawing.node(
                    item.id, f"<{self._label(item)}>", id=item.id, **{"class": _class(item)}
                )
                rows = tuple(row.kind for row in self._rows(item))
                self.marks[item.id] = Marks("name", rows)
            else:
                inside.setdefault(item.path[depth], []).append(item)
        if self.seen.folded and not path:  # in a frame, dot sees to the order
            self._columns(drawing, [item for item in items if not item.path])
        for name in reversed(inside) if upwards else inside:
            members = inside[name][::-1] if upwards else inside[name]
            inner = (*path, name)
            number, self.groups = self.groups, self.groups + 1
            with drawing.subgraph(name=f"cluster_{number}") as cluster:
                below = self.rankdir in ("TB", "BT") and self._used_more_above(members)
                cluster.attr(
                    label=f"<{notation.escaped(notation.name(name))}>",
                    id=f"group{number}",
                    bgcolor=self.theme.subgroup if depth % 2 else self.theme.group,
                    color=self.theme.line,
                    style="rounded",
                    fontcolor=self.theme.faint,
                    labeljust="l",
                    labelloc="b" if below else "t",
                    margin="12" if self.rankdir in ("LR", "RL") else "14",
                    **{"class": "group"},
                )
                self._cluster(cluster, inner, members)

    def _used_more_above(self, members: Sequence[Item]) -> bool:
        """Whether more edges cross the frame around these items where arrows come in."""
        inside = {item.id for item in members}
        crossing = [(link.tail in inside, link.head in inside) for link in self.seen.links]
        entering, leaving = crossing.count((False, True)), crossing.count((True, False))
        return entering > leaving if self.rankdir == "TB" else entering < leaving

    def _columns(self, drawing: Any, items: Sequence[Item]) -> None:
        """The neurons of a layer beside each other, in their order."""
        joined = {(link.tail, link.head) for link in self.seen.links}
        columns: dict[Path, list[Item]] = {}
        for item in items:
            if len(item.fold) > 1 and "neuron" in item.fold[-1]:
                columns.setdefault(item.fold[:-1], []).append(item)
        for column in columns.values():
            ids = [item.id for item in sorted(column, key=_numbered)]
            if len(ids) > 1 and not any((a, b) in joined for a in ids for b in ids):
                with drawing.subgraph() as same:
                    same.attr(rank="same")
                    for a, b in pairwise(ids):
                        same.edge(a, b, style="invis")

    def _rows(self, item: Item) -> tuple[Row, ...]:
        return item.rows[1:] if self.tall and item.kind == "folded" else item.rows

    def _label(self, item: Item) -> str:
        colours, rows = self.theme, self._rows(item)
        fill = getattr(colours, "operation" if item.kind == "folded" else item.kind)
        if self.scale and item.magnitude is not None:
            fill = self.scale.fill(item.magnitude)
        formula = f" = {item.formula}" if item.formula else ""
        formula = formula.replace("<sup>", '<sup><font point-size="9">')
        formula = formula.replace("</sup>", "</font></sup>")
        heading = f"&#160;{notation.escaped(item.name)}{formula}&#160;"
        if item.kind in ("root", "folded"):
            heading = f"<b>{heading}</b>"
        for row in item.rows[: len(item.rows) - len(rows)]:
            heading += f"&#160;&#160;{notation.escaped(f'{row.word}, {row.text}')}&#160;"
        ink = colours.text
        line, style = colours.line, ""
        if item.faded:
            fill, ink, line, style = colours.node, colours.faint, colours.faded, ' style="dashed"'
            heading = f'<font color="{ink}">{heading}</font>'
        cells = "".join(
            f'<tr><td align="left"><font color="{colours.faint}">{notation.escaped(row.word)}'
            f'</font></td><td align="right"><font color="'
            f'{colours.faint if item.faded else getattr(colours, row.colour)}">'
            f"{notation.escaped(row.text)}{_slack(row.text)}</font></td></tr>"
            for row in rows
        )
        border = 2 if item.kind == "folded" else 1
        return (
            f'<table border="{border}" cellborder="0" cellspacing="0" cellpadding="4"'
            f' color="{line}" bgcolor="{colours.node}"{style}>'
            f'<tr><td colspan="2" cellpadding="6" bgcolor="{fill}">'
            f"{heading}</td></tr>"
            f"<hr/>{cells}</table>"
        )

    # --- edges -----------------------------------------------------------------------------------
    def _repeats(self) -> dict[tuple[str, str], str]:
        """For edges that would run far, a copy of the name of the node where they start."""
        ids: dict[tuple[str, str], str] = {}
        names = {item.id: item for item in self.seen.items} if self.far else {}
        count: dict[str, int] = {}
        for link in self.far:
            if (pair := (link.tail, link.head)) in ids:
                continue
            count[link.tail] = count.get(link.tail, 0) + 1
            ids[pair] = f"{link.tail}r{count[link.tail]}"
            item = names[link.tail]
            self.drawing.node(
                ids[pair],
                f"<{notation.escaped(item.name)}>",
                id=ids[pair],
                shape="box",
                style="dashed,rounded",
                color=self.theme.line,
                margin="0.08,0.03",
                width="0",
                height="0",
                **{"class": "repeated"},
            )
        return ids

    def _edge(self, k: int, link: Link, tail: str) -> None:
        colours = self.theme
        flows = link.magnitude is not None
        attributes = {"id": f"e{k}", "class": "backward" if flows else "forward"}
        lines = []
        if link.partial:
            lines.append((link.partial, colours.partial))
        if link.share and self.detail == "chain rule":
            lines.append((link.share, colours.gradient))
        if self.seen.folded and link.edges > 1:
            lines = [(link.partial, colours.faint)]
        if lines and self.labelled and self.detail != "values":
            lead = "" if self.rankdir in ("LR", "RL") else "&#160;"  # beside the line, not on it
            ink = colours.faint if link.faded else ""
            attributes["label"] = f"<{_lines(lines, ink, lead)}>"
            kinds = ("edges",) if link.edges > 1 else ("partial", "share")
            self.marks[f"e{k}"] = Marks(lines=kinds[: len(lines)], halo=colours.background)
        elif lines and self.detail != "values":
            text = "\n".join(line for line, _ in lines)
            attributes["edgetooltip"] = text.replace("\\", "\\\\")
        if link.faded:
            attributes |= {"color": colours.faded, "style": "dashed"}
        elif self.scale and link.magnitude is not None:
            width = self.scale.width(link.magnitude)
            attributes |= {"color": self.scale.colour(link.magnitude), "penwidth": f"{width:g}"}
        if self.crowded:
            out, into = _SIDES[self.rankdir]
            attributes |= {"tailport": out, "headport": into, "arrowsize": "0.5"}
        self.drawing.edge(tail, link.head, **attributes)

    # --- legend ----------------------------------------------------------------------------------
    def _note(self) -> str:
        """What is folded, and the scale of colours, as a table below the picture."""
        lines = []
        if self.seen.folded:
            n, shown = whole(self.seen.nodes, self.lang), whole(len(self.seen.items), self.lang)
            folded = notation.escaped(text("drawing.folded", self.lang, n=n, shown=shown))
            # A picture that grows downwards is narrow.
            lines += [folded] if self.rankdir in ("LR", "RL") else folded.split("; ")
        if self.far:
            lines.append(notation.escaped(text("drawing.repeated", self.lang)))
        rows = "".join(f'<tr><td align="left">{line}</td></tr>' for line in lines)
        if self.scale:
            longest = max(map(len, lines), default=0)
            rows += f'<tr><td align="left">{self._legend(self.scale, longest)}</td></tr>'
        if not rows:
            return ""
        return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>'

    def _legend(self, sizes: Scale, longest: int) -> str:
        """Colours and powers of ten, in a row that is as wide as the longest of the other lines."""
        d = sizes.decades
        exponents = [-d, -d // 2, 0, d // 2, d]
        swatches = "".join(
            f'<td width="34" height="8" fixedsize="true" bgcolor="{sizes.colour(10.0**e)}"></td>'
            for e in exponents
        )
        ends = ["≤ ", "", "", "", "≥ "]
        texts = "".join(
            f'<td><font point-size="10">{end}{_power(e)}</font></td>'
            for end, e in zip(ends, exponents, strict=True)
        )
        title = notation.escaped(text("drawing.legend", self.lang))
        rest = max(0, 6 * longest - 6 * len(title) - 36 * len(exponents))  # or the cells stretch
        filler = f'<td rowspan="2" width="{rest}"></td>' if rest else ""
        return (
            '<table border="0" cellborder="0" cellspacing="2" cellpadding="1">'
            f'<tr><td rowspan="2">{title}&#160;</td>{swatches}{filler}</tr><tr>{texts}</tr></table>'
        )


def _numbered(item: Item) -> int:
    """The number at the end of a neuron's name."""
    return int("".join(c for c in item.fold[-1] if c in "0123456789") or 0)


def _class(item: Item) -> str:
    kinds = {"folded": "folded group", "root": "root"}
    if item.kind == "root" and item.node is not None and item.node.first is None:
        kinds["root"] = "root leaf"
    return kinds.get(item.kind, item.kind) + (" faded" if item.faded else "")


def _slack(text: str) -> str:
    """Room for superscripts, which are wider than Graphviz thinks."""
    return "&#160;" * ((sum(c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻" for c in text) + 2) // 3)


def _lines(lines: Sequence[tuple[str, str]], ink: str, lead: str) -> str:
    rows = "".join(
        f'<tr><td><font color="{ink or colour}">{lead}{notation.escaped(text)}</font></td></tr>'
        for text, colour in lines
    )
    return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{rows}</table>'


def _power(exponent: int) -> str:
    if exponent == 0:
        return "1"
    return notation.number(10.0**exponent, ".0e")
