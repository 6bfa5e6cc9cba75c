"""What a derivative should be, by means that share nothing with the partial formulas.

Differences of VALUES: at 110 digits with mpmath, with exact fractions, or up the ladder of floats.
At 110 digits a step of 1e-40 leaves an error of about 1e-70, far below what a float can show.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.kind import Kind
from autograd_mini.ops import Domain, Op
from autograd_mini.rules import evaluation
from autograd_mini.rules.evaluation import each
from autograd_mini.rules.rule import rule

from .differences import finite_difference

NUMBER, KINK, DOMAIN = "number", "kink", "domain"
FRACTION, MPMATH, LADDER = "Fraction", "mpmath", "ladder"

_PRECISIONS = (110, 330, 990)  # digits: more where cancellation has eaten the first
_VALUES = 60  # digits of what no difference is taken of
_ENOUGH = Fraction(1, 10**25)
_UNDEFINED = (ValueError, ArithmeticError, TypeError, NotImplementedError)


class Reference(NamedTuple):
    """A true derivative."""

    kind: str  # "number"; "kink": anything from low to high; "domain": there is no derivative
    low: Fraction
    high: Fraction  # as low if kind is "number"
    bar: Fraction  # how far low and high can be off
    source: str  # "Fraction", "mpmath" or "ladder"

    @property
    def value(self) -> Fraction:
        """The middle of low and high."""
        return (self.low + self.high) / 2


def nowhere(source: str) -> Reference:
    """No derivative: f is vertical at the edge of its domain, the point isolated, or a jump."""
    return Reference(DOMAIN, Fraction(0), Fraction(0), Fraction(0), source)


@cache
def mpmath() -> Any:
    """mpmath, or None where it is not installed."""
    try:
        import mpmath as mp
    except ImportError:
        return None
    return mp


def exact(x: Any) -> Fraction:
    """A finite float, int, Fraction or mpf, without any rounding."""
    if hasattr(x, "_mpf_"):
        return Fraction(*map(int, mpmath().libmp.to_rational(x._mpf_)))
    return Fraction(x)


def precise(x: Any) -> Any:
    """The number as an mpf, at the working precision."""
    mp = mpmath()
    return mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mp.mpf(x)


def as_float(x: Fraction) -> float:
    """The nearest float; an infinity beyond the largest."""
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


# --- an operation's value formula, at any precision ----------------------------------------------
Function = Callable[[Any], Any]
Place = tuple[int, int | None]  # an argument, and the element if it is a vector


def places(args: Sequence[Any]) -> list[Place]:
    """The places of all numbers of the arguments: (2.0, (1.0,)) has (0, None) and (1, 0)."""
    found: list[Place] = []
    for k, arg in enumerate(args):
        found += [(k, i) for i in range(len(arg))] if arg.__class__ is tuple else [(k, None)]
    return found


def derivative_of(op: Op, args: Sequence[Any], k: int, i: int | None = None) -> Reference:
    """The true partial of an operation by argument k, or element i of it, at these numbers."""
    return directional_of(op, args, {(k, i): 1})


def directional_of(op: Op, args: Sequence[Any], along: Mapping[Place, float]) -> Reference:
    """The true derivative of its value formula along a direction: place -> weight."""
    scale = max(abs(args[k] if i is None else args[k][i]) for k, i in along)
    sharp = mpmath() is not None
    value = rule(op, _kind()).value

    def f(t: Any) -> Any:
        point = _moved(each(precise if sharp else float, args), along, t)
        for k, i in along:
            if i is None and point[k] not in op.domains.get(op.params[k], Domain("")):
                raise ValueError
        return value(*point)

    if not sharp:
        return by_ladder(f, float(scale))
    return by_mpmath(f, scale, at_kink(op, args))


def _kind() -> Kind:
    """That of mpmath's numbers, or without it of floats."""
    if mpmath() is None:
        return FLOAT
    from autograd_mini.numbers.multiprecision import MPMATH

    return MPMATH


def _moved(args: Sequence[Any], along: Mapping[Place, float], t: Any) -> list[Any]:
    place = iter(places(args))
    return each(lambda x: x + along[at] * t if (at := next(place)) in along else x, args)


def value_of(op: Op, args: Sequence[Any]) -> Fraction | None:
    """The true value of an operation at these numbers; None where there is none, or no mpmath."""
    return _told(op, args, lambda given, out: out)


def _told(op: Op, args: Sequence[Any], of: Callable[[Any, Any], Any]) -> Fraction | None:
    """What `of` gives for the arguments and the value, at a precision of no differences."""
    if (mp := mpmath()) is None:
        return None
    with mp.workdps(_VALUES), suppress(*_UNDEFINED):
        given = each(precise, args)
        found = mp.mpf(of(given, rule(op, _kind()).value(*given)))
        return exact(found) if mp.isfinite(found) else None
    return None


def at_kink(op: Op, args: Sequence[Any]) -> bool:
    """Whether the operands lie on a kink of the operation, exactly."""
    mp = mpmath()
    if mp is None or not op.kinks:
        return evaluation.at_kink(op, args)
    with mp.workdps(_PRECISIONS[0]):
        return evaluation.at_kink(op, each(precise, args))


