"""The process of one submission: it answers questions about it, and knows no right answer.

The first line that it reads says what to load, under which limits; every other one is a question,
and has an answer of one line with the question's own number. Lines are JSON, on pipes that were
standard input and output: what the submission prints goes elsewhere, and is cut.
"""

import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from .engine import Engine, MissingError, engine_class, module_of
from .levels import read

KEPT = 500  # bytes of what it prints
_FILES = 10 << 20  # bytes of a file that it writes
_OF_FILES = "remove rename rmdir mkdir truncate link symlink chmod chown utime".split()
_OF_PROCESSES = "fork exec posix_spawn spawn startfile system kill".split()
_OTHERS = "subprocess. socket.connect socket.bind socket.send sqlite3. ctypes.dlsym".split()
_CHANGES = tuple(f"os.{x}" for x in _OF_FILES)
_REFUSED = (*(f"os.{x}" for x in _OF_PROCESSES), *_OTHERS)
_own: set[str] = set()  # the files of the submission


class _Late(BaseException):
    """A file takes too long; what it may swallow is no Exception."""


class _Printed(io.BytesIO):
    """Keeps the beginning of what is printed."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[: KEPT - self.tell()])
        return len(data)


def main() -> None:
    """Answer until there are no more questions."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    printed = _Printed()
    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = io.TextIOWrapper(printed, "utf-8", "replace", write_through=True)
    setup = json.loads(questions.readline())
    levels = read(setup["battery"])
    _limit(setup["memory"], setup["seconds"])
    sys.addaudithook(_guard(os.path.realpath(Path.cwd())))
    sys.path[:0] = setup["paths"]

    def answer(question: dict[str, Any], found: dict[str, Any]) -> None:
        told = printed.getvalue().decode("utf-8", "replace")
        found |= {"id": question["id"], "printed": told}
        answers.write(json.dumps(found).encode() + b"\n")
        answers.flush()

    engine, loaded = _load(setup["files"], setup["class"], setup["loading"])
    answer(setup, loaded)
    for line in questions:
        question = json.loads(line)
        answer(question, _tried(engine, question, levels))


def _alarm(seconds: float) -> None:
    """Interrupt what takes longer, and then what comes sooner, where the system has a clock."""
    with suppress(AttributeError):  # Windows
        signal.signal(signal.SIGALRM, _ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 8)


def _ring(_: int, frame: Any) -> None:
    while frame is not None:  # within the code of the submission, not of ours
        if _place(frame.f_code.co_filename, 0):
            raise _Late
        frame = frame.f_back


def _limit(memory: int, seconds: int) -> None:
    """Limits that the system holds, where it has them: memory, time, files, processes."""
    with suppress(ImportError):  # Windows
        import resource

        limits = {"AS": memory << 20, "CPU": seconds, "FSIZE": _FILES, "CORE": 0, "NPROC": 0}
        for name, most in limits.items():
            with suppress(AttributeError, ValueError, OSError):  # not all systems have all
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def _guard(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook: no process, connection, C; no change of a file outside of the folder.

    What is done to files of an open folder (`dir_fd`, as shutil.rmtree does it) tells their names
    alone, so os.open opens no folder outside, and names lead to none.
    """
    refused, changes, writes = _REFUSED, _CHANGES, os.O_WRONLY | os.O_RDWR | os.O_CREAT
    where, isdir, inside = os.path.realpath, os.path.isdir, (folder + os.sep, os.devnull)

    def guard(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(refused):
            raise PermissionError(f"{event} is not allowed")
        opened = event == "open" and (args[2] & writes or (args[1] is None and isdir(args[0])))
        for path in args[:1] if opened else args[:2] if event.startswith(changes) else ():
            if isinstance(path, int | None):  # chmod's mode, an open file
                continue
            name = os.fsdecode(path)
            if not where(name).startswith(inside) or ".." in Path(name).parts:
                raise PermissionError(f"writing {path} is not allowed")

    return guard


def _load(
    files: list[list[str]], name: str | None, seconds: float
) -> tuple[Engine | None, dict[str, Any]]:
    """The engine in files, (name of the module, path) each; and what is to be said of it."""
    modules, notes = [], list[dict[str, str]]()
    _own.update(path for _, path in files)
    tops = {x for each, _ in files for x in each.split(".")[1:]} - sys.stdlib_module_names
    for loaded in [x for x in sys.modules if x.partition(".")[0] in tops]:  # such as this package
        del sys.modules[loaded]
    _alarm(seconds)
    for module_name, path in files:
        with suppress(BaseException):  # its package comes first, as Python has it
            import_module(module_name.rpartition(".")[0])
        there = (x for x in [*sys.modules.values()] if getattr(x, "__file__", None) == path)
        known = next(there, None)  # another of them has imported it
        module, problems = (known, []) if known else module_of(Path(path), module_name)
        modules.append(module)
        for parts in range(1, module_name.count(".") + 1):  # it stands in a folder of its own
            sys.modules.setdefault(module_name.split(".", parts)[-1], module)
        notes += map(_told, problems[:3])
    _alarm(0)
    try:
        cls, names = engine_class(modules, name)
        if cls is not None:
            engine = Engine(cls, names)
            own = {name: way for name, way in vars(engine.adapter).items() if isinstance(way, str)}
            return engine, {"names": {"Value": cls.__name__} | own, "notes": notes}
    except BaseException as problem:
        notes.append(_told(problem))
    return None, {"names": None, "notes": notes}


def _tried(engine: Any, question: dict[str, Any], levels: Any) -> dict[str, Any]:
    """The numbers that the submission gives, or its error."""
    try:
        function = Engine.run
        if "place" in question:
            level, case = question["place"]
            function = levels[level].cases[case].function
            engine.random.seed(question["seed"])
        found = function(engine, **question["given"])
        return {"values": {str(key): float(x) for key, x in found.items()}}
    except MissingError as missing:
        return {"missing": str(missing)}
    except BaseException as problem:
        return {"raised": _told(problem)}


def _told(problem: BaseException) -> dict[str, str]:
    """An error in words: its kind, its text, and the line of the submission."""
    kind = "" if isinstance(problem, _Late) else type(problem).__name__
    told = {"type": kind}
    with suppress(BaseException):  # of its own __str__
        told["text"] = str(problem)[:200]
    if isinstance(problem, SyntaxError):
        told["text"] = problem.msg
        told |= _place(problem.filename, problem.lineno)
    frames = traceback.extract_tb(problem.__traceback__)
    for frame in frames if kind else reversed(frames):  # too late is what began first
        told |= _place(frame.filename, frame.lineno)
    return told


def _place(name: str | None, line: int | None) -> dict[str, str]:
    """The file of the submission and the line; of a notebook its cell; {} elsewhere."""
    path, _, cell = (name, "", "") if name in _own else (name or "").rpartition("#")
    return {"file": Path(path).name, "line": f"{line or ''}", "cell": cell} if path in _own else {}


if __name__ == "__main__":
    main()
