"""What can happen in a step of a recorded computation, as plain data.

Forward pass: `Given`, `Forward`; backward pass: `Seed`, `Visit`, `Accumulate`; with an optimiser:
`Update`. A `Timeline` finds what is known of each node after any of them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn, TypeAlias

from autograd_mini.numbers.kind import Number
from autograd_mini.value import Value


class Given(NamedTuple):
    """The numbers that are given: all inputs and weights at once."""

    nodes: tuple[int, ...]  #: in the order in which they are needed

    @property
    def node(self) -> int:
        """The first of them."""
        return self.nodes[0]

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "given"


class Leaf(NamedTuple):
    """One given number: deprecated, read from old recordings as part of their `Given`."""

    node: int


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
    users: tuple[int, ...]  #: the nodes computed from this one, in the order of their visits

    @property
    def kind(self) -> str:
        """The name of this kind of step."""
        return "visit"


class Accumulate(NamedTuple):
    """One edge of the chain rule: parent.grad += adjoint * partial."""

    node: int
    parent: int
    edge: int  #: which of the node's edges: an index into its `parents` and `partials`
    adjoint: Number
    partial: Number
    share: Number  #: adjoint * partial
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


Step: TypeAlias = Given | Forward | Seed | Visit | Accumulate | Update
KINDS: dict[str, type[Any]] = {
    cls.__name__.lower(): cls for cls in (Given, Leaf, Forward, Seed, Visit, Accumulate, Update)
}
_PHASES = {"given": "forward", "forward": "forward", "update": "update"}


def phase(step: Step) -> str:
    """The part of the computation that a step belongs to: forward, backward or update."""
    return _PHASES.get(step.kind, "backward")


class Source(NamedTuple):
    """The text of a function of the learner's own."""

    name: str
    file: str
    first: int  #: the number of its first line in the file
    lines: tuple[str, ...]


class Place(NamedTuple):
    """Where in the learner's code a node was made; lines count from 0 in the source."""

    source: int
    line: int
    column: int
    end_line: int
    end_column: int


class Recorded(Value):
    """A node as it was when it was recorded; it cannot be changed."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a recorded node cannot be changed ({name} = {value!r:.40})")


# --- what is known after a step ------------------------------------------------------------------
_when: Any = itemgetter(0)


class State(NamedTuple):
    """What is known after a step: numbers by node."""

    data: dict[int, Number]
    grad: dict[int, Number]
    complete: frozenset[int]  #: the nodes whose gradient is complete: those visited


class Timeline:
    """The changes of each node, by the index of the step that made them.

    What is known of a node after any step is found in a time that grows with the logarithm of the
    number of its changes.

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> timeline = steps(x * x).timeline
    >>> [timeline.grad(0, index) for index in range(7)]
    [None, None, None, None, 3.0, 6.0, 6.0]
    """

    def __init__(self, steps: Iterable[Step], nodes: Sequence[Value]) -> None:
        changes: list[dict[int, list[Any]]] = [defaultdict(list) for _ in range(4)]
        self._data, self._grad, self._shares, self._visits = changes
        for index, step in enumerate(steps):
            match step:
                case Given() | Forward():
                    for node in lit(step)[0]:
                        self._data[node].append((index, nodes[node].data))
                case Seed(node, value):
                    self._grad[node].append((index, value))
                case Visit(node, adjoint):
                    self._grad[node].append((index, adjoint))
                    self._visits[node].append(index)
                case Accumulate():
                    self._grad[step.parent].append((index, step.after))
                    self._shares[step.parent].append((index, step))
                case Update():
                    self._data[step.node].append((index, step.after))

    def data(self, node: int, index: int) -> Number | None:
        """The node's data after the step, None where it has none yet."""
        return _last(self._data.get(node, []), index)

    def grad(self, node: int, index: int) -> Number | None:
        """The node's gradient so far, None where nothing has been added to it yet."""
        return _last(self._grad.get(node, []), index)

    def numbers(self, node: int) -> list[Number]:
        """All that the node's gradient and data come to, one after the other."""
        return [x for _, x in (*self._grad[node], *self._data[node])]

    def complete(self, node: int, index: int) -> bool:
        """Whether all of the node's users are done, so that its gradient is complete."""
        return node in self._visits and self._visits[node][-1] <= index

    def shares(self, node: int, index: int) -> list[Accumulate]:
        """What has been added to the node's gradient up to the step."""
        shares = self._shares.get(node, [])
        return [step for _, step in shares[: bisect_right(shares, index, key=_when)]]

    def state(self, index: int) -> State:
        """All nodes after the step."""
        data, grad = (
            {node: x for node in changes if (x := _last(changes[node], index)) is not None}
            for changes in (self._data, self._grad)
        )
        return State(data, grad, frozenset(k for k, at in self._visits.items() if at[-1] <= index))


def _last(changes: list[tuple[int, Number]], index: int) -> Number | None:
    found = bisect_right(changes, index, key=_when)
    return changes[found - 1][1] if found else None


def lit(step: Step) -> tuple[tuple[int, ...], int | None]:
    """The nodes that a step is about, and the parent that receives a share in it."""
    nodes = step.nodes if isinstance(step, Given) else (step.node,)
    return nodes, step.parent if isinstance(step, Accumulate) else None
