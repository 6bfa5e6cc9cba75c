"""Derivatives by differences: a ladder of steps that knows its own error; the complex step.

A difference with one fixed step is blind: too long a step leaves out the higher terms, too short
a one leaves rounding alone. The ladder takes all steps and says how far it can be trusted.
"""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from itertools import pairwise, product
from numbers import Real
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from autograd_mini.numbers.arguments import function, not_negative, one_of
from autograd_mini.numbers.kinds import numpy, shown

from .adapters import data_of

EPS = sys.float_info.epsilon

_SIDES = {"both": (1, -1), "right": (1, 2), "left": (-1, -2)}  # the two points, in steps from x
_COLUMNS = 7  # steps that one extrapolation combines
_FINE = 22  # levels in which the step is halved; below them it is divided by 8, as a check only
_ANY = sys.float_info.max  # the bar of a derivative that noise hides
_SAFETY = 2.0  # factor on the truncation error that the extrapolation sees of itself


class Estimate(NamedTuple):
    """A derivative by differences.

    value        the derivative, in units of f per unit of x; at a kink the middle of both sides
    error        the bar: the derivative is believed to lie within value +- error; inf if the
                 differences grow without end, the largest float if f is all noise
    step         the shortest step that went into the value, in units of x
    side         "both", or "right" or "left" where f has values on that side of x alone
    evaluations  how often f was called
    kink         whether f bends there; then value +- error are the derivatives on its two sides
    """

    value: float
    error: float
    step: float
    side: str
    evaluations: int
    kink: bool = False

    def __contains__(self, derivative: object) -> bool:
        return isinstance(derivative, Real) and abs(float(derivative) - self.value) <= self.error


def finite_difference(
    f: Callable[[float], Any],
    x: float,
    *,
    order: int = 1,
    low: float = -math.inf,
    high: float = math.inf,
    eps: float = EPS,
    noise: float = 0.0,
    enough: float = 0.0,
) -> Estimate:
    """The derivative of f at x, first or second (`order`), with an error bar.

    Central differences (f(x+h) - f(x-h)) / 2h on a ladder of steps h, each extrapolated to h = 0
    by Neville's scheme in h**2; of all extrapolations the one with the smallest bar counts:

        bar = 2 * (disagreement with its neighbours) + sum of |weight| * noise / h

    where the noise of f is eps * (|f| + |x * df/dx|), or what second differences at short steps
    show if that is more (it may grow with h, as of x - sin(x)), or `noise` where the caller knows
    it to be more (f comes in stairs of 2 where its sums pass through 1e16, and no step sees that).
    An extrapolation that the shorter steps contradict is dropped, so neither a kink inside a step
    nor a step that fits the period of f deceives it. Where long steps and the shortest tell two
    derivatives with equal right, as between two stairs of rounding, the bar spans both. No step
    leaves [low, high]; one-sided differences serve where f has no value on one side of x (raises
    ValueError or ArithmeticError, is nan or infinite). `eps` is the rounding unit of f, 2**-52 for
    doubles, 2**-23 for float32. f is called some 60 times; half as often if that makes the bar as
    short as `enough`.

    Ridders, Accurate computation of F'(x) and F'(x)F''(x), Adv. Eng. Software 4 (1982) 75-76;
    Press et al., Numerical Recipes, section 5.7; Fornberg, Numerical differentiation of analytic
    functions, ACM TOMS 7 (1981) 512-526; for the noise, Moré & Wild, Estimating computational
    noise, SIAM J. Sci. Comput. 33 (2011) 1292-1314.

    >>> estimate = finite_difference(math.exp, 1.0)
    >>> abs(estimate.value - math.e) <= estimate.error < 1e-11
    True
    >>> finite_difference(math.sqrt, 0.0).error        # vertical there
    inf
    >>> finite_difference(abs, 0.0)[:2]                # from -1 on the left to 1 on the right
    (0.0, 1.0)

    Raises ValueError for another order, for x outside [low, high] or not finite, and where f has no
    finite value at x; TypeError for what is no function or real number, and if f gives none.
    """
    one_of("order", order, (1, 2))
    for name, size in (("eps", eps), ("noise", noise), ("enough", enough)):
        not_negative(name, size)
    function("f", f)
    x, low, high = real(x, "x"), real(low, "low"), real(high, "high")
    if not math.isfinite(x) or not low <= x <= high:
        raise ValueError(f"x must be a finite number in [{low}, {high}], got {x}")
    probe = Probe(f, x, low, high)
    if not math.isfinite(probe.center):
        raise ValueError(f"f has no finite value at x = {x}: got {probe.center}")
    steps = _steps(x, eps)
    few = [*steps[:10], *steps[10:-8:6], *steps[-4:]]  # the long, a few between, the shortest
    with quiet():
        for chosen in [few, steps] if enough else [steps]:
            found, floor = list[Estimate](), noise
            for side in _SIDES:
                ladder = _Ladder(probe, chosen, side, order, eps, floor)
                found += ladder.best()
                floor = ladder.floor  # one side alone does not show the noise of f
                if side == "both" and len(ladder.levels) > len(chosen) - 8:
                    break
            none = Estimate(math.nan, math.inf, math.nan, "both", 0)
            estimate = min(found, key=attrgetter("error"), default=none)
            if estimate.error <= enough:
                break
    return estimate._replace(evaluations=len(probe.known))


