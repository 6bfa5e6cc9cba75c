"""The columns of a recording of very many nodes, and its groups."""

import base64
import json
import zlib
from array import array
from collections import Counter
from fractions import Fraction

import pytest

from autograd_mini import MLP, Value, steps, where
from autograd_mini.drawing import draw
from autograd_mini.drawing.groups import MOST, hierarchy
from autograd_mini.graph import topological
from autograd_mini.losses import mse, sequence_cross_entropy
from autograd_mini.nn import GPT
from autograd_mini.pages.columns import groups_of, packed


def network(samples, sizes=(3, 1)):
    model = MLP(2, [*sizes], activation="tanh", seed=0)
    points = [[0.01 * k, 1 - 0.02 * k] for k in range(samples)]
    return mse([model(point) for point in points], [k % 2 * 1.0 for k in range(samples)])


def unpacked(columns):
    raw = zlib.decompress(base64.b64decode(columns["packed"]), wbits=-15)
    lengths = dict(columns["lengths"])
    at = lengths.pop("told")
    found = {"told": json.loads(raw[:at])}
    for name, n in lengths.items():
        kind, size = ("d", 8) if name in ("data", "partials", "updated") else ("i", 4)
        planes = [raw[at + k * n : at + (k + 1) * n] for k in range(size)]
        found[name] = array(kind, b"".join(map(bytes, zip(*planes, strict=True))))
        at += size * n
    assert at == len(raw)
    return found


def test_the_columns_hold_the_numbers_exactly():
    recorded = steps(network(9))
    found = unpacked(packed(recorded))
    assert list(found["data"]) == [node.data for node in recorded.nodes]
    keys = list(found["told"]["maths"]["ops"])
    for node, key in zip(recorded.nodes, found["kind"], strict=True):
        assert (key == -1) == (node.op is None)
        assert key == -1 or keys[key].split("/")[0].split("^")[0] == node.op.name


def test_partials_are_stored_where_they_are_no_sums_products_and_quotients_of_data():
    recorded = steps(lambda x: (x.tanh() + x.sin() + x % 2.0) * x.exp() / x.sqrt(), 0.5)
    found = unpacked(packed(recorded))
    keys = list(found["told"]["maths"]["ops"])
    assert [keys[k] for k in found["told"]["stored"]] == ["tanh", "sin", "mod"]
    assert [*found["partials"]] == [recorded.nodes[k].partials[0] for k in (1, 2, 4)]


def test_conditions_that_are_given_are_numbers():
    """As a text, that of False was true in the page, which took the derivative of the other."""
    recorded = steps(lambda x, y: where(False, x, y) * 2.0, 3.0, 4.0)
    assert unpacked(packed(recorded))["told"]["constants"] == [0, 2]


@pytest.mark.parametrize("what", ["stale", "by hand", "engine", "fraction"])
def test_what_a_page_could_not_compute_is_not_packed(what):
    x = Value(Fraction(1, 3) if what == "fraction" else 3.0, label="x")
    y = Value(9.0, parents=(x,), partials=(6.0,)) if what == "by hand" else x * x * 1.0
    if what == "stale":
        x.data = 4.0
    recorded = steps(y)
    if what == "engine":
        recorded.steps = (*recorded.steps[:-1], recorded.steps[-1]._replace(adjoint=5.0))
    assert packed(recorded) is None
    assert packed(steps(lambda x: x * x * 1.0, 3.0)) is not None


def test_no_group_holds_too_much_and_names_stand_outside():
    order = topological(network(600))
    paths = hierarchy(order)
    held = Counter(paths.values())
    inner = {path[:k] for path in paths.values() for k in range(1, len(path) + 1)}
    held.update(path[:-1] for path in inner)
    assert max(held.values()) <= MOST
    assert paths[order[-1]] == ()
    weight = next(node for node in order if node.label == "layer2.neuron1.w[0]")
    assert paths[weight][:2] == ("layer2", "neuron1")
    assert {path[0] for path in paths.values() if path} >= {"layer1", "layer2", "stage 1"}


def test_draw_folds_the_computed_groups_too():
    root = network(600)
    text = draw(root, collapse=1).source
    assert "layer1" in text
    assert "stage 2" in text
    table, of = groups_of(steps(network(2)))
    assert table[0] == ["", -1]
    assert of[-1] == 0


def test_a_gpt_opens_by_its_heads_and_places():
    model = GPT(5, width=4, heads=2, context=4, seed=0)
    root = sequence_cross_entropy([model([0, 1, 2])], [([1, 2, 3], [1.0] * 3)])
    paths = hierarchy(topological(root))
    rows = {f"layer1.{name}" for name in ("query", "key", "value", "mixed", "up", "down")}
    rows |= {"letters", "places", "scores", "layer1.head1", "layer1.head2"}
    assert {path[0] for path in paths.values() if path} == rows | {"place1", "place2", "place3"}
    held = Counter(node.op.name for node, p in paths.items() if p == ("layer1.head2", "place3"))
    # three scores q·k, each through 1 / sqrt(2), and a weight for each; two numbers of each value
    assert held["dot"] == 3 + 2
    assert sum(held.values()) >= 3 + 3 + 3 + 2
