"""Which files are a submission, and what their modules are called."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograd_mini.errors import AutogradError


class SubmissionError(AutogradError, ValueError):
    """There is nothing to grade where something was to be."""


@dataclass(frozen=True)
class Submission:
    """Its name, its files as (name of the module, path), and where they may import from."""

    name: str
    files: list[tuple[str, str]]
    paths: list[str]


def found(paths: Sequence[str | os.PathLike[str]], cls: str | None = None) -> list[Submission]:
    """The submissions at paths: a file is one; in a folder each file and each folder is one.

    Raises SubmissionError where there is none, or two have one name.
    """
    made: list[Submission] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(x for x in path.iterdir() if not x.name.startswith((".", "__")))
            made += [_file(x) for x in inside if x.suffix == ".py"]
            made += [_folder(x, cls or "Value") for x in inside if any(x.rglob("*.py"))]
        elif path.suffix == ".py":
            path.read_bytes()  # its own error, if it cannot be read
            made.append(_file(path))
        else:
            raise SubmissionError(f"{path}: a submission is a Python file or a folder")
    if not made:
        raise SubmissionError(f"{paths[0]}: there is no Python file in it")
    names = [submission.name for submission in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SubmissionError(f"two submissions are called {twice!r}")
    return made


def _file(path: Path) -> Submission:
    """A file; nothing imports it, and under this name it takes no other module's place."""
    return Submission(path.stem, [(f"{path.stem}_", str(path.resolve()))], [])


def _folder(path: Path, cls: str) -> Submission:
    """A submission of several files: the one with the class first, so that it is loaded first."""
    pattern = re.compile(rf"^class {cls}\b".encode(), re.M)
    files = sorted(path.rglob("*.py"), key=lambda x: (not pattern.search(x.read_bytes()), x))
    base = path.parent if (path / "__init__.py").exists() else path  # it imports by its own name
    names = (".".join(x.relative_to(base).with_suffix("").parts) for x in files)
    named = [(_module(name), str(x.resolve())) for name, x in zip(names, files, strict=True)]
    return Submission(path.name, named, [str(base.resolve())])


def _module(name: str) -> str:
    """The name of a module that takes no other's place."""
    taken = name.partition(".")[0] in {*sys.stdlib_module_names, "autograd_mini"}
    return f"{name}_" if taken else name
