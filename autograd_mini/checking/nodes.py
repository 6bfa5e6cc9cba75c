"""Node by node: which partial is off, which edge is missing, where a sum of shares went wrong.

Works on the graph of any engine whose nodes show their partials, and, for those checked against the
formula sheet, `op` (with a `name` of it) and `args`.
"""

import math
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, Self

from autograd_mini.ops import SHEET, Op
from autograd_mini.rules.evaluation import bind, each, flat, operand
from autograd_mini.value import Value

from . import references
from .adapters import Graph, Node, op_name
from .differences import EPS
from .findings import Culprit
from .references import KINK, LADDER, NUMBER, Reference, as_float, at_kink, exact, mpmath

_CANCELLED = 1e6  # ulps: a partial that is off by more has lost half its digits
TINY = 4 * Fraction(math.ulp(0.0))
_WIDE = 8  # a vector longer than this is checked along a random direction first


class Operation(NamedTuple):
    """A node, its line of the sheet and its arguments: as nodes, and as numbers."""

    node: Any
    op: Op
    args: tuple[Any, ...]
    numbers: tuple[Any, ...]

    @classmethod
    def of(cls, node: Any) -> Self | None:
        """None if the node is a leaf, or its operation is not on the sheet."""
        op = node.op if isinstance(node.op, Op) else SHEET.get(op_name(node))
        if op is None or node.args is None:
            return None
        with suppress(TypeError, ValueError, OverflowError):
            args = bind(op, tuple(node.args))
            numbers = tuple(each(lambda x: x.data if isinstance(x, Value | Node) else x, args))
            if all(map(math.isfinite, flat(numbers))):
                return cls(node, op, args, numbers)
        return None

    def edges(self) -> list[tuple[int, int | None, Any]]:
        """(argument, element if it is a vector, node) of each operand that is a node."""
        pairs = zip(references.places(self.args), flat(self.args), strict=True)
        return [(k, i, x) for (k, i), x in pairs if isinstance(x, Value | Node)]

    def culprit(
        self, graph: Graph, kind: str, message: str, got: Any, wanted: Fraction, **told: Any
    ) -> Culprit:
        """It is to blame: two numbers, the formula and what it was applied to."""
        operands = ", ".join(map(_shown, self.op.params, self.numbers, self.args))
        numbers = {"got": float(got), "wanted": as_float(wanted)}
        told = {**numbers, "formula": self.op.value, "operands": operands, **told}
        return graph.culprit(kind, message, self.node, **told)


def _shown(param: str, number: Any, arg: Any) -> str:
    """An argument for a reader: "a = 0.5 (x)"; without words: a report is in any language."""
    if number.__class__ is not tuple:
        return f"{param} = {operand(number, arg)}"
    return f"{param} = ({', '.join(map(str, number[:4]))}{', ...' if len(number) > 4 else ''})"


# --- partials ------------------------------------------------------------------------------------
class Checked(NamedTuple):
    """What the walk over the nodes found: the culprit or None, and how much was compared."""

    culprit: Culprit | None = None
    partials: int = 0
    worst_ulps: float = 0.0
    worst: Culprit | None = None  # the partial with the worst_ulps, if these are very many


def check_partials(
    graph: Graph, nodes: Sequence[Any], accuracy: float, draw: Any, strict: bool
) -> Checked:
    """Compare every partial with a difference of the value formula at the recorded operands.

    The first that is off by more than `accuracy` of itself is the culprit. Nodes of our own engine
    (`strict`) get no allowance for rounding but the sheet's own.
    """
    count, worst = 0, 0.0
    suspect: Culprit | None = None
    for at in filter(None, map(Operation.of, nodes)):
        found = _lost_edge(graph, at) or _wrong_value(graph, at, accuracy)
        for reference, got, k, i, scale in () if found else _places(at, draw):
            if reference.kind not in (NUMBER, KINK):
                continue
            count += 1
            allowed = reference.bar + Fraction(accuracy) * max(abs(reference.value), scale) + TINY
            if not strict:  # another engine's formula may cancel
                allowed += Fraction(4 * EPS) * max(Fraction(1), abs(exact(at.node.data)))
            low, high = reference.low - allowed, reference.high + allowed
            if not _finite(got) and got == as_float(reference.value):
                continue  # beyond the largest float
            if not _finite(got) or not low <= exact(got) <= high:
                found = _wrong_partial(graph, at, reference, got, k, i)
                break
            if reference.kind == NUMBER and reference.source != LADDER:
                ulps = in_ulps(exact(got) - reference.value, reference.value, scale)
                if ulps > max(worst, _CANCELLED):
                    suspect = _wrong_partial(graph, at, reference, got, k, i)
                worst = max(worst, ulps)
        if found := found or _wrong_together(graph, at):
            return Checked(found, count, worst)
    return Checked(None, count, worst, suspect)


