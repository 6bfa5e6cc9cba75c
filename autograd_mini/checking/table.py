"""The table of all operations: how far value and partials are off, in ulp, against mpmath."""

from __future__ import annotations

import math
import random
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET
from autograd_mini.rules import evaluation

from .nodes import in_ulps
from .references import NUMBER, derivative_of, exact, mpmath, rounding, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd_mini.ops import Op

BOUND = 4.0  # ulp, unless the sheet's line says otherwise
_SPECIAL = (0.0, 0.5, 1.0, 2.0, 3.0, 1e-8, 1e-3, 20.0, 36.0, 700.0, 1 + 2.0**-52, 1 - 2.0**-53)


class OpRow(NamedTuple):
    """One operation: the worst errors at the points tried.

    value      worst error of the value, in ulp of the truth (or of the sheet's `scale`)
    partials   argument -> worst error of the partial by it; arguments without one are left out
    points     how many points lay in the domain and were tried
    domain     argument -> condition, as the sheet has it; "" the condition on all together
    kinks      the formulas that are 0 where the derivative jumps; no partial is compared there
    ok         whether every error is within its bound
    """

    name: str
    value: float
    partials: dict[str, float]
    points: int
    domain: dict[str, str]
    kinks: tuple[str, ...]
    ok: bool


def op_table(ops: Iterable[Op] | None = None, points: int = 24, seed: int = 0) -> list[OpRow]:
    """Try every operation of the sheet, or these, at so many random points, and at special ones.

    Raises ImportError without mpmath.

    >>> from autograd_mini import ops
    >>> row, = op_table([ops.SHEET["mul"]], points=3)
    >>> row.name, row.value <= 0.5, row.partials, row.ok
    ('mul', True, {'a': 0.0, 'b': 0.0}, True)
    """
    if mpmath() is None:
        raise ImportError("op_table needs mpmath: pip install 'autograd-mini[check]'")
    return [_row(op, points, seed) for op in (SHEET.values() if ops is None else ops)]


def _row(op: Op, points: int, seed: int) -> OpRow:
    value, tried = 0.0, 0
    partials: dict[str, float] = {}
    ok = True
    for args in _points(op, points, seed):
        try:
            out = evaluation.value(op, FLOAT, args, args)
            if not math.isfinite(out):
                continue
            found = evaluation.partials(op, FLOAT, (True,) * len(args), args, out)
        except (AutogradError, ValueError, ArithmeticError):
            continue
        truth = value_of(op, args)
        if truth is None:
            continue
        tried += 1
        error = in_ulps(exact(out) - truth, truth, rounding(op, args, "value"))
        value = max(value, error)
        ok = ok and error <= op.ulps.get("value", BOUND)
        for k, (param, partial) in enumerate(zip(op.params, found, strict=True)):
            for error in _errors(op, args, k, partial):
                partials[param] = max(partials.get(param, 0.0), error)
                ok = ok and error <= op.ulps.get(param, BOUND)
    domain = {param: holds.text.format(param) for param, holds in op.domains.items()}
    if op.needs:
        domain[""] = op.needs
    return OpRow(op.name, value, partials, tried, domain, op.kinks, ok and tried > 0)


def _errors(op: Op, args: tuple[Any, ...], k: int, partial: Any) -> Iterator[float]:
    """The error of the partial by argument k, or of each element of it."""
    vector = partial.__class__ is tuple
    for i, got in enumerate(partial if vector else (partial,)):
        element = i if vector else None
        reference = derivative_of(op, args, k, element)
        if reference.kind != NUMBER or not math.isfinite(got):
            continue
        if abs(reference.value) > exact(1.7e308):
            continue
        error = max(abs(exact(got) - reference.value) - reference.bar, exact(0))
        yield in_ulps(error, reference.value, rounding(op, args, op.params[k], element))


def _points(op: Op, count: int, seed: int) -> Iterator[tuple[Any, ...]]:
    """Arguments inside the domains, of both signs and many sizes; the same for the same seed."""
    draw = random.Random(zlib.crc32(op.name.encode()) + seed)

    def number(param: str) -> float:
        holds = op.domains.get(param)
        for _ in range(100):
            x: float = draw.choice((-1, 1)) * 10.0 ** draw.choice(
                (draw.uniform(-3, 1), draw.uniform(-1, 2), draw.uniform(-9, 3))
            )
            if draw.random() < 0.2:
                x = draw.choice((-1, 1)) * draw.choice(_SPECIAL)
            if holds is not None and holds.high <= 100:  # such as an order: a small whole number
                x = draw.choice((x, float(draw.randrange(6)), draw.uniform(holds.low, holds.high)))
            if holds is None or x in holds:
                return x
        return 1.0

    for _ in range(count):
        size = draw.choice((1, 2, 3, 5))
        yield tuple(
            tuple(number(param) for _ in range(size)) if param in op.vectors else number(param)
            for param in op.params
        )