def quiet() -> AbstractContextManager[Any]:
    """Without NumPy's warnings in this thread, where steps leave the domain of f on purpose."""
    if (np := numpy()) is None:
        return nullcontext()
    warning: dict[str, Any] = {key: "ignore" for key, x in np.geterr().items() if x == "warn"}
    return np.errstate(**warning)  # type: ignore[no-any-return]


def real(x: Any, what: str) -> float:
    """X as a float; TypeError, with a sentence that starts with `what`, if it is no real number."""
    if x.__class__ is float:
        return x
    try:
        if isinstance(x, str | bytes) or math.prod(getattr(x, "shape", ())) != 1:
            raise TypeError
        return float(data_of(x.item() if hasattr(x, "item") else x))
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be one real number, got {shown(x)}") from None


def _steps(x: float, eps: float) -> list[float]:
    """Powers of two, so that x + h and x - h are exact, from about max(|x|, 1) / 2 down.

    With a coarser rounding unit than a float's, as of float32, none in which x + h is mostly that.
    """
    top = math.floor(math.log2(max(abs(x), 1.0)) - 0.5)
    powers = {*range(top - _FINE + 1, top + 1), *range(top - 44, top - _FINE, 3)}
    scale = top
    if 0 < abs(x) < 2.0**-10:  # such as log at 1e-100: there |x| is the scale
        scale = math.floor(math.log2(abs(x))) - 1
        powers |= {*range(scale - 9, scale + 1), *range(scale - 42, scale - 9, 3)}
        powers |= {*range(top - 58, top - 44, 3)}  # where exp(x) - 1 comes in stairs
    least = scale + math.log2(eps) + 4 if eps > EPS else -1073
    return [2.0**k for k in sorted(powers, reverse=True) if k >= max(least, -1073)]


class Probe:
    """f near x, asked once at each place: nan where it has no finite value."""

    def __init__(
        self, f: Callable[[float], Any], x: float, low: float = -math.inf, high: float = math.inf
    ) -> None:
        self.f, self.x, self.low, self.high = f, x, low, high
        self.known: dict[float, float] = {}
        self.center = self(x)

    def __call__(self, at: float) -> float:
        """The value at this place."""
        if at not in self.known and self.low <= at <= self.high:
            y = math.nan
            try:
                y = real(self.f(at), "the value of f")
            except (ValueError, ArithmeticError):
                pass
            except TypeError as error:  # beyond an edge (-2) ** 0.5 is complex
                if not self.known or "complex" not in f"{error}":
                    raise
            self.known[at] = y if math.isfinite(y) else math.nan
        return self.known.get(at, math.nan)


class _Level(NamedTuple):
    """One step: its difference quotient, and how f moves over it."""

    step: float
    quotient: float
    size: float  # |f| there
    bend: float  # f(x+h) - 2 f(x) + f(x-h), or its one-sided form
    moves: tuple[float, float]  # how far f is from f(x) at the two other points


