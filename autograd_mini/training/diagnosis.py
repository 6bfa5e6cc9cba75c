"""Why a network does not learn: how the gradient fares on its way back through the layers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from math import hypot, log10, sqrt
from typing import Any, NamedTuple

from autograd_mini import functions, language
from autograd_mini.data import Dataset
from autograd_mini.language.tables import Grid, Shown
from autograd_mini.nn import Neuron
from autograd_mini.numbers.arguments import items
from autograd_mini.ops import SHEET
from autograd_mini.transforms import grad
from autograd_mini.value import Value

from .metrics import Loss, loss_function, loss_value
from .samples import NamedLayer, Row, input_rows, layers_of, samples

SATURATED_SLOPE = 0.02  # share of its steepest slope below which an activation is saturated
# A gradient vanishes or explodes if it changes by more than a factor per layer and one in all,
PER_LAYER, IN_ALL = 2.0, 100.0
EXTREME = 1e4  # or, however many layers there are, by more than this one
MOST = 0.9  # from this share of dead units a layer is dead; of saturated outputs, it is vanishing


class LayerFlow(NamedTuple):
    """What `diagnose` found in a layer, over all of its units and all samples of the batch.

    activation_rms  sqrt(mean of h**2) of the layer's outputs h
    gradient_rms    sqrt(mean of (dL/dh)**2)
    saturated       share of outputs where a squashing activation (tanh, sigmoid, ...) is nearly
                    flat: |tanh| > 0.99, sigmoid below 0.005 or above 0.995; None for others
    dead            share of units whose output and slope are 0 for every sample, as those of a ReLU
                    that is never above 0; None for a linear layer
    verdict         "healthy", "vanishing", "exploding", "dead" or "flat"
    """

    name: str
    activation: str
    units: int
    activation_rms: float
    gradient_rms: float
    saturated: float | None
    dead: float | None
    verdict: str


@dataclass(eq=False, repr=False)
class Diagnosis(Shown):
    """The rows of a diagnosis in `layers`, the first layer first; `print` it for a table.

    verdict       "healthy", "vanishing", "exploding", "dead", or "flat" (see `diagnose`)
    per_layer     the mean factor by which a hidden layer changes the gradient that goes back
                  through it; None with fewer than two hidden layers or a gradient of 0
    input_rms, input_gradient_rms   of the inputs x: sqrt(mean of x**2), sqrt(mean of (dL/dx)**2)
    """

    layers: list[LayerFlow]
    verdict: str
    per_layer: float | None
    input_rms: float
    input_gradient_rms: float
    lang: str = "en"

    @property
    def explanation(self) -> str:
        """The verdict in a sentence, and what helps, in the language of the diagnosis."""
        flow, words = "", language.words("training", self.lang)
        if self.per_layer is not None and self.verdict != "flat":
            flow = " " + words["flow"].format(factor=f"{self.per_layer:.2g}")
        return f"{words[self.verdict]}: {words['about ' + self.verdict]}{flow}"

    def __repr__(self) -> str:
        return f"Diagnosis({len(self.layers)} layers, {self.verdict!r})"

    def _grid(self, lang: str, width: int | None = None) -> Grid:
        words = language.words("training", lang)
        ends = [f"{self.input_rms:.2e}", f"{self.input_gradient_rms:.2e}", "", "", ""]
        table = [words["heading"].split("|"), [words["inputs"], "", "", *ends]]
        for la in self.layers:
            sizes = f"{la.activation_rms:.2e}", f"{la.gradient_rms:.2e}"
            shares = ["" if s is None else f"{100 * s:.0f} %" for s in (la.saturated, la.dead)]
            verdict = words[la.verdict]
            table.append([la.name, la.activation, str(la.units), *sizes, *shares, verdict])
        return Grid(table, sides="<<>>>>><", remarks=["", replace(self, lang=lang).explanation])


def diagnose(
    model: Any, batch: Any, loss: str | Loss | None = None, *, lang: str = "en"
) -> Diagnosis:
    """Send a batch forward and backward through a network, and look at each layer.

    Compared are the gradients with respect to the activations, dL/dh, as in Glorot & Bengio,
    "Understanding the difficulty of training deep feedforward neural networks", 2010. Those with
    respect to the weights are dL/dh of a layer times the activations of the layer before it: with
    ReLUs and large weights the one grows towards the input as the other shrinks, and their product
    hides the explosion.

    With r = (RMS of dL/dh of a hidden layer) / (that of the last hidden layer), d layers apart, a
    hidden layer is

        vanishing   if r < 1/100 and r < 1/2**d, or r < 1e-4; or if 90 % of it is saturated
        exploding   if r > 100 and r > 2**d, or r > 1e4
        dead        if 90 % of its units are 0, without slope, for every sample
        flat        if the loss itself has no gradient here: nothing is left to learn from the batch
        healthy     otherwise

    The network is dead if a layer is, vanishing if a layer is by saturation, and else what its
    first hidden layer is. The gradients of the parameters are left as they were.

    Args:
        model: an MLP, a Layer or a Neuron.
        batch: a Dataset, a tuple (inputs, targets) or a list of pairs (input, target); without a
            loss, a list of inputs will do.
        loss: as for `fit`. Without one, L is the sum of all outputs, whose gradient is 1 each.
        lang: of the text, "en" or "es".

    Raises:
        TypeError, ValueError: another kind of model; a batch or loss that `fit` would refuse.
        RangeError, DomainError, ...: the forward pass has no finite result; its note says in
            which neuron.

    >>> from autograd_mini.nn import MLP
    >>> model = MLP(1, [1, 1, 1], activation="sigmoid", init="zeros")
    >>> for p in model.parameters():
    ...     p.data = float(p.label.endswith("]"))       # every weight 1, every bias 0
    >>> print(diagnose(model, [[0.0]]))                 # doctest: +ELLIPSIS
    layer   activation  units  activation RMS  gradient RMS  saturated  dead  verdict
    inputs                           0.00e+00      5.88e-02
    layer1  sigmoid         1        5.00e-01      2.35e-01        0 %   0 %  healthy
    layer2  sigmoid         1        6.22e-01      1.00e+00        0 %   0 %  healthy
    layer3  linear          1        6.22e-01      1.00e+00                   healthy
    <BLANKLINE>
    healthy: the gradient reaches every layer. ... changes by a factor of 0.24 per layer.
    """
    language.checked(lang)
    layers, outputs, _ = backpropagated(model, batch, loss, "diagnose")
    sizes = [(_rms(h, "data"), _rms(h, "grad")) for h in outputs]
    gradients = [gradient for _, gradient in sizes[1:]]
    found, stuck = [], []
    for k, (name, activation, neurons) in enumerate(layers):
        saturated, dead = shares = _shares(neurons, outputs[k], outputs[k + 1])
        verdict = _flow(gradients, k)
        if (dead or 0) >= MOST:
            stuck.append(verdict := "dead")
        elif (saturated or 0) >= MOST and verdict != "flat":
            stuck.append(verdict := "vanishing")
        found.append(LayerFlow(name, activation, len(neurons), *sizes[k + 1], *shares, verdict))
    overall = min(stuck) if stuck else found[0].verdict  # "dead" before "vanishing"
    hidden, factor = gradients[:-1], None
    if len(hidden) > 1 and all(0 < g < float("inf") for g in (hidden[0], hidden[-1])):
        factor = 10 ** ((log10(hidden[0]) - log10(hidden[-1])) / (len(hidden) - 1))
    return Diagnosis(found, overall, factor, *sizes[0], lang)


# --- what is measured ----------------------------------------------------------------------------
def backpropagated(
    model: Any, batch: Any, loss: str | Loss | None, who: str
) -> tuple[list[NamedLayer], list[list[list[Value]]], list[list[float]]]:
    """Send a batch forward and backward; the gradients of the parameters stay as they were.

    Gives the layers; by layer, sample and unit the outputs, the inputs first; and each layer's
    dL/dw.
    """
    layers = layers_of(model, who)
    given = None if loss is not None or isinstance(batch, tuple | Dataset) else items(batch)
    firsts = [row[0] for row in map(items, given or ()) if row]
    if given is None or any(items(first) is not None for first in firsts):  # with targets
        rows, targets = samples(given or batch, "batch", model)
    else:
        rows, targets = input_rows(given, "batch", model), []
    before = [(p, p.grad) for p in model.parameters()]
    try:
        for p, _ in before:
            p.grad = 0.0
        outputs = [forward(layers, row) for row in rows]  # [sample][layer][unit]
        ends = [o[-1][0] if len(o[-1]) == 1 else o[-1] for o in outputs]
        if loss is None:
            total = functions.sum([end for o in outputs for end in o[-1]])
        else:
            total = loss_value(loss_function(loss), ends, targets)
        total.backward()
        gradients = [[float(w.grad) for each in la.neurons for w in each.w] for la in layers]
    finally:
        for p, grad in before:
            p.grad = grad
    return layers, [[o[k] for o in outputs] for k in range(len(layers) + 1)], gradients


def forward(layers: list[NamedLayer], row: Row) -> list[list[Value]]:
    """The inputs as Values, and the outputs of each layer."""
    outputs = [[Value(v) for v in row]]
    for layer in layers:
        out = []
        for neuron in layer.neurons:
            try:
                out.append(neuron(outputs[-1]))
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in {neuron.name or 'the neuron'}")
                raise
        outputs.append(out)
    return outputs


def _rms(values: list[list[Value]], what: str) -> float:
    """The root mean square of a number of the Values; hypot does not overflow on the way."""
    numbers = [getattr(v, what) for sample in values for v in sample]
    return hypot(*numbers) / sqrt(len(numbers))


def _shares(
    neurons: list[Neuron], inputs: list[list[Value]], outputs: list[list[Value]]
) -> tuple[float | None, float | None]:
    """The shares of saturated outputs and of dead units."""
    act = neurons[0].activation
    if act == "linear":
        return None, None
    slopes = [  # of each unit
        [_slope(neuron, x, out[j]) for x, out in zip(inputs, outputs, strict=True)]
        for j, neuron in enumerate(neurons)
    ]
    alive = sum(any(s) or any(out[j].data for out in outputs) for j, s in enumerate(slopes))
    dead = 1 - alive / len(neurons)
    steepest = _steepest_of(act) if isinstance(act, str) else _steepest(act)
    if steepest is None:
        return None, dead
    small = [abs(s) < SATURATED_SLOPE * steepest for unit in slopes for s in unit]
    return sum(small) / len(small), dead


def _slope(neuron: Neuron, x: list[Value], h: Value) -> float:
    """The derivative of the neuron's activation where it was evaluated."""
    if neuron.activation == "linear":  # beside others of another activation
        return 1.0
    if isinstance(neuron.activation, str):
        return float(h.partials[0])
    z = functions.dot([w.data for w in neuron.w], [v.data for v in x]) + neuron.b.data
    return float(grad(neuron.activation)(z))


def _steepest(f: Callable[[Value], Any]) -> float | None:
    """The largest slope of an activation that is nearly flat on both sides; None for others."""
    try:
        steepest = max(abs(grad(f)(k / 16)) for k in range(-160, 161))
        ends = max(abs(grad(f)(z)) for z in (-1e6, 1e6))
    except (ArithmeticError, ValueError, AttributeError):  # it does not hold everywhere
        return None
    return steepest if ends < SATURATED_SLOPE * steepest < float("inf") else None


# That of an operation; a function of one's own may change, and is measured each time.
_steepest_of = cache(lambda name: _steepest(functions.function(SHEET[name])))


# --- what it means -------------------------------------------------------------------------------
def _flow(gradients: list[float], k: int) -> str:
    """The verdict on layer k from the RMS gradients of all layers."""
    if gradients[-1] == 0:
        return "flat"
    last = len(gradients) - 2  # the last hidden layer
    if k > last:
        return "healthy"
    ratio = gradients[k] / gradients[last] if gradients[last] else 0.0  # nan where both are inf
    limit = min(EXTREME, max(IN_ALL, PER_LAYER ** min(last - k, 99)))
    return "vanishing" if ratio * limit < 1 else "healthy" if ratio <= limit else "exploding"
