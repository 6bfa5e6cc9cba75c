"""fit against steps worked out by hand, exact recursions and loops written out; and how it ends."""

import gc
import math
import signal
from fractions import Fraction

import pytest

from autograd_mini import Value, losses
from autograd_mini.data import Dataset, moons, xor
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD, Momentum, linear
from autograd_mini.rules.spare import forget
from autograd_mini.training import EarlyStopping, evaluate, fit, fitting
from tests.training.models import Offset, line, numbers


def values():
    forget()  # what the next graph would use
    return sum(type(o) is Value for o in gc.get_objects())


def rising(epochs, **options):
    """The history and v of a model that learns to say 99: v grows by 1 in each epoch."""
    model = Offset()
    sgd = SGD([model.v], lr=1.0)
    return fit(model, ([0.0], [99.0]), "mae", sgd, epochs, **options), model.v.data


# --- what an update does -------------------------------------------------------------------------
def test_one_update_by_hand():
    model = line()  # p = 1/2 * 2 = 1, L = (1 - 3)**2 = 4, dL/dp = -4, dL/dw = -8, dL/db = -4
    history = fit(model, ([2.0], [3.0]), "mse", SGD(model.parameters(), lr=0.125), epochs=1)
    assert numbers(model) == [0.5 + 0.125 * 8, 0.125 * 4]
    assert history.loss == [4.0]
    assert history.gradient_norm == [math.hypot(8, 4)]
    assert history.learning_rate == [0.125]
    assert history.accuracy == [None]
    assert (history.epochs, len(history), history.stopped) == ([1], 1, "finished")


def test_it_is_the_loop_written_out_bit_for_bit():
    data, one, two = moons(30), MLP(2, [6, 1], seed=3), MLP(2, [6, 1], seed=3)
    loss = losses.binary_cross_entropy_with_logits
    history = fit(one, data, loss, Momentum(one.parameters(), lr=0.1), epochs=7)
    optimiser, seen = Momentum(two.parameters(), lr=0.1), []
    for _ in range(7):
        value = loss([two(x) for x in data.inputs], data.targets)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        seen.append(value.data)
    assert history.loss == seen
    assert numbers(one) == numbers(two)


def test_exact_numbers_stay_exact():
    model = Offset()
    model.v.data = Fraction(0)
    fit(model, ([0], [Fraction(1, 3)]), "mse", SGD([model.v], lr=Fraction(1, 4)), epochs=3)
    assert model.v.data == Fraction(1, 3) * (1 - Fraction(1, 2) ** 3)  # halves the error each time


def test_weight_decay_clipping_and_schedules_come_from_optim():
    model = line(1.0, 2.0)  # p = 3 = y: no gradient but the decay's
    fit(model, ([1.0], [3.0]), "mse", SGD(model.parameters(), lr=0.5, weight_decay=0.5), epochs=1)
    assert numbers(model) == [0.75, 1.5]

    model = line()  # gradient (-8, -4): clipped to norm 1
    optimiser = SGD(model.parameters(), lr=1.0)
    history = fit(model, ([2.0], [3.0]), "mse", optimiser, epochs=1, clip_norm=1.0)
    assert math.dist(numbers(model), [0.5, 0.0]) == pytest.approx(1.0, rel=1e-15)
    assert numbers(model) == pytest.approx([0.5 + 2 / 5**0.5, 1 / 5**0.5], rel=1e-15)
    assert history.gradient_norm == [pytest.approx(80**0.5, rel=1e-15)]  # before clipping

    model = Offset()  # mae: dL/dv = -1, so v grows by the learning rate
    optimiser = SGD([model.v], lr=9.0)
    rate = linear(1.0, 4, final=0.5)
    history = fit(model, ([0.0], [99.0]), "mae", optimiser, epochs=5, schedule=rate)
    assert history.learning_rate == [1.0, 0.875, 0.75, 0.625, 0.5]
    assert model.v.data == 1.0 + 0.875 + 0.75 + 0.625 + 0.5
    assert (optimiser.lr, optimiser.schedule) == (9.0, None)


