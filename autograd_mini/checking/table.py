"""What the sheet's lines tell: where an operation is comfortable, and how exact all of them are.

Comfortable is inside its domain, away from its kinks, moderate in size; so is a user's operation.
"""

import math
import random
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules import evaluation
from autograd_mini.rules.evaluation import distance_to_kink, flat

from .nodes import in_ulps
from .references import NUMBER, derivative_of, exact, mpmath, places, rounding, value_of

LARGEST = 30.0  # of a value
STEEPEST = 10.0  # of a partial derivative
MARGIN = 0.01  # least distance from a kink
_MAX = sys.float_info.max
_HALVES = (-1.5, -0.5, 0.5, 1.5, 2.5)
# Off the round numbers: where a sum has been rounded to 1.0, its logarithm has lost the gradient.
_GRID = (1.03, 0.52, 2.04, -0.53, -1.02, 1.54, 0.27, -2.03, 3.02, -0.26, -1.53, 0.04, 5.52)


def value_and_slopes(
    op: Op, numbers: Sequence[Any], active: tuple[bool, ...]
) -> tuple[float, list[float]] | None:
    """The value and the partials for the active arguments; None outside the domain."""
    try:
        out = evaluation.value(op, FLOAT, numbers, numbers)
        found = evaluation.partials(op, FLOAT, active, numbers, out)
    except (AutogradError, ArithmeticError, ValueError):
        return None
    return float(out), list(flat(found))


def is_comfortable(
    op: Op, numbers: Sequence[Any], active: tuple[bool, ...] | None = None,
    margin: float = MARGIN, moderate: bool = True,
) -> bool:  # fmt: skip
    """Whether op is moderate in value and slopes here, away from kinks, jumps and edges.

    Without `moderate` it need only be finite, and a tiny step away from jumps and edges. By default
    all arguments are active that can be nodes.
    """
    active = active or variable(op)
    if (found := value_and_slopes(op, numbers, active)) is None:
        return False
    out, slopes = found
    largest, steepest, step = (LARGEST, STEEPEST, MARGIN) if moderate else (_MAX, _MAX, 1e-9)
    if not (abs(out) <= largest and all(abs(slope) <= steepest for slope in slopes)):
        return False
    if distance_to_kink(op, numbers, out) < margin:
        return False
    jump = 3 * step * (1 + sum(map(abs, slopes))) if moderate else math.inf
    for steps in product(*((step, -step) if on else (0.0,) for on in active)):
        near = [
            tuple(x + h for x in arg) if isinstance(arg, tuple) else arg + h
            for arg, h in zip(numbers, steps, strict=True)
        ]
        found = value_and_slopes(op, near, (False,) * len(near))
        if found is None or not abs(found[0] - out) <= jump:
            return False
    return True


@cache
def variable(op: Op) -> tuple[bool, ...]:
    """For each argument whether it can be a node: no integer such as an order, and no default."""
    whole = {param for param, domain in op.domains.items() if not any(x in domain for x in _HALVES)}
    return tuple(param not in whole | {*op.defaults} for param in op.params)


@cache
def comfortable_points(op: Op) -> tuple[tuple[Any, ...], ...]:
    """Arguments from a coarse grid with which op is comfortable, simple ones first.

    Raises ValueError if there are none.
    """
    choices: list[Sequence[Any]] = []
    for param, is_variable in zip(op.params, variable(op), strict=True):
        if param in op.defaults:
            choices.append((op.defaults[param],))
        elif not is_variable:
            choices.append((0.0, 1.0, 2.0, 3.0))
        elif param in op.vectors:
            choices.append([(a, b) for a in _GRID for b in _GRID][:40])
        else:
            choices.append(_GRID)
    points = tuple(point for point in product(*choices) if is_comfortable(op, point))
    if not points:
        raise ValueError(
            f"no point of a grid from -2 to 5.5 is good for {op.signature}: within its domain, away"
            f" from its kinks, its value up to {LARGEST:g} and its slopes up to {STEEPEST:g}"
        )
    return points


# --- repairing a point ---------------------------------------------------------------------------
def repaired(op: Op, numbers: tuple[Any, ...], largest: float, margin: float) -> tuple[Any, ...]:
    """The numbers if they fit; else the nearest on the way to a comfortable point that do.

    They fit if they are in the domain, `margin` from the kinks, with finite value and slopes.
    """

    def fits(numbers: tuple[Any, ...]) -> bool:
        return is_comfortable(op, numbers, None, margin, moderate=False)

    if fits(numbers):
        return numbers
    goals = comfortable_points(op)
    first = int(sum(map(abs, flat(numbers))) * 1000) % len(goals)  # there is no other chance
    for goal, part in product(goals[first:] + goals[:first], (0.01, 0.1, 0.5, 1.0)):
        near = _between(op, numbers, goal, part)
        if all(abs(x) <= largest for x in flat(near)) and fits(near):
            return near
    raise ValueError(
        f"no point up to {largest:g} is inside the domain of {op.signature} and {margin:g} away"
        " from its kinks"
    )


