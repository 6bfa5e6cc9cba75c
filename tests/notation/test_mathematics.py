"""Formulas as they are shown, against the true values and derivatives at 50 digits.

Each formula is read back from what a learner sees, in each of its three forms.
"""

import random
import re
import xml.etree.ElementTree as ET
import zlib

import mpmath as mp
import pytest

from autograd_mini import FormulaError, Neuron, Value, functions, op
from autograd_mini.notation import symbols
from autograd_mini.notation.mathematics import notation_of
from autograd_mini.notation.shapes import Shape, operands_of, shape_of
from autograd_mini.ops import SHEET
from tests.points import places
from tests.reference import exact, true_partial, true_value
from tests.stepping.shown import from_latex, from_mathml, worth

NAMES = "abcdfghkpqruwxz"
ROUNDED = {"selu": mp.mpf("1e-4")}  # its constants are shown with five digits
CHOICES = {"n": (0.0, 1.0, 2.0), "c": (0.0, 1.0), "slope": (0.1,), "alpha": (1.3,)}
CHOICES |= {"low": (-1.5, -0.5), "high": (0.5, 1.5)}
OTHERS = ("max", "min", "sinc")
HIDDEN = ("leaky_relu", "elu", "hardtanh", "gelu")  # the notation does not show all operands


def points(sheet_op, length, count=12):
    draw = random.Random(zlib.crc32(sheet_op.name.encode()) + length)

    def one(param):
        while True:
            x = draw.choice(CHOICES.get(param, (draw.uniform(-3, 3), draw.uniform(0.1, 6))))
            if param not in sheet_op.domains or x in sheet_op.domains[param]:
                return x

    def argument(p):
        return tuple(one(p) for _ in range(length)) if p in sheet_op.vectors else one(p)

    return [tuple(map(argument, sheet_op.params)) for _ in range(count)]


def flat(args):
    return [x for arg in args for x in (arg if isinstance(arg, tuple) else (arg,))]


def filled(template, at=0):
    """The template with letters for operands, y for the node."""

    def one(slot):
        if word := {"if": "if", "else": "otherwise"}.get(slot):
            return symbols.sign(word, tag="mtext")
        if slot == "out":
            return symbols.name("y")
        return symbols.name(NAMES[at + int(slot) if slot[0] in "+-" else int(slot)])

    return symbols.fill(template, one)


def forms(piece):
    mathml = from_mathml(symbols.document(piece))
    return {"text": piece.text, "MathML": mathml, "LaTeX": from_latex(piece.latex)}


def shape_with(sheet_op, length):
    return Shape(sheet_op, tuple(length if p in sheet_op.vectors else 1 for p in sheet_op.params))


def check(name, shown, where, truth):
    bound = ROUNDED.get(name, mp.mpf("1e-25")) * max(1, abs(truth))
    for form, text in shown.items():
        with mp.workdps(60):
            got = worth(text, where)
            assert abs(got - truth) <= bound, (name, form, text, where, got, truth)


SHOWN = [(name, "textbook") for name in SHEET]
# Two count ties, and one is a function of its own there.
SHOWN += [(x.name, "sheet") for x in SHEET.values() if x.textbook and x.name not in OTHERS]


@pytest.mark.parametrize(("name", "written"), SHOWN)
def test_what_is_shown_is_the_value_and_the_derivative(name, written, monkeypatch):
    """With the textbook's formulas, and with those of the sheet where it has no other."""
    sheet_op, seen = SHEET[name], 0
    if written == "sheet":
        used = {key: tree for key, tree in sheet_op.trees.items() if not key.startswith("shown ")}
        monkeypatch.setattr(sheet_op, "trees", used)
    notation_of.cache_clear()
    for length in (1, 2, 3, 4) if sheet_op.vectors else (1,):
        known = notation_of(shape_with(sheet_op, length))
        values = [known.value] if name not in HIDDEN else []
        if known.definition is not None:
            values.append(known.definition)
            assert known.definition.text != known.value.text, "it says more than the value"
        shown = [forms(filled(piece)) for piece in values]
        partials = [forms(filled(p, at)) for at, p in enumerate(known.partials) if p is not None]
        for args in points(sheet_op, length):
            truth = true_value(sheet_op, args)
            if truth is None:
                continue
            with mp.workdps(60):
                where = dict(zip(NAMES, flat(exact(args)), strict=False)) | {"y": truth}
            for one in shown:
                check(name, one, where, truth)
            for at, (k, i) in enumerate(places(args)):
                slope = true_partial(sheet_op, args, k, i)
                if slope is not None:
                    check(name, partials[at], where, slope)
                    seen += 1
    notation_of.cache_clear()
    assert seen >= 12 * len(sheet_op.params) / 3


