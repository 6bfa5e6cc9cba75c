"""Derivatives of functions: grad, value_and_grad, jacobian, hessian, jvp, vjp, hvp.

Each takes a Python function of numbers, or of numbers nested in lists, tuples, dicts and NumPy
arrays, and gives plain numbers in the same structure. They nest: `grad(grad(f))` is the second
derivative. The `grad` of Values that the function happens to use is left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce, wraps
from math import inf
from typing import Any
from warnings import warn_explicit

from .errors import GradientError
from .graph import topological
from .numbers.arguments import function, whole
from .numbers.kinds import OWN, constant, in_ieee, is_traced
from .numbers.numberlike import held, inside
from .numbers.trees import NUMBER, array, flatten, leaves
from .rules.evaluation import vector
from .rules.higher import is_plain, partials_as_nodes, plus, times
from .value import Value


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Any]]:
    """The function x -> (f(x), df/dx), by one forward and one backward pass.

    `argnums` says with respect to which positional argument, or arguments (then a tuple comes).

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)

    Raises GradientError if f does not return one number; warns where a part of f is constant since
    it makes a float of its argument, as `math.sin(x)` does.
    """

    @wraps(function("f", f))
    def with_grad(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        inputs, rebuild, args, nested = _variables(args, argnums)
        out = _single(called(f, args, kwargs, inputs))
        return _result(out, nested), rebuild(adjoints(out, inputs, nested))

    return with_grad


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function x -> df/dx, in the structure of x.

    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (3.0, 2.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] * p["b"][0])({"a": 2.0, "b": [5.0]})
    {'a': 5.0, 'b': [2.0]}
    """
    with_grad = value_and_grad(f, argnums)
    return wraps(f)(lambda *args, **kwargs: with_grad(*args, **kwargs)[1])


def jacobian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function x -> all df_i/dx_j: the structure of f(x), with that of x in each place.

    One backward pass for each output.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    @wraps(function("f", f))
    def rows(*args: Any, **kwargs: Any) -> Any:
        inputs, rebuild, args, nested = _variables(args, argnums)
        outs, rebuild_out = flatten(called(f, args, kwargs, inputs))
        return rebuild_out([rebuild(adjoints(out, inputs, nested)) for out in outs])

    return rows


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function x -> all d2f/dx_i dx_j.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], Any]]:
    """f(*primals), and the pullback: v -> v . J, by one backward pass for each output.

    v has the structure of the output; the result is a tuple with one part for each primal.

    >>> out, pullback = vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> out, pullback(1.0)
    (6.0, (3.0, 2.0))
    """
    inputs, rebuild, args, nested = _variables(primals, tuple(range(len(primals))))
    outs, rebuild_out = flatten(called(f, args, {}, inputs))
    form = rebuild_out(range(len(outs)))  # the caller may change the output itself

    def pullback(cotangents: Any) -> Any:
        seeds = _matching(cotangents, form, "output")
        kept = nested or any(isinstance(seed, Value) for seed in seeds)
        rows = [adjoints(out, inputs, kept, seed) for out, seed in zip(outs, seeds, strict=True)]
        return rebuild([_no_nan(reduce(plus, column)) for column in zip(*rows, strict=True)])

    return rebuild_out([_result(out, nested) for out in outs]), pullback


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals) and J . tangents: the partials of the recorded graph, summed forwards.

    Raises GradientError where it is no number, as where inf and -inf meet.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    primals, tangents = vector("jvp", "primals", primals), vector("jvp", "tangents", tangents)
    inputs, _, args, nested = _variables(primals, tuple(range(len(primals))))
    along = [d.tangent() if is_traced(d) else d for d in _matching(tangents, primals, "input")]
    outs, rebuild = flatten(called(f, args, {}, inputs))
    tangent: dict[Value, Any] = dict(zip(inputs, along, strict=True))
    for node in topological(*(out for out in outs if isinstance(out, Value))):
        if node not in tangent:
            partials = partials_as_nodes(node) if nested else node.partials
            pairs = zip(node.parents, partials, strict=True)
            tangent[node] = reduce(plus, [times(tangent[p], d) for p, d in pairs], 0)

    def end(out: Any) -> Any:
        node = out if isinstance(out, Value) else inputs[0]
        found = _no_nan(_or_zero(node, tangent[out] if node is out else 0))
        return found.settled() if is_traced(found) else found

    return rebuild([_result(out, nested) for out in outs]), rebuild([*map(end, outs)])


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """The Hessian of f at x times v, without the Hessian: the gradient, pushed forward along v.

    (Pearlmutter, Fast exact multiplication by the Hessian, 1994.)

    >>> hvp(lambda x: x[0] ** 2 * x[1], [2.0, 3.0], [1.0, 0.0])
    [6.0, 4.0]
    """
    return jvp(grad(f), (x,), (v,))[1]


