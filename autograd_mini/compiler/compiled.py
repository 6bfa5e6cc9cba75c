"""`compile`: a function that runs once on symbols and from then on as a program."""

from __future__ import annotations

import inspect
import sys
from collections import OrderedDict
from functools import partial, update_wrapper
from time import perf_counter
from typing import TYPE_CHECKING, Any

from autograd_mini import functions, transforms
from autograd_mini.errors import AutogradError, GradientError, TraceError
from autograd_mini.graph import collector_paused
from autograd_mini.numbers.arguments import function, one_of, whole
from autograd_mini.numbers.kinds import numpy, shown
from autograd_mini.numbers.symbols import lock
from autograd_mini.numbers.trees import flatten
from autograd_mini.value import Value

from . import backends
from .arguments import Structure, listed, read, rows_taken, taken
from .passes import improved
from .tracing import Task, checked, derived, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .program import Program

    Names = int | str | Sequence[int | str]

_SETTINGS = ("wrt", "backend", "batch", "reduce", "threads", "cache")


def compile(f: Callable[..., Any] | None = None, **settings: Any) -> Any:
    """Compile a function of numbers: it runs once on symbols, and its arithmetic becomes a program.

    >>> @compile
    ... def f(x):
    ...     return x[0] ** 2 * x[1]
    >>> f([2.0, 3.0]), f.value_and_grad([2.0, 3.0])
    (12.0, (12.0, [12.0, 4.0]))

    Arguments are numbers nested in lists, tuples, dicts and NumPy arrays, or models; each structure
    of them is traced once. Values that f uses besides are read in every call; which they are, and
    whatever else f uses, is as it was in the trace. During the trace models and Values stand for
    symbols: another thread that asks for their numbers waits; gradients it must not compute then.

    In compiled code a domain error gives inf or nan, as inside `ieee()`; `f.check(...)` names its
    place. As in `backward()`, a gradient of exactly 0 hands nothing on (for inputs up to 1e30).

    Args:
        f: the function; without it, a decorator is returned.
        **settings: wrt, the arguments to differentiate by, by name or position (0, the first);
            backend, a name, or "auto" for the best that is installed;
            batch, the arguments with a leading sample axis: f is written for one sample;
            reduce, "sum" or "mean" of what f gives for the samples (the gradient is that of the
            sum or mean), or None for all of it, in a list or array;
            threads, how many share a batch, where the back end can (1);
            cache, how many traces are kept (16).

    Raises:
        TraceError: (when first called) f branches on a number, or takes it out of the engine.
        ValueError, TypeError, ImportError: a setting is wrong, or what it needs is not installed.
    """
    return partial(Compiled, **settings) if f is None else Compiled(f, **settings)


