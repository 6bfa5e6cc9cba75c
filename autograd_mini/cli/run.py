"""`autograd-mini run`: a program for micrograd, or for a course's engine, runs on this one."""

import linecache
import sys
import traceback
from pathlib import Path
from types import ModuleType

from autograd_mini.files import notebook_code
from autograd_mini.rules.rule import GENERATED

from .options import Arguments, option

PACKAGE = str(Path(__file__).parents[1])
OPTIONS = [
    option("--as", action="append", default=[], metavar="MODULE", dest="modules"),
    option("--neurons", choices=("relu", "tanh"), default="relu"),
    option("script", metavar="FILE", type=Path),
    option("args", nargs="...", metavar="ARGS"),
]


def run(args: Arguments) -> int:
    """Run the script as Python runs it; the exit status is the script's."""
    script = args.script.absolute()
    code = _code(script)
    sys.argv, sys.path[0] = [str(args.script), *args.args], str(script.resolve().parent)
    from autograd_mini.compat import install

    for name in ("micrograd", *args.modules):
        install(name, neurons=args.neurons)
    main = ModuleType("__main__")
    vars(main).update(__file__=str(script), __builtins__=__builtins__)
    sys.modules["__main__"] = main
    try:
        exec(compile(code, script, "exec", dont_inherit=True), vars(main))
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        sys.stdout.flush()
        print(_told(error), end="", file=sys.stderr)
        if isinstance(error, ModuleNotFoundError) and error.name:
            print(args.say("missing", module=error.name, file=args.script), file=sys.stderr)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _code(script: Path) -> bytes | str:
    """The program; of a notebook its code."""
    if script.suffix != ".ipynb":
        return script.read_bytes()
    code = "\n".join(notebook_code(script.read_bytes(), script))
    linecache.cache[str(script)] = (0, None, code.splitlines(keepends=True), str(script))
    return code


def _told(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this package."""
    told = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = told
    while part is not None:
        part.stack[:] = [f for f in part.stack if not f.filename.startswith((PACKAGE, GENERATED))]
        part = part.__cause__ or part.__context__
    return "".join(told.format())
