"""`autograd-mini grade`: marks for engines, one or a whole class."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.language import shortened, text
from autograd_mini.language.tables import aligned

from .options import positive, whole, write, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.grading import Marks

    from .options import Arguments, Parser

ENOUGH, LESS = 0, 1
FORMATS = ("text", "html", "json", "csv", "junit", "gradescope", "nbgrader")


def add_options(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add("submissions", nargs="+", metavar="PATH")
    parser.add("--class", dest="cls", metavar="NAME")
    parser.add("--battery", metavar="FILE")
    parser.add("--seed", default=0)
    parser.add("--format", choices=FORMATS, default="text")
    parser.add("-o", "--out")
    parser.add("--time", metavar="SECONDS", type=positive, default=1.5)
    parser.add("--memory", metavar="MB", type=whole(64), default=1024)
    parser.add("--least", metavar="POINTS", type=positive, default=0.0)
    parser.add("--jobs", metavar="N", type=whole(1, 256))


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if someone has less than --least."""
    from autograd_mini.grading import grade
    from autograd_mini.grading.sandbox import Limits

    found = grade(
        args.submissions,
        battery=args.battery,
        seed=args.seed,
        cls=args.cls,
        limits=Limits(args.time, args.memory),
        jobs=args.jobs,
    )
    found.sort(key=lambda each: -each.total)
    _give(args, found)
    return LESS if any(each.total < args.least for each in found) else ENOUGH


def _give(args: Arguments, found: list[Marks]) -> None:
    """Print the marks, or write them where -o says, with pictures beside them."""
    from autograd_mini.grading import forms, page

    lang, battery = args.lang, (args.battery and Path(args.battery).name) or ""
    if args.format in forms.EACH:
        suffix, made = forms.EACH[args.format]
        if len(found) == 1 and args.out is None:
            print(made(found[0], lang), end="")
        elif len(found) == 1:
            write(args, made(found[0], lang))
        else:
            _folder(args, {f"{each.name}{suffix}": made(each, lang) for each in found})
        return
    if args.format == "text":
        lines = _one(found[0], lang) if len(found) == 1 else _lines(found, lang)
        content = "\n".join(lines).rstrip() + "\n"
    else:
        content = {**forms.ALL, "html": page.to_html}[args.format](found, lang, battery, args.seed)
    if args.out is None:
        print(content, end="")
        return
    write(args, content)
    if args.format != "html":
        _pictures(args, found)


def _folder(args: Arguments, contents: dict[str, str]) -> None:
    """A file for each submission, in the folder of -o."""
    if args.out is None:
        args.refuse("folder", format=args.format)
    from autograd_mini.files import write as write_file

    with writing(args.out, args.lang):
        Path(args.out).mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_file(Path(args.out) / name, content)
            print(Path(args.out) / name)


def _pictures(args: Arguments, found: Sequence[Marks]) -> None:
    """The picture of each level's first failure; as DOT where there is no Graphviz."""
    pictures = {}
    for each in found:
        for k, mark in enumerate(each.marks, 1):
            drawing = mark.failures[0].drawing(args.lang) if mark.failures else None
            if drawing is not None:
                svg = mark.failures[0].svg(args.lang)
                pictures[f"{each.name}-{k}.{'svg' if svg else 'dot'}"] = svg or drawing.source
    if pictures:
        args.out = str(Path(args.out).with_suffix("")) + "-pictures"
        _folder(args, pictures)


# --- for a reader --------------------------------------------------------------------------------
def _one(each: Marks, lang: str) -> list[str]:
    """One submission: each level with its points, and what is wrong as code and as a tree."""
    points = text("grade.points", lang, points=each.total, of=each.most)
    lines = [f"{each.name}: {points}", *(note.text(lang) for note in each.notes), ""]
    width = max(len(mark.level.title(lang)) for mark in each.marks)
    for mark in each.marks:
        good = mark.points == mark.level.points
        score = f"{mark.points:g}/{mark.level.points:g}"
        sign, name = "✓" if good else "✗", mark.level.title(lang)
        lines.append(f"{sign} {name:{width}} {score:>9}  {mark.level.sentence(lang)}")
        for failure in mark.failures:
            lines.append(f"    {failure.text(lang)}")
            for part in filter(None, (failure.code(lang), failure.tree(lang))):
                lines += ["", *(f"        {line}" for line in part.splitlines())]
            lines.append("")
    return lines


def _lines(found: Sequence[Marks], lang: str) -> list[str]:
    """The class as a table, its levels by number; remarks end where a terminal's line ends."""
    from autograd_mini.grading.forms import header, row

    name, *levels, total, remark = header(found, lang)
    titles = [name, *map(str, range(1, len(levels) + 1)), total, remark]
    most = [text("grade.of", lang), *(f"{x.level.points:g}" for x in found[0].marks)]
    rows = [titles, [*most, f"{found[0].most:g}", ""], *(row(each, lang) for each in found)]
    lines = aligned(rows, "<" + ">" * (len(levels) + 1) + "<")
    if sys.stdout.isatty():
        lines = [shortened(line, shutil.get_terminal_size().columns) for line in lines]
    legend = ", ".join(f"{k} {title}" for k, title in enumerate(levels, 1))
    return [*lines, "", legend]
