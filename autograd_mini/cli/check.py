"""`autograd-mini check`: an expression, a function of a module, or every operation of the sheet."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from autograd_mini.language.checking import LANGUAGES, condition, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.checking.report import Report

RIGHT, WRONG = 0, 1
_WIDE = 130  # columns: on a narrower terminal the table of operations leaves two out


def add_parser(subparsers: Any, lang: str = "en", **options: Any) -> argparse.ArgumentParser:
    """Add the subcommand `check` to what `ArgumentParser.add_subparsers` gave.

    The namespace then holds `command`, a function of the namespace that gives the exit status: 0
    if every derivative is right, 1 if one is wrong or undecided; a wrong use ends with status 2.
    `options` go to the subparser (formatter_class, ...).
    """

    def say(name: str) -> str:
        return text(f"cli.{name}", lang)

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help=say("help"),
        description=say("about"),
        epilog=say("example"),
        **{"formatter_class": argparse.RawDescriptionHelpFormatter, "add_help": False, **options},
    )
    positional = parser.add_argument_group(say("arguments"))
    positional.add_argument("target", nargs="?", metavar=say("target"), help=say("target.about"))
    positional.add_argument(
        "values", nargs="*", default=[], metavar=say("value"), help=say("value.about")
    )
    group = parser.add_argument_group(say("options"))
    group.add_argument("-h", "--help", action="help", help=say("show.help"))
    number: dict[str, Any] = {"metavar": say("number"), "type": float}
    group.add_argument("--at", nargs="+", help=say("at"), **number)
    group.add_argument("--gradient", metavar=say("function"), help=say("gradient"))
    group.add_argument("--order", type=int, choices=(1, 2), default=1, help=say("order"))
    group.add_argument("--seed", type=int, default=0, metavar=say("number"), help=say("seed"))
    group.add_argument("--accuracy", help=say("accuracy"), **number)
    group.add_argument("--ops", action="store_true", help=say("ops"))
    group.add_argument("--json", action="store_true", help=say("json"))
    group.add_argument("--lang", choices=LANGUAGES, default=lang, help=say("lang"))
    parser.set_defaults(command=run, parser=parser)
    return parser


def run(args: Any) -> int:
    """Do what the command line asks for; the exit status."""
    if args.ops:
        if args.target is not None:
            args.parser.error(text("cli.alone", args.lang))
        return _print_ops(args.lang)
    if args.target is None:
        args.parser.error(text("cli.missing", args.lang))
    try:
        if ":" in args.target:
            report = _of_function(args)
        else:
            report = _of_expression(args)
    except ImportError as error:
        args.parser.error(str(error))
    if args.json:
        print(report.to_json())
    else:
        _print(report)
    return RIGHT if report.ok else WRONG


def _of_expression(args: Any) -> Report:
    from autograd_mini.checking.check import check_grad
    from autograd_mini.expressions import assignments, parse

    if args.at is not None or args.gradient is not None:
        args.parser.error(text("cli.expression.only", args.lang))
    expression = parse(args.target)
    numbers = assignments(args.values, expression.names)
    return check_grad(
        expression.__call__,
        numbers,
        order=args.order,
        seed=args.seed,
        accuracy=args.accuracy,
        lang=args.lang,
    )


def _of_function(args: Any) -> Report:
    from autograd_mini.checking.check import check_grad

    if args.values:
        args.parser.error(text("cli.at.only", args.lang, value=args.values[0]))
    if args.at is None:
        args.parser.error(text("cli.at.missing", args.lang))
    f = imported(args.target)
    gradient = None if args.gradient is None else imported(args.gradient)
    at = args.at[0] if len(args.at) == 1 else tuple(args.at)
    return check_grad(
        f,
        at,
        gradient=gradient,
        order=args.order,
        seed=args.seed,
        accuracy=args.accuracy,
        lang=args.lang,
    )


def imported(name: str) -> Callable[..., Any]:
    """The function that "package.module:function" names, from the working folder too.

    Raises ImportError, with a sentence, if there is none.
    """
    from importlib import import_module
    from pathlib import Path

    module_name, _, path = name.partition(":")
    if not all(part.isidentifier() for part in f"{module_name}.{path}".split(".")):
        raise ImportError(f"{name!r} is not of the form module:function")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module_name)
    except ImportError as error:
        raise ImportError(f"cannot import {module_name!r}: {error}") from None
    except Exception as error:
        raise ImportError(
            f"importing {module_name!r} raised {type(error).__name__}: {error}"
        ) from error
    for part in path.split("."):
        if not hasattr(found, part):
            raise ImportError(f"the module {module_name!r} has no {path!r}")
        found = getattr(found, part)
    if not callable(found):
        raise ImportError(f"{name!r} is not a function, but {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def _print(report: Report) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        console.print(report)
    else:
        print(report)


def _print_ops(lang: str) -> int:
    from autograd_mini.checking.table import op_table

    try:
        rows = op_table()
    except ImportError as error:
        print(error, file=sys.stderr)
        return WRONG
    header = [text(f"ops.{name}", lang) for name in ("op", "value", "partials", "points")]
    header += [text(f"ops.{name}", lang) for name in ("domain", "kinks", "verdict")]
    table = [header]
    for row in rows:
        partials = " ".join(f"{param} {error:.2f}" for param, error in row.partials.items())
        verdict = text("verdict.ok" if row.ok else "verdict.wrong", lang)
        domain = condition("; ".join(row.domain.values()), lang)
        kinks = "; ".join(f"{k} = 0" for k in row.kinks)
        cells = [row.name, f"{row.value:.2f}", partials, str(row.points), domain, kinks, verdict]
        table.append([cell or "-" for cell in cells])
    _print_table(table, lang)
    bad = [row.name for row in rows if not row.ok]
    print(text("ops.bad", lang, names=", ".join(bad)) if bad else text("ops.good", lang))
    return WRONG if bad else RIGHT


def _print_table(table: list[list[str]], lang: str) -> None:
    """Columns for a program to read; on a terminal, cells folded to its width, bad rows in red."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if console.is_terminal:
        columns = [k for k in range(len(table[0])) if console.width >= _WIDE or k not in (3, 6)]
        shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for k in columns:
            shown.add_column(
                table[0][k], justify="right" if k in (1, 3) else "left", no_wrap=k in (0, 2, 6)
            )
        for cells in table[1:]:
            bad = cells[6] == text("verdict.wrong", lang)
            shown.add_row(*(cells[k] for k in columns), style="red" if bad else "")
        console.print(shown)
        return
    widths = [max(len(cells[k]) for cells in table) for k in range(len(table[0]))]
    for cells in table:
        aligned = (
            cell.rjust(width) if k in (1, 3) else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        print("  ".join(aligned).rstrip())
