"""What is plotted is what was measured, and what is measured agrees with computations by hand."""

import math
import sys
from contextlib import nullcontext
from functools import partial
from itertools import chain, pairwise

import pytest

pytest.importorskip("matplotlib", reason="the extra [plot] brings it")
from matplotlib.figure import Figure
from numpy import asarray

from autograd_mini import MLP, Value, diagnose, fit
from autograd_mini.data import Dataset, Standardiser, iris, moons, xor
from autograd_mini.drawing import measures, plots, transformers
from autograd_mini.drawing.measures import Sweep, UpdateRatios
from autograd_mini.language import words
from autograd_mini.nn import GPT, Layer, Neuron
from autograd_mini.optim import SGD, Adam
from autograd_mini.training.history import Epoch, History
from tests.refusals import refusing
from tests.training.models import LOGITS

TWICE = [([1.0], 2.0), ([-1.0], -2.0)]  # y = 2 x


def fresh():
    return Figure().add_subplot()


def plotted(plot, *args, **options):
    """The axes on which something is plotted."""
    axes = fresh()
    assert plot(*args, axes=axes, **options) is axes.figure
    return axes


def xy(line):
    return [(float(x), float(y)) for x, y in zip(*line.get_data(), strict=True)]


def ticks(axes):
    low, high = axes.get_xlim()
    return [tick for tick in axes.get_xticks() if low < tick < high]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def history(*losses, validation=()):
    rows = zip(range(1, 99), losses, validation or [None] * len(losses), strict=False)
    return History([Epoch(k, loss, None, x, None, 0.1, 1.0, 0.0) for k, loss, x in rows])


def small_net():
    """1 input, two tanh units, one linear output, with weights that a hand can compute with."""
    model = MLP(1, [2, 1], activation="tanh", init="zeros")
    weights = {"layer1.neuron1.w[0]": 0.5, "layer1.neuron2.w[0]": -1.0, "layer1.neuron2.b": 0.25}
    weights |= {"layer2.neuron1.w[0]": 3.0, "layer2.neuron1.w[1]": -2.0, "layer2.neuron1.b": 1.0}
    for name, parameter in model.named_parameters().items():
        parameter.data = weights.get(name, 0.0)
    return model


# --- loss curve ----------------------------------------------------------------------------------
def test_the_loss_curve_holds_the_losses():
    axes = plotted(plots.loss_curve, history(3.0, 0.5, 0.25, validation=(2.0, 1.0, 0.75)))
    training, test = axes.lines
    assert xy(training) == [(1, 3.0), (2, 0.5), (3, 0.25)]
    assert xy(test) == [(1, 2.0), (2, 1.0), (3, 0.75)]
    assert legend(axes) == ["training", "test"]
    assert axes.get_yscale() == "log"


def test_a_loss_of_zero_or_below_is_on_a_linear_scale():
    axes = plotted(plots.loss_curve, history(1.0, 0.0))
    assert axes.get_yscale() == "linear"
    assert len(axes.lines) == 1


def test_a_single_epoch_is_seen_and_whole():
    axes = plotted(plots.loss_curve, history(0.5, validation=(0.7,)))
    assert [line.get_marker() for line in axes.lines] == ["o", "o"]
    assert ticks(axes) == [1]


def test_words_are_in_the_language_asked_for_or_one_s_own():
    axes = plotted(plots.loss_curve, history(1.0), lang="es", texts={"loss": "L"})
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("época", "L")


# --- update ratios -------------------------------------------------------------------------------
def test_the_update_ratio_is_the_step_beside_the_weights():
    neuron = Neuron(2, nonlin=False, init="zeros")
    neuron.w = [3.0, 4.0]  # of norm 5
    optimiser = SGD(neuron.parameters(), lr=0.1)
    with UpdateRatios(neuron, optimiser) as ratios:
        neuron([6.0, -8.0]).backward()  # dL/dw is the input, of norm 10: the step has norm 1
        optimiser.step()
        before = math.hypot(3.0 - 0.6, 4.0 + 0.8)
        optimiser.step()  # the same gradient again
    assert [r for (r,) in ratios.steps] == pytest.approx([1 / 5, 1 / before], rel=1e-14)
    assert ticks(plotted(plots.update_ratios, ratios)) == [1, 2]
    optimiser.step()  # outside the block: not recorded
    assert len(ratios.steps) == 2
    assert "step" not in vars(optimiser)


