"""Right engines in five manners, as people write them, and the faults that are planted in them.

Each is a text, so that a fault is a line of it changed, as a learner gets it wrong. All have
+ - * / ** relu tanh exp, and nothing in common but that.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

_REFLECTED = """
    def __rsub__(self, other): return {0}(other) - self
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __rtruediv__(self, other): return {0}(other) / self
"""

# A set of parents, closures, a recursive order.
CLOSURES = """
class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0  # an int, as in micrograd
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")
        def _backward():
            self.grad += out.grad / other.data
            other.grad += -out.grad * self.data / other.data**2
        out._backward = _backward
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self,), f"**{n}")
        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad
        out._backward = _backward
        return out

    def __neg__(self):
        out = Value(-self.data, (self,), "neg")
        def _backward():
            self.grad += -out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(0.0 if self.data < 0 else self.data, (self,), "ReLU")
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")
        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")
        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

    def __sub__(self, other): return self + (-other)
""" + _REFLECTED.format("Value")

# Tuples of parents and of local gradients, no closure, no name of the operation (`born` is the
# test's own note).
RECORDED = """
class Value:
    __slots__ = ("data", "grad", "_children", "_local_grads", "born")

    def __init__(self, data, children=(), local_grads=(), born=""):
        self.data = data
        self.grad = 0
        self._children = children
        self._local_grads = local_grads
        self.born = born

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1, 1), "+")

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data - other.data, (self, other), (1, -1), "-")

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        partials = (1 / other.data, -self.data / other.data**2)
        return Value(self.data / other.data, (self, other), partials, "/")

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),), "**")

    def __neg__(self):
        return Value(-self.data, (self,), (-1,), "neg")

    def relu(self):
        return Value(max(0, self.data), (self,), (float(self.data > 0),), "ReLU")

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,), "tanh")

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self,), (e,), "exp")

    def backward(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._children:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1
        for v in reversed(topo):
            for child, local in zip(v._children, v._local_grads):
                child.grad += local * v.grad

""" + _REFLECTED.format("Value")

# Names for nodes, a `visited` list, closures under another name, other words for everything;
# it prints.
NAMED = """
class Number:
    count = 0

    def __init__(self, value, parents=(), operation=None, name=None):
        Number.count += 1
        self.value = value
        self.gradient = None
        self.parents = list(parents)
        self.operation = operation
        self.name = name or f"n{Number.count}"
        self.backward_fn = None

    @classmethod
    def made(cls, value, parents, operation, backward_fn):
        out = cls(value, [p for p in parents if isinstance(p, Number)], operation)
        out.backward_fn = backward_fn
        return out

    def receive(self, share):
        self.gradient = share if self.gradient is None else self.gradient + share

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other, name=str(other))
        def fn(g):
            self.receive(g)
            other.receive(g)
        return Number.made(self.value + other.value, [self, other], "+", fn)

    def __sub__(self, other):
        other = other if isinstance(other, Number) else Number(other, name=str(other))
        def fn(g):
            self.receive(g)
            other.receive(-g)
        return Number.made(self.value - other.value, [self, other], "-", fn)

    def __mul__(self, other):
        if not isinstance(other, Number):
            return Number.made(self.value * other, [self], "*k", lambda g: self.receive(other * g))
        def fn(g):
            self.receive(other.value * g)
            other.receive(self.value * g)
        return Number.made(self.value * other.value, [self, other], "*", fn)

    def __truediv__(self, other):
        other = other if isinstance(other, Number) else Number(other, name=str(other))
        def fn(g):
            self.receive(g / other.value)
            other.receive(-g * self.value / (other.value * other.value))
        return Number.made(self.value / other.value, [self, other], "/", fn)

    def __pow__(self, n):
        def fn(g):
            self.receive(n * self.value ** (n - 1) * g)
        return Number.made(self.value**n, [self], "**", fn)

    def __neg__(self):
        return Number.made(-self.value, [self], "neg", lambda g: self.receive(-g))

    def relu(self):
        def fn(g):
            self.receive(g if self.value > 0 else 0.0)
        return Number.made(max(0.0, self.value), [self], "ReLU", fn)

    def tanh(self):
        t = (math.exp(2 * self.value) - 1) / (math.exp(2 * self.value) + 1)
        return Number.made(t, [self], "tanh", lambda g: self.receive((1 - t * t) * g))

    def exp(self):
        e = math.exp(self.value)
        return Number.made(e, [self], "exp", lambda g: self.receive(e * g))

    def backprop(self):
        order, visited = [], []
        def visit(node):
            if not any(node is other for other in visited):
                visited.append(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)
        visit(self)
        print("backprop over", len(order), "nodes")
        for node in order:
            if node.parents:
                node.gradient = None
        self.gradient = 1.0
        for node in reversed(order):
            if node.backward_fn:
                node.backward_fn(node.gradient or 0.0)

