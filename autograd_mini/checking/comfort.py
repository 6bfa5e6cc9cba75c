"""Where an operation is comfortable: inside its domain, away from its kinks, moderate in size.

All of it is read from the line of the sheet, so an operation that a user adds is known here too.
"""

import math
import sys
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any

from autograd_mini.errors import AutogradError
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import Op
from autograd_mini.rules import evaluation
from autograd_mini.rules.evaluation import distance_to_kink, flat

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
    pairs = zip(op.params, numbers, strict=True)
    if not all(x in op.domains[p] for p, arg in pairs if p in op.domains for x in flat([arg])):
        return None
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
