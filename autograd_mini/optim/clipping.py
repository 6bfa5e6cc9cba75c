"""Gradient clipping: what keeps one exploding gradient from throwing the parameters far away."""

from collections.abc import Iterable

from autograd_mini.numbers.arguments import gradient, parameters, positive
from autograd_mini.numbers.kinds import is_traced, kind_of
from autograd_mini.value import Value


def clip_by_norm(params: Iterable[Value], max_norm: float) -> float:
    """Shorten the gradient of all parameters together to `max_norm`, keeping its direction.

        norm = sqrt(sum of g**2);    if norm > max_norm:    g_new = g * max_norm / norm

    Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.
    Returns the norm before (inf if it is beyond the floats; the clipped gradients are right then
    too). Raises ValueError if max_norm is not above 0 or a gradient is nan or infinite.

    >>> from autograd_mini import Value
    >>> a, b = Value(1.0), Value(2.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_by_norm([a, b], max_norm=1.0), a.grad, b.grad
    (5.0, 0.6, 0.8)
    """
    params = parameters(params, "clip_by_norm")
    max_norm = positive("max_norm", max_norm)
    gradients = [gradient(p, "clip_by_norm") for p in params]
    named = kind_of(gradients).namespace
    # Relative to the largest, so that neither a sum of squares nor its root leaves the floats.
    largest = named["max"](tuple(map(abs, gradients)))
    traced = is_traced(largest)  # then both ways are written down, and one is chosen
    if not traced and not largest:
        return 0.0
    ratio = named["norm"](tuple([g / largest for g in gradients]))
    norm = largest * ratio
    beyond = norm > max_norm
    if traced or beyond:
        for p, g in zip(params, gradients, strict=True):
            shortened = g / largest / ratio * max_norm
            p.grad = named["_select"](beyond, shortened, g) if traced else shortened
    return named["_select"](largest == 0.0, 0.0, norm) if traced else float(norm)


def clip_by_value(params: Iterable[Value], limit: float) -> int:
    """Limit each gradient to the range from -limit to limit; its direction may change.

    Returns how many gradients were clipped. Raises ValueError if the limit is not above 0 or a
    gradient is nan or infinite.

    >>> from autograd_mini import Value
    >>> a, b = Value(1.0), Value(2.0)
    >>> a.grad, b.grad = -3.0, 0.5
    >>> clip_by_value([a, b], limit=1.0), a.grad, b.grad
    (1, -1.0, 0.5)
    """
    params = parameters(params, "clip_by_value")
    limit = positive("limit", limit)
    beyond = [(p, g) for p in params if abs(g := gradient(p, "clip_by_value")) > limit]
    for p, g in beyond:
        p.grad = limit if g > 0 else -limit
    return len(beyond)
