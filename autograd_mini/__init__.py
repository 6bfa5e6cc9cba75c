"""Reverse-mode automatic differentiation of scalars, to read, step through, draw and trust.

>>> from autograd_mini import Value
>>> w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.0, label="b")
>>> y = (w * x + b).tanh()
>>> y.backward()
>>> y.data, w.grad, x.grad, b.grad
(0.0, 2.0, 0.5, 1.0)
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from . import functions, ops
from .errors import (
    AutogradError,
    DomainError,
    FormulaError,
    GradientError,
    NumberTypeError,
    PoleError,
    RangeError,
)
from .graph import topological
from .kinds import ieee
from .ops import op
from .value import Value

if TYPE_CHECKING:
    from .checking import check_grad, complex_step, finite_difference
    from .diagnosis import diagnose
    from .drawing import (
        draw,
        draw_dot,
        draw_network,
        draw_paths,
        draw_text,
        from_json,
        to_json,
        to_latex,
        to_mermaid,
    )
    from .functions import *  # noqa: F403
    from .nn import MLP, Layer, Neuron
    from .scopes import scope
    from .stepping import explain, steps
    from .training import fit, load, save
    from .transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__version__ = "0.1.0"

# Everything else is imported when it is first asked for: name -> module.
_LAZY = {
    **dict.fromkeys("grad value_and_grad jacobian hessian jvp vjp hvp".split(), "transforms"),
    **dict.fromkeys("Neuron Layer MLP".split(), "nn"),
    **dict.fromkeys("fit save load".split(), "training"),
    **dict.fromkeys("draw draw_dot draw_network draw_paths draw_text".split(), "drawing"),
    **dict.fromkeys("to_mermaid to_latex to_json from_json".split(), "drawing"),
    "scope": "scopes",
    "diagnose": "diagnosis",
    "steps": "stepping",
    "explain": "stepping",
    **dict.fromkeys("check_grad finite_difference complex_step".split(), "checking"),
    **dict.fromkeys([*ops.SHEET, "softmax", "log_softmax", "var"], "functions"),
}
_MODULES = "nn losses optim data training transforms drawing checking museum cli".split()
__all__ = [  # noqa: PLE0604
    *("Value", "op", "ops", "ieee", "topological"),
    *("AutogradError", "DomainError", "FormulaError", "GradientError", "NumberTypeError"),
    *("PoleError", "RangeError"),
    *(name for name in _LAZY if name not in dir(builtins)),  # no `sum` from a star import
    *_MODULES[:-1],
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
