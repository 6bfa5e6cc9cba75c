"""Marks for engines that others wrote: a battery in levels, each submission in its own process."""

# mypy: implicit-reexport
from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from .engine import Engine
    from .levels import BatteryError, Case, Drawn, Level, Script
    from .marking import Marks, grade

__all__ = lazy(__name__)
