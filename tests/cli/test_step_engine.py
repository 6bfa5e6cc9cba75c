"""`autograd-mini step --engine`: an expression in a broken engine, beside a right one."""

import re

import pytest

from autograd_mini import museum


def last_gradient(text, name):
    """What the last line about ∂y/∂name ends with."""
    return re.findall(rf"∂y/∂{name} = .*?([-−\d.]+)\n", text)[-1]


@pytest.mark.parametrize(
    ("engine", "expression", "wanted"),
    [
        ("Overwrites", "x+x", "1"),  # and not 2
        ("ReversedSubtraction", "5-x", "1"),  # and not -1
        ("ForgetsTheExponent", "x**3", "9"),  # and not 3 · 3² = 27
        ("SignOfSubtraction", "x-2*x", "3"),  # 1 + 2, and not 1 - 2
    ],
)
def test_it_does_what_the_engine_does(said, engine, expression, wanted):
    out = said("step", expression, "x=3", "--engine", engine, "--all")
    assert last_gradient(out, "x") == wanted


@pytest.mark.parametrize("engine", museum.ENGINES)
def test_every_engine_computes_an_expression_of_all_its_operations(said, engine):
    functions = "tanh(x)+sigmoid(x)*relu(x)-sin(x)/cos(x)+exp(-x)+log(x)*sqrt(x)+abs(x)"
    text = f"{functions}+maximum(x,1)+x**2+tanh(2)"
    assert "`x`" in said("step", text, "x=3", "--engine", engine)


def test_the_page_has_both_engines(said, tmp_path):
    file = tmp_path / "page.html"
    said("step", "x+x", "x=3", "--engine", "Overwrites", "-o", str(file))
    page = file.read_text(encoding="utf-8")
    assert page.count('class="graph"') == 2
    assert '"label":"Overwrites: = where += belongs"' in page
