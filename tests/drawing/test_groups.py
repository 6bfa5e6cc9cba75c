"""Scopes, frames, and groups that fold into one node: what is in them, and their numbers."""

import copy
import gc
import json
import pickle
import random
import re
from collections import defaultdict
from itertools import permutations, product
from operator import mul

import pytest
from numpy import int64

from autograd_mini import MLP, Value, draw, functions, losses, scope, to_mermaid
from autograd_mini.drawing.groups import contracted, grouped
from autograd_mini.drawing.scopes import scope_of
from autograd_mini.graph import topological
from autograd_mini.rules.spare import Passes
from tests.drawing.structure import network, structure


# --- scopes ---------------------------------------------------------------------------------------
def test_scopes_nest_and_hold_what_is_made_inside():
    x = Value(2.0, label="x")
    with scope("outer"):
        a = x * 2
        with scope("inner"):
            b = a.tanh()
            b.label = "b"
        c = b + 1
    d = c * 2
    scopes = [(), ("outer",), ("outer", "inner"), ("outer",), ()]
    assert [scope_of(v) for v in (x, a, b, c, d)] == scopes
    assert b.label == "b"
    assert not a.label


def test_a_scope_that_an_exception_leaves_is_closed():
    for _ in range(2):
        with pytest.raises(ArithmeticError), scope("broken"):
            raise ArithmeticError
    assert scope_of(Value(1.0) * 2) == ()
    assert gc.isenabled()


def test_scopes_that_are_not_left_in_order_are_left():
    """The first was open for ever, and no node of a graph that is gone was used again."""
    first, second = scope("first"), scope("second")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    y = Value(1.0) * 2
    second.__exit__(None, None, None)
    assert (scope_of(y), scope_of(y + 1), Passes.used) == (("second",), (), True)


def test_the_garbage_collector_is_left_as_it_was():
    gc.disable()
    try:
        with scope("s"):
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_scopes_are_copied_and_pickled_with_their_nodes():
    x = Value(2.0, label="x")
    with scope("s"):
        y = x * x
    for again in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert (scope_of(again), scope_of(again.parents[0])) == (("s",), ())


def test_thousands_of_nodes_in_a_scope_are_all_found():
    with scope("s"):
        y = Value(1.0)
        for _ in range(5000):
            y = y + 1
        y.backward()
    assert {scope_of(node) for node in topological(y)} == {("s",)}


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        (3, TypeError, r"a scope's name is text, got 3 \(int\)"),
        (None, TypeError, "a scope's name is text, got None"),
        ("", ValueError, "a scope needs a name, got ''"),
        (" ", ValueError, "a scope needs a name, got ' '"),
    ],
)
def test_wrong_names(name, error, message):
    with pytest.raises(error, match=message), scope(name):
        pass


def test_parameters_are_framed_with_the_only_scope_that_uses_them():
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    with scope("net"):
        y = model([1.0, 2.0])
    frames = structure(draw(y, group="layer"))["groups"]
    assert [*frames] == ["net"]
    assert sorted(frames["net"]["groups"]) == ["layer1", "layer2"]
    assert sum(len(g["nodes"]) for g in frames["net"]["groups"].values()) == len(topological(y))


# --- folding --------------------------------------------------------------------------------------
def folded(root, **options):
    """For each folded group its texts."""
    nodes = structure(draw(root, rankdir="LR", **options))["nodes"].values()
    return {n["texts"][0]: n["texts"][1:] for n in nodes if n["class"].startswith("folded")}


def shown(drawing):
    return [node["texts"][0] for node in structure(drawing)["nodes"].values()]


def test_a_layer_shows_its_nodes_inputs_outputs_and_range():
    loss = network(3, 2, 1)
    outputs = [node for node in topological(loss) if node.op and node.op.name == "tanh"]
    first = [h for h in outputs if h.parents[0].parents[0].label.startswith("layer1.")]
    sizes = sorted(abs(h.grad) for h in first)
    assert len(sizes) == 3
    texts = folded(loss, collapse="layer", number_format=".17g")["layer1"]
    # 3 neurons: 2 weights, a bias, a sum and an activation each; three numbers are handed on.
    assert texts[:3] == ["15 nodes", "0 → 3", "|grad|"]
    low, high = (float(text) for text in texts[3].split(" to "))
    assert (low, high) == (sizes[0], sizes[-1])


