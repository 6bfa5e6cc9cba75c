"""The page that needs nothing: its expressions against Python's, its pictures, its links."""

import json
import math
import random
import re
from contextlib import suppress
from itertools import pairwise
from urllib.parse import urlencode

import pytest

from autograd_mini import Value, steps
from autograd_mini.cli import main
from autograd_mini.course.performance import performance
from autograd_mini.errors import AutogradError
from autograd_mini.expressions import ExpressionError, parse
from autograd_mini.ops import SHEET
from autograd_mini.pages.document import asset
from autograd_mini.pages.javascript import source
from autograd_mini.pages.page import run_data
from autograd_mini.pages.playground import MAKING, known
from tests.browser import PHONE, axe_findings, downloaded, until
from tests.drawing.test_picture import contrast
from tests.pages.near import check_operations, check_sums

SCRIPTS = [
    asset("numbers.js"),
    source(SHEET.values(), kinks=True),
    *map(asset, (*MAKING, "recording.js", "recompute.js", "perform.js")),
]


@pytest.fixture(scope="module")
def made(run):
    """made(script, given): what a script says that has the grammar and makes recordings."""
    head = f"const DATA = {json.dumps(known())};\n" + "\n".join(SCRIPTS)
    return lambda script, given: run(f"{head}\n{script}", given)


# --- random expressions ---------------------------------------------------------------------------
NUMBERS = {"x": 0.5, "y": 2.0, "b_1": -1.25, "α": 0.75}


def expression(draw, depth=4):
    """The text of a random expression, of all that the grammar has."""
    if depth <= 0 or draw.random() < 0.1:
        return draw.choice([*NUMBERS, *NUMBERS, "2", "0.5", "3", "1e-1", "pi", "e", "0x2", "1_0."])

    def part():
        return expression(draw, depth - draw.choice((1, 1, 2, depth)))

    kind = draw.random()
    if kind < 0.45:
        sign = draw.choice(["+", "-", "*", "/", " * ", " - ", "+", "*", "%", "//"])
        return f"{part()}{sign}{part()}" if draw.random() < 0.5 else f"({part()}){sign}({part()})"
    if kind < 0.55:
        return f"({part()})**{draw.choice('2 3 -1 0.5 1.5 -2.5 1 0 y x'.split())}"
    if kind < 0.65:
        return draw.choice(("-", "+", "--")) + part()
    if kind < 0.7:
        return f"where({part()} {draw.choice(['<', '<=', '>', '>='])} {part()}, {part()}, {part()})"
    op = SHEET[draw.choice([name for name, op in SHEET.items() if name not in ("dot", "detach")])]
    if op.vectors:
        return f"{op.name}({', '.join(part() for _ in range(draw.choice((1, 2, 3, 5, 14))))})"
    parts = [part() for _ in range(len(op.params) - draw.randint(0, len(op.defaults)))]
    return f"{op.name}({', '.join(parts)})"


def recorded(text, numbers):
    """The steps of an expression, as the command `step` records them."""
    read = parse(text)
    f = read.function("y")

    def called(*values):
        root = f(*values)
        if isinstance(root, Value) and root.first is not None:
            root.label = "L"
        return root

    return steps(called, *(Value(numbers[name], label=name) for name in read.names))


def finished(data):
    """What is compared of a recording's data, the texts of templates in place."""
    maths = data["maths"]

    def resolved(op):
        named = {"value": op["value"], "definition": op["definition"]}
        texts = {k: None if j is None else maths["templates"][int(j)] for k, j in named.items()}
        partials = [None if j is None else maths["templates"][int(j)] for j in op["partials"]]
        return {**op, **texts, "partials": partials}

    told = {key: resolved(op) for key, op in maths["ops"].items()}
    return {key: data[key] for key in ("names", "ops", "args", "parents", "kinks", "places")} | {
        "maths": {"ops": told, "nodes": maths["nodes"], "numerator": maths["numerator"]},
        "steps": [step[:3] for step in data["steps"]],
    }


@pytest.fixture(scope="module")
def expressions():
    """500 expressions that have a value, and their recordings."""
    draw, found = random.Random(13), {}
    while len(found) < 500:
        text = expression(draw)
        with suppress(AutogradError, OverflowError, TypeError):
            made = recorded(text, NUMBERS)
            if all(map(math.isfinite, (x for node in made.nodes for x in node.partials))):
                found[text] = made
    return found


RUNS = """
const shown = x => Array.isArray(x) ? x.map(shown)
  : typeof x === "number" && !Number.isFinite(x) ? String(x) : x;
return given.texts.map(text => {
  const {source} = parsed(text), numbers = new Map(Object.entries(given.numbers));
  const run = runOf([["L", source]], numbers, null, [], [source]), recorded = new Recording(run);
  recorded.at(recorded.steps.length - 1);
  const {data, partials, steps, grad} = recorded;
  return {run: {...run, data: [], partials: []}, ...{data, partials, steps, grad: shown(grad)}};
});
"""


