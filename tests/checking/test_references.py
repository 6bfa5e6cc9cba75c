"""References against closed forms, and that they share nothing with the partial formulas."""

import math
import sys
from fractions import Fraction

import mpmath as mp
import pytest

from autograd_mini import exp, museum, relu, sin
from autograd_mini.checking import check_grad, op_table, references
from autograd_mini.checking.references import (
    DOMAIN,
    KINK,
    NUMBER,
    as_float,
    at_kink,
    by_fraction,
    by_ladder,
    by_mpmath,
    derivative_of,
    directional_of,
    exact,
    value_of,
)
from autograd_mini.ops import SHEET


@pytest.fixture
def no_mpmath(monkeypatch):
    monkeypatch.setitem(sys.modules, "mpmath", None)
    references.mpmath.cache_clear()
    yield
    references.mpmath.cache_clear()


CLOSED = [  # op, arguments, argument, element, the derivative in closed form
    ("exp", (1.0,), 0, None, lambda: mp.e),
    ("tanh", (300.0,), 0, None, lambda: 4 * mp.exp(-600) / (1 + mp.exp(-600)) ** 2),
    ("sigmoid", (-700.0,), 0, None, lambda: mp.exp(-700) / (1 + mp.exp(-700)) ** 2),
    ("log", (1e-300,), 0, None, lambda: 1 / mp.mpf(1e-300)),
    ("atan2", (1.0, 2.0), 0, None, lambda: mp.mpf(2) / 5),
    ("atan2", (1.0, 2.0), 1, None, lambda: -mp.mpf(1) / 5),
    ("pow", (0.1, 3.0), 0, None, lambda: 3 * mp.mpf(0.1) ** 2),
    ("pow", (0.1, 3.0), 1, None, lambda: mp.mpf(0.1) ** 3 * mp.log(mp.mpf(0.1))),
    ("cos", (0.0,), 0, None, lambda: mp.mpf(0)),
    ("square", (0.0,), 0, None, lambda: mp.mpf(0)),
    ("floor", (2.5,), 0, None, lambda: mp.mpf(0)),
    ("relu", (-3.0,), 0, None, lambda: mp.mpf(0)),
    ("prod", ((2.0, 3.0, 5.0),), 0, 1, lambda: mp.mpf(10)),
    ("norm", ((3.0, 4.0),), 0, 1, lambda: mp.mpf(4) / 5),
    ("logsumexp", ((0.0, 1.0),), 0, 0, lambda: 1 / (1 + mp.e)),
    ("erf", (5.0,), 0, None, lambda: 2 / mp.sqrt(mp.pi) * mp.exp(-25)),
    ("lgamma", (1.0,), 0, None, lambda: -mp.euler),
]


@pytest.mark.parametrize(("name", "args", "k", "i", "truth"), CLOSED)
def test_110_digits_against_closed_forms(name, args, k, i, truth):
    found = derivative_of(SHEET[name], args, k, i)
    with mp.workdps(60):
        wanted = exact(truth())
    assert found.kind == NUMBER
    assert found.source == "mpmath"
    assert abs(found.value - wanted) <= found.bar + abs(wanted) / 10**25
    assert found.bar <= abs(wanted) / 10**20 + Fraction(1, 10**40)


@pytest.mark.parametrize(
    ("name", "args", "k", "low", "high"),
    [
        ("relu", (0.0,), 0, 0, 1), ("abs", (0.0,), 0, -1, 1), ("maximum", (2.0, 2.0), 1, 0, 1),
        ("leaky_relu", (0.0, 0.25), 0, 0.25, 1), ("clamp", (1.0, 1.0, 2.0), 0, 0, 1),
        ("hypot", (0.0, 0.0), 1, -1, 1), ("floor", (2.0,), 0, 0, 0), ("sign", (0.0,), 0, 0, 0),
    ],
)  # fmt: skip
def test_at_a_kink_the_one_sided_derivatives(name, args, k, low, high):
    found = derivative_of(SHEET[name], args, k)
    assert at_kink(SHEET[name], args)
    assert found.kind == KINK
    assert (as_float(found.low), as_float(found.high)) == pytest.approx((low, high), abs=1e-30)


def test_kinks_of_vectors():
    biggest = SHEET["max"]
    assert at_kink(biggest, ((1.0, 3.0, 3.0),))
    assert not at_kink(biggest, ((1.0, 3.0, 2.0),))
    found = derivative_of(biggest, ((1.0, 3.0, 3.0),), 0, 1)
    assert (found.low, round(found.high)) == (0, 1)
    both = directional_of(biggest, ((3.0, 3.0),), {(0, 0): 1, (0, 1): 1})
    assert as_float(both.low) == as_float(both.high) == 1.0


