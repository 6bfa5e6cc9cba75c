"""Machine code: each function against Python's, whole programs to the last bit, many threads."""

import gc
import math
import random
import re
import struct
import weakref
from functools import cache

import pytest

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")
import numpy as np

from autograd_mini import Value, log, where
from autograd_mini.compiler import backends, compile, llvm, llvm_source
from autograd_mini.compiler.program import Input, Output, Program
from autograd_mini.numbers.instructions import MEANING
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import emitter, line
from tests.points import EVERYWHERE, PAIRS

MORE = (math.inf, -math.inf, math.nan, -0.0, 1e6, 1e22, 709.8, -745.2, 2.0**53, 0.34657359027997264)
TWO = ("**", "%", "//", "atan2", "hypot")
ONE = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh"
ONE += " asinh acosh atanh floor ceil erf erfc gamma lgamma digamma abs neg"


def of_one(opcode, arity, each):
    """The program of one instruction, on samples or on numbers."""
    code, emit = emitter()
    out = emit(opcode, *[emit("input", float(k)) for k in range(arity)])
    inputs = tuple(Input(f"x{k}", each) for k in range(arity))
    start, stop = (0, len(code)) if each else (len(code), len(code))
    return Program(inputs, code, start, stop, (Output("out", out),), {})


def ulps(x, y):
    """How many doubles lie from x to y; 0 for nan and nan."""
    if math.isnan(x) or math.isnan(y):
        return 0 if math.isnan(x) and math.isnan(y) else math.inf
    a, b = (struct.unpack("<q", struct.pack("<d", v))[0] for v in (x, y))
    if (a < 0) != (b < 0):  # the sign of a zero counts too
        return math.inf if x == y == 0 else abs(x) / 5e-324 + abs(y) / 5e-324
    return abs(a - b)


@pytest.mark.parametrize("opcode", [*ONE.split(), *TWO])
def test_a_function_is_within_4_ulp_of_python(opcode):
    draw = random.Random(opcode)
    if opcode in TWO:
        points = [*PAIRS, *((a, b) for a in (*MORE, 0.0, -1.0, 1.5) for b in (*MORE, 0.0, 3.0))]
        points += [(draw.expovariate(1), draw.gauss(0, 20)) for _ in range(500)]
    else:
        drawn = [draw.gauss(0, 3) for _ in range(500)] + [
            draw.uniform(-750, 750) for _ in range(99)
        ]
        points = [(x,) for x in (*EVERYWHERE, *MORE, *drawn)]
    expected = [MEANING[opcode](*point) for point in points]
    arity = len(points[0])
    columns = [np.array(column) for column in zip(*points, strict=True)]
    _, (vector,) = llvm.build(of_one(opcode, arity, True))([], columns, len(points))
    single = llvm.build(of_one(opcode, arity, False))
    numbers = [single(np.array(point), [], 1)[0][0] for point in points]
    for found in (vector, numbers):
        off = [
            (*point, float(x), y)
            for point, x, y in zip(points, found, expected, strict=True)
            if ulps(x, y) > 4
        ]
        assert off == []


def test_small_whole_powers_are_products():
    powers = (-3.0, -2.0, -1.0, 0.5, 2.0, 3.0, 4.0, 5.0)
    fast = compile(lambda x: [x**k for k in powers], backend="llvm")
    for x in (0.7, -1.9, 0.0):
        pairs = zip(fast(x), powers, strict=True)
        assert all(ulps(y, MEANING["**"](x, k)) <= 4 for y, k in pairs)


def random_program(seed):
    """40 instructions of exact meaning on shared numbers and samples, all of them outputs."""
    draw = random.Random(seed)
    code, emit = emitter()
    values = [emit("input", float(k)) for k in range(3)]
    conditions = [emit("<", values[0], values[1])]

    def more(count):
        for _ in range(count):
            a, b = (draw.choice([*values, draw.choice((0.0, -0.0, 0.5, 2.0))]) for _ in range(2))
            sign = draw.choice(["+", "-", "*", "/", "neg", "abs", "sqrt", "floor", "select", "<"])
            if sign == "select":
                values.append(emit("select", draw.choice(conditions), a, b))
            elif sign == "<":
                conditions.append(emit("and", emit("<", a, b), draw.choice(conditions)))
            else:
                values.append(emit(sign, *(a, b)[: 1 if sign.isalpha() else 2]))

    more(12)
    start = len(code)
    values += [emit("input", 3.0), emit("input", 4.0)]
    conditions.append(emit("<", values[-1], values[-2]))
    more(16)
    stop = len(code)
    kept = [x for x in values if x.__class__ is int]
    values = [emit("total", x) for x in kept if x >= start] + [x for x in kept if x < start]
    conditions = [x for x in conditions if x < start]
    more(12)
    inputs = tuple(Input(f"x{k}", k > 2) for k in range(5))
    wanted = {*kept, *(x for x in values if x.__class__ is int)}
    return Program(inputs, code, start, stop, tuple(Output("", x) for x in sorted(wanted)), {})


