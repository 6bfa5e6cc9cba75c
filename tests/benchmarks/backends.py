"""Every operation on every back end against the eager engine: python -m tests.benchmarks.backends

    python -m tests.benchmarks.backends --graphs 500 --backends python numpy c llvm jax

Each operation is in `--graphs` random graphs of up to three steps, which are taken at their own
point, in a batch with one more sample, and differentiated twice. The python back end must give the
eager engine's bits; the others may be off by 4 ulp an instruction, carried through the graph: by
what checking's own bar for another engine's formulas allows.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter

from autograd_mini import Value, ieee
from autograd_mini.checking.graphs import Graph
from autograd_mini.checking.nodes import uncertainty
from autograd_mini.checking.random_graphs import UNFIT, random_graph
from autograd_mini.compiler import compile
from autograd_mini.compiler.backends import BACKENDS, backend
from autograd_mini.ops import SHEET
from autograd_mini.transforms import hvp

EPS = 2.0**-52


def eager(graph, numbers, direction):
    """Value, gradient and the Hessian times a direction, with the bars of the first two."""
    leaves = [Value(x) for x in numbers]
    root = graph(*leaves)
    root.backward()
    bars = uncertainty(Graph(root), EPS, formulas=True)
    slopes = [leaf.grad for leaf in leaves]
    size = sum(abs(leaf.grad * leaf.data) for leaf in leaves) + abs(root.data)
    second = hvp(lambda x: graph(*x), [*numbers], [*direction])
    return root.data, slopes, second, 16 * EPS * size, [bars.get(id(leaf), 0.0) for leaf in leaves]


def differences(name, graph, direction):
    """What a back end gives otherwise than the eager engine, as lines."""
    value, slopes, second, bar, bars = eager(graph, graph.at, direction)
    fast = compile(lambda x: graph(*x), backend=name)
    got, got_slopes = fast.value_and_grad([*graph.at])
    got_second = fast.hvp([*graph.at], [*direction])
    batched = compile(lambda x: graph(*x), batch="x", backend=name, reduce=None)
    rows, row_slopes = batched.value_and_grad([[*graph.at], [*graph.at]])
    curved = 1e-9 * max(map(abs, second), default=0.0) + 1e-9 * max(map(abs, slopes), default=0.0)
    pairs = [("value", value, got, bar), ("sample", value, rows[1], bar)]
    pairs += [("slope", *x) for x in zip(slopes, got_slopes, bars, strict=True)]
    pairs += [("slope of sample", *x) for x in zip(slopes, row_slopes[1], bars, strict=True)]
    pairs += [("second", a, b, curved) for a, b in zip(second, got_second, strict=True)]
    for what, wanted, found, allowed in pairs:
        off = abs(wanted - found)
        if name == "python":
            allowed = 0.0
        if not off <= allowed and not (math.isnan(wanted) and math.isnan(found)):
            yield f"{what}: {found!r}, eager {wanted!r}, off {off:.2g}, allowed {allowed:.2g}"


def run(names, graphs, seed=0, ops=None):
    """The differences found, as lines; and how many graphs were tried."""
    lines, tried = [], Counter()
    for op in ops or [op for op in SHEET if op not in UNFIT]:
        draw = random.Random(f"{seed} {op}")
        for _ in range(graphs):
            graph = random_graph(draw, [op, "mul", "add"], steps=3)
            direction = [draw.uniform(-1, 1) for _ in graph.at]
            for name in names:
                tried[name] += 1
                with ieee():
                    found = [*differences(name, graph, direction)]
                lines += [f"{op} on {name}, {line}\n{graph!r}" for line in found]
    return lines, tried


def main():
    """Run and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graphs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backends", nargs="+", default=[n for n in BACKENDS if n != "auto"])
    parser.add_argument("--ops", nargs="+")
    options = parser.parse_args()
    names = []
    for name in options.backends:
        try:
            backend(name)
            names.append(name)
        except ImportError as error:
            print(error)
    start = time.perf_counter()
    lines, tried = run(names, options.graphs, options.seed, options.ops)
    print("\n\n".join(lines[:20]))
    print(f"{len(lines)} differences; tried {dict(tried)} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
