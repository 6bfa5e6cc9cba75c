"""Expressions: the same values as Python's own evaluation, the right gradients, clear refusals."""

import ast
import linecache
import math
import warnings
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import DomainError, PoleError, RangeError, Value, compile, functions, grad, steps
from autograd_mini.expressions import FILE, ExpressionError, assignments, parse
from autograd_mini.graph import topological
from autograd_mini.ops import SHEET

# --- values and graphs, against Python's own evaluation of the same text --------------------------
NUMBERS = st.floats(0.25, 4).map(lambda x: f"{x:.3f}")
ATOMS = st.one_of(NUMBERS, st.sampled_from(["x", "y", "pi", "e"]))


def grown(parts):
    return st.one_of(
        st.builds("({} {} {})".format, parts, st.sampled_from(["+", "-", "*", "/"]), parts),
        st.builds("-{}".format, parts),
        st.builds("{}**2".format, ATOMS),
        st.builds("{}({})".format, st.sampled_from(["sin", "cos", "tanh", "atan"]), parts),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), parts, parts),
        st.builds("sum({}, {}, {})".format, parts, parts, parts),
        st.builds("where({0} < {1}, {0}, 3)".format, parts, parts),
    )


PYTHON = {name: getattr(functions, name) for name in ("sin", "cos", "tanh", "atan", "where")}
PYTHON |= {"pi": math.pi, "e": math.e, "max": lambda *xs: functions.max(xs)}
PYTHON |= {"min": lambda *xs: functions.min(xs), "sum": lambda *xs: functions.sum(xs)}
FLOATS = {name: getattr(math, name) for name in ("sin", "cos", "tanh", "atan", "pi", "e")}
FLOATS |= {"max": max, "min": min, "sum": lambda *xs: math.fsum(xs)}
FLOATS["where"] = lambda condition, a, b: a if condition else b
# 1 / 2e-309 is inf in Python and an error here, so nothing small but 0.
MODERATE = st.floats(-3, 3).map(lambda v: v if abs(v) > 1e-3 else 0.0)


@settings(max_examples=120, deadline=None)
@given(st.recursive(ATOMS, grown, max_leaves=12), MODERATE, MODERATE)
def test_an_expression_is_what_python_makes_of_it(source, x, y):
    expression = parse(f"{source} + 0*x")
    used = {name: {"x": x, "y": y}[name] for name in expression.names}
    try:
        expected = eval(expression.source, {"__builtins__": {}}, FLOATS | used)
    except ZeroDivisionError:
        with pytest.raises(PoleError):
            expression(**used)
        return
    assert expression(**used) == expected  # plain numbers in, a plain number out
    values = {name: Value(number, label=name) for name, number in used.items()}
    graph = eval(expression.source, {**PYTHON, **values})
    recorded = steps(expression.function(), *(Value(v, label=k) for k, v in used.items()))
    graph.backward()
    assert recorded.root.data == expected
    made = [(node.label, node.data, node.grad) for node in topological(graph)]
    assert [(node.label, node.data, node.grad) for node in recorded.nodes] == made


# --- gradients, against derivatives done by hand --------------------------------------------------
@pytest.mark.parametrize(
    ("source", "point", "gradient"),
    [
        ("x*exp(-x**2)+y", {"x": 0.5, "y": 2.0}, {"x": 0.5 * math.exp(-0.25), "y": 1.0}),
        ("x**3 - 2*x", {"x": 3.0}, {"x": 25.0}),
        ("self*__name__", {"self": 3.0, "__name__": 2.0}, {"self": 2.0, "__name__": 3.0}),
        ("x/y", {"x": 1.0, "y": 4.0}, {"x": 0.25, "y": -0.0625}),
        ("x**y", {"x": 2.0, "y": 3.0}, {"x": 12.0, "y": 8 * math.log(2)}),
        ("-x**2", {"x": 3.0}, {"x": -6.0}),
        ("2**-x", {"x": 1.0}, {"x": -0.5 * math.log(2)}),
        ("sin(x)*cos(x)", {"x": 0.7}, {"x": math.cos(1.4)}),
        ("max(x, y, 1)", {"x": 2.0, "y": 3.0}, {"x": 0.0, "y": 1.0}),
        ("mean(x, x, y)", {"x": 2.0, "y": 3.0}, {"x": 2 / 3, "y": 1 / 3}),
        ("where(x > 0, x**2, -x)", {"x": 3.0}, {"x": 6.0}),
        ("where(x > 0, x**2, -x)", {"x": -3.0}, {"x": -1.0}),
        ("leaky_relu(x, slope=0.25)", {"x": -2.0}, {"x": 0.25}),
        ("leaky_relu(x)", {"x": -2.0}, {"x": 0.01}),
        ("log(x)/log(10)", {"x": 4.0}, {"x": 1 / (4 * math.log(10))}),
        ("+x - -x", {"x": 1.0}, {"x": 2.0}),
    ],
)
def test_gradients_by_hand(source, point, gradient):
    variables = {name: Value(number, label=name) for name, number in point.items()}
    parse(source)(**variables).backward()
    for name, expected in gradient.items():
        assert variables[name].grad == pytest.approx(expected, rel=1e-14, abs=0)


