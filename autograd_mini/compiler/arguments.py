"""Arguments of a compiled function: numbers nested in lists, tuples, dicts, arrays and models."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import NumberTypeError, TraceError
from autograd_mini.graph import slots_of
from autograd_mini.numbers.kinds import number as real_number
from autograd_mini.numbers.kinds import numpy, shown
from autograd_mini.numbers.symbols import Traced
from autograd_mini.numbers.trees import array
from autograd_mini.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STATIC = (str, bool, type(None))
"""Arguments that are no numbers: part of the structure, as the length of a list is."""


def read(nodes: Sequence[Value]) -> list[float]:
    """The numbers of nodes."""
    try:
        return [float(node.data) for node in nodes]
    except TraceError:
        raise
    except (TypeError, ValueError):
        raise _unreal([node.data for node in nodes]) from None


def _unreal(x: object) -> NumberTypeError:
    return NumberTypeError(f"a compiled function takes real numbers, got {shown(x)}")


def _floats(array: Any) -> Any:
    if array.dtype.kind not in "fiub":
        raise _unreal(array)
    return array.astype(float, copy=False)


def taken(tree: Any, pieces: list[Any], nodes: list[Value] | None = None) -> Any:
    """Append the numbers, as lists and arrays, to pieces; return the structure, to be hashed.

    Values that are met, but for those of models, are appended to nodes.

    Raises NumberTypeError for what is no number, and for complex ones.
    """
    cls = tree.__class__
    if cls is float:
        pieces.append((tree,))
        return 0
    if isinstance(tree, list | tuple):
        if {*map(type, tree)} == {float}:
            pieces.append(tree)
            return cls, len(tree)
        return cls, tuple([taken(x, pieces, nodes) for x in tree])
    if isinstance(tree, STATIC):
        return cls, tree
    np = numpy()
    if np is not None and isinstance(tree, np.ndarray) and tree.shape:
        if tree.dtype == object:
            for x in tree.flat:
                if taken(x, pieces, nodes) != 0:
                    raise _unreal(x)
            return tree.shape
        pieces.append(_floats(tree).ravel())
        return tree.shape
    if isinstance(tree, dict):
        return dict, tuple(tree), tuple([taken(x, pieces, nodes) for x in tree.values()])
    if isinstance(tree, Value):
        if nodes is not None:
            nodes.append(tree)
        pieces.append(read([tree]))
        return 0
    if hasattr(tree, "parameters"):
        pieces.append(read(tree.parameters()))
        return tree.parameters, len(pieces[-1])  # a method is hashed by the identity of its object
    real = real_number(tree)
    if real.__class__ is complex:
        raise _unreal(tree)
    pieces.append((float(real),))
    return 0


def rows_taken(
    name: str, rows: Any, columns: list[Any], nodes: list[Value] | None = None
) -> tuple[Any, Any, int]:
    """Append a column for each number of a sample; the samples' structure, the first, their count.

    Raises ValueError for no samples, or samples of different structure.
    """
    np = numpy()
    if np is not None and isinstance(rows, np.ndarray) and rows.dtype == object:
        rows = rows.tolist()
    if np is not None and isinstance(rows, np.ndarray) and rows.shape:
        if not len(rows):
            raise ValueError(f"the batch {name} has no samples")
        columns.extend(_floats(rows).reshape(len(rows), -1).T)
        return rows.shape[1:] or 0, rows[0], len(rows)
    if not isinstance(rows, list | tuple) or not rows:
        what = "has no samples" if isinstance(rows, list | tuple) else f"is {shown(rows)}"
        raise ValueError(f"the batch {name} {what}; it must be a list or array of samples")
    flat: list[list[float]] = []
    keys = []
    for row in rows:
        pieces: list[Any] = []
        keys.append(taken(row, pieces, nodes))
        flat.append([x for piece in pieces for x in piece])
    for i, key in enumerate(keys):
        if key != keys[0]:
            raise ValueError(f"sample {i} of the batch {name} is not built as sample 0 is")
    columns += map(list, zip(*flat, strict=True))
    return keys[0], rows[0], len(rows)


def listed(numbers: Any) -> Any:
    """An array's numbers as a list."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers


class Structure(NamedTuple):
    """The names of the numbers in a tree, how such a tree is made of others, an array's shape."""

    names: list[str]
    make: Callable[[Iterator[Any]], Any] = next
    shape: tuple[int, ...] | None = None

    def of_samples(self, columns: Sequence[Any]) -> Any:
        """The trees of all samples, of a column of numbers for each name: an array, or a list."""
        if self.shape is not None:
            array = numpy().array(columns, dtype=float)
            return array.T.reshape(-1, *self.shape)
        if self.make is next:
            return columns[0]
        return [self.make(iter(row)) for row in zip(*map(listed, columns), strict=True)]


def structure(tree: Any, name: str, model: Callable[..., Any] = lambda _, new: new) -> Structure:
    """The structure of arguments or results; `model(tree, new)` puts numbers in a model's place.

    >>> found = structure({"w": [1.0, 2.0], "b": 3.0}, "p")
    >>> found.names, found.make(iter("xyz"))
    (['p.w[0]', 'p.w[1]', 'p.b'], {'w': ['x', 'y'], 'b': 'z'})
    """
    if isinstance(tree, STATIC):
        return Structure([], lambda _: tree)
    np = numpy()
    if np is not None and isinstance(tree, np.ndarray) and tree.shape:
        indices = [", ".join(map(str, index)) for index in np.ndindex(*tree.shape)]
        names, shape = [f"{name}[{index}]" for index in indices], tree.shape
        return Structure(names, lambda new: array([*islice(new, len(names))], shape), shape)
    if isinstance(tree, dict):
        keys, parts = [*tree], [structure(x, f"{name}.{k}", model) for k, x in tree.items()]
        built: Callable[..., Any] = partial(_dictionary, keys)
    elif isinstance(tree, list | tuple):
        parts = [structure(x, f"{name}[{i}]", model) for i, x in enumerate(tree)]
        built = getattr(tree, "_make", tree.__class__)
    elif hasattr(tree, "parameters"):
        names = [p.label or f"{name}.{i}" for i, p in enumerate(tree.parameters())]
        return Structure(names, lambda new: model(tree, [*islice(new, len(names))]))
    else:
        return Structure([name])
    names = [n for part in parts for n in part.names]
    return Structure(names, lambda new: built([part.make(new) for part in parts]))


def _dictionary(keys: list[Any], values: list[Any]) -> dict[Any, Any]:
    return dict(zip(keys, values, strict=True))


def replaced(nodes: Sequence[Value], numbers: Sequence[Any]) -> Callable[[], None]:
    """Let nodes stand for these numbers, or for these nodes, until the result is called."""
    before = [slots_of(node) for node in nodes]
    for node, number in zip(nodes, numbers, strict=True):
        symbol = number.data if isinstance(number, Value) else number
        if isinstance(symbol, Traced):
            symbol.trace.known[symbol.operand] = node.data
        if isinstance(number, Value):
            number.label = node.label
            _become(node, slots_of(Value(symbol, [number], [Value(1.0)], node.label)))
        else:
            node.data = number

    def restore() -> None:
        for node, slots in zip(nodes, before, strict=True):
            _become(node, slots)

    return restore


def _become(node: Value, slots: tuple[Any, ...]) -> None:
    for name, content in zip(Value.__slots__, slots, strict=True):
        setattr(node, name, content)
