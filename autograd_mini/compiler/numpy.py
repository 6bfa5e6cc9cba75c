"""The back end on NumPy: many instructions and all samples at once.

Instructions that do not wait for one another and have the same opcode are one call of NumPy on the
rows of a matrix, a row for each instruction and a column for each sample; neurons that share their
inputs are one product of matrices. So the number of calls grows with the depth of the graph, not
with its size. Samples are taken in blocks whose matrix stays in the cache.
"""

from __future__ import annotations

import math
from itertools import pairwise
from threading import local
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini.numbers.instructions import MEANING, REDUCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .program import Program, Run

ARRAYS = True
_BLOCK = 2**17  # numbers in the matrix of a block: 1 MiB
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}
_NAMES |= {"%": "remainder", "//": "floor_divide", "neg": "negative", "abs": "absolute"}
_NAMES |= {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal"}
_NAMES |= {"!=": "not_equal", "and": "logical_and", "or": "logical_or"}
_NAMES |= {name: f"arc{name[1:]}" for name in "asin acos atan asinh acosh atanh atan2".split()}
_OWN = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh floor ceil".split()
_UFUNCS = {opcode: getattr(np, name) for opcode, name in _NAMES.items()}
_UFUNCS |= {name: getattr(np, name) for name in _OWN}


def _select(condition: Any, yes: Any, no: Any) -> Any:
    return np.where(condition != 0, yes, no)


def _sum(*parts: Any) -> Any:
    return sum(parts)  # from 0 on, as fsum: no -0.0


def _dot(*parts: Any) -> Any:
    half = len(parts) // 2
    return _sum(*(a * b for a, b in zip(parts[:half], parts[half:], strict=True)))


def _take(index: Any, *table: Any) -> Any:
    good = (index >= 0) & (index < len(table)) & (index == np.floor(index))
    place = np.where(good, index, 0).astype(np.intp)
    shape = np.broadcast_shapes(*(part.shape for part in (index, *table)))
    rows = np.stack([np.broadcast_to(part, shape) for part in table])
    chosen = np.take_along_axis(rows, np.broadcast_to(place, shape)[None], 0)[0]
    return np.where(good, chosen, math.nan)


# The same, where the operands stand one behind the other.
_STACKED: dict[str, Callable[..., Any]] = {
    "sum": lambda a: a.sum(0) + 0.0,
    "dot": lambda a, b: (a * b).sum(0) + 0.0,
}
_FUNCTIONS = {"select": _select, "sum": _sum, "dot": _dot, "take": _take}


def _function(opcode: str) -> Callable[..., Any]:
    """What NumPy does for an opcode; where it has no such function, MEANING number by number."""
    if opcode in _FUNCTIONS:
        return _FUNCTIONS[opcode]
    meaning = MEANING[opcode]

    def each(*parts: Any) -> Any:
        alike = np.broadcast_arrays(*parts)
        rows = zip(*[part.ravel().tolist() for part in alike], strict=True)
        return np.array([meaning(*row) for row in rows], dtype=float).reshape(alike[0].shape)

    return each


class _Step(NamedTuple):
    """One call: the function, whether it takes `out`, its operands, the rows of the result.

    An operand is (whether it is one of the samples' rows, rows).
    """

    function: Callable[..., Any]
    is_ufunc: bool
    operands: list[tuple[bool, Any]]
    rows: slice

    def run(self, once: Any, each: Any, out: Any) -> None:
        parts = [(each if of_samples else once)[rows] for of_samples, rows in self.operands]
        if self.is_ufunc:
            self.function(*parts, out=out[self.rows])
        else:
            out[self.rows] = self.function(*parts)


class _Layout:
    """The rows of the matrices of `once` (constants first) and `each`, and the steps by part."""

    def __init__(self, program: Program) -> None:
        self.program, self.code = program, program.code
        self.size = {False: len(self.code.constants), True: 0}
        self.row = {~k: k for k in range(len(self.code.constants))}
        self.steps: list[list[_Step]] = []
        self.reduced: list[tuple[int, int]] = []  # (of, reduction)
        self.products = self._products()
        self.places = []
        for _, is_each in program.inputs:  # in their order, used or not
            self.places.append(self.size[is_each])
            self.size[is_each] += 1
        for part in program.parts:
            self.steps.append([self._step(*group) for group in self._groups(part)])

    def _products(self) -> set[int]:
        """The products of samples' numbers that are only summed: as products of matrices."""
        code, is_each = self.code, self.program.is_each
        summed = {args[0] for opcode, args in code if opcode in REDUCTIONS}
        other = {x for opcode, args in code if opcode not in REDUCTIONS for x in args}
        other |= {x for _, x in self.program.outputs}
        found = (x for x in summed - other if is_each(x) and code[x][0] == "*")
        return {x for x in found if all(map(is_each, code[x][1]))}

    def _groups(self, part: range) -> Iterable[tuple[str, tuple[bool, ...], list[int]]]:
        """Instructions of one opcode that do not wait for one another, in order."""
        level = dict.fromkeys(part, 0)
        groups: dict[tuple[int, str, tuple[bool, ...]], list[int]] = {}
        for i in part:
            opcode, operands = self.code[i]
            if opcode == "input":
                self.row[i] = self.places[int(self.code.constants[~operands[0]])]
            elif opcode in REDUCTIONS:
                self.row[i] = self.size[False]
                self.size[False] += 1
                self.reduced.append((operands[0], i))
            elif i not in self.products:
                level[i] = 1 + max((level.get(x, 0) for x in operands), default=0)
                key = (level[i], opcode, tuple(map(self.program.is_each, operands)))
                groups.setdefault(key, []).append(i)
        for (_, opcode, kinds), members in sorted(groups.items(), key=lambda pair: pair[0][0]):
            yield opcode, kinds, members

    def _step(self, opcode: str, kinds: tuple[bool, ...], members: list[int]) -> _Step:
        of_samples = self.program.is_each(members[0])
        start = self.size[of_samples]
        self.size[of_samples] += len(members)
        self.row.update(zip(members, range(start, start + len(members)), strict=True))
        rows = slice(start, start + len(members))
        columns = [
            [self.row[x] for x in column]
            for column in zip(*(self.code[i][1] for i in members), strict=True)
        ]
        half = len(kinds) // 2
        if opcode == "dot" and not any(kinds[:half]) and _alike(columns[half:]):
            operands = []
            for kind in {*kinds[half:]}:
                picked = [k for k in range(half) if kinds[half + k] == kind]
                operands.append((False, np.array([columns[k] for k in picked]).T))
                operands.append((kind, _followed([columns[half + k][0] for k in picked])))
            return _Step(_layer, False, operands, rows)
        cut = half if opcode == "dot" else len(kinds)
        if opcode in _STACKED and len({*kinds[:cut]}) == 1 >= len({*kinds[cut:]}):
            parts = [columns[:cut], columns[cut:]][: len(kinds) // cut]
            stacked = [(kinds[k * cut], np.array(part)) for k, part in enumerate(parts)]
            return _Step(_STACKED[opcode], False, stacked, rows)
        operands = [(kind, _rows(c)) for kind, c in zip(kinds, columns, strict=True)]
        function = _UFUNCS.get(opcode) or _function(opcode)
        return _Step(function, opcode in _UFUNCS, operands, rows)


def _alike(columns: Sequence[Sequence[int]]) -> bool:
    return all(min(column) == max(column) for column in columns)


def _layer(*pairs: Any) -> Any:
    """Matrices of weights times the inputs that neurons share: those of samples, constants."""
    parts = [w[:, :, 0] @ x for w, x in zip(pairs[::2], pairs[1::2], strict=True)]
    return sum(parts[1:], parts[0])


def _rows(rows: Sequence[int]) -> Any:
    """Rows as an index of NumPy: one row if they are all the same, which is broadcast."""
    return slice(rows[0], rows[0] + 1) if len(set(rows)) == 1 else _followed(rows)


def _followed(rows: Sequence[int]) -> Any:
    """A slice, which copies nothing, where rows follow one another evenly; else an array."""
    steps = {b - a for a, b in pairwise(rows)} or {1}
    step = min(steps)
    if len(steps) == 1 and step > 0:
        return slice(rows[0], rows[-1] + 1, step)
    return np.array(rows)


class _Sums:
    """What is summed over the samples: rows; and products of rows, by a product of matrices."""

    def __init__(self, layout: _Layout) -> None:
        code, row, is_each = layout.code, layout.row, layout.program.is_each
        pairs = [(of, row[i]) for of, i in layout.reduced]
        plain = [(row[of], i) for of, i in pairs if is_each(of) and of not in layout.products]
        self.alike = [(row[of], i) for of, i in pairs if not is_each(of)]
        products = [(*(row[x] for x in code[of][1]), i) for of, i in pairs if of in layout.products]
        self.rows = _followed([of for of, _ in plain]) if plain else slice(0, 0)
        self.left, self.right = ([p[k] for p in products] for k in (0, 1))
        self.targets = [i for _, i in plain] + [p[2] for p in products]
        self.lefts, self.i = np.unique(self.left, return_inverse=True)
        self.rights, self.j = np.unique(self.right, return_inverse=True)
        self.is_table = len(self.lefts) * len(self.rights) <= 8 * len(products)

    def of(self, part: Any) -> Any:
        """The sums over the samples of a block."""
        found = [part[self.rows].sum(1)]
        if self.left and self.is_table:
            found.append((part[self.lefts] @ part[self.rights].T)[self.i, self.j])
        elif self.left:
            found.append(np.einsum("ij,ij->i", part[self.left], part[self.right]))
        return np.concatenate(found)


def build(program: Program, threads: int = 1) -> Run:
    """The program as a function of arrays; NumPy's own threads are those of its matrix product."""
    layout = _Layout(program)
    before, each, after = layout.steps
    constants = np.array(program.code.constants)
    first, inputs = len(constants), sum(is_each for _, is_each in program.inputs)
    shared_end = first + len(program.inputs) - inputs
    block = max(64, _BLOCK // max(1, layout.size[True]))
    sums = _Sums(layout)
    wanted = [(layout.row[x], program.is_each(x)) for _, x in program.outputs]
    once_rows = [row for row, is_each in wanted if not is_each]
    each_rows = [row for row, is_each in wanted if is_each]
    mine = local()

    def run(given: Any, samples: Sequence[Any], count: int) -> tuple[Any, Sequence[Any]]:
        once = np.empty((layout.size[False], 1))
        once[:first, 0], once[first:shared_end, 0] = constants, given
        width = min(block, count)
        matrix = getattr(mine, "matrix", None)
        if matrix is None or matrix.shape[1] != width:
            matrix = mine.matrix = np.empty((layout.size[True], width))
        results = [np.empty(count) for _ in each_rows]
        total = np.zeros(len(sums.targets))
        with np.errstate(all="ignore"):
            for step in before:
                step.run(once, None, once)
            for start in range(0, count, block):
                stop = min(start + block, count)
                part = matrix[:, : stop - start]
                for k, numbers in enumerate(samples):
                    part[k] = numbers[start:stop]
                for step in each:
                    step.run(once, part, part)
                total += sums.of(part)
                for result, row in zip(results, each_rows, strict=True):
                    result[start:stop] = part[row]
            once[sums.targets, 0] = total
            for row, i in sums.alike:
                once[i] = once[row] * count + 0.0 if count else 0.0
            for step in after:
                step.run(once, None, once)
        return once[once_rows, 0], results

    return run