@pytest.mark.parametrize(
    ("name", "args", "k"),
    [
        ("sqrt", (0.0,), 0), ("asin", (1.0,), 0),  # vertical
        ("pow", (-2.0, 3.0), 1), ("polygamma", (1.0, 2.5), 0),  # isolated: an integer alone
    ],
)  # fmt: skip
def test_where_there_is_no_derivative(name, args, k):
    assert derivative_of(SHEET[name], args, k).kind == DOMAIN


def test_the_reference_does_not_use_the_partial_formulas(own):
    wrong = own("g_wrong_cube(a)", "a * a * a", "2 * a")
    assert as_float(derivative_of(wrong, (3.0,), 0).value) == 27.0
    (row,) = op_table([wrong], points=3)
    assert not row.ok
    assert row.partials["a"] > 1e10


def test_a_direction_in_a_vector():
    found = directional_of(SHEET["prod"], ((2.0, 3.0, 5.0),), {(0, 0): 1.0, (0, 2): -2.0})
    assert as_float(found.value) == 15.0 - 2 * 6.0


def test_the_value_at_60_digits():
    truth = value_of(SHEET["sigmoid"], (-1.0,))
    with mp.workdps(50):
        assert abs(truth - exact(1 / (1 + mp.e))) < Fraction(1, 10**48)
    assert value_of(SHEET["log"], (-1.0,)) is None


# --- the differences themselves ------------------------------------------------------------------
def test_precision_rises_until_the_difference_settles():
    # 1 + 1e-250 * x: the slope is lost at 110 digits
    with mp.workdps(300):
        tiny = mp.mpf(10) ** -250
    found = by_mpmath(lambda t: 1 + tiny * t)
    assert abs(found.value * 10**250 - 1) < Fraction(1, 10**20)


def test_a_function_that_loses_digits_gets_a_wide_bar():
    found = by_mpmath(lambda t: mp.mpf(float(mp.sin(1 + t))))
    assert found.bar > 1 or found.value == 0
    assert by_mpmath(lambda t: mp.sqrt(t - 1)).kind == DOMAIN


def test_second_derivatives():
    assert as_float(by_mpmath(lambda t: mp.exp(2 * t), order=2).value) == 4.0
    assert as_float(by_fraction(lambda t: (3 + t) ** 4, order=2).value) == 108.0
    found = by_ladder(lambda h: (3.0 + h) ** 4, 3.0, order=2)
    assert abs(found.value - 108) <= found.bar < Fraction(1, 10**5)


def test_exact_fractions():
    assert exact(0.1) == Fraction(3602879701896397, 36028797018963968)
    assert exact(mp.mpf(-2.5)) == Fraction(-5, 2)
    found = by_fraction(lambda t: (Fraction(1, 3) + t) ** 3 / (2 + t))
    x = Fraction(1, 3)
    truth = 3 * x**2 / 2 - x**3 / 4
    assert abs(found.value - truth) <= Fraction(1, 10**200)
    assert by_fraction(math.sin) is None
    assert by_fraction(lambda t: 1 / t) is None


@pytest.mark.parametrize("x", [1e-130, -1e-200])
def test_exact_fractions_do_not_step_over_a_kink(x):
    for f, slope in ((lambda x: x * abs(x), 2 * abs(x)), (abs, math.copysign(1, x))):
        assert check_grad(f, x).verdict == "ok"
        (row,) = check_grad(f, x, gradient=lambda x, slope=slope: -slope).comparisons
        assert (row.wanted, row.reference, row.verdict) == (slope, "Fraction", "wrong")


def test_without_mpmath_the_ladder(no_mpmath):
    found = derivative_of(SHEET["tanh"], (0.5,), 0)
    assert found.source == "ladder"
    assert abs(found.value - exact(1 / math.cosh(0.5) ** 2)) <= found.bar < Fraction(1, 10**9)
    kink = derivative_of(SHEET["relu"], (0.0,), 0)
    assert kink.kind == KINK
    assert at_kink(SHEET["relu"], (0.0,))
    with pytest.raises(ImportError, match="autograd-mini"):
        op_table()


def test_without_mpmath_a_report_says_so(no_mpmath):
    report = check_grad(lambda x, y: sin(x) * exp(y) + relu(x), (0.5, 0.25), order=2)
    assert report.ok, report
    assert {row.reference for row in report.comparisons} == {"ladder"}
    assert "mpmath is not installed" in str(report)
    assert museum.check("TanhOfItsInput").culprit.kind == "partial"


def test_every_operation_of_the_sheet_is_within_its_bound():
    rows = op_table(points=6)
    assert [row.name for row in rows if not row.ok] == []
    assert {row.name for row in rows} == set(SHEET)
    by_name = {row.name: row for row in rows}
    assert by_name["relu"].kinks == ("a",)
    assert by_name["log"].domain == {"a": "a > 0"}
