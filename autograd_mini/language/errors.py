"""Errors in Spanish: the engine speaks English alone, and a command translates what it says.

errors.txt and usage.txt have the English text of every error that a command can meet, as a template
with slots for what it tells, and its Spanish. Of the templates that fit a text, the one is taken
that leaves the least of it in the slots. What some slots hold is told in words itself, as {error}
or {needs}, and is translated likewise; {phrase} must be one of the catalogue, so that "x must be
{phrase}, got {y}" leaves alone what others say in those words.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from .catalogues import catalogue, checked

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
    return message if checked(lang) == "en" else _spanish(message)[1]


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


_Template = tuple[tuple[str, ...], str, str]


@cache
def _templates() -> list[_Template]:
    """(the words between the slots, English, Spanish), the most words first."""
    found = [
        (tuple(part for part, *_ in Formatter().parse(english) if part), english, spanish)
        for english, spanish in (catalogue("errors") | catalogue("usage")).values()
    ]
    return sorted(found, key=lambda template: -sum(map(len, template[0])))


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """A template's pattern; a slot that comes twice must hold the same."""
    pattern, seen = "", set()
    for words, slot, *_ in Formatter().parse(english):
        pattern += re.escape(words)
        if slot is not None:
            pattern += f"(?P={slot})" if slot in seen else f"(?P<{slot}>.+?)"
            seen.add(slot)
    return re.compile(pattern, re.DOTALL)


def _filled(template: _Template, message: str) -> tuple[int, str] | None:
    """The Spanish of a template with what the message has in its slots, if it fits."""
    parts, english, spanish = template
    match = None
    if all(part in message for part in parts):  # most do not fit, and need no pattern
        match = _pattern(english).fullmatch(message)
    if match is None:
        return None
    left, slots = 0, match.groupdict()
    for name, held in slots.items():
        letters, told = _spanish(held) if name in _TOLD else (len(held), held)
        if name.startswith("phrase") and told == held:
            return None
        left, slots[name] = left + letters, told
    return left, spanish.format(**slots)
