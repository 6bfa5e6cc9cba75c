"""Engines that are not ours: right ones raise no alarm, and the fault of a broken one is named.

The sample of tests/benchmarks/foreign_engines.py, which runs thousands of graphs.
"""

import gc
import json
import math
import sys
from weakref import WeakSet

import numpy as np
import pytest

from autograd_mini import compat, museum
from autograd_mini.checking import Adapter, CheckError, Report, check_grad
from autograd_mini.checking.adapters import Graph, adapter_of
from autograd_mini.checking.engines import deeper, properties_of
from autograd_mini.language import text
from tests.benchmarks.foreign_engines import OPS, check, graphs, is_off, right, said
from tests.checking import looked_for
from tests.checking.manners import CLOSURES, FAULTS, SOURCES, engine
from tests.documents import on_terminal, unsigned
from tests.grading import submissions

SLIPS = {"": [], **{name: found for name, (found, *_) in submissions.FAULTS.items()}}
FAULTY = [(manner, fault) for manner in FAULTS for fault in FAULTS[manner]]


def cubed(x):
    return x * x * x


@pytest.mark.parametrize("name", [*SOURCES, "micrograd"])
def test_a_right_engine_raises_no_alarm(name):
    assert right(name, 40, seed=7) == 0


@pytest.mark.parametrize("manner", FAULTS)
def test_each_manner_has_twenty_faults(manner):
    assert len(FAULTS[manner]) >= 20
    assert len({fault.new for fault in FAULTS[manner].values()}) >= 18


@pytest.mark.parametrize(("manner", "fault"), FAULTY, ids=lambda x: x)
def test_a_fault_is_found_on_the_first_graph_that_reveals_it_and_never_misnamed(
    manner, fault, monkeypatch
):
    """Without what the checker tries beside, which other tests look at."""
    monkeypatch.setattr("autograd_mini.checking.on_nodes.properties_of", lambda *_: ())
    value, words = engine(manner, fault), []
    for graph in graphs(400, 3, OPS):
        if is_off(graph, value):
            report = check(graph, value)
            words += [said(report, FAULTS[manner][fault])] if report.verdict == "wrong" else []
            if len(words) == 2:  # a set of parents may have another order in the check
                break
    assert "named" in words
    assert set(words) <= {"named", "untold"}


def looked(source):
    space = {"__name__": __name__}
    exec(looked_for.ORDER + source, space)
    f = lambda x, y: (x * y + y * y) * x + y
    return check_grad(f, (0.5, 0.8), value=space["Node"])


@pytest.mark.parametrize("fault", looked_for.FAULTS)
def test_an_engine_of_unusual_names_is_found_by_looking(fault):
    source, right, wrong, kind, op = looked_for.FAULTS[fault]
    assert right in source
    assert looked(source).verdict == "ok"
    report = looked(source.replace(right, wrong))
    assert report.verdict == "wrong"
    assert (report.culprit.kind, report.culprit.op) == (kind, op)


def closure(op, value, *rules):
    """An operation that a learner writes on our nodes; a rule gives the share's factor."""

    def apply(*args):
        out = compat.Value(value(*[x.data for x in args]), args, op)

        def _backward():
            for x, rule in zip(args, rules, strict=True):
                x.grad += rule(*[y.data for y in args]) * out.grad

        out._backward = _backward
        return out

    return apply


tanh = closure("tanh", math.tanh, lambda x: 1 - math.tanh(x) ** 2)
off = closure("tanh", math.tanh, lambda x: 1 - x**2)
times = closure("*", lambda a, b: a * b, lambda a, b: b, lambda a, b: a)
swapped = closure("*", lambda a, b: a * b, lambda a, b: b, lambda a, b: b)


