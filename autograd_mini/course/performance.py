"""The results that the page's perform mode saves, marked again from what the learner did."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograd_mini.errors import AutogradError
from autograd_mini.functions import function
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import each
from autograd_mini.value import Value

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


def _asked(
    graph: Mapping[str, Any], order: Iterator[int]
) -> Iterator[tuple[str, int, int | None, Any]]:
    """What is asked if the nodes come in that order: the act, its node and edge, what is right."""
    nodes = _nodes(graph)
    numbers = {node: k for k, node in enumerate(nodes)}
    parents = [[numbers[parent] for parent in node.parents] for node in nodes]
    root, waiting = len(nodes) - 1, {k for k in numbers.values() if parents[k]}
    grads = {root: float(graph["seed"])}
    yield "seed", root, None, grads[root]
    while waiting:
        k = next(order, -1)
        yield "pick", k, None, waiting.difference(*(parents[j] for j in waiting))
        waiting.remove(k)
        for edge, (_, partial) in enumerate(nodes[k].edges() if grads.get(k) else ()):
            share, parent = grads[k] * float(partial), parents[k][edge]
            yield "share", k, edge, share
            if parent in grads:
                yield "sum", k, edge, grads[parent] + share
            grads[parent] = grads.get(parent, 0.0) + share
    for k, rate in graph["rates"]:
        yield "update", k, None, float(nodes[k].data) - rate * grads.get(k, 0.0)


def _marks(graph: Mapping[str, Any], decisions: list[dict[str, Any]]) -> Iterator[bool]:
    """For each decision whether it was right at the first try; the steps are done anew."""
    names, given = graph["names"], iter(decisions)
    for *place, wanted in _asked(graph, (d["node"] for d in decisions if d["act"] == "pick")):
        decision = next(given, None)
        if decision is None:
            raise PerformanceError("the backward pass does not end")
        picked, k, answers = decision["act"] == "pick", decision["node"], decision["answers"]
        if [decision["act"], k, decision.get("edge")] != place or (picked and k not in wanted):
            raise PerformanceError(f"{names[k]} cannot come at that place")
        right = [names.index(x) in wanted if picked else is_right(x, wanted) for x in answers]
        if not decision["shown"] and not right[-1]:
            raise PerformanceError(f"{answers[-1]!r} ends a decision, and is not right")
        yield not decision["shown"] and right[0]
    if after := next(given, None):
        raise PerformanceError(f"{names[after['node']]} cannot come at that place")


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
