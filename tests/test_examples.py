"""What the helpers of notation, pictures, pages, commands and marks give, by an example each."""

import pytest

from autograd_mini import Value
from autograd_mini.drawing import curves, groups, themes
from autograd_mini.grading.against import Surface
from autograd_mini.grading.tasks import shape
from autograd_mini.notation import labels, symbols
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET
from autograd_mini.pages import document
from autograd_mini.rules.rule import rule

X = Value(3.0, label="x")
SQUARES = curves.Curves("", "x", "y", (("x * x", ((0.0, 0.0), (1.0, 1.0), (2.0, 4.0))),), log="")
DRAWN = [
    "4 ┤        ○", "3 ┤", "2 ┤", "1 ┤    ○", "0 ┤○", "  └─────────",
    "   0       2  x", "  ○ x * x",
]  # fmt: skip
POWER = "(a, b, out):\n    return ((0.0 if (a == 0.0) else (out * log(a))),)\n"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        # notation
        (labels.printable("a\nb\x00c\u202e\u2066"), "a↵b␀c\ufffd\ufffd"),
        ("v" + labels.subscript(12) + labels.superscript("-2"), "v₁₂⁻²"),
        (symbols.name("v₁")[1:3], ("v_{1}", ["msub", ["mi", "v"], ["mn", "1"]])),
        (symbols.markup(["mi", "a<b"]), "<mi>a&lt;b</mi>"),
        # pictures
        ([*map(groups.magnitude, (-2.0, 3 + 4j, float("nan")))], [2.0, 5.0, float("inf")]),
        (groups.path_of("layer1.neuron3.w[2]"), (("layer1", "neuron3"), "w[2]")),
        (groups.path_of("layer1.key.neuron3.b"), (("layer1.key", "neuron3"), "b")),
        (themes.mixed("#000000", "#ffffff", 0.5), "#808080"),
        (curves.text(SQUARES, 9, 5).splitlines(), DRAWN),
        # numbers and rules
        (rule(SHEET["pow"], FLOAT, (False, True)).source.partition("def partials")[2], POWER),
        # pages
        (document.squeezed("  a = 1;\n\n  // why\n  b = 2;"), "a = 1;\nb = 2;"),
        # commands and marks
        (((Surface(2.0) * 3 + 1)._op, len((Surface(2.0) * 3 + 1)._prev)), ("+", 1)),
        ([shape(node) for node in (5 - X, X * X)], ["2 - x", "x * y"]),
    ],
)  # fmt: skip
def test_an_example_of_each(found, wanted):
    assert found == wanted