""" + _REFLECTED.format("Number")

# backward(grad) takes the incoming gradient and hands shares on by itself, path by path; constants
# stay plain numbers among the inputs.
INCOMING = """
class Scalar:
    def __init__(self, val, inputs=(), op=""):
        self.val = val
        self.grad = 0.0
        self.inputs = inputs
        self.op = op

    def __add__(self, other):
        return Scalar(self.val + number(other), (self, other), "+")

    def __sub__(self, other):
        return Scalar(self.val - number(other), (self, other), "-")

    def __rsub__(self, other):
        return Scalar(other - self.val, (other, self), "-")

    def __mul__(self, other):
        return Scalar(self.val * number(other), (self, other), "*")

    def __truediv__(self, other):
        return Scalar(self.val / number(other), (self, other), "/")

    def __rtruediv__(self, other):
        return Scalar(other / self.val, (other, self), "/")

    def __pow__(self, n):
        return Scalar(self.val**n, (self, n), "**")

    def __neg__(self):
        return Scalar(-self.val, (self,), "neg")

    def relu(self):
        return Scalar(max(0.0, self.val), (self,), "ReLU")

    def tanh(self):
        return Scalar(math.tanh(self.val), (self,), "tanh")

    def exp(self):
        return Scalar(math.exp(self.val), (self,), "exp")

    def backward(self, grad=1.0):
        self.grad += grad
        if not self.inputs:
            return
        a, *rest = self.inputs
        b = rest[0] if rest else None
        if self.op == "+":
            hand(a, grad)
            hand(b, grad)
        elif self.op == "-":
            hand(a, grad)
            hand(b, -grad)
        elif self.op == "*":
            hand(a, grad * number(b))
            hand(b, grad * number(a))
        elif self.op == "/":
            hand(a, grad / number(b))
            hand(b, -grad * number(a) / number(b) ** 2)
        elif self.op == "**":
            hand(a, grad * b * a.val ** (b - 1))
        elif self.op == "neg":
            hand(a, -grad)
        elif self.op == "ReLU":
            hand(a, grad if a.val > 0 else 0.0)
        elif self.op == "tanh":
            hand(a, grad * (1 - self.val**2))
        elif self.op == "exp":
            hand(a, grad * self.val)

    __radd__, __rmul__ = __add__, __mul__

def number(x):
    return x.val if isinstance(x, Scalar) else x

def hand(x, share):
    if isinstance(x, Scalar):
        x.backward(share)
"""

# NumPy scalars, a subclass made by the operations, parents as pairs with their local derivative,
# 0-d arrays for gradients.
NUMPY = """
class Node:
    def __init__(self, x):
        self._value = np.float64(x)
        self._grad = np.zeros(())

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, x):
        self._value = x

class Leaf(Node):
    edges = ()

class Made(Node):
    def __init__(self, op, x, *edges):
        super().__init__(x)
        self.op = op
        self.edges = [(p, np.float64(d)) for p, d in edges if isinstance(p, Node)]

def of(x):
    return x.value if isinstance(x, Node) else np.float64(x)

