"""Names for a model of letters: lists of common first names, or a file with a name in each line."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .tables import TableError, text_of

LETTERS = 100  # different ones, at most: each is a row of weights
_HERE = Path(__file__)


class Names(NamedTuple):
    """Names and the letters of which they are made; token k is the k-th letter.

    One token more, `end`, stands before and after each name.

    >>> given = Names(["ana", "eva"], "aenv")
    >>> given.end, given.tokens("ana"), given.text([1, 3, 0])
    (4, [0, 2, 0], 'eva')
    """

    names: Sequence[str]
    letters: str

    @property
    def end(self) -> int:
        """The token before and after each name."""
        return len(self.letters)

    @property
    def longest(self) -> int:
        """The number of letters in the longest name."""
        return max(map(len, self.names))

    def tokens(self, name: str) -> list[int]:
        """The tokens of a name; ValueError for a letter that no name has."""
        return [self.letters.index(letter) for letter in name]

    def text(self, tokens: Sequence[int]) -> str:
        """The name with these tokens."""
        return "".join(self.letters[k] for k in tokens)

    def sample(self, name: str, length: int) -> tuple[list[float], tuple[list[int], list[float]]]:
        """What a model reads, and what is to follow with its weights: all of the same length.

        Behind a name it is filled up with `end`, of weight 0; of a longer one the beginning counts.

        >>> Names(["ana", "eva"], "aenv").sample("eva", 5)
        ([4.0, 1.0, 3.0, 0.0, 4.0], ([1, 3, 0, 4, 4], [0.25, 0.25, 0.25, 0.25, 0.0]))
        """
        given = [self.end, *self.tokens(name), self.end]
        count = min(len(given) - 1, length)
        given += [self.end] * (length + 1 - len(given))
        weights = [1 / count] * count + [0.0] * (length - count)
        return [float(k) for k in given[:length]], (given[1 : length + 1], weights)


def first_names(lang: str = "en") -> Names:
    """Common first names in English or Spanish, in lower case; those in Spanish with ñ and accents.

    >>> len(first_names("en").names), first_names("es").letters
    (918, 'abcdefghijklmnopqrstuvwxyzáéíñóú')
    """
    return read_names(_HERE.with_name(f"names_{lang}.txt"))


def read_names(path: str | Path) -> Names:
    """The names in the lines of a file, in lower case; empty lines and those with # are none.

    Raises TableError for a file that is no text, has no names, or letters that cannot be shown or
    are more than 100 different ones; OSError if it cannot be read.
    """
    import unicodedata

    names = []
    for i, line in enumerate(text_of(Path(path)).splitlines(), 1):
        name = unicodedata.normalize("NFC", line.lower()).strip()
        name = "".join(c for c in name if unicodedata.category(c) != "Cf")  # marks of direction
        if not name.isprintable():
            raise TableError(f"{path}, line {i}: a sign that cannot be shown")
        if name and not name.startswith("#"):
            names.append(name)
    if not names:
        raise TableError(f"{path}: there are no names")
    letters = "".join(sorted({*"".join(names)}))
    if len(letters) > LETTERS:
        raise TableError(
            f"{path}: {len(letters)} different letters; there may be {LETTERS} at most"
        )
    return Names(names, letters)
