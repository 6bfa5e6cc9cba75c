"""Expressions as lists of operations: recorded, drawn by a seed, made smaller, written as code."""

from __future__ import annotations

import inspect
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.checking.random_graphs import Step, expression
from autograd_mini.errors import AutogradError
from autograd_mini.graph import topological
from autograd_mini.value import Value

from .engine import Reference, plain
from .levels import BatteryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .levels import Case, Drawn

NAMES = "xyzabcdefghkmnpqrstuvw"
SMALL, LARGE = 0.05, 50.0  # what the nodes of a program lie between: no kink, no overflow
_TRIES = 500
_OURS = Reference()

Shape = tuple[str, str]  # an operation, and for each operand: node or constant: ("add", "cn")


class Program(NamedTuple):
    """Operations on inputs, each with operands: a node by its number (int) or a constant (float).

    >>> program = Program(("x",), (3.0,), (Step("mul", (0, 0)), Step("add", (1, 2.0))))
    >>> Reference().run(program)
    {'out.data': 11.0, 'x.grad': 6.0}
    >>> print(code(program))
    x = Value(3)
    v1 = x * x
    out = v1 + 2
    out.backward()
    """

    names: tuple[str, ...]
    at: tuple[float, ...]
    steps: tuple[Step, ...]
    passes: tuple[str, ...] = ("backward",)


def _shape(step: Step) -> Shape:
    return step.name, "".join("n" if isinstance(x, int) else "c" for x in step.operands)


def shapes(program: Program) -> set[Shape]:
    """The operations that a program needs."""
    return {*map(_shape, program.steps)}


def alone(program: Program) -> Shape | None:
    """The operation that a program is about: its only one, on inputs that are not the same."""
    operands = program.steps[0].operands if len(program.steps) == 1 else (0, 0)
    return _shape(program.steps[0]) if len(set(operands)) == len(operands) else None


def shown(shape: Shape) -> str:
    """An operation for a reader.

    >>> shown(("add", "cn")), shown(("tanh", "n"))
    ('2 + x', 'x.tanh()')
    """
    name, kinds = shape
    letters = iter("xyz")
    texts = [next(letters) if kind == "n" else "2" for kind in kinds]
    operands = [k if kind == "n" else 2.0 for k, kind in enumerate(kinds)]
    return expression(Step(name, tuple(operands)), texts, plain)


# --- made ----------------------------------------------------------------------------------------
def of_graph(root: Value, inputs: Sequence[Value]) -> tuple[Step, ...]:
    """The operations of a graph of our Values, in order.

    Raises BatteryError where it has other leaves than the inputs, or operations on vectors.
    """
    order = [node for node in topological(root) if node.parents]
    number = {node: k for k, node in enumerate([*inputs, *order])}
    try:
        return tuple(
            Step(
                node.op.name,  # type: ignore[union-attr]
                tuple(number[x] if isinstance(x, Value) else float(x) for x in node.args),
            )
            for node in order
        )
    except (KeyError, TypeError):
        raise BatteryError("a Case is made of its inputs, numbers and single operations") from None


@lru_cache(maxsize=10_000)
def of_case(case: Case, seed: str) -> Program:
    """The program of a case; BatteryError if our own engine cannot run it."""
    random = Random(seed)
    from autograd_mini.expressions import parse

    try:
        f: Any = case.f
        names = parse(f).names if isinstance(f, str) else tuple(inspect.signature(f).parameters)
        numbers = {name: float(case.at.get(name, start(random))) for name in names}
        if unknown := [name for name in case.at if name not in numbers]:
            raise BatteryError(f"there is no input {unknown[0]}")
        inputs = [Value(x) for x in numbers.values()]
        root = (
            parse(f)(**dict(zip(names, inputs, strict=True))) if isinstance(f, str) else f(*inputs)
        )
        program = Program(
            tuple(names), tuple(numbers.values()), of_graph(root, inputs), case.passes
        )
        Reference().run(program)
    except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError) as error:
        what = case.f if isinstance(case.f, str) else getattr(case.f, "__name__", "f")
        raise BatteryError(f"the case {what!r}: {error}") from None
    return program


def start(random: Random) -> float:
    """A number for an input: two decimals, of either sign, from 0.5 to 2.5."""
    return random.choice((1, -1)) * random.randint(50, 250) / 100