class _Ladder:
    """The levels of one side, and the extrapolations of their quotients to h = 0."""

    def __init__(
        self, probe: Probe, steps: list[float], side: str, order: int, eps: float, floor: float
    ) -> None:
        self.probe, self.side, self.order, self.eps, self.floor = probe, side, order, eps, floor
        self.levels = [*self._levels(steps)]
        self.power = 2 if side == "both" else 1  # the error of the quotient is a series in h**power
        self.lost = False  # whether f is all noise, as the sine of 1e16 * x
        self.share = 0.0  # noise that grows with the step, per unit of it, as of x - sin(x)

    def _levels(self, steps: list[float]) -> Iterator[_Level]:
        """Those of the steps for which f has values there."""
        x, center = self.probe.x, self.probe.center
        first, second = _SIDES[self.side]
        for h in steps:
            up, down = x + first * h, x + second * h
            f_up, f_down = self.probe(up), self.probe(down)
            if math.isnan(f_up) or math.isnan(f_down) or up == x or down in (x, up):
                continue
            if self.order == 2 and h < 1e-150:
                break  # its square is no float
            if self.side == "both":
                bend, quotient = (f_up - center) + (f_down - center), (f_up - f_down) / (up - down)
            else:
                bend, quotient = (f_down - f_up) - (f_up - center), (f_up - center) / (up - x)
            if self.order == 2:
                quotient = bend / (h * h)
            moves = abs(f_up - center), abs(f_down - center)
            lost = abs(up - first * h - x) / h  # of x in x + h, as of 1e-200: f' may differ there
            size = max(abs(f_up), abs(f_down), abs(center), lost / EPS * max(moves))
            yield _Level(h, quotient, size, bend, moves)

    def best(self) -> Iterator[Estimate]:
        """The extrapolation of smallest bar that holds, if there is one.

        A quotient of a shorter step off by more than noise and this step explain contradicts it.
        """
        if len(self.levels) < 3:
            return
        steep = self._diverges()
        self._look_for_noise()
        if self.lost or self._diverges():
            bar = math.inf if steep else _ANY
            yield Estimate(self.levels[-1].quotient, bar, self.levels[-1].step, self.side, 0)
            return
        if found := self._held():
            doubted = self._doubted(*found) if self.order == 1 else None
            yield doubted or self._with_kink(*found)

    def _held(self) -> tuple[float, float, int] | None:
        """The value of smallest bar that the finer steps do not contradict, its bar and level."""
        for value, bar, i in sorted(self._extrapolations(), key=itemgetter(1)):
            near, finer = self.levels[i - 2 : i + 1], self.levels[i + 1 :]
            left_out = max(abs(x.quotient - value) / math.sqrt(x.step) for x in near)
            if all(
                abs(x.quotient - value)
                <= bar + 2 * left_out * math.sqrt(x.step) + 8 * self.noise(x)
                for x in finer
            ):
                return value, bar, i
        return None

    def _doubted(self, value: float, bar: float, i: int) -> Estimate | None:
        """With a bar that spans what other steps tell as surely, if they tell another derivative.

        The wiggles of x + 1e-12 sin(1e10 x) look like noise, and (1e8 + x) - 1e8 - x falls between
        two stairs of rounding: its shortest steps tell of what lies there, the long ones of f.
        """
        other, least = copy(self), 1.0
        other.floor, other.share = self.rounding, 0.0
        seen = max(self.floor, self.share * self.levels[0].step) > 8 * self.rounding
        found = other._held() if seen else None
        if found and abs(found[0] - value) > found[1] + bar:
            if other._jump(found[0])[1]:
                return None  # what is noise has been told so
        else:
            at, jump = self._jump(value)
            other.floor, least = max(self.floor, jump), 1.0 if jump <= self.plain else 2.0**20
            other.levels = [level for level in self.levels if level.step >= at]
            found = other._held() if jump else None
        if found is None or (off := abs(found[0] - value)) <= bar + least * found[1]:
            return None
        return Estimate(value, off + found[1] + bar, self.levels[i].step, self.side, 0)

    def _jump(self, slope: float, sides: tuple[int, ...] = (1, -1)) -> tuple[float, float]:
        """How far away f leaves its line of this slope by a jump, and how high that is; or 0, 0.

        That is no kink: where f leaves the line by half as much, it does so all at once.
        """
        probe, x = self.probe, self.probe.x

        def off(side: int, h: float) -> float:
            return abs(probe(x + side * h) - probe.center - slope * side * h)

        for k, side in product(range(len(self.levels) - 1, 0, -1), sides):
            far, near = self.levels[k - 1].step, self.levels[k].step
            growth = (far / near) ** 2 if far < 2.0**40 * near else math.inf
            grain = max(self.rounding, self.eps * self.levels[k].size)
            size = off(side, far)
            if size > 64 * max(growth * off(side, near), grain):
                for _ in range(12):
                    middle = (far + near) / 2
                    left = off(side, middle) > size / 2
                    far, near = (middle, near) if left else (far, middle)
                if (jump := off(side, far) - off(side, near)) > size / 8:
                    return far, jump
        return 0.0, 0.0

    def _extrapolations(self) -> Iterator[tuple[float, float, int]]:
        above: list[tuple[float, float]] = []  # value and noise of each column, in the row before
        for i, level in enumerate(self.levels):
            row = [(level.quotient, self.noise(level))]
            for j, (old, noise) in enumerate(above[: _COLUMNS - 1], start=1):
                ratio = self.levels[i - j].step / level.step
                if ratio > 2.0**40:
                    break
                weight, (left, own) = ratio**self.power, row[-1]
                value = left + (left - old) / (weight - 1)
                row.append((value, (weight * own + noise) / (weight - 1)))
                if j > 1:
                    by_chance = abs(left - row[j - 2][0]) / 32  # two neighbours may agree so
                    truncation = max(abs(value - left), abs(value - old), by_chance)
                    bar = _SAFETY * truncation + row[j][1] + 2 * EPS * abs(value)
                    if math.isfinite(bar):
                        yield value, bar, i
            above = row

    def _diverges(self) -> bool:
        """Whether the quotients grow without end, as at a jump or where f is vertical."""
        last = self.levels[-6:]
        return len(self.levels) > 8 and all(
            abs(fine.quotient) > 1.3 * abs(coarse.quotient) > 8 * self.noise(fine)
            and (fine.quotient > 0) == (coarse.quotient > 0)
            for coarse, fine in pairwise(last)
        )

    def _with_kink(self, value: float, bar: float, i: int) -> Estimate:
        """The bar widened to both one-sided derivatives where they differ.

        bend / h is their difference: it shrinks with h where f is smooth, and stays at a kink.
        """
        step, kinked = self.levels[i].step, False
        levels = self.levels if self.side == "both" and self.order == 1 else []
        bent = [level for level in levels if abs(level.bend) > 64 * self._grain(level)]
        if len(bent) > 4 and bent[-1].step <= step:
            last, jump = (abs(x.bend) / x.step for x in (bent[-3], bent[-1]))
            kinked = jump > max(last / 2, bar)
        if kinked:
            steps, sides = [level.step for level in levels], list[Estimate]()
            for side in ("right", "left"):
                ladder = _Ladder(self.probe, steps, side, 1, self.eps, self.floor)
                ladder.share = self.share
                sides += ladder.best()
            bar = math.inf  # at a cusp there is no derivative on either side
            if len(sides) == 2 and jump <= 1.5 * last:
                low, high = sorted(x.value for x in sides)
                turn, off = (high - low) / 2, max(x.error for x in sides)
                value, bar = low + turn, turn if off <= turn / 10**7 else turn + off
        return Estimate(value, bar, step, self.side, 0, kinked)

    # --- the noise of f --------------------------------------------------------------------------
    def noise(self, level: _Level) -> float:
        """How far it puts the quotient of a step off."""
        times = 4 if self.order == 2 else 3 - self.power
        return times * self._grain(level) / level.step**self.order

    def _grain(self, level: _Level) -> float:
        return max(self.floor, self.eps * level.size, self.share * level.step)

    def _look_for_noise(self) -> None:
        slopes = sorted(abs(level.quotient) for level in self.levels[-6:])
        slope = slopes[len(slopes) // 2] if self.order == 1 else 0.0  # the median
        size = max(level.size for level in self.levels[-6:]) + sys.float_info.min  # f may underflow
        rounding = self.eps * size + self.eps * abs(self.probe.x) * slope
        self.rounding = self.floor = max(self.floor, rounding)  # of the last operation alone
        self.plain = self.eps * max(1.0, abs(self.probe.x), abs(self.probe.center))  # of others
        if self.order == 1 and self.side == "both" and len(self.levels) > 8:
            reach = max(abs(x.quotient * x.step) + abs(x.bend) for x in self.levels)
            seen = [*self._rough(reach / 2**20)]
            rough = max(size for size, _ in seen)
            self.lost = rough > max(64 * rounding, reach / 16)
            self.floor = max(self.floor, rough)
            small = 64 * self.eps * max(abs(level.quotient) for level in self.levels)
            shares = [share for size, at in seen if (share := size / at) <= small]
            self.share = max(shares, default=0.0) if self.probe.x else small / 8
            moves = [move for level in self.levels for move in level.moves]
            if not any(moves[-8:]):  # its stairs are higher than f moves
                self.floor = max(self.floor, min([self.plain, *filter(None, moves)]))

    def _rough(self, small: float) -> Iterator[tuple[float, float]]:
        """What the bends show of it, and how far from 0 that is seen.

        What is not `small` is a course of f itself, at steps that are not of the shortest.
        """
        levels, x = self.levels, abs(self.probe.x)
        # At the shortest steps a smooth f does not bend: what is left there is noise.
        yield sorted(abs(level.bend) for level in levels[-4:])[-2] / 2, x or levels[-4].step
        # Nor does it bend as much over a short step as over a long one; from |x| on, no more.
        near, least = math.frexp(x)[1] if x else 0, math.inf
        for level in levels:
            if (power := math.frexp(level.step)[1]) < min(-24, near - 1) or near + 3 <= power < -36:
                shown = power < -36 or (power < -30 and abs(level.bend) < small)
                if shown and abs(level.bend) > (0.8 if power < near else 2) * least:
                    yield abs(level.bend), max(x, level.step)
                least = min(least, abs(level.bend))
        # A staircase, such as (1e12 + x) - 1e12: flat at the shortest steps, then both sides move.
        if not any(levels[-1].moves):
            (up, rise), (down, fall) = (self._jump(0.0, (side,)) for side in (1, -1))
            if max(up, down) < 128 * min(up, down):
                yield max(rise, fall), max(x, up, down)
