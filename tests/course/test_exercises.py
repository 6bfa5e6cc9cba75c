"""Exercises by hand: the key, the size of the numbers, and what other programs read of a sheet."""

import io
import re
import sys
import warnings
import zipfile
from base64 import b64decode
from fractions import Fraction
from xml.etree import ElementTree as ET

import numpy as np
import pypdf
import pytest

from autograd_mini.course import sheets
from autograd_mini.course.exercises import COUNTED, KINDS, ask, exercise, exercises
from autograd_mini.functions import function
from autograd_mini.language import text
from autograd_mini.nn import MLP
from autograd_mini.notation.labels import subscript
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.rules.evaluation import each
from autograd_mini.stepping import Accumulate, Forward, Update, Visit
from autograd_mini.value import Value
from tests.refusals import refusing

LEVELS = range(1, 6)
EACH = [exercise(kind, level, seed=3) for kind in KINDS for level in LEVELS]
QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"


def over_all_paths(nodes, start):
    """The gradient of the last node: the sum over all paths of the products of the partials."""
    total = {nodes[-1]: Fraction(1)}
    for k in range(len(nodes) - 2, -1, -1):
        uses = ((n, d) for n in nodes[k + 1 :] for p, d in n.edges() if p is nodes[k])
        total[nodes[k]] = sum((total[n] * d for n, d in uses), Fraction(0))
    return total[start]


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_is_what_the_graph_gives(kind):
    for seed in range(50):
        task = exercise(kind, level=seed % 5 + 1, seed=seed)
        nodes = task.steps.nodes
        for blank in task.blanks:
            step = task.steps[blank.step]
            node = nodes[step.node]
            assert seed > 4 or task.solved(blank).text.startswith(f"{blank.sign} = ")
            if isinstance(step, Forward):
                assert blank.answer == function(node.op)(*each(data_of, node.args))
            elif isinstance(step, Visit):
                assert blank.answer == over_all_paths(nodes, node)
            else:
                assert blank.answer == node.data - task.rate * over_all_paths(nodes, node)
        assert task.marks([blank.answer for blank in task.blanks]) == (True,) * len(task.blanks)


