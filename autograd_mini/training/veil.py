"""Numbers that are elsewhere, until someone asks for them.

After a compiled step the parameters' numbers are in the memory of machine code. To write hundreds
of them into their Values, and to look in the next step whether one was changed, takes longer than
the step. So the Values get another class meanwhile, which has them written when one is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd_mini.value import Value

_BECOME: Callable[[Value, type[Value]], None] = vars(object)["__class__"].__set__
_PUT: Callable[[Value, float], None] = vars(Value)["data"].__set__


def veiled(release: Callable[[], None]) -> type[Value]:
    """A class for nodes; what is read or set of one calls `release`, which must unveil it."""

    class Veiled(Value):
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            release()
            return getattr(self, name)

        def __setattr__(self, name: str, content: Any) -> None:
            release()
            setattr(self, name, content)

    return Veiled


def veil(nodes: Iterable[Value], cls: type[Value]) -> None:
    """Give nodes the class that `veiled` made."""
    for node in nodes:
        _BECOME(node, cls)


def unveil(nodes: Iterable[Value], numbers: Iterable[float]) -> None:
    """Give nodes their numbers, of which there may be more, and then (for threads) their class."""
    for node, number in zip(nodes, numbers, strict=False):
        _PUT(node, number)
        _BECOME(node, Value)


class Later(Sequence[Any]):
    """What an optimiser remembers, known when it is asked for: `release` sets `found`."""

    def __init__(self, release: Callable[[], None], size: int) -> None:
        self.release, self.size, self.found = release, size, list[Any]()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        self.release()
        return self.found[index]

    def __reduce__(self) -> Any:
        return list, ([*self],)