@pytest.mark.parametrize(
    ("f", "op", "operand", "wanted"),
    [
        (lambda x, y: off(x * y) * x, "tanh", "mul #2 = 0.4", 1 - math.tanh(0.4) ** 2),
        (lambda x, y: tanh(off(tanh(x)) + y), "tanh", "#1 = 0.462117", 0.8135),
        (lambda x, y: tanh(swapped(x, y).exp()) + x * y, "*", "y = 0.8", 0.5),
        (lambda x, y: times(x, y) + swapped(y, x), "*", "x = 0.5", 0.8),
    ],
)
def test_a_learner_s_wrong_rule_on_our_own_nodes_is_named(f, op, operand, wanted):
    culprit = check_grad(f, (0.5, 0.8), value=compat.Value).culprit
    assert (culprit.kind, culprit.op) == ("partial", op)
    assert culprit.details["operand"] == operand
    assert culprit.details["wanted"] == pytest.approx(wanted, rel=1e-4)


def test_rules_of_a_learner_that_are_right_or_cannot_be_told_apart():
    assert check_grad(lambda x, y: tanh(times(x, y)) * x, (0.5, 0.8), value=compat.Value).ok
    report = check_grad(lambda x: swapped(x, x * 2), 0.3, value=compat.Value)  # either operand
    assert (report.verdict, report.culprit.message) == ("wrong", "untold")


def test_a_rule_of_a_learner_that_forgets_the_chain_rule_is_named():
    def unchained(x, y):
        out = compat.Value(x.data * y.data, (x, y), "*")

        def _backward():
            x.grad += y.data
            y.grad += x.data

        out._backward = _backward
        return out

    culprit = check_grad(lambda x: unchained(x, x * 2) * 3, 0.5, value=compat.Value).culprit
    assert (culprit.message, culprit.op) == ("unchained", "*")


def test_a_rule_of_a_learner_that_replaces_a_gradient_is_not_said_to_lack_an_order():
    def plus(x, y):
        out = compat.Value(x.data + y.data, (x, y), "+")

        def _backward():
            x.grad = y.grad = out.grad

        out._backward = _backward
        return out

    def f(x):
        y = x * x
        return (z := plus(y, x)) * y + z

    culprit = check_grad(f, 0.5, value=compat.Value).culprit
    assert (culprit.kind, culprit.op) == ("accumulation", "mul")


# --- properties ----------------------------------------------------------------------------------
WARNINGS = {
    "closures": ["second", "reuse"],
    "recorded": ["second", "reuse"],
    "named": [],
    "incoming": [],
    "numpy": [],
}


@pytest.mark.parametrize("manner", SOURCES)
def test_what_an_engine_does_beside_leaves_its_gradient_right(manner):
    report = check_grad(cubed, 2.0, value=engine(manner))
    assert (report.verdict, report.comparisons[0].wanted) == ("ok", 12.0)
    assert [x.name for x in report.properties if x.severity == "warning"] == WARNINGS[manner]
    assert report.headline() == text(
        "checking.headline.but" if WARNINGS[manner] else "checking.headline.ok",
        "en",
        property=text("checking.property.second.short", "en"),
    )


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_property_has_a_line_in_every_form_of_the_report(lang):
    report = check_grad(cubed, 2.0, value=engine("closures"), lang=lang)
    names = {x.name for x in report.properties}
    assert names == {"second", "reuse", "changed", "depth"}
    words = {"en": "adds 45 to the gradient, not 27", "es": "suma 45 al gradiente, no 27"}
    assert words[lang] in str(report)
    for words in (report.text(), report._repr_html_(), on_terminal(report, 1000)):
        assert all(x.text(lang).partition("(")[0] in words for x in report.properties)
    assert Report.from_json(report.to_json()) == report
    old = unsigned(report.to_json())
    del old["properties"]
    assert Report.from_json(json.dumps(old)).properties == ()


@pytest.mark.parametrize("manner", ["closures", "recorded"])
def test_what_a_formula_loses_in_saturation_is_no_false_alarm(manner):
    """1 - tanh(28)² is 0 in floats, and 1.9e-24 in truth."""
    report = check_grad(lambda y: (y * 7.0).tanh() + 1.0, 4.0, value=engine(manner))
    assert (report.verdict, report.comparisons[0].got) == ("ok", 0.0)
    assert report.comparisons[0].wanted > 0
    assert "saturation" in str(report)
    wrong = check_grad(
        lambda y: (y * 7.0).tanh() + 1.0, 4.0, value=engine(manner, "tanh: of the input")
    )
    assert (wrong.verdict, wrong.culprit.kind) == ("wrong", "partial")


