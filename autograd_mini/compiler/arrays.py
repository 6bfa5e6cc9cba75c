"""What the back ends on NumPy and JAX share: opcodes as functions of arrays, of either library."""

import math
import operator
from collections.abc import Callable
from typing import Any

_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}
_NAMES |= {"%": "remainder", "//": "floor_divide", "neg": "negative", "abs": "absolute"}
_NAMES |= {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal"}
_NAMES |= {"!=": "not_equal", "and": "logical_and", "or": "logical_or"}
_NAMES |= {name: f"arc{name[1:]}" for name in "asin acos atan asinh acosh atanh atan2".split()}
_OWN = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh floor ceil".split()
_NAMES |= {name: name for name in _OWN}


def functions(xp: Any) -> dict[str, Callable[..., Any]]:
    """The opcodes for which numpy or jax.numpy, given as `xp`, has a function, and a few more."""

    def take(index: Any, *table: Any) -> Any:
        good = (index >= 0) & (index < len(table)) & (index == xp.floor(index))
        shape = xp.broadcast_shapes(*map(xp.shape, (index, *table)))
        place = xp.broadcast_to(xp.where(good, index, 0).astype(int), shape)
        rows = xp.stack([xp.broadcast_to(part, shape) for part in table])
        return xp.where(good, xp.take_along_axis(rows, place[None], 0)[0], math.nan)

    return {
        **{opcode: getattr(xp, name) for opcode, name in _NAMES.items()},
        "select": lambda condition, yes, no: xp.where(condition != 0, yes, no),
        "sum": lambda *a: sum(a),  # from 0 on, as fsum: no -0.0
        "dot": lambda *a: sum(map(operator.mul, a[: len(a) // 2], a[len(a) // 2 :])),
        "take": take,
    }
