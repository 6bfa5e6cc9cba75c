"""What stops fit: numbers that leave the floats, and arguments that are refused."""

import math
import re

import pytest

from autograd_mini import functions, ieee
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD
from autograd_mini.training import EarlyStopping, TrainingError, evaluate, fit
from tests.training.models import Offset, line, numbers, with_weights


# --- numbers that leave the floats ---------------------------------------------------------------
def failure(*args, **options):
    with pytest.raises(TrainingError) as caught:
        fit(*args, **options)
    return caught.value


def validated(model):
    sgd = SGD([model.v], lr=0.25)
    return failure(model, ([0.0], [9.0]), "mse", sgd, 3, validation=([0.0], [1e200]))


def test_a_learning_rate_that_is_too_high_is_named_and_the_last_good_weights_are_back():
    model = line()
    optimiser = SGD(model.parameters(), lr=100.0)
    error = failure(model, ([1.0, 2.0], [0.0, 1.0]), "mse", optimiser, epochs=99)
    assert error.history is not None
    assert (error.epoch, error.batch) == (len(error.history) + 1, 1)
    assert f"epoch {error.epoch}, batch 1 of 1: the loss: square(a) at a = " in str(error)
    assert "a learning rate of 100 that is too high; try 10" in error.cause
    assert error.place in ("layer1.neuron1.w[0]", "layer1.neuron1.b")
    assert error.place in str(error)
    # The weights before the last update gave the last loss of the history, and it was finite.
    assert evaluate(model, ([1.0, 2.0], [0.0, 1.0]), "mse").loss == error.history.loss[-1]
    assert optimiser.steps == len(error.history) - 1
    assert error.history.stopped == "error"


def root(predictions, _):
    return functions.sqrt(predictions[0])  # its slope at 0 is inf


def overflowing():
    model = MLP(2, [3, 2, 1], init="zeros", activation="linear")
    model.layers[0].neurons[2].b = 1e200
    model.layers[1].neurons[1].w = [1.0, -3.0, 1e200]
    return model


# model, data, loss, rate; the parameter that is named, what is said, the likely cause
FAILURES = {
    "the network": (
        overflowing, ([[1.0, 1.0]], [0.0]), "mse", 0.1, "layer2.neuron2.w[2]",
        "epoch 1, batch 1 of 1: layer2.neuron2: .*its largest parameter, layer2.neuron2.w[2], is",
        "weights that are too large from the start; choose another init",
    ),
    "an infinite gradient": (
        lambda: with_weights(MLP(1, [1, 1], activation="linear"), [1.0, 0.0, 1.0, -1.0]),
        ([1.0], [0.0]), root, 0.1, "layer2.neuron1.b",
        "the gradient of layer2.neuron1.b is inf, and those of 3 more parameters",
        "exploding gradients; use clip_norm=1.0",
    ),
    "a nan gradient": (  # inf * 0 at layer 2
        lambda: MLP(1, [1, 1], init="zeros", activation="linear"), ([1.0], [0.0]), root, 0.1,
        "layer2.neuron1.w[0]", "the backward pass: the gradient is not a number: ", "exploding",
    ),
    "an update": (
        lambda: Offset(1e150), ([0.0], [0.0]), "mse", 1e200, "v",
        "1: step: v = 1e+150 with the gradient 2e+150 would overflow a float", "too large",
    ),
    "a logarithm of 0": (
        lambda: with_weights(MLP(1, [1], output="sigmoid"), [0.0, 800.0]), ([1.0], [0]),
        "binary_cross_entropy", 0.1, "layer1.neuron1.b", "log1p",
        "the logarithm of a number that is not above 0.*binary_cross_entropy_with_logits",
    ),
    "inputs": (
        line, ([1e3, -2e4], [0.0, 1.0]), "mse", 0.1, "layer1.neuron1.w[0]", "too large for a float",
        "^inputs as large as 2e+04; standardise them (data.standardise), or",
    ),
    "weights": (
        lambda: line(math.nan), ([1.0], [0.0]), "mse", 0.1, "layer1.neuron1.w[0]",
        "layer1.neuron1.w[0], is nan",
        "^weights that are not finite from the start; make or load others$",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("make", "data", "loss", "rate", "place", "said", "cause"), FAILURES.values(), ids=FAILURES
)
def test_where_a_number_left_the_floats_and_why(make, data, loss, rate, place, said, cause):
    model = make()
    before = repr(numbers(model))
    error = failure(model, data, loss, SGD(model.parameters(), lr=rate), 99)
    assert error.place == place
    for pattern, text in ((said, str(error)), (cause, error.cause)):
        assert re.search(re.sub(r"[][()+]", r"\\\g<0>", pattern), text)
    if loss != "mse" or data[0] != [1e3, -2e4]:
        assert (error.epoch, error.batch, repr(numbers(model))) == (1, 1, before)


def test_validation_and_later_batches_are_named_too():
    model = Offset()
    error = validated(model)
    assert (error.epoch, error.batch, error.place) == (1, 0, "v")
    assert str(error).startswith("epoch 1, validation: the loss: square(a) at a = -1e+200")
    assert model.v.data == 0.0  # 4.5 gave no finite validation loss

    error = failure(model, ([0.0] * 3, [0.0, 0.0, 1e200]), "mse", SGD([model.v], lr=0.25), 3, 1)
    assert (error.epoch, f"batch {error.batch} of 3" in str(error)) == (1, True)


def test_with_ieee_an_infinite_loss_is_found_as_well():
    model = line()
    with ieee():
        error = failure(model, ([1.0], [0.0]), "mse", SGD(model.parameters(), lr=1e200), 9)
    assert "the loss" in str(error)
    assert all(map(math.isfinite, numbers(model)))
    with ieee():
        error = validated(Offset())
    assert str(error).startswith("epoch 1, validation: the loss: the result is inf")


# --- what is refused -----------------------------------------------------------------------------
def arguments(**changes):
    model = line()
    given = {
        "model": model, "data": ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0]), "loss": "mse",
        "optimiser": SGD(model.parameters(), lr=0.1), "epochs": 1,
    }  # fmt: skip
    return given | changes


