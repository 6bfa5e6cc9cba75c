"""Learning-rate schedules: functions from the number of steps taken, t = 0, 1, 2, ..., to a rate.

Any function of t is one. These compose: `warm_up(10, cosine(0.1, 90))` rises for 10 steps, then
falls for 90; `per_epoch(step_decay(0.1, every=30), batches=7)` counts epochs of 7 steps each.
"""

from collections.abc import Callable
from math import cos, pi

from autograd_mini.numbers.arguments import function, not_negative, positive, whole

Schedule = Callable[[int], float]

SCHEDULE = "a schedule, such as constant(0.1)"


def constant(lr: float) -> Schedule:
    """The rate lr at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    positive("lr", lr)
    return lambda t: lr


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """The rate times `factor` after every `every` steps: lr * factor ** floor(t / every).

    Raises ValueError unless lr > 0, every >= 1 and 0 < factor <= 1.

    >>> [step_decay(8.0, every=2, factor=0.5)(t) for t in range(6)]
    [8.0, 8.0, 4.0, 4.0, 2.0, 2.0]
    """
    positive("lr", lr)
    every = whole("every", every)
    if positive("factor", factor) > 1:
        raise ValueError(f"factor must be at most 1, got {factor!r}")
    return lambda t: lr * factor ** (t // every)


def linear(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """From lr to `final` in a straight line: lr + (final - lr) * t / steps, then `final`.

    micrograd's demo has linear(1.0, 100, final=0.1). Raises ValueError unless lr > 0, steps >= 1
    and final >= 0.

    >>> [linear(1.0, 4)(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    positive("lr", lr), not_negative("final", final)
    steps = whole("steps", steps)
    return lambda t: lr + (final - lr) * t / steps if t < steps else final


def cosine(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """From lr to `final` along half a cosine, then `final`.

        final + (lr - final) * (1 + cos(pi * t / steps)) / 2

    Equation 5 of Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts",
    2017. Raises ValueError unless lr > 0, steps >= 1 and final >= 0.

    >>> [round(cosine(1.0, 4)(t), 6) for t in range(6)]
    [1.0, 0.853553, 0.5, 0.146447, 0.0, 0.0]
    """
    positive("lr", lr), not_negative("final", final)
    steps = whole("steps", steps)
    return lambda t: final + (lr - final) * (1 + cos(pi * min(t, steps) / steps)) / 2


def warm_up(steps: int, then: Schedule) -> Schedule:
    """Rise in a straight line to the first rate of `then`, then follow `then` from its start.

        then(0) * (t + 1) / steps    for t < steps,    then(t - steps)    afterwards

    Goyal et al., "Accurate, large minibatch SGD", 2017. Raises ValueError unless steps >= 1,
    TypeError if `then` is not a schedule.

    >>> [warm_up(4, constant(1.0))(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    steps, then = whole("steps", steps), function("then", then, SCHEDULE)
    return lambda t: then(0) * (t + 1) / steps if t < steps else then(t - steps)


def per_epoch(schedule: Schedule, batches: int) -> Schedule:
    """The schedule counted in epochs of `batches` steps: schedule(floor(t / batches)).

    >>> [per_epoch(linear(1.0, 2), batches=3)(t) for t in range(7)]
    [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.0]
    """
    batches, schedule = whole("batches", batches), function("schedule", schedule, SCHEDULE)
    return lambda t: schedule(t // batches)
