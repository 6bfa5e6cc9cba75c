"""Detection and false alarms of derivative checkers, ours and others', on the same points.

    python -m tests.benchmarks.checkers [--points 20]    (of each operation)

Every checker gets the same functions (operations of the sheet, nan outside their domain), the same
points (moderate, tiny and large arguments, tails, beside kinks, beside edges of the domain), and a
claimed derivative: the true one, or one that is wrong by a factor 1 + d. Each at its defaults:

    torch.autograd.gradcheck, jax.test_util.check_vjp (what check_grads calls), autograd.test_util
        their own verdict
    scipy.optimize.check_grad   has none: wrong if the error is above 1e-4 of the derivative
    scipy.differentiate, numdifftools   wrong outside value +- their own error estimate, with the
        allowance for rounding that our ladder gets

The truth is mpmath's own `diff` of the operation at 80 digits. What is not installed is skipped.
"""

from __future__ import annotations

import contextlib
import math
import random
import time
import warnings
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath as mp

from autograd_mini.checking import finite_difference
from autograd_mini.checking.references import NUMBER, derivative_of, exact
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.numbers.multiprecision import MPMATH
from autograd_mini.ops import SHEET
from autograd_mini.rules.rule import rule
from tests.benchmarks.options import options

WRONG_BY = (1e-2, 1e-3, 1e-5, 1e-7)
SKIPPED = {*"where polygamma floor ceil sign detach".split()}  # no slope to get wrong
CHOICES = {"slope": (0.01, 0.2), "alpha": (1.0, 1.3)}
SLACK = (2.0**-52) ** 0.6  # of check_grad: relative error that is put down to rounding


class Point(NamedTuple):
    """An operation at a point, as a function of its argument number k, and the true slope."""

    op: Any
    args: tuple[float, ...]
    k: int
    slope: float

    @property
    def x(self) -> float:
        return self.args[self.k]

    def f(self, x: float) -> float:
        value = rule(self.op, FLOAT).value
        try:
            y = value(*self.args[: self.k], float(x), *self.args[self.k + 1 :])
        except (ValueError, ArithmeticError):
            return math.nan
        return math.nan if isinstance(y, complex) else float(y)


def points(per_op: int) -> list[Point]:
    found = []
    for op in SHEET.values():
        if op.vectors or op.name in SKIPPED:
            continue
        draw = random.Random(zlib.crc32(op.name.encode()))
        kept = 0
        for _ in range(100 * per_op):
            args = tuple(
                draw.choice(CHOICES[p]) if p in CHOICES else number(draw) for p in op.params
            )
            k = draw.choice([i for i, p in enumerate(op.params) if p not in CHOICES])
            slope = truth(op, args, k)
            if slope is not None:
                found.append(Point(op, args, k, slope))
                kept += 1
            if kept == per_op:
                break
    return found


def number(draw: random.Random) -> float:
    sign = draw.choice((-1, 1))
    kind = draw.random()
    if kind < 0.6:
        return sign * 10 ** draw.uniform(-1.5, 1)
    if kind < 0.75:
        return sign * 10 ** draw.uniform(-8, -1.5)
    if kind < 0.85:
        return draw.uniform(-40, 40)
    if kind < 0.95:  # beside 0, 1, -1, 2: kinks, zeros, edges of domains
        return draw.choice((0, 1, -1, 2)) + sign * 10 ** draw.uniform(-6, -2)
    return sign * 10 ** draw.uniform(1, 6)


def truth(op: Any, args: tuple[float, ...], k: int) -> float | None:
    """The slope, by mpmath's diff; None outside the domain, on a kink, or where it is 0."""
    at = dict(zip(op.params, args, strict=True))
    if not all(at[p] in domain for p, domain in op.domains.items()):
        return None
    value = rule(op, MPMATH).value
    with mp.workdps(80):
        given = [mp.mpf(x) for x in args]

        def f(t: Any) -> Any:
            return mp.mpf(value(*given[:k], t, *given[k + 1 :]))

        try:
            h = (abs(given[k]) or 1) * mp.mpf(10) ** -25
            slope = mp.diff(f, given[k], h=h)
            sides = [mp.diff(f, given[k], h=h, direction=s) for s in (1, -1)]
        except (ValueError, ArithmeticError, TypeError):
            return None
        if abs(sides[0] - sides[1]) > 1e-6 * abs(slope):
            return None
        slope = float(slope)
    here = Point(op, args, k, slope)
    return slope if 1e-290 < abs(slope) < 1e290 and math.isfinite(here.f(here.x)) else None


