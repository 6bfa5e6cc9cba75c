"""Marks: each submission answers the battery's cases, and is compared with our own engine."""

from __future__ import annotations

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.graph import topological

from .engine import VARIANTS, Reference
from .failures import Failure
from .levels import BatteryError, Case, Level, Script, read
from .programs import Program, alone, drawn, of_case, of_graph, shape, shapes, smaller
from .sandbox import Ended, Limits, Sandbox
from .submissions import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd_mini.value import Value

    from .submissions import Submission

    Numbers = dict[str, float]

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
    plan = _Plan(levels, seed)
    setup = {"battery": battery and str(Path(battery).resolve()), "class": cls}

    def one(submission: Submission) -> Marks:
        return _Grader(submission, plan, setup, limits).marks()

    with ThreadPoolExecutor(jobs or (os.cpu_count() or 1) + 1) as pool:
        try:
            marks = list(pool.map(one, submissions))
        except BaseException:  # Ctrl-C: those that have not begun need not
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(marks, key=lambda each: each.name.lower())


# --- what is asked, and what is right ------------------------------------------------------------
class Task(NamedTuple):
    """One thing that is asked of all: a program, or a script (its place, what it is given)."""

    program: Program | None = None
    script: Script | None = None
    place: tuple[int, int] = (0, 0)
    given: str = "{}"
    seed: str = ""

    @property
    def question(self) -> dict[str, Any]:
        """As the submission's process understands it."""
        if self.program is not None:
            return {"do": "program", "program": self.program._asdict()}
        given = json.loads(self.given)
        return {"do": "script", "script": self.place, "seed": self.seed, "given": given}

    def smaller(self) -> Iterator[Task]:
        """Tasks that are simpler, the simplest first."""
        if self.program is not None:
            yield from (self._replace(program=x) for x in smaller(self.program))
            return
        given = json.loads(self.given)
        for name, n in given.items():
            step = n // 2 if isinstance(n, int) else 0
            while step > 0:
                yield self._replace(given=json.dumps({**given, name: n - step}))
                step //= 2


@lru_cache(maxsize=10_000)
def right(task: Task) -> tuple[list[Numbers], Value | None]:
    """What is right, by our own engine; and of a script the graph, to draw it.

    There may be several: a script may build one of the networks that courses have, and where
    backward() follows on backward(), the gradient of the last alone is right too.
    """
    if (program := task.program) is not None:
        wanted = [Reference().run(program)]
        if program.passes[-2:] == ("backward", "backward"):
            wanted.append(Reference().run(program._replace(passes=program.passes[:-1])))
        return wanted, None
    assert task.script is not None
    wanted, root = [], None
    try:
        for variant in VARIANTS:
            engine = Reference(variant, task.seed)
            values = task.script.function(engine, **json.loads(task.given))
            wanted.append({str(key): float(x) for key, x in values.items()})
            root = root or next(iter(engine.roots), None)
            if not engine.variable:
                break
    except Exception as error:
        name = getattr(task.script.function, "__name__", "script")
        raise BatteryError(f"{name} raised {type(error).__name__}: {error}") from error
    return wanted, root


@lru_cache(maxsize=1000)
def needed(task: Task) -> frozenset[str]:
    """The operations that a task cannot do without; of a script those of its graph."""
    if task.program is not None:
        return frozenset() if alone(task.program) else frozenset(shapes(task.program))
    _, root = right(task)
    leaves = [] if root is None else [node for node in topological(root) if not node.parents]
    try:
        lines = of_graph(root, leaves, ["x"] * len(leaves)) if root else ()
        return frozenset(map(shape, lines))
    except BatteryError:  # operations on vectors: networks
        return frozenset()


class _Plan:
    """The battery with a seed: the same tasks for all who have the same operations right."""

    def __init__(self, levels: Sequence[Level], seed: int) -> None:
        self.levels, self.seed = levels, seed
        for k, level in enumerate(levels):  # a mistake in the battery is told first
            for task in self.tasks(k, level, DEFAULT):
                right(task)
        cases = (case for level in levels for case in level.cases if isinstance(case, Case))
        self.tested = any(alone(of_case(case, "")) for case in cases)

    def tasks(self, k: int, level: Level, known: Sequence[str]) -> Iterator[Task]:
        """What a level asks, where these operations are known to be right."""
        for i, case in enumerate(level.cases):
            seed = f"{self.seed}/{k}/{i}"
            if isinstance(case, Case):
                yield Task(of_case(case, seed))
            elif isinstance(case, Script):
                yield Task(None, case, (k, i), json.dumps(case.given), seed)
            else:
                random = Random(seed)
                made = (drawn(case, known, random) for _ in range(case.count))
                yield from (Task(program) for program in made if program is not None)


def difference(got: Numbers, wanted: Sequence[Numbers]) -> tuple[str, Any, list[float]] | None:
    """The first number that is off: its name, what it is, what it may be; None if all agree.

    Of several that would be right those count of which the most agrees.
    """
    off = [[key for key, x in right.items() if not _near(got.get(key), x)] for right in wanted]
    least = min(off, key=len)
    if not least:
        return None
    key = least[0]
    nearest = [
        right[key] for keys, right in zip(off, wanted, strict=True) if len(keys) == len(least)
    ]
    return key, got.get(key), [*dict.fromkeys(nearest)]


def _near(got: Any, wanted: float) -> bool:
    return isinstance(got, float) and abs(got - wanted) <= _TOLERANCE * max(1.0, abs(wanted))


