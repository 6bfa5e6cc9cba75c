"""An expression as a function with source text, so that each node has its place in it."""

from __future__ import annotations

import ast
import linecache
from typing import TYPE_CHECKING, Any

from autograd_mini import expressions
from autograd_mini.ops import SHEET
from autograd_mini.value import apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.expressions import Expression
    from autograd_mini.ops import Op

FILE = "<expression>"  # where linecache, and with it inspect, looks for the text
_COMPARISONS = {
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
}


def as_function(expression: Expression, name: str = "y") -> Callable[..., Any]:
    """A function of the expression's names in their order, compiled from its text.

    It computes what the expression itself computes: the same operations of the sheet in the same
    order. Each runs as a call that stands where the operation is written, which is how `steps`
    finds its place; Python's own arithmetic has no part in it.

    >>> from autograd_mini import steps
    >>> from autograd_mini.expressions import parse
    >>> recorded = steps(as_function(parse("(a + b)**2")), 1.0, 2.0)
    >>> recorded.places[2]
    Place(source=0, line=0, column=1, end_line=0, end_column=6)
    """
    known: dict[str, Any] = {}
    return compiled(expression, _calls(expression.tree, expression.source, known), known, name)


def compiled(
    expression: Expression, tree: ast.expr, known: dict[str, Any], name: str
) -> Callable[..., Any]:
    """A function of the expression's names that runs a tree as Python, as if the text were its."""
    linecache.cache[FILE] = (len(expression.source), None, [f"{expression.source}\n"], FILE)
    code = compile(ast.Expression(tree), FILE, "eval").replace(co_name=name)
    names, space = expression.names, {**known, "__builtins__": {}}
    return lambda *values: eval(code, {**space, **dict(zip(names, values, strict=True))})


def _calls(node: ast.expr, source: str, known: dict[str, Any]) -> ast.expr:
    """The calls that `expressions` makes for a node; what is called goes into `known`.

    The names in `known` are no identifiers, so that no name of the expression can be one of them.
    """
    match node:
        case ast.Constant(value=number):
            return ast.copy_location(ast.Constant(float(number)), node)  # type: ignore[arg-type]
        case ast.Name(id=name):
            number = expressions.CONSTANTS.get(name)
            return node if number is None else ast.copy_location(ast.Constant(number), node)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _calls(operand, source, known)
        case ast.Compare(left=left, ops=[relation], comparators=[right]):
            what: Any = _COMPARISONS[type(relation)]
            called, parts = f"compare {type(relation).__name__}", [left, right]
        case _:
            op, parts = _operation(node, source)
            called, what = f"op {op.name}", _call(op)
    known[called] = what
    function = ast.copy_location(ast.Name(called, ast.Load()), node)
    return ast.copy_location(
        ast.Call(function, [_calls(part, source, known) for part in parts], []), node
    )


def _operation(node: ast.expr, source: str) -> tuple[Op, list[ast.expr]]:
    """The operation of the sheet that a node stands for, and its arguments."""
    match node:
        case ast.UnaryOp(operand=operand):
            return SHEET["neg"], [operand]
        case ast.BinOp(left=left, op=operator, right=right):
            return SHEET[expressions._OPERATORS[type(operator)]], [left, right]
        case ast.Call(func=ast.Name(id=name)):
            return expressions._call(node, name, source)
    raise TypeError(f"no operation: {ast.dump(node):.60}")


def _call(op: Op) -> Callable[..., Any]:
    if op.vectors:
        return lambda *parts: apply(op, parts)
    return lambda *parts: apply(op, *parts)
