"""A graph as text: a tree whose shared nodes are named once."""

from __future__ import annotations

from collections.abc import Iterable

from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import whole
from autograd_mini.value import Value

from .folding import reached
from .options import Options
from .sketch import names_of, rows_of, values_of


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
    options = Options(detail=detail, number_format=number_format, lang=lang).checked()
    whole("max_lines", max_lines)
    values = values_of(roots)
    order = topological(*values)
    names, seen = names_of(order), reached(order)
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
        made = notation.plain_formula(node, names.__getitem__, number_format)
        parts = [f"{name} = {made}" if made else name]
        parts += [f"{row.word} {row.text}" for row in rows_of(node, seen, options)]
        lines.append(f"{lead}{local}{'  '.join(parts)}")
        turn, below = "└─ ", "   "  # for the last parent
        for parent, partial in reversed([*node.edges()]):
            local = f"[∂{name}/∂{names[parent]} = {options.number(partial)}]  "
            local = local if detail == "chain rule" else ""
            stack.append((parent, local, indent + turn, indent + below))
            turn, below = "├─ ", "│  "
    if stack:
        lines.append(f"… {options.word('drawing.left out', n=len(order) - len(written))}")
    return "\n".join(lines)
