"""`autograd-mini compile`: what an expression and its gradient are compiled to."""

from autograd_mini.compiler import c_source
from autograd_mini.compiler.backends import source
from autograd_mini.compiler.passes import improved
from autograd_mini.expressions import parse
from autograd_mini.pages.compiled import program_of
from autograd_mini.stepping.record import steps

from .options import Arguments, labelled, option, read, rooted, suffix, write, write_recording

SHOWN = ("traced", "passes", "python", "c", "llvm")
OPTIONS = [
    "expression values",
    option("--show", choices=SHOWN, default="passes", metavar="NAME"),
    "--out",
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    expression = parse(args.expression)
    typed = {pair.partition("=")[0].strip() for pair in args.values}
    ones = [f"{name}=1" for name in expression.names if name not in typed]
    _, numbers = read(args, args.expression, [*args.values, *ones], named=True)
    recorded = steps(rooted(expression), *labelled(numbers).values())
    if kind := suffix(args, ("html",)):
        return write_recording(args, kind, recorded, (), compiled=True)
    program, _ = program_of(recorded)
    if args.show != "traced":
        program, _ = improved(program)
    if args.show in ("traced", "passes"):
        printed = program.shown()
    elif args.show == "c":  # as text it needs nothing that the back end does
        printed = c_source.source(program)
    else:
        printed = source(args.show, program)
    return write(args, f"{printed.rstrip()}\n")
