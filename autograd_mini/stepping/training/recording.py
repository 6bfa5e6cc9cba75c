"""Recording a training run: `record_training`, and the same start with several learning rates.

>>> from autograd_mini import MLP
>>> from autograd_mini.data import xor
>>> from autograd_mini.optim import SGD
>>> model = MLP(2, [4, 1], activation="tanh", seed=0)
>>> optimiser = SGD(model.parameters(), lr=1.0)
>>> run = record_training(model, xor(), "binary_cross_entropy_with_logits", optimiser, epochs=99)
>>> len(run), run[99].accuracy, run.verdict
(100, 1.0, 'converges')
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from itertools import takewhile
from typing import Any

from autograd_mini.compiler.arguments import replaced
from autograd_mini.data import Dataset
from autograd_mini.numbers.arguments import parameters, real, whole
from autograd_mini.optim import SGD, Optimiser
from autograd_mini.stepping.record import _names as names_of_inputs
from autograd_mini.training import TrainingError, evaluate, fit
from autograd_mini.training.diagnosis import diagnose
from autograd_mini.training.failure import described, is_numeric
from autograd_mini.training.fitting import at_rates, orders
from autograd_mini.training.metrics import Loss, loss_function, loss_value
from autograd_mini.training.samples import check_model, check_optimiser, layers_of, samples
from autograd_mini.transforms import adjoints
from autograd_mini.value import Value

from .fields import SIDE, answers, asked, field_of, landscape
from .runs import Divergence, Field, Frame, LayerShape, LearningRates, Points, TrainingSteps
from .verdicts import Turning

RATES = (0.001, 0.1, 1.0, 10.0)
FRAMES, FRAMES_EACH, SIDE_EACH = 101, 61, 32  # of a single run; of each of several
FRAMES_OF_DESCENT = 500


def record_training(
    model: Any,
    data: Any,
    loss: str | Loss,
    optimiser: Optimiser,
    epochs: int,
    batch_size: int | None = None,
    *,
    seed: int = 0,
    frames: int | Iterable[int] = FRAMES,
    grid: int = SIDE,
    **settings: Any,
) -> TrainingSteps:
    """Train a model with `fit`, and keep what happens: a sequence of frames, one an epoch.

    The model is trained, and the numbers are those that `fit` gives, bit for bit. A run that
    diverges is recorded up to there, and says why; the model then keeps its last good weights.

    Arguments are those of `fit`; `settings` are its further ones (accuracy, schedule, clip_norm,
    early_stopping, ...). `frames` are the epochs to keep, or how many of them: all if there are no
    more, else epoch 0, the last, and others between them, first close together, then farther apart.
    `grid` is the number of places along each side of the plane on which the model is asked, 8 to
    96, where the data have two features.

    Raises:
        TrainingError: the model has no finite loss even before the first update.
        ValueError, TypeError: arguments that `fit` refuses; frames or grid out of their range.
    """
    whole("epochs", epochs)
    whole("grid", grid, 8, 96)
    check_model(model, "record_training")
    recorder = _Recorder(model, data, loss, optimiser, settings, _chosen(frames, epochs), grid)
    check_optimiser(optimiser, recorder.params)
    rows, targets = recorder.rows, recorder.targets
    size = len(rows) if batch_size is None else batch_size
    if 0 < size < len(rows):
        recorder.batches = orders(len(rows), size, whole("seed", seed, 0))
    quiet = {"progress": False, **settings}
    look = lambda _, history: recorder.look(history.rows[-1].epoch)  # noqa: E731
    callbacks = [*quiet.pop("callbacks", ()), look]
    divergence: Divergence | None = None
    try:
        recorder.look(0)
        with optimiser.stepping(recorder.step):
            history = fit(model, data, loss, optimiser, epochs, batch_size, seed=seed,
                          callbacks=callbacks, **quiet)  # fmt: skip
    except TrainingError as error:
        if error.history is None:
            raise
        history = error.history
        divergence = Divergence(error.epoch, error.batch, error.place, error.cause, str(error))
    recorder.last()
    return TrainingSteps(
        names=tuple(p.label or f"w{k}" for k, p in enumerate(recorder.params)),
        layers=_shapes(model),
        points=_points(data, rows, targets),
        loss=_loss_name(loss),
        optimiser=type(optimiser).__name__,
        plain=type(optimiser) is SGD and not optimiser.weight_decay,
        batch_size=int(size),
        seed=int(seed),
        frames=tuple(recorder.frames),
        losses=tuple(recorder.losses),
        accuracies=tuple(recorder.accuracies),
        turning=recorder.turning.value,
        history=tuple(history.rows),
        stopped="diverged" if divergence else history.stopped,
        divergence=divergence,
        field=recorder.field,
        landscape=landscape(model, recorder.params, recorder.frames, rows, targets, loss),
    )


def record_learning_rates(
    model: Any,
    data: Any,
    loss: str | Loss,
    rates: Iterable[float] = RATES,
    epochs: int = 50,
    batch_size: int | None = None,
    *,
    optimiser: Callable[..., Optimiser] = SGD,
    **settings: Any,
) -> LearningRates:
    """Record a training run with each learning rate, all from the same weights.

    `optimiser` is called as optimiser(parameters, lr=rate). `model` itself is not changed; it may
    also be a function without arguments that makes one. The other arguments are those of
    `record_training`, and so are the errors.

    Raises ValueError for rates that are none, more than 8, not above 0 or there twice.

    >>> from autograd_mini import Neuron
    >>> neuron = Neuron(1, nonlin=False, init="zeros")
    >>> data = [([1.0], 2.0), ([-1.0], -2.0)]              # the loss is (w - 2)**2 + b**2
    >>> record_learning_rates(neuron, data, "mse", rates=[0.001, 0.1, 0.9, 1.1], epochs=30)
    <LearningRates: 0.001 crawls, 0.1 converges, 0.9 oscillates, 1.1 diverges>
    """
    settings = {"frames": FRAMES_EACH, "grid": SIDE_EACH, **settings}
    if callable(model) and not hasattr(model, "parameters"):
        model = model()
    each = at_rates(model, rates, optimiser, "record_learning_rates", most=8)
    runs = [
        record_training(copy, data, loss, made, epochs, batch_size, **settings)
        for _, copy, made in each
    ]
    if runs[0].landscape is not None:  # one picture of the loss, in which all of the paths show
        copy, (rows, targets) = deepcopy(model), samples(data)
        frames = [runs[0][0], *(frame for run in runs for frame in run[1:])]
        shared = landscape(copy, copy.parameters(), frames, rows, targets, loss)
        runs = [replace(run, landscape=shared) for run in runs]
    return LearningRates(tuple(runs), tuple(rate for rate, *_ in each))


def record_descent(
    f: Callable[..., Any], *start: float, lr: float = 0.1, steps: int = 30
) -> TrainingSteps:
    """Record gradient descent on a function of numbers: its minimum is looked for from `start`.

    Each step is w_new = w_old - lr * df/dw. With one or two numbers the page shows the function and
    the path on it.

    Raises TypeError if f gives no Value or the start does not fit it, ValueError for lr, steps or a
    start out of their range.

    >>> run = record_descent(lambda w: w**2, 3.0, lr=0.25, steps=3)
    >>> [frame.weights for frame in run]
    [(3.0,), (1.5,), (0.75,), (0.375,)]
    """
    return record_descents(f, *start, rates=[lr], steps=steps)[0]


def record_descents(
    f: Callable[..., Any],
    *start: float,
    rates: Iterable[float] = RATES,
    steps: int = 30,
    names: Sequence[str] | None = None,
) -> LearningRates:
    """`record_descent` with each learning rate, all from the same start.

    `names` are what the numbers are called; by default as the parameters of the function.

    >>> record_descents(lambda w: w**2, 3.0, rates=[0.01, 0.2, 0.9, 1.05], steps=30)
    <LearningRates: 0.01 crawls, 0.2 converges, 0.9 oscillates, 1.05 diverges>
    """
    whole("steps", steps)
    data = Dataset(getattr(f, "__name__", "f").replace("<lambda>", "f"), [[0.0]], [0.0])
    model = _Function(f, start, names)
    return record_learning_rates(
        model, data, _value_itself, rates, steps, accuracy=None, frames=FRAMES_OF_DESCENT
    )


class _Function:
    """A function as a model whose parameters are the function's arguments."""

    def __init__(
        self, f: Callable[..., Any], start: tuple[float, ...], names: Sequence[str] | None
    ) -> None:
        if not start:
            raise TypeError(f"give a function and the numbers where to start, got only {f!r:.60}")
        names = names_of_inputs(f, start) if names is None else names
        if len(names) != len(start):
            raise ValueError(f"names must be {len(start)}, one for each number, got {len(names)}")
        self.f = f
        self.values = [Value(real(*each), label=each[0]) for each in zip(names, start, strict=True)]

    def parameters(self) -> list[Value]:
        return self.values

    def __call__(self, _: object) -> Any:
        y = self.f(*self.values)
        if not isinstance(y, Value):
            raise TypeError(f"the function must give a Value, got {y!r:.40} ({type(y).__name__})")
        return y


