"""Losses: against exact fractions, 50-digit references, and what they must have in common."""

import math
from fractions import Fraction as F

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import DomainError, PoleError, Value, ieee
from autograd_mini.compiler import compile
from autograd_mini.functions import softmax
from autograd_mini.graph import topological
from autograd_mini.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge,
    huber,
    kl_divergence,
    mae,
    mse,
    sequence_cross_entropy,
)
from tests.refusals import refusing

SCORES = [-1000.0, -745.2, -40.0, -3.5, -1e-9, 0.0, 1e-300, 0.1, 2.0, 17.0, 36.5, 700.0, 1000.0]


def gradients(loss, values):
    for v in values:
        v.grad = 0
    loss.backward()
    return [v.grad for v in values]


def ulps(actual, exact):
    """The error in units in the last place of the exact value."""
    return abs(mp.mpf(actual) - exact) / mp.mpf(math.ulp(float(exact)))


# --- regression: exact in fractions --------------------------------------------------------------
P = [F(1, 3), F(-5, 2), F(7, 4), F(2)]
Y = [F(1, 2), F(1, 5), F(-1, 4), F(2)]


@pytest.mark.parametrize(
    ("loss", "value", "slope"),
    [
        (mse, lambda r: r * r, lambda r: 2 * r),
        (mae, abs, lambda r: (r > 0) - (r < 0)),
        (
            lambda p, y: huber(p, y, delta=F(3, 2)),
            lambda r: r * r / 2 if abs(r) <= F(3, 2) else F(3, 2) * (abs(r) - F(3, 4)),
            lambda r: max(F(-3, 2), min(F(3, 2), r)),
        ),
    ],
    ids=["mse", "mae", "huber"],
)
def test_regression_losses_are_exact_in_fractions(loss, value, slope):
    p = list(map(Value, P))
    got = loss(p, Y)
    residuals = [a - b for a, b in zip(P, Y, strict=True)]
    assert got.data == sum(map(value, residuals)) / 4
    assert gradients(got, p) == [F(slope(r)) / 4 for r in residuals]
    one = loss(p[1], Y[1])
    assert one.data == value(residuals[1])
    assert gradients(one, p) == [0, slope(residuals[1]), 0, 0]


def test_targets_may_be_values_too():
    p, y = Value(F(5)), Value(F(2))
    assert gradients(mse(p, y), [p, y]) == [6, -6]


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def test_huber_joins_its_two_cases(delta):
    for r, value, slope in [
        (delta, delta**2 / 2, delta), (-delta, delta**2 / 2, -delta),
        (math.nextafter(delta, 9.0), delta**2 / 2, delta), (0.0, 0.0, 0.0),
        (1e150, delta * (1e150 - delta / 2), delta),
    ]:  # fmt: skip
        p = Value(r)
        loss = huber(p, 0.0, delta)
        assert loss.data == pytest.approx(value, rel=1e-15)
        assert gradients(loss, [p]) == [slope]


def test_nested_predictions_count_each_number_once():
    p = [[Value(1.0), Value(2.0)], [Value(3.0), Value(5.0)]]
    loss = mse(p, [(0.0, 0.0), (1.0, 1.0)])
    assert loss.data == (1 + 4 + 4 + 16) / 4
    assert gradients(loss, [v for row in p for v in row]) == [0.5, 1.0, 1.0, 2.0]


@pytest.mark.parametrize("loss", [mse, mae, huber])
def test_numpy_arrays_and_plain_numbers(loss):
    p, y = [0.5, -2.0, 3.0], [1.0, 1.0, 1.0]
    expected = loss([Value(v) for v in p], y).data
    assert loss(p, y) == loss(np.array(p), np.array(y)) == loss(iter(p), tuple(y)) == expected
    assert loss([Value(v) for v in p], np.float32([1, 1, 1])).data == expected
    assert type(loss(np.array(p), np.array(y))) is float


