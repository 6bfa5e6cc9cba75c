"""NumPy's numbers and arrays beside Values: a Value, an array of Values, or a clear error."""

import math
import operator
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from autograd_mini import Value, compat, functions, grad
from autograd_mini.errors import NumberTypeError

FLOATS = [np.float64(0.5), np.float32(0.5), np.float16(0.5), np.longdouble(0.5), np.array(0.5)]
INTEGERS = [np.int64(3), np.uint8(3), np.int32(3), np.array(3)]


@pytest.mark.parametrize("scalar", FLOATS + INTEGERS, ids=lambda s: type(s).__name__ + str(s.dtype))
def test_scalars_become_floats(scalar):
    x = Value(scalar)
    assert (x.data, type(x.data)) == (float(scalar), float)
    assert {type((x * scalar).data), type((scalar * x).data)} == {float}


def test_bool_and_complex_scalars():
    assert Value(np.bool_(True)).data == 1.0
    assert Value(np.complex128(1 + 2j)).data == 1 + 2j
    assert type(Value(np.complex128(1 + 2j)).data) is complex


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("f", BINARY)
def test_a_scalar_on_the_left_makes_a_value(f):
    x = Value(3.0)
    y, truth = f(np.float64(2), x), Value(3.0)
    expected = f(2.0, truth)
    assert type(y) is Value
    y.backward()
    expected.backward()
    assert (y.data, x.grad) == (expected.data, truth.grad)


@pytest.mark.parametrize("f", BINARY)
def test_an_array_on_the_left_makes_an_array_of_values(f):
    x = Value(3.0)
    y = f(np.array([[1.0, 2.0], [4.0, 0.5]]), x)
    assert y.shape == (2, 2)
    assert y.dtype == object
    for number, node in zip((1.0, 2.0, 4.0, 0.5), y.ravel(), strict=True):
        assert node.data == f(number, 3.0)
    functions.sum(y.ravel()).backward()
    h = 1e-6
    slope = sum((f(c, 3.0 + h) - f(c, 3.0 - h)) / (2 * h) for c in (1.0, 2.0, 4.0, 0.5))
    assert x.grad == pytest.approx(slope, rel=1e-8)


def test_comparisons():
    x = Value(3.0)
    assert np.float64(2) < x
    assert (np.longdouble(2) * x).data == 2 * x.data
    assert x > np.float64(2)
    assert (np.array([1.0, 4.0]) > x).tolist() == [False, True]
    assert (x < np.array([1.0, 4.0])).tolist() == [False, True]
    assert (x >= values([3.0, 4.0])).tolist() == [True, False]


def values(numbers):
    return np.array([Value(x) for x in numbers])


def test_arrays_of_values_work_elementwise():
    a, b = values([1.0, 2.0]), values([3.0, 4.0])
    out = (a * b + 1) / 2 - b**2
    assert [v.data for v in out] == [-7.0, -11.5]
    assert [v.data for v in -a] == [-1.0, -2.0]
    assert (a < b).all()


def test_dot_matmul_and_sums():
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([0.5, -1.0])
    for out in (w @ x, np.dot(w, x)):
        assert [v.data for v in out] == [-1.5, -2.5]
    loss = ((w @ x) ** 2).sum() + w.mean()
    loss.backward()
    truth = 2 * np.outer([-1.5, -2.5], x) + 0.25
    assert [[v.grad for v in row] for row in w] == truth.tolist()
    assert functions.dot(w[0], x).data == -1.5
    assert functions.dot(w[0], x).parents == tuple(w[0])


def test_variance_and_standard_deviation():
    a = values([1.0, 2.0, 4.0])
    (np.var(a) + np.std(a)).backward()
    d, spread = np.array([1.0, 2.0, 4.0]) - 7 / 3, math.sqrt(14 / 9)
    assert [v.grad for v in a] == pytest.approx(2 * d / 3 + d / 3 / spread, rel=1e-14)
    with pytest.raises(NumberTypeError, match="conjugate of a complex Value"):
        np.var(values([1j, 2.0 + 1j]))


