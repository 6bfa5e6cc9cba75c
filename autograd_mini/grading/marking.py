"""Marks: each submission answers the battery's cases, and is compared with our own engine."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from autograd_mini.errors import AutogradError

from .failures import Failure, renamed
from .levels import BatteryError, Level, read
from .sandbox import Ended, Limits, Sandbox
from .tasks import Numbers, Task, operations, right, tasks

LIMITS = Limits()
_TOLERANCE = 1e-6  # relative to the number wanted, or to 1


@dataclass
class Mark:
    """What a level has brought: points and failures; where it counts as a whole, the first."""

    level: Level
    points: float = 0.0
    failures: list[Failure] = field(default_factory=list)


@dataclass
class Marks:
    """The marks of a submission, level by level; `notes` say how its file was loaded."""

    name: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[Failure] = field(default_factory=list)
    printed: str = ""
    seconds: float = 0.0

    @property
    def total(self) -> float:
        """All points."""
        return round(sum(mark.points for mark in self.marks), 2)

    @property
    def most(self) -> float:
        """The points that there are."""
        return sum(mark.level.points for mark in self.marks)

    @property
    def failures(self) -> list[Failure]:
        """Notes first, then what each level says."""
        return [*self.notes, *(f for mark in self.marks for f in mark.failures)]


def grade(
    paths: Sequence[str | os.PathLike[str]],
    *,
    battery: str | None = None,
    seed: int = 0,
    cls: str | None = None,
    limits: Limits = LIMITS,
    jobs: int | None = None,
) -> list[Marks]:
    """The marks of submissions, in the order of their names.

    Each runs in a process of its own, `jobs` of them at a time, and gets questions there; what is
    right is known to this process alone, so nothing that a submission prints or sends is a mark.

    Raises SubmissionError, BatteryError or OSError where there is nothing to grade or to grade by.
    """
    levels = read(battery)
    submissions = found(paths, cls)
    for k, level in enumerate(levels):  # a mistake in the battery is told first
        for task in tasks(k, level, seed, DEFAULT):
            right(task)
    setup = {"battery": battery and str(Path(battery).resolve()), "class": cls}

    def one(submission: Submission) -> Marks:
        return _Grader(submission, levels, seed, setup, limits).marks()

    with ThreadPoolExecutor(jobs or (os.cpu_count() or 1) + 1) as pool:
        marks = [*pool.map(one, submissions)]
    return sorted(marks, key=lambda each: each.name.lower())


def difference(got: Numbers, wanted: Sequence[Numbers]) -> tuple[str, Any, list[float]] | None:
    """The first number that is off: its name, what it is, what it may be; None if all agree.

    Of several that would be right those count of which the most agrees.
    """
    off = [[key for key, x in right.items() if not _near(got.get(key), x)] for right in wanted]
    least = min(off, key=len)
    if not least:
        return None
    pairs = zip(off, wanted, strict=True)
    nearest = [right[least[0]] for keys, right in pairs if len(keys) == len(least)]
    return least[0], got.get(least[0]), [*dict.fromkeys(nearest)]


def _near(got: Any, wanted: float) -> bool:
    return isinstance(got, float) and abs(got - wanted) <= _TOLERANCE * max(1.0, abs(wanted))


# --- which files are a submission ----------------------------------------------------------------
class SubmissionError(AutogradError, ValueError):
    """There is nothing to grade where something was to be."""


class Submission(NamedTuple):
    """Its name, its files as (name of the module, path), and where they may import from."""

    name: str
    files: list[tuple[str, str]]
    paths: list[str]


def found(paths: Sequence[str | os.PathLike[str]], cls: str | None = None) -> list[Submission]:
    """The submissions at paths: a file is one; in a folder each file and each folder is one.

    Raises SubmissionError where there is none, or two have one name.
    """
    made: list[Submission] = []
    for path in map(Path, paths):
        if path.is_dir():
            made += [_file(x) for x in _inside(path) if x.is_file() and _is_code(x)]
            made += [_folder(x, cls or "Value") for x in _inside(path) if any(_code(x))]
            continue
        path.read_bytes()  # its own error, if it cannot be read
        if not _is_code(path):
            raise SubmissionError(f"{path}: a submission is a Python file, a notebook or a folder")
        made.append(_file(path))
    if not made:
        raise SubmissionError(f"{paths[0]}: there is no Python file or notebook in it")
    names = [submission.name for submission in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SubmissionError(
            f"two submissions are called {twice!r}: of a folder each file and each folder is one"
        )
    return made


def passed_over(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The names of what lies in the folders among the paths and is no submission."""
    all_of = (x for path in map(Path, paths) if path.is_dir() for x in _inside(path))
    return [x.name for x in all_of if not (x.is_file() and _is_code(x)) and not any(_code(x))]


