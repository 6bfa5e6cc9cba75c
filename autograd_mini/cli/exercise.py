"""`autograd-mini exercise`: sheets, keys and question banks of exercises solved by hand."""

import shutil
import sys

from autograd_mini.course import sheets
from autograd_mini.course.exercises import KINDS, exercises

from .options import Arguments, format_of, option, whole, write

SHEETS = ("text", "html", "latex", "pdf")  # which have a key of their own
BANKS = ("moodle", "gift", "qti")
SUFFIXES = {"txt": "text gift", "html": "html", "tex": "latex", "pdf": "pdf"}
SUFFIXES |= {"xml": "moodle", "gift": "gift", "zip": "qti"}
OPTIONS = [
    option("--kind", metavar="NAME", choices=tuple(KINDS), default="chain"),
    option("--level", metavar="N", type=whole(1, 5), default=1),
    option("--seed", default=0),
    option("--count", metavar="N", type=whole(1, 500), default=1),
    option("--format", choices=(*SHEETS, *BANKS)),
    option("--key", action="store_true"),
    "--out",
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    args.format = format_of(args, SUFFIXES)
    if args.key and args.format in BANKS:
        args.refuse("key.inside", format=args.format)
    if args.format in ("pdf", "qti") and args.out is None:
        args.refuse("file", format=args.format)
    made = exercises(args.kind, args.level, args.seed, args.count)
    if len(made) < args.count:
        print(args.say("fewer", found=len(made), count=args.count), file=sys.stderr)
    given = {} if args.format in BANKS else {"key": args.key}
    if args.format == "text" and args.out is None and sys.stdout.isatty():
        given["width"] = min(shutil.get_terminal_size().columns, sheets.WIDTH)
    return write(args, getattr(sheets, args.format)(made, args.lang, **given))
