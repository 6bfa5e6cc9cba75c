"""Saved documents, opened for tests that change them by hand; and what a terminal shows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.console import Console

NUMBER = re.compile(r"[-−]?\d+\.\d+(?:e[+-]?\d+)?")


def unsigned(text: str) -> dict[str, Any]:
    """The document as version 1 had it: without a checksum, so that any change is read."""
    document: dict[str, Any] = json.loads(text)
    del document["checksum"]
    return {**document, "version": 1}


def alike(texts: list[str], kept: list[str]) -> None:
    """The same words; and the numbers agree to the digits that are shown, give or take the last.

    It may differ with the machine's mathematical library.
    """
    for text, other in zip(texts, kept, strict=True):
        assert NUMBER.sub("#", text) == NUMBER.sub("#", other)
        new, old = ([float(n.replace("−", "-")) for n in NUMBER.findall(t)] for t in (text, other))
        assert new == pytest.approx(old, rel=1e-3, abs=1e-12)


def on_terminal(thing: Any, width: int) -> str:
    """What rich prints on a terminal of this width."""
    console = Console(width=width)
    with console.capture() as captured:
        console.print(thing)
    return captured.get()
