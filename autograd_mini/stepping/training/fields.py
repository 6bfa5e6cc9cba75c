"""A model's answers on a grid, and the loss around a path, as pictures of few bytes."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from math import exp, inf, isfinite, isnan, log10, sqrt
from typing import Any

from autograd_mini.compiler.arguments import replaced
from autograd_mini.compiler.compiled import compile
from autograd_mini.data import Dataset
from autograd_mini.drawing.measures import places, spread
from autograd_mini.numbers.floats import IEEE
from autograd_mini.numbers.kinds import ieee
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import SHEET
from autograd_mini.rules.rule import plain
from autograd_mini.training.metrics import Loss, loss_function, measured
from autograd_mini.training.samples import layers_of
from autograd_mini.value import Value

from .runs import Field, Frame

SIDE, ALONG = 48, 128  #: places along each side of a plane; and along a line
WORK = 60_000  #: answers that the picture of a loss may take; of much data it is coarser


# --- the answers of a model ----------------------------------------------------------------------
def field_of(rows: Sequence[Sequence[float]], data: Any, targets: Sequence[Any], loss: str,
             last: Any, grid: int) -> Field | None:  # fmt: skip
    """The field for inputs of one or two features; None for more, or for several numbers.

    `last` is an answer of the model, so that its form is known.
    """
    width = len(rows[0])
    if width > 2:
        return None
    x = spread([row[0] for row in rows])
    y = spread([row[1] for row in rows]) if width == 2 else None
    n = grid if width == 2 else ALONG
    if isinstance(last, list):
        fits = loss == "cross_entropy" and y is not None and len(last) <= 64
        return Field("classes", x, y, n, 0.0, 1.0, len(last)) if fits else None
    if loss == "hinge":
        return Field("two", x, y, n, -1.0, 1.0, 2) if y else Field("values", x, y, n, -2.0, 2.0)
    binary = loss in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
    if binary or (isinstance(data, Dataset) and len(data.class_names) == 2):
        return Field("two", x, y, n, 0.0, 1.0, 2) if y else Field("values", x, y, n, -0.1, 1.1)
    return Field("values", x, y, n, *spread([float(t) for t in targets], 0.25))


def asked(model: Any) -> Callable[[list[tuple[float, ...]]], Any]:
    """The model's answers at many places at once; those of a network are compiled.

    They may differ from the model's own in the last bits of a number, which no picture shows.
    """
    layers = layers_of(model)
    if layers and all(isinstance(layer.neurons[0].activation, str) for layer in layers):
        return compile(model, batch=0, reduce=None, backend="python")
    return lambda places: [model(place) for place in places]


def answers(ask: Callable[[list[tuple[float, ...]]], Any], field: Field, loss: str) -> bytes:
    """What a model that has been `asked` answers at the places of the field."""
    with ieee():
        outputs = (y if isinstance(y, list) else [y] for y in ask(field.places))
        each = [[float(data_of(x)) for x in answer] for answer in outputs]
    if field.kind == "classes":
        levels = (field.top + 1) // field.classes
        return field.picture(_classified(scores, levels) for scores in each)
    squash = plain(SHEET["sigmoid"], IEEE) if loss == "binary_cross_entropy_with_logits" else float
    return field.picture(field.code(squash(numbers[0])) for numbers in each)


def _classified(scores: list[float], levels: int) -> int:
    second, top = sorted(scores)[-2:]
    if not isfinite(top) or any(map(isnan, scores)):
        return 0
    total = sum(exp(max(score - top, -745.0)) for score in scores)
    lead = (1 - exp(max(second - top, -745.0))) / total
    return scores.index(top) * levels + round((levels - 1) * sqrt(lead))


# --- the loss around a path ----------------------------------------------------------------------
def landscape(model: Any, params: Sequence[Value], frames: Sequence[Frame], rows: Any,
              targets: Any, loss: str | Loss) -> tuple[Field, bytes] | None:  # fmt: skip
    """The loss as a function of one or two parameters, where the frames are; None for more.

    Those far above the start stay outside, as they would dwarf the rest.
    """
    if len(params) > 2:
        return None
    start, losses = frames[0], [frame.loss for frame in frames]
    high_up = start.loss + 3 * abs(start.loss - min(losses) or start.loss)
    near = [frame.weights for frame in frames if frame.loss <= high_up]
    slopes = next((frame.gradients for frame in frames if frame.before == start.weights), None)
    ranges = []
    for k, w in enumerate(start.weights):
        # So that a path of small steps shows the valley too: as far downhill as twice the start.
        far = 2 * max(abs(w), 1.0)
        ends = [w + side * far for side in (-1, 1) if slopes is None or side * slopes[k] < 0]
        ranges.append(spread([*(each[k] for each in near), *ends], 0.15))
    n = ALONG if len(params) == 1 else max(12, min(SIDE, int((WORK / len(rows)) ** 0.5)))
    shape = Field("values", ranges[0], ranges[1] if len(params) == 2 else None, n, 0.0, 1.0)

    def at(weights: tuple[float, ...]) -> float:
        found = inf
        with replaced(params, weights), suppress(ArithmeticError, ValueError):
            found = measured(model, (rows, targets), loss_function(loss), None).loss
        return found if isfinite(found) else inf  # no number: as if very high

    numbers = [*map(at, shape.places)]
    if shape.y is None and not all(map(isfinite, numbers)):
        shape = shape._replace(x=_defined(shape, numbers, start.weights[0]))
        numbers = [*map(at, shape.places)]
    return _coded(shape, numbers)


def _defined(shape: Field, numbers: Sequence[float], start: float) -> tuple[float, float]:
    """The part of a line around the start where there are numbers: log(w) has none below 0."""
    pairs = zip(places(shape.x, shape.n), numbers, strict=True)
    runs = [(is_one, [*run]) for is_one, run in groupby(pairs, lambda pair: isfinite(pair[1]))]
    parts = [[x for x, _ in run] for is_one, run in runs if is_one] or [[start]]
    part = min(parts, key=lambda xs: min(abs(x - start) for x in xs))
    return part[0], part[-1] if part[1:] else part[0] + 1.0


def _coded(shape: Field, found: Sequence[float]) -> tuple[Field, bytes] | None:
    """A line as its values, a plane on a logarithmic scale, so that a narrow valley shows."""
    finite = [x for x in found if isfinite(x)]
    if not finite:
        return None
    low, high = min(finite), max(finite)
    if shape.y is not None and high > low:
        base = low - (high - low) * 1e-3
        shape = shape._replace(kind="log", base=base)
        found = [log10(x - base) for x in found]
        low, high = log10(low - base), log10(high - base)
    shape = shape._replace(low=low, high=high if high > low else low + 1.0)
    return shape, shape.picture(shape.code(x) for x in found)
