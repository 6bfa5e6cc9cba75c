"""Pages in a notebook: the frame that is shown, and the widget, which both sides can move."""

import json
import sys

import pytest

from autograd_mini import museum, steps
from autograd_mini.course.sweeps import learning_rates
from autograd_mini.stepping import explain_step, record_descents, show, widget
from tests.browser import until
from tests.pages.test_page import Page


def recorded():
    return steps(lambda w, x: (w * x).tanh(), 0.5, 2.0)


def frame_of(thing):
    """The attributes of the frame that something shows itself in; beside it is its style alone."""
    ((style, nothing), (tag, attributes)) = Page(thing._repr_html_()).tags
    assert (style, nothing, tag) == ("style", {}, "iframe")
    return attributes


# --- the frame -----------------------------------------------------------------------------------
def test_steps_show_themselves_in_a_frame_without_rights():
    frame = frame_of(recorded())  # the page is text in an attribute
    # no same origin, no navigation
    assert frame["sandbox"] == "allow-scripts allow-forms allow-downloads"
    assert "src" not in frame
    assert frame["srcdoc"].startswith("<!DOCTYPE html>")
    assert "Content-Security-Policy" in frame["srcdoc"]
    assert frame["title"] == "<Steps: 11 steps of 4 nodes>"


def test_show_takes_the_options_of_the_page():
    wrong, right = museum.stepped("Overwrites")
    shown = show(wrong, beside=right, labels=("=", "+="), lang="es", start=5, height=500)
    frame = frame_of(shown)
    assert '<html lang="es"' in frame["srcdoc"]
    assert frame["srcdoc"].count('class="graph"') == 2
    assert "height: 500px" in frame["style"]
    with pytest.raises(ValueError, match="height must be at least 1, got -3"):
        show(wrong, height=-3)
    with pytest.raises(IndexError):
        show(wrong, start=99)


def test_training_runs_show_themselves_too():
    runs = record_descents(lambda w: w**2, 3.0, rates=[0.1, 1.1], steps=5)
    for thing in (runs, runs[0]):
        page = frame_of(thing)["srcdoc"]
        assert "#epoch" not in page
        assert page.startswith("<!DOCTYPE html>")


def test_a_large_graph_is_left_to_its_text(monkeypatch):
    monkeypatch.setattr("autograd_mini.stepping.recordings.LARGEST", 3)
    assert recorded()._repr_html_() is None
    assert frame_of(show(recorded()))["srcdoc"]  # when it is asked for


def test_where_frames_are_taken_out_a_sentence_is_left():
    """JupyterLab showed nothing of a notebook that was run elsewhere."""
    english, spanish = "[an interactive page: run the cell, or", "[una página interactiva: ejecuta"
    for lang, said in (("en", english), ("es", spanish)):
        for shown in (show(recorded(), lang=lang), learning_rates().show(lang)):
            assert f">{said}" in shown._repr_html_()


@pytest.mark.parametrize("theme", ["dark", "light", ""])
def test_a_page_follows_the_theme_of_the_notebook(visit, tmp_path, theme):
    """Not the system's, which is light here; without a mark it is the system's."""
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    marks = {
        "dark": ('data-jp-theme-light="false"', 'class="vscode-dark"'),
        "light": ('data-jp-theme-light="true"', 'class="vscode-light"'), "": ("class=other",),
    }  # fmt: skip
    for mark in marks[theme]:
        file = tmp_path / "notebook.html"
        file.write_text(f"<!DOCTYPE html><body {mark}>{show(recorded())._repr_html_()}")
        page = visit(file, color_scheme="null")
        assert framed_page(page).evaluate(dark) == (theme == "dark")


def test_formulas_are_text_where_styles_and_mathml_are_taken_out(visit, tmp_path):
    """JupyterLab wrote 1 - 0.63512 for 1 - 0.6351 squared in a notebook that it does not trust."""
    file = tmp_path / "notebook.html"
    said = explain_step(recorded(), 1)
    file.write_text(f'<!DOCTYPE html><meta charset="utf-8">{said._repr_html_()}')
    page = visit(file)
    seen = "[...document.querySelectorAll('math, .text')].filter(e => e.checkVisibility())"
    assert page.evaluate(f"{seen}.map(e => e.tagName)") == ["math", "math"]
    page.evaluate("document.querySelector('style').remove()")
    assert page.evaluate(f"{seen}.map(e => e.textContent)") == [f.text for f in said.formulas]


# --- the widget, in Python -----------------------------------------------------------------------
def test_the_widget_keeps_to_the_steps_there_are():
    pytest.importorskip("anywidget")
    page = widget(recorded(), start=3)
    assert (page.step, repr(page)) == (3, "<Steps: 11 steps of 4 nodes>")
    seen = []
    page.observe(lambda change: seen.append((change.old, change.new)), "step")
    page.step = -1
    page.step = 4
    assert seen == [(3, 10), (10, 4)]  # 11 steps
    with pytest.raises(IndexError, match="there are 11 steps, got the index 11"):
        page.step = 11
    assert page.step == 4
    with pytest.raises(IndexError):
        widget(recorded(), start=11)
    with pytest.raises(TypeError, match="a page shows Steps, got <TrainingSteps"):
        widget(record_descents(lambda w: w**2, 3.0, rates=[0.1], steps=1)[0])


