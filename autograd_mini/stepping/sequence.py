"""A recorded computation: what happened, step by step, as plain data.

Forward pass: `Leaf`, a given number; `Forward`, a node computed from its parents. Backward pass:
`Seed`, dL/dL = 1; `Visit`, a node whose gradient is complete, since all of its users are done;
`Accumulate`, one `parent.grad += adjoint * partial`. With an optimiser: `Update`, a new weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias, overload

from autograd_mini.value import Value

from . import saving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.numbers.kind import Number


class Leaf(NamedTuple):
    """A number that is given: an input or a weight."""

    node: int

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "leaf"


class Forward(NamedTuple):
    """A node is computed from its parents."""

    node: int

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "forward"


class Seed(NamedTuple):
    """The backward pass starts: the gradient of the root with respect to itself."""

    node: int
    value: Number

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "seed"


class Visit(NamedTuple):
    """All users of a node are done: its gradient is complete, and it hands on its shares."""

    node: int
    adjoint: Number
    users: tuple[int, ...]
    """The nodes computed from this one, in the order in which they were visited."""

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "visit"


class Accumulate(NamedTuple):
    """One edge of the chain rule: parent.grad += adjoint * partial."""

    node: int
    parent: int
    edge: int
    """Which of the node's edges: an index into its `parents` and `partials`."""
    adjoint: Number
    partial: Number
    share: Number
    """adjoint * partial."""
    before: Number
    after: Number

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "accumulate"


class Update(NamedTuple):
    """A weight after the optimiser's step: w_new = w_old - eta * dL/dw for gradient descent."""

    node: int
    before: Number
    gradient: Number
    rate: Number
    after: Number

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "update"


Step: TypeAlias = Leaf | Forward | Seed | Visit | Accumulate | Update
KINDS: dict[str, type[Any]] = {
    cls.__name__.lower(): cls for cls in (Leaf, Forward, Seed, Visit, Accumulate, Update)
}
_PHASES = {"leaf": "forward", "forward": "forward", "update": "update"}


def phase(step: Step) -> str:
    """The part of the computation that a step belongs to: forward, backward or update.

    >>> phase(Visit(4, 1.0, ()))
    'backward'
    """
    return _PHASES.get(step.kind, "backward")


class Source(NamedTuple):
    """The text of a function of the learner's own."""

    name: str
    file: str
    first: int
    """The number of its first line in the file."""
    lines: tuple[str, ...]


class Place(NamedTuple):
    """Where in the learner's code a node was made; lines count from 0 in the source."""

    source: int
    line: int
    column: int
    end_line: int
    end_column: int


class State(NamedTuple):
    """What is known after a step: numbers by node."""

    data: dict[int, Number]
    grad: dict[int, Number]
    complete: frozenset[int]
    """The nodes whose gradient is complete: those visited."""


