"""What goes into fit and what comes out: forms of data, the history, the progress shown."""

import csv
import re

import pytest

from autograd_mini.data import Dataset, xor
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD
from autograd_mini.training import Epoch, History, fit
from autograd_mini.training.samples import input_rows, samples
from tests.programs import printed
from tests.training.models import Offset


# --- data in its forms ---------------------------------------------------------------------------
class Scalar:
    """As torch's tensors without dimensions."""

    dtype = "float32"

    def __init__(self, x):
        self.item = lambda: x


def test_all_forms_of_data_say_the_same():
    np = pytest.importorskip("numpy")
    rows, targets = [(0.5, 1.0), (2.0, 3.0)], [1, 0]
    forms = [
        Dataset("d", rows, targets, class_names=("a", "b")), (rows, targets),
        list(zip(rows, targets, strict=True)),
        [[list(x), y] for x, y in zip(rows, targets, strict=True)],
        (np.array(rows), np.array(targets)), (np.array(rows, dtype=np.float32), targets),
        [([*map(Scalar, x)], Scalar(y)) for x, y in zip(rows, targets, strict=True)],
    ]  # fmt: skip
    for form in forms:
        found, labels = samples(form)
        assert (found, labels) == (rows, targets)
        assert {type(v) for row in found for v in row} == {float}
        assert {type(y) for y in labels} == {int}
    assert samples(([True], [np.bool_(True)])) == ([(1,)], [1])
    assert samples(([1.5], [[0.0, 1.0]])) == ([(1.5,)], [[0.0, 1.0]])
    assert input_rows(np.array([[1.0, 2.0]])) == [(1.0, 2.0)]


# --- history -------------------------------------------------------------------------------------
def test_a_history_as_csv_reads_back_as_the_same_floats(tmp_path):
    rows = [
        Epoch(1, 0.1 + 0.2, None, 1e-300, 0.5, 0.1, 2.5, 0.25),
        Epoch(2, 1 / 3, None, 5e-324, 1.0, 0.1, 2.0, 0.5),
    ]
    path = tmp_path / "history.csv"
    path.write_text("old")
    History(rows).to_csv(path)
    with path.open(newline="") as file:
        names, *found = csv.reader(file)
    assert tuple(names) == Epoch._fields
    assert [[float(x) if x else None for x in row] for row in found] == [[*row] for row in rows]
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="it is a folder"):
        History(rows).to_csv(tmp_path)


def test_a_history_says_how_it_went():
    history = History([Epoch(1, 0.5, 0.75, 0.25, 1.0, 0.1, 2.0, 0.01)])
    history.stopped = "finished"
    told = "History: 1 epoch, loss 0.5, validation loss 0.25, accuracy 75 %, validation accuracy"
    assert repr(history) == f"{told} 100 %, finished"
    assert (repr(History()), History().best_epoch) == ("History: 0 epochs", None)
    rows = [Epoch(k, x, None, None, None, 1, 1, 1) for k, x in enumerate([3, 1, 2, 1], 1)]
    assert History(rows).best_epoch == 2
    assert not hasattr(History(), "losses")


# --- progress ------------------------------------------------------------------------------------
def shown(capsys, **options):
    model = Offset()
    fit(model, ([0.0], [99.0]), "mae", SGD([model.v], lr=1.0), 20, **options)
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


def test_where_there_is_no_terminal_nothing_or_ten_lines_are_shown(capsys):
    assert shown(capsys) == shown(capsys, progress=False) == []
    lines = shown(capsys, progress=True)
    assert [line.split()[1] for line in lines] == [f"{k}/20" for k in (1, *range(2, 21, 2))]
    assert lines[-1] == "epoch 20/20  loss 80.0000"
    lines = shown(capsys, progress=True, lang="es", validation=([0.0], [20.0]))
    assert lines[0] == "época 1/20  pérdida 99.0000  validación: pérdida 19.0000"


@pytest.mark.parametrize(("width", "bar"), [(40, False), (80, True), (120, True)])
def test_on_a_terminal_a_bar_is_drawn_that_fits(capsys, monkeypatch, width, bar):
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width)}.items():
        monkeypatch.setenv(name, value)
    model = MLP(2, [2, 1], seed=0)
    loss = "binary_cross_entropy_with_logits"
    fit(model, xor(), loss, SGD(model.parameters(), lr=0.1), 3, 2, lang="es")
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().out)  # without colours
    last = [line for line in re.split(r"[\r\n]", text) if line.strip()][-1]
    assert re.fullmatch("época 3/3[^…]*pérdida 0\\.[^…]*", last)
    assert len(last) <= width
    assert ("exactitud" in last, "restante" in last, "━" in last) == (bar, bar, bar)


def test_in_a_notebook_the_bar_ends_at_the_last_epoch(monkeypatch):
    """rich shows it again up to ten times a second, but not at the end."""
    pytest.importorskip("ipywidgets")
    shown = []
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", lambda segments, text: shown.append(text))
    model = Offset()
    fit(model, ([0.0], [99.0]), "mae", SGD([model.v], lr=1.0), 20)
    assert "epoch 20/20" in [text for text in shown if text.strip()][-1]


def test_rich_is_imported_for_a_bar_only():
    code = (
        "import sys; from autograd_mini.training import *; from autograd_mini.data import xor;"
        "from autograd_mini.nn import MLP; from autograd_mini.optim import SGD;"
        "m = MLP(2, [1], seed=0);"
        "fit(m, xor(), 'mse', SGD(m.parameters(), lr=0.1), 1, progress=False);"
        "print('rich' in sys.modules, 'numpy' in sys.modules)"
    )
    assert printed(code).split() == ["False", "False"]
