"""A whole training step as one program: forward, backward, penalty, clipping, update.

The model, the loss and the optimiser run on symbols, each with its own code; the parameters and
what the optimiser remembers are inputs and outputs.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, fields
from itertools import chain
from operator import attrgetter
from threading import RLock
from types import SimpleNamespace
from typing import Any

from autograd_mini.compiler import backends
from autograd_mini.compiler.arguments import floats_of, replaced, rows_taken
from autograd_mini.compiler.tracing import Entries, Entry, Task, result_of
from autograd_mini.errors import GradientError
from autograd_mini.numbers.arguments import function, positive, whole
from autograd_mini.numbers.arrays import is_array, listed
from autograd_mini.numbers.kinds import numpy
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.numbers.symbols import SYMBOL
from autograd_mini.numbers.trees import Form, apart, leaves
from autograd_mini.optim import Optimiser, clip_by_norm
from autograd_mini.transforms import adjoints
from autograd_mini.value import Value

from .metrics import LOSSES, Loss, loss_function, loss_value
from .samples import check_model, check_optimiser

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
    have one target each: means of means are rounded twice; and use a parameter once each: what they
    use again is added up in each sample first):

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
class CompiledStep(Entries):
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
        super().__init__(self.backend, self.threads, cache=100)
        self.made_of = tuple([getattr(self, field.name) for field in fields(self)])
        check_model(self.model, "compile_step")
        check_optimiser(self.optimiser, self.model.parameters())
        if "step" in vars(self.optimiser):
            raise ValueError("steps that are watched (stepping, record_training) are not compiled")
        self.unrolled = not (isinstance(self.loss, str) or self.loss in LOSSES.values())
        self.loss = loss_function(self.loss)
        if self.clip_norm is not None:
            positive("clip_norm", self.clip_norm)
        if self.penalty is not None:
            function("penalty", self.penalty, "a function of the list of parameters")
        optimiser, held = self.optimiser, list[Any]()
        model = SimpleNamespace(parameters=lambda: optimiser.params)
        self.end = len(optimiser.params) * (1 + len(optimiser.memory))
        kept = {name for name, x in vars(optimiser).items() if isinstance(x, int | float | tuple)}
        constants = {*optimiser.settings, *kept} - {"steps", "_lr"}
        self.settings = attrgetter(*sorted(constants))  # constants of a program
        memory = [0.0] * (self.end - len(optimiser.params))
        given = {"parameters": model, "memory": memory, "rate": [0.0, 0.0]}
        self.fixed = {name: apart(x, held, floats_of) for name, x in given.items()}
        self.predicted: dict[Any, Form] = {}  # of what is traced: the form of its predictions
        self.seen: Any = (self, self, None, None)  # arrays that came last, and their columns
        self.entered: Any = ((None, None), None)  # what the last call was for, and its program
        self.frame: Any = None  # its memory, and which code runs there, for what
        self.framed: Any = (None, None)
        self.held = False  # whether the frame alone has the state that the last step left
        self.params: list[Value] = []  # those that are veiled, because it has
        self.memory = Later(self.store, 0)
        self.veil, self.lock = veiled(self.store), RLock()
        self.unread = self.pauses = 0  # steps: behind a veil, then to do without one

    def __reduce__(self) -> Any:
        """A copy is a step of its own, of copies; traced anew."""
        return CompiledStep, self.made_of

    def __call__(self, inputs: Any, targets: Any, steps: int = 1) -> Any:
        """The loss before the update, or a list of them for several steps with the same samples.

        Where a loss or a parameter is not finite it raises what the eager engine does, or
        GradientError; parameters and optimiser then have what they had before that step.
        """
        found = self.taken(inputs, targets)
        if steps == 1 and (loss := self._again(found)) is not None:
            return loss
        try:
            losses = self.run(found, whole("steps", steps))[0]
        except GradientError:
            value = loss_value(self.loss, [self.model(x) for x in inputs], [*targets])
            adjoints(value, [], False)  # all keep their gradients
            raise
        return losses[0] if steps == 1 else losses

    def _again(self, found: Any) -> float | None:
        """A step just as the last one, if it can be, and its loss."""
        with self.lock:
            (_, settings), entry = self.entered
            ready = self.held and self.frame.columns is found[2] and not entry.captured
            ready = ready and self.framed[1] is _kernel(entry)
            optimiser = self.optimiser
            if not ready or settings != self.settings(optimiser):
                return None
            losses = self.frame.repeat(self.end, (optimiser.lr, optimiser.steps))
            optimiser.steps += len(losses)
            self.unread += 1
            self.statistics["calls"] += 1
            return losses[0] if losses else None

    def sequence(self, batches: Iterable[tuple[Any, Any]]) -> list[float]:
        """The losses of a step for each (inputs, targets), one after the other."""
        return [self(inputs, targets) for inputs, targets in batches]

    def run(self, found: Any, steps: int = 1) -> tuple[list[float], float, Any]:
        """Steps with what `taken` found: the losses; the last one's gradient norm, predictions."""
        self.statistics["calls"] += 1
        key, settings = found[0], self.settings(self.optimiser)
        known, entry = self.entered
        if (key, settings) != known:  # not under the lock: another thread that traces may wait
            forms = {"inputs": key[2], "targets": key[3]}
            entry = self.entry((key[0], settings), forms)
            self.entered = (key, settings), entry
        with self.lock:
            self._fill(entry, found)
            losses = self._repeat(steps)
            if len(losses) < steps:
                raise GradientError("a loss, a gradient or a parameter is no longer finite")
            if not self.watched:
                return losses, 0.0, []
            found = entry.program.ordered(listed(self.frame.once), self.frame.each)
            norm, *predicted = found[self.end + 2 :]
            made = result_of(self.predicted[entry.task.f], not key[0], False)
            return losses, norm, made(predicted, key[1])

    def taken(self, inputs: Any, targets: Any) -> tuple[Any, list[Any], list[Any]]:
        """What a program for these samples depends on, their numbers, and those by column."""
        x, y, kinds, found = self.seen
        if inputs is x and targets is y and kinds == (x.shape, x.dtype, y.shape, y.dtype):
            return found  # type: ignore[no-any-return]
        columns: list[Any] = []
        x_form, count = rows_taken("inputs", inputs, columns)
        y_form, size = rows_taken("targets", targets, columns)
        if size != count:
            raise ValueError(f"there are {count} inputs but {size} targets")
        # a sample that comes alone fills no vector, so that it is computed as one of many numbers
        if self.unrolled or (count == 1 and self.backend == "llvm"):
            numbers: list[Any] = []
            _, (x_form, y_form) = apart(([*inputs], [*targets]), numbers, floats_of)
            return (True, count, x_form, y_form), [[0.0, 0.0], *numbers], []
        found = (False, count, x_form, y_form), [[0.0, 0.0]], columns
        if is_array(inputs) and is_array(targets):
            ends = zip((inputs, targets), (columns[0], columns[-1]), strict=True)
            if all(numpy().may_share_memory(x, column) for x, column in ends):  # no copies
                kinds = inputs.shape, inputs.dtype, targets.shape, targets.dtype
                self.seen = inputs, targets, kinds, found
        return found

    def _fill(self, entry: Entry, found: Any) -> None:
        """Bring the frame up to date with the samples and, unless it has them, the parameters."""
        (key, pieces, columns), frame = found, self.frame
        optimiser, end, framed = self.optimiser, self.end, (key, _kernel(entry))
        if not self.held:
            state = array("d", [p.data for p in optimiser.params])
            state.extend(chain.from_iterable(optimiser._memory) if optimiser.memory else ())
        if self.framed != framed:
            state = frame.shared[:end] if self.held else state
            shared, samples = entry.given([state, *pieces], columns, key[1])
            self.frame, self.framed = backends.bound(entry.run, shared, samples, key[1]), framed
            return
        if not self.held:
            frame.shared[:end] = state
        if len(pieces) > 1 or entry.captured:
            frame.shared[end:] = entry.given([*pieces], [], key[1])[0]
        frame.read(columns if entry.arrays else [*map(listed, columns)])

    def _repeat(self, steps: int) -> list[float]:
        """Steps in the frame: their losses, up to one that is not finite."""
        optimiser, first = self.optimiser, self.optimiser.steps
        rates: list[float] = []
        losses: list[float] = []
        self.frame.shared[self.end + 1] = first - 1  # there it tells which step was the last
        try:
            for k in range(first, first + steps):
                optimiser.steps = k
                rates += optimiser.lr, k
            self.held = True
            losses += self.frame.repeat(self.end, rates)
        except KeyboardInterrupt:
            first = int(self.frame.shared[self.end + 1]) + 1
            raise
        finally:
            optimiser.steps = first + len(losses)
            self.unread += 1
            if self.held and not self.params:  # a schedule may have raised before the first step
                self._veil()
        return losses

    def _veil(self) -> None:
        """Leave the state in the frame until someone asks; or not, if that is after every step."""
        optimiser, params = self.optimiser, self.optimiser.params
        self.pauses -= 1
        if self.watched or self.pauses >= 0 or {*map(type, params)} != {Value}:
            self.store()
            return
        self.params, self.unread = [*params], 0
        if optimiser.memory:
            self.memory = Later(self.store, len(params))
            optimiser._memory = self.memory
        for p in params:
            _BECOME(p, self.veil)

    def store(self) -> None:
        """Give the parameters and the optimiser what they have now, if the frame alone has it."""
        with self.lock:
            if not self.held:
                return
            optimiser, params = self.optimiser, self.params or self.optimiser.params
            state, names = listed(self.frame.shared[: self.end]), optimiser.memory
            if names:
                numbers = iter(state[len(params) :])
                optimiser._memory = self.memory.found = [*zip(*[numbers] * len(names), strict=True)]
            if self.params:
                for p, number in zip(params, state, strict=False):  # first (for threads) the number
                    _PUT(p, number)
                    _BECOME(p, Value)
                self.pauses = 0 if self.unread > 3 else 50
            else:
                for p, number in zip(params, state, strict=False):
                    p.data = number
            self.held, self.params, self.memory = False, [], Later(self.store, 0)

    def task(self, what: tuple[bool, Any]) -> Task:
        """The loss of a batch or, unless it is unrolled, of a sample; then the update."""
        unrolled, _ = what
        optimiser, predicted = self.optimiser, list[Any]()

        def f(given: dict[str, Any]) -> Any:
            rows, targets = given["inputs"], given["targets"]
            if not unrolled:
                rows, targets = [rows], [targets]
            predictions = [self.model(row) for row in rows]
            found, self.predicted[f] = leaves(predictions if unrolled else predictions[0])
            predicted[:] = map(data_of, found)
            return loss_value(self.loss, predictions, targets)

        def after(value: Any, gradient: list[Any], given: dict[str, list[Any]]) -> Any:
            params, memory, rule = optimiser.params, iter(given["memory"]), copy(optimiser)
            with replaced(params, given["parameters"]):
                for p, g in zip(params, gradient, strict=True):
                    p.grad = g
                if self.penalty is not None:
                    penalty = self.penalty(params)
                    if not isinstance(penalty, Value):
                        raise TypeError(f"the penalty must be a Value, got {penalty!r:.60}")
                    penalty.backward()
                    value = value + penalty.data
                if self.clip_norm is not None:
                    norm = clip_by_norm(params, self.clip_norm)
                elif self.watched:
                    norm = SYMBOL.namespace["norm"](tuple([p.grad for p in params]))
                rule.schedule, (rule._lr, rule.steps) = None, given["rate"]
                rule._memory = [tuple([next(memory) for _ in m]) for m in optimiser._memory]
                type(rule).step(rule)
                new = [p.data for p in params] + [x for m in rule._memory for x in m]
            finite = SYMBOL.namespace["sum"](tuple(new))  # if and only if all of them are
            return value, [finite, *new, *([norm, *predicted] if self.watched else [])]

        batch, reduce = ((), None) if unrolled else (("inputs", "targets"), "mean")
        return Task(f, "value_and_grad", ("parameters",), batch, reduce, after)


def _kernel(entry: Entry) -> Any:
    """What runs a program: there may be another one soon."""
    return getattr(entry.run, "run", entry)


# --- numbers that are elsewhere until someone asks for them -------------------------------------
# After a step the parameters' numbers are in the memory of machine code. To write hundreds of them
# into their Values, and to look in the next step whether one was changed, takes longer than the
# step. So the Values get another class meanwhile, which has them written when one is touched.
_BECOME: Callable[[Value, type[Value]], None] = vars(object)["__class__"].__set__
_PUT: Callable[[Value, float], None] = vars(Value)["data"].__set__


def veiled(release: Callable[[], None]) -> type[Value]:
    """A class for nodes; what is read or set of one calls `release`, which must unveil it."""

    class Veiled(Value):
        __slots__ = ()

        def __getattribute__(self, name: str) -> Any:
            release()
            return getattr(self, name)

        def __setattr__(self, name: str, content: Any) -> None:
            release()
            setattr(self, name, content)

    return Veiled


class Later(Sequence[Any]):
    """What an optimiser remembers, known when it is asked for: `release` sets `found`."""

    def __init__(self, release: Callable[[], None], size: int) -> None:
        self.release, self.size, self.found = release, size, list[Any]()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        self.release()
        return self.found[index]
