"""Neurons, layers and networks (multilayer perceptrons), with micrograd's interface.

A neuron computes act(w . x + b): a linear combination of its inputs x by its weights w, plus its
bias b, through its activation. In the graph it is two nodes, however many inputs there are, because
w . x + b is one of them: the dot product of (w[0], ..., w[n-1], b) and (x[0], ..., x[n-1], 1), the
bias being the weight of a constant 1. (A node for `+ b` made training a tenth slower.) Inputs that
are plain numbers stay constants, too: no node, no gradient.

>>> model = MLP(2, [3, 1], activation="tanh", seed=0)
>>> y = model([1.0, -0.5])
>>> y.backward()
>>> [name for name, p in model.named_parameters().items() if p.grad == 1]
['layer2.neuron1.b']
"""

from .gpt import GPT
from .networks import MLP, Layer, Module, Neuron, Weights, activations

__all__ = ["Module", "Neuron", "Layer", "MLP", "GPT", "Weights", "activations"]
