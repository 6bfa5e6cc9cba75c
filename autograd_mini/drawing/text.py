"""A graph as text: a tree whose shared nodes are named once; and a Mermaid flowchart."""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.notation.mathematics import formula
from autograd_mini.notation.shapes import Uses
from autograd_mini.numbers.arguments import whole
from autograd_mini.value import Value

from .groups import reached
from .sketch import Item, framed, names_of, rows_of, sketch, values_of
from .themes import Options


def draw_text(
    *roots: Value | Iterable[Value],
    detail: str = "gradients",
    number_format: str = ".4g",
    max_lines: int = 200,
    lang: str = "en",
) -> str:
    """The graph as an indented tree for a terminal, each root above what it was computed from.

    A node that is used more than once is written out once, and by name after that (↑). With
    `detail` "chain rule" each line begins with the local derivative of the line above it. At most
    `max_lines` lines are written, and the last says how many nodes are left out.

    Raises TypeError if a root is no Value, ValueError for an unknown option.

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> print(draw_text(y))
    v₂ = v₁ + 1  data 10  grad 1
    └─ v₁ = x · x  data 9  grad 1
       ├─ x  data 3  grad 6
       └─ x ↑
    """
    options = Options(detail=detail, number_format=number_format, lang=lang)
    whole("max_lines", max_lines)
    values = values_of(roots)
    order = topological(*values)
    names, seen, use_of = names_of(order), reached(order), Uses(order)
    lines: list[str] = []
    written: set[Value] = set()
    # (node, its local derivative, what stands before it, what stands before its parents)
    stack: list[tuple[Value, str, str, str]] = [(v, "", "", "") for v in reversed(values)]
    while stack and len(lines) < max_lines:
        node, local, lead, indent = stack.pop()
        name = names[node]
        if node in written:
            lines.append(f"{lead}{local}{name} ↑")
            continue
        written.add(node)
        made = formula(node, names.__getitem__, number_format).text
        parts = [f"{name} = {made}" if made else name]
        parts += [f"{row.word} {row.text}" for row in rows_of(node, seen, options)]
        lines.append(f"{lead}{local}{'  '.join(parts)}")
        turn, below = "└─ ", "   "  # for the last parent
        for edge, (parent, partial) in reversed([*enumerate(node.edges())]):
            local = ""
            if detail == "chain rule":
                used = notation.marked(names[parent], use_of(node, edge))
                local = f"[∂{name}/∂{used} = {options.number(partial)}]  "
            stack.append((parent, local, indent + turn, indent + below))
            turn, below = "├─ ", "│  "
    if stack:
        n = len(order) - len(written)
        words = options.word("drawing.left out" + ".one" * (n == 1), n=n) if n else ""
        lines.append(f"… {words}".rstrip())
    return "\n".join(lines)


# --- Mermaid -------------------------------------------------------------------------------------
_SAFE = re.compile(r"[^\w \u00a0.,=+()−–—·×²³√∂ΣΠ₀-₉⁰-⁾→…]")


def to_mermaid(*roots: Value | Iterable[Value], **options: Any) -> str:
    r"""The graph as the text of a Mermaid flowchart; options and errors are those of `draw`.

    Those of Graphviz, format, engine and time_limit, are not among them.

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> print(*to_mermaid(x * x, detail="values").splitlines()[1:3], sep="\n")
    flowchart LR
      n0["x<br/>data 3"]
    """
    seen = sketch(roots, Options(**options))
    colours = seen.options.colours
    variables = {  # what has no class in Mermaid: lines, their labels, and frames
        "lineColor": colours.line,
        "textColor": colours.partial,
        "edgeLabelBackground": colours.background,
        "clusterBkg": colours.group,
        "clusterBorder": colours.line,
        "titleColor": colours.faint,
    }
    settings = json.dumps({"theme": "base", "themeVariables": variables})
    lines = [f"%%{{init: {settings}}}%%", f"flowchart {seen.rankdir}"]
    frames = count()

    def write(items: Sequence[Item], depth: int) -> None:
        indent = "  " * (depth + 1)
        own, inside = framed(items, depth)
        for item in own:
            heading = item.name + (f" = {item.formula}" if item.formula else "")
            words = (heading, *(f"{row.word} {row.text}" for row in item.rows))
            lines.append(f'{indent}{item.id}["{"<br/>".join(map(mermaid_text, words))}"]')
        for name, members in inside.items():
            lines.append(f'{indent}subgraph g{next(frames)}["{mermaid_text(name[:60])}"]')
            write(members, depth + 1)
            lines.append(f"{indent}end")

    write(seen.items, 0)
    for link in seen.links:
        words = "<br/>".join(map(mermaid_text, link.lines(seen.options.detail).values()))
        label = f'|"{words}"|' if words else ""
        lines.append(f"  {link.tail} {'-.->' if link.faded else '-->'}{label} {link.head}")
    for kind in ("leaf", "operation", "root", "folded"):
        if ids := [item.id for item in seen.items if item.kind == kind]:
            fill = getattr(colours, "operation" if kind == "folded" else kind)
            style = f"fill:{fill},stroke:{colours.line},color:{colours.text}"
            lines += [f"  classDef {kind} {style}", f"  class {','.join(ids)} {kind}"]
    return "\n".join(lines) + "\n"


def mermaid_text(words: str) -> str:
    """Words as text in a quoted label of Mermaid, whatever characters they are made of."""
    return _SAFE.sub(lambda match: f"#{ord(match[0])};", notation.printable(words))
