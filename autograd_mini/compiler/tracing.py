"""Running a function on symbols: what it emits is the program."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle
from typing import Any, NamedTuple

from autograd_mini import transforms
from autograd_mini.errors import NumberTypeError, TraceError
from autograd_mini.graph import topological
from autograd_mini.numbers import symbols as symbolic
from autograd_mini.numbers.kinds import constant, ieee, numpy, shown
from autograd_mini.numbers.symbols import Symbol, Trace, lock
from autograd_mini.numbers.trees import NUMBER, Form, builder, leaves, names
from autograd_mini.value import Value

from .arguments import floats_of, replaced
from .passes import rebuilt
from .program import Input, Output, Program

DERIVED: dict[str, Callable[[Callable[[Any], Any], Any, Any], tuple[Any, Any]]] = {
    "value": lambda f, at, along: (transforms.called(f, (at,), {}), []),
    "value_and_grad": lambda f, at, along: transforms.value_and_grad(f)(at),
    "hvp": lambda f, at, along: (None, transforms.hvp(f, at, along)),
    "hessian": lambda f, at, along: (None, transforms.hessian(f)(at)),
}
"""What may be wanted of f: its value, and what the engine's transforms make of it."""


class Task(NamedTuple):
    """What is to be compiled: a function of named arguments, and what is wanted of it."""

    f: Callable[[dict[str, Any]], Any]
    what: str  # one of DERIVED
    wrt: tuple[str, ...]
    batch: tuple[str, ...]
    reduce: str | None
    after: Callable[[Any, list[Any], dict[str, list[Any]]], tuple[Any, list[Any]]] | None = None
    """From the value, its gradient and the arguments: another value, and what comes out instead."""


def traced(task: Task, forms: Mapping[str, Form]) -> tuple[Program, Form, list[Value]]:
    """The program of a task, the form of its value, and the Values that it reads besides.

    forms   those of the arguments; of a batch, that of a sample

    Values that the function uses and that are no arguments are inputs, too, read in every call. A
    first run, in which they are constants, finds them; in the second they are symbols. What the
    function does to a Value from outside ends with the run; to change its number is refused.
    """
    with lock:
        found = _run(task, forms, [])
        return _run(task, forms, found[2]) if found[2] else found


def checked(task: Task, args: Mapping[str, Any]) -> None:
    """The task's function on plain numbers, and its gradient if it is one number: may raise."""
    forms, numbers = dict[str, Form](), dict[str, list[Any]]()
    for name, x in args.items():
        found, forms[name] = leaves(x, floats_of)
        numbers[name] = [*map(Value, found)] if name in task.wrt else found
    with ExitStack() as undo:
        out = transforms.called(task.f, (_arguments(forms, numbers, undo, []),), {})
        if isinstance(out, Value):
            out.backward()


def _arguments(
    forms: Mapping[str, Form], numbers: Mapping[str, Any], undo: ExitStack, held: list[Value]
) -> dict[str, Any]:
    """Arguments of these forms that hold these numbers; Values among them get their names.

    The Values of models, which are to be put back, are added to `held`.
    """

    def model(parameters: Any, new: list[Any]) -> Any:
        held.extend(undo.enter_context(replaced(parameters(), new)))
        return parameters.__self__

    found = {}
    for name, form in forms.items():
        for label, x in zip(names(form, name), numbers[name], strict=True):
            if isinstance(x, Value):
                x.label = label
        found[name] = builder(form, model)(iter(numbers[name]))
    return found


def _put_back(used: Mapping[Any, Mapping[str, Any]]) -> None:
    """Give them what they held when they were first met; numbers (of another thread) are kept."""
    for x, state in used.items():
        for name, content in state.items():
            if name != "data" or isinstance(x.data, symbolic.Traced):
                setattr(x, name, content)


def _real(x: Any) -> Any:
    """The number behind what a function gives."""
    if isinstance(x, Value):
        return x.data
    if isinstance(x, bool) or constant(x).__class__ is complex:
        raise NumberTypeError(f"a compiled function gives real numbers, got {shown(x)}")
    return x


