"""What other engines do at the cases that tell engines apart, and a step of each against micrograd.

    python -m tests.benchmarks.peer_cases [--microgpt microgpt.py] [--rounds 5]

Each case runs in a process of its own, as some end it. Engines: micrograd, minigrad and torch
where they are installed, and the class `Value` of a file microgpt.py (Karpathy's, 2026). The step
is that of demo_step.py, on each engine's numbers (peers.py); ratios of medians, the engines in
turn. torch computes the cases on 0-dimensional float64 tensors.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import json
import os
import pickle
import subprocess
import sys
import tracemalloc
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

from tests.benchmarks import peers
from tests.benchmarks.demo_step import medians

SECONDS = 120.0
DEPTHS = (1_000, 10_000, 100_000, 1_000_000)


# --- engines -------------------------------------------------------------------------------------
def module_value(module):
    return importlib.import_module(module).Value


@functools.cache
def microgpt():
    """The class in the file, without what the file does besides."""
    tree = ast.parse(Path(os.environ["MICROGPT"]).read_text(encoding="utf-8"))
    tree.body = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Value"]
    names = {"math": importlib.import_module("math"), "__name__": "microgpt"}
    exec(compile(tree, "microgpt.py", "exec"), names)
    sys.modules["microgpt"] = SimpleNamespace(**names)  # where pickle looks for it
    return names["Value"]


def torch_value():
    import torch

    return lambda x: torch.tensor(float(x), dtype=torch.float64, requires_grad=True)


ENGINES = {
    "autograd_mini": lambda: module_value("autograd_mini"),
    "micrograd": lambda: module_value("micrograd.engine"),
    "microgpt": microgpt,
    "minigrad": lambda: module_value("minigrad.engine"),
    "torch": torch_value,
}
TENSORS = ("torch",)


def grad(x):
    return float(x.grad)


# --- cases: each returns what the table says -----------------------------------------------------
def second(value, name):
    """The gradient of x * x * x at 3 by a second backward: 27 is right."""
    x = value(3.0)
    y = x * x * x
    keep = {"retain_graph": True} if name == "torch" else {}
    y.backward(**keep)
    x.grad = None if name == "torch" else 0.0
    y.backward(**keep)
    return grad(x)


def depth(value, name):
    """How many additions in a row one can go back through; the parent asks for each in turn."""
    x = value(1.0)
    y = x
    for _ in range(int(os.environ["DEPTH"])):
        y = y + 1.0
    y.backward()
    os._exit(0 if grad(x) == 1 else 1)


def changed(value, name):
    """The gradient of x * x * x where x goes from 3 to 5 before the backward pass: 27, or 75."""
    x = value(3.0)
    y = x * x * x
    if name == "torch":
        x.data.fill_(5.0)
    else:
        x.data = 5.0
    y.backward()
    return grad(x)


def parents(value, name):
    """How many parents x * x keeps."""
    x = value(3.0)
    y = x * x
    if name == "torch":
        return len(y.grad_fn.next_functions)
    names = ("parents", "_prev", "_children")
    found = [getattr(y, name) for name in names if hasattr(y, name)]
    return len(found[0]) if found else "not told"


def pickled(value, name):
    """The gradient of x * x at 3, after the graph was pickled and loaded."""
    x = value(3.0)
    x, y = pickle.loads(pickle.dumps((x, x * x)))
    y.backward()
    return grad(x)


def cycles(value, name):
    """What the collector finds of 100 graphs that were let go of."""
    gc.collect()
    gc.disable()
    for _ in range(100):
        (value(3.0) * value(2.0)).backward()
    return gc.collect()


def slope(f, at):
    """The gradient of f."""

    def case(value, name):
        x = value(at)
        f(x).backward()
        return round(grad(x), 3)

    return case


def number(f):
    """What f makes of an engine's class."""
    return lambda value, name: float(f(value).data)


CASES = {f.__name__: f for f in (second, changed, parents, pickled, cycles)} | {
    "kink": slope(lambda x: x.relu(), 0.0),
    "zero_power": slope(lambda x: x**0, 0.0),  # 0
    "power_of_two": slope(lambda x: 2**x, 3.0),  # 8 ln 2 = 5.545
    "whole": number(lambda value: 2 * value(3.0)),  # with an int
    "overflow": number(lambda value: value(1e200) * value(1e200)),
    "text": number(lambda value: value(1.0) + "3"),
}


def one(engine, case):
    """Run a case and print its answer as JSON."""
    try:
        answer = (CASES | {"depth": depth})[case](ENGINES[engine](), engine)
    except (Exception, RecursionError) as error:
        answer = type(error).__name__
    print(json.dumps(answer))


def asked(engine, case, **environment):
    """The answer of a process of its own; how the process ended where it gave none."""
    command = [sys.executable, "-m", __spec__.name, "--one", engine, case]
    given = {**os.environ, **environment}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=given, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"more than {SECONDS:g} s"
    if done.stdout:
        return json.loads(done.stdout)
    return "crash" if done.returncode < 0 else "" if done.returncode == 0 else done.stderr[-200:]


def deepest(engine):
    """The longest chain of DEPTHS that works, and how the next one ends."""
    best = "none"
    for n in DEPTHS:
        if end := asked(engine, "depth", DEPTH=str(n)):
            return f"{best}, then {end}"
        best = f"{n:,}"
    return best


# --- speed and memory ----------------------------------------------------------------------------
def bytes_per_node(value):
    """Of a chain of 20,000 multiplications by a node, forward only."""
    gc.collect()
    x = value(1.0)
    tracemalloc.start()
    made = [x]
    for _ in range(20_000):
        made.append(made[-1] * x)
    used = tracemalloc.get_traced_memory()[0] - sys.getsizeof(made)
    tracemalloc.stop()
    return used / 20_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--microgpt", help="a file microgpt.py")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return one(*options.one)
    if options.microgpt:
        os.environ["MICROGPT"] = str(Path(options.microgpt).resolve())
    there = []
    for name, make in ENGINES.items():
        try:
            make()
        except (ImportError, KeyError):
            continue
        there.append(name)
    told = [f"{n} {version(n)}" for n in there if n not in ("microgpt", "autograd_mini")]
    print(f"Python {sys.version.split()[0]}, {', '.join(told)}\n")
    print(f"{'':14s}" + "".join(f"{name:>26s}" for name in there))
    for case in CASES:
        print(f"{case:14s}" + "".join(f"{asked(name, case)!s:>26s}" for name in there), flush=True)
    print(f"{'depth':14s}" + "".join(f"{deepest(name):>26s}" for name in there), flush=True)
    scalar = [name for name in there if name not in TENSORS]
    timed = [name for name in scalar if name != "minigrad"]  # its step is a segmentation fault
    print("\nbytes per node (tracemalloc)")
    for name in scalar:
        print(f"{name:24s} {bytes_per_node(ENGINES[name]()):6.0f}")
    print("\ndemo step: times faster than micrograd, collector on / off")
    steps = {name: peers.scalars(peers.demo(), ENGINES[name]())[0] for name in timed}
    seconds = medians(steps, options.rounds, repeats=3)
    for name in seconds[True]:
        on, off = (s["micrograd"] / s[name] for s in (seconds[True], seconds[False]))
        print(f"{name:24s} {on:8.1f} {off:8.1f}   ({seconds[True][name] * 1e3:.1f} ms)")
    return None


if __name__ == "__main__":
    main()
