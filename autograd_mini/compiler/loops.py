"""Loops over rows of one shape (rolling.py), as LLVM functions and calls of them."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from autograd_mini.numbers.instructions import CONDITIONS

from .ir import Calls, Writer, computed

if TYPE_CHECKING:
    from .rolling import Rolled


def printed(rolled: Rolled, name: str, calls: Calls) -> tuple[list[str], list[str]]:
    """The lines that call the loops, one after another; the loops' functions, and their tables."""
    w, data = Writer(1, calls), f"@data{name}"
    tables = [array("d", rolled.constants).tobytes()]
    start = len(tables[0])
    given = f"ptr {w.at('%f', rolled.first)}, ptr {data}, i64 {start}, i1 false"
    w.lines.append(f"call void @llvm.memcpy.p0.p0.i64({given})")
    names: dict[tuple[int, tuple[bool, ...]], str] = {}
    for loop in rolled.loops:
        called = names.setdefault((loop.shape, loop.same), f"@l{name}.{len(names)}")
        tables.append(loop.table.tobytes())
        table, out = w.line(f"getelementptr i8, ptr {data}, i64 {start}"), w.at("%f", loop.out)
        given = f"ptr %f, ptr {table}, i64 {len(loop.table)}, ptr {out}"
        w.lines.append(f"call void {called}({given})")
        start += len(tables[-1])
    for to, x in rolled.single:
        w.store(w.load("%f", x), "%f", to)
    text = "".join(f"\\{byte:02x}" for byte in b"".join(tables))
    made = [_loop(rolled, *key, called, calls) for key, called in names.items()]
    made.append(f'{data} = private constant [{start} x i8] c"{text}", align 64')
    return w.lines, made


def gathering(w: Writer) -> str:
    """The declaration of what a gather calls."""
    given = f"<{w.width} x ptr>, i32, {w.c}, {w.v}"
    return f"declare {w.v} @llvm.masked.gather.{w.s}.v{w.width}p0({given})"


def _loop(rolled: Rolled, shape: int, same: tuple[bool, ...], name: str, calls: Calls) -> str:
    """The function of a loop: rows of one shape, a vector of them at a time."""
    w = Writer(rolled.width, calls)
    w.lines = ["br label %loop", "loop:", "%k = phi i64 [0, %entry], [%next, %loop]"]
    row = w.line(f"mul i64 %k, {len(same) * (1 if shape else w.width)}")
    row = w.line(f"getelementptr i32, ptr %table, i64 {row}")
    operands = iter(enumerate(same))

    def operand(kind: str) -> str:
        j, of_all = next(operands)
        index = w.line(f"load i32, ptr {w.line(f'getelementptr i32, ptr {row}, i64 {j}')}")
        index = w.line(f"zext i32 {index} to i64")
        if of_all:
            text = w.same(w.line(f"load double, ptr {w.at('%f', index)}, align 8"))
        else:
            text = w.load("%f", index)
        return w.apply("!=", text, w.constant(0.0)) if kind == "condition" else text

    def value(shape: int) -> str:
        opcode, parts = rolled.shapes[shape]
        texts, last = list[str](), None
        for part in parts:
            if isinstance(part, float):
                last = part
                texts.append(w.constant(part))
            else:
                texts.append(operand(part) if isinstance(part, str) else value(part))
        return computed(w, opcode, texts, last)

    if shape:
        out = value(shape)
    else:
        numbers = w.line(f"load <{w.width} x i32>, ptr {row}, align 4")
        numbers = w.line(f"zext <{w.width} x i32> {numbers} to {w.i}")
        spots = w.line(f"getelementptr double, ptr %f, {w.i} {numbers}")
        every = f"{w.c} <{', '.join(['i1 true'] * w.width)}>"
        given = f"<{w.width} x ptr> {spots}, i32 8, {every}, {w.v} poison"
        out = w.line(f"call {w.v} @llvm.masked.gather.{w.s}.v{w.width}p0({given})")
    if rolled.shapes[shape][0] in CONDITIONS:
        out = w.apply("select", out, w.constant(1.0), w.constant(0.0))
    w.store(out, "%out", w.line(f"mul i64 %k, {w.width}"))
    w.lines += ["%next = add i64 %k, 1", "%more = icmp slt i64 %next, %count"]
    w.lines += ["br i1 %more, label %loop, label %end", "end:", "ret void"]
    head = f"define internal void {name}(ptr %f, ptr %table, i64 %count, ptr %out)"
    return "\n".join([f"{head} {{", "entry:", *w.lines, "}"])
