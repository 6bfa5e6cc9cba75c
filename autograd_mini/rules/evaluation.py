"""Evaluating an operation on numbers, and saying what was wrong where it cannot be."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING, Any

from autograd_mini import errors
from autograd_mini.numbers.kinds import (
    FLOAT,
    IEEE,
    Kind,
    Number,
    constant,
    in_ieee,
    kind_of,
    number,
    symbolic,
)

from .rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd_mini.ops import Op
    from autograd_mini.value import Value


def bind(op: Op, args: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments of op, defaults filled in, vectors as tuples; an error if they do not fit."""
    missing = len(op.params) - len(args)
    if missing:
        defaults = op.params[len(args) :] if missing > 0 else ()
        if not defaults or any(p not in op.defaults for p in defaults):
            raise errors.NumberTypeError(f"{op.signature} got {len(args)} arguments")
        args = (*args, *(op.defaults[p] for p in defaults))
    if not op.vectors:
        return tuple(args)
    bound = tuple(
        _vector(op, param, arg) if param in op.vectors else arg
        for param, arg in zip(op.params, args, strict=True)
    )
    lengths = {len(arg) for param, arg in zip(op.params, bound, strict=True) if param in op.vectors}
    if len(lengths) > 1:
        sizes = " and ".join(str(len(arg)) for arg in bound)
        raise errors.DomainError(f"{op.signature} needs vectors of one length, got {sizes}")
    return bound


def _vector(op: Op, param: str, arg: Any) -> tuple[Any, ...]:
    if arg.__class__ is tuple:
        return arg
    if isinstance(arg, str | bytes | dict) or not hasattr(arg, "__iter__"):
        raise errors.NumberTypeError(
            f"{op.signature} needs a list of numbers or Values as {param}, got {_shown(arg)}"
        )
    return tuple(arg)


def value(op: Op, kind: Kind, numbers: Sequence[Any], args: Sequence[Any]) -> Number:
    """op(*numbers); args, with their labels, are for the error message.

    Raises DomainError, PoleError, RangeError or NumberTypeError where there is no such number.
    """
    none_active = (False,) * len(op.params)
    try:
        out = rule(op, kind, none_active).value(*numbers)
    except OverflowError as error:
        if kind is FLOAT and _is_nan(rule(op, IEEE, none_active).value(*numbers)):
            raise refusal(op, kind, numbers, args, ValueError()) from None  # not merely too large
        raise refusal(op, kind, numbers, args, error) from None
    except (ArithmeticError, ValueError, TypeError, NameError, IndexError) as error:
        raise refusal(op, kind, numbers, args, error) from None
    if kind is FLOAT:
        if out.__class__ is not float:
            if out.__class__ is complex:
                raise refusal(op, kind, numbers, args, ValueError())
            out = float(out)
        if out - out != 0.0:  # inf or nan
            given = list(_flat(numbers))
            if out != out and not any(x != x for x in given):
                raise refusal(op, kind, numbers, args, ValueError())
            if out == out and all(x - x == 0.0 for x in given):
                raise refusal(op, kind, numbers, args, OverflowError())
    elif kind.name != "complex" and _is_complex(out) and not any(map(_is_complex, _flat(numbers))):
        raise refusal(op, kind, numbers, args, ValueError())
    return out


def partials(
    op: Op, kind: Kind, active: tuple[bool, ...], numbers: Sequence[Any], out: Number
) -> tuple[Any, ...]:
    """The partials for the active arguments; inf or nan where the derivative has no value."""
    try:
        found = rule(op, kind, active).partials(*numbers, out)
        if kind is not FLOAT or complex not in map(type, found):
            return found
    except (ArithmeticError, ValueError) as error:
        if kind is not FLOAT:
            raise errors.PoleError(
                f"{op.signature} has no derivative at {numbers}: {error}"
            ) from None
    return rule(op, IEEE, active).partials(*numbers, out)


def _flat(numbers: Sequence[Any]) -> Iterator[Any]:
    for x in numbers:
        if x.__class__ is tuple:
            yield from x
        else:
            yield x


def _is_nan(x: Number) -> bool:
    return bool(x != x)


def _is_complex(x: Number) -> bool:
    return x.__class__ is complex or type(x).__name__ == "mpc"


