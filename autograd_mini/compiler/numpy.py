"""The back end on NumPy: many instructions and all samples at once.

Instructions that do not wait for one another and have the same opcode are one call of NumPy on the
rows of a matrix, a row for each instruction and a column for each sample; neurons that share their
inputs are one product of matrices. So the number of calls grows with the depth of the graph, not
with its size. Samples are taken in blocks whose matrix stays in the cache.
"""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd_mini.numbers.instructions import MEANING, REDUCTIONS

from .program import Program, Run

ARRAYS = True
_BLOCK = 2**17  # numbers in the matrix of a block: 1 MiB
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}
_NAMES |= {"%": "remainder", "//": "floor_divide", "neg": "negative", "abs": "absolute"}
_NAMES |= {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal"}
_NAMES |= {"!=": "not_equal", "and": "logical_and", "or": "logical_or"}
_NAMES |= {name: f"arc{name[1:]}" for name in "asin acos atan asinh acosh atanh atan2".split()}
_OWN = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh floor ceil".split()
_NAMES |= {name: name for name in _OWN}


def functions(xp: Any) -> dict[str, Callable[..., Any]]:
    """The opcodes for which numpy or jax.numpy, given as `xp`, has a function, and a few more."""

    def take(index: Any, *table: Any) -> Any:
        good = (index >= 0) & (index < len(table)) & (index == xp.floor(index))
        shape = xp.broadcast_shapes(*map(xp.shape, (index, *table)))
        place = xp.broadcast_to(xp.where(good, index, 0).astype(int), shape)
        rows = xp.stack([xp.broadcast_to(part, shape) for part in table])
        return xp.where(good, xp.take_along_axis(rows, place[None], 0)[0], math.nan)

    return {
        **{opcode: getattr(xp, name) for opcode, name in _NAMES.items()},
        "select": lambda condition, yes, no: xp.where(condition != 0, yes, no),
        "sum": lambda *a: sum(a),  # from 0 on, as fsum: no -0.0
        "dot": lambda *a: sum(map(operator.mul, a[: len(a) // 2], a[len(a) // 2 :])),
        "take": take,
    }


_FUNCTIONS = functions(np)


def _meaning(opcode: str) -> Callable[..., Any]:
    return _FUNCTIONS.get(opcode) or partial(_one_by_one, MEANING[opcode])


def _one_by_one(meaning: Callable[..., float], *parts: Any) -> Any:
    """What has no function in NumPy, of any number of operands (np.vectorize takes at most 63)."""
    arrays = np.broadcast_arrays(*parts)
    found = map(meaning, *[array.ravel().tolist() for array in arrays])
    return np.fromiter(found, float).reshape(arrays[0].shape)


def _stacked(*parts: Any) -> Any:
    """A sum, or of two parts a dot, whose operands stand one behind the other."""
    return reduce(operator.mul, parts).sum(0) + 0.0


def _layer(*pairs: Any) -> Any:
    """Matrices of weights times the inputs that neurons share: those of samples, constants."""
    parts = [w[:, :, 0] @ x for w, x in zip(pairs[::2], pairs[1::2], strict=True)]
    return sum(parts[1:], parts[0])


class Step(NamedTuple):
    """One call of a function, for several rows of the result."""

    function: Callable[..., Any]
    operands: list[tuple[bool, Any]]  # whether they are the samples', and their rows
    rows: slice

    def run(self, once: Any, each: Any, out: Any) -> None:
        """Write into the rows of `out` what the function gives of those of both matrices."""
        parts = [(each if of_samples else once)[rows] for of_samples, rows in self.operands]
        if isinstance(self.function, np.ufunc):
            self.function(*parts, out=out[self.rows])
        else:
            out[self.rows] = self.function(*parts)


class Layout:
    """The rows of the matrices of `once` (constants first) and `each`, and the steps by part.

    The rows `reduced` of `once` are sums over all samples: of the rows `summed` of `each`, and then
    of the rows `alike` of `once`. `meaning` gives the function of an opcode.
    """

    def __init__(self, program: Program, meaning: Callable[[str], Callable[..., Any]]) -> None:
        self.program, self.code, self.meaning = program, program.code, meaning
        self.size = {False: len(self.code.constants), True: 0}
        self.row = {~k: k for k in range(len(self.code.constants))}
        self.inputs = [self._new(is_each) for _, is_each in program.inputs]  # used or not
        self.given = slice(len(self.code.constants), self.size[False])
        *parts, after = program.parts
        self.steps = [[self._step(*group) for group in self._groups(part)] for part in parts]
        pairs = [(i, x[0]) for i in after for opcode, x in [self.code[i]] if opcode in REDUCTIONS]
        pairs.sort(key=lambda pair: not program.is_each(pair[1]))
        self.row.update((i, self._new(False)) for i, _ in pairs)
        self.reduced = slice(self.size[False] - len(pairs), self.size[False])
        self.summed = evenly([self.row[x] for _, x in pairs if program.is_each(x)])
        self.alike = evenly([self.row[x] for _, x in pairs if not program.is_each(x)])
        self.steps.append([self._step(*group) for group in self._groups(after)])

    def _new(self, of_samples: bool, count: int = 1) -> int:
        """The first of new rows."""
        self.size[of_samples] += count
        return self.size[of_samples] - count

    def _groups(self, part: range) -> Iterable[tuple[str, tuple[bool, ...], list[int]]]:
        """Instructions of one opcode that do not wait for one another, in order."""
        level = dict.fromkeys(part, 0)
        groups: dict[tuple[int, str, tuple[bool, ...]], list[int]] = {}
        for i in part:
            opcode, operands = self.code[i]
            if opcode == "input":
                self.row[i] = self.inputs[int(self.code.constants[~operands[0]])]
            elif opcode not in REDUCTIONS:
                level[i] = 1 + max((level.get(x, 0) for x in operands), default=0)
                key = (level[i], opcode, tuple(map(self.program.is_each, operands)))
                groups.setdefault(key, []).append(i)
        for (_, opcode, kinds), members in sorted(groups.items(), key=lambda pair: pair[0][0]):
            yield opcode, kinds, members

    def _step(self, opcode: str, kinds: tuple[bool, ...], members: list[int]) -> Step:
        start = self._new(self.program.is_each(members[0]), len(members))
        rows = slice(start, start + len(members))
        self.row.update(zip(members, range(rows.start, rows.stop), strict=True))
        operands = zip(*[self.code[i][1] for i in members], strict=True)
        columns = [[self.row[x] for x in column] for column in operands]
        half = len(kinds) // 2
        alike = [len({*column}) == 1 for column in columns]
        if opcode == "dot" and not any(kinds[:half]) and all(alike[half:]):
            layer = []
            for kind in {*kinds[half:]}:
                picked = [k for k in range(half) if kinds[half + k] == kind]
                layer.append((False, np.array([columns[k] for k in picked]).T))
                layer.append((kind, evenly([columns[half + k][0] for k in picked])))
            return Step(_layer, layer, rows)
        cut = half if opcode == "dot" else len(kinds)
        if opcode in ("dot", "sum") and len({*kinds[:cut]}) == 1 >= len({*kinds[cut:]}):
            stacks = [(kinds[k], np.array(columns[k : k + cut])) for k in range(0, len(kinds), cut)]
            return Step(_stacked, stacks, rows)
        shortened = (c[:1] if same else c for c, same in zip(columns, alike, strict=True))
        found = [*zip(kinds, map(evenly, shortened), strict=True)]
        return Step(self.meaning(opcode), found, rows)


def evenly(rows: Sequence[int]) -> Any:
    """A slice, which copies nothing, where rows follow one another evenly; else an array."""
    steps = {b - a for a, b in pairwise(rows)} or {1}
    step = min(steps)
    if len(steps) == 1 and step > 0 and rows:
        return slice(rows[0], rows[-1] + 1, step)
    return np.array(rows, dtype=int)


def build(program: Program, threads: int = 1) -> Run:
    """The program as a function of arrays; NumPy's own threads are those of its matrix product."""
    layout = Layout(program, _meaning)
    before, each, after = layout.steps
    constants = np.array(program.code.constants)
    block = max(64, _BLOCK // max(1, layout.size[True]))
    outputs = [(layout.row[x], program.is_each(x)) for _, x in program.outputs]
    once_rows = [row for row, is_each in outputs if not is_each]
    each_rows = [row for row, is_each in outputs if is_each]

    def run(given: Any, samples: Sequence[Any], count: int) -> tuple[Any, Sequence[Any]]:
        once = np.empty((layout.size[False], 1))
        once[: len(constants), 0], once[layout.given, 0] = constants, given
        matrix = np.empty((layout.size[True], min(block, count)))
        results = [np.empty(count) for _ in each_rows]
        sums = []
        with np.errstate(all="ignore"):
            for step in before:
                step.run(once, None, once)
            for start in range(0, count, block):
                part = matrix[:, : min(block, count - start)]
                stop = start + part.shape[1]
                for k, numbers in enumerate(samples):
                    part[k] = numbers[start:stop]
                for step in each:
                    step.run(once, part, part)
                sums.append(part[layout.summed].sum(1))
                for result, row in zip(results, each_rows, strict=True):
                    result[start:stop] = part[row]
            alike = once[layout.alike, 0] * count + 0.0
            once[layout.reduced, 0] = np.concatenate([sum(sums), alike]) if count else 0.0
            for step in after:
                step.run(once, None, once)
        return once[once_rows, 0], results

    return run
