"""Neuron, Layer and MLP: the networks themselves."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isfinite
from typing import Any

from autograd_mini.numbers.arguments import items, listed, operand, real, whole
from autograd_mini.numbers.kinds import brief
from autograd_mini.ops import SHEET
from autograd_mini.transforms import called
from autograd_mini.value import Value

from .fused import Row, layer
from .initialisers import Generator, Initialiser, generator, initialiser

Activation = str | Callable[[Value], Value]


class Module:
    """Anything with parameters: override `parameters`, and `zero_grad` follows."""

    holds = ""  # the attribute with the neurons or layers that it consists of

    def parameters(self) -> list[Value]:
        """The Values that training changes, each once: of its first part, of the second, ..."""
        parts = getattr(self, self.holds, ())
        return [*dict.fromkeys(p for part in parts for p in part.parameters())]

    def named_parameters(self) -> dict[str, Value]:
        """The parameters by name: their labels, or parameter0, parameter1, ... without one.

        Those of a Layer or MLP are `layer1.neuron1.w[0]`, ..., `layer1.neuron1.b`, ..., after the
        name of the whole. Raises ValueError if two have the same label.
        """
        named: dict[str, Value] = {}
        if self.holds:
            for part in getattr(self, self.holds):
                named |= part.named_parameters()
            return named
        for i, p in enumerate(self.parameters()):
            name = p.label or f"parameter{i}"
            if name in named:
                raise ValueError(f"two parameters are called {name!r}; give each its own label")
            named[name] = p
        return named

    def zero_grad(self) -> None:
        """Set every gradient to 0, before the next `backward()` adds to it."""
        for p in self.parameters():
            p.grad = 0.0 if p.data.__class__ is float else 0  # an exact number stays exact


class Weights(tuple["Value", ...]):
    """The weights of a neuron: change one's number (`w[0].data = 0.5`), or replace them all."""

    __slots__ = ()

    def __setitem__(self, index: int, value: object) -> None:
        raise TypeError(
            f"w[{index}] is a fixed Value of its neuron: set its number, w[{index}].data = ...,"
            " or replace all weights, neuron.w = [...]"
        )


class Neuron(Module):
    """act(w . x + b), with nin weights w and a bias b.

    Args:
        nin: the number of inputs, 1 or more.
        nonlin: False makes the activation "linear", as in micrograd.
        activation: "linear" or the name of an operation with one argument ("relu", "tanh", ...); or
            a function from a Value to a Value.
        init: how the weights are drawn: a name ("uniform", "he_normal", "xavier_uniform", ...) or a
            function; see `autograd_mini.nn.initialisers`. The bias starts at 0.
        seed: an int for the same weights on every machine, or a `random.Random`; by default
            Python's own generator, the one that `random.seed` sets.
        nout: the number of neurons in the layer, for the initialisers that ask for it.
        name: comes before the names of the parameters, as in `layer1.neuron3.w[2]`.

    Raises:
        TypeError, ValueError: a size below 1, an unknown activation or initialiser, ...

    >>> neuron = Neuron(2, activation="sigmoid")         # the neuron of CS231n
    >>> neuron.w, neuron.b = [2.0, -3.0], -3.0
    >>> x = [Value(-1.0), Value(-2.0)]
    >>> y = neuron(x)
    >>> y.backward()
    >>> round(y.data, 4), [round(v.grad, 4) for v in x]
    (0.7311, [0.3932, -0.5898])
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: str | Initialiser = "uniform",
        seed: int | Generator | None = None,
        nout: int = 1,
        name: str = "",
    ) -> None:
        self.nin = whole("nin", nin)
        self.name = name
        self.activation = activation if nonlin else "linear"
        _check_activation(self.activation)
        draw, rng = initialiser(init), generator(seed)
        fan = self.nin, whole("nout", nout)
        drawn = [real("the weight that init draws", draw(rng, *fan)) for _ in range(self.nin)]
        self._hold(*drawn, 0.0)

    @property
    def w(self) -> Weights:
        """The weights; assign as many Values or numbers to replace them all."""
        return Weights(self._row.values[:-1])

    @w.setter
    def w(self, weights: Iterable[Value | float]) -> None:
        self._hold(*inputs(weights, self.nin, f"w of {self.name or 'the neuron'}"), self.b)

    @property
    def b(self) -> Value:
        """The bias; assign a Value or a number to replace it."""
        return self._row.values[-1]

    @b.setter
    def b(self, bias: Value | float) -> None:
        self._hold(*self.w, bias)

    def _hold(self, *values: Any) -> None:
        """Make them the weights and the bias, with names where they have none of their own."""
        self._row = Row(v if isinstance(v, Value) else Value(v) for v in values)
        for name, p in self.named_parameters().items():
            p.label = p.label or name

    def __call__(self, x: Iterable[Value | float]) -> Value:
        """The neuron's output for nin numbers or Values."""
        return _outputs([self], inputs(x, self.nin, self.name or "the neuron"))[0]

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return list(self._row.values)

    def named_parameters(self) -> dict[str, Value]:
        """`w[0]`, ..., `b`, after the neuron's own name."""
        prefix = f"{self.name}." if self.name else ""
        names = [f"{prefix}w[{i}]" for i in range(self.nin)]
        return dict(zip([*names, f"{prefix}b"], self._row.values, strict=True))

    def __repr__(self) -> str:
        # as micrograd and the papers write it: ReLU, Tanh, LeakyReLU
        special = {"relu": "ReLU", "gelu": "GELU", "elu": "ELU", "selu": "SELU", "silu": "SiLU"}
        parts = name_of(self.activation).split("_")
        shown = "".join(special.get(part, part.capitalize()) for part in parts)
        return f"{shown}Neuron({self.nin})"


