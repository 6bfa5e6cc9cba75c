"""The kernel of a live lesson: runs cells in Pyodide, and says what they show as a notebook does.

`Kernel(send)` calls `send(kind, text)`: "stdout" and "stderr" with what is printed, "error" with a
traceback, and a MIME type ("text/html", "image/svg+xml", "text/plain") with what is shown.
"""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import sys
import time
import traceback
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 200_000  # characters that one cell may print: a page with more of them is stuck
PAUSE = 0.05  # seconds for which printed text is gathered, as each message costs the page a layout
ORDER = ("text/html", "image/svg+xml", "text/plain")
METHODS = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_"}


class Kernel:
    """Names that last from cell to cell."""

    def __init__(self, send: Callable[[str, str], None]) -> None:
        self.send = send
        self.main = types.ModuleType("__main__")
        self.main.__dict__.update(display=self.display)
        sys.modules["__main__"] = self.main  # so that what a cell defines can be pickled
        self.stdout, self.stderr = Printed(self, "stdout"), Printed(self, "stderr")
        sys.stdout, sys.stderr = self.stdout, self.stderr
        builtins.input = self.refuse_input

    def run(self, code: str, name: str) -> bool:
        """Run a cell; False if it raised. Its last line is shown if it is an expression."""
        file = f"<{name}>"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        self.stdout.left = self.stderr.left = MOST
        names = self.main.__dict__
        try:
            tree = ast.parse(code, file)
            last = None
            if tree.body and isinstance(tree.body[-1], ast.Expr) and not _silenced(code):
                last = ast.Expression(tree.body.pop().value)
            exec(compile(tree, file, "exec"), names)
            if last is not None and (value := eval(compile(last, file, "eval"), names)) is not None:
                names["_"] = value
                self.display(value)
            if "matplotlib.pyplot" in sys.modules:  # figures that nobody showed, as in a notebook
                sys.modules["matplotlib.pyplot"].show()
        except BaseException as error:
            self.flush()
            self.send("error", shown(error))
            return False
        finally:
            self.flush()
        return True

    def display(self, *values: Any) -> None:
        """Show values in the page, each in the first form of `ORDER` that it has."""
        self.flush()
        for value in values:
            self.send(*form(value))

    def flush(self) -> None:
        """Send what has been printed."""
        self.stdout.flush()
        self.stderr.flush()

    def refuse_input(self, prompt: object = "") -> str:
        """Raise RuntimeError: the page cannot answer while a cell runs."""
        raise RuntimeError("input() cannot ask in this page: write the answer into the cell")


class Printed(io.TextIOBase):
    """Standard output or error, handed on in pieces."""

    def __init__(self, kernel: Kernel, name: str) -> None:
        self.kernel, self.name = kernel, name
        self.parts: list[str] = []
        self.sent = 0.0
        self.left = MOST

    def write(self, text: str) -> int:
        """Keep the text for the next message."""
        if self.left > 0:
            self.left -= len(text)
            self.parts.append(text if self.left > 0 else text[: self.left] + "\n[...]\n")
        if time.monotonic() - self.sent > PAUSE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        if self.parts:
            text = "".join(self.parts)
            self.parts.clear()
            self.kernel.send(self.name, text)
            self.sent = time.monotonic()


def form(value: Any) -> tuple[str, str]:
    """A MIME type, and the value in it."""
    bundle: dict[str, Any] = {}
    if method := getattr(value, "_repr_mimebundle_", None):
        bundle = dict(method())
    for kind in ORDER[:2]:
        if kind not in bundle and (method := getattr(value, METHODS[kind], None)):
            bundle[kind] = method()
    for kind in ORDER:
        if bundle.get(kind):
            return kind, bundle[kind]
    return "text/plain", repr(value)


def shown(error: BaseException) -> str:
    """The traceback from the cell's own line on, and what the error says in the page's language."""
    place = error.__traceback__
    while place and not place.tb_frame.f_code.co_filename.startswith("<"):
        place = place.tb_next
    text = "".join(traceback.format_exception(type(error), error, place)).rstrip()
    from autograd_mini import language  # not before it is needed: a lesson is ready the sooner

    told = language.translated(str(error), language.meant(None))
    return text if told == str(error) else f"{text}\n\n{told}"


def _silenced(code: str) -> bool:
    return code.rstrip().endswith(";")
