"""`draw_network`: neurons in columns, joined by their weights."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any

from autograd_mini.language import checked, text, whole
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import positive, real
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .digraph import Drawing
from .folding import magnitude
from .picture import FONT
from .rendering import engines
from .sketch import check_format, one_of
from .themes import THEMES, mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.nn import MLP, Layer, Neuron

SHOWS = ("weight", "gradient", "update")
MOST = 16  # neurons of a layer that are drawn
_ACROSS, _DOWN = 2.1, 0.78  # inches between columns and between neurons
_THINNEST, _THICKEST = 0.3, 4.5  # points


def draw_network(
    model: MLP | Layer | Neuron,
    batch: Sequence[Any] | None = None,
    *,
    show: str = "weight",
    lr: float = 1.0,
    number_format: str = ".2g",
    theme: str = "light",
    format: str = "svg",
    engine: str | None = None,
    lang: str = "en",
) -> Drawing:
    """A network as neurons and weighted connections.

    The width of a connection grows with the size of what `show` names; its colour is the sign (in
    the theme "print", negative ones are dashed). A neuron shows its bias; with a `batch`, one
    sample or a list of them, its mean activation over the samples, by number and by colour. The
    numbers of the connections show under the pointer. Of a layer of more than 16 neurons the first
    15 are drawn, and how many more there are.

    Args:
        model: an MLP, a Layer or a Neuron.
        batch: a list of inputs, or a list of samples.
        show: "weight", "gradient" (the weights' `grad`), or "update" (-lr times `grad`, the step of
            gradient descent).
        lr: the learning rate, for "update".
        number_format: as for `draw`.
        theme: as for `draw`.
        format: as for `draw`.
        engine: as for `draw`.
        lang: as for `draw`.

    Raises:
        TypeError: `model` is no network, or the batch is not made of numbers.
        ValueError: an unknown `show`, theme, ..., or a batch that does not fit the network.

    >>> from autograd_mini import MLP
    >>> picture = draw_network(MLP(2, [3, 1], seed=0), [1.0, -0.5])
    >>> picture.source.count("->")
    9
    """
    one_of("show", show, SHOWS)
    one_of("theme", theme, THEMES)
    checked(lang)
    check_format(number_format)
    positive("lr", lr)
    engines(engine)
    layers = _layers(model)
    activations = None if batch is None else _activations(layers, batch)
    drawing = Drawing("network", format=format, engine="neato")
    drawing.rendering = engine
    _Writer(drawing, show, lr, number_format, theme, lang).write(layers, activations)
    return drawing


def _layers(model: Any) -> list[Any]:
    """The layers, each a list of neurons."""
    if hasattr(model, "layers"):
        return [layer.neurons for layer in model.layers]
    if hasattr(model, "neurons"):
        return [model.neurons]
    if hasattr(model, "w") and hasattr(model, "b"):
        return [[model]]
    what = f"{model!r:.60} ({type(model).__name__})"
    raise TypeError(f"draw_network takes an MLP, a Layer or a Neuron, got {what}")


def _activations(layers: list[Any], batch: Any) -> tuple[int, list[list[float]]]:
    """The number of samples, and for inputs and each layer the mean activations."""
    samples = _samples(batch, layers[0][0].nin)
    columns: list[list[list[float]]] = []  # of the inputs and each layer, the values by sample
    for sample in samples:
        x: list[Any] = list(sample)
        outputs = [x]
        for neurons in layers:
            x = [neuron(x) for neuron in neurons]
            outputs.append(x)
        columns = columns or [[[] for _ in output] for output in outputs]
        for column, output in zip(columns, outputs, strict=True):
            for values, value in zip(column, output, strict=True):
                values.append(float(data_of(value)))
    return len(samples), [[_mean(values) for values in column] for column in columns]


def _samples(batch: Any, width: int) -> list[list[Any]]:
    """The batch as a list of samples; TypeError or ValueError if it does not fit the network."""
    rows = batch.tolist() if hasattr(batch, "tolist") else batch
    if not isinstance(rows, list | tuple):
        what = "a list of inputs, or a list of such lists"
        raise TypeError(f"batch must be {what}; got {batch!r:.60} ({type(batch).__name__})")
    if not rows:
        raise ValueError("the batch is empty; give one sample at least")
    if not isinstance(rows[0], list | tuple):
        rows = [rows]
    for k, row in enumerate(rows):
        if not isinstance(row, list | tuple) or len(row) != width:
            raise ValueError(f"sample {k} of the batch needs {width} inputs; got {row!r:.60}")
        for x in row:
            real(f"an input of sample {k} of the batch", x.data if isinstance(x, Value) else x)
    return [[*row] for row in rows]


def _mean(values: list[float]) -> float:
    """The mean, and 0 where it is but the rounding error of values that cancel."""
    total = fsum(values)
    return total / len(values) if abs(total) > 1e-12 * fsum(map(abs, values)) else 0.0


class _Writer:
    """Writes a network as DOT, each neuron at its place."""

    def __init__(
        self, drawing: Drawing, show: str, lr: float, number_format: str, theme: str, lang: str
    ) -> None:
        self.drawing, self.show, self.lr = drawing, show, lr
        self.number_format, self.theme, self.lang = number_format, THEMES[theme], lang
        self.grey = theme == "print"

    def write(self, layers: list[Any], activations: tuple[int, list[list[float]]] | None) -> None:
        """The whole."""
        columns: list[list[Any]] = [[None] * layers[0][0].nin, *layers]
        sizes = [
            self._size(w)
            for k, neurons in enumerate(columns[1:])
            for j in _shown(len(neurons))
            for i, w in enumerate(neurons[j].w)
            if i in _shown(len(columns[k]))
        ]
        largest = max((magnitude(size) for size in sizes), default=0.0)
        self._settings(largest, activations)
        rows = max(min(len(column), MOST) for column in columns)
        top = (rows - 1) / 2 * _DOWN
        for k, column in enumerate(columns):
            self._column(k, column, top, activations[1][k] if activations else None)
        edges = 0
        for k, neurons in enumerate(columns[1:]):
            for j in _shown(len(neurons)):
                for i in _shown(len(columns[k])):
                    size = self._size(neurons[j].w[i])
                    self._edge(edges, f"l{k}n{i}", f"l{k + 1}n{j}", size, largest)
                    edges += 1

    def _settings(self, largest: float, activations: tuple[int, Any] | None) -> None:
        colours = self.theme
        what = notation.escaped(text(f"drawing.{self.show}", self.lang))
        biggest = notation.escaped(
            text("drawing.largest weight", self.lang, x=self._number(largest))
        )
        samples = "".join(
            f"{self._sample(positive)}<td>&#160;&#160;</td>" for positive in (True, False)
        )
        rows = [f"<td>{what}:&#160;</td>{samples}<td>{biggest}</td>"]
        if activations and activations[0] > 1:
            n = whole(activations[0], self.lang)
            rows.append(
                f"<td>{notation.escaped(text('drawing.mean activation', self.lang, n=n))}</td>"
            )
        table = (
            '<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr>{}</tr></table>'
        )
        lines = "".join(f'<tr><td align="left">{table.format(row)}</td></tr>' for row in rows)
        lines = f'<tr><td height="8"></td></tr>{lines}'
        legend = f'<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{lines}</table>'
        self.drawing.attr(
            "graph",
            bgcolor=colours.background,
            fontname=FONT,
            fontsize="11",
            fontcolor=colours.faint,
            splines="line",
            outputorder="edgesfirst",
            pad="0.2",
            margin="0",  # of a page, in PDF
            label=f"<{legend}>",
            labelloc="b",
        )
        self.drawing.attr(
            "node",
            shape="circle",
            style="filled",
            fixedsize="true",
            width="0.56",
            fontname=FONT,
            fontsize="11",
            fontcolor=colours.text,
            color=colours.line,
            fillcolor=colours.node,
        )
        self.drawing.attr("edge", arrowhead="none")

    def _sample(self, positive: bool) -> str:
        """Cells of a table: a piece of the line for one sign, and its name."""
        name = notation.escaped(
            text("common.positive" if positive else "drawing.negative", self.lang)
        )
        ink, gap = self._colour(positive), self.theme.background
        inks = (
            [(ink, 7), (gap, 4), (ink, 7), (gap, 4), (ink, 7)]
            if self._dashed(positive)
            else [(ink, 29)]
        )
        line = "".join(
            f'<td bgcolor="{colour}" width="{width}" height="3" fixedsize="true"></td>'
            for colour, width in inks
        )
        table = f'<table border="0" cellborder="0" cellspacing="0"><tr>{line}</tr></table>'
        return f"<td>{table}</td><td>&#160;{name}</td>"

    def _dashed(self, positive: bool) -> bool:
        return self.grey and not positive

    def _colour(self, positive: bool) -> str:
        if self.grey:
            return self.theme.line
        return self.theme.small if positive else self.theme.large

    def _column(self, k: int, column: list[Any], top: float, values: list[float] | None) -> None:
        shown = _shown(len(column))
        rows = len(shown) + (len(shown) < len(column))
        x = k * _ACROSS
        start = (rows - 1) / 2 * _DOWN
        title = text("common.layer k" if k else "common.inputs", self.lang, k=k)
        name = "" if column[0] is None else column[0].activation
        name = name if isinstance(name, str) else getattr(name, "__name__", "")
        lines = f"<b>{notation.escaped(title)}</b>"
        if name:
            lines += f'<br/><font point-size="10">{notation.escaped(notation.name(name))}</font>'
        self._text(f"title{k}", lines, x, top + _DOWN)
        most = max((abs(v) for v in values), default=0.0) if values else 0.0
        for row, j in enumerate(shown):
            neuron = column[j]
            id = f"l{k}n{j}"
            bias = "" if neuron is None else f"b = {self._number(neuron.b)}"
            fill = self.theme.operation if k else self.theme.leaf
            if neuron is not None:
                label = f"b<br/>{_fitting(self._number(neuron.b))}"
            else:
                label = f"x{notation.subscript(j + 1)}"
            if values is not None:
                label = _fitting(self._number(values[j]))
                end = self.theme.small if values[j] >= 0 else self.theme.large
                fill = mixed(self.theme.node, end, 0.35 * abs(values[j]) / most if most else 0.0)
            self.drawing.node(
                id,
                f"<{label}>",
                id=id,
                pos=f"{x:g},{start - row * _DOWN:g}!",
                fillcolor=fill,
                tooltip=bias or f"x{notation.subscript(j + 1)}",
                **{"class": "neuron" if k else "input"},
            )
        if rows > len(shown):
            more = text("common.more", self.lang, n=whole(len(column) - len(shown), self.lang))
            self._text(f"more{k}", f"⋮ {notation.escaped(more)}", x, start - len(shown) * _DOWN)

    def _text(self, id: str, label: str, x: float, y: float) -> None:
        self.drawing.node(
            id,
            f"<{label}>",
            id=id,
            shape="plaintext",
            style="",
            fixedsize="false",
            width="0",
            pos=f"{x:g},{y:g}!",
            fontcolor=self.theme.faint,
            **{"class": "title"},
        )

    def _size(self, w: Value) -> Any:
        if self.show == "weight":
            return data_of(w)
        grad = data_of(w.grad)
        return grad if self.show == "gradient" else -self.lr * grad

    def _edge(self, k: int, tail: str, head: str, size: Any, largest: float) -> None:
        part = magnitude(size) / largest if 0 < largest < float("inf") else 0.0
        positive = size.real >= 0
        width = _THINNEST + (_THICKEST - _THINNEST) * part
        colour = mixed(self.theme.faded, self._colour(positive), min(1.0, 0.25 + part))
        self.drawing.edge(
            tail,
            head,
            id=f"e{k}",
            color=colour,
            penwidth=f"{width:.2f}",
            style="dashed" if self._dashed(positive) else "solid",
            edgetooltip=self._number(size),
            **{"class": "positive" if positive else "negative"},
        )

    def _number(self, x: Any) -> str:
        return notation.number(x, self.number_format)


def _fitting(number: str) -> str:
    """A number as label text, in smaller letters where it would be wider than a neuron."""
    size = 11 if len(number) <= 6 else 9 if len(number) <= 8 else 7
    return f'<font point-size="{size}">{notation.escaped(number)}</font>'


def _shown(n: int) -> range:
    """The places of the neurons that are drawn."""
    return range(n if n <= MOST else MOST - 1)
