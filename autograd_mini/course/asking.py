"""The questions of the lessons, graded where they are asked; questions.txt says what is asked."""

from collections.abc import Iterator
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

from autograd_mini.checking import check_grad
from autograd_mini.expressions import assignments, parse
from autograd_mini.graph import topological
from autograd_mini.language import meant, text
from autograd_mini.numbers.arguments import one_of
from autograd_mini.numbers.kinds import shown
from autograd_mini.numbers.numberlike import held
from autograd_mini.value import Value

from .slips import Judged, near, raised, typed

_BESIDE = (1.0, 0.8, -1.3)  # a function is judged at these multiples of the point


class Question(NamedTuple):
    """A line of questions.txt."""

    kind: str
    source: str
    at: dict[str, float]
    slips: dict[str, str]

    def value(self, source: str, factor: float = 1.0) -> float:
        """What an expression gives at the numbers of the question, or at a multiple of them."""
        f = parse(source)
        return float(f(**{name: factor * self.at[name] for name in f.names}))

    def key(self, factor: float = 1.0) -> float:
        """The right number there, computed."""
        leaves = {name: Value(factor * x) for name, x in self.at.items()}
        root = parse(self.source)(**leaves)
        if "d/d" in self.kind:
            root.backward()
            return float(leaves[self.kind[-1]].grad)
        return float(len(topological(root)) if self.kind == "nodes" else root.data)

    def compared(self, answer: Any) -> Iterator[tuple[float, float, float]]:
        """What a function gives, what is right, and where: the multiple of the point."""
        for factor in _BESIDE:
            at = tuple(factor * x for x in self.at.values())
            if "d/d" in self.kind:
                yield float(answer(*at)), self.key(factor), factor
            else:
                yield answer(*map(Value, at)).data, self.key(factor), factor
                yield float(check_grad(answer, at).ok), 1.0, factor


@cache
def questions() -> dict[str, Question]:
    """All questions by their numbers, "1.1" first."""
    found = {}
    for line in Path(__file__).with_name("questions.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            number, kind, source, numbers, listed = map(str.strip, line.split("|"))
            slips = dict(slip.split(": ") for slip in listed.split("; ") if slip)
            at = assignments(numbers.split(), parse(source).names)
            found[number] = Question(kind, source, at, slips)
    return found


def ask(number: str, answer: Any = ..., *more: Any, lang: str | None = None) -> Judged:
    """Judge the answer to a question of the lessons; without one, ask it.

    The answer is a number, a Value or a function, as the question says. A wrong one is told the
    slip that leads to it, if it is a known one. The language may stand third without its name.

    >>> ask("3.1", -3, lang="en").right
    True
    >>> ask("3.1", 2, lang="en")
    No. That is the other factor: ∂(a·b)/∂a is b, and ∂(a·b)/∂b is a.

    Raises ValueError for a question that there is not.
    """
    if more and isinstance(more[-1], str):
        more, lang = more[:-1], more[-1]
    if more:  # 0,5 for 0.5
        answer = (answer, *more)
    lang, number = meant(lang), one_of("question", number, questions())
    if answer is ...:
        return Judged(None, f"{number}  {text(f'ask.{number}', lang)}")
    slip, told = _slip(questions()[number], answer, lang)
    if not slip:
        return Judged(True, text("ask.right", lang))
    return Judged(False, f"{text('ask.no', lang)} {text(f'ask.slip.{slip}', lang, got=told)}")


def _slip(question: Question, answer: Any, lang: str) -> tuple[str, str]:
    """The slip that an answer shows, "" if it is right, and what is told in its text."""
    number, kind = held(answer), question.kind
    if kind.startswith("function"):
        if not callable(answer):
            return "a.function", type(answer).__name__
        try:
            found = [*question.compared(answer)]
        except Exception as error:
            return "raised", raised(error, lang)
    elif kind == "graph" and getattr(answer, "first", None) is None:
        return "a.value", type(answer).__name__
    elif isinstance(number, bool) or not isinstance(number, Real):
        return "a.number", type(answer).__name__
    else:
        try:
            found = [(float(number), question.key(), 1.0)]
        except OverflowError:
            return "unknown", shown(number)
    if not (wrong := [one for one in found if not near(one[0], one[1])]):
        return "", ""
    for slip, source in (*question.slips.items(), ("sign", "")):
        if all(near(g, question.value(source, k) if source else -w) for g, w, k in wrong):
            return slip, ""
    got, right, _ = wrong[0]
    if abs(got - right) <= 0.5 * (typed(str(got)) or (0, 0.0))[1]:
        return "close", ""  # rounded rightly, to two digits
    return "unknown", f"{got:.6g}"
