"""The command line: which command is asked for, and what becomes of its errors."""

import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from autograd_mini import __version__
from autograd_mini.errors import AutogradError
from autograd_mini.expressions import ExpressionError
from autograd_mini.language import LANGUAGES, meant, text, translated

from .options import USAGE, Arguments, Parser

PROGRAM = "autograd-mini"
COMMANDS = (
    "demo train gpt grad check draw step compile playground run grade museum exercise repair marks"
    " lab".split()
)
FAILED, INTERRUPTED, BROKEN_PIPE = 1, 130, 141
__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C.

    >>> main(["grad", "x**2 + y", "x=3", "y=1", "--lang", "en"])
    value  10.0
    ∂/∂x   6.0
    ∂/∂y   1.0
    0
    """
    arguments = sys.argv[1:] if argv is None else argv
    typed = "\n".join(["", *arguments, ""])  # help is in the language too, so argparse is too late
    asked = re.search(rf"\n--lang[=\n]({'|'.join(LANGUAGES)})\n", typed)
    lang = asked[1] if asked else meant(None)
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")  # None if closed
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without ∂ shows ? in its place
            stream.reconfigure(errors="replace")
    try:
        code = _run(arguments, lang)
        print(end="", flush=True)
    except KeyboardInterrupt as stop:
        print(stop.args[0] if stop.args else text("cli.stopped", lang), file=sys.stderr)
        return INTERRUPTED
    except OSError as error:  # of what is printed, which cannot be tried again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has had enough
            return BROKEN_PIPE
        return _failed(translated(str(error.strerror), lang))
    return code


def _run(arguments: Sequence[str], lang: str) -> int:
    """The exit status of the command; every error is told here, in the reader's language."""
    parser = _parser(lang, arguments)
    try:
        args, rest = parser.parse_known_args(arguments, Arguments())
        if hasattr(args, "values"):  # those behind an option, which argparse leaves over
            args.values = [*args.values, *(a for a in rest if not a.startswith("-"))]
            rest = [a for a in rest if a.startswith("-")]
        if rest:
            args.parser.error(f"unrecognized arguments: {' '.join(a or repr(a) for a in rest)}")
        return int(args.run(args))
    except SystemExit as end:  # argparse has said what it had to say
        return end.code if isinstance(end.code, int) else FAILED
    except BrokenPipeError:
        raise
    except ExpressionError as error:
        sentence, code = error.text(lang), USAGE
    except OSError as error:
        file, why = error.filename, translated(error.strerror or str(error), lang)
        sentence, code = f"{file}: {why}" if file else why, FAILED
    except (AutogradError, ValueError, ArithmeticError, ImportError) as error:
        parts = [str(error), *getattr(error, "__notes__", [])]
        sentence, code = "\n".join(translated(part, lang) for part in parts), FAILED
    print(end="", flush=True)
    return _failed(sentence, code)


def _failed(sentence: str, code: int = FAILED) -> int:
    print(f"{PROGRAM}: error: {sentence}", file=sys.stderr)
    return code


def _parser(lang: str, arguments: Sequence[str]) -> Parser:
    """The parser of all commands; the module of one is imported if its name is typed."""
    parser = Parser(PROGRAM, "cli", lang)
    parser.add("--lang", default=lang)
    parser.add("--version", action="version", version=f"{PROGRAM} {__version__}")
    title, metavar = parser.say("commands"), parser.say("COMMAND")
    commands = parser.add_subparsers(prog=PROGRAM, title=title, metavar=metavar, required=True)
    for name in COMMANDS:
        summary = text(f"{name}.summary", lang)
        command = commands.add_parser(name, room=name, lang=lang, help=summary)
        command.add("--lang", default=lang)
        if name in arguments:
            module = import_module(f".{name}", __name__)
            for each in module.OPTIONS:
                names, given = (each, {}) if isinstance(each, str) else each
                command.add(names, **given)
            command.set_defaults(parser=command, say=command.say, run=module.run)
    return parser
