"""`autograd-mini lab`: the laboratories, as a table, JSON, a picture or a page."""

from contextlib import suppress

from autograd_mini.course import cost, depth, sweeps
from autograd_mini.course.laboratory import Laboratory
from autograd_mini.transforms import grad

from . import step_training
from .options import Arguments, format_of, option, read, show, suffix, whole, write


def _init(typed: str) -> str | float:
    """A number, or what is to be the name of an initialiser."""
    with suppress(ValueError):
        return float(typed)
    return typed


# Of each laboratory the options that are its own.
_OWN = {
    "depth": "activation init depths width seeds seed",
    "learning-rate": "lr epochs",
    "cost": "widths samples",
    "step-size": "",
}
FILES = ("html", "png", "svg", "json")
OPTIONS = [
    option("laboratory", choices=tuple(_OWN), metavar="NAME"),
    "target values",
    option("--activation", nargs="+"),
    option("--init", nargs="+", metavar="NAME", type=_init),
    option("--depths", nargs="+", metavar="N", type=whole(1, 200)),
    option("--width", metavar="N", type=whole(1, 64)),
    option("--seeds", metavar="N", type=whole(1, 1000)),
    "--seed",
    option("--lr", nargs="+", metavar="ETA", type=float),
    "--epochs",
    option("--widths", nargs="+", metavar="N", type=whole(1, 64)),
    option("--samples", nargs="+", metavar="N", type=whole(2, 1000)),
    option("--json", dest="format", action="store_const", const="json"),
    "--out",
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    name = args.laboratory
    args.exclude(" ".join(own for other, own in _OWN.items() if other != name), "other", name=name)
    if args.target is not None and name in ("depth", "cost"):
        args.refuse("no.target", name=name, value=args.target)
    kind = format_of(args, {x: x for x in FILES}) if args.format else suffix(args, FILES)
    made = _made(args, name)
    if kind == "json":
        return write(args, f"{made.to_json()}\n")
    if kind is None:
        show(made._grid(args.lang))
        return 0
    return write(args, getattr(made, "to_html" if kind == "html" else kind)(args.lang))


def _made(args: Arguments, name: str) -> Laboratory:
    given = {key: x for key in _OWN[name].split() if (x := getattr(args, key)) is not None}
    if name == "depth":
        several = {f"{key}s": given.pop(key) for key in ("activation", "init") if key in given}
        return depth.depth(**several, **given)
    if name == "cost":
        return cost.cost(**given)
    if name == "step-size":
        if args.target is None:
            return sweeps.step_size()
        expression, numbers = read(args, args.target, args.values, tried=True)
        if len(numbers) != 1:
            args.refuse("one.name")
        f, (x,) = expression.function(), numbers.values()
        return sweeps.step_size(f, x, grad(f)(x))
    if args.target is None:
        args.target, args.values, args.lr = "(w-3)**2", ["w=0"], args.lr or sweeps.RATES
    args.train, args.hidden, args.optimiser, args.batch_size = args.target, None, None, None
    return sweeps.learning_rates(step_training.rates(args, args.values))
