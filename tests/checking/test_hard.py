"""Functions whose values are rounding more than anything; tests/benchmarks/hard.py has 211."""

import pytest

from autograd_mini.checking import check_grad
from tests.benchmarks import hard

NOISY = [  # formula, point: the values alone tell another derivative, or none
    ("1 / L.sqrt(1 - (x / 3e8) ** 2) - 1", 1.0),  # 0 at every step
    ("L.sqrt(x**2 + 1) - x", 1e9),
    ("1 - L.tanh(x)", 25.0),
    ("L.log(1 + L.exp(x))", -40.0),
    ("-x * L.log(x) - (1 - x) * L.log(1 - x)", 1e-12),  # between two stairs of 1 - x
    ("(1 - L.cos(x)) / x**2", 1e-7),
    ("(1 - L.cos(x)) / x**2", 1e-5),
    *(("(1e8 + x) - 1e8 - x", x) for x in (1e-3, 0.3, 1.0)),
    ("x * L.sin(1 / x)", 1e-7),  # waves, which look like noise
    ("x * x * L.sin(1 / x)", 1e-5),
    ("x + 1e-12 * L.sin(1e10 * x)", 0.3),
    ("x + 1e-12 * L.sin(1e10 * x)", 2.0),
]
WAYS = [*((hard.opaque, *case) for case in NOISY), *((hard.traced, *case) for case in NOISY[-2:])]


@pytest.mark.parametrize(("way", "formula", "x"), WAYS)
def test_no_right_gradient_is_wrong_and_no_wrong_one_right(way, formula, x):
    case = hard.Case("", formula, x, hard.derivative(formula, x))
    assert way(case, 1.0).verdict in ("ok", "undecided")
    assert case.slope == 0 or way(case, -1.0).verdict in ("wrong", "undecided")


def test_what_is_0_throughout_has_the_derivative_0():
    assert check_grad(lambda x: 0.0, 0.3, gradient=lambda x: 0.0).ok
    assert check_grad(lambda x: 0.0, 0.3, gradient=lambda x: 1e-9).verdict == "wrong"