# --- hinge ---------------------------------------------------------------------------------------
def test_hinge_is_exact_in_fractions():
    scores = list(map(Value, (F(1, 3), F(-2), F(1), F(5, 2), F(1, 7))))
    loss = hinge(scores, [1, -1, 1, -1, -1])
    assert loss.data == (F(2, 3) + 0 + 0 + F(7, 2) + F(8, 7)) / 5
    assert gradients(loss, scores) == [F(-1, 5), 0, 0, F(1, 5), F(1, 5)]


# --- binary cross-entropy ------------------------------------------------------------------------
@pytest.mark.parametrize("p", [1e-300, 1e-9, 0.25, 0.5, 0.9, 1 - 2**-53])
@pytest.mark.parametrize("y", [0, 1, 0.25])
def test_binary_cross_entropy_of_probabilities(p, y):
    v = Value(p)
    loss = binary_cross_entropy(v, y)
    with mp.workdps(400):  # 1 - 1e-300 needs 300
        q = mp.mpf(p)
        assert ulps(loss.data, -(y * mp.log(q) + (1 - y) * mp.log(1 - q))) <= 4
        exact = (q - y) / (q * (1 - q))
        # At y = 1/4 the gradient is a difference: its error is relative to its terms.
        terms = y / q + (1 - y) / (1 - q)
        (grad,) = gradients(loss, [v])
        assert abs(grad - exact) <= 4 * mp.mpf(2) ** -52 * terms


def test_binary_cross_entropy_at_the_ends():
    assert binary_cross_entropy(1.0, 1) == binary_cross_entropy(0.0, 0) == 0.0
    for p, y in [(0.0, 1), (1.0, 0), (0.0, 0.5)]:
        with pytest.raises(DomainError, match="log"):
            binary_cross_entropy(Value(p), y)
        with ieee():
            assert binary_cross_entropy(Value(p), y).data == math.inf


@pytest.mark.parametrize("z", SCORES)
@pytest.mark.parametrize("y", [0, 1, 0.25])
def test_binary_cross_entropy_with_logits(z, y):
    v = Value(z)
    loss = binary_cross_entropy_with_logits(v, y)
    (grad,) = gradients(loss, [v])
    with mp.workdps(500):  # 1 - sigmoid(1000) has its first digit at the 435th place
        p = 1 / (1 + mp.exp(-mp.mpf(z)))
        value = -(y * mp.log(p) + (1 - y) * mp.log(1 - p))
        assert ulps(loss.data, value) <= 4
        # p - y; where that cancels between 0 and 1, relative to what is subtracted.
        scale = p - y if y in (0, 1) else mp.mpf(1) / 4
        assert abs(grad - (p - y)) <= 4 * max(mp.mpf(2) ** -52 * abs(scale), mp.mpf(2) ** -1074)


# --- cross-entropy -------------------------------------------------------------------------------
VECTORS = [
    [0.0, 0.0], [2.0, -1.0, 0.1], [1000.0, -1000.0, 999.0], [-1000.0, -1000.5, -1001.0, -1000.25],
    [30.0, -30.0], [1e-300, 1.0, 700.0, -3.0, 2.5],
]  # fmt: skip


@pytest.mark.parametrize("scores", VECTORS, ids=str)
def test_cross_entropy_and_its_gradient(scores):
    for k in range(len(scores)):
        s = list(map(Value, scores))
        loss = cross_entropy(s, k)
        grads = gradients(loss, s)
        with mp.workdps(900):
            exps = [mp.exp(mp.mpf(v) - max(scores)) for v in scores]
            p = [e / mp.fsum(exps) for e in exps]
            # The loss depends on differences of scores, which come rounded: two rounding errors
            # of a score at most, times the derivative p - 1, beside 4 ulp of the loss itself.
            rounding = 2 * max(map(abs, scores)) * mp.mpf(2) ** -53
            exact = -mp.log(p[k])
            assert abs(loss.data - exact) <= 4 * mp.mpf(2) ** -52 * exact + (1 - p[k]) * rounding
            for i, (grad, share) in enumerate(zip(grads, p, strict=True)):
                expected = share - (i == k)
                slack = (rounding + 6 * mp.mpf(2) ** -52) * abs(expected) + mp.mpf(2) ** -1073
                assert abs(grad - expected) <= slack


