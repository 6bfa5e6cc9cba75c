"""What users get wrong, and the sentence that they read: a table of bad inputs to the engine."""

import copy
import math
import pickle
import re
from fractions import Fraction

import pytest

from autograd_mini import MLP, Value, functions, grad, hessian, losses, op, ops
from autograd_mini.errors import (
    AutogradError,
    DomainError,
    FormulaError,
    GradientError,
    NumberTypeError,
    PoleError,
    RangeError,
)
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import at_kink
from autograd_mini.rules.higher import is_stale
from tests.refusals import refused

INF, NAN = math.inf, math.nan
V, F = Value, functions
x = Value(1.0)


def with_data(data, f=lambda v: v):
    """f of a Value whose data is changed afterwards."""
    v = Value(1.0)
    out = f(v)
    v.data = data
    return out


NUMBER_TYPES = [
    (lambda: x * (1, 2), r"^\(1, 2\) \(tuple\) is not a number; .*; use one Value for each"),
    (lambda: F.exp(()), r"^\(\) \(tuple\) is not a number"),
    (lambda: V("3"), r"^'3' \(str\) is not a number; a Value holds a float, int,"),
    (lambda: V(None), r"^None \(NoneType\) is not a number"),
    (lambda: V([1.0, 2.0]), r"^\[1.0, 2.0\] \(list\) is not a number; .* Value for each element$"),
    (lambda: V(x), r"\(Value\) is not a number"),
    (lambda: V("a" * 99), r"^'a{36}\.\.\. \(str\) is not a number"),
    (lambda: V(10**400), "an int of 1329 bits is too large for a float; use Frac"),
    (lambda: x * 10**400, "an int of 1329 bits is .*; use Fraction for all numbers$"),
    (lambda: F.mean([x, 10**400]), "an int of 1329 bits is too large"),
    (lambda: losses.mse([10**400], [0]), "an int of 1329 bits is too large"),
    (lambda: with_data("3") * 2, r"^'3' \(str\) is not a number"),
    (lambda: MLP(1, [1])([with_data(None)]), r"^None \(NoneType\) is not a number"),
    (lambda: with_data(x) * 2, r"^Value\(data=1.0, .* is not a number"),
    (lambda: is_stale(with_data("x", lambda v: v * v)), r"^'x' \(str\) is not a number"),
    (lambda: (x * 2).backward(10**400), "an int of 1329 bits is too large"),
    (lambda: V(Fraction(10**400)) + x, "a Fraction of 1329 bits .*; use Fraction for all numbers$"),
    (lambda: x + "3", r"^'3' \(str\) is not a number"),
    (lambda: "3" + x, r"^'3' \(str\) is not a number"),
    (lambda: x * [1, 2], r"^\[1, 2\] \(list\) is not a number"),
    (lambda: x ** "2", r"^'2' \(str\) is not a number"),
    (lambda: x < "a", r"^'a' \(str\) is not a number"),
    (lambda: x >= None, r"^None \(NoneType\) is not a number"),
    (lambda: x + 1j, r"complex and real .* make every Value complex"),
    (lambda: V(1j) * x, "complex and real Values do not mix"),
    (lambda: F.exp("a"), r"^'a' \(str\) is not a number"),
    (lambda: x.leaky_relu("a"), r"^'a' \(str\) is not a number"),
    (lambda: F.sum(3), r"sum\(a\[\]\) needs a list of numbers .* as a, got 3 \(int\)"),
    (lambda: F.take(x, 0), "take needs a list of numbers or Values as values, got Value"),
    (lambda: F.dot([x], 3), r"dot.* needs a list .* as b, got 3 \(int\)"),
    (lambda: F.sum([1, "a"]), r"^'a' \(str\) is not a number"),
    (lambda: F.max({"a": 1.0}), r"max.* needs a list .* got \{'a': 1.0\} \(dict\)"),
    (lambda: F.softmax(3), r"^softmax needs a list .*, got 3 \(int\)$"),
    (lambda: (x * 2).backward("1"), r"^'1' \(str\) is not a number"),
    (lambda: (x * 2).backward(None), r"^None \(NoneType\) is not a number"),
    (lambda: (x * 2).backward(1j), r"^the seed .* a real .* got 1j \(complex\)$"),
    (
        lambda: (x * 2).backward(V(2.0)),
        r"^the seed must be a number, or a Value with create_graph=True, got Value\(data=2\.0",
    ),
    (lambda: round(x, 2), r"nearest integer; round\(value.data, digits\) to that many digits$"),
    (lambda: V(1.0, (2.0,), (1.0,)), r"a parent must be a Value, got 2.0 \(float\)"),
    (lambda: V(1.0, (x,), ("a",)), r"'a' \(str\) is not a number"),
]
TYPES = [
    (lambda: x @ 2, r"unsupported operand type\(s\) for @"),
    (lambda: x[0], "'Value' object is not subscriptable"),
    (lambda: len(x), r"object of type 'Value' has no len\(\)"),
    (lambda: [*x], "Value"),
]
DOMAINS = [
    (lambda: V(-1.0, label="w").log(), r"^log\(a\) at a = -1.0 \(w\): it needs a > 0$"),
    *((lambda name=name, x=x: getattr(V(x), name)(), rf"^{name}\(a\) at a = {x}: it needs {needs}$")
      for name, x, needs in (
        ("log", 0.0, "a > 0"), ("log2", -1.0, "a > 0"), ("log10", -1.0, "a > 0"),
        ("log1p", -1.0, "a > -1"), ("sqrt", -4.0, "a >= 0"), ("rsqrt", -1.0, "a > 0"),
        ("asin", 2.0, "-1 <= a <= 1"), ("acos", -1.5, "-1 <= a <= 1"), ("acosh", 0.5, "a >= 1"),
        ("atanh", 1.0, "-1 < a < 1"),
    )),
    *((lambda f=f, x=x: f(x), "gamma.* it needs a other than 0, -1, -2")
      for f, x in ((F.gamma, V(0.0)), (F.lgamma, V(-3.0)), (F.digamma, V(-3.0)))),
    (lambda: V(INF).sin(), r"sin\(a\) at a = inf: the result is not a real number"),
    *((lambda n=n: F.polygamma(n, 2.0), r"polygamma.* it needs n in 0, 1, \.\.\., 100")
      for n in (-1, 0.5, 101)),
    (lambda: V(-8.0) ** (1 / 3), r"pow\(a, b\) at a = -8.0, b = 0.33.* an integer b"),
    (lambda: V(-1e-247) ** -106.3, "pow.* it needs a > 0, or an integer b"),
    (lambda: (-8) ** V(0.5), "pow.* it needs a > 0, or an integer b"),
    (lambda: x.clamp(2.0, 1.0), r"low = 2.0, high = 1.0: it needs low <= high"),
    (lambda: x.hardtanh(2.0, 1.0), r"it needs low <= high"),
    (lambda: V(INF) - INF, r"sub\(a, b\) at a = inf, b = inf: the result is not a real"),
    (lambda: V(INF) * 0, "mul.* the result is not a real number"),
    *((lambda f=f: f([V(INF), -INF]), rf"{f.__name__}.* the result is not a real number$")
      for f in (F.sum, F.mean)),
    (lambda: F.dot([x, 0.0], [INF, INF]), "dot.* the result is not a real number$"),
    (lambda: F.mean([]), r"^mean\(a\[\]\) needs at least one number, got an empty vector$"),
    *((lambda f=f: f([]), f"{name}.* needs at least one number, got an empty vector") for name, f in
      (("max", F.max), ("min", F.min), ("logsumexp", F.logsumexp), ("", F.softmax))),
    (lambda: F.dot([x], [1.0, 2.0]), r"needs vectors of the same length, got 1 and 2"),
    (lambda: F.var([]), "var needs more than ddof = 0 values, got 0"),
    (lambda: F.var([x], ddof=1), "var needs more than ddof = 1 values, got 1"),
]  # fmt: skip
POLES = [
    (lambda: V(0.0).rsqrt(), r"rsqrt\(a\) at a = 0.0: division by zero; it needs a > 0"),
    (lambda: V(0.0) ** -1, r"pow\(a, b\) at a = 0.0, b = -1.0: division by zero; it need"),
    (lambda: 1 / V(0.0, label="n"), r"b = 0.0 \(n\): division by zero; it needs b != 0"),
    (lambda: x / 0, r"div\(a, b\) at a = 1.0, b = 0.0: division by zero"),
    (lambda: V(0.0).reciprocal(), "reciprocal.* division by zero; it needs a != 0"),
    (lambda: V(Fraction(1)) / 0, "div.* division by zero"),
]
RANGES = [
    (lambda: F.exp(Fraction(10**400)), r"^exp\(a\) at a = 10{76}\.\.\.: .*too large for a float$"),
    (lambda: F.exp(Fraction(10**5000)), r"^exp\(a\) at a = \.\.\.: the result is too large"),
    (lambda: V(1000.0).exp(), r"^exp\(a\) at a = 1000.0: the result is too large"),
    (lambda: V(1e308) * 10, r"mul\(a, b\) at a = 1e\+308, b = 10.0: .* too large"),
    (lambda: F.prod([V(1e200), 1e200]), r"prod\(a\[\]\) at a = \(1e\+200.*1e\+200\): .*la"),
    *((call, f"{name}.* too large for a float") for name, call in (
        ("add", lambda: V(1e308) + 1e308), ("sub", lambda: V(-1e308) - 1e308),
        ("pow", lambda: V(1e-310) ** -1), ("pow", lambda: V(10.0) ** 400),
        ("div", lambda: 1 / V(1e-310)), ("gamma", lambda: V(200.0).gamma()),
        ("cosh", lambda: V(800.0).cosh()), ("sinh", lambda: V(-800.0).sinh()),
        ("square", lambda: V(1e200).square()), ("dot", lambda: F.dot([V(1e200)], [1e200])),
        ("sum", lambda: F.sum([V(1e308)] * 3)), ("mean", lambda: F.mean([V(1e308)] * 3)),
    )),
    (lambda: V(800 + 0j).exp(), "exp.* too large for a complex"),
]  # fmt: skip
GRADIENTS = [
    (lambda: (x * 2).backward(NAN), "seed of a backward pass must be finite, got nan"),
    (lambda: (x * 2).backward(INF), "seed of a backward pass must be finite, got inf"),
    (lambda: (V(0.0) ** 2).sqrt().backward(), "not a number: pow .* arrives there is in"),
    (
        lambda: (V(0.0).sqrt() - V(0.0).sqrt() + (y := V(0.0)).sqrt() - y.sqrt()).backward(),
        "the gradient is not a number",
    ),
    (lambda: V(1.0, (x,), ()), "one partial per parent, got 1 parents and 0 partials"),
    (lambda: V(1.0, (), (1.0,)), "got 0 parents and 1 partials"),
    (
        lambda: V(1.0, (x,), (2.0,)).backward(create_graph=True),
        "made by hand with numbers for partials has no second derivative; give Values",
    ),
]
FORMULAS = [
    (lambda: op("f(a)", "import os", "1"), r"formula 'import os' is not an expression"),
    (lambda: op("f(a)", "", "1"), "formula '' is not an expression"),
    (lambda: op("f(a)", "a := 1", "1"), "is not an expression"),
    (lambda: op("f(a)", "a.__class__", "1"), "'a.__class__' is not allowed in a formula"),
    (lambda: op("f(a)", "lambda: a", "1"), "'lambda: a' is not allowed in a formula"),
    (lambda: op("f(a)", "__import__('os')", "1"), "unknown function '__import__'"),
    (lambda: op("f(a)", "exp(open('x'))", "1"), "'x'|unknown function 'open'"),
    (lambda: op("f(a)", "a[0]", "1"), r"'a\[0\]' is not allowed in a formula"),
    (lambda: op("f(a)", "a @ 2", "1"), "'a @ 2' is not allowed in a formula"),
    (lambda: op("f(a)", "True", "1"), "'True' is not allowed in a formula"),
    (lambda: op("f(a)", "1j * a", "1"), "'1j' is not allowed in a formula"),
    *((lambda text=text: op("f(a)", text, "1"), "is not allowed in a formula") for text in (
        "(exp)(a)(a)", "[a for a in a]", "a if a else 0", "a and 1", "not a", "1 < a < 2", "'a'",
        "f'{a}'", "exp(x=a)", "exp(*a)",
    )),
    *((lambda args=args: op(*args), "op signature") for args in (
        ("f(a", "a", "1"), ("f()", "1"), ("2f(a)", "a", "1"), ("f(a=x)", "a", "1"),
        ("f(class)", "1", "1"),
    )),
    (lambda: op("f(a)", "b", "1"), "unknown name 'b'; known here: a, pi"),
    (lambda: op("f(a)", "a", "b"), "unknown name 'b'; known here: a, out, pi"),
    (lambda: op("f(a)", "a", "1", kinks=("b",)), "unknown name 'b'"),
    (lambda: op("f(a)", "e", "1", given={"e": "q"}), "unknown name 'q'"),
    (lambda: op("f(a)", "a", "1", given={"exp": "a"}), "'exp' has a meaning already"),
    (lambda: op("f(a)", "a"), r"op 'f\(a\)': 1 arguments need as many partials, got 0"),
    (lambda: op("f(a, b)", "a", "1"), "2 arguments need as many partials, got 1"),
    *((lambda text=text: op(text, "a", "1"), rf"op signature '{re.escape(text)}'") for text in (
        "f(a=1, b)", "f(a: int)", "f(a, *, b)", "f(a) -> float", "f(a, /)")),
    (lambda: op("f(a)", 3, "1"), "formula 3 is not an expression"),
    (lambda: op("f(a)", "log(a)", "1 / a", a="a > 0"), r"a must be a Domain, got 'a > 0'"),
    *((lambda bad=bad: op("f(a)", "a", "1", **bad), f"op 'f.a.': {next(iter(bad))} must be ")
      for bad in ({"kinks": "a - 1"}, {"about": "cube"}, {"about": ("cube",)}, {"given": "1"},
                  {"ulps": 3}, {"scale": "1"}, {"textbook": "1"}, {"needs": ops.UNIT})),
    (lambda: op("f(a)", "a * b", "b", given={"b": "a", "a": "2"}), "'a' has a meaning already"),
    (lambda: op("f(a)", "a", "1", a=ops.NOT_A_POLE),
     "it needs a other than 0, .*; let the formula refuse all else: where"),
    (lambda: op("f(a[])", "sum(a)", "1", a=ops.UNIT), "it needs -1 <= a <= 1; let the"),
    (lambda: op("f", "1"), r"op signature 'f': write it as name\(a\), name\(a, b\)"),
    (lambda: op(3, "a", "1"), "op signature 3"),
    (lambda: op("f(a)", "a", "1", given={"value": "a"}), "'value' has a meaning already"),
    (lambda: op("f(a)", "a * d1", "d1", given={"d1": "2"}), "'d1' has a meaning already"),
    (lambda: op("f(out)", "1", "1"), "'out' has a meaning already; take another"),
    (lambda: op("f(a, a)", "a", "1", "1"), "two arguments have one name"),
    (lambda: op("f(a, A)", "a", "1", "1"), "two arguments have one name"),
    *((lambda name=name: op(f"f({name}, b[])", "1", "1", "1"), f"'{name}' has a meaning already")
      for name in ("exp", "node", "apply", "_a", "a_i", "n")),
    (lambda: op("f(a)", "a * 1e999", "1"), "'inf' is not allowed|'1e309' is not allowed"),
    (lambda: op("f(a)", "a", "1", b=ops.UNIT), r"op 'f\(a\)' has no argument b"),
    (lambda: op("f(a)", "a", "1", scale={"b": "1"}), r"op 'f\(a\)' has no argument b"),
    (lambda: op("f(a)", "a", "1", latex="{b}"), "the LaTeX '{b}' fails at 'b'"),
    (lambda: op("exp(a)", "a", "1"), "'exp' is on the sheet already, as <op exp"),
    (lambda: op("gauss(a)", "a", "1"), "'gauss' is a primitive of the formulas"),
]  # fmt: skip
REFUSED = {
    NumberTypeError: NUMBER_TYPES, TypeError: TYPES, DomainError: DOMAINS, PoleError: POLES,
    RangeError: RANGES, GradientError: GRADIENTS, FormulaError: FORMULAS,
}  # fmt: skip


