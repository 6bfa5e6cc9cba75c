"""Formulas as MathML, made at build time by docutils: the reader needs no script and no network."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

# ln p, not lnp: as TeX does, between a function and an argument without parentheses.
_SPACED = re.compile(r"(<mo>&ApplyFunction;</mo>)(?!\s*<mo[^>]*>\()")
_THIN = r'\1<mspace width="0.1667em"></mspace>'


def mathml(latex: str, *, block: bool = False) -> str:
    """A formula; MathError where docutils does not know a command."""
    return _SPACED.sub(_THIN, str(latex2mathml.tex2mathml(latex, as_block=block)))


def _mathml(node: nodes.Node, *, block: bool) -> str:
    latex = node.astext()
    try:
        return mathml(latex, block=block)
    except MathError as error:
        from sphinx.util import logging

        logging.getLogger(__name__).warning("formula %r: %s", latex, error, location=node)
        return f"<code>{html.escape(latex)}</code>"


def inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula inside a line of text."""
    self.body.append(_mathml(node, block=False))
    raise nodes.SkipNode


def block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on its own line."""
    label = html.escape(node.astext(), quote=True)
    formula = _mathml(node, block=True)
    self.body.append(f'<div class="formula" tabindex="0" title="{label}">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Name the renderer for `html_math_renderer`."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
