"""Types of the functions and methods that functions.py makes from the sheet.

Written by `python tests/stubs.py`; change ops.py instead.
"""

from collections.abc import Callable, Iterable
from typing import Any, overload

from .ops import Op
from .value import Value

METHODS: list[str]
OPERATORS: dict[str, str]
ALIASES: dict[str, str]

def function(op: Op) -> Callable[..., Any]: ...
def docstring(op: Op) -> str: ...
def take(values: Iterable[Any], index: Any) -> Any: ...

@overload
def softmax(scores: Iterable[float]) -> list[float]: ...

@overload
def softmax(scores: Iterable[Value]) -> list[Value]: ...

@overload
def softmax(scores: Iterable[Any]) -> list[Any]: ...

@overload
def log_softmax(scores: Iterable[float]) -> list[float]: ...

@overload
def log_softmax(scores: Iterable[Value]) -> list[Value]: ...

@overload
def log_softmax(scores: Iterable[Any]) -> list[Any]: ...

@overload
def var(values: Iterable[float], ddof: int = 0) -> float: ...

@overload
def var(values: Iterable[Value], ddof: int = 0) -> Value: ...

@overload
def var(values: Iterable[Any], ddof: int = 0) -> Any: ...

@overload
def add(a: float, b: float) -> float:
    r"""Sum: add(a, b) = a + b

        d/da = 1
        d/db = 1
    """

@overload
def add(a: Value, b: Any) -> Value: ...

@overload
def add(a: Any, b: Value) -> Value: ...

@overload
def add(a: Any, b: Any) -> Any: ...

@overload
def sub(a: float, b: float) -> float:
    r"""Difference: sub(a, b) = a - b

        d/da = 1
        d/db = -1
    """

@overload
def sub(a: Value, b: Any) -> Value: ...

@overload
def sub(a: Any, b: Value) -> Value: ...

@overload
def sub(a: Any, b: Any) -> Any: ...

@overload
def mul(a: float, b: float) -> float:
    r"""Product: mul(a, b) = a * b

        d/da = b
        d/db = a
    """

@overload
def mul(a: Value, b: Any) -> Value: ...

@overload
def mul(a: Any, b: Value) -> Value: ...

@overload
def mul(a: Any, b: Any) -> Any: ...

@overload
def div(a: float, b: float) -> float:
    r"""Quotient: div(a, b) = a / b

        d/da = 1 / b
        d/db = -out / b

    Needs b != 0.
    """

@overload
def div(a: Value, b: Any) -> Value: ...

@overload
def div(a: Any, b: Value) -> Value: ...

@overload
def div(a: Any, b: Any) -> Any: ...

@overload
def pow(a: float, b: float) -> float:
    r"""Power: pow(a, b) = a ** b

        d/da = where(below(b, 1), where(b == 0, 0, where(a == 0, b * a ** (b - 1), b * out / a)), where(below(b, 2 ** 53), b * a ** (b - 1), where(a == 0, 0, b * out / a)))
        d/db = where(a == 0, 0, out * log(a))

    Needs a > 0, or an integer b (b >= 0 where a = 0).
    """

@overload
def pow(a: Value, b: Any) -> Value: ...

@overload
def pow(a: Any, b: Value) -> Value: ...

@overload
def pow(a: Any, b: Any) -> Any: ...

@overload
def neg(a: float) -> float:
    r"""Negation: neg(a) = -a

        d/da = -1
    """

@overload
def neg(a: Value) -> Value: ...

@overload
def neg(a: Any) -> Any: ...

@overload
def sign(a: float) -> float:
    r"""Sign: sign(a) = where(a > 0, 1, where(a < 0, -1, a))

        d/da = 0
    """

@overload
def sign(a: Value) -> Value: ...

@overload
def sign(a: Any) -> Any: ...

@overload
def abs(a: float) -> float:
    r"""Absolute value: abs(a) = abs(a)

        d/da = where(a > 0, 1, where(a < 0, -1, 0))
    """

@overload
def abs(a: Value) -> Value: ...

@overload
def abs(a: Any) -> Any: ...

@overload
def square(a: float) -> float:
    r"""Square: square(a) = a * a

        d/da = 2 * a
    """

@overload
def square(a: Value) -> Value: ...

@overload
def square(a: Any) -> Any: ...

@overload
def reciprocal(a: float) -> float:
    r"""Reciprocal: reciprocal(a) = 1 / a

        d/da = -out * out

    Needs a != 0.
    """

@overload
def reciprocal(a: Value) -> Value: ...

@overload
def reciprocal(a: Any) -> Any: ...

@overload
def sqrt(a: float) -> float:
    r"""Square root: sqrt(a) = sqrt(a)

        d/da = 1 / (2 * out)

    Needs a >= 0.
    """

@overload
def sqrt(a: Value) -> Value: ...

@overload
def sqrt(a: Any) -> Any: ...

@overload
def rsqrt(a: float) -> float:
    r"""Reciprocal square root: rsqrt(a) = 1 / sqrt(a)

        d/da = -out / (2 * a)

    Needs a > 0.
    """

@overload
def rsqrt(a: Value) -> Value: ...

@overload
def rsqrt(a: Any) -> Any: ...

