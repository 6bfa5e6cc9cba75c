"""Classes for the texts of an SVG, so that style sheets and scripts find a name, a data, a grad."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RAISED = 4.5  # points between a superscript and its base
_GROUP = re.compile(r'<g id="([^"]*)" class="(?:node|edge|graph|cluster)\b')
_TEXT = re.compile(r'<text (.*?)text-anchor="start" x="([-\d.]+)"(.*?)>(.*)</text>', re.S)
_HEIGHT = re.compile(r' y="[-\d.]+"')
_POINT = re.compile(r"(-?[\d.]+),-?[\d.]+")

_PLAIN = {"font-weight": "normal", "text-decoration": "none"}


class Marks(NamedTuple):
    """The classes of the texts of a node or an edge.

    A node has a heading, and below it rows of a word at the left and a number at the right; `rows`
    are the classes of the numbers. An edge has `lines` alone, with a `halo` in the colour of the
    ground, so that they can be read where they lie on a line.
    """

    heading: str = ""
    rows: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    halo: str = ""


def marked(svg: str, marks: Mapping[str, Marks]) -> str:
    """The SVG with a class on each text of the groups whose ids are in `marks`.

    Graphviz sets every text from its left end, by its own idea of how wide the letters are. Numbers
    of a node are set from their right end here and a heading, as one text, from its middle, so that
    they stay in place with another font, or when a script writes another number.

    >>> svg = '''<g id="e0" class="edge">
    ... <text text-anchor="start" x="1">3</text>
    ... </g>'''
    >>> marked(svg, {"e0": Marks(lines=("partial",))}).splitlines()[1]
    '<text class="partial" text-anchor="start" x="1">3</text>'
    """
    lines = svg.split("\n")
    starts = [(k, match[1]) for k, line in enumerate(lines) if (match := _GROUP.match(line))]
    if not marks or not starts:
        return svg
    done = lines[: starts[0][0]]
    for (start, id), (end, _) in pairwise([*starts, (len(lines), "")]):
        block = lines[start:end]
        done += _block(block, marks[id]) if id in marks else block
    return "\n".join(done)


def _block(block: list[str], marks: Marks) -> list[str]:
    """The lines of a node or an edge with its texts marked."""
    texts = [(k, match) for k, line in enumerate(block) if (match := _TEXT.match(line))]
    for (k, match), name in zip(texts[-len(marks.lines) :], marks.lines, strict=False):
        block[k] = _text(match, name)
        if marks.halo:
            halo = f'stroke="{marks.halo}" stroke-width="3" stroke-linejoin="round"'
            block[k] = block[k].replace("<text ", f'<text {halo} paint-order="stroke" ', 1)
    first = len(texts) - 2 * len(marks.rows)
    box = next((line for line in block if line.startswith("<polygon")), "")
    ends = [float(x) for x in _POINT.findall(box)]
    if not marks.heading or first < 1 or not ends:
        return block
    left, right = min(ends), max(ends)
    for name, (k, word), (last, number) in zip(
        marks.rows, texts[first::2], texts[first + 1 :: 2], strict=True
    ):
        line = _text(word, "word")
        if here := _HEIGHT.search(number[3]):  # signs of another font make a row uneven
            line = _HEIGHT.sub(here[0], line, count=1)
        block[k] = line
        block[last] = _text(number, name, "end", right - (float(word[2]) - left))
    top, last = texts[0][0], texts[first - 1][0]
    heading = _merged([match for _, match in texts[:first]])
    block[top : last + 1] = [
        _text(texts[0][1], marks.heading, "middle", (left + right) / 2, heading)
    ]
    return block


def _text(
    match: re.Match[str], name: str, anchor: str = "start", x: float | None = None, text: str = ""
) -> str:
    place = match[2] if x is None else f"{x:g}"
    text = text or (match[4] if x is None else match[4].strip("\u00a0"))
    return (
        f'<text class="{name}" {match[1]}text-anchor="{anchor}" x="{place}"{match[3]}>{text}</text>'
    )


def _merged(pieces: Sequence[re.Match[str]]) -> str:
    """The pieces of a heading, superscripts between others, as the content of one text."""
    texts = [piece[4] for piece in pieces]
    texts[0] = texts[0].lstrip("\u00a0")
    texts[-1] = texts[-1].rstrip("\u00a0")
    whole, raised = texts[0], False
    for piece, text in zip(pieces[1:], texts[1:], strict=True):
        changes = []
        if ('baseline-shift="super"' in piece[3]) != raised:  # not all browsers know the word
            changes.append(f'dy="{RAISED if raised else -RAISED:g}"')
            raised = not raised
        for name in ("font-size", "font-weight", "text-decoration"):
            here, base = (re.search(rf'{name}="([^"]*)"', match[3]) for match in (piece, pieces[0]))
            if (here and here[1]) != (base and base[1]):
                changes.append(here[0] if here else f'{name}="{_PLAIN[name]}"')
        whole += f"<tspan {' '.join(changes)}>{text}</tspan>" if changes and text else text
    return whole
