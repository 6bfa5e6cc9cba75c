"""Reading the catalogues of texts; the package says how they are written."""

import re
from functools import cache
from os import environ

LANGUAGES = ("en", "es")
Catalogue = dict[str, tuple[str, str]]


def checked(lang: str) -> str:
    """The language, if it is one."""
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    return lang


def meant(lang: str | None) -> str:
    """The language; without one "es" where the environment's locale is Spanish, else "en".

    Raises ValueError for another.
    """
    # the first variable that is set decides, as in POSIX
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return checked(lang if lang is not None else "es" if locale.lower().startswith("es") else "en")


def of(both: tuple[str, str], lang: str) -> str:
    """The English or the Spanish of two texts."""
    return both[LANGUAGES.index(checked(lang))]


def text(name: str, lang: str, /, **values: object) -> str:
    """The text of this name in a language, its values filled in.

    >>> text("expression.twice", "es", name="x")
    'x aparece dos veces'

    Raises KeyError for a name that its catalogue does not have, ValueError for another language.
    """
    room, _, key = name.partition(".")
    return of(catalogue(room)[key], lang).format(**values)


def words(room: str, lang: str) -> dict[str, str]:
    """All texts of a catalogue in one language, for places where many are filled in."""
    return {name: of(both, lang) for name, both in catalogue(room).items()}


_ENTRY = re.compile(
    r"^(?:([^\s#].*)\n)?(?:  as  (.+)|  en  (.+(?:\n {6}.+)*)\n  es  (.+(?:\n {6}.+)*))\n", re.M
)


@cache
def catalogue(room: str) -> Catalogue:
    """The texts of a room: name -> (English, Spanish). It is shared: copy it to change it."""
    from pathlib import Path  # slow to import

    source = Path(__file__).with_name(f"{room}.txt").read_text(encoding="utf-8")
    texts: Catalogue = {}
    for name, other, *both in _ENTRY.findall(source):
        if other:
            whose, _, key = other.partition(".")
            texts[name] = (texts if whose == room else catalogue(whose))[key]
        else:
            english, spanish = map(_joined, both)
            texts[name or english] = english, spanish
    return texts


def _joined(lines: str) -> str:
    joined = lines.replace("\n      \\n", "\n").replace("\n      ", " ")
    return joined.replace("\\n", "\n").replace("\\s", " ")


def shortened(words: str, longest: int = 40) -> str:
    """The words, with their end left out where they are longer.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return words if len(words) <= longest else words[: longest - 1] + "…"


def whole(n: int, lang: str) -> str:
    """A whole number in groups of three digits, as the language has them.

    In Spanish with a thin space, from five digits on (Ortografía de la lengua española, RAE 2010).

    >>> whole(6294, "en"), whole(6294, "es"), whole(200000, "es")
    ('6,294', '6294', '200\u202f000')
    """
    if lang == "en":
        return f"{n:,}"
    return str(n) if n < 10_000 else f"{n:,}".replace(",", "\u202f")
