"""Nodes of graphs that are gone, used in place of new ones.

A training step makes a graph like the last one's and lets go of that. Making and freeing nodes
takes time, and Python's collector takes more: after so many new objects it looks for cycles, which
a graph has none of. So a backward pass leaves its list of nodes here, and a later one sees whether
the root is held by nobody else. Then fast functions take the nodes of the list, each if nobody else
holds it: its reference count tells. (A step of a GPT takes two thirds of the time:
tests/benchmarks/gpt.py.)

No node and no list does anything when it is freed: what Python runs then cannot raise, and Ctrl-C
would be lost.
"""

import sys
from collections import defaultdict
from typing import Any

MOST = 100_000  # nodes
FEW = 8  # graphs
SPARE: dict[type, list[Any]] = defaultdict(list)  # by class; children behind parents, to be first


class Passes:
    """The last backward passes."""

    orders: tuple[list[Any], ...] = ()  # the nodes of each, parents before children
    most = 0  # nodes in these at a time; falls slowly
    used = True  # not while scopes are open, which know the nodes made inside by their age


def leave(order: list[Any], node: type) -> None:
    """Leave the nodes of a backward pass, each a `node` and no subclass, to later graphs.

    There are at most twice as many spare ones as graphs of late had, so no memory grows. Where
    threads meet here, a list is lost or comes twice, which costs time only.
    """
    if not ALONE or not Passes.used or len(order) > MOST:
        return
    spare, orders = SPARE[node], [order]
    for old in reversed(Passes.orders):
        root = old[-1]
        room = len(orders) < FEW and sum(map(len, orders)) + len(old) <= MOST
        if sys.getrefcount(root) == ALONE + 1:  # by `old` and this variable
            spare += old
        elif room and root is not order[-1]:
            orders.append(old)
    Passes.orders = (*reversed(orders),)
    Passes.most = max(sum(map(len, orders)), Passes.most * 7 // 8)
    del spare[: -2 * Passes.most]


def forget() -> None:
    """Let go of all that is kept."""
    Passes.orders, Passes.most = (), 0
    for spare in SPARE.values():
        spare.clear()


def _references() -> int:
    """What `sys.getrefcount` says of an object that a variable alone holds; 0 if it cannot tell."""
    if not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return 0
    node = object()
    alone = sys.getrefcount(node)
    held = [node]
    return alone if held and sys.getrefcount(node) == alone + 1 else 0


ALONE = _references()


def namespace(node: type) -> dict[str, Any]:
    """The names that `made` uses; formulas cannot, as no name in them begins with an underscore."""
    names = {"Value": node, "new": node.__new__, "__refs": getattr(sys, "getrefcount", None)}
    return names | {"__spare": SPARE[node], "__pop": SPARE[node].pop}


def made(name: str) -> list[str]:
    """The lines that give a node this name, still to be filled; recordings change its class."""
    return [
        "if __spare:",
        f"    {name} = __pop()",
        f"    if {name}.__class__ is not Value or __refs({name}) > {ALONE}:",
        f"        {name} = new(Value)",
        "else:",
        f"    {name} = new(Value)",
    ]
