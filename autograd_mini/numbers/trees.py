"""Numbers nested in lists, tuples, dicts and NumPy arrays: taken apart and put together again.

What is left of a tree without its numbers is its form, which can be hashed:

    NUMBER                              a number
    list, 3                             so many numbers in a list or tuple, or a class of them
    list, (form, ...)                   others in one
    dict, (form, ...), (key, ...)       others in a dict
    array, shape                        a NumPy array
    str, "mean"                         no number but a part of the form, as a length is
    MODEL, parameters, n                a model; parameters() are its Values
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import accumulate, product
from math import prod
from operator import itemgetter
from typing import Any

from autograd_mini.errors import NumberTypeError

from .arrays import listed
from .kinds import numpy, shown

Form = Any
Leaf = Callable[[Any, list[Any], Any], Form]
NUMBER, MODEL = 0, "model"
STATIC = (str, bool, type(None))


def flatten(tree: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The numbers in a structure, in order, and a function that builds it again from others.

    Arrays come back as arrays: of floats where all parts are numbers, of objects otherwise.
    Raises NumberTypeError for a string, a set, another sequence or None in the structure.
    """
    found, form = leaves(tree)
    return found, builder(form)


def leaves(tree: Any, leaf: Leaf | None = None, nodes: Any = None) -> tuple[list[Any], Form]:
    """The numbers in a structure, in order, and its form."""
    pieces: list[Any] = []
    form = apart(tree, pieces, leaf or _leaf, nodes)
    return [x for piece in pieces for x in piece], form


def _leaf(tree: Any, pieces: list[Any], _: Any) -> Form:
    np = numpy()
    if np is not None and isinstance(tree, np.ndarray):
        pieces.append(tree.flat)
        return array, tree.shape
    if tree is None or hasattr(tree, "__iter__"):
        raise NumberTypeError(
            f"expected a number, or numbers in lists, tuples, dicts or arrays, got {shown(tree)}"
        )
    pieces.append((tree,))
    return NUMBER


def apart(tree: Any, pieces: list[Any], leaf: Leaf = _leaf, nodes: Any = None) -> Form:
    """Append the numbers, as lists and arrays, to pieces; the form.

    `leaf` does that for what is no list, tuple or dict: a number, an array; it is given `nodes`.
    """
    cls = tree.__class__
    if cls is float:
        pieces.append((tree,))
        return NUMBER
    if isinstance(tree, list | tuple):
        if {*map(type, tree)} == {float}:
            pieces.append(tree)
            return cls, len(tree)
        return cls, tuple([apart(part, pieces, leaf, nodes) for part in tree])
    if hasattr(tree, "keys") and isinstance(tree, Mapping):  # the second takes longer
        return (
            dict,
            tuple([apart(part, pieces, leaf, nodes) for part in tree.values()]),
            tuple(tree),
        )
    return leaf(tree, pieces, nodes)


def size(form: Form) -> int:
    """How many numbers a tree of that form has."""
    if form == NUMBER:
        return 1
    kind, inner, *more = form
    if kind is array:
        return prod(inner)
    if kind is MODEL:
        return int(*more)
    if issubclass(kind, STATIC):
        return 0
    return inner if inner.__class__ is int else sum(map(size, inner))


def builder(
    form: Form,
    model: Callable[..., Any] = lambda _, numbers: numbers,
    start: int = 0,
    number: Callable[..., Callable[[Any], Any]] = itemgetter,
) -> Callable[[Sequence[Any]], Any]:
    """What makes the tree of that form of the parts from `start` on, in a list or an array.

    model    makes a model of its `parameters` and their numbers
    number   makes of a place what takes the number there
    """
    if form == NUMBER:
        return number(start)
    kind, inner, *more = form
    part = slice(start, start + size(form))
    if kind is array:
        return lambda parts: array(parts[part], inner)
    if kind is MODEL:
        return lambda parts: model(inner, listed(parts[part]))
    if issubclass(kind, STATIC):
        return lambda _: inner
    build = kind if kind in (list, tuple) else partial(of_class, kind)
    if inner.__class__ is int:
        return lambda parts: build(listed(parts[part]))
    starts = accumulate(map(size, inner), initial=start)
    makes = [builder(each, model, at, number) for each, at in zip(inner, starts, strict=False)]
    if more:
        return lambda parts: dict(zip(*more, [make(parts) for make in makes], strict=True))
    return lambda parts: build([make(parts) for make in makes])


def of_class(kind: Any, parts: Iterable[Any]) -> Any:
    """A list or tuple of that class: by its constructor, if it takes them as theirs does."""
    given = [*parts]
    with suppress(TypeError, ValueError):
        made = getattr(kind, "_make", kind)(given)  # a named tuple has one
        if [*map(id, made)] == [*map(id, given)]:
            return made
    if issubclass(kind, tuple):
        return tuple.__new__(kind, given)
    made = list.__new__(kind)
    list.extend(made, given)
    return made


def names(form: Form, name: str, at: str = ".{}") -> list[str]:
    """What the numbers of a form called `name` are called: p.w[0], p.w[1], p.b; `at`, a key's."""
    if form == NUMBER:
        return [name]
    kind, inner, *more = form
    if kind is array:
        return [f"{name}[{', '.join(map(str, i))}]" for i in product(*map(range, inner))]
    if kind is MODEL:
        return [p.label or f"{name}.{i}" for i, p in enumerate(inner())]
    if issubclass(kind, STATIC):
        return []
    forms = [NUMBER] * inner if inner.__class__ is int else inner
    keys = [*map(at.format, more[0])] if more else [f"[{i}]" for i in range(len(forms))]
    pairs = zip(forms, keys, strict=True)
    return [found for each, key in pairs for found in names(each, f"{name}{key}", at)]


def array(parts: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """The NumPy array of these parts: of floats, of objects, or of rows that are arrays."""
    np = numpy()
    if isinstance(parts, np.ndarray):
        return parts.reshape(shape)
    if all(issubclass(cls, float | int) for cls in {*map(type, parts)}):
        return np.array(parts, dtype=float).reshape(shape)
    objects = np.empty(len(parts), dtype=object)
    for i, part in enumerate(parts):
        objects[i] = part
    if parts and all(isinstance(part, np.ndarray) for part in parts):  # rows of a Jacobian
        return np.array(list(parts)).reshape(shape + parts[0].shape)
    return objects.reshape(shape)
