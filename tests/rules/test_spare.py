"""Nodes of graphs that are gone are used again: none that somebody still holds."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, topological
from autograd_mini.drawing.scopes import scope, scope_of
from autograd_mini.nn import MLP
from autograd_mini.rules import spare

pytestmark = pytest.mark.skipif(not spare.ALONE, reason="reference counts are not to be relied on")


@pytest.fixture(autouse=True)
def unused():
    spare.SPARE[Value].clear()


def wave(x, n=20):
    """Nodes of many operations, some used twice."""
    nodes = [x * 2.0]
    for k in range(n):
        a, b = nodes[-1], nodes[k // 2]
        nodes.append((a * b + 1.0, a.tanh(), a - b, a / 3.0, (a * a).exp() * 1e-3)[k % 5].tanh())
    return nodes


def seen(node):
    return node.data, node.grad, node.op, node.label, node.constants, node.parents, node.partials


def chain(x, n=50):
    nodes = [x.tanh()]
    for _ in range(n):
        nodes.append(nodes[-1].sin())
    return nodes


def test_a_node_of_a_graph_that_is_gone_is_used_again():
    x = Value(0.5)
    y = chain(x)[-1]
    y.backward()
    before = {id(node) for node in topological(y)[1:-1]}
    del y
    assert {*map(id, spare.SPARE[Value])} == before
    again = chain(x)
    assert {*map(id, again)} > before
    assert not spare.SPARE[Value]


def test_a_root_inside_of_another_graph_is_used_again_and_what_it_kept_is_let_go():
    y = chain(Value(0.5))[-1]
    y.backward()
    z = y.tanh().tanh()
    z.backward()
    del y, z
    again = chain(Value(0.7), 200)
    assert not spare.SPARE[Value]
    assert all(getattr(node, "_nodes", None) is None for node in again)


@given(st.randoms(use_true_random=False), st.integers(2, 12))
def test_what_somebody_holds_stays_as_it_is(draw, steps):
    """Of each graph some nodes are held, some are roots of others, some had a backward pass."""
    held, x = [], Value(0.7, label="x")
    for step in range(steps):
        nodes = wave(x, draw.randrange(1, 30))
        if held and draw.random() < 0.5:
            nodes.append(nodes[-1] * draw.choice(held)[0])
        if draw.random() < 0.5:
            nodes[draw.randrange(len(nodes))].label = f"step {step}"
        for root in draw.sample(nodes, draw.randrange(min(3, len(nodes)) + 1)):
            root.backward()
        nodes[-1].backward()
        graph = topological(nodes[-1])
        held = [(node, seen(node)) for node in held and [node for node, _ in held]]
        held += [(node, seen(node)) for node in draw.sample(graph, draw.randrange(3))]
        del nodes, graph
        root = None
        other = wave(Value(0.1), 40)[-1]
        x.grad = 0.0
        for node, was in held:
            if node is not x:
                assert seen(node) == was
        del other


def test_numbers_are_those_of_new_nodes(monkeypatch):
    def losses():
        model, draw = MLP(2, [4, 1], activation="tanh", seed=1), random.Random(2)
        found = []
        for _ in range(10):
            points = [(draw.random(), draw.random()) for _ in range(draw.randrange(1, 6))]
            loss = sum((model(p) - p[0] * p[1]) ** 2 for p in points)
            loss.backward()
            found.append((loss.data, [p.grad for p in model.parameters()]))
            for p in model.parameters():
                p.data -= 0.1 * p.grad
                p.grad = 0.0
        return found

    used = losses()
    assert spare.SPARE[Value]
    with ThreadPoolExecutor(4) as pool:
        assert all(found == used for found in pool.map(lambda _: losses(), range(8)))
    monkeypatch.setattr(spare, "ALONE", 0)
    spare.SPARE[Value].clear()
    assert losses() == used
    assert not spare.SPARE[Value]


class Own(Value):
    """A subclass."""


@pytest.mark.parametrize(
    "made",
    [lambda: Own(4.0, [Value(2.0) * 2.0], [1.0]) * 1.0 * 3.0, lambda: Value(2 + 1j).tanh().exp()],
    ids=["subclass", "complex"],
)
def test_nodes_that_are_not_of_floats_or_not_plain_are_left_alone(made):
    y = made()
    y.backward()
    del y
    assert not spare.SPARE[Value]


def test_large_graphs_are_freed_and_no_more_than_so_many_nodes_kept(monkeypatch):
    monkeypatch.setattr(spare, "MOST", 30)
    y = wave(Value(0.5))[-1]
    y.backward()
    del y
    assert not spare.SPARE[Value]
    monkeypatch.undo()
    held = [spare.kept([Value(0.0)] * 60_000, Value) for _ in range(3)]
    del held
    assert len(spare.SPARE[Value]) == spare.MOST


def test_a_second_pass_of_the_same_root():
    x = Value(0.5)
    y = wave(x)[-1]
    y.backward()
    first, x.grad = x.grad, 0.0
    y.backward()  # its nodes are in the list, and in use
    other = wave(Value(0.3), 60)[-1]
    x.grad = 0.0
    y.backward()
    assert x.grad == first
    assert sys.getrefcount(other) > 0


def test_a_scope_has_new_nodes_only():
    x = Value(0.5)
    y = wave(x)[-1]
    y.backward()
    z = wave(x)[-1]
    z.backward()
    del y
    with scope("inside"):
        del z
        made = [node for node in topological(wave(x)[-1]) if node.parents]
    assert {scope_of(node) for node in made} == {("inside",)}
    root = wave(x)[-1]
    root.backward()
    assert scope_of(root) == ()
    del root
    assert spare.SPARE[Value]