def same_as_the_definition(seed, threads):
    """A random program: arithmetic to the last bit, sums up to their order."""
    program, draw = random_program(seed), random.Random(-seed)
    shared = [draw.choice((0.5, -1.0, 3.0, 0.0)) for _ in range(3)]
    samples = [[float(draw.randrange(-4, 5)) for _ in range(11)] for _ in range(2)]
    once, each = llvm.build(program, threads)(np.array(shared), np.array(samples), 11)
    known = interpreted(program)(shared, samples, 11)
    for x, y in zip(map(float, once), known[0], strict=True):
        assert ulps(x, y) == 0 or math.isclose(x, y, rel_tol=1e-13, abs_tol=1e-13), seed
    for x, y in zip(each, known[1], strict=True):
        assert [ulps(float(a), b) for a, b in zip(x, y, strict=True)] == [0] * 11, seed


@pytest.mark.parametrize(("chunk", "threads"), [(2, 1), (2, 3), (512, 1), (512, 3)])
def test_random_programs_to_the_last_bit(monkeypatch, chunk, threads):
    monkeypatch.setattr(llvm_source, "CHUNK", chunk)
    for seed in range(8):
        same_as_the_definition(seed, threads)


@pytest.mark.parametrize(("backend", "threads"), [("llvm", 1), ("llvm", 2), ("numpy", 1)])
def test_steps_in_a_row_hand_on_their_results(backend, threads):
    code, emit = emitter()
    w, rate, _ = (emit("input", float(k)) for k in range(3))
    start, x = len(code), emit("input", 3.0)
    error = emit("-", emit("*", w, x), 1.0)
    square, slope = emit("*", error, error), emit("*", error, x)
    stop, loss = len(code), emit("total", square)
    new = emit("-", w, emit("*", rate, emit("accumulate", slope)))
    outputs = tuple(Output("", x) for x in (loss, new, new))
    inputs = (Input("w"), Input("rate"), Input("k"), Input("x", True))
    program = Program(inputs, code, start, stop, outputs, {})
    run, data = backends.backend(backend).build(program, threads), np.array([1.0, 2.0, -1.0])
    call = backends.bound(run, np.array([5.0, 0.0, 0.0]), [data], 3)
    found, w, expected = call.repeat(1, [0.125, 0, 0.0625, 1, 0.25, 2]), 5.0, []
    for rate in (0.125, 0.0625, 0.25):
        expected.append(sum((w * data - 1) ** 2))
        w -= rate * sum((w * data - 1) * data)
    assert found == expected
    assert call.shared[0] == w
    assert call.repeat(1, [0.0, 3, math.inf, 4, 0.0, 5]) == [sum((w * data - 1) ** 2)]
    assert call.shared[0] == w  # what it was before the step that failed


@pytest.mark.parametrize("each", [False, True], ids=["once", "of samples"])
@pytest.mark.parametrize("count", [5, 81, 1201])
def test_sums_of_thousands_are_computed_in_functions_of_hundreds(count, each):
    code, emit = emitter()
    x = [emit("input", float(k)) for k in range(count)]
    wanted = emit("sum", *x), emit("dot", *x[1:]), emit("hypot", *x)
    outputs = tuple(Output("", w) for w in wanted)
    stop = len(code)
    program = Program(
        tuple(Input("", each) for _ in x), code, 0 if each else stop, stop, outputs, {}
    )
    printer = llvm_source.Printer(program, llvm.width(), 1)
    chunks = [[len(printer.code[i][1]) for i in chunk] for _, chunk in printer.chunks]
    assert max(sum(max(1, n - 1) for n in sizes) for sizes in chunks) <= 4 * llvm_source.CHUNK
    numbers, half = np.arange(float(count)), count // 2 + 1
    given = ([], numbers[:, None]) if each else (numbers, [])
    once, rows = llvm.build(program)(*given, 1)
    found = [row[0] for row in rows] if each else [*once]
    expected = [numbers.sum(), numbers[1:half] @ numbers[half:], math.hypot(*numbers)]
    assert found == pytest.approx(expected, rel=1e-15)


