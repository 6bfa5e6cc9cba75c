"""A graph as JSON and back: every number exact, every edge, with a version in the text.

    {"format": "autograd_mini graph", "version": 2, "checksum": "8e2f0a3b5c71d946",
     "nodes": [{"id": "n0", "op": null, "label": "x", "scope": [], "args": [],
                "data": 3.0, "grad": 6.0, "parents": [], "partials": []},
               {"id": "n1", "op": "mul", ..., "args": [{"node": "n0"}, {"node": "n0"}], ...}],
     "roots": ["n1"]}

Nodes come in topological order, parents first. Floats are JSON numbers that read back as the same
bits, and whole numbers are exact ints. Others are objects: {"float": "inf"}, {"fraction": "1/3"},
{"complex": [0.0, 1.0]}, {"mpf": [3, -1]} for 3 * 2**-1, {"int": "0x..."} for an int of more than
4,000 digits. A node made by hand has the op "by hand".
"""

from collections.abc import Iterable
from fractions import Fraction
from math import isfinite
from typing import Any

from autograd_mini.errors import FormulaError, NumberTypeError
from autograd_mini.files import Format
from autograd_mini.graph import topological
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import each, flat
from autograd_mini.value import Value, _record

from .scopes import ScopedLabel, scope_of
from .sketch import values_of

GRAPH = Format("autograd_mini graph", ("nodes", "roots"))
_KEYS = ("id", "op", "label", "scope", "args", "data", "grad", "parents", "partials")
_BY_HAND = "by hand"


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
            "scope": list(scope_of(node)),
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
    entries, names = (graph.get(k) if isinstance(graph, dict) else None for k in GRAPH.keys)
    if not isinstance(entries, list) or not isinstance(names, list):
        raise ValueError('a graph needs the lists "nodes" and "roots"')
    nodes: dict[str, Value] = {}
    for k, entry in enumerate(entries):
        missing = [key for key in _KEYS if not isinstance(entry, dict) or key not in entry]
        if missing:
            raise ValueError(f"node {k} has no {', '.join(missing)}")
        name = entry["id"]
        if not isinstance(name, str) or name in nodes:
            raise ValueError(f"node {k}: the id {name!r:.40} is no text, or is there twice")
        try:
            nodes[name] = _node(entry, nodes)
        except FormulaError:
            raise
        except KeyError as key:
            raise ValueError(f"node {name!r:.40}: {key!s:.40} is no node before it") from None
        except (TypeError, ValueError, IndexError, ArithmeticError) as error:
            raise ValueError(f"node {name!r:.40}: {error}") from None
    if unknown := [root for root in names if not isinstance(root, str) or root not in nodes]:
        raise ValueError(f"the root {unknown[0]!r:.40} is no node")
    return [nodes[root] for root in names]


# --- nodes ---------------------------------------------------------------------------------------
def _node(entry: dict[str, Any], nodes: dict[str, Value]) -> Value:
    label, scope, name = entry["label"], entry["scope"], entry["op"]
    texts = isinstance(scope, list) and all(isinstance(part, str) for part in scope)
    if not texts or not isinstance(label, str | None):
        raise ValueError("the label must be text or null, the scope a list of texts")
    data, grad = read_number(entry["data"]), read_number(entry["grad"])
    parents = [nodes[name] for name in entry["parents"]]
    partials = [read_number(partial) for partial in entry["partials"]]
    if len(parents) != len(partials):
        raise ValueError(f"{len(parents)} parents, but {len(partials)} partials")
    if name is None or name == _BY_HAND:
        if bool(parents) != (name == _BY_HAND) or entry["args"]:
            raise ValueError(f"the op is {name!r}, but there are {len(parents)} parents")
        node = Value(data, parents, partials)
    else:
        node = _of_operation(name, entry["args"], nodes, parents, partials)
        node.data = data
    node.grad = grad
    node.label = ScopedLabel(label or "", tuple(scope)) if scope else label
    return node


def _of_operation(
    name: Any, given: Any, nodes: dict[str, Value], parents: list[Value], partials: list[Any]
) -> Value:
    if not isinstance(name, str) or name not in SHEET:
        raise FormulaError(
            f"the operation {name!r:.40} is not on the sheet; define it with op(...)"
        )
    op = SHEET[name]
    if not isinstance(given, list) or len(given) != len(op.params):
        raise ValueError(f"{op.signature} needs {len(op.params)} args")

    def argument(x: Any) -> Any:
        return nodes[x["node"]] if isinstance(x, dict) and "node" in x else read_number(x)

    args = tuple(each(argument, [tuple(arg) if isinstance(arg, list) else arg for arg in given]))
    for param, arg in zip(op.params, args, strict=True):
        if (arg.__class__ is tuple) != (param in op.vectors):
            got = "a list" if arg.__class__ is tuple else "one number"
            raise ValueError(f"{op.signature} got {got} as {param}")
    active = [arg for arg in args if any(isinstance(x, Value) for x in flat([arg]))]
    ids = [id(x) for x in flat(args) if isinstance(x, Value)]
    if not parents or {*ids} < {*map(id, parents)}:
        raise ValueError("the parents are not the nodes among the args")
    node = Value(0.0)
    node.op = op
    if ids == [*map(id, parents)]:
        left = iter(partials)
        found = each(lambda x: next(left) if isinstance(x, Value) else 0, active)
        _record(node, args, active, found)
    else:  # of an engine that has lost an edge
        node.first, node.dfirst, node.constants = tuple(parents), tuple(partials), args
    return node


# --- numbers -------------------------------------------------------------------------------------
_LONGEST = 4000  # digits; Python refuses to read a decimal int of more than 4300
_BITS = 1_000_000  # of an mpf that is read: no text of a few letters fills the memory


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
    if isinstance(x, int | float) and not isinstance(x, bool):
        return x
    try:
        match [*x.items()] if isinstance(x, dict) else None:
            case [("int", str(text))]:
                return int(text, 0)
            case [("float", "inf" | "-inf" | "nan" as text)]:
                return float(text)
            case [("fraction", str(text))]:
                above, below = text.split("/")
                return Fraction(int(above, 0), int(below, 0))
            case [("complex", [real, imaginary])]:
                return complex(read_number(real), read_number(imaginary))
            case [("mpf", "inf" | "-inf" | "nan" | [_, int()] as content)]:
                return _mpf(content)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        pass
    raise ValueError(f"{x!r:.60} is not a number")


def _mpf(content: Any) -> Any:
    import mpmath

    if isinstance(content, str):
        return mpmath.mpf(content)
    mantissa, exponent = read_number(content[0]), content[1]
    if (bits := mantissa.bit_length()) > _BITS:
        raise ValueError(mantissa)
    with mpmath.workprec(max(53, bits)):
        return mpmath.mpf((mantissa, exponent))
