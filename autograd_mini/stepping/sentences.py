"""What is said about a step, in English and Spanish: name -> (English, Spanish).

A name of a node stands in backticks. The page fills the slots itself, so that each text is here
once, and the rules of which one is said are few:

    leaf                title.leaf, leaf
    forward             title.forward, forward; of a node made by hand forward.hand
                        why: stale, if the node is one of `steps.stale`
    seed                title.seed, seed; if its value is not 1 seed.other
    visit               title.visit, and by the number of `users`
                        0 visit.output, 1 visit.one, else visit
                        why: visit.zero if the adjoint is 0; visit.leaf if it has no operands;
                        else visit.next
    accumulate          title.accumulate, accumulate; why, joined by a space:
                        accumulate.repeated if the parent is an operand of the node several times,
                        accumulate.use then too, or if the node is the output and the parent has
                        other shares (∂y/∂x is marked then, see "use" in templates.py);
                        accumulate.first if no share has come to the parent yet, else
                        accumulate.more; accumulate.kink if the node is at a kink; stale
    update              title.update; update.none if gradient and change are 0; update for plain
                        gradient descent (the optimiser is None or "SGD", and before -
                        rate * gradient is `after` to 1e-9 of the larger); else update.other
"""

from __future__ import annotations

from autograd_mini.language.messages import LANGUAGES

SENTENCES: dict[str, tuple[str, str]] = {
    "if": ("if", "si"),
    "else": ("otherwise", "en otro caso"),
    "new": ("new", "nuevo"),
    "old": ("old", "anterior"),
    "title.leaf": ("Given: {x}", "Dato: {x}"),
    "leaf": ("`{x}` is given: {value}.", "`{x}` es un dato: {value}."),
    "title.forward": ("Forward pass: {y}", "Paso hacia adelante: {y}"),
    "forward": (
        "`{y}` is computed from {operands} ({about}).",
        "`{y}` se calcula a partir de {operands} ({about}).",
    ),
    "forward.hand": (
        ("`{y}` is computed from {operands}; it was made by hand, with its local derivatives."),
        ("`{y}` se calcula a partir de {operands}; está hecho a mano, con sus derivadas locales."),
    ),
    "title.seed": ("Backpropagation starts: {L}", "Empieza la retropropagación: {L}"),
    "seed": (
        (
            "Backpropagation starts at the output: `{L}` changes just as much as itself, so its"
            " gradient is {value}."
        ),
        (
            "La retropropagación empieza en la salida: `{L}` cambia tanto como ella misma, así"
            " que su gradiente es {value}."
        ),
    ),
    "seed.other": (
        (
            "Backpropagation starts at `{L}`, with the gradient {value} that arrives from"
            " further on: {gradient}."
        ),
        (
            "La retropropagación empieza en `{L}`, con el gradiente {value} que llega de más"
            " adelante: {gradient}."
        ),
    ),
    "title.visit": ("Gradient complete: {x}", "Gradiente completo: {x}"),
    "visit.output": (
        "`{x}` is the output: no node comes after it, so its gradient is complete.",
        "`{x}` es la salida: ningún nodo viene después, así que su gradiente está completo.",
    ),
    "visit.one": (
        "Only {users} is computed from `{x}`, and it is done: the gradient of `{x}` is complete.",
        (
            "Solo {users} se calcula a partir de `{x}`, y ya ha terminado: el gradiente de `{x}`"
            " está completo."
        ),
    ),
    "visit": (
        (
            "All {n} nodes computed from `{x}` are done ({users}): the gradient of `{x}`, the"
            " sum of their shares, is complete."
        ),
        (
            "Los {n} nodos calculados a partir de `{x}` han terminado ({users}): el gradiente de"
            " `{x}`, la suma de sus aportaciones, está completo."
        ),
    ),
    "visit.next": (
        "Now it hands a share to each of its operands (chain rule).",
        "Ahora entrega una aportación a cada uno de sus operandos (regla de la cadena).",
    ),
    "visit.leaf": (
        "`{x}` was given, so it hands nothing on.",
        "`{x}` era un dato, así que no entrega nada.",
    ),
    "visit.zero": (
        "The gradient is 0: nothing is handed on.",
        "El gradiente es 0: no se entrega nada.",
    ),
    "title.accumulate": ("Backpropagation: {y} → {x}", "Retropropagación: {y} → {x}"),
    "accumulate": (
        (
            "`{y}` hands `{x}` its share: the gradient of `{y}` times the local derivative"
            " (chain rule)."
        ),
        (
            "`{y}` entrega a `{x}` su aportación: el gradiente de `{y}` por la derivada local"
            " (regla de la cadena)."
        ),
    ),
    "accumulate.first": (
        "It is the first share that `{x}` gets.",
        "Es la primera aportación que recibe `{x}`.",
    ),
    "accumulate.more": (
        "It is added to the {before} that `{x}` has already: every path counts, so += and not =.",
        "Se suma al {before} que ya tiene `{x}`: cada camino cuenta, por eso += y no =.",
    ),
    "accumulate.repeated": (
        "`{x}` is an operand of `{y}` {n} times; this is number {k}.",
        "`{x}` es operando de `{y}` {n} veces; esta es la número {k}.",
    ),
    "accumulate.use": (
        "`{use}` is `{x}` in this place only; {gradient} is the sum over all of its uses.",
        "`{use}` es `{x}` solo en este lugar; {gradient} es la suma de todos sus usos.",
    ),
    "accumulate.kink": (
        "At this kink the derivative jumps; by convention it is {partial} here.",
        "En este punto anguloso la derivada salta; por convenio vale aquí {partial}.",
    ),
    "stale": (
        "Careful: an operand of `{y}` was changed after `{y}` had been computed.",
        "Cuidado: un operando de `{y}` se ha cambiado después de calcular `{y}`.",
    ),
    "title.update": ("Update: {x}", "Actualización: {x}"),
    "update": (
        (
            "Gradient descent: from `{x}` its gradient times the learning rate, η = {rate}, is"
            " subtracted."
        ),
        (
            "Descenso de gradiente: a `{x}` se le resta su gradiente multiplicado por la tasa de"
            " aprendizaje, η = {rate}."
        ),
    ),
    "update.other": (
        (
            "{optimiser} changes `{x}` by its own rule, with the learning rate η = {rate} and"
            " the gradient {gradient}."
        ),
        (
            "{optimiser} cambia `{x}` con su propia regla, con la tasa de aprendizaje η = {rate}"
            " y el gradiente {gradient}."
        ),
    ),
    "update.none": (
        "The gradient is 0: `{x}` stays as it is.",
        "El gradiente es 0: `{x}` se queda como está.",
    ),
}
"""Said about steps; the page has all of them."""

