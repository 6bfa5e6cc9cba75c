"""Expressions as lines of Python: of a case, drawn by a seed, made smaller, written as code."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from autograd_mini import functions
from autograd_mini.checking.random_graphs import Step, expression
from autograd_mini.errors import AutogradError
from autograd_mini.expressions import parse
from autograd_mini.graph import topological
from autograd_mini.value import Value

from .levels import BatteryError, Case, Drawn

SMALL, LARGE = 0.05, 50.0  # what the nodes of a program lie between: no kink, no overflow
_TRIES = 500
_NAMES = "xyzabcdefghkmnpqrst"


class Program(NamedTuple):
    """Inputs with their numbers, operations ("v1 = x * y", the last "out = ..."), and passes."""

    names: tuple[str, ...]
    at: tuple[float, ...]
    lines: tuple[str, ...]
    passes: tuple[str, ...]


def of_graph(
    root: Value, inputs: Sequence[Value], passes: tuple[str, ...], names: Sequence[str] = ()
) -> Program:
    """The program of a graph; without names its inputs are x, y, ..., those that are used.

    Raises BatteryError where it has no operation, or leaves that are no inputs.
    """
    order = topological(root)
    if not names:
        inputs = [x for x in inputs if x in order]
        names = _NAMES[: len(inputs)]
    order = [node for node in order if node.parents]
    number: dict[Value, int] = {node: k for k, node in enumerate([*inputs, *order])}
    texts, lines = [*names], list[str]()
    try:
        for k, node in enumerate(order, 1):
            args = [number[x] if isinstance(x, Value) else float(x) for x in node.args]
            texts.append(f"v{k}" if node is not root else "out")
            step = Step(node.op.name, tuple(args))  # type: ignore[union-attr]
            lines.append(f"{texts[-1]} = {expression(step, texts, _plain)}")
    except (KeyError, TypeError):
        lines = []
    if not lines:
        raise BatteryError("a Case is made of its inputs, numbers and single operations")
    return Program(tuple(names), tuple(x.data for x in inputs), tuple(lines), passes)


def shape(node: Value) -> str:
    """The operation of a node, with x and y for nodes and 2 for numbers; "" for one on vectors."""
    if not all(isinstance(x, Value | float | int) for x in node.args):
        return ""
    place = iter(range(len(node.args)))
    args = [next(place) if isinstance(x, Value) else 2.0 for x in node.args]
    return expression(Step(node.op.name, tuple(args)), _NAMES, _plain)  # type: ignore[union-attr]


@lru_cache(maxsize=10_000)
def of_case(case: Case, seed: str) -> Program:
    """The program of a case; BatteryError if our own engine cannot run it."""
    random = Random(seed)
    try:
        f: Any = parse(case.f) if isinstance(case.f, str) else case.f
        names = f.names if isinstance(case.f, str) else inspect.signature(f).parameters
        inputs = {name: Value(float(case.at.get(name, _start(random)))) for name in names}
        if unknown := [name for name in case.at if name not in names]:
            raise BatteryError(f"there is no input {unknown[0]}")
        return of_graph(f(**inputs), [*inputs.values()], case.passes, [*names])
    except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError) as error:
        what = case.f if isinstance(case.f, str) else getattr(case.f, "__name__", "f")
        raise BatteryError(f"the case {what!r}: {error}") from None


def _start(random: Random) -> float:
    """A number for an input: two decimals, of either sign, from 0.5 to 2.5."""
    return random.choice((1, -1)) * random.randint(50, 250) / 100


def drawn(wish: Drawn, known: Sequence[str], random: Random) -> Program | None:
    """A random program of operations that are known to be right; None where there is none.

    A chain gets a new input for each second operand; for "leaf" and "node" every other operation is
    one of two nodes, of which the second has been there before.
    """
    both, again = [each for each in known if re.search(r"\by\b", each)], wish.second != "new"
    inputs = [Value(_start(random)) for _ in range(2 if again else wish.size + 1)]
    unused, made = inputs[1:], list[Value]()
    for _ in range(_TRIES):
        choice = both if again and len(made) % 2 == 0 else known
        if len(made) == wish.size or not choice:
            break
        last = made[-1] if made else inputs[0]
        others = made[:-1] if wish.second == "node" else []
        other = random.choice(others or (inputs if again and made else unused))
        operation = random.choice(choice)
        number = random.choice((2, 3) if "**" in operation else (2, 3, 0.5, -1.5))
        pair = [last, other] if random.random() < 0.5 or operation not in both else [other, last]
        text = re.sub(r"\b2\b", str(number), operation)
        if (node := _comfortable(text, dict(zip("xy", pair, strict=True)))) is not None:
            made.append(node)
            unused = [x for x in unused if again or x not in node.parents]
    if not made:
        return None
    made[-1].backward()
    slopes = {abs(x.grad) for x in inputs} - {0.0}
    found = of_graph(made[-1], inputs, tuple(wish.passes.split()))
    return found if slopes != {1.0} else None  # sums are no chain


def _comfortable(text: str, nodes: dict[str, Value]) -> Value | None:
    """The node of an operation, if neither its value nor a partial is very small or large."""
    try:
        node: Value = eval(text, {**vars(functions), **nodes})
    except (AutogradError, ArithmeticError, ValueError):
        return None
    sizes = [abs(x) for x in (node.data, *node.partials)]
    return node if all(SMALL <= size <= LARGE for size in sizes) else None


# --- written -------------------------------------------------------------------------------------
def code(program: Program) -> str:
    """A program as Python."""
    inputs, lines = ", ".join(program.names), [*program.lines]
    head = [f"{n} = Value({_plain(x)})" for n, x in zip(program.names, program.at, strict=True)]
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
    lines = program.lines
    for k in range(1, len(lines)):  # an earlier line for the last
        yield from _again(program, lines[:k])
    for k, line in enumerate(lines):  # a node's own operand in its place
        name, *operands = re.findall(r"(?<!\.)\b[a-z]\w*\b(?!\()", line)
        for other in operands:
            yield from _again(program, [*lines[:k], f"{name} = {other}", *lines[k + 1 :]])
    for k, x in enumerate(program.at):
        simple = (2.0, 3.0, -2.0, 1.0)
        for number in simple[: simple.index(x) if x in simple else None]:
            at = (*program.at[:k], number, *program.at[k + 1 :])
            yield from _again(program._replace(at=at), lines)


def _again(old: Program, lines: Iterable[str]) -> Iterator[Program]:
    """The program with other lines, of which those are left out that the last does not need."""
    nodes = dict(zip(old.names, map(Value, old.at), strict=True))
    inputs = [*nodes.values()]
    for line in lines:
        name, _, text = line.partition(" = ")
        node = nodes[text] if text in nodes else _comfortable(text, nodes)
        if node is None:
            return
        nodes[name] = node
    if node.parents:  # type: ignore[union-attr]
        yield of_graph(node, inputs, old.passes)  # type: ignore[arg-type]
