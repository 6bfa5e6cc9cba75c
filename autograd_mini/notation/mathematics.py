"""The formulas of the sheet as mathematics: what a node computes, and its local derivatives.

An operation's notation comes from its LaTeX template, its derivatives from its formulas, or from
their `textbook` form where the sheet has one (the sheet's own are written free of cancellation,
which is not how one learns them). Vectors are written out, long ones with dots.
"""

import ast
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any, NamedTuple

from autograd_mini.formulas.grammar import PRIMITIVES, parse
from autograd_mini.formulas.printer import Printer
from autograd_mini.ops import SHEET, Op, default_latex
from autograd_mini.value import Value

from . import symbols
from .shapes import Shape
from .symbols import Piece, slot
from .typesetting import typeset

LONGEST_VECTOR = 4  # elements; of a longer one the first, and the last are shown
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


def named(op: Op, arguments: Mapping[str, Piece]) -> Piece:
    """The operation as its LaTeX template has it; where that is not understood, f(a, b)."""
    with suppress(ValueError):  # UnreadableError is one
        if op.latex != default_latex(op):
            return typeset(op.latex, arguments)
    return symbols.call(symbols.function_name(op.name), *arguments.values())


def formula(
    node: Value, name_of: Callable[[Value], str | Piece], number_format: str = ".4g"
) -> Piece:
    """What a node computes from its operands, by their names: `w · x`; empty of a leaf."""

    def piece(x: Any) -> Piece:
        if x.__class__ is tuple:
            return symbols.listed(*_elements(len(x), lambda k: piece(x[k])))
        if not isinstance(x, Value):
            return symbols.number(x, number_format)
        name = name_of(x)
        return symbols.name(name) if isinstance(name, str) else name

    if not node.parents:
        return Piece("", "", [])
    if node.op is None:  # a node made by hand
        return symbols.call(symbols.function_name(node._op or "f"), *map(piece, node.parents))
    return named(node.op, dict(zip(node.op.params, map(piece, node.args), strict=True)))


def _elements(length: int, piece: Callable[[int], Piece]) -> list[Piece]:
    """The pieces for the elements of a vector; in a long one dots stand for most of them."""
    if length <= LONGEST_VECTOR:
        return [*map(piece, range(length))]
    return [*map(piece, range(LONGEST_VECTOR - 2)), symbols.DOTS, piece(length - 1)]


# --- templates, for the nodes of a shape ---------------------------------------------------------
_WRITTEN_OUT = frozenset("sum prod mean dot logsumexp max min norm where".split())
_ON_VECTORS = frozenset("sum prod dot norm max min others".split())


class Notation(NamedTuple):
    """Templates of one shape; the slots are the operands 0, 1, ..., in order, and `out`.

    Slots with a sign are relative: `+0` is the operand that a derivative is for.
    """

    value: Piece  # what is computed: `tanh(a)`
    definition: Piece | None  # that spelt out, where it does not say it: 1 / (1 + e^(−a)) of σ(a)
    partials: tuple[Piece | None, ...]  # by each operand; None where only its number is known


def _slots(length: int, start: int = 0) -> list[Piece]:
    return _elements(length, lambda k: slot(start + k))