def test_a_layer_of_zeros_has_an_infinite_ratio_and_one_without_gradient_none():
    model = MLP(1, [1, 1], activation="linear", init="zeros")
    model.layers[0].neurons[0].b = 2.0
    optimiser = SGD(model.parameters(), lr=0.5)
    with UpdateRatios(model, optimiser) as ratios:
        model([1.0]).backward()
        optimiser.step()
    assert ratios.steps == [(0.0, math.inf)]
    axes = plotted(plots.update_ratios, ratios)
    assert all(math.isnan(y) for line in axes.lines[:2] for _, y in xy(line))


def test_every_update_of_fit_is_recorded_and_training_is_the_same():
    def trained(record):
        model = MLP(2, [3, 1], activation="tanh", init="xavier_uniform", seed=0)
        optimiser = Adam(model.parameters(), lr=0.05)
        ratios = UpdateRatios(model, optimiser)
        with ratios if record else nullcontext():
            fit(model, xor(), LOGITS, optimiser, 5, 2, progress=False)
        return [p.data for p in model.parameters()], ratios

    plain, _ = trained(record=False)
    weights, ratios = trained(record=True)
    assert weights == plain
    axes = plotted(plots.update_ratios, ratios)
    assert legend(axes) == ["layer1", "layer2"]
    for k in range(2):
        shown = xy(axes.lines[k])
        assert shown == [(t, step[k]) for t, step in enumerate(ratios.steps, 1)]
        assert len(shown) == 10  # 5 epochs of 2 batches
    assert xy(axes.lines[2])[0][1] == 1e-3
    assert axes.get_yscale() == "log"


# --- learning-rate sweep -------------------------------------------------------------------------
def test_the_sweep_of_a_parabola_is_its_closed_form():
    # The loss is (w - 2)**2 + b**2; a step multiplies w - 2 by 1 - 2 lr.
    neuron = Neuron(1, nonlin=False, init="zeros")
    sweep = measures.sweep_learning_rates(neuron, TWICE, "mse", rates=[2.0, 0.1, 0.75], epochs=4)
    assert sweep.rates == [0.1, 0.75, 2.0]
    expected = [4 * (1 - 2 * r) ** 8 for r in sweep.rates]
    assert sweep.losses == pytest.approx(expected, rel=1e-12)
    assert (sweep.start, sweep.best) == (4.0, 0.75)
    assert neuron.w[0].data == 0.0  # the model itself has not learnt


def test_a_rate_that_diverges_counts_as_infinite():
    neuron = Neuron(1, nonlin=False, init="zeros")
    sweep = measures.sweep_learning_rates(neuron, TWICE, "mse", rates=[0.25, 1e80], epochs=9)
    assert sweep.losses == [pytest.approx(4 / 2**18), math.inf]


