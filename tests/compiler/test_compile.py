"""compile: arguments of every structure, what it refuses, batches, caches."""

import math
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

import autograd_mini as ag
from autograd_mini import (
    MLP,
    DomainError,
    GradientError,
    Value,
    exp,
    ieee,
    log,
    maximum,
    sqrt,
    take,
    where,
)
from autograd_mini.compiler import compile
from autograd_mini.errors import TraceError
from tests.compiler.test_ops import same
from tests.graphs import random_graph

np = pytest.importorskip("numpy")


def python(f, **settings):
    return compile(f, backend="python", **settings)


# --- zero adjoints: what is not chosen hands nothing on ------------------------------------------
TRAPS = {
    "where log": (lambda x: where(x > 0, log(x), 0), [(-1.0, 0.0), (0.0, 0.0), (2.0, 0.5)]),
    "sqrt at 0 times 0": (lambda x: sqrt(x) * 0.0, [(0.0, 0.0), (4.0, 0.0)]),
    "where sqrt": (lambda x: where(x > 1, sqrt(x - 1), 0), [(1.0, 0.0), (0.0, 0.0), (5.0, 0.25)]),
    "softplus by hand": (lambda x: where(x > 20, x, log(1 + exp(x))), [(1000.0, 1.0), (0.0, 0.5)]),
    "division": (lambda x: where(x == x * 2, 1, 1 / x), [(0.5, -4.0)]),
    "nested": (
        lambda x: where(x > 0, where(x > 1, log(x - 1), x), 3 * x),
        [(1.0, 1.0), (-1.0, 3.0), (3.0, 0.5)],
    ),
    "power": (lambda x: where(x > 0, x**0.5, 0), [(0.0, 0.0), (-1.0, 0.0), (4.0, 0.25)]),
    "maximum": (lambda x: maximum(x, 0) * log(x), [(-1.0, 0.0)]),
    "below 1e30": (lambda x: where(x < 1e20, x, (x * x) ** 9 * 0), [(1e30, 0.0), (1e10, 1.0)]),
}


@pytest.mark.parametrize("name", TRAPS)
def test_an_adjoint_of_zero_hands_nothing_on(name):
    f, cases = TRAPS[name]
    fast = python(f)
    for x, slope in cases:
        if name != "maximum":  # 0 times nan is a gradient of its own
            assert fast.grad(x) == slope
        with ieee():
            leaf = Value(x)
            f(leaf).backward()
        assert fast.grad(x) == leaf.grad or math.isnan(leaf.grad)


def test_a_guard_stands_only_where_a_partial_can_be_infinite():
    def count(f):
        fast = python(f)
        fast.grad([0.5, 0.5])
        return [opcode for opcode, _ in fast.program.code].count("==")

    assert count(lambda x: (x[0] * x[1]).tanh().relu() * x[0] ** 3) == 0
    assert count(lambda x: sqrt(x[0]) * where(x[1] > 0, x[1], 0)) == 1


# --- random programs -----------------------------------------------------------------------------
def test_random_graphs_with_sharing_are_eager_s():
    draw = Random(14)
    for _ in range(60):
        graph = random_graph(draw, steps=12)
        with ieee():
            leaves = [Value(x) for x in graph.at]
            out = graph(*leaves)
            out.backward()
        fast = python(lambda x, graph=graph: graph(*x))
        value, gradient = fast.value_and_grad([*graph.at])
        assert same(value, out.data)
        assert all(map(same, gradient, [leaf.grad for leaf in leaves])), graph


# --- structures ----------------------------------------------------------------------------------
def quadratic(p):
    return p["w"][0] * p["w"][1] + p["b"] ** 2


def test_the_gradient_has_the_structure_of_the_argument():
    fast = python(quadratic)
    assert fast.value_and_grad({"w": [2.0, 3], "b": 4}) == (22.0, {"w": [3.0, 2.0], "b": 8.0})
    value, gradient = fast.value_and_grad(
        {"w": np.array([2, 3], dtype=np.float32), "b": Value(4.0)}
    )
    assert value == 22.0
    assert gradient["w"].tolist() == [3.0, 2.0]
    for along in ({"w": (1.0, 0.0), "b": 1.0}, {"b": 1.0, "w": (1.0, 0.0)}):
        assert fast.hvp({"w": (2.0, 3.0), "b": 4.0}, along)["w"] == (0.0, 1.0)
    assert fast.statistics["traces"] == 3


