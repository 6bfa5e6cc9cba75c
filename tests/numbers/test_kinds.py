"""Kinds of number: exact fractions, mpmath, complex, and floats as IEEE 754 and torch have them."""

import cmath
import math
import random
import re
from contextlib import nullcontext
from fractions import Fraction
from importlib import import_module
from operator import methodcaller
from pkgutil import iter_modules

import mpmath as mp
import pytest

from autograd_mini import Value, functions, grad, hvp, ieee, numbers
from autograd_mini.errors import (
    AutogradError,
    DomainError,
    GradientError,
    NumberTypeError,
    PoleError,
    RangeError,
)
from autograd_mini.formulas.grammar import PRIMITIVES
from autograd_mini.functions import where
from autograd_mini.numbers import kind, kinds
from autograd_mini.numbers.numberlike import held

INF, NAN = math.inf, math.nan


def gradient(f, *numbers):
    """The value of f and its derivatives."""
    inputs = [Value(x) for x in numbers]
    out = f(*inputs)
    out.backward()
    return out.data, [x.grad for x in inputs]


# --- what becomes of a number -------------------------------------------------------------------
def test_int_and_bool_become_floats():
    made = [Value(x).data for x in (3, True, -0.0)]
    assert (made, {*map(type, made)}) == ([3.0, 1.0, 0.0], {float})
    assert math.copysign(1, Value(-0.0).data) == -1


def test_exact_kinds_hold_themselves():
    for x in (Fraction(1, 3), mp.mpf("0.1"), 1 + 2j, mp.mpc(1, 2)):
        assert Value(x).data is x


def test_a_constant_int_does_not_make_a_fraction_a_float():
    assert (Value(Fraction(1, 3)) * 3 + 1).data == Fraction(2)
    assert type((Value(Fraction(1, 3)) * 3).data) is Fraction
    assert type((Value(Fraction(1, 3)) * 3.0).data) is float


# --- fractions ----------------------------------------------------------------------------------
def test_a_rational_function_is_differentiated_exactly():
    """(x^3 - 2x) / (1 + x^2): derivative ((3x^2 - 2)(1 + x^2) - 2x(x^3 - 2x)) / (1 + x^2)^2."""
    x = Fraction(7, 13)
    _, (slope,) = gradient(lambda a: (a**3 - 2 * a) / (1 + a * a), x)
    assert slope == ((3 * x * x - 2) * (1 + x * x) - 2 * x * (x**3 - 2 * x)) / (1 + x * x) ** 2


def test_second_derivatives_of_fractions_are_exact():
    x = Fraction(2, 3)
    assert grad(grad(lambda a: 1 / a))(x) == 2 / x**3
    assert grad(grad(lambda a: a**-3))(x) == 12 / x**5
    assert grad(grad(lambda a: functions.prod([a, a + 1, a * 2])))(x) == 12 * x + 4


@pytest.mark.parametrize(
    ("f", "truth"),
    [
        (lambda a, b: functions.dot([a, b], [b, 3]), (Fraction(2, 5), Fraction(10, 3))),
        (lambda a, b: functions.mean([a, b, b]), (Fraction(1, 3), Fraction(2, 3))),
        (lambda a, b: functions.prod([a, b, b]), (Fraction(4, 25), Fraction(4, 15))),
        (functions.maximum, (0, 1)),
        (lambda a, b: functions.max([a, a, b, b, b]), (0, 1)),
        (lambda a, b: functions.max([3 * a, a * 3, 1]) + b - b, (Fraction(2), 0)),
        (lambda a, b: functions.clamp(a, 0, b), (1, 0)),
        (lambda a, b: abs(a - b), (-1, 1)),
        (lambda a, b: functions.leaky_relu(-a, Fraction(1, 7)) + b.relu(), (Fraction(-1, 7), 1)),
        (lambda a, b: (a - b).square() / b, (Fraction(-1, 3), Fraction(11, 36))),
    ],
)
def test_operations_on_fractions_are_exact(f, truth):
    out, found = gradient(f, Fraction(1, 3), Fraction(2, 5))
    assert type(out) is Fraction
    assert tuple(found) == truth
    assert not any(type(x) is float for x in found)


