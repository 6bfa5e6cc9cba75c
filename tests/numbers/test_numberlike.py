"""A Value among numbers: order, identity, conversions; and nodes made by hand."""

import math
from fractions import Fraction

import pytest

from autograd_mini import Value, compat, functions, grad
from autograd_mini.drawing import draw_text
from autograd_mini.errors import GradientError


# --- a number among numbers ---------------------------------------------------------------------
def test_order_compares_data():
    a, b = Value(1.0), Value(2.0)
    assert all((a < b, b > a, a <= Value(1.0), a >= 1, 0 < a < 1.5, not a > b))
    assert sorted([b, a]) == [a, b]
    assert (max(a, b), min([b, a])) == (b, a)


def test_equality_and_hash_are_those_of_the_object():
    a, b = Value(1.0), Value(1.0)
    assert all((a != b, a == a, a != 1.0, b not in [a], {a, b, a} == {b, a}))
    assert len({a, b, a}) == 2
    assert {a: "a", b: "b"}[a] == "a"


def test_conversions():
    x = Value(3.75)
    assert (float(x), int(x), complex(x), math.floor(x)) == (3.75, 3, 3.75 + 0j, 3)
    assert (bool(x), bool(Value(0.0))) == (True, False)
    assert (format(x, ".1f"), f"{x:8.3f}|") == ("3.8", "   3.750|")
    assert [1, 2, 3, 4][int(x)] == 4
    assert math.exp(Value(1.0)) == math.e


@pytest.mark.parametrize("node", [Value, compat.Value])
def test_a_label_is_text(node):
    """Loops call nodes by their numbers: x.label = i."""
    x = node(2.0, label=7)
    assert x.label == "7"
    x.label = 3
    assert draw_text(x.relu()).splitlines()[1].startswith("└─ 3  data 2")


def test_repr_shows_label_data_and_gradient():
    x = Value(2.0, label="x")
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0.0)"  # as micrograd's
    x.grad = 1.5
    assert repr(x) == str(x) == f"{x}" == "Value(x: data=2.0, grad=1.5)"
    x.label = None
    assert repr(x) == "Value(data=2.0, grad=1.5)"
    x.grad = None  # no gradient yet
    assert repr(x) == "Value(data=2.0, grad=None)"


def test_only_its_own_attributes():
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 2.0  # a typing error must not go unnoticed


def test_methods_are_the_functions():
    for name in (*functions.METHODS, *functions.ALIASES):
        assert getattr(Value, name) is getattr(functions, name)


def test_what_micrograd_code_reads():
    a, b = Value(2.0), Value(3.0)
    y = a * b
    assert set(y._prev) == {a, b}
    assert (a._op, y._op) == ("", "mul")


# --- nodes made by hand -------------------------------------------------------------------------
def test_a_node_made_by_hand():
    x, y = Value(3.0), Value(4.0)
    node = Value(5.0, parents=(x, y), partials=(0.6, 0.8), label="hypotenuse")
    (node * 2).backward()
    assert (x.grad, y.grad, node.grad) == (1.2, 1.6, 2.0)
    assert (node.parents, node.partials, node.op) == ((x, y), (0.6, 0.8), None)


def test_a_node_made_by_hand_of_anything_listed_and_with_one_parent_twice():
    x = Value(3.0)
    Value(9.0, [x, x], [3, Fraction(3)]).backward()
    Value(9.0, iter((x, x)), iter((3, 3))).backward()
    assert x.grad == 12.0


def test_a_node_made_by_hand_has_a_second_derivative_if_its_partials_are_values():
    def cube(a):
        if not isinstance(a, Value):
            return a**3
        return Value(a.data**3, (a,), (3 * a * a,))

    assert grad(cube)(2.0) == 12.0
    assert grad(grad(cube))(2.0) == 12.0
    x = Value(2.0)
    node = Value(8.0, (x,), (12.0,))
    with pytest.raises(GradientError, match="numbers for partials has no second derivative"):
        node.backward(create_graph=True)


def test_a_subclass_keeps_working():
    class Named(Value):
        __slots__ = ()

    x = Named(2.0)
    y = x * x + functions.exp(x)
    y.backward()
    assert x.grad == pytest.approx(4 + math.exp(2), rel=1e-15)
