"""The formulas of the sheet as JavaScript, so that a page can compute with other numbers.

    const ops = (() => { ...; return {"mul": {"params": ["a", "b"], value: (a$, b$) => (a$ * b$),
        partials: [(a$, b$, out$) => b$, (a$, b$, out$) => a$]}, ...}; })();

A partial by a vector is the array of the partials by its elements. JavaScript has no errors for
numbers: where Python refuses, `value` is not finite.
"""

import json
import re
from collections.abc import Iterable
from functools import cache

from autograd_mini.formulas.grammar import PRIMITIVES, functions_in
from autograd_mini.formulas.printer import PYTHON, Text, given, written
from autograd_mini.ops import SHEET, Op

from .document import asset

# Primitives that JavaScript has; `where`, `below` and `exp2` are operators there.
_MATH = (
    "exp expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh"
    " acosh atanh hypot abs floor ceil"
)


def source(ops: Iterable[Op], *, kinks: bool = False) -> str:
    """`const ops = ...;`: an object with the value and the partials of each of these operations.

    With it come the functions that they call, and no others. A user's operation is like any other.
    With `kinks` also what is 0 where the derivative jumps.
    """
    wanted = sorted({op.name: op for op in ops}.values(), key=lambda op: op.name)
    defined: dict[str, str] = {}
    for op in wanted:
        _define(op, defined)
    text = "\n".join([*defined.values(), "return {", *(_entry(op, kinks) for op in wanted), "};"])
    return "\n".join(["const ops = (() => {", *_primitives(text), text, "})();"])


def _define(op: Op, defined: dict[str, str]) -> None:
    """The value of op as a function of its own, after those that its formulas call."""
    formulas = ("value", *op.given, *(f"d{k}" for k in range(len(op.params))))
    called = set().union(*(functions_in(op.trees[key]) for key in formulas))
    if op.name not in defined:
        defined[op.name] = ""  # comes after what it calls
        for name in sorted(called - PRIMITIVES):
            _define(SHEET[name], defined)
        del defined[op.name]
        defined[op.name] = f"const op${op.name} = {_function(op, 'value')};"


def _entry(op: Op, kinks: bool) -> str:
    partials = "".join(f"{_function(op, f'd{k}')},\n" for k in range(len(op.params)))
    jumps = ", ".join(_function(op, f"kink {k}") for k in range(len(op.kinks)))
    head = f"{json.dumps(op.name)}: {{params: {json.dumps(op.params, ensure_ascii=False)}"
    more = f", kinks: [{jumps}]" if kinks and jumps else ""
    return f"{head}, value: op${op.name}, partials: [\n{partials}]{more}}},"


def _function(op: Op, key: str) -> str:
    """One formula as an arrow function of the arguments, and of `out` for a partial."""
    usual = {p: f" = {_number(x)}" for p, x in op.defaults.items() if key == "value"}
    params = [_name(p) + usual.get(p, "") for p in op.params]
    head = f"({', '.join(params if key == 'value' else [*params, 'out$'])}) => "
    constants = "".join(f"const {name} = {text}; " for name, text in given(op, [key], _SCRIPT))
    text = written(op, key, _SCRIPT)
    return f"{head}{{ {constants}return {text}; }}" if constants else head + text


def _number(value: float) -> str:
    """The shortest text that reads back as the same float, with whole numbers as such."""
    return repr(value).removesuffix(".0").replace("inf", "Infinity")


def _name(name: str) -> str:
    if name.endswith("_i"):
        return f"{_name(name[:-2])}[$]"
    # No word of JavaScript's ends so; n is the length of the vectors.
    return {"pi": "Math.PI", "n": "n"}.get(name, f"{name}$")


_SCRIPT = Text(
    {
        **PYTHON,
        **{name: f"Math.{name}({{parts}})" for name in _MATH.split()},
        "%": "mod({0}, {1})",
        "//": "floordiv({0}, {1})",
        "==": "({0} === {1})",
        "!=": "({0} !== {1})",
        "where": "({0} ? {1} : {2})",
        "truth": "{0} !== 0",  # which holds of nan too
        "below": "({0} < {1})",
        "exp2": "(2 ** {0})",
        "unsigned": "Math.abs({0})",
        "op": "op${name}({parts})",
        "length": "{0}.length",
        "each": "{3}.map((_, $) => {0})",
        "each of several": "{3}.map((_, $) => {0})",
        "the same for each": "{3}.map(() => {0})",
    },
    _number,
    _name,
)


# --- what JavaScript lacks -----------------------------------------------------------------------
@cache
def _definitions() -> dict[str, str]:
    """The definitions of primitives.js, without its comments."""
    lines = [x for x in asset("primitives.js").splitlines() if not x.startswith("//")]
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
