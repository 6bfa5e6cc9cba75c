"""What a training run gives out: lines on the console, and files over those of an earlier run."""

import os
from collections.abc import Callable
from copy import deepcopy
from errno import EACCES
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from autograd_mini.data import Dataset, Standardiser
from autograd_mini.drawing import RenderingError, draw, plots
from autograd_mini.errors import AutogradError
from autograd_mini.files import write
from autograd_mini.graph import topological
from autograd_mini.language.tables import Grid, aligned
from autograd_mini.nn import MLP
from autograd_mini.pages.page import to_html
from autograd_mini.stepping import steps
from autograd_mini.training import History
from autograd_mini.value import Value

from .options import said

NAMES = "model.json history.csv graph.svg graph.gv steps.html loss.png boundary.png".split()


class Teller:
    """Writes to the console in one language; prose is wrapped on terminals only."""

    def __init__(self, lang: str, console: Console | None = None, room: str = "demo") -> None:
        self.room = room
        self.console = console or Console(highlight=False, markup=False, emoji=False)
        self.lang, self.piped = lang, not self.console.is_terminal

    def text(self, name: str, /, **values: object) -> str:
        """A text of the catalogue."""
        return said(f"{self.room}.{name}", self.lang, **values)

    def heading(self, name: str, /, **values: object) -> None:
        """The title of a section."""
        self.console.print()
        self.console.print(self.text(name, **values), style="bold cyan", soft_wrap=self.piped)

    def say(self, name: str, /, **values: object) -> None:
        """A sentence."""
        self.console.print(self.text(name, **values), soft_wrap=self.piped)

    def lines(self, *lines: str) -> None:
        """Lines that are aligned already; they are never wrapped or cut."""
        for line in lines:
            self.console.print(f"  {line}", soft_wrap=True)

    def table(self, rows: list[list[str]], sides: str) -> None:
        """Rows below a heading; where the terminal is narrow cells are folded, or row by row."""
        heading, *lines = aligned(rows, sides)
        if self.piped:
            self.lines(heading, "─" * len(heading), *lines)
        else:
            self.console.print(Grid(rows, sides=sides))


class Files:
    """The folder of a run, what has been written there, and notes on what has not.

    Raises OSError if the folder cannot be made or written; AutogradError if it has no network of
    ours and a file under one of the names that a run uses: nothing of anyone else's is overwritten.
    """

    def __init__(self, folder: Path, teller: Teller) -> None:
        self.folder, self.teller = folder, teller
        self.written: list[tuple[str, str]] = []
        self.notes: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES), str(folder))
        model = folder / "model.json"
        if not (model.is_file() and b'"autograd_mini model"' in model.read_bytes()[:99]):
            for path in (folder / name for name in NAMES):
                if os.path.lexists(path):
                    raise AutogradError(teller.text("foreign", path=path))

    def add(self, name: str, content: bytes | Callable[[Path], object]) -> None:
        """Write a file, or let a function of its path write it."""
        path = self.folder / name
        if isinstance(content, bytes):
            write(path, content)
        else:
            content(path)
        self.written.append((str(path), self.teller.text(f"file.{name}")))

    def picture(self, root: Value) -> None:
        """The gradient graph; where there is no Graphviz, its DOT text."""
        drawing = draw(root, detail="chain rule", group="neuron", lang=self.teller.lang)
        try:
            svg = drawing.pipe(format="svg")
        except RenderingError as error:
            self.add("graph.gv", drawing.source.encode())
            self.notes.append(self.teller.text("no.picture", reason=error))
            return
        self.add("graph.svg", svg)

    def steps(self, neuron: Value) -> None:
        """The page that steps through a neuron; the gradient that arrives at it is the seed."""
        alone = deepcopy(neuron)
        for node in topological(alone):
            node.label = node.label and node.label.rpartition(".")[2]
        title = self.teller.text("steps.title", neuron=(neuron.label or "").rpartition(".")[0])
        try:
            page = to_html(steps(alone, seed=neuron.grad), lang=self.teller.lang, title=title)
        except RenderingError:
            return  # `picture` has said so
        self.add("steps.html", page.encode())

    def plots(self, history: History, model: MLP, data: Dataset, scaler: Standardiser) -> None:
        """Loss curve and decision boundary, if matplotlib is there; else a note on getting it."""
        if find_spec("matplotlib") is None:
            self.notes.append(self.teller.text("no.plots"))
            return
        lang = self.teller.lang
        self.add("loss.png", plots.png(plots.loss_curve(history, lang=lang)))
        if len(data.feature_names) > 1:
            boundary = plots.decision_boundary(model, data, scaler, lang=lang)
            self.add("boundary.png", plots.png(boundary))
