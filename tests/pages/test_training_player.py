"""Recorded training runs: they are the run of `fit`, and the verdicts those of closed forms."""

import json
import re
from itertools import pairwise
from math import exp, hypot, inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import MLP, Neuron, Value, diagnose, losses
from autograd_mini.data import Dataset, moons, spirals, xor
from autograd_mini.optim import SGD, Adam
from autograd_mini.pages.page import save_html
from autograd_mini.pages.training_page import to_html
from autograd_mini.stepping.training.fields import answers, asked
from autograd_mini.stepping.training.recording import (
    record_descent,
    record_descents,
    record_learning_rates,
    record_training,
)
from autograd_mini.stepping.training.runs import Field, LearningRates, TrainingSteps
from autograd_mini.stepping.training.verdicts import Turning, verdict
from autograd_mini.training import TrainingError, evaluate, fit
from autograd_mini.training.fitting import orders
from tests.documents import unsigned
from tests.pages.near import codes_of, number_of
from tests.refusals import refusing
from tests.training.models import LOGITS, Offset, descended, with_weights


def small(seed=0):
    return MLP(2, [4, 1], activation="tanh", seed=seed)


def trained(model, data, epochs, batch_size=None, **settings):
    optimiser = Adam(model.parameters(), lr=0.05)
    return fit(model, data, LOGITS, optimiser, epochs, batch_size, progress=False, **settings)


def recorded(model, data, epochs, batch_size=None, **settings):
    optimiser = Adam(model.parameters(), lr=0.05)
    return record_training(model, data, LOGITS, optimiser, epochs, batch_size, **settings)


# --- the run of fit ------------------------------------------------------------------------------
@pytest.mark.parametrize("batch_size", [None, 7])
def test_the_run_is_that_of_fit_bit_for_bit(batch_size):
    data = moons(20, seed=3)
    models = [small(), small()]
    run = recorded(models[0], data, 6, batch_size, seed=5)
    weights = []
    history = trained(
        models[1], data, 6, batch_size, seed=5,
        callbacks=[lambda model, _: weights.append(tuple(p.data for p in model.parameters()))],
    )  # fmt: skip
    assert [row[:-1] for row in run.history] == [row[:-1] for row in history.rows]  # but seconds
    assert [frame.weights for frame in run[1:]] == weights
    assert run[0].weights == tuple(p.data for p in small().parameters())
    assert [p.data for p in models[0].parameters()] == [p.data for p in models[1].parameters()]
    assert run.names == tuple(models[1].named_parameters())
    assert (run.losses[-1], run.accuracies[-1]) == evaluate(models[1], data, LOGITS)
    if batch_size is None:  # the loss before each update is that after the one before
        assert list(run.losses[:-1]) == history.loss


def test_the_update_of_an_epoch_is_its_last():
    """Of plain gradient descent w_new = w_old - lr * gradient, to the last bit."""
    run = descended(small(), xor(), 0.3, 5)
    assert run.plain
    assert run[0].before == run[0].gradients == ()
    for before, frame in pairwise(run):
        assert frame.before == before.weights
        assert frame.rate == 0.3
        steps = zip(frame.before, frame.gradients, frame.weights, strict=True)
        assert all(new == old - 0.3 * g for old, g, new in steps)


def test_the_last_batch_of_an_epoch_is_its_update():
    """Checked by taking that batch's gradient by hand."""
    data = moons(9, seed=1)
    model, twin = small(2), small(2)
    run = descended(model, data, 0.1, 1, 4, seed=8)
    with_weights(twin, run[1].before)
    batch = data.subset(next(orders(9, 4, 8))[-1])
    losses.binary_cross_entropy_with_logits([*map(twin, batch.inputs)], batch.targets).backward()
    assert run[1].gradients == tuple(p.grad for p in twin.parameters())


def test_other_optimisers_are_not_plain():
    model = small()
    assert not recorded(model, xor(), 1).plain
    decayed = SGD(model.parameters(), lr=0.1, weight_decay=0.1)
    assert not record_training(model, xor(), LOGITS, decayed, 1).plain
    assert "step" not in vars(decayed)  # the optimiser is left as it was