@overload
def cbrt(a: float) -> float:
    r"""Cube root: cbrt(a) = cbrt(a)

        d/da = where(a == 0, 1 / abs(a), out / a / 3)
    """

@overload
def cbrt(a: Value) -> Value: ...

@overload
def cbrt(a: Any) -> Any: ...

@overload
def exp(a: float) -> float:
    r"""Exponential: exp(a) = exp(a)

        d/da = out
    """

@overload
def exp(a: Value) -> Value: ...

@overload
def exp(a: Any) -> Any: ...

@overload
def exp2(a: float) -> float:
    r"""Power of two: exp2(a) = exp2(a)

        d/da = out * log(2)
    """

@overload
def exp2(a: Value) -> Value: ...

@overload
def exp2(a: Any) -> Any: ...

@overload
def expm1(a: float) -> float:
    r"""Exponential minus one: expm1(a) = expm1(a)

        d/da = exp(a)
    """

@overload
def expm1(a: Value) -> Value: ...

@overload
def expm1(a: Any) -> Any: ...

@overload
def log(a: float) -> float:
    r"""Natural logarithm: log(a) = log(a)

        d/da = 1 / a

    Needs a > 0.
    """

@overload
def log(a: Value) -> Value: ...

@overload
def log(a: Any) -> Any: ...

@overload
def log2(a: float) -> float:
    r"""Logarithm to base 2: log2(a) = log2(a)

        d/da = 1 / log(2) / a

    Needs a > 0.
    """

@overload
def log2(a: Value) -> Value: ...

@overload
def log2(a: Any) -> Any: ...

@overload
def log10(a: float) -> float:
    r"""Logarithm to base 10: log10(a) = log10(a)

        d/da = 1 / log(10) / a

    Needs a > 0.
    """

@overload
def log10(a: Value) -> Value: ...

@overload
def log10(a: Any) -> Any: ...

@overload
def log1p(a: float) -> float:
    r"""Logarithm of 1 + a: log1p(a) = log1p(a)

        d/da = 1 / (1 + a)

    Needs a > -1.
    """

@overload
def log1p(a: Value) -> Value: ...

@overload
def log1p(a: Any) -> Any: ...

@overload
def logaddexp(a: float, b: float) -> float:
    r"""Logarithm of a sum of two exponentials: logaddexp(a, b) = where(a > b, a, b) + log1p(e)

        e = where(a >= b, expdiff(b, a), expdiff(a, b))
        d/da = where(a >= b, 1, e) / (1 + e)
        d/db = where(b >= a, 1, e) / (1 + e)
    """

@overload
def logaddexp(a: Value, b: Any) -> Value: ...

@overload
def logaddexp(a: Any, b: Value) -> Value: ...

@overload
def logaddexp(a: Any, b: Any) -> Any: ...

@overload
def sin(a: float) -> float:
    r"""Sine: sin(a) = sin(a)

        d/da = cos(a)
    """

@overload
def sin(a: Value) -> Value: ...

@overload
def sin(a: Any) -> Any: ...

@overload
def cos(a: float) -> float:
    r"""Cosine: cos(a) = cos(a)

        d/da = -sin(a)
    """

@overload
def cos(a: Value) -> Value: ...

@overload
def cos(a: Any) -> Any: ...

@overload
def tan(a: float) -> float:
    r"""Tangent: tan(a) = tan(a)

        d/da = 1 + out * out
    """

@overload
def tan(a: Value) -> Value: ...

@overload
def tan(a: Any) -> Any: ...

@overload
def asin(a: float) -> float:
    r"""Arc sine: asin(a) = asin(a)

        d/da = 1 / sqrt((1 - a) * (1 + a))

    Needs -1 <= a <= 1.
    """

@overload
def asin(a: Value) -> Value: ...

@overload
def asin(a: Any) -> Any: ...

@overload
def acos(a: float) -> float:
    r"""Arc cosine: acos(a) = acos(a)

        d/da = -1 / sqrt((1 - a) * (1 + a))

    Needs -1 <= a <= 1.
    """

@overload
def acos(a: Value) -> Value: ...

@overload
def acos(a: Any) -> Any: ...

@overload
def atan(a: float) -> float:
    r"""Arc tangent: atan(a) = atan(a)

        d/da = where(below(unsigned(a), 1), 1 / (1 + a * a), 1 / a / (a + 1 / a))
    """

@overload
def atan(a: Value) -> Value: ...

@overload
def atan(a: Any) -> Any: ...

@overload
def atan2(a: float, b: float) -> float:
    r"""Angle of the point (b, a): atan2(a, b) = atan2(a, b)

        r = abs(a) + abs(b)
        s = where(r < 1e-140, 2 ** 700, where(r < 1e140, 1, 2 ** -700))
        x = s * b
        y = s * a
        q = x * x + y * y
        d/da = where(q == 0, 0, x / q * s)
        d/db = where(q == 0, 0, -y / q * s)
    """

@overload
def atan2(a: Value, b: Any) -> Value: ...

@overload
def atan2(a: Any, b: Value) -> Value: ...

@overload
def atan2(a: Any, b: Any) -> Any: ...