@refused(REFUSED)
def test_bad_inputs(call, error, text):
    before = dict(SHEET)
    with pytest.raises(error, match=text) as caught:
        call()
    assert before == SHEET
    assert error is TypeError or type(caught.value) is error
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("formulas", [
    *(("f(a[])", text, "1") for text in ("a", "exp(a_i)", "b", "max(a) * b_i", "sum(a) + a")),
    ("f(a[])", "sum(exp(a_i))", "exp(a_i)"),
    *(("f(a[])", "sum(a)", text) for text in ("b", "others(a)", "m_i")),
    *(("f(a[], c)", "c * sum(a)", "c", text) for text in ("a", "a_i", "sum(c)")),
    *(("f(a)", text, "1") for text in ("sum(a)", "count(a, 1)", "gap(a, 1)")),
])  # fmt: skip
def test_a_vector_for_a_number_is_refused_and_the_reverse(own, formulas):
    given = {"b": "others(a)", "m": "max(a)"} if "[]" in formulas[0] else {}
    with pytest.raises(FormulaError, match="' has a vector for a number, or the reverse; a_i is a"):
        own(*formulas, given=given)


def test_a_kink_may_be_that_of_each_element(own):
    made = own("f(a[])", "sum(r)", "where(a_i > 0, 1, 0)", given={"r": "relu(a_i)"}, kinks=["a"])
    assert [at_kink(made, [(1.0, x)]) for x in (0.0, 2.0)] == [True, False]
    with pytest.raises(FormulaError, match="'a - 1' has a vector for a number"):
        own("g(a[])", "sum(a)", "1", kinks=["a - 1"])


