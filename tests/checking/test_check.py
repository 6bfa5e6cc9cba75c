"""check_grad: right derivatives pass, wrong ones are caught, and the culprit is the true one."""

import math
import random
import sys
import warnings
from fractions import Fraction
from functools import reduce
from itertools import count
from typing import ClassVar

import mpmath as mp
import numpy as np
import pytest

from autograd_mini import Value, abs, dot, exp, log, museum, norm, relu, sin, sqrt, tanh
from autograd_mini.checking import CheckError, check_grad, on_nodes
from autograd_mini.museum import HEALTHY
from tests.checking.manners import engine

ENGINES = museum.ENGINES
TANH, SLOPE = HEALTHY.rules["tanh"]


class SlightlyOff(HEALTHY):
    rules: ClassVar = HEALTHY.rules | {"tanh": (TANH, lambda a, out: (SLOPE(a, out)[0] + 4e-8,))}


class Random(HEALTHY):
    rules: ClassVar = HEALTHY.rules | {"tanh": (lambda a: TANH(a) + random.random() * 1e-9, SLOPE)}


class NoZero(HEALTHY):
    def zero_grad(self):
        pass


class Recursive(HEALTHY):
    def order(self):
        done = {}

        def visit(node):
            if node not in done:
                for parent in node.parents:
                    visit(parent)
                done[node] = None

        visit(self)
        return list(done)


def tangled(x, y):
    a = x * y
    b = (a + x).tanh()
    return a * b + a * a + (1 - b)


@pytest.mark.parametrize(
    ("engine", "kind"), [(SlightlyOff, "partial"), (Random, "nondeterministic")]
)
def test_the_culprit_of_a_broken_engine(engine, kind):
    report = check_grad(tangled, (0.5, 0.7), value=engine)
    assert (report.verdict, report.culprit.kind) == ("wrong", kind)
    assert not report


def test_a_wrong_partial_is_told_with_its_numbers():
    report = check_grad(lambda x: x.tanh(), 0.5, value=ENGINES["TanhOfItsInput"])
    details = report.culprit.details
    assert report.culprit.op == "tanh"
    assert (details["argument"], details["got"]) == ("a", 0.75)
    assert details["wanted"] == pytest.approx(1 / math.cosh(0.5) ** 2, rel=1e-15)
    ulps = abs(0.75 - details["wanted"]) / math.ulp(details["wanted"])
    assert float(details["ulps"]) == pytest.approx(ulps, rel=1e-2)
    assert "a = 0.5 (x)" in details["operands"]


def test_a_wrong_partial_of_a_long_vector_is_told():
    def f(v):
        out = dot(v, [1.0] * 9)
        out.dfirst = (*out.dfirst[:8], 2.0)
        return out

    culprit = check_grad(f, [0.5] * 9).culprit
    assert (culprit.kind, culprit.op, culprit.details["argument"]) == ("partial", "dot", "a[8]")


def test_the_first_sum_that_is_off_is_shown():
    report = check_grad(lambda x, y: x * y + x, (2.0, 3.0), value=ENGINES["Overwrites"])
    assert report.culprit.node == "x"
    assert report.culprit.details["got"] in (1.0, 3.0)
    assert report.culprit.details["wanted"] == 4.0
    assert report.comparisons[0].wanted == 4.0


def test_walking_every_path_is_stopped():
    def doubled(x):
        for _ in range(40):
            x = x + x
        return x

    report = check_grad(doubled, 1.0, value=ENGINES["EveryPath"])
    assert (report.culprit.kind, report.culprit.message) == ("order", "paths")
    assert check_grad(doubled, 1.0, value=HEALTHY).ok


@pytest.mark.parametrize(
    ("engine", "found"),
    [
        # what x * x keeps is 3, and the root 1: 2 * 9 + (3 + 6) * 6; a new root: 9 + (3 + 3) * 6
        (ENGINES["StaleInterior"], {"second": 72.0, "reuse": 45.0}),
        (NoZero, {"reset": 54.0, "reuse": 54.0}),
    ],
)
def test_what_an_engine_does_beside_a_right_gradient_is_a_property(engine, found):
    report = check_grad(tangled, (0.5, 0.7), value=engine)
    assert (report.verdict, report.culprit) == ("ok", None)
    told = {x.name: x.details["got"] for x in report.properties if x.severity == "warning"}
    assert told == found


