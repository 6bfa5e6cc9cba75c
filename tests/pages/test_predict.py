"""Predict mode in a browser: questions, verdicts, mistakes, score, the file for the teacher."""

import csv
import json
import math
import re

import pytest

from autograd_mini import Value, steps
from autograd_mini.course.performance import is_right
from autograd_mini.course.slips import typed
from autograd_mini.language import catalogue
from autograd_mini.optim import SGD
from autograd_mini.pages.document import asset
from autograd_mini.pages.page import save_html
from tests.browser import axe_findings, downloaded, until, visiting

W, X, B = 0.5, 2.0, -0.3  # h = 0.7, y = tanh(h), L = y * w: w reaches L by two paths


def recorded():
    """w reaches L directly and through h: its gradient is a sum of two shares."""

    def neuron(w, x, b):
        h = w * x + b
        y = h.tanh()
        L = y * w
        return L  # noqa: RET504  # the name of the variable is the node's

    return steps(neuron, W, X, B)


@pytest.fixture
def page(opened):
    return opened(recorded(), mode="predict")


def question(page):
    return page.inner_text("#question")


def verdict(page):
    return page.inner_text("#verdict")


def answer(page, text):
    page.fill("#answer", text)
    page.press("#answer", "Enter")
    return verdict(page)


def open_details(page):
    page.evaluate("document.querySelector('#predict details').open = true")


def go_to_question(page, start, wish="fits"):
    """Skip questions until one starts like this."""
    open_details(page)
    page.select_option("#wish", wish)
    found = page.evaluate(
        """(start) => {
          for (let k = 0; k < 80; k++) {
            const asked = !document.getElementById("answer").hidden;
            const text = document.getElementById("question").textContent;
            if (asked && text.startsWith(start)) return true;
            document.querySelector(asked ? "[data-t='predict.skip']" : "#predict .primary").click();
          }
        }""",
        start,
    )
    assert found, f"no question starts with {start}"


Y = math.tanh(W * X + B)
D = 1 - Y * Y  # dy/dh
SUM = Y + W * D * X  # dL/dw


def test_right_answers_lead_through_all_steps(page):
    """Expected are closed forms, in the order of the steps."""
    expected = {
        "v₁ = w · x. What is v₁?": W * X,
        "h = v₁ + b. What is h?": W * X + B,
        "y = tanh(h). What is y?": Y,
        "L = y · w. What is L?": Y * W,
        "The backward pass starts at L. What is ∂L/∂L?": 1,
        "What is the local derivative ∂L/∂y?": W,
        "What is the local derivative ∂L/∂w?": Y,
        "What does y hand to h: ∂L/∂y · ∂y/∂h?": W * D,
        "What does h hand to v₁: ∂L/∂h · ∂h/∂v₁?": W * D,
        "What does h hand to b: ∂L/∂h · ∂h/∂b?": W * D,
        f"∂L/∂w is {Y:.4g} so far. What is it with the share of v₁ added?": SUM,
        "What does v₁ hand to x: ∂L/∂v₁ · ∂v₁/∂x?": W * D * W,
    }
    asked = []
    while True:
        if page.is_visible("#answer"):
            asked.append(re.sub("⁽.⁾", "", question(page)))
            assert answer(page, f"{expected[asked[-1]]:.4g}").startswith("✓ Right")
        elif page.is_enabled("#predict button.primary"):
            page.keyboard.press("Enter")
        else:
            break
    assert asked == [*expected]
    assert question(page) == "That was the last step."
    assert page.evaluate("document.activeElement.matches('#predict button.primary')")
    assert "12 of 12 right at once" in page.inner_text("#score")
    assert "tries: 12" in page.inner_text("#score")