def test_what_elements_of_a_vector_must_be_is_told(own):
    for domains, text in (({"a": ops.POSITIVE}, "it needs a > 0"), ({}, "is not a real number")):
        made = own(f"f{len(text)}(a[])", "sum(r)", "1 / a_i", given={"r": "log(a_i)"}, **domains)
        with pytest.raises(DomainError, match=rf"\(a\[\]\) at a = \(2.0, -1.0\): .*{text}$"):
            made([V(2.0), -1.0])


def test_each_error_is_also_the_one_that_python_would_raise():
    for ours, pythons in (
        (DomainError, ValueError), (RangeError, OverflowError), (PoleError, ZeroDivisionError),
        (NumberTypeError, TypeError), (GradientError, ValueError), (FormulaError, ValueError),
    ):  # fmt: skip
        assert issubclass(ours, AutogradError)
        assert issubclass(ours, pythons)


@pytest.mark.parametrize("name", [o.name for o in SHEET.values() if not o.vectors])
def test_plain_numbers_are_refused_as_values_are(name):
    """The same class and text, for each operation, at points outside its domain."""
    function = functions.function(SHEET[name])
    for number in (-2.5, -1.0, 0.0, 2.0, 1e200, INF):
        args = [number] * len(SHEET[name].params)
        outcomes = []
        for convert in (float, Value):
            try:
                outcomes.append(float(function(*map(convert, args))))
            except AutogradError as error:
                outcomes.append((type(error), str(error)))
        assert outcomes[0] == outcomes[1]


