"""Forms as text: trees for a terminal, Mermaid and TikZ."""

import re
import shutil
import subprocess

import pytest

from autograd_mini import Value, draw_text, scope, to_latex, to_mermaid
from tests.drawing.structure import network, neuron


# --- trees ----------------------------------------------------------------------------------------
def test_a_tree_writes_shared_nodes_once():
    x = Value(2.0, label="x")
    s = x * 3
    s.label = "s"
    y = s * s + x
    y.backward()
    assert draw_text(y, detail="chain rule").split("\n") == [
        "v₂ = v₁ + x  data 38  grad 1", "├─ [∂v₂/∂v₁ = 1]  v₁ = s · s  data 36  grad 1",
        "│  ├─ [∂v₁/∂s⁽¹⁾ = 6]  s = x · 3  data 6  grad 12",
        "│  │  └─ [∂s/∂x = 3]  x  data 2  grad 37", "│  └─ [∂v₁/∂s⁽²⁾ = 6]  s ↑",
        "└─ [∂v₂/∂x⁽¹⁾ = 1]  x ↑",
    ]  # fmt: skip


def test_a_tree_before_the_backward_pass_of_several_roots_in_spanish():
    x = Value(2.0, label="x")
    assert draw_text(x * 3, x.exp(), lang="es").split("\n") == [
        "v₁ = x · 3  dato 6  grad —", "└─ x  dato 2  grad —", "v₂ = e^x  dato 7.389  grad —",
        "└─ x ↑",
    ]  # fmt: skip
    assert draw_text(x, detail="values") == "x  data 2"


def test_a_long_tree_says_what_is_left_out():
    y = Value(1.0, label="x")
    for _ in range(20_000):
        y = y + 1
    lines = draw_text(y, max_lines=5).split("\n")
    assert len(lines) == 6
    assert lines[-1] == "… 19,996 nodes left out"
    assert draw_text(y, max_lines=5, lang="es").endswith("… 19\u202f996 nodos omitidos")
    x = Value(3.0, label="x")
    assert draw_text(x * x, max_lines=1).endswith("\n… 1 node left out")
    assert draw_text(x * x, max_lines=1, lang="es").endswith("\n… 1 nodo omitido")
    assert draw_text(x * x, max_lines=2).endswith("grad —\n…")  # it has been shown already


# --- Mermaid --------------------------------------------------------------------------------------
def test_mermaid():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    lines = to_mermaid(y, detail="chain rule", rankdir="TB").splitlines()
    assert lines[1:6] == [
        "flowchart TB", '  n0["x<br/>data 3<br/>grad 6"]',
        '  n1["v₁ = x · x<br/>data 9<br/>grad 1"]', '  n0 -->|"∂v₁#47;∂x⁽¹⁾ = 3<br/>1 × 3 = 3"| n1',
        '  n0 -->|"∂v₁#47;∂x⁽²⁾ = 3<br/>1 × 3 = 3"| n1',
    ]  # fmt: skip
    classes = [line for line in lines if line.startswith("  class ")]
    assert classes == ["  class n0 leaf", "  class n1 root"]


def test_mermaid_frames_and_folds():
    loss = network(2, 1)
    lines = to_mermaid(loss, group="neuron", detail="values").splitlines()
    frames = sorted(line.strip() for line in lines if "subgraph" in line)
    names = ("layer2", "neuron1", "layer1", "neuron1", "neuron2")
    assert frames == [f'subgraph g{k}["{name}"]' for k, name in enumerate(names)]
    assert sum(line.strip() == "end" for line in lines) == 5
    folded = to_mermaid(loss, collapse="layer", lang="es")
    assert '["layer1<br/>10 nodos 0 → 2<br/>#124;grad#124; de 0.0485 a 0.409"]' in folded
    assert '-->|"2 aristas"|' in folded


# --- LaTeX ----------------------------------------------------------------------------------------
def test_latex_has_the_operations_of_the_sheet():
    loss = neuron()
    lines = to_latex(loss, detail="chain rule").splitlines()
    nodes = [line for line in lines if r"\node[" in line]
    headings = [match[1] for line in nodes if (match := re.search(r"\{\$(.*?)\$ \\\\", line))]
    assert headings[:9] == [
        "w", "x", r"v_{1} = w \cdot x", "b", "h = v_{1} + b", r"v_{2} = \tanh \left( h \right)",
        "v_{3} = v_{2} - 1", "L = {v_{3}}^{2}", r"\frac{\partial v_{1}}{\partial w} = 2",
    ]  # fmt: skip
    assert any(r"{$-2.395 \times 1 = -2.395$}" in line for line in nodes)
    assert sum(r"\draw[edge" in line for line in lines) == 7


def test_latex_alone_or_as_a_document():
    x = Value(2.0, label="x")
    alone = to_latex(x * x, standalone=False)
    assert r"\documentclass" not in alone
    assert alone in to_latex(x * x)
    assert alone.count(r"\draw[edge]") == 2


def test_latex_frames_scopes():
    x = Value(2.0, label="x")
    with scope("50 % of it"):
        y = x * x
    text = to_latex(y)
    assert text.count(r"\draw[group]") == 1
    assert r"{50 \% of it}" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex on the PATH")
def test_latex_compiles(tmp_path):
    loss = network(2, 1)
    loss.label = r"50% of {x_1} \N & <b> é α #$^~"
    (tmp_path / "a.tex").write_text(to_latex(loss, group="neuron"), encoding="utf-8")
    (tmp_path / "b.tex").write_text(to_latex(loss, collapse="layer", lang="es"), encoding="utf-8")
    for name in ("a", "b"):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        output = done.stdout.decode(errors="replace")
        if "standalone.cls' not found" in output or "tikz.sty' not found" in output:
            pytest.skip("this LaTeX has no TikZ")
        assert done.returncode == 0, output[-2000:]
        assert (tmp_path / f"{name}.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize("form", [draw_text, to_mermaid, to_latex])
def test_wrong_options(form):
    with pytest.raises(ValueError, match="detail must be one of"):
        form(Value(1.0) * 2, detail="all")


@pytest.mark.parametrize(("lines", "error"), [(0, ValueError), ("9", TypeError)])
def test_a_tree_has_a_number_of_lines(lines, error):
    with pytest.raises(error, match=f"max_lines must be .*, got {lines!r}"):
        draw_text(Value(1.0), max_lines=lines)
