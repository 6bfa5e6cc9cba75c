"""`autograd-mini marks`: the results of perform mode in a folder, as a table."""

import csv
import sys
from pathlib import Path

from autograd_mini.course.performance import PerformanceError, performance
from autograd_mini.language import translated
from autograd_mini.language.tables import aligned

from .options import Arguments, option

_COLUMNS = ("learner", "exercise", "marks", "percent", "file", "remark")
OPTIONS = [
    option("folder", metavar="FOLDER", type=Path),
    option("--csv", action="store_true"),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status is 1 if a file is not to be trusted."""
    files = sorted(args.folder.glob("*.json"))
    if not files:
        args.refuse("none" if args.folder.is_dir() else "missing", folder=args.folder)
    rows, doubts = [], 0
    for file in files:
        remark = ""
        try:
            found = performance(file.read_text(encoding="utf-8"))
            cells = [found.learner, found.title, f"{found.right}/{found.of}"]
            cells.append(f"{100 * found.right / found.of:.0f}" if found.of else "-")
            if found.edited:
                remark = args.say("edited", claimed="/".join(map(str, found.claimed)))
        except (PerformanceError, UnicodeDecodeError) as error:
            cells, remark = ["-"] * 4, translated(str(error), args.lang)
        doubts += bool(remark)
        rows.append([*cells, file.name, remark])
    rows.sort(key=lambda row: (row[0].lower(), row[4]))
    table = [[args.say(name) for name in _COLUMNS], *rows]
    if args.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(table)
    else:
        print(*aligned(table, "<<>><<"), sep="\n")
    return 1 if doubts else 0