# --- frames --------------------------------------------------------------------------------------
def test_long_runs_keep_some_epochs_close_together_at_first():
    run = recorded(small(), xor(), 300, frames=30)
    epochs = [frame.epoch for frame in run]
    assert epochs[:4] == [0, 1, 2, 3]
    assert epochs[-1] == 300
    assert 25 <= len(epochs) <= 30
    gaps = [b - a for a, b in pairwise(epochs)]
    assert max(gaps) < 300 / 4
    assert gaps[-1] > gaps[0]
    assert len(run.losses) == 301
    assert all(run.losses[frame.epoch] == frame.loss for frame in run)
    chosen = recorded(small(), xor(), 9, frames=[4, 2])
    assert [frame.epoch for frame in chosen] == [0, 2, 4, 9]


def test_early_stopping_ends_with_a_frame():
    """The frame is of the epoch after which training stopped, not of the best weights."""
    model = small()
    run = descended(model, xor(), 30, 400, frames=[], early_stopping=2, accuracy=None)
    assert run.stopped == "early stopping"
    assert [frame.epoch for frame in run] == [0, run.history[-1].epoch]
    assert len(run.losses) - 1 == run.history[-1].epoch < 400
    assert run[-1].loss == run.losses[-1] > min(run.losses)
    twin = small()
    fit(twin, xor(), LOGITS, SGD(twin.parameters(), lr=30), 400, early_stopping=2, progress=False)
    assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]
    assert run[-1].weights != tuple(p.data for p in model.parameters())


def test_norms_and_ratios_by_layer():
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    run = descended(model, xor(), 0.5, 1)
    g, frame = run[1].gradients, run[1]
    norms = [hypot(*g[:9]), hypot(*g[9:])]
    assert run.gradient_norms(1) == pytest.approx(norms, rel=1e-15)
    weights = [0, 1, 3, 4, 6, 7]  # of layer 1; 2, 5 and 8 are the biases
    change = hypot(*[0.5 * g[k] for k in weights])
    ratio = change / hypot(*[frame.before[k] for k in weights])
    assert run.update_ratios(1)[0] == pytest.approx(ratio, rel=1e-12)
    assert run.gradient_norms(0) == run.update_ratios(0) == []


def test_flow_is_the_diagnosis():
    model = MLP(2, [4] * 8 + [1], activation="sigmoid", seed=0)
    run = descended(model, xor(), 0.1, 2)
    found = diagnose(model, xor(), LOGITS)
    assert run[-1].flow == (found.verdict, *(layer.verdict for layer in found.layers))
    assert run[-1].flow[0] == "vanishing"


# --- runs that diverge ---------------------------------------------------------------------------
def test_a_diverged_run_is_recorded_up_to_there():
    """(2*lr*x**2 - 1)**2 = 39**2 is the factor of the loss w**2: known in closed form."""
    neuron, data = Neuron(1, nonlin=False, init="zeros"), [([1.0], 0.0), ([-1.0], 0.0)]
    neuron.w = [1.0]
    run = descended(neuron, data, 20.0, 500, loss="mse")
    assert run.stopped == "diverged"
    assert run.verdict == "diverges"
    assert run.losses[:4] == pytest.approx([39.0 ** (2 * k) for k in range(4)], rel=1e-14)
    assert len(run.losses) - 1 <= run.divergence.epoch == round(1023 * log(2) / (2 * log(39)))
    assert run[-1].epoch == len(run.losses) - 1
    assert run.divergence.place == "w[0]"
    assert "learning rate of 20" in run.divergence.cause


def test_without_a_loss_to_begin_with_there_is_nothing_to_record():
    model = MLP(1, [1], init="zeros")
    model.parameters()[0].data = 1e300
    with pytest.raises(TrainingError, match=r"before training.*inputs as large as 1e.10"):
        descended(model, ([1e10], [0.0]), 0.1, 3, loss="mse")


# --- verdicts ------------------------------------------------------------------------------------
@given(
    a=st.floats(0.1, 10), start=st.floats(0.5, 5),
    factor=st.sampled_from([0.995, 0.9, 0.5, 0.1, -0.1, -0.5, -0.97, -1.05, -1.5, -40.0]),
)  # fmt: skip
def test_gradient_descent_on_a_parabola(a, start, factor):
    """w is multiplied by 1 - 2*a*lr in each step."""
    run = record_descent(lambda w: a * w**2, start, lr=(1 - factor) / (2 * a), steps=40)
    for k, frame in enumerate(run):
        assert frame.weights[0] == pytest.approx(start * factor**k, rel=1e-9)
    truth = (
        "diverges" if factor < -1 else "oscillates" if factor < 0
        else "crawls" if factor ** (2 * 40) > 0.25 else "converges"
    )  # fmt: skip
    assert run.verdict == truth


