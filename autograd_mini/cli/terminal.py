"""Going through the steps in a terminal, with the keys."""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress

from rich.cells import cell_len
from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.table import Table
from rich.text import Text

from autograd_mini.language import LANGUAGES, meant, text
from autograd_mini.stepping.explaining import EVERY, checked, transcript
from autograd_mini.stepping.sequence import Steps, phase

from . import options
from .keys import keyboard
from .screen import Screen

_MOVES = {"page down": 10, "page up": -10}
_MOVES |= dict.fromkeys(("right", "down", "n", " "), 1) | dict.fromkeys(("left", "up", "p"), -1)
_HELP = "next previous ends pages go forward backward language quit signs".split()


def play(
    steps: Steps,
    console: Console | None = None,
    lang: str | None = None,
    phases: Sequence[str] = EVERY,
    start: int = 0,
) -> None:
    """Go through the steps with the keys: the nodes so far, the current step, its formula.

    → or n goes on, ← or p back, g to a step, f shows the forward pass only, b the backward pass
    only, l changes the language, ? shows all keys, q ends. Where there is no terminal to do that
    in (a pipe, TERM=dumb), all steps are printed as text.

    Raises ValueError for an unknown language or phase, IndexError if there is no step `start`.
    """
    lang, phases = meant(lang), checked(phases)
    steps[start]  # raises IndexError
    console = options.console() if console is None else console
    if not interactive(console):
        for line in transcript(steps, lang, phases=phases):
            print(line, file=console.file)
        return
    _Player(steps, console, lang, phases, range(len(steps))[start]).run()


def interactive(console: Console) -> bool:
    """Whether keys can be read and the screen be painted."""
    paints = console.is_terminal and not (console.legacy_windows or console.is_dumb_terminal)
    terminals = (stream is not None and stream.isatty() for stream in (sys.stdin, console.file))
    return paints and all(terminals)


class _Player:
    """Where the reader is, and what the keys do."""

    def __init__(
        self, steps: Steps, console: Console, lang: str, phases: tuple[str, ...], start: int
    ) -> None:
        self.steps, self.console, self.all = steps, console, phases
        self.screen = Screen(steps, console, lang)
        self.lang, self.index = lang, start
        self.typed: str | None = None  # the number of a step, while it is being typed
        self.phases: tuple[str, ...] = EVERY
        self.shown = [*range(len(steps))]
        self.message, self.helping = "", False
        self._choose(self.all)

    def run(self) -> None:
        """Until q, Escape or Ctrl-C; the terminal is then as it was."""
        live = Live(console=self.console, screen=True, auto_refresh=False, redirect_stdout=False)
        keys = keyboard(lambda on: live.start() if on else live.stop())
        with suppress(KeyboardInterrupt), keys, live:
            live.update(self._screen(), refresh=True)
            while all(map(self._pressed, keys.read())):
                live.update(self._screen(), refresh=True)

    # --- keys ------------------------------------------------------------------------------------
    def _pressed(self, key: str) -> bool:
        """Do what the key says; False to end."""
        if key in ("resize", "quit"):
            return key == "resize"
        self.message = ""
        if self.helping:
            self.helping = False
        elif self.typed is not None:
            self._type(key)
        elif key in ("q", "escape"):
            return False
        elif key in _MOVES:
            at = bisect_left(self.shown, self.index) + _MOVES[key]
            self.index = self.shown[max(0, min(at, len(self.shown) - 1))]
        elif key in ("home", "end"):
            self.index = self.shown[0 if key == "home" else -1]
        elif key == "g":
            self.typed = ""
        elif key in ("f", "b"):
            wanted = ("forward",) if key == "f" else ("backward",)
            self._choose(self.all if self.phases == wanted else wanted)
        elif key == "l":
            self.lang = LANGUAGES[1 - LANGUAGES.index(self.lang)]
            self.screen = Screen(self.steps, self.console, self.lang)
        elif key == "?":
            self.helping = True
        return True

    def _type(self, key: str) -> None:
        """The number of the step to go to, digit by digit."""
        typed = self.typed or ""
        if key == "backspace":
            self.typed = typed[:-1]
        elif key == "enter" and typed:
            self.typed, index = None, int(typed)
            if index >= len(self.steps):
                self.message = text("terminal.range", self.lang, last=len(self.steps) - 1)
                return
            if index not in self.shown:
                self._choose(EVERY)
            self.index = index
        elif key in ("escape", "enter", "q", "g"):
            self.typed = None
        elif key in "0123456789" and len(typed) < 12:
            self.typed = typed + key

    def _choose(self, phases: tuple[str, ...]) -> None:
        """Show the steps of these phases only; the nearest of them, if the current one is not."""
        shown = [k for k, step in enumerate(self.steps) if phase(step) in phases]
        if not shown:
            self.message = text("terminal.none", self.lang)
            return
        self.shown, self.phases = shown, phases
        self.index = min(shown, key=lambda k: abs(k - self.index))

    # --- the screen ------------------------------------------------------------------------------
    def _screen(self) -> Group | Layout:
        if self.helping:
            return self._help()
        width, height = self.console.size
        only = ", ".join(text(f"terminal.{name}", self.lang) for name in self.phases)
        top = "" if set(self.phases) == set(EVERY) else text("terminal.only", self.lang, phase=only)
        return Group(*self.screen.lines(self.index, width, height, top, self._foot(width)))

    def _foot(self, width: int) -> str:
        if self.typed is not None:
            return text("terminal.go", self.lang, last=len(self.steps) - 1, typed=f"{self.typed}▁")
        if self.message:
            return self.message
        keys = text("terminal.keys", self.lang)
        return keys if cell_len(keys) <= width else text("terminal.keys.short", self.lang)

    def _help(self) -> Layout:
        """The keys, one a line; what the window has no room for is left out."""
        keys = Table("", "", box=None, show_header=False, padding=(0, 1, 0, 2))
        for k in _HELP:
            keys.add_row(*(text(f"terminal.help.{k}{end}", self.lang) for end in ("", ".is")))
        title = Text(text("terminal.help", self.lang), style="bold")
        close = Text(text("terminal.help.close", self.lang), style="dim")
        layout = Layout()
        layout.split_column(Layout(Group(title, "", keys)), Layout(close, size=1))
        return layout