class Layer(Module):
    """nout neurons that all see the same nin inputs. The arguments are a Neuron's.

    >>> layer = Layer(2, 3, activation="tanh", init="xavier_uniform", seed=1)
    >>> len(layer([0.5, -1.0])), list(layer.named_parameters())[:4]
    (3, ['neuron1.w[0]', 'neuron1.w[1]', 'neuron1.b', 'neuron2.w[0]'])
    """

    holds = "neurons"

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: str | Initialiser = "uniform",
        seed: int | Generator | None = None,
        name: str = "",
    ) -> None:
        self.nin, self.nout, self.name = whole("nin", nin), whole("nout", nout), name
        rng, prefix = generator(seed), f"{name}." if name else ""
        made = partial(Neuron, nin, nonlin, activation=activation, init=init, seed=rng, nout=nout)
        self.neurons = [made(name=f"{prefix}neuron{j}") for j in range(1, nout + 1)]

    @property
    def activation(self) -> Activation:
        """That of its neurons; assign another for all of them."""
        return self.neurons[0].activation

    @activation.setter
    def activation(self, activation: Activation) -> None:
        _check_activation(activation)
        for neuron in self.neurons:
            neuron.activation = activation

    def __call__(self, x: Iterable[Value | float]) -> Any:
        """A list of outputs, one for each neuron; of a layer of one neuron, its output alone."""
        out = _outputs(self.neurons, inputs(x, self.nin, self.name or "the layer"))
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of {self.neurons}"


