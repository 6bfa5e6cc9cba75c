"""What a check finds: rows, a culprit, properties of the engine; the report puts them together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd_mini.language import text

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

    def __str__(self) -> str:
        return self.text()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"where": None}  # what is pickled is the report, not the graph


class Property(NamedTuple):
    """What an engine does beside giving a gradient, which is a matter of its own.

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


def written(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a sentence, floats with all their digits."""
    return {k: number_text(v) if isinstance(v, float) else v for k, v in details.items()}


def number_text(x: float) -> str:
    """All digits of a float, unless it is a plain one."""
    return f"{x:.17g}" if float(f"{x:.12g}") != x else f"{x:.12g}"
