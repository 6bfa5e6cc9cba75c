"""The directive `{exhibit}`: pictures of docs/gallery, side by side, and the code below them.

    ```{exhibit} vanishing exploding
    What the first shows, in a sentence
    What the second shows
    ```

Its argument names programs in docs/gallery, and each line of its content is the caption of one
picture. The programs are run when the page is read; the pictures go to `_static/gallery`.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SUMMARY = {"en": "Code", "es": "Código"}
FOLDER = "_static/gallery"


def figure(file: str, caption: str, width: int, least: int) -> str:
    """Return the HTML of one picture, which opens in full size when it is clicked.

    Pictures stand side by side where each can have its `least` width.
    """
    source, text = f"{FOLDER}/{file}", escape(caption, quote=True)
    image = f'<img src="{source}" alt="{text}" style="width: min(100%, {width}px)">'
    link = f'<a href="{source}">{image}</a>'
    return f'<figure style="flex-basis: {least}px">{link}<figcaption>{text}</figcaption></figure>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from docutils import nodes
    from gallery.build import HERE, LEAST_SCALE, exhibit, width_of
    from sphinx.util.docutils import SphinxDirective

    class Exhibit(SphinxDirective):
        """One picture or several in a row, each with its caption."""

        required_arguments = 1
        optional_arguments = 3
        has_content = True

        def run(self) -> list[nodes.Node]:
            captions = list(self.content)
            if len(captions) != len(self.arguments):
                raise self.error(f"{len(self.arguments)} pictures, but {len(captions)} captions")
            folder = Path(self.env.app.outdir, FOLDER)
            folder.mkdir(parents=True, exist_ok=True)
            found: list[nodes.Node] = [_html('<div class="exhibits">')]
            code = []
            for name, caption in zip(self.arguments, captions, strict=True):
                picture = exhibit(name, self.env.config.language)
                (folder / picture.file).write_bytes(picture.data)
                self.env.note_dependency(str(HERE / f"{name}.py"))
                width = width_of(picture)
                least = round(LEAST_SCALE * width)
                found.append(_html(figure(picture.file, caption, width, least)))
                block = nodes.literal_block(picture.code, picture.code)
                block["language"] = "python"
                code.append(block)
            summary = SUMMARY[self.env.config.language]
            opening = f'</div><details class="code"><summary>{summary}</summary>'
            return [*found, _html(opening), *code, _html("</details>")]

    def _html(text: str) -> nodes.Node:
        return nodes.raw("", text, format="html")

    app.add_directive("exhibit", Exhibit)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
