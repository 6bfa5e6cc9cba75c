"""Which neuron or layer of a network a node belongs to, from the names of the parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.value import Value

GROUPS = ("neuron", "layer")
_PARAMETER = re.compile(r"(?P<layer>(?:.*\.)?layer\d+)\.(?P<neuron>neuron\d+)\.(?P<rest>.+)", re.S)
_LONE_NEURON = re.compile(r"(?P<neuron>(?:.*\.)?neuron\d+)\.(?P<rest>.+)", re.S)

Path = tuple[str, ...]


def path_of(label: str | None) -> tuple[Path, str]:
    """The groups that a label names, outermost first, and what is left of it.

    >>> path_of("layer1.neuron3.w[2]")
    (('layer1', 'neuron3'), 'w[2]')
    >>> path_of("loss")
    ((), 'loss')
    """
    if match := _PARAMETER.fullmatch(label or ""):
        return (match["layer"], match["neuron"]), match["rest"]
    if match := _LONE_NEURON.fullmatch(label or ""):
        return (match["neuron"],), match["rest"]
    return (), label or ""


def grouped(order: Sequence[Value], by: str) -> dict[Value, Path]:
    """The group of each node, as the path of the clusters around it.

    A node belongs to the neuron whose parameters it was computed from; an operation on one number,
    such as an activation, to the neuron of that number if it is the only one to use it.
    """
    uses: dict[Value, int] = {}
    for node in order:
        for parent in node.parents:
            uses[parent] = uses.get(parent, 0) + 1
    paths: dict[Value, Path] = {}
    for node in order:
        own, _ = path_of(node.label)
        parents = node.parents
        if not own and node.first is not None:
            from_parameters = {paths[p] for p in parents if p.first is None and paths[p]}
            if len(from_parameters) == 1:
                (own,) = from_parameters
            elif node.op and len(node.op.params) == 1 == len(parents) == uses[parents[0]]:
                own = paths[parents[0]]
        paths[node] = own
    if by == "layer":
        return {node: path[:1] for node, path in paths.items()}
    return paths
