"""Plots of networks and their training, for those who have matplotlib (the extra `plot`).

Each function draws into the Axes that it is given, or into those of a new figure, and returns the
Figure, which shows itself in notebooks. `lang` is the language of its words, "en" or "es"; `texts`
puts words of one's own in their place, by the names in language/plot.txt.

All raise ImportError where matplotlib is missing, TypeError for something that is not what they
plot and for axes that are no Axes, ValueError for an unknown language or where there is nothing to
plot.
"""

import io
import logging
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from functools import cache
from itertools import permutations
from math import ceil, floor, inf, isfinite, log10, nan
from typing import Any, TypedDict, Unpack

from autograd_mini.data import Dataset, Standardiser
from autograd_mini.files import unwarned
from autograd_mini.language import words as words_of
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.numbers.arguments import one_of, whole
from autograd_mini.training import History
from autograd_mini.training.diagnosis import Diagnosis
from autograd_mini.training.metrics import Loss
from autograd_mini.training.samples import layers_of

from .measures import Sweep, UpdateRatios, layer_numbers, places, spread


class Words(TypedDict, total=False):
    """The language of the words of a plot, and words in place of some of them."""

    lang: str
    texts: Mapping[str, str] | None


# Okabe and Ito's colours, which colour-blind readers tell apart (Color Universal Design, 2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = "os^Dv<>P"
_DASHES = ("-", "--", ":", "-.")
_STEPS = 80  # points along each side of the grid on which the network is asked
_RULE_OF_THUMB = 1e-3  # Karpathy's, for the size of an update beside its weights


# --- training ------------------------------------------------------------------------------------
def loss_curve(history: History, axes: Any = None, **words: Unpack[Words]) -> Any:
    """The loss of each epoch, on a logarithmic scale where it is above 0; with the test loss."""
    said = _said(**words)
    _is_a(History, "history", history)
    if not history.rows:
        raise ValueError("the history has no epochs to plot")
    axes = axes_of(axes)
    mark = _mark(history.rows)
    axes.plot(history.epochs, history.loss, color=COLOURS[0], label=said["training"], **mark)
    test = history.validation_loss
    if test[0] is not None:
        axes.plot(history.epochs, test, color=COLOURS[1], ls="--", label=said["test"], **mark)
    losses = [*history.loss, *(x for x in test if x is not None)]
    return finished(axes, said["epoch"], said["loss"], log=min(losses) > 0, counted=True)


