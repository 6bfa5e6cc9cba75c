"""`autograd-mini draw`: the graph of an expression, as a picture or as text."""

from typing import Any

import graphviz

from autograd_mini import drawing
from autograd_mini.drawing import RenderingError, draw_text
from autograd_mini.drawing.themes import CHOICES, Options
from autograd_mini.errors import AutogradError
from autograd_mini.value import Value

from .options import Arguments, labelled, option, read, rooted, suffix, write

_WRITTEN = ("dot", "gv", "mmd", "tex", "json", "txt")  # beside what Graphviz makes
_USUAL = ("svg", "png", "pdf", "dot", "mmd", "tex", "json", "txt")
_LOOKS = ("detail", "rankdir", "theme")
OPTIONS = [
    "expression values --out",
    *(option(f"--{x}", choices=[*CHOICES[x]], default=getattr(Options, x)) for x in _LOOKS),
    option("--number-format", metavar="FORMAT", default=".4g"),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    kind = suffix(args, [*_WRITTEN, *graphviz.FORMATS], _USUAL)
    expression, numbers = read(args, args.expression, args.values)
    result = rooted(expression)(*labelled(numbers).values())
    if not isinstance(result, Value):
        args.refuse("constant")
    result.backward()
    try:
        made = _made(result, kind or "txt", args)
    except RenderingError as error:
        why = RenderingError(str(error).partition(". Install")[0])  # our own advice follows
        raise AutogradError(args.say("engine", why=why)) from None
    return write(args, made, prose=kind is None)


def _made(result: Value, kind: str, args: Arguments) -> bytes | str:
    common: dict[str, Any] = {x: getattr(args, x) for x in (*_LOOKS, "number_format", "lang")}
    if kind == "json":
        return f"{drawing.to_json(result, indent=1)}\n"
    if kind == "txt":
        del common["rankdir"], common["theme"]
        return f"{draw_text(result, **common)}\n"
    if kind in ("mmd", "tex"):
        return (drawing.to_mermaid if kind == "mmd" else drawing.to_latex)(result, **common)
    drawn = drawing.draw(result, **common)
    return str(drawn.source) if kind in ("dot", "gv") else bytes(drawn.pipe(format=kind))
