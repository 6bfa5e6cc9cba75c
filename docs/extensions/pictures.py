"""The directive `{picture}`: Python code whose last line is drawn; the SVG goes into the page.

    ```{picture} What the picture shows, for those who do not see it
    from autograd_mini import Value, draw
    x = Value(3.0, label="x")
    y = x * x
    draw(y)
    ```

The code is run at build time, so a picture is never older than the package.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def run(code: str) -> Any:
    """Execute `code` and return the value of its last line, an expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        wrong = ast.unparse(last)
        raise ValueError(f"the last line of a picture must be an expression, not {wrong!r}")
    names: dict[str, Any] = {}
    exec(compile(tree, "<picture>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<picture>", "eval"), names)


def inline_svg(svg: str, description: str) -> str:
    """Return the `<svg>` element alone, described for screen readers."""
    svg = svg[svg.index("<svg") :]
    title = description.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    width = re.search(r'width="(\d+)', svg)
    least = f"min-width: {min(0.75 * int(width[1]), 480):.0f}pt" if width else ""  # else: scroll
    attributes = f'role="img" aria-label="{title}" style="{least}"'
    return svg.replace("<svg ", f"<svg {attributes} ", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Picture(SphinxDirective):
        """Draw what the last line of the code gives; the argument describes the picture."""

        required_arguments = 1
        final_argument_whitespace = True
        has_content = True

        def run(self) -> list[nodes.Node]:
            svg = run("\n".join(self.content)).pipe(format="svg", encoding="utf-8")
            html = f'<div class="picture">{inline_svg(svg, self.arguments[0])}</div>'
            return [nodes.raw("", html, format="html")]

    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
