"""What is asked of all submissions, and what is right: by our own engine.

A task is a Program, an expression as lines of Python (of a case, or drawn by a seed), or a Script
with what it is given. Each can be made smaller, and is told as code.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice, product
from random import Random
from textwrap import dedent
from typing import Any, NamedTuple

from autograd_mini import functions, nn
from autograd_mini.checking.adapters import Adapter
from autograd_mini.checking.random_graphs import Step, expression
from autograd_mini.errors import AutogradError
from autograd_mini.expressions import parse
from autograd_mini.graph import topological
from autograd_mini.numbers.arguments import real
from autograd_mini.value import Value

from .engine import Engine
from .levels import BatteryError, Case, Drawn, Level, Script

Numbers = dict[str, float]
SMALL, LARGE = 0.05, 50.0  # what the nodes of a program lie between: no kink, no overflow
_SIMPLE = (2.0, 3.0, -2.0, 1.0)  # numbers for inputs, the simplest first
_TRIES, _DRAWS = 500, 20
_NAMES = "xyzabcdefghkmnpqrst"


# --- tasks ---------------------------------------------------------------------------------------
class Program(NamedTuple):
    """Inputs with their numbers, operations ("v1 = x * y", the last "out = ..."), and passes."""

    names: tuple[str, ...]
    at: tuple[float, ...]
    lines: tuple[str, ...]
    passes: tuple[str, ...]

    @property
    def question(self) -> dict[str, Any]:
        """As the submission's process understands it."""
        return {"given": self._asdict()}

    def run(self, engine: Engine) -> Numbers:
        """What it gives with an engine."""
        return engine.run(*self)

    def code(self, names: Mapping[str, str]) -> str:
        """As Python, in the engine's own names."""
        inputs, lines = ", ".join(self.names), [*self.lines]
        head = [f"{n} = Value({_plain(x)})" for n, x in zip(self.names, self.at, strict=True)]
        if "build" in self.passes:
            inner = [f"    {line}" for line in lines]
            head = [f"def f({inputs}):", *inner, "    return out", "", *head]
            lines = [f"out = f({inputs})"]
        zero = " = ".join(f"{name}.grad" for name in self.names)
        does = {"build": f"out = f({inputs})", "backward": "out.backward()", "reset": f"{zero} = 0"}
        return renamed("\n".join([*head, *lines, *(does[action] for action in self.passes)]), names)

    def smaller(self) -> Iterator[Program]:
        """Programs that are simpler in one respect and still comfortable, the simplest first."""
        lines = self.lines
        for k in range(1, len(lines)):  # an earlier line for the last
            yield from self._again(lines[:k])
        for k, line in enumerate(lines):  # a node's own operand in its place
            name, *operands = re.findall(r"(?<!\.)\b[a-z]\w*\b(?!\()", line)
            for other in operands:
                yield from self._again([*lines[:k], f"{name} = {other}", *lines[k + 1 :]])
        for k, x in enumerate(self.at):
            for number in _SIMPLE[: _SIMPLE.index(x) if x in _SIMPLE else None]:
                at = (*self.at[:k], number, *self.at[k + 1 :])
                yield from self._replace(at=at)._again(lines)

    def _again(self, lines: Iterable[str]) -> Iterator[Program]:
        """With other lines, of which those are left out that the last does not need."""
        nodes = dict(zip(self.names, map(Value, self.at), strict=True))
        inputs = [*nodes.values()]
        for line in lines:
            name, _, text = line.partition(" = ")
            node = nodes[text] if text in nodes else _comfortable(text, nodes)
            if node is None:
                return
            nodes[name] = node
        if nodes[name].parents:
            yield of_graph(nodes[name], inputs, self.passes)


