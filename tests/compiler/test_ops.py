"""Every operation, compiled, against the eager engine inside `ieee()`, over its whole domain."""

import math
from functools import cache
from random import Random

import pytest

from autograd_mini import Value, dot, ieee, tanh, transforms
from autograd_mini import sum as ag_sum
from autograd_mini.compiler import compile
from autograd_mini.ops import SHEET
from tests.points import points


def same(a, b, signed=True):
    """To the last bit; `signed` for zeros."""
    if a != a or b != b:
        return a != a and b != b
    return a == b and (not signed or math.copysign(1, a) == math.copysign(1, b))


@cache
def on_list(op, shape):
    """The operation as a function of a list of all its numbers."""

    def f(x):
        numbers = iter(x)
        return op(*[tuple(next(numbers) for _ in range(n)) if n else next(numbers) for n in shape])

    return f, compile(f, backend="python")


def flat(rows):
    return [x for row in rows for x in (row if isinstance(row, list | tuple) else (row,))]


def cases(op, count):
    for args in [*points(op, count)][:: 3 if op.vectors else 2]:
        shape = tuple(len(x) if isinstance(x, tuple) else 0 for x in args)
        yield *on_list(op, shape), [float(x) for x in flat(args)]


@pytest.mark.parametrize("name", SHEET)
def test_value_and_gradient_are_eager_s_to_the_last_bit(name):
    for f, fast, x in cases(SHEET[name], 10):
        with ieee():
            leaves = [Value(v) for v in x]
            out = f(leaves)
            out.backward()
        value, gradient = fast.value_and_grad(x)
        assert same(value, out.data), x
        assert all(map(same, gradient, [leaf.grad for leaf in leaves])), x


@pytest.mark.parametrize("name", [name for name in SHEET if name != "prod"])
def test_second_derivatives_are_eager_s(name):
    digits = {"rel_tol": 1e-14 if name == "silu" else 0.0}  # the order of a sum
    for f, fast, x in cases(SHEET[name], 4):
        if len(x) < 4:
            with ieee():
                expected = flat(transforms.hessian(f)(x))
            for a, b in zip(flat(fast.hessian(x)), expected, strict=True):
                assert math.isclose(a, b, **digits) or (a != a and b != b), x


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, math.inf, -math.inf, math.nan, 1e308, -1e160, 5e-324, 1e-160]


@pytest.mark.parametrize("name", SHEET)
def test_all_derivatives_are_eager_s_at_special_operands_too(name):
    op, draw = SHEET[name], Random(name)
    shape = [2 if param in op.vectors else 0 for param in op.params]
    f, _ = on_list(op, tuple(shape))
    size = sum(n or 1 for n in shape)
    for g in (lambda x: f(x) * x[0], lambda x: tanh(f(x))):
        fast = compile(g, backend="python")
        for _ in range(4):
            x = [draw.choice(SPECIAL) for _ in range(size)]
            v = [draw.choice([0.0, 1.0, -2.0]) for _ in range(size)]
            with ieee():
                expected = transforms.value_and_grad(g)(x), transforms.hessian(g)(x)
                expected = flat(flat([*expected, transforms.hvp(g, x, v)]))
            found = flat(flat([fast.value_and_grad(x), fast.hessian(x), fast.hvp(x, v)]))
            assert all(same(*pair, False) for pair in zip(found, expected, strict=True)), (x, v)


def test_products_that_overflow_are_summed_exactly_as_the_engine_does():
    fast = compile(dot, backend="python")
    assert fast([1e200, 1e200, 3.0], [1e200, -1e200, 2.0]) == 6.0
    assert fast([1e308, -1e308], [1.9, 1.0]) == dot([1e308, -1e308], [1.9, 1.0]) < 1e308
    assert fast([1e200, 1.0], [1e200, 1.0]) == math.inf
    assert compile(ag_sum, backend="python")([1e308, 1e308, -1e308]) == 1e308
