"""Exercises to solve by hand: small graphs of exact small numbers, the same for a seed.

A kind draws a graph of Fractions. It is taken if no number on the way, forward and backward, has
more digits than its level allows. The blanks are steps of the recorded computation, so the key is
what the engine did.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from autograd_mini.functions import dot, leaky_relu, maximum, prod, relu
from autograd_mini.functions import sum as total
from autograd_mini.language import meant, text
from autograd_mini.notation import symbols
from autograd_mini.notation.labels import subscript
from autograd_mini.notation.shapes import uses_of
from autograd_mini.numbers.arguments import one_of, whole
from autograd_mini.numbers.numberlike import data_of, held
from autograd_mini.optim import SGD
from autograd_mini.pages.notebook import pictured
from autograd_mini.rules.evaluation import at_kink, each
from autograd_mini.stepping import explain, explain_step, steps
from autograd_mini.stepping.explanation import Formula, gradient, written
from autograd_mini.stepping.sequence import Accumulate, Forward, Steps, Update, Visit
from autograd_mini.value import BIAS, Value

from . import sheets
from .slips import Judged, Posed, slip, tolerance, typed

DIGITS = (2, 3, 3, 4, 5)  # that a number on the way has at most, by level
_TRIES = 5000


class Blank(NamedTuple):
    """A number to be found: the step that computes it, its sign, and the number itself."""

    step: int
    sign: Formula
    answer: Fraction

    @property
    def tolerance(self) -> float:
        """How far off an answer is still right."""
        return tolerance(self.answer) or 0.0005

    def takes(self, answer: Any) -> bool:
        """Whether an answer, a number or a text such as "3/4", is right."""
        given = self.given(answer)
        return given is not None and abs(given - self.answer) <= self.tolerance

    def given(self, answer: Any) -> float | None:
        """The number that is meant by an answer; None if it is none."""
        found = typed(str(held(answer)), self.answer)
        return found and found[0]


@dataclass(frozen=True)
class Exercise:
    """A computation to be done by hand, and its key.

    kind, level, seed   what it was made from
    steps               the recorded computation, which can be drawn, stepped through, explained
    blanks              what is asked, in an order in which it can be found
    rate                the learning rate, where weights are updated

    >>> task = exercise("chain", level=1, seed=7)
    >>> [blank.sign.text for blank in task.blanks]
    ['v₁', 'L', '∂L/∂v₁', '∂L/∂x']
    >>> task.marks([blank.answer for blank in task.blanks])
    (True, True, True, True)
    """

    kind: str
    level: int
    seed: int
    steps: Steps
    blanks: tuple[Blank, ...]
    rate: Fraction | None = None

    @property
    def drawn(self) -> bool:
        """Whether its graph is shown; of what is counted it would give the answer away."""
        return self.kind not in COUNTED

    @property
    def work(self) -> int:
        """How many operations it takes: those of the graph, then products, additions, updates."""
        kinds = Forward | Accumulate | Update if self.drawn else Forward
        return sum(isinstance(step, kinds) for step in self.steps)

    def given(self, lang: str = "en") -> list[Formula]:
        """The numbers that are given, by name, then the operations, but where one counts."""
        leaves = [node for node in self.steps.nodes if node.first is None]
        names = self.steps.named
        leaves.sort(key=lambda x: ("xyzwsbkpn".find(names[x][0]), len(names[x]), names[x]))
        made = [i for i, step in enumerate(self.steps) if isinstance(step, Forward)] * self.drawn
        given = [explain(leaf, lang=lang) for leaf in leaves]
        return [e.symbolic for e in (*given, *(explain_step(self.steps, i, lang) for i in made))]

    def solved(self, blank: Blank, lang: str = "en") -> Formula:
        """How a blank is filled in: the formula with its numbers."""
        step = self.steps[blank.step]
        if isinstance(step, Visit):
            found = explain(self.steps.nodes[step.node], of=self.steps, lang=lang)
        else:
            found = explain_step(self.steps, blank.step, lang)
        numbers = found.numeric or found.symbolic
        if isinstance(step, Update):  # whose numbers alone do not say of which weight
            return Formula(*map("{} = {}".format, blank.sign, numbers))
        return numbers

    def marks(self, answers: Sequence[Any]) -> tuple[bool, ...]:
        """For each blank whether the answer, a number or a text such as "3/4", is right."""
        return tuple(blank.takes(x) for blank, x in zip(self.blanks, answers, strict=True))

    def task(self, lang: str = "en", *, drawn: bool = True) -> str:
        """What is to be done, in some sentences; those on the graph only where it is drawn."""
        several = bool(uses_of(self.steps.nodes, self.steps.nodes))
        drawn = drawn and self.drawn
        said = [self.kind, "work.drawn" if drawn else "work", *["along"] * (drawn and several)]
        slots = {"rate": self.rate, "blanks": len(self.blanks), "work": self.work}
        return " ".join(text(f"exercise.{name}", lang, **slots) for name in said)


def exercise(kind: str, level: int = 1, seed: int = 0) -> Exercise:
    """The exercise of a kind ("chain", "reuse", ...), a level from 1 to 5 and a seed.

    Raises ValueError for an unknown kind or level, TypeError for a level that is no int.
    """
    one_of("kind", kind, KINDS)
    draw = Random(f"{kind} {whole('level', level, 1, len(DIGITS))} {seed}")
    for _ in range(_TRIES):
        root, asked = KINDS[kind](draw, level)
        root.label = "L" if asked else root.label
        rate: Any = Fraction(1, draw.choice((2, 4, 5, 10))) if kind == "update" else None  # exact
        recorded = steps(root, optimiser=SGD(asked, lr=rate) if rate else None)
        if _is_nice(recorded, kind, DIGITS[level - 1]):
            blanks = _blanks(recorded, {leaf.label for leaf in asked})
            if kind == "network":  # the last layer's gradients before those of the one before it
                blanks.sort(key=lambda blank: -min(getattr(recorded[blank.step], "users", [10**6])))
            return Exercise(kind, level, seed, recorded, tuple(blanks), rate)
    raise ValueError(f"no exercise {kind!r} of level {level} was found with the seed {seed}")


def exercises(kind: str, level: int = 1, seed: int = 0, count: int = 30) -> list[Exercise]:
    """As many variants, no two alike, or all that there are; the first is that of the seed."""
    made: dict[str, Exercise] = {}
    at = new = seed
    while len(made) < count and at - new <= 20 * len(made):  # else they come again and again
        one = exercise(kind, level, at)
        new = at if made.setdefault(one.steps.to_json(), one) is one else new
        at += 1
    return [*made.values()]


def ask(
    kind: str, answers: Any = ..., *, level: int = 1, seed: int = 0, lang: str | None = None
) -> Judged:
    """Judge the answers to an exercise, a number or a text such as "3/4" each; without, set it.

    A wrong one is told the slip that leads to it, if it is a known one.

    >>> ask("chain", [-1, -2, 2, 2], level=1, seed=7, lang="en")
    ✓  v₁ = -1
    ✓  L = -2
    ✓  ∂L/∂v₁ = 2
    ✗  ∂L/∂x = 2.  That is ∂L/∂v₁ alone: it is still to be multiplied by ∂v₁/∂x.
    3 of 4 right.

    Raises ValueError for an unknown kind or level, and if there are not as many answers as blanks.
    """
    lang, task = meant(lang), exercise(kind, level, seed)
    if answers is ...:
        posed = Posed(None, sheets.text([task], lang))
        posed.html = pictured(sheets.section(task, 1, lang))
        return posed
    if not isinstance(answers, list | tuple) or len(answers) != len(task.blanks):
        names = ", ".join(blank.sign.text for blank in task.blanks)
        raise ValueError(f"answers must be a list of {len(task.blanks)}: {names}; got {answers!r}")
    lines, marks = [], task.marks(answers)
    for blank, answer, right in zip(task.blanks, answers, marks, strict=True):
        line = f"{blank.sign.text} = {answer}"
        lines.append(f"✓  {line}" if right else f"✗  {line}.  {_wrong(task, blank, answer, lang)}")
    score = text("exercise.score", lang, right=sum(marks), n=len(marks))
    return Judged(all(marks), "\n".join([*lines, score]))


def _wrong(task: Exercise, blank: Blank, answer: Any, lang: str) -> str:
    """What is said of an answer that is wrong."""
    if (given := blank.given(answer)) is None:
        return text("ask.slip.no.number", lang, got=repr(answer))
    found = slip(task.steps, blank.step, given, blank.answer)
    if found and (task.drawn or found[0] != "partial"):  # counting speaks of no derivative
        return text(f"predict.predict.mistake.{found[0]}", lang, **found[2])
    return text("ask.slip.unknown", lang, got=answer)


# --- how an exercise is taken -------------------------------------------------------------------
def _is_nice(recorded: Steps, kind: str, digits: int) -> bool:
    """Whether every number is short; unless they are the point, no kink, and a gradient arrives."""
    numbers = [node.data for node in recorded.nodes]
    if kind in COUNTED:
        return all(_digits(Fraction(x)) <= max(digits, 3) for x in numbers)
    made = [] if kind == "kink" else recorded.nodes
    if any(y.op and at_kink(y.op, each(data_of, y.args)) for y in made):
        return False
    for step in recorded:
        if isinstance(step, Accumulate):
            numbers += [step.partial, step.share, step.after]
        elif isinstance(step, Update):
            numbers += [step.rate * step.gradient, step.after]
    arrives = kind == "kink" or all(node.grad for node in recorded.nodes[:2])
    return arrives and all(_digits(Fraction(x)) <= digits for x in numbers)


def _digits(x: Fraction) -> int:
    """How many digits it takes to write a number, as a fraction or as a decimal."""
    fraction = f"{abs(x.numerator)}" + f"{x.denominator}" * (x.denominator > 1)
    decimal = f"{float(abs(x)):.15g}".replace(".", "").strip("0")
    return min(len(fraction), len(decimal))


def _blanks(recorded: Steps, asked: set[str | None]) -> list[Blank]:
    blanks, names = [], recorded.names
    for i, step in enumerate(recorded):
        node, name = recorded.nodes[step.node], names[step.node]
        if isinstance(step, Forward):
            blanks.append(Blank(i, written(symbols.name(name)), node.data))
        elif asked and isinstance(step, Visit) and node is not recorded.root:
            if node.first is not None or node.label in asked:
                blanks.append(Blank(i, written(gradient(names[-1], name)), step.adjoint))
        elif isinstance(step, Update):
            new = symbols.row(symbols.name(name), symbols.sign("′", "'"))
            blanks.append(Blank(i, written(new), step.after))
    return blanks


# --- the kinds -----------------------------------------------------------------------------------
Drawn = tuple[Value, list[Value]]  # the root, and the leaves that are asked for


def _leaves(draw: Random, level: int, names: Iterable[str]) -> list[Value]:
    """With small numbers, not 0; at the higher levels they may have halves."""
    leaves = []
    for name in names:
        number = Fraction(draw.choice((-1, 1)) * draw.randint(1, 3))
        halved = level > 3 and draw.random() < 0.3
        leaves.append(Value(number / 2 if halved else number, label=name))
    return leaves


def _indexed(letter: str, count: int, start: int = 1) -> list[str]:
    return [letter + subscript(k) for k in range(start, start + count)]


def _once(draw: Random, x: Value, level: int) -> Value:
    """One operation on a node, with a small number where it takes two."""
    c = draw.choice((-3, -2, 2, 3))
    choices = [lambda: x * c, lambda: x + c, lambda: c - x, lambda: x**2]
    choices += [lambda: relu(x), lambda: x / 2] * (level > 1)
    choices += [lambda: x**3, lambda: 1 / x if x.data else x + c] * (level > 3)
    return draw.choice(choices)()


def _chain(draw: Random, level: int) -> Drawn:
    (x,) = leaves = _leaves(draw, level, "x")
    for _ in range(level + 1):
        x = _once(draw, x, level)
    return x, leaves


def _reuse(draw: Random, level: int) -> Drawn:
    leaves = _leaves(draw, level, "xyz"[: 1 + level // 2])
    nodes, loose = [*leaves], [*leaves]
    while len(nodes) <= len(leaves) + level or len(loose) > 1:
        a = draw.choice(loose)
        b = draw.choice(nodes if len(nodes) <= len(leaves) + level else loose)
        made = draw.choice((a * b, a + b, a - b if a is not b else a * b))
        loose = [node for node in loose if node is not a and node is not b] + [made]
        nodes.append(made)
    return nodes[-1], leaves


def _neuron(draw: Random, level: int, *, judged: bool = False) -> Drawn:
    n = (level + 2) // 2
    w, x = (_leaves(draw, level, _indexed(letter, n) if n > 1 else letter) for letter in "wx")
    (b,) = _leaves(draw, level, "b")
    if level < 3:
        z = sum((wi * xi for wi, xi in zip(w[1:], x[1:], strict=True)), w[0] * x[0]) + b
    else:
        z = weighted(w, b, x)
    z.label = "z"
    out = relu(z) if draw.random() < 0.7 else leaky_relu(z, Fraction(1, 2))
    if judged or level > 1:
        out.label = "h"
        out = (out - draw.randint(-3, 3)) ** 2
    return out, [*w, b]


def weighted(w: list[Value], b: Value, x: list[Value]) -> Value:
    """w · x + b as one node, as a neuron of `nn` makes it."""
    z: Value = dot([*w, b], [*x, 1])
    z.constants = BIAS
    return z


def _network(draw: Random, level: int) -> Drawn:
    sizes = ((1, 1, 1), (2, 1, 1), (2, 2, 1), (2, 3, 1), (2, 2, 2, 1))[level - 1]
    layer = _leaves(draw, level, _indexed("x", sizes[0]))
    weights, biases = list[Value](), list[Value]()
    for depth, (n, m) in enumerate(pairwise(sizes), start=1):
        last, made = depth == len(sizes) - 1, []
        for _ in range(m):
            w = _leaves(draw, level, _indexed("w", n, len(weights) + 1))
            (b,) = _leaves(draw, level, _indexed("b", 1, len(biases) + 1))
            z = weighted(w, b, layer)
            z.label = "o" if last else "z" + subscript(len(biases) + 1)
            weights, biases = weights + w, [*biases, b]
            made.append(z if last else relu(z))
            made[-1].label = "o" if last else "h" + subscript(len(biases))
        layer = made
    return (layer[0] - draw.randint(-3, 3)) ** 2, weights + biases


def _kink(draw: Random, level: int) -> Drawn:
    leaves = _leaves(draw, level, "xy"[: 1 + (level > 2)])
    offset = leaves[0].data * draw.choice((1, 1, -1)) + draw.choice((0, 0, 1))
    z = leaves[0] - offset
    if level > 2:
        z = maximum(z, leaves[1] - leaves[1].data * draw.choice((0, 1)))
    node = draw.choice((relu, abs))(z)
    for _ in range(level - 1):
        node = draw.choice((relu, abs, lambda x: x * 2, lambda x: x - 1, lambda x: x * -3))(node)
    return node * 2 + leaves[0] if level > 1 else node, leaves


def _vanishing(draw: Random, level: int) -> Drawn:
    (x,) = leaves = _leaves(draw, 1, "x")
    factor: Any = draw.choice((*(Fraction(1, n) for n in (10, 5, 2, 4)), 2, 3, 10))
    for k in range(1, level + 3):
        x = draw.choice((1, -1) if level > 1 else (1,)) * factor * x
        if level > 2:
            x.label, x = "z" + subscript(k), leaky_relu(x, Fraction(1, 2))
        x.label = "h" + subscript(k)
    return x, leaves


def _importance(draw: Random, level: int) -> Drawn:
    names = _indexed("n", 3 + level // 3, 0)
    n = [Value(Fraction(draw.randint(1, 2 + 2 * level)), label=name) for name in names]
    layers = [dot([before, 1], [after, after]) for before, after in pairwise(n)]
    p = total(layers)
    named = (*layers, p, d := p * 2, d / 3)
    for node, name in zip(named, (*_indexed("p", len(layers)), *"pdr"), strict=True):
        node.label = name
    return named[-1], []


def _cost(draw: Random, level: int) -> Drawn:
    batch, of_epoch, epochs = (draw.choice((2, 4, 5, 10, 20, 50)[: 2 + level]) for _ in range(3))
    numbers = batch * of_epoch, batch, epochs * 10, draw.randint(2, 9) * 10 ** draw.randrange(level)
    s, b, k, p = (Value(Fraction(x), label=name) for x, name in zip(numbers, "sbkp", strict=True))
    e, g = s / b, prod([b, p, 6])
    u = e * k
    o = u * g
    e.label, u.label, g.label, o.label = "eugo"
    return o, []


COUNTED = {"importance": _importance, "cost": _cost}  # without a backward pass
KINDS: dict[str, Callable[[Random, int], Drawn]] = {
    "chain": _chain, "reuse": _reuse, "neuron": _neuron, "network": _network,
    "update": partial(_neuron, judged=True), "kink": _kink, "vanishing": _vanishing, **COUNTED,
}  # fmt: skip
