"""Neurons, layers, networks: against closed forms, exact fractions, mpmath and micrograd itself."""

import copy
import math
import pickle
import random
from fractions import Fraction as F

import micrograd.nn
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import GradientError, Value, functions, ieee, nn
from autograd_mini.graph import topological
from autograd_mini.nn import MLP, Layer, Module, Neuron
from autograd_mini.optim import SGD
from autograd_mini.training import fit
from tests.reference import MEANING
from tests.refusals import refusing


# --- one neuron ----------------------------------------------------------------------------------
def test_a_neuron_is_two_nodes_and_a_linear_one_is_one():
    neuron = Neuron(3, activation="tanh")
    y = neuron([1.0, 2.0, 3.0])
    assert [node.op.name for node in topological(y) if node.op] == ["dot", "tanh"]
    (z,) = y.parents
    assert z.args == ((*neuron.w, neuron.b), (1.0, 2.0, 3.0, 1))
    linear = Neuron(3, nonlin=False)([1.0, 2.0, 3.0])
    assert [node.op.name for node in topological(linear) if node.op] == ["dot"]


def test_the_graph_shares_the_tuples_of_weights_and_inputs():
    layer = Layer(2, 2, nonlin=False)
    (a, b), (c, d) = layer([Value(1.0), Value(2.0)]), layer([Value(3.0), Value(4.0)])
    assert (a.second is b.second, c.second is d.second) == (True, True)
    assert (a.first is c.first, b.first is d.first) == (True, True)


@pytest.mark.parametrize("name", nn.activations())
def test_every_activation(name):
    x = 1.5 if name == "acosh" else 0.5
    neuron = Neuron(1, activation=name)
    neuron.w = [1.0]
    y = neuron([x])
    y.backward()
    alone = Value(x)
    expected = alone if name == "linear" else getattr(functions, name)(alone)
    expected.backward()
    assert (y.data, neuron.w[0].grad) == (expected.data, x * alone.grad)
    assert neuron.activation == name


def cube(z):
    return z * z * z


def test_a_function_as_activation():
    neuron = Neuron(1, activation=cube)
    neuron.w, neuron.b = [2.0], 1.0
    y = neuron([3.0])
    y.backward()
    assert (y.data, neuron.b.grad, neuron.activation) == (343.0, 3 * 49.0, cube)
    assert repr(neuron) == "CubeNeuron(1)"
    neuron.activation = math.tanh
    with pytest.raises(GradientError, match="leaves the graph"):
        fit(neuron, [(3.0, 1.0)], "mse", SGD([neuron.b], lr=0.1), 1)
    neuron.activation = lambda z: 1.0 if z > 0 else 0.0  # a threshold: nothing to learn by
    assert neuron([3.0]) == 1.0


def test_a_weight_in_two_places_is_one_parameter():
    model = MLP(1, [1, 1], activation="linear", init="zeros")
    model.layers[1].neurons[0].w = model.layers[0].neurons[0].w
    w, *biases = model.parameters()
    assert len(biases) == 2
    w.data = 2.0
    fit(model, [(3.0, 13.0)], "mse", SGD([w], lr=0.25), 1)  # 2 * (3 * w**2 - 13) * 6 * w = -24
    assert w.data == 2.0 + 0.25 * 24.0


def test_an_activation_that_is_changed_is_that_of_the_layer():
    model = MLP(1, [2, 1], seed=0)
    first, last = model.layers
    last.activation = "sigmoid"
    assert [n.activation for n in last.neurons] == ["sigmoid"]
    for neuron in first.neurons:
        neuron.activation = "tanh"
    assert [row.split()[3] for row in model.summary().splitlines()[1:3]] == ["tanh", "sigmoid"]
    first.neurons[1].activation = "linear"
    assert [z.data for z in first([3.0])] == [neuron([3.0]).data for neuron in first.neurons]
    with pytest.raises(ValueError, match="unknown"):
        first.activation = "thanh"


def test_weights_are_changed_by_number_or_replaced_together():
    neuron = Neuron(2, nonlin=False, name="n")
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 2.0, 3.0, 4.0
    assert neuron([1.0, 10.0]).data == 36.0
    mine = Value(5.0, label="mine")
    neuron.w, neuron.b = [mine, 6], 7
    assert neuron([1.0, 10.0]).data == 72.0
    assert [p.label for p in neuron.parameters()] == ["mine", "n.w[1]", "n.b"]
    assert neuron.w[0] is mine is neuron.parameters()[0]
    with pytest.raises(TypeError, match=r"w\[0\]\.data = \.\.\., or replace all weights"):
        neuron.w[0] = Value(1.0)