def test_cross_entropy_of_two_classes_is_binary():
    for z in SCORES:
        for k in (0, 1):
            assert cross_entropy([0.0, z], k) == binary_cross_entropy_with_logits(z, k)


def test_cross_entropy_of_a_batch():
    rows = [[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]]
    batch = cross_entropy([list(map(Value, row)) for row in rows], [2, 0])
    alone = [cross_entropy(row, k) for row, k in zip(rows, (2, 0), strict=True)]
    assert batch.data == pytest.approx(sum(alone) / 2, rel=1e-15)
    assert cross_entropy(np.array(rows), np.array([2, 0])) == batch.data
    assert cross_entropy(np.array(rows[0]), np.int64(2)) == alone[0]


# --- Kullback-Leibler ----------------------------------------------------------------------------
def test_kl_divergence():
    p, q = [0.5, 0.25, 0.25], [Value(0.25), Value(0.25), Value(0.5)]
    loss = kl_divergence(p, q)
    # log(2) / 2 + 0 - log(2) / 4, and the derivative by q is -p / q
    assert loss.data == pytest.approx(math.log(2) / 4, rel=1e-15)
    assert gradients(loss, q) == [-2.0, -1.0, -0.5]
    p = [Value(v) for v in p]
    loss = kl_divergence(p, [0.25, 0.25, 0.5])
    assert gradients(loss, p) == pytest.approx([math.log(2) + 1, 1, 1 - math.log(2)], rel=1e-15)


def test_kl_divergence_counts_0_log_0_as_0():
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == math.log(2)
    p = [Value(1.0), Value(0.0)]
    assert gradients(kl_divergence(p, [0.5, 0.5]), p) == [math.log(2) + 1, 0]


def test_kl_divergence_of_tiny_probabilities():
    assert kl_divergence([1.0, 0.0], [5e-324, 1.0]) == -math.log(5e-324)
    p, q = [0.5, 0.5], [Value(1e-160), Value(1.0)]
    assert gradients(kl_divergence(p, q), q) == pytest.approx([-0.5 / 1e-160, -0.5], rel=1e-15)
    scores = [Value(-400.0), Value(0.0)]  # the derivative is softmax(scores) - p
    loss = kl_divergence(p, softmax(scores))
    assert gradients(loss, scores) == pytest.approx([-0.5, 0.5], rel=1e-13)
    fast = compile(lambda z: kl_divergence(p, softmax(z)), backend="python")
    assert fast([-400.0, 0.0]) == loss.data


@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6), st.data())
def test_kl_divergence_is_not_negative_and_0_only_for_equals(weights, data):
    more = data.draw(st.lists(st.floats(0.01, 1.0), min_size=len(weights), max_size=len(weights)))
    p = [w / math.fsum(weights) for w in weights]
    q = [w / math.fsum(more) for w in more]
    divergence = kl_divergence(p, q)
    # Pinsker: at least half the squared sum of |p - q|.
    distance = math.fsum(abs(a - b) for a, b in zip(p, q, strict=True))
    assert divergence >= distance**2 / 2 - 1e-14
    assert kl_divergence(p, p) == 0.0


def test_kl_divergence_is_cross_entropy_less_entropy():
    scores = [0.5, -1.0, 2.0]
    q = softmax(scores)
    for k in range(3):  # the entropy of a one-hot distribution is 0
        one_hot = [float(i == k) for i in range(3)]
        assert kl_divergence(one_hot, q) == pytest.approx(cross_entropy(scores, k), rel=1e-14)
    batch = kl_divergence([one_hot, one_hot], [q, [0.25, 0.25, 0.5]])
    assert batch == pytest.approx((cross_entropy(scores, 2) + math.log(2)) / 2, rel=1e-14)


