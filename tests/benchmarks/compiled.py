"""The demo step, compiled, and its peers: python -m tests.benchmarks.compiled [--rows python llvm]

micrograd's demo: 100 moons, MLP(2, [16, 16, 1]), hinge loss, L2 penalty, gradient descent, all of
it in each step. A row first takes three steps, and its weights must be micrograd's to 1e-9. Then
the rows take turns in one process; quoted is the median over the turns of the time of a step, and
how many of them fit into micrograd's, Python's collector as it is by default. Rows:

    a back end's name      compile_step, one call for each step
    ... in a row           the same, many steps in one call
    eager                  this engine, as it is
    the names of peers.py  what is installed of them
"""

from __future__ import annotations

import statistics
import time
from functools import partial

import autograd_mini
from autograd_mini import MLP, compile_step
from autograd_mini.compiler.backends import BACKENDS
from autograd_mini.optim import SGD
from tests.benchmarks import peers
from tests.benchmarks.options import options


def network(problem):
    """An MLP with the problem's weights."""
    model = MLP(problem.sizes[0], list(problem.sizes[1:]))
    for p, weight in zip(model.parameters(), problem.weights, strict=True):
        p.data = weight
    return model


def l2(params):
    """The demo's penalty."""
    return peers.DECAY * autograd_mini.sum([p * p for p in params])


def compiled(problem, backend, steps=1):
    """compile_step on a back end; `steps` in each call."""
    model = network(problem)
    optimiser = SGD(model.parameters(), lr=peers.RATE)
    step = compile_step(model, "hinge", optimiser, penalty=l2, backend=backend)
    xs, ys = [[*map(float, x)] for x in problem.xs], [*map(float, problem.ys)]
    if backend != "python":
        import numpy as np

        xs, ys = np.array(xs), np.array(ys)
    many = partial(step, xs, ys, steps=steps) if steps > 1 else partial(step, xs, ys)
    return many, lambda: [p.data for p in model.parameters()]


ROWS = dict(peers.DEMO) | {"eager": peers.eager}
for _name in BACKENDS:
    ROWS[_name] = partial(compiled, backend=_name)
    ROWS[f"{_name} in a row"] = partial(compiled, backend=_name, steps=3)


def started(names):
    """The rows that can run here, their weights after three steps compared with micrograd's."""
    problem, rows, expected = peers.demo(), {}, None
    for name in names:
        start = time.perf_counter()
        try:
            step, weights = ROWS[name](problem)
            for _ in range(1 if name.endswith("in a row") else 3):
                step()
        except (ImportError, OSError, TypeError) as error:
            print(f"{name}: left out ({error})")
            continue
        print(
            f"{name}: three steps, with all that they need, in {time.perf_counter() - start:.2f} s"
        )
        found = [float(x) for x in weights()]
        expected = expected or found
        off = max(abs(a - b) for a, b in zip(found, expected, strict=True))
        assert off < 1e-9, f"{name} has other weights, by {off}"
        rows[name] = step
    return rows


def measured(rows, turns, seconds):
    """Medians over the turns of the time of a step; a turn is at least so long, or one step."""
    taken = {name: [] for name in rows}
    for _ in range(turns):
        for name, step in rows.items():
            row, count, start = name.endswith("in a row"), 0, time.perf_counter()
            while not count or time.perf_counter() - start < seconds:
                step(steps=100) if row else step()
                count += 100 if row else 1
            taken[name].append((time.perf_counter() - start) / count)
    return {name: statistics.median(times) for name, times in taken.items()}


def main():
    asked = options(__doc__, rows=[*ROWS], turns=7, seconds=0.2)
    rows = started(dict.fromkeys(["micrograd", *asked.rows]))
    time.sleep(5 * any(name.startswith("auto") for name in rows))  # LLVM is ready then
    times = measured(rows, asked.turns, asked.seconds)
    for name, taken in sorted(times.items(), key=lambda pair: -pair[1]):
        print(f"{name:24s} {taken * 1e6:14,.1f} us {times['micrograd'] / taken:12,.0f} x")


if __name__ == "__main__":
    main()
