"""The page of a large graph: groups opened and closed, numbers as Python's, search, keyboard."""

import random
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise

import mpmath as mp
import pytest

from autograd_mini import MLP, Value, scope, steps
from autograd_mini.drawing.scopes import scope_of
from autograd_mini.losses import mse
from autograd_mini.notation.labels import number
from autograd_mini.optim import SGD
from autograd_mini.pages import page as page_module
from autograd_mini.pages.columns import groups_of
from autograd_mini.pages.page import save_html
from autograd_mini.stepping import explain_step
from tests.browser import CORNER, PHONE, axe_findings, until

THINGS = "document.querySelector('canvas').things()"
KEY = """key => document.querySelector("canvas").dispatchEvent(
  new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}))"""


def network(samples=24, lr=None):
    model = MLP(2, [4, 1], activation="relu", seed=0)
    points = [[0.01 * k, 0.5 - 0.02 * k] for k in range(samples)]
    loss = mse([model(point) for point in points], [k % 2 * 1.0 for k in range(samples)])
    return steps(loss, optimiser=SGD(model.parameters(), lr=lr) if lr else None)


@pytest.fixture(params=["rows", "columns"])
def recorded(request, monkeypatch):
    monkeypatch.setattr(page_module, "MANY", 100 if request.param == "columns" else 10**6)
    return network(lr=0.5)


@pytest.fixture
def shown(visit, tmp_path):
    """shown(recording, ...): its page, once its groups have their places."""

    def show(recorded, lang="en", start=0, **settings):
        save_html(recorded, tmp_path / "page.html", lang=lang, start=start)
        page = visit(tmp_path / "page.html", reduced_motion="reduce", **settings)
        until(page, f"document.querySelector('canvas')?.things && {THINGS}.length > 0")
        return page

    return show


@pytest.fixture
def opened(shown, recorded):
    return partial(shown, recorded)


def places(page):
    keys = "id group x y w h open".split()
    return [[x[key] for key in keys] for x in page.evaluate(THINGS)]


def press(page, *keys):
    for key in keys:
        page.evaluate(KEY, key)


def apart(things):
    """That no two boxes of a group overlap, and that each is inside its group."""
    around = {x["group"]: x for x in things if x["open"]}
    beside = {}
    for x in things:
        for y in beside.setdefault(x["around"], []):
            aside = x["x"] + x["w"] <= y["x"] or y["x"] + y["w"] <= x["x"]
            assert aside or x["y"] + x["h"] <= y["y"] or y["y"] + y["h"] <= x["y"], (x, y)
        beside[x["around"]].append(x)
        if box := around.get(x["around"]):
            assert box["x"] < x["x"]
            assert x["x"] + x["w"] < box["x"] + box["w"]
            assert box["y"] < x["y"]
            assert x["y"] + x["h"] < box["y"] + box["h"]


def test_twenty_groups_opened_and_closed_leave_the_layout_and_overlap_nothing(opened):
    page, rng = opened(), random.Random(0)
    before = places(page)
    seen = 0
    for _ in range(20):
        press(page, *rng.choices(["ArrowRight", "ArrowDown", "ArrowLeft"], k=3), "Enter")
        things = page.evaluate(THINGS)
        seen = max(seen, len(things))
        apart(things)
    assert seen > len(before)
    page.click(".groups button:has-text('Close all')")
    assert places(page) == before


def test_what_is_opened_moves_others_right_and_down_only(opened):
    page = opened()
    page.keyboard.press("/")
    page.fill("#wanted", "layer1.neuron1.b")
    page.keyboard.press("Enter")
    page.click(".crumbs button:has-text('layer1') >> nth=0")
    press(page, "Enter")
    before = {x["id"]: x for x in page.evaluate(THINGS)}
    press(page, "Enter")
    after = {x["id"]: x for x in page.evaluate(THINGS)}
    assert any((after[k]["x"], after[k]["y"]) != (x["x"], x["y"]) for k, x in before.items())
    (grown,) = (k for k in before if after[k]["open"])
    for k, x in before.items():
        y, g = after[k], before[grown]
        assert y["x"] >= x["x"]
        assert y["y"] >= x["y"]
        if x["x"] + x["w"] <= g["x"]:
            assert (y["x"], y["y"]) == (x["x"], x["y"])


