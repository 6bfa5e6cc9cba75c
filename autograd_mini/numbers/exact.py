"""Fractions: exact under arithmetic, comparisons, sums and products.

Under `exp` and the like they become floats, as in `math`.
"""

import math
from collections.abc import Callable
from fractions import Fraction

from .floats import FLOAT
from .kind import COMMON, Kind


def _inexact(f: Callable[..., float]) -> Callable[..., float]:
    return lambda *args: f(
        *(tuple(map(float, a)) if a.__class__ is tuple else float(a) for a in args)
    )


FRACTION = Kind(
    "fraction",
    {
        **{k: _inexact(f) if callable(f) else f for k, f in FLOAT.namespace.items()},
        **COMMON,
        "floor": lambda x: Fraction(math.floor(x)),
        "ceil": lambda x: Fraction(math.ceil(x)),
        "_Fraction": Fraction,
    },
    Fraction,
    lambda v: f"_Fraction({v!r})",
    {"//": "_Fraction({0} // {1})"},
)
