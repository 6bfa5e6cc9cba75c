"""Kinks and scales: formulas of a line of the sheet, evaluated for every kind of number."""

import math
from fractions import Fraction

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, steps
from autograd_mini.checking import check_grad, references
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import at_kink, distance_to_kink, scale
from autograd_mini.stepping import explain_step


@pytest.fixture
def kinked(own):
    """Operations of a user: kinks by an operation, by the elements of a vector, by a given name."""
    made = [
        own("bent(a)", "relu(relu(a) - 1)", "where(relu(a) > 1, 1, 0)", kinks=("relu(a) - 1",)),
        own("sizes(a[])", "sum(b)", "sign(a_i)", given={"b": "abs(a_i)"}, kinks=("a_i",)),
        own("far(a)", "abs(d)", "sign(d)", given={"d": "a - 3"}, kinks=("d",)),
    ]
    return {line.name: line for line in made}


NUMBERS = [float, Fraction, mp.mpf]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n.__name__)
def test_kinks_of_a_users_operation_in_every_kind_of_number(kinked, number):
    for name, at, beside in (("bent", 1, 2), ("far", 3, 4)):
        assert at_kink(kinked[name], (number(at),))
        assert not at_kink(kinked[name], (number(beside),))
    assert at_kink(kinked["sizes"], (tuple(map(number, (2, 0, -5))),))
    assert not at_kink(kinked["sizes"], (tuple(map(number, (2, 1, -5))),))


def test_kinks_without_mpmath(kinked, monkeypatch):
    monkeypatch.setattr(references, "mpmath", lambda: None)
    for name, args in {"bent": (1.0,), "far": (3.0,), "sizes": ((2.0, 0.0),)}.items():
        assert references.at_kink(kinked[name], args), name


def test_a_users_kink_is_explained_and_checked(kinked):
    bent = kinked["bent"]
    recorded = steps(bent, 1.0)
    said = " ".join(str(explain_step(recorded, k, lang="en")) for k in range(len(recorded)))
    assert "kink" in said
    assert check_grad(bent, (1.0,)).verdict == "kink"
    assert check_grad(bent, (1.5,)).verdict == "ok"


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_the_distance_is_that_of_the_nearest_kink(a, low, high):
    low, high = sorted((low, high))
    clamp = SHEET["clamp"]
    assert distance_to_kink(clamp, (a, low, high), a) == min(abs(a - low), abs(a - high))
    assert at_kink(clamp, (a, low, high)) == (a in (low, high))


def test_where_an_operation_has_no_kink_or_no_value():
    assert distance_to_kink(SHEET["exp"], (0.0,), 1.0) == math.inf
    assert not at_kink(SHEET["exp"], (0.0,))
    assert not at_kink(SHEET["max"], ((),))


def test_scales_by_hand():
    assert scale(SHEET["logsumexp"], "value", ((-2.0, -2.0),), -1.3) == 2 + math.log(2)
    assert scale(SHEET["norm"], "a", ((3.0, 4.0),), 5.0) == 6e-309 / 5
    assert scale(SHEET["exp"], "value", (1.0,), math.e) == 0
    assert scale(SHEET["div"], "b", (Fraction(1), Fraction(-2)), Fraction(-1, 2)) > 0


def test_a_scale_on_elements_gives_that_of_the_element(own):
    line = own("twice(a[])", "2 * sum(a)", "2", scale={"a": "abs(a_i)"})
    assert scale(line, "a", ((1.0, -7.0),), -12.0, i=1) == 7.0


def test_stale_nodes_with_kinks_keep_their_place():
    x = Value(0.0)
    y = x.relu()
    x.data = 2.0
    assert not at_kink(y.op, (x.data,))
