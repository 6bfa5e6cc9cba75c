"""Plots of a GPT: what each head looks at, where the tokens lie, how far gradients reach.

They take `lang` and `texts`, and raise, as those of `plots`.
"""

from collections.abc import Collection, Sequence
from typing import Any, Unpack

from autograd_mini.nn import GPT

from .plots import COLOURS, Words, _histograms, _said, axes_of, figure_class


def attention(
    model: GPT, tokens: Sequence[int], labels: Sequence[str], **words: Unpack[Words]
) -> Any:
    """The attention weights of each head (a column) in each layer (a row) over some tokens.

    A row of a picture is a token that looks; the circles in it are the tokens that it sees, itself
    and those before, and their areas the weights, which sum to 1. `labels` has a text for each.
    """
    said, past = _said(**words), model.start()
    for token in tokens:
        model.follow(token, past)
    n, heads, layers = len(tokens), model.sizes["heads"], model.sizes["layers"]
    figure = figure_class()(figsize=(2.2 * heads + 0.3, 2.5 * layers), layout="constrained")
    figure.subplots(layers, heads)
    seen = [(k, h) for k in range(layers) for h in range(heads)]
    for axes, (k, h) in zip(figure.axes, seen, strict=True):
        for i, weights in enumerate(past[k].attention):
            for j, weight in enumerate(weights[h]):
                size = float(weight) * (110 / n) ** 2
                axes.scatter([j], [n - 1 - i], s=size, color=COLOURS[h % 4])
        ends, looks = (-0.6, n - 0.4), "" if h else said["looks"]
        axes.set(xlim=ends, ylim=ends, xlabel=said["seen"], ylabel=looks)
        axes.set_xticks(range(n), labels)
        axes.set_yticks(range(n), labels[::-1])
        axes.set_title(f"{said['head']} {h + 1}", fontsize=10)
        axes.grid(alpha=0.25)
    return figure


def embedding(
    model: GPT, labels: Sequence[str], marked: Collection[str] = (), **words: Unpack[Words]
) -> Any:
    """The vectors of the tokens in the plane in which they lie furthest apart.

    Its axes are the first two principal components (Pearson, "On lines and planes of closest fit to
    systems of points in space", 1901); how much of the variance each has is said. Those of the
    `labels` that are `marked` have the second colour.
    """
    said = _said(**words)
    axes = axes_of(None, 4.6)
    import numpy as np  # matplotlib brings it

    table = np.array([[float(w.data) for w in row] for row in model.letters])
    centred = np.pad(table - table.mean(axis=0), (0, 1))  # so that there are always two directions
    _, sizes, directions = np.linalg.svd(centred)
    shares = 100 * sizes**2 / (sum(sizes**2) or 1.0)
    signs = np.sign(directions[:2] @ (1 / np.arange(1, len(centred[0]) + 1)))  # else left to chance
    xs, ys = signs[:, None] * directions[:2] @ centred.T
    axes.scatter(xs, ys, s=0)  # so that the axes hold all of them
    for x, y, label in zip(xs, ys, labels, strict=False):
        colour = COLOURS[1] if label in marked else COLOURS[0]
        axes.text(x, y, label, color=colour, ha="center", va="center", fontsize=12)
    axes.set_xlabel(said["component"].format(1, f"{shares[0]:.0f}"))
    axes.set_ylabel(said["component"].format(2, f"{shares[1]:.0f}"))
    axes.grid(alpha=0.25)
    return axes.figure


def gradients(model: GPT, **words: Unpack[Words]) -> Any:
    """For each matrix of weights a histogram of its gradients, as `backward` left them.

    From the first matrix on top to the last. Gradients of exactly 0, as those of letters that did
    not occur, stay out; their share stands at the right.
    """
    said = _said(**words)
    rows = [
        (name, [abs(float(w.grad)) for row in matrix for w in row])
        for name, matrix in model.named.items()
    ]
    return _histograms(rows, None, 60, said, said["weight gradient"], log=True)
