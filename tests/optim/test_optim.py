"""Optimisers: against the papers' recursions, in exact or 50-digit numbers."""

import json
import math
import random
from fractions import Fraction as F

import mpmath as mp
import numpy as np
import pytest

from autograd_mini import MLP, Value
from autograd_mini.optim import SGD, Adam, AdamW, Momentum, Nesterov, Optimiser, RMSprop
from autograd_mini.optim.schedules import constant
from tests.refusals import refusing

ALL = [SGD, Momentum, Nesterov, RMSprop, Adam, AdamW]
GRADS = [0.3, -1.7, 2.5, 0.0, 1e-4, -40.0, 7.25]


def path(make, grads, start=1.0):
    """The parameter after each step with these gradients."""
    w = Value(start)
    optimiser = make([w])
    out = []
    for g in grads:
        w.grad = g
        optimiser.step()
        out.append(w.data)
    return out


def descend(optimiser, loss):
    optimiser.zero_grad()
    loss().backward()
    optimiser.step()


# --- the papers' recursions ----------------------------------------------------------------------
@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov])
def test_sgd_momentum_and_nesterov_sutskever_2013_equations_1_to_4(kind):
    """On the quadratic 3/2 * w**2 - w, whose gradient is 3 w - 1, in fractions.

    SGD has no momentum. Nesterov's gradient is taken at theta + mu * v, and our w is that point.
    """
    mu, lr = (0 if kind is SGD else F(9, 10)), F(1, 7)
    ahead = mu if kind is Nesterov else 0
    w = Value(F(2))
    optimiser = kind([w], lr=lr, **({"momentum": mu} if mu else {}))
    theta, v = F(2), F(0)
    for _ in range(6):
        descend(optimiser, lambda: 3 * w * w / 2 - w)
        v = mu * v - lr * (3 * (theta + ahead * v) - 1)
        theta = theta + v
        assert w.data == theta + ahead * v


def test_rmsprop_tieleman_hinton_2012():
    got = path(lambda p: RMSprop(p, lr=0.01, decay=0.8, eps=1e-6), GRADS)
    with mp.workdps(50):
        w, mean_square = mp.mpf(1), mp.mpf(0)
        decay, lr = mp.mpf(0.8), mp.mpf(0.01)
        for g, out in zip(map(mp.mpf, GRADS), got, strict=True):
            mean_square = decay * mean_square + (1 - decay) * g**2
            w -= lr * g / (mp.sqrt(mean_square) + mp.mpf(1e-6))
            assert out == pytest.approx(float(w), rel=1e-14)


def adam(grads, lr, beta1, beta2, eps, decay=0.0, start=1.0):
    """Kingma & Ba 2015, algorithm 1; with decay, Loshchilov & Hutter 2019, algorithm 2."""
    with mp.workdps(50):
        alpha, beta1, beta2, eps, decay = map(mp.mpf, (lr, beta1, beta2, eps, decay))
        theta, m, v, t = mp.mpf(start), mp.mpf(0), mp.mpf(0), 0
        out = []
        for g in map(mp.mpf, grads):
            t = t + 1
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            theta = theta - (alpha * m_hat / (mp.sqrt(v_hat) + eps) + alpha * decay * theta)
            out.append(float(theta))
        return out


def test_adam_kingma_ba_2015():
    got = path(lambda p: Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6), GRADS)
    assert got == pytest.approx(adam(GRADS, 0.01, 0.8, 0.95, 1e-6), rel=1e-14)
    assert path(Adam, GRADS) == pytest.approx(adam(GRADS, 0.001, 0.9, 0.999, 1e-8), rel=1e-13)


def test_adamw_loshchilov_hutter_2019():
    got = path(lambda p: AdamW(p, lr=0.01, weight_decay=0.3), GRADS)
    assert got == pytest.approx(adam(GRADS, 0.01, 0.9, 0.999, 1e-8, decay=0.3), rel=1e-13)
    default = path(AdamW, GRADS)
    assert default == pytest.approx(adam(GRADS, 0.001, 0.9, 0.999, 1e-8, decay=0.01), rel=1e-13)


# --- weight decay --------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, RMSprop, Adam])
def test_coupled_weight_decay_is_the_gradient_of_an_l2_penalty(kind):
    a, b = Value(2.0), Value(2.0)
    decayed, penalised = kind([a], lr=0.05, weight_decay=0.3), kind([b], lr=0.05)
    for _ in range(5):
        descend(decayed, lambda: (a - 5.0) ** 2)
        descend(penalised, lambda: (b - 5.0) ** 2 + 0.3 / 2 * b * b)
    assert a.data == pytest.approx(b.data, rel=1e-13)
    assert a.data != 2.0


