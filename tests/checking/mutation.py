"""Mutation of the sheet: is every wrong derivative seen by the tests of the operations?

    python -m tests.checking.mutation [operation ...]

For every partial of every operation, mutants are made from its formula: the sign, a factor of
1 +- 1e-6, an offset, swapped arguments, a dropped term, factor or function, constants and exponents
off by one, shifted kinks, swapped branches. A mutant is caught where its number is further from the
truth (tests/reference.py, at a point of tests/points.py) than the bound of the sheet allows, or, at
a kink, where it breaks a convention of the table below. Those that are not caught must be listed in
EQUIVALENT, each with the reason why it is no mistake.
"""

from __future__ import annotations

import argparse
import ast
import copy
import re
import sys
import time
from functools import cache
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.checking.random_graphs import UNFIT
from autograd_mini.checking.table import comfortable_points
from autograd_mini.formulas.grammar import names_in
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules import evaluation
from tests.points import points
from tests.reference import error_in_ulp, scale_of, true_partial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TINY = 1e-6  # of the changed factor

# What the derivative is at a kink, where no reference can tell: torch's conventions (design.md).
CONVENTIONS: dict[str, list[tuple[tuple[Any, ...], tuple[Any, ...]]]] = {
    **{key: [((0.0,), (0.0,))] for key in ("abs", "relu", "sign")},
    **{key: [((2.0,), (0.0,))] for key in ("floor", "ceil", "detach")},
    "round": [((2.5,), (0.0,))],
    **{key: [((2.0, 2.0), (0.5, 0.5))] for key in ("maximum", "minimum")},
    **{key: [((0.0, 0.0), (0.0, 0.0))] for key in ("hypot", "atan2")},
    "leaky_relu": [((0.0, 0.1), (0.1, 0.0))],
    "elu": [((0.0, 2.0), (2.0, 0.0))],
    "selu": [((0.0,), (1.7580993408473768599,))],
    "hardtanh": [((-1.0, -1.0, 1.0), (0.0, 1.0, 0.0)), ((1.0, -1.0, 1.0), (0.0, 0.0, 1.0))],
    "clamp": [((x, -1.0, 1.0), (1.0, 0.0, 0.0)) for x in (-1.0, 1.0)],
    "max": [(((2.0, 2.0, 1.0),), ((0.5, 0.5, 0.0),))],
    "min": [(((2.0, 1.0, 1.0),), ((0.0, 0.5, 0.5),))],
    "norm": [(((0.0, 0.0),), ((0.0, 0.0),))],
    "pow": [
        ((0.0, 0.0), (0.0, 0.0)), ((0.0, 2.0), (0.0, 0.0)), ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 0.5), (float("inf"), 0.0)), ((0.0, 2.0**53), (0.0, 0.0)),
    ],
    "sqrt": [((0.0,), (float("inf"),))],
    "cbrt": [((x,), (float("inf"),)) for x in (0.0, -0.0)],
    "mod": [((4.0, 2.0), (1.0, -2.0)), ((-4.0, 2.0), (1.0, 2.0))],
    "floordiv": [((4.0, 2.0), (0.0, 0.0))],
}  # fmt: skip


# Points beside those of tests/points.py: between a kink and where a mutant moves it.
EXTRA: dict[str, list[tuple[Any, ...]]] = {
    "leaky_relu": [(-2.0, -0.5)],
    "mish": [(-0.0005,), (0.0005,)],
    **{
        name: [(x, -1.0, 1.0) for x in (-1.0005, -0.9995, 0.9995, 1.0005)]
        for name in ("clamp", "hardtanh")
    },
}


class Mutant(NamedTuple):
    """A changed formula: `key` is "d0", "d1", ... or a given name that the partial uses."""

    op: str
    k: int
    key: str
    what: str
    tree: ast.expr

    @property
    def formula(self) -> str:
        return ("" if self.key == f"d{self.k}" else f"{self.key} = ") + ast.unparse(self.tree)