def test_arrays_of_any_form_are_read():
    fast = python(lambda x: (x[0] * x[1]).sum() if hasattr(x[0], "sum") else x[0] * x[1])
    a = np.arange(12.0).reshape(2, 6)
    frozen = a.copy()
    frozen.flags.writeable = False
    for x in (a, a.astype(np.float32), a.astype(int), np.asfortranarray(a), frozen, a[:, ::-1]):
        value, gradient = fast.value_and_grad(x)
        assert value == (x[0] * x[1]).sum()
        assert (gradient == x[::-1]).all()
    assert fast(a.view(np.matrix)) == fast(a)
    assert fast.hessian(np.ones((2, 1))).tolist() == [[[[0.0], [1.0]]], [[[1.0], [0.0]]]]


def test_numpy_s_functions_and_products_on_arrays_of_symbols():
    def f(W, x):
        return (np.tanh(W @ x) * np.exp(x[:2])).sum() * np.float64(2.0)

    W, rows = np.arange(6.0).reshape(2, 3) / 10, np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 3.0]])
    value, gradient = python(f, batch="x", reduce="sum").value_and_grad(W, rows)
    expected = ag.value_and_grad(lambda W: f(W, rows[0]) + f(W, rows[1]))(W)
    assert value == pytest.approx(expected[0], rel=1e-14)
    assert gradient == pytest.approx(expected[1], rel=1e-14)
    by_hand = python(lambda x, y: np.float64(2.0) * y * x * x)
    assert by_hand.hessian(3.0, 4.0) == 16.0
    mean = python(lambda x: np.array(x * x), batch="x", reduce="mean")  # an array without axes
    assert mean.value_and_grad([1.0, 3.0]) == (5.0, [1.0, 3.0])


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
@pytest.mark.parametrize("name", ["norm", "prod", "sum", "logsumexp"])
def test_vectors_are_as_long_as_they_like(backend, name):
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    f, x = getattr(ag, name), [1.0 + k / 99 for k in range(99)]
    value, gradient = compile(f, backend=backend).value_and_grad(x)
    expected = ag.value_and_grad(f)(x)
    assert value == pytest.approx(expected[0], rel=1e-13)
    assert gradient == pytest.approx(expected[1], rel=1e-13)


def test_a_changed_structure_is_traced_anew_and_the_oldest_trace_dropped():
    fast = python(sum, cache=2)
    for n in (1, 2, 3, 2, 3, 1):
        assert fast([1.0] * n) == n
    assert fast.statistics == {"calls": 6, "traces": 4, "dropped": 2}


@pytest.mark.parametrize("reduce", ["mean", None])
@pytest.mark.parametrize(("backend", "threads"), [("python", 1), ("llvm", 2)])
def test_eight_threads_call_one_function(backend, threads, reduce):
    pytest.importorskip("llvmlite")
    settings = {"batch": ("x", "y"), "reduce": reduce}
    fast = compile(error, backend=backend, threads=threads, **settings)
    weights, alone = [[0.5, -0.1 * k] for k in range(60)] * 3, python(error, **settings)
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(fast.value_and_grad, w, ROWS, TARGETS) for w in weights]
    for job, w in zip(jobs, weights, strict=True):
        for found, known in zip(job.result(), alone.value_and_grad(w, ROWS, TARGETS), strict=True):
            assert np.allclose(found, known, rtol=1e-13, atol=1e-13)
    assert fast.statistics["traces"] == 1


def test_strings_and_flags_are_part_of_the_structure():
    fast = python(lambda x, how, twice=False: (exp(x) if how == "exp" else x) * (2 if twice else 1))
    assert fast(0.0, "exp") == 1.0
    assert fast(3.0, "id") == 3.0
    assert fast(3.0, "id", twice=True) == 6.0


def test_several_arguments_to_differentiate_by():
    fast = python(lambda x, y, z: x * y + z, wrt=("x", -1))
    assert fast.grad(2.0, 3.0, 4.0) == (3.0, 1.0)
    assert fast.grad(z=4.0, y=3.0, x=2.0) == (3.0, 1.0)
    turned = python(lambda x, y: x - 2 * y, wrt=("y", "x"))
    assert turned.value_and_grad(5.0, 1.0) == (3.0, (-2.0, 1.0))


