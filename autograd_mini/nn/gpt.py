"""A GPT of scalars: the transformer of Karpathy's microgpt.py (2026), written with our operations.

Each letter becomes a vector (embedding); attention mixes the vectors of the letters so far, head by
head; two layers of neurons follow; both add to what was there (residuals), and what enters each is
divided by its root mean square (RMSNorm). The last layer scores every letter as the next one.

Vaswani et al., "Attention is all you need", 2017; Radford et al., "Language models are unsupervised
multitask learners" (GPT-2), 2019; Zhang & Sennrich, "Root mean square layer normalization", 2019.
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

from autograd_mini import functions as f
from autograd_mini.numbers.arguments import positive, whole
from autograd_mini.value import Value

from .initialisers import generator, normal
from .networks import Module

Rows = tuple[tuple[Value, ...], ...]
SPREAD = 0.08  # the standard deviation of the first weights, as in microgpt.py


class Past(NamedTuple):
    """What a layer keeps of the letters so far: key, value, and each head's attention weights."""

    keys: list[list[Any]]
    values: list[list[Any]]
    attention: list[list[list[Any]]]


class GPT(Module):
    """Scores for the next token, after each of a sequence of tokens 0, 1, ..., tokens - 1.

    Args:
        tokens: how many different tokens there are.
        width: the numbers in the vector of a token, a multiple of `heads`.
        heads: how many attentions share them, side by side.
        layers: how many blocks of attention and neurons follow one another.
        context: the longest sequence.
        seed: as for a Neuron.

    Raises TypeError or ValueError for sizes below 1, or a width that the heads cannot share.

    >>> model = GPT(27, seed=0)
    >>> len(model.parameters()), [len(scores) for scores in model([26, 0, 13])]
    (4192, [27, 27, 27])
    """

    def __init__(
        self,
        tokens: int,
        *,
        width: int = 16,
        heads: int = 4,
        layers: int = 1,
        context: int = 16,
        seed: Any = None,
    ) -> None:
        sizes = {"tokens": tokens, "width": width, "heads": heads, "layers": layers}
        self.sizes = {k: whole(k, n) for k, n in {**sizes, "context": context}.items()}
        if width % heads:
            raise ValueError(f"width must be a multiple of heads, got {width} and {heads}")
        rng = generator(seed)

        def rows(name: str, nout: int, nin: int) -> Rows:
            labels = [[f"{name}.neuron{j + 1}.w[{i}]" for i in range(nin)] for j in range(nout)]
            made = [[Value(normal(rng, nin, nout, SPREAD), label=x) for x in row] for row in labels]
            return tuple(map(tuple, made))

        self.letters, self.places = rows("letters", tokens, width), rows("places", context, width)
        shapes = dict.fromkeys(("query", "key", "value", "mixed"), (width, width))
        shapes |= {"up": (4 * width, width), "down": (width, 4 * width)}
        self.blocks = [
            {name: rows(f"layer{k}.{name}", *shape) for name, shape in shapes.items()}
            for k in range(1, layers + 1)
        ]
        self.scores = rows("scores", tokens, width)
        size = width // heads
        self.parts = [slice(h, h + size) for h in range(0, width, size)]

    @property
    def named(self) -> dict[str, Rows]:
        """The rows of weights by their names, in the order in which they are used."""
        blocks = [(f"layer{k}", block) for k, block in enumerate(self.blocks, 1)]
        inner = {f"{at}.{name}": rows for at, block in blocks for name, rows in block.items()}
        return {"letters": self.letters, "places": self.places, **inner, "scores": self.scores}

    def parameters(self) -> list[Value]:
        """All weights, row by row, in the order in which they are used, each once."""
        return [*dict.fromkeys(w for rows in self.named.values() for row in rows for w in row)]

    def __call__(self, tokens: Sequence[Any]) -> list[list[Value]]:
        """For each token the scores of the next, which see this one and those before it."""
        past = self.start()
        return [self.follow(token, past) for token in tokens]

    def __repr__(self) -> str:
        return f"GPT({', '.join(f'{name}={n}' for name, n in self.sizes.items())})"

    def start(self) -> list[Past]:
        """An empty past for each layer, to be handed to `follow`."""
        return [Past([], [], []) for _ in self.blocks]

    def follow(self, token: Any, past: list[Past]) -> list[Value]:
        """The scores of what follows this token, which joins the past."""
        if (place := len(past[0].keys)) == len(self.places):
            raise ValueError(f"the model takes {place} tokens, not more")
        at = f"place{place + 1}"
        x = _named(f"{at}.x", _normed(_added(f.take(self.letters, token), self.places[place])))
        for k, (block, seen) in enumerate(zip(self.blocks, past, strict=True), 1):
            normed = _named(f"{at}.normed{k}", _normed(x))
            mixed = _linear(block["mixed"], self._attend(f"layer{k}", block, normed, seen))
            x = _named(f"{at}.attended{k}", _added(x, mixed))
            hidden = _linear(block["up"], _named(f"{at}.again{k}", _normed(x)))
            x = _named(f"{at}.out{k}", _added(x, _linear(block["down"], [*map(f.relu, hidden)])))
        return _linear(self.scores, x)

    def _attend(self, layer: str, block: dict[str, Rows], x: list[Any], seen: Past) -> list[Any]:
        """Each head: softmax(q . k / sqrt(size)) says how much of each value it takes."""
        query = _linear(block["query"], x)
        seen.keys.append(_linear(block["key"], x))
        seen.values.append(_linear(block["value"], x))
        seen.attention.append([])
        out: list[Any] = []
        for h, part in enumerate(self.parts, 1):
            root, at = (part.stop - part.start) ** 0.5, f"{layer}.head{h}.place{len(seen.keys)}"
            scores = [f.dot(query[part], key[part]) / root for key in seen.keys]
            weights = _named(f"{at}.a", f.softmax(scores))
            values = zip(*(value[part] for value in seen.values), strict=True)
            out += _named(f"{at}.out", _linear(values, weights))
            seen.attention[-1].append(weights)
        return out

    def sample(self, end: int, rng: Random, temperature: float = 0.5) -> list[int]:
        """Tokens drawn one after the other, from `end` on until `end` comes again.

        Below 1 the temperature favours what is likely: scores are divided by it before softmax.
        """
        positive("temperature", temperature)
        past, found = self.start(), list[int]()
        while len(found) < self.sizes["context"]:
            scores = self.follow(found[-1] if found else end, past)
            chances = f.softmax([s.data / temperature for s in scores])
            (token,) = rng.choices(range(len(chances)), chances)
            if token == end:
                break
            found.append(token)
        return found


def _linear(rows: Iterable[Sequence[Any]], x: Sequence[Any]) -> list[Any]:
    return [f.dot(row, x) for row in rows]


def _named(name: str, nodes: list[Any]) -> list[Any]:
    """The nodes, with labels: pictures make groups of heads and places by them."""
    for i, node in enumerate(nodes):
        node.label = f"{name}[{i}]"
    return nodes


def _added(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    return [x + y for x, y in zip(a, b, strict=True)]


def _normed(x: list[Any]) -> list[Any]:
    scale = f.rsqrt(f.mean([v * v for v in x]) + 1e-5)
    return [v * scale for v in x]
