"""A recording of very many nodes for the page: columns of numbers, compressed.

A node costs about 12 bytes of the file. Its data is there exactly; partials that are only products,
sums and quotients of data are not, nor is anything of the backward pass: the page computes them by
the same operations in the same order, and so gets the same numbers.
"""

import ast
import base64
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from autograd_mini.drawing.groups import hierarchy
from autograd_mini.formulas.grammar import functions_in, names_in
from autograd_mini.graph import collector_paused
from autograd_mini.notation.labels import printable
from autograd_mini.notation.shapes import at_kink, shape_of
from autograd_mini.stepping.events import phase
from autograd_mini.stepping.explanation import notations
from autograd_mini.stepping.record import reverse_sweep
from autograd_mini.stepping.sequence import Forward, Seed, Steps, Update
from autograd_mini.value import Value

from .document import as_json, for_page, written

MANY = 5_000  # nodes, from which on they are packed


def groups_of(steps: Steps) -> tuple[list[list[Any]], list[int]]:
    """The groups, each as its name and the index of the one around it; the group of each node.

    Group 0 is the whole graph; each comes before what is inside it, and that before all else.
    """
    paths = hierarchy(steps.nodes)
    prefixes = {path[:k] for path in {(), *paths.values()} for k in range(len(path) + 1)}
    table = {path: k for k, path in enumerate(sorted(prefixes))}
    names = [[printable(path[-1]), table[path[:-1]]] if path else ["", -1] for path in table]
    return names, [table[paths[node]] for node in steps.nodes]


@collector_paused()
def packed(steps: Steps) -> dict[str, Any] | None:
    """The columns of a recording; None if it has numbers that the page could not compute.

    Such are nodes made by hand, numbers that are no floats, data that are stale, and a backward
    pass that is not the engine's own.
    """
    nodes = steps.nodes
    plain = all(x.data.__class__ is float and (x.op or x.first is None) for x in nodes)
    if steps.stale or not plain or not swept(steps):
        return None
    shapes = [shape_of(node) if node.op else None for node in nodes]
    distinct = dict.fromkeys(shape for shape in shapes if shape)
    templates, ops = notations(distinct)
    kinds = {key: k for k, key in enumerate(ops)}
    kinds_of = [kinds[shape.key] if shape else -1 for shape in shapes]
    stored = {kinds[shape.key] for shape in distinct if not _arithmetic(shape.op)}
    unknown = [node for node, kind in zip(nodes, kinds_of, strict=True) if kind in stored]
    table, group = groups_of(steps)
    code = _Code(nodes)
    updates = [step for step in steps if isinstance(step, Update)]
    places = {place: k for k, place in enumerate(dict.fromkeys(filter(None, steps.places)))}
    named = {k: x for k, x in enumerate(steps.names) if (nodes[k].label or "").strip()}
    columns: dict[str, Iterable[Any]] = {
        "data": array("d", [node.data for node in nodes]),
        "partials": array("d", [x for node in unknown for x in node.partials]),
        "updated": array("d", [step.after for step in updates]),
        "kind": kinds_of,
        "slots": [code.slot(x, k) for k, node in enumerate(nodes) for x in node.args],
        "lengths": [len(vector) for vector in code.vectors],
        "elements": [x for vector in code.vectors for x in _deltas(vector)],
        "group": _deltas(group),
        "order": _deltas(step.node for step in steps if isinstance(step, Forward)),
        "given": _deltas(getattr(steps[0], "nodes", ())),
        "updates": _deltas(step.node for step in updates),
        "places": [places[place] if place else -1 for place in steps.places] if places else [],
    }
    told = {
        "maths": {"numerator": steps.numerator, "templates": templates, "ops": ops},
        "kinks": [k for k, node in enumerate(nodes) if at_kink(node)],
        "arity": [len(shape.lengths) for shape in distinct],
        "stored": sorted(stored),
        "constants": [written(x) for _, x in code.constants.values()],
        "labels": [[*named], [*named.values()]],
        "letter": next((x[0] for k, x in enumerate(steps.names) if k not in named), "v"),
        "groups": table,
        "table": [*places],
        "rate": written(updates[0].rate) if updates else None,
        "seed": next((step.value for step in steps if isinstance(step, Seed)), 0),
        "optimiser": steps.optimiser,
        "sources": for_page(steps.sources),
    }
    return {"n": len(nodes), **_compressed(columns, told)}


class _Code:
    """Operands as whole numbers, so that equal computations give equal ones.

    A node counts from the one that uses it: 2 d. Number c of the constants is 4 c + 1, vector c of
    those that there are 4 c + 3. In a vector a node counts from the first: 2 k, a constant is odd.
    """

    def __init__(self, nodes: Sequence[Value]) -> None:
        self.ids = {node: k for k, node in enumerate(nodes)}
        self.constants: dict[str, tuple[int, Any]] = {}
        self.vectors: dict[tuple[int, ...], int] = {}

    def slot(self, x: Any, k: int) -> int:
        if x.__class__ is tuple:
            vector = tuple([2 * k if (k := self.ids.get(e, -1)) >= 0 else self._odd(e) for e in x])
            return 4 * self.vectors.setdefault(vector, len(self.vectors)) + 3
        return 2 * (k - self.ids[x]) if x in self.ids else 2 * self._odd(x) - 1

    def _odd(self, x: Any) -> int:
        c, _ = self.constants.setdefault(f"{x!r} {x.__class__}", (len(self.constants), x))
        return 2 * c + 1


def _arithmetic(op: Any) -> bool:
    """Whether the partials follow from data by + - * / and a choice alone."""
    known = {*op.params, *(f"{param}_i" for param in op.params), "out"}
    trees = [op.trees[f"d{k}"] for k in range(len(op.params))]
    plain = all(functions_in(tree) <= {"where"} and names_in(tree) <= known for tree in trees)
    parts = (part for tree in trees for part in ast.walk(tree))
    return plain and not any(isinstance(x, ast.Pow | ast.Mod | ast.FloorDiv) for x in parts)


def swept(steps: Steps) -> bool:
    """Whether the backward pass is that of the engine, and in floats."""
    passed = [step for step in steps if phase(step) == "backward"]
    seed = next((step.value for step in passed if isinstance(step, Seed)), None)
    wanted = seed.__class__ is float and reverse_sweep(steps.nodes, 0.0, seed)
    return passed == wanted or repr(passed) == repr(wanted)  # a nan equals nothing


def _deltas(numbers: Iterable[int]) -> list[int]:
    return [x - before for before, x in pairwise((0, *numbers))]


def _compressed(columns: Mapping[str, Any], told: Any) -> dict[str, Any]:
    """One stream of raw deflate: of each column first all first bytes, then all second ones, ..."""
    parts, lengths = [as_json(told).encode()], {}
    lengths["told"] = len(parts[0])
    for name, numbers in columns.items():
        column = numbers if isinstance(numbers, array) else array("i", numbers)
        lengths[name] = len(column)
        raw = column.tobytes()
        parts += [raw[k :: column.itemsize] for k in range(column.itemsize)]
    stream = zlib.compress(b"".join(parts), 9, wbits=-15)
    return {"lengths": lengths, "packed": base64.b64encode(stream).decode()}
