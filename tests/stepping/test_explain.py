"""What is said of a step: every number and every formula in it is right, in both languages."""

import random
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import accumulate

import mpmath as mp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import Value, draw_text, explain, functions, ieee, museum, nn, steps
from autograd_mini.graph import topological
from autograd_mini.language import catalogue
from autograd_mini.notation import shapes
from autograd_mini.notation.labels import number, printable
from autograd_mini.ops import SHEET
from autograd_mini.optim import SGD, Adam
from autograd_mini.stepping import Steps, explain_step
from autograd_mini.stepping.sequence import Accumulate, Forward, Seed, Update, Visit
from tests.refusals import refusing
from tests.stepping.shown import from_latex, from_mathml, worth

LANGUAGES = ("en", "es")


def told(recorded, kind, lang="en"):
    return [explain_step(recorded, k, lang) for k, s in enumerate(recorded) if isinstance(s, kind)]


# --- by hand (all steps of a neuron, in both languages: tests/cli/neuron.*.txt) -------------------
@pytest.mark.parametrize(
    ("recorded", "lang", "sentence", "formulas"),
    [
        (lambda: steps(lambda x: x.tanh(), 2.0), "es",
         "1 operación hacia adelante, luego 4 pasos hacia atrás.", "x = 2"),
        (lambda: steps(functions.sum, [1.0] * 5), "en",
         "1 operation forward, then 12 steps back.", "a[0] = 1,  a[1] = 1,  a[2] = 1,  …"),
    ],
)  # fmt: skip
def test_the_first_step_says_what_will_happen(recorded, lang, sentence, formulas):
    said = explain_step(recorded(), 0, lang)
    assert (said.sentence, said.symbolic.text) == (sentence, formulas)


def test_x_times_x_keeps_its_two_uses_apart():
    """Its shares are the example of `explain_step`."""
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    visit = told(steps(y), Visit)[-1]
    assert visit.symbolic.text == "∂y/∂x = ∂y/∂y · ∂y/∂x⁽¹⁾ + ∂y/∂y · ∂y/∂x⁽²⁾"
    assert str(visit.numeric) == "∂y/∂x = 3 + 3 = 6"


def test_the_derivative_of_the_output_alone_is_kept_apart_from_the_gradient():
    x = Value(2.0, label="x")
    y = x * x.exp()
    y.label = "y"
    direct = next(e for e in told(steps(y), Accumulate) if e.title == "Backpropagation: y → x")
    assert str(direct.local) == "∂y/∂x⁽¹⁾ = v₁ = 7.389"
    assert "∂y/∂x is the sum over all of its uses" in direct.why


def test_a_gradient_of_0_hands_nothing_on():
    x = Value(-2.0, label="x")
    recorded = steps(x.relu() * 3)
    visits = told(recorded, Visit)
    assert [e.why for e in visits][-1] == "The gradient is 0: nothing is handed on."
    assert str(visits[-1].numeric) == "∂v₂/∂x = 0"
    dead = steps((x * 0.0).exp() * Value(0.0, label="z"))
    unreached = told(dead, Visit)[-1]
    assert unreached.symbolic.text == "∂v₃/∂x = 0"
    assert unreached.numeric is None


def test_with_another_seed_the_gradients_are_of_something_further_on():
    x = Value(2.0, label="x")
    assert told(steps(x * 3), Seed)[0].symbolic.text == "∂v₁/∂v₁ = 1"
    recorded = steps(x * x, seed=-0.5)
    seed = told(recorded, Seed, "es")[0]
    assert seed.symbolic.text == "∂L/∂v₁ = −0.5"
    assert seed.sentence.endswith("con el gradiente −0.5 que llega de más adelante: ∂L/∂v₁.")
    share = told(recorded, Accumulate)[0]
    assert share.symbolic.text == "∂L/∂x += ∂L/∂v₁ · ∂v₁/∂x⁽¹⁾"
    assert told(steps(x * Value(3.0, label="L"), seed=2), Visit)[-1].symbolic.text.startswith("∂E/")
    said = explain(recorded.nodes[0], of=recorded, lang="en")
    assert said.title == "The gradient of L with respect to x"
    output = explain(recorded.root, of=recorded, lang="en").sentence
    assert output == "`v₁` is the output itself: its gradient is −0.5."  # and not 0
    assert steps(x * 3 + x, seed=2).numerator == "L"
    direct = [e.symbolic.text for e in told(steps(x * 3 + x, seed=2), Accumulate)]
    assert [text for text in direct if "⁾" in text] == ["∂L/∂x += ∂L/∂v₂ · ∂v₂/∂x⁽¹⁾"]


