"""Special functions of floats that `math` lacks, or that need more care than one formula."""

import math
from collections.abc import Sequence
from functools import cache, partial, reduce
from itertools import accumulate
from typing import Any

# Bernoulli numbers B_2, B_4, ... as numerator, denominator.
_BERNOULLI = (
    (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510),
    (43867, 798), (-174611, 330), (854513, 138), (-236364091, 2730),
)  # fmt: skip
_SPLITTER = 134217729.0  # 2**27 + 1, for Dekker's splitting


def gauss(x: Any, exp: Any = math.exp, floor: Any = math.floor, where: Any = None) -> Any:
    """exp(-x*x) without the rounding error of x*x, which exp would multiply by x*x.

    x is split into `high`, whose square is exact, and a rest:
    exp(-x*x) = exp(-high*high) * exp(-(x - high) * (x + high)).
    """
    if where is None and not abs(x) < 30:  # underflows, or is infinite, or is nan
        return exp(-x * x)
    high = floor(x * 1048576.0) / 1048576.0
    split = exp(-high * high) * exp(-(x - high) * (x + high))
    return split if where is None else where(abs(x) < 30, split, exp(-x * x))


def expdiff(a: Any, b: Any, exp: Any = math.exp, where: Any = None) -> Any:
    """exp(a - b) with the rounding error of a - b put back (two-sum, Knuth, TAOCP 2, 4.2.2)."""
    d = a - b
    if where is None and not abs(d) < 1000:
        return 1.0 if a == b else exp(d)  # equal infinities
    c, e = d - a, exp(d)
    near = e * (1.0 + ((a - (d - c)) - (b + c)))
    # equality comes first: where XLA has fused the product that a is, d may not be 0
    return near if where is None else where(a == b, 1.0, where(abs(d) < 1000, near, e))


def _sinc(a: float) -> float:
    return math.sin(math.pi * math.fmod(a, 2)) / math.pi / a if a else 1.0


def dsinc(
    a: Any, sinc: Any = _sinc, cos: Any = math.cos, pi: Any = math.pi, where: Any = None
) -> Any:
    """The derivative of sinc(a) = sin(x)/x, x = pi*a: (cos(x) - sinc(a))/a, near 0 without it.

    There x*cot(x) - 1 = -x**2/(3 - x**2/(5 - x**2/(7 - ...))), Lambert's continued fraction, as far
    as 50 digits need it (Abramowitz & Stegun, 4.3.94). `sinc`, `cos`, `pi`: those of a kind;
    `where` is given where both ways must be written down.
    """
    turned = pi * (1 - abs(a) % 2)  # cos(x) = -cos(turned)
    if where is None and not abs(a) < 0.5:
        return (-cos(turned) - sinc(a)) / a
    square, rest = pi * pi * a * a, 49
    for k in range(47, 1, -2):
        rest = k - square / rest
    series = -sinc(a) * pi * pi * a / rest
    return series if where is None else where(abs(a) < 0.5, series, (-cos(turned) - sinc(a)) / a)


def normal_cdf(x: Any, erfc: Any = math.erfc, gauss: Any = gauss, where: Any = None) -> Any:
    """The standard normal distribution function, erfc(-x / sqrt(2)) / 2.

    The rounding error r of t = -x / sqrt(2) is put back: erfc(t + r) = erfc(t) - 2/sqrt(pi) *
    exp(-t*t) * r to first order; without it the left tail is off by up to 1,400 ulp.
    """
    if where is None and not abs(x) < 40:
        return 0.5 * erfc(-x * _SQRT_HALF)
    t, r = _two_product(-x, _SQRT_HALF)
    r -= x * _SQRT_HALF_LOW
    near = 0.5 * (erfc(t) - 1.1283791670955126 * gauss(t) * r)
    return near if where is None else where(abs(x) < 40, near, 0.5 * erfc(t))


_SQRT_HALF, _SQRT_HALF_LOW = 0.7071067811865476, -4.833646656726457e-17  # their sum is sqrt(1/2)


def _two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """a * b as the rounded product and its rounding error (Dekker, Numer. Math. 18, 1971)."""
    product = a * b
    c, d = _SPLITTER * a, _SPLITTER * b
    a_high, b_high = c - (c - a), d - (d - b)
    a_low, b_low = a - a_high, b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


# --- gamma and its derivatives -----------------------------------------------------------------
def lgamma(x: float) -> float:
    """The logarithm of |gamma(x)|, as `math.lgamma`, but accurate near its zeros 1 and 2 too.

    Below 8 by the Taylor series at 1 and 2 and the recurrence gamma(x + 1) = x * gamma(x), on the
    left by reflection (Abramowitz & Stegun 6.1.15, 6.1.17).
    """
    if x >= 8 or (x <= 0 and x == math.floor(x)) or x != x:
        return math.lgamma(x)
    if x < 0:
        if x > -1e-100:
            return -math.log(-x)
        sine = abs(math.sin(math.pi * (x - round(x))))
        return math.log(math.pi / (-x * sine)) - lgamma(-x)
    if x < 0.5:
        return _taylor(0, 2.0, x) - math.log1p(x) - math.log(x)
    if x < 0.7:
        return _taylor(0, 2.0, x - 1.0) - math.log1p(x - 1.0)
    if x < 1.35:
        return _taylor(0, 1.0, x - 1.0)
    product = 1.0
    while x >= 2.5:
        x -= 1.0
        product *= x
    return _taylor(0, 2.0, x - 2.0) + math.log(product)


