"""The back end for speed: machine code by LLVM, several samples at once, on several threads."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import chain
from os import getpid
from struct import Struct
from time import perf_counter
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from autograd_mini.files import waited_for
from autograd_mini.numbers.instructions import MEANING

from . import backends
from . import cache as disk
from .llvm_source import BLOCKS, Printer
from .program import Program
from .vector_maths import CALLED, SYMBOL

ARRAYS = True
_P, _N = ctypes.c_void_p, ctypes.c_int64
_TYPES: dict[str, tuple[Any, ...]] = {
    "whole": (_P, _N, _N),
    "before": (_P, _P, _N),
    "each": (_P, _P, _N, _N, _N),
    "after": (_P, _P, _N),
    "repeat": (_P,),
}
_CALLED = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double), _N)
_SIZES = Struct("<qq")  # before the machine code: the doubles that are shared, and a thread's
_KEPT_FRAMES, _KEPT_BYTES = 8, 2**26
if _lock := getattr(llvm.ffi.lib, "_lock", None):  # each call of LLVM holds it
    waited_for(_lock)


@cache
def _ready() -> list[Any]:
    """Prepare LLVM; return what machine code calls back, which must stay alive."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    kept = [_CALLED(lambda x, n, meaning=MEANING[name]: meaning(*x[:n])) for name in CALLED]
    for name, called in zip(CALLED, kept, strict=True):
        llvm.add_symbol(SYMBOL.format(name).strip('"'), ctypes.cast(called, _P).value)
    return kept


@cache
def machine() -> tuple[str, str, str]:
    """LLVM's version, this processor's name and its features."""
    features = llvm.get_host_cpu_features().flatten()
    return str(llvm.llvm_version_info), llvm.get_host_cpu_name(), features


@cache
def width() -> int:
    """How many doubles a vector of this machine holds."""
    features = machine()[2].split(",")
    return 8 if "+avx512f" in features else 4 if "+avx" in features else 2


def _target(level: int) -> Any:
    _ready()
    _, name, features = machine()
    triple = llvm.Target.from_default_triple()
    return triple.create_target_machine(cpu=name, features=features, opt=level, jit=True)


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:  # who is forked has no threads yet
    return ThreadPoolExecutor(threads, "autograd-mini")


def source(program: Program, threads: int = 1) -> str:
    """The LLVM text of a program."""
    return Printer(program, width(), threads).text()


