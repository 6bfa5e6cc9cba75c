r"""Reads the LaTeX template of an operation, `{a} \cdot {b}`, as a piece of mathematics.

It knows what the formula sheet's templates are made of: groups, \frac, \sqrt, ^, _, \operatorname,
\left, \right, names and signs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import symbols
from .symbols import PRODUCT, SUM, Piece

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FUNCTIONS = frozenset("ln log exp sin cos tan arcsin arccos arctan sinh cosh tanh max min".split())
_SIGNS = {
    r"\cdot": " · ", r"\times": " × ", r"\circ": " ∘ ", r"\pm": " ± ", r"\le": " ≤ ",
    r"\ge": " ≥ ", r"\ne": " ≠ ", r"\infty": "∞", r"\ldots": "…", r"\sum": "Σ", r"\prod": "Π",
    r"\lvert": "|", r"\rvert": "|", r"\lVert": "‖", r"\rVert": "‖", r"\|": "‖", r"\{": "{",
    r"\}": "}", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", "+": " + ",
    "-": " − ", "=": " = ", "<": " < ", ">": " > ", ",": ", ", ":": " : ", "?": " ? ",
}  # fmt: skip
_LETTERS = dict(
    pair.split(":")
    for pair in "alpha:α beta:β gamma:γ delta:δ epsilon:ε theta:θ lambda:λ mu:μ pi:π rho:ρ sigma:σ"
    " tau:τ phi:φ psi:ψ omega:ω Gamma:Γ Delta:Δ Phi:Φ Psi:Ψ Omega:Ω".split()
)
_WORDS = (r"\operatorname", r"\mathrm", r"\mathit", r"\mathbf", r"\text")
_OPENING = ("(", "[", "|", "‖", "⌊", "⌈", "{")
_CLOSING = {"(": ")", "[": "]", "|": "|", "‖": "‖", "⌊": "⌋", "⌈": "⌉", "{": "}"}


class UnreadableError(ValueError):
    """The template has a command that is not known here."""


def read(latex: str, arguments: Mapping[str, Piece]) -> Piece:
    r"""The template with its arguments.

    >>> read(r"\frac{{1}}{{{a}}}", {"a": symbols.name("x")}).text
    '1 / x'

    Raises UnreadableError for a command that is not known.
    """
    marks = {name: chr(0xE100 + k) for k, name in enumerate(arguments)}
    text = latex.format_map(marks)
    for command, inner in ((r"\\left\s*", ""), (r"\\right\s*", ""), (r"\\mathbin\{(.)\}", r"\1")):
        text = re.sub(command, inner, text)
    tokens = re.findall(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|\S", text)
    return _Reader(tokens, {marks[name]: piece for name, piece in arguments.items()}).row()


class _Reader:
    """Reads tokens one after another."""

    def __init__(self, tokens: Sequence[str], arguments: Mapping[str, Piece]) -> None:
        self.tokens, self.arguments = tokens, arguments
        self.at = 0

    def next(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def row(self, closing: str = "") -> Piece:
        """Pieces up to the closing token, one after another."""
        pieces: list[Piece] = []
        level = symbols.ATOM
        while (token := self.next()) is not None:
            self.at += 1
            sign = _SIGNS.get(token, token)
            if token == closing or (closing and sign == closing):
                break
            if token in ("^", "_"):
                if not pieces:
                    raise UnreadableError(token)
                level = min(level, symbols.POWER)
                pieces[-1] = self._raised(token, pieces[-1])
            elif sign in _OPENING and token != "{":
                pieces.append(self._between(sign))
            elif sign.strip() in "+−·×<>=≤≥≠:?±∘" and sign.strip():
                level = min(level, PRODUCT if sign in (" · ", " × ") else SUM)
                pieces.append(_operator(sign, first=not pieces))
            else:
                pieces.append(self._piece(token, sign, pieces))
        if closing and token is None:
            raise UnreadableError(closing)
        return _put(pieces, level)

    def _piece(self, token: str, sign: str, before: list[Piece]) -> Piece:
        if token in self.arguments:
            return self._argument(self.arguments[token], before)
        if token == "{":
            return self.row("}")
        if token == r"\frac":
            return symbols.fraction(self._group(), self._group())
        if token == r"\sqrt":
            degree = ""
            if self.next() == "[":
                self.at += 1
                degree = self.row("]").text
            return symbols.root(self._group(), degree)
        if token in _WORDS:
            return symbols.function_name(re.sub(r"\s+", " ", self._group(plain=True).text))
        command = token[1:]
        if command in _FUNCTIONS:
            return Piece(command, token, ["mi", command])
        if token[0] == "\\" and command in _LETTERS:
            tag = "mi" if command.islower() else "mi mathvariant=normal"  # upright, as in LaTeX
            return Piece(_LETTERS[command], token, [tag, _LETTERS[command]])
        if token[0] == "\\" and sign == token:
            raise UnreadableError(token)
        if token[0].isdigit():
            return symbols.number(token)
        tag = "mi" if token.isalpha() else "mo"
        return Piece(sign, token, [tag, sign.strip()])

    def _argument(self, piece: Piece, before: list[Piece]) -> Piece:
        """The argument, in parentheses where it could be misread: x · (−1), (a b)²."""
        following = _SIGNS.get(self.next() or "", self.next())
        alone = following in (None, ")", "}", "]", ", ", "|", "‖", "⌋", "⌉")
        first = not before or before[-1].text == ", "
        if first and (alone or following in (" + ", " − ")):
            return piece
        return symbols.fenced(piece)

    def _group(self, *, plain: bool = False) -> Piece:
        """The next group, or the next single token."""
        token = self.next()
        if token is None:
            raise UnreadableError("a group is missing")
        self.at += 1
        if token != "{":
            return self._piece(token, _SIGNS.get(token, token), [])
        if plain:
            end = self.tokens.index("}", self.at) if "}" in self.tokens[self.at :] else -1
            if end < 0:
                raise UnreadableError("}")
            text = "".join(self.tokens[self.at : end]).replace("\\_", "_")
            self.at = end + 1
            return Piece(text, text, ["mtext", text])
        return self.row("}")

    def _raised(self, token: str, base: Piece) -> Piece:
        group = self._group()
        return symbols.power(base, group) if token == "^" else symbols.index(base, group)

    def _between(self, left: str) -> Piece:
        right = _CLOSING[left]
        inner = self.row(right)
        latex = {
            "|": (r"\left|", r"\right|"),
            "‖": (r"\left\|", r"\right\|"),
            "⌊": (r"\left\lfloor", r"\right\rfloor"),
            "⌈": (r"\left\lceil", r"\right\rceil"),
            "{": (r"\left\{", r"\right\}"),
        }.get(left, (rf"\left{left}", rf"\right{right}"))
        return symbols.between(left, inner, right, latex)


def _operator(sign: str, *, first: bool) -> Piece:
    text = sign.strip() if first else sign
    latex = {"−": "-", "·": r"\cdot", "×": r"\times", "≤": r"\le", "≥": r"\ge", "≠": r"\ne"}
    return Piece(text, latex.get(sign.strip(), sign.strip()), ["mo", sign.strip()], level=0)


def _put(pieces: list[Piece], level: int) -> Piece:
    """The pieces as one: functions are applied to what follows them."""
    if len(pieces) == 1:
        return pieces[0]
    row: list[Piece] = []
    for k, piece in enumerate(pieces):
        before = pieces[k - 1] if k else None
        if before is not None and _is_function(before) and piece.mathml[0] != "mo":
            opening = piece.text[:1] in _OPENING
            slot = symbols.is_slot(piece)
            if slot:  # ln x as ln(x), which is never misread
                inner = symbols.slot(piece.text.strip("{()}"))
                piece = symbols.parenthesised(inner)
            row.append(Piece("", "", symbols.APPLIED))
            if not (opening or slot):
                row.append(Piece(" ", "", ["mtext", "\u2009"]))
        elif before is not None and _is_letter(before) and piece.text[:1] == "(":
            row.append(Piece("", "", symbols.APPLIED))  # σ(x)
        row.append(piece)
    return symbols.row(*row, level=level)


def _is_letter(piece: Piece) -> bool:
    return isinstance(piece.mathml, list) and piece.mathml[0].startswith("mi")


def _is_function(piece: Piece) -> bool:
    tree = piece.mathml
    while isinstance(tree, list) and tree[0] in ("msub", "msup"):
        tree = tree[1]
    return isinstance(tree, list) and tree[0] == "mi" and len(tree[1]) > 1
