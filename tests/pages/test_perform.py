"""Perform mode in the browser: a right run, named slips, new numbers, and marks from the file."""

import json
import re

import pytest

from autograd_mini import Value, steps
from autograd_mini.cli import main
from autograd_mini.course.performance import PerformanceError, performance
from autograd_mini.optim import SGD
from autograd_mini.stepping import save_html
from tests.browser import PHONE, axe_findings, downloaded

pytestmark = pytest.mark.browser

RIGHT = ["1", "1", "1", "3", "4", "-6", "-8", "-14", "12", "4.4"]
GRADS = sorted(["−14", "12", "4", "1", "1"])
# What is typed in place of each right answer, and how the slip is named.
SLIPS = {
    0: ("-24", "That is the value of L"),
    3: ("-6", "Wrong operand: that is the share for w."),
    4: ("3", "a reaches L by another path too"),
    5: ("6", "The size is right, the sign is not."),
    6: ("-2", "it is still to be multiplied by ∂L/∂a"),
    7: ("2", "The sign of the share is wrong: it was subtracted."),
    8: ("7", "The chain rule multiplies; that is the sum."),
    9: ("1.6", "That goes uphill"),
}
OTHERS = {3: ("1", "That is ∂L/∂v₁ alone"), 7: ("-6", "That was there already"), 9: ("17", "η")}


@pytest.fixture
def performed(opened):
    """performed(lang, viewport): the page of (w x) w + w x at 3, -2, its perform mode open."""

    def open_page(lang="en", **options):
        w, x = Value(3.0, label="w"), Value(-2.0, label="x")
        a = w * x
        a.label = "a"
        y = a * w + a
        y.label = "L"
        return opened(steps(y, optimiser=SGD([w], lr=0.1)), mode="perform", lang=lang, **options)

    return open_page


def choose(page):
    """Choose a node that is ready, if one is asked for: the last of the graph that is left."""
    while page.is_visible(".choices"):
        names = [x.split()[0] for x in page.locator("g.node text.name").all_text_contents()]
        left = page.locator(".choices button").all_inner_texts()
        page.click(f".choices button:text-is('{max(left, key=names.index)}')")


def answer(page, *texts):
    for text in texts:
        choose(page)
        page.fill("#share", text)
        page.keyboard.press("Enter")


def show_all(page):
    """Have every answer told, which is the end."""
    while not page.is_visible(".slips"):
        choose(page)
        page.click("#perform [data-t='predict.show']")


def grads(page):
    return sorted(page.locator("g.node text.grad").all_text_contents())


def saved(page, learner):
    page.fill("#performer", learner)
    return downloaded(page, "[data-t='perform.save']")[1]


@pytest.mark.parametrize(
    ("lang", "end"),
    [("en", "Done: 13 of 13 right at the first try."), ("es", "Hecho: 13 de 13 bien")],
)
def test_a_right_run_by_keyboard_has_full_marks(performed, lang, end):
    page = performed(lang)
    answer(page, *RIGHT)
    assert page.inner_text("#task").startswith(end)
    assert page.locator(".slips li").count() == 0
    assert grads(page) == GRADS
    found = performance(saved(page, "Ada"))
    assert (found.learner, found.right, found.of, found.edited) == ("Ada", 13, 13, False)


def test_the_margin_of_a_new_weight_is_that_of_its_change(opened):
    """w = 2, its gradient -0.003, eta 0.1: 1.9997 goes the wrong way, 2 goes nowhere."""
    w = Value(2.0, label="w")
    y = w * -0.003
    y.label = "L"
    page = opened(steps(y, optimiser=SGD([w], lr=0.1)), mode="perform")
    answer(page, "1", "-0.003")
    for text in ("1.9997", "2", "2.0000", "2.00029"):
        answer(page, text)
        assert "✗" in page.inner_text("#performed"), text
    answer(page, "2.0003")
    assert page.inner_text("#task") == "Done: 3 of 4 right at the first try."
    found = performance(saved(page, "Eva"))
    assert (found.right, found.of, found.edited) == (3, 4, False)
    page.click("[data-t='perform.same']")
    for text, said in (("1", "1."), ("-0.003", "−0.003."), ("2", "✗ Not that. That is the old w:")):
        answer(page, text)
        assert said in page.inner_text("#performed")
    page.click("#perform [data-t='predict.show']")  # a number that would be right
    assert page.inner_text("#performed") == "It is 2.0003."
    assert "2 in place of 2.0003. That is the old w" in page.inner_text(".slips")


def test_the_nodes_to_choose_from_do_not_tell_which_is_ready(performed):
    page = performed()
    answer(page, "1")
    assert page.locator(".choices button").all_inner_texts() == ["a", "L", "v₁"]
    assert page.evaluate("document.activeElement.id") == "task"
    page.click("g.node[data-id=n0]")
    assert page.inner_text("#performed") == "w was given: it hands nothing on."


@pytest.mark.parametrize("slips", [SLIPS, OTHERS])
def test_each_slip_is_named_and_costs_its_point(performed, slips):
    page = performed()
    for k, right in enumerate(RIGHT):
        if k in slips:
            wrong, name = slips[k]
            answer(page, wrong)
            assert name in page.inner_text("#performed")
        answer(page, right)
    told = page.locator(".slips li").all_inner_texts()
    assert len(told) == len(slips)
    assert all(name in line for (_, name), line in zip(slips.values(), told, strict=True))
    found = performance(saved(page, "Bob"))
    assert (found.right, found.of) == (13 - len(slips), 13)