class Frame(backends.Bound):
    """The memory of a call; calling it computes `once` and `each` from `shared` and `rows`."""

    kernel: Kernel  # of one that is bound: its machine code must stay

    def __init__(self, kernel: Kernel, count: int) -> None:
        program, threads, self.count = kernel.program, kernel.threads, count
        stride = -(-max(count, 1) // 8) * 8
        shared = sum(not each for _, each in program.inputs)
        rows = len(program.inputs) - shared
        once = [x for _, x in program.outputs if not program.is_each(x)]
        first = kernel.numbers + threads * kernel.thread
        size = first + (rows + len(program.outputs) - len(once)) * stride
        self.memory = np.zeros(size + 8 * (1 + BLOCKS))  # the last block reads behind the rows
        self.small = self.memory.nbytes < _KEPT_BYTES
        start = -self.memory.ctypes.data // 8 % 8  # the first cache line
        block = self.memory[start : start + size]
        self.shared, self.once = block[:shared], block[shared : shared + len(once)]
        self.once[:] = [program.code.constants[~x] if x < 0 else 0.0 for x in once]
        table = block[first:].reshape(-1, stride)[:, :count]
        self.rows, self.each = [*table[:rows]], table[rows:]
        at, n, row = block.ctypes.data, _N(count), _N(stride)
        self.whole = partial(kernel.whole, _P(at), n, row)
        self.sources = array("q", bytes(16 * rows))
        self.columns: Sequence[Any] = ()  # where `repeat` reads, and what was copied last
        self.copied: Any = None
        self.call = array("q", [at, count, stride, self.sources.buffer_info()[0], 0, 0, 0])
        self.steps = partial(kernel.repeat, _P(self.call.buffer_info()[0]))
        self.state, self.numbers = 0, array("d")
        own = [_P(at + 8 * (kernel.numbers + k * kernel.thread)) for k in range(threads)]
        self.before = partial(kernel.before, _P(at), own[0], n)
        self.after = partial(kernel.after, _P(at), own[0], n)
        cuts = [*(_N(8 * (k * (stride // 8) // threads)) for k in range(threads)), n]
        self.parts = [
            partial(kernel.each, _P(at), own[k], cuts[k], cuts[k + 1], row) for k in range(threads)
        ]

    def __call__(self) -> None:
        """Compute."""
        if len(self.parts) == 1:
            self.whole()
        else:
            self.before()
            pool = _pool(len(self.parts), getpid())
            for part in [pool.submit(part) for part in self.parts]:
                part.result()
            self.after()

    def read(self, columns: Sequence[Any]) -> None:
        """As Bound's: columns are copied once, and read where they are when they come again."""
        if columns is self.columns:
            return
        again, self.copied = columns is self.copied, columns
        if not again:
            self.given(self.shared, columns)
            columns = self.rows
        if columns is not self.columns:
            self.columns = columns
            pairs = [(x.ctypes.data, x.strides[0]) for x in columns]
            self.sources[:] = array("q", chain.from_iterable(pairs))

    def repeat(self, state: int, given: Sequence[float]) -> list[float]:
        """As Bound's; without threads in one call of machine code, which writes over `given`."""
        if len(self.parts) > 1:
            self.given(self.shared, self.columns)
            return super().repeat(state, given)
        if state != self.state or len(given) != len(self.numbers):
            self.state, self.numbers = state, array("d", given)
            self.put = Struct(f"{len(given)}d").pack_into
            self.call[4:] = array("q", [self.numbers.buffer_info()[0], len(given) // 2, state])
        self.put(self.numbers, 0, *given)
        return self.numbers[: self.steps()].tolist()

    def given(self, shared: Any, samples: Sequence[Any]) -> Frame:
        """With these numbers as inputs."""
        self.shared[:] = shared
        if self.rows:
            for row, numbers in zip(self.rows, samples, strict=True):
                row[:] = numbers
        return self


class Kernel:
    """A program as machine code that is loaded, and memory for its calls."""

    def __init__(self, program: Program, threads: int, code: bytes, told: list[str]) -> None:
        self.program, self.threads, self.told = program, threads, told
        self.frames: list[Frame] = []
        self.numbers, self.thread = _SIZES.unpack(code[: _SIZES.size])
        self.engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(0))
        self.engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code[_SIZES.size :]))
        self.engine.finalize_object()
        self.whole, self.before, self.each, self.after, self.repeat = [
            ctypes.CFUNCTYPE(_N, *types)(self.engine.get_function_address(name))
            for name, types in _TYPES.items()
        ]

    def __call__(self, shared: Any, samples: Sequence[Any], count: int) -> tuple[Any, Any]:
        """What compiler/program.py says of `run`."""
        try:
            frame = self.frames.pop()
        except IndexError:
            frame = Frame(self, count)
        if frame.count != count:
            frame = Frame(self, count)
        frame.given(shared, samples)()
        result = frame.once.copy(), [*frame.each.copy()] if len(frame.each) else []
        if frame.small and len(self.frames) < _KEPT_FRAMES:
            self.frames.append(frame)
        return result

    def bound(self, shared: Any, samples: Sequence[Any], count: int) -> Frame:
        """What compiler/program.py says of `bound`."""
        frame = Frame(self, count)
        frame.kernel = self
        frame.shared[:] = shared
        frame.read(samples)
        return frame

    def explain(self) -> list[str]:
        """What the stages cost."""
        each = self.program.start < self.program.stop
        form = f"vectors of {width()} samples" if each else "one number at a time"
        return [*self.told, f"llvm: {form}, threads: {self.threads}, for {machine()[1]}"]


def kernels(program: Program, threads: int, levels: Sequence[int]) -> Iterator[Kernel]:
    """The program as machine code, of each level of LLVM's; the last alone if the disk has it.

    Level 0 is compiled ten times as fast as level 1, and half as fast when it runs. LLVM's passes
    are left out: they cost more than all the rest, and find little in what is shared and folded.
    """
    told: list[str] = []
    start = perf_counter()

    def tell(what: str) -> None:
        nonlocal start
        told.append(f"llvm: {what} in {(perf_counter() - start) * 1e3:.1f} ms")
        start = perf_counter()

    key = disk.key(program, *machine(), threads, levels[-1])
    code = disk.read(key)
    if code is not None:
        tell("found in the cache on the disk")
        yield Kernel(program, threads, code, told)
        return
    printer = Printer(program, width(), threads)
    text = printer.text()
    tell(f"{len(printer.chunks)} functions written, {len(text) / 1e6:.1f} MB of text,")
    for level in levels:
        with llvm.parse_assembly(text) as module:
            code = _SIZES.pack(*printer.sizes()) + _target(level).emit_object(module)
        if level == levels[-1]:
            disk.write(key, code)
        kernel = Kernel(program, threads, code, told)
        tell(f"compiled at level {level}, {len(code) / 1e3:.0f} kB,")
        yield kernel


def build(program: Program, threads: int = 1) -> Kernel:
    """The program as machine code."""
    return [*kernels(program, threads, (1,))][-1]
