"""`autograd-mini museum`: broken engines and loops, or the engines against a course's tests."""

from autograd_mini import museum
from autograd_mini.drawing import curves
from autograd_mini.grading.against import against
from autograd_mini.language.tables import aligned
from autograd_mini.museum import mistake, named

from .options import Arguments, option, show, suffix, write

OPTIONS = [
    option("engines", nargs="*", metavar="NAME"),
    option("--out", says="picture"),
    option("--against", metavar="FILE"),
    option("--as", dest="module", metavar="MODULE"),
    option("--class", dest="cls", metavar="NAME", default="Value"),
    option("--time", type=float, default=60.0, metavar="SECONDS"),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if the tests miss a mistake."""
    known = [*museum.ENGINES, *museum.LOOPS]
    if unknown := [name for name in args.engines if name not in known]:
        args.refuse("unknown", name=unknown[0], known=", ".join(known))
    if args.against:
        return _against(args)
    if kind := suffix(args, ("svg", "png")):
        if len(args.engines) != 1 or args.engines[0] not in museum.LOOPS:
            args.refuse("one.loop", known=", ".join(museum.LOOPS))
        return write(args, getattr(curves, kind)([museum.loops.panel(args.engines[0], args.lang)]))
    for name in args.engines:
        show(museum.entry(name, args.lang))
    if not args.engines:
        loops = aligned([(name, args.say(f"{name}.mistake")) for name in museum.LOOPS], "<<")
        show("\n".join([*_listed(args, [*museum.ENGINES]), "", args.say("loops"), *loops]))
    return 0


def _listed(args: Arguments, names: list[str]) -> list[str]:
    """Each with its mistake, in a sentence."""
    said = [" ".join(mistake(named(name), args.lang).split()) for name in names]
    return aligned([*zip(names, said, strict=True)], "<<")


def _against(args: Arguments) -> int:
    found = against(args.against, args.module, args.cls, args.time)
    if found.right:
        print(found.right, args.say("right.fails"), sep="\n\n")
        return 1
    print(args.say("noticed", n=len(found.noticed), all=len(found.noticed) + len(found.missed)))
    for name, names in (("missed", found.missed), ("unused", [*found.unused])):
        if names:
            operations = ", ".join(dict.fromkeys(found.unused.values()))
            print("", args.say(name, operations=operations), *_listed(args, names), sep="\n")
    return 1 if found.missed else 0
