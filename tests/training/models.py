"""The two smallest models: a line, and a number; and runs of any model that are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini import Value
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD
from autograd_mini.stepping import record_training

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.stepping import TrainingSteps

LOGITS = "binary_cross_entropy_with_logits"


def descended(
    model: Any, data: Any, lr: float, *settings: Any, loss: str = LOGITS, **options: Any
) -> TrainingSteps:
    """The run of plain gradient descent."""
    return record_training(model, data, loss, SGD(model.parameters(), lr=lr), *settings, **options)


def line(w: float = 0.5, b: float = 0.0) -> MLP:
    """The model p = w x + b."""
    return with_weights(MLP(1, [1]), (w, b))


def with_weights(model: MLP, weights: Iterable[float]) -> MLP:
    """The model, its parameters set to these numbers."""
    for p, w in zip(model.parameters(), weights, strict=True):
        p.data = w
    return model


def numbers(model: MLP) -> list[float]:
    return [p.data for p in model.parameters()]


class Offset:
    """The model p = v, whatever the input."""

    def __init__(self, v: float = 0.0) -> None:
        self.v = Value(v, label="v")

    def __call__(self, x: tuple[float, ...]) -> Value:
        return self.v + 0

    def parameters(self) -> list[Value]:
        return [self.v]
