"""Engines that show themselves otherwise than by a field with a well-known name."""

ORDER = """
def order(root, parents):
    done = []
    def visit(node):
        if not any(node is x for x in done):
            for x in parents(node):
                visit(x)
            done.append(node)
    visit(root)
    return done
"""

SLOTS = """
from dataclasses import dataclass
from typing import Any

@dataclass(slots=True, eq=False)
class Node:
    data: float
    grad: float = 0.0
    inputs: tuple = ()
    op: str = "leaf"
    pull: Any = None

    def __add__(self, other):
        out = Node(self.data + other.data, inputs=(self, other), op="add")
        def pull():
            self.grad += out.grad
            other.grad += out.grad
        out.pull = pull
        return out

    def __mul__(self, other):
        out = Node(self.data * other.data, inputs=(self, other), op="mul")
        def pull():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.pull = pull
        return out

    def backward(self):
        self.grad = 1.0
        for node in reversed(order(self, lambda x: x.inputs)):
            if node.pull:
                node.pull()
"""

SPANISH = """
class Node:
    def __init__(self, valor, padres=(), parciales=(), operacion=""):
        self.valor, self.gradiente, self.operacion = valor, 0.0, operacion
        self.padres, self.parciales = padres, parciales

    def __add__(self, otro):
        return Node(self.valor + otro.valor, (self, otro), (1.0, 1.0), "add")

    def __mul__(self, otro):
        return Node(self.valor * otro.valor, (self, otro), (otro.valor, self.valor), "mul")

    def retropropagar(self):
        self.gradiente = 1.0
        for nodo in reversed(order(self, lambda x: x.padres)):
            for padre, parcial in zip(nodo.padres, nodo.parciales):
                padre.gradiente += parcial * nodo.gradiente
"""

PRIVATE = """
class Node:
    def __init__(self, x, parents=(), rule=None, op=""):
        self.__x, self.__g, self.__parents, self.__rule = float(x), 0.0, parents, rule
        self.op = op

    data = property(lambda self: self.__x)
    grad = property(lambda self: self.__g)

    def __add__(self, other):
        return Node(self.__x + other.__x, (self, other), lambda g: (g, g), "add")

    def __mul__(self, other):
        shares = lambda g: (g * other.__x, g * self.__x)
        return Node(self.__x * other.__x, (self, other), shares, "mul")

    def backward(self):
        self.__g = 1.0
        for node in reversed(order(self, lambda x: x.__parents)):
            for x, share in zip(node.__parents, node.__rule(node.__g) if node.__rule else ()):
                x.__g += share
"""

RESETS = """
class Node:
    def __init__(self, number, args=(), slopes=()):
        self.number, self.grad, self.args, self.slopes = number, 0.0, args, slopes

    def __add__(self, other):
        return Node(self.number + other.number, (self, other), (lambda a, b: 1, lambda a, b: 1))

    def __mul__(self, other):
        return Node(self.number * other.number, (self, other), (lambda a, b: b, lambda a, b: a))

    def backward(self):
        nodes = order(self, lambda x: x.args)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(nodes):
            for x, slope in zip(node.args, node.slopes):
                x.grad += slope(*[y.number for y in node.args]) * node.grad
"""

CONTEXT = """
class Function:
    def __init__(self, *parents):
        self.parents = parents

class Add(Function):
    def forward(self, a, b):
        return a + b
    def backward(self, share):
        return share, share

class Mul(Function):
    def forward(self, a, b):
        self.saved = a, b
        return a * b
    def backward(self, share):
        a, b = self.saved
        return share * b, share * a

class Node:
    def __init__(self, data):
        self.data, self.grad, self._ctx = data, None, None

    @classmethod
    def apply(cls, function, *parents):
        context = function(*parents)
        out = cls(context.forward(*[x.data for x in parents]))
        out._ctx = context
        return out

    def __add__(self, other): return Node.apply(Add, self, other)
    def __mul__(self, other): return Node.apply(Mul, self, other)

    def backward(self):
        self.grad = 1.0
        for node in reversed(order(self, lambda x: x._ctx.parents if x._ctx else ())):
            if node._ctx:
                for x, share in zip(node._ctx.parents, node._ctx.backward(node.grad)):
                    x.grad = share if x.grad is None else x.grad + share
"""

PULLED = """
class Node:
    def __init__(self, value):
        self.value, self.used, self.found = value, [], None

    @property
    def grad(self):
        if self.found is None:
            self.found = sum(partial * user.grad for partial, user in self.used)
        return self.found

    def made(self, value, *pairs):
        out = Node(value)
        for x, partial in pairs:
            x.used.append((partial, out))
        return out

    def __add__(self, other):
        return self.made(self.value + other.value, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self.made(self.value * other.value, (self, other.value), (other, self.value))

    def backward(self):
        self.found = 1.0
"""

LAZY = """
class Node:
    def __init__(self, value, rule=None, *args):
        self.known, self.rule, self.args, self.grad = value, rule, args, 0.0

    @property
    def value(self):
        if self.known is None:
            self.known = self.rule(*[x.value for x in self.args])[0]
        return self.known

    def __add__(self, other): return Node(None, lambda a, b: (a + b, 1.0, 1.0), self, other)
    def __mul__(self, other): return Node(None, lambda a, b: (a * b, b, a), self, other)

    def backward(self, share=1.0):
        self.grad += share
        if self.args:
            for x, partial in zip(self.args, self.rule(*[x.value for x in self.args])[1:]):
                x.backward(share * partial)
"""

