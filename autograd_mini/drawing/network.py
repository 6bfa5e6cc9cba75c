"""`draw_network`: neurons in columns, joined by their weights."""

from collections.abc import Iterable, Sequence, Sized
from itertools import cycle
from math import isfinite
from operator import attrgetter
from typing import Any

from autograd_mini.data import Dataset
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import items, one_of, positive
from autograd_mini.numbers.numberlike import data_of, held, magnitude
from autograd_mini.training.diagnosis import forward
from autograd_mini.training.samples import NamedLayer, input_rows, layers_of
from autograd_mini.value import Value

from .digraph import Drawing, table
from .themes import Options, mixed

MOST = 16  # neurons of a layer that are drawn
_ACROSS, _DOWN = 2.1, 0.78  # inches between columns and between neurons


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

    The width of a connection grows with the size of what `show` names: "weight", "gradient" (the
    weights' `grad`), or "update" (-lr times `grad`, the step of gradient descent). Its colour is
    the sign (in the theme "print", negative ones are dashed). A neuron shows its bias; with a
    `batch`, one sample, a list of them or a Dataset, its mean activation over the samples, by
    number and by colour. The numbers of the connections show under the pointer. Of a layer of more
    than 16 neurons the first 15 are drawn, and how many more there are. Other options are those of
    `draw`.

    Raises:
        TypeError: `model` is no network, or the batch is not made of numbers.
        ValueError: an unknown `show`, theme, ..., or a batch that does not fit the network.

    >>> from autograd_mini import MLP
    >>> picture = draw_network(MLP(2, [3, 1], seed=0), [1.0, -0.5])
    >>> picture.source.count("->")
    9
    """
    one_of("show", show, ("weight", "gradient", "update"))
    positive("lr", lr)
    options = Options(number_format=number_format, theme=theme, lang=lang)
    layers = layers_of(model, "draw_network")
    samples, means = (0, None) if batch is None else _activations(model, batch)
    drawing = Drawing("network", format=format, engine="neato", rendering=engine)
    _Writer(drawing, options).write(layers, show, -lr if show == "update" else 1, samples, means)
    return drawing


def _activations(model: Any, batch: Any) -> tuple[int, list[list[float]]]:
    """The number of samples, and the mean activations of inputs and layers, if the batch fits."""
    given = items(batch.inputs if isinstance(batch, Dataset) else batch)
    if given is None:
        what = "a list of inputs, a list of such lists or a Dataset"
        raise TypeError(f"batch must be {what}; got {batch!r:.60} ({type(batch).__name__})")
    samples = [given] if given and items(given[0]) is None else given
    plain = [s if (row := items(s)) is None else [*map(held, row)] for s in samples]
    rows = input_rows(plain, "batch", model)
    columns = zip(*(forward(layers_of(model), row) for row in rows), strict=True)
    return len(rows), [[*map(_mean, zip(*column, strict=True))] for column in columns]


def _mean(unit: Sequence[Value]) -> float:
    """The mean, and 0 where it is but the rounding error of values that cancel."""
    values = [float(h.data) / len(unit) for h in unit]
    mean, least = sum(values), 1e-12 * sum(map(abs, values))
    return 0.0 if abs(mean) <= least and isfinite(least) else mean


def _largest(sizes: Iterable[Any]) -> float:
    """Of those that are finite; 1 where none is above 0."""
    return max(filter(isfinite, map(magnitude, sizes)), default=0.0) or 1.0


class _Writer:
    def __init__(self, drawing: Drawing, options: Options) -> None:
        self.drawing, self.options = drawing, options
        self.theme, self.number = options.colours, options.number
        self.grey = options.theme == "print"

    def write(
        self, layers: list[NamedLayer], show: str, factor: float, samples: int, means: Any
    ) -> None:
        columns: list[list[Any]] = [[None] * layers[0].neurons[0].nin]
        columns += (layer.neurons for layer in layers)
        what = attrgetter("data" if show == "weight" else "grad")
        sizes = {
            (f"l{k}n{i}", f"l{k + 1}n{j}"): factor * data_of(what(layer.neurons[j].w[i]) or 0)
            for k, layer in enumerate(layers)
            for j in _shown(layer.neurons)
            for i in _shown(columns[k])
        }
        largest = _largest(sizes.values())
        self._settings(show, max(map(magnitude, sizes.values())), samples)
        top = (max(min(len(column), MOST) for column in columns) - 1) / 2 * _DOWN
        names = ["", *(layer.activation for layer in layers)]
        for k, (column, name) in enumerate(zip(columns, names, strict=True)):
            self._column(k, column, name, top, means and means[k])
        for number, (ends, size) in enumerate(sizes.items()):
            self._edge(number, *ends, size, largest)

    def _settings(self, show: str, largest: float, samples: int) -> None:
        """What the lines mean, as a table below the picture; and how all is drawn."""
        word = self.options.word
        biggest = word("drawing.largest weight", x=self.number(largest))
        signs = "".join(f"{self._sample(sign)}<td>&#160;&#160;</td>" for sign in (True, False))
        what, biggest = map(notation.escaped, (word(f"drawing.{show}"), biggest))
        rows = [f"<td>{what}:&#160;</td>{signs}<td>{biggest}</td>"]
        if samples > 1:
            rows.append(f"<td>{notation.escaped(word('drawing.mean activation', n=samples))}</td>")
        lines = [f'<td align="left">{table([row], 1)}</td>' for row in rows]
        self.drawing.dress(
            self.options,
            "fontsize=11 splines=line outputorder=edgesfirst pad=0.2 labelloc=b",
            "shape=circle style=filled fixedsize=true width=0.56 fontsize=11"
            " color={line} fillcolor={node}",
            "arrowhead=none",
            table(['<td height="8"></td>', *lines], 2),
        )

    def _sample(self, positive: bool) -> str:
        """Cells of a table: a piece of the line for one sign, and its name."""
        name = self.options.word("common.positive" if positive else "drawing.negative")
        inks = cycle((self._colour(positive), self.theme.background))
        widths = [7, 4, 7, 4, 7] if self.grey and not positive else [29]
        line = "".join(
            f'<td bgcolor="{ink}" width="{width}" height="3" fixedsize="true"></td>'
            for ink, width in zip(inks, widths, strict=False)
        )
        return f"<td>{table([line], 0)}</td><td>&#160;{notation.escaped(name)}</td>"

    def _colour(self, positive: bool) -> str:
        coloured = self.theme.small if positive else self.theme.large
        return self.theme.line if self.grey else coloured

    def _column(
        self, k: int, column: list[Any], name: str, top: float, values: list[float] | None
    ) -> None:
        shown = _shown(column)
        x, start = k * _ACROSS, (min(len(column), MOST) - 1) / 2 * _DOWN
        title = self.options.word("common.layer k" if k else "common.inputs", k=k)
        lines = f"<b>{notation.escaped(title)}</b>"
        if name:
            lines += f'<br/><font point-size="10">{notation.escaped(notation.name(name))}</font>'
        self._text(f"title{k}", lines, x, top + _DOWN)
        most = _largest(values or ())
        for row, j in enumerate(shown):
            own = f"b = {self.number(column[j].b)}" if k else f"x{notation.subscript(j + 1)}"
            label = f"b<br/>{_fitting(self.number(column[j].b))}" if k else own
            fill = self.theme.operation if k else self.theme.leaf
            if values is not None:
                label = _fitting(self.number(values[j]))
                end = self.theme.small if values[j] >= 0 else self.theme.large
                fill = mixed(self.theme.node, end, 0.35 * min(1.0, magnitude(values[j]) / most))
            kind, place = "neuron" if k else "input", f"{x:g},{start - row * _DOWN:g}!"
            self.drawing.item(f"l{k}n{j}", label, kind, pos=place, fillcolor=fill, tooltip=own)
        if left := len(column) - len(shown):
            more = notation.escaped(self.options.word("common.more", n=left))
            self._text(f"more{k}", f"⋮ {more}", x, start - len(shown) * _DOWN)

    def _text(self, id: str, label: str, x: float, y: float) -> None:
        look = "shape=plaintext style= fixedsize=false width=0 fontcolor={faint}"
        self.drawing.item(id, label, "title", f"{look} pos={x:g},{y:g}!")

    def _edge(self, k: int, tail: str, head: str, size: Any, largest: float) -> None:
        part = min(1.0, magnitude(size) / largest)
        positive = size.real >= 0
        width = 0.3 + 4.2 * part  # points
        colour = mixed(self.theme.faded, self._colour(positive), min(1.0, 0.25 + part))
        look = f"id=e{k} color={colour} penwidth={width:.2f}"
        look += f" style={'solid' if positive or not self.grey else 'dashed'}"
        look += f" class={'positive' if positive else 'negative'}"
        self.drawing.edge(tail, head, edgetooltip=self.number(size), **self.theme.attributes(look))


def _fitting(number: str) -> str:
    """A number as label text, in smaller letters where it would be wider than a neuron."""
    size = min(11, 66 // len(number))
    return f'<font point-size="{size}">{notation.escaped(number)}</font>'


def _shown(column: Sized) -> range:
    return range(len(column) if len(column) <= MOST else MOST - 1)
