"""Formulas and numbers in mathematical notation."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from autograd_mini import Value, draw, functions
from autograd_mini.notation.labels import name, number
from autograd_mini.notation.mathematics import formula
from autograd_mini.ops import SHEET
from tests.drawing.structure import parsed

A, B, C = Value(2.0, label="a"), Value(3.0, label="b"), Value(0.5, label="c")
LONG = tuple(Value(float(i), label=f"w[{i}]") for i in range(6))


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (A + B, "a + b"), (A - 1, "a − 1"), (A * -1, "a · (−1)"), (-1 * A, "−1 · a"), (-A, "−a"),
        (A / B, "a / b"), (1 / A, "1 / a"), (A / -2, "a / (−2)"), (A**2, "a²"),
        (A**-0.5, "a^(−0.5)"), (A**B, "a^b"),
        ((-2.0) ** Value(2.0, label="n"), "(−2)^n"), (A.square(), "a²"), (A.sqrt(), "√a"),
        (A.rsqrt(), "1 / √a"), (A.cbrt(), "∛a"), (A.exp(), "e^a"),
        (A.exp2(), "2^a"), (A.log(), "ln a"), (A.log2(), "log₂ a"),
        (A.log10(), "log₁₀ a"), (A.log1p(), "ln(1 + a)"), (A.sigmoid(), "σ(a)"),
        (A.relu(), "ReLU(a)"), (abs(A), "|a|"), (functions.hypot(A, B), "√(a² + b²)"),
        (functions.maximum(A, -1), "max(a, −1)"), (functions.max([A, B]), "max(a, b)"),
        (functions.sum([A, B, 1]), "Σ(a, b, 1)"), (functions.norm([A, B]), "‖a, b‖"),
        (functions.mean([A, B]), "mean(a, b)"), (functions.logsumexp([A, B]), "ln Σ e^(a, b)"),
        (functions.where(A, B, C), "where(a, b, c)"),
        (functions.where(True, B, 0), "where(1, b, 0)"),
        (A * np.float64(-2.5), "a · (−2.5)"), (np.int64(3) / A, "3 / a"),  # were <memory at ...>
        (A ** np.float32(0.5), "a^0.5"), (functions.sum([A, np.float64(2)]), "Σ(a, 2)"),
        (functions.dot([A, B], [1.0, -2.0]), "(a, b) · (1, −2)"),
        (functions.sum(LONG), "Σ(w[0], w[1], …, w[5])"), (functions.floor(C), "⌊c⌋"),
        (functions.polygamma(2, A), "ψ⁽²⁾(a)"),
        (Value(1.0, parents=[A, B], partials=[1.0, 2.0]), "f(a, b)"),
        (Value(2.0, label="a b") * 3, "(a b) · 3"),
        (Value(2.0, label="<a>").exp(), "e^(<a>)"),
        (Value(2.0), ""),
    ],
)  # fmt: skip
def test_operations_in_mathematical_notation(node, text):
    assert formula(node, lambda v: v.label or "v").text == text


def test_every_operation_of_the_sheet_is_drawn():
    q = Value(1.0, label="q")
    for one in SHEET.values():
        args = tuple((q, q) if p in one.vectors else q for p in one.params)
        node = SimpleNamespace(op=one, args=args, parents=(q,))
        text = formula(node, lambda v: v.label or "v").text
        assert "q" in text
        assert not {*"\\{"} & {*text}


def test_a_users_operation_is_drawn_by_its_template_or_its_name(own):
    cube = own("drawn_cube(a)", "a * a * a", "3 * a * a", latex=r"\mathrm{{cube}}({a})")
    plain = own("drawn_quartic(a, k=1.0)", "k * a ** 4", "4 * k * a ** 3", "a ** 4")
    assert formula(cube(A), lambda v: "a").text == "cube(a)"
    assert formula(plain(A), lambda v: "a").text == "drawn_quartic(a, 1)"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"), (-0.5, "−0.5"), (1234.5678, "1235"), (123456.0, "1.235·10⁵"), (1e-7, "10⁻⁷"),
        (-1e100, "−10¹⁰⁰"), (2.5e-10, "2.5·10⁻¹⁰"), (float("inf"), "∞"), (float("-inf"), "−∞"),
        (Fraction(-1, 3), "−1/3"), (1 + 2j, "1+2j"), (Value(2.0), "2"),
        (Fraction(10**30, 3**50), "1.393·10⁶"), (Fraction(-(3**40), 2**64), "−0.6591"),
        (2**200, "1.607·10⁶⁰"), (2**87, str(2**87)),
        (Fraction(10**13 - 1, 10**13), "9999999999999/10000000000000"),
        (-0.0, "0"), (complex(-0.0, -0.0), "0+0j"), (Value(0.0) * -1, "0"),
    ],
)  # fmt: skip
def test_numbers(x, text):
    assert number(x) == text


def test_a_letter_and_its_accent_are_one_letter():
    """As macOS has them apart in names of files; no LaTeX set an accent of its own."""
    assert name("cancio\u0301n") == "canción"


def test_numbers_beyond_floats_and_beyond_what_str_and_format_take():
    assert number(Fraction(3, 10**5000)) == "3·10⁻⁵⁰⁰⁰"
    assert number(-(10**5000)) == "−10⁵⁰⁰⁰"
    assert number(1 + 2j, ".1%") == "(1+2j)"  # which has no such format
    assert parsed(draw(Value(Fraction(1, 10**5000))))[0]["n0"][2] == "10⁻⁵⁰⁰⁰"
