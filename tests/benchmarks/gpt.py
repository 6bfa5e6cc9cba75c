"""The GPT of `autograd-mini gpt` against the same training on a class of its own, step by step.

    python -m tests.benchmarks.gpt [--lang en] [--backend numpy] [--steps 1000]

Pure Python is `gpt_program.py`, with its own class Value and with ours, at microgpt's sizes (16
numbers, 4 heads, 16 places, 4,192 weights) on the same names; that is the base of the ratios that
ports of microgpt give (Rust's authors count 440, Julia's 1,600). A step of the program is one name,
a compiled step is `--batch` names: ratios are per name. Ratios are of processor time, as
other work may be going on. Losses agree with the eager engine to 1e-12 over some steps, or the
script ends with an error.
"""

from __future__ import annotations

import gc
import statistics
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from autograd_mini import Value
from autograd_mini.data import first_names
from autograd_mini.losses import sequence_cross_entropy
from autograd_mini.nn import GPT
from autograd_mini.optim import Adam
from autograd_mini.optim.schedules import linear
from autograd_mini.training.compiled import compile_step
from tests.benchmarks.options import options

PROGRAM = Path(__file__).parents[1] / "compat" / "gpt_program.py"
BLOCK = 10  # steps between which the parameters stay in the program, as in `autograd-mini gpt`
SIZES = {  # microgpt's in place of the program's
    "= len(LETTERS), 8, 2, 6": "= len(LETTERS), 16, 4, 16",
    "2 * WIDTH": "4 * WIDTH",
}


def program(names, given, collector=True):
    """Seconds a step of the program on these names, and its losses."""
    source = PROGRAM.read_text(encoding="utf-8")
    for old, new in SIZES.items():
        assert old in source, old
        source = source.replace(old, new)
    start, stop = source.index("NAMES = "), source.index("LETTERS = ")
    names_in = f"NAMES = {names!r}\n"
    made = dict(given)
    exec(compile(source[:start] + names_in + source[stop:], str(PROGRAM), "exec"), made)
    if not collector:
        gc.disable()
    start_time = process_time()
    losses, _ = made["train"](len(names))
    return (process_time() - start_time) / len(names), losses


def alone(*given):
    """As `program`, in a process of its own: the graphs that another left would cost it time."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(program, *given).result()


def training(names, backend, batch, steps):
    """A model, its compiled step, and what it is given at each step."""
    order = [*names.names]
    Random(0).shuffle(order)
    model = GPT(names.end + 1, seed=0)
    rule = Adam(model.parameters(), betas=(0.85, 0.99), schedule=linear(0.01, steps))
    length = names.longest + 1
    samples = [names.sample(name, length) for name in order]

    def given(k):
        some = [samples[(k * batch + j) % len(samples)] for j in range(batch)]
        return [x for x, _ in some], [y for _, y in some]

    return model, rule, given, compile_step(model, sequence_cross_entropy, rule, backend=backend)


def compiled(names, backend, batch, steps):
    """Seconds of all steps, of the first, of a later one (wall and processor), and the losses."""
    _, _, given, step = training(names, backend, batch, steps)
    times, losses = [], []
    start = perf_counter()
    blocks = [range(1), *(range(k, min(k + BLOCK, steps)) for k in range(1, steps, BLOCK))]
    for block in blocks:
        before = perf_counter(), process_time()
        losses += step.sequence(map(given, block))
        spent = perf_counter() - before[0], process_time() - before[1]
        times.append([seconds / len(block) for seconds in spent])
    later = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    return perf_counter() - start, times[0], later, losses


def eager(names, batch, steps, total):
    """The losses of some steps on the engine itself."""
    model, rule, given, _ = training(names, "python", batch, total)
    losses = []
    for k in range(steps):
        rows, targets = given(k)
        loss = sequence_cross_entropy([model(row) for row in rows], targets)
        loss.backward()
        rule.step()
        rule.zero_grad()
        losses.append(loss.data)
    return losses


def report(asked):
    names = first_names(asked.lang)
    eight = [name for name in names.names if len(name) == 7][:20]  # 8 tokens: as 8 places
    rounds = []
    for _ in range(6):
        (own, theirs), (ours, same) = alone(eight, {}), alone(eight, {"Value": Value})
        assert max(abs(a - b) for a, b in zip(theirs, same, strict=True)) < 1e-12
        rounds.append((own, ours, alone(eight, {"Value": Value}, False)[0]))
    own, ours, without = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
    ratio, faster = (statistics.median(row[0] / row[k] for row in rounds) for k in (1, 2))
    print(f"its own Value  {own:8.2f} ms a name (8 letters), median of {len(rounds)}")
    print(f"our Value      {ours:8.2f} ms a name: {ratio:.2f} times as fast, equal losses")
    pairs = sorted(row[0] / row[1] for row in rounds)
    print(f"  single pairs of processes: {pairs[0]:.1f} to {pairs[-1]:.1f}")
    print(f"  gc.disable() {without:8.2f} ms a name: {faster:.2f} times as fast")
    every = Random(0).sample([*names.names], 12)
    base, _ = program(every, {})
    total, first, (wall, processor), losses = compiled(
        names, asked.backend, asked.batch, asked.steps
    )
    exact = eager(names, asked.batch, 3, asked.steps)
    apart = max(abs(a - b) for a, b in zip(losses, exact, strict=False))
    assert apart < 1e-12, apart
    print(f"its own Value  {1e3 * base:8.2f} ms a name of the list, on average")
    print(f"compiled ({asked.backend}): {asked.steps} steps of {asked.batch} in {total:.1f} s,")
    print(
        f"  of which the first, compilation included, {first[0]:.1f} s ({first[1]:.1f} s processor)"
    )
    print(f"  a later one {1e3 * wall:.2f} ms ({1e3 * processor:.2f} ms processor)")
    print(f"  {base / (processor / asked.batch):.0f} times its own Value: processor time, per name")
    print(f"  losses as the eager engine's to {apart:.0e}; mean of the last 100: "
          f"{statistics.mean(losses[-100:]):.3f}")  # fmt: skip


if __name__ == "__main__":
    report(options(__doc__, lang="en", backend="numpy", batch=8, steps=1000))
