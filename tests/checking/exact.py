"""The gradient of a random graph by differences of its values at 50 digits: an independent truth.

It uses the value formulas of the sheet and none of its partials, and no engine's backward pass.
A few milliseconds a graph, so that long runs are possible; `check_grad` takes ten times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath as mp

from autograd_mini import Value
from autograd_mini.graph import topological
from autograd_mini.museum import HEALTHY
from autograd_mini.numbers.multiprecision import MPMATH
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import each
from autograd_mini.rules.rule import rule

if TYPE_CHECKING:
    from autograd_mini.checking.random_graphs import Graph

DIGITS = 50
STEP = mp.mpf(10) ** -16  # an error of 1e-32, and of 1e-34 by rounding


def value(graph: Graph, at: list[Any]) -> Any:
    """The graph at mpf numbers."""
    numbers = list(at)
    for name, operands in graph.steps:
        op = SHEET[name]
        args = each(lambda x: numbers[x] if isinstance(x, int) else mp.mpf(x), operands)
        numbers.append(rule(op, MPMATH).value(*args))
    return numbers[-1]


def gradient(graph: Graph) -> list[Any]:
    """The derivative of the graph by each input, at its point."""
    with mp.workdps(DIGITS):
        at = [mp.mpf(x) for x in graph.at]
        slopes = []
        for k in range(len(at)):
            up, down = (value(graph, [*at[:k], at[k] + h, *at[k + 1 :]]) for h in (STEP, -STEP))
            slopes.append((up - down) / (2 * STEP))
        return slopes


def wrong_input(graph: Graph) -> int | None:
    """The first input by which the engine's derivative is wrong; None if all hold.

    Rounding leaves an error of some ulp of each path from the root to the input, times what the
    numbers on the way have lost: 1e-9 of the sum of the sizes of the paths is above both. A path
    may vanish in rounding altogether, as log(1.0) for log(1 + 1e-17) does; hence the 1e-12.
    """
    inputs = [graph.value(x) for x in graph.at]
    root = graph(*inputs)
    root.backward()
    sizes = path_sizes(root)
    for k, (leaf, true) in enumerate(zip(inputs, gradient(graph), strict=True)):
        if not abs(leaf.grad - true) <= 1e-9 * sizes.get(id(leaf), 0.0) + 1e-12:
            return k
    return None


def path_sizes(root: Any) -> dict[int, float]:
    """For each node the sum over all paths from the root of the product of |partial|."""
    order = topological(root) if isinstance(root, Value) else HEALTHY.order(root)
    sizes = dict.fromkeys(map(id, order), 0.0)
    sizes[id(root)] = 1.0
    for node in reversed(order):
        for parent, partial in zip(node.parents, node.partials, strict=True):
            sizes[id(parent)] += sizes[id(node)] * abs(partial)
    return sizes
