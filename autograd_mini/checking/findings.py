"""What a check finds: rows, a culprit, properties of the engine, the Taylor table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd_mini.language import text
from autograd_mini.language.tables import Grid, Shown

Note = tuple[str, dict[str, Any]]  # a remark: the name of its sentence, and what fills it in


@dataclass(frozen=True)
class Comparison:
    """One derivative beside its reference.

    name         such as "df/dx", "df/dw[2]", "direction 1", "d2f/dx dy"
    got          the derivative that was checked
    wanted       the true one; at a kink the middle of `interval`
    error        |got - wanted|, at a kink the distance from the interval
    bar          what reference and rounding leave open; a larger error is a wrong derivative
    ulps         the error in units in the last place of `wanted`; inf where that is 0
    verdict      "ok", "wrong", "undecided", "kink" or "domain"
    reference    "Fraction", "mpmath" or "ladder"
    interval     at a kink, the derivatives on both sides
    """

    name: str
    got: float
    wanted: float
    error: float
    bar: float
    ulps: float
    verdict: str
    reference: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Culprit:
    """What is at fault.

    kind      "partial" (the derivative of one operation), "value" (its value), "accumulation"
              (shares of the gradient lost, replaced or left over), "order" (a node visited too
              early or too often), "seed" (of the backward pass), "nondeterministic", "gradient"
              (the whole, where nothing smaller can be told)
    node      the node: its label, or its number in topological order with its operation
    op        the name of its operation, or ""
    details   what the sentence is made of: got, wanted, argument, formula, operands, ulps, ...
    where     the node itself, in the graph below `Report.subject.root`; None without a graph
    """

    kind: str
    message: str
    node: str = ""
    op: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    where: Any = field(default=None, compare=False, repr=False)

    def text(self, lang: str = "en") -> str:
        """The sentence in a language, "en" or "es"."""
        values = {"node": self.node, "op": self.op, **written(self.details)}
        return text(f"checking.culprit.{self.message}", lang, **values)

    __str__ = text

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"where": None}  # what is pickled is the report, not the graph


class Property(NamedTuple):
    """What an engine does besides giving a gradient, which is a matter of its own.

    name      "second", "reset", "reuse", "paths", "repeat", "depth", "changed", "ulps" or "value"
    severity  "warning" (a training loop will get a wrong gradient, or never end) or "note"
    details   what the sentence is made of: got, wanted, nodes, ...
    """

    name: str
    severity: str
    details: Mapping[str, Any]

    def text(self, lang: str = "en") -> str:
        """The sentence in a language, "en" or "es"."""
        return text(f"checking.property.{self.name}", lang, **written(self.details))

    def __str__(self) -> str:
        return self.text()


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


@dataclass(frozen=True, repr=False)
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
        last = range(len(self.rows) - 1, 0, -1)
        found = ((self.slope(k, column) for k in last) for column in range(1, self._width()))
        return [next((s for s in slopes if s is not None), math.nan) for slopes in found]

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


def written(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a sentence, floats with all their digits."""
    return {k: number_text(v) if isinstance(v, float) else v for k, v in details.items()}


def number_text(x: float) -> str:
    """All digits of a float, unless it is a plain one."""
    return f"{x:.17g}" if float(f"{x:.12g}") != x else f"{x:.12g}"
