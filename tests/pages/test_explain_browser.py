"""The page says of each step what `explain_step` says: same words, formulas and languages."""

import json
import re
from fractions import Fraction

import pytest

from autograd_mini import MLP, Value, abs, dot, logsumexp, max, mean, prod, scope, steps, tanh
from autograd_mini.optim import SGD, Adam
from autograd_mini.pages import document
from autograd_mini.pages.page import to_html
from autograd_mini.stepping import explain_step

TOLD = """
JSON.stringify(["en", "es"].map(lang => {
  spy.setLanguage(lang);
  return spy.recording.steps.map((_, i) => {
    const said = spy.explainStep(spy.recording, i);
    const formulas = [said.symbolic, said.local, said.numeric].filter(Boolean);
    return [said.title, said.sentence, formulas.map(f => f.text),
      formulas.map(f => spy.formula(f).innerHTML), said.why];
  });
}))
"""


def powers(markup):
    """The text of a formula, and what is raised there."""
    return re.sub("<(?!/?msup)[^>]*>", "", markup.replace("&nbsp;", "\u00a0"))


def neuron():
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x₁"), Value(-1.5, label="b")
    return steps((w * x + b).sigmoid() * w / 3, optimiser=SGD([w, b], lr=0.1))


def several_uses():
    x = Value(-3e-8, label="x")
    y = (x * x - x) * x**2
    with scope("block"):
        z = tanh(y + 2) ** -1.5
    return steps(z * x)


def vectors():
    x = [Value(k / 3, label=f"x[{k}, 0]") for k in range(7)]
    sums = [dot(x, [1, *x[:5], 2]), logsumexp(x[:3]), max(x), prod(x[1:4]), prod(x[1:]), mean(x)]
    return steps(abs(dot(sums, sums)).relu())


def kinks_and_zeros():
    x, w = Value(0.0, label="x"), Value(1.0, label="w")
    return steps((abs(x) + (w - 5).relu() * w) * 4 + x.floor(), optimiser=Adam([w], lr=0.1))


def stale_and_by_hand():
    x = Value(2.0, label="<b>x</b> `y` {0}")
    y = x * x
    node = Value(7.0, parents=[x, y], partials=[4.0, -1.0], label="z")
    x.data = 5.0
    return steps(node, seed=-0.5)


def fractions():
    a, b = Value(Fraction(1, 3), label="a"), Value(Fraction(-2, 7), label="b")
    return steps(a * b - b / a + a**3 + (a + b) * Value(Fraction(0)))  # a gradient is 0


def complex_numbers():
    a, b = Value(1 + 2j, label="a"), Value(-0.5j, label="b")
    return steps(a * b * a - b + (a + b) * Value(0j))


def updates_that_are_hardly_seen():
    w, b = Value(-2.0, label="w"), Value(1.0, label="b")
    return steps(w * 0.0002765 + b * 1e-18, optimiser=SGD([w, b], lr=0.1))


def network():
    model = MLP(2, [3, 1], seed=0)
    return steps((model([0.5, -1.0]) - 1) ** 2, optimiser=SGD(model.parameters(), lr=0.5))


@pytest.mark.parametrize(
    "make",
    [
        neuron,
        several_uses,
        vectors,
        kinks_and_zeros,
        stale_and_by_hand,
        fractions,
        complex_numbers,
        updates_that_are_hardly_seen,
        network,
    ],
)
def test_the_page_explains_as_python_does(make, visit, monkeypatch):
    enclosed = document.enclosed
    spy = "\nwindow.spy = {recording, explainStep, setLanguage, formula};"
    spied = lambda *code: enclosed(*code, *([spy] if len(code) > 1 else []))
    monkeypatch.setattr(document, "enclosed", spied)
    recorded = make()
    page = visit()
    page.set_content(to_html(recorded))
    both = json.loads(page.evaluate(TOLD))
    for lang, said in zip(("en", "es"), both, strict=True):
        assert len(said) == len(recorded)
        for k, (title, sentence, texts, shown, why) in enumerate(said):
            wanted = explain_step(recorded, k, lang)
            assert (title, sentence, why) == (wanted.title, wanted.sentence, wanted.why), k
            assert texts == [f.text for f in wanted.formulas], k
            assert [*map(powers, shown)] == [powers(f.mathml) for f in wanted.formulas], k
