"""Errors in Spanish: the engine speaks English alone, and a command translates what it says.

errors.txt has the English text of every error that a command can meet, as a template with slots
for what it tells, and its Spanish. A text is matched against the templates, the one with the most
words of its own first. What some slots hold is told in words itself, as {error} or {needs}, and is
translated likewise; {phrase} must be one of the catalogue, so that "x must be {phrase}, got {x}"
leaves alone what others say in those words.
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
    return message if checked(lang) == "en" else _spanish(message)


def _spanish(message: str) -> str:
    whole = _matched(message)
    if whole is None and "\n" in message:
        return "\n".join(map(_spanish, message.split("\n")))
    return message if whole is None else whole


@cache
def _templates() -> list[tuple[tuple[str, ...], str, str]]:
    """(the words between the slots, English, Spanish), the longest first."""
    found = [
        (tuple(part for part, *_ in Formatter().parse(english) if part), english, spanish)
        for english, spanish in catalogue("errors").values()
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


def _matched(message: str) -> str | None:
    for parts, english, other in _templates():
        if all(part in message for part in parts):
            match = _pattern(english).fullmatch(message)
            slots = _slots(match.groupdict()) if match else None
            if slots is not None:
                return other.format(**slots)
    return None


def _slots(held: dict[str, str]) -> dict[str, str] | None:
    """What the slots hold, in Spanish; None if a phrase is none of the catalogue."""
    slots = {}
    for name, text in held.items():
        slots[name] = _spanish(text) if name in _TOLD else text
        if name.startswith("phrase") and _matched(text) is None:
            return None
    return slots