def test_the_reader_of_shown_formulas_sees_a_wrong_one():
    where = {"x": mp.mpf(3), "y": mp.mpf("0.25")}
    assert worth("1 − y²", where) == mp.mpf("0.9375")
    assert worth("−x² / (1 + 2 · x)", where) == -mp.mpf(9) / 7
    assert worth("{1 if x < 0; √(x + 1) otherwise}", where) == 2
    assert from_latex(r"\frac{1}{{x}^{2}}") == "((1)/(((x)^(2))))"
    with pytest.raises(ValueError, match="unknown"):
        worth("z + 1", where)


@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2, 3, 0.5, 2.5])
def test_a_constant_exponent_is_worked_out(exponent):
    x = Value(1.7, label="x")
    node = x**exponent
    known = notation_of(shape_of(node))
    assert shape_of(x ** float(exponent)).key == shape_of(node).key
    for form in forms(filled(known.partials[0])).values():
        got = worth(form, {"a": mp.mpf(1.7), "b": mp.mpf(exponent)})
        assert abs(got - node.partials[0]) < 1e-14, form
    if exponent == 2:
        assert filled(known.partials[0]).text == "2 · a"


def test_a_neuron_s_bias_is_not_multiplied_by_1():
    node = Neuron(2, activation="linear")([Value(1.0), Value(2.0)])
    assert shape_of(node).key == "dot/3+"
    assert filled(notation_of(shape_of(node)).value).text == "a · d + b · f + c"
    x = Value(1.0)
    assert {shape_of(functions.dot([x, x], [x, last])).key for last in (1.0, 2, x)} == {"dot/2"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("sum", "a + b + … + h"), ("mean", "(a + b + … + h) / 7"), ("norm", "√(a² + b² + … + h²)"),
        ("prod", "a · b · … · h"), ("logsumexp", "ln(e^a + e^b + … + e^h)"),
        ("max", "max(a, b, …, h)"),
    ],
)  # fmt: skip
def test_long_vectors_have_dots(name, shown):
    assert filled(notation_of(Shape(SHEET[name], (7,))).value).text == shown


def test_partials_of_long_vectors_are_of_their_element():
    known = notation_of(Shape(SHEET["dot"], (6, 6)))
    partials = [filled(p, at).text for at, p in enumerate(known.partials)]
    assert partials == [*NAMES[6:12], *NAMES[:6]]
    known = notation_of(Shape(SHEET["logsumexp"], (7,)))
    assert filled(known.partials[3], 3).text == "e^(d − y)"


# --- operands ------------------------------------------------------------------------------------
def test_operands_and_edges_agree():
    x, y = Value(2.0), Value(3.0)
    node = functions.dot([x, 5.0, y], [1.0, y, x])
    assert operands_of(node) == (x, 5.0, y, 1.0, y, x)
    assert [v for v in operands_of(node) if isinstance(v, Value)] == list(node.parents)
    assert operands_of(x) == ()
    by_hand = Value(6.0, parents=[x, y], partials=[3.0, 2.0])
    assert operands_of(by_hand) == (x, y)
    assert notation_of(shape_of(by_hand)).partials == (None, None)


# --- parentheses ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "shown"),
    [(-2.0, "x · (−2)"), (2.0, "x · 2"), (2e-7, "x · (2·10⁻⁷)"), (float("inf"), "x · ∞")],
)
def test_numbers_that_are_no_words_get_parentheses(number, shown):
    template = notation_of(Shape(SHEET["mul"], (1, 1))).value
    pieces = {"0": symbols.name("x"), "1": symbols.number(number)}
    assert symbols.fill(template, pieces.__getitem__).text == shown


def test_names_that_are_no_words_get_parentheses():
    template = notation_of(Shape(SHEET["square"], (1,))).value
    assert symbols.fill(template, lambda _: symbols.name("a b")).text == "(a b)²"
    assert symbols.fill(template, lambda _: symbols.name("w[3].b")).text == "w[3].b²"


# --- operations of one's own ---------------------------------------------------------------------
def texts(new, length):
    known = notation_of(Shape(new, (length,)))
    partials = [filled(p, at).text for at, p in enumerate(known.partials)]
    return filled(known.value).text, known.definition and filled(known.definition).text, partials