def test_a_deep_graph_is_checked_although_the_engine_recurses():
    def deep(x):
        for _ in range(1020):
            x = x + 1
        return x

    report = check_grad(deep, 1.0, value=Recursive)
    assert report.ok
    (property,) = report.properties
    assert (property.name, property.details["nodes"]) == ("depth", 1021)
    assert check_grad(deep, 1.0).properties == ()

    def shared(x):  # the pass hands much to x before the stack ends
        return reduce(lambda y, _: x + y, range(1020), x)

    assert check_grad(shared, 1.0, value=engine("incoming")).ok


# --- our own Values ------------------------------------------------------------------------------
CLOSED = [  # f, at, gradient in closed form
    (lambda x: x**3, 2.0, [12.0]),
    (lambda x, y: sin(x) * y, (0.3, 2.0), [2 * math.cos(0.3), math.sin(0.3)]),
    (lambda v: dot(v, (1.0, 2.0)), [3.0, 4.0], [1.0, 2.0]),
    (lambda p: p["w"][0] * p["w"][1] + p["b"], {"w": [2.0, 3.0], "b": 1.0}, [3.0, 2.0, 1.0]),
    (lambda w: np.sum(w * w), np.array([[1.0, 2.0], [3.0, 4.0]]), [2.0, 4.0, 6.0, 8.0]),
    (lambda x: (x - 1) * x / (x + 3), Fraction(1, 2), [Fraction(1, 49)]),
    (lambda x: exp(-x * x), 0.0, [0.0]),
    (tanh, 40.0, [4 * math.exp(-80)]),
    (lambda x: log(x) * 1e-200, 1e-100, [1e-100]),
]


@pytest.mark.parametrize(("f", "at", "gradient"), CLOSED)
def test_right_gradients_pass(f, at, gradient):
    report = check_grad(f, at)
    assert report.ok, report
    assert [row.got for row in report.comparisons] == pytest.approx(gradient, rel=1e-14)
    assert [row.wanted for row in report.comparisons] == pytest.approx(gradient, rel=1e-14)
    assert all(row.reference in ("Fraction", "mpmath") for row in report.comparisons)


class Point(list):
    """With a constructor of its own."""

    def __init__(self, x, y):
        super().__init__((x, y))


def leaving(x):
    """math.sin makes a plain number of a Value: in the graph it is a constant."""
    return x * x * math.sin(x)


def slope_of_leaving(x):
    return 2 * x * math.sin(x) + x * x * math.cos(x)


def bending(x):
    """As `leaving`, beside a kink where the ladder is too rough to tell."""
    return 1000 * math.cos(x) + (0.3 if x < 6e-4 else 1.9) * (x - 6e-4)


def slope_of_bending(x):
    return -1000 * math.sin(x) + (0.3 if x < 6e-4 else 1.9)