def test_a_kink_is_told():
    x = Value(0.0, label="x")
    step = told(steps(abs(x) + 1), Accumulate)[-1]
    assert "by convention it is 0 here" in step.why
    assert "kink" not in told(steps(abs(x + 1)), Accumulate)[0].why


def test_a_stale_node_shows_no_equation_that_is_wrong():
    x = Value(2.0, label="x")
    y = x * x
    x.data = 5.0
    forward = told(steps(y), Forward)[0]
    assert str(forward.numeric) == "v₁ = 4"
    assert "was changed" in forward.why
    assert str(told(steps(y), Accumulate)[0].local) == "∂v₁/∂x⁽¹⁾ = x = 2"


@pytest.mark.parametrize("seed", range(30))
def test_an_edge_is_marked_where_it_is_one_way_of_several(seed, monkeypatch):
    """Against the plain definition, by counting the paths."""
    monkeypatch.setattr(shapes, "_MANY", 3)
    order = topological(random_graph(seed))
    use_of = shapes.Uses(order)
    for node in order:
        paths = dict.fromkeys(order, 0) | {node: 1}
        for above in reversed(order[: order.index(node) + 1]):
            for parent in above.parents:
                paths[parent] += paths[above]
        for edge, parent in enumerate(node.parents):
            before = sum(x is parent for x in node.parents[: edge + 1])
            wanted = before if paths[parent] > 1 else 0
            assert use_of(node, edge) == wanted


def test_a_long_text_does_not_walk_the_graph_for_each_step(monkeypatch):
    walks, uses_of = [], shapes.uses_of
    monkeypatch.setattr(shapes, "uses_of", lambda *args: walks.append(args) or uses_of(*args))
    y = Value(0.5)
    for _ in range(1000):
        y = y * 1.001 + 0.001
    assert "⁽" not in str(steps(y))
    draw_text(y, detail="chain rule", max_lines=2000)
    assert 2 <= len(walks) <= 4


def test_a_node_made_by_hand():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    node = Value(7.0, parents=[x, y], partials=[4.0, -1.0], label="z")
    recorded = steps(node)
    assert "made by hand" in told(recorded, Forward)[0].sentence
    assert [f.text for f in told(recorded, Forward)[0].formulas] == ["z = f(x, y)", "z = 7"]
    assert [str(e.local) for e in told(recorded, Accumulate)] == ["∂z/∂x = 4", "∂z/∂y = −1"]


@pytest.mark.parametrize(
    ("f", "w", "rule", "sentence", "symbolic", "numeric"),
    [  # it said −2 − 0.1 · 0.0002765 = −2
        (lambda w: w * 0.00027651, -2.0, {}, "η = 0.1", "w_new = w_old − η · ∂v₁/∂w",
         "−2 − 0.1 · 0.00027651 = −2.00003"),
        (lambda w: w * w, 0.5, None, "Adam changes `w`", "w_new = w_old + Δ",
         "0.5 + (−0.1) = 0.4"),  # Adam's first step is the learning rate
        (lambda w: w * w, 0.5, {"weight_decay": 0.5}, "SGD changes `w`", "w_new = w_old + Δ",
         "0.5 + (−0.125) = 0.375"),
        (lambda w: w * 0.001, 1e20, {}, "its gradient times the learning rate",
         "w_new = w_old − η · ∂v₁/∂w", "10²⁰ − 0.1 · 0.001 = 10²⁰"),  # lost in rounding, not 0
        (lambda w: (w * -1).relu() + w * 0, 0.5, {}, "The gradient is 0: `w` stays as it is.",
         "w_new = w_old − η · ∂v₄/∂w", "0.5 − 0.1 · 0 = 0.5"),
    ],
)  # fmt: skip
def test_an_update_is_told_with_its_optimiser_and_digits(f, w, rule, sentence, symbolic, numeric):
    w = Value(w, label="w")
    optimiser = Adam([w], lr=0.1) if rule is None else SGD([w], lr=0.1, **rule)
    (said,) = told(steps(f(w), optimiser=optimiser), Update)
    assert sentence in said.sentence
    assert (said.symbolic.text, str(said.numeric)) == (symbolic, numeric)


