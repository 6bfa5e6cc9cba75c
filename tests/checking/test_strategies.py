"""The strategies draw what fits, shrink to the smallest failure, and print what reproduces it."""

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, find, given, settings

from autograd_mini import Value, museum, topological
from autograd_mini.checking import table
from autograd_mini.checking.random_graphs import UNFIT, Graph, Step
from autograd_mini.checking.strategies import expressions, graphs, points
from autograd_mini.ops import SHEET
from autograd_mini.rules.evaluation import flat
from tests.checking import exact, mutation
from tests.graphs import VECTORS, random_graph
from tests.programs import printed, run
from tests.reference import true_value

QUICK = settings(max_examples=40, database=None, deadline=None)
SEARCH = settings(max_examples=1000, database=None, deadline=None, derandomize=True)


def inner_operands(graph):
    """The operands that are nodes of the graph and not inputs of it, with repeats."""
    operands = [i for step in graph.steps for i in flat(step.operands)]
    return [i for i in operands if isinstance(i, int) and i >= len(graph.at)]


def vectors_of(root):
    """How many nodes hold each vector of operands."""
    slots = [x for node in topological(root) for x in (node.first, node.second)]
    return [*Counter(id(x) for x in slots if isinstance(x, tuple)).values()]


# --- points --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(SHEET.keys() - {"detach"}))
def test_points_are_where_value_and_derivatives_exist(name):
    """Judged by mpmath at the points, not by the sheet's own domain."""
    sheet_op, seen = SHEET[name], set()

    @settings(QUICK, max_examples=25)
    @given(points(name))
    def collect(args):
        seen.add(args)

    collect()
    assert len(seen) >= 15, "the same points again and again"
    for args in list(seen)[:6]:
        assert all(abs(x) <= 10 for x in flat(args))
        assert true_value(sheet_op, args) is not None
        assert table.distance_to_kink(sheet_op, args, float(true_value(sheet_op, args))) >= 0.0099
        for k, param in enumerate(sheet_op.params):
            if param not in sheet_op.vectors and table.variable(sheet_op)[k]:
                exists = mutation.truth(name, args, k, None)[0] is not None
                assert exists or param == "c" or name in {"clamp", "hypot"}  # low = high; an axis


def test_points_keep_the_margin_that_is_asked_for():
    @settings(QUICK, max_examples=200)
    @given(points("relu", margin=0.5, largest=2.0))
    def far(args):
        assert 0.5 <= abs(args[0]) <= 2.0

    far()


def test_a_user_s_operation_joins(own):
    own("well(a)", "sqrt(a * a - 4)", "a / out")
    draws = set()

    @QUICK
    @given(points("well"))
    def inside(args):
        assert abs(args[0]) > 2
        draws.add(args)

    inside()
    assert len(draws) > 3
    graph = find(graphs(["well"]), lambda graph: True, settings=SEARCH)
    assert graph.steps[-1].name == "well"
    assert "well = op('well(a)', 'sqrt(a * a - 4)', 'a / out')" in repr(graph)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: points("tangent"), "not on the sheet: 'tangent'"),
        (lambda: points("sin", largest=0.0), "largest must be above 0, got 0.0"),
        (lambda: points("sin", margin=math.nan), "margin must be finite, got nan"),
        (lambda: graphs(["sin", "sine"]), "not on the sheet: 'sine'"),
        (lambda: graphs([]), "needs at least one operation to draw from, got none"),
        (lambda: graphs(max_steps=0), "max_steps must be at least 1, got 0"),
        (lambda: expressions(max_inputs=1.5), "max_inputs must be an int, got 1.5"),
    ],
)
def test_wrong_arguments_are_told(wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wrong()


def test_an_operation_without_a_point_is_told(own):
    own("nowhere(a)", "sqrt(-1 - a * a)", "-a / out")
    with pytest.raises(ValueError, match=r"no point .* nowhere\(a\)"):
        find(points("nowhere"), lambda args: True, settings=SEARCH)


# --- graphs --------------------------------------------------------------------------------------
def test_graphs_share_nodes_and_use_the_whole_sheet():
    draw, names, fan_out = Random(3), set(), 0
    for _ in range(1500):
        graph = random_graph(draw)
        names |= {step.name for step in graph.steps}
        inner = inner_operands(graph)
        fan_out += len(inner) > len(set(inner))
    assert names == set(SHEET) - {*UNFIT}
    assert fan_out > 300  # an inner node, not an input, is used twice


def test_graphs_share_vectors():
    draw = Random(4)
    graphs = [random_graph(draw, VECTORS) for _ in range(200)]
    roots = [graph(*map(Value, graph.at)) for graph in graphs]
    assert sum(max(vectors_of(root), default=0) > 1 for root in roots) > 60


@settings(QUICK, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(expressions())
def test_expressions_use_no_intermediate_result_twice(graph):
    inner = inner_operands(graph)
    assert len(inner) == len(set(inner))


# The smallest graph that shows the mistake: its last operation, and how many there are.
SMALLEST = {
    "Overwrites": (("add",), 1), "ParentsInASet": (("add", "mul", "sub"), 1),
    "WrongArgument": (("mul",), 2), "TanhOfItsInput": (("tanh",), 1),
    "LogForItsDerivative": (("log",), 2), "OneLevel": (("add",), 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALLEST)
def test_a_failure_shrinks_to_the_smallest_expression(name):
    drawn = graphs(["add", "sub", "mul", "log", "cos", "tanh"], value=museum.ENGINES[name])
    smallest = find(drawn, lambda g: exact.wrong_input(g) is not None, settings=SEARCH)
    last, count = SMALLEST[name]
    assert smallest.steps[-1].name in last, smallest
    assert len(smallest.steps) <= count, smallest
    assert len(smallest.at) == 1


# --- the snippet ---------------------------------------------------------------------------------
def test_the_repr_reproduces_the_failure():
    engine = museum.ENGINES["TanhOfItsInput"]
    graph = Graph((0.5,), (Step("mul", (0, 0)), Step("tanh", (1,)), Step("add", (2, 1))), engine)
    failed = run(repr(graph))
    assert failed.returncode == 1
    assert "GradientMismatch" in failed.stderr
    assert "tanh" in failed.stderr
    assert graph.check().comparisons[0].name == "df/dx"  # the report has the snippet's names
    healthy = run(repr(Graph(graph.at, graph.steps)))
    assert (healthy.returncode, healthy.stderr) == (0, "")


@settings(QUICK, max_examples=150)
@given(graphs() | graphs(VECTORS))
def test_the_repr_is_the_graph(graph):
    """Its function, executed, gives the same bits as the graph itself, and shares what it does."""
    code = repr(graph).replace("check_grad(f,", "kept = (f,").partition(").raise_for")[0] + ")"
    names = {}
    exec(code, names)
    f, at = names["kept"]
    assert at == graph.at
    ours, theirs = graph(*map(Value, at)), f(*map(Value, at))
    assert ours.data == theirs.data
    assert math.isfinite(ours.data)
    assert vectors_of(ours) == vectors_of(theirs)
    assert all(len(line) <= 160 for line in repr(graph).splitlines())


def test_without_hypothesis_the_strategies_say_what_to_install():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "try:\n import autograd_mini.checking.strategies\n"
        "except ImportError as error:\n print(error)"
    )
    told = "autograd_mini.checking.strategies needs hypothesis: pip install 'autograd-mini[check]'"
    assert printed(code) == f"{told}\n"
