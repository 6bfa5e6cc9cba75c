"""Plots of a GPT: what each head looks at, where the tokens lie, how far gradients reach.

They take `lang` and `texts`, and raise, as those of `plots`.
"""

from collections.abc import Collection, Sequence
from typing import Any, Unpack

from autograd_mini.nn import GPT

from .plots import COLOURS, Words, _histograms, _said, figure_class


def attention(
    model: GPT, tokens: Sequence[int], labels: Sequence[str], **words: Unpack[Words]
) -> Any:
    """The attention weights of each head (a column) in each layer (a row) over some tokens.

    A row of a picture is a token that looks, its columns are those that it sees: itself and what
    came before. The weights of a row sum to 1. `labels` has a text for each of the tokens.
    """
    said, past = _said(**words), model.start()
    for token in tokens:
        model.follow(token, past)
    n, heads, layers = len(tokens), model.sizes["heads"], model.sizes["layers"]
    figure = figure_class()(figsize=(2.3 * heads + 0.6, 2.5 * layers + 0.4), layout="constrained")
    grid = figure.subplots(layers, heads, squeeze=False, sharex=True, sharey=True)
    for row, seen in zip(grid, past, strict=True):
        for head, axes in enumerate(row):
            weights = [[*map(float, at[head])] for at in seen.attention]
            square = [at + [float("nan")] * (n - len(at)) for at in weights]
            drawn = axes.imshow(square, cmap="Blues", vmin=0, vmax=1)
            axes.set_xticks(range(n), labels)
            axes.set_yticks(range(n), labels)
            axes.tick_params(length=0)
            axes.set_title(f"{said['head']} {head + 1}", fontsize=10)
    figure.supxlabel(said["seen"], fontsize=10)
    figure.supylabel(said["looks"], fontsize=10)
    figure.colorbar(drawn, ax=grid, shrink=0.8, label=said["weight"])
    return figure


def embedding(
    model: GPT, labels: Sequence[str], marked: Collection[str] = (), **words: Unpack[Words]
) -> Any:
    """The vectors of the tokens in the plane in which they lie furthest apart.

    Its axes are the first two principal components (Pearson, "On lines and planes of closest fit to
    systems of points in space", 1901); how much of the variance each has is said. Those of the
    `labels` that are `marked` have the second colour. Raises ImportError without NumPy.
    """
    import numpy as np

    said = _said(**words)
    axes = figure_class()(figsize=(6.0, 4.6), layout="constrained").add_subplot()
    table = np.array([[w.data for w in row] for row in model.letters], dtype=float)
    table -= table.mean(axis=0)
    _, sizes, directions = np.linalg.svd(table, full_matrices=False)
    places = table @ directions[:2].T
    share = 100 * sizes**2 / max(float((sizes**2).sum()), 5e-324)
    axes.scatter(*places.T, s=0)  # so that the axes hold all of them
    for (x, y), label in zip(places, labels, strict=True):
        colour = COLOURS[1] if label in marked else COLOURS[0]
        axes.text(x, y, label, color=colour, ha="center", va="center", fontsize=12)
    axes.set_xlabel(said["component"].format(1, f"{share[0]:.0f}"))
    axes.set_ylabel(said["component"].format(2, f"{share[1]:.0f}"))
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
