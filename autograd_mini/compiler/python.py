"""The back end without dependencies: straight-line Python, to run and to read.

The same bits as the eager engine inside `with ieee():`. The text is printed twice: with the plain
operators and functions of `math`, which is what runs; and, for a call where one of these raises an
error (1/0, log(-1), exp(1000)), with functions that give inf and nan instead.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from autograd_mini.numbers.floats import FLOAT, IEEE
from autograd_mini.numbers.instructions import CONDITIONS, MEANING

from .program import Program, Run, names

_PLAIN = {sign: f"{{0}} {sign} {{1}}" for sign in ("+", "-", "*", "/", "%", "//", *CONDITIONS)}
_PLAIN |= {"neg": "-{0}", "select": "{1} if {0} else {2}", "**": "power({0}, {1})"}
_PLAIN |= {"sum": "fsum(({all},))"}
_CAREFUL = _PLAIN | {"/": "divide({0}, {1})", "%": "modulo({0}, {1})", "//": "floored({0}, {1})"}
_COMMON = {"inf": math.inf, "nan": math.nan} | {f: MEANING[f] for f in ("take", "prod", "others")}
_FUNCTIONS = {
    False: FLOAT.namespace | _COMMON | {"power": math.pow, "fsum": math.fsum},
    True: IEEE.namespace
    | _COMMON
    | {"divide": MEANING["/"], "power": MEANING["**"], "modulo": MEANING["%"]}
    | {"floored": MEANING["//"], "fsum": IEEE.namespace["sum"]},
}


def source(program: Program, threads: int = 1, *, careful: bool = False) -> str:
    """The text of `run(shared, samples, count)`: before the samples, for each of them, after."""
    return "\n".join(_Printed(program, careful).lines()) + "\n"


def build(program: Program, threads: int = 1) -> Run:
    """The program as a Python function."""

    @cache
    def version(careful: bool) -> Run:
        namespace = {**_FUNCTIONS[careful]}
        text = source(program, careful=careful)
        exec(compile(text, "<autograd_mini.compiler>", "exec"), namespace)
        made: Run = namespace["run"]
        return made

    version(False)

    def run(shared: Sequence[float], samples: Sequence[Any], count: int) -> tuple[Any, Any]:
        try:
            return version(False)(shared, samples, count)
        except (ArithmeticError, ValueError):
            return version(True)(shared, samples, count)

    return run


class _Printed:
    """The lines of a program's function."""

    def __init__(self, program: Program, careful: bool) -> None:
        self.program, self.code, self.careful = program, program.code, careful
        self.templates = _CAREFUL if careful else _PLAIN
        reserved = {*_FUNCTIONS[True], *_FUNCTIONS[False], *_WORDS.split()}
        self.names = names(program, reserved)

    def operand(self, operand: int) -> str:
        """The text of an operand."""
        if operand < 0:
            return repr(self.code.constants[~operand])
        return self.names.get(operand, f"t{operand}")

    def expression(self, i: int) -> str:
        """The text of an instruction's value."""
        opcode, operands = self.code[i]
        parts = [self.operand(operand) for operand in operands]
        if opcode == "dot":
            pairs = zip(parts[: len(parts) // 2], parts[len(parts) // 2 :], strict=True)
            if not self.careful:
                products = [
                    b if a == "1.0" else a if b == "1.0" else f"{a} * {b}" for a, b in pairs
                ]
                return f"fsum(({', '.join(products)},))"
            one, other = zip(*pairs, strict=True)
            return f"dot(({', '.join(one)},), ({', '.join(other)},))"
        template = self.templates.get(opcode, f"{opcode}({{all}})")
        return template.format(*parts, all=", ".join(parts))

    def assignments(self, part: Iterable[int], indent: str = "    ") -> Iterator[str]:
        """A line for each instruction."""
        for i in part:
            if i in self.program.headings:
                yield f"{indent}# {self.program.headings[i]}"
            opcode, _ = self.code[i]
            if opcode == "total":
                yield f"{indent}{self.operand(i)} = fsum({self.operand(i)})"
            elif opcode not in ("input", "accumulate"):
                yield f"{indent}{self.operand(i)} = {self.expression(i)}"
            if opcode == "dot" and not self.careful:  # products that overflow: summed exactly then
                yield f"{indent}if {self.operand(i)} - {self.operand(i)}: raise OverflowError"

    def lines(self) -> Iterator[str]:
        """The whole function."""
        before, each, after = self.program.parts
        outputs = [output.operand for output in self.program.outputs]
        gathered = [x for x in outputs if self.program.is_each(x)]
        reductions = [(i, *self.code[i]) for i in after if self.code[i][0] in _REDUCED]
        yield "def run(shared, samples, count):"
        yield f"    {self._inputs(before, False)} = shared"
        yield from self.assignments(before)
        if gathered or reductions:
            for i, opcode, _ in reductions:
                yield f"    {self.operand(i)} = {_REDUCED[opcode]}"
            for k in range(len(gathered)):
                yield f"    each{k} = []"
            if (inputs := self._inputs(each, True)) == "[]":
                yield "    for _ in range(count):"
            else:  # from the last to the first: the order in which backward() adds to a leaf
                yield f"    for {inputs} in zip(*[column[::-1] for column in samples]):"
            yield from self.assignments(each, "        ")
            for i, opcode, (operand,) in reductions:
                added = "{} += {}" if opcode == "accumulate" else "{}.append({})"
                yield f"        {added.format(self.operand(i), self.operand(operand))}"
            for k, x in enumerate(gathered):
                yield f"        each{k}.append({self.operand(x)})"
        yield from self.assignments(after)
        once = ", ".join(self.operand(x) for x in outputs if not self.program.is_each(x))
        yield f"    return [{once}], [{', '.join(f'each{k}[::-1]' for k in range(len(gathered)))}]"

    def _inputs(self, part: range, each: bool) -> str:
        names = {}
        for i in part:
            opcode, operands = self.code[i]
            if opcode == "input":
                names[int(self.code.constants[~operands[0]])] = self.operand(i)
        wanted = [k for k, given in enumerate(self.program.inputs) if given.each == each]
        return f"[{', '.join(names.get(k, '_') for k in wanted)}]"


_WORDS = "run shared samples count zip range OverflowError"
_REDUCED = {"total": "[]", "accumulate": "0.0"}