def test_a_narrow_valley_oscillates_across():
    """(x**2 + 100 y**2)/2: across the valley the factor is 1 - 100*lr, along it 1 - lr."""
    rates = [1e-5, 0.009, 0.019, 0.0201]
    runs = record_descents(lambda x, y: (x**2 + 100 * y**2) / 2, 1.0, 1.0, rates=rates, steps=400)
    assert runs.verdicts == ("crawls", "converges", "oscillates", "diverges")


@pytest.mark.parametrize(
    ("start", "rate", "truth"),
    [
        (3.0, 0.0005, "crawls"),
        (3.0, 0.1, "converges"),
        (0.5, 0.1, "trembles"),  # hardly anything to come down, and noise
        (0.0, 0.3, "trembles"),  # in the minimum, out of which the batches throw it
        (3.0, 0.7, "oscillates"),
        (0.5, 0.6, "oscillates"),
        (0.5, 1.05, "diverges"),
    ],
)
def test_the_noise_of_small_batches_is_no_jump_over_the_minimum(start, rate, truth):
    """Of mean (v - y)**2, y = 1 or -1, batches of one multiply v - y by 1 - 2 lr: from 1/2 on lr
    jumps over the minimum of its batch, from 1 on farther away than it was."""
    data = ([[0.0]] * 6, [1.0, -1.0] * 3)
    run = descended(Offset(start), data, rate, 40, 1, loss="mse")
    assert run.verdict == truth
    alike = descended(Offset(3.0), data, rate, 40, loss="mse")
    assert (alike.turning < 0) == (rate > 0.5)  # all points at once, without noise, agree


def test_the_gradients_are_left_as_fit_leaves_them():
    def trained(by):
        model = MLP(1, [2, 1], activation="tanh", seed=0)
        data, optimiser = ([[0.0], [1.0], [2.0]], [0.0, 1.0, 0.5]), SGD(model.parameters(), lr=0.1)
        by(model, data, "mse", optimiser, 3, 2)
        return [(p.data, p.grad) for p in model.parameters()]

    assert trained(record_training) == trained(fit)


@pytest.mark.parametrize(
    ("losses", "turning", "settings", "truth"),
    [
        ([1.0, 0.9, 0.9, 0.9], 1.0, {}, "converges"),  # as low as it gets, for all we know
        ([1.0, 0.9, 0.9, 0.9], 1.0, {"best": 0.1}, "crawls"),  # another run came lower
        ([1.0, 1.0, 1.0], 0.0, {}, "crawls"),
        ([0.6996, 0.699], 0.0, {}, "crawls"),  # a single epoch
        ([4.0, 3.9, 3.8, 3.7], 1.0, {}, "crawls"),  # as far in each epoch
        ([0.0, 0.0, 0.0], 0.0, {}, "converges"),
        ([1.0, 0.9, 0.8, 0.01], 1.0, {}, "converges"),  # a plateau, left in time
        ([1.0, 0.1, 0.9, 0.05], 0.5, {}, "oscillates"),  # momentum swings through the minimum
        ([1.0, 3.0, 2.0, 1.5], 0.5, {}, "oscillates"),
        ([1.0, 3.0, 9.0, 8.0], 0.5, {}, "oscillates"),
        ([1.0, 3.0, 90.0, 80.0], 0.5, {}, "diverges"),
        ([1.0, 2.0, inf], 0.5, {}, "diverges"),
        ([1.0, 3.0, 9.0], 0.5, {"batches": True}, "trembles"),
        ([1.0, 3.0, 90.0], 0.5, {"batches": True}, "diverges"),  # ten times the start
        ([1.0, 3.0, 9.0], -0.5, {"batches": True}, "oscillates"),
    ],
)
def test_verdicts(losses, turning, settings, truth):
    assert verdict(losses, turning, **settings) == truth