def test_the_sweep_is_plotted():
    axes = plotted(plots.learning_rate_sweep, Sweep([0.1, 1.0, 10.0], [0.5, 0.25, math.inf], 2.0))
    start, curve, best, diverged = axes.lines
    assert set(start.get_ydata()) == {2.0}
    assert xy(curve) == [(0.1, 0.5), (1.0, 0.25)]
    assert xy(best) == [(1.0, 0.25)]
    assert [x for x, _ in xy(diverged)] == [10.0]
    assert legend(axes) == ["before training", "lowest: 1", "diverged"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


# --- layers --------------------------------------------------------------------------------------
def test_the_numbers_of_layers_are_those_of_the_chain_rule_by_hand():
    model, xs, ys = small_net(), [0.3, -0.7], [1.0, 0.0]
    model.parameters()[0].grad = 7.0
    first, last = measures.layer_numbers(model, ([[x] for x in xs], ys), "mse")
    h = [(math.tanh(0.5 * x), math.tanh(-1.0 * x + 0.25)) for x in xs]
    out = [3.0 * a - 2.0 * b + 1.0 for a, b in h]
    d_out = [2 * (o - y) / 2 for o, y in zip(out, ys, strict=True)]
    d_h = [(3.0 * d, -2.0 * d) for d in d_out]
    d_w1 = [sum(d_h[i][j] * (1 - h[i][j] ** 2) * xs[i] for i in range(2)) for j in range(2)]
    d_w2 = [sum(d_out[i] * h[i][j] for i in range(2)) for j in range(2)]
    layers = ((first, "layer1", chain(*h), chain(*d_h), d_w1), (last, "layer2", out, d_out, d_w2))
    for layer, name, *numbers in layers:
        assert layer.name == name
        found = (layer.activations, layer.gradients, layer.weight_gradients)
        for got, wanted in zip(found, numbers, strict=True):
            assert got == pytest.approx([*wanted], rel=1e-13)
    assert model.parameters()[0].grad == 7.0


def heights(axes, n):
    """The bars of each row, the first layer first, as shares of the highest."""
    rows = []
    for k, patch in enumerate(axes.patches):
        values, _, base = patch.get_data()
        assert base == n - 1 - k
        rows.append([float(v) for v in (asarray(values) - base) / 0.9])
    return rows


def test_the_activation_histogram_counts():
    # Identity layers: the activations of both layers are the inputs themselves.
    model = MLP(1, [1, 1], activation="linear", init="zeros")
    for layer in model.layers:
        layer.neurons[0].w = [1.0]
    batch = [[x] for x in (-1.0, -0.9, -0.8, 0.0, 0.0, 0.6, 3.0)]
    axes = plotted(plots.activation_histograms, model, batch, bins=4)
    edges = axes.patches[0].get_data().edges
    assert list(edges) == [-1.0, 0.0, 1.0, 2.0, 3.0]
    assert heights(axes, 2) == [pytest.approx([1, 1 / 3, 0, 1 / 3])] * 2
    shares = [text.get_text() for text in axes.texts]
    assert shares == ["exactly 0", "29 %", "29 %"]  # two of seven
    assert [text.get_text() for text in axes.get_yticklabels()] == ["layer1", "layer2"]


def test_bins_have_round_edges_and_what_is_on_one_is_nearer_to_zero():
    model = MLP(1, [1], output="linear", init="zeros")
    model.layers[0].neurons[0].w = [1.0]
    batch = [[x] for x in (-1.0, 0.2, 0.61, 1.0, 1.0)]
    axes = plotted(plots.activation_histograms, model, batch, bins=12)
    edges = axes.patches[0].get_data().edges
    assert list(edges) == pytest.approx([k / 5 for k in range(-5, 6)])
    counts = [1, 0, 0, 0, 0, 1, 0, 0, 1, 2]
    assert heights(axes, 1) == [pytest.approx([count / 2 for count in counts])]


@pytest.mark.parametrize(
    "values", [[-1e308, 1.7e308], [5e-324], [3.0], [-3.0, -3.0], [1e9, 1e9 + 1], [-1e-310, 0.7]]
)
@pytest.mark.parametrize("bins", [1, 2, 3, 60])
def test_every_value_is_in_its_bin(values, bins):
    edges = plots._edges(values, bins, log=False)
    assert 2 <= len(edges) <= max(bins, 3) + 1
    for x in values:
        k = plots._bin(x, edges)
        assert edges[k] <= x <= edges[k + 1]


def test_the_gradient_histogram_has_a_decade_for_each_factor_of_ten():
    # Three linear layers of weight 1/10: dL/dh is 1, 1/10, 1/100 from the last to the first.
    model = MLP(1, [1, 1, 1], activation="linear", init="zeros")
    for layer in model.layers:
        layer.neurons[0].w = [0.1]
    axes = plotted(plots.gradient_histograms, model, [[1.0]], bins=2)
    assert list(axes.patches[0].get_data().edges) == pytest.approx([0.01, 0.1, 1.0], rel=1e-12)
    first, _, last = heights(axes, 3)
    assert (first, last) == ([pytest.approx(1), 0], [0, pytest.approx(1)])
    assert axes.get_xscale() == "log"
    assert not axes.texts  # no gradient is 0


def test_the_histogram_of_weight_gradients():
    model = MLP(1, [1], output="linear", init="zeros")
    axes = plotted(plots.gradient_histograms, model, [[100.0], [-98.0]], of="weights", bins=1)
    low, high = axes.patches[0].get_data().edges
    assert math.sqrt(low * high) == pytest.approx(2.0)  # dL/dw = 100 - 98


def test_gradients_that_are_all_zero_leave_an_empty_row():
    axes = plotted(plots.gradient_histograms, MLP(1, [1, 1], init="zeros"), [[1.0]], bins=3)
    assert heights(axes, 2)[0] == [0.0] * 3
    assert [text.get_text() for text in axes.texts][1:] == ["100 %", "0 %"]


def test_the_axis_of_activations_that_are_all_zero_has_a_zero():
    axes = plotted(plots.activation_histograms, MLP(1, [1], init="zeros"), [[1.0]])
    assert 0.0 in axes.get_xticks()


def test_the_gradient_by_depth_is_the_diagnosis():
    model = MLP(2, [4, 4, 4, 1], activation="sigmoid", init="xavier_uniform", seed=0)
    diagnosis = diagnose(model, moons(20))
    axes = plotted(plots.gradient_by_depth, {"a": diagnosis, "b": diagnosis})
    for line in axes.lines:
        assert xy(line) == [(k, la.gradient_rms) for k, la in enumerate(diagnosis.layers, 1)]
    assert legend(axes) == ["a", "b"]
    alone = plotted(plots.gradient_by_depth, diagnosis)
    assert alone.get_legend() is None
    assert xy(alone.lines[0]) == xy(axes.lines[0])


def drawn(figure):
    """The only axes, when all has its place."""
    figure.draw_without_rendering()
    return figure.axes[0]


def test_the_lines_of_many_diagnoses_are_told_apart_and_their_names_stand_beside_them():
    diagnosis = diagnose(MLP(2, [2, 1], seed=0), moons(9))
    axes = drawn(plots.gradient_by_depth({f"net {k}": diagnosis for k in range(20)}))
    assert len({(line.get_color(), line.get_ls(), line.get_marker()) for line in axes.lines}) == 20
    assert axes.get_legend().get_window_extent().x0 >= axes.bbox.x1


@pytest.mark.parametrize("target", [0.0042, 0.03, -1e-160])
def test_the_numbers_below_a_gradient_histogram_keep_apart(target):
    model = MLP(1, [1], activation="linear", init="zeros")  # dL/dh is -2 times the target
    axes = drawn(plots.gradient_histograms(model, [([1.0], target)], "mse"))
    low, high = axes.get_xlim()
    numbers = [t for t in axes.get_xticklabels(which="both") if t.get_text() and t.get_visible()]
    boxes = [t.get_window_extent() for t in numbers if low <= t.get_position()[0] <= high]
    assert len(boxes) > 1
    boxes.sort(key=lambda box: box.x0)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


# --- decision boundary ---------------------------------------------------------------------------
def line_net(output="linear"):
    """The class is 1 where x1 + 2 x2 > 1."""
    model = MLP(2, [1], output=output, init="zeros")
    model.layers[0].neurons[0].w = [1.0, 2.0]
    model.layers[0].neurons[0].b = -1.0
    return model


@pytest.mark.parametrize("output", ["linear", "sigmoid"])
@pytest.mark.parametrize("part", [lambda net: net, lambda net: net.layers[0].neurons[0]])
def test_the_decision_boundary_lies_on_the_line(output, part):
    axes = plotted(plots.decision_boundary, part(line_net(output)), xor())
    regions = [c for c in axes.collections if type(c).__name__.endswith("ContourSet")]
    paths = chain(*(region.get_paths() for region in regions))
    corners = chain(*(path.vertices.tolist() for path in paths))
    edge = [p for p in corners if all(-0.07 < v < 1.07 for v in p)]
    assert len(edge) > 50
    # contourf cuts between grid points; a sigmoid is not linear between them
    assert [x + 2 * y for x, y in edge] == pytest.approx([1.0] * len(edge), abs=1e-4)


def test_the_points_are_those_of_the_data_by_class():
    model, data = MLP(4, [3], seed=0), iris()
    options = {"features": (0, 2), "lang": "es"}
    axes = plotted(plots.decision_boundary, model, data, Standardiser.fit(data), **options)
    points = [c for c in axes.collections if type(c).__name__ == "PathCollection"]
    assert [c.get_label() for c in points] == list(data.class_names)
    for k, drawn in enumerate(points):
        expected = [(row[0], row[2]) for row, y in data if y == k]
        assert [tuple(p) for p in drawn.get_offsets().tolist()] == expected
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("largo del sépalo", "largo del pétalo")
    assert axes.get_title() == "las demás características en su media"


def test_names_of_classes_and_features_are_text():
    """Between two $ they were mathematics, and the legend left out a class called _b."""
    names = {"feature_names": ["from $1 to $2", "y_2"], "class_names": ["$a$", "_b"]}
    data = Dataset("money", xor().inputs, xor().targets, **names)
    axes = plotted(plots.decision_boundary, NET, data)
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"from \$1 to \$2", "y 2")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [r"\$a\$", " b"]


