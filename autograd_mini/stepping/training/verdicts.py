"""How a training run went: does it crawl, converge, oscillate or diverge?

Gradient descent on a * w**2 multiplies w by 1 - 2*a*lr in each step, and the verdicts are those of
that factor: near 1 it crawls, nearer to 0 it converges, below 0 it oscillates about the minimum,
below -1 it diverges (LeCun, Bottou, Orr, Mueller, "Efficient backprop", 1998, figure 6).
"""

from collections.abc import Sequence
from itertools import accumulate
from math import hypot, isfinite
from operator import mul

FAR = 0.25  #: of the way from the first to the lowest loss: a run that has it left has far to go
BACK = 0.25  #: of what the loss had come down: a run whose loss climbs by it oscillates


def verdict(
    losses: Sequence[float],
    turning: float,
    best: float | None = None,
    *,
    broken: bool = False,
    batches: bool = False,
) -> str:
    """What losses after each epoch, the first before training, and the updates' turning say.

        diverges    numbers left the floats (`broken`), or the loss ends above its start and is then
                    higher than ever (of updates by all data), or ten times the start
        oscillates  the updates turn back more than they go on (turning < 0), or the loss climbs by
                    a quarter of what it had come down, or ends above its start
        trembles    the same of a loss whose updates see some of the data each (`batches`) and go on
                    (turning >= 0): none jumps over the minimum of its own batch, but each batch
                    has another
        crawls      a quarter of the way down to `best` is left; or, down to 0 (of losses that are
                    never below), and the second half of the epochs still brings half as much as
                    the first
        converges   otherwise

    >>> verdict([4.0, 1.0, 0.25, 0.0625, 0.015625], turning=1.0)
    'converges'
    >>> verdict([4.0, 3.9, 3.8, 3.71, 3.62], turning=1.0)
    'crawls'
    """
    first, last = losses[0], losses[-1]
    noise = batches and turning >= 0
    high = 10 * first if batches else min(max(losses), 10 * first)
    if broken or not isfinite(last) or (last > first and last >= high):
        return "diverges"
    climb = max(loss - low for loss, low in zip(losses, accumulate(losses, min), strict=True))
    if turning < 0 or last > first or climb > BACK * (first - min(losses)):
        return "trembles" if noise else "oscillates"
    if best is not None and last - best > FAR * (first - best):
        return "crawls"
    floor = min(0.0, last)
    middle = losses[(len(losses) - 1) // 2]
    slow = middle - last > (first - middle) / 2 or first == last
    return "crawls" if slow and last - floor > FAR * (first - floor) else "converges"


class Turning:
    """Whether updates go on or turn back: the cosines of successive changes, weighted by length.

        turning = sum(d_t . d_t+1) / sum(|d_t| |d_t+1|)        d_t the change of the weights

    1 if all go the same way, -1 if each goes back where it came from, and 0 where there are none.
    Of updates by batches, each has another minimum: in place of the next change stands the one that
    its own batch asks for after it, against that batch's gradient.

    >>> turning = Turning()
    >>> for w in (4.0, -2.0, 1.0):
    ...     turning.add([w])
    >>> turning.value
    -1.0
    """

    def __init__(self) -> None:
        self.weights: tuple[float, ...] | None = None
        self.change: list[float] | None = None
        self.dots = self.lengths = 0.0

    def add(self, weights: Sequence[float]) -> None:
        """The weights after the next epoch."""
        if self.weights is not None:
            change = [b - a for a, b in zip(self.weights, weights, strict=True)]
            if self.change is not None:
                self._weigh(self.change, change)
            self.change = change
        self.weights = tuple(weights)

    def update(
        self, before: Sequence[float], after: Sequence[float], gradients: Sequence[float]
    ) -> None:
        """An update, and the gradients of its own batch after it."""
        self._weigh([b - a for a, b in zip(before, after, strict=True)], [-g for g in gradients])

    def _weigh(self, a: Sequence[float], b: Sequence[float]) -> None:
        length, dot = hypot(*a) * hypot(*b), sum(map(mul, a, b))
        if isfinite(length + self.lengths) and isfinite(dot):
            self.dots += dot
            self.lengths += length

    @property
    def value(self) -> float:
        """From -1 to 1."""
        return max(-1.0, min(1.0, self.dots / self.lengths)) if self.lengths else 0.0
