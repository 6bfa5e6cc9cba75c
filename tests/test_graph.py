"""The graph: order, depth, width, memory, copies and pickles."""

import copy
import gc
import io
import pickle
import sys
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, functions, grad, graph, ieee, topological
from autograd_mini.rules.higher import is_stale
from autograd_mini.rules.spare import forget
from tests.programs import printed


def leaves(root):
    return [node for node in topological(root) if node.first is None]


def chain(length, x=None):
    """X plus 1, `length` times, with a product at the end: derivative 2."""
    node = Value(0.5) if x is None else x
    for _ in range(length):
        node = node + 1
    return node * 2


def diamonds(count, x):
    """2**count paths from x to the end, each with partials 1 and 1/2: derivative 1."""
    node = x
    for _ in range(count):
        half = node * 0.5
        node = half + half
    return node


def live_values():
    forget()  # what the next graph would use
    return sum(isinstance(thing, Value) for thing in gc.get_objects())


# --- order --------------------------------------------------------------------------------------
def is_topological(order):
    place = {node: i for i, node in enumerate(order)}
    edges = [(place[parent], place[node]) for node in order for parent in node.parents]
    return len(place) == len(order) and all(a < b for a, b in edges)


def tangle(size=200):
    """A graph whose nodes use many others, near and far, with vector operations between."""
    nodes = [Value(float(i % 7)) for i in range(5)]
    for i in range(size):
        a, b, c = (nodes[(i * k + k) % len(nodes)] for k in (3, 5, 11))
        nodes.append((a - b, b * 0.5 + c, functions.dot([a, b, a], [c, 1.0, a]) * 1e-3)[i % 3])
    return functions.mean(nodes)


def test_parents_come_before_their_children_and_each_node_once():
    for root in (tangle(), chain(50), diamonds(20, Value(1.0)), Value(1.0)):
        order = topological(root)
        assert is_topological(order)
        assert order[-1] is root


@given(st.lists(st.tuples(*[st.integers(1, 4)] * 4), min_size=2, max_size=20))
def test_vectors_that_many_nodes_share_come_before_each_of_them(steps):
    """A gradient is handed on when all of it has come in: dot(weights of dot(w, x), x)."""
    nodes = [Value(Fraction(k)) for k in (2, -3, 5, 7)]
    vectors = [(a, b) for a in nodes for b in nodes]
    for a, b, i, j in steps:
        nodes.append(functions.dot(vectors[-a], vectors[-b]) / 97)
        vectors.append((nodes[-i], nodes[-j]))
    y = functions.sum(nodes[::-1])
    y.backward()
    wanted = dict.fromkeys(topological(y), Fraction())
    wanted[y] = Fraction(1)
    for node in reversed(wanted):
        for parent, partial in node.edges():
            wanted[parent] += wanted[node] * partial
    assert {node: node.grad for node in wanted} == wanted


def test_the_order_is_depth_first_and_by_argument():
    a, b, c = map(Value, (1.0, 2.0, 3.0))
    s = a * b
    t = c * s
    assert topological(t) == [c, a, b, s, t]
    assert topological(s, t) == [a, b, s, c, t]
    with pytest.raises(TypeError, match=r"takes Values, as in topological\(y\), got \[Value"):
        topological([s, t])
    assert leaves(t) == [c, a, b]


def test_only_what_the_root_depends_on():
    a = Value(1.0)
    unused = a * 2.0
    root = a + 1
    assert topological(root) == [a, root]
    assert unused.parents == (a,)


ORDER = """
from tests.test_graph import tangle
from autograd_mini import topological
junk = [object() for _ in range({junk})]
root = tangle()
root.backward()
names = {{id(node): i for i, node in enumerate(topological(root))}}
print([[names[id(p)] for p in node.parents] for node in topological(root)])
print([node.grad for node in topological(root)])
"""


def test_the_order_is_the_same_in_every_process():
    """Not by hash, not by address: two processes with other hashes and other heaps."""
    heaps = {"0": 0, "77": 40001}
    (output,) = {printed(ORDER.format(junk=n), PYTHONHASHSEED=seed) for seed, n in heaps.items()}
    assert len(output) > 1000


# --- depth and width ----------------------------------------------------------------------------
def test_zeros_of_a_class_mark_what_was_seen(monkeypatch):
    """PyPy has one 0.0 for all: every node was taken for seen, and every gradient stayed 0."""
    monkeypatch.setattr(graph, "_Zero", type("Zero", (float,), {}))
    x = Value(2.0)
    for _ in range(2):
        (diamonds(3, x) * x).backward()
        assert x.grad == 4.0
        x.grad = 0.0


