"""Functions of float32 numbers (NumPy, torch, JAX), run on float64 ones where they allow it.

Differences of float32 values show a derivative to three digits or so, those of the same function
on float64 numbers to nine. No library is imported here that is not in use already.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from .casts import doubles, rounding_unit
from .differences import EPS, quiet
from .inputs import Function, Options, as_real, parts_of
from .references import Reference
from .whole import Truth


def unit_of(y: Any) -> float:
    """The coarsest rounding unit of the numbers in a structure."""
    units = [rounding_unit(part) for _, part in parts_of(y) if hasattr(part, "dtype")]
    return max(units, default=EPS)


class Doubled(Truth):
    """True derivatives of a float32 function from its values on float64 numbers.

    Along a direction in which a cast inside f leaves float32's steps, from its float32 values.
    """

    def __init__(self, f: Function, coarse: Truth, options: Options) -> None:
        self.coarse = coarse
        inputs = coarse.inputs.doubled()

        def floats(numbers: Sequence[float]) -> float:
            with doubles():
                return float(as_real(inputs.call(f, numbers), "the value of f"))

        super().__init__(f, inputs, floats, None, coarse.kinked, options)

    def call(self, f: Function, read: Function) -> Any:
        """What `read` makes of f at the point; None if f refuses float64 or answers in less."""
        with suppress(Exception), doubles():  # float32 and float64 do not mix everywhere
            y = self.inputs.call(f, self.inputs.floats)
            if unit_of(y) == EPS:
                return read(y)
        return None

    def agrees(self, y: float, along: Mapping[int, float]) -> bool:
        """Whether f on float64 is the same function, and one that moves as such along this."""
        found = self.call(self.f, lambda y: float(as_real(y, "the value of f")))
        if found is None or not self._is_smooth(along):
            return False
        numbers = [x + along.get(k, 0.0) / 1024 for k, x in enumerate(self.inputs.floats)]
        size = abs(y) + 1024 * abs(self.floats(numbers) - found)
        return bool(abs(found - y) <= self.coarse.inputs.eps**0.5 * size)

    def _by_ladder(self, along: Mapping[int, float], order: int) -> Reference:
        if self._is_smooth(along):
            return super()._by_ladder(along, order)
        return self.coarse._by_ladder(along, order)

    def _is_smooth(self, along: Mapping[int, float]) -> bool:
        """Whether f, at steps of a float32's last bits, moves as one of float64 numbers does.

        There a smooth f hardly bends, and one with a cast in it as much as it moves.
        """
        f, x, _ = self._line(along)
        reach = max(abs(x), 1.0)
        center, slope = f(x), 0.0
        with quiet(), suppress(ValueError, ArithmeticError):  # beside an edge of the domain
            for power in (21, 22, 23, 24, 25):
                for share in (1.0, 0.73, 0.41):
                    h = share * reach * 2.0**-power
                    up, down = f(x + h), f(x - h)
                    slope = max(slope, abs(up - down) / (2 * h)) if power == 21 else slope
                    floor = 2.0**-46 * (abs(center) + reach * slope)
                    if not abs((up - center) + (down - center)) <= 2.0**-13 * h * slope + floor:
                        return False
            return True
        return False
