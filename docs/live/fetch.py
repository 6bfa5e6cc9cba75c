"""Python and Graphviz as WebAssembly, for the live lessons: asked of npm when the site is built.

They are 14 MB, and not ours: they are never committed. npm brings them by name; what came is
compared with the hashes below, so that a new one needs a change here.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

# A package, its hash, and what is taken of it: the file in the package, and its name in the site.
PACKAGES = (
    (
        "pyodide@314.0.7",
        "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
        {
            "pyodide.mjs": "pyodide.mjs",
            "pyodide.asm.mjs": "pyodide.asm.mjs",
            "pyodide.asm.wasm": "pyodide.asm.wasm",
            "python_stdlib.zip": "python_stdlib.zip",
            "pyodide-lock.json": "pyodide-lock.json",
        },
    ),
    (
        "@hpcc-js/wasm-graphviz@1.29.2",
        "AkArBAZERT5OxH52/+kvCHB07cZ6ZNd9GnOvjw+S880bR88D6i27XfK6xj4dBhUDxNA2QPPMdgEcky3x4TJ3KA==",
        {"dist/index.js": "graphviz.js"},
    ),
)
FILES = [name for _, _, files in PACKAGES for name in files.values()]


class Unavailable(Exception):
    """npm is not there, or does not reach its registry."""


def fetch(folder: Path) -> None:
    """Put the files into the folder, unless the same ones are there.

    Raises Unavailable if they cannot be had, ValueError if other ones came.
    """
    stamp = folder / "packages.txt"
    wanted = "".join(f"{package} {digest}\n" for package, digest, _ in PACKAGES)
    if stamp.exists() and stamp.read_text() == wanted and all((folder / f).exists() for f in FILES):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for package, digest, files in PACKAGES:
        with tempfile.TemporaryDirectory() as temporary:
            archive = packed(package, Path(temporary))
            got = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if got != digest:
                raise ValueError(f"{package} has the SHA-512 {got}, and should have {digest}")
            with tarfile.open(archive) as tar:
                for name, target in files.items():
                    member = tar.extractfile(f"package/{name}")
                    assert member is not None
                    (folder / target).write_bytes(member.read())
    stamp.write_text(wanted)


def packed(package: str, folder: Path) -> Path:
    """The package's archive, as the registry has it, in the folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("there is no npm on the PATH")
    command = [npm, "pack", package, "--prefer-offline", "--fetch-retries=1", "--silent"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise Unavailable(f"npm pack {package}: {done.stderr.strip() or done.returncode}")
    return next(folder.glob("*.tgz"))
