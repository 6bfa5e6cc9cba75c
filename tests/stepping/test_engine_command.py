"""`autograd-mini step --engine`: an expression in a broken engine, beside a right one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from autograd_mini import museum
from autograd_mini.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def step(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """step(*arguments): exit status, output, errors of `autograd-mini step`."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main(["step", *arguments])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def last_gradient(text: str, name: str) -> str:
    """What the last line about ∂y/∂name ends with."""
    return re.findall(rf"∂y/∂{name} = .*?([-−\d.]+)\n", text)[-1]


@pytest.mark.parametrize(
    ("engine", "expression", "wanted"),
    [
        ("Overwrites", "x+x", "1"),  # and not 2
        ("ReversedSubtraction", "5-x", "1"),  # and not -1
        ("ForgetsTheExponent", "x**3", "9"),  # and not 3 · 3² = 27
        ("SignOfSubtraction", "x-2*x", "3"),  # 1 + 2, and not 1 - 2
    ],
)
def test_it_does_what_the_engine_does(
    step: Callable[..., tuple[int, str, str]], engine: str, expression: str, wanted: str
) -> None:
    status, out, _ = step(expression, "x=3", "--engine", engine, "--all")
    assert status == 0
    assert last_gradient(out, "x") == wanted


@pytest.mark.parametrize("engine", museum.ENGINES)
def test_every_engine_computes_an_expression_of_all_its_operations(
    step: Callable[..., tuple[int, str, str]], engine: str
) -> None:
    functions = "tanh(x)+sigmoid(x)*relu(x)-sin(x)/cos(x)+exp(-x)+log(x)*sqrt(x)+abs(x)"
    status, out, error = step(f"{functions}+maximum(x,1)+x**2+tanh(2)", "x=3", "--engine", engine)
    assert (status, error) == (0, "")
    assert "`x`" in out


def test_the_page_has_both_engines(
    step: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    assert step("x+x", "x=3", "--engine", "Overwrites", "-o", str(file))[0] == 0
    page = file.read_text(encoding="utf-8")
    assert page.count('class="graph"') == 2
    assert '"Overwrites"' in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x", "x=3", "--engine", "Nobody"), "there is no such engine; the museum has Overwrites"),
        (("softplus(x)", "x=3", "--engine", "Overwrites"), "have no softplus; they have exp, log"),
        (("where(x>0,x,0)", "x=3", "--engine", "Overwrites"), "have no where"),
        (("m:f", "--engine", "Overwrites"), "--engine is for an expression, not for m:f"),
        (("x", "x=3", "--engine", "Overwrites", "--lr", "1"), "--lr does not go with --engine"),
        (("log(5-x)", "x=2", "--engine", "ReversedSubtraction"), "fails on this expression"),
    ],
)
def test_what_it_cannot_do_is_told_in_a_sentence(
    step: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], told: str
) -> None:
    status, out, error = step(*arguments)
    assert status == 2
    assert out == ""
    assert told in error
    assert "Traceback" not in error