@overload
def radians(a: float) -> float:
    r"""Degrees to radians: radians(a) = a * (pi / 180)

        d/da = pi / 180
    """

@overload
def radians(a: Value) -> Value: ...

@overload
def radians(a: Any) -> Any: ...

@overload
def degrees(a: float) -> float:
    r"""Radians to degrees: degrees(a) = a * (180 / pi)

        d/da = 180 / pi
    """

@overload
def degrees(a: Value) -> Value: ...

@overload
def degrees(a: Any) -> Any: ...

@overload
def sinh(a: float) -> float:
    r"""Hyperbolic sine: sinh(a) = sinh(a)

        d/da = cosh(a)
    """

@overload
def sinh(a: Value) -> Value: ...

@overload
def sinh(a: Any) -> Any: ...

@overload
def cosh(a: float) -> float:
    r"""Hyperbolic cosine: cosh(a) = cosh(a)

        d/da = sinh(a)
    """

@overload
def cosh(a: Value) -> Value: ...

@overload
def cosh(a: Any) -> Any: ...

@overload
def tanh(a: float) -> float:
    r"""Hyperbolic tangent: tanh(a) = tanh(a)

        e = exp(-2 * unsigned(a))
        d/da = 4 * e / ((1 + e) * (1 + e))
    """

@overload
def tanh(a: Value) -> Value: ...

@overload
def tanh(a: Any) -> Any: ...

@overload
def asinh(a: float) -> float:
    r"""Inverse hyperbolic sine: asinh(a) = asinh(a)

        d/da = 1 / hypot(1, a)
    """

@overload
def asinh(a: Value) -> Value: ...

@overload
def asinh(a: Any) -> Any: ...

@overload
def acosh(a: float) -> float:
    r"""Inverse hyperbolic cosine: acosh(a) = acosh(a)

        d/da = 1 / (sqrt(a - 1) * sqrt(a + 1))

    Needs a >= 1.
    """

@overload
def acosh(a: Value) -> Value: ...

@overload
def acosh(a: Any) -> Any: ...

@overload
def atanh(a: float) -> float:
    r"""Inverse hyperbolic tangent: atanh(a) = atanh(a)

        d/da = 1 / ((1 - a) * (1 + a))

    Needs -1 < a < 1.
    """

@overload
def atanh(a: Value) -> Value: ...

@overload
def atanh(a: Any) -> Any: ...

@overload
def hypot(a: float, b: float) -> float:
    r"""Hypotenuse: hypot(a, b) = hypot(a, b)

        d/da = where(out == 0, 0, a / out)
        d/db = where(out == 0, 0, b / out)
    """

@overload
def hypot(a: Value, b: Any) -> Value: ...

@overload
def hypot(a: Any, b: Value) -> Value: ...

@overload
def hypot(a: Any, b: Any) -> Any: ...

@overload
def relu(a: float) -> float:
    r"""Rectified linear unit: relu(a) = where(a <= 0, 0, a)

        d/da = where(a <= 0, 0, 1)
    """

@overload
def relu(a: Value) -> Value: ...

@overload
def relu(a: Any) -> Any: ...

@overload
def leaky_relu(a: float, slope: float = 0.01) -> float:
    r"""Leaky rectified linear unit: leaky_relu(a, slope=0.01) = where(a > 0, a, slope * a)

        d/da = where(a > 0, 1, slope)
        d/dslope = where(a > 0, 0, a)
    """

@overload
def leaky_relu(a: Value, slope: Any = 0.01) -> Value: ...

@overload
def leaky_relu(a: Any, slope: Value) -> Value: ...

@overload
def leaky_relu(a: Any, slope: Any = 0.01) -> Any: ...

@overload
def elu(a: float, alpha: float = 1.0) -> float:
    r"""Exponential linear unit: elu(a, alpha=1) = where(a > 0, a, alpha * expm1(a))

        d/da = where(a > 0, 1, alpha * exp(a))
        d/dalpha = where(a > 0, 0, expm1(a))
    """

@overload
def elu(a: Value, alpha: Any = 1.0) -> Value: ...

@overload
def elu(a: Any, alpha: Value) -> Value: ...

@overload
def elu(a: Any, alpha: Any = 1.0) -> Any: ...

@overload
def selu(a: float) -> float:
    r"""Scaled exponential linear unit: selu(a) = where(a > 0, scale * a, edge * expm1(a))

        scale = 1.0507009873554804934
        edge = 1.7580993408473768599
        d/da = where(a > 0, scale, edge * exp(a))
    """

@overload
def selu(a: Value) -> Value: ...

@overload
def selu(a: Any) -> Any: ...

@overload
def sigmoid(a: float) -> float:
    r"""Logistic sigmoid: sigmoid(a) = where(below(a, 0), e, 1) / (1 + e)

        e = exp(-unsigned(a))
        d/da = e / ((1 + e) * (1 + e))
    """

@overload
def sigmoid(a: Value) -> Value: ...

@overload
def sigmoid(a: Any) -> Any: ...

@overload
def logsigmoid(a: float) -> float:
    r"""Logarithm of the sigmoid: logsigmoid(a) = where(a < 0, a, 0) - log1p(e)

        e = exp(-abs(a))
        d/da = where(a < 0, 1, e) / (1 + e)
    """

