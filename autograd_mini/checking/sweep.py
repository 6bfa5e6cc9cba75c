"""The error of a difference against its step: the V that says why one fixed step is blind.

And the complex step, which has no rounding side to the V.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import NumberTypeError
from autograd_mini.files import write
from autograd_mini.language import text

from .adapters import data_of
from .differences import finite_difference, real

if TYPE_CHECKING:
    import os


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
    slope, longer = (_complex_slope(f, x, step) for step in (_STEP, 1e10 * _STEP))
    if not abs(slope - longer) <= 1e-9 * abs(longer):
        raise ValueError(f"f has no finite derivative at x = {x}: the complex step gives {slope}")
    return slope


def _complex_slope(f: Callable[[complex], Any], x: float, step: float) -> float:
    try:
        y = f(complex(x, step))
    except TypeError as error:
        raise NumberTypeError(
            f"the complex step needs an f that takes complex numbers (cmath, not math): {error}"
        ) from None
    y = data_of(y)
    if not isinstance(y, complex):
        raise NumberTypeError(
            "the complex step needs an analytic f: for a complex number it gave the real"
            f" {y!r} ({type(y).__name__})"
        )
    return y.imag / step


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

    def text(self, lang: str = "en", width: int = 64, height: int = 20) -> str:
        """The two curves as a log-log plot in characters: `f` forward, `c` central."""
        errors = [e for e in (*self.forward, *self.central) if e > 0 and math.isfinite(e)]
        if not errors:
            return text("checking.sweep.exact", lang)
        low, high = math.floor(math.log10(min(errors))), math.ceil(math.log10(max(errors)))
        high = max(high, low + 1)
        grid = [[" "] * width for _ in range(height)]
        left, right = math.log10(self.steps[-1]), math.log10(self.steps[0])
        for marks, curve in (("f", self.forward), ("c", self.central)):
            for step, error in zip(self.steps, curve, strict=True):
                if not math.isfinite(error):
                    continue
                place = (math.log10(step) - left) / (right - left)
                level = (math.log10(error) - low) / (high - low) if error > 0 else 0.0
                row, column = round((1 - level) * (height - 1)), round(place * (width - 1))
                grid[row][column] = marks if grid[row][column] in (" ", marks) else "*"
        lines = []
        for k, cells in enumerate(grid):
            exponent = high + (low - high) * k / (height - 1)
            tick = f"1e{round(exponent):+03d}" if k % 4 == 0 or k == height - 1 else ""
            lines.append(f"{tick:>6} |{''.join(cells)}".rstrip())
        axis = f"1e{round(left):+03d}{f'1e{round(right):+03d}':>{width - 5}}"
        lines += [f"{'':>6} +{'-' * width}", f"{'':>8}{axis}"]
        return "\n".join([text("checking.sweep.title", lang, x=self.x), *lines, self._legend(lang)])

    def _legend(self, lang: str) -> str:
        smallest = min((e for e in self.central if math.isfinite(e)), default=math.nan)
        return text("checking.sweep.legend", lang, best=f"{self.best:.0e}", error=f"{smallest:.0e}")

    def plot(self, target: str | os.PathLike[str] | Any, lang: str = "en") -> Any:
        """Draw the curves with matplotlib: into a PNG file, or on given Axes; the Axes come back.

        Raises ImportError, saying what to install, without matplotlib.
        """
        from autograd_mini.drawing import plots

        given = hasattr(target, "loglog")
        axes = plots.axes_of(target if given else None, 4.2)
        for name, errors, style in (
            ("forward", self.forward, "o--"),
            ("central", self.central, "s-"),
        ):
            points = [(h, e) for h, e in zip(self.steps, errors, strict=True) if e > 0]
            label = text(f"checking.sweep.{name}", lang)
            axes.loglog(*zip(*points, strict=True), style, markersize=3, label=label)
        axes.axvline(self.best, color="gray", linewidth=0.8, linestyle=":")
        words = (text(f"checking.sweep.{name}", lang) for name in ("step", "error"))
        figure = plots.finished(axes, *words)
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
    derivative, center = real(derivative, "derivative"), real(f(x), "the value of f")
    if not math.isfinite(x + center + derivative):
        raise ValueError(f"f has no finite value and derivative at x = {x}")
    scale = max(abs(x), 1.0)
    steps = tuple(scale * 10.0 ** (-k / 4) for k in range(65))
    forward, central = [], []
    for h in steps:
        up, down = _finite(f, x + h), _finite(f, x - h)
        forward.append(abs((up - center) / h - derivative))
        central.append(abs((up - down) / (2 * h) - derivative))
    best = min(
        (pair for pair in zip(central, steps, strict=True) if pair[0] == pair[0]),
        default=(math.nan, math.nan),
    )[1]
    return Sweep(x, derivative, steps, tuple(forward), tuple(central), best)


def _finite(f: Callable[[float], Any], x: float) -> float:
    try:
        y = real(f(x), "the value of f")
    except (ValueError, ArithmeticError, TypeError):
        return math.nan
    return y if math.isfinite(y) else math.nan
