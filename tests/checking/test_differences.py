"""The ladder, the complex step and the sweep, against closed forms and exact fractions."""

import cmath
import math
import random
import struct
import warnings
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value
from autograd_mini.checking import check_grad, complex_step, finite_difference, show_step_sweep
from autograd_mini.checking.differences import quiet
from autograd_mini.checking.references import NUMBER, derivative_of
from autograd_mini.errors import NumberTypeError
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET
from autograd_mini.rules.rule import rule

SMOOTH = [  # f, x, f'(x), f''(x), in closed form
    (math.exp, 1.0, math.e, math.e),
    (math.exp, -20.0, math.exp(-20), math.exp(-20)),
    (math.sin, 0.7, math.cos(0.7), -math.sin(0.7)),
    (math.sin, 1000.0, math.cos(1000.0), -math.sin(1000.0)),
    (math.log, 1e-8, 1e8, -1e16),
    (math.log, 3.0, 1 / 3, -1 / 9),
    (math.sqrt, 1e-6, 500.0, -2.5e8),
    (math.atan, -2.0, 0.2, 0.16),
    (math.tanh, 0.5, 1 / math.cosh(0.5) ** 2, -2 * math.tanh(0.5) / math.cosh(0.5) ** 2),
    (lambda x: x**5, -3.0, 405.0, -540.0),
    (lambda x: 1 / x, 1e-3, -1e6, 2e9),
    (lambda x: 1 / (1 + 25 * x * x), 0.2, -2.5, 12.5),
    (abs, 1e-300, 1.0, 0.0),
    (lambda x: max(0.0, x - 1), 1 + 1e-3, 1.0, 0.0),
]


@pytest.mark.parametrize(("f", "x", "first", "second"), SMOOTH)
def test_the_truth_lies_within_a_narrow_bar(f, x, first, second):
    one, two = finite_difference(f, x), finite_difference(f, x, order=2)
    assert abs(one.value - first) <= one.error + 4e-16 * abs(first)
    assert one.error <= 1e-9 * abs(first)
    assert abs(two.value - second) <= two.error + 4e-16 * abs(second)
    assert two.error <= 1e-4 * max(abs(second), abs(first))
    assert not one.kink
    assert first * (1 + 1e-7) not in one


def cut(x):
    """A function that gets into complex numbers below 0."""
    return 1 - math.exp(-((x / 2) ** 1.5))


def between(x):
    """A unit of a network that no point of the data excites: flat, with kinks on both sides."""
    return max(x - 0.2, 0.0) + max(-0.2 - x, 0.0)


ERF = -13.92 / math.sqrt(math.pi) * math.exp(-((3 * 1.16**2) ** 2))
SMALLEST = (1e-30, 1e-300, 2.5e-308, 1e-310, 1e-315)
ROUGH = [  # f, x, f'(x), the largest bar
    *((lambda x: max(x - 1, 0.0), 1 + d, 1, 1e-3) for d in (1e-3, 1e-6, 1e-9)),
    *((lambda x, d=d: x if x < 1 + d else x + 1, 1.0, 1, 1e-3) for d in (1e-3, 1e-6, 1e-9)),
    (lambda x: max(x, 1.0), 1 - 1e-5, 0, 1e-3),
    *((between, x, 0, 1e-13) for x in (0.07469546867235206, 0.0, -0.1, 0.12)),
    # rounding inside f, which may come in stairs and cancel: flat at short steps, or of a slope
    *((lambda x, c=c: (c + x) - c, 1.0, 1, 64 * math.ulp(c)) for c in (1e4, 1e8, 1e12)),
    (lambda x: -1 + math.erf(3 * x * x), -1.16, ERF, 6e-12),
    (lambda x: (1 - math.cos(x)) / x**2, 1e-4, -8.33333332777778e-06, 1e-6),
    (lambda x: math.exp(x) - 1, 1e-3, math.exp(1e-3), 1e-12),
    *((cut, x, 0.75 * math.sqrt(x / 2) * math.exp(-((x / 2) ** 1.5)), 1e-8) for x in (1e-6, 1e-3)),
    # a period that fits the steps
    *((math.sin, x, math.cos(x), 0.1) for x in (1e6, 1e8, 1e10)),
    # at the ends of the floats, where 1 / h or f' * x are infinite, and beside a singularity
    *((math.sqrt, x, 0.5 / math.sqrt(x), 5e-7 / math.sqrt(x)) for x in SMALLEST),
    *((lambda x: math.sqrt(abs(x)), x, 0.5 / math.sqrt(x), 5e-7 / math.sqrt(x)) for x in SMALLEST),
    *((lambda x: abs(x) ** 0.25, x, 0.25 * x**-0.75, 2.5e-7 * x**-0.75) for x in SMALLEST),
    (lambda x: x * math.exp(x), 700.0, 701 * math.exp(700), 1e-7 * math.exp(700)),
    (lambda x: math.log(abs(x)), -1e-60, -1e60, 1e50),
]


