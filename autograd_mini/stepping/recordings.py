"""What Steps and training runs have in common: sequences that are compared, copied, saved, shown.

Saved are numbers as `drawing.to_json` has them (floats read back as the same bits), bytes in
base64, and tuples with names as objects, whose types say how each part is read again.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import repeat
from operator import index
from typing import Any, ClassVar, Self, TypeVar, get_args, get_origin, overload

import autograd_mini.stepping as face  # offers, by name, what stands on the floors above
from autograd_mini.drawing.interchange import read_number, written_number
from autograd_mini.files import Format, check_keys

T = TypeVar("T")
LARGEST = 2_000  # nodes of a graph that a notebook shows by itself


class Recording(Sequence[T]):
    """A sequence of what was recorded: indexing gives an item, a slice a tuple of items."""

    holds: ClassVar[str]  # the attribute with the tuple of items, which is what they are called
    form: ClassVar[Format]
    _content: Callable[[], dict[str, Any]]  # as JSON has it
    _of: ClassVar[Callable[..., Any]]  # made of that again

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        try:
            return getattr(self, self.holds)[index]  # type: ignore[no-any-return]
        except IndexError:
            raise IndexError(f"there are {len(self)} {self.holds}, got the index {index}") from None

    def __iter__(self) -> Iterator[T]:
        return iter(getattr(self, self.holds))

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
        return self.form.write(self._content(), indent)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` has written.

        Raises TypeError if `text` is no text, ValueError if it is no such JSON, naming what is
        wrong.
        """
        content = cls.form.read(text)
        try:
            made: Self = cls._of(content)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise ValueError(f"the {cls.holds} cannot be read: {error}") from None
        return made


def written(
    x: Any, number: Callable[[Any], Any] = written_number, text: Callable[[str], str] = str
) -> Any:
    """What was recorded as JSON has it."""
    if names := getattr(x, "__match_args__", None):  # a tuple with names, a dataclass
        return {name: written(getattr(x, name), number, text) for name in names}
    if isinstance(x, list | tuple):
        return [written(part, number, text) for part in x]
    if isinstance(x, bytes):
        return b64encode(x).decode()
    if isinstance(x, str):
        return text(x)
    return x if x is None or isinstance(x, bool) else number(x)


def read(kind: Any, x: Any, who: str = "") -> Any:
    """What JSON has, as a value of this type; `who` is what errors call it."""
    kinds = get_args(kind)
    if type(None) in kinds:
        return None if x is None else read(kinds[0], x)
    if get_origin(kind) is tuple:
        each = repeat(kinds[0], len(x)) if kinds[-1] is ... else kinds
        return tuple([read(*pair) for pair in zip(each, x, strict=True)])
    if names := getattr(kind, "__match_args__", None):
        given = x if isinstance(x, dict) else dict(zip(names, x, strict=True))
        check_keys(who or kind.__name__, given, names)
        kinds = kind.__annotations__
        return kind(**{name: read(kinds[name], part) for name, part in given.items()})
    if kind is bytes:
        return b64decode(x, validate=True)
    if kind is Any and isinstance(x, list):  # a target of several numbers
        return read(tuple[float, ...], x)
    if kind is int:
        return index(x)
    return read_number(x) if kind in (float, Any) else kind(x)
