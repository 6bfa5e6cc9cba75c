"""Complex numbers: the holomorphic operations."""

import cmath
import math
from collections.abc import Sequence
from typing import Any

from .kind import COMMON, Kind


def _expm1(z: complex) -> complex:
    half = math.sin(z.imag / 2)
    real = math.expm1(z.real) * math.cos(z.imag) - 2 * half * half
    return complex(real, math.exp(z.real) * math.sin(z.imag))


def _log1p(z: complex) -> complex:
    x, y = z.real, z.imag
    if abs(z) > 0.5:
        return cmath.log(1 + z)
    return complex(0.5 * math.log1p(x * (2 + x) + y * y), math.atan2(y, 1 + x))


def _norm(a: Sequence[complex]) -> complex:
    """The root of the sum of squares, by the largest, so that those neither over- nor underflow."""
    largest = max(map(abs, a), default=0.0) or 1.0
    return largest * cmath.sqrt(sum((z / largest) ** 2 for z in a))


def _not_holomorphic(*_: Any) -> complex:
    raise TypeError("absolute values have no complex derivative")


_NAMES = "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh"
_NAMESPACE = {k: COMMON[k] for k in ("sum", "prod", "dot", "others", "count")} | {
    **{name: getattr(cmath, name) for name in _NAMES.split()},
    "pi": cmath.pi,
    "exp2": lambda z: cmath.exp(z * math.log(2)),
    "log2": lambda z: cmath.log(z) / math.log(2),
    "expm1": _expm1,
    "log1p": _log1p,
    "cbrt": lambda z: z ** (1 / 3),
    "hypot": lambda *a: _norm(a),
    "norm": _norm,
    "below": lambda a, b: a.real < b.real,
    "unsigned": lambda z: z if z.real >= 0 else -z,
    "gauss": lambda z: cmath.exp(-z * z),
    **dict.fromkeys(("abs", "max", "min"), _not_holomorphic),  # else Python's own would serve
    "expdiff": lambda a, b: cmath.exp(a - b),
}
COMPLEX = Kind("complex", _NAMESPACE, complex)