class Recorded(Value):
    """A node as it was when it was recorded; it cannot be changed."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a recorded node cannot be changed ({name} = {value!r:.40})")


class Steps(Sequence["Step"]):
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
    ['leaf', 'forward', 'seed', 'visit', 'accumulate', 'accumulate', 'visit']
    >>> recorded[-2].before, recorded[-2].share, recorded[-2].after
    (3.0, 3.0, 6.0)
    """

    __slots__ = ("_steps", "nodes", "names", "places", "sources", "stale", "optimiser", "_cache")

    def __init__(
        self,
        steps: Iterable[Step],
        nodes: Iterable[Value],
        places: Iterable[Place | None] = (),
        sources: Iterable[Source] = (),
        stale: Iterable[int] = (),
        optimiser: str | None = None,
    ) -> None:
        from autograd_mini.drawing.sketch import names_of

        self._steps = tuple(steps)
        self.nodes = tuple(nodes)
        self.names = tuple(names_of(self.nodes).values())
        self.places = tuple(places) or (None,) * len(self.nodes)
        self.sources = tuple(sources)
        self.stale = frozenset(stale)
        self.optimiser = optimiser
        self._cache: dict[str, Any] = {}  # what is found out when it is first asked for

    @property
    def root(self) -> Value:
        """The last node: the one whose gradients are computed."""
        return self.nodes[-1]

    @property
    def numerator(self) -> str:
        """What the gradients are of, as in ∂L/∂w: the name of the root.

        With a seed other than 1 they are of something further on, and it is L, or another letter
        where a node has that name.
        """
        if "numerator" not in self._cache:
            seeds = (step.value for step in self._steps if isinstance(step, Seed))
            free = (name for name in (*"LEJQ", "L′") if name not in self.names)
            own = next(seeds, 1) == 1
            self._cache["numerator"] = self.names[-1] if own else next(free, "∗")
        return self._cache["numerator"]  # type: ignore[no-any-return]

    @property
    def named(self) -> dict[Value, str]:
        """The names by node."""
        if "named" not in self._cache:
            self._cache["named"] = dict(zip(self.nodes, self.names, strict=True))
        return self._cache["named"]  # type: ignore[no-any-return]

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...

    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        try:
            return self._steps[index]
        except IndexError:
            raise IndexError(f"there are {len(self)} steps, got the index {index}") from None

    def __len__(self) -> int:
        return len(self._steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Steps) and self.to_json() == other.to_json()

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Steps: {len(self)} steps of {len(self.nodes)} nodes>"

    def __str__(self) -> str:
        from .plain import transcript

        return "\n".join(transcript(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Steps.from_json, (self.to_json(),)

    def _repr_html_(self) -> str | None:
        from autograd_mini.pages.notebook import shown

        return shown(self)

    def state(self, index: int) -> State:
        """What is known after the step of this index: data, gradients so far, who is complete.

        >>> from autograd_mini import Value, steps
        >>> x = Value(3.0, label="x")
        >>> recorded = steps(x * x)
        >>> recorded.state(4).grad            # x has had one of its two shares
        {1: 1.0, 0: 3.0}

        Raises IndexError if there is no such step.
        """
        last = range(len(self))[index] if -len(self) <= index < len(self) else self[index]
        data: dict[int, Number] = {}
        grad: dict[int, Number] = {}
        complete: set[int] = set()
        for step in self._steps[: last + 1]:  # type: ignore[operator]  # an index, or it has raised
            match step:
                case Leaf(node) | Forward(node):
                    data[node] = self.nodes[node].data
                case Seed(node, value):
                    grad[node] = value
                case Visit(node, adjoint):
                    grad[node] = adjoint
                    complete.add(node)
                case Accumulate():
                    grad[step.parent] = step.after
                case Update():
                    data[step.node] = step.after
        return State(data, grad, frozenset(complete))

    def shares(self, node: int) -> tuple[Accumulate, ...]:
        """The shares that a node's gradient is the sum of, in the order in which they come.

        >>> from autograd_mini import Value, steps
        >>> x = Value(3.0, label="x")
        >>> [step.share for step in steps(x * x).shares(0)]
        [3.0, 3.0]
        """
        if "shares" not in self._cache:
            into: dict[int, list[Accumulate]] = {}
            for step in self._steps:
                if isinstance(step, Accumulate):
                    into.setdefault(step.parent, []).append(step)
            self._cache["shares"] = into
        return tuple(self._cache["shares"].get(node, ()))

    # --- JSON ------------------------------------------------------------------------------------
    def to_json(self, indent: int | None = None) -> str:
        """All of it as JSON; `Steps.from_json` reads it again, bit for bit."""
        return saving.to_json(self, indent)

    @staticmethod
    def from_json(text: str) -> Steps:
        """The steps that `to_json` has written.

        Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is
        wrong.
        """
        steps, nodes, *others = saving.read(text, KINDS, Place, Source)
        for node in nodes:
            node.__class__ = Recorded
        return Steps(steps, nodes, *others)