CAME_FROM = """
class Node:
    def __init__(self, value, *came_from):
        self.value, self.came_from, self.grad = value, came_from, 0.0

    def __add__(self, other): return Node(self.value + other.value, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return Node(self.value * other.value, (self, other.value), (other, self.value))

    def backward(self, share=1.0):
        self.grad += share
        for x, partial in self.came_from:
            x.backward(share * partial)
"""

# A rule gives back pairs; a pass begins with the gradient that it finds; one keeps those of leaves.
PAIRS = (
    PRIVATE.replace("(g, g)", "((self, g), (other, g))")
    .replace("(g * other.__x, g * self.__x)", "((self, g * other.__x), (other, g * self.__x))")
    .replace("zip(node.__parents, node.__rule(node.__g) if", "(node.__rule(node.__g) if")
)
FINDS = RESETS.replace("node.grad = 0.0\n        self.grad = 1.0", "self.grad = self.grad or 1.0")
UNSEEN = (
    RESETS.replace("self.grad = 1.0", "found = {self: 1.0}")
    .replace("x.grad +=", "found[x] = found.get(x, 0.0) +")
    .replace("* node.grad", "* found[node]")
    .replace(
        "reversed(nodes):",
        "reversed(nodes):\n            node.grad = found[node] * (not node.args)",
    )
)
SEEDED = CONTEXT.replace("def backward(self):", "def backward(self, grad=None):").replace(
    "self.grad = 1.0", "self.grad = 1.0 if grad is None else grad"
)
SWITCHED = CONTEXT.replace("def backward(self):", "def backward(self, retain_graph=True):")
UNCOUNTED = (
    (
        SPANISH.replace("self.gradiente = 1.0", "suma = {self: 1.0}")
        .replace("padre.gradiente +=", "suma[padre] = suma.get(padre, 0.0) +")
        .replace("parcial * nodo.gradiente", "parcial * suma.get(nodo, 0.0)")
        .replace("x.padres)):", "x.padres)):\n            nodo.fin(suma.get(nodo, 0.0))")
    )
    + """
    def fin(self, suma):
        if not self.padres:
            self.gradiente = suma
"""
)

# (source, right, wrong, culprit's kind and operation; "" where it is a node that is at fault)
FAULTS = {
    "slots, partial": (SLOTS, "+= other.data * out.grad", "+= 2 * out.grad", "partial", "mul"),
    "slots, unchained": (SLOTS, "+= other.data * out.grad", "+= other.data", "partial", "mul"),
    "slots, order": (SLOTS, "in reversed(", "in (", "order", "add"),
    "slots, sum": (SLOTS, "self.grad += other", "self.grad = other", "accumulation", "mul"),
    "spanish, partial": (SPANISH, "otro.valor, self.valor)", "1.0, self.valor)", "partial", "mul"),
    "spanish, sum": (SPANISH, "padre.gradiente +=", "padre.gradiente =", "accumulation", ""),
    "spanish, added": (SPANISH, "parcial * nodo", "parcial + nodo", "gradient", ""),
    "private, partial": (PRIVATE, "(g * other.__x,", "(g * self.__x,", "partial", "mul"),
    "resets, partial": (RESETS, "b: b, lambda", "b: a, lambda", "partial", "mul"),
    "resets, sum": (RESETS, "x.grad +=", "x.grad =", "accumulation", "mul"),
    "context, partial": (CONTEXT, "share * b, share * a", "share * b, share * b", "partial", "Mul"),
    "context, unchained": (CONTEXT, "share * b, share * a", "b, a", "partial", "Mul"),
    "context, sum": (CONTEXT, "x.grad + share", "share", "accumulation", ""),
    "came from, partial": (CAME_FROM, "(self, other.v", "(self, self.v", "partial", "mul"),
    "came from, sum": (CAME_FROM, "self.grad += share", "self.grad = share", "accumulation", ""),
    "pairs, partial": (PAIRS, "(self, g * other", "(self, g * self", "partial", "mul"),
    "finds, unchained": (FINDS, " * node.grad", "", "partial", "mul"),
    "unseen, partial": (UNSEEN, "b: b, lambda", "b: a, lambda", "partial", "mul"),
    "private, sum": (PRIVATE, "x.__g += share", "x.__g = share", "accumulation", ""),
    # a pass that is given its seed; one that has a switch; one whose gradients no node keeps
    "seeded, partial": (SEEDED, "share * b, share * a", "share * b, share * b", "partial", "Mul"),
    "switched, partial": (SWITCHED, "share * b, share", "share, share", "partial", "Mul"),
    "switched, seed": (SWITCHED, "self.grad = 1.0", "self.grad = 2.0", "seed", "Add"),
    "uncounted, order": (UNCOUNTED, "in reversed(", "in (", "gradient", ""),
    "uncounted, sum": (UNCOUNTED, "suma.get(padre, 0.0) + ", "", "gradient", ""),
    "lazy, partial": (LAZY, "(a * b, b, a)", "(a * b, a, b)", "gradient", ""),
    "pulled, partial": (PULLED, "(self, other.value),", "(self, self.value),", "gradient", ""),
}
