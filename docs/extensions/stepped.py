"""The directive `{stepped}`: code that writes a page, and that page below it, to step through.

    ```{stepped} square.html#step=5 What the page shows, for those who do not see it
    from autograd_mini import steps
    from autograd_mini.stepping import save_html
    save_html(steps(lambda x: x * x, 3.0), "square.html")
    ```

Its first argument is the file that the code writes, with the step at which it opens. Lines that
begin with `$ ` are commands. The code is run when the page is read; the file goes to
`_static/steps`. With `:first:` in the line below, the page stands before the code.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import shlex
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "_static/steps"
OPEN = {"en": "Open this page by itself", "es": "Abrir esta página aparte"}


def run(code: str, file: str) -> bytes:
    """Run code, or commands, in a folder of their own; return what they have written to `file`.

    Raises ValueError if a command fails; FileNotFoundError if there is no such file in the end.
    """
    from autograd_mini.cli import main
    from autograd_mini.ops import SHEET

    before = {*SHEET}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        with contextlib.redirect_stdout(io.StringIO()):
            if code.startswith("$ "):
                for line in code.replace("\\\n", "").splitlines():
                    words = shlex.split(line.removeprefix("$ "))
                    if words[0] != "autograd-mini" or main(words[1:]):
                        raise ValueError(f"this command fails: {line}")
            else:
                name = f"<{file}>"  # where steps look for the lines
                linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
                exec(compile(code, name, "exec"), {"__name__": "__main__"})
        for name in {*SHEET} - before:  # operations of the page's own
            del SHEET[name]
        return Path(file).read_bytes()


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from docutils import nodes
    from docutils.parsers.rst.directives import flag
    from sphinx.util.docutils import SphinxDirective

    class Stepped(SphinxDirective):
        """The code, and its page in a frame."""

        required_arguments = 1
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec: ClassVar[Any] = {"first": flag}
        has_content = True

        def run(self) -> list[nodes.Node]:
            code = "\n".join(self.content)
            file, _, place = self.arguments[0].partition("#")
            language = self.env.config.language
            folder = Path(self.env.app.outdir, FOLDER)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(run(code, file))
            block = nodes.literal_block(code, code)
            block["language"] = "console" if code.startswith("$ ") else "python"
            up = "../" * self.env.docname.count("/")
            source = escape(f"{up}{FOLDER}/{file}" + (f"#{place}" if place else ""))
            title = escape(self.arguments[1])
            html = (
                f'<div class="stepped"><div><iframe src="{source}" title="{title}" loading="lazy"'
                ' sandbox="allow-scripts allow-forms allow-downloads"></iframe></div>'
                f'<a href="{source}">{OPEN[language]}</a></div>'
            )
            shown = [block, nodes.raw("", html, format="html")]
            return shown[::-1] if "first" in self.options else shown

    app.add_directive("stepped", Stepped)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
