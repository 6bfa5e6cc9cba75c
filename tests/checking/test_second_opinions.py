"""The Taylor table, gradients side by side, jvp against vjp."""

import math
from dataclasses import replace
from operator import truediv

import hypothesis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import exp, sin
from autograd_mini.checking import CheckError, Report, check_grad, check_jvp, compare_gradients
from autograd_mini.checking.report import steered
from autograd_mini.museum import HEALTHY
from tests.documents import on_terminal


# --- Taylor --------------------------------------------------------------------------------------
def hessian(x, y, off=1.0):
    return [[2 * y, 2 * x * off], [2 * x * off, 0]]


def half(x, y):
    return hessian(x, y, 0.5)


@pytest.mark.parametrize(
    ("report", "slopes"),
    [
        (check_grad(lambda x, y: sin(x * y) + exp(x), (0.3, 0.7)), [1, 2]),
        (check_grad(lambda x, y: sin(x * y) + exp(x), (0.3, 0.7), order=2), [1, 2, 3]),
        (check_grad(math.sin, 0.3, gradient=lambda x: 1.1 * math.cos(x)), [1, 1]),
        (check_grad(lambda x, y: x * x * y, (2.0, 3.0), gradient=hessian, order=2), [1, 2, 3]),
        (
            check_grad(lambda x, y: x * x * y, (2.0, 3.0), gradient=half, order=2),
            [1, 2, 2],
        ),
        (check_grad(math.exp, 0.5, gradient=math.exp, order=2), [1, 2, 3]),
    ],
)  # fmt: skip
def test_slopes_of_the_taylor_table(report, slopes):
    table = report.taylor
    assert table.slopes() == pytest.approx(slopes, abs=0.05)
    header, *lines, legend = table.text().splitlines()
    assert header.split() == ["h", *(x for k in range(len(slopes)) for x in (f"R{k}", "slope"))]
    assert len(lines) == len(table.rows) == 8
    assert legend.startswith("Slopes with right derivatives")
    assert "pendiente" in table.text("es")
    assert "<td" in table._repr_html_()
    assert {*table.text().split()} <= {*on_terminal(table, 120).split()}
    assert Report.from_json(report.to_json()).taylor == table


def test_remainders_by_hand():
    first, second, *_ = check_grad(lambda x: x * x, 3.0, order=2).taylor.rows
    assert (first.h, second.h) == (0.25, 0.125)
    moved = math.sqrt(first.r1)  # of f(3 + hd) - f(3) = 6 hd + (hd)**2
    assert 1.5 <= moved / first.h <= 3
    assert first.r0 == pytest.approx(6 * moved + moved**2) or first.r0 == pytest.approx(
        6 * moved - moved**2
    )
    assert second.r1 == pytest.approx(first.r1 / 4)
    assert first.r2 == pytest.approx(0, abs=1e-12)


def test_no_table_at_a_kink_or_where_f_ends():
    assert check_grad(abs, 0.0, gradient=lambda x: 0.0).taylor is None
    assert all(map(math.isnan, check_grad(lambda x: x * 0 + 1, 0.5).taylor.slopes()))
    edged = check_grad(
        lambda x: math.sqrt(0.01 - x * x), 0.05, gradient=lambda x: -x / math.sqrt(0.01 - x * x)
    )
    assert (edged.verdict, edged.taylor) == ("ok", None)


# --- side by side --------------------------------------------------------------------------------
def polynomial(x, y):
    return x * y * y + 2 * x


def test_by_hand_beside_ours():
    table = compare_gradients(
        polynomial, (2.0, 3.0), ["ours"], gradient=lambda x, y: (y * y + 2, x * y), lang="es"
    )
    assert not table.ok
    assert [row.got for row in table.reports["ours"].comparisons] == [11, 12]
    assert table.text().splitlines() == [
        "       ours  a mano    referencia",
        "df/dx    11      11            11",
        "df/dy    12       6 *          12",
        "* difiere de la referencia más de lo que explica el redondeo.",
    ]
    assert "by hand" not in table.text()
    assert table._repr_html_().count("background") == 1
    assert "6 *" in on_terminal(table, 120)
    assert compare_gradients(polynomial, (2.0, 3.0), ["ours"]).ok


def test_functions_as_each_engine_wants_them():
    table = compare_gradients(
        {"ours": lambda v: sin(v[0]) * v[1], "numpy": lambda v: np.sin(v[0]) * v[1]},
        [0.5, 2.0],
        {"ours": "ours", "numpy": lambda v: [v[1] * np.cos(v[0]), np.sin(v[0])]},
    )
    assert table.ok
    assert list(table.reports) == ["ours", "numpy"]