VERDICTS = [  # f, at, verdict, the claimed gradient, and other options
    (lambda p: p[0] * p[1], Point(2.0, 3.0), "ok"),
    *((lambda x: x**3, 1.7, "ok", lambda x, e=e: 3 * x**2 * (1 + e)) for e in (1e-13, 1e-11)),
    *((lambda x: relu(x - 1) * x, 1 + distance, "ok") for distance in (1e-3, 1e-8, 1e-15)),
    (lambda x: max(x, 0.0), 0.0, "kink", lambda x: 0.25),
    (lambda x: x * x if x > 1 else 2 * x, 1.0, "domain"),  # a jump
    (lambda x: 1 / x * 1.0, 1e-300, "domain"),  # -1e600 is no float
    (math.sin, 1.0, "wrong", lambda x: math.nan),
    (lambda x: x**1.5, 0.0, "ok"),  # at the edge of its domain
    (math.exp, 0.0, "ok", math.exp, {"domain": (0.0, 1.0)}),
    # values that leave the graph: its derivative is not theirs, be it but for a millionth
    *((leaving, x, "undecided|domain", slope_of_leaving) for x in (1e-120, -1e-150, 1e100)),
    *((lambda x: x * x * np.sin(x), x, "ok", slope_of_leaving) for x in (1e-120, -1e-150, 1e100)),
    (lambda x: leaving(x) + x, 1e-3, "ok", lambda x: slope_of_leaving(x) + 1),
    *((bending, x, "undecided", slope_of_bending) for x in (6e-4 - 4e-11, 6e-4 + 3e-10)),
    (lambda x: x * (1 + math.erf(x)), 1e-7, "ok",
     lambda x: 1 + math.erf(x) + x * 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    (lambda x: x + math.log1p(math.exp(-x)), 14.0, "ok", lambda x: 1 / (1 + math.exp(-x))),
    # a slope of 0 where f is 0 is known from f near by
    (lambda x: 1 - math.cos(x), 0.0, "ok", math.sin),
    (lambda x: 1 - math.cos(x), 0.0, "wrong", math.cos),
    (lambda x: x * x * math.exp(x), 0.0, "ok", lambda x: 0.0),
    # what floats cannot tell: stairs, saturation, noise; or not as exactly as was asked for
    (lambda x: round(x, 3), 0.51234, "undecided", lambda x: 1.0),
    (lambda x: 3.0, 0.5, "ok", lambda x: 0.0),
    (lambda x: 1 / (1 + math.exp(-x)), 40.0, "undecided", lambda x: math.exp(-x) * 1.01),
    (lambda x: math.sin(1e16 * x), 1.1, "undecided", lambda x: 1e16 * math.cos(1e16 * x)),
    (lambda x: math.sin(x / 1e-30), 3e-31, "undecided", lambda x: 1e30 * math.cos(x / 1e-30)),
    (lambda x: (1e10 + float(x)) - 1e10, 1.0, "ok", lambda x: 1 + 1e-7, {"accuracy": 1e-2}),
    (lambda x: (1e10 + float(x)) - 1e10, 1.0, "undecided", lambda x: 1 + 1e-7, {"accuracy": 1e-9}),
]  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict(case):
    f, at, verdict, gradient, options = (*case, *(None, {})[len(case) - 3 :])
    report = check_grad(f, at, gradient=gradient, **options)
    assert report.verdict in verdict.split("|"), report
    assert report.verdict == "wrong" or report.culprit is None


def names_of(report):
    return [row.name for row in report.comparisons]


def test_names_of_the_inputs(own):
    hill = own("hill_of(height, at)", "height * exp(-(at*at))", "out / height", "-2 * at * out")
    for f, at, names in [
        (hill, (2.0, 0.5), ["height", "at"]),  # of an operation those of the sheet
        (sin, 0.3, ["a"]),
        (dot, ([1.0], [2.0]), ["a[0]", "b[0]"]),
        (lambda x, *rest: x * rest[0] + rest[1], (1.0, 2.0, 3.0), ["x", "arg2", "arg3"]),
        (lambda p, w: p["a"] * w[1] + w[0], ({"a": 1.0}, np.ones(2)), ["p['a']", "w[0]", "w[1]"]),
        (lambda x, y: x * y, {"x": 1.0, "y": 2.0}, ["x", "y"]),
        (lambda x, y: x * y[0], {"x": 1.0, "y": [2.0]}, ["x", "y[0]"]),
    ]:
        assert names_of(check_grad(f, at)) == [f"df/d{name}" for name in names]


@pytest.mark.parametrize("source", ["Fraction", "mpmath", "ladder"])
def test_a_value_that_leaves_the_graph_is_found(source):
    def f(x):
        if source == "Fraction":
            return x * Value(x.data)
        if source == "mpmath":
            return x * Value(x.data) + sin(x) * 0
        return x * math.exp(math.log(float(x)))

    report = check_grad(f, 3.0)
    assert (report.culprit.kind, report.culprit.message) == ("gradient", "severed")
    (row,) = report.comparisons
    assert row.reference == source
    assert (row.got, row.wanted) == pytest.approx((3.0, 6.0), rel=1e-9)


def test_values_of_the_callers_own_keep_their_gradients():
    weight, bias = Value(3.0), Value(1.0)
    weight.grad, bias.grad = 5.0, -1.0
    assert check_grad(lambda x: tanh(x * weight + bias) * weight, 0.25).ok
    assert (weight.grad, bias.grad) == (5.0, -1.0)
    report = check_grad(lambda x: x * x * weight, 0.25, value=Value, order=2)
    assert report.ok
    assert weight.grad == 5.0


def test_of_a_large_graph_a_sample_of_nodes_and_all_of_them_if_the_whole_is_off(monkeypatch):
    monkeypatch.setattr(on_nodes, "NODES", 20)

    def f(x):
        for _ in range(120):
            x = x + 0.001
        x = (x * 0.5).tanh()
        for _ in range(120):
            x = x + 0.001
        return x

    report = check_grad(f, -1.0, value=ENGINES["TanhOfItsInput"])
    assert (report.culprit.kind, report.culprit.op) == ("partial", "tanh")
    right = check_grad(f, -1.0)
    assert right.ok
    assert "20 of 243 nodes" in str(right)
    assert dict(right.notes)["nodes"]["count"] == 20


def test_kinks_are_compared_with_both_sides():
    report = check_grad(lambda x: relu(x) + 2 * x, 0.0)
    (row,) = report.comparisons
    assert (report.verdict, report.ok) == ("kink", True)
    assert row.interval == pytest.approx((2.0, 3.0))
    report = check_grad(lambda x: abs(x) * 3, 0.0)
    assert report.comparisons[0].interval == pytest.approx((-3.0, 3.0))
    smooth = check_grad(lambda x, y: abs(x) * y + y * y, (0.0, 2.0))
    assert [row.verdict for row in smooth.comparisons] == ["kink", "ok"]


def test_a_wrong_gradient_at_a_kink_is_wrong():
    report = check_grad(lambda x: max(x, 0.0), 0.0, gradient=lambda x: 1.5)
    assert report.verdict == "wrong"
    assert "df/dx is 1.5, and should lie between 0 and 1." in str(report)


def test_a_sum_of_kinks_follows_the_conventions_and_is_told():
    # relu(x) - relu(-x) is x; with relu'(0) = 0 the chain rule gives 0
    report = check_grad(lambda x, unused: relu(x) - relu(-x), (0.0, 1.0))
    row, _ = report.comparisons
    assert (report.verdict, row.got, row.wanted) == ("kink", 0.0, 1.0)
    assert "a sum of kinks" in str(report)


def test_second_derivatives():
    report = check_grad(lambda x, y: exp(x * y) + x * x * y, (0.5, 0.7), order=2)
    assert report.ok
    found = {row.name: row.wanted for row in report.comparisons}
    e = math.exp(0.35)
    assert found["d2f/dx2"] == pytest.approx(0.49 * e + 1.4, rel=1e-14)
    assert found["d2f/dx dy"] == pytest.approx(e * 1.35 + 1.0, rel=1e-14)
    assert found["d2f/dy2"] == pytest.approx(0.25 * e, rel=1e-14)


def test_a_claimed_hessian():
    def hessian(x, y):
        return [[2 * y, 2 * x], [2 * x, 0.0]]

    assert check_grad(lambda x, y: x * x * y, (2.0, 3.0), gradient=hessian, order=2).ok
    report = check_grad(
        lambda x, y: x * x * y, (2.0, 3.0), gradient=lambda x, y: [[2 * y, x], [x, 0]], order=2
    )
    wrong = [row.name for row in report.comparisons if row.verdict == "wrong"]
    assert wrong == ["d2f/dx dy", "d2f/dy dx"]


def test_many_inputs_along_random_directions():
    report = check_grad(lambda v: dot(v, v), [float(k) for k in range(1001)])
    assert report.ok
    assert len(report.comparisons) == 3
    one, again = (
        check_grad(lambda v: sum(x * x for x in v), [0.5] * 60, seed=3, directions=2)
        for _ in range(2)
    )
    assert names_of(one) == ["direction 1", "direction 2"]
    assert one.to_json() == again.to_json()


def test_rounding_is_not_called_a_wrong_gradient():
    report = check_grad(lambda x: sin(1e9 * x * x), 1.1)
    assert report.culprit is None
    assert report.verdict in ("ok", "undecided")
    # the gradient itself is lost to rounding: no partial and no sum is at fault
    lost = check_grad(lambda x: sin(1e15 * x * x), 1.1)
    assert (lost.verdict, lost.culprit) == ("undecided", None)
    assert "ill-conditioned" in str(lost)


def test_a_gradient_below_what_the_value_can_show_is_right():
    # x + 3.24 rounds to 2, where log10(gamma) is 0: the path has the slope 0 in floats
    def f(x):
        v = (x + 3.24).gamma().log10()
        return ((v * v).silu() + 5.5).rsqrt()

    (row,) = check_grad(f, -1.24).comparisons
    assert (row.got, row.verdict) == (0, "ok")
    assert -1e-18 < row.wanted < -1e-19

    def g(x):
        v = norm((2.0, x, 2.0)).sinh()
        w = (v - x) - (v - x)
        return (((w + w) - v) + (v - x).erf()) + v.gelu()

    assert check_grad(g, -0.84).ok


def test_a_gradient_lost_to_rounding_that_the_value_shows_is_undecided():
    # 1e16 + 1.3 rounds to 1e16 + 2: f is 4 for 1.69 and its gradient 4 for 2.6; the floats near
    # by are all the same, so that only the graph tells the ladder how coarse they are
    report = check_grad(lambda x: ((x + 1e16) - 1e16) ** 2, 1.3)
    (row,) = report.comparisons
    assert (report.verdict, report.culprit, row.got) == ("undecided", None, 4)
    assert row.wanted == pytest.approx(2.6, rel=1e-14)


@pytest.mark.parametrize("x", [0.0, 1e-20, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3])
@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x - math.sin(x), lambda x: 2 * math.sin(x / 2) ** 2),
        (lambda x: 1000 * (math.tan(x) - x), lambda x: 1000 * math.tan(x) ** 2),
        (lambda x: math.expm1(x) - x, math.expm1),
        (lambda x: math.exp(x) - 1 - x, math.expm1),
        (lambda x: math.exp(x) - 1, math.exp),
        (lambda x: 1 / (1 + math.exp(-x)) - 0.5, lambda x: 1 / (2 + math.exp(x) + math.exp(-x))),
    ],
)
def test_what_cancels_inside_f_near_0_makes_no_right_slope_wrong(f, slope, x):
    report = check_grad(f, x, gradient=slope)
    sure = slope(x) > 0.1 or x == 1e-3
    assert report.verdict in (("ok",) if sure else ("ok", "undecided"))
    if sure:
        assert check_grad(f, x, gradient=lambda x: 1.01 * slope(x)).verdict == "wrong"


