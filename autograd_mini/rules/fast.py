"""Writes, for each operation, one Python function that does `apply`'s work for floats.

`value.apply` is the definition: it takes any kind of number, constants, subclasses, and explains
what is wrong. Nearly every call is on Values that hold floats, though, and for these the sheet's
formulas are pasted into a function that computes, checks and records without calling anything; it
hands all else to `apply`. Both give the same bits (tests/test_fast.py); the gain is measured in
tests/benchmarks. A function is compiled when it is first called.
"""

import sys
from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import Op

from . import spare
from .rule import GENERATED, given_lines, namespace_of, rendered, run

_LARGEST = sys.float_info.max
FINITE = f"-{_LARGEST!r} <= out <= {_LARGEST!r}"  # numbers in place of names to look up


def function(op: Op, apply: Callable[..., Any], node: type, *, swapped: bool = False) -> Any:
    """The function of an operation; `swapped`, for reflected operators: f(b, a) is op(a, b)."""

    def compile_first(*args: Any) -> Any:
        namespace.update(namespace_of(op, FLOAT))
        run(source(op, swapped), namespace)
        made.__code__ = _with_names_of_sheet(op, namespace["made"].__code__)
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


def _with_names_of_sheet(op: Op, code: CodeType) -> CodeType:
    """The code with a and _a exchanged: callers see the sheet's names, as in leaky_relu(slope=)."""
    other = {p: f"_{p}" for p in op.params} | {f"_{p}": p for p in op.params}
    return code.replace(
        co_varnames=tuple([other.get(name, name) for name in code.co_varnames]),
        co_cellvars=tuple([other.get(name, name) for name in code.co_cellvars]),
    )


def source(op: Op, swapped: bool = False) -> str:
    """The Python text of the function.

    >>> from autograd_mini.ops import SHEET
    >>> print(source(SHEET["mul"]).partition("    if __spare")[0])
    def made(_a, _b):
        try:
            if _b.__class__ is Value:
                a = _a.data
                b = _b.data
                if a.__class__ is float and b.__class__ is float:
                    out = (a * b)
                    if -1.7976931348623157e+308 <= out <= 1.7976931348623157e+308:
    <BLANKLINE>
    """
    names = [f"_{p}" for p in op.params]
    call = f"apply(op, {', '.join(names)})"
    head = ", ".join(
        f"_{p}={op.defaults[p]!r}" if p in op.defaults else f"_{p}"
        for p in (reversed(op.params) if swapped else op.params)
    )
    body = _vector_body(op, call) if op.vectors else _scalar_body(op, swapped)
    if not body:
        return f"def made({head}):\n    return {call}\n"
    return (
        f"def made({head}):\n    try:\n{body}"
        "    except (AttributeError, ArithmeticError, IndexError, TypeError, ValueError):\n"
        "        pass\n"
        f"    return {call}\n"
    )


def _scalar_body(op: Op, swapped: bool) -> str:
    one, *rest = op.params
    if not rest:
        return _case(op, (one,), 2)
    if any(p not in op.defaults for p in rest[1:]) or (
        len(rest) > 1 and rest[0] not in op.defaults
    ):
        return ""
    if rest[0] in op.defaults:  # such as leaky_relu(a, slope=0.01): the rest is constant
        tests = " and ".join(f"_{p}.__class__ is float" for p in rest)
        numbers = "".join(f"            {p} = _{p}\n" for p in rest)
        return f"        if {tests}:\n{numbers}{_case(op, (one,), 3)}"
    two = rest[0]
    other, constant = (two, one) if swapped else (one, two)
    given = f"_{constant}"
    return (
        f"        if {given}.__class__ is Value:\n{_case(op, (one, two), 3)}"
        f"        elif {given}.__class__ is float or {given}.__class__ is int:\n"
        f"            {constant} = float({given})\n{_case(op, (other,), 3)}"
    )


def _case(op: Op, active: tuple[str, ...], depth: int) -> str:
    """Read the numbers, compute value and partials, record the node."""
    indent = "    " * depth
    read = "".join(f"{indent}{p} = _{p}.data\n" for p in active)
    floats = " and ".join(f"{p}.__class__ is float" for p in active)
    return f"{read}{indent}if {floats}:\n" + record_lines(op, active, depth + 1)


def record_lines(op: Op, active: tuple[str, ...], depth: int) -> str:
    """The lines that compute op on the numbers, check the result, record and return the node."""
    keys = [f"d{op.params.index(p)}" for p in active]
    every = [f"_{p}" for p in op.params]
    made = "op" if active == op.params else f"(op, None, ({', '.join(every)},))"
    fields = {"data": "out", "grad": "0.0", "made": made}
    parents = [*(f"_{p}" for p in active), "None"]
    fields |= dict(zip(("first", "second"), parents, strict=False))
    partials = [*(rendered(op, key, FLOAT) for key in keys), "None"]
    fields |= dict(zip(("dfirst", "dsecond"), partials, strict=False))
    lines = [*spare.made("node"), *(f"node.{name} = {text}" for name, text in fields.items())]
    indent = "    " * depth
    text = given_lines(op, ["value", *keys], FLOAT, indent)
    text += f"{indent}out = {rendered(op, 'value', FLOAT)}\n{indent}if {FINITE}:\n"
    return text + "".join(f"{indent}    {line}\n" for line in [*lines, "return node"])


def _vector_body(op: Op, call: str) -> str:
    """Vectors of Values; the second vector may hold plain numbers, as in dot(weights, inputs).

    `sum(a).__class__ is float` tells in C speed that no Fraction, mpf or complex is among them.
    """
    if len(op.params) > 2 or op.vectors < {*op.params}:
        return ""
    one, *rest = op.params
    indent = "        "
    text = "".join(
        f"{indent}if _{p}.__class__ is list: _{p} = tuple(_{p})\n"
        f"{indent}elif _{p}.__class__ is not tuple: return {call}\n"
        for p in op.params
    )
    text += f"{indent}{one} = tuple([v.data for v in _{one}])\n"
    if not rest:
        return text + f"{indent}if _sum({one}).__class__ is float:\n" + record_lines(op, (one,), 3)
    two = rest[0]
    return (
        text
        + f"{indent}if len(_{one}) == len(_{two}):\n"
        + f"{indent}    if _{two}[0].__class__ is Value:\n"
        + f"{indent}        {two} = tuple([v.data for v in _{two}])\n"
        + f"{indent}        if _sum({one}).__class__ is float and _sum({two}).__class__ is float:\n"
        + record_lines(op, (one, two), 5)
        + f"{indent}    elif _sum(_{two}).__class__ is float:\n"
        + f"{indent}        {two} = _{two}\n"
        + f"{indent}        if _sum({one}).__class__ is float:\n"
        + record_lines(op, (one,), 5)
    )
