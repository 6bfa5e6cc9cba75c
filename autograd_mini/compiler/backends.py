"""The back ends by name: imported when one is asked for."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from math import isfinite
from typing import Any

from autograd_mini.numbers.arguments import entry

from .program import Program, Run

BACKENDS = {"auto": "", "python": "", "numpy": "fast", "c": "fast", "llvm": "fast", "jax": "jax"}
"""The module compiler/NAME.py has `build`; the text is the extra that it needs."""


def backend(name: str) -> Any:
    """The module of a back end.

    Raises ValueError for an unknown name, ImportError where what it needs is not installed.
    """
    extra = entry(BACKENDS, "backend", name)
    try:
        return import_module(f".{name}", __package__)
    except ImportError as error:
        raise ImportError(
            f"the back end {name!r} needs {error.name}: pip install 'autograd-mini[{extra}]'",
            name=error.name,
        ) from error


class Bound:
    """What `bound` of compiler/program.py gives for a back end that has none."""

    def __init__(self, run: Run, shared: Any, samples: Sequence[Any], count: int) -> None:
        self.run, self.shared, self.columns, self.count = run, shared.copy(), samples, count
        self.once: Any = ()
        self.each: Any = ()

    def read(self, columns: Sequence[Any]) -> None:
        """From now on these are the samples: not copied, where `columns` is this list."""
        self.columns = columns

    def __call__(self) -> None:
        """Compute `once` and `each` from `shared` and the samples."""
        self.once, self.each = self.run(self.shared, self.columns, self.count)

    def repeat(self, state: int, given: Sequence[float]) -> list[float]:
        """Steps of training: each with two numbers, which are the inputs after so many of `state`.

        A step hands its results from the third on on to the next, as `state`. The first of each
        step's results; none from the step on where that, or the second, is not finite.
        """
        losses, numbers = [], iter(given)
        for self.shared[state], self.shared[state + 1] in zip(numbers, numbers, strict=True):
            try:
                self()
                if not (isfinite(self.once[0]) and isfinite(self.once[1])):
                    break
                losses.append(float(self.once[0]))
                self.shared[:state] = self.once[2 : state + 2]
            except KeyboardInterrupt:  # this step was not the last one
                self.shared[state + 1] -= 1
                raise
        return losses


def bound(run: Run, shared: Any, samples: Sequence[Any], count: int) -> Any:
    """What calls a program again and again, with memory of its own."""
    return getattr(run, "bound", partial(Bound, run))(shared, samples, count)


def source(name: str, program: Program, threads: int = 1) -> str:
    """The text that a back end makes of the program; Python, where it has none."""
    return str(getattr(backend(name), "source", backend("python").source)(program, threads))