def test_the_network_is_asked_for_standardised_points():
    asked = []

    class Spy(MLP):
        def __call__(self, x):
            asked.append(x)
            return super().__call__(x)

    data = Dataset("d", [(10, 0), (30, 4)], [0, 1], class_names=("no", "yes"))
    plots.decision_boundary(Spy(2, [1], seed=0), data, Standardiser.fit(data), fresh())
    for k in range(2):  # each column is -1, 1 when standardised, and the margin 8 % of its width
        column = [x[k] for x in asked]
        assert (min(column), max(column)) == (pytest.approx(-1.16), pytest.approx(1.16))


def test_ahead_tells_the_winner_of_ties_by_zero():
    assert plots.ahead([1.0, 3.0, 2.0]) == [-2.0, 1.0, -1.0]
    assert plots.ahead([2.0, 2.0, -1.0]) == [0.0, 0.0, -3.0]
    assert plots.ahead(Value(-0.25)) == [0.25, -0.25]
    assert plots.ahead(Value(0.75), 0.5) == [-0.25, 0.25]


# --- figures and errors --------------------------------------------------------------------------
def test_without_axes_there_is_a_new_figure_that_shows_itself():
    figure = plots.loss_curve(history(1.0, 0.5))
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    assert xy(axes.lines[0]) == [(1, 1.0), (2, 0.5)]
    assert figure._repr_png_().startswith(b"\x89PNG\r\n")
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()  # it keeps none of them alive


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    plots.figure_class.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "autograd-mini\[plot\]"'):
        plots.loss_curve(history(1.0))


