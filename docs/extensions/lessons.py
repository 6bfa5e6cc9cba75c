"""The lessons as pages with Python in them: `{lesson}`, a page from a notebook; `{cell}`, a cell.

A page that holds nothing but

    ```{lesson} backpropagation
    ```

is replaced by the notebook of this name in the page's language. Its cells are shown with the
outputs that the notebook keeps; the script of docs/live makes editors of them and runs them by
Pyodide in the reader's browser. Where npm cannot be asked for Pyodide (see live/fetch.py), the
pages say so and can still be read.

A runner of our own, and not PyScript's `py-editor`: that is 1.2 MB more, and what a notebook shows
(kept outputs, pictures, the last line's value, a traceback from the cell on, cells in their order)
would have to be written all the same. JupyterLite's application is 20 MB without its source maps,
and its kernel wants ipython and a dozen wheels that Pyodide's npm package does not have.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from html import escape
from importlib.metadata import files as files_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live.fetch import Unavailable, fetch

import autograd_mini
from extensions.pictures import inline_svg

if TYPE_CHECKING:
    from docutils import nodes as nodes_module
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent.parent
LIVE = ROOT / "docs" / "live"
FOLDER = "_static/live"
ASSETS = ("kernel.py", "worker.js", "page.js", "live.css")
WITH = ("graphviz", "rich", "mpmath")  # in pure Python, as installed here
MARK = re.compile(r"```\{lesson\} (\w+)\n```\s*")
SVG = {"en": "Picture", "es": "Dibujo"}


def markdown(notebook: Path) -> str:
    """The notebook as a page: its text as it is, its cells as `{cell}` with their number."""
    parts = []
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            source = f"``````{{cell}} {notebook.stem} {number}\n``````"
        parts.append(source)
    return "\n\n".join(parts) + "\n"


def kept(cell: dict[str, Any], language: str) -> str:
    """The outputs that the notebook keeps, as the script writes them."""
    shown = []
    for output in cell["outputs"]:
        data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
        if output["output_type"] == "stream":
            shown.append(f'<pre class="stdout">{escape("".join(output["text"]))}</pre>')
        elif "application/vnd.jupyter.widget-view+json" in data:
            continue  # a bar that moved
        elif data.get("text/html", "").strip().startswith('<pre style="white-space'):
            continue  # rich's, of the same bar
        elif "text/html" in data:
            shown.append(f'<div class="html">{data["text/html"]}</div>')
        elif "image/svg+xml" in data:
            picture = inline_svg(data["image/svg+xml"], SVG[language])
            shown.append(f'<div class="picture">{picture}</div>')
        elif "image/png" in data:
            source = f"data:image/png;base64,{data['image/png'].strip()}"
            shown.append(f'<div class="picture"><img src="{source}" alt="{SVG[language]}"></div>')
        else:
            shown.append(f'<pre class="plain">{escape(data.get("text/plain", ""))}</pre>')
    return "".join(shown)


def packages() -> bytes:
    """A ZIP file of autograd_mini and what it needs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(autograd_mini.__file__).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder.parent))
        for path in sorted((LIVE / "matplotlib").glob("*.py")):
            archive.write(path, path.relative_to(LIVE))
        for name in WITH:
            for path in files_of(name) or ():
                if path.parts[0] == name and path.suffix == ".py" and "tests" not in path.parts:
                    archive.write(path.locate(), str(path))
    return file.getvalue()


def write_assets(app: Sphinx, error: Exception | None) -> None:
    """Copy the runner, and what it runs on."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ASSETS:
        shutil.copy(LIVE / name, folder)
    (folder / "packages.zip").write_bytes(packages())


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    language: str = app.config.language
    there = [False]

    def begin(app: Sphinx) -> None:
        if app.builder.format == "html":
            try:
                fetch(Path(app.outdir, FOLDER))
                there[0] = True
            except Unavailable as reason:  # no warning: a site is also built without a network
                print(f"the lessons can be read but not run: {reason}", file=sys.stderr)

    def expand(app: Sphinx, docname: str, source: list[str]) -> None:
        if match := MARK.fullmatch(source[0]):
            source[0] = markdown(ROOT / "notebooks" / language / f"{match[1]}.ipynb")

    def add_script(app: Sphinx, name: str, template: str, context: Any, doctree: Any) -> None:
        if doctree is None or not any(map(is_cell, doctree.findall(nodes.container))):
            return
        app.add_css_file("live/live.css")
        app.add_js_file("live/page.js", type="module", **{"data-python": str(there[0]).lower()})

    def is_cell(node: nodes_module.Element) -> bool:
        return "cell" in node["classes"]

    class CellDirective(SphinxDirective):
        """A cell and its kept outputs; the arguments are the notebook and the cell's number."""

        required_arguments = 2

        def run(self) -> list[nodes_module.Node]:
            path = ROOT / "notebooks" / language / f"{self.arguments[0]}.ipynb"
            self.env.note_dependency(str(path))
            cell = json.loads(path.read_text(encoding="utf-8"))["cells"][int(self.arguments[1])]
            code = "".join(cell["source"])
            block = nodes.literal_block(code, code, language="python")
            html = f'<div class="outputs">{kept(cell, language)}</div>'
            return [
                nodes.container("", block, nodes.raw("", html, format="html"), classes=["cell"])
            ]

    app.add_directive("cell", CellDirective)
    app.connect("builder-inited", begin)
    app.connect("source-read", expand)
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
