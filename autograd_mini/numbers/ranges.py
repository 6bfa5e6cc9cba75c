"""In which range the result of an instruction lies: it tells where a partial can be inf or nan.

A range is (low, high), ANYTHING where nothing is known. Inputs are taken to be finite, and sums,
products and powers not to overflow on the way: the engine refuses both, as `fast.check` shows.
"""

from __future__ import annotations

import math
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Range = tuple[float, float]

_LARGEST = sys.float_info.max
FINITE, ANYTHING = (-_LARGEST, _LARGEST), (math.nan, math.nan)


def is_finite(x: Range) -> bool:
    """Whether all numbers of a range are finite."""
    return x[0] - x[0] == 0.0 == x[1] - x[1]


def result(opcode: str, given: Sequence[Range]) -> Range:
    """The range of an instruction's result; "square" stands for a product by itself.

    >>> result("/", [(1.0, 1.0), (1.0, 2.0)]), result("exp", [(-3.0, 0.0)])[1]
    ((0.5, 1.0), 1.0)
    """
    if opcode in ("select", "take"):  # an index outside is an error of the call
        lows, highs = zip(*given[1:], strict=True)
        return ANYTHING if any(low != low for low in lows) else (min(lows), max(highs))
    if opcode in ("exp", "exp2", "expm1"):  # these do overflow where a branch is not taken
        return _grown(opcode, given[0][0]), _grown(opcode, given[0][1])
    rule = _RULES.get(opcode, _unknown)
    if all(map(is_finite, given)):
        low, high = rule(*given)
        return max(low, -_LARGEST), min(high, _LARGEST)  # nan stays nan
    if opcode == "+" and min(given[0][0], given[1][0]) > -math.inf:
        return rule(*given)
    if opcode == "/" and is_finite(given[0]) and given[1][0] == given[1][0]:
        return rule(*given)
    return ANYTHING


def _unknown(*_: Range) -> Range:
    return ANYTHING


def _grown(opcode: str, x: float) -> float:
    try:
        return getattr(math, opcode)(x)  # type: ignore[no-any-return]
    except OverflowError:
        return math.inf


def _from(start: float, f: Callable[[float], float]) -> Callable[[Range], Range]:
    return lambda x: (f(x[0]), f(x[1])) if x[0] >= start else ANYTHING


def _corners(f: Callable[[float, float], float], x: Range, y: Range) -> Range:
    values = [f(a, b) for a in x for b in y]
    return min(values), max(values)


def _power(x: Range, y: Range) -> Range:
    if x[0] > 0:
        return 0.0, _LARGEST
    if not y[0] == y[1] >= 0 or y[0] % 1:
        return ANYTHING
    return (-_LARGEST if y[0] % 2 else 0.0), _LARGEST


def _absolute(x: Range) -> Range:
    return max(x[0], -x[1], 0.0), max(-x[0], x[1])


_RULES: dict[str, Callable[..., Range]] = {
    "+": lambda x, y: (x[0] + y[0], x[1] + y[1]),
    "-": lambda x, y: (x[0] - y[1], x[1] - y[0]),
    "*": lambda x, y: _corners(lambda a, b: a * b, x, y),
    "/": lambda x, y: ANYTHING if y[0] <= 0 <= y[1] else _corners(lambda a, b: a / b, x, y),
    "square": lambda x: (_absolute(x)[0] ** 2 if x[0] > -1e150 else 0.0, _LARGEST),
    "neg": lambda x: (-x[1], -x[0]),
    "abs": _absolute,
    "**": _power,
    "sqrt": _from(0.0, math.sqrt),
    "log": _from(5e-324, math.log),
    "log1p": _from(math.nextafter(-1.0, 0.0), math.log1p),
    **dict.fromkeys(("tanh", "sin", "cos", "erf"), lambda _: (-1.0, 1.0)),
    **dict.fromkeys(("atan", "atan2", "erfc"), lambda *_: (-4.0, 4.0)),
    **dict.fromkeys("input sum total accumulate dot hypot floor cbrt".split(), lambda *_: FINITE),
}
