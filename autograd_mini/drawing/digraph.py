"""A graphviz.Digraph that needs no Graphviz on the PATH; in its SVG each text has a class."""

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import graphviz

from autograd_mini.files import write

from .rendering import RenderingError, engines, render
from .themes import Options

FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree
RAISED = 4.5  # points between a superscript and its base
SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", SVG.strip("{}"))
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
_PLAIN = {"font-size": "12.00", "font-weight": "normal", "text-decoration": "none"}


class Marks(NamedTuple):
    """The classes of the texts of a node or an edge.

    A node has its name, and below it rows of a word at the left and a number at the right; `rows`
    are the classes of the numbers. An edge has `lines` alone, with a `halo` in the colour of the
    ground, so that they can be read where they lie on a line.
    """

    rows: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    halo: str = ""


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A graphviz.Digraph that asks pygraphviz's own Graphviz first, the system's `dot` second.

    All that a Digraph has works: `.source`, `.save()`, `.render("x", format="png")`, `.pipe()`,
    and display in Jupyter. `rendering` is None, "packaged" or "system", `time_limit` the
    seconds for a large layout: see `rendering.render`. In SVG, the texts of the ids in `marks` have
    classes: see `Marks`.

    Raises ValueError if `rendering` is unknown.

    >>> drawing = Drawing()
    >>> drawing.edge("a", "b")
    >>> drawing.pipe(format="svg", encoding="utf-8").count("<title>")
    3
    """

    marks: Mapping[str, Marks] = MappingProxyType({})
    options = Options()  # how it looks
    filename: str
    directory: str

    def __init__(
        self, *args: Any, rendering: str | None = None, time_limit: float = 60.0, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        engines(rendering)  # refuses an unknown one now, not at the first rendering
        self.rendering, self.time_limit = rendering, time_limit

    def __repr__(self) -> str:
        edges = sum(" -> " in line for line in self.body)
        return f"<{type(self).__name__} {self.name!r} with {edges} edges; .render(...) saves it>"

    def dress(self, options: Options, graph: str, node: str, edge: str, label: str = "") -> None:
        """Set what pictures have in common, and more, as texts for `Theme.attributes`."""
        common = {
            "graph": f"bgcolor={{background}} fontcolor={{faint}} margin=0 {graph}",
            "node": f"fontcolor={{text}} {node}",
            "edge": f"color={{line}} fontcolor={{partial}} fontsize=11 {edge}",
        }
        self.options, colours = options, options.colours
        for kind, own in common.items():
            given = {"label": f"<{label}>"} if label and kind == "graph" else {}
            given |= colours.attributes(f"fontsize=12 {own}")
            self.attr(kind, fontname=FONT, **given)

    def item(self, id: str, label: str, kind: str, look: str = "", **settings: str) -> None:
        """A node with an HTML-like label, whose name is its id, and whose class in SVG is given."""
        settings |= {"class": kind, **self.options.colours.attributes(look)}
        self.node(id, f"<{label}>", id=id, **settings)

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
        if wanted == "svg" and self.marks:
            with suppress(ET.ParseError, LookupError, ValueError):  # another Graphviz's SVG
                data = _marked(data, self.marks)
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
        **given: Any,
    ) -> str:
        """Write the DOT text to `filename` and the picture beside it; return the picture's path.

        The arguments are graphviz's. The picture is `filename` with the format as a suffix, or
        `outfile`, whose suffix then is the format; `cleanup` removes the DOT text afterwards.

        Raises as `pipe`; FileExistsError (graphviz's) where `raise_if_result_exists` forbids it.
        """
        if outfile is not None:
            format = format or Path(outfile).suffix[1:]
            filename = filename or Path(outfile).with_suffix(".gv")
        format = format or self.format
        self.filename = os.fspath(filename or self.filename)
        self.directory = os.fspath(directory or self.directory)
        picture = Path(self.directory, outfile or f"{self.filename}.{format}")
        if raise_if_result_exists and picture.exists():
            raise graphviz.FileExistsError(f"output file exists: {str(picture)!r}")
        data = self.pipe(format, **given)
        picture.parent.mkdir(parents=True, exist_ok=True)
        if not cleanup:
            text = Path(self.filepath)
            text.parent.mkdir(parents=True, exist_ok=True)
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
def _marked(svg: bytes, marks: Mapping[str, Marks]) -> bytes:
    """The SVG with a class on each text of the groups whose ids are in `marks`.

    Graphviz sets every text from its left end, by its own idea of how wide the letters are. Numbers
    of a node are set from their right end here and a heading, as one text, from its middle, so that
    they stay in place with another font, or when a script writes another number.
    """
    top = ET.fromstring(svg)
    for group in top.iter(f"{SVG}g"):
        if given := marks.get(group.get("id", "")):
            _mark(group, given)
    return bytes(ET.tostring(top, "utf-8", xml_declaration=True))


def _mark(group: ET.Element, marks: Marks) -> None:
    texts = group.findall(f".//{SVG}text")
    if marks.lines:
        halo = {"stroke": marks.halo, "stroke-width": "3", "stroke-linejoin": "round"}
        for text, name in zip(texts[-len(marks.lines) :], marks.lines, strict=True):
            text.attrib |= {"class": name, **halo, "paint-order": "stroke"}
        return
    first, box = len(texts) - 2 * len(marks.rows), group.findall(f".//{SVG}polygon")[0]
    xs = [float(point.split(",")[0]) for point in box.get("points", "").split()]
    ends = min(xs) + max(xs)
    for name, word, number in zip(marks.rows, texts[first::2], texts[first + 1 :: 2], strict=True):
        word.set("class", "word")
        word.set("y", number.get("y", ""))  # signs of another font make a row uneven
        x = f"{ends - float(word.get('x', '0')):g}"
        number.attrib |= {"class": name, "text-anchor": "end", "x": x}
        number.text = (number.text or "").strip("\u00a0")
    heading, *pieces = texts[:first]
    heading.text = (heading.text or "").lstrip("\u00a0")
    texts[first - 1].text = (texts[first - 1].text or "").rstrip("\u00a0")
    base = {**_PLAIN, **heading.attrib}
    heading.attrib |= {"class": "name", "text-anchor": "middle", "x": f"{ends / 2:g}"}
    raised = False
    for piece in pieces:  # superscripts between others
        look = {}
        if (piece.get("baseline-shift") == "super") != raised:  # not all browsers know the word
            look["dy"] = f"{RAISED if raised else -RAISED:g}"
            raised = not raised
        own = {key: piece.get(key, plain) for key, plain in _PLAIN.items()}
        look |= {key: x for key, x in own.items() if x != base[key]}
        if piece.text:
            ET.SubElement(heading, f"{SVG}tspan", look).text = piece.text
        group.remove(piece)
