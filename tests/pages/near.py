"""Whether a number that the page has computed is as good as Python's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mpmath as mp

from tests.reference import error_in_ulp, scale_of, true_partial, true_value, ulp

if TYPE_CHECKING:
    from autograd_mini.ops import Op

ULPS = 4


def is_near(op: Op, got: float, wanted: float, args: Any, place: tuple[int, Any] | None) -> bool:
    """Within 4 ulp of Python's number, or as near the truth as the sheet promises of Python's.

    Both are measured against what the sheet's line says errors must be measured against. `place`
    is the argument (and the element) that a partial is for; None for the value.
    """
    if got == wanted or (got != got and wanted != wanted):
        return True
    if not (math.isfinite(got) and math.isfinite(wanted)):
        return False
    key = "value" if place is None else op.params[place[0]]
    scale = scale_of(op, key, args, None if place is None else place[1])
    if abs(mp.mpf(got) - mp.mpf(wanted)) <= ULPS * ulp(max(abs(mp.mpf(wanted)), abs(scale))):
        return True
    truth = true_value(op, args) if place is None else true_partial(op, args, *place)
    return truth is not None and error_in_ulp(got, truth, scale) <= op.ulps.get(key, ULPS)