def test_turning_weighs_by_length():
    turning = Turning()
    for w in ([0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [1.0, 3.0], [1.0, 2.0]):
        turning.add(w)
    assert turning.value == pytest.approx((0 + 0 + 0) / (12 + 9 + 3))
    turning.add([1.0, 7.0])
    assert turning.value == pytest.approx(-5 / (24 + 5))
    beyond = Turning()
    for w in (0.0, 1e300, -1e300):  # products that no float holds do not count
        beyond.add([w])
    assert beyond.value == 0


def test_the_start_of_all_rates_is_the_same_and_the_model_is_left_alone():
    model = small()
    before = [p.data for p in model.parameters()]
    runs = record_learning_rates(model, xor(), LOGITS, [0.1, 1.0], 3)
    assert [p.data for p in model.parameters()] == before
    assert runs[0][0].weights == runs[1][0].weights == tuple(before)
    assert record_learning_rates(small, xor(), LOGITS, [0.1, 1.0], 3)[1][3] == runs[1][3]


# --- pictures ------------------------------------------------------------------------------------
def truth_at(model, place):
    return 1 / (1 + exp(-model(place).data))


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "sigmoid", "gelu"])
def test_the_plane_is_what_the_model_answers(activation):
    model = MLP(2, [5, 4, 1], activation=activation, seed=2)
    run = recorded(model, moons(10), 2, grid=9)
    field, frame = run.field, run[-1]
    assert field.kind == "two"
    assert len(frame.field) == len(field.places) == 81
    for place, byte in zip(field.places, frame.field, strict=True):
        truth = truth_at(model, place)
        side = abs(2 * truth - 1) ** 0.5  # codes are as far apart as 1/127.5 in this
        assert abs(number_of(field, byte) - truth) <= 0.5 * (side + 0.25 / 127.5) / 127.5 + 1e-12
        assert (byte > 127.5) == (truth > 0.5)
    ends = field.x, field.y
    for (low, high), inside in zip(ends, zip(*run.points.inputs, strict=True), strict=True):
        assert low < min(inside) <= max(inside) < high


