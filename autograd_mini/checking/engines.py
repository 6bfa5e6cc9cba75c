"""Running a function on the Values of an engine, ours or another's, and watching its backward.

And what the engine does beside: in a second pass, after a reset, at depth, ...
"""

import contextlib
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from inspect import isfunction
from typing import Any, Self

from autograd_mini.numbers.kinds import shown
from autograd_mini.value import Value

from .adapters import Adapter, Graph, Node, adapter_of, is_node, like, own
from .findings import Culprit, Property
from .inputs import CheckError, Function, Inputs, as_real

_PATIENCE = 3_000_000  # steps beyond those that a backward pass has need of
_LEVELS = 10_000  # of recursion that a deep graph is given
_STRUCTURE = re.compile(r"shape|dimension|unpack|truth value|zip\(")  # in a ValueError of NumPy's


class UndefinedError(Exception):
    """f has no value at the point, or no derivative (`note`); the text is the reason."""

    note = "undefined"


class Faulty(Exception):
    """The engine's backward pass has failed; `culprit` says how."""

    def __init__(self, culprit: Culprit) -> None:
        self.culprit = culprit


def called(f: Function, what: str = "f") -> Any:
    """f(), its failures told in a sentence: UndefinedError for numbers, CheckError for the rest."""
    try:
        return f()
    except (CheckError, UndefinedError):
        raise
    except (Exception, SystemExit) as error:  # a program's own end is no verdict
        if not isinstance(error, ValueError | ArithmeticError) or _STRUCTURE.search(str(error)):
            raise CheckError(f"{what} raised {type(error).__name__}: {error}") from error
        of_user = what.isidentifier() and what != "f"  # "gradient", "jvp"; not "backward()"
        undefined = UndefinedError(f"{what}: {error}" if of_user else error)
        undefined.note = "undefined" if what == "f" else "underived"
        raise undefined from error


class Run:
    """One forward and backward pass: the leaves, the root, the gradient.

    Values of the caller's that f uses have the gradient 0 inside `with`, and their own after it.
    """

    def __init__(
        self, f: Function, value: Function, inputs: Inputs, adapter: Adapter | None = None,
        other: Any = None,
    ) -> None:  # fmt: skip
        self.f, self.value, self.inputs = f, value, inputs
        numbers = [*zip(inputs.numbers, inputs.names, strict=True)]
        self.other = called(lambda: value(numbers[0][0]), "value") if other is None else other
        self.leaves = called(lambda: [labelled(value(x), name) for x, name in numbers], "value")
        self.root = called(lambda: self.inputs.call(self.f, self.leaves))
        self.adapter = adapter_of(self.root, adapter)
        told = adapter is not None or isinstance(self.root, type(self.leaves[0]))
        mine = {*map(id, self.leaves)}
        self.data = check_root(self.root, self.adapter, told, id(self.root) in mine)
        self.zero = self.adapter.get(self.other, "grad")  # of a leaf of no graph, made before it
        ends = (x for x in _unread(self.root, self.adapter).order if not x.parents)
        leaves = (x.node if isinstance(x, Node) else x for x in ends)
        self.others = [(x, self.adapter.get(x, "grad")) for x in leaves if id(x) not in mine]

    def __enter__(self) -> Self:
        for node, _ in self.others:
            with contextlib.suppress(AttributeError):  # of an engine that only shows it
                self.adapter.set(node, "grad", self.zero)
        return self

    def __exit__(self, *_: object) -> None:
        for node, grad in self.others:
            with contextlib.suppress(AttributeError):
                self.adapter.set(node, "grad", grad)

    def again(self, inputs: Inputs | None = None) -> Self:
        """Another run of the same, or at other inputs."""
        return type(self)(self.f, self.value, inputs or self.inputs, self.adapter, self.other)

    def gradient(self, numbers: Sequence[float]) -> list[float]:
        """The gradient at another point; ValueError where f has none."""
        inputs = copy(self.inputs)
        inputs.numbers = list(numbers)
        try:
            with self.again(inputs) as run:
                return [float(g) for g in run.backward()]
        except UndefinedError as error:
            raise ValueError(str(error)) from None

    def graph(self) -> Graph:
        """The graph as it is now, with the names of the inputs."""
        graph = Graph(self.root, self.adapter)
        graph.inputs = [graph.seen.get(id(leaf)) for leaf in self.leaves]
        for leaf, name in zip(graph.inputs, self.inputs.names, strict=True):
            if leaf is not None:
                leaf.label = leaf.label or name
        return graph

    def backward(self) -> list[Any]:
        """The gradient: what one backward pass adds to the leaves."""
        self.passed = backward(self.root, self.adapter)
        return [self.adapter.number(leaf, "grad") for leaf in self.leaves]


