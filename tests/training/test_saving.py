"""Models as files: every bit comes back, and nothing but a whole model is taken for one."""

import json
import os
import re
import struct
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd_mini import Value
from autograd_mini.nn import GPT, MLP, Layer
from autograd_mini.training import ModelFileError, load, load_metadata, save
from tests.refusals import refused
from tests.training.models import with_weights


def bits(model):
    return {name: struct.pack("<d", p.data) for name, p in model.named_parameters().items()}


def network(name=""):
    activation = ["tanh", "leaky_relu"]
    return MLP(2, [3, 2, 1], activation=activation, output="sigmoid", seed=7, name=name)


# --- what comes back -----------------------------------------------------------------------------
EXTREMES = [5e-324, -0.0, 1.7976931348623157e308, 2.2250738585072014e-308, 0.1 + 0.2, -1 / 3, 1e23]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=9, max_size=9))
@example([*EXTREMES, 0.0, 1.0])
def test_every_weight_comes_back_with_the_same_bits(tmp_path_factory, weights):
    path = tmp_path_factory.mktemp("bits") / "model.json"
    model = with_weights(MLP(2, [2, 1]), weights)
    save(model, path)
    assert bits(load(path)) == bits(model)
    for p in model.parameters():
        p.data = np.float64(p.data)
    save(model, path)
    assert bits(load(path)) == bits(model)


def test_a_gpt_comes_back(tmp_path):
    model = GPT(5, width=4, heads=2, layers=2, context=3, seed=1)
    save(model, tmp_path / "m.json", metadata={"letters": "añz"})
    again = load(tmp_path / "m.json")
    assert bits(again) == bits(model)
    assert [s.data for s in again([4, 0])[1]] == [s.data for s in model([4, 0])[1]]


def test_a_gpt_whose_scores_are_its_letters_is_refused(tmp_path):
    model = GPT(3, width=2, heads=1, context=2, seed=0)
    model.scores = model.letters
    assert len({*model.parameters()}) == len(model.parameters()) == 58
    with pytest.raises(ValueError, match="no file could give this model back"):
        save(model, tmp_path / "model.json")


def test_shape_activations_names_and_answers_come_back(tmp_path):
    model = network(name="net")
    save(model, tmp_path / "m.json")
    again = load(tmp_path / "m.json")
    assert repr(again) == repr(model)
    assert again.summary() == model.summary()
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    assert again.parameters()[0].label == "net.layer1.neuron1.w[0]"
    assert again([0.3, -1.7]).data == model([0.3, -1.7]).data


def renamed():
    model = network()
    model.name = model.layers[0].neurons[1].name = "net"
    return model


def replaced():
    model = network()
    model.layers[2] = Layer(2, 1, activation="sigmoid", seed=3)
    return model


def twins():
    model = network()
    model.layers[0].neurons[0].name = model.layers[0].neurons[1].name
    return model


@pytest.mark.parametrize("make", [renamed, replaced, twins])
def test_a_network_comes_back_whose_parts_have_other_names(tmp_path, make):
    save(model := make(), tmp_path / "m.json")
    again = load(tmp_path / "m.json")
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    assert again([0.5, -2.0]).data == model([0.5, -2.0]).data


def test_the_document_is_what_the_module_describes(tmp_path):
    model = MLP(1, [2, 1], activation="tanh", init="zeros")
    model.parameters()[0].data = 0.1
    save(model, str(tmp_path / "m.json"), metadata={"clases": ["sí", "no"]})
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8")) == {
        "format": "autograd_mini model",
        "version": 2,
        "architecture": {
            "nin": 1, "nouts": [2, 1], "activation": ["tanh"], "output": "linear", "name": "",
        },
        "parameters": dict.fromkeys(model.named_parameters(), 0.0) | {"layer1.neuron1.w[0]": 0.1},
        "metadata": {"clases": ["sí", "no"]},
        "checksum": "cc2d40f8a464907c",
    }  # fmt: skip


def test_metadata_come_back_with_the_same_bits(tmp_path):
    mean, std = (5.843333333333334, -0.0), (0.1 + 0.2, 1e-300)
    save(network(), tmp_path / "m.json", metadata={"mean": mean, "std": std})
    found = load_metadata(tmp_path / "m.json")
    assert found == {"mean": list(mean), "std": list(std)}
    assert str(found["mean"][1]) == "-0.0"
    save(network(), tmp_path / "m.json")
    assert load_metadata(tmp_path / "m.json") == {}


# --- how it is written ---------------------------------------------------------------------------
def tied():
    model = MLP(1, [2, 1])
    model.layers[0].neurons[1].b = model.layers[0].neurons[0].b
    return model


def shared():
    model = MLP(2, [2, 2])
    model.layers[1] = model.layers[0]
    return model


def pruned():
    model = MLP(2, [3, 1])
    del model.layers[0].neurons[0]
    return model


def mixed():
    model = MLP(1, [2, 1])
    model.layers[0].neurons[1].activation = "tanh"
    return model


def changed(data):
    model = MLP(2, [1])
    model.parameters()[1].data = data
    return model


