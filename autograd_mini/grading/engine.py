"""An engine as a battery sees it: the one that is submitted, or ours, which says what is right."""

import ast
import importlib.util
import inspect
import random
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from autograd_mini.checking.adapters import WHOLE, Adapter, adapter_of, is_node, maker, own
from autograd_mini.files import notebook_code
from autograd_mini.numbers.kinds import shown

_ALSO = {"Neuron": "Neurona", "Layer": "Capa", "MLP": "Red RedNeuronal Network NeuralNetwork"}


class MissingError(AttributeError):
    """The engine lacks what is asked for; the text is its name."""


class Engine:
    """Nodes of an engine, and what is done with them; a Script gets one.

    `Value` makes a leaf; where it keeps number and gradient, checking/adapters.py finds out.
    `Neuron`, `Layer`, `MLP` and whatever else its modules define are attributes; the seed has set
    `random`.

    >>> from autograd_mini import Value
    >>> engine = Engine(Value)
    >>> x = engine.Value(3.0)
    >>> y = (x * 0).tanh()
    >>> engine.backward(y)
    >>> engine.data(y), engine.grad(x)
    (0.0, 0.0)
    """

    def __init__(
        self,
        value: Callable[[float], Any],
        names: Mapping[str, Any] | None = None,
        adapter: Adapter | None = None,
    ) -> None:
        self.Value, self.names, self.random = maker(value), names or {}, random.Random()
        leaf = self.Value(1.0)
        self.adapter = adapter or adapter_of(leaf)
        if self.adapter.missing() == ["backward"]:  # it may be a function of the root
            found = filter(inspect.isfunction, map(self.names.get, WHOLE))
            self.adapter = replace(self.adapter, backward=next(found, None))
        if missing := self.adapter.missing():
            raise TypeError(f"the nodes have no {', '.join(missing)}")
        self.zero = self.adapter.get(leaf, "grad")

    def __getattr__(self, name: str) -> Any:
        for each in (name, *_ALSO.get(name, "").split()):
            if each in self.names:
                return self.names[each]
        raise MissingError(name)

    def data(self, node: Any) -> float:
        """The number of a node; that of a list of one node too, as networks give it."""
        return float(self.adapter.number(self.first(node)))

    def grad(self, node: Any) -> float:
        """The gradient of a node."""
        return float(self.adapter.number(node, "grad"))

    def backward(self, root: Any) -> None:
        """The backward pass."""
        self.adapter.run(self.first(root))

    def set(self, node: Any, x: float) -> None:
        """Give a leaf another number."""
        self.adapter.set(node, "data", x)

    def reset(self, nodes: Iterable[Any]) -> None:
        """Set the gradients to what a new leaf has: 0, or None."""
        for node in nodes:
            self.adapter.set(node, "grad", self.zero)

    def parameters(self, model: Any) -> list[Any]:
        """The parameters of a network."""
        names = [x for x in ("parameters", "parametros", "params") if hasattr(model, x)]
        way = getattr(model, [*names, "parameters"][0])
        return list(way() if callable(way) else way)

    def first(self, outputs: Any) -> Any:
        """The node itself, or that of a list of one; TypeError if it is none."""
        several = hasattr(outputs, "__len__") and self.adapter.missing(outputs)
        node = outputs[0] if several and len(outputs) == 1 else outputs
        if node is None or self.adapter.missing(node):
            raise TypeError(f"the result must be a node, got {shown(node)}")
        return node

    def evaluate(self, expression: str, nodes: Mapping[str, Any]) -> Any:
        """The node of an operation; MissingError if the engine does not have it."""
        try:
            return eval(expression, {**self.names, **nodes})
        except (AttributeError, NameError, TypeError) as error:
            if len(traceback.extract_tb(error.__traceback__)) > 2:
                raise  # it comes from the engine's own code
            node, _, name = expression.removesuffix("()").partition(".")
            if inspect.isfunction(function := self.names.get(name)):
                return function(nodes[node])  # exp(x) in place of x.exp()
            raise MissingError(expression) from None

    def build(self, lines: Iterable[str], leaves: Mapping[str, Any]) -> Any:
        """The root of the graph that lines such as "out = x * y" build."""
        nodes = dict(leaves)
        for line in lines:
            name, _, expression = line.partition(" = ")
            nodes[name] = self.evaluate(expression, nodes)
        return nodes["out"]

    def run(
        self, names: Sequence[str], at: Sequence[float], lines: Sequence[str], passes: Sequence[str]
    ) -> dict[str, float]:
        """A program: build, do the passes; the value and the gradient, as a Script gives them."""
        leaves = {n: self.Value(x) for n, x in zip(names, at, strict=True)}
        root = self.build(lines, leaves)
        for action in passes:
            if action == "build":
                root = self.build(lines, leaves)
            elif action == "reset":
                self.reset(leaves.values())
            else:
                self.backward(root)
        grads = {f"{name}.grad": self.grad(leaf) for name, leaf in leaves.items()}
        return {"out.data": self.data(root), **grads}


