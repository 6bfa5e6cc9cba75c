"""Training a network, watching it, keeping it: fit, History, evaluate, save and load."""

from .diagnosis import diagnose as diagnose
from .failure import TrainingError
from .fitting import EarlyStopping, fit
from .history import Epoch, History
from .metrics import Evaluation, evaluate
from .saving import ModelFileError, load, load_metadata, save

__all__ = ["fit", "EarlyStopping", "History", "Epoch", "TrainingError", "evaluate", "Evaluation"]
__all__ += ["save", "load", "load_metadata", "ModelFileError"]
