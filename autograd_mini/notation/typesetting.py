"""The template of an operation as a piece of mathematics: text, LaTeX and MathML."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from . import symbols
from .reading import GROWING, LETTERS, MISSING, SIGNS, WORDS, Argument, Command, Item, Items, read
from .symbols import BRACKETS, PRODUCT, SUM, Piece

_FUNCTIONS = frozenset(
    rf"\{name}"
    for name in "ln log exp sin cos tan arcsin arccos arctan sinh cosh tanh max min".split()
)
_OPERATORS = frozenset("+−·×/<>=≤≥≠:?±∘Σ")
_CLOSED = (*")}],|‖⌋⌉+−", MISSING)
_IN_WORDS = LETTERS | {r"\_": "_", r"\ ": " "}


class UnreadableError(ValueError):
    """The template has a command that is not known here, or a group or bracket is missing."""


def typeset(latex: str, arguments: Mapping[str, Piece]) -> Piece:
    """The template with its arguments.

    Raises UnreadableError for a command that is not known.
    """
    return _Typesetter(arguments).row(read(latex, tuple(arguments)))


class _Typesetter:
    def __init__(self, arguments: Mapping[str, Piece]) -> None:
        self.arguments = arguments

    def row(self, items: Iterable[Item], closing: str = "") -> Piece:
        """Items one after another; of an iterator, those up to the closing sign."""
        pieces: list[Piece] = []
        level = symbols.ATOM
        items = iter(items)  # a bracket reads on from here
        for item in items:
            if isinstance(item, Argument):
                pieces.append(self._argument(item, pieces))
                continue
            if isinstance(item, Command):
                if item.name in ("^", "_"):
                    level = min(level, symbols.POWER)
                    pieces.append(self._raised(item, pieces))
                else:
                    pieces.append(self._command(item))
                continue
            sign = SIGNS.get(item, item)
            if closing and sign == closing:
                break
            if sign in BRACKETS:
                pieces.append(symbols.between(sign, self.row(items, BRACKETS[sign][0])))
            elif sign in _OPERATORS:
                level = min(level, PRODUCT if sign in "·×" else SUM)
                pieces.append(Piece(f" {sign} " if pieces else sign, item, ["mo", sign], level=0))
            elif item not in GROWING and not item.isspace():
                pieces.append(_token(item))
        else:
            if closing:
                raise UnreadableError(closing)
        return _put(pieces, level)

    def _argument(self, item: Argument, before: Sequence[Piece]) -> Piece:
        """The argument, in parentheses where it could be misread: x · (−1), (a b)²."""
        piece = self.arguments[item.name]
        following = SIGNS.get(item.following, item.following)
        first = not before or before[-1].text == ", "
        signed = piece.mathml[0] == "mn" and piece.text[:1] == "−" and following not in ("^", "_")
        return piece if first and (signed or following in _CLOSED) else symbols.fenced(piece)

    def _raised(self, item: Command, before: list[Piece]) -> Piece:
        if not before:
            raise UnreadableError(item.name)
        raised = symbols.power if item.name == "^" else symbols.index
        return raised(before.pop(), self.row(item.groups[0]))

    def _command(self, item: Command) -> Piece:
        match item:
            case Command("{", (group,)):
                return self.row(group)
            case Command(r"\frac", (above, below)):
                return symbols.fraction(self.row(above), self.row(below))
            case Command(r"\sqrt", (group,), degree):
                return symbols.root(self.row(group), self.row(degree) if degree else None)
            case Command(r"\overline", (group,)):
                a = self.row(group)
                tree = ["mover", a.mathml, ["mo", "¯"]]
                return Piece(f"mean({a.text})", rf"\overline{{{a.latex}}}", tree)
            case Command(name, (group,)) if name in WORDS:
                return symbols.function_name(_written(group))
        raise UnreadableError(item.name)


def _written(word: Items) -> str:
    """A word as it is written, without spaces."""
    text = ""
    for item in word:
        if isinstance(item, str) and item.isspace():
            continue
        if isinstance(item, Command) and item.name in ("^", "_"):
            text += item.name + _written(item.groups[0])
        elif isinstance(item, str) and (letter := _IN_WORDS.get(item, item))[:1] not in ("", "\\"):
            text += letter
        else:
            raise UnreadableError(str(item))
    return text


def _token(token: str) -> Piece:
    if token in _FUNCTIONS:
        return Piece(token[1:], token, ["mi", token[1:]])
    if token in LETTERS:
        return symbols.letter(token)
    if token not in SIGNS and token[:1] in ("", "\\"):
        raise UnreadableError(token)
    if token[0].isdigit():
        return symbols.number(token)
    sign = SIGNS.get(token, token)
    tag = "mi" if token.isalpha() else "mo"
    return Piece(", " if sign == "," else sign, token, [tag, sign])


def _put(pieces: list[Piece], level: int) -> Piece:
    """The pieces as one: functions are applied to what follows them."""
    if len(pieces) == 1:
        return pieces[0]
    row = pieces[:1]
    for before, piece in pairwise(pieces):
        if _is_function(before.mathml) and piece.mathml[0] != "mo":
            row.append(Piece("", "", symbols.APPLIED))
            if symbols.is_slot(piece):  # ln x as ln(x), which is never misread
                piece = symbols.parenthesised(symbols.slot(piece.text.strip("{()}")))
            elif piece.text[:1] not in BRACKETS:
                row.append(Piece(" ", "", ["mtext", "\u2009"]))
        elif before.mathml[0].startswith("mi") and piece.text[:1] == "(":
            row.append(Piece("", "", symbols.APPLIED))  # σ(x)
        row.append(piece)
    return symbols.row(*row, level=level)


def _is_function(tree: Any) -> bool:
    while tree[0] in ("msub", "msup"):
        tree = tree[1]
    return tree[0] == "mi" and len(tree[1]) > 1
