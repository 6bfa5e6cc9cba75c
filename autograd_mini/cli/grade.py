"""`autograd-mini grade`: marks for engines, one or a whole class."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from autograd_mini import files
from autograd_mini.grading import Marks, grade
from autograd_mini.grading.forms import ALL, EACH
from autograd_mini.grading.marking import passed_over
from autograd_mini.grading.sandbox import Limits

from .options import Arguments, format_of, option, whole, write

SUFFIXES = {"txt": "text", "html": "html", "csv": "csv", "xml": "junit"}
SUFFIXES |= {"json": "json gradescope", "ipynb": "nbgrader"}
OPTIONS = [
    option("submissions", nargs="+", metavar="PATH"),
    option("--class", dest="cls", metavar="NAME"),
    option("--battery", metavar="FILE"),
    option("--seed", default=0),
    option("--format", choices=(*ALL, *EACH)),
    "--out",
    option("--time", metavar="SECONDS", type=float, default=1.5),
    option("--memory", metavar="MB", type=whole(64, 10**9), default=1024),
    option("--least", metavar="POINTS", type=float, default=0.0),
    option("--jobs", metavar="N", type=whole(1, 256)),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if someone has less than --least."""
    args.format = format_of(args, SUFFIXES)
    if args.out is not None and args.format in ALL:
        files.ready(Path(args.out))
    options = {name: getattr(args, name) for name in ("battery", "seed", "cls", "jobs")}
    found = grade(args.submissions, limits=Limits(args.time, args.memory), **options)
    found.sort(key=lambda each: -each.total)
    _give(args, found)
    if names := passed_over(args.submissions):
        print(args.say("passed", names=", ".join(names)), file=sys.stderr)
    return 0 if all(each.total >= args.least for each in found) else 1


def _give(args: Arguments, found: list[Marks]) -> None:
    """Print the marks, or write them where -o says, with pictures beside them."""
    if args.format in EACH:
        suffix, made = EACH[args.format]
        contents = {f"{each.name}{suffix}": made(each, args.lang) for each in found}
        if len(found) > 1:
            _folder(args, contents)
            return
        (content,) = contents.values()
    else:
        given = [args.lang, Path(args.battery or "").name, args.seed]
        if args.format == "text" and args.out is None and sys.stdout.isatty():
            given.append(shutil.get_terminal_size().columns)
        content = ALL[args.format](found, *given)
    encoded = content.encode("utf-8-sig") if args.format == "csv" and args.out else content
    write(args, encoded, prose=args.format == "text")
    if args.out is not None and args.format not in ("html", *EACH):
        _pictures(args, found)


def _folder(args: Arguments, contents: dict[str, str]) -> None:
    """A file for each submission, in the folder of -o."""
    if args.out is None:
        args.refuse("folder", format=args.format)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        files.write(Path(args.out) / name, content)
        print(Path(args.out) / name)


def _pictures(args: Arguments, found: Sequence[Marks]) -> None:
    """The picture of each level's first failure; as DOT where there is no Graphviz."""
    pictures, out = {}, str(Path(args.out).with_suffix("")) + args.say("pictures")
    for each in found:
        for k, mark in enumerate(each.marks, 1):
            suffix, picture = mark.failures[0].picture(args.lang) if mark.failures else ("", "")
            if picture:
                pictures[f"{each.name}-{k}.{suffix}"] = picture
            else:  # of marks that were worse
                Path(out, f"{each.name}-{k}.svg").unlink(missing_ok=True)
    if pictures:
        args.out = out
        _folder(args, pictures)