NET = MLP(2, [2, 1], activation="tanh", seed=0)
SMALL_GPT = GPT(5, width=8, heads=2, context=4, seed=0)
REGRESSION = Dataset("r", [(0, 0), (1, 1)], [0.5, 1.5])
INFINITE = [("layer1", [1.0, math.inf])]
swept = partial(measures.sweep_learning_rates, NET, xor(), LOGITS)


SGD_OF_NET = SGD(NET.parameters(), 0.1)
test_errors_say_what_was_wrong = refusing(
    {
        ValueError: [
            (lambda: plots.loss_curve(history()), "no epochs"),
            (lambda: plots.loss_curve(history(1.0), lang="fr"), "en, es, got 'fr'"),
            (lambda: plots.update_ratios(UpdateRatios(NET, SGD_OF_NET)), "no update was recorded"),
            (lambda: swept(rates=[]), r"at least one; got \[\]"),
            (lambda: swept(rates=[1, 1]), "distinct"),
            (lambda: swept(rates=[-1]), "rates must be above 0, got -1"),
            (lambda: plots.activation_histograms(NET, [[1.0]]), "takes 2 inputs"),
            (lambda: plots.activation_histograms(NET, [[1.0, 2.0]], bins=0), "bins"),
            (lambda: plots.gradient_histograms(NET, [[1.0, 2.0]], of="biases"),
             "must be one of activations, weights, got 'biases'"),
            (lambda: plots._histograms(INFINITE, fresh(), 4, words("plot", "en"), "", log=False),
             "layer1 has values that are nan or infinite"),
            (lambda: plots.gradient_by_depth({}), "no diagnosis"),
            (lambda: transformers.attention(SMALL_GPT, [0, 1], "abc"),
             "labels must be 2, one for each token, got 3"),
            (lambda: transformers.attention(SMALL_GPT, [], ""), "no tokens to plot"),
            (lambda: transformers.embedding(SMALL_GPT, "abc"),
             "labels must be 5, one for each token of the model, got 3"),
            (lambda: plots.decision_boundary(NET, REGRESSION), "r has no classes"),
            (lambda: plots.decision_boundary(MLP(4, [2]), iris()),
             "the network has 2 outputs, too few for the 3 classes of iris"),
            (lambda: plots.decision_boundary(NET, xor(), features=(0, 2)),
             r"from 0 to 1, got \(0, 2\)"),
            (lambda: plots.decision_boundary(NET, xor(), features=(1, 1)), "different"),
        ],
        TypeError: [
            (lambda: plots.loss_curve(history(1.0), 3), "matplotlib Axes or None, got 3"),
            (lambda: plots.loss_curve([1.0, 0.5]), "history must be of the class History"),
            (lambda: UpdateRatios([1], SGD_OF_NET), r"got \[1\]"),
            (lambda: UpdateRatios(NET, 0.1), "such as SGD, got 0.1"),
            (lambda: measures.sweep_learning_rates("net", xor(), "mse"), "got 'net'"),
            (lambda: measures.layer_numbers(7, [[1.0]]), "an MLP, a Layer or a Neuron"),
            (lambda: plots.gradient_by_depth({}, words=9), "a plot has no argument words"),
            (lambda: plots.gradient_by_depth(0.5), r"class Diagnosis, got 0.5 \(float"),
            (lambda: plots.decision_boundary(NET, ([[0.0]], [1])), "the class Dataset, got"),
            (lambda: plots.decision_boundary(3, xor()), "an MLP, a Layer or a Neuron"),
            (lambda: transformers.attention(NET, [0], "a"), "model must be of the class"),
        ],
    }
)  # fmt: skip


