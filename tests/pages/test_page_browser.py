"""The page of a recording in a real browser: keys, slider, clicks, languages, themes, phone."""

import inspect
import re
from contextlib import nullcontext
from fractions import Fraction

import mpmath as mp
import pytest

from autograd_mini import MLP, Value, ieee, museum, steps
from autograd_mini.losses import mse
from autograd_mini.notation.labels import number
from autograd_mini.optim import SGD
from autograd_mini.pages.page import save_html
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.explaining import explain_step
from tests.browser import PHONE, axe_findings, until


def neuron(w, x, b):
    h = w * x + b
    y = h.tanh()
    return (y - 1) ** 2 + w * w


def recorded_neuron():
    return steps(neuron, 0.7, 2.0, -1.0)


@pytest.fixture
def opened(opened):
    """The page, once it has been laid out: its size is known with the first frame."""

    def open_page(*args, **options):
        page = opened(*args, **{"reduced_motion": "reduce", **options})
        page.evaluate("new Promise(ok => requestAnimationFrame(() => requestAnimationFrame(ok)))")
        return page

    return open_page


def index_of(page):
    return int(page.input_value("#slider"))


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def go(page, index):
    """Follow the link to a step."""
    page.evaluate(f"location.hash = '#step={index}'")
    until(page, f"document.getElementById('slider').value === '{index}'")


def each(page, selector, what):
    """What a JavaScript expression in `e` is for each of these elements."""
    return page.evaluate(f"[...document.querySelectorAll({selector!r})].map(e => {what})")


def shown_of(numbers, id):
    """What stands in the picture for a node's number; a dash where it is not known."""
    k = int(id[1:])
    return number(numbers[k]) if k in numbers else "—"


# --- the computation -----------------------------------------------------------------------------
def test_at_every_step_the_picture_shows_the_state_of_the_recording(opened):
    """Forwards, and backwards again: numbers and dashes are those of Steps.state."""
    m = MLP(2, [2, 1], activation="tanh", seed=3)
    recorded = steps((m([0.5, -1.0]) - 1) ** 2, optimiser=SGD(m.parameters(), lr=0.5))
    page = opened(recorded)
    texts = "['data', 'grad'].map(name => e.querySelector('text.' + name).textContent)"
    marks = "['pending', 'lit'].map(name => e.classList.contains(name))"
    last = len(recorded) - 1
    for index in [*range(last + 1), *range(last - 1, -1, -1), last, 0]:
        if index != index_of(page):
            to = {0: "Home", last: "End"} if abs(index - index_of(page)) > 1 else {}
            press(page, to.get(index, "ArrowRight" if index > index_of(page) else "ArrowLeft"))
        assert index_of(page) == index
        state = recorded.state(index)
        for id, *shown in each(page, "g.node", f"[e.dataset.id, ...{texts}, ...{marks}]"):
            wanted = [shown_of(numbers, id) for numbers in (state.data, state.grad)]
            nodes, parent = lit(recorded[index])
            marked = int(id[1:]) in (nodes if parent is None else (parent,))
            assert shown == [*wanted, wanted[0] == "—", marked], (index, id)


def test_the_step_is_told_with_its_title_sentence_and_reason(opened):
    recorded = recorded_neuron()
    page = opened(recorded)
    for index in (0, 4, len(recorded) - 4):
        go(page, index)
        wanted = explain_step(recorded, index, "en")
        shown = page.inner_text("#step")
        for text in (wanted.title, wanted.sentence, wanted.why):
            assert text.replace("`", "") in re.sub(r"\s+", " ", shown)


def test_the_formulas_are_native_mathml(opened):
    page = opened(steps(Value(3.0, label="x") ** 2))
    press(page, "End", "ArrowLeft")
    space = page.evaluate("document.querySelector('#step math').namespaceURI")
    assert space == "http://www.w3.org/1998/Math/MathML"
    assert page.evaluate("document.querySelectorAll('#step mfrac').length") >= 3
    box = page.evaluate("document.querySelector('#step mfrac').getBoundingClientRect().height")
    assert box > 25  # it is laid out as a fraction


GAP = "e.getBoundingClientRect().left - e.previousElementSibling.getBoundingClientRect().right"