def add(a, b): return Made("+", of(a) + of(b), (a, 1.0), (b, 1.0))
def sub(a, b): return Made("-", of(a) - of(b), (a, 1.0), (b, -1.0))
def mul(a, b): return Made("*", of(a) * of(b), (a, of(b)), (b, of(a)))
def div(a, b): return Made("/", of(a) / of(b), (a, 1 / of(b)), (b, -of(a) / of(b) ** 2))
def neg(a): return Made("neg", -of(a), (a, -1.0))
def power(a, n): return Made("**", of(a) ** n, (a, n * of(a) ** (n - 1)))
def exp(a):
    e = np.exp(of(a))
    return Made("exp", e, (a, e))
def tanh(a):
    t = np.tanh(of(a))
    return Made("tanh", t, (a, 1 - t**2))
def relu(a): return Made("ReLU", np.maximum(of(a), 0.0), (a, np.heaviside(of(a), 0.0)))

def backward(root):
    for node in order(root):
        if node.edges:
            node._grad = np.zeros(())
    root._grad = np.ones(())
    for node in reversed(order(root)):
        for parent, local in node.edges:
            parent._grad = parent._grad + node._grad * local

def order(root):
    done, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent, _ in node.edges]
    return done

Node.__add__, Node.__sub__, Node.__mul__, Node.__truediv__ = add, sub, mul, div
Node.__radd__, Node.__rmul__ = add, mul
Node.__rsub__, Node.__rtruediv__ = lambda a, b: sub(b, a), lambda a, b: div(b, a)
Node.__neg__, Node.__pow__, Node.relu, Node.tanh, Node.exp = neg, power, relu, tanh, exp
Node.backward = backward
"""

SOURCES = {
    "closures": (CLOSURES, "Value"),
    "recorded": (RECORDED, "Value"),
    "named": (NAMED, "Number"),
    "incoming": (INCOMING, "Scalar"),
    "numpy": (NUMPY, "Leaf"),
}


class Fault(NamedTuple):
    """A line changed, and what the checker must say of it: kind of culprit, operation."""

    old: str
    new: str
    kind: str = "partial"
    op: str = ""


_EVERY_PATH = """
    def backward(self):
        self.grad = 1.0
        self.walk()
    def walk(self):
        self._backward()
        for child in self._prev:
            child.walk()
"""
_STACK = """
        topo, stack = [], [self]
        while stack:
            v = stack.pop()
            if v not in topo:
                topo.append(v)
                stack += list(v.{parents})
        topo.reverse()
"""
_LEVELS = """
        topo = [self]
        for v in topo:
            topo += [p for p in v.{parents} if p not in topo]
        topo.reverse()
