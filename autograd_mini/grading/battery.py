"""The built-in battery: a hundred points. It is an example too: copy it, and change what you like.

A Case is an expression, a Drawn draws such by the seed, a Script is a function of an engine;
levels.py describes them. What these levels are called and ask for, language/grade.txt says.
"""

# Scripts are shown to students as they are:
# mypy: allow-untyped-defs

from typing import Any

from autograd_mini.grading import Case, Drawn, Engine, Level, Script


def early(x, y):
    """A node is used by a near and by a far descendant of it."""
    a = x * y
    return a + (a + y) * x


def late(x, y):
    """The same with the far one first."""
    a = x * y
    return ((a + x) * y + x) * a


def wide(x, y):
    """Two nodes that meet again twice."""
    a, b = x + y, x * y
    c = a * b
    return (c + a) * (c + b)


def alike(x, y):
    """Two nodes with the same number."""
    return (x * y) * (y * x)


def deep(engine: Engine, n: int) -> dict[str, float]:
    """A chain of n additions."""
    x = engine.Value(1.0)
    y = x
    for _ in range(n):
        y = y + 2
    engine.backward(y)
    return {"x.grad": engine.grad(x)}


def network(engine: Engine, name: str, sizes: list[Any], inputs: list[float]) -> dict[str, float]:
    """A network with parameters that are drawn, and the gradient of the sum of its outputs."""
    model = getattr(engine, name)(*sizes)
    parameters = engine.parameters(model)
    for p in parameters:
        engine.set(p, round(engine.random.uniform(-1, 1), 2))
    found = {"len(parameters)": float(len(parameters))}
    outputs = model([engine.Value(x) for x in inputs])
    outputs = [*outputs] if hasattr(outputs, "__len__") else [outputs]
    engine.backward(sum(outputs[1:], outputs[0]))
    found |= {f"outputs[{k}].data": engine.data(out) for k, out in enumerate(outputs)}
    return found | {f"parameters[{k}].grad": engine.grad(p) for k, p in enumerate(parameters)}


def training(engine: Engine) -> dict[str, float]:
    """Three steps of gradient descent on two points."""
    w, b = engine.Value(round(engine.random.uniform(0.1, 0.9), 2)), engine.Value(0.1)
    found = {}
    for step in range(3):
        engine.reset([w, b])
        errors = [w * x + b + -t for x, t in ((1.0, 2.0), (-2.0, 0.5))]
        loss = errors[0] * errors[0] + errors[1] * errors[1]
        engine.backward(loss)
        for p in (w, b):
            engine.set(p, engine.data(p) - 0.1 * engine.grad(p))
        found[f"losses[{step}]"] = engine.data(loss)
    return found | {"w.data": engine.data(w), "b.data": engine.data(b)}


BOTH = ("x + y", "x * y", "x - y", "x / y", "x + 2", "x * 2", "x - 2", "x / 2")
LEFT = ("2 + x", "2 * x", "2 - x", "2 / x")
ALL = (*BOTH, *LEFT, "-x", "x**3", "exp(x)", "tanh(x)", "relu(x)")
AGAIN, STALE = "backward reset build backward", "backward reset backward"

ALONE = [*map(Case, ALL[:-1]), *(Case("relu(x)", x=x) for x in (1.5, -1.5))]
REUSED = [
    *(Case(f"({each}) * x", x=1.5) for each in ALL),
    *(Case(f"({each}) * y") for each in BOTH[:4]),
]
NETWORKS = [
    Script(network, name="Neuron", sizes=[2], inputs=[0.5, -0.8]),
    Script(network, name="Layer", sizes=[3, 2], inputs=[0.5, -0.8, 0.3]),
    Script(network, name="MLP", sizes=[2, [3, 1]], inputs=[0.5, -0.8]),
]

LEVELS = [
    Level("op", 36, ALONE, whole=False),
    Level("chain", 8, [*(Case(f"({each}) * z", x=1.5, z=-2.5) for each in ALL), Drawn(5, size=5)]),
    Level("reuse", 10, [Case("x + x"), Case("x * x"), *REUSED, Drawn(4, "leaf")]),
    Level("order", 10, [*map(Case, (early, late, wide)), Drawn(4, "node"), Case(alike)]),
    Level("reset", 6, [Case("x * y + z", AGAIN), Drawn(2, "new", size=4, passes=AGAIN)]),
    Level("second", 6, [Case("(x * y) * z", STALE), Case("(x + y) * z", "backward backward")]),
    Level("depth", 6, [Script(deep, n=3000)]),
    Level("nn", 9, NETWORKS, whole=False),
    Level("training", 9, [Script(training)]),
]
