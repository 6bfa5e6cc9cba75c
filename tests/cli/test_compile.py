"""The command compile: what it prints can be run, and gives the gradient of the command grad."""

import sys

import pytest

from autograd_mini.cli import main


@pytest.fixture
def printed(capsys):
    def run(*arguments, code=0):
        assert main(["compile", *arguments, "--lang", "en"]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def test_the_python_that_it_prints_is_the_gradient(printed):
    namespace = {"power": pow}
    exec("from math import *\n" + printed("x*exp(-x**2)+y", "--show", "python"), namespace)
    ((value, dx, dy), _) = namespace["run"]([0.5, 2.0], [], 1)
    assert value == pytest.approx(0.5 * 2.718281828459045**-0.25 + 2, rel=1e-15)
    assert dx == pytest.approx(0.5 * 2.718281828459045**-0.25, rel=1e-14)  # (1 - 2 x**2) e
    assert dy == 1.0


def test_the_passes_leave_less(printed):
    traced, passed = (printed("tanh(w*x+b)", "--show", name) for name in ("traced", "passes"))
    assert len(traced.splitlines()) == len(passed.splitlines()) + 1
    assert "* t12 1.0" in traced
    assert "dy/dw = t13" in passed
    assert printed("tanh(w*x+b)", "x=2", "--show", "passes") == passed  # x=1 is not added to it


@pytest.mark.parametrize(("name", "mark"), [("c", "int step("), ("llvm", "define void @whole")])
def test_other_sources(printed, name, mark):
    pytest.importorskip("llvmlite" if name == "llvm" else "numpy")
    assert mark in printed("w*x", "--show", name)


def test_c_is_printed_without_numpy(printed, monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, "autograd_mini.compiler.c", raising=False)
    assert "int step(" in printed("w*x", "--show", "c")
