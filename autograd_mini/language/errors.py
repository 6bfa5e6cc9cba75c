"""Errors in Spanish: the engine speaks English alone, and a command translates what it says.

errors.txt and usage.txt have the English text of every error that a command can meet, as a template
with slots for what it tells, and its Spanish. Of the templates that fit a text, the one is taken
that leaves the least of it in the slots. What some slots hold is told in words itself, as {error}
or {needs}, and is translated likewise; {phrase} must be one of the catalogue, so that "x must be
{phrase}, got {y}" leaves alone what others say in those words.
"""

from functools import cache, lru_cache
from string import Formatter
from typing import NamedTuple

from .catalogues import catalogue, checked

_LONGEST = 2000  # letters; what is longer is no sentence of this package
_TOLD = frozenset(
    "error problem message reason refusals first second cause needs has where who role"
    " operands phrase phrase2".split()
)


def translated(message: str, lang: str) -> str:
    """An error's English text in a language; as it is where the catalogue does not have it.

    A text of several lines that is no template as a whole is translated line by line.

    >>> translated("log(a) at a = -1.0 (x): it needs a > 0", "es")
    'log(a) en a = -1.0 (x): necesita a > 0'
    """
    return message if checked(lang) == "en" or len(message) > _LONGEST else _spanish(message)[1]


@lru_cache(maxsize=256)
def _spanish(message: str) -> tuple[int, str]:
    """How many letters are left as they were, and the Spanish."""
    found = [told for template in _templates() if (told := _filled(template, message))]
    if found:
        return min(found, key=lambda told: told[0])
    head, newline, rest = message.partition("\n")
    if newline:
        (here, first), (there, others) = _spanish(head), _spanish(rest)
        return here + there, f"{first}\n{others}"
    return len(message), message


class _Template(NamedTuple):
    words: list[str]
    """What stands before, between and behind the slots."""
    slots: list[str]
    spanish: str


@cache
def _templates() -> list[_Template]:
    """Those with the most words first."""
    found = []
    for english, spanish in (catalogue("errors") | catalogue("usage")).values():
        template = _Template([""], [], spanish)
        for words, slot, *_ in Formatter().parse(english):
            template.words[-1] += words
            if slot is not None:
                template.slots.append(slot)
                template.words.append("")
        found.append(template)
    return sorted(found, key=lambda template: -sum(map(len, template.words)))


def _filled(template: _Template, message: str) -> tuple[int, str] | None:
    """The Spanish of a template with what the message has in its slots, if it fits."""
    slots = _slots(template, message)
    if slots is None:
        return None
    left = 0
    for name, held in slots.items():
        letters, told = _spanish(held) if name in _TOLD else (len(held), held)
        if name.startswith("phrase") and told == held:
            return None
        left, slots[name] = left + letters, told
    return left, template.spanish.format(**slots)


def _slots(template: _Template, message: str) -> dict[str, str] | None:
    """What the slots hold, each as little as it can: time does not grow with what might fit."""
    first, *others = template.words
    if not message.startswith(first):
        return None
    slots: dict[str, str] = {}
    start = len(first)
    for k, (name, words) in enumerate(zip(template.slots, others, strict=True), 1):
        at_end = k == len(others) and message.endswith(words)
        end = len(message) - len(words) if at_end else message.find(words, start + 1)
        if end <= start or slots.setdefault(name, message[start:end]) != message[start:end]:
            return None
        start = end + len(words)
    return slots if start == len(message) else None