def test_every_number_on_the_way_has_room_in_its_node(opened):
    w = Value(0.5, label="w")
    y = w.sin() * w + (1 - w.sin()) * w + 0.25 * (w * 7 - w * 4)
    for recorded in (museum.stepped("NoTopologicalOrder")[1], steps(y, optimiser=SGD([w], lr=0.3))):
        page = opened(recorded)
        for _ in recorded:
            press(page, "ArrowRight")
            gaps = each(page, "g.node text.grad, g.node text.data", GAP)
            assert min(gaps) > 2, index_of(page)


# --- ledger, source, paths, differences ----------------------------------------------------------
def rows_of(page, selector):
    return each(page, f"{selector} tr", "[...e.children].map(cell => cell.textContent)")


def test_the_ledger_has_every_addition_with_its_path(opened):
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    z = y + 2 * x
    z.label = "z"
    recorded = steps(z)
    page = opened(recorded)
    press(page, "End")
    rows = rows_of(page, "#ledger")
    products = [f"{way} → x1 · {d}" for way, d in (("z → v₁", 2), ("z → y", 3), ("z → y", 3))]
    assert rows[:-1] == [[text, text[-1]] for text in products]
    assert rows[-1] == ["complete", "8"]
    press(page, "ArrowLeft", "ArrowLeft")  # before the last share
    rows = rows_of(page, "#ledger")
    assert [row[1] for row in rows] == ["2", "3", "—", "5"]
    assert rows[2][0] == "z → y → x"
    assert rows[-1][0] == "so far"


def test_the_source_is_shown_with_the_expression_that_made_the_node(opened):
    page = opened(recorded_neuron())
    for index, marked in ((1, "w * x"), (2, "w * x + b"), (3, "h.tanh()")):
        go(page, index)
        assert page.inner_text("#source mark") == marked
        (line,) = each(page, "#source .line.lit span", "e.textContent")
        assert line in inspect.getsource(neuron).splitlines()
    assert "def neuron(w, x, b):" in page.inner_text("#source")
    assert page.evaluate("document.querySelectorAll('#source .line.lit').length") == 1


def test_a_sign_that_is_two_for_javascript_is_one_in_the_source(opened):
    page = opened(steps(lambda w, x: {"🎉": w * x}["🎉"], 0.5, 2.0), start=1)
    assert page.inner_text("#source mark") == "w * x"


def test_paths_are_summed_up_for_a_chosen_leaf(opened):
    a, b = Value(2.0, label="a"), Value(5.0, label="b")
    root = a * b + a
    root.label = "r"
    page = opened(steps(root))
    press(page, "End")
    rows = rows_of(page, "#sums")
    assert [row[0] for row in rows] == ["a → v₁ → r5 · 1", "a → r", "sum"]
    assert [row[1] for row in rows] == ["5", "1", "6"]
    page.select_option("#leaf", label="b")
    assert [row[1] for row in rows_of(page, "#sums")] == ["2", "2"]
    page.focus("#leaf")
    press(page, "Home", " ", "Escape", "ArrowLeft")  # the select's own keys
    assert index_of(page) == len(steps(root)) - 1
    page.select_option("#leaf", label="b")
    assert [row[1] for row in rows_of(page, "#sums")] == ["2", "2"]
    page.evaluate("document.activeElement.blur()")
    press(page, "Home")
    assert [row[1] for row in rows_of(page, "#sums")] == ["—", "—"]


@pytest.mark.parametrize(
    ("function", "at", "seed", "sums"),
    [  # What is no float is not multiplied in the browser: its sum is the gradient.
        (lambda z: z * z.exp() + z, 1 + 2j, 1, ["", "", "1", None]),
        (lambda z: z * (2 - 1j), 1 + 2j, 1, [None, None]),
        (lambda m: m * m.exp(), mp.mpf("0.3"), 1, ["", "", None]),
        (lambda f: f * f / 3, Fraction(1, 2), Fraction(2, 5), ["0.06667", "0.06667", "2/15"]),
        (lambda x: (x * 0).log() * x, 2.0, 1, ["nan", "−∞", "nan"]),
        (lambda x: x * x, 3.0, -0.5, ["−1.5", "−1.5", "−3"]),
    ],
)
def test_paths_of_other_numbers(opened, function, at, seed, sums):
    with ieee() if isinstance(at, float) else nullcontext():
        recorded = steps(function, at, seed=seed)
    page = opened(recorded)
    press(page, "End")
    whole = number(recorded.state(len(recorded) - 1).grad[0])
    told = [whole if x is None else x for x in sums]
    assert [row[1] for row in rows_of(page, "#sums")] == told


