"""The GPT against the same transformer written with arrays, and what a transformer promises."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from autograd_mini.nn import GPT
from tests.refusals import refusing

SIZES = {"width": 6, "heads": 3, "layers": 2, "context": 5}
TOKENS = [4, 0, 2, 2, 1]


@pytest.fixture
def model():
    model, rng = GPT(5, **SIZES), Random(1)
    for p in model.parameters():
        p.data = rng.gauss(0, 0.5)
    return model


def by_arrays(model, tokens):
    """The scores, one matrix product for all places at once."""
    w = {k: np.array([[p.data for p in row] for row in rows]) for k, rows in model.named.items()}

    def normed(x):
        return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-5)

    n, size = len(tokens), SIZES["width"] // SIZES["heads"]
    x = normed(w["letters"][tokens] + w["places"][:n])
    for k in range(1, SIZES["layers"] + 1):
        q, key, value = (normed(x) @ w[f"layer{k}.{name}"].T for name in ("query", "key", "value"))
        out = np.empty_like(x)
        for h in range(0, SIZES["width"], size):
            part = np.s_[:, h : h + size]
            scores = np.exp(q[part] @ key[part].T / np.sqrt(size)) * np.tri(n)
            out[part] = scores / scores.sum(axis=1, keepdims=True) @ value[part]
        x = x + out @ w[f"layer{k}.mixed"].T
        x = x + np.maximum(normed(x) @ w[f"layer{k}.up"].T, 0) @ w[f"layer{k}.down"].T
    return x @ w["scores"].T


def test_the_scores_are_those_of_arrays(model):
    scores = np.array([[s.data for s in row] for row in model(TOKENS)])
    assert scores == pytest.approx(by_arrays(model, TOKENS), abs=1e-13)


def test_it_has_the_parameters_of_microgpt_and_each_its_name():
    model = GPT(27)
    names = model.named_parameters()
    assert len(names) == 4192 == len(model.parameters())
    assert {"letters.neuron27.w[15]", "layer1.down.neuron16.w[63]"} <= names.keys()
    assert repr(model) == "GPT(tokens=27, width=16, heads=4, layers=1, context=16)"


def test_samples_follow_the_chances(model):
    for p in model.parameters():
        p.data = 0.0
    for (w, *_), score in zip(model.scores, (3.0, 2.0, 1.0, 0.0, -1.0), strict=True):
        w.data = score
    model.letters[4][0].data = 1e6  # so that the normed vector is sqrt(6), 0, ...
    first = Counter(tuple(model.sample(4, Random(k), 6**0.5))[:1] for k in range(120))
    weights = np.exp([3.0, 2.0, 1.0, 0.0, -1.0])
    chances = weights / weights.sum()
    counts = [first[k,] for k in range(4)] + [first[()]]
    assert counts == pytest.approx(120 * chances, abs=20)
    model.letters[0][1].data, model.scores[4][1].data = 1e6, 1.0  # after 0 comes the end
    assert model.sample(4, Random(0), 1e-3) == [0]


test_what_it_refuses = refusing(
    {
        ValueError: [
            (lambda: GPT(5, width=6, heads=4), "width must be a multiple of heads, got 6 and 4"),
            (lambda: GPT(0), "tokens"),
            (lambda: GPT(2).sample(0, Random(0), 0), "temperature must be above 0, got 0"),
            (lambda: GPT(2, width=2, heads=1, context=2)([0, 1, 0]), "takes 2 tokens, not more"),
            (lambda: GPT(2, width=2, heads=1)([2]), "index from 0 to 1, got 2"),
        ],
        TypeError: [(lambda: GPT("5"), "tokens")],
    }
)