def test_by_depth_name_pattern_list_and_function():
    loss = network(3, 2, 1)
    layers = ["layer1", "layer2", "layer3"]
    assert sorted(folded(loss, collapse=1)) == sorted(folded(loss, collapse=int64(1))) == layers
    assert sorted(folded(loss, collapse="layer")) == layers
    assert sorted(folded(loss, collapse=2)) == sorted(folded(loss, collapse="neuron"))
    assert len(folded(loss, collapse="neuron")) == 6
    assert sorted(folded(loss, collapse="layer[12]")) == ["layer1", "layer2"]
    named = folded(loss, collapse=["layer3", "layer1.neuron2"])
    assert sorted(named) == ["layer1.neuron2", "layer3"]
    assert sorted(folded(loss, collapse="layer2.neuron*")) == ["layer2.neuron1", "layer2.neuron2"]
    assert sorted(folded(loss, collapse="l*2")) == ["layer2"]
    assert folded(loss, collapse=[]) == folded(loss, collapse=False) == {}
    leaves = folded(loss, collapse=lambda v: "parameters" if v.first is None else None)
    assert leaves["parameters"][:2] == ["20 nodes", "0 → 20"]


def test_roots_and_what_the_reader_has_named_stay():
    loss = network(3, 2, 1)
    assert "L = v₂²" in shown(draw(loss, collapse="neuron"))
    y = MLP(1, [1], seed=0)([2.0])  # the sum of a neuron, whose group it would be in
    y.label = "y"
    assert "y = (w[0], b) · (2, 1)" in shown(draw(y, collapse="layer"))
    error = MLP(1, [1], seed=0)([2.0]).tanh()
    assert not [text for text in shown(draw(error * 2, collapse="layer")) if "tanh" in text]
    error.label = "error"
    assert "error = tanh(v₁)" in shown(draw(error * 2, collapse="layer"))


def test_an_arrow_beside_a_folded_group_says_that_it_is_one_way_of_several():
    x = Value(3.0, label="x")
    with scope("inside"):
        square = x * x
    y, z = square + x, x + 1
    y.label, z.label = "y", "z"
    edges = structure(draw(y, z, collapse="inside"))["edges"].values()
    assert {"∂y/∂x⁽¹⁾ = 1", "∂z/∂x = 1"} <= {text for edge in edges for text in edge[3]}


def test_large_graphs_fold_by_themselves_and_say_so():
    model = MLP(2, [8, 8, 1], activation="tanh", seed=0)
    loss = functions.mean([losses.mse(model([x, 1.0]), 1.0) for x in (0.1, 0.5, -0.7)])
    loss.label = "L"
    loss.backward()
    n = len(topological(loss))
    assert n > 200
    whole = structure(draw(loss))
    assert len(whole["nodes"]) <= 24
    assert f"{n} nodes, folded into {len(whole['nodes'])}" in whole["caption"][0]
    assert "collapse=False draws them all" in whole["caption"][0]
    assert len(structure(draw(loss, collapse=False))["nodes"]) == n
    assert structure(draw(loss, max_nodes=n))["caption"] == []


def test_a_chain_without_groups_folds_into_stages():
    y = Value(1.0, label="x")
    for _ in range(1199):
        y = y * 1.001
    y.backward()
    groups = folded(y)
    assert [*groups] == [f"stage {k}" for k in range(1, 13)]
    assert sum(int(texts[0].split()[0]) for texts in groups.values()) == 1199
    assert [texts[1] for texts in groups.values()] == ["0 → 1", *["1 → 1"] * 11]
    assert next(iter(folded(y, lang="es"))) == "etapa 1"
    values = draw(y, detail="values")  # a rule below which there was nothing: Python crashed
    assert "<hr/></table>" not in values.source
    assert values.pipe(encoding="utf-8").count("stage 12") == 1


def test_more_layers_than_a_page_has_room_for_fold_together_where_they_follow_each_other():
    y = MLP(2, [3] * 30, activation="tanh", seed=0)([0.5, -1.0])[0]
    texts = folded(y.tanh())
    names = [f"layer{k} – layer{k + 2}" for k in range(1, 31, 3)]
    assert sorted(texts) == sorted(names)
    assert [texts[name][1] for name in names] == ["0 → 3", *["3 → 3"] * 8, "3 → 1"]
    assert sorted(folded(y)) == sorted(names)  # the last layer's sum, a root, is in no group
    z = Value(0.5)
    for k in range(100):
        with scope(f"step {k}"):
            z = z * 2 + 1
    assert {"step 0 – step 8", "step 99"} < {*folded(z.log())}