def _value_itself(predictions: Any, targets: Any) -> Any:
    return predictions[0]


_value_itself.__name__ = ""  # there is no loss beside the function


class _Recorder:
    """Takes down each epoch, and each update as it is made."""

    def __init__(self, model: Any, data: Any, loss: Any, optimiser: Optimiser,
                 settings: dict[str, Any], chosen: Container[int], grid: int) -> None:  # fmt: skip
        self.model, self.data, self.loss, self.optimiser = model, data, loss, optimiser
        self.accuracy, self.chosen, self.grid = settings.get("accuracy", "auto"), chosen, grid
        self.params = parameters(model.parameters(), "record_training")
        self.ask = asked(model)
        self.rows, self.targets = samples(data)
        self.frames: list[Frame] = []
        self.losses: list[float] = []
        self.accuracies: list[float | None] = []
        self.turning = Turning()
        self.batches: Iterator[list[Sequence[int]]] | None = None  # of each epoch, where not all
        self.latest = Frame(0, 0.0, None, (), (), (), None, (), b"")  # with what was last known
        self.field: Field | None = None

    def step(self, step: Callable[[], None]) -> None:
        """An update, in place of the optimiser's own."""
        before, rate = self._weights(), float(self.optimiser.lr)
        step()
        gradients = tuple(float(p.grad) for p in self.params)
        self.latest = self.latest._replace(before=before, gradients=gradients, rate=rate)

    def look(self, epoch: int) -> None:
        """Take an epoch down; TrainingError, which ends the training, if it has no finite loss."""
        try:
            found = evaluate(self.model, self.data, self.loss, accuracy=self.accuracy)
            weights = self._weights()
            self.losses.append(found.loss)
            self.accuracies.append(found.accuracy)
            if self.batches is None:
                self.turning.add(weights)
            elif epoch:
                gradients = self._gradients(next(self.batches)[-1])
                self.turning.update(self.latest.before, weights, gradients)
            self.latest = self.latest._replace(epoch=epoch, weights=weights, **found._asdict())
            if epoch in self.chosen:
                self.keep()
        except Exception as error:
            if not is_numeric(error, self.model):
                raise
            when = f"after epoch {epoch}" if epoch else "before training"
            known = self.rows, self.losses[-3:], self.latest.rate or 0.0, when
            raise described(error, self.model, *known, epoch=epoch) from error

    def keep(self) -> None:
        """The latest epoch becomes a frame."""
        name = _loss_name(self.loss)
        if not self.frames and not isinstance(self.model, _Function):
            last = self.model(self.rows[0])
            self.field = field_of(self.rows, self.data, self.targets, name, last, self.grid)
        flow: tuple[str, ...] = ()
        with suppress(ArithmeticError, ValueError):  # the gradients of all data at once overflow
            if layers_of(self.model):
                found = diagnose(self.model, self.data, self.loss)
                flow = found.verdict, *(layer.verdict for layer in found.layers)
        field = b"" if self.field is None else answers(self.ask, self.field, name)
        self.frames.append(self.latest._replace(flow=flow, field=field))

    def last(self) -> None:
        """A run that ended early has its last epoch as a frame too, with the weights of then."""
        if self.frames[-1].epoch != self.latest.epoch:
            with replaced(self.params, self.latest.weights):
                self.keep()

    def _gradients(self, batch: Sequence[int]) -> list[float]:
        """What some of the data now ask for; the parameters' own gradients stay as they were."""
        predictions = [self.model(self.rows[i]) for i in batch]
        right = [self.targets[i] for i in batch]
        loss = loss_value(loss_function(self.loss), predictions, right)
        return [*map(float, adjoints(loss, self.params, nested=False))]

    def _weights(self) -> tuple[float, ...]:
        return tuple(float(p.data) for p in self.params)


