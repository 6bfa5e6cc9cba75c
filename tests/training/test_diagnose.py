"""diagnose against closed forms, backpropagation by matrices, and the known depth laboratory."""

import math
from xml.etree import ElementTree as ET

import pytest

from autograd_mini.data import Dataset, moons, xor
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.training.diagnosis import Diagnosis, diagnose
from tests.programs import printed


def chain(weight, layers, activation="relu", bias=0.0):
    """One unit per layer, and a linear one at the end, all of this weight."""
    model = MLP(1, [1] * (layers + 1), activation=activation)
    for p in model.parameters():
        p.data = weight if p.label.endswith("]") else bias
    return model


@pytest.mark.parametrize("loss", [None, "mse"])
def test_activations_and_gradients_are_those_of_backpropagation_by_matrices(loss):
    np = pytest.importorskip("numpy")
    rng = np.random.default_rng(0)
    model = MLP(3, [5, 4, 2], activation="tanh", seed=1)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    h = [x]
    weights = [np.array([[w.data for w in n.w] for n in la.neurons]) for la in model.layers]
    biases = [np.array([n.b.data for n in la.neurons]) for la in model.layers]
    biases[0] += 0.25
    for neuron, b in zip(model.layers[0].neurons, biases[0], strict=True):
        neuron.b.data = float(b)
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        z = h[-1] @ w.T + b
        h.append(np.tanh(z) if k < 2 else z)
    g = [np.ones((6, 2)) if loss is None else 2 * (h[3] - y) / 12]
    for k in (2, 1, 0):
        slope = 1 - h[k + 1] ** 2 if k < 2 else 1.0
        g.insert(0, (g[0] * slope) @ weights[k])
    d = diagnose(model, (x, y) if loss else x, loss)

    def rms(a):
        return float(np.sqrt(np.mean(np.square(a))))

    activations = [d.input_rms, *(la.activation_rms for la in d.layers)]
    assert activations == pytest.approx([*map(rms, h)], rel=1e-13)
    gradients = [d.input_gradient_rms, *(la.gradient_rms for la in d.layers)]
    assert gradients == pytest.approx([*map(rms, g)], rel=1e-13)


# --- verdicts ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("weight", "layers", "verdict"),
    [
        # r = weight ** d, with d = layers - 1: vanishing if r < 1/100 and r < 1/2**d, or r < 1e-4
        (0.25, 4, "healthy"), (0.25, 5, "vanishing"),  # r is 1/64, 1/256
        (0.6, 11, "healthy"),  # 0.006, but more than 1/2**10
        (0.6, 19, "healthy"), (0.6, 20, "vanishing"),  # 1.02e-4, 6.1e-5
        (4.0, 4, "healthy"), (4.0, 5, "exploding"),  # 64, 256
        (1.6, 11, "healthy"),  # 110, but less than 2**10
        (1.6, 20, "healthy"), (1.6, 21, "exploding"),  # 7.6e3, 1.2e4
        (1.0, 30, "healthy"), (1e30, 9, "exploding"), (1e-30, 8, "vanishing"),
        (3.0, 1, "healthy"),  # a single hidden layer has nothing to be compared with
    ],
)  # fmt: skip
def test_a_chain_multiplies_the_gradient_by_its_weight(weight, layers, verdict):
    d = diagnose(chain(weight, layers), [[1.0], [0.5]])
    assert d.verdict == d.layers[0].verdict == verdict
    assert d.per_layer == (None if layers == 1 else pytest.approx(weight, rel=1e-12))
    assert d.layers[-1].verdict == d.layers[-2].verdict == "healthy"


def test_an_underflow_is_vanishing_too():
    d = diagnose(chain(1e-100, 6, "tanh"), [[1.0]])  # 1e-500 is 0 in floats
    assert d.layers[0].gradient_rms == 0.0
    assert (d.verdict, d.per_layer) == ("vanishing", None)


def test_units_that_are_never_on_are_dead():
    model = MLP(2, [4, 4, 1], activation="relu", init="he_normal", seed=0)
    for neuron in model.layers[1].neurons:
        neuron.b.data = -100.0
    d = diagnose(model, moons(20))
    first, second, last = d.layers
    assert (second.dead, last.dead) == (1.0, None)
    assert first.dead < 0.5
    assert first.gradient_rms == second.activation_rms == 0.0
    assert (second.verdict, d.verdict) == ("dead", "dead")


