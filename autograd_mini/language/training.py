"""The texts of the training player's page, in English and Spanish."""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]

WORDS: Texts = {
    "title": ("Training on {name}, epoch by epoch", "Entrenamiento con {name}, época a época"),
    "title.rates": (
        "Learning rates side by side: {name}",
        "Tasas de aprendizaje, lado a lado: {name}",
    ),
    "title.unnamed": ("Training, epoch by epoch", "Entrenamiento, época a época"),
    "title.rates.unnamed": ("Learning rates side by side", "Tasas de aprendizaje, lado a lado"),
    "slider": ("epoch", "época"),
    "first": ("before training (Home)", "antes de entrenar (Inicio)"),
    "previous": ("previous epoch (←)", "época anterior (←)"),
    "next": ("next epoch (→)", "época siguiente (→)"),
    "last": ("last epoch (End)", "última época (Fin)"),
    "where.epoch": ("epoch {i} of {n}", "época {i} de {n}"),
    "training.axis": ("epoch", "época"),
    # --- what is told of an epoch ----------------------------------------------------------------
    "training.story": ("This epoch", "Esta época"),
    "training.start": (
        "Before training the loss is {loss}.",
        "Antes de entrenar, la pérdida es {loss}.",
    ),
    "training.epoch": (
        "After epoch {epoch} the loss is {loss}.",
        "Tras la época {epoch}, la pérdida es {loss}.",
    ),
    "training.right": (
        "{percent} % of the {n} answers are right.",
        "El modelo acierta el {percent} % de las {n} respuestas.",
    ),
    "training.broken": (
        "In epoch {epoch} the computation has no finite result any more{place}: it diverges.",
        "En la época {epoch} el cálculo ya no tiene un resultado finito{place}: diverge.",
    ),
    "training.place": (" ({name})", " ({name})"),
    "training.rate.too.high": (
        "A learning rate of {rate} is too high.",
        "Una tasa de aprendizaje de {rate} es demasiado alta.",
    ),
    "training.whole": (
        "The whole run {verdict}: {about}",
        "El entrenamiento entero {verdict}: {about}",
    ),
    "training.crawls": ("crawls", "se arrastra"),
    "training.converges": ("converges", "converge"),
    "training.oscillates": ("oscillates", "oscila"),
    "training.diverges": ("diverges", "diverge"),
    "training.crawls.about": (
        "from {first} to {last}, and most of the way down is still to go.",
        "de {first} a {last}, y aún queda la mayor parte del camino.",
    ),
    "training.converges.about": (
        "the loss comes down from {first} to {last} and settles.",
        "la pérdida baja de {first} a {last} y se asienta.",
    ),
    "training.oscillates.about": (
        "updates jump over the minimum, back and forth.",
        "las actualizaciones saltan por encima del mínimo, de un lado al otro.",
    ),
    "training.diverges.about": (
        "each update throws the weights farther from the minimum.",
        "cada actualización lanza los pesos más lejos del mínimo.",
    ),
    # --- the picture of the answers, or of the loss ----------------------------------------------
    "training.plane": (
        ("What the model answers in each place: the stronger the colour, the surer; it is "
        "undecided on the line."),
        (
            "Lo que responde el modelo en cada lugar: cuanto más intenso el color, más seguro está;"
            " en la línea está indeciso."
        ),
    ),
    "training.values": (
        "What the model answers in each place; the points have the colours of their targets.",
        "Lo que responde el modelo en cada lugar; los puntos tienen el color de su objetivo.",
    ),
    "training.line": (
        "What the model answers (line), and what it should answer (points).",
        "Lo que responde el modelo (línea) y lo que debería responder (puntos).",
    ),
    "training.parabola": (
        ("The loss over the weight {x}: the ball is the weight now, the straight line its "
        "gradient."),
        "La pérdida según el peso {x}: la bola es el peso de ahora; la recta, su gradiente.",
    ),
    "training.surface": (
        (
            "The loss over the weights {x} and {y}: the stronger the colour, the lower. The line is"
            " the path of gradient descent."
        ),
        (
            "La pérdida según los pesos {x} e {y}: cuanto más intenso el color, más baja. La línea"
            " es el camino del descenso de gradiente."
        ),
    ),
    "training.outside": ("outside the picture", "fuera de la imagen"),
    "training.class": ("class {name}", "clase {name}"),
    "training.picture": ("The picture of epoch {i}", "La imagen de la época {i}"),
    "training.picture.rate": (
        "The picture of epoch {i}, learning rate {rate}",
        "La imagen de la época {i}, tasa de aprendizaje {rate}",
    ),
    "training.rate": ("η = {rate}", "η = {rate}"),
    "training.details": ("details", "detalles"),
    "training.choose": (
        "Show the details of the rate {rate}",
        "Ver los detalles de la tasa {rate}",
    ),
    "training.ended": ("ended in epoch {epoch}", "terminó en la época {epoch}"),
    # --- the curve -------------------------------------------------------------------------------
    "training.loss": ("Loss", "Pérdida"),
    "training.log": ("log scale", "escala logarítmica"),
    "training.curve": (
        ("The loss from {first} before training to {last} after epoch {n}; a click goes to an "
        "epoch."),
        ("La pérdida, de {first} antes de entrenar a {last} tras la época {n}; un clic lleva a "
        "una época."),
    ),
    # --- the network, and one of its weights -----------------------------------------------------
    "training.network": ("The network", "La red"),
    "training.width": (
        ("The thicker a line, the larger the {what}: {positive} or {negative}. A click chooses "
        "the weight."),
        ("Cuanto más gruesa una línea, mayor es el {what}: {positive} o {negative}. Un clic "
        "elige el peso."),
    ),
    "training.weight": ("weight", "peso"),
    "training.weights": ("weights", "pesos"),
    "training.gradient": ("gradient", "gradiente"),
    "training.gradients": ("gradients", "gradientes"),
    "training.positive": ("positive", "positivo"),
    "training.negative": ("negative (dashed)", "negativo (a trazos)"),
    "training.inputs": ("inputs", "entradas"),
    "training.layer": ("layer {k}", "capa {k}"),
    "training.more": ("{n} more", "{n} más"),
    "training.net": (
        "Network of {layers}; weights of epoch {i}",
        "Red de {layers}; pesos de la época {i}",
    ),
    "training.update": ("The update of one weight", "La actualización de un peso"),
    "training.which": ("weight", "peso"),
    "training.none": (
        "No update yet: the first comes with epoch 1.",
        "Todavía no hay actualización: la primera llega con la época 1.",
    ),
    "training.new": ("new", "nuevo"),
    "training.old": ("old", "anterior"),
    "training.last.batch": (
        "The last of the {n} updates of the epoch, with {b} points.",
        "La última de las {n} actualizaciones de la época, con {b} puntos.",
    ),
    "training.only.batch": (
        "The epoch's one update, with all {b} points.",
        "La única actualización de la época, con los {b} puntos.",
    ),
    "training.by": (
        "{optimiser} makes the change Δ of this gradient and those before it.",
        "{optimiser} obtiene el cambio Δ de este gradiente y de los anteriores.",
    ),
    "training.over": ("{name} over the epochs", "{name} a lo largo de las épocas"),
    # --- gradients by layer ----------------------------------------------------------------------
    "training.layers": ("Gradients by layer", "Gradientes por capa"),
    "training.layer.name": ("layer", "capa"),
    "training.norm": ("gradient", "gradiente"),
    "training.ratio": ("change", "cambio"),
    "training.ratio.is": (
        ("Gradient: its norm, on a log scale. Change: the size of the update beside that of the "
        "weights; about 0.001 is a good size."),
        ("Gradiente: su norma, en escala logarítmica. Cambio: el tamaño de la actualización "
        "frente al de los pesos; alrededor de 0.001 es un buen tamaño."),
    ),
    "training.flow": ("flow", "flujo"),
    "training.healthy": ("healthy", "sano"),
    "training.vanishing": ("vanishing", "se desvanece"),
    "training.exploding": ("exploding", "explota"),
    "training.dead": ("dead", "muerto"),
    "training.flat": ("flat", "plano"),
}  # fmt: skip

