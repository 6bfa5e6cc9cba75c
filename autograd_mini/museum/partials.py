"""Engines with one wrong partial derivative; each changes one rule of the healthy engine."""

import math
from collections.abc import Callable
from typing import Any

from autograd_mini.functions import sigmoid

from .engine import Engine
from .exhibits import Exhibit


def _changed(name: str, partials: Callable[..., tuple[float, ...]]) -> dict[str, Any]:
    """The healthy rules with other partials for one operation."""
    return Engine.rules | {name: (Engine.rules[name][0], partials)}


class WrongArgument(Exhibit, at=(2.0, 3.0), reveals=lambda x, y: x * y):
    """Each factor gets its own value: d(ab)/da = a in place of b."""

    rules = _changed("mul", lambda a, b, out: (a, b))


class SignOfSubtraction(Exhibit, at=(2.0,), reveals=lambda x: 5.0 - x):
    """The subtrahend gets +1 in place of -1."""

    rules = _changed("sub", lambda a, b, out: (1.0, 1.0))


class SignOfQuotient(Exhibit, at=(3.0, 2.0), reveals=lambda x, y: x / y):
    """The derivative by the divisor has lost its sign."""

    rules = _changed("div", lambda a, b, out: (1 / b, out / b))


class ForgetsTheExponent(Exhibit, at=(2.0,), reveals=lambda x: x**3):
    """x**n forgets to multiply by n."""

    rules = _changed("pow", lambda a, b, out: (a ** (b - 1), out * math.log(a) if a > 0 else 0.0))


class DeafExponent(Exhibit, at=(3.0, 2.0), reveals=lambda x, y: x**y):
    """The exponent may be a node, but its gradient is always 0."""

    rules = _changed("pow", lambda a, b, out: (b * a ** (b - 1), 0.0))


class PowerRuleForExp(Exhibit, at=(2.5,), reveals=lambda x: x.exp()):
    """The power rule on an exponential: x * exp(x - 1)."""

    rules = _changed("exp", lambda a, out: (a * math.exp(a - 1),))


class LogForItsDerivative(Exhibit, at=(2.0,), reveals=lambda x: x.log()):
    """The derivative of log is the value of log."""

    rules = _changed("log", lambda a, out: (out,))


class SignOfCosine(Exhibit, at=(1.0,), reveals=lambda x: x.cos()):
    """cos' = sin: the sign is missing."""

    rules = _changed("cos", lambda a, out: (math.sin(a),))


class TanhOfItsInput(Exhibit, at=(0.5,), reveals=lambda x: x.tanh()):
    """tanh' = 1 - x**2: the square is of the output, tanh(x), not of the input."""

    rules = _changed("tanh", lambda a, out: (1 - a * a,))


class TanhCancels(Exhibit, at=(18.0,), reveals=lambda x: x.tanh()):
    """tanh' = 1 - out * out.

    Right on paper; in the tails the difference of two numbers near 1 has no correct digit.
    """

    rules = _changed("tanh", lambda a, out: (1 - out * out,))


class SigmoidForItsDerivative(Exhibit, at=(0.5,), reveals=lambda x: x.sigmoid()):
    """sigmoid' = s, and the factor 1 - s is forgotten."""

    rules = _changed("sigmoid", lambda a, out: (out,))


class SigmoidOfTheOutput(Exhibit, at=(2.0,), reveals=lambda x: x.sigmoid()):
    """The activation is applied again.

    Sigmoid' = s(out) (1 - s(out)), with the output for the input.
    """

    rules = _changed("sigmoid", lambda a, out: (sigmoid(out) * (1 - sigmoid(out)),))


class ReluLetsThrough(Exhibit, at=(-2.0,), reveals=lambda x: x.relu() + x * 0.5):
    """relu' = 1 on the negative side too: units that are off keep learning."""

    rules = _changed("relu", lambda a, out: (1.0,))


class TiesForAll(Exhibit, at=(2.0,), reveals=lambda x: x.maximum(x)):
    """At a tie max gives 1 to both: together they get twice what there is."""

    rules = _changed("maximum", lambda a, b, out: (float(a == out), float(b == out)))
