"""Numbers of a network and of its training, for `plots` to draw or for a table of one's own."""

from collections.abc import Callable, Iterable, Sequence
from math import hypot, inf
from typing import Any, NamedTuple, Self

from autograd_mini.errors import AutogradError
from autograd_mini.optim import SGD, Optimiser
from autograd_mini.training import evaluate, fit
from autograd_mini.training.diagnosis import backpropagated
from autograd_mini.training.fitting import at_rates
from autograd_mini.training.metrics import Loss
from autograd_mini.training.samples import layers_of

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


# --- one batch, forward and backward -------------------------------------------------------------
class LayerNumbers(NamedTuple):
    """All numbers of a layer for a batch."""

    name: str
    activations: list[float]  #: h, of each sample and unit
    gradients: list[float]  #: dL/dh, in the same order
    weight_gradients: list[float]  #: dL/dw of each weight, the biases left out


def layer_numbers(model: Any, batch: Any, loss: str | Loss | None = None) -> list[LayerNumbers]:
    """Send a batch forward and backward; the numbers that each layer sees, the first layer first.

    The arguments are those of `diagnose`, and so are the errors; without a loss, L is the sum of
    all outputs. The gradients of the parameters are left as they were.

    >>> from autograd_mini.nn import MLP
    >>> model = MLP(1, [1], init="zeros", output="exp")
    >>> layer_numbers(model, [[3.0]])
    [LayerNumbers(name='layer1', activations=[1.0], gradients=[1.0], weight_gradients=[3.0])]
    """
    layers, (_, *outputs), weights = backpropagated(model, batch, loss, "layer_numbers")
    found = []
    for layer, samples, slopes in zip(layers, outputs, weights, strict=True):
        units = [h for sample in samples for h in sample]
        activations, gradients = [float(h.data) for h in units], [float(h.grad) for h in units]
        found.append(LayerNumbers(layer.name, activations, gradients, slopes))
    return found


# --- during training -----------------------------------------------------------------------------
class UpdateRatios:
    """Records, for each update, how large it is beside the weights that it changes.

    For each layer, norm(w_new - w_old) / norm(w_old) over its weights, the biases left out. About
    1/1000 is a good size; far above it training is rash, far below it slow (Karpathy, CS231n,
    "Neural networks part 3", section "Ratio of weights:updates").

    Used in a `with` block: every `optimiser.step()` in it is recorded, `fit`'s too, as a tuple of
    the ratio of each layer; inf where all weights were 0.

    Raises TypeError for a model that is not an MLP, a Layer or a Neuron, or no Optimiser.

    >>> from autograd_mini.nn import Neuron
    >>> neuron = Neuron(1, nonlin=False, init="zeros")
    >>> neuron.w = [2.0]
    >>> optimiser = SGD(neuron.parameters(), lr=0.1)
    >>> with UpdateRatios(neuron, optimiser) as ratios:
    ...     neuron([5.0]).backward()              # the gradient of w is 5, its change -0.5
    ...     optimiser.step()
    >>> ratios.steps
    [(0.25,)]
    """

    def __init__(self, model: Any, optimiser: Optimiser) -> None:
        self.layers = layers_of(model, "UpdateRatios")
        if not isinstance(optimiser, Optimiser):
            raise TypeError(f"UpdateRatios takes an optimiser such as SGD, got {optimiser!r:.60}")
        self.names = [layer.name for layer in self.layers]
        self.steps: list[tuple[float, ...]] = []
        self.block = optimiser.stepping(self._recorded)

    def __enter__(self) -> Self:
        self.block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.block.__exit__(*error)

    def _recorded(self, step: Callable[[], None]) -> None:
        before = self._weights()
        step()
        self.steps.append(tuple(map(ratio, before, self._weights())))

    def _weights(self) -> list[list[float]]:
        return [[float(w.data) for n in layer.neurons for w in n.w] for layer in self.layers]


def ratio(before: Sequence[float], after: Sequence[float]) -> float:
    """How large an update is beside the weights; inf where all of them were 0."""
    change = hypot(*[b - a for a, b in zip(before, after, strict=True)])
    size = hypot(*before)
    return change / size if size else inf if change else 0.0


# --- many trainings ------------------------------------------------------------------------------
class Sweep(NamedTuple):
    """The loss after training with each learning rate."""

    rates: list[float]
    losses: list[float]  #: on the training data; inf where the training diverged
    start: float  #: the loss before any training

    @property
    def best(self) -> float:
        """The rate with the lowest loss, the smallest of equals."""
        return self.rates[self.losses.index(min(self.losses))]


def sweep_learning_rates(
    model: Any,
    data: Any,
    loss: str | Loss,
    optimiser: Callable[..., Optimiser] = SGD,
    rates: Iterable[float] = RATES,
    epochs: int = 10,
    batch_size: int | None = None,
    *,
    seed: int = 0,
) -> Sweep:
    """Train a copy of the model with each learning rate, all from the same weights.

    `optimiser` is called as optimiser(parameters, lr=rate); the other arguments are those of `fit`,
    and so are the errors, save that a training that diverges counts as a loss of inf. The model
    itself is not changed.

    Raises ValueError for rates that are none, not above 0 or there twice.

    >>> from autograd_mini.nn import Neuron
    >>> neuron = Neuron(1, nonlin=False, init="zeros")
    >>> data = [([1.0], 2.0), ([-1.0], -2.0)]                 # the loss is (w - 2)**2 + b**2
    >>> sweep = sweep_learning_rates(neuron, data, "mse", rates=[0.25, 0.5], epochs=1)
    >>> sweep.start, sweep.losses, sweep.best
    (4.0, [1.0, 0.0], 0.5)
    """
    each = at_rates(model, rates, optimiser, "sweep_learning_rates")
    each.sort(key=lambda one: one[0])
    start = evaluate(model, data, loss).loss
    losses = []
    for _, copy, made in each:
        try:
            fit(copy, data, loss, made, epochs, batch_size, seed=seed, progress=False)
            losses.append(evaluate(copy, data, loss).loss)
        except AutogradError:  # also after the last update, whose loss `fit` does not see
            losses.append(inf)
    return Sweep([rate for rate, *_ in each], losses, start)


# --- places on an axis ----------------------------------------------------------------------------
def places(ends: tuple[float, float], n: int) -> list[float]:
    """So many places from the first to the last, all equally far apart."""
    low, high = ends
    return [low + (high - low) * k / (n - 1) for k in range(n)]


def spread(values: Sequence[float], margin: float = 0.12) -> tuple[float, float]:
    """The least and the largest, and some room around them."""
    low, high = min(values), max(values)
    room = margin * (high - low) or 1.0
    return low - room, high + room
