"""`autograd-mini gpt`: a transformer of scalars learns names, and makes up new ones."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

from autograd_mini.data import Names, first_names, read_names
from autograd_mini.drawing.plots import png
from autograd_mini.drawing.transformers import attention, embedding, gradients
from autograd_mini.files import ready, write
from autograd_mini.language import LANGUAGES
from autograd_mini.losses import sequence_cross_entropy
from autograd_mini.nn import GPT
from autograd_mini.optim import Adam
from autograd_mini.optim.schedules import linear
from autograd_mini.training import ModelFileError, load, load_metadata, save
from autograd_mini.training.compiled import compile_step
from autograd_mini.training.fitting import kept

from .options import Arguments, Teller, option, whole

STEPS, BATCH, RATE, BETAS = 1000, 8, 0.01, (0.85, 0.99)  # rate and betas as in microgpt.py
LINES, MADE, SHOWN = 10, 20, 10  # lines of progress, names at the end, steps between two counts


class Plan(NamedTuple):
    """All that a run depends on: what is kept beside the model, so that it can go on."""

    names: str  # a language, or the path of a file
    digest: str
    batch: int
    seed: int
    steps: int
    optimiser: Any = None


OPTIONS = [
    option("--names", metavar="FILE"),
    option("--steps", metavar="N", type=whole(1)),
    "--batch-size --seed",
    option("--backend", choices=("python", "numpy", "llvm")),
    option("--save --resume", metavar="FILE", type=Path),
    option("--pictures", metavar="FOLDER", type=Path),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    teller = Teller(args.lang, room="gpt")
    say = teller.say
    plan, model, names = _resumed(args) if args.resume else _begun(args)
    rule = Adam(model.parameters(), betas=BETAS, schedule=linear(RATE, plan.steps))
    if plan.optimiser is not None:
        rule.load_state_dict(plan.optimiser)
    numbered = map("autograd-mini-gpt{}.json".format, chain([""], count(-2, -1)))
    args.save = args.save or args.resume or next(x for x in map(Path, numbered) if not x.exists())
    ready(args.save)
    if args.save.exists():
        _metadata(args.save)  # nothing of anyone else's is overwritten
    say("data.is", n=len(names.names), letters=len(names.letters), all=names.letters)
    if names.longest > model.sizes["context"]:
        say("data.long", n=model.sizes["context"])
    say("model.is", parameters=len(model.parameters()), **model.sizes)
    if rule.steps:
        say("resumed", file=args.resume, step=rule.steps)
    first, backend = rule.steps, args.backend or ("numpy" if find_spec("numpy") else "python")
    try:
        _train(backend, teller, plan, model, names, rule)
    finally:
        if rule.steps > first:
            save(model, args.save, plan._replace(optimiser=rule.state_dict())._asdict())
    if rule.steps < plan.steps:
        raise KeyboardInterrupt(args.say("interrupted", file=args.save, step=rule.steps))
    made, known = _made(plan, model, names, rule.steps), {*names.names}
    say("made", n=sum(name not in known for name in made), all=len(made))
    teller.lines(*("  ".join(made[k : k + 5]) for k in range(0, MADE, 5)))
    say("saved", file=args.save)
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        for title, figure in _figures(model, names, args.lang).items():
            write(args.pictures / f"{title}.png", png(figure))
            say("drawn", file=args.pictures / f"{title}.png")
    return 0


# --- what is trained -----------------------------------------------------------------------------
def _begun(args: Arguments) -> tuple[Plan, GPT, Names]:
    names = _names(args.names or args.lang)
    numbers = args.batch_size or BATCH, args.seed or 0, args.steps or STEPS
    plan = Plan(args.names or args.lang, _digest(names), *numbers)
    return plan, GPT(names.end + 1, seed=plan.seed), names


def _resumed(args: Arguments) -> tuple[Plan, GPT, Names]:
    args.exclude("names batch_size seed", "fixed")
    plan, model = _metadata(args.resume), load(args.resume)
    names = _names(plan.names)
    if _digest(names) != plan.digest:
        args.refuse("changed", names=plan.names, file=args.resume)
    return plan._replace(steps=args.steps or plan.steps), model, names


def _metadata(path: Path) -> Plan:
    found: dict[str, Any] = {}
    with suppress(ModelFileError):
        found = load_metadata(path)
    if {key: type(x) for key, x in found.items()} != Plan.__annotations__ | {"optimiser": dict}:
        raise ModelFileError(f"{path}: autograd-mini gpt did not save it, or it is damaged")
    return Plan(**found)


def _names(source: str) -> Names:
    return first_names(source) if source in LANGUAGES else read_names(source)


def _digest(names: Names) -> str:
    return sha256("\n".join(names.names).encode()).hexdigest()[:16]


# --- training ------------------------------------------------------------------------------------
def _train(backend: str, teller: Teller, plan: Plan, model: GPT, names: Names, rule: Adam) -> None:
    """Train up to the plan's last step, or up to the last count before Ctrl-C."""
    order = [*names.names]
    Random(plan.seed).shuffle(order)
    length = min(names.longest + 1, model.sizes["context"])
    step = compile_step(model, sequence_cross_entropy, rule, backend=backend)
    first, losses, start = rule.steps, list[float](), perf_counter()
    compiled, restore = start, kept(model.parameters(), rule)
    due = {-(-plan.steps * k // LINES) for k in range(1, LINES + 1)}
    if backend == "python" and not find_spec("numpy"):
        teller.say("slow")
    say, status = teller.say, teller.console.status(teller.text("compiling", backend=backend))

    def batches(until: int) -> Iterator[tuple[list[Any], list[Any]]]:
        while rule.steps < until:
            at = rule.steps * plan.batch
            batch = [order[(at + k) % len(order)] for k in range(plan.batch)]
            rows, targets = zip(*(names.sample(name, length) for name in batch), strict=True)
            yield [*rows], [*targets]

    with suppress(KeyboardInterrupt), status:
        while rule.steps < plan.steps:
            until = min(d for d in {*due, first + 1, rule.steps + SHOWN} if d > rule.steps)
            losses += step.sequence(batches(until))
            restore = kept(model.parameters(), rule)
            if until == first + 1:
                compiled = perf_counter()
                say("compiled", backend=backend, seconds=compiled - start)
            told = {"step": rule.steps, "steps": plan.steps, "loss": sum(losses) / len(losses)}
            status.update(teller.text("step", **told))
            if rule.steps in due:
                say("line", **told, made="  ".join(_made(plan, model, names, rule.steps, 5)))
                losses = []
    restore()  # a step that Ctrl-C has cut in two is taken back
    if rule.steps == first < plan.steps:
        raise KeyboardInterrupt
    if taken := rule.steps - first:
        end = perf_counter()
        ms = 1e3 * (end - compiled) / max(taken - 1, 1)
        say("trained", steps=taken, seconds=end - start, ms=ms)


def _made(plan: Plan, model: GPT, names: Names, step: int, n: int = MADE) -> list[str]:
    """Names made up after so many steps, · for an empty one: the same in every run."""
    rng = Random(plan.seed * 1_000_003 + step)
    return [names.text(model.sample(names.end, rng)) or "·" for _ in range(n)]


# --- pictures ------------------------------------------------------------------------------------
def _figures(model: GPT, names: Names, lang: str) -> dict[str, Any]:
    """Draw what the model does with the first name that is neither short nor cut."""
    length = model.sizes["context"] - 1
    name = next((name for name in names.names if 4 < len(name) <= length), names.names[0][:length])
    row, target = names.sample(name, len(name) + 1)
    sequence_cross_entropy([model(row)], [target]).backward()
    return {
        "attention": attention(model, [names.end, *names.tokens(name)], "·" + name, lang=lang),
        "embedding": embedding(model, names.letters + "·", "aeiouáéíóúü", lang=lang),
        "gradients": gradients(model, lang=lang),
    }
