"""What each opcode is on JAX's arrays: its own functions where they are exact enough, else ours."""

import math
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import jax
from jax import numpy as jnp
from jax.scipy import special

from .numpy import functions


def _prod(*a: Any) -> Any:
    """The product by mantissas and exponents: neither overflow nor underflow on the way.

    Numbers that XLA counts as 0 have to be 0 here, too: its frexp makes 1e-324 times 1e308 of them.
    """
    a = tuple([jnp.where(abs(x) < jnp.finfo(x.dtype).tiny, 0.0 * x, x) for x in a])
    mantissa, exponent = jnp.frexp(a[0])
    for x in a[1:]:
        part, shift = jnp.frexp(x)
        mantissa, more = jnp.frexp(mantissa * part)
        exponent = exponent + shift + more
    plain = reduce(operator.mul, a)
    finite = reduce(operator.and_, map(jnp.isfinite, a))  # their sum may be beyond the floats
    return jnp.where(finite, jnp.ldexp(mantissa, exponent), plain)


def _others(*a: Any) -> Any:
    return _prod(*[jnp.where(a[-1] == k, 1.0, x) for k, x in enumerate(a[:-1])])


def _polygamma(order: Any, x: Any) -> Any:
    """On the left of 1/2 by reflection, as JAX's zeta functions are far off for negative numbers.

    psi_n(x) - (-1)^n psi_n(1 - x) has period 1; from the nearest pole on by the recurrence.
    """
    whole = (order >= 0) & (order == jnp.floor(order))
    n, left, sign = jnp.where(whole, order, 0.0), x < 0.5, 1.0 - 2.0 * (order % 2.0)
    right, pole = jnp.where(left, 1.0 - x, x), jnp.where(left, x - jnp.round(x), 0.0)

    def psi(a: Any) -> Any:
        return special.polygamma(n.astype(int), a)

    periodic = psi(1.0 + pole) - sign * special.gamma(n + 1.0) / pole ** (n + 1.0)
    reflected = periodic + sign * (psi(right) - psi(1.0 - pole))
    found = jnp.where(left, reflected, jnp.where(jnp.isinf(x) & (n > 0), 0.0, psi(right)))
    return jnp.where(whole, found, jnp.nan)


def _log1p(x: Any) -> Any:
    """Where XLA's is off by 100 ulp: log(u) x / (u - 1), u = 1 + x (Goldberg, 1991, theorem 4)."""
    u = jax.lax.optimization_barrier(1.0 + x)  # else XLA takes u - 1 to be x
    return jnp.where((u == 1.0) | (u == math.inf), x, jnp.log(u) * (x / (u - 1.0)))


def _exp2(x: Any) -> Any:
    whole = jnp.where(abs(x) < 1080.0, jnp.round(x), 0.0)
    return jnp.ldexp(jnp.exp2(x - whole), whole.astype(int))


def _sinh(x: Any) -> Any:
    e = jnp.expm1(abs(x))
    return jnp.where(abs(x) < 709.0, jnp.copysign(0.5 * (e + e / (e + 1.0)), x), jnp.sinh(x))


def _cosh(x: Any) -> Any:
    e = jnp.exp(abs(x))
    return jnp.where(abs(x) < 709.0, 0.5 * (e + 1.0 / e), jnp.cosh(x))


def _atanh(x: Any) -> Any:
    a = abs(x)
    return jnp.copysign(0.5 * _log1p(2.0 * a / (1.0 - a)), x)


MEANING: dict[str, Callable[..., Any]] = {
    **functions(jnp),
    **{name: getattr(special, name) for name in ("erf", "erfc", "gamma", "digamma")},
    **{f.__name__[1:]: f for f in (_exp2, _log1p, _sinh, _cosh, _atanh, _polygamma)},
    **{f.__name__[1:]: f for f in (_prod, _others)},
    "lgamma": special.gammaln,
    "%": lambda a, b: jnp.where(b == 0, jnp.nan, jnp.remainder(a, b)),
    "//": lambda a, b: jnp.where(b == 0, a / b, jnp.floor_divide(a, b)),
    "hypot": lambda *a: reduce(jnp.hypot, a[1:], abs(a[0])),
}
