"""Learning-rate schedules at points known in closed form."""

import math

import pytest

from autograd_mini.optim import constant, cosine, linear, per_epoch, step_decay, warm_up
from tests.refusals import refusing


def test_schedules_at_known_points():  # those of constant and step_decay are examples
    # micrograd's demo: 1.0 - 0.9 * k / 100
    assert [linear(1.0, 100, final=0.1)(k) for k in range(100)] == pytest.approx(
        [1.0 - 0.9 * k / 100 for k in range(100)], rel=1e-15
    )
    assert linear(1.0, 100, final=0.1)(1000) == 0.1
    wave = cosine(3.0, 6, final=1.0)
    # 1 + (1 + cos(t * 30 degrees))
    half, root = 1 / 2, math.sqrt(3) / 2
    expected = [3.0, 2 + root, 2 + half, 2.0, 2 - half, 2 - root, 1.0, 1.0]
    assert [wave(t) for t in range(8)] == pytest.approx(expected, rel=1e-15)
    rising = warm_up(4, cosine(1.0, 2))
    assert [rising(t) for t in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert [rising(t) for t in range(5, 8)] == [pytest.approx(0.5), 0.0, 0.0]
    assert [per_epoch(rising, 2)(t) for t in range(6)] == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75]


test_bad_arguments = refusing(
    {
        ValueError: [
            (lambda: constant(0), "lr must be above 0, got 0"),
            (lambda: step_decay(0, every=2), "lr must be above 0, got 0"),
            (lambda: step_decay(0.1, every=0), "every must be at least 1, got 0"),
            (lambda: step_decay(0.1, 10, factor=2), "factor must be at most 1, got 2"),
            (lambda: cosine(0.1, steps=0), "steps must be at least 1, got 0"),
            (lambda: cosine(0.1, 10, final=-1), "final must be 0 or more, got -1"),
            (lambda: linear(0.1, steps=0), "steps must be at least 1, got 0"),
            (lambda: linear(-0.1, 10), "lr must be above 0, got -0.1"),
            (lambda: warm_up(0, constant(1)), "steps must be at least 1, got 0"),
        ],
        TypeError: [
            (lambda: warm_up(5, 0.1), r"then must be a schedule, such as constant\(0.1\)"),
            (lambda: per_epoch(0.1, 5), "schedule must be a schedule"),
        ],
    }
)
