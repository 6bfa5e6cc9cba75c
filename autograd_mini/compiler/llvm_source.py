"""A program as the text of an LLVM module.

The instructions are cut into chunks, functions of some hundred instructions, because LLVM's time
grows faster than the length of a function; values that cross from one to another lie in memory, in
slots that are used again. A number of `each` is a vector of `width` samples, and a reduction adds
vectors in memory; the last vector may have fewer samples, and a mask. In the other parts packing.py
puts numbers side by side. Arithmetic is IEEE 754's, to the last bit that of the eager engine; a
product and a sum become one `fma` only where the order of adding is free: in `dot`, and in the
reductions.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import partial, reduce
from itertools import chain
from pathlib import Path
from string import Template

from autograd_mini.numbers.instructions import CONDITIONS, REDUCTIONS, Code

from .ir import SUMS, Calls, Writer, added, terms
from .packing import Slots, packed
from .passes import rebuilt
from .program import Program, places
from .vector_maths import function, outside

CHUNK = 512
BLOCKS = 3
"""Vectors of samples whose products are added at once, to sums that are read and written once."""
TILE = 4
"""Adjoints whose products with the same partial are added one after the other: it is read once."""
_PARAMETERS = ", ".join([f"ptr noalias {name}" for name in ("%f", "%v", "%r", "%s")])
_PARAMETERS += ", ptr noalias %fw, ptr noalias %vw, ptr noalias %rw, i64 %stride, i64 %left"
"""%fw, %vw and %rw are %f, %v and %r to write at: a chunk does not read what it has written, and
LLVM, which is told so, takes two thirds of the time for a GPT's step (tests/benchmarks/gpt.py)."""
_ONCE = "ptr %f, ptr %s, ptr %s, ptr %s, ptr %f, ptr %s, ptr %s, i64 0, i64 %count"
_EACH = "ptr %f, ptr %v, ptr %r, ptr %s, ptr %f, ptr %v, ptr %r, i64 %stride, i64 %left"
_SUMS = _EACH.replace("%v", "%first").replace("%r", "%rows").replace("%left", "%remain")
_PARTS = {"before": _ONCE, "each": _EACH, "added": _SUMS, "after": _ONCE}
_SKELETON = Template((Path(__file__).parent / "skeleton.ll").read_text(encoding="utf-8"))


def _lowered(code: Code, opcode: str, operands: tuple[int, ...]) -> int | None:
    """Instructions of which LLVM has none by those that it has."""
    emit, number = code.emit, code.constant
    x, last = operands[0], operands[-1]
    if opcode in SUMS and len(operands) > 2 * CHUNK:  # a sum of sums, so that it fits into chunks
        added = terms(opcode, operands)
        parts = [zip(*added[k : k + CHUNK], strict=True) for k in range(0, len(added), CHUNK)]
        return emit("sum", *[_emitted(code, opcode, *chain.from_iterable(x)) for x in parts])
    if opcode in ("floor", "ceil"):
        return emit("+", emit(opcode, x), number(0.0))  # no -0.0
    if opcode == "take":
        found = number(math.nan)
        for k, y in enumerate(operands[1:]):
            found = emit("select", emit("==", x, number(float(k))), y, found)
        return found
    if opcode == "hypot":
        return _norm(code, operands)
    exponent = code.constants[~last] if opcode == "**" and last < 0 else 0.0
    if exponent not in (-2.0, -1.0, 1.0, 2.0, 3.0, 4.0):
        return None
    x = emit("/", number(1.0), x) if exponent < 0 else x
    square = emit("*", x, x) if abs(exponent) > 1 else x
    return square if abs(exponent) <= 2 else emit("*", square, x if exponent == 3 else square)


def _norm(code: Code, operands: Sequence[int]) -> int:
    """The root of the sum of squares, without overflow or underflow on the way."""
    emit, number = partial(_emitted, code), code.constant
    sizes = [emit("abs", x) for x in operands]
    size, infinity = emit("sum", *sizes), number(math.inf)
    scale = emit("select", emit("<", size, number(1e140)), number(1.0), number(2.0**-700))
    scale = emit("select", emit("<", size, number(1e-140)), number(2.0**700), scale)
    scaled = [emit("*", x, scale) for x in sizes]
    root = emit("/", emit("sqrt", emit("dot", *scaled, *scaled)), scale)
    infinite = reduce(partial(emit, "or"), [emit("==", x, infinity) for x in sizes])
    return emit("select", infinite, infinity, root)  # beside nan, too


def _emitted(code: Code, opcode: str, *operands: int) -> int:
    found = _lowered(code, opcode, operands)
    return code.emit(opcode, *operands) if found is None else found


