"""Training data in any of its forms, as a list of inputs and a list of targets."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from autograd_mini.data import Dataset
from autograd_mini.data.datasets import rows as data_rows
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.nn.networks import name_of
from autograd_mini.numbers.arguments import items, listed, real
from autograd_mini.numbers.kind import Number
from autograd_mini.optim import Optimiser
from autograd_mini.value import Value

Row = tuple[Number, ...]
Samples = tuple[list[Row], list[Any]]


def samples(data: Any, name: str = "data", model: Any = None) -> Samples:
    """The inputs, as tuples of numbers of one length, and their targets; `data` is that of `fit`.

    An input is a list of numbers, or one number for a model with one input; a target is a number or
    a list.
    """
    if isinstance(data, Dataset):
        check_width(model, data.inputs, name)
        return list(data.inputs), list(data.targets)
    if isinstance(data, tuple) and len(data) == 2:
        inputs = listed(f"the inputs of {name}", data[0])
        targets = listed(f"the targets of {name}", data[1])
        if len(inputs) != len(targets):
            raise ValueError(f"{name} has {len(inputs)} inputs but {len(targets)} targets")
    else:
        form = f"{name} must be a Dataset, a tuple (inputs, targets) or a list of pairs"
        if (pairs := items(data)) is None:
            raise TypeError(f"{form}, got {data!r:.60}")
        for i, pair in enumerate(pairs):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"{form} (input, target), but {name}[{i}] is {pair!r:.60}")
        inputs, targets = [x for x, _ in pairs], [y for _, y in pairs]
    rows = input_rows(inputs, name, model)
    for i, y in enumerate(targets):
        given, who = items(y), f"target {i} of {name}"
        targets[i] = _number(who, y) if given is None else [_number(who, v) for v in given]
    return rows, targets


def input_rows(inputs: Any, name: str = "data", model: Any = None) -> list[Row]:
    """Inputs without targets, checked as in `samples`."""
    rows: list[Row] = data_rows(f"{name}: inputs", inputs, _number)
    check_width(model, rows, name)
    return rows


def check_model(model: Any, who: str) -> None:
    """TypeError unless the model can be called and has parameters."""
    if not callable(model) or not hasattr(model, "parameters"):
        raise TypeError(f"{who} takes a model such as MLP(2, [8, 1]), got {model!r:.60}")


def check_optimiser(optimiser: Any, params: Iterable[Value]) -> None:
    """TypeError unless it is one, ValueError if it changes others than these parameters."""
    if not isinstance(optimiser, Optimiser):
        raise TypeError(
            f"optimiser must be one such as SGD(model.parameters(), lr=0.1), got {optimiser!r:.60}"
        )
    if not {*optimiser.params} <= {*params}:
        raise ValueError(
            "the optimiser changes parameters that are not the model's; make it anew with"
            " model.parameters()"
        )


def check_width(model: Any, rows: list[Row], name: str) -> None:
    """ValueError unless the model's first layer takes inputs of this length."""
    layers, given = layers_of(model), len(rows[0])
    if layers and (takes := layers[0].neurons[0].nin) != given:
        raise ValueError(f"the model takes {takes} inputs, but those of {name} have {given}")


class NamedLayer(NamedTuple):
    """The neurons of a layer, with its name (layer1, layer2, ... without one) and activation."""

    name: str
    activation: str
    neurons: list[Neuron]


def layers_of(model: Any, who: str = "") -> list[NamedLayer]:
    """The layers of an MLP, Layer or Neuron; of others none, or TypeError if `who` needs them."""
    layers = model.layers if isinstance(model, MLP) else [model]
    if isinstance(model, MLP | Layer | Neuron):
        named = [(la.name or f"layer{k}", name_of(la.activation)) for k, la in enumerate(layers, 1)]
        neurons = [la.neurons if isinstance(la, Layer) else [la] for la in layers]
        return [NamedLayer(*names, each) for names, each in zip(named, neurons, strict=True)]
    if who:
        raise TypeError(f"{who} takes an MLP, a Layer or a Neuron, got {model!r:.60}")
    return []


def _number(name: str, v: Any) -> Number:
    if hasattr(v, "dtype") and hasattr(v, "item"):  # a scalar of NumPy, torch, JAX
        v = v.item()
    return real(name, int(v) if isinstance(v, bool) else v)
