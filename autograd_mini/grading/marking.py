"""Marks: each submission answers the battery's cases, and is compared with our own engine."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import AutogradError

from .engine import VARIANTS, Reference
from .failures import Failure
from .levels import Case, Drawn, Level, Script, read
from .programs import Program, alone, drawn, of_case, of_graph, shapes, smaller, sound
from .sandbox import Ended, Limits, Sandbox
from .submissions import found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd_mini.value import Value

    from .programs import Shape
    from .submissions import Submission

    Numbers = dict[str, float]

LIMITS = Limits()
_TOLERANCE = 1e-6  # relative to the number wanted, or to 1
_QUESTIONS = 300  # to make a failure smaller


@dataclass
class Mark:
    """What a level has brought: points, how many of its cases are right, the first failure."""

    level: Level
    points: float = 0.0
    right: int = 0
    cases: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass
class Marks:
    """The marks of a submission, level by level; `notes` are failures that cost nothing alone."""

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
        marks = list(pool.map(one, submissions))
    return sorted(marks, key=lambda each: each.name.lower())


# --- what is asked, and what is right ------------------------------------------------------------
class _Plan:
    """The battery with a seed: the same questions for all who have the same operations right."""

    def __init__(self, levels: Sequence[Level], seed: int) -> None:
        self.levels, self.seed = levels, seed
        self.programs: dict[tuple[int, int], Program] = {}
        for k, level in enumerate(
            levels
        ):  # a mistake in the battery is told before anyone is asked
            for i, case in enumerate(level.cases):
                if isinstance(case, Case):
                    self.programs[k, i] = of_case(case, self.random(k, i))
                elif isinstance(case, Script):
                    script_values(case, self.key(k, i))
        self.tested = any(map(alone, self.programs.values()))

    def key(self, level: int, case: int) -> str:
        return f"{self.seed}/{level}/{case}"

    def random(self, level: int, case: int) -> Random:
        return Random(self.key(level, case))


@lru_cache(maxsize=10_000)
def program_values(program: Program) -> list[Numbers]:
    """What is right; where backward() follows on backward(), the last one alone is right too."""
    twice = ("backward", "backward")
    wanted = [Reference().run(program)]
    if program.passes[-2:] == twice:
        wanted.append(Reference().run(program._replace(passes=program.passes[:-1])))
    return wanted


@lru_cache(maxsize=1000)
def _script(script: Script, seed: str, given: str) -> tuple[list[Numbers], Value | None]:
    from .levels import BatteryError

    wanted: list[Numbers] = []
    root = None
    try:
        for variant in VARIANTS:
            engine = Reference(variant, seed)
            values = script.function(engine, **json.loads(given))
            wanted.append({str(key): float(x) for key, x in values.items()})
            root = root or next(iter(engine.roots), None)
            if not engine.variable:
                break
    except Exception as error:
        name = getattr(script.function, "__name__", "script")
        raise BatteryError(f"{name} raised {type(error).__name__}: {error}") from error
    return wanted, root


def script_values(script: Script, seed: str, **given: Any) -> tuple[list[Numbers], Value | None]:
    """What is right, for each of the networks that a course may have; and the graph, to draw it."""
    return _script(script, seed, json.dumps({**script.given, **given}))


def difference(got: Numbers, wanted: Sequence[Numbers]) -> tuple[str, Any, float] | None:
    """The first number that is off: its name, what it is, what it should be; None if all agree.

    Of several that would be right, the one counts of which the most agrees.
    """
    best: tuple[int, tuple[str, Any, float]] | None = None
    for right in wanted:
        off = [key for key, x in right.items() if not _near(got.get(key), x)]
        if not off:
            return None
        if best is None or len(right) - len(off) > best[0]:
            best = len(right) - len(off), (off[0], got.get(off[0]), right[off[0]])
    assert best is not None
    return best[1]


def _near(got: Any, wanted: float) -> bool:
    number = isinstance(got, int | float) and not isinstance(got, bool)
    return number and (got == wanted or abs(got - wanted) <= _TOLERANCE * max(1.0, abs(wanted)))


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
        self.right: dict[Shape, None] = {}
        self.wrong: dict[Shape, None] = {}

    def marks(self) -> Marks:
        """All of it."""
        start = monotonic()
        try:
            self._start()
            for k, level in enumerate(self.plan.levels):
                self.found.marks.append(self._level(k, level))
            if self.sandbox is not None:
                self.found.printed = str(self._ask({"do": "end"}).get("printed", ""))[:500]
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
            return
        notes = self.sandbox.loaded.get("notes") or []
        self.cls = str(self.sandbox.loaded.get("class"))
        told = [Failure("load.raised", note) for note in notes if isinstance(note, dict)]
        if self.sandbox.loaded.get("class") is None:
            self.stopped = (
                told[0] if told else Failure("load.none", {"cls": self.setup["class"] or "Value"})
            )
            self.sandbox.close()
        elif not self.found.notes:
            self.found.notes = told

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
            mark.failures = [self.stopped] if k == 0 else []
            return mark
        for i, case in enumerate(level.cases):
            for program in self._programs(k, i, case):
                mark.cases += 1
                failure = self._case(k, i, case, program)
                mark.right += failure is None
                if failure is not None:
                    mark.failures.append(failure)
                    if level.whole:
                        return mark
        if mark.cases == 0:
            needed = self.wrong or dict.fromkeys([("add", "nn")])
            mark.failures = [Failure("needs", {"shapes": list(needed)})]
        else:
            mark.points = round(level.points * mark.right / mark.cases, 2)
        return mark

    def _programs(self, k: int, i: int, case: Case | Drawn | Script) -> Iterator[Program | None]:
        """The programs of a case, without those that need what is wrong by itself."""
        if isinstance(case, Drawn):
            known = [*self.right] if self.plan.tested else DEFAULT
            random = self.plan.random(k, i)
            made = [drawn(case, known, random) for _ in range(case.count)]
            yield from (program for program in made if program is not None)
        elif isinstance(case, Script):
            _, root = script_values(case, self.plan.key(k, i))
            if root is None or not _shapes_of(root) & self.wrong.keys():
                yield None
        else:
            program = self.plan.programs[k, i]
            if alone(program) or not shapes(program) & self.wrong.keys():
                yield program

    def _case(self, k: int, i: int, case: Any, program: Program | None) -> Failure | None:
        if self.lost >= self.limits.total or self.budget <= 0:
            return Failure("late", {})
        try:
            if program is None:
                return self._script(case, k, i)
            failure = self._program(program)
        except Ended as end:
            failure = Failure(end.kind, {"status": end.status}, program=program)
        own = program and alone(program)
        if own:
            (self.wrong if failure else self.right).setdefault(own)
            if failure and own in self.right:
                del self.right[own]
        return failure

    def _program(self, program: Program) -> Failure | None:
        failure = self._asked(program)
        if failure is None:
            return None
        questions, search = 0, smaller(program)
        while (candidate := next(search, None)) is not None and questions < _QUESTIONS:
            if not sound(candidate):
                continue
            questions += 1
            again = self._asked(candidate)
            if again is not None and again.kind == failure.kind:
                failure, search = again, smaller(candidate)
        return failure

    def _asked(self, program: Program) -> Failure | None:
        answer = self._ask({"do": "program", "program": program._asdict()})
        return _judged(answer, program_values(program), {"program": program, "cls": self.cls})

    def _script(self, script: Script, k: int, i: int) -> Failure | None:
        def asked(**given: Any) -> Failure | None:
            given = {**script.given, **given}
            key = self.plan.key(k, i)
            answer = self._ask({"do": "script", "script": (k, i), "seed": key, "given": given})
            wanted, root = script_values(script, key, **given)
            about = {"script": (script.function, given), "root": root, "cls": self.cls}
            return _judged(answer, wanted, about)

        failure = asked()
        for name, number in script.given.items() if failure else ():
            low, high = 0, number if isinstance(number, int) else 0  # right at low, wrong at high
            while high - low > 1:
                middle = (low + high) // 2
                again = asked(**{name: middle})
                low, high = (middle, high) if again is None else (low, middle)
                failure = again or failure
        return failure


DEFAULT: list[Shape] = [("add", "nn"), ("mul", "nn"), ("add", "nc"), ("mul", "nc")]


def _judged(answer: dict[str, Any], wanted: list[Numbers], about: dict[str, Any]) -> Failure | None:
    if "missing" in answer:
        return Failure("missing", {"name": str(answer["missing"])}, **about)
    if isinstance(answer.get("raised"), dict):
        return Failure("raised", answer["raised"], **about)
    values = answer.get("values")
    off = difference(values if isinstance(values, dict) else {}, wanted)
    if off is None:
        return None
    return Failure("wrong", dict(zip(("key", "got", "wanted"), off, strict=True)), **about)


@lru_cache(maxsize=1000)
def _shapes_of(root: Value) -> set[Shape]:
    from autograd_mini.graph import topological

    leaves = [node for node in topological(root) if not node.parents]
    try:
        return shapes(Program((), (), of_graph(root, leaves)))
    except AutogradError:  # operations on vectors: networks
        return set()
