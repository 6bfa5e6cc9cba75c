"""Running a function on symbols: what it emits is the program, one for each form of its arguments.

A Task is what is to be compiled, an Entry its program for arguments of some forms, traced and
built, and Entries keeps some of them.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import cycle, pairwise
from operator import itemgetter, methodcaller
from time import perf_counter
from typing import Any, NamedTuple

from autograd_mini import transforms
from autograd_mini.errors import NumberTypeError, TraceError
from autograd_mini.graph import collector_paused, topological
from autograd_mini.numbers import symbols as symbolic
from autograd_mini.numbers.arguments import one_of, whole
from autograd_mini.numbers.arrays import listed
from autograd_mini.numbers.kinds import ieee, numpy, shown
from autograd_mini.numbers.numberlike import data_of, inside
from autograd_mini.numbers.ranges import INPUT, Range
from autograd_mini.numbers.symbols import Symbol, Trace, lock
from autograd_mini.numbers.trees import NUMBER, Form, array, builder, leaves, names, size
from autograd_mini.value import Value

from . import backends
from .arguments import floats, floats_of, replaced, rows_made
from .passes import improved, rebuilt
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
    within: Range = INPUT  # in which all inputs lie


def checked(f: Callable[..., Any], wrt: Sequence[str], args: Mapping[str, Any]) -> None:
    """f on plain numbers, and its gradient if it is one number: may raise, and changes nothing."""
    forms, numbers = dict[str, Form](), dict[str, list[Any]]()
    for name, x in args.items():
        found, forms[name] = leaves(x, floats_of)
        numbers[name] = [*map(Value, found)] if name in wrt else found
    with ExitStack() as undo:
        out = transforms.called(f, (_arguments(forms, numbers, undo, []),), {})
        transforms.adjoints(out, [], False)


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
        found[name] = builder(form, model)(numbers[name])
    return found


def _put_back(used: Mapping[Any, Mapping[str, Any]]) -> None:
    """Give them what they held when they were first met; numbers (of another thread) are kept."""
    for x, state in used.items():
        for name, content in state.items():
            if name != "data" or isinstance(x.data, symbolic.Traced):
                setattr(x, name, content)


def _real(x: Any) -> Any:
    """The number behind what a function gives."""
    number = data_of(x)
    if isinstance(x, bool) or number.__class__ is complex:
        raise NumberTypeError(f"a compiled function gives real numbers, got {shown(x)}")
    return number


def traced(
    task: Task, forms: Mapping[str, Form], outside: list[Value]
) -> tuple[Program, Form, list[Value]]:
    """The program of a task, the form of its value, and the Values that it reads besides.

    forms     those of the arguments; of a batch, that of a sample
    outside   Values that it reads besides, if that is known: inputs, then, and not constants

    What the function does to a Value from outside ends here; to change its number is refused.
    """
    trace, inputs, values, captured = Trace(task.within), list[Input](), list[Any](), list[Value]()
    labels, headings, strays, value = dict[int, str](), {0: "forward"}, list[Value](), None

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
    share = None if count is None else 1.0 / count

    def noted(f: Callable[..., Any], *given: Any) -> Any:
        """What f gives; the nodes that it uses besides are noted, and put back in the end."""
        undo.callback(_put_back, used := dict[Any, dict[str, Any]]())
        trace.used = used
        out = f(*given)
        trace.used = None
        for node in topological(*[x for x in (*leaves(out)[0], *used) if isinstance(x, Value)]):
            if node in used or not isinstance(node.data, symbolic.Traced):
                captured.append(node)
            elif node.grad.__class__ is float and node.first is None:
                strays.append(node)  # made of a float, given a number of the trace
            elif node.label:
                labels.setdefault(node.data.operand, node.label)
        return out

    def f(numbers: list[Any]) -> Any:
        nonlocal value
        new = (x if isinstance(x, Value) else Value(x) for x in numbers)
        mixed = given | {name: [next(new) for _ in given[name]] for name in task.wrt}
        held = [*outside]
        arguments = _arguments(forms, mixed, undo, held)
        before = {node: node.data for node in held}
        out = noted(task.f, arguments)
        for node in (*before, *strays):
            if node.data is not before.get(node) and isinstance(node.data, symbolic.Traced):
                raise TraceError(
                    f"the function changes {node.label or 'a Value'} from outside, or one that it"
                    " has made and not used yet, which a compiled function cannot do: make another,"
                    " Value(x.data); compile_step compiles training"
                )
        out = out[()] if getattr(out, "shape", None) == () else out
        flat, value = leaves(out)
        values[:] = map(_real, flat)
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
        with ExitStack() as undo, ieee(), replaced(outside, known):
            undo.callback(inside.reset, inside.set([]))  # a compiled function is traced through
            values[0], gradient = noted(task.after, values[0], gradient, given)
    called = [*names(value, "value"), *(f"d{k}" for k in range(len(gradient)))]
    outputs = tuple(map(Output, called, map(trace.operand, [*values, *gradient])))
    size = len(trace.code)
    program = Program(tuple(inputs), trace.code, size, size, outputs, labels, headings)
    if any(trace.parts):
        order = [[i for i, part in enumerate(trace.parts) if part == k] for k in range(3)]
        program = rebuilt(program, parts=order)
    return program, value, outside or [*dict.fromkeys(captured)]


# --- what was traced, and built ------------------------------------------------------------------
class Entry:
    """A task for arguments of these forms, traced and built: to be made under the lock.

    Values that the function uses and that are no arguments are read in every call: a first run, in
    which they are constants, finds them; in the second they are symbols.
    """

    @collector_paused()
    def __init__(self, task: Task, forms: Mapping[str, Form], backend: str, threads: int) -> None:
        self.task, self.times = task, [perf_counter()]
        found = traced(task, forms, [])
        if found[2]:
            found = traced(task, forms, found[2])
        self.value, self.captured = found[1:]
        self.times.append(perf_counter())
        self.program, self.effects = improved(found[0])
        self.times.append(perf_counter())
        module = backends.backend(backend)
        self.run = module.build(self.program, threads)
        self.arrays = getattr(module, "ARRAYS", False)
        self.times.append(perf_counter())
        wrt = {name: forms[name] for name in task.wrt} if task.what != "value" else {}
        self.by = sum(map(size, wrt.values()))
        self.supposing = bool(self.by) and task.within is INPUT
        every = bool(task.batch) and not task.reduce  # has its own of all that comes out
        square = task.what == "hessian"
        program = self.program
        self.direct = self.arrays and not any(program.is_each(x) for _, x in program.outputs)
        number = partial(methodcaller, "item") if self.direct else itemgetter
        self.results, start = [], 0
        for name, form in {"": self.value, **wrt}.items():
            of_samples = every or name in task.batch
            self.results.append(result_of(form, of_samples, square, start, number, self.arrays))
            start += size(form) ** (2 if square and name else 1)

    def given(self, pieces: list[Any], columns: list[Any], count: int) -> tuple[Any, list[Any]]:
        """The numbers of the arguments as the back end takes them."""
        if self.captured:
            pieces.append(floats([node.data for node in self.captured]))
        if self.task.reduce == "mean":
            pieces.append((float(count),))
        np = numpy()
        if self.arrays and 1 < len(pieces) < len(self.program.inputs) / 3:  # this is faster then
            whole = np.concatenate(pieces)
        else:
            whole = pieces[0] if len(pieces) == 1 else [x for part in pieces for x in listed(part)]
        if not self.arrays:
            return listed(whole), [*map(listed, columns)]
        return np.asarray(whole, float), [np.asarray(column, float) for column in columns]

    def __call__(self, pieces: list[Any], columns: list[Any], count: int) -> Any:
        """The value and the derivatives for the numbers of the arguments.

        None where these are not finite and lie outside the range that the program was made for.
        """
        shared, samples = self.given(pieces, columns, count)
        once, each = self.run(shared, samples, count)
        once = once if self.direct else listed(once)
        sure = not self.supposing or (finite(once) and (not each or all(map(finite, each))))
        if not (sure or all(abs(x) <= INPUT[1] for part in (shared, *samples) for x in part)):
            return None
        return self.made(once, each, count)

    def made(self, once: Any, each: Sequence[Any], count: int) -> tuple[Any, Any]:
        """The value and the derivatives, of what `run` gives."""
        outputs = self.program.ordered(once, each) if len(each) else once
        value, *parts = [result(outputs, count) for result in self.results]
        return value, parts[0] if len(parts) == 1 else tuple(parts)

    def explained(self) -> Iterator[str]:
        """Lines for `explain`."""
        yield f"{self.task.what}: {' -> '.join(f'{n} {name}' for name, n in self.effects)}"
        times = zip(("trace", "passes", "build"), pairwise(self.times), strict=True)
        yield "  " + ", ".join(f"{name} {1e3 * (b - a):.1f} ms" for name, (a, b) in times)
        for line in getattr(self.run, "explain", list)():
            yield f"  {line}"


def finite(numbers: Any) -> bool:
    """Whether all are finite, as fast as can be told; of a list of large ones it may say no."""
    if isinstance(numbers, list):
        return math.isfinite(sum(numbers))
    np = numpy()
    return bool(np.count_nonzero(np.isfinite(numbers)) == len(numbers))


def result_of(
    form: Form,
    of_samples: bool,
    square: bool,
    start: int = 0,
    number: Any = itemgetter,
    arrays: bool = False,
) -> Callable[[Sequence[Any], int], Any]:
    """What makes a result of the outputs from `start` on and the number of samples."""
    if square and form and form[0] is array:
        form, square = (array, form[1] * 2), False
    length = size(form)
    first, number = (0, itemgetter) if of_samples else (start, number)
    alike: Any = numpy().full if arrays else (lambda count, x: [x] * count)
    make = builder(form, start=first, number=number)
    if square:  # of second derivatives: a row in each place
        starts, whole = range(first, first + length**2, length), builder(form)
        rows = [builder(form, start=at, number=number) for at in starts]
        length, make = length**2, lambda outputs: whole([row(outputs) for row in rows])
    if not of_samples:
        return lambda outputs, _: make(outputs)

    def of_rows(outputs: Sequence[Any], count: int) -> Any:
        columns = listed(outputs[start : start + length])
        each = [x if hasattr(x, "__len__") else alike(count, x) for x in columns]
        return rows_made(form, each, count, make)

    return of_rows


class Entries:
    """The programs that were made of a function, the newest last; some of them are kept."""

    task: Callable[[Any], Task]

    def __init__(self, backend: str, threads: int, cache: int) -> None:
        self.backend = one_of("backend", backend, backends.BACKENDS)
        self.threads, self.cache = whole("threads", threads), whole("cache", cache)
        self.entries: OrderedDict[Any, Entry] = OrderedDict()
        self.fixed: dict[str, Form] = {}  # of the arguments that come first in every call
        self.statistics = {"calls": 0, "traces": 0, "dropped": 0}

    def entry(self, what: Any, forms: Mapping[str, Form]) -> Entry:
        """The program of a task for arguments of these forms."""
        key = (what, *forms, *forms.values())
        entry = self.entries.get(key)
        if entry is None:
            with lock:
                if key in self.entries:  # another thread was faster
                    return self.entries[key]
                forms = {**self.fixed, **forms}
                entry = Entry(self.task(what), forms, self.backend, self.threads)
                self.entries[key] = entry
                self.statistics["traces"] += 1
                if len(self.entries) > self.cache:
                    self.entries.popitem(last=False)
                    self.statistics["dropped"] += 1
        return entry

    @property
    def program(self) -> Program:
        """The program that was compiled last."""
        if not self.entries:
            raise ValueError("nothing is compiled yet: call it first")
        return next(reversed(self.entries.values())).program

    @property
    def source(self) -> str:
        """The text of what was compiled last."""
        return backends.source(self.backend, self.program, self.threads)

    def c_source(self) -> tuple[str, str]:
        """A C source and its header, `step.c` and `step.h`, of what was compiled last."""
        from . import c_source

        return c_source.source(self.program), c_source.header(self.program)

    def explain(self) -> str:
        """What was compiled, how far each pass came, what each stage cost, and what runs."""
        lines = [f"{key}: {value}" for key, value in self.statistics.items()]
        for entry in self.entries.values():
            lines += entry.explained()
        return "\n".join(lines)
