"""The test functions of Moré, Garbow and Hillstrom: 35 sums of squares, hard to minimise.

J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, ACM TOMS 7
(1981) 17-41. They stand here once, in the sheet's operations and the paper's numbering: the same
residuals for floats, Values and mpmath's numbers, and for fractions where all coefficients are
whole. Number 11 is as its authors corrected it: the exponent is of |y - x2|.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import pi, prod
from pathlib import Path
from typing import Any, NamedTuple

from autograd_mini.functions import abs as abs_
from autograd_mini.functions import atan, cos, exp, log, sin, sqrt
from autograd_mini.value import Value


class Problem(NamedTuple):
    """A function f(x) = sum of r_i(x)**2 of a list of numbers.

    number     in the paper; name   as the paper has it
    residuals  x -> the r_i(x)
    start      the standard starting point
    minimum    the least value of f that the paper tells, to six digits
    at         where it is taken, if that can be written down; else ()

    >>> rosenbrock = problems()[0]
    >>> rosenbrock.name, rosenbrock(rosenbrock.start), rosenbrock.gradient(rosenbrock.start)
    ('Rosenbrock', 24.199999999999996, [-215.59999999999997, -87.99999999999999])
    """

    number: int
    name: str
    residuals: Callable[[Sequence[Any]], Iterable[Any]]
    start: tuple[float, ...]
    minimum: float
    at: tuple[float, ...] = ()

    def __call__(self, x: Sequence[Any]) -> Any:
        """The value of f at x: a float, a Value, ..., as the numbers of x are."""
        return sum(r * r for r in self.residuals(x))

    def gradient(self, x: Sequence[float]) -> list[float]:
        """The gradient at x, by one backward pass."""
        leaves = [Value(v) for v in x]
        self(leaves).backward()
        return [leaf.grad for leaf in leaves]


def problems() -> tuple[Problem, ...]:
    """All 35, in the paper's order, those of any size with the size in their start."""
    return tuple(Problem(k, *rest) for k, rest in enumerate(_PROBLEMS, start=1))


_LINES = Path(__file__).with_name("measured.txt").read_text(encoding="utf-8").splitlines()
_MEASURED = {name: [*map(float, numbers)] for name, *numbers in map(str.split, _LINES)}


def _helical(x: Any) -> Any:
    turn = atan(x[1] / x[0]) / (2 * pi) + (0 if x[0] > 0 else 0.5)
    return 10 * (x[2] - 10 * turn), 10 * (sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]


def _gulf(x: Any) -> Any:
    for t in (k / 100 for k in range(1, 100)):
        y = 25 + (-50 * log(t)) ** (2 / 3)
        yield exp(-(abs_(y - x[1]) ** x[2]) / x[0]) - t


def _biggs(x: Any) -> Any:
    for t in (k / 10 for k in range(1, 14)):
        y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t)
        yield x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y


def _osborne2(x: Any) -> Any:
    for k, y in enumerate(_MEASURED["osborne2"]):
        t = k / 10
        peaks = (x[j] * exp(-((t - x[j + 7]) ** 2) * x[j + 4]) for j in (1, 2, 3))
        yield y - x[0] * exp(-t * x[4]) - sum(peaks)


def _watson(x: Any) -> Any:
    for t in (k / 29 for k in range(1, 30)):
        slope = sum(j * x[j] * t ** (j - 1) for j in range(1, len(x)))
        yield slope - sum(v * t**j for j, v in enumerate(x)) ** 2 - 1
    yield from (x[0], x[1] - x[0] ** 2 - 1)


def _penalty2(x: Any) -> Any:
    n, small = len(x), 1e-5**0.5
    yield x[0] - 0.2
    for i, (a, b) in enumerate(pairwise(x), start=2):
        yield small * (exp(b / 10) + exp(a / 10) - exp(i / 10) - exp((i - 1) / 10))
    yield from (small * (exp(v / 10) - exp(-0.1)) for v in x[1:])
    yield sum((n - j) * v * v for j, v in enumerate(x)) - 1