def test_500_expressions_are_recorded_as_python_records_them(made, expressions, monkeypatch):
    """Order, names, places, formulas; values, partials and gradients to 4 ulp."""
    monkeypatch.setattr("autograd_mini.pages.page.differences", lambda steps: {})
    answers = made(RUNS, {"texts": [*expressions], "numbers": NUMBERS})
    for (text, truth), answer in zip(expressions.items(), answers, strict=True):
        as_read = json.loads(json.dumps(run_data(truth)))  # the page reads JSON: lists, no tuples
        got, wanted = finished(answer["run"]), finished(as_read)
        # a constant that the expression itself computes may be an ulp away
        assert constants(got.pop("args")) == pytest.approx(constants(wanted.pop("args")), rel=1e-15)
        assert got == wanted, text
        check_operations(truth, answer)
        check_sums(truth, answer)
        for node, grad in zip(truth.nodes, answer["grad"], strict=True):
            assert abs(grad - node.grad) <= 4 * math.ulp(node.grad), text


def constants(args):
    """Operands one after another: a node by its number and a half, which no constant here is."""
    if isinstance(args, list | tuple):
        return [x for arg in args for x in constants(arg)]
    return [] if args is None else [args["c"]] if isinstance(args, dict) else [args + 0.123]


# --- what is wrong --------------------------------------------------------------------------------
WRONG = """
x y|(x|x)|x+|sin(x|sin x|2x|x**|x = 3|x==3|(x y)|f(x y)|foo(x)|sinn(x)|012|1j|x.y|x.5|1.x|x%|x.
x if y else 2|x if y|x and y|not x|lambda|True|x->y|x<>y|x<<2|x+=1|x,y|()|2(x)|sin(x)(y)|max()
max(x=1)|sin|sin(x,y)|dot(x,y)|where(x<y<2,x,y)|where(x==y,x,y)|x<y|sin(*x)|sin(x=3)|x* *y|x***y
a b c)|((a)|x+)|x+*y|leaky_relu(x, foo=2)|1e400|x^2|x#|3,5|f(|ln(x)|..|1..|5 x|for|x in y|x is not y
x y +|sin(,x)|/x|sin(x)y|x²|x=|=x|==|e=3||Sin(x)|sigmod(x)|zzz(q)|foo(bar(x))|(2 3)|max(x, y z)
constructor*toString|__proto__|valueOf(x)|1e5x|0b12|0x|1__0|1e-|sin()|where(x>0,1)|x not in y|x+None
""".strip()

READ = """
return given.map(text => {
  try { return parsed(text).names; } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    return [wrong.key, wrong.start, wrong.end, wrong.slots];
  }
});
"""


def python_reads(text):
    try:
        return [*parse(text).names]
    except ExpressionError as error:
        return [error.key, error.start, error.end, error.values]


def test_what_is_wrong_is_told_in_the_same_words_at_the_same_place(made):
    texts = re.split("[|\n]", WRONG)
    for text, answer in zip(texts, made(READ, texts), strict=True):
        assert answer == python_reads(text), text


def test_whatever_is_mistyped_is_refused_where_python_refuses(made):
    draw, texts = random.Random(17), []
    for _ in range(600):
        text = expression(draw, 2)
        i, typed = draw.randrange(len(text)), draw.choice([*"()+-*/,.= <>%x2e_", "**", " if ", ""])
        texts.append(text[:i] + typed + text[i + draw.randint(0, 1) :])
    same = 0
    for text, answer in zip(texts, made(READ, texts), strict=True):
        wanted = python_reads(text)
        refused, so = (len(x) == 4 and isinstance(x[3], dict) for x in (answer, wanted))
        assert refused == so, text
        same += answer == wanted
    assert same >= 0.93 * len(texts)  # of several mistakes the two may name another one


# --- small networks -------------------------------------------------------------------------------
# inputs, hidden units, activation, loss, data points, seed
NETWORKS = [
    (1, [], "sigmoid", "mae", 1, 3),
    (2, [2], "tanh", "mse", 2, 1),
    (3, [], "relu", "bce", 2, 8),
    (4, [4, 4], "softplus", "mse", 2, 0),
    (1, [1, 3], "identity", "mse", 1, 5),
]
NETS = """
return given.map(([inputs, hidden, activation, loss, points, seed]) => {
  const {lines, numbers, weights} = networkOf({inputs, hidden, activation, loss, points, seed});
  const run = runOf(lines, numbers, 0.25, weights);
  const updated = run.steps.filter(step => step[0] === 5);
  const updates = updated.map(([, k, ...rest]) => [run.names[k], ...rest]);
  return {lines, numbers: Object.fromEntries(numbers), weights, updates, loss: run.data.at(-1)};
});
"""


