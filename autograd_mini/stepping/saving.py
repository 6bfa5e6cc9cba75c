"""Steps as JSON and back.

    {"format": "autograd_mini steps", "version": 2, "graph": ..., "steps": [
        {"kind": "given", "nodes": [0, 2]}, ...,
        {"kind": "accumulate", "node": 1, "parent": 0, "edge": 1, "adjoint": 1.0, ...}],
     "places": [null, [0, 1, 4, 1, 9]], "sources": [{"name": "f", ...}], "stale": [],
     "optimiser": null, "checksum": "8e2f0a3b5c71d946"}

The graph has the nodes and roots of `drawing.to_json`, and numbers are written as there: floats
read back as the same bits.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from autograd_mini.drawing.interchange import (
    read_graph,
    read_number,
    written_graph,
    written_number,
)
from autograd_mini.files import Format
from autograd_mini.graph import topological

from .events import KINDS, Given, Leaf, Place, Recorded, Source

if TYPE_CHECKING:
    from .sequence import Steps


STEPS = Format("autograd_mini steps", ("graph", "steps", "places", "sources", "stale", "optimiser"))
_WHOLE = ("node", "parent", "edge")  # fields of a step that are indices
_SEVERAL = ("nodes", "users")


def to_json(steps: Steps, indent: int | None = None) -> str:
    """All of the steps as JSON."""
    content = {
        "graph": written_graph([steps.root]),
        "steps": [{"kind": step.kind, **written(step)} for step in steps],
        "places": [place and list(place) for place in steps.places],
        "sources": written(steps.sources),
        "stale": sorted(steps.stale),
        "optimiser": steps.optimiser,
    }
    return STEPS.write(content, indent)


def written(x: Any) -> Any:
    """What was recorded as JSON has it: tuples with names as objects, bytes in base64."""
    if hasattr(x, "_asdict"):
        return {key: written(part) for key, part in x._asdict().items()}
    if isinstance(x, list | tuple):
        return [*map(written, x)]
    if isinstance(x, bytes):
        return b64encode(x).decode()
    return x if x is None or isinstance(x, str | bool) else written_number(x)


def from_json(text: str, kind: type[Steps]) -> Steps:
    """The Steps that `to_json` has written.

    Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is wrong.
    """
    content = STEPS.read(text)
    roots = read_graph(content["graph"])
    if len(roots) != 1:
        raise ValueError(f"the graph of the steps needs one root, got {len(roots)}")
    nodes = topological(*roots)
    for node in nodes:
        node.__class__ = Recorded
    try:
        edges = [len(node.parents) for node in nodes]
        steps = [_read(entry, k, edges) for k, entry in enumerate(content["steps"])]
        if leaves := tuple(step.node for step in steps if isinstance(step, Leaf)):  # version 0.1
            steps = [Given(leaves), *(step for step in steps if not isinstance(step, Leaf))]
        sources = [Source(**{**s, "lines": tuple(s["lines"])}) for s in content["sources"]]
        places = [each and Place(*each) for each in content["places"]]
        stale = [int(k) for k in content["stale"]]
    except (TypeError, KeyError) as error:
        raise ValueError(f"the steps cannot be read: {error}") from None
    if len(places) != len(nodes) or any(p and p.source >= len(sources) for p in places):
        raise ValueError(f"{len(places)} places do not fit {len(nodes)} nodes and their sources")
    return kind(steps, nodes, places, sources, stale, content["optimiser"])


def _read(entry: Any, k: int, edges: list[int]) -> Any:
    """A step of a graph whose nodes have so many edges each."""
    kind = KINDS.get(str(entry.get("kind"))) if isinstance(entry, dict) else None
    if kind is None:
        raise ValueError(f"step {k} needs one of the kinds {', '.join(KINDS)}, got {entry!r:.60}")
    fields = {key: x for key, x in entry.items() if key != "kind"}
    if {*fields} != {*kind._fields}:
        raise ValueError(f"step {k} ({entry['kind']}) needs {', '.join(kind._fields)}")
    for key, x in fields.items():
        if key in _WHOLE + _SEVERAL:
            node: Any = fields.get("node")
            known = isinstance(node, int) and 0 <= node < len(edges)
            most = edges[node] if key == "edge" and known else len(edges)
            for index in x if key in _SEVERAL else (x,):
                if not isinstance(index, int) or not 0 <= index < most:
                    raise ValueError(f"step {k}: {key} must be below {most}, got {x!r:.40}")
            if key == "nodes" and not x:
                raise ValueError(f"step {k}: nodes must have one at least")
            fields[key] = tuple(x) if key in _SEVERAL else x
        else:
            fields[key] = read_number(x)
    return kind(**fields)
