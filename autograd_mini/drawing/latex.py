r"""A graph as LaTeX: a TikZ picture with the operations typeset from the formula sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from autograd_mini.numberlike import data_of

from . import notation
from .picture import DIRECTIONS
from .sketch import Options, one_of, sketch
from .themes import THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autograd_mini.value import Value

    from .sketch import Item, Link, Sketch

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "-": r"{-}",
}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NEXT = r" \\ "  # a new line
_ACROSS, _DOWN = 5.2, 2.3  # centimetres between nodes, along and across the flow


def to_latex(
    *roots: Value | Iterable[Value],
    detail: str = "gradients",
    rankdir: str = "LR",
    number_format: str = ".4g",
    theme: str = "light",
    off_path: str = "faded",
    collapse: Any = None,
    max_nodes: int = 200,
    standalone: bool = True,
    lang: str = "en",
) -> str:
    r"""The graph as a TikZ picture; options and errors are those of `draw`.

    With `standalone` it is a whole document; else the `tikzpicture` alone, for a document that says
    `\usepackage{amsmath,tikz}` and `\usetikzlibrary{arrows.meta}`. LuaLaTeX or XeLaTeX sets labels
    in any script.

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> r"\frac{\partial v_{1}}{\partial x} = 3" in to_latex(x * x)
    True
    """
    one_of("rankdir", rankdir, DIRECTIONS)
    one_of("theme", theme, THEMES)
    seen = sketch(roots, Options(detail, number_format, None, collapse, off_path, max_nodes, lang))
    colours = THEMES[theme]
    lines = [
        rf"\definecolor{{am{name}}}{{HTML}}{{{getattr(colours, name)[1:].upper()}}}"
        for name in Theme._fields
    ]
    lines += [
        r"\begin{tikzpicture}[",
        r"  value/.style={draw=amline, fill=amnode, text=amtext, align=center, inner sep=5pt},",
        r"  leaf/.style={value, fill=amleaf}, operation/.style={value, fill=amoperation},",
        r"  root/.style={value, fill=amroot}, folded/.style={value, fill=amoperation, thick},",
        r"  off/.style={draw=amfaded, dashed, text=amfaint, fill=amnode},",
        r"  edge/.style={-{Latex}, draw=amline},",
        r"  note/.style={midway, font=\footnotesize, align=center, fill=ambackground,",
        r"    inner sep=1.5pt, text=ampartial}]",
    ]
    places = _places(seen, rankdir)
    for item in seen.items:
        x, y = places[item.id]
        style = item.kind + (", off" if item.faded else "")
        label = _label(item, seen.names, number_format)
        lines.append(rf"  \node[{style}] ({item.id}) at ({x:g}, {y:g}) {{{label}}};")
    parallel: dict[tuple[str, str], int] = {}
    for link in seen.links:
        parallel[link.tail, link.head] = parallel.get((link.tail, link.head), 0) + 1
    used: dict[tuple[str, str], int] = {}
    for link in seen.links:
        pair = link.tail, link.head
        k, n = used.get(pair, 0), parallel[pair]
        used[pair] = k + 1
        bend = "" if n == 1 else f"[bend {'left' if k % 2 else 'right'}={18 + 14 * (k // 2)}]"
        off = ", off" if link.faded else ""
        note = _note(link, detail)
        lines.append(rf"  \draw[edge{off}] ({link.tail}) to{bend}{note} ({link.head});")
    lines.append(r"\end{tikzpicture}")
    if standalone:
        lines = [
            r"\documentclass[tikz, border=4pt]{standalone}",
            r"\usepackage{amsmath}",
            r"\usepackage{textcomp}",
            r"\usepackage[T1]{fontenc}",
            r"\usetikzlibrary{arrows.meta}",
            r"\begin{document}",
            *lines,
            r"\end{document}",
        ]
    return "\n".join(lines) + "\n"


def _places(seen: Sketch, rankdir: str) -> dict[str, tuple[float, float]]:
    """Where each item is: in the rank of its longest path, leaves just before their first use.

    Within a rank, items are ordered by the mean place of what they come from (the barycentre
    method of Sugiyama, Tagawa and Toda, IEEE Trans. SMC 11, 1981).
    """
    rank = {item.id: 0 for item in seen.items}
    into: dict[str, list[str]] = {item.id: [] for item in seen.items}
    outof: dict[str, list[str]] = {item.id: [] for item in seen.items}
    position = {item.id: k for k, item in enumerate(seen.items)}
    for link in sorted(seen.links, key=lambda link: position[link.head]):
        if position[link.tail] < position[link.head]:  # between folded groups there may be cycles
            rank[link.head] = max(rank[link.head], rank[link.tail] + 1)
            into[link.head].append(link.tail)
            outof[link.tail].append(link.head)
    for item in reversed(seen.items):
        if not into[item.id] and outof[item.id]:
            rank[item.id] = min(rank[head] for head in outof[item.id]) - 1
    rows: dict[int, list[str]] = {}
    for item in seen.items:
        rows.setdefault(rank[item.id], []).append(item.id)
    at = {name: k - (len(row) - 1) / 2 for row in rows.values() for k, name in enumerate(row)}
    for _ in range(4):
        for neighbours, order in ((into, sorted(rows)), (outof, sorted(rows, reverse=True))):
            for r in order:
                row = rows[r]
                goal = {
                    name: sum(at[n] for n in neighbours[name]) / len(neighbours[name])
                    if neighbours[name]
                    else at[name]
                    for name in row
                }
                row.sort(key=goal.__getitem__)
                for k, name in enumerate(row):
                    at[name] = k - (len(row) - 1) / 2
    places = {}
    for item in seen.items:
        along, across = rank[item.id], at[item.id]
        if rankdir in ("LR", "RL"):
            side = 1 if rankdir == "LR" else -1
            places[item.id] = (side * along * _ACROSS, 0.0 - across * _DOWN)
        else:
            down = -1 if rankdir == "TB" else 1
            places[item.id] = (across * _ACROSS * 0.8, along * _DOWN * 1.3 * down)
    return places


# --- labels --------------------------------------------------------------------------------------
def _label(item: Item, names: Mapping[Value, str], number_format: str) -> str:
    heading = math_name(item.name)
    node = item.node
    if node is not None and node.op is not None:
        texts = {}
        for param, arg in zip(node.op.params, node.args, strict=True):
            texts[param] = _argument(arg, names, number_format)
        try:
            heading += f" = {node.op.latex.format_map(texts)}"
        except (KeyError, ValueError, IndexError):
            call = ", ".join(texts.values())
            heading += rf" = \operatorname{{{text(node.op.name)}}}({call})"
    rows = [rf"${heading}$" if item.kind != "folded" else rf"\textbf{{{text(item.name)}}}"]
    for row in item.rows:
        colour = "amfaint" if item.faded else f"am{row.colour}"
        rows.append(
            rf"{{\footnotesize {text(row.word)}}} \textcolor{{{colour}}}{{{text(row.text)}}}"
        )
    return _NEXT.join(rows)


def _argument(arg: Any, names: Mapping[Value, str], number_format: str) -> str:
    if arg.__class__ is tuple:
        shown = [*arg] if len(arg) <= notation.LONGEST_VECTOR else [*arg[:2], None, arg[-1]]
        inner = (r"\ldots" if x is None else _argument(x, names, number_format) for x in shown)
        return rf"\left({', '.join(inner)}\right)"
    if hasattr(arg, "parents"):
        return math_name(names.get(arg) or notation.name(arg.label or "v"))
    number = _math_number(notation.number(arg, number_format))
    return rf"\left({number}\right)" if data_of(arg) != abs(data_of(arg)) else f"{{{number}}}"


def math_name(name: str) -> str:
    r"""A name in mathematics: a letter with an index as such, all else as text.

    >>> math_name("v₁"), math_name("x"), math_name("loss_1")
    ('v_{1}', 'x', '\\text{loss\\_1}')
    """
    if match := re.fullmatch(r"([A-Za-z])([₀-₉]+)", name):
        return f"{match[1]}_{{{match[2].translate(_SUBSCRIPTS)}}}"
    return name if re.fullmatch(r"[A-Za-z]", name) else rf"\text{{{text(name)}}}"


def text(words: str) -> str:
    r"""Words as text in LaTeX, whatever characters they are made of.

    >>> text("50 % of {x_1} \\N")
    '50 \\% of \\{x\\_1\\} \\textbackslash{}N'
    """
    safe = "".join(_SPECIAL.get(c, c) for c in notation.printable(words))
    safe = re.sub(
        "[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: rf"\textsuperscript{{{m[0].translate(_SUPERSCRIPTS)}}}", safe
    )
    safe = re.sub("[₀-₉]+", lambda m: rf"\textsubscript{{{m[0].translate(_SUBSCRIPTS)}}}", safe)
    for sign, command in (("−", "{-}"), ("×", r"\texttimes{}"), ("∂", r"$\partial$")):
        safe = safe.replace(sign, command)
    return safe.replace("∞", r"$\infty$").replace("·", r"\textperiodcentered{}")


def _math_number(number: str) -> str:
    number = number.replace("−", "-").replace("·", r"\cdot ").replace("∞", r"\infty")
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: f"^{{{m[0].translate(_SUPERSCRIPTS)}}}", number)


def _note(link: Link, detail: str) -> str:
    if detail == "values" or not link.partial:
        return ""
    found = re.fullmatch(r"∂(.*)/∂(.*) = (.*)", link.partial, re.S)
    if link.edges > 1 or found is None:
        rows = [text(link.partial)]
    else:
        above, below, number = found.groups()
        fraction = rf"\frac{{\partial {math_name(above)}}}{{\partial {math_name(below)}}}"
        rows = [rf"${fraction} = {_math_number(number)}$"]
    if detail == "chain rule" and link.share:
        rows.append(rf"\textcolor{{amgradient}}{{{text(link.share)}}}")
    return rf" node[note]{{{_NEXT.join(rows)}}}"
