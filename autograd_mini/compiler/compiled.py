"""`compile`: a function that runs once on symbols and from then on as a program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial, update_wrapper
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any, TypedDict, Unpack, overload

from autograd_mini import functions, transforms
from autograd_mini.errors import AutogradError, GradientError, TraceError
from autograd_mini.numbers.arguments import function, one_of
from autograd_mini.numbers.kinds import shown
from autograd_mini.numbers.numberlike import inside
from autograd_mini.numbers.ranges import ANYTHING, INPUT, Range
from autograd_mini.numbers.trees import apart, builder, leaves
from autograd_mini.value import Value

from .arguments import count_of, floats_of, in_place, nodes_of, rows_taken
from .tracing import DERIVED, Entries, Entry, Task, checked, finite

Names = int | str | Sequence[int | str]


class Settings(TypedDict, total=False):
    """The settings of `compile`."""

    wrt: Names
    backend: str
    batch: Names
    reduce: str | None
    threads: int
    cache: int


@overload
def compile(f: Callable[..., Any], **settings: Unpack[Settings]) -> Compiled: ...
@overload
def compile(**settings: Unpack[Settings]) -> Callable[[Callable[..., Any]], Compiled]: ...
def compile(f: Callable[..., Any] | None = None, **settings: Any) -> Any:
    """Compile a function of numbers: it runs once on symbols, and its arithmetic becomes a program.

    >>> @compile
    ... def f(x):
    ...     return x[0] ** 2 * x[1]
    >>> f([2.0, 3.0]), f.value_and_grad([2.0, 3.0])
    (12.0, (12.0, [12.0, 4.0]))

    Arguments are numbers nested in lists, tuples, dicts and NumPy arrays, or models; each structure
    of them is traced once. Values that f uses besides are read in every call (it may not change
    them); which they are, and whatever else f uses, is as it was in the trace: so is what Python
    makes of a Value that meets no argument (v.data, float(v), v > 0). During the trace
    models and Values stand for symbols: another thread that asks for their numbers waits; gradients
    it must not compute then.

    In compiled code a domain error gives inf or nan, as inside `ieee()`; `f.check(...)` names its
    place. As in `backward()`, a gradient of exactly 0 hands nothing on; for inputs beyond 1e30 f is
    traced anew, with more care.

    Args:
        f: the function; without it, a decorator is returned.
        **settings: wrt, with respect to which arguments, by name or position (0, the first);
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