@pytest.mark.parametrize(("f", "x", "slope", "bar"), ROUGH)
def test_the_truth_lies_within_the_bar_of_a_rough_function(f, x, slope, bar):
    found = finite_difference(f, x)
    assert abs(found.value - slope) <= found.error < bar
    assert not found.kink


def test_the_tail_of_a_saturated_function_is_not_claimed_to_be_known():
    estimate = finite_difference(lambda x: 1 / (1 + math.exp(-x)), 40.0)
    assert estimate.value + estimate.error > 2 * math.exp(-40.0) in estimate


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=7), st.integers(-64, 64))
def test_polynomials_against_exact_fractions(coefficients, numerator):
    x = Fraction(numerator, 16)
    truth = sum(k * c * x ** (k - 1) for k, c in enumerate(coefficients) if k)

    def f(t):
        return math.fsum(c * t**k for k, c in enumerate(coefficients))

    estimate = finite_difference(f, float(x))
    size = sum(abs(k * c) * abs(x) ** (k - 1) for k, c in enumerate(coefficients) if k)
    assert abs(Fraction(estimate.value) - truth) <= Fraction(estimate.error)
    assert estimate.error <= 1e-10 * (1 + float(size) + abs(f(float(x))))


# No function of numbers; a partial that is 0 by definition; steps too narrow for a difference.
NO_SLOPE = ("where", "polygamma", "detach", "floordiv")
SCALAR = [op for op in SHEET.values() if not op.vectors and op.name not in NO_SLOPE]


@pytest.mark.parametrize("op", SCALAR, ids=lambda op: op.name)
def test_no_false_alarm_and_few_errors_missed_at_random_points(op):
    draw = random.Random(op.name)
    value = rule(op, FLOAT).value
    along = lambda args, k, x: value(*args[:k], x, *args[k + 1 :])
    tried, missed = 0, 0
    while tried < 40:
        args = [draw.choice((-1, 1)) * 10 ** draw.uniform(-3, 0.7) for _ in op.params]
        k, both = draw.randrange(len(args)), zip(op.params, args, strict=True)
        if any(p in op.domains and x not in op.domains[p] for p, x in both):
            continue
        try:
            if isinstance(value(*args), complex):
                continue
        except ValueError:
            continue
        truth = derivative_of(op, args, k)
        estimate = finite_difference(partial(along, args, k), args[k])
        tried += 1
        if truth.kind == NUMBER:
            error = abs(Fraction(estimate.value) - truth.value)
            assert error <= estimate.error, (args, k, estimate, float(truth.value))
            missed += estimate.error > 1e-7 * abs(truth.value) > 0
    assert missed <= 4  # in tails such as that of erf at 5