def test_single_layers_and_neurons_have_histograms_too():
    for model in (Layer(2, 3, seed=0), Neuron(2, seed=0)):
        (row,) = measures.layer_numbers(model, [[1.0, 2.0], [0.5, -1.0]])
        assert row.name == "layer1"
        assert len(row.activations) == 2 * len(getattr(model, "neurons", [model]))


# --- a GPT ---------------------------------------------------------------------------------------
def test_attention_of_two_letters_by_hand():
    model = GPT(3, width=2, heads=2, layers=2, context=2, seed=0)
    for p in model.parameters():
        p.data = 0.0
    block, places = model.blocks[0], model.places
    (q1, _), (_, q2) = block["query"]
    (k1, _), (_, k2) = block["key"]
    q1.data, k1.data, q2.data, k2.data = 1.0, 1.0, 1.0, -1.0
    places[0][0].data = places[1][1].data = 1e6  # normed: (sqrt(2), 0) and (0, sqrt(2))
    figure = transformers.attention(model, [0, 1], "ab", lang="es")
    drawn = [
        {tuple(map(float, c.get_offsets()[0])): c.get_sizes()[0] for c in axes.collections}
        for axes in figure.axes
    ]
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [f"capa {layer}, cabeza {head}" for layer in (1, 2) for head in (1, 2)]
    assert [t.get_text() for t in figure.axes[2].get_xticklabels()] == ["a", "b"]
    assert all({*circles} == {(0, 1), (0, 0), (1, 0)} for circles in drawn)  # none of the future
    below = (0, 0), (1, 0)
    first, second = ([circles[at] / circles[0, 1] for at in below] for circles in drawn[:2])
    assert first == pytest.approx([0.5, 0.5])  # its query is 0
    share = 1 / (1 + math.exp(-2))  # its query is sqrt(2), the keys are 0 and -sqrt(2)
    assert second == pytest.approx([share, 1 - share], rel=1e-4)


def test_words_beside_attention_have_room():
    model = GPT(3, width=4, heads=1, context=3, seed=0)
    figure = transformers.attention(model, [0, 1, 2], ["a longer word", "another word", "</s>"])
    figure.canvas.draw()
    (axes,) = figure.axes
    assert axes.get_title() == "head 1"
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    words = axes.xaxis.label.get_window_extent()
    assert words.x0 >= 0
    assert words.x1 <= figure.bbox.x1


def test_embeddings_in_a_plane_keep_their_distances():
    model = GPT(4, width=4, heads=1, seed=0)
    vectors = [(3, 0, 0, 0), (-3, 0, 0, 0), (0, 0, 1, 0), (0, 0, -1, 0)]
    for row, vector in zip(model.letters, vectors, strict=True):
        for w, x in zip(row, vector, strict=True):
            w.data = float(x)
    (axes,) = transformers.embedding(model, "abcd", "a").axes
    places = [text.get_position() for text in axes.texts]
    assert math.dist(*places[:2]) == pytest.approx(6)
    assert math.dist(places[0], places[2]) == pytest.approx(10**0.5)
    assert axes.get_xlabel() == "component 1 (90 % of the variance)"
    assert [text.get_color() for text in axes.texts] == [plots.COLOURS[k] for k in (1, 0, 0, 0)]


def test_gradients_of_a_gpt_by_matrix():
    model = GPT(3, width=2, heads=1, context=2, seed=0)
    model([0])[0][1].backward()
    (axes,) = transformers.gradients(model).axes
    assert [t.get_text() for t in axes.get_yticklabels()] == [*model.named]
    shares = [t.get_text() for t in axes.texts][1:]
    zeros = [[w.grad == 0 for row in rows for w in row] for rows in model.named.values()]
    assert shares == [f"{100 * sum(each) / len(each):.0f} %" for each in zeros]
