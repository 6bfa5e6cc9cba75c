"""Evaluating an operation on numbers, its kinks too; what was wrong where it cannot be."""

from ast import unparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from math import isfinite
from typing import Any

from autograd_mini import errors
from autograd_mini.formulas.grammar import parse
from autograd_mini.numbers.floats import FLOAT, IEEE
from autograd_mini.numbers.kind import Kind, Number
from autograd_mini.numbers.kinds import brief, constant, in_ieee, kind_of, number, shown
from autograd_mini.numbers.numberlike import NumberLike, data_of, held
from autograd_mini.ops import Domain, Op

from .rule import rule


def bind(op: Op, args: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments of op, defaults filled in, vectors as tuples; an error if they do not fit."""
    missing = len(op.params) - len(args)
    if not 0 <= missing <= len(op.defaults):
        raise errors.NumberTypeError(f"{op.signature} got {len(args)} arguments")
    if missing:
        args = (*args, *[*op.defaults.values()][-missing:])
    if not op.vectors:
        return tuple(args)
    bound = tuple(
        vector(op.signature, param, arg) if param in op.vectors else arg
        for param, arg in zip(op.params, args, strict=True)
    )
    lengths = [len(arg) for arg in bound if arg.__class__ is tuple]
    if len({*lengths}) > 1:
        sizes = " and ".join(map(str, lengths))
        raise errors.DomainError(f"{op.signature} needs vectors of the same length, got {sizes}")
    return bound


def kind_for(args: Sequence[Any]) -> Kind:
    """The kind of number in which an operation on these arguments is computed."""
    parts = [*flat(args)]
    values = [data_of(x) for x in parts if isinstance(x, NumberLike)]  # `data` may be anything
    return kind_of(values, [constant(x) for x in parts if not isinstance(x, NumberLike)])


def vector(who: str, param: str, arg: Any) -> tuple[Any, ...]:
    """The argument as a tuple; NumberTypeError if it is no list of numbers."""
    if arg.__class__ is tuple:
        return arg
    if isinstance(arg, str | bytes | dict) or not hasattr(arg, "__iter__"):
        raise errors.NumberTypeError(
            f"{who} needs a list of numbers or Values as {param}, got {shown(arg)}"
        )
    return tuple(arg)


def value(op: Op, kind: Kind, numbers: Sequence[Any], args: Sequence[Any]) -> Number:
    """op(*numbers), or the error why there is none, which names args and their labels."""
    if kind.met is not None:
        kind.met(args)
    try:
        out = rule(op, kind).value(*numbers)
    except OverflowError as error:
        loose = rule(op, IEEE).value(*numbers) if kind is FLOAT else 0.0
        why = error if loose == loose else ValueError()  # not merely too large
        raise refusal(op, kind, numbers, args, why) from None
    except (ArithmeticError, ValueError, TypeError, NameError, IndexError) as error:
        raise refusal(op, kind, numbers, args, error) from None
    if out.__class__ is not float and _is_complex(out) and not any(map(_is_complex, flat(numbers))):
        raise refusal(op, kind, numbers, args, ValueError())
    if kind is FLOAT:
        out = float(out)
    if kind.met is None and not in_ieee() and out - out != 0:  # inf or nan
        given = list(flat(numbers))
        if out != out and not any(x != x for x in given):
            raise refusal(op, kind, numbers, args, ValueError())
        if out == out and all(x - x == 0 for x in given):
            raise refusal(op, kind, numbers, args, OverflowError())
    return out


def partials(
    op: Op, kind: Kind, active: tuple[bool, ...], numbers: Sequence[Any], out: Number
) -> tuple[Any, ...]:
    """The partials for the active arguments; inf or nan where the derivative has no value."""
    try:
        found = rule(op, kind, active).partials(*numbers, out)
        if kind is not FLOAT or complex not in map(type, found):
            return found
    except (ArithmeticError, ValueError, TypeError) as error:
        if kind is not FLOAT:
            why = f": {error}" if str(error) else ""  # mpmath's division by zero says nothing
            where = ", ".join(map(str, numbers))
            raise errors.PoleError(f"{op.signature} has no derivative at ({where}){why}") from None
    return rule(op, IEEE, active).partials(*numbers, out)


def confine(op: Op) -> None:
    """Where its formula has a value outside of its domains, put log(-1): there is no such number.

    Raises FormulaError for such a domain if it is neither an interval nor all but 0, and for a
    formula that has a vector in place of a number, or a number in place of a vector.
    """
    for key, tree in op.trees.items():
        if not key.startswith("shown") and not _has_rank(op, key):
            raise errors.FormulaError(
                f"op {op.signature!r}: {unparse(tree)!r} has a vector for a number, or the reverse;"
                " a_i is a number, and with given=dict(t='exp(a_i)') t is a vector"
            )
    if not _beyond(op):
        return
    op.rules.clear()
    op.trees.setdefault("shown value", op.trees["value"])
    for param, domain in [(p, x) for p, x in op.domains.items() if p not in op.vectors]:
        bounds = [(domain.low, ">"), (domain.high, "<")]
        tests = [f"{sign}{'=' * (x in domain)} {x}" for x, sign in bounds if isfinite(x)]
        for test in tests or ["!= 0"] * (0 not in domain):
            no = "log(-1) / 0" if test == "!= 0" else "log(-1)"  # complex numbers have log(-1)
            guard: Any = parse(f"where({param} {test}, {param}, {no})", op.params)
            guard.args[1], op.trees["value"] = op.trees["value"], guard
    if needed := _beyond(op):
        how = "let the formula refuse all else: where(condition, value, log(-1))"
        raise errors.FormulaError(f"op {op.signature!r}: it needs {needed}; {how}")


def _has_rank(op: Op, key: str) -> bool:
    """Whether a formula can be computed for vectors of two, with a number where one is meant."""
    at = [(0.5, 0.25) if param in op.vectors else 0.5 for param in op.params]
    try:
        (found,) = rule(op, IEEE, beside=(key,)).partials(*at, 0.5)
    except (TypeError, AttributeError):  # the latter is of a number in `count`
        return False
    except (ArithmeticError, ValueError):
        return True
    meant = ({"value": 0.5} | {f"d{k}": x for k, x in enumerate(at)}).get(key, found)
    nested = tuple in map(type, flat([found]))
    return not nested and isinstance(found, tuple) is isinstance(meant, tuple)


def _beyond(op: Op) -> str | None:
    """The condition of a domain outside of which op gives a number, the other arguments within."""
    domains = [(p, op.domains.get(p, Domain(""))) for p in op.params]
    near = {p: (0.5, x.low - 1, x.low, x.high, x.high + 1, -1.5, -1.0, 0.0) for p, x in domains}
    within = {p: [x for x in near[p] if isfinite(x) and x in domain] for p, domain in domains}
    for param, domain in op.domains.items():
        outside = [x for x in near[param] if isfinite(x) and x not in domain]
        for x, others in product(outside, (min, max)):
            at = {p: others(good or [0.5]) for p, good in within.items()} | {param: x}
            with suppress(ArithmeticError, ValueError, TypeError):
                given = [(x, x) if p in op.vectors else x for p, x in at.items()]
                out = rule(op, FLOAT).value(*given)
                if not _is_complex(out) and out - out == 0:
                    return domain.text.format(param)
    return None


def flat(numbers: Sequence[Any]) -> Iterator[Any]:
    """The numbers one by one, those of vectors too."""
    for x in numbers:
        yield from x if x.__class__ is tuple else (x,)


def each(f: Callable[[Any], Any], numbers: Sequence[Any]) -> list[Any]:
    """f of the numbers one by one, those of vectors too."""
    return [tuple(map(f, x)) if x.__class__ is tuple else f(x) for x in numbers]


def _is_complex(x: Number) -> bool:
    return x.__class__ is complex or type(x).__name__ == "mpc"


# --- kinks, and how exact the sheet says that an operation is: formulas of its line --------------
def at_kink(op: Op, numbers: Sequence[Any]) -> bool:
    """Whether the derivative jumps there: a formula of `kinks` is 0. False if there is no value."""
    if not op.kinks:
        return False
    try:
        kind = kind_of([*flat(numbers)])
        numbers = each(kind.convert, numbers)
        out = rule(op, kind).value(*numbers)
        return 0 in _kinks(op, kind, numbers, out)
    except (ArithmeticError, ValueError, TypeError, NotImplementedError):
        return False


def distance_to_kink(op: Op, numbers: Sequence[Any], out: float) -> float:
    """How near floats are to a kink: the least |kink formula|; inf without one."""
    return min(map(abs, _kinks(op, FLOAT, numbers, out)), default=float("inf"))


def _kinks(op: Op, kind: Kind, numbers: Sequence[Any], out: Number) -> list[Number]:
    keys = tuple([f"kink {k}" for k in range(len(op.kinks))])
    return [*flat(rule(op, kind, beside=keys).partials(*numbers, out))]


def scale(op: Op, key: str, numbers: Sequence[Any], out: Number, i: int | None = None) -> Number:
    """The magnitude that the error of "value", or of an argument's partial, is measured against.

    `i` is the element, where the argument is a vector; 0 if the line of the sheet has no `scale`.
    """
    if key not in op.scale:
        return 0
    scaled = rule(op, kind_of([*flat(numbers)]), beside=(f"scale {key}",))
    (found,) = scaled.partials(*numbers, out)
    return found[i or 0] if found.__class__ is tuple else found


# --- what was wrong ------------------------------------------------------------------------------
def refusal(
    op: Op, kind: Kind, numbers: Sequence[Any], args: Sequence[Any], error: Exception
) -> errors.AutogradError:
    """The error to raise where op(*numbers) failed: it names op, operands, labels and domain."""
    if isinstance(error, errors.TraceError):
        return error
    operands = ", ".join(
        f"{param} = {operand(x, arg)}"
        for param, x, arg in zip(op.params, numbers, args, strict=True)
    )
    for param, arg in zip(op.params, args, strict=True):
        if arg.__class__ is tuple and param not in op.vectors:
            constant(arg)  # says what it is instead of a number
    start = f"{op.signature} at {operands}"
    if isinstance(error, TypeError | NameError | AttributeError):
        return errors.NumberTypeError(f"{start}: {op.name} is not defined for {kind.name} numbers")
    if any(len(x) == 0 for x in numbers if x.__class__ is tuple):
        return errors.DomainError(f"{op.signature} needs at least one number, got an empty vector")
    infinite = any(x - x for x in flat(numbers))
    if "fsum" in str(error) and not infinite:  # products that overflow with both signs
        error = OverflowError()
    needs = "" if isinstance(error, OverflowError) or (op.vectors and infinite) else op.needs
    for param, x in zip(op.params, numbers, strict=True):
        domain, parts = op.domains.get(param), x if x.__class__ is tuple else (x,)
        if domain and not all(_is_complex(part) or part in domain for part in parts):
            needs = domain.text.format(param)
            break
    if isinstance(error, ZeroDivisionError):
        return errors.PoleError(
            f"{start}: division by zero" + (f"; it needs {needs}" if needs else "")
        )
    if isinstance(error, OverflowError) and not needs:
        name = "float" if kind.name == "fraction" else kind.name  # what exp makes of one
        return errors.RangeError(f"{start}: the result is too large for a {name}")
    if needs:
        return errors.DomainError(f"{start}: it needs {needs}")
    return errors.DomainError(
        f"{start}: the result is not a {'' if kind.name == 'complex' else 'real '}number"
    )


def operand(x: Any, arg: Any) -> str:
    """A number with its label; of a vector, the numbers of largest size."""
    if x.__class__ is not tuple:
        label = getattr(arg, "label", None)
        return f"{brief(x)} ({label})" if label else brief(x)
    pairs = list(zip(x, arg, strict=True))
    if len(pairs) > 4:
        pairs.sort(key=lambda pair: -abs(pair[0]))
        return f"({', '.join(operand(*pair) for pair in pairs[:3])}, and {len(pairs) - 3} smaller)"
    return f"({', '.join(operand(*pair) for pair in pairs)})"


def by_hand(
    parents: Sequence[Any], partials: Sequence[Any]
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...] | None]:
    """Parents and partials of a node made by hand; and the partials as Values, if all are some."""
    parents, partials = vector("Value", "parents", parents), vector("Value", "partials", partials)
    if len(parents) != len(partials):
        raise errors.GradientError(
            f"a node needs one partial per parent, got {len(parents)} parents and"
            f" {len(partials)} partials"
        )
    for parent in parents:
        if not isinstance(parent, NumberLike):
            raise errors.NumberTypeError(f"a parent must be a Value, got {shown(parent)}")
    nodes = all(isinstance(p, NumberLike) for p in partials)
    return parents, tuple(map(number, map(held, partials))), partials if nodes else None