def test_a_chain_of_a_million():
    x = Value(0.5)
    y = chain(1_000_000, x)
    y.backward()
    assert (y.data, x.grad) == (2_000_001.0, 2.0)
    assert len(topological(y)) == 1_000_002
    del y  # and it is freed without recursion


def test_a_wide_graph():
    x = Value(1.0)
    parts = [x * float(i) for i in range(200_000)]
    total = functions.sum(parts)
    assert len(total.parents) == 200_000
    total.backward()
    assert x.grad == 200_000 * 199_999 / 2


def test_backward_takes_a_time_linear_in_the_edges():
    """Counted, not timed: the lines of Python that run for 20, 40 and 80 diamonds."""

    def lines(count):
        forget()  # what later graphs would use
        y, total = diamonds(count, Value(1.0)), 0

        def trace(frame, event, _):
            nonlocal total
            total += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            y.backward()
        finally:
            sys.settrace(before)
        return total

    assert lines(80) - lines(40) == 2 * (lines(40) - lines(20)) > 0


def test_depth_needs_no_recursion():
    """Everything that walks a graph, with little of Python's stack left."""
    root = chain(20_000)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(150)
    try:
        root.backward()
        topological(root)
        again = copy.deepcopy(root)
        restored = pickle.loads(pickle.dumps(root))
        repr(root)
        del root
    finally:
        sys.setrecursionlimit(limit)
    assert len(topological(again)) == len(topological(restored)) == 20_002


# --- memory -------------------------------------------------------------------------------------
@pytest.fixture
def uncollected():
    """Without the garbage collector, and with tracemalloc: what is freed, counts have freed."""
    forget()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


def traced():
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.usefixtures("uncollected")
def test_a_dropped_graph_is_freed_at_once():
    """No reference cycles: with the garbage collector off nothing is left behind."""
    before = live_values()
    x = Value(1.0)
    y = tangle() * x + functions.logsumexp([x * i for i in range(50)])
    y.backward()
    y.backward()
    assert live_values() > before + 200
    del x, y
    assert grad(grad(lambda x: functions.exp(x * x) * x))(0.0) == 0.0
    assert live_values() == before


@pytest.mark.usefixtures("uncollected")
def test_memory_goes_back_to_where_it_was():
    x = Value(1.0)
    for _ in range(2):  # nodes of one graph serve the next but one
        chain(1000, x).backward()
    before = traced()
    for _ in range(20):
        chain(1000, x).backward()
    assert traced() - before < 10_000


@pytest.mark.usefixtures("uncollected")
def test_a_node_is_small():
    """At most a third of micrograd's 822 bytes, numbers and all."""
    chain(10)
    before = traced()
    root = chain(10_000)
    size = (traced() - before) / 10_002
    assert root.data == 20_001.0
    assert size < 822 / 3


def test_a_dot_shares_the_tuples_it_is_given():
    w, x = tuple(map(Value, (1.0, 1.0, 1.0))), (0.5, 1.0, 2.0)
    node = functions.dot(w, x)
    assert node.parents == w
    assert [*map(id, node.args)] == [id(w), id(x)]


# --- copies and pickles -------------------------------------------------------------------------
def same_graph(one, other):
    """The same shape, sharing, numbers, labels and operations, in other objects."""
    first, second = topological(one), topological(other)
    place, also = ({node: i for i, node in enumerate(order)} for order in (first, second))
    assert not set(first) & set(second)
    for a, b in zip(first, second, strict=True):
        for name in ("data", "grad", "label", "op", "partials"):
            assert getattr(a, name) == getattr(b, name)
        assert [place[p] for p in a.parents] == [also[p] for p in b.parents]
        assert len(a.args) == len(b.args)
    return True


