"""What a user imports, for `mypy --strict` to read: each face says what it offers."""

from autograd_mini import MLP, Value, check_grad, draw, exp, fit, grad, steps
from autograd_mini.checking import Report
from autograd_mini.course import example
from autograd_mini.data import moons
from autograd_mini.drawing import Drawing
from autograd_mini.grading import grade
from autograd_mini.optim import SGD
from autograd_mini.stepping import Steps
from autograd_mini.training import History

_ = (MLP, Value, check_grad, draw, exp, fit, grad, steps, Report, example, moons, Drawing)
__ = (grade, SGD, Steps, History)
