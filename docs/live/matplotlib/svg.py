"""The parts of a picture: elements of SVG, scales and their marks."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DASHES = {"--": "6 3", ":": "1.5 3", "-.": "6 3 1.5 3", "dashed": "6 3", "dotted": "1.5 3"}
INVISIBLE = ("none", "None", "")
NAMES = {"eta": "η", "sigma": "σ", "partial": "∂", "alpha": "α", "cdot": "·", "tanh": "tanh"}


def scale(ends: tuple[float, float], pixels: tuple[float, float], scale: str) -> Callable[..., Any]:
    """From a number to its pixel; with a share, that share of the way, whatever the number."""
    log = scale == "log"
    low, high = (math.log10(end) if log else end for end in ends)

    def place(value: float | None, share: float | None = None) -> float | None:
        if share is None:
            if value is None or not math.isfinite(value) or (log and value <= 0):
                return None
            share = ((math.log10(value) if log else value) - low) / (high - low)
        return pixels[0] + share * (pixels[1] - pixels[0])

    return place


def ticks(ends: tuple[float, float], scale: str, most: float) -> tuple[list[float], list[str]]:
    """Round numbers between the ends, at most about so many, and how they are written."""
    low, high = sorted(ends)
    if scale == "log":
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        powers = range(first, last + 1, max(1, math.ceil((last - first) / most)))
        if len(powers) > 1:
            raised = [str(p).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) for p in powers]
            return [10.0**p for p in powers], [f"10{text}" for text in raised]
    size = (high - low) / max(most, 1)
    unit = 10 ** math.floor(math.log10(size))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= size * 0.999)
    places = [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return places, [number(place) for place in places]


def number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−") if value else "0"


def tag(tag: str, *inside: str, **attributes: Any) -> str:
    """An element of SVG; pixels are rounded to a tenth."""
    words = "".join(
        f' {name.replace("_", "-")}="{f"{value:.1f}" if isinstance(value, float) else value}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{words}>{''.join(inside)}</{tag}>"


def text(words: Any, x: float, y: float, anchor: str = "start", **attributes: Any) -> str:
    return tag("text", plain(words), x=x, y=y, text_anchor=anchor, **attributes)


def line(colour: str, width: float, dashes: str) -> dict[str, Any]:
    dashes = DASHES.get(dashes, "none")
    return {"stroke": colour, "stroke_width": width, "stroke_dasharray": dashes}


def mark(marker: str, x: Any, y: Any, size: float, colour: str, line: str = "none") -> str:
    if x is None or y is None:
        return ""
    style = {"fill": colour, "stroke": line, "stroke_width": 0.6}
    if marker == "x":
        path = f"M{x - size} {y - size}l{2 * size} {2 * size}m0 {-2 * size}l{-2 * size} {2 * size}"
        return tag("path", d=path, stroke=colour, stroke_width=1.6)
    corners = {"s": (4, 45), "D": (4, 0), "^": (3, -90), "v": (3, 90)}.get(marker)
    if corners is None:
        return tag("circle", cx=x, cy=y, r=size, **style)
    count, turn = corners
    angles = [math.radians(turn + 360 * k / count) for k in range(count)]
    points = [(x + 1.3 * size * math.cos(a), y + 1.3 * size * math.sin(a)) for a in angles]
    return tag("polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in points), **style)


def plain(label: Any) -> str:
    """A label without the signs of mathtext."""
    words = str(label)
    for name, sign in NAMES.items():
        words = words.replace(f"\\{name}", sign)
    return escape(words.replace("$", ""))
