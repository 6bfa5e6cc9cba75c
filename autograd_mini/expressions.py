"""Expressions such as `x*exp(-x**2)+y`, read from text: only operations of the sheet run.

Python's own parser makes the syntax tree, so precedence is the one that Python users know; the walk
over the tree below knows numbers, names, `+ - * / **`, the functions of the formula sheet, and
nothing else. What runs are calls of the sheet's operations alone, one for each node of the tree.
"""

from __future__ import annotations

import ast
import linecache
import math
import re
import unicodedata
from collections import deque
from collections.abc import Callable
from keyword import iskeyword
from operator import ge, gt, le, lt
from types import CodeType, FunctionType
from typing import Any

from . import language
from .errors import AutogradError
from .files import unwarned
from .ops import SHEET, Op
from .value import apply

FILE = "<expression>"
_files: deque[str] = deque(maxlen=1000)  # whose text is kept for linecache
CONSTANTS = {"pi": math.pi, "e": math.e}
LONGEST = 10_000  # characters
DEEPEST = 200  # levels of the syntax tree: each one costs a call when it is compiled

_OPERATORS: dict[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_OPERATORS |= {ast.Pow: "pow", ast.Mod: "mod", ast.FloorDiv: "floordiv"}
_COMPARISONS: dict[type, Any] = {ast.Lt: lt, ast.LtE: le, ast.Gt: gt, ast.GtE: ge}
_KINDS: dict[type, str] = {ast.Attribute: "attribute", ast.Call: "call", ast.Tuple: "comma"}
_KINDS |= {ast.Compare: "comparison", ast.IfExp: "condition", ast.BoolOp: "condition"}
_PUNCTUATION = frozenset("+-*/%().,<>= ")
# What people write for what Python's grammar calls otherwise.
INSTEAD = {"^": "**", "÷": "/", "²": "**2", "³": "**3", "π": "pi"}
INSTEAD |= dict.fromkeys("×·⋅", "*") | dict.fromkeys("−–", "-")
_NAMES = """ln:log lg:log10 sen:sin tg:tan arcsin:asin arcsen:asin arccos:acos arctan:atan
arctg:atan arctan2:atan2 arsinh:asinh arcosh:acosh artanh:atanh logistic:sigmoid swish:silu
fabs:abs sgn:sign power:pow raiz:sqrt raíz:sqrt σ:sigmoid senh:sinh
tgh:tanh arcsinh:asinh arccosh:acosh arctanh:atanh deg2rad:radians rad2deg:degrees"""
OTHER_NAMES = dict(pair.split(":") for pair in _NAMES.split())


class ExpressionError(AutogradError, ValueError):
    """An expression cannot be read; `start` and `end` are the columns of what is wrong.

    The text is English; `text(lang)` gives it in Spanish too.
    """

    def __init__(
        self, key: str, source: str = "", start: int = 0, end: int = 0, /, **values: object
    ) -> None:
        self.key, self.source, self.start, self.end = key, source, start, max(end, start + 1)
        self.values = values
        super().__init__(self.text("en"))

    def text(self, lang: str) -> str:
        """The sentence, then the expression with the place marked below it."""
        sentence = language.text(f"expression.{self.key}", lang, **self.values)
        return f"{sentence}\n{marked(self.source, self.start, self.end)}".rstrip()


def marked(source: str, start: int, end: int, width: int = 70) -> str:
    """The source, or as much of it as fits, and a line of carets below columns start to end."""
    left = max(0, min(start - width // 2, len(source) - width))
    shown = "".join(c if c.isprintable() else "?" for c in source[left : left + width])
    carets = "^" * max(1, min(end - left, width, len(shown) + 1) - (start - left))
    return f"  {shown}\n  {' ' * (start - left)}{carets}" if source else ""


class Expression:
    """An expression that has been read; call it with a number or a Value for each of its names.

    The result is a Value if any of them is one, else a plain number.

    >>> f = parse("x*exp(-x**2)+y")
    >>> f.names
    ('x', 'y')
    >>> from autograd_mini import Value
    >>> x, y = Value(0.5, label="x"), Value(2.0, label="y")
    >>> f(x=x, y=y).backward()
    >>> x.grad == (1 - 2 * 0.25) * math.exp(-0.25), y.grad      # (1 - 2x^2) exp(-x^2), and 1
    (True, 1.0)

    Raises TypeError unless there is exactly one value for each name; DomainError and the other
    errors of the engine, with a note on the place, where there is no such number.
    """

    def __init__(self, source: str, tree: ast.expr, apply: Callable[..., Any]) -> None:
        self.source, self._apply = source, apply
        self._met: dict[str, int] = {}  # name -> column where it first stands
        # What the code calls: Python's own arithmetic has no part in it. The names are no
        # identifiers, so no name of the expression is one of them.
        self._known: dict[str, Any] = {"__builtins__": {}}
        root = [tree]
        level = [(root, 0)]  # where the nodes stand that are to be read
        for _ in range(DEEPEST):
            below = []
            for nodes, i in level:
                nodes[i], parts = self._read(nodes[i])
                below += [(parts, k) for k in range(len(parts))]
            level = below
        if level:
            raise ExpressionError("deep", deepest=DEEPEST)
        self.names = tuple(sorted(self._met, key=self._met.__getitem__))
        made: Any = ast.parse(f"lambda {', '.join(self.names)}: 0", mode="eval")
        made.body.body = root[0]
        code: CodeType = eval(compile(made, FILE, "eval")).__code__
        self._code = code.replace(co_qualname=source)

    def __call__(self, /, **values: object) -> Any:
        """The value at these numbers."""
        return FunctionType(self._code, self._known)(**values)

    def function(self, name: str = "y") -> Callable[..., Any]:
        """A function of the expression's names in their order, called `name`, with its text.

        Each operation runs as a call that stands where the operation is written, which is how
        `steps` finds its place.

        >>> from autograd_mini import steps
        >>> recorded = steps(parse("(a + b)**2").function(), 1.0, 2.0)
        >>> recorded.places[2]
        Place(source=0, line=0, column=1, end_line=0, end_column=6)
        """
        file = f"<{self.source}>/{FILE}"  # where linecache, and with it inspect, looks for the text
        if file not in linecache.cache:
            linecache.cache.pop(_files[0] if len(_files) == _files.maxlen else file, None)
            _files.append(file)
            linecache.cache[file] = (len(self.source), None, [f"{self.source}\n"], file)
        return FunctionType(self._code.replace(co_name=name, co_filename=file), self._known)

    def __reduce__(self) -> tuple[Callable[[str], Expression], tuple[str]]:
        return parse, (self.source,)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    # --- reading ---------------------------------------------------------------------------------
    def _read(self, node: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
        """What runs in place of a node that is allowed, and its parts, still to be read."""
        what, parts = self._does(node)
        made: ast.expr = node
        if callable(what):
            function = ast.Name(f"call {len(self._known)}", ast.Load())
            self._known[function.id] = what
            made = ast.Call(ast.copy_location(function, node), parts, [])
        elif what is not None:
            made = ast.Constant(what)
        return ast.copy_location(made, node), parts

    def _does(self, node: ast.expr) -> tuple[Any, list[ast.expr]]:
        """What a node does with its parts, or its number; None for a name."""
        match node:
            case ast.Constant(value=bool() | None):
                raise self._error("name", node, name=str(node.value))
            case ast.Constant(value=int() | float() as number):
                if number > 1.7976931348623157e308:
                    raise self._error("large", node)
                return float(number), []
            case ast.Name(id=name):
                if name in SHEET:
                    raise self._error("function", node, name=name, signature=SHEET[name].signature)
                if name == "__debug__":  # True, whatever it is given
                    raise self._error("reserved", node, name=name)
                if name not in CONSTANTS:
                    self._met[name] = min(node.col_offset, self._met.get(name, node.col_offset))
                return CONSTANTS.get(name), []
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._applied(SHEET["neg"], node), [operand]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return (lambda x: x), [operand]
            case ast.BinOp(left=left, op=sign, right=right):
                if type(sign) not in _OPERATORS:
                    raise self._error("operator", node)
                return self._applied(SHEET[_OPERATORS[type(sign)]], node), [left, right]
            case ast.Call(func=ast.Name(id=name)):
                op, parts = self._called(node, name)
                does, first = self._applied(op, node), parts[0]
                if op.name == "where" and isinstance(first, ast.Compare):
                    compared = _COMPARISONS.get(type(first.ops[0]))
                    if len(first.ops) > 1 or compared is None:
                        raise self._error("comparison", first)
                    parts[:1] = [first.left, *first.comparators]
                    return (lambda a, b, *other: does(compared(a, b), *other)), parts
                return does, parts
        raise self._error(_KINDS.get(type(node), "syntax"), node)

    def _called(self, node: ast.Call, name: str) -> tuple[Op, list[ast.expr]]:
        """The operation that is called, and its arguments in order."""
        op = SHEET.get(name)
        if op is None:
            from difflib import get_close_matches

            plain = name.lower()
            near = [plain] if plain in SHEET else get_close_matches(plain, SHEET, n=3, cutoff=0.55)
            closest = OTHER_NAMES.get(plain) or ", ".join(near)
            key = "unknown.near" if closest else "unknown"
            raise self._error(key, node.func, name=name, closest=closest)
        arguments = list(node.args)
        for argument in arguments:
            if isinstance(argument, ast.Starred):
                raise self._error("syntax", argument)
        if op.vectors:
            if len(op.params) > 1:
                raise self._error("vectors", node, signature=op.signature)
            if not arguments or node.keywords:
                raise self._error("vector", node, name=name)
            return op, arguments
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        for param in op.params[len(arguments) :]:
            default = ast.copy_location(ast.Constant(op.defaults.get(param)), node)
            if param in named or param in op.defaults:
                arguments.append(named.pop(param, default))
        if named or len(arguments) != len(op.params):
            given = len(node.args) + len(node.keywords)
            raise self._error("arguments", node, signature=op.signature, given=given)
        return op, arguments

    def _applied(self, op: Op, node: ast.expr) -> Callable[..., Any]:
        """What the operation does; its errors get a note with the place."""

        def applied(*parts: Any) -> Any:
            try:
                return self._apply(op, parts) if op.vectors else self._apply(op, *parts)
            except (AutogradError, OverflowError) as error:
                error.add_note(marked(self.source, *self._columns(node)))
                raise

        return applied

    def _error(self, key: str, node: ast.expr, /, **values: object) -> ExpressionError:
        return ExpressionError(key, self.source, *self._columns(node), **values)

    def _columns(self, node: ast.expr) -> tuple[int, int]:
        """Where a node is, in characters; Python counts in bytes of UTF-8."""
        data = self.source.encode()
        return len(data[: node.col_offset].decode()), len(data[: node.end_col_offset].decode())


def parse(source: str, apply: Callable[..., Any] = apply) -> Expression:
    """Read an expression.

    It may hold numbers, names, the constants pi and e, `+ - * / **`, parentheses, the functions of
    the sheet (those of a vector take its numbers one by one: `max(a, b, c)`), and a comparison as
    the condition of `where(x > 0, x, 0)`. `apply(op, *numbers)` computes an operation.

    Raises ExpressionError (a ValueError) for anything else, with the place of it; TypeError if
    `source` is no text.

    >>> parse("2*y + sin(x)").names
    ('y', 'x')
    >>> parse("x.__class__")
    Traceback (most recent call last):
    autograd_mini.expressions.ExpressionError: no attributes: a dot is only part of a number
      x.__class__
      ^^^^^^^^^^^
    """
    if not isinstance(source, str):
        raise TypeError(f"an expression is text (str), got {type(source).__name__}")
    source = source.strip().translate({ord(c): " " for c in "\t\n\r"})
    if not source:
        raise ExpressionError("empty")
    if len(source) > LONGEST:
        raise ExpressionError("long", length=len(source), longest=LONGEST)
    for i, c in enumerate(source):
        if c in INSTEAD:
            raise ExpressionError("instead", source, i, c=c, instead=INSTEAD[c])
        if c not in _PUNCTUATION and not f"a{c}".isidentifier():
            raise ExpressionError("character", source, i, c=c if c.isprintable() else repr(c)[1:-1])
    try:
        with unwarned():  # Python's advice on odd literals is not for our users
            tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise _syntax_error(source, error) from None
    except (RecursionError, MemoryError):
        raise ExpressionError("deep", deepest=DEEPEST) from None
    return Expression(source, tree, apply)


def _syntax_error(source: str, error: SyntaxError) -> ExpressionError:
    at = min(max((error.offset or 1) - 1, 0), len(source))
    said = error.msg.lower()
    for word in re.finditer(r"\w+", source):
        if iskeyword(word[0]):
            return ExpressionError("reserved", source, *word.span(), name=word[0])
    if "limit" in said:
        return ExpressionError("large", source, at)
    if "literal" in said:
        return ExpressionError("literal", source, at)
    if "nested parentheses" in said:
        return ExpressionError("deep", deepest=DEEPEST)
    if "never closed" in said or "unmatched" in said:
        return ExpressionError("parenthesis", source, at, c=source[at])
    if at >= len(source) or source[-1] in "+-*/%.(,<>=":
        return ExpressionError("unfinished", source, len(source))
    if "==" not in source and ("assign" in said or source[at] == "="):
        return ExpressionError("equals", source, source.index("="))
    return ExpressionError("syntax", source, at, (error.end_offset or at + 2) - 1)


def assignments(pairs: list[str], names: tuple[str, ...]) -> dict[str, float]:
    """`["x=0.5", "y=2"]` as numbers, one for each of the names, in their order.

    Raises ExpressionError for what is no `name=number`, for a name given twice, one that is
    missing or one that the expression does not have.

    >>> assignments(["y=2", "x=0.5"], ("x", "y"))
    {'x': 0.5, 'y': 2.0}
    """
    given: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())
        if not equals or not name.isidentifier():
            raise ExpressionError("pair", pair=language.shortened(pair))
        if name in given:
            raise ExpressionError("twice", name=name)
        if name in CONSTANTS:
            raise ExpressionError("constant", name=name, number=CONSTANTS[name])
        given[name] = _number(name, text.strip())
    if missing := [name for name in names if name not in given]:
        raise ExpressionError("missing", names=", ".join(missing), example=f"{missing[0]}=1")
    if extra := [name for name in given if name not in names]:
        has = ", ".join(names)
        raise ExpressionError("extra" if has else "extra.none", names=", ".join(extra), has=has)
    return {name: given[name] for name in names}


def _number(name: str, text: str) -> float:
    key, shown = "finite", language.shortened(text)
    try:
        if math.isfinite(number := float(text)):
            return number
    except ValueError:
        key = "decimal" if re.fullmatch(r"[+-]?\d*,\d*", text) else "number"
    raise ExpressionError(key, name=name, text=shown, instead=shown.replace(",", "."))
