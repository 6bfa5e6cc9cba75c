"""A graphviz.Digraph that needs no Graphviz on the PATH; in its SVG each text has a class.

The wheels of pygraphviz carry Graphviz itself, which runs in this process: pip alone is enough. The
system's Graphviz is asked where that is missing, or for a format that it does not have. Python in a
browser (Pyodide) has neither; there the page's JavaScript lends its own, as `globalThis.graphviz`.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

import graphviz

from autograd_mini.errors import AutogradError
from autograd_mini.files import waited_for, write
from autograd_mini.numbers.arguments import one_of, positive

from .themes import Options

FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree
RAISED = 4.5  # points between a superscript and its base
SVG = "{http://www.w3.org/2000/svg}"
ET.register_namespace("", SVG.strip("{}"))
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
_PLAIN = {"font-size": "12.00", "font-weight": "normal", "text-decoration": "none"}

ENGINES = ("packaged", "system", "browser")
LARGE = 1000  # nodes, beyond which layout takes long enough to be stopped
FRAMED = 30  # nodes, beyond which frames one in another's way may crash Graphviz 14
_THAI = re.compile("[\u0e01-\u0e5b]")  # crash Graphviz where libthai has no dictionary
_PAINTED = frozenset("png pdf jpg jpeg jpe gif ps ps2 eps webp bmp tif tiff".split())
VARIABLE = "AUTOGRAD_MINI_GRAPHVIZ"  # the environment variable that chooses one of them

Name = str | os.PathLike[str] | None
_one_at_a_time = waited_for(Lock())  # Graphviz has global state, and so has standard error


class RenderingError(AutogradError, RuntimeError):
    """No Graphviz could make the picture; the text says what each one said, and what to do."""


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A graphviz.Digraph that asks pygraphviz's own Graphviz first, the system's `dot` second.

    All that a Digraph has works: `.source`, `.save()`, `.render("x", format="png")`, `.pipe()`,
    and display in Jupyter. `rendering` is None, "packaged" or "system", `time_limit` the
    seconds for a large layout: see `render`. In SVG, the texts of the ids in `marks` have
    these classes: of a node (n0, n1, ...) the numbers, of an edge (e0, e1, ...) the lines.

    Raises ValueError if `rendering` is unknown.

    >>> drawing = Drawing()
    >>> drawing.edge("a", "b")
    >>> drawing.pipe(format="svg", encoding="utf-8").count("<title>")
    3
    """

    marks: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    options = Options()  # how it looks
    body: list[str]
    filename: str
    directory: str

    def __init__(
        self, *args: Any, rendering: str | None = None, time_limit: float = 60.0, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        engines(rendering)  # refuses an unknown one now, not at the first rendering
        self.rendering, self.time_limit = rendering, time_limit

    def __repr__(self) -> str:
        edges = sum(" -> " in line and "style=invis" not in line for line in self.body)
        return f"<{type(self).__name__} {self.name!r} with {edges} edges; .render(...) saves it>"

    def copy(self) -> Any:
        """A drawing that is changed without this one; graphviz's own lacks classes and limit."""
        return deepcopy(self)

    def dress(self, options: Options, graph: str, node: str, edge: str, label: str) -> None:
        """Set what pictures have in common, and more, as texts for `Theme.attributes`."""
        common = {
            "graph": f"bgcolor={{background}} fontcolor={{faint}} margin=0 {graph}",
            "node": f"fontcolor={{text}} {node}",
            "edge": f"color={{line}} fontcolor={{partial}} fontsize=11 {edge}",
        }
        self.options, colours = options, options.colours
        for kind, own in common.items():
            given = {"label": f"<{label}>"} if label and kind == "graph" else {}
            self.attr(kind, fontname=FONT, **given, **colours.attributes(f"fontsize=12 {own}"))

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
        how, limit = (given.get("engine") or self.engine, self.rendering), self.time_limit
        nodes = sum(" -> " not in line for line in self.body)
        try:
            data = render(self.source, wanted, *how, nodes=nodes, time_limit=limit)
        except RenderingError as error:
            where = "The DOT text is in .source, and .save() writes it to a file."
            raise RenderingError(f"{error} {where}") from None
        if wanted == "svg" and self.marks:
            with suppress(ET.ParseError, LookupError, ValueError):  # another Graphviz's SVG
                data = _marked(data, self.marks, self.options.colours.background)
        return data.decode(encoding) if encoding else data

    def inline(self) -> str:
        """SVG for a page or notebook, no wider than there is room. Raises as `pipe`."""
        made: str = self.pipe("svg", encoding="utf-8")
        return '<svg style="max-width: 100%; height: auto"' + made.partition("<svg")[2]

    _repr_image_svg_xml = inline  # graphviz's name

    def layout(self) -> Any:
        """Where everything is, as Graphviz tells it in JSON. Raises as `pipe`."""
        # It loses its way after two backslashes in a text; a word joiner keeps them apart.
        self.body = [re.sub(r"(\\\\)(?=\\\\)", "\\1\u2060", line) for line in self.body]
        return json.loads(self.pipe("json").decode().replace("\u2060", ""))

    def save(
        self, filename: Name = None, directory: Name = None, *, skip_existing: bool | None = False
    ) -> str:
        """Write the DOT text; to a name that ends as a picture's does, `x.png`, the picture.

        The arguments are graphviz's. Returns the path. Raises as `pipe`.
        """
        self.filename = os.fspath(filename or self.filename)
        self.directory = os.fspath(directory or self.directory)
        path = Path(self.filepath)
        format = path.suffix[1:].lower()
        if not (skip_existing and path.exists()):
            text = format in ("gv", "dot") or format not in graphviz.FORMATS
            _put(path, self.source.encode(self.encoding) if text else self.pipe(format))
        return str(path)

    def render(
        self,
        filename: Name = None,
        directory: Name = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: Name = None,
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
        if not cleanup:
            _put(Path(self.filepath), self.source.encode(self.encoding))
        _put(picture, data)
        if view or quiet_view:
            graphviz.view(str(picture), quiet=quiet_view)
        return str(picture)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, data)


def table(rows: Iterable[str], padding: int, spacing: int = 0) -> str:
    """Cells, row by row, as a table of an HTML-like label."""
    inside = "".join(f"<tr>{row}</tr>" for row in rows)
    edges = f'border="0" cellborder="0" cellspacing="{spacing}" cellpadding="{padding}"'
    return f"<table {edges}>{inside}</table>"


# --- from DOT text to SVG, PNG, PDF, ... ----------------------------------------------------------
def render(
    source: str,
    format: str,
    layout: str = "dot",
    engine: str | None = None,
    *,
    nodes: int = 0,
    time_limit: float = 60.0,
) -> bytes:
    """The picture of a DOT text in a format such as "svg", "png" or "pdf".

    `engine` is "packaged", "system" or "browser"; None takes what the environment variable
    AUTOGRAD_MINI_GRAPHVIZ names, or else the packaged one first and the system's second, and the
    browser's in a browser. More than 1,000 `nodes`, or 30 with frames, are laid out in a process of
    their own, which ends after `time_limit` seconds or on Ctrl-C; the system's Graphviz always is.

    Raises ValueError for an unknown format, layout or engine, RenderingError if there is no
    picture to be had, or not in time.
    """
    one_of("format", format, sorted(graphviz.FORMATS))
    one_of("layout", layout, sorted(graphviz.ENGINES))
    positive("time_limit", time_limit)
    refusals = []
    for name in engines(engine):
        try:
            if name == "browser":
                return _browser(source, format, layout)
            if name == "system":
                return _run([layout, f"-T{format}"], source, time_limit)
            most = FRAMED if "subgraph cluster_" in source else LARGE
            if nodes <= most and not _THAI.search(source):
                return _packaged(source, format, layout)
            # The C code itself cannot be stopped, and its crash would be Python's.
            apart = [sys.executable or "", "-P", "-c", _APART, format, layout]
            try:
                return _run(apart, source, time_limit)
            except RenderingError as error:
                if "fixLabelOrder" not in str(error):  # what ends there can be ranked as a whole
                    raise
            return _run([*apart, "newrank"], source, time_limit)
        except RenderingError as error:
            refusals.append(f"{name} Graphviz: {error}")
    raise RenderingError(
        f"no picture in the format {format}: {'; '.join(refusals)}. Install what is missing: the"
        " packaged Graphviz with `pip install pygraphviz`, the system's from"
        " https://graphviz.org/download."
    )


def engines(engine: str | None) -> tuple[str, ...]:
    """The engines to try, in order."""
    who = "engine"
    if engine is None and (engine := os.environ.get(VARIABLE) or None):
        who = f"the environment variable {VARIABLE}"
    if engine is None:
        return ENGINES[2:] if sys.platform == "emscripten" else ENGINES[:2]
    return (one_of(who, engine, ENGINES),)


def _browser(source: str, format: str, layout: str) -> bytes:
    """By @hpcc-js/wasm-graphviz, a WebAssembly build; its formats are texts, such as SVG."""
    try:
        from js import graphviz as lent
    except ImportError:
        raise RenderingError(
            "there is none: it needs Python in a browser (Pyodide), and its JavaScript to set"
            " globalThis.graphviz = await Graphviz.load() of @hpcc-js/wasm-graphviz"
        ) from None
    try:
        return str(lent.layout(source, format, layout)).encode()
    except Exception as error:  # Pyodide's JsException, whatever is thrown
        raise RenderingError(_first_line(str(error))) from None


def _packaged(source: str, format: str, layout: str) -> bytes:
    try:
        import pygraphviz
    except (ImportError, OSError) as error:  # OSError: a library that it needs is missing
        raise RenderingError(f"not installed ({error})") from None
    with _one_at_a_time, _captured_stderr() as said:
        if format in _PAINTED and not _has_fonts():
            raise RenderingError(
                "there are no fonts on this machine, and letters would be boxes: install one"
                " (Debian: fonts-dejavu), or take SVG"
            )
        try:
            graph = pygraphviz.AGraph(string=source)
            data: bytes | None = graph.draw(format=format, prog=layout)
            graph.close()
        except (ValueError, OSError, TypeError, pygraphviz.DotError) as error:
            # TypeError: pygraphviz 2.0.4 unpacks the error's number where a format is lacking
            raise RenderingError(_first_line(said()) or str(error)) from None
        if not data:
            raise RenderingError(_first_line(said()) or "it made no picture")
    return data


@cache
def _has_fonts() -> bool:
    """Whether letters are more than boxes, which all have one width."""
    import pygraphviz

    graph = pygraphviz.AGraph(string="graph {iiiiiiiiii mmmmmmmmmm}")
    lines = graph.draw(format="plain", prog="dot").decode().splitlines()
    return len({line.split()[4] for line in lines if line.startswith("node")}) > 1


_APART = """
import sys
try:
    import pygraphviz
    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
    graph.graph_attr.update(dict.fromkeys(sys.argv[3:], "true"))
    sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog=sys.argv[2]))
except Exception as error:  # after what Graphviz has said, if it has
    sys.exit(str(error))
"""


def _run(command: list[str], source: str, time_limit: float) -> bytes:
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenderingError(
            f"the layout was not ready after {time_limit:g} s; draw less, fold more (collapse=),"
            " or raise time_limit"
        ) from None
    except OSError as error:
        name = command[0] or "Python"  # inside another program it may not know where it is
        raise RenderingError(f"{name} does not start: {error.strerror}") from None
    if done.returncode or not done.stdout:
        said = _first_line(done.stderr.decode(errors="replace"))
        if done.returncode < 0:
            said = said or "it crashed; Thai letters need the dictionary of libthai (libthai-data)"
        raise RenderingError(said or f"exit status {done.returncode}")
    return done.stdout


def _first_line(text: str) -> str:
    """The first error, or else the first line that is not fontconfig's, which tells nothing."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith("Fontconfig")]
    return next((line for line in lines if line.startswith("Error")), next(filter(None, lines), ""))


@contextmanager
def _captured_stderr() -> Iterator[Callable[[], str]]:
    """Keep what Graphviz's C code writes to standard error; yields a reader of it."""
    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode(errors="replace")

        try:
            kept = os.dup(2)
        except OSError:  # no standard error at all, as under pythonw
            yield said
            return
        try:
            if sys.__stderr__ is not None:
                sys.__stderr__.flush()
            os.dup2(file.fileno(), 2)
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)


