"""A program under jit, vmap, grad and shard_map; its meaning is tested with other back ends'."""

import doctest
import itertools
import os
import subprocess
import sys

import mpmath
import pytest

from autograd_mini import dot, functions, polygamma, tanh
from autograd_mini.compiler import compile

np = pytest.importorskip("numpy")
jax = pytest.importorskip("jax")
module = pytest.importorskip("autograd_mini.compiler.jax")
as_jax, function = module.as_jax, module.function

SHARDED = """
import jax, numpy as np
from jax.sharding import Mesh, PartitionSpec as P
from autograd_mini import dot, tanh
from autograd_mini.compiler import as_jax, compile

jax.config.update("jax_enable_x64", True)
x, y = np.linspace(-1, 2, 64), np.linspace(1, 3, 64) ** 2
mesh = Mesh(np.array(jax.devices()), ("data",))
assert len(mesh.devices) == 8

def loss(w, x, y):
    return (tanh(dot(w, [x, 1.0])) - y) ** 2

fast = compile(loss, wrt=("w", "x"), batch=("x", "y"), reduce="mean", backend="python")
w = np.array([0.3, -0.2])
wanted, slope = fast.value_and_grad(w, x, y)
f, specs = as_jax(fast, axis="data"), {"mesh": mesh, "in_specs": (P(), P("data"), P("data"))}
inside = jax.shard_map(
    jax.value_and_grad(f, (0, 1)), out_specs=(P(), (P(), P("data"))), **specs)
outside = jax.value_and_grad(jax.shard_map(f, out_specs=P(), **specs), (0, 1))
for spread in (inside, outside):
    got, slopes = jax.jit(spread)(w, x, y)
    assert abs(float(got) - wanted) < 1e-12
    assert all(abs(np.asarray(a) - b).max() < 1e-12 for a, b in zip(slopes, slope, strict=True))
print("equal on", len(mesh.devices))
"""


@pytest.fixture(autouse=True)
def doubles():
    with (jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64)(True):
        yield


