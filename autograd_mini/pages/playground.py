"""The page that needs nothing: any expression or small network, typed in the page itself."""

from collections.abc import Iterator
from keyword import kwlist
from typing import Any

from autograd_mini import language
from autograd_mini.expressions import INSTEAD, OTHER_NAMES
from autograd_mini.notation.shapes import Shape
from autograd_mini.ops import SHEET
from autograd_mini.stepping.explanation import notations

from .document import asset, document
from .javascript import source
from .page import FIRST, LAST, ROOMS, needs_of, told, words_of

MAKING = ("grammar.js", "network.js", "build.js")
_LENGTHS = (1, 2, 3, 4, 12)  # of vectors: longer ones are written with dots, all in one way
# Of a power with a constant exponent: those that are special, and one for each form of the rest.
_EXPONENTS = (None, 0, 1, 2, 77, -77, 77.5, -77.5, 0.1234)


def to_html(*, lang: str = "en", theme: str = "auto", title: str | None = None) -> str:
    """A page in which one types an expression, or fills in a small network, and steps through it.

    It needs neither Python nor network: it computes by the formulas of the sheet, operations of
    one's own among them. The expression and its numbers stand in the address, so that a link is an
    exercise: `playground.html#expression=x*y&at=x=2,y=3&mode=perform`.

    Raises ValueError for an unknown language or theme, TypeError for a title that is no text.

    >>> page = to_html(lang="es")
    >>> len(page.encode()) < 100_000, "http://" in page.replace("http://www.w3.org/", "")
    (True, False)
    """
    words = words_of(*ROOMS, "play")
    words |= {f"expression.{name}": both for name, both in language.catalogue("expression").items()}
    start = [*FIRST[:2], source(SHEET.values(), kinks=True), *MAKING, "playground.js"]
    steps = asset("steps.html").replace("{{graphs}}", '<div class="graph"></div>')
    return document(
        "playground.html", (*start, *FIRST[2:], "layers.js", "layout.js", *LAST), {}, words,
        lang=lang, theme=theme, title=title, styles=("modes.css", "playground.css"),
        inserted={"steps": steps}, packed={**known(), **told()},
    )  # fmt: skip


def known() -> dict[str, Any]:
    """What the page knows of the sheet and of the grammar of expressions, beside the formulas."""
    templates, ops = notations(_shapes())
    sheet = {
        name: {"signature": op.signature, "vectors": len(op.vectors), "defaults": op.defaults}
        for name, op in SHEET.items()
    }
    keywords = [word for word in kwlist if word not in ("True", "False", "None")]
    grammar = {"keywords": keywords, "instead": INSTEAD, "meant": OTHER_NAMES, "sheet": sheet}
    notation = {"templates": templates, "ops": ops}
    return {"grammar": grammar, "notation": notation, "needs": needs_of(SHEET.values())}


def _shapes() -> Iterator[Shape]:
    """All that a node of an expression can be; of two vectors there is none."""
    for op in SHEET.values():
        if op.name == "pow":
            yield from (Shape(op, (1, 1), exponent=exponent) for exponent in _EXPONENTS)
        elif not op.vectors:
            yield Shape(op, (1,) * len(op.params))
        elif len(op.params) == 1:
            yield from (Shape(op, (n,)) for n in _LENGTHS)
