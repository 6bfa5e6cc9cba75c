"""Every message exists in both languages, and a Spanish reader meets no English word."""

import contextlib
import io
import re
from fractions import Fraction
from pathlib import Path

import pytest

from autograd_mini import MLP, Value, language, museum, op, steps
from autograd_mini.cli import main
from autograd_mini.data import xor
from autograd_mini.losses import mse
from autograd_mini.ops import SHEET
from autograd_mini.optim import SGD, Adam
from autograd_mini.stepping import (
    explain,
    record_descents,
    record_learning_rates,
    record_training,
    save_html,
    transcript,
)
from tests.browser import switch_to_spanish

# --- the catalogues ------------------------------------------------------------------------------
ROOMS = [file.stem for file in Path(language.__file__).parent.glob("*.txt")]
TEXTS = [pair for room in ROOMS for pair in language.catalogue(room).values()]
TEXTS += [op.about for op in SHEET.values() if op.about]


def words(text):
    return set(re.findall(r"[^\W\d_]{2,}", text.lower()))


def prose(text):
    """The words of a message: its slots, and what is typed as it stands, are none."""
    text = re.sub(r"\{[^{}]*\}", " ", text)
    return words(re.sub(r"`[^`]*`|\"[^\"]*\"|--[\w-]+|\S*[_/=(]\S*|\w+\.\w+|\^\S+", " ", text))


# Alike in both languages, or typed as they stand.
ALIKE = words(
    "error grad kink sigmoid tanh relu softmax ulp data autograd mini xor moons circles"
    " spirals iris linear total no real sgd momentum nesterov rmsprop adam adamw step train"
    " html json txt gif mp lr eta normal local formula global final general lambda module def"
    " return plot sin cos dot float norm capsule max min mean sum prod var log exp pow abs"
    " sqrt python pip install hypothesis"
    " shared"  # a variable of the museum
)


def test_no_message_was_left_in_english():
    """One that is the same in both languages has no word that is English elsewhere."""
    same = {english for english, spanish in TEXTS if english == spanish}
    spanish_words = set().union(*(prose(spanish) for _, spanish in TEXTS if _ != spanish))
    english_words = set().union(*(prose(english) for english, _ in TEXTS if english != _))
    for text in same:
        assert not (prose(text) & english_words) - spanish_words - ALIKE, text


ENGLISH = set().union(*(prose(english) for english, _ in TEXTS))
ENGLISH -= set().union(*(prose(spanish) for _, spanish in TEXTS)) | ALIKE


def english_in(found):
    return found & ENGLISH - {name.lower() for name in SHEET}


def test_the_catalogue_knows_english_words():
    assert {"step", "backward", "gradient", "share", "the", "loss", "weights"} <= ENGLISH | {"step"}
    assert english_in(words("paso 3: the gradient")) == {"the", "gradient"}
    assert english_in(words("Retropropagación: el gradiente de w está completo")) == set()


# --- the pages -----------------------------------------------------------------------------------
READ = """
const seen = new Set();
const skipped = "script, style, pre, code, math, noscript, template, button[lang]";
const names = ["aria-label", "title", "alt", "placeholder", "aria-valuetext"];
function read() {
  const told = [document.title];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest(skipped)) told.push(walk.currentNode.data);
  }
  for (const e of document.querySelectorAll(names.map(name => `[${name}]`).join())) {
    if (!e.closest(skipped)) told.push(...names.map(name => e.getAttribute(name) || ""));
  }
  for (const text of told) {  // names of nodes, files and code are no prose
    const code = /`[^`]*`|[\\p{L}.]*[\\d_[][\\p{L}\\d._[\\]]*/gu;
    const found = text.replace(code, " ").toLowerCase().match(/\\p{L}{2,}/gu) || [];
    found.forEach(word => seen.add(word));
  }
}
const slider = document.getElementById("slider");
function everyStep(most = 80) {
  for (let i = 0; i <= Number(slider.max); i += Math.max(1, Math.ceil(slider.max / most))) {
    slider.value = i;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    read();
  }
}
for (const e of document.querySelectorAll("details")) {
  e.open = true;
  e.dispatchEvent(new Event("toggle"));
}
"""

PREDICT = """
document.querySelector("#modes [aria-controls=predict]").click();
const form = document.querySelector("#predict form"), answer = document.getElementById("answer");
const press = key => {
  const button = document.querySelector(`#predict button[data-t="${key}"]`);
  if (button.checkVisibility()) button.click();
  read();
};
for (let k = 0; k < 40 && answer.checkVisibility(); k++) {
  for (const text of ["", "hola", "7", "-1", "0.5", "2", "-2", "100", "0.01"]) {
    if (!answer.checkVisibility() || answer.disabled || answer.readOnly) break;
    answer.value = text;
    form.requestSubmit();
    read();
  }
  press("predict.hint");
  press("predict.hint");
  press("predict.show");
  form.requestSubmit();
  read();
}
"""

WHATIF = """
document.querySelector("#modes [aria-controls=whatif]").click();
for (const input of document.querySelectorAll("#whatif input"))
  for (const text of ["", "1", "0", "-3", "1e400", "1e300"]) {
    input.value = text;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
    read();
    everyStep(8);
  }
for (const button of document.querySelectorAll("#whatif button")) { button.click(); read(); }
"""


OWN = """
document.getElementById("own-mode").click();
for (const button of document.querySelectorAll("#own button, .own-tools button")) {
  button.click();
  read();
}
"""


def _neuron(w, x, b):
    z = w * x + b
    y = z.tanh() + z.relu() * abs(w) + (x * x).log() + (z - z).relu()
    return (y - 1.0) ** 2 + w * 0.0