def test_complex_numbers_and_infinity():
    z = Value(1 + 2j, label="z")
    assert str(told(steps(z * z), Forward)[0].numeric) == "v₁ = (1+2j) · (1+2j) = −3+4j"
    with ieee():
        x = Value(0.0, label="x")
        y = 1 / x
        assert str(told(steps(y), Forward)[0].numeric) == "v₁ = 1 / 0 = ∞"


def test_an_own_operation_is_explained(own):
    own("test_cube(a)", "a ** 3", "3 * a ** 2")
    x = Value(2.0, label="x")
    recorded = steps(SHEET["test_cube"](x))
    assert told(recorded, Forward)[0].symbolic.text == "v₁ = test_cube(x) = x³"
    assert str(told(recorded, Forward)[0].numeric) == "v₁ = 2³ = 8"
    assert str(told(recorded, Accumulate)[0].local) == "∂v₁/∂x = 3 · x² = 3 · 2² = 12"


# --- every number in every formula, exactly ------------------------------------------------------
def random_graph(seed):
    """A graph of small exact fractions, whose texts are the numbers themselves."""
    draw = random.Random(seed)
    nodes = [Value(Fraction(draw.randint(-4, 4), draw.randint(1, 3)), label=c) for c in "abc"]
    while len(nodes) < 9:
        x, y, z = (draw.choice(nodes) for _ in range(3))
        made = draw.choice(
            [
                x + y, x - y, x * y, x / y if y.data else x * 2, -x, abs(x), x**2,
                functions.square(x) - 3, functions.relu(x), functions.maximum(x, y),
                functions.dot([x, y, 2], [z, -1, x]), functions.mean([x, y, z]),
                functions.prod([x, y, z]), functions.softsign(x),
            ]
        )  # fmt: skip
        if len(number(made.data)) < 16:
            nodes.append(made)
    return nodes[-1]


def sides(text):
    """What stands between the signs = of a line; those in {cases} do not count."""
    return re.split(r" = (?![^{]*\})", text)


@pytest.mark.parametrize("seed", range(60))
def test_all_numbers_of_a_random_graph_are_right(seed):
    """Every formula is read back in its three forms; its sides are equal, and what they should be.

    ∂L/∂x stands for the node's gradient when it is complete; a local derivative for its number.
    """
    recorded = steps(random_graph(seed))
    data = [fraction(node.data) for node in recorded.nodes]
    names = dict(zip(recorded.names, data, strict=True))
    adjoints = {s.node: s.adjoint for s in recorded if isinstance(s, Visit)}
    root = recorded.names[-1]
    seen = 0
    for k, step in enumerate(recorded):
        said = explain_step(recorded, k)
        known = {f"∂{root}/∂{recorded.names[n]}": x for n, x in adjoints.items()}
        if isinstance(step, Accumulate):
            known[sides(said.local.text)[0]] = step.partial
        for formula in said.formulas:
            match step:
                case Visit() if "·" in formula.text or "…" in formula.text:
                    continue  # a sum of shares, each of which is checked on its own
                case Accumulate() if "+=" in formula.text:
                    share = formula.text.partition(" += ")[2]
                    assert close(value_of(share, names, known), step.share)
                    continue
                case Accumulate():
                    wanted = step.partial if formula is said.local else step.after
                case Forward(node):
                    wanted = recorded.nodes[node].data
                case Visit(_, wanted) | Seed(_, wanted):
                    pass
                case _:
                    continue
            forms = (formula.text, from_mathml(formula.mathml), from_latex(formula.latex))
            for side in sides(forms[0]):
                assert close(value_of(side, names, known), wanted), (side, wanted)
                seen += 1
            for other in forms[1:]:
                for side in sides(other.replace("=", " = "))[1:]:
                    if "∂" not in side:
                        assert close(worth(side, names), wanted), (side, wanted)
                        seen += 1
    assert seen > 30


def fraction(x):
    return mp.mpf(Fraction(x).numerator) / Fraction(x).denominator


def close(got, wanted):
    return abs(got - fraction(wanted)) <= mp.mpf("1e-13") * max(1, abs(fraction(wanted)))


def value_of(text, names, known):
    """The worth of a text in which derivatives stand for known numbers."""
    letters = {}
    for k, (derivative, x) in enumerate(sorted(known.items(), key=lambda d: -len(d[0]))):
        mark = chr(0x391 + k)
        text = text.replace(derivative, mark)
        letters[mark] = fraction(x)
    return worth(text, names | letters)


