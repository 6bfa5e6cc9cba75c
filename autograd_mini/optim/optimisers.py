"""The optimisers: what a step does with the gradients."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import sqrt
from typing import Any

from autograd_mini.numbers import arguments as check
from autograd_mini.numbers.kind import Number
from autograd_mini.numbers.kinds import brief, constant, is_traced
from autograd_mini.value import Value

from .schedules import Schedule

New = tuple[Number, ...]  # a parameter after the step, and what is remembered of it


def _root(x: Number) -> Number:
    return x.sqrt() if hasattr(x, "sqrt") else sqrt(x)  # mpmath has digits, symbols instructions


class Optimiser:
    """What the optimisers share; a new one is a subclass with a `rule`.

    Args:
        params: the Values to change, such as `model.parameters()`.
        lr: the learning rate, above 0.
        weight_decay: adds weight_decay * w to each gradient, which is the gradient of the penalty
            weight_decay/2 * w**2 (L2 regularisation); 0 or more. AdamW does it otherwise.
        schedule: instead of `lr`, a function from the number of steps taken (0, 1, 2, ...) to the
            learning rate of the next one, such as `cosine(0.1, 100)` or one of your own.

    Raises:
        TypeError: a parameter is not a Value, a setting is not a number.
        ValueError: no parameters, one given twice, a setting out of its range, or not exactly one
            of `lr` and `schedule`.
    """

    settings: tuple[str, ...] = ("weight_decay",)  # what the rule uses and `state_dict` keeps
    memory: tuple[str, ...] = ()  # names of the numbers that the rule remembers for each parameter
    decoupled = False  # whether the rule applies the weight decay itself, beside the gradient

    def __init__(
        self,
        params: Iterable[Value],
        lr: float | None = None,
        weight_decay: float = 0.0,
        *,
        schedule: Schedule | None = None,
        **unknown: object,
    ) -> None:
        if unknown:
            found = "; Momentum and Nesterov have momentum" * ("momentum" in unknown)
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}{found}")
        self.params = check.parameters(params, type(self).__name__)
        if (lr is None) == (schedule is None):
            raise ValueError(f"{type(self).__name__} takes either lr or schedule, one of the two")
        self.schedule = schedule
        if schedule is not None:
            check.function("schedule", schedule, "a function of the step")
        self.steps = 0
        self._lr: Number = self.lr if lr is None else check.positive("lr", lr)
        self.weight_decay = check.not_negative("weight_decay", weight_decay)
        self._memory: Sequence[tuple[Number, ...]] = [(0,) * len(self.memory)] * len(self.params)

    @property
    def lr(self) -> Number:
        """The learning rate of the next step; to be assigned only where there is no schedule."""
        if self.schedule is None:
            return self._lr
        name = f"the schedule's rate at step {self.steps}"
        return check.not_negative(name, self.schedule(self.steps))

    @lr.setter
    def lr(self, lr: Number) -> None:
        if self.schedule is not None:
            raise ValueError("lr follows the schedule; set schedule = None first")
        self._lr = check.positive("lr", lr)

    rule: Callable[..., New]
    """`rule(t, lr, w, g, *memory)`: w after the step, then the new value of each memory."""

    def step(self) -> None:
        """Change every parameter by the rule.

        Raises:
            ValueError: a gradient is nan or infinite; it names the parameter.
            OverflowError: a parameter, or what is remembered of it, would overflow a float.
            In both cases all parameters keep what they had.
        """
        t, lr = self.steps + 1, self.lr
        changed = []
        for p, memory in zip(self.params, self._memory, strict=True):
            w, g = constant(p.data), check.gradient(p, "step")
            if is_traced(g) and g.trace.used is not None:
                g.trace.used.setdefault(self, vars(self).copy())  # to be as before
            if self.weight_decay and not self.decoupled:
                g = g + self.weight_decay * w
            new: Any = self.rule(t, lr, w, g, *memory)
            if not isinstance(new, tuple) or len(new) != 1 + len(memory):
                wanted = ", ".join(("a tuple of w", *self.memory))
                raise TypeError(f"{type(self).__name__}: rule gives {wanted}, got {new!r:.60}")
            if not all(is_traced(x) or x - x == 0 for x in new):  # inf - inf is nan
                named = zip(("it", *self.memory), new, strict=True)
                raise OverflowError(
                    f"step: {check.name_of(p)} = {w} with the gradient {g} would overflow a float"
                    f" ({', '.join(f'{name} = {x}' for name, x in named)});"
                    f" lower the learning rate ({lr}) or clip the gradients"
                )
            changed.append(new)
        for p, new in zip(self.params, changed, strict=True):
            p.data = new[0]
        self._memory = [new[1:] for new in changed]
        self.steps = t

    @contextmanager
    def stepping(self, around: Callable[[Callable[[], None]], object]) -> Iterator[None]:
        """In a `with` block: every `step()`, `fit`'s too, is `around(step)`, to watch or record it.

        Steps that `compile_step` made before are not; to make one there, or by `fit`, is refused.

        >>> w, seen = Value(1.0), []
        >>> optimiser = SGD([w], lr=0.5)
        >>> with optimiser.stepping(lambda step: (seen.append(w.data), step())):
        ...     w.grad = 1.0; optimiser.step()
        >>> seen, w.data
        ([1.0], 0.5)
        """
        step, outer = self.step, vars(self).get("step")

        def watched() -> None:
            around(step)

        vars(self)["step"] = watched  # hides the method
        try:
            yield
        finally:
            del vars(self)["step"]
            if outer is not None:
                vars(self)["step"] = outer

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0, before the next `backward()` adds to it."""
        for p in self.params:
            p.grad = 0.0 if p.data.__class__ is float else 0  # an exact number stays exact

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next steps depend on, besides the parameters: fit for JSON.

        >>> SGD([Value(1.0)], lr=0.5).state_dict()
        {'optimiser': 'SGD', 'steps': 0, 'lr': 0.5, 'weight_decay': 0.0}

        A schedule is a function and is not kept; `lr` is None then.
        """
        return {
            "optimiser": type(self).__name__,
            "steps": self.steps,
            "lr": None if self.schedule else self._lr,
            **{name: getattr(self, name) for name in self.settings},
            **{name: [m[k] for m in self._memory] for k, name in enumerate(self.memory)},
        }

    def load_state_dict(self, state: Any) -> None:
        """Go on from where `state_dict()` was taken, bit by bit the same.

        Raises ValueError or TypeError, and changes nothing, if the state is another optimiser's,
        was taken with a schedule where there is none now (or the other way round), is for another
        number of parameters, or has a number missing or out of its range.
        """
        name = type(self).__name__
        found = state.get("optimiser") if isinstance(state, dict) else state
        if found != name:
            raise ValueError(f"{name} cannot load the state of {brief(found, repr)}")
        if wrong := sorted(self.state_dict().keys() ^ state.keys(), key=repr):
            raise ValueError(f"{name}: the state lacks, or has beyond its own, {wrong}")
        if (state["lr"] is None) == (self.schedule is None):
            raise ValueError(f"{name}: one of the state and the optimiser has a schedule, not both")
        settings = {key: state[key] for key in self.settings}
        # A fresh optimiser checks the settings as it does a user's own.
        new = type(self)(self.params, state["lr"], schedule=self.schedule, **settings)
        new.steps = check.whole(f"{name}: steps", state["steps"], 0)
        columns = []
        for key in self.memory:
            if len(numbers := check.items(state[key]) or ()) != (n := len(self.params)):
                raise ValueError(
                    f"{name}: {key} must be a list of {n} numbers, got {state[key]!r:.60}"
                )
            fits = check.not_negative if key == "mean_square" else check.real
            pairs = zip(self.params, numbers, strict=True)
            columns.append([fits(f"{key} of {check.name_of(p)}", x) for p, x in pairs])
        new._memory = [*zip(*columns, strict=True)] or new._memory
        vars(self).update(vars(new))

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_memory": [*self._memory]}  # a copy has it as it is now

    def __repr__(self) -> str:
        rate = f"schedule={self.schedule!r}" if self.schedule else f"lr={self._lr}"
        rest = "".join(f", {name}={getattr(self, name)}" for name in self.settings)
        return f"{type(self).__name__}({len(self.params)} parameters, {rate}{rest})"


class SGD(Optimiser):
    """Gradient descent: the step is against the gradient. "Stochastic" if that is of a mini-batch.

        w_new = w - lr * g

    Robbins & Monro, "A stochastic approximation method", 1951.

    >>> w = Value(1.0); w.grad = 0.5
    >>> SGD([w], lr=0.1).step(); w.data
    0.95
    """

    def rule(self, t: int, lr: Number, w: Number, g: Number) -> tuple[Number]:
        """The class's formula."""
        return (w - lr * g,)


