"""Engines with one wrong partial derivative; each changes one rule of the healthy engine."""
# ruff: noqa: D102  # what a `reveals` does, its one line says

import math
from collections.abc import Callable
from typing import Any

from .engine import Engine, sigmoid
from .exhibits import Exhibit


def _changed(name: str, partials: Callable[..., tuple[float, ...]]) -> dict[str, Any]:
    """The healthy rules with other partials for one operation."""
    return Engine.rules | {name: (Engine.rules[name][0], partials)}


class WrongArgument(Exhibit):
    """Each factor gets its own value: d(ab)/da = a in place of b."""

    at = (2.0, 3.0)
    rules = _changed("mul", lambda a, b, out: (a, b))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x * y


class SignOfSubtraction(Exhibit):
    """The subtrahend gets +1 in place of -1."""

    at = (2.0,)
    rules = _changed("sub", lambda a, b, out: (1.0, 1.0))

    @staticmethod
    def reveals(x: Any) -> Any:
        return 5.0 - x


class SignOfQuotient(Exhibit):
    """The derivative by the divisor has lost its sign."""

    at = (3.0, 2.0)
    rules = _changed("div", lambda a, b, out: (1 / b, out / b))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x / y


class ForgetsTheExponent(Exhibit):
    """x**n forgets to multiply by n."""

    at = (2.0,)
    rules = _changed("pow", lambda a, b, out: (a ** (b - 1), out * math.log(a) if a > 0 else 0.0))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x**3


class DeafExponent(Exhibit):
    """The exponent may be a node, but its gradient is always 0."""

    at = (3.0, 2.0)
    rules = _changed("pow", lambda a, b, out: (b * a ** (b - 1), 0.0))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x**y


class PowerRuleForExp(Exhibit):
    """The power rule on an exponential: x * exp(x - 1)."""

    at = (2.5,)
    rules = _changed("exp", lambda a, out: (a * math.exp(a - 1),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.exp()


class LogForItsDerivative(Exhibit):
    """The derivative of log is the value of log."""

    at = (2.0,)
    rules = _changed("log", lambda a, out: (out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.log()


class SignOfCosine(Exhibit):
    """cos' = sin: the sign is missing."""

    at = (1.0,)
    rules = _changed("cos", lambda a, out: (math.sin(a),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.cos()


class TanhOfItsInput(Exhibit):
    """tanh' = 1 - x**2: the square is of the output, tanh(x), not of the input."""

    at = (0.5,)
    rules = _changed("tanh", lambda a, out: (1 - a * a,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.tanh()


class TanhCancels(Exhibit):
    """tanh' = 1 - out * out.

    Right on paper; in the tails the difference of two numbers near 1 has no correct digit.
    """

    at = (18.0,)
    rules = _changed("tanh", lambda a, out: (1 - out * out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.tanh()


class SigmoidForItsDerivative(Exhibit):
    """sigmoid' = s, and the factor 1 - s is forgotten."""

    at = (0.5,)
    rules = _changed("sigmoid", lambda a, out: (out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.sigmoid()


class SigmoidOfTheOutput(Exhibit):
    """The activation is applied again.

    Sigmoid' = s(out) (1 - s(out)), with the output for the input.
    """

    at = (2.0,)
    rules = _changed("sigmoid", lambda a, out: (sigmoid(out) * (1 - sigmoid(out)),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.sigmoid()


class ReluLetsThrough(Exhibit):
    """relu' = 1 on the negative side too: units that are off keep learning."""

    at = (-2.0,)
    rules = _changed("relu", lambda a, out: (1.0,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.relu() + x * 0.5


class TiesForAll(Exhibit):
    """At a tie max gives 1 to both: together they get twice what there is."""

    at = (2.0,)
    rules = _changed("maximum", lambda a, b, out: (float(a == out), float(b == out)))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.maximum(x)
