"""A GPT of scalars written for another class of Values runs on ours by changing that name."""

import runpy
from pathlib import Path

import pytest

from autograd_mini import Value

PROGRAM = str(Path(__file__).with_name("gpt_program.py"))


@pytest.fixture(scope="module")
def trained():
    """The losses of some steps and the last graph, with the program's own class and with ours."""
    return [runpy.run_path(PROGRAM, given)["train"](20) for given in ({}, {"Value": Value})]


def test_the_losses_are_those_of_its_own_class(trained):
    (theirs, _), (ours, _) = trained
    assert theirs[0] == pytest.approx(2.8, abs=0.2)  # about log(17)
    assert max(abs(a - b) for a, b in zip(theirs, ours, strict=True)) < 1e-12


def test_children_and_local_gradients_can_be_read(trained):
    _, (_, loss) = trained
    assert loss._children == loss.parents != ()
    assert loss._local_grads == loss.partials != ()
    with pytest.raises(AttributeError):
        loss._children = ()
