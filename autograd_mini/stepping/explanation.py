"""An explanation, and the pieces that it is put together from."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
from html import escape
from typing import Any, NamedTuple

from autograd_mini.language import of, text
from autograd_mini.notation import labels, symbols
from autograd_mini.notation.mathematics import notation_of
from autograd_mini.notation.shapes import Shape, amiss, operands_of, shape_of
from autograd_mini.notation.symbols import Piece, slot
from autograd_mini.value import Value

LONGEST = 4  # terms of a sum that are written


class Formula(NamedTuple):
    """A formula in three forms."""

    text: str  #: on a line, for a terminal
    latex: str  #: for mathematics mode; amsmath is needed
    mathml: str  #: a `math` element that stands alone

    def __str__(self) -> str:
        return self.text


class Explanation(NamedTuple):
    """A step in words and formulas; str() gives it as plain text."""

    title: str  #: what happens, in a few words
    sentence: str  #: the same in a sentence; names of nodes stand in backticks
    symbolic: Formula  #: the formula with names
    local: Formula | None  #: the local derivative, where one is used
    numeric: Formula | None  #: the formula with numbers
    why: str  #: why it is so, or comes now; may be empty

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Those that there are."""
        return tuple(f for f in (self.symbolic, self.local, self.numeric) if f is not None)

    def __str__(self) -> str:
        lines = [self.title, self.sentence, *(f"    {f.text}" for f in self.formulas)]
        return "\n".join(lines + [self.why] * bool(self.why))

    def __repr__(self) -> str:  # what a prompt shows of it
        return str(self)

    def _repr_latex_(self) -> str:
        rows = r" \\ ".join(f.latex for f in self.formulas)
        return rf"$\displaystyle \begin{{gathered}} {rows} \end{{gathered}}$"

    def _repr_html_(self) -> str:
        sentence, why = (
            re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
            for text in (self.sentence, self.why)
        )
        # Where a notebook is not trusted neither styles nor MathML are left: then as text.
        formulas = "".join(
            f'<p class="text">{escape(f.text)}</p><div style="display: none">{f.mathml}</div>'
            for f in self.formulas
        )
        return (
            '<div class="autograd-mini-step"><style>.autograd-mini-step mtd {text-align: left}'
            " .autograd-mini-step .text {display: none} .autograd-mini-step div"
            f" {{display: block !important; margin: 0.5em 0}}</style><h4>{escape(self.title)}</h4>"
            f"<p>{sentence}</p>{formulas}{f'<p>{why}</p>' * bool(why)}</div>"
        )


# --- the formulas of the steps --------------------------------------------------------------------
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


# --- pieces ---------------------------------------------------------------------------------------
def fill(template: str, slots: Mapping[str, Piece]) -> Piece:
    """A formula of the steps with its slots filled."""
    return symbols.fill(FORMULAS[template], slots.__getitem__)


def written(piece: Piece) -> Formula:
    """The piece as a formula."""
    return Formula(piece.text, piece.latex, symbols.document(piece))


def gradient(above: str, below: str) -> Piece:
    """∂above/∂below."""
    return fill("gradient", {"L": symbols.name(above), "x": symbols.name(below)})


def partial(above: str, below: str, use: int = 0) -> Piece:
    """∂above/∂below; for the k-th of several uses ∂above/∂below⁽ᵏ⁾, the others held fixed."""
    if not use:
        return gradient(above, below)
    mark = Piece(labels.marked("", use), f"({use})", ["mn", f"({use})"])
    return fill("use", {"y": symbols.name(above), "x": symbols.name(below), "k": mark})


def sum_of(terms: Sequence[Piece]) -> Piece:
    """A sum, of a long one the first two terms and the last."""
    shown = [*terms]
    if len(shown) > LONGEST:
        shown[2:-1] = [symbols.DOTS]
    fenced = (symbols.fenced(term) if term.text[0] == "−" else term for term in shown[1:])
    return symbols.joined((shown[0], *fenced), symbols.PLUS, symbols.SUM)


def listed(names: Iterable[str]) -> str:
    """Names in backticks; of many the first two and the last.

    >>> listed("abcde")
    '`a`, `b`, …, `e`'
    """
    shown = [f"`{name}`" for name in names]
    if len(shown) > LONGEST:
        shown[2:-1] = ["…"]
    return ", ".join(shown)


