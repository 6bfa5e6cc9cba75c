"""Initialisers: how the weights of a neuron are drawn before training.

An initialiser is a function of (rng, nin, nout) that draws one weight of a layer with nin inputs
and nout neurons, from numbers 0 <= rng.random() < 1. Biases start at 0 with all of them.

The scaled ones keep the variance of the activations (and, Xavier's, of the gradients too) about the
same from layer to layer, so that neither vanishes or explodes at the start. A uniform distribution
from -limit to limit has the variance limit**2 / 3.

>>> from random import Random
>>> rng = Random(0)
>>> [round(he_normal(rng, nin=2, nout=16), 6) for _ in range(3)]
[-0.183868, 0.032504, 0.698828]
"""

import random
from collections.abc import Callable
from math import log, sqrt
from numbers import Integral
from typing import Protocol

from autograd_mini.numbers.arguments import entry


class Generator(Protocol):
    """A `random.Random`, or the module `random` itself."""

    def random(self) -> float:
        """A number from 0 up, below 1."""


Initialiser = Callable[[Generator, int, int], float]


def zeros(rng: Generator, nin: int, nout: int) -> float:
    """Every weight 0: all neurons of a layer then stay equal. To show that it does not learn."""
    return 0.0


def uniform(rng: Generator, nin: int, nout: int, limit: float = 1.0) -> float:
    """U(-limit, limit), as micrograd has it."""
    return limit * (2.0 * rng.random() - 1.0)


def normal(rng: Generator, nin: int, nout: int, std: float = 1.0) -> float:
    """N(0, std**2), by the ratio of uniforms of Kinderman & Monahan, 1977.

    `random.Random.normalvariate` does the same today, but Python promises to keep the numbers of
    `random()` only; and the logarithm, which C libraries round differently, only decides here
    whether a draw is taken.
    """
    while True:
        u, v = rng.random(), 1.0 - rng.random()
        z = 1.7155277699214135 * (u - 0.5) / v  # sqrt(8 / e)
        if z * z / 4.0 <= -log(v):
            return z * std


def xavier_uniform(rng: Generator, nin: int, nout: int) -> float:
    """U(-limit, limit) with limit = sqrt(6 / (nin + nout)), for tanh and sigmoid.

    Equation 16 of Glorot & Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", 2010.
    """
    return uniform(rng, nin, nout, sqrt(6 / (nin + nout)))


def xavier_normal(rng: Generator, nin: int, nout: int) -> float:
    """N(0, 2 / (nin + nout)): equation 12 of Glorot & Bengio 2010."""
    return normal(rng, nin, nout, sqrt(2 / (nin + nout)))


def he_uniform(rng: Generator, nin: int, nout: int) -> float:
    """U(-limit, limit) with limit = sqrt(6 / nin), the variance of `he_normal`."""
    return uniform(rng, nin, nout, sqrt(6 / nin))


def he_normal(rng: Generator, nin: int, nout: int) -> float:
    """N(0, 2 / nin), for relu, which passes half of its inputs on.

    Equation 10 of He et al., "Delving deep into rectifiers", 2015.
    """
    return normal(rng, nin, nout, sqrt(2 / nin))


def lecun_uniform(rng: Generator, nin: int, nout: int) -> float:
    """U(-limit, limit) with limit = sqrt(3 / nin), the variance of `lecun_normal`."""
    return uniform(rng, nin, nout, sqrt(3 / nin))


def lecun_normal(rng: Generator, nin: int, nout: int) -> float:
    """N(0, 1 / nin), for tanh and selu.

    Equation 16 of LeCun et al., "Efficient BackProp", 1998.
    """
    return normal(rng, nin, nout, sqrt(1 / nin))


_SCALED = (xavier_uniform, xavier_normal, he_uniform, he_normal, lecun_uniform, lecun_normal)
INITIALISERS: dict[str, Initialiser] = {f.__name__: f for f in (zeros, uniform, normal, *_SCALED)}
# The other names of the same, and the usual distribution of each where none is named.
INITIALISERS |= {"glorot_uniform": xavier_uniform, "glorot_normal": xavier_normal}
INITIALISERS |= {"kaiming_uniform": he_uniform, "kaiming_normal": he_normal}
INITIALISERS |= {"xavier": xavier_uniform, "glorot": xavier_uniform}
INITIALISERS |= {"he": he_normal, "kaiming": he_normal, "lecun": lecun_normal}


def initialiser(init: str | Initialiser) -> Initialiser:
    """The initialiser of that name, ValueError if there is none; or a function itself."""
    return init if callable(init) else entry(INITIALISERS, "init", init)


def generator(seed: int | Generator | None) -> Generator:
    """Where the weights are drawn from.

    An int: the same weights on every machine. None: Python's own generator, so that
    `random.seed(...)` counts, as it does for micrograd. A `random.Random`: that one.

    Raises TypeError for anything else.
    """
    if seed is None:
        return random
    if isinstance(seed, int | Integral) and not isinstance(seed, bool):  # NumPy's ints, too
        return random.Random(int(seed))
    if hasattr(seed, "random"):
        return seed
    raise TypeError(f"seed must be an int, a random.Random or None, got {seed!r}")
