"""A recorded training run, and several of them with different learning rates: plain data."""

from dataclasses import dataclass
from typing import Any, Self

import autograd_mini.stepping as face
from autograd_mini.files import Format
from autograd_mini.stepping.recordings import Recording, T, read, written
from autograd_mini.training import Epoch

from .fields import Field
from .frames import Divergence, Frame, LayerShape, Points
from .verdicts import verdict


class _Run(Recording[T]):
    """Recorded training."""

    form = Format("autograd_mini training", ("runs",), optional=("rates",))

    def save_html(self, path: Any, *, lang: str = "en", **settings: Any) -> None:
        """Write the page that plays it; see `stepping.save_html`."""
        face.save_html(self, path, lang=lang, **settings)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False, repr=False)
class TrainingSteps(_Run[Frame]):
    """A training run as a sequence of frames, the first before training; made by `record_training`.

    Indexing gives a Frame, a slice a tuple of them. Long runs have frames of some epochs only.

    names       of the parameters
    layers      the shapes of the layers; empty for a model that is no network
    points      the data
    loss        its name; empty for `record_descent`
    optimiser   the name of its class; `plain` if it is gradient descent and nothing else, so that
                w_new = w_old - rate * gradient
    batch_size  samples per update
    seed        of the shuffling
    losses      of all data after each epoch, epoch 0 first; accuracies likewise
    turning     see `verdicts.turning`
    history     the rows of `fit`'s own History
    stopped     why the run ended: "finished", "diverged", or another word of History
    divergence  a Divergence, or None
    field       what the bytes of the frames mean, a Field, or None: the plane of two features,
                the line of one
    landscape   for a model of one or two parameters the loss around the path, a Field, and its
                picture; else None
    """

    holds = "frames"
    names: tuple[str, ...]
    layers: tuple[LayerShape, ...]
    points: Points
    loss: str
    optimiser: str
    plain: bool
    batch_size: int
    seed: int
    frames: tuple[Frame, ...]
    losses: tuple[float, ...]
    accuracies: tuple[float | None, ...]
    turning: float
    history: tuple[Epoch, ...]
    stopped: str
    divergence: Divergence | None
    field: Field | None
    landscape: tuple[Field, bytes] | None

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError("there are no frames")
        places = self.field.size if self.field else 0
        for frame in self.frames:
            for name in ("weights", "before", "gradients"):
                n = len(getattr(frame, name))
                if n != len(self.names) and (n or name == "weights"):
                    raise ValueError(f"epoch {frame.epoch}: {n} {name} of {len(self.names)}")
            if (n := len(frame.field)) != places:
                raise ValueError(f"epoch {frame.epoch}: {n} bytes of a grid of {places}")

    def _content(self) -> dict[str, Any]:
        return {"runs": [written(self) | {"history": written([[*row] for row in self.history])}]}

    @classmethod
    def _of(cls, content: dict[str, Any]) -> Self:
        if "rates" in content:
            raise ValueError("there are several runs with their rates")
        (found,) = content["runs"]
        return read(cls, found, "the run")  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        name = self.points.name or "data"
        return (
            f"<TrainingSteps: {name}, {len(self)} frames of {len(self.losses) - 1}"
            f" epochs, loss {self.losses[0]:.4g} to {self.losses[-1]:.4g}, {self.verdict}>"
        )

    @property
    def rate(self) -> float:
        """The learning rate of the last update recorded; nan without updates."""
        rates = [row.learning_rate for row in self.history] or [
            frame.rate for frame in self.frames if frame.rate is not None
        ]
        return rates[-1] if rates else float("nan")

    @property
    def verdict(self) -> str:
        """How the run went, "converges" or another word of VERDICTS: see `verdicts`."""
        return self.verdict_beside(None)

    def verdict_beside(self, best: float | None) -> str:
        """The verdict, knowing how low another run has come."""
        batches = self.batch_size < len(self.points.inputs)
        broken = self.divergence is not None
        return verdict(self.losses, self.turning, best, broken=broken, batches=batches)


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
        runs = [run._content()["runs"][0] for run in self.runs]
        return {"rates": list(self.rates), "runs": runs}

    @classmethod
    def _of(cls, content: dict[str, Any]) -> Self:
        if "rates" not in content:
            raise ValueError("there is a single run, without learning rates")
        return read(cls, content)  # type: ignore[no-any-return]

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
