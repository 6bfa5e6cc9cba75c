"""A second opinion on every gradient: differences of values, by replaying the recorded graph."""

import sys
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
    ids = {node: k for k, node in enumerate(nodes)}
    numbers: list[float] = [node.data for node in nodes]
    functions: list[Any] = [node.op and rule(node.op, FLOAT).value for node in nodes]
    # The operands: the index of a node, or a float.
    slots = [each(lambda x: ids[x] if x in ids else float(data_of(x)), node.args) for node in nodes]

    def moved(k: int, users: Sequence[int], x: float) -> float:
        """The root's value with x for the number of node k."""
        new: dict[Any, float] = {k: x}
        for j in users:
            args = each(lambda x: new.get(x, numbers[x]) if x.__class__ is int else x, slots[j])
            if (y := functions[j](*args)).__class__ is complex:
                raise ValueError(f"node {j} leaves the real numbers")
            new[j] = float(y)
        return new.get(len(nodes) - 1, numbers[-1])

    below = [1 << k for k in ids.values()]  # a bit for each node that depends on it, and its own
    for k in range(len(nodes) - 1, -1, -1):
        for parent in operands_of(nodes[k]):  # all, be an engine's edges too few
            if parent in ids:
                below[ids[parent]] |= below[k]
    costs = [1 + len(operands_of(node)) // 8 for node in nodes]  # a long sum is many operations
    noise = rounding_of_value(Graph(steps.root))
    found: dict[int, Estimate] = {}
    for k in sorted(ids.values(), key=lambda k: (1, -k) if nodes[k].parents else (0, k)):
        users = [j for j, bit in enumerate(f"{below[k]:b}"[::-1]) if bit == "1" and j != k]
        work -= _CALLS * sum(costs[j] for j in users)
        if work < 0:
            break
        if any(j in steps.stale or nodes[j].op is None for j in users):
            continue
        try:
            estimate = finite_difference(partial(moved, k, users), numbers[k], noise=noise)
        except (ValueError, ArithmeticError, TypeError):
            continue
        if abs(estimate.value) + estimate.error < sys.float_info.max:  # it tells something
            value, error = scale * estimate.value, abs(scale) * estimate.error
            found[k] = estimate._replace(value=value, error=error)
    return found
