"""What a program means: by hand, on every back end."""

import math
import shutil
from contextlib import suppress
from keyword import iskeyword
from pathlib import Path
from unicodedata import normalize

import pytest

from autograd_mini.compiler import program as programs
from autograd_mini.compiler.backends import BACKENDS, backend
from autograd_mini.compiler.passes import improved
from autograd_mini.compiler.program import Input, Output, Program
from autograd_mini.numbers.instructions import COMPARISONS, MEANING, Code
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import cubic, emitter, line

with suppress(ImportError):  # by the thread of `auto` it would be parsed beside other modules, by
    backend("llvm")  # pytest; on Python 3.11 that may end in a SystemError


@pytest.fixture(params=["interpreted", *BACKENDS, "llvm on 3 threads"])
def run(request):
    """run(program, shared, samples, count) with plain lists, on one of the back ends."""
    name, _, threads = request.param.partition(" on ")
    if name == "c" and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    made = interpreted if name == "interpreted" else None
    arrays = False
    if made is None:
        try:
            arrays = getattr(backend(name), "ARRAYS", False)
        except ImportError as error:
            pytest.skip(str(error))

    def called(program, shared, samples, count):
        if arrays:
            np = pytest.importorskip("numpy")
            shared = np.array(shared, dtype=float)
            samples = list(np.array(samples, dtype=float).T.copy().T)  # strided views
            for array in (shared, *samples):
                array.flags.writeable = False
        build = made or backend(name).build
        kernel = build(program, 3 if threads else 1)
        once, each = kernel(shared, samples, count)
        if arrays:  # what was given stays
            kernel(-shared, [column + 1 for column in samples], count)
        return [float(x) for x in once], [[float(x) for x in row] for row in each]

    called.name = name
    return called


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_on_compiling_has_a_row_for_each(lang):
    page = Path(__file__).parents[2] / "docs" / lang / "explanation" / "compiling.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in BACKENDS if f"\n| `{name}` | " not in text] == []


def test_a_cubic_and_its_slope(run):
    assert run(cubic(), [3.0], [], 1) == ([21.0, 25.0, 2.0], [])
    once, _ = run(cubic(), [math.inf], [], 1)
    assert math.isnan(once[0])
    assert once[1] == math.inf


def test_a_step_of_a_line_over_its_samples(run):
    # w = 2: errors 2 - 1 = 1, 4 - 6 = -2, 6 - 6 = 0, -2 - 1 = -3; slope 2 e x: 2, -8, 0, 6
    x, y = [1.0, 2.0, 3.0, -1.0], [1.0, 6.0, 6.0, 1.0]
    once, each = run(line(), [2.0, 0.5, 4.0], [x, y], 4)
    assert once == [14 / 4, 2.0]
    assert each == [[1.0, -2.0, 0.0, -3.0], [1.0, 1.0, 0.0, 1.0], x]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 17, 1000])
def test_any_number_of_samples(run, count):
    x = [float(k % 4) for k in range(count)]
    program = line()
    code = program.code
    alike = code.emit("total", 1), code.emit("accumulate", code.constant(0.25))
    more = [programs.Output("", x) for x in alike]
    program = program._replace(outputs=(*program.outputs, *more))
    once, each = run(program, [1.0, 1.5, 1.0], [x, [0.0] * count], count)
    squares = sum(k * k for k in x)
    assert once == [squares, 1.0 - 3 * squares, 1.5 * count, 0.25 * count]
    assert [len(row) for row in each] == [count] * 3


