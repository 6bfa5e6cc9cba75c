"""Passes: each takes a program and gives one that computes the same numbers.

What a pass does shows when both are printed (`program.shown()`). Equal instructions are shared
whenever one is emitted, so each pass shares anew what has become equal.
"""

import math
from collections.abc import Callable, Iterable, Sequence

from autograd_mini.numbers.instructions import CONDITIONS, MEANING, Code

from .program import Output, Program

Rule = Callable[[Code, str, tuple[int, ...]], int | None]


def rebuilt(
    program: Program,
    rule: Rule | None = None,
    parts: Sequence[Iterable[int]] | None = None,
    kept: Sequence[int] | None = None,
) -> Program:
    """The program emitted again in these parts, without what is not to be `kept`.

    Where `rule(code, opcode, operands)` gives an operand, that stands for the instruction.
    """
    old, code, places = program.code, Code(), [0] * len(program.code)
    labels: dict[int, str] = {}
    headings: dict[int, str] = {}
    bounds: list[int] = []

    def moved(x: int) -> int:
        return places[x] if x >= 0 else code.constant(old.constants[~x])

    for part in program.parts if parts is None else parts:
        for i in part:
            if i in program.headings:
                headings[len(code)] = program.headings[i]
            if kept is not None and not kept[i]:
                continue
            opcode, operands = old[i]
            operands = tuple(map(moved, operands))
            found = rule(code, opcode, operands) if rule else None
            places[i] = code.emit(opcode, *operands) if found is None else found
            if i in program.labels and places[i] >= 0:
                labels.setdefault(places[i], program.labels[i])
        bounds.append(len(code))
        if len(bounds) == 2:  # `after` cannot use what `each` computes, though it needs no sample
            code.forget(range(*bounds))
    outputs = tuple([Output(name, moved(x)) for name, x in program.outputs])
    return Program(program.inputs, code, bounds[0], bounds[1], outputs, labels, headings)


def reduced(program: Program) -> Program:
    """Arithmetic on constants is done, and identities are used that hold exactly in IEEE's.

    x * 1 is x, x - 0 is x; x + 0 is not, for -0 + 0 is 0.
    """
    return rebuilt(program, _reduced)


def _reduced(code: Code, opcode: str, operands: tuple[int, ...]) -> int | None:
    if opcode == "select":
        _, yes, no = operands
        return yes if yes == no else None
    if max(operands) < 0 and opcode in MEANING and opcode not in CONDITIONS:
        return code.constant(float(MEANING[opcode](*[code.constants[~x] for x in operands])))
    first, last = operands[0], operands[-1]
    if first < 0 and opcode in ("+", "*"):
        first, last = last, first
    if last < 0:
        c = code.constants[~last]
        if c == 1.0 and opcode in ("*", "/", "**"):
            return first
        if c == -1.0 and opcode == "*":
            return code.emit("neg", first)
        if c == 0.0 and opcode in ("+", "-") and (math.copysign(1.0, c) > 0) == (opcode == "-"):
            return first
    elif opcode in ("neg", "abs", "-", "+"):
        name, (y, *_) = code[last]
        if name == "neg":  # last is -y
            if opcode == "neg":
                return y
            return code.emit(*(("abs", y) if opcode == "abs" else ("+-"[opcode == "+"], first, y)))
        if opcode == "+" and first >= 0 and code[first][0] == "neg":
            return code.emit("-", last, code[first][1][0])
    return None


def live(program: Program) -> Program:
    """Only what an output needs."""
    code = program.code
    needed = bytearray(len(code) + len(code.constants))  # a constant, below 0, is at the end
    for _, x in program.outputs:
        needed[x] = 1
    for i in reversed(range(len(code))):
        if needed[i]:
            for x in code[i][1]:
                needed[x] = 1
    return rebuilt(program, kept=needed)


PASSES = (reduced, live)


def improved(program: Program) -> tuple[Program, list[tuple[str, int]]]:
    """The program after all passes, and how many instructions there were after each."""
    effects = [("traced", len(program.code))]
    for each in PASSES:
        program = each(program)
        effects.append((each.__name__, len(program.code)))
    return program, effects
