"""The recorded steps are the computation: replayed, they give its numbers bit for bit."""

import json
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_mini import Value, ieee, museum, nn, steps
from autograd_mini.checking.strategies import graphs
from autograd_mini.errors import GradientError
from autograd_mini.graph import topological
from autograd_mini.numbers.trees import flatten
from autograd_mini.optim import SGD
from autograd_mini.stepping import Accumulate, Forward, Given, Seed, Steps, Update, Visit
from autograd_mini.stepping.events import lit
from tests.documents import unsigned
from tests.programs import printed


def replayed(recorded):
    """The gradients that the steps say, checking on the way that each follows from the one before.

    Nothing is known here but the steps and the nodes' data; what is known after each is its state.
    """
    data, grads, visited = {}, {}, set()
    current = None
    for index, step in enumerate(recorded):
        match step:
            case Given() | Forward():
                data |= {node: recorded.nodes[node].data for node in lit(step)[0]}
            case Seed(node, value):
                grads[node] = value
            case Visit(node, adjoint, users):
                assert node not in visited
                assert set(users) <= visited, "it comes when all of its users are done"
                assert grads.get(node, 0) == adjoint
                grads[node] = adjoint
                visited.add(node)
                current = node
            case Accumulate():
                assert step.node == current
                assert step.adjoint == grads[step.node]
                assert step.share == step.adjoint * step.partial
                assert step.before == grads.get(step.parent, 0)
                assert step.after == step.before + step.share
                grads[step.parent] = step.after
        assert recorded.state(index) == (data, grads, visited)
        assert [*recorded.state(index).grad] == [*grads], "in the order in which they came"
    assert data.keys() == visited == set(range(len(recorded.nodes)))
    return grads


@settings(max_examples=500)
@given(graphs())
def test_steps_are_the_computation(graph):
    root = graph(*map(Value, graph.at))
    recorded = steps(root)
    grads = replayed(recorded)
    with pytest.raises(IndexError, match=f"there are {len(recorded)} steps, got the index"):
        recorded.state(len(recorded))
    root.backward()
    truth = [(node.data, node.grad) for node in topological(root)]
    assert [(node.data, grads.get(k, 0.0)) for k, node in enumerate(recorded.nodes)] == truth
    assert [(node.data, node.grad) for node in recorded.nodes] == truth


@settings(max_examples=60)
@given(graphs())
def test_forward_order_is_the_order_of_the_code_and_parents_come_first(graph):
    recorded = steps(graph, *graph.at)
    done = set()
    for step in recorded:
        if isinstance(step, Given | Forward):
            for node in lit(step)[0]:
                assert {id(p) for p in recorded.nodes[node].parents} <= done
                done.add(id(recorded.nodes[node]))
    assert [k for k, step in enumerate(recorded) if isinstance(step, Given)] == [0]
    assert Steps.from_json(recorded.to_json()) == recorded


def test_what_is_given_comes_in_the_order_in_which_it_is_needed():
    recorded = steps(lambda w, x, b: w * (x + b).tanh() + x, 0.5, 2.0, -1.0)
    assert [recorded.names[k] for k in recorded[0].nodes] == ["x", "b", "w"]
    assert steps(Value(2.0))[0] == Given((0,))


def test_the_steps_of_a_square():
    x = Value(3.0, label="x")
    recorded = steps(x * x)
    assert list(recorded) == [
        Given((0,)), Forward(1), Seed(1, 1.0), Visit(1, 1.0, ()),
        Accumulate(1, 0, 0, 1.0, 3.0, 3.0, 0.0, 3.0), Accumulate(1, 0, 1, 1.0, 3.0, 3.0, 3.0, 6.0),
        Visit(0, 6.0, (1,)),
    ]  # fmt: skip
    assert x.grad == 0.0, "the graph is left as it is"


def test_what_an_earlier_pass_has_left_in_the_graph_does_not_count():
    x = Value(3.0, label="x")
    y = x * x
    first = steps(y)
    y.backward()
    assert [node.grad for node in steps(y).nodes] == [6.0, 1.0]
    assert steps(y) == first
    assert x.grad == 6.0, "the graph is left as it is"