# Each with its value by hand, as IEEE 754 has it.
INF, NAN = math.inf, math.nan
EDGES = [
    *[("/", (1.0, 0.0), INF), ("/", (1.0, -0.0), -INF), ("/", (0.0, 0.0), NAN)],
    *[("**", (0.0, 0.0), 1.0), ("**", (NAN, 0.0), 1.0), ("**", (-8.0, 1 / 3), NAN)],
    *[("**", (-2.0, 3.0), -8.0), ("**", (0.0, -1.0), INF), ("**", (-0.0, -1.0), -INF)],
    *[("**", (10.0, 400.0), INF), ("%", (-3.0, 2.0), 1.0), ("%", (3.0, -2.0), -1.0)],
    *[("%", (1.0, 0.0), NAN), ("//", (-3.0, 2.0), -2.0), ("//", (1.0, 0.0), INF)],
    *[("log", (0.0,), -INF), ("log", (-1.0,), NAN), ("exp", (1000.0,), INF)],
    *[("exp", (-1000.0,), 0.0), ("sqrt", (-1.0,), NAN), ("tanh", (INF,), 1.0)],
    *[("floor", (-0.5,), -1.0), ("ceil", (0.5,), 1.0), ("neg", (0.0,), -0.0)],
    *[("abs", (-0.0,), 0.0), ("sum", (1e308, -1e308, 1e308), 1e308), ("sum", (NAN, 1.0), NAN)],
    *[("sum", (1e308, -INF, 1e308), -INF), ("sum", (INF, 1e308, 1e308, NAN), NAN)],
    *[("dot", (1.0, 2.0, 3.0, 4.0), 11.0), ("hypot", (3.0, 4.0, 12.0), 13.0)],
    *[("prod", (2.0, 3.0, 4.0), 24.0), ("others", (2.0, 3.0, 4.0, 1.0), 8.0)],
    *[("take", (1.0, 5.0, 6.0), 6.0), ("take", (2.0, 5.0, 6.0), NAN)],
    *[("take", (0.5, 5.0, 6.0), NAN), ("take", (-1.0, 5.0, 6.0), NAN)],
    *[("take", (NAN, 5.0, 6.0), NAN), ("acosh", (1.0,), 0.0), ("atanh", (1.0,), INF)],
]


def test_instructions_at_their_edges(run):
    """All in one program, since a compiler is called for each."""
    code, emit = emitter()
    numbers = sorted({repr(x): x for _, given, _ in EDGES for x in given}.items())
    inputs = {text: emit("input", float(k)) for k, (text, _) in enumerate(numbers)}
    outputs = []
    for opcode, given, _ in EDGES:
        parts = [inputs[repr(x)] for x in given]
        parts[-1] = given[-1] if opcode == "others" else parts[-1]
        outputs.append(programs.Output(opcode, emit(opcode, *parts)))
    named = tuple(programs.Input(text) for text, _ in numbers)
    program = programs.Program(named, code, len(code), len(code), tuple(outputs), {})
    found, _ = run(program, [x for _, x in numbers], [], 1)
    off = [
        (*edge, got)
        for edge, got in zip(EDGES, found, strict=True)
        if not (
            math.isnan(got)
            if math.isnan(edge[2])
            else math.isclose(got, edge[2], rel_tol=1e-15)
            and math.copysign(1, got) == math.copysign(1, edge[2])
        )
    ]
    assert off == []


def test_each_function_is_within_4_ulp(run):
    numbers = [0.3, 0.9, 1.7, -0.4, -2.3, 5.1, 0.05, -0.8, 12.0, 30.0, -30.0]
    rows = [numbers, numbers[::-1]]
    code, emit = emitter()
    given = [emit("input", float(k)) for k in range(2)]
    arity = dict.fromkeys(MEANING, 1) | dict.fromkeys(("+", "-", "*", "/", "**", "%", "//"), 2)
    arity |= {"atan2": 2, "sum": 2, "prod": 2, "hypot": 2, "dot": 2}
    others = {"select", "polygamma", "others", "take", "and", "or", *COMPARISONS}
    names = [opcode for opcode in MEANING if opcode not in others]
    outputs = tuple(Output(name, emit(name, *given[: arity[name]])) for name in names)
    program = Program((Input("x", True), Input("y", True)), code, 0, len(code), outputs, {})
    _, found = run(program, [], rows, len(numbers))
    off = []
    for name, row in zip(names, found, strict=True):
        own = run.name == "jax" and name in ("erfc", "gamma", "lgamma", "digamma")  # JAX's
        for got, *at in zip(row, *rows, strict=True):
            true = MEANING[name](*at[: arity[name]])
            bound = 1e-12 * abs(true) if own else 4 * math.ulp(true)
            if not (got == true or (got != got and true != true) or abs(got - true) <= bound):
                off.append((name, at, got, true))
    assert off == []


