"""Training loops with one mistake each, run beside the right one: same network, data and seed."""

from difflib import ndiff
from functools import cache
from random import Random
from shutil import get_terminal_size
from textwrap import fill
from typing import Any, NamedTuple

from autograd_mini.data import Dataset, moons, signed, split
from autograd_mini.drawing import curves
from autograd_mini.language import text, words
from autograd_mini.language.tables import aligned
from autograd_mini.losses import mse
from autograd_mini.nn import MLP
from autograd_mini.notation.labels import number
from autograd_mini.training import Evaluation, evaluate

RIGHT = """\
def train(network, data, test, rate, epochs):
    inputs, targets = data.inputs[:], data.targets[:]
    losses = []
    for epoch in range(epochs):
        loss = mse([network(x) for x in inputs], targets)
        for w in network.parameters():
            w.grad = 0.0
        loss.backward()
        for w in network.parameters():
            w.data -= rate * w.grad
        losses.append(loss.data)
    return losses
"""
_LOSS, _ZERO, _BACKWARD, _UPDATE = (
    "".join(RIGHT.splitlines(keepends=True)[a:b]) for a, b in ((4, 5), (5, 7), (7, 8), (8, 10))
)
# Of each loop what stands in the right one, and what in its place; words in language/museum.txt.
LOOPS: dict[str, tuple[str, str]] = {
    "no_zero_grad": (_ZERO, ""),
    "update_first": (_BACKWARD + _UPDATE, _UPDATE + _BACKWARD),
    "wrong_sign": ("w.data -= rate", "w.data += rate"),
    "misplaced_rate": ("w.data -= rate * w.grad", "w.data = rate * (w.data - w.grad)"),
    "test_trained_on": (
        "data.inputs[:], data.targets[:]", "data.inputs + test.inputs, data.targets + test.targets"
    ),
    "labels_shuffled": (_LOSS, f"        shuffle(inputs)\n{_LOSS}"),
}  # fmt: skip
_NOISE = 28  # features that say nothing of the class, and can be learnt by heart
_HIGH = 10.0  # losses above it are drawn on a logarithmic axis
_PARTS = ("mistake", "symptom", "apart")


class Run(NamedTuple):
    """The loss of each epoch, and what the network makes of three sets: no loop gets `unseen`."""

    losses: tuple[float, ...]
    train: Evaluation
    test: Evaluation
    unseen: Evaluation


def source(name: str) -> str:
    """The source of a loop; KeyError lists the names if there is none."""
    if name not in LOOPS:
        raise KeyError(f"no loop {name!r} in the museum; it has {', '.join(LOOPS)}")
    return RIGHT.replace(*LOOPS[name])


@cache
def run(name: str | None = None, seed: int = 0) -> Run:
    """Train a network with a loop, by default the right one; `seed` is that of data and network.

    >>> wrong, right = run("wrong_sign"), run()
    >>> wrong.losses[0] == right.losses[0], wrong.losses[-1] > 1e6, right.losses[-1] < 0.1
    (True, True, True)
    """
    names: dict[str, Any] = {"mse": mse, "shuffle": Random(seed).shuffle}
    exec(RIGHT if name is None else source(name), names)
    draw, sets = Random(seed), []
    both, unseen = split(moons(400, 0.2, seed), 0.8, seed)
    for part in (*split(both, 0.5, seed), unseen):
        rows = [(*x, *(2 * draw.random() - 1 for _ in range(_NOISE))) for x in part.inputs]
        sets.append(Dataset("moons", rows, signed(part.targets)))
    network = MLP(2 + _NOISE, [4, 1], activation="tanh", init="xavier_normal", seed=seed)
    losses = names["train"](network, *sets[:2], rate=0.1, epochs=100)
    found = [evaluate(network, data, mse, accuracy=lambda p, y: bool(p * y > 0)) for data in sets]
    return Run(tuple(losses), *found)


def entry(name: str, lang: str = "en") -> str:
    """The text of a loop in the gallery: mistake, symptom, code, and both loops' numbers."""
    said = words("museum", lang)
    told = [said[f"loop.{part}"] + said[f"{name}.{part}"] for part in _PARTS]
    code = [x for x in ndiff(RIGHT.splitlines(), source(name).splitlines()) if x[0] != "?"]
    rows = [["", said["right"], "", said["loop.this"], ""]]
    for part, *both in zip(Run._fields[1:], run()[1:], run(name)[1:], strict=True):
        cells = [cell for x in both for cell in (number(x.loss, ".3g"), f"{x.accuracy:.0%}")]
        rows.append([said[f"loop.{part}"], *cells])
    width = get_terminal_size((100, 24)).columns
    return "\n".join([
        name, *(fill(each, min(88, width)) for each in told), "", *(f"  {x}" for x in code), "",
        curves.text(panel(name, lang), min(64, width - 14)), "", *aligned(rows, "<>>>>"), "",
    ])  # fmt: skip


def panel(name: str, lang: str = "en") -> curves.Curves:
    """The losses of the right loop and of a broken one, to be drawn."""
    lines = [("right", run().losses), ("loop.this", run(name).losses)]
    each = tuple((text(f"museum.{k}", lang), tuple(enumerate(ys, 1))) for k, ys in lines)
    log = "y" if max(lines[1][1]) > _HIGH else ""
    return curves.Curves("", text("common.epoch", lang), text("common.loss", lang), each, log)
