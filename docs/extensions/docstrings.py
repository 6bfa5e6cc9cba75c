"""Docstrings are plain text: this makes them safe reStructuredText before autodoc reads them.

The sources keep `x**2`, `|x|`, `w_` and `*args` as a reader of the code would write them; here they
are escaped. An indented block is a formula and is set as it stands; `name` in backquotes is code.
Sections (`Args:`, `Returns:`, `Raises:`) are left to napoleon and doctests to docutils.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_SECTION = re.compile(
    r"(Args|Arguments|Attributes|Example|Examples|Note|Notes|Raises|References|Returns|Source|Sources"
    r"|Warning|Warns|Yields|Keyword Args):$"
)
_KEPT = re.compile(r"(``.+?``|:[a-z:]+:`[^`]+`)")  # literals and roles stay
_CODE = re.compile(r"`([^`]+)`(?!_)")


def _escape(text: str) -> str:
    parts = _KEPT.split(_CODE.sub(r"``\1``", text))
    parts[::2] = [re.sub(r"([\\*|])|(_)(?!\w)", r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def to_rst(lines: list[str]) -> list[str]:
    """Return the docstring's lines as reStructuredText."""
    out: list[str] = []
    doctest = False
    literal = -1  # indentation of the formula block we are in
    text = 0  # indentation of the last paragraph
    after_blank = after_section = False
    for line in lines:
        stripped = line.strip()
        if not stripped:
            doctest, after_blank = False, True
            out.append("")
            continue
        doctest = doctest or stripped.startswith(">>>")
        indent = _indent(line)
        if literal >= 0 and indent < literal:
            literal = -1
        if doctest or literal >= 0:
            out.append(line)
        elif after_blank and indent > text and not after_section:
            literal = indent
            out += [" " * text + "::", "", line]
        else:
            out.append(_escape(line))
            text = indent
        section = bool(_SECTION.match(stripped))
        after_section = section
        after_blank = False
        if section:
            text = indent + 4
    return out


def _process(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    lines[:] = to_rst(lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Run before napoleon, which listens at priority 500."""
    app.connect("autodoc-process-docstring", _process, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
