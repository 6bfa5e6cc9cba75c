"""The printer of mathematics: formulas as text, LaTeX and MathML at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from autograd_mini.formulas.printer import Printer
from autograd_mini.ops import SHEET, Op

from . import labels, symbols
from .symbols import Piece, slot
from .typesetting import UnreadableError, typeset

E, TWO = symbols.name("e"), symbols.number(2)
_SIGNS = {"<": "<", "below": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_OPERATIONS: dict[str, Callable[..., Piece]] = {
    **{k: lambda a, b, sign=sign: symbols.relation(a, sign, b) for k, sign in _SIGNS.items()},
    "+": symbols.add,
    "-": symbols.subtract,
    "*": lambda a, b: symbols.power(a, TWO) if a == b else symbols.multiply(a, b),
    "/": symbols.fraction,
    "**": symbols.power,
    "neg": symbols.negative,
    "truth": lambda a: symbols.relation(a, r"\ne", symbols.number(0)),
    "where": symbols.cases,
    "unsigned": partial(symbols.between, "|"),
    "expdiff": lambda a, b: symbols.power(E, symbols.subtract(a, b)),
    "gauss": lambda a: symbols.power(E, symbols.negative(symbols.power(a, TWO))),
    "normal_cdf": partial(symbols.call, symbols.letter(r"\Phi")),
    "gap": lambda a, _: a,
    "dsinc": partial(symbols.call, symbols.function_name("sinc′")),
}


class Mathematics(Printer[Piece]):
    """Prints operations by their LaTeX templates; `name` is left to who knows the operands."""

    def number(self, value: float) -> Piece:
        """A constant."""
        return symbols.number(labels.number(value, ".5g"))

    def apply(self, what: str, *parts: Piece) -> Piece:
        """An operation on pieces."""
        what = {"%": "mod", "//": "floordiv"}.get(what, what)
        if what in _OPERATIONS:
            return _OPERATIONS[what](*parts)
        if what not in SHEET:
            return symbols.call(symbols.function_name(what), *parts)
        op = SHEET[what]
        value = named(op, {param: slot(str(k)) for k, param in enumerate(op.params)})
        pieces = [*parts, *(self.number(op.defaults[p]) for p in op.params[len(parts) :])]
        return symbols.fill(value, lambda k: pieces[int(k)])


def named(op: Op, arguments: Mapping[str, Piece]) -> Piece:
    """The operation as its LaTeX template has it; where that is not understood, f(a, b)."""
    try:
        if op.latex != default_latex(op):
            return typeset(op.latex, arguments)
    except (UnreadableError, ValueError, IndexError):
        pass
    return symbols.call(symbols.function_name(op.name), *arguments.values())


def default_latex(op: Op) -> str:
    """The template of an operation whose line has none: its name."""
    words = op.name.replace("_", " ")
    return rf"\operatorname{{{{{words}}}}}({{{'}, {'.join(op.params)}}})"
