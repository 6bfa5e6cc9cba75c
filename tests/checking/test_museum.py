"""Every engine of the museum is caught with its culprit; the healthy one and ours never are."""

import inspect
import re
from itertools import islice
from random import Random
from textwrap import dedent

import pytest

from autograd_mini import Value, museum
from autograd_mini.checking import check_grad
from autograd_mini.checking.random_graphs import UNFIT
from autograd_mini.ops import SHEET
from tests.checking import exact
from tests.graphs import VECTORS, random_graph

NAMES = sorted(museum.ENGINES)
# What the checker must name, by the mistake and not by what the engine says of itself.
CULPRITS = {
    "Overwrites": ("accumulation", ""),
    "ParentsInASet": ("accumulation", "mul"),
    "StaleInterior": ("accumulation", ""),
    "EveryPath": ("order", ""),
    "NoTopologicalOrder": ("order", ""),
    "BreadthFirst": ("order", ""),
    "EqualNodes": ("accumulation", ""),
    "OneLevel": ("accumulation", ""),
    "WrongArgument": ("partial", "mul"),
    "SignOfSubtraction": ("partial", "sub"),
    "SignOfQuotient": ("partial", "div"),
    "ForgetsTheExponent": ("partial", "pow"),
    "DeafExponent": ("partial", "pow"),
    "PowerRuleForExp": ("partial", "exp"),
    "LogForItsDerivative": ("partial", "log"),
    "SignOfCosine": ("partial", "cos"),
    "TanhOfItsInput": ("partial", "tanh"),
    "TanhCancels": ("partial", "tanh"),
    "SigmoidForItsDerivative": ("partial", "sigmoid"),
    "SigmoidOfTheOutput": ("partial", "sigmoid"),
    "ReluLetsThrough": ("partial", "relu"),
    "TiesForAll": ("partial", "maximum"),
    "ReversedSubtraction": ("value", ""),
    "CutGraph": ("gradient", ""),
    "ForgetsZeroGrad": ("accumulation", ""),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_engine_is_caught_and_its_culprit_named(name):
    report = museum.check(name)
    assert not report.ok
    kind, op = CULPRITS[name]
    assert report.culprit is not None, str(report)
    assert report.culprit.kind == kind == museum.ENGINES[name].kind
    assert not op or report.culprit.op == op
    with pytest.raises(AssertionError):
        report.raise_for_failure()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_input_finds_no_fault_with_the_healthy_engine_or_ours(name):
    broken = museum.ENGINES[name]
    for engine in (museum.HEALTHY, Value):
        report = check_grad(broken.reveals, broken.at, value=engine)
        assert report.ok, f"{engine}: {report}"
    if broken.in_training:
        gradient = museum.HEALTHY.trainer(broken.reveals, len(broken.at))
        assert check_grad(broken.reveals, broken.at, gradient=gradient).ok


@pytest.mark.parametrize(
    ("engine", "ops", "steps", "count"),
    [(Value, None, 8, 600), (museum.HEALTHY, None, 8, 600), (Value, VECTORS, 12, 200)],
    ids=["Value", "healthy", "vectors"],
)
def test_random_graphs_have_the_true_gradient(engine, ops, steps, count):
    draw = Random(20)
    for _ in range(count):
        graph = random_graph(draw, ops, steps=steps, value=engine)
        assert exact.wrong_input(graph) is None, graph


@pytest.mark.parametrize("engine", [Value, museum.HEALTHY], ids=["Value", "healthy"])
def test_no_random_graph_raises_a_false_alarm(engine):
    """A sample through `check_grad`; tests/benchmarks/foreign_engines.py has thousands."""
    draw = Random(21)
    slow = {"gamma", "lgamma", "digamma", "polygamma", *UNFIT}  # with 110 digits; left to that
    ops = [name for name in getattr(engine, "rules", SHEET) if name not in slow]
    for _ in range(60):
        graph = random_graph(draw, ops, value=engine)
        report = graph.check()
        assert report.ok, f"{graph}\n{report}"


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in {"TanhCancels", "TiesForAll", "CutGraph", "StaleInterior",
             "ReversedSubtraction", "ForgetsZeroGrad"}]
)  # fmt: skip
def test_random_graphs_find_the_mistake_and_name_no_other(name):
    """The rest need a special input: a tie, a tail, a reflected operator, a second pass."""
    engine, draw = museum.ENGINES[name], Random(5)
    graphs = (random_graph(draw, [*engine.rules], steps=9, value=engine) for _ in range(400))
    wrong = islice((x for x in graphs if exact.wrong_input(x) is not None), 8)
    kinds = [graph.check().culprit.kind for graph in wrong]
    assert kinds.count(engine.kind) >= max(1, len(kinds) - 1)
    assert {*kinds} <= {engine.kind, "gradient"}  # which one is not told apart


@pytest.mark.parametrize("name", NAMES)
def test_an_exhibit_shows_the_mistake_and_what_it_does_in_both_languages(name, capsys):
    broken = museum.ENGINES[name]
    texts = {}
    for lang in ("en", "es"):
        museum.exhibit(name, lang)
        texts[lang] = capsys.readouterr().out
        assert texts[lang].startswith(f"{name}\n")
        assert broken.seen[lang == "es"] in texts[lang]
    assert inspect.cleandoc(broken.__doc__).splitlines()[0] in texts["en"]
    assert len(broken.mistake_es) > 20  # the catalogue has the docstring
    assert broken.mistake_es in texts["es"]
    assert texts["en"] != texts["es"]
    shown = dedent(re.search(r"What reveals it, at .*:\n((?:.+\n)+)", texts["en"])[1]).strip()
    assert shown in inspect.getsource(broken) + inspect.getsource(broken.reveals)


def test_an_exhibit_compares_the_engine_with_the_healthy_one(capsys):
    museum.exhibit("Overwrites")
    text = capsys.readouterr().out
    assert "def receive(self, share: float) -> None:\n        self.grad = share\n" in text
    assert "right: [2.0]" in text
    assert "this engine: [1.0]" in text


def test_a_wrong_name_or_language_is_told():
    with pytest.raises(KeyError, match=r"no engine 'Overwrite' in the museum; it has Overwrites, "):
        museum.exhibit("Overwrite")
    with pytest.raises(ValueError, match="lang must be one of en, es, got 'fr'"):
        museum.exhibit("Overwrites", "fr")


def test_an_engine_breaks_in_few_lines():
    """The lesson is in the difference to the healthy engine."""
    for name, broken in museum.ENGINES.items():
        code = museum.entry(name).partition(":\n")[2]
        assert broken.__mro__[2] is museum.HEALTHY
        assert code.partition("\n\n")[0].count("\n") <= 14, name


def test_a_gradient_that_cancels_is_not_left_over_from_the_first_pass():
    """Found by the long run: 2.2e-16 for 0, and 4.4e-16 more in the second pass, is rounding."""

    def f(x):
        v1 = x + (-2.5)
        return ((v1 - ((x - x) + x)).cos() + 0.84).sqrt() + (v1 - v1)

    assert check_grad(f, (0.18,), value=museum.HEALTHY).ok