def test_very_many_paths_are_counted_and_the_largest_listed(opened):
    x = Value(1.0, label="x")
    y = x
    for _ in range(40):
        y = y + y
    page = opened(steps(y))
    press(page, "End")
    assert f"{number(2.0**40)} paths; the 12 largest:" in page.inner_text("#sums")
    rows = rows_of(page, "#sums")
    assert rows[-1][1] == number(2.0**40)
    assert rows[-2] == [f"the other {number(2.0**40)}", number(2.0**40 - 12)]


def test_the_difference_quotient_stands_beside_the_gradient(opened):
    page = opened(recorded_neuron())
    press(page, "End")
    assert re.search(r"By finite differences: \S+ ± .*agrees", page.inner_text("#ledger"))
    page.click("#numbers summary")
    page.wait_for_selector("#numbers tr")  # it is filled in once the browser tells of it
    rows = rows_of(page, "#numbers")[1:]
    assert len(rows) == len(recorded_neuron().nodes)
    for _, _, _, *pair in rows:
        grad, measured = (float(text.split(" ±")[0].replace("−", "-")) for text in pair)
        assert abs(grad - measured) < 1e-3


# --- moving --------------------------------------------------------------------------------------
def test_buttons_and_keys_move_the_step(opened):
    page = opened(recorded_neuron())
    last = len(recorded_neuron()) - 1
    for act, forth, back, end, start in (
        (page.click, "#next", "#previous", "#last", "#first"),
        (page.keyboard.press, "ArrowRight", "ArrowLeft", "End", "Home"),
    ):
        for name, index in ((forth, 1), (forth, 2), (back, 1), (end, last), (start, 0)):
            act(name)
            assert index_of(page) == index
        page.evaluate("document.activeElement.blur()")
    press(page, "Control+ArrowRight")
    assert index_of(page) == 0


def test_the_slider_moves_the_step_by_pointer_and_by_its_own_keys(opened):
    page = opened(recorded_neuron())
    box = page.locator("#slider").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert abs(index_of(page) - (len(recorded_neuron()) - 1) / 2) <= 1
    before = index_of(page)
    press(page, "ArrowRight")  # the slider has the focus: one step, not two
    assert index_of(page) == before + 1
    assert page.get_attribute("#slider", "aria-valuetext")


def test_space_plays_and_pauses_but_a_button_keeps_its_own_space(opened):
    page = opened(recorded_neuron())
    page.select_option("#speed", "60")
    page.evaluate("document.activeElement.blur()")
    press(page, "Space")
    last = len(recorded_neuron()) - 1
    until(page, f"document.getElementById('slider').value === '{last}'")
    until(page, "!document.documentElement.classList.contains('playing')")
    page.focus("#first")
    press(page, "Space")
    assert index_of(page) == 0
    assert not page.evaluate("document.documentElement.classList.contains('playing')")
    page.click("#play")
    assert page.get_attribute("#play", "aria-label") == "pause (space)"
    page.click("#play")
    assert page.get_attribute("#play", "aria-label") == "play (space)"


def test_clicking_a_node_goes_to_where_it_is_computed_or_complete(opened):
    recorded = recorded_neuron()
    page = opened(recorded)
    kinds = [(step.kind, step.node) for step in recorded]
    page.click('[data-id="n5"] .frame', position={"x": 12, "y": 8}, force=True)
    assert index_of(page) == kinds.index(("forward", 5))
    press(page, "End")
    page.click('[data-id="n5"] .frame', position={"x": 12, "y": 8}, force=True)
    assert index_of(page) == kinds.index(("visit", 5))


