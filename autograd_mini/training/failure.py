"""When training meets a number that is not finite: where it arose, and its likely cause."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from autograd_mini import errors
from autograd_mini.numbers.arguments import is_finite, name_of
from autograd_mini.numbers.numberlike import magnitude
from autograd_mini.value import Value

from .history import History
from .metrics import JUDGED
from .samples import Row, layers_of


class TrainingError(errors.AutogradError, ValueError):
    """Training met nan, infinity, or an operation without a result.

    epoch, batch  when it happened, from 1; batch 0 is the validation after the epoch
    place         the parameter where it showed ("layer2.neuron3.w[1]"): the one whose gradient or
                  new value is not finite, or the largest of the neuron (or of the model, if
                  only the loss broke) whose output is not
    cause         the likely cause, and what helps
    history       of the epochs completed before

    >>> from autograd_mini.nn import MLP
    >>> from autograd_mini.optim import SGD
    >>> from autograd_mini.training import fit
    >>> model = MLP(1, [1], seed=0)
    >>> try:
    ...     fit(model, ([1, 2], [0, 1]), "mse", SGD(model.parameters(), lr=100), epochs=99)
    ... except TrainingError as error:
    ...     print(error.cause)
    a learning rate of 100 that is too high; try 10
    """

    epoch = batch = 0
    place = cause = ""
    history: History | None = None

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message)
        vars(self).update(told)


def is_numeric(error: BaseException, model: Any) -> bool:
    """Whether an error comes from the numbers, not from how `fit` was called."""
    if JUDGED in getattr(error, "__notes__", ()) or "leaves the graph" in str(error):  # the user's
        return False
    if isinstance(error, ArithmeticError | errors.AutogradError):
        return not isinstance(error, TypeError)  # no number, or (TraceError) a branch on one
    # The losses refuse nan and infinity with a ValueError, as they do a wrong label.
    return isinstance(error, ValueError) and any(not is_finite(p.data) for p in model.parameters())


def check_gradients(params: Iterable[Value]) -> None:
    """GradientError if one is not finite; it names the nearest to the loss."""
    if broken := [p for p in params if not is_finite(p.grad)]:
        others = f", and those of {len(broken) - 1} more parameters" if len(broken) > 1 else ""
        what = f"the gradient of {name_of(broken[-1])} is {broken[-1].grad}{others}"
        raise errors.GradientError(what)


def check_loss(loss: Any) -> None:
    """RangeError unless the number is finite."""
    if not is_finite(loss):
        raise errors.RangeError(f"the result is {loss}")


def described(
    error: Exception,
    model: Any,
    rows: list[Row],
    losses: Sequence[float],
    rate: float,
    when: str,
    then: str = "",
    **told: Any,
) -> TrainingError:
    """What an error in these rows, after such losses, is told as: where it arose, and why."""
    what, place = str(error), ""
    backward = isinstance(error, errors.GradientError)
    if backward or "step: " in what:  # the optimiser refused to leave the floats
        place = next((name for p in model.parameters() if (name := name_of(p)) in what), "")
    if backward:
        what = f"the backward pass: {what}"
    if not place:
        who, p = _broken_neuron(model, rows)
        place = name_of(p)
        whose = "the model's" if who == "the loss" else "its"
        what = f"{who}: {what} ({whose} largest parameter, {place}, is {p.data})"
    if losses:
        what += f", after losses of {', '.join(f'{x:.3g}' for x in losses)}"
    cause = _likely_cause(error, backward, rows, rate if losses else None)
    if not losses and any(not is_finite(p.data) for p in model.parameters()):
        cause = "weights that are not finite from the start; make or load others"
    message = f"{when}: {what}. Likely cause: {cause}.{then}"
    return TrainingError(message, place=place, cause=cause, **told)


def _likely_cause(error: Exception, backward: bool, rows: list[Row], rate: float | None) -> str:
    """`rate` is that of the update before, if there was one."""
    of_log = "log" in str(error).partition(" at ")[0]
    if of_log and isinstance(error, errors.DomainError | errors.PoleError):
        return (
            "the logarithm of a number that is not above 0, as when a predicted probability is 0;"
            " use a loss that takes scores (cross_entropy, binary_cross_entropy_with_logits)"
        )
    causes = []
    largest = float(max(abs(v) for row in rows for v in row))
    if largest > LARGE_INPUT:
        causes.append(f"inputs as large as {largest:.3g}; standardise them (data.standardise)")
    if rate is not None:
        causes.append(f"a learning rate of {rate:g} that is too high; try {rate / 10:g}")
    elif not causes:
        causes.append("weights that are too large from the start; choose another init")
    if backward:
        causes.append("exploding gradients; use clip_norm=1.0")
    return ", or ".join(causes)


LARGE_INPUT = 30.0  # standardised inputs hardly reach 5


def _broken_neuron(model: Any, rows: list[Row]) -> tuple[str, Value]:
    """The first neuron whose output is not finite, else the loss; and the largest parameter."""
    for row in rows:
        x: Any = row
        for layer in layers_of(model):
            for neuron in layer.neurons:
                with suppress(ArithmeticError, ValueError):
                    if is_finite(neuron(x).data):
                        continue
                return neuron.name or "the neuron", max(neuron.parameters(), key=magnitude)
            x = [neuron(x) for neuron in layer.neurons]
    return "the loss", max(model.parameters(), key=magnitude)
