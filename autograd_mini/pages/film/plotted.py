"""A layout of Graphviz's as artists of matplotlib, so that each part of it can be changed."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from matplotlib import patheffects
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from autograd_mini.drawing.digraph import RAISED, Marks

FONT = "DejaVu Sans"  # matplotlib brings it, with all the signs of formulas
_NARROW = 0.88  # it is wider by that than the fonts for which Graphviz lays out
_LARGEST = 2.2  # pixels to one of Graphviz's points
_BOLD, _SUPERSCRIPT = 1, 8  # flags of a text in Graphviz's JSON


class Node(NamedTuple):
    """The artists of a node."""

    box: Bbox
    frame: Any
    head: Any
    fill: str  # the colour of its heading
    texts: dict[str, Any]  # by class: data, grad, ...
    room: float  # for its numbers


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


def scale_of(layout: Any, room: Bbox) -> float:
    """By how much the drawing can be enlarged to fill the room, which is in pixels."""
    _, _, width, height = map(float, layout["bb"].split(","))
    return float(min(room.width / width, room.height / height, _LARGEST))


class Plotted:
    """The drawing, in the middle of a room of the figure."""

    def __init__(
        self, layout: Any, marks: Mapping[str, Marks], figure: Any, room: Bbox, zoom: float
    ) -> None:
        self.figure, self.scale, self.zoom = figure, scale_of(layout, room), zoom
        self.transform = Affine2D().scale(zoom)
        _, _, width, height = map(float, layout["bb"].split(","))
        self.left = (room.x0 + room.x1 - width * self.scale) / 2
        self.bottom = (room.y0 + room.y1 - height * self.scale) / 2
        self.sizes: dict[Any, float] = {}
        self.nodes: dict[int, Node] = {}  # by their number in the drawing: n0, n1, ...
        self.edges: dict[int, Edge] = {}
        frames, nodes = ([t for t in layout["objects"] if ("pos" in t) == k] for k in (False, True))
        for thing in (*frames, *layout.get("edges", ()), *nodes):
            id = str(thing.get("id"))
            shapes, texts = self._drawn(thing)
            if id not in marks:
                continue
            if "tail" in thing:
                self.edges[int(id[1:])] = Edge(shapes[0], shapes[-1], texts)
                halo = patheffects.withStroke(linewidth=3 * self.scale, foreground=marks[id].halo)
                for text in texts:
                    text.set_path_effects([halo])
            else:
                self.nodes[int(id[1:])] = self._node(shapes, texts, marks[id].rows)

    # --- parts -----------------------------------------------------------------------------------
    def write(self, k: int, key: str, words: str) -> None:
        """Change a number of a node."""
        node = self.nodes[k]
        if node.texts[key].get_text() != words or node.texts[key] not in self.sizes:
            self.fit(node.texts[key], words, node.room)

    def _drawn(self, thing: Any) -> tuple[list[Any], list[Any]]:
        """The shapes and the texts of a node, an edge or a frame."""
        shapes, texts = [], []
        ink, fill, size, style, dashed = "none", "none", 12.0, 0, False
        for op in (op for key in ("_draw_", "_hdraw_", "_ldraw_") for op in thing.get(key, ())):
            match op["op"]:
                case "c":
                    ink = op["color"]
                case "C":
                    fill = op["color"]
                case "S":
                    dashed = op["style"] == "dashed"
                case "F":
                    size = op["size"]
                case "t":
                    style = op["fontchar"]
                case "T":
                    texts.append(self._text(op, size, ink, style))
                case kind if "points" in op:
                    filled = fill if kind.isupper() else "none"
                    shapes.append(self._shape(op, kind in "Pp", ink, filled, dashed))
        return shapes, texts

    def _shape(self, op: Any, polygon: bool, ink: str, fill: str, dashed: bool) -> Any:
        """A polygon or a path of cubic Bézier curves."""
        points = [self._at(*point) for point in op["points"]]
        path = Path([*points, points[0]], closed=True)
        if not polygon:
            path = Path(points, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])
        look: Any = {"joinstyle": "miter", "capstyle": "butt", "linestyle": "--" if dashed else "-"}
        look |= {"facecolor": fill, "edgecolor": ink, "linewidth": self.scale}
        return self.figure.add_artist(PathPatch(path, transform=self.transform, **look))

    def _text(self, op: Any, size: float, ink: str, style: int) -> Any:
        x, y = self._at(*op["pt"])
        y += RAISED * self.scale * bool(style & _SUPERSCRIPT)
        weight = "bold" if style & _BOLD else "normal"
        words, size = op["text"].replace(r"\\", "\\"), size * self.scale * _NARROW
        return self.text(x, y, words, size, color=ink, weight=weight)

    def _node(self, shapes: list[Any], texts: list[Any], rows: tuple[str, ...]) -> Node:
        """A heading in the middle, and below it words at the left and numbers at the right."""
        box = shapes[-1].get_path().get_extents()
        for text in texts:
            text.set_text(text.get_text().strip("\u00a0"))
        heading, lines = texts[: -2 * len(rows)], texts[-2 * len(rows) :]
        for word, number in zip(lines[::2], lines[1::2], strict=True):
            number.set(ha="right", x=box.x0 + box.x1 - word.get_position()[0])
        if len(heading) == 1:
            self.fit(heading[0], heading[0].get_text(), box.width - 4 * self.scale)
        widths = [self.width(piece) for piece in heading]
        x = (box.x0 + box.x1 - sum(widths)) / 2
        for piece, width in zip(heading, widths, strict=True):
            piece.set_x(x)
            x += width
        room = box.width - self.width(lines[-2]) - 14 * self.scale
        named = {"name": heading[0], "word": lines[-2], **dict(zip(rows, lines[1::2], strict=True))}
        return Node(box, shapes[-1], shapes[1], to_hex(shapes[1].get_facecolor()), named, room)

    def text(self, x: float, y: float, words: str, size: float, **look: Any) -> Any:
        """Letters on a line; no mathematics unless `look` says so."""
        look = {"family": FONT, "va": "baseline", "parse_math": False, **look}
        return self.figure.text(x, y, words, fontsize=size, transform=self.transform, **look)

    def width(self, text: Any) -> float:
        """Of a text, in pixels."""
        with without_warnings():
            extent = text.get_window_extent(self.figure.canvas.get_renderer())
        return float(extent.width) / self.zoom

    def fit(self, text: Any, words: str, room: float) -> None:
        """Change what a text says; in smaller letters where there is not so much room."""
        size = self.sizes.setdefault(text, text.get_fontsize())
        text.set(text=words, fontsize=size)
        while (width := self.width(text)) > room and size > 1:  # hinted letters shrink by steps
            size = min(size * room / width, size - 0.2)
            text.set_fontsize(size)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the layout, in pixels from the bottom left of the figure."""
        return self.left + x * self.scale, self.bottom + y * self.scale