# --- layers and networks -------------------------------------------------------------------------
@given(
    st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6),
    st.lists(st.floats(-100, 100), min_size=4, max_size=4),
)  # fmt: skip
def test_a_layer_is_its_neurons(nin, nout, seed, x):
    layer = Layer(nin, nout, activation="tanh", seed=seed)
    out = layer(x[:nin])
    outs = [out] if nout == 1 else out
    for neuron, y in zip(layer.neurons, outs, strict=True):
        z = math.fsum([w.data * v for w, v in zip(neuron.w, x, strict=False)] + [neuron.b.data])
        assert y.data == neuron(x[:nin]).data == pytest.approx(math.tanh(z), rel=1e-15, abs=1e-300)


@pytest.mark.parametrize("sizes", [(4, 3, 1), (1, 1, 1)])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "gelu", ["tanh", "relu"]])
def test_network_gradients_against_mpmath(activation, sizes):
    model = MLP(3, sizes, activation=activation, output="sigmoid", seed=3)
    x = [0.3, -1.2, 0.7]
    y = model(x)
    y.backward()
    names = activation if isinstance(activation, list) else [activation] * 2
    acts = [MEANING[name] for name in (*names, "sigmoid")]

    def forward(weights):
        """The network written out, on a flat list of the parameters."""
        weights, values = iter(weights), x
        for n, act in zip(sizes, acts, strict=True):
            sums = [[*(next(weights) * v for v in values), next(weights)] for _ in range(n)]
            values = [act(mp.fsum(terms)) for terms in sums]
        return values[0]

    with mp.workdps(60):
        w = [mp.mpf(p.data) for p in model.parameters()]
        h = mp.mpf(10) ** -20
        assert y.data == pytest.approx(float(forward(w)), rel=1e-14)
        for i, p in enumerate(model.parameters()):
            up, down = [[*w[:i], w[i] + s, *w[i + 1 :]] for s in (h, -h)]
            slope = float((forward(up) - forward(down)) / (2 * h))
            assert p.grad == pytest.approx(slope, rel=2e-14, abs=1e-18), p.label


def test_names():
    model = MLP(2, [3, 1], name="")
    first = "layer1.neuron1.w[0] layer1.neuron1.w[1] layer1.neuron1.b layer1.neuron2.w[0]"
    assert list(model.named_parameters())[:4] == first.split()
    named = model.named_parameters()
    assert list(named.values()) == model.parameters()
    assert [p.label for p in model.parameters()] == list(named)
    assert named["layer1.neuron3.w[1]"] is model.layers[0].neurons[2].w[1]
    assert named["layer2.neuron1.b"] is model.layers[1].neurons[0].b
    model.parameters()[0].label = "something else"
    assert list(model.named_parameters()) == list(named)
    assert "critic.layer2.neuron1.b" in MLP(2, [3, 1], name="critic").named_parameters()
    assert list(Neuron(1).named_parameters()) == ["w[0]", "b"]


def test_a_module_of_ones_own():
    class Two(Module):
        def __init__(self, *names):
            self.parts = [MLP(1, [1], name=name) for name in names]

        def parameters(self):
            return [p for part in self.parts for p in part.parameters()]

    names = [f"{part}.layer1.neuron1.{name}" for part in "ab" for name in ("w[0]", "b")]
    assert list(Two("a", "b").named_parameters()) == names
    with pytest.raises(ValueError, match=r"two parameters are called 'layer1\.neuron1\.w\[0\]'"):
        Two("", "").named_parameters()
    assert Module().parameters() == []
    Two.parameters = lambda two: [Value(1.0, label="w"), Value(2.0)]
    assert list(Two().named_parameters()) == ["w", "parameter1"]


def test_zero_grad():
    model = MLP(2, [2, 1], seed=0)
    for _ in range(2):
        model([1.0, 2.0]).backward()
        model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0.0}
    model.layers[0].neurons[0].w = [F(1, 2), F(1, 3)]
    model.zero_grad()
    assert isinstance(model.parameters()[0].grad, int)  # beside fractions an exact one


ROW = [0.5, -2.0]


