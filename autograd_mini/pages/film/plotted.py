"""A drawing of Graphviz's as artists of matplotlib, so that each part of it can be changed."""

import logging
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from matplotlib import patheffects
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

_SVG = "{http://www.w3.org/2000/svg}"
FONT = "DejaVu Sans"  # matplotlib brings it, with all the signs of formulas
_NARROW = 0.88  # it is wider by that than the fonts for which Graphviz lays out
_LARGEST = 2.2  # pixels to one of Graphviz's points
_NUMBERS = re.compile(r"-?[\d.]+(?:e-?\d+)?")


class Box(NamedTuple):
    """A rectangle of the picture, in pixels from its bottom left."""

    left: float
    bottom: float
    right: float
    top: float


class Node(NamedTuple):
    """The artists of a node; `fill` is the colour of its heading."""

    box: Box
    frame: Any
    head: Any
    fill: str
    texts: dict[str, Any]
    """By class: data, grad, ..."""


class Edge(NamedTuple):
    """The artists of an edge: its line, the tip of its arrow, what is written beside it."""

    line: Any
    tip: Any
    texts: list[Any]


@contextmanager
def without_warnings() -> Iterator[None]:
    """A sign that the font does not have is drawn as a box, and no more is said."""
    logger = logging.getLogger("matplotlib.mathtext")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")
            yield
    finally:
        logger.setLevel(level)


def scale_of(svg: str, room: Box) -> float:
    """By how much the drawing can be enlarged to fill the room."""
    _, _, width, height = _view(ET.fromstring(svg))
    return min((room.right - room.left) / width, (room.top - room.bottom) / height, _LARGEST)


