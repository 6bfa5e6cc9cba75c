"""`autograd-mini marks`: the results of perform mode in a folder, as a table."""

from collections import defaultdict
from pathlib import Path

from autograd_mini.course.performance import PerformanceError, fields, performance
from autograd_mini.language import translated
from autograd_mini.language.tables import Grid, alphabetical, separated

from .options import Arguments, option, show, suffix, write

_COLUMNS = ("learner", "exercise", "numbers", "marks", "of", "percent", "file", "remark")
OPTIONS = [
    option("folder", metavar="FOLDER", type=Path),
    option("--exercise", metavar="LINK", says="exercise.link"),
    option("--csv", action="store_true"),
    "--out",
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status is 1 if a file is not to be trusted."""
    split = args.csv or suffix(args, ("csv", "txt", ""), ("csv", "txt")) == "csv"
    asked = fields(args.exercise or "")
    if args.exercise is not None and not asked.keys() & {"expression", "network"}:
        args.refuse("link", link=args.exercise)
    files = sorted(x for x in args.folder.rglob("[!.]*.[jJ][sS][oO][nN]*") if x.is_file())
    if not files:
        args.refuse("none" if args.folder.is_dir() else "missing", folder=args.folder)
    rows, copies = list[list[str]](), defaultdict[str, list[list[str]]](list)
    for file in files:
        attempt = ""
        try:
            found = performance(file.read_text(encoding="utf-8-sig", errors="replace"))
            cells = [found.learner.strip() or file.stem, found.title, found.numbers]
            percent = f"{100 * found.right / found.of:.0f}" if found.of else "-"
            cells += [f"{found.right}", f"{found.of}", percent]
            attempt = found.attempt
            remark = args.say("other") if asked and not found.is_of(asked) else ""
            if found.edited:
                remark = args.say("edited", claimed="/".join(map(str, found.claimed)))
        except PerformanceError as error:
            cells, remark = ["-"] * 6, translated(str(error), args.lang)
        rows.append([*cells, file.relative_to(args.folder).as_posix(), remark])
        copies[attempt or str(file)].append(rows[-1])
    for same in copies.values():
        for row in same:
            if others := ", ".join(other[6] for other in same if other is not row):
                row[7] = "; ".join([*filter(None, [row[7]]), args.say("copy", files=others)])
    rows.sort(key=lambda row: (alphabetical(row[0]), alphabetical(row[6])))
    table = [[args.say(name) for name in _COLUMNS], *rows]
    grid = Grid(table, sides="<<<>>><<")
    if args.out is None and not split:
        show(grid)
    else:
        content = separated(table, args.lang) if split else f"{grid}\n"
        # by the mark of utf-8-sig Excel knows the encoding
        write(args, content if args.out is None else content.encode("utf-8-sig", "replace"))
    return 1 if any(remark for *_, remark in rows) else 0