# --- explain -------------------------------------------------------------------------------------
def test_explain_a_node():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    said = explain(functions.sigmoid(w * x), lang="en")
    assert said.title == "What v₂ does"
    assert said.symbolic.text == "v₂ = σ(v₁) = 1 / (1 + e^(−v₁))"
    assert str(said.local) == "∂v₂/∂v₁ = v₂ · (1 − v₂) = 0.7311 · (1 − 0.7311) = 0.1966"
    assert explain(w, lang="es").sentence.startswith("`w` viene dado: 0.5.")


def test_explain_a_gradient_by_its_users_and_paths():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    y = (w * x) + w * 3
    y.label = "y"
    said = explain(w, of=y, lang="es")
    assert "El gradiente de la salida `y` respecto a `w` suma 2 aportaciones" in said.sentence
    assert said.sentence.endswith("1 · 3 + 1 · 2.")
    assert str(said.numeric) == "∂y/∂w = 1 · 3 + 1 · 2 = 5"
    assert said.why == "2 caminos: w → v₂ → y: 3 · 1 = 3; w → v₁ → y: 2 · 1 = 2."
    recorded = steps(y)
    assert explain(recorded.nodes[0], of=recorded, lang="es") == said
    assert w.grad == 0.0  # the graph is left as it is


def test_explain_paths_of_which_there_are_many():
    x = Value(1.0, label="x")
    y = x
    for _ in range(60):
        y = y + y
    said = explain(x, of=y, lang="en")
    assert said.why.startswith(f"{2**60} paths; the largest: x → v₁ → v₂ → ")
    assert len(str(said)) < 2000


def test_explain_what_does_not_depend():
    x, z = Value(1.0, label="x"), Value(2.0, label="z")
    y = x.exp()
    y.label = "y"
    said = explain(z, of=y, lang="en")
    assert said.sentence == "`y` does not depend on `z`: the gradient is 0."
    apart = explain(Value(1.0), of=Value(2.0) * Value(3.0), lang="en")  # three without a name
    assert apart.sentence == "`v₃` does not depend on `v₄`: the gradient is 0."
    assert said.symbolic.text == "∂y/∂z = 0"
    assert explain(y, of=y, lang="es").sentence == "`y` es la salida misma: su gradiente es 1."
    dead = explain(x, of=(x - 5).relu() * 2, lang="en")
    assert dead.sentence.startswith("No share reaches `x`")


X = Value(1.0)
test_explain_refuses = refusing(
    {
        TypeError: [
            (lambda: explain(3), "explain needs a Value, got 3"),
            (lambda: explain(X, of=3), "of must be a Value or Steps, got 3"),
        ],
        ValueError: [
            (lambda: explain(X, lang="fr"), "lang must be one of en, es, got 'fr'"),
            (lambda: explain(X, of=steps(X * 2)), "must be one of the `nodes`"),
            (lambda: explain_step(steps(X * 2), 0, "de"), "lang must be one of en, es, got 'de'"),
        ],
        IndexError: [(lambda: explain_step(steps(X * X), 9), "are 7 steps, got the index 9")],
    }
)


def test_explain_takes_the_language_of_the_environment(monkeypatch):
    for locale, title in (("es_ES.UTF-8", "Qué hace x"), ("C", "What x does")):
        monkeypatch.setenv("LC_ALL", locale)
        assert explain(Value(1.0, label="x")).title == title


# --- sentences -----------------------------------------------------------------------------------
def test_no_english_in_spanish():
    english = {"the", "of", "and", "is", "it", "to", "with", "for", "was", "other", "by", "else"}
    for name, (_, spanish) in (catalogue("sentence") | catalogue("explanation")).items():
        told = {*re.findall(r"[a-záéíóúñü]+", re.sub(r"\{\w+\}", "", spanish.lower()))}
        assert not told & english, name
        assert not told & {"usted", "su merced"}, name


