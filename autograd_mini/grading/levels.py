"""What a battery is made of: levels, and the cases in them; battery.py is the built-in one."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograd_mini.errors import AutogradError
from autograd_mini.language import catalogue, of, text
from autograd_mini.numbers.arguments import one_of, whole

from .engine import module_of

Said = str | tuple[str, str]  # in one language, or in English and Spanish
ACTIONS = ("build", "backward", "reset")
SECONDS = ("leaf", "node", "new")


class BatteryError(AutogradError, ValueError):
    """A battery that cannot be used; the text says which part of it, and why."""


class Case:
    """An expression: its value, and its gradient by every input.

    f        a text such as "x * y + x", or a function of nodes, such as lambda x, y: (x * y).tanh()
    passes   what is done once f is built: "backward"; "reset" (the inputs' gradients to 0); "build"
             (f once more, from the same inputs)
    at       the inputs' numbers; those that are not given are drawn by the seed

    >>> Case("x * x", "backward reset backward", x=3).passes
    ('backward', 'reset', 'backward')
    """

    def __init__(self, f: str | Callable[..., Any], passes: str = "backward", **at: float) -> None:
        self.f, self.passes, self.at = f, _actions(passes), at


@dataclass(frozen=True)
class Drawn:
    """`count` random expressions of operations that the submission has, and has right.

    second   where second operands come from: "new" (each number is used once: a chain), "leaf"
             (inputs are used again) or "node" (results are used again)
    size     how many operations each has
    """

    count: int
    second: str = "new"
    size: int = 6
    passes: str = "backward"

    def __post_init__(self) -> None:
        one_of("second", self.second, SECONDS)
        whole("count", self.count)
        whole("size", self.size)
        _actions(self.passes)


class Script:
    """A function of an `Engine`, for what is no expression; it gives {name: number}.

    What it gives with our engine is what is wanted. It gets `given` (what JSON has) by name; of
    that a whole number is made smaller as long as the script fails.
    """

    def __init__(self, function: Callable[..., dict[str, Any]], **given: Any) -> None:
        self.function, self.given = function, given
        self.name = getattr(function, "__name__", "script")
        try:
            json.dumps(given)
        except (TypeError, ValueError) as error:
            raise BatteryError(f"a Script is given only what JSON has: {error}") from None


@dataclass(frozen=True)
class Level:
    """Cases that count together.

    points   for the whole level
    about    a sentence that says what it asks for; as the name in one language, or (English,
             Spanish)
    whole    whether one wrong case costs all points; else each case is worth an equal share

    >>> Level(("sums", "sumas"), 4, [Case("x + y")], "It adds.").title("es")
    'sumas'
    """

    name: Said
    points: float
    cases: Sequence[Case | Drawn | Script] = field(repr=False)
    about: Said | None = None
    whole: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.points < float("inf"):
            raise BatteryError(f"level {self.name}: points must be 0 or more, got {self.points!r}")
        if not _list_of(self.cases, (Case, Drawn, Script)):
            raise BatteryError(f"level {self.name}: cases must be a list of Case, Drawn and Script")

    def title(self, lang: str) -> str:
        """Its name in a language; of a built-in level that of the package's texts."""
        return self._said(self.name, f"level.{self.name}", lang)

    def sentence(self, lang: str) -> str:
        """What it asks for."""
        return self._said(self.about or "", f"level.{self.name}.about", lang)

    def _said(self, words: Said, key: str, lang: str) -> str:
        if self.about is None and key in catalogue("grade"):
            return text(f"grade.{key}", lang)
        return words if isinstance(words, str) else of(words, lang)


def read(path: str | None = None) -> list[Level]:
    """The levels of a battery's file, or the built-in ones.

    Raises BatteryError for a file that is no battery, OSError for one that cannot be read.
    """
    if path is None:
        from .battery import LEVELS

        return LEVELS
    module, problems = module_of(Path(path), "battery")
    for problem in problems:
        raise BatteryError(f"{path} raised {type(problem).__name__}: {problem}")
    levels: Any = getattr(module, "LEVELS", None)
    if not _list_of(levels, Level):
        raise BatteryError(f"{path}: a battery has a list LEVELS of Level")
    return list(levels)


def _actions(passes: str) -> tuple[str, ...]:
    return tuple(one_of("passes", action, ACTIONS) for action in passes.split())


def _list_of(x: Any, kinds: Any) -> bool:
    return isinstance(x, list | tuple) and bool(x) and all(isinstance(each, kinds) for each in x)
