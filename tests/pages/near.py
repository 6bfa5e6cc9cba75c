"""Whether a number that the page has computed is as good as Python's."""

from __future__ import annotations

import math
from itertools import compress
from struct import iter_unpack
from typing import TYPE_CHECKING, Any

import mpmath as mp

from autograd_mini import Value, functions
from autograd_mini.pages.document import asset
from autograd_mini.pages.javascript import source
from autograd_mini.rules.evaluation import each
from tests.points import places
from tests.reference import error_in_ulp, scale_of, true_partial, true_value, ulp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.ops import Op
    from autograd_mini.stepping.sequence import Steps
    from autograd_mini.stepping.training.runs import Field

ULPS = 4


def is_near(op: Op, got: float, wanted: float, args: Any, place: tuple[int, Any] | None) -> bool:
    """Within 4 ulp of Python's number, or as near the truth as the sheet promises of Python's.

    Both are measured against what the sheet's line says errors must be measured against. `place`
    is the argument (and the element) that a partial is for; None for the value.
    """
    if got == wanted or (got != got and wanted != wanted):
        return True
    if not (math.isfinite(got) and math.isfinite(wanted)):
        return False
    key = "value" if place is None else op.params[place[0]]
    scale = scale_of(op, key, args, None if place is None else place[1])
    if abs(mp.mpf(got) - mp.mpf(wanted)) <= ULPS * ulp(max(abs(mp.mpf(wanted)), abs(scale))):
        return True
    truth = true_value(op, args) if place is None else true_partial(op, args, *place)
    return truth is not None and error_in_ulp(got, truth, scale) <= op.ulps.get(key, ULPS)


def scripts(ops: Iterable[Op], *more: str) -> str:
    """What a page knows of its recordings, without their panels; and these scripts after it."""
    known = [*map(asset, ("numbers.js", "recording.js", "runs.js")), source(ops)]
    return "\n".join(["const DATA = {runs: given.runs};", *known, *more])


def check_operations(recorded: Steps, answer: dict[str, Any]) -> None:
    """Each operation by itself: Python's, on the operands that the page has, to 4 ulp."""
    ids = {node: k for k, node in enumerate(recorded.nodes)}
    for k, node in enumerate(recorded.nodes):
        if node.op is None:
            continue

        def moved(x: Any) -> Any:
            return Value(answer["data"][ids[x]]) if isinstance(x, Value) else x

        args = each(moved, node.args)
        python = functions.function(node.op)(*args)
        numbers = each(float, args)
        assert is_near(node.op, answer["data"][k], python.data, numbers, None), node.op
        flat = [x for arg in args for x in (arg if isinstance(arg, tuple) else (arg,))]
        active = compress(places(numbers), [isinstance(x, Value) for x in flat])
        for place, got, wanted in zip(active, answer["partials"][k], python.partials, strict=True):
            assert is_near(node.op, float(got), wanted, numbers, place), (node.op, place)


def check_sums(recorded: Steps, answer: dict[str, Any]) -> None:
    """The backward pass bit for bit, from the page's own partials."""
    parents = [[recorded.nodes.index(p) for p in node.parents] for node in recorded.nodes]
    grads = [0.0] * len(parents)
    grads[-1] = 1.0
    expected = []
    for k in range(len(parents) - 1, -1, -1):
        expected.append(("visit", k, grads[k]))
        for edge, parent in enumerate(parents[k]):
            if grads[k] != 0.0:
                partial = answer["partials"][k][edge]
                before, grads[parent] = grads[parent], grads[parent] + grads[k] * partial
                expected.append(("accumulate", k, parent, edge, before, grads[parent]))
    fields = ("node", "parent", "edge", "before", "after")
    assert expected == [
        ("visit", step["node"], step["adjoint"])
        if step["kind"] == "visit"
        else ("accumulate", *(step[field] for field in fields))
        for step in answer["steps"]
        if step["kind"] in ("visit", "accumulate")
    ]
    assert answer["grad"] == grads


# --- the pictures of a training run --------------------------------------------------------------
def codes_of(field: Field, picture: bytes) -> list[int]:
    """The codes of a picture, as the page reads them."""
    return [code for (code,) in iter_unpack(">B" if field.top == 255 else ">H", picture)]


def number_of(field: Field, code: int) -> float:
    """What a code stands for."""
    part = code / field.top
    if field.kind == "two":
        side = 2 * part - 1
        part = (1 + math.copysign(side**2, side)) / 2
    return field.low + (field.high - field.low) * part
