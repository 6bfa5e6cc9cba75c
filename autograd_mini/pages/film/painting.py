"""Pictures of steps: Graphviz lays the graph out once, matplotlib paints each step."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib import patheffects
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from autograd_mini.drawing import draw
from autograd_mini.drawing.digraph import RAISED
from autograd_mini.drawing.plots import without_warnings
from autograd_mini.drawing.themes import THEMES, mixed
from autograd_mini.language import text as told
from autograd_mini.notation import labels as notation
from autograd_mini.pages.figure import roomy
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.explaining import clean, explain_step
from autograd_mini.stepping.sequence import Accumulate, Forward, Step, Steps, phase

_MARGIN, _PANEL, _WHY = 36, 296, 22  # pixels: around the picture, for the words, below the last
WIDTH, HEIGHT = 1280, 720  # pixels; half as many again where the graph is large
_LEAST = 6.0  # pixels: the height of letters that can still be read
_LEGIBLE = 1.6  # pixels to one of Graphviz's points; letters are then 17 pixels high
_WORDS = re.compile("(.* -> .*?)label=<<table.*?</table>> ?")  # on an edge, in DOT
FONT = "DejaVu Sans"  # matplotlib brings it, with all the signs of formulas
_NARROW = 0.88  # it is wider by that than the fonts for which Graphviz lays out
_LARGEST = 2.2  # pixels to one of Graphviz's points
_BOLD, _SUPERSCRIPT = 1, 8  # flags of a text in Graphviz's JSON


class Painter:
    """Paints any step of a recording into a picture of always the same size and layout."""

    def __init__(self, steps: Steps, lang: str, theme: str = "light") -> None:
        self.steps, self.lang, self.colours = steps, lang, THEMES[theme]
        room = Bbox.from_extents(_MARGIN, _PANEL + 24, WIDTH - _MARGIN, HEIGHT - _MARGIN / 2)
        layout, marks = self._layout(theme, room)
        scale = scale_of(layout, room)
        zoom = 1.0 if scale >= 1 else 1.5  # small letters need more pixels
        if 12 * scale * zoom < _LEAST:
            raise ValueError(
                f"a picture of {len(steps.nodes)} nodes could not be read: its letters would be"
                f" {12 * scale * zoom:.0f} pixels high; write a page (save_html, -o steps.html)"
            )
        # The edges as they are numbered in the picture: (node, which of its edges).
        self.edges = [(k, j) for k, n in enumerate(steps.nodes) for j, _ in enumerate(n.edges())]
        # The index of the step that hands a share along an edge.
        self.when = {(s.node, s.edge): i for i, s in enumerate(steps) if isinstance(s, Accumulate)}
        self.figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72 * zoom)
        self.figure.set_facecolor(self.colours.background)
        self.canvas: Any = FigureCanvasAgg(self.figure)
        with without_warnings():
            self.graph = Plotted(layout, marks, self.figure, room, zoom)
        self.words: list[Any] = []

    def paint(self, index: int) -> Any:
        """The picture of a step as an array of height × width × 3 bytes."""
        with without_warnings():
            self._light(self.steps[index], index)
            self._write(index)
            self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba())[..., :3].copy()

    # --- the graph -------------------------------------------------------------------------------
    def _layout(self, theme: str, room: Bbox) -> tuple[Any, Any]:
        """The graph laid out in the direction and with or without words on its edges, as it fits.

        And the classes of its texts.
        """
        best: tuple[float, Any, Any] = (0.0, None, None)
        root = roomy(self.steps)
        for rankdir, across in (("LR", 1.1), ("TB", 1.0)):
            look: Any = {"rankdir": rankdir, "theme": theme, "lang": self.lang}
            drawing = draw(root, collapse=False, off_path="normal", **look)
            for words in (1.2, 1.0):
                layout = drawing.layout()
                worth = across * words * min(scale_of(layout, room), _LEGIBLE)
                if worth > best[0]:
                    best = (worth, layout, drawing.marks)
                drawing.body = [_WORDS.sub(r"\1", line) for line in drawing.body]
        return best[1:]

    def _light(self, step: Step, index: int) -> None:
        """The numbers that are known, the nodes and edges that the step is about."""
        colours, graph, timeline = self.colours, self.graph, self.steps.timeline
        nodes, parent = lit(step)
        colour = self._phase_colour(step)
        operands = self.steps.nodes[step.node].parents if isinstance(step, Forward) else ()
        for k, n in enumerate(self.steps.nodes):
            drawn = graph.nodes[k]
            for key, known in (("data", timeline.data), ("grad", timeline.grad)):
                x = known(k, index)
                graph.write(k, key, "—" if x is None else notation.number(x))
            here, receives = k in nodes, k == parent
            line = colour if here or receives or n in operands else colours.line
            width, part = (3.5, 0.3) if here else (2.5, 0.12) if receives else (1.2, 0.0)
            dashed = "--" if receives and not here else "-"
            drawn.frame.set(edgecolor=line, linewidth=graph.scale * width, linestyle=dashed)
            drawn.head.set_facecolor(mixed(drawn.fill, colour, part))
        now = (step.node, step.edge) if isinstance(step, Accumulate) else None
        for j, edge in enumerate(self.edges):
            line, tip, texts = graph.edges[j]
            active = edge == now or (isinstance(step, Forward) and edge[0] == step.node)
            ink = colour if active else colours.line
            line.set(edgecolor=ink, linewidth=graph.scale * (2.6 if active else 1.0))
            tip.set_color(ink)
            for text in texts:
                text.set_visible(self.when.get(edge, len(self.steps)) <= index)

    def _phase_colour(self, step: Step) -> str:
        names = {"forward": "partial", "backward": "gradient", "update": "warning"}
        return str(getattr(self.colours, names[phase(step)]))

    # --- the words -------------------------------------------------------------------------------
    def _write(self, index: int) -> None:
        """Title, sentence and formulas below the graph, and how far the steps have come."""
        for text in self.words:
            text.remove()
        self.words = []
        e, colours = explain_step(self.steps, index, self.lang), self.colours
        colour = self._phase_colour(self.steps[index])
        width = WIDTH - 2 * _MARGIN
        y = _PANEL - 34.0
        self._line(clean(e.title), y, 22, colour, width - 150, weight="bold")
        y -= 26 * self._prose(e.sentence, 17, colours.text, lambda row, _: y - 26 * (row + 1))
        upward: Any = lambda row, rows: _WHY + 21 * (rows - row - 1)  # noqa: E731
        end = _WHY + 21.0 * self._prose(e.why, 15, colours.faint, upward, style="italic")
        inks = (colours.text, *(colours.partial,) * (e.local is not None), colour)
        apart = min(60.0, (y - end - 22) / len(e.formulas))
        for formula, ink in zip(e.formulas, inks, strict=False):
            y -= apart
            self._formula(formula, y, min(20.0, apart / 3), ink, width)
        last = len(self.steps) - 1
        counter = told("terminal.step", self.lang, index=index, last=last)
        self._line(counter, _PANEL - 34.0, 17, colours.faint, 150, x=WIDTH - _MARGIN, ha="right")
        y = _PANEL + 6.0
        for end, ink, thick in ((1.0, colours.faded, 2), (index / max(last, 1), colour, 4)):
            look: Any = {"color": ink, "lw": thick, "transform": self.graph.transform}
            bar = Line2D([_MARGIN, _MARGIN + width * end], [y, y], **look)
            self.words.append(self.figure.add_artist(bar))

    def _text(
        self, text: str, y: float, size: float, ink: str, x: float = _MARGIN, **kw: Any
    ) -> Any:
        self.words.append(self.graph.text(x, y, text, size, color=ink, **kw))
        return self.words[-1]

    def _line(self, text: str, y: float, size: float, ink: str, room: float, **kw: Any) -> None:
        """A line of plain text, smaller where it would not fit."""
        self.graph.fit(self._text("", y, size, ink, **kw), text, room)

    def _formula(self, formula: Any, y: float, size: float, ink: str, room: float) -> None:
        """In two dimensions where matplotlib can set it, else as a line of text."""
        line = self._text("", y, size, ink, parse_math=True, math_fontfamily="dejavusans")
        latex = formula.latex.replace(r"\mathrel{+}=", r"\;\text{+=}\;")  # as mathtext knows it
        try:
            self.graph.fit(line, f"${latex}$".replace(r"\frac", r"\dfrac"), room)
        except (ValueError, RuntimeError):  # LaTeX that mathtext does not know
            line.set_parse_math(False)
            self.graph.fit(line, clean(formula.text), room)

    # --- prose, with names in bold ---------------------------------------------------------------
    def _prose(
        self, text: str, size: float, ink: str, at: Callable[[int, int], float], **kw: Any
    ) -> int:
        """Sentences in two rows at most, smaller if they are long; how many rows there are.

        Names, in backticks, are bold; `at` is the height of a row of so many.
        """
        words: list[tuple[int, float, str, str]] = []  # row, place, what is written, weight
        row, x = 0, float(_MARGIN)
        space = self._measure("a a", size, **kw) - self._measure("aa", size, **kw)
        for word in re.findall("(?:`[^`]*`|[^ `])+", clean(text)):
            pieces = enumerate(word.split("`"))
            parts = [(part, "bold" if k % 2 else "normal") for k, part in pieces if part]
            widths = [self._measure(part, size, weight=weight, **kw) for part, weight in parts]
            if x > _MARGIN and x + sum(widths) > WIDTH - _MARGIN:
                row, x = row + 1, float(_MARGIN)
            for (part, weight), width in zip(parts, widths, strict=True):
                words.append((row, x, part, weight))
                x += width
            x += space
        if row > 1 and size > 11:
            return self._prose(text, size - 1, ink, at, **kw)
        if row > 1:
            words = [word for word in words if word[0] < 2]
            words[-1] = (*words[-1][:2], "…", "normal")
        rows = words[-1][0] + 1 if words else 0
        for row, x, part, weight in words:
            self._text(part, at(row, rows), size, ink, x=x, weight=weight, **kw)
        return rows

    def _measure(self, text: str, size: float, **kw: Any) -> float:
        font, renderer = FontProperties(family=FONT, size=size, **kw), self.canvas.get_renderer()
        width, _, _ = renderer.get_text_width_height_descent(text, font, False)
        return float(width) / self.graph.zoom


# --- Graphviz's layout as artists, so that each part of it can be changed -------------------------
class Node(NamedTuple):
    """The artists of a node."""

    box: Bbox
    frame: Any
    head: Any
    fill: str  # the colour of its heading
    texts: dict[str, Any]  # by class: data, grad, ...
    room: float  # for its numbers


def scale_of(layout: Any, room: Bbox) -> float:
    """By how much the drawing can be enlarged to fill the room, which is in pixels."""
    _, _, width, height = map(float, layout["bb"].split(","))
    return float(min(room.width / width, room.height / height, _LARGEST))


class Plotted:
    """The drawing, in the middle of a room of the figure."""

    def __init__(
        self, layout: Any, marks: Mapping[str, Any], figure: Any, room: Bbox, zoom: float
    ) -> None:
        self.figure, self.scale, self.zoom = figure, scale_of(layout, room), zoom
        self.transform = Affine2D().scale(zoom)
        _, _, width, height = map(float, layout["bb"].split(","))
        self.left = (room.x0 + room.x1 - width * self.scale) / 2
        self.bottom = (room.y0 + room.y1 - height * self.scale) / 2
        self.sizes: dict[Any, float] = {}
        self.nodes: dict[int, Node] = {}  # by their number in the drawing: n0, n1, ...
        # For each edge its line, the tip of its arrow, what is written beside it.
        self.edges: dict[int, tuple[Any, Any, list[Any]]] = {}
        ground = figure.get_facecolor()
        halo = patheffects.withStroke(linewidth=3 * self.scale, foreground=ground)
        frames, nodes = ([t for t in layout["objects"] if ("pos" in t) == k] for k in (False, True))
        for thing in (*frames, *layout.get("edges", ()), *nodes):
            id = str(thing.get("id"))
            shapes, texts = self._drawn(thing)
            if id not in marks:
                continue
            if "tail" in thing:
                self.edges[int(id[1:])] = shapes[0], shapes[-1], texts
                for text in texts:
                    text.set_path_effects([halo])
            else:
                self.nodes[int(id[1:])] = self._node(shapes, texts, marks[id])

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
        return float(text.get_window_extent().width) / self.zoom

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