def _wrong_together(graph: Graph, at: Operation) -> Culprit | None:
    """At a kink, all arguments moved at once: max(x, x) has a derivative, and it is 1, not 2."""
    active, partials = [(k, i) for k, i, _ in at.edges()], at.node.partials
    if not 1 < len(active) == len(partials) or mpmath() is None or not at_kink(at.op, at.numbers):
        return None
    got, least = sum(map(exact, partials)), Fraction(1, 10**20)
    wanted = references.directional_of(at.op, at.numbers, dict.fromkeys(active, 1))
    if wanted.kind != KINK or wanted.high - wanted.low > least or abs(got - wanted.value) < 10**-6:
        return None
    told = {"argument": ", ".join(at.op.params)}
    return at.culprit(graph, "partial", "together", got, wanted.value, **told)


def _places(at: Operation, draw: Any) -> Iterator[tuple[Reference, Any, int, int | None, Fraction]]:
    """(reference, partial, argument, element, scale) for each partial of a node."""
    pairs = zip(at.edges(), at.node.partials, strict=False)
    found = [(k, i, partial) for (k, i, _), partial in pairs]
    for k, group in groupby(found, key=itemgetter(0)):
        chosen = list(group)
        wide = len(chosen) > _WIDE and mpmath() is not None
        if wide and _agrees_along(at, chosen, draw):
            continue
        for _, i, partial in chosen:
            scale = references.rounding(at.op, at.numbers, at.op.params[k], i)
            yield references.derivative_of(at.op, at.numbers, k, i), partial, k, i, scale


def _agrees_along(at: Operation, chosen: list[Any], draw: Any) -> bool:
    """Whether all partials of a long vector hold, judged along a random direction."""
    if not all(_finite(partial) for *_, partial in chosen):
        return False
    along = {(k, i): draw.choice((-1, 1)) * draw.uniform(0.5, 1.0) for k, i, _ in chosen}
    reference = references.directional_of(at.op, at.numbers, along)
    shares = [exact(along[k, i]) * exact(partial) for k, i, partial in chosen]
    allowed = Fraction(16 * EPS) * sum(map(abs, shares))
    return reference.kind == NUMBER and abs(reference.value - sum(shares)) <= allowed


def _wrong_partial(
    graph: Graph, at: Operation, true: Reference, got: Any, k: int, i: int | None
) -> Culprit:
    name, wanted = at.op.params[k], true.value
    ulps = in_ulps(exact(got) - wanted, wanted) if _finite(got) else math.inf
    told = {"argument": name if i is None else f"{name}[{i}]"}
    told |= {"ulps": f"{ulps:.3g}", "partial": at.op.partials[k]}
    message = "partial" if wanted else "partial.zero"
    return at.culprit(graph, "partial", message, got, wanted, **told)


def _wrong_value(graph: Graph, at: Operation, accuracy: float) -> Culprit | None:
    """A node whose data is not what its operation gives at its operands."""
    truth, got = references.value_of(at.op, at.numbers), at.node.data
    if truth is None or not _finite(got):
        return None
    scale = max(abs(truth), references.rounding(at.op, at.numbers, "value"), Fraction(4 * EPS))
    if abs(exact(got) - truth) <= Fraction(accuracy) * scale + TINY:
        return None
    return at.culprit(graph, "value", "value", got, truth)