class Plotted:
    """The drawing, in the middle of a room of the figure.

    nodes  by their number in the drawing: n0, n1, ...
    edges  likewise: e0, e1, ...
    """

    def __init__(self, svg: str, figure: Any, room: Box, zoom: float) -> None:
        top = ET.fromstring(svg)
        self.figure, self.scale, self.zoom = figure, scale_of(svg, room), zoom
        self.transform = Affine2D().scale(zoom)
        _, _, width, height = _view(top)
        graph = top.find(f"{_SVG}g")
        if graph is None:
            raise ValueError("this is no drawing of Graphviz's")
        found = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", graph.get("transform", ""))
        dx, dy = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
        self.left = (room.left + room.right - width * self.scale) / 2 + dx * self.scale
        self.top = (room.bottom + room.top + height * self.scale) / 2 - dy * self.scale
        self.sizes: dict[Any, float] = {}
        self.nodes: dict[int, Node] = {}
        self.edges: dict[int, Edge] = {}
        self.rooms: dict[int, float] = {}  # of the numbers of a node, beside the words
        groups = graph.findall(f"{_SVG}g")
        for kind in ("cluster", "edge", "node"):
            for group in groups:
                if group.get("class", "").split()[0] == kind:
                    self._group(group, kind)

    # --- parts -----------------------------------------------------------------------------------
    def write(self, k: int, key: str, words: str) -> None:
        """Change a number of a node."""
        text = self.nodes[k].texts[key]
        if text.get_text() != words or text not in self.sizes:
            self.fit(text, words, self.rooms[k])

    def _group(self, group: ET.Element, kind: str) -> None:
        shapes = [self._shape(part) for part in group.iter() if part.tag in _SHAPES]
        texts = [(part.get("class", ""), self._text(part)) for part in group.iter(f"{_SVG}text")]
        number = re.fullmatch(r"[ne](\d+)", group.get("id", ""))
        if number is None:
            return
        k = int(number[1])
        if kind == "edge" and len(shapes) > 1:
            self.edges[k] = Edge(shapes[0], shapes[-1], [text for _, text in texts])
        elif kind == "node" and len(shapes) > 2:
            xs, ys = zip(*shapes[-1].get_path().vertices, strict=True)
            box = Box(min(xs), min(ys), max(xs), max(ys))
            fill = group.findall(f".//{_SVG}polygon")[1].get("fill", "#ffffff")
            self.nodes[k] = Node(box, shapes[-1], shapes[1], fill, dict(texts))
            name, words = (self.nodes[k].texts[key] for key in ("name", "word"))
            self.fit(name, name.get_text(), (box.right - box.left) - 4 * self.scale)
            self.rooms[k] = box.right - box.left - self.width(words) - 14 * self.scale

    def _shape(self, part: ET.Element) -> Any:
        """A polygon or a path of cubic Bézier curves."""
        text = part.get("points") or part.get("d") or ""
        numbers = [float(x) for x in _NUMBERS.findall(text)]
        points = [self._at(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        closed = part.tag == f"{_SVG}polygon" or text.endswith("Z")
        codes = [Path.MOVETO, *[Path.LINETO] * (len(points) - 1)]
        if "C" in text:
            codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
        elif closed:
            codes[-1] = Path.CLOSEPOLY  # its last point is its first
        patch = PathPatch(
            Path(points, codes),
            facecolor=_colour(part.get("fill")) if closed else "none",
            edgecolor=_colour(part.get("stroke")),
            linewidth=self.scale,
            joinstyle="miter",
            capstyle="butt",
        )
        if part.get("stroke-dasharray"):
            patch.set_linestyle("--")
        return self._added(patch)

    def _text(self, part: ET.Element) -> Any:
        """A line of text; of one in pieces (superscripts), the first."""
        pieces = [*_pieces(part)]
        x, y = self._at(float(part.get("x", "0")), float(part.get("y", "0")))
        texts = [self._piece(part, text, size, rise) for text, size, rise in pieces]
        widths = [self.width(text) for text in texts]
        anchor = part.get("text-anchor", "start")
        if len(texts) == 1:
            texts[0].set_horizontalalignment(
                {"middle": "center", "end": "right"}.get(anchor, "left")
            )
        else:
            x -= sum(widths) * {"middle": 0.5, "end": 1.0}.get(anchor, 0.0)
        for text, width, (_, _, rise) in zip(texts, widths, pieces, strict=True):
            text.set_position((x, y + rise * self.scale))
            x += width
        return texts[0]

    def _piece(self, part: ET.Element, text: str, size: float, rise: float) -> Any:
        made = self.figure.text(
            0, 0, text, fontsize=size * self.scale * _NARROW, color=_colour(part.get("fill")),
            family=FONT, weight=part.get("font-weight", "normal"), va="baseline",
            transform=self.transform, parse_math=False,
        )  # fmt: skip
        if part.get("paint-order") == "stroke":  # a halo, in the colour of the paper
            width = float(part.get("stroke-width", "3")) * self.scale
            halo = patheffects.withStroke(linewidth=width, foreground=_colour(part.get("stroke")))
            made.set_path_effects([halo])
        return made

    def width(self, text: Any) -> float:
        """Of a text, in pixels."""
        with without_warnings():
            extent = text.get_window_extent(self.figure.canvas.get_renderer())
        return float(extent.width) / self.zoom

    def fit(self, text: Any, words: str, room: float) -> None:
        """Change what a text says; in smaller letters where there is not so much room."""
        size = self.sizes.setdefault(text, text.get_fontsize())
        text.set_text(words)
        text.set_fontsize(size)
        while (width := self.width(text)) > room and size > 1:  # hinted letters shrink by steps
            size = min(size * room / width, size - 0.2)
            text.set_fontsize(size)

    # --- places ----------------------------------------------------------------------------------
    def _at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the SVG, in pixels from the bottom left of the figure."""
        return self.left + x * self.scale, self.top - y * self.scale

    def _added(self, patch: Any) -> Any:
        patch.set_transform(self.transform)
        return self.figure.add_artist(patch)


_SHAPES = (f"{_SVG}polygon", f"{_SVG}path")


def _view(top: ET.Element) -> tuple[float, ...]:
    return tuple(float(x) for x in top.get("viewBox", "0 0 1 1").split())


def _colour(text: str | None) -> str:
    return "none" if text in (None, "", "transparent") else str(text)


def _pieces(part: ET.Element) -> Iterator[tuple[str, float, float]]:
    """The texts of a line, with their sizes and how far they are raised."""
    size, rise = float(part.get("font-size", "12")), 0.0
    if part.text:
        yield part.text, size, 0.0
    for span in part:
        rise -= float(span.get("dy", "0"))
        if span.text:
            yield span.text, float(span.get("font-size", str(size))), rise
        if span.tail:
            yield span.tail, size, rise
