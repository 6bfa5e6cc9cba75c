"""Hypothesis strategies: points where an operation is at ease, and random computation graphs.

They read the sheet, so an operation that a user adds with `op(...)` joins by itself. What they
draw is made to fit and never filtered; a graph that makes a test fail shrinks to a small one,
and its repr is Python that reproduces the failure.

    @settings(deadline=None)  # a check of many digits may take longer than hypothesis expects
    @given(graphs())
    def test_gradients(graph):
        graph.check().raise_for_failure()
"""

import math
from collections.abc import Collection
from functools import partial
from typing import Any

from autograd_mini.numbers.arguments import positive, whole
from autograd_mini.ops import Domain, Op
from autograd_mini.value import Value

from . import table
from .random_graphs import BOUNDS, Graph, assemble, operations, start

try:
    from hypothesis import strategies as st
except ImportError as error:
    what = "autograd_mini.checking.strategies needs hypothesis: pip install 'autograd-mini[check]'"
    raise ImportError(what) from error


def graphs(
    ops: Collection[str | Op] | None = None,
    *,
    max_steps: int = 8,
    max_inputs: int = 3,
    value: type = Value,
    sharing: bool = True,
) -> st.SearchStrategy[Graph]:
    """Random computation graphs that share nodes and vectors, for Values or plain numbers.

    `ops` names the operations to draw from, by default the whole sheet, or all that another engine
    has (`value=`, a class of the museum). Values stay below 30, slopes of a step below 10, and
    every operand is 0.01 or more from a kink, at the graph's own point `graph.at`. Without
    `sharing` they are those of `expressions`.

    Raises ValueError for an operation that is not on the sheet, or sizes below 1; TypeError for a
    size that is no int.

    >>> from hypothesis import find, settings
    >>> find(graphs(["mul", "sin"]), lambda graph: len(graph.steps) >= 2,
    ...      settings=settings(database=None)).at
    (1.0,)
    """
    chosen = operations(ops, value)
    max_steps, max_inputs = whole("max_steps", max_steps), whole("max_inputs", max_inputs)
    # Lists, because hypothesis knows how to leave out an element: a step the less.
    step = st.tuples(*(st.integers(0, bound - 1) for bound in (len(chosen), *BOUNDS)))
    at = st.lists(st.integers(0, 399).map(start), min_size=1, max_size=max_inputs)
    raws = st.lists(step, min_size=1, max_size=max_steps)
    return st.builds(partial(assemble, chosen, value=value, sharing=sharing), at, raws)


def expressions(
    ops: Collection[str | Op] | None = None, **options: Any
) -> st.SearchStrategy[Graph]:
    """As `graphs`, with its options, but trees: no intermediate result is used twice."""
    return graphs(ops, **options, sharing=False)


def points(
    op: Op | str, *, largest: float = 10.0, margin: float = 0.01
) -> st.SearchStrategy[tuple[Any, ...]]:
    """Arguments for an operation: inside its domain, |argument| <= largest, `margin` from kinks.

    A vector argument is a tuple of 1 to 4 numbers. Value and slopes are finite at these points.

    Raises ValueError if the operation is not on the sheet, has no such point, or for a `largest` or
    `margin` that is not positive and finite.

    >>> from hypothesis import find, settings
    >>> find(points("log"), lambda x: True, settings=settings(database=None))
    (1.0,)
    """
    if isinstance(op, str):
        (op,) = operations([op])
    largest, margin = positive("largest", largest), positive("margin", margin)
    return _points(op, float(largest), float(margin))


@st.composite
def _points(draw: st.DrawFn, op: Op, largest: float, margin: float) -> tuple[Any, ...]:
    length = draw(st.integers(1, 4)) if op.vectors else 0
    args: list[Any] = []
    for param, is_variable in zip(op.params, table.variable(op), strict=True):
        low, high = op.domains.get(param, Domain(""))[1:3]
        low, high = max(low, -largest), min(high, largest)
        if low > high:
            raise ValueError(f"{op.signature} has no {param} from {-largest:g} to {largest:g}")
        few = st.integers(math.ceil(low), math.floor(min(high, 5))).map(float)
        number = _numbers(low, high) if is_variable else few
        number = st.just(op.defaults[param]) if param in op.defaults else number
        vector = st.tuples(*[number] * length)
        args.append(draw(vector if param in op.vectors else number))
    return table.repaired(op, tuple(args), largest, margin)


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Mostly of a few decimals, some with all their bits; 1.0 where that is allowed."""
    hundredths = st.integers(math.ceil(low * 100), math.floor(high * 100))
    short = hundredths.map(lambda k: max(low, min(high, (k + 100) / 100 if k >= 0 else k / 100)))
    return st.one_of(short, st.floats(low, high, allow_subnormal=False))
