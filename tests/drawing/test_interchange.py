"""JSON: graphs come back bit for bit, and what is no graph is refused with a sentence."""

import json
import math
import random
import re
from contextlib import nullcontext
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, from_json, functions, ieee, scope, to_json
from autograd_mini.drawing.scopes import scope_of
from autograd_mini.errors import FormulaError, NumberTypeError
from autograd_mini.graph import topological
from tests.documents import unsigned


def same_number(a, b):
    """The same kind of number with the same bits."""
    if type(a) is not type(b):
        return False
    if isinstance(a, complex):
        return same_number(a.real, b.real) and same_number(a.imag, b.imag)
    if isinstance(a, float):
        return a.hex() == b.hex()
    return bool(a._mpf_ == b._mpf_) if isinstance(a, mpmath.mpf) else bool(a == b)


def check_same(ours, again):
    """Two graphs are equal in all that they hold, and computing goes on from both alike."""
    before, after = topological(*ours), topological(*again)
    place = {node: k for order in (before, after) for k, node in enumerate(order)}
    for a, b in zip(before, after, strict=True):
        assert a is not b
        assert (a.op, a.label, scope_of(a)) == (b.op, b.label, scope_of(b))
        assert [place[p] for p in a.parents] == [place[p] for p in b.parents]
        numbers = zip((a.data, a.grad, *a.partials), (b.data, b.grad, *b.partials), strict=True)
        assert all(same_number(*pair) for pair in numbers)
        one, other = (node.op and [*map(constants, node.args)] for node in (a, b))
        assert repr(one) == repr(other)


def constants(arg):
    """The argument with its Values left out."""
    if isinstance(arg, tuple):
        return tuple(map(constants, arg))
    return None if isinstance(arg, Value) else arg


OPERATIONS = [
    lambda a, b: a * b, lambda a, b: a - b * 3, lambda a, b: functions.sum([a, 2, b, a]),
    lambda a, b: functions.dot((a, b, 1), (b, b, a)),
]  # fmt: skip
FLOATS = [
    lambda a, _: a.tanh(), lambda a, b: functions.max([a, b, 0.5]), lambda a, _: a.clamp(-1.0, 1.0),
]  # fmt: skip


def random_graph(rng, leaves, operations):
    values = [Value(x, label=rng.choice([None, f"x{k}", ""])) for k, x in enumerate(leaves)]
    for _ in range(rng.randrange(1, 15)):
        a, b = rng.choice(values), rng.choice(values)
        scoped = rng.random() < 0.3
        with scope(rng.choice(["encoder", "ámbito"])) if scoped else nullcontext():
            values.append(rng.choice(operations)(a, b))
    roots = [values[-1], rng.choice(values)]
    if rng.random() < 0.7:
        roots[0].backward()
    return [*dict.fromkeys(roots)]


@given(st.randoms(use_true_random=False), st.lists(st.floats(-3, 3), min_size=1, max_size=3))
def test_random_graphs_come_back(rng, leaves):
    roots = random_graph(rng, leaves, OPERATIONS + FLOATS)
    check_same(roots, from_json(to_json(roots)))


