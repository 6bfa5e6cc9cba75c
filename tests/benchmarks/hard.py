"""Verdicts on gradients of 200 functions that are hard to difference, right ones and wrong ones.

    python -m tests.benchmarks.hard [--ways opaque traced ...] [--list]

Cancellation, stairs of rounding, points near kinks and poles, high frequencies, huge and tiny
scales. The truth is mpmath's derivative of the same formula at 50 digits. Each function is given to
`check_grad` in several ways, with its true derivative and with that by 1.001, 1.1, -1 and 0:

    opaque    as one of plain floats, of which nothing but the values is known
    traced    as one that our Values take too; `plain` the same without mpmath
    engine    on the nodes of the museum's engine, whose seed is the factor
    foreign   on those of one of which neither operations nor Values of ours are known
    float32   as one of NumPy's arrays of float32

Wanted: no right gradient "wrong", no wrong one "ok"; "undecided" is the honest rest.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import cache
from typing import Any, NamedTuple
from unittest.mock import patch

import mpmath as mp
import numpy as np

from autograd_mini import functions
from autograd_mini.checking import CheckError, Report, check_grad, nodes, references, rows, whole
from autograd_mini.museum import Engine
from tests.benchmarks.options import options

FACTORS = (1.0, 1.001, 1.1, -1.0, 0.0)
FORMULAS = {  # family -> (formula, points); L has the functions of a kind of number
    "cancellation": [
        ("1 / L.sqrt(1 - (x / 3e8) ** 2) - 1", (1.0, 1e3, 1e5, 1e7)),
        ("-x * L.log(x) - (1 - x) * L.log(1 - x)", (1e-14, 1e-12, 1e-9, 1e-4, 1 - 1e-9)),
        ("(1 - L.cos(x)) / x**2", (1e-7, 1e-5, 1e-3, 0.1)),
        ("(L.exp(x) - 1) / x", (1e-12, 1e-8, 1e-4)),
        ("L.exp(x) - 1 - x", (1e-9, 1e-6, 1e-3)),
        ("x - L.sin(x)", (1e-8, 1e-5, 1e-2)),
        ("L.sqrt(x**2 + 1) - x", (1e4, 1e7, 1e9)),
        ("L.sqrt(x + 1) - L.sqrt(x)", (1e6, 1e10, 1e15)),
        ("L.log(1 + x)", (1e-15, 1e-12, 1e-8)),
        ("1 - L.tanh(x)", (5.0, 12.0, 18.0, 25.0)),
        ("1 - L.exp(-x)", (1e-15, 1e-9, 30.0, 40.0)),
        ("1 / (1 + x) - 1 / (1 - x)", (1e-13, 1e-8, 1e-3)),
        ("(x - 1) ** 7", (1.001, 1.1)),
        ("x**7-7*x**6+21*x**5-35*x**4+35*x**3-21*x**2+7*x-1", (1.0001, 1.001, 1.02, 1.1)),
        ("L.log(L.exp(x))", (1e-14, 1e-9, 300.0)),
        ("(x + 1e-9) ** 2 - x**2", (0.7, 30.0)),
        ("(L.exp(x) - L.exp(-x)) / 2 - x", (1e-7, 1e-4)),
        ("L.sqrt(1 + x * x) - 1", (1e-8, 1e-6, 1e-3)),
    ],
    "stairs": [
        ("(1e8 + x) - 1e8 - x", (1e-3, 0.3, 1.0)),
        ("(1e8 + x) - 1e8", (1e-3, 0.3, 7.0)),
        ("(1e12 + x) - 1e12 + x", (1e-3, 0.3, 7.0)),
        ("(1e15 + x) - 1e15", (0.3, 7.0)),
        ("(1e16 + x) - 1e16", (1.3, 70.0)),
        ("(1e16 + x) - 1e16 + L.sin(x)", (1.3, 70.0)),
        ("(1e10 + x * x) - 1e10 + 0.1 * x", (0.3, 7.0)),
        ("(1e6 + L.sin(x)) - 1e6 - x", (0.3, 2.0)),
        ("1e5 * ((1e10 + x) - 1e10) - 1e5 * x + L.exp(x)", (0.3, 1.0)),
        ("L.exp(L.log(x) + 30) / L.exp(30) - x + x", (0.3, 3.0)),
        ("L.tanh(x) + 1", (-18.0, -15.0, -6.0)),
        ("1 / (1 + L.exp(-x))", (37.0, 30.0, -30.0)),
        ("x + L.sqrt(1e20 + x) - 1e10", (0.3, 9.0)),
        ("L.cos(1e-9 * x)", (0.3, 1.0, 1e4)),
        ("L.exp(1e-17 * x)", (1.0, 1e5)),
        ("1 + 1e-18 * x", (1.0, 1e4)),
        ("1 + 1e-18 * x - 1", (1.0, 1e4)),
    ],
    "kinks": [
        ("abs(x - 1)", (1 + 1e-12, 1 + 1e-8, 1 - 1e-4)),
        ("max(x, 1 - x) ** 2", (0.5 + 1e-10, 0.5 - 1e-6)),
        ("abs(L.sin(x)) + x", (1e-9, 3.1415926)),
        ("L.sqrt(abs(x - 2)) * x", (2 + 1e-9, 2 - 1e-5)),
        ("abs(x) ** 1.5", (1e-12, -1e-7)),
        ("max(x - 3, 0 * x) + L.exp(x)", (3 + 1e-11, 3 - 1e-11, 3 + 1e-7)),
        ("abs(x * x - 2)", (1.4142135, 1.41421356)),
        ("max(L.sin(50 * x), 0.3)", (0.00609384, 0.0061)),
        ("1000 * abs(x - 1) + L.cos(x)", (1 + 1e-13, 1 + 1e-6)),
    ],
    "poles": [
        ("1 / (x - 1)", (1 + 1e-10, 1 + 1e-6, 1 - 1e-3)),
        ("L.tan(x)", (1.5707963, 1.57079, 1.57)),
        ("L.log(x)", (1e-300, 1e-12, 1e-5)),
        ("1 / L.sin(x)", (1e-9, 3.1415926, 3.14)),
        ("L.log(abs(x - 2))", (2 + 1e-9, 2 - 1e-5)),
        ("1 / (1 - x * x)", (1 - 1e-9, 1 + 1e-5)),
        ("L.exp(1 / x)", (0.002, 0.05, -1e-3)),
        ("1 / (1e-10 + x * x)", (1e-6, 1e-5, 0.1)),
        ("L.sqrt(x)", (1e-200, 1e-14)),
        ("L.exp(-1 / x**2)", (0.05, 0.2)),
    ],
    "frequency": [
        ("L.cos(1e5 * x)", (1e-14, 1e-12, 1e-9, 1e-6, 0.3)),
        ("L.sin(1e8 * x)", (1e-12, 0.3, 2.0)),
        ("L.sin(1e12 * x)", (1e-14, 0.3)),
        ("x * L.sin(1 / x)", (1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 0.02)),
        ("x * x * L.sin(1 / x)", (1e-7, 1e-5, 1e-3)),
        ("L.sin(1 / x)", (1e-6, 1e-4, 1e-2)),
        ("x + 1e-3 * L.sin(1e4 * x)", (0.3, 2.0)),
        ("x + 1e-9 * L.sin(1e9 * x)", (0.3, 2.0)),
        ("x + 1e-12 * L.sin(1e10 * x)", (0.3, 2.0)),
        ("L.sin(x)", (1e6, 1e9, 1e13)),
        ("L.cos(x * x)", (300.0, 1e5)),
        ("L.sin(L.exp(x))", (10.0, 20.0)),
        ("L.sin(100 * x) * L.sin(1000 * x)", (0.3, 1.0)),
    ],
    "scales": [
        ("x**3", (1e100, 1e-100, 1e-60)),
        ("1e-30 * L.sin(x)", (0.3, 1e3)),
        ("1e200 * L.exp(-x)", (1.0, 300.0)),
        ("L.exp(-x * x)", (5.0, 20.0, 26.0)),
        ("x * L.exp(x)", (-700.0, 700.0)),
        ("L.exp(1e6 * x)", (1e-9, 1e-4)),
        ("1e9 + 1e-3 * x", (0.3, 1e4)),
        ("1e12 + L.sin(x)", (0.3, 2.0)),
        ("L.log(1 + L.exp(x))", (-40.0, -30.0, 40.0)),
        ("x / (1e-20 + x)", (1e-20, 1e-12, 1.0)),
        ("L.tanh(1e10 * x)", (1e-11, 1e-10)),
        ("(x * 1e-170) * (x * 1e-170)", (1e20, 0.3)),
        ("x**2 + 1e-20 * x", (1e-25, 1e-10)),
    ],
}  # fmt: skip


class Case(NamedTuple):
    """A formula at a point, and its true derivative there."""

    family: str
    formula: str
    x: float
    slope: float

    def on(self, lib: Any) -> Callable[[Any], Any]:
        """The function, with the functions of this kind of number."""
        return eval(f"lambda x: {self.formula}", {"L": lib})  # type: ignore[no-any-return]


def derivative(formula: str, x: float) -> float:
    """mpmath's, at 50 digits that are left of 150."""
    f = eval(f"lambda x: {formula}", {"L": mp})
    with mp.workdps(150):
        steps = (abs(mp.mpf(x)) * mp.mpf(10) ** -power for power in (40, 50))
        coarse, fine = ((f(x + h) - f(x - h)) / (2 * h) for h in steps)
        return float(fine) if abs(coarse - fine) < abs(fine) / 1e9 else 0.0