def _inside(folder: Path) -> list[Path]:
    return sorted(x for x in folder.iterdir() if not x.name.startswith((".", "__")))


def _is_code(path: Path) -> bool:
    return path.suffix.lower() in (".py", ".ipynb")


def _code(folder: Path) -> Iterator[Path]:
    """The files of code in it, but for hidden ones and those of others: an environment of pip."""
    for x in filter(_is_code, folder.rglob("*")):
        inside = x.relative_to(folder).parts
        odd = any(name.startswith((".", "__MACOSX", "site-packages")) for name in inside)
        if x.is_file() and not odd:
            yield x


def _file(path: Path) -> Submission:
    """A file; nothing imports it, and under this name it takes no other module's place."""
    return Submission(path.stem, [(f"{path.stem}_", str(path.resolve()))], [])


def _folder(path: Path, cls: str) -> Submission:
    """A submission of several files: the one with the class first, so that it is loaded first."""
    pattern = re.compile(rf'(^|")class {cls}\b'.encode(), re.M)
    files = sorted(_code(path), key=lambda x: (not pattern.search(x.read_bytes()), x))
    whole = re.compile(rb"^from \.", re.M)  # as a package does
    own_files = (x for x in files if x.parent == path)
    package = any(x.name == "__init__.py" or whole.search(x.read_bytes()) for x in own_files)
    base = path.parent if package else path  # it imports by its own name
    parts = (x.relative_to(base).with_suffix("").parts for x in files)
    taken = {*sys.stdlib_module_names, "autograd_mini"}  # no other module's place
    own = [".".join((first + "_" * (first in taken), *names)) for first, *names in parts]
    named = [(name, str(x.resolve())) for name, x in zip(own, files, strict=True)]
    inside = sorted({p for x in files for p in x.parents if p.is_relative_to(path)})
    return Submission(path.name, named, [str(x.resolve()) for x in dict.fromkeys([base, *inside])])