def test_a_comparison_is_compiled_and_compares_arrays():
    """It was to be one float."""
    f = parse("where(x > 0, x**2, -x)")
    assert [*f(x=np.array([3.0, -2.0]))] == [9.0, 2.0]
    slope = compile(grad(f.function()), backend="python")
    assert (slope(3.0), slope(-3.0)) == (6.0, -1.0)


def test_every_scalar_operation_of_the_sheet_can_be_called():
    for op in (op for op in SHEET.values() if not op.vectors):
        required = [p for p in op.params if p not in op.defaults]
        assert parse(f"{op.name}({', '.join(required)})").names == tuple(required)


def test_names_come_in_order_of_appearance():
    assert parse("b + a*b + c").names == ("b", "a", "c")
    assert parse("3 + pi*e").names == ()
    assert parse("σ + año").names == ("σ", "año")


def test_precedence_is_pythons():
    for source, value in (("-2**2", -4), ("2**3**2", 512), ("2 - 3 - 4", -5), ("8/4/2", 1)):
        assert parse(source)() == value


def test_each_function_keeps_its_own_text():
    first, second = (parse(text).function() for text in ("a/b", "a*b*a"))
    for function, text in ((first, "a/b"), (second, "a*b*a")):
        (source,) = steps(function, 1.0, 2.0).sources
        assert (source.file, source.lines) == ("<expression>", (text,))


