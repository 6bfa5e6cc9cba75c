"""What the commands share: the parser, options and their checks, values, and written files."""

import argparse
import math
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from itertools import chain, count
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NoReturn

from autograd_mini import files
from autograd_mini.expressions import Expression, assignments, parse
from autograd_mini.language import LANGUAGES, catalogue, text, translated
from autograd_mini.language.tables import Grid, aligned
from autograd_mini.value import Value, apply

DATASETS = ("xor", "moons", "circles", "spirals", "iris")
OPTIMISERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
USAGE = 2  # the exit status of wrong usage


def said(name: str, lang: str, /, **values: object) -> str:
    """A text of the catalogues; what an error among the values says is in its language too."""
    errors = {k: translated(str(x), lang) for k, x in values.items() if isinstance(x, Exception)}
    return text(name, lang, **values | errors)


# --- the parser ----------------------------------------------------------------------------------
def option(names: str, **given: Any) -> tuple[str, dict[str, Any]]:
    """Arguments as `Parser.add` takes them; where SHARED says all of them, their names will do."""
    return names, given


class Parser(argparse.ArgumentParser):
    """A parser of which every word, in its help and its errors, is in the reader's language.

    The words are those of a catalogue, `room`; those that it lacks are those of `cli`.
    """

    def __init__(self, prog: str, room: str, lang: str, **given: Any) -> None:  # 3.14: color
        self.room, self.lang = room, lang
        width = max(20, min(shutil.get_terminal_size().columns, 100) - 2)
        about = textwrap.fill(self.say("about"), width)
        given |= {"epilog": self.say("example"), "description": about, "add_help": False}
        usage = text("cli.usage", lang)

        class Formatter(argparse.RawDescriptionHelpFormatter):
            def add_usage(self, of: Any, actions: Any, groups: Any, prefix: Any = usage) -> None:
                super().add_usage(of, actions, groups, prefix)

        super().__init__(prog, formatter_class=Formatter, **given)
        self._positionals.title, self._optionals.title = map(self.say, ("arguments", "options"))
        self.groups: dict[str, Any] = {"": self}
        self.add("--help", action="help")

    def say(self, name: str, /, **values: object) -> str:
        """A text of the command, or of those that all have."""
        room = self.room if name in catalogue(self.room) else "cli"
        return said(f"{room}.{name}", self.lang, **values)

    def add(self, names: str, group: str = "", says: str = "", **given: Any) -> None:
        """Add arguments, each with what SHARED says of it and the text of its name for help.

        `metavar` is a word of the catalogue too, if it is there; `says` another text for help;
        `group` another title.
        """
        if group not in self.groups:
            self.groups[group] = self.add_argument_group(self.say(group))
        for name in names.split():
            own = SHARED.get(name, {}) | given
            if own.get("metavar") in catalogue("cli"):
                own["metavar"] = self.say(own["metavar"])
            about = self.say(says or name.lstrip("-")).replace("%", "%%")
            self.groups[group].add_argument(*SHORT.get(name, ()), name, help=about, **own)

    def _parse_optional(self, arg_string: str) -> Any:
        """None for what is no option: -x**2 where an expression is taken."""
        taken = {"expression", "target"} & {action.dest for action in self._actions}
        option = arg_string in ("-o", "-h") or arg_string.startswith("--")
        return super()._parse_optional(arg_string) if option or not taken else None

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and end with the status of wrong usage."""
        hint = text("cli.hint", self.lang, command=self.prog)
        self.exit(USAGE, f"{self.prog}: error: {translated(message, self.lang)}\n{hint}\n")


class Arguments(argparse.Namespace):
    """What was typed; `parser` is that of the command, `say` its texts, `lang` their language."""

    parser: Parser
    say: Callable[..., str]
    lang: str

    def refuse(self, name: str, /, **values: object) -> NoReturn:
        """End with this text, and the status of wrong usage."""
        self.parser.error(self.say(name, **values))

    def exclude(self, options: str, name: str, /, **values: object) -> None:
        """End with this text if one of these options, such as "batch_size seed", was typed."""
        for option in options.split():
            if getattr(self, option) is not None:
                self.refuse(name, option=f"--{option.replace('_', '-')}", **values)


# --- options -------------------------------------------------------------------------------------
def whole(least: int, most: float = math.inf) -> Callable[[str], int]:
    """A check: the text is a whole number in this range."""

    def parsed(typed: str) -> int:
        if typed.isdecimal() and least <= int(typed) <= most:
            return int(typed)
        what = f"a whole number from {least} {'up' if most == math.inf else f'to {most}'}"
        raise argparse.ArgumentTypeError(f"{typed!r} is not {what}")

    return parsed


def sizes(most: int) -> Callable[[str], tuple[int, ...]]:
    """A check: the text is a list of sizes of layers, each at most this."""

    def parsed(typed: str) -> tuple[int, ...]:
        try:
            return tuple(map(whole(1, most), typed.split(",")))
        except argparse.ArgumentTypeError:
            what = f"a list of layer sizes from 1 to {most}, such as 16,16"
            raise argparse.ArgumentTypeError(f"{typed!r} is not {what}") from None

    return parsed


SHORT = {"--help": ["-h"], "--out": ["-o"]}
SHARED: dict[str, dict[str, Any]] = {
    "expression": {"metavar": "EXPRESSION"},
    "target": {"metavar": "TARGET", "nargs": "?"},
    "values": {"metavar": "NAME=NUMBER", "nargs": "*", "default": []},
    "--lang": {"choices": LANGUAGES},
    "--out": {"metavar": "FILE"},
    "--hidden": {"metavar": "N,N", "type": sizes(1000)},
    "--activation": {"metavar": "NAME"},
    "--epochs": {"metavar": "N", "type": whole(1)},
    "--optimiser": {"metavar": "NAME", "type": str.lower, "choices": OPTIMISERS},
    "--batch-size": {"metavar": "N", "type": whole(1)},
    "--seed": {"metavar": "N", "type": whole(0)},
}


# --- what the arguments name ---------------------------------------------------------------------
def read(
    args: Arguments,
    source: str,
    pairs: Sequence[str],
    applied: Callable[..., Any] = apply,
    *,
    named: bool = False,
    tried: bool = False,
) -> tuple[Expression, dict[str, float]]:
    """An expression, and the number of each of its names from texts such as "x=0.5".

    Raises ExpressionError for what cannot be read; with `tried`, also what the expression itself
    refuses there, with the place marked. With `named` it ends where there are no names.
    """
    expression = parse(source, applied)
    numbers = assignments([*pairs], expression.names)
    if named and not numbers:
        args.refuse("constant")
    if tried:
        expression(**numbers)
    return expression, numbers


def labelled(numbers: dict[str, float]) -> dict[str, Value]:
    """The numbers as Values with their names."""
    return {name: Value(number, label=name) for name, number in numbers.items()}


def rooted(expression: Expression, wanted: str = "y") -> Callable[..., Any]:
    """A function of the expression's names, whose result has a name that is none of them."""
    others = chain((wanted, "y", "L", "out", "result"), map("y{}".format, count(1)))
    root = next(name for name in others if name not in expression.names)
    compute = expression.function(root)

    @wraps(compute)
    def called(*values: Any) -> Any:
        result = compute(*values)
        if getattr(result, "parents", ()):
            result.label = root
        return result

    return called


