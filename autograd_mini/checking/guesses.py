"""A guess at the kind of a mistake in a gradient that has no graph to look into.

Each kind says how the true gradient would follow from the wrong one. What it says at the point is
tried at others: a guess that does not hold there, along random directions, is none.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from random import Random
from typing import Any, NamedTuple

from autograd_mini.expressions import parse
from autograd_mini.numbers.arguments import real

from .differences import quiet
from .findings import Comparison, Culprit
from .inputs import Direction, Gradient
from .references import NUMBER, by_ladder
from .rows import Rows

Correction = Callable[["_Point", int], float]  # a component of the gradient made right
_Guess = tuple[Correction | None, str, dict[str, Any]]

_OTHERS = 3  # points, each with as many directions
_NAMED = 4  # components
_NEAR = 0.25  # how far away, in the inputs' reach
_MISSING = (  # what the chain rule's factor is often made of
    "{}", "2 * {}", "1 / {}", "1 / (2 * {})", "3 * {}**2", "1 - {}**2", "{} * (1 - {})", "exp({})",
    "cos({})", "-sin({})", "1 - tanh({})**2", "1 / (1 + {}**2)", "1 / (2 * sqrt({}))",
)  # fmt: skip


class _Point(NamedTuple):
    """The gradient that was claimed at a point, and (direction, true derivative, bar) there."""

    x: list[float]
    y: float
    got: list[float]
    probes: list[tuple[Direction, float, float]]

    def claims(self) -> Iterator[tuple[float, float]]:
        """The derivative that the gradient claims along each direction, and the true one."""
        for along, wanted, _ in self.probes:
            yield math.fsum(self.got[k] * weight for k, weight in along.items()), wanted


def guess(check: Rows, rows: Sequence[Comparison], claim: Gradient) -> Culprit | None:
    """What the mistake in a wrong gradient looks like; None if like none of the known kinds.

    `claim` gives the gradient anywhere; the kinds are factor, sign, sum, mean, swapped,
    regulariser, chain and sample.
    """
    with quiet(), suppress(Exception):  # whatever f and the gradient do elsewhere
        return _Guesser(check, rows, claim).found()
    return None


class _Guesser:
    def __init__(self, check: Rows, rows: Sequence[Comparison], claim: Gradient) -> None:
        self.inputs, self.truth = check.inputs, check.truth
        self.tolerance = 10 * check.options.slack
        along = check.directions
        self.wrong = [*range(len(check.gradient))]
        if not check.options.directions:
            self.wrong = [k for k in self.wrong if rows[k].verdict == "wrong"]
            along, rows = [{k: 1.0} for k in self.wrong], [rows[k] for k in self.wrong]
        probes = [(d, row.wanted, row.bar) for d, row in zip(along, rows, strict=False)]
        x, got = self.inputs.floats, [real("gradient", float(g)) for g in check.gradient]
        here = _Point(x, self.truth.floats(x), got, probes)
        self.points = [here, *self._others(claim, check.options.draw)]

    def _others(self, claim: Gradient, draw: Random) -> Iterator[_Point]:
        inputs, domain = self.inputs, self.truth.options.domain
        places = [*zip(inputs.floats, inputs.reach, domain, strict=True)]
        for _ in range(_OTHERS):
            x = [
                min(max(_short(x + draw.uniform(-_NEAR, _NEAR) * reach), low), high)
                for x, reach, (low, high) in places
            ]
            try:
                y, got = self.truth.floats(x), [real("gradient", float(g)) for g in claim(x)]
                point = _Point(x, real("f", y), got, [])
            except (ValueError, ArithmeticError):
                continue
            for _ in range(min(_OTHERS, len(self.wrong))):
                along = {k: draw.uniform(0.5, 1) * draw.choice((-1, 1)) for k in self.wrong}

                def f(t: float, x: list[float] = x, along: Direction = along) -> float:
                    return self.truth.floats([v + along.get(k, 0.0) * t for k, v in enumerate(x)])

                true = by_ladder(f, 1.0, eps=inputs.eps, noise=self.truth.noise)
                if true.kind == NUMBER and true.bar < abs(true.value) / 1000:
                    point.probes.append((along, float(true.value), float(true.bar)))
            yield point

    def found(self) -> Culprit | None:
        """The first guess that holds; None if there is none, or too little to try it on."""
        probes = sum(len(point.probes) for point in self.points[1:])
        if probes < min(2, len(self.wrong)) + 1 or len(self.points) < 3:
            return None
        kinds = (self._factor, self._swapped, self._regulariser, self._chain, self._sample)
        for corrected, message, details in chain.from_iterable(find() for find in kinds):
            if corrected is None or self._holds(corrected):
                kind = message.replace("regularised", "regulariser").partition(".")[0]
                return Culprit(kind, f"guess.{message}", self._names(self.wrong), "", details)
        return None

    def _names(self, inputs: Sequence[int]) -> str:
        names = [f"df/d{self.inputs.names[k]}" for k in inputs[:_NAMED]]
        return ", ".join([*names, "..."] if len(inputs) > _NAMED else names)

    def _holds(self, corrected: Correction) -> bool:
        """Whether this makes the gradient true, at every point and in every direction."""
        for point in self.points:
            for along, wanted, bar in point.probes:
                try:
                    terms = [corrected(point, k) * weight for k, weight in along.items()]
                except (ValueError, ArithmeticError):
                    return False
                size = sum(map(abs, terms)) + abs(wanted)
                if not abs(math.fsum(terms) - wanted) <= self.tolerance * size + 2 * bar:
                    return False
        return True

    # --- the kinds: (what would make the gradient right, sentence, what fills it in) --------
    def _factor(self) -> Iterator[_Guess]:
        factor = _fitted([(wanted, got) for got, wanted in self.points[0].claims()])
        plain, message = Fraction(factor).limit_denominator(1000), "factor"
        details: dict[str, Any] = {"factor": str(plain)}
        if plain == 1 or abs(plain - Fraction(factor)) > 10 * self.tolerance * abs(factor):
            details["factor"] = f"{factor:.{12 if plain == 1 else 6}g}"
        elif plain == -1:
            message, details = "sign", {}
        elif plain.numerator == 1 and plain.denominator > 2:
            message, details["count"] = "mean", plain.denominator
        elif plain > 2 and plain.denominator == 1:
            message = "sum"
        yield (lambda point, k: point.got[k] / factor), message, details  # by 0: it does not hold

    def _swapped(self) -> Iterator[_Guess]:
        here, every = self.points[0], range(len(self.points[0].got))
        tried = [every[::-1], [*every[1:], 0], [every[-1], *every[:-1]]]
        if all(len(along) == 1 for along, *_ in here.probes):
            wanted = {k: true for k, (_, true, _) in zip(self.wrong, here.probes, strict=True)}
            places = sorted(self.wrong, key=wanted.__getitem__)
            taken = dict(zip(places, sorted(self.wrong, key=here.got.__getitem__), strict=True))
            tried = [[taken.get(k, k) for k in every]]
        for source in tried:
            corrected = lambda point, k, source=source: point.got[source[k]]  # noqa: E731
            yield corrected, "swapped", {"order": self._names([source[k] for k in self.wrong])}

    def _regulariser(self) -> Iterator[_Guess]:
        here = self.points[0]
        inputs = [sum(here.x[k] * w for k, w in along.items()) for along, *_ in here.probes]
        missing = [wanted - got for got, wanted in here.claims()]
        if rate := _fitted([*zip(inputs, missing, strict=True)]):
            message = "regulariser" if rate > 0 else "regularised"
            details = {"rate": f"{abs(rate):.6g}"}
            yield (lambda point, k: point.got[k] + rate * point.x[k]), message, details

    def _chain(self) -> Iterator[_Guess]:
        """A factor that is not there: made of f or of each one's input, or common to all."""
        own = self.inputs.names[self.wrong[0]] if len(self.wrong) == 1 else "x"
        for form in _MISSING:
            factor = parse(form.replace("{}", "x"))
            for name in ("f", own):

                def corrected(point: _Point, k: int, of: Any = factor, name: str = name) -> Any:
                    return point.got[k] * of(x=point.y if name == "f" else point.x[k])

                yield corrected, "chain.formula", {"formula": form.replace("{}", name)}

        if len(self.wrong) > 1:
            shared = {id(point): _fitted([*point.claims()]) for point in self.points}
            details = {"factor": f"{shared[id(self.points[0])]:.6g}"}
            yield (lambda point, k: point.got[k] * shared[id(point)]), "chain", details

    def _sample(self) -> Iterator[_Guess]:
        """The gradient always lies in one direction, as that of w.x at a single x; no axis."""
        here, *others = self.points
        sizes = [math.hypot(*point.got) for point in self.points]
        if sum(map(bool, here.got)) < 2 or len(others) < _OTHERS or not all(sizes):
            return
        if max(sizes) - min(sizes) <= self.tolerance * max(sizes):
            return  # the same number everywhere
        for point, size in zip(others, sizes[1:], strict=True):
            pairs = [*zip(here.got, point.got, strict=True)]
            turned = _fitted(pairs)
            if math.hypot(*(b - turned * a for a, b in pairs)) > self.tolerance * size:
                return
        yield None, "sample", {}


def _fitted(pairs: list[tuple[float, float]]) -> float:
    """The c for which y = c * x fits best; 0 if every x is 0, or c is too large for a float."""
    square = math.fsum(x * x for x, _ in pairs)
    best = math.fsum(x * y for x, y in pairs) / square if square else 0.0
    return best if math.isfinite(best) else 0.0


def _short(x: float) -> float:
    """Rounded to 12 bits, so that arrays of a short type hold it too."""
    mantissa, exponent = math.frexp(x)
    return math.ldexp(round(mantissa * 4096), exponent - 12)
