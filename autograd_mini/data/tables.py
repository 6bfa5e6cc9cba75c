"""Data in files: tables of numbers and labels as CSV, and names for a model of letters."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.language import checked
from autograd_mini.numbers.kinds import brief

from .datasets import Dataset

LARGEST = 50_000_000  # bytes
_END = "end"  # a line below the last one
LETTERS = 100  # different ones in names, at most: each is a row of weights


class TableError(AutogradError, ValueError):
    """A file that is no table of numbers and labels; the text names the file, and the line."""


def read_csv(path: str | Path, label: str | None = None) -> Dataset:
    r"""The rows of a CSV file as a classification: features, and the class that they belong to.

    Cells are parted by commas, semicolons or tabs, whichever the first line has most of outside of
    quotes; where it is not the comma, a decimal comma is read too. The first line holds names if no
    cell of it is a number, or one is `label`. The label is the column of that name, or else the
    last one; each different text in it is a class, in the order of the numbers if all are numbers
    (nan is none), else of the alphabet.

    Raises TableError for another file than that; OSError if it cannot be read.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "or.csv")
    ...     _ = path.write_text("a;b;or\n0;0;no\n0;1,0;yes\n1;0;yes\n")
    ...     read_csv(path)
    Dataset('or': 3 points, 2 features, classes no 1, yes 2)
    """
    import csv  # slow to import
    from io import StringIO

    path = Path(path)
    text = text_of(path)
    bare = re.sub('"[^"]*"', '"', text)  # a quoted cell may have lines of its own
    delimiter = max(";\t,", key=bare.lstrip().splitlines()[0].count)
    reader = csv.reader(StringIO(f"{text}\n{_END}", newline=None), delimiter=delimiter)
    try:
        numbered = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise TableError(f"{path}: not a CSV file ({error})") from None
    if numbered.pop()[1] != [_END]:  # it is in a cell
        raise TableError(f"{path}: a quotation mark opens a cell, and none closes it")
    if not (lines := [(i, cells) for i, cells in numbered if any(cells)]):
        raise TableError(f"{path}: the file is empty")
    first, width = lines[0][1], len(lines[0][1])
    names: list[str] = []  # where not one cell of the first line is a number, or one is the label's
    if label in first or all(_float(cell, delimiter) is None for cell in first):
        names = [cell or f"x{j + 1}" for j, cell in enumerate(first)]
        del lines[0]
    if width < 2:
        raise TableError(f"{path}: one column only; it needs features and a label")
    if not lines:
        raise TableError(f"{path}: a header line, but no data below it")
    if label is not None and label not in names:
        has = f"its columns are {', '.join(names)}" if names else "it has no header line"
        raise TableError(f"{path}: no column {label!r}; {has}")
    at = width - 1 if label is None else names.index(label)
    rows, labels = [], []
    for i, cells in lines:
        if len(cells) != width:
            raise TableError(f"{path}, line {i}: {len(cells)} cells, where {width} are expected")
        if not cells[at]:
            raise TableError(f"{path}, line {i}: the label is empty")
        labels.append(cells[at])
        others = enumerate(cells)
        rows.append([_number(path, i, j, cell, delimiter) for j, cell in others if j != at])
    classes = _classes(path, labels, delimiter)
    number = {text: k for k, text in enumerate(classes)}
    targets = [number[text] for text in labels]
    return Dataset(path.stem, rows, targets, names[:at] + names[at + 1 :], classes)


def iris() -> Dataset:
    """150 irises, 50 of each of three species: four lengths in cm, and the species to tell.

    Measured by E. Anderson (The irises of the Gaspe Peninsula, Bulletin of the American Iris
    Society 59, 1935), published by R. A. Fisher (The use of multiple measurements in taxonomic
    problems, Annals of Eugenics 7, 1936). As in R; the copy at UCI errs in flowers 35 and 38.

    >>> iris()
    Dataset('iris': 150 points, 4 features, classes setosa 50, versicolor 50, virginica 50)
    >>> iris().feature_names
    ('sepal_length', 'sepal_width', 'petal_length', 'petal_width')
    >>> iris()[0]
    ((5.1, 3.5, 1.4, 0.2), 0)
    """
    return read_csv(Path(__file__).with_name("iris.csv"))


def text_of(path: Path) -> str:
    """The text of a file; TableError if it is none, or too large."""
    if path.stat().st_size > LARGEST:
        raise TableError(f"{path}: the file is larger than {LARGEST // 1_000_000} MB")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        how = 'save it as UTF-8 (a spreadsheet calls it "CSV UTF-8")'
        raise TableError(f"{path}: not UTF-8 text (byte {error.start}); {how}") from None
    if not text.strip():
        raise TableError(f"{path}: the file is empty")
    return text


def _number(path: Path, line: int, column: int, cell: str, delimiter: str) -> float:
    number = _float(cell, delimiter)
    if number is None or number - number != 0:
        shown = brief(cell, repr, 40)
        raise TableError(f"{path}, line {line}, column {column + 1}: {shown} is not a number")
    return number


def _float(cell: str, delimiter: str) -> float | None:
    try:
        plain = cell.replace("_", "?")  # Python takes 1_000 for a number
        return float(plain.replace(",", ".") if delimiter != "," else plain)
    except ValueError:
        return None


def _classes(path: Path, labels: list[str], delimiter: str) -> list[str]:
    numbers = {text: _float(text, delimiter) for text in labels}
    ordered = all(x is not None and x == x for x in numbers.values())
    distinct = sorted(numbers, key=lambda text: (numbers[text] if ordered else 0.0, text))
    if len(distinct) < 2:
        raise TableError(f"{path}: every label is {distinct[0]!r}; two classes or more are needed")
    if len(distinct) > max(2, len(labels) // 2):
        raise TableError(
            f"{path}: {len(distinct)} different labels in {len(labels)} lines; these are not"
            " classes, so the label column may be another one"
        )
    return distinct


# --- names ---------------------------------------------------------------------------------------
class Names(NamedTuple):
    """Names and the letters of which they are made; token k is the k-th letter.

    One token more, `end`, stands before and after each name.

    >>> given = Names(["ana", "eva"], "aenv")
    >>> given.end, given.tokens("ana"), given.text([1, 3, 0])
    (4, [0, 2, 0], 'eva')
    """

    names: Sequence[str]
    letters: str

    def __repr__(self) -> str:
        return f"Names({len(self.names)} names of {len(self.letters)} different letters)"

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
        if unknown := sorted({*name} - {*self.letters}):
            raise ValueError(f"no name has the letter {unknown[0]!r}, as {name!r} does")
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

    ValueError unless `lang` is "en" or "es".

    >>> first_names("en"), first_names("es").letters
    (Names(918 names of 26 different letters), 'abcdefghijklmnopqrstuvwxyzáéíñóú')
    """
    checked(lang)
    return read_names(Path(__file__).with_name(f"names_{lang}.txt"))


def read_names(path: str | Path) -> Names:
    """The names in the lines of a file, in lower case; empty lines and those with # are none.

    Raises TableError for a file that is no text, has no names, or letters that cannot be shown or
    are more than 100 different ones; OSError if it cannot be read.
    """
    names = []
    for i, line in enumerate(text_of(Path(path)).splitlines(), 1):
        name = unicodedata.normalize("NFC", line.lower()).strip()
        name = "".join(c for c in name if unicodedata.category(c) != "Cf")  # marks of direction
        if not name.isprintable():
            raise TableError(f"{path}, line {i}: a character that cannot be shown")
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