@overload
def logsigmoid(a: Value) -> Value: ...

@overload
def logsigmoid(a: Any) -> Any: ...

@overload
def softplus(a: float) -> float:
    r"""Softplus: softplus(a) = where(a > 0, a, 0) + log1p(e)

        e = exp(-abs(a))
        d/da = where(a < 0, e, 1) / (1 + e)
    """

@overload
def softplus(a: Value) -> Value: ...

@overload
def softplus(a: Any) -> Any: ...

@overload
def silu(a: float) -> float:
    r"""Sigmoid-weighted linear unit: silu(a) = a * s

        e = exp(-unsigned(a))
        s = where(below(a, 0), e, 1) / (1 + e)
        d/da = s + a * e / ((1 + e) * (1 + e))
    """

@overload
def silu(a: Value) -> Value: ...

@overload
def silu(a: Any) -> Any: ...

@overload
def gelu(a: float) -> float:
    r"""Gaussian error linear unit: gelu(a) = a * c

        c = normal_cdf(a)
        g = gauss(a / 2)
        d/da = c + a * g * g / sqrt(2 * pi)
    """

@overload
def gelu(a: Value) -> Value: ...

@overload
def gelu(a: Any) -> Any: ...

@overload
def mish(a: float) -> float:
    r"""Mish: mish(a) = a * u / v

        e = exp(-abs(a))
        u = where(a > 0, 1 + 2 * e, e * (e + 2))
        v = u + where(a > 0, 2 * e * e, 2)
        d/da = u / v + 4 * e * a * (1 + e) / (v * v) * where(a > 0, e, 1)
    """

@overload
def mish(a: Value) -> Value: ...

@overload
def mish(a: Any) -> Any: ...

@overload
def softsign(a: float) -> float:
    r"""Softsign: softsign(a) = a / (1 + abs(a))

        r = 1 / (1 + abs(a))
        d/da = r * r
    """

@overload
def softsign(a: Value) -> Value: ...

@overload
def softsign(a: Any) -> Any: ...

@overload
def hardtanh(a: float, low: float = -1.0, high: float = 1.0) -> float:
    r"""Hard hyperbolic tangent: hardtanh(a, low=-1, high=1) = where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))

        d/da = where(a <= low, 0, where(a >= high, 0, 1))
        d/dlow = where(a <= low, 1, 0)
        d/dhigh = where(a >= high, 1, 0)

    Needs low <= high.
    """

@overload
def hardtanh(a: Value, low: Any = -1.0, high: Any = 1.0) -> Value: ...

@overload
def hardtanh(a: Any, low: Value, high: Any = 1.0) -> Value: ...

@overload
def hardtanh(a: Any, low: Any, high: Value) -> Value: ...

@overload
def hardtanh(a: Any, low: Any = -1.0, high: Any = 1.0) -> Any: ...

@overload
def erf(a: float) -> float:
    r"""Error function: erf(a) = erf(a)

        d/da = 2 / sqrt(pi) * gauss(a)
    """

@overload
def erf(a: Value) -> Value: ...

@overload
def erf(a: Any) -> Any: ...

@overload
def erfc(a: float) -> float:
    r"""Complementary error function: erfc(a) = erfc(a)

        d/da = -2 / sqrt(pi) * gauss(a)
    """

@overload
def erfc(a: Value) -> Value: ...

@overload
def erfc(a: Any) -> Any: ...

@overload
def gamma(a: float) -> float:
    r"""Gamma function: gamma(a) = gamma(a)

        d/da = out * digamma(a)

    Needs a other than 0, -1, -2, ....
    """

@overload
def gamma(a: Value) -> Value: ...

@overload
def gamma(a: Any) -> Any: ...

@overload
def lgamma(a: float) -> float:
    r"""Log-gamma: lgamma(a) = lgamma(a)

        d/da = digamma(a)

    Needs a other than 0, -1, -2, ....
    """

@overload
def lgamma(a: Value) -> Value: ...

@overload
def lgamma(a: Any) -> Any: ...

@overload
def digamma(a: float) -> float:
    r"""Digamma function: digamma(a) = digamma(a)

        d/da = polygamma(1, a)

    Needs a other than 0, -1, -2, ....
    """

@overload
def digamma(a: Value) -> Value: ...

@overload
def digamma(a: Any) -> Any: ...

@overload
def polygamma(n: float, a: float) -> float:
    r"""Polygamma function: polygamma(n, a) = polygamma(n, a)

        d/dn = 0
        d/da = polygamma(n + 1, a)

    Needs n in 0, 1, ..., 100; a other than 0, -1, -2, ....
    """

@overload
def polygamma(n: Value, a: Any) -> Value: ...

@overload
def polygamma(n: Any, a: Value) -> Value: ...

@overload
def polygamma(n: Any, a: Any) -> Any: ...

@overload
def maximum(a: float, b: float) -> float:
    r"""Larger of two: maximum(a, b) = where(b > a, b, where(b != b, b, a))

        d/da = where(a > b, 1, where(a == b, 1 / 2, 0))
        d/db = where(b > a, 1, where(a == b, 1 / 2, 0))
    """

@overload
def maximum(a: Value, b: Any) -> Value: ...

