"""`autograd-mini marks`: the results of perform mode in a folder, as a table."""

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
    rows, attempts = list[list[str]](), dict[str, str]()
    for file in files:
        name = file.relative_to(args.folder).as_posix()
        try:
            found = performance(file.read_text(encoding="utf-8-sig", errors="replace"))
            cells = [found.learner.strip() or file.stem, found.title, found.numbers]
            cells += [f"{found.right}", f"{found.of}", f"{100 * found.right / found.of:.0f}"]
            attempts[name] = found.attempt or name
            remark = args.say("other") if asked and not found.is_of(asked) else ""
            if found.edited:
                remark = args.say("edited", claimed="/".join(found.claimed))
        except PerformanceError as error:
            cells, remark = ["-"] * 6, translated(str(error), args.lang)
        rows.append([*cells, name, remark])
    for row in rows:
        own = attempts.get(row[6])
        if same := [name for name, x in attempts.items() if x == own and name != row[6]]:
            row[7] += "; " * bool(row[7]) + args.say("copy", files=", ".join(same))
    rows.sort(key=lambda row: (alphabetical(row[0]), alphabetical(row[6])))
    grid = Grid([[args.say(name) for name in _COLUMNS], *rows], sides="<<<>>><<")
    if args.out is None and not split:
        show(grid)
    else:
        content = separated(grid.rows, args.lang) if split else f"{grid}\n"
        # by the mark of utf-8-sig Excel knows the encoding
        write(args, content if args.out is None else content.encode("utf-8-sig", "replace"))
    return 1 if any(remark for *_, remark in rows) else 0
