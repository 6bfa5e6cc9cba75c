"""The catalogues of texts: both languages say the same, and what is asked for is there."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import autograd_mini
from autograd_mini import language
from autograd_mini.language import catalogues
from tests.cli.tongues import ENGLISH, SPANISH, words

PACKAGE = Path(autograd_mini.__file__).parent
FILES = sorted(Path(language.__file__).parent.glob("*.txt"))
ROOMS = [file.stem for file in FILES]
CODE = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
ACCESSORS = {"text", "told", "words", "words_of", "said"}
SCRIPTED = {
    *"page groups whatif predict perform play player descent".split()
}  # pages ask for their texts


def slots(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# --- the format ----------------------------------------------------------------------------------
@pytest.mark.parametrize("file", FILES, ids=ROOMS)
def test_every_line_belongs_to_an_entry(file):
    source = file.read_text(encoding="utf-8")
    left = catalogues._ENTRY.sub("", source)
    assert [line for line in left.split("\n") if line and not line.startswith("#")] == []
    assert max(map(len, source.split("\n"))) <= 100
    named = [name for name, *_ in catalogues._ENTRY.findall(source) if name]
    assert len({*named}) == len(named), "a name stands twice"


def test_lines_are_joined():
    assert catalogues._joined("a b\n      c") == "a b c"
    assert catalogues._joined("a:\n      \\n  b\\s") == "a:\n  b "
    english, spanish = language.catalogue("check")["example"]
    assert english.startswith('examples:\n  autograd-mini check "sin(x)')
    assert spanish.count("\n") == 3


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_slots(room):
    for name, (english, spanish) in language.catalogue(room).items():
        assert english.strip(), name
        assert spanish.strip(), name
        assert slots(english) == slots(spanish), name


CODED = re.compile(r"\{[^}]*\}|`[^`]+`|\w+\([^)]*\)|\[.*\]|\w+=")


@pytest.mark.parametrize("room", ROOMS)
def test_no_text_is_in_the_language_of_the_other(room):
    for name, both in language.catalogue(room).items():
        english, spanish = (CODED.sub("", text) for text in both)
        assert not words(spanish) & ENGLISH - {"has", "at"}, name  # of haber; an argument
        assert not words(english) & SPANISH, name
        assert english != spanish or not re.search(r"[a-z]{3,} [a-z]{3,}", english), name


def test_no_text_stands_twice():
    """One that is the same in two places is an alias; short words have meanings of their own."""
    seen = {}
    for file in FILES:
        for name, other, *both in catalogues._ENTRY.findall(file.read_text(encoding="utf-8")):
            if name and not other and len(both[0]) > 2:
                assert (both[0], both[1]) not in seen, (file.stem, name, seen[both[0], both[1]])
                seen[both[0], both[1]] = f"{file.stem}.{name}"


# --- what the code asks for ----------------------------------------------------------------------
@cache
def nodes():
    return [(path, node) for path, code in CODE.items() for node in ast.walk(ast.parse(code))]


def asked():
    """Patterns of the names that the code gives to the accessor: \0 stands for what is computed."""
    found = []
    for path, node in nodes():
        if isinstance(node, ast.Call) and node.args:
            name = ast.unparse(node.func).removeprefix("language.")
            if name in ACCESSORS:
                rest = ".\0" * name.startswith("words")
                found += [(path, pattern + rest) for pattern in _patterns(node.args[0])]
    rooms = {*ROOMS, "\0"}
    return [(path, text) for path, text in found if "." in text and text.split(".")[0] in rooms]


def _patterns(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _patterns(node.body) + _patterns(node.orelse)
    if isinstance(node, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else "\0" for p in node.values)
        return ["".join(map(str, parts))]
    return []


NAMED = [room for room in ROOMS if room not in ("errors", "usage")]  # which have no names
NAMES = [f"{room}.{key}" for room in NAMED for key in language.catalogue(room)]


def test_every_text_that_is_asked_for_exists():
    patterns = asked()
    assert len(patterns) > 60
    for path, pattern in patterns:
        meant = re.compile(re.escape(pattern).replace("\0", ".+"))
        assert any(map(meant.fullmatch, NAMES)), (path, pattern)


def test_what_a_command_says_of_its_arguments_exists():
    for path, node in nodes():
        asks = ast.unparse(node.func) if isinstance(node, ast.Call) and "cli" in path.parts else ""
        if asks in ("args.say", "args.refuse", "args.exclude"):
            own = [path.stem, "cli"] if path.stem in ROOMS else ROOMS
            for pattern in _patterns(node.args[asks == "args.exclude"]):
                meant = re.compile(re.escape(pattern).replace("\0", ".+"))
                texts = [name.partition(".")[2] for name in NAMES if name.split(".")[0] in own]
                assert any(map(meant.fullmatch, texts)), (path, node.lineno, pattern)


def test_every_text_is_asked_for():
    """Its name stands in the code; or, in one that is computed, what is filled in does."""
    texts = {re.escape(pattern) for _, pattern in asked()}
    patterns = [re.compile(text.replace("\0", "(.+?)")) for text in texts]
    aliases = " ".join(file.read_text(encoding="utf-8") for file in FILES)
    literals = [str(node.value) for _, node in nodes() if isinstance(node, ast.Constant)]
    classes = [node.name for _, node in nodes() if isinstance(node, ast.ClassDef)]  # of the museum
    asked_in_lessons = (PACKAGE / "course" / "questions.txt").read_text(encoding="utf-8")
    words = {*re.findall(r"\w+", " ".join([*literals, *classes, asked_in_lessons]))}
    own = [name for name in NAMES if name.split(".")[0] not in SCRIPTED]
    for name in [name for name in own if f"  as  {name}\n" not in aliases]:
        matches = [match for pattern in patterns if (match := pattern.fullmatch(name))]
        parts = [re.findall(r"\w+", " ".join(match.groups())) for match in matches]
        assert any(words.issuperset(part) for part in parts), name


# --- the accessor --------------------------------------------------------------------------------
def test_an_unknown_language_is_refused():
    for ask in (lambda: language.text("cli.stopped", "fr"), lambda: language.words("cli", "fr")):
        with pytest.raises(ValueError, match=r"^lang must be one of en, es, got 'fr'$"):
            ask()
    assert language.LANGUAGES == ("en", "es")


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError, match="no such text"):
        language.text("cli.no such text", "en")


def test_the_language_is_checked_in_one_place():
    pattern = r"(?<!\.)lang not in |one_of\(\s*\"lang\"|lang must be"
    own = [path.name for path, code in CODE.items() if re.search(pattern, code)]
    assert own == ["catalogues.py"]


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"), ({"LANG": "es_MX.UTF-8"}, "es"), ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "es_AR"}, "es"),
        ({"LANG": "C", "LC_ALL": "es_ES"}, "es"),
    ],
)  # fmt: skip
def test_the_language_of_the_locale(environment, lang, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.meant(None) == lang