def test_a_chaotic_function_is_undecided_and_said_to_be_ill_conditioned():
    def logistic(x):
        for _ in range(60):
            x = 3.9 * x * (1 - x)
        return x

    report = check_grad(logistic, 0.3)
    assert (report.verdict, report.culprit) == ("undecided", None)
    assert "ill-conditioned" in str(report)
    assert report.comparisons[0].error > 1e-3 * abs(report.comparisons[0].wanted)


def test_steps_that_leave_the_domain_raise_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_grad(
            lambda v: np.log(v).sum(), np.array([1e-9, 2.0]), gradient=lambda v: 1 / v
        )
    assert report.ok
    assert report.taylor_slope == pytest.approx(2, abs=0.1)


def test_paths_that_cancel_leave_rounding_and_that_is_right():
    report = check_grad(lambda x: (x * x).atan2((x * x).selu()), 0.47)
    (row,) = report.comparisons
    assert (report.verdict, row.wanted) == ("ok", 0.0)
    assert 0 < row.error < 1e-15


def test_a_sum_that_cancels_to_its_last_digits():
    at = -1.16
    report = check_grad(lambda x: dot((x, x, x), (x, x, x)).erf() - 1, at)
    truth = 2 / math.sqrt(math.pi) * math.exp(-((3 * at * at) ** 2)) * 6 * at
    assert report.ok
    assert report.comparisons[0].wanted == pytest.approx(truth, rel=1e-13)
    assert report.comparisons[0].reference == "mpmath"
    # the value is 1 - 1, with the rounding of 1 and no sign of it in its size
    assert report.taylor_slope == pytest.approx(2, abs=0.1)