class Scripted(NamedTuple):
    """A Script with what it is given, as JSON; its place in the battery, and its seed."""

    script: Script
    given: str
    place: tuple[int, int]
    seed: str

    @property
    def question(self) -> dict[str, Any]:
        """As the submission's process understands it."""
        return {"place": self.place, "seed": self.seed, "given": json.loads(self.given)}

    def run(self, engine: Engine) -> Numbers:
        """What it gives with an engine; BatteryError if that cannot be done."""
        engine.random.seed(self.seed)
        try:
            values = self.script.function(engine, **json.loads(self.given))
            return {str(key): float(x) for key, x in values.items()}
        except Exception as error:
            told = f"{self.script.name} raised {type(error).__name__}: {error}"
            raise BatteryError(told) from error

    def code(self, names: Mapping[str, str]) -> str:
        """What it is given, and its source."""
        lines = [f"{name} = {x!r}" for name, x in json.loads(self.given).items()]
        try:
            lines.append(dedent(inspect.getsource(self.script.function)).rstrip())
        except (OSError, TypeError):  # made without a file
            lines.append(f"{self.script.name}(engine)")
        return "\n".join(lines)

    def smaller(self) -> Iterator[Scripted]:
        """With a smaller whole number, the smallest first."""
        given = json.loads(self.given)
        for name, n in given.items():
            step = n // 2 if isinstance(n, int) else 0
            while step > 0:
                yield self._replace(given=json.dumps({**given, name: n - step}))
                step //= 2


Task = Program | Scripted


def tasks(k: int, level: Level, seed: int, known: Sequence[str]) -> Iterator[Task]:
    """What a level, the k-th, asks where these operations are known to be right."""
    for i, case in enumerate(level.cases):
        own = f"{seed}/{k}/{i}"
        if isinstance(case, Case):
            yield of_case(case, own)
        elif isinstance(case, Script):
            yield Scripted(case, json.dumps(case.given), (k, i), own)
        else:
            random = Random(own)
            found = (drawn(case, known, random) for _ in range(_DRAWS * case.count))
            yield from islice(filter(None, found), case.count)


def renamed(code: str, names: Mapping[str, str]) -> str:
    """Code in which `Value`, `.grad` and so on have these names."""
    return re.sub(r"(?<=\.)\w+|\bValue\b", lambda found: names.get(found[0], found[0]), code)


def _plain(x: float) -> float:
    return int(x) if x == int(x) else x


# --- programs ------------------------------------------------------------------------------------
def of_graph(
    root: Any, inputs: Sequence[Value], passes: tuple[str, ...], names: Sequence[str] = ()
) -> Program:
    """The program of a graph; without names its inputs are x, y, ..., those that are used.

    Raises BatteryError where it has no operation, or leaves that are no inputs.
    """
    order = topological(root) if isinstance(root, Value) else []
    if not names:
        inputs = [x for x in inputs if x in order]
        names = _NAMES[: len(inputs)]
    order = [node for node in order if node.parents]
    number: dict[Value, int] = {node: k for k, node in enumerate([*inputs, *order])}
    texts, lines = [*names], list[str]()
    try:
        for k, node in enumerate(order, 1):
            args = [number[x] if isinstance(x, Value) else float(x) for x in node.args]
            texts.append(f"v{k}" if node is not root else "out")
            step = Step(node._op, tuple(args))
            lines.append(f"{texts[-1]} = {expression(step, texts, _plain)}")
    except (KeyError, TypeError):
        lines = []
    if not lines:
        raise BatteryError("a Case is made of its inputs, numbers and single operations")
    return Program(tuple(names), tuple(x.data for x in inputs), tuple(lines), passes)


def shape(node: Value) -> str:
    """The operation of a node, with x and y for nodes and 2 for numbers; "" for one on vectors."""
    if not all(isinstance(x, Value | float | int) for x in node.args):
        return ""
    place = iter(range(len(node.args)))
    args = [next(place) if isinstance(x, Value) else 2.0 for x in node.args]
    return expression(Step(node._op, tuple(args)), _NAMES, _plain)


@lru_cache(maxsize=1000)
def of_case(case: Case, seed: str) -> Program:
    """The program of a case; BatteryError if our own engine cannot run it."""
    random = Random(seed)
    try:
        f: Any = parse(case.f) if isinstance(case.f, str) else case.f
        names = f.names if isinstance(case.f, str) else inspect.signature(f).parameters
        given = {name: case.at.get(name, _start(random)) for name in names}
        inputs = {name: Value(float(real(name, x))) for name, x in given.items()}
        if unknown := [name for name in case.at if name not in names]:
            raise BatteryError(f"there is no input {unknown[0]}")
        return of_graph(f(**inputs), [*inputs.values()], case.passes, [*names])
    except Exception as error:
        what = case.f if isinstance(case.f, str) else getattr(case.f, "__name__", "f")
        raise BatteryError(f"the case {what!r}: {error}") from None


def _start(random: Random) -> float:
    """A number for an input: two decimals, of either sign, from 0.5 to 2.5."""
    return random.choice((1, -1)) * random.randint(50, 250) / 100


