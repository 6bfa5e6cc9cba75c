"""Every operation of the sheet against mpmath: values, derivatives, second derivatives, kinks.

Each test runs over the sheet, so that an operation that is added to it joins by itself.
"""

from __future__ import annotations

import itertools
import math
import random
import re
import sys
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import mpmath as mp
import pytest

from autograd_mini import Value, compile, explain, functions, grad, ieee, op, topological
from autograd_mini.errors import AutogradError, DomainError, FormulaError, PoleError, RangeError
from autograd_mini.numbers.special import lgamma, others, polygamma, prod
from autograd_mini.ops import INSIDE_UNIT, NONZERO, POSITIVE, SHEET, Domain
from autograd_mini.rules.evaluation import each
from tests.points import as_values, places, points
from tests.reference import (
    CLOSED,
    LARGEST,
    MEANING,
    error_in_ulp,
    formula,
    scale_of,
    slopes,
    true_partial,
    true_second,
    true_value,
    ulp,
)
from tests.stubs import STUB, stub

ULPS = 4  # what every line promises that does not say otherwise
EPSILON = sys.float_info.epsilon


class Worst(NamedTuple):
    """The largest error, in ulp: against the sheet's bound, and against the true result alone."""

    bounded: float = 0.0
    where: str = ""
    alone: float = 0.0


def too_large(name, args, truth):
    """Whether the true result leaves the floats (of a mean: the sum)."""
    if name == "mean":
        truth = mp.fsum(args[0])
    return abs(truth) > LARGEST - 4 * ulp(LARGEST)


@cache
def measured(name):
    """The worst errors of an operation: "value" and each argument. Refusals must be right too."""
    sheet_op, worst = SHEET[name], {}

    def note(key, got, truth, args, i):
        alone = error_in_ulp(got, truth)
        bounded = error_in_ulp(got, truth, scale_of(sheet_op, key, args, i)) if alone > 1 else alone
        old = worst.get(key, Worst())
        where = f"{name}{args}, {key}: got {got!r}, true {mp.nstr(truth, 20)}"
        if bounded > old.bounded or bounded != bounded:
            old = Worst(bounded, where, old.alone)
        worst[key] = old._replace(alone=max(alone, old.alone))

    for args in points(sheet_op):
        truth = true_value(sheet_op, args)
        try:
            node = functions.function(sheet_op)(*as_values(args))
        except RangeError:
            assert truth is not None, f"{name}{args} has no real value, but is called too large"
            assert too_large(name, args, truth), f"{name}{args} = {truth}"
            continue
        except AutogradError:
            assert truth is None, f"{name}{args} = {truth}, but was refused"
            continue
        assert truth is not None, f"{name}{args} has no real value, but gave {node.data}"
        note("value", node.data, truth, args, None)
        for (k, i), partial in zip(places(args), node.partials, strict=True):
            truth = true_partial(sheet_op, args, k, i)
            if truth is not None:  # None: the derivative has no value there
                note(sheet_op.params[k], partial, truth, args, i)
    return worst


@pytest.mark.parametrize("name", SHEET)
def test_values_and_partials_are_within_their_bounds(name):
    for key, worst in measured(name).items():
        assert worst.bounded <= SHEET[name].ulps.get(key, ULPS), worst.where


@pytest.mark.parametrize("name", SHEET)
def test_every_key_was_measured(name):
    assert measured(name).keys() == {"value", *SHEET[name].params}


@pytest.mark.parametrize("name", [o.name for o in SHEET.values() if o.scale or o.ulps])
def test_no_bound_is_wider_than_needed(name):
    """Without its scale, or with 4 ulp for its ulps, the sweep would fail; half the ulps too."""
    sheet_op = SHEET[name]
    for key in sheet_op.scale:
        assert measured(name)[key].alone > sheet_op.ulps.get(key, ULPS), key
    for key, bound in sheet_op.ulps.items():
        assert measured(name)[key].bounded > max(ULPS, bound / 2), key


def test_the_types_for_editors_are_the_sheet_s():
    assert STUB.read_text(encoding="utf-8") == stub()


def test_the_table_of_meanings_is_the_sheet_s():
    assert set(SHEET) == set(MEANING)


@pytest.mark.parametrize("name", sorted({name for name, _ in CLOSED} - {"polygamma", "detach"}))
def test_closed_derivatives_are_the_derivatives_of_the_meanings(name, monkeypatch):
    numbers = (1.75, 1.25)[: len(SHEET[name].params)]
    args = ((0.5, 1.25, -2.0),) if SHEET[name].vectors else numbers
    closed = [true_partial(SHEET[name], args, k, i) for k, i in places(args)]
    for key in [key for key in CLOSED if key[0] == name]:
        monkeypatch.delitem(CLOSED, key)
    for slope, (k, i) in zip(closed, places(args), strict=True):
        assert abs(slope - true_partial(SHEET[name], args, k, i)) < abs(slope) * mp.mpf("1e-25")


