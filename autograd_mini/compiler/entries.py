"""The programs that were made of a function, one for each form of its arguments."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise, repeat
from time import perf_counter
from typing import Any

from autograd_mini.graph import collector_paused
from autograd_mini.numbers.arguments import one_of, whole
from autograd_mini.numbers.kinds import numpy
from autograd_mini.numbers.symbols import lock
from autograd_mini.numbers.trees import NUMBER, Form, array, builder, names

from . import backends
from .arguments import floats, listed, rows_made
from .passes import improved
from .program import Program
from .tracing import Task, traced


class Entry:
    """A task for arguments of these forms, traced and built."""

    @collector_paused()
    def __init__(self, task: Task, forms: Mapping[str, Form], backend: str, threads: int) -> None:
        self.task, self.times = task, [perf_counter()]
        found, self.value, self.captured = traced(task, forms)
        self.times.append(perf_counter())
        self.program, self.effects = improved(found)
        self.times.append(perf_counter())
        module = backends.backend(backend)
        self.run = module.build(self.program, threads)
        self.arrays = getattr(module, "ARRAYS", False)
        self.times.append(perf_counter())
        wrt = {name: forms[name] for name in task.wrt} if task.what != "value" else {}
        self.by = sum(len(names(form, "")) for form in wrt.values())
        every = bool(task.batch) and not task.reduce  # has its own of all that comes out
        square = task.what == "hessian"
        self.results = [_result(self.value, every, square)]
        self.results += [_result(x, every or n in task.batch, square) for n, x in wrt.items()]
        kinds = [form and form[0] for form in (self.value, *wrt.values())]
        plain = task.what in ("value", "value_and_grad") and self.arrays and not task.batch
        self.array: Any = None  # the shape of the gradient, where that and a number are all
        if plain and kinds in ([NUMBER], [NUMBER, array]):
            self.array = wrt[task.wrt[0]][1] if wrt else 0

    def given(self, pieces: list[Any], columns: list[Any], count: int) -> tuple[Any, list[Any]]:
        """The numbers of the arguments as the back end takes them."""
        if self.captured:
            pieces.append(floats([node.data for node in self.captured]))
        if self.task.reduce == "mean":
            pieces.append((float(count),))
        if not self.arrays:
            return [x for piece in pieces for x in listed(piece)], [*map(listed, columns)]
        np = numpy()
        whole = pieces[0] if len(pieces) == 1 else [x for piece in pieces for x in piece]
        shared = np.asarray(whole, dtype=float)
        return shared, [np.asarray(column, dtype=float) for column in columns]

    def __call__(self, pieces: list[Any], columns: list[Any], count: int) -> tuple[Any, Any]:
        """The value and the derivatives for the numbers of the arguments."""
        once, each = self.run(*self.given(pieces, columns, count), count)
        if self.array is not None:
            return float(once[0]), once[1:].reshape(self.array)
        numbers = listed(once)
        outputs = iter(self.program.ordered(numbers, each) if len(each) else numbers)
        value, *parts = [result(outputs, count) for result in self.results]
        return value, parts[0] if len(parts) == 1 else tuple(parts)

    def explained(self) -> Iterator[str]:
        """Lines for `explain`."""
        yield f"{self.task.what}: {' -> '.join(f'{n} {name}' for name, n in self.effects)}"
        times = zip(("trace", "passes", "build"), pairwise(self.times), strict=True)
        yield "  " + ", ".join(f"{name} {1e3 * (b - a):.1f} ms" for name, (a, b) in times)
        for line in getattr(self.run, "explain", list)():
            yield f"  {line}"


def _result(form: Form, of_samples: bool, square: bool) -> Callable[[Iterator[Any], int], Any]:
    """What makes a result of the next outputs and the number of samples."""
    size = len(names(form, ""))
    if square and form and form[0] is array:
        form, size, square = (array, form[1] * 2), size**2, False
    make = inner = builder(form)
    if square:  # of second derivatives: a row in each place
        size, make = size**2, lambda outputs: inner(inner(outputs) for _ in repeat(0))
    if not of_samples:
        return lambda outputs, _: make(outputs)

    def rows(outputs: Iterator[Any], count: int) -> Any:
        columns = islice(outputs, size)
        each = [x if hasattr(x, "__len__") else [x] * count for x in columns]
        return rows_made(form, each, make)

    return rows


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