# --- size ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("loss", "nodes"),
    [
        (lambda v: mse(v, [1, 0, 1]), 2 * 3 + 1),
        (lambda v: mae(v, [1, 0, 1]), 2 * 3 + 1),
        (lambda v: huber(v, [1, 0, 1]), 5 * 3 + 1),
        (lambda v: hinge(v, [1, -1, 1]), 3 * 3 + 1),
        (lambda v: binary_cross_entropy(v, [1, 1, 0]), 1 + 1 + 2 + 2),
        (lambda v: binary_cross_entropy_with_logits(v, [1, 1, 0]), 2 + 2 + 1 + 1),
        (lambda v: cross_entropy(v, 0), 3),
        (lambda v: mse(v[0], 1.0), 2),
    ],
)
def test_losses_make_few_nodes(loss, nodes):
    values = [Value(0.2), Value(0.5), Value(0.4)]
    assert sum(1 for node in topological(loss(values)) if node.parents) == nodes


# --- bad input -----------------------------------------------------------------------------------
PAIRED = [mse, mae, huber, hinge, binary_cross_entropy, binary_cross_entropy_with_logits]
V = Value(0.5)


@pytest.mark.parametrize("loss", PAIRED)
def test_bad_pairs(loss):
    scored = loss in (hinge, binary_cross_entropy_with_logits)
    name, role = loss.__name__, "score" if scored else "prediction"
    lists = f"{name}: {role} and target must be lists of the same length, 1 or more"
    for args, error, text in [
        (([V], [1, 1]), ValueError, f"{lists}; got a list of 1 and a list of 2"),
        (([], []), ValueError, f"{lists}; got a list of 0 and a list of 0"),
        ((Value(-1 / 3), [1]), TypeError, rf"{lists}; got Value\(.*, g.*\.\.\. and a list of 1"),
        (([[V, V]], [[1]]), ValueError, rf"{role}\[0\] and target\[0\] .* 2 and a list of 1"),
        ((None, [1]), TypeError, f"{lists}; got None and a list of 1"),
        (([V, None], [1, 1]), TypeError, rf"{name}: {role}\[1\] is None, not a real number or"),
        ((V, "1"), TypeError, f"{name}: target is '1', not a real number"),
        ((1j, 1), TypeError, f"{name}: {role} is 1j, not a real number"),
        (([V, math.nan], [1, 1]), ValueError, rf"{name}: {role}\[1\] is nan"),
        ((Value(math.inf), 1), ValueError, f"{name}: {role} is inf"),
        ((V, math.nan), ValueError, f"{name}: target is nan"),
    ]:
        with pytest.raises(error, match=text):
            loss(*args)