class Compiled(Entries):
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
        super().__init__(backend, threads, cache)
        self.f, self.signature = function("f", f), inspect.signature(f)
        self.reduce = one_of("reduce", reduce, ("sum", "mean", None))
        self.wrt, self.batch = self._names("wrt", wrt), self._names("batch", batch)
        usual = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in self.signature.parameters.values())
        self.plain = [*self.signature.parameters] if usual else None
        update_wrapper(self, f, updated=())

    def _names(self, what: str, names: Names) -> tuple[str, ...]:
        known = [*self.signature.parameters]
        given = [*names] if isinstance(names, list | tuple) else [names]
        if given == [0]:
            return tuple(known[:1])
        positions = range(-len(known), len(known))
        named = [known[x] if type(x) is int and x in positions else str(x) for x in given]
        if len({*named}) < len(named):
            raise ValueError(f"{what} must name each argument once, got {', '.join(named)}")
        return tuple([one_of(what, x, known) for x in named])

    def __get__(self, obj: object, owner: type | None = None) -> Compiled:
        if obj is None or not inspect.isfunction(self.f):  # a partial, a callable object
            return self
        name = self.f.__name__
        raise TypeError(
            f"{name} is compiled as a method of a class; compile the object's: compile(self.{name})"
        )

    def __repr__(self) -> str:
        return f"<compiled {self._head()}: backend {self.backend}, traces {len(self.entries)}>"

    def _head(self) -> str:
        return f"{getattr(self.f, '__qualname__', shown(self.f))}{self.signature}"

    def __reduce__(self) -> Any:
        """As functions are pickled, by its name; or f and the settings, to be traced anew."""
        name = getattr(self, "__qualname__", "")
        with suppress(AttributeError):
            if attrgetter(name)(sys.modules.get(self.__module__)) is self:
                return name
        settings = {name: getattr(self, name) for name in Settings.__annotations__}
        return partial(compile, self.f, **settings), ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """f(*args); of Values by which it differentiates, a node with its partials."""
        return self.run("value", self.given(args, kwargs))[0]

    def value_and_grad(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """f(*args), and its gradient in the structure of the arguments `wrt`."""
        return self.run("value_and_grad", self.given(args, kwargs))

    def grad(self, *args: Any, **kwargs: Any) -> Any:
        """The gradient of f."""
        return self.run("value_and_grad", self.given(args, kwargs))[1]

    def bound(self, *args: Any, **kwargs: Any) -> Callable[[], tuple[Any, Any]]:
        """`value_and_grad` as a function without arguments, of what arrays hold when it is called.

        For arrays of floats on the back end "llvm" a call costs little more than its arithmetic:
        the gradient's arrays are the same in each call, and two threads need a function each.
        """
        given, plain = self.given(args, kwargs), partial(self.value_and_grad, *args, **kwargs)
        rows = {*self.wrt} & {*self.batch} or (self.batch and not self.reduce)  # in the results
        if self.backend != "llvm" or rows or inside.get() is not None:
            return plain
        within = INPUT if self.batch else ANYTHING  # whose sums over a batch are rounded otherwise
        entry, pieces, columns, count, _ = self.prepared("value_and_grad", given, within)
        if entry.captured or not all(map(in_place, given.values())):
            return plain
        frame = entry.run.bound(*entry.given([*pieces], columns, count), count)
        ends = [0, *accumulate(map(len, pieces))]
        places = [frame.shared[a:b] for a, b in pairwise(ends)]
        copied = [*zip([*places, *frame.rows], [*pieces, *columns], strict=True)]
        if any(x < 0 for _, x in entry.program.outputs):  # constants, which callers may change
            copied.append((frame.once, frame.once.copy()))
        compute = frame.whole if self.threads == 1 else frame
        gradient = entry.made(frame.once, (), count)[1]

        def call() -> tuple[Any, Any]:
            for place, numbers in copied:
                place[:] = numbers
            compute()
            if within is INPUT and not finite(frame.once):
                frame.once[:] = leaves(plain())[0]
            return frame.once.item(0), gradient

        return call

    def hvp(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian of f times the last argument, a direction in the structure of `wrt`."""
        self._shared("hvp is by arguments that are no batch")
        takes = "hvp takes the arguments and, last, a direction"
        if not args:
            raise TypeError(takes)
        return self.run("hvp", self.given(args[:-1], kwargs, f"; {takes}"), args[-1])[1]

    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """All second derivatives of f: in each place of `wrt`'s structure, that structure."""
        self._shared("hessian is by one argument that is no batch", len(self.wrt) == 1)
        return self.run("hessian", self.given(args, kwargs))[1]

    def _shared(self, what: str, few: bool = True) -> None:
        if not few or {*self.wrt} & {*self.batch}:
            raise GradientError(f"{what}, got wrt = {', '.join(self.wrt)}")

    def run(self, what: str, given: dict[str, Any], along: Any = ()) -> tuple[Any, Any]:
        """The value, and the derivative that is wanted, for arguments by name."""
        self.statistics["calls"] += 1
        if inside.get() is not None:
            return self._eagerly(what, given, along)
        for within in (INPUT, ANYTHING):
            entry, pieces, columns, count, nodes = self.prepared(what, given, within)
            if what == "hvp":
                before, like = len(pieces), [given[name] for name in self.wrt]
                along = transforms.in_order(along, like[0] if len(like) == 1 else like)
                apart(along, pieces, floats_of)
                if sum(map(len, pieces[before:])) != entry.by:
                    raise ValueError(f"the direction of hvp must hold {entry.by} numbers, as wrt")
            if found := entry(pieces, columns, count):
                break
        value, parts = found
        if what == "value" and nodes:
            parts = (parts,) if len(self.wrt) == 1 else parts
            if self.reduce or not self.batch:
                return self._node(given, value, parts), parts
            each = zip(self._samples(given), value, *parts, strict=True)
            value = [self._node(sample, one, rows) for sample, one, *rows in each]
        return value, parts

    def _node(self, given: Mapping[str, Any], value: Any, parts: Sequence[Any]) -> Any:
        """The value as a node whose parents are the Values of `wrt`, if there are some."""
        nodes = leaves([given[name] for name in self.wrt], nodes_of, set())[0]
        edges = zip(nodes, leaves([*parts], nodes_of)[0], strict=True)
        known = [edge for edge in edges if isinstance(edge[0], Value)]
        return Value(value, [x for x, _ in known], [d for _, d in known]) if known else value

    def _eagerly(self, what: str, given: dict[str, Any], along: Any) -> tuple[Any, Any]:
        """The same by the engine: inside a function that is compiled or differentiated itself."""
        single = len(self.wrt) == 1
        if self.batch and not self.reduce:
            alone = Compiled(self.f, wrt=self.wrt)
            found = [alone._eagerly(what, sample, along) for sample in self._samples(given)]
            values, parts = map(list, zip(*found, strict=True))
            return values, parts if single else tuple(map(list, zip(*parts, strict=True)))

        def f(by: Any) -> Any:
            by = (by,) if single else by
            each = [*map(self._called, self._samples(given | dict(zip(self.wrt, by, strict=True))))]
            if not self.batch:
                return each[0]
            rows, forms = zip(*map(leaves, each), strict=True)
            reduced = map(getattr(functions, str(self.reduce)), zip(*rows, strict=True))
            return builder(forms[0])([*reduced])

        at = tuple([given[name] for name in self.wrt])
        return DERIVED[what](f, at[0] if single else at, along)

    def prepared(
        self, what: str, given: dict[str, Any], within: Range = INPUT
    ) -> tuple[Entry, list[Any], list[Any], int, list[Value]]:
        """The entry, the arguments' numbers, shared and by sample, the samples, Values in wrt."""
        pieces: list[Any] = []  # list[Any]() would take as long as all the rest
        columns: list[Any] = []
        nodes: list[Value] = []
        forms, sizes = {}, {}
        for name, x in given.items():
            met = nodes if name in self.wrt else None
            if name in self.batch:
                forms[name], sizes[name] = rows_taken(name, x, columns, met)
            else:
                forms[name] = apart(x, pieces, floats_of, met)
        count = _count(sizes) if sizes else 1
        if what == "value" and nodes:  # the result is a node: it needs its partials
            what = "value_and_grad"
        return self.entry((what, within), forms), pieces, columns, count, nodes

    def task(self, asked: tuple[str, Range]) -> Task:
        """f, what is wanted of it, and the range of its inputs."""
        return Task(self._called, asked[0], self.wrt, self.batch, self.reduce, within=asked[1])

    def given(self, args: Sequence[Any], kwargs: dict[str, Any], hint: str = "") -> dict[str, Any]:
        """The arguments by name; those that keep their default are constants of f."""
        if not kwargs and self.plain is not None and len(args) == len(self.plain):
            return dict(zip(self.plain, args, strict=True))
        try:
            given: dict[str, Any] = self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self._head()}: {error}{hint}") from None
        for name in (*self.wrt, *self.batch):
            if name not in given:
                raise TypeError(f"{name} must be given: it is an argument of wrt or batch")
        return given

    def _called(self, made: dict[str, Any]) -> Any:
        bound = self.signature.bind_partial()
        bound.arguments.update(made)
        return self.f(*bound.args, **bound.kwargs)

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Run f eagerly, sample by sample: its error names the operation and the operands.

        Raises TraceError inside a function that is compiled: its numbers are not known there.
        """
        for k, sample in enumerate(self._samples(self.given(args, kwargs))):
            try:
                checked(self._called, self.wrt, sample)
            except TraceError as error:
                raise TraceError(f"check is to be called outside of the trace: {error}") from None
            except AutogradError as error:
                if self.batch:
                    error.add_note(f"in sample {k}")
                raise

    def _samples(self, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The arguments for one sample after the other."""
        for k in range(_count({name: count_of(name, given[name]) for name in self.batch})):
            yield {n: x[k] if n in self.batch else x for n, x in given.items()}


def _count(sizes: Mapping[str, int]) -> int:
    """The number of samples, of which all batches must have as many."""
    if len({*sizes.values()}) > 1:
        raise ValueError(f"the batches differ in their number of samples: {sizes}")
    return next(iter(sizes.values()), 1)
