"""The notebooks run from top to bottom, and their outputs are those that are committed."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
nbclient = pytest.importorskip("nbclient", reason="the extra [test] brings it")
nbformat = pytest.importorskip("nbformat")

_spec = importlib.util.spec_from_file_location("refresh", ROOT / "notebooks" / "refresh.py")
assert _spec.loader is not None
refresh = importlib.util.module_from_spec(_spec)
sys.modules["refresh"] = refresh
_spec.loader.exec_module(refresh)

NOTEBOOKS = sorted((ROOT / "notebooks").glob("e[ns]/*.ipynb"))
PAIRS = [
    ("backpropagation", "retropropagacion"), ("checking", "comprobar"), ("drawing", "dibujar"),
    ("stepping", "paso_a_paso"),
]  # fmt: skip
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")


def test_every_notebook_is_there_in_each_language():
    english, spanish = zip(*PAIRS, strict=True)
    wanted = {("en", name) for name in english} | {("es", name) for name in spanish}
    assert {(path.parent.name, path.stem) for path in NOTEBOOKS} == wanted


def executed(path):
    """With a second try: a kernel's reply may get lost, and then it would be waited for in vain."""
    try:
        return refresh.executed(path, timeout=90)
    except (nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError):
        return refresh.executed(path, timeout=90)


# ipykernel and its parts warn of their own affairs on some versions.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs_and_shows_what_is_committed(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    committed = refresh.texts(nbformat.read(path, as_version=4))
    shown = refresh.texts(executed(path))
    assert any(committed)
    for expected, got in zip(committed, shown, strict=True):
        # The words are the same; the numbers agree to the digits that are shown, give or take
        # the last one, which may differ with the machine's mathematical library.
        assert NUMBER.sub("#", got) == NUMBER.sub("#", expected)
        numbers, wanted = ([*map(float, NUMBER.findall(text))] for text in (got, expected))
        assert numbers == pytest.approx(wanted, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_small_and_tidy(path):
    assert path.stat().st_size < 300_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook == refresh.tidy(nbformat.read(path, as_version=4), path.parent.name)
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    assert sum(bool(re.search("image/|<iframe", json.dumps(out))) for out in outputs) >= 5


@pytest.mark.parametrize("names", PAIRS, ids=lambda names: names[0])
def test_both_notebooks_have_the_same_cells(names):
    files = zip(("en", "es"), names, strict=True)
    paths = [ROOT / "notebooks" / lang / f"{name}.ipynb" for lang, name in files]
    english, spanish = (nbformat.read(path, as_version=4).cells for path in paths)
    assert [cell.cell_type for cell in english] == [cell.cell_type for cell in spanish]