class Teller:
    """Fills the templates of nodes with names and numbers."""

    def __init__(self, names: Mapping[Value, str], lang: str) -> None:
        self.names, self.lang = names, lang
        self.amiss = cache(amiss)  # of a node once, not of each of its edges

    def told(
        self,
        kind: str,
        sentence: str,
        symbolic: Piece,
        numeric: Piece | None = None,
        local: Piece | None = None,
        why: Sequence[str] = (),
        **slots: object,
    ) -> Explanation:
        """The explanation with the title of this kind: its texts are looked up and filled in.

        Texts are those of the room "sentence", or of that which `kind` names: "explanation.node".
        """
        room, _, kind = kind.rpartition(".")
        given = {key: x.text if isinstance(x, Piece) else x for key, x in slots.items()}

        def say(name: str) -> str:
            return text(f"{room or 'sentence'}.{name}", self.lang, **given)

        second, third = (None if f is None else written(f) for f in (local, numeric))
        because = " ".join(map(say, why))
        return Explanation(
            say(f"title.{kind}"), say(sentence), written(symbolic), second, third, because
        )

    def about(self, node: Value, by_hand: str = "") -> str:
        """What the node's operation is; of one made by hand the text of this name."""
        return of(node.op.about, self.lang) if node.op else by_hand and text(by_hand, self.lang)

    def name(self, node: Value) -> Piece:
        """The node's name."""
        return symbols.name(self.names[node])

    def leaf(self, node: Value) -> Piece:
        """What a given number is: w = 0.5."""
        return fill("leaf", {"x": self.name(node), "value": symbols.number(node.data)})

    def filled(
        self, template: Piece, node: Value, show: Callable[[Value], Piece], at: int = 0
    ) -> Piece:
        """A template of the node's operation; `at` is the operand that a derivative is for."""
        operands = operands_of(node)

        def one(slot: str) -> Piece:
            if slot == "out":
                return show(node)
            if slot in ("if", "else"):
                return symbols.sign(text(f"sentence.{slot}", self.lang), tag="mtext")
            x = operands[at + int(slot) if slot[0] in "+-" else int(slot)]
            return show(x) if isinstance(x, Value) else symbols.number(x)

        return symbols.fill(template, one)

    def several(self, formulas: list[Piece]) -> Piece:
        """Formulas beside each other; of many the first ones."""
        if len(formulas) > LONGEST:
            formulas = [*formulas[: LONGEST - 1], symbols.DOTS]
        return reduce(lambda x, y: fill("beside", {"x": x, "y": y}), formulas)

    def operands(self, node: Value) -> str:
        """The names of the node's operands, each once, in backticks."""
        return listed(self.names[x] for x in dict.fromkeys(node.parents))

    def computed(self, node: Value, *, stale: bool = False) -> tuple[Piece, Piece]:
        """What is computed, symbolic and with numbers."""
        known = notation_of(shape_of(node))
        slots = {"y": self.name(node), "value": self.filled(known.value, node, self.name)}
        if known.definition is not None:
            slots["definition"] = self.filled(known.definition, node, self.name)
        symbolic = fill("defined" if "definition" in slots else "forward", slots)
        result = symbols.number(node)
        if stale or node.op is None:
            return symbolic, fill("forward", slots | {"value": result})
        spelt = known.value
        if known.definition is not None and "if" not in symbols.slots_of(known.definition):
            spelt = known.definition
        slots |= {"value": self.filled(spelt, node, symbols.number), "result": result}
        same = slots["value"].text == result.text
        return symbolic, fill("forward" if same else "forward.numbers", slots)

    def local(self, node: Value, edge: int, *, use: int = 0, numbers: bool = True) -> Piece:
        """The local derivative of an edge: ∂y/∂x = 1 − y² = 1 − 0.5² = 0.75."""
        at = [k for k, x in enumerate(operands_of(node)) if isinstance(x, Value)][edge]
        parent = node.parents[edge]
        template = notation_of(shape_of(node)).partials[at]
        value = symbols.number(node.partials[edge])
        slots = {"partial": partial(self.names[node], self.names[parent], use), "value": value}
        if template is None:
            return fill("local.one", slots)
        slots["formula"] = self.filled(template, node, self.name, at)
        if slots["formula"].text == value.text:
            return fill("local.one", slots)
        slots["numbers"] = self.filled(template, node, symbols.number, at)
        plain = "if" in symbols.slots_of(template) or not numbers
        same = slots["numbers"].text in (value.text, slots["formula"].text)
        piece = fill("local" if plain or same else "local.numbers", slots)
        return symbols.unequal(piece) if numbers and edge in self.amiss(node) else piece


# --- templates for a page, which fills them itself -----------------------------------------------
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
    for shape in dict.fromkeys(shapes):
        known = notation_of(shape)
        ops[shape.key] = {
            "name": shape.op.name if shape.op else "",
            "about": shape.op.about if shape.op else ("", ""),
            "value": note(known.value),
            "definition": note(known.definition),
            "partials": [note(partial) for partial in known.partials],
        }
    return [json.loads(text) for text in templates], ops


def as_template(piece: Piece) -> dict[str, Any]:
    """A piece for a page."""
    return {"text": piece.text, "mathml": piece.mathml}
