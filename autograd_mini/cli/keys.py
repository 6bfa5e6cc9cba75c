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
from contextlib import ExitStack, suppress
from shutil import get_terminal_size
from typing import Any, Self

if sys.platform != "win32":
    import termios
    import tty


_PAUSE = 0.05  # seconds after which an Escape is the key, and not the start of an arrow
_ARROWS = {"right": "C", "left": "D", "down": "B", "up": "A"}
_SEQUENCES: dict[str, tuple[str, ...]] = {x: (f"[{c}", f"O{c}") for x, c in _ARROWS.items()}
_SEQUENCES |= {"home": ("[H", "OH", "[1~", "[7~"), "end": ("[F", "OF", "[4~", "[8~")}
_SEQUENCES |= {"page down": ("[6~",), "page up": ("[5~",), "escape": ("",)}
_WINDOWS = dict(zip("MKPHGOQI", [f"\x1b{x[0]}" for x in _SEQUENCES.values()], strict=False))
_NAMES = {f"\x1b{x}": name for name, sequences in _SEQUENCES.items() for x in sequences}
_NAMES |= {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace"}
_NAMES |= {"\x03": "quit", "\x04": "quit"}  # Ctrl-C and Ctrl-D where no signal comes of them
_KEY = re.compile(r"\x1b\[[0-9;<=>?]*[ -/]*[@-~]|\x1bO[ -~]|.", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(\[[0-9;<=>?]*[ -/]*|O)?\Z")


def decoded(text: str) -> list[str]:
    """The keys in what a terminal has sent."""
    keys = [_NAMES.get(sent, sent) for sent in _KEY.findall(text)]
    return [key for key in keys if key.isprintable()]


class _Console(ExitStack):
    """Keys from the console of Windows."""

    def __init__(self, around_stop: Callable[[bool], None]) -> None:
        super().__init__()
        self.around_stop, self.size = around_stop, get_terminal_size()
        self.signals: list[int] = []

    def read(self) -> list[str]:
        """Wait; the keys that were pressed, in order."""
        keys: list[str] = []
        while not keys:
            sent = self._sent()
            while _UNFINISHED.search(sent) and (more := self._sent()):
                sent += more
            keys = decoded(sent)
            before, self.size = self.size, get_terminal_size()
            if self.size != before or self._signalled():
                keys.append("resize")
        return keys

    def _sent(self) -> str:
        """What comes within a moment."""
        import msvcrt

        module: Any = msvcrt  # typed for Windows only
        if not module.kbhit():
            time.sleep(_PAUSE)
            return ""
        c = module.getwch()
        return c if c not in "\x00\xe0" else _WINDOWS.get(module.getwch(), "")

    def _signalled(self) -> bool:
        return False


class _Terminal(_Console):
    """Keys from a POSIX terminal; a signal that comes meanwhile waits until `read`."""

    def __enter__(self) -> Self:
        self.fd = sys.stdin.fileno()
        self.saved = termios.tcgetattr(self.fd)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP):
                before = signal.signal(number, lambda number, _: self.signals.append(number))
                self.callback(signal.signal, number, before)
        self.callback(termios.tcsetattr, self.fd, termios.TCSADRAIN, self.saved)  # first of all
        tty.setcbreak(self.fd)
        return self

    def _sent(self) -> str:
        if not select.select([self.fd], [], [], _PAUSE)[0]:
            return ""
        data = b""
        with suppress(OSError):
            data = os.read(self.fd, 1024)
        return data.decode(errors="ignore") if data else "\x04"  # the terminal is gone

    def _signalled(self) -> bool:
        """Stop as the user asked, the terminal given back, and take it again when told to go on."""
        if not self.signals:
            return False
        if (number := self.signals.pop()) != signal.SIGTSTP:
            raise SystemExit(128 + number)
        self.around_stop(False)
        termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)
        handler = signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, handler)
        tty.setcbreak(self.fd)
        self.around_stop(True)
        return True


keyboard = _Console if sys.platform == "win32" else _Terminal