def test_dead_is_dead_for_every_sample_and_shares_are_counted():
    model = MLP(1, [10, 1], activation="relu", init="zeros")
    for k, neuron in enumerate(model.layers[0].neurons):
        neuron.w[0].data = 1.0 if k < 3 else 0.0
        neuron.b.data = -0.5 if k < 3 else -1.0  # 3 are on for the input 1, 7 never
    for w in model.layers[1].neurons[0].w:
        w.data = 1.0

    def dead(x):
        d = diagnose(model, [[0.0], [x]])
        return d.layers[0].dead, d.verdict

    assert dead(1.0) == (0.7, "healthy")
    assert dead(0.25) == (1.0, "dead")
    for neuron in model.layers[0].neurons[1:3]:
        neuron.b.data = -5.0
    assert dead(1.0) == (0.9, "dead")


def test_a_leaky_relu_does_not_die_and_a_zero_with_a_slope_is_not_dead():
    model = chain(1.0, 2, "leaky_relu", bias=-100.0)
    assert [la.dead for la in diagnose(model, [[0.0], [1.0]]).layers] == [0.0, 0.0, None]
    assert diagnose(chain(1.0, 2, "tanh"), [[0.0]]).layers[0].dead == 0.0  # tanh(0) = 0, slope 1


@pytest.mark.parametrize(
    ("activation", "end"),
    [  # where the slope is 2 % of the steepest: tanh' = 1 - tanh**2, sigmoid' = s (1 - s), ...
        ("tanh", math.atanh(math.sqrt(0.98))), ("sigmoid", 2 * math.atanh(math.sqrt(0.98))),
        ("softsign", math.sqrt(50) - 1), ("hardtanh", 1), ("atan", 7),
        ("erf", math.sqrt(math.log(50))),
    ],
)  # fmt: skip
def test_saturation_begins_where_the_slope_is_a_fiftieth_of_the_steepest(activation, end):
    model = chain(1.0, 1, activation)
    batch = [[x] for x in (end - 1e-6, 1e-6 - end, end + 1e-6, -end - 1e-6, 0.0)]
    assert diagnose(model, batch).layers[0].saturated == 0.4
    function = MLP(1, [1, 1], activation=lambda z: -getattr(z, activation)(), init="zeros")
    for layer in function.layers:
        layer.neurons[0].w = [1.0]
    assert diagnose(function, batch).layers[0].saturated == 0.4  # one's own that falls, too


def test_a_neuron_that_was_made_linear_is_not_saturated():
    model = MLP(1, [2, 1], activation="tanh", seed=0)
    model.layers[0].neurons[1].activation = "linear"
    assert diagnose(model, [[0.0]]).layers[0].saturated == 0.0


def test_an_activation_that_was_changed_is_measured_anew():
    class Scaled:
        size = 1.0
        __hash__ = None

        def __call__(self, z):
            return z.tanh() * self.size

    act = Scaled()
    model = MLP(1, [1, 1], activation=act, seed=0)
    for act.size in (1.0, 0.01):
        assert diagnose(model, [[0.0]]).layers[0].saturated == 0.0


def falling(z):
    return -z.relu()


@pytest.mark.parametrize("activation", [*"relu gelu softplus exp sin log square".split(), falling])
def test_what_does_not_squash_is_not_saturated(activation):
    assert diagnose(chain(1.0, 1, activation), [[2.0]]).layers[0].saturated is None


def test_a_layer_that_is_saturated_lets_no_gradient_through():
    d = diagnose(chain(1.0, 1, "tanh"), [[300.0], [-250.0]])
    assert d.layers[0].saturated == 1.0
    assert d.layers[0].verdict == d.verdict == "vanishing"
    assert d.layers[0].gradient_rms == 1.0  # with respect to its outputs; its weights get none


def test_a_loss_without_gradient_is_flat():
    model = chain(2.0, 2)
    d = diagnose(model, ([[1.0], [2.0]], [1, 1]), "hinge")  # scores 8 and 16
    assert (d.verdict, {la.verdict for la in d.layers}) == ("flat", {"flat"})
    assert diagnose(model, ([[1.0], [2.0]], [1, -1]), "hinge").verdict == "healthy"


# --- how it is asked -----------------------------------------------------------------------------
def test_the_gradients_of_the_model_stay_as_they_were():
    model = MLP(2, [3, 1], seed=0)
    for k, p in enumerate(model.parameters()):
        p.grad = float(k)
    diagnose(model, xor(), "mse")
    with pytest.raises(ValueError, match="hinge: the labels"):
        diagnose(model, xor(), "hinge")
    assert [p.grad for p in model.parameters()] == list(map(float, range(13)))


