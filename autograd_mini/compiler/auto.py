"""The back end that serves at once and becomes faster: machine code is made behind it.

At first NumPy computes, or plain Python where NumPy is not installed. From the second call on a
thread brings LLVM's code in its place: from the cache on the disk, or compiled, first in haste and
then well. (It is no daemon: a process that ends waits until LLVM is done.)
"""

from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock, Thread
from time import perf_counter
from typing import Any

from autograd_mini.files import waited_for
from autograd_mini.numbers.symbols import lock

from . import backends
from .program import Program, Run

ARRAYS = find_spec("numpy") is not None
_beginning = waited_for(Lock())


class Auto:
    """A program that is run by the best that is ready: `run`."""

    def __init__(self, program: Program, threads: int = 1) -> None:
        self.program, self.threads = program, threads
        start, self.first = perf_counter(), "numpy" if ARRAYS else "python"
        self.run: Run = backends.backend(self.first).build(program, threads)
        self.told = [f"{self.first}: made in {(perf_counter() - start) * 1e3:.1f} ms"]
        self.called = self.done = False
        self.thread: Thread | None = None

    def improve(self) -> Thread:
        """Let LLVM begin, unless it has; anew where its thread was left behind by a fork."""
        with _beginning:
            if self.thread is None or not (self.done or self.thread.is_alive()):
                self.thread = Thread(target=self._improve, name="autograd-mini compiles")
                try:
                    self.thread.start()
                except RuntimeError as error:  # there are no threads, as in a browser
                    self.done = True
                    self.told.append(f"llvm: {error}")
            return self.thread

    def _improve(self) -> None:
        try:
            with lock:  # a fork waits until it is imported
                llvm = backends.backend("llvm")
            for kernel in llvm.kernels(self.program, self.threads, (0, 1)):
                self.run = kernel
        except Exception as error:  # whatever it is: what runs already goes on
            self.told.append(f"llvm: {error}")
        self.done = True

    def __call__(self, shared: Any, samples: Sequence[Any], count: int) -> tuple[Any, Any]:
        """What compiler/program.py says of `run`."""
        if self.called and not self.done:
            self.improve()
        self.called = True
        return self.run(shared, samples, count)

    def bound(self, shared: Any, samples: Sequence[Any], count: int) -> Any:
        """What compiler/program.py says of `bound`."""
        self.improve()
        return backends.bound(self.run, shared, samples, count)

    def explain(self) -> list[str]:
        """What runs, why, and what each stage cost."""
        thread, explain = self.thread, getattr(self.run, "explain", list[str])
        told = explain()
        waits = " (llvm is compiling)" if thread is not None and thread.is_alive() else ""
        waits = " (llvm begins with the second call)" if thread is None else waits
        return [f"runs: {'llvm' if told else self.first}{waits}", *self.told, *told]


build = Auto
