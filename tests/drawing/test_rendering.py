"""Rendering: with either Graphviz, with none, and as graphviz.Digraph does it."""

import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import graphviz
import pytest

from autograd_mini import Neuron, Value, draw, draw_network, draw_paths, draw_text
from autograd_mini.drawing import RenderingError, draw_dot, from_json, to_json, to_latex, to_mermaid
from autograd_mini.drawing import digraph as rendering
from tests.drawing.structure import GRAPHS, SVG, network, neuron


def test_a_drawing_is_a_digraph_and_shows_itself():
    drawing = draw_dot(neuron())
    assert isinstance(drawing, graphviz.Digraph)
    shown = drawing._repr_mimebundle_()["image/svg+xml"]
    assert shown.startswith('<svg style="max-width: 100%; height: auto"')  # marimo cut it off
    assert shown.partition("viewBox")[2] == drawing.pipe("svg").decode().partition("viewBox")[2]
    assert draw(neuron(), format="png").pipe()[:4] == b"\x89PNG"


def test_a_copy_is_the_same_picture_and_leaves_this_one_as_it_is():
    """It had no classes in its SVG, and no time limit."""
    drawing = draw(neuron(), time_limit=9.0)
    copy, source = drawing.copy(), drawing.source
    assert (copy.pipe("svg"), copy.time_limit) == (drawing.pipe("svg"), 9.0)
    copy.node("another")
    assert drawing.source == source


def test_render_writes_like_graphviz(tmp_path):
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


@pytest.mark.parametrize(("name", "start"), [("x.PNG", b"\x89PNG"), ("x.svg", b"<?xml")])
def test_save_writes_what_the_name_ends_in(tmp_path, name, start):
    """graphviz wrote DOT text under that name."""
    drawing = draw(neuron())
    path = Path(drawing.save(tmp_path / "deep" / name))
    assert path == tmp_path / "deep" / name
    assert path.read_bytes().startswith(start)
    path.write_bytes(b"old")
    assert drawing.save(skip_existing=True) == str(path)
    assert path.read_bytes() == b"old"


def test_save_writes_dot_text_as_graphviz_does(tmp_path):
    drawing = draw(neuron())
    for name in ("x.gv", "x.dot", "x", "x.notes"):
        path = drawing.save(name, directory=tmp_path)
        assert Path(path).read_text(encoding="utf-8") == drawing.source


def test_a_failed_rendering_leaves_the_old_file(tmp_path, monkeypatch):
    old = tmp_path / "x.svg"
    old.write_text("old")
    monkeypatch.setattr(rendering, "_packaged", _refuse)
    monkeypatch.setattr(rendering, "_run", _refuse)
    with pytest.raises(RenderingError):
        draw(neuron()).render(tmp_path / "x", format="svg")
    assert old.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.svg"]


def _refuse(*_):
    raise RenderingError("broken")


def own_dot(folder, lines):
    (folder / "dot").write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    (folder / "dot").chmod(0o755)


def test_without_pygraphviz_the_systems_dot_is_asked(monkeypatch, tmp_path):
    own_dot(tmp_path, 'read first rest\necho "$1 $first"')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert draw(neuron()).pipe() == b"-Tsvg digraph\n"


def test_the_environment_variable_chooses(monkeypatch):
    monkeypatch.setattr(rendering, "_packaged", lambda *_: b"packaged")
    monkeypatch.setattr(rendering, "_run", lambda *_: b"system")
    drawing = draw(neuron())
    assert drawing.pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "system")
    assert drawing.pipe() == b"system"
    assert draw(neuron(), engine="packaged").pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "cloud")
    with pytest.raises(ValueError, match="variable AUTOGRAD_MINI_GRAPHVIZ must be one of packaged"):
        drawing.pipe()


def test_graphvizs_noise_becomes_the_error_and_not_output(capfd):
    with pytest.raises(RenderingError, match=r"packaged Graphviz: .*syntax error"):
        rendering.render("digraph { a -> }", "svg", engine="packaged")
    with pytest.raises(RenderingError, match=r"system Graphviz: "):
        rendering.render("digraph { a -> }", "svg", engine="system")
    rendering.render('digraph { a [shape="nosuchshape"] }', "svg")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", GRAPHS)
