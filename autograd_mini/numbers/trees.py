"""Numbers nested in lists, tuples, dicts and NumPy arrays: taken apart and put together again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from autograd_mini.errors import NumberTypeError

from .kinds import numpy

Rebuild = Callable[[Sequence[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in a structure, in order, and a function that builds it again from others.

    Arrays come back as arrays: of floats where all parts are numbers, of objects otherwise.
    Raises NumberTypeError for a string, a set or None in the structure.
    """
    leaves: list[Any] = []
    make = _taken_apart(tree, leaves)
    return leaves, lambda parts: make(iter(parts))


def _taken_apart(tree: Any, leaves: list[Any]) -> Callable[[Iterator[Any]], Any]:
    """Append the numbers to the leaves; what makes such a structure of the next ones."""
    np = numpy()
    if np is not None and isinstance(tree, np.ndarray):
        leaves += tree.flat
        return lambda parts: array([*islice(parts, tree.size)], tree.shape)
    if isinstance(tree, Mapping | list | tuple):
        inner = tree.values() if isinstance(tree, Mapping) else tree
        makes = [_taken_apart(part, leaves) for part in inner]
        if isinstance(tree, Mapping):
            keys = list(tree)
            return lambda parts: dict(zip(keys, [make(parts) for make in makes], strict=True))
        build = getattr(tree, "_make", type(tree))  # a named tuple has one
        return lambda parts: build([make(parts) for make in makes])
    if tree is None or isinstance(tree, str | bytes | set | frozenset):
        raise NumberTypeError(
            f"expected a number, or numbers in lists, tuples, dicts or arrays, got {tree!r}"
        )
    leaves.append(tree)
    return next


def array(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """The NumPy array of these parts: of floats, of objects, or of rows that are arrays."""
    np = numpy()
    if all(isinstance(part, float | int) for part in parts):
        return np.array(parts, dtype=float).reshape(shape)
    objects = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        objects[i] = part
    if parts and all(isinstance(part, np.ndarray) for part in parts):  # rows of a Jacobian
        return np.array(list(parts)).reshape(shape + parts[0].shape)
    return objects.reshape(shape)
