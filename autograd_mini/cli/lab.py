"""`autograd-mini lab`: the laboratories, as a table, JSON, a picture or a page."""

from __future__ import annotations

import argparse
from typing import Any

from autograd_mini.course import cost, depth, sweeps
from autograd_mini.course.laboratory import Laboratory
from autograd_mini.course.sweeps import step_size
from autograd_mini.value import Value

from . import step_training
from .options import DATASETS, Arguments, Parser, activation, positive, read, suffix, whole, write

FILES = ("html", "png", "svg")
# The options of each laboratory, with the names of its function's arguments.
_OWN: dict[str, dict[str, str]] = {
    "depth": {"activation": "activations", "init": "inits", "depths": "depths", "width": "width",
              "seeds": "seeds", "seed": "seed"},
    "learning-rate": {"lr": "rates", "epochs": "epochs"},
    "cost": {"widths": "widths", "samples": "samples"},
    "step-size": {},
}  # fmt: skip


def add_options(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add("laboratory", choices=tuple(_OWN), metavar="NAME")
    parser.add("target")
    parser.add("values")
    parser.add("--activation", nargs="+", type=activation)
    parser.add("--init", nargs="+", metavar="NAME", type=_init)
    parser.add("--depths", nargs="+", metavar="N", type=whole(1, 200))
    parser.add("--width", metavar="N", type=whole(1, 64))
    parser.add("--seeds", metavar="N", type=whole(1, 1000))
    parser.add("--seed")
    parser.add("--lr", nargs="+", metavar="ETA", type=float)
    parser.add("--epochs")
    parser.add("--widths", nargs="+", metavar="N", type=whole(1, 64))
    parser.add("--samples", nargs="+", metavar="N", type=whole(1, 1000))
    alone = parser.options.add_mutually_exclusive_group()
    parser.add("--json", group=alone, action="store_true")
    parser.add("-o", "--out", group=alone)


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    name = args.laboratory
    known = [option for options in _OWN.values() for option in options]
    given = {option: x for option in known if (x := getattr(args, option)) is not None}
    for option in given.keys() - _OWN[name].keys():
        args.refuse("other", option=f"--{option}", name=name)
    if args.target is not None and name in ("depth", "cost"):
        args.refuse("no.target", name=name, value=args.target)
    kind = suffix(args, FILES)
    made = _made(args, name, {_OWN[name][option]: x for option, x in given.items()})
    if kind is None:
        print(made.to_json() if args.json else made.text(args.lang))
        return 0
    return write(args, getattr(made, "to_html" if kind == "html" else kind)(args.lang))


def _made(args: Arguments, name: str, given: dict[str, Any]) -> Laboratory:
    if name == "depth":
        return depth.depth(**given)
    if name == "cost":
        return cost.cost(**given)
    if name == "step-size":
        return _step_size(args)
    if args.target is None and not given:
        return sweeps.learning_rates()
    if args.target and not args.values and args.target not in DATASETS:
        args.refuse("unknown", name=args.target, known=", ".join(DATASETS))
    values = [*args.values] if args.target else ["w=0"]
    args.train = args.target or "(w-3)**2"
    args.hidden = args.optimiser = args.batch_size = None
    return sweeps.learning_rates(step_training.rates(args, values))


def _step_size(args: Arguments) -> Laboratory:
    if args.target is None:
        return step_size()
    expression, numbers = read(args.target, args.values, tried=True)
    if len(numbers) != 1:
        args.refuse("one.name")
    ((name, x),) = numbers.items()
    at = Value(x)
    root = expression(**{name: at})
    root.backward()
    return step_size(lambda v: expression(**{name: v}), x, at.grad)


def _init(typed: str) -> str | float:
    """A check: the name of an initialiser, or a number."""
    try:
        return positive(typed)
    except argparse.ArgumentTypeError:
        from autograd_mini.nn.initialisers import INITIALISERS

        if typed not in INITIALISERS:
            what = f"neither a number above 0 nor one of {', '.join(INITIALISERS)}"
            raise argparse.ArgumentTypeError(f"{typed!r} is {what}") from None
        return typed
