"""A program as C: a source to take along, with its header.

Straight-line code for one sample after the other, in functions of CHUNK instructions, so that a
compiler's time grows with the program and not with its square. A number that a later function needs
stands in memory: in `m`, or in `v` if each sample has its own.
"""

import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograd_mini.numbers.instructions import CONDITIONS, OPCODES, REDUCTIONS

from .ir import SUMS, terms
from .program import Program, names, places

CHUNK = 1000  # instructions
_TEMPLATES = {sign: f"{{0}} {sign} {{1}}" for sign in ("+", "-", "*", "/", *CONDITIONS)}
_TEMPLATES |= {"neg": "-{0}", "and": "{0} && {1}", "or": "{0} || {1}", "select": "{0} ? {1} : {2}"}
_TEMPLATES |= {"%": "modulo({all})", "//": "floored({all})", "**": "pow({all})"}
_TEMPLATES |= {"abs": "fabs({0})", "gamma": "tgamma({0})"}
_ARRAY = "{0}({{n}}, (const double[]){{{{{{all}}}}}})"
_ARRAYS = {"take": "take", "prod": "product", "others": "others", "hypot": "norm"}
_TEMPLATES |= {opcode: _ARRAY.format(name) for opcode, name in _ARRAYS.items()}
_WORDS = """auto break case char const continue default do double else enum extern float for goto if
    inline int long register restrict return short signed sizeof static struct switch typedef union
    unsigned void volatile while main i s m v shared samples count once each data state n
    NULL HUGE_VAL EXIT_SUCCESS EXIT_FAILURE RAND_MAX"""


def header(program: Program, name: str = "step") -> str:
    """The declaration of the function, and what it takes and gives."""
    return _Printed(program, name).header()


def source(program: Program, threads: int = 1, name: str = "step") -> str:
    """The C source of `int step(shared, samples, count, once, each)`, its header included."""
    return _Printed(program, name).whole()