def test_a_long_function_of_floats_is_run_precisely_as_far_as_a_few_seconds_go(monkeypatch):
    """X @ w of 100 samples with 60 features took 20 seconds, and with 200 a minute."""
    monkeypatch.setattr("autograd_mini.checking.whole._PRECISE", 1200)
    at = np.linspace(-1, 1, 60)  # 179 nodes, run five times for each direction
    report = check_grad(lambda v: v @ v, at, gradient=lambda v: 2 * v)
    used = [row.reference for row in report.comparisons]
    assert report.ok
    assert used == sorted(used, reverse=True)
    assert {*used} == {"mpmath", "ladder"}
    many, off = np.linspace(-1, 1, 300), 2 + 1e-4 * (np.arange(300) == 77)
    report = check_grad(lambda v: v @ v, many, gradient=lambda v: off * v)
    assert {row.reference for row in report.comparisons} == {"ladder"}
    assert report.culprit.node == report.comparisons[-1].name == "df/dv[77]"
    assert report.culprit.details["got"] == 2.0001 * many[77]
    assert report.culprit.details["wanted"] == pytest.approx(2 * many[77], rel=1e-9)
    on_values = check_grad(lambda v: sum(x * x for x in v), list(at))
    assert {row.reference for row in on_values.comparisons} == {"mpmath"}


