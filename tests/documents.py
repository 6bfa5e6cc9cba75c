"""Saved documents, opened for tests that change them by hand."""

from __future__ import annotations

import json
from typing import Any


def unsigned(text: str) -> dict[str, Any]:
    """The document as version 1 had it: without a checksum, so that any change is read."""
    document: dict[str, Any] = json.loads(text)
    del document["checksum"]
    return {**document, "version": 1}
