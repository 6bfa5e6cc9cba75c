"""Rough handling of compiled functions: python -m tests.benchmarks.rough --backends python llvm

For each back end, in a process of its own (which may crash): inputs drawn at random, many of them
bad, must give what the python back end gives, or a ValueError or TypeError; 1,000 compilations must
leave no memory behind; eight threads on one function must all get its result; and a process that
forks while functions are compiled must be of use on both sides (which JAX, by its own word, is not;
and it takes numbers below 2e-308 for 0: some 14 inputs in 1,000).
"""

from __future__ import annotations

import gc
import math
import os
import random
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from autograd_mini import MLP, Value, compile, dot, ieee, log, maximum, tanh, where
from autograd_mini.compiler.backends import BACKENDS, backend
from tests.benchmarks.options import options


# --- inputs --------------------------------------------------------------------------------------
def neuron(w, x):
    return tanh(w[0] * x[0] + w[1] * x[1] + w[2]) * where(x[0] > 0, w[0], 1.0)


def tree(p, x):
    return log(p["a"][0] * x[0] + p["b"]) * maximum(x[1], p["a"][1])


def vectors(w, x):
    return [dot([*w[:2]], [*x[:2]]), w[0] * 2.0, x[1]]


MODEL = MLP(2, [3, 1], activation="tanh", seed=1)
FUNCTIONS = {
    "neuron": (neuron, [0.5, -1.5, 0.25]),
    "tree": (tree, {"a": [0.5, 2.0], "b": 1.5}),
    "model": (lambda m, x: m([x[0], x[1]]), MODEL),
    "vectors": (vectors, [0.5, -1.5, 0.25]),
    "unused": (lambda w, x: 3.0, [1.0]),
}
STRANGE = [
    None,
    "x",
    1j,
    True,
    [],
    {},
    [None],
    b"1",
    10**400,
    object(),
    float,
    [[]],
    {1.0},
    Value(2),
]
NUMBERS = [0.0, -0.0, 1.0, -2.5, math.nan, math.inf, -math.inf, 1e308, 5e-324, 3, True]


def array(draw, rows):
    """An array of samples of any type and layout."""
    x = (
        np.array(rows, dtype=float).reshape(-1, 2)
        if len(rows) != 1
        else np.array(rows, dtype=float)
    )
    if draw.random() < 0.3:
        x = np.where(abs(x) < 1e30, x, 0.0).astype(
            draw.choice(["f4", "i8", "?", "f2", "u1", ">f8"])
        )
    how = draw.randrange(7)
    if how == 0:
        x = np.asfortranarray(x)
    elif how == 1:
        x = np.repeat(x, 2, axis=0)[::2]
    elif how == 2:
        x = x[::-1, ::-1]
    elif how == 3:
        x.flags.writeable = False
    elif how == 4:
        x = np.array([*x.tolist(), None], dtype=object)[:-1]
    elif how == 5:
        x = np.ma.array(x)
    return x


def spoilt(draw, tree):
    """The tree with one part that is of another kind."""
    if isinstance(tree, list) and tree and draw.random() < 0.7:
        k = draw.randrange(len(tree))
        changed = [spoilt(draw, tree[k])] if draw.random() < 0.8 else []
        return [*tree[:k], *changed, *tree[k + 1 :]]
    if isinstance(tree, dict) and draw.random() < 0.7:
        return tree | {draw.choice(["a", "b", "c"]): draw.choice(STRANGE)}
    return draw.choice([*STRANGE, *NUMBERS])


def drawn(draw):
    """A function's name, its settings, and arguments."""
    name = draw.choice([*FUNCTIONS])
    batch = draw.choice([(), "x", "x"])
    settings = {"wrt": draw.choice(["w", "x", (0, 1), ("x", "w")]) if name == "neuron" else 0}
    settings |= {"batch": batch, "reduce": draw.choice(["sum", "mean", None])}
    settings |= {"threads": draw.choice([1, 1, 3])}
    w = FUNCTIONS[name][1]
    count = draw.choice([0, 1, 2, 3, 7, 8, 9, 33, 1000])
    rows = [[draw.choice(NUMBERS) if draw.random() < 0.2 else draw.uniform(-2, 2) for _ in "ab"]
            for _ in range(count if batch else 1)]  # fmt: skip
    x = rows if batch else rows[0]
    if draw.random() < 0.5:
        x = array(draw, rows) if batch else array(draw, rows)[0]
    if draw.random() < 0.3:
        w = spoilt(draw, w)
    elif isinstance(w, list) and draw.random() < 0.3:
        w = array(draw, [w])[0]
    if draw.random() < 0.25 and not isinstance(x, np.ndarray):
        x = spoilt(draw, x)
    return name, settings, (w, x)


def plain(tree):
    """As the engine takes it: no number of NumPy, no node that asks for a derivative."""
    if isinstance(tree, list):
        return [*map(plain, tree)]
    if isinstance(tree, dict):
        return {key: plain(x) for key, x in tree.items()}
    if isinstance(tree, np.ndarray) and tree.dtype.kind in "fiub":
        return tree.astype(float)
    return tree.data if isinstance(tree, Value) else tree


def outcome(name, settings, what, args, back_end):
    """The numbers of the result, or the class of the error; on no back end, the engine's."""
    fast = compile(FUNCTIONS[name][0], backend=back_end or "python", **settings)
    args = args if back_end else [*map(plain, args)]
    try:
        with ieee():
            if back_end:
                return flat(getattr(fast, what)(*args))
            wanted = "value" if what == "__call__" else what  # no derivative inside of another,
            return flat(fast._eagerly(wanted, fast.given(args, {}), ()))  # whose 0 times inf is nan
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        said = isinstance(error, ValueError | TypeError) or last == __file__  # by the function
        return type(error).__name__ if said else f"{type(error).__name__}: {error} in {last}"