@overload
def maximum(a: Any, b: Value) -> Value: ...

@overload
def maximum(a: Any, b: Any) -> Any: ...

@overload
def minimum(a: float, b: float) -> float:
    r"""Smaller of two: minimum(a, b) = where(b < a, b, where(b != b, b, a))

        d/da = where(a < b, 1, where(a == b, 1 / 2, 0))
        d/db = where(b < a, 1, where(a == b, 1 / 2, 0))
    """

@overload
def minimum(a: Value, b: Any) -> Value: ...

@overload
def minimum(a: Any, b: Value) -> Value: ...

@overload
def minimum(a: Any, b: Any) -> Any: ...

@overload
def clamp(a: float, low: float, high: float) -> float:
    r"""Limit to a range: clamp(a, low, high) = where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))

        d/da = where(a < low, 0, where(a > high, 0, 1))
        d/dlow = where(a < low, 1, 0)
        d/dhigh = where(a > high, 1, 0)

    Needs low <= high.
    """

@overload
def clamp(a: Value, low: Any, high: Any) -> Value: ...

@overload
def clamp(a: Any, low: Value, high: Any) -> Value: ...

@overload
def clamp(a: Any, low: Any, high: Value) -> Value: ...

@overload
def clamp(a: Any, low: Any, high: Any) -> Any: ...

@overload
def where(c: float, a: float, b: float) -> float:
    r"""Choice by a condition: where(c, a, b) = where(c, a, b)

        d/dc = 0
        d/da = where(c, 1, 0)
        d/db = where(c, 0, 1)
    """

@overload
def where(c: Value, a: Any, b: Any) -> Value: ...

@overload
def where(c: Any, a: Value, b: Any) -> Value: ...

@overload
def where(c: Any, a: Any, b: Value) -> Value: ...

@overload
def where(c: Any, a: Any, b: Any) -> Any: ...

@overload
def floor(a: float) -> float:
    r"""Largest integer not above: floor(a) = floor(a)

        d/da = 0
    """

@overload
def floor(a: Value) -> Value: ...

@overload
def floor(a: Any) -> Any: ...

@overload
def round(a: float) -> float:
    r"""Nearest integer, halves to even: round(a) = where(d < 1 / 2, f, where(d > 1 / 2, f + 1, 2 * floor((f + 1) / 2)))

        f = floor(a)
        d = a - f
        d/da = 0
    """

@overload
def round(a: Value) -> Value: ...

@overload
def round(a: Any) -> Any: ...

@overload
def ceil(a: float) -> float:
    r"""Smallest integer not below: ceil(a) = ceil(a)

        d/da = 0
    """

@overload
def ceil(a: Value) -> Value: ...

@overload
def ceil(a: Any) -> Any: ...

@overload
def mod(a: float, b: float) -> float:
    r"""Remainder: mod(a, b) = a % b

        d/da = 1
        d/db = -(a // b)

    Needs b != 0.
    """

@overload
def mod(a: Value, b: Any) -> Value: ...

@overload
def mod(a: Any, b: Value) -> Value: ...

@overload
def mod(a: Any, b: Any) -> Any: ...

@overload
def floordiv(a: float, b: float) -> float:
    r"""Quotient rounded down: floordiv(a, b) = a // b

        d/da = 0
        d/db = 0

    Needs b != 0.
    """

@overload
def floordiv(a: Value, b: Any) -> Value: ...

@overload
def floordiv(a: Any, b: Value) -> Value: ...

@overload
def floordiv(a: Any, b: Any) -> Any: ...

@overload
def detach(a: float) -> float:
    r"""Detached from the graph: detach(a) = a

        d/da = 0
    """

@overload
def detach(a: Value) -> Value: ...

@overload
def detach(a: Any) -> Any: ...

@overload
def sinc(a: float) -> float:
    r"""Normalised sinc: sinc(a) = where(a == 0, 1, sin(pi * u) / pi / a)

        r = a - 2 * round(a / 2)
        u = where(abs(r) > 1 / 2, sign(r) - r, r)
        d/da = dsinc(a)
    """

@overload
def sinc(a: Value) -> Value: ...

@overload
def sinc(a: Any) -> Any: ...

@overload
def sum(a: Iterable[float]) -> float:
    r"""Sum of many: sum(a[]) = sum(a)

        d/da = 1
    """

@overload
def sum(a: Iterable[Value]) -> Value: ...

@overload
def sum(a: Iterable[Any]) -> Any: ...

@overload
def prod(a: Iterable[float]) -> float:
    r"""Product of many: prod(a[]) = prod(a)

        r = others(a)
        d/da = r_i
    """

@overload
def prod(a: Iterable[Value]) -> Value: ...

@overload
def prod(a: Iterable[Any]) -> Any: ...

@overload
def mean(a: Iterable[float]) -> float:
    r"""Mean: mean(a[]) = sum(a) / n

        d/da = 1 / n

    Needs at least one number, and a sum that is not too large.
    """

@overload
def mean(a: Iterable[Value]) -> Value: ...

@overload
def mean(a: Iterable[Any]) -> Any: ...