def test_a_condition_selects(run):
    pairs = [(1.0, 2.0), (2.0, 2.0), (3.0, 2.0), (NAN, 2.0), (0.0, -0.0)]
    signs = ["<", "<=", ">", ">=", "==", "!=", "and", "or"]
    code, emit = emitter()
    a, b = emit("input", 0.0), emit("input", 1.0)
    outputs = []
    for sign in signs:
        parts = (a, b) if sign not in ("and", "or") else (emit("<", a, 2.5), emit("<", 1.5, b))
        outputs.append(programs.Output(sign, emit("select", emit(sign, *parts), 7.0, a)))
    inputs = (programs.Input("a", True), programs.Input("b", True))
    program = programs.Program(inputs, code, 0, len(code), tuple(outputs), {})
    _, found = run(program, [], [list(x) for x in zip(*pairs, strict=True)], len(pairs))
    for sign, row in zip(signs, found, strict=True):
        for (one, other), got in zip(pairs, row, strict=True):
            known = (one, other) if sign not in ("and", "or") else (one < 2.5, other > 1.5)
            expected = 7.0 if MEANING[sign](*known) else one
            assert got == expected or (got != got and expected != expected), (sign, one, other)


def test_what_needs_no_sample_in_the_end_is_computed_before_them_or_after(run):
    """Sums may not use what each sample computes, though it comes to be the same instruction."""
    code, emit = emitter()
    w, x = emit("input", 0.0), emit("input", 1.0)
    twice = emit("*", emit("select", emit(">", x, 0.0), w, w), 2.0)
    product, norm = emit("*", twice, x), emit("hypot", w, x)
    stop = len(code)
    total = emit("total", x)
    twice = emit("*", emit("select", emit(">", total, 0.0), w, w), 2.0)
    found = emit("total", product), emit("total", norm), twice, emit("hypot", w, total)
    outputs = tuple([Output("", k) for k in found])
    made = Program((Input("w"), Input("x", True)), code, 1, stop, outputs, {})
    assert run(improved(made)[0], [3.0], [[4.0, 0.0]], 2) == ([24.0, 8.0, 6.0, 5.0], [])


def test_constants_keep_their_sign_and_share_their_place():
    code = Code()
    assert code.constant(0.0) != code.constant(-0.0)
    assert code.constant(NAN) == code.constant(-NAN)
    assert math.copysign(1, code.constants[~code.constant(-0.0)]) == -1


def test_labels_may_be_words_of_the_text(run):
    words = "zip range exp fsum samples double m OverflowError nan".split()
    named = line()._replace(labels=dict(enumerate(words)))
    given = [2.0, 0.5, 2.0], [[1.0, 2.0], [1.0, 6.0]], 2
    assert run(named, *given) == run(line(), *given)
    code, emit = emitter()
    minus = emit("neg", emit("input", 0.0))
    outputs = (Output("y", emit("exp", minus)),)
    for word in ("exp", "NULL"):
        named = Program((Input("x"),), code, len(code), len(code), outputs, {minus: word})
        assert run(named, [-0.0], [], 1) == ([1.0], [])


def test_labels_become_names():
    program = cubic()
    assert [*programs.names(program).values()] == ["x", "x_cubed", "v_lambda"]
    labels = ["w[0]", "w[0]", "t3", "peso ñ", "", "w_0_2", "ﬁ", "fi", "ａ", "a", "é", "e\u0301"]
    labels += ["𝐱", "x", "class", "lambda", "ᵗ1", "t1"]
    found = programs.names(program._replace(labels=dict(enumerate(labels)))).values()
    assert len({normalize("NFKC", name) for name in found}) == len(labels)
    assert all(name.isidentifier() and not iskeyword(name) for name in found)


@pytest.mark.parametrize(
    "pairs",
    [
        [(i, j) for i in range(2) for j in range(3)],
        [(k, k) for k in range(10)],
        [(k, 4 - k) for k in range(5)],
    ],
    ids=["all", "few", "crossed"],
)
def test_products_that_are_summed_over_the_samples(run, pairs):
    """Of each left number with each right one, or of few of many: as gradients of weights are."""
    code, emit = emitter()
    left, right = (dict.fromkeys(sorted(side), 0) for side in zip(*pairs, strict=True))
    numbers = iter(range(len(left) + len(right)))
    for side in (left, right):
        for k in side:
            side[k] = emit("input", float(next(numbers)))
    products = [emit("*", left[i], right[j]) for i, j in pairs]
    stop = len(code)
    outputs = tuple(programs.Output("sum", emit("accumulate", x)) for x in products)
    inputs = tuple(programs.Input(f"x{k}", True) for k in range(len(left) + len(right)))
    program = programs.Program(inputs, code, 0, stop, outputs, {})
    rows = [[float((3 * k + 5 * s) % 7 - 2) for s in range(9)] for k in range(len(inputs))]
    expected = [
        sum(a * b for a, b in zip(rows[i], rows[len(left) + j], strict=True)) for i, j in pairs
    ]
    assert run(program, [], rows, 9)[0] == expected
