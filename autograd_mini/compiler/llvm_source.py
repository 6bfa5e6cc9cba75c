"""A program as the text of an LLVM module.

The instructions are cut into chunks, functions of some hundred instructions, because LLVM's time
grows faster than the length of a function; values that cross from one to another lie in memory, in
slots that are used again. A number of `each` is a vector of `width` samples, and a reduction adds
vectors in memory; the last vector may have fewer samples, and a mask. Arithmetic is IEEE 754's, to
the last bit that of the eager engine; a product and a sum become one `fma` only where the order of
adding is free: in `dot`, and in the reductions.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from autograd_mini.numbers.instructions import CONDITIONS, REDUCTIONS

from .ir import Calls, Writer, declarations
from .vector_maths import function, outside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .program import Program

CHUNK = 512
_PARAMETERS = "(ptr noalias %f, ptr noalias %s, ptr noalias %r, i64 %stride, i64 %left)"
_SKELETON = Template((Path(__file__).parent / "skeleton.ll").read_text(encoding="utf-8"))


class _Slots:
    """Places in memory, used again when nobody needs what is there."""

    def __init__(self, size: int) -> None:
        self.size, self.of = size, dict[int, int]()
        self.free: list[int] = []

    def take(self, value: int) -> int:
        if not self.free:
            self.free.append(self.size)
            self.size += 1
        self.of[value] = self.free.pop()
        return self.of[value]

    def leave(self, value: int) -> None:
        self.free.append(self.of.pop(value))


class Printer:
    """Prints a program, for vectors of `width` samples and so many threads.

    All lies in one block of doubles: at `%f` the shared inputs, outputs that are one number, slots;
    then at `%s`, for each thread, sums and slots of vectors; then rows of samples, in and out.
    """

    def __init__(self, program: Program, width: int, threads: int) -> None:
        self.program, self.width, self.threads = program, width, threads
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
        self.last: dict[int, int] = {}  # operand -> the chunk that uses it last
        self.sums: dict[int, int] = {}  # what is summed over the samples -> its place
        self.chunks = [chunk for part in program.parts for chunk in self._cut(part)]
        for k, chunk in enumerate(self.chunks):
            for i in chunk:
                opcode, operands = program.code[i]
                if opcode in REDUCTIONS and program.is_each(operands[0]):
                    self.sums.setdefault(operands[0], len(self.sums))
                else:
                    self.last.update(dict.fromkeys(operands, k))
        self.ends: dict[int, list[tuple[_Slots, int]]] = {}  # chunk -> the slots it uses last
        self.numbers, self.vectors = _Slots(places[False]), _Slots(len(self.sums))

    def _cut(self, part: range) -> list[range]:
        chunks, start, size = [], part.start, 0
        for i in part:
            size += max(1, len(self.program.code[i][1]) - 1)
            if size >= CHUNK or i == part.stop - 1:
                chunks.append(range(start, i + 1))
                start, size = i + 1, 0
        return chunks

    def sizes(self) -> tuple[int, int]:
        """The doubles of what is shared, and of what each thread has: whole cache lines."""
        numbers, vectors = self.numbers.size, self.vectors.size * self.width
        return -(-numbers // 8) * 8, -(-vectors // 8) * 8

    def text(self) -> str:
        """The module."""
        functions: list[str] = []
        calls: tuple[list[str], ...] = ([], [], [])
        for k, chunk in enumerate(self.chunks):
            part = sum(chunk.start >= stop for stop in (self.program.start, self.program.stop))
            body = "\n".join(self._chunk(k, chunk, self.width if part == 1 else 1))
            functions.append(f"define internal void @c{k}{_PARAMETERS} {{\n{body}\nret void\n}}")
            stride = "%stride" if part == 1 else "0"
            calls[part].append(f"call void @c{k}(ptr %f, ptr %s, ptr %r, i64 {stride}, i64 %count)")
        done: set[str] = set()
        while missing := self.calls.keys() - done:
            done.add(name := min(missing))
            functions.append(function(*self.calls[name], self.calls))
        numbers, thread = self.sizes()
        frame = _SKELETON.substitute(
            {name: "\n  ".join(calls[k]) for k, name in enumerate(("before", "each", "after"))},
            numbers=numbers,
            rows=numbers + self.threads * thread,
            width=self.width,
            sums=8 * len(self.sums) * self.width,
        )
        declared = [line for width in {1, self.width} for line in declarations(width)]
        return "\n".join([frame, *functions, *sorted(declared), *outside()])

    # --- one chunk -------------------------------------------------------------------------------
    def _chunk(self, k: int, chunk: range, width: int) -> list[str]:
        """The lines of a chunk."""
        program, last = self.program, self.last
        w = self.w = Writer(width, self.calls)
        self.known: dict[int, str] = {}
        self.mask = ""
        for i in chunk:
            opcode, operands = program.code[i]
            each, crosses = program.is_each(i), last.get(i, k) > k
            if i in self.sums and opcode == "*" and i not in last and i not in self.outputs:
                self._add(i, *map(self._operand, operands))  # in one step
                continue
            if opcode != "input":
                self.known[i] = self._instruction(opcode, operands)
            if i in self.sums:
                self._add(i, self._operand(i))
            for place in self.outputs.get(i, ()):
                if each:
                    w.store(self._operand(i), "%r", w.line(f"mul i64 %stride, {place}"))
                else:
                    w.store(self._operand(i), "%f", place)
            if crosses and opcode != "input":
                text = self.known[i]
                if opcode in CONDITIONS:
                    text = w.apply("select", text, w.constant(1.0), w.constant(0.0))
                slots = self.vectors if each else self.numbers
                w.store(text, "%s" if each else "%f", slots.take(i) * width)
                self.ends.setdefault(last[i], []).append((slots, i))
        for slots, i in self.ends.pop(k, ()):
            slots.leave(i)
        return w.lines

    def _operand(self, x: int) -> str:
        """A value: a constant, made in this chunk, or read from memory."""
        program, w = self.program, self.w
        if x < 0:
            return w.constant(program.code.constants[~x])
        if x not in self.known:
            (opcode, operands), each = program.code[x], program.is_each(x)
            if opcode == "input":
                place = self.inputs[int(program.code.constants[~operands[0]])]
                if each:
                    text = w.load("%r", w.line(f"mul i64 %stride, {place}"))
            elif each:
                text = w.load("%s", self.vectors.of[x] * w.width)
            else:
                place = self.numbers.of[x]
            if not each:
                text = w.same(w.line(f"load double, ptr {w.at('%f', place)}, align 8"))
            self.known[x] = w.apply("!=", text, w.constant(0.0)) if opcode in CONDITIONS else text
        return self.known[x]

    def _add(self, x: int, *parts: str) -> None:
        """Add a vector, or the product of two, to the sum of x: where there are samples."""
        w, place = self.w, self.sums[x] * self.width
        old = w.load("%s", place)
        new = w.apply("+" if len(parts) == 1 else "fma", *parts, old)
        if w.width > 1:
            if not self.mask:
                places = ", ".join([f"i64 {k}" for k in range(w.width)])
                self.mask = w.line(f"icmp sgt {w.i} {w.same('%left', 'i64')}, <{places}>")
            new = w.apply("select", self.mask, new, old)
        w.store(new, "%s", place)

    def _total(self, x: int) -> str:
        """The sum over the samples, of all threads; of what they share, a multiple."""
        w = self.w
        if x not in self.sums:
            count = w.line("sitofp i64 %left to double")
            none = w.apply("==", count, w.constant(0.0))
            total = w.apply("+", w.apply("*", self._operand(x), count), w.constant(0.0))
            return w.apply("select", none, w.constant(0.0), total)
        wide, thread = Writer(self.width, self.calls), self.sizes()[1]
        wide.lines, place = w.lines, self.sums[x] * self.width
        text = wide.load("%s", place)
        for k in range(1, self.threads):
            text = wide.apply("+", text, wide.load("%s", k * thread + place))
        if self.width == 1:
            return text
        add = f"@llvm.vector.reduce.fadd.{wide.s}(double -0.0, {wide.v} {text})"
        return w.line(f"call reassoc double {add}")

    def _instruction(self, opcode: str, operands: tuple[int, ...]) -> str:
        w = self.w
        if opcode in REDUCTIONS:
            return self._total(operands[0])
        parts = [self._operand(x) for x in operands]
        if opcode == "**" and operands[1] < 0:
            return _power(w, parts, self.program.code.constants[~operands[1]])
        if opcode == "take":
            found = w.constant(math.nan)
            for k, x in enumerate(parts[1:]):
                here = w.apply("==", parts[0], w.constant(float(k)))
                found = w.apply("select", here, x, found)
            return found
        if opcode == "sum":
            return _sum(w, [(x,) for x in parts])
        if opcode == "dot":
            half = len(parts) // 2
            return _sum(w, [*zip(parts[:half], parts[half:], strict=True)])
        out = w.apply(opcode, *parts)
        return w.apply("+", out, w.constant(0.0)) if opcode in ("floor", "ceil") else out  # no -0


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
