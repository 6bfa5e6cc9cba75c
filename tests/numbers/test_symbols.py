"""Symbols: what they emit; the ranges of results."""

import math
from random import Random

import pytest

from autograd_mini import Value, ieee, where
from autograd_mini.errors import TraceError
from autograd_mini.numbers import ranges
from autograd_mini.numbers.instructions import MEANING
from autograd_mini.numbers.symbols import Condition, Symbol, Trace


def emitted(trace):
    return [opcode for opcode, _ in trace.code]


def test_equal_instructions_are_shared_also_with_their_operands_exchanged():
    trace = Trace()
    x, y = trace.input(0), trace.input(1)
    assert ((x * y) + (y * x)).operand == ((y * x) + (x * y)).operand
    assert emitted(trace) == ["input", "input", "*", "+"]
    assert (x - y).operand != (y - x).operand


def test_comparisons_are_conditions_also_of_values_and_join():
    trace = Trace()
    x = Value(trace.input(0))
    both = (x > 0) & (x <= 1) & True
    assert isinstance(both, Condition)
    assert (both & False, (x > 0) | True) == (False, True)
    chosen = where(both | (x > 5), x, -x)
    assert isinstance(chosen.data, Symbol)
    assert [emitted(trace).count(opcode) for opcode in (">", "or", "neg")] == [2, 1, 1]
    with pytest.raises(TraceError):
        assert 0 < x < 1


def test_the_engine_records_the_same_nodes_on_symbols():
    trace = Trace()
    x, w = Value(trace.input(0)), Value(2.0)
    y = (w * x).tanh()
    with ieee():
        y.backward()
    assert [p.op and p.op.name for p in (y, *y.parents)] == ["tanh", "mul"]
    assert isinstance(w.grad, Symbol)
    assert w.data == 2.0


@pytest.mark.parametrize("opcode", [name for name in ranges._RULES if name in MEANING])
def test_a_result_lies_in_its_range(opcode):
    draw = Random(opcode)
    sizes = (0.0, 1e-9, 0.5, 1.0, 3.0, 700.0, 1e30, 1e200)
    arity = 2 if opcode in ("+", "-", "*", "/", "**", "atan2", "sum", "dot", "hypot") else 1
    told = 0
    for _ in range(2000):
        pairs = [
            sorted(draw.choice((-1, 1)) * draw.choice(sizes) for _ in "ab") for _ in range(arity)
        ]
        if opcode == "**" and draw.random() < 0.8:
            pairs[1] = [float(draw.randrange(5))] * 2
        low, high = ranges.result(opcode, [tuple(pair) for pair in pairs])
        point = [draw.choice((a, b, draw.uniform(a, b))) for a, b in pairs]
        if low == low:
            told += 1
            found = MEANING[opcode](*point)
            slack = 1e-9 * abs(found) if math.isfinite(found) else 0.0
            assert low - slack <= found <= high + slack, (pairs, point)
    assert told > 100
