"""The formulas of the sheet as JavaScript, so that a page can compute with other numbers.

    const ops = (() => { ...; return {"mul": {"params": ["a", "b"], value: (a, b) => (a * b),
        partials: [(a, b, out) => b, (a, b, out) => a]}, ...}; })();

A partial by a vector is the array of the partials by its elements. JavaScript has no errors for
numbers: where Python refuses, `value` is not finite.
"""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.formulas.grammar import PRIMITIVES, Renderer, walk
from autograd_mini.ops import SHEET, element_names
from autograd_mini.rules.rule import needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.ops import Op

# Primitives that JavaScript has; `where`, `below` and `exp2` are operators there.
_MATH = frozenset(
    "exp expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh"
    " acosh atanh hypot abs floor ceil".split()
)
# Names of arguments that mean something else in JavaScript, or in the text that is made here.
_RESERVED = frozenset(
    "Infinity Math NaN arguments await break case catch class const continue debugger default"
    " delete do else enum eval export extends false finally for function if implements import in"
    " instanceof interface let new null package private protected public return static super"
    " switch this throw true try typeof undefined var void while with yield".split()
)


def source(ops: Iterable[Op]) -> str:
    """`const ops = ...;`: an object with the value and the partials of each of these operations.

    With it come the functions that they call, and no others. A user's operation is like any other.

    >>> print(source([SHEET["softsign"]]))
    const ops = (() => {
    const op$softsign = (a) => (a / (1 + Math.abs(a)));
    return {
    "softsign": {params: ["a"], value: op$softsign, partials: [
    (a, out) => { const r = (1 / (1 + Math.abs(a))); return (r * r); },
    ]},
    };
    })();
    """
    wanted = sorted({op.name: op for op in ops}.values(), key=lambda op: op.name)
    defined: dict[str, str] = {}
    for op in wanted:
        _define(op, defined)
    entries = [_entry(op) for op in wanted]
    text = "\n".join([*defined.values(), "return {", *entries, "};"])
    return "\n".join(["const ops = (() => {", *_primitives(text), text, "})();"])


def _define(op: Op, defined: dict[str, str]) -> None:
    """The value of op as a function of its own, after those that its formulas call."""
    called = {
        part.func.id  # type: ignore[attr-defined]  # parse() lets only names be called
        for tree in op.trees.values()
        for part in walk(tree)
        if isinstance(part, ast.Call)
    }
    if op.name not in defined:
        defined[op.name] = ""  # comes after what it calls
        for name in sorted(called - PRIMITIVES):
            _define(SHEET[name], defined)
        del defined[op.name]
        defined[op.name] = f"const op${op.name} = {_function(op, 'value')};"


def _entry(op: Op) -> str:
    partials = "".join(f"{_function(op, f'd{k}')},\n" for k in range(len(op.params)))
    head = f"{json.dumps(op.name)}: {{params: {json.dumps(op.params, ensure_ascii=False)}"
    return f"{head}, value: op${op.name}, partials: [\n{partials}]}},"


def _function(op: Op, key: str) -> str:
    """One formula as an arrow function of the arguments, and of `out` for a partial."""
    params = [
        _name(p) + (f" = {_number(op.defaults[p])}" if p in op.defaults and key == "value" else "")
        for p in op.params
    ]
    head = f"({', '.join(params if key == 'value' else [*params, 'out'])}) => "
    names = needed(op, [key])
    given = [f"const {_name(name)} = {_rendered(op, name)}; " for name in op.given if name in names]
    if op.vectors and "n" in names:
        vector = next(p for p in op.params if p in op.vectors)
        given.insert(0, f"const n = {_name(vector)}.length; ")
    text = _rendered(op, key)
    return f"{head}{{ {''.join(given)}return {text}; }}" if given else head + text


def _rendered(op: Op, key: str) -> str:
    """One formula; on elements `a_i` it becomes an array."""
    tree = op.trees[key]
    text = _script(tree)
    elements = element_names(tree)
    if isinstance(tree, ast.Name) and elements:  # "b_i": the vector itself
        return _name(elements[0][:-2])
    if elements:
        return f"{_name(elements[0][:-2])}.map((_, $) => {text})"
    if key[0] == "d" and key[1:].isdigit() and (param := op.params[int(key[1:])]) in op.vectors:
        return f"{_name(param)}.map(() => {text})"
    return text


def _number(value: float) -> str:
    """The shortest text that reads back as the same float, with whole numbers as such."""
    text = repr(float(value)).removesuffix(".0")
    return {"inf": "Infinity"}.get(text, text)


def _name(name: str) -> str:
    if name.endswith("_i"):
        return f"{_name(name[:-2])}[$]"
    if name == "pi":
        return "Math.PI"
    return f"{name}$" if name in _RESERVED else name


class _Script(Renderer):
    """Renders a formula as JavaScript."""

    def __call__(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return _name(name)
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
                sign = "===" if isinstance(op, ast.Eq) else "!=="
                return f"({self(left)} {sign} {self(right)})"
            case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
                return f"({self.condition(condition)} ? {self(yes)} : {self(no)})"
            case ast.Call(func=ast.Name(id="below"), args=[left, right]):
                return f"({self(left)} < {self(right)})"
            case ast.Call(func=ast.Name(id="exp2"), args=[power]):
                return f"(2 ** {self(power)})"
            case ast.Call(func=ast.Name(id=name), args=args):
                called = "Math.abs" if name == "unsigned" else name
                called = f"Math.{name}" if name in _MATH else called
                called = called if name in PRIMITIVES else f"op${name}"
                return f"{called}({', '.join(map(self, args))})"
        return super().__call__(node)

    def condition(self, node: ast.expr) -> str:
        """A condition; that of a number is "not 0", which holds of nan too."""
        match node:
            case ast.Compare() | ast.Call(func=ast.Name(id="below")):
                return self(node)
        return f"{self(node)} !== 0"


_script = _Script(_number)


# --- what JavaScript lacks -----------------------------------------------------------------------
@cache
def _definitions() -> dict[str, str]:
    """The definitions of primitives.js, without its comments."""
    text = (Path(__file__).parent / "assets" / "primitives.js").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("//")]
    blocks = re.split(r"^(?=const )", "\n".join(lines), flags=re.MULTILINE)[1:]
    return {block.split()[1]: block.strip() for block in blocks}


def _primitives(text: str) -> list[str]:
    """The definitions that a text needs, and those that these need, in the order of the file."""
    definitions = _definitions()
    wanted: set[str] = set()
    new = _words(text) & definitions.keys()
    while new:
        wanted |= new
        new = {name for w in new for name in _words(definitions[w]) & definitions.keys()} - wanted
    return [block for name, block in definitions.items() if name in wanted]


def _words(text: str) -> set[str]:
    """The names in a text that are no properties: not `Math.max`."""
    return set(re.findall(r"(?<![\w.$])[A-Za-z_]\w*", text))