# --- hostile names -------------------------------------------------------------------------------
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["<script>alert(1)</script>", "{0}", "{(x)}", "\ue0000\ue001", "$\\frac{1}{2}$", "a`b",
         "x" * 10_000, "]]>", "&amp;", "\u202eabc", "a\nb\x00\x1b[31m", "v₁", "⁽²⁾", "%s {name}"]
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_a_name_is_text_whatever_it_is_made_of(one, two):
    x, y = Value(-0.5, label=one), Value(2.0, label=two)
    z = (x * y).exp() * x**2
    recorded = steps(z)
    for k in range(len(recorded)):
        for lang in LANGUAGES:
            said = explain_step(recorded, k, lang)
            for formula in said.formulas:
                check_form(formula, recorded.names)
            assert "<script" not in said._repr_html_().lower()
            ET.fromstring(said._repr_html_().replace("&#x27;", "'"))
            assert not re.search(r"[\x00-\x09\x0b-\x1f]", str(said))


def check_form(formula, names):
    assert formula.text == printable(formula.text)
    tree = ET.fromstring(formula.mathml)
    known = {*"math mrow mi mn mo mtext mfrac msup msub".split()}
    assert {e.tag.rpartition("}")[2] for e in tree.iter()} <= known
    bare = re.sub(r"\\[{}\\]", "", formula.latex)
    depths = [*accumulate((c == "{") - (c == "}") for c in bare)]
    assert min(depths) == depths[-1] == 0, formula.latex


def test_the_whole_name_is_there():
    x = Value(2.0, label="{0} <b>&")
    said = explain_step(steps(x * 3), 1)
    assert said.symbolic.text == "v₁ = ({0} <b>&) · 3"
    assert "{0} <b>&" in "".join(ET.fromstring(said.symbolic.mathml).itertext())


def test_a_long_name_is_shortened_in_all_places():
    x = Value(2.0, label="long " * 100)
    for k in range(7):
        said = explain_step(steps(x * x), k)
        assert all(len(f.text) < 260 for f in said.formulas)
        assert len(said.sentence) < 260


# --- shapes --------------------------------------------------------------------------------------
def test_an_explanation_shows_itself():
    said = explain_step(steps(lambda w, x: w * x, 0.5, 2.0), 1)
    assert said._repr_latex_().startswith(r"$\displaystyle \begin{gathered} v_{1} = w \cdot x \\ ")
    assert said._repr_html_().count("<math") == 2


def test_what_a_broken_engine_has_added_up_is_no_equation():
    wrong, right = museum.stepped("Overwrites")
    told = [explain_step(run, k).numeric.text for run in (wrong, right) for k in (5, 6)]
    assert told == ["1 + 1 · 1 ≠ 1", "∂v₁/∂x = 1 + 1 ≠ 1", "1 + 1 · 1 = 2", "∂v₁/∂x = 1 + 1 = 2"]


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("SignOfQuotient", "= −x / y² = −3 / 2² ≠ 0.75", "= −x / y² = −3 / 2² = −0.75"),
        ("SignOfSubtraction", "= −1 ≠ 1", "= −1"),
        ("WrongArgument", "= x = 2 ≠ 3", "= x = 2"),
    ],
)
def test_a_local_derivative_that_is_another_is_no_equation(name, wrong, right):
    for run, said in zip(museum.stepped(name), (wrong, right), strict=True):
        step = next(k for k in reversed(range(len(run))) if isinstance(run[k], Accumulate))
        local = explain_step(run, step).local
        assert local.text.partition(" ")[2] == said
        assert local.latex.count(r"\ne") == local.mathml.count("≠") == said.count("≠")
        assert local.text in str(explain(run.root, lang="en"))


def test_the_derivative_of_an_operand_whose_other_use_is_lost_is_no_equation():
    run = steps(lambda x: x - x, 3.0, value=museum.ENGINES["ParentsInASet"])
    assert [said.local.text for said in told(run, Accumulate)] == ["∂v₁/∂x = 1 ≠ −1"]


def test_the_shares_of_a_gradient_are_one_for_each_use_or_it_says_of_which():
    x = Value(2.0, label="x")
    y = x * x + (x - 5).relu()  # x - 5 has the gradient 0
    said = explain(x, of=y, lang="en").sentence
    assert "2 shares, one for each use of `x` in a node whose gradient is not 0: " in said
    assert "2 shares, one for each use of `x`: " in explain(x, of=x * x, lang="en").sentence


def test_a_recording_that_is_read_again_says_what_it_said():
    recorded = steps(nn.Neuron(2, seed=0)([0.5, -1.0]))
    again = Steps.from_json(recorded.to_json())
    assert [*map(str, told(again, Forward))] == [*map(str, told(recorded, Forward))]
