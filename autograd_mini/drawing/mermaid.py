"""A graph as a Mermaid flowchart, for Markdown pages that draw it themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from autograd_mini.notation.labels import plain, printable
from autograd_mini.value import Value

from .options import Options
from .sketch import Item, framed, sketch
from .themes import Theme

_SAFE = re.compile(r"[^\w \u00a0.,=+()−–—·×²³√∂ΣΠ₀-₉⁰-⁹→…]")


def to_mermaid(*roots: Value | Iterable[Value], **options: Any) -> str:
    r"""The graph as the text of a Mermaid flowchart; options and errors are those of `draw`.

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> print(*to_mermaid(x * x, detail="values").splitlines()[1:3], sep="\n")
    flowchart LR
      n0["x<br/>data 3"]
    """
    seen = sketch(roots, Options(**options))
    colours = seen.options.colours
    lines = [_settings(colours), f"flowchart {seen.options.rankdir}"]
    frames = count()

    def write(items: Sequence[Item], depth: int) -> None:
        indent = "  " * (depth + 1)
        own, inside = framed(items, depth)
        lines.extend(f'{indent}{item.id}["{_label(item)}"]' for item in own)
        for name, members in inside.items():
            lines.append(f'{indent}subgraph g{next(frames)}["{text(name[:60])}"]')
            write(members, depth + 1)
            lines.append(f"{indent}end")

    write(seen.items, 0)
    for link in seen.links:
        words = "<br/>".join(map(text, link.lines(seen.options.detail).values()))
        label = f'|"{words}"|' if words else ""
        lines.append(f"  {link.tail} {'-.->' if link.faded else '-->'}{label} {link.head}")
    for kind in ("leaf", "operation", "root", "folded"):
        ids = [item.id for item in seen.items if item.kind == kind]
        if ids:
            fill = getattr(colours, "operation" if kind == "folded" else kind)
            style = f"fill:{fill},stroke:{colours.line},color:{colours.text}"
            lines += [f"  classDef {kind} {style}", f"  class {','.join(ids)} {kind}"]
    return "\n".join(lines) + "\n"


def _settings(colours: Theme) -> str:
    """The colours of what has no class in Mermaid: lines, their labels, and frames."""
    variables = {
        "lineColor": colours.line,
        "textColor": colours.partial,
        "edgeLabelBackground": colours.background,
        "clusterBkg": colours.group,
        "clusterBorder": colours.line,
        "titleColor": colours.faint,
    }
    settings = {"theme": "base", "themeVariables": variables}
    return f"%%{{init: {json.dumps(settings)}}}%%"


def _label(item: Item) -> str:
    heading = item.name + (f" = {plain(item.formula)}" if item.formula else "")
    return "<br/>".join([text(heading), *(text(f"{row.word} {row.text}") for row in item.rows)])


def text(words: str) -> str:
    """Words as text in a quoted label of Mermaid, whatever characters they are made of.

    >>> text('<b>"x"</b>')
    '#60;b#62;#34;x#34;#60;#47;b#62;'
    """
    return _SAFE.sub(lambda match: f"#{ord(match[0])};", printable(words))