def test_every_graph_is_rendered_without_dot_on_the_path(name, monkeypatch):
    monkeypatch.setenv("PATH", "")
    drawing = GRAPHS[name]()
    assert ET.fromstring(drawing.pipe()).tag == f"{SVG}svg"
    assert drawing.pipe(format="png")[:8] == b"\x89PNG\r\n\x1a\n"
    assert drawing.pipe(format="pdf")[:5] == b"%PDF-"


def test_without_any_graphviz_each_form_says_so_or_is_text(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    loss = neuron()
    with pytest.raises(RenderingError) as caught:
        draw(loss).pipe()
    for part in ("pip install pygraphviz", "https://graphviz.org/download", "dot does not start",
                 "The DOT text is in .source, and .save() writes it to a file"):  # fmt: skip
        assert part in str(caught.value)
    for make in (
        lambda: draw_network(Neuron(2)).pipe(),
        lambda: draw_paths(loss, loss.parents[0]).pipe(),
        lambda: to_latex(loss),
    ):
        with pytest.raises(RenderingError, match="pip install pygraphviz"):
            make()
    assert draw_text(loss).startswith("L = v₃²")
    assert "flowchart LR" in to_mermaid(loss)
    assert from_json(to_json(loss))[0].data == loss.data


def test_letters_that_would_be_boxes_are_told(monkeypatch):
    """As in a container that has no fonts; a viewer has its own for the texts of an SVG."""
    narrow = b"node i 1 2 1.2 0.5 i\nnode m 3 2 1.2 0.5 m\n"
    for found, has in ((narrow, False), (narrow.replace(b"3 2 1.2", b"3 2 2.4"), True)):
        graph = SimpleNamespace(draw=lambda found=found, **_: found)
        monkeypatch.setattr("pygraphviz.AGraph", lambda graph=graph, **_: graph)
        assert rendering._has_fonts.__wrapped__() is has
    monkeypatch.undo()
    monkeypatch.setattr(rendering, "_has_fonts", lambda: False)
    drawing = draw(neuron(), engine="packaged")
    assert drawing.pipe().lstrip().startswith(b"<?xml")
    with pytest.raises(RenderingError, match=r"no fonts on this machine.* or take SVG"):
        drawing.pipe(format="png")


def test_a_crash_of_graphviz_is_not_pythons(monkeypatch):
    """Thai letters end the process where libthai has no dictionary, as pip alone does not bring."""
    drawing = draw(Value(1.0, label="เวลา"), engine="packaged")
    with suppress(RenderingError):
        assert "เวลา" in drawing.pipe().decode()
    monkeypatch.setattr(rendering, "_APART", "import os, signal; os.kill(os.getpid(), 11)")
    with pytest.raises(RenderingError, match="packaged Graphviz: it crashed; Thai letters need"):
        drawing.pipe()


FRAMES = "94 83 13 7", "95 47 10", "50 14"
PARENTS = (
    "4:0,0 5:4,4 8:7 9:8,7 10:3 11:10 12:9,11 14:13 15:13 16:7 36:9,25 37:14 38:8,9,8,37,4"
    " 48:12,17,17,42 49:43,48 50:49 51:44,50 53:52 54:14,28 55:23,31,53,54,101 66:4,17 67:47"
    " 68:66,37,102,67,49 69:51,68 70:69 71:70 72:71 73:72,65 77:76 78:76 79:78 80:79 81:69,69"
    " 82:81,69 83:82 84:83,70 85:84 86:85 87:86 88:87 89:80,88 90:51,50"
    " 91:103,104,105,72,90,106,60 92:88 93:92,91 94:91,93 95:89,94 96:95 97:96,95 98:97 99:98"
    " 100:99"
)


def test_frames_that_end_graphvizs_process_are_drawn():
    """Graphviz 14 fails an assertion of its own at them, which took Python along."""
    lines = [f"subgraph cluster_{k} {{ {nodes} }}" for k, nodes in enumerate(FRAMES)]
    lines[0] = lines[0].replace("83", "83 [ordering=in]")
    lines[1] = lines[1].replace("95", "95 [ordering=in]")
    for node, _, parents in (line.partition(":") for line in PARENTS.split()):
        lines += [f'{parent} -> {node} [label="xxxxxxxx"]' for parent in parents.split(",")]
    source = "\n".join(["digraph {", *lines, "}"])
    picture = rendering.render(source, "svg", engine="packaged", nodes=80).decode()
    assert picture.count('class="edge"') == len(lines) - len(FRAMES)


def test_large_layouts_run_in_a_process_of_their_own(monkeypatch):
    here = draw(neuron()).pipe()
    monkeypatch.setattr(rendering, "LARGE", 1)
    monkeypatch.setattr(rendering, "_packaged", _refuse)
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "packaged")
    assert draw(neuron()).pipe() == here