def test_steps_stay_inside_the_given_domain():
    seen = []

    def f(x):
        seen.append(x)
        return x * x

    estimate = finite_difference(f, 1.0, low=1.0, high=1.25)
    assert 1.0 <= min(seen) < max(seen) <= 1.25
    assert (estimate.side, estimate.evaluations) == ("right", len(seen))
    assert all(x in estimate for x in (2, 2.0, Fraction(2), np.float32(2)))
    assert "2" not in estimate
    assert estimate.error < 1e-10


@pytest.mark.parametrize("broken", [math.nan, math.inf, ValueError, ZeroDivisionError, 1j])
def test_one_sided_where_f_has_no_value_on_the_other(broken):
    def f(x):
        if x >= 0:
            return math.exp(x)
        if isinstance(broken, type):
            raise broken("no value")
        return broken

    for g, side, slope in ((f, "right", 1), (lambda x: f(-x), "left", -1)):
        estimate = finite_difference(g, 0.0)
        assert estimate.side == side
        assert abs(estimate.value - slope) <= estimate.error < 1e-9


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (math.sqrt, 0.0),
        (math.asin, 1.0),
        (lambda x: (x > 0) - (x < 0), 0.0),
        (lambda x: abs(x - 1) ** 0.5, 1.0),
        (lambda x: abs(x) ** 0.9, 0.0),
    ],
)
def test_vertical_and_jumping_functions_have_no_finite_bar(f, x):
    assert finite_difference(f, x).error == math.inf


@pytest.mark.parametrize(
    ("f", "x", "left", "right"),
    [
        (abs, 0.0, -1, 1), (lambda x: max(x, 0.0), 0.0, 0, 1),
        (lambda x: max(x, 1 - x), 0.5, -1, 1), (lambda x: abs(math.sin(x)) + 3 * x, 0.0, 2, 4),
        (lambda x: 5 * math.cos(3 * x) + abs(x - 1), 1.0, *(s - 15 * math.sin(3) for s in (-1, 1))),
    ],
)  # fmt: skip
def test_at_a_kink_the_bar_spans_both_sides(f, x, left, right):
    estimate = finite_difference(f, x)
    assert estimate.kink
    assert estimate.value - estimate.error == pytest.approx(left, abs=1e-6)
    assert estimate.value + estimate.error == pytest.approx(right, abs=1e-6)


def test_single_precision():
    def f(x):
        return struct.unpack("f", struct.pack("f", math.exp(x)))[0]

    estimate = finite_difference(f, 1.0, eps=2.0**-23)
    assert abs(estimate.value - math.e) <= estimate.error < 1e-4