def test_a_value_that_leaves_the_graph_is_found_at_a_kink_too():
    report = check_grad(lambda x: relu(x - 1) + x * Value(x.data), 1.0)
    assert (report.verdict, report.culprit.message) == ("wrong", "severed")
    assert check_grad(lambda x: relu(x - 1) + x * x, 1.0).verdict == "kink"
    narrow = check_grad(lambda x: sqrt(1e-8 - x * x) * Value(x.data), 5e-5)  # a domain of 2e-4
    assert (narrow.verdict, narrow.culprit.message) == ("wrong", "severed")


def test_the_report_keeps_what_was_checked_and_the_node_at_fault():
    engine = ENGINES["TanhOfItsInput"]
    report = check_grad(lambda x, y: (x * y).tanh() + x, (0.5, 0.8), value=engine)
    subject = report.subject
    assert (subject.names, subject.numbers, subject.value) == (("x", "y"), (0.5, 0.8), engine)
    assert report.culprit.where.op.name == "tanh"
    assert report.culprit.where in subject.root.parents
    again = subject.f(Value(0.5), Value(0.8))
    assert again.data == subject.root.data
    assert report == type(report).from_json(report.to_json())
    assert type(report).from_json(report.to_json()).subject is None


# --- claimed gradients ---------------------------------------------------------------------------
def test_a_claimed_gradient_right_and_wrong_in_the_seventh_digit():
    for f, at, gradient in [
        (math.sin, 0.7, math.cos),
        (lambda x, y: x * math.exp(y), (1.5, 0.3), lambda x, y: (math.exp(y), x * math.exp(y))),
        (lambda v: math.fsum(x**3 for x in v), [1.0, 2.0], lambda v: [3 * x**2 for x in v]),
        (lambda p: p["a"] / p["b"], {"a": 1.0, "b": 4.0},
         lambda p: {"b": -p["a"] / p["b"] ** 2, "a": 1 / p["b"]}),
    ]:  # fmt: skip
        assert check_grad(f, at, gradient=gradient).ok

        def off(*args, gradient=gradient):
            return scaled(gradient(*args), 1 + 1e-7)

        report = check_grad(f, at, gradient=off)
        assert [row.verdict for row in report.comparisons] == ["wrong"] * len(report.comparisons)
        assert report.culprit.kind == "gradient"
        assert report.taylor_slope is not None


def scaled(tree, factor):
    if isinstance(tree, dict):
        return {key: scaled(part, factor) for key, part in tree.items()}
    if isinstance(tree, list | tuple):
        return [scaled(part, factor) for part in tree]
    return tree * factor


def loss(w):
    return np.sum(np.tanh(w) ** 2)


def test_a_planted_error_in_numpy():
    at = np.array([[0.1, -0.2], [0.3, 1.5]])
    right = check_grad(loss, at, gradient=lambda w: 2 * np.tanh(w) * (1 - np.tanh(w) ** 2))
    assert right.ok
    assert right.comparisons[0].reference == "mpmath"
    wrong = check_grad(loss, at, gradient=lambda w: 2 * np.tanh(w) * (1 - w**2))
    assert wrong.culprit.node == "df/dw[1, 1]"
    assert wrong.comparisons[3].wanted == pytest.approx(
        2 * math.tanh(1.5) / math.cosh(1.5) ** 2, rel=1e-14
    )
    assert 0.9 < wrong.taylor_slope < 1.1
    assert 1.9 < right.taylor_slope < 2.1


