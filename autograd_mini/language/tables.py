"""Tables as text."""

import csv
import io
from collections.abc import Iterable, Sequence


def aligned(rows: Sequence[Sequence[object]], sides: str) -> list[str]:
    """The rows as lines, each column as wide as its longest cell, to the left ("<") or right (">").

    >>> aligned([("a", "value"), ("bc", 1)], "<>")
    ['a   value', 'bc      1']
    """
    table = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    cells = [
        [f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)]
        for row in table
    ]
    return ["  ".join(row).rstrip() for row in cells]


def separated(rows: Iterable[Iterable[object]], lang: str) -> str:
    """The rows as CSV, with the comma or semicolon that spreadsheets in this language expect."""
    lines = io.StringIO()
    csv.writer(lines, delimiter=";" if lang == "es" else ",", lineterminator="\n").writerows(rows)
    return lines.getvalue()