# --- what was wrong ------------------------------------------------------------------------------
def refusal(
    op: Op, kind: Kind, numbers: Sequence[Any], args: Sequence[Any], error: Exception
) -> errors.AutogradError:
    """The error to raise where op(*numbers) failed: it names op, operands, labels and domain."""
    operands = ", ".join(
        f"{param} = {_operand(x, arg)}"
        for param, x, arg in zip(op.params, numbers, args, strict=True)
    )
    start = f"{op.signature} at {operands}"
    if isinstance(error, TypeError | NameError | AttributeError):
        return errors.NumberTypeError(f"{start}: {op.name} is not defined for {kind.name} numbers")
    if any(len(x) == 0 for x in numbers if x.__class__ is tuple):
        return errors.DomainError(f"{op.signature} needs at least one number, got an empty vector")
    if op.vectors and isinstance(error, ValueError) and not any(x - x for x in _flat(numbers)):
        error = OverflowError()  # sums of products that overflow with both signs
    needs = _broken(op, numbers, error)
    if isinstance(error, ZeroDivisionError):
        return errors.PoleError(
            f"{start}: division by zero" + (f"; it needs {needs}" if needs else "")
        )
    if isinstance(error, OverflowError) and not needs:
        return errors.RangeError(f"{start}: the result is too large for a {kind.name}")
    return errors.DomainError(
        f"{start}: it needs {needs}"
        if needs
        else f"{start}: the result is not a {'' if kind.name == 'complex' else 'real '}number"
    )


def _broken(op: Op, numbers: Sequence[Any], error: Exception) -> str:
    """In words, the condition on the arguments that does not hold."""
    for param, x in zip(op.params, numbers, strict=True):
        domain = op.domains.get(param)
        if domain and x.__class__ is not tuple and not _is_complex(x) and x not in domain:
            return domain.text.format(param)
    return "" if isinstance(error, OverflowError) else op.needs


def _operand(x: Any, arg: Any) -> str:
    """A number with its label; of a vector, the numbers of largest size."""
    if x.__class__ is not tuple:
        label = getattr(arg, "label", None)
        return f"{x} ({label})" if label else str(x)
    pairs = list(zip(x, arg, strict=True))
    if len(pairs) > 4:
        pairs.sort(key=lambda pair: -abs(pair[0]))
        return f"({', '.join(_operand(*pair) for pair in pairs[:3])}, and {len(pairs) - 3} smaller)"
    return f"({', '.join(_operand(*pair) for pair in pairs)})"


def _shown(x: object) -> str:
    text = repr(x)
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(x).__name__})"


# --- for the backward pass -----------------------------------------------------------------------
def start(root: Value, seed: object, create_graph: bool) -> tuple[Number, Number]:
    """The zero and the seed of a backward pass: floats for floats, exact for exact numbers."""
    if hasattr(seed, "backward") and not create_graph:
        raise errors.NumberTypeError(
            f"the seed must be a number, or a Value with create_graph=True, got {_shown(seed)}"
        )
    try:
        one: Any = seed if hasattr(seed, "backward") else constant(seed)
    except errors.NumberTypeError:
        raise errors.NumberTypeError(f"the seed must be a number, got {_shown(seed)}") from None
    if one != one or (one.__class__ is float and cmath.isinf(one)):
        raise errors.GradientError(f"the seed of a backward pass must be finite, got {seed!r}")
    if root.data.__class__ is not float or create_graph:
        return 0, one
    if one.__class__ is complex:
        raise errors.NumberTypeError(f"the seed must be a real number here, got {_shown(seed)}")
    return 0.0, float(one)


def sweep_with_graph(order: Sequence[Value]) -> None:
    """The reverse sweep on nodes: gradients become Values that can be differentiated again."""
    for node in reversed(order):
        adjoint = node.grad
        if node.first is not None and not (is_plain(adjoint) and adjoint == 0):
            for parent, partial in zip(node.parents, partials_as_nodes(node), strict=True):
                share = times(adjoint, partial)
                parent.grad = share if is_plain(parent.grad, 0) else parent.grad + share


def times(a: Any, b: Any) -> Any:
    """A * b; a plain 0 or 1 leaves no node behind."""
    if is_plain(a, 0) or is_plain(b, 1):
        return a
    return b if is_plain(b, 0) or is_plain(a, 1) else a * b


def is_plain(x: Any, *values: float) -> bool:
    """Whether x is a plain float or int; with values, one of them."""
    return x.__class__ in (int, float) and (not values or x in values)


