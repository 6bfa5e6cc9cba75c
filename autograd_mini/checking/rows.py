"""The rows of a report: one derivative beside its reference, and the verdict on it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cache, partial
from itertools import combinations_with_replacement, pairwise, product
from typing import Any

from autograd_mini.transforms import hvp

from .differences import EPS, quiet
from .engines import called
from .findings import Comparison, Culprit, Note, Taylor, TaylorRow
from .inputs import Direction, Function, Gradient
from .nodes import TINY, in_ulps
from .references import DOMAIN, KINK, LADDER, NUMBER, Reference, as_float, by_ladder, exact, mpmath
from .report import Report, worst
from .whole import Truth

DIRECTIONS = 8
HESSIAN = 10  # inputs; from there on the Hessian is checked along directions
_POWERS = range(2, 10)  # of 1/2: the steps of the Taylor table


class Rows:
    """The rows of the report for a gradient, the verdict on it, and its Taylor slope.

    `noise` is the rounding error to expect of each derivative; `second`, that these are a Hessian.
    """

    def __init__(
        self, truth: Truth, gradient: Sequence[Any], noise: Sequence[float], second: bool = False
    ) -> None:
        self.inputs, self.truth, self.options = truth.inputs, truth, truth.options
        self.gradient, self.noise = gradient, noise
        self.is_second, self.scale = second, Fraction(0)
        self.y = truth.floats(self.inputs.floats)
        self.lost: list[str] = []  # the names of rows that rounding alone leaves undecided
        self.reach = {self.name(k): reach for k, reach in enumerate(self.inputs.reach)}
        count, draw = self.options.directions or DIRECTIONS, self.options.draw
        self.directions = [self.inputs.direction(draw) for _ in range(count)]
        along = self.directions[0]
        self.curvature: float | None = None  # along the first direction, where it is claimed
        self.slope = math.nan  # and the first derivative
        if second:
            shares = zip(gradient, product(along.values(), repeat=2), strict=True)
            self.slope = as_float(truth.along(along).value)
            self.curvature = sum(float(h) * a * b for h, (a, b) in shares)
        elif all(map(math.isfinite, gradient)):
            self.slope = math.fsum(float(gradient[k]) * weight for k, weight in along.items())

    def name(self, *inputs: int) -> str:
        """What a derivative is called: "df/dx", "d2f/dx2", "d2f/dx dy"."""
        first, *others = (self.inputs.names[k] for k in inputs)
        if not others:
            return f"df/d{first}"
        return f"d2f/d{first}2" if inputs[0] == inputs[1] else f"d2f/d{first} d{others[0]}"

    def rows(self) -> list[Comparison]:
        """One row per input, or per direction; of a Hessian one per entry."""
        count = range(len(self.gradient))
        if self.is_second:
            pairs = product(range(len(self.inputs.numbers)), repeat=2)
            claims = zip(pairs, self.gradient, self.noise, strict=True)
            second = cache(self.truth.second)  # of f that is the same both ways
            return [self.row(self.name(*k), h, second(*sorted(k)), n) for k, h, n in claims]
        if not self.options.directions:
            found = [self.truth.along({k: 1.0}) for k in count]
            largest = max((abs(r.value) for r in found), default=Fraction(0))
            coarse = self.inputs.double or self.inputs.eps > EPS  # then so is a small derivative
            self.scale = largest if coarse else largest / 1000
            return list(map(self.row, map(self.name, count), self.gradient, found, self.noise))
        for k in count:
            if not math.isfinite(self.gradient[k]):
                return [self.row(self.name(k), self.gradient[k], self.truth.along({k: 1.0}), 0.0)]
        along = enumerate(self.directions, start=1)
        return [self._along(f"direction {number}", each) for number, each in along]

    def _along(self, name: str, along: Direction) -> Comparison:
        total = sum(exact(self.gradient[k]) * exact(weight) for k, weight in along.items())
        noise = sum(self.noise[k] * abs(weight) for k, weight in along.items())
        return self.row(name, total, self.truth.along(along), noise)

    def row(self, name: str, got: Any, reference: Reference, noise: float) -> Comparison:
        """The verdict on one derivative."""
        low, high, source = reference.low, reference.high, reference.source
        interval = (as_float(low), as_float(high)) if reference.kind == KINK else None

        def told(*found: Any) -> Comparison:
            return Comparison(*(name, *found, source, interval))

        wanted = reference.value
        if reference.kind == DOMAIN or (math.isinf(got) and got == as_float(wanted)):
            return told(float(got), math.nan, math.nan, math.nan, 0.0, "domain")
        size = max(abs(low), abs(high))
        rounding = Fraction(noise) if math.isfinite(noise) else Fraction(0)
        bar = reference.bar + Fraction(self.options.slack) * size + rounding + TINY
        if not math.isfinite(got):
            return told(float(got), as_float(wanted), math.inf, as_float(bar), math.inf, "wrong")
        error = max(low - exact(got), exact(got) - high, Fraction(0))
        if source != LADDER:  # what lies below the bar of 110 digits is nothing
            error = error if error > reference.bar else Fraction(0)
            wanted = wanted if abs(wanted) > reference.bar else Fraction(0)
        enough = Fraction(self.options.accuracy) * max(size, self.scale)
        reach = Fraction(self.reach.get(name, 1.0))
        wide = reference.bar > max(enough, rounding) and (error != 0 or source == LADDER)
        if error == 0 == wanted and source == LADDER:
            # there is no size to compare the bar with but that of f, here and near
            near = max([abs(self.y), *(row.r0 for row in self._remainders(_POWERS))])
            wide = reference.bar * reach > max(self.options.accuracy * near, 16 * EPS * reach)
        # Where the shares that are added up cancel, and more than rounding is lost: chaos. In a
        # function that is 0 throughout there is nothing to compare the rounding with.
        lost = error > max(enough, reference.bar) and error * reach > 128 * self.truth.noise
        lost = lost and not (wanted == 0 == self.y and error <= rounding)
        verdict = "undecided" if wide or lost else "ok"
        if error > bar or reference.kind == KINK:
            verdict = "wrong" if error > bar else "kink"
        elif lost and not wide:
            self.lost.append(name)
        ulps = in_ulps(error, wanted) if wanted or not error else math.inf
        return told(*map(as_float, (exact(got), wanted, error, bar)), ulps, verdict)

    # --- rows that are wrong ---------------------------------------------------------------------
    def blamed(self, rows: list[Comparison], message: str) -> Culprit:
        """The row that is wrong by most; of a direction, one input in it, which joins the rows.

        The inputs are halved until one is left: the first half if it is wrong, else the other.
        """
        wrong = [row for row in rows if row.verdict == "wrong"]
        row = max(wrong, key=lambda r: r.error / (abs(r.wanted) or 1.0))
        if row.name.startswith("direction"):
            along = self.directions[int(row.name.split()[1]) - 1]
            inputs = list(along)
            while len(inputs) > 1:
                half = inputs[: len(inputs) // 2]
                found = self._along("half", {k: along[k] for k in half})
                inputs = half if found.verdict == "wrong" else inputs[len(half) :]
            found = self._along(self.name(*inputs), {inputs[0]: 1.0})
            if found.verdict == "wrong":
                rows.append(row := found)
        details = {"got": row.got, "wanted": row.wanted}
        if message == "gradient" and row.interval:
            message, details["low"], details["high"] = "between", *row.interval
        return Culprit("gradient", message, row.name, "", details)

    def report(
        self, rows: Sequence[Comparison], culprit: Culprit | None, notes: list[Note], **found: Any
    ) -> Report:
        """The report of these rows, and of what else was found."""
        if self.options.directions:
            count, seed = self.options.directions, self.options.seed
            values = {"inputs": len(self.inputs.numbers), "count": count, "seed": seed}
            notes.append(("directions", values))
        if mpmath() is None and any(row.reference == LADDER for row in rows):
            notes.append(("no_mpmath", {}))
        verdict = "wrong" if culprit is not None else worst([row.verdict for row in rows])
        smooth = verdict not in ("kink", "domain")  # else there is no Taylor polynomial
        slope = self._taylor_slope() if smooth and not self.is_second else None
        found |= {"lang": self.options.lang, "taylor": self._taylor() if smooth else None}
        return Report(verdict, tuple(rows), culprit, slope, tuple(notes), **found)

    def _taylor(self) -> Taylor | None:
        """The table; None if f is not finite at some of its steps."""
        rows = self._remainders(_POWERS)
        if len(rows) < len(_POWERS) or not all(math.isfinite(x) for row in rows for x in row if x):
            return None
        rounding = 8 * EPS * (abs(self.y) + max(row.r0 for row in rows))
        return Taylor(tuple(rows), max(8 * self.truth.noise, rounding), self.options.lang)

    def _remainders(self, powers: Iterable[int]) -> list[TaylorRow]:
        """What is left of f along the first direction, at steps of these powers of 1/2."""
        rows = []
        for h in (2.0**-power for power in powers):
            with quiet(), suppress(ValueError, ArithmeticError):
                moved = self.truth.floats(self.inputs.moved(self.directions[0], h)) - self.y
                left = moved - h * self.slope
                bent = None if self.curvature is None else abs(left - h * h / 2 * self.curvature)
                rows.append(TaylorRow(h, abs(moved), abs(left), bent))
        return rows

    def _taylor_slope(self) -> float | None:
        """The slope of log |f(x+hd) - f(x) - h g.d| against log h, where rounding does not rule."""
        finest = (row.r1 for row in self._remainders((51, 48, 45, 42)))
        rough = 100 * max([self.truth.noise, *finest])
        points = []
        for h, moved, left, _ in self._remainders(range(3, 41, 2)):
            floor = 1000 * self.inputs.eps * (2 * abs(self.y) + moved + abs(h * self.slope))
            if moved and max(rough, floor) < left < math.inf:
                points.append((math.log2(h), math.log2(left)))
        if len(points) < 4:
            return None
        local = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points[-4:])]
        slope = sum(local) / len(local)
        return slope if max(local) - min(local) < 0.5 else None  # else no power of h rules

    # --- second derivatives ----------------------------------------------------------------------
    def _seconds(self) -> Iterator[tuple[str, Direction, Direction, Reference]]:
        """(name, direction d, weights w, reference) of each second derivative w.Hd to compare."""
        n = len(self.inputs.floats)
        if n <= HESSIAN and not self.options.directions:
            for i, j in combinations_with_replacement(range(n), 2):
                yield self.name(i, j), {j: 1.0}, {i: 1.0}, self.truth.second(i, j)
            return
        for number, along in enumerate(self.directions, start=1):
            yield f"curvature {number}", along, along, self.truth.along(along, 2)

    def hessian(self, f: Function) -> list[Comparison]:
        """The second derivatives of the engine against second differences of f."""
        inputs, flat = self.inputs, partial(self.inputs.call, f)

        @cache
        def times(*along: tuple[int, float]) -> Any:
            vector = [dict(along).get(k, 0.0) for k in range(len(inputs.floats))]
            return called(lambda: hvp(flat, inputs.floats, vector), "the second backward pass")

        seconds, rows, first = [*self._seconds()], [], self.directions[0].items()
        columns = [times(*along.items()) for _, along, *_ in seconds]
        rounding = 256 * inputs.eps * max(abs(h) for column in columns for h in column)
        for (name, _, weights, reference), column in zip(seconds, columns, strict=True):
            got = sum(exact(w) * exact(column[k]) for k, w in weights.items())
            noise = rounding * sum(map(abs, weights.values()))
            rows.append(self.row(name, got, reference, noise))
        self.curvature = math.fsum(w * times(*first)[k] for k, w in first)
        return rows

    def differenced(self, gradient: Gradient) -> list[Comparison]:
        """As `hessian`, of an engine without second derivatives: differences of its gradient."""
        known, rows = cache(gradient), []
        for name, along, weights, reference in self._seconds():

            def slope(t: float, along: Any = along, weights: Any = weights) -> float:
                found = known(tuple(self.inputs.moved(along, t)))
                return math.fsum(found[k] * weight for k, weight in weights.items())

            found = by_ladder(slope, 1.0, eps=self.inputs.eps)
            usable = reference if found.kind == NUMBER else found
            rows.append(self.row(name, as_float(found.value), usable, float(found.bar)))
        return rows
