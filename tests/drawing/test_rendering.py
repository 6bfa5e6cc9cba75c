"""Rendering: with either Graphviz, with none, and as graphviz.Digraph does it."""

from __future__ import annotations

import sys
from pathlib import Path

import graphviz
import pytest

import autograd_mini.drawing.rendering as rendering
from autograd_mini import draw
from autograd_mini.drawing import RenderingError, draw_dot
from tests.drawing.structure import neuron


def test_a_drawing_is_a_digraph_and_shows_itself() -> None:
    drawing = draw_dot(neuron())
    assert isinstance(drawing, graphviz.Digraph)
    bundle = drawing._repr_mimebundle_()
    assert bundle["image/svg+xml"].lstrip().startswith("<?xml")
    assert drawing.pipe(format="png")[:8] == b"\x89PNG\r\n\x1a\n"
    assert drawing.pipe(format="pdf")[:5] == b"%PDF-"
    assert draw(neuron(), format="png").pipe()[:4] == b"\x89PNG"


def test_render_writes_like_graphviz(tmp_path: Path) -> None:
    drawing = draw(neuron())
    path = drawing.render(tmp_path / "deep" / "x", format="svg")
    assert path == str(tmp_path / "deep" / "x.svg")
    assert (tmp_path / "deep" / "x").read_text(encoding="utf-8") == drawing.source
    assert Path(path).read_bytes() == drawing.pipe()
    png = draw(neuron()).render(outfile=tmp_path / "y.png", cleanup=True)
    assert Path(png).read_bytes()[:4] == b"\x89PNG"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deep", "y.png"]
    with pytest.raises(graphviz.FileExistsError):
        draw(neuron()).render(outfile=tmp_path / "y.png", raise_if_result_exists=True)


def test_a_failed_rendering_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "x.svg"
    old.write_text("old")
    monkeypatch.setattr(rendering, "_packaged", _refuse)
    monkeypatch.setattr(rendering, "_system", _refuse)
    with pytest.raises(RenderingError):
        draw(neuron()).render(tmp_path / "x", format="svg")
    assert old.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.svg"]


def _refuse(*_: object) -> bytes:
    raise RenderingError("broken")


def test_without_dot_on_the_path_the_packaged_graphviz_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert b"</svg>" in draw(neuron()).pipe()
    with pytest.raises(RenderingError, match="there is no program dot on the PATH"):
        draw(neuron(), engine="system").pipe()


def test_without_pygraphviz_the_systems_dot_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\nread first rest\necho "$1 $first"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert draw(neuron()).pipe() == b"-Tsvg digraph\n"


def test_without_any_graphviz_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RenderingError) as caught:
        draw(neuron()).pipe()
    message = str(caught.value)
    for part in ("pip install pygraphviz", "https://graphviz.org/download", "no program dot"):
        assert part in message
    assert "The DOT text is in .source, and .save() writes it to a file" in message


def test_the_environment_variable_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_packaged", lambda *_: b"packaged")
    monkeypatch.setattr(rendering, "_system", lambda *_: b"system")
    drawing = draw(neuron())
    assert drawing.pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "system")
    assert drawing.pipe() == b"system"
    assert draw(neuron(), engine="packaged").pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "cloud")
    with pytest.raises(ValueError, match="variable AUTOGRAD_MINI_GRAPHVIZ must be one of packaged"):
        drawing.pipe()


def test_graphvizs_noise_becomes_the_error_and_not_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(RenderingError, match=r"packaged Graphviz: .*syntax error"):
        rendering.render("digraph { a -> }", "svg", engine="packaged")
    with pytest.raises(RenderingError, match=r"system Graphviz|no program"):
        rendering.render("digraph { a -> }", "svg", engine="system")
    rendering.render('digraph { a [shape="nosuchshape"] }', "svg")
    assert capfd.readouterr() == ("", "")
