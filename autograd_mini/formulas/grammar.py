"""Formulas are text: parsed once, limited to known names, then rendered as Python or as LaTeX.

The grammar is a small part of Python's expressions: numbers, names, + - * / **, one comparison,
and calls of known functions. In the formula of an operation on a vector `a`, the name `a_i` stands
for its element, and the formula is meant for every i.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from autograd_mini.errors import FormulaError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# What a formula may call besides the operations of the sheet; kinds.py gives each its meanings.
PRIMITIVES = frozenset(
    "where exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh"
    " tanh asinh acosh atanh hypot abs floor ceil erf erfc gamma lgamma digamma polygamma"
    " sum prod dot norm max min count others gap"
    " unsigned below gauss normal_cdf expdiff".split()
)
_ARGUMENTS: dict[str, tuple[int, ...]]
_ARGUMENTS = dict.fromkeys("atan2 hypot polygamma dot count gap below expdiff".split(), (2,))
_ARGUMENTS |= {"where": (3,), "sum": (1, 2)}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


def parse(text: str, names: Collection[str], functions: Collection[str] = PRIMITIVES) -> ast.expr:
    """Parse a formula; FormulaError if it holds anything but `names` and `functions`.

    >>> ast.unparse(parse("1/(2*out)", {"a", "out"}))
    '1 / (2 * out)'
    """
    try:
        tree = compile(text.strip(), "<formula>", "eval", ast.PyCF_ONLY_AST).body  # type: ignore[attr-defined]
    except (SyntaxError, ValueError) as error:
        raise FormulaError(f"formula {text!r} is not an expression: {error}") from None
    for node in walk(tree):
        if problem := _problem(node, names, functions):
            raise FormulaError(f"formula {text!r}: {problem}")
    return tree  # type: ignore[no-any-return]


def walk(root: ast.expr) -> list[ast.AST]:
    """Every sub-expression; of a call, the arguments only."""
    nodes: list[ast.AST] = [root]
    for node in nodes:  # grows while it is walked
        cls = node.__class__
        if cls is ast.BinOp:
            nodes += (node.left, node.right)  # type: ignore[attr-defined]
        elif cls is ast.Call:
            nodes += node.args  # type: ignore[attr-defined]
        elif cls is ast.Compare:
            nodes += (node.left, *node.comparators)  # type: ignore[attr-defined]
        elif cls is ast.UnaryOp:
            nodes.append(node.operand)  # type: ignore[attr-defined]
    return nodes


def _problem(node: ast.AST, names: Collection[str], functions: Collection[str]) -> str | None:
    match node:
        case ast.Name(id=name):
            if name in names:
                return None
            return f"unknown name {name!r}; known here: {', '.join(sorted(names))}"
        case ast.Constant(value=value) if value.__class__ in (int, float):
            return None
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) if op.__class__ in _OPERATORS:
            return None
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in functions:
                return f"unknown function {name!r}"
            if name in PRIMITIVES and len(args) not in _ARGUMENTS.get(name, (1,)):
                return f"{name} takes {_ARGUMENTS.get(name, (1,))[0]} arguments, got {len(args)}"
            return None
        case ast.Compare(ops=[op]) if op.__class__ in _COMPARISONS:
            return None
    return f"{ast.unparse(node)!r} is not allowed in a formula"


def names_in(node: ast.expr) -> set[str]:
    """The variables that a formula uses.

    >>> sorted(names_in(parse("b * out / a", {"a", "b", "out"})))
    ['a', 'b', 'out']
    """
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}


class Renderer:
    """Renders a formula as Python source for one kind of number.

    `number(value)` gives the text of a constant; `operators` maps an `ast` operator class to the
    name of a function to call in its place (so that 1/0 can have a meaning); `compared` names a
    function put around both sides of a comparison (Values compare by identity under ==).
    """

    def __init__(
        self,
        number: Callable[[int | float], str] = repr,
        operators: dict[type[ast.operator], str] | None = None,
        compared: str = "",
    ) -> None:
        self.number = number
        self.operators = operators or {}
        self.compared = compared

    def __call__(self, node: ast.expr) -> str:
        """The Python text of a formula."""
        match node:
            case ast.Constant(value=value):
                return self.number(value)  # type: ignore[arg-type]  # parse() let only numbers in
            case ast.BinOp(left=left, op=op, right=right):
                if name := self.operators.get(type(op)):
                    return f"{name}({self(left)}, {self(right)})"
                return f"({self(left)} {_SYMBOL[type(op)]} {self(right)})"
            case ast.UnaryOp(operand=operand):
                return f"(-{self(operand)})"
            case ast.Compare(left=left, ops=[comparison], comparators=[right]):
                around = self.compared
                sides = self(left), self(right)
                one, other = (f"{around}({side})" if around else side for side in sides)
                return f"({one} {_SYMBOL[type(comparison)]} {other})"
            case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
                return f"({self(yes)} if {self(condition)} else {self(no)})"
            case ast.Call(func=ast.Name(id=name), args=args):
                return f"{name}({', '.join(map(self, args))})"
        return ast.unparse(node)


_SYMBOL: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
