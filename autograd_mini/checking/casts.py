"""Functions of float32 arrays as functions of float64 ones: casts inside them are passed over.

NumPy's arrays are given as ones that refuse to be cast down, torch's functions run in a mode that
does so, JAX's are traced and their operations played on float64. No library is imported here that
is not in use already.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any

from .differences import EPS

_UNITS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23}
_OF_ITSELF = ("__get__", "__set__", "requires_grad_")  # a tensor's attributes: no copy has them
_CASTS = ("float", "half", "bfloat16")  # methods of torch
_CALLS = ("jit", "pjit", "closed_call", "checkpoint", "custom_jvp_call")  # of JAX


def rounding_unit(x: Any) -> float:
    """The distance from 1 to the next number of the array's type: 2**-52 for float64."""
    name = str(x.dtype if hasattr(x, "dtype") else x)
    return next((unit for part, unit in _UNITS.items() if name.endswith(part)), EPS)


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
    if (jax := sys.modules.get("jax")) is None:
        return f

    @jax.jit  # type: ignore[untyped-decorator]
    def played(*args: Any, **named: Any) -> Any:
        closed, shape = jax.make_jaxpr(f, return_shape=True)(*args, **named)
        found = _played(closed, jax.tree.leaves((args, named)))
        return jax.tree.unflatten(jax.tree.structure(shape), found)

    def either(*args: Any, **named: Any) -> Any:
        if any(isinstance(x, jax.Array) for x in jax.tree.leaves((args, named))):
            with suppress(Exception):  # a function that asks for numbers cannot be traced
                return played(*args, **named)
        return f(*args, **named)

    return either


def _played(closed: Any, inputs: list[Any]) -> list[Any]:
    """What the operations of a trace give on float64."""
    jnp, trace = sys.modules["jax"].numpy, getattr(closed, "jaxpr", closed)
    consts = getattr(closed, "consts", ())
    known = dict(zip([*trace.constvars, *trace.invars], [*consts, *inputs], strict=True))

    def kept(kind: Any) -> Any:
        narrow = isinstance(kind, jnp.dtype) and rounding_unit(kind) > EPS
        return jnp.dtype(float) if narrow else kind

    def read(atom: Any) -> Any:
        x = atom.val if hasattr(atom, "val") else known[atom]
        return jnp.asarray(x, kept(atom.aval.dtype))

    for step in trace.eqns:
        numbers, options = [*map(read, step.invars)], step.params
        if step.primitive.name in _CALLS:
            found = _played(options.get("jaxpr") or options["call_jaxpr"], numbers)
        else:
            found = step.primitive.bind(*numbers, **{k: kept(x) for k, x in options.items()})
            found = found if step.primitive.multiple_results else [found]
        known |= zip(step.outvars, found, strict=True)
    return [*map(read, trace.outvars)]
