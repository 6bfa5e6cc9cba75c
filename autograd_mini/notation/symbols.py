"""Pieces of mathematics, each as plain text, as LaTeX and as presentation MathML.

A piece may have slots, to be filled with names or numbers: `{0}` is replaced as it is, `{(0)}` in
parentheses unless what replaces it is a word (so a negative number gets them, and a name of two
words). MathML is a tree of lists, [tag, child, ...], attributes in the tag ("mo stretchy=false"); a
child that is a slot is replaced by a tree, any other string is text. A script fills such a template
with a few lines of its own.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from . import labels


def commands(pairs: str) -> dict[str, str]:
    """LaTeX's commands, and the sign that each stands for."""
    return {rf"\{name}": sign for name, _, sign in (pair.partition(":") for pair in pairs.split())}


SIGNS = {"-": "−"} | commands(
    r"cdot:· times:× circ:∘ pm:± leq:≤ geq:≥ neq:≠ le:≤ ge:≥ ne:≠ infty:∞ ldots:… sum:Σ prod:Π"
    r" lvert:| rvert:| lVert:‖ rVert:‖ |:‖ {:{ }:} lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉"
)
LETTERS = commands(
    "alpha:α beta:β gamma:γ delta:δ epsilon:ε zeta:ζ eta:η theta:θ kappa:κ lambda:λ mu:μ nu:ν xi:ξ"
    " pi:π rho:ρ sigma:σ tau:τ phi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ"
    " Pi:Π Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω"
)
# How strongly a piece holds together; an operand that holds less is put in parentheses.
SUM, SIGN, PRODUCT, POWER, ATOM = range(1, 6)

_WHOLE = re.compile(r"\^(\d+|\(−\d+\))(?![\w.·(])")  # an exponent that can be raised
_SLOT = re.compile(r"\{(\(?)([\w+-]+)\)?\}")
_LATEX_SLOT = re.compile("\ue000(\\(?)([\\w+-]+)\\)?\ue001")  # braces are LaTeX's own
_WORD = re.compile(r"(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹])[\w.…∞\[\]'′]|, (?=\d+[\],]))+")
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", "01234567890123456789−()")
_LATEX_SIGNS = {
    **{c: rf"\{c}" for c in "{}$&#%_ "},
    **{c: f"{{{c}}}" for c in "<>=+*/:,"},
    **{c: rf"\text{{{c}}}" for c in "-`"},
    "\\": r"\backslash{}",
    "^": r"\hat{\ }",
    "~": r"\sim{}",
}
BRACKETS = {  # the one that opens: the one that closes, and both in LaTeX
    **{left: (right, left, right) for left, right in ("()", "[]", "||")},
    "{": ("}", r"\{", r"\}"),
    "‖": ("‖", r"\|", r"\|"),
    "⌊": ("⌋", r"\lfloor", r"\rfloor"),
    "⌈": ("⌉", r"\lceil", r"\rceil"),
}
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
APPLIED = ["mo", "\u2061"]  # stands between a function and its argument


class Piece(NamedTuple):
    """A piece of mathematics in three forms."""

    text: str
    latex: str
    mathml: Any
    level: int = ATOM
    opposite: Any = None  # the piece that this is the negative of, −a of a
    rows: tuple[tuple[Any, Any], ...] = ()  # of a piecewise formula: values, and when each is meant


def as_done(sums: Piece, right: Any, done: Any) -> Piece:
    """The equation of an addition, with ≠ where an engine has written another number."""
    return sums if right == done or right != right else unequal(sums)


def unequal(equation: Piece) -> Piece:
    """With ≠ before its last side."""
    text = "≠".join(equation.text.rsplit("=", 1))
    latex = r"\ne".join(equation.latex.rsplit("=", 1))
    mathml = [*equation.mathml]
    mathml[max(k for k, part in enumerate(mathml) if part == ["mo", "="])] = ["mo", "≠"]
    return Piece(text, latex, mathml, equation.level)


