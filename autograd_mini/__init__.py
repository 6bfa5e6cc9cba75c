"""Reverse-mode automatic differentiation of scalars, to read, step through, draw and trust.

>>> from autograd_mini import Value
>>> w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.0, label="b")
>>> y = (w * x + b).tanh()
>>> y.backward()
>>> y.data, w.grad, x.grad, b.grad
(0.0, 2.0, 0.5, 1.0)
"""

# mypy: implicit-reexport
from __future__ import annotations

import ast
import builtins
import sys
from importlib import import_module
from types import ModuleType
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
from .numbers.kinds import ieee
from .ops import op
from .value import Value

if TYPE_CHECKING:
    from . import cli, course, data, grading, losses, museum, optim
    from .checking import check_grad, complex_step, finite_difference
    from .compiler.compiled import compile
    from .drawing import (
        draw,
        draw_dot,
        draw_network,
        draw_paths,
        draw_text,
        from_json,
        scope,
        to_json,
        to_latex,
        to_mermaid,
    )
    from .functions import *  # noqa: F403
    from .nn import MLP, Layer, Neuron
    from .stepping import explain, steps
    from .training import diagnose, fit, load, save
    from .training.compiled import compile_step
    from .transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__version__ = "0.1.0"


def lazy(package: str, modules: str = "", **more: str) -> list[str]:
    """`__all__` of a package that imports what it offers when asked; it gets a `__getattr__`.

    It offers what it imports under `if TYPE_CHECKING`, its modules named, and of those in `more`
    these names. (Type checkers see no `__getattr__`, which would let misspelt names pass.)
    """
    where = {name: f".{module}" for module, names in more.items() for name in names.split()}
    where |= dict.fromkeys(modules.split(), ".")
    face: Any = sys.modules[package]
    for block in ast.parse(face.__spec__.loader.get_data(face.__file__)).body:
        for part in block.body if isinstance(block, ast.If) else ():
            if isinstance(part, ast.ImportFrom) and (part.level or __name__ in str(part.module)):
                module = "." * part.level + str(part.module or "")
                where |= {alias.name: module for alias in part.names if alias.name != "*"}

    def get(name: str) -> Any:
        if where.get(name) == "." or f"{package}.{name}" in sys.modules:
            return import_module(f".{name}", package)
        if name in where:
            return getattr(import_module(where[name], package), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=face)

    def names() -> list[str]:
        return sorted({*face.__all__, *where, *(x for x in vars(face) if x.startswith("__"))})

    face.__getattr__, face.__dir__ = get, names
    return [*where]


_offered = lazy(
    __name__,
    "checking compiler drawing nn stepping training transforms",
    functions=" ".join([*ops.SHEET, *functions.ALIASES, "softmax", "log_softmax", "take", "var"]),
)
__all__ = [  # noqa: PLE0604
    *("Value", "op", "ops", "ieee", "topological"),
    *("AutogradError", "DomainError", "FormulaError", "GradientError", "NumberTypeError"),
    *("PoleError", "RangeError"),
    *(name for name in _offered if not hasattr(builtins, name)),  # no `sum` from a star import
]
__all__.remove("cli")


class _Moved(ModuleType):
    """A module under the path that it had in version 0.1: old imports and pickles find it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by tools that look through sys.modules
            raise AttributeError(name)
        from warnings import warn

        old, new = self.__name__, f"{__name__}.{_MOVED[self.__name__.rpartition('.')[2]]}"
        warn(f"{old} has moved to {new}", DeprecationWarning, stacklevel=2)
        return getattr(import_module(new), name)


_MOVED = {
    "diagnosis": "training.diagnosis",
    "initialisers": "nn.initialisers",
    "kinds": "numbers.kinds",
    "linear": "nn.fused",
    "scopes": "drawing.scopes",
    "tables": "data.tables",
}
for _old in _MOVED:
    sys.modules[f"{__name__}.{_old}"] = _Moved(f"{__name__}.{_old}")