def test_a_compiled_function_of_values_is_a_node():
    fast = python(quadratic)
    w, b = Value(2.0), Value(4.0)
    y = fast({"w": [w, 3.0], "b": b}) * 10
    y.backward()
    assert (y.data, w.grad, b.grad) == (220.0, 30.0, 80.0)
    turned = python(lambda a, x, m: a * m([x, 1.0]), wrt=("x", "m", "a"))
    a, x, model = Value(3.0), Value(0.5), MLP(2, [1], seed=1)
    turned(a, x, model).backward()
    got = a.grad, x.grad, model.parameters()[0].grad
    assert got == (turned(3.0, 0.5, model) / 3.0, 3.0 * model.parameters()[0].data, 1.5)
    assert ag.check_grad(python(lambda x: exp(x) * x), (0.5,)).ok
    assert not ag.check_grad(python(lambda x: ag.detach(exp(x)) * x), (0.5,)).ok
    outer = python(lambda x, y: fast({"w": [x, x * x], "b": y}) + fast({"w": [y, 1.0], "b": 0.0}))
    assert outer.value_and_grad(2.0, 1.0) == (10.0, 12.0)


# --- batches -------------------------------------------------------------------------------------
def error(w, x, y):
    return (w[0] * x[0] + w[1] * x[1] - y) ** 2


ROWS, TARGETS, W = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]], [1.0, 2.0, 3.0], [0.5, -1.5]


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("form", [list, np.array])
def test_a_batch_is_reduced_as_the_engine_does(reduce, form):
    leaves = [Value(w) for w in W]
    terms = [error(leaves, x, y) for x, y in zip(ROWS, TARGETS, strict=True)]
    total = ag.mean(terms) if reduce == "mean" else ag.sum(terms)
    total.backward()
    fast = python(error, batch=("x", "y"), reduce=reduce)
    value, gradient = fast.value_and_grad(W, form(ROWS), form(TARGETS))
    assert (value, gradient) == (total.data, [leaf.grad for leaf in leaves])
    assert fast(W, form(ROWS), form(TARGETS)) == total.data


def test_without_reduction_each_sample_has_its_own():
    fast = python(error, batch=("x", "y"), wrt=("w", "x"))
    values, (by_w, by_x) = fast.value_and_grad(W, ROWS, TARGETS)
    for k, (x, y) in enumerate(zip(ROWS, TARGETS, strict=True)):
        value, gradient = ag.value_and_grad(error, (0, 1))(W, x, y)
        assert (values[k], (by_w[k], by_x[k])) == (value, gradient)
    array = fast.value_and_grad(np.array(W), np.array(ROWS), np.array(TARGETS))
    assert np.array_equal(array[1][0], by_w)
    assert np.array_equal(array[1][1], by_x)
    assert python(lambda x: 1.0, batch="x")([1.0, 2.0]) == [1.0, 1.0]
    slopes = compile(lambda x: 2 * x, batch="x", backend="numpy").grad([1.0, 3.0])
    assert [*(slopes + 1.0)] == [3.0, 3.0]  # an array, though all samples have the same one
    assert python(lambda x: np.zeros((0, 2)), batch="x")([1.0, 2.0]).shape == (2, 0, 2)
    assert python(lambda x: [[]], batch="x")([1.0, 2.0]) == [[[]], [[]]]


def test_samples_that_are_arrays_are_numbers_of_python_on_its_back_end():
    fast = python(lambda x: 1.0 / x[0], batch="x")  # np.float64 would warn of 1 / 0
    assert repr(fast([np.array([0.0]), np.array([2])])) == "[inf, 0.5]"


def test_labels_that_are_flags_are_numbers_of_a_batch():
    fast = python(lambda w, x, y: (w * x[0] - y * x[1]) ** 2, batch=("x", "y"), reduce="sum")
    assert fast(2.0, [[1.0, True], [3.0, False]], [True, False]) == 1.0 + 36.0
    assert fast(2.0, [[1.0, 1.0], [3.0, 0.0]], [True, True]) == 1.0 + 36.0
    assert fast.statistics["traces"] == 1


SECOND = {  # in all but the first, that by b twice is 0 for all samples
    "number": (0.5, lambda a, x: x * a**3),
    "list": ([0.5, -1.5], lambda w, x: x * w[0] ** 3 + w[1] * x**2 * w[0]),
    "dict": ({"a": 0.5, 1: [-1.5]}, lambda w, x: x * w["a"] ** 3 + w[1][0] * x**2 * w["a"]),
    "array": (np.array([0.5, -1.5]), lambda w, x: x * w[0] ** 3 + w[1] * x**2 * w[0]),
}


