"""Passes: each takes a program and gives one that computes the same numbers.

What a pass does shows when both are printed (`program.shown()`). Equal instructions are shared
whenever one is emitted, so each pass shares anew what has become equal.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.numbers.instructions import MEANING, Code

from .program import Output, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    Rule = Callable[[Code, str, tuple[int, ...]], int | None]


def rebuilt(
    program: Program,
    rule: Rule | None = None,
    parts: Sequence[Iterable[int]] | None = None,
    kept: Container[int] | None = None,
) -> Program:
    """The program emitted again in these parts, only what is kept.

    Where `rule(code, opcode, operands)` gives an operand, that stands for the instruction; without
    a rule nothing becomes equal that was not.
    """
    old, code, places = program.code, Code(), [0] * len(program.code)
    labels: dict[int, str] = {}
    headings: dict[int, str] = {}
    bounds, heading = [], ""

    def moved(x: int) -> int:
        return places[x] if x >= 0 else code.constant(old.constants[~x])

    for part in program.parts if parts is None else parts:
        for i in part:
            heading = program.headings.get(i, heading)
            if kept is not None and i not in kept:
                continue
            opcode, operands = old[i]
            operands = tuple(map(moved, operands))
            size = len(code)
            if rule is None:
                places[i] = code.append(opcode, operands)
            else:
                found = rule(code, opcode, operands)
                places[i] = code.emit(opcode, *operands) if found is None else found
            if heading and len(code) > size:
                headings[size], heading = heading, ""
            if i in program.labels and places[i] >= 0:
                labels.setdefault(places[i], program.labels[i])
        bounds.append(len(code))
    outputs = tuple([Output(name, moved(x)) for name, x in program.outputs])
    return Program(program.inputs, code, bounds[0], bounds[1], outputs, labels, headings)


def folded(program: Program) -> Program:
    """Instructions on constants alone become constants."""
    return rebuilt(program, _constant)


def _constant(code: Code, opcode: str, operands: tuple[int, ...]) -> int | None:
    if opcode == "select" and operands[0] < 0:
        return operands[1] if code.constants[~operands[0]] else operands[2]
    if max(operands) >= 0 or opcode not in MEANING:
        return None
    numbers = [code.constants[~x] for x in operands]
    if opcode in ("and", "or"):
        numbers = [x != 0 for x in numbers]
    return code.constant(float(MEANING[opcode](*numbers)))


def simplified(program: Program) -> Program:
    """Identities that hold exactly in IEEE arithmetic: x * 1 is x, x + 0 is not (-0 + 0 is 0)."""
    return rebuilt(program, _identity)


def reduced(program: Program) -> Program:
    """`folded` and `simplified` in one walk."""

    def rule(code: Code, opcode: str, operands: tuple[int, ...]) -> int | None:
        found = _constant(code, opcode, operands)
        return _identity(code, opcode, operands) if found is None else found

    return rebuilt(program, rule)


def _identity(code: Code, opcode: str, operands: tuple[int, ...]) -> int | None:
    if opcode == "select":
        return operands[1] if operands[1] == operands[2] else None
    if opcode not in ("+", "-", "*", "/", "**", "neg", "abs"):
        return None
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
    needed = bytearray(len(program.code))
    for _, operand in program.outputs:
        if operand >= 0:
            needed[operand] = 1
    for i in reversed(range(len(program.code))):
        if needed[i]:
            for operand in program.code[i][1]:
                if operand >= 0:
                    needed[operand] = 1
    return rebuilt(program, kept={i for i, is_needed in enumerate(needed) if is_needed})


PASSES = (reduced, live)


def improved(program: Program) -> tuple[Program, list[tuple[str, int]]]:
    """The program after all passes, and how many instructions there were after each."""
    effects = [("traced", len(program.code))]
    for each in PASSES:
        program = each(program)
        effects.append((each.__name__, len(program.code)))
    return program, effects
