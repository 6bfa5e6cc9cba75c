"""Pictures of steps: one for each, all of one size, and nothing moves but what has changed."""

import re
import shutil
import subprocess
import sys
import weakref

import numpy as np
import pytest
from PIL import Image, ImageSequence

from autograd_mini import MLP, Value, steps
from autograd_mini.pages.film import frames
from autograd_mini.pages.film.frames import ToolError, save_frames
from autograd_mini.pages.film.painting import HEIGHT, WIDTH, Painter
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.sequence import Accumulate, Forward
from tests.pages.test_compiled import recorded as neuron


@pytest.fixture(scope="module")
def painted():
    """The pictures of a neuron, who has painted them, and what its texts then said."""
    painter = Painter(neuron(updated=True), "es")
    pictures, said = [], []
    for index in range(len(painter.steps)):
        pictures.append(painter.paint(index))
        nodes, edges = painter.graph.nodes.items(), painter.graph.edges.values()
        texts = {(k, key): node.texts[key] for k, node in nodes for key in ("data", "grad")}
        visible = [{text.get_visible() for text in texts} for *_, texts in edges]
        said.append(({key: text.get_text() for key, text in texts.items()}, visible))
    return painter, pictures, said


# --- what is painted -----------------------------------------------------------------------------
def test_nothing_changes_but_what_the_steps_are_about(painted):
    """In the graph, the nodes and edges of this step and of the one before."""
    painter, pictures, _ = painted
    recorded = painter.steps
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    for index in range(1, len(recorded)):
        allowed = np.zeros((HEIGHT, WIDTH), dtype=bool)
        allowed[HEIGHT - 310 :] = True  # the words
        for step in (recorded[index - 1], recorded[index]):
            nodes, parent = lit(step)
            operands = recorded.nodes[step.node].parents if isinstance(step, Forward) else ()
            about = {*nodes, parent, *(k for k, n in enumerate(recorded.nodes) if n in operands)}
            for k in about - {None}:
                box = painter.graph.nodes[k].box
                allow(allowed, *box.extents)
            for j, (head, edge) in enumerate(painter.edges):
                given = isinstance(step, Accumulate) and (head, edge) == (step.node, step.edge)
                if given or (isinstance(step, Forward) and head == step.node):
                    line, tip, texts = painter.graph.edges[j]
                    for part in (line, tip, *texts):
                        area = part.get_window_extent(painter.canvas.get_renderer())
                        allow(allowed, area.x0, area.y0, area.x1, area.y1)
        changed = (pictures[index] != pictures[index - 1]).any(axis=2)
        assert changed.any(), index
        assert not (changed & ~allowed).any(), index


def allow(allowed, left, bottom, right, top):
    edge = 6  # the width of a line, and its softened border
    rows = slice(int(HEIGHT - top) - edge, int(HEIGHT - bottom) + edge + 1)
    allowed[rows, max(0, int(left) - edge) : int(right) + edge + 1] = True


def test_the_numbers_are_those_known_at_the_step(painted):
    painter, _, said = painted
    recorded = painter.steps
    for index, (texts, visible) in enumerate(said):
        state = recorded.state(index)
        for (k, key), shown in texts.items():
            known = getattr(state, key)
            if k in known:
                assert float(shown.replace("−", "-")) == pytest.approx(known[k], rel=1e-3)
            else:
                assert shown == "—"
        passed = {(s.node, s.edge) for s in recorded[: index + 1] if isinstance(s, Accumulate)}
        assert visible == [{pair in passed} for pair in painter.edges]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_text_is_inside_its_box_and_the_picture(lang):
    x = Value(0.3, label="a long name of an input")
    recorded = steps(((x * 1e-7).exp() - x**3).tanh() * -1e5)
    painter = Painter(recorded, lang)
    for index in range(0, len(recorded), 4):
        painter.paint(index)
        for node in painter.graph.nodes.values():
            word, renderer = node.texts["word"], painter.canvas.get_renderer()
            for key in ("name", "data", "grad"):
                area = node.texts[key].get_window_extent(renderer)
                left, right = area.x0 / painter.graph.zoom, area.x1 / painter.graph.zoom
                assert node.box.x0 <= left < right <= node.box.x1
                assert key == "name" or area.x0 >= word.get_window_extent(renderer).x1
        for text in painter.words:
            area = text.get_window_extent(painter.canvas.get_renderer())
            assert min(area.x0, area.y0) >= 0
            assert area.x1 <= WIDTH * painter.graph.zoom


def test_labels_are_text(tmp_path):
    x = Value(3.0, label=r"$\frac{a$ <b>\N 北")
    assert len(save_frames(steps(x.sin()), tmp_path / "x.png", lang="en")) == 6
    for label in (x.label, r"a\\b\\\c"):
        x.label = label
        shown = Painter(steps(x * x), "en").graph.nodes[0].texts["name"].get_text()
        assert shown == label


