"""Which scope, layer and neuron a node belongs to, and how groups fold into one node each."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from autograd_mini.numbers.numberlike import data_of, magnitude
from autograd_mini.value import Value

from .scopes import GroupPath, Paths, scope_of

PAGE = 24  # nodes that fit a page
STAGES = 12  # into which a graph without groups folds
MOST = 500  # nodes, or groups, that a group holds itself
_PARAMETER = re.compile(
    r"(?:(?P<layer>.*)\.)?(?P<neuron>(?:neuron|head|place)\d+)\.(?P<rest>.+)", re.S
)
_PART = re.compile(r"(?:.*\.)?(neuron|layer)\d+", re.S)


def path_of(label: str | None) -> tuple[GroupPath, str]:
    """The groups that a label names, outermost first, and what is left of it."""
    match = _PARAMETER.fullmatch(label or "")
    if not match:
        return (), label or ""
    return tuple(filter(None, match.group("layer", "neuron"))), match["rest"]


def grouped(order: Sequence[Value], by: str | None) -> Paths:
    """The group of each node, as the path of the clusters around it: scopes, layer, neuron.

    A node belongs to the neuron whose parameters it was computed from; an operation on one number,
    such as an activation, to the neuron of that number if it is the only one to use it. Parameters
    made outside a scope are drawn inside it where nothing else uses them. Without `by`, which is
    "neuron" or "layer", there are scopes only.
    """
    scopes = {node: scope for node in order if (scope := scope_of(node))}
    paths: Paths = dict.fromkeys(order, ())
    if by is not None:
        parts = _parts(order)
        users: dict[Value, set[GroupPath]] = {}  # of parameters outside, their scopes
        for node in order if scopes else ():
            for parent in node.parents:
                if parent in parts and parent.first is None and parent not in scopes:
                    users.setdefault(parent, set()).add(scopes.get(node, ()))
        scopes |= {leaf: own.pop() for leaf, own in users.items() if len(own) == 1}
        paths |= {node: path[:1] for node, path in parts.items()} if by == "layer" else parts
    for node, scope in scopes.items():
        paths[node] = scope + paths[node]
    return paths


def _parts(order: Sequence[Value]) -> Paths:
    """The layer and neuron of those nodes that are of one."""
    paths = {n: own for n in order if n.label and (own := path_of(n.label)[0])}
    if not paths:
        return paths
    uses = Counter(parent for node in order for parent in node.parents)
    for node in order:
        if node in paths:
            continue
        found = {paths[p] for p in node.parents if p in paths and p.first is None}
        if len(found) == 1:
            (paths[node],) = found
        elif (
            node.op
            and len(node.op.params) == 1
            and not node.op.vectors
            and not node.label  # what the reader has named stays where the reader sees it
            and uses[parent := node.parents[0]] == 1
            and parent in paths
        ):
            paths[node] = paths[parent]
    return paths


# --- groups of any graph, so that none is too large to look at ------------------------------------
def hierarchy(order: Sequence[Value]) -> Paths:
    """The groups that the graph names, and computed ones where one of them holds too much.

    The nodes of a group, or its groups, are cut into stages in topological order, and these again,
    until none holds more than `MOST`. The last node, whose gradients are computed, is in no group.

    >>> from autograd_mini.graph import topological
    >>> x = Value(0.5)
    >>> for _ in range(7200):
    ...     x = x + 1
    >>> order = topological(x)
    >>> paths = hierarchy(order)
    >>> paths[order[0]], paths[order[-2]], paths[order[-1]]
    (('stage 1', 'stage 1.1'), ('stage 12', 'stage 12.2'), ())
    """
    paths = grouped(order, "neuron")
    users: dict[Value, set[GroupPath]] = {}
    for node in reversed(order):  # what is used in one group alone is of that group
        if not paths[node] and not node.label and len(of := users.get(node, set())) == 1:
            (paths[node],) = of
        for parent in node.parents:
            users.setdefault(parent, set()).add(paths[node])
    held: dict[GroupPath, dict[Any, None]] = {}
    for node in order[:-1]:
        path = paths[node]
        held.setdefault(path, {})[node] = None
        for k in range(len(path)):
            held.setdefault(path[:k], {})[path[: k + 1]] = None
    stage: dict[Any, GroupPath] = {}
    for members in held.values():
        for kind in (tuple, Value):
            _staged([x for x in members if isinstance(x, kind)], stage)
    paths[order[-1]] = ()
    moved = {
        path: tuple(
            part for k, own in enumerate(path, 1) for part in (*stage.get(path[:k], ()), own)
        )
        for path in set(paths.values())
    }
    return {node: moved[path] + stage.get(node, ()) for node, path in paths.items()}


def _staged(things: Sequence[Any], stage: dict[Any, GroupPath], name: str = "stage ") -> None:
    """Cut into stages what is more than `MOST`, and these again."""
    parts = min(STAGES, -(-len(things) // MOST))
    if parts < 2:
        return
    size = -(-len(things) // parts)
    for k in range(0, len(things), size):
        part, own = f"{name}{k // size + 1}", things[k : k + size]
        for thing in own:
            stage[thing] = (*stage.get(thing, ()), part)
        _staged(own, stage, f"{part}.")


# --- folding -------------------------------------------------------------------------------------
def folds(order: Sequence[Value], roots: Collection[Value], collapse: Any) -> Paths:
    """For each node that is folded away, the group that is drawn in its place.

    Roots stay, unless a function folds them.

    Raises TypeError or ValueError for a `collapse` that is none of those that `draw` names.
    """
    if collapse is None or collapse is False:
        return {}
    if callable(collapse):
        chosen: Paths = {
            node: (name,) for node in order if (name := collapse(node)) not in (None, "")
        }
        for (name,) in chosen.values():
            if not isinstance(name, str):
                raise TypeError(f"the function collapse returns a name or None, got {name!r:.60}")
        return chosen
    paths = hierarchy(order)
    if hasattr(collapse, "__index__") and collapse is not True:  # an int, or one of NumPy
        if collapse < 1:
            raise ValueError(f"collapse as a depth is 1 or more, got {collapse}")
        chosen = {node: path[:collapse] for node, path in paths.items() if len(path) >= collapse}
    else:
        many = isinstance(collapse, list | tuple | set | frozenset)
        names = [*collapse] if many else [collapse]
        if not all(isinstance(name, str) for name in names):
            what = "a depth, a name, a list of names, a function, False or None"
            raise TypeError(f"collapse is {what}; got {collapse!r:.60}")
        found = {path: _first_match(path, names) for path in set(paths.values())}
        chosen = {node: fold for node, path in paths.items() if (fold := found[path])}
        if names and not chosen:
            known = ", ".join(sorted({part for path in found for part in path})[:12]) or "none"
            raise ValueError(f"collapse={collapse!r} names no group here; there are: {known}")
    return {node: path for node, path in chosen.items() if node not in roots}


def _first_match(path: GroupPath, names: Sequence[str]) -> GroupPath | None:
    """The outermost part of the path that has one of the names; "layer" is any layer."""
    for k, part in enumerate(path, 1):
        kind = match[1] if (match := _PART.fullmatch(part)) else None
        whole = ".".join(path[:k])
        for n in names:
            fits = fnmatchcase(part, n) or ("." in n and fnmatchcase(whole, n))
            if fits or n in (kind, whole, part):
                return path[:k]
    return None


def folded_to_fit(order: Sequence[Value], roots: Collection[Value]) -> Paths:
    """The finest folding that fits a page: by neuron, by layer, by scope, or by stages.

    Of too many layers or scopes, some that follow each other are folded together.
    """
    kept, chosen = set(roots), Paths()
    paths = grouped(order, "neuron")
    for depth in range(max(map(len, paths.values())), 0, -1):
        chosen = {node: path[:depth] for node, path in paths.items() if path and node not in kept}
        if len(set(chosen.values())) <= PAGE:
            break
    if not chosen:
        size = -(-len(order) // STAGES)
        return {n: (f"stage {k // size + 1}",) for k, n in enumerate(order) if n not in kept}
    if len(groups := {*chosen.values()}) > PAGE:
        ends = {path[:1]: k for k, path in enumerate(paths.values())}  # its last node, be it a root
        ordered, size = sorted(groups, key=ends.__getitem__), -(-len(groups) // STAGES)
        together: dict[GroupPath, GroupPath] = {}
        for k in range(0, len(ordered), size):
            run = ordered[k : k + size]
            together |= dict.fromkeys(run, (" – ".join(dict.fromkeys((run[0][0], run[-1][0]))),))
        chosen = {node: together[path] for node, path in chosen.items()}
    if len(set(chosen.values())) + len(order) - len(chosen) > PAGE:
        for node in order:
            if node not in chosen and node not in kept:
                chosen[node] = ("inputs",) if node.first is None else ("other operations",)
    return chosen


# --- contracting ---------------------------------------------------------------------------------
@dataclass(slots=True)
class Fold:
    """A group that is drawn as one node: its nodes.

    The inputs are the nodes outside that they use, the outputs those used outside, or roots.
    """

    members: list[Value] = field(default_factory=list)
    inputs: set[Value] = field(default_factory=set)
    outputs: set[Value] = field(default_factory=set)


# (tail, head) -> of each edge between them the size of the gradient that flows back, or None
Joined = dict[tuple[Any, Any], list[float | None]]


def reached(order: Sequence[Value]) -> set[Value]:
    """The nodes whose gradient a backward pass has computed: those below one that is not 0."""
    found: set[Value] = set()
    for node in reversed(order):
        if node in found or data_of(node.grad or 0.0) != 0:  # None: as torch has it, not yet
            found.add(node)
            found.update(node.parents)
    return {node for node in found if node.grad is not None}


def contracted(
    order: Sequence[Value], roots: Iterable[Value], fold: Paths, seen: set[Value]
) -> tuple[dict[GroupPath, Fold], Joined]:
    """The groups of `fold`, and the edges that join them and the nodes outside.

    `seen` are the nodes that a backward pass has reached. Edges between two nodes that are drawn
    themselves are left out.
    """
    groups: dict[GroupPath, Fold] = defaultdict(Fold)
    for node, key in fold.items():
        groups[key].members.append(node)
    for root in roots:
        if root in fold:
            groups[fold[root]].outputs.add(root)
    joined: Joined = defaultdict(list)
    for node in order:
        head: Any = fold.get(node, node)
        adjoint = magnitude(node.grad) if node in seen else None
        for parent, partial in node.edges():
            tail: Any = fold.get(parent, parent)
            if tail == head or (tail is parent and head is node):
                continue
            if tail is not parent:
                groups[tail].outputs.add(parent)
            if head is not node:
                groups[head].inputs.add(parent)
            joined[tail, head].append(adjoint and adjoint * magnitude(partial))
    return groups, joined
