"""Formulas are text: parsed once, limited to known names, then printed in any notation.

The grammar is a small part of Python's expressions: numbers, names, + - * / ** % //, one
comparison, and calls of known functions. In the formula of an operation on a vector `a`, the name
`a_i` stands for its element, and the formula is meant for every i.
"""

import ast
import math
from collections.abc import Collection
from typing import Any

from autograd_mini.errors import FormulaError

# What a formula may call besides the operations of the sheet; numbers/ gives each its meanings.
PRIMITIVES = frozenset(
    "where exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh"
    " tanh asinh acosh atanh hypot abs floor ceil erf erfc gamma lgamma digamma polygamma"
    " sum prod dot norm max min count others gap"
    " unsigned below gauss normal_cdf expdiff dsinc".split()
)
_ARGUMENTS: dict[str, tuple[int, ...]]
_ARGUMENTS = dict.fromkeys("atan2 hypot polygamma dot count gap below expdiff".split(), (2,))
_ARGUMENTS |= {"where": (3,), "sum": (1, 2)}
# Of the code that is made of the formulas; names with a _ before them are its own, too.
_VARIABLES = frozenset("out pi op apply new node Value float int tuple list len zip".split())
SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
SIGNS |= {ast.Mod: "%", ast.FloorDiv: "//", ast.USub: "neg"}
SIGNS |= {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def parse(text: str, names: Collection[str], functions: Collection[str] = PRIMITIVES) -> ast.expr:
    """Parse a formula; FormulaError if it holds anything but `names` and `functions`.

    >>> ast.unparse(parse("1/(2*out)", {"a", "out"}))
    '1 / (2 * out)'
    """
    try:
        tree = ast.parse(text.strip(), "<formula>", "eval").body
    except (SyntaxError, ValueError, AttributeError) as error:  # the last, where it is no text
        raise FormulaError(f"formula {text!r} is not an expression: {error}") from None
    for node in walk(tree):
        if problem := _problem(node, names, functions):
            raise FormulaError(f"formula {text!r}: {problem}")
    return tree


def parse_signature(
    signature: str,
) -> tuple[str, tuple[str, ...], frozenset[str], dict[str, float]]:
    """`name(a, b[], c=1)` -> name, params, vectors, defaults."""
    try:
        made: Any
        text = signature.replace("[]", ": 0") if {*signature}.isdisjoint(":*/>") else ""
        (made,) = ast.parse(f"def {text}: 0").body
        one, *rest = made.args.args
        numbers = [float(ast.literal_eval(x)) for x in made.args.defaults]
    except (AttributeError, SyntaxError, TypeError, ValueError):
        raise FormulaError(
            f"op signature {signature!r}: write it as name(a), name(a, b), name(a, b=1.0) or"
            " name(a[]) for a vector"
        ) from None
    params = tuple([each.arg for each in (one, *rest)])
    refuse_reserved(signature, params)
    if len({*map(str.lower, params)}) < len(params):
        raise FormulaError(f"op signature {signature!r}: two arguments have one name")
    vectors = frozenset(each.arg for each in (one, *rest) if each.annotation)
    defaults = dict(zip(params[len(params) - len(numbers) :], numbers, strict=True))
    return made.name, params, vectors, defaults


def refuse_reserved(signature: str, names: Collection[str], others: Collection[str] = ()) -> None:
    """Arguments and given names are variables of a Python function beside the primitives."""
    for name in names:
        taken = name in PRIMITIVES or name in _VARIABLES or name in others
        length = name == "n" and "[]" in signature
        if taken or length or name.startswith("_") or name.endswith("_i"):
            raise FormulaError(f"op {signature!r}: {name!r} has a meaning already; take another")


def walk(root: ast.expr) -> list[ast.AST]:
    """Every sub-expression; of a call, the arguments only."""
    nodes: list[ast.AST] = [root]
    for node in nodes:  # grows while it is walked
        inside = [x for x in ast.iter_child_nodes(node) if isinstance(x, ast.expr)]
        nodes += inside[1:] if isinstance(node, ast.Call) else inside
    return nodes


def _problem(node: ast.AST, names: Collection[str], functions: Collection[str]) -> str | None:
    match node:
        case ast.Name(id=name):
            if name in names:
                return None
            return f"unknown name {name!r}; known here: {', '.join(sorted(names))}"
        case ast.Constant(value=value) if value.__class__ in (int, float) and value < math.inf:
            return None
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.Compare(ops=[op]) if type(op) in SIGNS:
            return None
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in functions:
                return f"unknown function {name!r}"
            if name in PRIMITIVES and len(args) not in _ARGUMENTS.get(name, (1,)):
                return f"{name} takes {_ARGUMENTS.get(name, (1,))[0]} arguments, got {len(args)}"
            return None
    return f"{ast.unparse(node)!r} is not allowed in a formula"


def names_in(node: ast.expr) -> set[str]:
    """The variables that a formula uses."""
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}


def functions_in(node: ast.expr) -> set[str]:
    """The functions that a formula calls."""
    called = (part.func for part in walk(node) if isinstance(part, ast.Call))
    return {function.id for function in called if isinstance(function, ast.Name)}
