"""What is said of an answer, and the slips that lead to a wrong number in an exercise."""

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from autograd_mini.language import text, translated
from autograd_mini.stepping.explanation import partial
from autograd_mini.stepping.sequence import Accumulate, Forward, Steps, Update

Slip = tuple[str, Any, dict[str, Any]]


class Judged(NamedTuple):
    """What `ask` says; `right` is None for a question without an answer."""

    right: bool | None
    said: str

    def __repr__(self) -> str:
        return self.said


class Posed(Judged):
    """A question that a notebook shows as HTML."""

    html = ""

    def _repr_html_(self) -> str:
        return self.html


def raised(error: BaseException, lang: str) -> str:
    """An error on one line: its kind, and in the reader's language what it says."""
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    said = translated(words.partition("\n")[0], lang)
    said += f". {text('ask.slip.caret', lang)}" * (" for ^: " in words)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NUMBER = re.compile(r"(?i)([+-]?(?:\d+\.?(\d*)|\.(\d+)))(?:(?:e|[·*×x]10(?:\^|(?=-)))([+-]?\d+))?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+(\.\d*)?|(\.\d{3})+)")


def typed(answer: str, wanted: Any = 0) -> tuple[float, float] | None:
    """The number that is meant, and the unit of its last decimal, 0 without; None if it is none.

    A comma or point that may part decimals or thousands does what comes nearer to what is wanted.

    >>> typed("-0,5"), typed("(-3) / 4"), typed("2·10⁻³"), typed("4,096", 4096), typed("1,234.5")
    ((-0.5, 0.1), (-0.75, 0.0), (0.002, 0.0), (4096.0, 0.0), (1234.5, 0.1))
    """
    if re.search(r"\d\s+\d+\s*/", answer):  # 1 1/2 is not 11/2
        return None
    plain = re.sub("[−–]", "-", re.sub(r"\s", "", answer))
    plain = re.sub("10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda f: f"10^{f[1].translate(_RAISED)}", plain)
    plain = re.sub(r"(?<![\d)])\(|\)(?![\d(])", "", plain)
    if _GROUPED.fullmatch(plain):
        joined = plain.replace("," if "," in plain else ".", "")
        whole = float(joined)
        if re.search("[,.].*[,.]", plain) or abs(whole - wanted) < abs(whole / 1000 - wanted):
            plain = joined
    match [_number(part) for part in plain.split("/")]:
        case [(value, unit)]:
            pass
        case [(above, _), (below, _)] if below:
            value, unit = above / below, 0.0
        case _:
            return None
    return (value, unit) if math.isfinite(value) else None


def _number(text: str) -> tuple[float, float] | None:
    text = text if "." in text else text.replace(",", ".")
    found = _NUMBER.fullmatch(re.sub(r"^([+-]?)(?=10(\^|-))", r"\g<1>1x", text))
    if found is None:
        return None
    power, decimals = int((found[4] or "0")[:9]), found[2] or found[3] or ""
    return float(f"{found[1]}e{power}"), float(f"1e{power - len(decimals)}") if decimals else 0.0


def tolerance(x: Any) -> float:
    """How far off is still x: by rounding to three digits; of a whole number no other one is."""
    return min(0.005 * float(abs(x)), 0.5 if x % 1 == 0 else math.inf)


def near(x: Any, y: Any) -> bool:
    """Whether a number can be taken for another."""
    return bool(abs(x - y) <= max(tolerance(y), 1e-12))


def slip(recorded: Steps, number: int, given: float, wanted: Fraction) -> Slip | None:
    """The slip that gives this number at a step: its name, the number, what is filled in.

    The names, and what is said of them, are those of predict mode.
    """
    general: list[Slip] = [("sign", -wanted, {}), ("inverse", 1 / wanted if wanted else 0, {})]
    general += [("ten", wanted * Fraction(10) ** k, {}) for k in (-2, -1, 1, 2)]
    known = (one for one in [*_slips(recorded, number), *general] if not near(one[1], wanted))
    found = (one for one in known if near(one[1], given))
    return min(found, key=lambda one: abs(one[1] - given), default=None)


def _slips(recorded: Steps, number: int) -> Iterator[Slip]:
    step, names, nodes = recorded[number], recorded.names, recorded.nodes
    edges = [s for s in recorded if isinstance(s, Accumulate)]

    def filled(s: Accumulate, *others: Accumulate) -> dict[str, Any]:
        y, x = names[s.node], names[s.parent]
        use = 0 if others else recorded.use_of(nodes[s.node], s.edge)
        return {"L": names[-1], "x": x, "y": y, "d": partial(y, x, use).text}

    if isinstance(step, Update):
        old, slope, rate, x = step.before, step.gradient, step.rate, {"x": names[step.node]}
        yield "update.old", old, x
        yield "update.sign", old + rate * slope, x
        yield "update.rate", old - slope, x
        yield "update.change", -rate * slope, x
        yield "update.gradient", slope, x
        return
    if isinstance(step, Forward):
        mine = [s for s in edges if s.node == step.node]
        yield from (("operand", nodes[s.parent].data, filled(s)) for s in mine)
        yield from (("partial", s.partial, filled(s)) for s in mine)
        return
    shares = [s for s in edges if s.parent == step.node]
    total, users = sum(s.share for s in shares), {s.node: s for s in shares}
    if len(shares) > 1:
        for s in shares:
            yield "sum.path", total - s.share, filled(s)
            yield "sum.sign", total - 2 * s.share, filled(s)
        yield "sum.product", math.prod(s.share for s in shares), {}
    kind = "sum" if len(users) > 1 else "share"
    for user, last in users.items():
        mine = [s for s in shares if s.node == user]
        rest, slope = total - sum(s.share for s in mine), sum(s.partial for s in mine)
        yield f"{kind}.adjoint", rest + slope, filled(*mine)
        yield f"{kind}.partial", slope if kind == "sum" else last.adjoint, filled(*mine)
        for other in edges:
            if other.node == user and other.parent != step.node:
                yield f"{kind}.other", rest + other.share, filled(other)
    yield "partial.value", nodes[step.node].data, {"y": names[step.node]}
