"""Lines over two axes as SVG, for pages, and where there is no matplotlib.

Axes and letters have the colour of the text around them, so they are seen on light and dark.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import ceil, floor, inf, log10
from typing import Any, NamedTuple

from autograd_mini.notation.labels import number

Points = Iterable[tuple[float, float]]
Axis = tuple[list[tuple[float, str]], Callable[[float], float]]  # ticks; a place from 0 to 1

# Okabe and Ito's, as in `plots`; those that are faint on white or black are darker or brighter.
COLOURS = ("#1c7fc4", "#d55e00", "#009e73", "#cc79a7", "#b08900", "#8a6fd1", "#2aa5c9", "#808080")
_SIGNS = "○●◇◆△▲□■"  # in a terminal
_DASHES = ("", "7 3", "2 3", "8 3 2 3")
WIDTH, HEIGHT = 360, 236  # of a panel, in pixels; below it the names of the lines
_LEFT, _RIGHT, _TOP, _FLOOR, _ROW = 60, WIDTH - 14, 26, HEIGHT - 44, 17
_TICKS, _FEW = 6, 20  # at most; up to so many points each has a mark


class Curves(NamedTuple):
    """A panel: lines, each a name and its points, and the words at the axes."""

    title: str
    x: str
    y: str
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    log: str = "y"  #: which axes are logarithmic; a point without a place there leaves a gap

    @property
    def few(self) -> bool:
        """Whether the points are so few that each has a mark."""
        return all(len(points) <= _FEW for _, points in self.lines)

    @property
    def points(self) -> list[tuple[float, float]]:
        """Those of all lines that have a place."""
        return [p for _, line in self.lines for p in self.seen(line) if p]

    def seen(self, points: Points) -> list[tuple[float, float] | None]:
        """The points, with None for those that have no place."""
        least = [0.0 if axis in self.log else -inf for axis in "xy"]
        return [
            p if all(a < v < inf for a, v in zip(least, p, strict=True)) else None for p in points
        ]


def svg(panels: Sequence[Curves], beside: Sequence[Curves] = ()) -> str:
    """The panels side by side; of these and those `beside`, the same word at y means one axis."""
    inside = "".join(
        f'<g transform="translate({k * WIDTH} 0)">{_drawn(panel, [*panels, *beside])}</g>'
        for k, panel in enumerate(panels)
    )
    width, height = len(panels) * WIDTH, HEIGHT + _ROW * max(len(panel.lines) for panel in panels)
    words = ", ".join(w for p in panels for w in (p.title, p.y, p.x, *dict(p.lines)) if w)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(words)}"'
        f' font-family="system-ui, sans-serif" font-size="11" fill="currentColor">{inside}</svg>'
    )


def png(panels: Sequence[Curves]) -> bytes:
    """The same by matplotlib, as PNG; ImportError, saying what to install, without it."""
    from . import plots

    figure = plots.figure_class()(figsize=(4.8 * len(panels), 4.0), layout="constrained")
    drawn: dict[str, Any] = {}
    for k, panel in enumerate(panels, 1):
        axes = figure.add_subplot(1, len(panels), k, sharey=drawn.get(panel.y))
        drawn[panel.y] = axes
        for i, (name, points) in enumerate(panel.lines):
            shown = [p or (float("nan"),) * 2 for p in panel.seen(points)]
            style: Any = {"color": COLOURS[i % 8], "marker": "o" if panel.few else None}
            axes.plot(*zip(*shown, strict=True), ms=3, label=name, **style)
        for axis in panel.log if panel.points else "":  # not without a point
            getattr(axes, f"set_{axis}scale")("log")
        if "x" in panel.log:  # matplotlib's own ticks overlap
            ticks, _ = _axis([x for x, _ in panel.points], True)
            axes.set_xticks([x for x, _ in ticks], [word for _, word in ticks])
            axes.tick_params(axis="x", which="minor", labelbottom=False)
        axes.set_title(panel.title, fontsize=10)
        plots.finished(axes, panel.x, panel.y)
    return plots.png(figure)


def text(panel: Curves, width: int = 64, height: int = 14) -> str:
    """The panel for a terminal; of lines that meet the later one is seen."""
    own = panel.points
    _, across = _axis([x for x, _ in own], "x" in panel.log)
    y_ticks, up = _axis([y for _, y in own], "y" in panel.log)

    def row(y: float) -> int:
        return round((height - 1) * (1 - up(y)))

    words = {row(y): word for y, word in y_ticks}
    margin = max(map(len, words.values())) + 1
    rows = [
        [*f"{words.get(k, ''):>{margin - 1}} {'┤' if k in words else '│'}", *" " * width]
        for k in range(height)
    ]
    for sign, (_, line) in zip(_SIGNS, panel.lines, strict=False):
        for x, y in filter(None, panel.seen(line)):
            rows[row(y)][margin + 1 + round((width - 1) * across(x))] = sign
    lines = ["".join(cells).rstrip() for cells in rows]
    low, high = (number(end(own)[0]) for end in (min, max))
    names = (f"{s} {name}" for s, (name, _) in zip(_SIGNS, panel.lines, strict=False))
    below = [f"└{'─' * width}", f" {low}{high:>{width - len(low)}}  {panel.x}", "   ".join(names)]
    return "\n".join([*lines, *(" " * margin + line for line in below)])


def _drawn(panel: Curves, panels: Sequence[Curves]) -> str:
    ys = [y for other in panels if other.y == panel.y for _, y in other.points]
    x_ticks, x_place = _axis([x for x, _ in panel.points], "x" in panel.log)
    y_ticks, y_place = _axis(ys, "y" in panel.log)

    def across(x: float) -> float:
        return round(_LEFT + x_place(x) * (_RIGHT - _LEFT), 1)

    def up(y: float) -> float:
        return round(_FLOOR - y_place(y) * (_FLOOR - _TOP), 1)

    svg = _text(_LEFT, 14, panel.title, "start")
    for tick, word in y_ticks:
        svg += _rule(f"M{_LEFT} {up(tick)}H{_RIGHT}")
        svg += _text(_LEFT - 6, up(tick) + 4, word, "end")
    for tick, word in x_ticks:
        svg += _rule(f"M{across(tick)} {_TOP}V{_FLOOR}") + _text(across(tick), _FLOOR + 15, word)
    svg += _rule(f"M{_LEFT} {_TOP}V{_FLOOR}H{_RIGHT}", 0.6)
    svg += _text((_LEFT + _RIGHT) / 2, _FLOOR + 32, panel.x)
    turned = f"translate(11 {(_TOP + _FLOOR) / 2}) rotate(-90)"
    svg += f'<g transform="{turned}">{_text(0, 0, panel.y)}</g>'
    for k, (name, line) in enumerate(panel.lines):
        places = [p and (across(p[0]), up(p[1])) for p in panel.seen(line)]
        row = HEIGHT + k * _ROW + 2
        svg += _line(k, places) + _line(k, [(_LEFT, row), (_LEFT + 24, row)])
        svg += _text(_LEFT + 32, row + 4, name, "start")
        if panel.few:
            dots = [f'<circle cx="{p[0]}" cy="{p[1]}" r="2.6"/>' for p in places if p]
            svg += f'<g fill="{COLOURS[k % 8]}">{"".join(dots)}</g>'
    return svg


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _rule(path: str, opacity: float = 0.15) -> str:
    return f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity="{opacity}"/>'


def _line(k: int, places: Sequence[tuple[float, float] | None]) -> str:
    path, pen = "", "M"
    for place in places:
        path += f"{pen}{place[0]} {place[1]}" if place else ""
        pen = "L" if place else "M"
    dash = _DASHES[k % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{COLOURS[k % 8]}" stroke-width="2"{dashed}/>'


def _axis(values: Sequence[float], log: bool) -> Axis:
    low, high = (min(values), max(values)) if values else (1.0, 1.0)
    if log:
        first, last = floor(log10(low)), ceil(log10(high))
        last += first == last
        powers = range(first, last + 1, ceil((last - first) / _TICKS))
        shape = ".0e" if last - first > _TICKS or last > 4 else "g"
        ticks = [(10.0**k, number(10.0**k, shape)) for k in powers if -324 < k < 309]
        return ticks, lambda v: (log10(v) - first) / (last - first)
    span = high - low or 1.0
    least = 10.0 ** floor(log10(span / _TICKS))
    width = next(m * least for m in (1, 2, 5, 10) if span <= _TICKS * m * least)
    places = [width * k for k in range(ceil(low / width), floor(high / width) + 1)]
    return [(x, number(x)) for x in places], lambda v: (v - low) / span
