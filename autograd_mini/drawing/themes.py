"""The colours of a picture. Text on its background has a contrast of at least 4.5 : 1 (WCAG AA)."""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours as six-digit hexadecimal numbers; Graphviz and browsers agree on those."""

    background: str
    node: str
    """Fill of a node, below its heading."""
    leaf: str
    operation: str
    root: str
    """Fill of the heading of a leaf, an interior node, a root."""
    text: str
    faint: str
    """The words data and grad, and the titles of groups."""
    line: str
    partial: str
    """Local derivatives: blue. With `gradient` it stays apart for colour-blind readers."""
    gradient: str
    """Gradients and what they pass on: a dark orange."""
    warning: str
    group: str
    subgroup: str
    """Fill of a group of nodes, and of a group inside it."""


THEMES = {
    "light": Theme(
        background="#ffffff",
        node="#ffffff",
        leaf="#d9e8fb",
        operation="#eceff2",
        root="#fbe3c0",
        text="#1b1f24",
        faint="#57606a",
        line="#57606a",
        partial="#0b57a8",
        gradient="#9a3a06",
        warning="#b3002d",
        group="#f4f6f8",
        subgroup="#fbfcfd",
    )
}


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
