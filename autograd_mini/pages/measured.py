"""A second opinion on every gradient: differences of values, by replaying the recorded graph."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from autograd_mini.checking.adapters import Graph
from autograd_mini.checking.differences import Estimate, finite_difference
from autograd_mini.checking.nodes import rounding_of_value
from autograd_mini.notation.shapes import operands_of
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.rules.evaluation import each
from autograd_mini.rules.rule import rule
from autograd_mini.stepping.sequence import Seed, Steps
from autograd_mini.value import Value

WORK = 400_000  # operations that are replayed for one page: about a second
LARGEST = 5_000  # nodes; beyond, none is measured
_CALLS = 75  # evaluations that one ladder of steps takes, about


def differences(steps: Steps, work: int = WORK) -> dict[int, Estimate]:
    """d(root)/d(node) for the nodes of a recording, by finite differences, with error bars.

    A node's number is moved, and what depends on it computed anew, in the recorded order. Leaves
    come first, then the others from the root down, until `work` operations are done; what cannot
    be replayed (numbers that are no floats, nodes made by hand or stale) is left out, as is a node
    where the differences do not settle.
    """
    nodes = steps.nodes
    scale = next((step.value for step in steps if isinstance(step, Seed)), 0)
    exact = any(node.data.__class__ is not float for node in nodes)
    if scale == 0 or exact or len(nodes) > LARGEST:
        return {}
    replay = _Replay(nodes)
    noise = rounding_of_value(Graph(steps.root))
    leaves = [k for k, node in enumerate(nodes) if node.first is None]
    others = [k for k in range(len(nodes) - 1, -1, -1) if nodes[k].first is not None]
    found: dict[int, Estimate] = {}
    for k in [*leaves, *others]:
        users = replay.below(k)
        work -= _CALLS * len(users)
        if work < 0:
            break
        if any(j in steps.stale or nodes[j].op is None for j in users):
            continue
        try:
            moved = partial(replay, k, users=users)
            estimate = finite_difference(moved, nodes[k].data, noise=noise)
        except (ValueError, ArithmeticError, TypeError):
            continue
        if math.isfinite(estimate.error) and math.isfinite(estimate.value):
            value, error = scale * estimate.value, abs(scale) * estimate.error
            found[k] = estimate._replace(value=value, error=error)
    return found


class _Replay:
    """The recorded operations as functions, and what depends on each node."""

    def __init__(self, nodes: Sequence[Value]) -> None:
        ids = {node: k for k, node in enumerate(nodes)}

        def slot(x: Any) -> Any:  # the index of a node, or a float
            return ids[x] if x in ids else float(data_of(x))

        self.data = [node.data for node in nodes]
        self.masks = [1 << k for k in range(len(nodes))]
        self.functions: list[Any] = [node.op and rule(node.op, FLOAT).value for node in nodes]
        self.args = [each(slot, node.args) if node.op else [] for node in nodes]
        for k in range(len(nodes) - 1, -1, -1):
            for parent in operands_of(nodes[k]):  # all, be an engine's edges too few
                if parent in ids:
                    self.masks[ids[parent]] |= self.masks[k]

    def below(self, k: int) -> list[int]:
        """The nodes that depend on node k, in order."""
        bits = f"{self.masks[k] >> (k + 1):b}"[::-1]
        return [k + 1 + j for j, bit in enumerate(bits) if bit == "1"]

    def __call__(self, k: int, x: float, users: Sequence[int]) -> float:
        """The root's value with x for the number of node k."""
        moved: dict[int, Any] = {k: x}
        data = self.data

        def number(slot: Any) -> Any:
            return moved.get(slot, data[slot]) if slot.__class__ is int else slot

        for j in users:
            y = self.functions[j](*each(number, self.args[j]))
            if y.__class__ is complex:
                raise ValueError(f"node {j} leaves the real numbers")
            moved[j] = float(y)
        return float(moved.get(len(data) - 1, data[-1]))
