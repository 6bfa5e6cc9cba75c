"""jvp and vjp: the two products of a Jacobian, against each other and against differences."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .casts import traced
from .check import asked
from .differences import EPS
from .engines import called
from .findings import Comparison
from .inputs import CheckError, Function, Inputs, as_real, flat, rebuilt, unit_of
from .report import Report, worst
from .rows import Rows
from .whole import Doubled, Truth, floats_of


def check_jvp(
    f: Callable[..., Any],
    at: Any,
    *,
    jvp: Callable[[Any], Any] | None = None,
    vjp: Callable[[Any], Any] | None = None,
    directions: int = 3,
    seed: int = 0,
    accuracy: float | None = None,
    lang: str = "en",
) -> Report:
    """Compare products with the Jacobian J of f, each with differences and with one another.

    f    gives one number, or an array, list or tuple of them
    jvp  v -> J v, v in the structure of `at`: `lambda v: jax.jvp(f, (x,), (v,))[1]`
    vjp  u -> transposed J u, u in the structure of what f gives: `jax.vjp(f, x)[1]`

    Along random v and u: u.(J v) against the derivative of u.f along v, and so (J'u).v; and where
    both are given whether they are the same number, which holds to rounding and needs no
    difference. The other options are those of `check_grad`.

    >>> report = check_jvp(lambda x: [x[0] * x[1], x[1] ** 2], [2.0, 3.0],
    ...                    jvp=lambda v: [3 * v[0] + 2 * v[1], 6 * v[1]],
    ...                    vjp=lambda u: [3 * u[0], 2 * u[0] + 3 * u[1]], directions=1)
    >>> [(row.name, row.verdict) for row in report.comparisons]
    [('jvp 1', 'ok'), ('vjp 1', 'wrong'), ('jvp 1 = vjp 1', 'wrong')]

    Raises CheckError if neither is given, or one gives what has another structure.
    """
    if jvp is None and vjp is None:
        raise CheckError("check_jvp needs jvp, vjp or both")
    inputs = Inputs(f, at)
    y = called(lambda: inputs.call(f, inputs.floats))
    inputs.eps = max(inputs.eps, unit_of(y))
    eps, size = inputs.eps, len(flat(y))
    options = asked(inputs, 1, directions, seed, accuracy, lang, None)
    draw = options.draw
    rows: list[Comparison] = []
    for number in range(1, directions + 1):
        u = [draw.choice((-1, 1)) * draw.uniform(0.5, 1) for _ in range(size)]
        v = inputs.direction(draw)
        weighted = _weighted(f, u)
        truth = Truth(weighted, inputs, floats_of(weighted, inputs, None), None, options)
        if eps > EPS:
            double = Doubled(_weighted(traced(f), u), truth)
            truth = double if double.agrees(truth.floats(inputs.floats), v) else truth
        check = Rows(truth, [0.0] * len(v), [0.0] * len(v))
        reference, found = truth.along(v), []
        along = [*v.values()]
        products = (("jvp", jvp, inputs.args, along, u), ("vjp", vjp, (y,), u, along))
        for name, product, like, given, other in products:
            if product is None:
                continue
            parts = rebuilt(like, iter(given))
            result = called(partial(product, parts if len(parts) != 1 else parts[0]), name)
            results = _numbers(result, len(other), name)
            shares = [a * b for a, b in zip(other, results, strict=True)]
            noise = (4 if eps == EPS else 64) * eps * sum(map(abs, shares))
            found.append((math.fsum(shares), noise))
            rows.append(check.row(f"{name} {number}", found[-1][0], reference, noise))
        if len(found) == 2:
            rows.append(_same(number, *found))
    return Report(worst([row.verdict for row in rows]), tuple(rows), lang=lang)


def _weighted(f: Function, u: Sequence[float]) -> Function:
    """u.f, a single number."""

    def weighted(*args: Any, **named: Any) -> float:
        parts = _numbers(f(*args, **named), len(u), "f")
        return math.fsum(w * part for w, part in zip(u, parts, strict=True))

    return weighted


def _same(number: int, forward: tuple[float, float], back: tuple[float, float]) -> Comparison:
    (wanted, noise), (got, more) = forward, back
    error, bar = abs(got - wanted), 64 * (noise + more)
    ulps = error / math.ulp(wanted) if wanted else math.inf
    verdict = "ok" if error <= bar else "wrong"
    name = f"jvp {number} = vjp {number}"
    return Comparison(name, got, wanted, error, bar, ulps, verdict, "adjoint")


def _numbers(tree: Any, count: int, what: str) -> list[float]:
    parts = flat(tree)
    if len(parts) != count:
        raise CheckError(f"{what} must give {count} numbers, got {len(parts)}")
    return [float(as_real(part, what)) for part in parts]
