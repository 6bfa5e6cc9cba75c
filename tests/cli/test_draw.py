"""`autograd-mini draw`: each kind of file, both languages, and wrong input."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pytest

from autograd_mini import from_json
from autograd_mini.cli import main
from tests.drawing.structure import SVG

ISSUE = ["draw", "tanh(w*x+b)", "w=0.5", "x=2", "b=-1", "--detail", "chain rule", "--lang", "en"]


def drawn(suffix):
    assert main([*ISSUE, "-o", f"out.{suffix}"]) == 0
    return Path(f"out.{suffix}").read_bytes()


def test_svg(capsys):
    texts = {"".join(text.itertext()) for text in ET.fromstring(drawn("svg")).iter(f"{SVG}text")}
    # d tanh/dv = 1 at v = 0, so dy/dw = x and dy/dx = w.
    assert {"y = tanh(v₂)", "∂y/∂v₂ = 1", "∂v₁/∂w = 2", "1 × 2 = 2", "1 × 0.5 = 0.5"} <= texts
    assert capsys.readouterr().out == "out.svg\n"


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [
        ("png", b"\x89PNG\r\n\x1a\n"), ("PDF", b"%PDF-"), ("mmd", b"%%{init: "),
        ("tex", rb"\documentclass"), ("txt", "y = tanh(v₂)  data 0  grad 1\n".encode()),
    ],
)  # fmt: skip
def test_the_suffix_says_what_the_file_is(suffix, beginning):
    assert drawn(suffix).startswith(beginning)


def test_dot_is_read_by_graphviz():
    assert len(pygraphviz.AGraph(string=drawn("dot").decode()).edges()) == 5
    assert drawn("gv") == drawn("dot")


def test_json_is_the_graph():
    (y,) = from_json(drawn("json").decode())
    assert (y.data, y.label, y.grad) == (0.0, "y", 1.0)


def test_without_a_file_the_graph_is_printed(said):
    printed = said("draw", "x*x", "--lang", "es", "x=-3")
    assert printed == "y = x · x  dato 9  grad 1\n├─ x  dato −3  grad −6\n└─ x ↑\n"


def test_names_that_look_like_options(said):
    assert said("draw", "-o*2", "o=-3").startswith("y = v₁ · 2  data 6  grad 1\n")
    # the result does not take the name of an operand
    assert said("draw", "y*2", "y=4").startswith("L = y · 2  data 8  grad 1\n")
    taken = ["y=1", "L=2", "out=3", "result=4"]
    assert said("draw", "y+L+out+result", *taken).startswith("y1 = v₂ + result  data 10")


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "without it, -o FILE.dot writes"), ("es", "sin él, -o ARCHIVO.dot escribe")],
)
def test_without_any_graphviz(lang, sentence, monkeypatch, said):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    error = said("draw", "x*x", "x=3", "-o", "a.svg", "--lang", lang, status=1)
    assert sentence in error
    assert "pip install pygraphviz" in error
    said("draw", "x*x", "x=3", "-o", "a.dot", "--lang", lang)
    assert [path.name for path in Path().iterdir()] == ["a.dot"]
