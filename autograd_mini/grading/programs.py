"""Expressions as lines of Python: recorded, drawn by a seed, made smaller, written as code."""

from __future__ import annotations

import inspect
import re
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.checking.random_graphs import Step, expression
from autograd_mini.errors import AutogradError
from autograd_mini.graph import topological
from autograd_mini.value import Value

from .engine import Reference
from .levels import BatteryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .levels import Case, Drawn

SMALL, LARGE = 0.05, 50.0  # what the nodes of a program lie between: no kink, no overflow
_TRIES = 500
_NAME = re.compile(r"(?<![\w.])[a-z]\w*(?!\w*\()")  # of a node: no method, no function
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d.e-]*")
_TWO = re.compile(r"\by\b")  # a second node, in a shape
_OURS = Reference()


class Program(NamedTuple):
    """Inputs with their numbers, operations ("v1 = x * y", the last one "out = ..."), and passes.

    >>> program = Program(("x",), (3.0,), ("v1 = x * x", "out = v1 + 2"))
    >>> Reference().run(program)
    {'out.data': 11.0, 'x.grad': 6.0}
    >>> print(code(program))
    x = Value(3)
    v1 = x * x
    out = v1 + 2
    out.backward()
    >>> sorted(shapes(program)), alone(program)
    (['x * y', 'x + 2'], None)
    """

    names: tuple[str, ...]
    at: tuple[float, ...]
    lines: tuple[str, ...]
    passes: tuple[str, ...] = ("backward",)


def shape(line: str) -> str:
    """The operation of a line, with x and y for nodes and 2 for numbers."""
    letters = iter("xyzabcdefgh")
    made = _NUMBER.sub("2", line.partition(" = ")[2])
    return _NAME.sub(lambda _: next(letters), made)


def shapes(program: Program) -> set[str]:
    """The operations that a program needs."""
    return {*map(shape, program.lines)}


def alone(program: Program) -> str | None:
    """The operation that a program is about: its only one, on inputs that are not the same."""
    single = len(program.lines) == 1 and len(_NAME.findall(program.lines[0])) == 1 + len(program.at)
    return shape(program.lines[0]) if single else None


# --- made ----------------------------------------------------------------------------------------
def of_graph(root: Value, inputs: Sequence[Value], names: Sequence[str]) -> tuple[str, ...]:
    """The lines of a graph of our Values; BatteryError where it has leaves that are no inputs."""
    order = [node for node in topological(root) if node.parents]
    number: dict[Value, int] = {node: k for k, node in enumerate([*inputs, *order])}
    texts, lines = [*names], list[str]()
    try:
        for k, node in enumerate(order, 1):
            args = [number[x] if isinstance(x, Value) else float(x) for x in node.args]
            texts.append(f"v{k}" if node is not root else "out")
            step = Step(node.op.name, tuple(args))  # type: ignore[union-attr]
            lines.append(f"{texts[-1]} = {expression(step, texts, _plain)}")
    except (KeyError, TypeError):
        raise BatteryError("a Case is made of its inputs, numbers and single operations") from None
    return tuple(lines)


@lru_cache(maxsize=10_000)
def of_case(case: Case, seed: str) -> Program:
    """The program of a case; BatteryError if our own engine cannot run it."""
    from autograd_mini.expressions import parse

    random = Random(seed)
    try:
        f: Any = parse(case.f) if isinstance(case.f, str) else case.f
        names = tuple(f.names if isinstance(case.f, str) else inspect.signature(f).parameters)
        at = tuple(float(case.at.get(name, _start(random))) for name in names)
        if unknown := [name for name in case.at if name not in names]:
            raise BatteryError(f"there is no input {unknown[0]}")
        inputs = dict(zip(names, map(Value, at), strict=True))
        lines = of_graph(f(**inputs), [*inputs.values()], names)
        program = Program(names, at, lines, case.passes)
        _OURS.run(program)
    except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError) as error:
        what = case.f if isinstance(case.f, str) else getattr(case.f, "__name__", "f")
        raise BatteryError(f"the case {what!r}: {error}") from None
    return program


def _start(random: Random) -> float:
    """A number for an input: two decimals, of either sign, from 0.5 to 2.5."""
    return random.choice((1, -1)) * random.randint(50, 250) / 100


