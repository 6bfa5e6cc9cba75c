"""What the command line tells a reader: for each text its English and its Spanish form.

Templates for `str.format`; their names say where they appear. `messages.text` fills them in.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # --- reading an expression -------------------------------------------------------------------
    "expression.empty": (
        "the expression is empty; write one such as x*exp(-x**2)+y",
        "la expresión está vacía; escribe una como x*exp(-x**2)+y",
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
            "el carácter {c} no tiene sentido aquí: escribe números, nombres, + - * / ** ( )"
            " y funciones como exp(x)"
        ),
    ),
    "expression.instead": ("write {instead} instead of {c}", "escribe {instead} en lugar de {c}"),
    "expression.literal": (
        "this is not a number; write 2*x for a product, 0.5 for a decimal",
        "esto no es un número; escribe 2*x para un producto, 0.5 para un decimal",
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
        "esto no se puede leer; escribe números, nombres, + - * / ** ( ) y funciones como exp(x)",
    ),
    "expression.reserved": (
        "{name} is a reserved word; choose another name",
        "{name} es una palabra reservada; elige otro nombre",
    ),
    "expression.name": ("{name} is not a number or a name", "{name} no es un número ni un nombre"),
    "expression.function": (
        "{name} is a function: write {signature}",
        "{name} es una función: escribe {signature}",
    ),
    "expression.operator": (
        "this operator is not known; the operators are + - * / **",
        "este operador no existe; los operadores son + - * / **",
    ),
    "expression.call": (
        "only functions are called, as in exp(x); write * for a product: 2*(x + 1)",
        "solo se llaman funciones, como en exp(x); escribe * para un producto: 2*(x + 1)",
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
        "escribe where(condición, a, b) para elegir",
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
        "{signature} toma dos listas, que una expresión no tiene; escribe a*b + c*d",
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
        "{pair} no da un valor a un nombre; escribe nombre=número, como en x=0.5",
    ),
    "expression.twice": ("{name} is given twice", "{name} aparece dos veces"),
    "expression.constant": (
        "{name} is the constant {number:.6g}; choose another name",
        "{name} es la constante {number:.6g}; elige otro nombre",
    ),
    "expression.missing": (
        "no value for {names}; add it, as in {example}",
        "falta el valor de {names}; añádelo, como en {example}",
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
    # --- the command line ------------------------------------------------------------------------
    "cli.usage": ("usage: ", "uso: "),
    "cli.options": ("options", "opciones"),
    "cli.commands": ("commands", "órdenes"),
    "cli.command": ("COMMAND", "ORDEN"),
    "cli.arguments": ("arguments", "argumentos"),
    "cli.help": ("show this help and end", "muestra esta ayuda y termina"),
    "cli.version": ("show the version and end", "muestra la versión y termina"),
    "cli.lang": (
        "language of the texts; by default that of the locale",
        "idioma de los textos; por omisión, el de la configuración regional",
    ),
    "cli.folder": ("FOLDER", "CARPETA"),
    "cli.hint": ("Help: {command} --help", "Ayuda: {command} --help"),
    "cli.stopped": ("Interrupted.", "Interrumpido."),
    "cli.result": ("value", "valor"),
    "cli.about": (
        "Backpropagation, one number at a time.",
        "Retropropagación, número a número.",
    ),
    "cli.demo": ("train a network on iris and explain", "entrena una red con iris y la explica"),
    "cli.demo.about": (
        (
            "Trains a small network on the 150 irises, explains the backward pass of one neuron"
            " and one update of a weight, checks every gradient, and writes the network, its"
            " history and pictures."
        ),
        (
            "Entrena una red pequeña con los 150 lirios, explica la propagación hacia atrás de una"
            " neurona y la actualización de un peso, comprueba cada gradiente y escribe la red, su"
            " historial y las figuras."
        ),
    ),
    "cli.demo.example": (
        "example:\n  autograd-mini demo --out my-demo",
        "ejemplo:\n  autograd-mini demo --lang es --out mi-demo",
    ),
    "cli.out": (
        "where the files go (default: autograd-mini-demo)",
        "dónde van los archivos (por omisión: autograd-mini-demo)",
    ),
    "cli.train": ("do the same with your data and network", "lo mismo con otros datos y otra red"),
    "cli.train.about": (
        (
            "Trains a network of your choice on a data set of your choice, explains and checks"
            " it, and writes it, its history and pictures."
        ),
        (
            "Entrena la red que elijas con los datos que elijas, la explica y la comprueba, y"
            " escribe la red, su historial y las figuras."
        ),
    ),
    "cli.train.example": (
        (
            "examples:\n  autograd-mini train moons --hidden 16,16 --epochs 50\n"
            "  autograd-mini train flowers.csv --label species --optimiser sgd --lr 0.1"
        ),
        (
            "ejemplos:\n  autograd-mini train moons --hidden 16,16 --epochs 50\n"
            "  autograd-mini train flores.csv --label especie --optimiser sgd --lr 0.1"
        ),
    ),
    "cli.dataset": ("DATASET", "DATOS"),
    "cli.train.dataset": (
        (
            "xor, moons, circles, spirals, iris, or a CSV file with columns of numbers and one of"
            " labels"
        ),
        (
            "xor, moons, circles, spirals, iris, o un archivo CSV con columnas de números y una de"
            " etiquetas"
        ),
    ),
    "cli.train.hidden": (
        "sizes of the hidden layers (default: 16,16)",
        "tamaños de las capas ocultas (por omisión: 16,16)",
    ),
    "cli.name": ("NAME", "NOMBRE"),
    "cli.train.activation": (
        "activation of the hidden layers: tanh, relu, sigmoid, ... (default: tanh)",
        "activación de las capas ocultas: tanh, relu, sigmoid, ... (por omisión: tanh)",
    ),
    "cli.train.epochs": (
        "how often to go through the data (default: 100)",
        "cuántas veces se recorren los datos (por omisión: 100)",
    ),
    "cli.train.lr": ("learning rate (default: 0.01)", "tasa de aprendizaje (por omisión: 0.01)"),
    "cli.train.optimiser": (
        "sgd, momentum, nesterov, rmsprop, adam or adamw (default: adam)",
        "sgd, momentum, nesterov, rmsprop, adam o adamw (por omisión: adam)",
    ),
    "cli.train.batch-size": (
        "points per update (default: 16)",
        "puntos por actualización (por omisión: 16)",
    ),
    "cli.train.seed": (
        "seed of the data, the weights and the order (default: 0)",
        "semilla de los datos, los pesos y el orden (por omisión: 0)",
    ),
    "cli.column": ("COLUMN", "COLUMNA"),
    "cli.train.label": (
        "the CSV file's column of labels (default: the last one)",
        "la columna de etiquetas del archivo CSV (por omisión: la última)",
    ),
    "cli.train.out": (
        "where the files go (default: autograd-mini-DATASET)",
        "dónde van los archivos (por omisión: autograd-mini-DATOS)",
    ),
    "cli.grad": ("value and gradient of an expression", "valor y gradiente de una expresión"),
    "cli.grad.about": (
        (
            "Prints the value of an expression and its partial derivatives at a point. The"
            " expression may hold numbers, names, pi, e, + - * / ** ( ) and functions: exp, log,"
            " sqrt, sin, tanh, relu, max, ..."
        ),
        (
            "Muestra el valor de una expresión y sus derivadas parciales en un punto. La expresión"
            " puede tener números, nombres, pi, e, + - * / ** ( ) y funciones: exp, log, sqrt, sin,"
            " tanh, relu, max, ..."
        ),
    ),
    "cli.grad.example": (
        'example:\n  autograd-mini grad "x*exp(-x**2)+y" x=0.5 y=2',
        'ejemplo:\n  autograd-mini grad "x*exp(-x**2)+y" x=0.5 y=2',
    ),
    "cli.expression": ("EXPRESSION", "EXPRESIÓN"),
    "cli.grad.expression": ('such as "x*exp(-x**2)+y"', 'como "x*exp(-x**2)+y"'),
    "cli.value": ("NAME=NUMBER", "NOMBRE=NÚMERO"),
    "cli.grad.values": ("such as x=0.5", "como x=0.5"),
    # --- the demo, and train ---------------------------------------------------------------------
    "demo.neuron": (
        "A neuron's backward pass: L = (tanh(w1·x1 + w2·x2 + b) − 1)²",
        "La propagación hacia atrás de una neurona: L = (tanh(w1·x1 + w2·x2 + b) − 1)²",
    ),
    "demo.neuron.first": (
        "The backward pass of {neuron}, for one point of the training data",
        "La propagación hacia atrás de {neuron}, para un punto de los datos de entrenamiento",
    ),
    "demo.neuron.rule": (
        (
            "From the last node to the first, each node hands every operand its gradient times the"
            " local derivative (the chain rule); what arrives there is added up."
        ),
        (
            "Del último nodo hacia el primero, cada nodo entrega a cada operando su gradiente"
            " por la derivada local (la regla de la cadena); lo que llega allí se suma."
        ),
    ),
    "demo.neuron.columns": (
        "node|computes|value|gradient|to|local deriv.|share|sum so far",
        "nodo|calcula|valor|gradiente|a|deriv. local|parte|suma hasta aquí",
    ),
    "demo.network": ("The network and its data", "La red y sus datos"),
    "demo.network.is": (
        (
            "{name}: {train} points to learn from, {test} to test with; classes: {classes}."
            " Layers {shape}, activation {activation}: {parameters} parameters."
        ),
        (
            "{name}: {train} puntos para aprender y {test} para probar; clases: {classes}."
            " Capas {shape}, activación {activation}: {parameters} parámetros."
        ),
    ),
    "demo.network.few": (
        (
            "{name}: {train} points, all of them to learn from and to test with; classes:"
            " {classes}. Layers {shape}, activation {activation}: {parameters} parameters."
        ),
        (
            "{name}: {train} puntos, todos para aprender y para probar; clases: {classes}."
            " Capas {shape}, activación {activation}: {parameters} parámetros."
        ),
    ),
    "demo.accuracy.few": (
        "Accuracy: {percent:.1f} % ({right} of {n} points).",
        "Exactitud: {percent:.1f} % ({right} de {n} puntos).",
    ),
    "demo.diverged": (
        (
            "the first update leaves the floats: with a learning rate of {lr} the steps are too"
            " long; take a smaller one, --lr ({reason})"
        ),
        (
            "la primera actualización se sale de los números: con una tasa de aprendizaje de"
            " {lr} los pasos son demasiado largos; tome una menor, --lr ({reason})"
        ),
    ),
    "demo.update": ("One weight's first update", "La primera actualización de un peso"),
    "demo.update.is": (
        (
            "Forward pass over the training data: loss {loss:.6g}. The backward pass gives ∂L/∂w"
            " for every weight w; the largest is that of {name}. Its update:"
        ),
        (
            "Propagación hacia adelante con los datos de entrenamiento: pérdida {loss:.6g}. La"
            " retropropagación da ∂L/∂w para cada peso w; la mayor es la de {name}. Su"
            " actualización:"
        ),
    ),
    "demo.update.new": ("new", "nuevo"),
    "demo.update.old": ("old", "anterior"),
    "demo.update.other": (
        "w: {old} → {new}  ({optimiser}, learning rate {lr})",
        "w: {old} → {new}  ({optimiser}, tasa de aprendizaje {lr})",
    ),
    "demo.update.after": (
        "After the update of all weights: loss {loss:.6g}.",
        "Tras actualizar todos los pesos: pérdida {loss:.6g}.",
    ),
    "demo.training": ("Training", "Entrenamiento"),
    "demo.training.done": (
        "{epochs} epochs in {seconds:.1f} s; training loss {loss:.4f}.",
        "{epochs} épocas en {seconds:.1f} s; pérdida de entrenamiento {loss:.4f}.",
    ),
    "demo.accuracy": (
        "Test accuracy: {percent:.1f} % ({right} of {n} points that it has never seen).",
        "Exactitud en la prueba: {percent:.1f} % ({right} de {n} puntos que nunca ha visto).",
    ),
    "demo.check": (
        "Every gradient against finite differences",
        "Cada gradiente frente a diferencias finitas",
    ),
    "demo.check.is": (
        (
            "The loss on {points} points, differentiated by each of the {n} parameters: by"
            " backpropagation, and by central differences with Richardson extrapolation, which"
            " carry an error bar."
        ),
        (
            "La pérdida de {points} puntos, derivada respecto de cada uno de los {n} parámetros:"
            " por retropropagación, y por diferencias centradas con extrapolación de Richardson,"
            " que llevan una barra de error."
        ),
    ),
    "demo.check.some": (
        (
            "The loss on {points} points, differentiated by {n} of the {all} parameters, evenly"
            " spread: by backpropagation, and by central differences with an error bar."
        ),
        (
            "La pérdida de {points} puntos, derivada respecto de {n} de los {all} parámetros,"
            " repartidos por igual: por retropropagación, y por diferencias centradas con barra de"
            " error."
        ),
    ),
    "demo.check.result": (
        (
            "{agreeing} of {n} agree. The largest difference is {relative} of the largest gradient;"
            " {bars:.1f} error bars at most."
        ),
        (
            "{agreeing} de {n} coinciden. La mayor diferencia es {relative} del mayor gradiente;"
            " {bars:.1f} barras de error como máximo."
        ),
    ),
    "demo.check.undecided": (
        "{n} undecided: a kink of the activation is too near.",
        "{n} sin decidir: hay un punto anguloso de la activación demasiado cerca.",
    ),
    "demo.check.wrong": (
        "{name}: backpropagation {gradient:.10g}, differences {estimate:.10g} ± {bar:.1e}",
        "{name}: retropropagación {gradient:.10g}, diferencias {estimate:.10g} ± {bar:.1e}",
    ),
    "demo.files": ("Files in {folder}", "Archivos en {folder}"),
    "demo.file.model.json": ("the network, to load again", "la red, para volver a cargarla"),
    "demo.file.history.csv": ("loss and accuracy by epoch", "pérdida y exactitud por época"),
    "demo.file.graph.svg": ("the neuron's gradient graph", "el grafo de gradientes de la neurona"),
    "demo.file.graph.gv": ("the same as DOT text", "lo mismo como texto DOT"),
    "demo.file.steps.html": ("a neuron, step by step: a page", "una neurona, paso a paso: página"),
    "demo.steps.title": ("The neuron {neuron}, step by step", "La neurona {neuron}, paso a paso"),
    "demo.file.loss.png": ("loss by epoch", "la pérdida por época"),
    "demo.file.boundary.png": ("where each class wins", "dónde gana cada clase"),
    "demo.no.picture": ("No graph.svg: {reason}", "Sin graph.svg: {reason}"),
    "demo.no.plots": (
        'For loss.png and boundary.png install matplotlib: pip install "autograd-mini[plot]"',
        'Para loss.png y boundary.png instala matplotlib: pip install "autograd-mini[plot]"',
    ),
    "demo.plot.epoch": ("epoch", "época"),
    "demo.plot.loss": ("loss", "pérdida"),
    "demo.plot.training": ("training", "entrenamiento"),
    "demo.plot.test": ("test", "prueba"),
    "demo.plot.others": (
        "the other features at their means",
        "las demás características en su media",
    ),
    "demo.interrupted": (
        "Interrupted; what was learnt so far is in {folder}.",
        "Interrumpido; lo aprendido hasta aquí está en {folder}.",
    ),
    "demo.foreign": (
        "{path} is there already and was not made by autograd-mini; choose another folder: --out",
        "{path} ya existe y no lo hizo autograd-mini; elige otra carpeta: --out",
    ),
    "demo.unwritable": ("cannot write {path}: {reason}", "no se puede escribir {path}: {reason}"),
}