MORE: dict[str, tuple[str, str]] = {
    "title.node": ("What {x} does", "Qué hace {x}"),
    "node": (
        (
            "`{y}` is computed from {operands} ({about}); backwards it hands each of them its"
            " gradient times the local derivative."
        ),
        (
            "`{y}` se calcula a partir de {operands} ({about}); hacia atrás entrega a cada uno"
            " su gradiente por la derivada local."
        ),
    ),
    "node.leaf": (
        "`{x}` is given: {value}. Backwards it collects shares and hands nothing on.",
        "`{x}` es un dato: {value}. Hacia atrás reúne aportaciones y no entrega nada.",
    ),
    "by hand": ("made by hand", "hecho a mano"),
    "title.gradient": (
        "The gradient of {L} with respect to {x}",
        "El gradiente de {L} respecto a {x}",
    ),
    "gradient": (
        (
            "The gradient of the output `{L}` with respect to `{x}` adds up {n} shares, one for"
            " each use of `{x}`: {sum}."
        ),
        (
            "El gradiente de la salida `{L}` respecto a `{x}` suma {n} aportaciones, una por"
            " cada uso de `{x}`: {sum}."
        ),
    ),
    "gradient.one": (
        "The gradient of the output `{L}` with respect to `{x}` is a single share: {sum}.",
        "El gradiente de la salida `{L}` respecto a `{x}` es una sola aportación: {sum}.",
    ),
    "gradient.none": (
        "No share reaches `{x}`: the gradient of the output `{L}` with respect to it is 0.",
        "Ninguna aportación llega a `{x}`: el gradiente de la salida `{L}` respecto a `{x}` es 0.",
    ),
    "gradient.self": (
        "`{x}` is the output itself: its gradient is {value}.",
        "`{x}` es la salida misma: su gradiente es {value}.",
    ),
    "gradient.apart": (
        "`{L}` does not depend on `{x}`: the gradient is 0.",
        "`{L}` no depende de `{x}`: el gradiente es 0.",
    ),
    "path": ("Path: {path}.", "Camino: {path}."),
    "paths": ("{n} paths: {paths}.", "{n} caminos: {paths}."),
    "paths.largest": ("{n} paths; the largest: {paths}.", "{n} caminos; los mayores: {paths}."),
}
"""Said by `explain`."""


def say(name: str, lang: str, /, **values: object) -> str:
    """The sentence of this name in a language, "en" or "es".

    >>> say("leaf", "es", x="w", value="2")
    '`w` es un dato: 2.'

    Raises KeyError for an unknown name, ValueError for another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    both = SENTENCES.get(name) or MORE[name]
    return both[LANGUAGES.index(lang)].format_map(values)


def sentences() -> dict[str, dict[str, str]]:
    """What is said about steps, as the page takes it: language -> name -> sentence.

    >>> sentences()["es"]["else"]
    'en otro caso'
    """
    return {
        lang: {name: both[k] for name, both in SENTENCES.items()}
        for k, lang in enumerate(LANGUAGES)
    }
