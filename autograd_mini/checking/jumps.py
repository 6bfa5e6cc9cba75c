"""The jumps of a noisy function, such as a solver's result where its count of steps changes.

Between two jumps such a function is smooth and has a slope of its own, off by what the solver left
undone: short steps see that slope alone. How high the jumps are says what longer steps can tell.
"""

import math
from collections.abc import Callable
from itertools import pairwise

from .differences import Probe, quiet

_POINTS = 192  # of the first look
_ZOOM = 24  # points of each closer one
_ORDER = 6  # of the difference in which a jump stands out of what is smooth
_TRIED = 12  # places
_SMALL = 1e-3  # of the range of f: a higher jump is one of the function itself


def largest_jump(f: Callable[[float], float]) -> float:
    """The first small jump that is found of f in [-1, 1]; 0 if none, as of a smooth f.

    Where the sixth differences are large, they are taken anew at shorter and shorter steps: those
    of a smooth f fall by 4,096 each time, those at a jump stay.

    >>> f"{largest_jump(lambda x: math.exp(x) + 1e-6 * (x > 0.3)):.3e}"
    '1.000e-06'
    >>> largest_jump(math.exp)
    0.0
    """
    with quiet():
        at = Probe(f, 0.0)
        h = 2 / _POINTS
        ys = [at(k * h - 1 + h / 3) for k in range(_POINTS)]
        known = [y for y in ys if math.isfinite(y)] or [0.0]
        limit, floor = _SMALL * (max(known) - min(known)), 1e-13 * max(map(abs, known))
        leaps = _leaps(ys)
        for _ in range(_TRIED):
            i = leaps.index(max(leaps))
            jump = _zoomed(at, i * h - 1 + h / 3, h / 4, floor)
            if 0 < jump <= limit:
                return jump
            leaps = [0.0 if abs(k - i) <= _ORDER else leap for k, leap in enumerate(leaps)]
    return 0.0


def _zoomed(f: Callable[[float], float], left: float, h: float, least: float) -> float:
    """The jump beyond `left`, seen in steps of h and ever shorter; 0 if below `least`."""
    while True:
        ys = [f(left + k * h) for k in range(_ZOOM + 1)]
        leaps = _leaps(ys)
        if not max(leaps) > least:
            return 0.0
        i = leaps.index(max(leaps))
        if h < 1e-14:
            return max(abs(b - a) for a, b in pairwise(ys[i : i + _ORDER + 1]))
        left, h = left + i * h, h * _ORDER / _ZOOM


def _leaps(ys: list[float]) -> list[float]:
    """The sizes of the sixth differences; 0 where f has no value."""
    for _ in range(_ORDER):
        ys = [b - a for a, b in pairwise(ys)]
    return [abs(y) if math.isfinite(y) else 0.0 for y in ys]