def test_on_a_mesh_of_eight_devices():
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=8"
    environ = os.environ | {"XLA_FLAGS": flags, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(
        [sys.executable, "-c", SHARDED], env=environ, capture_output=True, text=True, check=False
    )
    assert told.stdout == "equal on 8\n", told.stderr


# --- a compiled function as JAX's ----------------------------------------------------------------
def loss(w, x, y):
    return (tanh(dot(w["a"], x)) + w["b"] - y) ** 2


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_its_derivative_is_the_engines(reduce):
    fast = compile(loss, batch=("x", "y"), reduce=reduce, backend="python")
    w = {"a": np.array([0.3, -0.2]), "b": 0.1}
    x = np.linspace(-1, 1, 12).reshape(6, 2)
    y = x[:, 1] ** 2
    f = as_jax(fast)
    assert np.allclose(f(w, x, y), fast(w, x, y), rtol=1e-14)
    slope = jax.jit(jax.grad(lambda w: f(w, x, y).sum()))(w)
    theirs = jax.grad(
        lambda w: (
            ((jax.numpy.tanh(x @ w["a"]) + w["b"] - y) ** 2).sum() / (6 if reduce == "mean" else 1)
        )
    )(w)
    assert np.allclose(slope["a"], theirs["a"], rtol=1e-13)
    assert np.allclose(slope["b"], theirs["b"], rtol=1e-13)


def test_batches_in_lists_as_the_compiled_function_takes_them():
    def f(p, row):
        return (p["w"] * row["b"] - row["a"] * p["c"][0] + p["c"][1]) ** 2

    p, rows = {"w": 2.0, "c": [3.0, 0.5]}, [{"b": 1.0, "a": 2.0}, {"b": -1.0, "a": 0.5}]
    fast = compile(f, wrt=("p", "row"), batch="row", reduce="sum", backend="python")
    assert as_jax(fast)(row=rows, p=p) == fast(p, rows)
    assert jax.jit(jax.grad(as_jax(fast), (0, 1)))(p, rows) == fast.grad(p, rows)
    fast = compile(loss, batch=("x", "y"), reduce="mean", backend="python")
    w, x, y = {"a": [0.3, -0.2], "b": 0.1}, [[0.5, 1.0], [-1.0, 2.0]], [0.0, 1.0]
    assert jax.grad(as_jax(fast))(w, np.array(x), y) == jax.grad(as_jax(fast))(w, x, np.array(y))


@pytest.mark.parametrize("f", [lambda w, x: w * x[0] + x[1] ** 2, lambda w, x: 2.0 * w])
@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_what_is_the_same_for_all_samples_is_that_of_each(f, reduce):
    fast = compile(f, wrt=("w", "x"), batch="x", reduce=reduce, backend="python")
    w, x, theirs = 3.0, np.array([[1.0, 2.0], [4.0, 3.0], [5.0, 6.0]]), as_jax(fast)
    value, (by_w, by_x) = fast.value_and_grad(w, x)
    assert np.array_equal(theirs(w, x), value)
    slopes = jax.grad(lambda w, x: theirs(w, x).sum(), argnums=(0, 1))(w, x)
    assert np.allclose(slopes[0], np.sum(by_w))
    assert np.allclose(slopes[1], by_x)


@pytest.mark.parametrize("reduce", ["mean", None])
def test_numbers_are_of_the_type_that_was_given(reduce):
    f = as_jax(compile(lambda w, x: tanh(w * x), wrt=("w", "x"), batch="x", reduce=reduce))
    types = np.float16, np.float32, np.float64
    for w, x in itertools.product([t(0.5) for t in types], [np.ones(2, t) for t in types]):
        slopes = jax.grad(lambda w, x: f(w, x).sum(), (0, 1))(w, x)
        assert f(w, x).dtype == np.result_type(w.dtype, x.dtype)
        assert [slope.dtype for slope in slopes] == [w.dtype, x.dtype]


def test_arguments_to_differentiate_by_in_another_order():
    f = as_jax(compile(lambda x, y: x - 2 * y[0] * y[1], wrt=("y", "x"), backend="python"))
    x, y = np.float64(5.0), np.array([3.0, 4.0])
    assert f(x, y) == -19.0
    assert [*map(np.ndarray.tolist, map(np.asarray, jax.grad(f, (0, 1))(x, y)))] == [1, [-8, -6]]


def test_at_a_kink_the_derivative_is_the_engines_too():
    absolute = as_jax(compile(abs, backend="python"))
    assert jax.grad(absolute)(0.0) == 0.0  # jax's own abs gives 1 there
    assert [*jax.vmap(jax.grad(absolute))(jax.numpy.array([-1.0, 0.0]))] == [-1.0, 0.0]
    assert jax.grad(abs)(0.0) == 1.0


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_polygamma_left_of_0(n):  # JAX 0.10 gives 1e24 times as much there
    x = np.array([-29.76, -12.4, -9.377, -1.5003, -0.5, -0.49, -1e-20, 0.2, 1.3, 40.0])
    got = compile(lambda x: polygamma(n, x), batch="x", reduce=None, backend="jax")(x)
    assert got == pytest.approx([float(mpmath.psi(n, mpmath.mpf(t))) for t in x], rel=3e-14, abs=0)


NEAR = [-0.39, -1e-5, 7e-12, 3e-9, 2e-4, 0.02, 0.4]  # XLA takes (1 + x) - 1 to be x
FAR = [-647.0290832612346, -59.606947738912126, 3.7, 495.5273124455393, 563.5273124455393]


@pytest.mark.parametrize(
    ("name", "points"),
    [
        *[(name, NEAR) for name in ("log1p", "atanh", "sinh", "expm1")],
        *[(name, FAR) for name in ("sinh", "cosh", "exp2")],  # by exp(x + log(1/2)), exp(x log(2))
    ],
)
def test_functions_in_which_xla_loses_digits(name, points):
    x = np.array(points)
    got = compile(getattr(functions, name), batch="a", reduce=None, backend="jax")(x)
    exact = getattr(mpmath, name, lambda t: 2**t)
    with mpmath.workdps(50):
        wanted = [float(exact(mpmath.mpf(t))) for t in x]
    assert got == pytest.approx(wanted, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("x", "wanted"),
    [
        ([1e308, 1e308, 1e-200, 1e-200], 1e216),  # their sum is beyond the floats
        ([-1e31, 1e-308, 1e31], 0.0),  # one counts as 0 here, and was 2e-324
        ([np.inf, -1.0, 2.0], -np.inf),
    ],
)
def test_a_product_of_large_and_small_numbers(x, wanted):
    got = compile(functions.prod, backend="jax")(x)
    assert got == pytest.approx(wanted, rel=1e-15, abs=0)


def test_the_largest_of_large_products_is_the_largest_although_xla_fuses_them():
    def f(w, x):
        return functions.logsumexp([w[0] * x[0], w[1] * x[1], w[0] * w[1]])

    w, x = [1.648072440487618, 0.15159387566172633], [0.5, 1e20]
    (got,), gradient = compile(f, batch="x", reduce=None, backend="jax").value_and_grad(w, [x])
    assert (got, *gradient) == (w[1] * x[1], [0.0, 1e20])  # was nan


@pytest.mark.parametrize(("number", "x"), [("float32", 1e20), ("float64", 1e155)])
def test_an_adjoint_of_zero_hands_nothing_on_to_a_slope_beyond_its_numbers(number, x):
    """JAX's tanh(x**3) has the gradient nan there."""
    theirs = as_jax(compile(lambda x: tanh(x**3), backend="python"))
    assert float(jax.grad(theirs)(np.asarray(x, number))) == 0.0


def test_as_jax_wants_one_number():
    with pytest.raises(ValueError, match="gives one number, it gives 2"):
        as_jax(compile(lambda x: [x, x], backend="python"))(1.0)
    with pytest.raises(TypeError, match=r"takes a compiled function, compile\(f\), got <function"):
        as_jax(loss)
    with pytest.raises(TypeError, match="takes real numbers, got x = 2j"):
        as_jax(compile(lambda x: x**2, backend="python"))(2j)
    for none in ([], np.zeros((0, 2))):
        with pytest.raises(ValueError, match="the batch x has no samples"):
            as_jax(compile(loss, batch=("x", "y"), backend="python"))([0.5], none, [])


def test_the_examples():
    assert doctest.testmod(module).failed == 0
