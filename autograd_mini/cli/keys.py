"""Keys, one by one, without Enter; and the terminal as it was before, whatever happens.

`keyboard` is to be entered; its `read` waits, and gives the names of keys: "right", "home", "n",
...; also "resize" and "quit". `around_stop` is called with False before the process stops (Ctrl-Z),
with True when it goes on.
"""

import os
import re
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from shutil import get_terminal_size
from typing import Any, Self

if sys.platform != "win32":
    import termios
    import tty


_PAUSE = 0.05  # seconds after which an Escape is the key, and not the start of an arrow
_NAMES = {
    "right": ("[C", "OC"),
    "left": ("[D", "OD"),
    "down": ("[B", "OB"),
    "up": ("[A", "OA"),
    "home": ("[H", "OH", "[1~", "[7~"),
    "end": ("[F", "OF", "[4~", "[8~"),
    "page down": ("[6~",),
    "page up": ("[5~",),
}
_SEQUENCES = {sequence: name for name, sequences in _NAMES.items() for sequence in sequences}
_SEQUENCE = re.compile(r"\x1b(\[[0-9;<=>?]*[ -/]*[@-~]|O[ -~])")
_UNFINISHED = re.compile(r"\x1b(\[[0-9;<=>?]*[ -/]*|O)?")
_CHARACTERS = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace"}
_CHARACTERS |= {"\x03": "quit", "\x04": "quit"}  # Ctrl-C and Ctrl-D where no signal comes of them
_WINDOWS = dict(zip("MKPHGOQI", _NAMES, strict=True))  # the second byte of each


def decoded(text: str) -> tuple[list[str], str]:
    """The keys in what a terminal has sent, and the start of a sequence that is not complete."""
    keys = []
    while text:
        size = 1
        if match := _SEQUENCE.match(text):
            key, size = _SEQUENCES.get(match[1], ""), match.end()
        elif match := _UNFINISHED.match(text):
            if match.end() == len(text):
                break
            key = "escape"
        else:
            key = _CHARACTERS.get(text[0], text[0] if text[0].isprintable() else "")
        keys.append(key)
        text = text[size:]
    return [key for key in keys if key], text


class _Console(ExitStack):
    """Keys from the console of Windows."""

    def __init__(self, around_stop: Callable[[bool], None]) -> None:
        super().__init__()
        self.around_stop = around_stop
        self.size = get_terminal_size()

    def read(self) -> list[str]:
        """Wait; the keys that were pressed, in order."""
        while True:
            keys = self._pressed()
            before, self.size = self.size, get_terminal_size()
            if self.size != before:
                keys.append("resize")
            if keys:
                return keys

    def _pressed(self) -> list[str]:
        """The keys that are pressed within a moment."""
        import msvcrt

        module: Any = msvcrt  # typed for Windows only
        if not module.kbhit():
            time.sleep(_PAUSE)
            return []
        c = module.getwch()
        if c in "\x00\xe0":
            return [key for key in [_WINDOWS.get(module.getwch(), "")] if key]
        return ["escape"] if c == "\x1b" else decoded(c)[0]


class _Terminal(_Console):
    """Keys from a POSIX terminal; a signal that comes meanwhile waits until `read`."""

    def __enter__(self) -> Self:
        self.fd, self.waiting, self.signals = sys.stdin.fileno(), b"", list[int]()
        self.saved = termios.tcgetattr(self.fd)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP):
                before = signal.signal(number, lambda number, _: self.signals.append(number))
                self.callback(signal.signal, number, before)
        self.callback(termios.tcsetattr, self.fd, termios.TCSADRAIN, self.saved)  # first of all
        tty.setcbreak(self.fd)
        return self

    def _pressed(self) -> list[str]:
        ready, _, _ = select.select([self.fd], [], [], _PAUSE)
        if self.signals:
            if (number := self.signals.pop()) != signal.SIGTSTP:
                raise SystemExit(128 + number)
            self._stop()
            return ["resize"]
        if not ready:
            keys, self.waiting = ["escape"] * bool(self.waiting), b""  # nothing follows: the key
            return keys
        try:
            data = os.read(self.fd, 1024)
        except OSError:  # the terminal is gone
            data = b""
        keys, rest = decoded((self.waiting + data).decode(errors="ignore"))
        self.waiting = rest.encode()
        return keys if data else ["quit"]

    def _stop(self) -> None:
        """Give the terminal back, stop as the user asked, and take it again when told to go on."""
        self.around_stop(False)
        termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        tty.setcbreak(self.fd)
        self.around_stop(True)


keyboard = _Console if sys.platform == "win32" else _Terminal
