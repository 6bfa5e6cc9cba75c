"""The rows of a report: one derivative beside its reference, and the verdict on it."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .differences import quiet
from .engines import called
from .nodes import in_ulps
from .references import DOMAIN, KINK, LADDER, Reference, as_float, exact
from .report import Comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .inputs import Inputs
    from .whole import Truth

DIRECTIONS = 8
HESSIAN = 10  # inputs; from there on the Hessian is checked along directions


class Options(NamedTuple):
    """What the caller of `check_grad` asked for.

    directions   0 to compare each input by itself
    accuracy     relative width of a bar from which a verdict is undecided
    slack        relative error that is put down to rounding
    """

    directions: int
    seed: int
    accuracy: float
    slack: float
    lang: str
    domain: list[tuple[float, float]]


class Rows:
    """The rows of the report for a gradient, and its Taylor slope."""

    def __init__(self, inputs: Inputs, truth: Truth, options: Options, draw: Any) -> None:
        self.inputs, self.truth, self.options = inputs, truth, options
        self.scale = Fraction(0)
        self.value = abs(truth.floats([float(x) for x in inputs.numbers]))
        self.lost: list[str] = []  # the names of rows that rounding alone leaves undecided
        self.reach = {
            f"df/d{name}": max(1.0, abs(float(x)))
            for name, x in zip(inputs.names, inputs.numbers, strict=True)
        }
        self.directions = [
            {k: draw.choice((-1, 1)) * draw.uniform(0.5, 1.0) * max(1.0, abs(float(x)))
             for k, x in enumerate(inputs.numbers)}
            for _ in range(options.directions or DIRECTIONS)
        ]  # fmt: skip

    def rows(self, gradient: Sequence[Any], noise: Sequence[float]) -> list[Comparison]:
        """One row per input, or per direction; `noise` is the rounding error to expect of each."""
        if not self.options.directions:
            found = [self.truth.along({k: 1.0}) for k in range(len(gradient))]
            self.scale = max((abs(r.value) for r in found), default=Fraction(0)) / 1000
            return [
                self.row(f"df/d{name}", got, reference, allowance)
                for name, got, reference, allowance in zip(
                    self.inputs.names, gradient, found, noise, strict=True
                )
            ]
        if not all(map(math.isfinite, gradient)):
            k = next(k for k, g in enumerate(gradient) if not math.isfinite(g))
            name = f"df/d{self.inputs.names[k]}"
            return [self.row(name, gradient[k], self.truth.along({k: 1.0}), 0.0)]
        return [
            self._along(f"direction {number}", along, gradient, noise)
            for number, along in enumerate(self.directions, start=1)
        ]

    def _along(
        self, name: str, along: dict[int, float], gradient: Sequence[Any], noise: Sequence[float]
    ) -> Comparison:
        total = sum(exact(gradient[k]) * exact(weight) for k, weight in along.items())
        allowance = sum(noise[k] * abs(weight) for k, weight in along.items())
        return self.row(name, total, self.truth.along(along), allowance)

    def one_wrong(
        self, along: dict[int, float], gradient: Sequence[Any], noise: Sequence[float]
    ) -> Comparison | None:
        """The row of one input that is wrong, where this direction in many inputs is.

        The inputs are halved until one is left: the first half if it is wrong, else the other.
        """
        inputs = list(along)
        while len(inputs) > 1:
            half = inputs[: len(inputs) // 2]
            row = self._along("half", {k: along[k] for k in half}, gradient, noise)
            inputs = half if row.verdict == "wrong" else inputs[len(half) :]
        (k,) = inputs
        name = f"df/d{self.inputs.names[k]}"
        row = self.row(name, gradient[k], self.truth.along({k: 1.0}), noise[k])
        return row if row.verdict == "wrong" else None

    def row(self, name: str, got: Any, reference: Reference, noise: float) -> Comparison:
        """The verdict on one derivative."""
        low, high, source = reference.low, reference.high, reference.source
        interval = (as_float(low), as_float(high)) if reference.kind == KINK else None
        if reference.kind == DOMAIN:
            return Comparison(name, float(got), math.nan, math.nan, math.nan, 0.0, "domain", source)
        wanted = reference.value
        size = max(abs(low), abs(high))
        bar = reference.bar + Fraction(self.options.slack) * size
        if math.isfinite(noise):
            bar += Fraction(noise)
        bar += Fraction(math.ulp(0.0)) * 4
        if not math.isfinite(got):
            return Comparison(
                name, float(got), as_float(wanted), math.inf, as_float(bar), math.inf, "wrong",
                source, interval,
            )  # fmt: skip
        error = max(low - exact(got), exact(got) - high, Fraction(0))
        if source != LADDER:  # what lies below the bar of 110 digits is nothing
            error = error if error > reference.bar else Fraction(0)
            wanted = wanted if abs(wanted) > reference.bar else Fraction(0)
        enough = Fraction(self.options.accuracy) * max(size, self.scale)
        wide = reference.bar > max(enough, Fraction(noise) if math.isfinite(noise) else 0)
        reach = self.reach.get(name, 1.0)  # how far an input moves when it moves by its own size
        if error == 0 and source != LADDER:
            wide = False
        elif error == 0 == wanted:  # no size to compare the bar with but that of f
            wide = reference.bar * Fraction(reach) > self.options.accuracy * self.value
        if error > bar:
            verdict = "wrong"
        elif reference.kind == KINK:
            verdict = "kink"
        elif wide:
            verdict = "undecided"
        elif (
            error > max(enough, reference.bar) and error * Fraction(reach) > 128 * self.truth.noise
        ):
            # the shares that are added up cancel, and more than rounding is lost: chaos
            verdict = "undecided"
            self.lost.append(name)
        else:
            verdict = "ok"
        ulps = in_ulps(error, wanted) if wanted or not error else math.inf
        return Comparison(
            name, as_float(exact(got)), as_float(wanted), as_float(error), as_float(bar), ulps,
            verdict, source, interval,
        )  # fmt: skip

    def slope(self, gradient: Sequence[Any]) -> float | None:
        """The slope of log |f(x+hd) - f(x) - h g.d| against log h, where rounding does not rule."""
        if not all(map(math.isfinite, gradient)):
            return None
        along, numbers = self.directions[0], [float(x) for x in self.inputs.numbers]
        g = math.fsum(float(gradient[k]) * weight for k, weight in along.items())
        points: list[tuple[float, float]] = []
        try:
            center = self.truth.floats(numbers)
        except (ValueError, ArithmeticError):
            return None
        rough = self.truth.noise  # or what is left at the shortest steps
        for power in (51, 48, 45, 42, *range(3, 41, 2)):
            h = 2.0**-power
            try:
                with quiet():
                    y = self.truth.floats([x + h * along[k] for k, x in enumerate(numbers)])
            except (ValueError, ArithmeticError):
                continue
            remainder = abs(y - center - h * g)
            floor = 1000 * self.inputs.eps * (abs(y) + abs(center) + abs(h * g))
            if power > 40:
                rough = max(rough, remainder)
            elif math.isfinite(remainder) and remainder > max(floor, 100 * rough) and y != center:
                points.append((math.log2(h), math.log2(remainder)))
        if len(points) < 4:
            return None
        local = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points[-4:])]
        slope = sum(local) / len(local)
        return slope if max(local) - min(local) < 0.5 else None  # else no power of h rules


def second_name(inputs: Inputs, i: int, j: int) -> str:
    """What a second derivative is called: "d2f/dx2", "d2f/dx dy"."""
    a, b = inputs.names[i], inputs.names[j]
    return f"d2f/d{a}2" if i == j else f"d2f/d{a} d{b}"


def hessian_rows(
    f: Callable[..., Any], inputs: Inputs, check: Rows, kinked: bool
) -> list[Comparison]:
    """The second derivatives of the engine against second differences of f."""
    from autograd_mini.transforms import hessian, hvp

    def flat(numbers: Any) -> Any:
        return inputs.call(f, list(numbers))

    numbers = [float(x) for x in inputs.numbers]
    n = len(numbers)
    if n <= HESSIAN and not check.options.directions:
        found = called(lambda: hessian(flat)(numbers), "the second backward pass")
        size = max(abs(h) for row in found for h in row)
        return [
            check.row(
                second_name(inputs, i, j),
                found[i][j],
                check.truth.second(i, j),
                256 * inputs.eps * size,
            )
            for i in range(n)
            for j in range(i, n)
        ]
    rows = []
    for number, along in enumerate(check.directions, start=1):
        weights = [along[k] for k in range(n)]
        product = called(lambda: hvp(flat, numbers, weights), "the second backward pass")  # noqa: B023
        got = sum(exact(w) * exact(h) for w, h in zip(weights, product, strict=True))
        size = sum(abs(w * h) for w, h in zip(weights, product, strict=True))
        reference = check.truth.along(along, 2)
        rows.append(check.row(f"curvature {number}", got, reference, 256 * inputs.eps * size))
    return rows
