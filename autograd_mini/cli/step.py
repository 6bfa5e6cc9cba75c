"""`autograd-mini step`: an expression or a function, step by step, in the terminal or as a file."""

from __future__ import annotations

import argparse
import inspect
import math
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograd_mini.language.terminal import LANGUAGES, word

from .step_engine import add_option as add_engine
from .step_engine import recorded as of_engine
from .step_engine import say as say_of_engine
from .step_training import add_options as add_training
from .step_training import is_asked as is_training
from .step_training import run as train

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd_mini.stepping.sequence import Steps
    from autograd_mini.value import Value

FILES = ("html", "json", "txt", "gif", "mp4", "png")
_PACKAGE = str(Path(__file__).parents[1])


def add_parser(subparsers: Any, lang: str = "en", **options: Any) -> argparse.ArgumentParser:
    """Add the subcommand `step` to what `ArgumentParser.add_subparsers` gave.

    The namespace then holds `command`, a function of the namespace that gives the exit status.
    `options` go to the subparser (formatter_class, ...).
    """

    def say(name: str) -> str:
        return word(f"cli.{name}", lang)

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "step",
        help=say("help"),
        description=say("about"),
        epilog=say("example"),
        **{"formatter_class": argparse.RawDescriptionHelpFormatter, "add_help": False, **options},
    )
    positional = parser.add_argument_group(say("arguments"))
    positional.add_argument("target", nargs="?", metavar=say("target"), help=say("target.is"))
    positional.add_argument(
        "values", nargs="*", default=[], metavar=say("value"), help=say("value.is")
    )
    group = parser.add_argument_group(say("options"))
    group.add_argument("-h", "--help", action="help", help=say("show.help"))
    group.add_argument("--at", nargs="+", metavar=say("value"), help=say("at"))
    group.add_argument("-o", "--out", metavar=say("file"), help=say("out"))
    group.add_argument("--all", action="store_true", help=say("all"))
    group.add_argument("--step", type=int, metavar=say("number"), help=say("step"))
    group.add_argument("--lr", nargs="+", type=float, metavar=say("rate"), help=say("lr"))
    group.add_argument("--weights", nargs="+", metavar=say("name"), help=say("weights"))
    add_engine(group, lang)
    group.add_argument("--lang", choices=LANGUAGES, default=lang, help=say("lang"))
    add_training(parser, lang)
    parser.set_defaults(command=run, parser=parser)
    return parser


def run(args: Any) -> int:
    """Do what the command line asks for; the exit status."""
    if is_training(args) and args.engine is None:
        return train(args)
    if args.target is None:
        refuse(args, "missing")
    if sum((args.all, args.step is not None, args.out is not None)) > 1:
        refuse(args, "one", options="--all, --step, -o")
    suffix = None if args.out is None else checked_suffix(args, FILES)
    beside: dict[str, Any] = {}
    if args.engine is not None:
        recorded, right = of_engine(args)
        labels = (args.engine, say_of_engine("right", args.lang))
        beside = {"beside": right, "labels": labels}
    else:
        recorded = _of_function(args) if ":" in args.target else _of_expression(args)
    if suffix is not None:
        _write(recorded, args, suffix, beside)
    elif args.step is not None:
        _print_step(recorded, args)
    else:
        _play(recorded, args)
    return 0


def refuse(args: Any, name: str, /, **values: object) -> NoReturn:
    """End with the sentence of this name, and status 2."""
    parser: argparse.ArgumentParser = args.parser
    parser.error(word(f"cli.{name}", args.lang, **values))


def checked_suffix(args: Any, known: Sequence[str]) -> str:
    """The suffix of the file to write; ends with a sentence if it is not one of those known."""
    suffix = Path(args.out).suffix[1:].lower()
    if suffix not in known:
        refuse(args, "suffix", name=args.out, known=", ".join(known))
    return suffix


# --- recording -----------------------------------------------------------------------------------
def _of_expression(args: Any) -> Steps:
    from autograd_mini.expressions import assignments, parse
    from autograd_mini.value import Value

    from .step_expression import as_function

    if args.at is not None:
        refuse(args, "expression.only")
    expression = parse(args.target)
    numbers = assignments(args.values, expression.names)
    expression(**numbers)  # what it refuses, it refuses with the place marked
    if not numbers:
        refuse(args, "constant")
    root = next(name for name in ("L" if args.lr else "y", "y", "L", "out") if name not in numbers)
    inputs = {name: Value(number, label=name) for name, number in numbers.items()}
    return _recorded(as_function(expression, root), [*inputs.values()], inputs, args, root)


def _of_function(args: Any) -> Steps:
    from .check import imported

    if args.values:
        refuse(args, "at.only", value=args.values[0])
    try:
        f = imported(args.target)
        signature = inspect.signature(f)
    except ImportError as error:
        args.parser.error(str(error))
    except ValueError:
        refuse(args, "signature", function=args.target)
    parameters = signature.parameters
    inputs = _inputs(args, parameters)
    given = [name for name in parameters if name in inputs]
    bound = signature.bind_partial()
    bound.arguments = {name: inputs[name] for name in given}
    if bound.kwargs:
        f = partial(f, **bound.kwargs)
    return _recorded(f, bound.args, inputs, args)


