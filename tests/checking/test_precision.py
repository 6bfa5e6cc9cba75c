"""Functions of float32 numbers: checked with float64 ones where they take them.

The rates are those of tests/benchmarks/float32.py, here on a sample.
"""

import math

import numpy as np
import pytest

from autograd_mini.checking import check_grad
from tests.benchmarks.float32 import cases, verdicts

SINGLE = np.float32


@pytest.mark.parametrize("library", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("cast", [False, True], ids=["free", "float32 inside"])
def test_right_and_wrong_gradients(library, cast):
    if library != "numpy":
        pytest.importorskip(library, reason=f"{library} is not installed")
    count = 6
    right, wrong = verdicts(cases(library, count, 2, cast), 3e-3)
    assert right["wrong"] == 0
    assert right["ok"] == wrong["wrong"] == count


AT = np.array([0.7, -1.2], SINGLE)


def loss(w):
    return np.sum(np.sin(w.astype(w.dtype.name)) ** 2) if w.dtype != object else None


def slope(w):
    return 2 * np.sin(w) * np.cos(w)


def test_the_reference_is_of_float64_values():
    report = check_grad(loss, AT, gradient=slope)
    assert report.ok
    for row, x in zip(report.comparisons, AT, strict=True):
        assert row.reference == "ladder"
        assert row.wanted == pytest.approx(math.sin(2 * float(x)), rel=1e-9)


def partly_cast(w):
    """One term of float64 and one that is always float32."""
    return float(np.sum(w[:1] * w[:1])) + np.sum(np.sin(np.array(w[1:], SINGLE))).astype(w.dtype)


def refuses(w):
    """Takes float32 alone, as a library that does not mix them."""
    if w.dtype != SINGLE:
        raise RuntimeError("expected Float but found Double")
    return np.sum(np.exp(w))


def other(w):
    """Another function on float64 numbers."""
    return np.sum(np.exp(w) if w.dtype == SINGLE else np.exp(2 * w))


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        (partly_cast, lambda w: np.array([2 * w[0], np.cos(w[1])], w.dtype)),
        (refuses, np.exp),
        (other, np.exp),
    ],
)
def test_a_cast_that_stays_is_noticed(f, gradient):
    assert check_grad(f, AT, gradient=gradient).ok
    off = check_grad(f, AT, gradient=lambda w: gradient(w) * SINGLE(1.003))
    assert off.verdict == "wrong"


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: (1e12 + x) - 1e12 + x, 0.3, 2.0),  # stairs of 65536
        (lambda x: (1e10 + x * x) - 1e10 + 0.1 * x, 7.0, 14.1),
        (lambda x: (1 - np.cos(x)) / x**2, 1e-3, -1 / 12e3),
        (np.tan, 1.5707900524139404, 25401433856.96),
        (lambda x: x + 1e-9 * np.sin(1e9 * x), 2.0, 1.4041098573878898),
        (np.sin, 1e6, 0.9367521275331447),
    ],
)
def test_what_float32_loses_is_no_error_of_the_gradient(f, x, slope):
    """The float64 values of f show the derivative, or that float32's are rounding alone."""
    at, right = np.array([x], SINGLE), np.array([slope], SINGLE)
    report = check_grad(lambda w: f(w[0]), at, gradient=lambda w: right)
    assert report.verdict in ("ok", "undecided"), report
    assert check_grad(lambda w: f(w[0]), at, gradient=lambda w: -right).verdict != "ok"


def test_what_float32_loses_of_several_inputs_is_said_once():
    at = np.array([1e6, 2e6], SINGLE)
    report = check_grad(lambda w: np.sin(w).sum(), at, gradient=np.cos)
    assert report.notes[0] == ("rounding", {"names": "df/dw[0], df/dw[1]"})


def softened(jax, w):
    """A call with a rule of its own, and a product that names its type."""
    v = jax.nn.softplus(w.astype("float32"))
    return jax.numpy.dot(v, v, preferred_element_type=jax.numpy.float32) - 1.5


def by_branch(jax, w):
    """A branch on a number, which no trace sees."""
    return jax.numpy.exp(w.astype("float32")).sum() - 2.3 if w[0] > 0 else w[0]


def of_softplus(x):
    return 2 * math.log1p(math.exp(x)) / (1 + math.exp(-x))


@pytest.mark.parametrize(
    ("library", "f", "slope", "precision"),
    [
        ("torch", lambda torch, w: w.to(torch.float32).exp().sum() - 2.3, math.exp, 1e-9),
        ("torch", lambda torch, w: w.exp().sum(dtype=torch.float32) - 2.3, math.exp, 1e-9),
        ("torch", lambda torch, w: torch.tensor(w.tolist()).exp().sum(), math.exp, 1e-3),
        ("jax", lambda jax, w: jax.numpy.exp(jax.numpy.float32(w)).sum() - 2.3, math.exp, 1e-9),
        ("jax", softened, of_softplus, 1e-9),
        ("jax", by_branch, math.exp, 1e-3),
    ],
)
def test_casts_of_other_libraries(library, f, slope, precision):
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    at = (module.tensor if library == "torch" else module.numpy.array)([0.7, -1.2])
    true = [slope(x) for x in at.tolist()]
    report = check_grad(lambda w: f(module, w), at, gradient=lambda w: np.array(true, SINGLE))
    assert report.ok
    assert [row.wanted for row in report.comparisons] == pytest.approx(true, rel=precision)


def test_plain_numbers_in_and_float32_out():
    report = check_grad(lambda x: np.exp(SINGLE(x)), 0.5, gradient=lambda x: np.exp(SINGLE(x)))
    assert report.ok
    assert check_grad(math.exp, 0.5, gradient=lambda x: np.exp(SINGLE(x))).ok


def test_a_gradient_that_float32_loses_is_undecided():
    # 1 - cos(x) by subtraction: 3 of 7 digits are left at 0.01
    def gradient(w):
        return (SINGLE(1) - np.cos(w)) if w.dtype == SINGLE else 2 * np.sin(w / 2) ** 2

    def f(w):
        return np.sum(np.asarray(w, w.dtype) - np.sin(w))

    at = np.array([0.01], SINGLE)
    report = check_grad(f, at, gradient=gradient)
    assert report.comparisons[0].error > 1e-4 * report.comparisons[0].wanted
    assert report.verdict in ("ok", "undecided")
    assert check_grad(f, at, gradient=lambda w: 2 * gradient(w)).verdict == "wrong"
