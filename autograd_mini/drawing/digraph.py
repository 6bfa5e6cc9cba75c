"""A graphviz.Digraph that needs no Graphviz on the PATH; in its SVG each text has a class."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import graphviz

from autograd_mini.files import write

from .rendering import RenderingError, engines, render
from .themes import Theme

FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree
RAISED = 4.5  # points between a superscript and its base
_GROUP = re.compile(r'<g id="([^"]*)" class="(?:node|edge|graph|cluster)\b')
_TEXT = re.compile(r'<text (.*?)text-anchor="start" x="([-\d.]+)"(.*?)>(.*)</text>', re.S)
_HEIGHT = re.compile(r' y="[-\d.]+"')
_POINT = re.compile(r"(-?[\d.]+),-?[\d.]+")

_PLAIN = {"font-weight": "normal", "text-decoration": "none"}


class Marks(NamedTuple):
    """The classes of the texts of a node or an edge.

    A node has a heading, and below it rows of a word at the left and a number at the right; `rows`
    are the classes of the numbers. An edge has `lines` alone, with a `halo` in the colour of the
    ground, so that they can be read where they lie on a line.
    """

    heading: str = ""
    rows: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    halo: str = ""


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A graphviz.Digraph that asks pygraphviz's own Graphviz first, the system's `dot` second.

    All that a Digraph has works: `.source`, `.save()`, `.render("x", format="png")`, `.pipe()`,
    and display in Jupyter. `rendering` is None, "packaged" or "system", `time_limit` the
    seconds for a large layout: see `rendering.render`. In SVG, the texts of the ids in `marks` have
    classes: see `marks.marked`.

    Raises ValueError if `rendering` is unknown.

    >>> drawing = Drawing()
    >>> drawing.edge("a", "b")
    >>> drawing.pipe(format="svg", encoding="utf-8").count("<title>")
    3
    """

    marks: Mapping[str, Marks] = MappingProxyType({})
    directory: str | os.PathLike[str]

    def __init__(
        self, *args: Any, rendering: str | None = None, time_limit: float = 60.0, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        engines(rendering)  # refuses an unknown one now, not at the first rendering
        self.rendering, self.time_limit = rendering, time_limit

    def __repr__(self) -> str:
        edges = sum(" -> " in line for line in self.body)
        return f"<{type(self).__name__} {self.name!r} with {edges} edges; .render(...) saves it>"

    def dress(self, colours: Theme, graph: str, node: str, edge: str, label: str = "") -> None:
        """Set what all pictures have in common, and the settings of graph, node and edge.

        They are texts such as "shape=box color={line}", with the names of the theme's colours.
        """
        common = {
            "graph": f"bgcolor={{background}} fontcolor={{faint}} margin=0 {graph}",
            "node": f"fontcolor={{text}} {node}",
            "edge": f"color={{line}} fontcolor={{partial}} fontsize=11 {edge}",
        }
        for kind, own in common.items():
            given = colours.attributes(f"fontsize=12 {own}")
            if label and kind == "graph":
                given["label"] = f"<{label}>"
            self.attr(kind, fontname=FONT, **given)

    def item(self, id: str, label: str, kind: str, **settings: str) -> None:
        """A node with an HTML-like label, whose name is its id, and whose class in SVG is given."""
        self.node(id, f"<{label}>", id=id, **settings, **{"class": kind})

    def pipe(self, format: str | None = None, *, encoding: str | None = None, **given: Any) -> Any:
        """The picture as bytes, or as text if `encoding` is given. The arguments are graphviz's.

        Raises ValueError for an unknown format or engine, RenderingError if there is no Graphviz
        that makes this format.
        """
        if any(given.get(key) for key in ("renderer", "formatter", "neato_no_op")):
            return super().pipe(format, encoding=encoding, **given)  # the system's has these
        wanted = (format or self.format).lower()
        try:
            data = render(
                self.source,
                wanted,
                given.get("engine") or self.engine,
                self.rendering,
                nodes=sum(" -> " not in line for line in self.body),
                time_limit=self.time_limit,
            )
        except RenderingError as error:
            where = "The DOT text is in .source, and .save() writes it to a file."
            raise RenderingError(f"{error} {where}") from None
        if wanted == "svg":
            data = marked(data.decode(), self.marks).encode()
        return data.decode(encoding) if encoding else data

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: str | os.PathLike[str] | None = None,
        quiet_view: bool = False,
        raise_if_result_exists: bool = False,
        overwrite_source: bool = False,
        **given: Any,
    ) -> str:
        """Write the DOT text to `filename` and the picture beside it; return the picture's path.

        The arguments are graphviz's. The picture is `filename` with the format as a suffix, or
        `outfile`, whose suffix then is the format; `cleanup` removes the DOT text afterwards.

        Raises as `pipe`; FileExistsError (graphviz's) where `raise_if_result_exists` forbids it.
        """
        if outfile is None:
            format = format or self.format
        else:
            picture = Path(directory or self.directory or ".", outfile)
            format = format or picture.suffix[1:] or self.format
            filename = filename or Path(outfile).with_suffix(".gv")
        if filename is not None:
            self.filename = os.fspath(filename)
        if directory is not None:
            self.directory = os.fspath(directory)
        text = Path(self.filepath)
        if outfile is None:
            picture = text.with_name(f"{text.name}.{format}")
        if text == picture and not overwrite_source:
            raise ValueError(f"outfile {str(outfile)!r} is the file of the DOT text itself")
        if raise_if_result_exists and picture.exists():
            raise graphviz.FileExistsError(f"output file exists: {str(picture)!r}")
        data = self.pipe(format, **given)
        text.parent.mkdir(parents=True, exist_ok=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        if not cleanup:
            write(text, self.source.encode(self.encoding or "utf-8"))
        write(picture, data)
        if view or quiet_view:
            graphviz.view(str(picture), quiet=quiet_view)
        return str(picture)


def table(rows: Iterable[str], padding: int, spacing: int = 0) -> str:
    """Cells, row by row, as a table of an HTML-like label."""
    inside = "".join(f"<tr>{row}</tr>" for row in rows)
    edges = f'border="0" cellborder="0" cellspacing="{spacing}" cellpadding="{padding}"'
    return f"<table {edges}>{inside}</table>"


# --- classes for the texts of an SVG, so that style sheets and scripts find them -----------------
def marked(svg: str, marks: Mapping[str, Marks]) -> str:
    """The SVG with a class on each text of the groups whose ids are in `marks`.

    Graphviz sets every text from its left end, by its own idea of how wide the letters are. Numbers
    of a node are set from their right end here and a heading, as one text, from its middle, so that
    they stay in place with another font, or when a script writes another number.
    """
    lines = svg.split("\n")
    starts = [(k, match[1]) for k, line in enumerate(lines) if (match := _GROUP.match(line))]
    if not marks or not starts:
        return svg
    done = lines[: starts[0][0]]
    for (start, id), (end, _) in pairwise([*starts, (len(lines), "")]):
        block = lines[start:end]
        done += _block(block, marks[id]) if id in marks else block
    return "\n".join(done)


def _block(block: list[str], marks: Marks) -> list[str]:
    """The lines of a node or an edge with its texts marked."""
    texts = [(k, match) for k, line in enumerate(block) if (match := _TEXT.match(line))]
    for (k, match), name in zip(texts[-len(marks.lines) :], marks.lines, strict=False):
        block[k] = _text(match, name)
        if marks.halo:
            halo = f'stroke="{marks.halo}" stroke-width="3" stroke-linejoin="round"'
            block[k] = block[k].replace("<text ", f'<text {halo} paint-order="stroke" ', 1)
    first = len(texts) - 2 * len(marks.rows)
    box = next((line for line in block if line.startswith("<polygon")), "")
    ends = [float(x) for x in _POINT.findall(box)]
    if not marks.heading or first < 1 or not ends:
        return block
    left, right = min(ends), max(ends)
    for name, (k, word), (last, number) in zip(
        marks.rows, texts[first::2], texts[first + 1 :: 2], strict=True
    ):
        line = _text(word, "word")
        if here := _HEIGHT.search(number[3]):  # signs of another font make a row uneven
            line = _HEIGHT.sub(here[0], line, count=1)
        block[k] = line
        block[last] = _text(number, name, "end", right - (float(word[2]) - left))
    top, last = texts[0][0], texts[first - 1][0]
    heading = _merged([match for _, match in texts[:first]])
    block[top : last + 1] = [
        _text(texts[0][1], marks.heading, "middle", (left + right) / 2, heading)
    ]
    return block


def _text(
    match: re.Match[str], name: str, anchor: str = "start", x: float | None = None, text: str = ""
) -> str:
    place = match[2] if x is None else f"{x:g}"
    text = text or (match[4] if x is None else match[4].strip("\u00a0"))
    return (
        f'<text class="{name}" {match[1]}text-anchor="{anchor}" x="{place}"{match[3]}>{text}</text>'
    )


def _merged(pieces: Sequence[re.Match[str]]) -> str:
    """The pieces of a heading, superscripts between others, as the content of one text."""
    texts = [piece[4] for piece in pieces]
    texts[0] = texts[0].lstrip("\u00a0")
    texts[-1] = texts[-1].rstrip("\u00a0")
    whole, raised = texts[0], False
    for piece, text in zip(pieces[1:], texts[1:], strict=True):
        changes = []
        if ('baseline-shift="super"' in piece[3]) != raised:  # not all browsers know the word
            changes.append(f'dy="{RAISED if raised else -RAISED:g}"')
            raised = not raised
        for name in ("font-size", "font-weight", "text-decoration"):
            here, base = (re.search(rf'{name}="([^"]*)"', match[3]) for match in (piece, pieces[0]))
            if (here and here[1]) != (base and base[1]):
                changes.append(here[0] if here else f'{name}="{_PLAIN[name]}"')
        whole += f"<tspan {' '.join(changes)}>{text}</tspan>" if changes and text else text
    return whole