def _inputs(args: Any, parameters: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """The numbers of --at as Values, or lists of them, by the names of the parameters."""
    inputs: dict[str, Any] = {}
    for pair in args.at or ():
        name, equals, text = pair.strip().partition("=")
        if not equals:
            refuse(args, "at.pair", pair=pair)
        if name in inputs:
            refuse(args, "at.twice", name=name)
        inputs[name] = _values(args, name, text, pair)
    for kind in ("VAR_POSITIONAL", "VAR_KEYWORD"):
        several = [p.name for p in parameters.values() if p.kind.name == kind]
        if several:
            refuse(args, "at.several", function=args.target, name=several[0])
    if extra := [name for name in inputs if name not in parameters]:
        known = ", ".join(parameters)
        refuse(args, "at.extra", function=args.target, names=", ".join(extra), known=known)
    needed = [p.name for p in parameters.values() if p.default is p.empty]
    if missing := [name for name in needed if name not in inputs]:
        example = f"{missing[0]}=1"
        names = ", ".join(missing)
        refuse(args, "at.missing", function=args.target, names=names, example=example)
    return inputs


def _values(args: Any, name: str, text: str, pair: str) -> Value | list[Value]:
    from autograd_mini.value import Value

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        refuse(args, "at.pair", pair=pair)
    if not all(map(math.isfinite, numbers)):
        refuse(args, "at.pair", pair=pair)
    if len(numbers) == 1:
        return Value(numbers[0], label=name)
    return [Value(number, label=f"{name}[{k}]") for k, number in enumerate(numbers)]


def _recorded(
    f: Callable[..., Any],
    values: Sequence[Any],
    inputs: Mapping[str, Any],
    args: Any,
    root: str | None = None,
) -> Steps:
    """The steps of f(*values), with the update of the weights if --lr is given."""
    from autograd_mini.graph import topological
    from autograd_mini.optim import SGD
    from autograd_mini.stepping.record import steps
    from autograd_mini.value import Value

    weights = _weights(inputs, args)

    def called(*values: Any) -> Value:
        try:
            result = f(*values)
        except Exception as error:
            refuse(args, "raised", function=args.target, error=_described(error), line=_line(error))
        if not isinstance(result, Value):
            what = f"{result!r:.60} ({type(result).__name__})"
            refuse(args, "no.value", function=args.target, what=what)
        if weights and not {*weights} & {*topological(result)}:
            refuse(args, "weights.unused", names=", ".join(w.label or "" for w in weights))
        if root is not None and result.first is not None:
            result.label = root
        return result

    optimiser = SGD(weights, lr=args.lr[0]) if weights else None
    return steps(called, *values, optimiser=optimiser)


def _weights(inputs: Mapping[str, Any], args: Any) -> list[Value]:
    """The Values that are updated: none without --lr, all inputs without --weights."""
    if args.lr is None:
        if args.weights is not None:
            refuse(args, "weights.only")
        return []
    if len(args.lr) > 1 or not 0 <= args.lr[0] < math.inf:
        refuse(args, "rate.is", rate=" ".join(f"{rate:g}" for rate in args.lr))
    names = [*inputs] if args.weights is None else [name.strip() for name in args.weights]
    if unknown := [name for name in names if name not in inputs]:
        refuse(args, "weights.unknown", names=", ".join(unknown), known=", ".join(inputs))
    lists = [
        x if isinstance(x, list) else [x] for x in map(inputs.__getitem__, dict.fromkeys(names))
    ]
    return [value for values in lists for value in values]


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _line(error: Exception) -> int:
    """The line of the learner's code that raised it."""
    from traceback import extract_tb

    lines = [
        f.lineno for f in extract_tb(error.__traceback__) if not f.filename.startswith(_PACKAGE)
    ]
    return next((line for line in reversed(lines) if line is not None), 0)


# --- showing -------------------------------------------------------------------------------------
def _play(recorded: Steps, args: Any) -> None:
    from rich.console import Console

    from autograd_mini.stepping.plain import transcript

    from .terminal import play

    console = Console(highlight=False, markup=False, emoji=False)
    if args.all:
        for line in transcript(recorded, args.lang):
            print(line)
    else:
        play(recorded, console, args.lang)


def _print_step(recorded: Steps, args: Any) -> None:
    from autograd_mini.stepping.plain import step_lines

    if not 0 <= args.step < len(recorded):
        refuse(args, "range", step=args.step, last=len(recorded) - 1)
    for line in step_lines(recorded, args.step, args.lang):
        print(line)


def _write(recorded: Steps, args: Any, suffix: str, beside: Mapping[str, Any]) -> None:
    """The file, in one move; a sentence if it cannot be written."""
    written = [args.out]
    try:
        if suffix == "html":
            from autograd_mini.pages.page import save_html

            save_html(recorded, args.out, lang=args.lang, title=args.target, **beside)
        elif suffix in ("json", "txt"):
            from autograd_mini.files import write_bytes
            from autograd_mini.stepping.plain import transcript

            lines = [recorded.to_json(1)] if suffix == "json" else transcript(recorded, args.lang)
            write_bytes(args.out, "".join(f"{line}\n" for line in lines).encode())
        else:
            from autograd_mini.pages.film.frames import save_frames

            written = [str(path) for path in save_frames(recorded, args.out, lang=args.lang)]
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        args.parser.error(f"{args.out}: {reason}")
    if len(written) > 1:
        print(word("cli.pictures", args.lang, first=written[0], last=written[-1]))
    else:
        print(args.out, file=sys.stdout)