COPIES = {"deepcopy": copy.deepcopy}
for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
    COPIES[f"pickle {protocol}"] = lambda root, p=protocol: pickle.loads(pickle.dumps(root, p))


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_copies_of_a_tangled_graph(duplicate):
    root = tangle()
    root.label = "mean"
    root.backward()
    again = duplicate(root)
    assert same_graph(root, again)
    again.backward()
    assert leaves(again)[1].grad != leaves(root)[1].grad
    root.backward()
    assert [leaf.grad for leaf in leaves(again)] == [leaf.grad for leaf in leaves(root)]


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("depth", [1, 2_000])
def test_nodes_that_are_shared_stay_shared(duplicate, depth):
    x = Value(2.0, label="x")
    h = chain(depth, x)
    y = h * h + x
    for order in ([x, h, y], [y, h, x], [h, y, x, h]):
        again = duplicate(order)
        by_place = dict(zip(map(id, order), again, strict=True))
        x2, h2, y2 = (by_place[id(node)] for node in (x, h, y))
        assert y2.parents[1] is x2
        assert y2.parents[0].parents == (h2, h2)
        assert leaves(h2) == [x2]
        if len(order) == 4:
            assert again[0] is again[3]
        y2.backward()
        assert x2.grad == 2 * h.data * 2 + 1
        assert x.grad == 0.0


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_list_of_nodes_is_walked_once(monkeypatch, duplicate):
    nodes, walked = [Value(0.5)], []
    for _ in range(300):
        nodes.append(nodes[-1].tanh())

    def counted(*roots, **named):
        walked.extend(order := topological(*roots, **named))
        return order

    monkeypatch.setattr(graph, "topological", counted)
    again = duplicate(nodes)
    assert len(walked) <= len(nodes) + 1
    assert [node.parents for node in again] == [(), *((node,) for node in again[:-1])]


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copied_gradient_that_is_a_value_is_its_number(duplicate):
    x = Value(2.0)
    (x**3).backward(create_graph=True)  # the gradient's graph has x in it, whose gradient it is
    again = duplicate([x, x.grad])
    assert (again[0].grad, again[1].data, leaves(again[1])) == (12, 12, [again[0]])


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_has_partials_of_its_own(duplicate):
    x = Value(3.0)
    again = duplicate(Value(9.0, (x,), (2 * x,)))
    (twin,) = again.parents
    again.backward(create_graph=True)
    slope, twin.grad = twin.grad, 0.0
    slope.backward()
    assert (twin.grad, x.grad) == (2.0, 0.0)


def test_one_pickler_for_two_graphs():
    x = Value(2.0)
    pickler = pickle.Pickler(buffer := io.BytesIO())
    pickler.dump(x * 3)
    pickler.dump(x * 5 + 1)
    unpickler = pickle.Unpickler(io.BytesIO(buffer.getvalue()))
    first, second = unpickler.load(), unpickler.load()
    assert (first.data, second.data) == (6.0, 11.0)
    assert leaves(first) == leaves(second)


def test_threads_that_pickle_one_deep_graph():
    root = chain(3000)
    pickler = pickle.Pickler(io.BytesIO())
    pickler.dump(root)  # it knows the nodes still, but another thread's pickle does not
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(lambda: pickle.loads(pickle.dumps(root))).result()
    assert again.data == root.data


def test_a_failed_pickle_leaves_nothing_behind():
    x = Value(2.0)
    y = x * 3
    y.grad = lambda: None  # cannot be pickled
    with pytest.raises(Exception, match=r"pickle|lambda"):
        pickle.dumps([y, x])
    y.grad = 0.0
    x2, y2 = pickle.loads(pickle.dumps([x, y]))
    assert y2.parents == (x2,)


def test_a_shallow_copy_shares_its_parents():
    x = Value(2.0)
    y = x * 3
    again = copy.copy(y)
    assert again is not y
    assert again.parents == (x,)
    again.data = 7.0
    assert y.data == 6.0


@pytest.mark.parametrize("number", [Fraction(1, 3), 2 + 1j, 3.0])
def test_exact_complex_and_hand_made_graphs_pickle(number):
    x = Value(number)
    root = Value(x.data**2, (x, x), (x.data, x.data)) + 2
    again = pickle.loads(pickle.dumps(root))
    assert same_graph(root, again)
    again.backward()
    assert leaves(again)[0].grad == 2 * number


def test_values_can_be_referred_to_weakly_or_say_they_cannot():
    with pytest.raises(TypeError, match="weak reference"):
        weakref.ref(Value(1.0))  # a slot for it would cost each node 8 bytes


# --- stale --------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [float, Fraction])
def test_staleness(number):
    x, y = Value(number(2)), Value(number(3))
    nodes = [x * y, x + 1, 2**x, functions.dot([x, y], [1.0, x]), x.leaky_relu(), x.clamp(0, y)]
    assert not any(map(is_stale, [x, *nodes]))
    x.data = number(5) / 2
    assert all(map(is_stale, nodes))
    x.data = number(2)
    assert not any(map(is_stale, nodes))
    assert not is_stale(Value(5.0, (x,), (1.0,)))


def test_a_nan_is_not_stale():
    x = Value(float("nan"))
    assert not is_stale(x * 2)
    with ieee():
        assert not is_stale(Value(0.0).log())
