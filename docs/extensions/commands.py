"""The directive `{command-help}`: what a command says of itself, in the language of the page.

Its argument is the command, or nothing for the program as a whole. The text is asked for at build
time, so the page cannot be older than the program.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING, Any

from autograd_mini.cli import main

if TYPE_CHECKING:
    from docutils import nodes as nodes_module
    from sphinx.application import Sphinx


def help_text(command: str, language: str) -> str:
    """Return the help of the command, 80 columns wide.

    Raises ValueError if there is no such command.
    """
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = main([*command.split(), "--help", "--lang", language])
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    if status:
        raise ValueError(f"autograd-mini has no command {command!r}")
    return out.getvalue()


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class CommandHelp(SphinxDirective):
        """Set the help of a command as a literal block."""

        optional_arguments = 1

        def run(self) -> list[nodes_module.Node]:
            command = self.arguments[0] if self.arguments else ""
            text = help_text(command, self.config.language)
            return [nodes.literal_block(text, text, language="text")]

    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