def test_the_plane_of_several_classes():
    data = spirals(30, classes=3)
    model = MLP(2, [6, 3], activation="tanh", seed=1)
    optimiser = Adam(model.parameters(), lr=0.05)
    run = record_training(model, data, "cross_entropy", optimiser, 3, grid=8)
    assert (run.field.kind, run.field.classes) == ("classes", 3)
    for place, byte in zip(run.field.places, run[-1].field, strict=True):
        scores = [score.data for score in model(place)]
        shares = sorted(exp(s) / sum(map(exp, scores)) for s in scores)
        assert scores[byte // 85] == max(scores)
        assert abs(byte % 85 / 84 - (shares[2] - shares[1]) ** 0.5) <= 0.5 / 84 + 1e-9


def test_a_model_of_another_make_is_asked_itself():
    class Line(Offset):
        def __call__(self, x):
            return self.v * x[0]

    line = Line(0.5)
    data = [([float(x)], 2.0 * x) for x in range(-2, 3)]
    run = descended(line, data, 0.05, 4, loss="mse")
    assert run.names == ("v",)
    assert run.layers == ()
    assert run[1].flow == ()
    for (x,), code in zip(run.field.places, codes_of(run.field, run[-1].field), strict=True):
        expected = max(run.field.low, min(run.field.high, line.v.data * x))
        width = (run.field.high - run.field.low) / 65535
        assert abs(number_of(run.field, code) - expected) <= width / 2 + 1e-12
    assert run.landscape is not None
    field, picture = run.landscape
    for (w,), code in zip(field.places, codes_of(field, picture), strict=True):
        loss = sum((w * x - 2 * x) ** 2 for x in range(-2, 3)) / 5
        assert abs(number_of(field, code) - loss) <= (field.high - field.low) / 65535 / 2 * 1.0001


def test_the_landscape_of_two_parameters():
    run = record_descent(lambda x, y: x**2 + 10 * y**2, 3.0, 1.0, lr=0.02, steps=20)
    assert run.landscape is not None
    field, picture = run.landscape
    assert field.kind == "log"
    assert field.x[0] < run[-1].weights[0] < 3.0 < field.x[1]
    for (x, y), code in zip(field.places, codes_of(field, picture), strict=True):
        height = 10 ** number_of(field, code) + field.base
        assert height == pytest.approx(x**2 + 10 * y**2, rel=2e-4, abs=2e-5)
    assert record_descent(lambda x, y, z: x * x + y * y + z * z, 1, 2, 3).landscape is None
    assert record_descent(lambda x, y: 0 * x * y, 1, 2).landscape[0].kind == "values"  # flat


def test_the_picture_of_a_loss_leaves_what_flies_away_outside():
    run = record_descent(lambda w: w**2, 3.0, lr=10.0)
    low, high = run.landscape[0].x
    assert -10 < low < 0 < 3 < high < 10


@pytest.mark.parametrize("activation", ["elu", lambda z: z * z if z.data > 0 else z])
def test_many_places_at_once(activation):
    model = MLP(2, [3, 2], activation=activation, seed=4)
    ask = asked(model)
    for _ in range(2):
        answer = [*map(float, ask([(1.0, 1.0), (0.3, -2.0)])[1])]
        assert answer == pytest.approx([y.data for y in model((0.3, -2.0))], rel=1e-14)
        for p in model.parameters():  # weights are read when the model is asked
            p.data *= 1.5


def test_codes():
    field = Field("two", (0.0, 1.0), (0.0, 1.0), 2, 0.0, 1.0)
    codes = [field.code(x) for x in (-inf, 0.0, 0.5, 1.0, inf, float("nan"))]
    assert codes == [0, 0, 128, 255, 255, 128]
    assert codes_of(field, field.picture([0, 7, 255, 9])) == [0, 7, 255, 9]
    line = field._replace(y=None)
    assert (line.code(0.5), codes_of(line, line.picture([258, 65535]))) == (32768, [258, 65535])
    assert field.places == [(0, 0), (1, 0), (0, 1), (1, 1)]
    scores = [[nan, 1.0, 2.0], [1e308, nan, 2.0], [-inf, 9.0, 1.0], [inf, 1.0, 2.0]]
    three = field._replace(kind="classes", classes=3)
    assert [*answers(lambda _: scores, three, "cross_entropy")] == [0, 0, 169, 0]


# --- JSON ----------------------------------------------------------------------------------------
def runs_of_all_kinds():
    neuron, model = Neuron(1, nonlin=False, seed=0), MLP(2, [3, 2], seed=0)
    diverged = descended(neuron, [([1.0], 0.0)], 9.0, 400, frames=5, loss="mse")
    assert diverged.divergence
    two = descended(model, [((0.1, 0.2), [1.0, 2.0])], 0.1, 2, loss="mse")
    rates = record_descents(lambda x, y: x**2 + y**2, 1.0, 2.0, rates=[0.1, 2.0], steps=4)
    return [recorded(small(), moons(8), 3, grid=8), diverged, two, rates]


@pytest.mark.parametrize("k", range(4))
def test_json_brings_it_all_back(k):
    run = runs_of_all_kinds()[k]
    again = type(run).from_json(run.to_json())
    assert again == run
    assert vars(again) == vars(run)
    assert again.to_json() == run.to_json()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.update(format="x"), "not an autograd_mini training document"),
        (lambda w: w.update(version=9), "it has version 9, .* install a newer one"),
        (lambda w: w.update(rates=[1.0]), "several runs"),
        (lambda w: w["runs"][0].pop("losses"), "the run lacks losses"),
        (lambda w: w["runs"][0].update(frames=[]), "no frames"),
        (lambda w: w["runs"][0]["frames"][1].update(weights=[1.0]), "weights are 1, not 17"),
        (lambda w: w["runs"][0]["frames"][1].update(field="AAAA"), "field are 3, not 64"),
        (lambda w: w["runs"][0]["frames"][1].update(field="?"), "cannot be read"),
        (lambda w: w["runs"][0].update(losses=["much"]), "not a number"),
    ],
)
def test_json_that_is_no_run(change, message):
    whole = unsigned(recorded(small(), moons(8), 2, grid=8).to_json())
    change(whole)
    with pytest.raises(ValueError, match=message):
        TrainingSteps.from_json(json.dumps(whole))


def test_a_single_run_is_not_several():
    single = recorded(small(), moons(8), 2, grid=8).to_json()
    with pytest.raises(ValueError, match="the runs cannot be read: there is a single run"):
        LearningRates.from_json(single)


def test_a_run_cannot_be_changed():
    run = record_descent(lambda w: w**2, 1.0, steps=1)
    with pytest.raises(AttributeError, match="cannot assign to field"):
        run.losses = ()
    with pytest.raises(AttributeError):
        run[0].loss = 0.0
    with pytest.raises(IndexError, match="2 frames, got the index 7"):
        run[7]