def _between(op: Op, numbers: Sequence[Any], goal: Sequence[Any], part: float) -> tuple[Any, ...]:
    """That part of the way from the numbers to the goal; integers stay what they are."""
    near: list[Any] = []
    for x, g, is_variable in zip(numbers, goal, variable(op), strict=True):
        if isinstance(x, tuple):  # as many elements as it has, apart from each other
            far = (g[i % len(g)] + i // len(g) for i in range(len(x)))
            near.append(tuple((1 - part) * a + part * b for a, b in zip(x, far, strict=True)))
        else:
            near.append((1 - part) * x + part * g if is_variable else x)
    return tuple(near)


# --- the table of all operations -----------------------------------------------------------------
_LARGEST = exact(1.7e308)
BOUND = 4.0  # ulp, unless the sheet's line says otherwise
_SPECIAL = (0.0, 0.5, 1.0, 2.0, 3.0, 1e-8, 1e-3, 20.0, 36.0, 700.0, 1 + 2.0**-52, 1 - 2.0**-53)


class OpRow(NamedTuple):
    """One operation: the worst errors at the points tried, in ulp of the truth or of `scale`."""

    name: str
    value: float
    partials: dict[str, float]  # argument -> error of the partial by it, for those that have one
    points: int  # how many lay in the domain and were tried
    domain: dict[str, str]  # argument -> condition, as the sheet has it; "" that on all together
    kinks: tuple[str, ...]  # formulas that are 0 where the derivative jumps: nothing is compared
    ok: bool  # whether every error is within its bound


def op_table(ops: Iterable[Op] | None = None, points: int = 24, seed: int = 0) -> list[OpRow]:
    """Try every operation of the sheet, or these, at so many random points, and at special ones.

    Raises ImportError without mpmath.

    >>> from autograd_mini import ops
    >>> row, = op_table([ops.SHEET["mul"]], points=3)
    >>> row.name, row.value <= 0.5, row.partials, row.ok
    ('mul', True, {'a': 0.0, 'b': 0.0}, True)
    """
    if mpmath() is None:
        raise ImportError("op_table needs mpmath: pip install 'autograd-mini[check]'")
    return [_row(op, points, seed) for op in (SHEET.values() if ops is None else ops)]


def _row(op: Op, points: int, seed: int) -> OpRow:
    tried, worst = 0, {"value": 0.0}
    for args in _points(op, points, seed):
        found, truth = value_and_slopes(op, args, (True,) * len(args)), value_of(op, args)
        if found is None or truth is None:
            continue
        tried += 1
        off = in_ulps(exact(found[0]) - truth, truth, rounding(op, args, "value"))
        worst["value"] = max(worst["value"], off)
        for (k, i), got in zip(places(args), found[1], strict=True):
            true, key = derivative_of(op, args, k, i), op.params[k]
            if true.kind == NUMBER and math.isfinite(got) and abs(true.value) <= _LARGEST:
                error = max(abs(exact(got) - true.value) - true.bar, exact(0))
                off = in_ulps(error, true.value, rounding(op, args, key, i))
                worst[key] = max(worst.get(key, 0.0), off)
    ok = tried > 0 and all(error <= op.ulps.get(key, BOUND) for key, error in worst.items())
    domain = {param: holds.text.format(param) for param, holds in op.domains.items()}
    if op.needs:
        domain[""] = op.needs
    return OpRow(op.name, worst.pop("value"), worst, tried, domain, op.kinks, ok)


def _points(op: Op, count: int, seed: int) -> Iterator[tuple[Any, ...]]:
    """Arguments inside the domains, of both signs and many sizes; the same for the same seed."""
    draw = random.Random(zlib.crc32(op.name.encode()) + seed)

    def number(param: str) -> float:
        holds = op.domains.get(param)
        for _ in range(100):
            x: float = draw.choice((-1, 1)) * 10.0 ** draw.choice(
                (draw.uniform(-3, 1), draw.uniform(-1, 2), draw.uniform(-9, 3))
            )
            if draw.random() < 0.2:
                x = draw.choice((-1, 1)) * draw.choice(_SPECIAL)
            if holds is not None and holds.high <= 100:  # such as an order: a small whole number
                x = draw.choice((x, float(draw.randrange(6)), draw.uniform(holds.low, holds.high)))
            if holds is None or x in holds:
                return x
        return 1.0

    for _ in range(count):
        size = draw.choice((1, 2, 3, 5))
        yield tuple(
            tuple(number(param) for _ in range(size)) if param in op.vectors else number(param)
            for param in op.params
        )