class MLP(Module):
    """A multilayer perceptron: layers of neurons, each layer's outputs the inputs of the next.

    With the defaults it is micrograd's: relu, then a linear layer for the scores, with weights from
    U(-1, 1) and biases of 0; after the same `random.seed(...)` it has the very same weights.

    Args:
        nin: the number of inputs.
        nouts: the number of neurons in each layer, the output layer last.
        activation: of the hidden layers: one for all, or a list of one for each.
        output: the activation of the last layer.
        init, seed: as for a Neuron.
        name: comes before the names of the parameters.

    Raises:
        TypeError, ValueError: as for a Neuron; or not one activation for each hidden layer.

    >>> model = MLP(4, [8, 3], activation="tanh", init="xavier_uniform", seed=0)
    >>> len(model([5.1, 3.5, 1.4, 0.2])), len(model.parameters())
    (3, 67)
    """

    holds = "layers"

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: Activation | list[Activation] | tuple[Activation, ...] = "relu",
        output: Activation = "linear",
        init: str | Initialiser = "uniform",
        seed: int | Generator | None = None,
        name: str = "",
    ) -> None:
        nouts = listed("nouts", nouts)
        if not nouts:
            raise ValueError("nouts is empty; a network needs a layer")
        sizes = [whole("nin", nin), *(whole(f"nouts[{i}]", n) for i, n in enumerate(nouts))]
        hidden = len(nouts) - 1
        if not isinstance(activation, list | tuple):
            _check_activation(activation)  # an unknown one is an error without hidden layers, too
            activation = [activation] * hidden
        if len(activation) != hidden:
            raise ValueError(
                f"activation is a list of {len(activation)}, but there are {hidden} hidden layers;"
                " the last layer's is output="
            )
        rng, prefix = generator(seed), f"{name}." if name else ""
        self.name = name
        made = partial(Layer, init=init, seed=rng)
        self.layers = [
            made(sizes[k], sizes[k + 1], activation=act, name=f"{prefix}layer{k + 1}")
            for k, act in enumerate([*activation, output])
        ]

    def __call__(self, x: Any) -> Any:
        """The forward pass: the last layer's outputs, or its output alone if it has one neuron."""
        out: Sequence[Any] = inputs(x, self.layers[0].nin, self.layers[0].name)
        for each in self.layers:
            out = _outputs(each.neurons, tuple(out))
        return out[0] if len(out) == 1 else out

    def summary(self, lang: str = "en") -> str:
        """A table of the layers: sizes, activation, numbers of weights and biases, the total.

        `lang` is "en" or "es"; ValueError for another.

        >>> print(MLP(2, [16, 16, 1]).summary())
        layer   inputs  neurons  activation  weights  biases  parameters
        layer1       2       16  relu             32      16          48
        layer2      16       16  relu            256      16         272
        layer3      16        1  linear           16       1          17
        total                                    304      33         337
        """
        from autograd_mini.language import text
        from autograd_mini.language.tables import aligned

        rows: list[Any] = [text("training.summary.heading", lang).split("|")]
        for la in self.layers:
            sizes, n = (la.nin, la.nout, name_of(la.activation)), la.nin * la.nout
            rows.append((la.name, *sizes, n, la.nout, n + la.nout))
        sums = map(sum, [*zip(*rows[1:], strict=True)][4:])
        rows.append((text("training.summary.total", lang), "", "", "", *sums))
        return "\n".join(aligned(rows, "<>><>>>"))

    def __repr__(self) -> str:
        return f"MLP of {self.layers}"


# --- inputs --------------------------------------------------------------------------------------
_VALUES, _FLOATS = {Value}, {float}


def inputs(x: Any, nin: int, name: str) -> tuple[Any, ...]:
    """The nin numbers or Values of x as a tuple; errors name the neuron or layer."""
    if (x.__class__ is list or x.__class__ is tuple) and len(x) == nin:  # checked fast
        types = {*map(type, x)}
        if types == _VALUES or (types == _FLOATS and all(map(isfinite, x))):
            return tuple(x)
    row = items(x)
    if row is None:
        raise TypeError(f"{name} takes a list of {nin} numbers or Values, got {brief(x, repr)}")
    if row and items(row[0]) is not None:
        raise TypeError(
            f"{name} takes one sample at a time; for many write [model(x) for x in samples]"
        )
    if len(row) != nin:
        raise ValueError(f"{name} takes {nin} inputs, got {len(row)}")
    return tuple([operand(f"input {i} of {name}", v) for i, v in enumerate(row)])


# --- activations ---------------------------------------------------------------------------------
def activations() -> list[str]:
    """The names that `activation=` and `output=` take: operations of one number, and "linear".

    >>> {"linear", "relu", "tanh", "leaky_relu"} <= set(activations()), "dot" in activations()
    (True, False)
    """
    return ["linear", *filter(_is_of_one, SHEET)]


def _is_of_one(name: str) -> bool:
    op = SHEET[name]
    return len(op.params) - len(op.defaults) == 1 and not op.vectors


def _check_activation(act: Any) -> None:
    known = act == "linear" or (isinstance(act, str) and act in SHEET and _is_of_one(act))
    if not (known or callable(act)):
        raise ValueError(f"activation {act!r} is unknown; known are {', '.join(activations())}")


def _outputs(neurons: list[Neuron], x: tuple[Any, ...]) -> list[Value]:
    """Those of a layer's neurons: at once, if they have one activation."""
    rows, acts = [neuron._row for neuron in neurons], [neuron.activation for neuron in neurons]
    act = acts[0]
    if acts.count(act) < len(acts):
        return [_outputs([neuron], x)[0] for neuron in neurons]
    if isinstance(act, str):
        return layer(act)(rows, x)
    return [called(act, (z,), {}, (z,)) for z in layer()(rows, x)]


def name_of(act: Activation) -> str:
    """The name of an activation: the operation's, the function's or its type's."""
    return act if isinstance(act, str) else getattr(act, "__name__", type(act).__name__)
