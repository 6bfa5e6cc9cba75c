"""The error of a difference against its step: the V that says why one fixed step is blind.

And the complex step, which has no rounding side to the V.
"""

import math
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from autograd_mini.drawing import curves, plots
from autograd_mini.errors import NumberTypeError
from autograd_mini.files import write
from autograd_mini.language import text
from autograd_mini.numbers.kinds import shown

from .adapters import data_of
from .differences import Probe, finite_difference, real

_STEP = 1e-100  # of the complex step: its square vanishes beside any float


def complex_step(f: Callable[[complex], Any], x: float) -> float:
    """The derivative of an analytic f at x, exact to rounding: Im f(x + ih) / h with h = 1e-100.

    There is no difference to cancel, so the step may be as small as one likes. f must be made of
    analytic operations that take complex numbers: arithmetic, `cmath`, NumPy.

    Squire & Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review
    40 (1998) 110-112.

    >>> import cmath
    >>> complex_step(lambda z: z * cmath.exp(z), 1.0) == 2 * math.e
    True

    Raises NumberTypeError if f does not take complex numbers, or gives a real number for one (as
    abs and max do); ValueError if x or the derivative is not finite.
    """
    x = real(x, "x")
    if not math.isfinite(x):
        raise ValueError(f"x must be finite, got {x}")
    slopes = []
    for step in (_STEP, 1e10 * _STEP):
        try:
            y = data_of(f(complex(x, step)))
        except TypeError as error:
            raise NumberTypeError(
                f"the complex step needs an f that takes complex numbers (cmath, not math): {error}"
            ) from None
        if not isinstance(y, complex):
            raise NumberTypeError(
                "the complex step needs an analytic f: for a complex number it gave the real"
                f" {shown(y)}"
            )
        slopes.append(y.imag / step)
    slope, longer = slopes
    if not abs(slope - longer) <= 1e-9 * abs(longer):
        raise ValueError(f"f has no finite derivative at x = {x}: the complex step gives {slope}")
    return slope


class Sweep(NamedTuple):
    """Errors of the differences with one fixed step, step by step.

    forward, central   |difference - derivative| for each step; nan where f has no value
    best               the step with the smallest central error
    """

    x: float
    derivative: float
    steps: tuple[float, ...]
    forward: tuple[float, ...]
    central: tuple[float, ...]
    best: float

    def __str__(self) -> str:
        return self.text()

    def panel(self, lang: str = "en") -> curves.Curves:
        """The two curves, to be drawn."""
        lines = (
            (text(f"checking.sweep.{name}", lang), tuple(zip(self.steps, errors, strict=True)))
            for name, errors in (("forward", self.forward), ("central", self.central))
        )
        x, y = (text(f"checking.sweep.{name}", lang) for name in ("step", "error"))
        return curves.Curves("", x, y, tuple(lines), log="xy")

    def text(self, lang: str = "en", width: int = 64, height: int = 20) -> str:
        """The two curves as a log-log plot in characters."""
        panel = self.panel(lang)
        if not panel.points:
            return text("checking.sweep.exact", lang)
        smallest = min(filter(math.isfinite, self.central), default=math.nan)
        best, error = f"{self.best:.0e}", f"{smallest:.0e}"
        title = text("checking.sweep.title", lang, x=self.x)
        legend = text("checking.sweep.legend", lang, best=best, error=error)
        return "\n".join([title, curves.text(panel, width, height), legend])

    def plot(self, target: str | os.PathLike[str] | Any, lang: str = "en") -> Any:
        """Draw the curves with matplotlib: into a PNG file, or on given Axes; the Axes come back.

        Raises ImportError, saying what to install, without matplotlib.
        """
        given, panel = hasattr(target, "plot"), self.panel(lang)
        axes = plots.axes_of(target if given else None, 4.2)
        for style, (label, points) in zip(("o--", "s-"), panel.lines, strict=True):
            seen = zip(*(point for point in points if point[1] > 0), strict=True)
            axes.loglog(*seen, style, markersize=3, label=label)
        axes.axvline(self.best, color="gray", linewidth=0.8, linestyle=":")
        figure = plots.finished(axes, panel.x, panel.y)
        if not given:
            write(target, plots.png(figure))
        return axes


def show_step_sweep(f: Callable[[float], Any], x: float, derivative: float | None = None) -> Sweep:
    """How the error of a difference depends on its step h, for h from 1 down to 1e-16.

        forward: (f(x+h) - f(x)) / h          error about h f''/2 + 2 eps f/h
        central: (f(x+h) - f(x-h)) / 2h       error about h**2 f'''/6 + eps f/h

    Long steps leave out higher terms, short ones leave rounding alone: a V on logarithmic axes.
    `derivative` is the true one; without it the ladder's estimate takes its place.

    >>> sweep = show_step_sweep(math.exp, 1.0, math.e)
    >>> 1e-6 < sweep.best < 1e-4              # about eps ** (1/3), where both errors are equal
    True

    Raises ValueError if f has no finite value at x.
    """
    x = real(x, "x")
    if derivative is None:
        derivative = finite_difference(f, x).value
    derivative, at = real(derivative, "derivative"), Probe(f, x)
    if not math.isfinite(x + at.center + derivative):
        raise ValueError(f"f has no finite value and derivative at x = {x}")
    scale = max(abs(x), 1.0)
    steps = tuple(scale * 10.0 ** (-k / 4) for k in range(65))
    forward = tuple(abs((at(x + h) - at.center) / h - derivative) for h in steps)
    central = tuple(abs((at(x + h) - at(x - h)) / (2 * h) - derivative) for h in steps)
    pairs = zip(central, steps, strict=True)
    _, best = min((pair for pair in pairs if pair[0] == pair[0]), default=(math.nan, math.nan))
    return Sweep(x, derivative, steps, forward, central, best)
