"""`autograd-mini step --train`: a training run, or gradient descent, as a page, JSON or text."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from autograd_mini import data, optim
from autograd_mini.data import Dataset, standardise
from autograd_mini.language import text
from autograd_mini.nn import MLP
from autograd_mini.notation.labels import number, printable
from autograd_mini.stepping.training.recording import record_descents, record_learning_rates
from autograd_mini.stepping.training.runs import LearningRates
from autograd_mini.training import TrainingError

from .options import DATASETS, Arguments, option, read, sizes, suffix, whole, write_recording

FILES = ("html", "json", "txt")
ONLY_DATA = "hidden activation optimiser batch_size seed"
# Of each data set the hidden layers, optimiser, rate and epochs that end at a right boundary.
_USUAL: dict[str, tuple[tuple[int, ...], str, float, int]] = {
    "xor": ((4,), "sgd", 1.0, 300),
    "moons": ((8, 8), "sgd", 0.5, 200),
    "circles": ((8, 8), "sgd", 0.5, 100),
    "spirals": ((8, 8), "adam", 0.1, 200),
    "iris": ((8, 8), "sgd", 0.2, 100),
}
OPTIONS = [
    option("--train", group="training", metavar="DATASET"),
    option("--epochs", group="training", type=whole(1, 10_000)),
    option("--hidden", group="training", type=sizes(64)),
    option("--activation --optimiser --batch-size", group="training"),
    option("--seed", group="training", type=whole(0, 2**31)),
]


def run(args: Arguments) -> int:
    """Record what the command line asks for, and write or print it; the exit status."""
    args.exclude("at weights step", "training.not.with")
    kind = suffix(args, FILES)
    several = rates(args, [] if args.target is None else [args.target, *args.values])
    recorded = several if len(several) > 1 else several[0]
    told = lines(several, args, every=args.all or kind is not None)
    return write_recording(args, kind or "txt", recorded, told)


def lines(several: LearningRates, args: Arguments, *, every: bool) -> Iterator[str]:
    """Runs as text: each rate with its verdict, and about ten of its frames, or every one."""
    for run_, rate, verdict in zip(several.runs, several.rates, several.verdicts, strict=True):
        said = text(f"player.training.{verdict}", args.lang)
        yield args.say("training.rate", rate=number(rate), verdict=said)
        last, tenth = len(run_) - 1, max(1, len(run_) // (3 if len(several) > 1 else 10))
        for k, frame in enumerate(run_):
            if every or k % tenth == 0 or k == last:
                name = "training.epoch" if run_.loss else "training.step"
                line = args.say(name, epoch=frame.epoch, loss=number(frame.loss))
                if frame.accuracy is not None:
                    line += args.say("training.right", percent=number(100 * frame.accuracy, ".3g"))
                yield f"  {line}"
        if (end := run_.divergence) is not None:
            place = f" ({printable(end.place)})" if end.place else ""
            name = "player.training.broken" if run_.loss else "descent.training.broken"
            yield f"  {text(name, args.lang, epoch=end.epoch, place=place)}"


# --- what the options name -----------------------------------------------------------------------
def optimiser(name: str) -> type[optim.Optimiser]:
    """The class of an optimiser, by one of the names of OPTIMISERS."""
    named: dict[str, type[optim.Optimiser]] = {x.lower(): getattr(optim, x) for x in optim.__all__}
    return named[name]


def dataset(name: str, n: int, seed: int) -> Dataset:
    """One of DATASETS; with n points, if it is one of those that are made."""
    make: Callable[..., Dataset] = getattr(data, name)
    return make() if name in ("xor", "iris") else make(n, seed=seed)


def classifier(
    data: Dataset, hidden: Sequence[int], activation: str, seed: int
) -> tuple[Callable[[], MLP], str]:
    """What makes a network that tells the classes of the data apart, and its loss."""
    two = len(data.class_names) == 2
    sizes = [*hidden, 1 if two else len(data.class_names)]
    given: Any = {"activation": activation, "init": "xavier_uniform", "seed": seed}
    make = partial(MLP, len(data.feature_names), sizes, **given)
    return make, "binary_cross_entropy_with_logits" if two else "cross_entropy"


# --- recording -----------------------------------------------------------------------------------
def rates(args: Arguments, values: list[str]) -> LearningRates:
    """Record what --train names, a data set or an expression of the values, with each rate."""
    try:
        return (_training if args.train in DATASETS else _descent)(args, values)
    except TrainingError as error:
        args.refuse("training.start", reason=error)


def _training(args: Arguments, values: list[str]) -> LearningRates:
    if values:
        args.refuse("training.values", value=values[0])
    hidden, named, rate, epochs = _USUAL[args.train]
    if args.optimiser not in (None, named):
        named, rate = args.optimiser, 0.5 if args.optimiser == "sgd" else 0.03
    seed = args.seed or 0
    points = dataset(args.train, 100, seed)
    if args.train == "iris":
        (points,) = standardise(points)
    batch = args.batch_size or min(20, len(points))
    make, loss = classifier(points, args.hidden or hidden, args.activation or "tanh", seed)
    rates = args.lr or [rate]
    given: Any = (make, points, loss, rates, args.epochs or epochs, batch)
    single = {"frames": 101, "grid": 48} if len(rates) == 1 else {}
    options: Any = {"optimiser": optimiser(named), "seed": seed, **single}
    return record_learning_rates(*given, **options)


def _descent(args: Arguments, values: list[str]) -> LearningRates:
    if not values:
        args.refuse("training.unknown", name=args.train, known=", ".join(DATASETS))
    args.exclude(ONLY_DATA, "training.descent.only")
    expression, numbers = read(args, args.train, values, tried=True)
    f = expression.function()
    f.__name__ = args.train
    rates, steps = args.lr or [0.1], args.epochs or 30
    return record_descents(f, *numbers.values(), rates=rates, steps=steps, names=[*numbers])
