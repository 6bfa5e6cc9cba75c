"""What a report tells its reader: each text in English and in Spanish."""

from __future__ import annotations

LANGUAGES = ("en", "es")

_TEXTS: dict[str, tuple[str, str]] = {
    # --- verdicts --------------------------------------------------------------------------------
    "verdict.ok": ("ok", "correcto"),
    "verdict.wrong": ("wrong", "incorrecto"),
    "verdict.undecided": ("undecided", "sin decidir"),
    "verdict.kink": ("kink", "anguloso"),
    "verdict.domain": ("domain", "dominio"),
    "page.checked": ("this engine", "este motor"),
    "page.right": ("right", "correcto"),
    "headline.ok": ("The derivative is right.", "La derivada es correcta."),
    "headline.wrong": ("The derivative is wrong.", "La derivada es incorrecta."),
    "headline.undecided": (
        "Undecided: the differences, or the function's own rounding, are too rough to tell.",
        "Sin decidir: las diferencias, o el redondeo de la propia función, no bastan para saberlo.",
    ),
    "headline.kink": (
        "Right, at a kink: the derivative lies between those on the two sides.",
        "Correcta, en un punto anguloso: la derivada está entre las de los dos lados.",
    ),
    "headline.domain": (
        "No comparison: the function has no derivative at this point.",
        "Ninguna comparación: la función no tiene derivada en este punto.",
    ),
    # --- the table -------------------------------------------------------------------------------
    "column.name": ("derivative", "derivada"),
    "column.got": ("got", "obtenida"),
    "column.wanted": ("wanted", "esperada"),
    "column.error": ("error", "error"),
    "column.bar": ("bar", "margen"),
    "column.ulps": ("ulp", "ulp"),
    "column.verdict": ("verdict", "veredicto"),
    "column.reference": ("reference", "referencia"),
    "reference.Fraction": ("exact fractions", "fracciones exactas"),
    "reference.mpmath": ("mpmath, 110 digits", "mpmath, 110 cifras"),
    "reference.ladder": ("step ladder", "escalera de pasos"),
    "interval": ("{low} to {high}", "de {low} a {high}"),
    "more": ("... {count} more rows, all {verdict}", "... {count} filas más, todas: {verdict}"),
    # --- who is to blame -------------------------------------------------------------------------
    "culprit": ("Culprit", "Culpable"),
    "culprit.partial": (
        (
            "{op} at node {node}: its partial by {argument} is {got}, and should be {wanted}"
            " ({ulps} ulp off). Formula: {op} = {formula}, at {operands}."
        ),
        (
            "{op} en el nodo {node}: su derivada parcial respecto a {argument} es {got} y debería"
            " ser {wanted} (a {ulps} ulp). Fórmula: {op} = {formula}, en {operands}."
        ),
    ),
    "culprit.partial.zero": (
        (
            "{op} at node {node}: its partial by {argument} is {got}, and should be 0. Formula:"
            " {op} = {formula}, at {operands}."
        ),
        (
            "{op} en el nodo {node}: su derivada parcial respecto a {argument} es {got} y debería"
            " ser 0. Fórmula: {op} = {formula}, en {operands}."
        ),
    ),
    "culprit.together": (
        (
            "{op} at node {node}: at this tie its partials by {argument} add up to {got}; moved"
            " together, the arguments give {wanted}. Formula: {op} = {formula}, at {operands}."
        ),
        (
            "{op} en el nodo {node}: en este empate sus parciales respecto a {argument} suman"
            " {got}; movidos juntos, los argumentos dan {wanted}. Fórmula: {op} = {formula}, en"
            " {operands}."
        ),
    ),
    "culprit.value": (
        (
            "{op} at node {node}: its value is {got}, and should be {wanted}. Formula: {op} ="
            " {formula}, at {operands}."
        ),
        (
            "{op} en el nodo {node}: su valor es {got} y debería ser {wanted}. Fórmula: {op} ="
            " {formula}, en {operands}."
        ),
    ),
    "culprit.value.whole": (
        (
            "the value: this engine computes {got} where the formula sheet gives {wanted}, so it is"
            " the derivative of another function."
        ),
        (
            "el valor: este motor calcula {got} donde la hoja de fórmulas da {wanted}; es la"
            " derivada de otra función."
        ),
    ),
    "culprit.edges": (
        (
            "{op} at node {node} uses {operand} {uses} times, but keeps {edges} edge to it: a share"
            " of the gradient is lost (parents kept in a set?)."
        ),
        (
            "{op} en el nodo {node} usa {operand} {uses} veces, pero guarda {edges} arista hacia"
            " él: se pierde una parte del gradiente (¿los padres en un conjunto?)."
        ),
    ),
    "culprit.accumulation": (
        (
            "accumulation: every partial holds, but node {node} has the gradient {got}, and the"
            " shares of its users add up to {wanted}: {sum}. Gradients must be added (+=), not"
            " replaced."
        ),
        (
            "acumulación: todas las parciales son correctas, pero el nodo {node} tiene el gradiente"
            " {got} y las partes de quienes lo usan suman {wanted}: {sum}. Los gradientes se suman"
            " (+=), no se reemplazan."
        ),
    ),
    "culprit.order": (
        (
            "order: every partial holds, but node {node} has the gradient {got}, and the shares of"
            " its users add up to {wanted}: {sum}. A user handed on its gradient before it was"
            " complete, or more than once: backward must visit each node once, in reverse"
            " topological order."
        ),
        (
            "orden: todas las parciales son correctas, pero el nodo {node} tiene el gradiente {got}"
            " y las partes de quienes lo usan suman {wanted}: {sum}. Un nodo pasó su gradiente"
            " antes de tenerlo completo, o más de una vez: hay que visitar cada nodo una vez, en"
            " orden topológico inverso."
        ),
    ),
    "culprit.paths": (
        (
            "order: backward() took more than {steps} steps for {edges} edges: it seems to walk"
            " every path, and their number doubles with each reuse. Visit each node once."
        ),
        (
            "orden: backward() dio más de {steps} pasos para {edges} aristas: parece recorrer cada"
            " camino, y su número se duplica con cada reutilización. Visita cada nodo una vez."
        ),
    ),
    "culprit.recursion": (
        (
            "order: backward() recurses once per level and ran out of stack on {nodes} nodes. Build"
            " the topological order with a stack of its own."
        ),
        (
            "orden: backward() es recursivo y agotó la pila con {nodes} nodos. Construye el orden"
            " topológico con una pila propia."
        ),
    ),
    "culprit.stale": (
        (
            "accumulation: a second backward() on the same graph adds {got} to the gradient of"
            " {node}, not {wanted}: the gradients of interior nodes were left over from the first."
        ),
        (
            "acumulación: un segundo backward() sobre el mismo grafo suma {got} al gradiente de"
            " {node}, no {wanted}: los nodos interiores conservaban el gradiente del primero."
        ),
    ),
    "culprit.reset": (
        (
            "accumulation: after the gradients were set to zero, the same computation gives {node}"
            " the gradient {got}, not {wanted}: something of the first pass was left (zero_grad?)."
        ),
        (
            "acumulación: tras poner los gradientes a cero, el mismo cálculo da a {node} el"
            " gradiente {got}, no {wanted}: quedó algo de la primera pasada (¿zero_grad?)."
        ),
    ),
    "culprit.twice": (
        (
            "accumulation: called again at the same input, the gradient of {node} is {second} after"
            " {first}: the second was added to the first. Set the gradients to zero before each"
            " pass (zero_grad)."
        ),
        (
            "acumulación: en una segunda llamada con la misma entrada, el gradiente de {node} es"
            " {second} tras {first}: el segundo se sumó al primero. Pon los gradientes a cero antes"
            " de cada pasada (zero_grad)."
        ),
    ),
    "culprit.nondeterministic": (
        "not deterministic: the same input gave {first} and then {second} for {node}.",
        "no determinista: la misma entrada dio {first} y luego {second} para {node}.",
    ),
    "culprit.gradient": (
        "the gradient: {node} is {got}, and should be {wanted}.",
        "el gradiente: {node} es {got} y debería ser {wanted}.",
    ),
    "culprit.severed": (
        (
            "the gradient: {node} is {got}, and should be {wanted}. Every partial and every sum"
            " holds, so the graph does not hold all of f: is there float(), .data or math.* in it?"
        ),
        (
            "el gradiente: {node} es {got} y debería ser {wanted}. Las parciales y las sumas son"
            " correctas: el grafo no contiene toda la función. ¿Hay float(), .data o math.* en"
            " ella?"
        ),
    ),
    # --- notes -----------------------------------------------------------------------------------
    "note.no_mpmath": (
        ("mpmath is not installed: the step ladder was used (pip install 'autograd-mini[check]')."),
        (
            "mpmath no está instalado: se usó la escalera de pasos (pip install"
            " 'autograd-mini[check]')."
        ),
    ),
    "note.rounding": (
        "The function is ill-conditioned here: rounding alone explains the difference of {names}.",
        "La función está mal condicionada aquí: el redondeo explica la diferencia de {names}.",
    ),
    "note.kink_rule": (
        (
            "{names}: a sum of kinks. Each node follows its convention at its kink, and the chain"
            " rule does not hold there."
        ),
        (
            "{names}: suma de puntos angulosos. Cada nodo sigue en el suyo su convención, y allí la"
            " regla de la cadena no vale."
        ),
    ),
    "note.undefined": (
        "The function has no value at {at}: {reason}",
        "La función no tiene valor en {at}: {reason}",
    ),
    "note.directions": (
        "{inputs} inputs: compared along {count} random directions (seed {seed}).",
        "{inputs} entradas: comparadas en {count} direcciones al azar (semilla {seed}).",
    ),
    "note.sample": (
        "{count} of {nodes} nodes checked one by one.",
        "Se comprobaron {count} de {nodes} nodos uno a uno.",
    ),
    "note.nodes": (
        "{count} partials checked one by one; the worst is {ulps} ulp off.",
        "Se comprobaron {count} derivadas parciales una a una; la peor está a {ulps} ulp.",
    ),
    "note.reference": ("Reference: {names}.", "Referencia: {names}."),
    "note.taylor": (
        "Taylor remainder: slope {slope} (2 for a right gradient, 1 for a wrong one).",
        "Resto de Taylor: pendiente {slope} (2 si el gradiente es correcto, 1 si no lo es).",
    ),
    # --- the step sweep --------------------------------------------------------------------------
    "sweep.title": (
        "Error of the difference against its step, at x = {x}:",
        "Error de la diferencia según su paso, en x = {x}:",
    ),
    "sweep.legend": (
        "f forward, c central, * both; best step {best}, where the central error is {error}",
        "f progresiva, c central, * ambas; mejor paso {best}, donde el error central es {error}",
    ),
    "sweep.exact": (
        "The differences are exact at every step.",
        "Las diferencias son exactas con todo paso.",
    ),
    "sweep.forward": ("forward", "progresiva"),
    "sweep.central": ("central", "central"),
    "sweep.step": ("step h", "paso h"),
    "sweep.error": ("error of the derivative", "error de la derivada"),
    # --- the command -----------------------------------------------------------------------------
    "cli.help": ("check a derivative and name the culprit", "comprueba una derivada"),
    "cli.about": (
        "Check every derivative of an expression or a function, or all operations.",
        "Comprueba todas las derivadas de una expresión o función, o todas las operaciones.",
    ),
    "cli.example": (
        (
            "examples:\n"
            '  autograd-mini check "sin(x)*y/(1+x**2)" x=0.3 y=2\n'
            "  autograd-mini check module:f --gradient module:df --at 0.3 2\n"
            "  autograd-mini check --ops"
        ),
        (
            "ejemplos:\n"
            '  autograd-mini check "sin(x)*y/(1+x**2)" x=0.3 y=2\n'
            "  autograd-mini check modulo:f --gradient modulo:df --at 0.3 2\n"
            "  autograd-mini check --ops"
        ),
    ),
    "cli.arguments": ("arguments", "argumentos"),
    "cli.options": ("options", "opciones"),
    "cli.target": ("TARGET", "OBJETO"),
    "cli.target.about": (
        "an expression, or module:function: a function of Values",
        "una expresión, o módulo:función: una función de Values",
    ),
    "cli.value": ("NAME=NUMBER", "NOMBRE=NÚMERO"),
    "cli.value.about": ("value of a variable", "valor de una variable"),
    "cli.show.help": ("show this help and exit", "muestra esta ayuda y termina"),
    "cli.number": ("NUMBER", "NÚMERO"),
    "cli.at": ("the arguments of the function", "los argumentos de la función"),
    "cli.function": ("MODULE:FUNCTION", "MÓDULO:FUNCIÓN"),
    "cli.gradient": (
        "a claimed gradient to check; the function then gets plain numbers",
        "un gradiente propuesto que comprobar; la función recibe entonces números",
    ),
    "cli.order": ("2: second derivatives too", "2: también las segundas derivadas"),
    "cli.seed": ("seed of the random directions", "semilla de las direcciones al azar"),
    "cli.accuracy": ("relative accuracy asked for", "exactitud relativa pedida"),
    "cli.ops": (
        "the table of all operations: worst errors in ulp",
        "la tabla de todas las operaciones: peores errores en ulp",
    ),
    "cli.json": ("the report as JSON", "el informe en JSON"),
    "cli.lang": ("language of the texts", "idioma de los textos"),
    "cli.alone": ("--ops takes no expression", "--ops no lleva expresión"),
    "cli.missing": (
        "give an expression, module:function, or --ops",
        "indica una expresión, módulo:función u --ops",
    ),
    "cli.expression.only": (
        "--at and --gradient are for module:function; give an expression its values as x=0.3",
        "--at y --gradient son para módulo:función; a una expresión dale sus valores como x=0.3",
    ),
    "cli.at.only": (
        "a function gets its arguments by --at, as in --at 0.3 2, not as {value}",
        "una función recibe sus argumentos con --at, como en --at 0.3 2, no como {value}",
    ),
    "cli.at.missing": (
        "say where: --at and the arguments of the function, such as --at 0.3 2",
        "indica dónde: --at y los argumentos de la función, como --at 0.3 2",
    ),
    "ops.op": ("operation", "operación"),
    "ops.value": ("value, ulp", "valor, ulp"),
    "ops.partials": ("partials, ulp", "parciales, ulp"),
    "ops.points": ("points", "puntos"),
    "ops.domain": ("domain", "dominio"),
    "ops.kinks": ("kinks", "puntos angulosos"),
    "ops.verdict": ("verdict", "veredicto"),
    "ops.good": (
        "All operations are within their bounds.",
        "Todas las operaciones están dentro de sus cotas.",
    ),
    "ops.bad": ("Beyond their bounds: {names}", "Fuera de sus cotas: {names}"),
}


def text(name: str, lang: str, /, **values: object) -> str:
    """The text of this name, its values filled in.

    >>> text("verdict.kink", "es")
    'anguloso'

    Raises ValueError for a language other than "en" and "es".
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")
    return _TEXTS[name][LANGUAGES.index(lang)].format(**values)


# The words in the conditions of the sheet; those that are formulas read alike in both languages.
_CONDITIONS = {
    "any ": "cualquier ",
    " other than ": " distinto de ",
    " in ": " entre ",
    ", or an integer b": ", o bien b entero",
    " where ": " donde ",
    "at least one number": "al menos un número",
    ", and a sum that is not too large": " y una suma que no sea demasiado grande",
    "two vectors of the same length": "dos vectores de la misma longitud",
}


def condition(text: str, lang: str) -> str:
    """A condition of the sheet, as of a domain, in a language.

    >>> condition("at least one number", "es")
    'al menos un número'
    """
    if lang == "es":
        for english, spanish in _CONDITIONS.items():
            text = text.replace(english, spanish)
    return text
