"""Right and wrong gradients of float32 functions: NumPy, torch, JAX; what check_grad says of them.

    python -m tests.benchmarks.float32 [--functions 1000] [--seed 0] [--off 3e-3]

Random compositions of smooth functions of 1 to 5 inputs, each with the gradient of its library (of
NumPy by the chain rule of autograd_mini, rounded to float32), then with that gradient a factor
1 + 3e-3 off. A third of them keep float32 inside whatever they are given ("cast"): there only
differences of float32 values can tell. Wanted: right ones "ok" in 99 %, no alarm, wrong ones found
in 99 %. Libraries that are not installed are skipped.
"""

from __future__ import annotations

import warnings
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_mini import grad
from autograd_mini.checking import check_grad
from tests.benchmarks.options import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNARY = "sin cos tanh exp square sqrt log reciprocal".split()


class Case(NamedTuple):
    """A function of a float32 array, its gradient, and the point."""

    f: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    at: Any


def composed(draw: Random, cast: bool) -> Callable[[Any, Any], Any]:
    """A random composition as a function of a library's functions and an array."""
    size = draw.randint(1, 5)
    mixes = [[round(draw.uniform(-1, 1), 2) for _ in range(size * size)] for _ in range(2)]
    names = [draw.choice(UNARY) for _ in range(draw.randint(1, 4))]
    weights = [round(draw.uniform(0.5, 2), 2) * draw.choice((-1, 1)) for _ in range(size)]

    def step(lib: Any, name: str, v: Any) -> Any:
        if name in ("sqrt", "log", "reciprocal"):
            v = 1.5 + v * v / (1 + v * v)
        elif name == "exp":
            v = lib.tanh(v)
        if name == "square":
            return v * v / (1 + v * v)
        return 1 / v if name == "reciprocal" else getattr(lib, name)(v)

    def f(lib: Any, v: Any, array: Callable[..., Any], single: Callable[[Any], Any]) -> Any:
        for k, name in enumerate(names):
            if k < len(mixes):
                v = array(mixes[k]).reshape(size, size) @ v + v
            v = step(lib, name, single(v) if cast and k == 0 else v)
        return (array(weights) * v).sum()

    f.size = size
    return f


def in_numpy(f: Any, at: list[float]) -> Case:
    def run(v: Any) -> Any:
        lib = _Values() if v.dtype == object else np
        return f(lib, v, lambda w: np.array(w, np.float32), _single)

    def exact(v: Any) -> Any:  # in float64 throughout, then rounded
        return np.array(grad(lambda w: run(np.array(w)))(v.tolist()), np.float32)

    return Case(lambda v: run(_plain(v)), exact, np.array(at, np.float32))


def _plain(v: Any) -> Any:
    if v.dtype == object:
        raise TypeError("no Values: as a function of a library's own")
    return v


def _single(v: Any) -> Any:
    return v if v.dtype == object else v.astype(np.float32)


class _Values:
    """The functions of NumPy's name on arrays of Values."""

    def __getattr__(self, name: str) -> Any:
        return np.vectorize(lambda x: getattr(x, name)(), otypes=[object])


def in_torch(f: Any, at: list[float]) -> Case:
    import torch

    def run(v: Any) -> Any:
        return f(torch, v, lambda w: torch.tensor(w, dtype=torch.float32), lambda u: u.float())

    def gradient(v: Any) -> Any:
        v = v.detach().requires_grad_()
        return torch.autograd.grad(run(v), v)[0]

    return Case(run, gradient, torch.tensor(at, dtype=torch.float32))


def in_jax(f: Any, at: list[float]) -> Case:
    import jax
    from jax import numpy as jnp

    def run(v: Any) -> Any:
        return f(jnp, v, lambda w: jnp.array(w, jnp.float32), lambda u: u.astype(jnp.float32))

    return Case(jax.jit(run), jax.jit(jax.grad(run)), jnp.array(at, jnp.float32))


LIBRARIES: dict[str, Callable[[Any, list[float]], Case]] = {
    "numpy": in_numpy,
    "torch": in_torch,
    "jax": in_jax,
}


def cases(library: str, count: int, seed: int, cast: bool) -> Iterator[Case]:
    """So many functions of a library, the same for the same seed."""
    for k in range(count):
        draw = Random(f"{seed} {k} {cast}")
        f = composed(draw, cast)
        at = [round(draw.uniform(-2, 2), 2) for _ in range(f.size)]
        yield LIBRARIES[library](f, at)


def verdicts(found: Iterator[Case], off: float) -> tuple[Counter[str], Counter[str]]:
    """How often which verdict, for right gradients and for those off by so much (0 is never)."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for f, gradient, at in found:
        right[check_grad(f, at, gradient=gradient).verdict] += 1
        if any(gradient(at).tolist()):
            scaled = check_grad(f, at, gradient=lambda v, g=gradient: g(v) * (1 + off))
            wrong[scaled.verdict] += 1
    return right, wrong


def main() -> None:
    """Print the rates."""
    asked = options(__doc__, functions=1000, seed=0, off=3e-3, libraries=[*LIBRARIES])
    warnings.simplefilter("ignore")
    for library in asked.libraries:
        for cast in (False, True):
            count = asked.functions // 3 if cast else asked.functions - asked.functions // 3
            try:
                right, wrong = verdicts(cases(library, count, asked.seed, cast), asked.off)
            except ImportError:
                print(f"{library}: not installed")
                break
            print(
                f"{library:6} {'float32 inside' if cast else 'free':15} {count:5} functions:"
                f" right ok {right['ok'] / count:7.2%}, false alarms {right['wrong']},"
                f" {asked.off:g} off found {wrong['wrong'] / wrong.total():7.2%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