class Printer:
    """Prints a program, for vectors of so many samples, or numbers, and so many threads.

    All lies in one block of doubles: at `%f` the shared inputs, outputs that are one number, slots;
    then at `%s`, for each thread, sums and slots of vectors; then rows of samples, in and out.
    """

    def __init__(self, program: Program, pack: int, threads: int) -> None:
        program = rebuilt(program, _lowered)
        self.program, self.threads, self.pack = program, threads, pack
        self.width = pack if program.start < program.stop else 1
        self.calls: Calls = {}
        kinds = [each for _, each in program.inputs] + [
            program.is_each(x) for _, x in program.outputs
        ]
        spots = places(kinds)
        self.inputs = spots[: len(program.inputs)]
        self.outputs: dict[int, list[int]] = {}
        for (_, x), place in zip(program.outputs, spots[len(program.inputs) :], strict=True):
            self.outputs.setdefault(x, []).append(place)
        code = self.code = [*program.code]
        self.last: dict[int, int] = {}  # operand -> the chunk that uses it last
        self.sums: dict[int, int] = {}  # what is summed over the samples -> its place
        used = {*self.outputs}
        for opcode, operands in code:
            if opcode in REDUCTIONS and program.is_each(operands[0]):
                self.sums.setdefault(operands[0], len(self.sums))
            else:
                used.update(operands)
        products = {x for x in self.sums if code[x][0] == "*" and x not in used}
        self.factors = {x: code[x][1] if x in products else (x,) for x in sorted(self.sums)}
        self.blocks = BLOCKS if self.sums else 1
        before, each, after = program.parts
        rest = [i for i in each if i not in products]  # they are computed when they are added
        parts = zip(_PARTS, (before, rest, self._tiled(), after), strict=True)
        self.chunks = [(part, chunk) for part, numbers in parts for chunk in self._cut(numbers)]
        for k, (part, chunk) in enumerate(self.chunks):
            for i in chunk:
                operands = self.factors[i] if part == "added" else code[i][1]
                if code[i][0] not in REDUCTIONS or not program.is_each(operands[0]):
                    self.last.update(dict.fromkeys(operands, k))
        self.ends: defaultdict[int, list[tuple[Slots, tuple[int, ...]]]] = defaultdict(list)
        self.numbers, self.vectors = Slots(kinds.count(False)), Slots(0)

    def _tiled(self) -> list[int]:
        """What is summed over the samples, in the order in which it is added."""
        adjoints = dict.fromkeys(factors[-1] for factors in self.factors.values())
        tile = {adjoint: k // TILE for k, adjoint in enumerate(adjoints)}
        return sorted(self.factors, key=lambda i: (tile[self.factors[i][-1]], self.factors[i][0]))

    def _cut(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        chunks, start, size = [], 0, 0
        limit = CHUNK if numbers and self.program.is_each(numbers[0]) else 2 * CHUNK  # for packs
        for k, i in enumerate(numbers, start=1):
            size += max(1, len(self.code[i][1]) - 1)
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
        calls: dict[str, list[str]] = {part: [] for part in _PARTS}
        for k, (part, chunk) in enumerate(self.chunks):
            body = "\n".join(self._sums(chunk) if part == "added" else self._chunk(k, chunk))
            functions.append(f"define internal void @c{k}({_PARAMETERS}) {{\n{body}\nret void\n}}")
            calls[part].append(f"call void @c{k}({_PARTS[part]})")
        done: set[str] = set()
        while missing := self.calls.keys() - done:
            done.add(name := min(missing))
            functions.append(function(*self.calls[name], self.calls))
        numbers, thread = self.sizes()
        frame = _SKELETON.substitute(
            {part: "\n  ".join(lines) for part, lines in calls.items()},
            once=sum(not each for _, each in self.program.inputs),
            numbers=numbers,
            rows=numbers + self.threads * thread,
            samples=sum(each for _, each in self.program.inputs),
            width=self.width,
            sums=len(self.sums) * self.width,
            bytes=8 * len(self.sums) * self.width,
            block=self.vectors.size * self.width,
            blocks=self.blocks,
            step=self.blocks * self.width,
        )
        return "\n".join([frame, *functions, *outside()])

    # --- one chunk -------------------------------------------------------------------------------
    def _chunk(self, k: int, chunk: Sequence[int]) -> list[str]:
        """The lines of a chunk."""
        each = self.program.is_each(chunk[0])
        w = self.w = Writer(self.width if each else 1, self.calls)
        self.known: dict[int, str] = {}  # the values at hand
        self.packs: dict[tuple[int, ...], str] = {}  # and those that are side by side
        self.pointers = ("%v", "%r")
        self.kept: set[int] = set()  # what this chunk has written
        units = [(i,) for i in chunk] if each else packed(self.code, chunk, self.pack)
        for unit in units:
            opcode, operands = self.code[unit[0]]
            if len(unit) > 1:
                self._pack(unit)
            elif opcode != "input":
                self.known[unit[0]] = self._instruction(opcode, operands)
            for i in unit:
                for place in self.outputs.get(i, ()):
                    if each:
                        w.store(self._operand(i), "%rw", w.line(f"mul i64 %stride, {place}"))
                    else:
                        w.store(self._operand(i), "%fw", place)
            last = max(self.last.get(i, k) for i in unit)
            if last > k and opcode != "input":
                self._keep(unit, last)
        for slots, unit in self.ends.pop(k, ()):
            slots.leave(unit)
        return w.lines

    def _sums(self, chunk: Sequence[int]) -> list[str]:
        """The lines that add numbers, or products, to sums: several vectors of samples at once."""
        w = self.w = Writer(self.width, self.calls)
        size = self.vectors.size * w.width
        pointers = [(w.at("%v", b * size), w.at("%r", b * w.width)) for b in range(self.blocks)]
        blocks, left, zero = [], w.same("%left", "i64"), w.constant(0.0)
        for b, pair in enumerate(pointers):  # a mask: which of a vector's samples there are
            first = w.constants([*range(b * w.width, (b + 1) * w.width)])
            mask = w.line(f"icmp sgt {w.i} {left}, {first}")
            blocks.append((mask, pair, dict[int, str](), dict[int, str]()))
        for i in chunk:
            total = w.load("%s", self.sums[i] * w.width)
            for mask, self.pointers, self.known, masked in blocks:
                for x in self.factors[i]:
                    if x not in masked:
                        masked[x] = w.apply("select", mask, self._operand(x), zero)
                factors = [masked[x] for x in self.factors[i]]
                total = w.apply("+" if len(factors) == 1 else "fma", *factors, total)
            w.store(total, "%s", self.sums[i] * w.width)
        return w.lines

    def _pack(self, unit: tuple[int, ...]) -> None:
        code, w = self.code, self._wide(len(unit))
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
        code, w = self.code, self._wide(len(column))
        if column not in self.packs:
            conditions = column[0] >= 0 and code[column[0]][0] in CONDITIONS
            kind = "i1" if conditions else "double"
            if min(column) == max(column):
                text = w.same(self._operand(column[0]), kind)
            elif max(column) < 0:
                text = w.constants([self.program.code.constants[~x] for x in column])
            elif (place := self._beside(column)) is not None:
                text = w.load("%f", place)
                text = w.apply("!=", text, w.constant(0.0)) if conditions else text
            else:
                text, left = "poison", [*enumerate(column)]
                places = [None if conditions else self._place(x) for x in column]
                if len(column) - places.count(None) > 2:  # LLVM takes long for many instructions
                    text, left = w.gather("%f", places), [p for p in left if places[p[0]] is None]
                for lane, x in left:
                    one = f"{w.c if conditions else w.v} {text}, {kind} {self._operand(x)}"
                    text = w.line(f"insertelement {one}, i32 {lane}")
            self.packs[column] = text
        return self.packs[column]

    def _beside(self, column: tuple[int, ...]) -> int | None:
        """Where in memory numbers lie that all samples share, if they lie side by side."""
        first, *others = map(self._place, column)
        found = first is not None and others == [*range(first + 1, first + len(column))]
        return first if found else None

    def _place(self, x: int) -> int | None:
        """Where in memory a number lies that all samples share, if it is to be read there."""
        if x < 0 or x in self.kept or self.program.is_each(x):
            return None
        opcode, operands = self.code[x]
        if opcode == "input":
            return self.inputs[int(self.program.code.constants[~operands[0]])]
        return self.numbers.of.get(x)

    def _keep(self, unit: tuple[int, ...], last: int) -> None:
        """Leave results in memory for other chunks, until the last that uses them."""
        each, w = self.program.is_each(unit[0]), self.w
        text = self.known[unit[0]]
        if len(unit) > 1:
            w, text = self._wide(len(unit)), self.packs[unit]
        if self.code[unit[0]][0] in CONDITIONS:
            text = w.apply("select", text, w.constant(1.0), w.constant(0.0))
        slots = self.vectors if each else self.numbers
        place = slots.take(unit) * (w.width if each else 1)
        w.store(text, "%vw" if each else "%fw", place)
        self.kept.update(unit)
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
        opcode, operands = self.code[x]
        if (place := self._place(x)) is not None:
            text = w.same(w.line(f"load double, ptr {w.at('%f', place)}, align 8"))
            if w.width > 1 and opcode not in CONDITIONS:
                return text  # read again each time: that costs less than to keep it in a register
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
        if opcode in REDUCTIONS:
            return self._total(operands[0])
        if opcode in SUMS:
            return self._sum(terms(opcode, operands))
        return self.w.apply(opcode, *map(self._operand, operands))

    def _sum(self, terms: Sequence[tuple[int, ...]]) -> str:
        """A sum of numbers, or of products: of many at once, where they lie side by side."""
        size = self.pack if self.w.width == 1 else len(terms) + 1
        wide, k = list[tuple[str, ...]](), 0
        rest: list[tuple[str, ...]] = []
        while k < len(terms):
            columns = [*zip(*terms[k : k + size], strict=True)]
            if len(columns[0]) == size and all(
                x in self.packs or self._beside(x) is not None for x in columns
            ):
                wide.append(tuple([self._column(x) for x in columns]))
                k += size
            else:
                rest.append(tuple([self._operand(x) for x in terms[k]]))
                k += 1
        if wide:
            writer = self._wide(size)
            rest.append((writer.across("+", added(writer, wide)),))
        return added(self.w, rest)
