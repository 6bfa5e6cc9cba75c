"""A graph as JSON and back: every number exact, every edge, with a version in the text.

Nodes come in topological order, parents first. A float is a JSON number that reads back as the same
bits, a whole number an int, others are objects; docs/en/reference/drawing.md has them all.
"""

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from operator import index
from typing import Any

from autograd_mini.errors import FormulaError, NumberTypeError
from autograd_mini.files import Format
from autograd_mini.graph import topological
from autograd_mini.numbers.kinds import number
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import Op, find
from autograd_mini.rules.evaluation import each, flat
from autograd_mini.value import Value

from .scopes import ScopedLabel, scope_of
from .sketch import values_of

GRAPH = Format("autograd_mini graph", ("nodes", "roots"))
_BY_HAND = "by hand"
_KEYS = ("id", "op", "label", "scope", "args", "data", "grad", "parents", "partials")


def to_json(*roots: Value | Iterable[Value], indent: int | None = None) -> str:
    """The graph of one root or several as JSON; `from_json` makes the same graph of it again.

    A gradient that is a Value (after `backward(create_graph=True)`) is written as its number.

    Raises TypeError if a root is no Value, NumberTypeError for a kind of number that JSON has no
    form for here.

    >>> x = Value(3.0, label="x")
    >>> (again,) = from_json(to_json(x * x))
    >>> again.backward()
    >>> again.data, again.parents[0].grad, again.parents[0] is again.parents[1]
    (9.0, 6.0, True)
    """
    return GRAPH.write(written_graph(values_of(roots)), indent)


def written_graph(roots: list[Value]) -> dict[str, Any]:
    """The graph as JSON has it: the lists "nodes" and "roots"."""
    order = topological(*roots)
    ids = {node: f"n{k}" for k, node in enumerate(order)}

    def written(arg: Any) -> Any:
        return {"node": ids[arg]} if isinstance(arg, Value) else written_number(arg)

    nodes = [
        {
            "id": ids[node],
            "op": node.op.name if node.op else _BY_HAND if node.first is not None else None,
            "label": None if node.label is None else str(node.label),
            "scope": scope_of(node),
            "args": each(written, node.args) if node.op else [],
            "data": written_number(node.data),
            "grad": written_number(0.0 if node.grad is None else node.grad),
            "parents": [ids[parent] for parent in node.parents],
            "partials": [written_number(partial) for partial in node.partials],
        }
        for node in order
    ]
    return {"nodes": nodes, "roots": [ids[root] for root in roots]}


def from_json(text: str) -> list[Value]:
    """The roots of a graph that `to_json` has written.

    Raises TypeError if `text` is no text; ValueError if it is no such JSON, naming the node that is
    wrong; FormulaError (a ValueError) for an operation that is not on the sheet.
    """
    return read_graph(GRAPH.read(text))


def read_graph(graph: Any) -> list[Value]:
    """The roots of what `written_graph` gave. Raises as `from_json`."""
    nodes: dict[str, Value] = {}
    match graph:
        case {"nodes": [*entries], "roots": [*roots]}:
            pass
        case _:
            raise ValueError('a graph needs the lists "nodes" and "roots"')
    for k, entry in enumerate(entries):
        try:
            _read(entry, nodes)
        except FormulaError:
            raise
        except KeyError as key:
            raise ValueError(f"node {k}: {key!s:.40} is no node before it") from None
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(f"node {k}: {error}") from None
    if unknown := [root for root in roots if not isinstance(root, str) or root not in nodes]:
        raise ValueError(f"the root {unknown[0]!r:.40} is no node")
    return [nodes[root] for root in roots]