def rounding(op: Op, args: Sequence[Any], key: str, i: int | None = None) -> Fraction:
    """The magnitude that the sheet measures the error of "value" or of an argument against."""
    if key not in op.scale:
        return Fraction(0)
    found = _told(op, args, lambda given, out: abs(evaluation.scale(op, key, given, out, i)))
    return found or Fraction(0)


# --- differences ---------------------------------------------------------------------------------
def by_mpmath(f: Function, scale: Any = 1, kink: bool = False, order: int = 1) -> Reference:
    """The derivative of f at 0 by differences at 110 digits, and more where it takes more."""
    mp = mpmath()
    for digits in _PRECISIONS:
        with mp.workdps(digits):
            found = _differences(f, precise(scale) or mp.mpf(1), digits, kink, order)
        if found.kind == DOMAIN or kink or found.bar <= _ENOUGH * abs(found.value):
            break
    return found


def _differences(f: Function, at: Any, digits: int, kink: bool, order: int) -> Reference:
    """Central ones, at two steps that must tell the same: 1e-40 and 1e-45 of the scale.

    One-sided where f has values on one side alone; at a kink the interval between both sides.
    """
    mp = mpmath()

    @cache
    def value(t: Any) -> Any:
        """f; None where it has no finite value."""
        with suppress(*_UNDEFINED):
            return y if mp.isfinite(y := mp.mpf(f(t))) else None
        return None

    h = at * mp.mpf(10) ** -(digits * 4 // (11 * order))
    fine = h * mp.mpf(10) ** (-5 if order == 1 else -3)
    steps = (h, fine, 2 * h, 2 * fine) if kink else (h, fine)
    sides = [s for s in (1, -1) if all(value(s * step) is not None for step in steps)]
    center = value(at * 0)
    if not sides or center is None or (len(sides) < order and not kink):
        return nowhere(MPMATH)
    if kink:
        coarse, slopes = (
            [(value(2 * s * step) - value(s * step)) / (s * step) for s in sides]
            for step in (h, fine)
        )
        bar = sum(abs(a - b) for a, b in zip(coarse, slopes, strict=True)) + fine
        return Reference(KINK, exact(min(slopes)), exact(max(slopes)), exact(bar), MPMATH)
    if order == 2:
        slopes = [(value(step) - 2 * center + value(-step)) / step**2 for step in (h, fine)]
    else:
        a, b = (1, -1) if len(sides) == 2 else (sides[0], 0)
        slopes = [(value(a * step) - value(b * step)) / ((a - b) * step) for step in (h, fine)]
        if b == 0 and abs(slopes[1]) > 10 * abs(slopes[0]):
            return nowhere(MPMATH)  # vertical
    rounding = order**2 * abs(center) * mp.mpf(10) ** (2 - digits) / fine**order
    bar, slope = abs(slopes[1] - slopes[0]) + rounding, exact(slopes[1])
    return Reference(NUMBER, slope, slope, exact(bar), MPMATH)


def jumps(f: Function, scale: Any) -> bool:
    """Whether f jumps at 0: f(h) - f(-h) gets no smaller as h does."""
    mp = mpmath()
    with mp.workdps(_PRECISIONS[0]), suppress(*_UNDEFINED):
        steps = ((precise(scale) or 1) * mp.mpf(10) ** -digits for digits in (40, 45))
        wide, narrow = (abs(f(step) - f(-step)) for step in steps)
        return bool(wide < 2 * narrow)
    return False


def by_fraction(f: Function, scale: Any = 1, order: int = 1) -> Reference | None:
    """The derivative at 0 of a rational f, in exact arithmetic with steps of 2**-400 of the scale.

    None if f does not give a Fraction, or one so long that it is not worth it.
    """
    h = exact(scale or 1) / 2**400
    try:
        center, slopes = f(Fraction(0)), []
        if not isinstance(center, Fraction) or center.denominator.bit_length() > 5_000:
            return None
        for step in (h, h / 2**100):
            up, down = f(step), f(-step)
            if not (isinstance(up, Fraction) and isinstance(down, Fraction)):
                return None
            slope = (up - down) / (2 * step) if order == 1 else (up - 2 * center + down) / step**2
            slopes.append(slope)
    except _UNDEFINED:
        return None
    if abs(slopes[0] - slopes[1]) > _ENOUGH * (1 + abs(slopes[1])):
        return nowhere(FRACTION)  # at a jump
    return Reference(NUMBER, slopes[1], slopes[1], abs(slopes[0] - slopes[1]), FRACTION)


def by_ladder(f: Function, around: float, **options: Any) -> Reference:
    """That at 0 of a function of the distance from `around`; options of `finite_difference`."""
    estimate = finite_difference(lambda x: f(x - around), around, **options)
    if not math.isfinite(estimate.error) or not math.isfinite(estimate.value):
        return nowhere(LADDER)
    value, bar = Fraction(estimate.value), Fraction(estimate.error)
    if estimate.kink:
        return Reference(KINK, value - bar, value + bar, bar / 10**6, LADDER)
    return Reference(NUMBER, value, value, bar, LADDER)
