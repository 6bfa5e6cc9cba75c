"""Code written for micrograd, run on autograd_mini; micrograd 0.1.0 itself stands beside it."""

import math
import random
import sys

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest

import autograd_mini
import autograd_mini.nn
from autograd_mini import compat

THEIRS, OURS = micrograd.engine.Value, autograd_mini.Value


def sanity(Value):
    """The graph of micrograd's test_sanity_check."""
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    return y.data, x.grad


def more_ops(Value):
    """The graph of micrograd's test_more_ops."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return g.data, a.grad, b.grad


def test_sanity_check():
    """By hand: z = 3x + 2 = -10, so y = z^2 + zx(1 + x), y' = 2z*3 + (3x + z)(1 + x) + zx."""
    assert sanity(OURS) == sanity(THEIRS) == (-20.0, 46.0)


def test_more_ops():
    ours, theirs = more_ops(OURS), more_ops(THEIRS)
    assert ours == pytest.approx(theirs, rel=1e-15)
    known = (24.70408163265306, 138.83381924198252, 645.5772594752186)
    assert ours == pytest.approx(known, rel=1e-15)


@pytest.mark.parametrize("seed", range(30))
def test_random_programs(seed):
    """Every operation of micrograd, at random, on both."""

    def run(Value):
        draw = random.Random(seed)
        leaves = [Value(draw.uniform(-2, 2)) for _ in range(4)]
        nodes = [*leaves]
        for _ in range(25):
            a, b = draw.choice(nodes), draw.choice(nodes)
            made = (
                a + b, a - b, a * b * 0.3, a / (b * b + 1.5), a.relu(), (a * a + 0.1) ** -0.5,
                1.5 - a, 2 / (a * a + 1), -a,
            )  # fmt: skip
            nodes.append(draw.choice(made))
        total = sum(nodes)
        total.backward()
        return [total.data, *(leaf.grad for leaf in leaves)]

    assert run(OURS) == pytest.approx(run(THEIRS), rel=1e-12, abs=1e-12)


def test_where_micrograd_is_wrong_and_we_are_not():
    """A second backward: micrograd gives 45 for the true 27."""
    for Value, second in ((THEIRS, 45.0), (OURS, 27.0)):
        x = Value(3.0)
        y = x * x * x
        y.backward()
        assert x.grad == 27.0
        x.grad = 0.0
        y.backward()
        assert x.grad == second
    with pytest.raises(RecursionError):
        sum([THEIRS(1.0)] * 2000, THEIRS(0.0)).backward()
    x = OURS(1.0)
    sum([x] * 2000, OURS(0.0)).backward()
    assert x.grad == 2000.0


DEMO = """
import random
from micrograd.engine import Value
from micrograd.nn import Neuron, Layer, MLP

random.seed(1337)
model = MLP(2, [16, 16, 1])
history = []
for k in range(6):
    inputs = [list(map(Value, row)) for row in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total = data_loss + 1e-4 * sum((p * p for p in model.parameters()))
    accuracy = sum((yi > 0) == (s.data > 0) for yi, s in zip(y, scores)) / len(y)
    model.zero_grad()
    total.backward()
    for p in model.parameters():
        p.data -= (1.0 - 0.9 * k / 100) * p.grad
    history.append((total.data, accuracy))
names = [repr(model), len(model.parameters()), Value.__module__]
"""


def moons(count):
    """Arrays of NumPy, as in micrograd's notebook."""
    draw = random.Random(3)
    angles = [math.pi * draw.random() for _ in range(count)]
    half = count // 2
    X = [(math.cos(t), math.sin(t)) for t in angles[:half]]
    X += [(1 - math.cos(t), 0.5 - math.sin(t)) for t in angles[half:]]
    return np.array(X), np.array([-1] * half + [1] * (count - half))


def run_demo():
    names = dict(zip("Xy", moons(24), strict=True))
    exec(DEMO, names)
    return names["history"], names["names"]


@pytest.fixture(scope="module")
def micrograd_s():
    """Of micrograd's own run: the losses and accuracies, the shape."""
    theirs, (shape, *about) = run_demo()
    assert about == [337, "micrograd.engine"]
    return theirs, shape


@pytest.mark.parametrize(
    ("engine", "nn"), [(autograd_mini, autograd_mini.nn), (compat.engine, compat.nn)]
)
def test_the_demo_with_our_modules_in_place_of_micrograd_s(engine, nn, monkeypatch, micrograd_s):
    theirs, shape = micrograd_s
    monkeypatch.setitem(sys.modules, "micrograd.engine", engine)
    monkeypatch.setitem(sys.modules, "micrograd.nn", nn)
    ours, about = run_demo()
    assert about == [shape, 337, engine.Value.__module__]
    assert engine is autograd_mini or ours[0] == theirs[0]  # bit for bit
    assert [x for x, _ in ours] == pytest.approx([x for x, _ in theirs], rel=1e-10)
    assert [accuracy for _, accuracy in ours] == [accuracy for _, accuracy in theirs]
    assert ours[-1][0] < 0.6 * ours[0][0]
