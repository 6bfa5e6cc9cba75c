"""The formulas of the steps themselves, and the templates that a page needs to write others."""

import json
from collections.abc import Iterable
from typing import Any

from autograd_mini.notation import symbols
from autograd_mini.notation.mathematics import notation_of
from autograd_mini.notation.shapes import Shape
from autograd_mini.notation.symbols import Piece, slot


def _equal(*sides: Piece) -> Piece:
    return symbols.joined(sides, symbols.operator("="))


def _quotient(above: Piece, below: Piece, mark: Piece | None = None) -> Piece:
    r"""∂y/∂x, on a line in text; the mark says which of several uses of x is meant."""
    d = symbols.sign("∂", r"\partial")
    a, b = symbols.fenced(above), symbols.fenced(below)
    if mark is not None:
        tree = ["msup", b.mathml, mark.mathml]
        b = Piece(b.text + mark.text, f"{{{b.latex}}}^{{{mark.latex}}}", tree)
    a, b = symbols.row(d, a), symbols.row(d, b)
    latex = rf"\frac{{{a.latex}}}{{{b.latex}}}"
    return Piece(f"{a.text}/{b.text}", latex, ["mfrac", a.mathml, b.mathml])


_x, _y, _value, _partial, _gradient = map(slot, ("x", "y", "value", "partial", "gradient"))
_change, _before, _after, _rate, _sum = map(slot, ("change", "before", "after", "rate", "sum"))
_new, _old = (symbols.index(symbols.fenced(_x), slot(word)) for word in ("new", "old"))
_eta = symbols.letter(r"\eta")
_share = symbols.row(_gradient, symbols.TIMES, _partial, level=symbols.PRODUCT)

FORMULAS: dict[str, Piece] = {
    "leaf": _equal(_x, _value),
    "beside": symbols.row(_x, symbols.Piece(",  ", r",\quad ", ["mtext", ",\u2003"]), _y),
    "forward": _equal(_y, _value),
    "defined": _equal(_y, _value, slot("definition")),
    "forward.numbers": _equal(_y, _value, slot("result")),
    "gradient": _quotient(slot("L"), _x),
    "use": _quotient(_y, _x, slot("k")),
    "share": _share,
    "visit": _equal(_gradient, _sum),
    "visit.numbers": _equal(_gradient, _sum, _value),
    "visit.one": _equal(_gradient, _value),
    "accumulate": symbols.joined((slot("target"), _share), symbols.operator("+=", r"\mathrel{+}=")),
    "accumulate.numbers": _equal(
        symbols.add(_before, symbols.multiply(slot("adjoint"), _partial)), _after
    ),
    "local": _equal(_partial, slot("formula"), _value),
    "local.one": _equal(_partial, _value),
    "local.numbers": _equal(_partial, slot("formula"), slot("numbers"), _value),
    "update": _equal(
        _new,
        symbols.subtract(_old, symbols.row(_eta, symbols.TIMES, _gradient, level=symbols.PRODUCT)),
    ),
    "update.numbers": _equal(symbols.subtract(_before, symbols.multiply(_rate, _gradient)), _after),
    "update.other": _equal(_new, symbols.add(_old, symbols.sign("Δ", r"\Delta", tag="mi"))),
    "update.other.numbers": _equal(symbols.add(_before, _change), _after),
}
"""Templates of what is written about a step; sequence.py says what the fields are."""


def notations(shapes: Iterable[Shape]) -> tuple[list[Any], dict[str, Any]]:
    """What a page needs to write what is computed by nodes of these shapes, fit for JSON.

    Templates, as {"text": ..., "mathml": ...}; and for the key of each shape {"name", "about",
    "value", "definition", "partials"}, with templates given by index.
    """
    templates: dict[str, int] = {}

    def note(piece: Piece | None) -> int | None:
        if piece is None:
            return None
        text = json.dumps(as_template(piece), ensure_ascii=False)
        return templates.setdefault(text, len(templates))

    ops: dict[str, Any] = {}
    for shape in shapes:
        if shape.key not in ops:
            known = notation_of(shape)
            ops[shape.key] = {
                "name": shape.op.name if shape.op else "",
                "about": list(shape.op.about if shape.op else ("", "")),
                "value": note(known.value),
                "definition": note(known.definition),
                "partials": [note(partial) for partial in known.partials],
            }
    return [json.loads(text) for text in templates], ops


def as_template(piece: Piece) -> dict[str, Any]:
    """A piece for a page."""
    return {"text": piece.text, "mathml": piece.mathml}
