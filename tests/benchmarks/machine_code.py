"""LLVM's back end by itself: python tests/benchmarks/machine_code.py [time] [leak] [random]

    time    compiling is linear: 1,000, 10,000 and 100,000 instructions, with and without samples
    leak    memory after 1,000 compilations, each of them called and dropped
    random  500 programs against the definition, instruction by instruction, to the last bit

What is quoted as time is the process's own (`process_time`), so that neighbours do not count.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from pathlib import Path

os.environ["AUTOGRAD_MINI_CACHE"] = ""
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from autograd_mini.compiler import llvm
from autograd_mini.compiler.program import Input, Output, Program
from tests.compiler.programs import emitter
from tests.compiler.test_llvm import same_as_the_definition


def network(size, samples):
    """A program of so many instructions: layers of 16 tanh neurons, each wired to 8 before it."""
    draw, (code, emit) = random.Random(size), emitter()
    values = [emit("input", float(k)) for k in range(16)]
    while len(code) < size:
        near = draw.sample(values[-16:], 8)
        total = near[0]
        for x in near[1:]:
            total = emit("+", emit("*", total, draw.uniform(-1, 1)), x)
        values.append(emit("tanh", total))
    inputs = tuple(Input("", samples) for _ in range(16))
    start, stop = (0, len(code)) if samples else (len(code), len(code))
    return Program(inputs, code, start, stop, (Output("", values[-1]),), {})


def times():
    """Seconds a thousand instructions, printing and compiling."""
    for samples in (True, False):
        print(f"\ncompiling, {'with' if samples else 'without'} samples")
        for size in (1_000, 10_000, 100_000):
            program, start = network(size, samples), time.process_time()
            llvm.build(program)
            taken = time.process_time() - start
            print(f"{size:9,d} instructions {taken:8.3f} s  {taken / size * 1e6:6.1f} us each")


def resident():
    """Megabytes in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def leak():
    """Memory while functions come and go."""
    print()
    for k in range(1001):
        run = llvm.build(network(200 + k % 7, True))
        run(np.empty(0), np.ones((16, 9)), 9)
        if k in (1, 10, 100, 500, 1000):
            print(f"{k:5d} compilations: {resident():7.1f} MB")


def programs():
    """Programs of exact instructions, each on some samples and threads."""
    for seed in range(500):
        same_as_the_definition(seed, 1 + seed % 3)
    print("\n500 random programs: equal to the last bit")


if __name__ == "__main__":
    for name in sys.argv[1:] or ("time", "leak", "random"):
        {"time": times, "leak": leak, "random": programs}[name]()