def drawn(wish: Drawn, known: Sequence[str], random: Random) -> Program | None:
    """A random program of operations that are known to be right; None where there is none.

    A chain gets a new input for each second operand; for "leaf" and "node" every other operation is
    one of two nodes, of which the second has been there before.
    """
    both, again = [shape for shape in known if _TWO.search(shape)], wish.second != "new"
    inputs = [f"x{k}" for k in range(1, 3 if again else wish.size + 2)]
    nodes = {name: Value(_start(random)) for name in inputs}
    at, lines, unused = tuple(node.data for node in nodes.values()), list[str](), inputs[1:]
    for _ in range(_TRIES):
        turn = len(lines)
        choice = both if again and turn % 2 == 0 else known
        if turn == wish.size or not choice:
            break
        last = f"v{turn}" if lines else inputs[0]
        others = [f"v{k}" for k in range(1, turn)] if wish.second == "node" else []
        other = random.choice(others or (inputs if again and turn else unused))
        operation = random.choice(choice)
        number = random.choice((2, 3) if "**" in operation else (2, 3, 0.5, -1.5))
        pair = [last, other] if random.random() < 0.5 or operation not in both else [other, last]
        made = {"x": pair[0], "y": pair[1], "2": str(number)}
        line = f"v{turn + 1} = {re.sub('[xy2](?![a-z(])', lambda m: made[m[0]], operation)}"  # noqa: B023
        if (node := _comfortable(line, nodes)) is not None:
            nodes[f"v{turn + 1}"] = node
            lines.append(line)
            unused = [name for name in unused if again or name not in _NAME.findall(line)]
    if not lines:
        return None
    program = _trimmed(Program(tuple(inputs), at, tuple(lines), tuple(wish.passes.split())))
    _, *grads = _OURS.run(program).values()
    return program if any(abs(grad) != 1 for grad in grads) else None  # sums are no chain


def _comfortable(line: str, nodes: dict[str, Value]) -> Value | None:
    """The node of a line as a leaf, if neither its value nor a partial is very small or large."""
    try:
        node = _OURS.evaluate(line.partition(" = ")[2], nodes)
    except (AutogradError, ArithmeticError, ValueError):
        return None
    sizes = [abs(x) for x in (node.data, *node.partials)]
    return Value(node.data) if all(SMALL <= size <= LARGE for size in sizes) else None


# --- written -------------------------------------------------------------------------------------
def code(program: Program, cls: str = "Value") -> str:
    """A program as Python."""
    inputs, lines = ", ".join(program.names), [*program.lines]
    head = [f"{n} = {cls}({_plain(x)})" for n, x in zip(program.names, program.at, strict=True)]
    if "build" in program.passes:
        inner = [f"    {line}" for line in lines]
        head = [f"def f({inputs}):", *inner, "    return out", "", *head]
        lines = [f"out = f({inputs})"]
    zero = " = ".join(f"{name}.grad" for name in program.names)
    does = {"build": f"out = f({inputs})", "backward": "out.backward()", "reset": f"{zero} = 0"}
    return "\n".join([*head, *lines, *(does[action] for action in program.passes)])


def _plain(x: float) -> float:
    return int(x) if x == int(x) else x


# --- made smaller --------------------------------------------------------------------------------
def smaller(program: Program) -> Iterator[Program]:
    """Programs that are simpler in one respect and still comfortable, the simplest first."""
    for candidate in _candidates(program):
        nodes = dict(zip(candidate.names, map(Value, candidate.at), strict=True))
        for line in candidate.lines:
            node = _comfortable(line, nodes)
            if node is None:
                break
            nodes[line.partition(" = ")[0]] = node
        else:
            yield candidate


def _candidates(program: Program) -> Iterator[Program]:
    lines = program.lines
    for k in range(1, len(lines)):  # an earlier line for the last
        yield _trimmed(program._replace(lines=lines[:k]))
    for k, line in enumerate(lines[:-1]):  # a node's own operand in its place
        name, *operands = _NAME.findall(line)
        for other in operands:
            rest = tuple(re.sub(rf"\b{name}\b", other, x) for x in lines[k + 1 :])
            yield _trimmed(program._replace(lines=(*lines[:k], *rest)))
    for k, x in enumerate(program.at):
        simple = (2.0, 3.0, -2.0, 1.0)
        for number in simple[: simple.index(x) if x in simple else None]:
            yield program._replace(at=(*program.at[:k], number, *program.at[k + 1 :]))


def _trimmed(program: Program) -> Program:
    """What the last line depends on, with names anew: x, y, ...; v1, v2, ..., out."""
    kept, used = list[str](), {program.lines[-1].partition(" = ")[0]}
    for line in reversed(program.lines):
        name, *operands = _NAME.findall(line)
        if name in used:
            kept.insert(0, line)
            used.update(operands)
    inputs = [name for name in program.names if name in used]
    new = dict(zip(inputs, "xyzabcdefghkmnpqrst", strict=False))
    for k, line in enumerate(kept, 1):
        new[line.partition(" = ")[0]] = f"v{k}" if k < len(kept) else "out"
    lines = tuple(_NAME.sub(lambda match: new[match[0]], line) for line in kept)
    at = tuple(x for name, x in zip(program.names, program.at, strict=True) if name in used)
    return program._replace(names=tuple(new[name] for name in inputs), at=at, lines=lines)
