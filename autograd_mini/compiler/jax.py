"""The back end on JAX: a pure function of arrays, which jit, vmap, grad and shard_map take.

This is how work goes past one machine: over a mesh, each device has its share of the samples, and
`total` and `accumulate` become sums over the axis that `function` is told.
"""

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

try:
    import jax
except ImportError as error:
    raise ImportError("as_jax needs jax: pip install 'autograd-mini[jax]'", name="jax") from error
import numpy as np
from jax import numpy as jnp
from jax.scipy import special

from autograd_mini.numbers.instructions import REDUCTIONS
from autograd_mini.numbers.kinds import shown
from autograd_mini.numbers.ranges import ANYTHING
from autograd_mini.numbers.trees import names

from .compiled import Compiled
from .numpy import functions
from .program import Program, Run

ARRAYS = True


def _prod(*a: Any) -> Any:
    """The product by mantissas and exponents: neither overflow nor underflow on the way."""
    mantissa, exponent = jnp.frexp(a[0])
    for x in a[1:]:
        part, shift = jnp.frexp(x)
        mantissa, more = jnp.frexp(mantissa * part)
        exponent = exponent + shift + more
    plain = reduce(operator.mul, a)
    return jnp.where(jnp.isfinite(sum(a)), jnp.ldexp(mantissa, exponent), plain)


def _others(*a: Any) -> Any:
    k = int(a[-1])
    return _prod(1.0, *a[:k], *a[k + 1 : -1])


def _polygamma(order: Any, x: Any) -> Any:
    """On the left of 1/2 by reflection, as JAX's zeta functions are far off for negative numbers.

    psi_n(x) - (-1)^n psi_n(1 - x) has period 1; from the nearest pole on by the recurrence.
    """
    whole = (order >= 0) & (order == jnp.floor(order))
    n, left, sign = jnp.where(whole, order, 0.0), x < 0.5, 1.0 - 2.0 * (order % 2.0)
    right, pole = jnp.where(left, 1.0 - x, x), jnp.where(left, x - jnp.round(x), 0.0)

    def psi(a: Any) -> Any:
        return special.polygamma(n.astype(int), a)

    periodic = psi(1.0 + pole) - sign * special.gamma(n + 1.0) / pole ** (n + 1.0)
    reflected = periodic + sign * (psi(right) - psi(1.0 - pole))
    found = jnp.where(left, reflected, jnp.where(jnp.isinf(x) & (n > 0), 0.0, psi(right)))
    return jnp.where(whole, found, jnp.nan)


def _log1p(x: Any) -> Any:
    """Where XLA's is off by 100 ulp: log(u) x / (u - 1), u = 1 + x (Goldberg, 1991, theorem 4)."""
    u = jax.lax.optimization_barrier(1.0 + x)  # else XLA takes u - 1 to be x
    return jnp.where((u == 1.0) | (u == math.inf), x, jnp.log(u) * (x / (u - 1.0)))


def _exp2(x: Any) -> Any:
    whole = jnp.where(abs(x) < 1080.0, jnp.round(x), 0.0)
    return jnp.ldexp(jnp.exp2(x - whole), whole.astype(int))


def _sinh(x: Any) -> Any:
    e = jnp.expm1(abs(x))
    return jnp.where(abs(x) < 709.0, jnp.copysign(0.5 * (e + e / (e + 1.0)), x), jnp.sinh(x))


def _cosh(x: Any) -> Any:
    e = jnp.exp(abs(x))
    return jnp.where(abs(x) < 709.0, 0.5 * (e + 1.0 / e), jnp.cosh(x))


def _atanh(x: Any) -> Any:
    a = abs(x)
    return jnp.copysign(0.5 * _log1p(2.0 * a / (1.0 - a)), x)


MEANING: dict[str, Callable[..., Any]] = {
    **functions(jnp),
    **{name: getattr(special, name) for name in ("erf", "erfc", "gamma", "digamma")},
    **{f.__name__[1:]: f for f in (_exp2, _log1p, _sinh, _cosh, _atanh, _polygamma)},
    **{f.__name__[1:]: f for f in (_prod, _others)},
    "lgamma": special.gammaln,
    "%": lambda a, b: jnp.where(b == 0, jnp.nan, jnp.remainder(a, b)),
    "//": lambda a, b: jnp.where(b == 0, a / b, jnp.floor_divide(a, b)),
    "hypot": lambda *a: reduce(jnp.hypot, a[1:], abs(a[0])),
}


