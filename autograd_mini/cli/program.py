"""The command line: `autograd-mini demo`, `train` and `grad`."""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograd_mini import __version__
from autograd_mini.errors import AutogradError
from autograd_mini.expressions import ExpressionError, assignments, parse
from autograd_mini.language import messages

from .check import add_parser as add_check
from .draw import add_parser as add_draw
from .step import add_parser as add_step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.data import Dataset

PROGRAM = "autograd-mini"
DATASETS = ("xor", "moons", "circles", "spirals", "iris")
OPTIMISERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C.

    >>> main(["grad", "x**2 + y", "x=3", "y=1", "--lang", "en"])
    value  10.0
    ∂/∂x   6.0
    ∂/∂y   1.0
    0
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = _language(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without ∂ shows ? in its place
            stream.reconfigure(errors="replace")
    try:
        code = _run(arguments, lang)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        print(stop.args[0] if stop.args else messages.text("cli.stopped", lang), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _run(arguments: list[str], lang: str) -> int:
    parser = _parser(lang)
    try:
        args, rest = parser.parse_known_args(_shielded(arguments))
        if hasattr(args, "values"):  # those behind an option, which argparse leaves over
            args.values += [argument for argument in rest if not argument.startswith("-")]
            rest = [argument for argument in rest if argument.startswith("-")]
        if rest:
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
        command: Callable[[Any], int] = args.command
        return command(args)
    except SystemExit as end:  # argparse has said what it had to say
        return end.code if isinstance(end.code, int) else FAILED
    except ExpressionError as error:
        return _refused(error.text(lang), USAGE)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        where = f"{error.filename}: " if error.filename else ""
        return _refused(f"{where}{error.strerror or error}", FAILED)
    except (AutogradError, ValueError, ArithmeticError) as error:
        return _refused("\n".join([str(error), *getattr(error, "__notes__", [])]), FAILED)


def _refused(sentence: str, code: int) -> int:
    sys.stdout.flush()
    print(f"{PROGRAM}: error: {sentence}", file=sys.stderr)
    return code


def _language(arguments: Sequence[str]) -> str:
    """The language asked for, before argparse has looked: its help is in that language too."""
    for k, argument in enumerate(arguments):
        asked = argument.removeprefix("--lang=")
        if argument == "--lang" and k + 1 < len(arguments):
            asked = arguments[k + 1]
        if argument.startswith("--lang") and asked in messages.LANGUAGES:
            return asked
    return messages.default_language()


def _shielded(arguments: Sequence[str]) -> list[str]:
    """An expression such as -x**2 with a space before it, or argparse takes it for an option.

    (argparse takes no argument for an option that has a space in it.)
    """
    if not {"grad", "check", "draw", "step"} & {*arguments}:
        return list(arguments)
    options = ("-h", "--")
    shielded = []
    for before, a in zip(["", *arguments], arguments, strict=False):
        bare = "-o" in (before, a) or not a.startswith("-") or a.startswith(options)
        shielded.append(a if bare else f" {a}")
    return shielded


# --- the parser ----------------------------------------------------------------------------------
class _Parser(argparse.ArgumentParser):
    """One that says in the reader's language where help is."""

    lang = "en"

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, and end with status 2."""
        hint = messages.text("cli.hint", self.lang, command=self.prog)
        self.exit(USAGE, f"{self.prog}: error: {message}\n{hint}\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    lang = "en"

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        """As the base class, with the word for usage in the reader's language."""
        if prefix is None:
            prefix = messages.text("cli.usage", self.lang)
        super().add_usage(usage, actions, groups, prefix)


def _parser(lang: str) -> argparse.ArgumentParser:
    def say(name: str) -> str:
        return messages.text(f"cli.{name}", lang)

    formatter = type("_Help", (_Help,), {"lang": lang})
    parser_class = type("_Parser", (_Parser,), {"lang": lang})

    def filled(name: str) -> str:
        return textwrap.fill(say(name), min(shutil.get_terminal_size().columns, 100) - 2)

    def made(parser: argparse.ArgumentParser) -> Any:
        options = parser.add_argument_group(say("options"))
        options.add_argument("-h", "--help", action="help", help=say("help"))
        return options

    parser = parser_class(
        prog=PROGRAM,
        description=filled("about"),
        epilog=say("demo.example"),
        formatter_class=formatter,
        add_help=False,
    )
    made(parser).add_argument(
        "--version", action="version", version=f"{PROGRAM} {__version__}", help=say("version")
    )
    commands = parser.add_subparsers(
        title=say("commands"), metavar=say("command"), required=True, parser_class=parser_class
    )

    def command(name: str, run: Callable[[Any], int]) -> tuple[Any, Any]:
        sub = commands.add_parser(
            name,
            help=say(name),
            description=filled(f"{name}.about"),
            epilog=say(f"{name}.example"),
            formatter_class=formatter,
            add_help=False,
        )
        positional = sub.add_argument_group(say("arguments"))
        options = made(sub)
        options.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=say("lang"))
        sub.set_defaults(command=run, parser=sub)
        return positional, options

    _, options = command("demo", _demo)
    folder = {"metavar": say("folder"), "type": Path}
    options.add_argument("--out", default=Path("autograd-mini-demo"), help=say("out"), **folder)

    positional, options = command("train", _train)
    positional.add_argument("dataset", metavar=say("dataset"), help=say("train.dataset"))
    for flag, kind, default, metavar in (
        ("hidden", _sizes, (16, 16), "N,N"),
        ("activation", str, "tanh", say("name")),
        ("epochs", _whole(1), 100, "N"),
        ("lr", _positive, 0.01, "ETA"),
        ("optimiser", str.lower, "adam", say("name")),
        ("batch-size", _whole(1), 16, "N"),
        ("seed", _whole(0), 0, "N"),
    ):
        options.add_argument(
            f"--{flag}",
            type=kind,
            default=default,
            metavar=metavar,
            choices=OPTIMISERS if flag == "optimiser" else None,
            help=say(f"train.{flag}"),
        )
    options.add_argument("--label", metavar=say("column"), help=say("train.label"))
    options.add_argument("--out", help=say("train.out"), **folder)

    positional, _ = command("grad", _grad)
    positional.add_argument("expression", metavar=say("expression"), help=say("grad.expression"))
    positional.add_argument(
        "values", nargs="*", default=[], metavar=say("value"), help=say("grad.values")
    )
    add_check(commands, lang, formatter_class=formatter)
    add_draw(commands, lang, formatter_class=formatter)
    add_step(commands, lang, formatter_class=formatter)
    return parser  # type: ignore[no-any-return]


def _whole(least: int) -> Callable[[str], int]:
    def parsed(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return number

    return parsed


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = (0,)
    if not all(0 < size <= 1000 for size in sizes):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of layer sizes from 1 to 1000, such as 16,16"
        )
    return sizes


# --- the commands --------------------------------------------------------------------------------
def _demo(args: Any) -> int:
    from .demo import demo

    return 0 if demo(args.out, _teller(args.lang)) else FAILED


def _train(args: Any) -> int:
    from autograd_mini.nn import MLP

    from .demo import Plan, train

    try:
        MLP(1, [1, 1], activation=args.activation)
    except (ValueError, TypeError) as error:
        args.parser.error(str(error))
    data = _dataset(args)
    out = args.out or Path(f"autograd-mini-{data.name}")
    plan = Plan(
        data,
        args.hidden,
        args.activation,
        args.optimiser,
        args.lr,
        args.epochs,
        args.batch_size,
        args.seed,
    )
    return 0 if train(plan, out, _teller(args.lang)) else FAILED


def _dataset(args: Any) -> Dataset:
    from autograd_mini import data
    from autograd_mini.data.tables import read_csv

    if args.dataset in DATASETS:
        if args.label is not None:
            args.parser.error("--label is for CSV files")
        if args.dataset in ("xor", "iris"):
            return getattr(data, args.dataset)()  # type: ignore[no-any-return]
        return getattr(data, args.dataset)(200, seed=args.seed)  # type: ignore[no-any-return]
    if not Path(args.dataset).suffix and not Path(args.dataset).exists():
        args.parser.error(
            f"the data set must be {', '.join(DATASETS)} or a CSV file, got {args.dataset!r}"
        )
    return read_csv(args.dataset, args.label)


def _grad(args: Any) -> int:
    from autograd_mini.value import Value

    from .demo import aligned

    expression = parse(args.expression)
    numbers = assignments(args.values, expression.names)
    variables = {name: Value(number, label=name) for name, number in numbers.items()}
    result = expression(**variables)
    if isinstance(result, Value):
        result.backward()
    lines = [(messages.text("cli.result", args.lang), repr(float(result)))]
    lines += [(f"∂/∂{name}", repr(x.grad)) for name, x in variables.items()]
    print(*aligned(lines, "<<"), sep="\n")
    return 0


def _teller(lang: str) -> Any:
    from rich.console import Console

    from .demo import Teller

    return Teller(Console(highlight=False, markup=False, emoji=False), lang)
