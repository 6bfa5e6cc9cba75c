"""Plots of a GPT: what each head looks at, where the tokens lie, how far gradients reach.

They take `lang` and `texts`, and raise, as those of `plots`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from math import fsum, hypot
from operator import mul
from typing import Any, Unpack

from autograd_mini.nn import GPT

from . import plots


def attention(
    model: GPT, tokens: Sequence[int], labels: Sequence[str], **words: Unpack[plots.Words]
) -> Any:
    """The attention weights of each head (a column) in each layer (a row) over some tokens.

    A row of a picture is a token that looks; the circles in it are the tokens that it sees, itself
    and those before, and their areas the weights, which sum to 1. `labels` has a text for each.
    """
    said = plots._said(**words)
    plots._is_a(GPT, "model", model)
    past, n = model.start(), len(tokens)
    if not plots._labels_for(n, labels, "token"):
        raise ValueError("there are no tokens to plot")
    for token in tokens:
        model.follow(token, past)
    heads, layers = model.sizes["heads"], model.sizes["layers"]
    room = 0.09 * (max(map(len, labels)) - 1)  # inches, for texts longer than a letter
    size = ((2.2 + room) * heads + 0.3, (2.5 + room) * layers)
    figure = plots.figure_class()(figsize=size, layout="constrained")
    figure.subplots(layers, heads)
    seen = [(k, h) for k in range(layers) for h in range(heads)]
    for axes, (k, h) in zip(figure.axes, seen, strict=True):
        for i, weights in enumerate(past[k].attention):
            for j, weight in enumerate(weights[h]):
                area = float(weight) * (110 / n) ** 2
                axes.scatter([j], [n - 1 - i], s=area, color=plots.COLOURS[h % 4])
        ends = (-0.6, n - 0.4)
        axes.set(xlim=ends, ylim=ends, xlabel=said["seen"], ylabel="" if h else said["looks"])
        axes.set_xticks(range(n), labels)
        axes.tick_params(axis="x", rotation=90 * (room > 0.1))
        axes.set_yticks(range(n), labels[::-1])
        layer = f"{said['layer']} {k + 1}, " if layers > 1 else ""
        axes.set_title(f"{layer}{said['head']} {h + 1}", fontsize=10)
        axes.grid(alpha=0.25)
    return figure


def embedding(
    model: GPT, labels: Sequence[str], marked: Collection[str] = (), **words: Unpack[plots.Words]
) -> Any:
    """The vectors of the tokens in the plane in which they lie furthest apart.

    Its axes are the first two principal components (Pearson, "On lines and planes of closest fit to
    systems of points in space", 1901); how much of the variance each has is said. Those of the
    `labels` that are `marked` have the second colour.
    """
    said = plots._said(**words)
    plots._is_a(GPT, "model", model)
    plots._labels_for(len(model.letters), labels, "token of the model")
    axes = plots.axes_of(None, 4.6)
    table = [[float(w.data) for w in row] for row in model.letters]
    means = [fsum(column) / len(table) for column in zip(*table, strict=True)]
    centred = [[x - mean for x, mean in zip(row, means, strict=True)] for row in table]
    (first, share), (second, rest) = _components(centred)
    xs, ys = ([_dot(row, axis) for row in centred] for axis in (first, second))
    axes.scatter(xs, ys, s=0)  # so that the axes hold all of them
    for x, y, label in zip(xs, ys, labels, strict=True):
        colour = plots.COLOURS[1] if label in marked else plots.COLOURS[0]
        axes.text(x, y, label, color=colour, ha="center", va="center", fontsize=12)
    shares = (f"{100 * part:.0f}" for part in (share, rest))
    return plots.finished(axes, *(said["component"].format(k, x) for k, x in enumerate(shares, 1)))


def _components(rows: list[list[float]]) -> Iterator[tuple[list[float], float]]:
    """The first two principal directions and their shares of the variance, by power iteration.

    By hand, as the lessons in the browser have no NumPy.
    """
    columns = [*zip(*rows, strict=True)]
    matrix = [[_dot(a, b) for b in columns] for a in columns]
    total = fsum(row[k] for k, row in enumerate(matrix)) or 1.0
    for _ in range(2):
        axis = [1.0 / (k + 1) for k in range(len(matrix))]
        for _ in range(500):
            image = [_dot(row, axis) for row in matrix]
            size = hypot(*image)
            axis = [x / (size or 1.0) for x in image]
        yield axis, size / total
        matrix = [
            [x - size * a * b for x, b in zip(row, axis, strict=True)]
            for row, a in zip(matrix, axis, strict=True)
        ]


def _dot(a: Iterable[float], b: Iterable[float]) -> float:
    return fsum(map(mul, a, b))


def gradients(model: GPT, **words: Unpack[plots.Words]) -> Any:
    """For each matrix of weights a histogram of its gradients, as `backward` left them.

    From the first matrix on top to the last. Gradients of exactly 0, as those of letters that did
    not occur, stay out; their share stands at the right.
    """
    said = plots._said(**words)
    plots._is_a(GPT, "model", model)
    rows = [
        (name, [abs(float(w.grad)) for row in matrix for w in row])
        for name, matrix in model.named.items()
    ]
    return plots._histograms(rows, None, 60, said, said["weight gradient"], log=True)