def _dimensioned(x: Any) -> Any:
    total = sum(j * (v - 1) for j, v in enumerate(x, start=1))
    return *(v - 1 for v in x), total, total**2


def _trigonometric(x: Any) -> Any:
    rest = len(x) - sum(cos(v) for v in x)
    return (rest + i * (1 - cos(v)) - sin(v) for i, v in enumerate(x, start=1))


def _boundary(x: Any) -> Any:
    h, padded = 1 / (len(x) + 1), [0, *x, 0]
    for i, v in enumerate(x, start=1):
        yield 2 * v - padded[i - 1] - padded[i + 1] + h * h * (v + i * h + 1) ** 3 / 2


def _integral(x: Any) -> Any:
    size = len(x) + 1
    cubes = [(k / size, (v + k / size + 1) ** 3) for k, v in enumerate(x, start=1)]
    for i, ((t, _), v) in enumerate(zip(cubes, x, strict=True), start=1):
        low, high = sum(s * c for s, c in cubes[:i]), sum((1 - s) * c for s, c in cubes[i:])
        yield v + 1 / size * ((1 - t) * low + t * high) / 2


def _tridiagonal(x: Any) -> Any:
    padded = [0, *x, 0]
    return ((3 - 2 * b) * b - a - 2 * c + 1 for a, b, c in zip(padded, x, padded[2:], strict=False))


def _banded(x: Any) -> Any:
    for i, v in enumerate(x):
        band = [w for j, w in enumerate(x) if j != i and i - 5 <= j <= i + 1]
        yield v * (2 + 5 * v * v) + 1 - sum(w * (1 + w) for w in band)


def _chebyquad(x: Any) -> Any:
    last, now = [1] * len(x), [2 * v - 1 for v in x]
    for i in range(1, len(x) + 1):
        yield sum(now) / len(x) + (1 / (i * i - 1) if i % 2 == 0 else 0)
        last, now = now, [2 * (2 * v - 1) * b - a for a, b, v in zip(last, now, x, strict=True)]


def _pairs(x: Any, size: int) -> Any:
    return zip(*(x[k::size] for k in range(size)), strict=True)


def _powell(x: Any) -> Any:
    for a, b, c, d in _pairs(x, 4):
        yield from (a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2)


def _rosenbrock(x: Any) -> Any:
    return (r for a, b in _pairs(x, 2) for r in (10 * (b - a * a), 1 - a))


_HALF_GRID = tuple(k / 11 * (k / 11 - 1) for k in range(1, 11))