# --- how they work -------------------------------------------------------------------------------
def _variables(
    args: tuple[Any, ...], argnums: int | tuple[int, ...]
) -> tuple[list[Value], Callable[[Sequence[Any]], Any], tuple[Any, ...], bool]:
    """Fresh Values in place of the numbers of the chosen arguments; if the result must stay a node.

    That is in a derivative inside a derivative. Where a number is a Value already, the fresh node
    is x + 0: a variable of its own, so that the two levels are not confused, but linked to x.
    """
    chosen = argnums if isinstance(argnums, list | tuple) else (argnums,)
    for k in chosen:
        if not -len(args) <= whole("argnums", k, -inf) < len(args):
            raise GradientError(
                f"argnums {k} is out of range: {len(args)} arguments were given by position"
            )
    if len({k % len(args) for k in chosen}) < len(chosen):
        raise GradientError(f"argnums {argnums} name an argument twice")
    leaves, rebuild = flatten(tuple(args[k] for k in chosen))
    if not leaves:
        raise GradientError("nothing to differentiate with respect to: no number in the argument")
    inputs = [leaf + 0 if isinstance(leaf, Value) else Value(leaf) for leaf in leaves]
    replaced = list(args)
    for k, part in zip(chosen, rebuild(inputs), strict=True):
        replaced[k] = part

    def result(parts: Sequence[Any]) -> Any:
        return rebuild(parts) if chosen is argnums else rebuild(parts)[0]

    nested = inside.get() is not None or any(isinstance(leaf, Value) for leaf in leaves)
    return inputs, result, tuple(replaced), nested


def called(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    inputs: Sequence[Value] = (),
) -> Any:
    """f(*args, **kwargs), `inside`; GradientError if only floats of Values are left of them.

    A RuntimeWarning, if a float was made of one that depends on the inputs.
    """
    token = inside.set(taken := list[Any]())
    try:
        found = f(*args, **kwargs)
    finally:
        inside.reset(token)
    if taken:
        why = (
            "float(x), which math.sin(x) calls too, leaves the graph; use sin of autograd_mini, or"
            " x.data if that is what you mean"
        )
        if not any(isinstance(part, Value) for part in leaves(found)[0]):
            raise GradientError(f"the result {found!r:.60} does not depend on the inputs: {why}")
        if not {*inputs}.isdisjoint(topological(taken[0])):
            said = f"what is computed from a float is constant here: {why}"
            warn_explicit(said, RuntimeWarning, *taken[1:])
    return found


def _single(out: Any) -> Any:
    parts, form = leaves(out)
    if form in (NUMBER, (array, ())):  # an array with one element and no axis
        return parts[0]
    raise GradientError(
        f"grad needs a function that returns one number, got {type(out).__name__} with"
        f" {len(parts)} numbers; use jacobian"
    )


def _result(out: Any, nested: bool) -> Any:
    return out.data if isinstance(out, Value) and not nested else out


def _or_zero(x: Value, derivative: Any) -> Any:
    """The derivative; where nothing has arrived at x, a zero of its kind of number."""
    if not is_plain(derivative, 0):
        return derivative
    return 0.0 if x.data.__class__ is float or x.data.__class__ in OWN else 0 * x.data


def _no_nan(derivative: Any) -> Any:
    if not (is_traced(number := held(derivative)) or number == number or in_ieee()):
        raise GradientError("the derivative is not a number: inf and -inf meet, or 0 and inf")
    return derivative


def adjoints(out: Any, inputs: Sequence[Value], nested: bool, seed: Any = 1) -> list[Any]:
    """d(out)/d(input) times seed for each input; no `grad` that the caller can see is changed."""
    if not isinstance(out, Value):
        return [_or_zero(x, 0) for x in inputs]
    order = topological(out)
    saved = [node.grad for node in order]
    for x in inputs:
        x.grad = 0
    try:
        out.backward(seed, create_graph=nested)
        return [_or_zero(x, x.grad) for x in inputs]
    finally:
        for node, gradient in zip(order, saved, strict=True):
            node.grad = gradient


def _matching(tree: Any, form: Any, what: str) -> list[Any]:
    """The numbers of a tree, one for each number of `form`; those of dicts by their keys."""
    parts, count = flatten(in_order(tree, form))[0], len(flatten(form)[0])
    if len(parts) != count:
        raise GradientError(f"expected one number for each {what}, {count}, got {len(parts)}")
    return [x if isinstance(x, Value) else constant(x) for x in parts]


def in_order(tree: Any, form: Any) -> Any:
    """The tree with its dicts in the order of those of `form`; GradientError for other keys."""
    if isinstance(tree, Mapping) and isinstance(form, Mapping):
        if tree.keys() != form.keys():
            raise GradientError(f"expected the keys {[*form]}, got {[*tree]}")
        return [in_order(tree[key], form[key]) for key in form]
    if all(isinstance(part, list | tuple) for part in (tree, form)) and len(tree) == len(form):
        return [*map(in_order, tree, form)]
    return tree
