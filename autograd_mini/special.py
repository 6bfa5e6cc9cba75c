"""Special functions of floats that `math` lacks, or that need more care than one formula."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Bernoulli numbers B_2, B_4, ... as numerator, denominator.
_BERNOULLI = (
    (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510),
    (43867, 798), (-174611, 330), (854513, 138), (-236364091, 2730),
)  # fmt: skip


def gauss(x: float) -> float:
    """exp(-x*x) without the rounding error of x*x, which exp would multiply by x*x.

    x is split into `high`, whose square is exact, and a rest:
    exp(-x*x) = exp(-high*high) * exp(-(x - high) * (x + high)).

    >>> gauss(26.0) == math.exp(-676)
    True
    """
    if not abs(x) < 30:  # underflows, or is infinite, or is nan
        return math.exp(-x * x)
    high = math.floor(x * 1048576.0) / 1048576.0
    return math.exp(-high * high) * math.exp(-(x - high) * (x + high))


def expdiff(a: float, b: float) -> float:
    """exp(a - b) with the rounding error of a - b put back (two-sum, Knuth, TAOCP 2, 4.2.2)."""
    d = a - b
    if not abs(d) < 1000:
        return math.exp(d)
    c = d - a
    return math.exp(d) * (1.0 + ((a - (d - c)) - (b + c)))


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, erfc(-x / sqrt(2)) / 2.

    The rounding error r of t = -x / sqrt(2) is put back: erfc(t + r) = erfc(t) - 2/sqrt(pi) *
    exp(-t*t) * r to first order; without it the left tail is off by up to 1,400 ulp.

    >>> normal_cdf(0.0)
    0.5
    """
    if not abs(x) < 40:
        return 0.5 * math.erfc(-x * _SQRT_HALF)
    t = -x * _SQRT_HALF
    # t + r = -x / sqrt(2) exactly; sqrt(1/2) = _SQRT_HALF + _SQRT_HALF_LOW and -x * _SQRT_HALF = t
    # + the error of the product, which Dekker's splitting gives.
    xh, xl = _split(-x)
    r = (xh * _SH - t + xh * _SL + xl * _SH + xl * _SL) - x * _SQRT_HALF_LOW
    return 0.5 * (math.erfc(t) - 1.1283791670955126 * gauss(t) * r)


def _split(x: float) -> tuple[float, float]:
    c = 134217729.0 * x
    high = c - (c - x)
    return high, x - high


_SQRT_HALF = 0.7071067811865476
_SQRT_HALF_LOW = -4.833646656726457e-17
_SH, _SL = _split(_SQRT_HALF)


def digamma(x: float) -> float:
    """The logarithmic derivative of gamma, gamma'(x) / gamma(x) (Abramowitz & Stegun 6.3).

    Recurrence up to x >= 12, then the asymptotic series; reflection on the left. Its relative
    error grows near its roots.

    >>> round(digamma(1.0), 12)
    -0.577215664902
    """
    return polygamma(0, x)


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma (Abramowitz & Stegun 6.4).

    >>> abs(polygamma(1, 1.0) - math.pi**2 / 6) < 1e-15
    True
    """
    n = int(n)
    if n < 0:
        raise ValueError(f"polygamma needs an order n >= 0, got {n}")
    if math.isnan(x) or x == math.inf:
        return x if math.isnan(x) else (math.inf if n == 0 else 0.0)
    if x <= 0:
        if x == math.floor(x):
            raise ValueError(f"polygamma has a pole at {x}")
        # psi_n(x) = (-1)^n psi_n(1 - x) - d^n/dx^n pi cot(pi x)
        return (-1) ** n * polygamma(n, 1.0 - x) - _cot_derivative(n, x)
    sign = -1.0 if n % 2 == 0 else 1.0
    factorial = math.factorial(n)
    terms = []
    while x < 16 + n:
        terms.append(sign * factorial * x ** -(n + 1))
        x += 1.0
    if n == 0:
        terms += [math.log(x), -0.5 / x]
    else:
        terms += [sign * math.factorial(n - 1) * x**-n, sign * factorial * 0.5 * x ** -(n + 1)]
    for k, (p, q) in enumerate(_BERNOULLI, start=1):
        rising = math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        terms.append(sign * rising * (p / q) * x ** -(2 * k + n))
    return math.fsum(terms)


def _cot_derivative(n: int, x: float) -> float:
    """The n-th derivative of pi*cot(pi*x), as a polynomial in c = cot(pi*x): c' = -pi*(1 + c*c)."""
    x -= round(x)
    c = math.cos(math.pi * x) / math.sin(math.pi * x)
    coefficients = [0.0, 1.0]
    for _ in range(n):
        derivative = [k * p for k, p in enumerate(coefficients)][1:]
        coefficients = [0.0] * (len(derivative) + 2)
        for k, p in enumerate(derivative):
            coefficients[k] -= p
            coefficients[k + 2] -= p
    return math.pi ** (n + 1) * math.fsum(p * c**k for k, p in enumerate(coefficients))


def prod(values: Sequence[float]) -> float:
    """The product, without overflow or underflow on the way.

    >>> prod([1e200, 1e200, 1e-300])
    1e+100
    """
    mantissa, exponent = 1.0, 0
    for value in values:
        m, e = math.frexp(value)
        mantissa, shift = math.frexp(mantissa * m)
        exponent += e + shift
    return math.ldexp(mantissa, exponent)
