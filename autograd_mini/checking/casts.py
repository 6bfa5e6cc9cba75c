"""Functions of float32 arrays as functions of float64 ones: casts inside them are passed over.

NumPy's arrays are given as ones that refuse to be cast down, torch's functions run in a mode that
does so, JAX's are traced and their operations played on float64. No library is imported here that
is not in use already.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from .differences import EPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OF_ITSELF = ("__get__", "__set__", "requires_grad_")  # a tensor's attributes: no copy has them
_CASTS = ("float", "half", "bfloat16")  # methods of torch
_WHOLE = ("jit", "pjit", "closed_call", "remat2", "checkpoint", "custom_jvp_call")  # JAX's calls


def rounding_unit(x: Any) -> float:
    """The distance from 1 to the next number of the array's type: 2**-52 for float64."""
    name = str(x.dtype if hasattr(x, "dtype") else x)
    for part, unit in (("bfloat16", 2.0**-7), ("float16", 2.0**-10), ("float32", 2.0**-23)):
        if name.endswith(part):
            return unit
    return EPS


@contextmanager
def doubles() -> Iterator[None]:
    """Where JAX keeps float64, and torch's functions take a float32 operand for float64."""
    with ExitStack() as stack:
        if jax := sys.modules.get("jax"):
            own = hasattr(jax, "enable_x64")  # since 0.8
            stack.enter_context((jax if own else jax.experimental).enable_x64(True))
        if "torch" in sys.modules:
            stack.enter_context(_promoting()())
        yield


@cache
def wide() -> Any:
    """The class of NumPy arrays of float64 that stay so."""
    numpy = sys.modules["numpy"]
    base: Any = numpy.ndarray

    class Wide(base):  # type: ignore[misc]
        def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
            narrow = rounding_unit(numpy.dtype(dtype)) > EPS
            return super().astype(float if narrow else dtype, *args, **kwargs)

    return Wide


@cache
def _promoting() -> Any:
    torch = sys.modules["torch"]

    def double(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return x.double() if x.is_floating_point() and rounding_unit(x) > EPS else x
        return type(x)(map(double, x)) if type(x) in (list, tuple) else x

    def kept(x: Any) -> Any:
        return torch.float64 if isinstance(x, torch.dtype) and rounding_unit(x) > EPS else x

    base: Any = torch.overrides.TorchFunctionMode

    class Promoting(base):  # type: ignore[misc]
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            named, name = kwargs or {}, getattr(function, "__name__", "")
            if name not in _OF_ITSELF:  # of the tensor itself
                args, named = double(args), {name: double(x) for name, x in named.items()}
            if args and isinstance(args[0], torch.Tensor) and args[0].is_floating_point():
                if name in _CASTS:
                    return args[0]
                args, named = map(kept, args), {key: kept(x) for key, x in named.items()}
            return function(*args, **named)

    return Promoting


def traced(f: Callable[..., Any]) -> Callable[..., Any]:
    """f, where it gets arrays of JAX as its operations on float64."""
    jax = sys.modules.get("jax")
    if jax is None:
        return f

    def run(*args: Any, **named: Any) -> Any:
        closed, shape = jax.make_jaxpr(f, return_shape=True)(*args, **named)
        leaves = jax.tree_util.tree_leaves((args, named))
        found = _played(closed.jaxpr, closed.consts, leaves)
        return jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(shape), found)

    compiled = jax.jit(run)

    def either(*args: Any, **named: Any) -> Any:
        if any(isinstance(x, jax.Array) for x in jax.tree_util.tree_leaves((args, named))):
            with suppress(Exception):  # f cannot be traced: it asks for numbers
                return compiled(*args, **named)
        return f(*args, **named)

    return either


def _played(jaxpr: Any, constants: list[Any], inputs: list[Any]) -> list[Any]:
    """What the operations of a trace give on float64."""
    jnp = sys.modules["jax"].numpy
    known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *inputs], strict=True))

    def read(atom: Any) -> Any:
        x = atom.val if hasattr(atom, "val") else known[atom]
        return jnp.asarray(x, float) if rounding_unit(atom.aval) > EPS else x

    for step in jaxpr.eqns:
        numbers = [read(atom) for atom in step.invars]
        inner = step.params.get("jaxpr") or step.params.get("call_jaxpr")
        if step.primitive.name in _WHOLE:
            found = _played(getattr(inner, "jaxpr", inner), getattr(inner, "consts", []), numbers)
        else:
            kept = {
                key: jnp.dtype(float) if isinstance(x, jnp.dtype) and rounding_unit(x) > EPS else x
                for key, x in step.params.items()
            }
            found = step.primitive.bind(*numbers, **kept)
            found = found if step.primitive.multiple_results else [found]
        known.update(zip(step.outvars, found, strict=True))
    return [read(atom) for atom in jaxpr.outvars]
