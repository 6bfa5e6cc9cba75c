"""Writing a picture to a file in one move."""

from __future__ import annotations

import os
from pathlib import Path


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file under a temporary name beside it, then move it into place: all of it or nothing.

    Raises ValueError if the path is a folder, OSError if the system cannot write there.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path}: it is a folder")
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)  # noqa: PTH105  (the call that is atomic, by its own name)
    finally:
        temporary.unlink(missing_ok=True)
