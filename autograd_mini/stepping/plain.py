"""The steps as plain text, for pipes, files and terminals that can do no more."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from autograd_mini.language import meant, text
from autograd_mini.notation.labels import printable

from .explaining import explain_step
from .sequence import Steps, phase

EVERY = ("forward", "backward", "update")


def transcript(
    steps: Steps, lang: str | None = None, *, phases: Sequence[str] = EVERY
) -> Iterator[str]:
    """The lines of all steps, one after the other, as they are made.

    `lang` is "en" or "es", None the language of the environment; `phases` are those of "forward",
    "backward" and "update" that are wanted.

    Raises ValueError for an unknown language or phase.

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> lines = [*transcript(steps(x * x), "en", phases=["forward"])]
    >>> lines[0], lines[-1].strip()
    ('Forward pass', 'v₁ = 3 · 3 = 9')
    """
    return _lines(steps, meant(lang), checked(phases))


def _lines(steps: Steps, lang: str, wanted: Sequence[str]) -> Iterator[str]:
    shown = (index for index, step in enumerate(steps) if phase(step) in wanted)
    for k, (now, indices) in enumerate(groupby(shown, lambda index: phase(steps[index]))):
        title = text(f"terminal.{now}", lang)
        yield from [""] * (k > 0) + [title[0].upper() + title[1:]]
        for index in indices:
            yield from step_lines(steps, index, lang)


def step_lines(steps: Steps, index: int, lang: str) -> Iterator[str]:
    """The lines of one step, the first with its number."""
    number = f"{index:>{len(str(len(steps) - 1))}}  "
    for k, line in enumerate(str(explain_step(steps, index, lang)).split("\n")):
        yield f"{number if k == 0 else ' ' * len(number)}{clean(line)}".rstrip()


def clean(text: str) -> str:
    r"""The text without anything that a terminal would obey or that would turn the writing round.

    >>> clean("a\x1b[31m\u202eb")
    'a␛[31m�b'
    """
    shown = printable(text)
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)


def checked(phases: Sequence[str]) -> tuple[str, ...]:
    """The phases as a tuple; ValueError for an unknown one."""
    phases = (phases,) if isinstance(phases, str) else tuple(phases)
    if unknown := [name for name in phases if name not in EVERY]:
        raise ValueError(f"phases must be of {', '.join(EVERY)}; got {unknown[0]!r}")
    if not phases:
        raise ValueError(f"phases must be at least one of {', '.join(EVERY)}")
    return phases
