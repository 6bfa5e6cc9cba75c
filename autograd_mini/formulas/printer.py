"""The one walk over a formula. A printer says how numbers, names and operations are written.

`Text` prints by templates: `{0}`, `{1}` are the parts that are printed already. PYTHON are those of
Python; a kind of number replaces some (its division, its comparisons), and another language is
another handful. `written` and `given` print what an operation's line of the sheet holds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from .grammar import PRIMITIVES, SIGNS, names_in

if TYPE_CHECKING:
    from autograd_mini.ops import Op

T = TypeVar("T")


class Printer(Generic[T]):
    """Prints a formula from its leaves to its root."""

    number: Callable[[float], T]  # of a constant
    name: Callable[[str], T]  # of a variable
    apply: Callable[..., T]  # of an operator, as `+` and `neg`, a function, the `truth` of a number

    def __call__(self, node: ast.expr) -> T:
        """The formula, printed."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return self.number(value)
            case ast.Name(id=name):
                return self.name(name)
            case ast.UnaryOp(op=op, operand=operand):
                return self.apply(SIGNS[type(op)], self(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self.apply(SIGNS[type(op)], self(left), self(right))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return self.apply(SIGNS[type(sign)], self(left), self(right))
            case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
                return self.apply("where", self._condition(condition), self(yes), self(no))
            case ast.Call(func=ast.Name(id=function), args=args):
                return self.apply(function, *map(self, args))
        raise TypeError(f"{ast.unparse(node)!r} is no formula")

    def _condition(self, node: ast.expr) -> T:
        match node:
            case ast.Compare() | ast.Call(func=ast.Name(id="below")):
                return self(node)
        return self.apply("truth", self(node))


class Text(Printer[str]):
    """Prints by templates; `call` and `op` are those of functions that have none of their own.

    >>> from autograd_mini.ops import SHEET
    >>> Text({**PYTHON, "**": "power({0}, {1})"})(SHEET["pow"].trees["value"])
    'power(a, b)'
    """

    def __init__(
        self,
        templates: Mapping[str, str],
        number: Callable[[float], str] = repr,
        name: Callable[[str], str] = str,
    ) -> None:
        self.templates = templates
        self.number, self.name = number, name

    def apply(self, what: str, *parts: str) -> str:
        """The template of an operation, filled in."""
        template = self.templates.get(what)
        if template is None:
            template = self.templates["call" if what in PRIMITIVES else "op"]
        return template.format(*parts, name=what, parts=", ".join(parts))


PYTHON = {
    **{sign: f"({{0}} {sign} {{1}})" for sign in SIGNS.values()},
    "neg": "(-{0})",
    "where": "({1} if {0} else {2})",
    "truth": "{0}",
    "call": "{name}({parts})",
    "op": "{name}({parts})",
    "length": "len({0})",
    "each": "tuple([{0} for {1} in {2}])",
    "each of several": "tuple([{0} for {1} in zip({2})])",
    "the same for each": "({0},) * len({2})",
}


# --- what a line of the sheet holds --------------------------------------------------------------
def written(op: Op, key: str, printer: Text) -> str:
    """One formula of an operation; one on elements `a_i` gives all of them."""
    tree = op.trees[key]
    elements = sorted(name for name in names_in(tree) if name.endswith("_i"))
    vectors = [name.removesuffix("_i") for name in elements]
    if elements and isinstance(tree, ast.Name):  # "b_i": the vector itself, shared
        return printer.name(vectors[0])
    text = printer(tree)
    if elements:
        form = "each" if len(elements) == 1 else "each of several"
    elif key[0] == "d" and key[1:].isdigit() and op.params[int(key[1:])] in op.vectors:
        form, vectors = "the same for each", [op.params[int(key[1:])]]
    else:
        return text
    listed = (", ".join(map(printer.name, names)) for names in (elements, vectors))
    return printer.templates[form].format(text, *listed, printer.name(vectors[0]))


def needed(op: Op, keys: Iterable[str]) -> set[str]:
    """The names that these formulas use, also by way of the given names."""
    names: set[str] = set()
    wanted = [*keys]
    for key in [*wanted, *reversed([*op.given])]:
        if key in wanted or key in names:
            used = names_in(op.trees[key])
            names |= used | {name[:-2] for name in used if name.endswith("_i")}
    return names


def given(op: Op, keys: Iterable[str], printer: Text) -> list[tuple[str, str]]:
    """The given names that these formulas need, in order, with what they stand for."""
    names = needed(op, keys)
    pairs = [(printer.name(k), written(op, k, printer)) for k in op.given if k in names]
    if op.vectors and "n" in names:
        vector = printer.name(next(p for p in op.params if p in op.vectors))
        pairs.insert(0, ("n", printer.templates["length"].format(vector)))
    return pairs