@pytest.mark.parametrize(
    "x",
    [
        tuple(ROW), np.array(ROW), np.array(ROW, dtype=np.float32), iter(ROW), [F(1, 2), -2],
        [np.float64(0.5), np.int64(-2)], [np.array(0.5), np.array(-2)], [Value(0.5), -2.0],
        np.array([Value(0.5), Value(-2.0)], dtype=object),
    ],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_inputs_of_every_form(x):
    model = MLP(2, [3, 2], seed=1)
    assert [y.data for y in model(x)] == [y.data for y in model(ROW)]


def test_summary_in_spanish():  # the English one is the example of `summary`
    head, *_, total = MLP(4, [10, 3]).summary("es").splitlines()
    assert head.split() == "capa entradas neuronas activación pesos sesgos parámetros".split()
    assert total.split() == ["total", "70", "13", "83"]


def tanh(z):  # not the sheet's
    return z * 2


def test_a_function_is_not_mistaken_for_the_operation_of_its_name():
    neuron = Neuron(1, activation=tanh, seed=0)
    twin = pickle.loads(pickle.dumps(neuron))
    assert twin([3.0]).data == neuron([3.0]).data == neuron.w[0].data * 3.0 * 2


def test_copies_and_pickles_are_independent():
    model = MLP(2, [3, 1], activation="tanh", seed=2)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin(ROW).data == model(ROW).data
        assert not set(twin.parameters()) & set(model.parameters())
        twin.layers[0].neurons[0].w[0].data += 1.0
        assert twin(ROW).data != model(ROW).data
        assert list(twin.named_parameters()) == list(model.named_parameters())


# --- micrograd -----------------------------------------------------------------------------------
def test_same_weights_and_text_as_micrograd():
    random.seed(1337)
    theirs = micrograd.nn.MLP(2, [16, 16, 1])
    random.seed(1337)
    ours = MLP(2, [16, 16, 1])
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    assert repr(ours) == repr(theirs)
    assert repr(Layer(3, 2, nonlin=False)) == repr(micrograd.nn.Layer(3, 2, nonlin=False))
    assert repr(Neuron(3, False)) == repr(micrograd.nn.Neuron(3, False))


# --- bad input -----------------------------------------------------------------------------------
WRONG_VALUES = [
    (lambda: Neuron(0), "nin must be at least 1, got 0"),
    (lambda: Layer(2, 0), "nout must be at least 1, got 0"),
    (lambda: MLP(2, []), "nouts is empty"),
    (lambda: MLP(2, [1], activation="rleu"), "activation 'rleu' is unknown; known"),
    (lambda: MLP(2, [1], output="dot"), "activation 'dot' is unknown.*linear.*tanh"),
    (lambda: Neuron(2, activation="add"), "activation 'add' is unknown"),
    (lambda: Neuron(2, activation=3), "activation 3 is unknown; known are linear, "),
    (lambda: Neuron(2, init=["zeros"]), r"init \['zeros'\] is unknown; known are"),
    (
        lambda: MLP(2, [3, 3, 1], activation=["relu"]),
        "activation is a list of 1, but there are 2 hidden layers; the last layer's is output=",
    ),
    (lambda: MLP(2, [1]).summary("fr"), "lang must be one of en, es, got 'fr'"),
    (lambda: setattr(Neuron(2), "w", [1.0]), "w of the neuron takes 2 inputs, got 1"),
    (lambda: Layer(2, 2)([1.0]), "the layer takes 2 inputs, got 1"),
]
WRONG_TYPES = [
    (lambda: Neuron(2.0), "nin must be an int, got 2.0"),
    (lambda: Layer(2, "3"), "nout must be an int, got '3'"),
    (lambda: MLP(2, 1), "nouts must be a list, got 1"),
    (lambda: setattr(Neuron(2), "w", 3), "w of the neuron takes a list of 2"),
    (lambda: setattr(Neuron(2), "b", "3"), "is not a number"),
]


test_bad_networks = refusing({ValueError: WRONG_VALUES, TypeError: WRONG_TYPES})


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        ([1.0], ValueError, "layer1 takes 2 inputs, got 1"),
        ([], ValueError, "layer1 takes 2 inputs, got 0"),
        (3.0, TypeError, "layer1 takes a list of 2 numbers or Values, got 3.0"),
        ("ab", TypeError, "layer1 takes a list of 2 numbers or Values, got 'ab'"),
        (Value(1.0), TypeError, "layer1 takes a list of 2 numbers or Values, got Value"),
        (np.array(1.0), TypeError, "layer1 takes a list of 2 numbers or Values, got array"),
        ([1.0, "2"], TypeError, "input 1 of layer1 is '2', not a number or Value"),
        ([1.0, math.nan], ValueError, "input 1 of layer1 is nan"),
        (np.array([math.inf, 0.0]), ValueError, "input 0 of layer1 is inf"),
        ([[1.0, 2.0], [3.0, 4.0]], TypeError, "one sample at a time.*for x in samples"),
        (np.eye(2), TypeError, "one sample at a time"),
    ],
)
def test_bad_inputs(x, error, text):
    with pytest.raises(error, match=text):
        MLP(2, [3, 1])(x)


def test_nan_passes_in_ieee():
    neuron = Neuron(2, nonlin=False)
    with ieee():
        assert math.isnan(neuron([math.nan, 1.0]).data)
