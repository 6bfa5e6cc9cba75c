"""The table of all operations: how far value and partials are off, in ulp, against mpmath."""

import math
import random
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from autograd_mini.ops import SHEET, Op

from .comfort import value_and_slopes
from .nodes import in_ulps
from .references import NUMBER, derivative_of, exact, mpmath, places, rounding, value_of

_LARGEST = exact(1.7e308)
BOUND = 4.0  # ulp, unless the sheet's line says otherwise
_SPECIAL = (0.0, 0.5, 1.0, 2.0, 3.0, 1e-8, 1e-3, 20.0, 36.0, 700.0, 1 + 2.0**-52, 1 - 2.0**-53)


class OpRow(NamedTuple):
    """One operation: the worst errors at the points tried.

    value      worst error of the value, in ulp of the truth (or of the sheet's `scale`)
    partials   argument -> worst error of the partial by it; arguments without one are left out
    points     how many points lay in the domain and were tried
    domain     argument -> condition, as the sheet has it; "" the condition on all together
    kinks      the formulas that are 0 where the derivative jumps; no partial is compared there
    ok         whether every error is within its bound
    """

    name: str
    value: float
    partials: dict[str, float]
    points: int
    domain: dict[str, str]
    kinks: tuple[str, ...]
    ok: bool


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