def test_what_is_missing_or_fails_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    table = compare_gradients(
        polynomial, (2.0, 3.0), {"ours": "ours", "torch": "torch", "bad": lambda x, y: 1 / None}
    )
    assert list(table.reports) == ["ours"]
    assert "torch: torch is not installed." in table.text()
    assert "bad: gradient raised TypeError" in table.text()
    assert "torch no está instalado" in table.text("es")
    with pytest.raises(CheckError, match="engine must be one of ours, torch, jax, or a function"):
        compare_gradients(polynomial, (2.0, 3.0), ["tinygrad"])
    with pytest.raises(CheckError, match="f must have a function for ours, got those for torch"):
        compare_gradients({"torch": polynomial}, (2.0, 3.0), ["ours"])


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_ours_beside(library):
    pytest.importorskip(library, reason=f"{library} is not installed")
    for at in ((2.0, 3.0), {"x": 2.0, "y": 3.0}):
        table = compare_gradients(polynomial, at, ["ours", library])
        assert table.ok, table
        assert [row.got for row in table.reports[library].comparisons] == [11, 12]
    table = compare_gradients(lambda w: (w * w).sum(), np.array([1.0, 2.0]), ["ours", library])
    assert [row.got for row in table.reports[library].comparisons] == [2, 4]


# --- jvp and vjp ---------------------------------------------------------------------------------
POINT = np.array([0.3, -0.7, 1.1])
MATRIX = np.array([[1.0, 2.0, 0.5], [-1.0, 0.25, 3.0]])
JACOBIAN = MATRIX / np.cosh(MATRIX @ POINT)[:, None] ** 2


def layer(x):
    return np.tanh(MATRIX @ x)


@pytest.mark.parametrize(
    ("jvp", "vjp", "wrong"),
    [
        (JACOBIAN, JACOBIAN, set()),
        (JACOBIAN, None, set()),
        (MATRIX, JACOBIAN, {"jvp", "="}),
        (JACOBIAN, MATRIX, {"vjp", "="}),
        (MATRIX, MATRIX, {"jvp", "vjp"}),
        (None, MATRIX, {"vjp"}),
    ],
)
def test_products_with_the_jacobian(jvp, vjp, wrong):
    report = check_jvp(
        layer,
        POINT,
        jvp=None if jvp is None else lambda v: jvp @ v,
        vjp=None if vjp is None else lambda u: (vjp.T @ u,),
    )
    names = {row.name for row in report.comparisons if row.verdict == "wrong"}
    assert {"=" if "=" in name else name[:3] for name in names} == wrong
    assert report.ok == (not wrong)
    both = jvp is not None and vjp is not None
    assert len(report.comparisons) == (9 if both else 3)
    assert ("u·(Jv)" in report.text("es")) == both


def test_the_products_of_jax():
    jax = pytest.importorskip("jax", reason="jax is not installed")

    def f(x, y):
        return jax.numpy.sin(x) * y

    at = (jax.numpy.array([0.3, 0.5]), jax.numpy.array([1.5, -2.0]))
    report = check_jvp(f, at, jvp=lambda v: jax.jvp(f, at, v)[1], vjp=jax.vjp(f, *at)[1])
    assert report.ok, report


def test_products_with_the_jacobian_of_arguments_by_name():
    """The vector was a tuple, and what was given was read in the order in which it stood."""
    report = check_jvp(
        lambda x, *, y: {"b": x * y, "a": x},
        {"y": 3.0, "x": 2.0},
        jvp=lambda v: {"a": v["x"], "b": v["x"] * 3 + v["y"] * 2},
        vjp=lambda u: {"x": u["b"] * 3 + u["a"], "y": u["b"] * 2},
    )
    assert report.ok, report


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs jvp, vjp or both"),
        ({"jvp": lambda v: v}, "jvp must give 2 numbers, got 3"),
        ({"vjp": lambda u: u}, "vjp must give 3 numbers, got 2"),
        ({"vjp": lambda u: 1 / None}, "vjp raised TypeError"),
        ({"jvp": lambda v: v, "directions": 0}, "directions must be at least 1"),
        ({"vjp": 0}, r"vjp must be a function, got 0 \(int\)"),
    ],
)
def test_products_that_do_not_fit(options, words):
    with pytest.raises(CheckError, match=words):
        check_jvp(layer, POINT, **options)


def said(f, *at):
    """What Python says there: other words in other versions."""
    try:
        f(*at)
    except (ArithmeticError, ValueError) as error:
        return str(error)


