"""The words that stand in pictures, in English and Spanish."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "data": ("data", "dato"),
    "grad": ("grad", "grad"),
    "stale": ("stale", "obsoleto"),
    "now": ("{x} now", "ahora {x}"),
    "no value": ("no value now", "ahora sin valor"),
    "nodes": ("nodes", "nodos"),
    "inputs": ("inputs", "entradas"),
    "outputs": ("outputs", "salidas"),
    "range": ("|grad|", "|grad|"),
    "to": ("{low} to {high}", "de {low} a {high}"),
    "edges": ("{n} edges", "{n} aristas"),
    "other operations": ("other operations", "otras operaciones"),
    "stage": ("stage {k}", "etapa {k}"),
    "folded": (
        "{n} nodes, folded into {shown}. collapse=False draws them all.",
        "{n} nodos, plegados en {shown}. collapse=False los dibuja todos.",
    ),
    "legend": ("size of the gradient", "tamaño del gradiente"),
    "repeated": (
        "dashed: a node drawn elsewhere",
        "línea de trazos: un nodo dibujado en otra parte",
    ),
    "above": ("above", "más arriba"),
    "more": ("{n} more lines", "{n} líneas más"),
    "paths": ("{n} paths", "{n} caminos"),
    "one path": ("1 path", "1 camino"),
    "no path": ("no path: the derivative is 0", "ningún camino: la derivada es 0"),
    "largest": (
        "{n} paths; the {shown} largest are drawn",
        "{n} caminos; se dibujan los {shown} mayores",
    ),
    "others": ("the other {n}", "los otros {n}"),
    "sum": ("sum", "suma"),
    "layer": ("layer {k}", "capa {k}"),
    "input layer": ("inputs", "entradas"),
    "hidden": ("{n} more", "{n} más"),
    "weight": ("weight", "peso"),
    "gradient": ("gradient of the weight", "gradiente del peso"),
    "update": ("update of the weight", "actualización del peso"),
    "positive": ("positive", "positivo"),
    "negative": ("negative", "negativo"),
    "largest weight": ("thickest: {x}", "la más gruesa: {x}"),
    "mean activation": ("activation: mean of {n} samples", "activación: media de {n} muestras"),
}
LANGUAGES = ("en", "es")


def word(name: str, lang: str, /, **values: object) -> str:
    """A word of a picture, with the values filled in.

    >>> word("to", "es", low=1, high=2)
    'de 1 a 2'
    """
    return WORDS[name][LANGUAGES.index(lang)].format(**values)