@pytest.mark.parametrize("node", [Value, compat.Value])
def test_in_place_on_arrays_of_values(node):
    """a = 3 (a + x) - a for each of two; a sum of Values begun with zeros."""
    a, x = np.array([node(1.0), node(2.0)]), node(5.0)
    leaves, total = [*a], np.zeros(2, dtype=object)
    a += x
    a *= 3
    a -= np.array(leaves)
    total += a
    total[0] += np.tensordot(a, a, 1)  # an array without axes that holds a Value
    assert [v.data for v in total] == [17 + 17**2 + 19**2, 19]
    (total[0] + total[1]).backward()
    assert (x.grad, [v.grad for v in leaves]) == (6 + 6 * (17 + 19), [2 + 4 * 17, 2 + 4 * 19])
    floats = np.ones(2)
    with pytest.raises(NumberTypeError, match="Cannot cast ufunc 'add' output from dtype"):
        floats += x
    assert floats.tolist() == [1.0, 1.0]


def test_numpy_s_polynomials_at_a_value():
    x = Value(2.0)
    (np.polyval([1, 2, 3], x) + np.polynomial.Polynomial([1, 2, 3])(x)).backward()
    assert x.grad == (2 * 2 + 2) + (2 + 6 * 2)


FUNCTIONS = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan sinh cosh"
FUNCTIONS += " tanh floor ceil sign"


@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_functions_of_numpy_on_values(name):
    x = Value(0.7)
    y = getattr(np, name)(x)
    assert float(y) == getattr(functions, name)(0.7)
    array = getattr(np, name)(values([0.7, 1.5]))
    assert [float(v) for v in array] == [getattr(functions, name)(c) for c in (0.7, 1.5)]
    y.backward()
    other = Value(0.7)
    getattr(functions, name)(other).backward()
    assert x.grad == other.grad


def test_absolute_power_negative_hypot_and_others():
    x = Value(-4.0)
    (np.absolute(x) + np.power(x, 2) + np.negative(x) + np.hypot(x, 3.0)).backward()
    assert x.grad == -1 - 8 - 1 - 0.8
    x = Value(2.5)
    (np.rint(x) + np.logaddexp(x, 2.5) + np.maximum(x, 2.5)).backward()
    assert x.grad == 0 + 0.5 + 0.5


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (np.isnan, "np.isnan does not work on Values"),
        (lambda x: np.add(x, 1.0, out=np.zeros(1)), "np.add"),
        (lambda x: np.array(["a"]) * x, "np.multiply does not work on Values: 'a'"),
        (lambda x: np.add.outer(np.ones(2), x), "np.add.outer does not work on Values"),
        (lambda x: Value(np.ones(2)), r"array\(\[1., 1.\]\) \(ndarray\) is not a number"),
        (lambda x: Value(np.array(["3"])[0]), "is not a number"),
        (lambda x: Value(np.datetime64("2024-01-01")), "is not a number"),
    ],
)
def test_clear_errors(call, text):
    with pytest.raises(NumberTypeError, match=text):
        call(Value(1.0))


def test_values_to_numbers():
    assert np.array([Value(2.0), Value(3.0)], dtype=float).tolist() == [2.0, 3.0]
    assert np.asarray(Value(2.0), dtype=float) == 2.0
    assert math.isclose(np.float64(Value(0.5)), 0.5)


def test_numpy_random_numbers_train_a_value():
    """As in notebooks: data and learning rate are NumPy scalars; the parameter stays a float."""
    rng = np.random.default_rng(0)
    w = Value(0.0)
    for x in rng.normal(size=200):
        loss = (w * x - 3 * x) ** 2
        w.grad = 0.0
        loss.backward()
        w.data -= np.float64(0.1) * w.grad
    assert w.data == pytest.approx(3.0, rel=1e-6)
    assert type((w * 2).data) is float


def test_numpy_that_another_thread_is_loading_is_not_there_yet(monkeypatch):
    loading = ModuleType("numpy")
    loading.__spec__ = SimpleNamespace(_initializing=True)
    monkeypatch.setitem(sys.modules, "numpy", loading)
    assert grad(lambda x: x * x)(1.0) == 2.0