# --- one submission ------------------------------------------------------------------------------
@dataclass
class _Grader:
    """Asks one submission, level by level."""

    submission: Submission
    levels: Sequence[Level]
    seed: int
    setup: dict[str, Any]
    limits: Limits
    lost: float = 0.0  # seconds, to what did not end
    budget: float = 0.0  # seconds that the level may still lose
    sandbox: Sandbox | None = None
    stopped: bool = False  # it cannot be loaded
    right: dict[str, None] = field(default_factory=dict)
    wrong: dict[str, None] = field(default_factory=dict)

    def marks(self) -> Marks:
        start, self.found = monotonic(), Marks(self.submission.name)
        try:
            self._start()
            self.found.marks = [self._level(k, level) for k, level in enumerate(self.levels)]
        finally:
            if self.sandbox is not None:
                self.sandbox.close()
        self.found.seconds = monotonic() - start
        return self.found

    def _start(self) -> None:
        """Load the submission; where that fails, all its points are lost."""
        try:
            files = {"files": self.submission.files, "paths": self.submission.paths}
            self.sandbox = Sandbox({**self.setup, **files}, self.limits)
        except Ended as end:
            notes, names = [Failure(f"load.{end.args[0]}", {"status": end.args[1]})], None
        else:
            names, raised = self.sandbox.loaded.get("names"), self.sandbox.loaded.get("notes")
            raised = raised[:9] if isinstance(raised, list) else []
            notes = [
                Failure(f"load.{'raised' if x['type'] else 'late'}", x) for x in map(told, raised)
            ]
        if not isinstance(names, dict):
            none = Failure("load.none", {"cls": self.setup["class"] or "Value"})
            self.stopped, notes, names = True, [*notes, none][:1], {}
        self.found.notes, self.names = notes, {key: clean(x) for key, x in names.items()}

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer; Ended, and the time is lost, if there is none."""
        if self.sandbox is None and not self.stopped:
            self._start()
        if self.sandbox is None or self.stopped:
            raise Ended("late", None)
        start = monotonic()
        try:
            answer = self.sandbox.ask(question, min(self.limits.seconds / 2, self.budget))
        except Ended:
            self.sandbox = None
            self.lost += monotonic() - start
            self.budget -= monotonic() - start
            raise
        self.found.printed = clean(answer.get("printed", ""), 500)
        return answer

    def _level(self, k: int, level: Level) -> Mark:
        mark = Mark(level)
        self.budget = self.limits.seconds
        if self.stopped:
            return mark
        tried = 0
        for task in tasks(k, level, self.seed, [*self.right] or DEFAULT):
            own, needed = operations(task)
            if needed & self.wrong.keys():
                continue  # what is wrong by itself costs its points once
            tried += 1
            if failure := self._failure(task, own):
                mark.failures.append(failure)
                if level.whole:
                    return mark
        if tried:
            mark.points = round(level.points * (1 - len(mark.failures) / tried), 2)
            once = {f.details["name"] if f.kind == "missing" else id(f): f for f in mark.failures}
            mark.failures = [*once.values()]  # what is missing is told once
        else:
            mark.failures = [Failure("needs", {"shapes": [*self.wrong] or DEFAULT[:1]})]
        return mark

    def _failure(self, task: Task, own: str) -> Failure | None:
        """What is wrong with a task, made as small as it can be in the time of a case."""
        if self.lost >= 2 * self.limits.seconds or self.budget <= 0:
            return Failure("late")
        try:
            failure = self._asked(task)
        except Ended as end:
            failure = Failure(end.args[0], {"status": end.args[1]}, task)
        if own and failure is None and own not in self.wrong:
            self.right[own] = None
        elif own and failure is not None:
            self.wrong[own] = self.right.pop(own, None)
        if failure is None or failure.kind in ("time", "ended"):
            return failure
        search, end_of_search = task.smaller(), monotonic() + self.limits.seconds / 2
        with suppress(Ended):
            while monotonic() < end_of_search and (simpler := next(search, None)):
                again = None
                with suppress(BatteryError):  # it may be too small for the script itself
                    again = self._asked(simpler)
                if again is not None and again.kind == failure.kind:
                    failure, search = again, simpler.smaller()
        return failure

    def _asked(self, task: Task) -> Failure | None:
        answer, wanted = self._ask(task.question), right(task)[0]
        if "missing" in answer:
            return Failure("missing", {"name": clean(answer["missing"])})
        if "raised" in answer:
            return Failure("raised", told(answer["raised"]), task, self.names)
        values = answer.get("values")
        off = difference(values if isinstance(values, dict) else {}, wanted)
        if off is None:
            return None
        key, got, wanted_there = off
        details = {"key": renamed(key, self.names), "got": got, "wanted": wanted_there}
        return Failure("wrong", details, task, self.names)


DEFAULT = ["x + y", "x * y", "x + 2", "x * 2"]


def told(error: Any) -> dict[str, Any]:
    """An error as a submission's process tells it, which may tell anything."""
    given = error if isinstance(error, dict) else {}
    words = {key: clean(given.get(key, "")) for key in ("type", "text", "file")}
    numbers = {key: given.get(key) for key in ("line", "cell")}
    return words | {key: x if isinstance(x, int) else 0 for key, x in numbers.items()}


def clean(x: object, longest: int = 200) -> str:
    """A text of a submission's, without what is no character or would move a terminal's cursor."""
    return re.sub(r"[^\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", str(x)[:longest])