# --- what optimisers share -----------------------------------------------------------------------
def test_step_changes_only_its_parameters_and_leaves_gradients():
    a, b = Value(1.0), Value(2.0)
    (a * b).backward()
    SGD([a], lr=0.5).step()
    assert (a.data, b.data, a.grad, b.grad) == (0.0, 2.0, 2.0, 1.0)


def test_zero_grad():
    a, b = Value(1.0), Value(F(1))
    (a * a).backward(), (b * b).backward()
    SGD([a, b], lr=1.0).zero_grad()
    (b * b).backward()
    assert (a.grad, b.grad) == (0.0, F(2))
    assert isinstance(b.grad, F)


@pytest.mark.parametrize("kind", ALL)
def test_numbers_of_numpy_do_not_round_the_parameters_to_theirs(kind):
    def start(optimiser, tenth):
        return path(lambda p: optimiser(p, lr=tenth, weight_decay=tenth), [1 / 3, tenth], 1 / 3)

    tenth = np.float32(0.1)
    assert [*map(repr, start(kind, tenth))] == [*map(repr, start(kind, float(tenth)))]
    scheduled = path(lambda p: kind(p, schedule=lambda t: tenth), [1 / 3], 1 / 3)
    assert repr(scheduled) == repr(path(lambda p: kind(p, lr=float(tenth)), [1 / 3], 1 / 3))
    w = Value(0.0)
    w.data, w.grad = tenth, 1 / 3
    kind([w], lr=0.5).step()
    assert [w.data] == path(lambda p: kind(p, lr=0.5), [1 / 3], float(tenth))
    assert type(w.data) is float


@pytest.mark.parametrize("kind", [Adam, RMSprop])
def test_parameters_of_mpmath_keep_their_digits(kind):
    with mp.workdps(50):
        w, g = Value(mp.mpf(1) / 3), mp.mpf(2) / 7
        w.grad = g
        kind([w], lr=0.5).step()
        mean_square = g * g * (1 - 0.9 if kind is RMSprop else 1)
        step = g / (mp.sqrt(mean_square) + 1e-8) / 2
        assert abs(w.data - (mp.mpf(1) / 3 - step)) < 1e-45


def test_gradients_that_are_values_are_taken_as_numbers():
    w = Value(2.0)
    (w * w).backward(create_graph=True)
    optimiser = SGD([w], lr=0.25)
    optimiser.step()
    assert w.data == 1.0
    assert isinstance(w.data, float)


@pytest.mark.parametrize("kind", ALL)
def test_nothing_changes_where_a_gradient_is_no_number(kind):
    a, b = Value(1.0, label="layer1.neuron1.w[0]"), Value(2.0, label="layer1.neuron1.b")
    optimiser = kind([a, b], lr=0.1)
    a.grad, b.grad = 1.0, 1.0
    optimiser.step()
    before = (a.data, b.data, json.dumps(optimiser.state_dict()))
    the_gradient = r"the gradient of layer1\.neuron1\.b is "
    for bad in (math.nan, math.inf, -math.inf):
        b.grad = bad
        with pytest.raises(ValueError, match=f"step: {the_gradient}(nan|-?inf)"):
            optimiser.step()
        assert before == (a.data, b.data, json.dumps(optimiser.state_dict()))
    b.grad = 1j
    with pytest.raises(TypeError, match=the_gradient + "1j, not a real num"):
        optimiser.step()


def test_nothing_changes_where_a_step_leaves_the_floats():
    a, b = Value(1.0), Value(-1e308, label="b")
    optimiser = SGD([a, b], lr=10.0)
    a.grad, b.grad = 1.0, 1e308
    with pytest.raises(OverflowError, match=r"step: b = -1e\+308 .*it = -inf.* learning rate \(10"):
        optimiser.step()
    assert (a.data, b.data, optimiser.steps) == (1.0, -1e308, 0)
    b.data, b.grad = 0.0, 1e200  # its square is beyond the floats, and w - 1e200 / inf would be w
    for kind in (Adam, RMSprop):
        with pytest.raises(OverflowError, match="mean_square = inf"):
            kind([a, b], lr=0.1).step()
    a.data = a.grad = F(10**400)  # no float
    SGD([a], lr=F(1, 2)).step()
    assert a.data == F(10**400, 2)