def drawn(wish: Drawn, known: Sequence[Shape], random: Random) -> Program | None:
    """A random program of operations that are known to be right; None where there is none.

    A chain gets a new input for each second operand; for "leaf" and "node" every other operation is
    one of two nodes, of which the second has been there before.
    """
    both = [shape for shape in known if shape[1] == "nn"]
    again = wish.second != "new"
    count = 2 if again else wish.size + 1
    nodes = [Value(start(random)) for _ in range(count)]
    steps: list[Step] = []
    for _ in range(_TRIES):
        choice = both if again and len(steps) % 2 == 0 else known
        if len(steps) == wish.size or not choice:
            break
        name, kinds = random.choice(choice)
        last = len(nodes) - 1 if steps else 0
        used = {x for step in steps for x in step.operands} | {0}
        if wish.second == "new":
            others = [next(k for k in range(count) if k not in used)]
        else:
            others = [*range(count, last)] if wish.second == "node" else []
        partner = random.choice(others or [1] * (not steps) or [*range(count)])
        numbers = (2.0, 3.0) if name == "pow" else (2.0, 3.0, 0.5, -1.5)
        operands = [
            x if k == "n" else random.choice(numbers)
            for x, k in zip((last, partner), kinds, strict=False)
        ]
        if kinds == "cn":
            operands[1] = last
        elif kinds == "nn" and random.random() < 0.5:
            operands.reverse()
        step = Step(name, tuple(operands))
        node = _comfortable(step, nodes)
        if node is not None:
            nodes.append(node)
            steps.append(step)
    if not steps:
        return None
    at, passes = tuple(node.data for node in nodes[:count]), tuple(wish.passes.split())
    program = Program(tuple(NAMES[:count]), at, tuple(steps), passes)
    program = _trimmed(program, len(nodes) - 1)
    _, *grads = Reference().run(program).values()
    return program if any(abs(grad) != 1 for grad in grads) else None  # sums are no chain


def _comfortable(step: Step, nodes: Sequence[Value]) -> Value | None:
    """The node of a step as a leaf, if neither its value nor a partial is very small or large."""
    try:
        node = _OURS.apply(
            step.name, *(nodes[x] if isinstance(x, int) else x for x in step.operands)
        )
    except (AutogradError, ArithmeticError, ValueError):
        return None
    sizes = [abs(x) for x in (node.data, *node.partials)]
    return Value(node.data) if all(SMALL <= size <= LARGE for size in sizes) else None


# --- written -------------------------------------------------------------------------------------
def code(program: Program, cls: str = "Value") -> str:
    """A program as Python, every operation with the name that it has in pictures."""
    texts, lines = [*program.names], list[str]()
    for k, step in enumerate(program.steps, 1):
        texts.append(f"v{k}" if k < len(program.steps) else "out")
        lines.append(f"{texts[-1]} = {expression(step, texts, plain)}")
    head = [
        f"{name} = {cls}({plain(x)})" for name, x in zip(program.names, program.at, strict=True)
    ]
    inputs = ", ".join(program.names)
    again = f"out = f({inputs})"
    if "build" in program.passes:
        head = [
            f"def f({inputs}):",
            *(f"    {line}" for line in lines),
            "    return out",
            "",
            *head,
        ]
        lines = [again]
    does = {
        "build": again,
        "backward": "out.backward()",
        "reset": f"{' = '.join(f'{name}.grad' for name in program.names)} = 0",
    }
    return "\n".join([*head, *lines, *(does[action] for action in program.passes)])


def sound(program: Program) -> bool:
    """Whether all of its nodes are comfortable: a smaller program that is not would mislead."""
    nodes = [Value(x) for x in program.at]
    for step in program.steps:
        node = _comfortable(step, nodes)
        if node is None:
            return False
        nodes.append(node)
    return True


# --- made smaller --------------------------------------------------------------------------------
def smaller(program: Program) -> Iterator[Program]:
    """Programs that are simpler in one respect, the simplest first."""
    first = len(program.at)
    for k in range(first, first + len(program.steps) - 1):
        yield _trimmed(program, k)  # an earlier node for the root
    for k, step in enumerate(program.steps[:-1]):  # a node's own operand in its place
        for x in step.operands:
            if isinstance(x, int):
                yield _trimmed(_replaced(program, first + k, x), first + len(program.steps) - 1)
    for k, x in enumerate(program.at):
        for simple in (2.0, 3.0, -2.0, 1.0):
            if x == simple:
                break
            at = (*program.at[:k], simple, *program.at[k + 1 :])
            yield program._replace(at=at)


def _replaced(program: Program, node: int, other: int) -> Program:
    def one(step: Step) -> Step:
        return step._replace(
            operands=tuple(other if isinstance(x, int) and x == node else x for x in step.operands)
        )

    return program._replace(steps=tuple(map(one, program.steps)))


def _trimmed(program: Program, root: int) -> Program:
    """What a node depends on, numbered anew, with that node for the root."""
    first, kept, waiting = len(program.at), set[int](), [root]
    while waiting:
        node = waiting.pop()
        if node not in kept:
            kept.add(node)
            operands = program.steps[node - first].operands if node >= first else ()
            waiting += [x for x in operands if isinstance(x, int)]
    new = {node: k for k, node in enumerate(sorted(kept))}
    inputs = [k for k in range(first) if k in kept]
    steps = [
        Step(step.name, tuple(new[x] if isinstance(x, int) else x for x in step.operands))
        for k, step in enumerate(program.steps, first)
        if k in kept
    ]
    names, at = tuple(program.names[k] for k in inputs), tuple(program.at[k] for k in inputs)
    return program._replace(names=names, at=at, steps=tuple(steps))
