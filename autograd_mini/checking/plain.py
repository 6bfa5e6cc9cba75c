"""Numbers of a report as JSON has them: no infinities, no nan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}  # nan, too, is always the same


def to_json(x: Any) -> Any:
    """Mappings, lists and numbers as JSON has them."""
    if isinstance(x, Mapping):
        return {name: to_json(part) for name, part in x.items()}
    if isinstance(x, list | tuple):
        return [to_json(part) for part in x]
    return {"float": repr(x)} if isinstance(x, float) and not math.isfinite(x) else x


def from_json(x: Any) -> Any:
    """What `to_json` was given, with tuples for lists."""
    if isinstance(x, list):
        return tuple(map(from_json, x))
    if isinstance(x, dict):
        if x.keys() == {"float"}:
            return _NOT_FINITE[x["float"]]
        return {name: from_json(part) for name, part in x.items()}
    return x