@pytest.mark.parametrize("kind", ALL)
def test_state_goes_through_json_and_on_bit_by_bit(kind):
    rng = random.Random(0)
    grads = [[rng.gauss(0, 1) for _ in range(2)] for _ in range(8)]

    def run(optimiser, params, steps):
        for gs in steps:
            for p, g in zip(params, gs, strict=True):
                p.grad = g
            optimiser.step()

    a = [Value(0.3), Value(-0.7)]
    first = kind(a, lr=0.05, weight_decay=0.1)
    run(first, a, grads[:4])
    b = [Value(p.data) for p in a]
    second = kind(b, lr=7.0)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    run(first, a, grads[4:])
    run(second, b, grads[4:])
    assert [p.data for p in a] == [p.data for p in b]
    assert second.state_dict() == first.state_dict()
    assert (second.steps, second.lr, second.weight_decay) == (8, 0.05, 0.1)
    assert repr(second) == repr(first)


def test_a_state_in_arrays_of_numpy_is_one_of_floats():
    state = GOOD | {"mean": np.array([0.5, 0.25], dtype=np.float32), "mean_square": (1, 2)}
    for given in (state, state | {"mean": [*state["mean"]]}):
        w, v = Value(1.0), Value(2.0)
        optimiser = Adam([w, v], lr=0.1)
        optimiser.load_state_dict(given)
        optimiser.step()
        assert [w.data.__class__, optimiser.state_dict()["mean"][0].__class__] == [float, float]


GOOD = Adam([Value(1.0), Value(2.0)], lr=0.1).state_dict()


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("a file", "Adam cannot load the state of 'a file'"),
        (GOOD | {"optimiser": "AdamW"}, "Adam cannot load the state of 'AdamW'"),
        ({k: v for k, v in GOOD.items() if k != "mean"} | {1: 2}, r"its own, \['mean', 1\]"),
        (GOOD | {"mean": [1.0]}, r"Adam: mean must be a list of 2 numbers, got \[1.0\]"),
        (GOOD | {"mean": None}, "Adam: mean must be a list of 2 numbers, got None"),
        (GOOD | {"mean": [1.0, math.nan]}, "mean of the parameter 2.0 must be finite, got nan"),
        (GOOD | {"mean": [1.0, "2"]}, "mean of the parameter 2.0 must be a real number, got '2'"),
        (GOOD | {"mean_square": [-1.0, 0]}, "mean_square of the parameter 1.0 must be 0 or more"),
        (GOOD | {"steps": -1}, "Adam: steps must be at least 0, got -1"),
        (GOOD | {"lr": -1.0}, "lr must be above 0, got -1.0"),
        (GOOD | {"lr": None}, "one of the state and the optimiser has a schedule, not both"),
        (GOOD | {"betas": [0.9, 1.0]}, "beta2 must be at least 0 and below 1, got 1.0"),
        (GOOD | {"betas": 0.9}, "betas must be two numbers"),
    ],
)
def test_a_foreign_or_damaged_state_is_refused(state, text):
    optimiser = Adam([Value(1.0), Value(2.0)], lr=0.25)
    before = optimiser.state_dict()
    with pytest.raises((ValueError, TypeError), match=text):
        optimiser.load_state_dict(state)
    assert optimiser.state_dict() == before


def test_an_optimiser_of_ones_own_is_a_rule():
    class SignDescent(Optimiser):
        def rule(self, t, lr, w, g):
            return (w - lr * ((g > 0) - (g < 0)),)

    assert path(lambda p: SignDescent(p, lr=0.25), [7.0, -0.1, 3.0]) == [0.75, 1.0, 0.75]
    SignDescent.rule = lambda self, t, lr, w, g: w - lr * g
    with pytest.raises(TypeError, match=r"^SignDescent: rule gives a tuple of w, got 0\.75$"):
        path(lambda p: SignDescent(p, lr=0.25), [1.0])


def test_an_optimiser_follows_its_schedule():
    w = Value(0.0)
    optimiser, got = SGD([w], schedule=lambda t: [1.0, 0.5, 0.0][t]), []
    for _ in range(3):
        w.grad = -1.0
        rate = optimiser.lr
        optimiser.step()
        got.append((rate, w.data))
    assert got == [(1.0, 1.0), (0.5, 1.5), (0.0, 1.5)]
    other = SGD([w], schedule=constant(0.125))
    state = SGD([w], schedule=constant(0.25)).state_dict()
    assert state["lr"] is None
    assert repr(other).startswith("SGD(1 parameters, schedule=<function constant")
    other.load_state_dict(state | {"steps": 5})
    assert (other.steps, other.lr) == (5, 0.125)
    with pytest.raises(ValueError, match="lr follows the schedule"):
        other.lr = 0.5
    other.schedule = None
    other.lr = 0.5
    assert (other.lr, repr(other)) == (0.5, "SGD(1 parameters, lr=0.5, weight_decay=0.0)")


