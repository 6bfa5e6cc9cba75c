"""`draw_network`: the numbers, widths and signs of its lines are those of the model."""

import math
import re

import pygraphviz
import pytest

from autograd_mini import MLP, Value, draw_network, losses
from autograd_mini.data import Dataset
from autograd_mini.nn import Layer, Neuron
from tests.drawing.structure import as_float, structure
from tests.training.models import with_weights


def model():
    """A network whose numbers are simple: 2 inputs, 2 neurons, 1 output."""
    net = MLP(2, [2, 1], activation="tanh", init="zeros")
    return with_weights(net, [1.0, -2.0, 0.25, 0.5, 0.0, -0.5, 4.0, -1.0, 1.5])


def lines(drawing):
    """Number, width and class of each connection."""
    graph = pygraphviz.AGraph(string=drawing.source)
    found = {}
    for tail, head in graph.edges():
        attributes = graph.get_edge(tail, head).attr
        number = as_float(attributes["edgetooltip"])
        found[str(tail), str(head)] = number, float(attributes["penwidth"]), attributes["class"]
    return found


@pytest.mark.parametrize(
    ("what", "factor", "options"),
    [("data", 1, {}), ("grad", 1, {"show": "gradient"}),
     ("grad", -0.25, {"show": "update", "lr": 0.25})],
)  # fmt: skip
def test_connections_by_number_width_and_sign(what, factor, options):
    net = model()
    losses.mse(net([1.0, 0.5]), 2.0).backward()
    found = lines(draw_network(net, number_format=".17g", **options))
    sizes = {
        (f"l{k}n{i}", f"l{k + 1}n{j}"): factor * getattr(w, what)
        for k, layer in enumerate(net.layers)
        for j, neuron in enumerate(layer.neurons)
        for i, w in enumerate(neuron.w)
    }
    assert {pair: number for pair, (number, _, _) in found.items()} == sizes
    largest = max(map(abs, sizes.values()))
    for number, width, sign in found.values():
        assert width == pytest.approx(0.3 + 4.2 * abs(number) / largest, abs=0.00501)
        assert sign == ("positive" if number >= 0 else "negative")
    for parameter in net.parameters():
        parameter.grad = None
    without = lines(draw_network(net, **{"show": "gradient"} | options))
    assert {size for size, _, _ in without.values()} == {0.0}


def test_activations_are_the_means_of_the_batch():
    drawing = draw_network(model(), [[1.0, 0.5], [0.0, -1.0]], number_format=".17g")
    nodes = structure(drawing)["nodes"]
    first = [math.tanh(0.25), math.tanh(2.25)]  # x1 - 2 x2 + 0.25
    second = [math.tanh(0.0), math.tanh(-0.5)]  # x1 / 2 - 0.5
    third = [4 * a - b + 1.5 for a, b in zip(first, second, strict=True)]
    means = [0.5, -0.25, *(sum(both) / 2 for both in (first, second, third))]
    for id, value in zip(("l0n0", "l0n1", "l1n0", "l1n1", "l2n0"), means, strict=True):
        (text,) = nodes[id]["texts"]
        assert as_float(text) == pytest.approx(value, rel=1e-15)
    assert "activation: mean of 2 samples" in structure(drawing)["caption"]


def test_one_sample_and_a_dataset_are_batches_too():
    one = draw_network(model(), [1.0, 0.5])
    assert one.source == draw_network(model(), [[1.0, Value(0.5)]]).source
    assert "mean of" not in one.source
    data = Dataset("d", [(1.0, 2.0), (0.5, -1.0)], [0.0, 1.0])
    assert draw_network(model(), data).source == draw_network(model(), data.inputs).source


def test_values_that_cancel_have_a_mean_of_zero():
    nodes = structure(draw_network(Neuron(1), [[0.1], [0.2], [-0.3]]))["nodes"]
    assert 0.1 + 0.2 - 0.3 != 0
    assert nodes["l0n0"]["texts"] == ["0"]


