"""What a Value promises: gradients, accumulation, numbers' habits, nodes made by hand."""

import math
from fractions import Fraction

import mpmath
import pytest

from autograd_mini import Value, functions, grad
from autograd_mini.errors import GradientError
from autograd_mini.rules.higher import is_stale


# --- golden numbers -----------------------------------------------------------------------------
def test_the_expression_of_zero_to_hero():
    """L = (a*b + c) * f of Karpathy's lecture."""
    a, b, c, f = (Value(x) for x in (2.0, -3.0, 10.0, -2.0))
    e = a * b
    d = e + c
    loss = d * f
    loss.backward()
    assert loss.data == -8.0
    assert [v.grad for v in (a, b, c, d, e, f, loss)] == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0, 1.0]


def test_the_exercise_of_zero_to_hero():
    """f(a, b, c) = -a^3 + sin(3b) - 1/c + b^2.5 - sqrt(a), at 2, 3, 4."""
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    f = -(a**3) + functions.sin(3 * b) - 1.0 / c + b**2.5 - a**0.5
    f.backward()
    assert f.data == pytest.approx(6.336362190988558, rel=1e-15)
    assert a.grad == pytest.approx(-12 - 0.5 / math.sqrt(2), rel=1e-15)
    assert b.grad == pytest.approx(3 * math.cos(9) + 2.5 * 3**1.5, rel=1e-15)
    assert c.grad == 0.0625


# --- backward -----------------------------------------------------------------------------------
def test_a_second_backward_doubles_the_leaves_exactly():
    x = Value(3.0)
    y = x**3
    y.backward()
    assert x.grad == 27.0
    y.backward()
    assert x.grad == 54.0
    x.grad = 0.0
    y.backward()
    assert x.grad == 27.0  # micrograd: 45


def test_a_second_backward_doubles_exactly_whatever_the_graph():
    """Ten shares of 0.1 make 0.9999999999999999; twenty on end, 2.0000000000000004."""
    x = Value(1.0)
    y = sum([0.1 * x for _ in range(10)])
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == 2 * once


def test_interior_gradients_are_fresh_on_each_call_and_leaves_add_up():
    x = Value(2.0)
    h = x * 3
    y, other = h * h, h * 5
    y.backward()
    y.backward()
    assert (h.grad, y.grad, x.grad) == (12.0, 1.0, 72.0)
    other.backward()
    assert (h.grad, x.grad) == (5.0, 87.0)


def test_two_edges_of_one_product():
    x = Value(3.0)
    y = x * x
    y.backward()
    assert (x.grad, y.parents, y.partials) == (6.0, (x, x), (3.0, 3.0))
    assert [*y.edges()] == [(x, 3.0), (x, 3.0)]
    (x - x).backward()
    assert x.grad == 6.0


def test_every_repeated_use_counts():
    x = Value(2.0)
    y = functions.sum([x, x, x]) + functions.dot([x, x], [x, 3.0]) + functions.prod([x, x, x])
    y.backward()
    assert y.data == 6 + 10 + 8
    assert x.grad == 3 + (2 * 2 + 3) + 12


def test_a_seed_scales():
    x = Value(3.0)
    y = x * x
    y.backward(0.5)
    assert (x.grad, y.grad) == (3.0, 0.5)
    y.backward(seed=2)
    assert x.grad == 15.0


def test_backward_of_a_leaf_adds_to_itself():
    x = Value(3.0)
    x.backward()
    x.backward(2.5)
    assert x.grad == 3.5


def test_leaves_that_do_not_reach_the_result_keep_their_gradient():
    x, y = Value(1.0), Value(2.0)
    x.grad = 5.0
    (y * 2).backward()
    assert (x.grad, y.grad) == (5.0, 2.0)


def test_changing_data_after_the_forward_pass_does_not_corrupt_the_gradient():
    x, w = Value(3.0), Value(2.0)
    y = w * x * x
    x.data, w.data = 100.0, 7.0
    y.backward()
    assert (x.grad, w.grad) == (12.0, 9.0)
    assert is_stale(y.parents[0])
    assert not is_stale(Value(2.0) * 3)


def test_a_nan_gradient_names_its_edge_and_leaves_the_leaves():
    x, y = Value(0.0, label="x"), Value(1.0)
    x.grad, y.grad = 3.0, 4.0
    root = (x * x).sqrt() + y
    with pytest.raises(GradientError, match=r"mul at \(0\.0 \(x\), 0\.0 \(x\)\) has the"):
        root.backward()
    assert (x.grad, y.grad) == (3.0, 4.0)
    x.sqrt().backward()
    with pytest.raises(GradientError, match=r"\+inf and -inf meet"):  # in two passes
        (y - x.sqrt()).backward()
    assert (x.grad, y.grad) == (math.inf, 4.0)


def test_create_graph_refuses_a_graph_whose_data_was_changed():
    """Its partials would be neither those of the forward pass nor those of the new number."""
    x = Value(2.0)
    y = x.sqrt() * x
    y.backward()
    slope, x.data = x.grad, 5.0
    with pytest.raises(GradientError, match=r"changed after mul was computed: .* was 2\.0 .* 5\.0"):
        y.backward(create_graph=True)
    assert x.grad == slope
    y.backward()
    assert x.grad == 2 * slope


@pytest.mark.parametrize("number", [float, Fraction, complex, mpmath.mpf])
def test_create_graph_notices_changed_data_of_every_kind(number):
    x = Value(number(2))
    y = x**3
    x.data = number(5)
    with pytest.raises(GradientError, match="changed after pow was computed"):
        y.backward(create_graph=True)


