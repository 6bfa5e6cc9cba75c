"""Symbols: numbers that are not known yet. Arithmetic on them emits instructions.

The ordinary engine runs on them, forward pass, `backward()` and an optimiser's update alike: that
is how a function is compiled. A comparison gives a Condition, which `where` selects on; what needs
the number itself (a branch, `float(x)`, `math.sin(x)`) is refused: it would be decided for ever.

>>> x = Trace().input(0)
>>> y = (x + 1.0) * (x + 1.0)
>>> [opcode for opcode, _ in x.trace.code]          # x + 1 is shared
['input', '+', '*']
"""

from __future__ import annotations

import linecache
import math
import operator
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from numbers import Real
from pathlib import Path
from sysconfig import get_path
from threading import RLock, get_ident
from typing import Any

from autograd_mini.errors import NumberTypeError, TraceError
from autograd_mini.files import waited_for

from . import special
from .floats import IEEE
from .instructions import CONDITIONS, MEANING, REDUCTIONS, Code
from .kind import COMMON, Kind
from .kinds import OWN
from .numberlike import NumberLike, held
from .ranges import INPUT, Range, is_finite, result

# Whose lines are not the user's: this package's, Python's own and those of what is installed.
_LIBRARIES = (*map(get_path, ("stdlib", "purelib", "platlib")), "/usr/lib/python3/dist-packages")
_OTHERS = (str(Path(__file__).resolve().parents[1]), "<autograd_mini", *_LIBRARIES)
lock = waited_for(RLock(), first=True)
"""Held while a function is traced, so that a child has no symbols, and while LLVM is loaded."""


class Trace:
    """The instructions of a function while it runs on symbols.

    For each it keeps its part (0 before the samples, 1 for each, 2 after: compiler/program.py) and
    the range of its result, from that of the inputs on. Where a symbol stands in for a number that
    other threads may read, they wait until the trace has ended, and go on with that number, which
    `known` has. `used` has, while the function runs, the nodes and optimisers that met symbols,
    with what they held then.
    """

    __slots__ = ("code", "parts", "inputs", "ranges", "thread", "known", "used")

    def __init__(self, inputs: Range = INPUT) -> None:
        self.inputs = inputs
        self.code, self.parts, self.thread = Code(), array("B"), get_ident()
        self.ranges: list[Range] = []
        self.known: dict[int, Any] = {}
        self.used: dict[Any, dict[str, Any]] | None = None

    def input(self, number: int, each: bool = False) -> Symbol:
        """The symbol of an input, of which `each` sample may have its own."""
        symbol: Symbol = self.emit("input", number)
        self.parts[symbol.operand], self.ranges[symbol.operand] = each, self.inputs
        return symbol

    def emit(self, opcode: str, *args: Any) -> Any:
        """The result of an instruction on symbols and plain numbers: a Symbol or a Condition."""
        if get_ident() != self.thread:
            return MEANING[opcode](*[x.number() if isinstance(x, Traced) else x for x in args])
        conditions = _CONDITIONS.get(opcode, 0)  # of the operands; the others are numbers
        operands = [x.operand for x in args[:conditions]]
        operands += map(self.operand, args[conditions:])
        index = self.code.emit(opcode, *operands)
        if index == len(self.parts):
            parts = [self.parts[x] for x in operands if x >= 0]
            self.parts.append(2 if opcode in REDUCTIONS else max(parts, default=0))
            if opcode == "*" and operands[0] == operands[1]:
                opcode, operands = "square", operands[:1]
            self.ranges.append(result(opcode, [self.range(x) for x in operands]))
        return (Condition if opcode in CONDITIONS else Symbol)(self, index)

    def operand(self, x: Any) -> int:
        """The operand that stands for a symbol or a plain number."""
        if x.__class__ is Condition:
            x = select(x, 1.0, 0.0)
        if not isinstance(x, Traced):
            return self.code.constant(IEEE.convert(x))
        if x.trace is not self:
            raise _refusal("a traced value was kept, in an attribute or a list, from one run of the"
                           " function to the next; pass it as an argument")  # fmt: skip
        return x.operand

    def range(self, operand: int) -> Range:
        """The range of an operand."""
        return self.ranges[operand] if operand >= 0 else (self.code.constants[~operand],) * 2


