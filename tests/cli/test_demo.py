"""The commands demo and train: what they tell and write; terminals, signals and pipes."""

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from autograd_mini import Value, data
from autograd_mini.cli import main
from autograd_mini.cli.options import Teller
from autograd_mini.cli.train import gradient_check
from autograd_mini.data import Dataset
from autograd_mini.data.tables import TableError, read_csv
from autograd_mini.graph import topological
from autograd_mini.nn import MLP
from autograd_mini.optim import Adam
from autograd_mini.training import load, load_metadata
from tests.cli.tongues import ENGLISH, words

ROOT = Path(__file__).resolve().parents[2]
MODULE = [sys.executable, "-m", "autograd_mini"]
SVG = "{http://www.w3.org/2000/svg}"
FILES = ["boundary.png", "graph.svg", "history.csv", "loss.png", "model.json", "steps.html"]
pytestmark = pytest.mark.slow


def run(*arguments, command=MODULE, **environment):
    return subprocess.run(
        [*command, *arguments], capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip


# --- demo -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder and the output of one run of the demo, in Spanish, through a pipe."""
    out = tmp_path_factory.mktemp("demo") / "files"
    done = run("demo", "--lang", "es", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out, done.stdout


def test_demo_learns_iris(demo):
    out, text = demo
    match = re.search(r"Exactitud en la prueba: ([\d.]+) % \((\d+) de 45 puntos", text)
    assert int(match[2]) / 45 >= 0.9
    model, metadata = load(out / "model.json"), load_metadata(out / "model.json")
    _, held_out = data.split(data.iris(), seed=0)
    scaler = data.Standardiser(metadata["mean"], metadata["std"])
    right = sum(
        max(range(3), key=model(x).__getitem__) == y
        for x, y in zip(scaler.apply(held_out.inputs), held_out.targets, strict=True)
    )
    assert right == int(match[2])
    assert metadata["class_names"] == ["setosa", "versicolor", "virginica"]


def test_demo_writes_its_files(demo):
    out, text = demo
    assert sorted(path.name for path in out.iterdir()) == FILES
    for name in FILES:
        assert str(out / name) in text
    tree = ET.parse(out / "graph.svg")
    texts = {"".join(t.itertext()).strip("\xa0") for t in tree.iter(f"{SVG}text")}
    assert {"w1", "h = s + b", "y = tanh(h)", "L = e · e", "∂y/∂h = 0.9151"} <= texts
    for name in ("loss.png", "boundary.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    with (out / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 61))
    assert float(rows[-1]["loss"]) < 0.2 < float(rows[0]["loss"])


def number_of(text):
    return float(text.strip("()").replace("−", "-"))


def test_demo_writes_out_one_update(demo):
    update = r"w_nuevo = w_anterior − η · ∂L/∂w\n += (.*) − (.*) · (.*)\n += (.*)\n"
    old, eta, gradient, new = map(number_of, re.search(update, demo[1]).groups())
    assert eta == 0.1
    assert new == pytest.approx(old - eta * gradient, abs=2e-6)
    before, after = map(float, re.findall(r"pérdida (\d+\.\d+)\.", demo[1])[:2])
    assert after < before


def test_demo_tells_the_backward_pass_edge_by_edge(demo):
    lines = demo[1].split("─\n")[1].split("\n\n")[0].splitlines()
    assert len(lines) == 12  # e * e has two edges, and so have three sums and two products
    rows = [line.split() for line in lines]
    y = math.tanh(-0.3)
    slope = 2 * (y - 1) * (1 - y * y)  # dL/dh by hand
    expected = {
        "e": 2 * (y - 1), "y": 2 * (y - 1), **dict.fromkeys(("h", "s", "b", "p1", "p2"), slope),
        "w1": slope, "x1": slope / 2, "w2": 2 * slope, "x2": -slope,
    }  # fmt: skip
    sums = {row[-4]: number_of(row[-1]) for row in rows}
    assert sums == pytest.approx(expected, abs=6e-4)
    for row in rows:
        if len(row) > 4:  # else it goes on with the node of the line above
            gradient = number_of(row[-5])
        assert number_of(row[-2]) == pytest.approx(number_of(row[-3]) * gradient, abs=2e-3)
    assert number_of(rows[0][-1]) == pytest.approx(y - 1, abs=6e-4)  # the running sum, halfway


def test_demo_checks_every_gradient_in_one_language_and_in_plain_text(demo):
    assert re.search(r"67 de 67 coinciden.*10⁻¹\S del", demo[1], re.DOTALL)
    assert not words(demo[1]) & ENGLISH
    assert not {*"\x1b\r━"} & {*demo[1]}  # for a pipe


def test_demo_runs_again_over_its_own_files_with_the_same_result(demo, capsys):
    out, _ = demo
    words = re.compile(r">([^<]+)</text>")
    model = (out / "model.json").read_bytes()
    graph = words.findall((out / "graph.svg").read_text(encoding="utf-8"))
    assert main(["demo", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for part in ("Test accuracy: ", "w_new = w_old − η · ∂L/∂w", "67 of 67 agree", "local deriv."):
        assert part in text
    assert (out / "model.json").read_bytes() == model
    again = words.findall((out / "graph.svg").read_text(encoding="utf-8"))
    assert again == [{"dato": "data"}.get(word, word) for word in graph]


def test_without_matplotlib_and_graphviz_the_demo_says_how_to_get_them_and_keeps_the_dot_text(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("autograd_mini.cli.train.find_spec", lambda _: None)
    monkeypatch.setattr("autograd_mini.cli.train.gradient_check", lambda *_: True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert main(["demo", "--out", "o"]) == 0
    text = capsys.readouterr().out
    assert 'pip install "autograd-mini[plot]"' in text
    assert "No graph.svg: no picture in the format svg" in text
    written = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert written == ["graph.gv", "history.csv", "model.json"]
    assert "digraph gradients" in (tmp_path / "o" / "graph.gv").read_text(encoding="utf-8")


def test_a_wrong_gradient_is_found(capsys, monkeypatch):
    honest = Value.backward

    def wrong(self, *args, **options):
        honest(self, *args, **options)
        for node in [node for node in topological(self) if node.first is None]:
            if node.label == "layer1.neuron1.w[0]":
                node.grad *= 1 + 1e-8

    monkeypatch.setattr(Value, "backward", wrong)
    assert main(["train", "moons", "--hidden", "3", "--epochs", "1", "--out", "o"]) == 1
    text = capsys.readouterr().out
    assert "12 of 13 agree" in text
    assert re.search(r"layer1\.neuron1\.w\[0\]: backpropagation \S+, differences", text)


def test_gradients_that_are_all_0_are_told_and_not_divided_by(said):
    out = said("train", "xor", "--hidden", "3", "--epochs", "8", "--lr", "1e300", "--out", "o")
    assert "nothing to compare: all 13 gradients are 0" in out
    assert "smaller --lr" in out


@pytest.mark.parametrize("name", ["xor", "moons", "circles", "spirals", "iris"])
def test_train_ends_at_a_right_boundary(name, said, monkeypatch):
    monkeypatch.setattr("autograd_mini.cli.train.gradient_check", lambda *_: True)
    monkeypatch.setattr("autograd_mini.cli.train.Files.plots", lambda *_: None)
    text = said("train", name, "--epochs", "30", "--out", "o")  # a third of the usual ones do
    match = re.search(r"ccuracy: ([\d.]+) %", text)
    assert float(match[1]) >= 95


# --- train ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["xor", "moons", "circles"])
def test_train_on_the_data_sets(name, tmp_path, capsys):
    options = ["--hidden", "4", "--epochs", "3", "--activation", "relu", "--optimiser", "Momentum"]
    assert main(["train", name, *options, "--lr", "0.05"]) == 0
    text = capsys.readouterr().out
    assert "17 of 17 agree" in text
    assert "The backward pass of layer1.neuron1" in text
    assert "Momentum, learning rate 0.05" in text
    folder = tmp_path / f"autograd-mini-{name}"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert json.loads((folder / "model.json").read_text())["architecture"]["activation"] == ["relu"]


def test_the_picture_of_train_shows_the_gradients_of_its_table(tmp_path, capsys):
    assert main(["train", "moons", "--hidden", "3", "--epochs", "2", "--out", "o"]) == 0
    table = capsys.readouterr().out.split("─\n")[1].split("\n\n")[0]
    sums = {line.split()[-4]: line.split()[-1] for line in table.splitlines()}
    svg = ET.parse(tmp_path / "o" / "graph.svg")
    for group in svg.iter(f"{SVG}g"):
        if (group.get("class") or "").startswith("node leaf"):
            texts = ["".join(t.itertext()).strip("\xa0 ") for t in group if t.tag.endswith("text")]
            assert texts[-1] == sums[texts[0]]


def test_train_on_a_csv_file_with_semicolons_and_decimal_commas(tmp_path, capsys):
    flowers = data.iris()
    with (tmp_path / "flores.csv").open("w", encoding="utf-8-sig") as file:
        file.write("especie;sl;sw;pl;pw\n")
        for x, y in flowers:
            cells = (str(v).replace(".", ",") for v in x)
            file.write(f"{flowers.class_names[y]};{';'.join(cells)}\n")
    read = read_csv(tmp_path / "flores.csv", "especie")
    assert [*read] == [*flowers]
    assert read.class_names == flowers.class_names
    assert read.feature_names == ("sl", "sw", "pl", "pw")
    arguments = ["--label", "especie", "--epochs", "2", "--hidden", "3", "--lang", "es"]
    assert main(["train", "flores.csv", *arguments]) == 0
    assert "Exactitud en la prueba" in capsys.readouterr().out


def test_of_an_earlier_run_nothing_is_left_beside_a_later_one(tmp_path, capsys):
    """A table of one feature has no picture of the boundary: that of the former table stayed."""
    for header, row, files in (
        ("x,y,c", "{k},{k},{c}", FILES),
        ("x,c", "{k},{c}", [name for name in FILES if name != "boundary.png"]),
    ):
        lines = [header, *(row.format(k=k, c="ab"[k % 2]) for k in range(10))]
        (tmp_path / "t.csv").write_text("\n".join(lines))
        assert main(["train", "t.csv", "--epochs", "1", "--hidden", "2"]) == 0
        folder = tmp_path / "autograd-mini-t"
        assert sorted(path.name for path in folder.iterdir()) == files


def test_a_line_of_years_holds_the_names_of_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("2023,kind,2024\n1,b,2\n3,a,4\n", encoding="utf-8")
    read = read_csv(path, "kind")
    assert (read.feature_names, read.inputs) == (("2023", "2024"), [(1.0, 2.0), (3.0, 4.0)])


@pytest.mark.parametrize(
    ("text", "inputs", "classes", "targets"),
    [
        ("1,5;2,5;a\n3;4,5;b\n", [(1.5, 2.5), (3.0, 4.5)], "a b", [0, 1]),
        ("1;10,5\n2;2,5\n3;2,5\n4;10,5\n", None, "2,5 10,5", [1, 0, 0, 1]),
        ("1\t2\t10\n3\t4\t9\n\n5\t6\t10\n", [(1, 2), (3, 4), (5, 6)], "9 10", [1, 0, 1]),
        ("1,10\n2,9\n3,a\n4,a\n5,9\n6,10\n", None, "10 9 a", [0, 1, 2, 2, 1, 0]),
        ("1,2\n2,nan\n3,10\n4,nan\n5,10\n6,2\n", None, "10 2 nan", [1, 2, 0, 2, 0, 1]),
        ('"a (m)\n;","b;\n",c\n1,2,x\n3,4,y\n', [(1, 2), (3, 4)], "x y", [0, 1]),
        ('1,"a\nb"\n2,"a\nb"\n3,ab\n4,ab\n5,ab\n6,c\n', None, "a\nb|ab|c", [0, 0, 1, 1, 1, 2]),
        ('"l; m","n; o",kind\n1,2,a\n3,4,b\n', [(1, 2), (3, 4)], "a b", [0, 1]),
        ("1,a\x0cb\n2,a\u2028b\n", None, "a\x0cb|a\u2028b", [0, 1]),
    ],
)
def test_tables_of_many_a_form(tmp_path, text, inputs, classes, targets):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    read = read_csv(path)
    assert read.inputs == (inputs or [(float(k),) for k, _ in enumerate(read, 1)])
    assert read.class_names == tuple(classes.split("|" if "|" in classes else " "))
    assert read.targets == targets


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('1,a\n2,b\n3,"a\n4,b\n5,a\n6,b\n', "a quotation mark opens a cell, and none closes it"),
        (f"1,{'a' * 140_000}\n", "not a CSV file .field larger than field limit"),
        ('1,"a\nb"\n2,c\n3_4,c\n', "line 4, column 1: '3_4' is not a number"),
        ("1,2\n3,4\n", "no column 'x1'; it has no header line"),
        (",,\n\n,,\n", "t.csv: the file is empty"),
    ],
)
def test_tables_that_are_refused(tmp_path, text, error):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=error):
        read_csv(path, "x1" if "x1" in error else None)


def test_large_networks_are_checked_in_part(said, monkeypatch):
    monkeypatch.setattr("autograd_mini.cli.train.MOST", 20)
    text = said("train", "xor", "--hidden", "5,3", "--epochs", "1", "--out", "o")
    assert "differentiated with respect to 19 of the 37 parameters" in text
    assert "19 of 19 agree" in text


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "the first update overflows a float: with a learning rate of 10³⁰⁰"),
        ("es", "la primera actualización se sale del rango de los números"),
    ],
)
def test_an_update_that_leaves_the_floats_is_a_failure(lang, sentence, capsys):
    rule = ["--lr", "1e300", "--optimiser", "sgd", "--activation", "relu", "--lang", lang]
    assert main(["train", "moons", *rule]) == 1
    assert f"autograd-mini: error: {sentence}" in capsys.readouterr().err


# --- terminals, signals, pipes --------------------------------------------------------------------
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_is_one_line_and_130_and_keeps_what_was_learnt(tmp_path, capsys, monkeypatch):
    step, taken = Adam.step, []

    def interrupted(self):
        step(self)
        taken.append(1)
        if len(taken) == 9:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Adam, "step", interrupted)
    arguments = ["--hidden", "3", "--epochs", "100", "--out", "o"]
    assert main(["train", "moons", *arguments]) == 130
    assert len(taken) == 9
    assert capsys.readouterr().err == "Interrupted; what was learnt so far is in o.\n"
    assert load(tmp_path / "o" / "model.json").layers[0].nin == 2


