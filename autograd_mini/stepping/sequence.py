"""A recorded computation: what happened, step by step, as plain data."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

import autograd_mini.stepping as face
from autograd_mini.drawing.sketch import names_of
from autograd_mini.value import Value

from . import saving
from .events import *  # noqa: F403  (what happens in the steps; pickles name this module)
from .events import Accumulate, Place, Seed, Source, Step
from .recordings import Recording
from .timeline import State, Timeline


class Steps(Recording[Step]):
    """The steps of one computation, in order; made by `steps`.

    Indexing gives a step, a slice a tuple of steps.

    nodes      copies of the graph's nodes in topological order, gradients included; a step names
               a node by its index here
    names      what each node is called: its label, or v₁, v₂, ...
    places     for each node, where the learner's code made it (a Place), or None
    sources    the texts that places point into
    stale      the nodes whose operands were changed after they had been computed
    optimiser  the name of the optimiser that made the updates, or None

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> recorded = steps(x * x)
    >>> [step.kind for step in recorded]
    ['given', 'forward', 'seed', 'visit', 'accumulate', 'accumulate', 'visit']
    >>> recorded[-2].before, recorded[-2].share, recorded[-2].after
    (3.0, 3.0, 6.0)
    """

    holds = "steps"
    saving: ClassVar[Any] = saving

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
        self.names = tuple(names_of(self.nodes).values())
        self.places = tuple(places) or (None,) * len(self.nodes)
        self.sources = tuple(sources)
        self.stale = frozenset(stale)
        self.optimiser = optimiser

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
    def named(self) -> dict[Value, str]:
        """The names by node."""
        return dict(zip(self.nodes, self.names, strict=True))

    @cached_property
    def timeline(self) -> Timeline:
        """What is known of each node after any step."""
        return Timeline(self)

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