class _Printed:
    """The text of a program, and where its numbers stand."""

    def __init__(self, program: Program, name: str) -> None:
        self.program, self.code, self.name = program, program.code, name
        texts = [*_definitions().values(), *OPCODES, *_TEMPLATES.values()]
        self.names = names(program, {*_WORDS.split(), *_words(" ".join(texts))})
        self.chunk = {
            i: (part, k // CHUNK)
            for part, numbers in enumerate(program.parts)
            for k, i in enumerate(numbers)
        }
        self.place: dict[int, int] = {}  # of a number in memory
        self.size = {False: 0, True: 0}
        self.reduced: dict[int, list[int]] = {}
        for i, (opcode, operands) in enumerate(self.code):
            if opcode in REDUCTIONS:
                self._keep(i)
            if opcode in REDUCTIONS and program.is_each(operands[0]):
                self.reduced.setdefault(operands[0], []).append(i)
            else:
                for x in operands:
                    self._keep(x, self.chunk[i])
        for output in program.outputs:
            self._keep(output.operand)
        self.inputs = _columns([of.each for of in program.inputs], "shared[{}]", "samples[{}][i]")
        found = [program.is_each(x) for _, x in program.outputs]
        self.outputs = _columns(found, "once[{}]", "each[{}][i]")

    def _keep(self, x: int, home: tuple[int, int] | None = None) -> None:
        """Give a number a place in memory, unless it is used at home, or can be read elsewhere."""
        if x in self.place or x < 0 or self.code[x][0] == "input" or self.chunk[x] == home:
            return
        each = self.program.is_each(x)
        self.place[x] = self.size[each]
        self.size[each] += 1

    # --- the whole -------------------------------------------------------------------------------
    def _filled(self, part: int, **more: object) -> str:
        skeleton = (Path(__file__).parent / "skeleton.c").read_text(encoding="utf-8")
        memory = sum(self.size.values()) + 1
        given = {"name": self.name, "memory": memory, "indent": " " * (len(self.name) + 5), **more}
        return skeleton.split("--------\n")[part].format(**given)

    def header(self) -> str:
        """What the function takes and gives."""
        given = zip(self.inputs, self.program.inputs, strict=True)
        found = zip(self.outputs, self.program.outputs, strict=True)
        lines = [f"   {place} is {of.name}" for place, of in given]
        lines += [f"   {place} becomes {of.name}" for place, of in found]
        about = "\n".join(lines).replace("*/", "* /").replace("/*", "/ *")
        return self._filled(0, about=about, guard=f"{self.name.upper()}_H")

    def whole(self) -> str:
        """The source."""
        functions: list[str] = []
        calls: list[list[str]] = []
        for part, numbers in enumerate(self.program.parts):
            calls.append([])
            given, passed = ("state *s, size_t i", "s, i") if part == 1 else ("state *s", "s")
            for start in range(0, len(numbers), CHUNK):
                lines = [line for i in numbers[start : start + CHUNK] for line in self._lines(i)]
                if any(line.endswith(";") for line in lines):
                    functions.append(f"\nstatic void f{len(functions)}({given})\n{{\n")
                    calls[-1].append(f"f{len(functions) - 1}({passed});")
                    functions[-1] += "\n".join(lines) + "\n}\n"
        for place, (_, x) in zip(self.outputs, self.program.outputs, strict=True):
            calls[1 if self.program.is_each(x) else 2].append(f"{place} = {self.operand(x)};")
        if calls[1]:
            loop = "for (size_t i = 0; i < count; i++) {"
            calls[1] = [loop, *(f"    {line}" for line in calls[1]), "}"]
        called = "\n".join(f"    {line}" for part in calls for line in part)
        text = "".join(functions)
        return self._filled(
            1, header=self.header(), primitives="\n".join(_primitives(text)), functions=text,
            first=self.size[False], calls=called,
        )  # fmt: skip

    # --- an instruction --------------------------------------------------------------------------
    def _lines(self, i: int) -> Iterator[str]:
        opcode, operands = self.code[i]
        if i in self.program.headings:
            yield f"    /* {self.program.headings[i]} */"
        name = self.operand(i, self.chunk[i])
        if opcode in REDUCTIONS and not self.program.is_each(operands[0]):
            of = self.operand(operands[0], self.chunk[i])
            yield f"    {name} = s->count ? (double)s->count * {of} + 0.0 : 0.0;"
        elif opcode != "input" and opcode not in REDUCTIONS:
            kind = "int" if opcode in CONDITIONS else "double"
            yield f"    const {kind} {name} = {self._expression(i)};"
            if i in self.place:
                yield f"    {self.operand(i)} = {name};"
        for reduction in self.reduced.get(i, ()):
            yield f"    {self.operand(reduction)} += {name};"

    def operand(self, x: int, home: tuple[int, int] | None = None) -> str:
        """An operand as it is written in a chunk, by default outside of all."""
        if x < 0:
            number = self.code.constants[~x]
            if math.isfinite(number):
                return repr(number) if math.copysign(1, number) > 0 else f"({number!r})"
            return "NAN" if number != number else "INFINITY" if number > 0 else "(-INFINITY)"
        opcode, operands = self.code[x]
        if opcode == "input":
            return f"s->{self.inputs[int(self.code.constants[~operands[0]])]}"
        if opcode in REDUCTIONS or self.chunk[x] != home:
            return f"s->{'v' if self.program.is_each(x) else 'm'}[{self.place[x]}]"
        return self.names.get(x, f"t{x}")

    def _expression(self, i: int) -> str:
        opcode, operands = self.code[i]
        parts = [self.operand(x, self.chunk[i]) for x in operands]
        if opcode in SUMS:
            return " + ".join(["0.0", *map(" * ".join, terms(opcode, parts))])
        template = _TEMPLATES.get(opcode, f"{opcode}({{all}})")
        return template.format(*parts, all=", ".join(parts), n=len(parts))


def _columns(kinds: list[bool], once: str, each: str) -> list[str]:
    """Where each of the inputs, or outputs, stands."""
    pairs = zip(kinds, places(kinds), strict=True)
    return [(each if kind else once).format(place) for kind, place in pairs]


# --- what C lacks --------------------------------------------------------------------------------
@cache
def _definitions() -> dict[str, str]:
    text = (Path(__file__).parent / "primitives.h").read_text(encoding="utf-8")
    blocks = re.split(r"\n\n(?=/\*|static)", text.partition("*/\n\n")[2].rstrip())
    return {re.findall(r"^static double (\w+)", block, re.M)[0]: block for block in blocks}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def _primitives(text: str) -> list[str]:
    """The definitions that a text needs, and those that these need, in the order of the file."""
    wanted: list[str] = []
    for name, block in reversed(_definitions().items()):
        if name in _words("".join([text, *wanted])):
            wanted.insert(0, block + "\n")
    return wanted
