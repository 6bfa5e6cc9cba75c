"""Telling the two languages apart, by the words that each has and the other has not."""

from __future__ import annotations

import re

# Words that stand in nearly every sentence of one language and in none of the other.
ENGLISH = frozenset(
    "the of is are and not must be with for from that this it its which at to has have got expected"
    " required argument arguments invalid choice unrecognized directory file such cannot column"
    " line known value number unknown given gives takes only there found used give needs write but"
    " was made like could match explicit raised division result too large".split()
)
SPANISH = frozenset(
    "el la los las del un una es son que se con para debe falta faltan hay archivo como esto ni"
    " en aparece necesita al lanzó lleva argumento argumentos ayuda nombre desde valor sino ser"
    " ya lo existen".split()
)


def words(told: str) -> set[str]:
    """The words of a text: no options, no names of files, nothing that is part of a formula."""
    told = told.replace("{en,es}", "").replace("en, es)", ")")  # as Python 3.13.5 has it
    return set(re.findall(r"(?<![\w.'/:-])[^\W\d_]+(?![\w'(/-]|\.\w|:\w)", told))