def test_transcendental_functions_make_fractions_floats():
    out, (slope,) = gradient(Value.exp, Fraction(1, 2))
    assert (out, slope) == (math.exp(0.5), math.exp(0.5))


# --- mpmath -------------------------------------------------------------------------------------
@pytest.mark.parametrize("digits", [50, 120])
def test_mpmath_keeps_its_precision(digits):
    """d/dx of exp(sin x) + x^y + log1p(x)."""
    with mp.workdps(digits):
        x, y = mp.mpf("0.3"), mp.mpf("1.7")
        _, (dx, dy) = gradient(lambda a, b: a.sin().exp() + a**b + a.log1p(), x, y)
        truth = mp.cos(x) * mp.exp(mp.sin(x)) + y * x ** (y - 1) + 1 / (1 + x)
        assert abs(dx - truth) < mp.eps * 9
        assert abs(dy - x**y * mp.log(x)) < mp.eps * 9


def test_mpmath_second_derivative_has_50_digits():
    with mp.workdps(50):
        x = mp.mpf("0.3")
        truth = -2 * mp.tanh(x) * (1 - mp.tanh(x) ** 2)
        assert abs(grad(grad(lambda a: a.tanh()))(x) - truth) < mp.mpf(10) ** -48


def test_mpmath_takes_in_other_numbers():
    with mp.workdps(40):
        assert (Value(mp.mpf(2)) + Value(0.5)).data == mp.mpf("2.5")
        assert (Value(mp.mpf(1)) / Value(Fraction(3))).data == mp.mpf(1) / 3
    x, v = [Fraction(2), mp.mpf(3)], [1, Fraction(1, 2)]
    assert hvp(lambda x: x[0] ** 3 * x[1] ** 2, x, v) == [144, 80]


def test_mpmath_is_never_silently_complex():
    with pytest.raises(DomainError, match=r"log\(a\) at a = -2.0: it needs a > 0"):
        Value(mp.mpf(-2)).log()
    with pytest.raises(DomainError, match="pow"):
        Value(mp.mpf(-2)) ** mp.mpf("0.5")
    assert Value(mp.mpc(-2)).log().data == mp.log(mp.mpc(-2))


# --- complex ------------------------------------------------------------------------------------
Z = 0.6 + 0.35j
HOLOMORPHIC = {
    "exp": cmath.exp, "exp2": lambda z: math.log(2) * 2**z, "expm1": cmath.exp,
    "log": lambda z: 1 / z, "log2": lambda z: 1 / (z * math.log(2)),
    "log10": lambda z: 1 / (z * math.log(10)), "log1p": lambda z: 1 / (1 + z),
    "sqrt": lambda z: 0.5 / cmath.sqrt(z), "rsqrt": lambda z: -0.5 / (z * cmath.sqrt(z)),
    "cbrt": lambda z: z ** (-2 / 3) / 3, "square": lambda z: 2 * z, "neg": lambda z: -1,
    "reciprocal": lambda z: -1 / z**2, "sin": cmath.cos, "cos": lambda z: -cmath.sin(z),
    "tan": lambda z: 1 / cmath.cos(z) ** 2, "asin": lambda z: 1 / cmath.sqrt(1 - z * z),
    "acos": lambda z: -1 / cmath.sqrt(1 - z * z), "atan": lambda z: 1 / (1 + z * z),
    "sinh": cmath.cosh, "cosh": cmath.sinh, "tanh": lambda z: 1 / cmath.cosh(z) ** 2,
    "asinh": lambda z: 1 / cmath.sqrt(1 + z * z), "atanh": lambda z: 1 / (1 - z * z),
    "acosh": lambda z: 1 / (cmath.sqrt(z - 1) * cmath.sqrt(z + 1)),
    "sigmoid": lambda z: cmath.exp(-z) / (1 + cmath.exp(-z)) ** 2,
    "silu": lambda z: (1 + cmath.exp(-z) * (1 + z)) / (1 + cmath.exp(-z)) ** 2,
}  # fmt: skip


@pytest.mark.parametrize("name", HOLOMORPHIC)
@pytest.mark.parametrize("z", [Z, -1.3 + 0.2j, 0.1 - 2.0j, -0.4 - 0.7j])
def test_complex_derivatives(name, z):
    _, (slope,) = gradient(functions.function(functions.SHEET[name]), z)
    assert cmath.isclose(slope, HOLOMORPHIC[name](z), rel_tol=1e-13)