# --- files ---------------------------------------------------------------------------------------
def test_gif(tmp_path, monkeypatch, painted):
    """It looks as the painter's pictures do, and few of them are kept at a time."""
    made, most, paint = [], [0], Painter.paint

    def noted(picture):
        made.append(weakref.ref(picture))
        most.append(sum(one() is not None for one in made))
        return picture

    monkeypatch.setattr(Painter, "paint", lambda painter, index: noted(paint(painter, index)))
    painter, pictures, _ = painted
    path = tmp_path / "neuron.gif"
    assert save_frames(painter.steps, path, lang="es", seconds=1.5) == [path]
    with Image.open(path) as gif:
        assert gif.n_frames == len(made) == len(pictures) > 12
        assert gif.size == (WIDTH, HEIGHT)
        stays = []
        for index, frame in enumerate(ImageSequence.Iterator(gif)):
            stays.append(frame.info["duration"])
            if index in (0, len(pictures) - 1):
                shown = np.asarray(frame.convert("RGB")).astype(int)
                difference = np.abs(shown - pictures[index].astype(int))
                assert (difference == 0).mean() > 0.98  # its colours, but for rare shades
                assert difference.mean() < 0.1
    assert stays == [1500] * (len(pictures) - 1) + [3000]
    assert max(most) <= 9
    assert path.stat().st_size < 1_000_000


def test_a_gif_may_stay_long(tmp_path):
    """A step has 16 bits for its hundredths of a second; the last one would have stayed longer."""
    (path,) = save_frames(steps(Value(3.0)), tmp_path / "long.gif", lang="en", seconds=600)
    with Image.open(path) as gif:
        stays = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
    assert stays == [600_000, 600_000, 655_350]


@pytest.mark.parametrize(
    ("name", "first"), [("neuron.png", "neuron-000.png"), ("step-%02d.png", "step-00.png")]
)
def test_png(tmp_path, name, first):
    recorded = steps(Value(3.0, label="x"))
    paths = save_frames(recorded, tmp_path / name, lang="en")
    assert paths == sorted(tmp_path.iterdir())
    assert len(paths) == len(recorded)
    assert paths[0].name == first
    painter = Painter(recorded, "en")
    for index, path in enumerate(paths):
        with Image.open(path) as picture:
            assert (np.asarray(picture) == painter.paint(index)).all()


@pytest.mark.parametrize(("seconds", "pictures"), [(0.5, 20), (0.05, 4)])
def test_mp4(tmp_path, seconds, pictures):
    if not shutil.which("ffmpeg"):
        pytest.importorskip("imageio_ffmpeg")
    recorded = steps(Value(3.0, label="x"))
    (path,) = save_frames(recorded, tmp_path / "x.mp4", lang="en", seconds=seconds)
    command = [frames._ffmpeg(), "-i", path, "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert re.search(r"Video: h264.* yuv420p.*1280x720", done.stderr)
    assert f"Duration: 00:00:{4 * seconds:05.2f}" in done.stderr  # 3 steps, the last one twice
    assert len([line for line in done.stdout.splitlines() if line[0] != "#"]) == pictures


def test_without_ffmpeg_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(frames.shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ToolError, match=r"pip install imageio-ffmpeg.*apt-get install ffmpeg"):
        save_frames(neuron(), tmp_path / "a.mp4")
    assert [*tmp_path.iterdir()] == []


def test_an_ffmpeg_that_fails_leaves_the_old_film(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho no such codec >&2\nexit 3\n")
    program.chmod(0o755)
    film = tmp_path / "a.mp4"
    film.write_text("old")
    monkeypatch.setattr(frames, "_ffmpeg", lambda: str(program))
    with pytest.raises(ToolError, match="ffmpeg made no film: no such codec"):
        save_frames(steps(Value(3.0)), film)
    assert film.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"ffmpeg", "a.mp4"}


def test_without_matplotlib_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "autograd_mini.pages.film.painting")
    with pytest.raises(ImportError, match=r'pip install "autograd-mini\[plot\]"'):
        save_frames(neuron(), tmp_path / "a.gif")


def test_what_is_no_recording_or_too_large_for_a_picture_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"pictures show Steps, got 3 \(int\)"):
        save_frames(3, tmp_path / "a.gif")
    x = h = Value(0.5, label="x")
    for _ in range(70):
        h = h.sin()
    with pytest.raises(ValueError, match=r"could not be read: its letters would be \d pixels high"):
        save_frames(steps(h), tmp_path / "a.gif")
    for _ in range(30):
        h = h.sin() + x
    with pytest.raises(ValueError, match="at most 250 steps, got "):
        save_frames(steps(h), tmp_path / "a.gif")
    assert [*tmp_path.iterdir()] == []


def test_a_network_has_more_pixels():
    recorded = steps(MLP(2, [3, 1], activation="tanh", seed=0)([1.0, -2.0]))
    assert Painter(recorded, "en").paint(0).shape == (HEIGHT * 3 // 2, WIDTH * 3 // 2, 3)


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("a.bmp", {}, "the suffix of the file must be one of gif, mp4, png, got 'bmp'"),
        ("a", {}, "the suffix of the file"),
        ("a.gif", {"lang": "fr"}, "lang must be one of"),
        ("a.gif", {"theme": "red"}, "theme must be one of"),
        ("a.gif", {"seconds": 0}, "seconds must be from 0.02 to 600, got 0"),
        ("folder.gif", {}, "it is a folder"),
    ],
)
def test_wrong_use(tmp_path, name, options, error):
    (tmp_path / "folder.gif").mkdir()
    with pytest.raises(ValueError, match=error):
        save_frames(neuron(), tmp_path / name, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.gif"]
