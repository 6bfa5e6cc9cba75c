"""`draw_paths`: counted, summed and chosen as by listing every path by hand."""

import random
from fractions import Fraction
from math import prod

import pytest

from autograd_mini import Value, draw_paths, functions
from tests.drawing.structure import structure
from tests.refusals import refusing


def listed(root, leaf):
    """The partials along every path, by plain recursion."""
    if root is leaf:
        return [[]]
    return [[*path, d] for parent, d in root.edges() for path in listed(parent, leaf)]


def random_graph(seed):
    """A few exact operations on two fractions, so that equal means equal."""
    rng = random.Random(seed)
    values = [Value(Fraction(rng.randrange(1, 9), rng.randrange(1, 9)), label=n) for n in "xw"]
    steps = [
        lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b * b + 1),
        lambda a, b: functions.sum([a, b, a]),
    ]  # fmt: skip
    for _ in range(8):
        values.append(rng.choice(steps)(rng.choice(values), rng.choice(values)))
    return values, values[-1]


@pytest.mark.parametrize("seed", range(20))
def test_count_sum_and_paths_are_those_of_the_list(seed):
    values, root = random_graph(seed)
    root.backward()
    for leaf in (*values[:4], root):
        partials = listed(root, leaf)
        products = [prod(path, start=Fraction(1)) for path in partials]
        drawing = draw_paths(root, leaf, limit=10_000)
        assert drawing.count == len(partials) == len(drawing.paths)
        assert drawing.total == sum(products)
        assert drawing.total == leaf.grad or leaf not in values[:2]
        assert sorted(p.product for p in drawing.paths) == sorted(products)
        assert sorted([*path.partials] for path in drawing.paths) == sorted(partials)
        for path in drawing.paths:
            assert prod(path.partials, start=Fraction(1)) == path.product
            assert (path.nodes[0], path.nodes[-1]) == (leaf, root)
            for below, above, d in zip(path.nodes, path.nodes[1:], path.partials, strict=False):
                assert any(parent is below and d == e for parent, e in above.edges())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("limit", [1, 3])
def test_the_largest_products_are_drawn(seed, limit):
    values, root = random_graph(seed)
    products = [abs(prod(path, start=Fraction(1))) for path in listed(root, values[0])]
    drawing = draw_paths(root, values[0], limit=limit)
    shown = [abs(path.product) for path in drawing.paths]
    assert shown == sorted(products, reverse=True)[:limit]
    assert drawing.count == len(products)
    assert drawing.total == draw_paths(root, values[0], limit=10_000).total


def test_two_to_the_60_paths_are_counted_and_not_listed():
    x = y = Value(Fraction(1), label="x")
    for _ in range(60):
        y = y + y
    # Listing them would take centuries.
    drawing = draw_paths(y, x, limit=3)
    assert drawing.count == drawing.total == 2**60
    assert len(drawing.paths) == 3
    shown = structure(drawing)
    assert shown["caption"] == ["1,152,921,504,606,846,976 paths; the 3 largest are drawn"]
    assert shown["nodes"]["rest"]["texts"] == [
        "the other 1,152,921,504,606,846,973: 1152921504606846973"
    ]


def test_of_a_long_path_the_ends_are_drawn():
    x = y = Value(2.0, label="x")
    for _ in range(30):
        y = y * 2
    nodes = structure(draw_paths(y, x, lang="es"))["nodes"]
    assert sum(node["class"] == "step" for node in nodes.values()) == 14
    assert nodes["p0"]["texts"] == ["2 × 2 × … × 2 = 1.074·10⁹"]


def test_a_leaf_that_is_not_below_has_no_path():
    x, other = Value(2.0, label="x"), Value(3.0, label="u")
    drawing = draw_paths(x * 2, other, lang="es")
    assert (drawing.count, drawing.total, list(drawing.paths)) == (0, 0, [])
    assert structure(drawing)["caption"] == ["ningún camino: la derivada es 0"]


def test_dead_paths_have_the_product_zero():
    x = Value(-1.0, label="x")
    drawing = draw_paths(x.relu() + x * 3, x)
    assert [path.product for path in drawing.paths] == [3.0, 0]


X = Value(1.0)
test_wrong_options = refusing(
    {
        ValueError: [
            (lambda: draw_paths(X * 2, X, limit=0), "limit must be at least 1, got 0"),
            (lambda: draw_paths(X * 2, X, theme="neon"), "theme must be one of"),
            (lambda: draw_paths(X * 2, X, engine="cloud"), "engine must be one of"),
        ]
    }
)
