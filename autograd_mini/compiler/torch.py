"""A compiled function among torch's: an autograd.Function, twice differentiable."""

from collections.abc import Callable, Sequence
from typing import Any

try:
    import torch
except ImportError as error:
    raise ImportError("as_torch needs torch: https://pytorch.org", name="torch") from error
import numpy as np
from torch.autograd import Function

from autograd_mini.numbers.kinds import shown

from .compiled import Compiled


def as_torch(fast: Compiled) -> Callable[..., torch.Tensor]:
    """A compiled function as one of torch's tensors, whose gradient is the engine's.

    Each argument is a tensor or a number. It computes in float64 on the CPU; the result has the
    type of the arguments. It can be differentiated twice, by `hvp`; where samples have slopes of
    their own, by that of each.

    Raises ValueError for an argument that requires a gradient and is not `wrt`, TypeError for one
    that is no tensor or number, for complex ones and for a function that is not compiled.

    >>> from autograd_mini.compiler import compile
    >>> cube = as_torch(compile(lambda x: x**3))
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> y = cube(x)
    >>> y.backward()
    >>> y.item(), x.grad.item()
    (8.0, 12.0)
    """
    if not isinstance(fast, Compiled):
        raise TypeError(f"as_torch takes a compiled function, compile(f), got {shown(fast)}")

    def f(*args: Any, **kwargs: Any) -> torch.Tensor:
        tensors = {name: _tensor(arg) for name, arg in fast.given(args, kwargs).items()}
        for name, tensor in tensors.items():
            if tensor.requires_grad and name not in fast.wrt:
                names = ", ".join(fast.wrt)
                raise ValueError(
                    f"{name} requires a gradient, but the function is by wrt = {names}"
                )
        value: torch.Tensor = _Value.apply(fast, [*tensors], *tensors.values())  # type: ignore[no-untyped-call, unused-ignore]
        return value

    return f


def _tensor(x: Any) -> torch.Tensor:
    if not isinstance(x, torch.Tensor | int | float):
        raise TypeError(f"an argument must be a tensor or a number, got {shown(x)}")
    if (tensor := torch.as_tensor(x)).is_complex():
        raise TypeError(f"a compiled function takes real numbers, got {shown(x)}")
    return tensor


def _numbers(tensors: Sequence[torch.Tensor]) -> list[Any]:
    arrays = [tensor.detach().to("cpu", torch.float64).numpy() for tensor in tensors]
    return [array if array.shape else float(array) for array in arrays]


def _hvp(fast: Compiled, given: dict[str, Any], along: list[Any]) -> Sequence[Any]:
    """`hvp`; where samples have slopes of their own that of each, added up for what they share."""
    own = [name in fast.batch or not fast.reduce for name in fast.wrt]
    if not fast.batch or not any(own):
        product = fast.run("hvp", given, tuple(along) if len(along) > 1 else along[0])[1]
        return product if len(along) > 1 else [product]
    alone = vars(fast).setdefault("alone", Compiled(fast.f, wrt=fast.wrt, backend=fast.backend))
    found = []
    for k, sample in enumerate(fast._samples(given)):
        each = [d[k] if it else d for it, d in zip(own, along, strict=True)]
        found.append(_hvp(alone, sample, each))
    share = len(found) if fast.reduce == "mean" else 1
    rows = [np.array(column) / share for column in zip(*found, strict=True)]
    return [x if n in fast.batch else x.sum(0) for n, x in zip(fast.wrt, rows, strict=True)]


def _as(like: torch.Tensor, numbers: Any) -> torch.Tensor:
    dtype = like.dtype if like.dtype.is_floating_point else torch.get_default_dtype()
    return torch.as_tensor(numbers, dtype=dtype, device=like.device)


class _Value(Function):  # type: ignore[misc, unused-ignore]
    @staticmethod
    def forward(ctx: Any, fast: Compiled, given: list[str], *tensors: torch.Tensor) -> torch.Tensor:
        numbers = dict(zip(given, _numbers(tensors), strict=True))
        value, slopes = fast.run("value_and_grad", numbers)
        ctx.by = [given.index(name) for name in fast.wrt]
        ctx.fast, ctx.given, ctx.slopes = fast, given, [slopes] if len(ctx.by) == 1 else slopes
        ctx.save_for_backward(*tensors)
        return _as(tensors[ctx.by[0]], value)

    @staticmethod
    def backward(ctx: Any, share: torch.Tensor) -> Any:  # type: ignore[override, unused-ignore]
        slopes = _Slope.apply(ctx, *ctx.saved_tensors)  # type: ignore[no-untyped-call, unused-ignore]
        found: list[Any] = [None] * len(ctx.saved_tensors)
        for k, slope in zip(ctx.by, slopes, strict=True):
            like = ctx.saved_tensors[k]
            if slope.shape == like.shape:  # one number, or each sample its own
                share_ = share.reshape(share.shape + (1,) * (slope.dim() - share.dim()))
                found[k] = share_ * slope
            else:
                found[k] = torch.tensordot(share, slope, dims=1)
        return None, None, *found


class _Slope(Function):  # type: ignore[misc, unused-ignore]
    @staticmethod
    def forward(ctx: Any, of: Any, *tensors: torch.Tensor) -> Any:
        ctx.of = of
        ctx.save_for_backward(*tensors)
        return tuple(_as(tensors[k], slope) for k, slope in zip(of.by, of.slopes, strict=True))

    @staticmethod
    def backward(ctx: Any, *along: torch.Tensor) -> Any:
        given = dict(zip(ctx.of.given, _numbers(ctx.saved_tensors), strict=True))
        found: list[Any] = [None] * len(given)
        for k, part in zip(ctx.of.by, _hvp(ctx.of.fast, given, _numbers(along)), strict=True):
            found[k] = _as(ctx.saved_tensors[k], part)
        return None, *found
