"""`autograd-mini draw`: each kind of file, both languages, and wrong input."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pytest

from autograd_mini import from_json
from autograd_mini.cli import main
from tests.drawing.structure import SVG

ISSUE = ["draw", "tanh(w*x+b)", "w=0.5", "x=2", "b=-1", "--detail", "chain rule", "--lang", "en"]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)


def drawn(suffix: str) -> bytes:
    assert main([*ISSUE, "-o", f"out.{suffix}"]) == 0
    return Path(f"out.{suffix}").read_bytes()


def test_svg(capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"".join(text.itertext()) for text in ET.fromstring(drawn("svg")).iter(f"{SVG}text")}
    # d tanh/dv = 1 at v = 0, so dy/dw = x and dy/dx = w.
    assert {"y = tanh(v₂)", "∂y/∂v₂ = 1", "∂v₁/∂w = 2", "1 × 2 = 2", "1 × 0.5 = 0.5"} <= texts
    assert capsys.readouterr().out == "out.svg\n"


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("PDF", b"%PDF-"),
        ("mmd", b"%%{init: "),
        ("tex", rb"\documentclass"),
        ("txt", "y = tanh(v₂)  data 0  grad 1\n".encode()),
    ],
)
def test_the_suffix_says_what_the_file_is(suffix: str, beginning: bytes) -> None:
    assert drawn(suffix).startswith(beginning)


def test_dot_is_read_by_graphviz() -> None:
    assert len(pygraphviz.AGraph(string=drawn("dot").decode()).edges()) == 5
    assert drawn("gv") == drawn("dot")


def test_json_is_the_graph() -> None:
    (y,) = from_json(drawn("json").decode())
    assert (y.data, y.label, y.grad) == (0.0, "y", 1.0)


def test_without_a_file_the_graph_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "x*x", "--lang", "es", "x=-3"]) == 0
    assert capsys.readouterr().out == (
        "y = x · x  dato 9  grad 1\n├─ x  dato −3  grad −6\n└─ x ↑\n"
    )


def test_names_that_look_like_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "-o*2", "o=-3"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "y = v₁ · 2  data 6  grad 1"
    assert main(["draw", "y*2", "y=4"]) == 0  # the result does not take the name of an operand
    assert capsys.readouterr().out.splitlines()[0] == "v₁ = y · 2  data 8  grad 1"


WRONG = [
    ([], 2, "the following arguments are required: EXPRESSION"),
    (["x*", "x=1"], 2, "the expression ends too early"),
    (["x"], 2, "no value for x; add it, as in x=1"),
    (["x", "x=1", "y=2"], 2, "the expression has no y; its names are: x"),
    (["x", "x=one"], 2, "x=one: this is not a number"),
    (["2 + 3"], 2, "there is nothing to draw: the expression has no names"),
    (["log(x)", "x=-1"], 1, "log(a) at a = -1.0 (x): it needs a > 0"),
    (["x", "x=1", "-o", "a.doc"], 2, "a.doc: the suffix of the file must be one of svg, png"),
    (["x", "x=1", "-o", "a"], 2, "a: the suffix of the file must be one of svg, png"),
    (["x", "x=1", "-o", "-"], 2, "-: the suffix of the file must be one of svg, png"),
    (["x", "x=1", "-o", "no/a.svg"], 1, "cannot write no/a.svg: No such file or directory"),
    (["x", "x=1", "-o", "folder.svg"], 1, "cannot write folder.svg: it is a folder"),
    (["x", "x=1", "--number-format", "zz"], 2, "number_format must be a format for floats"),
    (["x", "x=1", "--detail", "all"], 2, "invalid choice: 'all' (choose from"),
    (["x", "x=1", "--theme", "neon"], 2, "invalid choice: 'neon'"),
    (["x", "x=1", "--rankdir", "UP"], 2, "invalid choice: 'UP'"),
    (["x", "x=1", "--fast"], 2, "unrecognized arguments: --fast"),
    (["x", "--lang", "es"], 2, "falta el valor de x"),
    (["2", "--lang", "es"], 2, "no hay nada que dibujar: la expresión no tiene nombres"),
    (["x", "--lang", "es", "3"], 2, "3 no da un valor a un nombre"),
    (["x", "x=1", "-o", "a.doc", "--lang", "es"], 2, "a.doc: la extensión del archivo debe ser"),
    (
        ["x", "x=1", "-o", "folder.svg", "--lang", "es"],
        1,
        "no se puede escribir folder.svg: es una",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"), WRONG, ids=[" ".join(w[0])[:40] or "none" for w in WRONG]
)
def test_wrong_input_is_told_in_a_sentence(
    arguments: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder.svg").mkdir()
    assert main(["draw", *arguments]) == code
    output = capsys.readouterr()
    assert sentence in output.err
    assert output.err.startswith("autograd-mini")
    assert "Traceback" not in output.err
    assert output.out == ""
    assert [path.name for path in Path().iterdir()] == ["folder.svg"]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "without it, -o FILE.dot writes"), ("es", "sin él, -o ARCHIVO.dot escribe")],
)
def test_without_any_graphviz(
    lang: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert main(["draw", "x*x", "x=3", "-o", "a.svg", "--lang", lang]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert "pip install pygraphviz" in error
    assert main(["draw", "x*x", "x=3", "-o", "a.dot", "--lang", lang]) == 0
    assert [path.name for path in Path().iterdir()] == ["a.dot"]


@pytest.mark.parametrize(("lang", "words"), [("en", "usage: example"), ("es", "uso: ejemplo")])
def test_help(lang: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "draw" in capsys.readouterr().out
    assert main(["draw", "--help", "--lang", lang]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in words.split())
    assert 'autograd-mini draw "tanh(w*x+b)" w=0.5' in text
    assert max(map(len, text.splitlines())) <= 100