@pytest.mark.parametrize("name", SECOND)
@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_without_reduction_each_sample_has_its_own_second_derivatives(name, backend):
    w, f = SECOND[name]
    found = compile(f, batch="x", backend=backend).hessian(w, [1.0, 2.0, 3.0])
    assert len(found) == 3
    for one, x in zip(found, (1.0, 2.0, 3.0), strict=True):
        assert str(one) == str(ag.hessian(f)(w, x))


def test_a_table_is_looked_up_without_a_new_trace():
    fast = python(lambda table, k: take(table, k)[0] * take(table, k)[1], batch="k", reduce="sum")
    table = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert fast.value_and_grad(table, [0, 2, 2]) == (62.0, [[2.0, 1.0], [0.0, 0.0], [12.0, 10.0]])
    assert math.isnan(fast(table, [3]))
    with pytest.raises(DomainError, match="take needs an index from 0 to 2, got 3"):
        fast.check(table, [0, 3])
    assert fast.statistics["traces"] == 2  # value and gradient, value


# --- what is refused -----------------------------------------------------------------------------
def branch(x):
    return x if x > 0 else -x


def loop(x):
    while x < 10:
        x = x * 2
    return x


BRANCHES = {
    "if": (branch, "return x if x > 0 else -x", "where"),
    "while": (loop, "while x < 10:", "where"),
    "int": (lambda x: x * int(x), "lambda x: x * int(x)", "floor"),
    "float": (lambda x: x * float(x), "lambda x: x * float(x)", "functions of autograd_mini"),
    "math": (lambda x: x + math.sin(x), "math.sin(x)", "functions of autograd_mini"),
    "data": (lambda x: x * (2 if x.data else 3), "if x.data", "where"),
    "index": (lambda x: [1.0, 2.0][x.data], "[x.data]", "take"),
    "max": (lambda x: max(x, 1.0), "max(x, 1.0)", "where"),
    "numpy": (lambda x: np.max(np.array([x, x * x])), "np.max(np.array([x, x * x]))", "where"),
    "max of data": (lambda x: x - max(y.data for y in (x, x * 2)), "max(y.data for y", "where"),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_a_number_that_is_not_known_is_refused_with_the_user_s_line(name):
    f, line, offered = BRANCHES[name]
    with pytest.raises(TraceError) as error:
        python(f)(2.0)
    assert line in str(error.value)
    assert __file__ in str(error.value)
    assert offered in str(error.value)


def test_check_names_the_place_of_a_domain_error():
    fast = python(lambda x, y: log(x - y), batch="y")
    assert math.isnan(fast(1.0, [0.5, 2.0])[1])
    with pytest.raises(DomainError, match=r"log.a. at a = -1.0") as error:
        fast.check(1.0, [0.5, 2.0])
    assert error.value.__notes__ == ["in sample 1"]
    fast.check(1.0, [0.5, 0.25])
    with pytest.raises(GradientError, match="inf meet"):
        python(lambda x: sqrt(x) - sqrt(2 * x)).check(0.0)
    outside, model = Value(2.0), MLP(1, [1], seed=1)
    python(lambda x: model([x]) * outside).check(0.5)
    assert [p.grad for p in (outside, *model.parameters())] == [0.0] * 3


def test_the_source_reads_like_the_user_s_code():
    def neuron(w, b, x):
        z = w * x + b
        z.label = "z"
        y = z.tanh()
        y.label = "y"
        return y

    fast = python(neuron, wrt=("w", "b"))
    fast.value_and_grad(0.5, -1.0, 2.0)
    lines = [line.strip() for line in fast.source.splitlines()]
    assert lines[1:4] == ["[w, b, x] = shared", "# forward", "t3 = w * x"]
    assert lines[4:6] == ["z = t3 + b", "y = tanh(z)"]
    assert "# backward" in lines
    assert "value_and_grad: " in fast.explain()
    folded = python(lambda x: exp(where(x > 0, -3, -3) * 2) + x)  # a constant after the first pass
    assert folded(1.0) == 1.0 + math.exp(-6.0)
    assert "exp" not in folded.source