def function(program: Program, axis: str | None = None) -> Callable[..., Any]:
    """f(shared, samples) -> (once, each): the program on JAX arrays, in their type of number.

    shared   one number for each input that the samples share; samples, an array for each other
    axis     of a mesh, over which the samples are spread: their sums go over all its devices
    """
    code, constants = program.code, program.code.constants

    def f(shared: Sequence[Any], samples: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        left = {False: iter(shared), True: iter(samples)}
        inputs = [next(left[each]) for _, each in program.inputs]
        count = jnp.shape(samples[0])[0] if len(samples) else 1
        values: dict[int, Any] = {~k: x for k, x in enumerate(constants)}
        for i, (opcode, operands) in enumerate(code):
            parts = [values[x] for x in operands]
            if opcode == "input":
                values[i] = inputs[int(parts[0])]
            elif opcode in REDUCTIONS:
                each = jnp.broadcast_to(parts[0], (count,))
                values[i] = each.sum() if axis is None else jax.lax.psum(each.sum(), axis)
            else:
                numbers = parts[:-1] if opcode == "others" else parts
                arrays = [jnp.asarray(x) if x.__class__ is float else x for x in numbers]
                values[i] = MEANING[opcode](*arrays, *parts[len(numbers) :])
        outputs = [(program.is_each(x), values[x]) for _, x in program.outputs]
        once = [jnp.asarray(x) for each, x in outputs if not each]
        return once, [jnp.broadcast_to(x, (count,)) for each, x in outputs if each]

    return f


def as_jax(fast: Compiled, axis: str | None = None) -> Callable[..., Any]:
    """A compiled function as a pure one of JAX's arrays, whose derivative is the engine's.

    jax.jit, vmap and grad take it, and shard_map: give it the name of the `axis` over which a batch
    is spread. The arguments that are not `wrt` are constants for jax.grad. Numbers are of JAX's
    type: float32 unless jax_enable_x64 is set.

    Raises ValueError where the function gives more than one number for a sample, TypeError for one
    that is not compiled.

    >>> from autograd_mini.compiler import compile
    >>> cube = as_jax(compile(lambda x: x**3))
    >>> float(cube(2.0)), float(jax.grad(cube)(2.0))
    (8.0, 12.0)
    """
    if not isinstance(fast, Compiled):
        raise TypeError(f"as_jax takes a compiled function, compile(f), got {shown(fast)}")
    tree_map, tree_leaves = jax.tree_util.tree_map, jax.tree_util.tree_leaves

    def zeros(x: Any, rows: bool) -> Any:
        row = tree_map(lambda leaf: np.zeros(jnp.shape(leaf)[rows:]), x)
        return [row] * len(tree_leaves(x)[0]) if rows else row

    def run(what: str, given: dict[str, Any]) -> list[Any]:
        given = {name: given[name] for name in fast.signature.parameters if name in given}
        trees = {name for name in fast.batch if isinstance(given[name], list | tuple | dict)}
        like = {name: zeros(x, name in trees) for name, x in given.items()}
        entry, _, _, count, _ = fast.prepared(what, like, ANYTHING)
        if (size := len(names(entry.value, ""))) != 1:
            raise ValueError(f"as_jax needs a function that gives one number, it gives {size}")
        shared, samples = list[Any](), list[Any]()
        for name, arg in given.items():
            for leaf in map(jnp.asarray, tree_leaves(arg)):
                if jnp.iscomplexobj(leaf):
                    raise TypeError(f"a compiled function takes real numbers, got {name} = {leaf}")
                if name in fast.batch:
                    samples += [*leaf.reshape(len(leaf), -1).T]
                else:
                    shared += [*leaf.reshape(-1)]
        shared += [float(value.data) for value in entry.captured]
        if fast.reduce == "mean":
            shared.append(float(count) if axis is None else jax.lax.psum(float(count), axis))
        found = entry.program.ordered(*function(entry.program, axis)(shared, samples))
        every = bool(fast.batch) and not fast.reduce  # has its own, also where all are equal
        return [jnp.broadcast_to(x, (count,)) for x in found] if every else found

    value_of: Any = jax.custom_vjp(lambda given: run("value", given)[0])

    def forward(given: dict[str, Any]) -> Any:
        value, *slopes = run("value_and_grad", given)
        return value, (slopes, given)

    def backward(kept: Any, share: Any) -> Any:
        slopes, given = kept
        left, found = iter(slopes), dict[str, Any].fromkeys(given)

        def gradient(leaf: Any, each: bool) -> Any:
            size = math.prod(jnp.shape(leaf)[each:])
            parts = [share * next(left) for _ in range(size)]
            if each:  # some may be the same for all samples
                parts = [jnp.broadcast_to(part, (len(leaf),)) for part in parts]
            columns = jnp.stack(parts, axis=-1)
            whole = columns if each or columns.ndim == 1 else columns.sum(axis=0)
            return whole.reshape(jnp.shape(leaf))

        for name in fast.wrt:
            found[name] = tree_map(partial(gradient, each=name in fast.batch), given[name])
        return (found,)

    value_of.defvjp(forward, backward)

    def f(*args: Any, **kwargs: Any) -> Any:
        given = fast.given(args, kwargs)
        for name in fast.batch:
            if isinstance(rows := given[name], list | tuple) and rows:
                given[name] = tree_map(lambda *leaves: jnp.stack(leaves), *rows)
        return value_of(given)

    return f


def build(program: Program, threads: int = 1) -> Run:
    """The program under jax.jit, in float64 whatever the program's own setting is."""
    compiled = jax.jit(function(program))
    doubles = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64

    def run(shared: Any, samples: Sequence[Any], count: int) -> tuple[Any, Sequence[Any]]:
        with doubles(True):
            once, each = compiled([*shared], [np.asarray(column) for column in samples])
            return np.array(once, dtype=float), [np.array(row) for row in each]

    return run