# --- files ---------------------------------------------------------------------------------------
def module_of(path: Path, name: str) -> tuple[ModuleType, list[BaseException]]:
    """A file as a module, and what it raised; after a statement that raises the next ones run."""
    spec = importlib.util.spec_from_loader(name, SourceFileLoader(name, str(path)))
    assert spec is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    sources: dict[str, Any] = {str(path): path.read_bytes()}
    if path.suffix.lower() == ".ipynb":
        try:
            cells = notebook_code(sources[str(path)], path.name)
        except ValueError as problem:
            return module, [problem]
        sources = {f"{path}#{k}": cell for k, cell in enumerate(cells, 1)}
    return module, [error for each in sources.items() for error in _run(module, *each)]


def _run(module: ModuleType, where: str, source: str | bytes) -> Iterator[BaseException]:
    """Run a file or a cell, statement by statement; their errors, or that of its syntax."""
    try:
        statements = ast.parse(source, where).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        yield problem
        return
    future = [x for x in statements if isinstance(x, ast.ImportFrom) and x.module == "__future__"]
    for statement in statements:
        tree = ast.Module([*future, statement], [])
        try:
            exec(compile(tree, where, "exec", dont_inherit=True), vars(module))
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            yield problem


def engine_class(
    modules: Sequence[ModuleType], name: str | None = None
) -> tuple[type | None, dict[str, Any]]:
    """The class of nodes that modules define, and all their names; None if they define none.

    It has the name given, or is called Value, or is the first that makes nodes from a number. One
    that is imported from elsewhere, or built on such a class, is not theirs; TypeError if its
    nodes are, or hold, nodes of such a class.
    """
    names: dict[str, Any] = {}
    for module in reversed(modules):
        names |= vars(module)
    known = {module.__name__ for module in modules} | sys.stdlib_module_names

    def theirs(cls: type) -> bool:
        return all({c.__module__, c.__module__.partition(".")[0]} & known for c in cls.__mro__)

    found = {key: x for key, x in names.items() if isinstance(x, type) and theirs(x)}
    cls = found.get(name or "Value")
    if cls is None and not name:
        cls = max(filter(_likeness, found.values()), key=_likeness, default=None)
    leaf = cls and maker(cls)(1.0)
    for x in filter(is_node, (leaf, *own(leaf).values())):
        if not theirs(type(x)) and getattr(x, "requires_grad", True):  # else it is an array
            raise TypeError(f"the nodes are those of another engine, {type(x).__module__}")
    return cls, names


def _likeness(cls: Any) -> int:
    """1 for a class that makes nodes from a number, 2 if one can go back from such a leaf."""
    found = 0
    with suppress(Exception):
        adapter = adapter_of(node := cls(1.0))
        found = int({*adapter.missing()} <= {"backward"})
        adapter.run(node)
        found *= 2
    return found