class Momentum(Optimiser):
    """Gradient descent of a heavy ball: the velocity v keeps a share of the earlier steps.

        v_new = momentum * v - lr * g
        w_new = w + v_new

    Polyak 1964; in this form equations 1 and 2 of Sutskever et al., "On the importance of
    initialization and momentum in deep learning", 2013. `momentum` is at least 0 and below 1.

    >>> w = Value(1.0); optimiser = Momentum([w], lr=0.25, momentum=0.5)
    >>> for _ in range(3):
    ...     w.grad = 1.0; optimiser.step(); print(w.data)
    0.75
    0.375
    -0.0625
    """

    settings = ("weight_decay", "momentum")
    memory = ("velocity",)

    def __init__(
        self,
        params: Iterable[Value],
        lr: float | None = None,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        *,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(params, lr, weight_decay, schedule=schedule)
        self.momentum = check.share("momentum", momentum)

    def rule(self, t: int, lr: Number, w: Number, g: Number, v: Number) -> New:
        """The class's formula."""
        v = self.momentum * v - lr * g
        return w + v, v


class Nesterov(Momentum):
    """Momentum whose gradient is taken where the velocity is about to carry the parameter.

        v_new = momentum * v - lr * g
        w_new = w + momentum * v_new - lr * g

    Equations 3 and 4 of Sutskever et al. 2013 have g = dL/dw at w + momentum * v. Here, as in other
    frameworks, the parameter held IS that point ahead, so that a plain `backward()` gives g; the
    two w differ by momentum * v.

    >>> w = Value(1.0); w.grad = 1.0
    >>> Nesterov([w], lr=0.25, momentum=0.5).step(); w.data   # 1 + 0.5 * -0.25 - 0.25
    0.625
    """

    def rule(self, t: int, lr: Number, w: Number, g: Number, v: Number) -> New:
        """The class's formula."""
        v = self.momentum * v - lr * g
        return w + self.momentum * v - lr * g, v


class RMSprop(Optimiser):
    """The gradient divided by the root of its running mean square.

        s_new = decay * s + (1 - decay) * g**2
        w_new = w - lr * g / (sqrt(s_new) + eps)

    Tieleman & Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012; eps, which the
    lecture leaves out, keeps the division finite. `decay` is at least 0 and below 1, eps above 0.

    >>> w = Value(1.0); w.grad = 2.0
    >>> RMSprop([w], lr=0.01, decay=0.75).step(); round(w.data, 6)   # 1 - 0.01 * 2 / 1
    0.98
    """

    settings = ("weight_decay", "decay", "eps")
    memory = ("mean_square",)

    def __init__(
        self,
        params: Iterable[Value],
        lr: float | None = None,
        decay: float = 0.9,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(params, lr, weight_decay, schedule=schedule)
        self.decay = check.share("decay", decay)
        self.eps = check.positive("eps", eps)

    def rule(self, t: int, lr: Number, w: Number, g: Number, s: Number) -> New:
        """The class's formula."""
        s = self.decay * s + (1 - self.decay) * g * g
        return w - lr * g / (_root(s) + self.eps), s


class Adam(Optimiser):
    """Steps of about lr, from running means of the gradient and of its square.

        m_new = beta1 * m + (1 - beta1) * g
        v_new = beta2 * v + (1 - beta2) * g**2
        w_new = w - lr * (m_new / (1 - beta1**t)) / (sqrt(v_new / (1 - beta2**t)) + eps)

    The powers of t undo the bias of starting at m = v = 0. Algorithm 1 of Kingma & Ba, "Adam: a
    method for stochastic optimization", 2015. Both betas are at least 0 and below 1, eps above 0;
    lr is the paper's 0.001 if neither it nor a schedule is given.

    >>> w = Value(1.0); w.grad = 5.0
    >>> Adam([w], lr=0.1).step(); round(w.data, 6)      # the first step is lr, whatever the scale
    0.9
    """

    settings = ("weight_decay", "betas", "eps")
    usual_decay = 0.0
    memory = ("mean", "mean_square")

    def __init__(
        self,
        params: Iterable[Value],
        lr: float | None = None,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float | None = None,
        *,
        schedule: Schedule | None = None,
    ) -> None:
        if lr is None and schedule is None:
            lr = 0.001
        decay = self.usual_decay if weight_decay is None else weight_decay
        super().__init__(params, lr, decay, schedule=schedule)
        if len(pair := check.items(betas) or []) != 2:
            raise TypeError(f"betas must be two numbers (beta1, beta2), got {brief(betas, repr)}")
        self.betas = (check.share("beta1", pair[0]), check.share("beta2", pair[1]))
        self.eps = check.positive("eps", eps)

    def rule(self, t: int, lr: Number, w: Number, g: Number, m: Number, v: Number) -> New:
        """The class's formula."""
        beta1, beta2 = self.betas
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        return w - lr * (m / (1 - beta1**t)) / (_root(v / (1 - beta2**t)) + self.eps), m, v


class AdamW(Adam):
    """Adam with decoupled weight decay: the decay is not divided by the mean square.

        w_new = (Adam's w_new, from g without decay) - lr * weight_decay * w

    Algorithm 2 of Loshchilov & Hutter, "Decoupled weight decay regularization", 2019. The paper's
    lambda is lr * weight_decay here, as in other frameworks; weight_decay is 0.01 if not given.

    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step(); w.data     # no gradient: 1 - 0.1 * 0.5 * 1
    0.95
    """

    decoupled, usual_decay = True, 0.01

    def rule(self, t: int, lr: Number, w: Number, g: Number, m: Number, v: Number) -> New:
        """The class's formula."""
        new, m, v = super().rule(t, lr, w, g, m, v)
        return new - lr * self.weight_decay * w, m, v
