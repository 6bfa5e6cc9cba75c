"""The formulas as JavaScript, run in a browser, against Python and against mpmath."""

import math
import random
from fractions import Fraction
from functools import cache

import mpmath as mp
import pytest

from autograd_mini import functions
from autograd_mini.checking.random_graphs import UNFIT
from autograd_mini.checking.table import comfortable_points
from autograd_mini.errors import AutogradError
from autograd_mini.notation.labels import factor, number
from autograd_mini.ops import SHEET
from autograd_mini.pages.document import asset
from autograd_mini.pages.javascript import source
from tests.pages.near import is_near
from tests.points import as_values, places, points
from tests.reference import error_in_ulp

LEAST = 50  # points in the domain of each operation

EVALUATE = """
const shown = (x) => Array.isArray(x) ? x.map(shown) : Number.isFinite(x) ? x : String(x);
const answer = {};
for (const [name, points] of Object.entries(given)) {
  const op = ops[name];
  answer[name] = points.map((args) => {
    const out = op.value(...args);
    return [out, op.partials.map((partial) => partial(...args, out))].map(shown);
  });
}
return answer;
"""


@cache
def expected(name):
    """Points and the node that Python computes there; None where it refuses."""
    chosen = SHEET[name]
    made = []
    easy = () if name in UNFIT else comfortable_points(chosen)[:60]
    for args in (*points(chosen, 400), *easy):
        try:
            made.append((args, functions.function(chosen)(*as_values(args))))
        except AutogradError:
            made.append((args, None))
    return made


@pytest.fixture(scope="module")
def answers(run):
    """The same in the browser, for the whole sheet at once."""
    given = {name: [args for args, _ in expected(name)] for name in SHEET}
    return run(source(SHEET.values()) + EVALUATE, given)


def read(x):
    return [read(part) for part in x] if isinstance(x, list) else float(x)


def flat(parts):
    return [x for part in parts for x in (part if isinstance(part, list) else [part])]


def faults(chosen, answer):
    for (args, node), (value, partials) in zip(expected(chosen.name), answer, strict=True):
        where = f"{chosen.name}{args}"
        value, found = read(value), flat(read(partials))
        if node is None:
            if math.isfinite(value):
                yield f"{where}: Python refuses, JavaScript gives {value!r}"
            continue
        if not is_near(chosen, value, node.data, args, None):
            yield f"{where}: {value!r}, Python {node.data!r}"
        for place, got, wanted in zip(places(args), found, node.partials, strict=True):
            if not is_near(chosen, got, wanted, args, place):
                yield f"{where}, partial {place}: {got!r}, Python {wanted!r}"


@pytest.mark.parametrize("name", SHEET)
def test_values_and_partials_are_those_of_python(name, answers):
    inside = [args for args, node in expected(name) if node is not None]
    assert len(set(inside)) >= LEAST
    assert [*faults(SHEET[name], answers[name])] == []


def test_operations_of_a_user(run, own):
    """Names that JavaScript keeps for itself, calls of other operations, vectors, defaults."""
    made = [
        own("cube(a)", "a * a * a", "3 * a * a"),
        own("new(var, Math, size=0.5)", "leaky_relu(var * Math) + elu(size) * pi", *"123"),
        own("rest(mod, one)", "mod % 3 + one", "1", "mod % 3"),
        own("between(low, high)", "where(high, exp2(low), 2 / (high - low) ** 2)", "low", "out"),
        own("spread(a[])", "sum(d) / n", "2 * d_i", given={"d": "(a_i - max(a)) ** 2"}),
        own("pair(a[], b[])", "sum(p, 1)", "b_i", "1", given={"p": "a_i * b_i + n"}),
    ]
    points = {
        "cube": [(2.0,), (-0.1,)], "new": [(0.5, 3.0, 0.25), (-2.0, 0.5, -1.0)],
        "between": [(3.0, 1.0), (2.0, 0.0), (0.0, 0.0)], "spread": [((1.0, 5.0, -2.0),), ((3.0,),)],
        "rest": [(5.5, 2.0), (-5.5, 0.5)], "pair": [((1.0, 2.0, 0.5), (3.0, -1.0, 0.1))],
    }  # fmt: skip
    answers = run(source(made) + EVALUATE, points)
    for name, answer in answers.items():
        for args, (value, partials) in zip(points[name], answer, strict=True):
            if args == (0.0, 0.0):
                assert value == "Infinity"
                continue
            node = functions.function(SHEET[name])(*as_values(args))
            assert value == pytest.approx(node.data, rel=4 * 2**-52)
            assert flat(partials) == pytest.approx([*node.partials], rel=4 * 2**-52)
    assert source(made).count("const op$cube") == 1


def test_only_what_is_needed_is_written():
    text = source([SHEET["mul"], SHEET["tanh"]])
    assert [name for name in ("fsum", "gauss", "polygamma", "op$add") if name in text] == []
    assert len(text.encode()) < 600
    text = source([SHEET["gelu"], SHEET["dot"]])
    assert [name for name in ("polygamma", "op$add", "running") if name in text] == []
    assert "Copyright (C) 1993 by Sun Microsystems" in text


def test_the_error_function_is_within_3_ulp(run):
    draw = random.Random(5)
    ranges = ((-6, 6), (0, 27), (-1.5, 1.5))
    xs = [draw.uniform(low, high) for low, high in ranges for _ in range(500)]
    script = source([SHEET["erf"], SHEET["erfc"]])
    script += "return given.map((x) => [ops.erf.value(x), ops.erfc.value(x)]);"
    for x, (erf, erfc) in zip(xs, run(script, xs), strict=True):
        with mp.workdps(40):
            assert error_in_ulp(erf, mp.erf(x)) < 2
            assert error_in_ulp(erfc, mp.erfc(x)) < 3