KINDS = {
    "fraction": st.fractions(),
    "complex": st.complex_numbers(max_magnitude=100),
    "mpf": st.decimals(-100, 100, allow_nan=False).map(lambda d: mpmath.mpf(str(d)) / 7),
    "float": st.floats(allow_nan=True, allow_infinity=True, width=64),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_kind_of_number_comes_back(kind, data):
    leaves = data.draw(st.lists(KINDS[kind], min_size=1, max_size=3))
    with ieee():
        roots = random_graph(random.Random(1), leaves, OPERATIONS)
    check_same(roots, from_json(to_json(*roots)))


@pytest.mark.parametrize("digits", [15, 50, 333])
def test_mpmath_numbers_keep_all_their_digits(digits):
    with mpmath.workdps(digits):
        y = Value(+mpmath.pi, label="π") * mpmath.sqrt(2)
        y.backward()
    check_same([y], from_json(to_json(y)))


HUGE = 7**6000  # beyond the digits that Python reads
ENDS = [
    *map(mpmath.mpf, ("inf", "-inf", "nan", "0", "1e-5000", "-7e9000")), HUGE, -HUGE,
    Fraction(HUGE, 3**7000), math.inf, -math.inf, math.nan, -0.0, 5e-324, 1.7976931348623157e308,
]  # fmt: skip


@pytest.mark.parametrize("x", ENDS, ids=range(len(ENDS)))
def test_the_ends_of_each_kind_of_number(x):
    y = Value(0.5) * 1
    y.data = x
    text = to_json(y)
    assert not re.search("NaN|Infinity", text)  # which JSON does not have
    (again,) = from_json(text)
    assert same_number(again.data, x)


def test_numpys_numbers_become_pythons():
    (again,) = from_json(to_json(Value(np.float64(0.1))))
    assert type(again.data) is float
    assert again.data == 0.1


def test_a_gradient_that_is_a_graph_is_written_as_its_number():
    x = Value(3.0, label="x")
    y = x * x * x
    y.backward(create_graph=True)
    (again,) = from_json(to_json(y))
    assert topological(again)[0].grad == 27.0


def test_a_node_made_by_hand_comes_back():
    x = Value(2.0, label="x")
    y = Value(5.0, parents=[x, x], partials=[3.0, 4.0])
    check_same([y], from_json(to_json(y)))
    (again,) = from_json(to_json(y))
    again.backward()
    assert again.parents[0].grad == 7.0


def test_a_graph_that_has_lost_an_edge_comes_back_so():
    """As an engine leaves it that keeps parents in a set: x * x with one parent."""
    (y,) = from_json(changed(parents=["n0"], partials=[3.0]))
    assert len(y.parents) == 1
    check_same([y], from_json(to_json(y)))


def test_the_schema_is_stable():
    """Version 2; another meaning of these keys needs another version."""
    x = Value(3.0, label="x")
    with scope("s"):
        y = functions.sum([x, 0.5, x])
    y.backward()
    assert json.loads(to_json(y)) == {
        "format": "autograd_mini graph",
        "version": 2,
        "checksum": "dc2917a3aab59138",
        "nodes": [
            {
                "id": "n0", "op": None, "label": "x", "scope": [], "args": [], "data": 3.0,
                "grad": 2.0, "parents": [], "partials": [],
            },
            {
                "id": "n1", "op": "sum", "label": "", "scope": ["s"], "data": 6.5, "grad": 1.0,
                "args": [[{"node": "n0"}, 0.5, {"node": "n0"}]], "parents": ["n0", "n0"],
                "partials": [1, 1],
            },
        ],
        "roots": ["n1"],
    }  # fmt: skip


def test_a_long_chain_does_not_recurse():
    y = x = Value(1.0, label="x")
    for _ in range(5000):
        y = y + x
    (again,) = from_json(to_json(y))
    again.backward()
    assert topological(again)[0].grad == 5001.0


# --- what is refused ------------------------------------------------------------------------------
def changed(**changes):
    """The JSON of x * x with other entries in its last node, or in the whole."""
    x = Value(3.0, label="x")
    whole = unsigned(to_json(x * x))
    for key, value in changes.items():
        place = whole if key in whole else whole["nodes"][-1]
        if value is ...:
            del place[key]
        else:
            place[key] = value
    return json.dumps(whole)


NOT_AS_WRITTEN = "node {}: it needs id, op, .*, partials; the id is a text of its own"
WRONG = [
    ("", "autograd_mini graph: it is empty"),  # tests/test_files.py has more such
    ("null", r'not an autograd_mini graph document \("format": "autograd_mini graph" is missing'),
    (changed(version=3), "it has version 3, .* up to version 2; install a newer one"),
    (changed(nodes={}), 'a graph needs the lists "nodes" and "roots"'),
    (changed(roots=...), "it lacks roots"),
    (changed(roots=["n7"]), "the root 'n7' is no node"),
    (changed(roots=[[]]), r"the root \[\] is no node"),
    (changed(nodes=[1]), NOT_AS_WRITTEN.format(0)),
    *((changed(**wrong), NOT_AS_WRITTEN.format(1)) for wrong in (
        {"op": ...}, {"id": "n0"}, {"id": 7}, {"op": 7}, {"label": 7}, {"scope": "s"},
        {"scope": [1]}, {"parents": 7}, {"partials": 7},
    )),
    *((changed(data=wrong), f"node 1: {re.escape(repr(wrong)[:60])} is not a number") for wrong in (
        "3", True, None, {"float": "many"}, {"float": 1.0}, {"fraction": "1/0"}, {"decimal": "1.5"},
        {"fraction": "1e999999999"}, {"fraction": 0.5}, {"complex": [1]}, {"complex": [1, "i"]},
        {"mpf": "1e999999999"}, {"mpf": [1.5, 0]}, {"mpf": [1, 0.5]}, {"mpf": [3, -1, 0]},
        {"int": "1.5"}, {},
    )),
    (changed(parents=["n0", "n9"]), "node 1: 'n9' is no node before it"),
    (changed(parents=["n0", "n1"]), "node 1: 'n1' is no node before it"),
    (changed(parents=["n0"]), "node 1: .* got 1 parents and 2 partials"),
    *((changed(args=wrong), r"node 1: the args do not fit mul\(a, b\)") for wrong in (
        [], [[{"node": "n0"}], {"node": "n0"}],
    )),
    (changed(args=[1, 2]), "node 1: the parents are not the nodes among the args"),
    (changed(args=[{"node": "n5"}, 2]), "node 1: 'n5' is no node before it"),
    (changed(op=None), "the op is None, but there are 2 parents"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_graph_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        from_json(text)


def test_an_unknown_operation_is_a_formula_error():
    with pytest.raises(FormulaError, match="'mull' is not on the sheet; define it with op"):
        from_json(changed(op="mull"))


def test_a_number_without_a_form_is_refused():
    x = Value(1.0)
    x.data = mpmath.mpc(1, 2)
    with pytest.raises(NumberTypeError, match="a mpc has no form in JSON here"):
        to_json(x)


def test_a_gradient_that_is_none_is_none_yet():
    x = Value(2.0)
    y = x * 3
    x.grad = None
    (again,) = from_json(to_json(y))
    assert again.parents[0].grad == 0.0
