"""`autograd-mini check`: an expression, a function of a module, or every operation of the sheet."""

from autograd_mini.checking.check import check_grad
from autograd_mini.checking.report import Report
from autograd_mini.checking.table import op_table
from autograd_mini.language import text, translated
from autograd_mini.language.tables import Grid

from .options import Arguments, imported, option, read, show

_COLUMNS = ("op", "value", "partials", "points", "domain", "kinks", "verdict")
OPTIONS = [
    "target values",
    option("--at", nargs="+", metavar="NUMBER", type=float),
    option("--gradient", metavar="FUNCTION"),
    option("--value", metavar="CLASS"),
    option("--order", type=int, choices=(1, 2), default=1),
    option("--seed", type=int, default=0),
    option("--accuracy", metavar="NUMBER", type=float),
    option("--taylor --ops --json", action="store_true"),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if one is wrong or undecided."""
    if args.ops:
        args.exclude("target", "alone")
        return _print_ops(args)
    if args.target is None:
        args.refuse("missing")
    report = _report(args)
    if args.json:
        print(report.to_json())
    else:
        show(report)
        if args.taylor and report.taylor is not None:
            show(report.taylor)
    return 0 if report.ok else 1


def _report(args: Arguments) -> Report:
    options = {name: getattr(args, name) for name in ("order", "seed", "accuracy", "lang")}
    if ":" in args.target or args.target.endswith(".py"):
        if args.values:
            args.refuse("at.only", value=args.values[0])
        f = imported(args, args.target)
        if args.at is None:
            args.refuse("at.missing")
        at = args.at[0] if len(args.at) == 1 else tuple(args.at)
        given = {"gradient": args.gradient, "value": args.value}
        options |= {option: imported(args, name) for option, name in given.items() if name}
    else:
        args.exclude("at gradient value", "expression.only")
        expression, at = read(args, args.target, args.values, named=True)
        f = expression.__call__
    return check_grad(f, at, **options)


def _print_ops(args: Arguments) -> int:
    """Columns for a program to read; on a terminal cells are folded, and bad rows are red."""
    table, bad = [[args.say(f"ops.{name}") for name in _COLUMNS]], dict[int, str]()
    for i, row in enumerate(op_table(), 1):
        partials = " ".join(f"{param} {error:.2f}" for param, error in row.partials.items())
        verdict = text("checking.verdict.ok" if row.ok else "checking.verdict.wrong", args.lang)
        domain = "; ".join(translated(needed, args.lang) for needed in row.domain.values())
        kinks = "; ".join(f"{k} = 0" for k in row.kinks)
        cells = [row.name, f"{row.value:.2f}", partials, str(row.points), domain, kinks, verdict]
        table.append([cell or "-" for cell in cells])
        bad |= {} if row.ok else {i: row.name}
    marked = {(i, j): "red" for i in bad for j in range(len(_COLUMNS))}
    show(Grid(table, marked, sides="<><><<<"))
    print(args.say("ops.bad" if bad else "ops.good", names=", ".join(bad.values())))
    return 1 if bad else 0
