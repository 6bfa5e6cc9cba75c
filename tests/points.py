"""Where the sheet is measured: points over the whole domain of an operation, and outside of it."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING, Any

from autograd_mini import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_mini.ops import Op

# fmt: off
_POSITIVE = (
    5e-324, 1e-300, 1e-160, 1e-17, 1e-8, 0.001, 0.1, 0.25, 0.5, 0.7, 0.9999, 1 - 1e-9, 1 - 2**-53,
    1.0, 1 + 2**-52,
    1.4616321449683623, 1.5, 2.0, 2 - 2**-52, 2.5, 3.0, 5.5, 9.0, 20.0, 30.0, 37.5, 38.2, 40.0,
    100.25, 170.5, 700.0, 709.5, 745.0, 1e3, 1e5, 1e10, 1e16, 1e160, 1e300, 1.7e308,
)
EVERYWHERE = (0.0, *_POSITIVE, *(-x for x in _POSITIVE))

# What a plain formula loses: near equals, far apart, results at the edges of the floats.
PAIRS = (
    (1.0, 1.0), (1 + 2**-52, 1.0), (1e16, 1.0), (1e300, 1e-300), (-1e300, 1e300), (3.0, -3.0),
    (700.0, 699.0), (-1000.0, -1000.5), (1e160, 1e160), (0.0, 0.5), (1e-320, 1e-320), (2.0, 0.5),
    (2.0, 1023.5), (2.0, -1074.0), (1 + 2**-52, 3.1e18), (1 - 2**-53, 6.6e18), (1.0000001, 7e9),
    (0.999999999999, 7.2e14), (1e300, 0.25), (1e-300, 0.99), (10.0, 308.25), (-3.0, 2.0),
    (-2.0, 3.0), (-2.0, -3.0), (-1.5, 1001.0), (-8.0, 1 / 3), (0.0, 2.0), (0.0, 0.0), (0.0, 1.0),
    (0.5, -1.0), (1e-5, -60.0), (5.0, 0.1), (0.0, -1.0), (7.0, 1e-300), (1e-5, 64.2),
    (1e-160, 2.02), (1.2345e-317, 1.7e-5), (3.3e-320, 0.17), (9e-322, 0.003), (1e-200, 2e-200),
    (1e-300, -1e-310), (-1e-17, -1.0), (-1.0, -1.0), (40.0, 1.0), (3.5, 40.0), (-1.0, 1e16),
    (1.7e308, 1.7e308), (3e-309, 3e-309), (1e-320, 1e-10), (0.125, 0.1), (-0.7, -0.6864),
    (-0.6931471805599453, -0.6931471805599454), (-0.024470264256679312, -3.0512436351522667),
)
VECTORS = (
    (3.0,), (-1e300,), (1e-300,), (0.0,), (0.0, 0.0), (1.0, -1.0), (1e16, 1.0, -1e16), (0.5, 0.25),
    (1e200, 1e200, 1e-300), (1e-200, 1e-200, 1e250), (0.0, 2.0, 3.0), (0.0, 0.0, 3.0),
    (1e-320, 1e-320), (1.0, 2.0, 3.0, 4.0, 5.0), (0.1,) * 10, (1000.0, 999.0, 0.0),
    (-1000.0, -1001.0), (700.0, 700.0, 700.0),
    (1e308, 1e308, -1e308), (1e308, 1e308), (-745.0, 0.0, 1e-17), (1e160, 1e160, 1.0), (3.0, -4.0),
    (-0.7, -0.69, -40.0), (1.1, 1.1, 1.1, -3.3, 1e-17), tuple(1 + k / 64 for k in range(40)),
    (-0.06194451677446581, -2.124976574642104),
)
_GAMMA = (  # zeros and poles of lgamma and digamma, and where the methods of special.py change
    -0.504083008264455, -1.573498473162390, -2.610720868444144, -9.702672540001864, -0.5, -1.5,
    -2.4570247382208006, -2.7476826467274127, -3.143580888349980, -0.1, -3.9999, -1e-300, -1e-11,
    -175.5, -180.3, -3.578, -10.5, -20.25, -100.001, -170.5, -171.25, -1000.75, -123456.7,
    0.47, 0.51, 0.71, 0.85, 0.87, 0.9, 1.05, 1.2, 1.26, 1.34, 1.3666037346089732, 1.46, 1.49, 1.72,
    1.9, 2.05, 2.08, 2.25, 2.49, 2.6, 3.45, 4.05, 5.1, 7.9, 12.5, 15.02, 15.9, 16.1, 171.6,
    1.345988662182646, 3.4221080384706215, -2.9028199859868438, 4.463891677952509, 5e-310, -5e-310,
    -3.6871531685183423, 3.5560796639053325,
)
EXTRA = dict.fromkeys(("gamma", "lgamma", "digamma", "polygamma"), _GAMMA)
EXTRA |= {  # the worst of 20 seconds of hill climbing
    "cbrt": (-2.377763854937201e-20,), "gelu": (-29.21422974029609,),
    "mish": (-2.10299840696034, -30.46547804310777), "tanh": (-2.771820614782482,),
    "silu": (-2.030547673476213,), "sinc": (-0.2554315179007659, 0.33909017188670065),
}
CHOICES = {
    "slope": (0.01, 0.2), "alpha": (1.0, 1.3, 1e9), "n": (0.0, 1.0, 2.0, 5.0),
    "c": (0.0, 1.0),
}
# fmt: on


def points(op: Op, count: int = 60) -> Iterator[tuple[Any, ...]]:
    """Arguments for op: fixed ones, extreme and ordinary, then `count` random ones, the same ever.

    Points outside the domain, or that break `needs`, are among them: there the engine must refuse.
    """
    draw = random.Random(zlib.crc32(op.name.encode()))

    def any_number() -> float:
        size = 10.0 ** draw.choice((draw.uniform(-3, 3), draw.uniform(-308, 308), 0.0))
        return draw.choice((-1, 1)) * size * draw.uniform(0.5, 1.0)

    def one(param: str) -> Any:
        if param in CHOICES:
            return draw.choice(CHOICES[param])
        return draw.choice((any_number(), draw.choice(EVERYWHERE)))

    def vector() -> tuple[float, ...]:
        wide = draw.choice((0.5, 3.0, 300.0))
        size = draw.choice((1, 2, 3, 5, 8))
        return tuple(draw.choice((-1, 1)) * 10.0 ** draw.uniform(-wide, wide) for _ in range(size))

    free = [p for p in op.params if p not in CHOICES and p not in op.vectors]
    if op.vectors:
        for v in VECTORS:
            yield tuple(v if k == 0 else v[::-1] for k in range(len(op.params)))
        for v in VECTORS if len(op.params) > 1 else ():
            small = tuple((1.0, -1.0, 0.5, 2.0, 1e-3, 7.0, -3.0)[k % 7] for k in range(len(v)))
            yield (v, small)
    elif len(free) == 1:
        for x in (*EVERYWHERE, *EXTRA.get(op.name, ())):
            for _ in op.params:
                yield tuple(x if p == free[0] else one(p) for p in op.params)
    elif len(op.params) == 2:
        yield from PAIRS
        yield from (pair[::-1] for pair in PAIRS)
    for _ in range(count):
        if op.vectors:
            v = vector()
            yield tuple(tuple(draw.sample(v, len(v))) if k else v for k in range(len(op.params)))
        else:
            yield tuple(map(one, op.params))


def as_values(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments as Values."""
    return tuple(tuple(map(Value, x)) if isinstance(x, tuple) else Value(x) for x in args)


def places(args: tuple[Any, ...]) -> list[tuple[int, int | None]]:
    """Where each number is among the arguments."""
    return [
        (k, i)
        for k, x in enumerate(args)
        for i in (range(len(x)) if isinstance(x, tuple) else [None])
    ]
