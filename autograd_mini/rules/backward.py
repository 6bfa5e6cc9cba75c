"""Around the reverse sweep: its seed, the leaves that accumulate, and where a nan arose."""

from __future__ import annotations

import cmath
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import GradientError, NumberTypeError
from autograd_mini.graph import topological
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.kind import Number
from autograd_mini.numbers.kinds import OWN, constant, in_ieee, shown
from autograd_mini.numbers.numberlike import NumberLike, data_of

from .evaluation import operand
from .higher import is_plain

if TYPE_CHECKING:
    from autograd_mini.value import Value


def start(root: Value, seed: object, create_graph: bool) -> tuple[Number, Number]:
    """The zero and the seed of a backward pass: floats for floats, exact for exact numbers."""
    if isinstance(seed, NumberLike) and not create_graph:
        raise NumberTypeError(
            f"the seed must be a number, or a Value with create_graph=True, got {shown(seed)}"
        )
    try:
        one: Any = seed if isinstance(seed, NumberLike) else constant(seed)
    except NumberTypeError:
        raise NumberTypeError(f"the seed must be a number, got {shown(seed)}") from None
    traced: Any = next((x for x in (root.data, one) if x.__class__ in OWN), None)
    if traced is not None and (met := OWN[traced.__class__].met):
        met((traced, *topological(root)))  # notes their gradients before this pass changes them
    if traced is not None and not create_graph:
        return 0, traced.seed(one)
    if one != one or (one.__class__ is float and cmath.isinf(one)):
        raise GradientError(f"the seed of a backward pass must be finite, got {seed!r}")
    if root.data.__class__ is not float or create_graph:
        return 0, one
    if one.__class__ is complex:
        raise NumberTypeError(f"the seed must be a real number here, got {shown(seed)}")
    return 0.0, FLOAT.convert(one)


def add_to_leaves(order: Sequence[Value], before: Mapping[Value, Number]) -> None:
    """Add this pass's gradients to those that the leaves had before.

    Raises GradientError if one is nan; the leaves then have what they had before.
    """
    failed = not in_ieee() and any(leaf.grad != leaf.grad for leaf in before)
    error = _nan_gradient(order) if failed else None
    new: Any
    for leaf, old in before.items():
        new = leaf.grad
        if new.__class__ in OWN:
            new = new.settled()  # type: ignore[attr-defined]
        leaf.grad = old if failed else new if old is None or is_plain(old, 0) else old + new
    if error:
        raise error


def _nan_gradient(order: Sequence[Value]) -> GradientError:
    """It names the edge where the nan arose."""
    for node in order:
        adjoint = node.grad
        for partial in node.partials:
            share = adjoint * partial
            if share != share and adjoint == adjoint:
                name = node.op.name if node.op else "a node made by hand"
                if name == "pow" and (base := data_of(node.args[0])).real < 0:
                    return GradientError(
                        f"the gradient is not a number: {base} ** {data_of(node.args[1])} has no"
                        " derivative by its exponent; give the exponent as a plain number"
                    )
                at = ", ".join(operand(p.data, p) for p in node.parents[:4])
                return GradientError(
                    f"the gradient is not a number: {name} at ({at}) has the partial derivative"
                    f" {partial}, and the gradient that arrives there is {adjoint}"
                )
    return GradientError("the gradient is not a number: paths with +inf and -inf meet")