# --- arguments -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1"), ({"frames": 1}, "frames must be at least 2"),
        ({"frames": np.array([99])}, "epochs from 0 to 5, got 99"),
        ({"frames": 2.5}, "frames must be an int, got 2.5"),
        ({"grid": 500}, "grid must be from 8 to 96, got 500"),
        ({"batch_size": 9}, "batch_size must be from 1 to 4"),
        ({"loss": "squares"}, "loss 'squares' is unknown"),
        ({"optimiser": "sgd"}, "optimiser must be one such as"), ({"model": 3}, "takes a model"),
        ({"data": []}, "must hold at least one row"), ({"speed": 3}, "speed"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(settings, message):
    model = small()
    given = {"model": model, "data": xor(), "loss": LOGITS, "epochs": 5}
    given["optimiser"] = SGD(model.parameters(), lr=0.1)
    with pytest.raises((ValueError, TypeError), match=message):
        record_training(**{**given, **settings})


@pytest.mark.parametrize("rates", [[], [0.1, 0.1], [0.1, -1.0], [k + 1.0 for k in range(9)], 0.1])
def test_wrong_rates(rates):
    with pytest.raises((ValueError, TypeError), match="rates must be"):
        record_learning_rates(small(), xor(), LOGITS, rates, 2)


test_wrong_arguments_of_a_descent = refusing(
    {
        TypeError: [
            (lambda: record_descent(lambda w: 3.0, 1.0), "must give a Value, got 3"),
            (lambda: record_descent(lambda w: w, 1.0, 2.0), "do not fit"),
            (lambda: record_descent(lambda w: w, 1j), "w must be a real number, got 1j"),
            (lambda: record_descent(lambda: Value(1.0)), "where to start"),
        ],
        ValueError: [
            (lambda: record_descent(lambda w: w, nan), "w must be finite, got nan"),
            (lambda: record_descents(lambda w: w**2, 1.0, rates=[0.1], names=["a", "b"]),
             "names must be 1, one for each number, got 2"),
        ],
    }
)  # fmt: skip


def test_a_data_set_without_a_plane():
    data = Dataset("line", [(0, 0, 1), (1, 1, 0)], [0, 1], class_names=("no", "yes"))
    run = descended(MLP(3, [1], seed=0), data, 0.1, 1)
    assert run.field is None
    assert run[1].field == b""


# --- pages ---------------------------------------------------------------------------------------
def test_one_feature_makes_a_line():
    data = Dataset("sign", [[-2], [-1], [1], [2]], [0, 0, 1, 1], class_names=("no", "yes"))
    model = MLP(1, [3, 1], activation="tanh", seed=0)
    run = descended(model, data, 0.5, 3)
    assert (run.field.kind, run.field.y, len(run.field.places)) == ("values", None, 128)
    for place, code in zip(run.field.places, codes_of(run.field, run[-1].field), strict=True):
        assert abs(number_of(run.field, code) - truth_at(model, place)) < 1e-5


def test_the_picture_ends_where_the_function_does():
    """log(w) has no value below 0, and no number stands for it there."""
    run = record_descent(lambda w: w.log() ** 2, 1.5, lr=0.1, steps=5)
    assert run.landscape is not None
    field, picture = run.landscape
    assert 0 < field.x[0] < 0.2
    for (w,), code in zip(field.places, codes_of(field, picture), strict=True):
        near = (field.high - field.low) / 1e5
        assert number_of(field, code) == pytest.approx(log(w) ** 2, abs=near)


def test_one_door_for_all_pages(tmp_path):
    run = record_descent(lambda w: w**2, 1.0, steps=2)
    run.save_html(tmp_path / "a.html", lang="es", title="<Una> parábola")
    save_html(run, tmp_path / "b.html", lang="es", title="<Una> parábola")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "<title>&lt;Una&gt; parábola</title>" in text


def test_numbers_of_numpy_make_the_same_page():
    same = to_html(recorded(small(), xor(), 3, 2, seed=1))
    assert to_html(recorded(small(), xor(), np.int64(3), np.int64(2), seed=np.int64(1))) == same


def test_of_many_points_some_are_drawn():
    run = descended(MLP(2, [1], seed=0), moons(4500), 0.1, 1, accuracy=None, grid=8)
    data = json.loads(re.findall(r'id="data">(.*?)</script>', to_html(run))[0])
    assert len(data["points"]["inputs"]) == len(data["points"]["targets"]) == 1500
    assert data["points"]["n"] == 4500