# --- batches -------------------------------------------------------------------------------------
def test_each_epoch_shows_each_sample_once_in_a_new_order():
    epochs = [[] for _ in range(3)]
    calls = []

    def loss(predictions, targets):
        epochs[len(calls) // 3].append(targets)
        calls.append(losses.mse(predictions, targets).data)
        return losses.mse(predictions, targets)

    model, n = line(), 10
    data = [(float(i), float(i)) for i in range(n)]
    history = fit(model, data, loss, SGD(model.parameters(), lr=1e-4), 3, batch_size=4, seed=5)
    orders = [[y for batch in epoch for y in batch] for epoch in epochs]
    assert [[len(batch) for batch in epoch] for epoch in epochs] == [[4, 4, 2]] * 3
    assert [sorted(order) for order in orders] == [list(map(float, range(n)))] * 3
    assert len({tuple(order) for order in orders}) == 3
    assert next(fitting.orders(n, 4, 5)) != next(fitting.orders(n, 4, 6))
    means = [math.fsum(k * x for k, x in zip((4, 4, 2), calls[i : i + 3], strict=True)) / n
             for i in (0, 3, 6)]  # fmt: skip
    assert history.loss == pytest.approx(means, rel=1e-14)


def test_a_graph_is_gone_before_the_next_and_the_collector_is_back():
    alive = []

    class Watched(MLP):
        def __call__(self, x):
            if x == (0.0, 0.0):  # the first sample of each batch
                alive.append(values())
                assert not gc.isenabled()
            return super().__call__(x)

    model = Watched(2, [3, 1], seed=0)
    gc.collect()
    before = values()
    fit(model, xor(), "mse", SGD(model.parameters(), lr=0.1), epochs=4)
    assert alive == [before] * 4
    assert values() == before
    assert gc.isenabled()


# --- accuracy and validation ---------------------------------------------------------------------
class Echo:
    """The prediction is the input: one score, or a list of them."""

    def __init__(self):
        self.w = Value(0.0)

    def __call__(self, x):
        out = [v + self.w for v in x]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [self.w]


ACCURACIES = [
    # loss, inputs (which are the predictions), targets, share of right ones
    ("cross_entropy", [(0.1, 0.3, 0.2), (5, 1, 1), (0, 0, 1), (1, 1, 0)], [1, 0, 0, 0], 0.75),
    ("hinge", [(0.5,), (-0.5,), (0.0,), (-2.0,)], [1, 1, -1, -1], 0.75),
    ("binary_cross_entropy", [(0.6,), (0.4,), (0.5,), (0.9,)], [1, 1, 0, 0], 0.5),
    ("binary_cross_entropy_with_logits", [(0.6,), (0.4,), (-0.5,), (0.9,)], [1, 1, 0, 0], 0.75),
    ("binary_cross_entropy", [(0.6, 0.1), (0.6, 0.6)], [[1, 0], [1, 0]], 0.5),
    ("mse", [(0.6,), (0.4,)], [1, 1], None),
    ("huber", [(0.6,), (0.4,)], [1, 1], None),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "inputs", "targets", "share"), ACCURACIES)
def test_what_counts_as_right_goes_by_the_loss(loss, inputs, targets, share):
    for given in (loss, getattr(losses, loss)):
        assert evaluate(Echo(), (inputs, targets), given).accuracy == share
    model = Echo()
    history = fit(model, (inputs, targets), loss, SGD([model.w], lr=1e-3), epochs=1)
    assert history.accuracy == [share]