def test_a_link_leads_to_a_step_and_the_address_follows(opened):
    page = opened(recorded_neuron(), "#step=7")
    assert index_of(page) == 7
    press(page, "ArrowRight")
    until(page, "location.hash === '#step=8'")
    page.evaluate("location.hash = '#step=3'")
    until(page, "document.getElementById('slider').value === '3'")
    page.evaluate("location.hash = '#step=<img>'")
    page.evaluate("location.hash = '#step=99999'")
    last = len(recorded_neuron()) - 1
    until(page, f"document.getElementById('slider').value === '{last}'")
    assert index_of(opened(recorded_neuron(), start=-1)) == last


# --- languages, themes, small screens, paper -----------------------------------------------------
def test_the_theme_follows_the_system_and_the_switch_is_remembered(opened):
    paper = "getComputedStyle(document.body).backgroundColor"
    page = opened(recorded_neuron(), color_scheme="dark")
    dark = page.evaluate(paper)
    page.click("#theme")
    light = page.evaluate(paper)
    assert dark != light
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    other = page.context.new_page()
    other.goto(page.url)
    assert other.evaluate(paper) == light
    fill = "getComputedStyle(document.querySelector('.leaf .head')).fill"
    light_fill = page.evaluate(fill)
    page.click("#theme")
    assert page.evaluate(fill) != light_fill  # the picture changes with the page


def test_a_phone_shows_it_without_scrolling_sideways(opened):
    m = MLP(2, [3, 1], seed=0)
    large = steps(mse([m([0.1, 0.2])], [1.0]))
    for recorded in (recorded_neuron(), large):
        page = opened(recorded, viewport=PHONE, has_touch=True)
        for key in [*["ArrowRight"] * 12, "End"]:
            press(page, key)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for id in ("first", "previous", "play", "next", "last"):
            box = page.locator(f"#{id}").bounding_box()
            assert min(box["width"], box["height"]) >= 40
            assert box["y"] + box["height"] <= 740  # within the reach of a thumb
        page.tap("#previous")
        assert index_of(page) == len(recorded) - 2


@pytest.mark.parametrize("size", [(640, 360), (844, 390)])
def test_on_a_phone_on_its_side_the_step_is_in_sight(opened, size):
    viewport = dict(zip(("width", "height"), size, strict=True))
    page = opened(recorded_neuron(), viewport=viewport)
    press(page, "ArrowRight")
    shown = (".graph", "#step .formulas", "#bar")
    graph, told, bar = (page.locator(name).bounding_box() for name in shown)
    assert told["x"] >= graph["x"] + graph["width"]
    assert max(graph["y"] + graph["height"], told["y"] + told["height"]) <= bar["y"] + 8
    assert bar["y"] + bar["height"] <= size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_on_paper_there_are_the_graph_and_all_steps(opened):
    recorded = recorded_neuron()
    page = opened(recorded)
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print")
    rows = each(page, "#printed tr", "e.children[1].textContent")
    told = [explain_step(recorded, k, "en").sentence for k in range(len(recorded))]
    assert rows == [sentence.replace("`", "") for sentence in told]
    assert page.is_visible("#printed")
    assert page.is_visible(".graph")
    for id in ("bar", "panel", "switches", "zoom"):
        assert not page.is_visible(f"#{id}")
    grads = "[...document.querySelectorAll('.graph .node .grad')].map(e => e.textContent)"
    blank = page.evaluate(grads)
    assert {*blank} == {"—"}
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    final = recorded.state(len(recorded) - 1).grad
    assert sorted(page.evaluate(grads)) == sorted(map(number, final.values()))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (page.evaluate(grads), index_of(page)) == (blank, 0)


def test_two_graphs_on_paper_take_no_more_room_than_they_need(opened):
    wrong, right = museum.stepped("Overwrites")
    page = opened(right, beside=wrong, labels=("+=", "="), viewport=PHONE)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shape = "document.querySelector('.graph > svg').viewBox.baseVal"
    until(page, f"{shape}.width / {shape}.height > 2")
    assert page.locator(".graph").first.bounding_box()["height"] < 200