def test_networks_learn_as_python_has_it(made):
    """The lines of text computed by our Values, and the weights by plain gradient descent."""
    for (inputs, hidden, *_), answer in zip(NETWORKS, made(NETS, NETWORKS), strict=True):
        known = {name: Value(x, label=name) for name, x in answer["numbers"].items()}
        weights = [known[name] for name in answer["weights"]]
        for name, text in answer["lines"]:
            read = parse(text)
            known[name] = read(**{key: known[key] for key in read.names})
        known["L"].backward()
        assert answer["loss"] == pytest.approx(known["L"].data, rel=1e-15)
        assert len(weights) == sum((n + 1) * m for n, m in pairwise([inputs, *hidden, 1]))
        wanted = {w.label: (w.data, w.grad, 0.25, w.data - 0.25 * w.grad) for w in weights}
        assert {name: rest for name, *rest in answer["updates"]} == {
            name: pytest.approx(numbers, rel=1e-13, abs=1e-15) for name, numbers in wanted.items()
        }
        assert all(abs(x) in (0, 0.5, 1, 1.5, 2) for x in answer["numbers"].values())


# --- the page -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "playground.html"
    assert main(["playground", "-o", str(path), "--lang", "en"]) == 0
    return path


def address(**parts):
    return "#" + urlencode(parts)


# How many nodes; what lies on what (boxes, labels, edges); texts that do not fit into their box.
OVERLAPS = """() => {
  const all = name => [...document.querySelectorAll(".graph " + name)];
  const box = e => e.getBoundingClientRect().toJSON(), found = [], outside = [];
  const held = all("g.node .frame, g.edge text").map(e => [e.closest("g"), box(e)]);
  held.forEach(([, a], i) => held.slice(0, i).forEach(([, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5;
    if (across && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5) found.push([a, b]);
  }));
  for (const edge of all("g.edge")) {
    const path = edge.querySelector("path"), at = path.getScreenCTM();
    for (let s = 0; s <= path.getTotalLength(); s += 3) {
      const {x, y} = path.getPointAtLength(s).matrixTransform(at);
      for (const [g, b] of held) {
        const in_x = b.left + 1 < x && x < b.right - 1, in_y = b.top + 1 < y && y < b.bottom - 2;
        if (in_x && in_y && g !== edge) found.push([x, y, b]);
      }
    }
  }
  for (const node of all("g.node")) {
    const frame = box(node.querySelector(".frame"));
    const texts = [...node.querySelectorAll("text")].map(box);
    outside.push(...texts.filter(t => t.left < frame.left || t.right > frame.right));
  }
  return [all("g.node").length, found.length, outside.length];
}"""


def test_nothing_overlaps_in_25_random_graphs(file, visit, expressions):
    large = sorted(expressions, key=lambda text: len(expressions[text].nodes))[-250::10]
    for text in large:
        at = " ".join(f"{name}={x}" for name, x in NUMBERS.items())
        page = visit(file, address(expression=text, at=at))
        page.keyboard.press("End")
        page.click("#fit")
        nodes, overlaps, outside = page.evaluate(OVERLAPS)
        assert (nodes, overlaps, outside) == (len(expressions[text].nodes), 0, 0), text
        visit.end()


def entered(page, field, text):
    page.fill(field, text)
    page.press(field, "Enter")


def shown(page):
    page.keyboard.press("End")
    return page.locator(".graph :is(.name, .data, .grad)").all_text_contents()


def test_the_address_is_the_exercise(file, visit):
    page = visit(file)
    page.fill("#expression", "a*b + a**2")
    page.fill("[data-name=a]", "-3")
    page.press("[data-name=b]", "Enter")
    until(page, "document.querySelectorAll('.graph g.node').length === 5")
    assert "y = v₁ + v₂" in shown(page)
    page.click("[aria-controls=whatif]")
    page.fill("#whatif input >> nth=1", "4")
    page.click("#link")
    link, wanted = page.input_value("#address"), shown(page)
    assert "-3" in link
    assert link.endswith("&mode=whatif")
    page = visit(file, link.removeprefix(file.as_uri()))
    assert shown(page) == wanted
    assert page.is_visible("#whatif")
    page.click("#change")
    assert page.input_value("#expression") == "a*b + a**2"
    assert page.input_value("[data-name=b]") == "4"


def test_the_step_and_the_language_stay_in_the_address(file, visit):
    page = visit(file, address(expression="a*b", at="a=2 b=3", step=3, lang="es"))
    assert page.inner_text("#where") == "paso 3 de 7"
    page.keyboard.press("ArrowRight")
    until(page, "location.hash.includes('step=4')")
    assert "expression=a*b" in page.url
    page.reload()
    assert page.inner_text("#where") == "paso 4 de 7"
    assert page.inner_text("#title") == "Pizarra de retropropagación"