@pytest.mark.parametrize("part", [0.1, 0.6, 1])
def test_every_number_is_pythons(opened, recorded, part):
    at = round(part * (len(recorded) - 1))
    page = opened(start=at)
    state = recorded.state(at)
    for name in ("layer2.neuron1.b", "layer1.neuron2.w[0]", "layer1.neuron4.w[1]"):
        page.keyboard.press("/")
        page.fill("#wanted", name)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
    page.locator("#slider").fill(str(at))
    things = page.evaluate(THINGS)
    assert sum(x["group"] is None for x in things) > 40
    assert_told(recorded, state, things)
    said = explain_step(recorded, at, "en")
    assert page.inner_text("#step .sentence") == said.sentence.replace("`", "")


@lru_cache(1)
def nodes_by_group(recorded):
    """The nodes of each group."""
    table, of = groups_of(recorded)
    inside = [[] for _ in table]
    for k, group in enumerate(of):
        while group >= 0:
            inside[group].append(k)
            group = table[group][1]
    return inside


def assert_told(recorded, state, things):
    """In the box of a node stand its numbers, in that of a group how many and their range."""
    inside = nodes_by_group(recorded)
    for x in things:
        if x["group"] is None:
            numbers = (known.get(x["id"]) for known in (state.data, state.grad))
            shown = ["—" if y is None else number(y) for y in numbers]
        else:
            members = inside[x["group"]]
            n, have = len(members), sum(k in state.data for k in members)
            done = sum(k in state.complete for k in members)
            made = [k for k in members if recorded.nodes[k].first is not None] or members
            sizes = [abs(state.grad[k]) for k in made] if done == n else []
            ends = dict.fromkeys(number(f(sizes), ".3g") for f in (min, max) if sizes)
            part = f"{done:,} / {n:,}" if done else "—"
            shown = [f"{n:,}" if have == n else f"{have:,} / {n:,}", " to ".join(ends) or part]
        assert x["open"] or [row[1] for row in x["rows"]] == shown, x


CLOSED = f"""() => {{
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px Helvetica, Arial, sans-serif";
  return {THINGS}.filter(x => !x.open).map(({{w, group, rows}}) => ({{w, group, rows,
    needed: Math.max(...rows.map(([a, b]) => pen.measureText(a + b).width)) + 18}}));
}}"""  # of closed boxes their width, what stands in them, and how wide that is


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_stands_in_a_box_has_room(shown, lang):
    model = MLP(2, [4, 1], activation="tanh", seed=0)
    points = [[0.01 * k, 0.5 - 0.02 * k] for k in range(24)]
    recorded = steps(mse([model(point) for point in points], [1.0] * 24) * 1e-4)
    boxes = shown(recorded, lang, len(recorded) - 1).evaluate(CLOSED)
    assert any("·10⁻" in x["rows"][1][1] for x in boxes if x["group"] is not None)
    assert [x for x in boxes if x["needed"] > x["w"]] == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_how_much_of_a_group_is_done_has_room(shown, lang):
    y = Value(1.0)
    for _ in range(1000):
        y = -y
    boxes = shown(steps(y), lang, 100).evaluate(CLOSED)
    assert any(x["rows"][0][1].startswith("101 / ") for x in boxes)
    assert [x for x in boxes if x["needed"] > x["w"]] == []


TOLD = """steps => steps.map(i => {
  const s = document.getElementById("slider");
  const text = id => document.getElementById(id).textContent;
  s.value = i;
  s.dispatchEvent(new Event("input"));
  return [text("step"), text("ledger").replace(/By finite differences.*/, "")];
})"""


def test_both_forms_of_a_recording_tell_the_same(shown, monkeypatch):
    told, run = [], network(lr=0.5)
    for many in (100, 10**6):
        monkeypatch.setattr(page_module, "MANY", many)
        told.append(shown(run).evaluate(TOLD, [*range(1, len(run), 61)]))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("lang", "forward", "place"),
    [("en", "6,000 operations forward", "step 0 of "), ("es", "6000 operaciones", "paso 0 de ")],
)
def test_counts_are_in_groups_of_three_digits(shown, lang, forward, place):
    y = Value(0.5, label="x")
    for _ in range(6000):
        y = y * 1.0001
    recorded = steps(y)
    sentence = explain_step(recorded, 0, lang).sentence
    assert sentence.startswith(forward)
    page = shown(recorded, lang)
    assert page.inner_text("#step .sentence") == sentence
    most = len(recorded) - 1
    assert most > 9999
    comma = {"en": ",", "es": "\u202f"}[lang]
    assert page.inner_text("#where") == place + f"{most:,}".replace(",", comma)