# --- the checkers: each says whether it calls the claimed slope wrong ----------------------------
Checker = Callable[[Point, float], bool]


def ladder(point: Point, claimed: float) -> bool:
    estimate = finite_difference(point.f, point.x)
    return abs(claimed - estimate.value) > estimate.error + SLACK * abs(estimate.value)


def precise(point: Point, claimed: float) -> bool:
    reference = derivative_of(point.op, point.args, point.k)
    if reference.kind != NUMBER:
        return False
    error = abs(exact(claimed) - reference.value) - reference.bar
    return error > 8 * exact(math.ulp(float(reference.value)))


def torch_gradcheck(point: Point, claimed: float) -> bool:
    import torch

    class Claim(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return torch.tensor(point.f(x.item()), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * claimed

    x = torch.tensor(point.x, dtype=torch.float64, requires_grad=True)
    return not torch.autograd.gradcheck(Claim.apply, x, raise_exception=False)


def jax_check(point: Point, claimed: float) -> bool:
    import jax

    jax.config.update("jax_enable_x64", True)
    import numpy as np
    from jax.test_util import check_vjp

    def f(x: Any) -> Any:
        return np.float64(point.f(float(x)))

    def f_vjp(x: Any) -> Any:
        return f(x), lambda g: (np.float64(g * claimed),)

    with contextlib.suppress(AssertionError):
        check_vjp(f, f_vjp, (np.float64(point.x),))
        return False
    return True


def hips(point: Point, claimed: float) -> bool:
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    @primitive
    def f(x: Any) -> Any:
        return point.f(x)

    defvjp(f, lambda out, x: lambda g: g * claimed)
    with contextlib.suppress(AssertionError):
        check_grads(f, modes=["rev"], order=1)(point.x)
        return False
    return True


def scipy_check_grad(point: Point, claimed: float) -> bool:
    from scipy.optimize import check_grad

    error = check_grad(lambda x: point.f(x[0]), lambda x: [claimed], [point.x])
    return not error <= 1e-4 * abs(claimed)


def scipy_differentiate(point: Point, claimed: float) -> bool:
    import numpy as np
    from scipy.differentiate import derivative

    found = derivative(np.vectorize(point.f), point.x)
    return not abs(found.df - claimed) <= found.error + SLACK * abs(claimed)


def numdifftools(point: Point, claimed: float) -> bool:
    import numdifftools

    found = numdifftools.Derivative(point.f, full_output=True)(point.x)
    error = abs(float(found.estimate) - claimed)
    return not error <= float(found.error_estimate) + SLACK * abs(claimed)


CHECKERS: dict[str, Checker] = {
    "scipy.optimize.check_grad": scipy_check_grad, "HIPS autograd check_grads": hips,
    "torch gradcheck": torch_gradcheck, "jax check_grads, float64": jax_check,
    "numdifftools": numdifftools, "scipy.differentiate": scipy_differentiate,
    "our ladder": ladder, "our mpmath reference, 8 ulp": precise,
}  # fmt: skip


def measured(checker: Checker, tried: list[Point]) -> list[float]:
    """Share of alarms in percent: at the true slope, then at each wrong one."""
    factors = (1.0, *(1 + d for d in WRONG_BY))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alarms = [sum(checker(p, p.slope * factor) for p in tried) for factor in factors]
    return [100 * count / len(tried) for count in alarms]


def main() -> None:
    tried = points(options(__doc__, points=20).points)
    names = {point.op.name for point in tried}
    print(f"{len(names)} operations, {len(tried)} points; share of points in percent\n")
    header = ["checker", "false alarms", *(f"catches {d:.0e}" for d in WRONG_BY), "ms/check"]
    print("".join(f"{cell:>15}" if k else f"{cell:<30}" for k, cell in enumerate(header)))
    for name, checker in CHECKERS.items():
        start = time.perf_counter()
        try:
            shares = measured(checker, tried)
        except ImportError as error:
            print(f"{name:<30}skipped: {error}")
            continue
        each = (time.perf_counter() - start) * 1000 / (len(tried) * len(shares))
        print(f"{name:<30}" + "".join(f"{x:>15.1f}" for x in shares) + f"{each:>15.2f}", flush=True)


if __name__ == "__main__":
    main()