def rows(count, long=150):
    """`count` rows a * x + b on numbers that lie apart, each with a condition; sums of them."""
    code, emit = emitter()
    x = [emit("input", float(k)) for k in range(3 * count + 1)]
    inner = [emit("+", emit("*", x[3 * k], x[-1]), x[k]) for k in range(count)]
    low = [emit("<", y, 0.0) for y in inner]
    chosen = [emit("select", c, emit("**", y, 2.0), y) for c, y in zip(low, inner, strict=True)]
    again = [emit("select", c, y, 3.0) for c, y in zip(low, chosen[::-1], strict=True)]
    dots = [emit("dot", *chosen[k:], *again[k:]) for k in range(0, count, 7)]
    sums = [emit("sum", *(chosen + again)[:long]), emit("hypot", *chosen[:long])]
    wanted = [*chosen, x[0], *dots, *sums, *again, *chosen[3:9]]
    inputs = tuple(Input("", False) for _ in x)
    size = len(code)
    return Program(inputs, code, size, size, tuple(Output("", i) for i in wanted), {})


@pytest.mark.parametrize("count", [1, 7, 8, 50, 163])
def test_rows_side_by_side(count):
    program, draw = rows(count), random.Random(count)
    shared = [draw.gauss(0, 1) for _ in program.inputs]
    once, _ = llvm.build(program)(np.array(shared), [], 1)
    assert [*once] == pytest.approx(interpreted(program)(shared, [], 1)[0], rel=1e-13)


def scattered(count):
    """Terms of any three of the inputs, and sums of any of them: nothing lies side by side."""
    draw, (code, emit) = random.Random(count), emitter()
    x = [emit("input", float(k)) for k in range(count)]
    terms = [emit("*", emit("-", *draw.sample(x, 2)), draw.choice(x)) for _ in range(4 * count)]
    sums = [emit("+", *draw.sample(terms, 2)) for _ in range(count)]
    again = [emit("-", *draw.sample(sums, 2)) for _ in range(count)]
    outputs = tuple(Output("", i) for i in again)
    return Program(tuple(Input("") for _ in x), code, len(code), len(code), outputs, {})


def test_numbers_that_lie_apart_are_gathered_at_once_or_computed_one_by_one():
    """LLVM's time goes with the instructions that put vectors together."""
    program, draw = scattered(60), random.Random(0)
    shared = [float(draw.randrange(-9, 10)) for _ in program.inputs]
    once, _ = llvm.build(program)(np.array(shared), [], 1)
    assert [*once] == interpreted(program)(shared, [], 1)[0]
    inserted = llvm_source.Printer(program, 8, 1).text().count("insertelement")
    assert inserted < len(program.code) / 4


_PLACE = re.compile(r"(%v\d+) = getelementptr double, ptr (%\w+), i64 (\d+)\n")
_GATHERED = re.compile(r"getelementptr double, ptr (%\w+), <\d+ x i64> <(.*)>\n")
_MOVED = re.compile(r"(load|store) (?:<(\d+) x double>|double)[^\n]*?, ptr (%v\d+),")


def read_and_written(function):
    """The doubles that a function reads and those that it writes: pointer and place."""
    places = {name: (pointer, int(at)) for name, pointer, at in _PLACE.findall(function)}
    found = {"load": set(), "store": set()}
    for pointer, listed in _GATHERED.findall(function):
        found["load"].update((pointer, int(at)) for at in re.findall(r"i64 (\d+)", listed))
    for what, width, address in _MOVED.findall(function):
        if address in places:
            pointer, at = places[address]
            found[what].update((pointer, at + k) for k in range(int(width or 1)))
    return found["load"], found["store"]


