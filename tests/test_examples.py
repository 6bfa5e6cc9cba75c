"""What the helpers of notation, pictures, pages, commands and marks give, by an example each."""

from fractions import Fraction

import pytest

from autograd_mini import Value, steps
from autograd_mini.cli import keys, options
from autograd_mini.drawing import curves, digraph, folding, groups, latex, rendering, themes
from autograd_mini.drawing.options import Options
from autograd_mini.drawing.text import mermaid_text
from autograd_mini.grading import programs
from autograd_mini.grading.against import Surface
from autograd_mini.notation import labels, symbols
from autograd_mini.notation.mathematics import formula, notation_of
from autograd_mini.notation.shapes import Shape
from autograd_mini.notation.typesetting import typeset
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.trees import flatten
from autograd_mini.ops import SHEET
from autograd_mini.pages import document, measured, notebook
from autograd_mini.rules.rule import rule

X = Value(3.0, label="x")
SQUARES = curves.Curves("", "x", "y", (("x * x", ((0.0, 0.0), (1.0, 1.0), (2.0, 4.0))),), log="")
DRAWN = [
    "4 ┤        ○", "3 ┤", "2 ┤", "1 ┤    ○", "0 ┤○", "  └─────────",
    "   0       2  x", "  ○ x * x",
]  # fmt: skip
POWER = "(a, b, out):\n    return ((0.0 if (a == 0.0) else (out * log(a))),)\n"
EDGE = b'<svg xmlns="http://www.w3.org/2000/svg"><g id="e0"><text x="1">3</text></g></svg>'
MARKED = EDGE.replace(b'x="1"', b'x="1" class="partial"')
TABLE = (
    '<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr><td>a</td></tr></table>'
)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        # notation
        (labels.escaped("<b> & \\N"), "&lt;b&gt; &amp; \\\\N"),
        (labels.printable("a\nb\x00"), "a↵b␀"),
        (formula(X.exp(), lambda node: node.label)[:2], ("e^x", "{e}^{x}")),
        ("v" + labels.subscript(12) + labels.superscript(-2), "v₁₂⁻²"),
        ([labels.elements_shown(n) for n in (3, 100)], [[0, 1, 2], [0, 1, None, 99]]),
        (typeset(r"\alpha^{{2}}", {})[:2], ("α²", r"{\alpha}^{2}")),
        (symbols.name("v₁")[1:3], ("v_{1}", ["msub", ["mi", "v"], ["mn", "1"]])),
        (symbols.number(-1e-7)[:2], ("−10⁻⁷", "-10^{-7}")),
        (symbols.markup(["mi", "a<b"]), "<mi>a&lt;b</mi>"),
        (typeset(r"\frac{{1}}{{{a}}}", {"a": symbols.name("x")}).text, "1 / x"),
        (notation_of(Shape(SHEET["tanh"], (1,))).partials[0].text, "1 − {(out)}²"),
        # pictures
        (digraph.table(["<td>a</td>"], 1), TABLE),
        (digraph.marked(EDGE, {"e0": digraph.Marks(lines=("partial",))})[39:], MARKED),
        ([*map(folding.magnitude, (-2.0, 3 + 4j, float("nan")))], [2.0, 5.0, float("inf")]),
        (groups.path_of("layer1.neuron3.w[2]"), (("layer1", "neuron3"), "w[2]")),
        (groups.path_of("layer1.key.neuron3.b"), (("layer1.key", "neuron3"), "b")),
        ([*map(latex.math_name, ("v₁", "x"))], ["v_{1}", "x"]),
        (latex.text("50 % of {x_1} \\N"), "50 \\% of \\{x\\_1\\} \\textbackslash{}N"),
        (mermaid_text('<b>"x"</b>'), "#60;b#62;#34;x#34;#60;#47;b#62;"),
        (rendering.engines("system"), ("system",)),
        (themes.scale(themes.THEMES["light"], [0.5, 1e-7]).decades, 8),
        (themes.mixed("#000000", "#ffffff", 0.5), "#808080"),
        (curves.svg([SQUARES]).count("<circle"), 3),
        (curves.text(SQUARES, 9, 5).splitlines(), DRAWN),
        # numbers and rules
        (flatten({"w": [1.0, 2.0], "b": 3.0})[0], [1.0, 2.0, 3.0]),
        (flatten({"w": [1.0, 2.0], "b": 3.0})[1]([10, 20, 30]), {"w": [10, 20], "b": 30}),
        (rule(SHEET["pow"], FLOAT, (False, True)).source.partition("def partials")[2], POWER),
        # pages
        ([*map(document.written, (0.1, float("inf"), Fraction(1, 3)))], [0.1, "inf", "1/3"]),
        (document.as_json({"x": "</script>"}), '{"x":"\\u003c/script>"}'),
        (document.digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        (document.squeezed("  a = 1;\n\n  // why\n  b = 2;"), "a = 1;\nb = 2;"),
        (
            notebook.Shown("<p>a & b", "", 720)._repr_html_().partition("srcdoc=")[2],
            '"&lt;p&gt;a &amp; b"></iframe>',
        ),
        # commands and marks
        (keys.decoded("n\x1b[C\x1b[5~\x1b["), (["n", "right", "page up"], "\x1b[")),
        ((options.whole(1, 9)("7"), options.sizes(1000)("16,8")), (7, (16, 8))),
        (((Surface(2.0) * 3 + 1)._op, len((Surface(2.0) * 3 + 1)._prev)), ("+", 1)),
        ([programs.shape(node) for node in (5 - X, X * X)], ["2 - x", "x * y"]),
        (
            programs.code(programs.of_graph(X * X + 2, [X], ["x"])),
            "x = Value(3)\nv1 = x * x\nout = v1 + 2\nout.backward()",
        ),
    ],
)  # fmt: skip
def test_an_example_of_each(found, wanted):
    assert found == wanted


def test_an_unknown_theme_is_named():
    with pytest.raises(ValueError, match="theme must be one of light, dark, print, got 'neon'"):
        Options(theme="neon").checked()


def test_differences_are_near_the_derivative():
    found = measured.differences(steps(X * X))
    assert abs(found[0].value - 6) <= found[0].error < 1e-10