# question, what is asked for, answer, and how the verdict goes on after "✗ Not that."
MISTAKES = [
    ("v₁ =", "fits", "-1", "The size is right, the sign is not."),
    ("v₁ =", "fits", "0.25", "It looks as if w was used in place of x."),
    ("v₁ =", "fits", "4", "It looks as if x was used in place of w."),
    ("v₁ =", "fits", "100", "Off by a power of ten: look at the decimal point."),
    ("h =", "fits", "-0.3", "v₁ was left out."),
    ("h =", "fits", "1", "b was left out."),
    ("h =", "fits", f"{1 / 0.7:.4f}", "That is 1 divided by the right number."),
    ("y =", "fits", "0.7", "That is the operand h: the operation was not applied."),
    ("y =", "fits", f"{D:.4f}", "That is the local derivative ∂y/∂h; the question asks for"),
    ("y =", "fits", f"{math.tanh(W):.4f}", "It looks as if w was used in place of h."),
    ("The backward", "fits", f"{Y * W:.4f}", "That is the value of L;"),
    ("The backward", "fits", "0", "L does change with itself"),
    ("What is the local derivative ∂L/∂y", "fits", f"{Y:.4f}", "That is the derivative with"),
    ("What is the local derivative ∂y/∂h", "partial", f"{W * D:.4f}", "That is already multiplied"),
    ("What is the local derivative ∂y/∂h", "partial", "0.5", "That is ∂L/∂y, the"),
    ("What is the local derivative ∂y/∂h", "partial", f"{Y:.4f}", "That is the value of y"),
    ("What is the local derivative ∂y/∂h", "partial", "0.7", "That is the value of h"),
    ("What is the local derivative ∂v₁/∂w", "partial", f"{SUM:.4f}", "That is the gradient ∂L/∂w"),
    ("What does y hand to h", "fits", f"{D:.4f}", "That is ∂y/∂h alone: it is still"),
    ("What does y hand to h", "fits", "0.5", "That is ∂L/∂y alone: it is still"),
    ("What does y hand to h", "fits", f"{-W * D:.4f}", "The size is right, the sign is not."),
    ("What does y hand to h", "fits", f"{W + D:.4f}", "The chain rule multiplies; that is the s"),
    ("What does y hand to h", "fits", f"{W / D:.4f}", "The chain rule multiplies; that is the quo"),
    ("What does y hand to h", "fits", f"{1 / (W * D):.4f}", "That is 1 divided by the right"),
    ("What does v₁ hand to x", "fits", f"{W * D * X:.4f}", "Wrong operand: that is the share for"),
    ("What does v₁ hand to w", "share", f"{SUM:.4f}", "That is the gradient ∂L/∂w after"),
    ("∂L/∂w is", "fits", f"{W * D * X:.4f}", "That is the share of this path alone. w reach"),
    ("∂L/∂w is", "fits", f"{Y:.4f}", "That was there already: the share that v₁ hands on"),
    ("∂L/∂w is", "fits", f"{Y + X:.4f}", "∂v₁/∂w is still to be multiplied by ∂L/∂v₁"),
    ("∂L/∂w is", "fits", f"{Y - W * D * X:.4f}", "The sign of the share is wrong"),
    ("∂L/∂w is", "fits", f"{Y + W * D * W:.4f}", "Wrong operand: the share for x was added."),
    ("∂L/∂w is", "fits", f"{Y * W * D * X:.4f}", "Shares of several paths are added"),
    ("∂L/∂w is", "fits", "2", "That is the local derivative ∂v₁/∂w"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shared(browser, tmp_path_factory):
    """One page for all mistakes."""
    file = tmp_path_factory.mktemp("predict") / "page.html"
    save_html(recorded(), file)
    with visiting(browser) as visit:
        page = visit(file)
        page.click("#modes [aria-controls=predict]")
        yield page


@pytest.mark.parametrize(("start", "wish", "text", "said"), MISTAKES)
def test_a_mistake_is_named(shared, start, wish, text, said):
    open_details(shared)
    shared.click("text=Start again")
    go_to_question(shared, start, wish)
    assert answer(shared, text).startswith(f"✗ Not that. {said}"), verdict(shared)
    assert shared.get_attribute("#verdict", "class") == "wrong"


def test_an_update_is_asked_for(opened):
    w = Value(2.0, label="w")
    page = opened(steps(w * w * w, optimiser=SGD([w], lr=0.1)), mode="predict")
    go_to_question(page, "What is the new w, with the learning rate η = 0.1?")
    for text, said in {
        "3.2": "That goes uphill",
        "-10": "The gradient is still to be multiplied by the learning rate",
        "1.2": "That is the change alone",
        "12": "That is the gradient with respect to w.",
    }.items():
        assert answer(page, text).startswith(f"✗ Not that. {said}")
    assert answer(page, "0.8") == "✓ Right now: 0.8."


def test_a_sum_of_three_paths_lacks_one(opened):
    def f(x):
        a, b, c = x * 2, x * 7, x * 19
        return a + b + c

    page = opened(steps(f, 1.5), mode="predict")
    go_to_question(page, "∂v₂/∂x is 26 so far.")
    assert "The path through b is missing" in answer(page, "21")
    assert "The path through c is missing" in answer(page, "9")
    assert answer(page, "28").startswith("✓")


READ = {
    "1/3": 1 / 3, "-0,5": -0.5, "−0.5": -0.5, "–2": -2, "+4": 4, ".5": 0.5, ",5": 0.5, "5.": 5,
    "1e-3": 1e-3, "2·10⁻³": 2e-3, "2 x 10^-3": 2e-3, "10⁻⁷": 1e-7, "-10^3": -1e3, "1E5": 1e5,
    "0,5/1,5": 1 / 3, "-1/-4": 0.25, "": None, "abc": None, "1/0": None, "1,2,3": None,
    "1.234,5": None, "1/2/3": None, "0x10": None, "--1": None, "1 000": 1000, "∞": None, "e5": None,
    "NaN": None, "2*10^(-3)": 2e-3, "10³": 1000, "2³": None, "2·103": None, "1 1/2": None,
    "3 / 4": 0.75, "- 2": -2, "(−3)/4": -0.75, "-(1/2)": -0.5, "2(3)": None, "(1)(2)": None,
    "1,680,000": 1.68e6, "-1,234.5": -1234.5, "4,096": 4.096, "0,096,000": None,
    "1.680.000": 1.68e6, "1.6800.000": None, "4.096": 4.096, f"1e{'9' * 5000}": None,
}  # fmt: skip


def test_answers_are_read_as_people_write_them(run):
    script = asset("predict.js") + "return given.map((text) => readAnswer(text));"
    read = run(script, [*READ])
    for (text, value), found in zip(READ.items(), read, strict=True):
        wanted = value and pytest.approx(value, rel=1e-15)
        marked = typed(text)  # as the results and the exercises of a notebook are marked
        assert (found and found["value"], marked and marked[0]) == (wanted, wanted), text


NEAR = [
    ("0.33", 1 / 3, True), ("0.3", 1 / 3, True), ("0.4", 1 / 3, False), ("12", 12.2, False),
    *((text, Y, True) for text in ("0.604", "0.60", "0.6", "0.61", "604/1000")),
    *((text, Y, False) for text in ("0.62", "1", "-0.604", "0.0", "one")),
    ("0.0", 0.04, False), ("0.04", 0.0396, True), ("0.0", 0.0, True), ("0", 1e-12, True),
    ("0", 1e-3, False), ("1", 0.9, False), ("0.9", 0.85001, True), ("1e-7", 1.009e-7, True),
    ("4.096", 4096, True), ("4.096", 4.1, True),
    ("4,096", 4096, True), ("4,096", 4.096, True), ("4,096", 4.0, False), ("-4,096", 4096, False),
    ("1e-7", 1.02e-7, False), ("1.0e3", 1049.0, True), ("1000", 1049.0, False), ("-2", 2.0, False),
]  # fmt: skip


def test_rounding_is_right_to_the_decimals_given_but_not_to_nothing(run):
    """In the page, and where its file is marked."""
    script = "return given.map(([text, x]) => { const read = readAnswer(text, x); return"
    script += " read !== null && isNear(read, x, 1e-11); });"
    wanted = [good for *_, good in NEAR]
    assert run(asset("predict.js") + script, [case[:2] for case in NEAR]) == wanted
    assert [is_right(text, x, scale=0.01) for text, x, _ in NEAR] == wanted


def test_an_answer_that_is_no_number_is_no_try(page):
    go_to_question(page, "v₁ =")
    assert answer(page, "one") == "Write a number, such as 0.5, -0,5, 1/3 or 2e-3."
    assert page.is_hidden("#score")
    assert answer(page, "1").startswith("✓ Right: 1.")


def test_score_hints_and_help(page):
    go_to_question(page, "v₁ =")
    answer(page, "7")
    assert answer(page, "1") == "✓ Right now: 1."
    go_to_question(page, "h =")
    page.click("[data-t='predict.hint']")
    assert page.locator("#hint math").count() == 1
    page.click("[data-t='predict.hint']")
    assert page.locator("#hint math").count() == 2
    assert "1+−0.3" in re.sub(r"[\s()]", "", page.locator("#hint").text_content())
    assert "0.7" not in page.locator("#hint").text_content()
    assert answer(page, "0.7") == "✓ Right now: 0.7."
    page.click("[data-t='predict.show']")
    assert verdict(page) == f"It is {Y:.4g}."
    page.click("[data-t='predict.skip']")
    assert verdict(page) == f"Skipped; it is {Y * W:.4g}."
    score = "0 of 4 right at once · 2 later · 1 shown · 1 skipped · tries: 3"
    assert page.inner_text("#score") == score


def test_the_page_waits_for_the_answer(page):
    """Next, the arrow and play do not pass a question; slider and previous do."""
    go_to_question(page, "h =")
    before = page.inner_text("#where")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#where") == before
    assert page.evaluate("document.activeElement.id") == "answer"
    page.click("#next")
    page.click("#play")
    page.wait_for_timeout(1300)
    assert page.inner_text("#where") == before
    page.keyboard.press("ArrowRight")  # in the input: the caret's key
    answer(page, "0.7")
    after = page.inner_text("#where")
    assert after != before
    page.click("#previous")
    assert question(page) == "The next step has been answered."
    page.click("#next")
    assert page.inner_text("#where") == after
    go_to_question(page, "The backward pass")
    page.click("[data-t='predict.skip']")
    assert question(page) == "There is nothing to compute in the next step."
    after = page.inner_text("#where")
    page.click("#next")  # so it waits for nothing
    assert page.inner_text("#where") != after
    page.click("#modes [aria-controls=predict]")  # off: nothing is asked
    page.click("#last")
    assert page.is_hidden("#predict")


def test_a_screen_reader_hears_verdict_and_question(page):
    go_to_question(page, "v₁ =")
    answer(page, "-1")
    live = "text => document.getElementById('live').textContent"  # one message in 0.7 s at most
    until(page, f"{live}.includes(text)", "sign is not")
    answer(page, "1")
    said = "✓ Right now: 1. h = v₁ + b. What is h?"
    until(page, f"{live} === text", said)
    described = page.get_attribute("#answer", "aria-describedby").split()
    assert described == ["question", "verdict"]
    assert page.locator("label[for=answer]").count() == 1


def asked(page):
    """The questions in the file for the teacher."""
    open_details(page)
    return json.loads(downloaded(page, "text=Save as JSON")[1])["questions"]


def test_answers_are_saved_as_json(page):
    go_to_question(page, "v₁ =")
    answer(page, "-1")
    answer(page, "1/1")
    go_to_question(page, "h =")
    page.click("[data-t='predict.show']")
    answer(page, "nonsense")
    answer(page, "3")
    page.fill("#learner", 'Ana "=1+1" Núñez')
    name, text = downloaded(page, "text=Save as JSON")
    assert name == "answers-Ana _=1+1_ Núñez.json"  # a class's files go into one folder
    saved = json.loads(text)
    head = {"format": "autograd_mini answers", "version": 1, "language": "en"}
    head |= {"title": "Backpropagation, step by step", "learner": 'Ana "=1+1" Núñez'}
    head["score"] = {"asked": 2, "first": 0, "right": 1, "shown": 1, "skipped": 0, "tries": 3}
    assert saved | head == saved
    one, two, three = saved["questions"]
    first = {"step": 1, "kind": "forward", "asked": "forward", "expected": 1}
    assert one | first | {"question": "v₁ = w · x. What is v₁?"} == one
    given = [(a["text"], a["value"], a["verdict"]) for a in one["answers"]]
    assert given == [("-1", -1, "sign"), ("1/1", 1, "right")]
    assert (one["verdict"], two["verdict"], three["verdict"]) == ("right", "shown", "open")
    assert two["expected"] == 0.5 * 2 - 0.3
    assert all(q["seconds"] >= 0 for q in saved["questions"])


def test_what_was_answered_stays_where_the_question_is_left(page):
    """After ← and →, or with the panel closed and opened, the next answer was the first one."""
    go_to_question(page, "v₁ =")
    answer(page, "1")
    answer(page, "-0.7")
    page.click("#previous")
    page.click("#next")
    page.click("#modes [aria-controls=predict]")
    page.click("#modes [aria-controls=predict]")
    assert page.inner_text("#score").endswith("tries: 2")
    page.click("#modes [aria-controls=whatif]")
    page.fill("#leaf0", "1.5")  # another question
    assert answer(page, "2.7") == "✓ Right: 2.7."
    found = [(q["expected"], q["verdict"], len(q["answers"]), q["inputs"]) for q in asked(page)]
    assert found == [(1, "first", 1, {}), (0.7, "open", 1, {}), (2.7, "first", 1, {"w": 1.5})]


def test_with_other_inputs_the_questions_come_again(page):
    go_to_question(page, "v₁ =")
    answer(page, "1")
    page.click("#previous")
    assert question(page) == "The next step has been answered."
    page.click("#modes [aria-controls=whatif]")
    page.fill("#leaf0", "1.5")
    assert question(page) == "v₁ = w · x. What is v₁?"
    assert answer(page, "1").startswith("✗")
    assert answer(page, "3") == "✓ Right now: 3."
    first, second = asked(page)
    assert (first["expected"], first["inputs"]) == (1, {})
    assert (second["expected"], second["inputs"]) == (3, {"w": 1.5})
    assert "1 of 2 right at once · 1 later" in page.inner_text("#score")


def test_answers_are_saved_as_csv(page):
    page.click("[data-lang=es]")
    open_details(page)
    while not page.is_visible("#answer"):
        page.click("#predict button.primary")
    answer(page, "-0,5")
    answer(page, "1")
    page.fill("#learner", '=HYPERLINK("x"), Ana')
    name, text = downloaded(page, "text=Guardar en CSV")
    assert name.startswith("respuestas-=HYPERLINK(")
    assert text[0] == "\ufeff"  # so that a spreadsheet reads the accents
    (row,) = csv.DictReader(text[1:].splitlines(), delimiter=";")
    assert [*row] == catalogue("predict")["predict.columns"][1].split(";")
    assert row["estudiante"] == '\'=HYPERLINK("x"), Ana'  # a text, not a formula
    assert row["pregunta"] == "v₁ = w · x. ¿Cuánto vale v₁?"
    assert (row["paso"], row["esperado"], row["respuestas"]) == ("1", "1", "-0,5 | 1")
    assert (row["veredicto"], row["pedido"]) == ("bien después", "valor")
    assert re.fullmatch(r"\d+(,\d+)?", row["segundos"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_panels_are_accessible(opened, theme):
    """No serious finding of axe-core, with a hint, a verdict and a message to be seen."""
    page = opened(recorded(), mode="whatif", theme=theme, bypass_csp=True)  # axe is no part of it
    page.click("#modes [aria-controls=predict]")
    go_to_question(page, "h =")
    answer(page, "-0.7")
    page.click("[data-t='predict.hint']")
    page.fill("#leaf0", "")
    assert axe_findings(page) == []


# --- words ----------------------------------------------------------------------------------------
def test_every_word_is_there_in_both_languages_and_used():
    script = asset("predict.js")
    for key in catalogue("predict"):
        name = key.removeprefix("predict.")
        last = name.split(".")[-1]
        forms = (name, f'"{last}"', name.removeprefix("mistake."))
        assert any(form in script for form in forms), key
    for columns in catalogue("predict")["predict.columns"]:
        assert len(re.split("[,;]", columns)) == 10


def test_every_mistake_of_the_script_has_words():
    script = asset("predict.js")
    general = re.findall(r'\["(sign|inverse|ten|half|double|close)"', script)
    keys = {*re.findall(r'may\("([\w.]+)"', script), *general}
    worded = {key for key in catalogue("predict") if key.startswith("predict.mistake.")}
    assert {f"predict.mistake.{key}" for key in keys} == worded
