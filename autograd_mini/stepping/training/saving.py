"""Recorded training runs as JSON: numbers exact, grids in base64."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from autograd_mini.drawing.interchange import read_number
from autograd_mini.files import Format
from autograd_mini.stepping.saving import written
from autograd_mini.training import Epoch

from .fields import Field
from .frames import Divergence, Frame, LayerShape, Points

TRAINING = Format("autograd_mini training", ("runs",), optional=("rates",))
_VECTORS = ("weights", "before", "gradients")  # fields of a frame, as long as the run's names


def to_json(recorded: Any, indent: int | None = None) -> str:
    """A TrainingSteps, or LearningRates: several with their rates, as JSON."""
    content: dict[str, Any] = {}
    if hasattr(recorded, "rates"):
        content["rates"] = list(recorded.rates)
    content["runs"] = [
        {name: written(getattr(run, name)) for name in _READ}
        | {"history": written([[*row] for row in run.history])}
        for run in getattr(recorded, "runs", [recorded])
    ]
    return TRAINING.write(content, indent)


# --- reading -------------------------------------------------------------------------------------
def from_json(text: str, kind: Any) -> Any:
    """What `to_json` has written, of this kind: a TrainingSteps, or LearningRates of several.

    Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is wrong.
    """
    content = TRAINING.read(text)
    single = getattr(kind, "single", kind)
    several = kind is not single
    if several != ("rates" in content):
        there = "several runs with their rates" if "rates" in content else "a single run"
        raise ValueError(f"{kind.__name__} cannot be read from this: it has {there}")
    try:
        runs = [single(**_checked_run(run)) for run in content["runs"]]
        if several:
            return kind(tuple(runs), _numbers(content["rates"]))
        (run,) = runs
    except KeyError as error:
        raise ValueError(f"the run has no {error}") from None
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise ValueError(f"the run cannot be read: {error}") from None
    return run


def _checked_run(run: dict[str, Any]) -> dict[str, Any]:
    values = {name: read(run[name]) for name, read in _READ.items()}
    names, places = len(values["names"]), values["field"].size if values["field"] else 0
    if not values["frames"]:
        raise ValueError("it has no frames")
    for frame in values["frames"]:
        for name in _VECTORS:
            found = getattr(frame, name)
            if len(found) != names and (found or name == "weights"):
                raise ValueError(f"epoch {frame.epoch}: {len(found)} {name} of {names}")
        if len(frame.field) != places:
            raise ValueError(f"epoch {frame.epoch}: {len(frame.field)} bytes of a grid of {places}")
    return values


def _numbers(items: Any) -> tuple[Any, ...]:
    return tuple(None if x is None else read_number(x) for x in items)


def _texts(items: Any) -> tuple[str, ...]:
    return tuple(map(str, items))


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _frame(frame: dict[str, Any]) -> Frame:
    loss, accuracy, rate = _numbers(frame[name] for name in ("loss", "accuracy", "rate"))
    values: dict[str, Any] = {name: _numbers(frame[name]) for name in _VECTORS}
    values |= {"flow": tuple(frame["flow"]), "field": _bytes(frame["field"])}
    return Frame(epoch=int(frame["epoch"]), loss=loss, accuracy=accuracy, rate=rate, **values)


def _points(points: dict[str, Any]) -> Points:
    targets = (_numbers(t) if isinstance(t, list) else read_number(t) for t in points["targets"])
    inputs, texts = map(_numbers, points["inputs"]), (points["features"], points["classes"])
    return Points(str(points["name"]), tuple(inputs), tuple(targets), *map(_texts, texts))


def _field(values: dict[str, Any]) -> Field:
    return Field(**values | {key: values[key] and tuple(values[key]) for key in "xy"})


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("loss", "optimiser", "stopped"), str),
    **dict.fromkeys(("batch_size", "seed"), int),
    **dict.fromkeys(("losses", "accuracies"), _numbers),
    "plain": bool,
    "turning": read_number,
    "names": _texts,
    "layers": lambda layers: tuple(LayerShape(**layer) for layer in layers),
    "points": _points,
    "frames": lambda frames: tuple(map(_frame, frames)),
    "history": lambda rows: tuple(Epoch(*_numbers(row)) for row in rows),
    "divergence": lambda x: x and Divergence(**x),
    "field": lambda x: x and _field(x),
    "landscape": lambda x: x and (_field(x[0]), _bytes(x[1])),
}
"""How each attribute of a run is read."""
