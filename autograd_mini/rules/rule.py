"""Turns the formulas of an operation into Python functions for one kind of number."""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd_mini.formulas.grammar import PRIMITIVES, functions_in
from autograd_mini.formulas.printer import PYTHON, Text, given, written
from autograd_mini.numbers.kind import Kind
from autograd_mini.ops import SHEET, Op

GENERATED = "<autograd_mini>"  # the file of such code


class Rule(NamedTuple):
    """`value(*args)`, and `partials(*args, out)`: what the formulas besides the value's give."""

    value: Callable[..., Any]
    partials: Callable[..., tuple[Any, ...]]
    source: str


def rule(op: Op, kind: Kind, active: tuple[bool, ...] = (), beside: tuple[str, ...] = ()) -> Rule:
    """The operation for `kind`, with partials for the active arguments only.

    So `x ** 2` at x = -3 never asks for log(-3). `beside`: other formulas, "kink 0" or "scale a".
    """
    key = (kind, active, beside)
    found = op.rules.get(key)
    if found is None:
        keys = [*(f"d{k}" for k, is_active in enumerate(active) if is_active), *beside]
        params, python = ", ".join(op.params), Text({**PYTHON, **kind.templates}, kind.number)

        def shared(*keys: str) -> str:
            return "".join(f"    {name} = {text}\n" for name, text in given(op, keys, python))

        source = (
            f"def value({params}):\n{shared('value')}    return {written(op, 'value', python)}\n"
            f"def partials({params}, out):\n{shared(*keys)}"
            f"    return ({''.join(written(op, key, python) + ',' for key in keys)})\n"
        )
        namespace = namespace_of(op, kind)
        run(source, namespace)
        found = op.rules[key] = Rule(namespace["value"], namespace["partials"], source)
    return found


def run(source: str, namespace: dict[str, Any]) -> None:
    """Run text made of the sheet, whose formulas were parsed and limited to known names.

    It has a name of its own: from Python 3.13 on, <string> is the text of `python -c`.
    """
    exec(compile(source, GENERATED, "exec"), namespace)


def namespace_of(op: Op, kind: Kind) -> dict[str, Any]:
    """The primitives of the kind, and the operations of the sheet that the formulas call."""
    used = [tree for key, tree in op.trees.items() if not key.startswith("shown ")]
    called = set().union(*map(functions_in, used)) - PRIMITIVES
    return kind.namespace | {name: plain(SHEET[name], kind) for name in called}


def plain(op: Op, kind: Kind) -> Callable[..., Any]:
    """An operation of the sheet as a function of numbers, such as inside another's formula."""
    if op.name in kind.namespace:
        return kind.namespace[op.name]  # type: ignore[no-any-return]
    value: Any = rule(op, kind).value
    value.__defaults__ = tuple(map(kind.convert, op.defaults.values()))
    return value  # type: ignore[no-any-return]
