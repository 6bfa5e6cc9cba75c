"""What is compiled, beside its peers: python -m tests.benchmarks.compiling helmholtz

The demo step has a file of its own, compiled.py.

    helmholtz   Helmholtz' energy and its gradient, n = 50, one call (--n 200 for 122,000 nodes)
    start       the time until the first, the hundredth and the ten-thousandth step
    wide        layers of 64 and 64, 1,000 samples, beside NumPy's matrices by hand
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

from autograd_mini import compile, log
from tests.benchmarks import peers
from tests.benchmarks.compiled import compiled

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


def helmholtz(options):
    """Value and gradient at one point, and beside the value alone."""
    n = options.n
    print(versions(), f"n = {n}")
    small = n <= 50
    runners = {name: partial(make, n) for name, make in peers.HELMHOLTZ.items()}
    if not small:
        del runners["casadi (C)"], runners["micrograd"]

    def ours(backend):
        fast = compile(lambda x: peers.helmholtz(x, log), backend=backend)
        point = np.array(peers.mixture(n))
        fast.value_and_grad(point)
        fast(point)
        return partial(fast.value_and_grad, point), partial(fast, point), fast

    runners |= {f"autograd_mini, {name}": partial(ours, name) for name in OURS}
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
        "numpy by hand": partial(peers.numpy_by_hand, problem),
        "autograd_mini, llvm": partial(compiled, problem, "llvm"),
        "autograd_mini, numpy": partial(compiled, problem, "numpy"),
    }.items():
        begun = time.perf_counter()
        step, _ = make()
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
    parser.add_argument("what", choices=["helmholtz", "start", "wide", "linear"])
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    globals()[options.what](options)


if __name__ == "__main__":
    main()
