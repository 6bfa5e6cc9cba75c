"""Turns the formulas of an operation into Python functions for one kind of number."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from autograd_mini.formulas.grammar import PRIMITIVES, functions_in
from autograd_mini.formulas.printer import PYTHON, Text, given, written
from autograd_mini.numbers.kind import Kind
from autograd_mini.ops import SHEET, Op

GENERATED = "<autograd_mini>"  # the file of such code


class Rule(NamedTuple):
    """`value(*args)` and `partials(*args, out)`, one partial per active argument."""

    value: Callable[..., Any]
    partials: Callable[..., tuple[Any, ...]]
    source: str


def rule(op: Op, kind: Kind, active: tuple[bool, ...]) -> Rule:
    """The operation for `kind`, with partials for the active arguments only.

    So `x ** 2` at x = -3 never asks for log(-3).
    """
    key = (kind, active)
    found = op.rules.get(key)
    if found is None:
        wanted = [f"d{k}" for k, is_active in enumerate(active) if is_active]
        found = op.rules[key] = _compiled(op, kind, wanted)
    return found  # type: ignore[return-value]


def value_only(op: Op, kind: Kind) -> Callable[..., Any]:
    """The operation as a function of numbers of this kind."""
    return rule(op, kind, (False,) * len(op.params)).value


def beside(op: Op, kind: Kind, *keys: str) -> Callable[..., tuple[Any, ...]]:
    """The formulas beside the main ones, "kink 0" or "scale a", as a function of (*args, out)."""
    key = (kind, keys)
    found = op.rules.get(key)
    if found is None:
        found = op.rules[key] = _compiled(op, kind, keys).partials
    return found  # type: ignore[return-value]


def run(source: str, namespace: dict[str, Any]) -> None:
    """Run text made of the sheet, whose formulas were parsed and limited to known names.

    It has a name of its own: from Python 3.13 on, <string> is the text of `python -c`.
    """
    exec(compile(source, GENERATED, "exec"), namespace)


def _compiled(op: Op, kind: Kind, keys: Sequence[str]) -> Rule:
    params = ", ".join(op.params)
    source = (
        f"def value({params}):\n{given_lines(op, ['value'], kind)}"
        f"    return {rendered(op, 'value', kind)}\n"
        f"def partials({params}, out):\n{given_lines(op, keys, kind)}"
        f"    return ({''.join(rendered(op, key, kind) + ',' for key in keys)})\n"
    )
    namespace = namespace_of(op, kind)
    run(source, namespace)
    return Rule(namespace["value"], namespace["partials"], source)


def namespace_of(op: Op, kind: Kind) -> dict[str, Any]:
    """The primitives of the kind, and the operations of the sheet that the formulas call."""
    called = set().union(*map(functions_in, op.trees.values())) - PRIMITIVES
    return kind.namespace | {name: plain(SHEET[name], kind) for name in called}


def plain(op: Op, kind: Kind) -> Callable[..., Any]:
    """An operation of the sheet as a function of numbers, such as inside another's formula."""
    if op.name in kind.namespace:
        return kind.namespace[op.name]  # type: ignore[no-any-return]
    value = value_only(op, kind)
    defaults = [kind.convert(op.defaults[p]) for p in op.params if p in op.defaults]
    return lambda *args: value(
        *args, *defaults[len(args) - len(op.params) :] if len(args) < len(op.params) else ()
    )


@cache
def python(kind: Kind) -> Text:
    """The printer of formulas as Python for numbers of this kind."""
    return Text({**PYTHON, **kind.templates}, kind.number)


def rendered(op: Op, key: str, kind: Kind) -> str:
    """The Python source of one formula; one on elements becomes a tuple."""
    return written(op, key, python(kind))


def given_lines(op: Op, keys: Sequence[str], kind: Kind, indent: str = "    ") -> str:
    """Assignments of the given names that these formulas need, in order."""
    return "".join(f"{indent}{name} = {text}\n" for name, text in given(op, keys, python(kind)))
