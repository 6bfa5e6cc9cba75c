"""The long run: random graphs through our engine and others, right ones and broken ones.

    python -m tests.benchmarks.foreign_engines [--graphs 10000] [--engine NAME] [--seed 0]
    python -m tests.benchmarks.foreign_engines --faults [--graphs 100] [--engine NAME]

Ours and the museum's, of all operations, and ours of vectors that are shared: every gradient is
compared with differences at 50 digits (tests/checking/exact.py), and every tenth graph goes through
`check_grad`. Right engines in five manners (tests/checking/manners.py) and micrograd: a word other
than "ok" is a false alarm. With --faults the twenty and more that are planted in each manner: a
graph whose gradient is off must be "wrong", and its culprit the planted one, or "not told apart".
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from autograd_mini import Value, museum
from autograd_mini.checking import check_grad
from autograd_mini.checking.adapters import adapter_of
from tests.checking import exact
from tests.checking.manners import FAULTS, SOURCES, engine
from tests.graphs import VECTORS, random_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_mini.checking import Report
    from autograd_mini.checking.random_graphs import Graph
    from tests.checking.manners import Fault

OURS = {"autograd_mini": Value, "museum": museum.HEALTHY}
OPS = "add sub mul div neg square reciprocal relu tanh exp".split()


def graphs(count: int, seed: int, ops: list[str]) -> Iterator[Graph]:
    draw = Random(seed)
    return (random_graph(draw, ops, steps=10) for _ in range(count))


def check(graph: Graph, value: Any) -> Report:
    """A right report on a function that is not the graph itself, of which nothing is known."""

    def f(*inputs: Any) -> Any:
        return graph(*inputs)

    return check_grad(f, graph.at, value=value)


def right(name: str, count: int, seed: int = 0) -> int:
    """Print each false alarm of a right engine; return how many."""
    value, ops = engine(name) if name in SOURCES else micrograd(), OPS
    if name == "micrograd":
        ops = [op for op in OPS if op not in ("tanh", "exp")]
    start, alarms, words = time.perf_counter(), 0, Counter[str]()
    for number, graph in enumerate(graphs(count, seed, ops)):
        report = check(graph, value)
        words[report.verdict] += 1
        if not report.ok:
            alarms += 1
            print(f"{name}, graph {number}:\n{report}\n{graph}", flush=True)
    seconds = time.perf_counter() - start
    print(
        f"{name:13} {count} graphs, {alarms} false alarms {dict(words)}; {seconds:.0f} s"
        f" ({1000 * seconds / count:.1f} ms a graph)",
        flush=True,
    )
    return alarms


def exactly(name: str, count: int, seed: int = 0) -> int:
    """Print each wrong gradient, and each false alarm, of an engine of ours; return how many."""
    draw, start = Random(seed), time.perf_counter()
    failures = nodes = 0
    drawn = [partial(random_graph, draw, value=OURS[name])]
    if OURS[name] is Value:
        drawn.append(partial(random_graph, Random(seed), VECTORS, steps=12))
    for number, of_kind in product(range(count // len(drawn)), drawn):
        graph = of_kind()
        nodes += len(graph.steps)
        if exact.wrong_input(graph) is not None:
            failures += 1
            print(f"graph {number} has a wrong gradient:\n{graph}", flush=True)
        if number % 10 == 0 and not (report := graph.check()).ok:
            failures += 1
            print(f"graph {number} raises a false alarm:\n{report}\n{graph}", flush=True)
    seconds = time.perf_counter() - start
    print(
        f"{name:10} {count} graphs, {nodes} nodes, {failures} failures; {seconds:.0f} s", flush=True
    )
    return failures


def micrograd() -> Any:
    from micrograd.engine import Value

    return Value


def said(report: Report, planted: Fault) -> str:
    """Whether the culprit is the planted one: "named", "other", "untold", or "missed"."""
    culprit = report.culprit
    if culprit is None:
        return "missed"
    if culprit.message == "untold":
        return "untold"
    made_by = str(getattr(culprit.where, "born", culprit.op))
    return "named" if culprit.kind == planted.kind and made_by.startswith(planted.op) else "other"


def faulty(manner: str, fault: str, count: int, seed: int = 0, tell: bool = False) -> Counter[str]:
    """What the checker says of an engine with a fault: how many graphs, off, seen, named, ..."""
    value, planted, outcome = engine(manner, fault), FAULTS[manner][fault], Counter[str]()
    for number, graph in enumerate(graphs(count, seed, OPS)):
        outcome["graphs"] += 1
        report = check(graph, value)
        if not is_off(graph, value, report):
            outcome["alarm"] += not report.ok
            continue
        word = said(report, planted)
        outcome.update(["off", word, *["seen"] * (report.verdict == "wrong")])
        if tell and word != "named":
            print(f"{manner}, {fault}, graph {number}: {word}\n{report}\n{graph}\n", flush=True)
    return outcome


def is_off(graph: Graph, value: Any, report: Report | None = None) -> bool:
    """Whether the engine's gradient (or value) is another than that of our Values."""
    leaves, ours = [value(x) for x in graph.at], [Value(x) for x in graph.at]
    y, mine = graph(*leaves), graph(*ours)
    mine.backward()
    adapter = adapter_of(y)
    if abs(adapter.number(y) - mine.data) > 1e-9 * abs(mine.data):
        return True
    if report is None:
        with redirect_stdout(StringIO()):
            adapter.run(y)
        got = [adapter.number(leaf, "grad") for leaf in leaves]
    else:
        got = [row.got for row in report.comparisons]
    size = max(abs(leaf.grad) for leaf in ours) / 1000 or 1.0
    return any(
        abs(g - leaf.grad) > 1e-9 * max(abs(leaf.grad), size)
        for g, leaf in zip(got, ours, strict=True)
    )


def main() -> int:
    """Run what is asked for; 1 if anything was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int)
    parser.add_argument("--engine", choices=[*OURS, *SOURCES, "micrograd"])
    parser.add_argument("--fault")
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tell", action="store_true", help="print the graphs not named rightly")
    args = parser.parse_args()
    chosen = [args.engine] if args.engine else [*OURS, *SOURCES, "micrograd"]
    if not args.faults:
        ways = ((exactly if name in OURS else right, name) for name in chosen)
        return int(sum(way(name, args.graphs or 10_000, args.seed) for way, name in ways) > 0)
    total, start = Counter[str](), time.perf_counter()
    columns = "graphs off seen alarm named untold other".split()
    print(f"{'':34}" + "".join(f"{name:>8}" for name in columns))
    for manner in chosen:
        for fault in FAULTS.get(manner, ()):
            if args.fault in (None, fault):
                found = faulty(manner, fault, args.graphs or 100, args.seed, args.tell)
                total.update(found)
                line = "".join(f"{found[name]:8}" for name in columns)
                print(f"{manner:10}{fault:24}{line}", flush=True)
    share = total["named"] / max(total["off"], 1)
    print(f"{'all':34}" + "".join(f"{total[name]:8}" for name in columns))
    print(f"named rightly: {share:.2%}; {time.perf_counter() - start:.0f} s")
    wrong = total["other"] + total["alarm"] + total["off"] - total["seen"]
    return int(share < 0.98 or wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
