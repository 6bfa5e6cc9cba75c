"""Marks: each submission answers the battery's cases, and is compared with our own engine."""

import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from autograd_mini.drawing import RenderingError, draw, draw_text
from autograd_mini.errors import AutogradError
from autograd_mini.graph import topological
from autograd_mini.language import text, translated
from autograd_mini.language.tables import alphabetical
from autograd_mini.numbers.arguments import positive
from autograd_mini.value import Value

from .levels import BatteryError, Level, read
from .sandbox import Ended, Limits, Sandbox
from .tasks import Numbers, Task, operations, renamed, right, tasks

LIMITS = Limits()
_NODES, _LINES = 40, 12  # of a picture; of one in a terminal
_TOLERANCE = 1e-6  # relative to the number wanted, or to 1


@dataclass(frozen=True)
class Failure:
    """A failure: its kind, what is to be told of it, the code that shows it, and its graph."""

    kind: str
    details: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    root: Value | None = None  # where it is small enough to be drawn

    def text(self, lang: str) -> str:
        """A sentence."""
        told = {**self.details}
        if told.get("text"):
            told["text"] = f": {translated(told['text'], lang)}"
        place = "grade.where.cell" if told.get("cell") else "grade.where"
        where = text(place, lang, **told) if told.get("line") else ""
        status = told.get("status") or 0
        kind = f"{self.kind}.signal" if status < 0 else self.kind
        return text(f"grade.failure.{kind}", lang, signal=-status, **told) + where

    def code(self, lang: str) -> str:
        """The smallest expression that fails, or the script, with what it gives and should give."""
        if self.kind != "wrong":
            return self.source
        return f"{self.source}\n{self.details['key']}  # {text('grade.got', lang, **self.details)}"

    def told(self, lang: str) -> dict[str, str]:
        """All that is to be said."""
        said = {"kind": self.kind, "text": self.text(lang), "code": self.code(lang)}
        numbers = {key: self.details[key] for key in ("got", "wanted") if self.kind == "wrong"}
        return {**said, "tree": self.tree(lang), **numbers}

    def picture(self, lang: str) -> tuple[str, str]:
        """The graph with the right gradients: ("svg", ...) or ("dot", ...), or ("", "")."""
        if self.root is None:
            return "", ""
        drawing = draw(self.root, detail="chain rule", lang=lang)
        try:
            return "svg", str(drawing.pipe(format="svg", encoding="utf-8"))
        except RenderingError:
            return "dot", drawing.source

    def tree(self, lang: str) -> str:
        """The picture for a terminal; "" if it is large."""
        drawn = "" if self.root is None else draw_text(self.root, lang=lang)
        return drawn if drawn.count("\n") < _LINES else ""


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
    positive("seconds", limits.seconds)
    levels = read(battery)
    submissions = found(paths, cls)
    for k, level in enumerate(levels):  # a mistake in the battery is told first
        for task in tasks(k, level, seed, DEFAULT):
            right(task)
    setup = {"battery": battery and str(Path(battery).resolve()), "class": cls}

    def one(submission: Submission) -> Marks:
        return _Grader(submission, setup, limits).marks(levels, seed)

    with ThreadPoolExecutor(jobs or (os.cpu_count() or 1) + 1) as pool:
        return sorted(pool.map(one, submissions), key=lambda each: alphabetical(each.name))


def difference(got: Numbers, wanted: Sequence[Numbers]) -> dict[str, Any]:
    """The first number that is off: its name, what it is, what it may be; {} if all agree.

    Of several that would be right those count of which the most agrees, gradients last; `nearest`
    is the first.
    """

    def far(keys: list[str]) -> tuple[int, int]:
        return sum(not key.endswith(".grad") for key in keys), len(keys)

    off = [[key for key, x in right.items() if not _near(got.get(key), x)] for right in wanted]
    least = min(off, key=far)
    if not least:
        return {}
    pairs = zip(off, wanted, strict=True)
    nearest = [_written(right[least[0]]) for keys, right in pairs if far(keys) == far(least)]
    told = {"key": least[0], "got": _written(got.get(least[0])), "nearest": off.index(least)}
    return told | {"wanted": " / ".join(dict.fromkeys(nearest))}


