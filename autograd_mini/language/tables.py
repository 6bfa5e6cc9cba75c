"""Tables as text."""

from collections.abc import Sequence


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
