"""Files and pickles of the version before, and what a flipped bit does to those of today."""

import json
import math
import pickle
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import DomainError, Value, from_json, load, nn, ops, optim, save, to_json
from autograd_mini.checking.report import Report
from autograd_mini.data import moons, standardise, xor
from autograd_mini.stepping import Accumulate, Steps, TrainingSteps, record_training
from autograd_mini.training import load_metadata

OLD = Path(__file__).with_name("saved")


def old(name):
    """What is in a pickle; of the three whose module has moved, with the warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        thing = pickle.loads((OLD / f"{name}.pickle").read_bytes())
    moved = {"graph": "drawing.scopes", "mlp": "nn.fused"}
    said = [str(w.message) for w in caught if w.category is DeprecationWarning]
    assert bool(said) == (name in moved)
    assert all(text.endswith(f"has moved to autograd_mini.{moved[name]}") for text in said)
    return thing


def text(name):
    return (OLD / f"{name}.json").read_text(encoding="utf-8")


# --- a neuron: y = tanh(w * x + b) ---------------------------------------------------------------
W, X, B = 0.5, 2.0, -0.25


@pytest.mark.parametrize("read", [lambda: old("graph"), lambda: from_json(text("graph"))[0]])
def test_a_graph(read):
    y = read()
    assert y.data == math.tanh(W * X + B)
    (z,) = y.parents
    product, b = z.parents
    w, x = product.parents
    assert [(v.label, v.data) for v in (w, x, b)] == [("w", W), ("x", X), ("b", B)]
    slope = 1 - math.tanh(W * X + B) ** 2
    assert [v.grad for v in (w, x, b)] == pytest.approx([slope * X, slope * W, slope], rel=1e-15)
    assert [v.op.name for v in (y, z, product) if v.op] == ["tanh", "add", "mul"]
    before = w.grad
    y.backward()
    assert w.grad == 2 * before


# --- a network and its training ------------------------------------------------------------------
def test_a_network():
    """MLP(2, [3, 1]) with tanh, evaluated by hand."""
    for model in (load(OLD / "model.json"), old("mlp")):
        named = {name: p.data for name, p in model.named_parameters().items()}
        assert len(named) == 13

        def neuron(name, inputs, named=named):
            products = [named[f"{name}.w[{j}]"] * x for j, x in enumerate(inputs)]
            return math.fsum([*products, named[f"{name}.b"]])

        hidden = [math.tanh(neuron(f"layer1.neuron{j}", (0.5, -1.5))) for j in (1, 2, 3)]
        by_hand = neuron("layer2.neuron1", hidden)
        assert model([0.5, -1.5]).data == pytest.approx(by_hand, rel=1e-15)
    assert load_metadata(OLD / "model.json") == {"mean": [1.0]}
    assert named == json.loads(text("model"))["parameters"]  # trained: as it was saved
    assert named["layer1.neuron1.w[0]"] == -0.675821358345882


def test_an_optimiser():
    """Adam after two steps, and a third by its formula."""
    state = json.loads(text("optimiser"))
    fresh = optim.Adam([Value(0.5) for _ in range(13)], lr=0.9)
    fresh.load_state_dict(state)
    for optimiser in (old("optimiser"), fresh):
        assert optimiser.state_dict() == {**state, "betas": (0.9, 0.999)}
        p = optimiser.params[0]
        before = p.data
        for each in optimiser.params:
            each.grad = 0.25
        optimiser.step()
        m = (0.9 * state["mean"][0] + 0.1 * 0.25) / (1 - 0.9**3)
        v = (0.999 * state["mean_square"][0] + 0.001 * 0.25**2) / (1 - 0.999**3)
        assert p.data == pytest.approx(before - 0.1 * m / (math.sqrt(v) + 1e-8), rel=1e-14)


def test_data_sets():
    made, again = moons(20), old("dataset")
    assert ([*again], again.class_names) == ([*made], ("0", "1"))
    assert old("standardised").inputs == standardise(made)[0].inputs


def test_a_history():
    history = old("history")
    assert (history.epochs, history.stopped, len(history)) == ([1, 2], "finished", 2)
    assert history.loss[0] == pytest.approx(sum(history.loss) - history.loss[1])
    assert history.best_epoch == 1 + (history.loss[1] < history.loss[0])


def test_recorded_steps():
    """tanh(w * x) at 0.5, 2: dy/dw = (1 - tanh(1)**2) * 2."""
    recorded = Steps.from_json(text("steps"))
    assert recorded == old("steps")
    slope = 1 - math.tanh(1.0) ** 2
    shares = {recorded.names[s.parent]: s.share for s in recorded if isinstance(s, Accumulate)}
    assert recorded.root.data == math.tanh(1.0)
    assert (shares["w"], shares["x"]) == pytest.approx((slope * 2, slope * 0.5), rel=1e-15)
    assert [step.kind for step in recorded][:4] == ["given", "forward", "forward", "seed"]
    assert recorded[0].nodes == (0, 1)


def test_a_recorded_training():
    run = TrainingSteps.from_json(text("training"))
    assert run == old("training")
    assert (run.points.inputs, run.points.targets) == (tuple(xor().inputs), (0, 1, 1, 0))
    for frame in run[1:]:
        for w, before, g in zip(frame.weights, frame.before, frame.gradients, strict=True):
            assert w == before - 0.1 * g
    model = nn.MLP(2, [2, 1], seed=0)
    sgd = optim.SGD(model.parameters(), lr=0.1)
    again = record_training(model, xor(), "mse", sgd, epochs=2, frames=3, grid=8)
    assert [(f.weights, f.field) for f in again] == [(f.weights, f.field) for f in run]
    assert again.losses == run.losses


def test_a_report():
    """The derivative of x * sin(x) at 1/2."""
    report = Report.from_json(text("report"))
    assert report == old("report")
    (row,) = report.comparisons
    assert report.ok
    assert row.got == pytest.approx(math.sin(0.5) + 0.5 * math.cos(0.5), rel=1e-15)
    assert report.taylor_slope == pytest.approx(2, abs=1e-4)


def test_what_else_is_pickled():
    error = old("error")
    assert type(error) is DomainError
    assert str(error) == "log(a) at a = -1.0: it needs a > 0"
    assert old("op") is ops.SHEET["tanh"]
    assert old("explanation").title == "What v₃ does"
    assert old("theme").background == "#14181d"


# --- a flipped bit -------------------------------------------------------------------------------
def small_graph():
    w, x = Value(W, label="w"), Value(X, label="ñ")
    y = (w * x).tanh()
    y.backward()
    return to_json(y, indent=1)


KINDS = {
    "graph": lambda t: to_json(*from_json(t), indent=1),
    "steps": lambda t: Steps.from_json(t).to_json(1),
    "training": lambda t: TrainingSteps.from_json(t).to_json(1),
    "report": lambda t: Report.from_json(t).to_json(),
}
WRITTEN = {
    kind: rewritten(small_graph() if kind == "graph" else text(kind)).encode()
    for kind, rewritten in KINDS.items()
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_flipped_bit_is_refused_or_changes_nothing(kind, data):
    raw, read = WRITTEN[kind], KINDS[kind]
    place = data.draw(st.integers(0, 8 * len(raw) - 1))
    flipped = bytearray(raw)
    flipped[place // 8] ^= 1 << place % 8
    try:
        again = read(flipped.decode())
    except ValueError:
        return
    assert again.encode() == raw


def test_any_flipped_bit_of_a_model_is_refused_or_changes_nothing(tmp_path):
    path = tmp_path / "model.json"
    model = nn.MLP(1, [1], seed=0)
    save(model, path, {"mean": [0.5]})
    raw = path.read_bytes()
    weights = [p.data for p in model.parameters()]
    taken = 0
    for place in range(0, 8 * len(raw), 7):  # each bit of a byte in turn
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            again = load(path)
        except ValueError:
            continue
        taken += 1
        assert [p.data for p in again.parameters()] == weights
        assert load_metadata(path) == {"mean": [0.5]}
    assert taken < 0.01 * 8 * len(raw) / 7  # a space for another white character, e for E