def test_a_sum_is_exact_and_rounded_once(run):
    """Against fractions: cancellation, ties, what overflows on the way."""
    draw = random.Random(6)
    numbers = [draw.uniform(-1, 1) * 10.0 ** draw.randint(-17, 17) for _ in range(2700)]
    lists = [numbers[k : k + 9] for k in range(0, 2700, 9)]
    lists += [[1.0, 2.0**-53], [1.0, 2.0**-53, 2.0**-110], [1.0, -(2.0**-54), -(2.0**-110)]]
    lists += [[1e308, 1e308, -1.5e308], [1e16, 1.0, -1e16], [0.1] * 10, [5e-324] * 3, [-0.0], []]
    script = source([SHEET["sum"]]) + "return given.map((a) => ops.sum.value(a));"
    assert run(script, lists) == [float(sum(map(Fraction, numbers))) for numbers in lists]


def test_a_long_product_is_exact_to_an_ulp(run):
    """And so is the product of all others, of which each partial is one."""
    draw = random.Random(9)
    lists = [[draw.uniform(-2, 2) * 10.0 ** draw.randint(-9, 9) for _ in range(300)] for _ in "ab"]
    script = source([SHEET["prod"]])
    script += "return given.map((a) => [ops.prod.value(a), ops.prod.partials[0](a)[7]]);"
    for numbers, (product, seventh) in zip(lists, run(script, lists), strict=True):
        exact = math.prod(map(Fraction, numbers))
        assert abs(Fraction(product) - exact) <= Fraction(math.ulp(product))
        assert abs(Fraction(seventh) - exact / Fraction(numbers[7])) <= Fraction(math.ulp(seventh))


def test_a_nan_wins(run):
    script = source([SHEET["max"], SHEET["min"]])
    script += "return [ops.max, ops.min].map((op) => String(op.value([1, NaN, 2])));"
    assert run(script, None) == ["NaN", "NaN"]
    script = source([SHEET["where"]]) + "return ops.where.value(NaN, 1, 2);"
    assert run(script, None) == (1 if math.nan else 2)


def test_floats_pass_through_json_and_the_browser_unchanged(run):
    draw = random.Random(7)
    floats = [draw.uniform(-1, 1) * 2.0 ** draw.randint(-1070, 1023) for _ in range(2000)]
    floats += [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1 + 0.2]
    assert run("return given.map((x) => x * 1);", floats) == floats


# --- numbers as text ----------------------------------------------------------------------------
EDGES = (
    1e-7, 1e22, -0.0, 0.0, 0.00012345, 0.0001, 0.00009999, 0.000099995, 99995.0, 9999.5, 9999.4999,
    10000.0, 1e-310, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5,
    1000.0, 12345.0, 12355.0, 10005.0, 10015.0, 1.00005, 2.5, 1e5, 1e-5, -1e-5, 1e100, 1e23, 2 / 3,
    0.1 + 0.2, 1 / 3, 0.00030517578125, 123.45, 1.2345, 1.2355, 0.12345, 100.05, 100.15, 999.95,
    1.0000000000000002, 0.9999999999999999, 9.9995, 9.99949999, 1e15, 123456789.0,
)  # fmt: skip


def test_numbers_are_written_as_in_pictures(run):
    draw = random.Random(8)
    floats = [*EDGES, *(k / 8 for k in range(-2000, 2000, 7))]
    floats += [k * 5.0 for k in range(2000, 20000)]
    floats += [draw.uniform(-1, 1) * 10.0 ** draw.randint(-9, 9) for _ in range(5000)]
    floats += [draw.randint(10000, 99999) * 10.0**k for k in range(-12, 30) for _ in range(60)]
    floats += [draw.randint(1000, 9999) / 2 ** draw.randint(0, 12) for _ in range(3000)]
    floats += [draw.uniform(-1, 1) * 2.0 ** draw.randint(-1070, 1023) for _ in range(3000)]
    given = [x if math.isfinite(x) else str(x).replace("inf", "Infinity") for x in floats]
    for digits in (4, 1, 2, 7):
        script = f"return given.map((x) => formatNumber(Number(x), {digits}));"
        written = run(asset("numbers.js") + script, given)
        wanted = [number(x, f".{digits}g") for x in floats]
        assert [pair for pair in zip(written, wanted, strict=True) if len({*pair}) > 1] == []
    assert number(12345.0) == "1.234·10⁴"  # a tie, to the even digit: JavaScript alone says 1.235
    assert run(asset("numbers.js") + 'return formatNumber("1/3");', None) == "1/3"


@pytest.mark.parametrize("first", [False, True])
def test_factors_are_written_as_in_pictures(run, first):
    given = ["1+2j", "−1−2j", "−1/3", "2", 1e-7, -1e-7, 0.5, -3.0]
    script = f"return given.map((x) => formatFactor(x, {str(first).lower()}));"
    wanted = [factor(x if isinstance(x, str) else number(x), first) for x in given]
    assert run(asset("numbers.js") + script, given) == wanted
    assert wanted[:5] == ["(1+2j)", "(−1−2j)", "−1/3" if first else "(−1/3)", "2", "10⁻⁷"]
