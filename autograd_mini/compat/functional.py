"""Functions and losses by the names of micrograd's courses, of the operations that they compose.

`mse(p, y)`, `MSE()(p, y)` and `MSELoss()(p, y)` are one loss. The functions of the sheet are here,
too: `from micrograd.functional import tanh, sigmoid`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd_mini.numbers.arguments import items, whole

from .engine import FUNCTIONS


def __getattr__(name: str) -> Any:
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def softmax(scores: Sequence[Any]) -> list[Any]:
    """exp(s_i) / sum(exp(s)); the largest score is taken from all, so that none overflows.

    >>> from autograd_mini.compat import Value
    >>> [p.data for p in softmax([Value(1.0), Value(1.0)])]
    [0.5, 0.5]
    """
    exps = [(s - max(map(float, scores))).exp() for s in scores]
    total = sum(exps)
    return [e / total for e in exps]


class Loss:
    """A loss that can be called at once, or made first as torch's are.

    >>> from autograd_mini.compat import Value
    >>> loss = mse([Value(3.0), Value(5.0)], [2.0, 7.0])
    >>> loss.data, MSELoss()([Value(3.0)], [2.0]).data
    (2.5, 1.0)
    """

    def __init__(self, about: str, term: Callable[[Any, Any], Any]) -> None:
        self.term = term
        self.__doc__ = f"The mean of {about} over all pairs."

    def __call__(self, *args: Any) -> Any:
        """The mean over predictions and targets; the loss itself without them.

        Raises ValueError for no predictions, or as many targets as there are not predictions.
        """
        if not args:
            return self
        if len(args) != 2:
            raise TypeError(f"a loss takes predictions and targets, got {len(args)} arguments")
        predictions, targets = args
        if not hasattr(targets, "__len__"):
            predictions, targets = [predictions], [targets]
        if len(predictions) != len(targets) or not len(targets):
            raise ValueError(f"{len(predictions)} predictions and {len(targets)} targets")
        return sum(map(self.term, predictions, targets)) / len(targets)


mse = mse_loss = MSE = MSELoss = Loss("(p - y)**2", lambda p, y: (p - y) ** 2)
binary_cross_entropy = bce = BCE = BCELoss = BinaryCrossEntropy = Loss(
    "-(y log(p) + (1 - y) log(1 - p))", lambda p, y: -(y * p.log() + (1 - y) * (1 - p).log())
)


def _cross_entropy(scores: Any, y: Any) -> Any:
    if (given := items(scores)) is None:  # a Value for a list of one would have the loss 0
        raise TypeError(f"cross_entropy takes a list of scores for each class, got {scores!r}")
    return -softmax(given)[whole("the class", int(y), 0, len(given) - 1)].log()


cross_entropy = cross_entropy_loss = CrossEntropy = CrossEntropyLoss = Loss(
    "-log(softmax(scores)[y]), for y the number of the class,", _cross_entropy
)