def _run(
    task: Task, forms: Mapping[str, Form], outside: list[Value]
) -> tuple[Program, Form, list[Value]]:
    trace, inputs, values, captured = Trace(), list[Input](), list[Any](), list[Value]()
    labels, headings, value = dict[int, str](), {0: "forward"}, None

    def symbols(names: Sequence[str], each: bool = False) -> list[Any]:
        new = [trace.input(len(inputs) + k, each) for k in range(len(names))]
        inputs.extend(Input(name, each) for name in names)
        labels.update((x.operand, name) for x, name in zip(new, names, strict=True))
        return new

    given = {name: symbols(names(form, name), name in task.batch) for name, form in forms.items()}
    at = [x for name in task.wrt for x in given[name]]
    along = symbols([f"v[{k}]" for k in range(len(at))]) if task.what == "hvp" else []
    known = symbols([v.label or "value" for v in outside])
    count = symbols(["samples"])[0] if task.reduce == "mean" else None
    if count is not None:
        trace.ranges[count.operand] = (1.0, 1e300)
    share = None if count is None or task.what == "value" else 1.0 / count

    def f(numbers: list[Any]) -> Any:
        nonlocal value
        new = (x if isinstance(x, Value) else Value(x) for x in numbers)
        mixed = given | {name: [next(new) for _ in given[name]] for name in task.wrt}
        held, used = [*outside], dict[Any, dict[str, Any]]()
        arguments = _arguments(forms, mixed, undo, held)
        before = [node.data for node in held]
        undo.callback(_put_back, used)
        trace.used = used
        out = task.f(arguments)
        trace.used = None
        for node, data in zip(held, before, strict=True):
            if node.data is not data and isinstance(node.data, symbolic.Traced):
                raise TraceError(
                    f"the function changes {node.label or 'a Value'} from outside, which a compiled"
                    " function cannot do; compile_step compiles training"
                )
        out = out[()] if getattr(out, "shape", None) == () else out
        flat, value = leaves(out)
        values[:] = map(_real, flat)
        for node in topological(*[x for x in (*flat, *used) if isinstance(x, Value)]):
            if node in used or not isinstance(node.data, symbolic.Traced):
                captured.append(node)
            elif node.label:
                labels.setdefault(node.data.operand, node.label)
        headings.setdefault(len(trace.code), "backward")
        return out if share is None or value != NUMBER else out * share

    with ExitStack() as undo, ieee():
        undo.enter_context(replaced(outside, known))
        if (np := numpy()) is not None:  # would warn of ranges that are infinite
            undo.enter_context(np.errstate(all="ignore"))
        gradient, _ = leaves(DERIVED[task.what](f, at, along)[1])
    reduced = bool(task.batch and task.reduce)
    if reduced:
        values = [trace.emit("total", x) for x in values]
        values = values if count is None else [x / count for x in values]
    shared = [name not in task.batch for name in task.wrt for _ in given[name]]
    for k, (x, alike) in enumerate(zip(gradient, cycle(shared), strict=False)):
        if reduced and alike:
            gradient[k] = trace.emit("accumulate", x)
        elif task.what == "value_and_grad" and isinstance(x, Symbol):
            gradient[k] = trace.emit("+", x, 0.0)  # as a leaf's gradient, which begins with 0.0
    if task.after:
        headings[len(trace.code)] = "update"
        with ieee():
            values[0], gradient = task.after(values[0], gradient, given)
    called = [*names(value, "value"), *(f"d{k}" for k in range(len(gradient)))]
    outputs = tuple(map(Output, called, map(trace.operand, [*values, *gradient])))
    size = len(trace.code)
    program = Program(tuple(inputs), trace.code, size, size, outputs, labels, headings)
    if any(trace.parts):
        order = [[i for i, part in enumerate(trace.parts) if part == k] for k in range(3)]
        program = rebuilt(program, parts=order)
    return program, value, outside or captured
