"""A folder of its own for each test of the commands, an English reader, and what a command says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from autograd_mini.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "lesson", raising=False)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """said(*arguments, status=0): what a command prints, or its error if it is to end with one.

    Where there is an error, nothing has been printed, and the error is a sentence.
    """

    def told(*arguments: str, status: int = 0) -> str:
        assert main([*arguments]) == status
        out, err = capsys.readouterr()
        assert (out if status else err) == ""
        if status:
            assert err.startswith("autograd-mini")
            assert "error: " in err
            assert "Traceback" not in err
        return err if status else out

    return told