@pytest.mark.parametrize("engine", ["packaged", "system"])
def test_a_layout_that_takes_too_long_is_stopped(engine, monkeypatch, tmp_path):
    own_dot(tmp_path, "exec sleep 60")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(rendering, "LARGE", 1)
    monkeypatch.setattr(rendering, "_APART", "import time; time.sleep(60)")
    message = r"the layout was not ready after 0\.2 s; draw less, fold more \(collapse=\)"
    with pytest.raises(RenderingError, match=message):
        draw(neuron(), engine=engine, time_limit=0.2).pipe()


@pytest.mark.parametrize("large", [1000, 1])
def test_a_format_that_the_packaged_graphviz_lacks(large, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rendering, "LARGE", large)
    refusal = 'packaged Graphviz: Error: Format: "webp" not recog.* Install what is missing: the'
    for drawing in (draw(neuron()), draw_network(Neuron(2))):
        with pytest.raises(RenderingError, match=refusal):
            drawing.pipe("webp")


@pytest.mark.parametrize(
    ("options", "asked", "message"),
    [
        ({"time_limit": 0}, {}, "time_limit must be above 0, got 0"),
        ({}, {"format": "doc"}, r"format must be one of .*svg.*, got 'doc'"),
        ({}, {"engine": "magic"}, r"layout must be one of .*dot.*, got 'magic'"),
    ],
)
def test_wrong_arguments(options, asked, message):
    with pytest.raises(ValueError, match=message):
        draw(neuron(), **options).pipe(**asked)


@pytest.mark.parametrize("where", [None, ""])
def test_a_python_that_does_not_know_where_it_is_asks_the_systems_graphviz(where, monkeypatch):
    monkeypatch.setattr(sys, "executable", where)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RenderingError, match="packaged Graphviz: Python does not start"):
        rendering.render("digraph { a }", "svg", nodes=rendering.LARGE + 1)


def test_a_layout_can_be_interrupted():
    """Ctrl-C while Graphviz computes ends the program at once, as anything else in Python."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import autograd_mini.drawing.digraph as r; r.LARGE = 0;"
        "r._APART = 'import time; time.sleep(60)'; print('ready', flush=True);"
        "r.render('digraph { a }', 'svg', engine='packaged', nodes=1)"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", code], text=True, **pipes)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in error


def test_a_drawing_in_a_prompt_is_one_short_line():
    assert repr(draw(neuron())) == "<Drawing 'gradients' with 7 edges; .render(...) saves it>"
    shared = draw(network(2, 1), group="neuron")  # with edges not to be seen, for the order
    assert "style=invis" in shared.source
    assert "with 15 edges" in repr(shared)


class Lent:
    """As the object that a page's JavaScript lends to Pyodide."""

    def layout(self, source, format, layout):
        if "->" not in source:
            raise ArithmeticError("Error: syntax error in line 1")  # stands for a JsException
        return f"<svg>{format} {layout}</svg>"


def test_in_a_browser_the_pages_own_graphviz_draws(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert rendering.engines(None) == ("browser",)
    with pytest.raises(RenderingError, match=r"globalThis\.graphviz = await Graphviz\.load"):
        draw(neuron()).pipe()
    monkeypatch.setitem(sys.modules, "js", SimpleNamespace(graphviz=Lent()))
    assert draw(neuron()).pipe().endswith(b"<svg>svg dot</svg>")
    with pytest.raises(RenderingError, match="browser Graphviz: Error: syntax error in line 1"):
        rendering.render("digraph {", "svg")
