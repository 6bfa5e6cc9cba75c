"""Rolls equal rows of arithmetic into loops over vectors, where there are no samples.

Straight-line code is bound by fetching it. An instruction whose result is used once is written into
the expression that uses it; expressions of one shape that do not wait for one another become a
loop, `width` of them at a time. What a loop gives lies side by side in memory, so that most
operands of later loops do, too; the others are put side by side first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini.numbers.instructions import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from autograd_mini.numbers.instructions import Code

    Part = int | float | str
    Shape = tuple[str, tuple[Part, ...]]

LARGEST = 128  # nodes and operands of an expression, if it is not one instruction
LONGEST = 64  # operands of a sum, products of a sum of products
GATHER, COPY = ("gather", ("number",)), ("copy", ("number",))
"""The shapes that put numbers side by side: single ones, and vectors."""


class Loop(NamedTuple):
    """Rows of one shape, `width` at a time: where their operands lie, and where results go.

    A row of `table` has the place of each operand: where it is `same` for the whole vector, of one
    number, otherwise of the first of `width` side by side (of each of them, in a gather).
    """

    shape: int
    same: tuple[bool, ...]
    table: Any
    out: int


class Slots:
    """Places in memory, used again when nobody needs what is there."""

    def __init__(self, size: int) -> None:
        self.size, self.of = size, dict[int, int]()
        self.free: defaultdict[int, list[int]] = defaultdict(list)

    def room(self, size: int) -> int:
        """So many places side by side; the first."""
        free = self.free[size]
        if not free:
            free.append(self.size)
            self.size += size
        return free.pop()

    def back(self, first: int, size: int) -> None:
        """Nobody needs these places any more."""
        self.free[size].append(first)

    def take(self, values: tuple[int, ...]) -> int:
        """Places for these values; the first."""
        first = self.room(len(values))
        self.of.update((x, first + k) for k, x in enumerate(values))
        return first

    def leave(self, values: tuple[int, ...]) -> None:
        """Nobody needs these values any more."""
        self.back(min([self.of.pop(x) for x in values]), len(values))


class Rolled:
    """The loops of a list of instructions; numbers that they need are `constants`, from a place on.

    `kept` are the results that others need, `outputs` those that are wanted at a place of their
    own; `place` says where an operand from outside lies, below `fixed` always the same number.
    """

    def __init__(
        self,
        code: Code,
        numbers: Sequence[int],
        kept: Collection[int],
        outputs: Sequence[tuple[int, int]],
        place: Callable[[int], int | None],
        slots: Slots,
        width: int,
        fixed: int,
    ) -> None:
        self.whole, self.kept, self.outputs = code, kept, outputs
        self.place, self.slots, self.width, self.fixed = place, slots, width, fixed
        self.code = _shortened(code, numbers)
        self.shapes: list[Shape] = [GATHER, COPY]
        self.known: dict[Shape, int] = {GATHER: 0, COPY: 1}
        slots.size = -(-slots.size // width) * width
        used = sorted({x for _, operands in self.code.values() for x in operands if x < 0})
        self.constants = [code.constants[~x] for x in used]
        self.first = slots.room(-(-len(used) // width) * width)
        self.where = {x: self.first + k for k, x in enumerate(used)}
        self.loops: list[Loop] = []
        self.single: list[tuple[int, int]] = []
        """After the loops: outputs that are copied one by one, as (to, from)."""
        self.copies: dict[bytes, int] = {}
        self.gathered: list[tuple[int, int]] = []
        self._order(self._expressions())
        self._copy()

    def shown(self) -> str:
        """The loops as text: how many vectors of which expression."""
        return "\n".join(f"{len(loop.table)} x {self.text(loop.shape)}" for loop in self.loops)

    def text(self, shape: int) -> str:
        """An expression as text."""
        opcode, parts = self.shapes[shape]
        texts = [f"({self.text(x)})" if x.__class__ is int else str(x) for x in parts]
        return " ".join([opcode, *texts])

    def _expressions(self) -> dict[int, tuple[int, tuple[int, ...]]]:
        """Of each result that is kept or used more than once: its shape and its operands."""
        code, known, shapes = self.code, self.known, self.shapes
        users = Counter(x for _, operands in code.values() for x in operands)
        found: dict[int, tuple[int, tuple[int, ...]]] = {}
        inside: dict[int, tuple[int, tuple[int, ...], int]] = {}  # with the size
        for i, (opcode, operands) in code.items():
            children = [x for x in operands if x in inside]
            size = 1 + len(operands) - len(children) + sum([inside[x][2] for x in children])
            while size > LARGEST and children:
                largest = max(children, key=lambda x: inside[x][2])
                children.remove(largest)
                shape, more, less = inside.pop(largest)
                found[largest] = shape, more
                size -= less - 1
            parts, leaves = list[Any](), list[int]()
            fixed = len(operands) - 1 if opcode in ("**", "others") else len(operands)
            for k, x in enumerate(operands):
                if x in inside:
                    shape, more, _ = inside.pop(x)
                    parts.append(shape)
                    leaves += more
                elif x < 0 and k >= fixed:
                    parts.append(self.whole.constants[~x])
                else:
                    opcode_of = code[x][0] if x in code else self.whole[x][0] if x >= 0 else ""
                    parts.append("condition" if opcode_of in CONDITIONS else "number")
                    leaves.append(x)
            key = opcode, tuple(parts)
            if key not in known:
                known[key] = len(shapes)
                shapes.append(key)
            if users[i] == 1 and i not in self.kept:
                inside[i] = known[key], tuple(leaves), size
            else:
                found[i] = known[key], tuple(leaves)
        return found

    def _order(self, found: dict[int, tuple[int, tuple[int, ...]]]) -> None:
        """Groups of expressions, each as late as what needs it allows; loops, one after another."""
        order = [i for i in self.code if i in found]
        level = dict.fromkeys(order, 0)
        for i in reversed(order):
            above = level[i] + 1
            for x in found[i][1]:
                if x in level and level[x] < above:
                    level[x] = above
        groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for i in order:
            groups[-level[i], found[i][0]].append(i)
        ends: dict[int, int] = {}
        ordered = sorted(groups)
        for k, key in enumerate(ordered):
            for i in groups[key]:
                ends.update(dict.fromkeys(found[i][1], k))
        leaving: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)

        for k, key in enumerate(ordered):
            members = groups[key]
            rows = np.array([[self._at(x) for x in found[i][1]] for i in members], dtype=np.int32)
            for chosen, same, table in self._vectors(rows):
                ids = tuple([members[j] for j in chosen])
                out, last = self.slots.room(len(table) * self.width), k
                for j, i in enumerate(ids):
                    self.where[i] = out + j
                    if i in self.kept:
                        self.slots.of[i], last = out + j, len(ordered)
                    last = max(last, ends.get(i, k))
                self.loops.append(Loop(key[1], same, table, out))
                leaving[last].append((out, len(table) * self.width))
            for out, size in [*leaving.pop(k, ()), *self.gathered]:
                self.slots.back(out, size)
            self.gathered.clear()

    def _vectors(self, rows: Any) -> list[tuple[list[int], tuple[bool, ...], Any]]:
        """Rows as vectors: which, what is the same for a whole vector, and the table.

        Rows that follow one another by equal steps are taken first, then the rest as they come.
        """
        w, count = self.width, len(rows)
        steps = np.diff(rows, axis=0)
        equal = (steps[1:] == steps[:-1]).all(axis=1)
        starts = [0, *(np.flatnonzero(~equal) + 1), count - 1] if count > 2 else [0, count - 1]
        runs, rest, used = list[list[int]](), list[int](), 0
        for start, stop in pairwise(starts):
            low = max(start, used)
            full = (stop + 1 - low) // w * w
            if full > 0:
                rest += range(used, low)
                runs += [[*range(j, j + w)] for j in range(low, low + full, w)]
                used = low + full
        rest += range(used, count)
        split: defaultdict[bytes, list[list[int]]] = defaultdict(list)
        for run in runs:
            split[(rows[run[0]] == rows[run[1]]).tobytes()].append(run)
        made, wanted = [], list[Any]()
        for parts in [*split.values(), [rest]] if rest else split.values():
            chosen = [j for run in parts for j in run]
            padded = chosen + chosen[-1:] * (-len(chosen) % w)
            same, table = self._table(rows[padded].reshape(-1, w, rows.shape[1]), wanted)
            made.append((chosen, same, table))
        self._gather(wanted)
        return made

    def _table(self, blocks: Any, wanted: list[Any]) -> tuple[tuple[bool, ...], Any]:
        """What is the same for a whole vector, and the table; `wanted`: put side by side."""
        table = blocks[:, 0].copy()
        same = (blocks == table[:, None]).all(axis=(0, 1))
        beside = (blocks == table[:, None] + np.arange(self.width)[:, None]).all(axis=1)
        spots = zip(*np.nonzero(~(same | beside)), strict=True)
        wanted += [(blocks[b, :, c], table, b, c) for b, c in spots]
        return tuple(same.tolist()), table

    def _copy(self) -> None:
        """What is wanted at places of its own: as vectors where it lies side by side."""
        w, outputs, k = self.width, self.outputs, 0
        while k < len(outputs):
            full = 0
            while [p for p, _ in outputs[k + full : k + full + w]] == [
                *range(outputs[k][0] + full, outputs[k][0] + full + w)
            ]:
                full += w
            if full:
                wanted = list[Any]()
                numbers = np.array([self._at(x) for _, x in outputs[k : k + full]], dtype=np.int32)
                same, table = self._table(numbers.reshape(-1, w, 1), wanted)
                self._gather(wanted)
                self.loops.append(Loop(1, same, table, outputs[k][0]))
            else:
                self.single.append((outputs[k][0], self._at(outputs[k][1])))
            k += max(full, 1)

    def _at(self, x: int) -> int:
        found = self.where[x] if x in self.where else self.place(x)
        assert found is not None
        return found

    def _gather(self, wanted: list[tuple[Any, Any, int, int]]) -> None:
        """Put numbers side by side, those that stay where they are once for all."""
        w = self.width
        for stays in (True, False):
            known = self.copies if stays else dict[bytes, int]()
            mine = [each for each in wanted if (each[0].max() < self.fixed) == stays]
            new = {numbers.tobytes(): numbers for numbers, *_ in mine}
            new = {key: numbers for key, numbers in new.items() if key not in known}
            if new:
                first = self.slots.room(len(new) * w)
                known |= {key: first + w * k for k, key in enumerate(new)}
                self.loops.append(Loop(0, (False,), np.array([*new.values()]), first))
                if not stays:
                    self.gathered.append((first, len(new) * w))
            for numbers, table, b, c in mine:
                table[b, c] = known[numbers.tobytes()]


def _shortened(code: Code, numbers: Sequence[int]) -> dict[int, tuple[str, tuple[int, ...]]]:
    """The instructions, long sums as sums of sums of what is equally far apart."""
    found: dict[int, tuple[str, tuple[int, ...]]] = {}
    more = len(code)
    for i in numbers:
        opcode, operands = code[i]
        both = 1 + (opcode == "dot")
        while opcode in ("sum", "dot", "hypot") and len(operands) > LONGEST * both:
            half = len(operands) // both
            step = -(-half // LONGEST)
            for k in range(step):
                part = operands[k:half:step] + operands[half + k :: step] * (both - 1)
                found[more + k] = opcode, part
            operands = tuple(range(more, more + step))
            more += step
            opcode, both = ("sum" if opcode == "dot" else opcode), 1
        found[i] = opcode, operands
    return found
