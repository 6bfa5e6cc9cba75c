"""grad and its relatives against closed forms, exact fractions and mpmath."""

import cmath
import math
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.errors import GradientError, NumberTypeError

small = st.integers(-5, 5).map(float)
Point = namedtuple("Point", "x y")


def quadratic(matrix):
    """x -> x.A.x / 2, whose gradient is (A + A') x / 2 and whose Hessian is (A + A') / 2."""
    n = len(matrix)
    return lambda x: ag.dot(x, [ag.dot(matrix[i], x) for i in range(n)]) / 2


@given(st.lists(small, min_size=9, max_size=9), st.lists(small, min_size=3, max_size=3))
def test_gradient_hessian_and_hvp_of_a_quadratic_form(entries, x):
    matrix = np.array(entries).reshape(3, 3)
    f, symmetric = quadratic(matrix.tolist()), (matrix + matrix.T) / 2
    assert ag.grad(f)(x) == (symmetric @ x).tolist()
    assert ag.hessian(f)(x) == symmetric.tolist()
    assert ag.hvp(f, x, [1.0, -2.0, 3.0]) == (symmetric @ [1.0, -2.0, 3.0]).tolist()


@given(st.lists(small, min_size=6, max_size=6), st.lists(small, min_size=3, max_size=3))
def test_jacobian_jvp_and_vjp_of_a_linear_map_are_its_matrix(entries, x):
    rows = np.array(entries).reshape(2, 3)

    def f(x):
        return [ag.dot(row, x) for row in rows.tolist()]

    assert ag.jacobian(f)(x) == rows.tolist()
    value, tangent = ag.jvp(f, (x,), ([1.0, 2.0, 3.0],))
    assert (value, tangent) == ((rows @ x).tolist(), (rows @ [1.0, 2.0, 3.0]).tolist())
    value, pullback = ag.vjp(f, x)
    assert pullback([2.0, -1.0]) == ((rows.T @ [2.0, -1.0]).tolist(),)


@pytest.mark.parametrize("order", range(1, 6))
def test_any_order(order):
    f = ag.tanh
    for _ in range(order):
        f = ag.grad(f)
    with mpmath.workdps(60):
        truth = mpmath.diff(mpmath.tanh, mpmath.mpf(0.4), order)
    assert f(0.4) == pytest.approx(float(truth), rel=1e-13)


def power(x, y, power=1):
    return x * y**power


def squares(d):
    return d["a"] ** 2 * d["b"]


