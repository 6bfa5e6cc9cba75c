"""Derivatives as one learns them, where the sheet has them written otherwise.

The sheet's formulas are free of cancellation and overflow; tanh's derivative there is
4e / (1 + e)^2 with e = exp(-2|a|), and here 1 - out^2. "value" spells an operation out whose
notation does not say what it computes. In a `sum`, a formula of elements `a_i` is meant for all.
tests/notation/test_mathematics.py compares each with the truth at 50 digits. An operation of one's
own has them in its line: op("cube(a)", "a * a * a", "3 * a * a", textbook={"a": "3 * a ** 2"}).
"""

from collections.abc import Mapping

from autograd_mini.ops import Op

TEXTBOOK: dict[str, dict[str, str]] = {
    "div": {"b": "-a / b ** 2"},
    "pow": {"a": "b * a ** (b - 1)", "b": "out * log(a)"},
    "abs": {"a": "sign(a)"},
    "reciprocal": {"a": "-1 / a ** 2"},
    "rsqrt": {"a": "-1 / (2 * a * sqrt(a))"},
    "cbrt": {"a": "1 / (3 * out ** 2)"},
    "log2": {"a": "1 / (a * log(2))"},
    "log10": {"a": "1 / (a * log(10))"},
    "logaddexp": {"a": "exp(a - out)", "b": "exp(b - out)"},
    "asin": {"a": "1 / sqrt(1 - a ** 2)"},
    "acos": {"a": "-1 / sqrt(1 - a ** 2)"},
    "atan": {"a": "1 / (1 + a ** 2)"},
    "atan2": {"a": "b / (a ** 2 + b ** 2)", "b": "-a / (a ** 2 + b ** 2)"},
    "tanh": {"a": "1 - out ** 2"},
    "asinh": {"a": "1 / sqrt(1 + a ** 2)"},
    "acosh": {"a": "1 / sqrt(a ** 2 - 1)"},
    "atanh": {"a": "1 / (1 - a ** 2)"},
    "hypot": {"a": "a / out", "b": "b / out"},
    "relu": {"value": "where(a > 0, a, 0)", "a": "where(a > 0, 1, 0)"},
    "leaky_relu": {"value": "where(a > 0, a, slope * a)"},
    "elu": {
        "value": "where(a > 0, a, alpha * (exp(a) - 1))",
        "alpha": "where(a > 0, 0, exp(a) - 1)",
    },
    "selu": {"value": "where(a > 0, scale * a, edge * (exp(a) - 1))"},
    "sigmoid": {"value": "1 / (1 + exp(-a))", "a": "out * (1 - out)"},
    "logsigmoid": {"a": "1 - sigmoid(a)"},
    "softplus": {"a": "sigmoid(a)"},
    "silu": {"value": "a * sigmoid(a)", "a": "sigmoid(a) * (1 + a * (1 - sigmoid(a)))"},
    "gelu": {
        "value": "a * normal_cdf(a)",
        "a": "normal_cdf(a) + a * exp(-(a ** 2 / 2)) / sqrt(2 * pi)",
    },
    "mish": {
        "value": "a * tanh(softplus(a))",
        "a": "tanh(softplus(a)) + a * sigmoid(a) * (1 - tanh(softplus(a)) ** 2)",
    },
    "softsign": {"value": "a / (1 + abs(a))", "a": "1 / (1 + abs(a)) ** 2"},
    "hardtanh": {"value": "where(a < low, low, where(a > high, high, a))"},
    "clamp": {"value": "where(a < low, low, where(a > high, high, a))"},
    "sign": {"value": "where(a > 0, 1, where(a < 0, -1, 0))"},
    "logsumexp": {"value": "log(sum(exp(a_i)))", "a": "exp(a_i - out)"},
    "max": {"a": "where(a_i == out, 1, 0)"},
    "min": {"a": "where(a_i == out, 1, 0)"},
    "norm": {"a": "a_i / out"},
}


def textbook(op: Op) -> Mapping[str, str]:
    """The textbook formulas of an operation: "value" and the names of its arguments."""
    return op.textbook or TEXTBOOK.get(op.name, {})
