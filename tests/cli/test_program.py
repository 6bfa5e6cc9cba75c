"""The command line as a whole: grad, wrong usage of each command, help, and the two languages."""

import math
import re
import sys
from pathlib import Path

import pytest

from autograd_mini import __version__
from autograd_mini.cli import COMMANDS, _parser, draw, main, options
from autograd_mini.cli.options import Parser
from autograd_mini.museum import ENGINES
from tests.cli.tongues import ENGLISH, SPANISH, words

DOCS = Path(__file__).resolve().parents[2] / "docs"


# --- grad -----------------------------------------------------------------------------------------
def test_grad_prints_value_and_gradient(said):
    lines = said("grad", "x*exp(-x**2)+y", "x=0.5", "y=2").splitlines()
    names = [line.split()[0] for line in lines]
    numbers = [float(line.split()[1]) for line in lines]
    assert names == ["value", "∂/∂x", "∂/∂y"]
    e = math.exp(-0.25)
    assert numbers == pytest.approx([0.5 * e + 2, 0.5 * e, 1.0], rel=1e-15)
    assert len({line.index(line.split()[1]) for line in lines}) == 1


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["-x**2", "x=3"], "value  -9.0\n∂/∂x   -6.0\n"),
        (["-h**2", "h=3"], "value  -9.0\n∂/∂h   -6.0\n"),  # no -h
        (["--lang", "es", "x", "x=-3"], "valor  -3.0\n∂/∂x   1.0\n"),
        (["x", "x=-3", "--lang=es"], "valor  -3.0\n∂/∂x   1.0\n"),
        (["2 + 3"], "value  5.0\n"),
        (["x*0", "x=1"], "value  0.0\n∂/∂x   0.0\n"),
        (["where(x>0, 1, 2)", "x=-1"], "value  2.0\n∂/∂x   0.0\n"),
        (["sqrt(x)", "x=0"], "value  0.0\n∂/∂x   inf\n"),
    ],
)
def test_grad_of(arguments, out, said):
    assert said("grad", *arguments) == out


def test_a_terminal_of_two_columns_is_enough(said, monkeypatch):
    monkeypatch.setenv("COLUMNS", "2")
    assert said("grad", "x", "x=3") == "value  3.0\n∂/∂x   1.0\n"


# --- help -----------------------------------------------------------------------------------------
def test_version(said):
    assert said("--version") == f"autograd-mini {__version__}\n"


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_language_may_stand_before_the_command_and_before_help(lang, said):
    assert said("--lang", lang, "--help") == said("--help", "--lang", lang)
    assert said("--lang", lang, "grad", "x*x", "x=3") == said("grad", "x*x", "x=3", "--lang", lang)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_what_an_option_takes_and_the_reference_has_it(command, lang, said):
    more = {"train": options.DATASETS, "step": options.DATASETS, "draw": draw._USUAL}
    names = {*more.get(command, ())}
    parser = _parser(lang, [command])._subparsers._group_actions[0].choices[command]
    for action in parser._actions:
        if action.metavar and action.choices != ENGINES:  # else it stands in the usage
            names |= {*(action.choices or ())}
    assert names <= {*re.findall(r"\w[\w-]*", said(command, "--help", "--lang", lang))}
    page = DOCS / lang / "reference" / "command-line.md"
    assert f"```{{command-help}} {command}\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "grad x*exp(-x**2)+y x=0.5 y=2", "check sin(x)*y/(1+x**2) x=0.3 y=2 --order 2",
        "check log(x) x=-1", "check abs(x) x=0",
        "draw tanh(w*x+b) w=0.5 x=2 b=-1 --detail gradients",
        "step (w*x-3)**2 w=0.5 x=2 --lr 0.1 --weights w --all",
        "step x+x x=3 --engine Overwrites --step 5", "step --train xor --epochs 3 --all",
        "step --train w**2 w=3 --lr 0.001 0.1 1 10",
    ],
)  # fmt: skip
def test_what_is_printed_is_in_one_language(line, capsys, monkeypatch):
    for locale, foreign in (("C", SPANISH), ("es_ES.UTF-8", ENGLISH)):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(line.split()) in (0, 1)
        out, err = capsys.readouterr()
        assert err == ""
        assert not words(out) & foreign


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "line",
    ["step x*y x=1 y=2 --all", "step x*y x=1 y=2 --step 4", "step --train xor --epochs 1",
     "draw tanh(w*x+b) w=2 x=1 b=3", "grade engine.py", "marks .", "museum", "museum wrong_sign",
     "check tanh(w*x) w=0.5 x=2", "exercise --kind network", "lab step-size",
     "lab depth --seeds 1 --depths 1 3"],
)  # fmt: skip
def test_no_word_is_cut_at_the_edge_of_a_terminal(line, lang, tmp_path, capsys, monkeypatch):
    (tmp_path / "engine.py").write_text("class Value:\n    pass\n")
    (tmp_path / "an-empty-file.json").write_text("")
    arguments = [*line.split(), "--lang", lang]
    main(arguments)
    piped = capsys.readouterr().out
    width = min(60, max(map(len, piped.splitlines())) - 1)
    for name, value in {"COLUMNS": str(width), "LINES": "99", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    main(arguments)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= width
    word = r"\b[^\W\d_]{2,}\b|\d\.\d+"
    assert {*re.findall(word, shown.lower())} <= {*re.findall(word, piped.lower())}


def test_a_class_is_told_if_there_are_not_so_many_exercises(capsys):
    assert main("exercise --kind vanishing --count 40 --lang es".split()) == 0
    out, err = capsys.readouterr()
    n = out.count("Ejercicio")
    told = f"No hay 40 ejercicios distintos de este tipo y nivel; estos son los {n} encontrados.\n"
    assert err == told


BEGINS = {"pdf": b"%PDF", "html": b"<!doctype html>", "tex": b"\\documentclass", "zip": b"PK"}
BEGINS |= {"xml": b"<?xml", "gift": b"::Exercise 1", "txt": b"Exercise 1"}


@pytest.mark.parametrize(("ending", "begins"), BEGINS.items(), ids=BEGINS)
def test_the_ending_of_its_file_says_what_an_exercise_is_written_as(tmp_path, ending, begins):
    file = tmp_path / f"sheet.{ending}"
    assert main(["exercise", "--lang", "en", "-o", str(file)]) == 0
    assert file.read_bytes().lower().startswith(begins.lower())


def test_what_argparse_gives_the_parsers_of_commands_reaches_them():
    """Python 3.14 gives `color`, which older versions do not know."""
    commands = Parser("p", "cli", "en").add_subparsers(prog="p")
    command = commands.add_parser("grad", room="grad", lang="en", allow_abbrev=False)
    assert command.allow_abbrev is False