def test_ctrl_c_elsewhere(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograd_mini.cli.demo.run", interrupted)
    assert main(["demo", "--lang", "es"]) == 130
    assert capsys.readouterr() == ("", "Interrumpido.\n")


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_a_reader_that_closes_the_pipe_is_no_error():
    command = f"'{sys.executable}' -m autograd_mini demo --out o | head -n 2"
    done = run("-c", command, command=["sh"])
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2


FULL = "autograd-mini: error: no queda espacio en el disco\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize(
    ("line", "told"),
    [("grad x x=1 > /dev/full", (1, FULL)), ("--help > /dev/full", (1, FULL)),
     ("grad x x=1 >&-", (0, "")), ("exercise >&-", (0, ""))],
)  # fmt: skip
def test_an_output_that_takes_nothing(line, told):
    command = f"'{sys.executable}' -m autograd_mini --lang es {line}"
    done = run("-c", command, command=["sh"], PYTHONUNBUFFERED="")
    assert (done.returncode, done.stderr) == told


def test_an_output_that_lacks_the_signs_gets_question_marks():
    done = run("grad", "x", "x=1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout == "value  1.0\n?/?x   1.0\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_no_color_is_respected_and_narrow_terminals_lose_nothing(tmp_path):
    from tests.cli.ptys import Terminal

    code = (
        "from autograd_mini.cli import main, train\n"
        "train.find_spec = lambda _: None  # no plots\n"
        f"main('train xor --hidden 3 --epochs 1 --out {tmp_path / 'o'}'.split())"
    )
    told = []
    for environment in ({}, {"NO_COLOR": "1"}):
        with Terminal(code, columns=46, **environment) as shown:
            assert shown.ended() == 0
        told.append(shown.sent.decode().replace("\r", ""))
    coloured, plain = (re.search(r"\x1b\[[\d;]*3\dm", text) for text in told)
    assert coloured
    assert not plain
    words_only = re.sub(r"\x1b\[[\d;]*m", "", told[0])
    row = r"gradient +0.4734\s+to +v1\s+local deriv. +0.2575\s+share +0.1219"
    assert re.search(row, words_only)


# --- the parts ------------------------------------------------------------------------------------
LOSS = "binary_cross_entropy_with_logits"


def checked(model, points):
    """The demo's check of a model's gradients: its word, and what it says."""
    console = Console(record=True, width=200, file=io.StringIO())
    agree = gradient_check(model, points, LOSS, Teller("en", console))
    return agree, console.export_text()


def squares():
    inputs = [(x / 4, 1 - x / 3) for x in range(8)]
    targets = [int(a * a > b) for a, b in inputs]
    return Dataset("squares", inputs, targets, ("a", "b"), ("no", "yes"))


def test_a_neuron_on_its_kink_is_undecided():
    model = MLP(2, [1, 1], activation="relu", seed=1)
    hidden = model.layers[0].neurons[0]
    hidden.w[0].data, hidden.w[1].data, hidden.b.data = 1.0, 0.0, -0.25  # 0 at a = 1/4
    agree, told = checked(model, squares())
    assert agree
    assert "3 undecided: a kink of the activation is too near." in told
    assert all(p.data == q for p, q in zip(hidden.w, (1.0, 0.0), strict=True))