_ZERO, _ZERO_LOW = 1.4616321449683622, 9.549995429965697e-17  # the positive zero is their sum


@cache
def _coefficients(order: int, zero: float) -> list[float]:
    """Taylor coefficients 40, ..., 1 of the derivative `order` of lgamma, at one of its zeros."""
    return [polygamma(n + order - 1, zero) / math.factorial(n) for n in range(40, 0, -1)]


def _taylor(order: int, zero: float, d: float) -> float:
    return d * reduce(lambda total, a: total * d + a, _coefficients(order, zero), 0.0)


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, n = 0, 1, ..., 100 (Abramowitz & Stegun 6.4).

    Recurrence up to a large x, then the asymptotic series; near the zero of digamma at 1.46... the
    Taylor series there; reflection on the left. Infinite where the result is too large.

    Raises ValueError at the poles 0, -1, -2, ... and for any other n.
    """
    if n not in range(101):  # beyond, factorials leave the floats
        raise ValueError(f"polygamma needs an order n in 0, 1, ..., 100, got {n}")
    n = int(n)
    if math.isnan(x) or x == math.inf:
        return x if math.isnan(x) else (math.inf if n == 0 else 0.0)
    if x <= 0 and x == math.floor(x):
        raise ValueError(f"polygamma has a pole at {x}")
    if n == 0 and abs(x - _ZERO) < 0.6:
        return _taylor(1, _ZERO, (x - _ZERO) - _ZERO_LOW)
    sign = -1.0 if n % 2 == 0 else 1.0
    from_pole = x - round(x)
    try:
        if x > -1:
            return sign * _series(n, x)
        # psi_n(x) - (-1)^n psi_n(1 - x) has period 1 (reflection)
        right = _series(n, 1 - x) - _series(n, 1 - from_pole)
        return sign * (_series(n, from_pole) - sign * right)
    except OverflowError:
        return sign * math.inf if n % 2 == 1 or from_pole > 0 else -sign * math.inf


digamma = partial(polygamma, 0)  # gamma'(x) / gamma(x) (Abramowitz & Stegun 6.3)
_LOG_16, _LOG_16_LOW = 2.772588722239781, 9.276187255385198e-17  # log(16) is their sum


def _series(n: int, x: float) -> float:
    """(-1)^(n+1) psi_n(x) for x > -1."""
    factorial = math.factorial(n)
    terms = []
    start, shift, lost = x, 0, 0.0  # x + lost == start + shift
    while x < 16 + n:
        term = _divided(factorial, x, n + 1)
        terms += [term, -(n + 1) * lost / x * term]
        shift += 1
        x = start + shift
        added = x - start
        lost = (start - (x - added)) + (shift - added)
    if n == 0:
        terms += [-_LOG_16, -_LOG_16_LOW, -math.log1p((x - 16) / 16), 0.5 / x, -lost / x]
    else:
        term = _divided(math.factorial(n - 1), x, n)
        terms += [term, -n * lost / x * term, _divided(factorial * 0.5, x, n + 1)]
    for k, (p, q) in enumerate(_BERNOULLI, start=1):
        rising = math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        terms.append(_divided(rising * (p / q), x, 2 * k + n))
    return math.fsum(terms)


def _divided(number: float, x: float, k: int) -> float:
    """number / x**k, where x**k may leave the floats."""
    mantissa, exponent = math.frexp(x)
    return math.ldexp(number * mantissa**-k, -k * exponent)


# --- products ------------------------------------------------------------------------------------
# A product in progress: mantissa, what rounding has cost it, and the power of two. So products
# neither overflow nor underflow on the way, and lose nothing to speak of, however long they are
# (compensated product: Ogita, Rump & Oishi, Accurate sum and dot product, 2005).
_Product = tuple[float, float, int]


def _times(one: _Product, other: _Product) -> _Product:
    product, rest = _two_product(one[0], other[0])
    rest += one[0] * other[1] + one[1] * other[0]
    mantissa, shift = math.frexp(product)
    return mantissa, math.ldexp(rest, -shift), one[2] + other[2] + shift


def _running(values: Sequence[float]) -> list[_Product]:
    """The products of the first 0, 1, 2, ... values."""
    factors = [(mantissa, 0.0, exponent) for mantissa, exponent in map(math.frexp, values)]
    return [*accumulate(factors, _times, initial=(0.5, 0.0, 1))]


def _rounded(product: _Product) -> float:
    try:
        return math.ldexp(product[0] + product[1], product[2])
    except OverflowError:
        return math.copysign(math.inf, product[0])


def prod(values: Sequence[float]) -> float:
    """The product of finite numbers, infinite only if it is too large itself."""
    return _rounded(_running(values)[-1])


def others(values: Sequence[float]) -> tuple[float, ...]:
    """For each of the finite numbers the product of all others."""
    left, right = _running(values), _running(values[::-1])
    return tuple([_rounded(product) for product in map(_times, left, right[-2::-1])])
