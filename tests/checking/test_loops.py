"""The broken training loops: what the museum says that one sees is seen, and only there."""

from itertools import pairwise

import pytest

from autograd_mini.data import moons
from autograd_mini.language import text
from autograd_mini.losses import mse
from autograd_mini.museum import LOOPS, entry, loops
from autograd_mini.nn import MLP
from tests.cli.tongues import ENGLISH, words

SEEDS = range(2)


def rises(losses):
    return sum(later > sooner for sooner, later in pairwise(losses))


def about_one(losses):
    return max(abs(x - 1) for x in losses[20:])


# Of each loop its symptom, from its run and the right one's; where another loop shows it too.
SYMPTOMS = {
    "no_zero_grad": lambda wrong, right: (
        wrong.losses[:2] == right.losses[:2]  # the first update is right
        and wrong.losses[2] < right.losses[2]  # and the second goes further
        and rises(wrong.losses[10:]) > 20
    ),
    "update_first": lambda wrong, right: set(wrong.losses) == {right.losses[0]},
    "wrong_sign": lambda wrong, right: (
        rises(wrong.losses) == 99 and wrong.losses[20] > 10 * wrong.losses[0]
    ),
    "misplaced_rate": lambda wrong, right: about_one(wrong.losses) < 1e-6,
    "test_trained_on": lambda wrong, right: (
        wrong.test.loss < right.test.loss / 3  # the test looks much better
        and wrong.unseen.loss > right.unseen.loss / 2  # and what it stands for is not
        and wrong.unseen.loss > 2 * wrong.test.loss
        and rises(wrong.losses) == 0  # the curve shows nothing
    ),
    "labels_shuffled": lambda wrong, right: (
        1e-6 < about_one(wrong.losses) < 0.3
        and rises(wrong.losses) > 30
        and all(0.3 < found.accuracy < 0.7 for found in wrong[1:])
    ),
}


@pytest.fixture(scope="module")
def runs():
    return {(name, seed): loops.run(name, seed) for name in (None, *LOOPS) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LOOPS)
def test_a_symptom_is_that_of_one_loop(name, seed, runs):
    right = runs[None, seed]
    seen = [other for other in (None, *LOOPS) if SYMPTOMS[name](runs[other, seed], right)]
    assert seen == [name]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_loop_learns(seed, runs):
    right = runs[None, seed]
    assert rises(right.losses) == 0
    assert right.losses[-1] < 0.1
    assert right.train.accuracy > 0.95
    assert right.test.accuracy > 0.65
    assert right.test.loss > right.unseen.loss / 2


def trained(name):
    names, data = {"mse": mse}, moons(20)
    exec(loops.source(name), names)
    network = MLP(2, [3, 1], activation="tanh", seed=1)
    names["train"](network, data, data, rate=0.1, epochs=30)
    return network.parameters()


def test_what_is_seen_of_weights_and_gradients():
    assert max(abs(w.data) for w in trained("misplaced_rate")) < 0.1
    assert all(abs(w.grad) > 0 for w in trained("update_first"))


@pytest.mark.parametrize("name", LOOPS)
def test_an_entry_has_the_difference_the_curves_and_the_numbers(name):
    for lang in ("en", "es"):
        told = entry(name, lang)
        assert told.startswith(f"{name}\n")
        for part in ("mistake", "symptom", "apart"):
            assert text(f"museum.{name}.{part}", lang) in " ".join(told.split())
        changed = [line[4:] for line in told.splitlines() if line.startswith(("  + ", "  - "))]
        assert set(changed) <= {*loops.RIGHT.splitlines(), *loops.source(name).splitlines()}
        assert changed
        assert told.count("┤") in range(2, 9)
    assert not words(told.partition("def train")[0].replace("backward()", "")) & ENGLISH


def test_an_unknown_loop_is_told():
    with pytest.raises(KeyError, match="no loop 'fast' in the museum; it has no_zero_grad, "):
        loops.run("fast")