def _updated(optimiser):
    w = Value(0.5, label="w")
    return steps(lambda: (w * 2.0 - 3.0) ** 2, optimiser=optimiser([w], lr=0.1))


def _by_hand():
    """A stale node, one that is an operation of its own, exact numbers, another seed."""
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    x.data = 4.0
    return steps(y), steps(Value(Fraction(1, 3), label="u") ** 2), steps(x * 2.0, seed=0.5)


def _network():
    network = MLP(2, [6, 6, 6, 6, 1], activation="relu", seed=0)
    return steps(mse([network([0.5, -0.2]), network([0.1, 0.3])], [1.0, 0.0]))


def _run(lr):
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    return record_training(model, xor(), "mse", SGD(model.parameters(), lr=lr), 6, grid=8)


PAGES = {
    "neuron": (lambda: steps(_neuron, 0.5, 2.0, -1.0), (PREDICT, WHATIF)),
    "gradient descent": (lambda: _updated(SGD), (PREDICT, WHATIF)),
    "another optimiser": (lambda: _updated(Adam), (PREDICT,)),
    "stale": (lambda: _by_hand()[0], (WHATIF,)),
    "exact": (lambda: _by_hand()[1], (WHATIF,)),
    "seed": (lambda: _by_hand()[2], (PREDICT,)),
    "network, folded": (_network, ()),
    "own operation": (lambda: steps(_own, 2.0), ()),
    "training": (lambda: _run(0.5), (OWN,)),
    "diverged": (lambda: _run(1e200), ()),
    "rates": (
        lambda: record_learning_rates(MLP(2, [2, 1], seed=0), xor(), "mse", [0.1, 10.0], 4, grid=8),
        (),
    ),
    "descents": (
        lambda: record_descents(lambda w: w**2, 3.0, rates=[0.01, 0.2, 0.9, 1.1], steps=9),
        (),
    ),
}


def _own(x):
    cube = op("cubo(a)", "a * a * a", "3 * a * a", about=("cube", "cubo"))
    return cube(x) + SHEET["maximum"](x, 2.0)


def read(visit, file, scripts):
    """All words that the page shows or tells at any of its steps, and what the scripts bring up."""
    page = visit(file)
    found = set()
    for script in ("", *scripts):
        text = f"() => {{ {READ}\n{script}\neveryStep();\nreturn [...seen]; }}"
        found |= set(page.evaluate(text))
        page.reload()
    # The browser's own word on a number that a script types.
    page.said[:] = [line for line in page.said if '"1e400" cannot be parsed' not in line]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_english_word_is_on_a_spanish_page(visit, tmp_path, name):
    make, scripts = PAGES[name]
    file = tmp_path / "pagina.html"
    save_html(make(), file, lang="es")
    found = read(visit, file, scripts)
    assert len(found) > 30
    assert english_in(found) == set()


@pytest.mark.parametrize("name", ["Overwrites", "EveryPath", "ReversedSubtraction", "CutGraph"])
def test_nor_where_engines_stand_side_by_side(visit, tmp_path, name):
    file = tmp_path / "pagina.html"
    museum.check(name).save_html(file, "es")
    assert english_in(read(visit, file, (WHATIF,))) == set()


@pytest.mark.parametrize("name", ["neuron", "training", "rates", "descents"])
def test_the_language_switch_leaves_nothing_behind(visit, tmp_path, name):
    file = tmp_path / "page.html"
    save_html(PAGES[name][0](), file, lang="en")
    assert len(english_in(read(visit, file, ()))) > 10
    page = visit(file)
    page.evaluate(f"() => {{ {READ}\n everyStep(); }}")
    if name == "neuron":  # in a mode, with a wrong answer
        page.evaluate(f"() => {{ {READ}\n {PREDICT.replace('40', '1')} }}")
    before = page.inner_text("main")
    switch_to_spanish(page)
    text = f"() => {{ {READ}\n read();\n everyStep();\nreturn [...seen]; }}"
    assert english_in(set(page.evaluate(text))) == set()
    page.click("[data-lang=en]")
    assert page.inner_text("main") == before


# --- the terminal --------------------------------------------------------------------------------
def told(*arguments):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        main([*arguments, "--lang", "es"])
    return prose(out.getvalue())


@pytest.mark.parametrize("command", [(), ("step",), ("check",), ("draw",), ("train",), ("demo",)])
def test_no_english_word_is_in_the_help(command):
    assert english_in(told(*command, "--help")) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("w*x", "w=2", "x=3", "--all"), ("(w*x-3)**2", "w=2", "x=3", "--lr", "0.1", "--all"),
        ("w*x", "w=2"), ("w*x", "w=2", "x=3", "--step", "99"), ("w*x", "w=2", "x=3", "-o", "a.xyz"),
        ("w*x", "w=2", "x=3", "--engine", "Nadie"),
        ("softplus(x)", "x=3", "--engine", "Overwrites"),
        ("x", "x=3", "--engine", "Overwrites", "--lr", "1"), ("--train", "nada"),
        ("--train", "w**2", "w=3", "--lr", "0.1", "1.1"),
    ],
)  # fmt: skip
def test_no_english_word_is_in_what_the_command_tells(arguments):
    known = {name.lower() for name in museum.ENGINES}
    assert english_in(told("step", *arguments)) - known == set()


@pytest.mark.parametrize(
    "name", ["neuron", "gradient descent", "another optimiser", "stale", "seed"]
)
def test_no_english_word_is_in_the_transcript(name):
    recorded = PAGES[name][0]()
    lines = [*transcript(recorded, "es")]
    lines += [str(explain(node, of=recorded, lang="es")) for node in recorded.nodes]
    assert english_in(prose("\n".join(lines))) == set()
