"""Around the reverse sweep: seed and leaves, higher derivatives, nodes that have gone stale.

For a second derivative a partial must be a node, so its formula is evaluated on the parents, which
are Values: they are one more kind of number. For staleness the value is computed again.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import truediv
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import AutogradError, GradientError, NumberTypeError
from autograd_mini.graph import topological
from autograd_mini.numbers.floats import FLOAT, IEEE
from autograd_mini.numbers.kind import Kind, Number
from autograd_mini.numbers.kinds import OWN, constant, ieee, in_ieee, shown
from autograd_mini.numbers.numberlike import NumberLike, data_of, held
from autograd_mini.numbers.special import dsinc
from autograd_mini.ops import SHEET

from .evaluation import each, flat, kind_for, operand, value
from .rule import rule

if TYPE_CHECKING:
    from autograd_mini.value import Value


# --- a backward pass begins and ends -------------------------------------------------------------
def start(root: Value, seed: object, create_graph: bool) -> tuple[Number, Number]:
    """The zero and the seed of a backward pass: floats for floats, exact for exact numbers."""
    if isinstance(seed, NumberLike) and not create_graph:
        raise NumberTypeError(
            f"the seed must be a number, or a Value with create_graph=True, got {shown(seed)}"
        )
    one: Any = seed if isinstance(seed, NumberLike) else constant(seed)
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
    """Add this pass's gradients to those of before; GradientError, and these alone, for a nan."""
    strict, failed, sums = not in_ieee(), False, list[Any]()
    for leaf, old in before.items():
        new: Any = leaf.grad
        new = new.settled() if new.__class__ in OWN else new  # type: ignore[attr-defined]
        sums.append(total := new if old is None or is_plain(old, 0) else old + new)
        if strict and total != total and (new != new or old == old):
            failed = True
    for (leaf, old), total in zip(before.items(), sums, strict=True):
        leaf.grad = old if failed else total
    if failed:
        raise _nan_gradient(order)


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
                        " derivative with respect to its exponent; give that as a plain number"
                    )
                at = ", ".join(operand(p.data, p) for p in node.parents[:4])
                return GradientError(
                    f"the gradient is not a number: {name} at ({at}) has the partial derivative"
                    f" {partial}, and the gradient that arrives there is {adjoint}"
                )
    return GradientError("the gradient is not a number: paths with +inf and -inf meet")


# --- Values as a kind of number ------------------------------------------------------------------
@cache
def symbolic(kind: Kind) -> Kind:
    """Values over numbers of `kind`: the same formulas, evaluated on nodes, record new nodes."""
    divided = kind.namespace.get("_divide", truediv)

    def divide(a: Any, b: Any) -> Any:
        if _has_value(a) or _has_value(b):
            return a / b
        return divided(kind.convert(a) if a.__class__ is int is b.__class__ else a, b)

    namespace = {"pi": kind.namespace["pi"], "_divide": divide, "_held": held}
    signs = "< <= > >= == !=".split()  # Values compare by identity under ==
    templates = {sign: f"(_held({{0}}) {sign} _held({{1}}))" for sign in signs}
    templates["/"] = "_divide({0}, {1})"
    if "where" in kind.templates:
        templates |= {"where": "_choice({0}, {1}, {2})", "truth": "_truth(_held({0}))"}
        namespace |= {"_choice": _choice_of(kind.namespace), "_truth": kind.namespace["_truth"]}
    name = f"Values of {kind.name}"
    return Kind(name, namespace | _functions(kind), lambda x: x, templates=templates)


def _functions(kind: Kind) -> dict[str, Callable[..., Any]]:
    """Each function of the formulas on Values, or on numbers of `kind`."""
    plain = kind.namespace

    def on_either(name: str) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            if name not in plain or any(map(_has_value, args)):
                return SHEET[name](*args)
            return plain[name](*each(kind.convert, args))

        return called

    functions = {name: on_either(name) for name in SHEET}
    choice = _choice_of(plain)
    both = choice if "_select" in plain else None
    return functions | {
        "below": lambda a, b: plain["below"](kind.convert(held(a)), kind.convert(held(b))),
        "unsigned": lambda a: choice(held(a).real < 0, -a, a),
        "count": lambda a, extreme: plain["count"](tuple(map(held, a)), held(extreme)),
        "sum": lambda a, start=0: plus(functions["sum"](a), start),
        "others": lambda a: tuple([functions["prod"](a[:i] + a[i + 1 :]) for i in range(len(a))]),
        "gauss": lambda a: functions["exp"](-(a * a)),
        "dsinc": lambda a: dsinc(a, functions["sinc"], functions["cos"], plain["pi"], both),
        "expdiff": lambda a, b: functions["exp"](a - b),
        "normal_cdf": lambda a: functions["erfc"](-a * plain["sqrt"](kind.convert(0.5))) / 2,
    }


def _choice_of(plain: dict[str, Any]) -> Callable[..., Any]:
    """`where` on nodes: the one that is chosen.

    While a function is traced both are parents, and what is not chosen gets exactly no gradient.
    """

    def choice(condition: Any, yes: Any, no: Any) -> Any:
        if condition.__class__ is bool:
            return yes if condition else no
        masks = plain["mask"](condition, 1.0, 0.0), plain["mask"](condition, 0.0, 1.0)
        both = zip((yes, no), masks, strict=True)
        pairs = [(x, mask) for x, mask in both if isinstance(x, NumberLike)]
        chosen = "mask" if all(is_plain(x, 0, 1) or _is_mask(x) for x in (yes, no)) else "_select"
        picked = plain[chosen](condition, held(yes), held(no))
        if not pairs:
            return picked
        node: Any = next(c for c in type(pairs[0][0]).__mro__ if NumberLike in c.__bases__)
        return node(picked, [x for x, _ in pairs], [node(mask) for _, mask in pairs])

    return choice


