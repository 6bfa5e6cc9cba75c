"""The back end for speed: machine code by LLVM, several samples at once, on several threads."""

from __future__ import annotations

import ctypes
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from struct import Struct
from time import perf_counter
from typing import TYPE_CHECKING, Any

import llvmlite.binding as llvm
import numpy as np

from autograd_mini.numbers.instructions import MEANING

from . import cache as disk
from .llvm_source import Printer
from .vector_maths import CALLED, SYMBOL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .program import Program

ARRAYS = True
_P, _N = ctypes.c_void_p, ctypes.c_int64
_TYPES: dict[str, tuple[Any, ...]] = {
    "whole": (_P, _N, _N),
    "before": (_P, _P, _N),
    "each": (_P, _P, _N, _N, _N),
    "after": (_P, _P, _N),
}
_CALLED = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double), _N)
_SIZES = Struct("<qq")  # before the machine code: the doubles that are shared, and a thread's
_KEPT_FRAMES = 8


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
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "autograd-mini")


def _lanes(program: Program) -> int:
    return width() if program.start < program.stop else 1


def source(program: Program, threads: int = 1) -> str:
    """The LLVM text of a program."""
    return Printer(program, _lanes(program), threads).text()


class Frame:
    """The memory of one call, and arrays that are views on its inputs and outputs."""

    def __init__(self, kernel: Kernel, count: int) -> None:
        program, self.count = kernel.program, count
        stride = -(-max(count, 1) // 8) * 8
        shared = sum(not each for _, each in program.inputs)
        rows = len(program.inputs) - shared
        once = [x for _, x in program.outputs if not program.is_each(x)]
        first = kernel.numbers + kernel.threads * kernel.thread
        size = first + (len(program.inputs) - shared + len(program.outputs) - len(once)) * stride
        self.memory = np.empty(size + 8)
        start = -self.memory.ctypes.data // 8 % 8  # the first cache line
        block = self.memory[start : start + size]
        self.shared, self.once = block[:shared], block[shared : shared + len(once)]
        self.once[:] = [program.code.constants[~x] if x < 0 else 0.0 for x in once]
        table = block[first:].reshape(-1, stride)[:, :count]
        self.samples, self.each = [*table[:rows]], table[rows:]
        address = block.ctypes.data
        self.whole = _P(address), _N(count), _N(stride)
        starts = [address + 8 * (kernel.numbers + k * kernel.thread) for k in range(kernel.threads)]
        cuts = [8 * (k * (stride // 8) // kernel.threads) for k in range(kernel.threads)] + [count]
        self.parts = [
            (_P(address), _P(at), _N(cuts[k]), _N(cuts[k + 1]), _N(stride))
            for k, at in enumerate(starts)
        ]
        self.ends = _P(address), _P(starts[0]), _N(count)


class Kernel:
    """A program as machine code, and the memory that it works in.

    The code comes from the cache on the disk, or from LLVM.
    """

    def __init__(self, program: Program, threads: int = 1, level: int = 1) -> None:
        self.program, self.threads, self.lanes = program, threads, _lanes(program)
        self.told: list[str] = []
        self.frames: list[Frame] = []
        key = disk.key(program, *machine(), self.lanes, threads, level)
        start = perf_counter()
        code = disk.read(key)
        if code is None:
            code = self._compiled(level)
            disk.write(key, code)
        else:
            self._tell("read from the cache on the disk", start)
        start = perf_counter()
        self.numbers, self.thread = _SIZES.unpack(code[: _SIZES.size])
        self.engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(level))
        self.engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code[_SIZES.size :]))
        self.engine.finalize_object()
        self.whole, self.before, self.each, self.after = [
            ctypes.CFUNCTYPE(None, *types)(self.engine.get_function_address(name))
            for name, types in _TYPES.items()
        ]
        self._tell("loaded", start)

    def _tell(self, what: str, start: float) -> None:
        self.told.append(f"llvm: {what} in {(perf_counter() - start) * 1e3:.1f} ms")

    def _compiled(self, level: int) -> bytes:
        start = perf_counter()
        printer = Printer(self.program, self.lanes, self.threads)
        text = printer.text()
        self._tell(f"{len(printer.chunks)} functions printed, {len(text) / 1e6:.1f} MB", start)
        start = perf_counter()
        with llvm.parse_assembly(text) as module:
            code: bytes = _target(level).emit_object(module)
        self._tell(f"compiled, {len(code) / 1e3:.0f} kB", start)
        return _SIZES.pack(*printer.sizes()) + code

    def __call__(self, shared: Any, samples: Sequence[Any], count: int) -> tuple[Any, Any]:
        """What `compiler.program` says of `run`."""
        try:
            frame = self.frames.pop()
        except IndexError:
            frame = Frame(self, count)
        if frame.count != count:
            frame = Frame(self, count)
        frame.shared[:] = shared
        for row, numbers in zip(frame.samples, samples, strict=True):
            row[:] = numbers
        self.run(frame)
        once, each = frame.once.copy(), [*frame.each.copy()]
        if len(self.frames) < _KEPT_FRAMES:
            self.frames.append(frame)
        return once, each

    def run(self, frame: Frame) -> None:
        """Compute a frame's outputs from its inputs."""
        if self.threads == 1:
            self.whole(*frame.whole)
        else:
            self.before(*frame.ends)
            done = _pool(self.threads).map(lambda part: self.each(*part), frame.parts)
            deque(done, 0)
            self.after(*frame.ends)

    def explain(self) -> list[str]:
        """What the stages cost."""
        form = f"{self.lanes} samples at once" if self.lanes > 1 else "one number at a time"
        return [*self.told, f"llvm: {form}, on {self.threads} threads, for {machine()[1]}"]


def build(program: Program, threads: int = 1) -> Kernel:
    """The program as machine code."""
    return Kernel(program, threads)
