"""One reading of a template, printed as a label and as mathematics."""

from types import SimpleNamespace

import pytest

from autograd_mini import Value
from autograd_mini.notation import symbols
from autograd_mini.notation.labels import formula
from autograd_mini.notation.reading import MISSING, Argument, Command, read
from autograd_mini.notation.typesetting import UnreadableError, typeset

NAMES = {"a": symbols.name("x"), "b": symbols.name("y")}


def label(latex):
    args = (Value(1.0, label="x"), Value(1.0, label="y"))
    op = SimpleNamespace(latex=latex, params=("a", "b"))
    node = SimpleNamespace(op=op, args=args, parents=args)
    return formula(node, lambda v: v.label or "v")


@pytest.mark.parametrize(
    ("latex", "as_label", "text", "as_latex"),
    [
        (r"\Phi({a}) \cdot {b}", "Φ(x) · y", "Φ(x) · y", r"\Phi  \left( x \right) \cdot y"),
        (r"{a} \pm {b}", "x ± y", "x ± y", r"x \pm y"),
        ("{a} ≤ {b}", "x ≤ y", "x ≤ y", r"x \le y"),
        ("α {a} − {b}", "α x − y", "αx − y", r"\alpha x - y"),
        ("{a}^10 + {b}", "x¹0 + y", "x¹0 + y", "{x}^{1} 0 + y"),  # as LaTeX
        (r"\frac12 {a}{b}", "1 / 2 xy", "1 / 2xy", r"\frac{1}{2} x y"),
        (r"\sqrt[{b}]{{{a}}}", "y√x", "y√x", r"\sqrt[y]{x}"),
        (r"\sqrt [3]{{{a}}} {b}", "∛x y", "∛xy", r"\sqrt[3]{x} y"),
        (r"\operatorname{{two\ words}}({a}, {b})", "two words(x, y)", "two words(x, y)",
         r"\operatorname{two\ words}  \left( x , y \right)"),
        (r"x_e^2 {a} {b}", "x<sub>e</sub>² x y", "x_e²xy", "{x_{e}}^{2} x y"),
    ],
)  # fmt: skip
def test_labels_and_mathematics_read_alike(latex, as_label, text, as_latex):
    assert label(latex) == as_label
    piece = typeset(latex, NAMES)
    assert (piece.text, piece.latex) == (text, as_latex)


def test_the_tree_of_a_template():
    assert read(r"\frac{{1}}{{{a}}} \right)", ("a",)) == (
        Command(r"\frac", (("1",), (Argument("a", "}", "}"),))),
        *(" ", r"\right", ")"),
    )
    assert read(r"{a} \right) + {b}", ("a", "b"))[0] == Argument("a", " ", ")")
    assert read(r"\sqrt[3]{{2}}", ()) == (Command(r"\sqrt", (("2",),), ("3",)),)


@pytest.mark.parametrize(
    ("latex", "as_label"),
    [
        (r"\frac{{{a}}}", "x / ()"), (r"({a}, {b}]", "(x, y]"), (r"{{{a} + {b}", "x + y"),
        (r"{a} \mapsto {b}", "x mapsto y"), (r"\mathrm{{f{a}}} {b}", "fx y"),
        (r"\text{{\vec x}} {a}", "vec x x"), (r"^2 {a}", "² x"), (r"\overline{{{a}}}", "<o>x</o>"),
        (r"{a} \mathbin{{:=}} {b}", "x := y"),
    ],
)  # fmt: skip
def test_what_mathematics_does_not_understand_labels_show_as_far_as_it_goes(latex, as_label):
    assert label(latex) == as_label
    with pytest.raises(UnreadableError):
        typeset(latex, NAMES)


def test_a_missing_group_or_bracket_is_marked():
    assert read(r"\sqrt", ()) == (Command(r"\sqrt", ((MISSING,),)),)
    assert read("{{x", ()) == (Command("{", (("x", MISSING),)),)