# --- refusals -------------------------------------------------------------------------------------
REFUSED = [
    ("", "empty", "the expression is empty", None),
    ("x" * 10_001, "long", "10001 characters; at most 10000", None),
    ("2x", "literal", "this is not a number", 0),
    ("x + 1__0", "literal", "this is not a number", 5),
    ("x^2", "instead", r"write \*\* instead of \^", 1),
    ("2·x", "instead", r"write \* instead of ·", 1),
    ("sin(π*x)", "instead", "write pi instead of π", 4),
    ("2*__debug__", "reserved", "__debug__ is a reserved word", 2),
    ("rad2deg(x)", "unknown.near", "did you mean degrees?", 0),
    ("where(x > 0 and x < 1, 1, 2)", "condition", "its condition is one comparison", 6),
    *((x, "attribute", "no attributes", 0) for x in ("x.y", "().__class__", "x.__class__.__mro__")),
    ("x[0]", "character", r"the character \[ has no meaning", 1),
    ("'text'", "character", "the character ' has", 0),
    ("x\x00", "character", r"the character \\x00 has", 1),
    ("a\ud800", "character", r"the character \\ud800 has", 1),
    ("lambda", "reserved", "lambda is a reserved word", 0),
    ("not x", "syntax", "this cannot be read", 0),
    *((x, "condition", "write where", 0) for x in ("x and y", "x if y else z")),
    ("x << 2", "operator", "the operators are", 0),
    ("x > 0", "comparison", "one comparison", 0),
    ("exp(x > 1)", "comparison", "one comparison", 4),
    *((x, "comparison", "one comparison", 6) for x in (
        "where(0 < x < 1, 1, 2)", "where(x == 1, 1, 2)",
    )),
    ("1,5*x", "comma", "decimals are written with a point", 0),
    ("1e999", "large", "this number is too large", 0),
    ("9" * 400, "large", "this number is too large", 0),
    ("9" * 5000, "large", "this number is too large", None),
    ("3j", "syntax", "this cannot be read", 0),
    ("x = 3", "equals", "an expression has no =", 2),
    ("True", "name", "True is not a number", 0),
    ("(x", "parenthesis", r"this \( has no match", 0),
    ("x)", "parenthesis", r"this \) has no match", 1),
    ("x +", "unfinished", "ends too early", 3),
    ("x y", "syntax", "this cannot be read", 2),
    ("2(x + 1)", "call", r"only functions are called", 0),
    ("x(3)", "unknown", "there is no function x", 0),
    ("exq(x)", "unknown.near", r"no function exq; did you mean exp", 0),
    ("1 + ln(x)", "unknown.near", r"did you mean log\?", 4),
    ("x – 1", "instead", "write - instead of –", 2),
    ("σ(x)", "unknown.near", r"did you mean sigmoid\?", 0),
    ("Tanh(x)", "unknown.near", r"did you mean tanh\?", 0),
    ("exp", "function", r"exp is a function: write exp\(a\)", 0),
    ("exp(x, y)", "arguments", r"exp\(a\) cannot be given 2 arguments", 0),
    ("atan2(x)", "arguments", r"atan2\(a, b\) cannot be given 1 arguments", 0),
    ("leaky_relu(x, slop=1)", "arguments", "cannot be given 2 arguments", 0),
    ("exp(*x)", "syntax", "this cannot be read", 4),
    ("exp(**x)", "arguments", "cannot be given 1 arguments", 0),
    ("sum()", "vector", "sum takes one number or more", 0),
    ("max(1, b=2)", "vector", "max takes one number or more", 0),
    ("dot(x, y)", "vectors", "takes two lists", 0),
    *((x, "deep", "nested too deeply", None) for x in (
        "-" * 300 + "x", "-" * 9000 + "x", "(" * 300 + "x" + ")" * 300, "x" + "+x" * 4000,
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "key", "sentence", "column"), REFUSED, ids=[r[0][:20] or "empty" for r in REFUSED]
)
def test_refusals(source, key, sentence, column):
    with pytest.raises(ExpressionError, match=sentence) as caught:
        parse(source)
    error = caught.value
    assert error.key == key
    assert error.text("es") != error.text("en")
    if column is not None:
        assert error.start == column
        *_, shown, carets = str(error).splitlines()
        assert carets.index("^") - (len(shown) - len(shown.lstrip())) == column


def test_the_place_is_counted_in_characters_and_shown_within_a_window():
    with pytest.raises(ExpressionError) as caught:
        parse("ñandú + " * 40 + "foo(x)" + " + é" * 40)
    _, shown, carets = str(caught.value).splitlines()
    assert len(shown) <= 72
    assert shown[carets.index("^") :].startswith("foo(x)")
    assert carets.strip() == "^^^"


def test_the_longest_and_deepest_that_are_read():
    assert parse("x" + "+x" * 150)(x=1.0) == 151
    deep, expected = parse("sin(" * 190 + "x" + ")" * 190), 1.0
    for _ in range(190):
        expected = math.sin(expected)
    assert deep(x=1.0) == expected
    assert parse("sum(" + ",".join(["x"] * 4000) + ")")(x=1.0) == 4000


def test_a_call_needs_each_name_once():
    f = parse("x + y")
    for wrong in ({"x": 1}, {"x": 1, "y": 2, "z": 3}):
        with pytest.raises(TypeError, match=r"^x \+ y\(\) .* argument:? '[yz]'$"):
            f(**wrong)
    with pytest.raises(TypeError, match=r"an expression is text \(str\), got int"):
        parse(3)


@pytest.mark.parametrize(
    ("source", "x", "error", "marked"),
    [
        ("1 + log(x - 2)", 1.0, DomainError, "log(x - 2)"),
        ("3 / (x - 1)", 1.0, PoleError, "3 / (x - 1)"),
        ("exp(x) + 1", 1000.0, RangeError, "exp(x)"),
        ("x * x", 1e200, RangeError, "x * x"),
    ],
)
def test_errors_of_the_engine_carry_the_place(source, x, error, marked):
    with pytest.raises(error) as caught:
        parse(source)(x=Value(x, label="x"))
    (note,) = caught.value.__notes__
    shown, carets = note.splitlines()
    assert shown[carets.index("^") : carets.rindex("^") + 1] == marked


ASSIGNMENTS = [
    (["x"], "pair", "x gives no value to a name"),
    (["3"], "pair", "3 gives no value to a name"),
    (["=3"], "pair", "=3 gives no value"),
    (["2x=3"], "pair", "2x=3 gives no value"),
    (["x=1", "x=1"], "twice", "x is given twice"),
    (["x=1", "pi=3"], "constant", "pi is the constant 3.14159"),
    ([], "missing", "no value for x, y; add it, as in x=1"),
    (["x=1"], "missing", "no value for y"),
    (["x=1", "y=2", "z=3"], "extra", "the expression has no z; its names are: x, y"),
    (["x=1,5", "y=2"], "decimal", "x=1.5"),
    (["x=abc", "y=2"], "number", "x=abc: this is not a number"),
    (["x=", "y=2"], "number", "this is not a number"),
    *(([x, "y=2"], "finite", "the number must be finite") for x in ("x=inf", "x=nan", "x=1e999")),
]


@pytest.mark.parametrize(("pairs", "key", "sentence"), ASSIGNMENTS, ids=str)
def test_refused_assignments(pairs, key, sentence):
    with pytest.raises(ExpressionError, match=sentence.replace(".", r"\.")) as caught:
        assignments(pairs, ("x", "y"))
    assert caught.value.key == key
    assert caught.value.text("es") != caught.value.text("en")


def test_assignments_keep_the_order_of_the_expression():
    found = assignments(["y=-2e-3", " x = 0.5"], ("x", "y"))
    assert list(found.items()) == [("x", 0.5), ("y", -0.002)]


def test_threads_that_read_expressions_leave_the_warnings_of_others(monkeypatch):
    read, gone, before = ast.parse, Event(), [*warnings.filters]
    other = Thread(target=parse, args=("y",))

    def parsed(source, *args, **options):
        if source == "x":
            other.start()
            other.join(0.1)
        elif source == "y":
            gone.wait(20)
        return read(source, *args, **options)

    monkeypatch.setattr(ast, "parse", parsed)
    parse("x")
    gone.set()
    other.join()
    assert warnings.filters == before


def test_the_texts_of_functions_are_no_more_than_a_thousand():
    made = [parse(f"x + {k}").function() for k in range(1100)]
    assert steps(made[-1], 1.0).places[-1] is not None
    assert sum(name.endswith(f">/{FILE}") for name in linecache.cache) <= 1000
