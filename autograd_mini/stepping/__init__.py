"""Stepping through backpropagation: recorded steps, explained, in the terminal and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .console.plain import transcript as transcript
    from .console.terminal import play as play
    from .explaining import explain as explain
    from .explaining import explain_step as explain_step
    from .explanation import Explanation as Explanation
    from .explanation import Formula as Formula
    from .film.frames import save_frames as save_frames
    from .notebook import show as show
    from .notebook import widget as widget
    from .pages.page import save_html as save_html
    from .pages.page import to_html as to_html
    from .record import steps as steps
    from .sequence import Accumulate as Accumulate
    from .sequence import Forward as Forward
    from .sequence import Leaf as Leaf
    from .sequence import Place as Place
    from .sequence import Seed as Seed
    from .sequence import Source as Source
    from .sequence import State as State
    from .sequence import Steps as Steps
    from .sequence import Update as Update
    from .sequence import Visit as Visit
    from .training.recording import record_descent as record_descent
    from .training.recording import record_descents as record_descents
    from .training.recording import record_learning_rates as record_learning_rates
    from .training.recording import record_training as record_training
    from .training.runs import LearningRates as LearningRates
    from .training.runs import TrainingSteps as TrainingSteps

_LAZY = {
    **dict.fromkeys(("explain", "explain_step"), "explaining"),
    **dict.fromkeys(("Explanation", "Formula"), "explanation"),
    "steps": "record",
    "play": "console.terminal",
    "transcript": "console.plain",
    "save_frames": "film.frames",
    **dict.fromkeys(("save_html", "to_html"), "pages.page"),
    **dict.fromkeys(("show", "widget"), "notebook"),
    **dict.fromkeys(("LearningRates", "TrainingSteps"), "training.runs"),
    **dict.fromkeys(
        "record_training record_learning_rates record_descent record_descents".split(),
        "training.recording",
    ),
    **dict.fromkeys(
        "Accumulate Forward Leaf Place Seed Source State Steps Update Visit".split(), "sequence"
    ),
}
__all__ = [*_LAZY]  # noqa: PLE0604  (names, all of them)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