_PROBLEMS: list[Any] = [
    ("Rosenbrock", _rosenbrock, (-1.2, 1), 0, (1, 1)),
    ("Freudenstein and Roth", lambda x: (-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
     -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]), (0.5, -2), 0, (5, 4)),
    ("Powell badly scaled", lambda x: (10_000 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001),
     (0, 1), 0),
    ("Brown badly scaled", lambda x: (x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2), (1, 1), 0,
     (1e6, 2e-6)),
    ("Beale", lambda x: (y - x[0] * (1 - x[1] ** i) for i, y in ((1, 1.5), (2, 2.25), (3, 2.625))),
     (1, 1), 0, (3, 0.5)),
    ("Jennrich and Sampson", lambda x: (2 + 2 * i - exp(i * x[0]) - exp(i * x[1])
     for i in range(1, 11)), (0.3, 0.4), 124.362),
    ("Helical valley", _helical, (-1, 0, 0), 0, (1, 0, 0)),
    ("Bard", lambda x: (y - x[0] - i / ((16 - i) * x[1] + min(i, 16 - i) * x[2])
     for i, y in enumerate(_MEASURED["bard"], start=1)), (1, 1, 1), 8.21487e-3),
    ("Gaussian", lambda x: (x[0] * exp(-x[1] * ((8 - i) / 2 - x[2]) ** 2 / 2) - y
     for i, y in enumerate(_MEASURED["gauss"], start=1)), (0.4, 1, 0), 1.12793e-8),
    ("Meyer", lambda x: (x[0] * exp(x[1] / (45 + 5 * i + x[2])) - y
     for i, y in enumerate(_MEASURED["meyer"], start=1)), (0.02, 4000, 250), 87.9458),
    ("Gulf research and development", _gulf, (5, 2.5, 0.15), 0, (50, 25, 1.5)),
    ("Box three-dimensional", lambda x: (exp(-t * x[0]) - exp(-t * x[1])
     - x[2] * (exp(-t) - exp(-10 * t)) for t in (k / 10 for k in range(1, 11))),
     (0, 10, 20), 0, (1, 10, 1)),
    ("Powell singular", _powell, (3, -1, 0, 1), 0, (0, 0, 0, 0)),
    ("Wood", lambda x: (10 * (x[1] - x[0] ** 2), 1 - x[0], 90**0.5 * (x[3] - x[2] ** 2), 1 - x[2],
     10**0.5 * (x[1] + x[3] - 2), (x[1] - x[3]) / 10**0.5), (-3, -1, -3, -1), 0, (1, 1, 1, 1)),
    ("Kowalik and Osborne", lambda x: (y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])
     for y, u in zip(_MEASURED["kowalik"], _MEASURED["kowalik_u"], strict=True)),
     (0.25, 0.39, 0.415, 0.39), 3.07505e-4),
    ("Brown and Dennis", lambda x: ((x[0] + t * x[1] - exp(t)) ** 2
     + (x[2] + x[3] * sin(t) - cos(t)) ** 2 for t in (k / 5 for k in range(1, 21))),
     (25, 5, -5, -1), 85822.2),
    ("Osborne 1", lambda x: (y - x[0] - x[1] * exp(-10 * i * x[3]) - x[2] * exp(-10 * i * x[4])
     for i, y in enumerate(_MEASURED["osborne1"])), (0.5, 1.5, -1, 0.01, 0.02), 5.46489e-5),
    ("Biggs EXP6", _biggs, (1, 2, 1, 1, 1, 1), 0, (1, 10, 1, 5, 4, 3)),
    ("Osborne 2", _osborne2, (1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5), 4.01377e-2),
    ("Watson", _watson, (0,) * 6, 2.28767e-3),
    ("Extended Rosenbrock", _rosenbrock, (-1.2, 1) * 5, 0, (1,) * 10),
    ("Extended Powell singular", _powell, (3, -1, 0, 1) * 3, 0, (0,) * 12),
    ("Penalty I", lambda x: (*(1e-5**0.5 * (v - 1) for v in x), sum(v * v for v in x) - 0.25),
     (1, 2, 3, 4), 2.24997e-5),
    ("Penalty II", _penalty2, (0.5,) * 4, 9.37629e-6),
    ("Variably dimensioned", _dimensioned, tuple(1 - k / 10 for k in range(1, 11)), 0, (1,) * 10),
    ("Trigonometric", _trigonometric, (0.1,) * 10, 0, (0,) * 10),
    ("Brown almost-linear", lambda x: (*(v + sum(x) - len(x) - 1 for v in x[:-1]), prod(x) - 1),
     (0.5,) * 10, 0, (1,) * 10),
    ("Discrete boundary value", _boundary, _HALF_GRID, 0),
    ("Discrete integral equation", _integral, _HALF_GRID, 0),
    ("Broyden tridiagonal", _tridiagonal, (-1,) * 10, 0),
    ("Broyden banded", _banded, (-1,) * 10, 0),
    ("Linear, full rank", lambda x: ((x[i] if i < len(x) else 0) - sum(x) / 10 - 1
     for i in range(20)), (1,) * 10, 10, (-1,) * 10),
    ("Linear, rank 1", lambda x: (i * sum(j * v for j, v in enumerate(x, start=1)) - 1
     for i in range(1, 21)), (1,) * 10, 20 * 19 / (2 * 41)),
    ("Linear, rank 1, zero columns and rows", lambda x: (-1, *(i * sum(j * v for j, v in
     enumerate(x[1:-1], start=2)) - 1 for i in range(1, 19)), -1), (1,) * 10,
     (400 + 60 - 6) / (2 * 37)),
    ("Chebyquad", _chebyquad, tuple(k / 9 for k in range(1, 9)), 3.51687e-3),
]  # fmt: skip
