"""A program as the text of an LLVM module.

The instructions are cut into chunks, functions of some hundred instructions, because LLVM's time
grows faster than the length of a function; values that cross from one to another lie in memory, in
slots that are used again. A number of `each` is a vector of `width` samples, and a reduction adds
vectors in memory; the last vector may have fewer samples, and a mask. In the other parts packing.py
puts numbers side by side. Arithmetic is IEEE 754's, to
the last bit that of the eager engine; a product and a sum become one `fma` only where the order of
adding is free: in `dot`, and in the reductions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from functools import reduce
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from autograd_mini.numbers.instructions import CONDITIONS, REDUCTIONS

from .ir import Calls, Writer, declarations
from .packing import packed
from .vector_maths import function, outside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .program import Program

CHUNK = 512
BLOCKS = 3
"""Vectors of samples whose products are added at once, to sums that are read and written once."""
_PARAMETERS = (
    "(ptr noalias %f, ptr noalias %s, ptr noalias %v, ptr noalias %r, i64 %stride, i64 %left)"
)
_PARTS = ("before", "each", "products", "after")
_GIVEN = (
    "ptr %f, ptr %s, ptr %s, ptr %s, i64 0, i64 %count",
    "ptr %f, ptr %s, ptr %v, ptr %r, i64 %stride, i64 %left",
    "ptr %f, ptr %s, ptr %first, ptr %rows, i64 %stride, i64 %remain",
    "ptr %f, ptr %s, ptr %s, ptr %s, i64 0, i64 %count",
)
_SKELETON = Template((Path(__file__).parent / "skeleton.ll").read_text(encoding="utf-8"))


class _Slots:
    """Places in memory, used again when nobody needs what is there."""

    def __init__(self, size: int) -> None:
        self.size, self.of = size, dict[int, int]()
        self.free: defaultdict[int, list[int]] = defaultdict(list)

    def take(self, values: tuple[int, ...]) -> int:
        """Places side by side for these values; the first."""
        free = self.free[len(values)]
        if not free:
            free.append(self.size)
            self.size += len(values)
        first = free.pop()
        self.of.update((x, first + k) for k, x in enumerate(values))
        return first

    def leave(self, values: tuple[int, ...]) -> None:
        self.free[len(values)].append(min([self.of.pop(x) for x in values]))


class Printer:
    """Prints a program, for vectors of `width` samples, or of `pack` numbers, and so many threads.

    All lies in one block of doubles: at `%f` the shared inputs, outputs that are one number, slots;
    then at `%s`, for each thread, sums and slots of vectors; then rows of samples, in and out.
    """

    def __init__(self, program: Program, width: int, threads: int, pack: int) -> None:
        self.program, self.width, self.threads, self.pack = program, width, threads, pack
        self.calls: Calls = {}
        places: Counter[bool] = Counter()
        self.inputs: list[int] = []  # the place of each among those of its sort
        for _, each in program.inputs:
            self.inputs.append(places[each])
            places[each] += 1
        self.outputs: dict[int, list[int]] = {}
        for _, operand in program.outputs:
            each = program.is_each(operand)
            self.outputs.setdefault(operand, []).append(places[each])
            places[each] += 1
        code, (before, each_part, after) = program.code, program.parts
        self.last: dict[int, int] = {}  # operand -> the chunk that uses it last
        self.sums: dict[int, int] = {}  # what is summed over the samples -> its place
        used = {*self.outputs}
        for opcode, operands in code:
            if opcode in REDUCTIONS and program.is_each(operands[0]):
                self.sums.setdefault(operands[0], len(self.sums))
            else:
                used.update(operands)
        products = [x for x in sorted(self.sums) if code[x][0] == "*" and x not in used]
        self.products = frozenset(products)  # that are computed when they are added
        self.blocks = BLOCKS if products else 1
        rest = [i for i in each_part if i not in self.products]
        parts = enumerate((before, rest, products, after))
        self.chunks = [(part, chunk) for part, numbers in parts for chunk in self._cut(numbers)]
        for k, (_, chunk) in enumerate(self.chunks):
            for i in chunk:
                opcode, operands = code[i]
                if opcode not in REDUCTIONS or not program.is_each(operands[0]):
                    self.last.update(dict.fromkeys(operands, k))
        self.ends: defaultdict[int, list[tuple[_Slots, tuple[int, ...]]]] = defaultdict(list)
        self.numbers, self.vectors = _Slots(places[False]), _Slots(0)

    def _cut(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        chunks, start, size = [], 0, 0
        limit = CHUNK if numbers and self.program.is_each(numbers[0]) else 2 * CHUNK  # for packs
        for k, i in enumerate(numbers, start=1):
            size += max(1, len(self.program.code[i][1]) - 1)
            if size >= limit or k == len(numbers):
                chunks.append(numbers[start:k])
                start, size = k, 0
        return chunks

    def sizes(self) -> tuple[int, int]:
        """The doubles of what is shared, and of what each thread has: whole cache lines."""
        vectors = len(self.sums) + self.blocks * self.vectors.size
        return -(-self.numbers.size // 8) * 8, -(-vectors * self.width // 8) * 8

    def text(self) -> str:
        """The module."""
        functions: list[str] = []
        calls: tuple[list[str], ...] = ([], [], [], [])
        for k, (part, chunk) in enumerate(self.chunks):
            lines = self._sums(chunk) if part == 2 else self._chunk(k, chunk)
            body = "\n".join(lines)
            functions.append(f"define internal void @c{k}{_PARAMETERS} {{\n{body}\nret void\n}}")
            calls[part].append(f"call void @c{k}({_GIVEN[part]})")
        done: set[str] = set()
        while missing := self.calls.keys() - done:
            done.add(name := min(missing))
            functions.append(function(*self.calls[name], self.calls))
        numbers, thread = self.sizes()
        frame = _SKELETON.substitute(
            {name: "\n  ".join(calls[k]) for k, name in enumerate(_PARTS)},
            once=sum(not each for _, each in self.program.inputs),
            numbers=numbers,
            rows=numbers + self.threads * thread,
            width=self.width,
            sums=len(self.sums) * self.width,
            bytes=8 * len(self.sums) * self.width,
            block=self.vectors.size * self.width,
            blocks=self.blocks,
            step=self.blocks * self.width,
        )
        declared = [line for width in {1, 2, 4, 8, self.width} for line in declarations(width)]
        return "\n".join([frame, *functions, *sorted(declared), *outside()])

    # --- one chunk -------------------------------------------------------------------------------
    def _chunk(self, k: int, chunk: Sequence[int]) -> list[str]:
        """The lines of a chunk."""
        program, each = self.program, self.program.is_each(chunk[0])
        w = self.w = Writer(self.width if each else 1, self.calls)
        self.pointers = "%v", "%r"
        self.known: dict[int, str] = {}  # the values at hand
        self.packs: dict[tuple[int, ...], str] = {}  # and those that are side by side
        self.mask = ""
        if not each:
            units = packed(program.code, chunk, self.pack, self._place)
        else:
            units = [(i,) for i in chunk]
        for unit in units:
            if len(unit) > 1:
                self._pack(unit)
            else:
                self._single(*unit)
            for i in unit:
                for place in self.outputs.get(i, ()):
                    if each:
                        w.store(self._operand(i), "%r", w.line(f"mul i64 %stride, {place}"))
                    else:
                        w.store(self._operand(i), "%f", place)
            last = max(self.last.get(i, k) for i in unit)
            if last > k and program.code[unit[0]][0] != "input":
                self._keep(unit, last)
        for slots, unit in self.ends.pop(k, ()):
            slots.leave(unit)
        return w.lines

    def _single(self, i: int) -> None:
        opcode, operands = self.program.code[i]
        if opcode != "input":
            self.known[i] = self._instruction(opcode, operands)
        if i in self.sums:
            place = self.sums[i] * self.width
            old = self.w.load("%s", place)
            new = self.w.apply("+", old, self._operand(i))
            self.mask = self.mask or self._mask(0)
            self.w.store(self._masked(self.mask, new, old), "%s", place)

    def _sums(self, chunk: Sequence[int]) -> list[str]:
        """The lines that add products to their sums, for several vectors of samples at once."""
        w = self.w = Writer(self.width, self.calls)
        size = self.vectors.size * w.width
        pointers = [(w.at("%v", b * size), w.at("%r", b * w.width)) for b in range(self.blocks)]
        known: list[dict[int, str]] = [{} for _ in pointers]
        masks = [self._mask(b) for b in range(self.blocks)]
        for i in chunk:
            place = self.sums[i] * w.width
            total = w.load("%s", place)
            for b, mask in enumerate(masks):
                self.known, self.pointers = known[b], pointers[b]
                factors = map(self._operand, self.program.code[i][1])
                total = self._masked(mask, w.apply("fma", *factors, total), total)
            w.store(total, "%s", place)
        return w.lines

    def _mask(self, block: int) -> str:
        """Which of a vector's samples there are."""
        w = self.w
        if w.width == 1:
            return w.line(f"icmp sgt i64 %left, {block}")
        places = ", ".join([f"i64 {block * w.width + k}" for k in range(w.width)])
        return w.line(f"icmp sgt {w.i} {w.same('%left', 'i64')}, <{places}>")

    def _masked(self, mask: str, new: str, old: str) -> str:
        return self.w.apply("select", mask, new, old)

    def _pack(self, unit: tuple[int, ...]) -> None:
        code, w = self.program.code, self._wide(len(unit))
        columns = zip(*(code[i][1] for i in unit), strict=True)
        parts = [self._column(column) for column in columns]
        self.packs[unit] = text = w.apply(code[unit[0]][0], *parts)
        kind = "i1" if code[unit[0]][0] in CONDITIONS else "double"
        for lane, i in enumerate(unit):  # lines that are written when they are needed
            self.known[i] = f"extractelement <{len(unit)} x {kind}> {text}, i32 {lane}"

    def _wide(self, width: int) -> Writer:
        w = Writer(width, self.calls)
        w.lines = self.w.lines
        return w

    def _column(self, column: tuple[int, ...]) -> str:
        """One operand of each instruction of a pack."""
        code, w = self.program.code, self._wide(len(column))
        if column not in self.packs:
            conditions = column[0] >= 0 and code[column[0]][0] in CONDITIONS
            kind = "i1" if conditions else "double"
            places = [self._place(x) for x in column]
            if min(column) == max(column):
                text = w.same(self._operand(column[0]), kind)
            elif max(column) < 0:
                text = w.constants([code.constants[~x] for x in column])
            elif places[0] is not None and places == [*range(places[0], places[0] + len(column))]:
                text = w.load("%f", places[0])
                text = w.apply("!=", text, w.constant(0.0)) if conditions else text
            else:
                text = "poison"
                for lane, x in enumerate(column):
                    one = f"{w.c if conditions else w.v} {text}, {kind} {self._operand(x)}"
                    text = w.line(f"insertelement {one}, i32 {lane}")
            self.packs[column] = text
        return self.packs[column]

    def _place(self, x: int) -> int | None:
        """Where in memory a number lies that all samples share, if it lies there."""
        if x < 0 or self.program.is_each(x):
            return None
        opcode, operands = self.program.code[x]
        if opcode == "input":
            return self.inputs[int(self.program.code.constants[~operands[0]])]
        return self.numbers.of.get(x)

    def _keep(self, unit: tuple[int, ...], last: int) -> None:
        """Leave results in memory for other chunks, until the last that uses them."""
        each, w = self.program.is_each(unit[0]), self.w
        text = self.known[unit[0]]
        if len(unit) > 1:
            w, text = self._wide(len(unit)), self.packs[unit]
        if self.program.code[unit[0]][0] in CONDITIONS:
            text = w.apply("select", text, w.constant(1.0), w.constant(0.0))
        slots = self.vectors if each else self.numbers
        place = slots.take(unit) * (w.width if each else 1)
        w.store(text, "%v" if each else "%f", place)
        self.ends[last].append((slots, unit))

    def _operand(self, x: int) -> str:
        """A value: a constant, made in this chunk, or read from memory."""
        program, w = self.program, self.w
        if x < 0:
            return w.constant(program.code.constants[~x])
        if x in self.known:
            if self.known[x][0] != "%":  # a number of a pack
                self.known[x] = w.line(self.known[x])
            return self.known[x]
        opcode, operands = program.code[x]
        if (place := self._place(x)) is not None:
            text = w.same(w.line(f"load double, ptr {w.at('%f', place)}, align 8"))
        elif opcode == "input":
            place = self.inputs[int(program.code.constants[~operands[0]])]
            text = w.load(self.pointers[1], w.line(f"mul i64 %stride, {place}"))
        else:
            text = w.load(self.pointers[0], self.vectors.of[x] * w.width)
        self.known[x] = w.apply("!=", text, w.constant(0.0)) if opcode in CONDITIONS else text
        return self.known[x]

    def _total(self, x: int) -> str:
        """The sum over the samples, of all threads; of what they share, a multiple."""
        w = self.w
        if x not in self.sums:
            count = w.line("sitofp i64 %left to double")
            none = w.apply("==", count, w.constant(0.0))
            total = w.apply("+", w.apply("*", self._operand(x), count), w.constant(0.0))
            return w.apply("select", none, w.constant(0.0), total)
        wide, thread, place = self._wide(self.width), self.sizes()[1], self.sums[x] * self.width
        text = wide.load("%s", place)
        for k in range(1, self.threads):
            text = wide.apply("+", text, wide.load("%s", k * thread + place))
        return wide.across("+", text)

    def _instruction(self, opcode: str, operands: tuple[int, ...]) -> str:
        w = self.w
        if opcode in REDUCTIONS:
            return self._total(operands[0])
        if opcode in ("sum", "dot", "hypot"):
            return self._many(opcode, operands)
        parts = [self._operand(x) for x in operands]
        if opcode == "**" and operands[1] < 0:
            return _power(w, parts, self.program.code.constants[~operands[1]])
        if opcode == "take":
            found = w.constant(math.nan)
            for k, x in enumerate(parts[1:]):
                here = w.apply("==", parts[0], w.constant(float(k)))
                found = w.apply("select", here, x, found)
            return found
        out = w.apply(opcode, *parts)
        return w.apply("+", out, w.constant(0.0)) if opcode in ("floor", "ceil") else out  # no -0

    # --- instructions on any number of numbers ---------------------------------------------------
    def _many(self, opcode: str, operands: tuple[int, ...]) -> str:
        """A sum, a sum of products, or the root of a sum of squares."""
        if opcode == "sum":
            return self._added([(v, [(x,) for x in xs]) for v, xs in self._groups(operands)])
        if opcode == "dot":
            half = len(operands) // 2
            both = zip(self._groups(operands[:half]), self._groups(operands[half:]), strict=True)
            return self._added([(v, [*zip(xs, ys, strict=True)]) for (v, xs), (_, ys) in both])
        w, inf = self.w, math.inf
        sizes = [(v, [v.apply("abs", x) for x in xs]) for v, xs in self._groups(operands)]
        size = self._added([(v, [(x,) for x in xs]) for v, xs in sizes])
        small, fair = (w.apply("<", size, w.constant(limit)) for limit in (1e-140, 1e140))
        scale = w.apply("select", fair, w.constant(1.0), w.constant(2.0**-700))
        scale = w.apply("select", small, w.constant(2.0**700), scale)
        squares, infinite = [], []
        for v, xs in sizes:
            by = scale if v is w else v.same(scale)
            squares.append((v, [(x, x) for x in [v.apply("*", x, by) for x in xs]]))
            found = [v.apply("==", x, v.constant(inf)) for x in xs]
            found = [reduce(lambda a, b, v=v: v.apply("or", a, b), found)]  # type: ignore[misc]
            infinite += found if v is w else [v.across("or", found[0])]
        root = w.apply("/", w.apply("sqrt", self._added(squares)), scale)
        for condition in infinite:  # beside nan, too
            root = w.apply("select", condition, w.constant(inf), root)
        return root

    def _groups(self, operands: tuple[int, ...]) -> list[tuple[Writer, list[str]]]:
        """Operands as they are written: side by side where they are many and samples are not."""
        size, alone = self.pack, self.w.width == 1
        full = len(operands) // size * size if alone and len(operands) >= 2 * size > 2 else 0
        wide = [self._column(operands[k : k + size]) for k in range(0, full, size)]
        groups = [(self._wide(size), wide), (self.w, [*map(self._operand, operands[full:])])]
        return [group for group in groups if group[1]]

    def _added(self, groups: Sequence[tuple[Writer, Sequence[tuple[str, ...]]]]) -> str:
        """The sum of numbers or of products."""
        sums = [(v, _sum(v, terms)) for v, terms in groups]
        texts = [text if v is self.w else v.across("+", text) for v, text in sums]
        return texts[0] if len(texts) == 1 else self.w.apply("+", *texts)


def _sum(w: Writer, terms: Sequence[tuple[str, ...]]) -> str:
    """The sum of numbers, or of products: where they are many, four sums side by side."""
    several = 4 if len(terms) > 32 else 1
    sums = [w.constant(0.0)] * several
    for k, term in enumerate(terms):
        sums[k % several] = w.apply("+" if len(term) == 1 else "fma", *term, sums[k % several])
    while len(sums) > 1:
        sums = [w.apply("+", *sums[k : k + 2]) for k in range(0, len(sums), 2)]
    return sums[0]


def _power(w: Writer, parts: Sequence[str], exponent: float) -> str:
    """A power whose exponent is known: small whole ones are products."""
    x = parts[0]
    if exponent in (-1.0, -2.0):
        x = w.apply("/", w.constant(1.0), x)
    if exponent in (-1.0, 1.0):
        return x
    if exponent not in (-2.0, 2.0, 3.0, 4.0):
        return w.apply("**", *parts)
    square = w.apply("*", x, x)
    return square if abs(exponent) == 2 else w.apply("*", square, x if exponent == 3 else square)