WRONG_VALUES = [
    (lambda: huber(V, 1, delta=0), "huber: delta must be above 0, got 0"),
    (lambda: hinge(V, 0), r"the labels are -1 and \+1, got 0; 2 \* y - 1 makes"),
    (lambda: binary_cross_entropy(1.2, 1), "a probability lies between 0 and 1, got 1.2"),
    (lambda: binary_cross_entropy(V, -1), "a label is 0 or 1, .* got -1"),
    (lambda: binary_cross_entropy_with_logits(V, 2), "a label is 0 or 1, .* got 2"),
    (lambda: cross_entropy([V, V], 2), "target must be from 0 to 1, got 2"),
    (lambda: cross_entropy([[V, V]], [5]), r"target\[0\] must be from 0 to 1, got 5"),
    (lambda: cross_entropy([V], 0), "scores must be of 2 classes or more, got 1"),
    (lambda: cross_entropy([], []), "got a list of 0 and a list of 0"),
    (lambda: cross_entropy([V, math.nan], 0), r"scores\[1\] is nan"),
    (lambda: kl_divergence([], []), "p and q must be lists of the same length, 1 or more"),
    (lambda: kl_divergence([[0.5, 0.5]], [[1.0]]), r"p\[0\] and q\[0\] must be lists of the same"),
    (lambda: kl_divergence([0.5, 0.4], [0.5, 0.5]), "p sums to 0.9, not to 1"),
    (lambda: kl_divergence([0.5, 0.5], [0.5, 0.51]), "q sums to 1.01, not to 1"),
    (lambda: kl_divergence([1.5, -0.5], [0.5, 0.5]), r"p\[0\] is 1.5, not between 0 and 1"),
]
WRONG_TYPES = [
    (lambda: cross_entropy([V, V], 1.0), "cross_entropy: target must be an int, got 1.0"),
    (lambda: cross_entropy(V, 0), "cross_entropy: scores must be a list, got Value"),
    (lambda: cross_entropy([V, V], [0, 1]), r"scores\[0\] must be a list, got Value"),
    (lambda: cross_entropy([[V, None]], [0]), r"scores\[0\]\[1\] is None, not a real num"),
    (lambda: kl_divergence(0.5, [0.5, 0.5]), "p and q must be lists .* got 0.5 and a list of 2"),
    (lambda: kl_divergence([0.5, "a"], [0.5, 0.5]), r"p\[1\] is 'a', not a real number"),
]


test_bad_arguments = refusing({ValueError: WRONG_VALUES, TypeError: WRONG_TYPES})


@pytest.mark.parametrize("number", [Value, float])
def test_a_loss_beyond_the_floats_is_an_error_of_plain_numbers_too(number):
    for call in (
        lambda: mae(number(1.5e308), -1.5e308),
        lambda: cross_entropy([number(1e308), number(-1e308)], 1),
    ):
        with pytest.raises((ValueError, OverflowError)):
            call()
    with pytest.raises(PoleError, match="div"):
        kl_divergence([0.5, 0.5], [number(1.0), number(0.0)])


def test_nan_and_inf_pass_in_ieee():
    with ieee():
        assert math.isnan(mse(Value(math.nan), 1.0).data)
        assert mse(Value(math.inf), 1.0).data == math.inf


# --- sequences -----------------------------------------------------------------------------------
def test_a_sequence_is_the_weighted_cross_entropy_of_its_places():
    rows = [[[Value(v) for v in row] for row in ((0.5, -1.0, 2.0), (3.0, 0.1, 0.2))] for _ in "ab"]
    loss = sequence_cross_entropy(rows, [([2, 0], [0.25, 0.75]), ([1, 1], [1.0, 0.0])])
    parts = [cross_entropy(rows[0][0], 2), cross_entropy(rows[0][1], 0)]
    expected = (0.25 * parts[0] + 0.75 * parts[1] + cross_entropy(rows[1][0], 1)) / 2
    assert loss.data == pytest.approx(expected.data, rel=1e-15)
    loss.backward()
    assert [v.grad for v in rows[1][1]] == [0, 0, 0]  # padding


test_sequences_that_are_refused = refusing(
    {
        ValueError: [
            (
                lambda: sequence_cross_entropy([[[1, 2]]], [([0], [])]),
                r"weights\[0\] .* a list of 0",
            ),
            (lambda: sequence_cross_entropy([[[1.0, 2.0]]], [([0],)]), r"must be \(classes, weig"),
            (
                lambda: sequence_cross_entropy([[[1, 2]]], [([0], [math.nan])]),
                r"weights\[0\]\[0\] is",
            ),
            (lambda: sequence_cross_entropy([[[1.0, 2.0]]], [([2], [1.0])]), "from 0 to 1"),
        ],
        TypeError: [
            (lambda: sequence_cross_entropy([[[1.0]]], 1), "scores and targets must be lists of"),
        ],
    }
)
