"""`autograd-mini step`: an expression or a function, step by step, in the terminal or as a file."""

import inspect
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Any

from autograd_mini import functions, museum
from autograd_mini.course.examples import EXAMPLES, example
from autograd_mini.graph import topological
from autograd_mini.language import translated
from autograd_mini.numbers.arguments import real
from autograd_mini.ops import Op
from autograd_mini.optim import SGD
from autograd_mini.pages.film.frames import save_frames
from autograd_mini.stepping.explaining import step_lines, transcript
from autograd_mini.stepping.record import steps
from autograd_mini.stepping.sequence import Steps
from autograd_mini.value import Value, apply

from . import step_training
from .options import Arguments, imported, labelled, option, read, rooted, suffix, write_recording
from .terminal import play

FILES = (*step_training.FILES, "gif", "mp4", "png")
_PACKAGE = str(Path(__file__).parents[1])
OPTIONS = [
    "target values",
    option("--at", nargs="+", metavar="NAME=NUMBER"),
    "--out",
    option("--all", action="store_true"),
    option("--step", type=int, metavar="NUMBER"),
    option("--lr", nargs="+", type=float, metavar="ETA"),
    option("--weights", nargs="+", metavar="NAME"),
    option("--engine", metavar="NAME", choices=museum.ENGINES),
    option("--example", metavar="NAME", choices=EXAMPLES, says="example.name"),
    *step_training.OPTIONS,
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    if args.example is not None and (args.target or args.engine or args.train):
        args.refuse("example.alone")
    if args.train is None:
        args.exclude(f"epochs {step_training.ONLY_DATA}", "training.needs.train")
    elif args.engine is None:
        return step_training.run(args)
    if args.target is None and args.example is None:
        args.refuse("missing")
    if sum((args.all, args.step is not None, args.out is not None)) > 1:
        args.refuse("one", options="--all, --step, -o")
    kind = suffix(args, FILES)
    beside: dict[str, Any] = {}
    if args.engine is not None:
        recorded, right = _of_engine(args)
        said, *_ = re.split("[.:] ", museum.mistake(museum.named(args.engine), args.lang))
        wrong = f"{args.engine}: {' '.join(said.split())}".replace("`", "")
        beside = {"beside": right, "labels": (wrong, args.say("engine.right"))}
    elif args.example is not None:
        args.exclude("at lr weights", "example.alone")
        recorded = example(args.example)
    else:
        named = ":" in args.target or args.target.endswith(".py")
        recorded = _of_function(args) if named else _of_expression(args)
    return _show(recorded, args, kind, beside)


# --- recording -----------------------------------------------------------------------------------
def _of_expression(args: Arguments) -> Steps:
    args.exclude("at", "expression.only")
    expression, numbers = read(args, args.target, args.values, named=True, tried=True)
    inputs = labelled(numbers)
    return _recorded(rooted(expression, "L" if args.lr else "y"), [*inputs.values()], inputs, args)


def _of_function(args: Arguments) -> Steps:
    if args.values:
        args.refuse("at.only", value=args.values[0])
    f, inputs = imported(args, args.target), _inputs(args)
    try:
        signature = inspect.signature(f)
        first = [name for name, p in signature.parameters.items() if p.kind is p.POSITIONAL_ONLY]
        named = {name: x for name, x in inputs.items() if name not in first}
        bound = signature.bind(*[inputs[name] for name in first if name in inputs], **named)
    except (TypeError, ValueError) as error:
        args.refuse("signature", function=args.target, reason=error)
    return _recorded(partial(f, **bound.kwargs), bound.args, inputs, args)


def _inputs(args: Arguments) -> dict[str, Any]:
    """The numbers of --at as Values, or lists of them, by the names of the parameters."""
    inputs: dict[str, Any] = {}
    for pair in args.at or ():
        name, _, typed = (part.strip() for part in pair.partition("="))
        try:
            numbers = [real(name, float(part)) for part in typed.split(",")]
        except ValueError:
            args.refuse("at.pair", pair=pair)
        if name in inputs:
            args.refuse("at.twice", name=name)
        values = [Value(x, label=f"{name}[{k}]") for k, x in enumerate(numbers)]
        inputs[name] = values if len(values) > 1 else Value(numbers[0], label=name)
    return inputs


def _recorded(
    f: Callable[..., Any], values: Sequence[Any], inputs: Mapping[str, Any], args: Arguments
) -> Steps:
    """The steps of f(*values), with the update of the weights if --lr is given."""
    weights = _weights(inputs, args)

    def called(*values: Any) -> Value:
        try:
            result = f(*values)
        except (Exception, SystemExit) as error:
            said = f"{type(error).__name__}: {translated(str(error), args.lang)}"
            frames = extract_tb(error.__traceback__)[::-1]
            own = (f.lineno or 0 for f in frames if not f.filename.startswith((_PACKAGE, "<")))
            told: dict[str, Any] = {"function": args.target, "error": said, "line": next(own, 0)}
            if pairs := [pair for pair in args.at or () if pair.count(",") == 1]:
                args.refuse("raised.list", pair=pairs[0], **told)  # or is it a decimal comma?
            args.refuse("raised", **told)
        if not isinstance(result, Value):
            what = f"{result!r:.60} ({type(result).__name__})"
            args.refuse("no.value", function=args.target, what=what)
        if weights and not {*weights} & {*topological(result)}:
            args.refuse("weights.unused", names=", ".join(w.label or "" for w in weights))
        return result

    return steps(called, *values, optimiser=SGD(weights, lr=args.lr[0]) if weights else None)


def _weights(inputs: Mapping[str, Any], args: Arguments) -> list[Value]:
    """The Values that are updated: none without --lr, all inputs without --weights."""
    if args.lr is None:
        args.exclude("weights", "weights.only")
        return []
    if len(args.lr) > 1 or not 0 <= args.lr[0] < math.inf:
        args.refuse("rate.is", rate=" ".join(f"{rate:g}" for rate in args.lr))
    names = [*inputs] if args.weights is None else [name.strip() for name in args.weights]
    if unknown := [name for name in names if name not in inputs]:
        args.refuse("weights.unknown", names=", ".join(unknown), known=", ".join(inputs))
    chosen = [inputs[name] for name in dict.fromkeys(names)]
    return [value for x in chosen for value in (x if isinstance(x, list) else [x])]


# --- showing -------------------------------------------------------------------------------------
def _show(recorded: Steps, args: Arguments, kind: str | None, beside: Mapping[str, Any]) -> int:
    lines = transcript(recorded, args.lang)
    if args.step is not None:
        if not 0 <= args.step < len(recorded):
            args.refuse("range", step=args.step, last=len(recorded) - 1)
        lines = step_lines(recorded, args.step, args.lang)
    if kind in step_training.FILES or args.all or args.step is not None:
        title = args.target or args.example
        return write_recording(args, kind or "txt", recorded, lines, title=title, **beside)
    if kind is None:
        play(recorded, lang=args.lang)
    else:
        first, *others = save_frames(recorded, args.out, lang=args.lang)
        print(args.say("pictures", first=first, last=others[-1]) if others else args.out)
    return 0


# --- in a broken engine, and in a right one ------------------------------------------------------
def _of_engine(args: Arguments) -> tuple[Steps, Steps]:
    """The steps of the expression in the broken engine, and in the right one."""
    if args.target is None or ":" in args.target:
        args.refuse("engine.expression", target=args.target or "--train")
    args.exclude("lr weights at", "engine.not.with")

    def applied(op: Op, *operands: Any) -> Any:
        if op.name not in museum.HEALTHY.rules:
            known = ", ".join(name for name in museum.HEALTHY.rules if name in functions.METHODS)
            args.refuse("engine.operation", name=op.name, known=known)
        nodes = [x for x in operands if isinstance(x, museum.Engine)]
        if nodes and (method := functions.OPERATORS.get(op.name)):
            return getattr(operator, method)(*operands)
        return nodes[0].apply(op.name, *operands) if nodes else apply(op, *operands)

    expression, numbers = read(args, args.target, args.values, applied, tried=True)
    try:
        return museum.stepped(args.engine, rooted(expression), *numbers.values())
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        args.refuse("engine.fails", engine=args.engine, reason=error)