@pytest.mark.parametrize("number", [float, Fraction])
def test_create_graph_notices_changed_data_where_the_slope_is_a_plain_0_now(number):
    x = Value(number(2))
    y = x.relu()
    x.data = number(-2)
    with pytest.raises(GradientError, match=r"changed after relu was computed: .* and is 0 now"):
        y.backward(create_graph=True)


# --- operators and their reflections ------------------------------------------------------------
@pytest.mark.parametrize(
    ("f", "value", "slope"),
    [
        (lambda x: x + 2, 5.0, 1.0), (lambda x: 2 + x, 5.0, 1.0), (lambda x: x - 2, 1.0, 1.0),
        (lambda x: 2 - x, -1.0, -1.0), (lambda x: x * 2, 6.0, 2.0), (lambda x: 2 * x, 6.0, 2.0),
        (lambda x: x / 2, 1.5, 0.5), (lambda x: 6 / x, 2.0, -2 / 3), (lambda x: x**2, 9.0, 6.0),
        (lambda x: 2**x, 8.0, 8 * math.log(2)), (lambda x: x**x, 27.0, 27 * (1 + math.log(3))),
        (lambda x: -x, -3.0, -1.0), (lambda x: abs(-x), 3.0, 1.0),
        (lambda x: sum([x, x, 1]), 7.0, 2.0), (lambda x: x**-1, 1 / 3, -1 / 9),
        (lambda x: x % 2, 1.0, 1.0), (lambda x: -x % 2, 1.0, -1.0), (lambda x: 7 % x, 1.0, -2.0),
        (lambda x: x // 2, 1.0, 0.0), (lambda x: -7 // x, -3.0, 0.0),
        (lambda x: round(x / 2) * x, 6.0, 2.0), (lambda x: x * x.detach(), 9.0, 3.0),
        (lambda x: x * x.item(), 9.0, 3.0), (lambda x: (x * 60).deg2rad(), math.pi, math.pi / 3),
        (lambda x: x.degrees(), 540 / math.pi, 180 / math.pi),
        (lambda x: (x / 2).sinc(), -2 / (3 * math.pi), 2 / (9 * math.pi)),
        (lambda x: True * x, 3.0, 1.0), (lambda x: x * Fraction(1, 2), 1.5, 0.5),
    ],
)  # fmt: skip
def test_operators(f, value, slope):
    x = Value(3.0)
    y = f(x)
    y.backward()
    assert y.data == pytest.approx(value, rel=1e-15)
    assert x.grad == pytest.approx(slope, rel=1e-15)


def test_constants_have_no_node():
    x = Value(3.0)
    y = 2 * x + 1
    (twice,) = y.parents
    assert (y.args, twice.args, twice.partials) == ((twice, 1), (2, x), (2.0,))


def test_in_place_operators_make_new_nodes():
    y = x = Value(3.0)
    y *= 2
    y += x
    y.backward()
    assert (y.data, x.data, x.grad) == (9.0, 3.0, 3.0)


def test_a_negative_base_has_no_derivative_by_its_exponent():
    for power in (lambda n: (-2.0) ** n, lambda n: Value(-2.0) ** n):
        with pytest.raises(GradientError, match="give that as a plain number"):
            power(Value(3.0)).backward()


def test_the_second_derivative_of_sinc_near_0():
    """sin(x)/x = 1 - x**2/6 + x**4/120 - ..., x = pi*a."""
    for a in (0.0, 1e-9, -1e-3):
        x = math.pi * a
        second = -(math.pi**2) / 3 * (1 - 3 * x * x / 10)
        assert grad(grad(functions.sinc))(a) == pytest.approx(second, rel=1e-9)


# --- built on the operations --------------------------------------------------------------------
def test_softmax_and_log_softmax():
    scores = [1.0, 2.0, 1002.0]
    assert functions.softmax(scores) == [0.0, 0.0, 1.0]
    assert functions.log_softmax(scores) == [-1001.0, -1000.0, 0.0]
    inputs = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = functions.softmax(inputs)
    p[0].backward()
    numbers = [x.data for x in p]
    assert math.fsum(numbers) == pytest.approx(1.0, abs=1e-15)
    truth = [numbers[0] * ((i == 0) - numbers[i]) for i in range(3)]
    assert [x.grad for x in inputs] == pytest.approx(truth, rel=1e-14)


def test_variance():
    numbers = [1.0, 4.0, 2.5, -3.0]
    inputs = [Value(x) for x in numbers]
    out = functions.var(inputs, ddof=1)
    out.backward()
    centre = sum(numbers) / 4
    assert out.data == pytest.approx(sum((x - centre) ** 2 for x in numbers) / 3, rel=1e-15)
    truth = [2 * (x - centre) / 3 for x in numbers]
    assert [x.grad for x in inputs] == pytest.approx(truth, rel=1e-14)


def test_a_subclass_may_keep_its_gradient_in_another_way():
    class Rounded(Value):
        grad = property(
            lambda self: float(repr(self.kept)), lambda self, g: vars(self).update(kept=g)
        )

    x = Rounded(3.0)
    y = x * x + x * 2
    y.backward()
    y.backward()
    assert x.grad == 16.0
    x.grad, z = 0.0, Rounded(5.0, (x,), (7.0,))
    (z * z + z).backward()
    assert x.grad == (2 * 5 + 1) * 7