def test_rounding_where_f_is_zero_throughout_is_no_alarm():
    report = check_grad(
        lambda x: (lambda v: v / (v - x) - v / (v - x))(x.tanh() - x),
        -1.98,
        value=engine("incoming"),
    )
    assert (report.verdict, report.comparisons[0].wanted) == ("ok", 0.0)


def test_our_own_engine_has_nothing_to_say_beside():
    assert check_grad(cubed, 2.0).properties == ()
    assert check_grad(cubed, 2.0, value=museum.HEALTHY).properties == ()


def test_a_function_that_the_class_calls_may_be_mended_without_the_class(monkeypatch):
    class Stale(museum.Engine):
        def fresh(self, order):
            forget(order)

    for found in (["second"], []):
        report = check_grad(cubed, 2.0, value=Stale)
        assert [x.name for x in report.properties if x.severity == "warning"][:1] == found
        monkeypatch.setitem(globals(), "forget", lambda order: museum.Engine.fresh(None, order))


def forget(order):
    """What a notebook's cell defines, and then defines anew."""


def test_a_walk_over_every_path_is_a_property_of_a_right_engine():
    def doubled(x):
        for _ in range(11):
            x = x + x
        return x

    report = check_grad(doubled, 1.0, value=engine("incoming"))
    assert report.ok
    assert report.comparisons[0].got == 2048
    assert "paths" in [x.name for x in report.properties]


def test_an_engine_that_means_another_function_by_a_name_is_not_wrong():
    class Rough(engine("recorded")):
        __slots__ = ()

        def softplus(self):
            return type(self)(max(self.data, 0.0), (self,), (float(self.data > 0),))

    report = check_grad(lambda x: x.softplus(), 0.5, value=Rough)
    assert report.ok
    assert [x.name for x in report.properties][:1] == ["value"]


@pytest.mark.parametrize(
    ("off", "name", "severity"), [(1e-16, "ulps", "note"), (1e-9, "repeat", "warning")]
)
def test_two_runs_that_differ_by_rounding_are_a_note(monkeypatch, off, name, severity):
    value, turn = engine("closures"), iter([0.0, off] * 50)
    before = value.exp

    def exp(self):
        out, extra = before(self), next(turn)
        step = out._backward
        out._backward = lambda: (step(), setattr(self, "grad", self.grad * (1 + 2 * extra)))
        return out

    monkeypatch.setattr(value, "exp", exp)
    report = check_grad(lambda x: x.exp(), 0.3, value=value)
    assert report.ok
    noted = [x for x in report.properties if x.name in ("ulps", "repeat")]
    assert [(x.name, x.severity) for x in noted] == [(name, severity)]


@pytest.mark.parametrize("fault", ["", "factors", "overwrites"])
def test_numbers_that_are_arrays_are_not_shared_by_two_nodes(fault):
    """The constants' gradients had the array of the first leaf's, so that shares were mixed."""
    space = {"__name__": __name__}
    ordered = [("set(_children)", "list(_children)")]  # so that the same use is always the last
    slips = SLIPS[fault] or [("other.data * out", "other.data.copy() * out")]  # no float can be
    exec(submissions.changed([*submissions.SAME["numpy"], *slips, *ordered]), space)
    report = check_grad(lambda x: (x * 3 + 1) * (x + -2), 2.5, value=space["Value"])
    assert report.comparisons[0].wanted == 10
    assert check_grad(lambda x: x, 2.5, value=space["Value"]).ok  # such a leaf has no parents
    assert "changed" in [x.name for x in report.properties] or fault
    culprit = report.culprit and (report.culprit.kind, report.culprit.op)
    wanted = {"": None, "factors": ("partial", "*"), "overwrites": ("accumulation", "*")}
    assert culprit == wanted[fault]


