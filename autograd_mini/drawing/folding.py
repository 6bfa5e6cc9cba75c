"""Contracting a graph: what goes into each folded group, what comes out, and what joins them.

Folding is for graphs of hundreds of thousands of nodes, so the loops here read the slots of a node
rather than its parents, and look at a vector that many nodes share only once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .scopes import GroupPath, Paths


@dataclass(slots=True)
class Fold:
    """A group that is drawn as one node: its nodes.

    The inputs are the nodes outside that they use, the outputs those used outside, or roots.
    """

    members: list[Value] = field(default_factory=list)
    inputs: set[Value] = field(default_factory=set)
    outputs: set[Value] = field(default_factory=set)


@dataclass(slots=True)
class Bundle:
    """The edges between two groups or nodes: how many, and the largest gradient, or None."""

    count: int = 0
    flow: float | None = None


Joined = dict[tuple[Any, Any], Bundle]  # (tail, head) -> the edges between them


def magnitude(x: Any) -> float:
    """The size of a gradient as a float; inf where it is none."""
    try:
        size = abs(x) if x.__class__ is float else float(abs(data_of(x)))
    except OverflowError:
        return inf
    return inf if size != size else size


def reached(order: Sequence[Value]) -> set[Value]:
    """The nodes whose gradient a backward pass has computed: those below one that is not 0."""
    found: set[Any] = set()
    vectors = set()
    for node in reversed(order):
        grad = node.grad or 0.0  # None: as torch has it, not yet
        if node not in found:
            if not (grad != 0 if grad.__class__ is float else data_of(grad) != 0):
                continue
            found.add(node)
        for slot in (node.first, node.second):
            if slot.__class__ is not tuple:
                found.add(slot)
            elif id(slot) not in vectors:
                vectors.add(id(slot))
                found.update(slot)
    found.discard(None)
    return found


def contracted(
    order: Sequence[Value], roots: Iterable[Value], fold: Paths, seen: set[Value]
) -> tuple[dict[GroupPath, Fold], Joined]:
    """The groups of `fold`, and the bundles of edges that join them and the nodes outside.

    `seen` are the nodes that a backward pass has reached. Edges between two nodes that are drawn
    themselves are left out.
    """
    groups: dict[GroupPath, Fold] = defaultdict(Fold)
    for node, key in fold.items():
        groups[key].members.append(node)
    for root in roots:
        if root in fold:
            groups[fold[root]].outputs.add(root)
    joined: Joined = defaultdict(Bundle)
    parts_of: dict[int, dict[Any, list[int]]] = {}  # of a vector, where the nodes of each group are
    largest_of: dict[int, float] = {}
    done: set[tuple[Any, int]] = set()
    find = fold.get
    for node in order:
        head: Any = find(node, node)
        adjoint = magnitude(node.grad) if node in seen else None
        for slot, partial in ((node.first, node.dfirst), (node.second, node.dsecond)):
            shared = slot.__class__ is tuple
            if slot is None or (not shared and find(slot) == head):
                continue
            parents, partials = (slot, partial) if shared else ((slot,), (partial,))
            parts = parts_of.get(id(slot)) if shared else {find(slot, slot): [0]}
            if parts is None:
                parts = parts_of[id(slot)] = {}
                for k, parent in enumerate(slot):
                    parts.setdefault(find(parent, parent), []).append(k)
            for tail, places in parts.items():
                if tail == head or (tail.__class__ is not tuple and head is node):
                    continue
                if (head, id(slot)) not in done:
                    crossing = [parents[k] for k in places]
                    if tail.__class__ is tuple:
                        groups[tail].outputs.update(crossing)
                    if head.__class__ is tuple:
                        groups[head].inputs.update(crossing)
                bundle = joined[tail, head]
                bundle.count += len(places)
                if adjoint is None:
                    continue
                size: float | None = 0.0
                if adjoint and len(parts) > 1:
                    size = max(magnitude(partials[k]) for k in places)
                elif adjoint and (size := largest_of.get(id(partial))) is None:
                    size = largest_of[id(partial)] = max(map(magnitude, partials))
                bundle.flow = max(bundle.flow or 0.0, adjoint * (size or 0.0))
            done.add((head, id(slot)))
    return groups, joined
