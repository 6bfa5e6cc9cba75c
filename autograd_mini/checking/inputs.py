"""The inputs of a check: numbers in any structure, named, and put back as the function wants them.

Tensors of torch and JAX are known by their looks; neither library is imported here.
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from fractions import Fraction
from inspect import Parameter, Signature
from itertools import islice
from random import Random
from typing import Any, NamedTuple, Self

from autograd_mini.errors import AutogradError, GradientError
from autograd_mini.functions import function
from autograd_mini.numbers.kinds import shown
from autograd_mini.numbers.trees import NUMBER, Form, array, builder, leaves, names
from autograd_mini.ops import Op
from autograd_mini.transforms import in_order

from .adapters import data_of, is_node
from .casts import rounding_unit, wide
from .differences import EPS, real

Function = Callable[..., Any]
Gradient = Callable[[Sequence[float]], Sequence[float]]
Direction = Mapping[int, float]  # input -> weight


class CheckError(AutogradError, ValueError):
    """A check cannot be made: the function or the point does not allow it."""


class Options(NamedTuple):
    """What the caller of `check_grad` asked for."""

    order: int
    directions: int  # 0 to compare each input by itself
    seed: int
    accuracy: float  # relative width of a bar from which a verdict is undecided
    slack: float  # relative error that is put down to rounding
    lang: str
    domain: list[tuple[float, float]]
    draw: Random  # from the seed


class Inputs:
    """The numbers at which a function is checked, and how the function takes them."""

    double = False  # whether arrays are given to functions as those of float64, whatever they are

    def __init__(self, f: Function, at: Any) -> None:
        if not callable(f):
            raise CheckError(f"f must be a function, got {shown(f)}")
        self.at = at
        self.by_name, self.args, first_names = _style(f, at)
        self.numbers: list[Any] = []
        self.names: list[str] = []
        self.nested = False  # plain numbers cannot be changed
        for arg, first in zip(self.args, first_names, strict=True):
            numbers, form = leaves(arg, _numbers)
            self.nested |= form != NUMBER or is_array(arg)
            self.names += (own := names(form, first, "[{!r}]"))
            self.numbers += map(_number, numbers, own)
        arrays = filter(is_array, parts_of(self.args)[0])
        self.eps = max(map(rounding_unit, arrays), default=EPS)  # the rounding unit of the arrays
        if not self.numbers:
            raise CheckError(f"no number to differentiate with respect to: at = {shown(at)}")
        self.floats = [float(x) for x in self.numbers]
        self.reach = [max(1.0, abs(x)) for x in self.floats]  # how far each is moved

    def call(self, f: Function, parts: Sequence[Any], what: str = "f") -> Any:
        """f with these in the places of the numbers; CheckError if it changes its argument."""
        args = rebuilt(self.args, iter(parts), self.double) if self.nested else parts
        result = f(**dict(zip(self.at, args, strict=True))) if self.by_name else f(*args)
        held = flat(args) if self.nested else parts
        if held is not parts and not (len(held) == len(parts) and all(map(_same, held, parts))):
            raise CheckError(
                f"{what} changes its argument: give it a copy to work on, or write it without"
                " assigning to its input"
            )
        return result

    def in_double(self) -> Self:
        """These, whose arrays are given to functions as those of float64."""
        inputs = copy(self)
        inputs.eps, inputs.double = EPS, True
        return inputs

    def moved(self, along: Direction, t: Any, number: Function = float) -> list[Any]:
        """The numbers as floats, or what `number` makes of them, moved by t along a direction."""
        numbers = [number(x) for x in self.numbers]
        for k, weight in along.items():
            numbers[k] += number(weight) * t
        return numbers

    def direction(self, draw: Random) -> Direction:
        """A random direction, input -> weight, as far in each input as it reaches."""
        reach = enumerate(self.reach)
        return {k: draw.choice((-1, 1)) * draw.uniform(0.5, 1.0) * far for k, far in reach}

    def point(self) -> str:
        """The inputs for a reader: "x = 0.5, y = 2.0", the first four of many."""
        pairs = [f"{n} = {x}" for n, x in zip(self.names[:4], self.numbers, strict=False)]
        return ", ".join([*pairs, "..."] if len(self.names) > 4 else pairs)


def _number(x: Any, name: str) -> Any:
    """An input as a float, or as it is if it is exact; CheckError if it is not real and finite."""
    if isinstance(x, bool):
        raise CheckError(f"the input {name} must be one real number, got {shown(x)}")
    if not math.isfinite(x := as_real(x, f"the input {name}")):
        raise CheckError(f"the input {name} must be finite, got {x}")
    return x


def _style(f: Function, at: Any) -> tuple[bool, tuple[Any, ...], list[str]]:
    """Whether f takes `at` by name; its arguments, from `at`; what they are called."""
    try:
        signature = inspect.signature(function(f) if isinstance(f, Op) else f)
    except (TypeError, ValueError):  # a builtin that has none: any numbers
        signature = Signature([Parameter("x", Parameter.VAR_POSITIONAL)])
    params = [*signature.parameters.values()]

    def binds(*args: Any, **named: Any) -> bool:
        with suppress(TypeError):
            return bool(signature.bind(*args, **named))
        return False

    if isinstance(at, tuple) and not hasattr(at, "_fields") and (at == () or binds(*at)):
        names = [p.name for p in params if p.kind != p.VAR_POSITIONAL]
        names += [f"arg{k + 1}" for k in range(len(names), len(at))]
        return False, at, names[: len(at)]
    if binds(at):
        return False, (at,), [params[0].name]
    if isinstance(at, Mapping) and all(isinstance(k, str) for k in at) and binds(**at):
        return True, tuple(at.values()), [*at]
    takes = ", ".join(map(str, params))
    raise CheckError(
        f"f takes the arguments ({takes}), which at does not give: {shown(at)}; several are given"
        " as a tuple of them, or a dict by their names"
    )


# --- arrays of NumPy, torch and JAX --------------------------------------------------------------
def _library(x: Any) -> str:
    return type(x).__module__.partition(".")[0]


def is_array(x: Any) -> bool:
    """Whether x is an array or tensor (a NumPy scalar is a number)."""
    if not (hasattr(x, "shape") and hasattr(x, "dtype")):
        return False
    return _library(x) != "numpy" or isinstance(x, sys.modules["numpy"].ndarray)


def like(original: Any, parts: Sequence[Any], double: bool = False) -> Any:
    """An array of the kind, shape and type of the original; of objects if parts are Values."""
    library, shape = _library(original), tuple(original.shape)
    if not all(isinstance(part, float | int) for part in parts):
        if library == "torch":
            raise TypeError("an array of this library holds numbers only")
        return array(parts, shape)
    home = sys.modules[library if library in ("numpy", "torch") else "jax.numpy"]
    dtype = original.dtype if "float" in str(original.dtype) and not double else float
    made = home.asarray([*map(float, parts)], dtype=dtype).reshape(shape)
    if library == "torch":
        return made.requires_grad_(original.requires_grad)
    return made.view(wide()) if double and library == "numpy" else made


# --- structures ----------------------------------------------------------------------------------
def parts_of(tree: Any) -> tuple[list[Any], Form]:
    """The numbers and arrays in a structure, in order, and its form."""

    def whole(x: Any, pieces: list[Any], _: Any) -> Form:
        pieces.append((x,))
        return NUMBER

    return leaves(tree, whole)


def _numbers(x: Any, pieces: list[Any], _: Any) -> Form:
    pieces.append(x.reshape(-1).tolist() if is_array(x) else (x,))
    return (array, tuple(x.shape)) if is_array(x) and x.shape else NUMBER


def flat(tree: Any) -> list[Any]:
    """The numbers in a structure, those of arrays too."""
    return leaves(tree, _numbers)[0]


def counted(tree: Any, count: int, what: str, form: Any = None) -> list[Any]:
    """The numbers in a structure, which must be so many; dicts in the order of those of `form`."""
    if tree is None:
        raise CheckError(f"{what} is None: a function without return gives None")
    if form is not None:
        try:
            tree = in_order(_inside(tree), _inside(form))
        except GradientError as error:
            raise CheckError(str(error)) from None
    if len(found := flat(tree)) != count:
        raise CheckError(f"{what} must give {count} numbers, got {len(found)}")
    return [as_real(x, what) for x in found]


def _inside(tree: Any) -> Any:
    return tree[0] if isinstance(tree, list | tuple) and len(tree) == 1 else tree


def unit_of(y: Any) -> float:
    """The coarsest rounding unit of the numbers in a structure."""
    units = [rounding_unit(part) for part in parts_of(y)[0] if hasattr(part, "dtype")]
    return max(units, default=EPS)


def mapped(tree: Any, f: Function) -> Any:
    """The structure with f of its numbers and arrays."""
    parts, form = parts_of(tree)
    return builder(form)([*map(f, parts)])


def rebuilt(tree: Any, parts: Iterator[Any], double: bool = False) -> Any:
    """A structure such as this of other parts; with `double` arrays are of float64."""

    def made(x: Any) -> Any:
        return like(x, [*islice(parts, math.prod(x.shape))], double) if is_array(x) else next(parts)

    return mapped(tree, made)


def _same(a: Any, b: Any) -> bool:
    """The same node, or numbers that are equal but for the rounding to a shorter type."""
    if a.__class__ is not float and is_node(a):
        return a is b
    try:
        return bool(a == b or abs(a - b) <= abs(b) * 2.0**-7)
    except (TypeError, ValueError):
        return False


def as_real(x: Any, what: str) -> Any:
    """A single real number, exact if it is a Fraction or mpf; CheckError otherwise."""
    x = data_of(x)
    if x.__class__ is float:
        return x
    try:
        number = real(x, what)
    except TypeError as error:
        raise CheckError(str(error)) from None
    except OverflowError:
        raise CheckError(f"{what} is too large for a float: {shown(x)}") from None
    return x if isinstance(x, Fraction) or hasattr(x, "_mpf_") else number
