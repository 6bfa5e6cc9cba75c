"""The results that the page's perform mode saves, marked again from what the learner did."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import AutogradError
from autograd_mini.functions import function
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import each
from autograd_mini.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = "autograd_mini performance"
_ANSWER = re.compile(
    r"([+-]?(?:\d+\.?(\d*)|\.(\d+)))(?:(?:e|[·*×x]10\^?)\(?([+-]?\d+)\)?)?", re.IGNORECASE
)
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")


class PerformanceError(AutogradError, ValueError):
    """A file that is no result of perform mode, or whose steps do not follow from each other."""


@dataclass(frozen=True)
class Performance:
    """A learner's backward pass.

    right, of   how many decisions were right at the first try, recomputed, and how many there were
    claimed     the marks that the file states; others than `right` were written by somebody
    """

    learner: str
    title: str
    right: int
    of: int
    claimed: tuple[Any, Any]

    @property
    def edited(self) -> bool:
        """Whether the file states other marks than its steps give."""
        return self.claimed != (self.right, self.of)


def performance(text: str) -> Performance:
    """Read a result, and mark its steps.

    Raises PerformanceError, which says what is wrong with it.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT or content["version"] != 1:
            raise PerformanceError("it is no result of perform mode, or of a later version")
        marks = [*_marks(content["graph"], content["decisions"])]
        claimed = content["right"], content["n"]
        who, what = str(content["learner"]), str(content["title"])
    except PerformanceError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
        raise PerformanceError(f"it is damaged ({type(error).__name__}: {error})") from None
    return Performance(who, what, sum(marks), len(marks), claimed)


def _nodes(graph: Mapping[str, Any]) -> list[Value]:
    """The graph as nodes of our own, after their forward pass."""
    nodes: list[Value] = []
    for op, args, data in zip(graph["ops"], graph["args"], graph["data"], strict=True):
        if args is None:
            nodes.append(Value(float(data)))
        else:
            given = (tuple(x) if isinstance(x, list) else x for x in args)
            made = each(lambda x: nodes[x] if isinstance(x, int) else float(x["c"]), [*given])
            nodes.append(function(SHEET[op])(*made))
    return nodes


def _marks(graph: Mapping[str, Any], decisions: list[dict[str, Any]]) -> Iterator[bool]:
    """For each decision whether it was right at the first try; the steps are done anew."""
    nodes, rates = _nodes(graph), dict(graph["rates"])
    numbers = {node: k for k, node in enumerate(nodes)}
    grads: list[float | None] = [None] * len(nodes)
    root, waiting = len(nodes) - 1, {k for k, node in enumerate(nodes) if node.first is not None}
    handed: set[tuple[int, int]] = set()

    def ready(k: int) -> bool:
        return k in waiting and not any(nodes[k] in nodes[j].parents for j in waiting)

    for decision in decisions:
        act, answers, k = decision["act"], decision["answers"], decision["node"]
        if act == "pick":
            if not ready(k):
                raise PerformanceError(f"{graph['names'][k]} cannot come at that place")
            first = k if decision["shown"] else graph["names"].index(answers[0])
            yield not decision["shown"] and ready(first)
            if not grads[k]:
                waiting.remove(k)
            continue
        if act == "seed":
            wanted = grads[root] = float(graph["seed"])
        elif act == "update":
            if waiting:
                raise PerformanceError("a weight is updated before the backward pass has ended")
            wanted = float(nodes[k].data) - rates.pop(k) * (grads[k] or 0.0)
        else:
            parent, partial = [*nodes[k].edges()][edge := decision["edge"]]
            p, adjoint = numbers[parent], grads[k]
            if adjoint is None or k not in waiting or ((k, edge) in handed) is not (act == "sum"):
                raise PerformanceError(f"{graph['names'][k]} hands on what it does not have")
            before = grads[p]
            share = adjoint * float(partial)
            wanted = share if act == "share" else (before or 0.0) + share
            handed.add((k, edge))
            if act == "sum" or before is None:
                grads[p] = (before or 0.0) + share
            if all((k, e) in handed for e in range(len(nodes[k].parents))):
                waiting.discard(k)
        if not decision["shown"] and not is_right(answers[-1], wanted):
            raise PerformanceError(f"{answers[-1]!r} ends a decision, and is not right")
        yield not decision["shown"] and is_right(answers[0], wanted)
    if waiting or rates:
        raise PerformanceError("the backward pass does not end")


def is_right(answer: str, wanted: float) -> bool:
    """Whether an answer is within 1 %, or rounded rightly to the decimals that it gives.

    >>> is_right("-0,33", -1 / 3), is_right("1/3", 1 / 3), is_right("2·10⁻³", 0.002)
    (True, True, True)
    """
    parts = [_number(part) for part in re.sub(r"\s", "", answer).translate(_PLAIN).split("/")]
    match parts:
        case [(value, unit)]:
            pass
        case [(above, _), (below, _)] if below:
            value, unit = above / below, 0.0
        case _:
            return False
    off = abs(value - wanted)
    return bool(off <= max(0.01 * abs(wanted), 1e-12) or (value and off <= 0.500001 * unit))


def _number(text: str) -> tuple[float, float] | None:
    """A number and the unit of its last decimal, 0 without decimals."""
    text = text if "." in text else text.replace(",", ".")
    found = _ANSWER.fullmatch(re.sub(r"^([+-]?)(?=10(\^|-))", r"\g<1>1x", text))
    if found is None:
        return None
    power, decimals = int(found[4] or 0), found[2] or found[3] or ""
    return float(f"{found[1]}e{power}"), 10.0 ** (power - len(decimals)) if decimals else 0.0
