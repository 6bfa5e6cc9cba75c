"""Engines with one wrong partial derivative; each changes one rule of the healthy engine."""
# ruff: noqa: D102  # what a `reveals` does, its one line says

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .engine import Engine, sigmoid
from .exhibits import LEARNERS, Exhibit

if TYPE_CHECKING:
    from collections.abc import Callable


def _changed(name: str, partials: Callable[..., tuple[float, ...]]) -> dict[str, Any]:
    """The healthy rules with other partials for one operation."""
    return Engine.rules | {name: (Engine.rules[name][0], partials)}


class WrongArgument(Exhibit):
    """Each factor gets its own value: d(ab)/da = a in place of b."""

    mistake_es = "Cada factor recibe su propio valor: d(ab)/da = a en vez de b."
    seen = LEARNERS
    at = (2.0, 3.0)
    rules = _changed("mul", lambda a, b, out: (a, b))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x * y


class SignOfSubtraction(Exhibit):
    """The subtrahend gets +1 in place of -1."""

    mistake_es = "El sustraendo recibe +1 en vez de -1."
    seen = (
        "the question in micrograd's issues 57 and 58",
        "la pregunta de las incidencias 57 y 58 de micrograd",
    )
    at = (2.0,)
    rules = _changed("sub", lambda a, b, out: (1.0, 1.0))

    @staticmethod
    def reveals(x: Any) -> Any:
        return 5.0 - x


class SignOfQuotient(Exhibit):
    """The derivative by the divisor has lost its sign."""

    mistake_es = "La derivada respecto al divisor ha perdido el signo."
    seen = LEARNERS
    at = (3.0, 2.0)
    rules = _changed("div", lambda a, b, out: (1 / b, out / b))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x / y


class ForgetsTheExponent(Exhibit):
    """x**n forgets to multiply by n."""

    mistake_es = "x**n olvida multiplicar por n."
    seen = LEARNERS
    at = (2.0,)
    rules = _changed("pow", lambda a, b, out: (a ** (b - 1), out * math.log(a) if a > 0 else 0.0))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x**3


class DeafExponent(Exhibit):
    """The exponent may be a node, but its gradient is always 0."""

    mistake_es = "El exponente puede ser un nodo, pero su gradiente es siempre 0."
    seen = (
        "several small engines on PyPI; micrograd refuses such an exponent (issues 17, 35, 36)",
        "varios motores pequeños de PyPI; micrograd rechaza ese exponente (incidencias 17, 35, 36)",
    )
    at = (3.0, 2.0)
    rules = _changed("pow", lambda a, b, out: (b * a ** (b - 1), 0.0))

    @staticmethod
    def reveals(x: Any, y: Any) -> Any:
        return x**y


class PowerRuleForExp(Exhibit):
    """The power rule on an exponential: x * exp(x - 1)."""

    mistake_es = "La regla de la potencia en una exponencial: x * exp(x - 1)."
    seen = LEARNERS
    at = (2.5,)
    rules = _changed("exp", lambda a, out: (a * math.exp(a - 1),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.exp()


class LogForItsDerivative(Exhibit):
    """The derivative of log is the value of log."""

    mistake_es = "La derivada de log es el valor de log."
    seen = LEARNERS
    at = (2.0,)
    rules = _changed("log", lambda a, out: (out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.log()


class SignOfCosine(Exhibit):
    """cos' = sin: the sign is missing."""

    mistake_es = "cos' = sin: falta el signo."
    seen = LEARNERS
    at = (1.0,)
    rules = _changed("cos", lambda a, out: (math.sin(a),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.cos()


class TanhOfItsInput(Exhibit):
    """tanh' = 1 - x**2: the square is of the output, tanh(x), not of the input."""

    mistake_es = "tanh' = 1 - x**2: el cuadrado es de la salida, tanh(x), no de la entrada."
    seen = LEARNERS
    at = (0.5,)
    rules = _changed("tanh", lambda a, out: (1 - a * a,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.tanh()


class TanhCancels(Exhibit):
    """tanh' = 1 - out * out.

    Right on paper; in the tails the difference of two numbers near 1 has no correct digit.
    """

    mistake_es = (
        "tanh' = 1 - out * out: correcto en el papel; en las colas, la diferencia de dos "
        "números cercanos a 1 no tiene ni una cifra correcta."
    )
    seen = (
        "Karpathy's lecture, and PyTorch (there also sigmoid, softplus, asin and expm1)",
        "la clase de Karpathy, y PyTorch (allí también sigmoid, softplus, asin y expm1)",
    )
    at = (18.0,)
    rules = _changed("tanh", lambda a, out: (1 - out * out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.tanh()


class SigmoidForItsDerivative(Exhibit):
    """sigmoid' = s, and the factor 1 - s is forgotten."""

    mistake_es = "sigmoid' = s, y se olvida el factor 1 - s."
    seen = LEARNERS
    at = (0.5,)
    rules = _changed("sigmoid", lambda a, out: (out,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.sigmoid()


class SigmoidOfTheOutput(Exhibit):
    """The activation is applied again.

    Sigmoid' = s(out) (1 - s(out)), with the output for the input.
    """

    mistake_es = (
        "La activación se aplica otra vez: sigmoid' = s(out) (1 - s(out)), con la salida en "
        "lugar de la entrada."
    )
    seen = (
        "networks by hand that call `sigmoid_derivative` on an output",
        "redes a mano que llaman a `sigmoid_derivative` con una salida",
    )
    at = (2.0,)
    rules = _changed("sigmoid", lambda a, out: (sigmoid(out) * (1 - sigmoid(out)),))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.sigmoid()


class ReluLetsThrough(Exhibit):
    """relu' = 1 on the negative side too: units that are off keep learning."""

    mistake_es = "relu' = 1 también en el lado negativo: las unidades apagadas siguen aprendiendo."
    seen = LEARNERS
    at = (-2.0,)
    rules = _changed("relu", lambda a, out: (1.0,))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.relu() + x * 0.5


class TiesForAll(Exhibit):
    """At a tie max gives 1 to both: together they get twice what there is."""

    mistake_es = "En un empate, max da 1 a los dos: juntos reciben el doble de lo que hay."
    seen = (
        "`x == out` as a mask, unnormalised; torch, jax and autograd give 1/2 to each",
        "`x == out` como máscara, sin normalizar; torch, jax y autograd dan 1/2 a cada uno",
    )
    at = (2.0,)
    rules = _changed("maximum", lambda a, b, out: (float(a == out), float(b == out)))

    @staticmethod
    def reveals(x: Any) -> Any:
        return x.maximum(x)
