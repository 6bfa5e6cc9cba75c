"""Nodes of graphs that are gone are used again: none that somebody still holds."""

import gc
import random
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, steps, topological
from autograd_mini.drawing.scopes import scope, scope_of
from autograd_mini.functions import function
from autograd_mini.nn import MLP
from autograd_mini.ops import SHEET
from autograd_mini.rules import spare
from autograd_mini.value import BIAS

pytestmark = pytest.mark.skipif(not spare.ALONE, reason="reference counts are not to be relied on")

sum_of = function(SHEET["sum"])


@pytest.fixture(autouse=True)
def unused():
    spare.forget()


def look():
    """A backward pass, which sees what is gone."""
    Value(0.5).tanh().backward()
    return spare.SPARE[Value]


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
    y, other = chain(x)[-1], chain(x, 100)[-1]
    y.backward()
    before = {id(node) for node in topological(y)[1:]}
    other.backward()
    assert not spare.SPARE[Value]
    del y
    other.backward()
    assert {*map(id, spare.SPARE[Value])} == before
    again = chain(x)
    assert {*map(id, again)} == before
    assert not spare.SPARE[Value]


def test_a_root_inside_of_another_graph_is_used_again():
    y = chain(Value(0.5))[-1]
    y.backward()
    z = y.tanh().tanh()
    z.backward()
    before = {id(node) for node in topological(z)[1:]}
    del y, z
    for _ in range(3):
        other = chain(Value(0.7))[-1]
        other.backward()
    assert before & {*map(id, topological(other))}


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
    spare.forget()
    assert losses() == used
    assert not spare.SPARE[Value]


class Plain(Value):
    """A class that nodes can be given."""

    __slots__ = ()


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
    assert not look()


def test_a_node_whose_class_was_set_since_is_left_alone():
    y = chain(Value(0.5))[-1]
    y.backward()
    for node in topological(y)[1::2]:
        node.__class__ = Plain
    del y, node
    assert len(look()) == 51
    assert {*map(type, chain(Value(0.7), 100))} == {Value}


def test_nodes_of_a_recording_are_left_alone():
    """They cannot be set, so a layer would make its nodes one by one."""
    model = MLP(2, [3, 1], seed=0)
    recorded = steps(model([0.5, -1.0]))
    del recorded
    gc.collect()
    assert look()
    loss = model([0.25, 2.0])
    assert [x.constants for x in topological(loss) if x.op and x.op.name == "dot"] == [BIAS] * 4


def test_large_graphs_are_not_kept(monkeypatch):
    monkeypatch.setattr(spare, "MOST", 30)
    y = wave(Value(0.5))[-1]
    y.backward()
    assert not spare.Passes.orders
    del y
    held = [chain(Value(0.5), 10)[-1] for _ in range(5)]
    for y in held:
        y.backward()
    assert sum(map(len, spare.Passes.orders)) == 22
    del held, y
    assert len(look()) == 22
    for _ in range(30):
        look()
    assert len(spare.SPARE[Value]) <= 2


def test_memory_does_not_grow_where_no_function_takes_spare_nodes():
    """A sum of Values and numbers is no fast function's."""
    for _ in range(9):
        sum_of([sum_of([Value(0.5), 1.0]) for _ in range(30)]).backward()
    assert len(spare.SPARE[Value]) <= 62


def test_few_of_many_passes_over_the_same_nodes_are_kept():
    x = chain(Value(0.5))[-1]
    rows = [x * float(k) for k in range(100)]
    for y in [*rows, *rows]:
        y.backward()
    assert [order[-1] for order in spare.Passes.orders] == rows[-spare.FEW :]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer in Unix's way")
def test_an_exception_of_a_signal_is_never_lost(monkeypatch):
    class Rung(BaseException):
        pass

    def ring(*_):
        raise Rung

    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    before = signal.signal(signal.SIGALRM, ring)
    x = Value(0.5)
    try:
        for k in range(300):
            with pytest.raises(Rung):  # noqa: PT012  # it may come anywhere
                signal.setitimer(signal.ITIMER_REAL, 1e-4 + k * 1e-6)
                for _ in range(100_000):
                    y = x.tanh().tanh()
                    y.backward()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not lost


@pytest.mark.parametrize("name", ["spare", "pop", "refs"])
def test_names_in_a_formula_are_its_own(own, name):
    op = own("own_product(a, b)", "a * b", "b", name, given={name: "a * 1"})
    chain(Value(0.5), 10)[-1].backward()
    look()
    x = Value(2.0)
    y = function(op)(x, 3.0)  # the partial with respect to b is not needed
    assert (y.data, y.partials) == (6.0, (3.0,))


def test_reference_counts_that_do_not_count(monkeypatch):
    monkeypatch.setattr(sys, "getrefcount", lambda _: 1)
    assert spare._references() == 0


def test_a_second_pass_of_the_same_root():
    x = Value(0.5)
    y = wave(x)[-1]
    y.backward()
    first, x.grad = x.grad, 0.0
    y.backward()  # its nodes are in the list, and in use
    assert len(spare.Passes.orders) == 1
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
        look()
        made = [node for node in topological(wave(x)[-1]) if node.parents]
    assert {scope_of(node) for node in made} == {("inside",)}
    root = wave(x)[-1]
    root.backward()
    assert scope_of(root) == ()
    del root
    assert look()
