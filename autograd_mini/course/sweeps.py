"""The laboratories of the learning rate and of the step of finite differences."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, isfinite, nan
from typing import Any, ClassVar, NamedTuple

from autograd_mini import language
from autograd_mini.checking.sweep import Sweep, show_step_sweep
from autograd_mini.drawing.curves import Curves
from autograd_mini.notation.labels import number
from autograd_mini.stepping.training.recording import record_descents
from autograd_mini.stepping.training.runs import LearningRates

from .laboratory import Laboratory, panel, shown

RATES = (0.01, 0.2, 0.9, 1.05)
_LOW, _HIGH = 1e-8, 30.0  # what is drawn, in units of the loss at the start


class Rate(NamedTuple):
    """A run, from the loss before training to the last one, and its verdict."""

    rate: float
    start: float
    end: float
    verdict: str


@dataclass(frozen=True, repr=False)
class Rates(Laboratory):
    """Rows of Rate, of the recorded `run`."""

    run: LearningRates
    name: ClassVar[str] = "learning-rate"

    def panels(self, lang: str = "en") -> list[Curves]:
        """The losses of every rate; those that leave the picture end there."""
        low, high = sorted((_LOW * self.rows[0].start, _HIGH * self.rows[0].start))
        lines = {}
        for row, each in zip(self.rows, self.run, strict=True):
            inside = [point for point in enumerate(each.losses) if low <= point[1] <= high]
            lines[f"η = {number(row.rate)}: {shown(row.verdict, lang)}"] = inside
        return [panel(lang, "epoch", "loss", lines, log="y" if low > 0 else "")]


def learning_rates(run: LearningRates | None = None) -> Rates:
    """Put recorded runs side by side: what `record_learning_rates` or `record_descents` gives.

    Without one, gradient descent on (w - 3)**2 from w = 0.

    >>> [row.verdict for row in learning_rates().rows]
    ['crawls', 'converges', 'oscillates', 'diverges']
    """
    run = run or record_descents(lambda w: (w - 3) ** 2, 0.0, rates=RATES)
    rows = zip(run.rates, (each.losses for each in run), run.verdicts, strict=True)
    return Rates(tuple(Rate(eta, losses[0], losses[-1], v) for eta, losses, v in rows), run)


class Error(NamedTuple):
    """A step h, and the errors of the two differences."""

    step: float
    forward: float
    central: float


@dataclass(frozen=True, repr=False)
class StepSize(Laboratory):
    """Rows of Error, one for each power of ten, of the finer `sweep`."""

    sweep: Sweep
    name: ClassVar[str] = "step-size"

    def said(self, lang: str) -> str:
        """What is to be seen, and the best step."""
        errors = [e for e in self.sweep.central if isfinite(e)]
        if not any((*self.sweep.forward, *errors)):
            return language.text("checking.sweep.exact", lang)
        best, error = (number(x, ".1g") for x in (self.sweep.best, min(errors, default=nan)))
        return language.text("lab.seen.step-size", lang, best=best, error=error)

    def panels(self, lang: str = "en") -> list[Curves]:
        """The two errors against the step."""
        return [self.sweep.panel(lang)]


def step_size(
    f: Callable[[float], Any] = exp, x: float = 1.0, derivative: float | None = None
) -> StepSize:
    """The V of `show_step_sweep`, whose arguments and errors these are; by default of exp at 1."""
    sweep = show_step_sweep(f, x, exp(1.0) if f is exp and x == 1 else derivative)
    every = [*zip(sweep.steps, sweep.forward, sweep.central, strict=True)][::4]
    return StepSize(tuple(Error(*row) for row in every), sweep)
