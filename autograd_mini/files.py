"""Files: the one way to write them, and the one form of JSON document in which things are saved.

    {"format": "autograd_mini model", "version": 2, ..., "checksum": "8e2f0a3b5c71d946"}

The checksum is of the content, not of its layout. Documents of version 1 have none.
"""

import ast
import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import RLock
from time import time
from typing import Any, NamedTuple
from warnings import catch_warnings, filterwarnings


# --- writing -------------------------------------------------------------------------------------
class SpecialFileError(OSError, ValueError):
    """A path at which no file can be put: that of a folder, a symbolic link, a device."""


def write(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Write a file in one move: complete, or as it was before.

    It gets a temporary name in the same folder, and its own when it is complete; temporary files
    that a killed process has left of it are removed after an hour. The permissions are those of
    the file that is replaced, or of any new file. Text is written as UTF-8.

    Raises:
        SpecialFileError: (a ValueError and an OSError) the path is a folder, a symbolic link or
            another special file.
        OSError: the system cannot write there; its file name is the path.
    """
    path = Path(path)
    _check_plain(path)
    temporary = path.with_name(f".{path.name[:50]}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    _sweep(path)
    try:
        with temporary.open("xb") as file:
            if path.exists():  # before there is anything that others may not read
                temporary.chmod(path.stat().st_mode & 0o777)
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:  # of the file that was asked for, not of the temporary one
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def ready(path: Path) -> None:
    """Raise what `write` would raise there, as far as it can be known: before long work."""
    _check_plain(path)
    if not os.access(path.parent, os.W_OK):
        code = errno.EACCES if path.parent.is_dir() else errno.ENOENT
        raise OSError(code, os.strerror(code), str(path))


def _check_plain(path: Path) -> None:
    if problem := special(path):
        raise SpecialFileError(errno.EISDIR, problem, str(path))


def special(path: Path) -> str:
    """Why the path is no place for a file; "" for a plain file, or none yet.

    Replacing a link would cut it, and reading a pipe would wait for ever.
    """
    if path.is_symlink():
        return "it is a symbolic link; give the file itself"
    if path.is_dir():
        return "it is a folder"
    return "it is not a regular file" if path.exists() and not path.is_file() else ""


_OLD = 3600.0  # seconds; no process writes a file for so long


def _sweep(path: Path) -> None:
    """Remove old temporary files of this very file."""
    name = re.compile(re.escape(f".{path.name[:50]}.") + r"\d+-[0-9a-f]{8}\.tmp")
    with suppress(OSError):  # a folder that may be written to, but not listed
        for entry in os.scandir(path.parent):
            if name.fullmatch(entry.name) and entry.stat().st_mtime < time() - _OLD:
                Path(entry).unlink(missing_ok=True)


def environment(*folders: str) -> dict[str, str]:
    """The environment of a process of Python that imports from folders, and this package."""
    paths = [*folders, str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


# --- documents -----------------------------------------------------------------------------------
VERSION = 2


class Format(NamedTuple):
    """A kind of document: its name, the keys of its content, and those that it may have.

    >>> note = Format("note", ("text",))
    >>> note.read(note.write({"text": "hello"}))
    {'text': 'hello'}
    >>> note.read(note.write({"text": "hello"}).replace("hello", "hallo"))
    Traceback (most recent call last):
    ValueError: note: it is damaged, or was changed by hand: its checksum does not fit its content
    """

    name: str
    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def write(self, content: dict[str, Any], indent: int | None = None) -> str:
        """The document as text. Raises what `json.dumps` raises of something that JSON has not."""
        document = {"format": self.name, "version": VERSION, **content}
        document["checksum"] = _checksum(document)
        text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
        # Half a surrogate pair has no UTF-8; its escape has.
        return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)

    def read(
        self, text: str, who: object = "", error: type[ValueError] = ValueError
    ) -> dict[str, Any]:
        """The content of a document.

        Raises TypeError if `text` is no text; else an `error`, which begins with `who`, if it is no
        such document, is damaged or incomplete, or comes from a newer version.
        """
        if not isinstance(text, str):
            raise TypeError(f"from_json takes text, got {type(text).__name__}")
        try:
            return self._content(text)
        except ValueError as reason:
            raise error(f"{who or self.name}: {reason}") from None

    def _content(self, text: str) -> dict[str, Any]:
        if not text.strip():
            raise ValueError("it is empty")
        try:
            document = parsed(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"it is damaged or not JSON ({error})") from None
        if not isinstance(document, dict) or document.get("format") != self.name:
            raise ValueError(
                f'it is not an {self.name} document ("format": "{self.name}" is missing)'
            )
        version = document.get("version")
        if type(version) is not int or not 1 <= version <= VERSION:
            raise ValueError(
                f"it has version {version!r}, and this autograd_mini reads up to version {VERSION};"
                " install a newer one"
            )
        signed = ("checksum",) if version > 1 else ()
        check_keys("it", document, ("format", "version", *self.keys, *signed), self.optional)
        if signed and document.pop("checksum") != _checksum(document):
            raise ValueError(
                "it is damaged, or was changed by hand: its checksum does not fit its content"
            )
        return {key: x for key, x in document.items() if key not in ("format", "version")}


def check_keys(
    who: str, found: dict[str, Any], keys: tuple[str, ...], optional: tuple[str, ...] = ()
) -> None:
    """ValueError unless these are the keys of an object."""
    if missing := [key for key in keys if key not in found]:
        raise ValueError(f"{who} lacks {', '.join(missing)}")
    if unknown := sorted(found.keys() - {*keys, *optional}):
        raise ValueError(f"{who} has the unknown {', '.join(unknown)}")


def parsed(text: str) -> Any:
    """What a JSON text says; ValueError also for NaN, and for a name that is there twice."""
    return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refused)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError(f"a name among {', '.join(found)} appears twice")
    return found


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _checksum(document: dict[str, Any]) -> str:
    """Of the compact text with its keys in order, so that neither order nor indentation count."""
    from hashlib import sha256

    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


# --- notebooks -----------------------------------------------------------------------------------
_IPYTHON = re.compile(r"(\s*)([%!?]|[^#=]*=\s*[%!]|[\w.]+\?)")  # begins what is not Python
_RUN = re.compile(r"\s*%run (?:-i )?['\"]?(?:[^'\"]*/)?(\w+)(?:\.py|\.ipynb)?['\"]?\s*$")
_IMPORTED = "with __import__('contextlib').suppress(ImportError): from {} import *"
_PYTHON = re.compile(r"\s*%%(time|capture|writefile .*\.py)\b")  # a cell that is but for that line


def notebook_code(data: bytes, name: object) -> list[str]:
    """The code cells of a notebook without IPython's lines (%, !, ?); ValueError if it is none.

    What `%run` names is imported, where that can be.
    """
    try:
        cells = json.loads(data)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(f"{name} is not a notebook") from None
    return [_plain(c) if not c.lstrip().startswith("%%") or _PYTHON.match(c) else "" for c in code]


def _plain(cell: str) -> str:
    """A cell with Python for those of its lines where that stops and IPython goes on."""
    lines = cell.split("\n")
    for _ in cell.split("\n"):
        try:
            ast.parse("\n".join(lines))
            break
        except SyntaxError as error:
            k = (error.lineno or 1) - 1
        except ValueError:
            break
        magic = _IPYTHON.match("".join(lines[k : k + 1]))
        if magic is None:
            break
        end = next((n for n in range(k, len(lines)) if lines[n][-1:] != "\\"), k)
        other = _RUN.match(lines[k])
        python = _IMPORTED.format(other[1]) if other else magic[1] and "pass"
        lines[k : end + 1] = [magic[1] + python, *[""] * (end - k)]
    return "\n".join(lines)


# --- what a process has once: forks and warnings -------------------------------------------------
_locks: list[Any] = []
_held = ExitStack()


def waited_for(lock: Any, first: bool = False) -> Any:
    """The lock, which a process takes before it forks: in the child nobody else would let go.

    Whoever holds the `first` may take the others, and no one else a second.
    """
    _locks.insert(0 if first else len(_locks), lock)
    return lock


def _take() -> None:
    for lock in _locks:
        _held.enter_context(lock)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_take, after_in_parent=_held.close, after_in_child=_held.close)
_unwarned = waited_for(RLock())


@contextmanager
def unwarned(message: str = "") -> Iterator[None]:
    """Without warnings that begin so; one thread at a time, as they are off for the process."""
    with _unwarned, catch_warnings():
        filterwarnings("ignore", message)
        yield
