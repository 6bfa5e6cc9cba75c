"""What happens in a training run, epoch by epoch: kept, and shown while `fit` gets on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from autograd_mini import language
from autograd_mini.files import write
from autograd_mini.language.tables import separated

LINES = 10  # how many lines a run prints where there is no terminal


class Epoch(NamedTuple):
    """One line of the history.

    epoch                the number of the epoch, from 1
    loss, accuracy       means over the epoch's samples, each taken in its batch, before the update
    validation_loss,
    validation_accuracy  of the validation data, after the epoch; None without such data
    learning_rate        of the epoch's last update
    gradient_norm        mean over the updates of sqrt(sum of g**2), before clipping
    seconds              how long the epoch took, validation included

    An accuracy is None for a regression.
    """

    epoch: int
    loss: float
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    learning_rate: float
    gradient_norm: float
    seconds: float


class History:
    """The epochs of a training run, in `rows`; each column is a list: `history.loss`, ...

    `stopped` says why the run ended: "finished", "early stopping", "callback", "interrupted" or
    "error" (in the history of a TrainingError); it is "" while it goes on. `best_epoch` is the
    epoch with the lowest loss (the validation loss, if there is one), the first of equals, and
    None before the first epoch.

    >>> history = History([Epoch(1, 0.5, 0.75, None, None, 0.1, 2.0, 0.01)])
    >>> history
    History: 1 epoch, loss 0.5, accuracy 75 %
    >>> history.loss
    [0.5]
    """

    def __init__(self, rows: list[Epoch] | None = None) -> None:
        self.rows: list[Epoch] = rows or []
        self.stopped = ""

    epochs: list[int]
    loss: list[float]
    accuracy: list[float | None]
    validation_loss: list[float | None]
    validation_accuracy: list[float | None]
    learning_rate: list[float]
    gradient_norm: list[float]
    seconds: list[float]

    def __getattr__(self, name: str) -> Any:
        """A column: `field` of every row."""
        if name == "epochs" or name in Epoch._fields[1:]:
            return [getattr(row, name.replace("epochs", "epoch")) for row in self.rows]
        return object.__getattribute__(self, name)

    @property
    def best_epoch(self) -> int | None:
        """The number of the epoch with the lowest loss."""
        return min(self.rows, key=monitored).epoch if self.rows else None

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        n = len(self.rows)
        parts = [f"History: {n} epoch{'s' * (n != 1)}"]
        if self.rows:
            last = self.rows[-1]
            shown = {"loss": last.loss, "validation loss": last.validation_loss}
            rates = {"accuracy": last.accuracy, "validation accuracy": last.validation_accuracy}
            parts += [f"{name} {x:.6g}" for name, x in shown.items() if x is not None]
            parts += [f"{name} {100 * x:.4g} %" for name, x in rates.items() if x is not None]
        return ", ".join(parts + [self.stopped] * bool(self.stopped))

    def to_csv(self, path: str | Path) -> None:
        """Write the rows under a line of names; what is None is left empty.

        Numbers read back as the same floats. A file already there is replaced in one move, when
        the new one is complete. Raises ValueError for a folder or a link, OSError if the system
        cannot write there.
        """
        write(path, separated((Epoch._fields, *self.rows), "en"))


def monitored(row: Epoch) -> float:
    """The loss that tells the best epoch."""
    return row.loss if row.validation_loss is None else row.validation_loss


# --- shown ---------------------------------------------------------------------------------------
Show = Callable[[int, int, float, float | None], None]


def shown(
    progress: bool | str, lang: str, epochs: int, batches: int
) -> tuple[AbstractContextManager[Show], Callable[[Epoch], None]]:
    """What to enter for a function to call after each batch, and one to call after each epoch."""
    quiet = nullcontext(_nothing)
    if progress is False:
        return quiet, _nothing
    from rich.console import Console

    console = Console()
    words = language.words("training", lang)
    drawn = console.is_terminal and not console.is_dumb_terminal
    if console.is_jupyter:  # where ipywidgets move the bar
        drawn = find_spec("ipywidgets") is not None
    if drawn:
        return _bar(console, words, epochs, batches), _nothing
    return quiet, partial(_line, words, epochs) if progress is True else _nothing


def _nothing(*_: Any) -> None:
    pass


def _line(words: dict[str, str], epochs: int, row: Epoch) -> None:
    if row.epoch in {1, *(-(-epochs * k // LINES) for k in range(1, LINES + 1))}:
        text = f"{words['epoch']} {row.epoch}/{epochs}  {_told(words, row.loss, row.accuracy)}"
        if row.validation_loss is not None:
            held_out = _told(words, row.validation_loss, row.validation_accuracy)
            text += f"  {words['validation']}: {held_out}"
        print(text, flush=True)


@contextmanager
def _bar(console: Any, words: dict[str, str], epochs: int, batches: int) -> Iterator[Show]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    def text(template: str) -> TextColumn:
        return TextColumn(template, table_column=Column(no_wrap=True), markup=False)

    columns: list[Any] = [text("{task.description}"), text("{task.fields[told]}")]
    columns.append(TimeRemainingColumn(compact=True))
    if not (narrow := console.width < 70):
        columns.insert(1, BarColumn(bar_width=min(30, console.width - 64)))
        columns.append(text(words["left"]))
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"{words['epoch']} 1/{epochs}", total=epochs * batches, told="")

        def after_batch(epoch: int, done: int, loss: float, accuracy: float | None) -> None:
            told, all_done = _told(words, loss, None if narrow else accuracy), batches * (epoch - 1)
            said = f"{words['epoch']} {epoch}/{epochs}"
            bar.update(task, completed=all_done + done, description=said, told=told)

        yield after_batch
        bar.refresh()  # which rich does not do in a notebook


def _told(words: dict[str, str], loss: float, accuracy: float | None) -> str:
    told = f"{words['loss']} {loss:.4f}" if 1e-3 <= loss < 1e4 else f"{words['loss']} {loss:.2e}"
    return told if accuracy is None else f"{told}  {words['accuracy']} {100 * accuracy:.1f} %"
