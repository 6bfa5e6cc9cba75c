"""What a recorded training run is made of: plain data."""

from typing import Any, NamedTuple


class Frame(NamedTuple):
    """A model after an epoch; in epoch 0 before any training.

    epoch      its number
    loss       of all data with these weights
    accuracy   the share of right answers, None for a regression
    weights    every parameter, biases too, in the order of the run's `names`
    before     the parameters before the epoch's last update; empty in epoch 0, as are
    gradients  their gradients in that update, after clipping
    rate       the learning rate of that update
    flow       what `diagnose` says of the model and of each layer: ("healthy", "healthy", ...);
               empty for a model that is no network
    field      the model's answers on a grid, as bytes, see `Field`
    """

    epoch: int
    loss: float
    accuracy: float | None
    weights: tuple[float, ...]
    before: tuple[float, ...]
    gradients: tuple[float, ...]
    rate: float | None
    flow: tuple[str, ...]
    field: bytes


class LayerShape(NamedTuple):
    """A layer of a network; `first` is the index of its first parameter.

    Its parameters stand neuron after neuron, the weights of each before its bias.
    """

    name: str
    activation: str
    inputs: int
    units: int
    first: int


class Divergence(NamedTuple):
    """Where a number left the floats, and what `fit` says of it: see `TrainingError`."""

    epoch: int
    batch: int
    place: str
    cause: str
    message: str


class Points(NamedTuple):
    """The data of a run; without a name where they were no Dataset."""

    name: str
    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[Any, ...]
    features: tuple[str, ...]
    classes: tuple[str, ...]
