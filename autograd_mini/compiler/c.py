"""The back end in C, where there is a C compiler: one sample after the other.

It is no quick tier: gcc -O1 takes a second for a program that NumPy's back end has in 30 ms, and
LLVM's code, which is ready as soon, runs faster (tests/benchmarks/compiling.py).
"""

import _ctypes
import ctypes
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np

from .c_source import source
from .program import Program, Run

ARRAYS = True
_CLOSE = getattr(_ctypes, "dlclose" if os.name == "posix" else "FreeLibrary")


def build(program: Program, threads: int = 1) -> Run:
    """The program by the C compiler of this machine ($CC, or cc).

    Raises OSError (FileNotFoundError) without a compiler, or where it refuses.
    """
    library, function = _compiled(source(program))
    outputs = [program.is_each(x) for _, x in program.outputs]
    pointers = ctypes.c_void_p * max(1, len(program.inputs), len(outputs))

    def run(given: Any, samples: Sequence[Any], size: int) -> tuple[Any, Sequence[Any]]:
        columns = [np.ascontiguousarray(column) for column in samples]
        once, each = np.empty(outputs.count(False)), [np.empty(size) for _ in range(sum(outputs))]
        addresses = [pointers(*(x.ctypes.data for x in some)) for some in (columns, each)]
        if function(given.ctypes.data, addresses[0], size, once.ctypes.data, addresses[1]):
            raise MemoryError("no memory for the numbers of the compiled program")
        return once, each

    finalize(run, _CLOSE, library._handle).atexit = False
    return run


def _compiled(text: str) -> tuple[ctypes.CDLL, Any]:
    """The library of a source, compiled and loaded, and its function `step`; no file is left."""
    command = shlex.split(os.environ.get("CC", "cc"))
    if not command or shutil.which(command[0]) is None:
        raise FileNotFoundError(
            f"the back end 'c' needs a C compiler: none is found as {' '.join(command)!r} (set CC)"
        )
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "step.c"), Path(folder, "step.so")
        made[0].write_text(text, encoding="utf-8")
        options = ["-std=c11", "-O1", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
        told = subprocess.run(
            [*command, *options, str(made[0]), "-o", str(made[1]), "-lm"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if told.returncode:
            raise OSError(f"the C compiler {command[0]!r} refused: {told.stderr.strip()[:500]}")
        library = ctypes.CDLL(str(made[1]))
        function = library.step
    function.restype = ctypes.c_int
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_void_p] * 2]
    return library, function