def test_without_anywidget_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=r"pip install 'autograd-mini\[notebook\]'"):
        widget(recorded())


# --- the widget, in a browser --------------------------------------------------------------------
MODEL = """
class Model {
  constructor(values) { this.values = values; this.heard = {}; this.saved = []; }
  get(name) { return this.values[name]; }
  set(name, value) {
    const before = this.values[name];
    this.values[name] = value;
    if (before !== value) for (const f of this.heard[`change:${name}`] || []) f();
  }
  on(name, f) { (this.heard[name] ||= []).push(f); }
  off(name, f) { this.heard[name] = (this.heard[name] || []).filter(g => g !== f); }
  save_changes() { this.saved.push(this.values.step); }
}
"""


@pytest.fixture
def rendered(visit, tmp_path):
    """rendered(widget): a page around its JavaScript, a model as anywidget's in `model`; its frame,

    once it is at the widget's step.
    """
    pytest.importorskip("anywidget")

    def render(made):
        names = ("page", "title", "height", "length", "step")
        values = {name: getattr(made, name) for name in names}
        data = json.dumps(values).replace("<", "\\u003c")
        script = str(made._esm).replace("export default { render };", "")
        file = tmp_path / "notebook.html"
        file.write_text(
            f'<!DOCTYPE html><meta charset="utf-8"><div id="here"></div><script>{MODEL}\n{script}\n'
            f"const model = new Model({data}); const here = document.getElementById('here');\n"
            "const leave = render({model, el: here});</script>",
            encoding="utf-8",
        )
        page = visit(file)
        frame = framed_page(page)
        until(page, lambda: slider_of(frame) == str(made.step))
        return page, frame

    return render


def step_of(page):
    return page.evaluate("model.get('step')")


def slider_of(frame):
    return frame.evaluate("document.getElementById('slider').value")


def framed_page(page):
    page.wait_for_selector("iframe")
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    frame.wait_for_selector("#slider")
    return frame


def test_both_sides_move_the_widget(rendered):
    page, frame = rendered(widget(recorded(), start=3))
    page.evaluate("model.set('step', 7)")  # Python sets it
    until(page, lambda: slider_of(frame) == "7")
    frame.click("h1")
    page.keyboard.press("ArrowRight")  # the learner goes on
    until(page, lambda: step_of(page) == 8)
    frame.click('[data-id="n0"]')
    until(page, lambda: step_of(page) == int(slider_of(frame)) != 8)
    assert page.evaluate("model.saved.length") == 2  # what Python set is not sent back to it
    page.evaluate("leave()")
    assert page.evaluate("model.heard['change:step'].length") == 0


def test_two_recordings_are_moved_by_the_steps_of_the_first(rendered):
    wrong, right = museum.stepped("EveryPath")  # 18 steps, and 14: one of them stands beside five
    page, frame = rendered(widget(right, beside=wrong))
    frame.click("h1")
    for _ in range(17):
        page.keyboard.press("ArrowRight")
    until(page, lambda: step_of(page) == len(right) - 1)
    slider = "(({value, max}) => value === max)(document.getElementById('slider'))"
    until(page, lambda: frame.evaluate(slider))
    page.evaluate("model.set('step', 2)")
    until(page, lambda: slider_of(frame) == "2")
    assert step_of(page) == 2


def test_what_python_sets_is_not_told_back_late(rendered):
    page, frame = rendered(widget(recorded(), start=3))
    page.evaluate("for (const step of [5, 6, 7]) model.set('step', step)")
    until(page, lambda: slider_of(frame) == "7")
    page.wait_for_timeout(100)
    assert page.evaluate("[model.get('step'), model.saved]") == [7, []]


def test_a_widget_that_is_shown_twice_goes_on_together(rendered):
    """Each view sent the other one back, for ever."""
    page, one = rendered(widget(recorded(), start=2))
    page.evaluate("void render({model, el: here})")
    until(page, lambda: len(page.frames) == 3)
    (other,) = {*page.frames} - {page.main_frame, one}
    other.wait_for_selector("#slider")
    until(page, lambda: slider_of(other) == "2")
    one.evaluate("for (let k = 0; k < 8; k++) document.getElementById('next').click()")
    until(page, lambda: slider_of(other) == "10")
    page.wait_for_timeout(100)
    assert page.evaluate("model.saved") == [*range(3, 11)]
    assert slider_of(one) == slider_of(other) == "10"


def test_messages_of_others_are_not_heard(rendered):
    page, frame = rendered(widget(recorded(), start=3))
    page.evaluate("postMessage({autograd_mini: {step: 5, steps: 12}}, '*')")  # not from the frame
    frame.evaluate("parent.postMessage({autograd_mini: {step: 'x'}}, '*')")
    frame.evaluate("parent.postMessage({autograd_mini: {step: 40, steps: 60}}, '*')")
    page.wait_for_timeout(100)
    assert step_of(page) == 3
