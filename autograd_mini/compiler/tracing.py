"""Running a function on symbols: what it emits is the program."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini import transforms
from autograd_mini.errors import NumberTypeError
from autograd_mini.graph import topological
from autograd_mini.numbers import symbols as symbolic
from autograd_mini.numbers.kinds import constant, ieee, numpy, shown
from autograd_mini.numbers.symbols import Symbol, Trace, lock
from autograd_mini.numbers.trees import flatten
from autograd_mini.value import Value

from .arguments import Structure, replaced, structure, taken
from .passes import rebuilt
from .program import Input, Output, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Task(NamedTuple):
    """What is to be compiled: a function of named arguments, and what is wanted of it."""

    f: Callable[[dict[str, Any]], Any]
    what: str  # "value", "value_and_grad", "hvp" or "hessian"
    wrt: tuple[str, ...]
    batch: tuple[str, ...]
    reduce: str | None
    after: Callable[[Any, list[Any], dict[str, list[Any]]], tuple[Any, list[Any]]] | None = None
    """From the value, its gradient and the arguments: another value, and what comes out instead."""


class Traced(NamedTuple):
    """A program, how the results are made of its outputs, and the Values that it reads besides."""

    program: Program
    value: Structure
    wrt: dict[str, Structure]
    captured: list[Value]


def traced(task: Task, args: Mapping[str, Any]) -> Traced:
    """The program of a task for arguments of this structure (of a batch, its first sample).

    Values that the function uses and that are no arguments are inputs, too, read in every call. A
    first run, in which they are constants, finds them; in the second they are symbols.
    """
    with lock:
        found = _run(task, args, [])
        return _run(task, args, found.captured) if found.captured else found


def checked(task: Task, args: Mapping[str, Any]) -> None:
    """The task's function on plain numbers, and its gradient if it is one number: may raise."""
    numbers: dict[str, list[Any]] = {}
    for name, x in args.items():
        pieces: list[Any] = []
        taken(x, pieces)
        found = [float(y) for piece in pieces for y in piece]
        numbers[name] = [Value(y) for y in found] if name in task.wrt else found
    with ExitStack() as undo:
        out = flatten(transforms.called(task.f, (_made(args, numbers, undo),), {}))[0]
        if len(out) == 1 and isinstance(out[0], Value):
            out[0].backward()


def _made(args: Mapping[str, Any], numbers: Mapping[str, Any], undo: ExitStack) -> dict[str, Any]:
    """Arguments like `args` that hold these numbers; Values among them get their names."""

    def model(tree: Any, new: list[Any]) -> Any:
        undo.callback(replaced(tree.parameters(), new))
        return tree

    made = {}
    for name, tree in args.items():
        shape = structure(tree, name, model)
        for label, x in zip(shape.names, numbers[name], strict=True):
            if isinstance(x, Value):
                x.label = label
        made[name] = shape.make(iter(numbers[name]))
    return made


def _real(x: Any) -> Any:
    """A number that a function gives and that is no Value."""
    if isinstance(x, bool) or constant(x).__class__ is complex:
        raise NumberTypeError(f"a compiled function gives real numbers, got {shown(x)}")
    return x


def derived(what: str, f: Callable[[Any], Any], at: Any, along: Any) -> tuple[Any, Any]:
    """The value, or the derivative, or both, as is wanted: the engine's transforms do it."""
    if what == "value":
        return transforms.called(f, (at,), {}), []
    if what == "value_and_grad":
        return transforms.value_and_grad(f)(at)
    if what == "hvp":
        return None, transforms.hvp(f, at, along)
    return None, transforms.hessian(f)(at)


def _run(task: Task, args: Mapping[str, Any], outside: list[Value]) -> Traced:
    trace, inputs, values, captured = Trace(), list[Input](), list[Any](), list[Value]()
    labels: dict[int, str] = {}
    headings = {0: "forward"}

    def symbols(names: Sequence[str], each: bool = False) -> list[Any]:
        new = [trace.input(len(inputs) + k, each) for k in range(len(names))]
        inputs.extend(Input(name, each) for name in names)
        labels.update((x.operand, name) for x, name in zip(new, names, strict=True))
        return new

    shapes = {name: structure(x, name) for name, x in args.items()}
    given = {name: symbols(shapes[name].names, name in task.batch) for name in args}
    at = [x for name in task.wrt for x in given[name]]
    along = symbols([f"v[{k}]" for k in range(len(at))]) if task.what == "hvp" else []
    known = symbols([v.label or "value" for v in outside])
    count = symbols(["samples"])[0] if task.reduce == "mean" else None
    if count is not None:
        trace.ranges[count.operand] = (1.0, 1e300)
    share = None if count is None or task.what == "value" else 1.0 / count
    shape = Structure([])

    def f(numbers: list[Any]) -> Any:
        nonlocal shape
        new = (x if isinstance(x, Value) else Value(x) for x in numbers)
        mixed = given | {name: [next(new) for _ in given[name]] for name in task.wrt}
        out = task.f(_made(args, mixed, undo))
        shape, flat = structure(out, "value"), flatten(out)[0]
        values[:] = [x.data if isinstance(x, Value) else _real(x) for x in flat]
        for node in topological(*[x for x in flat if isinstance(x, Value)]):
            if not isinstance(node.data, symbolic.Traced):
                captured.append(node)
            elif node.label:
                labels.setdefault(node.data.operand, node.label)
        headings.setdefault(len(trace.code), "backward")
        return out if share is None or isinstance(out, list | tuple | dict) else out * share

    with ExitStack() as undo, ieee():
        undo.callback(replaced(outside, known))
        if (np := numpy()) is not None:  # would warn of ranges that are infinite
            undo.enter_context(np.errstate(all="ignore"))
        gradient = flatten(derived(task.what, f, at, along)[1])[0]
    reduced = bool(task.batch and task.reduce)
    if reduced:
        values = [trace.emit("total", x) for x in values]
        values = values if count is None else [x / count for x in values]
    of_batch = [name in task.batch for name in task.wrt for _ in given[name]]
    if task.what == "hessian":
        of_batch = [False] * len(of_batch) ** 2
    for k, x in enumerate(gradient):
        if reduced and not of_batch[k]:
            gradient[k] = trace.emit("accumulate", x)
        elif task.what == "value_and_grad" and isinstance(x, Symbol):
            gradient[k] = trace.emit("+", x, 0.0)  # as a leaf's gradient, which begins with 0.0
    if task.after:
        headings[len(trace.code)] = "update"
        with ieee():
            values[0], gradient = task.after(values[0], gradient, given)
    names = [*shape.names, *(f"d{k}" for k in range(len(gradient)))]
    numbers = map(trace.operand, [*values, *gradient])
    outputs = [Output(*pair) for pair in zip(names, numbers, strict=True)]
    size, wrt = len(trace.code), {name: shapes[name] for name in task.wrt}
    program = Program(tuple(inputs), trace.code, size, size, tuple(outputs), labels, headings)
    if any(trace.parts):
        order = [[i for i, part in enumerate(trace.parts) if part == k] for k in range(3)]
        program = rebuilt(program, parts=order)
    return Traced(program, shape, wrt, outside or captured)