@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_mpmath_agrees_on_complex_numbers(name):
    f, z = functions.function(functions.SHEET[name]), -1.3 + 0.2j
    (out, (slope,)), (precise, (exact,)) = gradient(f, z), gradient(f, mp.mpc(z))
    assert cmath.isclose(out, complex(precise), rel_tol=1e-14)
    assert cmath.isclose(slope, complex(exact), rel_tol=1e-14)


def test_a_complex_polynomial_and_a_second_derivative():
    z = 2 - 3j
    assert gradient(lambda a: a**3 - 2j * a * a + 1, z)[1] == [3 * z * z - 4j * z]
    assert grad(grad(lambda a: a.sin()))(Z) == -cmath.sin(Z)


REAL = "relu abs sign floor erf gamma softplus gelu mish lgamma maximum minimum atan2 logaddexp"
REFUSED = [*((name, Z, "complex") for name in REAL.split())]
REFUSED += [
    (name, mp.mpc(1, 1), "mpmath") for name in "abs floor lgamma softsign atan2 mod".split()
]


@pytest.mark.parametrize(("name", "z", "kind"), REFUSED)
def test_what_is_not_holomorphic_is_refused(name, z, kind):
    args = [Value(z)] * len(functions.SHEET[name].params)
    with pytest.raises(NumberTypeError, match=f"{name} is not defined for {kind} numbers"):
        functions.function(functions.SHEET[name])(*args)


def test_complex_numbers_have_no_order():
    with pytest.raises(TypeError, match="not supported between"):
        max(Value(Z), Value(1j))


def test_complex_poles():
    with pytest.raises(PoleError, match=r"div\(a, b\) at a = .*, b = 0j: division by zero"):
        1 / Value(0j)
    with pytest.raises(DomainError, match=r"log\(a\) at a = 0j"):
        Value(0j).log()
    with pytest.raises(PoleError, match=r"cbrt\(a\) has no derivative at \(0j\)"):
        functions.cbrt(Value(0j))
    with pytest.raises(PoleError, match=r"^sqrt\(a\) has no derivative at \(0\.0\)$"):
        functions.sqrt(Value(mp.mpf(0)))
    with pytest.raises(DomainError, match=r"^pow\(a, b\) at a = \(0.0 \+ 0.0j\), b"):
        Value(mp.mpc(0)) ** mp.mpc(-2, 1)
    with pytest.raises(GradientError, match=r"pow at \(\(nan \+ 0.0j\)\) has the partial"):
        (Value(mp.mpc("nan")) ** mp.mpc(-2, 1)).backward()


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_complex_squares_neither_overflow_nor_underflow(size):
    a, b = size * (3 + 4j), size * 2j
    root = mp.sqrt(mp.mpc(a) ** 2 + mp.mpc(b) ** 2)
    for found in (functions.hypot(a, b), functions.norm([a, b])):
        assert abs(found - root) <= 1e-15 * abs(root)


def test_numbers_of_any_kind_are_infinite_in_ieee_alone():
    big = Fraction(17 * 10**307)
    for call, error in (
        (lambda: Value(1e200 + 1e200j) * Value(1e200j), RangeError),
        (lambda: functions.sum([Value(1e308 + 1j), 1e308]), RangeError),
        (lambda: functions.hypot(Value(big), big), RangeError),
        (lambda: functions.log(mp.mpf(0)), DomainError),
    ):
        with pytest.raises(error):
            call()
        with ieee():
            assert mp.isinf(held(call()))
    with ieee():
        assert functions.gamma(-1e-309) == -INF


def test_kinds_that_do_not_mix():
    for f in (
        lambda: Value(1j) + Value(1.0), lambda: Value(1.0) * 1j,
        lambda: Value(Fraction(1, 2)) - Value(1j), lambda: functions.dot([Value(1.0)], [1j]),
    ):  # fmt: skip
        with pytest.raises(NumberTypeError, match="complex and real Values do not mix"):
            f()


def test_float_and_fraction_make_a_float():
    out, (a, b) = gradient(lambda x, y: x * y, 0.5, Fraction(1, 3))
    assert (out, a, b) == (0.5 / 3, 1 / 3, 0.5)
    assert type(out) is float


