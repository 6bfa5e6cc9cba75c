"""One term for one thing: the Spanish texts use the glossary's terms, and none that it rejects."""

import re
from pathlib import Path

import pytest
from extensions.terms import markdown, terms

import autograd_mini
from autograd_mini.language import catalogue

ROOT = Path(__file__).resolve().parent.parent

TERMS = terms()
CODE = re.compile(r"```.*?^```|`[^`\n]+`|\$[^$]+\$|\{\w+\}", re.DOTALL | re.MULTILINE)


def spanish():
    """Every Spanish text that a reader sees, by where it stands; without code and formulas."""
    found = {}
    for file in (ROOT / "autograd_mini" / "language").glob("*.txt"):
        found[file.name] = "\n".join(es for _, es in catalogue(file.stem).values())
    for file in [*(ROOT / "docs" / "es").rglob("*.md"), ROOT / "README.es.md"]:
        found[str(file.relative_to(ROOT))] = file.read_text(encoding="utf-8")
    for file in (ROOT / "notebooks" / "lessons").glob("*.txt"):
        blocks = re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found[file.name + " (lesson)"] = "\n".join(b for b in blocks if b.startswith("es\n"))
    for file in (Path(autograd_mini.__file__).parent / "course" / "broken").glob("*.txt"):
        found[file.name] = "\n".join(re.findall(r"^# es: .*", file.read_text("utf-8"), re.M))
    return {where: " ".join(CODE.sub("", text).split()) for where, text in found.items()}


TEXTS = spanish()


def used(words):
    """Where the words stand; each word may have a plural."""
    plural = r"\s+".join(rf"{re.escape(word)}(?:es|s)?" for word in words.split())
    meant = re.compile(rf"\b{plural}\b", re.IGNORECASE)
    return [(where, found[0]) for where, text in TEXTS.items() if (found := meant.search(text))]


def test_the_file_is_read_whole():
    source = (ROOT / "docs" / "glossary.txt").read_text(encoding="utf-8")
    assert len(TERMS) == source.count("\n  see ") >= 35
    names = [name for term in TERMS for name in (term.en, term.es)]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.en.replace(" ", "-"))
def test_the_spanish_texts_use_the_term_and_no_other(term):
    assert used(term.es), "the glossary has a term that no text uses"
    for other in term.rejected.split(", "):
        assert used(other) == [], f"say {term.es!r}"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_has_every_term_with_its_definition_and_pages_that_exist(lang):
    rows = markdown(lang).splitlines()[2:]
    assert len(rows) == len(TERMS)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert all(row.count(".md)") == 1 for row in rows)
    for term in TERMS:
        about = getattr(term, f"{lang}_about")
        assert about[0].isupper()
        assert about.endswith(".")


def test_the_names_in_code_exist():
    from autograd_mini import checking, data, graph, losses, nn, optim, stepping, training

    rooms = (autograd_mini, checking, data, graph, losses, nn, optim, stepping, training)
    for name in {word for term in TERMS for word in term.see.split() if not word.endswith(".md")}:
        first, *rest = name.split(".")
        owner = next((getattr(room, first) for room in rooms if hasattr(room, first)), None)
        assert owner is not None, name
        assert all(hasattr(owner, attribute) for attribute in rest), name
