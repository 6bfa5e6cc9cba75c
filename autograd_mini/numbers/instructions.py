"""Instructions: what arithmetic on symbols emits, and what each of them means for floats.

An instruction is an opcode and its operands. An operand from 0 on is the number of an earlier
instruction, one below 0 a constant (`~operand` is its place among the constants). MEANING is the
truth: every opcode as IEEE 754 and `with ieee():` have it, never an error. A division by 0 is an
infinity or nan, `log(-1)` is nan, a comparison with nan is false but for `!=`, a zero keeps its
sign (but for floor and ceil), `x ** 0` is 1. Opcodes are signs and primitives of formulas, and:

    input k             the k-th input (k is a constant)
    select c a b        a if the condition c holds, else b: a choice, no arithmetic
    and, or c d         of two conditions; comparisons give conditions, select takes them
    sum a ...           rounded once, as math.fsum; others may add in any order
    dot a ... b ...     the same of products: as many a as b, all a first
    prod a ...          without overflow or underflow on the way
    others a ... k      the product of all a but the k-th, k a constant
    hypot a ...         the root of the sum of squares, of any number of operands
    take i a ...        the i-th of a, from 0; nan unless i is 0, 1, ..., len(a) - 1
    total a             the sum over the samples, rounded once
    accumulate a        the sum over the samples, from the last to the first as `backward()` adds
"""

import math
import operator as o
from array import array
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from .floats import IEEE

_IEEE = IEEE.namespace


def _dot(*pairs: float) -> float:
    half = len(pairs) // 2
    return _IEEE["dot"](pairs[:half], pairs[half:])  # type: ignore[no-any-return]


_ONE = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh"
_ONE += " asinh acosh atanh floor ceil erf erfc gamma lgamma digamma abs"
_SIGNS = {"/": "_divide", "**": "_power", "%": "_modulo", "//": "_floored"}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
MEANING: dict[str, Callable[..., Any]] = {
    **dict(zip(COMPARISONS, (o.lt, o.le, o.gt, o.ge, o.eq, o.ne), strict=True)),
    **dict(zip(("and", "or", "+", "-", "*"), (o.and_, o.or_, o.add, o.sub, o.mul), strict=True)),
    "neg": o.neg,
    **{sign: _IEEE[name] for sign, name in _SIGNS.items()},
    "select": lambda condition, yes, no: yes if condition else no,
    **{name: _IEEE[name] for name in _ONE.split()},
    **{name: _IEEE[name] for name in ("atan2", "polygamma", "hypot")},
    "sum": lambda *a: _IEEE["sum"](a),
    "dot": _dot,
    "prod": lambda *a: _IEEE["prod"](a),
    "others": lambda *a: _IEEE["others"](a[:-1])[int(a[-1])],
    "take": lambda i, *a: a[int(i)] if 0 <= i < len(a) and i == i // 1 else math.nan,
}
REDUCTIONS: dict[str, Callable[[list[float]], float]] = {
    "total": _IEEE["sum"],
    "accumulate": lambda each: reduce(o.add, reversed(each), 0.0),  # sum() compensates
}
OPCODES = ("input", *MEANING, *REDUCTIONS)
CONDITIONS = frozenset({*COMPARISONS, "and", "or"})
"""The opcodes whose result is a condition, not a number."""
_NUMBER = {name: number for number, name in enumerate(OPCODES)}


class Code:
    """Instructions in the order of their making, stored in flat arrays: 9 bytes and 8 an operand.

    >>> code = Code()
    >>> x = code.emit("input", code.constant(0.0))
    >>> y = code.emit("*", x, code.constant(3.0))
    >>> code.emit("*", x, code.constant(3.0)) == y     # emitted before: shared
    True
    >>> [*code], code.constants[~code[y][1][1]]
    ([('input', (-1,)), ('*', (0, -2))], 3.0)
    """

    __slots__ = ("opcodes", "operands", "starts", "constants", "_seen", "_places")

    def __init__(self) -> None:
        self.opcodes, self.operands, self.starts = array("B"), array("q"), array("q", [0])
        self.constants = array("d")
        self._seen: dict[tuple[object, ...], int] = {}
        self._places: dict[object, int] = {}

    def constant(self, value: float) -> int:
        """The operand that stands for a constant; -0.0 and nan have places of their own."""
        key = value if value and value == value else repr(value)
        if key not in self._places:
            self._places[key] = len(self.constants)
            self.constants.append(value)
        return ~self._places[key]

    def emit(self, opcode: str, *operands: int) -> int:
        """The number of this instruction, which is appended unless it was emitted before."""
        key = (opcode, *operands)
        found = self._seen.get(key)
        if found is None and (opcode == "+" or opcode == "*"):
            found = self._seen.get((opcode, operands[1], operands[0]))
        if found is None:
            found = self._seen[key] = len(self.opcodes)
            self.opcodes.append(_NUMBER[opcode])
            self.operands.extend(operands)
            self.starts.append(len(self.operands))
        return found

    def forget(self, numbers: range) -> None:
        """Emit these anew when they are wanted again: who wants them may not use them."""
        self._seen = {key: i for key, i in self._seen.items() if i not in numbers}

    def __len__(self) -> int:
        return len(self.opcodes)

    def __getitem__(self, index: int) -> tuple[str, tuple[int, ...]]:
        start, stop = self.starts[index], self.starts[index + 1]
        return OPCODES[self.opcodes[index]], tuple(self.operands[start:stop])

    def __iter__(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        return map(self.__getitem__, range(len(self)))