SLOPES = [  # a derivative, and what it is
    # levels are told apart: d/dx [x * d/dy (x + y)] is 1 (Siskind & Pearlmutter)
    (lambda: ag.grad(lambda x: x * ag.grad(lambda y: x + y)(x))(3.0), 1.0),
    (lambda: ag.grad(lambda x: ag.grad(lambda y: x * y * y)(2.0))(3.0), 4.0),
    (lambda: ag.grad(lambda x: ag.grad(lambda y: x * y * y)(x))(3.0), 12.0),
    # several constants; an adjoint or a tangent that is 0: of x sin x at 0 that of sin, and f'' = 2
    (lambda: ag.hvp(lambda x: ag.prod([x, 2.0, 3.0]) * x, 1.5, 1.0), 12.0),
    (lambda: ag.grad(ag.grad(lambda x: x * ag.sin(x)))(0.0), 2.0),
    (lambda: ag.grad(lambda x: ag.jvp(lambda y: y * y, (x,), (1.0,))[1])(0.0), 2.0),
    (lambda: ag.grad(lambda x: ag.hvp(lambda y: y**3, x, 1.0))(0.0), 6.0),
    # constants
    (lambda: ag.grad(lambda x: math.floor(x.data))(2.0), 0.0),
    (lambda: ag.grad(lambda x: 3.0)([1.0, Fraction(2)]), [0.0, 0]),
    (lambda: ag.jvp(lambda x: 3.0, (2.0,), (1.0,)), (3.0, 0.0)),
    (lambda: ag.hessian(lambda x: 2 * x)(1.0), 0.0),
    # several arguments, and keywords
    (lambda: ag.grad(power, argnums=1)(2.0, 3.0, power=2), 12.0),
    (lambda: ag.grad(power, argnums=(0, 1))(2.0, 3.0, power=2), (9.0, 12.0)),
    (lambda: ag.grad(power, argnums=[0, 1])(2.0, 3.0), (3.0, 2.0)),
    (lambda: ag.grad(power, argnums=-1)(2.0, 3.0), 2.0),
    (lambda: ag.value_and_grad(power)(2.0, 3.0), (6.0, 3.0)),
    # the keys of dicts tell which direction is whose
    (lambda: ag.jvp(squares, ({"a": 2.0, "b": 3.0},), ({"b": 1.0, "a": 0.0},)), (12.0, 4.0)),
    (lambda: ag.hvp(squares, {"a": 2.0, "b": 3.0}, {"b": 1.0, "a": 0.0}), {"a": 4.0, "b": 0.0}),
    (lambda: ag.vjp(lambda a, b: {"p": a * b, "q": a + b}, 2.0, 3.0)[1]({"q": 1.0, "p": 0.0}),
     (1.0, 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("found", "wanted"), SLOPES)
def test_derivatives_in_closed_form(found, wanted):
    assert found() == wanted


def test_structures_come_back():
    f = lambda p: p["w"][0] * p["b"] + p["point"].x * p["point"].y ** 2
    at = {"w": (2.0,), "b": 5.0, "point": Point(3.0, 4.0)}
    assert ag.grad(f)(at) == {"w": (5.0,), "b": 2.0, "point": Point(16.0, 24.0)}


class Ends(list):
    """A list whose constructor takes the numbers one by one."""

    def __init__(self, x, y):
        super().__init__([x, y])


class Pair(tuple):
    def __new__(cls, first, second):
        return super().__new__(cls, (first, second))


class Polynomial(list):
    """A list with an attribute, made by its constructor."""

    def __init__(self, coefficients):
        super().__init__(coefficients)
        self.degree = len(self) - 1


@pytest.mark.parametrize("cls", [Ends, Pair])
def test_classes_with_a_constructor_of_their_own_come_back(cls):
    f = lambda p: p[0] ** 2 * p[1]
    for slope in (ag.grad(f), ag.compile(f, backend="python").grad):
        found = slope(cls(2.0, 3.0))
        assert (type(found), [*found]) == (cls, [12.0, 4.0])
    assert ag.grad(lambda p: p.degree * p[0])(Polynomial([1.0, 2.0, 3.0])) == [2.0, 0.0, 0.0]


def test_numpy_arrays_in_and_out():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    gradient = ag.grad(lambda x: (x * x).sum() + np.exp(x[0, 0]))(x)
    assert (gradient.dtype, gradient.shape) == (float, (2, 2))
    assert gradient.tolist() == [[2.0 + math.e, 4.0], [6.0, 8.0]]
    assert ag.jacobian(lambda x: x * x)(np.array([2.0, 3.0])).tolist() == [[4, 0], [0, 6]]
    assert ag.hessian(lambda x: (x**3).sum())(np.array([2.0, 3.0])).tolist() == [[12, 0], [0, 18]]
    assert x.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_tangents_of_numpy_are_numbers_of_python():
    int8, float32 = np.array([100, 100], np.int8), np.array([0.1, 0.2], np.float32)
    assert ag.jvp(lambda x: x[0] + x[1], ([0.5, 0.5],), (int8,))[1] == 200  # not -56
    found = ag.hvp(lambda x: x[0] ** 2 * x[1], np.array([1.0, 3.0]), float32)
    assert found.dtype == float
    assert list(found) == [6 * float(float32[0]) + 2 * float(float32[1]), 2 * float(float32[0])]


def test_what_does_not_move_has_an_exact_zero():
    x = Fraction(1, 3)
    zeros = [*ag.jvp(lambda t: [2, t * 0], (x,), (x,))[1], ag.hvp(lambda t: 3 * t, x, x)]
    assert [type(zero) for zero in zeros] == [Fraction] * 3
    assert zeros == [0, 0, 0]


def test_a_cotangent_that_is_a_value_gives_values():
    """As a tangent of jvp does."""
    u = Value(2.0)
    (found,) = ag.vjp(lambda x: x**3, 3.0)[1](u)
    found.backward()
    assert (found.data, u.grad) == (54.0, 27.0)
    assert ag.grad(lambda x: ag.vjp(lambda y: y**3, x)[1](1.0)[0])(2.0) == 12.0  # and in another


def test_exact_numbers_stay_exact():
    f = lambda x: (x * x + 1) / (x - 2) ** 3
    x = Fraction(1, 3)
    assert ag.grad(f)(x) == 2 * x / (x - 2) ** 3 - 3 * (x * x + 1) / (x - 2) ** 4
    assert ag.hessian(lambda x: ag.mean([x, x * x]))(x) == 1
    with mpmath.workdps(50):
        got = ag.grad(ag.grad(ag.gelu))(mpmath.mpf(1))
        truth = mpmath.diff(lambda t: t * mpmath.ncdf(t), 1, 2)
        assert abs(got - truth) < mpmath.mpf(10) ** -45


def test_complex_derivative_is_holomorphic():
    z = 0.3 + 0.7j
    f = lambda z: ag.exp(z) * ag.tanh(z) ** 2
    truth = mpmath.diff(lambda z: mpmath.exp(z) * mpmath.tanh(z) ** 2, z)
    assert ag.grad(f)(z) == pytest.approx(complex(truth), rel=1e-14)


def test_the_gradients_of_other_values_are_left_alone():
    w = Value(2.0)
    w.grad = 7.0
    x = Value(3.0)
    assert ag.grad(lambda t: w * t * t)(3.0) == 12.0
    node = ag.grad(lambda t: w * t * t)(x)
    assert (w.grad, x.grad) == (7.0, 0.0)
    node.backward()
    assert (w.grad, x.grad) == (7.0 + 6.0, 4.0)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ag.grad(lambda x: [x, x])(1.0), GradientError, "returns one number.*list with 2"),
        (lambda: ag.grad(lambda x: None)(1.0), NumberTypeError, "got None"),
        (lambda: ag.grad(lambda x: x)("a"), NumberTypeError, "got 'a'"),
        (lambda: ag.grad(lambda x: x)([]), GradientError, "no number in the argument"),
        (lambda: ag.grad(lambda x: x, argnums=2)(1.0), GradientError, "argnums 2 is out of range"),
        (
            lambda: ag.grad(ag.exp)(a=2.0),
            GradientError,
            "0 arguments were given by",
        ),
        (lambda: ag.grad(ag.exp, argnums="x")(1.0), TypeError, "argnums must be an int, got 'x'"),
        (lambda: ag.hessian(ag.exp, argnums=0.0)(1.0), TypeError, "argnums must be an int, got 0"),
        (lambda: ag.grad(3.0), TypeError, "f must be a function, got 3.0"),
        (lambda: ag.jvp(ag.exp, 1.0, 1.0), NumberTypeError, "jvp needs a list .* as primals"),
        (lambda: ag.jvp(ag.exp, (1.0,), 1.0), NumberTypeError, "jvp needs a list .* as tangents"),
        (lambda: ag.grad(ag.pow, (0, -2))(2.0, 3.0), GradientError, "name an argument twice"),
        (lambda: ag.hvp(lambda d: d["a"], {"a": 1.0}, {"b": 1.0}), GradientError, "keys .'a'.*'b'"),
        (lambda: ag.jvp(ag.exp, (1.0,), (1.0, 2.0)), GradientError, "for each input, 1, got 2"),
        (lambda: ag.vjp(lambda x: x, 1.0)[1]([1.0, 1.0]), GradientError, "each output, 1, got 2"),
        (lambda: ag.grad(lambda x: x)({1.0}), NumberTypeError, "expected a number"),
        (lambda: ag.grad(sum)(range(3)), NumberTypeError, r"in lists, .* got range\(0, 3\)"),
        (lambda: ag.grad(ag.log)(-1.0), ValueError, "needs a > 0"),
        (lambda: ag.hvp(lambda x: x**1.5 - x**1.5, 0.0, 1.0), GradientError, "not a number"),
        (lambda: ag.vjp(lambda x: [x**0.5, -(x**0.5)], 0.0)[1]([1, 1]), GradientError, "inf meet"),
        (lambda: ag.hvp(ag.exp, 1.0, Decimal(1)), NumberTypeError, r"^Decimal\('1'\)"),
        (lambda: ag.grad(math.sin)(2.0), GradientError, "0.909.* float.x.* leaves the graph"),
        (lambda: ag.jacobian(lambda x: [math.sin(x), 1])(2.0), GradientError, "leaves the graph"),
        (lambda: ag.grad(lambda x: cmath.sqrt(x).real)(2.0), GradientError, "leaves the graph"),
    ],
)
def test_what_cannot_be_differentiated_is_said(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_half_a_derivative_is_said():
    with pytest.warns(RuntimeWarning, match="from a float is constant .* math.sin") as warned:
        assert ag.grad(lambda x: x * math.sin(x))(2.0) == math.sin(2.0)
    assert warned[0].filename == __file__  # where the float is made
    with pytest.warns(RuntimeWarning, match="constant"):  # what is no number stands beside it
        assert ag.grad(lambda x, mode: x * math.sin(x))(2.0, "mode") == math.sin(2.0)
    w = Value(2.0)  # it does not depend on x
    assert ag.grad(lambda x: x * float(w))(3.0) == 2.0