# --- what has no parts ---------------------------------------------------------------------------
def slot(name: str | int) -> Piece:
    """A place to be filled."""
    return Piece(f"{{{name}}}", f"\ue000{name}\ue001", f"{{{name}}}")


def is_slot(piece: Piece) -> bool:
    """Whether the piece is a slot and nothing else."""
    return isinstance(piece.mathml, str)


@lru_cache(maxsize=4096)
def name(label: str) -> Piece:
    """A name; digits at its end that are subscripts are one."""
    label = labels.printable(label)
    found = re.fullmatch(r"(.+?)([₀-₉]+)", label, re.DOTALL)
    if not found:
        return _atom(label, _latex_name(label), ["mi", label])
    digits = found[2].translate(DIGITS)
    tree = ["msub", ["mi", found[1]], ["mn", digits]]
    return _atom(label, f"{_latex_name(found[1])}_{{{digits}}}", tree)


def number(x: Any, number_format: str = ".4g") -> Piece:
    """A number, as pictures show it."""
    return _number(x if isinstance(x, str) else labels.number(x, number_format))


@lru_cache(maxsize=4096)
def _number(text: str) -> Piece:
    tree: list[Any] = ["mn", text]
    if found := re.fullmatch(r"(.*?)(·?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text):  # 2.5·10³, −10³
        before = [["mn", found[1]], ["mo", "·"]] if found[2] else [["mo", found[1]]]
        power = ["msup", ["mn", "10"], ["mn", found[3].translate(DIGITS)]]
        tree = ["mrow", *before, power] if found[1] else power
    latex = re.sub("[A-Za-z]{2,}", lambda found: _latex_name(found[0]), text)  # nan
    latex = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"^{{{found[0].translate(DIGITS)}}}", latex)
    for sign, command in (("−", "-"), ("·", r"\cdot "), ("∞", r"\infty"), ("…", r"\ldots ")):
        latex = latex.replace(sign, command)
    return _atom(text, latex, tree)


def _atom(text: str, latex: str, tree: Any) -> Piece:
    """A name or number, which is an operand as it is if it is one word."""
    return Piece(text, latex, tree, ATOM if _WORD.fullmatch(text) else SUM)


def _latex_name(label: str) -> str:
    """In commands that LaTeX, MathJax and KaTeX share."""
    if re.fullmatch("[A-Za-z]", label):
        return label

    def part(found: re.Match[str]) -> str:
        if not found[0].isascii():
            return rf"\text{{{found[0]}}}"
        return rf"\mathrm{{{found[0]}}}" if found[1] else _LATEX_SIGNS.get(found[0], found[0])

    parts = re.sub(r"([A-Za-z0-9.]+)|[^\x00-\x7f]+|.", part, label, flags=re.DOTALL)
    return f"{{{parts}}}"


# --- what has parts ------------------------------------------------------------------------------
def fenced(piece: Piece) -> Piece:
    """The piece in parentheses, unless it is a word; a slot decides when it is filled."""
    if is_slot(piece):
        return slot(f"({piece.text.strip('{()}')})")
    return piece if _WORD.fullmatch(piece.text) else parenthesised(piece)


def parenthesised(piece: Piece) -> Piece:
    """The piece in parentheses."""
    return between("(", piece, "")


def between(left: str, a: Piece, gap: str = " ") -> Piece:
    """Between brackets, a bar or two: |a|. They grow with what is high, or stand too far off."""
    right, *latex = BRACKETS[left]
    tag = "mo" if _is_high(a.mathml) else "mo stretchy=false"
    tree = ["mrow", [tag, left], a.mathml, [tag, right]]
    around = rf"\left{latex[0]}{gap}{a.latex}{gap}\right{latex[1]}"
    return Piece(left + a.text + right, around, tree)


def _is_high(tree: Any) -> bool:
    if isinstance(tree, str):
        return False
    return tree[0] in ("mfrac", "mtable", "munder") or any(map(_is_high, tree[1:]))


def within(piece: Piece, level: int) -> Piece:
    """The piece as an operand: in parentheses if it holds together less than `level`."""
    if is_slot(piece):
        return fenced(piece)
    return piece if piece.level >= level else parenthesised(piece)


