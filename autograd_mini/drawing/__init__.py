"""Pictures of computation graphs: values, gradients, and the chain rule on every edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd_mini.scopes import scope as scope

    from .digraph import Drawing as Drawing
    from .interchange import from_json as from_json
    from .interchange import to_json as to_json
    from .latex import to_latex as to_latex
    from .mermaid import to_mermaid as to_mermaid
    from .network import draw_network as draw_network
    from .paths import PathDrawing as PathDrawing
    from .paths import draw_paths as draw_paths
    from .picture import draw as draw
    from .picture import draw_dot as draw_dot
    from .rendering import RenderingError as RenderingError
    from .text import draw_text as draw_text
    from .themes import THEMES as THEMES
    from .themes import Theme as Theme

_LAZY = {
    **dict.fromkeys(("draw", "draw_dot"), "picture"),
    "draw_network": "network",
    **dict.fromkeys(("draw_paths", "PathDrawing"), "paths"),
    "draw_text": "text",
    "scope": "scopes",
    "to_mermaid": "mermaid",
    "to_latex": "latex",
    **dict.fromkeys(("to_json", "from_json"), "interchange"),
    "Drawing": "digraph",
    "RenderingError": "rendering",
    **dict.fromkeys(("THEMES", "Theme"), "themes"),
}
__all__ = [*_LAZY]  # noqa: PLE0604  (names, all of them)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "scope":
        return import_module("autograd_mini.scopes").scope
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
