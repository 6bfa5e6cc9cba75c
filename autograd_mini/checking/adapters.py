"""What the checker has to know of another engine's nodes, found by looking or told; their graphs.

Every guess at a name stands here.
"""

import inspect
from collections.abc import Callable, Collection, Mapping, Set
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache, partial
from operator import attrgetter
from typing import Any, Self

from autograd_mini.graph import topological
from autograd_mini.rules.evaluation import each
from autograd_mini.value import Value

from .findings import Culprit

Way = str | Callable[[Any], Any] | None

_HOLDERS = "history creator ctx _ctx context function fn grad_fn op node".split()
_NAMES = {  # the Spanish ones last
    "data": "data value val v x number scalar output valor dato datos numero",
    "grad": "grad gradient derivative deriv adjoint bar grad_value gradient_value adj g"
    " gradiente derivada",
    "parents": "parents parent parent_nodes prev previous children inputs operands deps"
    " dependencies sources args edges padres hijos previos anteriores entradas operandos",
    "partials": "partials local_grads local_gradients local_derivatives partial_derivatives"
    " grad_wrt parciales derivadas derivadas_locales gradientes_locales",
    "local": "backward backward_fn grad_fn backward_func grad_func backward_function local_backward"
    " chain_rule pullback vjp backward_step propagate backward_op rule retroceder atras propagar",
    "op": "op op_name prev_op operation operator last_fn operacion",
    "label": "label name etiqueta nombre",
    "backward": "backward backwards backprop backpropagate back_propagate backward_pass autodiff"
    " retropropagar retropropagacion retroceder atras hacia_atras propagar",
}
WHOLE = _NAMES["backward"].split()
_NOTHING = object()
_reader: Callable[[str], Callable[[Any], Any]] = cache(attrgetter)


@dataclass(frozen=True)
class Adapter:
    """Where an engine keeps what the checker asks of its nodes.

    Each is the name of an attribute ("value", or "history.inputs" for one of an attribute), or a
    function of a node. What is left out is looked for, under the names that engines use.

    data      the number
    grad      the gradient that a backward pass leaves in the node
    parents   the nodes that it was computed from; plain numbers among them are constants. Also
              pairs (parent, partial), or a dict parent -> partial
    partials  one number for each parent, in engines that record them
    local     hands the gradient of one node on to its parents, or returns their shares; it is
              called with the gradient 1 if it takes an argument
    op        the name of the operation; label  of the node
    backward  the backward pass from a root, called with 1 if it needs an argument

    >>> Adapter(data="number", grad="slope").data
    'number'
    """

    data: Way = None
    grad: Way = None
    parents: Way = None
    partials: Way = None
    local: Way = None
    op: Way = None
    label: Way = None
    backward: Way = None

    def missing(self, node: Any = None, leaf: bool = False) -> list[str]:
        """What no engine can do without, or was told of operations, and this (node) has not."""

        def is_told(way: Way) -> bool:
            if isinstance(way, str) and node is not None:
                return _read(node, way, _NOTHING) is not _NOTHING
            return isinstance(way, str) or callable(way)

        told = {"data", "grad", "backward"} | {x for x, w in vars(self).items() if w and not leaf}
        return [x for x in vars(self) if x in told - {"label"} and not is_told(getattr(self, x))]

    def get(self, node: Any, what: str) -> Any:
        """What a node shows under one of the fields; None if it has no such thing."""
        return _read(node, getattr(self, what))

    def set(self, node: Any, what: str, x: Any) -> None:
        """Give a node another `data` or `grad`; AttributeError if it does not take it."""
        way: Any = getattr(self, what)
        *path, name = way.split(".")  # a function by which it is read has no such attribute
        old = self.get(node, what)
        if hasattr(old, "dtype") and hasattr(old, "__setitem__"):  # no two nodes share an array
            (old := copy(old))[...] = x
            x = old
        x = Decimal(x) if isinstance(old, Decimal) and isinstance(x, float) else x
        setattr(attrgetter(".".join(path))(node) if path else node, name, x)

    def number(self, node: Any, what: str = "data") -> Any:
        """The data or gradient as a plain number; 0 for a gradient that is None."""
        x = self.get(node, what)
        return 0.0 if x is None and what == "grad" else plain(x)

    def edges(self, node: Any) -> list[tuple[Any, Any]]:
        """(parent, its partial or None), plain numbers among the parents too."""
        parents = self.get(node, "parents")
        if isinstance(parents, Mapping):
            return list(parents.items())
        if not isinstance(parents, Collection):
            return [] if parents is None else [(parents, None)]
        pairs = [x if _is_pair(x) else (x, None) for x in parents if x is not None]
        pairs = [(x, None if callable(partial) else partial) for x, partial in pairs]
        partials = self.get(node, "partials")
        if isinstance(partials, Mapping):
            return [(x, partials.get(x)) for x, _ in pairs]
        if not isinstance(partials, Collection) or any(p is not None for _, p in pairs):
            return pairs
        if len(partials) != len(pairs):  # they may have been kept for the nodes alone
            pairs = [pair for pair in pairs if is_node(pair[0])]
        return list(zip((x for x, _ in pairs), partials, strict=len(partials) == len(pairs)))

    def run(self, root: Any) -> None:
        """The whole backward pass."""
        whole: Any = self.backward
        given = [root]
        if isinstance(whole, str):
            whole, given = self.get(root, "backward"), []
        if arguments(whole)[0] > len(given):
            given.append(1.0)
        whole(*given)