def cases(single: bool = False) -> list[Case]:
    """The corpus; `single`, at points that float32 has."""
    found = []
    for family, formulas in FORMULAS.items():
        for formula, points in formulas:
            for x in map(float, np.float32(points) if single else points):
                with suppress(ValueError, ArithmeticError, TypeError):  # a float32 on the pole
                    found.append(Case(family, formula, x, derivative(formula, x)))
    return found


# --- the ways in which a function is given -------------------------------------------------------
class _Methods:
    """The functions as methods of a node."""

    def __init__(self, **names: str) -> None:
        self.names = names

    def __getattr__(self, name: str) -> Any:
        return lambda x: getattr(x, self.names.get(name, name))()


@cache
def engine(factor: float, base: type = Engine) -> type:
    """An engine whose backward pass starts from this seed."""

    class Seeded(base):  # type: ignore[misc]
        def backward(self) -> None:
            super().backward()
            for node in self.order():
                node.grad *= factor

    return Seeded


class Foreign(Engine):
    """Of which nothing is told but parents: no operation, no partial, no step."""

    def record(self, edges: list[tuple[Engine, float]]) -> None:
        self.edges, self.parents = edges, tuple(parent for parent, _ in edges)

    @classmethod
    def apply(cls, name: str, *args: Any) -> Engine:
        node = super().apply(name, *args)
        node.op, node.args = None, ()
        return node

    def backward(self) -> None:
        self.grad = 1.0
        for node in reversed(self.order()):
            for parent, partial in node.edges if node.parents else ():
                parent.grad += node.grad * partial


