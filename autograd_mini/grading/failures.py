"""What is wrong with a submission: in a sentence, as code, and as a picture of the right graph."""

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from autograd_mini.drawing import RenderingError, draw, draw_text
from autograd_mini.graph import topological
from autograd_mini.language import text, translated
from autograd_mini.value import Value

from .programs import code
from .tasks import Task, right

_NODES, _LINES = 40, 12  # of a picture; of one in a terminal


@dataclass(frozen=True)
class Failure:
    """A failure: its kind, what is to be told of it, and the task that shows it."""

    kind: str
    details: dict[str, Any] = field(default_factory=dict)
    task: Task | None = None
    names: dict[str, str] = field(default_factory=dict)  # where it has others: Value, grad, ...

    def text(self, lang: str) -> str:
        """A sentence."""
        told = {**self.details, **self.numbers()}
        if told.get("text"):
            told["text"] = f": {translated(told['text'], lang)}"
        if self.kind == "needs":
            told["shapes"] = ", ".join(told["shapes"])
        place = "grade.where.cell" if told.get("cell") else "grade.where"
        where = text(place, lang, **told) if told.get("line") else ""
        status = told.get("status")
        if status is not None and status < 0:
            return text(f"grade.failure.{self.kind}.signal", lang, signal=-status)
        return text(f"grade.failure.{self.kind}", lang, **told) + where

    def code(self, lang: str) -> str:
        """The smallest expression that fails, or the script, with what it gives and should give."""
        if self.task is None:
            return ""
        if self.task.program is not None:
            lines = [renamed(code(self.task.program), self.names)]
        else:
            function = self.task.function
            lines = [f"{name} = {x!r}" for name, x in json.loads(self.task.given).items()]
            try:
                lines.append(dedent(inspect.getsource(function)).rstrip())
            except (OSError, TypeError):  # made without a file
                lines.append(f"{function.__name__}(engine)")
        if self.kind == "wrong":
            lines.append(f"{self.details['key']}  # {text('grade.got', lang, **self.numbers())}")
        return "\n".join(lines)

    def told(self, lang: str) -> dict[str, str]:
        """All that is to be said."""
        said = {"kind": self.kind, "text": self.text(lang), "code": self.code(lang)}
        return {**said, "tree": self.tree(lang), **self.numbers()}

    def numbers(self) -> dict[str, str]:
        """What it gives, and what it should, if it is wrong: of networks, one of several."""
        if self.kind != "wrong":
            return {}
        wanted = " / ".join(map(_written, self.details["wanted"]))
        return {"got": _written(self.details["got"]), "wanted": wanted}

    def graph(self) -> Value | None:
        """The right graph, if it is small enough to be drawn."""
        root = None if self.task is None else right(self.task)[1]
        return root if root is not None and len(topological(root)) <= _NODES else None

    def picture(self, lang: str) -> tuple[str, str]:
        """The graph with the right gradients: ("svg", ...) or ("dot", ...), or ("", "")."""
        root = self.graph()
        if root is None:
            return "", ""
        drawing = draw(root, detail="chain rule", lang=lang)
        try:
            return "svg", str(drawing.pipe(format="svg", encoding="utf-8"))
        except RenderingError:
            return "dot", drawing.source

    def tree(self, lang: str) -> str:
        """The picture for a terminal; "" if it is large."""
        root = self.graph()
        drawn = "" if root is None else draw_text(root, lang=lang)
        return drawn if drawn.count("\n") < _LINES else ""


def renamed(code: str, names: Mapping[str, str]) -> str:
    """Code in which `Value`, `.grad` and so on have these names."""
    return re.sub(r"(?<=\.)\w+|\bValue\b", lambda found: names.get(found[0], found[0]), code)


def _written(x: Any) -> str:
    return f"{x:.8g}" if isinstance(x, float) else repr(x)[:80]
