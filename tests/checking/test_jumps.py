"""Noisy functions: a solver that stops early is left undecided, and a real error is still found."""

import math

import pytest

from autograd_mini.checking import check_grad
from autograd_mini.checking.whole import largest_jump


def iterated(tolerance):
    """The y with y = (cos y + x) / 2, by iteration."""

    def f(x):
        y, last = 0.0, math.inf
        while abs(y - last) >= tolerance:
            y, last = 0.5 * math.cos(y) + 0.5 * x, y
        return y

    return f, lambda x: 0.5 / (1 + 0.5 * math.sin(iterated(1e-15)[0](x)))


def bisected(tolerance, more=1.0):
    """The y with y + exp(y) / 3 = x, by halving, and x itself: in stairs with a slope."""

    def f(x):
        low, high = -10.0, 10.0
        while high - low > tolerance:
            middle = (low + high) / 2
            if middle + math.exp(middle) / 3 > x:
                high = middle
            else:
                low = middle
        return low + more * x

    return f, lambda x: 1 / (1 + math.exp(bisected(1e-14, 0.0)[0](x)) / 3) + more


@pytest.mark.parametrize("solver", [iterated, bisected])
@pytest.mark.parametrize("tolerance", [1e-6, 1e-9])
def test_a_solver_that_stops_early(solver, tolerance):
    f, gradient = solver(tolerance)
    for x in (-0.4, 0.3, 0.55, 1.3, 2.2):
        right = check_grad(f, x, gradient=gradient)
        assert right.verdict == ("undecided" if tolerance > 1e-7 else "ok"), right
        assert right.ok or "jumps by" in str(right)
        for accuracy in (None, 1e-6, 1e-9):
            off = check_grad(f, x, gradient=lambda x: 1.03 * gradient(x), accuracy=accuracy)
            assert off.verdict == "wrong", off


def cosine(tolerance):
    """The y with y = x cos y, by iteration, which does not end where x is above 1.3."""

    def f(x):
        y = 0.0
        for _ in range(2000):
            y, last = x * math.cos(y), y
            if abs(y - last) < tolerance:
                break
        return y

    y = cosine(0.0)[0] if tolerance else None
    return f, lambda x: math.cos(y(x)) / (1 + x * math.sin(y(x)))


def test_a_solver_that_does_not_end_near_by():
    """Where it does not, rounding jumps by 1e-13: that is not how high its own jumps are."""
    f, gradient = cosine(1e-6)
    for x in (0.68, 0.8, 0.9):
        assert check_grad(f, x, gradient=gradient).verdict == "undecided"
        assert check_grad(f, x, gradient=lambda x: 1.03 * gradient(x)).verdict == "wrong"


@pytest.mark.parametrize(
    ("f", "jump"),
    [
        (lambda x: math.exp(x) + 1e-6 * (x > 0.3), 1e-6),
        (lambda x: math.sin(9 * x) + 1e-9 * math.floor(40 * x), 1e-9),
        (math.exp, 0),
        (lambda x: math.sin(300 * x), 0),  # faster than the grid
        (lambda x: max(x - 0.01, 0.0), 0),  # bends, and does not jump
        (lambda x: float(x > 0.3), 0),  # a jump of the function itself
        (lambda x: math.log(x - 0.5) if x > 0.5 else math.nan, 0),
        (lambda x: math.nan, 0),
    ],
)
def test_the_height_of_a_jump(f, jump):
    assert largest_jump(f) == pytest.approx(jump, rel=1e-5, abs=0)