def row(*pieces: Piece, between: str = "", level: int = ATOM) -> Piece:
    """Pieces one after another."""
    return Piece(
        between.join(piece.text for piece in pieces),
        " ".join(piece.latex for piece in pieces if piece.latex),
        ["mrow", *(piece.mathml for piece in pieces)],
        level,
    )


def sign(text: str, latex: str = "", tag: str = "mo") -> Piece:
    """An operator or a letter; with the tag "mtext" a word."""
    return Piece(text, latex or text, [tag, text])


def letter(command: str) -> Piece:
    r"""A Greek letter, \pi; a capital one upright, as in LaTeX."""
    text = LETTERS[command]
    return sign(text, command, "mi" if text.islower() else "mi mathvariant=normal")


def operator(text: str, latex: str = "") -> Piece:
    """A sign between two operands."""
    return Piece(f" {text} ", latex or text, ["mo", text])


PLUS, MINUS, TIMES = operator("+"), operator("−", "-"), operator("·", r"\cdot")
DOTS = Piece("…", r"\cdots", ["mo", "…"])


def joined(pieces: Iterable[Piece], between: Piece, level: int = 0) -> Piece:
    """Pieces with an operator between them."""
    return row(*[x for piece in pieces for x in (between, piece)][1:], level=level)


def add(*terms: Piece) -> Piece:
    """A + b + ..., a − b where one is −b; 0 if there are none."""
    if len(terms) < 2:
        return terms[0] if terms else number(0)
    pieces = [terms[0]]
    for term in terms[1:]:
        pieces += [MINUS if term.opposite else PLUS, within(term.opposite or term, PRODUCT)]
    return row(*pieces, level=SUM)


def subtract(a: Piece, b: Piece) -> Piece:
    """A − b."""
    return add(a, negative(b))


def multiply(*factors: Piece) -> Piece:
    """A · b · ..., a sign before the whole; 1 if there are none."""
    if len(factors) < 2:
        return factors[0] if factors else number(1)
    if factors[0].opposite:
        return negative(multiply(factors[0].opposite, *factors[1:]))
    return joined((within(factor, PRODUCT) for factor in factors), TIMES, PRODUCT)


def negative(a: Piece) -> Piece:
    """−a."""
    return row(sign("−", "-"), within(a, PRODUCT), level=SIGN)._replace(opposite=a)


def fraction(a: Piece, b: Piece) -> Piece:
    """A / b, a sign before the whole; in MathML and LaTeX one above the other."""
    if a.opposite:
        return negative(fraction(a.opposite, b))
    text = f"{within(a, PRODUCT).text} / {within(b, POWER).text}"
    return Piece(text, rf"\frac{{{a.latex}}}{{{b.latex}}}", ["mfrac", a.mathml, b.mathml], PRODUCT)


def power(base: Piece, exponent: Piece) -> Piece:
    """Base to the exponent."""
    base = within(base, ATOM)
    tree = ["msup", base.mathml, exponent.mathml]
    if re.fullmatch(r"[−-]?\d+|\(\d+\)", exponent.text):
        raised = labels.superscript(exponent.text)
    else:
        done = re.fullmatch(r"\([^()]*\)", exponent.text)
        around = parenthesised if exponent.mathml[0] == "mrow" else fenced  # e^(2x), not e^2x
        raised = f"^{(exponent if done else around(exponent)).text}"
    return Piece(base.text + raised, rf"{{{base.latex}}}^{{{exponent.latex}}}", tree, POWER)


def index(base: Piece, below: Piece) -> Piece:
    """Base with an index."""
    text = below.text
    text = labels.subscript(text) if re.fullmatch(r"\d+", text) else f"_{text}"
    tree = ["msub", base.mathml, below.mathml]
    return Piece(base.text + text, rf"{base.latex}_{{{below.latex}}}", tree)


