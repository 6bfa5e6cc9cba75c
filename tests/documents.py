"""Saved documents, opened for tests that change them by hand; and what a terminal shows."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console


def unsigned(text: str) -> dict[str, Any]:
    """The document as version 1 had it: without a checksum, so that any change is read."""
    document: dict[str, Any] = json.loads(text)
    del document["checksum"]
    return {**document, "version": 1}


def on_terminal(thing: Any, width: int) -> str:
    """What rich prints on a terminal of this width."""
    console = Console(width=width)
    with console.capture() as captured:
        console.print(thing)
    return captured.get()
