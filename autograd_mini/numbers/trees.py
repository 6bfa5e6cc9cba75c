"""Numbers nested in lists, tuples, dicts and NumPy arrays: taken apart and put together again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd_mini.errors import NumberTypeError

from .kinds import numpy

Rebuild = Callable[[Sequence[Any]], Any]


def flatten(tree: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in a structure, in order, and a function that builds it again from others.

    Arrays come back as arrays: of floats where all parts are numbers, of objects otherwise.
    Raises NumberTypeError for a string, a set or None in the structure.
    """
    np = numpy()
    if np is not None and isinstance(tree, np.ndarray):
        return list(tree.flat), lambda parts: array(parts, tree.shape)
    if isinstance(tree, Mapping):
        keys = list(tree)
        leaves, rebuild = _flatten_all([tree[key] for key in keys])
        return leaves, lambda parts: dict(zip(keys, rebuild(parts), strict=True))
    if isinstance(tree, list | tuple):
        leaves, rebuild = _flatten_all(tree)
        if hasattr(tree, "_fields"):  # a named tuple
            return leaves, lambda parts: type(tree)(*rebuild(parts))
        return leaves, lambda parts: type(tree)(rebuild(parts))
    if tree is None or isinstance(tree, str | bytes | set | frozenset):
        raise NumberTypeError(
            f"expected a number, or numbers in lists, tuples, dicts or arrays, got {tree!r}"
        )
    return [tree], lambda parts: parts[0]


def _flatten_all(items: Sequence[Any]) -> tuple[list[Any], Rebuild]:
    pairs = [flatten(item) for item in items]

    def rebuild(parts: Sequence[Any]) -> list[Any]:
        built, start = [], 0
        for leaves, make in pairs:
            built.append(make(parts[start : start + len(leaves)]))
            start += len(leaves)
        return built

    return [leaf for leaves, _ in pairs for leaf in leaves], rebuild


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