def test_accuracy_of_a_squared_error_on_two_classes_and_by_a_function_of_ones_own():
    two = Dataset("two", [(0.6,), (0.4,), (0.3,)], [1, 1, 0], class_names=("no", "yes"))
    assert evaluate(Echo(), two, "mse").accuracy == 2 / 3
    model = Echo()
    history = fit(model, two, "mse", SGD([model.w], lr=1e-9), epochs=1, validation=two)
    assert history.validation_accuracy == [2 / 3]
    assert evaluate(Echo(), two, "mse", accuracy=None).accuracy is None
    near = evaluate(Echo(), two, "mse", accuracy=lambda p, y: abs(p - y) < 0.35)
    assert near.accuracy == 1 / 3
    assert evaluate(Echo(), two, lambda p, y: losses.mse(p, y) * 2).accuracy is None


def test_evaluation_is_the_loss_of_all_and_changes_nothing():
    model, data = MLP(2, [3, 1], seed=0), moons(20)
    loss = losses.binary_cross_entropy_with_logits
    loss([model(x) for x in data.inputs], data.targets).backward()
    grads = [p.grad for p in model.parameters()]
    found = evaluate(model, data, loss)
    assert found.loss == loss([model(x).data for x in data.inputs], data.targets)
    assert [p.grad for p in model.parameters()] == grads


def test_evaluation_holds_one_graph_at_a_time():
    alive = []

    class Watched(MLP):
        def __call__(self, x):
            alive.append(values())
            return super().__call__(x)

    evaluate(Watched(2, [3, 1], seed=0), moons(5), "mse")
    assert [n - alive[0] for n in alive] == [0, 1, 2, 3, 4]  # a prediction more each time


def test_kl_divergence_takes_the_targets_as_the_true_distribution():
    p, q = [0.5, 0.5], [0.25, 0.75]
    for given in ("kl_divergence", losses.kl_divergence):
        assert evaluate(Echo(), ([q], [p]), given).loss == pytest.approx(math.log(4 / 3) / 2)


def test_validation_is_measured_after_each_epoch():
    history, _ = rising(3, validation=([0.0, 0.0], [2.0, 4.0]))  # v = 1, 2, 3
    assert history.loss == [99.0, 98.0, 97.0]  # before each update
    assert history.validation_loss == [2.0, 1.0, 1.0]
    assert history.best_epoch == 2


# --- early stopping ------------------------------------------------------------------------------
def away(rule, epochs=20, **options):
    """v = 1, 2, 3, ... after each epoch; the validation loss |v - 3| is 2, 1, 0, 1, 2, ..."""
    return rising(epochs, validation=([0.0], [3.0]), early_stopping=rule, **options)


@pytest.mark.parametrize(
    ("rule", "epochs", "seen", "stopped", "v"),
    [
        (2, 20, 5, "early stopping", 3.0), (EarlyStopping(4), 20, 7, "early stopping", 3.0),
        (4, 5, 5, "finished", 3.0),  # it does not stop, and goes back all the same
        (None, 5, 5, "finished", 5.0),
        (EarlyStopping(2, min_delta=1.5), 20, 5, "early stopping", 3.0),  # from 2 to 0 is enough
        (EarlyStopping(2, min_delta=2.5), 20, 3, "early stopping", 3.0),  # nothing is
    ],
)  # fmt: skip
def test_early_stopping_waits_and_goes_back_to_the_best_weights(rule, epochs, seen, stopped, v):
    history, found = away(rule, epochs)
    assert (history.validation_loss, history.best_epoch) == ([2, 1, 0, 1, 2, 3, 4][:seen], 3)
    assert (history.stopped, found) == (stopped, v)


def test_without_validation_data_the_training_loss_decides():
    model = Offset()  # v = 0, 2, 4, 2, 4, ...: |v - 3| = 3, 1, 1, 1, ...
    history = fit(model, ([0.0], [3.0]), "mae", SGD([model.v], lr=2.0), 20, early_stopping=3)
    assert (history.loss, history.best_epoch) == ([3, 1, 1, 1, 1], 2)


# --- interruption --------------------------------------------------------------------------------
class Fuse(Value):
    """A Value that is interrupted once, when it is given the number `limit`."""

    __slots__ = ("limit",)

    @property
    def data(self):
        return float(Value.data.__get__(self))

    @data.setter
    def data(self, number):
        if getattr(self, "limit", None) is not None and number >= self.limit:
            self.limit = None
            raise KeyboardInterrupt
        Value.data.__set__(self, number)


