"""LLVM's text, a line for each instruction, on vectors of any width or on numbers."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import Any

# {v} is the type of a vector, {c} of conditions on it, {i} of as many integers, {s} its suffix.
_SIGNS = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_SIGNS |= {"<": "fcmp olt", "<=": "fcmp ole", ">": "fcmp ogt", ">=": "fcmp oge"}
_SIGNS |= {"==": "fcmp oeq", "!=": "fcmp une"}
_INTRINSICS = ("sqrt", "floor", "ceil", "rint", "copysign", "fma")
_TEMPLATES = {
    **{sign: f"{name} {{v}} {{0}}, {{1}}" for sign, name in _SIGNS.items()},
    **{f: f"call {{v}} @llvm.{f}.{{s}}({{given}})" for f in _INTRINSICS},
    "abs": "call {v} @llvm.fabs.{s}({given})",
    "neg": "fneg {v} {0}",
    "and": "and {c} {0}, {1}",
    "or": "or {c} {0}, {1}",
    "select": "select {c} {0}, {v} {1}, {v} {2}",
    "to bits": "bitcast {v} {0} to {i}",
    "of bits": "bitcast {i} {0} to {v}",
    "bits +": "add {i} {0}, {1}",
    "bits <<": "shl {i} {0}, {1}",
    "bits >>": "ashr {i} {0}, {1}",
}
SUMS = ("sum", "dot")
Calls = dict[str, tuple[str, int, int]]
"""Names of functions that are called: opcode, width and number of operands."""


class Writer:
    """Writes the lines of one LLVM function on vectors of `width` doubles (1: on doubles)."""

    def __init__(self, width: int, calls: Calls) -> None:
        self.width, self.calls = width, calls
        self.lines: list[str] = []
        form = f"<{width} x {{}}>" if width > 1 else "{}"
        self.v, self.c, self.i = (form.format(kind) for kind in ("double", "i1", "i64"))
        self.s = f"v{width}f64" if width > 1 else "f64"

    def constant(self, x: float) -> str:
        """A number, to the last bit, in each place; an int is an integer."""
        return self.constants([x] * self.width)

    def constants(self, numbers: Sequence[float]) -> str:
        """A vector of numbers."""
        kind = "i64" if isinstance(numbers[0], int) else "double"
        texts = [str(x) if kind == "i64" else f"0x{pack('>d', x).hex().upper()}" for x in numbers]
        listed = ", ".join([f"{kind} {text}" for text in texts])
        return f"<{listed}>" if self.width > 1 else texts[0]

    def line(self, text: str) -> str:
        """Write a line that gives a value; the value's name."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def apply(self, opcode: str, *parts: str) -> str:
        """Write an instruction, or the call of a function that stands elsewhere."""
        given = ", ".join([f"{self.v} {x}" for x in parts])
        template = _TEMPLATES.get(opcode)
        if template is None:
            name = f'@"{opcode}.{self.width}.{len(parts)}"'
            self.calls[name] = (opcode, self.width, len(parts))
            return self.line(f"call {self.v} {name}({given})")
        kinds = {"v": self.v, "c": self.c, "i": self.i, "s": self.s}
        return self.line(template.format(*parts, given=given, **kinds))

    def same(self, number: str, kind: str = "double") -> str:
        """The vector that has this number in each place."""
        if self.width == 1:
            return number
        vector = f"<{self.width} x {kind}>"
        one = self.line(f"insertelement {vector} poison, {kind} {number}, i32 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.line(f"shufflevector {vector} {one}, {vector} poison, {zeros}")

    def across(self, opcode: str, vector: str) -> str:
        """The numbers of a vector added, or whether one of its conditions holds."""
        if self.width == 1:
            return vector
        if opcode == "or":
            return self.line(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.c} {vector})")
        given = f"(double -0.0, {self.v} {vector})"
        return self.line(f"call reassoc double @llvm.vector.reduce.fadd.{self.s}{given}")

    def at(self, pointer: str, index: int | str) -> str:
        """The address of a double."""
        return self.line(f"getelementptr double, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, index: int | str) -> str:
        """A vector from memory."""
        return self.line(f"load {self.v}, ptr {self.at(pointer, index)}, align 8")

    def gather(self, pointer: str, places: Sequence[int | None]) -> str:
        """A vector of doubles from these places in memory; nothing where there is None."""
        listed = ", ".join([f"i64 {place or 0}" for place in places])
        each = self.line(f"getelementptr double, ptr {pointer}, {self.i} <{listed}>")
        mask = ", ".join([f"i1 {place is not None}".lower() for place in places])
        given = f"<{self.width} x ptr> {each}, i32 8, {self.c} <{mask}>, {self.v} poison"
        return self.line(f"call {self.v} @llvm.masked.gather.{self.s}({given})")

    def store(self, vector: str, pointer: str, index: int | str) -> None:
        """A vector into memory."""
        self.lines.append(f"store {self.v} {vector}, ptr {self.at(pointer, index)}, align 8")


def terms(opcode: str, operands: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The numbers of a `sum`, the pairs of factors of a `dot`."""
    if opcode == "sum":
        return [(x,) for x in operands]
    half = len(operands) // 2
    return [*zip(operands[:half], operands[half:], strict=True)]


def added(w: Writer, terms: Sequence[tuple[str, ...]]) -> str:
    """The sum of numbers, or of products: where they are many, four sums side by side."""
    several = 4 if len(terms) > 32 else 1
    sums = [w.constant(0.0)] * several
    for k, term in enumerate(terms):
        sums[k % several] = w.apply("+" if len(term) == 1 else "fma", *term, sums[k % several])
    while len(sums) > 1:
        sums = [w.apply("+", *sums[k : k + 2]) for k in range(0, len(sums), 2)]
    return sums[0]


class Vector:
    """A value in a function that is being written: arithmetic on it writes a line."""

    __slots__ = ("writer", "text")

    def __init__(self, writer: Writer, text: str) -> None:
        self.writer, self.text = writer, text

    def __call__(self, opcode: str, *parts: Any) -> Vector:
        """An instruction on vectors and numbers."""
        texts = [x.text if isinstance(x, Vector) else self.writer.constant(x) for x in parts]
        return Vector(self.writer, self.writer.apply(opcode, *texts))


def _operator(sign: str, swapped: bool = False) -> Any:
    return lambda *x: x[0](sign, *(x[::-1] if swapped else x))


_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}
for _name, _sign in _OPERATORS.items():
    setattr(Vector, f"__r{_name}__", _operator(_sign, swapped=True))
_OPERATORS |= {"lt": "<", "gt": ">", "le": "<=", "ge": ">=", "eq": "==", "ne": "!="}
_OPERATORS |= {name: name for name in ("and", "or", "neg", "abs")}
for _name, _sign in _OPERATORS.items():
    setattr(Vector, f"__{_name}__", _operator(_sign))
