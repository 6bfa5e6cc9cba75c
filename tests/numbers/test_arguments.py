"""The checks of arguments: what passes comes back, and what does not is told."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd_mini import Value
from autograd_mini.numbers.arguments import (
    entry,
    function,
    items,
    not_negative,
    one_of,
    positive,
    real,
    share,
    whole,
)


@pytest.mark.parametrize("x", [0.5, 2, Fraction(1, 3)])
def test_a_real_number_comes_back_as_it_is(x):
    assert real("x", x) is positive("x", x) is not_negative("x", x) is x


@pytest.mark.parametrize("x", [np.float16(0.25), np.float32(0.25), np.float64(0.25), np.int64(2)])
def test_a_number_of_numpy_becomes_pythons(x):
    assert type(positive("x", x)) is type(x.item())
    assert positive("x", x) == x


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: real("x", True), TypeError, "x must be a real number, got True"),
        (lambda: real("x", "1"), TypeError, "x must be a real number, got '1'"),
        (lambda: real("x", Value(1.0)), TypeError, "x must be a real number, got Value"),
        (lambda: real("x", Decimal(1)), TypeError, r"x must be a real number, got Decimal\('1'\)"),
        (lambda: real("x", 1j), TypeError, "x must be a real number, got 1j"),
        (lambda: real("x", math.inf), ValueError, "x must be finite, got inf"),
        (lambda: real("x", 10**9999), ValueError, "x must be finite, got an int too large for"),
        (lambda: real("x", Fraction(10**400)), ValueError, "got a number too large for a float"),
        (lambda: positive("x", 0), ValueError, "x must be above 0, got 0"),
        (lambda: positive("x", math.nan), ValueError, "x must be finite, got nan"),
        (lambda: not_negative("x", -1), ValueError, "x must be 0 or more, got -1"),
        (lambda: share("x", 1), ValueError, "x must be at least 0 and below 1, got 1"),
        (lambda: share("x", -0.1), ValueError, "x must be at least 0 and below 1, got -0.1"),
        (lambda: whole("n", 2.0), TypeError, "n must be an int, got 2.0"),
        (lambda: whole("n", False, 0), TypeError, "n must be an int, got False"),
        (lambda: whole("n", np.array([1, 2])), TypeError, "n must be an int, got array"),
        (lambda: whole("n", [*range(99)]), TypeError, r"n must be an int, got \[0, .{73}\.\.\.$"),
        (lambda: real("x", [*range(99)]), TypeError, r"x must be .*, got \[0, .{73}\.\.\.$"),
        (lambda: whole("n", 0), ValueError, "n must be at least 1, got 0"),
        (lambda: whole("n", 7, 8, 96), ValueError, "n must be from 8 to 96, got 7"),
        (lambda: whole("n", 9, 0, 8, IndexError), IndexError, "n must be from 0 to 8, got 9"),
        (lambda: one_of("lang", "fr", ("en", "es")), ValueError, "must be one of en, es, got 'fr'"),
        (lambda: entry({"a": 1}, "op", "b"), ValueError, "op 'b' is unknown; known are a"),
        (lambda: function("f", 3), TypeError, "f must be a function, got 3"),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text) as caught:
        call()
    assert caught.type is error


def test_what_passes():
    assert (share("x", 0), whole("n", 8, 8, 96), one_of("k", 2, (1, 2))) == (0, 8, 2)
    assert type(whole("n", np.int64(3))) is int
    assert entry({"a": 1}, "op", "a") == 1
    assert function("f", len) is len


def test_the_items_of_sequences_and_arrays_alone():
    assert items([1, 2]) == items((1, 2)) == items(np.array([1, 2])) == items(range(1, 3)) == [1, 2]
    for single in (3, 2.5, "ab", b"ab", {1: 2}, {1}, None, Value(1.0), np.array(1.0)):
        assert items(single) is None
