"""Hints for dot: which groups stand after others, and which edges would run too far."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scopes import GroupPath
    from .sketch import Link, Sketch

MANY = 250  # items or edges, beyond which a good layout soon is worth more than the best one late
LONG = 600  # ranks that the edges of a picture cross together; beyond, layout takes seconds
FAR = 12  # ranks that one edge may cross in such a picture


def far(seen: Sketch) -> list[Link]:
    """The edges that would run far, if there are so many that layout becomes slow.

    dot puts a point of each edge on every rank that it crosses, so its time grows with their sum.
    """
    rank = _ranks(seen)
    if sum(rank[link.head] - rank[link.tail] for link in seen.links) <= LONG:
        return []
    return [link for link in seen.links if rank[link.head] - rank[link.tail] > FAR]


def later(seen: Sketch) -> list[tuple[str, str]]:
    """Pairs (a, b) where b is to stand after a, so that a group comes after those that it uses.

    Its parameters could stand beside those of the group before; then the two would lie side by
    side, with edges that run back between them.
    """
    if seen.folded or len(seen.items) > MANY:
        return []
    items = {item.id: item for item in seen.items}
    rank = _ranks(seen)
    above: dict[str, set[str]] = {id: {id} for id in items}  # what it was computed from
    last: dict[GroupPath, str] = {}  # for a group, the latest node of another one that it uses
    for link in seen.links:
        above[link.head] |= above[link.tail]
        tail, head = items[link.tail].path, items[link.head].path
        shared = next((k for k, (a, b) in enumerate(zip(tail, head)) if a != b), None)  # noqa: B905
        if shared is not None:
            group = head[: shared + 1]
            if group not in last or rank[last[group]] < rank[link.tail]:
                last[group] = link.tail
    sources = {item.id for item in seen.items} - {link.head for link in seen.links}
    return [
        (tail, item.id)
        for group, tail in last.items()
        for item in seen.items
        if item.id in sources and item.path[: len(group)] == group and item.id not in above[tail]
    ]


def _ranks(seen: Sketch) -> dict[str, int]:
    """For each item, how many edges the longest way to it has."""
    rank = {item.id: 0 for item in seen.items}
    for link in seen.links:  # in the order of their heads, which is topological
        rank[link.head] = max(rank[link.head], rank[link.tail] + 1)
    return rank
