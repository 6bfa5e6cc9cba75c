"""The directive `{terms}`: the glossary, both languages side by side, from docs/glossary.txt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent.parent
HEADINGS = {
    "en": ("Term", "Spanish", "What it is", "Where it is seen"),
    "es": ("Término", "En inglés", "Qué es", "Dónde se ve"),
}
_ENTRY = re.compile(
    r"^(?P<en>\w[^|\n]*) \| (?P<es>.+)\n  en  (?P<en_about>.+)\n  es  (?P<es_about>.+)\n"
    r"  see (?P<see>.+)\n  not (?P<rejected>.+)\n",
    re.MULTILINE,
)


class Term(NamedTuple):
    """What stands of a term in the file."""

    en: str
    es: str
    en_about: str
    es_about: str
    see: str
    rejected: str


def terms() -> list[Term]:
    """Read the file; each entry is a Term."""
    source = (DOCS / "glossary.txt").read_text(encoding="utf-8")
    return [Term(**match.groupdict()) for match in _ENTRY.finditer(source)]


def page(name: str, language: str) -> str:
    """The path of a page from the explanation's; ValueError unless there is one of the name."""
    (found,) = (DOCS / language).glob(f"*/{name}")
    return f"../{found.parent.name}/{name}"


def markdown(language: str) -> str:
    """The table, in the order of the language's alphabet."""
    other = {"en": "es", "es": "en"}[language]
    rows = [HEADINGS[language], ("---",) * 4]
    plain = str.maketrans("áéíóú", "aeiou")  # an accent does not change the place
    for term in sorted(terms(), key=lambda term: getattr(term, language).translate(plain)):
        seen = [
            f"[]({page(name, language)})" if name.endswith(".md") else f"`{name}`"
            for name in term.see.split()
        ]
        about = getattr(term, f"{language}_about").replace("|", r"\|")
        rows += [(getattr(term, language), getattr(term, other), about, ", ".join(seen))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from sphinx.util.docutils import SphinxDirective

    class Terms(SphinxDirective):
        """Set the table of terms."""

        def run(self) -> list[nodes.Node]:
            return self.parse_text_to_nodes(markdown(self.config.language))

    app.add_directive("terms", Terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
