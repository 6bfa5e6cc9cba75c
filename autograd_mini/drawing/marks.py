"""Classes for the texts of an SVG, so that style sheets and scripts find a name, a data, a grad."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = re.compile(r'<g id="([^"]*)" class="(?:node|edge|graph|cluster)\b')
_TEXT = re.compile(r'<text (.*?text-anchor=")start(" x=")([-\d.]+)(".*?)>(.*)</text>', re.S)
_POINT = re.compile(r"(-?[\d.]+),-?[\d.]+")


class Marks(NamedTuple):
    """The classes of the texts of a node or an edge, from the last one backwards.

    A node ends with rows of a word at the left and a number at the right; `rows` are the classes of
    these numbers, and `heading` is the class of what stands above. An edge has lines alone.
    """

    rows: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    heading: str = ""


def marked(svg: str, marks: Mapping[str, Marks]) -> str:
    """The SVG with a class on each text of the groups whose ids are in `marks`.

    Graphviz sets every text from its left end, by its own idea of how wide the letters are. Numbers
    of a node are set from their right end here and a heading from its middle, so that they stay in
    place with another font, or when a script writes another number.

    >>> svg = '''<g id="e0" class="edge">
    ... <text text-anchor="start" x="1">3</text>
    ... </g>'''
    >>> marked(svg, {"e0": Marks(lines=("partial",))}).splitlines()[1]
    '<text class="partial" text-anchor="start" x="1">3</text>'
    """
    if not marks:
        return svg
    lines = svg.split("\n")
    starts = [(k, m[1]) for k, line in enumerate(lines) if (m := _GROUP.match(line))]
    ends = [*[k for k, _ in starts[1:]], len(lines)]
    for (start, id), end in zip(starts, ends, strict=False):
        if id in marks:
            _mark(lines, start, end, marks[id])
    return "\n".join(lines)


def _mark(lines: list[str], start: int, end: int, mark: Marks) -> None:
    texts = [(k, m) for k in range(start, end) if (m := _TEXT.match(lines[k]))]
    for (k, _), name in zip(reversed(texts), reversed(mark.lines), strict=False):
        lines[k] = f'<text class="{name}" {lines[k][len("<text ") :]}'
    box = next((lines[k] for k in range(start, end) if lines[k].startswith("<polygon")), "")
    ends = [float(x) for x in _POINT.findall(box)]
    if not ends or len(texts) < 2 * len(mark.rows):
        return
    left, right = min(ends), max(ends)
    first = len(texts) - 2 * len(mark.rows)
    for j, name in enumerate(mark.rows):
        (k, word), (last, number) = texts[first + 2 * j : first + 2 * j + 2]
        lines[k] = f'<text class="word" {lines[k][len("<text ") :]}'
        x = right - (float(word[3]) - left)
        lines[last] = _set(number, name, "end", x, number[5].rstrip("\u00a0"))
    for k, heading in texts[:first] if mark.heading else ():
        if first == 1:
            middle = (left + right) / 2
            lines[k] = _set(heading, mark.heading, "middle", middle, heading[5].strip("\u00a0"))
        else:
            lines[k] = f'<text class="{mark.heading}" {lines[k][len("<text ") :]}'


def _set(match: re.Match[str], name: str, anchor: str, x: float, text: str) -> str:
    before, between, _, after, _ = match.groups()
    return f'<text class="{name}" {before}{anchor}{between}{x:g}{after}>{text}</text>'