def test_all_forms_of_a_batch_say_the_same():
    np = pytest.importorskip("numpy")
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    rows, targets = [(0.5, 1.0), (2.0, 3.0), (0.0, -1.0)], [1.0, 0.0, 1.0]
    pairs = list(zip(rows, targets, strict=True))
    forms = [Dataset("d", rows, targets), (rows, targets), pairs, rows, np.array(rows)]
    forms += [iter(pairs), iter(rows)]
    assert len({str(diagnose(model, form)) for form in forms}) == 1
    assert diagnose(model, pairs, "mse").layers == diagnose(model, (rows, targets), "mse").layers


def test_layers_and_neurons_alone():
    d = diagnose(Layer(2, 3, activation="tanh", seed=0), [[1.0, 2.0]])
    assert [(la.name, la.units) for la in d.layers] == [("layer1", 3)]
    d = diagnose(Neuron(2, activation="relu", seed=0), [[1.0, 2.0]])
    assert [(la.name, la.units, la.gradient_rms) for la in d.layers] == [("layer1", 1, 1.0)]


def test_an_overflow_says_in_which_neuron():
    model = chain(1e200, 3)
    with pytest.raises((ArithmeticError, ValueError)) as caught:
        diagnose(model, [[1.0]])
    assert caught.value.__notes__ == ["in layer2.neuron1"]


NET = MLP(2, [1])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((len, [[1.0]]), TypeError, "diagnose takes an MLP, a Layer or a Neuron, got <built-in"),
        ((NET, []), ValueError, "batch: inputs must hold at least one row"),
        ((NET, [[1.0]]), ValueError, "takes 2 inputs, but those of batch have 1"),
        ((NET, 5), TypeError, "batch must be a Dataset"),
        ((NET, [[0.0, "a"]]), TypeError, r"inputs\[0\]\[1\] must be a real number, got 'a'"),
        ((NET, xor(), "mes"), ValueError, "loss 'mes' is unknown"),
        ((NET, [[1.0, 2.0]], "mse"), ValueError, "takes 2 inputs, but those of batch have 1"),
    ],
)
def test_what_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        diagnose(*arguments)
    with pytest.raises(ValueError, match="lang must be one of en, es, got 'fr'"):
        diagnose(MLP(1, [1]), [[1.0]], lang="fr")


# --- how it reads --------------------------------------------------------------------------------
def test_the_table_in_both_languages():
    model = chain(0.25, 6, "tanh")
    english, spanish = (str(diagnose(model, [[0.0]], lang=lang)) for lang in ("en", "es"))
    assert english.splitlines()[2].split()[3:5] == ["0.00e+00", "2.44e-04"]  # 0.25**6
    assert english.splitlines()[-1].startswith("vanishing: hardly any gradient reaches")
    assert english.endswith("On its way back it changes by a factor of 0.25 per layer.")
    assert spanish.splitlines()[0].split("  ")[0] == "capa"
    assert spanish.splitlines()[2].endswith("se desvanece")
    assert spanish.endswith("En su camino de vuelta se multiplica por 0.25 en cada capa.")
    assert len(spanish.splitlines()) == len(english.splitlines()) == 11
    assert repr(diagnose(model, [[0.0]])) == "Diagnosis(7 layers, 'vanishing')"


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("verdict", ["healthy", "vanishing", "exploding", "dead", "flat"])
def test_each_verdict_is_explained_in_each_language(lang, verdict):
    d = Diagnosis([], verdict, 0.5, 0.0, 0.0, lang)
    assert len(d.explanation) > 40
    assert ("0.5" in d.explanation) == (verdict != "flat")


def test_as_html_names_are_text():
    model = MLP(1, [1, 1], activation=lambda z: z.tanh(), seed=0)
    page = ET.fromstring(f"<div>{diagnose(model, [[1.0]])._repr_html_()}</div>")
    cells = ["".join(cell.itertext()) for cell in page.iter("td")]
    assert cells[8:10] == ["layer1", "<lambda>"]
    assert len([*page.iter("tr")]) == 4
    assert "".join(page.itertext()).endswith("healthy: the gradient reaches every layer.")


def test_the_name_in_the_package_stays_the_function():
    code = (
        "import autograd_mini as a; from autograd_mini import diagnose as one;"
        "import autograd_mini.training.diagnosis; from autograd_mini import diagnose as two;"
        "m = a.MLP(1, [1]);"
        "print(*(f(m, [[1.0]]).verdict for f in (one, two, a.diagnose)))"
    )
    assert printed(code).split() == ["healthy"] * 3