def plain(x: Any) -> Any:
    """The number of an array that holds one, and of a number itself; of a Decimal, a float."""
    if isinstance(x, Decimal):  # which goes with no float
        return float(x)
    return x.item() if hasattr(x, "dtype") and hasattr(x, "item") else x


def _read(node: Any, way: Way, otherwise: Any = None) -> Any:
    """What a node shows; `otherwise` if it has no such thing."""
    try:
        return _reader(way)(node) if isinstance(way, str) else way and way(node)
    except (AttributeError, AssertionError, TypeError):
        return otherwise


def _is_pair(x: Any) -> bool:
    return isinstance(x, tuple | list) and len(x) == 2 and type(x[0]) not in (int, float)


def arguments(function: Any) -> tuple[int, int]:
    """How many arguments a function must get, and how many it can get; switches are none."""
    try:
        params = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0, 0
    placed = [p for p in params if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    placed = [p for p in placed if not isinstance(p.default, bool)]
    return sum(p.default is p.empty for p in placed), len(placed)


def is_node(x: Any) -> bool:
    """Whether x is a node, of whatever engine (or a tensor)."""
    return x.__class__ is not float and any(hasattr(x, name) for name in WHOLE)


def like(x: Any) -> Any:
    """What makes a number of the kind of x; an int would cut digits off, an array is filled."""
    cls = type(x)
    return float if cls in (int, type(None)) or hasattr(cls, "__setitem__") else cls


def data_of(x: Any) -> Any:
    """The number of a node of whatever engine, or x itself if it is none."""
    ways = _candidates(x, "data") if is_node(x) else ()
    return next((_read(x, way) for way in ways), x)


def maker(value: Callable[..., Any]) -> Callable[..., Any]:
    """What makes leaves; an engine in torch's manner is asked for their gradients."""
    with suppress(TypeError, ValueError):  # it has no signature
        if "requires_grad" in inspect.signature(value).parameters:
            return partial(value, requires_grad=True)
    return value


def adapter_of(root: Any, given: Adapter | None = None) -> Adapter:
    """What a node shows of its engine: the fields of `given`, the others found by looking.

    The root of a graph tells more than a leaf, which has no parents.

    >>> from autograd_mini.museum import Engine
    >>> found = adapter_of(Engine(2.0) * 3.0)
    >>> found.data, found.parents, found.partials, found.local
    ('data', 'parents', 'partials', None)
    """
    ways = {field.name: getattr(given, field.name, None) for field in fields(Adapter)}
    held = own(root)  # before a property that computes is asked
    for what in ways:
        if ways[what] is None and what != "local":
            ways[what] = _behind(root, next(_candidates(root, what), None), held)
    if ways["parents"] is None:
        ways["parents"] = _only(held, lambda x: _fits(root, "", x, "parents"))
    if ways["op"] is None and isinstance(ways["parents"], str) and "." in ways["parents"]:
        ways["op"] = _class_of(ways["parents"].partition(".")[0])
    if ways["local"] is None:
        ways["local"] = next((x for x in _candidates(root, "local") if x != ways["backward"]), None)
        whole = ways["backward"]
        if isinstance(whole, str) and ways["local"] is ways["partials"] is None:
            function = getattr(root, whole, None)
            closure = _only(held, lambda x: inspect.isfunction(x) and arguments(x) == (0, 0))
            ways["local"] = whole if arguments(function)[1] == 1 else closure
    return Adapter(**ways)


@cache
def _class_of(holder: str) -> Callable[[Any], str | None]:
    """What tells the class of the object that holds the parents, in engines of torch's manner."""
    return lambda node: None if (x := getattr(node, holder)) is None else type(x).__name__


def own(node: Any) -> dict[str, Any]:
    """The attributes of a node itself, in its slots too, by name."""
    slots = [name for name, _ in inspect.getmembers(type(node), inspect.ismemberdescriptor)]
    shown = {name: getattr(node, name) for name in slots if hasattr(node, name)}
    return {**shown, **getattr(node, "__dict__", {})}


def _only(held: Mapping[str, Any], fits: Callable[[Any], bool]) -> str | None:
    """The name of the one attribute that fits, of those that a node itself has."""
    found = [name for name, x in held.items() if fits(x)]
    return found[0] if len(found) == 1 else None


def _behind(node: Any, way: str | None, held: Mapping[str, Any]) -> str | None:
    """The attribute that a property shows which cannot be set, as far as that can be told."""
    shown = getattr(type(node), way or "", None)
    if isinstance(shown, property) and shown.fset is None:
        x = shown.__get__(node)
        return _only(held, lambda y: y is x) or way
    return way


def _candidates(node: Any, what: str) -> Any:
    """The attributes of a node that can be what is looked for, the likeliest first."""
    mangled = f"_{type(node).__name__.lstrip('_')}__"
    ways = [start + name for name in _NAMES[what].split() for start in ("", "_", mangled)]
    if what in ("parents", "partials", "op", "local"):
        held = [holder for holder in _HOLDERS if _read(node, holder) is not None]
        ways += [f"{holder}.{way}" for holder in held for way in ways]
    for way in ways:
        if (x := _read(node, way, _NOTHING)) is not _NOTHING and _fits(node, way, x, what):
            yield way


def _fits(node: Any, way: str, x: Any, what: str) -> bool:
    parts: Collection[Any] = x if isinstance(x, list | tuple | Set | Mapping) else ()
    if what == "parents":
        return any(is_node(part) or _is_pair(part) for part in parts)
    if what == "partials":
        return len(parts) > 0
    if what in ("local", "backward"):
        # what every node gets anew is its own step, what the class has is the whole pass
        # (that of a class of operations may take a context)
        fits = arguments(x)[0] < 2 if "." in way else what == "local" or way not in own(node)
        return callable(x) and fits and not isinstance(x, type)
    if what == "op":
        return isinstance(x, str | type) or hasattr(x, "name")
    if what == "label":
        return x is None or isinstance(x, str)
    return not callable(x) and (what == "grad" or x is not None)


# --- graphs of them, and of our Values -----------------------------------------------------------
class Node:
    """A node of another engine as its adapter shows it now.

    `partials` is None where the engine records none; `args` too, and `op` is then only a name.
    """

    __slots__ = ("args", "data", "grad", "label", "node", "op", "parents", "partials")

    def __init__(self, node: Any, adapter: Adapter, edges: list[tuple[Self, Any]]) -> None:
        self.node = node
        self.data, self.grad = adapter.number(node), adapter.number(node, "grad")
        self.op, self.label = adapter.get(node, "op"), adapter.get(node, "label")
        self.parents = tuple(parent for parent, _ in edges)
        known = all(partial is not None for _, partial in edges)
        self.partials = tuple(plain(partial) for _, partial in edges) if known else None
        self.args: Any = getattr(node, "args", None) if adapter.parents != "args" else None
        if isinstance(self.args, tuple):
            seen = {id(parent.node): parent for parent in self.parents}
            self.args = each(lambda x: seen.get(id(x), x), self.args)


class Graph:
    """The nodes below a root, parents before children, and the edges between them."""

    def __init__(self, root: Any, adapter: Adapter | None = None) -> None:
        self.inputs: list[Any] = []  # what stands for the inputs of f; None for one f does not use
        self.seen: dict[int, Any] = {}  # id of a node of the engine -> what stands for it here
        if isinstance(root, Value):
            self.order: list[Any] = [*topological(root)]
            self.seen = {id(node): node for node in self.order}
        else:
            self.order = self._mirrored(root, adapter or adapter_of(root))
        self.root = self.order[-1]
        self.number = {id(node): k for k, node in enumerate(self.order)}
        known = all(node.partials is not None for node in self.order)
        self.has_partials = known and len(self.order) > 1

    def _mirrored(self, root: Any, adapter: Adapter) -> list[Any]:
        kept: dict[int, list[tuple[Any, Any]]] = {}
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                if any(id(x) not in self.seen for x, _ in kept[id(node)]):  # no parents: a circle
                    self.seen = {id(root): Node(root, adapter, [])}
                    break
                edges = [(self.seen[id(parent)], partial) for parent, partial in kept[id(node)]]
                self.seen[id(node)] = Node(node, adapter, edges)
            elif id(node) not in kept:
                edges = adapter.edges(node)
                kept[id(node)] = [x for x in edges if is_node(x[0]) or isinstance(x[0], type(root))]
                stack += [(node, True), *((x, False) for x, _ in reversed(kept[id(node)]))]
        return list(self.seen.values())

    def live(self) -> set[int]:
        """The ids of the nodes that depend on an input: of others no gradient is asked."""
        found = {id(leaf) for leaf in self.inputs or self.order}
        for node in self.order:
            if any(id(parent) in found for parent in node.parents):
                found.add(id(node))
        return found

    def edges(self, node: Any) -> list[tuple[Any, Any]]:
        """(parent, partial) of each edge of a node."""
        return list(zip(node.parents, node.partials, strict=False))

    def name(self, node: Any) -> str:
        """The label of a node if it is its alone; or that or the operation with its number."""
        label = node.label if isinstance(node.label, str) else ""
        if label and sum(x.label == label for x in self.order) == 1:
            return label
        return f"{label or op_name(node)} #{self.number.get(id(node), 0)}".lstrip()

    def culprit(self, kind: str, message: str, node: Any, **details: Any) -> Culprit:
        """The culprit at this node."""
        where = node.node if isinstance(node, Node) else node
        return Culprit(kind, message, self.name(node), op_name(node), details, where)


def op_name(node: Any) -> str:
    """The name of the operation that made a node; "" for a leaf."""
    op = node.op
    return op if isinstance(op, str) else str(getattr(op, "name", getattr(op, "__name__", "")))
