"""Turns the formulas of an operation into Python functions for one kind of number."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.formulas.grammar import PRIMITIVES, Renderer, names_in, walk
from autograd_mini.ops import SHEET, Op, element_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.numbers.kinds import Kind


class Rule(NamedTuple):
    """`value(*args)` and `partials(*args, out)`, one partial per active argument."""

    value: Callable[..., Any]
    partials: Callable[..., tuple[Any, ...]]
    source: str


def rule(op: Op, kind: Kind, active: tuple[bool, ...]) -> Rule:
    """The operation for `kind`, with partials for the active arguments only.

    So `x ** 2` at x = -3 never asks for log(-3).

    >>> from autograd_mini.numbers.kinds import FLOAT
    >>> print(rule(SHEET["pow"], FLOAT, (False, True)).source.partition("def partials")[2])
    (a, b, out):
        return ((0.0 if (a == 0.0) else (out * log(a))),)
    <BLANKLINE>
    """
    key = (kind, active)
    found = op.rules.get(key)
    if found is None:
        found = op.rules[key] = _compile(op, kind, active)
    return found  # type: ignore[return-value]


def _compile(op: Op, kind: Kind, active: tuple[bool, ...]) -> Rule:
    params = ", ".join(op.params)
    wanted = [f"d{k}" for k, is_active in enumerate(active) if is_active]
    texts = [rendered(op, key, kind) for key in wanted]
    source = (
        f"def value({params}):\n{given_lines(op, ['value'], kind)}"
        f"    return {rendered(op, 'value', kind)}\n"
        f"def partials({params}, out):\n{given_lines(op, wanted, kind)}"
        f"    return ({''.join(t + ',' for t in texts)})\n"
    )
    namespace = namespace_of(op, kind)
    exec(source, namespace)  # the formulas were parsed and limited to known names
    return Rule(namespace["value"], namespace["partials"], source)


def namespace_of(op: Op, kind: Kind) -> dict[str, Any]:
    """The primitives of the kind, and the operations of the sheet that the formulas call."""
    namespace = dict(kind.namespace)
    for name in _called(op) - PRIMITIVES:
        namespace[name] = _plain(SHEET[name], kind)
    return namespace


def _called(op: Op) -> set[str]:
    return {
        part.func.id  # type: ignore[attr-defined]
        for tree in op.trees.values()
        for part in walk(tree)
        if isinstance(part, ast.Call)
    }


def _plain(op: Op, kind: Kind) -> Callable[..., Any]:
    """An operation of the sheet as a function inside another's formula."""
    if op.name in kind.namespace:
        return kind.namespace[op.name]  # type: ignore[no-any-return]
    value = rule(op, kind, (False,) * len(op.params)).value
    defaults = [kind.convert(op.defaults[p]) for p in op.params if p in op.defaults]
    return lambda *args: value(
        *args, *defaults[len(args) - len(op.params) :] if len(args) < len(op.params) else ()
    )


def rendered(op: Op, key: str, kind: Kind) -> str:
    """The Python source of one formula; a formula on elements becomes a tuple."""
    tree = op.trees[key]
    text = Renderer(kind.number, kind.operators, kind.compared)(tree)
    elements = element_names(tree)
    if not elements:
        return f"({text},) * len({op.params[int(key[1:])]})" if _is_vector(op, key) else text
    if isinstance(tree, ast.Name):  # "b_i": the vector itself, shared
        return elements[0][:-2]
    if len(elements) == 1:
        return f"tuple([{text} for {elements[0]} in {elements[0][:-2]}])"
    vectors = ", ".join(e[:-2] for e in elements)
    return f"tuple([{text} for {', '.join(elements)} in zip({vectors})])"


def _is_vector(op: Op, key: str) -> bool:
    return key[0] == "d" and key[1:].isdigit() and op.params[int(key[1:])] in op.vectors


def given_lines(op: Op, keys: list[str], kind: Kind, indent: str = "    ") -> str:
    """Assignments of the given names that these formulas need, in order."""
    names = needed(op, keys)
    lines = [f"{name} = {rendered(op, name, kind)}" for name in op.given if name in names]
    if op.vectors and "n" in names:
        lines.insert(0, f"n = len({next(p for p in op.params if p in op.vectors)})")
    return "".join(f"{indent}{line}\n" for line in lines)


def needed(op: Op, keys: list[str]) -> set[str]:
    """The names that these formulas use, also by way of the given names."""
    names: set[str] = set()
    for key in [*keys, *reversed(op.given)]:
        if key in keys or key in names:
            used = names_in(op.trees[key])
            names |= used | {name[:-2] for name in used if name.endswith("_i")}
    return names
