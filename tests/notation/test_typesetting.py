"""One reading of a template, printed as text and as LaTeX."""

import pytest

from autograd_mini import Value
from autograd_mini.notation import symbols
from autograd_mini.notation.mathematics import formula
from autograd_mini.notation.typesetting import UnreadableError, typeset

NAMES = {"a": symbols.name("x"), "b": symbols.name("y")}


@pytest.mark.parametrize(
    ("latex", "text", "as_latex"),
    [
        (r"\Phi({a}) \cdot {b}", "Φ(x) · y", r"\Phi \left( x \right) \cdot y"),
        (r"{a} \pm {b}", "x ± y", r"x \pm y"),
        ("{a} ≤ {b}", "x ≤ y", r"x \le y"),
        (r"{a} \leq {b}", "x ≤ y", r"x \leq y"),
        ("α {a} − {b}", "αx − y", r"\alpha x - y"),
        ("{a}^10 + {b}", "x¹0 + y", "{x}^{1} 0 + y"),  # as LaTeX
        (r"\frac12 {a}{b}", "1 / 2xy", r"\frac{1}{2} x y"),
        (r"\sqrt[{b}]{{{a}}}", "y√x", r"\sqrt[y]{x}"),
        (r"\sqrt [3]{{{a}}} {b}", "∛xy", r"\sqrt[3]{x} y"),
        (r"\operatorname{{two\ words}}({a}, {b})", "two words(x, y)",
         r"\operatorname{two\ words} \left( x , y \right)"),
        (r"x_e^2 {a} {b}", "x_e²xy", "{x_{e}}^{2} x y"),
        (r"e^{{2 {a}}}", "e^(2x)", "{e}^{2 x}"),
        (r"\overline{{{a}}}", "mean(x)", r"\overline{x}"),
        (r"\left\{{ {a} \right\}}", "{x}", r"\left\{ x \right\}"),
    ],
)  # fmt: skip
def test_a_template_as_text_and_latex(latex, text, as_latex):
    piece = typeset(latex, NAMES)
    assert (piece.text, piece.latex) == (text, as_latex)


def test_words_side_by_side_are_not_read_as_one():
    rate, filled = symbols.name("rate"), {"0": symbols.name("k"), "1": symbols.name("rate")}.get
    for latex, text in (("{a} {b}", "k rate"), (r"2{b} \cos {a}", "2 rate cos(k)")):
        template = typeset(latex, {"a": symbols.slot("0"), "b": symbols.slot("1")})
        assert symbols.fill(template, filled).text == text
        assert typeset(latex, {"a": symbols.name("k"), "b": rate}).text == text.replace("(k)", " k")


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{{{a}}}", r"({a}, {b}]", r"{{{a} + {b}", r"{a} \mapsto {b}",
        r"\mathrm{{f{a}}} {b}", r"\text{{\vec x}} {a}", r"^2 {a}", r"{a} \mathbin{{\le}} {b}",
        r"\sqrt", "{{x", r"\left( {a}", r"{a}}}", r"\{{ {a} }}", r"\operatorname{{f", r"\frac1",
    ],
)  # fmt: skip
def test_of_a_template_that_is_not_understood_the_name_is_written(latex, own):
    with pytest.raises(UnreadableError):
        typeset(latex, NAMES)
    y = own("odd_one(a, b)", "a * b", "b", "a", latex=latex)(Value(2.0), Value(3.0))
    assert formula(y, lambda v: "x").text == "odd_one(x, x)"