# --- one submission ------------------------------------------------------------------------------
class _Grader:
    """Asks one submission, level by level."""

    def __init__(
        self, submission: Submission, plan: _Plan, setup: dict[str, Any], limits: Limits
    ) -> None:
        self.plan, self.limits = plan, limits
        self.setup = {**setup, "files": submission.files, "paths": submission.paths}
        self.found = Marks(submission.name)
        self.lost = 0.0  # seconds, to what did not end
        self.sandbox: Sandbox | None = None
        self.stopped: Failure | None = None  # what ends it all
        self.right: dict[str, None] = {}
        self.wrong: dict[str, None] = {}

    def marks(self) -> Marks:
        """All of it."""
        start = monotonic()
        try:
            self._start()
            for k, level in enumerate(self.plan.levels):
                self.found.marks.append(self._level(k, level))
            if self.sandbox is not None:
                self.found.printed = clean(self._ask({"do": "end"}).get("printed", ""), 500)
        except Ended:
            pass
        finally:
            if self.sandbox is not None:
                self.sandbox.close()
        self.found.seconds = monotonic() - start
        return self.found

    def _start(self) -> None:
        """Load the submission; where that fails, all its points are lost."""
        try:
            self.sandbox = Sandbox(self.setup, self.limits)
        except Ended as end:
            self.stopped = Failure(f"load.{end.kind}", {"status": end.status})
            self.found.notes = [self.stopped]
            return
        loaded = self.sandbox.loaded
        notes = loaded.get("notes")
        notes = notes[:9] if isinstance(notes, list) else []
        self.found.notes = [Failure("load.raised", told(note)) for note in notes]
        if loaded.get("class") is None:
            none = Failure("load.none", {"cls": self.setup["class"] or "Value"})
            self.stopped = (self.found.notes or [none])[0]
            self.found.notes = [self.stopped]
        self.cls = clean(loaded.get("class"))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer; Ended, and the time is lost, if there is none."""
        if self.sandbox is None:
            self._start()
        if self.sandbox is None or self.stopped:
            raise Ended("late")
        start = monotonic()
        try:
            return self.sandbox.ask(question, min(self.limits.case, self.budget))
        except Ended:
            self.sandbox = None
            self.lost += monotonic() - start
            self.budget -= monotonic() - start
            raise

    def _level(self, k: int, level: Level) -> Mark:
        mark = Mark(level)
        self.budget = self.limits.seconds
        if self.stopped is not None:
            return mark
        known = [*self.right] if self.plan.tested else DEFAULT
        tried = passed = 0
        for task in self.plan.tasks(k, level, known):
            if needed(task) & self.wrong.keys():
                continue  # what is wrong by itself costs its points once
            tried += 1
            failure = self._failure(task)
            passed += failure is None
            mark.failures += [failure] if failure else []
            if failure and level.whole:
                return mark
        if tried:
            mark.points = round(level.points * passed / tried, 2)
        else:
            mark.failures = [Failure("needs", {"shapes": [*self.wrong] or DEFAULT[:1]})]
        return mark

    def _failure(self, task: Task) -> Failure | None:
        """What is wrong with a task, made as small as it can be in the time of a case."""
        if self.lost >= self.limits.total or self.budget <= 0:
            return Failure("late")
        try:
            failure = self._asked(task)
        except Ended as end:
            failure = Failure(end.kind, {"status": end.status}, program=task.program)
        own = task.program and alone(task.program)
        if own and failure is None and own not in self.wrong:
            self.right[own] = None
        elif own and failure is not None:
            self.wrong[own] = self.right.pop(own, None)
        search, end_of_search = task.smaller(), monotonic() + self.limits.case
        if failure is None or failure.kind in ("time", "ended"):
            return failure
        with suppress(Ended):
            while monotonic() < end_of_search and (simpler := next(search, None)):
                again = None
                with suppress(BatteryError):  # it may be too small for the script itself
                    again = self._asked(simpler)
                if again is not None and again.kind == failure.kind:
                    failure, search = again, simpler.smaller()
        return failure

    def _asked(self, task: Task) -> Failure | None:
        answer = self._ask(task.question)
        wanted, root = right(task)
        script = task.script and (task.script.function, json.loads(task.given))
        about: dict[str, Any] = {"program": task.program, "script": script, "root": root}
        return _judged(answer, wanted, {**about, "cls": self.cls})


DEFAULT = ["x + y", "x * y", "x + 2", "x * 2"]


def _judged(answer: dict[str, Any], wanted: list[Numbers], about: dict[str, Any]) -> Failure | None:
    if "missing" in answer:
        return Failure("missing", {"name": clean(answer["missing"])}, **about)
    if "raised" in answer:
        return Failure("raised", told(answer["raised"]), **about)
    values = answer.get("values")
    off = difference(values if isinstance(values, dict) else {}, wanted)
    if off is None:
        return None
    return Failure("wrong", dict(zip(("key", "got", "wanted"), off, strict=True)), **about)


def told(error: Any) -> dict[str, Any]:
    """An error as a submission's process tells it, which may tell anything."""
    given = error if isinstance(error, dict) else {}
    words = {key: clean(given.get(key, "")) for key in ("type", "text", "file")}
    return {**words, "line": given.get("line") if isinstance(given.get("line"), int) else 0}


def clean(x: object, longest: int = 200) -> str:
    """A text of a submission's, without what is no character or would move a terminal's cursor."""
    return re.sub(r"[^\n -~\xa0-\ud7ff\ue000-\U0010ffff]", "?", str(x)[:longest])