def test_it_can_be_magnified_moved_and_fitted(opened):
    page = opened(recorded_neuron())
    box = "document.querySelector('.graph > svg').getAttribute('viewBox').split(' ').map(Number)"
    press(page, "0")
    whole = page.evaluate(box)
    press(page, "+", "+", "+")
    near = page.evaluate(box)
    assert near[2] < whole[2] / 2
    frame = page.locator(".graph").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=3)
    page.mouse.up()
    assert page.evaluate(box)[0] < near[0]
    assert index_of(page) == 0  # a drag is no click
    press(page, "End")  # the far end comes into view
    node = page.locator('[data-id="n0"]').bounding_box()
    assert frame["x"] <= node["x"] < frame["x"] + frame["width"]
    press(page, "0")
    assert page.evaluate(box) == whole


def test_wheel_with_control_and_two_fingers_magnify(opened):
    page = opened(recorded_neuron(), has_touch=True)
    width = "+document.querySelector('.graph > svg').getAttribute('viewBox').split(' ')[2]"
    press(page, "0")
    whole = page.evaluate(width)
    frame = page.locator(".graph").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -200)  # without Control it scrolls
    page.keyboard.down("Control")
    assert page.evaluate(width) == whole
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    until(page, f"{width} < {whole * 0.7}")
    press(page, "0")

    session = page.context.new_cdp_session(page)

    def touch(kind, *distances):
        for apart in distances:
            points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
            event = {"type": kind, "touchPoints": points if apart else []}
            session.send("Input.dispatchTouchEvent", event)

    touch("touchStart", 40)
    touch("touchMove", 50, 60, 70, 80)
    # Twice as far apart, twice as large.
    until(page, f"Math.abs({width} - {whole / 2}) < {whole / 50}")
    touch("touchMove", 60, 40, 20)
    touch("touchEnd", 0)
    until(page, f"{width} === {whole}")  # no smaller than the whole
    assert index_of(page) == 0


def test_keys_pressed_before_the_page_is_laid_out_do_no_harm(opened):
    page = opened(recorded_neuron(), locale="en-NZ")  # a page that no test reuses
    page.add_init_script("ResizeObserver = class { observe() {} };")  # no layout is told
    page.reload()
    until(page, "document.querySelector('.graph > svg marker') !== null")
    box = "document.querySelector('.graph > svg').getAttribute('viewBox')"
    whole = page.evaluate(box)
    press(page, "+", "0", "-")
    assert page.evaluate(box) == whole


# --- two recordings ------------------------------------------------------------------------------
def test_two_recordings_share_one_slider_and_what_differs_is_marked(opened):
    wrong, right = museum.stepped("Overwrites")
    page = opened(right, beside=wrong, labels=("+=", "="))
    assert page.locator(".graph").count() == 2
    press(page, "End")
    assert each(page, "[data-id=n0] .grad", "e.textContent") == ["2", "1"]
    assert each(page, ".differs", "e.dataset.id") == ["n0", "n0"]
    fill = "getComputedStyle(e).fill"
    data, grads = (each(page, f"[data-id=n0] .{x}", fill) for x in ("data", "grad"))
    assert data[0] == data[1] != grads[0] == grads[1]  # the data are the same, and not marked
    assert "the other has 1" in page.inner_text("#ledger")
    assert "does not agree" in page.inner_text("#ledger")  # the differences find the broken one
    press(page, "Home")
    assert page.locator(".differs").count() == 0


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "The sum is 2; this engine wrote 1."), ("es", "La suma es 2; este motor escribió 1.")],
)
def test_a_sum_that_an_engine_has_not_written_is_no_equation(opened, lang, said):
    wrong, right = museum.stepped("Overwrites")
    page = opened(right, beside=wrong, lang=lang)
    press(page, "End", "ArrowLeft")
    formulas = each(page, ".numeric", "e.textContent.replace(/\\s/g, '')")
    assert formulas == ["1+1·1=2", "1+1·1≠1"]
    assert each(page, "#step .wrong", "e.textContent") == [said]


def test_a_local_derivative_that_is_another_is_no_equation(opened):
    wrong, right = museum.stepped("SignOfSubtraction")
    page = opened(right, beside=wrong)
    press(page, "End", "ArrowLeft")
    assert each(page, ".local", "e.textContent.replace(/\\s/g, '')") == ["∂v1∂x=−1", "∂v1∂x=−1≠1"]


