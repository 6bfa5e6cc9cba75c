"""The Value of micrograd and its courses: signs, parents, closures; equal to micrograd's own."""

import copy
import math
import pickle
import random

import micrograd.engine
import numpy as np
import pytest

import autograd_mini
from autograd_mini import steps, topological
from autograd_mini.compat import Value
from autograd_mini.compat.functional import MSELoss, cross_entropy, mse, softmax
from autograd_mini.drawing import draw_text
from autograd_mini.errors import NumberTypeError, PoleError
from autograd_mini.stepping.explaining import explain_step

THEIRS = micrograd.engine.Value


def tanh(x, node=Value):
    """The lecture's exercise: an operation with a closure of its own."""
    t = math.tanh(x.data)
    out = node(t, (x,), "tanh")

    def _backward():
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


@pytest.mark.parametrize(
    ("f", "sign", "parents"),
    [
        (lambda x: x + 1, "+", [3, 1]),
        (lambda x: 1 + x, "+", [3, 1]),
        (lambda x: x * 2, "*", [3, 2]),
        (lambda x: -x, "*", [3, -1]),
        (lambda x: x - 1, "+", [3, -1]),
        (lambda x: 1 - x, "+", [-3, 1]),
        (lambda x: x / 2, "*", [3, 0.5]),
        (lambda x: 2 / x, "*", [1 / 3, 2]),
        (lambda x: x**2, "**2", [3]),
        (lambda x: x**-0.5, "**-0.5", [3]),
        (lambda x: x.relu(), "ReLU", [3]),
        (lambda x: x * x, "*", [3]),
    ],
)
def test_the_graph_is_micrograd_s(f, sign, parents):
    for node in (f(Value(3.0)), f(THEIRS(3.0))):
        assert node._op == sign
        assert sorted(p.data for p in node._prev) == sorted(parents)
    assert repr(f(Value(3.0))) == repr(f(THEIRS(3.0)))
    assert type(f(Value(3.0))) is Value


def test_names_of_the_lecture_and_of_the_courses():
    x = Value(2.0, label="x")
    x.name = "W₀"
    assert (x.label, Value(1.0, name="b").label, Value(1.0, (), "", "c").name) == ("W₀", "b", "c")
    assert (Value(1.0).label, x._prev, x._op) == ("", set(), "")
    assert x[0] is x
    with pytest.raises(IndexError):
        x[1]


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_one_node_after_the_other_and_at_once(seed):
    def run(node):
        draw = random.Random(seed)
        nodes = [node(draw.uniform(0.5, 2)) for _ in range(4)]
        made = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: -a]
        made += [lambda a, b: a**2, lambda a, b: a.relu(), lambda a, b: tanh(a, node)]
        for _ in range(20):
            a, b = draw.choice(nodes), draw.choice(nodes)
            nodes.append(draw.choice(made)(a, b))
        return nodes

    by_hand, at_once, theirs = run(Value), run(Value), run(THEIRS)
    by_hand[-1].grad = 1.0
    for node in reversed(topological(by_hand[-1])):
        node._backward()
    at_once[-1].backward()
    theirs[-1].backward()
    for a, b, c in zip(by_hand, at_once, theirs, strict=True):
        assert a.data == b.data == c.data  # bit for bit
        assert a.grad == pytest.approx(c.grad, rel=1e-14)
        assert b.grad == pytest.approx(c.grad, rel=1e-14)


