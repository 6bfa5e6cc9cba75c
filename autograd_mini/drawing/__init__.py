"""Pictures of computation graphs: values, gradients, and the chain rule on every edge."""

from __future__ import annotations

from autograd_mini.scopes import scope

from .digraph import Drawing
from .picture import draw, draw_dot
from .rendering import RenderingError
from .themes import THEMES, Theme

__all__ = ["Drawing", "RenderingError", "THEMES", "Theme", "draw", "draw_dot", "scope"]
