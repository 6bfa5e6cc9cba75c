"""Errors in Spanish: the engine speaks English alone, and a command translates what it says.

errors.txt and usage.txt have the English text of every error that a command can meet, as a template
with slots for what it tells, and its Spanish. Of the templates that fit a text, the one is taken
that leaves the least of it in the slots. What some slots hold is told in words itself, as {error}
or {needs}, and is translated likewise; {phrase} must be one of the catalogue, so that "x must be
{phrase}, got {y}" leaves alone what others say in those words.
"""

import re
from functools import cache, lru_cache
from string import Formatter

from .catalogues import catalogue, checked

_LONGEST = 2000  # letters; what is longer is no sentence of this package
_TOLD = """error problem message reason refusals first second cause needs has where who role
operands phrase phrase2""".split()


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
    found = [told for template in _templates() if (told := _filled(*template, message))]
    if found:
        return min(found, key=lambda told: told[0])
    head, newline, rest = message.partition("\n")
    if newline:
        (here, first), (there, others) = _spanish(head), _spanish(rest)
        return here + there, f"{first}\n{others}"
    return len(message), message


@cache
def _templates() -> list[tuple[list[str], str, str]]:
    """The words of each, a pattern that finds its slots, its Spanish; the most words first.

    Each slot holds as little as it can up to the words behind it, and that is not tried otherwise
    (an atomic group): time does not grow with what might fit.
    """
    found = []
    for english, spanish in (catalogue("errors") | catalogue("usage")).values():
        parts = [*Formatter().parse(english)]
        pattern, slots = "", set[str]()
        for words, slot, *_ in parts:
            pattern += re.escape(words)
            if slot is not None:
                held = f"(?P={slot})" if slot in slots else f"(?P<{slot}>.+?)"
                pattern += f"{')' * bool(slots)}(?>{held}"
                slots.add(slot)
        pattern = rf"(?s){pattern}\Z{')' * bool(slots)}"
        found.append(([words for words, *_ in parts], pattern, spanish))
    return sorted(found, key=lambda one: -sum(map(len, one[0])))


def _filled(words: list[str], pattern: str, spanish: str, message: str) -> tuple[int, str] | None:
    """The Spanish of a template with what the message has in its slots, if it fits."""
    match = all(part in message for part in words) and re.match(pattern, message)
    if not match:
        return None
    left, slots = 0, match.groupdict()
    for name, held in slots.items():
        letters, told = _spanish(held) if name in _TOLD else (len(held), held)
        if name.startswith("phrase") and told == held:
            return None
        left, slots[name] = left + letters, told
    return left, spanish.format(**slots)
