"""The formulas of the steps themselves, and all that a page needs to write them."""

import json
from collections.abc import Iterable
from typing import Any

from autograd_mini.notation import labels, symbols
from autograd_mini.notation.mathematics import notation_of
from autograd_mini.notation.shapes import Shape, at_kink, operands_of, shape_of
from autograd_mini.notation.symbols import Piece, slot
from autograd_mini.value import Value

from .sequence import Steps


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


def catalogue(steps: Steps) -> dict[str, Any]:
    """The templates that a page needs to write every step of these, fit for JSON.

    "templates": [{"text": ..., "mathml": ...}, ...], "formulas": name -> template,
    "ops": key -> {"name", "about", "value", "definition", "partials"}, templates given by index;
    "nodes": for each node None, if it is a leaf, or [key, operands]: the index of a node, or the
    text of a constant; "kinks": the nodes that are at a kink; "numerator": what gradients are of.
    """
    ids = {node: k for k, node in enumerate(steps.nodes)}
    shapes = [None if node.first is None else shape_of(node) for node in steps.nodes]
    templates, ops = notations(shape for shape in shapes if shape is not None)
    nodes: list[Any] = []
    for node, shape in zip(steps.nodes, shapes, strict=True):
        operands = [ids[x] if isinstance(x, Value) else labels.number(x) for x in operands_of(node)]
        nodes.append(None if shape is None else [shape.key, operands])
    return {
        "numerator": steps.numerator,
        "formulas": {name: _written(piece) for name, piece in FORMULAS.items()},
        "templates": templates,
        "ops": ops,
        "nodes": nodes,
        "kinks": [k for k, node in enumerate(steps.nodes) if at_kink(node)],
    }


def notations(shapes: Iterable[Shape]) -> tuple[list[Any], dict[str, Any]]:
    """The "templates" and the "ops" of `catalogue` for these shapes."""
    templates: dict[str, int] = {}

    def note(piece: Piece | None) -> int | None:
        if piece is None:
            return None
        text = json.dumps(_written(piece), ensure_ascii=False)
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


def _written(piece: Piece) -> dict[str, Any]:
    return {"text": piece.text, "mathml": piece.mathml}