# --- making mutants ------------------------------------------------------------------------------
def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def at_each_site(
    tree: ast.expr, change: Callable[[ast.expr], list[tuple[str, ast.expr]]]
) -> Iterator[tuple[str, ast.expr]]:
    """The tree with one sub-expression replaced, for each replacement that `change` offers."""
    for what, new in change(tree):
        yield what, new
    for field, old in ast.iter_fields(tree):
        if isinstance(old, ast.expr) and field != "func":
            for what, new in at_each_site(old, change):
                copied = copy.copy(tree)
                setattr(copied, field, new)
                yield what, copied
        elif isinstance(old, list) and field in ("args", "comparators"):
            for i, item in enumerate(old):
                for what, new in at_each_site(item, change):
                    copied = copy.copy(tree)
                    setattr(copied, field, [*old[:i], new, *old[i + 1 :]])
                    yield what, copied


def changes(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """What can be wrong with one sub-expression."""
    match node:
        case ast.Constant(value=value):
            return [("off by one", parsed(f"{value} + {d}")) for d in (1, -1)]
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return [("dropped term", kept) for kept in (left, right)]
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right):
            return [("dropped factor", kept) for kept in (left, right)]
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            exponents = (parsed(f"({ast.unparse(right)}) + {d}") for d in (1, -1))
            return [("exponent off by one", ast.BinOp(left, ast.Pow(), e)) for e in exponents]
        case ast.UnaryOp(operand=operand):
            return [("sign inside", operand)]
        case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
            return [("swapped branches", ast.Call(node.func, [condition, no, yes], []))]
        case ast.Call(args=[inner]) if not (isinstance(inner, ast.Name) and node.func.id in VECTOR):
            return [("dropped function", inner)]
        case ast.Compare(left=left, ops=[relation], comparators=[right]):
            shifted = (parsed(f"{ast.unparse(right)} + {d}") for d in (0.001, -0.001))
            moved = [("shifted kink", ast.Compare(left, [relation], [r])) for r in shifted]
            other = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
            if type(relation) in other:
                strict = ast.Compare(left, [other[type(relation)]()], [right])
                moved.append(("other side of the kink", strict))
            return moved
    return []