def test_what_is_counted_is_what_this_engine_counts():
    """The parameters of a network, and the updates of a training, as `nn` and `fit` have them."""
    for level in LEVELS:
        task = exercise("importance", level, seed=2)
        values = named(task)
        sizes = [int(values[f"n{subscript(k)}"]) for k in range(3 + level // 3)]
        network = MLP(sizes[0], sizes[1:])
        n = len(network.parameters())
        asked = {blank.sign.text: blank.answer for blank in task.blanks}
        layers = [len(layer.parameters()) for layer in network.layers]
        assert [asked[f"p{subscript(k)}"] for k in range(1, len(sizes))] == layers
        assert (asked["p"], asked["d"], asked["r"]) == (n, 2 * n, Fraction(2 * n, 3))
        task = exercise("cost", level, seed=2)
        s, b, k, p = (int(named(task)[name]) for name in "sbkp")
        batches = sum(1 for _ in range(k) for _ in range(0, s, b))
        asked = {blank.sign.text: blank.answer for blank in task.blanks}
        assert asked == {"e": s // b, "u": batches, "g": 6 * p * b, "o": 6 * p * s * k}
        assert "<svg" not in sheets.html([task], "es")
        assert task.task("es") == task.task("es", drawn=False)
        assert "·" not in sheets.text([task], "es")  # no formula that gives it away


@pytest.mark.parametrize("kind", COUNTED)
def test_the_key_of_what_is_counted_computes_with_what_is_on_the_sheet(kind):
    """g = 10 · 6 was the key with s = 10, b = 2 and p = 5: the 10 was b · p, told nowhere."""
    for level in LEVELS:
        task = exercise(kind, level, seed=3)
        known = {str(leaf.data) for leaf in task.steps.nodes if leaf.first is None}
        known |= {"1", "2", "3", "6"}  # a bias, two evaluations, and what the task tells
        for blank in task.blanks:
            formula, _, answer = task.solved(blank).text.rpartition(" = ")
            assert {*re.findall(r"\d+", formula.partition(" = ")[2])} <= known
            known.add(answer)


def test_a_kind_may_have_leaves_of_other_names(monkeypatch):
    def halved(draw, level):
        x, a = leaves = [Value(Fraction(draw.randint(1, 9)), label=name) for name in "xa"]
        return x * a / 2, leaves

    monkeypatch.setitem(KINDS, "halved", halved)
    given = exercise("halved", seed=1).given()
    assert [one.text[0] for one in given[:2]] == ["a", "x"]


def test_a_sheet_asks_for_nothing_that_has_no_blank():
    """Whether the gradient vanishes was asked, without a blank, and the key did not say."""
    for task in EACH:
        assert not task.drawn or "?" not in task.task("en") + task.task("es"), task.kind


@pytest.mark.parametrize(("kind", "level", "seed"), [("neuron", 2, 107), ("network", 4, 101)])
def test_no_derivative_at_a_kink_is_asked_for_where_no_convention_is_told(kind, level, seed):
    """A ReLU of 0: these sheets do not say what its derivative is."""
    nodes = exercise(kind, level, seed).steps.nodes
    assert 0 not in [x.data for node in nodes if "relu" in str(node.op) for x in node.parents]


def named(task):
    return {name: node.data for node, name in task.steps.named.items()}


def test_no_number_on_the_way_is_longer_than_three_digits_at_the_lower_levels():
    for task in EACH:
        if task.level > 3:
            continue
        numbers = [node.data for node in task.steps.nodes]
        for step in task.steps if task.drawn else ():
            if isinstance(step, Accumulate):
                numbers += [step.partial, step.share, step.before, step.after]
            if isinstance(step, Update):
                numbers.append(step.after)
        for x in numbers:
            digits = {len(re.sub(r"\D", "", text).strip("0")) for text in (f"{x}", f"{float(x)}")}
            assert min(digits) <= 3, (task.kind, task.level, x)


def test_the_first_update_has_one_weight():
    """It had the two of level 2, and more blanks than level 3."""
    signs = [blank.sign.text for blank in UPDATE.blanks]
    assert signs[-4:] == ["∂L/∂v₁", "∂L/∂w", "w′", "b′"]
    assert len(signs) == len(exercise("update", 3).blanks)


def test_all_that_there_are_are_found_soon(monkeypatch):
    """Of the 36 of this kind 25,000 were drawn for a class of 500, in two minutes."""
    drawn, name = [], "autograd_mini.course.exercises.exercise"
    monkeypatch.setattr(name, lambda *which: drawn.append(which) or exercise(*which))
    assert len(exercises("vanishing", 1, 0, 500)) == 36
    assert len(drawn) < 1500


KEPT = {  # the last answer, at each level
    "chain": "-9 -9 2 6 -81/16", "reuse": "12 12 -256 -109 324", "neuron": "-3 -4 -2 -11 5/2",
    "network": "-12 8 132 -34 -425", "update": "-14/5 -9/5 -5/4 -3/10 13/8", "kink": "0 -1 1 1 1",
    "vanishing": "27 -16 4 -1/256 64", "importance": "10/3 88/3 88/3 110/3 320/3",
    "cost": "7680 15000 16800 720000 1680000",
}  # fmt: skip


def test_a_seed_keeps_its_sheet_and_another_gives_another():
    """The key of a sheet that was handed out is made later, perhaps by another version."""
    found = {kind: [task.blanks[-1].answer for task in EACH if task.kind == kind] for kind in KINDS}
    assert {kind: " ".join(map(str, answers)) for kind, answers in found.items()} == KEPT
    tasks = sheets.text(exercises("chain", 1, seed=0, count=60)).split("Exercise")[1:]
    assert len({task.partition("\n")[2] for task in tasks}) == 60


def test_the_gradients_of_a_network_come_layer_by_layer_from_the_last():
    task = exercise("network", 4, seed=1)
    asked = [blank.sign.text.removeprefix("∂L/∂") for blank in task.blanks]
    uses = {p.label: n for n in task.steps.nodes for p in n.parents}
    used = [uses[name].label for name in asked if name[0] in "wb"]
    assert used == ["o"] * 4 + ["z₃"] * 3 + ["z₂"] * 3 + ["z₁"] * 3


@pytest.mark.parametrize(
    ("factor", "right"), [(1, True), (Fraction(1004, 1000), True), (Fraction(1006, 1000), False)]
)
def test_answers_are_marked_within_half_a_hundredth(factor, right):
    task = exercise("chain", 1, seed=7)
    first, *others = (blank.answer for blank in task.blanks)
    assert abs(first) >= 1
    assert task.marks([str(first * factor), *others]) == (right, *[True] * len(others))
    for odd in ("1/0", "", "nan", "1e999999999", None):
        assert task.marks([odd, *others]) == (False, *[True] * len(others))
    assert task.marks([str(float(first)).replace(".", ","), *others])[0]
    nothing = exercise("kink", 1, seed=3).blanks[-1]
    assert (nothing.answer, nothing.takes("0.0005"), nothing.takes("0.0006")) == (0, True, False)
    whole = exercise("network", 3, seed=3).blanks  # L = 484, of which 485 is within that
    assert not any(blank.takes(blank.answer + 1) for blank in whole)


test_wrong_input = refusing(
    {
        ValueError: [
            (lambda: exercise("magic"), "kind must be one of chain, reuse, .*, got 'magic'"),
            (lambda: exercise("chain", 6), "level must be from 1 to 5, got 6"),
        ],
        TypeError: [(lambda: exercise("chain", "2"), "level must be an int, got '2'")],
    }
)


# --- what others read ----------------------------------------------------------------------------
@pytest.mark.skipif(sys.version_info >= (3, 15), reason="its reader does not run there")
@pytest.mark.parametrize("lang", ["en", "es"])
def test_gift_is_read_by_another_program(lang):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it asks for the locale the old way
        from pygiftparser.parser import parseFile
    questions = parseFile(io.StringIO(sheets.gift(EACH, lang)))
    blanks = [blank for task in EACH for blank in task.blanks]
    assert len(questions) == len(blanks)
    for question, blank in zip(questions, blanks, strict=True):
        assert not re.search("blanks|huecos", question.source)  # of which it asks for one
        asked, _, _ = question.source.rpartition("{")
        assert ("no" if lang == "es" else "not") + " 1/3. " in asked
        assert not re.search(r"(?<!\\)[=~#{}]", asked)  # as strict readers (gift-pegjs) want it
        answer, near = map(float, re.search(r"\{#(.+):(.+)\}$", question.source.strip()).groups())
        assert answer == pytest.approx(float(blank.answer))
        assert near == pytest.approx(blank.tolerance)
        if answer >= 0:  # the reader's grammar has no minus
            assert question.valid
            (read,) = question.answers.answers
            assert (read.value, read.tolerance) == (answer, near)


def test_moodle_has_a_field_for_each_blank():
    quiz = ET.fromstring(sheets.moodle(EACH))
    for question, task in zip(quiz, EACH, strict=True):
        assert question.get("type") == "cloze"
        words = question.findtext("questiontext/text")
        fields = re.findall(r"\{1:NUMERICAL:=(-?[\d.e+-]+):([\d.e-]+)\}", words)
        for (answer, near), blank in zip(fields, task.blanks, strict=True):
            assert float(answer) == pytest.approx(float(blank.answer))
            assert float(near) == pytest.approx(blank.tolerance, rel=0.01)
        ET.fromstring(f"<p>{words}</p>")  # well-formed, the picture too
        last = task.solved(task.blanks[-1]).text.split("=")[-1].strip()
        assert last in question.findtext("generalfeedback/text")


def score(item, answers):
    """What the item's own response processing gives."""
    total, values = 0.0, {f"R{k}": x for k, x in enumerate(answers, start=1)}
    for rule in item.iter(f"{QTI}responseIf"):
        (low, high), points = rule[0], rule.find(f".//{QTI}sum/{QTI}baseValue")
        x = values[low[0].get("identifier")]
        if float(low[1].text) <= x <= float(high[1].text):
            total += float(points.text)
    return total


def test_qti_marks_answers_and_lists_its_items():
    package = zipfile.ZipFile(io.BytesIO(sheets.qti(EACH)))
    listed = [x.get("href") for x in ET.fromstring(package.read("imsmanifest.xml"))[1]]
    assert [*listed, "imsmanifest.xml"] == package.namelist()
    for name, task in zip(listed, EACH, strict=True):
        item = ET.fromstring(package.read(name))
        fields = [x.get("responseIdentifier") for x in item.iter(f"{QTI}textEntryInteraction")]
        assert fields == [x.get("identifier") for x in item.iter(f"{QTI}responseDeclaration")]
        answers = [float(blank.answer) for blank in task.blanks]
        assert score(item, answers) == pytest.approx(1, abs=1e-4)
        wrong = [-2 * answers[0] - 1, *answers[1:]]
        assert score(item, wrong) == pytest.approx(1 - 1 / len(answers), abs=1e-4)


def test_a_pdf_has_a_page_for_each_exercise_with_its_words_and_its_graph():
    tasks = [exercise("neuron", 2, seed=3), exercise("update", 3, seed=3)]
    for key in (False, True):
        pages = pypdf.PdfReader(io.BytesIO(sheets.pdf(tasks, "es", key=key))).pages
        assert len(pages) == len(tasks)
        for task, page in zip(tasks, pages, strict=True):
            words = page.extract_text()
            assert sheets.heading(task, tasks.index(task) + 1, "es") in words
            assert ("_____" in words) is not key
            assert ("Soluciones" if key else "Nombre: ____") in words
            assert "^" not in words  # L = v₁²
            assert page.images


def test_a_derivative_on_an_arrow_is_that_of_its_numerator_or_says_along_which_arrow():
    for task in (exercise("reuse", 1 + seed % 3, seed) for seed in range(20)):
        nodes, seen = task.steps.nodes, sheets.to_fill_in(task, "en", key=True)
        for link in seen.links:
            tail, head = nodes[int(link.tail[1:])], int(link.head[1:])
            number = Fraction(link.partial.partition(" = ")[2].replace("−", "-"))
            whole = over_all_paths(nodes[: head + 1], tail) == number
            assert whole or re.search("⁽[¹²]⁾ =", link.partial), link.partial
    sheet = sheets.html([exercise("reuse", 1, 4)], "es")
    assert "x⁽¹⁾ en una flecha significa" in sheet
    crowded = sheets.to_fill_in(exercise("network", 4, 3), "en").links  # arrows without room
    assert {link.partial for link in crowded} == {""}
    assert "⁾" not in sheets.html([exercise("neuron", 2, 3)], "es")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_page_has_gaps_in_the_sheet_and_numbers_in_the_key(lang):
    task = exercise("reuse", 2, seed=3)
    sheet, key = (sheets.html([task], lang, key=key) for key in (False, True))
    for page, title in ((sheet, "sheet"), (key, "key")):
        assert f"<h1>{text(f'exercise.title.{title}', lang)}</h1>" in page
        ET.fromstring(page[page.index("<main>") : page.index("</body>")])
    assert sheet.count("border-bottom: 1px") == len(task.blanks)
    name = {"en": "Name: ____", "es": "Nombre: ____"}[lang]
    assert (name in sheet, name in key) == (True, False)
    assert "_____" in sheet
    assert "_____" not in key


def test_a_long_chain_is_drawn_in_rows_that_a_page_has_room_for():
    """Of 15 nodes in one line nothing could be read, and nothing filled in."""
    for kind, level in (("vanishing", 5), ("chain", 5)):
        width, height = drawn_size(exercise(kind, level, 11))
        assert height / 4 < width < 900, kind


def test_a_picture_stands_as_it_can_be_filled_in_on_paper():
    """A neuron of level 2, 18 inches from left to right, had letters of 4 points on A4."""
    for task in EACH:
        if task.drawn and task.level < 3:
            width, height = drawn_size(task)
            assert min(504 / width, 396 / height) > 0.45, task.kind  # points of sheet.css


def drawn_size(task):
    box = re.search(r'viewBox="0.00 0.00 ([\d.]+) ([\d.]+)"', sheets.picture(task, "es"))
    return map(float, box.groups())


def test_latex_is_balanced():
    text = sheets.latex(EACH[:8])
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    for name in set(re.findall(r"\\begin\{(\w+)\}", text)):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}")
    assert text.count(r"\underline") == sum(len(task.blanks) for task in EACH[:8])
    assert [page.count("Name: ") for page in text.split(r"\newpage")] == [1] * 8
    assert "Name: " not in sheets.latex(EACH[:1], key=True)


# --- cells of a notebook -------------------------------------------------------------------------
# reuse 2, seed 7: x = 2, y = 3, v₁ = y², v₂ = v₁ - x, v₃ = 2 v₂, v₄ = x², v₅ = v₄², L = v₃ v₅
REUSE = [9, 7, 14, 4, 16, 224, 14, 112, 16, 32, 416, 32, 192]
UPDATE = exercise("update", 1, 7)


@pytest.mark.parametrize(
    ("place", "answer", "slip", "slots"),
    [
        (6, -14, "sign", {}),
        (6, "1,4e2", "ten", {}),
        (2, 7, "operand", {"x": "v₂"}),  # forward
        (7, 4, "partial.value", {"y": "v₄"}),
        (7, 8, "share.adjoint", {"d": "∂v₅/∂v₄", "L": "L", "y": "v₅"}),
        (9, 16, "sum.path", {"y": "v₃"}),
        (9, 2, "share.adjoint", {"d": "∂v₃/∂v₂", "L": "L", "y": "v₃"}),
        (10, 4 * 112 - 1, "sum.adjoint", {"d": "∂v₂/∂x", "L": "L", "y": "v₂"}),
        (10, 480, "sum.sign", {}),  # v₂ = v₁ - x: its share is -32
        (9, 256, "sum.product", {}),
        (11, 9, "partial.value", {"y": "v₁"}),
    ],
)
def test_a_slip_in_a_notebook_is_named(place, answer, slip, slots):
    given = [*REUSE[:place], answer, *REUSE[place + 1 :]]
    for lang, score in (("en", "12 of 13 right."), ("es", "12 de 13 bien.")):
        judged = ask("reuse", given, level=2, seed=7, lang=lang)
        assert not judged.right
        lines = judged.said.splitlines()
        assert lines[-1] == score
        (wrong,) = (line for line in lines if line.startswith("✗"))
        assert wrong.endswith(f".  {text(f'predict.predict.mistake.{slip}', lang, **slots)}")


def test_a_slip_where_one_counts_speaks_of_what_the_sheet_has():
    """u = e k = 5 · 20: 20 was told as the derivative ∂u/∂e, 36 as the operand v₁."""
    said = ask("cost", [5, 20, 36, 10000], level=1, seed=0, lang="en").said.splitlines()
    assert said[1].endswith(text("predict.predict.mistake.operand", "en", x="k"))
    assert said[2].endswith(text("ask.slip.unknown", "en", got=36))


def test_slips_of_an_update():
    key = [blank.answer for blank in UPDATE.blanks]
    step = UPDATE.steps[UPDATE.blanks[-1].step]
    for slip, answer in {
        "old": step.before,
        "sign": step.before + step.rate * step.gradient,
        "rate": step.before - step.gradient,
        "gradient": step.gradient,
    }.items():
        said = ask("update", [*key[:-1], answer], level=1, seed=7, lang="es").said
        name = UPDATE.steps.names[step.node]
        assert text(f"predict.predict.mistake.update.{slip}", "es", x=name) in said


def test_exercises_are_set_and_answers_of_any_form_are_taken():
    for lang in ("en", "es"):
        asked = ask("reuse", level=2, seed=7, lang=lang)
        assert asked.right is None
        assert asked.said == sheets.text([exercise("reuse", 2, 7)], lang)
        shown = asked._repr_html_()
        (picture,) = re.findall('src="data:image/svg.xml;base64,([^"]*)"', shown)
        picture = b64decode(picture).decode()  # SVG in HTML is not shown before one trusts it
        assert ET.fromstring(picture).get("viewBox")
        assert "416" not in picture + shown.partition("base64,")[0] + shown.rpartition('">')[2]
    given = ["18 / 2", "7,0", 14.05, np.float64(4), "1.6·10¹", Value(224)]
    right = ask("reuse", [*given, *REUSE[6:]], level=2, seed=7)
    assert right.right
    assert not hasattr(right, "_repr_html_")
    negative = exercise("chain", 1, 0)
    signs = [str(blank.answer).replace("-", "−") for blank in negative.blanks]
    assert "−" in "".join(signs)
    assert ask("chain", signs, level=1, seed=0).right
    for odd in ("nine", None, "1/0", float("nan"), "", "9 m", "1e400", "1e999999999"):
        said = ask("reuse", [odd, *REUSE[1:]], level=2, seed=7, lang="en").said
        assert f"The answer is a number, such as 0.5 or 3/4, not {odd!r}." in said
    unknown = ask("reuse", [5, *REUSE[1:]], level=2, seed=7, lang="en").said
    assert text("ask.slip.unknown", "en", got=5) in unknown


@pytest.mark.parametrize("answers", [[1, 2], "1234567890123", 3, None])
def test_too_few_answers_are_refused(answers):
    with pytest.raises(ValueError, match=r"answers must be a list of 13: v₁, .*; got "):
        ask("reuse", answers, level=2, seed=7)
