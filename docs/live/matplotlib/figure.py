"""Figures and axes, drawn as SVG."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from . import rcParams, shade, svg

if TYPE_CHECKING:
    from collections.abc import Callable

CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 26, 40  # pixels around the axes
SHORT = {"c": "color", "ls": "linestyle", "lw": "linewidth", "ms": "markersize"}


class Figure:
    """A picture of axes in rows and columns."""

    def __init__(self, figsize: tuple[float, float] | None = None, **settings: Any) -> None:
        inches = figsize or rcParams["figure.figsize"]
        self.width, self.height = round(96 * inches[0]), round(96 * inches[1])
        self.axes: list[Axes] = []
        self.rows = self.columns = 1

    def add_subplot(self, *place: Any) -> Axes:
        """Axes that fill the figure."""
        self.axes.append(Axes(self))
        return self.axes[-1]

    def subplots(self, rows: int = 1, columns: int = 1) -> Any:
        """Axes in rows and columns: one, a list, or a list of lists."""
        self.rows, self.columns = rows, columns
        grid = [[self.add_subplot() for _ in range(columns)] for _ in range(rows)]
        if rows == 1:
            return grid[0] if columns > 1 else grid[0][0]
        return grid if columns > 1 else [row[0] for row in grid]

    def tight_layout(self, **settings: Any) -> None:
        """Nothing: it is tight."""

    def suptitle(self, text: str, **settings: Any) -> None:
        """A title; it stands over the first axes."""
        self.axes[0].set_title(text)

    def _repr_svg_(self) -> str:
        width, height = self.width / self.columns, self.height / self.rows
        parts = []
        for k, axes in enumerate(self.axes):
            row, column = divmod(k, self.columns)
            inside = axes.svg(width, height)
            parts.append(
                f'<g transform="translate({column * width:g} {row * height:g})">{inside}</g>'
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}" font-family="sans-serif" font-size="11">'
            f"{''.join(parts)}</svg>"
        )


class Axes:
    """A frame with a scale on both sides, and what is drawn in it."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.lines: list[Any] = []
        self.drawn: list[tuple[float, Callable[[Any, Any], str]]] = []
        self.keys: list[tuple[str, str, str, str]] = []  # label, colour, dashes, marker
        self.points: list[tuple[float, float]] = []
        self.scales = ["linear", "linear"]
        self.limits: list[tuple[float, float] | None] = [None, None]
        self.labels = {"x": "", "y": "", "title": ""}
        self.ticks: dict[int, tuple[list[float], list[str]]] = {}
        self.has_grid = bool(rcParams.get("axes.grid"))
        self.has_legend = False
        self.margin = 0.05  # of what is drawn, free on each side
        locator = SimpleNamespace(set_params=lambda **settings: None)
        self.xaxis = self.yaxis = SimpleNamespace(get_major_locator=lambda: locator)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the small matplotlib of this page has no axes.{name}")

    def plot(self, *args: Any, **kw: Any) -> list[Any]:
        """A line, markers, or both; the formats are matplotlib's "--", ".-", "o", ..."""
        data = [list(arg) for arg in args if not isinstance(arg, str)]
        style = next((arg for arg in args if isinstance(arg, str)), "")
        ys = data[-1]
        xs = data[0] if len(data) > 1 else list(range(len(ys)))
        kw = {SHORT.get(name, name): value for name, value in kw.items()}
        marker = kw.get("marker") or style.strip("-:") or ""
        dashes = kw.get("linestyle") or style.strip(".oxsD^v") or ("-" if not style else "none")
        colour = kw.get("color") or CYCLE[len(self.lines) % len(CYCLE)]
        size = kw.get("markersize", 3.0 if marker == "." else 5.0) / 1.5
        stroke = kw.get("linewidth", 1.5)
        points = list(zip(map(float, xs), map(float, ys), strict=True))
        fixed = "transform" in kw  # the height is a share of the frame's
        if not fixed:
            self.points += points

        def draw(x: Any, y: Any) -> str:
            height = (lambda share: y(None, share)) if fixed else y
            places = [(x(a), height(b)) for a, b in points]
            text = ""
            if dashes not in svg.INVISIBLE:
                path, move = "", "M"
                for a, b in places:
                    gap = a is None or b is None
                    path += "" if gap else f"{move}{a:.1f} {b:.1f}"
                    move = "M" if gap else "L"
                text = svg.tag("path", d=path, fill="none", **svg.line(colour, stroke, dashes))
            if marker:
                text += "".join(svg.mark(marker, a, b, size, colour) for a, b in places)
            return text

        self._add(draw, kw)
        if kw.get("label"):
            self.keys.append((str(kw["label"]), colour, dashes, marker))
        self.lines.append(draw)
        return [draw]

    def semilogy(self, *args: Any, **kw: Any) -> list[Any]:
        """`plot` with logarithms upwards."""
        self.scales[1] = "log"
        return self.plot(*args, **kw)

    def semilogx(self, *args: Any, **kw: Any) -> list[Any]:
        """`plot` with logarithms to the right."""
        self.scales[0] = "log"
        return self.plot(*args, **kw)

    def loglog(self, *args: Any, **kw: Any) -> list[Any]:
        """`plot` with logarithms on both sides."""
        self.scales = ["log", "log"]
        return self.plot(*args, **kw)

    def scatter(self, xs: Any, ys: Any, s: float = 20, c: Any = None, **kw: Any) -> None:
        """Points; `c` is a colour, or a number for each of them."""
        points = list(zip(map(float, xs), map(float, ys), strict=True))
        colours = [kw.get("color", c) or CYCLE[len(self.keys) % len(CYCLE)]] * len(points)
        if c is not None and not isinstance(c, str):
            low, span = min(c), (max(c) - min(c)) or 1
            colours = [shade((v - low) / span, "#3b4cc0", "#dddddd", "#b40426") for v in c]
        self.points += points
        marker = kw.get("marker", "o")
        size = math.sqrt(s) / 1.8

        def draw(x: Any, y: Any) -> str:
            return "".join(
                svg.mark(marker, x(a), y(b), size, colour, "white")
                for (a, b), colour in zip(points, colours, strict=True)
            )

        self._add(draw, {"zorder": 3} | kw)
        if kw.get("label"):
            self.keys.append((str(kw["label"]), colours[0], "none", marker))

    def contourf(
        self, xs: Any, ys: Any, heights: Any, levels: Any, colors: Any, alpha: float = 1, **kw: Any
    ) -> None:
        """Regions between levels, each in its colour."""
        xs, ys = [*map(float, xs)], [*map(float, ys)]
        self.points += [(xs[0], ys[0]), (xs[-1], ys[-1])]
        self.margin = 0.0
        fine = 4

        def between(values: Any, place: float) -> float:
            k = min(int(place), len(values) - 2)
            return float(values[k] + (values[k + 1] - values[k]) * (place - k))

        def draw(x: Any, y: Any) -> str:
            parts = []
            for j in range((len(ys) - 1) * fine):
                k = j // fine
                share = (j + 0.5) / fine - k
                row = [a + (b - a) * share for a, b in zip(heights[k], heights[k + 1], strict=True)]
                top, bottom = y(between(ys, (j + 1) / fine)), y(between(ys, j / fine))
                run: list[Any] = [None, 0]
                count = (len(xs) - 1) * fine
                for i in range(count + 1):
                    found = None
                    if i < count:
                        height = between(row, (i + 0.5) / fine)
                        found = next(
                            (
                                c
                                for a, b, c in zip(levels, levels[1:], colors, strict=False)
                                if a <= height < b
                            ),
                            None,
                        )
                    if i == count or found != run[0]:
                        if run[0] is not None:
                            left, right = x(between(xs, run[1] / fine)), x(between(xs, i / fine))
                            box = {"x": left, "y": top, "width": right - left, "fill": run[0]}
                            parts.append(svg.tag("rect", **box, height=bottom - top + 0.4))
                        run = [found, i]
            return svg.tag("g", *parts, fill_opacity=alpha)

        self._add(draw, {"zorder": 0} | kw)

    def stairs(self, heights: Any, edges: Any, baseline: float = 0, **kw: Any) -> None:
        """Bars of these heights between the edges, over a baseline."""
        colour, alpha = kw.get("color", CYCLE[0]), kw.get("alpha", 1)
        self.points += [(e, baseline) for e in edges] + [(edges[0], h) for h in heights]

        def draw(x: Any, y: Any) -> str:
            path = f"M{x(edges[0]):.1f} {y(baseline):.1f}"
            for left, right, height in zip(edges, edges[1:], heights, strict=False):
                path += f"L{x(left):.1f} {y(height):.1f}L{x(right):.1f} {y(height):.1f}"
            path += f"L{x(edges[-1]):.1f} {y(baseline):.1f}Z"
            return svg.tag("path", d=path, fill=colour, fill_opacity=alpha)

        self._add(draw, kw)

    def bar(self, xs: Any, heights: Any, width: float = 0.8, **kw: Any) -> None:
        """Bars over places, which may be names."""
        names = [*xs]
        if names and isinstance(names[0], str):
            xs = range(len(names))
            self.ticks[0] = [*map(float, xs)], names
        for x, height in zip(xs, heights, strict=True):
            self.stairs([height], [x - width / 2, x + width / 2], color=kw.get("color", CYCLE[0]))

    def axhline(self, height: float = 0, **kw: Any) -> None:
        """A line across, at a height."""
        self._across(lambda x, y: (x(None, 0), y(height), x(None, 1), y(height)), kw)

    def axvline(self, place: float = 0, **kw: Any) -> None:
        """A line from bottom to top, at a place."""
        self._across(lambda x, y: (x(place), y(None, 0), x(place), y(None, 1)), kw)

    def text(self, place: float, height: float, text: str, **kw: Any) -> None:
        """A text at a point; with `transform`, the place is a share of the frame's width."""
        anchor = {"center": "middle", "right": "end"}.get(kw.get("ha", ""), "start")
        fixed = "transform" in kw

        def draw(x: Any, y: Any) -> str:
            left = x(None, place) if fixed else x(place)
            return svg.text(text, left, y(height) + 3, anchor)

        self._add(draw, {"zorder": 5} | kw)

    def set(self, **settings: Any) -> None:
        """Several settings: xlabel, ylabel, title, xlim, ylim, xscale, yscale."""
        for name, value in settings.items():
            getattr(self, f"set_{name}")(value)

    def set_xlabel(self, text: str, **kw: Any) -> None:
        """What is counted to the right."""
        self.labels["x"] = text

    def set_ylabel(self, text: str, **kw: Any) -> None:
        """What is counted upwards."""
        self.labels["y"] = text

    def set_title(self, text: str, **kw: Any) -> None:
        """The line above."""
        self.labels["title"] = text

    def set_xscale(self, scale: str) -> None:
        """Either "linear" or "log"."""
        self.scales[0] = scale

    def set_yscale(self, scale: str) -> None:
        """Either "linear" or "log"."""
        self.scales[1] = scale

    def set_xlim(self, *ends: Any) -> None:
        """From where to where."""
        self.limits[0] = ends[0] if len(ends) == 1 else ends

    def set_ylim(self, *ends: Any) -> None:
        """From where to where."""
        self.limits[1] = ends[0] if len(ends) == 1 else ends

    def set_xticks(self, places: Any, labels: Any = None) -> None:
        """Where the marks are, and what they say."""
        self.ticks[0] = [*places], [*(labels or map(svg.number, places))]

    def set_yticks(self, places: Any, labels: Any = None) -> None:
        """Where the marks are, and what they say."""
        self.ticks[1] = [*places], [*(labels or map(svg.number, places))]

    def tick_params(self, **kw: Any) -> None:
        """Nothing: marks have one form."""

    def grid(self, visible: bool = True, **kw: Any) -> None:
        """Faint lines at the marks."""
        self.has_grid = visible

    def legend(self, *args: Any, **kw: Any) -> None:
        """The labels of what is drawn, in the corner with most room."""
        self.has_legend = True

    def get_legend_handles_labels(self) -> tuple[list[Any], list[str]]:
        """What a legend would list."""
        return [key[1] for key in self.keys], [key[0] for key in self.keys]

    def get_xaxis_transform(self) -> str:
        """A mark for `plot`: heights are shares of the frame's."""
        return "x"

    def get_yaxis_transform(self) -> str:
        """A mark for `text`: places are shares of the frame's width."""
        return "y"

    def svg(self, width: float, height: float) -> str:
        """All of it, in a box of this size."""
        right = RIGHT + (50 if self.ticks.get(1) else 0)
        left = max(LEFT, 14 + 6 * max((len(t) for t in self.ticks.get(1, ([], []))[1]), default=0))
        inner = (left, width - right), (height - BOTTOM, TOP)
        ends = [self._ends(k) for k in (0, 1)]
        x, y = (svg.scale(ends[k], inner[k], self.scales[k]) for k in (0, 1))
        (x0, x1), (y0, y1) = inner
        room = abs(x1 - x0) / 70, abs(y1 - y0) / 36
        parts = []
        for k, place in enumerate((x, y)):
            ticks = self.ticks.get(k) or svg.ticks(ends[k], self.scales[k], room[k])
            for value, words in zip(*ticks, strict=True):
                at = place(value)
                if k == 0:
                    mark = {"x1": at, "x2": at, "y1": y0, "y2": y1 if self.has_grid else y0 + 4}
                    parts.append(svg.text(words, at, y0 + 15, "middle"))
                else:
                    mark = {"y1": at, "y2": at, "x1": x0, "x2": x1 if self.has_grid else x0 - 4}
                    parts.append(svg.text(words, x0 - 6, at + 4, "end"))
                parts.append(svg.tag("line", **mark, stroke="#d4d4d4" if self.has_grid else "#555"))
        clip = f"clip{id(self)}"
        frame = {"x": x0, "y": y1, "width": x1 - x0, "height": y0 - y1}
        seen = frame | {"y": y1 - 6, "height": y0 - y1 + 12, "width": width - x0}
        drawn = [draw(x, y) for _, draw in sorted(self.drawn, key=lambda pair: pair[0])]
        middle, upright = (x0 + x1) / 2, f"translate(13 {(y0 + y1) / 2:.1f}) rotate(-90)"
        parts += [
            svg.tag("clipPath", svg.tag("rect", **seen), id=clip),
            svg.tag("g", *drawn, clip_path=f"url(#{clip})"),
            svg.tag("rect", **frame, fill="none", stroke="#555"),
            svg.text(self.labels["x"], middle, height - 8, "middle"),
            svg.text(self.labels["y"], 0, 0, "middle", transform=upright),
            svg.text(self.labels["title"], middle, 17, "middle", font_size=13),
        ]
        if self.has_legend and self.keys:
            parts.append(self._legend(x, y, x0, x1, y0, y1))
        return "".join(parts)

    def _legend(self, x: Any, y: Any, x0: float, x1: float, y0: float, y1: float) -> str:
        width = 38 + 6.2 * max(len(svg.plain(key[0])) for key in self.keys)
        height = 8 + 16 * len(self.keys)
        lefts, tops = (x1 - width - 6, x0 + 6), (y1 + 6, y0 - height - 6)
        places = [(x(a), y(b)) for a, b in self.points]

        def crowd(corner: tuple[float, float]) -> int:
            left, top = corner
            return sum(
                left - 4 < a < left + width + 4 and top - 4 < b < top + height + 4
                for a, b in places
                if a is not None and b is not None
            )

        left, top = min(((a, b) for b in tops for a in lefts), key=crowd)
        box = {"fill": "white", "fill_opacity": 0.85, "stroke": "#ccc", "rx": 3}
        parts = [svg.tag("rect", x=left, y=top, width=width, height=height, **box)]
        for k, (label, colour, dashes, marker) in enumerate(self.keys):
            middle = top + 12 + 16 * k
            if dashes not in svg.INVISIBLE:
                ends = {"x1": left + 6, "x2": left + 26, "y1": middle, "y2": middle}
                parts.append(svg.tag("line", **ends, **svg.line(colour, 1.5, dashes)))
            parts.append(svg.mark(marker, left + 16, middle, 3, colour) if marker else "")
            parts.append(svg.text(label, left + 32, middle + 4))
        return "".join(parts)

    def _across(self, ends: Callable[[Any, Any], tuple[float, ...]], kw: dict[str, Any]) -> None:
        kw = {SHORT.get(name, name): value for name, value in kw.items()}
        colour, dashes = kw.get("color", CYCLE[0]), kw.get("linestyle", "-")

        def draw(x: Any, y: Any) -> str:
            x1, y1, x2, y2 = ends(x, y)
            style = svg.line(colour, kw.get("linewidth", 1), dashes)
            return svg.tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **style)

        self._add(draw, kw)
        if kw.get("label"):
            self.keys.append((str(kw["label"]), colour, dashes, ""))

    def _add(self, draw: Callable[[Any, Any], str], kw: dict[str, Any]) -> None:
        self.drawn.append((kw.get("zorder", 2), draw))

    def _ends(self, k: int) -> tuple[float, float]:
        if (given := self.limits[k]) is not None:
            return given
        log = self.scales[k] == "log"
        found = [p[k] for p in self.points if math.isfinite(p[k]) and (p[k] > 0 or not log)]
        low, high = (min(found), max(found)) if found else (0.1, 1.0)
        if log:
            room = (high / low) ** self.margin if high > low else 2
            return low / room, high * room
        room = self.margin * (high - low) or 0.5 * (high == low)
        return low - room, high + room