VECTOR = {"sum", "max", "min", "prod", "others", "norm", "count"}  # calls on a vector: not dropped


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def swaps(op: Op, tree: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Arguments taken for each other, and the input for the output."""
    used = names_in(tree)
    scalars = [p for p in op.params if p not in op.vectors]
    elements = [f"{vector}_i" for vector in sorted(op.vectors)]
    pairs = [*combinations(scalars, 2), *combinations(elements, 2)]
    pairs += [(a, "out") for a in (*scalars, *elements)]
    for a, b in pairs:
        if a in used or b in used:
            renamed = _Renamed({a: b, b: a}).visit(copy.deepcopy(tree))
            yield "swapped arguments", renamed


def used_given(op: Op, key: str) -> list[str]:
    """The given names that a formula uses, directly or through others."""
    found: list[str] = []
    for reached in chain([key], found):  # which grows
        names = {n.removesuffix("_i") for n in names_in(op.trees[reached])}
        found += [name for name in op.given if name in names and name not in found]
    return found


def mutants(op: Op, k: int) -> list[Mutant]:
    """All mutants of a partial; no two with the same formula."""
    key, tree = f"d{k}", op.trees[f"d{k}"]
    text = ast.unparse(tree)
    whole = [
        ("sign", parsed(f"-({text})")),
        *(("factor", parsed(f"({text}) * {1 + d!r}")) for d in (TINY, -TINY)),
        *(("offset", parsed(f"{text} + {d!r}")) for d in (TINY, -TINY)),
    ]
    made = [Mutant(op.name, k, key, what, new) for what, new in whole]
    for name in (key, *used_given(op, key)):
        source = op.trees[name]
        for what, new in (*swaps(op, source), *at_each_site(source, changes)):
            if name == key or names_in(new) <= names_in(source) | {*op.params}:
                made.append(Mutant(op.name, k, name, what, new))
    unique = {m.formula: m for m in made if m.formula != ast.unparse(op.trees[m.key])}
    return list(unique.values())


# --- catching them -------------------------------------------------------------------------------
def mutated(mutant: Mutant) -> Op:
    """The operation with the changed formula."""
    old = SHEET[mutant.op]
    return Op(**vars(old) | {"trees": old.trees | {mutant.key: mutant.tree}, "rules": {}})


def partial_of(op: Op, k: int, args: tuple[Any, ...], out: float) -> list[float]:
    """The partial by argument k as the engine computes it: one number, or one an element."""
    active = tuple(j == k for j in range(len(op.params)))
    (found,) = evaluation.partials(op, FLOAT, active, args, out)
    return [float(x) for x in (found if isinstance(found, tuple) else (found,))]


@cache
def places(name: str) -> list[tuple[tuple[Any, ...], float]]:
    """(arguments, value), ordinary ones first."""
    op, found = SHEET[name], []
    easy = () if name in UNFIT else comfortable_points(op)[:40]
    for args in (*easy, *EXTRA.get(name, ()), *points(op)):
        try:
            found.append((args, float(evaluation.value(op, FLOAT, args, args))))
        except (ArithmeticError, ValueError, TypeError):
            continue
    return found


@cache
def healthy(name: str, k: int) -> list[list[float]]:
    return [partial_of(SHEET[name], k, args, out) for args, out in places(name)]


@cache
def truth(name: str, args: tuple[Any, ...], k: int, i: int | None) -> tuple[Any, Any]:
    """The true partial (None where there is none), and the scale of its bound."""
    op = SHEET[name]
    try:
        return true_partial(op, args, k, i), scale_of(op, op.params[k], args, i)
    except TypeError:  # a step of the difference leaves the domain, as of clamp where low = high
        return None, 0


def caught(mutant: Mutant) -> str | None:
    """Where the mutant is seen to be wrong; None if it is nowhere."""
    op, k = mutated(mutant), mutant.k
    bound = op.ulps.get(op.params[k], 4)
    for args, slopes in CONVENTIONS.get(op.name, ()):
        out = float(evaluation.value(op, FLOAT, args, args))
        wanted = slopes[k] if isinstance(slopes[k], tuple) else (slopes[k],)
        if failed(op, k, args, out) or partial_of(op, k, args, out) != [*wanted]:
            return f"{op.name}{args}, a convention"
    for (args, out), right in zip(places(op.name), healthy(op.name, k), strict=True):
        if failed(op, k, args, out):
            return f"{op.name}{args}, no number"
        for i, (got, old) in enumerate(zip(partial_of(op, k, args, out), right, strict=True)):
            if got == old or (got != got and old != old):
                continue
            element = i if op.params[k] in op.vectors else None
            true, scale = truth(op.name, args, k, element)
            if true is not None and not error_in_ulp(got, true, scale) <= bound:
                return f"{op.name}{args}"
    return None


def failed(op: Op, k: int, args: tuple[Any, ...], out: float) -> bool:
    """Whether the changed formula cannot be computed at all."""
    try:
        partial_of(op, k, args, out)
    except (ArithmeticError, ValueError, TypeError):
        return True
    return False


# --- those that are no mistake -------------------------------------------------------------------
class Equivalent(NamedTuple):
    """Mutants that are right: their operations, what was changed, a pattern of the formula, why."""

    ops: str
    what: str
    pattern: str
    why: str


EQUIVALENT = [
    Equivalent("polygamma where sign floor ceil round floordiv detach", "sign|factor",
               r"-?0( \* .*)?",
               "0 with another sign or factor is 0"),
    Equivalent("relu", "swapped", r".*out <= 0.*", "relu(a) <= 0 exactly where a <= 0"),
    Equivalent("hardtanh", "swapped", r".*out [<>]= (low|high).*",
               "the value is at a bound exactly where a is there or beyond"),
    Equivalent("clamp", "swapped", r".*a [<>] out.*",
               "the value differs from a only where a is beyond the bound"),
    Equivalent("max min", "swapped", r".*out == a_i.*", "the same comparison, written backwards"),
    Equivalent("logaddexp", "other side", r".*", "where a = b, e is 1 and both branches agree"),
    Equivalent("logaddexp", "swapped", r"e = .*", "e is exp(-|a - b|), the same for (b, a)"),
    Equivalent("softplus logsigmoid", "other side", r".*", "at 0, e is 1: both branches agree"),
    Equivalent("mish", "other side", r".*", "at 0, e is 1: both branches agree"),
    Equivalent("leaky_relu elu", "other side", r"where\(a >= 0, 0, .*",
               "at 0 both branches are 0"),
    Equivalent("atan", "off by one", r".*below\(unsigned\(a\), 1 \+ 1\).*",
               "from 1 to 2 both formulas are accurate"),
    Equivalent("atan2", "swapped", r"r = .*", "the sum of sizes is symmetric"),
    Equivalent("atan2", "off by one|exponent|shifted|other side", r"s = .*",
               "s cancels; any power of two that keeps the squares in range will do"),
    Equivalent("pow", "off by one", r".*below\(b, 1 \+ 1\).*",
               "from 1 to 2 both formulas are accurate"),
    Equivalent("pow", "off by one", r".*below\(b, 2 \*\* \(53 \+ -1\)\).*",
               "from 2**52 to 2**53 both formulas are accurate"),
    Equivalent("pow", "dropped factor|exponent|off by one|dropped term", r".*where\(a == 0, .*",
               "where a is 0 and b < 1 the slope is infinite, whatever the factor"),
    Equivalent("cbrt", "off by one", r"where\(a == 0, \(1 \+ 1\) / abs\(a\), .*",
               "at 0 the slope is infinite, whatever the factor"),
]  # fmt: skip


def reason(mutant: Mutant) -> str | None:
    """Why a mutant that survives is equivalent; None if nobody has said so."""
    for ops, what, pattern, why in EQUIVALENT:
        named = mutant.op in ops.split() and re.match(what, mutant.what)
        if named and re.fullmatch(pattern, mutant.formula):
            return why
    return None


class Row(NamedTuple):
    """The outcome for one partial."""

    op: str
    param: str
    made: int
    caught: int
    equivalent: list[tuple[Mutant, str]]
    survivors: list[Mutant]


def examined(name: str, k: int) -> Row:
    """Every mutant of one partial, caught, explained or surviving."""
    op = SHEET[name]
    made = mutants(op, k)
    left = [m for m in made if caught(m) is None]
    explained = [(m, why) for m in left if (why := reason(m))]
    survivors = [m for m in left if not reason(m)]
    return Row(name, op.params[k], len(made), len(made) - len(left), explained, survivors)


def main() -> int:
    """Print the table; return 1 if a mutant survives without an explanation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("operation", nargs="*", metavar="OPERATION", choices=[[], *SHEET])
    names = parser.parse_args().operation
    start = time.perf_counter()
    rows = []
    print(f"{'operation':<14}{'by':<8}{'mutants':>8}{'caught':>8}{'equivalent':>12}{'survive':>9}")
    for name in names or list(SHEET):
        for k in range(len(SHEET[name].params)):
            row = examined(name, k)
            rows.append(row)
            print(
                f"{name:<14}{row.param:<8}{row.made:>8}{row.caught:>8}"
                f"{len(row.equivalent):>12}{len(row.survivors):>9}",
                flush=True,
            )
    made, seen = sum(row.made for row in rows), sum(row.caught for row in rows)
    equivalent = [pair for row in rows for pair in row.equivalent]
    survivors = [mutant for row in rows for mutant in row.survivors]
    print(
        f"\n{len(rows)} partials, {made} mutants, {seen} caught, {len(equivalent)} equivalent,"
        f" {len(survivors)} survive; {time.perf_counter() - start:.0f} s\n"
    )
    for mutant, why in equivalent:
        print(f"equivalent: {mutant.op} d{mutant.k} [{mutant.what}] {mutant.formula}: {why}")
    for mutant in survivors:
        print(f"SURVIVES: {mutant.op} d{mutant.k} [{mutant.what}] {mutant.formula}")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main())