def flat(tree):
    """All numbers of a result."""
    if isinstance(tree, dict):
        tree = [*tree.values()]
    if isinstance(tree, Value):
        tree = tree.data
    if isinstance(tree, list | tuple) or getattr(tree, "shape", ()) != ():
        return [y for x in tree for y in flat(x)]
    return [math.nan if tree is None else float(tree)]


def alike(one, other):
    """Whether two outcomes are the same but for rounding."""
    if isinstance(one, str) or isinstance(other, str) or len(one) != len(other):
        return one == other
    scale = 1e-9 * max([abs(x) for x in one if math.isfinite(x)], default=0.0)
    return all(
        a == b or (a != a and b != b) or abs(a - b) <= max(scale, 1e-9 * abs(a))
        for a, b in zip(one, other, strict=True)
    )


def inputs(name, rounds, seed):
    draw = random.Random(f"{seed} inputs")
    wrong = 0
    for _ in range(rounds):
        f, settings, args = drawn(draw)
        what = draw.choice(["__call__", "value_and_grad"])
        tried = (name, "python" if name != "python" else None)
        found, wanted = (outcome(f, settings, what, args, x) for x in tried)
        odd = isinstance(found, str) and ":" in found
        different = isinstance(wanted, str) or isinstance(found, str) or "True" in repr(args)
        refused = name == "python" and different  # flags are no numbers to compile
        if odd or not (refused or alike(wanted, found)):
            wrong += 1
            print(f"{f} {settings} {what}{args!r:.300}\n  {wanted!r:.200}, got {found!r:.300}")
    return wrong, f"{rounds} inputs"


def many(name, rounds, seed):
    fast = compile(neuron, batch="x", reduce="mean", backend=name)
    x, w = np.random.default_rng(seed).normal(size=(10**6, 2)), [0.5, -1.5, 0.25]
    whole, half, rest = (
        fast(w, x[part]) for part in (slice(None), slice(500_000), slice(500_000, None))
    )
    return abs(whole - (half + rest) / 2) > 1e-12, "1,000,000 samples"


# --- memory --------------------------------------------------------------------------------------
def resident():
    """Bytes of this process in memory."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def memory(name, rounds, seed):
    sizes = []
    for k in range(rounds):
        fast = compile(lambda w, x, k=k: neuron(w, x) * (k + 0.5), backend=name)
        fast.value_and_grad([0.5, -1.5, 0.25], [1.0, 2.0])
        if k % (rounds // 10) == rounds // 10 - 1:
            sizes.append(resident() / 2**20)
    grown = sizes[-1] - sizes[len(sizes) // 2]
    return grown > 8, f"{rounds} compilations, MiB {' '.join(f'{x:.0f}' for x in sizes)}"


# --- threads and processes -----------------------------------------------------------------------
def threads(name, rounds, seed):
    rows = np.random.default_rng(seed).normal(size=(500, 2))
    wanted = compile(neuron, batch="x", reduce="mean", backend="python").grad(
        [0.5, -1.5, 1.0], rows
    )
    wrong = 0
    with ThreadPoolExecutor(8) as pool:
        for _ in range(max(1, rounds // 100)):
            fast = compile(neuron, batch="x", reduce="mean", backend=name)
            jobs = [pool.submit(fast.grad, [0.5, -1.5, 1.0], rows) for _ in range(40)]
            wrong += sum(not alike(wanted, job.result()) for job in jobs)
    return wrong, "8 threads"


def forks(name, rounds, seed):
    wrong, draw = 0, random.Random(f"{seed} forks")
    for k in range(max(1, rounds // 50)):

        def work(k=k):
            fast = compile(lambda w, x: neuron(w, x) * k, backend=name)
            for _ in range(3):
                fast.grad([0.5, -1.5, 0.25], [1.0, 2.0])

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(draw.uniform(0.0, 0.05))
        child = os.fork()
        if not child:
            fast = compile(lambda w, x, k=k: neuron(w, x) * (k + 0.5), backend=name)
            for _ in range(3):
                fast.grad([0.5, -1.5, 0.25], [1.0, 2.0])
            for other in threading.enumerate():  # such as the one that compiles
                if other is not threading.current_thread():
                    other.join()
            os._exit(0)
        thread.join()
        end = time.monotonic() + 30
        while time.monotonic() < end and not (ended := os.waitpid(child, os.WNOHANG)[0]):
            time.sleep(0.01)
        if not ended:
            os.kill(child, 9)
            os.waitpid(child, 0)
            wrong += 1
    return wrong, f"{max(1, rounds // 50)} forks"


PARTS = {"inputs": inputs, "many": many, "memory": memory, "threads": threads, "forks": forks}


def main():
    """Run each part in a process of its own, and tell."""
    lists = {"backends": [*BACKENDS], "parts": [*PARTS]}
    asked = options(__doc__, rounds=1000, seed=0, **lists, here=False)
    for name in asked.backends:
        for part in asked.parts:
            if asked.here:
                wrong, told = PARTS[part](name, asked.rounds, asked.seed)
                print(f"{name}, {told}: {int(wrong)} wrong", flush=True)
                continue
            try:
                backend(name)
            except ImportError as error:
                print(error)
                break
            numbers = ["--rounds", str(asked.rounds), "--seed", str(asked.seed), "--here"]
            command = [sys.executable, "-m", "tests.benchmarks.rough", *numbers]
            command += ["--backends", name, "--parts", part]
            if ended := subprocess.run(command, check=False).returncode:
                print(f"{name}, {part}: the process ended with {ended}", flush=True)


if __name__ == "__main__":
    main()
