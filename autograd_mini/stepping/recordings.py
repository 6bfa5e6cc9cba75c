"""What Steps and training runs have in common: sequences that are compared, copied and shown."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, Self, TypeVar, overload

import autograd_mini.stepping as face  # offers, by name, what stands on the floors above

T = TypeVar("T")
LARGEST = 2_000  # nodes of a graph that a notebook shows by itself


class Recording(Sequence[T]):
    """A sequence of what was recorded: indexing gives an item, a slice a tuple of items."""

    holds: ClassVar[str]
    """The attribute with the tuple of items, which is also what they are called."""
    saving: ClassVar[Any]
    """The module whose `to_json` and `from_json` write and read it."""

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        try:
            return getattr(self, self.holds)[index]  # type: ignore[no-any-return]
        except IndexError:
            text = f"there are {len(self)} {self.holds}, got the index {index}"
            raise IndexError(text) from None

    def __len__(self) -> int:
        return len(getattr(self, self.holds))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.to_json() == other.to_json()

    __hash__ = object.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_json, (self.to_json(),)

    def _repr_html_(self) -> str | None:
        """The page in a frame; None, so that the text has to do, if it is large or not drawn."""
        from autograd_mini.drawing import RenderingError

        with suppress(RenderingError):  # no Graphviz
            if len(getattr(self, "nodes", ())) <= LARGEST:
                return face.show(self)._repr_html_()
        return None

    def to_json(self, indent: int | None = None) -> str:
        """All of it as JSON; `from_json` reads it again, bit for bit."""
        return self.saving.to_json(self, indent)  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` has written.

        Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is
        wrong.
        """
        return cls.saving.from_json(text, cls)  # type: ignore[no-any-return]
