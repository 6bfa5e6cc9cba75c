"""A class: one right engine, of closures but in another order, and texts in which others differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checking.manners import CLOSURES

if TYPE_CHECKING:
    from pathlib import Path

_OWN = """    def order(self):
        done, seen, stack = [], set(), [(self, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                done.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in node._prev]
        return done

    def backward(self):
        order = self.order()
        for node in order:
            if node._prev:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()

"""
_NETWORKS = """

class Neuron:
    def __init__(self, nin):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x)), self.b).tanh()

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


class MLP:
    def __init__(self, nin, nouts):
        self.layers = [Layer(a, b) for a, b in zip([nin, *nouts], nouts)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
"""
_START, _END = CLOSURES.index("    def backward("), CLOSURES.index("    def __sub__(")
RIGHT = f"import math\nimport random\n\n{CLOSURES[:_START]}{_OWN}{CLOSURES[_END:]}{_NETWORKS}"

# Thirteen right ones: name -> texts to replace. They look different, and give the same numbers.
SAME = {
    "right": [],
    "names": [("class Value", "class Num"), ("Value(", "Num("), (", Value)", ", Num)")],
    "spanish": [("Neuron", "Neurona"), ("Layer", "Capa"), ("MLP", "Red"),
                ("parameters", "parametros")],
    "fields": [(".data", ".value"), (".grad", ".gradient")],
    "subtracts": [("self + (-other)", "self + (-1) * other")],
    "prints": [("order = self.order()",
                "order = self.order()\n        print(len(order), 'nodes')")],
    "demo": [("class Neuron", "print(Value(2.0) * 3)\n\n\nclass Neuron")],
    "numpy": [
        ("import math", "import math\nimport numpy as np"), ("math.tanh", "np.tanh"),
        ("self.data = data", "self.data = np.array(data, dtype=float)"),
        ("self.grad = 0  # an int, as in micrograd\n", "self.grad = np.zeros_like(self.data)\n"),
    ],
    "decimals": [
        ("import math", "import math\nfrom decimal import Decimal"),
        ("self.data = data", "self.data = Decimal(data)"),
        ("t = math.tanh(self.data)", "t = Decimal(math.tanh(self.data))"),
        ("node.grad = 0.0", "node.grad = 0"), ("self.grad = 1.0", "self.grad = 1"),
    ],
    "asks": [("import random",
              "import random\n\ntry:\n    name = input()\nexcept EOFError:\n    name = 'x'")],
    "arrays": [("import math", "import math\nimport numpy as np"),
               ("outs[0] if len(outs) == 1 else outs", "np.array(outs)")],
    "divides": [("Value(other) / self", "other * self**-1"), ("return [p", "yield from [p")],
    "biases": [("[*self.w, self.b]", "[self.b, *self.w]"), (".b).tanh()", ".b).relu()"),
               ("def param", "@property\n    def param"), (".parameters()", ".parameters")],
}  # fmt: skip

_ORDER = RIGHT[RIGHT.index("        done, seen") : RIGHT.index("    def backward")]
_FRESH = "        for node in order:\n            if node._prev:\n                node.grad = 0.0\n"
_FOUND = """        found = {self: 1}
        for node in (queue := [self]):
            queue += [c for c in node._prev if c not in found and not found.update({c: 1})]
        return queue[::-1]

"""
_STACK = """        found, stack = {}, [self]
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = True
                stack += node._prev
        return [*found][::-1]

"""
_RECURSIVE = """        done, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node._prev:
                    visit(child)
                done.append(node)

        visit(self)
        return done

"""
_PATHS = """        self.grad = 1.0
        self.visit()

    def visit(self):
        self._backward()
        for child in self._prev:
            child.visit()

"""
_BACKWARD = RIGHT[RIGHT.index("        order = self.order()") : RIGHT.index("    def __sub__")]
_RADD = "    def __radd__(self, other): return self + other\n"
ALL = "chain reuse order reset second depth nn training"
# Sixteen faults: name -> (texts to replace, points of the first level, other levels that are lost)
FAULTS = {
    "overwrites": ([(".grad += ", ".grad = ")], 36, "reuse order training"),
    "factors": ([("other.data * out", "self.data * out")], 30, "second nn training"),
    "subtracts": ([("Value(other) - self", "self - other")], 34, ""),
    "exponent": ([("+= n * self", "+= self")], 34, ""),
    "tanh": ([("1 - t**2", "1 - self.data**2")], 34, "nn"),
    "arriving": ([("(out.data > 0) * out.grad", "out.data > 0")], 36, "chain reuse"),
    "assigns": ([("+= out.data * out.grad", "= out.data * out.grad")], 36, "reuse"),
    "stack": ([(_ORDER, _STACK)], 36, "order"),
    "breadth": ([(_ORDER, _FOUND)], 36, "order"),
    "paths": ([(_BACKWARD, _PATHS)], 36, "order second depth"),
    "stale": ([(_FRESH, "")], 36, "second"),
    "recursive": ([(_ORDER, _RECURSIVE)], 36, "depth"),
    "one-sided": ([(_RADD, ""), ("Value(other) - self", "other + (-self)")], 32, ""),
    "no-exp": ([("    def exp(", "    def exponential(")], 34, ""),
    "no-seed": ([("        self.grad = 1.0\n", "")], 2, ALL),
    "no-bias": ([(", self.b).tanh", ", Value(0.0)).tanh")], 36, "nn"),
}
# Those that do not play by the rules: name -> (texts to replace, what is left of their points)
LOOPS = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
UNRULY = {
    "loops": ([("class Neuron", LOOPS + "\n\nclass Neuron")], 0),
    "sticks": ([("        order = self.order()\n", "        while True:\n            pass\n")], 0),
    "exits": ([("class Neuron", "import os\n\nos._exit(0)\n\n\nclass Neuron")], 0),
    "floods": (
        [("order = self.order()\n", "order = self.order()\n        print('x' * 10**6)\n")],
        100,
    ),
}


def changed(texts: list[tuple[str, str]]) -> str:
    """The right engine with texts replaced; each must be there."""
    source = RIGHT
    for old, new in texts:
        assert old in source, old
        source = source.replace(old, new)
    return source


def lost(levels: str) -> float:
    """The points of these levels of the built-in battery."""
    points = {"chain": 8, "reuse": 10, "order": 10, "reset": 6, "second": 6, "depth": 6, "nn": 9}
    return sum((points | {"training": 9})[level] for level in levels.split())


# The whole class: name -> (source, points)
CLASS = {
    **{f"right-{name}": (changed(texts), 100) for name, texts in SAME.items()},
    **{
        name: (changed(texts), 64 + first - lost(levels))
        for name, (texts, first, levels) in FAULTS.items()
    },
    **{name: (changed(texts), points) for name, (texts, points) in UNRULY.items()},
}


def written(folder: Path, *names: str) -> Path:
    """A folder with these submissions, or all."""
    for name in names or CLASS:
        (folder / f"{name}.py").write_text(CLASS[name][0], encoding="utf-8")
    return folder
