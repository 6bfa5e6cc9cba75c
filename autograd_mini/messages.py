"""What the command line tells a reader, in English and in Spanish: one pair of texts a line.

Texts are templates for `str.format`; their names say where they appear.
"""

from __future__ import annotations

LANGUAGES = ("en", "es")

TEXTS: dict[str, tuple[str, str]] = {
    # --- reading an expression -------------------------------------------------------------------
    "expression.empty": (
        "the expression is empty; write one such as x*exp(-x**2)+y",
        "la expresión está vacía; escriba una como x*exp(-x**2)+y",
    ),
    "expression.long": (
        "the expression has {length} characters; at most {longest} are read",
        "la expresión tiene {length} caracteres; se leen como máximo {longest}",
    ),
    "expression.deep": (
        (
            "the expression is nested too deeply: at most {deepest} levels of operations are read;"
            " long sums can be written sum(a, b, c)"
        ),
        (
            "la expresión está demasiado anidada: se leen hasta {deepest} niveles de operaciones;"
            " las sumas largas pueden escribirse sum(a, b, c)"
        ),
    ),
    "expression.character": (
        (
            "the character {c} has no meaning here: write numbers, names, + - * / ** ( )"
            " and functions such as exp(x)"
        ),
        (
            "el carácter {c} no tiene sentido aquí: escriba números, nombres, + - * / ** ( )"
            " y funciones como exp(x)"
        ),
    ),
    "expression.instead": ("write {instead} instead of {c}", "escriba {instead} en lugar de {c}"),
    "expression.literal": (
        "this is not a number; write 2*x for a product, 0.5 for a decimal",
        "esto no es un número; escriba 2*x para un producto, 0.5 para un decimal",
    ),
    "expression.large": (
        "this number is too large: the largest is about 1.8e308",
        "este número es demasiado grande: el mayor es alrededor de 1.8e308",
    ),
    "expression.parenthesis": (
        "this {c} has no partner",
        "a este {c} le falta su pareja",
    ),
    "expression.unfinished": (
        "the expression ends too early: something is missing here",
        "la expresión termina demasiado pronto: aquí falta algo",
    ),
    "expression.equals": (
        'an expression has no =; values go after it, as in: "x**2" x=3',
        'una expresión no lleva =; los valores van después, como en: "x**2" x=3',
    ),
    "expression.syntax": (
        "this cannot be read; write numbers, names, + - * / ** ( ) and functions such as exp(x)",
        "esto no se puede leer; escriba números, nombres, + - * / ** ( ) y funciones como exp(x)",
    ),
    "expression.reserved": (
        "{name} is a reserved word; choose another name",
        "{name} es una palabra reservada; elija otro nombre",
    ),
    "expression.name": ("{name} is not a number or a name", "{name} no es un número ni un nombre"),
    "expression.function": (
        "{name} is a function: write {signature}",
        "{name} es una función: escriba {signature}",
    ),
    "expression.operator": (
        "this operator is not known; the operators are + - * / **",
        "este operador no existe; los operadores son + - * / **",
    ),
    "expression.call": (
        "only functions are called, as in exp(x); write * for a product: 2*(x + 1)",
        "solo se llaman funciones, como en exp(x); escriba * para un producto: 2*(x + 1)",
    ),
    "expression.comparison": (
        (
            "one comparison (< <= > >=) may stand as the condition of where(x > 0, x, 0), and only"
            " there"
        ),
        "una comparación (< <= > >=) solo puede ser la condición de where(x > 0, x, 0)",
    ),
    "expression.comma": (
        "a comma only parts the arguments of a function; the decimal sign is the point: 0.5",
        "la coma solo separa los argumentos de una función; el signo decimal es el punto: 0.5",
    ),
    "expression.attribute": (
        "no attributes: a dot is only part of a number",
        "sin atributos: el punto solo es parte de un número",
    ),
    "expression.condition": (
        "write where(condition, a, b) for a choice",
        "escriba where(condición, a, b) para elegir",
    ),
    "expression.unknown": (
        "there is no function {name}; there are exp, log, sin, tanh, relu, ...",
        "no existe la función {name}; existen exp, log, sin, tanh, relu, ...",
    ),
    "expression.unknown.near": (
        "there is no function {name}; did you mean {closest}?",
        "no existe la función {name}; ¿quiso decir {closest}?",
    ),
    "expression.vectors": (
        "{signature} takes two lists, which an expression does not have; write a*b + c*d",
        "{signature} toma dos listas, que una expresión no tiene; escriba a*b + c*d",
    ),
    "expression.vector": (
        "{name} takes one number or more, as in {name}(a, b, c)",
        "{name} toma uno o más números, como en {name}(a, b, c)",
    ),
    "expression.arguments": (
        "{signature} is given {given} arguments",
        "{signature} recibe {given} argumentos",
    ),
    # --- values for its names --------------------------------------------------------------------
    "expression.pair": (
        "{pair} gives no value to a name; write name=number, as in x=0.5",
        "{pair} no da un valor a un nombre; escriba nombre=número, como en x=0.5",
    ),
    "expression.twice": ("{name} is given twice", "{name} aparece dos veces"),
    "expression.constant": (
        "{name} is the constant {number:.6g}; choose another name",
        "{name} es la constante {number:.6g}; elija otro nombre",
    ),
    "expression.missing": (
        "no value for {names}; add it, as in {example}",
        "falta el valor de {names}; añádalo, como en {example}",
    ),
    "expression.extra": (
        "the expression has no {names}; its names are: {has}",
        "la expresión no tiene {names}; sus nombres son: {has}",
    ),
    "expression.extra.none": (
        "the expression has no {names}, nor any other name",
        "la expresión no tiene {names} ni ningún otro nombre",
    ),
    "expression.decimal": (
        "{name}={text}: the decimal sign is the point: {name}={instead}",
        "{name}={text}: el signo decimal es el punto: {name}={instead}",
    ),
    "expression.number": (
        "{name}={text}: this is not a number",
        "{name}={text}: esto no es un número",
    ),
    "expression.finite": (
        "{name}={text}: the number must be finite",
        "{name}={text}: el número debe ser finito",
    ),
}


def text(name: str, lang: str, /, **values: object) -> str:
    """The text of this name in a language, "en" or "es", with the values filled in.

    >>> text("expression.twice", "es", name="x")
    'x aparece dos veces'

    Raises KeyError for a name that is not in the catalogue, ValueError for another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    return TEXTS[name][LANGUAGES.index(lang)].format(**values)


def shortened(words: str, longest: int = 40) -> str:
    """The words, with their end left out where they are longer.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return words if len(words) <= longest else words[: longest - 1] + "…"


def default_language() -> str:
    """The language of the environment's locale: "es" where it is Spanish, else "en"."""
    from os import environ

    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environ.get(variable):  # the first that is set decides, as in POSIX
            return "es" if locale.lower().startswith("es") else "en"
    return "en"