@overload
def dot(a: Iterable[float], b: Iterable[float]) -> float:
    r"""Dot product: dot(a[], b[]) = dot(a, b)

        m = abs(a_i * b_i)
        d/da = b_i
        d/db = a_i

    Needs two vectors of the same length.
    """

@overload
def dot(a: Iterable[Value], b: Iterable[Any]) -> Value: ...

@overload
def dot(a: Iterable[Any], b: Iterable[Value]) -> Value: ...

@overload
def dot(a: Iterable[Any], b: Iterable[Any]) -> Any: ...

@overload
def logsumexp(a: Iterable[float]) -> float:
    r"""Logarithm of a sum of exponentials: logsumexp(a[]) = m + log1p(sum(e, -1))

        m = max(a)
        e = expdiff(a_i, m)
        s = sum(e)
        d/da = e_i / s

    Needs at least one number.
    """

@overload
def logsumexp(a: Iterable[Value]) -> Value: ...

@overload
def logsumexp(a: Iterable[Any]) -> Any: ...

@overload
def max(a: Iterable[float]) -> float:
    r"""Largest: max(a[]) = max(a)

        ties = count(a, max(a))
        d/da = where(a_i == out, 1 / ties, 0)

    Needs at least one number.
    """

@overload
def max(a: Iterable[Value]) -> Value: ...

@overload
def max(a: Iterable[Any]) -> Any: ...

@overload
def min(a: Iterable[float]) -> float:
    r"""Smallest: min(a[]) = min(a)

        ties = count(a, min(a))
        d/da = where(a_i == out, 1 / ties, 0)

    Needs at least one number.
    """

@overload
def min(a: Iterable[Value]) -> Value: ...

@overload
def min(a: Iterable[Any]) -> Any: ...

@overload
def norm(a: Iterable[float]) -> float:
    r"""Euclidean norm: norm(a[]) = norm(a)

        d/da = where(out == 0, 0, a_i / out)
    """

@overload
def norm(a: Iterable[Value]) -> Value: ...

@overload
def norm(a: Iterable[Any]) -> Any: ...

deg2rad = radians
rad2deg = degrees

