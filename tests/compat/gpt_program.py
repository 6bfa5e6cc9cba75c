"""A GPT of scalars in the manner of microgpt: nothing but a class Value, lists, and Adam by hand.

Written anew for the tests. `Value` is a name that whoever runs this file has put there; without it
the file's own class, slots with local gradients, serves.
"""

import math
import random
from itertools import pairwise

if "Value" not in globals():

    class Value:
        __slots__ = ("data", "grad", "_children", "_local_grads")

        def __init__(self, data, children=(), local_grads=()):
            self.data, self.grad = data, 0
            self._children, self._local_grads = children, local_grads

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data + other.data, (self, other), (1, 1))

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def __pow__(self, power):
            return Value(self.data**power, (self,), (power * self.data ** (power - 1),))

        def log(self):
            return Value(math.log(self.data), (self,), (1 / self.data,))

        def exp(self):
            e = math.exp(self.data)
            return Value(e, (self,), (e,))

        def relu(self):
            return Value(max(0, self.data), (self,), (float(self.data > 0),))

        __radd__, __rmul__ = __add__, __mul__

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + -other

        def __rsub__(self, other):
            return other + -self

        def __truediv__(self, other):
            return self * other**-1

        def __rtruediv__(self, other):
            return other * self**-1

        def backward(self):
            order, seen = [], set()

            def visit(node):
                if node not in seen:
                    seen.add(node)
                    for child in node._children:
                        visit(child)
                    order.append(node)

            visit(self)
            self.grad = 1
            for node in reversed(order):
                for child, slope in zip(node._children, node._local_grads):
                    child.grad += slope * node.grad


NAMES = "ana eva leo noa ian mia lia gael nora hugo vera luca alma izan".split()
LETTERS = sorted({*"".join(NAMES)})
END, WIDTH, HEADS, CONTEXT = len(LETTERS), 8, 2, 6
draw = random.Random(42)


def matrix(rows, columns):
    return [[Value(draw.gauss(0, 0.1)) for _ in range(columns)] for _ in range(rows)]


W = {name: matrix(WIDTH, WIDTH) for name in ("q", "k", "v", "o")}
W |= {
    "token": matrix(END + 1, WIDTH),
    "place": matrix(CONTEXT, WIDTH),
    "out": matrix(END + 1, WIDTH),
}
W |= {"up": matrix(2 * WIDTH, WIDTH), "down": matrix(WIDTH, 2 * WIDTH)}
PARAMS = [p for rows in W.values() for row in rows for p in row]


def linear(x, w):
    return [sum(a * b for a, b in zip(row, x)) for row in w]


def softmax(scores):
    highest = max(s.data for s in scores)
    powers = [(s - highest).exp() for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def normed(x):
    scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def next_letter(token, place, keys, values):
    x = normed([a + b for a, b in zip(W["token"][token], W["place"][place])])
    rest, x = x, normed(x)
    q = linear(x, W["q"])
    keys.append(linear(x, W["k"]))
    values.append(linear(x, W["v"]))
    heads, size = [], WIDTH // HEADS
    for h in range(0, WIDTH, size):
        scores = [sum(q[h + j] * k[h + j] for j in range(size)) / size**0.5 for k in keys]
        weights = softmax(scores)
        heads += [sum(w * v[h + j] for w, v in zip(weights, values)) for j in range(size)]
    x = [a + b for a, b in zip(linear(heads, W["o"]), rest)]
    rest, x = x, [a.relu() for a in linear(normed(x), W["up"])]
    x = [a + b for a, b in zip(linear(x, W["down"]), rest)]
    return linear(x, W["out"])


def train(steps):
    m, v, losses = [0.0] * len(PARAMS), [0.0] * len(PARAMS), []
    for step in range(steps):
        name = [END, *map(LETTERS.index, NAMES[step % len(NAMES)]), END]
        keys, values, parts = [], [], []
        for place, (token, wanted) in enumerate(pairwise(name)):
            chances = softmax(next_letter(token, place, keys, values))
            parts.append(-chances[wanted].log())
        loss = (1 / len(parts)) * sum(parts)
        loss.backward()
        for i, p in enumerate(PARAMS):
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            first, second = m[i] / (1 - 0.85 ** (step + 1)), v[i] / (1 - 0.99 ** (step + 1))
            p.data -= 0.01 * first / (second**0.5 + 1e-8)
            p.grad = 0
        losses.append(loss.data)
    return losses, loss