# --- second derivatives ---------------------------------------------------------------------------
ORDINARY = (0.3, 0.9, 1.7, -0.4, -2.3, 5.1, 0.05, -0.8, 12.0, 30.0, -30.0)


def ordinary_points(sheet_op, count):
    draw = random.Random(7)
    choices = {"n": (0.0, 1.0, 2.0), "c": (0.0, 1.0), "slope": (0.1,)}
    choices |= {"low": (-1.0, -2.0), "high": (1.0, 4.0)}

    def one(param):
        if param in sheet_op.vectors:
            return tuple(draw.choice(ORDINARY) + draw.uniform(0, 0.01) for _ in range(3))
        return draw.choice(choices.get(param, ORDINARY))

    if len(sheet_op.params) == 1 and not sheet_op.vectors:
        return [(x,) for x in ORDINARY]
    return [tuple(map(one, sheet_op.params)) for _ in range(count)]


def second_row(node, leaves, k):
    """d2(node)/d(leaf k)d(leaf j) for all j, and for each the sum of the sizes of its paths.

    The gradient is a sum over paths, each a product of partials: rounding leaves an error of some
    ulp in each, so the sum of their sizes is what a bound must be measured against.
    """
    for leaf in leaves:
        leaf.grad = 0.0
    node.backward(create_graph=True)
    first = leaves[k].grad
    if not isinstance(first, Value):
        return [0.0] * len(leaves), [0.0] * len(leaves)
    for leaf in leaves:
        leaf.grad = 0.0
    sizes = dict.fromkeys(topological(first), 0.0)
    sizes[first] = 1.0
    first.backward()
    for inner in reversed(topological(first)):
        for parent, partial in inner.edges():
            sizes[parent] += sizes[inner] * abs(partial)
    return [leaf.grad for leaf in leaves], [sizes.get(leaf, 0.0) for leaf in leaves]


@pytest.mark.parametrize("name", SHEET)
def test_second_derivatives(name):
    """Within 32 ulp of the sum of the sizes of the paths; most of them are accurate outright."""
    sheet_op, informative = SHEET[name], []
    for args in ordinary_points(sheet_op, 8):
        inputs = as_values(args)
        leaves = [v for x in inputs for v in (x if isinstance(x, tuple) else [x])]
        if true_value(sheet_op, args) is None:
            continue
        node = functions.function(sheet_op)(*inputs)
        for k, one in enumerate(places(args)):
            if sheet_op.params[one[0]] == "n" or true_partial(sheet_op, args, *one) is None:
                continue  # an order is an integer; or there is no first derivative
            got, sizes = second_row(node, leaves, k)
            for two, number, size in zip(places(args), got, sizes, strict=True):
                order = sheet_op.params[two[0]] == "n"
                truth = None if order else true_second(sheet_op, args, one, two)
                if truth is None:
                    continue
                error = abs(mp.mpf(number) - truth)
                steep = 1 + args[0] ** 2 if name in ("erf", "erfc") else 1  # exp(-(a * a)) on nodes
                bound = 32 * EPSILON * steep * max(size, abs(truth)) + 1e-300
                assert error <= bound, (args, one, two, number)
                if truth:
                    informative.append(error < mp.mpf("1e-12") * abs(truth))
    assert not informative or sum(informative) >= 0.6 * len(informative)


# --- kinks and conventions ------------------------------------------------------------------------
def grid(sheet_op):
    """Arguments where kinks may lie: small numbers with ties and zeros."""
    if sheet_op.vectors:
        vectors = [(0.0,), (0.0, 0.0), (2.0, 2.0, 1.0), (2.0, -1.0, -1.0), (3.0, 1.5), (2.0, 2.0)]
        return [(v,) * len(sheet_op.params) for v in vectors]
    choices = {"c": (0.0, 1.0), "low": (-1.0,), "high": (1.0,), "slope": (0.1,), "alpha": (1.25,)}
    numbers = (-2.0, -1.0, -0.75, 0.0, 0.5, 1.0, 2.5)
    return list(itertools.product(*(choices.get(p, numbers) for p in sheet_op.params)))