DESCENT: Texts = {
    "title": (
        "Gradient descent on {name}, step by step",
        "Descenso de gradiente en {name}, paso a paso",
    ),
    "slider": ("step", "paso"),
    "first": ("start (Home)", "inicio (Inicio)"),
    "previous": ("previous step (←)", "paso anterior (←)"),
    "next": ("next step (→)", "paso siguiente (→)"),
    "last": ("last step (End)", "último paso (Fin)"),
    "where.epoch": ("step {i} of {n}", "paso {i} de {n}"),
    "training.axis": ("step", "paso"),
    "training.story": ("This step", "Este paso"),
    "training.start": (
        "At the start the function's value is {loss}.",
        "Al inicio, la función vale {loss}.",
    ),
    "training.epoch": (
        "After step {epoch} the function's value is {loss}.",
        "Tras el paso {epoch}, la función vale {loss}.",
    ),
    "training.broken": (
        "In step {epoch} the computation has no finite result any more{place}: it diverges.",
        "En el paso {epoch} el cálculo ya no tiene un resultado finito{place}: diverge.",
    ),
    "training.whole": (
        "The whole descent {verdict}: {about}",
        "El descenso entero {verdict}: {about}",
    ),
    "training.converges.about": (
        "the value comes down from {first} to {last} and settles.",
        "el valor baja de {first} a {last} y se asienta.",
    ),
    "training.parabola": (
        "The function of {x}: the ball is {x} now, the straight line its gradient.",
        "La función de {x}: la bola es {x} ahora; la recta, su gradiente.",
    ),
    "training.surface": (
        (
            "The function of {x} and {y}: the stronger the colour, the lower. The line is the path"
            " of gradient descent."
        ),
        (
            "La función de {x} e {y}: cuanto más intenso el color, más baja. La línea es el camino"
            " del descenso de gradiente."
        ),
    ),
    "training.picture": ("The picture of step {i}", "La imagen del paso {i}"),
    "training.picture.rate": (
        "The picture of step {i}, learning rate {rate}",
        "La imagen del paso {i}, tasa de aprendizaje {rate}",
    ),
    "training.ended": ("ended in step {epoch}", "terminó en el paso {epoch}"),
    "training.loss": ("The function's value", "El valor de la función"),
    "training.curve": (
        "The value from {first} at the start to {last} after step {n}; a click goes to a step.",
        "El valor, de {first} al inicio a {last} tras el paso {n}; un clic lleva a un paso.",
    ),
    "training.update": ("The update of one number", "La actualización de un número"),
    "training.which": ("number", "número"),
    "training.none": (
        "No update yet: the first comes with step 1.",
        "Todavía no hay actualización: la primera llega con el paso 1.",
    ),
    "training.over": ("{name} over the steps", "{name} a lo largo de los pasos"),
}  # fmt: skip
"""What a page of `record_descent` says otherwise: its steps are no epochs."""

SHARED = (
    *("language", "theme", "modes", "controls", "play", "pause", "speed", "per.second"),
    *("phase.forward", "phase.backward", "phase.update"),
)
"""The texts of the page of steps that this one needs too."""
