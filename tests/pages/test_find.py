"""The first screen of a page of steps, and the way to any node by its name."""

from unicodedata import normalize

import pytest

from autograd_mini import museum, steps
from autograd_mini.optim import SGD
from autograd_mini.stepping import explain_step
from autograd_mini.value import Value
from tests.browser import PHONE, axe_findings, until


def recorded():
    """y = tanh(sum₂), sum₂ = w x + b, and the update of w and b."""
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.25, label="b")
    s = w * x + b
    s.label = "sum₂"
    y = s.tanh()
    y.label = "y"
    return steps(y, optimiser=SGD([w, b], lr=0.1))


@pytest.fixture
def opened(opened):
    return lambda run=None, **more: opened(run or recorded(), reduced_motion="reduce", **more)


def step(page):
    return int(page.input_value("#slider"))


def found(page):
    return [" ".join(text.split()) for text in page.locator("#found li").all_inner_texts()]


def looked_for(page, text):
    page.keyboard.press("/")
    page.keyboard.type(text)
    return found(page)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_first_screen_says_what_will_happen_and_starts_it(opened, lang):
    page = opened(lang=lang)
    said = explain_step(recorded(), 0, lang)
    assert page.inner_text("#step .sentence") == said.sentence
    shown = "".join(normalize("NFKC", page.inner_text("#step .formulas")).split())
    assert shown == "".join(str(said.symbolic).split())
    assert page.inner_text(".start button") == {"en": "Start", "es": "Empezar"}[lang]
    page.click(".start button")
    assert step(page) == 1
    assert page.evaluate("document.activeElement.id") == "next"
    assert page.locator(".start").count() == 0
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert step(page) == 1


@pytest.mark.parametrize(
    ("lang", "text", "nodes"),
    [
        ("en", "w", ["w given 0.5"]),
        ("en", "SUM2", ["sum₂ sum 0.75"]),  # as it is typed
        ("en", "tanh", ["y hyperbolic tangent 0.6351"]),
        ("en", "-0.2", ["b given −0.25"]),
        ("en", "0.", ["w given 0.5", "sum₂ sum 0.75", "y hyperbolic tangent 0.6351"]),
        ("es", "prod", ["v₁ producto 1"]),
        ("es", "dado", ["w dado 0.5", "x dado 2", "b dado −0.25"]),
        ("es", "zzz", []),
    ],
)
def test_a_node_is_found_by_name_operation_and_value(opened, lang, text, nodes):
    page = opened(lang=lang)
    assert looked_for(page, text) == nodes
    said = {"en": "Found: {}.", "es": "Encontrados: {}."}[lang].format(len(nodes))
    live = "text => document.getElementById('live').textContent.startsWith(text)"
    until(page, live, said if nodes else "Ningún nodo")


def test_enter_goes_to_where_it_is_computed_and_where_its_gradient_comes(opened):
    page = opened()
    run = recorded()
    y = run.names.index("sum₂")
    of = [step.parent if step.kind == "accumulate" else step.node for step in run]
    stops = [i for i, node in enumerate(of) if node == y]
    assert [run[i].kind for i in stops] == ["forward", "accumulate", "visit"]
    looked_for(page, "sum")
    for wanted in [*stops, stops[0]]:
        page.keyboard.press("Enter")
        assert step(page) == wanted
    page.keyboard.press("Escape")
    assert page.is_hidden("#search")
    assert page.evaluate("document.activeElement.id") == "seek"
    page.keyboard.press("ArrowRight")  # the page's key again
    assert step(page) == stops[0] + 1


def test_arrows_choose_and_the_pointer_does(opened):
    page = opened()
    page.click("#seek")
    page.keyboard.type("given")
    page.keyboard.press("ArrowDown")
    (marked,) = page.locator("#found [aria-selected=true]").all()
    chosen = page.get_attribute("#wanted", "aria-activedescendant")
    assert marked.get_attribute("id") == chosen == "found1"
    page.keyboard.press("Enter")  # it is there already: to its gradient
    assert page.inner_text("#step h2").endswith("→ x")
    page.click("#found2")
    assert page.is_hidden("#search")
    assert page.inner_text("#step h2").endswith("What will happen")  # b is given


def test_what_is_asked_for_is_not_told(opened):
    page = opened(mode="predict")
    page.evaluate("document.activeElement.blur()")
    assert looked_for(page, "y") == ["y hyperbolic tangent —"]
    page.fill("#wanted", "0.6351")
    assert found(page) == []


def test_in_perform_mode_it_picks_the_node(opened):
    page = opened(mode="perform")
    page.fill("#perform input", "1")
    page.keyboard.press("Enter")
    assert page.is_visible("#perform .choices")
    looked_for(page, "v1")
    page.keyboard.press("Enter")
    assert page.inner_text("#perform").find("sum₂") > 0  # it still waits for the gradient of sum₂


def test_two_engines_go_together(opened):
    wrong, right = museum.stepped("Overwrites")
    page = opened(wrong, beside=right)
    looked_for(page, "x")
    page.keyboard.press("Enter")
    assert page.inner_text("#step").count("→ x") == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_on_a_phone(opened, theme):
    page = opened(theme=theme, bypass_csp=True, viewport=PHONE)
    assert axe_findings(page) == []
    looked_for(page, "0.")
    box = page.locator("#search").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe_findings(page) == []


def test_long_names_leave_words_whole_on_a_phone(opened):
    x = Value(-0.003237, label="layer1.mixed.neuron1.w[0]")
    page = opened(steps(x.exp()), lang="es", viewport=PHONE)
    assert looked_for(page, "layer1") == ["layer1.mixed.neuron1.w[0] dado −0.003237"]
    for line in page.locator("#found li > *").all():
        assert line.bounding_box()["height"] < 30  # it stood letter below letter
        assert line.evaluate("e => e.getBoundingClientRect().right") <= PHONE["width"]
