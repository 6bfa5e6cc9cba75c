"""The subcommand `check`: its output in both languages and its exit status."""

import json
import sys

import pytest

from autograd_mini.checking.table import op_table
from autograd_mini.cli import main
from autograd_mini.ops import SHEET
from tests.cli.tongues import ENGLISH, SPANISH, words


def run(*arguments):
    return main(["check", *arguments])


@pytest.fixture
def module(tmp_path):
    (tmp_path / "user_functions.py").write_text(
        "import math\n"
        "from autograd_mini import Value, sin\n"
        "f = lambda x, y: sin(x) * y\n"
        "cut = lambda x: x * Value(x.data)\n"
        "g = lambda x: math.exp(-x)\n"
        "right = lambda x: -math.exp(-x)\n"
        "wrong = lambda x: math.exp(-x)\n"
        "from autograd_mini.museum.exhibits import Overwrites\n"
        "twice = lambda x: x + x\n"
    )
    yield "user_functions"
    sys.modules.pop("user_functions", None)


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("sin(x)*y/(1+x**2) x=0.3 y=2", 0,  # (cos(x) - 2 x sin(x) / (1 + x**2)) y / (1 + x**2)
         ("The derivative is right.", "df/dx", "1.4544308545578")),
        ("x**3 x=2 --order 2 --lang es", 0, ("La derivada es correcta.", "d2f/dx2")),
        ("log(x) x=-1", 1, ("it needs a > 0",)),
        ("abs(x) x=0 --taylor", 0, ("Right, at a kink",)),  # where there is no table
        ("x**3 x=2 --taylor --order 2 --lang es", 0,
         ("R2  pendiente", "Pendientes con derivadas correctas: R0 1, R1 2, R2 3")),
    ],
)  # fmt: skip
def test_an_expression(line, status, told, capsys):
    assert run(*line.split()) == status
    out = capsys.readouterr().out
    assert all(part in out for part in told)
    assert ("R0" in out) == ("--taylor" in line and "abs" not in line)
    assert "None" not in out


def test_a_function_of_a_module(module, capsys):
    assert run(f"{module}:f", "--at", "0.3", "2") == 0
    assert run(f"{module}:cut", "--at", "3") == 1
    assert "should be 6" in capsys.readouterr().out
    assert run(f"{module}:g", "--gradient", f"{module}:right", "--at", "0.5") == 0
    assert run(f"{module}:g", "--gradient", f"{module}:wrong", "--at", "0.5", "--json") == 1
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["culprit"]["kind"] == "gradient"
    assert run(f"{module}:twice", "--value", f"{module}:Overwrites", "--at", "3") == 1
    assert "accumulation" in capsys.readouterr().out


def test_a_function_of_a_file_in_another_folder(tmp_path, monkeypatch):
    """It was said not to be of the form module:function; a file alone was read as an expression."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "tareas").mkdir()
    (tmp_path / "tareas" / "tarea_uno.py").write_text("def f(x):\n    return x * x\n")
    monkeypatch.chdir(tmp_path)
    assert run("tareas/tarea_uno.py:f", "--at", "0.3") == 0


def test_all_operations(capsys, monkeypatch):
    rows = [*op_table()]
    monkeypatch.setattr("autograd_mini.cli.check.op_table", lambda: rows)
    for lang, foreign, end in (
        ("en", SPANISH, "All operations are within their bounds."),
        ("es", ENGLISH, "Todas las operaciones están dentro de sus cotas."),
    ):
        assert run("--ops", "--lang", lang) == 0
        out = capsys.readouterr().out
        _, *lines, last = out.splitlines()
        assert [line.split()[0] for line in lines] == list(SHEET)
        assert last == end
        assert not words(out) & foreign
    rows[0] = rows[0]._replace(ok=False)
    assert run("--ops", "--lang", "en") == 1
    _, first, second, *_, last = capsys.readouterr().out.splitlines()
    assert (first.split()[-1], second.split()[-1]) == ("wrong", "ok")
    assert last == f"Beyond their bounds: {rows[0].name}"
