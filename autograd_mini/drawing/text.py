"""A graph as text: a tree whose shared nodes are named once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.graph import topological
from autograd_mini.language import text, whole
from autograd_mini.notation import labels as notation

from .folding import reached
from .sketch import Options, check, from_one_on, names_of, stale_text, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.value import Value


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
    check(Options(detail=detail, number_format=number_format, lang=lang))
    from_one_on("max_lines", max_lines)
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
        parts = [
            f"{name} = {made}" if made else name,
            f"{text('common.data', lang)} {notation.number(node.data, number_format)}",
        ]
        if stale := stale_text(node, number_format, lang):
            parts.append(f"{text('common.stale', lang)} {stale}")
        if detail != "values":
            grad = notation.number(node.grad, number_format) if node in seen else "—"
            parts.append(f"{text('common.grad', lang)} {grad}")
        lines.append(f"{lead}{local}{'  '.join(parts)}")
        edges = list(node.edges())
        for k in range(len(edges) - 1, -1, -1):
            parent, partial = edges[k]
            last = k == len(edges) - 1
            derivative = _local(name, names[parent], partial, detail, number_format)
            stack.append(
                (
                    parent,
                    derivative,
                    indent + ("└─ " if last else "├─ "),
                    indent + ("   " if last else "│  "),
                )
            )
    if stack:
        lines.append(
            f"… {text('drawing.left out', lang, n=whole(len(order) - len(written), lang))}"
        )
    return "\n".join(lines)


def _local(above: str, below: str, partial: Any, detail: str, number_format: str) -> str:
    if detail != "chain rule":
        return ""
    return f"[∂{above}/∂{below} = {notation.number(partial, number_format)}]  "
