"""A recorded computation: what happened, step by step, as plain data.

As JSON it has the nodes and roots of `drawing.to_json`, and each step with its fields:

    {"format": "autograd_mini steps", "version": 2, "graph": ..., "steps": [
        {"kind": "given", "nodes": [0, 2]}, ...,
        {"kind": "accumulate", "node": 1, "parent": 0, "edge": 1, "adjoint": 1.0, ...}],
     "places": [null, [0, 1, 4, 1, 9]], "sources": [{"name": "f", ...}], "stale": [],
     "optimiser": null, "checksum": "8e2f0a3b5c71d946"}
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Self

import autograd_mini.stepping as face
from autograd_mini.drawing.interchange import read_graph, written_graph
from autograd_mini.drawing.sketch import names_of
from autograd_mini.files import Format
from autograd_mini.graph import topological
from autograd_mini.notation.shapes import Uses
from autograd_mini.numbers.arguments import one_of
from autograd_mini.value import Value

# ruff: noqa: F405
from .events import *  # noqa: F403  (what happens in the steps; pickles name this module)
from .recordings import Recording, read, written


class Steps(Recording[Step]):
    """The steps of one computation, in order; made by `steps`.

    Indexing gives a step, a slice a tuple of steps. A step names a node by its index in `nodes`,
    which are copies of the graph's in topological order, gradients included.

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> recorded = steps(x * x)
    >>> [step.kind for step in recorded]
    ['given', 'forward', 'seed', 'visit', 'accumulate', 'accumulate', 'visit']
    >>> recorded[-2].before, recorded[-2].share, recorded[-2].after
    (3.0, 3.0, 6.0)
    """

    holds = "steps"
    form = Format(
        "autograd_mini steps", ("graph", "steps", "places", "sources", "stale", "optimiser")
    )

    def __init__(
        self,
        steps: Iterable[Step],
        nodes: Iterable[Value],
        places: Iterable[Place | None] = (),
        sources: Iterable[Source] = (),
        stale: Iterable[int] = (),
        optimiser: str | None = None,
    ) -> None:
        self.steps = tuple(steps)
        self.nodes = tuple(nodes)
        self.named = names_of(self.nodes)  #: their labels, or v₁, v₂, ...
        self.names = tuple(self.named.values())
        self.places = tuple(places) or (None,) * len(self.nodes)  #: where the learner's code is
        self.sources = tuple(sources)  #: the texts that places point into
        self.stale = frozenset(stale)  #: the nodes whose operands were changed afterwards
        self.optimiser = optimiser  #: the name of the one that made the updates, or None

    @property
    def root(self) -> Value:
        """The last node: the one whose gradients are computed."""
        return self.nodes[-1]

    @cached_property
    def numerator(self) -> str:
        """What the gradients are of, as in ∂L/∂w: the name of the root.

        With a seed other than 1 they are of something further on, and it is L, or another letter
        where a node has that name.
        """
        seeds = (step.value for step in self.steps if isinstance(step, Seed))
        free = (name for name in (*"LEJQ", "L′") if name not in self.names)
        return self.names[-1] if next(seeds, 1) == 1 else next(free, "∗")

    @cached_property
    def use_of(self) -> Callable[[Value, int], int]:
        """Which use of its parent an edge is; 0 where it is the only way to it."""
        return Uses(self.nodes)

    @cached_property
    def timeline(self) -> Timeline:
        """What is known of each node after any step."""
        return Timeline(self.steps, self.nodes)

    def __repr__(self) -> str:
        return f"<Steps: {len(self)} steps of {len(self.nodes)} nodes>"

    def __str__(self) -> str:
        return "\n".join(face.transcript(self))

    def state(self, index: int) -> State:
        """What is known after the step of this index: data, gradients so far, who is complete.

        >>> from autograd_mini import Value, steps
        >>> x = Value(3.0, label="x")
        >>> recorded = steps(x * x)
        >>> recorded.state(4).grad            # x has had one of its two shares
        {1: 1.0, 0: 3.0}

        Raises IndexError if there is no such step.
        """
        self[index]  # raises IndexError
        return self.timeline.state(range(len(self))[index])

    def shares(self, node: int) -> tuple[Accumulate, ...]:
        """The shares that a node's gradient is the sum of, in the order in which they come.

        >>> from autograd_mini import Value, steps
        >>> x = Value(3.0, label="x")
        >>> [step.share for step in steps(x * x).shares(0)]
        [3.0, 3.0]
        """
        return tuple(self.timeline.shares(node, len(self)))

    def _content(self) -> dict[str, Any]:
        return {
            "graph": written_graph([self.root]),
            "steps": [{"kind": step.kind, **written(step)} for step in self],
            "places": self.places,
            "sources": written(self.sources),
            "stale": sorted(self.stale),
            "optimiser": self.optimiser,
        }

    @classmethod
    def _of(cls, content: dict[str, Any]) -> Self:
        roots = read_graph(content["graph"])
        if len(roots) != 1:
            raise ValueError(f"their graph needs one root, got {len(roots)}")
        nodes = topological(*roots)
        for node in nodes:
            node.__class__ = Recorded
        edges = [len(node.parents) for node in nodes]
        steps = [_read(k, entry, edges) for k, entry in enumerate(content["steps"])]
        if leaves := tuple(step.node for step in steps if isinstance(step, Leaf)):  # version 0.1
            steps = [Given(leaves), *(step for step in steps if not isinstance(step, Leaf))]
        places = read(tuple[Place | None, ...], content["places"])
        sources = read(tuple[Source, ...], content["sources"])
        if len(places) != len(nodes) or any(p and p.source >= len(sources) for p in places):
            raise ValueError(
                f"{len(places)} places do not fit {len(nodes)} nodes and their sources"
            )
        stale = read(tuple[int, ...], content["stale"])
        return cls(steps, nodes, places, sources, stale, content["optimiser"])


def _read(k: int, entry: dict[str, Any], edges: list[int]) -> Any:
    """The k-th step, of a graph whose nodes have so many edges each."""
    kind = KINDS[one_of(f"the kind of step {k}", entry.pop("kind", None), KINDS)]
    step = read(kind, entry, f"step {k}")
    if not getattr(step, "nodes", True):
        raise ValueError(f"step {k}: nodes must have one at least")
    for key in [key for key in ("nodes", "node", "parent", "users", "edge") if key in entry]:
        indices = getattr(step, key)
        most = edges[step.node] if key == "edge" else len(edges)
        for index in indices if isinstance(indices, tuple) else (indices,):
            if not 0 <= index < most:
                raise ValueError(f"step {k}: {key} must be below {most}, got {indices}")
    return step
