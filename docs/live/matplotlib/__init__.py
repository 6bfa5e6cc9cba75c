"""A small stand-in for matplotlib in the live lessons: lines, points, regions and bars, as SVG.

matplotlib and numpy have no build for Pyodide in the registries that a site is built from. This has
the calls that lessons and `autograd_mini.drawing.plots` make, by their names in matplotlib; what it
does not have raises AttributeError, and says so.
"""

from __future__ import annotations

from typing import Any

rcParams: dict[str, Any] = {"figure.figsize": (6.0, 3.8)}  # noqa: N816


class _Between(dict[str, Any]):
    """Colours for numbers from 0 to 1, along the same three for every name."""

    def __missing__(self, name: str) -> Any:
        return lambda share: shade(share, "#440154", "#21918c", "#fde725")


colormaps = _Between()


def shade(share: float, *colours: str) -> str:
    """The colour that lies this share of the way along the colours."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    k = min(int(place), len(colours) - 2)
    pairs = [
        (int(colours[k][i : i + 2], 16), int(colours[k + 1][i : i + 2], 16)) for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{round(a + (b - a) * (place - k)):02x}" for a, b in pairs)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"the small matplotlib of this page has no {name!r}")