def imported(args: Arguments, name: str) -> Callable[..., Any]:
    """The function that "module:function" names, from the working folder too; else it ends.

    A file, "folder/module.py", is taken for the module.
    """
    error = args.parser.error
    module, colon, path = name.rpartition(":")
    if not colon:
        error(f"{name!r} is not of the form module:function, such as lesson.py:f")
    file = Path(module)
    here, module = str(file.parent.resolve()), module if file.suffix != ".py" else file.stem
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Callable[..., Any] = resolve_name(f"{module}:{path}")
    except (Exception, SystemExit) as raised:  # the file may end in sys.exit(main())
        error(f"cannot import {name!r}: {type(raised).__name__}: {raised}")
    if not callable(found):
        error(f"{name!r} is not a function, but {type(found).__name__}")
    return found


# --- what is said ---------------------------------------------------------------------------------
def console() -> Any:
    """One that takes every sign for itself."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def show(shown: object, end: str = "\n") -> None:
    """Print it; on a terminal what is too wide goes on in the next line, between words."""
    terminal = console()
    (terminal.print if terminal.is_terminal else print)(shown, end=end)


class Teller:
    """Writes to the console in one language; prose is wrapped on terminals only."""

    def __init__(self, lang: str, terminal: Any = None, room: str = "demo") -> None:
        self.lang, self.room, self.console = lang, room, terminal or console()
        self.piped = not self.console.is_terminal

    def text(self, name: str, /, **values: object) -> str:
        """A text of the catalogue."""
        return said(f"{self.room}.{name}", self.lang, **values)

    def heading(self, name: str, /, **values: object) -> None:
        """The title of a section."""
        self.console.print()
        self.console.print(self.text(name, **values), style="bold cyan", soft_wrap=self.piped)

    def say(self, name: str, /, **values: object) -> None:
        """A sentence."""
        self.console.print(self.text(name, **values), soft_wrap=self.piped)

    def lines(self, *lines: str) -> None:
        """Lines that are aligned already; they are never wrapped or cut."""
        for line in lines:
            self.console.print(f"  {line}", soft_wrap=True)

    def table(self, rows: list[list[str]], sides: str) -> None:
        """Rows below a heading; where the terminal is narrow cells are folded, or row by row."""
        heading, *lines = aligned(rows, sides)
        if self.piped:
            self.lines(heading, "─" * len(heading), *lines)
        else:
            self.console.print(Grid(rows, sides=sides))


# --- files ---------------------------------------------------------------------------------------
def suffix(args: Arguments, known: Sequence[str], some: Sequence[str] = ()) -> str | None:
    """What kind of file -o asks for, None without it; ends with a sentence if it is unknown."""
    if args.out is None:
        return None
    found = Path(args.out).suffix[1:].lower()
    if found not in known:
        args.refuse("suffix", name=args.out, known=", ".join(some or known))
    return found


def format_of(args: Arguments, suffixes: Mapping[str, str]) -> str:
    """The format that was typed, else the first of the file's suffix; text of a name without one.

    It ends with a sentence if the suffix has other formats, or, where none was typed, has none.
    """
    found, typed = Path(args.out or "").suffix[1:].lower(), args.format
    known = [each for each, formats in suffixes.items() if not typed or typed in formats.split()]
    if found and found not in known and (found in suffixes or not typed):
        args.refuse("suffix", name=args.out, known=", ".join(known))
    return typed or suffixes.get(found, "text").split()[0]


def write(args: Arguments, content: bytes | str, *, prose: bool = False) -> int:
    """Write the file of -o in one move and print its name; without -o, print; the exit status.

    Of prose no word is cut at the edge of a terminal; all else can be copied from there.
    """
    if args.out is not None:
        files.write(args.out, content)
        content = f"{args.out}\n"
    (show if prose else print)(content, end="")
    return 0


def write_recording(
    args: Arguments, kind: str, recorded: Any, lines: Iterable[str], **page: Any
) -> int:
    """Write a recording as JSON, as text of these lines, or as its page; the exit status."""
    if kind == "json":
        return write(args, f"{recorded.to_json(1)}\n")
    if kind == "txt":
        return write(args, "".join(f"{line}\n" for line in lines), prose=True)
    from autograd_mini.pages.page import page_of

    return write(args, page_of(recorded, lang=args.lang, **page))