@pytest.mark.parametrize("name", [o.name for o in SHEET.values() if o.kinks and o.name != "detach"])
def test_kinks_are_where_the_sheet_says_and_nowhere_else(name):
    sheet_op, seen = SHEET[name], set()
    for args in grid(sheet_op):
        if true_value(sheet_op, args) is None:
            continue
        claimed = any(formula(sheet_op, text, args) == 0 for text in sheet_op.kinks)
        sides = [slopes(sheet_op, args, k, i) for k, i in places(args)]
        true = any(abs(left - right) > 1e-9 or abs(left) > 1e50 for left, right in sides)
        assert claimed == true, (args, sides)
        seen.add(claimed)
        partials = functions.function(sheet_op)(*as_values(args)).partials
        for partial, (left, right) in zip(partials, sides, strict=True):
            low = min(left, right, 0)  # a jump, as of floor, has derivative 0 by convention
            assert low - 1e-12 <= partial <= max(left, right) + 1e-12, (args, partial, left, right)
    assert seen == {True, False}


@pytest.mark.parametrize("name", [o.name for o in SHEET.values() if not o.kinks])
def test_what_has_no_kinks_in_the_sheet_has_none(name):
    sheet_op = SHEET[name]
    for args in grid(sheet_op):
        if true_value(sheet_op, args) is None:
            continue
        for k, i in places(args):  # but for arguments that are no real numbers
            real = sheet_op.params[k] not in ("n", "c")
            if real and true_partial(sheet_op, args, k, i) is not None:
                left, right = slopes(sheet_op, args, k, i)
                assert abs(left - right) < 1e-9 * max(1, abs(left)), (args, k, i)


@pytest.mark.parametrize("name", SHEET)
def test_plain_numbers_and_values_give_the_same(name):
    sheet_op = SHEET[name]
    for args in ordinary_points(sheet_op, 8):
        if true_value(sheet_op, args) is None:
            continue
        plain = functions.function(sheet_op)(*args)
        assert plain.__class__ is float
        assert plain == functions.function(sheet_op)(*as_values(args)).data


@pytest.mark.parametrize("name", [o.name for o in SHEET.values() if o.domains])
def test_domains_are_those_of_the_meaning(name):
    sheet_op = SHEET[name]
    for args in points(sheet_op, 20):
        inside = all(args[sheet_op.params.index(p)] in d for p, d in sheet_op.domains.items())
        assert inside == (true_value(sheet_op, args) is not None) or args == (-0.0,)


# --- an operation that is added -------------------------------------------------------------------
@pytest.fixture
def swoosh():
    added = op("swoosh(a, b)", "a * s", "s", "a * cos(b)", given={"s": "sin(b)"})
    yield added
    del SHEET["swoosh"]
    measured.cache_clear()


def test_an_added_operation_works_everywhere(swoosh):
    x, beta = Value(0.75), Value(2.0)
    y = swoosh(x, beta)
    y.backward()
    assert (y.data, x.grad, beta.grad) == (0.75 * math.sin(2), math.sin(2), 0.75 * math.cos(2))
    assert repr(y.op) == "<op swoosh(a, b) = a * s>"
    assert all(worst.bounded < ULPS for worst in measured("swoosh").values())
    test_second_derivatives("swoosh")
    assert grad(grad(lambda b: swoosh(3.0, b)))(0.5) == -3.0 * math.sin(0.5)
    assert "d/db = a * cos(b)" in functions.docstring(swoosh)


@pytest.mark.parametrize("domain", [POSITIVE, INSIDE_UNIT, NONZERO, Domain("{} < 9", high=8.9)])
def test_a_number_outside_of_a_domain_is_refused_whatever_the_formula_gives_there(own, domain):
    outside = [x for x in (-2.0, -1.0, 0.0, 1.0, 9.0) if x not in domain]
    added = own("halves(a, b)", "a * b / 2", "b / 2", "a / 2", b=domain)
    for x in outside:
        for wrong in (x, Value(x), Fraction(x)):
            with pytest.raises(DomainError, match=re.escape(domain.text.format("b"))):
                added(Value(3.0), wrong)
        with ieee():
            assert math.isnan(added(Value(3.0), Value(x)).data)
        assert math.isnan(compile(lambda b: added(3.0, b))(x))
    if domain is NONZERO:  # complex numbers have log(-1)
        assert added(3.0, 2j) == 3j
        with pytest.raises(PoleError):
            added(3.0, 0j)
    assert grad(lambda b: added(3.0, b) * b)(0.5) == 1.5
    assert "−1" not in str(explain(added(Value(3.0), 0.5)))


