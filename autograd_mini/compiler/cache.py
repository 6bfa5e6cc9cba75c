"""Machine code that was compiled before, in files of the user's cache directory.

A file's name is a digest of all that its content depends on, and it begins with a digest of the
rest: what is damaged is not there. Files are written in one move, so that processes may share the
directory, and those used longest ago go when it becomes too large. Where nothing can be written
nothing is kept. $AUTOGRAD_MINI_CACHE names another directory; empty, it keeps nothing.
"""

import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from re import fullmatch

from autograd_mini import files
from autograd_mini.numbers.instructions import OPCODES

from .program import Program

LIMIT = 256 * 2**20
"""Bytes that the directory may hold."""
_HOMES = {"win32": ("LOCALAPPDATA", "AppData/Local"), "darwin": ("", "Library/Caches")}
_SOURCES = ["skeleton.ll"]
_SOURCES += [f"{name}.py" for name in "ir llvm_source packing passes vector_maths".split()]


def directory() -> Path | None:
    """Where the files are; None if nothing is to be kept, or there is no home."""
    chosen = os.environ.get("AUTOGRAD_MINI_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    name, usual = _HOMES.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    try:
        return Path(os.environ.get(name) or Path.home() / usual) / "autograd-mini"
    except RuntimeError:  # a user whom the system does not know, as in a container
        return None


def key(program: Program, *settings: object) -> str:
    """A name for the machine code of a program: with these settings, by this printer."""
    code = program.code
    outputs = [(operand, program.is_each(operand)) for _, operand in program.outputs]
    shape = [program.start, program.stop, [each for _, each in program.inputs], outputs]
    digest = sha256(repr((settings, OPCODES, shape)).encode())
    for part in (code.opcodes, code.operands, code.starts, code.constants):
        digest.update(part.tobytes())
    for name in _SOURCES:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:40]


def read(name: str) -> bytes | None:
    """The content of a file, if it is there and whole."""
    folder, data = directory(), b""
    with suppress(OSError):  # none, or another user's, which cannot be touched
        if folder is not None:
            path = folder / f"{name}.o"
            data = path.read_bytes()
            os.utime(path)  # used now
    found = data[32:]
    return found if sha256(found).digest() == data[:32] else None


def write(name: str, content: bytes) -> None:
    """Keep the content, if that is possible."""
    folder = directory()
    if folder is None or len(content) > LIMIT // 4:
        return
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(folder / f"{name}.o", sha256(content).digest() + content)
        _shorten(folder)


def _shorten(folder: Path) -> None:
    """Remove the files that were used longest ago, until the others fit."""
    ours = [entry for entry in os.scandir(folder) if fullmatch(r"[0-9a-f]{40}\.o", entry.name)]
    found = [(entry.stat(), entry.path) for entry in ours]
    size = sum(stat.st_size for stat, _ in found)
    for stat, path in sorted(found, key=lambda pair: pair[0].st_mtime):
        if size <= LIMIT:
            break
        with suppress(OSError):
            Path(path).unlink()
        size -= stat.st_size
