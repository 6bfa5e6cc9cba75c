"""What is wrong with a submission: in a sentence, as code, and as a picture of the right graph."""

from dataclasses import dataclass, field
from typing import Any

from autograd_mini.drawing import RenderingError, draw, draw_text
from autograd_mini.graph import topological
from autograd_mini.language import text, translated
from autograd_mini.value import Value

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
        told = {**self.details}
        if told.get("text"):
            told["text"] = f": {translated(told['text'], lang)}"
        place = "grade.where.cell" if told.get("cell") else "grade.where"
        where = text(place, lang, **told) if told.get("line") else ""
        status = told.get("status") or 0
        kind = f"{self.kind}.signal" if status < 0 else self.kind
        return text(f"grade.failure.{kind}", lang, signal=-status, **told) + where

    def code(self, lang: str) -> str:
        """The smallest expression that fails, or the script, with what it gives and should give."""
        if self.task is None:
            return ""
        lines = [self.task.code(self.names)]
        if self.kind == "wrong":
            lines.append(f"{self.details['key']}  # {text('grade.got', lang, **self.details)}")
        return "\n".join(lines)

    def told(self, lang: str) -> dict[str, str]:
        """All that is to be said."""
        said = {"kind": self.kind, "text": self.text(lang), "code": self.code(lang)}
        numbers = {key: self.details[key] for key in ("got", "wanted") if self.kind == "wrong"}
        return {**said, "tree": self.tree(lang), **numbers}

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