def _written(x: Any) -> str:
    return f"{x:.8g}" if isinstance(x, float) else repr(x)[:80]


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
        if not path.is_dir():
            path.read_bytes()  # its own error, if it cannot be read
        for each in _inside(path) if path.is_dir() else [path]:
            if files := _code(each):
                made.append(_submission(each, files, cls or "Value"))
            elif each is path:
                raise SubmissionError(
                    f"{path}: a submission is a Python file, a notebook or a folder"
                )
    if not made:
        raise SubmissionError(f"{paths[0]}: there is no Python file or notebook in it")
    names = [submission.name for submission in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SubmissionError(
            f"two submissions are called {twice!r}: in a folder each file and each folder is one"
        )
    return made


def passed_over(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The names of what lies in the folders among the paths and is no submission."""
    return [x.name for folder in paths for x in _inside(Path(folder)) if not _code(x)]


def _inside(folder: Path) -> list[Path]:
    return sorted(x for x in folder.glob("*") if not x.name.startswith((".", "__")))


def _code(path: Path) -> list[Path]:
    """The files of code: a file itself, or those in a folder that are not hidden or of others."""
    found = []
    for x in [path, *path.rglob("*")]:
        names = x.relative_to(path).parts  # site-packages: an environment of pip
        odd = any(name.startswith((".", "__MACOSX", "site-packages")) for name in names)
        if x.suffix.lower() in (".py", ".ipynb") and x.is_file() and not odd:
            found.append(x)
    return found


def _submission(path: Path, files: list[Path], cls: str) -> Submission:
    """A file, or a folder: of several files that with the class is loaded first."""
    pattern = re.compile(rf'(^|")class {re.escape(cls)}\b'.encode(), re.M)
    files = sorted(files, key=lambda x: (not pattern.search(x.read_bytes()), x))
    if path.is_file():  # nothing imports it, and under this name it takes no other module's place
        return Submission(clean(path.stem), [(f"{path.stem}_", str(path.resolve()))], [])
    parts = (x.relative_to(_above(path, x)).with_suffix("").parts for x in files)
    named = [(".".join(names), str(x.resolve())) for names, x in zip(parts, files, strict=True)]
    inside = sorted({p for x in files for p in x.parents if p.is_relative_to(path)})
    return Submission(clean(path.name), named, [str(x.resolve()) for x in (*inside, path.parent)])


def _above(path: Path, file: Path) -> Path:
    """The folder from which a file is imported: that above its packages, or the submission."""
    packages = [x for x in file.parents if x.is_relative_to(path) and (x / "__init__.py").exists()]
    return packages[-1].parent if packages else path.parent


# --- one submission ------------------------------------------------------------------------------
class _Grader:
    """Asks one submission, level by level."""

    def __init__(self, submission: Submission, setup: dict[str, Any], limits: Limits) -> None:
        files = {"files": submission.files, "paths": submission.paths}
        self.sandbox = Sandbox({**setup, **files}, limits)
        self.cls, self.seconds = setup["class"] or "Value", limits.seconds
        self.found, self.names = Marks(submission.name), dict[str, str]()
        self.known: dict[str, bool] = {}  # of operations by themselves, whether they are right

    def marks(self, levels: Sequence[Level], seed: int) -> Marks:
        start = monotonic()
        with closing(self.sandbox):
            loaded = self._load()
            for k, level in enumerate(levels):
                mark = Mark(level)
                self.found.marks.append(mark)
                if loaded:
                    own = [shape for shape, right in self.known.items() if right]
                    self._grade(mark, tasks(k, level, seed, own or DEFAULT))
        self.found.seconds = monotonic() - start
        return self.found

    def _load(self) -> bool:
        """Load the submission; where that fails, all its points are lost."""
        try:
            loaded = self.sandbox.load()
        except Ended as end:
            kind, status = end.args
            self.found.notes = [Failure(f"load.{kind}", status)]
            return False
        names, raised = loaded.get("names"), loaded.get("notes")
        for x in map(told, raised[:9] if isinstance(raised, list) else ()):
            kind = "load.raised" if x["line"] else "raised"
            self.found.notes.append(Failure(kind if x["type"] else "load.late", x))
        if isinstance(names, dict):
            self.names = {key: clean(x) for key, x in names.items()}
            return True
        self.found.notes = [*self.found.notes, Failure("load.none", {"cls": self.cls})][:1]
        return False

    def _grade(self, mark: Mark, asked: Iterable[Task]) -> None:
        self.sandbox.budget = self.seconds
        tried, wrong = 0, [shape for shape, right in self.known.items() if not right]
        for task in asked:
            own, needed = operations(task)
            if any(not self.known.get(shape, True) for shape in needed):
                continue  # what is wrong by itself costs its points once
            tried += 1
            if failure := self._failure(task, own):
                mark.failures.append(failure)
                if mark.level.whole:
                    return
        if tried:
            mark.points = round(mark.level.points * (1 - len(mark.failures) / tried), 2)
            once = {f.details["name"] if f.kind == "missing" else id(f): f for f in mark.failures}
            mark.failures = [*once.values()]  # what is missing is told once
        else:
            mark.failures = [Failure("needs", {"shapes": ", ".join(wrong or DEFAULT[:1])})]

    def _failure(self, task: Task, own: str) -> Failure | None:
        """What is wrong with a task, made as small as it can be in the time of a case."""
        try:
            failure = self._asked(task)
        except Ended as end:
            kind, status = end.args
            if kind == "late":
                return Failure(kind)
            failure = self._failed(task, kind, status)
        if own:
            self.known[own] = failure is None and self.known.get(own, True)
        if failure is None or failure.kind in ("time", "ended"):
            return failure
        search, end_of_search = task.smaller(), monotonic() + self.seconds / 2
        with suppress(Ended):
            while monotonic() < end_of_search and (simpler := next(search, None)):
                again = None
                with suppress(BatteryError):  # it may be too small for the script itself
                    again = self._asked(simpler)
                if again is not None and again.kind == failure.kind:
                    failure, search = again, simpler.smaller()
        return failure

    def _asked(self, task: Task) -> Failure | None:
        answer, wanted = self.sandbox.ask(task.question), [numbers for numbers, _ in right(task)]
        self.found.printed = clean(answer.get("printed", ""), 500)
        if "missing" in answer:
            return Failure("missing", {"name": clean(answer["missing"])})
        if "raised" in answer:
            return self._failed(task, "raised", told(answer["raised"]))
        values = answer.get("values")
        if off := difference(values if isinstance(values, dict) else {}, wanted):
            off["key"] = renamed(off["key"], self.names)
            return self._failed(task, "wrong", off)
        return None

    def _failed(self, task: Task, kind: str, details: dict[str, Any]) -> Failure:
        root = right(task)[details.get("nearest", 0)][1]
        small = root is not None and len(topological(root)) <= _NODES
        return Failure(kind, details, task.code(self.names), root if small else None)


DEFAULT = ["x + y", "x * y", "x + 2", "x * 2"]


def told(error: Any) -> dict[str, str]:
    """An error as a submission's process tells it, which may tell anything."""
    given = error if isinstance(error, dict) else {}
    return {key: clean(given.get(key, "")) for key in ("type", "text", "file", "line", "cell")}


def clean(x: object, longest: int = 200) -> str:
    """A text of a submission's, without what is no character or would move a terminal's cursor."""
    return re.sub(r"[^\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", str(x)[:longest])