def test_an_error_names_the_labels_of_all_its_operands():
    w, b = Value(-2.0, label="w"), Value(0.5, label="b")
    named = r"pow\(a, b\) at a = -2.0 \(w\), b = 0.5 \(b\): it needs"
    with pytest.raises(DomainError, match=named):
        w**b


def test_a_failed_operation_leaves_the_graph_as_it_was():
    a = Value(3.0)
    y = a * a
    with pytest.raises(DomainError):
        (y * -1).log()
    y.backward()
    assert a.grad == 6.0


def test_errors_survive_pickling():
    """As when they come from another process."""
    with pytest.raises(DomainError) as caught:
        Value(-1.0).log()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (DomainError, str(caught.value))


def test_an_operation_that_is_not_there_cannot_be_unpickled(own):
    cube = own("pickled_cube(a)", "a * a * a", "3 * a * a")
    data = pickle.dumps(cube(Value(2.0)))
    assert copy.deepcopy(cube) is cube
    assert pickle.loads(data).op is cube
    del SHEET["pickled_cube"]
    with pytest.raises(FormulaError, match="'pickled_cube' is not on the sheet; define it with op"):
        pickle.loads(data)


@pytest.mark.parametrize(
    ("f", "at", "said", "note"),
    [
        (lambda v: v[0] ** v[1], [-2.0, 2.0], "log.a. at a = -2.0", "pow at (-2.0, 2.0)"),
        (lambda v: v[0].sqrt() + v[1], [0.0, 1.0], "div.a, b. at a = 1.0", "sqrt at (0.0)"),
    ],
)
def test_a_second_derivative_names_the_operation_whose_partials_have_no_value(f, at, said, note):
    with pytest.raises(AutogradError, match=said) as caught:
        hessian(f)(at)
    assert caught.value.__notes__ == [f"in the partial derivatives of {note}"]


def test_a_transform_of_a_function_that_gives_no_number():
    with pytest.raises(TypeError, match=r"expected a number, .* got 'text'"):
        grad(lambda a: "text")(1.0)
