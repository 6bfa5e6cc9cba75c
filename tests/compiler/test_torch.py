"""A compiled function among torch's, judged by torch's own gradcheck."""

import doctest

import pytest

from autograd_mini import dot, tanh
from autograd_mini.compiler import compile

torch = pytest.importorskip("torch")
module = pytest.importorskip("autograd_mini.compiler.torch")
as_torch = module.as_torch


def loss(w, x, y):
    return (tanh(dot(w, x)) - y) ** 2


def leaf(*numbers):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def test_twice():
    def f(x, w):
        return tanh(dot(x, w)) * x[0]

    compiled = as_torch(compile(f, wrt=("w", "x"), backend="python"))
    point = leaf(0.3, -0.2), leaf(0.5, 0.7)
    assert torch.autograd.gradcheck(compiled, point)
    assert torch.autograd.gradgradcheck(compiled, point)


@pytest.mark.parametrize("wrt", ["w", ("w", "x")])
@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_over_samples(wrt, reduce):
    fast = compile(loss, wrt=wrt, batch=("x", "y"), reduce=reduce, backend="python")
    x = torch.linspace(-1, 1, 8, dtype=torch.float64).reshape(4, 2)
    y = x[:, 0] ** 2
    for check in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
        if wrt == "w":
            assert check(lambda w: as_torch(fast)(w, x, y=y), (leaf(0.3, -0.2),))
        else:
            given = leaf(0.3, -0.2), x.detach().requires_grad_()
            assert check(lambda w, x: as_torch(fast)(w, y=y, x=x), given)


def test_the_type_of_number_is_kept():
    cube = as_torch(compile(lambda x: x**3, backend="python"))
    x = torch.tensor(2.0, requires_grad=True)
    y = cube(x)
    y.backward()
    assert (y.dtype, y.item(), x.grad.dtype, x.grad.item()) == (torch.float32, 8.0, x.dtype, 12.0)


def test_what_cannot_be_differentiated_is_said():
    product = as_torch(compile(lambda x, y: x * y, backend="python"))
    with pytest.raises(ValueError, match="y requires a gradient, but the function is by wrt = x"):
        product(leaf(1.0), leaf(2.0))
    with pytest.raises(TypeError, match="must be a tensor or a number, got '1' "):
        product("1", 2.0)
    with pytest.raises(TypeError, match=r"takes real numbers, got tensor\(0.\+2.j\) "):
        product(torch.tensor(2j), 2.0)
    with pytest.raises(TypeError, match=r"takes a compiled function, compile\(f\), got <function"):
        as_torch(loss)


def test_an_argument_that_has_no_name_to_be_called_by():
    x = leaf(-2.0)[0]
    assert torch.autograd.grad(as_torch(compile(abs, backend="python"))(x), x) == (-1.0,)


def test_the_examples():
    assert doctest.testmod(module).failed == 0