@pytest.mark.parametrize("name", ["EveryPath", "ParentsInASet", "BreadthFirst"])
def test_engines_with_other_steps_keep_beside_each_other(opened, name):
    wrong, right = museum.stepped(name)
    page = opened(right, beside=wrong)
    press(page, "End")
    cell = "[e.parentNode.dataset.id, e.innerHTML]"
    grads = f"[...e.querySelectorAll('.node .grad')].map(e => {cell})"
    for recorded, shown in zip((right, wrong), each(page, ".graph", grads), strict=True):
        for id, grad in shown:
            assert grad == shown_of(recorded.state(-1).grad, id)


# --- large graphs --------------------------------------------------------------------------------
def test_a_formula_grows_and_shrinks_with_the_window(opened):
    page = opened(recorded_neuron(), start=len(recorded_neuron()) - 3)
    size = "getComputedStyle(document.querySelector('.numeric math')).fontSize"
    before = page.evaluate(size)
    page.set_viewport_size({"width": 130, "height": 700})
    until(page, f"parseFloat({size}) < 0.85 * {float(before[:-2])}")
    page.set_viewport_size({"width": 1280, "height": 800})
    until(page, f"{size} === '{before}'")


# --- accessibility -------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened, scheme):
    page = opened(recorded_neuron(), color_scheme=scheme, bypass_csp=True, start=12)
    page.click("#numbers summary")
    assert axe_findings(page) == []
    page.click("[data-lang=es]")
    press(page, "End")
    assert axe_findings(page) == []
    wrong, right = museum.stepped("EveryPath")
    context = {"color_scheme": scheme, "bypass_csp": True, "viewport": PHONE}
    page = opened(right, beside=wrong, labels=("+=", "="), start=9, **context)
    assert axe_findings(page) == []


BELOW = """() => {
  const e = document.activeElement, [low, top] = [e, bar].map(x => x.getBoundingClientRect());
  return bar.contains(e) || e.matches("body, #step") ? 0 : low.bottom - top.top;
}"""  # how far what has the focus reaches below the upper edge of the controls


@pytest.mark.parametrize("size", [(320, 256), (360, 740)])
def test_what_has_the_focus_is_seen_on_small_screens(opened, size):
    """1280 by 1024 at 400 % are 320 by 256: the controls stood on the other half of them."""
    viewport = dict(zip(("width", "height"), size, strict=True))
    page = opened(recorded_neuron(), viewport=viewport)
    for _ in range(24):
        page.keyboard.press("Tab")
        assert page.evaluate(BELOW) <= 0


def test_a_pressed_button_is_seen_where_the_system_chooses_the_colours(opened):
    page = opened(recorded_neuron(), forced_colors="active")
    page.evaluate("document.querySelector('[data-lang=es]').style.background = 'Highlight'")
    pressed, chosen = each(page, "[data-lang]", "getComputedStyle(e).backgroundColor")
    assert pressed == chosen


def test_letters_are_as_large_as_the_reader_has_set(browser, tmp_path):
    save_html(recorded_neuron(), tmp_path / "page.html")
    arguments = [*browser.settings["args"], "--blink-settings=defaultFontSize=32"]
    chromium = browser.chromium.browser_type.launch(**{**browser.settings, "args": arguments})
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 32
    chromium.close()


def test_a_screen_reader_hears_the_sentence_of_the_step(opened):
    recorded = recorded_neuron()
    page = opened(recorded)
    assert page.get_attribute("#live", "aria-live") == "polite"
    press(page, "ArrowRight")
    sentence = explain_step(recorded, 1).sentence.replace("`", "")
    live = "document.getElementById('live').textContent"
    until(page, f"text => {live}.includes(text)", sentence)
    picture = page.locator(".graph > svg")
    assert picture.get_attribute("role") == "img"
    assert "nodes" in picture.get_attribute("aria-label")


def test_a_stale_node_says_so_in_both_languages(opened):
    x = Value(3.0, label="x")
    y = x * x
    x.data = 4.0
    page = opened(steps(y))
    told = '[...document.querySelectorAll("text.word, text.stale")].map(e => e.textContent)'
    assert {"stale", "16 now"} <= set(page.evaluate(told))
    page.click("[data-lang=es]")
    assert {"obsoleto", "ahora 16"} <= set(page.evaluate(told))
