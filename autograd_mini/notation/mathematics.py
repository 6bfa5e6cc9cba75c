"""The formulas of the sheet as mathematics: what a node computes, and its local derivatives.

An operation's notation comes from its LaTeX template, its derivatives from its formulas, or from
their `textbook` form where the sheet has one (the sheet's own are written free of cancellation,
which is not how one learns them). Vectors are written out, long ones with dots.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import FormulaError
from autograd_mini.formulas.grammar import PRIMITIVES, names_in, parse, walk
from autograd_mini.ops import SHEET, Op

from . import labels as notation
from . import symbols
from .symbols import Piece, slot
from .textbook import textbook
from .typesetting import UnreadableError, typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .shapes import Shape


LONGEST = notation.LONGEST_VECTOR  # elements written out
_WRITTEN_OUT = frozenset("sum prod mean dot logsumexp max min norm where".split())
_RELATIONS = {
    ast.Lt: ("<", "<"),
    ast.LtE: ("≤", r"\le"),
    ast.Gt: (">", ">"),
    ast.GtE: ("≥", r"\ge"),
    ast.Eq: ("=", "="),
    ast.NotEq: ("≠", r"\ne"),
}
_E, _PI, _PHI = (
    symbols.sign("e", tag="mi"),
    symbols.sign("π", r"\pi", tag="mi"),
    symbols.sign("Φ", r"\Phi", tag="mi mathvariant=normal"),
)


class Notation(NamedTuple):
    """Templates of one shape; the slots are the operands 0, 1, ..., in order, and `out`."""

    value: Piece
    """What is computed: `tanh(a)`."""
    definition: Piece | None
    """That spelt out, where the notation does not say it: 1 / (1 + e^(−a)) of σ(a)."""
    partials: tuple[Piece | None, ...]
    """The derivative with respect to each operand; None where only its number is known.

    Slots with a sign are relative: `+0` is the operand of the derivative itself.
    """


@lru_cache(maxsize=2048)
def notation_of(shape: Shape) -> Notation:
    """The templates of a shape.

    >>> from autograd_mini.notation.shapes import Shape
    >>> tanh = notation_of(Shape(SHEET["tanh"], (1,)))
    >>> tanh.value.text, tanh.partials[0].text
    ('tanh({0})', '1 − {(out)}²')

    Raises FormulaError if a textbook formula is none.
    """
    op = shape.op
    if op is None:
        value = symbols.call(symbols.name("f"), *_shown(shape.lengths[0], 0))
        return Notation(value, None, (None,) * shape.lengths[0])
    translate = _Translator(op, shape)
    value, definition = _value(op, translate)
    partials: list[Piece | None] = []
    for k, length in enumerate(shape.lengths):
        tree = translate.tree(op.params[k])
        if op.params[k] not in op.vectors:
            partials.append(translate(tree))
        elif length <= LONGEST and _calls(op, tree, "others"):
            partials += [translate.element(tree, j) for j in range(length)]
        else:
            partials += [translate.relative(tree, op.params[k])] * length
    return Notation(value, definition, tuple(partials))


def _value(op: Op, translate: _Translator) -> tuple[Piece, Piece | None]:
    spelt = op.name in _WRITTEN_OUT
    definition = None
    own = op.latex == _default_latex(op)
    plain = op.value == f"{op.name}({', '.join(op.params)})"
    if spelt or "value" in textbook(op) or (own and not plain):
        definition = translate(translate.tree("value"))
    if spelt and definition is not None:
        return definition, None
    return _named(op, translate.arguments()), definition


def _named(op: Op, arguments: dict[str, Piece]) -> Piece:
    """The operation as its LaTeX template has it; where that is not understood, f(a, b)."""
    try:
        if op.latex != _default_latex(op):
            return typeset(op.latex, arguments)
    except (UnreadableError, ValueError, IndexError):
        pass
    return symbols.call(symbols.function_name(op.name), *arguments.values())


def _default_latex(op: Op) -> str:
    words = op.name.replace("_", " ")
    return rf"\operatorname{{{{{words}}}}}({{{'}, {'.join(op.params)}}})"


def _shown(length: int, start: int) -> list[Piece]:
    """Slots of a vector's elements, long ones with dots."""
    return [symbols.DOTS if k is None else slot(str(start + k)) for k in elements_shown(length)]


