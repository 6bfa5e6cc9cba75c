"""Slips planted in gradients written by hand, and what check_grad guesses that they are.

    python -m tests.benchmarks.slips [--slips 200] [--seed 0]

Losses h(mean phi(x.w, y)) + lambda/2 w.w of random data and sums of functions of single inputs, in
NumPy, with the gradient by hand; into each one slip of the seven kinds. Prints the share that is
guessed rightly by kind, how often a right gradient gets a guess (wanted: never), and how often a
mistake of none of these kinds does.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini.checking import check_grad
from tests.benchmarks.options import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = ("factor", "sign", "sum", "swapped", "regulariser", "chain", "sample")
FORMS: list[tuple[Any, Any]] = [  # phi(z, y) and its derivative by z
    (lambda z, y: (z - y) ** 2, lambda z, y: 2 * (z - y)),
    (lambda z, y: np.log1p(np.exp(-z * y)), lambda z, y: -y / (1 + np.exp(z * y))),
    (lambda z, y: (np.tanh(z) - y) ** 2, lambda z, y: 2 * (np.tanh(z) - y) / np.cosh(z) ** 2),
    (lambda z, y: np.sqrt(1 + (z - y) ** 2), lambda z, y: (z - y) / np.sqrt(1 + (z - y) ** 2)),
]
OUTER: list[tuple[Any, Any]] = [  # h and its derivative
    (np.sqrt, lambda m: 0.5 / np.sqrt(m)),
    (np.log, lambda m: 1 / m),
    (lambda m: np.exp(-m), lambda m: -np.exp(-m)),
    (lambda m: m**2, lambda m: 2 * m),
    (lambda m: np.sin(3 * m), lambda m: 3 * np.cos(3 * m)),
]
SINGLE: list[tuple[Any, Any, Any]] = [  # u(v(x)): u(v), u'(v), v'(x)
    (lambda x: np.sin(x**2), lambda x: np.cos(x**2), lambda x: 2 * x),
    (lambda x: np.exp(np.sin(x)), lambda x: np.exp(np.sin(x)), np.cos),
    (lambda x: np.tanh(x) ** 2, lambda x: 2 * np.tanh(x), lambda x: 1 - np.tanh(x) ** 2),
    (lambda x: np.cos(x) ** 3, lambda x: 3 * np.cos(x) ** 2, lambda x: -np.sin(x)),
    (lambda x: np.log(1 + np.exp(x)), lambda x: 1 / (1 + np.exp(x)), np.exp),
    (lambda x: np.sqrt(1 + x**2), lambda x: 0.5 / np.sqrt(1 + x**2), lambda x: 2 * x),
]


class Slip(NamedTuple):
    """A function, its gradient, one with a slip in it, and the guesses that are right."""

    kind: str
    f: Callable[[Any], Any]
    right: Callable[[Any], Any]
    wrong: Callable[[Any], Any]
    at: Any
    told: Callable[[Any], bool]


def slips(count: int, seed: int) -> Iterator[Slip]:
    """So many slips, the kinds in turn; the same for the same seed."""
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield slip(kind, Random(f"{seed} {number}"))


def slip(kind: str, draw: Random) -> Slip:
    """A random function with a slip of a kind."""
    size = draw.randint(2 if kind in ("swapped", "sample") else 1, 6)
    many = draw.randint(3, 12)
    numbers = np.random.default_rng(draw.randrange(10**9))
    X, Y = numbers.normal(size=(many, size)), numbers.choice([-1.0, 1.0], size=many)
    at = numbers.uniform(-1.5, 1.5, size=size).round(2)
    phi, slope = draw.choice(FORMS)
    rate = draw.choice((0.0, 0.01, 0.1)) if kind != "regulariser" else draw.choice((0.01, 0.1, 1.0))
    rate = 0.0 if kind in ("chain", "sample") else rate
    held = np.ones(size)
    if size > 2 and draw.random() < 0.5:
        held[-1] = 0.0  # a bias is not held down

    def f(w: Any) -> Any:
        w = np.asarray(w, float)
        return np.mean(phi(X @ w, Y)) + rate / 2 * np.sum(held * w * w)

    def right(w: Any) -> Any:
        return X.T @ slope(X @ w, Y) / many + rate * held * w

    def told(guess: Any) -> bool:
        return guess.kind == kind

    if kind == "factor":
        factor = draw.choice((2, 0.5, -2, 1.5, 10, 1 / 3, many, 1 / many, -1 / many, 0.1))
        return Slip(kind, f, right, lambda w: factor * right(w), at,
                    lambda guess: factor_of(guess, factor))  # fmt: skip
    if kind == "sum":
        return Slip(kind, f, right, lambda w: many * right(w), at,
                    lambda guess: guess.kind == "sum" and factor_of(guess, many))  # fmt: skip
    if kind == "sign":
        signs = np.array([draw.choice((-1, 1)) for _ in range(size)])
        signs = -signs if (signs == 1).all() else signs
        return Slip(kind, f, right, lambda w: signs * right(w), at, told)
    if kind == "swapped":
        order = list(range(size))
        while order == sorted(order):
            draw.shuffle(order)
        return Slip(kind, f, right, lambda w: right(w)[order], at, told)
    if kind == "regulariser":
        return Slip(kind, f, right, lambda w: right(w) - rate * held * w, at,
                    lambda guess: told(guess) and float(guess.details["rate"]) == rate)  # fmt: skip
    if kind == "sample":
        i, shared = draw.randrange(many), draw.random() < 0.5

        def one(w: Any) -> Any:  # the sample's gradient; or all errors with one sample's input
            errors = slope(X @ w, Y)
            return X[i] * (np.mean(errors) if shared else errors[i])

        return Slip(kind, f, right, one, at, told)
    if draw.random() < 0.5:
        h, outer = draw.choice(OUTER)
        return Slip(kind, lambda w: h(f(w)), lambda w: outer(f(w)) * right(w), right, at, told)
    u, du, dv = draw.choice(SINGLE)
    scale = numbers.uniform(0.5, 2, size=size).round(2)
    return Slip(kind, lambda w: np.sum(scale * u(np.asarray(w, float))),
                lambda w: scale * du(w) * dv(w), lambda w: scale * du(w), at, told)  # fmt: skip


def factor_of(guess: Any, factor: float) -> bool:
    """Whether the guess tells this factor."""
    told = guess.details.get("factor", "nan").split("/")
    number = float(told[0]) / float(told[1] if len(told) > 1 else 1)
    return guess.kind in ("factor", "sum", "mean") and abs(number - factor) < 1e-5 * abs(factor)


def others(count: int, seed: int) -> Iterator[Slip]:
    """Mistakes of no such kind: one component, another formula, a term too many."""
    for number in range(count):
        draw = Random(f"{seed} other {number}")
        case = slip("swapped", draw)
        k = draw.randrange(len(case.at))
        bend = draw.choice((np.tanh, np.sin, lambda g: g + g**2, lambda g: g + 0.3, np.cosh))

        def wrong(w: Any, case: Slip = case, k: int = k, bend: Any = bend) -> Any:
            g = case.right(w)
            g[k] = bend(g[k])
            return g

        yield case._replace(wrong=wrong)


def main() -> None:
    """Print the rates."""
    asked = options(__doc__, slips=200, seed=0)
    found: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    alarms = 0
    for case in slips(asked.slips, asked.seed):
        report = check_grad(case.f, case.at, gradient=case.wrong)
        planted[case.kind] += 1
        if report.guess is not None and case.told(report.guess):
            found[case.kind] += 1
        else:
            print(f"{case.kind}: {report.verdict}, {report.guess}", flush=True)
        right = check_grad(case.f, case.at, gradient=case.right)
        alarms += right.guess is not None or right.verdict == "wrong"
    for kind in KINDS:
        print(f"{kind:12} {found[kind]:3} of {planted[kind]:3} guessed rightly")
    print(
        f"all          {found.total() / planted.total():.1%}; of right gradients {alarms} guessed"
    )
    odd = [check_grad(c.f, c.at, gradient=c.wrong) for c in others(asked.slips, asked.seed)]
    told = [report.guess.kind for report in odd if report.guess is not None]
    print(f"of {len(odd)} other mistakes {len(told)} get a guess: {dict(Counter(told))}")


if __name__ == "__main__":
    main()