def add_to_leaves(
    order: Sequence[Value], leaves: Sequence[Value], before: Sequence[Number]
) -> None:
    """Add this pass's gradients to those that the leaves had.

    Raises GradientError if one is nan; the leaves then have what they had before.
    """
    failed = any(leaf.grad != leaf.grad for leaf in leaves) and not in_ieee()
    error = _nan_gradient(order) if failed else None
    for leaf, old in zip(leaves, before, strict=True):
        leaf.grad = old if failed else leaf.grad if is_plain(old, 0) else old + leaf.grad
    if error:
        raise error


def _nan_gradient(order: Sequence[Value]) -> errors.GradientError:
    """It names the edge where the nan arose."""
    for node in order:
        adjoint = node.grad
        for partial in node.partials:
            share = adjoint * partial
            if share != share and adjoint == adjoint:
                name = node.op.name if node.op else "a node made by hand"
                at = ", ".join(_operand(p.data, p) for p in node.parents[:4])
                return errors.GradientError(
                    f"the gradient is not a number: {name} at ({at}) has the partial derivative"
                    f" {partial}, and the gradient that arrives there is {adjoint}"
                )
    return errors.GradientError("the gradient is not a number: paths with +inf and -inf meet")


def partials_as_nodes(node: Value) -> tuple[Any, ...]:
    """The partials of a node as Values: the same formulas, evaluated on the nodes themselves.

    Raises GradientError for a node made by hand with numbers for partials.
    """
    op = node.op
    if op is None:
        made = node.constants or node.partials
        if all(hasattr(partial, "backward") for partial in made):
            return made
        raise errors.GradientError(
            "a node made by hand with numbers for partials has no second derivative; give Values"
        )
    args = node.args
    active = tuple([_has_value(arg) for arg in args])
    values = [p.data for p in node.parents]
    kind = kind_of(values, [c for c in _flat(args) if not hasattr(c, "backward")])
    found = rule(op, symbolic(kind), active).partials(*args, node)
    flat: list[Any] = []
    for arg, partial in zip(
        (a for a, on in zip(args, active, strict=True) if on), found, strict=True
    ):
        if arg.__class__ is tuple:
            flat += [d for v, d in zip(arg, partial, strict=True) if hasattr(v, "backward")]
        else:
            flat.append(partial)
    return tuple(flat)


def _has_value(arg: Any) -> bool:
    if arg.__class__ is tuple:
        return any(hasattr(x, "backward") for x in arg)
    return hasattr(arg, "backward")


def recomputed(node: Value) -> Number:
    """What node's operation gives now from its parents' data."""
    if node.op is None:
        return node.data
    args = list(_flat(node.args))
    values = [x.data for x in args if hasattr(x, "backward")]
    kind = kind_of(values, [constant(x) for x in args if not hasattr(x, "backward")])
    numbers: list[Any] = [
        tuple(_data(x) for x in arg) if arg.__class__ is tuple else _data(arg) for arg in node.args
    ]
    numbers = [
        tuple(map(kind.convert, x)) if x.__class__ is tuple else kind.convert(x) for x in numbers
    ]
    return value(node.op, kind if not in_ieee() else IEEE, numbers, node.args)


def _data(x: Any) -> Number:
    return x.data if hasattr(x, "backward") else x


def by_hand(
    parents: Sequence[Any], partials: Sequence[Any]
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...] | None]:
    """Check the parents and partials of a node made by hand.

    The last part is the partials as Values, where all of them are: they have derivatives.
    """
    for what, given in (("parents", parents), ("partials", partials)):
        if isinstance(given, str) or not hasattr(given, "__len__"):
            raise errors.NumberTypeError(
                f"{what} must be a list, one for each, got {_shown(given)}"
            )
    if len(parents) != len(partials):
        raise errors.GradientError(
            f"a node needs one partial per parent, got {len(parents)} parents and"
            f" {len(partials)} partials"
        )
    for parent in parents:
        if not hasattr(parent, "backward"):
            raise errors.NumberTypeError(f"a parent must be a Value, got {_shown(parent)}")
    nodes = all(hasattr(p, "backward") for p in partials)
    numbers = tuple(p.data if hasattr(p, "backward") else number(p) for p in partials)
    return tuple(parents), numbers, tuple(partials) if nodes else None
