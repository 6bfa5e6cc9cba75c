"""The compiled functions against value.apply, which defines what they do: the same bits."""

import inspect
import itertools
import math
import random
from fractions import Fraction

import mpmath
import pytest

from autograd_mini import Value, functions
from autograd_mini.errors import AutogradError
from autograd_mini.ops import SHEET
from autograd_mini.rules import fast
from autograd_mini.value import apply

POINTS = [
    -745.0, -30.0, -2.5, -1.0, -0.3, -1e-300, -0.0, 0.0, 1e-17, 0.25, 1.0, 1.5, 2.0, 40.0, 1e200,
]  # fmt: skip
SCALARS = [op for op in SHEET.values() if not op.vectors]
VECTORS = [op for op in SHEET.values() if op.vectors]


def bits(number):
    """The number so that -0.0 differs from 0.0 and nan equals nan."""
    return math.copysign(1.0, number), "nan" if number != number else number


def record(compute, *args):
    """All that a call gives: the node's number, partials and arguments, or the error."""
    try:
        node = compute(*args)
    except AutogradError as error:
        return type(error), str(error)
    if not isinstance(node, Value):
        return bits(node)
    numbers = [bits(node.data), *map(bits, node.partials)]
    return node.op, numbers, node.parents, node.args, node.label, node.grad


def all_mixtures(values):
    """The values as Values, as plain numbers, and every mixture of both."""
    for chosen in itertools.product((True, False), repeat=len(values)):
        yield [Value(v) if on else v for v, on in zip(values, chosen, strict=True)]


@pytest.mark.parametrize("op", SCALARS, ids=lambda op: op.name)
def test_function_of_scalars_gives_the_bits_of_apply(op):
    compiled = functions.function(op)
    rng = random.Random(op.name)
    required = [p for p in op.params if p not in op.defaults]
    if len(required) == 1:
        points = [(x,) for x in POINTS]
    else:
        points = [tuple(rng.choices(POINTS, k=len(required))) for _ in range(40)]
    if op.defaults:
        points += [(*point, *[0.5] * len(op.defaults)) for point in points]
    for point in points:
        for args in all_mixtures(point):
            expected = record(lambda *a: apply(op, *a), *args)
            assert record(compiled, *args) == expected, args


@pytest.mark.parametrize("op", VECTORS, ids=lambda op: op.name)
def test_function_of_vectors_gives_the_bits_of_apply(op):
    compiled = functions.function(op)
    rng = random.Random(op.name)
    for length in (0, 1, 2, 3, 7):
        for _ in range(12):
            vectors = []
            for _ in op.params:
                vector = [rng.choice(POINTS[1:-1]) for _ in range(length)]
                make = rng.choice([Value, float, lambda x: Value(x) if rng.random() < 0.5 else x])
                vectors.append(tuple(map(make, vector)))
            expected = record(lambda *a: apply(op, *a), *vectors)
            assert record(compiled, *vectors) == expected


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
def test_operators_are_those_of_the_class_as_written(symbol):
    op = SHEET[{"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow"}[symbol]]
    for a, b in itertools.product((0.5, 2.0, 3), (1.5, -2.0, 2)):
        for x, y in all_mixtures([a, b]):
            if isinstance(x, Value) or isinstance(y, Value):
                written = record(lambda x, y: eval(f"x {symbol} y"), x, y)
                assert written == record(lambda x, y: apply(op, x, y), x, y)


def test_one_exact_number_among_floats_is_not_lost():
    precise = mpmath.mpf(1) / 3
    w, x = [*map(Value, (1.0, precise, 2.0))], [*map(Value, (1.0, 1.0, 1.0))]
    assert isinstance(functions.dot(w, x).data, mpmath.mpf)
    assert isinstance(functions.sum(w).data, mpmath.mpf)
    mixed = functions.max([Value(0.5), Value(Fraction(2, 3))]).data
    assert type(mixed) is float
    assert mixed == 2 / 3


@pytest.mark.parametrize("op", SHEET.values(), ids=lambda op: op.name)
def test_parameters_have_the_names_of_the_sheet_before_and_after_the_first_call(op):
    made = fast.function(op, apply, Value)
    x = 1.0 if op.name in ("acosh", "polygamma") else 0.5
    args = [[x] if p in op.vectors else x for p in op.params if p not in op.defaults]
    for _ in range(2):
        signature = inspect.signature(made)
        assert tuple(signature.parameters) == op.params
        assert {p: signature.parameters[p].default for p in op.defaults} == op.defaults
        assert made(**dict(zip(op.params, args, strict=False))) == apply(op, *args)


def test_arguments_by_name():
    x = Value(-1.0)
    assert functions.leaky_relu(x, slope=0.5).data == -0.5
    assert x.leaky_relu(slope=0.25).data == -0.25
    assert functions.atan2(b=Value(1.0), a=2.0).data == math.atan2(2.0, 1.0)
    with pytest.raises(TypeError, match=r"^clamp\(\) missing 1 required .* argument: 'high'$"):
        x.clamp(0.0)
    with pytest.raises(TypeError, match=r"^sin\(\) got an unexpected keyword argument 'A'"):
        functions.sin(A=1.0)


def test_operations_of_four_parameters_and_of_the_users_own(own):
    crossed = own("crossed(a, b, c, d)", "a*b + c*d", "b", "a", "d", "c")
    node = crossed(Value(2.0), 3.0, d=Value(5.0), c=Value(4.0))
    assert (node.data, node.partials) == (26.0, (3.0, 5.0, 4.0))
