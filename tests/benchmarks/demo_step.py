"""micrograd's demo step, timed against micrograd itself: python tests/benchmarks/demo_step.py

One step is what micrograd's demo notebook does 100 times: 100 points, MLP(2, [16, 16, 1]), hinge
loss and L2 penalty, backward, gradient descent. Four runners take turns in one process, so that a
change of the machine's speed hits all of them; quoted are ratios of medians, with Python's garbage
collector as it is by default and switched off.

    micrograd           micrograd.nn on micrograd's Value
    same graph          micrograd.nn's classes on autograd_mini's Value: no fused dot product
    compat              autograd_mini.compat: micrograd's graph, node for node, on our nodes
    autograd_mini       autograd_mini.nn: one `dot` node for each neuron

Then a chain of tanh (micrograd cannot do 1,000), bytes per node, and the time of the import.
"""

from __future__ import annotations

import argparse
import functools
import gc
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from importlib.metadata import version

import micrograd.engine
import micrograd.nn

import autograd_mini
from autograd_mini import Value, compat
from autograd_mini.data import moons, signed
from autograd_mini.graph import topological
from autograd_mini.nn import MLP
from autograd_mini.rules.spare import forget

DATA = moons(100, noise=0.1, seed=1)
INPUTS, TARGETS = [list(x) for x in DATA.inputs], signed(DATA.targets)


class SameGraph(micrograd.nn.MLP):
    """micrograd's network with our Values in place of its own."""

    def __init__(self, nin, nouts):
        super().__init__(nin, nouts)
        for layer in self.layers:
            for neuron in layer.neurons:
                neuron.w = [Value(w.data) for w in neuron.w]
                neuron.b = Value(neuron.b.data)


def step(model, node):
    """One step of the demo; returns the loss."""
    inputs = [list(map(node, row)) for row in INPUTS]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(TARGETS, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
    model.zero_grad()
    total.backward()
    for p in model.parameters():
        p.data -= 0.01 * p.grad
    return total


RUNNERS = {
    "micrograd": (micrograd.nn.MLP, micrograd.engine.Value),
    "same graph": (SameGraph, Value),
    "compat": (compat.nn.MLP, compat.Value),
    "autograd_mini": (MLP, Value),
}


def model_of(name):
    """The runner's network, with the same weights as the others'."""
    random.seed(1337)
    make, node = RUNNERS[name]
    return make(2, [16, 16, 1]), node


def demo_step(rounds, repeats):
    """Medians of the seconds of a step, by collector and runner."""
    steps = {name: functools.partial(step, *model_of(name)) for name in RUNNERS}
    losses = {name: step().data for name, step in steps.items()}
    if max(losses.values()) - min(losses.values()) > 1e-12:
        sys.exit(f"the runners do not compute the same loss: {losses}")
    return medians(steps, rounds, repeats)


def medians(steps, rounds, repeats):
    """Of steps that take turns the medians of their seconds, by collector and name."""
    seconds = {}
    for collector in (True, False):
        times = {name: [] for name in steps}
        for _ in range(rounds):
            for name, taken in times.items():
                gc.collect()
                (gc.enable if collector else gc.disable)()
                for k in range(1 + repeats):  # as in training, one step after the other
                    start = time.perf_counter()
                    total = steps[name]()
                    if k:  # the first step of a turn starts without the garbage of one before
                        taken.append(time.perf_counter() - start)
                    del total
                    if not collector:
                        gc.collect()  # untimed: what micrograd leaves behind must not slow others
                gc.enable()
        seconds[collector] = {name: statistics.median(t) for name, t in times.items()}
    return seconds


def bytes_per_node(name):
    """Memory that a step's graph takes, with gradients, per node."""
    model, node = model_of(name)
    forget()
    gc.collect()
    tracemalloc.start()
    inputs = [list(map(node, row)) for row in INPUTS]
    total = sum(map(model, inputs))
    total.backward()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    if isinstance(total, Value):
        return used / len(topological(total))
    seen, stack = set(), [total]
    while stack:
        if (here := stack.pop()) not in seen:
            seen.add(here)
            stack.extend(here._prev)
    return used / len(seen)


def tanh_chain(depth):
    """Seconds for a chain of `depth` tanh, forward and backward."""
    start = time.perf_counter()
    y = Value(0.5)
    for _ in range(depth):
        y = y.tanh()
    y.backward()
    return time.perf_counter() - start


def import_times(runs):
    """Medians: seconds that the imports add to starting Python."""
    times = {name: [] for name in ("sys", "math, dataclasses, typing", "autograd_mini")}
    for _ in range(runs):
        for name, taken in times.items():
            command = [sys.executable, "-S", "-c", f"import {name}"]
            start = time.perf_counter()
            subprocess.run(command, check=True, env=ENVIRONMENT)
            taken.append(time.perf_counter() - start)
    middle = {name: statistics.median(t) for name, t in times.items()}
    nothing = middle.pop("sys")  # which is there already
    return {name: t - nothing for name, t in middle.items()}


PACKAGE_PATH = str(__import__("pathlib").Path(autograd_mini.__file__).parents[1])
ENVIRONMENT = {"PYTHONPATH": PACKAGE_PATH}  # without PYTHONDONTWRITEBYTECODE: pyc files are kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each runner")
    parser.add_argument("--repeats", type=int, default=4, help="steps in each turn")
    options = parser.parse_args()
    print(f"autograd_mini {autograd_mini.__version__}, micrograd {version('micrograd')},", end=" ")
    print(f"Python {sys.version.split()[0]}")
    seconds = demo_step(options.rounds, options.repeats)
    print("\ndemo step                collector on          collector off")
    for name in RUNNERS:
        cells = [
            f"{s[name] * 1e3:9.2f} ms {s['micrograd'] / s[name]:6.1f}x" for s in seconds.values()
        ]
        print(f"{name:20s} {'  '.join(cells)}")
    print("\nbytes per node (share of micrograd's)")
    theirs = bytes_per_node("micrograd")
    for name in RUNNERS:
        used = bytes_per_node(name)
        print(f"{name:20s} {used:9.0f}    {used / theirs:.2f}")
    print("\ntanh chain, forward and backward (micrograd: RecursionError at 1,000)")
    for depth in (1_000, 100_000, 1_000_000):
        taken = tanh_chain(depth)
        print(f"{depth:9,d} nodes  {taken:8.3f} s  {taken / depth * 1e9:6.0f} ns per node")
    imports = import_times(21)
    base = imports["math, dataclasses, typing"]
    print("\nimport time (ratio to math, dataclasses, typing)")
    for name, taken in imports.items():
        print(f"{name:28s} {taken * 1e3:6.1f} ms  {taken / base:.2f}")


if __name__ == "__main__":
    main()