# --- what stands for a number, for a condition ---------------------------------------------------
class Traced:
    """What is not known while a function is traced."""

    __slots__ = ("trace", "operand")

    def __init__(self, trace: Trace, operand: int) -> None:
        self.trace, self.operand = trace, operand

    def number(self) -> Any:
        """For another thread than the trace's: the number in whose place this stands."""
        known, elsewhere = self.trace.known, get_ident() != self.trace.thread
        if elsewhere and self.operand in known and lock.acquire(timeout=60):
            lock.release()  # (longer than that waits a thread for which the traced function waits)
            return known[self.operand]
        raise _refusal("the number of a traced value is not known yet; use the functions of"
                       " autograd_mini (sin, floor, take), not int, float or math")  # fmt: skip

    def seed(self, one: Any) -> Adjoint:
        """The adjoint with which a backward pass from here begins."""
        return Adjoint(self.trace, self.trace.operand(one))

    def __bool__(self) -> bool:
        if get_ident() != self.trace.thread:
            return bool(self.number())
        raise _refusal("a branch on a traced value would go the same way in every call; use"
                       " where(condition, a, b)")  # fmt: skip

    def __repr__(self) -> str:
        return f"<traced t{self.operand}>"

    def __format__(self, form: str) -> str:
        return repr(self)


class Condition(Traced):
    """A comparison of traced values: what `where` selects on, else 1 or 0; & and | join two."""

    __slots__ = ()

    def __and__(self, other: object) -> Any:
        if isinstance(other, Condition):
            return self.trace.emit("and", self, other)
        return self if other else False

    def __or__(self, other: object) -> Any:
        return self.trace.emit("or", self, other) if isinstance(other, Condition) else other or self

    __rand__, __ror__ = __and__, __or__


class Symbol(Traced):
    """A number that is not known yet."""

    __slots__ = ()

    def __pos__(self) -> Symbol:
        return self

    real = property(__pos__)

    def tangent(self) -> Tangent:
        """The tangent with which a forward pass along this symbol begins."""
        return Tangent(self.trace, self.operand)

    def settled(self) -> Any:
        """As what a gradient goes on when the backward pass has ended: a number if it is one."""
        known = self.operand < 0
        return self.trace.range(self.operand)[0] if known else Symbol(self.trace, self.operand)


def _converted(convert: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *digits: convert(self.number(), *digits)


for _convert in (float, int, complex, round, math.floor, math.ceil, operator.index):
    setattr(Symbol, f"__{_convert.__name__}__", _converted(_convert))
_NUMBERS = (Traced, Real)
_CONDITIONS = {"select": 1, "and": 2, "or": 2}


def _operator(opcode: str, swapped: bool = False) -> Callable[..., Any]:
    def operate(self: Traced, *other: object) -> Any:
        if other and not isinstance(other[0], _NUMBERS):
            return NotImplemented
        return self.trace.emit(opcode, *((*other, self) if swapped else (self, *other)))

    return operate


_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "%": "mod"}
_SIGNS["//"] = "floordiv"
for _sign, _name in _SIGNS.items():
    setattr(Traced, f"__r{_name}__", _operator(_sign, swapped=True))
