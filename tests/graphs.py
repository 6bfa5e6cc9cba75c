"""Random graphs for long runs without hypothesis, of the same construction as its strategies."""

from collections.abc import Collection
from random import Random

from autograd_mini import Value
from autograd_mini.checking.random_graphs import BOUNDS, Graph, assemble, operations, start
from autograd_mini.ops import Op

VECTORS = ("dot", "sum", "logsumexp", "mul", "tanh")  # graphs of these share vectors, as layers do


def random_graph(
    draw: Random,
    ops: Collection[str | Op] | None = None,
    *,
    steps: int = 8,
    inputs: int = 3,
    value: type = Value,
) -> Graph:
    """A graph of up to so many steps and inputs."""
    chosen = operations(ops, value)
    at = [start(draw.randrange(400)) for _ in range(draw.randint(1, inputs))]
    raws = [
        [draw.randrange(len(chosen)), *map(draw.randrange, BOUNDS)]
        for _ in range(draw.randint(1, steps))
    ]
    return assemble(chosen, at, raws, value=value)
