"""Initialisers: their distributions, and the same bits from a seed on every machine."""

import math
import random

import numpy as np
import pytest

from autograd_mini.nn import MLP, Neuron, initialisers
from tests.refusals import refusing
from tests.training.models import numbers

NIN, NOUT = 30, 20
SCALED = {"uniform": 1 / 3, "normal": 1}  # the variance of the weights
for name, variance in {"xavier": 2 / (NIN + NOUT), "he": 2 / NIN, "lecun": 1 / NIN}.items():
    SCALED |= {f"{name}_uniform": variance, f"{name}_normal": variance}


@pytest.mark.parametrize("name", SCALED)
def test_initialiser_variance(name):
    variance, is_uniform, n = SCALED[name], name.endswith("uniform"), 40_000
    rng = random.Random(11)
    draw = initialisers.INITIALISERS[name]
    weights = [draw(rng, NIN, NOUT) for _ in range(n)]
    mean = math.fsum(weights) / n
    square = math.fsum(w * w for w in weights) / n
    # Standard errors: sqrt(variance / n) of the mean; of the mean square, variance times
    # sqrt((kurtosis - 1) / n), with the kurtosis 9/5 of a uniform and 3 of a normal distribution.
    kurtosis = 1.8 if is_uniform else 3.0
    assert abs(mean) < 4 * math.sqrt(variance / n)
    assert abs(square / variance - 1) < 4 * math.sqrt((kurtosis - 1) / n)
    limit = math.sqrt(3 * variance)
    beyond = sum(abs(w) > limit for w in weights) / n
    if is_uniform:
        assert beyond == 0
        assert max(map(abs, weights)) > 0.999 * limit
    else:  # erfc(sqrt(3/2)) of a normal distribution lies beyond sqrt(3) standard deviations
        share = math.erfc(math.sqrt(1.5))
        assert abs(beyond - share) < 4 * math.sqrt(share * (1 - share) / n)


def test_normal_draws_as_python_does():
    a, b = random.Random(3), random.Random(3)
    ours = [initialisers.normal(a, 1, 1, 0.5) for _ in range(1000)]
    assert ours == [b.normalvariate(0.0, 0.5) for _ in range(1000)]


def test_names_of_the_same_initialiser():
    table = initialisers.INITIALISERS
    for names in (
        "xavier glorot xavier_uniform glorot_uniform", "xavier_normal glorot_normal",
        "he kaiming he_normal kaiming_normal", "he_uniform kaiming_uniform", "lecun lecun_normal",
    ):  # fmt: skip
        assert len({table[name] for name in names.split()}) == 1, names


# The first neuron's weights of MLP(2, [2, 1], init=..., seed=42), as hex so that every bit counts.
# uniform is 2 * u - 1 of the two first numbers of random.Random(42), 0.6394... and 0.0250...;
# xavier is that times sqrt(6 / 4); normal and he_normal are equal, as 2 / nin is 1.
GOLDEN = {
    "uniform": ["0x1.1d8bcc1c80314p-2", "-0x1.e66394a114dfap-1"],
    "xavier_uniform": ["0x1.5db89a132c273p-2", "-0x1.29d9e8cc0e13fp+0"],
    "normal": ["0x1.f66da833dc5a5p-3", "-0x1.fcc4cc31ff71ep-2"],
    "he_normal": ["0x1.f66da833dc5a5p-3", "-0x1.fcc4cc31ff71ep-2"],
}


@pytest.mark.parametrize("init", GOLDEN)
def test_a_seed_gives_the_same_weights_everywhere(init):
    model = MLP(2, [2, 1], init=init, seed=42)
    assert [w.data.hex() for w in model.layers[0].neurons[0].w] == GOLDEN[init]
    assert numbers(MLP(2, [2, 1], init=init, seed=43)) != numbers(model)
    assert numbers(MLP(2, [2, 1], init=init, seed=np.int64(42))) == numbers(model)


def test_biases_start_at_0_and_so_do_zeros():
    model = MLP(2, [3, 1], init="zeros")
    assert {p.data for p in model.parameters()} == {0.0}
    assert {n.b.data for la in MLP(2, [3, 1], init="he").layers for n in la.neurons} == {0.0}


def test_an_initialiser_of_ones_own_sees_the_sizes():
    seen = []

    def init(rng, nin, nout):
        seen.append((nin, nout))
        return float(len(seen))

    model = MLP(2, [3, 1], init=init)
    assert seen == [(2, 3)] * 6 + [(3, 1)] * 3
    assert [w.data for w in model.layers[1].neurons[0].w] == [7.0, 8.0, 9.0]


def test_random_seed_counts_without_a_seed_and_a_generator_goes_on():
    rng, drawn = random.Random(5), []
    for seed in (None, None, rng, rng):
        random.seed(5)
        drawn.append(numbers(MLP(2, [2], seed=seed)))
    assert drawn[0] == drawn[1] == drawn[2] != drawn[3]


def drawn(weight):
    return lambda: Neuron(1, init=lambda rng, nin, nout: weight)


WRONG_VALUES = [
    (lambda: MLP(2, [1], init=0.1), "init 0.1 is unknown; known are zeros, un"),
    (lambda: MLP(2, [1], init="hee"), "init 'hee' is unknown; known are zeros, un"),
    (drawn(math.nan), "the weight that init draws must be finite, got nan"),
]
WRONG_TYPES = [
    (drawn(None), "the weight that init draws must be a real number, got None"),
    (lambda: MLP(2, [1], seed="1"), "seed must be an int, a random.Random or None"),
    (lambda: MLP(2, [1], seed=True), "seed must be an int"),
]


test_bad_arguments = refusing({ValueError: WRONG_VALUES, TypeError: WRONG_TYPES})
