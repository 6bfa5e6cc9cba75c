"""What-if: the recorded graph at other inputs, in the page, against Python."""

import random
import re
from contextlib import suppress
from fractions import Fraction

import pytest

from autograd_mini import Value, functions, museum, steps
from autograd_mini.errors import AutogradError
from autograd_mini.language import catalogue, translated
from autograd_mini.ops import SHEET
from autograd_mini.optim import SGD, Momentum
from autograd_mini.pages import page as page_module
from autograd_mini.pages.document import asset
from autograd_mini.pages.page import run_data
from tests.graphs import random_graph
from tests.pages.near import check_operations, check_sums, scripts

# Every recording at other inputs, by what-if's arithmetic.
RECOMPUTED = """
const shown = (x) => typeof x === "number" && !Number.isFinite(x) ? String(x)
  : Array.isArray(x) ? x.map(shown)
  : x && typeof x === "object"
    ? Object.fromEntries(Object.entries(x).map(([k, y]) => [k, shown(y)])) : x;
return runs.map((r, k) => {
  const found = recomputed(r, new Map(given.leaves[k]));
  if (found.failed !== undefined) return {failed: found.failed};
  r.at(r.steps.length - 1);
  r.replace(found);
  const {data, partials, steps} = r, grad = [...r.grad];
  r.restore();
  return shown({data, partials, grad, steps, again: r.steps, index: r.index});
});
"""


def answers(run, cases, script):
    """What a script says with what a page has before its panels: recordings, other inputs."""
    given = {"runs": [run_data(recorded) for recorded, _ in cases], "leaves": [x for _, x in cases]}
    ops = {node.op for recorded, _ in cases for node in recorded.nodes if node.op}
    return run(scripts(ops, asset("recompute.js"), script), given)


def recomputed(run, cases):
    return answers(run, cases, RECOMPUTED)