# --- ieee ---------------------------------------------------------------------------------------
# What torch 2.13.0 gives in float64, of methods without arguments: x, value, derivative.
METHODS = [
    ("relu", 0.0, 0.0, 0.0), ("relu", NAN, NAN, 1.0), ("leaky_relu", 0.0, 0.0, 0.01),
    ("abs", 0.0, 0.0, 0.0), ("abs", -0.0, 0.0, 0.0), ("sign", 0.0, 0.0, 0.0),
    ("sqrt", 0.0, 0.0, INF), ("sqrt", -0.0, -0.0, -INF), ("sqrt", -1.0, NAN, NAN),
    ("rsqrt", 0.0, INF, -INF), ("cbrt", 0.0, 0.0, INF),  # as jax
    ("log", 0.0, -INF, INF), ("log", -0.0, -INF, -INF), ("log", -1.0, NAN, -1.0),
    ("log1p", -1.0, -INF, INF), ("log2", 0.0, -INF, INF), ("asin", 1.0, math.pi / 2, INF),
    ("asin", 1.5, NAN, NAN), ("acos", 1.0, 0.0, -INF), ("acosh", 1.0, 0.0, INF),
    ("atanh", 1.0, INF, INF), ("exp", 1000.0, INF, INF), ("exp", -1000.0, 0.0, 0.0),
    ("exp", NAN, NAN, NAN), ("exp", INF, INF, INF), ("expm1", 1e-20, 1e-20, 1.0),
    ("sinh", 1000.0, INF, INF), ("sinh", -1000.0, -INF, INF), ("sin", INF, NAN, NAN),
    ("tanh", 1000.0, 1.0, 0.0), ("tanh", INF, 1.0, 0.0), ("sigmoid", -1000.0, 0.0, 0.0),
    ("sigmoid", 1000.0, 1.0, 0.0), ("logsigmoid", -1000.0, -1000.0, 1.0),
    ("softplus", 1000.0, 1000.0, 1.0), ("softplus", -1000.0, 0.0, 0.0),
    ("gelu", -1000.0, -0.0, 0.0), ("erf", 30.0, 1.0, 0.0), ("floor", 2.0, 2.0, 0.0),
    ("floor", 2.5, 2.0, 0.0), ("floor", INF, INF, 0.0),
]  # fmt: skip
# Of x**n with a constant n: x, n, value, derivative; and of x**y: x, y, value, derivatives.
POWERS = [
    (0.0, 0, 1.0, 0.0), (0.0, 0.5, 0.0, INF), (0.0, 1, 0.0, 1.0), (0.0, 2, 0.0, 0.0),
    (0.0, -1, INF, -INF), (-2.0, 0.5, NAN, NAN), (-2.0, 3, -8.0, 12.0), (-2.0, 0, 1.0, 0.0),
    (NAN, 0, 1.0, 0.0),
]  # fmt: skip
TWO_POWERS = [
    (0.0, 0.0, 1.0, [0.0, 0.0]), (0.0, 2.0, 0.0, [0.0, 0.0]), (0.0, 1.0, 0.0, [1.0, 0.0]),
    (0.0, 0.5, 0.0, [INF, 0.0]), (-2.0, 2.0, 4.0, [-4.0, NAN]), (-2.0, 0.5, NAN, [NAN, NAN]),
    (1.0, INF, 1.0, [INF, 0.0]), (1.0, NAN, 1.0, [NAN, 0.0]),
]  # fmt: skip
# Of other functions: arguments, value, derivatives.
TORCH = [
    *((f"{name}({x})", methodcaller(name), [x], y, [d]) for name, x, y, d in METHODS),
    *((f"{x}**{n} constant", lambda x, n=n: x**n, [x], y, [d]) for x, n, y, d in POWERS),
    *((f"{x}**{y}", lambda x, y: x**y, [x, y], value, d) for x, y, value, d in TWO_POWERS),
    ("relu6(0)", lambda x: x.hardtanh(0, 6), [0.0], 0.0, [0.0]),
    ("relu6(6)", lambda x: x.hardtanh(0, 6), [6.0], 6.0, [0.0]),
    ("abs(-0.0)", abs, [-0.0], 0.0, [0.0]),
    ("max(2, 2)", functions.maximum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("min(2, 2)", functions.minimum, [2.0, 2.0], 2.0, [0.5, 0.5]),
    ("max(0.0, -0.0)", functions.maximum, [0.0, -0.0], 0.0, [0.5, 0.5]),
    ("max of three", lambda *a: functions.max(a), [2.0] * 3, 2.0, [1 / 3] * 3),
    ("1/0", lambda x: 1 / x, [0.0], INF, [-INF]),
    ("0/0", lambda x, y: x / y, [0.0, 0.0], NAN, [INF, NAN]),
    ("1/0, both", lambda x, y: x / y, [1.0, 0.0], INF, [INF, -INF]),
    ("x/x at 0", lambda x: x / x, [0.0], NAN, [NAN]),
    ("x/x at 3", lambda x: x / x, [3.0], 1.0, [0.0]),
    ("0*inf", lambda x, y: x * y, [0.0, INF], NAN, [INF, 0.0]),
    ("inf-inf", lambda x, y: x - y, [INF, INF], NAN, [1.0, -1.0]),
    ("atan2(0, 0)", functions.atan2, [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("logaddexp(1e3, 1e3)", functions.logaddexp, [1e3, 1e3], 1e3 + math.log(2), [0.5, 0.5]),
    ("clamp(0; 0, 1)", lambda x: x.clamp(0, 1), [0.0], 0.0, [1.0]),
    ("clamp(1; 0, 1)", lambda x: x.clamp(0, 1), [1.0], 1.0, [1.0]),
    ("relu(x) - relu(-x) at 0", lambda x: x.relu() - (-x).relu(), [0.0], 0.0, [0.0]),
    ("sum overflows", lambda x, y: functions.sum([x, y]), [-1e308, -1e308], -INF, [1.0, 1.0]),
    ("dot overflows", lambda x: functions.dot([x], [-1e300]), [1e300], -INF, [-1e300]),
    ("dot", lambda x, y: functions.dot([x, y, x], [y, x, -3 * x]), [1e200, 1e200], -INF, None),
    ("prod", lambda x: functions.prod([-1e-300, 1e-300, x, x, x]), [1e300], -1e300, None),
    ("prod overflows", lambda x: functions.prod([-1e-300, x, x, x]), [1e300], -INF, None),
    ("prod of 0 and inf", lambda x, y: functions.prod([x, y]), [0.0, INF], NAN, [INF, 0.0]),
]
# Where autograd_mini differs on purpose: a zero adjoint stops, whatever the partial is; -0.0 is 0.
OWN = [
    ("relu(-0.0)", lambda x: x.relu(), [-0.0], 0.0, [0.0]),
    ("hypot(0, 0)", functions.hypot, [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("sqrt(x**2) at 0", lambda x: (x**2).sqrt(), [0.0], 0.0, [NAN]),
    ("where(x > 0, sqrt, 0)", lambda x: where(x > 0, x.sqrt(), 0), [0.0], 0.0, [0.0]),
    ("where(x > 0, log, 0)", lambda x: where(x > 0, x.log(), 0), [0.0], 0.0, [0.0]),
    ("where(x > 0, log, 0) at -1", lambda x: where(x > 0, x.log(), 0), [-1.0], 0.0, [0.0]),
    ("where(x > 0, sin x/x, 1)", lambda x: where(x > 0, x.sin() / x, 1), [0.0], 1.0, [0.0]),
    ("log(sigmoid(-1000))", lambda x: x.sigmoid().log(), [-1000.0], -INF, [NAN]),
    ("x*log(x) at 0", lambda x: x * x.log(), [0.0], NAN, [-INF]),
    ("logaddexp(-inf, -inf)", functions.logaddexp, [-INF, -INF], -INF, [0.5, 0.5]),
    ("logsumexp(-inf, -inf)", lambda *a: functions.logsumexp(a), [-INF, -INF], -INF, [0.5, 0.5]),
    ("clamp(-1; 0, 1)", functions.clamp, [-1.0, 0.0, 1.0], 0.0, [0.0, 1.0, 0.0]),
    ("clamp(2; 0, 1)", functions.clamp, [2.0, 0.0, 1.0], 1.0, [0.0, 0.0, 1.0]),
    ("hardtanh", functions.hardtanh, [1.0, -1.0, 1.0], 1.0, [0.0, 0.0, 1.0]),
    ("leaky_relu", functions.leaky_relu, [0.0, 0.1], 0.0, [0.1, 0.0]),
    ("norm", lambda *a: functions.norm(a), [0.0, 0.0], 0.0, [0.0, 0.0]),
    ("min", lambda *a: functions.min(a), [1.0, 1.0, 2.0], 1.0, [0.5, 0.5, 0.0]),
    ("ceil", lambda x: x.ceil(), [2.0], 2.0, [0.0]),
    ("softsign", Value.softsign, [0.0], 0.0, [1.0]),
    ("where", where, [0.0, 5.0, 6.0], 6.0, [0.0, 0.0, 1.0]),
    ("max(nan, 1)", functions.maximum, [NAN, 1.0], NAN, [0.0, 0.0]),
    ("max(1, nan)", functions.maximum, [1.0, NAN], NAN, [0.0, 0.0]),
]


def same(x, y):
    """Equal, nan with nan; 0.0 and -0.0 are told apart."""
    if x != x or y != y:
        return x != x and y != y
    return math.isclose(x, y, rel_tol=1e-15) and math.copysign(1, x) == math.copysign(1, y)


@pytest.mark.parametrize(
    ("case", "f", "at", "value", "slopes"), TORCH + OWN, ids=[row[0] for row in TORCH + OWN]
)
@pytest.mark.parametrize("quiet", [True, False])
def test_ieee_gives_what_torch_gives(case, f, at, value, slopes, quiet):
    """And floats the same, where they raise no error."""
    try:
        with ieee() if quiet else nullcontext():
            out, found = gradient(f, *at)
    except AutogradError:
        assert not quiet
        return
    assert same(out, value), (case, out)
    for got, slope in zip(found, slopes or found, strict=True):
        assert same(got, slope) or got == slope == 0, (case, found)


@pytest.mark.parametrize("make", [list, tuple])
def test_quiet_functions_of_vectors_give_nan_for_infinities_of_both_signs(make):
    for name, args in (("sum", [[INF, -INF]]), ("dot", [[INF, INF], [1.0, -1.0]])):
        assert math.isnan(kinds.IEEE.namespace[name](*map(make, args)))


def test_ieee_ends_with_its_block_even_after_an_error():
    with pytest.raises(NumberTypeError), ieee():
        Value("3")
    assert not kinds.in_ieee()
    with pytest.raises(DomainError):
        Value(0.0).log()


def test_a_nan_that_comes_in_goes_through():
    assert math.isnan((Value(NAN) * 2 + 1).data)
    assert (Value(INF) + 1).data == INF


def test_the_names_that_a_kind_writes_are_no_argument_s():
    """An argument of an operation may have any name that is no primitive and has no _ before it."""
    names = [f"autograd_mini.numbers.{module.name}" for module in iter_modules(numbers.__path__)]
    parts = [x for name in names for x in vars(import_module(name)).values()]
    found = {x for x in parts if isinstance(x, kind.Kind)}
    assert len(found) >= 6
    for each in found:
        written = " ".join([each.number(0.5), *each.templates.values()])
        assert {*re.findall(r"\b[A-Za-z]\w*", written)} <= PRIMITIVES, each


# --- the formulas' own helpers ------------------------------------------------------------------
def test_others_and_gap():
    others = [kind.others(a) for a in ((2, 3, 5), (0, 3, 5), (0, 0, 5))]
    assert others == [(15, 10, 6), (15, 0, 0), (0, 0, 0)]
    assert [kind.gap(a, 3) for a in ((3, 1, 3), (3, 1), (3,))] == [0, 2, INF]


def test_sums_are_rounded_once():
    draw = random.Random(0)
    numbers = [draw.choice((-1, 1)) * 10 ** draw.uniform(-20, 20) for _ in range(200)]
    exact = float(sum(map(Fraction, numbers)))
    assert functions.sum(numbers) == exact
    assert functions.sum(map(Value, numbers)).data == exact
    assert functions.sum([1e308, 1e308, -1e308]) == 1e308
    assert functions.dot([1e200, 1e200, 3.0], [1e200, -1e200, 1.0]) == 3.0
