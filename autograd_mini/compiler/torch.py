"""A compiled function among torch's: an autograd.Function, twice differentiable."""

from collections.abc import Callable, Sequence
from typing import Any

try:
    import torch
except ImportError as error:
    raise ImportError("as_torch needs torch: https://pytorch.org", name="torch") from error
from torch.autograd import Function

from autograd_mini.numbers.kinds import shown

from .compiled import Compiled


def as_torch(fast: Compiled) -> Callable[..., torch.Tensor]:
    """A compiled function as one of torch's tensors, whose gradient is the engine's.

    Each argument is a tensor or a number. It computes in float64 on the CPU; the result has the
    type of the arguments. A function that gives one number can be differentiated twice, by `hvp`.

    Raises ValueError for an argument that requires a gradient and is not `wrt`, TypeError for one
    that is no tensor or number.

    >>> from autograd_mini.compiler import compile
    >>> cube = as_torch(compile(lambda x: x**3))
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> y = cube(x)
    >>> y.backward()
    >>> y.item(), x.grad.item()
    (8.0, 12.0)
    """

    def f(*args: Any) -> torch.Tensor:
        tensors = [_tensor(arg) for arg in args]
        for name, tensor in zip(fast.signature.parameters, tensors, strict=False):
            if tensor.requires_grad and name not in fast.wrt:
                names = ", ".join(fast.wrt)
                raise ValueError(
                    f"{name} requires a gradient, but the function is by wrt = {names}"
                )
        value: torch.Tensor = _Value.apply(fast, *tensors)  # type: ignore[no-untyped-call, unused-ignore]
        return value

    return f


def _tensor(x: Any) -> torch.Tensor:
    if not isinstance(x, torch.Tensor | int | float):
        raise TypeError(f"an argument must be a tensor or a number, got {shown(x)}")
    return torch.as_tensor(x)


def _numbers(tensors: Sequence[torch.Tensor]) -> list[Any]:
    arrays = [tensor.detach().to("cpu", torch.float64).numpy() for tensor in tensors]
    return [array if array.shape else float(array) for array in arrays]


def _by(fast: Compiled) -> list[int]:
    """Which of the arguments are `wrt`, in its order."""
    return [[*fast.signature.parameters].index(name) for name in fast.wrt]


def _as(like: torch.Tensor, numbers: Any) -> torch.Tensor:
    dtype = like.dtype if like.dtype.is_floating_point else torch.get_default_dtype()
    return torch.as_tensor(numbers, dtype=dtype, device=like.device)


class _Value(Function):  # type: ignore[misc, unused-ignore]
    @staticmethod
    def forward(ctx: Any, fast: Compiled, *tensors: torch.Tensor) -> torch.Tensor:
        value, slopes = fast.value_and_grad(*_numbers(tensors))
        by = _by(fast)
        ctx.fast, ctx.slopes = fast, [slopes] if len(by) == 1 else slopes
        ctx.save_for_backward(*tensors)
        return _as(tensors[by[0]], value)

    @staticmethod
    def backward(ctx: Any, share: torch.Tensor) -> Any:  # type: ignore[override, unused-ignore]
        slopes = _Slope.apply(ctx.fast, ctx.slopes, *ctx.saved_tensors)  # type: ignore[no-untyped-call, unused-ignore]
        found: list[Any] = [None] * len(ctx.saved_tensors)
        for k, slope in zip(_by(ctx.fast), slopes, strict=True):
            like = ctx.saved_tensors[k]
            if slope.shape == like.shape:  # one number, or each sample its own
                share_ = share.reshape(share.shape + (1,) * (slope.dim() - share.dim()))
                found[k] = share_ * slope
            else:
                found[k] = torch.tensordot(share, slope, dims=1)
        return None, *found


class _Slope(Function):  # type: ignore[misc, unused-ignore]
    @staticmethod
    def forward(ctx: Any, fast: Compiled, slopes: Any, *tensors: torch.Tensor) -> Any:
        ctx.fast = fast
        ctx.save_for_backward(*tensors)
        by = _by(fast)
        return tuple(_as(tensors[k], slope) for k, slope in zip(by, slopes, strict=True))

    @staticmethod
    def backward(ctx: Any, *along: torch.Tensor) -> Any:
        directions = _numbers(along)
        direction = directions[0] if len(directions) == 1 else tuple(directions)
        product = ctx.fast.hvp(*_numbers(ctx.saved_tensors), direction)
        product = [product] if len(along) == 1 else product
        found: list[Any] = [None] * len(ctx.saved_tensors)
        for k, part in zip(_by(ctx.fast), product, strict=True):
            found[k] = _as(ctx.saved_tensors[k], part)
        return None, None, *found