def test_momentum_keeps_its_past_steps_when_the_rate_changes():
    """Sutskever's velocity holds lr * g; a velocity of bare gradients would give -1.35 here."""
    w = Value(0.0)
    optimiser = Momentum([w], lr=1.0, momentum=0.5)
    w.grad = 1.0
    optimiser.step()
    optimiser.lr = 0.1
    optimiser.step()
    assert w.data == -1.0 + (0.5 * -1.0 - 0.1)


# --- bad input -----------------------------------------------------------------------------------
W = Value(1.0, label="w")
WRONG_VALUES = [
    (lambda: SGD([], lr=0.1), "SGD was given no parameters"),
    (lambda: Adam([W, W]), r"Adam: parameter 1 \(w\) appears twice"),
    (lambda: SGD([W]), "SGD takes either lr or schedule, one of the two"),
    (lambda: SGD([W], 0.1, schedule=constant(1)), "takes either lr or schedule"),
    (lambda: SGD([W], schedule=lambda t: -1.0), "the schedule's rate at step 0 must"),
    (lambda: SGD([W], lr=0.0), "lr must be above 0, got 0.0"),
    (lambda: SGD([W], lr=math.nan), "lr must be finite, got nan"),
    (lambda: setattr(SGD([W], lr=1.0), "lr", 0.0), "lr must be above 0, got 0.0"),
    (lambda: SGD([W], 0.1, weight_decay=-1), "weight_decay must be 0 or more, got -1"),
    (lambda: Momentum([W], 0.1, momentum=1.0), "momentum must be at least 0 and belo"),
    (lambda: RMSprop([W], 0.1, decay=1.5), "decay must be at least 0 and below 1"),
    (lambda: RMSprop([W], 0.1, eps=0.0), "eps must be above 0, got 0.0"),
    (lambda: Adam([W], betas=(1.0, 0.9)), "beta1 must be at least 0 and below 1"),
    (lambda: Adam([W], betas=(0.9, -0.9)), "beta2 must be at least 0"),
]
WRONG_TYPES = [
    (lambda: SGD([Value(1.0)], lr=0.1, momentum=0.9), "SGD has no momentum; Momentum and Nesterov"),
    (lambda: SGD([Value(1.0)], lr=0.1, dampening=0), "SGD has no dampening$"),
    (lambda: SGD([1.0], lr=0.1), "SGD: parameter 0 is not a Value but 1.0"),
    (lambda: SGD(W, lr=0.1), "SGD takes a list of Values, such as model.parameters"),
    (lambda: SGD(MLP(9, [99]), 0.1), r"model.parameters\(\), got MLP of .{70}\.\.\.$"),
    (lambda: SGD([W], schedule=0.1), "schedule must be a function of the step"),
    (lambda: SGD([W], schedule=lambda t: None), "rate at step 0 must be a real number"),
    (lambda: SGD([W], lr="0.1"), "lr must be a real number, got '0.1'"),
    (lambda: Adam([W], betas=0.9), r"betas must be two numbers \(beta1, beta2\)"),
]


test_bad_arguments = refusing({ValueError: WRONG_VALUES, TypeError: WRONG_TYPES})


def test_watched_steps_lie_inside_one_another():
    w, seen = Value(1.0), []
    optimiser = SGD([w], lr=0.5)
    w.grad = 1.0

    def watch(name, step):
        seen.append((name, w.data))
        step()

    with optimiser.stepping(lambda step: watch("outer", step)):
        with optimiser.stepping(lambda step: watch("inner", step)):
            optimiser.step()
        optimiser.step()
    optimiser.step()
    assert seen == [("inner", 1.0), ("outer", 1.0), ("outer", 0.5)]
    assert w.data == -0.5
    assert "step" not in vars(optimiser)


def test_a_step_that_fails_is_watched_no_longer():
    optimiser = SGD([Value(1.0)], lr=0.5)
    with pytest.raises(KeyError), optimiser.stepping(lambda step: {}["x"]):
        optimiser.step()
    optimiser.step()
    assert "step" not in vars(optimiser)
