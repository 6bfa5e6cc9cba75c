"""Docstrings are plain text: this makes them safe reStructuredText before autodoc reads them.

The sources keep `x**2`, `|x|`, `w_` and `*args` as a reader of the code would write them; here they
are escaped. An indented block is a formula and is set as it stands; `name` in backquotes is code.
Sections (`Args:`, `Returns:`, `Raises:`) are left to napoleon and doctests to docutils.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from autograd_mini.ops import SHEET

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
    text = 0  # indentation of the text around
    section = -1  # indentation of the section's header, if we are in one
    for paragraph in _paragraphs(lines):
        first = _indent(paragraph[0])
        if section >= 0 and first <= section:
            section = -1
            text = first
        if paragraph[0].strip().startswith(">>>"):
            out += [*paragraph, ""]
        elif _SECTION.match(paragraph[0].strip()):
            section = first
            out += [paragraph[0], *map(_escape, paragraph[1:]), ""]
        elif section >= 0:
            out += [*map(_escape, paragraph), ""]
        elif first > text or _is_laid_out(paragraph):
            out += [" " * text + "::", "", *("    " + line for line in paragraph), ""]
        else:
            text = first
            out += [*map(_escape, paragraph), ""]
    return out


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Return the runs of lines without a blank one; a section's header starts a run of its own."""
    runs: list[list[str]] = [[]]
    for line in lines:
        stripped = line.strip()
        if not stripped or _SECTION.match(stripped):
            runs.append([])
        if stripped:
            runs[-1].append(line)
    return [run for run in runs if run]


def _is_laid_out(paragraph: list[str]) -> bool:
    """Say whether the paragraph is set in columns, so that its spaces mean something."""
    return len({_indent(line) for line in paragraph}) > 1 or any(
        re.search(r"[^\s.] {2,}\S", line.strip()) for line in paragraph
    )


def _process(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    # The empty line keeps napoleon from reading the text before a colon as a property's type.
    lines[:] = ["", *to_rst(lines)] if what in {"property", "attribute"} else to_rst(lines)


def _skip(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Leave out the methods made from the sheet: the page of the operations has them."""
    return True if what == "class" and name in SHEET else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Run before napoleon, which listens at priority 500."""
    app.connect("autodoc-process-docstring", _process, priority=400)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
