r"""A graph as LaTeX: a TikZ picture with the operations typeset from the formula sheet."""

import re
from collections.abc import Iterable
from typing import Any

from autograd_mini.notation import labels as notation
from autograd_mini.notation import symbols
from autograd_mini.notation.mathematics import formula
from autograd_mini.notation.symbols import DIGITS, LETTERS, commands
from autograd_mini.numbers.arguments import one_of
from autograd_mini.value import Value

from .digraph import Drawing
from .picture import write
from .sketch import Item, Link, Sketch, sketch
from .themes import Options, Theme

_NAMED = "backslash asciicircum asciitilde less greater bar quotedbl asciigrave quotesingle"
_SPECIAL = {
    **{sign: rf"\{sign}" for sign in "{}$&#%_"},
    **{c: rf"\text{name}{{}}" for c, name in zip("\\^~<>|\"`'", _NAMED.split(), strict=True)},
    "-": r"{-}",
}
_MATHEMATICS = LETTERS | commands("partial:∂ infty:∞ prime:′ hookleftarrow:↵ to:→ surd:√")
_SIGNS = str.maketrans(
    {sign: f"${command}$" for command, sign in _MATHEMATICS.items()}
    | {"−": r"\textminus{}", "×": r"\texttimes{}", "·": r"\textperiodcentered{}", "…": r"\ldots{}"}
)
_NEXT = r" \\ "  # a new line
_BEFORE = r"""\documentclass[tikz, border=4pt]{standalone}
\usepackage{amsmath}
\usepackage{textcomp}
\usepackage[T1]{fontenc}
\usetikzlibrary{arrows.meta}
\begin{document}""".split("\n")
_STYLES = (
    r"\begin{tikzpicture}[x=0.8bp, y=0.8bp,  % TeX sets smaller letters than Graphviz",
    r"  value/.style={draw=amline, fill=amnode, text=amtext, align=center, inner sep=2bp},",
    r"  leaf/.style={value, fill=amleaf}, operation/.style={value, fill=amoperation},",
    r"  root/.style={value, fill=amroot}, folded/.style={value, fill=amoperation, thick},",
    r"  repeated/.style={draw=amline, dashed, rounded corners=2bp, text=amtext, inner sep=2bp},",
    r"  off/.style={draw=amfaded, dashed, text=amfaint, fill=amnode},",
    r"  group/.style={draw=amline, fill=amgroup, rounded corners=6bp},",
    r"  title/.style={anchor=base, font=\footnotesize, text=amfaint},",
    r"  edge/.style={-{Latex[length=4bp]}, draw=amline},",
    r"  note/.style={font=\footnotesize, align=center, inner sep=1bp, text=ampartial}]",
)


def to_latex(
    *roots: Value | Iterable[Value],
    engine: str | None = None,
    standalone: bool = True,
    **options: Any,
) -> str:
    r"""The graph as a TikZ picture, laid out by Graphviz; options and errors are those of `draw`.

    Its colours are those of the kinds. With `standalone` it is a whole document; else the
    `tikzpicture` alone, for a document that says `\usepackage{amsmath,textcomp,tikz}` and
    `\usetikzlibrary{arrows.meta}`. Labels in Latin and Greek letters are set by every LaTeX, those
    in other scripts by LuaLaTeX and XeLaTeX.

    >>> from autograd_mini import Value
    >>> x = Value(3.0, label="x")
    >>> r"\frac{\partial v_{1}}{\partial x^{(1)}} = 3" in to_latex(x * x)
    True
    """
    by = one_of("color_by", options.pop("color_by", "kind"), ("kind",))
    picture = tikz(sketch(roots, Options(color_by=by, **options)), engine)
    if standalone:
        picture = [*_BEFORE, *picture, r"\end{document}"]
    return "\n".join(picture) + "\n"


