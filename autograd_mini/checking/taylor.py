"""The Taylor table: how fast what a derivative leaves out vanishes with the step."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from autograd_mini.language import text
from autograd_mini.language.tables import Grid, Shown

Function = Callable[[float], float]
Derivatives = tuple[float, float, float | None]  # the value; the claimed slope and curvature

POWERS = range(2, 10)  # of 1/2: the steps of the table


class TaylorRow(NamedTuple):
    """A step h along a direction d, and what is left of f(x + hd) there.

    r0  |f(x + hd) - f(x)|
    r1  |f(x + hd) - f(x) - h g.d|
    r2  |f(x + hd) - f(x) - h g.d - h**2/2 d.Hd|; None without second derivatives
    """

    h: float
    r0: float
    r1: float
    r2: float | None = None


@dataclass(frozen=True)
class Taylor(Shown):
    """The remainders of f along a random direction, one row a step, each half the one before.

    With the right derivatives r0 falls by 2 at each halving, r1 by 4, r2 by 8: the slopes, log2 of
    that, are 1, 2 and 3. With a wrong gradient r1 has the slope 1, with a wrong Hessian r2 has 2.

    >>> from autograd_mini.checking import check_grad
    >>> table = check_grad(lambda x: x.exp(), 1.0).taylor
    >>> [round(slope, 1) for slope in table.slopes()]
    [1.0, 2.0]
    """

    rows: tuple[TaylorRow, ...]
    floor: float = 0.0  # what rounding leaves: below it a remainder says nothing
    lang: str = "en"

    def slopes(self) -> list[float]:
        """The slopes of r0, r1 and r2 between the last two steps that rounding does not reach."""
        found = []
        for column in range(1, self._width()):
            steps = [
                s for k in range(1, len(self.rows)) if (s := self.slope(k, column)) is not None
            ]
            found.append(steps[-1] if steps else math.nan)
        return found

    def slope(self, row: int, column: int) -> float | None:
        """log2 of how far a remainder falls from the row before to this; None in rounding."""
        before, here = (self.rows[k][column] for k in (row - 1, row)) if row else (0.0, 0.0)
        if before is None or here is None or min(before, here) <= self.floor:
            return None
        return math.log2(before / here)

    def _width(self) -> int:
        return 4 if self.rows[0].r2 is not None else 3

    def _grid(self, lang: str, width: int | None = None) -> Grid:
        slope = text("checking.taylor.slope", lang)
        cells = [["h", *(x for k in range(self._width() - 1) for x in (f"R{k}", slope))]]
        for k, row in enumerate(self.rows):
            cells.append([f"2^-{-round(math.log2(row.h))}"])
            for column in range(1, self._width()):
                found = self.slope(k, column)
                cells[-1] += [f"{row[column]:.3e}", "" if found is None else f"{found:.2f}"]
        return Grid(cells, remarks=(text("checking.taylor.legend", lang),))


def remainders(f: Function, known: Derivatives, powers: Iterable[int]) -> Iterator[TaylorRow]:
    """The rows for f of the step, at these powers of 1/2, but for those where it has no value."""
    center, slope, curvature = known
    for power in powers:
        h = 2.0**-power
        with suppress(ValueError, ArithmeticError):
            moved = f(h) - center
            left = moved - h * slope
            bent = None if curvature is None else abs(left - h * h / 2 * curvature)
            yield TaylorRow(h, abs(moved), abs(left), bent)


def taylor(rows: Sequence[TaylorRow], value: float, floor: float, lang: str) -> Taylor | None:
    """The table of the rows at POWERS, of an f of this value; None if f is not finite in some."""
    if len(rows) < len(POWERS) or not all(math.isfinite(x) for row in rows for x in row if x):
        return None
    rounding = 8 * 2.0**-52 * (value + max(row.r0 for row in rows))
    return Taylor(tuple(rows), max(floor, rounding), lang)