def _has_value(arg: Any) -> bool:
    return any(isinstance(x, NumberLike) for x in (arg if arg.__class__ is tuple else (arg,)))


def _is_mask(x: Any) -> bool:
    return hasattr(x, "covers")


# --- partials as nodes ---------------------------------------------------------------------------
_ROUNDING = 10**6  # partials on nodes and those on floats may be one part in so many apart


class _Cover(NamedTuple):
    """The masks of the choices that an adjoint came through, as one; all but the last: outer."""

    mask: Any
    outer: _Cover | None
    depth: int


def _common(a: _Cover | None, b: _Cover | None) -> _Cover | None:
    """What covers both shares of an adjoint."""
    while a and b and a.mask.operand != b.mask.operand:
        ahead = a.depth - b.depth
        a, b = (a.outer if ahead >= 0 else a), (b.outer if ahead <= 0 else b)
    return a and b


def sweep_with_graph(order: Sequence[Value], before: Mapping[Value, Number]) -> None:
    """The reverse sweep on nodes: gradients become Values that can be differentiated again.

    If there is none, the leaves have their gradients of before. While a function is traced, what
    `where` does not choose is in the graph, too: its masks keep all that comes after them at 0.
    """
    covers: dict[Value, _Cover | None] = {}
    try:
        for node in reversed(order):
            adjoint, over = node.grad, covers.pop(node, None)
            if node.first is not None and not (is_plain(adjoint) and adjoint == 0):
                for parent, partial in zip(node.parents, partials_as_nodes(node), strict=True):
                    share, number, new = times(adjoint, partial), held(partial), over
                    if _is_mask(number):
                        mask, depth = (number * over.mask, over.depth) if over else (number, 0)
                        new = _Cover(mask, over, depth + 1)
                    elif over and over.mask.covers(number):
                        share = share * over.mask
                    if is_plain(parent.grad, 0):
                        parent.grad, covers[parent] = share, new
                    else:
                        parent.grad = parent.grad + share
                        covers[parent] = _common(covers[parent], new)
    except BaseException:
        for leaf, old in before.items():
            leaf.grad = old
        raise


def partials_as_nodes(node: Value) -> tuple[Any, ...]:
    """The partials of a node as Values: the same formulas, evaluated on the nodes themselves.

    Raises GradientError for a node made by hand with numbers for partials, and where `data` that
    was changed since gives others than those of the forward pass.
    """
    op = node.op
    if op is None:
        made = node.constants or node.partials
        if all(isinstance(partial, NumberLike) for partial in made):
            return made
        raise GradientError(
            "a node made by hand with numbers for partials has no second derivative; give Values"
        )
    args = node.args
    active = tuple(map(_has_value, args))
    try:
        found = rule(op, symbolic(kind_for(args)), active).partials(*args, node)
    except AutogradError as error:  # of a division, a logarithm that are in the formula alone
        at = ", ".join(operand(p.data, p) for p in node.parents[:4])
        error.add_note(f"in the partial derivatives of {op.name} at ({at})")
        raise
    chosen = [arg for arg, on in zip(args, active, strict=True) if on]
    pairs = zip(flat(chosen), flat(found), strict=True)
    nodes = tuple([partial for x, partial in pairs if isinstance(x, NumberLike)])
    for known, now in zip(node.partials, map(held, nodes), strict=True):
        if known.__class__ in OWN or now.__class__ in OWN:
            continue
        gap = abs(known - now)  # a Fraction less an mpf is an error
        if gap > 1e-300 and gap * _ROUNDING > abs(known):
            raise GradientError(
                f"the data of an input was changed after {op.name} was computed: its partial"
                f" derivative was {known} and is {now} now; compute it anew"
            )
    return nodes


def times(a: Any, b: Any) -> Any:
    """A * b; a plain 0 or 1 leaves no node behind."""
    if is_plain(a, 0) or is_plain(b, 1):
        return a
    return b if is_plain(b, 0) or is_plain(a, 1) else a * b


def plus(a: Any, b: Any) -> Any:
    """A + b; a plain 0 leaves no node behind."""
    return b if is_plain(a, 0) else a if is_plain(b, 0) else a + b


def is_plain(x: Any, *values: float) -> bool:
    """Whether x is a plain float or int; with values, one of them."""
    return x.__class__ in (int, float) and (not values or x in values)


# --- staleness -----------------------------------------------------------------------------------
def recomputed(node: Value) -> Number:
    """What node's operation gives now from its parents' data."""
    if node.op is None:
        return node.data
    kind = kind_for(node.args)
    numbers = each(lambda x: kind.convert(data_of(x)), node.args)
    return value(node.op, IEEE if in_ieee() else kind, numbers, node.args)


def is_stale(node: Value) -> bool:
    """Whether a parent's `data` has changed since node was computed."""
    try:
        data = recomputed(node)
    except AutogradError:
        with ieee():  # where it may have been computed
            data = recomputed(node)
    return bool(data != node.data and (data == data or node.data == node.data))