OWN = {
    "is spelt out": (("(a)", "a * a * a", "3 * a * a"), {}, "{}(a)", "a² · a", ["3 · a · a"]),
    "has a textbook form": (
        ("(a)", "tanh(a)", "4 * e / ((1 + e) * (1 + e))"),
        {"given": {"e": "exp(-2 * abs(a))"}, "textbook": {"a": "1 - out ** 2"},
         "latex": r"\tanh_2({a})"},
        "tanh₂(a)", None, ["1 − y²"],
    ),
    "shares names": (
        ("(a)", "e / (1 + e)", "e / (1 + e) ** 2"), {"given": {"e": "exp(-2 * a)"}},
        "{}(a)", "e^(−2 · a) / (1 + e^(−2 · a))", ["e^(−2 · a) / (1 + e^(−2 · a))²"],
    ),
    "has its sign before a product, and in place of a plus": (
        ("(a)", "1 + -a / 2 * out_", "-a * 3 * a"), {"given": {"out_": "-a"}},
        "{}(a)", "1 − a / 2 · (−a)", ["−a · 3 · a"],
    ),
    "goes on with the list where cases are in the last place": (
        ("(a)", "where(a < 0, 1, rest)", "0"), {"given": {"rest": "where(a, 2, 3)"}},
        "{}(a)", "{1 if a < 0; 2 if a ≠ 0; 3 otherwise}", ["0"],
    ),
    "takes a vector": (
        ("(a[])", "sqrt(dot(a, a) / n)", "a_i / (n * out)"), {},
        "{}(a, b)", "√((a · a + b · b) / 2)", ["a / (2 · y)", "b / (2 · y)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OWN)
def test_an_operation_of_one_s_own(own, what):
    (args, *formulas), options, value, definition, partials = OWN[what]
    new = own(f"my_op{args}", *formulas, **options)
    assert texts(new, len(partials)) == (value.format("my_op"), definition, partials)


def test_a_wrong_textbook_formula_is_named():
    with pytest.raises(FormulaError, match="no argument c"):
        op("my_bad(a)", "a", "1", textbook={"c": "1"})
    with pytest.raises(FormulaError, match="'1 - nothing': unknown name 'nothing'"):
        op("my_worse(a)", "a + 0", "1", textbook={"a": "1 - nothing"})


@pytest.mark.parametrize(
    ("x", "line"),
    [
        (2.5e10, "2.5·((10)^(10))"), (-2.5e-10, "−2.5·((10)^(−10))"),
        (1e7, "((10)^(7))"), (-1e7, "−((10)^(7))"),
    ],
)  # fmt: skip
def test_of_a_large_number_only_the_ten_is_raised(x, line):
    """In MathML the whole product was: a screen reader read (2.5 · 10) to the 10."""
    assert from_mathml(symbols.document(symbols.number(x))) == line


# --- forms ---------------------------------------------------------------------------------------
KNOWN = {  # element -> number of children, None for any
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mfrac": 2, "msup": 2,
    "msub": 2, "munder": 2, "msqrt": None, "mroot": 2, "mtable": None, "mtr": 2, "mtd": 1,
}  # fmt: skip


def all_pieces():
    found = []
    for sheet_op in SHEET.values():
        for length in (1, 3, 7) if sheet_op.vectors else (1,):
            known = notation_of(shape_with(sheet_op, length))
            pieces = [known.value, known.definition, *known.partials[:2]]
            found += [filled(piece) for piece in pieces if piece is not None]
    return found


def test_each_form_is_well_formed():
    """MathML of known elements, LaTeX balanced and in ASCII, and no slot is left."""
    for piece in all_pieces():
        for element in ET.fromstring(symbols.document(piece)).iter():
            tag = element.tag.removeprefix(f"{{{symbols.NAMESPACE}}}")
            assert tag in KNOWN, tag
            assert KNOWN[tag] in (None, len(element)), (tag, piece.text)
            if KNOWN[tag] == 0:
                assert element.text, (tag, piece.text)
            assert {*element.attrib} <= {"stretchy", "mathvariant", "display"}
        bare = re.sub(r"\\[{}]", "", piece.latex)
        assert bare.count("{") == bare.count("}"), piece.latex
        left, right, arrows = map(piece.latex.count, (r"\left", r"\right", r"\leftarrow"))
        assert left == right + arrows, piece.latex
        assert piece.latex.isascii(), piece.latex
        assert not symbols.slots_of(piece)
        assert not re.search("[\ue000-\uf8ff]", piece.text + piece.latex + str(piece.mathml))
