"""Pictures of computation graphs: values, gradients, and the chain rule on every edge."""

# mypy: implicit-reexport
from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from .digraph import Drawing, RenderingError
    from .interchange import from_json, to_json
    from .latex import to_latex
    from .network import draw_network
    from .paths import PathDrawing, draw_paths
    from .picture import draw, draw_dot
    from .scopes import scope
    from .text import draw_text, to_mermaid
    from .themes import THEMES, Theme

__all__ = lazy(__name__)
