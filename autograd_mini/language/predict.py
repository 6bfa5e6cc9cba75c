"""Predict mode in English and Spanish: questions, verdicts, and what a mistake looks like."""

from __future__ import annotations

PREDICT: dict[str, tuple[str, str]] = {
    "predict": ("Predict", "Predice"),
    "predict.answer": ("Your answer", "Tu respuesta"),
    "predict.check": ("Check", "Comprobar"),
    "predict.next": ("Next question", "Pregunta siguiente"),
    "predict.hint": ("Hint", "Pista"),
    "predict.show": ("Show me", "Muéstramelo"),
    "predict.skip": ("Skip", "Saltar"),
    "predict.more": ("Questions and answers", "Preguntas y respuestas"),
    "predict.wish": ("Ask for", "Preguntar por"),
    "predict.wish.fits": ("what fits the step", "lo que pida el paso"),
    "predict.wish.partial": ("local derivatives", "derivadas locales"),
    "predict.wish.share": ("shares", "aportaciones"),
    "predict.wish.gradient": ("gradients", "gradientes"),
    "predict.learner": ("Name (optional)", "Nombre (opcional)"),
    "predict.json": ("Save as JSON", "Guardar en JSON"),
    "predict.csv": ("Save as CSV", "Guardar en CSV"),
    "predict.again": ("Start again", "Empezar de nuevo"),
    "predict.file": ("answers", "respuestas"),
    "predict.score": (
        (
            "{first} of {asked} right at once · {right} later · {shown} shown · {skipped} skipped ·"
            " tries: {tries}"
        ),
        (
            "{first} de {asked} bien a la primera · {right} después · {shown} mostradas · {skipped}"
            " saltadas · intentos: {tries}"
        ),
    ),
    # --- questions -------------------------------------------------------------------------------
    "predict.ask.forward": ("{y} = {formula}. What is {y}?", "{y} = {formula}. ¿Cuánto vale {y}?"),
    "predict.ask.seed": (
        "The backward pass starts at {L}. What is ∂{L}/∂{L}?",
        "La retropropagación empieza en {L}. ¿Cuánto vale ∂{L}/∂{L}?",
    ),
    "predict.ask.partial": (
        "What is the local derivative {d}?",
        "¿Cuánto vale la derivada local {d}?",
    ),
    "predict.ask.share": (
        "What does {y} hand to {x}: ∂{L}/∂{y} · {d}?",
        "¿Qué aportación entrega {y} a {x}: ∂{L}/∂{y} · {d}?",
    ),
    "predict.ask.gradient": (
        "∂{L}/∂{x} is {before} so far. What is it after the share that {y} hands on?",
        "∂{L}/∂{x} vale {before} hasta ahora. ¿Cuánto vale con la aportación de {y}?",
    ),
    "predict.ask.update": (
        "What is the new {x}, with the learning rate η = {rate}?",
        "¿Cuánto vale el nuevo {x}, con la tasa de aprendizaje η = {rate}?",
    ),
    "predict.none": (
        "There is nothing to compute in the next step.",
        "En el paso siguiente no hay nada que calcular.",
    ),
    "predict.done": (
        "The next step has been answered.",
        "El paso siguiente ya tiene respuesta.",
    ),
    "predict.end": ("That was the last step.", "Este era el último paso."),
    # --- verdicts --------------------------------------------------------------------------------
    "predict.verdict.say.first": ("✓ Right: {x}.", "✓ Bien: {x}."),
    "predict.verdict.say.right": ("✓ Right now: {x}.", "✓ Ahora sí: {x}."),
    "predict.verdict.say.shown": ("It is {x}.", "Es {x}."),
    "predict.verdict.say.skipped": ("Skipped; it is {x}.", "Saltada; es {x}."),
    "predict.wrong": ("✗ Not that.", "✗ No es eso."),
    "predict.unreadable": (
        "Write a number, such as 0.5, -0,5, 1/3 or 2e-3.",
        "Escribe un número, como 0.5, -0,5, 1/3 o 2e-3.",
    ),
    # --- what a mistake looks like ---------------------------------------------------------------
    "predict.mistake.sign": (
        "The size is right, the sign is not.",
        "El tamaño está bien, el signo no.",
    ),
    "predict.mistake.inverse": (
        "That is 1 divided by the right number.",
        "Eso es 1 dividido entre el número correcto.",
    ),
    "predict.mistake.ten": (
        "Off by a power of ten: look at the decimal point.",
        "Falla en una potencia de diez: mira la coma decimal.",
    ),
    "predict.mistake.order": (
        "The operands were taken the other way round.",
        "Has tomado los operandos al revés.",
    ),
    "predict.mistake.left": ("{x} was left out.", "Te has dejado {x}."),
    "predict.mistake.operand": (
        "That is the operand {x}: the operation was not applied.",
        "Eso es el operando {x}: falta aplicar la operación.",
    ),
    "predict.mistake.partial": (
        "That is the local derivative {d}; the value of {y} is asked for.",
        "Eso es la derivada local {d}; se pregunta el valor de {y}.",
    ),
    "predict.mistake.other": (
        "It looks as if {y} was used in place of {x}.",
        "Parece que has usado {y} en lugar de {x}.",
    ),
    "predict.mistake.partial.other": (
        "That is the derivative with respect to another operand: {d}.",
        "Eso es la derivada respecto a otro operando: {d}.",
    ),
    "predict.mistake.partial.gradient": (
        "That is the gradient ∂{L}/∂{x}; only the local derivative {d} is asked for.",
        "Eso es el gradiente ∂{L}/∂{x}; solo se pregunta la derivada local {d}.",
    ),
    "predict.mistake.partial.share": (
        "That is already multiplied by ∂{L}/∂{y}; only {d} is asked for.",
        "Eso ya está multiplicado por ∂{L}/∂{y}; solo se pregunta {d}.",
    ),
    "predict.mistake.partial.adjoint": (
        "That is ∂{L}/∂{y}, the gradient that arrives at {y}.",
        "Eso es ∂{L}/∂{y}, el gradiente que llega a {y}.",
    ),
    "predict.mistake.partial.value": (
        "That is the value of {y}, not its derivative.",
        "Eso es el valor de {y}, no su derivada.",
    ),
    "predict.mistake.partial.operand": (
        "That is the value of {x}, not the derivative with respect to it.",
        "Eso es el valor de {x}, no la derivada respecto a él.",
    ),
    "predict.mistake.share.adjoint": (
        "That is {d} alone: it is still to be multiplied by ∂{L}/∂{y}.",
        "Eso es solo {d}: falta multiplicar por ∂{L}/∂{y}.",
    ),
    "predict.mistake.share.partial": (
        "That is ∂{L}/∂{y} alone: it is still to be multiplied by {d}.",
        "Eso es solo ∂{L}/∂{y}: falta multiplicar por {d}.",
    ),
    "predict.mistake.share.other": (
        "Wrong operand: that is the share for {x}.",
        "Operando equivocado: esa es la aportación a {x}.",
    ),
    "predict.mistake.share.gradient": (
        "That is the gradient ∂{L}/∂{x} after adding; only the share of {y} is asked for.",
        "Eso es el gradiente ∂{L}/∂{x} ya sumado; solo se pregunta la aportación de {y}.",
    ),
    "predict.mistake.share.sum": (
        "The chain rule multiplies; that is the sum.",
        "La regla de la cadena multiplica; eso es la suma.",
    ),
    "predict.mistake.share.divided": (
        "The chain rule multiplies; that is the quotient.",
        "La regla de la cadena multiplica; eso es el cociente.",
    ),
    "predict.mistake.share.node": (
        "It looks as if the gradient of {x} was used in place of that of {y}.",
        "Parece que has usado el gradiente de {x} en lugar del de {y}.",
    ),
    "predict.mistake.sum.share": (
        (
            "That is the share of this path alone. {x} reaches {L} by another path too, which gave"
            " {before}: shares add up."
        ),
        (
            "Esa es solo la aportación de este camino. {x} llega a {L} también por otro camino,"
            " que dio {before}: las aportaciones se suman."
        ),
    ),
    "predict.mistake.sum.before": (
        "That was there already: the share that {y} hands on is still to be added.",
        "Eso ya estaba: falta sumar la aportación de {y}.",
    ),
    "predict.mistake.sum.adjoint": (
        "{d} is still to be multiplied by ∂{L}/∂{y} before it is added.",
        "Antes de sumar {d} hay que multiplicarla por ∂{L}/∂{y}.",
    ),
    "predict.mistake.sum.sign": (
        "The sign of the share is wrong: it was subtracted.",
        "El signo de la aportación está mal: la has restado.",
    ),
    "predict.mistake.sum.other": (
        "Wrong operand: the share for {x} was added.",
        "Operando equivocado: has sumado la aportación a {x}.",
    ),
    "predict.mistake.sum.path": (
        "The path through {y} is missing from the sum.",
        "En la suma falta el camino que pasa por {y}.",
    ),
    "predict.mistake.sum.product": (
        "Shares of several paths are added, not multiplied.",
        "Las aportaciones de varios caminos se suman, no se multiplican.",
    ),
    "predict.mistake.sum.partial": (
        "That is the local derivative {d}; the gradient ∂{L}/∂{x} is asked for.",
        "Eso es la derivada local {d}; se pregunta el gradiente ∂{L}/∂{x}.",
    ),
    "predict.mistake.seed.value": (
        "That is the value of {L}; asked for is how fast {L} changes with itself.",
        "Eso es el valor de {L}; se pregunta cuánto cambia {L} con respecto a sí mismo.",
    ),
    "predict.mistake.seed.zero": (
        "{L} does change with itself: as much as it changes.",
        "{L} sí cambia con respecto a sí mismo: justo lo que cambia.",
    ),
    "predict.mistake.update.sign": (
        "That goes uphill: the update subtracts, against the gradient.",
        "Eso va cuesta arriba: la actualización resta, en contra del gradiente.",
    ),
    "predict.mistake.update.rate": (
        "The gradient is still to be multiplied by the learning rate η.",
        "Falta multiplicar el gradiente por la tasa de aprendizaje η.",
    ),
    "predict.mistake.update.change": (
        "That is the change alone: the old {x} is still to be added.",
        "Eso es solo el cambio: falta el {x} anterior.",
    ),
    "predict.mistake.update.gradient": (
        "That is the gradient with respect to {x}.",
        "Eso es el gradiente respecto a {x}.",
    ),
    # --- the file for the teacher ----------------------------------------------------------------
    "predict.columns": (
        "learner,page,step,asked,question,expected,answers,verdict,hints,seconds",
        "estudiante,página,paso,pedido,pregunta,esperado,respuestas,veredicto,pistas,segundos",
    ),
    "predict.kind.forward": ("value", "valor"),
    "predict.kind.seed": ("seed", "semilla"),
    "predict.kind.partial": ("local derivative", "derivada local"),
    "predict.kind.share": ("share", "aportación"),
    "predict.kind.gradient": ("gradient", "gradiente"),
    "predict.kind.update": ("new weight", "peso nuevo"),
    "predict.verdict.first": ("right at once", "bien a la primera"),
    "predict.verdict.right": ("right later", "bien después"),
    "predict.verdict.shown": ("shown", "mostrada"),
    "predict.verdict.skipped": ("skipped", "saltada"),
    "predict.verdict.open": ("open", "abierta"),
}
