"""How long pictures take, from the graph to the SVG, beside micrograd's draw_dot where it can draw.

    python -m tests.benchmarks.drawing

The best of a few runs, in seconds: by the clock, and of the processor, which a busy machine does
not lengthen. A picture of more than 1,000 nodes is laid out in a process of its own, whose start is
in the time. micrograd's picture (its notebook trace_graph.ipynb, MIT licence) is laid out by the
system's `dot`, for 20 seconds at most.
"""

from __future__ import annotations

import math
import random
import resource
import shutil
import subprocess
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from graphviz import Digraph

from autograd_mini import MLP, Value, draw, functions, losses
from autograd_mini.graph import topological

if TYPE_CHECKING:
    from collections.abc import Callable


def expression(nodes: int, seed: int = 0) -> Value:
    """A random expression with that many nodes."""
    rng = random.Random(seed)
    values = [Value(rng.uniform(-1, 1), label=f"x{k}") for k in range(5)]
    unused = list(values)
    while len(values) + len(unused) - 1 < nodes:
        a = unused.pop(rng.randrange(len(unused)))
        b = rng.choice(values[-8:])
        y = rng.choice([lambda a, b: a * b, lambda a, b: a + b, lambda a, _: a.tanh()])(a, b)
        values.append(y)
        unused.append(y)
    root = unused[0]
    for y in unused[1:]:
        root = root + y
    root.backward()
    return root


def chain(nodes: int) -> Value:
    """A chain that uses its leaf at every step: the worst case of long edges."""
    x = y = Value(0.5, label="x")
    for _ in range(nodes // 2):
        y = (y * x).tanh()
    y.backward()
    return y


def network(samples: int, width: int, depth: int) -> Value:
    """The loss of a network over many samples."""
    model = MLP(2, [width] * depth + [1], activation="tanh", seed=0)
    rng = random.Random(0)
    xs = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(samples)]
    loss = functions.mean([losses.mse(model(x), 1.0) for x in xs])
    loss.label = "L"
    loss.backward()
    return loss


def draw_dot(root: Value, rankdir: str = "LR") -> Digraph:
    """micrograd's picture of our graph."""
    nodes, edges = set(), set()

    def build(v: Value) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in {*v.parents}:
                edges.add((child, v))
                build(child)

    build(root)
    dot = Digraph(format="svg", graph_attr={"rankdir": rankdir})
    for n in nodes:
        name = str(id(n))
        dot.node(name, label=f"{{ data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
        if n.op:
            dot.node(name + n.op.name, label=n.op.name)
            dot.edge(name + n.op.name, name)
    for a, b in edges:
        dot.edge(str(id(a)), str(id(b)) + b.op.name)
    return dot


def processor() -> float:
    """Seconds that this process and its children have computed."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def timed(make: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """The best of the runs, by the clock and of the processor, and what was made."""
    clock = computed = math.inf
    made = None
    for _ in range(runs):
        begin, start = perf_counter(), processor()
        made = make()
        clock = min(clock, perf_counter() - begin)
        computed = min(computed, processor() - start)
    return clock, computed, made


def beside(root: Value, seconds: float) -> str:
    """How long micrograd's picture takes."""
    program = shutil.which("dot")
    if program is None:
        return "no dot"

    def make() -> None:
        source, command = draw_dot(root).source.encode(), [program, "-Tsvg"]
        subprocess.run(command, input=source, capture_output=True, timeout=20, check=True)

    try:
        _, other, _ = timed(make, 1)
    except RecursionError:
        return "RecursionError"
    except subprocess.TimeoutExpired:
        return "not ready after 20 s"
    return f"{other:.2f} s, {other / seconds:.1f} times ours"


CASES: list[tuple[str, Callable[[], Value], dict[str, Any], int]] = [
    ("expression", lambda: expression(10), {}, 5),
    ("expression", lambda: expression(100), {}, 5),
    ("expression, chain rule", lambda: expression(100), {"detail": "chain rule"}, 5),
    ("expression, not folded", lambda: expression(990), {"collapse": False}, 3),
    ("expression, not folded", lambda: expression(1200), {"collapse": False}, 2),
    ("chain, not folded", lambda: chain(990), {"collapse": False}, 2),
    ("network 2-16-16-1, framed", lambda: network(1, 16, 2),
     {"group": "neuron", "collapse": False}, 2),
    ("network, 1 sample, folded", lambda: network(1, 16, 20), {}, 3),
    ("network, 300 samples, folded", lambda: network(300, 16, 20), {}, 3),
    ("chain, folded", lambda: chain(200_000), {}, 2),
]  # fmt: skip


def main() -> None:
    """Print the table."""
    print(f"{'graph':32}{'nodes':>8}{'drawn':>7}{'clock':>8}{'cpu':>8}{'kB':>7}  micrograd")
    draw(Value(1.0)).pipe()  # imports
    for name, make, options, runs in CASES:
        root = make()
        nodes = len(topological(root))
        clock, computed, svg = timed(lambda: draw(root, **options).pipe(), runs)  # noqa: B023
        drawn = svg.count(b'class="node')
        numbers = f"{nodes:>8}{drawn:>7}{clock:>8.3f}{computed:>8.3f}{len(svg) / 1000:>7.0f}"
        print(f"{name:32}{numbers}  {beside(root, computed)}", flush=True)


if __name__ == "__main__":
    main()