BAD = [
    ({"model": len}, TypeError, r"fit takes a model such as MLP\(2, \[8, 1\]\), got <built-in"),
    ({"data": 5}, TypeError, r"data must be a Dataset, .* or a list of pairs, got 5"),
    ({"data": []}, ValueError, "data: inputs must hold at least one row, got none"),
    ({"data": ["ab"]}, TypeError, r"but data\[0\] is 'ab'"),
    ({"data": [(1.0, 2.0, 3.0)]}, TypeError, r"but data\[0\] is \(1.0, 2.0, 3.0\)"),
    ({"data": ([1.0], [1.0, 2.0])}, ValueError, "data has 1 inputs but 2 targets"),
    ({"data": ([1.0], 2.0)}, TypeError, "the targets of data must be a list, got"),
    ({"data": ([[1.0], [1.0, 2.0]], [0, 1])}, ValueError, r"inputs\[1\] must have length 1"),
    ({"data": ([[1.0, 2.0]], [0])}, ValueError, "model takes 1 inputs, but those of data have 2"),
    ({"data": ([1.0], [[0]])}, TypeError, r"mse: prediction\[0\] and target\[0\] must be lists of"),
    ({"data": ([math.nan], [0])}, ValueError, r"data: inputs\[0\]\[0\] must be finite, got nan"),
    ({"data": ([1.0], [math.inf])}, ValueError, "target 0 of data must be finite, got inf"),
    ({"data": (["a"], [0])}, TypeError, r"inputs\[0\]\[0\] must be a real number, got 'a'"),
    ({"data": ([1.0], [None])}, TypeError, "target 0 of data must be a real number, got None"),
    ({"loss": "mes"}, ValueError, "loss 'mes' is unknown; known are mse, mae, huber,"),
    ({"loss": 3}, TypeError, "loss must be a name or a function, got 3"),
    ({"loss": lambda p, y: 0.0}, TypeError, "the loss must be a Value that depends .* got 0.0"),
    ({"loss": "hinge"}, ValueError, r"hinge: the labels are -1 and \+1, got 0"),
    ({"optimiser": "sgd"}, TypeError, r"optimiser must be one such as SGD\(.*\), got 'sgd'"),
    ({"optimiser": SGD(line().parameters(), lr=1.0)}, ValueError, "that are not the model's"),
    ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
    ({"batch_size": 4}, ValueError, "batch_size must be from 1 to 3, got 4"),
    ({"validation": ([1.0], [])}, ValueError, "validation has 1 inputs but 0 targets"),
    ({"validation": ([[1.0, 2.0]], [0])}, ValueError, "but those of validation have 2"),
    ({"accuracy": "f1"}, TypeError, 'accuracy must be "auto", None or a function .* got \'f1\''),
    ({"schedule": 0.1}, TypeError, "schedule must be a function of the step, got 0.1"),
    ({"clip_norm": 0}, ValueError, "clip_norm must be above 0, got 0"),
    ({"early_stopping": 0}, ValueError, "patience of early_stopping must be at least 1"),
    ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ({"progress": "yes"}, ValueError, "progress must be one of True, False, auto, got 'yes'"),
    ({"lang": "fr"}, ValueError, "lang must be one of en, es, got 'fr'"),
    ({"callbacks": [3]}, TypeError, r"a callback must be a function \(model, history\), got 3"),
    ({"callbacks": print}, TypeError, "callbacks must be a list, got <built-in"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "text"), BAD)
def test_arguments_that_are_refused(changes, error, text):
    given = arguments(**changes)
    with pytest.raises(error, match=text) as caught:
        fit(**given)
    assert not isinstance(caught.value, TrainingError)
    assert not hasattr(caught.value, "__notes__")
    if isinstance(given["model"], MLP):
        assert numbers(given["model"]) == [0.5, 0.0]


def test_a_loss_for_single_samples_is_explained():
    with pytest.raises(TypeError) as caught:
        fit(**arguments(loss=lambda p, y: (p - y) ** 2))
    note = "the loss is called as loss(predictions, targets), with the two lists of a batch"
    assert caught.value.__notes__ == [note]


@pytest.mark.parametrize("compiled", [False, True])
def test_an_accuracy_that_raises_is_no_broken_loss(compiled):
    """It was said that the learning rate is too high."""
    with pytest.raises(ZeroDivisionError) as caught:
        fit(**arguments(accuracy=lambda p, y: y > 1 / 0, compiled=compiled))
    note = "the accuracy is called as accuracy(prediction, target), once for each sample"
    assert caught.value.__notes__ == [note]


@pytest.mark.parametrize("bad", [{"patience": 0}, {"min_delta": -1.0}, {"min_delta": math.nan}])
def test_early_stopping_checks_its_settings(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        EarlyStopping(**bad)
