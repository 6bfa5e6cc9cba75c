"""Recorded training runs as JSON: numbers exact, grids in base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd_mini.drawing.interchange import read_number, written_number
from autograd_mini.files import Format
from autograd_mini.training import Epoch

from .fields import Field
from .frames import Divergence, Frame, LayerShape, Points

if TYPE_CHECKING:
    from .runs import TrainingSteps


TRAINING = Format("autograd_mini training", ("runs",), optional=("rates",))
_NUMBERS = ("loss", "accuracy", "rate")  # fields of a frame that are one number or null
_VECTORS = ("weights", "before", "gradients")  # and those that are a list of them


def to_json(recorded: Any, indent: int | None = None) -> str:
    """A TrainingSteps, or LearningRates: several with their rates, as JSON."""
    content: dict[str, Any] = {}
    if hasattr(recorded, "rates"):
        content["rates"] = list(recorded.rates)
    content["runs"] = [_written(run) for run in getattr(recorded, "runs", [recorded])]
    return TRAINING.write(content, indent)


def _written(run: TrainingSteps) -> dict[str, Any]:
    return {
        **{name: getattr(run, name) for name in ("loss", "optimiser", "plain", "batch_size")},
        **{name: getattr(run, name) for name in ("seed", "stopped", "turning", "names")},
        "layers": [layer._asdict() for layer in run.layers],
        "points": run.points._asdict(),
        "frames": [_frame(frame) for frame in run.frames],
        "losses": _list(run.losses),
        "accuracies": _list(run.accuracies),
        "history": [_list(row) for row in run.history],
        "divergence": run.divergence and run.divergence._asdict(),
        "field": run.field and run.field._asdict(),
        "landscape": run.landscape and [run.landscape[0]._asdict(), _coded(run.landscape[1])],
    }


def _frame(frame: Frame) -> dict[str, Any]:
    fields = frame._asdict()
    for name in _NUMBERS:
        fields[name] = _number(fields[name])
    for name in _VECTORS:
        fields[name] = _list(fields[name])
    return {**fields, "field": _coded(frame.field)}


def _number(x: Any) -> Any:
    return None if x is None else written_number(x)


def _list(numbers: Sequence[Any]) -> list[Any]:
    return [_number(x) for x in numbers]


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


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
        runs = [single(**_read(run)) for run in content["runs"]]
        if several:
            return kind(runs, [read_number(rate) for rate in content["rates"]])
        (run,) = runs
    except KeyError as error:
        raise ValueError(f"the run has no {error}") from None
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise ValueError(f"the run cannot be read: {error}") from None
    return run


def _read(run: dict[str, Any]) -> dict[str, Any]:
    points = run["points"]
    landscape = run["landscape"]
    shape = run["field"] and _field(run["field"])
    values = {
        **{name: str(run[name]) for name in ("loss", "optimiser", "stopped")},
        **{name: int(run[name]) for name in ("batch_size", "seed")},
        "plain": bool(run["plain"]),
        "turning": float(read_number(run["turning"])),
        "names": tuple(map(str, run["names"])),
        "layers": tuple(LayerShape(**layer) for layer in run["layers"]),
        "points": Points(
            str(points["name"]),
            tuple(_numbers(row) for row in points["inputs"]),
            tuple(
                _numbers(t) if isinstance(t, list) else read_number(t) for t in points["targets"]
            ),
            tuple(map(str, points["features"])),
            tuple(map(str, points["classes"])),
        ),
        "losses": _numbers(run["losses"]),
        "accuracies": _numbers(run["accuracies"]),
        "history": tuple(Epoch(*_numbers(row)) for row in run["history"]),
        "divergence": run["divergence"] and Divergence(**run["divergence"]),
        "field": shape,
        "landscape": landscape and (_field(landscape[0]), _bytes(landscape[1])),
    }
    places = 0 if shape is None else shape.size
    frames = tuple(_read_frame(frame, len(run["names"]), places) for frame in run["frames"])
    if not frames:
        raise ValueError("it has no frames")
    return {"frames": frames, **values}


def _read_frame(frame: dict[str, Any], names: int, places: int) -> Frame:
    values = {name: _numbers([frame[name]])[0] for name in _NUMBERS}
    values |= {name: _numbers(frame[name]) for name in _VECTORS}
    picture = _bytes(frame["field"])
    for name in _VECTORS:
        if len(values[name]) != names and (values[name] or name == "weights"):
            raise ValueError(f"epoch {frame['epoch']}: {len(values[name])} {name} of {names}")
    if len(picture) != places:
        raise ValueError(f"epoch {frame['epoch']}: {len(picture)} bytes of a grid of {places}")
    return Frame(epoch=int(frame["epoch"]), flow=tuple(frame["flow"]), field=picture, **values)


def _numbers(items: Any) -> tuple[Any, ...]:
    return tuple(None if x is None else read_number(x) for x in items)


def _field(values: dict[str, Any]) -> Field:
    y = values["y"]
    return Field(**{**values, "x": tuple(values["x"]), "y": None if y is None else tuple(y)})


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
