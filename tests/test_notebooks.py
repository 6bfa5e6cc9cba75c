"""The notebooks run from top to bottom, and their outputs are those that are committed."""

import importlib.util
import json
import math
import re
import sys
from pathlib import Path

import pytest

from autograd_mini.course.asking import questions
from tests.documents import alike

ROOT = Path(__file__).resolve().parent.parent
nbclient = pytest.importorskip("nbclient", reason="the extra [test] brings it")
nbformat = pytest.importorskip("nbformat")

_spec = importlib.util.spec_from_file_location("refresh", ROOT / "notebooks" / "refresh.py")
assert _spec.loader is not None
refresh = importlib.util.module_from_spec(_spec)
sys.modules["refresh"] = refresh
_spec.loader.exec_module(refresh)

BUILT = {lesson.stem: refresh.built(lesson) for lesson in refresh.LESSONS}
NOTEBOOKS = [path for pair in BUILT.values() for path in pair]


def test_eleven_lessons_and_no_other_notebook():
    assert {*BUILT} == {str(n) for n in range(1, 12)}
    assert {*NOTEBOOKS} == {*(ROOT / "notebooks").rglob("*.ipynb")}


@pytest.mark.parametrize("lesson", BUILT)
def test_the_notebooks_are_those_of_the_lesson(lesson):
    for path, notebook in BUILT[lesson].items():
        kept = nbformat.read(path, as_version=4)
        sources = [[(cell.cell_type, cell.source) for cell in nb.cells] for nb in (kept, notebook)]
        assert sources[0] == sources[1]
    english, spanish = (
        [cell.cell_type for cell in notebook.cells] for notebook in BUILT[lesson].values()
    )
    assert english == spanish
    asked = re.findall(r'ask\("(\d+\.\d)", \.\.\., lang="(\w+)"\)', str(BUILT[lesson]))
    numbers = [number for number in questions() if number.startswith(f"{lesson}.")]
    assert asked == [(number, lang) for lang in refresh.LANGUAGES for number in numbers]
    assert 3 <= len(numbers) <= 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_ten_minutes_to_read(path):
    """At 130 words a minute, the code and its formulas among them."""
    cells = nbformat.read(path, as_version=4).cells
    assert sum(len(re.findall(r"\w{2,}", cell.source)) for cell in cells) < 1300


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


# --- the numbers of the prose --------------------------------------------------------------------
H1 = sigmoid(0.15 * 0.05 + 0.2 * 0.1 + 0.35)
H2 = sigmoid(0.25 * 0.05 + 0.3 * 0.1 + 0.35)
O1, O2 = sigmoid(0.4 * H1 + 0.45 * H2 + 0.6), sigmoid(0.5 * H1 + 0.55 * H2 + 0.6)
A = sigmoid(2 * -1 + -3 * -2 - 3)


def descended(turns):
    """The loss of the neuron of lesson 7 at a turn, by its derivative written out by hand."""
    w, v, b = 2.0, -3.0, -3.0
    for _ in range(turns - 1):
        a = sigmoid(-w - 2 * v + b)
        slope = 2 * a * a * (1 - a)
        w, v, b = w + 0.5 * slope, v + slope, b - 0.5 * slope
    return sigmoid(-w - 2 * v + b) ** 2


GIVEN = {  # what a lesson chooses
    "3": "0.1", "4": "0.05 0.10 0.15 0.20 0.35", "5": "0.01 0.99", "6": "0.01",
    "7": "0.01 0.1 0.2 0.5 0.9 1.05", "9": "0.25", "10": "0.0",
}  # fmt: skip
GOLDEN = {
    "3": {"0.3": 0.1 * 3},
    "4": {"0.3775": 0.0275 + 0.35, "0.593270": H1, "0.751365070": O1, "0.772928465": O2},
    "5": {
        "0.7311": A, "0.5344": A * A, "0.0100": 0.1**2, "4.0075": (3 * 0.01 + 16) / 4,
        "0.1000": 0.1, "1.0750": (0.3 + 4) / 4, "4.605": -math.log(0.01), "0.980": 0.99**2,
        "0.298371109": ((O1 - 0.01) ** 2 + (O2 - 0.99) ** 2) / 2, "0.751365070": O1,
    },
    "6": {
        "0.741365": O1 - 0.01, "0.186816": O1 * (1 - O1), "0.593270": H1,
        "0.082167": (O1 - 0.01) * O1 * (1 - O1) * H1,
    },
    "7": {
        "1.3": 0.5 + 0.1 * 8, "0.98": 1 - 0.02, "0.6": 1 - 0.4, "0.8": 1.8 - 1, "1.1": 2.1 - 1,
        "0.5344": descended(1), "0.0009": descended(100),
    },
    "8": {"4675": 5 * 64 + 65 * 64 + 65 * 3, "67": 5 * 8 + 9 * 3, "105": 150 * 0.7, "45": 45},
    "9": {"0.0000153": 0.25**8, "59049": 3**10, "0.6": 3 / 5, "0.8": 4 / 5},
}  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_decimal_of_the_prose_is_chosen_or_right(path):
    lesson, cells = path.stem.partition("_")[0], nbformat.read(path, as_version=4).cells
    prose = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    golden = GOLDEN.get(lesson, {})
    assert {*re.findall(r"\d+\.\d+", prose)} == {
        *GIVEN.get(lesson, "").split(), *(text for text in golden if "." in text)
    }  # fmt: skip
    for text, number in golden.items():
        assert re.search(rf"(?<![\d.]){text}(?![\d.]\d)", prose), text
        assert f"{number:.{len(text.partition('.')[2])}f}" == text


def executed(path):
    """With a second try: a kernel's reply may get lost, and then it would be waited for in vain."""
    try:
        return refresh.executed(nbformat.read(path, as_version=4), path.parent.name, timeout=90)
    except (nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError):
        return refresh.executed(nbformat.read(path, as_version=4), path.parent.name, timeout=90)


# ipykernel and its parts warn of their own affairs on some versions.
@pytest.mark.lessons
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs_and_shows_what_is_committed(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    committed = refresh.texts(nbformat.read(path, as_version=4))
    shown = refresh.texts(executed(path))
    assert any(committed)
    alike(shown, committed)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_small_and_tidy(path):
    assert path.stat().st_size < 360_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook == refresh.tidy(nbformat.read(path, as_version=4), path.parent.name)
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    pictures = sum(
        any(kind in json.dumps(out) for kind in ("image/", "<iframe")) for out in outputs
    )
    assert pictures >= 1