WRONG_TYPES = [
    (lambda: MLP(1, [2], output=Value.tanh), r"layer1 must be one .*function.*; op\(\.\.\.\) mak"),
    (mixed, r"layer1 must be one operation, by its name, got \['relu', 'tanh'\]"),
    (lambda: Layer(2, 2), r"save takes an MLP or a GPT, got .*\(Layer\)"),
    (lambda: "model", r"save takes an MLP or a GPT, got 'model' \(str\)"),
    (lambda: changed(Fraction(1, 3)), r"w\[1\] is Fraction\(1, 3\), and a model file holds"),
]
WRONG_VALUES = [
    (lambda: changed(float("nan")), r"layer1.neuron1.w\[1\] is nan"),
    (lambda: changed(float("inf")), r"layer1.neuron1.w\[1\] is inf"),
    (tied, "layer1.neuron1.b and layer1.neuron2.b are one Value"),
    (shared, r"layer1.neuron1.w\[0\] and layer2.neuron1.w\[0\] are one Value"),
    (pruned, "no file could give this model back: its shape has 13 parameters, but it holds 10"),
]


@refused({TypeError: WRONG_TYPES, ValueError: WRONG_VALUES})
def test_what_a_file_cannot_hold_is_refused_before_writing(tmp_path, call, error, text):
    with pytest.raises(error, match=text):
        save(call(), tmp_path / "m.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("metadata", [{"x": object()}, {"x": float("nan")}, {(1, 2): 3}])
def test_metadata_that_json_cannot_hold_are_refused(tmp_path, metadata):
    with pytest.raises(TypeError, match="save: JSON cannot hold the metadata: "):
        save(network(), tmp_path / "m.json", metadata=metadata)
    assert list(tmp_path.iterdir()) == []


# --- what is refused -----------------------------------------------------------------------------
WHOLE = {
    "format": "autograd_mini model",
    "version": 1,
    "architecture": {"nin": 1, "nouts": [1], "activation": [], "output": "tanh", "name": ""},
    "parameters": {"layer1.neuron1.w[0]": 0.5, "layer1.neuron1.b": -1},
    "metadata": {},
}


def document(**changes):
    return json.dumps({k: v for k, v in (WHOLE | changes).items() if v is not None})


def shape(**changes):
    return document(architecture=WHOLE["architecture"] | changes)


def weights(**changes):
    return document(parameters=WHOLE["parameters"] | changes)


DAMAGED = [
    ("", "it is empty"),  # tests/test_files.py has more of what is no document
    *((text, "it is damaged or not JSON") for text in (
        document()[:-1], document() + "}", document().replace("0.5", "9" * 5000),
        document().encode("utf-16"))),
    (document(parameters=None), "it lacks parameters"),
    (document(parameters=[0.5, -1]), "parameters is not an object in braces"),
    (document(metadata="x"), "metadata is not an object in braces"),
    (document(architecture={"nin": 1}), "architecture lacks nouts, activation, output, name"),
    (shape(depth=3), "architecture has the unknown depth"),
    (shape(nouts=1), "architecture: nouts must be a list, got 1"),
    (shape(output=3), "activation 3 is unknown; known are linear, "),
    *((shape(nin=nin), f"architecture: a size must be .*, got {nin!r}") for nin in ("1", 0, True)),
    (shape(nouts=[]), "its shape has 0 parameters, but it holds 2"),
    (shape(nouts=[1.5]), r"a size must be an int, got 1\.5"),
    (shape(nin=2), "its shape has 3 parameters, but it holds 2"),
    (shape(nin=10**12, nouts=[10**12]), "its shape has 1000000000001000000000000 parameters"),
    (shape(activation=["relu"]), "activation is a list of 1, but there are 0 hidden layers"),
    (shape(output="tanhh"), "activation 'tanhh' is unknown"),
    (shape(name="net"), r"the parameter net.layer1.neuron1.w\[0\] is missing"),
    (document(parameters={"layer1.neuron1.w[0]": 0.5}), "has 2 parameters, but it holds 1"),
    (document(parameters={"layer1.neuron1.w[0]": 0.5, "c": 1}), "layer1.neuron1.b is missing"),
    *((weights(**{"layer1.neuron1.b": b}), rf"b must be a real number, got {re.escape(repr(b))}")
      for b in ("1", None, True, [1])),
    *((document().replace("0.5", large), r"layer1.neuron1.w\[0\] must be finite, got")
      for large in ("1e999", "1" + "0" * 400)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), DAMAGED)
def test_a_damaged_or_foreign_file_is_refused_with_its_name(tmp_path, text, message):
    path = tmp_path / "m.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ModelFileError, match=message) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_the_undamaged_document_of_that_table_is_taken(tmp_path):
    (tmp_path / "m.json").write_text(document())
    assert [p.data for p in load(tmp_path / "m.json").parameters()] == [0.5, -1.0]


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_byte_that_flips_gives_a_model_or_a_refusal(tmp_path_factory, place, byte):
    path = tmp_path_factory.mktemp("flip") / "m.json"
    raw = bytearray(document().encode())
    raw[place % len(raw)] = byte
    path.write_bytes(raw)
    try:
        model = load(path)
    except ModelFileError:
        return
    assert len(model.parameters()) == 2


def test_links_folders_and_pipes_are_refused_for_reading_and_for_writing(tmp_path):
    save(network(), tmp_path / "m.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "m.json")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    what = {"link.json": "a symbolic link", "folder": "a folder", "pipe": "not a regular file"}
    for name, text in what.items():
        for use in (load, partial(save, network())):
            with pytest.raises(ModelFileError, match=f"{name}: it is {text}"):
                use(tmp_path / name)
    assert (tmp_path / "link.json").is_symlink()


def test_a_missing_file_or_folder_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.json"):
        load(tmp_path / "no.json")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save(network(), Path(tmp_path / "nowhere" / "m.json"))
