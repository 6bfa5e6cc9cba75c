"""Nodes of graphs that are gone, used in place of new ones.

A training step makes a graph like the last one's and lets go of that. Making and freeing nodes
takes time, and Python's collector takes more: after so many new objects it looks for cycles, which
a graph has none of. So the root of a backward pass keeps its nodes in a list, which goes with the
root and leaves them here, where fast functions take one that nobody else holds: its reference count
tells. (A step of a GPT takes two thirds of the time: tests/benchmarks/gpt.py.)
"""

import sys
from collections import defaultdict
from typing import Any

MOST = 100_000  # nodes
SPARE: dict[type, list[Any]] = defaultdict(list)  # by class; children behind parents, to be first


class Nodes(list[Any]):
    """The nodes of a graph, parents before children."""

    __slots__ = ("spare",)
    spare: list[Any]  # where they go
    used = True  # not while scopes are open, which know the nodes made inside by their age

    # There is no call here: KeyboardInterrupt, raised after one, would be lost.
    def __del__(self, oldest: slice = slice(-MOST)) -> None:
        if self.used:
            spare = self.spare
            spare += self
            del spare[oldest]


def kept(order: list[Any], node: type) -> Nodes | None:
    """What the root of a graph keeps: all before it, if each is a `node` and no subclass of it."""
    if not ALONE or len(order) > MOST or {*map(type, order)} != {node}:
        return None
    nodes = Nodes(order[:-1])
    nodes.spare = SPARE[node]
    return nodes


def _references() -> int:
    """What `sys.getrefcount` says of an object that a variable alone holds; 0 if it cannot tell."""
    if not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return 0
    node = object()
    return sys.getrefcount(node)


ALONE = _references()


def namespace(node: type) -> dict[str, Any]:
    """The names that `made` uses."""
    names = {"Value": node, "new": node.__new__, "refs": getattr(sys, "getrefcount", None)}
    return names | {"spare": SPARE[node], "pop": SPARE[node].pop}


def made(name: str) -> list[str]:
    """The lines of Python that give a node this name; all but `_nodes` is still to be set."""
    return [
        "if spare:",
        f"    {name} = pop()",
        f"    if refs({name}) > {ALONE}: {name} = new(Value)",
        f"    {name}._nodes = None",
        "else:",
        f"    {name} = new(Value)",
    ]
