"""Recorded training runs as JSON: numbers exact, grids in base64."""

import base64
import binascii
from dataclasses import fields
from itertools import repeat
from typing import Any, get_args, get_origin

from autograd_mini.drawing.interchange import read_number
from autograd_mini.files import Format
from autograd_mini.stepping.saving import written

TRAINING = Format("autograd_mini training", ("runs",), optional=("rates",))
_VECTORS = ("weights", "before", "gradients")  # fields of a frame, as long as the run's names


def to_json(recorded: Any, indent: int | None = None) -> str:
    """A TrainingSteps, or LearningRates: several with their rates, as JSON."""
    content: dict[str, Any] = {}
    if hasattr(recorded, "rates"):
        content["rates"] = list(recorded.rates)
    content["runs"] = [
        {field.name: written(getattr(run, field.name)) for field in fields(run)}
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
        runs = [single(**_checked_run(single, run)) for run in content["runs"]]
        if several:
            return kind(tuple(runs), _read(tuple[float, ...], content["rates"]))
        (run,) = runs
    except KeyError as error:
        raise ValueError(f"the run has no {error}") from None
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise ValueError(f"the run cannot be read: {error}") from None
    return run


def _checked_run(single: Any, run: dict[str, Any]) -> dict[str, Any]:
    values = {field.name: _read(field.type, run[field.name]) for field in fields(single)}
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


def _read(kind: Any, x: Any) -> Any:
    """What JSON has, as the type that the field of a run is declared with."""
    kinds = get_args(kind)
    if type(None) in kinds:
        return None if x is None else _read(kinds[0], x)
    if get_origin(kind) is tuple:
        each = repeat(kinds[0], len(x)) if kinds[-1] is ... else kinds
        return tuple(_read(*pair) for pair in zip(each, x, strict=True))
    if hasattr(kind, "_fields"):
        given = x if isinstance(x, dict) else dict(zip(kind._fields, x, strict=True))
        kinds = kind.__annotations__
        return kind(**{name: _read(kinds.get(name, Any), part) for name, part in given.items()})
    if kind is bytes:
        return base64.b64decode(x, validate=True)
    if kind is Any:  # a target
        return _read(tuple[float, ...], x) if isinstance(x, list) else read_number(x)
    return read_number(x) if kind is float else kind(x)