def _lost_edge(graph: Graph, at: Operation) -> Culprit | None:
    """An operand used more often than there are edges to it."""
    used, parents = Counter(x for *_, x in at.edges()), at.node.parents
    for x in used - Counter(parents):
        told = {"operand": graph.name(x), "uses": used[x], "edges": parents.count(x)}
        return graph.culprit("accumulation", "edges", at.node, **told)
    return None


# --- accumulation and order ----------------------------------------------------------------------
def adjoints(graph: Graph) -> tuple[dict[int, float], dict[int, float]]:
    """The right gradients from the recorded partials, and the magnitudes that were added up."""
    total = {id(node): 0.0 for node in graph.order}
    size = dict(total)
    total[id(graph.root)] = size[id(graph.root)] = 1.0
    for node in reversed(graph.order):
        adjoint, magnitude = total[id(node)], size[id(node)]
        if magnitude == 0:
            continue
        for parent, partial in graph.edges(node):
            total[id(parent)] += adjoint * float(partial) if adjoint else 0.0
            size[id(parent)] += abs(magnitude * float(partial))
    return total, size


def rounding_of_value(graph: Graph, eps: float = EPS) -> float:
    """How far rounding puts the root off: half an ulp of each node, times its gradient."""
    right, _ = adjoints(graph)
    inner = (node for node in graph.order if node.parents)
    total = sum(abs(right[id(node)] * float(node.data)) for node in inner)
    return eps / 2 * total if math.isfinite(total) else 0.0


def uncertainty(graph: Graph, eps: float, formulas: bool, most: float = 1e-3) -> dict[int, float]:
    """How far rounding may put each gradient off; with `formulas`, in an engine with other ones.

    1 - tanh**2 for a derivative is off by an ulp of 1, whatever is left of it. That is allowed for
    up to `most` of the gradient.
    """
    right, size = adjoints(graph)
    lost = dict.fromkeys(right, 0.0)
    for node in reversed(graph.order) if formulas else ():
        own = size[id(node)] * 4 * eps * max(1.0, abs(float(node.data)))
        for parent, partial in graph.edges(node):
            lost[id(parent)] += lost[id(node)] * abs(float(partial)) + own
    return {k: 64 * eps * size[k] + min(lost[k], most * size[k]) for k in right}


Share = tuple[Any, float, float]  # the node that hands it on, its gradient and the partial


class Write(NamedTuple):
    """A gradient set to another number: the id of the node, the numbers before and after."""

    node: int
    before: float
    after: float


