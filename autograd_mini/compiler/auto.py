"""The back end that takes the best that is installed."""

from __future__ import annotations

from .python import build, source

__all__ = ["build", "source"]