def elements_shown(length: int) -> list[int | None]:
    """Which elements of a vector are written; None stands for the dots.

    >>> elements_shown(3), elements_shown(100)
    ([0, 1, 2], [0, 1, None, 99])
    """
    if length <= LONGEST:
        return [*range(length)]
    return [*range(LONGEST - 2), None, length - 1]


def _calls(op: Op, tree: ast.expr, name: str) -> bool:
    """Whether a formula calls a function, in the names that it uses too."""
    called = any(isinstance(p, ast.Call) and p.func.id == name for p in walk(tree))  # type: ignore[attr-defined]
    used = {n.removesuffix("_i") for n in names_in(tree)}
    return called or any(_calls(op, op.trees[n], name) for n in used if n in op.given)


class _Translator:
    """Translates the formulas of one operation with operands of a given shape."""

    def __init__(self, op: Op, shape: Shape) -> None:
        self.op, self.shape = op, shape
        self.start: dict[str, int] = {}
        at = 0
        for param, length in zip(op.params, shape.lengths, strict=True):
            self.start[param] = at
            at += length
        self.length = max((n for p, n in self._lengths() if p in op.vectors), default=1)
        self._of: str | None = None  # the vector whose element a derivative is for
        self._at: int | None = None  # the element that `a_i` stands for

    def _lengths(self) -> Sequence[tuple[str, int]]:
        return [*zip(self.op.params, self.shape.lengths, strict=True)]

    def tree(self, key: str) -> ast.expr:
        """The formula of an argument's derivative, or of "value"; as in textbooks, if it is so."""
        op = self.op
        own = "value" if key == "value" else f"d{op.params.index(key)}"
        tree = op.trees[own]
        learnt = textbook(op)
        if key in learnt:
            names = {*op.params, *op.given, "out", "pi", "n", *(f"{v}_i" for v in op.vectors)}
            try:
                tree = parse(learnt[key], names, PRIMITIVES | SHEET.keys())
            except FormulaError as error:
                raise FormulaError(f"op {op.signature!r}, textbook: {error}") from None
        if self.shape.exponent is not None:
            tree = _folded(tree, {"b": self.shape.exponent})
        return tree

    def arguments(self) -> dict[str, Piece]:
        """What stands for each argument in the notation."""
        found = {}
        for param, length in self._lengths():
            if param in self.op.vectors:
                found[param] = _listed(_shown(length, self.start[param]))
            else:
                found[param] = slot(str(self.start[param]))
        return found

    def element(self, tree: ast.expr, k: int) -> Piece:
        """A formula for the element k."""
        self._at = k
        try:
            return self(tree)
        finally:
            self._at = None

    def relative(self, tree: ast.expr, param: str) -> Piece:
        """A formula for any element of this argument, the slots relative to it."""
        self._of = param
        try:
            return self(tree)
        finally:
            self._of = None

    # --- names -----------------------------------------------------------------------------------
    def _name(self, name: str) -> Piece:
        if name == "out":
            return slot("out")
        if name in self.op.given:
            return self(self.op.trees[name])
        if name.endswith("_i") and (base := name[:-2]) in self.start:
            if self._at is not None:
                return slot(str(self.start[base] + self._at))
            offset = self.start[base] - self.start[self._of or base]
            return slot(f"{offset:+d}")
        if name.endswith("_i") and name[:-2] in self.op.given:
            return self(self.op.trees[name[:-2]])
        if name in self.start:
            if name in self.op.vectors:
                return _listed(_shown(dict(self._lengths())[name], self.start[name]))
            return slot(str(self.start[name]))
        return _PI if name == "pi" else symbols.number(self.length)  # n

    # --- formulas --------------------------------------------------------------------------------
    def __call__(self, node: ast.expr) -> Piece:
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Constant(value=value):
                return _constant(value)
            case ast.UnaryOp(operand=operand):
                return symbols.negative(self(operand))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return symbols.relation(self(left), *_RELATIONS[type(op)], self(right))
            case ast.BinOp(left=ast.UnaryOp(operand=left), op=ast.Div(), right=right):
                return symbols.negative(symbols.fraction(self(left), self(right)))
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(left, op, right)
            case ast.Call(func=ast.Name(id="where"), args=args):
                return self._cases(args)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._called(name, args)
        raise FormulaError(f"no notation for {ast.unparse(node)!r}")

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> Piece:
        one, two = self(left), self(right)
        match op:
            case ast.Add():
                if isinstance(right, ast.UnaryOp):
                    return symbols.subtract(one, self(right.operand))
                return symbols.add(one, two)
            case ast.Sub():
                return symbols.subtract(one, two)
            case ast.Div():
                return symbols.fraction(one, two)
            case ast.Pow():
                return symbols.power(one, two)
        if ast.dump(left) == ast.dump(right):
            return symbols.power(one, symbols.number(2))
        match left:  # the sign before the product
            case ast.UnaryOp(operand=operand):
                return symbols.negative(symbols.multiply(self(operand), two))
            case ast.BinOp(left=ast.UnaryOp(operand=above), op=ast.Div(), right=below):
                quotient = symbols.fraction(self(above), self(below))
                return symbols.negative(symbols.multiply(quotient, two))
        return symbols.multiply(one, two)

    def _cases(self, args: list[ast.expr]) -> Piece:
        rows: list[tuple[Piece, Piece | None]] = []
        while True:
            condition, yes, no = args
            rows.append((self(yes), self._condition(condition)))
            match no:
                case ast.Call(func=ast.Name(id="where"), args=args):
                    continue
            return symbols.cases([*rows, (self(no), None)])

    def _condition(self, node: ast.expr) -> Piece:
        match node:
            case ast.Compare():
                return self(node)
            case ast.Call(func=ast.Name(id="below"), args=[a, b]):
                return symbols.relation(self(a), "<", "<", self(b))
        return symbols.relation(self(node), *_RELATIONS[ast.NotEq], symbols.number(0))

    def _called(self, name: str, args: list[ast.expr]) -> Piece:
        if name in ("sum", "prod", "dot", "norm", "max", "min", "count", "others"):
            return self._on_vector(name, args)
        pieces = [self(arg) for arg in args]
        match name:
            case "unsigned":
                name = "abs"
            case "expdiff":
                return symbols.power(_E, symbols.subtract(*pieces))
            case "gauss":
                square = symbols.power(pieces[0], symbols.number(2))
                return symbols.power(_E, symbols.negative(square))
            case "normal_cdf":
                return symbols.call(_PHI, *pieces)
            case "gap":
                return pieces[0]
        if name not in SHEET:
            return symbols.call(symbols.function_name(name), *pieces)
        op = SHEET[name]
        value = _named(op, {p: slot(str(k)) for k, p in enumerate(op.params)})
        pieces += [_constant(op.defaults[p]) for p in op.params[len(pieces) :]]
        return symbols.fill(value, lambda k: pieces[int(k)])

    # --- vectors ---------------------------------------------------------------------------------
    def _on_vector(self, name: str, args: list[ast.expr]) -> Piece:
        vectors = [self._elements(arg) for arg in args]
        first = vectors[0]
        match name:
            case "sum":
                total = symbols.add(*first) if first else symbols.number(0)
                if len(args) == 1:
                    return total
                return self._binary_pieces(total, args[1])
            case "prod":
                return symbols.multiply(*first) if first else symbols.number(1)
            case "dot":
                if not first:
                    return symbols.number(0)
                return symbols.add(*self._products(first, vectors[1]))
            case "norm":
                two = symbols.number(2)
                squares = [p if p is symbols.DOTS else symbols.power(p, two) for p in first]
                return symbols.root(symbols.add(*squares) if squares else symbols.number(0))
            case "others":
                return self._others(args[0])
            case "count":
                return symbols.call(symbols.function_name("count"), self(args[0]), self(args[1]))
        return symbols.call(symbols.sign(name, rf"\{name}", tag="mi"), *first)

    def _binary_pieces(self, total: Piece, more: ast.expr) -> Piece:
        if isinstance(more, ast.UnaryOp):
            return symbols.subtract(total, self(more.operand))
        match more:
            case ast.Constant(value=float() | int() as value) if value < 0:
                return symbols.subtract(total, _constant(-value))
        return symbols.add(total, self(more))

    def _products(self, left: list[Piece], right: list[Piece]) -> list[Piece]:
        """The terms of a dot product; a bias is not multiplied by 1."""
        terms = []
        for k, (a, b) in enumerate(zip(left, right, strict=True)):
            if a is symbols.DOTS:
                terms.append(a)
            elif self.shape.bias and k == len(left) - 1:
                terms.append(symbols.fenced(a))
            else:
                terms.append(symbols.multiply(a, b))
        return terms

    def _elements(self, node: ast.expr) -> list[Piece]:
        """The terms for the elements of a vector, long ones with dots."""
        if isinstance(node, ast.Name) and node.id in self.op.vectors:
            length = dict(self._lengths())[node.id]
            return _shown(length, self.start[node.id])
        found = []
        outer = self._at
        for k in elements_shown(self.length):
            if k is None:
                found.append(symbols.DOTS)
            else:
                self._at = k
                found.append(self(node))
        self._at = outer
        return found

    def _others(self, node: ast.expr) -> Piece:
        """The product of the other elements."""
        if self._at is not None and isinstance(node, ast.Name) and node.id in self.op.vectors:
            start = self.start[node.id]
            factors = [slot(str(start + k)) for k in range(self.length) if k != self._at]
            return symbols.multiply(*factors) if factors else symbols.number(1)
        i, j = (symbols.sign(x, tag="mi") for x in "ij")
        below = symbols.relation(j, "≠", r"\ne", i)
        product = Piece(
            "Π_(j≠i)", rf"\prod_{{{below.latex}}}", ["munder", ["mo", "∏"], below.mathml]
        )
        return symbols.row(product, symbols.index(symbols.name("x"), j), between=" ")


