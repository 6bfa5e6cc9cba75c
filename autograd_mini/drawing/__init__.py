"""Pictures of computation graphs: values, gradients, and the chain rule on every edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from .digraph import Drawing as Drawing
    from .interchange import from_json as from_json
    from .interchange import to_json as to_json
    from .latex import to_latex as to_latex
    from .network import draw_network as draw_network
    from .paths import PathDrawing as PathDrawing
    from .paths import draw_paths as draw_paths
    from .picture import draw as draw
    from .picture import draw_dot as draw_dot
    from .rendering import RenderingError as RenderingError
    from .scopes import scope as scope
    from .text import draw_text as draw_text
    from .text import to_mermaid as to_mermaid
    from .themes import THEMES as THEMES
    from .themes import Theme as Theme

__getattr__, __dir__, __all__ = lazy(__name__)
