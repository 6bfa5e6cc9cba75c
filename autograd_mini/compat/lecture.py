"""The networks of micrograd's lecture: tanh in every layer, and a bias that is drawn as well."""

import random

from autograd_mini.nn.networks import Module

from . import nn
from .engine import Value
from .nn import Linear, ReLU, Sequential, Sigmoid, Tanh

__all__ = ["MLP", "Layer", "Linear", "Module", "Neuron", "ReLU", "Sequential", "Sigmoid", "Tanh"]


class Neuron(nn.Neuron):
    """tanh(w . x + b), with b from U(-1, 1) as the weights.

    >>> Neuron(3), MLP(3, [4, 1]).layers[-1]
    (TanhNeuron(3), Layer of [TanhNeuron(4)])
    """

    kind = "Tanh"

    def _bias(self) -> Value:
        return Value(random.uniform(-1, 1))


class Layer(nn.Layer):
    """Neurons that see the same inputs."""

    neuron = Neuron


class MLP(nn.MLP):
    """An activation in the last layer, too."""

    layer, last = Layer, True
