"""Recording a computation: `steps(root)`, or `steps(f, *inputs)` with the learner's own code."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import MethodType
from typing import Any

from autograd_mini.drawing.scopes import ScopedLabel, scope_of
from autograd_mini.errors import NumberTypeError
from autograd_mini.graph import collector_paused, deepcopy, topological
from autograd_mini.notation.labels import subscript
from autograd_mini.numbers.kinds import number
from autograd_mini.numbers.numberlike import held
from autograd_mini.numbers.trees import builder, leaves, names
from autograd_mini.optim import Optimiser
from autograd_mini.rules.higher import is_stale, start
from autograd_mini.value import Value

from .sequence import Accumulate, Forward, Given, Place, Recorded, Seed, Step, Steps, Update, Visit
from .watching import Watch

MOST = 100_000  # steps of an engine that visits every path


def steps(
    root: Value | Callable[..., Any],
    *inputs: Any,
    seed: object = 1,
    optimiser: Optimiser | None = None,
    value: type = Value,
) -> Steps:
    """Record a computation: forward pass, backward pass and, with an optimiser, the update.

    Give the Value at the end of a graph; or a function and its inputs, and each node then knows
    the line of code that made it. Plain numbers among the inputs become Values with the names of
    the function's parameters. The gradients start from 0, and are those that `backward()` gives,
    bit for bit; the graph itself is left as it is.

    With an optimiser, its gradients are set to 0, `backward()` is called and `optimiser.step()`
    taken, for real.

    With `value`, a class of nodes such as one of the museum's, the function is called with nodes of
    that engine, and what its backward pass does is recorded, right or wrong.

    Raises:
        TypeError: `root` is neither a Value nor a function, or the function gives no Value;
            `optimiser` or `value` is none.
        ValueError: the optimiser has no parameter that the root depends on.
        GradientError: a gradient is not a number, as from `backward()`.

    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> for step in steps((w * x).tanh())[:4]:
    ...     print(step)
    Given(nodes=(0, 1))
    Forward(node=2)
    Forward(node=3)
    Seed(node=3, value=1.0)
    >>> recorded = steps(lambda w, x: (w * x).tanh(), 0.5, 2.0)
    >>> recorded.names, recorded.root.grad
    (('w', 'x', 'v₁', 'v₂'), 1.0)
    """
    if not isinstance(optimiser, Optimiser | None):
        raise TypeError(f"optimiser must be one such as SGD([w], lr=0.1), got {optimiser!r:.60}")
    if not hasattr(value, "receive") and value is not Value:
        raise TypeError(f"value must be a class of nodes as the museum has them, got {value!r:.60}")
    if isinstance(root, Value):
        if inputs:
            raise TypeError("steps(root) takes no inputs; they are for steps(f, *inputs)")
        return _recorded(root, Watch(), seed, optimiser)
    if not callable(root):
        raise TypeError(f"steps needs a Value or a function, got {root!r:.40}")
    watch = Watch(value, root)
    found = _called(root, inputs, watch)
    if value is not Value and (optimiser is not None or seed != 1):
        raise TypeError(f"with value={value.__name__} there is neither a seed nor an optimiser")
    return _recorded(found, watch, seed, optimiser)


@collector_paused()
def _recorded(root: Any, watch: Watch, seed: object, optimiser: Optimiser | None) -> Steps:
    stale: list[int] = []
    if watch.node is Value:
        order, copy = topological(root), deepcopy(root, {}, held, Value)
        nodes = topological(copy)
        for node in nodes:
            node.grad = 0.0  # whatever an earlier pass has left in the leaves
            node.data = number(node.data)  # as it is computed with: after x.data = 3 it is 3.0
        copy.backward(seed)
        values: dict[Any, Value] = dict(zip(order, nodes, strict=True))
        backward = reverse_sweep(nodes, *start(copy, seed, create_graph=False))
        stale = [k for k, node in enumerate(order) if is_stale(node)]
        if optimiser is not None:
            backward += _update(order, seed, optimiser)
    else:
        values = _mirrored(root)
        nodes = topological(values[root])
        backward = _backward(root, values, nodes)
    made = {values[node]: place for node, place in watch.made.items() if node in values}
    for node, value in values.items():  # named as the nodes are, and nobody can change them
        if not value.label and node in watch.names:
            scope = scope_of(value)
            value.label = ScopedLabel(watch.names[node], scope) if scope else watch.names[node]
        value.__class__ = Recorded
    steps = _forward(nodes, made) + backward
    name = None if optimiser is None else type(optimiser).__name__
    return Steps(steps, nodes, _places(nodes, made), watch.sources, stale, name)


def _called(f: Callable[..., Any], inputs: Sequence[Any], watch: Watch) -> Any:
    """f(*inputs), watched; numbers among the inputs as nodes, named as the parameters are."""
    given = [_nodes(name, x, watch) for name, x in zip(_names(f, inputs), inputs, strict=True)]
    root = watch.run(f, given)
    if not isinstance(root, watch.node):
        what = f"{root!r:.40} ({type(root).__name__})"
        raise TypeError(
            f"the function must give a {watch.node.__name__} that depends on its inputs, got {what}"
        )
    return root


def _names(f: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    try:
        bound = inspect.signature(f).bind(*inputs)
    except ValueError:  # built in, without a signature
        return [f"x{subscript(k + 1)}" for k in range(len(inputs))]
    except TypeError as error:
        raise TypeError(f"the inputs do not fit the function: {error}") from None
    names: list[str] = []
    for name, x in bound.arguments.items():
        several = bound.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        names += [f"{name}[{k}]" for k in range(len(x))] if several else [name]
    return names


def _nodes(name: str, x: Any, watch: Watch) -> Any:
    """The numbers in a list or an array as nodes; a node, a model or anything else as it is."""
    with suppress(NumberTypeError):
        found, form = leaves(x)
        made = [y if isinstance(y, watch.node) else watch.node(number(y)) for y in found]
        for leaf, called in zip(made, names(form, name), strict=True):
            if leaf not in watch.names:
                watch.call(leaf, called)
        return builder(form)(made)
    return x


# --- forward, backward, update -------------------------------------------------------------------
def _forward(order: Sequence[Value], made: Iterable[Value]) -> list[Step]:
    """What is given; then each node after its parents, in the order in which they were made."""
    ids = {node: k for k, node in enumerate(order)}
    wanted = topological(*[node for node in made if node in ids], order[-1])
    computed = [node for node in wanted if node.first is not None]
    given = [x for node in computed for x in node.parents if x.first is None] or order
    forward = [Forward(ids[node]) for node in computed]
    return [Given(tuple(dict.fromkeys(ids[x] for x in given))), *forward]


def reverse_sweep(nodes: Sequence[Value], zero: Any, one: Any) -> list[Step]:
    """The reverse sweep of `Value.backward`, each of its additions on its own."""
    ids = {node: k for k, node in enumerate(nodes)}
    grads = [zero] * len(nodes)
    users: list[dict[int, None]] = [{} for _ in nodes]
    recorded: list[Step] = [Seed(len(nodes) - 1, one)]
    grads[-1] = one
    for k in range(len(nodes) - 1, -1, -1):
        adjoint = grads[k]
        recorded.append(Visit(k, adjoint, tuple(users[k])))
        for edge, (parent, partial) in enumerate(nodes[k].edges()):
            p = ids[parent]
            users[p][k] = None
            if adjoint:  # exactly 0 hands nothing on, whatever the partials are
                share = adjoint * partial
                before, grads[p] = grads[p], grads[p] + share
                recorded.append(Accumulate(k, p, edge, adjoint, partial, share, before, grads[p]))
    return recorded


def _update(order: Sequence[Value], seed: object, optimiser: Optimiser) -> Iterator[Step]:
    ids = {node: k for k, node in enumerate(order)}
    changed = [p for p in optimiser.params if p in ids]
    if not changed:
        raise ValueError("the optimiser has no parameter that the root depends on")
    before = [p.data for p in changed]
    optimiser.zero_grad()
    order[-1].backward(seed)
    rate = optimiser.lr
    optimiser.step()
    for p, old in zip(changed, before, strict=True):
        yield Update(ids[p], *map(number, (old, p.grad, rate, p.data)))


def _places(order: Sequence[Value], places: dict[Value, Place]) -> list[Place | None]:
    """The places of the nodes; one that was not seen being made has the place of its user."""
    for node in reversed(order):
        if node in places:
            for parent in node.parents:
                if parent.first is not None:
                    places.setdefault(parent, places[node])
    return [places.get(node) for node in order]


# --- another engine, such as a broken one of the museum ------------------------------------------
# What it does, not what it should: its graph is read from its nodes, and in its backward pass each
# call of a node's `receive` is an addition to a gradient, whatever it does there, by the node whose
# turn it is.
def _mirrored(root: Any) -> dict[Any, Value]:
    """For each node of the engine a Value with the same op, parents and partials, in order."""
    made: dict[Any, Value] = {}
    stack: list[Any] = [root]
    while stack:
        node = stack[-1]
        used = [x for x in (*node.args, *node.parents) if isinstance(x, type(root))]
        waiting = [x for x in used if x not in made]
        stack += waiting[::-1]
        if waiting or stack.pop() in made:
            continue
        value = made[node] = Value(node.data, label=getattr(node, "label", None))
        if node.parents:
            value.op = node.op
            value.first = tuple(made[parent] for parent in node.parents)
            value.dfirst = tuple(node.partials)
            value.constants = tuple(made.get(x, x) if x in used else x for x in node.args)
    return made


def _backward(root: Any, values: dict[Any, Value], order: list[Value]) -> list[Step]:
    """The steps of `root.backward()`; the Values get the gradients that it leaves.

    Raises RecursionError where the engine recurses without end or visits a great many paths.
    """
    ids = {node: order.index(value) for node, value in values.items() if value in order}
    recorded: list[Step] = [Seed(ids[root], 1.0)]
    users: dict[Any, dict[int, None]] = {node: {} for node in ids}
    edges = {node: len(node.parents) for node in ids}  # the last one that each has gone along

    def receive(parent: Any, share: float) -> None:
        outer = sys._getframe(1).f_locals  # of the loop over the nodes, or of a node's own visit
        node: Any = outer.get("node", outer.get("self"))
        before = parent.grad
        type(root).receive(parent, share)
        if len(recorded) > MOST:
            raise RecursionError(f"the engine's backward pass takes more than {MOST:,} steps")
        uses = [k for k, x in enumerate(node.parents) if x is parent]
        edge = next((k for k in uses if k > edges[node]), uses[0])
        if edge <= edges[node]:  # its turn begins, for the first time or again
            recorded.append(Visit(ids[node], node.grad, tuple(users[node])))
        edges[node] = edge
        users[parent][ids[node]] = None
        numbers = node.grad, node.partials[edge], share, before, parent.grad
        recorded.append(Accumulate(ids[node], ids[parent], edge, *numbers))

    for node in ids:
        vars(node)["receive"] = MethodType(receive, node)  # hides the method
    try:
        root.backward()
    finally:
        for node in ids:
            del vars(node)["receive"]
    visited = {step.node for step in recorded if isinstance(step, Visit)}
    left = sorted(((k, node) for node, k in ids.items() if k not in visited), reverse=True)
    recorded += [Visit(k, node.grad, tuple(users[node])) for k, node in left]
    for node, value in values.items():
        value.grad = node.grad
    return recorded
