"""How `fit` shows that it is getting on: a bar on a terminal, lines elsewhere, or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from autograd_mini import language

from .history import Epoch

Show = Callable[[int, int, float, float | None], None]
EndOfEpoch = Callable[[Epoch], None]

LINES = 10  # how many lines a run prints where there is no terminal


@contextmanager
def shown(
    progress: bool | str, lang: str, epochs: int, batches: int
) -> Iterator[tuple[Show, EndOfEpoch]]:
    """A function to call after each batch and one to call after each epoch."""
    if progress is False:
        yield _nothing, _nothing
        return
    from rich.console import Console

    console = Console()
    words = language.words("training", lang)
    drawn = console.is_terminal and not console.is_dumb_terminal
    if console.is_jupyter:  # where ipywidgets move the bar
        drawn = find_spec("ipywidgets") is not None
    if drawn:
        with _bar(console, words, epochs, batches) as after_batch:
            yield after_batch, _nothing
    else:
        yield _nothing, _lines(words, epochs) if progress is True else _nothing


def _nothing(*_: Any) -> None:
    pass


def _lines(words: dict[str, str], epochs: int) -> EndOfEpoch:
    due = {-(-epochs * k // LINES) for k in range(1, LINES + 1)} | {1}

    def end_of_epoch(row: Epoch) -> None:
        if row.epoch in due:
            text = f"{words['epoch']} {row.epoch}/{epochs}  {_told(words, row.loss, row.accuracy)}"
            if row.validation_loss is not None:
                held_out = _told(words, row.validation_loss, row.validation_accuracy)
                text += f"  {words['validation']}: {held_out}"
            print(text, flush=True)

    return end_of_epoch


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
            bar.update(
                task,
                completed=(epoch - 1) * batches + done,
                description=f"{words['epoch']} {epoch}/{epochs}",
                told=_told(words, loss, None if narrow else accuracy),
            )

        yield after_batch


def _told(words: dict[str, str], loss: float, accuracy: float | None) -> str:
    told = f"{words['loss']} {loss:.4f}" if 1e-3 <= loss < 1e4 else f"{words['loss']} {loss:.2e}"
    return told if accuracy is None else f"{told}  {words['accuracy']} {100 * accuracy:.1f} %"