_STEP = "            self.grad += other.data * out.grad"
_DIVISION = CLOSURES[CLOSURES.index("    def __truediv__") : CLOSURES.index("    def __pow__")]
_DIVIDES = """\
    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        above = self.data  # read before the inner node is made
        inverse = other**-1
        out = Value(above * inverse.data, (self, inverse), "/")
        def _backward():
            self.grad += inverse.data * out.grad
            inverse.grad += above * out.grad
        out._backward = _backward
        return out

"""
_KEPT = '(self, other), partials, "/"'
_FREED = "            v._backward()\n            v._backward = lambda: None\n"
CHANGED = {  # (manner, fault, what else is changed, function, kind and operation of the culprit)
    "a constant exponent that gets no gradient": (
        "closures", "tanh: no square",
        [("Value(self.data**n, (self,)", "Value(self.data ** (k := Value(n)).data, (self, k)")],
        lambda x: x.tanh() + (x * 3.0) ** 2, ("partial", "tanh"),
    ),
    "a step that hands on much": (
        "closures", "tanh: no square", [], lambda x: (x * 21.0).exp() + x.tanh(),
        ("partial", "tanh"),
    ),
    "steps that are gone after the pass": (
        "closures", "mul: wrong operand", [("            v._backward()\n", _FREED)],
        lambda x: (x + 1.0) * x.exp(), ("gradient", ""),
    ),
    "gradients written unseen, by a pass without order": (
        "recorded", "no order",
        [("child.grad += local", "Value.grad.__set__(child, child.grad + local"),
         ("* v.grad", "* v.grad)")],
        lambda x: (lambda v: v.tanh() * v.exp().tanh())(x * x) * x, ("gradient", ""),
    ),
    "a step that hands on more at each turn": (
        "closures", "tanh: no square",
        [("out = Value(self.data * ", "turn = [0]; out = Value(self.data * "),
         (_STEP, f"            turn[0] += 1\n{_STEP} * turn[0]")],
        lambda x: (x * x).tanh(), ("gradient", ""),
    ),
    "a step that forgets the chain rule for one of two uses": (
        "closures", "", [(_STEP, _STEP.replace(" * out.grad", ""))],
        lambda x: (x * x).tanh(), ("partial", "*"),
    ),
    "a step that fails when it is called out of its turn": (
        "closures", "",
        [("            v._b", "            v.turn = 1\n            v._b"),
         (_STEP, f"            del out.turn\n{_STEP} * 3")],
        cubed, ("gradient", ""),
    ),
    "what is read before an inner node is made": (
        "closures", "tanh: no square", [(_DIVISION, _DIVIDES)],
        lambda x: (x * 1.3 / (x + 1.3)).tanh() + x / 1.3, ("partial", "tanh"),
    ),
    "a node made by a helper": (
        "recorded", "mul: wrong operand",
        [("return Value(", "return made("), ("class", "made = lambda *a: Value(*a)\n\nclass")],
        lambda x: x.exp() * x, ("partial", "mul"),
    ),
    "x / x with a single edge": (
        "recorded", "",
        [(_KEPT, "*map(tuple, zip(*dict(zip((self, other), partials)).items())), '/'")],
        lambda x: x / x + x, ("accumulation", "truediv"),
    ),
    "numbers in arrays of one": (
        "numpy", "mul: wrong operand", [("_value = np.float64(x)", "_value = np.full(1, x)")],
        lambda x: x.exp() * x, ("partial", "*"),
    ),
    "numbers of float32": (
        "numpy", "", [("np.float64", "np.float32")],
        lambda x: (x.tanh() * x * 1.1).exp() / (x + 0.1), None,
    ),
    "numbers of float32, shown as floats": (
        "closures", "", [("self.data = data", "self.data = float(np.float32(data))")],
        lambda x: x / x + (x * 1.1) ** 3 + x.tanh(), None,
    ),
    "a small number added to the base, but not in the derivative": (
        "closures", "", [("self.data**n,", "(self.data + 1e-8)**n,")],
        lambda x: (x * 1.1) ** 3 / (x + 1.0), None,
    ),
    "numbers rounded to four places, which is no type of numbers": (
        "closures", "", [("self.data = data", "self.data = round(data, 4)")],
        lambda x: (x * 1.1) ** 3, ("value", "**3"),
    ),
    "a backward pass that sets no first gradient": (
        "closures", "", [("self.grad = 1.0", "pass")], lambda x: x * x + x, ("seed", "+"),
    ),
    "a sum that sets no first gradient": (
        "closures", "", [("self.grad = 1.0", "pass")], lambda x: x + 1.0, ("seed", "+"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_an_engine_with_ways_of_its_own(name):
    manner, fault, changes, f, culprit = CHANGED[name]
    (source, leaf), space = SOURCES[manner], {"math": math, "np": np}
    for old, new in [*changes, *([FAULTS[manner][fault][:2]] if fault else [])]:
        assert old in source
        source = source.replace(old, new)
    exec(source, space)
    report = check_grad(f, 0.7, value=space[leaf])
    assert (report.culprit and (report.culprit.kind, report.culprit.op)) == culprit, report
    assert report.verdict == ("wrong" if culprit else "ok")
    assert ("could not be told" in str(report)) == (culprit == ("gradient", ""))
    if "np.float32(x)" in source:
        assert check_grad(f, 0.7, value=space[leaf], accuracy=1e-9).verdict == "undecided"
    if "(self.data + 1e-8)" in source:  # a ZeroDivisionError where all numbers are 0
        assert check_grad(lambda x: x**3, 0.0, value=space[leaf]).ok


class Float(float):
    """A number that is a node itself."""

    def __new__(cls, x, edges=()):
        self = super().__new__(cls, x)
        self.edges, self.grad = edges, 0.0
        return self

    data = property(float)

    def __add__(self, other):
        return Float(float(self) + float(other), ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Float(float(self) * other, ((self, float(other)), (other, float(self))))

    def backward(self, share=1.0):
        self.grad += share
        for parent, partial in self.edges:
            parent.backward(partial * share)


class Doubled(Float):
    def __mul__(self, other):
        return Float(float(self) * other, ((self, 2 * float(other)), (other, float(self))))


def test_an_engine_whose_nodes_are_floats():
    report = check_grad(lambda x, y: (x * y + y) * y, (0.5, 0.8), value=Float)
    assert (report.verdict, len(report.comparisons)) == ("ok", 2)
    report = check_grad(lambda x, y: (x * y + y) * y, (0.5, 0.8), value=Doubled)
    assert (report.verdict, report.culprit.message) == ("wrong", "untold")  # none can be moved


TAPE = []


class Taped:
    """All nodes are on one tape, and the pass begins at its end, whatever the root is."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = data, edges, 0.0
        TAPE.append(self)

    def __mul__(self, other):
        other = other if isinstance(other, Taped) else Taped(other)
        return Taped(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self):
        for node in TAPE:
            node.grad = float(node is TAPE[-1])
        for node in reversed(TAPE):
            for parent, partial in node.edges:
                parent.grad += partial * node.grad


def test_no_leaf_is_made_between_a_function_and_its_backward_pass():
    """Such an engine was called wrong."""
    report = check_grad(lambda x: x * x * 3.0, 0.7, value=Taped)
    assert (report.verdict, report.properties) == ("ok", ())


# --- adapters ------------------------------------------------------------------------------------
class NoGrad:
    def __init__(self, data):
        self.data = data

    def backward(self):
        pass


class Told:
    """A function gives the gradients of all its nodes back, in a dict."""

    def __init__(self, value, *inputs):
        self.value, self.inputs = value, inputs

    def __mul__(self, other):
        return Told(self.value * other.value, (self, other.value), (other, self.value))


def gradients(node, share=1.0, found=None):
    found = {} if found is None else found
    found[node] = found.get(node, 0.0) + share
    for parent, partial in node.inputs:
        gradients(parent, share * partial, found)
    return found


def last_alone(node):
    return {**gradients(node), **{parent: 1.0 for parent, _ in node.inputs}}


@pytest.mark.parametrize(("pass_", "verdict"), [(gradients, "ok"), (last_alone, "wrong")])
def test_a_function_that_gives_the_gradients_in_a_dict(pass_, verdict):
    found = {}
    told = Adapter(
        data="value",
        grad=lambda node: found.get(node, 0.0),
        backward=lambda root: found.update(pass_(root)),
    )
    assert check_grad(cubed, 2.0, value=Told, adapter=told).verdict == verdict


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"adapter": 3}, r"adapter must be an Adapter, got 3 \(int\)"),
        ({"adapter": Adapter}, "adapter must be an Adapter"),
        (
            {"value": NoGrad},
            r"no grad was found in NoGrad \(.*\): say where it is with adapter=Adapter",
        ),
        ({"value": Told}, r"no grad, backward was found in Told \(value, inputs"),
        ({"value": engine("closures"), "adapter": Adapter(data="datum")}, "no data was found"),
        ({"value": engine("closures"), "adapter": Adapter(backward=7)}, "no backward was found"),
        ({"value": engine("closures"), "adapter": Adapter(parents=7)}, "no parents was found"),
        ({"value": engine("closures"), "adapter": Adapter(local="rule")}, "no local was found"),
    ],
)
def test_an_adapter_that_makes_no_sense_is_refused(options, words):
    with pytest.raises(CheckError, match=words):
        check_grad(cubed if "adapter" in options else lambda x: x, 2.0, **options)


def test_a_leaf_that_f_gives_back_needs_not_show_what_operations_have():
    told = Adapter(parents="operands", op="symbol")
    assert check_grad(lambda x: x, 2.0, value=engine("closures"), adapter=told).ok


def test_a_function_that_wraps_its_inputs_in_another_engine_is_told_so():
    """It was called wrong: the nodes that were given had the gradient 0."""
    for value in (engine("closures"), engine("recorded")):
        with pytest.raises(CheckError, match="give that class as value=Value"):
            check_grad(lambda x, value=value: value(x) * 3, 2.0)


def test_two_nodes_with_one_label_are_told_apart_by_their_numbers():
    """An engine may keep the operation where another has the label."""
    x, y = compat.Value(2.0, label="x"), compat.Value(3.0, label="x")
    graph = Graph(x * y + y * 1)
    graph.order[2].label = "z"
    names = [graph.name(node) for node in graph.order]
    assert names == ["x #0", "x #1", "z", "#3", "mul #4", "add #5"]


def test_the_parent_that_was_lost_is_told_by_its_number():
    value = engine("recorded", "lost parent")
    culprit = check_grad(lambda a, x, y: a + x * y, (0.3, 0.5, 0.8), value=value).culprit
    assert (culprit.op, culprit.details) == ("mul", {"operand": "0.8"})


def test_what_the_engine_prints_is_not_heard(capsys):
    check_grad(cubed, 2.0, value=engine("named"))
    assert capsys.readouterr().out == ""


def test_the_page_of_a_report_on_another_engine(tmp_path):
    report = check_grad(
        lambda x, y: (x * y).tanh(), (0.5, 0.8), value=engine("closures", "mul: wrong operand")
    )
    assert report.culprit.where._op == "*"
    assert math.isclose(report.culprit.details["wanted"], 0.5, rel_tol=1e-9)
    report.save_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "run alone" in page


def test_shares_that_cancel_hide_neither_a_lack_of_order_nor_a_seed():
    def late(x):
        v = 7.0 - x
        return (v + (-1.17)) / (((v - v) - x).tanh() + (-1.73))

    def seeded(x, y):
        return x.exp() / x.exp() + (y + 3.0) ** 2

    def same(x, y):
        v = x.exp()
        return v / v + (y + 3.0) ** 2

    assert check_grad(late, (0.31,), value=engine("recorded", "no order")).culprit.kind == "order"
    for f in (seeded, same):
        report = check_grad(f, (1.98, 1.85), value=engine("incoming", "seed"))
        assert report.culprit.kind == "seed"


def test_few_engines_are_kept_when_their_modules_are_gone():
    classes = WeakSet()
    for _ in range(40):
        names = {"__name__": "submission", "math": math}
        exec(SOURCES["closures"][0], names)
        classes.add(names["Value"])
        properties_of(names["Value"], adapter_of(names["Value"](1.0)))
    del names
    gc.collect()
    assert len(classes) <= 17


def test_the_limit_of_recursion_is_put_back_by_whoever_goes_last():
    before, (first, second) = sys.getrecursionlimit(), (deeper(), deeper())
    for way in (first.__enter__, second.__enter__):
        way()
    for context in (first, second):
        context.__exit__(None, None, None)
    assert sys.getrecursionlimit() == before
