"""Training: forward pass, loss, backward pass, update, again and again."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from math import hypot
from random import Random
from time import perf_counter
from typing import Any

from autograd_mini.errors import GradientError
from autograd_mini.graph import collector_paused
from autograd_mini.language import checked
from autograd_mini.numbers import arguments as check
from autograd_mini.numbers.numberlike import held
from autograd_mini.numbers.trees import flatten
from autograd_mini.optim import Optimiser, clip_by_norm
from autograd_mini.optim.schedules import Schedule
from autograd_mini.value import Value

from .failure import TrainingError, check_gradients, check_loss, described, is_numeric
from .history import Epoch, History, Show, monitored, shown
from .metrics import Judge, Loss, count_right, judge_of, loss_function, loss_value, measured
from .samples import Row, Samples, check_model, check_optimiser, samples


@dataclass(eq=False)
class EarlyStopping:
    """Stop when the loss has not gone down for `patience` epochs, and go back to the best weights.

    The loss is the validation loss, or without validation data the training loss. It counts as gone
    down if it is more than `min_delta` below the lowest so far. Prechelt, "Early stopping - but
    when?", 1998. Raises ValueError unless patience >= 1 and min_delta >= 0.

    >>> EarlyStopping(patience=5)
    EarlyStopping(patience=5, min_delta=0.0)
    """

    patience: int = 10
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        check.whole("patience", self.patience)
        check.not_negative("min_delta", self.min_delta)
        self._lowest = self._mark = float("inf")
        self._waited = 0
        self._restore: Callable[[], None] | None = None

    def _is_enough(self, row: Epoch, params: list[Value]) -> bool:
        """Take note of an epoch; whether the loss has not gone down for long enough."""
        loss = monitored(row)
        if loss < self._lowest:
            self._lowest, self._restore = loss, kept(params)
        self._waited += 1
        if loss < self._mark - self.min_delta:
            self._mark, self._waited = loss, 0
        return self._waited >= self.patience


def fit(
    model: Any,
    data: Any,
    loss: str | Loss,
    optimiser: Optimiser,
    epochs: int,
    batch_size: int | None = None,
    *,
    validation: Any = None,
    accuracy: str | Judge | None = "auto",
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    early_stopping: EarlyStopping | int | None = None,
    seed: int = 0,
    progress: bool | str = "auto",
    lang: str = "en",
    callbacks: Iterable[Callable[[Any, History], object]] = (),
    compiled: bool | str = False,
) -> History:
    """Train a model: for each batch the predictions, their loss, its gradients, one update.

        w_new = w_old - lr * dL/dw        (or what else the optimiser makes of the gradient)

    Ctrl-C ends the training: the history up to the last complete epoch is returned, with `stopped`
    as "interrupted", and the model has the weights of its last complete update.

    The same model, data, optimiser and seeds give the same history, bit for bit, but for `seconds`.
    Each batch is one graph, which is freed before the next.

    Args:
        model: an MLP, or anything with `parameters()` that is called with the numbers of an input.
        data: a Dataset, a tuple (inputs, targets) or a list of pairs (input, target).
        loss: a name from `losses`, or a function of the list of a batch's predictions and the list
            of its targets to a Value, best the mean over the batch.
        optimiser: made with the model's parameters.
        epochs: how often to go through the data, 1 or more.
        batch_size: samples per update, 1 to all of them. Each epoch shuffles them anew. None takes
            all in one batch, in their order.
        validation: data that is measured after each epoch and not learnt from.
        accuracy: "auto" (by the loss: the highest score, the sign, the nearer of 0 and 1; none for
            a regression), None, or a function of a prediction and its target to a bool.
        schedule: the learning rate as a function of the steps taken, in place of the optimiser's
            own while `fit` runs.
        clip_norm: the norm to which longer gradients are shortened, see `optim.clip_by_norm`.
        early_stopping: an EarlyStopping, or its patience. The model ends with the weights of
            the best epoch, whether it stopped early, finished or was interrupted.
        seed: of the shuffling, an int from 0 up.
        progress: "auto" draws a bar on a terminal (or in a notebook with ipywidgets); True also
            prints ten lines where there is none; False shows nothing.
        lang: of the progress, "en" or "es".
        callbacks: functions called with the model and the history after each epoch; one that
            returns True ends the training.
        compiled: True runs each step as a compiled program, on the back end "auto" or the named
            one. `grad` stays as it was; a callback's changes of more than numbers are not seen.

    Raises:
        TrainingError: (a ValueError) at the first nan or infinity in the loss or a gradient, and
            where an update would overflow a float. It names the epoch, the batch, the parameter and
            the likely cause. The model goes back to the last weights that gave a finite loss and
            finite gradients.
        ValueError, TypeError: arguments that are wrong or do not fit together; the message says
            which, and what is allowed. Nothing has been changed then.
    """
    check_model(model, "fit")
    params = check.parameters(model.parameters(), "fit")
    rows, targets = samples(data, "data", model)
    held_out = None if validation is None else samples(validation, "validation", model)
    judge, loss_of = judge_of(accuracy, loss, data), loss_function(loss)
    epochs, n = check.whole("epochs", epochs), len(rows)
    size = n if batch_size is None else check.whole("batch_size", batch_size, 1, n)
    checked(lang)
    check.one_of("progress", progress, (True, False, "auto"))
    if schedule is not None:
        check.function("schedule", schedule, "a function of the step")
    what = "a function (model, history)"
    calls = [check.function("a callback", f, what) for f in check.listed("callbacks", callbacks)]
    if early_stopping is not None and not isinstance(early_stopping, EarlyStopping):
        patience = check.whole("the patience of early_stopping", early_stopping)
        early_stopping = EarlyStopping(patience)
    best = early_stopping and replace(early_stopping)  # its own count
    trainer = _Trainer(model, params, loss_of, judge, optimiser, clip_norm, rows, targets, held_out)
    if compiled:
        from .compiled import CompiledStep

        chosen = "auto" if compiled is True else compiled
        trainer.step = CompiledStep(model, loss, optimiser, None, clip_norm, chosen, watched=True)
        if callable(accuracy):
            trainer.judge = lambda prediction, target: accuracy(_nodes(prediction), target)
    batches = orders(n, size, check.whole("seed", seed, 0))

    history = History()
    own_schedule = optimiser.schedule
    optimiser.schedule = own_schedule if schedule is None else schedule
    try:
        bar, after_epoch = shown(progress, lang, epochs, -(-n // size))
        with bar as after_batch:
            for epoch in range(1, epochs + 1):
                row = trainer.epoch(epoch, next(batches), after_batch)
                history.rows.append(row)
                enough = best and best._is_enough(row, params)  # before a callback changes weights
                after_epoch(row)
                answers = [callback(model, history) for callback in calls]
                if enough:
                    history.stopped = "early stopping"
                elif any(answer is True for answer in answers):
                    history.stopped = "callback"
                if history.stopped:
                    break
            else:
                history.stopped = "finished"
    except KeyboardInterrupt:
        if trainer.updating:  # all of it is taken back
            trainer.before()
        history.stopped = "interrupted"
    except TrainingError as error:
        error.history = history
        history.stopped = "error"
        raise
    finally:
        if schedule is not None:
            optimiser.schedule = own_schedule
    if best and best._restore:
        best._restore()
    return history


def _nodes(prediction: Any) -> Any:
    """The numbers of a compiled step as the Values that a model gives."""
    numbers, rebuild = flatten(prediction)
    return rebuild([*map(Value, map(held, numbers))])


def at_rates(
    model: Any,
    rates: Iterable[float],
    optimiser: Callable[..., Optimiser],
    who: str,
    most: int | None = None,
) -> list[tuple[float, Any, Optimiser]]:
    """(rate, copy of the model, its optimiser) for each learning rate: all have the same start."""
    check_model(model, who)
    each = [float(check.positive("rates", rate)) for rate in check.listed("rates", rates)]
    if most is not None and len(each) > most:
        raise ValueError(f"rates must be at most {most} learning rates, got {len(each)}")
    if not each or len({*each}) < len(each):
        raise ValueError(f"rates must be distinct learning rates, at least one; got {each}")
    copies = [(rate, deepcopy(model)) for rate in each]
    params = [check.parameters(copy.parameters(), who) for _, copy in copies]
    return [(*one, optimiser(ps, lr=one[0])) for one, ps in zip(copies, params, strict=True)]


def kept(params: Iterable[Value], optimiser: Optimiser | None = None) -> Callable[[], None]:
    """What goes back to the parameters, and all that the optimiser knows, as they are now."""
    numbers, state = [(p, p.data) for p in params], dict(vars(optimiser)) if optimiser else {}

    def restore() -> None:
        for p, data in numbers:
            p.data = data
        if optimiser:
            vars(optimiser).update(state)

    return restore


@dataclass(eq=False)
class _Trainer:
    """Update after update, and the way back from the last one."""

    model: Any
    params: list[Value]
    loss: Loss
    judge: Judge | None
    optimiser: Optimiser
    clip_norm: float | None
    rows: list[Row]
    targets: list[Any]
    held_out: Samples | None
    step: Any = None  # a CompiledStep
    updating: bool = False

    def __post_init__(self) -> None:
        check_optimiser(self.optimiser, self.params)
        if self.clip_norm is not None:
            check.positive("clip_norm", self.clip_norm)
        self.before = kept(self.params, self.optimiser)  # the last update
        self.losses: deque[float] = deque(maxlen=3)

    def epoch(self, epoch: int, batches: list[Sequence[int]], after_batch: Show) -> Epoch:
        """One pass through the data."""
        check_optimiser(self.optimiser, self.model.parameters())  # a callback may change those
        start, seen, right, loss, norm, lr = perf_counter(), 0, 0, 0.0, 0.0, 0.0
        accuracy: float | None = None
        for number, batch in enumerate(batches, 1):
            xs, ys = [self.rows[i] for i in batch], [self.targets[i] for i in batch]
            with self._explained(epoch, f"batch {number} of {len(batches)}", number, xs):
                batch_loss, batch_right, batch_norm, lr = self.update(xs, ys)
            self.losses.append(batch_loss)
            seen += len(batch)
            # Running means: of a single batch, its own numbers to the last bit.
            loss += (batch_loss - loss) * (len(batch) / seen)
            norm += (batch_norm - norm) / number
            if batch_right is not None:
                right += batch_right
                accuracy = right / seen
            after_batch(epoch, number, loss, accuracy)
        validated: tuple[float | None, float | None] = (None, None)
        if self.held_out is not None:
            with self._explained(epoch, "validation", 0, self.held_out[0]):
                validated = measured(self.model, self.held_out, self.loss, self.judge)
                check_loss(validated[0])
        return Epoch(epoch, loss, accuracy, *validated, lr, norm, perf_counter() - start)

    def update(self, rows: list[Row], targets: list[Any]) -> tuple[float, int | None, float, float]:
        """Forward, backward, step: the loss, right answers, gradient norm and learning rate."""
        before, lr = self.before, float(self.optimiser.lr)
        if self.step is not None:
            self.before, self.updating = kept(self.params, self.optimiser), True
            with suppress(GradientError):  # what is not finite is explained by the eager engine
                (value,), norm, answers = self.step.run(self.step.taken(rows, targets))
                self.updating = False
                return value, count_right(self.judge, answers, targets), norm, lr
            self.before, self.updating = before, False
        with collector_paused():
            predictions = [self.model(row) for row in rows]
            loss = loss_value(self.loss, predictions, targets)
            check_loss(loss.data)
            for p in self.params:
                p.grad = 0.0 if p.data.__class__ is float else 0
            loss.backward()
            value, right = float(loss.data), count_right(self.judge, predictions, targets)
            del loss, predictions
        params, limit = self.optimiser.params, self.clip_norm
        check_gradients(params)
        norm = clip_by_norm(params, limit) if limit else hypot(*[p.grad for p in params])
        self.before, self.updating = kept(self.params, self.optimiser), True
        self.optimiser.step()
        self.updating = False
        return value, right, norm, lr

    @contextmanager
    def _explained(self, epoch: int, where: str, batch: int, rows: list[Row]) -> Iterator[None]:
        """Errors that come from the numbers become TrainingErrors that say where and why."""
        try:
            yield
        except Exception as error:
            if not is_numeric(error, self.model):
                raise
            then = " The model keeps the last weights that gave a finite loss and gradients."
            said = self.losses, float(self.optimiser.lr), f"epoch {epoch}, {where}", then
            told = described(error, self.model, rows, *said, epoch=epoch, batch=batch)
            self.before()
            raise told from error


def orders(n: int, size: int, seed: int) -> Iterator[list[Sequence[int]]]:
    """For each epoch, the indices of its batches: what `fit` takes with this size and seed."""
    rng, order = Random(seed), list(range(n))
    while True:
        if size < n:  # sorting by random numbers: only random() is the same in every Python
            order.sort(key=lambda _: rng.random())
        yield [order[i : i + size] for i in range(0, n, size)]
