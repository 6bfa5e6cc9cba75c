"""The words that stand in pictures, in English and Spanish."""

from __future__ import annotations

_EXAMPLE = 'autograd-mini draw "tanh(w*x+b)" w=0.5 x=2 b=-1 --detail "chain rule" -o out.svg'

WORDS: dict[str, tuple[str, str]] = {
    "data": ("data", "dato"),
    "grad": ("grad", "grad"),
    "stale": ("stale", "obsoleto"),
    "now": ("{x} now", "ahora {x}"),
    "no value": ("no value now", "ahora sin valor"),
    "nodes": ("{n} nodes", "{n} nodos"),
    "node": ("1 node", "1 nodo"),
    "inputs": ("inputs", "entradas"),
    "range": ("|grad|", "|grad|"),
    "to": ("{low} to {high}", "de {low} a {high}"),
    "edges": ("{n} edges", "{n} aristas"),
    "other operations": ("other operations", "otras operaciones"),
    "stage": ("stage {k}", "etapa {k}"),
    "folded": (
        "{n} nodes, folded into {shown} (inputs → outputs); collapse=False draws them all",
        "{n} nodos, plegados en {shown} (entradas → salidas); collapse=False los dibuja todos",
    ),
    "legend": ("size of the gradient", "tamaño del gradiente"),
    "repeated": (
        "dashed: a node drawn elsewhere",
        "línea de trazos: un nodo dibujado en otra parte",
    ),
    "left out": ("{n} nodes left out", "{n} nodos omitidos"),
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
    "cli.help": (
        "the gradient graph of an expression, as a picture",
        "el grafo de gradientes de una expresión, como imagen",
    ),
    "cli.about": (
        """Draws the computation graph of an expression with its values and gradients. The suffix of
the file says what it is: svg, png, pdf (or another format of Graphviz), dot, mmd
(Mermaid), tex (TikZ), json, txt. Without a file the graph is printed as text.""",
        """Dibuja el grafo de cálculo de una expresión con sus valores y gradientes. La extensión
del archivo dice qué es: svg, png, pdf (u otro formato de Graphviz), dot, mmd (Mermaid),
tex (TikZ), json, txt. Sin archivo, el grafo se escribe como texto.""",
    ),
    "cli.example": (f"example:\n  {_EXAMPLE}", f"ejemplo:\n  {_EXAMPLE}"),
    "cli.arguments": ("arguments", "argumentos"),
    "cli.options": ("options", "opciones"),
    "cli.expression": ("EXPRESSION", "EXPRESIÓN"),
    "cli.expression.is": ('such as "tanh(w*x+b)"', 'como "tanh(w*x+b)"'),
    "cli.value": ("NAME=NUMBER", "NOMBRE=NÚMERO"),
    "cli.value.is": ("such as x=0.5", "como x=0.5"),
    "cli.show.help": ("show this help and end", "muestra esta ayuda y termina"),
    "cli.file": ("FILE", "ARCHIVO"),
    "cli.out": ("the file to write", "el archivo que se escribe"),
    "cli.detail": (
        "what is shown; by default gradients",
        "lo que se muestra; por omisión, gradients",
    ),
    "cli.rankdir": (
        "direction: left to right, top to bottom, ...",
        "dirección: de izquierda a derecha, de arriba abajo, ...",
    ),
    "cli.theme": ("colours: light, dark, or grey for print", "colores: claro, oscuro o gris"),
    "cli.format": ("FORMAT", "FORMATO"),
    "cli.number": ("how numbers are written, as .4g", "cómo se escriben los números, como .4g"),
    "cli.lang": ("language: English or Spanish", "idioma: inglés o español"),
    "cli.suffix": (
        "{name}: the suffix of the file must be one of {known}",
        "{name}: la extensión del archivo debe ser una de {known}",
    ),
    "cli.engine": (
        (
            "error: {why}. Install Graphviz with `pip install pygraphviz`, or from"
            " https://graphviz.org/download; without it, -o FILE.dot writes the DOT text"
        ),
        (
            "error: {why}. Instala Graphviz con `pip install pygraphviz`, o desde"
            " https://graphviz.org/download; sin él, -o ARCHIVO.dot escribe el texto DOT"
        ),
    ),
    "cli.unwritable": ("cannot write {name}: {why}", "no se puede escribir {name}: {why}"),
    "cli.folder": ("it is a folder", "es una carpeta"),
    "cli.constant": (
        "there is nothing to draw: the expression has no names",
        "no hay nada que dibujar: la expresión no tiene nombres",
    ),
    "mean activation": ("activation: mean of {n} samples", "activación: media de {n} muestras"),
}
LANGUAGES = ("en", "es")


def word(name: str, lang: str, /, **values: object) -> str:
    """A word of a picture, with the values filled in.

    >>> word("to", "es", low=1, high=2)
    'de 1 a 2'
    """
    return WORDS[name][LANGUAGES.index(lang)].format(**values)


def whole(n: int, lang: str) -> str:
    """A whole number in groups of three digits, as the language has them.

    In Spanish with a thin space, from five digits on (Ortografía de la lengua española, RAE 2010).

    >>> whole(6294, "en"), whole(6294, "es"), whole(200000, "es")
    ('6,294', '6294', '200\u202f000')
    """
    if lang == "en":
        return f"{n:,}"
    return str(n) if n < 10_000 else f"{n:,}".replace(",", "\u202f")
