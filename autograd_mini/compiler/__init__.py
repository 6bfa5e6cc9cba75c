"""Compiling: your function runs once on symbols; what they emit is a program for a back end."""

from __future__ import annotations

from .compiled import Compiled, compile

__all__ = ["compile", "Compiled"]
