"""Stepping through backpropagation: recorded steps, explained, in the terminal and on a page."""

# mypy: implicit-reexport
from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from autograd_mini.cli.terminal import play
    from autograd_mini.pages.film.frames import save_frames
    from autograd_mini.pages.notebook import show, widget
    from autograd_mini.pages.page import save_html, to_html

    from .events import *  # noqa: F403
    from .explaining import explain, explain_step, transcript
    from .explanation import Explanation, Formula
    from .record import steps
    from .sequence import Steps
    from .training.recording import (
        record_descent,
        record_descents,
        record_learning_rates,
        record_training,
    )
    from .training.runs import LearningRates, TrainingSteps

__all__ = lazy(
    __name__, events="Accumulate Forward Given Leaf Place Seed Source State Update Visit"
)
