"""The back end on JAX: a pure function of arrays, which jit, vmap, grad and shard_map take.

This is how work goes past one machine: over a mesh, each device has its share of the samples, and
`total` and `accumulate` become sums over the axis that `function` is told.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

try:
    import jax
except ImportError as error:
    raise ImportError("as_jax needs jax: pip install 'autograd-mini[jax]'", name="jax") from error
import numpy as np
from jax import numpy as jnp

from autograd_mini.numbers.kinds import shown
from autograd_mini.numbers.ranges import ANYTHING
from autograd_mini.numbers.trees import names

from .compiled import Compiled
from .jax_maths import MEANING
from .numpy import Layout, Step, evenly
from .program import Program, Run

ARRAYS = True


class _Rows:
    """The rows of a matrix that grows by pieces; XLA copies what it writes into."""

    def __init__(self, *pieces: Any) -> None:
        self.ends, self.pieces = [0], list[Any]()
        for piece in pieces:
            self.add(piece)

    def add(self, piece: Any) -> None:
        self.pieces.append(piece)
        self.ends.append(self.ends[-1] + len(piece))

    def __getitem__(self, rows: Any) -> Any:
        rows = np.arange(self.ends[-1])[rows]
        used = np.unique(np.searchsorted(self.ends[:-1], rows, "right") - 1) if rows.size else [0]
        there = np.concatenate([np.arange(*self.ends[k : k + 2]) for k in used])
        places = np.searchsorted(there, rows)
        whole = jnp.concatenate([self.pieces[k] for k in used])
        return whole[evenly(places.tolist()) if places.ndim == 1 else places]


def function(program: Program, axis: str | None = None) -> Callable[..., Any]:
    """f(shared, samples) -> (once, each): the program on JAX arrays, in their type of number.

    shared   one number for each input that the samples share; samples, a row for each other
    axis     of a mesh, over which the samples are spread: their sums go over all its devices

    The steps are those of NumPy's back end (`Layout`).
    """
    layout = Layout(program, MEANING.__getitem__)
    before, within, after = layout.steps
    outputs = [(program.is_each(x), layout.row[x]) for _, x in program.outputs]
    of_once, of_each = (np.array([k for x, k in outputs if x == y], int) for y in (False, True))

    def f(shared: Any, samples: Any) -> tuple[Any, Any]:
        dtype, count = jnp.result_type(float, shared, samples), samples.shape[1]
        constants = jnp.array(program.code.constants, dtype)[:, None]
        once, each = _Rows(constants, shared.astype(dtype)[:, None]), _Rows(samples.astype(dtype))

        def run(steps: Sequence[Step], to: _Rows, columns: int) -> None:
            for function, operands, rows in steps:
                found = function(*[(each if own else once)[k] for own, k in operands])
                to.add(jnp.broadcast_to(found, (rows.stop - rows.start, columns)).astype(dtype))

        run(before, once, 1)
        with jax.default_matmul_precision("highest"):  # on a GPU else 3 digits
            run(within, each, count)
        sums = each[layout.summed].sum(1, keepdims=True), once[layout.alike] * count + 0.0
        whole = jnp.where(count, jnp.concatenate(sums), 0.0)
        once.add(whole if axis is None else jax.lax.psum(whole, axis))
        run(after, once, 1)
        return once[of_once][:, 0], each[of_each]

    return f


def as_jax(fast: Compiled, axis: str | None = None) -> Callable[..., Any]:
    """A compiled function as a pure one of JAX's arrays, whose derivative is the engine's.

    jax.jit, vmap and grad take it, and shard_map: give it the name of the `axis` over which a batch
    is spread. The arguments that are not `wrt` are constants for jax.grad. Numbers are of JAX's
    type: float32 unless jax_enable_x64 is set. A second derivative is JAX's own, of the gradient's
    program: nan where `where` passes over one that has none (`fast.hessian` is the engine's).

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
        return [row] * len(next(iter(tree_leaves(x)), ())) if rows else row

    def run(what: str, given: dict[str, Any]) -> list[Any]:
        given = {name: given[name] for name in fast.signature.parameters if name in given}
        trees = {name for name in fast.batch if isinstance(given[name], list | tuple | dict)}
        like = {name: zeros(x, name in trees) for name, x in given.items()}
        entry, _, _, count, _ = fast.prepared(what, like, ANYTHING)
        if (size := len(names(entry.value, ""))) != 1:
            raise ValueError(f"as_jax needs a function that gives one number, it gives {size}")
        shared, samples = [np.zeros(0, bool)], [np.zeros((0, count), bool)]
        for name, arg in given.items():
            for leaf in map(jnp.asarray, tree_leaves(arg)):
                if jnp.iscomplexobj(leaf):
                    raise TypeError(f"a compiled function takes real numbers, got {name} = {leaf}")
                if name in fast.batch:
                    samples.append(leaf.reshape(len(leaf), -1).T)
                else:
                    shared.append(leaf.reshape(-1))
        numbers = [float(value.data) for value in entry.captured]
        if fast.reduce == "mean":
            numbers.append(float(count) if axis is None else jax.lax.psum(float(count), axis))
        shared.append(jnp.array(numbers, jnp.result_type(float, *shared, *samples)))
        arrays = jnp.concatenate(shared), jnp.concatenate(samples)
        found = entry.program.ordered(*function(entry.program, axis)(*arrays))
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
            return whole.reshape(jnp.shape(leaf)).astype(jnp.result_type(float, leaf))

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
            once, each = compiled(np.array(shared), np.reshape(samples, (len(samples), count)))
            return np.array(once), [*np.array(each)]

    return run
