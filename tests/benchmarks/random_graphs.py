"""The long run: random graphs through our engine and the healthy one of the museum.

    python -m tests.benchmarks.random_graphs [--graphs 100000] [--every 10] [--seed 0]

Every gradient is compared with differences at 50 digits (tests/checking/exact.py), and every tenth
goes through `check_grad` as well, whose word must be "ok": anything else is a false alarm.
"""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

from autograd_mini import Value, museum
from tests.checking import exact
from tests.graphs import random_graph


def run(value: type, graphs: int, every: int, seed: int) -> int:
    """Check so many graphs with one engine; print each failure, return how many there were."""
    draw, start = Random(seed), time.perf_counter()
    failures = reports = nodes = shared = 0
    for number in range(graphs):
        if number % 5000 == 4999:
            print(f"... {number + 1} graphs, {failures} failures", flush=True)
        graph = random_graph(draw, value=value)
        nodes += len(graph.steps)
        uses = [i for step in graph.steps for x in step.operands
                for i in (x if isinstance(x, tuple) else (x,)) if isinstance(i, int)]  # fmt: skip
        shared += len(uses) > len(set(uses))
        if exact.wrong_input(graph) is not None:
            failures += 1
            print(f"graph {number} has a wrong gradient:\n{graph}", flush=True)
        if number % every == 0:
            reports += 1
            report = graph.check()
            if not report.ok:
                failures += 1
                print(f"graph {number} raises a false alarm:\n{report}\n{graph}", flush=True)
    seconds = time.perf_counter() - start
    print(
        f"{value.__name__}: {graphs} graphs, {nodes} nodes, {shared} graphs with shared nodes,"
        f" {reports} reports: {failures} failures; {seconds:.0f} s"
        f" ({1000 * seconds / graphs:.1f} ms a graph)",
        flush=True,
    )
    return failures


def main() -> int:
    """Run both engines; 1 if there was a failure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=10, help="check_grad on every so many graphs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    engines = (Value, museum.HEALTHY)
    failures = sum(run(e, options.graphs, options.every, options.seed) for e in engines)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