def test_the_lecture_s_neuron_with_its_picture_after_each_call():
    """x1 = 2, x2 = 0, w = -3, 1, b = 6.88...: o = tanh(0.8814) = 0.7071, o' = 0.5."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    x1w1, x2w2 = x1 * w1, x2 * w2
    total = x1w1 + x2w2
    n = total + Value(6.8813735870195432, label="b")
    o = n.tanh()
    n.label, o.label, o.grad = "n", "o", 1.0
    seen = []
    for node in (o, n, total, x2w2, x1w1):
        node._backward()
        seen.append(draw_text(o).splitlines())
    assert seen[0][0].endswith("data 0.7071  grad 1")
    assert "n = v₃ + b  data 0.8814  grad 0.5" in seen[0][1]
    assert seen[0][-1].endswith("b  data 6.881  grad 0")  # not reached yet
    assert seen[1][-1].endswith("grad 0.5")
    assert [p.grad for p in (x1, x2, w1, w2)] == pytest.approx([-1.5, 0.5, 1.0, 0.0])


def test_a_second_pass_by_hand_adds_as_micrograd_does():
    for node in (Value, THEIRS):
        a = node(3.0)
        b = a + a
        b.grad = 1.0
        b._backward()
        b._backward()
        assert a.grad == 4.0


# --- closures -------------------------------------------------------------------------------------
def test_the_closure_is_the_rule_even_a_wrong_one():
    calls = []

    def wrong(x):
        out = Value(x.data, (x,), "wrong")

        def _backward():
            calls.append(out.grad)
            x.grad = 5 * out.grad  # = where += was meant

        out._backward = _backward
        return out

    x = Value(2.0)
    y = wrong(x) + wrong(x) * 3
    y.backward()
    assert x.grad in (5.0, 15.0)  # one overwrites the other
    assert sorted(calls) == [1.0, 3.0]


def test_a_closure_in_place_of_our_own_rule(capsys):
    a, b = Value(2.0), Value(3.0)
    c = a * b
    c._backward = lambda: (print("here"), setattr(a, "grad", a.grad + 7 * c.grad))
    (c * 2).backward()
    assert (a.grad, b.grad, c._op) == (14.0, 0.0, "*")
    assert capsys.readouterr().out == "here\n"
    assert c.partials == (7.0, 0.0)
    assert capsys.readouterr().out == ""  # asked for the partials, it runs unheard
    assert (a.grad, c.grad) == (14.0, 2.0)


def test_a_closure_s_partial_is_drawn_and_stepped():
    x = Value(0.5, label="x")
    y = tanh(x) * 2
    assert "v₁ = tanh(x)" in draw_text(y)
    recorded = steps(y)
    slope = 1 - math.tanh(0.5) ** 2
    assert recorded[-2].partial == slope
    assert "tanh(x)" in str(explain_step(recorded, 1))
    for same in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        same.backward()
        assert topological(same)[0].grad == 2 * slope
        assert same.parents[0]._op == "tanh"


def test_a_subclass_and_its_own_rule():
    class Variable(Value):
        def square(self):
            out = Variable(self.data**2, (self,), "square")
            out._backward = lambda: setattr(self, "grad", self.grad + 2 * self.data * out.grad)
            return out

    class Doubled(Value):
        def _backward(self):
            for parent in self._prev:
                parent.grad += 2 * self.grad

    x = Variable(3.0, label="x")
    y = Doubled(6.0, (x.square() + x,), "double")
    y.backward()
    assert (x.grad, y.partials, [p._op for p in y._prev]) == (14.0, (2.0,), ["+"])
    assert draw_text(y)


class Parameter(Value):
    """With attributes of its own, as optimisers of courses give them."""

    def __init__(self, data, of):
        super().__init__(data, label="w")
        self.velocity, self.of = [0.0], of


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))]
)
def test_copies_have_the_attributes_that_a_node_was_given(again):
    first = Value(1.0)
    first.velocity = [1.0]
    w = Parameter(2.0, of=first)
    same = again(w)
    assert (type(same), same.data, same.velocity, same.label) == (Parameter, 2.0, [0.0], "w")
    assert (same.of.data, same.of.velocity) == (1.0, [1.0])
    assert (same.of is first) == (same.velocity is w.velocity) == (again is copy.copy)
    product = again(w * first)  # first is there once, as a parent and as an attribute
    parents = {p.data: p for p in product.parents}
    assert parents[2.0].of is parents[1.0]


def test_an_operation_of_ours_under_another_name():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    c = a * b
    c._op = "times"
    (c + 1).backward()
    assert (a.grad, b.grad, c._op, c._prev) == (3.0, 2.0, "times", {a, b})
    assert "times(a, b)" in draw_text(c)


def test_without_a_closure_nothing_is_handed_on():
    x = Value(3.0)
    y = Value(6.0, (x,), "mul")
    (y + x).backward()
    assert (x.grad, y.partials, y._op) == (1.0, (0.0,), "mul")  # the learner's own name
    y._prev = ()
    for _ in range(2):
        y.backward()
    assert (y._prev, y.grad) == (set(), 3.0)  # a leaf from now on, whose gradient adds up


def test_no_gradient_yet():
    x = Value(3.0, label="x")
    for p in (x, autograd_mini.Value(3.0)):
        p.grad = None
        (p * p).backward()
        assert p.grad == 6.0
        p.grad = None
    y = x * x
    y.grad = 1.0
    y._backward()
    assert x.grad == 6.0
    x.grad = None
    assert "x  data 3" in draw_text(x * 2)
    zero = Value(0.0)
    (zero.sqrt() * 0 + tanh(zero)).backward()
    assert zero.grad == 1.0  # where nothing arrives, an infinite slope hands nothing on


# --- with others ---------------------------------------------------------------------------------
def test_with_nodes_of_this_engine_and_with_numpy():
    x, w = Value(2.0), autograd_mini.Value(3.0)
    y = w * tanh(x) + autograd_mini.exp(w)
    assert type(y) is Value
    y.backward()
    assert x.grad == pytest.approx(3 * (1 - math.tanh(2) ** 2), rel=1e-15)
    base = autograd_mini.exp(tanh(x))  # a node of ours over a closure
    x.grad = 0
    base.backward()
    assert x.grad == pytest.approx(base.data * (1 - math.tanh(2) ** 2), rel=1e-15)
    for made in (
        np.float64(2) * x,
        -np.int64(1) * x,
        x * np.float32(2),
        np.exp(x),
        np.arcsin(x / 4),
    ):
        assert type(made) is Value
    many = np.array([1.0, 2.0]) * x + x * np.array([1.0, 2.0])
    assert [v.data for v in many] == [4.0, 8.0]
    assert [type(v) for v in many] == [Value, Value]


def test_numbers_of_numpy_are_subtracted_and_divided_by_as_they_are():
    """-np.uint8(3) is 253, np.int64(4)**-1 an error: micrograd composes - and / of these."""
    x = Value(3.0)
    assert (x - np.uint8(3)).data == 0
    assert (x - np.bool_(True)).data == 2
    assert (x / np.int64(4)).data == 0.75
    assert [v.data for v in x - np.array([1, 5], np.uint8)] == [2, -2]
    mean = np.array([x, x * x]).mean()  # divides by an int64
    mean.backward()
    assert (mean.data, x.grad) == (6, 3.5)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: x / 0, PoleError, r"at a = 0.0, b = -1.0: division by zero"),
        (lambda x: x - "a", NumberTypeError, r"^'a' \(str\) is not a number"),
        (lambda x: x / None, NumberTypeError, r"^None \(NoneType\) is not a number"),
    ],
)
def test_what_is_refused_is_told_as_by_the_engine(call, error, text):
    with pytest.raises(error, match=text):
        call(Value(2.5))
    assert (type(round(Value(2.5))), round(Value(2.5)).data) == (Value, 2)


def test_losses_and_functions():
    p = [Value(3.0), Value(5.0)]
    loss = MSELoss()(p, [2.0, 7.0])
    loss.backward()
    assert (loss.data, repr(p)) == (2.5, "[Value(data=3.0, grad=1.0), Value(data=5.0, grad=-2.0)]")
    with pytest.raises(ValueError, match="0 predictions and 0 targets"):
        mse([], [])
    assert mse(Value(3.0), 1).data == 4.0
    scores = [Value(1.0), Value(2.0), Value(0.5)]
    found = cross_entropy([scores], [1.0])  # as data sets have it
    found.backward()
    shares = [math.exp(s.data) / sum(math.exp(s.data) for s in scores) for s in scores]
    assert found.data == pytest.approx(-math.log(shares[1]), rel=1e-14)
    expected = [s - (k == 1) for k, s in enumerate(shares)]
    assert [s.grad for s in scores] == pytest.approx(expected, rel=1e-14)
    assert [s.data for s in softmax(scores)] == pytest.approx(shares, rel=1e-14)
    assert max(v.data for v in softmax([Value(1000.0), Value(0.0)])) == 1.0
    with pytest.raises(ValueError, match="1 predictions and 2 targets"):
        mse([Value(1.0)], [1, 2])
    with pytest.raises(TypeError, match="predictions and targets, got 1 arguments"):
        mse([Value(1.0)])
    with pytest.raises(TypeError, match="takes a list of scores for each class, got Value"):
        cross_entropy(scores, [0, 0, 0])
    for k in (-1, 3):
        with pytest.raises(ValueError, match=f"the class must be from 0 to 2, got {k}"):
            cross_entropy(scores, k)
