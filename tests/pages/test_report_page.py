"""A checker's report as a page: it opens at the first wrong step, and says what is wrong."""

import math
from fractions import Fraction

import pytest

from autograd_mini import Value, check_grad, museum
from autograd_mini.course.cost import cost
from autograd_mini.course.depth import depth
from autograd_mini.grading import grade
from autograd_mini.grading.forms import to_html
from tests.browser import PHONE, axe_findings

# Engine: the step at which its page opens. Worked out by hand from the graph that reveals it.
OPENS = {
    "Overwrites": "Backpropagation: v₁ → x",  # the second share replaces the first
    "NoTopologicalOrder": "Gradient complete: shared",  # its sine has not been visited
    "StaleInterior": "Gradient complete: y",  # the output starts from what was left there
    "ReversedSubtraction": "Forward pass: v₁",  # x - 5 for 5 - x
    "SignOfCosine": "Backpropagation: v₁ → x",
}


class Mine(museum.HEALTHY):
    def mine(self):
        raise ValueError("not here")


@pytest.fixture
def opened(visit, tmp_path):
    """opened(report, lang): its page in the browser."""

    def open_page(report, lang=None):
        report.save_html(tmp_path / "report.html", lang)
        return visit(tmp_path / "report.html")

    return open_page


@pytest.mark.parametrize("name", OPENS)
def test_a_broken_engine_opens_at_its_mistake_beside_a_right_one(opened, name):
    report = museum.check(name)
    page = opened(report)
    titles = page.locator("#step").inner_text()
    assert OPENS[name] in titles
    assert titles.count("this engine · ") == 1
    assert page.locator(".graph").count() == 2
    assert "Culprit" in page.inner_text("h1")


def test_a_wrong_operation_opens_where_its_derivative_is_used(opened, own):
    wrong = own("cube_wrong(a)", "a * a * a", "2 * a * a")
    report = check_grad(lambda w, x: (wrong(w * x) + x).tanh(), (0.5, 0.8))
    page = opened(report, "es")
    assert "Retropropagación: v₂ → v₁" in page.inner_text("#step")
    assert "0.32" in page.inner_text("#step")  # 2 · 0.4², and not 3 · 0.4²
    assert page.inner_text("h1").startswith("Culpable: cube_wrong en el nodo v₂")
    assert "wrong(w * x)" in page.inner_text("#source")


def test_a_right_derivative_opens_at_the_first_step_and_says_so(opened):
    page = opened(check_grad(lambda w, x: (w * x).tanh(), (0.5, 0.8)), "es")
    assert page.inner_text("h1") == "La derivada es correcta."
    assert page.input_value("#slider") == "0"
    assert page.locator(".graph").count() == 1


def undefined(x, y):
    product = x * y
    inner = (product - 5.0).log()
    return inner * y + product


def test_where_an_operation_has_no_value_the_graph_up_to_it_is_shown_and_can_be_mended(opened):
    page = opened(check_grad(undefined, (2.0, 1.0)), "es")
    assert "log(a) en a = -3.0: necesita a > 0" in page.inner_text("h1")
    assert page.inner_text("#step h2") == "Paso hacia adelante: inner"
    assert page.inner_text("#source .lit").strip().endswith("inner = (product - 5.0).log()")
    data = page.locator("text.data").all_text_contents()
    assert sorted(data) == sorted(["2", "1", "2", "−3", "nan", "—", "—"])
    assert page.get_attribute("#next", "aria-disabled") == "true"  # no backward pass from there
    perform = page.locator("#modes [aria-controls=perform]")
    assert perform.is_hidden()
    page.click("#modes [aria-controls=whatif]")
    page.fill("#whatif input >> nth=0", "8")
    page.keyboard.press("Enter")
    page.click("#last")
    # d/dx of ln(xy - 5) y + xy at 8, 1: y² / (xy - 5) + y
    assert page.locator('[data-id="n0"] text.grad').text_content() == "1.333"
    data = page.locator("text.data").all_text_contents()
    assert sorted(data) == sorted(["8", "1", "8", "3", "1.099", "1.099", "9.099"])
    perform.click()
    assert "empieza en v₃" in page.inner_text("#task")


@pytest.mark.parametrize(
    ("f", "at", "value", "lit"),
    [
        (lambda x: 1 / x, Fraction(0), Value, ["v₁ = 1 / x"]),
        (lambda x: (x * 400.0).exp(), 3.0, Value, ["v₂ = ev₁"]),
        (lambda x: (x - 1.0).log() + x, 0.5, museum.HEALTHY, ["v₂ = ln v₁"]),
        (lambda x: x.mine(), 1.0, Mine, []),  # what Value does not have has no picture
    ],
)
def test_the_operation_that_has_no_value_is_lit(opened, f, at, value, lit):
    page = opened(check_grad(f, at, value=value))
    assert page.locator(".node.lit .name").all_text_contents() == lit
    assert "The function has no value at x = " in page.inner_text("body")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_claimed_gradient_has_the_report_for_a_page(opened, lang):
    page = opened(check_grad(lambda x: x**3, 0.5, gradient=lambda x: 2 * x), lang)
    text = page.inner_text("body")
    assert {"en": "The derivative is wrong.", "es": "La derivada es incorrecta."}[lang] in text
    assert "0.75" in text
    assert page.get_attribute("html", "lang") == lang


def class_of_two(tmp_path):
    """Marks, a name and a remark of which are long."""
    for name in ("García Márquez_1234_assignsubmission_file_", "luis"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "motor.ipynb").write_text("{}", encoding="utf-8")
    return to_html(grade([tmp_path / "class"]), "es", "", 0)


@pytest.mark.parametrize("made", [lambda: depth(seeds=1), lambda: cost(samples=[5]), "marks", None])
def test_tables_are_whole_on_a_screen_and_on_paper(visit, tmp_path, made):
    if made is None:
        slope = lambda x, y: (1.0, math.sin(x) / (1 + x * x))
        report = check_grad(lambda x, y: math.sin(x) * y / (1 + x * x), (0.3, 2.0), gradient=slope)
        report.save_html(tmp_path / "made.html", "es")
    else:
        text = class_of_two(tmp_path) if made == "marks" else made().to_html("es")
        (tmp_path / "made.html").write_text(text, encoding="utf-8")
    page = visit(tmp_path / "made.html", bypass_csp=True)
    for media, width in (("screen", 1280), ("print", 718)):  # A4
        page.emulate_media(media=media)
        page.set_viewport_size({"width": width, "height": 1000})
        hidden = page.eval_on_selector_all("div", "e => e.map(e => e.scrollWidth - e.clientWidth)")
        assert {*hidden} == {0}, media
    page.emulate_media(media="screen")
    page.set_viewport_size(PHONE)
    assert axe_findings(page) == []


def test_another_language_is_refused(tmp_path):
    with pytest.raises(ValueError, match="lang must be one of en, es, got 'fr'"):
        museum.check("Overwrites").save_html(tmp_path / "report.html", "fr")
    assert list(tmp_path.iterdir()) == []