"""
_ONE = "if v not in visited:"


def _built(source: str) -> str:
    """The lines of the source that make the topological order."""
    start = source.index("        topo, visited")
    return source[start : source.index("        build(self)\n") + len("        build(self)\n")]


FAULTS: dict[str, dict[str, Fault]] = {
    "closures": {
        "mul: wrong operand": Fault(
            "other.grad += self.data * out.grad", "other.grad += other.data * out.grad", op="*"
        ),
        "mul: forgotten factor": Fault("self.grad += other.data * out", "self.grad += out", op="*"),
        "mul: hands on nothing": Fault(
            "            self.grad += other.data * out.grad\n"
            "            other.grad += self.data * out.grad\n",
            "            pass\n",
            op="*",
        ),
        "add: sign": Fault("other.grad += out.grad", "other.grad -= out.grad", op="+"),
        "add: one operand": Fault("            other.grad += out.grad\n", "", op="+"),
        "div: sign": Fault("other.grad += -out.grad * s", "other.grad += out.grad * s", op="/"),
        "div: not squared": Fault("other.data**2", "other.data", op="/"),
        "div: first": Fault("+= out.grad / other.data", "+= out.grad * other.data", op="/"),
        "pow: forgets n": Fault("+= n * self.data **", "+= self.data **", op="**"),
        "pow: n for n - 1": Fault("** (n - 1) * out", "** n * out", op="**"),
        "neg: sign": Fault("self.grad += -out.grad", "self.grad += out.grad", op="neg"),
        "relu: at negative": Fault("(out.data > 0) * out.grad", "out.grad", op="ReLU"),
        "tanh: of the input": Fault("1 - t**2", "1 - self.data**2", op="tanh"),
        "tanh: no square": Fault("1 - t**2", "1 - t", op="tanh"),
        "exp: of the input": Fault("out.data * out.grad", "self.data * out.grad", op="exp"),
        "exp: forgotten chain": Fault("out.data * out.grad", "out.data", op="exp"),
        "mul: = for +=": Fault(
            "self.grad += other.data * out.grad", "self.grad = other.data * out.grad",
            "accumulation",
        ),
        "add: = for +=": Fault(
            "            self.grad += out.grad\n            other.grad += out.grad",
            "            self.grad = out.grad\n            other.grad = out.grad",
            "accumulation",
        ),
        "no order": Fault(_built(CLOSURES), _STACK.format(parents="_prev"), "order"),
        "breadth first": Fault(_built(CLOSURES), _LEVELS.format(parents="_prev"), "order"),
        "each path": Fault("    def backward(self):", _EVERY_PATH + "    def old(self):", "order"),
        "is not": Fault(_ONE, "if v is not visited:", "order"),
        "equal data": Fault(
            _ONE, "if v.data not in [w.data for w in visited]:", "accumulation"
        ),
        "lost parent": Fault('other.data, (self, other), "*")', 'other.data, (self,), "*")',
                             "accumulation"),
        "seed": Fault("self.grad = 1.0\n", "self.grad = 2.0\n", "seed"),
        "value": Fault("Value(math.exp(self.data)", "Value(math.exp(-self.data)", "value"),
    },
    "recorded": {
        "mul: wrong operand": Fault("(other.data, self.data)", "(self.data, other.data)", op="*"),
        "mul: forgotten factor": Fault("(other.data, self.data)", "(1, self.data)", op="*"),
        "mul: hands on nothing": Fault("(other.data, self.data)", "(0, 0)", op="*"),
        "add: sign": Fault("(1, 1)", "(1, -1)", op="+"),
        "add: twice": Fault("(1, 1)", "(1, 2)", op="+"),
        "sub: sign": Fault("(1, -1)", "(1, 1)", op="-"),
        "sub: both": Fault("(1, -1)", "(-1, 1)", op="-"),
        "div: sign": Fault("-self.data / other", "self.data / other", op="/"),
        "div: not squared": Fault("other.data**2", "other.data", op="/"),
        "div: first": Fault("(1 / other.data,", "(other.data,", op="/"),
        "pow: forgets n": Fault("(n * self.data **", "(self.data **", op="**"),
        "pow: n for n - 1": Fault("** (n - 1)", "** n", op="**"),
        "neg: sign": Fault("(-1,)", "(1,)", op="neg"),
        "relu: at negative": Fault("(float(self.data > 0),)", "(1.0,)", op="ReLU"),
        "tanh: of the input": Fault("1 - t * t", "1 - self.data**2", op="tanh"),
        "tanh: no square": Fault("1 - t * t", "1 - t", op="tanh"),
        "exp: of the input": Fault("(e,)", "(self.data,)", op="exp"),
        "forgotten chain": Fault("local * v.grad", "local"),
        "= for +=": Fault("child.grad += local", "child.grad = local", "accumulation"),
        "no order": Fault(_built(RECORDED), _STACK.format(parents="_children"), "order"),
        "breadth first": Fault(_built(RECORDED), _LEVELS.format(parents="_children"), "order"),
        "is not": Fault(_ONE, "if v is not visited:", "order"),
        "equal data": Fault(
            _ONE, "if v.data not in [w.data for w in visited]:", "accumulation"
        ),
        "lost parent": Fault('(self, other), (other.data, self.data), "*"',
                             '(self,), (other.data,), "*"', "accumulation"),
        "parents in a dict": Fault(
            '(self, other), (other.data, self.data), "*"',
            '*map(tuple, zip(*{self: other.data, other: self.data}.items())), "*"', "accumulation",
        ),
        "seed": Fault("self.grad = 1\n", "self.grad = 2\n", "seed"),
    },
    "named": {
        "mul: wrong operand": Fault(
            "other.receive(self.value * g)", "other.receive(other.value * g)", op="*"
        ),
        "mul: forgotten factor": Fault("self.receive(other.value * g)", "self.receive(g)", op="*"),
        "mul: hands on nothing": Fault("            other.receive(self.value * g)\n", "", op="*"),
        "mul: by a constant": Fault("self.receive(other * g)", "self.receive(g)", op="*k"),
        "add: sign": Fault("other.receive(g)\n", "other.receive(-g)\n", op="+"),
        "sub: sign": Fault("other.receive(-g)\n", "other.receive(g)\n", op="-"),
        "div: sign": Fault("other.receive(-g * s", "other.receive(g * s", op="/"),
        "div: not squared": Fault("(other.value * other.value)", "other.value", op="/"),
        "div: first": Fault("self.receive(g / other", "self.receive(g * other", op="/"),
        "pow: forgets n": Fault("receive(n * self.value **", "receive(self.value **", op="**"),
        "pow: n for n - 1": Fault("** (n - 1)", "** n", op="**"),
        "neg: sign": Fault('"neg", lambda g: self.receive(-g)', '"neg", lambda g: self.receive(g)',
                           op="neg"),
        "relu: at negative": Fault("g if self.value > 0 else 0.0", "g", op="ReLU"),
        "tanh: of the input": Fault("1 - t * t", "1 - self.value**2", op="tanh"),
        "tanh: no square": Fault("1 - t * t", "1 - t", op="tanh"),
        "exp: of the input": Fault("(e * g)", "(self.value * g)", op="exp"),
        "= for +=": Fault(
            "share if self.gradient is None else self.gradient + share", "share", "accumulation"
        ),
        "no order": Fault("reversed(order)", "sorted(order, key=lambda n: -n.value)", "order"),
        "creation order": Fault("reversed(order)", "order[-1:] + order[:-1]", "order"),
        "is not": Fault("not any(node is other for other in visited)", "node is not visited",
                        "order"),
        "equal data": Fault("node is other for", "node.value == other.value for", "accumulation"),
        "lost parent": Fault('[self, other], "*"', '[self], "*"', "accumulation"),
        "seed": Fault("self.gradient = 1.0", "self.gradient = self.value", "seed"),
    },
    "incoming": {
        "mul: wrong operand": Fault(
            "hand(b, grad * number(a))", "hand(b, grad * number(b))", op="*"
        ),
        "mul: forgotten factor": Fault("hand(a, grad * number(b))", "hand(a, grad)", op="*"),
        "mul: hands on nothing": Fault("            hand(b, grad * number(a))\n", "", op="*"),
        "add: sign": Fault(
            "hand(a, grad)\n            hand(b, grad)", "hand(a, grad)\n            hand(b, -grad)",
            op="+",
        ),
        "add: one operand": Fault(
            "hand(a, grad)\n            hand(b, grad)", "hand(a, grad)", op="+"
        ),
        "sub: sign": Fault(
            "hand(a, grad)\n            hand(b, -grad)", "hand(a, grad)\n            hand(b, grad)",
            op="-",
        ),
        "div: sign": Fault("hand(b, -grad * n", "hand(b, grad * n", op="/"),
        "div: not squared": Fault("number(b) ** 2", "number(b)", op="/"),
        "div: first": Fault("hand(a, grad / number(b))", "hand(a, grad * number(b))", op="/"),
        "pow: forgets n": Fault("grad * b * a.val **", "grad * a.val **", op="**"),
        "pow: n for n - 1": Fault("** (b - 1)", "** b", op="**"),
        "neg: sign": Fault("            hand(a, -grad)\n        elif self.op == \"ReLU",
                           "            hand(a, grad)\n        elif self.op == \"ReLU", op="neg"),
        "relu: at negative": Fault("grad if a.val > 0 else 0.0", "grad", op="ReLU"),
        "tanh: of the input": Fault("1 - self.val**2", "1 - a.val**2", op="tanh"),
        "tanh: no square": Fault("1 - self.val**2", "1 - self.val", op="tanh"),
        "exp: of the input": Fault("grad * self.val)", "grad * a.val)", op="exp"),
        "exp: forgotten chain": Fault("grad * self.val)", "self.val)", op="exp"),
        "= for +=": Fault("self.grad += grad", "self.grad = grad", "accumulation"),
        "child.grad": Fault("self.grad += grad\n", "self.grad += grad\n        grad = self.grad\n",
                            "order"),
        "lost parent": Fault('number(other), (self, other), "*"', 'number(other), (self, number('
                             'other)), "*"', "accumulation"),
        "seed": Fault("grad=1.0", "grad=2.0", "seed"),
    },
    "numpy": {
        "mul: wrong operand": Fault("(a, of(b)), (b, of(a))", "(a, of(a)), (b, of(b))", op="*"),
        "mul: forgotten factor": Fault("(a, of(b)), (b, of(a))", "(a, 1.0), (b, of(a))", op="*"),
        "mul: hands on nothing": Fault("(a, of(b)), (b, of(a))", "(a, 0.0), (b, 0.0)", op="*"),
        "add: sign": Fault("(a, 1.0), (b, 1.0)", "(a, 1.0), (b, -1.0)", op="+"),
        "add: twice": Fault("(a, 1.0), (b, 1.0)", "(a, 1.0), (b, 2.0)", op="+"),
        "sub: sign": Fault("(a, 1.0), (b, -1.0)", "(a, 1.0), (b, 1.0)", op="-"),
        "sub: both": Fault("(a, 1.0), (b, -1.0)", "(a, -1.0), (b, 1.0)", op="-"),
        "div: sign": Fault("(b, -of(a) /", "(b, of(a) /", op="/"),
        "div: not squared": Fault("of(b) ** 2", "of(b)", op="/"),
        "div: first": Fault("(a, 1 / of(b))", "(a, of(b))", op="/"),
        "pow: forgets n": Fault("(a, n * of(a) **", "(a, of(a) **", op="**"),
        "pow: n for n - 1": Fault("** (n - 1)", "** n", op="**"),
        "neg: sign": Fault("(a, -1.0))\ndef power", "(a, 1.0))\ndef power", op="neg"),
        "relu: at negative": Fault("np.heaviside(of(a), 0.0)", "1.0", op="ReLU"),
        "tanh: of the input": Fault("1 - t**2", "1 - of(a) ** 2", op="tanh"),
        "tanh: no square": Fault("1 - t**2", "1 - t", op="tanh"),
        "exp: of the input": Fault("(a, e)", "(a, of(a))", op="exp"),
        "forgotten chain": Fault("node._grad * local", "local"),
        "= for +=": Fault("parent._grad + node._grad", "node._grad", "accumulation"),
        "no order": Fault("            stack.append((node, True))\n",
                          "            done.insert(0, node)\n", "order"),
        "visited twice": Fault("elif id(node) not in seen:", "else:", "order"),
        "equal data": Fault("id(node) not in seen:\n            seen.add(id(node))",
                            "node.value not in seen:\n            seen.add(node.value)",
                            "accumulation"),
        "lost parent": Fault("(a, of(b)), (b, of(a))", "(a, of(b))", "accumulation"),
        "seed": Fault("root._grad = np.ones(())", "root._grad = 3 * np.ones(())", "seed"),
    },
}  # fmt: skip


@cache
def engine(manner: str, fault: str = "") -> Any:
    """The class of an engine's leaves; with a fault planted in it."""
    import numpy as np

    source, name = SOURCES[manner]
    if fault:
        planted = FAULTS[manner][fault]
        assert planted.old in source, (manner, fault)
        source = source.replace(planted.old, planted.new, 1)
    space: dict[str, Any] = {"math": math, "np": np}
    exec(source, space)
    return space[name]
