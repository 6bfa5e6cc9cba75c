"""A whole training step as one program: forward, backward, penalty, clipping, update.

The model, the loss and the optimiser run on symbols, each with its own code; the parameters and
what the optimiser remembers are inputs and outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any

from autograd_mini.compiler import backends
from autograd_mini.compiler.arguments import (
    Structure,
    listed,
    replaced,
    rows_taken,
    structure,
    taken,
)
from autograd_mini.compiler.compiled import Entry
from autograd_mini.compiler.tracing import Task
from autograd_mini.errors import GradientError
from autograd_mini.nn import Module
from autograd_mini.numbers.arguments import positive, whole
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.numbers.symbols import SYMBOL
from autograd_mini.numbers.trees import flatten
from autograd_mini.optim import Optimiser, clip_by_norm
from autograd_mini.value import Value

from .metrics import LOSSES, Loss, loss_function

Penalty = Callable[[list[Value]], Value]


def compile_step(
    model: Any,
    loss: str | Loss,
    optimiser: Optimiser,
    *,
    penalty: Penalty | None = None,
    clip_norm: float | None = None,
    backend: str = "auto",
    threads: int = 1,
) -> CompiledStep:
    """Compile what a training step does: step(inputs, targets) is the loss before the update.

    >>> from autograd_mini.nn import Neuron
    >>> from autograd_mini.optim import SGD
    >>> model = Neuron(1, activation="linear", init="zeros")
    >>> step = compile_step(model, "mse", SGD(model.parameters(), lr=0.5))
    >>> step([[1.0], [-1.0]], [2.0, -2.0]), model.w[0].data
    (4.0, 2.0)

    It does what these lines do, on the back end "python" to the last bit the same (where samples
    have one target each: means of means are rounded twice):

        value = loss([model(x) for x in inputs], targets); value.backward()
        regulariser = penalty(parameters); regulariser.backward()
        clip_by_norm(parameters, clip_norm); optimiser.step(); optimiser.zero_grad()

    Args:
        model: anything with `parameters()` that is called with an input.
        loss: a name from `losses`, one of its functions, which are means over the samples; or a
            function of your own of predictions and targets: then the batch is unrolled.
        optimiser: of ours, or a subclass whose `rule` computes with numbers only.
        penalty: a function of the list of parameters, added to the loss.
        clip_norm: the norm to which longer gradients are shortened.
        backend: the name of a back end.
        threads: how many share a batch, where the back end can.
    """
    return CompiledStep(model, loss, optimiser, penalty, clip_norm, backend, threads)


@dataclass(eq=False, repr=False)
class CompiledStep:
    """A training step that `compile_step` made."""

    model: Any
    loss: Any
    optimiser: Optimiser
    penalty: Penalty | None = None
    clip_norm: float | None = None
    backend: str = "auto"
    threads: int = 1
    watched: bool = False  # whether norm and predictions are wanted

    def __post_init__(self) -> None:
        self.unrolled = not (isinstance(self.loss, str) or self.loss in LOSSES.values())
        self.loss = loss_function(self.loss)
        if self.clip_norm is not None:
            positive("clip_norm", self.clip_norm)
        self.entries: dict[Any, tuple[Entry, list[Structure]]] = {}
        self.frame: Any = None  # of the last call, with its structure and the state that it left
        self.framed: Any = None
        self.state: list[Any] = []
        self.keeps = self.kept = False  # the state in the frame alone: is it to be, is it so now

    def __call__(self, inputs: Any, targets: Any, steps: int = 1) -> Any:
        """The loss before the update, or a list of them for several steps with the same samples.

        Where a loss or a parameter is not finite it raises what the eager engine does, or
        GradientError; parameters and optimiser then have what they had before that step.
        """
        try:
            losses, *_ = self.run(inputs, targets, whole("steps", steps))
        except GradientError:
            self._store()
            self.loss([self.model(x) for x in inputs], [*targets]).backward()
            raise
        return losses[0] if steps == 1 else losses

    def sequence(self, batches: Iterable[tuple[Any, Any]]) -> list[float]:
        """The losses of a step for each (inputs, targets), one after the other.

        The parameters and the optimiser's memory are read before the first step and written after
        the last, which is most of what a step of a small model costs. Raises as a step does.
        """
        self.keeps = True
        try:
            return [self(inputs, targets) for inputs, targets in batches]
        finally:
            self.keeps = False
            self._store()

    def run(self, inputs: Any, targets: Any, steps: int = 1) -> tuple[list[float], float, Any]:
        """The losses, the norm of the last gradient, the predictions before the last update."""
        optimiser, columns = self.optimiser, list[Any]()
        x_key, x, count = rows_taken("inputs", inputs, columns)
        y_key, y, size = rows_taken("targets", targets, columns)
        if size != count:
            raise ValueError(f"there are {count} inputs but {size} targets")
        pieces: list[Any] = [[], [0.0, 0.0]]
        key = x_key, y_key, 0
        # a sample that comes alone fills no vector, so that it is computed as one of many numbers
        alone = count == 1 and self.backend == "llvm" and key not in self.entries
        if unrolled := self.unrolled or alone:
            columns, x, y = [], [*inputs], [*targets]
            taken((x, y), pieces)
            key = x_key, y_key, count
        end, losses = len(optimiser.params) * (1 + len(optimiser.memory)), list[float]()
        known = self.entries.get(key)
        same = known is not None and self.framed == (key, count, _kernel(known[0]))
        if not (same and self.kept):
            self._store()
            pieces[0] = state = [p.data for p in optimiser.params]
            state += chain.from_iterable(optimiser._memory) if optimiser.memory else ()
        if key not in self.entries:
            self.entries[key] = self._entry(x, y, unrolled)
        entry, predictions = self.entries[key]
        if not same:
            self.framed = key, count, _kernel(entry)  # which may have another one soon
            frame = backends.bound(entry.run, *entry.given(pieces, columns, count), count)
            self.frame = frame
        else:
            frame = self.frame
            if unrolled or entry.traces.captured:
                frame.shared[end:] = entry.given(pieces[1:], [], count)[0]
            for column, new in zip(frame.samples, columns, strict=True):
                column[:] = new if entry.arrays else listed(new)
            if not self.kept and state != self.state:
                frame.shared[:end] = state
        first, repeat = optimiser.steps, frame.repeat
        try:
            if repeat and steps > 1:
                rates = []
                for k in range(first, first + steps):
                    optimiser.steps = k
                    rates.append((optimiser.lr, k))
                losses, once = repeat(end, rates), frame.once
                optimiser.steps = first + len(losses)
                if len(losses) < steps:
                    raise GradientError("a loss, a gradient or a parameter is no longer finite")
                steps = 0
            for _ in range(steps):
                shared = frame.shared
                shared[end], shared[end + 1] = optimiser.lr, optimiser.steps
                frame()
                once = frame.once
                if not (isfinite(once[0]) and isfinite(once[1])):
                    raise GradientError("a loss, a gradient or a parameter is no longer finite")
                losses.append(float(once[0]))
                frame.shared[:end] = once[2 : end + 2]
                optimiser.steps += 1
        finally:
            self.kept = True
            if not self.keeps:
                self._store()
        if not self.watched:
            return losses, 0.0, []
        if unrolled:
            return losses, float(once[end + 2]), predictions[0].make(iter(once[end + 3 :]))
        return losses, float(once[end + 2]), predictions[0].of_samples(frame.each)

    def _store(self) -> None:
        """Give the parameters and the optimiser what they have now, if the frame alone has it."""
        optimiser = self.optimiser
        params, names = optimiser.params, optimiser.memory
        if not self.kept:
            return
        self.kept, self.state = False, listed(self.frame.shared[: len(params) * (1 + len(names))])
        for p, number in zip(params, self.state, strict=False):
            p.data = number
        if names:
            new = iter(self.state[len(params) :])
            optimiser._memory = [*zip(*[new] * len(names), strict=True)]

    def _entry(self, x: Any, y: Any, unrolled: bool) -> tuple[Entry, list[Structure]]:
        optimiser, shapes, predicted = self.optimiser, list[Structure](), list[Any]()

        def f(made: dict[str, Any]) -> Any:
            rows, targets = made["inputs"], made["targets"]
            if not unrolled:
                rows, targets = [rows], [targets]
            predictions = [self.model(row) for row in rows]
            seen = predictions if unrolled else predictions[0]
            shapes[:] = [structure(seen, "prediction")]
            predicted[:] = [data_of(x) for x in flatten(seen)[0]]
            return self.loss(predictions, targets)

        def after(value: Any, gradient: list[Any], given: dict[str, list[Any]]) -> Any:
            params, before = optimiser.params, vars(optimiser).copy()
            restore, memory = replaced(params, given["parameters"]), iter(given["memory"])
            try:
                for p, g in zip(params, gradient, strict=True):
                    p.grad = g
                if self.penalty is not None:
                    penalty = self.penalty(params)
                    penalty.backward()
                    value = value + penalty.data
                if self.clip_norm is not None:
                    norm = clip_by_norm(params, self.clip_norm)
                elif self.watched:
                    norm = SYMBOL.namespace["norm"](tuple([p.grad for p in params]))
                optimiser.schedule, (optimiser._lr, optimiser.steps) = None, given["rate"]
                optimiser._memory = [tuple([next(memory) for _ in m]) for m in optimiser._memory]
                type(optimiser).step(optimiser)
                new = [p.data for p in params] + [x for m in optimiser._memory for x in m]
                finite = SYMBOL.namespace["sum"](tuple(new))  # if and only if all of them are
                return value, [finite, *new, *([norm, *predicted] if self.watched else [])]
            finally:
                vars(optimiser).update(before)
                restore()

        memory = [0.0] * len(optimiser.memory) * len(optimiser.params)
        held = Module()
        held.parameters = lambda: optimiser.params  # type: ignore[method-assign]
        args = {"parameters": held, "memory": memory, "rate": [0.0, 0.0]}
        batch = () if unrolled else ("inputs", "targets")
        reduce = None if unrolled else "mean"
        task = Task(f, "value_and_grad", ("parameters",), batch, reduce, after)
        sample = {**args, "inputs": x, "targets": y}
        return Entry(task, sample, self.backend, self.threads), shapes

    def explain(self) -> str:
        """What was compiled, what each stage cost, and what runs."""
        return "\n".join(line for entry, _ in self.entries.values() for line in entry.explained())

    @property
    def source(self) -> str:
        """The text of what was compiled last: forward, backward, update."""
        if not self.entries:
            raise ValueError("nothing is compiled yet: call the step first")
        entry, _ = next(reversed(self.entries.values()))
        return backends.source(self.backend, entry.program, self.threads)


def _kernel(entry: Entry) -> Any:
    return getattr(entry.run, "kernel", None)