@pytest.mark.parametrize("chunk", [2, 9, 64, 512])
def test_a_function_does_not_read_where_it_writes(monkeypatch, chunk):
    """LLVM is told so: %f and %fw, %v and %vw are the same memory."""
    monkeypatch.setattr(llvm_source, "CHUNK", chunk)
    pairs = 0
    for program in (rows(163), line(), scattered(90), *map(random_program, range(8))):
        for function in llvm.source(program).split("define internal void @c")[1:]:
            read, written = read_and_written(function)
            assert not {pointer for pointer, _ in written} & {"%f", "%v", "%r"}
            assert not {(f"{pointer}w", at) for pointer, at in read} & written
            pairs += len(read) * len(written)
    assert pairs > 1000


OUTSIDE = Value(0.5)
ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
BOUND = {  # f, its settings, the arguments, and whether their results stay the same arrays
    "one": (lambda x: log(x[0]) * x[1], {}, [ROWS[0]], True),
    "a matrix": (lambda x: log(x[0][0]) * x[1][1], {}, [ROWS], True),
    "several": (lambda a, b: a[0] * b[1] + b[0], {"wrt": ("b", "a")}, ROWS[:2], True),
    "samples": (
        lambda w, x: log(w[0] * x[0]) + w[1] * x[1],
        {"batch": "x", "reduce": "mean"},
        [ROWS[0], ROWS],
        True,
    ),
    "products": (  # whose sums are rounded once
        lambda w, x: w[0] * x * w[1],
        {"batch": "x", "reduce": "sum"},
        [[0.1, 0.7], [k / 7 for k in range(18)]],
        True,
    ),
    "a constant": (lambda x: log(x[0]) + 3 * x[1], {}, [ROWS[0]], True),
    "beyond 1e30": (  # where the power that is not chosen has an infinite partial
        lambda w, x: where((z := w[0] * x[0]) < 1e20, z**5, z),
        {"batch": "x", "reduce": "sum"},
        [ROWS[0], ROWS],
        True,
    ),
    "threads": (
        lambda w, x: log(w[0] * x[0]) + w[1],
        {"batch": "x", "reduce": "sum", "threads": 2},
        [ROWS[0], ROWS * 9],
        True,
    ),
    "of each sample": (lambda w, x: w[0], {"batch": "x", "reduce": None}, [ROWS[0], ROWS], False),
    "by samples": (
        lambda w, x: w[0] * x[0],
        {"batch": "x", "wrt": 1, "reduce": "sum"},
        [ROWS[0], ROWS],
        False,
    ),
    "values besides": (lambda x: x[0] * OUTSIDE, {}, [ROWS[0]], False),
    "another back end": (lambda x: log(x[0]) * x[1], {"backend": "numpy"}, [ROWS[0]], False),
}
KINDS = {  # and whether they can be read where they are
    "floats": (lambda x: x, True),
    "not in a row": (lambda x: np.repeat(x, 2, axis=-1)[..., ::2], False),
    "small floats": (lambda x: x.astype("float32"), False),
    "integers": (lambda x: x.astype(int), False),
    "of a subclass": (lambda x: x.view(np.memmap), False),
}


def compiled(name):
    f, settings, _, _ = BOUND[name]
    return compile(f, **{"backend": "llvm"} | settings)


kept = cache(compiled)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BOUND)
@np.errstate(all="ignore")
def test_what_is_bound_reads_arrays_as_they_are_in_each_call(name, kind, monkeypatch):
    _, _, given, stays = BOUND[name]
    make, in_place = KINDS[kind]
    arrays = [make(np.array(x)) for x in given]
    fast, again = compiled(name), kept(name)
    call = fast.bound(*arrays)
    kernels = [weakref.ref(entry.run) for entry in fast.entries.values()]
    del fast
    gc.collect()
    assert all(kernel() is not None for kernel in kernels)  # the machine code stays
    for change in (2, 3, 0 if kind == "integers" else 1e40, 0):
        for x in arrays:
            x[...] = x * change
        monkeypatch.setattr(OUTSIDE, "data", OUTSIDE.data + change)
        with np.printoptions(floatmode="unique"):
            assert repr(call()) == repr(again.value_and_grad(*arrays))
        gradient = call()[1]
        for part in gradient if isinstance(gradient, tuple) else [gradient]:
            part *= 2  # as a caller may
    first, second = call()[1], call()[1]
    assert (first is second) == (stays and in_place)
