"""Gradient clipping: what holds for any gradients, against 50-digit norms."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value
from autograd_mini.optim import clip_by_norm, clip_by_value
from tests.refusals import refusing

FINITE = st.floats(-1e300, 1e300, allow_subnormal=False)


def values(grads):
    out = []
    for g in grads:
        v = Value(0.0)
        v.grad = g
        out.append(v)
    return out


@given(st.lists(FINITE, min_size=1, max_size=6), st.floats(1e-3, 1e3))
def test_clip_by_norm_keeps_the_direction(grads, max_norm):
    params = values(grads)
    with mp.workdps(50):
        exact = mp.sqrt(mp.fsum(mp.mpf(g) ** 2 for g in grads))
        before = clip_by_norm(params, max_norm)
        after = [p.grad for p in params]
        assert before == pytest.approx(float(exact), rel=1e-15)
        if before <= max_norm:
            assert after == grads
        else:
            assert mp.sqrt(mp.fsum(mp.mpf(g) ** 2 for g in after)) <= max_norm * (1 + 4e-16)
            expected = [float(g * max_norm / exact) for g in map(mp.mpf, grads)]
            assert after == pytest.approx(expected, rel=1e-15, abs=1e-300)


def test_a_limit_of_numpy_does_not_round_the_gradients_to_its_own():
    a, b = values([3.0, 4.0]), values([3.0, 4.0])
    clip_by_norm(a, np.float32(0.1)), clip_by_norm(b, float(np.float32(0.1)))
    assert repr([p.grad for p in a]) == repr([p.grad for p in b])


def test_clip_by_norm_beyond_the_floats():
    params = values([1.5e308, -1.5e308])
    assert clip_by_norm(params, 1.0) == math.inf
    assert [p.grad for p in params] == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5)], rel=1e-15)
    zeros = values([0.0, 0.0])
    assert clip_by_norm(zeros, 1.0) == 0.0
    assert [p.grad for p in zeros] == [0.0, 0.0]


@given(st.lists(FINITE, min_size=1, max_size=6), st.floats(1e-3, 1e3))
def test_clip_by_value(grads, limit):
    params = values(grads)
    count = clip_by_value(params, limit)
    assert [p.grad for p in params] == [min(limit, max(-limit, g)) for g in grads]
    assert count == sum(abs(g) > limit for g in grads)


W = Value(1.0, label="w")


WRONG_VALUES = [
    (lambda: clip_by_norm([], 1.0), "clip_by_norm was given no parameters"),
    (lambda: clip_by_norm([W], 0), "max_norm must be above 0, got 0"),
    (lambda: clip_by_norm(values([math.nan]), 1), "the gradient of the parameter 0.0"),
    (lambda: clip_by_value([], 1.0), "clip_by_value was given no parameters"),
    (lambda: clip_by_value([W], -1), "limit must be above 0, got -1"),
    (lambda: clip_by_value(values([math.inf]), 1), "clip_by_value: the gradient of"),
]
WRONG_TYPES = [
    (lambda: clip_by_norm([2.0], 1.0), "clip_by_norm: parameter 0 is not a Value"),
]


test_bad_arguments = refusing({ValueError: WRONG_VALUES, TypeError: WRONG_TYPES})
