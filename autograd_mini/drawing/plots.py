"""Plots of a training run, for those who have matplotlib (the extra `plot`).

Each function returns the Figure, and draws into the Axes that it is given, if any.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd_mini.data import Dataset, Standardiser
    from autograd_mini.history import History
    from autograd_mini.nn import MLP

# Okabe and Ito's colours, which colour-blind readers tell apart (Color Universal Design, 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = "os^Dv<>P"
TEXTS = {
    "epoch": "epoch",
    "loss": "loss",
    "training": "training",
    "test": "test",
    "others": "the other features at their means",
}
_STEPS = 80  # points along each side of the grid on which the network is asked


def loss_curve(
    history: History, axes: Any = None, *, texts: Mapping[str, str] | None = None
) -> Any:
    """The loss of each epoch, on a logarithmic scale where it is above 0; with the test loss."""
    words = {**TEXTS, **(texts or {})}
    axes = _axes(axes, (6.0, 3.8))
    axes.plot(history.epochs, history.loss, color=COLOURS[0], label=words["training"])
    curves = [history.loss]
    if history.rows and history.validation_loss[0] is not None:
        curves.append([x for x in history.validation_loss if x is not None])
        axes.plot(
            history.epochs, history.validation_loss, color=COLOURS[1], ls="--", label=words["test"]
        )
    if min(map(min, curves), default=0.0) > 0:
        axes.set_yscale("log")
    axes.set_xlabel(words["epoch"])
    axes.set_ylabel(words["loss"])
    axes.grid(which="both", alpha=0.25)
    axes.legend(frameon=False)
    return axes.figure


def decision_boundary(
    model: MLP,
    data: Dataset,
    scaler: Standardiser,
    axes: Any = None,
    *,
    features: tuple[int, int] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Any:
    """Which class the network gives at each place of a plane of two features, and the points.

    `data` is in its own units; the network is asked for `scaler.apply` of them. The features are
    the last two unless given; the others stay at their means, which the title then says.
    """
    words = {**TEXTS, **(texts or {})}
    axes = _axes(axes, (6.0, 4.6))
    width = len(data.feature_names)
    j, k = features or (width - 2, width - 1)
    xs, ys = (_ticks([row[i] for row in data.inputs]) for i in (j, k))
    point = list(scaler.mean)
    lead: list[list[list[float]]] = []  # for each place, by how much each class is ahead
    for y in ys:
        rows = []
        for x in xs:
            point[j], point[k] = x, y
            rows.append(tuple(point))
        lead.append([ahead(model(row)) for row in scaler.apply(rows)])
    colours = [COLOURS[c % len(COLOURS)] for c in range(len(data.class_names))]
    for c, colour in enumerate(colours):
        by = [[place[c] for place in row] for row in lead]
        highest = max(map(max, by))
        if highest > 0:
            axes.contourf(xs, ys, by, levels=[0, highest + 1], colors=[colour], alpha=0.22)
    for c, name in enumerate(data.class_names):
        points = [row for row, target in zip(data.inputs, data.targets, strict=True) if target == c]
        axes.scatter(
            [row[j] for row in points],
            [row[k] for row in points],
            color=colours[c],
            marker=MARKERS[c % len(MARKERS)],
            s=26,
            edgecolors="white",
            linewidths=0.6,
            label=name,
        )
    axes.set_xlabel(data.feature_names[j].replace("_", " "))
    axes.set_ylabel(data.feature_names[k].replace("_", " "))
    if width > 2:
        axes.set_title(words["others"], fontsize=10)
    axes.legend(frameon=True, framealpha=0.9)
    return axes.figure


def ahead(scores: Any) -> list[float]:
    """For each class its score less the highest of the others: above 0 for the class that wins.

    A single score speaks for the second of two classes if it is above 0.

    >>> ahead([1.0, 4.0, 2.0])
    [-3.0, 2.0, -2.0]
    >>> ahead(0.5)
    [-0.5, 0.5]
    """
    if not isinstance(scores, list):
        return [-float(scores), float(scores)]
    numbers = [float(score) for score in scores]
    highest, second = sorted(numbers, reverse=True)[:2]
    return [x - (second if x == highest else highest) for x in numbers]


def png(figure: Any, dpi: int = 150) -> bytes:
    """The figure as PNG."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": "autograd_mini, matplotlib"})
    return file.getvalue()


def _axes(axes: Any, size: tuple[float, float]) -> Any:
    """The given axes, or those of a new figure that pyplot does not keep."""
    if axes is not None:
        return axes
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained").add_subplot()


def _ticks(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 1.0
    step = (high - low + 2 * margin) / (_STEPS - 1)
    return [low - margin + i * step for i in range(_STEPS)]
