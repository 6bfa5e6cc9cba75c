"""The files of a training run: written in one move each, and only over files of an earlier run."""

from __future__ import annotations

import os
from copy import deepcopy
from errno import EACCES, ENOTDIR
from importlib.util import find_spec
from typing import TYPE_CHECKING

from autograd_mini.drawing import RenderingError, draw
from autograd_mini.errors import AutogradError
from autograd_mini.files import write_bytes
from autograd_mini.graph import topological
from autograd_mini.stepping import steps
from autograd_mini.training import save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from autograd_mini.data import Dataset, Standardiser
    from autograd_mini.drawing import Drawing
    from autograd_mini.nn import MLP
    from autograd_mini.training import History
    from autograd_mini.value import Value

# What the first 4096 bytes of a file hold if an earlier run made it.
MARKS = {
    "model.json": b'"autograd_mini model"',
    "history.csv": b"epoch,loss,accuracy,validation_loss",
    "graph.svg": b"autograd_mini",
    "graph.gv": b"autograd_mini",
    "steps.html": b"autograd_mini",
    "loss.png": b"autograd_mini",
    "boundary.png": b"autograd_mini",
}


class Failure(AutogradError):
    """The run cannot go on; the text is a sentence for the reader, in their language."""


class Files:
    """The folder of a run, what has been written there, and notes on what has not.

    Raises Failure if the folder cannot be made or written, or holds a file of another origin under
    one of the names that a run uses: nothing of anyone else's is overwritten.
    """

    def __init__(self, folder: Path, text: Callable[..., str]) -> None:
        self.folder, self.text = folder, text
        self.written: list[tuple[str, str]] = []
        self.notes: list[str] = []
        if folder.exists() and not folder.is_dir():
            raise Failure(text("unwritable", path=folder, reason=os.strerror(ENOTDIR)))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, mark in MARKS.items():
                path = folder / name
                if os.path.lexists(path) and (path.is_symlink() or not _holds(path, mark)):
                    raise Failure(text("foreign", path=path))
        except OSError as error:
            raise Failure(text("unwritable", path=folder, reason=_reason(error))) from None
        if not os.access(folder, os.W_OK):
            raise Failure(text("unwritable", path=folder, reason=os.strerror(EACCES)))

    def add(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make the file."""
        path = self.folder / name
        try:
            write(path)
        except OSError as error:
            raise Failure(self.text("unwritable", path=path, reason=_reason(error))) from None
        self.written.append((str(path), self.text(f"file.{name}")))

    def training(
        self,
        history: History,
        model: MLP,
        data: Dataset,
        scaler: Standardiser,
        accuracy: float | None,
    ) -> None:
        """The network, with all that is needed to use it on new points; and its history."""
        metadata = {
            "data": data.name,
            "feature_names": list(data.feature_names),
            "class_names": list(data.class_names),
            "mean": list(scaler.mean),
            "std": list(scaler.std),
            "test_accuracy": accuracy,
        }
        self.add("model.json", lambda path: save(model, path, metadata))
        self.add("history.csv", history.to_csv)

    def picture(self, root: Value, lang: str) -> None:
        """The gradient graph; where there is no Graphviz, its DOT text."""
        drawing: Drawing = draw(root, detail="chain rule", group="neuron", lang=lang)
        try:
            svg = drawing.pipe(format="svg")
        except RenderingError as error:
            source = f"// autograd_mini\n{drawing.source}"
            self.add("graph.gv", lambda path: write_bytes(path, source.encode()))
            self.notes.append(self.text("no.picture", reason=error))
            return
        comment = b"<!-- drawn by autograd_mini -->\n<svg"
        self.add("graph.svg", lambda path: write_bytes(path, svg.replace(b"<svg", comment, 1)))

    def steps(self, neuron: Value, lang: str) -> None:
        """The page that steps through a neuron, as far as its part of the network's graph goes.

        The gradient that arrives at it is the seed.
        """
        from autograd_mini.pages.page import to_html

        alone = deepcopy(neuron)
        for node in topological(alone):
            node.label = node.label and node.label.rpartition(".")[2]
        title = self.text("steps.title", neuron=(neuron.label or "").rpartition(".")[0])
        try:
            page = to_html(steps(alone, seed=neuron.grad), lang=lang, title=title)
        except RenderingError:
            return  # `picture` has said so
        self.add("steps.html", lambda path: write_bytes(path, page.encode()))

    def plots(self, history: History, model: MLP, data: Dataset, scaler: Standardiser) -> None:
        """Loss curve and decision boundary, if matplotlib is there; else a note on getting it."""
        if find_spec("matplotlib") is None:
            self.notes.append(self.text("no.plots"))
            return
        from autograd_mini.drawing import plots

        texts = {
            name: self.text(f"plot.{name}")
            for name in ("epoch", "loss", "training", "test", "others")
        }
        curve = plots.loss_curve(history, texts=texts)
        self.add("loss.png", lambda path: write_bytes(path, plots.png(curve)))
        if len(data.feature_names) > 1:
            boundary = plots.decision_boundary(model, data, scaler, texts=texts)
            self.add("boundary.png", lambda path: write_bytes(path, plots.png(boundary)))


def _holds(path: Path, mark: bytes) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return mark in file.read(4096)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