def test_much_that_is_in_no_group_folds_by_what_it_is():
    products = [Value(k / 9) * 2 for k in range(30)]
    y = functions.sum([MLP(1, [1], seed=0)([1.0]).tanh(), *products])
    assert [*folded(y, max_nodes=5)] == ["layer1.neuron1", "inputs", "other operations"]
    assert [*folded(y, max_nodes=5, lang="es")][1:] == ["entradas", "otras operaciones"]


@pytest.mark.parametrize("direction", [None, "LR", "TB"])
@pytest.mark.parametrize("layers", [2, 20])
def test_what_is_folded_is_no_wider_than_a_page(layers, direction):
    """Letters of 12 points are read down to 7 pixels, so that 720 pixels have room for 1,028."""
    root = MLP(2, [16] * layers + [1], activation="tanh", seed=0)([0.5, -1.0])
    drawing = draw(root, rankdir=direction)
    width = float(re.search(r'width="([\d.]+)pt"', drawing.pipe(encoding="utf-8"))[1])
    expected = direction or ("LR" if layers == 2 else "TB")
    assert f"rankdir={expected} " in drawing.source
    assert to_mermaid(root, rankdir=direction).splitlines()[1] == f"flowchart {expected}"
    assert (width < 1028) == (layers == 2 or expected == "TB")


@pytest.mark.parametrize("seed", range(5))
def test_edges_between_groups_are_counted_as_one_by_one(seed):
    """Against the plain definition, on graphs with shared vectors and repeated operands."""
    rng = random.Random(seed)
    values = [Value(rng.uniform(-1, 1)) for _ in range(4)]
    for _ in range(40):
        a, b, c = (rng.choice(values) for _ in range(3))
        vector = (a, b, c, a)
        values += [functions.dot(vector, (b, c, a, 1.0)), functions.sum(vector), a * b, a.tanh()]
    root = functions.sum(values)
    root.backward()
    order = topological(root)
    colour = {node: (f"g{rng.randrange(6)}",) for node in order if rng.random() < 0.8}
    groups, joined = contracted(order, [root], colour, {*order})
    key = {node: colour.get(node, node) for node in order}
    flows = defaultdict(list)
    for node in order:
        for parent, partial in node.edges():
            if key[parent] != key[node] and (parent in colour or node in colour):
                flows[key[parent], key[node]].append(abs(node.grad * partial))
    assert joined.keys() == flows.keys()
    for pair, shares in joined.items():
        assert shares == pytest.approx(flows[pair], rel=1e-15)
    for name, fold in groups.items():
        members = {node for node in order if key[node] == name}
        assert {*fold.members} == members
        assert fold.inputs == {p for n in members for p in n.parents if key[p] != name}
        used = {p for n in order if key[n] != name for p in n.parents if key[p] == name}
        assert fold.outputs == used | ({root} & members)


def test_gradients_fade_where_nothing_flows():
    x, w = Value(-2.0, label="x"), Value(3.0, label="w")
    y = (x.relu() + w) * 2
    y.backward()
    nodes = {n["texts"][0]: n for n in structure(draw(y))["nodes"].values()}
    assert (nodes["x"]["class"], nodes["w"]["class"]) == ("leaf faded", "leaf")
    assert nodes["x"]["texts"][-2:] == ["grad", "0"]  # it has one, which is truly 0
    assert "x" not in shown(draw(y, off_path="hidden"))
    normal = structure(draw(y, off_path="normal"))["nodes"].values()
    assert not any("faded" in node["class"] for node in normal)
    z = Value(0.0).sqrt() * 0
    z.backward()
    edges = structure(draw(z, detail="chain rule"))["edges"].values()
    assert [share for *_, (_, share) in edges] == ["0 × ∞ = 0", "1 × 0 = 0"]  # not nan


def test_frames_come_after_the_frames_that_they_use():
    """Each layer right of the one before: no two frames share a column."""
    loss = network(3, 2, 1)
    order = topological(loss)
    layer = {f"n{k}": grouped(order, "layer")[node] for k, node in enumerate(order)}
    svg = draw(loss, group="layer").pipe(encoding="utf-8")
    spans = defaultdict(list)
    for id, points in re.findall(r'<g id="(n\d+)" class="node.*?points="([^"]*)"', svg, re.S):
        for name in layer[id][:1]:
            spans[name] += [float(point.split(",")[0]) for point in points.split()]
    assert max(spans["layer1"]) < min(spans["layer2"])
    assert max(spans["layer2"]) < min(spans["layer3"])


