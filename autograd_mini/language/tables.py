"""Tables for readers: as text, as CSV, and with lines above and below for rich and as HTML."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from operator import itemgetter
from typing import Any, NamedTuple

_PARTS = re.compile(r"(?<= )|(?<=\w[/_.-])(?=\D)")  # of a cell: words, and those of a file's name
_HTML = {"red": "#cf222e", "yellow": "#9a6700", "cyan": "#0b6e99", "green": "#1a7f37"}


def aligned(rows: Sequence[Sequence[object]], sides: str) -> list[str]:
    """The rows as lines, each column as wide as its longest cell, to the left ("<") or right (">").

    >>> aligned([("a", "value"), ("bc", 1)], "<>")
    ['a   value', 'bc      1']
    """
    table = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    line = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    return [line.format(*row).rstrip() for row in table]


def alphabetical(name: str) -> str:
    """By what names are sorted: accents and capitals do not count, and ñ follows n."""
    return re.sub("[\u0300-\u0302\u0304-\u036f]", "", unicodedata.normalize("NFD", name.lower()))


def separated(rows: Iterable[Iterable[object]], lang: str) -> str:
    """The rows as CSV, with the comma or semicolon that spreadsheets in this language expect.

    A text that a spreadsheet would take for a formula has an apostrophe before it. Where columns
    are parted by semicolons 2.5 is 2,5: 2.5 would be the second of May.

    >>> separated([("Ana", "2.5", "=x")], "es").strip()
    "Ana;2,5;'=x"
    """
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";" if lang == "es" else ",", lineterminator="\n")
    formula = re.compile(r"[=+@]|-(?![\d.,]*$)").match
    for row in rows:
        cells = [f"'{c}" if isinstance(c, str) and formula(c) else c for c in row]
        if lang == "es":
            cells = [re.sub(r"^(-?\d+)\.(\d+)$", r"\1,\2", str(c)) for c in cells]
        writer.writerow(cells)
    return lines.getvalue()


class Grid(NamedTuple):
    """Rows of cells, the first the header.

    marked    (row, column) -> the colour of a cell that stands out
    remarks   lines below
    sides     of the columns, "<" or ">"; by default the first to the left, the others to the right
    headline  above all, in its colour; then the lines of the story
    """

    rows: list[list[str]]
    marked: Mapping[tuple[int, int], str] = {}
    remarks: Sequence[str] = ()
    sides: str = ""
    headline: str = ""
    colour: str = ""
    story: Sequence[str] = ()

    def _all_sides(self) -> str:
        return self.sides or "<".ljust(len(self.rows[0]), ">")

    def __str__(self) -> str:
        above = [self.headline, *self.story, *[""] * bool(self.rows)] if self.headline else []
        lines = aligned(self.rows, self._all_sides()) if self.rows else []
        return "\n".join([*above, *lines, *self.remarks])

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """For rich's `print` and consoles; where it is narrow cells are folded, or row by row."""
        from rich.table import Table
        from rich.text import Text

        if self.headline:
            yield Text(self.headline, style=f"bold {self.colour}")
            yield from map(Text, [*self.story, *[""] * bool(self.rows)])
        cells = [
            [Text(x, self.marked.get((i, j), "")) for j, x in enumerate(row)]
            for i, row in enumerate(self.rows)
        ]
        tried = ((gap, _widths(self.rows, options.max_width, gap)) for gap in (2, 1))
        if fits := next(filter(itemgetter(1), tried), None):
            table = Table(box=None, pad_edge=False, padding=(0, 0, 0, fits[0]), header_style="bold")
            lines: list[Any] = [[*map(_folded, row, fits[1])] for row in cells]
            for name, side in zip(lines[0], self._all_sides(), strict=True):
                table.add_column(name, justify="left" if side == "<" else "right", overflow="fold")
        else:
            table, lines = Table.grid(padding=(0, 2, 0, 0)), []
            for row in cells[1:]:
                lines += [(), *(pair for pair in zip(cells[0], row, strict=True) if pair[1])]
        for line in lines[1:]:
            table.add_row(*line)
        yield from [table] * bool(cells)
        yield from (Text(line, style="dim") for line in self.remarks)

    def html(self) -> str:
        """As HTML."""
        lines = []
        for i, row in enumerate(self.rows):
            cells = []
            for j, (cell, side) in enumerate(zip(row, self._all_sides(), strict=True)):
                style = f"text-align: {'left' if side == '<' else 'right'}; padding: 0 0.6em"
                colour, tag = self.marked.get((i, j)), "td" if i else "th"
                words = _badge(cell, "span", colour) if colour else escape(cell)
                cells.append(f'<{tag} style="{style}">{words}</{tag}>')
            lines.append(f"<tr>{''.join(cells)}</tr>")
        above = f"<p>{_badge(self.headline, 'strong', self.colour)}</p>" if self.headline else ""
        above += "".join(f"<p>{escape(line)}</p>" for line in self.story)
        rows, remarks = "".join(lines), "<br>".join(map(escape, filter(None, self.remarks)))
        table = f'<table style="font-variant-numeric: tabular-nums">{rows}</table>' if rows else ""
        return f'{above}{table}<p style="opacity: 0.75">{remarks}</p>'


def _widths(rows: Sequence[Sequence[str]], room: int, gap: int) -> list[int]:
    """The widths of columns so far apart, of which none breaks a word; [] if there is no room."""
    columns = [*zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    least = [max(len(x.rstrip()) for cell in c for x in _PARTS.split(cell)) for c in columns]
    while sum(widths) + gap * (len(widths) - 1) > room:
        k = max(range(len(widths)), key=lambda k: widths[k] * (widths[k] > least[k]))
        if widths[k] == least[k]:
            return []
        widths[k] -= 1
    return widths


def _folded(cell: Any, width: int) -> Any:
    """A text of rich, broken between its parts alone."""
    lines = [""]
    for part in _PARTS.split(cell.plain):
        lines += [""] * (len(lines[-1] + part.rstrip()) > width)
        lines[-1] += part
    return type(cell)("\n".join(map(str.rstrip, lines)), cell.style)


def _badge(words: str, tag: str, colour: str) -> str:
    """White on a colour: it is read on light and dark pages."""
    style = f"color: #fff; background: {_HTML[colour]}; padding: 0.1em 0.5em"
    return f'<{tag} style="{style}">{escape(words)}</{tag}>'


class Shown:
    """What shows itself as a grid, in its own language or another: `_grid` makes it."""

    lang: str = "en"
    _grid: Callable[..., Grid]

    def text(self, lang: str | None = None, width: int | None = None) -> str:
        """As plain text, in English or Spanish; a table of at most `width` if it can."""
        return str(self._grid(lang or self.lang, width))

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__  # at a prompt, and in a notebook as a PDF

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        yield self._grid(self.lang, options.max_width)

    def _repr_html_(self) -> str:
        return f'<div lang="{self.lang}">{self._grid(self.lang).html()}</div>'