# fmt: off
def of_the_learner(w, x):
    h = w * x
    h = h + (
        2 * w
    )
    parts = [h.tanh(), h]
    return parts[0] * parts[1]
# fmt: on


def text_at(recorded, k):
    place = recorded.places[k]
    lines = recorded.sources[place.source].lines[place.line : place.end_line + 1]
    if len(lines) == 1:
        return lines[0][place.column : place.end_column]
    return "\n".join([lines[0][place.column :], *lines[1:-1], lines[-1][: place.end_column]])


def test_each_node_knows_its_expression_and_its_variable():
    recorded = steps(of_the_learner, 0.5, 2.0)
    texts = {recorded.names[k]: text_at(recorded, k) for k, p in enumerate(recorded.places) if p}
    assert texts == {
        "h": "w * x", "v₁": "2 * w", "h₂": "h + (\n        2 * w\n    )", "parts[0]": "h.tanh()",
        "v₂": "parts[0] * parts[1]",
    }  # fmt: skip
    (source,) = recorded.sources
    assert (source.name, source.file) == ("of_the_learner", "test_record.py")
    assert source.lines[0] == "def of_the_learner(w, x):"


def test_columns_are_counted_in_characters_and_without_the_margin():
    def año(é):
        ñandú = é * 2
        return ñandú.exp()  # two expressions on one line

    recorded = steps(año, 1.0)
    assert [text_at(recorded, k) for k in (1, 2)] == ["é * 2", "ñandú.exp()"]
    assert recorded.names == ("é", "ñandú", "v₁")


# fmt: off
def with_functions_inside(xs):
    def double(x):
        return 2 * x
    ys = [x + 1
          for x in xs]
    class Inside:
        z = ys[0] * ys[1]
    twice = (lambda f, x:
        f(f(x)))
    return sum(twice(double, y) for y in ys) / Inside.z
# fmt: on


@pytest.mark.parametrize(
    ("f", "inputs", "texts", "sources"),
    [
        (
            with_functions_inside, [[1.0, 2.0]],
            ["x + 1", "x + 1", "ys[0] * ys[1]", *["2 * x"] * 4,
             *["sum(twice(double, y) for y in ys)"] * 2,
             "sum(twice(double, y) for y in ys) / Inside.z"],
            {"with_functions_inside", "double", "Inside"},
        ),
        (lambda x: x
            * x, [3.0], ["x\n    * x"], {"lambda"}),
    ],
)  # fmt: skip
def test_code_inside_other_code_is_found(f, inputs, texts, sources):
    """A comprehension stands in its function; what follows an inner function is there, too."""
    recorded = steps(f, *inputs)
    computed = [k for k, node in enumerate(recorded.nodes) if node.first is not None]
    assert sorted(text_at(recorded, k) for k in computed) == sorted(texts)
    assert {source.name for source in recorded.sources} == sources


def test_code_whose_file_is_another_one_by_now_has_no_place(tmp_path):
    file, found = tmp_path / "learner.py", {}
    file.write_text("def f(x):\n    y = (\n        x\n        * x)\n    return y\n")
    exec(compile(file.read_text(), file, "exec"), found)
    for text in ("def f(x):\n    return x\n", "é" * 9 + "\n" + "é" * 9, ""):
        file.write_text(text)
        assert steps(found["f"], 2.0).root.grad == 1.0


def test_nodes_made_inside_the_library_have_the_line_that_called_it():
    model = nn.MLP(2, [3, 1], seed=0)

    def loss(x, t):
        y = model(x)
        return (y - t) ** 2

    recorded = steps(loss, [1.0, 2.0], 1.0)
    places = [p for node, p in zip(recorded.nodes, recorded.places, strict=True)
              if node.first is not None]  # fmt: skip
    assert None not in places
    assert {p.line for p in places} == {1, 2}
    assert {"x[0]", "x[1]", "t", "layer1.neuron2.w[1]"} <= {*recorded.names}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"a": 1.0, "b": [2.0]}, ("d.a", "d.b[0]")),
        ((1.0, (2.0, 3.0)), ("d[0]", "d[1][0]", "d[1][1]")),
        (np.ones((2, 1)), ("d[0, 0]", "d[1, 0]")),
    ],
)
def test_numbers_in_an_input_are_named_as_they_are_reached(given, names):
    recorded = steps(lambda d: sum(flatten(d)[0]), given)
    assert tuple(name for name in recorded.names if name.startswith("d")) == names