def _unread(root: Any, adapter: Adapter) -> Graph:
    """A graph whose gradients are not asked for: some engines compute them when they are."""
    return Graph(root, replace(adapter, grad=None))


def labelled(leaf: Any, name: str) -> Any:
    """The leaf with its name for a label, if it takes one and has none."""
    if getattr(leaf, "label", None) in (None, ""):
        with contextlib.suppress(AttributeError):
            leaf.label = name
    return leaf


def check_root(root: Any, adapter: Adapter, told: bool, leaf: bool) -> Any:
    """The number that f gave; CheckError if it is not one node, UndefinedError if not finite.

    `told`: it is a node by what the user gives, its class or an adapter, whatever it shows.
    """
    if isinstance(root, int | float) and not is_node(root):
        raise CheckError(
            f"f gave the plain number {root}, not a Value: it does not depend on its inputs, or"
            " float(), .data or math.* took the numbers out of the graph"
        )
    if not told and not is_node(root):
        raise CheckError(f"f must give one Value, got {shown(root)}")
    if missing := adapter.missing(root, leaf):
        names = ", ".join(own(root)) or "no attributes"
        raise CheckError(
            f"no {', '.join(missing)} was found in {type(root).__name__} ({names}): say where it is"
            " with adapter=Adapter(...)"
        )
    if isinstance(data := adapter.number(root), Value):
        raise CheckError(
            f"f put its inputs into nodes of another engine, {type(root).__name__}: let it compute"
            f" with what it is given, and give that class as value={type(root).__name__}"
        )
    return finite(data)


def finite(y: Any) -> Any:
    """The number that f gave; CheckError if it is none, UndefinedError if it is not finite."""
    if not math.isfinite(y := as_real(y, "the value of f")):
        raise UndefinedError(f"f gives {float(y)}")
    return y


def changed(
    names: Sequence[str], first: Sequence[Any], second: Sequence[Any], noise: Sequence[float] = ()
) -> Culprit | None:
    """Whether the same input has given another number the second time, by more than rounding.

    Parents that are kept in a set give shares that are added up in another order in each run.
    """
    for k, (name, a, b) in enumerate(zip(names, first, second, strict=True)):
        slack = noise[k] if noise else 1e-13 * abs(a)
        if a == b or abs(b - a) <= slack or (a != a and b != b):
            continue
        twice = name != "f" and abs(b - 2 * a) <= 1e-9 * abs(a)
        said = ("accumulation", "twice") if twice else ("nondeterministic", "nondeterministic")
        return Culprit(*said, name, "", {"first": str(a), "second": str(b)})
    return None


