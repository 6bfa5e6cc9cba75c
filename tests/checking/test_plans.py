"""Engines of other plans: tapes, derivatives pushed forward, Decimals, numbers computed late."""

import operator
from decimal import Decimal

import pytest

from autograd_mini import museum
from autograd_mini.checking import check_grad

TAPE = []


class Taped:
    """A pass goes back over all nodes that there are. With another `factor` products are wrong."""

    number, factor = float, 1.0

    def __init__(self, data, parents=(), partials=()):
        self.data, self.grad = self.number(data), self.number(0)
        self.parents, self.partials = parents, partials
        TAPE.append(self)

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        slopes = (other.data, self.data * self.number(self.factor))
        return type(self)(self.data * other.data, (self, other), slopes)

    def backward(self):
        for node in TAPE:
            node.grad *= 0 if node.parents else 1
        self.grad = self.number(1)
        for node in reversed(TAPE):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                parent.grad += node.grad * partial


class Exact(Taped):
    number = Decimal


class Forward(Taped):
    """It has the derivative by each leaf, which is 1 for a leaf itself, and no parents."""

    def __init__(self, data, parents=(), partials=()):
        self.data, self.grad = data, 0.0
        self.slopes = {} if parents else {self: 1.0}
        for parent, partial in zip(parents, partials, strict=True):
            for leaf, slope in parent.slopes.items():
                self.slopes[leaf] = self.slopes.get(leaf, 0.0) + partial * slope

    def backward(self):
        for leaf, slope in self.slopes.items():
            leaf.grad += slope


class Lazy:
    """A number is computed when someone asks for it."""

    factor = 1.0

    def __init__(self, data, parents=()):
        self.kept, self.parents, self.grad = data, parents, 0.0
        self.op = data.__name__ if parents else ""

    @property
    def data(self):
        if callable(self.kept):
            self.kept = self.kept(*[x.data for x in self.parents])
        return self.kept

    @data.setter
    def data(self, x):
        self.kept = x

    def __add__(self, other):
        return type(self)(operator.add, (self, other))

    def __mul__(self, other):
        return type(self)(operator.mul, (self, other))

    def backward(self):
        self.grad, *_ = 1.0, self.data
        order = museum.HEALTHY.order(self)
        for node in order[:-1]:
            node.grad *= not node.parents
        for node in reversed(order):
            if node.op == "mul":
                a, b = node.parents
                a.grad += node.grad * b.data
                b.grad += node.grad * a.data * self.factor
            elif node.op:
                for parent in node.parents:
                    parent.grad += node.grad


def f(x, y):
    z = x * y
    return (z + y) * (z + z)


@pytest.mark.parametrize("plan", [Taped, Exact, Forward, Lazy])
@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_an_engine_of_another_plan(plan, factor):
    engine = type(plan.__name__, (plan,), {"factor": factor})
    reports = [check_grad(f, (4.0, 2.0), value=engine) for _ in range(2)]
    culprit = {1.0: None, 3.0: "gradient" if plan is Forward else "moved"}[factor]
    for report in reports:
        assert report.verdict == ("wrong" if culprit else "ok"), report
        assert [row.wanted for row in report.comparisons] == [72, 160]
        assert (report.culprit and report.culprit.message) == culprit, report
        assert "paths" not in [x.name for x in report.properties]