# --- classes for the texts of an SVG, so that style sheets and scripts find them -----------------
def _marked(svg: bytes, marks: Mapping[str, tuple[str, ...]], ground: str) -> bytes:
    """The SVG with a class on each text of the groups whose ids are in `marks`.

    Graphviz sets every text from its left end, by its own idea of how wide the letters are. Numbers
    of a node are set from their right end here and a heading, as one text, from its middle, so that
    they stay in place with another font, or when a script writes another number. What is written at
    an edge has a halo in the colour of the ground, so that it can be read where it lies on a line.
    """
    top = ET.fromstring(svg)
    halo = {"stroke": ground, "stroke-width": "3", "stroke-linejoin": "round"}
    for group in top.iter(f"{SVG}g"):
        id = group.get("id", "")
        if id not in marks:
            continue
        texts = group.findall(f".//{SVG}text")
        if id.startswith("n"):
            _mark_node(group, texts, marks[id])
        else:
            for text, name in zip(texts[-len(marks[id]) :], marks[id], strict=True):
                text.attrib |= {"class": name, **halo, "paint-order": "stroke"}
    return bytes(ET.tostring(top, "utf-8", xml_declaration=True))


def _mark_node(group: ET.Element, texts: list[ET.Element], rows: tuple[str, ...]) -> None:
    """A name, and below it rows of a word at the left and a number at the right."""
    first, box = len(texts) - 2 * len(rows), group.findall(f".//{SVG}polygon")[0]
    xs = [float(point.split(",")[0]) for point in box.get("points", "").split()]
    ends = min(xs) + max(xs)
    for name, word, number in zip(rows, texts[first::2], texts[first + 1 :: 2], strict=True):
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