NAMES = {name: f"f_{name}" for name in ("sin", "cos", "exp", "log", "sqrt", "tanh")}
for _name, _other in NAMES.items():
    setattr(Foreign, _other, getattr(Engine, _name))


# --- a way: the verdict, and the derivative that it is on ---------------------------------------
def opaque(case: Case, factor: float) -> Report:
    f = case.on(math)
    return check_grad(lambda x: f(float(x)), case.x, gradient=lambda x: factor * case.slope)


def traced(case: Case, factor: float) -> Report:
    return check_grad(case.on(functions), case.x, gradient=lambda x: factor * case.slope)


def plain(case: Case, factor: float) -> Report:
    with ExitStack() as stack:
        for room in (references, nodes, rows, whole):
            stack.enter_context(patch.object(room, "mpmath", lambda: None))
        return traced(case, factor)


def on_engine(case: Case, factor: float) -> Report:
    return check_grad(case.on(_Methods()), case.x, value=engine(factor))


def foreign(case: Case, factor: float) -> Report:
    return check_grad(case.on(_Methods(**NAMES)), case.x, value=engine(factor, Foreign))


def float32(case: Case, factor: float) -> Report:
    f, slope = case.on(np), np.float32([factor * case.slope])
    return check_grad(lambda v: f(v[0]), np.float32([case.x]), gradient=lambda v: slope)


WAYS = {
    "opaque": opaque, "traced": traced, "plain": plain, "engine": on_engine, "foreign": foreign,
    "float32": float32,
}  # fmt: skip


def told(case: Case, report: Report) -> tuple[str, str] | None:
    """("right" or "wrong", what its verdict is worth); None if neither, or nothing is told."""
    if not report.comparisons:
        return None
    (row,) = report.comparisons
    off, size = abs(row.got - case.slope), abs(case.slope)
    if 1e-6 * size < off < 5e-4 * size:
        return None
    right = off <= 1e-6 * size
    if report.verdict not in ("ok", "wrong"):
        worth = "undecided"
    else:
        worth = "told" if right == (report.verdict == "ok") else "false" if right else "missed"
    return "right" if right else "wrong", worth


def main() -> None:
    """Print the table."""
    asked = options(__doc__, ways=[*WAYS], list=False)
    warnings.simplefilter("ignore")
    for name in asked.ways:
        counts: Counter[Any] = Counter()
        for case in cases(name == "float32"):
            for factor in FACTORS if case.slope else FACTORS[:1]:
                with suppress(CheckError):  # an engine has no such function
                    found = told(case, WAYS[name](case, factor))
                    counts[found] += 1
                    if asked.list and found and found[1] != "told":
                        print(name, *found, factor, *case, flush=True)
        for side, worst in (("right", "false"), ("wrong", "missed")):
            some = {worth: counts[side, worth] for worth in ("told", "undecided", worst)}
            print(f"{name:8} {side}: {sum(some.values())} gradients, {some}", flush=True)


if __name__ == "__main__":
    main()
