"""The problems of Moré, Garbow and Hillstrom: values from the literature, minima by minimising."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from autograd_mini import Value, jacobian
from autograd_mini.checking import check_grad
from autograd_mini.data import problems

ALL = problems()
# f at the standard starts, as other collections of these problems print it (or by hand).
STARTS = [
    24.2, 400.5, 1.13526, 999998e6, 14.2031, 4171.31, 2500, 41.6817, 3.88811e-6, 1.69361e9,
    12.1107, 1031.15, 215, 19192, 5.31317e-3, 7.92669e6, 0.879026, 0.77907, 2.09342, 30, 121, 645,
    885.063, 2.34001, 2.19855e6, 7.07576e-3, 273.248, 7.88519e-4, 0.0634168, 21, 360, 50, 8658670,
    4067996, 0.0386177,
]  # fmt: skip
# Where minimising from the standard start ends at another of the paper's minima.
ASIDE = {
    "Freudenstein and Roth": 48.9842, "Biggs EXP6": 5.65565e-3, "Trigonometric": 2.79506e-5,
    "Brown almost-linear": 1.0, "Bard": 17.4286,
}  # fmt: skip


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_a_problem(problem):
    start = [float(x) for x in problem.start]
    assert problem(start) == pytest.approx(STARTS[problem.number - 1], rel=1e-5)
    if problem.at:
        scale = max(problem.minimum, 1e-20)
        assert problem([float(x) for x in problem.at]) == pytest.approx(problem.minimum, abs=scale)
    report = check_grad(problem, start, gradient=problem.gradient, directions=1)
    assert report.ok, report
    assert report.comparisons[0].reference in ("Fraction", "mpmath")
    assert problem([mp.mpf(x) for x in start]) == pytest.approx(problem(start), rel=1e-9)


def minimised(problem, even, steps=500):
    """The least value that Levenberg's method (even) or Marquardt's reaches from the start."""
    x, damping = np.array(problem.start, float), 1e-3

    def residuals(v):
        return list(problem.residuals(v))

    y = problem(x)
    slopes = None
    for _ in range(steps):
        if slopes is None:
            slopes = np.array(jacobian(residuals)(x.tolist()), float)
            r = np.array([float(part) for part in residuals(x)])
        normal = slopes.T @ slopes
        most = normal.diagonal().max()
        scale = most * np.eye(len(x)) if even else np.diag(normal.diagonal() + 1e-12 * most)
        step = np.linalg.solve(normal + damping * scale, -slopes.T @ r)
        try:
            value = problem(x + step)
        except ArithmeticError:
            value = np.inf
        if value < y:
            small = y - value < 1e-10 * y and damping < 1
            x, y, slopes, damping = x + step, value, None, damping / 5
            if small or y < 1e-20:
                break
        else:
            damping *= 3
            if damping > 1e20:
                break
    return y


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_the_minimum_that_the_paper_tells_is_reached(problem):
    even = problem.name in ("Brown and Dennis", "Penalty I")
    with np.errstate(all="ignore"):
        found = minimised(problem, even)
    known = [problem.minimum, ASIDE.get(problem.name, problem.minimum)]
    assert any(found == pytest.approx(value, rel=1e-5, abs=1e-9) for value in known), found


def test_a_band_has_five_numbers_before_and_one_behind():
    """Of 1, ..., 1 each residual is 8 less 2 for each other number in the band."""
    (banded,) = (problem for problem in ALL if problem.name == "Broyden banded")
    assert [*banded.residuals([1] * 8)] == [6, 4, 2, 0, -2, -4, -4, -2]


def test_whole_coefficients_stay_exact():
    rosenbrock = ALL[0]
    assert rosenbrock([Fraction(-6, 5), Fraction(1)]) == Fraction(121, 5)
    y = rosenbrock([Value(Fraction(-6, 5)), Value(Fraction(1))])
    assert y.data == Fraction(121, 5)
