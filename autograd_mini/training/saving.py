"""Save a network to a JSON file and load it again, every weight with the same bits.

    {"format": "autograd_mini model", "version": 2,
     "architecture": {"nin": 2, "nouts": [3, 1], "activation": ["tanh"], "output": "linear",
                      "name": ""},
     "parameters": {"layer1.neuron1.w[0]": 0.6888437030500962, ...},
     "metadata": {}, "checksum": "8e2f0a3b5c71d946"}

A float is written as its `repr`, the shortest decimal that reads back as the same float.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from autograd_mini.errors import AutogradError
from autograd_mini.files import Format, check_keys, parsed, special, write
from autograd_mini.nn import GPT, MLP
from autograd_mini.numbers.arguments import listed, real, whole

MODEL = Format("autograd_mini model", ("architecture", "parameters", "metadata"))
ARCHITECTURE = ("nin", "nouts", "activation", "output", "name")
SIZES = ("tokens", "width", "layers", "context", "heads")  # of a GPT


class ModelFileError(AutogradError, ValueError):
    """A file that is no model, or not a whole one; the message names the file and what is wrong."""


def save(model: MLP | GPT, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
    """Write the network's shape, activations and parameters to a JSON file.

    `metadata` is kept beside them: whatever JSON can hold, such as the mean and the standard
    deviation that the inputs were standardised with, and the names of the classes. A file already
    there is replaced in one move, when the new one is complete.

    Raises:
        TypeError: the model is neither an MLP nor a GPT, an activation is not one of the sheet (a
            function has no name to find it again by), a parameter is not a float, JSON cannot hold
            the metadata.
        ValueError: a parameter is nan or infinite, or is used in two places; or layers were changed
            so that their sizes no longer fit.
        ModelFileError: the path is a folder, a symbolic link or another special file.
        OSError: the system cannot write there.

    >>> from tempfile import TemporaryDirectory
    >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
    >>> with TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.json", metadata={"mean": [5.8, 3.1]})
    ...     again = load(f"{folder}/model.json")
    ...     load_metadata(f"{folder}/model.json")
    {'mean': [5.8, 3.1]}
    >>> [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    True
    """
    content = {"architecture": (shape := _architecture(model))}
    neurons = [neuron for layer in getattr(model, "layers", ()) for neuron in layer.neurons]
    held = [p for neuron in neurons for p in neuron.parameters()]  # what is shared, twice
    content["parameters"] = _parameters(shape, held or model.parameters())
    try:  # as it will be read: tuples as lists, every key as text
        content["metadata"] = parsed(json.dumps(dict(metadata or {}), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"save: JSON cannot hold the metadata: {error}") from None
    _check_kind(Path(path))
    write(path, MODEL.write(content, indent=1) + "\n")


def load(path: str | Path) -> Any:
    """The network, an MLP or a GPT, that `save` wrote: the same shape, activations, names and bits.

    Raises ModelFileError for a file that is not such a model, is damaged or incomplete, or comes
    from a newer version; OSError (FileNotFoundError, ...) if it cannot be read.
    """
    content = _read(path)
    shape, parameters = content["architecture"], content["parameters"]
    try:
        model = _made(shape, len(parameters))
        for name, p in model.named_parameters().items():
            if name not in parameters:
                raise ValueError(f"the parameter {name} is missing")
            p.data = float(real(name, parameters[name]))
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"{path}: {error}") from None
    return model


def load_metadata(path: str | Path) -> dict[str, Any]:
    """The metadata that was saved with a network (tuples have become lists). Raises as `load`."""
    return dict(_read(path)["metadata"])


# --- what is saved -------------------------------------------------------------------------------
def _architecture(model: MLP | GPT) -> dict[str, Any]:
    if type(model) is GPT:
        return model.sizes
    if type(model) is not MLP:
        raise TypeError(f"save takes an MLP or a GPT, got {model!r:.60} ({type(model).__name__})")
    for layer in model.layers:
        act, *others = (neuron.activation for neuron in layer.neurons)
        if not isinstance(act, str) or {*others} - {act}:
            raise TypeError(
                f"save: the activation of {layer.name} must be one operation, by its name, got"
                f" {[act, *others]!r:.80}; op(...) makes one from a function"
            )
    *hidden, output = (layer.neurons[0].activation for layer in model.layers)
    nin, nouts = model.layers[0].nin, [layer.nout for layer in model.layers]
    return dict(zip(ARCHITECTURE, (nin, nouts, hidden, output, model.name), strict=True))


def _parameters(shape: dict[str, Any], params: list[Any]) -> dict[str, float]:
    """By the names that a network of this shape has when it is loaded."""
    try:
        named = dict(zip(_made(shape, len(params)).named_parameters(), params, strict=True))
    except (TypeError, ValueError) as error:
        raise ValueError(f"save: no file could give this model back: {error}") from None
    places: dict[Any, str] = {}
    for name, p in named.items():
        if not isinstance(p.data, float):
            raise TypeError(f"save: {name} is {p.data!r}, and a model file holds floats only")
        if not isfinite(p.data):
            raise ValueError(f"save: {name} is {p.data}")
        if p in places:
            raise ValueError(f"save: {places[p]} and {name} are one Value; a file would part them")
        places[p] = name
    return {name: p.data for name, p in named.items()}


# --- what is read --------------------------------------------------------------------------------
def _read(path: str | Path) -> dict[str, Any]:
    """The content of the file, its outer form checked."""
    path = Path(path)
    _check_kind(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{path}: it is damaged or not JSON ({error})") from None
    content = MODEL.read(text, path, ModelFileError)
    for key, x in content.items():
        if not isinstance(x, dict):
            raise ModelFileError(f"{path}: {key} is not an object in braces")
    return content


def _check_kind(path: Path) -> None:
    if problem := special(path):
        raise ModelFileError(f"{path}: {problem}")


def _made(shape: dict[str, Any], held: int) -> Any:
    """A network of this shape, which must have so many parameters."""
    gpt = "heads" in shape
    keys = SIZES if gpt else ARCHITECTURE
    check_keys("architecture", shape, keys)
    first, *rest = (shape[key] for key in keys)
    sizes = [first, *(rest if gpt else listed("architecture: nouts", rest[0]))]
    for size in sizes:
        whole("architecture: a size", size)
    if gpt:
        tokens, width, layers, context, _ = sizes
        count = width * (2 * tokens + context + 12 * layers * width)
    else:
        count = sum((n + 1) * m for n, m in pairwise(sizes))
    if count != held:  # before it is made: a wrong size in a small file must not fill the memory
        raise ValueError(f"its shape has {count} parameters, but it holds {held}")
    return GPT(**shape, seed=0) if gpt else MLP(**shape, init="zeros")