class Methods:
    __slots__ = ()
    def __add__(self, other: Any) -> Value: ...
    def __radd__(self, other: Any) -> Value: ...
    def __sub__(self, other: Any) -> Value: ...
    def __rsub__(self, other: Any) -> Value: ...
    def __mul__(self, other: Any) -> Value: ...
    def __rmul__(self, other: Any) -> Value: ...
    def __truediv__(self, other: Any) -> Value: ...
    def __rtruediv__(self, other: Any) -> Value: ...
    def __pow__(self, other: Any) -> Value: ...
    def __rpow__(self, other: Any) -> Value: ...
    def __mod__(self, other: Any) -> Value: ...
    def __rmod__(self, other: Any) -> Value: ...
    def __floordiv__(self, other: Any) -> Value: ...
    def __rfloordiv__(self, other: Any) -> Value: ...
    def __neg__(self) -> Value: ...
    def __abs__(self) -> Value: ...
    __array_ufunc__: Any

    def sign(self) -> Value:
        r"""Sign: sign(a) = where(a > 0, 1, where(a < 0, -1, a))

            d/da = 0
        """

    def abs(self) -> Value:
        r"""Absolute value: abs(a) = abs(a)

            d/da = where(a > 0, 1, where(a < 0, -1, 0))
        """

    def square(self) -> Value:
        r"""Square: square(a) = a * a

            d/da = 2 * a
        """

    def reciprocal(self) -> Value:
        r"""Reciprocal: reciprocal(a) = 1 / a

            d/da = -out * out

        Needs a != 0.
        """

    def sqrt(self) -> Value:
        r"""Square root: sqrt(a) = sqrt(a)

            d/da = 1 / (2 * out)

        Needs a >= 0.
        """

    def rsqrt(self) -> Value:
        r"""Reciprocal square root: rsqrt(a) = 1 / sqrt(a)

            d/da = -out / (2 * a)

        Needs a > 0.
        """

    def cbrt(self) -> Value:
        r"""Cube root: cbrt(a) = cbrt(a)

            d/da = where(a == 0, 1 / abs(a), out / a / 3)
        """

    def exp(self) -> Value:
        r"""Exponential: exp(a) = exp(a)

            d/da = out
        """

    def exp2(self) -> Value:
        r"""Power of two: exp2(a) = exp2(a)

            d/da = out * log(2)
        """

    def expm1(self) -> Value:
        r"""Exponential minus one: expm1(a) = expm1(a)

            d/da = exp(a)
        """

    def log(self) -> Value:
        r"""Natural logarithm: log(a) = log(a)

            d/da = 1 / a

        Needs a > 0.
        """

    def log2(self) -> Value:
        r"""Logarithm to base 2: log2(a) = log2(a)

            d/da = 1 / log(2) / a

        Needs a > 0.
        """

    def log10(self) -> Value:
        r"""Logarithm to base 10: log10(a) = log10(a)

            d/da = 1 / log(10) / a

        Needs a > 0.
        """

    def log1p(self) -> Value:
        r"""Logarithm of 1 + a: log1p(a) = log1p(a)

            d/da = 1 / (1 + a)

        Needs a > -1.
        """

    def logaddexp(self, b: Any) -> Value:
        r"""Logarithm of a sum of two exponentials: logaddexp(a, b) = where(a > b, a, b) + log1p(e)

            e = where(a >= b, expdiff(b, a), expdiff(a, b))
            d/da = where(a >= b, 1, e) / (1 + e)
            d/db = where(b >= a, 1, e) / (1 + e)
        """

    def sin(self) -> Value:
        r"""Sine: sin(a) = sin(a)

            d/da = cos(a)
        """

    def cos(self) -> Value:
        r"""Cosine: cos(a) = cos(a)

            d/da = -sin(a)
        """

    def tan(self) -> Value:
        r"""Tangent: tan(a) = tan(a)

            d/da = 1 + out * out
        """

    def asin(self) -> Value:
        r"""Arc sine: asin(a) = asin(a)

            d/da = 1 / sqrt((1 - a) * (1 + a))

        Needs -1 <= a <= 1.
        """

    def acos(self) -> Value:
        r"""Arc cosine: acos(a) = acos(a)

            d/da = -1 / sqrt((1 - a) * (1 + a))

        Needs -1 <= a <= 1.
        """

    def atan(self) -> Value:
        r"""Arc tangent: atan(a) = atan(a)

            d/da = where(below(unsigned(a), 1), 1 / (1 + a * a), 1 / a / (a + 1 / a))
        """

    def atan2(self, b: Any) -> Value:
        r"""Angle of the point (b, a): atan2(a, b) = atan2(a, b)

            r = abs(a) + abs(b)
            s = where(r < 1e-140, 2 ** 700, where(r < 1e140, 1, 2 ** -700))
            x = s * b
            y = s * a
            q = x * x + y * y
            d/da = where(q == 0, 0, x / q * s)
            d/db = where(q == 0, 0, -y / q * s)
        """

    def radians(self) -> Value:
        r"""Degrees to radians: radians(a) = a * (pi / 180)

            d/da = pi / 180
        """

    def degrees(self) -> Value:
        r"""Radians to degrees: degrees(a) = a * (180 / pi)

            d/da = 180 / pi
        """

    def sinh(self) -> Value:
        r"""Hyperbolic sine: sinh(a) = sinh(a)

            d/da = cosh(a)
        """

    def cosh(self) -> Value:
        r"""Hyperbolic cosine: cosh(a) = cosh(a)

            d/da = sinh(a)
        """

    def tanh(self) -> Value:
        r"""Hyperbolic tangent: tanh(a) = tanh(a)

            e = exp(-2 * unsigned(a))
            d/da = 4 * e / ((1 + e) * (1 + e))
        """

    def asinh(self) -> Value:
        r"""Inverse hyperbolic sine: asinh(a) = asinh(a)

            d/da = 1 / hypot(1, a)
        """

    def acosh(self) -> Value:
        r"""Inverse hyperbolic cosine: acosh(a) = acosh(a)

            d/da = 1 / (sqrt(a - 1) * sqrt(a + 1))

        Needs a >= 1.
        """

    def atanh(self) -> Value:
        r"""Inverse hyperbolic tangent: atanh(a) = atanh(a)

            d/da = 1 / ((1 - a) * (1 + a))

        Needs -1 < a < 1.
        """

    def hypot(self, b: Any) -> Value:
        r"""Hypotenuse: hypot(a, b) = hypot(a, b)

            d/da = where(out == 0, 0, a / out)
            d/db = where(out == 0, 0, b / out)
        """

    def relu(self) -> Value:
        r"""Rectified linear unit: relu(a) = where(a <= 0, 0, a)

            d/da = where(a <= 0, 0, 1)
        """

    def leaky_relu(self, slope: Any = 0.01) -> Value:
        r"""Leaky rectified linear unit: leaky_relu(a, slope=0.01) = where(a > 0, a, slope * a)

            d/da = where(a > 0, 1, slope)
            d/dslope = where(a > 0, 0, a)
        """

    def elu(self, alpha: Any = 1.0) -> Value:
        r"""Exponential linear unit: elu(a, alpha=1) = where(a > 0, a, alpha * expm1(a))

            d/da = where(a > 0, 1, alpha * exp(a))
            d/dalpha = where(a > 0, 0, expm1(a))
        """

    def selu(self) -> Value:
        r"""Scaled exponential linear unit: selu(a) = where(a > 0, scale * a, edge * expm1(a))

            scale = 1.0507009873554804934
            edge = 1.7580993408473768599
            d/da = where(a > 0, scale, edge * exp(a))
        """

    def sigmoid(self) -> Value:
        r"""Logistic sigmoid: sigmoid(a) = where(below(a, 0), e, 1) / (1 + e)

            e = exp(-unsigned(a))
            d/da = e / ((1 + e) * (1 + e))
        """

    def logsigmoid(self) -> Value:
        r"""Logarithm of the sigmoid: logsigmoid(a) = where(a < 0, a, 0) - log1p(e)

            e = exp(-abs(a))
            d/da = where(a < 0, 1, e) / (1 + e)
        """

    def softplus(self) -> Value:
        r"""Softplus: softplus(a) = where(a > 0, a, 0) + log1p(e)

            e = exp(-abs(a))
            d/da = where(a < 0, e, 1) / (1 + e)
        """

    def silu(self) -> Value:
        r"""Sigmoid-weighted linear unit: silu(a) = a * s

            e = exp(-unsigned(a))
            s = where(below(a, 0), e, 1) / (1 + e)
            d/da = s + a * e / ((1 + e) * (1 + e))
        """

    def gelu(self) -> Value:
        r"""Gaussian error linear unit: gelu(a) = a * c

            c = normal_cdf(a)
            g = gauss(a / 2)
            d/da = c + a * g * g / sqrt(2 * pi)
        """

    def mish(self) -> Value:
        r"""Mish: mish(a) = a * u / v

            e = exp(-abs(a))
            u = where(a > 0, 1 + 2 * e, e * (e + 2))
            v = u + where(a > 0, 2 * e * e, 2)
            d/da = u / v + 4 * e * a * (1 + e) / (v * v) * where(a > 0, e, 1)
        """

    def softsign(self) -> Value:
        r"""Softsign: softsign(a) = a / (1 + abs(a))

            r = 1 / (1 + abs(a))
            d/da = r * r
        """

    def hardtanh(self, low: Any = -1.0, high: Any = 1.0) -> Value:
        r"""Hard hyperbolic tangent: hardtanh(a, low=-1, high=1) = where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))

            d/da = where(a <= low, 0, where(a >= high, 0, 1))
            d/dlow = where(a <= low, 1, 0)
            d/dhigh = where(a >= high, 1, 0)

        Needs low <= high.
        """

    def erf(self) -> Value:
        r"""Error function: erf(a) = erf(a)

            d/da = 2 / sqrt(pi) * gauss(a)
        """

    def erfc(self) -> Value:
        r"""Complementary error function: erfc(a) = erfc(a)

            d/da = -2 / sqrt(pi) * gauss(a)
        """

    def gamma(self) -> Value:
        r"""Gamma function: gamma(a) = gamma(a)

            d/da = out * digamma(a)

        Needs a other than 0, -1, -2, ....
        """

    def lgamma(self) -> Value:
        r"""Log-gamma: lgamma(a) = lgamma(a)

            d/da = digamma(a)

        Needs a other than 0, -1, -2, ....
        """

    def digamma(self) -> Value:
        r"""Digamma function: digamma(a) = digamma(a)

            d/da = polygamma(1, a)

        Needs a other than 0, -1, -2, ....
        """

    def polygamma(self, a: Any) -> Value:
        r"""Polygamma function: polygamma(n, a) = polygamma(n, a)

            d/dn = 0
            d/da = polygamma(n + 1, a)

        Needs n in 0, 1, ..., 100; a other than 0, -1, -2, ....
        """

    def maximum(self, b: Any) -> Value:
        r"""Larger of two: maximum(a, b) = where(b > a, b, where(b != b, b, a))

            d/da = where(a > b, 1, where(a == b, 1 / 2, 0))
            d/db = where(b > a, 1, where(a == b, 1 / 2, 0))
        """

    def minimum(self, b: Any) -> Value:
        r"""Smaller of two: minimum(a, b) = where(b < a, b, where(b != b, b, a))

            d/da = where(a < b, 1, where(a == b, 1 / 2, 0))
            d/db = where(b < a, 1, where(a == b, 1 / 2, 0))
        """

    def clamp(self, low: Any, high: Any) -> Value:
        r"""Limit to a range: clamp(a, low, high) = where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))

            d/da = where(a < low, 0, where(a > high, 0, 1))
            d/dlow = where(a < low, 1, 0)
            d/dhigh = where(a > high, 1, 0)

        Needs low <= high.
        """

    def where(self, a: Any, b: Any) -> Value:
        r"""Choice by a condition: where(c, a, b) = where(c, a, b)

            d/dc = 0
            d/da = where(c, 1, 0)
            d/db = where(c, 0, 1)
        """

    def floor(self) -> Value:
        r"""Largest integer not above: floor(a) = floor(a)

            d/da = 0
        """

    def round(self) -> Value:
        r"""Nearest integer, halves to even: round(a) = where(d < 1 / 2, f, where(d > 1 / 2, f + 1, 2 * floor((f + 1) / 2)))

            f = floor(a)
            d = a - f
            d/da = 0
        """

    def ceil(self) -> Value:
        r"""Smallest integer not below: ceil(a) = ceil(a)

            d/da = 0
        """

    def mod(self, b: Any) -> Value:
        r"""Remainder: mod(a, b) = a % b

            d/da = 1
            d/db = -(a // b)

        Needs b != 0.
        """

    def floordiv(self, b: Any) -> Value:
        r"""Quotient rounded down: floordiv(a, b) = a // b

            d/da = 0
            d/db = 0

        Needs b != 0.
        """

    def detach(self) -> Value:
        r"""Detached from the graph: detach(a) = a

            d/da = 0
        """

    def sinc(self) -> Value:
        r"""Normalised sinc: sinc(a) = where(a == 0, 1, sin(pi * u) / pi / a)

            r = a - 2 * round(a / 2)
            u = where(abs(r) > 1 / 2, sign(r) - r, r)
            d/da = dsinc(a)
        """

    deg2rad = radians
    rad2deg = degrees
