"""The results that the page's perform mode saves, marked again from what the learner did."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isclose
from typing import Any
from urllib.parse import parse_qs

from autograd_mini.errors import AutogradError
from autograd_mini.expressions import assignments, parse
from autograd_mini.functions import function
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import each
from autograd_mini.value import Value

from .slips import typed

FORMAT = "autograd_mini performance"


class PerformanceError(AutogradError, ValueError):
    """A file that is no result of perform mode, or whose steps do not follow from each other."""


@dataclass(frozen=True)
class Performance:
    """A learner's backward pass.

    right, of   how many decisions were right at the first try, recomputed, and how many there were
    claimed     the marks that the file states; others than `right` were written by somebody
    leaves      the names of the numbers that were given, and these numbers
    root        the last node, computed from them
    address     what the page's address said of the exercise, without new numbers
    attempt     what tells it from all others, but for copies: when it was saved, and the decisions
    """

    learner: str
    title: str
    right: int
    of: int
    claimed: tuple[str, str]
    leaves: dict[str, Value]
    root: Value
    address: dict[str, str]
    attempt: str

    @property
    def edited(self) -> bool:
        """Whether the file states other marks than its steps give."""
        return self.claimed != (f"{self.right}", f"{self.of}")

    @property
    def numbers(self) -> str:
        """The numbers that were given; of a network its sizes and its seed."""
        names = [name for name in ("network", "seed") if "network" in self.address]
        given = [f"{name}={_line(self.address.get(name, '-'))}" for name in names]
        return " ".join(given or [f"{name}={x.data:g}" for name, x in self.leaves.items()])

    def is_of(self, asked: Mapping[str, str]) -> bool:
        """Whether it is the exercise of such an address: that network, or function, at that point.

        Raises ExpressionError if the address has an expression or numbers that cannot be read.
        """
        given = [*filter(None, re.split(r" |,(?!\d+(?:[ ,]|$))", asked.get("at", "")))]
        at = assignments(given, tuple(pair.partition("=")[0] for pair in given))
        here = {*at.items()} <= {(name, x.data) for name, x in self.leaves.items()}
        if "network" in asked:
            free = {*asked} - {"at", "mode", "lang", "step"}
            return here and all(self.address.get(name) == asked[name] for name in free)
        f = parse(asked["expression"])
        if not here or {*f.names} != {*self.leaves}:
            return False
        inputs = {name: Value(x.data) for name, x in self.leaves.items()}
        try:
            y = f(**inputs)
        except AutogradError:
            return False
        y.backward()
        pairs = [(y.data, self.root.data)]
        pairs += [(x.grad, self.leaves[name].grad) for name, x in inputs.items()]
        return all(isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)


def performance(text: str) -> Performance:
    """Read a result, and mark its steps.

    Raises PerformanceError, which says what is wrong with it.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        if FORMAT in text:
            raise PerformanceError("it is an incomplete result") from None
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise PerformanceError("it is no result of perform mode" if text.strip() else "it is empty")
    try:
        if content["version"] != 1:
            raise PerformanceError("it is a result of a later version")
        marks = [*_marks(content["graph"], content["decisions"])]
        claimed = _line(content["right"]), _line(content["n"])
        who, what = _line(content["learner"]), _line(content["title"]).rpartition(" · ")
        graph, nodes = content["graph"], _nodes(content["graph"])
        nodes[-1].backward(float(graph["seed"]))
        named = zip(graph["names"], nodes, strict=True)
        leaves = {_line(name): node for name, node in named if node.first is None}
        address = {} if content.get("again") else fields(content.get("address", ""))
        attempt = f"{content['saved']} {content['decisions']}" if "saved" in content else ""
    except PerformanceError as error:
        raise PerformanceError(_line(error)) from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
        raise PerformanceError(f"it is damaged ({type(error).__name__}: {error})") from None
    found = sum(marks), len(marks), claimed, leaves, nodes[-1], address, attempt
    return Performance(who, what[0] or what[2], *found)


def _line(x: object) -> str:
    """A text of a file, which may hold anything, on one line, without what moves a cursor."""
    return "".join([c if c.isprintable() else " " for c in str(x)[:100]])


def fields(link: str) -> dict[str, str]:
    """What stands in the address of an exercise, behind its #."""
    return {name: texts[0] for name, texts in parse_qs(link.partition("#")[2]).items()}


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


def _asked(graph: Mapping[str, Any], order: Iterator[int]) -> Iterator[tuple[Any, ...]]:
    """What is asked if the nodes come in that order: the act, its node and edge, what is right.

    That are the nodes that can be picked, or what `is_right` compares with.
    """
    nodes = _nodes(graph)
    numbers = {node: k for k, node in enumerate(nodes)}
    parents = [[numbers[parent] for parent in node.parents] for node in nodes]
    root, waiting = len(nodes) - 1, {k for k in numbers.values() if parents[k]}
    grads = {root: float(graph["seed"])}
    yield "seed", root, None, (grads[root],)
    while waiting:
        k = next(order, -1)
        yield "pick", k, None, waiting.difference(*(parents[j] for j in waiting))
        waiting.remove(k)
        for edge, (_, partial) in enumerate(nodes[k].edges() if grads.get(k) else ()):
            share, parent = grads[k] * float(partial), parents[k][edge]
            yield "share", k, edge, (share,)
            before = grads.get(parent)
            grads[parent] = (before or 0.0) + share
            if before is not None:
                yield "sum", k, edge, (grads[parent], None, max(abs(before), abs(share)))
    for k, rate in graph["rates"]:
        old = float(nodes[k].data)
        yield "update", k, None, (old - rate * grads.get(k, 0.0), old, abs(old))


def _marks(graph: Mapping[str, Any], decisions: list[dict[str, Any]]) -> Iterator[bool]:
    """For each decision whether it was right at the first try; the steps are done anew."""
    names, given = graph["names"], iter(decisions)
    for *place, wanted in _asked(graph, (d["node"] for d in decisions if d["act"] == "pick")):
        decision = next(given, None)
        if decision is None:
            raise PerformanceError("the backward pass does not end")
        picked, k, answers = decision["act"] == "pick", decision["node"], decision["answers"]
        if [decision["act"], k, decision.get("edge")] != place or (picked and k not in wanted):
            raise PerformanceError(f"{names[k]} cannot come in that place")
        right = [names.index(x) in wanted if picked else is_right(x, *wanted) for x in answers]
        if not decision["shown"] and not right[-1]:
            raise PerformanceError(f"{answers[-1]!r} ends a decision, but is not right")
        yield not decision["shown"] and right[0]
    if after := next(given, None):
        raise PerformanceError(f"{names[after['node']]} cannot come in that place")


def is_right(answer: str, wanted: float, old: float | None = None, scale: float = 0.0) -> bool:
    """Whether an answer is within 1 %, or rounded rightly to the decimals that it gives.

    Of a number that was `old` before, within 1 % of the change, and not nearer to the old one. Of
    numbers as large as `scale` a billionth is no more than rounding leaves. So does the page.

    >>> is_right("-0,33", -1 / 3), is_right("1/3", 1 / 3)
    (True, True)
    >>> [is_right(x, -1.493, old=-1.5) for x in ("-1.507", "-1.490", "-1.5", "-1.49")]
    [False, False, False, True]
    """
    value, unit = typed(answer, wanted) or (inf, 0.0)
    off, size = abs(value - wanted), abs(wanted - (old or 0.0))
    near = off <= max(0.01 * size, 1e-9 * scale) or (value and off <= 0.500001 * unit)
    return bool(near and (old is None or off <= abs(value - old)))
