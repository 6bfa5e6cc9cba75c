"""In which range the result of an instruction lies: it tells where a partial can be inf or nan.

A range is (low, high), or ANYTHING where nothing is known. Inputs are taken to lie within INPUT at
first, so that products need no guard; compiler/compiled.py goes on with ANYTHING where they do not.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from operator import mul, truediv

from .instructions import MEANING

Range = tuple[float, float]

INPUT, ANYTHING = (-1e30, 1e30), (math.nan, math.nan)


def is_finite(x: Range) -> bool:
    """Whether all numbers of a range are finite."""
    return x[0] - x[0] == 0.0 == x[1] - x[1]


def result(opcode: str, given: Sequence[Range]) -> Range:
    """The range of an instruction's result; "square" stands for a product by itself."""
    if opcode in ("select", "take"):  # an index outside is an error of the call
        lows, highs = zip(*given[1:], strict=True)
        return ANYTHING if any(low != low for low in lows) else (min(lows), max(highs))
    rule = _RULES.get(opcode)
    beyond = (opcode == "+" and min(given[0][0], given[1][0]) > -math.inf) or (
        opcode == "/" and is_finite(given[0])
    )  # 1 + exp(x) may be infinite, and what is divided by it is finite
    return rule(*given) if rule and (beyond or all(map(is_finite, given))) else ANYTHING


def _corners(f: Callable[..., float], *given: Range) -> Range:
    """The range of what is least and largest at the ends; where it is nan at the first, nothing."""
    values = [f(*ends) for ends in product(*given)]
    return min(values), max(values)


_times = partial(_corners, mul)


def _absolute(x: Range) -> Range:
    return max(x[0], -x[1], 0.0), max(-x[0], x[1])


def _sum(*parts: Range) -> Range:
    return sum(x[0] for x in parts), sum(x[1] for x in parts)


def _power(x: Range, y: Range) -> Range:
    if not (x[0] > 0 or (y[0] == y[1] >= 0 and y[0] % 1 == 0)):
        return ANYTHING
    try:
        most = max([_absolute(x)[1] ** b for b in y] + [x[0] ** b for b in y if x[0] > 0])
    except OverflowError:
        most = math.inf
    return (-most if y[0] % 2 and x[0] < 0 else 0.0), most


_RULES: dict[str, Callable[..., Range]] = {
    "+": _sum,
    "-": lambda x, y: (x[0] - y[1], x[1] - y[0]),
    "*": _times,
    "square": lambda x: _times(_absolute(x), _absolute(x)),
    "/": lambda x, y: _corners(truediv, x, y) if y[0] > 0 or y[1] < 0 else ANYTHING,
    "neg": lambda x: (-x[1], -x[0]),
    "abs": _absolute,
    "**": _power,
    "sum": _sum,
    "dot": lambda *x: _sum(*map(_times, x[: len(x) // 2], x[len(x) // 2 :])),
    "hypot": lambda *x: (0.0, _sum(*map(_absolute, x))[1]),
    **{n: partial(_corners, MEANING[n]) for n in "exp exp2 expm1 sqrt log log1p".split()},
    **dict.fromkeys(("floor", "ceil"), lambda x: (x[0] - 1.0, x[1] + 1.0)),
    **dict.fromkeys(("tanh", "sin", "cos", "erf"), lambda _: (-1.0, 1.0)),
    **dict.fromkeys(("atan", "atan2", "erfc"), lambda *_: (-4.0, 4.0)),
}
