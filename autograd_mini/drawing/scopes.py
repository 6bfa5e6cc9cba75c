"""Scopes: names for parts of a computation, which pictures frame and fold.

A scope costs nothing where it is not used: the engine knows nothing of it. While one is open, the
garbage collector's youngest generation is held back; on leaving, the nodes that are in it are those
made inside, and their labels then carry the scope. So it is copied and pickled with them.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from autograd_mini.rules.spare import Passes, forget
from autograd_mini.value import Value

GroupPath = tuple[str, ...]
Paths = dict[Value, GroupPath]


class ScopedLabel(str):
    """A label that knows the scopes around its node, outermost first; empty if it has no name."""

    __slots__ = ("scope",)
    scope: GroupPath

    def __new__(cls, text: str = "", scope: GroupPath = ()) -> ScopedLabel:
        """The label `text` in these scopes."""
        label = super().__new__(cls, text)
        label.scope = scope
        return label

    def __reduce__(self) -> tuple[type[ScopedLabel], tuple[str, GroupPath]]:
        return ScopedLabel, (str(self), self.scope)


_open: dict[object, str] = {}  # the names of scopes that are open, outermost first


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Group the nodes made inside the `with` block under a name; scopes nest.

    A node that gets a new label after the scope has ended leaves it, so name nodes inside. Nodes
    that other threads make meanwhile are taken along; a `gc.collect()` inside hides what was made
    before it.

    Raises TypeError if the name is no text, ValueError if it is empty.

    >>> x = Value(2.0, label="x")
    >>> with scope("square"):
    ...     y = x * x
    >>> z = y + 1
    >>> scope_of(x), scope_of(y), scope_of(z)
    ((), ('square',), ())
    """
    if not isinstance(name, str):
        raise TypeError(f"a scope's name is text, got {name!r:.60} ({type(name).__name__})")
    if not name.strip():
        raise ValueError(f"a scope needs a name, got {name!r}")
    own, collecting = object(), gc.isenabled()
    _claim()
    Passes.used = False
    forget()
    gc.disable()
    gc.collect(0)  # what is alive moves on to an older generation
    older = {id(node) for node in _young()}  # none, where generations are as CPython's
    _open[own] = name
    try:
        yield
    finally:
        _claim(older)
        gc.collect(0)
        del _open[own]  # those of generators need not be left in order
        Passes.used = not _open
        if collecting:
            gc.enable()


def scope_of(node: Value) -> GroupPath:
    """The names of the scopes in which a node was made, outermost first.

    >>> scope_of(Value(1.0))
    ()
    """
    return getattr(node.label, "scope", ())


def _claim(older: Collection[int] = ()) -> None:
    """Write the scopes into the labels of the young nodes that have none yet."""
    path = (*_open.values(),)
    for node in _young() if path else ():
        if node.label.__class__ is not ScopedLabel and id(node) not in older:
            node.label = ScopedLabel(node.label or "", path)


def _young() -> list[Value]:
    return [thing for thing in gc.get_objects(generation=0) if isinstance(thing, Value)]
