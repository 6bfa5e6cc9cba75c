"""The command line: one file for each command."""

from .program import main

__all__ = ["main"]
