"""Save a network to a JSON file and load it again, every weight with the same bits.

    {"format": "autograd_mini model", "version": 1,
     "architecture": {"nin": 2, "nouts": [3, 1], "activation": ["tanh"], "output": "linear",
                      "name": ""},
     "parameters": {"layer1.neuron1.w[0]": 0.6888437030500962, ...},
     "metadata": {}}

A float is written as its `repr`, the shortest decimal that reads back as the same float.
"""

from __future__ import annotations

import os
from itertools import pairwise
from math import isfinite
from pathlib import Path

from autograd_mini.errors import AutogradError
from autograd_mini.nn import MLP, Neuron

TYPE_CHECKING = False  # typing itself is slow to import; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FORMAT, VERSION = "autograd_mini model", 1
KEYS = ("format", "version", "architecture", "parameters", "metadata")
ARCHITECTURE = ("nin", "nouts", "activation", "output", "name")


class ModelFileError(AutogradError, ValueError):
    """A file that is no model, or not a whole one; the message names the file and what is wrong."""


def save(model: MLP, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
    """Write the network's shape, activations and parameters to a JSON file.

    `metadata` is kept beside them: whatever JSON can hold, such as the mean and the standard
    deviation that the inputs were standardised with, and the names of the classes. The file is
    written under a temporary name in the same folder and moved into place when it is complete, so
    that a file already there stays whole until then.

    Raises:
        TypeError: the model is not an MLP, an activation is not one of the sheet (a function has
            no name to find it again by), a parameter is not a float, JSON cannot hold the metadata.
        ValueError: a parameter is nan or infinite, or is used in two places.
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
    import json

    document = {
        "format": FORMAT,
        "version": VERSION,
        "architecture": _architecture(model),
        "parameters": _parameters(model),
        "metadata": dict(metadata or {}),
    }
    try:
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"save: JSON cannot hold the metadata: {error}") from None
    _check_kind(Path(path))
    write_text(path, text + "\n")


def load(path: str | Path) -> MLP:
    """The network that `save` wrote: the same shape, activations, names and bits.

    Raises ModelFileError for a file that is not such a model, is damaged or incomplete, or comes
    from a newer version; OSError (FileNotFoundError, ...) if it cannot be read.
    """
    document = _read(path)
    shape, parameters = document["architecture"], document["parameters"]
    try:
        sizes = [shape["nin"], *shape["nouts"]]
        for size in sizes:
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise ValueError(f"a layer of {size!r} neurons or inputs")
        # Before the network is made: a wrong size in a small file must not fill the memory.
        count = sum((n + 1) * m for n, m in pairwise(sizes))
        if count != len(parameters):
            raise ValueError(f"its shape has {count} parameters, but it holds {len(parameters)}")
        model = MLP(
            shape["nin"],
            shape["nouts"],
            activation=shape["activation"],
            output=shape["output"],
            init="zeros",
            name=shape["name"],
        )
    except (TypeError, ValueError) as error:
        raise _refused(path, f"{error}") from None
    for name, p in model.named_parameters().items():
        if name not in parameters:
            raise _refused(path, f"the parameter {name} is missing")
        p.data = _float(path, name, parameters[name])
    return model


def load_metadata(path: str | Path) -> dict[str, Any]:
    """The metadata that was saved with a network (tuples have become lists). Raises as `load`."""
    metadata: dict[str, Any] = _read(path)["metadata"]
    return metadata


def write_text(path: str | Path, text: str) -> None:
    """Write a file in one move: complete, or as it was before.

    The permissions are those of the file that is replaced, or of any new file. Raises ValueError
    if the path is a folder, a link or another special file, OSError if the system cannot write.
    """
    path = Path(path)
    if problem := _special(path):
        raise ValueError(f"{path}: {problem}")
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        os.replace(temporary, path)  # noqa: PTH105  (the call that is atomic, by its own name)
    finally:
        temporary.unlink(missing_ok=True)


# --- what is saved -------------------------------------------------------------------------------
def _architecture(model: MLP) -> dict[str, Any]:
    if type(model) is not MLP:
        raise TypeError(f"save takes an MLP, got {model!r:.60} ({type(model).__name__})")
    activations = [_activation(neuron) for layer in model.layers for neuron in layer.neurons]
    firsts = [_activation(layer.neurons[0]) for layer in model.layers]
    if activations != [
        a for a, layer in zip(firsts, model.layers, strict=True) for _ in layer.neurons
    ]:
        raise TypeError("save: the neurons of a layer have different activations")
    return {
        "nin": model.layers[0].nin,
        "nouts": [layer.nout for layer in model.layers],
        "activation": firsts[:-1],
        "output": firsts[-1],
        "name": model.name,
    }


def _activation(neuron: Neuron) -> str:
    if isinstance(neuron.activation, str):
        return neuron.activation
    raise TypeError(
        f"save: the activation of {neuron.name} is the function {neuron.activation!r:.60}, which a"
        " file cannot hold; make it an operation with op(...) and give its name"
    )


def _parameters(model: MLP) -> dict[str, float]:
    named = model.named_parameters()
    places: dict[Any, str] = {}
    for name, p in named.items():
        if p.data.__class__ is not float:
            raise TypeError(f"save: {name} is {p.data!r}, and a model file holds floats only")
        if not isfinite(p.data):
            raise ValueError(f"save: {name} is {p.data}")
        if p in places:
            raise ValueError(f"save: {places[p]} and {name} are one Value; a file would part them")
        places[p] = name
    return {name: p.data for name, p in named.items()}


# --- what is read --------------------------------------------------------------------------------
def _read(path: str | Path) -> dict[str, Any]:
    """The document in the file, its outer form checked."""
    import json

    path = Path(path)
    _check_kind(path)
    raw = path.read_bytes()
    try:
        document = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_not_json
        )
    except _Twins as error:
        raise _refused(path, f"{error} is there twice") from None
    except (ValueError, RecursionError) as error:
        what = "it is empty" if not raw.strip() else f"it is damaged or not JSON ({error})"
        raise _refused(path, what) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _refused(path, f'it is not an autograd_mini model ("format": "{FORMAT}" is missing)')
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _refused(path, f"its version is {version!r}")
    if version > VERSION:
        raise _refused(
            path,
            f"it has version {version}, and this autograd_mini reads up to version {VERSION};"
            " install a newer one",
        )
    _check_keys(path, "it", document, KEYS)
    for key in KEYS[2:]:
        if not isinstance(document[key], dict):
            raise _refused(path, f"{key} is not an object in braces")
    shape = document["architecture"]
    _check_keys(path, "architecture", shape, ARCHITECTURE)
    for key, cls in {"nouts": list, "activation": list, "output": str, "name": str}.items():
        if not isinstance(shape[key], cls):
            raise _refused(path, f"architecture: {key} is {shape[key]!r:.60}")
    return document


def _check_kind(path: Path) -> None:
    if problem := _special(path):
        raise _refused(path, problem)


def _special(path: Path) -> str:
    """Why the path is no place for a file; "" for a plain file, or none yet.

    Replacing a link would cut it, and reading a pipe would wait for ever.
    """
    if path.is_symlink():
        return "it is a symbolic link; give the file itself"
    if path.is_dir():
        return "it is a folder"
    return "it is not a regular file" if path.exists() and not path.is_file() else ""


def _check_keys(path: Path, where: str, found: dict[str, Any], keys: tuple[str, ...]) -> None:
    if missing := [key for key in keys if key not in found]:
        raise _refused(path, f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(found.keys() - set(keys)):
        raise _refused(path, f"{where} has the unknown {', '.join(unknown)}")


def _float(path: str | Path, name: str, x: Any) -> float:
    if not isinstance(x, float | int) or isinstance(x, bool):
        raise _refused(path, f"{name} is {x!r:.60}, not a number")
    try:
        number = float(x)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise _refused(path, f"{name} is beyond the floats")
    return number


class _Twins(Exception):
    """A name that is in an object twice."""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twins(name)
        found[name] = value
    return found


def _not_json(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _refused(path: str | Path, what: str) -> ModelFileError:
    return ModelFileError(f"{path}: {what}")