@pytest.mark.parametrize("options", [{}, {"color_by": "gradient"}, {"rankdir": "TB"}])
def test_titles_of_frames_stand_where_fewer_arrows_cross(options):
    """At the top, be there a legend or not; top down, at the bottom if more arrows come in."""
    source = draw(network(3, 2, 1), group="layer", **options).source
    places = re.findall(r"label=<(\w+)> labeljust=l labelloc=(.)", source)
    incoming = {"layer2", "layer3"} if options.get("rankdir") else set()
    wanted = {name: "b" if name in incoming else "t" for name in ("layer1", "layer2", "layer3")}
    assert dict(places) == wanted


@pytest.mark.parametrize("groups", [5, 20], ids=["that use one another", "that skip others"])
def test_no_line_runs_through_groups(groups):
    values = []
    for k in range(20):
        with scope(f"group {k % groups}"):
            values.append(functions.sum([Value(1.0), *values[-4:]]))
    lines_are_free(draw(values[-1], collapse=1))


def lines_are_free(drawing):
    layout = json.loads(drawing.pipe("json"))
    nodes = [node for node in layout["objects"] if "pos" in node]
    sizes = ((*node["pos"].split(","), node["width"], node["height"]) for node in nodes)
    sides = {node["_gvid"]: [*map(float, size)] for node, size in zip(nodes, sizes, strict=True)}
    assert len(layout["edges"]) > 2 * len(sides)
    for edge in layout["edges"]:
        for at, (node, (x, y, width, height)) in product(along(edge), sides.items()):
            inside = abs(at.real - x) < 36 * width and abs(at.imag - y) < 36 * height
            assert not inside or node in (edge["tail"], edge["head"])


def along(edge):
    """Points of a spline."""
    points = [complex(*map(float, p.split(","))) for p in edge["pos"].split()[1:]]
    for k, t in product(range(0, len(points) - 1, 3), (0.125 * i for i in range(9))):
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        yield sum(map(mul, weights, points[k : k + 4]))


def test_no_arrow_runs_through_the_label_of_another():
    """As it did where the order of the operands is not the one that leaves room for all."""
    xs = [Value(0.5 + k) for k in range(4)]
    mean = functions.mean(xs)
    edges = json.loads(draw(functions.mean([(x - mean) ** 2 for x in xs])).pipe("json"))["edges"]
    for edge, other in permutations(edges, 2):
        (text,) = [part for part in other["_ldraw_"] if part["op"] == "T"]
        x, y = text["pt"]
        through = [z for z in along(edge) if x < z.real < x + text["width"] and y < z.imag < y + 8]
        assert not through


@pytest.mark.parametrize(("rankdir", "axis"), [("LR", 1), ("TB", 0)])
def test_the_parameters_of_neurons_that_share_their_inputs_stand_in_order(rankdir, axis):
    loss = MLP(2, [3, 3, 1], activation="tanh", seed=0)([Value(0.5), Value(-1.0)])
    things = json.loads(draw(loss, rankdir=rankdir).pipe("json"))["objects"]
    places = {thing["name"]: thing["pos"].split(",")[axis] for thing in things if "pos" in thing}
    order = topological(loss)
    for node in order:
        found = [float(places[f"n{order.index(x)}"]) for x in node.parents if x.label]
        assert found == sorted(found, reverse=rankdir == "LR")


def test_straight_lines_between_columns_tell_their_number_under_the_pointer():
    """A label's place is that of a curve: it stood far from its line, and the columns far apart."""
    model = MLP(2, [6, 6, 1], activation="tanh", seed=0)
    loss = functions.mean([losses.mse(model([x, 1.0]), 1.0) for x in (0.1, 0.5, -0.7)])
    svg = draw(loss, collapse="neuron").pipe(encoding="utf-8")
    assert (svg.count(">3 edges<"), svg.count('title="3 edges"')) == (0, 6 * 6 + 6)


@pytest.mark.parametrize("target", range(3))
def test_lines_are_straight_where_a_score_goes_past_a_sum_into_a_cross_entropy(target):
    loss = losses.cross_entropy(MLP(4, [8, 8, 3], seed=0)([0.1, 0.2, 0.3, 0.4]), target)
    drawing = draw(loss, collapse="neuron")
    assert "splines=line" in drawing.source
    lines_are_free(drawing)