_SIGNS |= {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
for _sign, _name in (_SIGNS | {"neg": "neg", "abs": "abs"}).items():
    setattr(Traced, f"__{_name}__", _operator(_sign))


class Mask(Symbol):
    """1 or 0 by conditions: its product is a choice, exactly 0 also of what is infinite or nan."""

    __slots__ = ()

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        condition, *bits = self.trace.code[self.operand][1]
        known = {self.trace.operand(0.0): 0.0, self.trace.operand(1.0): other}
        if known.keys() >= {*bits}:
            product = select(Condition(self.trace, condition), *[known[x] for x in bits])
        else:
            product = select(self.trace.emit("!=", self, 0.0), other, 0.0)
        return Mask(self.trace, product.operand) if isinstance(other, Mask) else product

    __rmul__ = __mul__

    def covers(self, x: Any) -> bool:
        """Whether a product with x must be masked again, as 0 times x may not be 0."""
        return not is_finite(self.trace.range(self.trace.operand(x)))


class Adjoint(Symbol):
    """A gradient on its way back: where it is exactly 0 it hands nothing on, as in the sweep.

    Its product with a partial that may be infinite or nan is therefore 0 where it is 0 itself.
    """

    __slots__ = ()

    def __bool__(self) -> bool:  # asked by the sweep: may there be something to hand on?
        return self.operand >= 0 or self.settled() != 0

    def __add__(self, other: Any) -> Any:
        if other.__class__ is int and not other:
            return self  # a node's gradient before the first share
        share = other.settled() if isinstance(other, Symbol) else other
        return self.seed(self.settled() + share)

    def __mul__(self, partial: Any) -> Any:
        if not self:
            return self
        trace, adjoint, forward = self.trace, self.settled(), isinstance(self, Tangent)
        finite = is_finite(trace.range(self.operand))
        if isinstance(partial, Condition):
            partial = _mask(partial, 1.0, 0.0)
        if forward or finite:
            if not isinstance(partial, Symbol):
                if partial in (0, 1):
                    return self if partial else self.seed(0.0)
            elif _is_mask(partial):
                partial = Mask(trace, partial.operand)
        product = partial * adjoint
        if isinstance(partial, Mask):
            return self.seed(product)
        if forward and not finite:  # as jvp: what is infinite does not cross a partial of 0
            product = select(partial == 0.0, 0.0, product)
        if not is_finite(trace.range(trace.operand(partial))):
            product = select(adjoint == 0.0, 0.0, product)
        return self.seed(product)

    __radd__, __rmul__ = __add__, __mul__


class Tangent(Adjoint):
    """A derivative on its way forward; what is not chosen hands nothing on, infinite or not."""

    __slots__ = ()

    def seed(self, one: Any) -> Tangent:
        """The tangent that is this number."""
        return Tangent(self.trace, self.trace.operand(one))


def _is_mask(x: Symbol, levels: int = 3) -> bool:
    """Whether x is 1 or 0 by conditions, within each other as deep as those of the sheet go."""
    if x.operand < 0:
        return x.settled() in (0.0, 1.0)
    opcode, operands = x.trace.code[x.operand]
    bits = [Symbol(x.trace, y) for y in operands[1:]]
    return opcode == "select" and levels > 0 and all(_is_mask(bit, levels - 1) for bit in bits)


def _refusal(message: str) -> TraceError:
    """The error that names the user's line, from which the number was asked for."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_code.co_filename.startswith(_OTHERS):
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    line = linecache.getline(name, number).strip()
    return TraceError(f"{message} ({name}, line {number}: {line})")


# --- the kind: what the functions of the formulas mean for symbols -------------------------------
def call(name: str) -> Callable[..., Any]:
    """The function of an opcode: on symbols it emits, on plain numbers it computes."""
    meaning = MEANING[name]

    def called(*args: Any) -> Any:
        for x in args:
            if isinstance(x, Traced):
                return x.trace.emit(name, *args)
        return meaning(*map(float, args))

    return called


def select(condition: Any, yes: Any, no: Any) -> Any:
    """`where`: one of two by a condition, which may be known already."""
    if not isinstance(condition, Condition):
        return yes if condition else no
    return condition.trace.emit("select", condition, yes, no)


def _mask(condition: Condition, yes: float, no: float) -> Mask:
    return Mask(condition.trace, select(condition, yes, no).operand)


def _extreme(sign: str) -> Callable[[Sequence[Any]], Any]:
    beats = call(sign)

    def extreme(a: Sequence[Any]) -> Any:  # of equal ones the first; nan if one is
        best = a[0]
        for x in a[1:]:
            best = select(beats(x, best), x, select(x != x, x, best))
        return best

    return extreme


_exp, _sum = call("exp"), call("sum")
_gauss = partial(special.gauss, exp=_exp, floor=call("floor"), where=select)


def _sinc(a: Any) -> Any:
    rest = select(a < 0.0, -((-a) % 2.0), a % 2.0)  # as fmod
    return select(a != 0.0, call("sin")(math.pi * rest) / math.pi / a, 1.0)


_EXPANDED: dict[str, Callable[..., Any]] = {
    "sum": lambda a, start=0.0: _sum(*a, start) if start else _sum(*a),
    "dot": lambda a, b: call("dot")(*a, *b),
    "prod": lambda a: call("prod")(*a),
    "others": lambda a: tuple([call("others")(*a, k) for k in range(len(a))]),
    "norm": lambda a: call("hypot")(*a),
    "max": _extreme(">"),
    "min": _extreme("<"),
    "count": lambda a, x: _sum(*[select(y == x, 1.0, 0.0) for y in a]),
    "expdiff": partial(special.expdiff, exp=_exp, where=select),
    "gauss": _gauss,
    "normal_cdf": partial(special.normal_cdf, erfc=call("erfc"), gauss=_gauss, where=select),
    "dsinc": lambda a: special.dsinc(a, _sinc, call("cos"), math.pi, select),
}


def _or_plain(name: str) -> Callable[..., Any]:
    """The expansion on symbols, IEEE's function on plain numbers."""

    def called(*args: Any) -> Any:
        flat = [y for x in args for y in (x if x.__class__ is tuple else (x,))]
        traced = any(isinstance(x, Traced) for x in flat)
        return (_EXPANDED if traced else IEEE.namespace)[name](*args)

    return called


_FUNCTIONS = {name: call(name) for name in MEANING if name in IEEE.namespace}
for _name in _FUNCTIONS.keys() - _EXPANDED:  # so that NumPy's functions work on arrays of symbols
    setattr(Symbol, _name, _FUNCTIONS[_name])
_FUNCTIONS |= {name: _or_plain(name) for name in _EXPANDED}
_FUNCTIONS |= {"_divide": call("/"), "_power": call("**"), "_modulo": call("%")}
_FUNCTIONS |= {"_floored": call("//"), "_select": select, "mask": _mask, "take": call("take")}
_FUNCTIONS["_truth"] = lambda x: x if isinstance(x, Condition | bool) else x != 0.0


def _real(x: Any) -> Any:
    if x.__class__ is complex:
        raise NumberTypeError(f"a compiled function computes with real numbers, got {x!r}")
    return x if isinstance(x, Traced) else IEEE.convert(x)


def _met(args: Sequence[Any]) -> None:
    """Note the nodes whose numbers are known: the program reads them in every call."""
    flat = [x for arg in args for x in (arg if arg.__class__ is tuple else (arg,))]
    nodes = [x for x in flat if isinstance(x, NumberLike) and not isinstance(x.data, Traced)]
    if nodes:
        trace = next(x.trace for x in map(held, flat) if isinstance(x, Traced))
        if (used := trace.used) is not None and trace.thread == get_ident():
            for x in nodes:
                used.setdefault(x, {"data": x.data, "grad": x.grad})


SYMBOL = Kind(
    "symbol",
    {**COMMON, **_FUNCTIONS, "pi": math.pi},
    _real,
    lambda value: repr(float(value)),
    IEEE.templates | {"where": "_select({0}, {1}, {2})", "truth": "_truth({0})"},
    _met,
)
OWN |= dict.fromkeys((Symbol, Condition, Adjoint, Tangent, Mask), SYMBOL)
