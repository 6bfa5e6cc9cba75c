"""Graphs of up to 5,000,000 nodes: is the time of a node the same, and what memory does it take?

    python -m tests.benchmarks.large [--nodes 5000000]

A chain of additions and products that share two leaves, so it is as deep as it is large. Times
are given as multiples of the time a node takes at the smallest size, memory as bytes of a node, and
beside it that of micrograd's Value in the same chain (a tenth of it: its memory would not do).
"""

import math
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from time import perf_counter
from typing import Any

from micrograd.engine import Value as Peer

from autograd_mini import Value
from autograd_mini.graph import topological
from tests.benchmarks.options import options

UNIT = 1 if sys.platform == "darwin" else 1024  # of the memory that the system tells


def chain(count: int, value: Any = Value) -> Any:
    """w, and y = y * w + x, so often that there are `count` nodes besides w and x."""
    w, x = value(0.5), value(1.0)
    y = x
    for _ in range(count // 2):
        y = y * w + x
    return w, y


def taken() -> int:
    """The most bytes of memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def measured(count: int) -> list[float]:
    """Seconds a node: forward, topological order, backward; and bytes a node."""
    before = taken()
    start = perf_counter()
    w, y = chain(count)
    built = perf_counter()
    memory = taken() - before
    assert len(topological(y)) == count + 2
    ordered = perf_counter()
    y.backward()
    done = perf_counter()
    # y -> x / (1 - w) = 2 and dy/dw -> x / (1 - w)**2 = 4, whatever the number of nodes
    assert math.isclose(y.data, 2)
    assert math.isclose(w.grad, 4)
    times = (built - start, ordered - built, done - ordered)
    return [*(seconds / count for seconds in times), memory / count]


def of_peer(count: int) -> float:
    """Bytes a node of micrograd's Value; in a process of its own, as what is taken never falls."""
    before = taken()
    kept = chain(count, Peer)
    return (taken() - before) / count if kept else 0


def main() -> None:
    largest = options(__doc__, nodes=5_000_000).nodes
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        peer = pool.submit(of_peer, largest // 10).result()
    print(f"{'nodes':>10} {'forward':>8} {'order':>6} {'backward':>9} {'bytes a node':>13}")
    first: list[float] = []
    for count in (largest // 100, largest // 10, largest):
        *times, size = measured(count)
        first = first or times
        ratios = [a / b for a, b in zip(times, first, strict=True)]
        print(f"{count:>10,} {ratios[0]:>8.2f} {ratios[1]:>6.2f} {ratios[2]:>9.2f} {size:>13.0f}")
    print(
        f"micrograd {version('micrograd')}: {peer:.0f} bytes a node, {peer / size:.1f} times ours"
    )


if __name__ == "__main__":
    main()
