"""What can happen in a step of a recorded computation, as plain data.

Forward pass: `Given`, all inputs and weights; `Forward`, a node computed from its parents. Backward
pass: `Seed`, dL/dL = 1; `Visit`, a node whose gradient is complete, since all of its users are
done; `Accumulate`, one `parent.grad += adjoint * partial`. With an optimiser: `Update`, a new
weight.
"""

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