class _Writer(Printer[Piece]):
    """Writes the formulas of one operation, with slots for operands of a given shape.

    `at` is the element that `a_i` stands for. Without it that is the element of the vector `of`
    which a derivative is for, and slots are relative to it.
    """

    def __init__(self, op: Op, shape: Shape, of: str = "", at: int | None = None) -> None:
        self.op, self.shape, self.of, self.at = op, shape, of, at
        self.lengths = dict(zip(op.params, shape.lengths, strict=True))
        self.start = dict(zip(op.params, accumulate(shape.lengths, initial=0), strict=False))
        self.length = max((self.lengths[param] for param in op.vectors), default=1)

    def tree(self, key: str) -> ast.expr:
        """The formula of an argument's derivative, or of "value"; as in textbooks, if it is so."""
        if key == "a" and self.shape.exponent is not None:
            return _worked_out(self.shape.exponent)
        op = self.op
        known = "value" if key == "value" else f"d{op.params.index(key)}"
        if key in op.textbook and f"shown {key}" not in op.trees:
            names = {*op.params, *op.given, "out", "pi", "n", *(f"{v}_i" for v in op.vectors)}
            op.trees[f"shown {key}"] = parse(op.textbook[key], names, PRIMITIVES | SHEET.keys())
        return op.trees.get(f"shown {key}", op.trees[known])

    # --- what the walk over a formula asks for ---------------------------------------------------
    def number(self, value: float) -> Piece:
        return symbols.number(value, ".5g")

    def apply(self, what: str, *parts: Piece) -> Piece:
        what = {"%": "mod", "//": "floordiv"}.get(what, what)
        if what in _OPERATIONS:
            return _OPERATIONS[what](*parts)
        if what not in SHEET:
            return symbols.call(symbols.function_name(what), *parts)
        op = SHEET[what]
        value = named(op, {param: slot(k) for k, param in enumerate(op.params)})
        pieces = [*parts, *(self.number(op.defaults[p]) for p in op.params[len(parts) :])]
        return symbols.fill(value, lambda k: pieces[int(k)])

    def name(self, name: str) -> Piece:
        """An operand, or what a name of the operation stands for."""
        stem = name.removesuffix("_i")
        for given in (name, stem):
            if given in self.op.given:
                return self(self.op.trees[given])
        if name in self.op.vectors:
            return symbols.listed(*_slots(self.lengths[name], self.start[name]))
        if name in self.start:
            return slot(self.start[name])
        if stem in self.start:
            if self.at is not None:
                return slot(self.start[stem] + self.at)
            return slot(f"{self.start[stem] - self.start[self.of or stem]:+d}")
        if name == "out":
            return slot("out")
        return symbols.letter(r"\pi") if name == "pi" else symbols.number(self.length)  # n

    def __call__(self, node: ast.expr) -> Piece:
        """A formula; what is said of a vector is written out."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in _ON_VECTORS:
                return self._on_vector(name, *args)
        return super().__call__(node)

    # --- vectors ---------------------------------------------------------------------------------
    def _on_vector(self, name: str, vector: ast.expr, *more: ast.expr) -> Piece:
        terms = self._terms(vector)
        match name:
            case "sum":
                return symbols.add(symbols.add(*terms), *map(self, more))
            case "prod":
                return symbols.multiply(*terms)
            case "dot":
                pairs = zip(terms, self._terms(more[0]), strict=True)
                products = [a if a is symbols.DOTS else symbols.multiply(a, b) for a, b in pairs]
                if self.shape.bias:  # is not multiplied by 1
                    products[-1] = symbols.fenced(terms[-1])
                return symbols.add(*products)
            case "norm":
                squares = (p if p is symbols.DOTS else symbols.power(p, TWO) for p in terms)
                return symbols.root(symbols.add(*squares))
            case "others":
                return self._others(vector)
        return symbols.call(symbols.sign(name, rf"\{name}", tag="mi"), *terms)

    def _terms(self, vector: ast.expr) -> list[Piece]:
        if isinstance(vector, ast.Name) and vector.id in self.op.vectors:
            return _slots(self.lengths[vector.id], self.start[vector.id])
        return _elements(self.length, lambda k: _Writer(self.op, self.shape, at=k)(vector))

    def _others(self, vector: ast.expr) -> Piece:
        if self.at is not None and isinstance(vector, ast.Name) and vector.id in self.op.vectors:
            start = self.start[vector.id]
            others = (slot(start + k) for k in range(self.length) if k != self.at)
            return symbols.multiply(*others)
        i, j = symbols.name("i"), symbols.name("j")
        below = symbols.relation(j, r"\ne", i)
        tree = ["munder", ["mo", "∏"], below.mathml]
        product = Piece("Π_(j≠i)", rf"\prod_{{{below.latex}}}", tree)
        return symbols.row(product, symbols.index(symbols.name("x"), j), between=" ")


@lru_cache(maxsize=2048)
def notation_of(shape: Shape) -> Notation:
    """The templates of a shape."""
    op = shape.op
    if op is None:
        name = symbols.function_name(shape.name) if shape.name else symbols.name("f")
        value = symbols.call(name, *_slots(shape.lengths[0]))
        return Notation(value, None, (None,) * shape.lengths[0])
    write = _Writer(op, shape)
    definition = None
    if op.name in _WRITTEN_OUT:
        value = write(write.tree("value"))
    else:
        value = named(op, {param: write.name(param) for param in op.params})
        if op.latex == default_latex(op) or "value" in op.textbook:
            spelt = write(write.tree("value"))
            definition = spelt if spelt.text != value.text else None  # erf(a) is erf(a)
    partials: list[Piece | None] = []
    for param, length in write.lengths.items():
        tree = write.tree(param)
        if length <= LONGEST_VECTOR:
            partials += [_Writer(op, shape, at=k)(tree) for k in range(length)]
        else:
            partials += [_Writer(op, shape, of=param)(tree)] * length
    return Notation(value, definition, tuple(partials))


def _worked_out(exponent: Any) -> ast.expr:
    """The derivative of a power with this exponent: 2 · a of a²."""
    if exponent in (0, 1):
        return ast.Constant(exponent)
    a = ast.Name("a")
    power = a if exponent == 2 else ast.BinOp(a, ast.Pow(), ast.Constant(exponent - 1))
    return ast.BinOp(ast.Constant(exponent), ast.Mult(), power)
