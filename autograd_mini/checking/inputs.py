"""The inputs of a check: numbers in any structure, named, and put back as the function wants them.

Tensors of torch and JAX are known by their looks; no library is imported here that is not in use
already.
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from copy import copy
from fractions import Fraction
from functools import cache
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
from .differences import EPS, real

Function = Callable[..., Any]
Gradient = Callable[[Sequence[float]], Sequence[float]]
Direction = Mapping[int, float]  # input -> weight
_UNITS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23}
_OF_ITSELF = ("__get__", "__set__", "requires_grad_")  # a tensor's attributes: no copy has them
_CASTS = ("float", "half", "bfloat16")  # methods of torch
_CALLS = ("jit", "pjit", "closed_call", "checkpoint", "custom_jvp_call")  # of JAX


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

    def gradient(self, claimed: Any) -> list[float]:
        """The numbers of a claimed gradient, which has the structure of the inputs."""

        def inside(tree: Any) -> Any:
            return tree[0] if isinstance(tree, list | tuple) and len(tree) == 1 else tree

        try:
            claimed = in_order(inside(claimed), inside(self.at))
        except GradientError as error:
            raise CheckError(str(error)) from None
        return counted(claimed, len(self.numbers), "gradient")


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


def rounding_unit(x: Any) -> float:
    """The distance from 1 to the next number of the array's type: 2**-52 for float64."""
    name = str(x.dtype if hasattr(x, "dtype") else x)
    return next((unit for part, unit in _UNITS.items() if name.endswith(part)), EPS)


def _numbers(x: Any, pieces: list[Any], _: Any) -> Form:
    pieces.append(x.reshape(-1).tolist() if is_array(x) else (x,))
    return (array, tuple(x.shape)) if is_array(x) and x.shape else NUMBER


def flat(tree: Any) -> list[Any]:
    """The numbers in a structure, those of arrays too."""
    return leaves(tree, _numbers)[0]


def counted(tree: Any, count: int, what: str) -> list[Any]:
    """The numbers in a structure, which must be so many."""
    if tree is None:
        raise CheckError(f"{what} is None: a function without return gives None")
    if len(found := flat(tree)) != count:
        raise CheckError(f"{what} must give {count} numbers, got {len(found)}")
    return [as_real(x, what) for x in found]


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


# --- functions of float32 as those of float64: casts inside them are passed over ----------------
# NumPy's arrays are given as ones that refuse to be cast down, torch's functions run in a mode that
# does so, JAX's are traced and their operations played on float64.
@contextmanager
def doubles() -> Iterator[None]:
    """Where JAX keeps float64, and torch's functions take a float32 operand for float64."""
    with ExitStack() as stack:
        if jax := sys.modules.get("jax"):
            own = hasattr(jax, "enable_x64")  # since 0.8
            stack.enter_context((jax if own else jax.experimental).enable_x64(True))
        if "torch" in sys.modules:
            stack.enter_context(_promoting()())
        yield


@cache
def wide() -> Any:
    """The class of NumPy arrays of float64 that stay so."""
    numpy = sys.modules["numpy"]
    base: Any = numpy.ndarray

    class Wide(base):  # type: ignore[misc]
        def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
            narrow = rounding_unit(numpy.dtype(dtype)) > EPS
            return super().astype(float if narrow else dtype, *args, **kwargs)

    return Wide


@cache
def _promoting() -> Any:
    torch = sys.modules["torch"]

    def double(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return x.double() if x.is_floating_point() and rounding_unit(x) > EPS else x
        return type(x)(map(double, x)) if type(x) in (list, tuple) else x

    def kept(x: Any) -> Any:
        return torch.float64 if isinstance(x, torch.dtype) and rounding_unit(x) > EPS else x

    base: Any = torch.overrides.TorchFunctionMode

    class Promoting(base):  # type: ignore[misc]
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            named, name = kwargs or {}, getattr(function, "__name__", "")
            if name not in _OF_ITSELF:  # of the tensor itself
                args, named = double(args), {name: double(x) for name, x in named.items()}
            if args and isinstance(args[0], torch.Tensor) and args[0].is_floating_point():
                if name in _CASTS:
                    return args[0]
                args, named = map(kept, args), {key: kept(x) for key, x in named.items()}
            return function(*args, **named)

    return Promoting


def traced(f: Callable[..., Any]) -> Callable[..., Any]:
    """f, where it gets arrays of JAX as its operations on float64."""
    if (jax := sys.modules.get("jax")) is None:
        return f

    @jax.jit  # type: ignore[untyped-decorator]
    def played(*args: Any, **named: Any) -> Any:
        closed, shape = jax.make_jaxpr(f, return_shape=True)(*args, **named)
        found = _played(closed, jax.tree.leaves((args, named)))
        return jax.tree.unflatten(jax.tree.structure(shape), found)

    def either(*args: Any, **named: Any) -> Any:
        if any(isinstance(x, jax.Array) for x in jax.tree.leaves((args, named))):
            with suppress(Exception):  # a function that asks for numbers cannot be traced
                return played(*args, **named)
        return f(*args, **named)

    return either


def _played(closed: Any, inputs: list[Any]) -> list[Any]:
    """What the operations of a trace give on float64."""
    jnp, trace = sys.modules["jax"].numpy, getattr(closed, "jaxpr", closed)
    consts = getattr(closed, "consts", ())
    known = dict(zip([*trace.constvars, *trace.invars], [*consts, *inputs], strict=True))

    def kept(kind: Any) -> Any:
        narrow = isinstance(kind, jnp.dtype) and rounding_unit(kind) > EPS
        return jnp.dtype(float) if narrow else kind

    def read(atom: Any) -> Any:
        x = atom.val if hasattr(atom, "val") else known[atom]
        return jnp.asarray(x, kept(atom.aval.dtype))

    for step in trace.eqns:
        numbers, options = [*map(read, step.invars)], step.params
        if step.primitive.name in _CALLS:
            found = _played(options.get("jaxpr") or options["call_jaxpr"], numbers)
        else:
            found = step.primitive.bind(*numbers, **{k: kept(x) for k, x in options.items()})
            found = found if step.primitive.multiple_results else [found]
        known |= zip(step.outvars, found, strict=True)
    return [*map(read, trace.outvars)]