# --- nodes ---------------------------------------------------------------------------------------
def _read(entry: Any, nodes: dict[str, Value]) -> None:
    match entry:
        case {
            "id": str(id), "op": str() | None as op, "label": str() | None as label,
            "scope": [*scope], "args": [*given], "data": data, "grad": grad,
            "parents": [*parents], "partials": [*partials],
        } if id not in nodes and all(isinstance(part, str) for part in scope):  # fmt: skip
            pass
        case _:
            raise ValueError(f"it needs {', '.join(_KEYS)}; the id is a text of its own")
    numbers = [*map(read_number, partials)]
    node = Value(0.0, [nodes[name] for name in parents], numbers)
    node.data, node.grad = read_number(data), read_number(grad)
    node.label = ScopedLabel(label or "", tuple(scope)) if scope else label
    if op in (None, _BY_HAND):
        if bool(parents) != (op == _BY_HAND) or given:
            raise ValueError(f"the op is {op!r}, but there are {len(parents)} parents")
        node.data = number(node.data)
    else:
        node.op, node.constants = _operation(op, given, node.parents, nodes)
        node.dfirst = tuple(numbers)
    nodes[id] = node


def _operation(
    name: str, given: list[Any], parents: tuple[Value, ...], nodes: dict[str, Value]
) -> tuple[Op, tuple[Any, ...]]:
    """The operation, and its arguments, among which are the parents."""

    def argument(x: Any) -> Any:
        return nodes[x["node"]] if isinstance(x, dict) and "node" in x else read_number(x)

    op = find(name)
    args = tuple(each(argument, [tuple(arg) if isinstance(arg, list) else arg for arg in given]))
    if [arg.__class__ is tuple for arg in args] != [param in op.vectors for param in op.params]:
        raise ValueError(f"the args do not fit {op.signature}")
    if not parents or not {*parents} <= {*flat(args)}:
        raise ValueError("the parents are not the nodes among the args")
    return op, args


# --- numbers -------------------------------------------------------------------------------------
_LONGEST = 4000  # digits; Python refuses to read a decimal int of more than 4300


def written_number(x: Any) -> Any:
    """A number as the JSON of graphs has it; NumberTypeError for a kind without a form there."""
    x = data_of(x)
    if isinstance(x, int):
        text = _whole_text(x)
        return int(x) if text.lstrip("-").isdigit() else {"int": text}
    if isinstance(x, float):
        return float(x) if isfinite(x) else {"float": str(float(x))}
    if isinstance(x, Fraction):
        return {"fraction": f"{_whole_text(x.numerator)}/{_whole_text(x.denominator)}"}
    if isinstance(x, complex):
        return {"complex": [written_number(x.real), written_number(x.imag)]}
    if hasattr(x, "_mpf_"):  # mantissa * 2**exponent, as mpmath itself has it
        sign, mantissa, exponent, _ = x._mpf_
        if not mantissa and exponent:
            return {"mpf": "nan" if x != x else "inf" if x > 0 else "-inf"}
        return {"mpf": [written_number(int(-mantissa if sign else mantissa)), int(exponent)]}
    raise NumberTypeError(f"a {type(x).__name__} has no form in JSON here")


def _whole_text(n: int) -> str:
    return str(int(n)) if n.bit_length() < 3.3 * _LONGEST else hex(n)


def read_number(x: Any) -> Any:
    """The number that `written_number` has written; ValueError if it is none."""
    with suppress(ArithmeticError, AttributeError, TypeError, ValueError):
        match x:
            case int() | float() if not isinstance(x, bool):
                return x
            case {"int": str(text)}:
                return int(text, 0)
            case {"float": "inf" | "-inf" | "nan" as text}:
                return float(text)
            case {"fraction": str(text)}:
                return Fraction(*(int(part, 0) for part in text.split("/")))
            case {"complex": [real, imaginary]}:
                return complex(read_number(real), read_number(imaginary))
            case {"mpf": "inf" | "-inf" | "nan" | [_, int()] as content}:
                import mpmath as mp

                if isinstance(content, str):
                    return mp.mpf(content)
                mantissa, exponent = index(read_number(content[0])), content[1]
                return mp.make_mpf(mp.libmp.from_man_exp(mantissa, exponent))
    raise ValueError(f"{x!r:.60} is not a number")