def _listed(pieces: list[Piece]) -> Piece:
    inner: list[Any] = []
    for piece in pieces:
        inner += [["mo", ","], piece.mathml] if inner else [piece.mathml]
    return Piece(
        ", ".join(piece.text for piece in pieces),
        ", ".join(piece.latex for piece in pieces),
        ["mrow", *inner],
        level=0,
    )


def _constant(value: Any) -> Piece:
    return symbols.number(notation.number(value, ".5g"))


def _folded(tree: ast.expr, known: dict[str, Any]) -> ast.expr:
    """The formula with numbers for names, and what follows from them: b · x^(b − 1) as 2 · x."""
    match tree:
        case ast.Name(id=name) if name in known:
            return ast.Constant(known[name])
        case ast.BinOp(left=left, op=op, right=right):
            left, right = _folded(left, known), _folded(right, known)
            match left, op, right:
                case ast.Constant(value=x), ast.Sub(), ast.Constant(value=y):
                    return ast.Constant(x - y)  # type: ignore[operator]
                case _, ast.Pow(), ast.Constant(value=1):
                    return left
                case _, ast.Pow(), ast.Constant(value=0):
                    return ast.Constant(1)
                case ast.Constant(value=1), ast.Mult(), _:
                    return right
                case ast.Constant(value=0), ast.Mult(), _:
                    return left
                case _, ast.Mult(), ast.Constant(value=1):
                    return left
            return ast.BinOp(left, op, right)
    return tree
