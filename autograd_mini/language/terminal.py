"""What the terminal and `autograd-mini step` say, in English and Spanish."""

from __future__ import annotations

_EXAMPLES = (
    'autograd-mini step "tanh(w*x+b)" w=0.5 x=2 b=-1',
    'autograd-mini step "(w*x-3)**2" w=0.5 x=2 --lr 0.1 --weights w -o step.html',
    "autograd-mini step lesson:neuron --at w=0.5 x=2",
)
_LINES = "\n".join(f"  {line}" for line in _EXAMPLES)

WORDS: dict[str, tuple[str, str]] = {
    "forward": ("forward pass", "paso hacia adelante"),
    "backward": ("backward pass", "retropropagación"),
    "update": ("update of the weights", "actualización de los pesos"),
    "step": ("step {index} / {last}", "paso {index} / {last}"),
    "node": ("node", "nodo"),
    "formula": ("formula", "fórmula"),
    "data": ("data", "dato"),
    "grad": ("grad", "grad"),
    "line": ("{where}, line {line}", "{where}, línea {line}"),
    "so far": ("∂{root}/∂{name} so far: {sum}", "∂{root}/∂{name} hasta ahora: {sum}"),
    "small": (
        "The window is too small: at least {columns} columns and {rows} lines are needed.",
        "La ventana es demasiado pequeña: hacen falta al menos {columns} columnas y {rows} líneas.",
    ),
    "keys": (
        "→ next  ← previous  g go to  f forward  b backward  l español  ? help  q quit",
        "→ siguiente  ← anterior  g ir a  f ida  b vuelta  l English  ? ayuda  q salir",
    ),
    "keys.short": (
        "→ next  ← previous  ? help  q quit",
        "→ siguiente  ← anterior  ? ayuda  q salir",
    ),
    "only": ("only: {phase}", "solo: {phase}"),
    "none": ("There are no steps of that kind.", "No hay pasos de esa clase."),
    "go": ("Go to step (0 to {last}): {typed}", "Ir al paso (de 0 a {last}): {typed}"),
    "range": ("The steps are 0 to {last}.", "Los pasos van de 0 a {last}."),
    "help": ("Keys", "Teclas"),
    "help.next": ("→  n  space", "→  n  espacio"),
    "help.next.is": ("next step", "paso siguiente"),
    "help.previous": ("←  p", "←  p"),
    "help.previous.is": ("previous step", "paso anterior"),
    "help.ends": ("Home  End", "Inicio  Fin"),
    "help.ends.is": ("first step, last step", "primer paso, último paso"),
    "help.pages": ("PgDn  PgUp", "AvPág  RePág"),
    "help.pages.is": ("ten steps on, ten steps back", "diez pasos adelante, diez pasos atrás"),
    "help.go": ("g", "g"),
    "help.go.is": (
        "go to a step: its number, then Enter",
        "ir a un paso: su número, y después Intro",
    ),
    "help.forward": ("f", "f"),
    "help.forward.is": (
        "the forward pass only; again: all steps",
        "solo el paso hacia adelante; otra vez: todos los pasos",
    ),
    "help.backward": ("b", "b"),
    "help.backward.is": (
        "the backward pass only; again: all steps",
        "solo la retropropagación; otra vez: todos los pasos",
    ),
    "help.language": ("l", "l"),
    "help.language.is": ("Spanish, English", "inglés, español"),
    "help.quit": ("q  Esc  Ctrl-C", "q  Esc  Ctrl-C"),
    "help.quit.is": ("quit", "salir"),
    "help.signs": ("▶  ·  +", "▶  ·  +"),
    "help.signs.is": (
        "this node; what it is computed from; what receives a share of the gradient",
        "este nodo; de qué se calcula; qué recibe una aportación al gradiente",
    ),
    "help.close": ("Any key closes this.", "Cualquier tecla cierra esto."),
    # --- the command -----------------------------------------------------------------------------
    "cli.help": (
        "backpropagation step by step, in the terminal or as a file",
        "la retropropagación paso a paso, en la terminal o como archivo",
    ),
    "cli.about": (
        """Steps through the forward pass and the backward pass of an expression or of a function of
your own, one addition of a gradient at a time. In a terminal the arrow keys go from step to
step; a pipe gets all of them as text. The suffix of the file of -o says what is written: html
(a page), json, txt, or pictures for slides: gif, mp4, png (one for each step).""",
        """Recorre el paso hacia adelante y la retropropagación de una expresión o de una función
tuya, sumando los gradientes de uno en uno. En una terminal, las flechas van de un paso a otro;
una tubería recibe todos como texto. La extensión del archivo de -o dice qué se escribe: html
(una página), json, txt, o imágenes para diapositivas: gif, mp4, png (una por paso).""",
    ),
    "cli.example": (f"examples:\n{_LINES}", f"ejemplos:\n{_LINES}"),
    "cli.arguments": ("arguments", "argumentos"),
    "cli.options": ("options", "opciones"),
    "cli.target": ("TARGET", "OBJETIVO"),
    "cli.target.is": (
        'an expression such as "tanh(w*x+b)", or module:function',
        'una expresión como "tanh(w*x+b)", o módulo:función',
    ),
    "cli.value": ("NAME=NUMBER", "NOMBRE=NÚMERO"),
    "cli.value.is": ("such as x=0.5", "como x=0.5"),
    "cli.show.help": ("show this help and exit", "mostrar esta ayuda y salir"),
    "cli.at": (
        "where a function is called, such as w=0.5 x=2 (x=1,2 is a list)",
        "dónde se llama a una función, como w=0.5 x=2 (x=1,2 es una lista)",
    ),
    "cli.file": ("FILE", "ARCHIVO"),
    "cli.out": ("the file to write", "el archivo que se escribe"),
    "cli.all": ("print all steps as text", "escribir todos los pasos como texto"),
    "cli.number": ("NUMBER", "NÚMERO"),
    "cli.step": (
        "print one step as text; they count from 0",
        "escribir un paso como texto; se cuentan desde 0",
    ),
    "cli.rate": ("ETA", "ETA"),
    "cli.lr": (
        "update the weights with this learning rate, by gradient descent",
        "actualizar los pesos con esta tasa de aprendizaje, por descenso de gradiente",
    ),
    "cli.name": ("NAME", "NOMBRE"),
    "cli.weights": (
        "the names that are weights; by default all",
        "los nombres que son pesos; por omisión, todos",
    ),
    "cli.lang": ("language: English or Spanish", "idioma: inglés o español"),
    "cli.missing": (
        'give an expression such as "tanh(w*x+b)", or module:function',
        'da una expresión como "tanh(w*x+b)", o módulo:función',
    ),
    "cli.suffix": (
        "{name}: the suffix of the file must be one of {known}",
        "{name}: la extensión del archivo debe ser una de {known}",
    ),
    "cli.one": (
        "{options}: only one of these can be given",
        "{options}: solo se puede dar una de estas opciones",
    ),
    "cli.range": (
        "--step {step}: there are steps 0 to {last}",
        "--step {step}: hay pasos de 0 a {last}",
    ),
    "cli.constant": (
        "there is nothing to step through: the expression has no names",
        "no hay nada que recorrer: la expresión no tiene nombres",
    ),
    "cli.weights.only": ("--weights needs --lr", "--weights necesita --lr"),
    "cli.rate.is": (
        "--lr must be a number from 0 on, got {rate}",
        "--lr debe ser un número desde 0, no {rate}",
    ),
    "cli.weights.unknown": (
        "{names}: no such input; the inputs are {known}",
        "{names}: no hay tal entrada; las entradas son {known}",
    ),
    "cli.at.only": (
        "{value}: values of a function are given with --at",
        "{value}: los valores de una función se dan con --at",
    ),
    "cli.expression.only": (
        "--at is for a function module:function; an expression takes x=0.5",
        "--at es para una función módulo:función; una expresión lleva x=0.5",
    ),
    "cli.at.pair": (
        "{pair}: an input is given as name=number, such as x=0.5, or x=1,2 for a list",
        "{pair}: una entrada se da como nombre=número, por ejemplo x=0.5, o x=1,2 si es una lista",
    ),
    "cli.at.twice": ("{name} is given twice", "{name} aparece dos veces"),
    "cli.at.missing": (
        "{function} needs a value for {names}; add --at {example}",
        "{function} necesita un valor para {names}; añade --at {example}",
    ),
    "cli.at.extra": (
        "{function} has no {names}; its inputs are {known}",
        "{function} no tiene {names}; sus entradas son {known}",
    ),
    "cli.at.several": (
        "{function} takes any number of inputs ({name}); step needs a function with named inputs",
        "{function} acepta cualquier número de entradas ({name}); step las necesita con nombre",
    ),
    "cli.signature": (
        "{function} does not say what its inputs are",
        "{function} no dice cuáles son sus entradas",
    ),
    "cli.no.value": (
        "{function} must give a Value that depends on its inputs, got {what}",
        "{function} debe dar un Value que dependa de sus entradas, no {what}",
    ),
    "cli.weights.unused": (
        "the result does not depend on {names}",
        "el resultado no depende de {names}",
    ),
    "cli.raised": (
        "{function} raised {error}, line {line}",
        "{function} lanzó {error}, línea {line}",
    ),
    "cli.pictures": ("{first} to {last}", "de {first} a {last}"),
}
LANGUAGES = ("en", "es")


def word(name: str, lang: str, /, **values: object) -> str:
    """A text of the terminal, with the values filled in.

    >>> word("range", "es", last=20)
    'Los pasos van de 0 a 20.'
    """
    return WORDS[name][LANGUAGES.index(lang)].format(**values)
