"""Steps as JSON and back.

    {"format": "autograd_mini steps", "version": 1, "graph": ..., "steps": [
        {"kind": "leaf", "node": 0}, ...,
        {"kind": "accumulate", "node": 1, "parent": 0, "edge": 1, "adjoint": 1.0, ...}],
     "places": [null, [0, 1, 4, 1, 9]], "sources": [{"name": "f", ...}], "stale": [],
     "optimiser": null}

The graph is that of `drawing.to_json`, and numbers are written as there: floats read back as the
same bits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from autograd_mini.drawing.interchange import from_json as graph_from_json
from autograd_mini.drawing.interchange import read_number, written_number
from autograd_mini.drawing.interchange import to_json as graph_to_json
from autograd_mini.graph import topological

from .sequence import KINDS, Place, Recorded, Source, Steps

if TYPE_CHECKING:
    from .sequence import Step

FORMAT, VERSION = "autograd_mini steps", 1
_WHOLE = ("node", "parent", "edge")  # fields of a step that are indices
_KEYS = ("graph", "steps", "places", "sources", "stale", "optimiser")


def to_json(steps: Steps, indent: int | None = None) -> str:
    """All of the steps as JSON."""
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "graph": json.loads(graph_to_json(steps.root)),
        "steps": [_written(step) for step in steps],
        "places": [place and list(place) for place in steps.places],
        "sources": [source._asdict() for source in steps.sources],
        "stale": sorted(steps.stale),
        "optimiser": steps.optimiser,
    }
    return json.dumps(whole, indent=indent, ensure_ascii=False, allow_nan=False)


def _written(step: Step) -> dict[str, Any]:
    fields = step._asdict()
    for key, x in fields.items():
        fields[key] = x if key in _WHOLE else [*x] if key == "users" else written_number(x)
    return {"kind": step.kind, **fields}


def from_json(text: str) -> Steps:
    """The steps that `to_json` has written.

    Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is wrong.
    """
    if not isinstance(text, str):
        raise TypeError(f"from_json takes text, got {type(text).__name__}")
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"this is not JSON: {error}") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError(f'these are not steps: they need "format": "{FORMAT}"')
    if whole.get("version") != VERSION:
        raise ValueError(f"version {whole.get('version')!r} of the format; known is {VERSION}")
    if missing := [key for key in _KEYS if key not in whole]:
        raise ValueError(f"the steps have no {', '.join(missing)}")
    roots = graph_from_json(json.dumps(whole["graph"]))
    if len(roots) != 1:
        raise ValueError(f"the graph of the steps needs one root, got {len(roots)}")
    nodes = topological(*roots)
    for node in nodes:
        node.__class__ = Recorded
    try:
        edges = [len(node.parents) for node in nodes]
        steps = [_read(entry, k, edges) for k, entry in enumerate(whole["steps"])]
        sources = [Source(**{**s, "lines": tuple(s["lines"])}) for s in whole["sources"]]
        places = [place and Place(*place) for place in whole["places"]]
        stale = [int(k) for k in whole["stale"]]
    except (TypeError, KeyError) as error:
        raise ValueError(f"the steps cannot be read: {error}") from None
    if len(places) != len(nodes) or any(p and p.source >= len(sources) for p in places):
        raise ValueError(f"{len(places)} places do not fit {len(nodes)} nodes and their sources")
    return Steps(steps, nodes, places, sources, stale, whole["optimiser"])


def _read(entry: Any, k: int, edges: list[int]) -> Step:
    """A step of a graph whose nodes have so many edges each."""
    kind = KINDS.get(str(entry.get("kind"))) if isinstance(entry, dict) else None
    if kind is None:
        raise ValueError(f"step {k} needs one of the kinds {', '.join(KINDS)}, got {entry!r:.60}")
    fields = {key: x for key, x in entry.items() if key != "kind"}
    if {*fields} != {*kind._fields}:
        raise ValueError(f"step {k} ({entry['kind']}) needs {', '.join(kind._fields)}")
    for key, x in fields.items():
        if key in _WHOLE or key == "users":
            node = fields["node"]
            known = isinstance(node, int) and 0 <= node < len(edges)
            most = edges[node] if key == "edge" and known else len(edges)
            for index in x if key == "users" else (x,):
                if not isinstance(index, int) or not 0 <= index < most:
                    raise ValueError(f"step {k}: {key} must be below {most}, got {x!r:.40}")
            fields[key] = tuple(x) if key == "users" else x
        else:
            fields[key] = read_number(x)
    return kind(**fields)  # type: ignore[no-any-return]
