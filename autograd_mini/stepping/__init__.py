"""Stepping through backpropagation: recorded steps, explained, in the terminal and on a page."""

from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from autograd_mini.cli.terminal import play as play
    from autograd_mini.pages.film.frames import save_frames as save_frames
    from autograd_mini.pages.notebook import show as show
    from autograd_mini.pages.notebook import widget as widget
    from autograd_mini.pages.page import save_html as save_html
    from autograd_mini.pages.page import to_html as to_html

    from .explaining import explain as explain
    from .explaining import explain_step as explain_step
    from .explanation import Explanation as Explanation
    from .explanation import Formula as Formula
    from .plain import transcript as transcript
    from .record import steps as steps
    from .sequence import Accumulate as Accumulate
    from .sequence import Forward as Forward
    from .sequence import Given as Given
    from .sequence import Leaf as Leaf
    from .sequence import Place as Place
    from .sequence import Seed as Seed
    from .sequence import Source as Source
    from .sequence import Steps as Steps
    from .sequence import Update as Update
    from .sequence import Visit as Visit
    from .timeline import State as State
    from .training.recording import record_descent as record_descent
    from .training.recording import record_descents as record_descents
    from .training.recording import record_learning_rates as record_learning_rates
    from .training.recording import record_training as record_training
    from .training.runs import LearningRates as LearningRates
    from .training.runs import TrainingSteps as TrainingSteps

__getattr__, __dir__, __all__ = lazy(__name__)