def test_of_many_arguments_with_domains_few_points_are_looked_at(own):
    asked = []
    positive = Domain("{} > 0", 0.0, holds=lambda x: asked.append(x) or x > 0)
    names = "abcdefgh"
    logs = " + ".join(f"log({x})" for x in names[:-1])
    each = [*[f"1 / {x}" for x in names[:-1]], "1"]
    added = own(f"logs({', '.join(names)})", f"{logs} + h", *each, **dict.fromkeys(names, positive))
    assert len(asked) < 100_000
    assert added(*[1.0] * 8) == 1.0
    with pytest.raises(DomainError, match="h > 0"):
        added(*[1.0] * 7, -1.0)


def test_the_sweeps_see_a_partial_that_is_wrong_by_8_ulp_and_a_second_derivative(own):
    own("almost_sin(a)", "sin(a)", f"cos(a) * {1 + 8 * EPSILON!r}")
    assert measured("almost_sin")["value"].bounded < ULPS < measured("almost_sin")["a"].bounded
    own("wrong_cube(a)", "a * a * a", "3 * a")
    with pytest.raises(AssertionError):
        test_second_derivatives("wrong_cube")


@pytest.mark.parametrize("number", [float, Fraction])
@pytest.mark.parametrize(
    ("formulas", "given", "at", "gradient"),
    [
        (("joule(R, 値)", "R * 値 * 値", "値 * 値", "2 * R * 値"), {}, (2, 3), (9, 12)),
        (("halved(Fraction, mpf)", "0.5 * Fraction * mpf", "0.5 * mpf", "0.5 * Fraction"), {},
         (4, 6), (3, 2)),
        (("cubed(a)", "A * a", "3 * A"), {"A": "a * a"}, (2,), (12,)),
        (("many(k, b[])", "k * sum(b)", "sum(b)", "k"), {}, (2, (3, 5)), (8, (2, 2))),
        (("work(a[], b[], k)", "dot(a, b) * k", "k * b_i", "k * a_i", "dot(a, b)"), {},
         ((2, 3), (5, 7), 4), ((20, 28), (8, 12), 31)),
        (("three(a[], b[], c[])", "dot(a, b) + sum(c)", "b_i", "a_i", "1"), {},
         ((2,), (3,), (4,)), ((3,), (2,), (1,))),
    ],
)  # fmt: skip
def test_arguments_in_capitals_and_numbers_beside_vectors(
    own, formulas, given, at, gradient, number
):
    added = own(*formulas, given=given)
    assert grad(added, (*range(len(at)),))(*each(number, at)) == gradient


def test_an_operation_is_added_once(own):
    first = own("thrice(a)", "3 * a", "3")
    assert own("thrice(a)", "3 * a", "3") is first
    with pytest.raises(FormulaError, match="'thrice' is on the sheet already"):
        own("thrice(a)", "3 * a", "4")


# --- special functions ----------------------------------------------------------------------------
def test_polygamma_of_high_orders():
    """The rounding of x + 1, x + 2, ... matters here: without its correction up to 10 ulp."""
    with mp.workdps(40):
        for order, x in ((12, 15.02258282130779), (60, 31.797683864782638), (100, 2.5), (30, -3.3),
                         (99, 6950.1), (100, 1e4)):  # x ** -order underflows  # fmt: skip
            assert error_in_ulp(polygamma(order, x), mp.psi(order, x)) < 2, (order, x)


def test_gamma_functions_between_the_points():
    """A thousand points for each stretch where special.py takes another way."""
    draw = random.Random(3)
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 1.35), (1.35, 2.5), (2.5, 8), (8, 200)):
        for _ in range(300):
            x = draw.uniform(low, high)
            with mp.workdps(40):
                assert error_in_ulp(lgamma(x), mp.loggamma(x)) < 5, x
                assert error_in_ulp(polygamma(0, x), mp.psi(0, x)) < ULPS, x
                assert error_in_ulp(polygamma(3, x), mp.psi(3, x)) < ULPS, x


def test_products_are_exact_to_the_last_bit_and_do_not_overflow_on_the_way():
    draw = random.Random(4)
    for size in (1, 2, 3, 50, 1000):
        numbers = [draw.uniform(0.5, 2.0) * 10.0 ** draw.randint(-9, 9) for _ in range(size)]
        numbers += [1 / x for x in numbers]
        with mp.workdps(60):
            whole = mp.fprod(map(mp.mpf, numbers))
            assert error_in_ulp(prod(numbers), whole) <= 0.51
            for x, other in zip(numbers, others(numbers), strict=True):
                assert error_in_ulp(other, whole / x) <= 0.51
    assert prod([2.0**1000] * 3 + [2.0**-1000] * 3) == 1.0
    assert (others([]), prod([])) == ((), 1.0)
