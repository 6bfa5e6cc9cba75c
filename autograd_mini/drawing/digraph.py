"""A graphviz.Digraph that needs no Graphviz on the PATH, and its labels in HTML-like text."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import graphviz

from autograd_mini.files import write

from .marks import Marks, marked
from .rendering import RenderingError, engines, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .themes import Theme

FONT = "Helvetica,Arial,sans-serif"  # alike in width, so that layout and viewer agree


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

    def dress(self, colours: Theme, **settings: Mapping[str, str]) -> None:
        """Set what all pictures have in common, and the settings of graph, node and edge."""
        common = {
            "graph": {"bgcolor": colours.background, "fontcolor": colours.faint, "margin": "0"},
            "node": {"fontcolor": colours.text},
            "edge": {"color": colours.line, "fontcolor": colours.partial, "fontsize": "11"},
        }
        for kind, own in settings.items():
            self.attr(kind, **({"fontname": FONT, "fontsize": "12"} | common[kind] | {**own}))

    def item(self, id: str, label: str, kind: str, **settings: str) -> None:
        """A node with an HTML-like label, whose name is its id, and whose class in SVG is given."""
        self.node(id, f"<{label}>", id=id, **settings, **{"class": kind})

    def pipe(
        self,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        *,
        engine: str | None = None,
        encoding: str | None = None,
    ) -> Any:
        """The picture as bytes, or as text if `encoding` is given. The arguments are graphviz's.

        Raises ValueError for an unknown format or engine, RenderingError if there is no Graphviz
        that makes this format.
        """
        system = {"renderer": renderer, "formatter": formatter, "neato_no_op": neato_no_op}
        if any(system.values()):  # the system's Graphviz alone has these
            return super().pipe(format, **system, quiet=quiet, engine=engine, encoding=encoding)
        wanted = (format or self.format).lower()
        try:
            data = render(
                self.source,
                wanted,
                engine or self.engine,
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
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        quiet_view: bool = False,
        *,
        outfile: str | os.PathLike[str] | None = None,
        engine: str | None = None,
        raise_if_result_exists: bool = False,
        overwrite_source: bool = False,
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
        data = self.pipe(format, renderer, formatter, neato_no_op, quiet, engine=engine)
        text.parent.mkdir(parents=True, exist_ok=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        if not cleanup:
            write(text, self.source.encode(self.encoding or "utf-8"))
        write(picture, data)
        if view or quiet_view:
            graphviz.view(str(picture), quiet=quiet_view)
        return str(picture)


def table(rows: Iterable[str], padding: int, spacing: int = 0) -> str:
    """Cells, row by row, as a table of an HTML-like label.

    >>> table(["<td>a</td>"], 1)
    '<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr><td>a</td></tr></table>'
    """
    inside = "".join(f"<tr>{row}</tr>" for row in rows)
    edges = f'border="0" cellborder="0" cellspacing="{spacing}" cellpadding="{padding}"'
    return f"<table {edges}>{inside}</table>"
