"""A recorded training run, and several of them with different learning rates: plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import copysign, hypot, sqrt
from struct import calcsize, pack
from typing import Any, NamedTuple, Self

import autograd_mini.stepping as face
from autograd_mini.drawing.measures import places, ratio
from autograd_mini.files import Format
from autograd_mini.stepping.recordings import Recording, T, read, written
from autograd_mini.training import Epoch

from .verdicts import verdict


class Frame(NamedTuple):
    """A model after an epoch; in epoch 0 before any training."""

    epoch: int
    loss: float  #: of all data with these weights
    accuracy: float | None  #: the share of right answers, None for a regression
    weights: tuple[float, ...]  #: every parameter, biases too, in the order of the run's `names`
    before: tuple[float, ...]  #: the parameters before the epoch's last update; empty in epoch 0
    gradients: tuple[float, ...]  #: theirs in that update, after clipping; empty in epoch 0
    rate: float | None  #: the learning rate of that update
    flow: tuple[str, ...]  #: what `diagnose` says of the model and each layer, if there are any
    field: bytes  #: the model's answers on a grid, see `Field`


class LayerShape(NamedTuple):
    """A layer of a network; `first` is the index of its first parameter.

    Its parameters stand neuron after neuron, the weights of each before its bias.
    """

    name: str
    activation: str
    inputs: int
    units: int
    first: int

    @property
    def parameters(self) -> range:
        """The indices of its weights and biases."""
        return range(self.first, self.first + self.units * (self.inputs + 1))

    @property
    def weights(self) -> list[int]:
        """The indices of its weights, the biases left out."""
        return [k for k in self.parameters if (k - self.first) % (self.inputs + 1) < self.inputs]


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


class Field(NamedTuple):
    """What the codes of a grid mean: a model's answers, or the loss around a path.

    Each place of a plane of answers has one byte, all others two (the higher first): a code from 0
    to top, 255 or 65535, which stands for low + (high - low) * code / top; what lies beyond is the
    end of the scale. Of two classes the codes are closer together where the model is undecided, so
    that the boundary is smooth; of more, a code is the class and how sure the model is of it.

    kind   "two": of two classes, how far the answer is from the first, `low`, to the second,
           `high`; number = middle +- half the range * (2 * code / top - 1)**2
           "classes": code = class * levels + round((levels - 1) * sqrt(lead)), with levels =
           (top + 1) // number of classes, and by how much its probability leads the next one's
           "values": numbers from `low` to `high`
           "log": the decimal logarithm of the loss less `base`, from `low` to `high`
    """

    kind: str
    x: tuple[float, float]  #: the first and the last place on the axis
    y: tuple[float, float] | None  #: likewise; None for a line
    n: int  #: places along each axis; the codes run row by row, the lowest y first
    low: float
    high: float
    classes: int = 0
    base: float = 0.0

    @property
    def places(self) -> list[tuple[float, ...]]:
        """All places, in the order of the codes."""
        xs = places(self.x, self.n)
        if self.y is None:
            return [(x,) for x in xs]
        return [(x, y) for y in places(self.y, self.n) for x in xs]

    @property
    def top(self) -> int:
        """The largest code."""
        return 65535 if self.y is None or self.kind == "log" else 255

    @property
    def size(self) -> int:
        """Bytes of a picture."""
        return calcsize(self._form)

    def code(self, number: float) -> int:
        """The nearest code; of nan the middle."""
        if number != number:
            return self.top // 2 + 1
        part = max(0.0, min(1.0, (number - self.low) / (self.high - self.low)))
        if self.kind == "two":
            side = 2 * part - 1
            part = (1 + copysign(sqrt(abs(side)), side)) / 2
        return round(self.top * part)

    def picture(self, codes: Iterable[int]) -> bytes:
        """Codes as bytes."""
        return pack(self._form, *codes)

    @property
    def _form(self) -> str:
        return f">{len(self.places)}{'B' if self.top == 255 else 'H'}"


# --- the runs -------------------------------------------------------------------------------------
class _Run(Recording[T]):
    form = Format("autograd_mini training", ("runs",), optional=("rates",))

    def save_html(self, path: Any, *, lang: str = "en", **settings: Any) -> None:
        """Write the page that plays it; see `stepping.save_html`."""
        face.save_html(self, path, lang=lang, **settings)  # type: ignore[arg-type]

    @classmethod
    def _of(cls, content: dict[str, Any]) -> Self:
        several = "rates" in content
        if several != (cls.holds == "runs"):
            what = "are several runs with their" if several else "is a single run, without learning"
            raise ValueError(f"there {what} rates")
        (given,) = [content] if several else content["runs"]
        found: Self = read(cls, given, "" if several else "the run")
        return found


@dataclass(frozen=True, eq=False, repr=False)
class TrainingSteps(_Run[Frame]):
    """A training run as a sequence of frames, the first before training; made by `record_training`.

    Indexing gives a Frame, a slice a tuple of them. Long runs have frames of some epochs only.
    """

    holds = "frames"
    names: tuple[str, ...]  #: of the parameters
    layers: tuple[LayerShape, ...]  #: empty for a model that is no network
    points: Points  #: the data
    loss: str  #: its name; empty for `record_descent`
    optimiser: str  #: the name of its class
    plain: bool  #: whether it is gradient descent, w_new = w_old - rate * gradient, and no more
    batch_size: int  #: samples per update
    seed: int  #: of the shuffling
    frames: tuple[Frame, ...]
    losses: tuple[float, ...]  #: of all data after each epoch, epoch 0 first
    accuracies: tuple[float | None, ...]  #: likewise
    turning: float  #: see `verdicts.Turning`
    history: tuple[Epoch, ...]  #: the rows of `fit`'s own History
    stopped: str  #: why the run ended: "finished", "diverged", or another word of History
    divergence: Divergence | None
    field: Field | None  #: what the bytes of the frames mean: the plane of two features, a line
    landscape: tuple[Field, bytes] | None  #: the loss around the path of one or two parameters

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError("there are no frames")
        places = self.field.size if self.field else 0
        n = len(self.names)
        for frame in self.frames:
            sizes = {"before": (n, 0), "gradients": (n, 0), "weights": (n,), "field": (places,)}
            for name, fit in sizes.items():
                if (found := len(getattr(frame, name))) not in fit:
                    raise ValueError(f"epoch {frame.epoch}: {name} are {found}, not {fit[0]}")

    def _content(self) -> dict[str, Any]:
        return {"runs": [written(self) | {"history": written([[*row] for row in self.history])}]}

    def __repr__(self) -> str:
        name = self.points.name or "data"
        return (
            f"<TrainingSteps: {name}, {len(self)} frames of {len(self.losses) - 1}"
            f" epochs, loss {self.losses[0]:.4g} to {self.losses[-1]:.4g}, {self.verdict}>"
        )

    @property
    def rate(self) -> float:
        """The learning rate of the last update recorded; nan without updates."""
        return self.history[-1].learning_rate if self.history else float("nan")

    @property
    def verdict(self) -> str:
        """How the run went, "converges" or another word of VERDICTS: see `verdicts`."""
        return self.verdict_beside(None)

    def verdict_beside(self, best: float | None) -> str:
        """The verdict, knowing how low another run has come."""
        batches = self.batch_size < len(self.points.inputs)
        broken = self.divergence is not None
        return verdict(self.losses, self.turning, best, broken=broken, batches=batches)

    def gradient_norms(self, index: int) -> list[float]:
        """For each layer the norm of its gradients in the frame's update, weights and biases.

        Of a model that is no network all parameters are one layer. Empty in epoch 0.
        """
        found = self[index].gradients
        groups = [layer.parameters for layer in self.layers] or [range(len(self.names))]
        return [hypot(*[found[k] for k in group]) for group in groups if found]

    def update_ratios(self, index: int) -> list[float]:
        """For each layer norm(w_new - w_old) / norm(w_old), see `drawing.measures.UpdateRatios`."""
        old, new = self[index].before, self[index].weights
        groups = [layer.weights for layer in self.layers] or [[*range(len(self.names))]]
        return [ratio([old[k] for k in group], [new[k] for k in group]) for group in groups if old]


@dataclass(frozen=True, eq=False, repr=False)
class LearningRates(_Run[TrainingSteps]):
    """Runs from the same start with different learning rates; made by `record_learning_rates`.

    Indexing gives a TrainingSteps; `rates` and `verdicts` are in the same order.
    """

    holds = "runs"
    runs: tuple[TrainingSteps, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.runs) != len(self.rates) or not self.runs:
            raise ValueError(f"{len(self.runs)} runs and {len(self.rates)} learning rates")

    def _content(self) -> dict[str, Any]:
        return {"rates": [*self.rates], "runs": [run._content()["runs"][0] for run in self.runs]}

    def __repr__(self) -> str:
        each = zip(self.rates, self.verdicts, strict=True)
        return f"<LearningRates: {', '.join(f'{rate:g} {word}' for rate, word in each)}>"

    @property
    def verdicts(self) -> tuple[str, ...]:
        """For each rate its verdict, see `TrainingSteps.verdict`.

        A run that is still far above the lowest loss of all crawls.
        """
        lows = [min(run.losses) for run in self.runs]
        best = min(lows) if len(lows) > 1 else None
        return tuple(run.verdict_beside(best) for run in self.runs)
