"""Walking a graph: topological order without recursion, copying and pickling at any depth."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy as copied
from threading import local
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from .value import Value


@contextmanager
def collector_paused() -> Iterator[None]:
    """A graph has no cycles; looking for some in it takes time."""
    enabled = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if enabled:
            gc.enable()


def topological(*roots: Value, known: Collection[int] = ()) -> list[Value]:
    """Every node that the roots depend on, parents before children, roots last.

    Nodes whose id is among the `known` ones are passed over. Raises TypeError for what is no Value.

    Depth-first, with a stack of its own: depth is limited by memory alone. The order depends on
    the graph only, not on where its nodes lie in memory. (Cormen et al., Introduction to
    Algorithms, 22.4.)

    >>> from autograd_mini import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> y = a * b; y.label = "y"
    >>> [node.label for node in topological(y)]
    ['a', 'b', 'y']
    """
    for root in roots:
        if not hasattr(root, "first"):
            raise TypeError(f"topological takes Values, as in topological(y), got {root!r:.60}")
    order: list[Value] = []
    seen: set[Value] = set()
    vectors = {id(None)}  # tuples of parents that are in the order: the nodes of a layer share them
    stack: list[Any] = [*reversed(roots)]
    pop = stack.pop
    while stack:
        node = pop()
        if node is None:  # the mark: what the node below it was computed from is in the order
            node = pop()
            if node.__class__ is tuple:
                vectors.update(map(id, node))
                node = pop()
            order.append(node)
        elif node not in seen and not (known and id(node) in known):
            seen.add(node)
            first, second = node.first, node.second
            if first is None:
                order.append(node)
            elif first.__class__ is not tuple:
                stack += (node, None, first) if second is None else (node, None, second, first)
            elif id(first) in vectors and id(second) in vectors:
                order.append(node)
            else:
                stack += (node, (first, second), None)
                for vector in (second, first):
                    if id(vector) not in vectors:
                        stack += vector[::-1]
    return order


_Zero: type[float] = float if float(0) is not float(0) else type("Zero", (float,), {})
"""Whose zeros can be told apart: in PyPy equal floats are one, but not those of a class."""


def zeroed(root: Value) -> tuple[list[Value], dict[Value, Any]]:
    """Set every gradient to 0.0: the nodes with parents, in topological order, and the leaves.

    With each leaf comes the gradient that it had. The 0.0 is an object of this pass's own: a node
    that holds it has been seen, which is cheaper to tell than whether a set holds the node
    (a third of a backward pass: tests/benchmarks/gpt.py).
    """
    zero = _Zero(0)
    order: list[Value] = []
    before: dict[Value, Any] = {}
    vectors = {id(None)}  # as above
    done = order.append
    stack: list[Any] = [root]
    pop = stack.pop
    while stack:
        node = pop()
        if node is None:
            node = pop()
            if node.__class__ is tuple:
                vectors.update(map(id, node))
                node = pop()
            done(node)
            continue
        while (old := node.grad) is not zero:
            node.grad = zero
            first, second = node.first, node.second
            if first is None:
                before.setdefault(node, old)  # a subclass may keep its gradient in another way
                break
            if first.__class__ is tuple:
                if id(first) in vectors and id(second) in vectors:
                    done(node)
                    break
                stack += (node, (first, second), None)
                for vector in (second, first):
                    if id(vector) not in vectors:
                        stack += vector[::-1]
                break
            if second is not None and second.grad is not zero:
                stack += (node, None, second)
            elif first.grad is not zero:
                stack += (node, None)
            else:
                done(node)
                break
            node = first  # straight on, without the stack
    return order, before


# --- copies --------------------------------------------------------------------------------------
def contents(node: Value) -> tuple[Any, ...]:
    """All that a node holds, in the order of `refilled`."""
    return tuple(getattr(node, name) for name in _CONTENTS)


_CONTENTS = ("data", "grad", "label", "op", "constants", "first", "dfirst", "second", "dsecond")


def restored(cls: type[Value], *contents: Any) -> Value:
    """The node with these contents."""
    return refilled(cls.__new__(cls), *contents)


def added(node: Value) -> dict[str, Any]:
    """The attributes that a subclass, or its user, gave the node besides."""
    return getattr(node, "__dict__", {})


def refilled(node: Value, *contents: Any) -> Value:
    """The node, with these contents in place of its own."""
    node.data, node.grad, label, op, constants, *edges = contents
    node.made = op if label is constants is None else (op, label, constants)
    node.first, node.dfirst, node.second, node.dsecond = edges
    return node


def deepcopy(
    root: Value,
    memo: dict[int, Any],
    number_of: Callable[[Any], Any],
    cls: type[Value] | None = None,
) -> Value:
    """`copy.deepcopy` of a graph: no recursion, and nodes that are shared stay shared.

    With `cls`, the nodes are of that class, whatever class they had. Of a gradient that is a Value,
    whose graph leads back to the node, it is the number.
    """

    def translated(content: Any) -> Any:
        if content.__class__ is tuple:
            return tuple([translated(part) for part in content])
        return memo.get(id(content), content)

    for node in topological(root, known=memo):
        if id(node) not in memo:  # an attribute may have led to it
            if node.op is None:  # partials given as Values have graphs of their own
                copied(node.constants, memo)
            data, grad, *rest = contents(node)
            made = restored(cls or type(node), data, number_of(grad), *map(translated, rest))
            memo[id(node)] = made
            if cls is None and (attributes := added(node)):
                added(made).update(copied(attributes, memo))
    return memo[id(root)]  # type: ignore[no-any-return]


def pickled(node: Value, number_of: Callable[[Any], Any]) -> tuple[Any, ...]:
    """What `pickle` stores: all that the node depends on, in topological order.

    So no node recurses into its parents: they are in the pickle already. Of a gradient that is a
    Value, whose graph leads back to the node, it is the number.
    """
    written: set[int] = getattr(_pickles, "written", set)() or set()
    if node.first is None or id(node) in written:
        data, grad, *rest = contents(node)
        return restored, (type(node), data, number_of(grad), *rest), added(node) or None
    return _last, (_Order(node, written),)


class _Order:
    """Pickles as the list of the nodes in topological order, but for those written already.

    It lives while the pickler keeps it, and so does the set of what is written.
    """

    def __init__(self, root: Value, written: set[int]) -> None:
        self.order, self.written = topological(root, known=written), written
        written.update(map(id, self.order))
        _pickles.written = ref(written)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, iter(self.order)


def _last(order: list[Value]) -> Value:
    return order[-1]


_pickles = local()  # those that this thread is writing