def test_what_f_may_give():
    assert finite_difference(lambda x: np.array([x * x]), 3.0).value == pytest.approx(6, rel=1e-9)
    assert finite_difference(lambda x: Value(x) ** 2, 3.0).value == pytest.approx(6, rel=1e-9)
    assert finite_difference(lambda x: 7, 3.0).value == 0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: finite_difference(math.sin, math.nan), ValueError, "finite"),
        (lambda: finite_difference(math.sin, 3.0, high=2.0), ValueError, "2.0"),
        (lambda: finite_difference(math.sin, 1.0, low="a"), TypeError, "low must be .* got 'a'"),
        (lambda: finite_difference(math.sin, 1.0, order=3), ValueError, "must be one of 1, 2"),
        (lambda: finite_difference(math.log, -1.0), ValueError, "no finite value at x = -1.0"),
        (lambda: finite_difference(lambda x: math.nan, 1.0), ValueError, "no finite value"),
        (lambda: finite_difference(lambda x: None if x > 1 else x, 1.0), TypeError, "None"),
        (lambda: finite_difference(lambda x: None, 1.0), TypeError, "None"),
        (lambda: finite_difference(lambda x: 1j, 1.0), TypeError, "real number"),
        (lambda: finite_difference(cut, -1.0), TypeError, "complex"),
        (lambda: finite_difference(lambda x: np.zeros(2), 1.0), TypeError, "real number"),
        (lambda: finite_difference(math.sin, "1"), TypeError, "x must be one real number, got '1'"),
        (lambda: complex_step(math.sin, 1.0), NumberTypeError, "cmath, not math"),
        (lambda: finite_difference("sin", 1.0), TypeError, r"f must be a function, got 'sin'"),
        (lambda: finite_difference(math.sin, 1.0, eps=-1), ValueError, "eps .* 0 or more, got -1"),
        (lambda: finite_difference(math.sin, 1.0, noise="a"), TypeError, "noise .* got 'a'"),
        (lambda: finite_difference(math.sin, 1.0, enough=math.nan), ValueError, "enough .* nan"),
        (lambda: complex_step(lambda z: 1 / z, 0.0), ValueError, "no finite derivative at x = 0"),
        (lambda: complex_step(cmath.sqrt, 0.0), ValueError, "no finite derivative at x = 0"),
        (lambda: complex_step(abs, 1.0), NumberTypeError, "analytic"),
        (lambda: complex_step(cmath.sqrt, math.inf), ValueError, "finite"),
        (lambda: show_step_sweep(math.log, -1.0), ValueError, "no finite value"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the complex step ----------------------------------------------------------------------------
def test_the_complex_step_is_exact_to_rounding():
    def example(z):  # Squire and Trapp's own
        return cmath.exp(z) / (cmath.sin(z) ** 3 + cmath.cos(z) ** 3)

    for f, x, truth in [
        (cmath.exp, 1.0, math.e), (lambda z: z**7, 1.5, 7 * 1.5**6), (cmath.log, 1e-8, 1e8),
        (example, 1.5, 3.6220337007163259),
    ]:  # fmt: skip
        assert abs(complex_step(f, x) - truth) <= 4 * math.ulp(truth)
    assert complex_step(np.tanh, 0.5) == pytest.approx(1 / math.cosh(0.5) ** 2, rel=1e-15)


# --- the sweep -----------------------------------------------------------------------------------
def test_the_two_arms_of_the_v():
    sweep = show_step_sweep(math.exp, 1.0, math.e)
    h = 0.01
    k = sweep.steps.index(h)
    assert sweep.forward[k] == pytest.approx(math.e * (h / 2 + h * h / 6), rel=1e-3)
    assert sweep.central[k] == pytest.approx(math.e * h * h / 6, rel=1e-3)
    assert 1e-6 < sweep.best < 1e-4
    best_forward = min(zip(sweep.forward, sweep.steps, strict=True))[1]
    assert 1e-9 < best_forward < 1e-7
    assert min(sweep.central) < 0.05 * min(sweep.forward)
    assert sweep.forward[-1] > 1e-2


def test_the_text_plot_shows_the_curves_in_both_languages():
    sweep = show_step_sweep(math.exp, 1.0)
    picture = str(sweep)
    assert picture == sweep.text()
    lines = picture.splitlines()[1:21]
    marks = [(r, c) for r, line in enumerate(lines) for c, x in enumerate(line) if x == "●"]
    assert max(c for r, c in marks) > max(marks)[1] > min(c for r, c in marks)  # a V
    for text in ("10⁻¹⁶", "Best step"):
        assert text in picture
    assert "mejor paso es" in sweep.text("es")
    assert show_step_sweep(lambda x: 2.0, 1.0).text() == "The differences are exact at every step."


def test_the_plot_is_a_png_or_goes_to_given_axes(tmp_path):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    sweep = show_step_sweep(math.exp, 1.0)
    sweep.plot(tmp_path / "v.png")
    assert (tmp_path / "v.png").read_bytes().startswith(b"\x89PNG")
    axes = figure.subplots()
    assert sweep.plot(axes, "es") is axes
    assert axes.get_xlabel() == "paso h"
    forward = axes.get_lines()[0]
    assert forward.get_ydata()[8] == pytest.approx(sweep.forward[8])


def test_the_noise_that_the_caller_knows_widens_the_bar():
    # (1e16 + x) - 1e16 comes in stairs of 2: no step of the ladder sees one from x = 1.3
    def stairs(x):
        return (1e16 + x) - 1e16

    assert 1.0 not in finite_difference(stairs, 1.3)
    assert 1.0 in finite_difference(stairs, 1.3, noise=1.0)
    assert finite_difference(math.exp, 1.0, noise=1e-6).error < 1e-4


@pytest.mark.parametrize(("f", "x", "first", "second"), SMOOTH)
def test_with_a_bar_that_is_enough_half_the_calls_do(f, x, first, second):
    for order, truth in ((1, first), (2, second)):
        estimate = finite_difference(f, x, order=order, enough=1e-3 * abs(truth) + 1e-6)
        assert abs(estimate.value - truth) <= estimate.error
        full = finite_difference(f, x, order=order)
        assert estimate.error <= 1e-3 * abs(truth) + 1e-6 or estimate == full
    assert finite_difference(math.exp, 1.0, enough=1e-9).evaluations < 35
    assert finite_difference(math.exp, 1.0, enough=1e-20) == finite_difference(math.exp, 1.0)


@pytest.mark.parametrize("distance", [0.3, 1e-2, 1e-4, 1e-6, 0.0])
def test_with_a_bar_that_is_enough_a_kink_is_still_seen(distance):
    estimate = finite_difference(lambda x: max(x, 0.0) + x * x, distance, enough=1e-3)
    slope = 0.5 if distance == 0 else 1.0
    assert abs(estimate.value - slope - 2 * distance) <= estimate.error
    assert estimate.kink == (distance == 0)


@pytest.mark.parametrize("x", [1e-100, -1e-120, 1e-163, 1e-200, 5e-324])
@pytest.mark.parametrize("power", [2, 3, 4])
def test_an_x_that_is_lost_in_each_step_and_an_f_that_underflows_widen_the_bar(x, power):
    estimate = finite_difference(lambda t: t**power, x)
    assert abs(Fraction(estimate.value) - power * Fraction(x) ** (power - 1)) <= estimate.error
    report = check_grad(lambda t: t**power, x, gradient=lambda t: power * t ** (power - 1))
    assert report.verdict in ("ok", "undecided")
    flat = check_grad(lambda s, t: s * s * t + math.tanh(s), (0.0, x), gradient=lambda *_: (1, 0))
    assert flat.ok  # f is 0 all along t, without rounding


@pytest.mark.parametrize("bent", [0.0, 1000.0], ids=["straight", "bent"])
@pytest.mark.parametrize("distance", [0, 1e-15, -1e-12, 3e-11, 1e-9, -6e-8, 1e-6])
@pytest.mark.parametrize("kink", [1.0, -2.5, 17.0, 740.0])
def test_a_claim_right_on_its_side_of_a_near_kink_is_never_wrong(kink, distance, bent):
    """A kink beside x was taken for one at x with sides less steep; one in a bend was not seen."""

    def f(x):
        return bent * math.cos(x) + (-0.6 if x < kink else 1.5) * (x - kink)

    def slope(x):
        return -bent * math.sin(x) + (-0.6 if x < kink else 1.5)

    at = kink + distance * abs(kink)
    assert check_grad(f, at, gradient=slope).verdict in ("ok", "kink", "undecided")
    assert check_grad(f, at, gradient=lambda x: slope(x) + 5).verdict in ("wrong", "undecided")


def test_the_fine_teeth_of_a_saw_are_no_noise():
    """Of mod(a, b) by b at a small b: teeth of 3e-11, within which the slope is -floor(a / b)."""
    a, b = -0.18772972285994938, -2.2207706e-06
    found = finite_difference(lambda b: a % b, b)
    assert abs(found.value + a // b) <= found.error < 1


def test_no_warnings_of_numpy_and_those_of_other_threads_untouched():
    before = [*warnings.filters]
    with quiet():
        assert warnings.filters == before
        assert np.log(np.float64(-1.0)) != 0
    with np.errstate(invalid="raise"), quiet(), pytest.raises(FloatingPointError):
        np.log(np.float64(-1.0))
