"""Writes, for each operation, one Python function that does `apply`'s work for floats.

`value.apply` is the definition: it takes any kind of number, constants, subclasses, and explains
what is wrong. Nearly every call is on Values that hold floats, though, and for these the sheet's
formulas are pasted into a function that computes, checks and records without calling anything; it
hands all else to `apply`. Both give the same bits (tests/test_fast.py); the gain is measured in
tests/benchmarks. A function is compiled when it is first called.
"""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from autograd_mini.formulas.printer import PYTHON, Text, given, written
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import Op

from . import spare
from .rule import GENERATED, namespace_of, run

_LARGEST = sys.float_info.max
FINITE = f"-{_LARGEST!r} <= out <= {_LARGEST!r}"  # numbers in place of names to look up


def function(op: Op, apply: Callable[..., Any], node: type, *, swapped: bool = False) -> Any:
    """The function of an operation; `swapped`, for reflected operators: f(b, a) is op(a, b)."""

    def compile_first(*args: Any) -> Any:
        namespace.update(namespace_of(op, FLOAT))
        run(source(op, swapped), namespace)
        made.__code__ = namespace["made"].__code__
        return made(*args)

    namespace: dict[str, Any] = {
        "apply": apply,
        "op": op,
        "compile_first": compile_first,
        "_sum": sum,
        **spare.namespace(node),
    }
    params = op.params[::-1] if swapped else op.params
    defaults = tuple(op.defaults[p] for p in params if p in op.defaults)
    made = FunctionType(
        _first_call(len(params)).replace(co_varnames=params), namespace, op.name, defaults
    )
    made.__qualname__ = op.name
    return made


@cache
def _first_call(count: int) -> CodeType:
    """The code of a function of so many parameters that calls `compile_first`."""
    names = ", ".join(f"x{i}" for i in range(count))
    text = f"lambda {names}: compile_first({names})"
    return eval(compile(text, GENERATED, "eval")).__code__  # type: ignore[no-any-return]


def source(op: Op, swapped: bool = False) -> str:
    """The Python text of the function: of an argument `a`, the number is `_a`.

    >>> from autograd_mini.ops import SHEET
    >>> print(source(SHEET["mul"]).partition("    if __spare")[0])
    def made(a, b):
        try:
            if b.__class__ is Value:
                _a = a.data
                _b = b.data
                if _a.__class__ is float and _b.__class__ is float:
                    out = (_a * _b)
                    if -1.7976931348623157e+308 <= out <= 1.7976931348623157e+308:
    <BLANKLINE>
    """
    params = op.params[::-1] if swapped else op.params
    head = ", ".join(f"{p}={op.defaults[p]!r}" if p in op.defaults else p for p in params)
    call = f"apply(op, {', '.join(op.params)})"
    lines = _of_vectors(op, call) if op.vectors else _of_scalars(op, swapped)
    if lines:
        caught = "(AttributeError, ArithmeticError, IndexError, TypeError, ValueError)"
        lines = [*_block("try:", lines), *_block(f"except {caught}:", ["pass"])]
    return "\n".join(_block(f"def made({head}):", [*lines, f"return {call}"])) + "\n"


def _block(head: str, lines: Iterable[str]) -> list[str]:
    return [head, *(f"    {line}" for line in lines)]


def _of_scalars(op: Op, swapped: bool) -> list[str]:
    one, *rest = op.params
    if not rest:
        return _case(op, (one,))
    if op.defaults.keys() >= {*rest}:  # such as leaky_relu(a, slope=0.01): the rest is constant
        tests = " and ".join(f"{p}.__class__ is float" for p in rest)
        return _block(f"if {tests}:", [*(f"_{p} = {p}" for p in rest), *_case(op, (one,))])
    if len(rest) > 1:
        return []
    other, constant = op.params[::-1] if swapped else op.params
    plain = f"elif {constant}.__class__ is float or {constant}.__class__ is int:"
    return [
        *_block(f"if {constant}.__class__ is Value:", _case(op, op.params)),
        *_block(plain, [f"_{constant} = float({constant})", *_case(op, (other,))]),
    ]


def _case(op: Op, active: tuple[str, ...]) -> list[str]:
    """Read the numbers, compute value and partials, record the node."""
    floats = " and ".join(f"_{p}.__class__ is float" for p in active)
    return [*(f"_{p} = {p}.data" for p in active), *_block(f"if {floats}:", recorded(op, active))]


def recorded(op: Op, active: tuple[str, ...]) -> list[str]:
    """The lines that compute op on the numbers, check the result, record and return the node."""
    python = Text(PYTHON, FLOAT.number, lambda name: f"_{name}" if name in op.params else name)
    keys = [f"d{op.params.index(p)}" for p in active]
    finite = FINITE + " and out.__class__ is float" * bool(op.vectors)  # max may be a Fraction
    made = "op" if active == op.params else f"(op, None, ({', '.join(op.params)},))"
    fields = {"data": "out", "grad": "0.0", "made": made}
    fields |= dict(zip(("first", "second"), [*active, "None"], strict=False))
    partials = [*(written(op, key, python) for key in keys), "None"]
    fields |= dict(zip(("dfirst", "dsecond"), partials, strict=False))
    node = [*spare.made("node"), *(f"node.{name} = {text}" for name, text in fields.items())]
    return [
        *(f"{name} = {text}" for name, text in given(op, ["value", *keys], python)),
        f"out = {written(op, 'value', python)}",
        *_block(f"if {finite}:", [*node, "return node"]),
    ]


def _of_vectors(op: Op, call: str) -> list[str]:
    """Vectors of Values; the second vector may hold plain numbers, as in dot(weights, inputs).

    `sum(a).__class__ is float` tells in C speed that no Fraction, mpf or complex is among them.
    """
    if len(op.params) > 2 or op.vectors < {*op.params}:
        return []
    one, *rest = op.params
    lines = []
    for p in op.params:
        lines += [f"if {p}.__class__ is list: {p} = tuple({p})"]
        lines += [f"elif {p}.__class__ is not tuple: return {call}"]
    lines += [f"_{one} = tuple([v.data for v in {one}])"]
    floats = f"if _sum(_{one}).__class__ is float"
    if not rest:
        return [*lines, *_block(f"{floats}:", recorded(op, (one,)))]
    two = rest[0]
    both = _block(f"{floats} and _sum(_{two}).__class__ is float:", recorded(op, (one, two)))
    plain = _block(f"{floats}:", recorded(op, (one,)))
    numbers = f"_{two} = tuple([v.data for v in {two}])"
    cases = _block(f"if {two}[0].__class__ is Value:", [numbers, *both])
    cases += _block(f"elif _sum({two}).__class__ is float:", [f"_{two} = {two}", *plain])
    return [*lines, *_block(f"if len({one}) == len({two}):", cases)]
