"""The current figure, and the functions that draw on it."""

from __future__ import annotations

from typing import Any

from . import rcParams as rcParams
from .figure import Axes, Figure

_open: list[Figure] = []


def figure(**settings: Any) -> Figure:
    """Open a figure."""
    _open.append(Figure(**settings))
    return _open[-1]


def subplots(rows: int = 1, columns: int = 1, **settings: Any) -> tuple[Figure, Any]:
    """Open a figure with axes side by side."""
    made = figure(**settings)
    return made, made.subplots(rows, columns)


def gca() -> Axes:
    """The axes that were drawn on last, or new ones."""
    current = _open[-1] if _open else figure()
    return current.axes[-1] if current.axes else current.add_subplot()


def show() -> None:
    """Show the open figures below the cell, which ends them."""
    from __main__ import display

    while _open:
        display(_open.pop(0))


def __getattr__(name: str) -> Any:
    method = name if name.startswith("ax") or hasattr(Axes, name) else f"set_{name}"
    if not hasattr(Axes, method):
        raise AttributeError(f"the small matplotlib of this page has no pyplot.{name}")
    return getattr(gca(), method)