def test_what_is_bound_again_is_another_node_and_labels_of_the_learner_stay():
    def f(x):
        x = x * x
        h = x * 2
        h.label = "double"
        return h + 1

    assert steps(f, 2.0).names == ("x", "x₂", "double", "v₁")


def test_a_zero_adjoint_hands_nothing_on():
    x, y = Value(2.0), Value(0.0)
    recorded = steps((x.log() * y).relu())
    assert not any(isinstance(step, Accumulate) and step.adjoint == 0 for step in recorded)
    assert {step.node for step in recorded if isinstance(step, Visit)} == set(range(5))


def test_exact_numbers_stay_exact():
    x = Value(Fraction(1, 3), label="x")
    recorded = steps(x * x + x)
    assert recorded.state(-1).grad[0] == Fraction(5, 3)
    assert Steps.from_json(recorded.to_json()) == recorded


def test_the_update_is_the_optimisers():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    w.grad = 100.0  # of a step before
    optimiser = SGD([w], lr=0.1)
    recorded = steps((w * x - 3) ** 2, optimiser=optimiser)
    # L = (2w - 3)**2, dL/dw = 4 (2w - 3) = -8
    assert recorded[-1] == Update(recorded.names.index("w"), 0.5, -8.0, 0.1, 0.5 + 0.1 * 8.0)
    assert w.data == recorded[-1].after
    assert recorded.optimiser == "SGD"
    assert recorded.stale == frozenset(), "stale by the update is not stale when recorded"


def test_stale_nodes_are_known():
    x = Value(2.0, label="x")
    y = x * x
    z = y + 1
    x.data = 5.0
    assert steps(z).stale == {1}
    with ieee():
        y = Value(0.0).log()
    assert not steps(y).stale, "it has no value outside ieee()"


def test_a_recording_cannot_be_changed():
    recorded = steps(Value(2.0) * 3)
    with pytest.raises(AttributeError, match="cannot be changed"):
        recorded.root.data = 1.0
    with pytest.raises(TypeError):
        recorded[0] = recorded[1]
    with pytest.raises(AttributeError):
        recorded[0].node = 1
    assert pickle.loads(pickle.dumps(recorded)) == recorded != 3


