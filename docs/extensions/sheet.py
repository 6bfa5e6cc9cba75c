"""The directives `{op-table}` and `{op-entries}`: the formula sheet, read from `autograd_mini.ops`.

An operation added to the sheet appears here without another line written. `markdown(language)`
makes the text and needs no Sphinx; the directives set it into the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.language import of, translated
from autograd_mini.ops import SHEET

from .latex import latex

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from autograd_mini.ops import Op

WORDS = {
    "en": {
        "operation": "Operation",
        "name": "Name",
        "value": "Value",
        "domain": "Domain",
        "any": "any number",
        "with": "with",
        "else": "otherwise",
        "kink": "Kink where",
        "formula": "As written in the sheet",
        "error": "Error bound",
        "of": "ulp of",
        "result": "the result",
        "larger": "the larger of the result and",
    },
    "es": {
        "operation": "Operación",
        "name": "Nombre",
        "value": "Valor",
        "domain": "Dominio",
        "any": "cualquier número",
        "with": "con",
        "else": "en otro caso",
        "kink": "Punto anguloso donde",
        "formula": "Como está escrita en la hoja",
        "error": "Cota del error",
        "of": "ulp",
        "result": "del resultado",
        "larger": "del mayor entre el resultado y",
    },
}
ULPS = 4  # the bound that every operation keeps unless the sheet gives another


def markdown(language: str) -> str:
    """Return the table of operations and their entries, in Markdown.

    >>> "| [`tanh(a)`](#op-tanh) | hyperbolic tangent |" in markdown("en")
    True
    """
    return "\n".join([*table(language), "", *entries(language)])


def _about(op: Op, language: str) -> str:
    return of(op.about, language)


def _value(op: Op) -> str:
    text = op.latex.format_map({p: _symbol(p) for p in op.params})
    for bar, left, right in ((r"|", r"\lvert ", r" \rvert"), (r"\|", r"\lVert ", r" \rVert")):
        text = text.replace(rf"\left{bar}", left).replace(rf"\right{bar}", right)
    return f"${text}$"  # no bar is left, which would end a cell of a table


def _symbol(param: str) -> str:
    return latex(param)


def _domain(op: Op, language: str) -> str:
    conditions = [domain.text.format(param) for param, domain in op.domains.items()]
    conditions += [op.needs] if op.needs else []
    texts = [translated(text, language) for text in conditions]
    for ascii_sign, sign in (("<=", "≤"), (">=", "≥"), ("!=", "≠")):
        texts = [text.replace(ascii_sign, sign) for text in texts]
    return "; ".join(texts) or WORDS[language]["any"]


def table(language: str) -> list[str]:
    """Return the lines of the table: one row for each operation, with a link to its entry."""
    word = WORDS[language]
    return [
        f"| {word['operation']} | {word['name']} | {word['value']} | {word['domain']} |",
        "|---|---|---|---|",
        *(
            f"| [`{op.signature}`](#op-{op.name}) | {_about(op, language)} | {_value(op)}"
            f" | {_domain(op, language)} |"
            for op in SHEET.values()
        ),
    ]


def entries(language: str) -> list[str]:
    """Return the lines of the entries: formula, derivatives, domain, kinks, bound of the error."""
    word = WORDS[language]
    lines: list[str] = []
    for op in SHEET.values():
        lines += [f"(op-{op.name})=", f"## `{op.name}`: {_about(op, language)}", ""]
        value = _else(latex(op.value), language)
        named = _value(op)[1:-1]
        spelt = "" if op.value.startswith(f"{op.name}(") or value == named else f" = {value}"
        formulas = [f"y &= {named}{spelt}"]
        for param, partial in zip(op.params, op.partials, strict=True):
            index = f"{_symbol(param)}_i" if param in op.vectors else _symbol(param)
            derivative = _else(latex(partial), language)
            formulas += [rf"\frac{{\partial y}}{{\partial {index}}} &= {derivative}"]
        rows = r" \\ ".join(formulas)
        lines += [rf"$$\begin{{aligned}} {rows} \end{{aligned}}$$", ""]
        shared = [
            f"${_letter(name, formula)} = {_else(latex(formula), language)}$"
            for name, formula in op.given.items()
        ]
        if shared:
            lines += [f"{word['with']} {', '.join(shared)}", ""]
        lines += [f"- {word['domain']}: {_domain(op, language)}"]
        if op.kinks:
            kinks = ", ".join(f"${latex(kink)} = 0$" for kink in op.kinks)
            lines += [f"- {word['kink']} {kinks}"]
        written = [op.value, *op.partials, *(f"{name} = {f}" for name, f in op.given.items())]
        lines += [f"- {word['formula']}: " + ", ".join(f"`{f}`" for f in written)]
        lines += [f"- {word['error']}: {_bound(op, language)}", ""]
    return lines


def _letter(name: str, formula: str) -> str:
    """Return a shared name's letter; it is a vector if its formula speaks of elements."""
    vector = "_i" in formula or formula.startswith("others(")
    return latex(f"{name}_i" if vector else name)


def _else(text: str, language: str) -> str:
    return text.replace(r"\text{else}", rf"\text{{{WORDS[language]['else']}}}")


def _bound(op: Op, language: str) -> str:
    """Return the error bound of the value and of each derivative."""
    word = WORDS[language]
    parts = []
    for key in ("value", *op.params):
        what = word["value"].lower() if key == "value" else rf"$\partial y/\partial {_symbol(key)}$"
        size = word["result"]
        if key in op.scale:
            size = f"{word['larger']} ${_else(latex(op.scale[key]), language)}$"
        parts.append((what, f"{op.ulps.get(key, ULPS):g} {word['of']} {size}"))
    bounds = {bound for _, bound in parts}
    return bounds.pop() if len(bounds) == 1 else "; ".join(f"{w}: {b}" for w, b in parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    from sphinx.util.docutils import SphinxDirective

    class Table(SphinxDirective):
        """Set the table of operations."""

        def run(self) -> list[nodes.Node]:
            return self.parse_text_to_nodes("\n".join(table(self.config.language)))

    class Entries(SphinxDirective):
        """Set the entries, each a section of the page."""

        def run(self) -> list[nodes.Node]:
            text = "\n".join(entries(self.config.language))
            return self.parse_text_to_nodes(text, allow_section_headings=True)

    app.add_directive("op-table", Table)
    app.add_directive("op-entries", Entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