@pytest.fixture(autouse=True, scope="module")
def quick():
    """No finite differences: the page's data is made for many graphs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "differences", lambda steps: {})
        yield


def graph_of(f, at, seed=1.0):
    return steps(f(*(Value(x, label=f"x{k}") for k, x in enumerate(at))), seed=seed)


def leaves_of(recorded, at):
    """[node, new number] for each input of the graph."""
    leaves = [(k, node) for k, node in enumerate(recorded.nodes) if node.op is None]
    return [[k, at[int(node.label[1:])]] for k, node in leaves]


def told(said, recorded):
    """The numbers of each step, whether Python or the page has it; all but the users."""
    fields = [[name for name in step._fields if name != "users"] for step in recorded]
    plain = [step if isinstance(step, dict) else step._asdict() for step in said]
    return [
        {k: [*step[k]] if k == "nodes" else step[k] for k in own}
        for step, own in zip(plain, fields, strict=True)
    ]


def sizes(recorded):
    """For each node the sum over its paths to the root of |product of partials|."""
    size = dict.fromkeys(recorded.nodes, 0.0)
    size[recorded.root] = 1.0
    for node in reversed(recorded.nodes):
        for parent, partial in node.edges():
            size[parent] += size[node] * abs(partial)
    return [*size.values()]


def test_random_graphs_at_other_inputs(run):
    draw = random.Random(11)
    graphs = [random_graph(draw) for _ in range(200)]
    moved = [[x + draw.uniform(-0.3, 0.3) for x in graph.at] for graph in graphs]
    recordings = [graph_of(graph, graph.at) for graph in graphs]
    cases = [(r, leaves_of(r, at)) for r, at in zip(recordings, moved, strict=True)]
    refused, found = 0, recomputed(run, cases)
    for graph, at, recorded, answer in zip(graphs, moved, recordings, found, strict=True):
        try:
            truth = graph_of(graph, at)
        except AutogradError:
            assert "failed" in answer, graph
            refused += 1
            continue
        assert "failed" not in answer, graph
        check_operations(recorded, answer)
        check_sums(recorded, answer)
        for got, node, size in zip(answer["grad"], truth.nodes, sizes(truth), strict=True):
            assert got == pytest.approx(node.grad, rel=1e-8, abs=1e-8 * size)
    assert refused < 20


def test_unchanged_inputs_give_the_recorded_numbers(run):
    draw = random.Random(12)
    recordings = [graph_of(graph, graph.at) for graph in (random_graph(draw) for _ in range(60))]
    found = recomputed(run, [(r, []) for r in recordings])
    for recorded, answer in zip(recordings, found, strict=True):
        check_operations(recorded, answer)
        same = [(s["kind"], s["node"]) for s in answer["steps"]]
        assert same == [(step.kind, step.node) for step in recorded]
        assert told(answer["again"], recorded) == told(recorded, recorded)  # `restore`
        assert answer["index"] == len(recorded) - 1


@pytest.mark.parametrize("name", museum.ENGINES)
def test_what_a_broken_engine_did_is_read_as_it_was(run, name):
    wrong, _ = museum.stepped(name)
    script = """const shown = x => Number.isFinite(x) ? x : String(x);
      return runs[0].steps.map(step => Object.fromEntries(Object.entries(step).map(
        ([k, x]) => [k, typeof x === "number" ? shown(x) : x])));"""
    found = run(scripts([], script), {"runs": [run_data(wrong)]})
    assert told(found, wrong) == told(wrong, wrong)
    users = [[*step.users] for step in wrong if step.kind == "visit"]
    assert [step["users"] for step in found if step["kind"] == "visit"] == users


def hinge(x, y):
    """Nothing is handed on below relu while x * y - 1 is negative."""
    return (x * y - 1).relu() * x


@pytest.mark.parametrize(("at", "then"), [((0.5, 1.0), (2.0, 3.0)), ((2.0, 3.0), (0.5, 1.0))])
def test_steps_come_and_go_with_an_adjoint_of_zero(run, at, then):
    recorded, truth = graph_of(hinge, at), graph_of(hinge, then)
    (answer,) = recomputed(run, [(recorded, leaves_of(recorded, then))])
    assert len(recorded) != len(truth)
    assert told(answer["steps"], truth) == told(truth, truth)
    assert [s["kind"] for s in answer["steps"]] == [step.kind for step in truth]


def test_the_update_follows_the_gradient(run):
    """w_new = w_old - eta * dL/dw, with dL/dw = 2 (w x - 1) x."""
    w, x = Value(0.5, label="x0"), Value(3.0, label="x1")
    recorded = steps((w * x - 1) ** 2, optimiser=SGD([w], lr=0.125))
    (answer,) = recomputed(run, [(recorded, leaves_of(recorded, (0.75, 2.0)))])
    update = answer["steps"][-1]
    shown = [update[name] for name in ("kind", "before", "gradient", "rate", "after")]
    assert shown == ["update", 0.75, 2.0, 0.125, 0.5]


def test_an_own_operation_and_constants(run, own):
    cube = own("cube(a)", "a * a * a", "3 * a * a")

    def f(x, y):
        return functions.dot([x, 2, y], [0.5, y, cube(x)]) + (2**x) / (1 + y**3)

    recorded = graph_of(f, (1.5, 0.5))
    (answer,) = recomputed(run, [(recorded, leaves_of(recorded, (-0.7, 1.25)))])
    check_operations(recorded, answer)
    check_sums(recorded, answer)
    truth = graph_of(f, (-0.7, 1.25))
    assert answer["grad"] == pytest.approx([node.grad for node in truth.nodes], rel=1e-14)


def test_the_check_sees_a_partial_that_is_wrong(run):
    recorded = graph_of(lambda x: x.sin() * x, (0.5,))
    (answer,) = recomputed(run, [(recorded, [])])
    answer["partials"][1][0] *= 1 + 8 * 2**-52
    with pytest.raises(AssertionError):
        check_operations(recorded, answer)
    with pytest.raises(AssertionError):
        check_sums(recorded, answer)


def test_derivatives_by_differences_in_the_page(run):
    """The bar holds the true derivative, and is narrow."""
    draw = random.Random(13)
    graphs = [random_graph(draw) for _ in range(40)]
    moved = [[x + draw.uniform(-0.1, 0.1) for x in graph.at] for graph in graphs]
    cases, truths = [], []
    for graph, at in zip(graphs, moved, strict=True):
        recorded = graph_of(graph, graph.at, -2.5)
        with suppress(AutogradError):
            truths.append(graph_of(graph, at, -2.5))
            cases.append((recorded, leaves_of(recorded, at)))
    script = """return runs.map((r, k) => r.data.map((_, node) =>
      differentiate(r, new Map(given.leaves[k]), node).slice(0, 2)
        .map(x => Number.isFinite(x) ? x : null)));"""
    narrow = count = 0
    for truth, found in zip(truths, answers(run, cases, script), strict=True):
        for node, (value, bar) in zip(truth.nodes, found, strict=True):
            count += 1
            assert bar is not None
            assert abs(value - node.grad) <= bar + 1e-13 * abs(node.grad), truth
            narrow += bar <= 1e-10 * max(1.0, abs(node.grad))
    assert narrow == count > 200


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (functions.log, 1e-5, 1e5),
        (functions.sqrt, 1e-10, 5e4),
        (lambda x: (1 - x).log(), 1 - 2**-20, -(2.0**20)),
    ],
)
def test_derivatives_next_to_where_a_function_ends(run, f, x, slope):
    script = f"return differentiate(runs[0], new Map([[0, {x}]]), 0);"
    value, bar = answers(run, [(graph_of(f, (0.25,)), [])], script)
    assert abs(value - slope) <= bar < 1e-3 * abs(slope)


@pytest.mark.parametrize(
    ("f", "slopes"),
    [
        (lambda x: x.relu() * 3, (0, 3)),
        (lambda x: abs(x) + x, (0, 2)),
        (lambda x: functions.max([x, -x, x * 5]), (-1, 5)),
        (lambda x: abs(x.sin()) * x.exp(), (-1, 1)),
    ],
)
def test_at_a_kink_the_bar_holds_both_slopes(run, f, slopes):
    recorded = graph_of(f, (0.25,))
    script = "[0, 0.3].map(x => differentiate(runs[0], new Map([[0, x]]), 0))"
    at_kink, beside = answers(run, [(recorded, [])], f"return {script};")
    value, bar, kink = at_kink
    assert kink is True
    assert value - bar == pytest.approx(slopes[0], abs=1e-3)
    assert value + bar == pytest.approx(slopes[1], abs=1e-3)
    assert len(beside) == 2
    assert beside[1] < 1e-8


# --- the panel ------------------------------------------------------------------------------------
@pytest.fixture
def opened(opened):
    """The page with the panel open."""
    return lambda recorded, **options: opened(recorded, mode="whatif", **options)


def neuron(w, x, b):
    return (w * x + b).log()


@pytest.fixture
def page(opened):
    return opened(steps(neuron, 0.5, 2.0, 1.0))


def field(page, name):
    return page.get_by_label(name, exact=True).locator("visible=true").first


def test_changing_an_input_changes_the_page(page):
    page.keyboard.press("End")
    field(page, "w").fill("1.5")
    w, x, b = map(Value, (1.5, 2.0, 1.0))
    root = neuron(w, x, b)
    root.backward()
    assert page.locator("[data-id=n0] text.data").text_content() == "1.5"
    shown = page.locator(".graph text.data").all_text_contents()
    assert f"{root.data:.4g}" in shown
    grads = page.locator(".graph text.grad").all_text_contents()
    assert {f"{v.grad:.4g}" for v in (w, x, b)} <= {*grads}
    text = page.inner_text("#whatif")
    assert "was 0.5" in text
    assert "v₃ = 1.386 (recorded: 0.6931)" in text
    page.click("text=Recorded inputs")
    assert page.evaluate("document.activeElement.textContent") == "Recorded inputs"
    assert field(page, "w").input_value() == "0.5"
    assert "as recorded" in page.inner_text("#whatif")
    assert page.locator("[data-id=n0] text.data").text_content() == "0.5"


def test_the_arrow_keys_change_an_input_in_steps(page):
    field(page, "w").press("ArrowUp")
    assert float(field(page, "w").input_value()) == pytest.approx(0.6)
    assert page.locator("[data-id=n0] text.data").text_content() == "0.6"
    assert "step 0 of" in page.inner_text("#where")  # the player's keys stay out of it


def test_out_of_the_domain_the_page_says_so_in_words(page):
    page.keyboard.press("End")
    before = page.locator(".graph text.data").all_text_contents()
    field(page, "b").fill("-4")
    assert page.inner_text("#whatif-message") == (
        "v₃ cannot be computed: log has no value at a = −3 (v₂). It needs a > 0."
        " The numbers shown are still those from before."
    )
    assert field(page, "b").get_attribute("aria-invalid") == "true"
    assert page.locator(".graph text.data").all_text_contents() == before
    assert page.evaluate("document.documentElement.classList.contains('outdated')")
    page.click("text=ES")
    assert page.inner_text("#whatif-message") == (
        "No se puede calcular v₃: log no tiene valor en a = −3 (v₂). Necesita a > 0."
        " Los números que se ven son todavía los de antes."
    )
    field(page, "b").fill("")
    assert page.inner_text("#whatif-message").startswith("b necesita un número, como 0.5.")
    field(page, "w").fill("1e308")
    told = page.inner_text("#whatif-message")
    assert " mul es demasiado grande para un float en a = 10³⁰⁸ (w)" in told
    field(page, "w").fill("0.5")
    field(page, "b").fill("3")
    assert page.locator("#whatif-message").is_hidden()
    assert not page.evaluate("document.documentElement.classList.contains('outdated')")


def test_a_gradient_that_is_not_a_number_is_named(opened):
    page = opened(steps(lambda x: x.sqrt() - x.sqrt(), 4.0), lang="es")
    field(page, "x").fill("0")
    assert page.inner_text("#whatif-message").startswith("El gradiente de x no es un número")


def fraction():
    x = Value(Fraction(1, 3), label="x")
    return steps(x * x)


def by_hand():
    x = Value(2.0, label="x")
    return steps(Value(4.0, [x], [4.0]) * x)


def with_momentum():
    w = Value(2.0, label="w")
    optimiser = Momentum([w], lr=0.1)
    (w * w).backward()
    optimiser.step()
    return steps(w * w, optimiser=optimiser)


@pytest.mark.parametrize(
    ("made", "key"), [(fraction, "kind"), (by_hand, "hand"), (with_momentum, "optimiser")]
)
def test_where_the_page_cannot_recompute_it_says_why(opened, made, key):
    page = opened(made())
    assert page.inner_text("#whatif p") == catalogue("whatif")[f"whatif.not.{key}"][0]
    assert page.locator("#whatif input").count() == 0


def test_many_inputs_are_chosen_from_a_list(opened):
    xs = [Value(k / 10, label=f"w[{k}]") for k in range(40)]
    page = opened(steps(functions.sum(xs)))
    assert page.locator("#whatif input").count() == 12
    page.locator("#whatif select").select_option(label="w[37]")
    field(page, "w[37]").fill("100")
    assert f"(recorded: {sum(k / 10 for k in range(40)):g})" in page.inner_text("#whatif")


# --- words ----------------------------------------------------------------------------------------
def test_every_condition_of_the_sheet_is_in_spanish():
    conditions = {o.needs for o in SHEET.values()} - {""}
    conditions |= {domain.text for o in SHEET.values() for domain in o.domains.values()}
    wordless = {"{} > 0", "{} >= 0", "{} != 0", "-1 <= {} <= 1", "-1 < {} < 1", "{} > -1"}
    wordless |= {"{} >= 1", "low <= high"}
    assert {text for text in conditions if translated(text, "es") == text} == wordless
    english = re.compile(r"\b(and|any|at|integer|is|large|least|number|of|or|other|than|where)\b")
    assert [text for text in conditions if english.search(translated(text, "es"))] == []
    needs = ["a > 0, or an integer b (b ≥ 0 where a = 0)", "a > 0, o un b entero (b ≥ 0 si a = 0)"]
    assert page_module.needs_of([SHEET["pow"]]) == {"pow": needs}