def test_the_profiler_that_was_there_is_there_again():
    seen = []
    sys.setprofile(lambda frame, event, arg: seen.append(event))
    ours = sys.getprofile()
    try:
        with pytest.raises(ZeroDivisionError):
            steps(lambda x: 1 / 0, 1.0)
        assert sys.getprofile() is ours
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize(
    ("arguments", "given", "error", "message"),
    [
        ((3.0,), {}, TypeError, "steps needs a Value or a function, got 3.0"),
        ((lambda x: 3.0, 1.0), {}, TypeError, r"must give a Value .* got 3.0 \(float\)"),
        ((lambda x: [x], 1.0), {}, TypeError, r"must give a Value"),
        ((lambda x, y: x, 1.0), {}, TypeError, "do not fit the function: missing a required arg"),
        ((lambda x: x, 1.0, 2.0), {}, TypeError, "do not fit the function: too many"),
        ((Value(2.0), 1.0), {}, TypeError, "takes no inputs"),
        ((abs, 2.0), {"optimiser": 0.1}, TypeError,
         r"optimiser must be one such as SGD\(\[w\], lr=0\.1\), got 0.1"),
        ((abs, 2.0), {"optimiser": SGD}, TypeError, "optimiser must be one such"),
        ((abs, 2.0), {"value": int}, TypeError,
         "value must be a class of nodes as the museum has them, got <class 'int'"),
        ((abs, 2.0), {"value": 3}, TypeError, "value must be a class of nodes"),
        ((Value(1.0),), {"value": 3}, TypeError, "value must be a class of nodes"),
        ((abs, 2.0), {"optimiser": SGD([Value(1.0)], lr=0.1)}, ValueError,
         "no parameter that the root depends on"),
        ((lambda x: x.sqrt() - x.sqrt(), 0.0), {}, GradientError, "gradient"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded(arguments, given, error, message):
    with pytest.raises(error, match=message):
        steps(*arguments, **given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda j: j["steps"][0].update(kind="leap"), "the kind of step 0 must be one of given"),
        (lambda j: j["steps"][1].update(node=9), "step 1: node must be below 2, got 9"),
        (lambda j: j["steps"][0].update(nodes=[9]), r"step 0: nodes must be below 2, got \(9,\)"),
        (lambda j: j["steps"][0].update(nodes=[]), "step 0: nodes must have one at least"),
        (lambda j: j["steps"][1].pop("node"), "step 1 lacks node"),
        (lambda j: j.update(format="x"), "it is not an autograd_mini steps document"),
        (lambda j: j["places"].pop(), "1 places do not fit 2 nodes"),
        (lambda j: j["graph"]["roots"].append("n0"), "needs one root, got 2"),
        (lambda j: j["steps"].append(3), "the steps cannot be read"),
        (lambda j: j["steps"][2].update(value="1"), "is not a number"),
    ],
)
def test_json_that_is_wrong(change, message):
    whole = unsigned(steps(Value(2.0) * 3).to_json())
    change(whole)
    with pytest.raises(ValueError, match=message):
        Steps.from_json(json.dumps(whole))


def test_a_graph_deeper_than_python_may_recurse():
    def f(x):
        for _ in range(10_000):
            x = (x * 0.5) + 0.25
        return x

    recorded = steps(f, 1.0)
    assert len(recorded.nodes) == 20_001
    assert recorded.nodes[0].grad == 0.0
    shares = sum(isinstance(step, Accumulate) for step in recorded)
    assert len(recorded) == 20_001 + 1 + 20_001 + shares


@pytest.mark.parametrize("name", museum.ENGINES)
def test_every_engine_of_the_museum_can_be_stepped(name):
    broken = museum.ENGINES[name]
    wrong, right = museum.stepped(name)
    leaves = [node.grad for node in wrong.nodes if node.label and node.first is None]
    assert leaves[: broken.reveals.__code__.co_argcount] == museum._gradients(broken)
    replayed(right)
    assert Steps.from_json(wrong.to_json()) == wrong
    for recorded in (wrong, right):
        state = recorded.state(-1).grad
        grads = [state.get(k, 0.0) for k in range(len(recorded.nodes))]
        assert grads == [node.grad for node in recorded.nodes]


def test_a_node_with_more_edges_than_the_graph_has_nodes_is_read_back():
    x = Value(2.0, label="x")
    recorded = steps(x.where(x, x))  # 2 nodes, 3 edges
    assert Steps.from_json(recorded.to_json()) == recorded
    wrong = json.dumps(unsigned(recorded.to_json())).replace('"edge": 2', '"edge": 3')
    with pytest.raises(ValueError, match="edge must be below 3, got 3"):
        Steps.from_json(wrong)


def test_an_engine_that_follows_every_path_is_recorded_edge_by_edge():
    wrong, _ = museum.stepped("EveryPath")
    shares = [step for step in wrong if isinstance(step, Accumulate)]
    for step in shares:
        assert wrong.nodes[step.node].parents[step.edge] is wrong.nodes[step.parent]
    taken = [(step.node, step.parent, step.edge) for step in shares]
    assert taken == [(3, 1, 0), (1, 0, 0), (1, 0, 1), (3, 2, 1), (2, 1, 0), (1, 0, 0), (1, 0, 1)]
    for index in range(len(wrong)):  # a node is complete when it is visited for the last time
        later = {step.node for step in wrong[index + 1 :] if isinstance(step, Visit)}
        assert not wrong.state(index).complete & later


def test_code_of_python_c_and_code_made_of_the_sheet_are_told_apart():
    """From Python 3.13 on, the text of `python -c` can be looked up, under the name <string>."""
    code = "from autograd_mini import steps; r = steps(lambda x: x * 2, 3.0); print(r.root.data)"
    assert printed(code) == "6.0\n"