def backward(root: Any, adapter: Adapter) -> tuple[int, int, bool]:
    """The backward pass, of another engine with a limit on its steps.

    Gives the number of steps and edges, and whether the steps are too many; raises Faulty if they
    go on beyond all measure, or too deep.
    """
    if isinstance(root, Value):
        called(root.backward, "backward()")
        return 0, 0, False
    graph = _unread(root, adapter)
    edges = sum(len(node.parents) for node in graph.order)
    size = len(graph.order) + edges
    limit = 100 * size + size * size // 4 + 2000
    steps = 0

    def watch(frame: Any, event: str, arg: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > limit + _PATIENCE:
            raise Stop
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        adapter.run(root)
        return steps, edges, steps > limit
    except Stop:
        fault = graph.culprit("order", "paths", graph.root, steps=steps, edges=edges)
    except RecursionError:
        fault = graph.culprit("order", "recursion", graph.root, nodes=len(graph.order))
    except Exception as error:
        raise CheckError(f"backward() raised {type(error).__name__}: {error}") from error
    finally:
        sys.settrace(before)
    raise Faulty(fault)


def doubles(value: Callable[[Any], Any], adapter: Adapter) -> bool:
    """Whether a backward pass walks every path: its steps double with each x + x.

    Many steps alone may be those of a tape with other graphs on it, or of `asyncio`.
    """
    counts = []
    with contextlib.suppress(Exception):  # it cannot add
        for times in (6, 12):
            y = value(1.0)
            for _ in range(times):
                y = y + y
            counts.append(backward(y, adapter)[0])
    return len(counts) == 2 and counts[1] > 8 * counts[0]


@contextlib.contextmanager
def deeper() -> Iterator[None]:
    """With stack for an engine that recurses once per level, or a few times."""
    _limits.append(sys.getrecursionlimit())
    sys.setrecursionlimit(max(_limits[0], _LEVELS))
    try:
        yield
    finally:
        limit = _limits.pop()
        if not _limits:
            sys.setrecursionlimit(limit)


_limits: list[int] = []  # that threads found; the first one is put back when the last goes


class Stop(BaseException):
    """Enough has been seen; not an Exception, so that no engine's own `except` stops it."""


# --- what it does beside one gradient -------------------------------------------------------------
# Each property is tried on (x * x) * x at 3, whose gradient is 27, or on a long sum.
_AT, _SLOPE, _CUBE_SLOPE_AT_5 = 3.0, 27.0, 75.0
_DEPTH = 3000
_TRIED = dict.fromkeys(("second", "reset", "reuse"), "warning") | {"changed": "note"}
_MOST = 16  # engines that are known: they are kept, as their functions lead back to them
_known: dict[type, tuple[Any, list[Any], tuple[Property, ...]]] = {}


def properties_of(value: Callable[[Any], Any], adapter: Adapter) -> tuple[Property, ...]:
    """What is not as one may expect of this engine; nothing of one that fails on x * x * x.

    >>> from autograd_mini.museum import ENGINES
    >>> stale = ENGINES["StaleInterior"]
    >>> found, *_ = properties_of(stale, adapter_of(stale(1.0) * 2.0))
    >>> found.name, found.details
    ('second', {'got': 72.0, 'wanted': 27.0})
    """
    try:
        cls = type(value(_AT))
    except Exception:  # it takes other numbers
        return ()
    state = [x for c in cls.__mro__[:-1] for x in vars(c).values() if hasattr(x, "__get__")]
    for f in filter(isfunction, tuple(state)):
        others = map(f.__globals__.get, f.__code__.co_names)
        state += filter(isfunction, others)  # a cell of a notebook defines them anew
    key, before, found = _known.get(cls) or (None, [], ())
    if key != adapter or [*map(id, before)] != [*map(id, state)]:
        found = tuple(_seen(value, adapter))
        if len(_known) >= _MOST:
            _known.clear()
        _known[cls] = (adapter, state, found)
    return found


def _seen(value: Callable[[Any], Any], adapter: Adapter) -> Iterator[Property]:
    def slope(x: Any, y: Any) -> float:
        """The gradient of x after a backward pass from y."""
        backward(y, adapter)
        return float(adapter.number(x, "grad"))

    try:
        x = value(_AT)
        if slope(x, x * x * x) != _SLOPE:
            return
    except Exception:
        return
    for name, severity in _TRIED.items():
        with contextlib.suppress(Exception):  # it cannot be tried here
            x = value(_AT)
            y, right = (shared := x * x) * x, {_SLOPE}
            before = 0.0 if name == "changed" else slope(x, y)
            if name == "changed":
                adapter.set(x, "data", like(adapter.get(x, "data"))(5.0))
                right.add(_CUBE_SLOPE_AT_5)
            elif name != "second":
                if hasattr(x, "zero_grad"):
                    x.zero_grad()
                else:
                    adapter.set(x, "grad", adapter.get(value(_AT), "grad"))
                before, y = 0.0, (shared if name == "reuse" else x * x) * x
            got = slope(x, y)
            if got not in right | {before + _SLOPE}:
                yield Property(name, severity, {"got": got - before, "wanted": _SLOPE})
    if sys.platform == "emscripten":  # to free so long a chain ends Python in a browser
        return
    try:
        y = x = value(_AT)
        for _ in range(_DEPTH):
            y = y + x
        slope(x, y)
    except Exception as error:  # another one than a chain too deep for it: it cannot be tried
        if isinstance(error, Faulty) and error.culprit.message == "recursion":
            yield Property("depth", "note", {"nodes": _DEPTH})