def test_what_is_infinite_is_thickest_and_hides_no_other_size():
    net = model()
    net.layers[0].neurons[0].w[0].data = math.inf
    widths = {ends: width for ends, (_, width, _) in lines(draw_network(net)).items()}
    assert widths["l0n0", "l1n0"] == widths["l1n0", "l2n0"] == 4.5  # infinity, and 4
    assert widths["l0n1", "l1n0"] == 2.4  # -2
    nodes = structure(draw_network(Layer(1, 1), [[1e308], [1.4e308]]))["nodes"]
    assert nodes["l0n0"]["texts"] == ["1.2·10³⁰⁸"]  # their sum is too large for a float
    nodes = structure(draw_network(with_weights(Neuron(1), [math.inf, 0.0]), [1.0]))["nodes"]
    assert nodes["l1n0"]["texts"] == ["∞"]


def test_a_long_number_is_as_small_as_its_neuron():
    net = with_weights(Neuron(1), [1.0, -1.23456e-10])
    source = draw_network(net, number_format=".6g").source
    size = int(re.search(r'point-size="(\d+)">−1.23456·10⁻¹⁰<', source)[1])
    assert size * 0.556 * len("−1.23456·10⁻¹⁰") < 0.56 * 72  # a digit of Helvetica, the circle


def test_biases_and_names_without_a_batch():
    nodes = structure(draw_network(model(), lang="es"))["nodes"]
    shown = {id: node["texts"] for id, node in nodes.items()}
    assert shown == {
        "l0n0": ["x₁"], "l0n1": ["x₂"], "l1n0": ["b 0.25"], "l1n1": ["b −0.5"], "l2n0": ["b 1.5"],
        "title0": ["entradas"], "title1": ["capa 1 tanh"], "title2": ["capa 2 linear"],
    }  # fmt: skip


def test_of_a_wide_layer_fifteen_neurons_are_drawn():
    drawing = draw_network(Layer(20, 17, activation="relu"), lang="es")
    nodes = structure(drawing)["nodes"]
    for layer in ("l0n", "l1n"):
        assert sum(id.startswith(layer) for id in nodes) == 15
    assert [nodes[f"more{k}"]["texts"] for k in (0, 1)] == [["⋮ 5 más"], ["⋮ 2 más"]]
    assert len(lines(drawing)) == 225
    assert sum(id.startswith("l1n") for id in structure(draw_network(Layer(1, 16)))["nodes"]) == 16


def test_in_print_the_sign_is_told_without_colour():
    graph = pygraphviz.AGraph(string=draw_network(model(), theme="print").source)
    for edge in graph.edges():
        negative = as_float(edge.attr["edgetooltip"]) < 0
        assert edge.attr["style"] == ("dashed" if negative else "solid")
    colours = set(re.findall(r"#[0-9a-f]{6}", draw_network(model(), theme="print").source))
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)  # greys


@pytest.mark.parametrize(
    ("args", "options", "error", "message"),
    [
        ([[]], {}, ValueError, "batch: inputs must hold at least one row, got none"),
        ([[1.0, 2.0, 3.0]], {}, ValueError, "takes 2 inputs, but those of batch have 3"),
        ([[[1.0, 2.0], [1.0]]], {}, ValueError, r"inputs\[1\] must have length 2"),
        ([[1.0, "a"]], {}, TypeError, r"inputs\[0\]\[1\] must be a real number, got 'a'"),
        ([[1.0, float("nan")]], {}, ValueError, r"inputs\[0\]\[1\] must be finite, got nan"),
        ([5], {}, TypeError, r"batch must be a list of inputs.*got 5 \(int\)"),
        (["ab"], {}, TypeError, "batch must be a list of inputs"),
        ([], {"model": 3}, TypeError, "takes an MLP, a Layer or a Neuron, got 3"),
        ([], {"show": "bias"}, ValueError, "show must be one of weight, gradient"),
        ([], {"theme": "neon"}, ValueError, "theme must be one of"),
        ([], {"engine": "cloud"}, ValueError, "engine must be one of"),
        ([], {"show": "update", "lr": -1.0}, ValueError, "lr must be above 0, got -1.0"),
    ],
)
def test_wrong_arguments(args, options, error, message):
    network = () if "model" in options else (model(),)
    with pytest.raises(error, match=message):
        draw_network(*network, *args, **options)
