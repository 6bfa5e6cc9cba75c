"""`autograd-mini step --train`: a training run, or gradient descent, as a page, JSON or text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_mini.stepping.training.runs import LearningRates, TrainingSteps

DATASETS = ("xor", "moons", "circles", "spirals", "iris")
OPTIMISERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
FILES = ("html", "json", "txt")
MOST_EPOCHS, MOST_UNITS, MOST_RATES = 10_000, 64, 8
_EXAMPLES = "\n".join(
    f"  autograd-mini step --train {line}"
    for line in ("moons -o moons.html", "xor --lr 0.01 1 10 -o rates.html",
                 '"w**2" w=3 --lr 0.1 1 1.1 -o descent.html')
)  # fmt: skip

WORDS: dict[str, tuple[str, str]] = {
    "options": ("training", "entrenamiento"),
    "example": (_EXAMPLES, _EXAMPLES),
    "data": ("DATA", "DATOS"),
    "train": (
        (
            "play a training run: xor, moons, circles, spirals or iris; or gradient descent on an"
            ' expression such as "w**2" w=3. Several rates of --lr stand side by side'
        ),
        (
            "reproducir un entrenamiento: xor, moons, circles, spirals o iris; o el descenso de"
            ' gradiente en una expresión como "w**2" w=3. Varias tasas de --lr van lado a lado'
        ),
    ),
    "epochs": ("how many epochs, or steps of the descent", "cuántas épocas, o pasos del descenso"),
    "hidden": ("sizes of the hidden layers, such as 8,8", "tamaños de las capas ocultas, como 8,8"),
    "activation": ("of the hidden layers, such as tanh", "de las capas ocultas, como tanh"),
    "optimiser": (", ".join(OPTIMISERS), ", ".join(OPTIMISERS)),
    "batch": ("samples per update", "muestras por actualización"),
    "seed": ("of the first weights and the order", "de los primeros pesos y del orden"),
    "name": ("NAME", "NOMBRE"),
    "needs.train": ("{option} is for --train", "{option} es para --train"),
    "not.with": ("{option} does not go with --train", "{option} no se puede usar con --train"),
    "values": (
        "{value}: a data set takes no values; they are for an expression",
        "{value}: un conjunto de datos no lleva valores; son para una expresión",
    ),
    "unknown": (
        "--train {name}: the data sets are {known}; an expression needs its values, such as w=3",
        (
            "--train {name}: los conjuntos de datos son {known}; una expresión necesita sus"
            " valores, como w=3"
        ),
    ),
    "descent.only": (
        "{option} is for a data set, not for gradient descent on an expression",
        "{option} es para un conjunto de datos, no para el descenso en una expresión",
    ),
    "suffix": (
        "{name}: the suffix of the file must be one of {known}",
        "{name}: la extensión del archivo debe ser una de {known}",
    ),
    "rates": (
        "--lr takes 1 to {most} different numbers above 0, got {rates}",
        "--lr lleva de 1 a {most} números distintos mayores que 0, no {rates}",
    ),
    "whole": (
        "{option} {text}: it must be a whole number from {least} to {most}",
        "{option} {text}: debe ser un número entero de {least} a {most}",
    ),
    "sizes": (
        "--hidden {text}: it must be sizes from 1 to {most}, such as 8,8",
        "--hidden {text}: deben ser tamaños de 1 a {most}, como 8,8",
    ),
    "activation.unknown": (
        "--activation {text}: no such activation; known are {known}",
        "--activation {text}: no hay tal activación; las conocidas son {known}",
    ),
    "optimiser.unknown": (
        "--optimiser {text}: it must be one of {known}",
        "--optimiser {text}: debe ser uno de {known}",
    ),
    "start": (
        "there is nothing to record: even before training {reason}",
        "no hay nada que grabar: ya antes de entrenar {reason}",
    ),
    "epoch": ("epoch {epoch}: loss {loss}", "época {epoch}: pérdida {loss}"),
    "step": ("step {epoch}: {loss}", "paso {epoch}: {loss}"),
    "right": (", {percent} % right", ", {percent} % de aciertos"),
    "rate": ("learning rate {rate}: {verdict}", "tasa de aprendizaje {rate}: {verdict}"),
}
_ONLY_DATA = ("hidden", "activation", "optimiser", "batch_size", "seed")


def say(name: str, lang: str, /, **values: object) -> str:
    """A text of the command, with the values filled in.

    >>> say("step", "es", epoch=3, loss="0.5")
    'paso 3: 0.5'
    """
    return WORDS[name][lang == "es"].format(**values)


def add_options(parser: Any, lang: str) -> None:
    """Add `--train` and what belongs to it, as a group, to the parser of `step`."""
    group = parser.add_argument_group(say("options", lang))
    name = say("name", lang)
    for flag, metavar, text in (
        ("--train", say("data", lang), "train"),
        ("--epochs", "N", "epochs"),
        ("--hidden", "N,N", "hidden"),
        ("--activation", name, "activation"),
        ("--optimiser", name, "optimiser"),
        ("--batch-size", "N", "batch"),
        ("--seed", "N", "seed"),
    ):
        group.add_argument(flag, metavar=metavar, help=say(text, lang).replace("%", "%%"))


def is_asked(args: Any) -> bool:
    """Whether the command line has --train; ends with a sentence if it has only its options."""
    if args.train is None:
        for name in ("epochs", *_ONLY_DATA):
            if getattr(args, name) is not None:
                _refuse(args, "needs.train", option=_flag(name))
    return args.train is not None


def run(args: Any) -> int:
    """Record what the command line asks for, and write or print it; the exit status."""
    for name in ("at", "weights", "step"):
        if getattr(args, name) is not None:
            _refuse(args, "not.with", option=_flag(name))
    suffix = None if args.out is None else Path(args.out).suffix[1:].lower()
    if suffix is not None and suffix not in FILES:
        _refuse(args, "suffix", name=args.out, known=", ".join(FILES))
    rates = args.lr
    if rates is not None and (
        not 0 < len({*rates}) == len(rates) <= MOST_RATES or not all(0 < r < 1e300 for r in rates)
    ):
        _refuse(args, "rates", most=MOST_RATES, rates=" ".join(f"{rate:g}" for rate in rates))
    values = [] if args.target is None else [args.target, *args.values]
    recorded = _training(args, values) if args.train in DATASETS else _descent(args, values)
    if suffix is None:
        for line in lines(recorded, args.lang, every=args.all):
            print(line)
        return 0
    try:
        _write(recorded, args, suffix)
    except (OSError, ValueError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        args.parser.error(f"{args.out}: {reason}")
    print(args.out)
    return 0


def lines(recorded: TrainingSteps | LearningRates, lang: str, *, every: bool) -> Iterator[str]:
    """A run as text: each rate with its verdict, and about ten of its frames, or every one."""
    from autograd_mini.language.training import DESCENT
    from autograd_mini.language.training import WORDS as PAGE
    from autograd_mini.notation.labels import number, printable
    from autograd_mini.stepping.training.runs import LearningRates

    several = isinstance(recorded, LearningRates)
    runs = recorded.runs if isinstance(recorded, LearningRates) else (recorded,)
    verdicts = recorded.verdicts if isinstance(recorded, LearningRates) else (recorded.verdict,)
    for run_, verdict in zip(runs, verdicts, strict=True):
        word = PAGE[f"training.{verdict}"][lang == "es"]
        yield say("rate", lang, rate=number(run_.rate), verdict=word)
        last, tenth = len(run_) - 1, max(1, len(run_) // (3 if several else 10))
        for k, frame in enumerate(run_):
            if every or k % tenth == 0 or k == last:
                name = "epoch" if run_.loss else "step"
                line = say(name, lang, epoch=frame.epoch, loss=number(frame.loss))
                if frame.accuracy is not None:
                    line += say("right", lang, percent=number(100 * frame.accuracy, ".3g"))
                yield f"  {line}"
        if run_.divergence is not None:
            words = PAGE if run_.loss else DESCENT
            line = words["training.broken"][lang == "es"]
            place = f" ({printable(run_.divergence.place)})" if run_.divergence.place else ""
            yield f"  {line.format(epoch=run_.divergence.epoch, place=place)}"


# --- recording -----------------------------------------------------------------------------------
def _training(args: Any, values: list[str]) -> TrainingSteps | LearningRates:
    from functools import partial

    from autograd_mini import data, optim
    from autograd_mini.nn.networks import MLP, activations
    from autograd_mini.stepping.training.recording import record_learning_rates

    if values:
        _refuse(args, "values", value=values[0])
    small = args.train == "xor"
    seed = _whole(args, "seed", 0, 0, 2**31)
    activation = args.activation or "tanh"
    if activation not in activations():
        known = "tanh, relu, sigmoid, gelu, leaky_relu, ..."
        _refuse(args, "activation.unknown", text=activation, known=known)
    named = (args.optimiser or "sgd").lower()
    if named not in OPTIMISERS:
        _refuse(args, "optimiser.unknown", text=args.optimiser, known=", ".join(OPTIMISERS))
    kinds = {name.lower(): getattr(optim, name) for name in optim.__all__ if name[0].isupper()}
    points = data.xor() if small else data.iris() if args.train == "iris" else None
    if points is None:
        points = getattr(data, args.train)(100, seed=seed)
    if args.train == "iris":
        (points,) = data.standardise(points)
    classes = len(points.class_names)
    sizes = _sizes(args, (4,) if small else (8, 8))
    epochs = _whole(args, "epochs", 300 if small else 100, 1, MOST_EPOCHS)
    batch = _whole(args, "batch_size", min(20, len(points)), 1, len(points))
    nouts = [*sizes, 1 if classes == 2 else classes]
    make = partial(
        MLP, len(points.feature_names), nouts,
        activation=activation, init="xavier_uniform", seed=seed,
    )  # fmt: skip
    loss = "binary_cross_entropy_with_logits" if classes == 2 else "cross_entropy"
    rates = args.lr or [1.0 if small and named == "sgd" else 0.5 if named == "sgd" else 0.03]
    single = {"frames": 101, "grid": 48} if len(rates) == 1 else {}
    found: LearningRates = _recorded(
        args,
        lambda: record_learning_rates(
            make, points, loss, rates, epochs, batch,
            optimiser=kinds[named], seed=seed, **single,
        ),
    )  # fmt: skip
    return found if len(rates) > 1 else found[0]


def _descent(args: Any, values: list[str]) -> TrainingSteps | LearningRates:
    from autograd_mini.expressions import assignments, parse
    from autograd_mini.stepping.training.recording import record_descents

    if not values:
        _refuse(args, "unknown", name=args.train, known=", ".join(DATASETS))
    for name in _ONLY_DATA:
        if getattr(args, name) is not None:
            _refuse(args, "descent.only", option=_flag(name))
    expression = parse(args.train)
    numbers = assignments(values, expression.names)
    expression(**numbers)  # what it refuses, it refuses with the place marked
    steps = _whole(args, "epochs", 30, 1, MOST_EPOCHS)
    rates = args.lr or [0.1]
    names = [*numbers]

    def f(*xs: Any) -> Any:
        return expression(**dict(zip(names, xs, strict=True)))

    f.__name__ = args.train
    found: LearningRates = _recorded(
        args,
        lambda: record_descents(f, *numbers.values(), rates=rates, steps=steps, names=names),
    )
    return found if len(rates) > 1 else found[0]


def _recorded(args: Any, record: Any) -> Any:
    from autograd_mini.training import TrainingError

    try:
        return record()
    except TrainingError as error:
        _refuse(args, "start", reason=error)


def _write(recorded: TrainingSteps | LearningRates, args: Any, suffix: str) -> None:
    from autograd_mini.files import write_bytes
    from autograd_mini.pages.training_page import save_html

    if suffix == "html":
        save_html(recorded, args.out, lang=args.lang)
    elif suffix == "json":
        write_bytes(args.out, f"{recorded.to_json(1)}\n".encode())
    else:
        text = "".join(f"{line}\n" for line in lines(recorded, args.lang, every=True))
        write_bytes(args.out, text.encode())


# --- what was typed ------------------------------------------------------------------------------
def _whole(args: Any, name: str, default: int, least: int, most: int) -> int:
    text = getattr(args, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        _refuse(args, "whole", option=_flag(name), text=text, least=least, most=most)
    return int(text)


def _sizes(args: Any, default: tuple[int, ...]) -> tuple[int, ...]:
    if args.hidden is None:
        return default
    parts = args.hidden.split(",")
    if not all(p.isascii() and p.isdigit() and len(p) < 4 for p in parts) or not all(
        1 <= int(p) <= MOST_UNITS for p in parts
    ):
        _refuse(args, "sizes", text=args.hidden, most=MOST_UNITS)
    return tuple(map(int, parts))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refuse(args: Any, name: str, /, **values: object) -> NoReturn:
    """End with the sentence of this name, and status 2."""
    args.parser.error(say(name, args.lang, **values))
    raise SystemExit(2)
