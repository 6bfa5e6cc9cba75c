"""The LaTeX template of an operation as a piece of mathematics: text, LaTeX and MathML."""

import re
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from . import symbols
from .symbols import BRACKETS, LETTERS, PRODUCT, SIGNS, SUM, Piece

_FUNCTIONS = frozenset(
    rf"\{name}"
    for name in "ln log exp sin cos tan arcsin arccos arctan sinh cosh tanh max min".split()
)
_WORDS = frozenset(rf"\{name}" for name in "operatorname mathrm mathit mathbf text".split())
_GROWING = (r"\left", r"\right")  # before a bracket: it is as high as what it holds
_OPERATORS = frozenset("+−·×/<>=≤≥≠:?±∘Σ")
_CLOSED = (*")}],|‖⌋⌉+−", "")
_IN_WORDS = LETTERS | {r"\_": "_", r"\ ": " "}
_MARK = 0xE000  # in the private use area
_COMMANDS = {sign: name for name, sign in (SIGNS | LETTERS).items() if not sign.isascii()}


class UnreadableError(ValueError):
    """The template has a command that is not known here, or a group or bracket is missing."""


def typeset(latex: str, arguments: Mapping[str, Piece]) -> Piece:
    """The template with its arguments; UnreadableError for a command that is not known."""
    return _Reader(latex, arguments).row()


@lru_cache(maxsize=1024)
def _tokens(latex: str, params: tuple[str, ...]) -> list[str]:
    """The tokens of a template without spaces, the last empty; an argument is one character."""
    marks = {param: chr(_MARK + k) for k, param in enumerate(params)}
    found = re.findall(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|\S", latex.format_map(marks))
    return [*(_COMMANDS.get(token, token) for token in found), ""]  # "≤" as if it were \le


class _Reader:
    def __init__(self, latex: str, arguments: Mapping[str, Piece]) -> None:
        self.tokens = deque(_tokens(latex, tuple(arguments)))
        self.arguments = {chr(_MARK + k): piece for k, piece in enumerate(arguments.values())}

    def row(self, closing: str = "") -> Piece:
        """Everything up to the closing token; a bracket may be closed by a command."""
        pieces: list[Piece] = []
        level = symbols.ATOM
        while (token := self.tokens.popleft()) != closing:
            sign = SIGNS.get(token, token)
            if sign == closing != "}":
                break
            if token in ("^", "_"):
                level = min(level, symbols.POWER)
                if not pieces:
                    raise UnreadableError(token)
                raised = symbols.power if token == "^" else symbols.index
                pieces.append(raised(pieces.pop(), self.group()))
            elif sign in BRACKETS and token != "{":
                right = BRACKETS[sign][0]
                pieces.append(symbols.between(sign, self.row(r"\}" if right == "}" else right)))
            elif sign in _OPERATORS:
                level = min(level, PRODUCT if sign in "·×" else SUM)
                pieces.append(Piece(f" {sign} " if pieces else sign, token, ["mo", sign], level=0))
            elif token not in _GROWING:
                pieces.append(self.one(token, not pieces or pieces[-1].text == ", "))
        return _put(pieces, level)

    def group(self) -> Piece:
        """The next group, or the next single token; of a number that is its first digit."""
        token = self.tokens.popleft()
        if token[1:] and token[0].isdigit():
            self.tokens.appendleft(token[1:])
            token = token[0]
        return self.one(token)

    def one(self, token: str, first: bool = True) -> Piece:
        """What begins with a token: an argument, a group, a command, or a sign by itself."""
        if token in self.arguments:
            return self.argument(self.arguments[token], first)
        if token in _WORDS:
            return symbols.function_name(self.word())
        if token in _FUNCTIONS:
            return Piece(token[1:], token, ["mi", token[1:]])
        if token in LETTERS:
            return symbols.letter(token)
        if token[:1].isdigit():
            return symbols.number(token)
        match token:
            case "{":
                return self.row("}")
            case r"\frac":
                return symbols.fraction(self.group(), self.group())
            case r"\sqrt" if self.tokens[0] == "[":
                self.tokens.popleft()
                degree = self.row("]")
                return symbols.root(self.group(), degree)
            case r"\sqrt":
                return symbols.root(self.group())
            case r"\overline":
                a = self.group()
                tree = ["mover", a.mathml, ["mo", "¯"]]
                return Piece(f"mean({a.text})", rf"\overline{{{a.latex}}}", tree)
        if token not in SIGNS and token[:1] in ("", "\\", "}"):
            raise UnreadableError(token)
        sign = SIGNS.get(token, token)
        tag = "mi" if token.isalpha() else "mo"
        return Piece(", " if sign == "," else sign, token, [tag, sign])

    def argument(self, piece: Piece, first: bool) -> Piece:
        """The argument, in parentheses where it could be misread: x · (−1), (a b)²."""
        following = next(SIGNS.get(token, token) for token in self.tokens if token not in _GROWING)
        signed = piece.mathml[0] == "mn" and piece.text[:1] == "−" and following not in ("^", "_")
        return piece if first and (signed or following in _CLOSED) else symbols.fenced(piece)

    def word(self) -> str:
        """The letters in the next group, without spaces."""
        if self.tokens.popleft() != "{":
            raise UnreadableError("{")
        text = ""
        while (token := self.tokens.popleft()) != "}":
            letter = _IN_WORDS.get(token, token)
            if token in self.arguments or letter[:1] in ("", "\\", "{"):
                raise UnreadableError(token)
            text += letter
        return text


def _put(pieces: list[Piece], level: int) -> Piece:
    """The pieces as one: functions are applied to what follows them."""
    if len(pieces) == 1:
        return pieces[0]
    row = pieces[:1]
    for before, piece in pairwise(pieces):
        name = before.mathml
        while name[0] in ("msub", "msup"):
            name = name[1]
        if name[0] == "mi" and len(name[1]) > 1 and piece.mathml[0] != "mo":
            row.append(Piece("", "", symbols.APPLIED))
            if symbols.is_slot(piece):  # ln x as ln(x), which is never misread
                piece = symbols.parenthesised(symbols.slot(piece.text.strip("{()}")))
            elif piece.text[:1] not in BRACKETS:
                row.append(Piece(" ", "", ["mtext", "\u2009"]))
        elif before.mathml[0].startswith("mi") and piece.text[:1] == "(":
            row.append(Piece("", "", symbols.APPLIED))  # σ(x)
        elif before.text[-1:].isalnum() or symbols.is_slot(before):
            tree = piece.mathml
            if symbols.is_slot(piece) or (tree[0] == "mi" and len(tree[1]) > 1):
                row.append(Piece(" ", "", ["mtext", "\u2009"]))  # k rate, which is not krate
        row.append(piece)
    return symbols.row(*row, level=level)
