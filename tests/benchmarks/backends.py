"""Every operation on every back end against the eager engine: python -m tests.benchmarks.backends

    python -m tests.benchmarks.backends --graphs 500 --backends python numpy c llvm jax

Each operation is in `--graphs` random graphs of up to three steps, which are taken at their own
point, in a batch with one more sample, and differentiated twice. The python back end must give the
eager engine's bits; the others may be off by 4 ulp an instruction, carried through the graph: by
what checking's own bar for another engine's formulas allows, and by what a partial changes when its
operand is 4 ulp off (in gamma(gamma(x)) that is the most). On JAX a product that is used twice may
be rounded once and not the other time (x * x - x * x). COARSE has the exceptions.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from itertools import product

from autograd_mini import Value, ieee, topological
from autograd_mini.checking.adapters import Graph
from autograd_mini.checking.nodes import uncertainty
from autograd_mini.checking.random_graphs import UNFIT
from autograd_mini.compiler import compile
from autograd_mini.compiler.backends import BACKENDS, backend
from autograd_mini.ops import SHEET
from autograd_mini.transforms import hvp
from tests.benchmarks.options import options
from tests.graphs import random_graph

EPS = 2.0**-52
COARSE = {("jax", "lgamma"): 16, ("jax", "polygamma"): 16}
"""How many times the bar, where a library's own function is less exact than 4 ulp.

XLA's lgamma is exact to ulps of 1, not of its value, near its zeros 1 and 2; its polygamma is off
by up to 3,600 ulp below 0 (measured against mpmath).
"""


def slopes_at(graph, numbers):
    """The root at a point, and its gradient."""
    leaves = [Value(x) for x in numbers]
    root = graph(*leaves)
    root.backward()
    return root, leaves


def spread(graph, numbers, slopes):
    """How far each slope moves when a number moves by 4 ulp: what curvature makes of rounding.

    Not where it jumps, at a kink.
    """
    most = [0.0] * len(numbers)
    for i, step in product(range(len(numbers)), (1 + 4 * EPS, 1 - 4 * EPS)):
        moved = [*numbers[:i], numbers[i] * step, *numbers[i + 1 :]]
        off = [abs(x.grad - y) for x, y in zip(slopes_at(graph, moved)[1], slopes, strict=True)]
        if max(off) < 1e-9 * max(map(abs, slopes)):
            most = [*map(max, most, off)]
    return most


def eager(graph, numbers, direction):
    """Value, gradient and the Hessian times a direction, with the bars of the first two."""
    root, leaves = slopes_at(graph, numbers)
    bars = uncertainty(Graph(root), EPS, formulas=True)
    slopes = [leaf.grad for leaf in leaves]
    size = sum(abs(node.grad * node.data) for node in topological(root))
    shares = {root: 1.0}  # that do not cancel
    for node in reversed(topological(root)):
        for parent, partial in zip(node.parents, node.partials, strict=True):
            shares[parent] = shares.get(parent, 0.0) + shares[node] * abs(partial)
    uncancelled = sum(share * abs(node.data) for node, share in shares.items())
    second = hvp(lambda x: graph(*x), [*numbers], [*direction])
    curved = spread(graph, [*numbers], slopes)
    bars = [bars.get(id(leaf), 0.0) + off for leaf, off in zip(leaves, curved, strict=True)]
    return root.data, slopes, second, (8 * EPS * size, EPS * uncancelled), bars


def differences(name, op, graphs, directions, truths):
    """What a back end gives otherwise than the eager engine: (which graph, line).

    All graphs are one program: the gradient of the sum of their roots holds that of each.
    """
    at, along = [[*graph.at] for graph in graphs], [[*x] for x in directions]

    def roots(x):
        return [graph(*row) for graph, row in zip(graphs, x, strict=True)]

    def total(x):
        return sum(roots(x))

    settings = {"batch": "x", "backend": name, "reduce": None}
    values = compile(roots, backend=name)(at), compile(roots, **settings)([at, at])[1]
    slopes = compile(total, backend=name).grad(at), compile(total, **settings).grad([at, at])[1]
    seconds = compile(total, backend=name).hvp(at, along)
    for k, (value, wanted, second, (bar, fused), bars) in enumerate(truths):
        if name == "jax":
            bar = max(bar, fused)
        own = COARSE.get((name, op), 1)
        curved = 1e-9 * max(map(abs, [value, *wanted, *second])) + 16 * max(bars)
        pairs = [("second", *x, curved) for x in zip(second, seconds[k], strict=True)]
        for what, root, slope in zip(("", " of a sample"), values, slopes, strict=True):
            pairs.append((f"value{what}", value, root[k], bar))
            pairs += [(f"slope{what}", *x) for x in zip(wanted, slope[k], bars, strict=True)]
        for what, wanted, found, allowed in pairs:
            off = abs(wanted - found)
            allowed = 0.0 if name == "python" else allowed * own
            if off > allowed or math.isnan(wanted) != math.isnan(found):
                told = f"{found!r}, eager {wanted!r}, off {off:.2g}, allowed {allowed:.2g}"
                yield k, f"{what}: {told}"


def run(names, graphs, seed=0, ops=None, together=25):
    """The differences found, as lines; and how many graphs were tried."""
    lines, tried = [], Counter()
    for op in ops or [op for op in SHEET if op not in UNFIT]:
        draw = random.Random(f"{seed} {op}")
        for start in range(0, graphs, together):
            size = range(min(together, graphs - start))
            drawn = [random_graph(draw, [op, "mul", "add"], steps=3) for _ in size]
            directions = [[draw.uniform(-1, 1) for _ in graph.at] for graph in drawn]
            with ieee():
                truths = [eager(g, g.at, v) for g, v in zip(drawn, directions, strict=True)]
                for name in names:
                    tried[name] += len(drawn)
                    for k, line in differences(name, op, drawn, directions, truths):
                        lines.append(f"{op} on {name}, {line}\n{drawn[k]!r}")
                        print(lines[-1], flush=True)
    return lines, tried


def main():
    """Run and tell."""
    ops, backends = [x for x in SHEET if x not in UNFIT], [n for n in BACKENDS if n != "auto"]
    asked = options(__doc__, graphs=20, seed=0, backends=backends, ops=ops)
    names = []
    for name in asked.backends:
        try:
            backend(name)
            names.append(name)
        except ImportError as error:
            print(error)
    start = time.perf_counter()
    lines, tried = run(names, asked.graphs, asked.seed, asked.ops)
    print(f"{len(lines)} differences; tried {dict(tried)} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