# --- what is recorded once -----------------------------------------------------------------------
def _chosen(frames: int | Iterable[int], epochs: int) -> Container[int]:
    """The epochs that get a frame; 0 and the last are always among them."""
    if isinstance(frames, Iterable):
        chosen = [whole("an epoch of frames", epoch, 0) for epoch in frames]
        if chosen and max(chosen) > epochs:
            raise ValueError(f"frames must be epochs from 0 to {epochs}, got {max(chosen)}")
        return {0, epochs, *chosen}
    most = whole("frames", frames, 2)
    if epochs < most:
        return range(epochs + 1)
    powers = ({0, *(round(epochs ** (k / (n - 1))) for k in range(n))} for n in range(2, 20 * most))
    *_, best = {0, epochs}, *takewhile(lambda found: len(found) <= most, powers)
    return best


def _shapes(model: Any) -> tuple[LayerShape, ...]:
    shapes, first = [], 0
    for name, activation, neurons in layers_of(model):
        shapes.append(LayerShape(name, activation, neurons[0].nin, len(neurons), first))
        first += len(neurons) * (neurons[0].nin + 1)
    return tuple(shapes)


def _points(data: Any, rows: Any, targets: Any) -> Points:
    inputs = tuple(tuple(map(float, row)) for row in rows)
    wanted = tuple(tuple(map(float, t)) if isinstance(t, list) else t for t in targets)
    if isinstance(data, Dataset):
        return Points(data.name, inputs, wanted, (*data.feature_names,), (*data.class_names,))
    return Points("", inputs, wanted, tuple(f"x{k + 1}" for k in range(len(inputs[0]))), ())


def _loss_name(loss: Any) -> str:
    return loss if isinstance(loss, str) else str(getattr(loss, "__name__", "loss"))
