"""mpmath's numbers, at its working precision."""

from collections.abc import Callable

import mpmath as mp

from . import special
from .kind import COMMON, Kind, Number

_NAMES = "exp expm1 log log10 log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh"
_NAMES += " acosh atanh erf gamma"


def _of_reals(f: Callable[..., Number]) -> Callable[..., Number]:
    return lambda *args: f(*map(mp.mpf, args))  # a TypeError for complex ones


def _erfc(x: Number) -> Number:
    far = abs(x) > 1e9 and not isinstance(x, mp.mpc)  # mpmath's overflows on the way
    return mp.mpf(0 if x > 0 else 2) if far else mp.erfc(x)


_NAMESPACE = COMMON | {
    **{name: getattr(mp, name) for name in _NAMES.split()},
    **{name: _of_reals(getattr(mp, name)) for name in ("atan2", "floor", "ceil")},
    "abs": _of_reals(abs),
    "hypot": lambda a, b: mp.sqrt(a * a + b * b),
    "pi": mp.pi,
    "_mpf": mp.mpf,
    "exp2": lambda x: mp.mpf(2) ** x,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "cbrt": lambda x: -mp.cbrt(-x) if isinstance(x, mp.mpf) and x < 0 else mp.cbrt(x),
    "lgamma": _of_reals(lambda x: mp.re(mp.loggamma(x))),
    "digamma": lambda x: mp.psi(0, x),
    "polygamma": mp.psi,
    "sum": lambda a, start=0: mp.fsum((*a, start)),
    "dot": mp.fdot,
    "prod": mp.fprod,
    "norm": lambda a: mp.sqrt(mp.fdot(a, a)),
    "unsigned": lambda x: -x if mp.re(x) < 0 else x,
    "below": lambda a, b: mp.re(a) < mp.re(b),
    "gauss": lambda x: mp.exp(-x * x),
    "erfc": _erfc,
    "normal_cdf": lambda x: _erfc(-x / mp.sqrt(2)) / 2,
    "expdiff": lambda a, b: mp.exp(a - b),
    "dsinc": lambda a: special.dsinc(a, mp.sincpi, mp.cos, mp.pi),
}
_OF_REALS = {"//": "floor({0} / {1})", "%": "(_mpf({0}) % {1})"}
MPMATH = Kind("mpmath", _NAMESPACE, mp.mpmathify, lambda v: f"_mpf({v!r})", _OF_REALS)
