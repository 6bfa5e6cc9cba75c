"""micrograd's networks on this engine: the same weights, the same numbers, the same text."""

import importlib
import random
import sys

import pytest

from autograd_mini import compat, to_json
from autograd_mini.compat import Value, install, lecture, nn
from autograd_mini.compat.visualize import show_graph, trace
from autograd_mini.data import moons

DATA = moons(6, noise=0.1, seed=1)


def test_the_layers_of_courses():
    random.seed(1)
    x = [Value(0.5), Value(-1.0)]
    model = nn.Sequential([nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Sigmoid()])
    assert 0 < model(x).data < 1
    assert len(model.parameters()) == 13
    assert repr(model).startswith("Sequential of [Layer of [LinearNeuron(2), ")
    assert [layer._op for layer in nn.MLP([nn.Layer(2, 2), nn.ReLU()])(x)] == ["ReLU", "ReLU"]
    assert not any(
        n.nonlin for layer in nn.MLP(2, [2, 1], nonlin=False).layers for n in layer.neurons
    )
    neuron = nn.Neuron(2, nonlin=False, bias=False)
    assert neuron(x).data == 0.5 * neuron.w[0].data - neuron.w[1].data
    assert len(neuron.parameters()) == 2
    assert nn.Sequential(neuron, nn.Tanh())(x)._op == "tanh"  # not as a list
    assert len([*nn.MLP(2, [2, 1])(x)]) == 1  # as a list of one, for courses that take its [0]


def test_the_lecture_s_neurons_draw_their_bias_and_end_in_tanh():
    random.seed(7)
    model = lecture.MLP(3, [4, 1])
    random.seed(7)
    drawn = [random.uniform(-1, 1) for _ in range(21)]
    assert [p.data for p in model.parameters()] == drawn
    out = model([2.0, 3.0, -1.0])
    assert (out._op, repr(model.layers[1])) == ("tanh", "Layer of [TanhNeuron(4)]")
    assert repr(lecture.MLP(2, [1], False)) == "MLP of [Layer of [LinearNeuron(2)]]"


# --- in place ------------------------------------------------------------------------------------
@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course's package on the disk, with a module that this engine has not."""
    package = tmp_path / "mycourse"
    package.mkdir()
    for name in ("__init__", "engine", "nn"):
        (package / f"{name}.py").write_text("Value = MLP = None")
    (package / "extra.py").write_text("from mycourse.engine import Value\nfrom .nn import MLP\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "mycourse"]:
        del sys.modules[name]


def test_another_course_s_name_of_an_activation_is_not_taken_for_relu():
    for make in (lambda: nn.MLP(2, [2, 1], "tanh"), lambda: nn.Neuron(2, "sigmoid")):
        with pytest.raises(ValueError, match=r"nonlin must be one of True, False, got '(tanh|sig)"):
            make()


def test_install_leaves_what_is_the_course_s_own(course):
    install("mycourse")
    extra = importlib.import_module("mycourse.extra")
    assert (extra.Value, extra.MLP) == (Value, nn.MLP)
    module = importlib.import_module("mycourse")
    assert module.tanh(Value(0.0))._op == "tanh"
    assert {"Value", "MLP", "show_graph", "draw_dot", "engine", "nn"} <= set(dir(module))
    assert importlib.util.find_spec("mycourse") is module.__spec__
    with pytest.raises(ImportError):
        importlib.import_module("mycourse.nowhere")


def test_one_module_alone_and_the_lecture_s_neurons(course):
    install("mycourse.engine")
    assert importlib.import_module("mycourse.nn").MLP is None
    assert importlib.import_module("mycourse.extra").Value is Value
    assert importlib.import_module("mycourse").engine.Value is Value
    install("mycourse.part.grad")
    assert importlib.import_module("mycourse.part.grad.nn") is nn
    assert install("mycourse", neurons="tanh").MLP is lecture.MLP
    install("mycourse.engine")  # run --as micrograd.engine: micrograd is in place by then
    assert importlib.import_module("mycourse.nn").MLP is None
    assert importlib.import_module("mycourse").engine.Value is Value
    with pytest.raises(ValueError, match="neurons must be one of relu, tanh, got 'elu'"):
        install("mycourse", neurons="elu")


def test_micrograd_that_is_imported_already_stays(monkeypatch):
    assert sys.modules["micrograd.engine"].Value is not Value
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    assert compat.install() is sys.modules["micrograd"]
    assert importlib.import_module("micrograd.engine").Value is Value
    assert compat.install("nowhere.engine").Value is Value  # of a package that there is not
    assert compat.install("engine").MLP is nn.MLP  # a package of this name


# --- pictures ------------------------------------------------------------------------------------
def test_pictures_show_name_data_and_gradient(tmp_path):
    x, w = Value(2.0, name="x"), Value(-1.5, name="w")
    y = (x * w + 1).tanh()
    y.name = "ŷ"
    y.backward()
    nodes, edges = trace(y)
    assert (len(nodes | {x, y}), len(edges | {(x, y.parents[0].parents[0])})) == (6, 5)
    picture = show_graph(y, format="png", rankdir="TB")
    assert picture.format == "png"
    for shown in ("ŷ", "tanh", "−0.964", "−0.106", "−1.5", "0.1413"):
        assert shown in picture.source, shown
    made = picture.render(tmp_path / "graph", cleanup=True)
    assert (tmp_path / "graph.png").read_bytes()[:4] == b"\x89PNG"
    assert made.endswith("graph.png")
    assert '"tanh"' in to_json(y)
    with pytest.raises(ValueError, match="rankdir must be one of"):
        show_graph(y, rankdir="up")