class Compiled:
    """A compiled function; `compile` makes it."""

    def __init__(
        self,
        f: Callable[..., Any],
        *,
        wrt: Names = 0,
        backend: str = "auto",
        batch: Names = (),
        reduce: str | None = None,
        threads: int = 1,
        cache: int = 16,
    ) -> None:
        self.f, self.signature = function("f", f), inspect.signature(f)
        self.backend = one_of("backend", backend, backends.BACKENDS)
        self.reduce = one_of("reduce", reduce, ("sum", "mean", None))
        self.wrt, self.batch = self._names("wrt", wrt), self._names("batch", batch)
        self.threads, self.cache = whole("threads", threads), whole("cache", cache)
        self.entries: OrderedDict[Any, Entry] = OrderedDict()
        parameters = self.signature.parameters.values()
        usual = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
        self.plain = [p.name for p in parameters] if usual else None
        self.statistics = {"calls": 0, "traces": 0, "dropped": 0}
        update_wrapper(self, f, updated=())

    def _names(self, what: str, names: Names) -> tuple[str, ...]:
        known = [*self.signature.parameters]
        given = [*names] if isinstance(names, list | tuple) else [names]
        if given == [0]:
            return tuple(known[:1])
        positions = range(-len(known), len(known))
        named = [known[x] if isinstance(x, int) and x in positions else x for x in given]
        if len({*named}) < len(named):
            raise ValueError(
                f"{what} must name each argument once, got {', '.join(map(str, named))}"
            )
        return tuple([one_of(what, str(x), known) for x in named])

    def __get__(self, obj: object, owner: type | None = None) -> Compiled:
        if obj is None:
            return self
        name = self.f.__name__
        raise TypeError(
            f"{name} is compiled as a method of a class; compile the object's: compile(self.{name})"
        )

    def __repr__(self) -> str:
        name = f"{getattr(self.f, '__qualname__', shown(self.f))}{self.signature}"
        return f"<compiled {name}: backend {self.backend}, traces {len(self.entries)}>"

    def __reduce__(self) -> Any:
        """As functions are pickled, by its name; or f and the settings, to be traced anew."""
        name = getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        for part in name.split("."):
            found = getattr(found, part, None)
        settings = {setting: getattr(self, setting) for setting in _SETTINGS}
        return name if found is self else (partial(compile, self.f, **settings), ())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """f(*args); of Values by which it differentiates, a node with its partials."""
        return self._run("value", self.given(args, kwargs))[0]

    def value_and_grad(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """f(*args), and its gradient in the structure of the arguments `wrt`."""
        return self._run("value_and_grad", self.given(args, kwargs))

    def grad(self, *args: Any, **kwargs: Any) -> Any:
        """The gradient of f."""
        return self.value_and_grad(*args, **kwargs)[1]

    def hvp(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian of f times the last argument, a direction in the structure of `wrt`."""
        self._shared("hvp")
        if not args:
            raise TypeError("hvp takes the arguments and, last, a direction")
        return self._run("hvp", self.given(args[:-1], kwargs), args[-1])[1]

    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """All second derivatives of f: in each place of `wrt`'s structure, that structure."""
        self._shared("hessian", most=1)
        return self._run("hessian", self.given(args, kwargs))[1]

    def _shared(self, what: str, most: int = 1000) -> None:
        """Second derivatives are by arguments that all samples share."""
        if len(self.wrt) > most or {*self.wrt} & {*self.batch}:
            number = "one argument that is" if most == 1 else "arguments that are"
            raise GradientError(f"{what} is by {number} no batch, got wrt = {', '.join(self.wrt)}")

    def _run(self, what: str, given: dict[str, Any], along: Any = ()) -> tuple[Any, Any]:
        """The value, and the derivative that is wanted."""
        self.statistics["calls"] += 1
        if transforms.inside.get():
            return self._eagerly(what, given, along)
        entry, pieces, columns, count, nodes = self.prepared(what, given)
        direction: list[Any] = []
        if what == "hvp":
            taken(along, direction)
            if sum(map(len, direction)) != entry.directions:
                raise ValueError(
                    f"the direction of hvp must hold {entry.directions} numbers, as wrt"
                )
        value, parts = entry(pieces + direction, columns, count)
        if what == "value" and nodes:
            by = [given[name] for name in self.wrt]
            numbers = flatten([x.parameters() if hasattr(x, "parameters") else x for x in by])[0]
            edges = zip(numbers, flatten(parts)[0], strict=True)
            parents, partials = zip(*[e for e in edges if isinstance(e[0], Value)], strict=True)
            value = Value(value, parents, partials)
        return value, parts

    def _eagerly(self, what: str, given: dict[str, Any], along: Any) -> tuple[Any, Any]:
        """The same by the engine: inside a function that is compiled or differentiated itself."""
        single = len(self.wrt) == 1

        def f(by: Any) -> Any:
            made = given | dict(zip(self.wrt, (by,) if single else by, strict=True))
            each = [self._called(sample) for sample in self._samples(made)]
            if not self.batch:
                return each[0]
            return getattr(functions, self.reduce)(each) if self.reduce else each

        at = tuple([given[name] for name in self.wrt])
        return derived(what, f, at[0] if single else at, along)

    def prepared(
        self, what: str, given: dict[str, Any]
    ) -> tuple[Entry, list[Any], list[Any], int, list[Value]]:
        """The trace, the arguments' numbers, shared and by sample, the samples, Values in wrt."""
        pieces, columns, nodes = list[Any](), list[Any](), list[Value]()
        key, sizes, sample = [*given], {}, {**given}
        for name, x in given.items():
            met = nodes if name in self.wrt else None
            if name in self.batch:
                structure, sample[name], sizes[name] = rows_taken(name, x, columns, met)
                key.append(structure)
            else:
                key.append(taken(x, pieces, met))
        if len({*sizes.values()}) > 1:
            raise ValueError(f"the batches differ in their number of samples: {sizes}")
        if what == "value" and nodes:  # the result is a node: it needs its partials
            what = "value_and_grad"
        entry = self._entry((what, *key), what, sample)
        return entry, pieces, columns, max(sizes.values(), default=1), nodes

    def given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name; those that keep their default are constants of f."""
        given: dict[str, Any]
        if not kwargs and self.plain is not None and len(args) == len(self.plain):
            return dict(zip(self.plain, args, strict=True))
        given = self.signature.bind(*args, **kwargs).arguments
        for name in (*self.wrt, *self.batch):
            if name not in given:
                raise TypeError(f"{name} must be given: it is an argument of wrt or batch")
        return given

    def _entry(self, key: Any, what: str, sample: dict[str, Any]) -> Entry:
        entry = self.entries.get(key)
        if entry is None:
            with lock:
                if key in self.entries:  # another thread was faster
                    return self.entries[key]
                task = Task(self._called, what, self.wrt, self.batch, self.reduce)
                entry = self.entries[key] = Entry(task, sample, self.backend, self.threads)
                self.statistics["traces"] += 1
                if len(self.entries) > self.cache:
                    self.entries.popitem(last=False)
                    self.statistics["dropped"] += 1
        return entry

    def _called(self, made: dict[str, Any]) -> Any:
        bound = self.signature.bind_partial()
        bound.arguments.update(made)
        return self.f(*bound.args, **bound.kwargs)

    # --- what one wants to know ------------------------------------------------------------------
    def check(self, *args: Any, **kwargs: Any) -> None:
        """Run f eagerly, sample by sample: its error names the operation and the operands.

        Raises TraceError inside a function that is compiled: its numbers are not known there.
        """
        for k, sample in enumerate(self._samples(self.given(args, kwargs))):
            try:
                checked(Task(self._called, "value_and_grad", self.wrt, (), None), sample)
            except AutogradError as error:
                if isinstance(error, TraceError):
                    raise TraceError(
                        f"check is to be called outside of the trace: {error}"
                    ) from None
                if self.batch:
                    error.add_note(f"in sample {k}")
                raise

    def _samples(self, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The arguments for one sample after the other."""
        sizes = [len(given[name]) for name in self.batch]
        for k in range(min(sizes, default=1)):
            yield {n: x[k] if n in self.batch else x for n, x in given.items()}

    def _last(self) -> Entry:
        if not self.entries:
            raise ValueError("nothing is compiled yet: call the function first")
        return next(reversed(self.entries.values()))

    @property
    def source(self) -> str:
        """The text of what was compiled last."""
        return backends.source(self.backend, self._last().program, self.threads)

    def c_source(self) -> tuple[str, str]:
        """A C source and its header, `step.c` and `step.h`, of what was compiled last."""
        from . import c_source

        return c_source.source(self._last().program), c_source.header(self._last().program)

    @property
    def program(self) -> Program:
        """The program that was compiled last."""
        return self._last().program

    def explain(self) -> str:
        """What was compiled, how far each pass came, what each stage cost, and what runs."""
        lines = [f"{key}: {value}" for key, value in self.statistics.items()]
        for entry in self.entries.values():
            lines += entry.explained()
        return "\n".join(lines)


class Entry:
    """One trace of a function: its program, built."""

    @collector_paused()
    def __init__(self, task: Task, sample: Mapping[str, Any], backend: str, threads: int) -> None:
        self.task, start = task, perf_counter()
        found = traced(task, sample)
        middle = perf_counter()
        self.program, self.effects = improved(found.program)
        self.traces = found._replace(program=self.program)
        passed = perf_counter()
        self.run = backends.build(backend, self.program, threads)
        self.arrays = getattr(backends.backend(backend), "ARRAYS", False)
        built = perf_counter()
        self.times = {"trace": middle - start, "passes": passed - middle, "build": built - passed}
        self.shapes = [*self.traces.wrt.values()] if task.what != "value" else []
        self.directions = sum(len(shape.names) for shape in self.shapes)
        if task.what == "hessian":
            self.shapes = [_square(shape) for shape in self.shapes]
        single = task.what == "value_and_grad" and self.traces.value.make is next and not task.batch
        alone = self.shapes[0].shape if single and len(self.shapes) == 1 else None
        self.array = alone if self.arrays else None  # the result is a number and this array

    def given(self, pieces: list[Any], columns: list[Any], count: int) -> tuple[Any, list[Any]]:
        """The numbers of the arguments as the back end takes them."""
        if self.traces.captured:
            pieces.append(read(self.traces.captured))
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
        outputs = iter(self.program.ordered(listed(once), each))

        def built(shape: Structure, of_samples: bool) -> Any:
            if not of_samples:
                return shape.make(outputs)
            columns = [next(outputs) for _ in shape.names]
            return shape.of_samples([_column(x, count) for x in columns])

        batch = self.task.batch
        every = bool(batch) and not self.task.reduce
        value = built(self.traces.value, every)
        names = zip(self.task.wrt, self.shapes, strict=False)  # no shapes for the value alone
        parts = [built(shape, every or name in batch) for name, shape in names]
        return value, parts[0] if len(parts) == 1 else tuple(parts)

    def explained(self) -> Iterator[str]:
        """Lines for `explain`."""
        yield f"{self.task.what}: {' -> '.join(f'{n} {name}' for name, n in self.effects)}"
        yield "  " + ", ".join(f"{name} {1e3 * t:.1f} ms" for name, t in self.times.items())
        for line in getattr(self.run, "explain", list)():
            yield f"  {line}"


def _square(shape: Structure) -> Structure:
    """The structure of second derivatives."""
    names = [f"{a}, {b}" for a in shape.names for b in shape.names]
    square = None if shape.shape is None else shape.shape * 2
    return Structure(
        names, lambda new: shape.make(iter([shape.make(new) for _ in shape.names])), square
    )


def _column(x: Any, count: int) -> Any:
    return x if hasattr(x, "__len__") else [x] * count