@pytest.mark.parametrize(
    ("f", "jvp", "told"),
    [
        (math.log, lambda v: v, f"no value at x = -2.0: {said(math.log, -2.0)}"),
        (lambda x: math.nan, lambda v: v, "no value at x = -2.0: f gives nan"),
        (lambda x: x, lambda v: v / 0, f"jvp: {said(truediv, 1.0, 0)}"),
    ],
)
def test_products_where_there_is_no_value(f, jvp, told):
    report = check_jvp(f, -2.0, jvp=jvp)
    assert (report.verdict, report.comparisons) == ("domain", ())
    assert told in str(report)


def test_an_engine_in_which_f_has_no_value_is_told_below_the_others_and_a_kink_as_such():
    """It left the table without a row, and said nothing."""
    written = {"ours": lambda x, y: (x * 0).log() * y, "mine": lambda x, y: x * y}
    engines = {"ours": "ours", "mine": lambda x, y: (y, x)}
    table = compare_gradients(written, (2.0, 3.0), engines, lang="es")
    assert (str(table).split(), table.ok) == (
        "mine referencia df/dx 3 3 df/dy 2 2 ours: La función no tiene valor en x = 2.0, y = 3.0:"
        " log(a) en a = 0.0: necesita a > 0".split(),
        False,
    )
    kink = compare_gradients(lambda x: abs(1 * x), 0.0, ["ours"], lang="es")
    assert str(kink).split() == "ours referencia df/dx 0 de -1 a 1".split()
    failed = compare_gradients(lambda x: {}[1], 2.0, ["ours"], lang="es")
    assert str(failed).endswith("ours: f lanzó KeyError: 1")
    assert not failed


def test_a_report_in_another_language_keeps_its_table():
    report = check_grad(math.sin, 0.3, gradient=math.cos)
    assert replace(report, lang="es").taylor == report.taylor


# --- the second derivatives of another engine ----------------------------------------------------
class Slope(HEALTHY):
    """Gradients as they should be at 0.5, and half of that elsewhere."""

    def backward(self):
        super().backward()
        for node in self.order():
            if not node.parents and node.data != 0.5:
                node.grad *= 0.5


@pytest.mark.parametrize("n", [2, 12])
def test_an_engine_without_second_derivatives(n):
    def f(*x):
        return (x[0] * x[1] + x[-1] * x[-1]).tanh()

    at = tuple(0.5 + k / 10 for k in range(n))
    report = check_grad(f, at, value=HEALTHY, order=2)
    assert report.ok, report
    rows = report.comparisons[n:]
    assert rows[-1].name == ("d2f/darg22" if n == 2 else "curvature 8")
    ours = check_grad(f, at, order=2).comparisons[n:]
    assert [row.got for row in rows] == pytest.approx([row.got for row in ours], rel=1e-6)


def test_a_gradient_that_is_right_at_the_point_alone_shows_in_the_second_derivative():
    report = check_grad(lambda x: x * x * x, 0.5, value=Slope, order=2)
    first, second = report.comparisons
    assert (first.verdict, second.name) == ("ok", "d2f/dx2")
    assert second.verdict in ("wrong", "undecided")


# --- hypothesis is led to the worst point --------------------------------------------------------
def test_the_search_goes_to_the_worst_point(monkeypatch):
    told = []
    monkeypatch.setattr(hypothesis, "target", lambda score, label: told.append((score, label)))

    @settings(max_examples=5, database=None, deadline=None)
    @given(st.floats(1.0, 2.0))
    def search(x):
        report = steered(check_grad(math.exp, x, gradient=lambda x: math.exp(x) * (1 + 1e-10)))
        row = report.comparisons[0]
        assert report.ok
        assert told.pop() == (math.log2(row.error / row.bar), "log2(error / bar)")

    search()
    steered(check_grad(math.exp, 1.0, gradient=lambda x: math.exp(x) * (1 + 1e-10)))
    assert told == []  # outside a test of hypothesis


def test_a_wrong_gradient_does_not_shrink_to_a_point_without_one():
    @settings(max_examples=40, database=None, deadline=None, derandomize=True)
    @given(st.sampled_from([1.0, 2.0, 3.0]))
    def search(x):
        check_grad(lambda x: 2 * x if x > 1 else x, x, gradient=lambda x: 1.0).raise_for_failure()

    with pytest.raises(ExceptionGroup) as found:
        search()
    assert {x.report.verdict for x in found.value.exceptions} == {"wrong", "domain"}
