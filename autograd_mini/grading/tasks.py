"""What is asked of all submissions, and what is right: by our own engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from autograd_mini import functions, nn
from autograd_mini.checking.adapters import Adapter
from autograd_mini.graph import topological
from autograd_mini.value import Value

from .engine import Engine
from .levels import BatteryError, Case, Level, Script
from .programs import Program, drawn, of_case, shape, smaller

Numbers = dict[str, float]
# The networks that a course may have: activation of the hidden layers, of the last, and whether the
# bias is the first parameter of a neuron.
_LAYERS = "relu linear,tanh tanh,tanh linear,relu relu,sigmoid sigmoid,linear linear".split(",")
VARIANTS = [*product(map(str.split, _LAYERS), (False, True))]
_NAMES = {**vars(functions), **vars(nn)}
_ADAPTER = Adapter(data="data", grad="grad", backward="backward")


class Reference(Engine):
    """Our own engine; `root` is the last that it has gone back from.

    Its networks, if it is asked for any, are of one of the VARIANTS; then it is `variable`.
    """

    root: Value | None = None
    variable = False

    def __init__(self, seed: str, hidden: str, last: str, bias_first: bool) -> None:
        super().__init__(Value, _NAMES, _ADAPTER)
        self.random.seed(seed)
        self.hidden, self.last, self.bias_first = hidden, last, bias_first

    def build(self, lines: Iterable[str], leaves: Mapping[str, Value]) -> Value:
        """The root, with names for a picture."""
        root: Value = super().build(lines, leaves)
        for name, node in {**leaves, "out": root}.items():
            node.label = name
        return root

    def backward(self, root: Any) -> None:
        """The backward pass, taken down."""
        self.root = self.first(root)
        super().backward(root)

    def parameters(self, model: Any) -> list[Any]:
        """In the order of the variant."""
        if not self.bias_first:
            return super().parameters(model)
        layers = getattr(model, "layers", [model])
        neurons = [n for layer in layers for n in getattr(layer, "neurons", [layer])]
        return [p for n in neurons for p in (n.b, *n.w)]

    def __getattr__(self, name: str) -> Any:
        made = super().__getattr__(name)
        if name not in ("Neuron", "Layer", "MLP"):
            return made
        self.variable = True
        if name == "MLP":
            return lambda *sizes: made(*sizes, activation=self.hidden, output=self.last)
        return lambda *sizes: made(*sizes, activation=self.last)


class Task(NamedTuple):
    """A function of an engine and what it is given, as JSON; `place` is that in the battery."""

    given: str
    script: Script | None = None
    place: tuple[int, int] | None = None
    seed: str = ""

    @property
    def function(self) -> Callable[..., Numbers]:
        """What is done with the engine."""
        return Engine.run if self.script is None else self.script.function

    @property
    def question(self) -> dict[str, Any]:
        """As the submission's process understands it."""
        return {"place": self.place, "seed": self.seed, "given": json.loads(self.given)}

    @property
    def program(self) -> Program | None:
        """The program, if it is one."""
        return None if self.script else Program(*map(tuple, json.loads(self.given).values()))

    def smaller(self) -> Iterator[Task]:
        """Tasks that are simpler, the simplest first."""
        if self.program is not None:
            yield from map(_task, smaller(self.program))
            return
        given = json.loads(self.given)
        for name, n in given.items():
            step = n // 2 if isinstance(n, int) else 0
            while step > 0:
                yield self._replace(given=json.dumps({**given, name: n - step}))
                step //= 2


def _task(program: Program) -> Task:
    return Task(json.dumps(program._asdict()))


@lru_cache(maxsize=10_000)
def right(task: Task) -> tuple[list[Numbers], Value | None]:
    """What is right, by our own engine, and the graph, to draw it.

    There may be several: a script may build one of the networks that courses have, and where
    backward() follows on backward(), the gradient of the last alone is right too.

    Raises BatteryError if our engine cannot do the task.
    """
    wanted: list[Numbers] = []
    root = None
    for (hidden, last), bias_first in VARIANTS:
        engine = Reference(task.seed, hidden, last, bias_first)
        try:
            values = task.function(engine, **json.loads(task.given))
            wanted.append({str(key): float(x) for key, x in values.items()})
        except Exception as error:
            name = getattr(task.function, "__name__", "script")
            raise BatteryError(f"{name} raised {type(error).__name__}: {error}") from error
        root = engine.root if root is None else root
        if not engine.variable:
            break
    program = task.program
    if program and program.passes[-2:] == ("backward", "backward"):
        wanted += right(_task(program._replace(passes=program.passes[:-1])))[0]
    return wanted, root


@lru_cache(maxsize=1000)
def operations(task: Task) -> tuple[str, frozenset[str]]:
    """The operation that a task is to test by itself; else, those that it cannot do without.

    Its only one, on different inputs, is tested by itself; networks need none.
    """
    _, root = right(task)
    nodes = [] if root is None else [node for node in topological(root) if node.parents]
    shapes = frozenset(map(shape, nodes))
    if task.program and len(nodes) == 1 and len({*nodes[0].parents}) == len(nodes[0].parents):
        return shape(nodes[0]), frozenset()
    return "", frozenset() if "" in shapes else shapes


def tasks(k: int, level: Level, seed: int, known: Sequence[str]) -> Iterator[Task]:
    """What a level, the k-th, asks where these operations are known to be right."""
    for i, case in enumerate(level.cases):
        own = f"{seed}/{k}/{i}"
        if isinstance(case, Case):
            yield _task(of_case(case, own))
        elif isinstance(case, Script):
            yield Task(json.dumps(case.given), case, (k, i), own)
        else:
            random = Random(own)
            made = (drawn(case, known, random) for _ in range(case.count))
            yield from map(_task, filter(None, made))