@pytest.mark.parametrize(("lang", "what"), [("en", "largest"), ("es", "zeros")])
def test_ranked_by_gradient(opened, recorded, lang, what):
    page = opened(lang=lang)
    page.click("#seek")
    page.click(f"[data-ranking={what}]")
    names = page.locator("#found b").all_inner_texts()
    nodes = zip(recorded.names, recorded.nodes, strict=True)
    sizes = {name: abs(node.grad) for name, node in nodes}
    if what == "zeros":
        assert names == [name for name, size in sizes.items() if size == 0][:20]
    else:
        del sizes[recorded.names[-1]]
        assert names == sorted(sizes, key=lambda name: -sizes[name])[:20]


def test_the_path_to_the_root_and_the_breadcrumbs(opened, recorded):
    page = opened()
    page.keyboard.press("/")
    page.fill("#wanted", "layer1.neuron1.w[0]")
    page.click("[data-ranking=path]")
    names = page.locator("#found b").all_inner_texts()
    assert names[0] == "layer1.neuron1.w[0]"
    assert names[-1] == recorded.names[-1]
    ids = [recorded.names.index(name) for name in names]
    for a, b in pairwise(ids):
        assert recorded.nodes[a] in recorded.nodes[b].parents
    page.keyboard.press("Enter")
    crumbs = page.locator(".crumbs button").all_inner_texts()
    assert crumbs[:3] == ["whole graph", "layer1", "neuron1"]
    assert crumbs[-1] == names[0]
    page.click(".crumbs button:has-text('layer1') >> nth=0")
    assert page.inner_text(".crumbs [aria-current]") == "layer1"


def test_constants_hide_and_come_back(opened):
    page = opened()
    press(page, "ArrowRight", "Enter", "ArrowRight", "Enter")
    before = places(page)
    button = page.locator("[aria-pressed]:has-text('Hide constants')")
    for pressed in ("true", "false"):
        button.click()
        assert button.get_attribute("aria-pressed") == pressed
    assert places(page) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_on_a_phone(opened, theme):
    page = opened(viewport=PHONE, color_scheme=theme, bypass_csp=True)
    press(page, "ArrowRight", "Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("#seek")
    assert axe_findings(page) == []


def test_on_paper_it_is_light_and_of_many_steps_the_one_that_is_shown(opened, recorded):
    assert len(recorded) > 500
    page = opened(start=900, color_scheme="dark")
    assert page.evaluate(CORNER, "canvas") < 60
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(CORNER, "canvas") > 230  # at once: no frame comes before the paper
    assert page.locator("#printed tr").count() == 1
    said = f"The recording has {len(recorded)} steps; printed is the one that was shown."
    assert page.text_content("#printed > p") == said
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    until(page, f"selector => ({CORNER})(selector) < 60", "canvas")
    assert page.input_value("#slider") == "900"


@pytest.mark.parametrize("at", [1 + 0.5j, mp.mpf("1.9"), Fraction(3, 2)])
def test_sizes_of_numbers_that_are_no_floats(shown, at):
    half = Fraction(1, 2) if isinstance(at, Fraction) else 0.5
    y = x = Value(at, label="x")
    for _ in range(120):
        with scope("part"):
            y = y * x * half
    recorded = steps(y + x)
    page = shown(recorded)
    page.keyboard.press("End")
    inside = [abs(complex(node.grad)) for node in recorded.nodes if scope_of(node)]
    low, high = (number(size(inside), ".3g") for size in (min, max))
    (part,) = (thing for thing in page.evaluate(THINGS) if thing["name"] == "+ part")
    assert part["rows"][1][1] == f"{low} to {high}"
    sizes = [abs(complex(node.grad)) for node in recorded.nodes[:-1]]
    page.keyboard.press("/")
    page.click("[data-ranking=largest]")
    assert page.inner_text("#found li b") == recorded.names[sizes.index(max(sizes))]