def root(a: Piece, degree: Piece | None = None) -> Piece:
    """The square root, or that of another degree."""
    of = degree.text if degree else ""
    text = {"3": "∛", "4": "∜"}.get(of, f"{of}√") + fenced(a).text
    if degree is None:
        return Piece(text, rf"\sqrt{{{a.latex}}}", ["msqrt", a.mathml])
    return Piece(text, rf"\sqrt[{degree.latex}]{{{a.latex}}}", ["mroot", a.mathml, degree.mathml])


def listed(*pieces: Piece) -> Piece:
    """A, b, ..."""
    text = ", ".join(piece.text for piece in pieces)
    latex = ", ".join(piece.latex for piece in pieces)
    inner = [x for piece in pieces for x in (["mo", ","], piece.mathml)][1:]
    return Piece(text, latex, ["mrow", *inner], level=0)


def call(function: Piece, *args: Piece) -> Piece:
    """f(a, b)."""
    inner = parenthesised(listed(*args))
    tree = ["mrow", function.mathml, APPLIED, inner.mathml]
    return Piece(function.text + inner.text, function.latex + inner.latex, tree)


def function_name(text: str) -> Piece:
    """The name of a function: upright."""
    latex = text.replace("_", r"\_").replace(" ", r"\ ")
    return Piece(text, rf"\operatorname{{{latex}}}", ["mi", text])


def relation(a: Piece, latex: str, b: Piece) -> Piece:
    """A < b and the like."""
    return joined((a, b), operator(SIGNS.get(latex, latex), latex))


def cases(condition: Piece, yes: Piece, no: Piece) -> Piece:
    """A piecewise formula; where `no` is another, its lines follow."""
    word, other = slot("if"), slot("else")
    when = Piece(
        f"{word.text} {condition.text}",
        rf"\text{{{word.latex} }} {condition.latex}",
        ["mrow", word.mathml, ["mtext", "\u00a0"], condition.mathml],
    )
    otherwise = other._replace(latex=rf"\text{{{other.latex}}}")
    rows = ((yes, when), *(no.rows or [(no, otherwise)]))
    lines = r" \\ ".join(rf"{value.latex} & {when.latex}" for value, when in rows)
    table = [["mtr", ["mtd", value.mathml], ["mtd", when.mathml]] for value, when in rows]
    return Piece(
        f"{{{'; '.join(f'{value.text} {when.text}' for value, when in rows)}}}",
        rf"\begin{{cases}} {lines} \end{{cases}}",
        ["mrow", ["mo", "{"], ["mtable", *table]],
        rows=rows,
    )


# --- filling -------------------------------------------------------------------------------------
def fill(template: Piece, fills: Callable[[str], Piece]) -> Piece:
    """The template with its slots filled: `fills(name)` gives the piece for a slot."""

    def one(found: re.Match[str]) -> Piece:
        piece = fills(found[2])
        return fenced(piece) if found[1] else piece

    def walk(tree: Any) -> Any:
        if isinstance(tree, str):
            found = _SLOT.fullmatch(tree)
            return one(found).mathml if found else tree
        return [tree[0], *map(walk, tree[1:])]

    text = _SLOT.sub(lambda found: one(found).text, template.text)
    return Piece(
        _WHOLE.sub(lambda found: labels.superscript(found[1].strip("()")), text),
        _LATEX_SLOT.sub(lambda found: one(found).latex, template.latex),
        walk(template.mathml),
        template.level,
    )


def slots_of(template: Piece) -> set[str]:
    """The names of its slots."""
    return {found[2] for found in _SLOT.finditer(template.text)}


def markup(tree: Any) -> str:
    """A tree as MathML."""
    if isinstance(tree, str):
        return escape(tree, quote=False)
    tag, *attributes = tree[0].split(" ")
    given = "".join(' {}="{}"'.format(*attribute.split("=")) for attribute in attributes)
    return f"<{tag}{given}>{''.join(map(markup, tree[1:]))}</{tag}>"


def document(piece: Piece) -> str:
    """The piece as a `math` element that stands alone."""
    return f'<math xmlns="{NAMESPACE}" display="block">{markup(piece.mathml)}</math>'