def test_a_planted_error_in_torch():
    torch = pytest.importorskip("torch", reason="torch is not installed")

    class Tanh(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return torch.tanh(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * (1 - x**2)

    at = torch.tensor([0.3, 0.8], dtype=torch.float64, requires_grad=True)

    def checked(tanh):
        def f(x):
            return tanh(x).sum()

        return check_grad(f, at, gradient=lambda x: torch.autograd.grad(f(x), x)[0])

    assert checked(torch.tanh).ok
    report = checked(Tanh.apply)
    assert (report.verdict, report.culprit.node) == ("wrong", "df/dx[1]")


def test_the_tolerance_in_force_does_not_depend_on_the_working_precision():
    with mp.workdps(5):
        assert check_grad(sin, 0.5).ok
    with mp.workdps(200):
        assert check_grad(sin, 0.5).ok


# --- bad input: a sentence each ------------------------------------------------------------------
def mutates(v):
    v[0] = v[0] * 2
    return v[0]


def mutates_array(v):
    v += 1
    return float(v.sum())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: check_grad(lambda x: {}["a"], 1.0), "f raised KeyError: 'a'"),
        (lambda: check_grad(lambda x: None, 1.0), "must give one Value, got None"),
        (lambda: check_grad(lambda x: [x], 1.0), r"must give one Value, got \[Value"),
        (lambda: check_grad(lambda x: 1j * Value(1j), 1.0), "complex"),
        (lambda: check_grad(float, 1.0), "plain number 1.0, not a Value"),
        (lambda: check_grad(lambda v: np.array([v, v]), 1.0), "must give one Value"),
        (lambda: check_grad(lambda x, y: x, 1.0), "takes the arguments .x, y., which at"),
        (lambda: check_grad(lambda x: x * x, (1.0, 2.0)), "f raised TypeError: .*'tuple'"),
        (lambda: check_grad(lambda x: sys.exit(3), 1.0), "f raised SystemExit: 3"),
        (lambda: check_grad(lambda x, y: x, {"z": 1.0}), "takes the arguments .x, y., which at"),
        (lambda: check_grad(lambda x, y: x, {1: 1.0}), "takes the arguments .x, y., which at"),
        (lambda: check_grad(mutates, [1.0]), "changes its argument"),
        (lambda: check_grad(3, 1.0), r"f must be a function, got 3 \(int\)"),
        (lambda: check_grad(sin, []), "no number to differentiate with respect to"),
        (lambda: check_grad(sin, ()), "no number to differentiate with respect to"),
        (lambda: check_grad(sin, math.nan), r"input \w must be finite, got nan"),
        (lambda: check_grad(lambda v: v[0], [math.inf]), r"input v\[0\] must be finite"),
        (lambda: check_grad(sin, "1"), "must be one real number, got '1'"),
        (lambda: check_grad(sin, None), "must be one real number, got None"),
        (lambda: check_grad(sin, 1j), "input a must be one real number, got 1j"),
        (lambda: check_grad(sin, 10**400), "input a is too large for a float"),
        (lambda: check_grad(sin, 10**5000), r"input a is too large for a float: \.\.\. \(int\)"),
        (lambda: check_grad(abs, 1, gradient=lambda x: 10**400), "gradient is too large for a fl"),
        (lambda: check_grad(sin, 1.0, order=3), "order must be one of 1, 2, got 3"),
        (lambda: check_grad(sin, 1.0, lang="fr"), "lang must be one of en, es, got 'fr'"),
        (lambda: check_grad(sin, 1.0, accuracy=0), "accuracy must be between 0 and 1"),
        (lambda: check_grad(sin, 1.0, directions=0), "directions must be"),
        (lambda: check_grad(sin, 1.0, directions="a"), "directions .* an int, got 'a'"),
        (lambda: check_grad(sin, 1.0, accuracy="a"), "accuracy .* number, got 'a'"),
        (lambda: check_grad(sin, 1.0, seed=[]), r"seed must be an int, got \[\]"),
        (lambda: check_grad(sin, 1.0, value=5), r"value must be the class .* got 5 \(int\)"),
        (lambda: check_grad(sin, 1.0, value=len), "value raised TypeError"),
        (lambda: check_grad(sin, 1.0, domain=(2, 3)), r"outside its domain \[2.0, 3.0\]"),
        (lambda: check_grad(sin, 1.0, domain=3), "domain must be"),
        (lambda: check_grad(math.sin, 1.0, gradient=2), "gradient must be a function"),
        (lambda: check_grad(lambda x: None, 1.0, gradient=math.cos), "one real number, got None"),
        (lambda: check_grad(lambda x: 1j, 1.0, gradient=math.cos), "one real number"),
        (lambda: check_grad(lambda x: np.ones(2), 1.0, gradient=math.cos), "number, got array"),
        (lambda: check_grad(math.sin, 1.0, gradient=lambda x: None), "gradient is None"),
        (lambda: check_grad(sum, [1.0, 2.0], gradient=lambda v: [1.0]), "must give 2 numbers"),
        (lambda: check_grad(np.sum, np.ones(2), gradient=print), "is None: a function without"),
        (lambda: check_grad(math.sin, 1.0, gradient=lambda x: 1 / None), "gradient raised Type"),
        (lambda: check_grad(np.sum, np.ones(2), gradient=lambda v: np.eye(3) @ v), "raised Value"),
        (lambda: check_grad(mutates_array, np.ones(2), gradient=np.ones_like), "changes its arg"),
        (
            lambda: check_grad(np.sum, np.ones(2), gradient=mutates_array),
            "^gradient changes its argument",
        ),
        (
            lambda: check_grad(np.sum, np.ones(3), gradient=lambda v: np.ones(2)),
            "must give 3 numbers, got 2",
        ),
        (
            lambda: check_grad(lambda p: p["a"], {"a": 1.0}, gradient=lambda p: {"b": 1.0}),
            r"the keys \['a'\], got \['b'\]",
        ),
        (
            lambda: check_grad(lambda x, y: x, (1.0, 2.0), gradient=lambda x, y: [1], order=2),
            "must give 4 numbers, got 1",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_a_sentence(call, words):
    with pytest.raises(CheckError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("gradient", [None, lambda x: 1.0])
def test_a_random_function_is_the_culprit(gradient):
    def f(x):
        return x + random.random()

    report = check_grad(f, 1.0, gradient=gradient)
    assert report.culprit.kind == "nondeterministic"
    assert report.verdict == "wrong"


def test_a_value_that_doubles_and_a_gradient_that_halves_are_no_left_over_gradients():
    turn, power = count(), count()
    for f, node in (
        (lambda x: x * 2.0 ** next(power), "f"),
        (lambda x: x * (x.data if next(turn) % 2 else x), "x"),
    ):
        culprit = check_grad(f, 1.5).culprit
        assert (culprit.kind, culprit.node) == ("nondeterministic", node)


def test_what_has_a_derivative_where_another_has_none():
    found = check_grad(lambda x, y: x.sqrt() + y * y, (0.0, 3.0))  # by x it is vertical
    assert [row.verdict for row in found.comparisons] == ["domain", "ok"]
    assert found.comparisons[1].wanted == pytest.approx(6, rel=1e-9)
    assert found.headline("en").startswith("Right where there is a derivative")
    assert "donde hay derivada" in found.text("es")
    none = check_grad(lambda x: x.sqrt(), 0.0)
    assert none.headline("en").startswith("No comparison")
    assert not found.ok
    assert not none.ok


def test_a_value_without_a_derivative_is_not_said_to_be_no_value():
    found = check_grad(lambda x: abs(x) ** 0.5, 0.0)
    assert "No derivative could be computed at x = 0.0: the gradient is not" in str(found)
    assert "No se ha podido calcular la derivada en x = 0.0: el gradiente no" in found.text("es")
    report = check_grad(log, -1.0)
    assert (report.verdict, report.comparisons) == ("domain", ())
    with pytest.raises(AssertionError, match=r"The function has no value at a = -1\.0: log"):
        report.raise_for_failure()


@pytest.mark.parametrize("f", [lambda x, y: x.floor() * y, lambda x, y: (x - 1).sign() + y])
def test_at_a_jump_there_is_no_derivative(f):
    found = check_grad(f, (1.0, 2.0))
    assert [row.verdict for row in found.comparisons] == ["domain", "ok"]
    assert check_grad(f, (1.25, 2.0)).verdict == "ok"
