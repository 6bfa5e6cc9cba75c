"""What-if in English and Spanish: the panel's texts, and what the operations need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.ops import Op

WHATIF: dict[str, tuple[str, str]] = {
    "whatif": ("What if …?", "¿Y si …?"),
    "whatif.note": (
        (
            "Change the inputs: every number of the page is computed again by the same formulas."
            " The graph is the one that was recorded: an `if` in the code is not decided again."
        ),
        (
            "Cambia las entradas: todos los números de la página se calculan de nuevo con las"
            " mismas fórmulas. El grafo es el que se grabó: un `if` del código no se"
            " decide de nuevo."
        ),
    ),
    "whatif.others": ("Another input", "Otra entrada"),
    "whatif.reset": ("Recorded inputs", "Entradas grabadas"),
    "whatif.restored": (
        "The recorded numbers are back.",
        "Vuelven los números grabados.",
    ),
    "whatif.was": ("was {x}", "era {x}"),
    "whatif.recorded": ("{x} = {new}, as recorded", "{x} = {new}, como se grabó"),
    "whatif.result": ("{x} = {new} (recorded: {old})", "{x} = {new} (grabado: {old})"),
    # --- what goes wrong -------------------------------------------------------------------------
    "whatif.number": (
        "{x} needs a number, such as 0.5.",
        "{x} necesita un número, como 0.5.",
    ),
    "whatif.failed": (
        "{x} cannot be computed: {op} has no value at {at}.",
        "No se puede calcular {x}: {op} no tiene valor en {at}.",
    ),
    "whatif.needs": ("It needs {needs}.", "Necesita {needs}."),
    "whatif.nan": (
        "The gradient of {x} is not a number: infinities of both signs meet, or 0 times infinity.",
        "El gradiente de {x} no es un número: llegan infinitos de ambos signos, o 0 por infinito.",
    ),
    "whatif.old": (
        "The numbers shown are still those from before.",
        "Los números que se ven son todavía los de antes.",
    ),
    "whatif.not.beside": (
        "Not here: the page shows two recordings. Open one of them alone to change its inputs.",
        "Aquí no: la página muestra dos grabaciones. Abre una sola para cambiar sus entradas.",
    ),
    "whatif.not.hand": (
        "Not here: a node was made by hand, and no formula tells how its value changes.",
        "Aquí no: un nodo se hizo a mano, y ninguna fórmula dice cómo cambia su valor.",
    ),
    "whatif.not.kind": (
        (
            "Not here: the browser computes with floats, and this recording has other numbers"
            " (fractions, complex numbers or many digits)."
        ),
        (
            "Aquí no: el navegador calcula con números de coma flotante, y esta grabación tiene"
            " otros (fracciones, complejos o de muchas cifras)."
        ),
    ),
    "whatif.not.optimiser": (
        "Not here: the optimiser's update depends on more than the gradient of this step.",
        (
            "Aquí no: la actualización del optimizador depende de algo más que del gradiente de"
            " este paso."
        ),
    ),
    "whatif.not.engine": (
        "Not here: another engine was recorded, whose additions differ from the chain rule.",
        "Aquí no: se grabó otro motor, cuyas sumas difieren de la regla de la cadena.",
    ),
}

# The sheet's conditions in Spanish, as they are shown: those that hold no word need none.
_NEEDS = {
    "{} other than 0, -1, -2, ...": "{} distinto de 0, −1, −2, …",
    "{} in 0, 1, ..., 100": "{} entre 0, 1, …, 100",
    "a > 0, or an integer b (b >= 0 where a = 0)": "a > 0, o un b entero (b ≥ 0 si a = 0)",
    "at least one number": "al menos un número",
    "at least one number, and a sum that is not too large": (
        "al menos un número, y una suma que no sea demasiado grande"
    ),
    "two vectors of the same length": "dos vectores de la misma longitud",
}
_SIGNS = ((">=", "≥"), ("<=", "≤"), ("!=", "≠"), ("-", "−"), ("...", "…"))


def needs(ops: Iterable[Op]) -> dict[str, list[str]]:
    """What each operation needs of its arguments, in English and Spanish.

    >>> from autograd_mini.ops import SHEET
    >>> needs([SHEET["tanh"], SHEET["digamma"]])
    {'digamma': ['a other than 0, −1, −2, …', 'a distinto de 0, −1, −2, …']}
    """
    texts: dict[str, list[str]] = {}
    for op in sorted(ops, key=lambda op: op.name):
        conditions = [(domain.text, param) for param, domain in op.domains.items()]
        conditions += [(op.needs, "")] if op.needs else []
        if conditions:
            texts[op.name] = [
                "; ".join(_typeset(text.replace("{}", param)) for text, param in conditions),
                "; ".join(
                    _typeset(_NEEDS.get(text, text).replace("{}", param))
                    for text, param in conditions
                ),
            ]
    return texts


def _typeset(text: str) -> str:
    for sign, typeset in _SIGNS:
        text = text.replace(sign, typeset)
    return text
