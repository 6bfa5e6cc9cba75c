"""The subcommand `check`: its output in both languages and its exit status."""

import json
import sys

import pytest

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
        "number = 3\n"
    )
    yield "user_functions"
    sys.modules.pop("user_functions", None)


def test_an_expression(capsys):
    assert run("sin(x)*y/(1+x**2)", "x=0.3", "y=2") == 0
    out = capsys.readouterr().out
    assert "The derivative is right." in out
    assert "df/dx" in out
    assert "1.4544308545578" in out  # (cos(x) - 2 x sin(x) / (1 + x**2)) y / (1 + x**2)


def test_second_derivatives_and_spanish(capsys):
    assert run("x**3", "x=2", "--order", "2", "--lang", "es") == 0
    out = capsys.readouterr().out
    assert "La derivada es correcta." in out
    assert "d2f/dx2" in out


def test_a_function_of_a_module(module, capsys):
    assert run(f"{module}:f", "--at", "0.3", "2") == 0
    assert run(f"{module}:cut", "--at", "3") == 1
    assert "should be 6" in capsys.readouterr().out
    assert run(f"{module}:g", "--gradient", f"{module}:right", "--at", "0.5") == 0
    assert run(f"{module}:g", "--gradient", f"{module}:wrong", "--at", "0.5", "--json") == 1
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["culprit"]["kind"] == "gradient"


def test_a_function_of_a_file_in_another_folder(tmp_path, monkeypatch):
    """It was said not to be of the form module:function; a file alone was read as an expression."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "tareas").mkdir()
    (tmp_path / "tareas" / "tarea_uno.py").write_text("def f(x):\n    return x * x\n")
    monkeypatch.chdir(tmp_path)
    assert run("tareas/tarea_uno.py:f", "--at", "0.3") == 0


def test_outside_the_domain_is_no_pass(capsys):
    assert run("log(x)", "x=-1") == 1
    assert "it needs a > 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lang", "foreign", "end"),
    [
        ("en", SPANISH, "All operations are within their bounds."),
        ("es", ENGLISH, "Todas las operaciones están dentro de sus cotas."),
    ],
)
def test_all_operations(lang, foreign, end, capsys):
    assert run("--ops", "--lang", lang) == 0
    out = capsys.readouterr().out
    _, *lines, last = out.splitlines()
    assert [line.split()[0] for line in lines] == list(SHEET)
    assert last == end
    assert not words(out) & foreign


def test_the_taylor_table(capsys):
    assert run("x**3", "x=2") == 0
    assert "R0" not in capsys.readouterr().out
    assert run("x**3", "x=2", "--taylor", "--order", "2", "--lang", "es") == 0
    out = capsys.readouterr().out
    assert "R2  pendiente" in out
    assert "Pendientes con derivadas correctas: R0 1, R1 2, R2 3" in out
