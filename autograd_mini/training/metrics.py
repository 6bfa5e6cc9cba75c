"""The loss and the accuracy of a model on data: what `fit` minimises, and what it reports."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd_mini import losses
from autograd_mini.data import Dataset
from autograd_mini.numbers.arguments import entry, function
from autograd_mini.value import Value

from .samples import Samples, check_model, samples

Loss = Callable[[Any, Any], Any]
Judge = Callable[[Any, Any], bool]


class Evaluation(NamedTuple):
    """The loss of a model on data, and the share of right answers (None for a regression)."""

    loss: float
    accuracy: float | None


LOSSES: dict[str, Loss] = {
    name: f
    for name, f in vars(losses).items()
    if not name.startswith("_") and getattr(f, "__module__", "") == losses.__name__
}


def evaluate(
    model: Any, data: Any, loss: str | Loss, *, accuracy: str | Judge | None = "auto"
) -> Evaluation:
    """The mean loss of the model's predictions and their accuracy, without changing anything.

    The arguments are those of `fit`, which says which errors they raise.

    >>> from autograd_mini.data import xor
    >>> from autograd_mini.nn import MLP
    >>> model = MLP(2, [1], output="sigmoid", init="zeros")     # says 1/2 to everything
    >>> evaluate(model, xor(), "mse")
    Evaluation(loss=0.25, accuracy=0.5)
    """
    check_model(model, "evaluate")
    pairs, judge = samples(data, "data", model), judge_of(accuracy, loss, data)
    return measured(model, pairs, loss_function(loss), judge)


def measured(model: Any, data: Samples, loss: Loss, judge: Judge | None) -> Evaluation:
    """`evaluate` on checked arguments, sample by sample, so that only one graph is ever held."""
    rows, targets = data
    predictions = [_detached(model(row)) for row in rows]
    value = float(loss_value(loss, predictions, targets).data)
    right = count_right(judge, predictions, targets)
    return Evaluation(value, None if right is None else right / len(rows))


def loss_function(loss: str | Loss) -> Loss:
    """The loss of that name, or the function itself, to be called as loss(predictions, targets)."""
    if isinstance(loss, str):
        loss = entry(LOSSES, "loss", loss)
    function("loss", loss, "a name or a function")
    if loss is losses.kl_divergence:  # its first argument is the true distribution
        return lambda predictions, targets: losses.kl_divergence(targets, predictions)
    return loss


def loss_value(loss: Loss, predictions: list[Any], targets: list[Any]) -> Value:
    """The loss of a batch as a Value; TypeError if the function gives anything else."""
    try:
        value = loss(predictions, targets)
    except TypeError as error:
        if loss not in LOSSES.values():
            error.add_note(
                "the loss is called as loss(predictions, targets), with the two lists of a batch"
            )
        raise
    if not isinstance(value, Value):
        raise TypeError(
            f"the loss must be a Value that depends on the predictions, got {value!r:.60}"
        )
    return value


def judge_of(accuracy: str | Judge | None, loss: str | Loss, data: Any) -> Judge | None:
    """The function that says whether a prediction is right; None where that has no meaning.

    "auto" goes by the loss; an error of a regression judges classes only on a Dataset of two.
    """
    if accuracy is None:
        return None
    if accuracy != "auto":
        what = '"auto", None or a function (prediction, target) -> bool'
        return function("accuracy", accuracy, what)  # type: ignore[return-value]
    name = loss if isinstance(loss, str) else next((n for n, f in LOSSES.items() if f is loss), "")
    if name in _JUDGES:
        return _JUDGES[name]
    two = isinstance(data, Dataset) and len(data.class_names) == 2
    return _JUDGES["binary_cross_entropy"] if two and name in ("mse", "mae", "huber") else None


def count_right(judge: Judge | None, predictions: list[Any], targets: list[Any]) -> int | None:
    """How many predictions are right."""
    if judge is None:
        return None
    try:
        return sum(bool(judge(p, y)) for p, y in zip(predictions, targets, strict=True))
    except Exception as error:
        error.add_note(JUDGED)
        raise


JUDGED = "the accuracy is called as accuracy(prediction, target), once for each sample"


def _above(threshold: float, positive: float) -> Judge:
    """Whether a prediction is on its target's side; with several outputs, whether all are."""

    def judge(prediction: Any, target: Any) -> bool:
        if isinstance(prediction, list):
            return all(map(judge, prediction, target))
        return bool((prediction > threshold) == (target > positive))

    return judge


_JUDGES: dict[str, Judge] = {
    # The target's class has the highest score; of equal ones the first counts.
    "cross_entropy": lambda scores, y: max(range(len(scores)), key=scores.__getitem__) == y,
    "hinge": _above(0, 0),
    "binary_cross_entropy": _above(0.5, 0.5),
    "binary_cross_entropy_with_logits": _above(0, 0.5),
}


def _detached(prediction: Any) -> Any:
    """The same numbers without the graph behind them."""
    if isinstance(prediction, list | tuple):
        return [_detached(p) for p in prediction]
    return Value(prediction.data) if isinstance(prediction, Value) else prediction
