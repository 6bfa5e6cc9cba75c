"""What a user imports and gets, for `mypy --strict` to read: the faces, and types of results."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, assert_type

import autograd_mini as am
from autograd_mini import MLP, Value, check_grad, draw, exp, fit, grad, steps
from autograd_mini.checking import Report
from autograd_mini.compiler import Compiled
from autograd_mini.course import example
from autograd_mini.data import moons
from autograd_mini.drawing import Drawing
from autograd_mini.grading import grade
from autograd_mini.language import text
from autograd_mini.optim import SGD
from autograd_mini.stepping import Steps
from autograd_mini.training import History

if TYPE_CHECKING:
    from autograd_mini.compiler import as_jax as as_jax

_ = (MLP, Value, check_grad, draw, exp, fit, grad, steps, Report, example, moons, Drawing)
__ = (grade, SGD, Steps, History, text, am.losses.mse)

x = Value(1.0)
assert_type((exp(x), exp(1.0), exp(Fraction(1, 3))), tuple[Value, float, Any])
assert_type((am.maximum(2, x), am.dot([1.0], [x])), tuple[Value, Value])
assert_type((am.mean([x]), am.mean([1.0])), tuple[Value, float])
assert_type((am.softmax([x]), am.var([1.0, 2.0])), tuple[list[Value], float])
assert_type(am.compile(grad), Compiled)
assert_type(am.compile(wrt=0)(grad), Compiled)


def misspelt() -> None:
    am.gard  # type: ignore[attr-defined]
    am.compile(grad, bakend="numpy")  # type: ignore[call-overload]
