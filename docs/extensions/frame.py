"""The words of the theme around a page, in the language of the site.

Furo writes most of them in English, whatever the language; its templates have no catalogue for
them. So they are replaced in the pages that are written, outside the article.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SPANISH = {
    "Contents": "Índice",
    "Menu": "Menú",
    "Expand": "Desplegar",
    "Light mode": "Modo claro",
    "Dark mode": "Modo oscuro",
    "Auto light/dark, in light mode": "Automático, ahora en modo claro",
    "Auto light/dark, in dark mode": "Automático, ahora en modo oscuro",
    "Skip to content": "Ir al contenido",
    "Hide navigation sidebar": "Ocultar la navegación",
    "Hide table of contents sidebar": "Ocultar el índice de la página",
    "Toggle site navigation sidebar": "Mostrar u ocultar la navegación",
    "Toggle table of contents sidebar": "Mostrar u ocultar el índice de la página",
    "Toggle Light / Dark / Auto color theme": "Cambiar entre modo claro, oscuro y automático",
    "Toggle navigation of": "Mostrar u ocultar",
    "Back to top": "Volver arriba",
    "Next": "Siguiente",
    "Previous": "Anterior",
    "Home": "Inicio",
    "On this page": "En esta página",
    "Made with": "Hecho con",
    "and": "y",
}
# A word is a whole text between tags, or begins the value of a title or a label.
WORD = re.compile(
    r"(>\s*)(" + "|".join(map(re.escape, sorted(SPANISH, key=len, reverse=True))) + r")(?=\s*<)"
    r"|((?:title|aria-label)=\")(" + "|".join(map(re.escape, SPANISH)) + r")(?=[\" ])"
)
OWNER = re.compile(r"(<a[^>]*>@pradyunsg</a>)'s\s*(<a[^>]*>Furo</a>)")
ARTICLE = re.compile(r"(<article\b.*?</article>|<script\b.*?</script>)", re.DOTALL)


def spanish(page: str) -> str:
    """The page with its frame in Spanish; what is in it stays."""

    def replaced(match: re.Match[str]) -> str:
        return (match[1] or match[3]) + SPANISH[match[2] or match[4]]

    parts = ARTICLE.split(OWNER.sub(r"\2, de \1", page))
    return "".join(part if k % 2 else WORD.sub(replaced, part) for k, part in enumerate(parts))


def translate(app: Sphinx, error: Exception | None) -> None:
    """Go through the pages that were written."""
    if error or app.builder.format != "html" or app.config.language != "es":
        return
    for docname in [*app.env.found_docs, "search", "genindex", "py-modindex"]:
        file = Path(app.outdir, f"{docname}.html")
        if file.exists():
            file.write_text(spanish(file.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace them once all pages are written."""
    app.connect("build-finished", translate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
