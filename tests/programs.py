"""Python programs in an interpreter of their own, with the package of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What became of `python -c code`."""
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def printed(code: str, **environment: str) -> str:
    """What the program prints; it may not fail."""
    done = run(code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout
