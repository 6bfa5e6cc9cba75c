"""Texts for the reader in English or Spanish, from the catalogue in texts.py."""

from __future__ import annotations

from .texts import TEXTS

LANGUAGES = ("en", "es")


def text(name: str, lang: str, /, **values: object) -> str:
    """The text of this name in a language, "en" or "es", with the values filled in.

    >>> text("expression.twice", "es", name="x")
    'x aparece dos veces'

    Raises KeyError for a name that is not in the catalogue, ValueError for another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    return TEXTS[name][LANGUAGES.index(lang)].format(**values)


def shortened(words: str, longest: int = 40) -> str:
    """The words, with their end left out where they are longer.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return words if len(words) <= longest else words[: longest - 1] + "…"


def default_language() -> str:
    """The language of the environment's locale: "es" where it is Spanish, else "en"."""
    from os import environ

    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environ.get(variable):  # the first that is set decides, as in POSIX
            return "es" if locale.lower().startswith("es") else "en"
    return "en"
