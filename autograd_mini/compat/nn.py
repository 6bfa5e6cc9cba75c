"""micrograd's networks, and the layers that its courses add: Linear, ReLU, Tanh, Sequential, ...

Weights are drawn in micrograd's order and sums taken in its order: after `random.seed(1337)` every
number is the one that micrograd gives.
"""

import random
from collections.abc import Iterable
from typing import Any, ClassVar

from autograd_mini.nn.networks import Module
from autograd_mini.numbers.arguments import one_of

from .engine import Value


class Neuron(Module):
    """relu(w . x + b), linear with nonlin=False; without b for bias=False.

    >>> neuron = Neuron(2, nonlin=False); neuron, len(neuron.parameters())
    (LinearNeuron(2), 3)
    """

    kind: ClassVar[str] = "ReLU"

    def __init__(self, nin: int, nonlin: bool = True, bias: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = self._bias() if bias else None
        self.nonlin = one_of("nonlin", nonlin, (True, False))  # no name of an activation

    def _bias(self) -> Value:
        return Value(0)

    def __call__(self, x: Iterable[Any]) -> Value:
        """The output for nin numbers or Values."""
        terms = (wi * xi for wi, xi in zip(self.w, x, strict=False))
        act = sum(terms, Value(0) if self.b is None else self.b)
        return getattr(act, self.kind.lower())() if self.nonlin else act

    def parameters(self) -> list[Any]:
        """The weights, then the bias."""
        return self.w + ([] if self.b is None else [self.b])

    def __repr__(self) -> str:
        return f"{self.kind if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons that see the same inputs; the output of a single one is not in a list."""

    neuron: ClassVar[type[Neuron]] = Neuron

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [self.neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Iterable[Any]) -> Any:
        """The outputs for one sample."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Any]:
        """Those of the first neuron, then of the second, ..."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class Linear(Layer):
    """A layer without activation, which is a layer of its own then."""

    def __init__(self, nin: int, nout: int, nonlin: bool = False, **kwargs: Any) -> None:
        super().__init__(nin, nout, nonlin=nonlin, **kwargs)


class Sequential(Module):
    """One layer after the other: Sequential([Linear(2, 4), Tanh(), Linear(4, 1)])."""

    shown: ClassVar[str] = "Sequential of"

    def __init__(self, *layers: Any) -> None:
        self.layers = [*layers[0]] if len(layers) == 1 and _listed(layers[0]) else [*layers]

    def __call__(self, x: Any) -> Any:
        """The outputs for one sample."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Any]:
        """Those of the first layer, then of the second, ..."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"{self.shown} [{', '.join(map(str, self.layers))}]"


class MLP(Sequential):
    """micrograd's MLP(nin, nouts): relu, the last layer linear; nonlin=False: all of them.

    Some courses give the layers themselves: MLP([Layer(2, 2), Tanh(), Layer(2, 1)]).

    >>> MLP(2, [2, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    """

    layer: ClassVar[type[Layer]] = Layer
    last: ClassVar[bool] = False  # whether the last layer has an activation, too
    shown = "MLP of"

    def __init__(self, nin: Any, nouts: list[int] | None = None, nonlin: bool = True) -> None:
        if nouts is None:
            super().__init__(nin)
            return
        acts = [nonlin] * (len(nouts) - 1) + [nonlin and self.last]
        sizes = zip([nin, *nouts], nouts, acts, strict=False)
        self.layers = [self.layer(a, b, nonlin=act) for a, b, act in sizes]


# --- activations as layers -----------------------------------------------------------------------
class ReLU(Module):
    """relu of each output of the layer before; `Tanh` and `Sigmoid` alike."""

    def __call__(self, x: Any) -> Any:
        """The activation of a Value, or of each in a list."""
        act = type(self).__name__.lower()
        return [getattr(v, act)() for v in x] if _listed(x) else getattr(x, act)()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Tanh(ReLU):
    """tanh of each output of the layer before."""


class Sigmoid(ReLU):
    """sigmoid of each output of the layer before."""


def _listed(x: object) -> bool:
    return isinstance(x, list | tuple)
