"""A program in a terminal of its own: what it shows, key by key."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0  # seconds, for a machine that is busy

# So that Ctrl-C comes to it, and interrupts it even where the parent ignores interrupts.
OWN = (
    "import fcntl, signal, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
)


class Terminal:
    """Runs Python code in a pseudo-terminal; `screen` is what a reader would see."""

    def __init__(self, code: str, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self.master, self.slave = os.openpty()
        self.columns, self.rows = columns, rows
        self._size()
        self.before = termios.tcgetattr(self.slave)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        kept |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        kept |= {"PYTHON_COLORS": "0"}  # tracebacks of Python 3.13 and later
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN + code],
            stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env={**kept, **environment}, start_new_session=True,
        )  # fmt: skip

    def _size(self) -> None:
        fcntl.ioctl(
            self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0)
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, columns: int, rows: int) -> None:
        """As a window does when its edge is drawn."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self._size()

    def press(self, keys: str, seen: str | Callable[[], bool] = "") -> None:
        """Send keys, and wait for what they bring, as `until` does."""
        os.write(self.master, keys.encode())
        if seen:
            self.until(seen)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # nobody has it open any more
            return False
        self.sent += data
        self.stream.feed(data)
        return bool(data)

    def until(self, seen: str | Callable[[], bool]) -> list[str]:
        """The lines of the screen, once they hold this text, or fulfil this condition.

        With a text the screen has been painted to its last corner.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if isinstance(seen, str):
                corner = self.screen.cursor
                done = corner.y == self.rows - 1 and corner.x >= self.columns - 1
                if done and seen in "\n".join(self.lines):
                    return self.lines
            elif seen():
                return self.lines
            self._read(0.05)
        raise AssertionError(f"{seen!r} did not come; the screen is\n" + "\n".join(self.lines))

    def ended(self) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.wait(1)

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return [line.rstrip() for line in self.screen.display]

    def row(self, mark: str) -> str:
        """The line that begins with a mark."""
        return next((line for line in self.lines if line.startswith(mark)), "")

    def modes(self) -> list[Any]:
        """How the terminal is set: echo, line by line, ..."""
        return termios.tcgetattr(self.slave)
