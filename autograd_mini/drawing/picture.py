"""`draw`: the nodes and edges of a computation graph, as a graphviz.Digraph."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from autograd_mini.notation import labels as notation
from autograd_mini.value import Value

from .digraph import Drawing, table
from .scopes import GroupPath
from .sketch import Item, Link, Sketch, framed, ranks, sketch
from .themes import Options, Scale

_POWER = re.compile(r"\^(?:([\w.…∞\[\]'′]+)|\(([^()]*)\))")  # in a formula as plain text
_SIDES = {"LR": ("e", "w"), "RL": ("w", "e"), "TB": ("s", "n"), "BT": ("n", "s")}
MANY = 250  # items or edges, beyond which a good layout soon is worth more than the best one late
LONG = 600  # ranks that the edges of a picture cross together; beyond, layout takes seconds
FAR = 12  # ranks that one edge may cross in such a picture
TALL = 8  # folded groups one below another, which have room for labels and a row for the counts


def draw(
    *roots: Value | Iterable[Value],
    detail: str = "gradients",
    rankdir: str | None = None,
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
        rankdir: "LR", left to right, or "TB", top down; also "RL" and "BT". None is left to right,
            and top down where a folded graph would be wider than a page.
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
    >>> picture.pipe(encoding="utf-8").count("∂v₁/∂x⁽²⁾ = 3")
    1
    """
    options = Options(
        detail, rankdir, number_format, group, collapse, theme, off_path, max_nodes, lang, color_by
    )
    drawing = Drawing("gradients", format=format, rendering=engine, time_limit=time_limit)
    write(drawing, sketch(roots, options))
    return drawing


draw_dot = draw  # micrograd's name for it


def write(drawing: Drawing, seen: Sketch) -> list[str]:
    """Write a sketch as DOT into a drawing; returns the names of its frames, group0, group1, ..."""
    return _Writer(drawing, seen).frames


class _Writer:
    def __init__(self, drawing: Drawing, seen: Sketch) -> None:
        self.drawing, self.seen, self.options = drawing, seen, seen.options
        self.theme = self.options.colours
        self.sideways = seen.rankdir in ("LR", "RL")
        by_size = self.options.color_by == "gradient" or (seen.folded and not self.options.color_by)
        both = [item.magnitude for item in seen.items] + [link.magnitude for link in seen.links]
        sizes = [size for size in both if size is not None]
        self.scale = Scale(self.theme, sizes) if by_size and sizes else None
        # dot puts a point of each edge on every rank that it crosses: layout becomes slow.
        rank = ranks(seen.items, seen.links)
        spans = [rank[link.head] - rank[link.tail] for link in seen.links]
        far = not seen.folded and sum(spans) > LONG
        self.far = [link for link, k in zip(seen.links, spans, strict=True) if far and k > FAR]
        # Many folded groups one below another: each is low, so that they fit a page.
        self.tall = not self.sideways and len(seen.items) > TALL
        # Columns of neurons, each joined to each: straight lines are told apart best, if none but
        # one into a cross-entropy goes further than to the next column. No label fits there.
        further = [k for k in spans if k != 1]
        self.crowded = seen.folded and len(spans) > 2 * len(seen.items) and further in ([], [2])
        self.labelled = not (self.tall or self.crowded) if seen.folded else len(spans) <= MANY
        # Operands in the order of the formula, if no others use them: arrows would cross labels.
        self.uses = Counter(link.tail for link in seen.links)
        free = {link.head for link in seen.links if seen.folded or self.uses[link.tail] > 1}
        self.ordered = {link.head for link in seen.links if link.head not in free}
        self.frames: list[str] = []
        self.marks: dict[str, tuple[str, ...]] = {}
        drawing.marks = self.marks
        self._write()

    def _write(self) -> None:
        sideways = self.sideways
        look = f"rankdir={self.seen.rankdir} nodesep=0.3 pad=0.15 labelloc=b labeljust=l"
        if len(self.seen.items) > MANY:  # a good layout soon, rather than the best one late
            look += " nslimit=0.2 nslimit1=0.2 mclimit=0.1"
        if not self.seen.folded:
            look += f" ranksep={0.55 if sideways else 0.4}"
        elif self.crowded:
            look += f" splines=line ranksep={1.6 if sideways else 1.2}"
        else:
            look += f" ranksep={0.25 if self.tall else 0.35}"
        self.drawing.dress(self.options, look, "shape=plain", "arrowsize=0.7", self._note())
        after = _later(self.seen)
        if sideways:  # so early, or dot turns the order of the parameters around
            self._invisible(self.drawing, after)
        self._cluster(self.drawing, (), self.seen.items)
        repeated = self._repeats()
        for k, link in enumerate(self.seen.links):
            self._edge(k, link, repeated.get((link.tail, link.head), link.tail))
        if not sideways:
            self._invisible(self.drawing, after)

    def _invisible(self, drawing: Drawing, pairs: Iterable[tuple[str, str]]) -> None:
        for tail, head in pairs:
            drawing.edge(tail, head, style="invis")

    # --- nodes -----------------------------------------------------------------------------------
    def _cluster(self, drawing: Drawing, path: GroupPath, items: Sequence[Item]) -> None:
        """The items of one group, and the groups inside it, in the order of the nodes."""
        depth = len(path)
        upwards = path and self.sideways  # dot stacks a group's nodes so
        own, inside = framed(items[::-1] if upwards else items, depth)
        for item in own:
            self._item(drawing, item)
        if not path:  # in a frame, dot sees to the order
            self._columns(drawing, own)
        for name in reversed(inside) if upwards else inside:
            members = inside[name][::-1] if upwards else inside[name]
            number = len(self.frames)
            self.frames.append(notation.name(name))
            with drawing.subgraph(name=f"cluster_{number}") as cluster:
                ids = {item.id for item in members}
                crossing = [(link.tail in ids, link.head in ids) for link in self.seen.links]
                more = crossing.count((False, True)) - crossing.count((True, False))  # come in
                below = {"TB": more > 0, "BT": more < 0}.get(self.seen.rankdir)
                look = "class=group color={line} style=rounded fontcolor={faint} labeljust=l"
                look += " bgcolor={subgroup}" if depth % 2 else " bgcolor={group}"
                look += f" id=group{number} labelloc={'b' if below else 't'}"
                look += f" margin={12 if self.sideways else 14}"
                label = f"<{notation.escaped(self.frames[number])}>"
                cluster.attr(label=label, **self.theme.attributes(look))
                self._cluster(cluster, (*path, name), members)

    def _columns(self, drawing: Any, items: Sequence[Item]) -> None:
        """Beside each other, in their order: neurons of a layer, parameters of a node alone."""
        joined = {(link.tail, link.head) for link in self.seen.links}
        user = {a: b for a, b in joined if not (self.seen.folded or b in self.ordered)}
        columns: dict[Any, list[Item]] = {}
        for item in items:
            if len(item.fold) > 1 and "neuron" in item.fold[-1]:
                columns.setdefault(item.fold[:-1], []).append(item)
            elif item.kind == "leaf" and self.uses[item.id] == 1 and item.id in user:
                columns.setdefault(user[item.id], []).append(item)
        for column in columns.values():
            column.sort(key=lambda item: int(re.sub("[^0-9]", "", "".join(item.fold[-1:])) or 0))
            ids = [item.id for item in column]
            if len(ids) > 1 and not any((a, b) in joined for a in ids for b in ids):
                with drawing.subgraph() as same:
                    same.attr(rank="same")
                    self._invisible(same, pairwise(ids))

    def _item(self, drawing: Drawing, item: Item) -> None:
        colours, folded = self.theme, item.kind == "folded"
        above = self.tall and folded  # the first row stands in the heading
        fill = getattr(colours, "operation" if folded else item.kind)
        if self.scale and item.magnitude is not None:
            fill = self.scale.fill(item.magnitude)
        heading = f"&#160;{notation.escaped(item.name)}"
        if item.formula:
            raised = r'<sup><font point-size="9">\1\2</font></sup>'
            heading += f" = {_POWER.sub(raised, notation.escaped(item.formula))}"
        heading += "&#160;"
        if item.kind in ("root", "folded"):
            heading = f"<b>{heading}</b>"
        for row in item.rows[:above]:
            heading += f"&#160;&#160;{notation.escaped(f'{row.word}, {row.text}')}&#160;"
        line, style = colours.line, ""
        if item.faded:
            fill, line, style = colours.node, colours.faded, ' style="dashed"'
            heading = _inked(heading, colours.faint)
        cells = ""
        for row in item.rows[above:]:
            ink = colours.faint if item.faded else getattr(colours, row.colour)
            word = _inked(notation.escaped(row.word), colours.faint)
            signs = sum(c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻" for c in row.text)  # wider than Graphviz thinks
            slack = "&#160;" * ((signs + 2) // 3)
            number = _inked(notation.escaped(row.text) + slack, ink)
            cells += f'<tr><td align="left">{word}</td><td align="right">{number}</td></tr>'
        label = (
            f'<table border="{1 + folded}" cellborder="0" cellspacing="0" cellpadding="4"'
            f' color="{line}" bgcolor="{colours.node}"{style}>'
            f'<tr><td colspan="2" cellpadding="6" bgcolor="{fill}">{heading}</td></tr>'
            f"{cells and '<hr/>'}{cells}</table>"  # a rule with nothing below it breaks Graphviz
        )
        kind = ("folded group" if folded else item.kind) + " faded" * item.faded
        if item.kind == "root" and item.node is not None and item.node.first is None:
            kind = kind.replace("root", "root leaf")
        drawing.item(item.id, label, kind, "ordering=in" * (item.id in self.ordered))
        self.marks[item.id] = tuple(row.kind for row in item.rows[above:])

    # --- edges -----------------------------------------------------------------------------------
    def _repeats(self) -> dict[tuple[str, str], str]:
        """For edges that would run far, a copy of the name of the node where they start."""
        ids: dict[tuple[str, str], str] = {}
        names, count = {item.id: item.name for item in self.seen.items}, Counter[str]()
        look = "shape=box style=dashed,rounded color={line} margin=0.08,0.03 width=0 height=0"
        for tail, head in dict.fromkeys((link.tail, link.head) for link in self.far):
            count[tail] += 1
            ids[tail, head] = f"{tail}r{count[tail]}"
            self.drawing.item(ids[tail, head], notation.escaped(names[tail]), "repeated", look)
        return ids

    def _edge(self, k: int, link: Link, tail: str) -> None:
        colours = self.theme
        attributes = {"id": f"e{k}", "class": "forward" if link.magnitude is None else "backward"}
        lines = link.lines(self.options.detail)
        if lines and self.labelled:
            inks = {} if link.faded else {"partial": colours.partial, "share": colours.gradient}
            lead = "" if self.sideways else "&#160;"  # beside the line, not on it
            cells = (
                f"<td>{_inked(lead + notation.escaped(line), inks.get(kind, colours.faint))}</td>"
                for kind, line in lines.items()
            )
            attributes["label"] = f"<{table(cells, 2)}>"
            self.marks[f"e{k}"] = tuple(lines)
        elif lines:
            attributes["edgetooltip"] = "\n".join(lines.values()).replace("\\", "\\\\")
        if link.faded:
            attributes |= {"color": colours.faded, "style": "dashed"}
        elif self.scale and link.magnitude is not None:
            width = self.scale.width(link.magnitude)
            attributes |= {"color": self.scale.colour(link.magnitude), "penwidth": f"{width:g}"}
        if self.crowded:
            out, into = _SIDES[self.seen.rankdir]
            attributes |= {"tailport": out, "headport": into, "arrowsize": "0.5"}
        self.drawing.edge(tail, link.head, **attributes)

    # --- legend ----------------------------------------------------------------------------------
    def _note(self) -> str:
        """What is folded, and the scale of colours, as a table below the picture."""
        lines = []
        if folded := notation.escaped(self.seen.note()):
            # A picture that grows downwards is narrow.
            lines += [folded] if self.sideways else folded.split("; ")
        if self.far:
            lines.append(notation.escaped(self.options.word("drawing.repeated")))
        if self.scale:
            lines.append(self._legend(self.scale, max(map(len, lines), default=0)))
        return table((f'<td align="left">{line}</td>' for line in lines), 1) if lines else ""

    def _legend(self, sizes: Scale, longest: int) -> str:
        """Colours and powers of ten, in a row that is as wide as the longest of the other lines."""
        d = sizes.decades
        exponents = [-d, -d // 2, 0, d // 2, d]
        swatches = "".join(
            f'<td width="34" height="8" fixedsize="true" bgcolor="{sizes.colour(10.0**e)}"></td>'
            for e in exponents
        )
        powers = [notation.number(10.0**e, ".0e") if e else "1" for e in exponents]
        powers = [f"≤ {powers[0]}", *powers[1:-1], f"≥ {powers[-1]}"]
        texts = "".join(f'<td><font point-size="10">{power}</font></td>' for power in powers)
        title = notation.escaped(self.options.word("drawing.legend"))
        rest = max(0, 6 * longest - 6 * len(title) - 36 * len(exponents))  # or the cells stretch
        filler = f'<td rowspan="2" width="{rest}"></td>' if rest else ""
        return table([f'<td rowspan="2">{title}&#160;</td>{swatches}{filler}', texts], 1, 2)


# --- hints for dot -------------------------------------------------------------------------------
def _later(seen: Sketch) -> list[tuple[str, str]]:
    """Pairs (a, b) where b is to stand after a, so that a group comes after those that it uses.

    Its parameters could stand beside those of the group before; then the two would lie side by
    side, with edges that run back between them.
    """
    if seen.folded or len(seen.items) > MANY:
        return []
    items = {item.id: item for item in seen.items}
    rank = ranks(seen.items, seen.links)
    above: dict[str, set[str]] = {id: {id} for id in items}  # what it was computed from
    last: dict[GroupPath, str] = {}  # for a group, the latest node of another one that it uses
    for link in seen.links:
        above[link.head] |= above[link.tail]
        tail, head = items[link.tail].path, items[link.head].path
        shared = next((k for k, (a, b) in enumerate(zip(tail, head, strict=False)) if a != b), None)
        if shared is not None:
            group = head[: shared + 1]
            if group not in last or rank[last[group]] < rank[link.tail]:
                last[group] = link.tail
    sources = {item.id for item in seen.items} - {link.head for link in seen.links}
    return [
        (tail, item.id)
        for group, tail in last.items()
        for item in seen.items
        if item.id in sources and item.path[: len(group)] == group and item.id not in above[tail]
    ]


# --- parts of labels -----------------------------------------------------------------------------
def _inked(text: str, ink: str) -> str:
    return f'<font color="{ink}">{text}</font>'
