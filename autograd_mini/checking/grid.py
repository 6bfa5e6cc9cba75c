"""A table for readers, as text, for rich and as HTML; some of its cells are marked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.language.tables import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = " *"
_RED = "#cf222e"


class Grid(NamedTuple):
    """Rows of cells, the first the header; the first column to the left, the others to the right.

    marked   (row, column) of the cells that stand out: red, and with a star where there is no red
    remarks  lines below
    """

    rows: list[list[str]]
    marked: frozenset[tuple[int, int]] = frozenset()
    remarks: tuple[str, ...] = ()

    def _lines(self) -> list[str]:
        space = {j: " " * len(_MARK) for _, j in self.marked}
        cells = [
            [
                cell + (_MARK if (i, j) in self.marked else space.get(j, ""))
                for j, cell in enumerate(row)
            ]
            for i, row in enumerate(self.rows)
        ]
        return aligned(cells, "<" + ">" * (len(self.rows[0]) - 1))

    def rich(self) -> Iterator[Any]:
        """For rich's consoles."""
        from rich.text import Text

        for i, line in enumerate(self._lines()):
            shown = Text(line, style="" if i else "bold", no_wrap=True)
            shown.highlight_regex(r"\S+ \*", "red")
            yield shown
        yield from (Text(line, style="dim") for line in self.remarks)

    def html(self) -> str:
        """As a table of HTML."""
        lines = []
        for i, row in enumerate(self.rows):
            cells = []
            for j, cell in enumerate(row):
                style = f"text-align: {'right' if j else 'left'}; padding: 0 0.6em"
                if (i, j) in self.marked:
                    style += f"; color: #fff; background: {_RED}"
                    cell += _MARK
                tag = "td" if i else "th"
                cells.append(f'<{tag} style="{style}">{escape(cell)}</{tag}>')
            lines.append(f"<tr>{''.join(cells)}</tr>")
        below = "<br>".join(map(escape, self.remarks))
        return (
            f'<table style="font-variant-numeric: tabular-nums">{"".join(lines)}</table>'
            f'<p style="opacity: 0.75">{below}</p>'
        )


class Shown:
    """What shows itself as a grid, in its own language or another: `_grid` makes it."""

    lang: str

    def _grid(self, lang: str) -> Grid:
        raise NotImplementedError

    def text(self, lang: str | None = None) -> str:
        """The table as plain text."""
        grid = self._grid(lang or self.lang)
        return "\n".join([*grid._lines(), *grid.remarks])

    def __str__(self) -> str:
        return self.text()

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """For rich's `print` and consoles."""
        return self._grid(self.lang).rich()

    def _repr_html_(self) -> str:
        """For notebooks."""
        return f'<div lang="{self.lang}">{self._grid(self.lang).html()}</div>'
