"""What is compiled, beside its peers: python -m tests.benchmarks.compiling demo --rows python llvm

    demo        micrograd's demo step (100 moons, MLP(2, [16, 16, 1]), hinge loss, L2 penalty,
                gradient descent, all of it in each step) on every back end, one step in each call
                ("llvm") or many ("llvm in a row"), on this engine as it is ("eager"), and on what
                is installed of peers.py. The rows take turns; quoted are the median over the turns
                of the time of a step, and how many of them fit into micrograd's
    helmholtz   Helmholtz' energy and its gradient, n = 50, one call (--n 200 for 122,000 nodes);
                "bound": of an array that is read where it is, as the peers' buffers are
    start       the time until the first, the hundredth and the ten-thousandth step
    wide        layers of 64 and 64, 1,000 samples, beside libraries of matrices
    linear      the time to compile 1,000, 10,000 and 100,000 instructions

Loss, weights and gradients are compared before anything is timed. A peer that is not installed is
left out (pip install micrograd jax torch casadi ddx-ad; a C compiler).
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np

import autograd_mini
from autograd_mini import MLP, compile, compile_step, log
from autograd_mini.compiler.backends import BACKENDS
from autograd_mini.optim import SGD
from tests.benchmarks import peers

OURS = ("python", "numpy", "c", "llvm", "auto")


def median(f, seconds=1.0, least=5):
    """The median time of a call."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def installed(make, *args):
    """What `make` gives; None, told, where something is missing."""
    try:
        return make(*args)
    except (ImportError, FileNotFoundError) as error:
        print(f"  (left out: {error})")
        return None


def versions():
    """The versions of what runs here."""
    found = []
    for name in "micrograd numpy llvmlite jax torch casadi ddx-ad".split():
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"Python {sys.version.split()[0]}, {', '.join(found)}"


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


def demo(options):
    """The demo step, row by row: three steps first, whose weights must be micrograd's to 1e-9."""
    rows = started(dict.fromkeys(["micrograd", *options.rows]))
    time.sleep(5 * any(name.startswith("auto") for name in rows))  # LLVM is ready then
    times = measured(rows, options.turns, options.seconds / options.turns)
    for name, taken in sorted(times.items(), key=lambda pair: -pair[1]):
        print(f"{name:24s} {taken * 1e6:14,.1f} us {times['micrograd'] / taken:12,.0f} x")


def helmholtz(options):
    """Value and gradient at one point, and beside the value alone."""
    n = options.n
    print(versions(), f"n = {n}")
    small = n <= 50
    runners = {name: partial(make, n) for name, make in peers.HELMHOLTZ.items()}
    if not small:
        del runners["casadi (C)"], runners["micrograd"]

    def ours(backend):
        fast = compile(lambda x: peers.helmholtz(x, log), backend=backend.split(",")[0])
        point = np.array(peers.mixture(n))
        if backend.endswith("bound"):
            return fast.bound(point), None
        fast.value_and_grad(point)
        fast(point)
        return partial(fast.value_and_grad, point), partial(fast, point), fast

    runners |= {f"autograd_mini, {name}": partial(ours, name) for name in (*OURS, "llvm, bound")}
    truth = None
    for name, make in runners.items():
        start = time.perf_counter()
        made = installed(make)
        if made is None:
            continue
        run, value, *rest = made
        y, slopes = run()
        ready = time.perf_counter() - start
        found = [float(y), *map(float, slopes)]
        truth = truth or found
        off = max(abs(a - b) / (1 + abs(b)) for a, b in zip(found, truth, strict=True))
        taken = median(run, options.seconds)
        line = f"{name:<28} {1e6 * taken:>10.2f} us  off {off:.0e}"
        if value is not None:
            line += f"  gradient / value {taken / median(value, options.seconds):.2f}"
        for fast in rest:
            entries = [
                fast.prepared(what, fast.given((np.array(peers.mixture(n)),), {}))[0]
                for what in ("value_and_grad", "value")
            ]
            if all(entry.arrays for entry in entries):
                point, calls = np.array(peers.mixture(n)), []
                for entry in entries:  # bound once, as the peers' buffers are, where that is known
                    bound = getattr(entry.run, "bound", partial(partial, entry.run))
                    calls.append(bound(point, [], 1))
                both, alone = (median(call, options.seconds) for call in calls)
                line += f"  (its kernel {1e6 * both:.2f} us, gradient / value {both / alone:.2f})"
        print(f"{line}  ready in {ready:.2f} s", flush=True)


def start(options):
    """How long until so many steps are done, compilation included.

    For the first process, let AUTOGRAD_MINI_CACHE name a new folder.
    """
    problem = peers.demo()
    print(versions())
    runners = {"eager": partial(peers.eager, problem)}
    runners |= {name: partial(peers.DEMO[name], problem) for name in ("jax.jit", "torch.compile")}
    for name in ("auto", "llvm", "auto again"):  # the cache has its code then
        runners[f"autograd_mini, {name}"] = partial(compiled, problem, name.split()[0])
    print(f"{'steps':<28} {'1':>10} {'100':>10} {'10,000':>10}")
    for name, make in runners.items():
        begun, times = time.perf_counter(), []
        made = installed(make)
        if made is None:
            continue
        for k in range(1, 10_001):
            made[0]()
            if k in (1, 100, 10_000):
                times.append(time.perf_counter() - begun)
            if name == "eager" and k == 100:
                break
        print(f"{name:<28} " + " ".join(f"{t:>8.3f} s" for t in times), flush=True)


def wide(options):
    """Large layers: where matrices are at home."""
    problem = peers.demo(samples=1000, hidden=(64, 64))
    print(versions())
    base = None
    for name, make in {
        **{n: partial(peers.DEMO[n], problem) for n in ("numpy by hand", "jax.jit", "torch")},
        "autograd_mini, llvm": partial(compiled, problem, "llvm"),
        "autograd_mini, numpy": partial(compiled, problem, "numpy"),
        # libc hands memory back no longer once it was asked for this often
        "numpy by hand again": partial(peers.numpy_by_hand, problem),
    }.items():
        begun, made = time.perf_counter(), installed(make)
        if made is None:
            continue
        step = made[0]
        loss = [float(step()) for _ in range(3)][-1]
        ready = time.perf_counter() - begun
        taken = median(step, options.seconds)
        base = base or taken
        print(f"{name:<28} {1e3 * taken:>8.2f} ms  {taken / base:.2f} of NumPy by hand's time"
              f"  loss {loss!r}  ready in {ready:.1f} s", flush=True)  # fmt: skip


def linear(options):
    """Compile time against the number of instructions."""
    for backend in ("python", "numpy", "llvm"):
        for size in (1_000, 10_000, 100_000):

            def f(x, size=size):
                total = x[0]
                for k in range(size // 4):
                    total = total * x[k % 7] + math.sin(k)
                return total

            fast = compile(f, backend=backend)
            begun = time.perf_counter()
            fast.value_and_grad([0.9, -0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
            taken, count = time.perf_counter() - begun, len(fast.program.code)
            print(f"{backend:<8} {count:>8} instructions {taken:>8.3f} s"
                  f" {1e6 * taken / count:>8.1f} us each", flush=True)  # fmt: skip


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["demo", "helmholtz", "start", "wide", "linear"])
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--rows", nargs="+", default=[*ROWS], choices=ROWS)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of a measurement, at least")
    options = parser.parse_args()
    globals()[options.what](options)


if __name__ == "__main__":
    main()