class Sum(Offset):
    def __init__(self):
        self.v, self.u = Value(0.0, label="v"), Fuse(0.0, label="u")
        self.u.limit = 4.0

    def __call__(self, x):
        return self.v + self.u * 1.0

    def parameters(self):
        return [self.v, self.u]


def test_an_interrupted_update_is_taken_back_as_a_whole():
    model = Sum()  # mae: both grow alike, by growing velocities: 1, 1 + 1.5, 1 + 1.5 + 1.75 = 4.25
    optimiser = Momentum(model.parameters(), lr=1.0, momentum=0.5)
    history = fit(model, ([0.0], [99.0]), "mae", optimiser, epochs=10)
    assert (history.stopped, len(history)) == ("interrupted", 2)
    assert (model.v.data, model.u.data) == (2.5, 2.5)
    state = optimiser.state_dict()
    assert (state["steps"], state["velocity"]) == (2, [1.5, 1.5])
    fit(model, ([0.0], [99.0]), "mae", optimiser, epochs=1)  # and it goes on from there
    assert (model.v.data, model.u.data) == (4.25, 4.25)

    def interrupt(model, history):  # after a whole update, which stays
        raise KeyboardInterrupt

    for compiled in (False, "python"):
        history, v = rising(9, callbacks=[interrupt], compiled=compiled)
        assert (len(history), history.stopped, v) == (1, "interrupted", 1.0)


@pytest.mark.usefixtures("interruptible")
def test_control_c_returns_the_history_and_what_was_learnt():
    calls = []

    def loss(predictions, targets):
        calls.append(1)
        if len(calls) == 6:  # the second batch of the third epoch
            signal.raise_signal(signal.SIGINT)
        return losses.mae(predictions, targets)

    model = Offset()
    optimiser = SGD([model.v], lr=9.0)
    history = fit(model, ([0.0] * 2, [99.0] * 2), loss, optimiser, 50, 1, schedule=lambda t: 1.0)
    assert (history.stopped, history.epochs) == ("interrupted", [1, 2])
    assert model.v.data == 5.0  # five whole updates
    assert gc.isenabled()
    assert optimiser.schedule is None


@pytest.mark.parametrize(("epoch", "number"), [(5, 5.0), (3, -50.0)])
def test_the_best_weights_are_those_before_a_callback_that_changes_them_or_is_interrupted(
    epoch, number
):
    def change(model, history):
        if len(history) == epoch:
            model.v.data = number
            raise KeyboardInterrupt

    history, v = away(9, 9, callbacks=[change])
    assert (len(history), history.best_epoch, history.stopped, v) == (epoch, 3, "interrupted", 3.0)


def test_a_callback_that_replaces_weights_is_told_that_they_would_not_be_trained():
    def revive(model, _):
        model.layers[0].neurons[0].w = [0.5, 0.5]

    model = MLP(2, [1], seed=0)
    optimiser = SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=r"not the model's; make it anew"):
        fit(model, xor(), "mse", optimiser, 9, callbacks=[revive])


def test_a_schedule_that_a_callback_sets_stays():
    model = Offset()
    optimiser, halving = SGD([model.v], lr=1.0), lambda step: 0.5**step

    def change(_, history):
        optimiser.schedule = halving

    history = fit(model, ([0.0], [99.0]), "mae", optimiser, 3, callbacks=[change])
    assert (history.learning_rate, optimiser.schedule) == ([1.0, 0.5, 0.25], halving)


def test_callbacks_see_each_epoch_and_can_end_the_run():
    seen = []
    calls = [lambda m, h: len(h) == 3, lambda m, h: seen.append((m.v.data, h.loss[-1]))]
    history, _ = rising(9, callbacks=calls)
    assert (len(history), history.stopped) == (3, "callback")
    assert seen == [(1.0, 99.0), (2.0, 98.0), (3.0, 97.0)]
