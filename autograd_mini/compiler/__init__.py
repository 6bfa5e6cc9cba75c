"""Compiling: your function runs once on symbols; what they emit is a program for a back end."""

# mypy: implicit-reexport
from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from .compiled import Compiled, compile
    from .jax import as_jax
    from .torch import as_torch

__all__ = lazy(__name__)
