"""The nodes of a layer are those that dot and the activation make, in every slot and every bit."""

import math
from fractions import Fraction as F
from operator import mul

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import RangeError, Value, functions, ieee
from autograd_mini.nn.fused import Row, layer
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import SHEET

SLOTS = [*(name for name in Value.__slots__ if name != "made"), "op", "label"]


def weighted_sums(rows, x):
    return layer()([Row(row) for row in rows], x)


def all_floats(x):
    return x is None or {*map(type, x if isinstance(x, tuple) else (x,))} == {float}


def same(ours, theirs):
    for name in SLOTS:
        a, b = getattr(ours, name), getattr(theirs, name)
        assert a == b, name
        assert name not in ("data", "dfirst", "dsecond") or all_floats(a)
    assert ours.args == theirs.args
    assert ours.parents == theirs.parents


NUMBERS = st.floats(-1e100, 1e100)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5), NUMBERS, st.booleans())
def test_same_as_dot(pairs, bias, as_values):
    row = (*(Value(w) for w, _ in pairs), Value(bias))
    x = tuple(Value(v) if as_values else v for _, v in pairs)
    ours, again = weighted_sums([row, row], x)
    theirs = functions.dot(row, (*x, 1))
    same(ours, theirs)
    same(again, theirs)
    assert ours.dfirst is again.dfirst
    ours.backward()
    assert [p.grad for p in row] == [*(v for _, v in pairs), 1.0]


with mp.workdps(50):
    THIRD = mp.mpf(1) / 3
OTHERS = [  # weights, the bias behind them; inputs
    *(([*map(kind, (2, 3, 5))], [*map(kind, (7, 11))]) for kind in (F, mp.mpf, complex)),
    *(([2.0, 3.0, 5.0], [Value(7.0), x]) for x in (11.0, 11, F(11))),
    ([F(1, 3), F(1, 7)], [F(2)]), ([F(1, 3), 0.5], [F(2)]), ([F(1, 3), 0.5], [2.0]),
    ([THIRD, 0.0], [3.0]), ([THIRD, 0.0], [1.0]),
]  # fmt: skip


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("weights", "inputs"), OTHERS)
def test_numbers_of_other_kinds_and_mixtures_are_those_of_dot(weights, inputs, plain):
    row = tuple(map(Value, weights))
    x = tuple(v if plain or isinstance(v, Value) else Value(v) for v in inputs)
    with mp.workdps(50):
        (ours,), theirs = weighted_sums([row], x), functions.dot(row, (*x, 1))
        numbers = [*map(data_of, inputs), 1]
        exact = sum(map(mul, weights, numbers))
        assert type(ours.data) is type(theirs.data) is type(exact)
        assert abs(ours.data - exact) <= 2e-16 * isinstance(exact, float)
        assert (ours.args, ours.parents) == (theirs.args, theirs.parents)
        both = zip(ours.partials, theirs.partials, strict=True)
        assert all(abs(a - b) < 1e-16 for a, b in both)
        ours.backward()
    assert [p.grad for p in row] == numbers


def test_another_thread_in_the_midst_of_new_weights_has_their_partials():
    class Watched(Row):
        def __setattr__(self, name, content):
            super().__setattr__(name, content)
            if name in ("numbers", "weights") and content and not seen:
                seen.append(0)
                seen[:] = layer()([self], (x,))  # as a thread that has its turn here

    w, x, seen = Value(2.0), Value(3.0), [0]
    row = Watched((w, Value(1.0)))
    layer()([row], (x,))
    seen, w.data = [], 5.0
    layer()([row], (x,))
    assert [z.dsecond for z in seen] == [(5.0,)]


def test_overflow_is_dots_error():
    row = (Value(1e200), Value(0.0))
    for x in (1e200, Value(1e200)):
        with pytest.raises(RangeError, match=r"dot.*1e\+200.*too large"):
            weighted_sums([row], (x,))
    with ieee():
        assert weighted_sums([row], (1e200,))[0].data == math.inf
        assert math.isnan(weighted_sums([row], (math.nan,))[0].data)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gelu", "elu", "leaky_relu", "mish"])
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.booleans())
def test_activations_are_the_operations(name, numbers, as_values):
    *x, w, b = numbers
    x = tuple(map(Value, x)) if as_values else tuple(x)
    row = (Value(w), Value(-w), Value(b))
    (ours,) = layer(name)([Row(row)], x)
    theirs = getattr(functions, name)(functions.dot(row, (*x, 1)))
    for name_of_slot in ("data", "dfirst", "op", "label", "grad", "second", "dsecond"):
        assert getattr(ours, name_of_slot) == getattr(theirs, name_of_slot)
    assert ours.args[1:] == theirs.args[1:]
    same(ours.parents[0], theirs.parents[0])


@pytest.mark.parametrize("word", ["x", "values", "add", "fsum", "of_values", "spare", "v"])
def test_an_own_activation_may_have_any_names(own, word):
    argument = own(
        f"own_one({word}, scale=2)", f"{word} * {word} * scale", f"2 * {word} * scale", "0"
    )
    shared = own("own_two(a)", f"{word} * a * 2", f"4 * {word}", given={word: "a * 1"})
    for op in (argument, shared):
        rows = [Row((Value(w), Value(-w), Value(0.25))) for w in (0.5, 0.75)]
        x = (Value(2.0), Value(3.0))
        found = layer.__wrapped__(op.name)(rows, x)
        assert [z.data for z in found] == [0.125, 0.5]
        sum(found).backward()
        assert [v.grad for v in x] == [-2.0, 2.0]
        assert [p.grad for p in rows[0].values] == [-2.0, -3.0, -1.0]


def test_the_names_of_all_activations_are_the_fast_ones():
    for op in SHEET.values():
        if not op.vectors and len(op.params) - len(op.defaults) <= 1:
            assert layer(op.name).__name__ == "layer", op.name


def test_weights_that_change_are_recorded_anew():
    row, x = Row((Value(2.0), Value(1.0))), Value(5.0)
    (before,) = layer()([row], (x,))
    (again,) = layer()([row], (x,))
    row.values[0].data = 3.0
    (after,) = layer()([row], (x,))
    assert (before.partials, after.partials) == ((5.0, 1.0, 2.0), (5.0, 1.0, 3.0))
    assert before.dsecond is again.dsecond
    after.backward()
    before.backward()
    assert x.grad == 5.0
