"""Arguments of a compiled function: numbers nested in lists, tuples, dicts, arrays and models."""

from array import array as doubles
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import methodcaller
from types import MethodType
from typing import Any

from autograd_mini.errors import NumberTypeError, TraceError
from autograd_mini.graph import contents, refilled
from autograd_mini.numbers.arrays import is_array, listed
from autograd_mini.numbers.kinds import number, numpy, shown
from autograd_mini.numbers.symbols import Traced
from autograd_mini.numbers.trees import MODEL, NUMBER, STATIC, Form, array, leaves
from autograd_mini.value import Value

_parameters: Callable[[Any], Any] = methodcaller("parameters")


def floats(given: Sequence[Any]) -> list[float]:
    """Numbers as floats; NumberTypeError for complex ones."""
    try:
        return [float(x) for x in given]
    except TraceError:
        raise
    except (TypeError, ValueError):
        raise _unreal(given[0] if len(given) == 1 else given) from None


def _unreal(x: object) -> NumberTypeError:
    return NumberTypeError(f"a compiled function takes real numbers, got {shown(x)}")


def _plain(x: Any) -> Any:
    if x.dtype.kind not in "fiub":
        raise _unreal(x)
    return x.astype(float, copy=False, subok=False)  # a matrix has two axes for ever


def in_place(x: Any) -> bool:
    """Whether `apart` and `rows_taken` give views of x: what they gave changes with it."""
    return type(x) is numpy().ndarray and x.dtype == float and bool(x.flags.c_contiguous)


def floats_of(x: Any, pieces: list[Any], nodes: list[Value] | None = None) -> Form:
    """What `apart` is to do with the arguments' leaves: append floats, and Values to `nodes`.

    Raises NumberTypeError for what is no number, and for complex ones.
    """
    if is_array(x):
        if x.dtype != object:
            pieces.append(_plain(x).ravel())
        elif strange := [y for y in x.flat if floats_of(y, pieces, nodes) != NUMBER]:
            raise _unreal(strange[0])
        return array, x.shape
    if isinstance(x, STATIC):
        return x.__class__, x
    if isinstance(x, Value):
        if nodes is not None:
            nodes.append(x)
        x = x.data
    elif hasattr(x, "parameters"):
        pieces.append(floats([p.data for p in x.parameters()]))
        return MODEL, MethodType(_parameters, x), len(pieces[-1])  # hashed by the model's identity
    pieces.append(floats([number(x)]))
    return NUMBER


def nodes_of(x: Any, pieces: list[Any], met: set[Value]) -> Form:
    """What `apart` is to do to find the nodes where `floats_of` has floats: each model's once."""
    if hasattr(x, "parameters"):
        for p in x.parameters():
            pieces.append((None if p in met else p,))
            met.add(p)
    else:
        pieces.append(x.flat if is_array(x) else (x,))
    return NUMBER


def count_of(name: str, rows: Any) -> int:
    """How many samples a batch has, 1 or more."""
    sequence = isinstance(rows, list | tuple) or is_array(rows)
    if not (sequence and len(rows)):
        what = "has no samples" if sequence else f"is {shown(rows)}"
        raise ValueError(f"the batch {name} {what}; it must be a list or array of samples")
    return len(rows)


def rows_taken(
    name: str, rows: Any, columns: list[Any], nodes: list[Value] | None = None
) -> tuple[Form, int]:
    """Append a column for each number of a sample; the form of a sample, and how many there are.

    Raises ValueError for no samples, or samples of different structure.
    """
    if is_array(rows) and len(rows) and rows.dtype != object:
        numbers, shape = _plain(rows), rows.shape[1:]
        columns.extend(numbers.reshape(len(numbers), -1).T)
        return (array, shape) if shape else NUMBER, len(numbers)
    count_of(name, rows)
    kinds = {*map(type, rows)}
    if kinds <= {float, bool}:
        columns.append(doubles("d", rows))
        return NUMBER, len(rows)
    if kinds in ({list}, {tuple}):  # of as many floats, mostly
        every, sizes = [*chain.from_iterable(rows)], {*map(len, rows)}
        if len(sizes) == 1 and {*map(type, every)} <= {float, bool}:
            (size,), flat = sizes, doubles("d", every)
            columns += [flat[k::size] for k in range(size)]
            return (*kinds, size), len(rows)
    trees, forms = zip(*[leaves(row, floats_of, nodes) for row in rows], strict=True)
    for i, form in enumerate(forms):
        if form != forms[0]:
            raise ValueError(f"sample {i} of the batch {name} is not built as sample 0 is")
    columns += [doubles("d", column) for column in zip(*trees, strict=True)]
    return forms[0], len(rows)


def rows_made(form: Form, columns: Sequence[Any], count: int, make: Callable[..., Any]) -> Any:
    """The trees of `count` samples, of a column for each number of one: an array, or a list."""
    if form == NUMBER:
        return columns[0]
    if form[0] is array:
        return numpy().array(columns, dtype=float).T.reshape(count, *form[1])
    rows = zip(*map(listed, columns), strict=True) if columns else [()] * count
    return [*map(make, rows)]


@contextmanager
def replaced(nodes: Iterable[Value], numbers: Sequence[Any]) -> Iterator[list[Value]]:
    """Inside, nodes stand for these numbers, or for these nodes; what is there twice, for both."""
    before = [(node, contents(node)) for node in nodes]
    try:
        for (node, _), new in zip(before, numbers, strict=True):
            data = new.data if isinstance(new, Value) else new
            if tied := isinstance(node.data, Traced):  # it is there twice
                data = node.data
            elif isinstance(data, Traced):
                data.trace.known[data.operand] = node.data
            if isinstance(new, Value):
                new.label = node.label
                parents = [*node.parents, new] if tied else [new]
                twin = Value(data, parents, [Value(1.0) for _ in parents], node.label)
                refilled(node, *contents(twin))
            else:
                node.data = data
        yield [node for node, _ in before]
    finally:
        for node, slots in before:
            refilled(node, *slots)