def test_a_node_that_is_chosen_too_early_is_told_why(performed):
    page = performed()
    answer(page, "1")
    page.click(".choices button:has-text('a')")
    assert page.inner_text("#performed") == "a is not ready: it still waits for the share of L."
    assert page.evaluate("document.activeElement.id") == "task"  # Tab goes on from there
    page.click('[data-id="n3"]')  # v₁, in the picture
    assert "v₁ is not ready" in page.inner_text("#performed")
    page.click('[data-id="n4"]')
    answer(page, *RIGHT[1:])
    (told,) = page.locator(".slips li").all_inner_texts()
    assert told == "Order, before L: a was chosen too early"


def test_again_has_new_numbers_that_are_short_and_other_ones_each_time(performed):
    page, seen = performed(), set()
    for _ in range(3):
        show_all(page)
        page.click("[data-t='perform.new']")
        data = page.locator("g.node text.data").all_text_contents()
        assert all(len(x) <= 6 for x in data), data
        seen.add(tuple(data))
    assert len(seen) == 3
    assert page.inner_text("#task").startswith("The backward pass starts at L.")


def test_leaving_gives_the_page_back_as_it_was(performed):
    page = performed()
    answer(page, "2", "1")
    page.keyboard.press("ArrowRight")  # the steps wait
    page.click("#modes [aria-controls=perform]")
    assert page.is_hidden("#perform")
    for _ in range(2):  # and the attempt goes on, also where the page is loaded again
        page.click("#modes [aria-controls=perform]")
        assert page.inner_text("#perform .num") == "Decision 2 of 13 · right at the first try: 0"
        page.reload()
    page.click("#last")
    assert grads(page) == GRADS


def test_an_attempt_is_of_its_graph_and_not_of_one_with_the_same_numbers(visit, tmp_path):
    """After 2 · 2 the page of 2 + 2 said "Done: 4 of 4 right at the first try"."""
    x, z = (Value(2.0, label=name) for name in "xz")
    save_html(steps(x * z), tmp_path / "page.html")
    page = visit(tmp_path / "page.html")
    page.click("#modes [aria-controls=perform]")
    answer(page, "1", "2", "2")
    assert "Done: 4 of 4" in page.inner_text("#task")
    save_html(steps(x + z), tmp_path / "page.html")
    page.reload()
    page.click("#modes [aria-controls=perform]")
    assert page.inner_text("#perform .num") == "Decision 1 of 4 · right at the first try: 0"


def test_another_language_leaves_the_picture_at_the_decision(performed):
    page = performed()
    answer(page, *RIGHT[:4])
    choose(page)
    lit = "[...document.querySelectorAll('.graph .lit')].map(e => e.dataset.id)"
    before, formulas = page.evaluate(lit), page.inner_text("#step .symbolic")
    page.click("[data-lang=es]")
    assert page.evaluate(lit) == before
    assert page.inner_text("#step .symbolic") == formulas


def test_what_if_knows_the_new_numbers(performed):
    """It showed those of before, and with the next change they were back."""
    page = performed()
    page.click("#modes [aria-controls=whatif]")
    page.locator("#whatif input").first.fill("7")
    page.click("#modes [aria-controls=perform]")
    show_all(page)
    page.click("[data-t='perform.new']")
    page.click("#modes [aria-controls=whatif]")

    def numbers():
        fields = [float(field.input_value()) for field in page.locator("#whatif input").all()]
        shown = page.locator("g.node.leaf text.data").all_text_contents()
        assert sorted(fields) == sorted(float(x.replace("−", "-")) for x in shown)
        return fields

    _, x = numbers()
    page.locator("#whatif input").first.fill("9")
    assert numbers() == [9.0, x]


def test_on_a_phone_nothing_is_too_wide_and_axe_finds_nothing(performed):
    page = performed("es", viewport=PHONE, bypass_csp=True)
    answer(page, *RIGHT[:4])
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe_findings(page) == []


# --- the table of a class ------------------------------------------------------------------------
@pytest.fixture
def result(performed):
    page = performed()
    answer(page, *RIGHT[:4], "3", *RIGHT[4:])
    return json.loads(saved(page, "Ada"))


def test_marks_that_were_edited_and_steps_that_do_not_follow_are_told(result, tmp_path, capsys):
    (tmp_path / "b.json").write_text(json.dumps(result | {"right": 13, "learner": "Bob"}))
    for name, changed in {
        "c": result["decisions"][:-1],  # not to the end
        "d": result["decisions"][1:],
        "e": [d | {"answers": d["answers"][:1]} for d in result["decisions"]],  # the right one gone
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(result | {"decisions": changed}))
    (tmp_path / "f.json").write_text("{")
    assert main(["marks", str(tmp_path), "--lang", "es"]) == 1
    shown = capsys.readouterr().out.splitlines()
    lines = {re.split(r"\s{2,}", line.strip())[-2]: line for line in shown}
    assert "cambiado a mano: el archivo dice 13/13" in lines["b.json"]
    cells = re.split(r"\s{2,}", lines["b.json"])
    assert cells[2:6] == ["w=3 x=-2", "12", "13", "92"]
    assert "el paso hacia atrás" in lines["c.json"] or "no termina" in lines["c.json"]
    assert "no" in lines["d.json"]
    assert "'3' cierra una decisión" in lines["e.json"]
    assert "no es un resultado" in lines["f.json"]


def test_what_is_no_result_is_refused():
    with pytest.raises(PerformanceError, match="no result of perform mode"):
        performance('{"format": "other", "version": 1}')