@pytest.mark.parametrize(
    ("lang", "text", "sentence", "mark"),
    [
        ("en", "x*expp(x)", "there is no function expp; did you mean exp, exp2, expm1?", "expp"),
        ("es", "x*expp(x)", "no existe la función expp; ¿quisiste decir exp, exp2, expm1?", "expp"),
        ("es", "x^2", "escribe ** en lugar de ^", "^"),
        ("es", "2*(x+1", "a este ( le falta su pareja", "("),
        ("en", "x + log(-x)", "log has no value at a = −2. It needs a > 0.", "log(-x)"),
        ("es", "x + log(-x)", "log no tiene valor en a = −2. Necesita a > 0.", "log(-x)"),
        ("en", "exp(500*x)", "exp is too large for a float at a = 1000.", "exp(500*x)"),
        ("es", "2*pi", "no hay nada que recorrer: la expresión no tiene nombres", None),
    ],
)
def test_wrong_input_is_told_in_the_language_of_the_page(file, visit, lang, text, sentence, mark):
    page = visit(file, address(lang=lang))
    entered(page, "#expression", text)
    assert page.inner_text("#problem").splitlines() == [sentence, *([text] if mark else [])]
    if mark:
        assert page.inner_text("#problem mark") == mark
    assert page.get_attribute("#expression", "aria-invalid") == "true"
    assert page.locator(".graph g.node").count() == 6  # the graph from before
    page = visit(file, address(expression=text, at="x=2", lang=lang))  # as a link
    assert page.inner_text("#problem").startswith(sentence)
    assert page.is_hidden("#main")


def test_numbers_that_are_none(file, visit):
    page = visit(file, address(lang="es"))
    entered(page, "[data-name=x]", "0,5")
    assert page.inner_text("#problem") == "x=0,5: el signo decimal es el punto: x=0.5"
    assert page.get_attribute("[data-name=x]", "aria-invalid") == "true"
    page = visit(file, address(expression="x*y", at="x=abc", lang="es"))
    assert page.inner_text("#problem") == "x=abc: esto no es un número; escribe uno como 0.5 o -2"
    entered(page, "[data-name=x]", "3")
    until(page, "document.querySelectorAll('.graph g.node').length === 3")
    page.click("[data-kind=network]")
    page.fill("[data-net=hidden]", "9")
    assert page.inner_text("#problem").startswith("9: las neuronas ocultas se dan con uno o dos")


LINKS = dict.fromkeys(  # x was 0 then, and nothing said so
    ("x=0,5 y=2", "y=2, x=0,5", "x=0,5,y=2"), "x=0,5: el signo decimal es el punto: x=0.5"
) | {"x=2": "el enlace no dice cuánto vale y"}


@pytest.mark.parametrize("at", LINKS)
def test_a_link_with_a_wrong_number_or_none_is_told(file, visit, at):
    page = visit(file, address(expression="x*y", at=at, lang="es", mode="perform"))
    assert page.inner_text("#problem") == LINKS[at]
    assert page.is_hidden("#main")


def test_perform_mode_from_a_link(file, visit):
    """x y + x at 2, 3: the shares 1, 1, then 3 and 2, and 1 + 3 = 4."""
    page = visit(file, address(expression="x*y+x", at="x=2 y=3", mode="perform"))
    for number in ("1", "1", "1", "3", "4", "2"):
        while page.is_visible(".choices"):
            page.click(".choices button:first-child")  # L, v₁
        page.fill("#share", number)
        page.keyboard.press("Enter")
    page.fill("#performer", "Ada")
    found = performance(downloaded(page, "[data-t='perform.save']")[1])
    assert (found.right, found.of, found.edited) == (8, 8, False)
    assert found.title.startswith("x*y+x")


EDGE = """e => ["borderTopColor", "backgroundColor"].map(side => "#" + getComputedStyle(e)[side]
  .match(/\\d+/g).map(x => Number(x).toString(16).padStart(2, "0")).join(""))"""


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("parts", [{"expression": "x*expp(y)"}, {"network": "2,2", "points": 2}])
def test_it_is_accessible_and_fits_a_phone(file, visit, lang, parts):
    page = visit(file, address(lang=lang, **parts), viewport=PHONE, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    name = {"en": "what is drawn", "es": "qué se dibuja"}[lang]
    assert page.get_by_role("form", name=name).count() == 1  # a place to jump to
    assert axe_findings(page) == []
    if page.is_visible("#change"):
        page.click("#change")
        assert page.evaluate("document.activeElement.dataset.net") == "inputs"
    for field in page.locator("#ask input:visible").all():
        assert contrast(*field.evaluate(EDGE)) >= 3
