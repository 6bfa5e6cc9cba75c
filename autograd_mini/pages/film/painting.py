"""Pictures of steps: Graphviz lays the graph out once, matplotlib paints each step."""

import json
import re
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from autograd_mini.drawing import draw
from autograd_mini.drawing.themes import THEMES, mixed
from autograd_mini.language import text as told
from autograd_mini.notation import labels as notation
from autograd_mini.pages.figure import roomy
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.explaining import clean, explain_step
from autograd_mini.stepping.sequence import Accumulate, Forward, Step, Steps, phase

from .plotted import Plotted, scale_of, without_warnings

_MARGIN, _PANEL, _WHY = 36, 296, 22  # pixels: around the picture, for the words, below the last
WIDTH, HEIGHT = 1280, 720  # pixels; half as many again where the graph is large
_LEAST = 6.0  # pixels: the height of letters that can still be read
_LEGIBLE = 1.6  # pixels to one of Graphviz's points; letters are then 17 pixels high
_WORDS = re.compile("(.* -> .*?)label=<<table.*?</table>> ?")  # on an edge, in DOT
_Word = list[tuple[str, str]]  # its pieces, each with its weight: a name and the comma after it


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
        self.graph = Plotted(layout, marks, self.figure, room, zoom)
        self.words: list[Any] = []
        self._widths: dict[Any, float] = {}

    def paint(self, index: int) -> Any:
        """The picture of a step as an array of height × width × 3 bytes."""
        self._light(self.steps[index], index)
        self._write(index)
        with without_warnings():
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
                layout = json.loads(drawing.pipe("json"))
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
        size, lines = self._set(e.sentence, 17, width)
        for line in lines:
            y -= 26
            self._prose(line, y, size, colours.text)
        size, lines = self._set(e.why, 15, width, style="italic")
        end = float(_WHY)
        for line in reversed(lines):
            self._prose(line, end, size, colours.faint, style="italic")
            end += 21
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
    def _set(
        self, text: str, size: float, room: float, most: int = 2, **kw: Any
    ) -> tuple[float, list[list[_Word]]]:
        """Sentences in lines of words, names (in backticks) in bold; smaller if they are long."""
        lines: list[list[_Word]] = []
        left, space = 0.0, self._space(size, **kw)
        for word in re.findall("(?:`[^`]*`|[^ `])+", clean(text)):
            parts = enumerate(word.split("`"))
            pieces = [(part, "bold" if k % 2 else "normal") for k, part in parts if part]
            width = sum(self._measure(piece, size, weight=weight, **kw) for piece, weight in pieces)
            if not lines or left + space + width > room:
                lines.append([])
                left = -space
            lines[-1].append(pieces)
            left += space + width
        if len(lines) > most and size > 11:
            return self._set(text, size - 1, room, most, **kw)
        if len(lines) > most:
            lines = lines[:most]
            lines[-1][-1] = [("…", "normal")]
        return size, lines

    def _prose(self, line: list[_Word], y: float, size: float, ink: str, **kw: Any) -> None:
        x = float(_MARGIN)
        for pieces in line:
            for piece, weight in pieces:
                self._text(piece, y, size, ink, x=x, weight=weight, **kw)
                x += self._measure(piece, size, weight=weight, **kw)
            x += self._space(size, **kw)

    def _space(self, size: float, **kw: Any) -> float:
        return self._measure("a a", size, **kw) - self._measure("aa", size, **kw)

    def _measure(self, text: str, size: float, **kw: Any) -> float:
        key = (text, size, *sorted(kw.items()))
        if key not in self._widths:
            line = self.graph.text(0, 0, text, size, **kw)
            self._widths[key] = self.graph.width(line)
            line.remove()
        return self._widths[key]