def drawn(wish: Drawn, known: Sequence[str], random: Random) -> Program | None:
    """A random program of operations that are known to be right; None where there is none.

    A chain gets a new input for each second operand; for "leaf" and "node" every other operation is
    one of two nodes, of which the second has been there before.
    """
    both, again = [each for each in known if re.search(r"\by\b", each)], wish.second != "new"
    inputs = [Value(_start(random)) for _ in range(2 if again else wish.size + 1)]
    unused, made = inputs[1:], list[Value]()
    for _ in range(_TRIES):
        choice = both if again and len(made) % 2 == 0 else known
        if len(made) == wish.size or not choice:
            break
        last = made[-1] if made else inputs[0]
        others = made[:-1] if wish.second == "node" else []
        other = random.choice(others or (inputs if again and made else unused))
        operation = random.choice(choice)
        number = random.choice((2, 3) if "**" in operation else (2, 3, 0.5, -1.5))
        pair = [last, other] if random.random() < 0.5 or operation not in both else [other, last]
        text = re.sub(r"\b2\b", str(number), operation)
        if (node := _comfortable(text, dict(zip("xy", pair, strict=True)))) is not None:
            made.append(node)
            unused = [x for x in unused if again or x not in node.parents]
    if not made:
        return None
    made[-1].backward()
    slopes = {abs(x.grad) for x in inputs} - {0.0}
    found = of_graph(made[-1], inputs, tuple(wish.passes.split()))
    return found if slopes != {1.0} else None  # sums are no chain


def _comfortable(text: str, nodes: dict[str, Value]) -> Value | None:
    """The node of an operation, if neither its value nor a partial is very small or large."""
    try:
        node: Value = eval(text, {**vars(functions), **nodes})
    except (AutogradError, ArithmeticError, ValueError):
        return None
    sizes = [abs(x) for x in (node.data, *node.partials)]
    return node if all(SMALL <= size <= LARGE for size in sizes) else None


# --- what is right -------------------------------------------------------------------------------
# The networks that a course may have: activation of the hidden layers, of the last, and whether the
# bias is the first parameter of a neuron.
_LAYERS = "relu linear,tanh tanh,tanh linear,relu relu,sigmoid sigmoid,linear linear".split(",")
VARIANTS = [*product(map(str.split, _LAYERS), (False, True))]
_ADAPTER = Adapter(data="data", grad="grad", backward="backward")


class Reference(Engine):
    """Our own engine; `root` is the last that it has gone back from.

    Its networks, if it is asked for any, are of one of the VARIANTS; then it is `variable`.
    """

    root: Value | None = None
    variable = False

    def __init__(self, hidden: str, last: str, bias_first: bool) -> None:
        super().__init__(Value, {**vars(functions), **vars(nn)}, _ADAPTER)
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
            return partial(made, activation=self.hidden, output=self.last)
        return partial(made, activation=self.last)


@lru_cache(maxsize=1000)
def right(task: Task) -> list[tuple[Numbers, Value | None]]:
    """What is right, by our own engine, each with the graph, to draw it.

    There may be several: a script may build one of the networks that courses have, and where
    backward() follows on backward(), the gradient of the last alone is right too.

    Raises BatteryError if our engine cannot do the task.
    """
    found = list[tuple[Numbers, Value | None]]()
    for (hidden, last), bias_first in VARIANTS:
        engine = Reference(hidden, last, bias_first)
        found.append((task.run(engine), engine.root))
        if not engine.variable:
            break
    if isinstance(task, Program) and task.passes[-2:] == ("backward", "backward"):
        found += right(task._replace(passes=task.passes[:-1]))
    return found


@lru_cache(maxsize=1000)
def operations(task: Task) -> tuple[str, frozenset[str]]:
    """The operation that a task is to test by itself; else, those that it cannot do without.

    Its only one, on different inputs, is tested by itself; networks need none.
    """
    root = right(task)[0][1]
    nodes = [] if root is None else [node for node in topological(root) if node.parents]
    shapes = frozenset(map(shape, nodes))
    parents = [parent for node in nodes for parent in node.parents]
    if isinstance(task, Program) and len(nodes) == 1 and len({*parents}) == len(parents):
        return shape(nodes[0]), frozenset()
    return "", frozenset() if "" in shapes else shapes
