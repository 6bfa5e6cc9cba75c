"""`autograd-mini draw`: the graph of an expression, as a picture or as text."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from autograd_mini.language.drawing import LANGUAGES, word

if TYPE_CHECKING:
    from autograd_mini.value import Value

_WRITTEN = ("dot", "gv", "mmd", "tex", "json", "txt")  # beside what Graphviz makes


def add_parser(subparsers: Any, lang: str = "en", **options: Any) -> argparse.ArgumentParser:
    """Add the subcommand `draw` to what `ArgumentParser.add_subparsers` gave.

    The namespace then holds `command`, a function of the namespace that gives the exit status.
    `options` go to the subparser (formatter_class, ...).
    """

    def say(name: str) -> str:
        return word(f"cli.{name}", lang)

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "draw",
        help=say("help"),
        description=say("about"),
        epilog=say("example"),
        **{"formatter_class": argparse.RawDescriptionHelpFormatter, "add_help": False, **options},
    )
    positional = parser.add_argument_group(say("arguments"))
    positional.add_argument(
        "expression", metavar=say("expression"), help=say("expression.is").replace("%", "%%")
    )
    positional.add_argument(
        "values", nargs="*", default=[], metavar=say("value"), help=say("value.is")
    )
    group = parser.add_argument_group(say("options"))
    group.add_argument("-h", "--help", action="help", help=say("show.help"))
    group.add_argument("-o", "--out", metavar=say("file"), help=say("out"))
    details = ("values", "gradients", "chain rule")
    group.add_argument("--detail", choices=details, default="gradients", help=say("detail"))
    directions = ("LR", "TB", "RL", "BT")
    group.add_argument("--rankdir", choices=directions, default="LR", help=say("rankdir"))
    themes = ("light", "dark", "print")
    group.add_argument("--theme", choices=themes, default="light", help=say("theme"))
    group.add_argument("--number-format", default=".4g", metavar=say("format"), help=say("number"))
    group.add_argument("--lang", choices=LANGUAGES, default=lang, help=say("lang"))
    parser.set_defaults(command=run, parser=parser)
    return parser


def run(args: Any) -> int:
    """Do what the command line asks for; the exit status."""
    import os
    import sys

    from autograd_mini.drawing.rendering import RenderingError
    from autograd_mini.drawing.sketch import check_format
    from autograd_mini.expressions import assignments, parse
    from autograd_mini.files import write_bytes
    from autograd_mini.value import Value

    suffix = None
    if args.out is not None:
        suffix = os.path.splitext(args.out)[1][1:].lower()  # noqa: PTH122
        known = sorted({*_WRITTEN, *_pictures()})
        if suffix not in known:
            some = "svg, png, pdf, dot, mmd, tex, json, txt"
            args.parser.error(word("cli.suffix", args.lang, name=args.out, known=some))
    try:
        check_format(args.number_format)
    except ValueError as error:
        args.parser.error(str(error))
    expression = parse(args.expression)
    numbers = assignments(args.values, expression.names)
    result = expression(**{name: Value(number, label=name) for name, number in numbers.items()})
    if not isinstance(result, Value):
        args.parser.error(word("cli.constant", args.lang))
    if result.first is not None:
        result.label = "y" if "y" not in numbers else None
    result.backward()
    if suffix is None:
        print(_text(result, args))
        return 0
    try:
        write_bytes(args.out, _made(result, suffix, args))
    except RenderingError as error:
        why = str(error).partition(". Install")[0]
        print(f"autograd-mini draw: {word('cli.engine', args.lang, why=why)}", file=sys.stderr)
        return 1
    except OSError as error:
        why = error.strerror or str(error)
        if os.path.isdir(args.out):  # noqa: PTH112
            why = word("cli.folder", args.lang)
        said = word("cli.unwritable", args.lang, name=args.out, why=why)
        print(f"autograd-mini draw: error: {said}", file=sys.stderr)
        return 1
    print(args.out)
    return 0


def _pictures() -> set[str]:
    import graphviz

    return set(graphviz.FORMATS)


def _text(result: Value, args: Any) -> str:
    from autograd_mini.drawing.text import draw_text

    return draw_text(result, detail=args.detail, number_format=args.number_format, lang=args.lang)


def _made(result: Value, suffix: str, args: Any) -> bytes:
    """The file's content."""
    common: dict[str, Any] = {
        "detail": args.detail,
        "rankdir": args.rankdir,
        "theme": args.theme,
        "number_format": args.number_format,
        "lang": args.lang,
    }
    if suffix == "json":
        from autograd_mini.drawing.interchange import to_json

        return f"{to_json(result, indent=1)}\n".encode()
    if suffix == "txt":
        return f"{_text(result, args)}\n".encode()
    if suffix == "mmd":
        from autograd_mini.drawing.mermaid import to_mermaid

        return to_mermaid(result, **common).encode()
    if suffix == "tex":
        from autograd_mini.drawing.latex import to_latex

        return to_latex(result, **common).encode()
    from autograd_mini.drawing.picture import draw

    drawing = draw(result, **common)
    if suffix in ("dot", "gv"):
        return bytes(drawing.source.encode())
    return bytes(drawing.pipe(format=suffix))