def check_sums(
    graph: Graph, written: Sequence[Write] = (), expected: Counter[tuple[int, int]] | None = None
) -> Culprit | None:
    """The first node, from the root down, whose gradient is not the sum of its users' shares.

    written   what the pass wrote into the gradients
    expected  how often a node's step does so to a parent
    """
    right, size = adjoints(graph)
    floor = 1e-300 if expected is None else 16 * EPS * max(size.values())
    slacks = {k: 1e-9 * x + floor for k, x in size.items()}
    live = graph.live()
    handed: dict[int, list[Share]] = {id(node): [] for node in graph.order}
    for node in graph.order:
        for parent, partial in graph.edges(node):
            handed[id(parent)].append((node, right[id(node)], float(partial)))
    for node in filter(lambda node: id(node) in live, reversed(graph.order)):
        wanted, got, slack = right[id(node)], float(node.grad), slacks[id(node)]
        if abs(got - wanted) <= slack or (got != got and wanted != wanted) or got == wanted:
            continue
        if node is graph.root:
            leaves = [x for x in graph.order if id(x) in live and not x.parents]
            near = (abs(x.grad - got * right[id(x)]) <= abs(got) * slacks[id(x)] for x in leaves)
            scaled = all(near)
            if not (got or scaled):
                return None  # the engine frees it
            kind, message = ("seed", "seed") if scaled else ("accumulation", "stale")
            return graph.culprit(kind, message, node, got=got, wanted=wanted)
        shares = handed[id(node)]
        users = [user for user, adj, p in shares if adj * p != 0]
        early = any(sum(adj * p != 0 for _, adj, p in handed[id(user)]) > 1 for user in users)
        if getattr(type(graph.root), "backward", None) is Value.backward:
            early = False  # in the right order, whatever a learner's closures do
            for user, adj, _ in shares:
                given = sum(p for x, _, p in shares if x is user)
                if user.op is None and abs(got - wanted + (adj - 1) * given) <= slack:
                    told = graph.culprit("partial", "unchained", user, operand=graph.name(node))
                    return replace(told, op=user._op)
        kind = message = "order" if early else "accumulation"
        if expected is not None:
            at = [k for k, write in enumerate(written) if write.node == id(node.node)]
            writes = [written[k] for k in at]
            most, least = (
                sum(expected[id(user), id(node)] for user in dict.fromkeys(some))
                for some in ([user for user, *_ in shares], users)
            )
            parts = [adj * p for _, adj, p in shares]
            at_once = {id(user) for user, *_ in shares if expected[id(user), id(node)] == 1}
            known = [_known(shares, written[:k], at_once) for k in at]
            added, set_to = [w.after - w.before for w in writes], [w.after for w in writes]
            possible, replaced = (
                all(_among([x], some, slack) for x, some in zip(numbers, known, strict=True))
                for numbers in (added, set_to)
            )
            alone = [p for *_, p in shares]
            if not possible and any(added) and _among(added, alone, slack, once=True):
                user = max(shares, key=lambda share: abs(share[1] - 1) * abs(share[2]))[0]
                return graph.culprit("partial", "unchained", user, operand=graph.name(node))
            lost = (replaced and not possible) or _among(set_to, parts, slack, once=True)
            lost = lost and not _among(added, parts, slack, once=True)
            if lost and early and _among(added, parts, slack):
                return None  # what was handed on too early may have added the same
            if lost:
                kind = message = "accumulation"
            elif len(writes) < least:
                kind, message = "accumulation", "skipped"
            elif len(writes) < most or not possible:
                return None  # some shares are 0, and may have been handed on; or none is such
            else:
                kind, message = "order", "visits" if len(writes) > most else "order"
        terms = [f"{adj:.6g}*{p:.6g}" for _, adj, p in shares]
        text = " + ".join(terms if len(terms) <= 6 else [*terms[:6], "..."]) or "1"
        return graph.culprit(kind, message, node, got=got, wanted=wanted, sum=text)
    return None


def _known(shares: list[Share], written: Sequence[Write], at_once: Container[int]) -> list[float]:
    """The shares that a node's users can hand on now, of what was written so far.

    Users of which the ids are in `at_once` hand on what they have for all their edges together.
    """
    known, whole = list[float](), dict[int, float]()
    last = {write.node: write.after for write in written}
    for user, _, partial in shares:
        whole[id(user)] = whole.get(id(user), 0.0) + partial
    for user, adjoint, partial in shares:
        had = (0.0, adjoint, last.get(id(user.node), 0.0))
        known += [g * (whole[id(user)] if id(user) in at_once else partial) for g in had]
    return known


def _among(
    numbers: Sequence[float], parts: Sequence[float], slack: float, once: bool = False
) -> bool:
    """Whether each number is one of the parts; `once`: no part serves for two."""
    left = list(parts)
    for number in numbers:
        if (found := next((x for x in left if abs(number - x) <= slack), None)) is None:
            return False
        if once:
            left.remove(found)
    return True


def in_ulps(error: Fraction, truth: Fraction, scale: Fraction = Fraction(0)) -> float:
    """|error| in units in the last place of the truth, or of `scale` where that is larger."""
    size = min(as_float(max(abs(truth), scale)), 1.7e308)
    return as_float(abs(error) / Fraction(math.ulp(size)))


def _finite(x: Any) -> bool:
    try:
        return math.isfinite(x)
    except (TypeError, OverflowError):
        return False