def tikz(seen: Sketch, engine: str | None = None) -> list[str]:
    """The lines of the `tikzpicture` of a sketch: frames, edges, then nodes over their ends."""
    drawing = Drawing("gradients", rendering=engine)
    frames, layout = write(drawing, seen), drawing.layout()
    lines = [
        rf"\definecolor{{am{name}}}{{HTML}}{{{colour[1:].upper()}}}"
        for name, colour in zip(Theme._fields, seen.options.colours, strict=True)
    ]
    lines += _STYLES
    things = layout.get("objects", [])
    for thing in (thing for thing in things if "lp" in thing):
        left, low, right, high = thing["bb"].split(",")
        lines.append(rf"  \draw[group] ({left}, {low}) rectangle ({right}, {high});")
        title = text(frames[int(thing["name"].removeprefix("cluster_"))])
        lines.append(rf"  \node[title] at ({_point(thing['lp'])}) {{{title}}};")
    notes = []
    for edge in layout.get("edges", []):
        if "id" not in edge:  # not to be seen: it keeps others in order
            continue
        link = seen.links[int(edge["id"][1:])]
        lines.append(rf"  \draw[edge{', off' if link.faded else ''}] {_curve(edge['pos'])};")
        if "lp" in edge and (note := _note(link, seen.options.detail)):
            notes.append(rf"  \node[note] at ({_point(edge['lp'])}) {{{note}}};")
    items = {item.id: item for item in seen.items}
    for thing in (thing for thing in things if "pos" in thing):
        item = items[thing["name"].partition("r")[0]]
        style, label = item.kind, _label(item, seen)
        if thing["name"] != item.id:
            style, label = "repeated", f"${math_name(item.name)}$"
        size = "".join(
            f", minimum {side}={0.8 * 72 * float(thing[side]):.4g}bp"
            for side in ("width", "height")
        )
        style += f", off{size}" if item.faded else size
        lines.append(rf"  \node[{style}] at ({_point(thing['pos'])}) {{{label}}};")
    lines += notes
    if folded := seen.note():
        lines.append(rf"  \node[title, anchor=south west] at (0, 0) {{{text(folded)}}};")
    return [*lines, r"\end{tikzpicture}"]


def _point(pair: str) -> str:
    return pair.replace(",", ", ")


def _curve(spline: str) -> str:
    """Graphviz's spline as TikZ has it; the arrow goes on to the point that `e` names."""
    end, start, *points = (f"({_point(part.removeprefix('e,'))})" for part in spline.split())
    threes = zip(points[::3], points[1::3], points[2::3], strict=True)
    curve = "".join(f" .. controls {a} and {b} .. {c}" for a, b, c in threes)
    return f"{start}{curve} -- {end}"


# --- labels --------------------------------------------------------------------------------------
def _label(item: Item, seen: Sketch) -> str:
    heading = math_name(item.name)
    if item.node is not None and item.node.parents:
        made = formula(item.node, lambda v: _named(seen.names[v]), seen.options.number_format)
        heading += f" = {made.latex}"
    rows = [rf"${heading}$" if item.kind != "folded" else rf"\textbf{{{text(item.name)}}}"]
    for row in item.rows:
        colour = "amfaint" if item.faded else f"am{row.colour}"
        rows.append(
            rf"{{\footnotesize {text(row.word)}}} \textcolor{{{colour}}}{{{_numbers(row.text)}}}"
        )
    return _NEXT.join(rows)


def _named(name: str) -> symbols.Piece:
    return symbols.name(name)._replace(latex=math_name(name))


def math_name(name: str) -> str:
    """A name in mathematics: a letter with an index as such, all else as text."""
    plain = re.fullmatch(r"[A-Za-z][₀-₉]*", name)
    return symbols.name(name).latex if plain else rf"\text{{{text(name)}}}"


def text(words: str) -> str:
    """Words as text in LaTeX, whatever characters they are made of."""
    safe = "".join(_SPECIAL.get(c, c) for c in notation.printable(words))

    def moved(digits: re.Match[str]) -> str:
        place = "sub" if "₀" <= digits[0][0] <= "₉" else "super"
        return rf"\text{place}script{{{digits[0].translate(DIGITS)}}}"

    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+|[₀-₉]+", moved, safe).translate(_SIGNS)


def _numbers(words: str) -> str:
    """Numbers and signs between them in mathematics; all else as text."""
    if not re.fullmatch(r"[−\d.·∞⁰¹²³⁴-⁹⁻×=/() ]+", words):
        return text(words)
    return f"${symbols.number(words).latex}$".replace("×", r"\times")


def _note(link: Link, detail: str) -> str:
    rows = {kind: text(line) for kind, line in link.lines(detail).items()}
    found = re.fullmatch(r"∂(.*)/∂(.*?)(⁽.*⁾)? = (.*)", link.partial, re.S)
    if found:  # no number of edges
        above, below, use, number = found.groups()
        mark = f"^{{{use.translate(DIGITS)}}}" if use else ""
        fraction = rf"\frac{{\partial {math_name(above)}}}{{\partial {math_name(below)}{mark}}}"
        value = symbols.number(number).latex.replace("_", r"\_")  # a gap to fill in
        rows["partial"] = rf"${fraction} = {value}$"
    if "share" in rows:
        rows["share"] = rf"\textcolor{{amgradient}}{{{_numbers(link.share)}}}"
    return _NEXT.join(rows.values())
