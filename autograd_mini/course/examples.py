"""Computations that many have worked through by hand, by name, as recorded steps."""

from autograd_mini.notation.labels import subscript
from autograd_mini.numbers.arguments import one_of
from autograd_mini.optim import SGD
from autograd_mini.stepping import Steps, steps
from autograd_mini.value import Value

from .exercises import weighted


def two_two_two() -> tuple[Value, list[Value]]:
    """The error of a 2-2-2 network of sigmoids, and its weights; its biases stay as they are.

    Its numbers are those of M. Mazur, A Step by Step Backpropagation Example (2015).

    >>> error, weights = two_two_two()
    >>> error.backward()
    >>> f"{error.data:.9f} {weights[4].grad:.9f}"
    '0.298371109 0.082167041'
    """
    w = _numbers("w₁ w₂ w₃ w₄ w₅ w₆ w₇ w₈", 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55)
    layer, biases = _numbers("x₁ x₂", 0.05, 0.1), _numbers("b₁ b₂", 0.35, 0.6)
    for name, b, of in zip("ho", biases, (w[:4], w[4:]), strict=True):
        sums = [weighted(of[:2], b, layer), weighted(of[2:], b, layer)]
        layer = [z.sigmoid() for z in sums]
        for k, (z, out) in enumerate(zip(sums, layer, strict=True), 1):
            z.label, out.label = f"z{name}{subscript(k)}", name + subscript(k)
    first, second = ((o - t) ** 2 / 2 for o, t in zip(layer, (0.01, 0.99), strict=True))
    error = first + second
    first.label, second.label, error.label = "E₁", "E₂", "E"
    return error, w


def _numbers(names: str, *numbers: float) -> list[Value]:
    return [Value(x, label=name) for name, x in zip(names.split(), numbers, strict=True)]


def chain() -> tuple[Value, list[Value]]:
    """The product (x + y) z of CS231n, Backpropagation, Intuitions."""
    x, y, z = _numbers("x y z", -2.0, 5.0, -4.0)
    q = x + y
    f = q * z
    q.label, f.label = "q", "f"
    return f, []


def neuron() -> tuple[Value, list[Value]]:
    """The sigmoid neuron of two inputs of the same notes."""
    w, x = _numbers("w₀ w₁ w₂", 2.0, -3.0, -3.0), _numbers("x₀ x₁", -1.0, -2.0)
    z = w[0] * x[0] + w[1] * x[1] + w[2]
    f = z.sigmoid()
    z.label, f.label = "z", "f"
    return f, []


EXAMPLES = {"2-2-2": two_two_two, "chain": chain, "neuron": neuron}


def example(name: str) -> Steps:
    """The steps of an example; where it has weights, their update at the rate 0.5 too.

    Raises ValueError for a name that is not in EXAMPLES.
    """
    root, weights = EXAMPLES[one_of("name", name, EXAMPLES)]()
    return steps(root, optimiser=SGD(weights, lr=0.5) if weights else None)
