"""`autograd-mini repair`: small files with one mistake each, to be mended one after the other."""

import time
from pathlib import Path

from autograd_mini.course.repair import copied, fault
from autograd_mini.language import text

from .options import Arguments, option, show

_PAUSE = 0.5  # seconds between looks at the files
OPTIONS = [
    option("folder", nargs="?", metavar="FOLDER"),
    option("--watch --list --hint", action="store_true"),
]


def run(args: Arguments) -> int:
    """Copy what is missing, judge the files, tell the next; the exit status: 1 if one is left."""
    paths = copied(Path(args.folder or args.say("folder.name")), args.lang)
    mended: dict[Path, float] = {}  # by the time of the last change
    times = _changed(paths)
    status = _told(args, paths, times, mended)
    try:
        while args.watch and status:
            while _changed(paths) == times:  # since before they were judged
                time.sleep(_PAUSE)
            print()
            times = _changed(paths)
            status = _told(args, paths, times, mended)
    except KeyboardInterrupt:
        print(f"\n{args.say('goodbye')}")
    return status


def _changed(paths: list[Path]) -> list[float]:
    return [path.stat().st_mtime if path.exists() else 0.0 for path in paths]


def _told(args: Arguments, paths: list[Path], times: list[float], mended: dict[Path, float]) -> int:
    """Judge file by file, up to the first that is not mended (with --list all of them)."""
    for path, changed in zip(paths, times, strict=True):
        wrong = "" if mended.pop(path, None) == changed else fault(path, args.lang)
        if not wrong:
            mended[path] = changed
        if args.list:
            print(f"{'✗' if wrong else '✓'} {path}")
        elif wrong:
            show("\n".join([args.say("next", count=len(mended), all=len(paths), path=path), wrong]))
            if args.hint:
                show(text(f"repair.hint.{path.stem.partition('_')[2]}", args.lang))
            return 1
    if len(mended) < len(paths):
        return 1
    show(args.say("done", all=len(paths)))
    return 0