def update_ratios(ratios: UpdateRatios, axes: Any = None, **words: Unpack[Words]) -> Any:
    """The ratio of update to weights at each update, a line for each layer, on a logarithmic scale.

    What `measures.UpdateRatios` has recorded; the dotted line is at 1/1000, a good size. A ratio
    of 0 or inf leaves a gap.
    """
    said = _said(**words)
    _is_a(UpdateRatios, "ratios", ratios)
    if not ratios.steps:
        raise ValueError("no update was recorded; train inside `with UpdateRatios(...) as ratios:`")
    axes = axes_of(axes)
    updates = range(1, len(ratios.steps) + 1)
    for k, line in enumerate(zip(*ratios.steps, strict=True)):
        style: Any = {"color": COLOURS[k % 6], "ls": _DASHES[k // 6 % 4], **_mark(updates)}
        axes.plot(updates, _seen(line), lw=1.2, label=ratios.names[k], **style)
    axes.axhline(_RULE_OF_THUMB, color="#57606a", ls=":", zorder=1)
    return finished(axes, said["update"], said["update ratio"], log=True, counted=True)


def learning_rate_sweep(sweep: Sweep, axes: Any = None, **words: Unpack[Words]) -> Any:
    """The loss that each learning rate leads to, what `measures.sweep_learning_rates` found.

    Both scales are logarithmic (that of the loss where it is above 0). The dashed line is the loss
    before training; crosses at the top edge mark rates with which training diverged.
    """
    said = _said(**words)
    _is_a(Sweep, "sweep", sweep)
    axes = axes_of(axes)
    found = dict(zip(sweep.rates, sweep.losses, strict=True))
    points = {rate: loss for rate, loss in found.items() if isfinite(loss)}
    diverged = [rate for rate in found if rate not in points]
    axes.axhline(sweep.start, color="#57606a", ls="--", lw=1, label=said["start"])
    if points:
        axes.plot([*points], [*points.values()], color=COLOURS[0], marker="o", ms=4)
        best = said["best"].format(f"{sweep.best:g}")
        axes.plot(sweep.best, points[sweep.best], "o", color=COLOURS[1], ms=8, label=best)
    if diverged:
        at_the_top = {"transform": axes.get_xaxis_transform(), "label": said["diverged"]}
        axes.plot(diverged, [0.96] * len(diverged), "x", color=COLOURS[1], mew=2, **at_the_top)
    axes.set_xscale("log")
    log = min([sweep.start, *points.values()]) > 0
    return finished(axes, said["rate"], said["final loss"], log=log)


# --- layers --------------------------------------------------------------------------------------
def activation_histograms(
    model: Any, batch: Any, axes: Any = None, *, bins: int = 60, **words: Unpack[Words]
) -> Any:
    """For each layer a histogram of its outputs h, the first layer on top, all over the same bins.

    There are at most `bins` (2 or more) of a round width. Each histogram is as high as its row, so
    that shapes compare and heights do not. Values that are exactly 0, as ReLUs give, stay out of
    it; their share stands at the right. The arguments and errors are those of `diagnose`.
    """
    said = _said(**words)
    rows = [(layer.name, layer.activations) for layer in layer_numbers(model, batch)]
    return _histograms(rows, axes, whole("bins", bins), said, said["activation"], log=False)


def gradient_histograms(
    model: Any,
    batch: Any,
    loss: str | Loss | None = None,
    axes: Any = None,
    *,
    of: str = "activations",
    bins: int = 60,
    **words: Unpack[Words],
) -> Any:
    """For each layer a histogram of the sizes of its gradients, on a logarithmic scale.

    Gradients that vanish or explode wander to the left or right from the last layer to the first.
    `of` is "activations", |dL/dh|, which shows this best, or "weights", |dL/dw|. Rows, zeros,
    arguments and errors as in `activation_histograms`; without a loss, L is the sum of all outputs.
    """
    said = _said(**words)
    by_weights = one_of("of", of, ("activations", "weights")) == "weights"
    rows = [
        (layer.name, list(map(abs, layer.weight_gradients if by_weights else layer.gradients)))
        for layer in layer_numbers(model, batch, loss)
    ]
    label = said["weight gradient" if by_weights else "gradient"]
    return _histograms(rows, axes, whole("bins", bins), said, label, log=True)


def gradient_by_depth(
    diagnosis: Diagnosis | Mapping[str, Diagnosis], axes: Any = None, **words: Unpack[Words]
) -> Any:
    """The RMS gradient of each layer's activations, what `diagnose` found, on a logarithmic scale.

    Several diagnoses, by the names that the legend gives them, make a line each. A gradient of 0,
    which has no place on the scale, leaves a gap.
    """
    said = _said(**words)
    several = diagnosis if hasattr(diagnosis, "items") else {"": diagnosis}
    if not several:
        raise ValueError("there is no diagnosis to plot")
    axes = axes_of(axes)
    for k, (name, each) in enumerate(several.items()):
        _is_a(Diagnosis, "diagnosis", each)
        line = _seen(layer.gradient_rms for layer in each.layers)
        dashes = _DASHES[k // len(COLOURS) % 4]
        axes.plot(range(1, len(line) + 1), line, dashes, ms=4, label=name, **_style(k))
    return finished(axes, said["layer"], said["gradient RMS"], log=True, counted=True)


def _histograms(
    rows: Sequence[tuple[str, Sequence[float]]],
    axes: Any,
    bins: int,
    said: Mapping[str, str],
    label: str,
    log: bool,
) -> Any:
    for name, values in rows:
        if not all(map(isfinite, values)):
            raise ValueError(f"{name} has values that are nan or infinite; they have no histogram")
    n = len(rows)
    axes = axes_of(axes, min(1.2 + 0.5 * n, 10.0))
    edges = _edges([x for _, values in rows for x in values if x], bins, log)
    for k, (_, values) in enumerate(rows):
        counts, base = Counter(_bin(x, edges) for x in values if x), n - 1 - k
        highest = max(counts.values(), default=1)
        heights = [base + 0.9 * counts[j] / highest for j in range(len(edges) - 1)]
        axes.stairs(heights, edges, baseline=base, fill=True, color=COLOURS[0], alpha=0.75)
    middles = [n - 1 - k + 0.3 for k in range(n)]
    shares = [sum(x == 0 for x in values) / len(values) for _, values in rows]
    if any(shares):
        at_right = {"transform": axes.get_yaxis_transform(), "fontsize": "small"}
        axes.text(1.02, n, said["exactly 0"], va="bottom", **at_right)
        for middle, share in zip(middles, shares, strict=True):
            axes.text(1.02, middle, f"{100 * share:.0f} %", va="center", **at_right)
    if log:  # from one power of ten to another, as matplotlib's own numbers between overlap
        ends = max(-323, floor(log10(edges[0]))), ceil(log10(edges[-1]))
        axes.set(xscale="log", xlim=[10.0**k for k in ends])
        axes.tick_params(axis="x", which="minor", labelbottom=False)
    axes.set_yticks(middles, [name for name, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set(ylim=(0, n), xlabel=label)
    axes.grid(axis="x", alpha=0.25)
    return axes.figure


def _edges(values: Sequence[float], bins: int, log: bool) -> list[float]:
    """The edges of bins that hold all values: of equal ratio, or at multiples of a round width."""
    low, high = (min(values), max(values)) if values else (float(log), float(log))
    if log:
        low, high = log10(low), log10(high)
        if low == high:
            low, high = low - 0.5, high + 0.5
        return [10 ** (low + (high - low) * k / bins) for k in range(bins + 1)]
    most = max(bins, 2)  # one edge is at 0
    power = floor(log10(high / most - low / most or abs(high) / most or 1.0))
    widths = (m * 10.0**k for k in range(power, 308) for m in (1.0, 2.0, 2.5, 5.0))
    width = next((w for w in widths if w and ceil(high / w) - floor(low / w) <= most), 1e308)
    first, last = floor(low / width), ceil(high / width)
    return [width * k for k in range(first - (first == last), last + 1)]


def _bin(x: float, edges: Sequence[float]) -> int:
    """The place of the bin; on an edge the one nearer to 0, where the 1 of a tanh belongs."""
    k = bisect_left(edges, x) if x > 0 else bisect_right(edges, x)
    return min(max(k - 1, 0), len(edges) - 2)


# --- the plane of two features -------------------------------------------------------------------
def decision_boundary(
    model: MLP | Layer | Neuron,
    data: Dataset,
    scaler: Standardiser | None = None,
    axes: Any = None,
    *,
    features: tuple[int, int] | None = None,
    **words: Unpack[Words],
) -> Any:
    """Which class the network gives at each place of a plane of two features, and the points.

    `data` is in its own units; the network is asked for `scaler.apply` of them, if there is one.
    The features are the last two unless given; the others stay at their means, which the title
    then says. A network with one output tells the second of two classes where it is above 0, or
    above 1/2 if it ends in a sigmoid.

    Raises ValueError for a regression, fewer than two features, features that are not there, or
    more classes than the network can tell.
    """
    said = _said(**words)
    _is_a(Dataset, "data", data)
    last = layers_of(model, "decision_boundary")[-1]
    width = len(data.feature_names)
    pair = features or (width - 2, width - 1)
    if not data.class_names:
        raise ValueError(f"{data.name} has no classes, and so no boundary between them")
    if max(len(last.neurons), 2) < len(data.class_names):
        classes = f"the {len(data.class_names)} classes of {data.name}"
        raise ValueError(f"the network has {len(last.neurons)} outputs, too few for {classes}")
    if pair not in permutations(range(width), 2):
        raise ValueError(
            f"features must be two different numbers from 0 to {width - 1}, got {pair}"
        )
    j, k = pair
    axes = axes_of(axes, 4.6)
    xs, ys = (places(spread([row[i] for row in data.inputs], 0.08), _STEPS) for i in (j, k))
    means = dict(enumerate(sum(column) / len(data) for column in zip(*data.inputs, strict=True)))
    threshold = 0.5 if last.activation == "sigmoid" else 0.0
    lead: list[list[list[float]]] = []  # for each place, by how much each class is ahead
    for y in ys:
        rows = [(means | {j: x, k: y}).values() for x in xs]
        asked = scaler.apply(rows) if scaler else rows
        lead.append([ahead(model([*row]), threshold) for row in asked])
    for c in range(len(data.class_names)):
        by = [[place[c] for place in row] for row in lead]
        if (highest := max(map(max, by))) > 0:
            colours = [_style(c)["color"]]
            axes.contourf(xs, ys, by, levels=[0, highest + 1], colors=colours, alpha=0.22)
    for c, name in enumerate(map(_plain, data.class_names)):
        points = [row for row, target in zip(data.inputs, data.targets, strict=True) if target == c]
        across, up = ([row[i] for row in points] for i in (j, k))
        axes.scatter(across, up, s=26, edgecolors="white", linewidths=0.6, label=name, **_style(c))
    names = [said.get(name, _plain(name)) for name in data.feature_names]
    axes.set(xlabel=names[j], ylabel=names[k])
    if width > 2:
        axes.set_title(said["others"], fontsize=10)
    axes.legend(frameon=True, framealpha=0.9)
    return axes.figure


def ahead(scores: Any, threshold: float = 0.0) -> list[float]:
    """For each class its score less the highest of the others: above 0 for the class that wins.

    A single score speaks for the second of two classes if it is above the threshold.
    """
    if not isinstance(scores, list):
        return [threshold - float(scores), float(scores) - threshold]
    numbers = [float(score) for score in scores]
    return [x - max(numbers[:k] + numbers[k + 1 :]) for k, x in enumerate(numbers)]


# --- figures -------------------------------------------------------------------------------------
@contextmanager
def without_warnings() -> Iterator[None]:
    """A sign that the font does not have is drawn as a box, and no more is said."""
    logger = logging.getLogger("matplotlib.mathtext")
    with unwarned("Glyph"):
        level = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def png(figure: Any, dpi: int = 150) -> bytes:
    """The figure as PNG."""
    file = io.BytesIO()
    with without_warnings():
        figure.savefig(file, dpi=dpi, metadata={"Software": "autograd_mini, matplotlib"})
    return file.getvalue()


def axes_of(axes: Any, height: float = 3.8) -> Any:
    """The given axes, or those of a new figure."""
    if axes is None:
        return figure_class()(figsize=(6.0, height), layout="constrained").add_subplot()
    if not hasattr(axes, "figure") or not hasattr(axes, "plot"):
        raise TypeError(f"axes must be matplotlib Axes or None, got {axes!r:.60}")
    return axes


@cache
def figure_class() -> Any:
    """A Figure that pyplot does not keep alive, and that Jupyter shows all the same."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            'plots need matplotlib: pip install "autograd-mini[plot]"', name="matplotlib"
        ) from None

    class PlotFigure(Figure):
        """A figure that shows itself in notebooks."""

        def _repr_png_(self) -> bytes:
            return png(self, dpi=100)

    return PlotFigure


def finished(axes: Any, x: str, y: str, *, log: bool = False, counted: bool = False) -> Any:
    """The figure, once the axes have their labels, a grid, and a legend if there is need of one.

    What is `counted` along x has whole numbers there.
    """
    axes.set(xlabel=x, ylabel=y)
    if log:
        axes.set_yscale("log")
    if counted:
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.grid(which="major", alpha=0.25)
    if axes.get_legend_handles_labels()[0]:
        place: Any = {"ncols": 1 + len(axes.lines) // 9}
        if len(axes.lines) > 9 and axes.figure.get_layout_engine():  # which makes room beside them
            place = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
        axes.legend(edgecolor="none", fontsize="small", **place)
    return axes.figure


def _plain(name: str) -> str:
    """A name as text: mathematics are between two $, and legends leave out what begins with _."""
    return name.replace("_", " ").replace("$", r"\$")


def _style(k: int) -> dict[str, str]:
    return {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[k % len(MARKERS)]}


def _mark(points: Sized) -> dict[str, str]:
    """A line of a single point is seen by its marker."""
    return {"marker": "o"} if len(points) == 1 else {}


def _seen(line: Iterable[float]) -> list[float]:
    """The numbers that have a place on a logarithmic scale; nan, a gap, for others."""
    return [x if 0 < x < inf else nan for x in line]


def _is_a(kind: type, name: str, x: Any) -> None:
    if not isinstance(x, kind):
        what = f"{x!r:.60} ({type(x).__name__})"
        raise TypeError(f"{name} must be of the class {kind.__name__}, got {what}")


def _labels_for(n: int, labels: Sequence[str], whose: str) -> Sequence[str]:
    """The labels, if each has one; ValueError for more or fewer."""
    if len(labels) != n:
        raise ValueError(f"labels must be {n}, one for each {whose}, got {len(labels)}")
    return labels


def _said(
    lang: str = "en", texts: Mapping[str, str] | None = None, **unknown: object
) -> dict[str, str]:
    if unknown:
        raise TypeError(f"a plot has no argument {', '.join(unknown)}")
    return words_of("plot", lang) | dict(texts or {})
